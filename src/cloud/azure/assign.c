#include <string.h>

#include "cloud/assign_impl.h"
#include "cloud/azure/facts.h"
#include "cloud/limits.h"

/* A fabric keeps the first four addresses of a subnet and the last one. */
#define FIRST_USABLE ((uint32_t)cloud_number(NULL, &azure_facts[AZURE_VNET_FIRST_USABLE]))
enum { LAST_RESERVED = 1 };

/* Seen in GatewaySubnets: the two instances of ExpressRoute gateways. */
enum { ER_OFFSET = 12 };

const struct azure_subnet *azure_subnet_named(const struct azure_vnet *vnet, const char *name)
{
    for (uint32_t i = 0; vnet && i < vnet->subnets.count; i++) {
        if (strcmp(vnet->subnets.items[i].o.name, name) == 0)
            return &vnet->subnets.items[i];
    }
    return NULL;
}

uint32_t azure_gateway_instances(const struct azure_vnet_gateway *gw)
{
    if (gw->type == AZURE_GATEWAY_EXPRESS_ROUTE)
        return 2;
    return gw->active_active ? 2 : 1;
}

struct ip_addr azure_er_address(const struct azure_vnet_gateway *gw, uint32_t instance)
{
    const struct azure_subnet *s = azure_subnet_named(gw->virtual_network, "GatewaySubnet");
    if (!s || s->address_prefix.family != IP_V4 || s->address_prefix.len > 28)
        return (struct ip_addr){ 0 };
    return cloud_link_host(&s->address_prefix, ER_OFFSET + instance);
}

/* ---- given ----------------------------------------------------------------------------------- */

static void note_gateway(struct assigner *a, const struct azure_vnet_gateway *gw)
{
    const struct azure_subnet *s = azure_subnet_named(gw->virtual_network, "GatewaySubnet");
    for (uint32_t i = 0; i < gw->ip_configurations.count; i++)
        assign_note(a, s, &gw->ip_configurations.items[i].private_ip_address);
    for (uint32_t i = 0; i < gw->bgp_settings.peering_addresses.count; i++) {
        const struct azure_bgp_peering_address *p = &gw->bgp_settings.peering_addresses.items[i];
        assign_note(a, s, &p->default_address);
    }
}

void azure_note_given(struct assigner *a)
{
    const struct topo_azure *az = &a->t->azure;
    for (uint32_t i = 0; i < az->public_ip_addresses.count; i++)
        assign_note_public(a, &az->public_ip_addresses.items[i].ip_address);
    for (uint32_t i = 0; i < az->local_network_gateways.count; i++)
        assign_note_public(a, &az->local_network_gateways.items[i].gateway_address.addr);
    for (uint32_t i = 0; i < az->network_interfaces.count; i++) {
        const struct azure_nic *nic = &az->network_interfaces.items[i];
        assign_note(a, nic->subnet, &nic->private_ip_address);
    }
    for (uint32_t i = 0; i < az->virtual_network_gateways.count; i++)
        note_gateway(a, &az->virtual_network_gateways.items[i]);
    for (uint32_t i = 0; i < az->route_servers.count; i++) {
        const struct azure_route_server *rs = &az->route_servers.items[i];
        const struct azure_subnet *s = azure_subnet_named(rs->virtual_network, "RouteServerSubnet");
        for (uint32_t k = 0; k < rs->virtual_router_ips.count; k++)
            assign_note(a, s, &rs->virtual_router_ips.items[k]);
    }
}

/* ---- assigned -------------------------------------------------------------------------------- */

static struct ip_addr free_address(struct assigner *a, const struct azure_subnet *s)
{
    if (!s)
        return (struct ip_addr){ 0 };
    return assign_first(a, s, &s->address_prefix, FIRST_USABLE, LAST_RESERVED);
}

/* The public address of an instance that the file leaves to us: not in the file's collection, since
 * nobody can name it. */
static const struct azure_public_ip *
made_public_ip(struct assigner *a, const struct azure_vnet_gateway *gw, uint32_t instance)
{
    struct azure_public_ip *pip = arena_alloc(&a->t->arena, sizeof(*pip));
    size_t len = strlen(gw->o.name);
    char *name = arena_alloc(&a->t->arena, len + 6);
    if (!pip || !name) {
        a->full = true;
        return NULL;
    }
    memcpy(name, gw->o.name, len);
    memcpy(name + len, "-pip0", 6);
    name[len + 4] = (char)('0' + instance);
    *pip = (struct azure_public_ip){
        .o = { .name = name, .parent = &gw->o, .index = instance },
        .ip_address = assign_public(a),
    };
    return pip;
}

static void assign_vpn_gateway(struct assigner *a, struct azure_vnet_gateway *gw)
{
    const struct azure_subnet *s = azure_subnet_named(gw->virtual_network, "GatewaySubnet");
    uint32_t instances = azure_gateway_instances(gw);
    uint32_t given = gw->ip_configurations.count;
    struct azure_bgp_settings *bgp = &gw->bgp_settings;
    uint32_t given_bgp = bgp->peering_addresses.count;
    if (!ASSIGN_EXTEND(a, &gw->ip_configurations, instances) ||
        !ASSIGN_EXTEND(a, &bgp->peering_addresses, instances))
        return;
    for (uint32_t i = 0; i < instances; i++) {
        struct azure_gateway_ip *ip = &gw->ip_configurations.items[i];
        if (i >= given)
            ip->o = (struct topo_object){ .name = i ? "[1]" : "[0]", .parent = &gw->o, .index = i };
        if (!ip->public_ip_address)
            ip->public_ip_address = made_public_ip(a, gw, i);
        /* Beside its BGP address: the reference network has VPN .4 and .5, BGP .6 and .7. */
        if (gw->private_ip_address_enabled && ip->private_ip_address.family == IP_NONE)
            ip->private_ip_address = free_address(a, s);
    }
    for (uint32_t i = 0; i < instances; i++) {
        struct azure_bgp_peering_address *p = &bgp->peering_addresses.items[i];
        if (i >= given_bgp)
            p->o = (struct topo_object){ .name = i ? "[1]" : "[0]", .parent = &gw->o, .index = i };
        if (p->default_address.family != IP_NONE || !s)
            continue;
        if (gw->active_active)
            p->default_address = free_address(a, s);
        else
            p->default_address = assign_last(a, s, &s->address_prefix, FIRST_USABLE, LAST_RESERVED);
    }
}

static void assign_gateways(struct assigner *a)
{
    struct topo_azure *az = &a->t->azure;
    int64_t asn = cloud_number(NULL, &azure_facts[AZURE_VPN_BGP_AS_DEFAULT]);
    for (uint32_t i = 0; i < az->virtual_network_gateways.count; i++) {
        struct azure_vnet_gateway *gw = &az->virtual_network_gateways.items[i];
        if (gw->bgp_settings.asn == 0)
            gw->bgp_settings.asn = (uint32_t)asn;
        if (gw->generation == 0)
            gw->generation = 1;
        if (gw->type == AZURE_GATEWAY_VPN)
            assign_vpn_gateway(a, gw);
    }
}

static void assign_route_servers(struct assigner *a)
{
    struct topo_azure *az = &a->t->azure;
    for (uint32_t i = 0; i < az->route_servers.count; i++) {
        struct azure_route_server *rs = &az->route_servers.items[i];
        const struct azure_subnet *s = azure_subnet_named(rs->virtual_network, "RouteServerSubnet");
        if (!ASSIGN_EXTEND(a, &rs->virtual_router_ips, 2))
            return;
        for (uint32_t k = 0; k < 2; k++) {
            if (rs->virtual_router_ips.items[k].family == IP_NONE)
                rs->virtual_router_ips.items[k] = free_address(a, s);
        }
    }
}

void azure_assign(struct assigner *a)
{
    struct topo_azure *az = &a->t->azure;
    for (uint32_t i = 0; i < az->public_ip_addresses.count; i++) {
        struct azure_public_ip *pip = &az->public_ip_addresses.items[i];
        if (pip->ip_address.family == IP_NONE)
            pip->ip_address = assign_public(a);
    }
    assign_gateways(a);
    assign_route_servers(a);
    for (uint32_t i = 0; i < az->network_interfaces.count; i++) {
        struct azure_nic *nic = &az->network_interfaces.items[i];
        if (nic->private_ip_address.family == IP_NONE)
            nic->private_ip_address = free_address(a, nic->subnet);
    }
    int64_t dpd = cloud_number(NULL, &azure_facts[AZURE_VPN_IKE_DPD]);
    for (uint32_t i = 0; i < az->connections.count; i++) {
        struct azure_connection *c = &az->connections.items[i];
        c->dpd_timeout_seconds =
            assign_u32(&c->o, "dpd_timeout_seconds", c->dpd_timeout_seconds, dpd);
    }
}
