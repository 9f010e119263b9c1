/* The order of creation, and the checklist. */
#include "plan/steps.h"
#include "plan/write.h"

/* ---- who is there ---------------------------------------------------------------------------- */

static bool always(const struct plan *p)
{
    (void)p;
    return true;
}

static bool has_azure(const struct plan *p)
{
    return put_network(p, PLAN_AZURE) != NULL;
}

static bool has_aws_kind(const struct plan *p)
{
    return put_network(p, PLAN_AWS) || put_network(p, PLAN_SORACOM);
}

static bool has_aws(const struct plan *p)
{
    return put_network(p, PLAN_AWS) != NULL;
}

static bool has_gcp(const struct plan *p)
{
    return put_network(p, PLAN_GCP) != NULL;
}

static bool has_site(const struct plan *p)
{
    return put_network(p, PLAN_SITE) != NULL;
}

static bool has_early_peer(const struct plan *p)
{
    return has_gcp(p) && (has_azure(p) || has_site(p));
}

static bool has_late_peer(const struct plan *p)
{
    return has_gcp(p) && has_aws(p);
}

/* ---- items ----------------------------------------------------------------------------------- */

static void list_networks(const struct plan *p, struct text *out)
{
    for (uint32_t i = 0; i < p->intent->connect.count; i++) {
        const struct plan_network *n = &p->intent->connect.items[i];
        put(out, "   [ ] %s (%s): ", n->o.name, plan_provider_names[n->provider]);
        put_prefixes(out, &n->address_space, ", ");
        put(out, "%s\n",
            n->provider == PLAN_AZURE ? ", with default and GatewaySubnet; no NSG on GatewaySubnet"
            : n->provider == PLAN_AWS ? ", with subnets, route table, security group"
            : n->provider == PLAN_GCP ? ", with subnets and firewall rules"
                                      : "");
    }
}

static void list_azure_gateway(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AZURE);
    bool active = plan_is_active_active(p);
    if (n->existing_gateway)
        put(out, "   [ ] it exists: note its public addresses, set what differs\n");
    for (uint32_t i = 0; i < put_instances(p); i++)
        put(out, "   [ ] public IP address %s-pip%u: Standard, static, zones 1 to 3\n", n->o.name,
            i);
    put(out, "   [ ] virtual network gateway %s-gw: VPN, route-based, %s, %s\n", n->o.name,
        n->sku ? n->sku : "VpnGw1AZ", active ? "active-active" : "active-standby");
    if (!put_has_bgp(p, n)) {
        put(out, "   [ ] BGP stays off\n");
        return;
    }
    put(out, "   [ ] BGP on, AS %u\n", plan_asn(p, n));
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t i = 0; i < l->tunnel_count; i++) {
            const struct plan_tunnel *t = &l->tunnels[i];
            if (t->inside.family != IP_NONE)
                put(out, "   [ ] custom BGP address %s on instance %u (towards %s)\n",
                    put_addr(plan_inside(l, t, 0)).s, t->end[0], l->side[1]->o.name);
        }
    }
    put(out, "   [ ] diagnostic settings: TunnelDiagnosticLog, RouteDiagnosticLog\n");
}

static void list_peers(const struct plan *p, bool aws, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int other = !plan_side(l, n);
        if ((l->side[other]->provider == PLAN_AWS) == aws)
            put(out,
                "   [ ] peer VPN gateway peer-%s: %u interface%s, from %s's public addresses\n",
                l->side[other]->o.name, plan_ends(l, other), plan_ends(l, other) == 1 ? "" : "s",
                l->side[other]->o.name);
    }
}

static void list_peers_early(const struct plan *p, struct text *out)
{
    list_peers(p, false, out);
}

static void list_peers_late(const struct plan *p, struct text *out)
{
    list_peers(p, true, out);
}

static void list_gcp_gateway(const struct plan *p, struct text *out)
{
    put(out, "   [ ] Cloud VPN gateway %s-ha-vpn (HA): gives two public addresses\n",
        put_network(p, PLAN_GCP)->o.name);
}

static void list_gcp_router(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    put(out, "   [ ] Cloud Router %s-router: AS %u, which cannot be changed later\n", n->o.name,
        plan_asn(p, n));
}

static void list_aws_connection(const struct plan *p, const struct plan_link *l,
                                const struct plan_network *n, uint32_t c, struct text *out)
{
    int side = plan_side(l, n);
    const struct plan_network *peer = plan_peer(l, n);
    if (n->provider == PLAN_AWS)
        put(out, "   [ ] customer gateway cgw-%s-%u: %s, AS %u\n", peer->o.name, c,
            put_endpoint(l, !side, put_tunnel_at(l, side, 2 * c)->end[!side]).s, plan_asn(p, peer));
    put(out, "   [ ] %s-%s-%u, %s, IKEv2 alone, startup action Add\n",
        n->provider == PLAN_AWS ? "VPN connection vpn" : "application for Door door", peer->o.name,
        c, l->bgp ? "BGP" : "static routes");
    for (uint32_t k = 0; k < 2; k++) {
        const struct plan_tunnel *t = put_tunnel_at(l, side, 2 * c + k);
        if (!t)
            put(out, "       tunnel %u: exists in any case, stays unused and down\n", k + 1);
        else if (t->inside.family == IP_NONE)
            put(out, "       tunnel %u: key %s (replace)\n", k + 1, t->key);
        else
            put(out, "       tunnel %u: inside %s, key %s (replace)\n", k + 1,
                put_prefix(&t->inside).s, t->key);
    }
}

static void list_aws(const struct plan *p, struct text *out)
{
    static const enum plan_provider providers[] = { PLAN_AWS, PLAN_SORACOM };
    for (size_t i = 0; i < ARRAY_LEN(providers); i++) {
        const struct plan_network *n = put_network(p, providers[i]);
        if (n && n->provider == PLAN_AWS)
            put(out, "   [ ] %s %s-%s: AS %u\n",
                n->gateway == PLAN_TGW ? "transit gateway with attachment"
                                       : "virtual private gateway, attached",
                n->o.name, n->gateway == PLAN_TGW ? "tgw" : "vgw", plan_asn(p, n));
        for (const struct plan_link *l = NULL; n && (l = put_next_link(p, n, l)) != NULL;) {
            for (uint32_t c = 0; c < put_connections(l); c++)
                list_aws_connection(p, l, n, c, out);
        }
    }
}

static void list_gcp_tunnels(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int side = plan_side(l, n);
        for (uint32_t i = 0; i < l->tunnel_count; i++)
            put(out,
                "   [ ] tunnel-%s-%u: interface %u to peer interface %u, IKEv2, key %s "
                "(replace), BGP later\n",
                l->side[!side]->o.name, i, l->tunnels[i].end[side], l->tunnels[i].end[!side],
                l->tunnels[i].key);
    }
}

static void list_gcp_sessions(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int side = plan_side(l, n);
        for (uint32_t i = 0; i < l->tunnel_count; i++) {
            const struct plan_tunnel *t = &l->tunnels[i];
            put(out, "   [ ] bgp-%s-%u: ours %s/30, peer", l->side[!side]->o.name, i,
                put_addr(plan_inside(l, t, side)).s);
            put(out, " %s, AS %u\n", put_addr(plan_inside(l, t, !side)).s,
                plan_asn(p, l->side[!side]));
        }
    }
}

static void list_local_gateways(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AZURE);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        const struct plan_network *peer = l->side[1];
        for (uint32_t i = 0; i < plan_ends(l, 1); i++) {
            const struct plan_tunnel *t = put_tunnel_at(l, 1, i);
            put(out, "   [ ] lng-%s-%u: %s, ", peer->o.name, i, put_endpoint(l, 1, i).s);
            if (l->bgp)
                put(out, "AS %u, BGP peer %s, no address space\n", plan_asn(p, peer),
                    put_addr(peer->provider == PLAN_SITE ? plan_site_address(peer, i)
                                                         : plan_inside(l, t, 1))
                        .s);
            else
                put(out, "address space of %s\n", peer->o.name);
        }
    }
}

static void list_connections(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AZURE);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t i = 0; i < plan_ends(l, 1); i++) {
            const struct plan_tunnel *t = put_tunnel_at(l, 1, i);
            put(out, "   [ ] conn-%s-%u: IPsec, IKEv2, mode Default, BGP %s, key %s (replace)\n",
                l->side[1]->o.name, i, l->bgp ? "on" : "off", t->key);
            if (plan_is_active_active(p) && l->side[1]->provider != PLAN_SITE)
                put(out,
                    "       up from instance %u; the tunnel from instance %u stays down, for "
                    "the peer has none\n",
                    t->end[0], !t->end[0]);
        }
    }
}

static void list_aws_routes(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AWS);
    if (n->gateway == PLAN_VGW)
        put(out, "   [ ] route table %s-rtb: propagation from %s-vgw on\n", n->o.name, n->o.name);
    else
        put(out, "   [ ] route table %s-rtb: routes to the others' ranges at %s-tgw\n", n->o.name,
            n->o.name);
}

static void list_routers(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_SITE);
    for (uint32_t i = 0; i < n->public_addresses.count; i++)
        put(out, "   [ ] %s-r%u: load %s-r%u.cfg, with the clouds' addresses and the keys put in\n",
            n->o.name, i, n->o.name, i);
}

static void command_routers(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_SITE);
    for (uint32_t i = 0; i < n->public_addresses.count; i++)
        put(out, "# %s-r%u: by hand, from %s-r%u.cfg.\n", n->o.name, i, n->o.name, i);
}

static void command_networks(const struct plan *p, struct text *out)
{
    command_azure_network(p, out);
    command_aws_network(p, out);
    command_gcp_network(p, out);
}

const struct plan_step plan_steps[] = {
    { "Networks", always, list_networks, command_networks },
    { "Azure's gateway: 30 to 45 minutes; the others need its public addresses", has_azure,
      list_azure_gateway, command_azure_gateway },
    { "Google's peer VPN gateway, from addresses that are known", has_early_peer, list_peers_early,
      command_gcp_peer_early },
    { "Google's HA VPN gateway", has_gcp, list_gcp_gateway, command_gcp_gateway },
    { "Cloud Router", has_gcp, list_gcp_router, command_gcp_router },
    { "VPN connections of AWS or SORACOM, with explicit inside blocks", has_aws_kind, list_aws,
      command_aws_connections },
    { "Google's peer VPN gateway, from AWS's outside addresses", has_late_peer, list_peers_late,
      command_gcp_peer_late },
    { "Google's VPN tunnels", has_gcp, list_gcp_tunnels, command_gcp_tunnels },
    { "Google's BGP sessions", has_gcp, list_gcp_sessions, command_gcp_sessions },
    { "Azure's local network gateways: outside and BGP address of the same tunnel", has_azure,
      list_local_gateways, command_azure_local },
    { "Azure's connections", has_azure, list_connections, command_azure_connections },
    { "Routes on AWS", has_aws, list_aws_routes, command_aws_routes },
    { "The site's routers", has_site, list_routers, command_routers },
    { 0 },
};

/* ---- counts ---------------------------------------------------------------------------------- */

static void count(struct text *out, uint32_t n, const char *what)
{
    if (n > 0)
        put(out, "   %u %s%s\n", n, what, n == 1 ? "" : "s");
}

static void put_counts(const struct plan *p, struct text *out)
{
    uint32_t peers = 0, gcp_tunnels = 0, locals = 0, vpns = 0, doors = 0, tunnels = 0;
    for (uint32_t i = 0; i < p->link_count; i++) {
        const struct plan_link *l = &p->links[i];
        bool gcp = l->side[0]->provider == PLAN_GCP || l->side[1]->provider == PLAN_GCP;
        bool door = l->side[0]->provider == PLAN_SORACOM || l->side[1]->provider == PLAN_SORACOM;
        peers += gcp;
        gcp_tunnels += gcp ? l->tunnel_count : 0;
        locals += l->side[0]->provider == PLAN_AZURE ? plan_ends(l, 1) : 0;
        *(door ? &doors : &vpns) += put_connections(l);
        tunnels += l->tunnel_count;
    }
    put(out, "Objects:\n");
    count(out, has_azure(p), "virtual network gateway");
    count(out, peers, "peer VPN gateway");
    count(out, has_gcp(p), "Cloud VPN gateway");
    count(out, has_gcp(p), "Cloud Router");
    count(out, gcp_tunnels, "VPN tunnel");
    count(out, gcp_tunnels, "BGP session");
    count(out, vpns, "customer gateway");
    count(out, vpns, "VPN connection");
    count(out, doors, "Door");
    count(out, locals, "local network gateway");
    count(out, locals, "connection");
    put(out, "   %u tunnel%s that come%s up\n", tunnels, tunnels == 1 ? "" : "s",
        tunnels == 1 ? "s" : "");
}

static void put_warnings(const struct plan *p, struct text *out)
{
    if (plan_is_active_active(p))
        return;
    put(out, "\nThis redundancy (%s) implies:\n", plan_redundancy_names[p->intent->redundancy]);
    if (has_azure(p))
        put(out, "   - Azure's gateway is active-standby: an outage at each maintenance\n");
    if (p->intent->redundancy == PLAN_NONE)
        put(out, "   - one tunnel: its failure cuts the networks off from each other\n");
    if (has_gcp(p))
        put(out, "   - less than Google's SLA of 99.99 %% asks for, where it uses one interface\n");
}

void plan_write_checklist(const struct plan *p, struct text *out)
{
    uint32_t number = 0;
    put(out, "Checklist, redundancy %s\n\n", plan_redundancy_names[p->intent->redundancy]);
    for (const struct plan_step *s = plan_steps; s->title; s++) {
        if (!s->applies(p))
            continue;
        put(out, "%u. %s\n", ++number, s->title);
        s->list(p, out);
    }
    text_char(out, '\n');
    put_counts(p, out);
    put_warnings(p, out);
}
