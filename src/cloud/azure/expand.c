/* Azure: virtual networks as fabrics, VPN gateways as their instances, connections as one tunnel
 * end an instance, machines. Circuits and Route Servers are in expand_circuit.c. */
#include <string.h>

#include "cloud/assign.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"
#include "cloud/expand_impl.h"

/* ---- networks -------------------------------------------------------------------------------- */

static void expand_vnets(struct expander *x)
{
    for (uint32_t i = 0; i < x->t->azure.virtual_networks.count; i++) {
        const struct azure_vnet *v = &x->t->azure.virtual_networks.items[i];
        expand_node(x, &(struct net_node){ .kind = NET_FABRIC,
                                           .name = v->o.name,
                                           .object = &v->o,
                                           .group = NET_NONE,
                                           .fabric = NET_NONE,
                                           .site = v->o.name });
    }
}

/* A peering's key: from, to. */
struct pair {
    const void *from, *to;
};

static void note_peerings(struct expander *x, struct net_map *ret_peerings)
{
    net_map_init(ret_peerings, x->arena);
    for (uint32_t i = 0; i < x->t->azure.virtual_network_peerings.count; i++) {
        const struct azure_peering *p = &x->t->azure.virtual_network_peerings.items[i];
        struct pair key = { p->virtual_network, p->remote_virtual_network };
        uint32_t *at = net_map_make(ret_peerings, &key, sizeof(key));
        if (at)
            *at = i;
        x->full = x->full || !at;
    }
}

/* Address spaces of a network, announced by whoever speaks for another (or the same) one. */
static void announce_vnet(struct expander *x, const struct azure_vnet *speaks_for,
                          const struct azure_vnet *v)
{
    for (uint32_t s = expand_speakers(x, speaks_for); s != NET_NONE;
         s = x->speakers.items[s].next) {
        for (uint32_t i = 0; i < v->address_space.count; i++)
            expand_origin(x, x->speakers.items[s].node, &v->address_space.items[i], &v->o);
    }
}

/* A peering works once both directions exist. The one that uses the other's gateways makes that
 * gateway announce it (azure.er.announces-peered). */
static void join_peerings(struct expander *x)
{
    struct net_map peerings;
    note_peerings(x, &peerings);
    for (uint32_t i = 0; i < x->t->azure.virtual_network_peerings.count; i++) {
        const struct azure_peering *p = &x->t->azure.virtual_network_peerings.items[i];
        struct pair back = { p->remote_virtual_network, p->virtual_network };
        const uint32_t *at = net_map_find(&peerings, &back, sizeof(back));
        if (!at)
            continue;
        const struct azure_peering *other = &x->t->azure.virtual_network_peerings.items[*at];
        if (i < *at)
            expand_link(x, NET_LINK_FABRIC, &p->o, expand_node_of(x, p->virtual_network),
                        expand_node_of(x, p->remote_virtual_network));
        if (p->use_remote_gateways && other->allow_gateway_transit && p->virtual_network)
            announce_vnet(x, p->remote_virtual_network, p->virtual_network);
    }
}

/* ---- zones ----------------------------------------------------------------------------------- */

/* Zones are numbered anew in each region. */
static const char *zone_name(struct expander *x, const struct azure_vnet *v, uint32_t zone)
{
    const char *of = v && v->location ? expand_word(x, " of ", v->location) : "";
    return expand_word(x, expand_name(x, "zone", " ", zone), of);
}

static bool has_zones(const struct azure_vnet_gateway *gw)
{
    const struct azure_vpn_sku *vpn = gw->sku ? azure_vpn_sku_find(gw->sku, gw->generation) : NULL;
    const struct azure_er_sku *er = gw->sku ? azure_er_sku_find(gw->sku) : NULL;
    if (gw->type == AZURE_GATEWAY_VPN)
        return vpn && vpn->is_zone_redundant;
    return er && strcmp(er->name, gw->sku) == 0;
}

const char *azure_gateway_zone(struct expander *x, const struct azure_vnet_gateway *gw, uint32_t i)
{
    const struct azure_public_ip *pip =
        i < gw->ip_configurations.count ? gw->ip_configurations.items[i].public_ip_address : NULL;
    if (!pip || pip->zones.count != 1 || !has_zones(gw))
        return NULL;
    return zone_name(x, gw->virtual_network, pip->zones.items[0]);
}

/* ---- VPN gateways ---------------------------------------------------------------------------- */

static uint8_t gateway_subnet_len(const struct azure_vnet_gateway *gw)
{
    const struct azure_subnet *s = azure_subnet_named(gw->virtual_network, "GatewaySubnet");
    return s ? s->address_prefix.len : 32;
}

static void add_gateway_ifaces(struct expander *x, const struct azure_vnet_gateway *gw, uint32_t i,
                               uint32_t node)
{
    uint8_t len = gateway_subnet_len(gw);
    if (i < gw->ip_configurations.count) {
        const struct azure_gateway_ip *ip = &gw->ip_configurations.items[i];
        if (ip->public_ip_address)
            expand_iface(x, &(struct net_iface){ .node = node,
                                                 .name = "public",
                                                 .addr = ip->public_ip_address->ip_address,
                                                 .len = 32,
                                                 .forwards = true });
        expand_iface(x, &(struct net_iface){ .node = node,
                                             .name = "private",
                                             .addr = ip->private_ip_address,
                                             .len = len,
                                             .forwards = true });
    }
    if (i >= gw->bgp_settings.peering_addresses.count)
        return;
    const struct azure_bgp_peering_address *b = &gw->bgp_settings.peering_addresses.items[i];
    expand_iface(x, &(struct net_iface){ .node = node,
                                         .name = "bgp",
                                         .addr = b->default_address,
                                         .len = len,
                                         .forwards = true });
    for (uint32_t k = 0; k < b->apipa_addresses.count; k++)
        expand_iface(x, &(struct net_iface){ .node = node,
                                             .name = "apipa",
                                             .addr = b->apipa_addresses.items[k],
                                             .len = 32,
                                             .forwards = true });
}

static void expand_vpn_gateway(struct expander *x, const struct azure_vnet_gateway *gw)
{
    const char *site = gw->virtual_network ? gw->virtual_network->o.name : gw->o.name;
    uint32_t fabric = expand_node_of(x, gw->virtual_network);
    uint32_t group = x->n->nodes.count;
    for (uint32_t i = 0; i < azure_gateway_instances(gw); i++) {
        struct net_node node = { .kind = NET_VPN_GATEWAY,
                                 .name = expand_name(x, gw->o.name, ":", i),
                                 .object = &gw->o,
                                 .instance = i,
                                 .asn = gw->enable_bgp ? gw->bgp_settings.asn : 0,
                                 .group = group,
                                 .fabric = fabric,
                                 .site = site,
                                 .zone = azure_gateway_zone(x, gw, i) };
        cloud_behave(x->limits, gw->active_active ? CLOUD_AZURE_VPN : CLOUD_AZURE_VPN_STANDBY,
                     &node.behaviour);
        uint32_t at = expand_node(x, &node);
        add_gateway_ifaces(x, gw, i, at);
        expand_link(x, NET_LINK_FABRIC, &gw->o, at, fabric);
        expand_internet(x, at);
        expand_speaks_for(x, gw->virtual_network, at);
    }
}

static void expand_gateways(struct expander *x)
{
    for (uint32_t i = 0; i < x->t->azure.virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *gw = &x->t->azure.virtual_network_gateways.items[i];
        if (gw->type == AZURE_GATEWAY_VPN)
            expand_vpn_gateway(x, gw);
    }
}

/* ---- connections ----------------------------------------------------------------------------- */

/* With which address an instance speaks BGP (azure.vpn.apipa.*): one of its own only to a peer that
 * has such a one, then the connection's choice, else the first of the list. */
static struct ip_addr bgp_address(const struct azure_connection *c, uint32_t instance,
                                  const struct ip_addr *peer)
{
    const struct azure_vnet_gateway *gw = c->virtual_network_gateway;
    const struct ip_addr *custom = instance ? &c->custom_bgp_secondary : &c->custom_bgp_primary;
    if (instance >= gw->bgp_settings.peering_addresses.count)
        return (struct ip_addr){ 0 };
    const struct azure_bgp_peering_address *b = &gw->bgp_settings.peering_addresses.items[instance];
    if (!ip_is_link_local(peer))
        return b->default_address;
    if (custom->family != IP_NONE)
        return *custom;
    return b->apipa_addresses.count ? b->apipa_addresses.items[0] : b->default_address;
}

static struct ip_addr outside_of(const struct azure_vnet_gateway *gw, uint32_t instance,
                                 bool private)
{
    if (instance >= gw->ip_configurations.count)
        return (struct ip_addr){ 0 };
    const struct azure_gateway_ip *ip = &gw->ip_configurations.items[instance];
    if (private)
        return ip->private_ip_address;
    return ip->public_ip_address ? ip->public_ip_address->ip_address : (struct ip_addr){ 0 };
}

static uint32_t tunnel_mbps(const struct azure_vnet_gateway *gw)
{
    const struct azure_vpn_sku *sku = gw->sku ? azure_vpn_sku_find(gw->sku, gw->generation) : NULL;
    return sku ? sku->tunnel_mbps : 0;
}

static uint32_t number(const struct expander *x, enum azure_fact fact)
{
    return (uint32_t)MAX(cloud_number(x->limits, &azure_facts[fact]), 0);
}

/* What every end of a connection has in common. */
static struct net_tunnel_end end_of(struct expander *x, const struct azure_connection *c)
{
    static const enum net_role roles[] = { [AZURE_MODE_DEFAULT] = NET_EITHER,
                                           [AZURE_MODE_INITIATOR_ONLY] = NET_INITIATES,
                                           [AZURE_MODE_RESPONDER_ONLY] = NET_RESPONDS };
    struct expand_proposals p = expand_azure_proposals(x, c);
    const struct azure_ipsec_policy *own = &c->ipsec_policy;
    uint32_t seconds = number(x, AZURE_VPN_IPSEC_LIFETIME);
    uint32_t kilobytes = number(x, AZURE_VPN_IPSEC_LIFETIME_KB);
    return (struct net_tunnel_end){
        .object = &c->o,
        .ike = roles[c->connection_mode],
        .ikev1 = c->connection_protocol == AZURE_IKEV1,
        .ikev2 = c->connection_protocol == AZURE_IKEV2,
        .proposals = p.first,
        .proposal_count = p.count,
        .psk = c->shared_key,
        .dpd_s = c->dpd_timeout_seconds,
        .ike_lifetime_s = number(x, AZURE_VPN_IKE_LIFETIME),
        .child_lifetime_s = own->sa_lifetime_seconds ? own->sa_lifetime_seconds : seconds,
        .child_kilobytes = own->sa_data_size_kilobytes ? own->sa_data_size_kilobytes : kilobytes,
        .bandwidth_mbps = tunnel_mbps(c->virtual_network_gateway)
    };
}

static void set_bgp(const struct expander *x, const struct azure_connection *c,
                    struct net_tunnel_end *e, uint32_t instance, struct ip_addr peer,
                    uint32_t peer_asn)
{
    if (!c->enable_bgp || !c->virtual_network_gateway->enable_bgp || peer_asn == 0 ||
        peer.family == IP_NONE)
        return;
    e->bgp = bgp_address(c, instance, &peer);
    e->peer_bgp = peer;
    e->asn = c->virtual_network_gateway->bgp_settings.asn;
    e->peer_asn = peer_asn;
    bool opens = !ip_is_link_local(&e->bgp) ||
                 x->n->nodes.items[e->node].behaviour.opens_from_apipa;
    e->opens_bgp = opens ? NET_EITHER : NET_RESPONDS;
}

/* One end an instance, to the one address of the local network gateway. */
static void join_site(struct expander *x, const struct azure_connection *c, uint32_t first)
{
    const struct azure_vnet_gateway *gw = c->virtual_network_gateway;
    const struct azure_local_gateway *lng = c->local_network_gateway;
    for (uint32_t i = 0; lng && i < azure_gateway_instances(gw); i++) {
        struct net_tunnel_end e = end_of(x, c);
        e.node = e.speaker = first + i;
        e.outside = outside_of(gw, i, c->local_azure_ip_address_enabled);
        e.peer_outside = lng->gateway_address.addr;
        set_bgp(x, c, &e, i, lng->bgp_peering_address, lng->asn);
        /* A peer without an address is one that is not known yet, not one that may be anybody. */
        if (e.outside.family != IP_NONE && e.peer_outside.family != IP_NONE)
            expand_statics(x, expand_end(x, &e), &lng->address_space);
        for (uint32_t k = 0; k < lng->address_space.count; k++)
            expand_origin(x, first + i, &lng->address_space.items[k], &lng->o);
    }
}

/* One end for each pair of instances. */
static void join_vnets(struct expander *x, const struct azure_connection *c, uint32_t first)
{
    const struct azure_vnet_gateway *gw = c->virtual_network_gateway;
    const struct azure_vnet_gateway *peer = c->peer_virtual_network_gateway;
    for (uint32_t i = 0; peer && i < azure_gateway_instances(gw); i++) {
        for (uint32_t k = 0; k < azure_gateway_instances(peer); k++) {
            struct net_tunnel_end e = end_of(x, c);
            e.node = e.speaker = first + i;
            e.outside = outside_of(gw, i, false);
            e.peer_outside = outside_of(peer, k, false);
            if (peer->enable_bgp && k < peer->bgp_settings.peering_addresses.count)
                set_bgp(x, c, &e, i, peer->bgp_settings.peering_addresses.items[k].default_address,
                        peer->bgp_settings.asn);
            expand_end(x, &e);
        }
    }
}

static void join_connections(struct expander *x)
{
    for (uint32_t i = 0; i < x->t->azure.connections.count; i++) {
        const struct azure_connection *c = &x->t->azure.connections.items[i];
        const struct azure_vnet_gateway *gw = c->virtual_network_gateway;
        uint32_t first = expand_node_of(x, gw);
        if (first == NET_NONE || gw->type != AZURE_GATEWAY_VPN)
            continue;
        if (c->type == AZURE_CONNECTION_IPSEC)
            join_site(x, c, first);
        else if (c->type == AZURE_CONNECTION_VNET2VNET)
            join_vnets(x, c, first);
    }
}

/* ---- machines -------------------------------------------------------------------------------- */

static void add_nics(struct expander *x, const struct azure_vm *vm, uint32_t node)
{
    for (uint32_t i = 0; i < vm->network_interfaces.count; i++) {
        const struct azure_nic *nic = vm->network_interfaces.items[i];
        if (!nic)
            continue; /* a name that is nobody's: said where it was read */
        expand_iface(x,
                     &(struct net_iface){ .node = node,
                                          .name = expand_name(x, "eth", "", i),
                                          .addr = nic->private_ip_address,
                                          .len = nic->subnet ? nic->subnet->address_prefix.len : 32,
                                          .forwards = nic->ip_forwarding_enabled });
        if (nic->public_ip_address)
            expand_internet(x, node);
    }
}

static void expand_vms(struct expander *x)
{
    for (uint32_t i = 0; i < x->t->azure.virtual_machines.count; i++) {
        const struct azure_vm *vm = &x->t->azure.virtual_machines.items[i];
        const struct topo_object *network = NULL;
        bool forwards = false;
        struct ip_addr public_ip = { 0 };
        for (uint32_t k = 0; k < vm->network_interfaces.count; k++) {
            const struct azure_nic *nic = vm->network_interfaces.items[k];
            if (!nic)
                continue;
            forwards = forwards || nic->ip_forwarding_enabled;
            if (!network && nic->subnet)
                network = nic->subnet->o.parent;
            if (public_ip.family == IP_NONE && nic->public_ip_address)
                public_ip = nic->public_ip_address->ip_address;
        }
        const struct azure_vnet *v = (const struct azure_vnet *)network;
        struct expand_machine m = { .object = &vm->o,
                                    .device = vm->device.node || vm->device.configuration
                                                  ? &vm->device
                                                  : NULL,
                                    .site = network ? network->name : vm->o.name,
                                    .fabric = expand_node_of(x, network),
                                    .forwards = forwards,
                                    .nat_address = public_ip,
                                    .zone = vm->zone ? zone_name(x, v, vm->zone) : NULL };
        uint32_t node = expand_machine(x, &m);
        add_nics(x, vm, node);
        expand_device(x, node, &m);
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

void azure_expand_nodes(struct expander *x)
{
    expand_vnets(x);
    expand_gateways(x);
    azure_expand_circuits(x);
    azure_expand_route_servers(x);
    expand_vms(x);
}

void azure_expand_joins(struct expander *x)
{
    for (uint32_t i = 0; i < x->t->azure.virtual_networks.count; i++)
        announce_vnet(x, &x->t->azure.virtual_networks.items[i],
                      &x->t->azure.virtual_networks.items[i]);
    join_peerings(x);
    join_connections(x);
    azure_join_circuits(x);
    azure_join_route_servers(x);
}
