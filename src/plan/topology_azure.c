/* Azure's section. */
#include "plan/put.h"

#include "cloud/azure/facts.h"
#include "cloud/limits.h"

static void put_network_part(const struct plan *p, const struct plan_network *n, struct text *out)
{
    struct prefix hosts = put_default_subnet(n), gateway = put_gateway_subnet(n);
    put(out, "\nazure:\n  virtual_networks:\n    %s:\n", n->o.name);
    if (n->region)
        put(out, "      location: \"%s\"\n", n->region);
    put(out, "      address_space: [");
    put_prefixes(out, &n->address_space, ", ");
    put(out, "]\n      subnets:\n        default: {address_prefix: %s}\n", put_prefix(&hosts).s);
    put(out, "        GatewaySubnet: {address_prefix: %s}\n", put_prefix(&gateway).s);
    put(out, "\n  public_ip_addresses: # stand-ins, known when they are made\n");
    const struct plan_link *any = put_next_link(p, n, NULL);
    for (uint32_t i = 0; any && i < put_instances(p); i++)
        put(out,
            "    %s-pip%u: {sku: Standard, allocation_method: Static, zones: [1, 2, 3],\n"
            "      ip_address: %s}\n",
            n->o.name, i, put_addr(put_public(any, plan_side(any, n), i)).s);
}

/* The APIPA addresses of one instance, of all links. */
static void put_apipa(const struct plan *p, const struct plan_network *n, uint32_t instance,
                      struct text *out)
{
    bool any = false;
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t i = 0; i < l->tunnel_count; i++) {
            const struct plan_tunnel *t = &l->tunnels[i];
            if (t->end[0] != instance || t->inside.family == IP_NONE)
                continue;
            put(out, "%s%s", any ? ", " : "          - apipa_addresses: [",
                put_addr(plan_inside(l, t, 0)).s);
            any = true;
        }
    }
    put(out, any ? "]\n" : "");
}

static bool has_apipa(const struct plan *p, const struct plan_network *n)
{
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        if (l->tunnels[0].inside.family != IP_NONE)
            return true;
    }
    return false;
}

static void put_gateway(const struct plan *p, const struct plan_network *n, struct text *out)
{
    bool bgp = put_has_bgp(p, n);
    put(out,
        "\n  virtual_network_gateways:\n    %s-gw: # %s\n      type: Vpn\n      sku: %s\n"
        "      vpn_type: RouteBased\n      virtual_network: %s\n      active_active: %s\n"
        "      enable_bgp: %s\n      ip_configurations:\n",
        n->o.name, n->existing_gateway ? "exists already" : "made first: 30 to 45 minutes",
        n->sku ? n->sku : "VpnGw1AZ", n->o.name, plan_is_active_active(p) ? "true" : "false",
        bgp ? "true" : "false");
    for (uint32_t i = 0; i < put_instances(p); i++)
        put(out, "        - public_ip_address: %s-pip%u\n", n->o.name, i);
    if (bgp)
        put(out, "      bgp_settings:\n        asn: %u\n", plan_asn(p, n));
    if (bgp && has_apipa(p, n)) {
        put(out, "        peering_addresses: # Azure waits on these: the peer opens the session\n");
        for (uint32_t i = 0; i < put_instances(p); i++)
            put_apipa(p, n, i, out);
    }
    put(out, "      diagnostic_logs: [TunnelDiagnosticLog, RouteDiagnosticLog]\n");
}

static void put_local_gateway(const struct plan *p, const struct plan_link *l,
                              const struct plan_tunnel *t, struct text *out)
{
    const struct plan_network *peer = l->side[1];
    put(out, "    lng-%s-%u:\n      gateway_address: %s\n", peer->o.name, t->end[1],
        put_endpoint(l, 1, t->end[1]).s);
    if (!l->bgp) {
        put(out, "      address_space: [");
        put_prefixes(out, &peer->address_space, ", ");
        put(out, "]\n");
        return;
    }
    struct ip_addr speaker = peer->provider == PLAN_SITE ? plan_site_address(peer, t->end[1])
                                                         : plan_inside(l, t, 1);
    put(out, "      asn: %u\n      bgp_peering_address: %s\n", plan_asn(p, peer),
        put_addr(speaker).s);
}

static void put_policy(struct text *out)
{
    const char *esp = put_azure_algorithm(PUT_ESP_CIPHER); /* GCM: its own integrity */
    put(out,
        "      ipsec_policy: {ike_encryption: %s, ike_integrity: %s, dh_group: %s,\n"
        "                     ipsec_encryption: %s, ipsec_integrity: %s, pfs_group: %s,\n",
        put_azure_algorithm(PUT_IKE_CIPHER), put_azure_algorithm(PUT_IKE_HASH),
        put_azure_algorithm(PUT_IKE_GROUP), esp, esp, put_azure_algorithm(PUT_PFS_GROUP));
    put(out,
        "                     sa_lifetime_seconds: %d,\n"
        "                     sa_data_size_kilobytes: %d}\n",
        (int)cloud_number(NULL, &azure_facts[AZURE_VPN_IPSEC_LIFETIME]),
        (int)cloud_number(NULL, &azure_facts[AZURE_VPN_IPSEC_LIFETIME_KB]));
}

/* Of a peer that has a tunnel to one instance alone the other instance's stays down for ever. */
static void put_connection(const struct plan *p, const struct plan_link *l,
                           const struct plan_tunnel *t, struct text *out)
{
    const struct plan_tunnel *partner = plan_partner(l, t);
    put(out, "    conn-%s-%u:", l->side[1]->o.name, t->end[1]);
    if (plan_is_active_active(p) && l->side[1]->provider != PLAN_SITE)
        put(out,
            " # up from instance %u; Azure tries from instance %u as well, which stays down\n"
            "      # (R012): the peer has no tunnel to it",
            t->end[0], !t->end[0]);
    put(out,
        "\n      type: IPsec\n      virtual_network_gateway: %s-gw\n"
        "      local_network_gateway: lng-%s-%u\n      shared_key: %s # to be replaced\n"
        "      connection_mode: %s # Azure begins with IKE\n      enable_bgp: %s\n",
        l->side[0]->o.name, l->side[1]->o.name, t->end[1], t->key,
        cloud_text(NULL, &azure_facts[AZURE_VPN_IKE_MODE_DEFAULT]), l->bgp ? "true" : "false");
    if (t->inside.family != IP_NONE) {
        const struct plan_tunnel *first = t->end[0] == 0 ? t : partner;
        const struct plan_tunnel *second = t->end[0] == 0 ? partner : t;
        assert(first);
        put(out, "      custom_bgp_primary: %s\n", put_addr(plan_inside(l, first, 0)).s);
        if (second)
            put(out, "      custom_bgp_secondary: %s\n", put_addr(plan_inside(l, second, 0)).s);
    }
    put_policy(out);
}

void put_azure(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AZURE);
    if (!n)
        return;
    put_network_part(p, n, out);
    put_gateway(p, n, out);
    put(out, "\n  local_network_gateways:\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t i = 0; i < plan_ends(l, 1); i++)
            put_local_gateway(p, l, put_tunnel_at(l, 1, i), out);
    }
    put(out, "\n  connections:\n");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t i = 0; i < plan_ends(l, 1); i++)
            put_connection(p, l, put_tunnel_at(l, 1, i), out);
    }
}
