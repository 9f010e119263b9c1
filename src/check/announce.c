#include "check/announce.h"

#include <string.h>

#include "net/list.h"

/* One walk over a configuration for one neighbor. */
struct walk {
    struct check *c;
    const struct check_device *d;
    const struct config_neighbor_af *to;
    struct announce_list *out;
};

/* ---- filters --------------------------------------------------------------------------------- */

/* A router's own routes leave with an empty AS path. */
static bool is_empty_path(const char *regex)
{
    static const char *const matching[] = { "", "^", "$", "^$", ".*", "^.*$", "_" };
    for (size_t i = 0; i < ARRAY_LEN(matching); i++)
        if (strcmp(regex, matching[i]) == 0)
            return true;
    return false;
}

static bool path_is_permitted(const struct check_device *d, const char *name)
{
    const struct config_as_path_list *l = name ? config_as_path_list_find(d->config, name) : NULL;
    if (!l)
        return true;
    for (uint32_t i = 0; i < l->entries.n; i++)
        if (is_empty_path(l->entries.v[i].regex))
            return l->entries.v[i].permit;
    return false;
}

static bool acl_permits(const struct check_device *d, const char *name, const struct prefix *p)
{
    const struct config_access_list *l = name ? config_access_list_find(d->config, name) : NULL;
    struct ip_addr first = prefix_addr(p);
    for (uint32_t i = 0; l && i < l->entries.n; i++) {
        const struct config_acl_entry *e = &l->entries.v[i];
        if (!e->remark && (e->any_source || prefix_has_addr(&e->source, &first)))
            return e->permit;
    }
    return !l;
}

/* Whether one of the names does: several are alternatives. What cannot be known of an own route
 * without running the router does not match. */
static bool matches(const struct check_device *d, const struct config_match *m,
                    const struct prefix *p)
{
    for (uint32_t i = 0; i < m->names.n; i++) {
        const char *name = m->names.v[i];
        if ((m->kind == MATCH_IP_PREFIX_LIST && device_permits(d, name, p)) ||
            (m->kind == MATCH_IP_ACCESS_LIST && acl_permits(d, name, p)) ||
            (m->kind == MATCH_AS_PATH && path_is_permitted(d, name)) ||
            m->kind == MATCH_SOURCE_PROTOCOL)
            return true;
    }
    return false;
}

static bool map_permits(const struct check_device *d, const char *name, const struct prefix *p)
{
    const struct config_route_map *map = name ? config_route_map_find(d->config, name) : NULL;
    for (uint32_t i = 0; map && i < map->entries.n; i++) {
        const struct config_route_map_entry *e = &map->entries.v[i];
        bool all = true;
        for (uint32_t k = 0; k < e->matches.n; k++)
            all = all && matches(d, &e->matches.v[k], p);
        if (all)
            return e->permit;
    }
    return !map;
}

static bool passes(const struct walk *w, const char *own_map, const struct prefix *p)
{
    return p->family == IP_V4 && map_permits(w->d, own_map, p) &&
           device_permits(w->d, w->to->prefix_list[DIR_OUT], p) &&
           acl_permits(w->d, w->to->distribute_list[DIR_OUT], p) &&
           path_is_permitted(w->d, w->to->filter_list[DIR_OUT]) &&
           map_permits(w->d, w->to->route_map[DIR_OUT], p);
}

/* ---- what there is --------------------------------------------------------------------------- */

static void push(struct walk *w, const struct prefix *p, uint32_t line)
{
    struct announce *a = NET_PUSH(w->c->arena, &w->out->list);
    if (a)
        *a = (struct announce){ *p, line };
}

static void add(struct walk *w, const char *own_map, const struct prefix *p, uint32_t line)
{
    if (passes(w, own_map, p))
        push(w, p, line);
}

static void add_redistributed(struct walk *w, const struct config_bgp_af *af)
{
    const struct config *config = w->d->config;
    const struct config_redistribute *statics = &af->redistribute[SOURCE_STATIC];
    const struct config_redistribute *connected = &af->redistribute[SOURCE_CONNECTED];
    for (uint32_t i = 0; statics->on && i < config->statics.n; i++)
        add(w, statics->route_map, &config->statics.v[i].prefix, config->statics.v[i].at.line);
    if (!connected->on)
        return;
    const struct device_networks n = device_networks(w->d);
    for (uint32_t i = 0; i < n.n; i++)
        add(w, connected->route_map, &n.v[i], connected->at.line);
}

/* A default that is originated towards a neighbor passes none of its filters. */
static void add_default(struct walk *w, const struct config_neighbor *n)
{
    const struct config_bgp_af *af = &w->d->config->bgp.af[CONFIG_AF_IPV4];
    const struct prefix all = { .family = IP_V4 };
    if (w->to->default_originate == TRI_YES)
        push(w, &all, n->at.line);
    else if (af->redistribute[SOURCE_KERNEL].on) /* the machine's own, from DHCP */
        add(w, af->redistribute[SOURCE_KERNEL].route_map, &all,
            af->redistribute[SOURCE_KERNEL].at.line);
}

const struct config_neighbor *announce_neighbor(const struct check *c, const struct check_device *d,
                                                const struct ip_addr *address)
{
    const struct config_neighbor *n = look_neighbor(c, d, address);
    return n && n->shutdown != TRI_YES ? n : NULL;
}

bool announce_to(struct check *c, const struct check_device *d, const struct ip_addr *neighbor,
                 struct announce_list *ret)
{
    const struct config_neighbor *n = announce_neighbor(c, d, neighbor);
    memset(ret, 0, sizeof(*ret));
    if (!n)
        return false;
    const struct config_bgp_af *af = &d->config->bgp.af[CONFIG_AF_IPV4];
    struct walk w = { .c = c, .d = d, .to = &n->af[CONFIG_AF_IPV4], .out = ret };
    for (uint32_t i = 0; i < af->networks.n; i++)
        add(&w, af->networks.v[i].route_map, &af->networks.v[i].prefix, af->networks.v[i].at.line);
    for (uint32_t i = 0; i < af->aggregates.n; i++)
        add(&w, NULL, &af->aggregates.v[i].prefix, af->aggregates.v[i].at.line);
    add_redistributed(&w, af);
    add_default(&w, n);
    return true;
}

const struct announce *announce_find(const struct announce_list *l, const struct prefix *p)
{
    for (uint32_t i = 0; i < l->list.count; i++)
        if (prefix_eq(&l->list.items[i].prefix, p))
            return &l->list.items[i];
    return NULL;
}

const struct announce *announce_covers(const struct announce_list *l, const struct prefix *p)
{
    for (uint32_t i = 0; i < l->list.count; i++)
        if (prefix_covers(&l->list.items[i].prefix, p))
            return &l->list.items[i];
    return NULL;
}

bool announce_has(struct check *c, const struct check_device *d, const struct ip_addr *neighbor,
                  const struct prefix *p)
{
    struct announce_list l;
    if (!announce_to(c, d, neighbor, &l))
        return false;
    for (uint32_t i = 0; i < l.list.count; i++)
        if (l.list.items[i].prefix.len > 0 && prefix_covers(&l.list.items[i].prefix, p))
            return true;
    return false;
}
