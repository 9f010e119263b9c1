#include "check/look.h"

#include <stdlib.h>
#include <string.h>

#include "net/map.h"
#include "topo/kinds.h"

/* ---- words -------------------------------------------------------------------------------------
 */

const char *look_addr_text(const struct ip_addr *a, char buffer[IP_TEXT_MAX])
{
    struct text out = text_init(buffer, IP_TEXT_MAX);
    text_ip(&out, a);
    return buffer;
}

const char *look_prefix_text(const struct prefix *p, char buffer[PREFIX_TEXT_MAX])
{
    struct text out = text_init(buffer, PREFIX_TEXT_MAX);
    text_prefix(&out, p);
    return buffer;
}

bool look_is_private(const struct ip_addr *a)
{
    uint32_t n = ip_to_u32(a);
    return n >> 24 == 10 || n >> 20 == 0xac1 || n >> 16 == 0xc0a8;
}

/* What an object lies in. */
static const struct topo_object *around(const struct topo_object *o)
{
    const struct azure_vm *vm = (const struct azure_vm *)o;
    const struct azure_nic *nic = (const struct azure_nic *)o;
    const struct aws_instance *instance = (const struct aws_instance *)o;
    const struct gcp_instance *machine = (const struct gcp_instance *)o;
    const struct gcp_subnetwork *sub = (const struct gcp_subnetwork *)o;
    if (o->kind == &azure_vm_kind)
        return vm->network_interfaces.count ? &vm->network_interfaces.items[0]->o : NULL;
    if (o->kind == &azure_nic_kind)
        return nic->subnet ? &nic->subnet->o : NULL;
    if (o->kind == &aws_instance_kind)
        return instance->subnet ? &instance->subnet->o : NULL;
    if (o->kind == &gcp_instance_kind)
        return machine->subnetwork ? &machine->subnetwork->o : NULL;
    if (o->kind == &gcp_subnetwork_kind)
        return sub->network ? &sub->network->o : NULL;
    return o->parent;
}

const struct topo_object *look_network_of(const struct topo_object *place)
{
    static const struct topo_kind *const networks[] = { &azure_vnet_kind, &aws_vpc_kind,
                                                        &gcp_network_kind, &soracom_vpg_kind,
                                                        &site_kind };
    for (; place; place = around(place))
        for (size_t i = 0; i < ARRAY_LEN(networks); i++)
            if (place->kind == networks[i])
                return place;
    return NULL;
}

/* ---- overlaps -------------------------------------------------------------------------------- */

static uint32_t line_of(const struct look_space *s)
{
    return s->at ? s->at->line : 0;
}

/* By address, the wider one first: what a prefix covers then follows it at once. */
static int compare_spaces(const void *left, const void *right)
{
    const struct look_space *a = left, *b = right;
    int order = prefix_cmp(&a->prefix, &b->prefix);
    return order ? order : (line_of(a) > line_of(b)) - (line_of(a) < line_of(b));
}

void look_overlaps(struct look_space *spaces, uint32_t n,
                   void (*overlap)(void *context, const struct look_space *wide,
                                   const struct look_space *narrow),
                   void *context)
{
    uint32_t pairs = 0;
    if (n > 1)
        qsort(spaces, n, sizeof(*spaces), compare_spaces);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = i + 1; k < n && prefix_covers(&spaces[i].prefix, &spaces[k].prefix);
             k++) {
            if (++pairs > CHECK_FINDINGS_MAX)
                return;
            overlap(context, &spaces[i], &spaces[k]);
        }
}

/* ---- what check_run() builds ----------------------------------------------------------------- */

/* Maps to the index in the topology's collection, or in the network's ends. */
struct look {
    struct net_map gateways;      /* by virtual network and type */
    struct net_map route_servers; /* by virtual network */
    struct net_map nics;          /* by virtual network and address */
    struct net_map vms;           /* by interface */
    struct net_map peerings;      /* by virtual network: its first one */
    struct net_map first_end;     /* by object */
    struct net_map outside;       /* by IPv4 address */
    struct net_map devices;       /* by owner */
    uint32_t *next_peering;       /* of a peering: the next one of the same network */
    uint32_t *next_end;           /* of an end: the next one of the same object */
    uint32_t *tunnel;             /* of an end: the tunnel */
    struct net_map routes;        /* by route table and prefix: index in the table */
    uint64_t *route_lens;         /* of a route table: a bit for each length that it has */
    uint32_t *first_origin;       /* of a node */
    uint32_t *next_origin;        /* of an origin: the next one of the same node */
    struct net_map neighbor_at;   /* by device and address: index in neighbors */
    struct config_neighbor *neighbors;
};

struct look_key {
    const void *object;
    uint64_t number;
};

static uint32_t find(struct net_map *m, const void *object, uint64_t number)
{
    struct look_key key = { .object = object, .number = number };
    const uint32_t *at = net_map_find(m, &key, sizeof(key));
    return at ? *at : NET_NONE;
}

/* The first one stays. Without memory rules find less, and check_run() says so. */
static bool put(struct net_map *m, const void *object, uint64_t number, uint32_t index)
{
    struct look_key key = { .object = object, .number = number };
    uint32_t *at = net_map_make(m, &key, sizeof(key));
    if (at && *at == NET_NONE)
        *at = index;
    return at != NULL;
}

static bool build_azure(struct check *c, struct look *k)
{
    const struct topo_azure *a = &c->topo->azure;
    bool fine = true;
    for (uint32_t i = 0; i < a->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &a->virtual_network_gateways.items[i];
        fine &= put(&k->gateways, g->virtual_network, (uint64_t)g->type, i);
    }
    for (uint32_t i = 0; i < a->route_servers.count; i++)
        fine &= put(&k->route_servers, a->route_servers.items[i].virtual_network, 0, i);
    for (uint32_t i = 0; i < a->network_interfaces.count; i++) {
        const struct azure_nic *n = &a->network_interfaces.items[i];
        fine &= put(&k->nics, look_vnet_of_nic(n), ip_to_u32(&n->private_ip_address), i);
    }
    for (uint32_t i = 0; i < a->virtual_machines.count; i++) {
        const struct azure_vm *v = &a->virtual_machines.items[i];
        for (uint32_t n = 0; n < v->network_interfaces.count; n++)
            fine &= put(&k->vms, v->network_interfaces.items[n], 0, i);
    }
    return fine;
}

/* Backwards, so that each chain is in the order of the file. */
static bool build_peerings(struct check *c, struct look *k)
{
    const struct topo_azure *a = &c->topo->azure;
    uint32_t n = a->virtual_network_peerings.count;
    k->next_peering = arena_alloc(c->arena, (n + 1) * sizeof(uint32_t));
    for (uint32_t i = n; k->next_peering && i-- > 0;) {
        struct look_key key = { .object = a->virtual_network_peerings.items[i].virtual_network };
        uint32_t *first = net_map_make(&k->peerings, &key, sizeof(key));
        if (!first)
            return false;
        k->next_peering[i] = *first;
        *first = i;
    }
    return k->next_peering != NULL;
}

static bool build_ends(struct check *c, struct look *k)
{
    const struct net *n = c->net;
    size_t bytes = (n->ends.count + 1) * sizeof(uint32_t);
    uint32_t *last = arena_alloc(c->arena, bytes); /* of an object's first end: its last so far */
    k->next_end = arena_alloc(c->arena, bytes);
    k->tunnel = arena_alloc(c->arena, bytes);
    if (!last || !k->next_end || !k->tunnel)
        return false;
    for (uint32_t i = 0; i < n->ends.count; i++) {
        const struct topo_object *o = n->ends.items[i].object;
        const struct ip_addr *outside = &n->ends.items[i].outside;
        if (!put(&k->first_end, o, 0, i) ||
            (outside->family == IP_V4 && !put(&k->outside, NULL, ip_to_u32(outside), i)))
            return false;
        uint32_t first = find(&k->first_end, o, 0);
        k->next_end[i] = k->tunnel[i] = NET_NONE;
        if (first != i)
            k->next_end[last[first]] = i;
        last[first] = i;
    }
    for (uint32_t i = 0; i < n->tunnels.count; i++)
        for (int side = 0; side < 2; side++)
            if (n->tunnels.items[i].end[side] != NET_NONE)
                k->tunnel[n->tunnels.items[i].end[side]] = i;
    return true;
}

static uint64_t route_number(const struct prefix *p)
{
    struct ip_addr a = prefix_addr(p);
    return (uint64_t)p->len << 32 | ip_to_u32(&a);
}

/* Azure's user routes are IPv4. */
static bool build_routes(struct check *c, struct look *k)
{
    const struct topo_azure *z = &c->topo->azure;
    bool fine = true;
    k->route_lens = arena_alloc(c->arena, (z->route_tables.count + 1) * sizeof(*k->route_lens));
    for (uint32_t i = 0; k->route_lens && i < z->route_tables.count; i++) {
        const struct azure_route_table *t = &z->route_tables.items[i];
        k->route_lens[i] = 0;
        for (uint32_t r = 0; r < t->routes.count; r++) {
            const struct prefix *p = &t->routes.items[r].address_prefix;
            if (p->family != IP_V4)
                continue;
            k->route_lens[i] |= UINT64_C(1) << p->len;
            fine &= put(&k->routes, t, route_number(p), r);
        }
    }
    return fine && k->route_lens;
}

/* Backwards, so that each chain is in the order of the network. */
static bool build_origins(struct check *c, struct look *k)
{
    const struct net *n = c->net;
    k->first_origin = arena_alloc(c->arena, (n->nodes.count + 1) * sizeof(uint32_t));
    k->next_origin = arena_alloc(c->arena, (n->origins.count + 1) * sizeof(uint32_t));
    if (!k->first_origin || !k->next_origin)
        return false;
    for (uint32_t i = 0; i < n->nodes.count; i++)
        k->first_origin[i] = NET_NONE;
    for (uint32_t i = n->origins.count; i-- > 0;) {
        uint32_t *first = &k->first_origin[n->origins.items[i].node];
        k->next_origin[i] = *first;
        *first = i;
    }
    return true;
}

struct neighbor_key {
    const void *device;
    struct ip_addr address;
};

static struct neighbor_key neighbor_key_of(const struct check_device *d, const struct ip_addr *a)
{
    struct neighbor_key key;
    memset(&key, 0, sizeof(key)); /* its padding is hashed too */
    key.device = d;
    key.address = *a;
    return key;
}

/* Neighbors of all devices, resolved once. */
static bool build_neighbors(struct check *c, struct look *k)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->device_count; i++)
        n += c->devices[i].config ? c->devices[i].config->bgp.neighbors.n : 0;
    k->neighbors = arena_alloc(c->arena, (n + 1) * sizeof(*k->neighbors));
    if (!k->neighbors)
        return false;
    n = 0;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t j = 0; d->config && j < d->config->bgp.neighbors.n; j++) {
            const struct config_neighbor *v = &d->config->bgp.neighbors.v[j];
            const struct neighbor_key key = neighbor_key_of(d, &v->address);
            uint32_t *at = v->is_group ? NULL : net_map_make(&k->neighbor_at, &key, sizeof(key));
            if (!at || *at != NET_NONE)
                continue;
            *at = n;
            config_neighbor_resolve(d->config, v, &k->neighbors[n++]);
        }
    }
    return true;
}

bool look_build(struct check *c)
{
    struct look *k = arena_alloc(c->arena, sizeof(*k));
    if (!k)
        return false;
    net_map_init(&k->gateways, c->arena);
    net_map_init(&k->route_servers, c->arena);
    net_map_init(&k->nics, c->arena);
    net_map_init(&k->vms, c->arena);
    net_map_init(&k->peerings, c->arena);
    net_map_init(&k->first_end, c->arena);
    net_map_init(&k->outside, c->arena);
    net_map_init(&k->devices, c->arena);
    net_map_init(&k->neighbor_at, c->arena);
    net_map_init(&k->routes, c->arena);
    c->look = k;
    for (uint32_t i = 0; i < c->device_count; i++)
        if (!put(&k->devices, c->devices[i].owner, 0, i))
            return false;
    return build_azure(c, k) && build_peerings(c, k) && build_ends(c, k) && build_origins(c, k) &&
           build_routes(c, k) && build_neighbors(c, k);
}

/* ---- Azure ----------------------------------------------------------------------------------- */

const struct azure_vnet *look_vnet_of_subnet(const struct azure_subnet *s)
{
    return s ? (const struct azure_vnet *)s->o.parent : NULL;
}

const struct azure_vnet *look_vnet_of_nic(const struct azure_nic *n)
{
    return look_vnet_of_subnet(n->subnet);
}

const struct azure_vnet_gateway *look_gateway(const struct check *c, const struct azure_vnet *v,
                                              enum azure_gateway_type type)
{
    uint32_t i = find(&c->look->gateways, v, (uint64_t)type);
    return i == NET_NONE ? NULL : &c->topo->azure.virtual_network_gateways.items[i];
}

const struct azure_route_server *look_route_server(const struct check *c,
                                                   const struct azure_vnet *v)
{
    uint32_t i = find(&c->look->route_servers, v, 0);
    return i == NET_NONE ? NULL : &c->topo->azure.route_servers.items[i];
}

const struct azure_nic *look_nic(const struct check *c, const struct azure_vnet *v,
                                 const struct ip_addr *a)
{
    const struct topo_azure *all = &c->topo->azure;
    uint32_t i = find(&c->look->nics, v, ip_to_u32(a));
    for (uint32_t p = find(&c->look->peerings, v, 0); i == NET_NONE && p != NET_NONE;
         p = c->look->next_peering[p])
        i = find(&c->look->nics, all->virtual_network_peerings.items[p].remote_virtual_network,
                 ip_to_u32(a));
    return i == NET_NONE ? NULL : &all->network_interfaces.items[i];
}

const struct azure_vm *look_vm(const struct check *c, const struct azure_nic *n)
{
    uint32_t i = find(&c->look->vms, n, 0);
    return i == NET_NONE ? NULL : &c->topo->azure.virtual_machines.items[i];
}

bool look_vnet_has_addr(const struct azure_vnet *v, const struct ip_addr *a)
{
    for (uint32_t i = 0; i < v->address_space.count; i++)
        if (prefix_has_addr(&v->address_space.items[i], a))
            return true;
    return false;
}

bool look_vnet_has_prefix(const struct azure_vnet *v, const struct prefix *p)
{
    for (uint32_t i = 0; i < v->address_space.count; i++)
        if (prefix_covers(&v->address_space.items[i], p))
            return true;
    return false;
}

const struct azure_route *look_user_route(const struct check *c, const struct azure_route_table *t,
                                          const struct prefix *destination)
{
    if (!t || destination->family != IP_V4)
        return NULL;
    assert(t >= c->topo->azure.route_tables.items);
    uint64_t lens = c->look->route_lens[t - c->topo->azure.route_tables.items];
    struct ip_addr a = prefix_addr(destination);
    for (uint32_t len = destination->len + 1u; len-- > 0;) {
        struct prefix p = prefix_of(&a, (uint8_t)len);
        uint32_t i = lens >> len & 1 ? find(&c->look->routes, t, route_number(&p)) : NET_NONE;
        if (i != NET_NONE)
            return &t->routes.items[i];
    }
    return NULL;
}

/* ---- the network ----------------------------------------------------------------------------- */

static uint32_t end_index(const struct check *c, const struct net_tunnel_end *e)
{
    assert(e >= c->net->ends.items && e < c->net->ends.items + c->net->ends.count);
    return (uint32_t)(e - c->net->ends.items);
}

const struct net_tunnel_end *look_next_end(const struct check *c, const struct topo_object *o,
                                           const struct net_tunnel_end *after)
{
    uint32_t i = after ? c->look->next_end[end_index(c, after)] : find(&c->look->first_end, o, 0);
    return i == NET_NONE ? NULL : &c->net->ends.items[i];
}

const struct net_tunnel *look_tunnel(const struct check *c, const struct net_tunnel_end *e)
{
    uint32_t i = c->look->tunnel[end_index(c, e)];
    assert(i != NET_NONE); /* net_pair() leaves no end out */
    return &c->net->tunnels.items[i];
}

const struct net_tunnel_end *look_peer(const struct check *c, const struct net_tunnel_end *e)
{
    const struct net_tunnel *t = look_tunnel(c, e);
    uint32_t other = t->end[0] == end_index(c, e) ? t->end[1] : t->end[0];
    return other == NET_NONE ? NULL : &c->net->ends.items[other];
}

const struct net_tunnel_end *look_outside(const struct check *c, const struct ip_addr *outside)
{
    uint32_t i = outside->family == IP_V4 ? find(&c->look->outside, NULL, ip_to_u32(outside))
                                          : NET_NONE;
    return i == NET_NONE ? NULL : &c->net->ends.items[i];
}

const struct net_origin *look_next_origin(const struct check *c, uint32_t node,
                                          const struct net_origin *after)
{
    const struct net_origin *all = c->net->origins.items;
    uint32_t i = after ? c->look->next_origin[after - all] : c->look->first_origin[node];
    return i == NET_NONE ? NULL : &all[i];
}

/* Whether the origin is what an Azure gateway was told of the very place at the other end. */
static bool is_of_peer(const struct check *c, const struct net_origin *o,
                       const struct net_tunnel_end *e)
{
    const struct net_tunnel_end *peer = look_peer(c, e);
    if (!o->object || o->object->kind != &azure_local_gateway_kind || !peer)
        return false;
    const struct azure_local_gateway *l = (const struct azure_local_gateway *)o->object;
    const struct net_tunnel_end *there = look_outside(c, &l->gateway_address.addr);
    return there && look_node(c, there)->site == look_node(c, peer)->site;
}

const struct net_origin *look_next_announced(const struct check *c, const struct net_tunnel_end *e,
                                             const struct net_origin *after)
{
    const struct net_origin *o = look_next_origin(c, e->speaker, after);
    while (o && ((o->towards.family != IP_NONE && !ip_eq(&o->towards, &e->peer_bgp)) ||
                 is_of_peer(c, o, e)))
        o = look_next_origin(c, e->speaker, o);
    return o;
}

const struct net_node *look_node(const struct check *c, const struct net_tunnel_end *e)
{
    return &c->net->nodes.items[e->node];
}

/* ---- devices --------------------------------------------------------------------------------- */

const struct check_device *look_device_of(const struct check *c, const struct topo_object *owner)
{
    uint32_t i = find(&c->look->devices, owner, 0);
    return i == NET_NONE ? NULL : &c->devices[i];
}

const struct check_device *look_device(const struct check *c, const struct net_tunnel_end *e)
{
    return look_device_of(c, look_node(c, e)->object);
}

const struct config_neighbor *look_neighbor(const struct check *c, const struct check_device *d,
                                            const struct ip_addr *a)
{
    const struct neighbor_key key = neighbor_key_of(d, a);
    const uint32_t *at = d ? net_map_find(&c->look->neighbor_at, &key, sizeof(key)) : NULL;
    return at ? &c->look->neighbors[*at] : NULL;
}

const struct config_tunnel *look_config_tunnel(const struct check *c,
                                               const struct net_tunnel_end *e)
{
    const struct check_device *d = e && e->interface ? look_device(c, e) : NULL;
    for (uint32_t i = 0; d && d->config && i < d->config->ipsec.tunnels.n; i++)
        if (strcmp(d->config->ipsec.tunnels.v[i].interface->name, e->interface) == 0)
            return &d->config->ipsec.tunnels.v[i];
    return NULL;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Whether the line at s (up to `end`) begins with the words. */
static bool begins_with(const char *s, const char *end, const char *words)
{
    while (s < end && is_space(*s))
        s++;
    for (; *words; words++) {
        if (*words == ' ') {
            if (s == end || !is_space(*s))
                return false;
            while (s < end && is_space(*s))
                s++;
        } else if (s == end || *s++ != *words)
            return false;
    }
    return s == end || is_space(*s);
}

uint32_t look_line(const struct check_device *d, const char *words, uint32_t after)
{
    const char *s = d->text, *end = s ? s + d->len : NULL;
    for (uint32_t line = 1; s && s < end; line++) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        stop = stop ? stop : end;
        if (line > after && begins_with(s, stop, words))
            return line;
        s = stop < end ? stop + 1 : end;
    }
    return 0;
}
