/* `ip nat inside source list` and its access list as NAT rules: permit translates, deny exempts. */
#include "config/parser.h"

#include <string.h>

/* The source of an `ip nat inside source` line: where packets leave, what they become. */
struct target {
    const struct config_nat_source_list *list;
    struct ip_addr to; /* of a pool; IP_NONE: the interface's address */
};

static void expand_entry(struct parser *p, const struct target *t, const struct config_acl_entry *e)
{
    if (e->remark)
        return;
    if (e->established || e->src_port_lo != 0 || e->src_port_hi != UINT16_MAX ||
        e->dst_port_lo != 0 || e->dst_port_hi != UINT16_MAX) {
        REPORT(p, DIAG_ERROR, "CFG-UNSUPPORTED", e->at, "ports cannot be matched by source NAT: '",
               t->list->acl, "'");
        return;
    }
    if (e->has_icmp) { /* which message begins a flow is the translator's to know: echo alone */
        REPORT(p, DIAG_ERROR, "CFG-UNSUPPORTED", e->at,
               "ICMP types cannot be matched by source NAT, which follows whole flows: '",
               t->list->acl, "': permit or deny all of icmp");
        return;
    }
    struct config_nat_rule *rule = LIST_PUSH(p, p->c->nat_rules);
    if (!rule)
        return;
    *rule = (struct config_nat_rule){ .action = !e->permit                ? NAT_EXEMPT
                                                : t->to.family != IP_NONE ? NAT_SOURCE
                                                                          : NAT_MASQUERADE,
                                      .source = e->source,
                                      .destination = e->destination,
                                      .protocol = e->protocol,
                                      .out_interface = t->list->interface,
                                      .to = e->permit ? t->to : (struct ip_addr){ 0 },
                                      .from_list = true,
                                      .at = e->at };
}

static void expand_access_list(struct parser *p, const struct target *t, const char *name,
                               struct config_pos at)
{
    if (!parser_may_scan(p, p->c->access_lists.n))
        return;
    const struct config_access_list *acl = config_access_list_find(p->c, name);
    if (!acl) {
        REPORT(p, DIAG_ERROR, "CFG-REFERENCE", at, "there is no access list '", name,
               "': nothing would be translated");
        return;
    }
    for (uint32_t i = 0; i < acl->entries.n && parser_may_scan(p, 1); i++)
        expand_entry(p, t, &acl->entries.v[i]);
}

/* A route map chooses by `match ip address LIST`; other clauses are beyond source NAT here. */
static void expand_route_map(struct parser *p, const struct target *t)
{
    if (!parser_may_scan(p, p->c->route_maps.n))
        return;
    const struct config_route_map *map = config_route_map_find(p->c, t->list->acl);
    if (!map) {
        REPORT(p, DIAG_ERROR, "CFG-REFERENCE", t->list->at, "there is no route map '", t->list->acl,
               "': nothing would be translated");
        return;
    }
    for (uint32_t i = 0; i < map->entries.n; i++) {
        const struct config_route_map_entry *e = &map->entries.v[i];
        for (uint32_t k = 0; k < e->matches.n; k++) {
            const struct config_match *m = &e->matches.v[k];
            if (!e->permit || m->kind == MATCH_INTERFACE)
                continue;
            if (m->kind != MATCH_IP_ACCESS_LIST) {
                REPORT(p, DIAG_ERROR, "CFG-UNSUPPORTED", m->at,
                       "source NAT by this match is not supported: '", map->name, "'");
                continue;
            }
            for (uint32_t n = 0; n < m->names.n; n++)
                expand_access_list(p, t, m->names.v[n], m->at);
        }
    }
}

static bool find_pool(struct parser *p, struct target *t)
{
    for (uint32_t i = 0; i < p->c->nat_pools.n && parser_may_scan(p, 1); i++) {
        const struct config_nat_pool *pool = &p->c->nat_pools.v[i];
        if (strcmp(pool->name, t->list->pool) != 0)
            continue;
        t->to = pool->first;
        if (!ip_eq(&pool->first, &pool->last))
            REPORT(p, DIAG_ERROR, "CFG-UNSUPPORTED", pool->at,
                   "a pool of several addresses is not supported: '", pool->name, "'");
        return true;
    }
    REPORT(p, DIAG_ERROR, "CFG-REFERENCE", t->list->at, "there is no NAT pool '", t->list->pool,
           "'");
    return false;
}

void nat_expand(struct parser *p)
{
    for (uint32_t i = 0; i < p->c->nat_lists.n && !p->full; i++) {
        struct target t = { .list = &p->c->nat_lists.v[i] };
        if (t.list->pool && !find_pool(p, &t))
            continue;
        if (t.list->is_route_map)
            expand_route_map(p, &t);
        else
            expand_access_list(p, &t, t.list->acl, t.list->at);
    }
}
