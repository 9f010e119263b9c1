/* SORACOM: a virtual private gateway as the fabric of its devices, a Door as two tunnels of AWS's
 * kind (soracom.door.looks-like-aws). */
#include "cloud/assign.h"
#include "cloud/aws/facts.h"
#include "cloud/expand_impl.h"

static void expand_door(struct expander *x, const struct soracom_door *d)
{
    const struct soracom_vpg *vpg = d->virtual_private_gateway;
    if (!vpg)
        return;
    struct expand_aws_tunnel e = {
        .connection = &d->o,
        .gateway = vpg,
        .site = vpg->o.name,
        .kind = CLOUD_AWS_VGW,
        .fabric = expand_node_of(x, vpg),
        .asn = vpg->asn,
        .customer_asn = d->routing == SORACOM_ROUTING_BGP ? d->customer_asn : 0,
        .customer = d->customer_gateway_address.addr,
        .bandwidth_mbps = (uint32_t)cloud_number(x->limits, &aws_facts[AWS_VPN_MBPS]),
        .equal_cost = true,
        .static_routes = &d->static_routes,
    };
    for (uint32_t i = 0; i < d->tunnels.count; i++) {
        e.tunnel = &d->tunnels.items[i];
        expand_aws_end(x, &e);
    }
}

/* One that stands for all devices, with the first address of their range. */
static void expand_devices(struct expander *x, const struct soracom_vpg *vpg)
{
    if (vpg->device_ranges.count == 0)
        return;
    const struct prefix *range = &vpg->device_ranges.items[0];
    uint32_t fabric = expand_node_of(x, vpg);
    uint32_t device =
        expand_node(x, &(struct net_node){ .kind = NET_HOST,
                                           .name = expand_word(x, vpg->o.name, ":device"),
                                           .object = &vpg->o,
                                           .group = NET_NONE,
                                           .fabric = fabric,
                                           .site = vpg->o.name });
    expand_iface(x, &(struct net_iface){ .node = device,
                                         .name = "eth0",
                                         .addr = cloud_link_host(range, 1),
                                         .len = range->len });
    expand_link(x, NET_LINK_FABRIC, &vpg->o, device, fabric);
}

void soracom_expand_nodes(struct expander *x)
{
    const struct topo_soracom *s = &x->t->soracom;
    for (uint32_t i = 0; i < s->virtual_private_gateways.count; i++) {
        const struct soracom_vpg *vpg = &s->virtual_private_gateways.items[i];
        expand_node(x, &(struct net_node){ .kind = NET_FABRIC,
                                           .name = vpg->o.name,
                                           .object = &vpg->o,
                                           .group = NET_NONE,
                                           .fabric = NET_NONE,
                                           .site = vpg->o.name });
        expand_devices(x, vpg);
    }
    for (uint32_t i = 0; i < s->doors.count; i++)
        expand_door(x, &s->doors.items[i]);
}

static void announce(struct expander *x, const struct soracom_vpg *vpg, const struct prefix *p,
                     const struct topo_object *object)
{
    for (uint32_t s = expand_speakers(x, vpg); s != NET_NONE; s = x->speakers.items[s].next)
        expand_origin(x, x->speakers.items[s].node, p, object);
}

void soracom_expand_joins(struct expander *x)
{
    const struct topo_soracom *s = &x->t->soracom;
    for (uint32_t i = 0; i < s->virtual_private_gateways.count; i++) {
        const struct soracom_vpg *vpg = &s->virtual_private_gateways.items[i];
        for (uint32_t k = 0; k < vpg->device_ranges.count; k++)
            announce(x, vpg, &vpg->device_ranges.items[k], &vpg->o);
    }
    for (uint32_t i = 0; i < s->gates.count; i++) {
        if (s->gates.items[i].virtual_private_gateway)
            announce(x, s->gates.items[i].virtual_private_gateway, &s->gates.items[i].device_subnet,
                     &s->gates.items[i].o);
    }
}
