#include "cloud/assign_impl.h"
#include "cloud/aws/facts.h"
#include "cloud/limits.h"

/* AWS keeps the first four addresses of a subnet and the last one. */
enum { FIRST_USABLE = 4, LAST_RESERVED = 1 };

#define PRESET(fact) cloud_number(NULL, &aws_facts[fact])

/* ---- given ----------------------------------------------------------------------------------- */

/* The gateway on AWS's side: inside addresses are unique on it. */
static const void *gateway_of(const struct aws_vpn_connection *c)
{
    return c->vpn_gateway ? (const void *)c->vpn_gateway : (const void *)c->transit_gateway;
}

void aws_note_tunnels(struct assigner *a, const void *gateway, const struct aws_tunnel *v,
                      uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        assign_note_public(a, &v[i].outside_address);
        struct ip_addr inside = prefix_addr(&v[i].inside_cidr);
        assign_note_inside(a, gateway, &inside);
    }
}

void aws_note_given(struct assigner *a)
{
    const struct topo_aws *aws = &a->t->aws;
    for (uint32_t i = 0; i < aws->customer_gateways.count; i++)
        assign_note_public(a, &aws->customer_gateways.items[i].ip_address.addr);
    for (uint32_t i = 0; i < aws->vpn_connections.count; i++) {
        const struct aws_vpn_connection *c = &aws->vpn_connections.items[i];
        aws_note_tunnels(a, gateway_of(c), c->tunnels.items, c->tunnels.count);
    }
    for (uint32_t i = 0; i < aws->instances.count; i++) {
        const struct aws_instance *x = &aws->instances.items[i];
        assign_note_public(a, &x->public_ip);
        assign_note(a, x->subnet, &x->private_ip);
    }
}

/* ---- assigned -------------------------------------------------------------------------------- */

static void assign_options(struct aws_tunnel *t)
{
    const struct topo_object *o = &t->o;
    t->phase1_lifetime_seconds = assign_u32(o, "phase1_lifetime_seconds",
                                            t->phase1_lifetime_seconds, PRESET(AWS_IKE_LIFETIME));
    t->phase2_lifetime_seconds = assign_u32(o, "phase2_lifetime_seconds",
                                            t->phase2_lifetime_seconds, PRESET(AWS_IPSEC_LIFETIME));
    t->rekey_margin_time_seconds = assign_u32(o, "rekey_margin_time_seconds",
                                              t->rekey_margin_time_seconds,
                                              PRESET(AWS_IPSEC_REKEY_MARGIN));
    t->rekey_fuzz_percentage = assign_u32(o, "rekey_fuzz_percentage", t->rekey_fuzz_percentage,
                                          PRESET(AWS_IPSEC_REKEY_FUZZ));
    t->replay_window_size =
        assign_u32(o, "replay_window_size", t->replay_window_size, PRESET(AWS_IPSEC_REPLAY_WINDOW));
    t->dpd_timeout_seconds =
        assign_u32(o, "dpd_timeout_seconds", t->dpd_timeout_seconds, PRESET(AWS_IKE_DPD));
}

struct aws_tunnel *aws_assign_tunnels(struct assigner *a, const void *gateway,
                                      const struct topo_object *connection,
                                      const struct aws_tunnel *v, uint32_t n)
{
    aws_tunnels_t list = { (struct aws_tunnel *)v, n };
    uint32_t both = (uint32_t)PRESET(AWS_VPN_TUNNELS);
    if (!ASSIGN_EXTEND(a, &list, MAX(both, n)))
        return NULL;
    for (uint32_t i = 0; i < list.count; i++) {
        struct aws_tunnel *t = &list.items[i];
        if (i >= n)
            t->o =
                (struct topo_object){ .name = i ? "[1]" : "[0]", .parent = connection, .index = i };
        if (t->outside_address.family == IP_NONE)
            t->outside_address = assign_public(a);
        if (t->inside_cidr.family == IP_NONE)
            t->inside_cidr = assign_inside(a, gateway);
        assign_options(t);
    }
    return list.items;
}

static void assign_connections(struct assigner *a)
{
    struct topo_aws *aws = &a->t->aws;
    uint32_t both = (uint32_t)PRESET(AWS_VPN_TUNNELS);
    for (uint32_t i = 0; i < aws->vpn_connections.count; i++) {
        struct aws_vpn_connection *c = &aws->vpn_connections.items[i];
        struct aws_tunnel *v =
            aws_assign_tunnels(a, gateway_of(c), &c->o, c->tunnels.items, c->tunnels.count);
        if (!v)
            return;
        c->tunnels.items = v;
        c->tunnels.count = MAX(both, c->tunnels.count);
    }
}

static void assign_asns(struct topo_aws *aws)
{
    for (uint32_t i = 0; i < aws->vpn_gateways.count; i++) {
        if (aws->vpn_gateways.items[i].amazon_side_asn == 0)
            aws->vpn_gateways.items[i].amazon_side_asn = (uint32_t)PRESET(AWS_AS_VGW_DEFAULT);
    }
    for (uint32_t i = 0; i < aws->transit_gateways.count; i++) {
        if (aws->transit_gateways.items[i].amazon_side_asn == 0)
            aws->transit_gateways.items[i].amazon_side_asn = (uint32_t)PRESET(AWS_AS_TGW_DEFAULT);
    }
    for (uint32_t i = 0; i < aws->customer_gateways.count; i++) {
        if (aws->customer_gateways.items[i].bgp_asn == 0)
            aws->customer_gateways.items[i].bgp_asn = (uint32_t)PRESET(AWS_AS_CUSTOMER_DEFAULT);
    }
}

void aws_assign(struct assigner *a)
{
    struct topo_aws *aws = &a->t->aws;
    assign_asns(aws);
    assign_connections(a);
    for (uint32_t i = 0; i < aws->instances.count; i++) {
        struct aws_instance *x = &aws->instances.items[i];
        if (x->private_ip.family == IP_NONE && x->subnet)
            x->private_ip =
                assign_first(a, x->subnet, &x->subnet->cidr_block, FIRST_USABLE, LAST_RESERVED);
    }
}
