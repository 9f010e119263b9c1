/* What keeps places that have to talk apart although tunnels join them: filters of the clouds, and
 * routers that say nothing of what is behind them. */
#include <string.h>

#include "check/filter.h"
#include "check/routes.h"
#include "check/rules/rules.h"
#include "topo/kinds.h"

/* ---- filters --------------------------------------------------------------------------------- */

/* Prefixes of a place that are looked at; who has more is not judged. */
enum { SPACES_MAX = 64 };

/* One place of a pair, looked at for one direction. */
struct side {
    struct check *c;
    const struct check_rule *rule;
    const struct topo_pair *pair;
    const struct topo_place *place, *other;
    struct prefix spaces[SPACES_MAX]; /* of the other */
    uint32_t n;
    bool inbound;
    uint32_t units, denied;
    struct net_map *seen; /* pair, filter and direction */
};

static void count_unit(void *context, const struct filter_unit *u)
{
    struct side *s = context;
    s->units++;
    s->denied += filter_denies(s->c, u, s->spaces, s->n, s->inbound) != NULL;
}

struct seen_key {
    const void *pair, *by;
    uint64_t inbound;
};

/* A filter is named once; what it leaves of the place makes a warning of it. */
static void report_unit(void *context, const struct filter_unit *u)
{
    struct side *s = context;
    const struct topo_object *by = filter_denies(s->c, u, s->spaces, s->n, s->inbound);
    struct seen_key key = { .pair = s->pair, .by = by, .inbound = s->inbound };
    uint32_t *at = by ? net_map_make(s->seen, &key, sizeof(key)) : NULL;
    if (!at || *at != NET_NONE)
        return;
    *at = 0;
    const struct topo_object *objects[] = { by, &s->pair->o, NULL };
    bool google = by->kind == &gcp_network_kind;
    check_report_at(s->c, s->rule, objects, NULL,
                    s->inbound ? "%s%s keeps out of %s everything that comes from %s"
                               : "%s%s lets nothing out of %s to %s",
                    google ? "the firewall of " : "", by->name, s->place->object->name,
                    s->other->object->name);
    if (s->denied < s->units)
        check_last_is(s->c, DIAG_WARNING);
}

static void look_at_side(struct side *s, struct filters *f, const struct topo_place *place,
                         const struct topo_place *other)
{
    s->place = place;
    s->other = other;
    s->n = filter_spaces(s->c, other, s->spaces, SPACES_MAX);
    if (s->n == 0 || s->n == SPACES_MAX)
        return;
    for (int in = 0; in < 2; in++) {
        s->inbound = in;
        s->units = s->denied = 0;
        filters_each(f, s->c, place->object, count_unit, s);
        if (s->denied > 0)
            filters_each(f, s->c, place->object, report_unit, s);
    }
}

/* Behind a gateway that translates filters see other addresses than those of the places. */
static bool translates(const struct check *c)
{
    for (uint32_t i = 0; i < c->topo->azure.virtual_network_gateways.count; i++)
        if (c->topo->azure.virtual_network_gateways.items[i].nat_rules.count > 0)
            return true;
    return false;
}

static void filters_admit(struct check *c, const struct check_rule *rule)
{
    const struct topo_requirements *q = &c->topo->requirements;
    struct filters *f = q->connect.count > 0 && !translates(c) ? filters_new(c) : NULL;
    struct net_map seen;
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; f && i < q->connect.count; i++) {
        const struct topo_pair *p = &q->connect.items[i];
        struct side s = { .c = c, .rule = rule, .pair = p, .seen = &seen };
        if (!p->from.object || !p->to.object)
            continue;
        look_at_side(&s, f, &p->from, &p->to);
        look_at_side(&s, f, &p->to, &p->from);
    }
}

/* ---- routers --------------------------------------------------------------------------------- */

/* A router of a site at one side of a session. */
struct teller {
    const struct site *site;
    const struct check_device *device;
    const struct config_neighbor *neighbor;
    bool tells;
};

static bool tunnel_is_static(struct routes *r, const struct check *c, const struct net_session *s,
                             const struct site *site)
{
    const struct net_tunnel *t = s->tunnel != NET_NONE ? &c->net->tunnels.items[s->tunnel] : NULL;
    for (int e = 0; t && e < 2; e++)
        if (t->end[e] != NET_NONE && !c->net->ends.items[t->end[e]].interface &&
            routes_are_static(r, c, t->end[e], site))
            return true;
    return false;
}

/* False: the side is no router of a site that states what is behind it. */
static bool teller_of(struct check *c, struct routes *r, const struct net_session *s, int side,
                      struct teller *ret)
{
    if (s->fault != NET_SESSION_FINE || s->node[side] == NET_NONE || s->node[!side] == NET_NONE)
        return false;
    const struct topo_object *o = c->net->nodes.items[s->node[side]].object;
    const struct topo_object *site = o ? o->parent : NULL;
    if (!site || site->kind != &site_kind || c->net->nodes.items[s->node[!side]].kind == NET_ROUTER)
        return false;
    ret->site = (const struct site *)(const void *)site;
    ret->device = look_device_of(c, o);
    ret->neighbor = announce_neighbor(c, ret->device, &s->addr[!side]);
    ret->tells = routes_tell(r, c, s, side) || tunnel_is_static(r, c, s, ret->site);
    return ret->neighbor && ret->site->networks.count > 0;
}

/* What is known of a site: bits of the map's value. */
enum { SITE_TELLS = 1, SITE_HAS_TUNNEL = 2 };

static void note_site(struct net_map *sites, const struct teller *t, bool tunnel)
{
    uint32_t *at = net_map_make(sites, &t->site, sizeof(t->site));
    if (at && *at == NET_NONE)
        *at = 0;
    if (at)
        *at |= (t->tells ? SITE_TELLS : 0u) | (tunnel ? SITE_HAS_TUNNEL : 0u);
}

/* Over a circuit the ends of tunnels may be all that is said: it is judged where there are none. */
static void report_silent(struct check *c, const struct check_rule *rule,
                          const struct net_session *s, int side, const struct teller *t,
                          uint32_t known)
{
    if (t->tells || (s->tunnel == NET_NONE && known & SITE_HAS_TUNNEL))
        return;
    check_report_line(c, rule, t->device, t->neighbor->at.line,
                      "%s announces nothing of %s to %s, which has no static route to it either",
                      t->device->owner->name, t->site->o.name,
                      c->net->nodes.items[s->node[!side]].name);
    if (known & SITE_TELLS)
        check_last_is(c, DIAG_WARNING);
}

static void routers_tell(struct check *c, const struct check_rule *rule)
{
    struct routes *r = c->topo->sites.sites.count > 0 ? routes_get(c) : NULL;
    struct net_map sites;
    struct teller t;
    net_map_init(&sites, c->arena);
    for (uint32_t i = 0; r && i < c->net->sessions.count; i++)
        for (int side = 0; side < 2; side++)
            if (teller_of(c, r, &c->net->sessions.items[i], side, &t))
                note_site(&sites, &t, c->net->sessions.items[i].tunnel != NET_NONE);
    for (uint32_t i = 0; r && i < c->net->sessions.count; i++)
        for (int side = 0; side < 2; side++) {
            const struct net_session *s = &c->net->sessions.items[i];
            const uint32_t *known =
                teller_of(c, r, s, side, &t) ? net_map_find(&sites, &t.site, sizeof(t.site)) : NULL;
            if (known)
                report_silent(c, rule, s, side, &t, *known);
        }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_required[] = {
    {
        .id = "R210",
        .scope = "any cloud",
        .severity = DIAG_ERROR,
        .title = "security groups and firewall rules let something pass between places that have "
                 "to talk",
        .symptom = "tunnels and routes are fine, and packets are dropped at the machine",
        .remedy = "a rule that allows the other place's prefixes, before the one that denies them",
        .source = "NSG, S3, S4",
        .run = filters_admit,
    },
    {
        .id = "R211",
        .scope = "a site's router",
        .severity = DIAG_ERROR,
        .title = "a router announces something of its site, or the other side has a static route "
                 "to it",
        .symptom = "the session is up, and nobody finds the way to the site",
        .remedy = "network or redistribute for the site's prefixes, and a policy towards the "
                  "neighbor that lets them pass",
        .source = "VPNBGP, S1",
        .run = routers_tell,
    },
    { .id = NULL },
};
