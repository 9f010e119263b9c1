/* Azure VPN Gateway: what a gateway is made of: its SKU, its addresses, its subnet, its neighbours
 * in the virtual network. */
#include <string.h>

#include "check/learn.h"
#include "check/rules/azure.h"
#include "check/rules/rules.h"
#include "cloud/assign.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"
#include "net/map.h"

/* Connections of each gateway: how many, one a gateway in the order of the file. NULL: no memory.
 */
static uint32_t *count_connections(struct check *c)
{
    const struct topo_azure *a = &c->topo->azure;
    uint32_t *n = arena_alloc(c->arena, (a->virtual_network_gateways.count + 1) * sizeof(*n));
    for (uint32_t i = 0; n && i < a->connections.count; i++)
        if (a->connections.items[i].virtual_network_gateway)
            n[a->connections.items[i].virtual_network_gateway->o.index]++;
    return n;
}

/* ---- active-active, SKU ---------------------------------------------------------------------- */

static void standby_of(struct check *c, const struct check_rule *rule,
                       const struct azure_vnet_gateway *g, uint32_t connections)
{
    struct cloud_span planned = cloud_range(c->limits, &azure_facts[AZURE_VPN_HA_FAILOVER_PLANNED]);
    struct cloud_span lost = cloud_range(c->limits, &azure_facts[AZURE_VPN_HA_FAILOVER_UNPLANNED]);
    if (!g->active_active && connections > 0)
        check_report(c, rule, &g->o, lang_get(g->o.node, "active_active") ? "active_active" : NULL,
                     "%s is active-standby: planned work interrupts for %lld-%lld s, a failure for "
                     "up to %lld s",
                     g->o.name, (long long)planned.first, (long long)planned.last,
                     (long long)lost.last);
}

static void failover_is_short(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    uint32_t *connections = count_connections(c);
    for (uint32_t i = 0; connections && i < a->virtual_network_gateways.count; i++)
        if (a->virtual_network_gateways.items[i].type == AZURE_GATEWAY_VPN)
            standby_of(c, rule, &a->virtual_network_gateways.items[i], connections[i]);
}

struct vnet_key {
    const void *vnet;
    uint64_t type;
};

static void one_gateway_of_a_type(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct net_map seen;
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; i < a->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &a->virtual_network_gateways.items[i];
        const struct vnet_key key = { g->virtual_network, (uint64_t)g->type };
        uint32_t *at = g->virtual_network ? net_map_make(&seen, &key, sizeof(key)) : NULL;
        if (at && *at != NET_NONE)
            check_report(c, rule, &g->o, "virtual_network", "%s has a gateway of this type: %s",
                         g->virtual_network->o.name, a->virtual_network_gateways.items[*at].o.name);
        else if (at)
            *at = i;
    }
}

static void active_active_of(struct check *c, const struct check_rule *rule,
                             const struct azure_vnet_gateway *g)
{
    uint32_t written = 0; /* who writes none leaves both to be assigned */
    for (uint32_t i = 0; i < g->ip_configurations.count; i++)
        written += g->ip_configurations.items[i].o.node != NULL;
    if (!g->active_active)
        return;
    if (azure_has_sku(g, "Basic"))
        check_report(c, rule, &g->o, "sku", "the SKU Basic cannot be active-active");
    else if (g->vpn_type == AZURE_POLICY_BASED)
        check_report(c, rule, &g->o, "vpn_type", "a policy-based gateway cannot be active-active");
    else if (written == 1)
        check_report(c, rule, &g->o, "ip_configurations",
                     "an active-active gateway has two public addresses, %s has one", g->o.name);
    for (uint32_t i = 0; i < g->ip_configurations.count; i++) {
        const struct azure_public_ip *p = g->ip_configurations.items[i].public_ip_address;
        if (p && (p->sku != AZURE_PIP_STANDARD || p->allocation_method != AZURE_PIP_STATIC))
            check_report(c, rule, &p->o, p->sku != AZURE_PIP_STANDARD ? "sku" : "allocation_method",
                         "%s is not a static address of SKU Standard", p->o.name);
    }
}

static void active_active_is_possible(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, active_active_of);
}

static void bgp_of(struct check *c, const struct check_rule *rule,
                   const struct azure_vnet_gateway *g)
{
    if (g->enable_bgp && azure_has_sku(g, "Basic"))
        check_report(c, rule, &g->o, "enable_bgp", "a gateway of SKU Basic speaks no BGP");
    else if (g->enable_bgp && g->vpn_type == AZURE_POLICY_BASED)
        check_report(c, rule, &g->o, "enable_bgp", "a policy-based gateway speaks no BGP");
}

static void bgp_is_possible(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, bgp_of);
}

static void tunnels_fit_the_sku(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    uint32_t *connections = count_connections(c);
    for (uint32_t i = 0; connections && i < a->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &a->virtual_network_gateways.items[i];
        const struct azure_vpn_sku *sku = g->sku && g->type == AZURE_GATEWAY_VPN
                                              ? azure_vpn_sku_find(g->sku, g->generation)
                                              : NULL;
        uint32_t tunnels = connections[i] * azure_gateway_instances(g);
        if (sku && tunnels > sku->tunnels_max)
            check_report(c, rule, &g->o, "sku", "%s would have %u tunnels, and %s takes %u",
                         g->o.name, tunnels, sku->name, sku->tunnels_max);
    }
}

static bool has_zones(const struct azure_vnet_gateway *g)
{
    size_t n = g->sku ? strlen(g->sku) : 0;
    return n >= 2 && strcmp(g->sku + n - 2, "AZ") == 0;
}

static void sku_of(struct check *c, const struct check_rule *rule,
                   const struct azure_vnet_gateway *g)
{
    if (azure_has_sku(g, "VpnGw") && !has_zones(g))
        check_report(c, rule, &g->o, "sku", "%s is a SKU without zones, which Azure migrates",
                     g->sku);
}

/* Without its row in the table a SKU's limits are not checked. */
static void known_sku_of(struct check *c, const struct check_rule *rule,
                         const struct azure_vnet_gateway *g)
{
    if (!g->sku || azure_vpn_sku_find(g->sku, g->generation))
        return;
    if (azure_vpn_sku_find(g->sku, 0))
        check_report(c, rule, &g->o, "sku", "there is no %s of generation %u", g->sku,
                     (unsigned)g->generation);
    else
        check_report(c, rule, &g->o, "sku", "Azure has no SKU %s of VPN gateways", g->sku);
}

static void skus_are_known(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, known_sku_of);
}

static void skus_have_a_future(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, sku_of);
}

static void nat_of(struct check *c, const struct check_rule *rule,
                   const struct azure_vnet_gateway *g)
{
    if (g->nat_rules.count == 0)
        return;
    if (azure_has_sku(g, "Basic") || azure_has_sku(g, "VpnGw1"))
        check_report(c, rule, &g->o, "nat_rules", "the SKU %s has no NAT", g->sku);
    for (uint32_t i = 0; i < g->bgp_settings.peering_addresses.count; i++)
        if (g->bgp_settings.peering_addresses.items[i].apipa_addresses.count > 0) {
            check_report(c, rule, &g->o, "nat_rules",
                         "%s has NAT rules and custom BGP addresses, which exclude each other",
                         g->o.name);
            return;
        }
}

static void nat_is_possible(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, nat_of);
}

/* ---- GatewaySubnet --------------------------------------------------------------------------- */

static const struct azure_route *default_route(const struct check *c,
                                               const struct azure_route_table *t)
{
    const struct prefix any = { .family = IP_V4 };
    return look_user_route(c, t, &any);
}

static void subnet_table_of(struct check *c, const struct check_rule *rule,
                            const struct azure_vnet_gateway *g, const struct azure_subnet *s)
{
    const struct azure_route_table *t = s->route_table;
    if (s->network_security_group)
        check_report(c, rule, &s->o, "network_security_group",
                     "GatewaySubnet of %s has a network security group", s->o.parent->name);
    if (t && t->disable_bgp_route_propagation)
        check_report(c, rule, &s->o, "route_table",
                     "%s keeps the gateway's own routes away from GatewaySubnet", t->o.name);
    if (t && g->type == AZURE_GATEWAY_VPN && default_route(c, t))
        check_report(c, rule, &s->o, "route_table", "%s gives GatewaySubnet a default route",
                     t->o.name);
}

static void gateway_subnet_is_right(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    int64_t advised = cloud_number(c->limits, &azure_facts[AZURE_GATEWAY_SUBNET_LENGTH_ADVISED]);
    for (uint32_t i = 0; i < a->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &a->virtual_network_gateways.items[i];
        const struct azure_subnet *s =
            g->virtual_network ? azure_subnet_named(g->virtual_network, "GatewaySubnet") : NULL;
        if (!s) {
            check_report(c, rule, &g->o, "virtual_network", "%s has no subnet GatewaySubnet for %s",
                         g->virtual_network ? g->virtual_network->o.name : "the network",
                         g->o.name);
            continue;
        }
        if (s->address_prefix.len > advised) {
            check_report(c, rule, &s->o, "address_prefix",
                         "GatewaySubnet of %s is a /%u, /%lld or larger is advised",
                         s->o.parent->name, s->address_prefix.len, (long long)advised);
            check_last_is(c, DIAG_WARNING);
        }
        subnet_table_of(c, rule, g, s);
    }
    for (uint32_t i = 0; i < a->network_interfaces.count; i++) {
        const struct azure_nic *n = &a->network_interfaces.items[i];
        if (n->subnet && strcmp(n->subnet->o.name, "GatewaySubnet") == 0)
            check_report(c, rule, &n->o, "subnet", "%s is in GatewaySubnet, which is for gateways",
                         n->o.name);
    }
}

/* ---- beside ExpressRoute --------------------------------------------------------------------- */

static void coexistence_of(struct check *c, const struct check_rule *rule,
                           const struct azure_vnet_gateway *g)
{
    if (!g->virtual_network || !look_gateway(c, g->virtual_network, AZURE_GATEWAY_EXPRESS_ROUTE))
        return;
    const struct azure_subnet *s = azure_subnet_named(g->virtual_network, "GatewaySubnet");
    int64_t len = cloud_number(c->limits, &azure_facts[AZURE_GATEWAY_SUBNET_LENGTH_COEXISTENCE]);
    if (azure_has_sku(g, "Basic"))
        check_report(c, rule, &g->o, "sku", "a Basic gateway cannot stand beside ExpressRoute");
    else if (g->vpn_type == AZURE_POLICY_BASED)
        check_report(c, rule, &g->o, "vpn_type",
                     "a policy-based gateway cannot stand beside ExpressRoute");
    else if (s && s->address_prefix.len > len)
        check_report(c, rule, &s->o, "address_prefix",
                     "two gateways want a GatewaySubnet of /%lld or larger", (long long)len);
}

static void coexistence_is_possible(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, coexistence_of);
}

/* With Route Server in between and branches exchanged, the gateway has to look like Azure's own. */
static void transit_of(struct check *c, const struct check_rule *rule,
                       const struct azure_vnet_gateway *g)
{
    const struct azure_route_server *r = look_route_server(c, g->virtual_network);
    int64_t as = cloud_number(c->limits, &azure_facts[AZURE_RS_VPN_GATEWAY_AS]);
    if (!r || !r->branch_to_branch_traffic_enabled)
        return;
    if (!g->active_active)
        check_report(c, rule, &g->o, NULL,
                     "%s exchanges routes with %s, and has to be active-active for it", g->o.name,
                     r->o.name);
    else if (g->bgp_settings.asn != as)
        check_report(c, rule, &g->o, "bgp_settings",
                     "%s exchanges routes with %s, and has to be AS %lld for it, not %u", g->o.name,
                     r->o.name, (long long)as, g->bgp_settings.asn);
}

/* A virtual network whose VPN gateway leads to a site. */
struct branch_key {
    const void *vnet, *site;
};

/* Of two sites that have to talk one is behind the circuit of a network, the other one behind its
 * VPN gateway alone. */
static void branches_of(struct check *c, const struct check_rule *rule, struct net_map *vpn,
                        const struct topo_object *circuit_site, const struct topo_object *vpn_site)
{
    struct learn *l = learn_get(c);
    const struct learn_end *e = NULL;
    if (!l || !circuit_site || !vpn_site || learn_next_end(l, vpn_site, NULL))
        return;
    while ((e = learn_next_end(l, circuit_site, e))) {
        const struct learn_offer *o = NULL;
        while ((o = learn_next_offer(l, c, e->circuit, o))) {
            const struct branch_key key = { o->vnet, vpn_site->name };
            const struct azure_route_server *r = o->vnet ? look_route_server(c, o->vnet) : NULL;
            if (!o->vnet || (r && r->branch_to_branch_traffic_enabled) ||
                !net_map_find(vpn, &key, sizeof(key)))
                continue;
            check_report(c, rule, &look_gateway(c, o->vnet, AZURE_GATEWAY_VPN)->o, NULL,
                         "%s and %s have to reach each other by the two gateways of %s, which has "
                         "no Route Server with branch-to-branch between them",
                         vpn_site->name, circuit_site->name, o->vnet->o.name);
        }
    }
}

static void branches_reach_each_other(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct net_map vpn;
    net_map_init(&vpn, c->arena);
    for (uint32_t i = 0; i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        const struct azure_vnet_gateway *g = v->virtual_network_gateway;
        const struct branch_key key = { g ? g->virtual_network : NULL, azure_peer_site(c, v) };
        if (key.vnet && key.site && v->type == AZURE_CONNECTION_IPSEC)
            (void)net_map_make(&vpn, &key, sizeof(key));
    }
    for (uint32_t i = 0; vpn.count > 0 && i < c->topo->requirements.connect.count; i++) {
        const struct topo_pair *p = &c->topo->requirements.connect.items[i];
        const struct topo_object *from = look_network_of(p->from.object);
        const struct topo_object *to = look_network_of(p->to.object);
        branches_of(c, rule, &vpn, from, to);
        branches_of(c, rule, &vpn, to, from);
    }
}

static void transit_is_possible(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, transit_of);
    branches_reach_each_other(c, rule);
}

/* ---- VPN over private peering ---------------------------------------------------------------- */

static void private_of(struct check *c, const struct check_rule *rule,
                       const struct azure_connection *v)
{
    const struct azure_vnet_gateway *g = v->virtual_network_gateway;
    bool private_peer = look_is_private(&v->local_network_gateway->gateway_address.addr);
    if (v->local_azure_ip_address_enabled && !g->private_ip_address_enabled)
        check_report(c, rule, &v->o, "local_azure_ip_address_enabled",
                     "%s uses the gateway's private address, and %s has none enabled", v->o.name,
                     g->o.name);
    else if (private_peer && !v->local_azure_ip_address_enabled)
        check_report(c, rule, &v->o, "local_network_gateway",
                     "the peer of %s has a private address, and the connection uses the gateway's "
                     "public one",
                     v->o.name);
    else if (v->local_azure_ip_address_enabled && !has_zones(g))
        check_report(c, rule, &g->o, "sku",
                     "%s: a tunnel over private peering needs a SKU with "
                     "zones",
                     g->sku ? g->sku : "no SKU");
}

static void private_tunnels_are_possible(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, private_of);
}

/* ---- routers over private peering
 * ---------------------------------------------------------------- */

/* Whether somebody is at the other end of the router's tunnel: a gateway with a private address may
 * have tunnels over the Internet as well. */
static bool has_peer(const struct check *c, const struct check_device *d, const char *interface)
{
    const struct net_tunnel_end *e = NULL;
    while ((e = look_next_end(c, d->owner, e)))
        if (e->interface && strcmp(e->interface, interface) == 0)
            return look_peer(c, e) != NULL;
    return false;
}

/* Routers' tunnels whose destination is an address of this gateway that is not the right one. */
static void destinations_of(struct check *c, const struct check_rule *rule,
                            const struct check_device *d, const struct azure_vnet_gateway *g,
                            bool public)
{
    for (uint32_t i = 0; i < d->config->interfaces.n; i++) {
        const struct config_interface *f = &d->config->interfaces.v[i];
        char text[IP_TEXT_MAX];
        bool looked_at = f->is_tunnel && f->tunnel_destination.family != IP_NONE;
        for (uint32_t k = 0; looked_at && k < g->ip_configurations.count; k++) {
            const struct azure_public_ip *p = g->ip_configurations.items[k].public_ip_address;
            const struct azure_bgp_settings *b = &g->bgp_settings;
            if (public && p && ip_eq(&f->tunnel_destination, &p->ip_address) &&
                !has_peer(c, d, f->name))
                check_report_line(c, rule, d, f->at.line,
                                  "%s leads to %s, the public address of %s, whose private address "
                                  "is wanted",
                                  f->name, look_addr_text(&p->ip_address, text), g->o.name);
            else if (!public && k < b->peering_addresses.count &&
                     ip_eq(&f->tunnel_destination, &b->peering_addresses.items[k].default_address))
                check_report_line(c, rule, d, f->at.line,
                                  "%s leads to %s, the BGP address of %s, where no tunnel ends",
                                  f->name, look_addr_text(&f->tunnel_destination, text), g->o.name);
        }
    }
}

static void neighbors_of(struct check *c, const struct check_rule *rule,
                         const struct check_device *d, const struct azure_vnet_gateway *g)
{
    for (uint32_t k = 0; k < g->ip_configurations.count; k++) {
        const struct ip_addr *vpn = &g->ip_configurations.items[k].private_ip_address;
        const struct config_neighbor *n = vpn->family == IP_NONE ? NULL : look_neighbor(c, d, vpn);
        char text[IP_TEXT_MAX];
        if (n)
            check_report_line(c, rule, d, n->at.line,
                              "neighbor %s is where the tunnel to %s ends, not where it speaks BGP",
                              look_addr_text(vpn, text), g->o.name);
    }
}

/* Routers are few against connections: for each of them the gateways with private addresses. */
static void each_private_gateway(struct check *c, const struct check_rule *rule, bool public)
{
    const struct topo_azure *a = &c->topo->azure;
    for (uint32_t i = 0; i < a->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &a->virtual_network_gateways.items[i];
        for (uint32_t k = 0; g->private_ip_address_enabled && k < c->device_count; k++) {
            if (!c->devices[k].config)
                continue;
            destinations_of(c, rule, &c->devices[k], g, public);
            if (!public)
                neighbors_of(c, rule, &c->devices[k], g);
        }
    }
}

static void private_addresses_are_not_exchanged(struct check *c, const struct check_rule *rule)
{
    each_private_gateway(c, rule, false);
}

static void downloads_have_the_private_address(struct check *c, const struct check_rule *rule)
{
    each_private_gateway(c, rule, true);
}

/* ---- what is seen of it ---------------------------------------------------------------------- */

static bool keeps_log(const struct azure_vnet_gateway *g, const char *category)
{
    for (uint32_t i = 0; i < g->diagnostic_logs.count; i++)
        if (strcmp(g->diagnostic_logs.items[i], category) == 0)
            return true;
    return false;
}

/* One finding a gateway: `seen` has a byte for each. */
static void silent_loss_of(struct check *c, const struct check_rule *rule,
                           const struct azure_connection *v, uint8_t *seen)
{
    const struct azure_vnet_gateway *g = v->virtual_network_gateway;
    const struct net_tunnel_end *e = NULL;
    uint32_t up = 0, down = 0;
    while ((e = look_next_end(c, &v->o, e)))
        *(look_tunnel(c, e)->fault == NET_FINE ? &up : &down) += 1;
    if (up == 0 || down == 0 || seen[g->o.index]++ || keeps_log(g, "TunnelDiagnosticLog"))
        return;
    check_report(c, rule, &g->o, NULL,
                 "%s is shown as Connected with one of its tunnels down, and %s keeps no log of "
                 "tunnels",
                 v->o.name, g->o.name);
}

static void losses_are_seen(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    uint8_t *seen = arena_alloc(c->arena, a->virtual_network_gateways.count + 1);
    for (uint32_t i = 0; seen && i < a->connections.count; i++)
        if (a->connections.items[i].virtual_network_gateway &&
            a->connections.items[i].type == AZURE_CONNECTION_IPSEC)
            silent_loss_of(c, rule, &a->connections.items[i], seen);
}

/* ---- both instances -------------------------------------------------------------------------- */

/* Instances of a gateway with a tunnel to one site that works, as bits. */
struct reach {
    const struct azure_connection *first;
    uint32_t instances;
};

static void take_reach(const struct check *c, const struct azure_connection *v, struct reach *r)
{
    const struct net_tunnel_end *e = NULL;
    r->first = r->first ? r->first : v;
    while ((e = look_next_end(c, &v->o, e)))
        if (look_tunnel(c, e)->fault == NET_FINE)
            r->instances |= 1u << (look_node(c, e)->instance & 1);
}

/* By site, not by connection: of two connections to one cloud each has one tunnel that works. */
static void both_instances_reach_each_site(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct reach *reach = arena_alloc(c->arena, (a->connections.count + 1) * sizeof(*reach));
    struct net_map sites;
    net_map_init(&sites, c->arena);
    for (uint32_t i = 0; reach && i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        const char *site = azure_peer_site(c, v);
        if (!v->virtual_network_gateway || !v->virtual_network_gateway->active_active || !site)
            continue;
        const struct vnet_key key = { v->virtual_network_gateway, (uint64_t)(uintptr_t)site };
        uint32_t *at = net_map_make(&sites, &key, sizeof(key));
        if (!at)
            return;
        if (*at == NET_NONE)
            *at = i;
        take_reach(c, v, &reach[*at]);
    }
    for (uint32_t i = 0; reach && i < a->connections.count; i++)
        if (c->topo->requirements.redundancy && reach[i].first &&
            (reach[i].instances == 1 || reach[i].instances == 2))
            check_report(c, rule, &reach[i].first->o, NULL, "only instance %u of %s reaches %s",
                         reach[i].instances - 1, reach[i].first->virtual_network_gateway->o.name,
                         azure_peer_site(c, reach[i].first));
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_azure_gateway[] = {
    {
        .id = "R008",
        .scope = "Azure and a router",
        .severity = DIAG_ERROR,
        .title = "over private peering tunnels lead to the gateway's VPN addresses and sessions to "
                 "its BGP addresses",
        .symptom = "the tunnel, or BGP, does not come up",
        .remedy = "VPN addresses from the gateway's properties, BGP addresses from its "
                  "configuration",
        .source = "S1",
        .facts = { &azure_facts[AZURE_VPN_PRIVATE_REMOTE_IS_VPN_ADDRESS] },
        .run = private_addresses_are_not_exchanged,
    },
    {
        .id = "R009",
        .scope = "Azure and a router",
        .severity = DIAG_ERROR,
        .title = "over private peering no tunnel leads to the gateway's public address",
        .symptom = "the tunnel fails, or goes around ExpressRoute: the download has that address",
        .remedy =
            "replace it by the private VPN address in keyring, profile and tunnel destination",
        .source = "S1, BIC",
        .facts = { &azure_facts[AZURE_VPN_PRIVATE_DOWNLOAD_HAS_PUBLIC_IP] },
        .run = downloads_have_the_private_address,
    },
    {
        .id = "R013",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "the loss of one tunnel of a connection is noticed",
        .symptom = "redundancy is lost without a word: the portal still says Connected",
        .remedy = "keep TunnelDiagnosticLog (diagnostic_logs) and watch each instance's BGP peers",
        .source = "S4, VPNLOG",
        .facts = { &azure_facts[AZURE_VPN_STATUS_CONNECTED_WITH_ONE] },
        .run = losses_are_seen,
    },
    {
        .id = "R039",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "a gateway with connections is active-active",
        .symptom = "an outage at each maintenance",
        .remedy = "set active_active with a second public address",
        .source = "S5, VPNHA",
        .facts = { &azure_facts[AZURE_VPN_HA_FAILOVER_PLANNED] },
        .run = failover_is_short,
    },
    {
        .id = "R043",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "a virtual network has one VPN gateway and one ExpressRoute gateway at most",
        .symptom = "the second one cannot be created",
        .remedy = "put it into another virtual network, or use Virtual WAN",
        .source = "S5, ERGW",
        .facts = { &azure_facts[AZURE_VPN_HA_GATEWAYS_PER_VNET] },
        .run = one_gateway_of_a_type,
    },
    {
        .id = "R047",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "an active-active gateway is route-based, not Basic, with two static addresses of "
                 "SKU Standard",
        .symptom = "it cannot be deployed",
        .remedy = "add an address, or change the SKU",
        .source = "VPNAA",
        .facts = { &azure_facts[AZURE_VPN_HA_ACTIVE_PUBLIC_IPS],
                   &azure_facts[AZURE_VPN_HA_ACTIVE_ROUTE_BASED] },
        .run = active_active_is_possible,
    },
    {
        .id = "R048",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "a gateway with BGP is route-based and not Basic",
        .symptom = "BGP cannot be switched on",
        .remedy = "take VpnGw1AZ or better",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BASIC_BGP] },
        .run = bgp_is_possible,
    },
    {
        .id = "R049",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "a gateway has no more tunnels than its SKU takes, each instance's counted",
        .symptom = "a connection is refused",
        .remedy = "a larger SKU, or Virtual WAN",
        .source = "VPNSKU",
        .facts = { &azure_facts[AZURE_VPN_TUNNEL_COUNTS_EACH] },
        .run = tunnels_fit_the_sku,
    },
    {
        .id = "R069",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "NAT is on a gateway of VpnGw2 or better, without custom BGP addresses",
        .symptom = "the rules are refused, or not applied",
        .remedy = "use the BGP addresses of GatewaySubnet, and a larger SKU",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_NAT_WITH_APIPA], &azure_facts[AZURE_VPN_NAT_SKUS] },
        .run = nat_is_possible,
    },
    {
        .id = "R070",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "GatewaySubnet is there under this name, for gateways alone, without security "
                 "group and default route, its gateway routes propagated",
        .symptom = "the gateway stops working",
        .remedy = "correct the subnet or its route table; /27 leaves room",
        .source = "VPNFAQ, UDR, ERCO",
        .facts = { &azure_facts[AZURE_GATEWAY_SUBNET_NAME] },
        .run = gateway_subnet_is_right,
    },
    {
        .id = "R071",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "a VPN gateway beside an ExpressRoute gateway is route-based and not Basic, in a "
                 "GatewaySubnet of /27 or larger",
        .symptom = "the second gateway cannot be deployed",
        .remedy = "change SKU or type, enlarge the subnet",
        .source = "ERCO",
        .facts = { &azure_facts[AZURE_ER_COEXISTENCE_ROUTE_BASED] },
        .run = coexistence_is_possible,
    },
    {
        .id = "R072",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "VPN sites and ExpressRoute sites that have to talk have a Route Server with "
                 "branch-to-branch between them, and a VPN gateway that is active-active and AS "
                 "65515",
        .symptom = "VPN sites and ExpressRoute sites have no routes to each other",
        .remedy = "a Route Server with branch_to_branch_traffic_enabled; active_active and asn "
                  "65515",
        .source = "ARSER, VPNFAQ",
        .facts = { &azure_facts[AZURE_RS_VPN_GATEWAY_ACTIVE_ACTIVE],
                   &azure_facts[AZURE_RS_VPN_GATEWAY_AS] },
        .run = transit_is_possible,
    },
    {
        .id = "R073",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "a tunnel over private peering has its switch on at the gateway and at the "
                 "connection, and a SKU with zones",
        .symptom = "the connection uses the gateway's public address",
        .remedy = "private_ip_address_enabled at the gateway, local_azure_ip_address_enabled at "
                  "the connection",
        .source = "VPNPP",
        .facts = { &azure_facts[AZURE_VPN_PRIVATE_GATEWAY_SWITCH],
                   &azure_facts[AZURE_VPN_PRIVATE_CONNECTION_SWITCH] },
        .run = private_tunnels_are_possible,
    },
    {
        .id = "R083",
        .scope = "Azure",
        .severity = DIAG_NOTE,
        .title = "new gateways have a SKU with zones",
        .symptom = "Azure migrates the gateway on its own date",
        .remedy = "take the SKU of the same name with AZ",
        .source = "VPNSKU",
        .facts = { &azure_facts[AZURE_VPN_SKU_NON_AZ] },
        .run = skus_have_a_future,
    },
    {
        .id = "R084",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "both instances of an active-active gateway reach each site",
        .symptom = "an outage when the one instance is maintained",
        .remedy = "let the peer have a tunnel to the other instance too",
        .source = "VPNAA",
        .facts = { &azure_facts[AZURE_VPN_HA_ONE_TUNNEL_SURVIVES] },
        .run = both_instances_reach_each_site,
    },
    {
        .id = "R201",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "a VPN gateway has a SKU that there is, in its generation",
        .symptom = "Azure refuses the gateway; no limit of it is checked here",
        .remedy = "sku and generation as Azure lists them: VpnGw1AZ is generation 1, VpnGw2AZ to "
                  "VpnGw5AZ are generation 2",
        .source = "VPNSKU",
        .run = skus_are_known,
    },
    { .id = NULL },
};
