#include "check/routes.h"

#include <string.h>

#include "net/list.h"
#include "topo/kinds.h"

/* Prefixes of a place that are looked at. */
enum { SPACES_MAX = 64 };

struct routes {
    uint32_t *session;      /* of a tunnel: the session through it, or NET_NONE */
    uint32_t *first_static; /* of an end: into net.statics, or NET_NONE */
    uint32_t *next_static;
    bool *passes_on;        /* of a node: it speaks to others, and may say what those say */
    struct net_map statics; /* device and interface, or device and next hop: a static route */
};

/* ---- building -------------------------------------------------------------------------------- */

/* One key for both: `number` is a hash of the interface's name, or a next hop. */
struct static_key {
    const void *device;
    uint64_t number;
};

static uint64_t hash_of(const char *name)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    return h | UINT64_C(1) << 63;
}

static struct static_key key_of(const struct check_device *d, uint64_t number)
{
    return (struct static_key){ .device = d, .number = number };
}

static bool note_device(struct routes *r, const struct check_device *d)
{
    bool fine = true;
    for (uint32_t i = 0; d->config && i < d->config->statics.n; i++) {
        const struct config_static *s = &d->config->statics.v[i];
        uint64_t number = s->interface                  ? hash_of(s->interface)
                          : s->next_hop.family == IP_V4 ? ip_to_u32(&s->next_hop)
                                                        : 0;
        const struct static_key key = key_of(d, number);
        fine &= net_map_make(&r->statics, &key, sizeof(key)) != NULL;
    }
    return fine;
}

static uint32_t *none_of(struct check *c, uint32_t n)
{
    uint32_t *v = arena_alloc(c->arena, (n + 1) * sizeof(*v));
    for (uint32_t i = 0; v && i < n; i++)
        v[i] = NET_NONE;
    return v;
}

static bool is_router(const struct check *c, uint32_t node)
{
    return node == NET_NONE || c->net->nodes.items[node].kind == NET_ROUTER;
}

/* Whoever speaks to a router, or to somebody unknown, may pass on what it hears. */
static void note_sessions(const struct check *c, struct routes *r)
{
    for (uint32_t i = 0; i < c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i];
        if (s->tunnel != NET_NONE)
            r->session[s->tunnel] = i;
        for (int side = 0; side < 2; side++)
            if (s->node[side] != NET_NONE && is_router(c, s->node[!side]) && s->tunnel == NET_NONE)
                r->passes_on[s->node[side]] = true;
    }
}

struct routes *routes_get(struct check *c)
{
    const struct net *n = c->net;
    if (c->routes)
        return c->routes;
    struct routes *r = arena_alloc(c->arena, sizeof(*r));
    bool *passes_on = arena_alloc(c->arena, (n->nodes.count + 1) * sizeof(*passes_on));
    if (!r || !passes_on)
        return NULL;
    memset(passes_on, 0, (n->nodes.count + 1) * sizeof(*passes_on));
    *r = (struct routes){ .session = none_of(c, n->tunnels.count),
                          .first_static = none_of(c, n->ends.count),
                          .next_static = none_of(c, n->statics.count),
                          .passes_on = passes_on };
    net_map_init(&r->statics, c->arena);
    if (!r->session || !r->first_static || !r->next_static)
        return NULL;
    note_sessions(c, r);
    for (uint32_t i = n->statics.count; i-- > 0;) {
        r->next_static[i] = r->first_static[n->statics.items[i].end];
        r->first_static[n->statics.items[i].end] = i;
    }
    bool fine = true;
    for (uint32_t i = 0; i < c->device_count; i++)
        fine &= note_device(r, &c->devices[i]);
    if (fine)
        c->routes = r;
    return c->routes;
}

/* ---- what a router says ---------------------------------------------------------------------- */

/* Whether lines that no rule understands may bring routes. */
static bool is_opaque(const struct check_device *d)
{
    static const char *const words[] = {
        "redistribute ospf", "redistribute ospf6", "redistribute eigrp", "redistribute rip",
        "redistribute isis", "redistribute table", "redistribute local", "router ospf",
        "router eigrp",      "router rip",         "router isis"
    };
    for (size_t i = 0; d->diags->count > 0 && i < ARRAY_LEN(words); i++)
        if (look_line(d, words[i], 0))
            return true;
    return false;
}

/* Whether a map asks for what only the running router knows of a route. */
static bool map_is_opaque(const struct config *config, const char *name)
{
    const struct config_route_map *m = name ? config_route_map_find(config, name) : NULL;
    for (uint32_t i = 0; m && i < m->entries.n; i++) {
        const struct config_route_map_entry *e = &m->entries.v[i];
        for (uint32_t k = 0; k < e->matches.n; k++) {
            enum config_match_kind kind = e->matches.v[k].kind;
            if (kind != MATCH_IP_PREFIX_LIST && kind != MATCH_IP_ACCESS_LIST &&
                kind != MATCH_AS_PATH && kind != MATCH_SOURCE_PROTOCOL)
                return true;
        }
        if (e->call)
            return true;
    }
    return false;
}

static bool maps_are_opaque(const struct check_device *d, const struct config_neighbor *n)
{
    const struct config_bgp_af *af = &d->config->bgp.af[CONFIG_AF_IPV4];
    bool opaque = map_is_opaque(d->config, n->af[CONFIG_AF_IPV4].route_map[DIR_OUT]);
    for (uint32_t i = 0; !opaque && i < SOURCE_COUNT; i++)
        opaque = map_is_opaque(d->config, af->redistribute[i].route_map);
    for (uint32_t i = 0; !opaque && i < af->networks.n; i++)
        opaque = map_is_opaque(d->config, af->networks.v[i].route_map);
    return opaque;
}

static bool is_of_site(const struct site *site, const struct prefix *p)
{
    for (uint32_t i = 0; i < site->networks.count; i++)
        if (prefix_covers(p, &site->networks.items[i].prefix) ||
            prefix_covers(&site->networks.items[i].prefix, p))
            return true;
    return site->networks.count == 0;
}

static const struct site *site_of(const struct check_device *d)
{
    const struct topo_object *o = d->owner->parent;
    return o && o->kind == &site_kind ? (const struct site *)(const void *)o : NULL;
}

bool routes_tell(struct routes *r, struct check *c, const struct net_session *s, int side)
{
    const struct net_node *node = &c->net->nodes.items[s->node[side]];
    const struct check_device *d = node->object ? look_device_of(c, node->object) : NULL;
    const struct config_neighbor *n = announce_neighbor(c, d, &s->addr[!side]);
    struct announce_list l;
    if (!n || r->passes_on[s->node[side]] || is_opaque(d) || maps_are_opaque(d, n) ||
        !announce_to(c, d, &s->addr[!side], &l))
        return true;
    const struct site *site = site_of(d);
    for (uint32_t i = 0; i < l.list.count; i++)
        if (!site || is_of_site(site, &l.list.items[i].prefix))
            return true;
    return false;
}

/* ---- tunnels --------------------------------------------------------------------------------- */

bool routes_are_static(struct routes *r, const struct check *c, uint32_t end,
                       const struct site *site)
{
    for (uint32_t i = r->first_static[end]; i != NET_NONE; i = r->next_static[i])
        if (!site || is_of_site(site, &c->net->statics.items[i].prefix))
            return true;
    return false;
}

static bool has_static(struct routes *r, const struct check_device *d, uint64_t number)
{
    const struct static_key key = key_of(d, number);
    return net_map_find(&r->statics, &key, sizeof(key)) != NULL;
}

/* A next hop that is not the other end of the tunnel may still be found behind it. */
static bool device_sends(struct routes *r, const struct check_device *d,
                         const struct net_tunnel_end *e)
{
    return (e->interface && has_static(r, d, hash_of(e->interface))) || has_static(r, d, 0) ||
           (e->peer_bgp.family == IP_V4 && has_static(r, d, ip_to_u32(&e->peer_bgp)));
}

/* Connections that bring no route by themselves: between two of Azure's own networks, and at
 * gateways whose routes are not modelled, something else does. */
static bool needs_session(const struct net_tunnel_end *e)
{
    return e->object->kind == &aws_vpn_connection_kind ||
           (e->object->kind == &azure_connection_kind &&
            ((const struct azure_connection *)(const void *)e->object)->type ==
                AZURE_CONNECTION_IPSEC);
}

/* Whether the session lets `end` learn something of the other side. */
static bool learns(struct routes *r, struct check *c, const struct net_session *s,
                   const struct net_tunnel_end *end)
{
    int own = s->node[1] == end->speaker;
    return s->fault == NET_SESSION_FINE && routes_tell(r, c, s, !own);
}

static bool end_sends(struct routes *r, struct check *c, uint32_t tunnel, uint32_t end)
{
    const struct net_tunnel_end *e = &c->net->ends.items[end];
    const struct check_device *d = look_device(c, e);
    uint32_t s = r->session[tunnel];
    bool by_session = s != NET_NONE && learns(r, c, &c->net->sessions.items[s], e);
    if (by_session || routes_are_static(r, c, end, NULL))
        return true;
    if (!e->interface)
        return s == NET_NONE && !needs_session(e);
    return !d || !d->config || is_opaque(d) || device_sends(r, d, e);
}

bool routes_carry(struct routes *r, struct check *c, uint32_t tunnel)
{
    const struct net_tunnel *t = &c->net->tunnels.items[tunnel];
    if (t->end[1] == NET_NONE)
        return true;
    return end_sends(r, c, tunnel, t->end[0]) && end_sends(r, c, tunnel, t->end[1]);
}

/* ---- places in Azure ------------------------------------------------------------------------- */

/* Whether a user route leads to one of the prefixes, or to a part of it. */
static bool table_leads_to(const struct azure_route_table *t, const struct prefix *to, uint32_t n)
{
    for (uint32_t i = 0; t && i < t->routes.count; i++) {
        const struct azure_route *r = &t->routes.items[i];
        if (r->next_hop_type != AZURE_HOP_VIRTUAL_APPLIANCE)
            continue;
        for (uint32_t k = 0; k < n; k++)
            if (prefix_covers(&r->address_prefix, &to[k]) ||
                prefix_covers(&to[k], &r->address_prefix))
                return true;
        if (n == 0) /* of the other place no prefix is known */
            return true;
    }
    return false;
}

static const struct azure_subnet *subnet_of(const struct topo_place *place)
{
    const void *o = place->object;
    const struct topo_kind *kind = place->object->kind;
    if (kind == &azure_subnet_kind)
        return o;
    if (kind == &azure_nic_kind)
        return ((const struct azure_nic *)o)->subnet;
    if (kind == &azure_vm_kind && ((const struct azure_vm *)o)->network_interfaces.count == 1)
        return ((const struct azure_vm *)o)->network_interfaces.items[0]->subnet;
    return NULL;
}

static bool has_user_route(const struct azure_vnet *v, const struct topo_place *place,
                           const struct prefix *to, uint32_t n)
{
    const struct azure_subnet *only = subnet_of(place);
    for (uint32_t i = 0; i < v->subnets.count; i++)
        if ((!only || only == &v->subnets.items[i]) &&
            table_leads_to(v->subnets.items[i].route_table, to, n))
            return true;
    return false;
}

/* A machine that routes by itself knows ways that its network does not. */
static bool routes_itself(const struct topo_place *place)
{
    if (place->object->kind != &azure_vm_kind)
        return false;
    const struct azure_vm *v = (const struct azure_vm *)(const void *)place->object;
    return v->device.configuration || v->device.vxlan.count > 0;
}

static bool is_public(const struct prefix *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct ip_addr a = prefix_addr(&p[i]);
        if (!look_is_private(&a))
            return true;
    }
    return false;
}

static bool is_without_route(struct check *c, struct learn *l, const struct topo_place *place,
                             const struct topo_place *other)
{
    const struct azure_vnet *v = learn_vnet_of(place), *w = learn_vnet_of(other);
    struct prefix to[SPACES_MAX];
    uint32_t n = learn_spaces(other, to, SPACES_MAX);
    return v && v != w && !(w && learn_peering(l, c, v, w)) && !learn_hub(l, c, v) &&
           !routes_itself(place) && !is_public(to, n) && !has_user_route(v, place, to, n);
}

const struct azure_vnet *routes_missing(struct check *c, const struct topo_place *from,
                                        const struct topo_place *to)
{
    struct learn *l = from->object && to->object ? learn_get(c) : NULL;
    if (l && is_without_route(c, l, from, to))
        return learn_vnet_of(from);
    return l && is_without_route(c, l, to, from) ? learn_vnet_of(to) : NULL;
}
