/* Which nodes, tunnels and sessions of the network an expectation's places mean. */
#include <stdlib.h>
#include <string.h>

#include "expect/impl.h"

/* ---- words ----------------------------------------------------------------------------------- */

const char *expect_ip_text(struct arena *arena, const struct ip_addr *a)
{
    char buffer[IP_TEXT_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    text_ip(&t, a);
    const char *s = a->family == IP_NONE ? "any" : arena_str(arena, buffer);
    return s ? s : "";
}

const char *expect_prefix_text(struct arena *arena, const struct prefix *p)
{
    char buffer[PREFIX_TEXT_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    text_prefix(&t, p);
    const char *s = arena_str(arena, buffer);
    return s ? s : "";
}

const char *expect_place_text(struct arena *arena, const struct topo_place *place)
{
    char buffer[EXPECT_SENTENCE_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    if (place->object)
        topo_object_path(place->object, &t);
    if (place->object && place->part) {
        text_char(&t, ':');
        text_str(&t, place->part);
    }
    const char *s = arena_str(arena, buffer);
    return s ? s : "";
}

bool expect_is_instance(const char *part, uint32_t instance)
{
    char *end;
    if (strcmp(part, "primary") == 0 || strcmp(part, "secondary") == 0)
        return instance == (*part == 's');
    unsigned long n = strtoul(part, &end, 10);
    return end != part && *end == '\0' && n == instance;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

/* Whether what follows the colon says which of a thing's nodes; of a router it is an interface or a
 * line of its configuration. */
static bool part_fits(const struct topo_place *place, const struct net_node *v)
{
    if (!place->part || v->kind == NET_ROUTER || v->kind == NET_HOST)
        return true;
    return expect_is_instance(place->part, v->instance);
}

static bool has_nic(const struct topo_object *vm, const struct topo_object *nic)
{
    if (vm->kind != &azure_vm_kind)
        return false;
    const struct azure_vm *v = (const struct azure_vm *)vm;
    for (uint32_t i = 0; i < v->network_interfaces.count; i++)
        if (&v->network_interfaces.items[i]->o == nic)
            return true;
    return false;
}

bool expect_is_node(const struct net *n, const struct topo_place *place, uint32_t node)
{
    const struct net_node *v = node < n->nodes.count ? &n->nodes.items[node] : NULL;
    const struct topo_object *o = place->object;
    if (!v || !v->object || !o)
        return false;
    if (v->object == o)
        return part_fits(place, v);
    if (o->kind == &azure_nic_kind)
        return has_nic(v->object, o);
    /* A tunnel of a connection, an interface of a VPN gateway: one instance each. */
    bool is_end = o->kind == &aws_tunnel_kind || o->kind == &soracom_tunnel_kind ||
                  o->kind == &gcp_vpn_interface_kind;
    return is_end && o->parent == v->object && o->index == v->instance;
}

uint32_t expect_next_node(const struct expect_world *w, const struct topo_place *place,
                          uint32_t after)
{
    for (uint32_t i = after == NET_NONE ? 0 : after + 1; i < w->net->nodes.count; i++)
        if (expect_is_node(w->net, place, i))
            return i;
    return NET_NONE;
}

uint32_t expect_node_with(const struct net *n, const struct ip_addr *a)
{
    for (uint32_t i = 0; i < n->ifaces.count; i++)
        if (ip_eq(&n->ifaces.items[i].addr, a))
            return n->ifaces.items[i].node;
    return NET_NONE;
}

static struct ip_addr named_address(const struct net *n, uint32_t node, const char *start)
{
    for (uint32_t i = 0; i < n->ifaces.count; i++) {
        const struct net_iface *f = &n->ifaces.items[i];
        if (f->node == node && (!start || (f->name && strncmp(f->name, start, strlen(start)) == 0)))
            return f->addr;
    }
    return (struct ip_addr){ 0 };
}

/* Of a gateway what its own network knows it by; of everything else its first address. */
static struct ip_addr address_of(const struct net *n, uint32_t node)
{
    static const char *const names[] = { "private", "bgp", NULL };
    struct ip_addr a = { 0 };
    bool is_gateway = n->nodes.items[node].kind == NET_VPN_GATEWAY;
    for (size_t i = is_gateway ? 0 : 2; i < ARRAY_LEN(names) && a.family == IP_NONE; i++)
        a = named_address(n, node, names[i]);
    return a;
}

struct ip_addr expect_source_of(const struct net *n, uint32_t node)
{
    const struct net_node *v = &n->nodes.items[node];
    if (v->kind == NET_VPN_GATEWAY)
        return address_of(n, node);
    if (v->object && v->object->kind == &site_router_kind)
        return named_address(n, node, "Loopback");
    return (struct ip_addr){ 0 };
}

/* ---- who stands for a network ---------------------------------------------------------------- */

/* What a place covers: ranges, and the fabric (or none: a site) that they are in. */
struct cover {
    const struct prefix *ranges;
    uint32_t count;
    const struct topo_object *network; /* of the fabric; NULL: on a site */
    const struct topo_object *site;
};

static bool cover_of(const struct topo_object *o, struct cover *ret)
{
    *ret = (struct cover){ .count = 1, .network = o->parent };
    if (o->kind == &azure_subnet_kind) {
        ret->ranges = &((const struct azure_subnet *)o)->address_prefix;
    } else if (o->kind == &aws_subnet_kind) {
        ret->ranges = &((const struct aws_subnet *)o)->cidr_block;
    } else if (o->kind == &gcp_subnetwork_kind) {
        ret->ranges = &((const struct gcp_subnetwork *)o)->ip_cidr_range;
        ret->network = &((const struct gcp_subnetwork *)o)->network->o;
    } else if (o->kind == &site_network_kind) {
        ret->ranges = &((const struct site_network *)o)->prefix;
        ret->network = NULL;
        ret->site = o->parent;
    } else if (o->kind == &azure_vnet_kind || o->kind == &aws_vpc_kind ||
               o->kind == &gcp_network_kind || o->kind == &soracom_vpg_kind) {
        ret->network = o;
    } else if (o->kind == &site_kind) {
        ret->network = NULL;
        ret->site = o;
    } else {
        return false;
    }
    return true;
}

static bool is_within_cover(const struct net *n, const struct cover *c, const struct net_iface *f)
{
    const struct net_node *v = &n->nodes.items[f->node];
    bool same = c->network ? v->fabric != NET_NONE && n->nodes.items[v->fabric].object == c->network
                           : v->object && v->object->parent == c->site;
    if (!same)
        return false;
    for (uint32_t i = 0; c->ranges && i < c->count; i++) {
        struct prefix p = prefix_of(&f->addr, ip_bits(f->addr.family));
        if (p.family == c->ranges[i].family && p.len >= c->ranges[i].len) {
            struct prefix wide = prefix_of(&f->addr, c->ranges[i].len);
            if (prefix_eq(&wide, &c->ranges[i]))
                return true;
        }
    }
    return !c->ranges;
}

/* Machines and hosts; gateways only if `gateways`; routers of a site only when it has no hosts. */
static bool stands(const struct net *n, uint32_t node, unsigned round)
{
    const struct net_node *v = &n->nodes.items[node];
    bool is_router = v->kind == NET_ROUTER && v->object && v->object->kind == &site_router_kind;
    if (v->kind == NET_HOST || (v->kind == NET_ROUTER && !is_router))
        return round == 0;
    return round == 1 &&
           (is_router || v->kind == NET_VPN_GATEWAY || v->kind == NET_CIRCUIT_GATEWAY);
}

static uint32_t stands_in(const struct net *n, const struct cover *c, struct expect_stand *ret,
                          uint32_t max)
{
    uint32_t count = 0;
    for (unsigned round = 0; round < 2 && count == 0; round++)
        for (uint32_t i = 0; i < n->ifaces.count && count < max; i++) {
            const struct net_iface *f = &n->ifaces.items[i];
            bool twice = count > 0 && ret[count - 1].node == f->node;
            if (!twice && stands(n, f->node, round) && is_within_cover(n, c, f))
                ret[count++] = (struct expect_stand){ f->node, f->addr };
        }
    return count;
}

/* The devices behind a SORACOM gateway are no nodes: its first range stands for them. */
static uint32_t stand_of_fabric(const struct expect_world *w, const struct topo_place *place,
                                struct expect_stand *ret)
{
    const struct soracom_vpg *vpg = (const struct soracom_vpg *)place->object;
    uint32_t node = expect_next_node(w, place, NET_NONE);
    if (place->object->kind != &soracom_vpg_kind || vpg->device_ranges.count == 0 ||
        node == NET_NONE)
        return 0;
    struct ip_addr a = prefix_addr(&vpg->device_ranges.items[0]);
    *ret = (struct expect_stand){ node, ip_from_u32(ip_to_u32(&a) + 1) };
    return 1;
}

uint32_t expect_stands(const struct expect_world *w, const struct topo_place *place,
                       struct expect_stand *ret, uint32_t max)
{
    struct cover cover;
    uint32_t count = 0;
    if (!place->object || max == 0)
        return 0;
    if (cover_of(place->object, &cover)) {
        count = stands_in(w->net, &cover, ret, max);
        return count > 0 ? count : stand_of_fabric(w, place, ret);
    }
    for (uint32_t node = NET_NONE; count < max;) {
        node = expect_next_node(w, place, node);
        if (node == NET_NONE)
            break;
        ret[count++] = (struct expect_stand){ node, address_of(w->net, node) };
    }
    return count;
}

/* ---- tunnels and sessions -------------------------------------------------------------------- */

bool expect_asks_for(const struct net *n, const struct topo_place *place,
                     const struct net_tunnel_end *e)
{
    const struct net_node *node = &n->nodes.items[e->node];
    if (place->object == e->object)
        return !place->part || expect_is_instance(place->part, node->instance) ||
               (e->interface && strcmp(e->interface, place->part) == 0);
    return place->object && place->object->parent == e->object &&
           place->object->index == node->instance;
}

bool expect_is_tunnel(const struct net *n, const struct topo_place *place, uint32_t tunnel)
{
    if (tunnel >= n->tunnels.count)
        return false;
    const struct net_tunnel *t = &n->tunnels.items[tunnel];
    for (unsigned i = 0; i < 2; i++)
        if (t->end[i] != NET_NONE && expect_asks_for(n, place, &n->ends.items[t->end[i]]))
            return true;
    return false;
}

static struct ip_addr public_of(const struct net_tunnel_end *e)
{
    return e->seen.family == IP_NONE ? e->outside : e->seen;
}

static bool is_addr(const struct topo_endpoint *expected, const struct ip_addr *a)
{
    return !expected->node || ip_eq(&expected->addr, a);
}

static bool has_addrs(const struct net *n, const struct net_tunnel *t,
                      const struct expect_tunnel *e)
{
    const struct net_tunnel_end *near = &n->ends.items[t->end[0]];
    struct ip_addr a = public_of(near), b = near->peer_outside;
    if (t->end[1] != NET_NONE)
        b = public_of(&n->ends.items[t->end[1]]);
    return (is_addr(&e->local, &a) && is_addr(&e->remote, &b)) ||
           (is_addr(&e->local, &b) && is_addr(&e->remote, &a));
}

static bool is_configured_on(const struct net *n, const struct net_tunnel *t,
                             const topo_places_t *places)
{
    uint32_t ends = t->end[1] == NET_NONE ? 1 : 2;
    if (places->count == 0)
        return true;
    if (places->count != ends)
        return false;
    for (uint32_t i = 0; i < ends; i++) {
        bool asked = false;
        for (uint32_t k = 0; k < places->count; k++)
            asked |= expect_asks_for(n, &places->items[k], &n->ends.items[t->end[i]]);
        if (!asked)
            return false;
    }
    return true;
}

uint32_t expect_tunnel_of(const struct net *n, const struct expect_tunnel *e)
{
    for (uint32_t i = 0; i < n->tunnels.count; i++)
        if (has_addrs(n, &n->tunnels.items[i], e) &&
            is_configured_on(n, &n->tunnels.items[i], &e->configured_on))
            return i;
    return NET_NONE;
}

uint32_t expect_session_of(const struct net *n, const struct expect_session *e)
{
    uint32_t found = NET_NONE;
    for (uint32_t i = 0; i < n->sessions.count; i++) {
        const struct net_session *s = &n->sessions.items[i];
        for (int side = 0; side < 2; side++)
            if (s->node[side] != NET_NONE && expect_is_node(n, &e->at, s->node[side]) &&
                ip_eq(&s->addr[1 - side], &e->neighbor) &&
                (found == NET_NONE || n->sessions.items[found].fault != NET_SESSION_FINE))
                found = i;
    }
    return found;
}
