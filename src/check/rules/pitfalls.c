/* What the seed articles warn of beyond appliances: AS numbers, tunnels over a circuit, what comes
 * in twos. */
#include <string.h>

#include "check/announce.h"
#include "check/device.h"
#include "check/rules/rules.h"
#include "cloud/assign.h"
#include "topo/kinds.h"

/* ---- AS numbers ------------------------------------------------------------------------------ */

/* Sessions inside of a provider or of a site may be iBGP: those between two parties may not. */
static bool is_between_parties(const struct check *c, const struct net_session *s)
{
    if (s->tunnel != NET_NONE)
        return true;
    if (s->node[1] == NET_NONE)
        return false;
    const struct net_node *a = &c->net->nodes.items[s->node[0]];
    const struct net_node *b = &c->net->nodes.items[s->node[1]];
    return (a->kind == NET_ROUTER) != (b->kind == NET_ROUTER);
}

static void as_numbers_differ(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i];
        if (s->node[1] == NET_NONE || s->asn[0] == 0 || s->asn[0] != s->asn[1] ||
            !is_between_parties(c, s))
            continue;
        const struct topo_object *both[] = { c->net->nodes.items[s->node[0]].object,
                                             c->net->nodes.items[s->node[1]].object, NULL };
        if (both[0] && both[1])
            check_report_at(c, rule, both, NULL, "%s and %s have the same AS number %u",
                            both[0]->name, both[1]->name, s->asn[0]);
    }
}

/* ---- a VPN over a circuit -------------------------------------------------------------------- */

/* A connection to a private address from a network that has no way to the circuit of its own. */
struct spoke_vpn {
    const struct azure_connection *connection;
    const struct azure_vnet *spoke, *hub; /* hub: the peered network with the circuit's gateway */
    const struct azure_subnet *gateways;  /* GatewaySubnet of the spoke */
};

static const struct azure_vnet *hub_of(const struct check *c, const struct azure_vnet *spoke)
{
    const struct topo_azure *a = &c->topo->azure;
    for (uint32_t i = 0; i < a->virtual_network_peerings.count; i++) {
        const struct azure_peering *p = &a->virtual_network_peerings.items[i];
        if (p->virtual_network == spoke && !p->use_remote_gateways &&
            look_gateway(c, p->remote_virtual_network, AZURE_GATEWAY_EXPRESS_ROUTE))
            return p->remote_virtual_network;
    }
    return NULL;
}

static bool is_spoke_vpn(const struct check *c, const struct azure_connection *conn,
                         struct spoke_vpn *ret)
{
    const struct azure_vnet_gateway *g = conn->virtual_network_gateway;
    if (conn->type != AZURE_CONNECTION_IPSEC || !conn->local_azure_ip_address_enabled || !g ||
        !g->virtual_network || !conn->local_network_gateway ||
        look_gateway(c, g->virtual_network, AZURE_GATEWAY_EXPRESS_ROUTE))
        return false;
    *ret = (struct spoke_vpn){
        .connection = conn,
        .spoke = g->virtual_network,
        .hub = hub_of(c, g->virtual_network),
        .gateways = azure_subnet_named(g->virtual_network, "GatewaySubnet"),
    };
    return ret->hub && ret->gateways;
}

/* How the hub's appliances announce the spoke's GatewaySubnet to the Route Server. */
struct announced {
    bool subnet, more;
};

static void add_announced(struct check *c, const struct azure_route_server *rs,
                          const struct spoke_vpn *s, struct announced *a)
{
    for (uint32_t i = 0; i < rs->peers.count; i++) {
        const struct azure_nic *nic = look_nic(c, rs->virtual_network, &rs->peers.items[i].peer_ip);
        const struct azure_vm *vm = nic ? look_vm(c, nic) : NULL;
        const struct check_device *d = vm ? look_device_of(c, &vm->o) : NULL;
        for (uint32_t k = 0; d && d->config && k < rs->virtual_router_ips.count; k++) {
            const struct ip_addr *n = &rs->virtual_router_ips.items[k];
            a->subnet |= announce_has(c, d, n, &s->gateways->address_prefix);
            for (uint32_t p = 0; p < s->spoke->address_space.count; p++)
                a->more |= announce_has(c, d, n, &s->spoke->address_space.items[p]);
        }
    }
}

static void gateway_subnet_is_announced(struct check *c, const struct check_rule *rule)
{
    struct spoke_vpn s;
    for (uint32_t i = 0; i < c->topo->azure.connections.count; i++) {
        struct announced a = { false, false };
        if (!is_spoke_vpn(c, &c->topo->azure.connections.items[i], &s))
            continue;
        const struct azure_route_server *rs = look_route_server(c, s.hub);
        if (rs)
            add_announced(c, rs, &s, &a);
        if (!a.subnet)
            check_report(c, rule, &s.gateways->o, NULL,
                         "nobody in %s announces the GatewaySubnet of %s over the circuit",
                         s.hub->o.name, s.spoke->o.name);
        else if (a.more)
            check_report(c, rule, &s.gateways->o, NULL,
                         "all of %s is announced over the circuit, not its GatewaySubnet alone",
                         s.spoke->o.name);
    }
}

static void end_point_has_a_way_back(struct check *c, const struct check_rule *rule)
{
    struct spoke_vpn s;
    for (uint32_t i = 0; i < c->topo->azure.connections.count; i++) {
        if (!is_spoke_vpn(c, &c->topo->azure.connections.items[i], &s))
            continue;
        const struct ip_addr *end = &s.connection->local_network_gateway->gateway_address.addr;
        struct prefix host = prefix_of(end, 32);
        const struct azure_route *r =
            end->family == IP_V4 ? look_user_route(c, s.gateways->route_table, &host) : NULL;
        if (r && r->next_hop_type == AZURE_HOP_VIRTUAL_APPLIANCE &&
            look_nic(c, s.spoke, &r->next_hop_ip_address))
            continue;
        char addr[IP_TEXT_MAX];
        struct text t = text_init(addr, sizeof(addr));
        text_ip(&t, end);
        check_report(c, rule, &s.gateways->o, "route_table",
                     "the GatewaySubnet of %s has no route to %s by an appliance of %s",
                     s.spoke->o.name, addr, s.hub->o.name);
    }
}

/* Of the device's end of a tunnel, and the session that runs through it. */
static void end_is_not_announced(struct check *c, const struct check_rule *rule,
                                 const struct net_session *s, int side)
{
    const struct net_tunnel *t = &c->net->tunnels.items[s->tunnel];
    for (int e = 0; e < 2; e++) {
        const struct net_tunnel_end *end = t->end[e] == NET_NONE ? NULL
                                                                 : &c->net->ends.items[t->end[e]];
        /* What the peer sends packets to: behind a NAT that is not the device's own address. */
        const struct ip_addr *at = end && end->seen.family != IP_NONE ? &end->seen
                                   : end                              ? &end->outside
                                                                      : NULL;
        if (!end || end->node != s->node[side] || at->family != IP_V4)
            continue;
        const struct check_device *d = look_device(c, end);
        const struct config_neighbor *n = look_neighbor(c, d, &s->addr[1 - side]);
        struct prefix host = prefix_of(at, 32);
        if (n && announce_has(c, d, &s->addr[1 - side], &host))
            check_report_line(c, rule, d, n->at.line,
                              "%s announces the end of tunnel %s to %s, through that tunnel",
                              d->owner->name, end->interface ? end->interface : "", n->name);
    }
}

static void ends_stay_outside(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i];
        for (int side = 0; s->tunnel != NET_NONE && side < 2; side++)
            if (s->node[side] != NET_NONE)
                end_is_not_announced(c, rule, s, side);
    }
}

/* ---- order of work --------------------------------------------------------------------------- */

static bool is_new(const struct check *c, const struct topo_object *o)
{
    char path[512];
    struct text t = text_init(path, sizeof(path));
    topo_object_path(o, &t);
    return !topo_find(c->before, path);
}

/* The customer gateway is made from the address that Azure gives. */
static void azure_comes_first(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; c->before && i < c->topo->aws.customer_gateways.count; i++) {
        const struct aws_customer_gateway *g = &c->topo->aws.customer_gateways.items[i];
        const struct topo_object *pip = g->ip_address.of;
        if (pip && pip->kind == &azure_public_ip_kind && is_new(c, &g->o) && is_new(c, pip))
            check_report(c, rule, &g->o, "ip_address",
                         "%s can be made when %s has its address: Azure's gateway comes first",
                         g->o.name, pip->name);
    }
}

/* ---- Google Cloud ---------------------------------------------------------------------------- */

static void classic_vpn_is_not_used(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->gcp.classic_vpn_gateways.count; i++) {
        const struct gcp_classic_vpn_gateway *g = &c->topo->gcp.classic_vpn_gateways.items[i];
        check_report(c, rule, &g->o, NULL, "%s is a Classic VPN gateway", g->o.name);
    }
}

/* What there is of a pattern that has two of everything. */
struct twos {
    uint32_t tunnels, peers, gateways, connections;
};

static bool has_addr(const struct gcp_ha_vpn_gateway *g, const struct ip_addr *a)
{
    for (uint32_t i = 0; i < g->interfaces.count; i++)
        if (a->family != IP_NONE && ip_eq(&g->interfaces.items[i].ip_address, a))
            return true;
    return false;
}

static uint32_t peers_of(const struct gcp_router *r, const struct gcp_vpn_tunnel *t)
{
    for (uint32_t i = 0; r && i < r->interfaces.count; i++)
        for (uint32_t k = 0; r->interfaces.items[i].vpn_tunnel == t && k < r->peers.count; k++)
            if (r->peers.items[k].interface &&
                strcmp(r->peers.items[k].interface, r->interfaces.items[i].o.name) == 0)
                return 1;
    return 0;
}

static struct twos twos_of(const struct check *c, const struct gcp_ha_vpn_gateway *g)
{
    const struct topo_azure *a = &c->topo->azure;
    struct twos n = { 0 };
    for (uint32_t i = 0; i < a->local_network_gateways.count; i++)
        n.gateways += has_addr(g, &a->local_network_gateways.items[i].gateway_address.addr);
    for (uint32_t i = 0; i < a->connections.count; i++) {
        const struct azure_local_gateway *l = a->connections.items[i].local_network_gateway;
        n.connections += l && has_addr(g, &l->gateway_address.addr);
    }
    for (uint32_t i = 0; i < c->topo->gcp.vpn_tunnels.count; i++) {
        const struct gcp_vpn_tunnel *t = &c->topo->gcp.vpn_tunnels.items[i];
        if (t->vpn_gateway != g || !t->peer_external_gateway)
            continue;
        n.tunnels++;
        n.peers += peers_of(t->router, t);
    }
    return n;
}

static void azure_and_google_come_in_twos(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->gcp.ha_vpn_gateways.count; i++) {
        const struct gcp_ha_vpn_gateway *g = &c->topo->gcp.ha_vpn_gateways.items[i];
        struct twos n = twos_of(c, g);
        if (n.gateways == 0 ||
            (n.tunnels >= 2 && n.peers >= 2 && n.gateways >= 2 && n.connections >= 2))
            continue;
        check_report(c, rule, &g->o, NULL,
                     "%s has %u tunnels and %u BGP peers, Azure %u local network gateways and %u "
                     "connections to it: of each there have to be two",
                     g->o.name, n.tunnels, n.peers, n.gateways, n.connections);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_pitfalls[] = {
    {
        .id = "R014",
        .scope = "any BGP",
        .severity = DIAG_ERROR,
        .title = "the two sides of a session have different AS numbers",
        .symptom = "the session is taken for iBGP, or refused",
        .remedy = "change one of them",
        .source = "S3, VPNFAQ",
        .run = as_numbers_differ,
    },
    {
        .id = "R030",
        .scope = "ExpressRoute and VPN in a spoke",
        .severity = DIAG_ERROR,
        .title = "of a spoke without remote gateway an appliance announces the GatewaySubnet alone",
        .symptom = "the ends of the tunnels are unreachable; of more, the isolation is broken",
        .remedy = "a static route, redistributed, past a prefix list that permits GatewaySubnet",
        .source = "S1",
        .run = gateway_subnet_is_announced,
    },
    {
        .id = "R031",
        .scope = "ExpressRoute and VPN in a spoke",
        .severity = DIAG_ERROR,
        .title = "the GatewaySubnet of the spoke has a user route back to the tunnel's other end",
        .symptom = "replies of IKE have no way back",
        .remedy = "a user route to the end point by the appliance in the hub",
        .source = "S1",
        .run = end_point_has_a_way_back,
    },
    {
        .id = "R032",
        .scope = "VPN",
        .severity = DIAG_ERROR,
        .title = "the end of a tunnel is not announced inside of it",
        .symptom = "recursive routing: the tunnel flaps",
        .remedy = "a prefix list towards the neighbor without it; a static /32 outside",
        .source = "S1",
        .run = ends_stay_outside,
    },
    {
        .id = "R036",
        .scope = "order of work",
        .severity = DIAG_NOTE,
        .title = "Azure's gateway is made before AWS's customer gateways",
        .symptom = "work stops: the public address is not known yet",
        .remedy = "make the public addresses and the gateway in Azure first",
        .source = "S4, S3",
        .of_change = true,
        .run = azure_comes_first,
    },
    {
        .id = "R037",
        .scope = "Google Cloud",
        .severity = DIAG_WARNING,
        .title = "HA VPN is used, not Classic VPN",
        .symptom = "99.9 % instead of 99.99 %, and no second interface",
        .remedy = "an HA VPN gateway with a Cloud Router",
        .source = "S3",
        .run = classic_vpn_is_not_used,
    },
    {
        .id = "R038",
        .scope = "Azure and Google Cloud",
        .severity = DIAG_ERROR,
        .title = "tunnels, sessions, local network gateways and connections come in twos",
        .symptom = "one leg alone",
        .remedy = "complete both",
        .source = "S3",
        .run = azure_and_google_come_in_twos,
    },
    { .id = NULL },
};
