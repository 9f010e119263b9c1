/* Azure's order (azure.vnet.*): longest prefix; for one prefix user routes, then what gateways and
 * Route Server have learned, then the system's. But the system's routes to the network itself and
 * to peered ones win over learned routes inside them, however specific: only a user route with the
 * very prefix, or a longer one, changes that. */
#include <string.h>

#include "cloud/assign.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"
#include "cloud/effective_impl.h"

/* Within one prefix. */
enum { RANK_USER, RANK_NETWORK, RANK_LEARNED, RANK_SYSTEM };

/* ---- the system's ---------------------------------------------------------------------------- */

static bool system_wins(const struct effective *e)
{
    return cloud_is_so(e->f->limits, &azure_facts[AZURE_VNET_SYSTEM_WINS]);
}

static void add_network(struct effective *e, const struct azure_vnet *v, enum cloud_route_hop hop,
                        const struct topo_object *object)
{
    uint32_t rank = system_wins(e) ? RANK_NETWORK : RANK_SYSTEM;
    for (uint32_t i = 0; i < v->address_space.count; i++)
        effective_add(e, &(struct cloud_route){ .prefix = v->address_space.items[i],
                                                .source = CLOUD_FROM_SYSTEM,
                                                .hop = hop,
                                                .object = object,
                                                .rank = rank });
}

/* A reserved range that the network itself uses is not dropped (azure.vnet.none-moves). */
static bool uses(const struct azure_vnet *v, const struct prefix *p)
{
    for (uint32_t i = 0; i < v->address_space.count; i++) {
        if (prefix_covers(&v->address_space.items[i], p))
            return true;
    }
    return false;
}

static void add_system(struct effective *e, const struct azure_vnet *v)
{
    add_network(e, v, CLOUD_HOP_LOCAL, &v->o);
    for (size_t i = 0; i < AZURE_SYSTEM_ROUTE_COUNT; i++) {
        const struct azure_system_route *s = &azure_system_routes[i];
        if (s->prefix.family == IP_NONE || uses(v, &s->prefix))
            continue;
        bool internet = strcmp(s->next_hop, "Internet") == 0;
        effective_add(e,
                      &(struct cloud_route){ .prefix = s->prefix,
                                             .source = CLOUD_FROM_SYSTEM,
                                             .hop = internet ? CLOUD_HOP_INTERNET : CLOUD_HOP_NONE,
                                             .rank = RANK_SYSTEM });
    }
}

/* ---- peerings -------------------------------------------------------------------------------- */

/* The other direction of a peering; NULL: it is not there, and the peering does not work. */
static const struct azure_peering *other_way(struct cloud_fabric *f, const struct azure_peering *p)
{
    const void *remote = p->remote_virtual_network;
    const uint32_t *at = remote ? net_map_find(&f->peerings, &remote, sizeof(remote)) : NULL;
    for (uint32_t i = at ? *at : NET_NONE; i != NET_NONE; i = f->peering_next[i]) {
        const struct azure_peering *back = &f->t->azure.virtual_network_peerings.items[i];
        if (back->remote_virtual_network == p->virtual_network)
            return back;
    }
    return NULL;
}

/* Adds what is peered; the network whose gateways this one uses, or NULL. */
static const struct azure_vnet *add_peerings(struct effective *e, const struct azure_vnet *v)
{
    const struct azure_vnet *gateways = NULL;
    const void *key = v;
    const uint32_t *at = net_map_find(&e->f->peerings, &key, sizeof(key));
    for (uint32_t i = at ? *at : NET_NONE; i != NET_NONE; i = e->f->peering_next[i]) {
        const struct azure_peering *p = &e->f->t->azure.virtual_network_peerings.items[i];
        const struct azure_peering *back = other_way(e->f, p);
        if (!back || !p->allow_virtual_network_access)
            continue;
        add_network(e, p->remote_virtual_network, CLOUD_HOP_PEERING, &p->o);
        if (p->use_remote_gateways && back->allow_gateway_transit && !gateways)
            gateways = p->remote_virtual_network;
    }
    return gateways;
}

/* ---- learned --------------------------------------------------------------------------------- */

/* A network has two gateways and a Route Server at most (azure.vpn.ha.gateways-per-vnet). */
enum { SPEAKERS_MAX = 8 };

static uint32_t first_speaker(struct cloud_fabric *f, const struct azure_vnet *v)
{
    const void *key = v;
    const uint32_t *at = net_map_find(&f->networks, &key, sizeof(key));
    return at ? *at : NET_NONE;
}

/* Route Server's choice in the network of a route; without one, ExpressRoute is preferred. */
static int preference_of(struct cloud_fabric *f, const struct azure_vnet *v)
{
    for (uint32_t i = first_speaker(f, v); i != NET_NONE; i = f->speakers.items[i].next) {
        if (f->speakers.items[i].server)
            return (int)f->speakers.items[i].server->hub_routing_preference;
    }
    return AZURE_PREFER_EXPRESS_ROUTE;
}

static const struct cloud_speaker *speaker_of(const struct effective *e,
                                              const struct cloud_learned *r)
{
    const void *key = r->by;
    const uint32_t *at = net_map_find(&e->f->by_object, &key, sizeof(key));
    assert(at); /* it was found by its speaker */
    return &e->f->speakers.items[*at];
}

static const struct azure_vnet_gateway *as_gateway(const struct cloud_speaker *s)
{
    return s->server ? NULL : (const struct azure_vnet_gateway *)(const void *)s->object;
}

/* 0 is better: from ExpressRoute, or from anybody else, as preferred. */
static int kind_rank(const struct cloud_speaker *s, int preference)
{
    const struct azure_vnet_gateway *gw = as_gateway(s);
    bool circuit = gw && gw->type == AZURE_GATEWAY_EXPRESS_ROUTE;
    return circuit == (preference != AZURE_PREFER_VPN) ? 0 : 1;
}

/* azure.rs.preference: the kind first, unless the AS path is to be; azure.rs.ecmp. */
static int compare(const struct effective *e, const struct cloud_learned *a,
                   const struct cloud_learned *b)
{
    const struct cloud_speaker *x = speaker_of(e, a), *y = speaker_of(e, b);
    const struct azure_vnet_gateway *gw = as_gateway(x);
    int preference = preference_of(e->f, gw ? gw->virtual_network : x->server->virtual_network);
    int by_path = a->path_len < b->path_len ? -1 : a->path_len > b->path_len;
    int by_kind = kind_rank(x, preference) - kind_rank(y, preference);
    if (preference == AZURE_PREFER_AS_PATH)
        return by_path ? by_path : by_kind;
    return by_kind ? by_kind : by_path;
}

static void add_learned(struct effective *e, const struct azure_vnet *v)
{
    const void *resources[SPEAKERS_MAX];
    uint32_t n = 0;
    for (uint32_t i = first_speaker(e->f, v); i != NET_NONE && n < SPEAKERS_MAX;
         i = e->f->speakers.items[i].next)
        resources[n++] = e->f->speakers.items[i].object;
    effective_add_learned(e, &(struct effective_learned){ .resources = resources,
                                                          .count = n,
                                                          .compare = compare,
                                                          .equal_cost = true,
                                                          .rank = RANK_LEARNED });
}

/* ---- the user's ------------------------------------------------------------------------------ */

static void add_user(struct effective *e, const struct azure_route_table *table)
{
    static const enum cloud_route_hop hops[] = {
        [AZURE_HOP_VIRTUAL_APPLIANCE] = CLOUD_HOP_APPLIANCE,
        [AZURE_HOP_VIRTUAL_NETWORK_GATEWAY] = CLOUD_HOP_GATEWAY,
        [AZURE_HOP_VNET_LOCAL] = CLOUD_HOP_LOCAL,
        [AZURE_HOP_INTERNET] = CLOUD_HOP_INTERNET,
        [AZURE_HOP_NONE] = CLOUD_HOP_NONE,
    };
    for (uint32_t i = 0; table && i < table->routes.count; i++) {
        const struct azure_route *r = &table->routes.items[i];
        if (r->address_prefix.family == IP_NONE)
            continue; /* a service tag: Microsoft's list of prefixes, which changes weekly */
        effective_add(e, &(struct cloud_route){ .prefix = r->address_prefix,
                                                .source = CLOUD_FROM_USER,
                                                .hop = hops[r->next_hop_type],
                                                .next_hop = r->next_hop_ip_address,
                                                .object = &r->o,
                                                .rank = RANK_USER });
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

static bool is_network(const struct cloud_route *r)
{
    return r->source == CLOUD_FROM_SYSTEM &&
           (r->hop == CLOUD_HOP_LOCAL || r->hop == CLOUD_HOP_PEERING);
}

bool azure_effective_routes(struct cloud_fabric *f, const struct azure_subnet *subnet,
                            struct cloud_routes *ret)
{
    struct effective e = { .f = f, .out = ret };
    const struct azure_vnet *v = (const struct azure_vnet *)(const void *)subnet->o.parent;
    memset(ret, 0, sizeof(*ret));
    add_system(&e, v);
    const struct azure_vnet *remote = add_peerings(&e, v);
    if (!subnet->route_table || !subnet->route_table->disable_bgp_route_propagation)
        add_learned(&e, remote ? remote : v);
    add_user(&e, subnet->route_table);
    effective_sort(&e);
    effective_choose(&e);
    if (system_wins(&e))
        effective_shield(&e, CLOUD_FROM_GATEWAY, is_network);
    effective_sort(&e);
    return !e.full;
}
