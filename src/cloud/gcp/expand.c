/* Google Cloud: networks as fabrics, each interface of a VPN gateway as a node, Cloud Routers as
 * those who speak BGP through the gateways' tunnels, one end a tunnel. */
#include <string.h>

#include "cloud/expand_impl.h"
#include "cloud/gcp/facts.h"

/* ---- networks, gateways, machines ------------------------------------------------------------ */

static const char *site_of(const struct gcp_network *n, const struct topo_object *o)
{
    return n ? n->o.name : o->name;
}

static void expand_gateway_node(struct expander *x, const struct topo_object *o,
                                const struct gcp_network *network, uint32_t i,
                                const struct ip_addr *addr, uint32_t group)
{
    uint32_t fabric = expand_node_of(x, network);
    uint32_t at = expand_node(x, &(struct net_node){ .kind = NET_VPN_GATEWAY,
                                                     .name = expand_name(x, o->name, ":", i),
                                                     .object = o,
                                                     .instance = i,
                                                     .group = group,
                                                     .fabric = fabric,
                                                     .site = site_of(network, o) });
    expand_iface(x, &(struct net_iface){
                        .node = at, .name = "public", .addr = *addr, .len = 32, .forwards = true });
    expand_link(x, NET_LINK_FABRIC, o, at, fabric);
    expand_internet(x, at);
}

static void expand_gateways(struct expander *x)
{
    const struct topo_gcp *g = &x->t->gcp;
    for (uint32_t i = 0; i < g->ha_vpn_gateways.count; i++) {
        const struct gcp_ha_vpn_gateway *gw = &g->ha_vpn_gateways.items[i];
        uint32_t group = x->n->nodes.count;
        for (uint32_t k = 0; k < gw->interfaces.count; k++)
            expand_gateway_node(x, &gw->o, gw->network, k, &gw->interfaces.items[k].ip_address,
                                group);
    }
    for (uint32_t i = 0; i < g->classic_vpn_gateways.count; i++) {
        const struct gcp_classic_vpn_gateway *gw = &g->classic_vpn_gateways.items[i];
        expand_gateway_node(x, &gw->o, gw->network, 0, &gw->ip_address, NET_NONE);
    }
}

static void expand_router(struct expander *x, const struct gcp_router *r)
{
    uint32_t fabric = expand_node_of(x, r->network);
    struct net_node node = { .kind = NET_CLOUD_ROUTER,
                             .name = r->o.name,
                             .object = &r->o,
                             .asn = r->asn,
                             .group = NET_NONE,
                             .fabric = fabric,
                             .site = site_of(r->network, &r->o) };
    node.behaviour.keepalive_s = (uint16_t)MIN(r->keepalive_interval, UINT16_MAX);
    cloud_behave(x->limits, CLOUD_GCP_ROUTER, &node.behaviour);
    /* All its addresses are 169.254 ones (gcp.router.addresses), and it opens sessions from them;
     * several equal paths are all used. */
    node.behaviour.opens_from_apipa = true;
    node.behaviour.equal_cost = true;
    uint32_t at = expand_node(x, &node);
    for (uint32_t i = 0; i < r->interfaces.count; i++)
        expand_iface(x, &(struct net_iface){ .node = at,
                                             .name = r->interfaces.items[i].o.name,
                                             .addr = r->interfaces.items[i].ip_range.addr,
                                             .len = r->interfaces.items[i].ip_range.len });
    expand_link(x, NET_LINK_FABRIC, &r->o, at, fabric);
}

static void expand_instances(struct expander *x)
{
    for (uint32_t i = 0; i < x->t->gcp.instances.count; i++) {
        const struct gcp_instance *v = &x->t->gcp.instances.items[i];
        const struct gcp_network *network = v->subnetwork ? v->subnetwork->network : NULL;
        struct expand_machine m = {
            .object = &v->o,
            .device = v->device.node || v->device.configuration ? &v->device : NULL,
            .site = site_of(network, &v->o),
            .fabric = expand_node_of(x, network),
            .forwards = v->can_ip_forward,
            .nat_address = v->external_ip,
            .zone = v->zone,
        };
        uint32_t node = expand_machine(x, &m);
        expand_iface(
            x, &(struct net_iface){ .node = node,
                                    .name = "eth0",
                                    .addr = v->network_ip,
                                    .len = v->subnetwork ? v->subnetwork->ip_cidr_range.len : 32,
                                    .forwards = v->can_ip_forward });
        if (v->external_ip.family != IP_NONE)
            expand_internet(x, node);
        expand_device(x, node, &m);
    }
}

void gcp_expand_nodes(struct expander *x)
{
    const struct topo_gcp *g = &x->t->gcp;
    for (uint32_t i = 0; i < g->networks.count; i++)
        expand_node(x, &(struct net_node){ .kind = NET_FABRIC,
                                           .name = g->networks.items[i].o.name,
                                           .object = &g->networks.items[i].o,
                                           .group = NET_NONE,
                                           .fabric = NET_NONE,
                                           .site = g->networks.items[i].o.name });
    expand_gateways(x);
    for (uint32_t i = 0; i < g->routers.count; i++)
        expand_router(x, &g->routers.items[i]);
    expand_instances(x);
}

/* ---- tunnels --------------------------------------------------------------------------------- */

static struct ip_addr address_of(const struct gcp_vpn_tunnel *t)
{
    const struct gcp_ha_vpn_gateway *gw = t->vpn_gateway;
    if (gw && t->vpn_gateway_interface < gw->interfaces.count)
        return gw->interfaces.items[t->vpn_gateway_interface].ip_address;
    return t->target_vpn_gateway ? t->target_vpn_gateway->ip_address : (struct ip_addr){ 0 };
}

static struct ip_addr peer_of(const struct gcp_vpn_tunnel *t)
{
    const struct gcp_external_vpn_gateway *out = t->peer_external_gateway;
    for (uint32_t i = 0; out && i < out->interfaces.count; i++) {
        if (out->interfaces.items[i].id == t->peer_external_gateway_interface)
            return out->interfaces.items[i].ip_address.addr;
    }
    /* Between two networks of Google's, interface 0 goes with 0 and 1 with 1. */
    const struct gcp_ha_vpn_gateway *in = t->peer_gcp_gateway;
    if (in && t->vpn_gateway_interface < in->interfaces.count)
        return in->interfaces.items[t->vpn_gateway_interface].ip_address;
    return (struct ip_addr){ 0 };
}

static const struct gcp_router_peer *peer_on(const struct gcp_router *r, const char *interface)
{
    for (uint32_t i = 0; i < r->peers.count; i++) {
        if (r->peers.items[i].interface && strcmp(r->peers.items[i].interface, interface) == 0)
            return &r->peers.items[i];
    }
    return NULL;
}

/* Where the interface of a tunnel is: router and interface by their indexes. */
static void note_interfaces(struct expander *x, struct net_map *ret_map)
{
    net_map_init(ret_map, x->arena);
    uint32_t n = 0;
    for (uint32_t i = 0; i < x->t->gcp.routers.count; i++) {
        const struct gcp_router *r = &x->t->gcp.routers.items[i];
        for (uint32_t k = 0; k < r->interfaces.count; k++, n++) {
            const void *tunnel = r->interfaces.items[k].vpn_tunnel;
            uint32_t *at = tunnel ? net_map_make(ret_map, &tunnel, sizeof(tunnel)) : NULL;
            if (at)
                *at = k;
            x->full = x->full || (tunnel && !at);
        }
    }
}

static void set_bgp(struct expander *x, const struct gcp_vpn_tunnel *t, struct net_tunnel_end *e,
                    struct net_map *interfaces)
{
    const struct gcp_router *r = t->router;
    const void *key = t;
    const uint32_t *at = r ? net_map_find(interfaces, &key, sizeof(key)) : NULL;
    if (!at || *at >= r->interfaces.count)
        return;
    const struct gcp_router_interface *f = &r->interfaces.items[*at];
    const struct gcp_router_peer *p = peer_on(r, f->o.name);
    if (f->vpn_tunnel != t || !p || !p->enable || p->peer_ip_address.family == IP_NONE)
        return;
    e->speaker = expand_node_of(x, r);
    e->bgp = f->ip_range.addr;
    e->peer_bgp = p->peer_ip_address;
    e->asn = r->asn;
    e->peer_asn = p->peer_asn;
}

static uint32_t number(const struct expander *x, enum gcp_fact fact)
{
    return (uint32_t)MAX(cloud_number(x->limits, &gcp_facts[fact]), 0);
}

static void join_tunnels(struct expander *x)
{
    struct net_map interfaces;
    note_interfaces(x, &interfaces);
    uint32_t mbps = (uint32_t)MAX(cloud_range(x->limits, &gcp_facts[GCP_VPN_MBPS]).first, 0);
    for (uint32_t i = 0; i < x->t->gcp.vpn_tunnels.count; i++) {
        const struct gcp_vpn_tunnel *t = &x->t->gcp.vpn_tunnels.items[i];
        uint32_t node = t->vpn_gateway ? expand_node_of(x, t->vpn_gateway)
                                       : expand_node_of(x, t->target_vpn_gateway);
        struct expand_proposals p = expand_gcp_proposals(x, t->ike_version);
        struct net_tunnel_end e = { .object = &t->o,
                                    .outside = address_of(t),
                                    .peer_outside = peer_of(t),
                                    .ikev1 = t->ike_version == 1,
                                    .ikev2 = t->ike_version != 1,
                                    .proposals = p.first,
                                    .proposal_count = p.count,
                                    .psk = t->shared_secret,
                                    .ike_lifetime_s = number(x, GCP_IKE_LIFETIME),
                                    .child_lifetime_s = number(x, GCP_IPSEC_LIFETIME),
                                    .bandwidth_mbps = mbps };
        if (node == NET_NONE || e.outside.family == IP_NONE || e.peer_outside.family == IP_NONE)
            continue;
        e.node = e.speaker = node + (t->vpn_gateway ? t->vpn_gateway_interface : 0);
        set_bgp(x, t, &e, &interfaces);
        expand_end(x, &e);
    }
}

/* ---- what is announced ----------------------------------------------------------------------- */

static bool lists_all_subnets(const topo_texts_t *groups)
{
    for (uint32_t i = 0; i < groups->count; i++) {
        if (strcmp(groups->items[i], "ALL_SUBNETS") == 0)
            return true;
    }
    return false;
}

/* What is announced: to all, or to one neighbour. */
struct advert {
    const struct gcp_router *router;
    uint32_t node;
    struct ip_addr towards;
    bool subnets;
    const topo_prefixes_t *ranges; /* NULL: none */
};

/* Subnets of the router's network: of its region, or of all when routing is global. */
static void announce(struct expander *x, const struct advert *a)
{
    const struct gcp_router *r = a->router;
    struct net_origin o = { .node = a->node, .towards = a->towards };
    for (uint32_t i = 0; a->subnets && i < x->t->gcp.subnetworks.count; i++) {
        const struct gcp_subnetwork *s = &x->t->gcp.subnetworks.items[i];
        if (s->network != r->network || !r->network)
            continue;
        bool near = !s->region || !r->region || strcmp(s->region, r->region) == 0;
        o.prefix = s->ip_cidr_range;
        o.object = &s->o;
        if (near || r->network->routing_mode == GCP_GLOBAL)
            expand_origin_to(x, &o);
    }
    for (uint32_t i = 0; a->ranges && i < a->ranges->count; i++) {
        o.prefix = a->ranges->items[i];
        o.object = &r->o;
        expand_origin_to(x, &o);
    }
}

/* A peer's own mode replaces the router's (gcp.router.advertise-modes). */
static void announce_to(struct expander *x, struct advert a, const struct gcp_router_peer *p)
{
    a.towards = p->peer_ip_address;
    if (p->advertise_mode == GCP_ADVERTISE_DEFAULT) {
        a.subnets = true;
        a.ranges = NULL;
    } else if (p->advertise_mode == GCP_ADVERTISE_CUSTOM) {
        a.subnets = lists_all_subnets(&p->advertised_groups);
        a.ranges = &p->advertised_ip_ranges;
    }
    announce(x, &a);
}

static bool has_own_modes(const struct gcp_router *r)
{
    for (uint32_t i = 0; i < r->peers.count; i++) {
        if (r->peers.items[i].advertise_mode != GCP_ADVERTISE_INHERIT)
            return true;
    }
    return false;
}

void gcp_expand_joins(struct expander *x)
{
    join_tunnels(x);
    for (uint32_t i = 0; i < x->t->gcp.routers.count; i++) {
        const struct gcp_router *r = &x->t->gcp.routers.items[i];
        bool custom = r->advertise_mode == GCP_ADVERTISE_CUSTOM;
        struct advert a = { .router = r,
                            .node = expand_node_of(x, r),
                            .subnets = !custom || lists_all_subnets(&r->advertised_groups),
                            .ranges = custom ? &r->advertised_ip_ranges : NULL };
        if (!has_own_modes(r)) {
            announce(x, &a);
            continue;
        }
        for (uint32_t k = 0; k < r->peers.count; k++)
            announce_to(x, a, &r->peers.items[k]);
    }
}
