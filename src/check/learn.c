#include "check/learn.h"

#include <string.h>

#include "cloud/assign.h"
#include "cloud/azure/facts.h"
#include "net/list.h"
#include "topo/kinds.h"

/* ---- chains ---------------------------------------------------------------------------------- */

struct pair_key {
    const void *from, *to;
};

/* Puts index i in front of the chain of `of`; made backwards, so that chains are in file order. */
static bool chain(struct net_map *m, const void *of, uint32_t *next, uint32_t i)
{
    uint32_t *first = net_map_make(m, &of, sizeof(of));
    if (!first)
        return false;
    next[i] = *first;
    *first = i;
    return true;
}

static uint32_t first_of(struct net_map *m, const void *of)
{
    const uint32_t *at = net_map_find(m, &of, sizeof(of));
    return at ? *at : NET_NONE;
}

static uint32_t *none_of(struct check *c, uint32_t n)
{
    uint32_t *v = arena_alloc(c->arena, (n + 1) * sizeof(*v));
    for (uint32_t i = 0; v && i < n; i++)
        v[i] = NET_NONE;
    return v;
}

static bool build_chains(struct check *c, struct learn *l)
{
    const struct topo_azure *a = &c->topo->azure;
    bool fine = true;
    net_map_init(&l->connections, c->arena);
    net_map_init(&l->peerings, c->arena);
    net_map_init(&l->joined, c->arena);
    l->next_connection = none_of(c, a->connections.count);
    l->next_peering = none_of(c, a->virtual_network_peerings.count);
    if (!l->next_connection || !l->next_peering)
        return false;
    for (uint32_t i = a->connections.count; i-- > 0;) {
        const struct azure_connection *v = &a->connections.items[i];
        if (v->type == AZURE_CONNECTION_EXPRESS_ROUTE && v->express_route_circuit &&
            v->virtual_network_gateway)
            fine &= chain(&l->connections, v->virtual_network_gateway, l->next_connection, i);
    }
    for (uint32_t i = a->virtual_network_peerings.count; i-- > 0;) {
        const struct azure_peering *p = &a->virtual_network_peerings.items[i];
        struct pair_key key = { p->virtual_network, p->remote_virtual_network };
        uint32_t *at = net_map_make(&l->joined, &key, sizeof(key));
        fine &= at != NULL && chain(&l->peerings, p->virtual_network, l->next_peering, i);
        if (at)
            *at = i;
    }
    return fine;
}

const struct azure_connection *learn_next_connection(struct learn *l, const struct check *c,
                                                     const struct azure_vnet_gateway *g,
                                                     const struct azure_connection *after)
{
    const struct azure_connection *all = c->topo->azure.connections.items;
    uint32_t i = after ? l->next_connection[after - all] : first_of(&l->connections, g);
    return i == NET_NONE ? NULL : &all[i];
}

const struct azure_peering *learn_next_peering(struct learn *l, const struct check *c,
                                               const struct azure_vnet *v,
                                               const struct azure_peering *after)
{
    const struct azure_peering *all = c->topo->azure.virtual_network_peerings.items;
    uint32_t i = after ? l->next_peering[after - all] : first_of(&l->peerings, v);
    return i == NET_NONE ? NULL : &all[i];
}

const struct azure_peering *learn_peering(struct learn *l, const struct check *c,
                                          const struct azure_vnet *from,
                                          const struct azure_vnet *to)
{
    struct pair_key key = { from, to };
    const uint32_t *at = net_map_find(&l->joined, &key, sizeof(key));
    return at ? &c->topo->azure.virtual_network_peerings.items[*at] : NULL;
}

const struct learn_offer *learn_next_offer(struct learn *l, const struct check *c,
                                           const struct azure_circuit *k,
                                           const struct learn_offer *after)
{
    uint32_t i = after ? after->next
                       : l->first_offer[k - c->topo->azure.express_route_circuits.items];
    return i == NET_NONE ? NULL : &l->offers.items[i];
}

const struct azure_vnet *learn_hub(struct learn *l, const struct check *c,
                                   const struct azure_vnet *v)
{
    const struct azure_peering *p = NULL;
    if (!v || look_route_server(c, v) || look_gateway(c, v, AZURE_GATEWAY_VPN) ||
        look_gateway(c, v, AZURE_GATEWAY_EXPRESS_ROUTE))
        return v;
    while ((p = learn_next_peering(l, c, v, p))) {
        const struct azure_peering *back = learn_peering(l, c, p->remote_virtual_network, v);
        if (p->use_remote_gateways && back && back->allow_gateway_transit)
            return p->remote_virtual_network;
    }
    return NULL;
}

/* ---- ends of circuits ------------------------------------------------------------------------ */

static const struct prefix *prefix_of_side(const struct azure_circuit *k, uint32_t side)
{
    return side ? &k->private_peering.secondary_peer_address_prefix
                : &k->private_peering.primary_peer_address_prefix;
}

static void note_link(struct check *c, struct learn *l, const struct site_link *link)
{
    for (uint32_t i = 0; i < 2 && link->between.count == 2; i++) {
        const struct topo_place *at = &link->between.items[i], *other = &link->between.items[!i];
        if (!at->object || at->object->kind != &azure_circuit_kind)
            continue;
        uint32_t side = at->part && strcmp(at->part, "secondary") == 0;
        struct learn_end *e = &l->ends[2 * at->object->index + side];
        e->link = link;
        if (other->object && other->object->kind == &site_router_kind) {
            e->router = (const struct site_router *)(const void *)other->object;
            e->interface = other->part;
            e->device = look_device_of(c, other->object);
        }
    }
}

static void finish_end(struct check *c, struct learn_end *e)
{
    const struct prefix *p = prefix_of_side(e->circuit, e->side);
    bool first = cloud_is_so(c->limits, &azure_facts[AZURE_ER_CUSTOMER_FIRST]);
    if (p->family != IP_V4 || p->len > 30)
        return;
    e->customer = cloud_link_host(p, first ? 1 : 2);
    e->edge = cloud_link_host(p, first ? 2 : 1);
    e->neighbor = announce_neighbor(c, e->device, &e->edge);
    (void)!announce_to(c, e->device, &e->edge, &e->announced);
}

/* The site itself, of anything in it. */
static const struct topo_object *site_of(const struct topo_object *o)
{
    while (o && o->parent)
        o = o->parent;
    return o;
}

static bool chain_ends(struct check *c, struct learn *l)
{
    bool fine = true;
    net_map_init(&l->sites, c->arena);
    l->next_end = none_of(c, l->end_count);
    for (uint32_t i = l->end_count; l->next_end && i-- > 0;)
        if (l->ends[i].router)
            fine &= chain(&l->sites, site_of(&l->ends[i].router->o), l->next_end, i);
    return fine && l->next_end;
}

static bool build_ends(struct check *c, struct learn *l)
{
    const struct topo_azure *a = &c->topo->azure;
    l->end_count = 2 * a->express_route_circuits.count;
    l->ends = arena_alloc(c->arena, (l->end_count + 1) * sizeof(*l->ends));
    if (!l->ends)
        return false;
    memset(l->ends, 0, l->end_count * sizeof(*l->ends));
    for (uint32_t i = 0; i < l->end_count; i++) {
        l->ends[i].circuit = &a->express_route_circuits.items[i / 2];
        l->ends[i].side = i % 2;
    }
    for (uint32_t i = 0; i < c->topo->sites.links.count; i++)
        note_link(c, l, &c->topo->sites.links.items[i]);
    for (uint32_t i = 0; i < l->end_count; i++)
        finish_end(c, &l->ends[i]);
    return chain_ends(c, l);
}

const struct learn_end *learn_next_end(struct learn *l, const struct topo_object *place,
                                       const struct learn_end *after)
{
    uint32_t i = after ? l->next_end[after - l->ends] : first_of(&l->sites, site_of(place));
    return i == NET_NONE ? NULL : &l->ends[i];
}

/* ---- Route Servers --------------------------------------------------------------------------- */

static bool build_peers(struct check *c, struct learn *l)
{
    const struct topo_azure *a = &c->topo->azure;
    l->first_peer = none_of(c, a->route_servers.count);
    if (!l->first_peer)
        return false;
    for (uint32_t i = 0; i < a->route_servers.count; i++) {
        const struct azure_route_server *rs = &a->route_servers.items[i];
        l->first_peer[i] = l->peers.count;
        for (uint32_t k = 0; k < rs->peers.count; k++) {
            struct learn_peer *p = NET_PUSH(c->arena, &l->peers);
            if (!p)
                return false;
            p->server = rs;
            p->peer = &rs->peers.items[k];
            p->nic = rs->virtual_network ? look_nic(c, rs->virtual_network, &p->peer->peer_ip)
                                         : NULL;
            p->vm = p->nic ? look_vm(c, p->nic) : NULL;
            p->device = p->vm ? look_device_of(c, &p->vm->o) : NULL;
            if (p->device && !p->device->config)
                p->device = NULL;
            for (uint32_t s = 0; s < 2 && s < rs->virtual_router_ips.count; s++)
                p->speaks[s] =
                    announce_to(c, p->device, &rs->virtual_router_ips.items[s], &p->announced[s]);
        }
    }
    return true;
}

/* ---- offers ---------------------------------------------------------------------------------- */

static bool offer(struct check *c, struct learn *l, const struct azure_circuit *k,
                  const struct learn_offer *o)
{
    struct learn_offer *new = NET_PUSH(c->arena, &l->offers);
    uint32_t *first = &l->first_offer[k - c->topo->azure.express_route_circuits.items];
    if (!new)
        return false;
    *new = *o;
    new->next = *first;
    *first = l->offers.count - 1;
    return true;
}

static bool offer_spaces(struct check *c, struct learn *l, const struct azure_connection *conn,
                         const struct azure_vnet *of)
{
    bool fine = true;
    for (uint32_t i = 0; i < of->address_space.count; i++)
        fine &=
            offer(c, l, conn->express_route_circuit,
                  &(struct learn_offer){ .prefix = of->address_space.items[i],
                                         .origin = &of->o,
                                         .vnet = conn->virtual_network_gateway->virtual_network });
    return fine;
}

/* What the appliances at the Route Server of the gateway's network announce. */
static bool offer_appliances(struct check *c, struct learn *l, const struct azure_connection *conn)
{
    const struct azure_vnet *v = conn->virtual_network_gateway->virtual_network;
    const struct azure_route_server *rs = look_route_server(c, v);
    bool fine = true;
    if (!rs || !rs->branch_to_branch_traffic_enabled)
        return true;
    uint32_t first = l->first_peer[rs - c->topo->azure.route_servers.items];
    for (uint32_t i = first; i < first + rs->peers.count; i++) {
        const struct learn_peer *p = &l->peers.items[i];
        const struct announce_list *said = &p->announced[p->speaks[0] ? 0 : 1];
        for (uint32_t k = 0; k < said->list.count; k++)
            fine &= offer(c, l, conn->express_route_circuit,
                          &(struct learn_offer){ .prefix = said->list.items[k].prefix,
                                                 .origin = &p->vm->o,
                                                 .vnet = v,
                                                 .device = p->device,
                                                 .line = said->list.items[k].line });
    }
    return fine;
}

static bool offer_network(struct check *c, struct learn *l, const struct azure_connection *conn)
{
    const struct azure_vnet *v = conn->virtual_network_gateway->virtual_network;
    const struct azure_peering *p = NULL;
    if (!v)
        return true;
    bool fine = offer_spaces(c, l, conn, v) && offer_appliances(c, l, conn);
    while ((p = learn_next_peering(l, c, v, p))) {
        const struct azure_peering *back = learn_peering(l, c, p->remote_virtual_network, v);
        if (p->allow_gateway_transit && back && back->use_remote_gateways)
            fine &= offer_spaces(c, l, conn, p->remote_virtual_network);
    }
    return fine;
}

static bool build_offers(struct check *c, struct learn *l)
{
    const struct topo_azure *a = &c->topo->azure;
    bool fine = true;
    l->first_offer = none_of(c, a->express_route_circuits.count);
    if (!l->first_offer)
        return false;
    for (uint32_t i = 0; i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        if (v->type == AZURE_CONNECTION_EXPRESS_ROUTE && v->express_route_circuit &&
            v->virtual_network_gateway)
            fine &= offer_network(c, l, v);
    }
    for (uint32_t i = 0; i < l->end_count; i++) {
        const struct learn_end *e = &l->ends[i];
        for (uint32_t k = 0; k < e->announced.list.count; k++)
            fine &= offer(c, l, e->circuit,
                          &(struct learn_offer){ .prefix = e->announced.list.items[k].prefix,
                                                 .origin = &e->router->o,
                                                 .device = e->device,
                                                 .line = e->announced.list.items[k].line });
    }
    return fine;
}

struct learn *learn_get(struct check *c)
{
    if (c->learn)
        return c->learn;
    struct learn *l = arena_alloc(c->arena, sizeof(*l));
    if (!l)
        return NULL;
    memset(l, 0, sizeof(*l));
    if (!build_chains(c, l) || !build_ends(c, l) || !build_peers(c, l) || !build_offers(c, l))
        return NULL;
    c->learn = l;
    return l;
}

/* ---- places ---------------------------------------------------------------------------------- */

static uint32_t take(const struct prefix *from, uint32_t n, struct prefix *ret, uint32_t max)
{
    n = MIN(n, max);
    if (n > 0)
        memcpy(ret, from, n * sizeof(*ret));
    return n;
}

static uint32_t take_address(const struct ip_addr *a, struct prefix *ret, uint32_t max)
{
    if (a->family == IP_NONE || max == 0)
        return 0;
    *ret = prefix_of(a, ip_bits(a->family));
    return 1;
}

uint32_t learn_spaces(const struct topo_place *place, struct prefix *ret, uint32_t max)
{
    const void *o = place->object;
    const struct topo_kind *kind = o ? place->object->kind : NULL;
    uint32_t n = 0;
    if (kind == &azure_vnet_kind) {
        const struct azure_vnet *v = o;
        return take(v->address_space.items, v->address_space.count, ret, max);
    }
    if (kind == &azure_subnet_kind)
        return take(&((const struct azure_subnet *)o)->address_prefix, 1, ret, max);
    if (kind == &azure_nic_kind)
        return take_address(&((const struct azure_nic *)o)->private_ip_address, ret, max);
    if (kind == &azure_vm_kind) {
        const struct azure_vm *v = o;
        for (uint32_t i = 0; i < v->network_interfaces.count; i++)
            n +=
                take_address(&v->network_interfaces.items[i]->private_ip_address, ret + n, max - n);
        return n;
    }
    if (kind == &site_kind) {
        const struct site *s = o;
        for (uint32_t i = 0; i < s->networks.count; i++)
            n += take(&s->networks.items[i].prefix, 1, ret + n, max - n);
        return n;
    }
    if (kind == &site_network_kind)
        return take(&((const struct site_network *)o)->prefix, 1, ret, max);
    if (kind == &site_host_kind)
        return take_address(&((const struct site_host *)o)->address.addr, ret, max);
    return 0;
}

const struct azure_vnet *learn_vnet_of(const struct topo_place *place)
{
    const struct topo_object *o = look_network_of(place->object);
    return o && o->kind == &azure_vnet_kind ? (const struct azure_vnet *)o : NULL;
}
