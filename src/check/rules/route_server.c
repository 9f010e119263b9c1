/* Azure Route Server: its peers, what they announce, what stands around it. And the default route
 * that an appliance announces to it: forced tunnelling. */
#include <string.h>

#include "check/check.h"
#include "check/learn.h"
#include "check/rules/azure.h"
#include "check/rules/rules.h"
#include "cloud/assign.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"

typedef void peer_fn(struct check *c, const struct check_rule *rule, const struct learn_peer *p);

static void each_peer(struct check *c, const struct check_rule *rule, peer_fn *visit)
{
    struct learn *l = learn_get(c);
    for (uint32_t i = 0; l && i < l->peers.count; i++)
        visit(c, rule, &l->peers.items[i]);
}

typedef void server_fn(struct check *c, const struct check_rule *rule,
                       const struct azure_route_server *rs, struct learn *l);

static void each_server(struct check *c, const struct check_rule *rule, server_fn *visit)
{
    struct learn *l = learn_get(c);
    for (uint32_t i = 0; l && i < c->topo->azure.route_servers.count; i++)
        visit(c, rule, &c->topo->azure.route_servers.items[i], l);
}

static const struct learn_peer *peer_of(const struct check *c, struct learn *l,
                                        const struct azure_route_server *rs, uint32_t i)
{
    return &l->peers.items[l->first_peer[rs - c->topo->azure.route_servers.items] + i];
}

/* What a peer announces, to whichever of the two addresses it speaks with. */
static const struct announce_list *announced_by(const struct learn_peer *p)
{
    return &p->announced[p->speaks[0] ? 0 : 1];
}

/* ---- forced tunnelling ----------------------------------------------------------------------- */

static const struct prefix everything = { .family = IP_V4 };

/* The user route of a subnet for 0.0.0.0/0 itself, or NULL. */
static const struct azure_route *user_default(const struct check *c, const struct azure_subnet *s)
{
    const struct azure_route *r = s ? look_user_route(c, s->route_table, &everything) : NULL;
    return r && r->address_prefix.len == 0 ? r : NULL;
}

static bool takes_no_default(const struct check *c, const struct azure_subnet *s)
{
    return !s || user_default(c, s) ||
           (s->route_table && s->route_table->disable_bgp_route_propagation);
}

static void default_does_not_loop_at(struct check *c, const struct check_rule *rule,
                                     const struct learn_peer *p)
{
    const struct announce *a = announce_find(announced_by(p), &everything);
    if (!a || !p->nic || takes_no_default(c, p->nic->subnet))
        return;
    const struct topo_object *objects[] = { &p->nic->subnet->o, &p->vm->o, NULL };
    check_report_at(c, rule, objects, lang_get(p->nic->subnet->o.node, "route_table"),
                    "%s announces 0.0.0.0/0, and its own subnet %s learns it back", p->vm->o.name,
                    p->nic->subnet->o.name);
}

static void default_does_not_loop(struct check *c, const struct check_rule *rule)
{
    if (cloud_is_so(c->limits, &azure_facts[AZURE_RS_DEFAULT_LOOPS]))
        each_peer(c, rule, default_does_not_loop_at);
}

/* Whether gateways or the Route Server of the network learn a default route. */
static bool learns_default(const struct check *c, struct learn *l, const struct azure_vnet *v)
{
    const struct azure_vnet_gateway *g = look_gateway(c, v, AZURE_GATEWAY_EXPRESS_ROUTE);
    const struct azure_route_server *rs = look_route_server(c, v);
    const struct azure_connection *conn = NULL;
    for (uint32_t i = 0; rs && i < rs->peers.count; i++)
        if (announce_find(announced_by(peer_of(c, l, rs, i)), &everything))
            return true;
    while (g && (conn = learn_next_connection(l, c, g, conn))) {
        const struct learn_offer *o = NULL;
        while ((o = learn_next_offer(l, c, conn->express_route_circuit, o)))
            if (o->prefix.len == 0 && o->vnet != v)
                return true;
    }
    return false;
}

/* Which networks learn a default, so that each is looked at once: an array by their index. */
static uint8_t *networks_with_default(struct check *c, struct learn *l)
{
    const struct topo_azure *a = &c->topo->azure;
    uint8_t *learns = arena_alloc(c->arena, a->virtual_networks.count + 1);
    for (uint32_t i = 0; learns && i < a->virtual_networks.count; i++)
        learns[i] = learns_default(c, l, &a->virtual_networks.items[i]);
    for (uint32_t i = 0; learns && i < a->connections.count; i++) {
        const struct azure_vnet_gateway *g = a->connections.items[i].virtual_network_gateway;
        if (g && g->virtual_network && azure_brings_default(c, &a->connections.items[i]))
            learns[g->virtual_network->o.index] = 1;
    }
    for (uint32_t i = 0; learns && i < a->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &a->virtual_network_gateways.items[i];
        if (g->virtual_network && g->default_local_network_gateway)
            learns[g->virtual_network->o.index] = 1;
    }
    return learns;
}

static void management_is_exempt(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct learn *l = learn_get(c);
    const uint8_t *learns = l ? networks_with_default(c, l) : NULL;
    for (uint32_t i = 0; learns && i < a->network_interfaces.count; i++) {
        const struct azure_nic *n = &a->network_interfaces.items[i];
        const struct azure_vnet *v = n->subnet ? learn_hub(l, c, look_vnet_of_nic(n)) : NULL;
        if (!v || !n->public_ip_address || n->ip_forwarding_enabled || !learns[v->o.index] ||
            takes_no_default(c, n->subnet))
            continue;
        const struct topo_object *objects[] = { &n->o, &n->subnet->o, NULL };
        check_report_at(c, rule, objects, lang_get(n->o.node, "public_ip_address"),
                        "%s has a public address, but what it answers follows the default route "
                        "that %s learns",
                        n->o.name, v->o.name);
    }
}

/* ---- sessions -------------------------------------------------------------------------------- */

/* A default route for one of the two is a rule of its own. */
static bool announces_all_of(const struct announce_list *a, const struct announce_list *b,
                             const struct announce **ret_missing)
{
    for (uint32_t i = 0; i < b->list.count; i++)
        if (b->list.items[i].prefix.len > 0 && !announce_find(a, &b->list.items[i].prefix)) {
            *ret_missing = &b->list.items[i];
            return false;
        }
    return true;
}

static void speaks_with_both(struct check *c, const struct check_rule *rule,
                             const struct learn_peer *p)
{
    const struct azure_route_server *rs = p->server;
    const struct announce *missing = NULL;
    char text[IP_TEXT_MAX], prefix[PREFIX_TEXT_MAX];
    if (!p->device || p->device->config->bgp.as == 0 || rs->virtual_router_ips.count < 2)
        return;
    for (uint32_t s = 0; s < 2; s++) {
        const struct ip_addr *other = &rs->virtual_router_ips.items[!s];
        const struct config_neighbor *n = look_neighbor(c, p->device, other);
        if (!p->speaks[s])
            check_report_line(c, rule, p->device, p->device->config->bgp.at.line,
                              "%s has no session with %s of Route Server %s", p->vm->o.name,
                              look_addr_text(&rs->virtual_router_ips.items[s], text), rs->o.name);
        else if (p->speaks[!s] && !announces_all_of(&p->announced[!s], &p->announced[s], &missing))
            check_report_line(c, rule, p->device, n ? n->at.line : missing->line,
                              "%s announces %s to one address of Route Server %s, and not to %s",
                              p->vm->o.name, look_prefix_text(&missing->prefix, prefix), rs->o.name,
                              look_addr_text(other, text));
    }
}

static void peers_speak_with_both(struct check *c, const struct check_rule *rule)
{
    each_peer(c, rule, speaks_with_both);
}

static void number_is_allowed(struct check *c, const struct check_rule *rule,
                              const struct learn_peer *p)
{
    uint32_t as = p->peer->peer_asn;
    const struct cloud_as_range *refused = azure_as_refusal(as);
    if (as == cloud_number(c->limits, &azure_facts[AZURE_RS_AS]))
        check_report(c, rule, &p->peer->o, "peer_asn",
                     "AS %u is Route Server's own: it speaks eBGP alone", as);
    else if (refused) {
        check_report(c, rule, &p->peer->o, "peer_asn", "AS %u cannot be used: %s", as,
                     refused->why);
        if (refused->grade == CLOUD_UNVERIFIED)
            check_last_is(c, DIAG_WARNING);
    } else if (as > UINT16_MAX && !cloud_is_so(c->limits, &azure_facts[AZURE_RS_PEER_AS_4_BYTE])) {
        check_report(c, rule, &p->peer->o, "peer_asn", "AS %u has four bytes", as);
        if (azure_facts[AZURE_RS_PEER_AS_4_BYTE].grade == CLOUD_UNVERIFIED)
            check_last_is(c, DIAG_WARNING);
    }
}

static void peer_numbers_are_allowed(struct check *c, const struct check_rule *rule)
{
    each_peer(c, rule, number_is_allowed);
}

static void has_multihop(struct check *c, const struct check_rule *rule, const struct learn_peer *p)
{
    const struct device_networks on = p->device ? device_networks(p->device)
                                                : (struct device_networks){ .n = 0 };
    for (uint32_t s = 0; p->device && s < p->server->virtual_router_ips.count; s++) {
        const struct ip_addr *a = &p->server->virtual_router_ips.items[s];
        const struct config_neighbor *n = announce_neighbor(c, p->device, a);
        char text[IP_TEXT_MAX];
        if (!n || n->ebgp_multihop > 1 || n->disable_connected_check == TRI_YES ||
            n->ttl_security_hops > 1 || device_is_on(&on, a))
            continue;
        check_report_line(c, rule, p->device, n->at.line,
                          "neighbor %s is not on a network of %s's, and has no ebgp-multihop",
                          look_addr_text(a, text), p->vm->o.name);
    }
}

static void peers_have_multihop(struct check *c, const struct check_rule *rule)
{
    each_peer(c, rule, has_multihop);
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* Prefixes of the network, and of those that use its gateways. */
static uint32_t spaces_of(const struct check *c, struct learn *l, const struct azure_vnet *v)
{
    const struct azure_peering *p = NULL;
    uint32_t n = v ? v->address_space.count : 0;
    while (v && (p = learn_next_peering(l, c, v, p))) {
        const struct azure_peering *back = learn_peering(l, c, p->remote_virtual_network, v);
        if (p->allow_gateway_transit && back && back->use_remote_gateways)
            n += p->remote_virtual_network->address_space.count;
    }
    return n;
}

/* What the circuits of the network's gateway offer. */
static uint32_t circuit_routes(const struct check *c, struct learn *l, const struct azure_vnet *v)
{
    const struct azure_vnet_gateway *g = look_gateway(c, v, AZURE_GATEWAY_EXPRESS_ROUTE);
    const struct azure_connection *conn = NULL;
    uint32_t n = 0;
    while (g && (conn = learn_next_connection(l, c, g, conn))) {
        const struct learn_offer *o = NULL;
        while ((o = learn_next_offer(l, c, conn->express_route_circuit, o)))
            n += o->vnet != v;
    }
    return n;
}

static void server_is_not_full(struct check *c, const struct check_rule *rule,
                               const struct azure_route_server *rs, struct learn *l)
{
    int64_t peers = cloud_number(c->limits, &azure_facts[AZURE_RS_PEERS_MAX]);
    int64_t each = cloud_number(c->limits, &azure_facts[AZURE_RS_ROUTES_PER_PEER_MAX]);
    int64_t total = cloud_number(c->limits, &azure_facts[AZURE_RS_PREFIXES_TOTAL_MAX]);
    int64_t circuit = cloud_number(c->limits, &azure_facts[AZURE_RS_TO_ER_MAX]);
    uint32_t spaces = spaces_of(c, l, rs->virtual_network), routes = 0;
    if (rs->peers.count > peers)
        check_report(c, rule, &rs->o, "peers", "%s has %u peers: %lld are possible", rs->o.name,
                     rs->peers.count, (long long)peers);
    for (uint32_t i = 0; i < rs->peers.count; i++) {
        const struct learn_peer *p = peer_of(c, l, rs, i);
        uint32_t n = announced_by(p)->list.count;
        routes += n;
        if (n > each)
            check_report(c, rule, &p->peer->o, NULL,
                         "%s announces %u routes to Route Server, which takes %lld", p->vm->o.name,
                         n, (long long)each);
    }
    uint32_t learned = circuit_routes(c, l, rs->virtual_network);
    if (spaces + learned > total)
        check_report(c, rule, &rs->o, NULL,
                     "networks and sites around %s have %u prefixes: it takes %lld", rs->o.name,
                     spaces + learned, (long long)total);
    if (rs->branch_to_branch_traffic_enabled && spaces + routes > circuit &&
        look_gateway(c, rs->virtual_network, AZURE_GATEWAY_EXPRESS_ROUTE))
        check_report(c, rule, &rs->o, NULL,
                     "%u prefixes of networks and appliances would go to ExpressRoute, which takes "
                     "%lld",
                     spaces + routes, (long long)circuit);
}

static void servers_are_not_full(struct check *c, const struct check_rule *rule)
{
    each_server(c, rule, server_is_not_full);
}

/* ---- branch to branch ------------------------------------------------------------------------ */

/* Whether a pair that has to talk has an end inside of what the peer announces. */
static bool is_needed(const struct check *c, const struct announce_list *said)
{
    for (uint32_t i = 0; i < c->topo->requirements.connect.count; i++) {
        const struct topo_pair *pair = &c->topo->requirements.connect.items[i];
        const struct topo_place *const ends[2] = { &pair->from, &pair->to };
        for (size_t k = 0; k < 2; k++) {
            struct prefix p;
            if (learn_spaces(ends[k], &p, 1) == 1 && announce_covers(said, &p))
                return true;
        }
    }
    return false;
}

static void branches_are_joined_at(struct check *c, const struct check_rule *rule,
                                   const struct azure_route_server *rs, struct learn *l)
{
    const struct azure_vnet *v = rs->virtual_network;
    bool needed = false, announced = false;
    if (rs->branch_to_branch_traffic_enabled || (!look_gateway(c, v, AZURE_GATEWAY_EXPRESS_ROUTE) &&
                                                 !look_gateway(c, v, AZURE_GATEWAY_VPN)))
        return;
    for (uint32_t i = 0; i < rs->peers.count && !needed; i++) {
        const struct announce_list *said = announced_by(peer_of(c, l, rs, i));
        announced |= said->list.count > 0;
        needed = is_needed(c, said);
    }
    if (!announced)
        return;
    check_report(c, rule, &rs->o, "branch_to_branch_traffic_enabled",
                 "branch-to-branch is off at %s: its appliances and the gateway of %s do not hear "
                 "of each other's routes",
                 rs->o.name, v->o.name);
    if (!needed)
        check_last_is(c, DIAG_WARNING);
}

static void branches_are_joined(struct check *c, const struct check_rule *rule)
{
    each_server(c, rule, branches_are_joined_at);
}

/* ---- subnets --------------------------------------------------------------------------------- */

static void subnet_is_plain_of(struct check *c, const struct check_rule *rule,
                               const struct azure_route_server *rs, struct learn *l)
{
    (void)l;
    const char *name = cloud_text(c->limits, &azure_facts[AZURE_RS_SUBNET_NAME]);
    const struct azure_subnet *s = azure_subnet_named(rs->virtual_network, name);
    if (!rs->virtual_network)
        return;
    if (!s) {
        check_report(c, rule, &rs->o, "virtual_network", "%s has no subnet %s",
                     rs->virtual_network->o.name, name);
        return;
    }
    if (s->route_table)
        check_report(c, rule, &s->o, "route_table", "%s has a route table", name);
    if (s->network_security_group)
        check_report(c, rule, &s->o, "network_security_group", "%s has a network security group",
                     name);
    if (s->address_prefix.len > cloud_number(c->limits, &azure_facts[AZURE_RS_SUBNET_LENGTH_MAX])) {
        check_report(c, rule, &s->o, "address_prefix", "%s is a /%u, too small for Route Server",
                     name, s->address_prefix.len);
        if (azure_facts[AZURE_RS_SUBNET_LENGTH_MAX].grade == CLOUD_UNVERIFIED)
            check_last_is(c, DIAG_WARNING);
    }
}

static void subnet_is_plain(struct check *c, const struct check_rule *rule)
{
    each_server(c, rule, subnet_is_plain_of);
}

/* The system's route to the network wins over a shorter user route. */
static const struct azure_route *diverts(const struct check *c, const struct azure_vnet *v,
                                         const struct azure_subnet *s, const struct ip_addr *a)
{
    struct prefix p = prefix_of(a, ip_bits(a->family));
    const struct azure_route *r = look_user_route(c, s->route_table, &p);
    if (!r || r->next_hop_type == AZURE_HOP_VNET_LOCAL)
        return NULL;
    for (uint32_t i = 0; i < v->address_space.count; i++)
        if (prefix_covers(&v->address_space.items[i], &p) &&
            v->address_space.items[i].len > r->address_prefix.len)
            return NULL;
    return r;
}

static void gateway_sees_server(struct check *c, const struct check_rule *rule,
                                const struct azure_route_server *rs, struct learn *l)
{
    (void)l;
    const struct azure_vnet *v = rs->virtual_network;
    const struct azure_subnet *s = azure_subnet_named(v, "GatewaySubnet");
    for (uint32_t i = 0; s && s->route_table && i < rs->virtual_router_ips.count; i++) {
        const struct azure_route *r = diverts(c, v, s, &rs->virtual_router_ips.items[i]);
        if (!r)
            continue;
        const struct topo_object *objects[] = { &s->route_table->o, &s->o, &rs->o, NULL };
        check_report_at(c, rule, objects, r->o.node,
                        "route %s of GatewaySubnet leads what is for Route Server %s elsewhere",
                        r->o.name, rs->o.name);
        return;
    }
}

static void gateways_see_servers(struct check *c, const struct check_rule *rule)
{
    if (cloud_is_so(c->limits, &azure_facts[AZURE_RS_GATEWAY_UDR_EXEMPT]))
        each_server(c, rule, gateway_sees_server);
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_route_server[] = {
    {
        .id = "R019",
        .scope = "Route Server and ExpressRoute, forced tunnelling",
        .severity = DIAG_ERROR,
        .title = "the subnet of an appliance that announces 0.0.0.0/0 does not learn it",
        .symptom = "the appliance sends what is for the Internet to itself: a loop, no Internet",
        .remedy = "give its subnet a route table with 0.0.0.0/0 to Internet, or switch off gateway "
                  "route propagation there",
        .source = "S2, ARSTS",
        .facts = { &azure_facts[AZURE_RS_DEFAULT_LOOPS] },
        .run = default_does_not_loop,
    },
    {
        .id = "R020",
        .scope = "Route Server and ExpressRoute, forced tunnelling",
        .severity = DIAG_WARNING,
        .title = "hosts that are managed by a public address stand in a subnet that is exempt from "
                 "a learned default route",
        .symptom = "RDP and SSH from the Internet stop as soon as the default route is learned",
        .remedy = "a subnet of their own with a route table: 0.0.0.0/0 to Internet",
        .source = "S2, VPNFAQ",
        .run = management_is_exempt,
    },
    {
        .id = "R085",
        .scope = "Route Server",
        .severity = DIAG_ERROR,
        .title =
            "an appliance speaks with both addresses of a Route Server, and announces the same "
            "to both",
        .symptom = "machines miss routes, or have them in turns",
        .remedy = "configure the second neighbor like the first one",
        .source = "ARSTS",
        .facts = { &azure_facts[AZURE_RS_PEER_BOTH] },
        .run = peers_speak_with_both,
    },
    {
        .id = "R086",
        .scope = "Route Server",
        .severity = DIAG_ERROR,
        .title = "an appliance's AS number is not 65515, not reserved, and has two bytes",
        .symptom = "the session or its routes are refused",
        .remedy = "a private AS number such as 65001",
        .source = "ARSFAQ",
        .facts = { &azure_facts[AZURE_RS_EBGP_ONLY], &azure_facts[AZURE_RS_PEER_AS_PUBLIC] },
        .run = peer_numbers_are_allowed,
    },
    {
        .id = "R087",
        .scope = "Route Server",
        .severity = DIAG_WARNING,
        .title = "an appliance's neighbors have ebgp-multihop",
        .symptom = "many routers leave the session in Idle: the neighbor is not on a network of "
                   "theirs",
        .remedy = "neighbor ... ebgp-multihop",
        .source = "ARSTS, FAB",
        .facts = { &azure_facts[AZURE_RS_MULTIHOP_NEEDED] },
        .run = peers_have_multihop,
    },
    {
        .id = "R088",
        .scope = "Route Server",
        .severity = DIAG_ERROR,
        .title = "peers and prefixes are within what Route Server takes",
        .symptom = "the session is lost, or the site loses Azure",
        .remedy = "announce supernets; the community NO_ADVERTISE keeps routes from ExpressRoute",
        .source = "ARSLIM, ARSFAQ",
        .facts = { &azure_facts[AZURE_RS_PEERS_MAX], &azure_facts[AZURE_RS_ROUTES_PER_PEER_MAX],
                   &azure_facts[AZURE_RS_PREFIXES_TOTAL_MAX], &azure_facts[AZURE_RS_TO_ER_MAX] },
        .run = servers_are_not_full,
    },
    {
        .id = "R089",
        .scope = "Route Server",
        .severity = DIAG_ERROR,
        .title = "branch-to-branch is on where routes of appliances have to reach a gateway",
        .symptom = "the site does not see what the appliances announce, nor they the site",
        .remedy = "branch_to_branch_traffic_enabled: true",
        .source = "ARSER",
        .facts = { &azure_facts[AZURE_RS_BRANCH_TO_BRANCH] },
        .run = branches_are_joined,
    },
    {
        .id = "R090",
        .scope = "Route Server",
        .severity = DIAG_ERROR,
        .title = "Route Server has a subnet RouteServerSubnet without route table and without "
                 "network security group",
        .symptom = "Azure refuses it, or does not support it",
        .remedy = "take the route table and the network security group off the subnet",
        .source = "ARSFAQ",
        .facts = { &azure_facts[AZURE_RS_SUBNET_NAME], &azure_facts[AZURE_RS_SUBNET_UDR],
                   &azure_facts[AZURE_RS_SUBNET_NSG] },
        .run = subnet_is_plain,
    },
    {
        .id = "R091",
        .scope = "Route Server and a firewall",
        .severity = DIAG_ERROR,
        .title = "no user route of GatewaySubnet leads the way to Route Server elsewhere",
        .symptom = "gateway and Route Server lose their BGP session",
        .remedy = "a further route: RouteServerSubnet's prefix to VnetLocal",
        .source = "ARSTS",
        .facts = { &azure_facts[AZURE_RS_GATEWAY_UDR_EXEMPT] },
        .run = gateways_see_servers,
    },
    { .id = NULL },
};
