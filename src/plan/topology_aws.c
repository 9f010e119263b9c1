/* AWS's section, and SORACOM's, whose Doors are the same VPN connections. */
#include "plan/put.h"

#include "cloud/soracom/facts.h"

static void put_vpc(const struct plan_network *n, struct text *out)
{
    put(out, "\naws:\n  vpcs:\n    %s:\n", n->o.name);
    if (n->region)
        put(out, "      region: %s\n", n->region);
    put(out, "      cidr_blocks: [");
    put_prefixes(out, &n->address_space, ", ");
    put(out, "]\n      main_route_table: %s-rtb\n      subnets:\n", n->o.name);
    for (uint32_t i = 0; i < n->address_space.count; i++)
        put(out, "        subnet%u: {cidr_block: %s, route_table: %s-rtb}\n", i,
            put_prefix(&n->address_space.items[i]).s, n->o.name);
}

/* A virtual private gateway propagates what it learns; towards a transit gateway the table needs
 * routes of its own. */
static void put_routes(const struct plan *p, const struct plan_network *n, struct text *out)
{
    put(out, "\n  route_tables:\n    %s-rtb:\n      vpc: %s\n", n->o.name, n->o.name);
    if (n->gateway == PLAN_VGW) {
        put(out, "      propagating_vgws: [%s-vgw] # else the VPC learns nothing\n", n->o.name);
        return;
    }
    put(out, "      routes:\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        const topo_prefixes_t *space = &plan_peer(l, n)->address_space;
        for (uint32_t i = 0; i < space->count; i++)
            put(out,
                "        - {destination_cidr_block: %s,\n"
                "           target: aws.transit_gateways.%s-tgw}\n",
                put_prefix(&space->items[i]).s, n->o.name);
    }
}

static void put_gateway(const struct plan *p, const struct plan_network *n, struct text *out)
{
    if (n->gateway == PLAN_VGW)
        put(out, "\n  vpn_gateways:\n    %s-vgw: {vpc: %s, amazon_side_asn: %u}\n", n->o.name,
            n->o.name, plan_asn(p, n));
    else
        put(out,
            "\n  transit_gateways:\n    %s-tgw: {amazon_side_asn: %u}\n"
            "\n  transit_gateway_vpc_attachments:\n"
            "    %s-attachment: {transit_gateway: %s-tgw, vpc: %s}\n",
            n->o.name, plan_asn(p, n), n->o.name, n->o.name, n->o.name);
}

/* The other side's end of the first tunnel of a connection: its customer gateway. */
static uint32_t customer_end(const struct plan_link *l, int side, uint32_t connection)
{
    const struct plan_tunnel *t = put_tunnel_at(l, side, 2 * connection);
    assert(t);
    return t->end[!side];
}

void put_aws_tunnels(const struct plan_link *l, int side, uint32_t connection, struct text *out)
{
    put(out, "      tunnels:\n");
    for (uint32_t k = 0; k < 2; k++) {
        const struct plan_tunnel *t = put_tunnel_at(l, side, 2 * connection + k);
        put(out, "        - outside_address: %s # stand-in\n",
            put_addr(put_public(l, side, 2 * connection + k)).s);
        if (!t) {
            put(out, "          # There are always two: this one stays unused and down (R012).\n");
            continue;
        }
        if (t->inside.family != IP_NONE)
            put(out, "          inside_cidr: %s\n", put_prefix(&t->inside).s);
        put(out,
            "          preshared_key: %s # to be replaced\n          ike_versions: [ikev2]\n"
            "          phase1_encryption_algorithms: [%s]\n"
            "          phase1_integrity_algorithms: [%s]\n"
            "          phase1_dh_group_numbers: [%s]\n",
            t->key, put_aws_algorithm(PUT_IKE_CIPHER), put_aws_algorithm(PUT_IKE_HASH),
            put_aws_algorithm(PUT_IKE_GROUP));
        put(out,
            "          phase2_encryption_algorithms: [%s]\n"
            "          phase2_integrity_algorithms: [%s]\n"
            "          phase2_dh_group_numbers: [%s]\n",
            put_aws_algorithm(PUT_ESP_CIPHER), put_aws_algorithm(PUT_IKE_HASH),
            put_aws_algorithm(PUT_PFS_GROUP));
        put(out, "          startup_action: add # the other side begins with IKE\n");
    }
}

static void put_customer_gateways(const struct plan *p, const struct plan_network *n,
                                  struct text *out)
{
    put(out, "\n  customer_gateways: # one public address each\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int side = plan_side(l, n);
        const struct plan_network *peer = plan_peer(l, n);
        for (uint32_t c = 0; c < put_connections(l); c++)
            put(out, "    cgw-%s-%u: {bgp_asn: %u, ip_address: %s}\n", peer->o.name, c,
                plan_asn(p, peer), put_endpoint(l, !side, customer_end(l, side, c)).s);
    }
}

static void put_vpn(const struct plan_link *l, const struct plan_network *n, uint32_t c,
                    struct text *out)
{
    const struct plan_network *peer = plan_peer(l, n);
    put(out, "    vpn-%s-%u:\n      customer_gateway: cgw-%s-%u\n", peer->o.name, c, peer->o.name,
        c);
    if (n->gateway == PLAN_VGW)
        put(out, "      vpn_gateway: %s-vgw\n", n->o.name);
    else
        put(out, "      transit_gateway: %s-tgw\n", n->o.name);
    if (!l->bgp) {
        put(out, "      static_routes_only: true\n      static_routes: [");
        put_prefixes(out, &peer->address_space, ", ");
        put(out, "]\n");
    }
    put_aws_tunnels(l, plan_side(l, n), c, out);
}

static void put_security_group(const struct plan *p, const struct plan_network *n, struct text *out)
{
    put(out, "\n  security_groups:\n    %s-sg:\n      vpc: %s\n      ingress:\n", n->o.name,
        n->o.name);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        put(out, "        - {protocol: icmp, cidr_blocks: [");
        put_prefixes(out, &plan_peer(l, n)->address_space, ", ");
        put(out, "]}\n");
    }
    put(out, "      egress:\n        - {protocol: \"-1\", cidr_blocks: [0.0.0.0/0]}\n");
}

void put_aws(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AWS);
    if (!n)
        return;
    put_vpc(n, out);
    put_routes(p, n, out);
    put_gateway(p, n, out);
    put_customer_gateways(p, n, out);
    put(out, "\n  vpn_connections: # AWS has the first host of each inside block\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t c = 0; c < put_connections(l); c++)
            put_vpn(l, n, c, out);
    }
    put_security_group(p, n, out);
}

/* ---- SORACOM --------------------------------------------------------------------------------- */

static void put_door(const struct plan *p, const struct plan_link *l, uint32_t c, struct text *out)
{
    int side = l->side[0]->provider == PLAN_SORACOM ? 0 : 1;
    const struct plan_network *n = l->side[side], *peer = l->side[!side];
    put(out,
        "    door-%s-%u:\n      virtual_private_gateway: %s\n"
        "      customer_gateway_address: %s\n      routing: %s\n",
        peer->o.name, c, n->o.name, put_endpoint(l, !side, customer_end(l, side, c)).s,
        l->bgp ? "bgp" : "static");
    if (l->bgp) {
        put(out, "      customer_asn: %u\n", plan_asn(p, peer));
    } else {
        put(out, "      static_routes: [");
        put_prefixes(out, &peer->address_space, ", ");
        put(out, "]\n");
    }
    put_aws_tunnels(l, side, c, out);
}

void put_soracom(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_SORACOM);
    if (!n)
        return;
    put(out,
        "\nsoracom:\n  virtual_private_gateways:\n    %s: {type: F2, asn: %u, device_ranges: [",
        n->o.name, plan_asn(p, n));
    put_prefixes(out, &n->address_space, ", ");
    put(out,
        "]}\n\n  doors: # an application to SORACOM each, with the inside addresses wished for\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t c = 0; c < put_connections(l); c++)
            put_door(p, l, c, out);
    }
}
