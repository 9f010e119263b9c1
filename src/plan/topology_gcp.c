/* Google Cloud's section. */
#include "plan/put.h"

static void put_network_part(const struct plan *p, const struct plan_network *n, struct text *out)
{
    put(out, "\ngcp:\n  networks:\n    %s: {routing_mode: REGIONAL}\n\n  subnetworks:\n",
        n->o.name);
    for (uint32_t i = 0; i < n->address_space.count; i++)
        put(out, "    %s-subnet%u: {network: %s, region: %s, ip_cidr_range: %s}\n", n->o.name, i,
            n->o.name, n->region, put_prefix(&n->address_space.items[i]).s);
    const struct plan_link *any = put_next_link(p, n, NULL);
    assert(any);
    put(out,
        "\n  ha_vpn_gateways: # two interfaces in any case\n    %s-ha-vpn:\n      network: %s\n"
        "      region: %s\n      interfaces: [%s,",
        n->o.name, n->o.name, n->region, put_addr(put_public(any, plan_side(any, n), 0)).s);
    put(out, " %s] # stand-ins\n", put_addr(put_public(any, plan_side(any, n), 1)).s);
}

static const char *redundancy_type(uint32_t ends)
{
    return ends == 1   ? "SINGLE_IP_INTERNALLY_REDUNDANT"
           : ends == 2 ? "TWO_IPS_REDUNDANCY"
                       : "FOUR_IPS_REDUNDANCY";
}

static void put_external(const struct plan_link *l, const struct plan_network *n, struct text *out)
{
    int other = !plan_side(l, n);
    put(out, "    peer-%s:\n      redundancy_type: %s\n      interfaces:\n", l->side[other]->o.name,
        redundancy_type(plan_ends(l, other)));
    for (uint32_t i = 0; i < plan_ends(l, other); i++)
        put(out, "        - {id: %u, ip_address: %s}\n", i, put_endpoint(l, other, i).s);
}

static void put_tunnels(const struct plan_link *l, const struct plan_network *n, struct text *out)
{
    int side = plan_side(l, n);
    const char *peer = l->side[!side]->o.name;
    for (uint32_t i = 0; i < l->tunnel_count; i++) {
        const struct plan_tunnel *t = &l->tunnels[i];
        put(out,
            "    tunnel-%s-%u:\n      region: %s\n      vpn_gateway: %s-ha-vpn\n"
            "      vpn_gateway_interface: %u\n      peer_external_gateway: peer-%s\n"
            "      peer_external_gateway_interface: %u\n      router: %s-router\n"
            "      shared_secret: %s # to be replaced\n      ike_version: 2\n",
            peer, i, n->region, n->o.name, t->end[side], peer, t->end[!side], n->o.name, t->key);
    }
}

static void put_router(const struct plan *p, const struct plan_network *n, struct text *out)
{
    put(out,
        "\n  routers:\n    %s-router:\n      network: %s\n      region: %s\n      asn: %u\n"
        "      interfaces:\n",
        n->o.name, n->o.name, n->region, plan_asn(p, n));
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int side = plan_side(l, n);
        const char *peer = l->side[!side]->o.name;
        for (uint32_t i = 0; i < l->tunnel_count; i++)
            put(out, "        if-%s-%u: {ip_range: %s/30, vpn_tunnel: tunnel-%s-%u}\n", peer, i,
                put_addr(plan_inside(l, &l->tunnels[i], side)).s, peer, i);
    }
    put(out, "      peers:\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int side = plan_side(l, n);
        const char *peer = l->side[!side]->o.name;
        for (uint32_t i = 0; i < l->tunnel_count; i++)
            put(out,
                "        bgp-%s-%u: {interface: if-%s-%u, peer_ip_address: %s, peer_asn: %u}\n",
                peer, i, peer, i, put_addr(plan_inside(l, &l->tunnels[i], !side)).s,
                plan_asn(p, l->side[!side]));
    }
}

void put_gcp(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    if (!n)
        return;
    put_network_part(p, n, out);
    put(out, "\n  external_vpn_gateways: # peer VPN gateways\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;)
        put_external(l, n, out);
    put(out, "\n  vpn_tunnels:\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;)
        put_tunnels(l, n, out);
    put_router(p, n, out);
    put(out, "\n  firewalls:\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        const struct plan_network *peer = plan_peer(l, n);
        put(out,
            "    allow-%s:\n      network: %s\n      direction: INGRESS\n      allow: [icmp]\n"
            "      source_ranges: [",
            peer->o.name, n->o.name);
        put_prefixes(out, &peer->address_space, ", ");
        put(out, "]\n");
    }
}
