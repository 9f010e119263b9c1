/* ExpressRoute and Route Server. A circuit is two edge routers of Microsoft's, one a /30; each has
 * a session with every instance of every gateway that is connected, and one with the customer's
 * router at the other end of its /30. A Route Server is two instances, each with all its peers, and
 * with the gateways of its network when branch-to-branch is on. */
#include "cloud/assign.h"
#include "cloud/azure/facts.h"
#include "cloud/expand_impl.h"

/* ---- gateways and edges ---------------------------------------------------------------------- */

static void expand_er_gateway(struct expander *x, const struct azure_vnet_gateway *gw)
{
    const struct azure_subnet *s = azure_subnet_named(gw->virtual_network, "GatewaySubnet");
    uint32_t fabric = expand_node_of(x, gw->virtual_network);
    uint32_t group = x->n->nodes.count;
    for (uint32_t i = 0; i < azure_gateway_instances(gw); i++) {
        struct net_node node = { .kind = NET_CIRCUIT_GATEWAY,
                                 .name = expand_name(x, gw->o.name, ":", i),
                                 .object = &gw->o,
                                 .instance = i,
                                 .asn = gw->bgp_settings.asn,
                                 .group = group,
                                 .fabric = fabric,
                                 .site = gw->virtual_network ? gw->virtual_network->o.name
                                                             : gw->o.name,
                                 .zone = azure_gateway_zone(x, gw, i) };
        cloud_behave(x->limits, CLOUD_AZURE_ER, &node.behaviour);
        uint32_t at = expand_node(x, &node);
        expand_iface(x, &(struct net_iface){ .node = at,
                                             .name = "gateway",
                                             .addr = azure_er_address(gw, i),
                                             .len = s ? s->address_prefix.len : 32,
                                             .forwards = true });
        expand_link(x, NET_LINK_FABRIC, &gw->o, at, fabric);
        expand_speaks_for(x, gw->virtual_network, at);
    }
}

static const struct prefix *link_of(const struct azure_circuit *c, uint32_t i)
{
    return i ? &c->private_peering.secondary_peer_address_prefix
             : &c->private_peering.primary_peer_address_prefix;
}

/* The customer has the first host, Microsoft the second (azure.er.customer-first). */
static struct ip_addr edge_address(const struct expander *x, const struct azure_circuit *c,
                                   uint32_t i)
{
    bool first = cloud_is_so(x->limits, &azure_facts[AZURE_ER_CUSTOMER_FIRST]);
    return cloud_link_host(link_of(c, i), first ? 2 : 1);
}

static void expand_circuit(struct expander *x, const struct azure_circuit *c)
{
    static const char *const side[2] = { ":primary", ":secondary" };
    uint32_t asn = (uint32_t)cloud_number(x->limits, &azure_facts[AZURE_ER_MSEE_AS]);
    uint32_t group = x->n->nodes.count;
    for (uint32_t i = 0; i < 2; i++) {
        struct net_node node = { .kind = NET_EDGE,
                                 .name = expand_word(x, c->o.name, side[i]),
                                 .object = &c->o,
                                 .instance = i,
                                 .asn = asn,
                                 .group = group,
                                 .fabric = NET_NONE,
                                 .site = c->o.name };
        cloud_behave(x->limits,
                     c->sku_tier == AZURE_TIER_PREMIUM ? CLOUD_AZURE_MSEE_PREMIUM
                                                       : CLOUD_AZURE_MSEE,
                     &node.behaviour);
        uint32_t at = expand_node(x, &node);
        expand_iface(x, &(struct net_iface){ .node = at,
                                             .name = side[i] + 1,
                                             .addr = edge_address(x, c, i),
                                             .len = link_of(c, i)->len,
                                             .forwards = true });
    }
}

void azure_expand_circuits(struct expander *x)
{
    const struct topo_azure *az = &x->t->azure;
    for (uint32_t i = 0; i < az->virtual_network_gateways.count; i++) {
        if (az->virtual_network_gateways.items[i].type == AZURE_GATEWAY_EXPRESS_ROUTE)
            expand_er_gateway(x, &az->virtual_network_gateways.items[i]);
    }
    for (uint32_t i = 0; i < az->express_route_circuits.count; i++)
        expand_circuit(x, &az->express_route_circuits.items[i]);
}

/* ---- their sessions -------------------------------------------------------------------------- */

static void join_customer(struct expander *x, const struct azure_circuit *c)
{
    uint32_t first = expand_node_of(x, c);
    for (uint32_t i = 0; first != NET_NONE && i < 2; i++) {
        if (c->private_peering.peer_asn == 0 || link_of(c, i)->family == IP_NONE)
            continue;
        struct ip_addr edge = edge_address(x, c, i);
        struct ip_addr ends[2] = { cloud_link_host(link_of(c, i), 1),
                                   cloud_link_host(link_of(c, i), 2) };
        expand_session(
            x, &(struct net_session){ .node = { first + i, NET_NONE },
                                      .addr = { edge, ip_eq(&edge, &ends[0]) ? ends[1] : ends[0] },
                                      .asn = { x->n->nodes.items[first + i].asn, 0 },
                                      .expects = { c->private_peering.peer_asn, 0 },
                                      .tunnel = NET_NONE });
    }
}

static void join_gateway(struct expander *x, const struct azure_connection *conn)
{
    uint32_t edges = expand_node_of(x, conn->express_route_circuit);
    uint32_t gateways = expand_node_of(x, conn->virtual_network_gateway);
    if (edges == NET_NONE || gateways == NET_NONE)
        return;
    const struct azure_vnet_gateway *gw = conn->virtual_network_gateway;
    for (uint32_t e = 0; e < 2; e++) {
        for (uint32_t g = 0; g < azure_gateway_instances(gw); g++) {
            uint32_t asn[2] = { x->n->nodes.items[edges + e].asn,
                                x->n->nodes.items[gateways + g].asn };
            expand_link(x, NET_LINK_CIRCUIT, &conn->o, edges + e, gateways + g);
            expand_session(
                x, &(struct net_session){ .node = { edges + e, gateways + g },
                                          .addr = { edge_address(x, conn->express_route_circuit, e),
                                                    azure_er_address(gw, g) },
                                          .asn = { asn[0], asn[1] },
                                          .expects = { asn[1], asn[0] },
                                          .tunnel = NET_NONE });
        }
    }
}

static bool lists(const struct azure_circuit *c, const struct azure_circuit *other)
{
    for (uint32_t i = 0; i < c->global_reach.count; i++) {
        if (c->global_reach.items[i] == other)
            return true;
    }
    return false;
}

/* Global Reach joins the edges of two circuits, the primary ones and the secondary ones; both may
 * say so. */
static void join_reach(struct expander *x, const struct azure_circuit *c)
{
    uint32_t mine = expand_node_of(x, c);
    for (uint32_t i = 0; mine != NET_NONE && i < c->global_reach.count; i++) {
        uint32_t other = expand_node_of(x, c->global_reach.items[i]);
        if (other == NET_NONE || other == mine ||
            (other < mine && lists(c->global_reach.items[i], c)))
            continue;
        for (uint32_t k = 0; k < 2; k++)
            expand_link(x, NET_LINK_CIRCUIT, &c->o, mine + k, other + k);
    }
}

void azure_join_circuits(struct expander *x)
{
    const struct topo_azure *az = &x->t->azure;
    for (uint32_t i = 0; i < az->express_route_circuits.count; i++) {
        join_customer(x, &az->express_route_circuits.items[i]);
        join_reach(x, &az->express_route_circuits.items[i]);
    }
    for (uint32_t i = 0; i < az->connections.count; i++) {
        const struct azure_connection *c = &az->connections.items[i];
        if (c->type == AZURE_CONNECTION_EXPRESS_ROUTE && c->express_route_circuit &&
            c->virtual_network_gateway &&
            c->virtual_network_gateway->type == AZURE_GATEWAY_EXPRESS_ROUTE)
            join_gateway(x, c);
    }
}

/* ---- Route Servers --------------------------------------------------------------------------- */

static struct ip_addr server_address(const struct azure_route_server *rs, uint32_t i)
{
    return i < rs->virtual_router_ips.count ? rs->virtual_router_ips.items[i]
                                            : (struct ip_addr){ 0 };
}

void azure_expand_route_servers(struct expander *x)
{
    uint32_t asn = (uint32_t)cloud_number(x->limits, &azure_facts[AZURE_RS_AS]);
    for (uint32_t i = 0; i < x->t->azure.route_servers.count; i++) {
        const struct azure_route_server *rs = &x->t->azure.route_servers.items[i];
        const struct azure_subnet *s = azure_subnet_named(rs->virtual_network, "RouteServerSubnet");
        uint32_t fabric = expand_node_of(x, rs->virtual_network);
        uint32_t group = x->n->nodes.count;
        for (uint32_t k = 0; k < 2; k++) {
            struct net_node node = { .kind = NET_ROUTE_SERVER,
                                     .name = expand_name(x, rs->o.name, ":", k),
                                     .object = &rs->o,
                                     .instance = k,
                                     .asn = asn,
                                     .group = group,
                                     .fabric = fabric,
                                     .site = rs->virtual_network ? rs->virtual_network->o.name
                                                                 : rs->o.name };
            cloud_behave(x->limits, CLOUD_AZURE_ROUTE_SERVER, &node.behaviour);
            uint32_t at = expand_node(x, &node);
            expand_iface(x, &(struct net_iface){ .node = at,
                                                 .name = "bgp",
                                                 .addr = server_address(rs, k),
                                                 .len = s ? s->address_prefix.len : 32 });
            expand_link(x, NET_LINK_FABRIC, &rs->o, at, fabric);
            expand_speaks_for(x, rs->virtual_network, at);
        }
    }
}

/* The address with which a gateway's instance talks to Route Server. */
static struct ip_addr gateway_address(const struct expander *x, uint32_t node)
{
    const struct net_node *n = &x->n->nodes.items[node];
    const struct azure_vnet_gateway *gw =
        (const struct azure_vnet_gateway *)(const void *)n->object;
    if (n->kind == NET_CIRCUIT_GATEWAY)
        return azure_er_address(gw, n->instance);
    if (n->instance >= gw->bgp_settings.peering_addresses.count)
        return (struct ip_addr){ 0 };
    return gw->bgp_settings.peering_addresses.items[n->instance].default_address;
}

/* Gateways and Route Server are one AS to each other (azure.rs.vpn-gateway-as). */
static void join_branches(struct expander *x, const struct azure_route_server *rs, uint32_t first)
{
    uint32_t asn = x->n->nodes.items[first].asn;
    for (uint32_t s = expand_speakers(x, rs->virtual_network); s != NET_NONE;
         s = x->speakers.items[s].next) {
        uint32_t gateway = x->speakers.items[s].node;
        enum net_node_kind kind = x->n->nodes.items[gateway].kind;
        if (kind != NET_VPN_GATEWAY && kind != NET_CIRCUIT_GATEWAY)
            continue;
        for (uint32_t k = 0; k < 2; k++)
            expand_session(x, &(struct net_session){
                                  .node = { first + k, gateway },
                                  .addr = { server_address(rs, k), gateway_address(x, gateway) },
                                  .asn = { asn, x->n->nodes.items[gateway].asn },
                                  .expects = { asn, asn },
                                  .tunnel = NET_NONE });
    }
}

void azure_join_route_servers(struct expander *x)
{
    for (uint32_t i = 0; i < x->t->azure.route_servers.count; i++) {
        const struct azure_route_server *rs = &x->t->azure.route_servers.items[i];
        uint32_t first = expand_node_of(x, rs);
        if (first == NET_NONE)
            continue;
        for (uint32_t p = 0; p < rs->peers.count; p++) {
            for (uint32_t k = 0; k < 2; k++)
                expand_session(x, &(struct net_session){
                                      .node = { first + k, NET_NONE },
                                      .addr = { server_address(rs, k), rs->peers.items[p].peer_ip },
                                      .asn = { x->n->nodes.items[first].asn, 0 },
                                      .expects = { rs->peers.items[p].peer_asn, 0 },
                                      .tunnel = NET_NONE });
        }
        if (rs->branch_to_branch_traffic_enabled)
            join_branches(x, rs, first);
    }
}
