/* AWS: VPCs and transit gateways as fabrics, each tunnel of a connection as an end point of its
 * own, with the one address of the customer gateway as its peer. */
#include <string.h>

#include "cloud/assign.h"
#include "cloud/aws/facts.h"
#include "cloud/expand_impl.h"

/* ---- networks and machines ------------------------------------------------------------------- */

static void expand_fabrics(struct expander *x)
{
    const struct topo_aws *aws = &x->t->aws;
    for (uint32_t i = 0; i < aws->vpcs.count; i++)
        expand_node(x, &(struct net_node){ .kind = NET_FABRIC,
                                           .name = aws->vpcs.items[i].o.name,
                                           .object = &aws->vpcs.items[i].o,
                                           .group = NET_NONE,
                                           .fabric = NET_NONE,
                                           .site = aws->vpcs.items[i].o.name });
    for (uint32_t i = 0; i < aws->transit_gateways.count; i++)
        expand_node(x, &(struct net_node){ .kind = NET_FABRIC,
                                           .name = aws->transit_gateways.items[i].o.name,
                                           .object = &aws->transit_gateways.items[i].o,
                                           .group = NET_NONE,
                                           .fabric = NET_NONE,
                                           .site = aws->transit_gateways.items[i].o.name });
    for (uint32_t i = 0; i < aws->transit_gateway_vpc_attachments.count; i++) {
        const struct aws_tgw_attachment *a = &aws->transit_gateway_vpc_attachments.items[i];
        expand_link(x, NET_LINK_FABRIC, &a->o, expand_node_of(x, a->transit_gateway),
                    expand_node_of(x, a->vpc));
    }
}

/* AWS's own names, "ap-northeast-1a", have the region in them. */
static const char *zone_name(struct expander *x, const struct aws_subnet *s)
{
    const char *zone = s ? s->availability_zone : NULL;
    const struct aws_vpc *vpc = s ? (const struct aws_vpc *)s->o.parent : NULL;
    if (!zone || !vpc || !vpc->region || strncmp(zone, vpc->region, strlen(vpc->region)) == 0)
        return zone;
    return expand_word(x, zone, expand_word(x, " of ", vpc->region));
}

static void expand_instances(struct expander *x)
{
    for (uint32_t i = 0; i < x->t->aws.instances.count; i++) {
        const struct aws_instance *v = &x->t->aws.instances.items[i];
        const struct topo_object *vpc = v->subnet ? v->subnet->o.parent : NULL;
        struct expand_machine m = {
            .object = &v->o,
            .device = v->device.node || v->device.configuration ? &v->device : NULL,
            .site = vpc ? vpc->name : v->o.name,
            .fabric = expand_node_of(x, vpc),
            .forwards = !v->source_dest_check,
            .nat_address = v->public_ip,
            .zone = zone_name(x, v->subnet),
        };
        uint32_t node = expand_machine(x, &m);
        expand_iface(x, &(struct net_iface){ .node = node,
                                             .name = "eth0",
                                             .addr = v->private_ip,
                                             .len = v->subnet ? v->subnet->cidr_block.len : 32,
                                             .forwards = !v->source_dest_check });
        if (v->public_ip.family != IP_NONE)
            expand_internet(x, node);
        expand_device(x, node, &m);
    }
}

/* ---- tunnels --------------------------------------------------------------------------------- */

static bool allows(const topo_texts_t *versions, const char *version)
{
    for (uint32_t i = 0; i < versions->count; i++) {
        if (strcmp(versions->items[i], version) == 0)
            return true;
    }
    return versions->count == 0;
}

static uint32_t end_point(struct expander *x, const struct expand_aws_tunnel *e)
{
    uint32_t chain = expand_speakers(x, e->gateway);
    /* All end points of a gateway stand in for one another. */
    uint32_t group = chain == NET_NONE ? x->n->nodes.count
                                       : x->n->nodes.items[x->speakers.items[chain].node].group;
    struct net_node node = { .kind = NET_VPN_GATEWAY,
                             .name = expand_name(x, e->connection->name, ":", e->tunnel->o.index),
                             .object = e->connection,
                             .instance = e->tunnel->o.index,
                             .asn = e->asn,
                             .group = group,
                             .fabric = e->fabric,
                             .site = e->site };
    cloud_behave(x->limits, e->kind, &node.behaviour);
    /* Inside addresses are 169.254 on both sides, and AWS opens sessions from them. */
    node.behaviour.opens_from_apipa = true;
    node.behaviour.equal_cost = node.behaviour.equal_cost && e->equal_cost;
    uint32_t at = expand_node(x, &node);
    expand_iface(x, &(struct net_iface){ .node = at,
                                         .name = "public",
                                         .addr = e->tunnel->outside_address,
                                         .len = 32,
                                         .forwards = true });
    expand_iface(x, &(struct net_iface){ .node = at,
                                         .name = "inside",
                                         .addr = cloud_link_host(&e->tunnel->inside_cidr, 1),
                                         .len = e->tunnel->inside_cidr.len,
                                         .forwards = true });
    expand_link(x, NET_LINK_FABRIC, e->connection, at, e->fabric);
    expand_internet(x, at);
    expand_speaks_for(x, e->gateway, at);
    return at;
}

static uint32_t number(const struct expander *x, enum aws_fact fact)
{
    return (uint32_t)MAX(cloud_number(x->limits, &aws_facts[fact]), 0);
}

void expand_aws_end(struct expander *x, const struct expand_aws_tunnel *e)
{
    const struct aws_tunnel *t = e->tunnel;
    struct expand_proposals p = expand_aws_proposals(x, t);
    uint32_t node = end_point(x, e);
    struct net_tunnel_end end = {
        .object = e->connection,
        .node = node,
        .speaker = node,
        .outside = t->outside_address,
        .peer_outside = e->customer,
        /* aws.ike.startup-action: with add the customer begins. */
        .ike = t->startup_action == AWS_STARTUP_START ? NET_EITHER : NET_RESPONDS,
        .ikev1 = allows(&t->ike_versions, "ikev1"),
        .ikev2 = allows(&t->ike_versions, "ikev2"),
        .proposals = p.first,
        .proposal_count = p.count,
        .psk = t->preshared_key,
        .dpd_s = t->dpd_timeout_seconds,
        .ike_lifetime_s = t->phase1_lifetime_seconds ? t->phase1_lifetime_seconds
                                                     : number(x, AWS_IKE_LIFETIME),
        .child_lifetime_s = t->phase2_lifetime_seconds ? t->phase2_lifetime_seconds
                                                       : number(x, AWS_IPSEC_LIFETIME),
        .bandwidth_mbps = e->bandwidth_mbps,
    };
    if (e->customer_asn) {
        bool first = cloud_is_so(x->limits, &aws_facts[AWS_VPN_INSIDE_AWS_FIRST]);
        end.bgp = cloud_link_host(&t->inside_cidr, first ? 1 : 2);
        end.peer_bgp = cloud_link_host(&t->inside_cidr, first ? 2 : 1);
        end.asn = e->asn;
        end.peer_asn = e->customer_asn;
    }
    if (end.outside.family != IP_NONE && end.peer_outside.family != IP_NONE)
        expand_statics(x, expand_end(x, &end), e->static_routes);
}

static void expand_connection(struct expander *x, const struct aws_vpn_connection *c)
{
    const struct aws_vpn_gateway *vgw = c->vpn_gateway;
    const struct aws_transit_gateway *tgw = vgw ? NULL : c->transit_gateway;
    const struct aws_customer_gateway *customer = c->customer_gateway;
    if ((!vgw && !tgw) || !customer)
        return;
    struct expand_aws_tunnel e = {
        .connection = &c->o,
        .gateway = vgw ? (const void *)vgw : (const void *)tgw,
        .site = vgw && vgw->vpc ? vgw->vpc->o.name
                : vgw           ? vgw->o.name
                                : tgw->o.name,
        .kind = vgw ? CLOUD_AWS_VGW : CLOUD_AWS_TGW,
        .fabric = vgw ? expand_node_of(x, vgw->vpc) : expand_node_of(x, tgw),
        .asn = vgw ? vgw->amazon_side_asn : tgw->amazon_side_asn,
        .customer_asn = c->static_routes_only ? 0 : customer->bgp_asn,
        .customer = customer->ip_address.addr,
        .bandwidth_mbps = (uint32_t)cloud_number(
            x->limits, &aws_facts[c->tunnel_bandwidth == AWS_BANDWIDTH_LARGE ? AWS_VPN_MBPS_LARGE
                                                                             : AWS_VPN_MBPS]),
        .static_routes = &c->static_routes,
        .equal_cost = vgw || (tgw->vpn_ecmp_support && !c->static_routes_only),
    };
    for (uint32_t i = 0; i < c->tunnels.count; i++) {
        e.tunnel = &c->tunnels.items[i];
        expand_aws_end(x, &e);
    }
}

void aws_expand_nodes(struct expander *x)
{
    expand_fabrics(x);
    expand_instances(x);
    for (uint32_t i = 0; i < x->t->aws.vpn_connections.count; i++)
        expand_connection(x, &x->t->aws.vpn_connections.items[i]);
}

/* ---- what is announced ----------------------------------------------------------------------- */

static void announce(struct expander *x, const void *gateway, const struct aws_vpc *vpc)
{
    for (uint32_t s = expand_speakers(x, gateway); s != NET_NONE; s = x->speakers.items[s].next) {
        for (uint32_t i = 0; vpc && i < vpc->cidr_blocks.count; i++)
            expand_origin(x, x->speakers.items[s].node, &vpc->cidr_blocks.items[i], &vpc->o);
    }
}

void aws_expand_joins(struct expander *x)
{
    const struct topo_aws *aws = &x->t->aws;
    for (uint32_t i = 0; i < aws->vpn_gateways.count; i++)
        announce(x, &aws->vpn_gateways.items[i], aws->vpn_gateways.items[i].vpc);
    for (uint32_t i = 0; i < aws->transit_gateway_vpc_attachments.count; i++) {
        const struct aws_tgw_attachment *a = &aws->transit_gateway_vpc_attachments.items[i];
        if (a->transit_gateway && a->transit_gateway->default_route_table_propagation)
            announce(x, a->transit_gateway, a->vpc);
    }
}
