/* Routing inside of virtual networks: user routes and the appliances they name, peerings, filters,
 * VXLAN between appliances. */
#include <string.h>

#include "check/check.h"
#include "check/learn.h"
#include "check/rules/rules.h"
#include "cloud/assign.h"
#include "cloud/azure/facts.h"

/* ---- user routes ----------------------------------------------------------------------------- */

struct table_key {
    const void *network, *table;
};

typedef void route_fn(struct check *c, const struct check_rule *rule, const struct azure_subnet *s,
                      const struct azure_route *r);

/* Calls `visit` for each user route, once for each network in which its table is used: all subnets
 * of a network see the same. */
static void each_route(struct check *c, const struct check_rule *rule, route_fn *visit)
{
    const struct topo_azure *a = &c->topo->azure;
    struct net_map seen;
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; i < a->virtual_networks.count; i++) {
        const struct azure_vnet *v = &a->virtual_networks.items[i];
        for (uint32_t k = 0; k < v->subnets.count; k++) {
            const struct azure_subnet *s = &v->subnets.items[k];
            struct table_key key = { v, s->route_table };
            uint32_t *at = s->route_table ? net_map_make(&seen, &key, sizeof(key)) : NULL;
            if (!at || *at != NET_NONE)
                continue;
            *at = k;
            for (uint32_t r = 0; r < s->route_table->routes.count; r++)
                visit(c, rule, s, &s->route_table->routes.items[r]);
        }
    }
}

/* The network whose gateway the network uses: its own one, or that of a hub. */
static const struct azure_vnet_gateway *gateway_of(struct check *c, const struct azure_vnet *v,
                                                   enum azure_gateway_type type)
{
    struct learn *l = learn_get(c);
    const struct azure_vnet *hub = l ? learn_hub(l, c, v) : NULL;
    return hub ? look_gateway(c, hub, type) : NULL;
}

static void gateway_hop_of(struct check *c, const struct check_rule *rule,
                           const struct azure_subnet *s, const struct azure_route *r)
{
    const struct azure_vnet *v = look_vnet_of_subnet(s);
    if (r->next_hop_type != AZURE_HOP_VIRTUAL_NETWORK_GATEWAY)
        return;
    const struct azure_vnet_gateway *er = gateway_of(c, v, AZURE_GATEWAY_EXPRESS_ROUTE);
    const struct topo_object *objects[] = { &r->o, er ? &er->o : &v->o, NULL };
    if (er)
        check_report_at(c, rule, objects, lang_get(r->o.node, "next_hop_type"),
                        "route %s has a gateway as its next hop, and %s uses the ExpressRoute "
                        "gateway %s",
                        r->o.name, v->o.name, er->o.name);
    else if (!gateway_of(c, v, AZURE_GATEWAY_VPN))
        check_report_at(c, rule, objects, lang_get(r->o.node, "next_hop_type"),
                        "route %s has a gateway as its next hop, and %s has none", r->o.name,
                        v->o.name);
}

static void gateway_hops_are_vpn(struct check *c, const struct check_rule *rule)
{
    if (cloud_is_so(c->limits, &azure_facts[AZURE_VNET_NEXT_HOP_GATEWAY_VPN_ONLY]))
        each_route(c, rule, gateway_hop_of);
}

/* Whether the address is in the network, or in one that is peered with it. */
static bool is_in_reach(struct check *c, const struct azure_vnet *v, const struct ip_addr *a)
{
    struct learn *l = learn_get(c);
    const struct azure_peering *p = NULL;
    if (look_vnet_has_addr(v, a))
        return true;
    while (l && (p = learn_next_peering(l, c, v, p)))
        if (look_vnet_has_addr(p->remote_virtual_network, a))
            return true;
    return false;
}

/* Addresses of load balancers and firewalls are not in a topology: an address that nobody has is
 * worth a warning, one that cannot be reached is an error. */
static void appliance_of(struct check *c, const struct check_rule *rule,
                         const struct azure_subnet *s, const struct azure_route *r)
{
    const struct azure_vnet *v = look_vnet_of_subnet(s);
    const struct ip_addr *a = &r->next_hop_ip_address;
    char text[IP_TEXT_MAX];
    if (r->next_hop_type != AZURE_HOP_VIRTUAL_APPLIANCE)
        return;
    const struct azure_nic *n = look_nic(c, v, a);
    const struct topo_object *objects[] = { &r->o, n ? &n->o : &s->o, NULL };
    const struct lang_node *at = lang_get(r->o.node, "next_hop_ip_address");
    look_addr_text(a, text);
    if (!is_in_reach(c, v, a))
        check_report_at(c, rule, objects, at,
                        "next hop %s of route %s is neither in %s nor in a network peered with it",
                        text, r->o.name, v->o.name);
    else if (!n) {
        check_report_at(c, rule, objects, at,
                        "no machine of this topology has %s, the next hop of route %s", text,
                        r->o.name);
        check_last_is(c, DIAG_WARNING);
    } else if (!n->ip_forwarding_enabled)
        check_report_at(c, rule, objects, at,
                        "%s, the next hop of route %s, does not forward: IP forwarding is off",
                        n->o.name, r->o.name);
}

static void appliances_are_there(struct check *c, const struct check_rule *rule)
{
    each_route(c, rule, appliance_of);
}

static const struct azure_route *route_into(struct check *c, const struct azure_subnet *s,
                                            const struct azure_nic **ret_nic)
{
    for (uint32_t i = 0; s->route_table && i < s->route_table->routes.count; i++) {
        const struct azure_route *r = &s->route_table->routes.items[i];
        if (r->next_hop_type != AZURE_HOP_VIRTUAL_APPLIANCE ||
            !prefix_has_addr(&s->address_prefix, &r->next_hop_ip_address))
            continue;
        *ret_nic = look_nic(c, look_vnet_of_subnet(s), &r->next_hop_ip_address);
        if (*ret_nic && (*ret_nic)->subnet == s)
            return r;
    }
    return NULL;
}

static void appliances_have_own_subnets(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->azure.virtual_networks.count; i++) {
        const struct azure_vnet *v = &c->topo->azure.virtual_networks.items[i];
        for (uint32_t k = 0; k < v->subnets.count; k++) {
            const struct azure_subnet *s = &v->subnets.items[k];
            const struct azure_nic *n = NULL;
            const struct azure_route *r = route_into(c, s, &n);
            if (!r)
                continue;
            const struct topo_object *objects[] = { &s->o, &n->o, &r->o, NULL };
            check_report_at(c, rule, objects, lang_get(s->o.node, "route_table"),
                            "route %s of %s points to %s, which stands in the same subnet",
                            r->o.name, s->o.name, n->o.name);
        }
    }
}

/* ---- peerings -------------------------------------------------------------------------------- */

static void peering_is_whole(struct check *c, const struct check_rule *rule,
                             const struct azure_peering *p)
{
    struct learn *l = learn_get(c);
    const struct azure_vnet *v = p->virtual_network, *other = p->remote_virtual_network;
    const struct azure_peering *back = l ? learn_peering(l, c, other, v) : NULL;
    if (!l || !v || !other)
        return;
    if (!back) {
        check_report(c, rule, &p->o, NULL, "there is no peering from %s to %s: neither works",
                     other->o.name, v->o.name);
        return;
    }
    const struct azure_vnet_gateway *vpn = look_gateway(c, v, AZURE_GATEWAY_VPN);
    const struct azure_vnet_gateway *er = look_gateway(c, v, AZURE_GATEWAY_EXPRESS_ROUTE);
    if (p->use_remote_gateways && (vpn || er))
        check_report(c, rule, &p->o, "use_remote_gateways",
                     "%s has a gateway of its own (%s) and cannot use those of %s", v->o.name,
                     vpn ? vpn->o.name : er->o.name, other->o.name);
    else if (p->use_remote_gateways && !back->allow_gateway_transit)
        check_report(c, rule, &p->o, "use_remote_gateways",
                     "%s is to use the gateways of %s, whose peering does not allow it", v->o.name,
                     other->o.name);
    else if (p->use_remote_gateways && !look_route_server(c, other) &&
             !look_gateway(c, other, AZURE_GATEWAY_VPN) &&
             !look_gateway(c, other, AZURE_GATEWAY_EXPRESS_ROUTE))
        check_report(c, rule, &p->o, "use_remote_gateways",
                     "%s is to use the gateways of %s, which has none", v->o.name, other->o.name);
    for (uint32_t i = 0; p < back && i < v->address_space.count; i++)
        for (uint32_t k = 0; k < other->address_space.count; k++)
            if (prefix_covers(&v->address_space.items[i], &other->address_space.items[k]) ||
                prefix_covers(&other->address_space.items[k], &v->address_space.items[i]))
                check_report(c, rule, &p->o, NULL, "the address spaces of %s and %s overlap",
                             v->o.name, other->o.name);
}

/* Packets that an appliance of `hub` forwards enter and leave the network by both directions of the
 * peering. */
static void forwarding_is_allowed(struct check *c, const struct check_rule *rule,
                                  const struct azure_vnet *v, const struct azure_vnet *hub,
                                  const char *appliance)
{
    struct learn *l = learn_get(c);
    const struct azure_peering *const ways[2] = { l ? learn_peering(l, c, v, hub) : NULL,
                                                  l ? learn_peering(l, c, hub, v) : NULL };
    for (size_t i = 0; i < 2; i++)
        if (ways[0] && ways[1] && !ways[i]->allow_forwarded_traffic)
            check_report(c, rule, &ways[i]->o, "allow_forwarded_traffic",
                         "%s does not allow forwarded traffic, and %s forwards for %s",
                         ways[i]->o.name, appliance, v->o.name);
}

static void crosses_of(struct check *c, const struct check_rule *rule, const struct azure_subnet *s,
                       const struct azure_route *r)
{
    const struct azure_vnet *v = look_vnet_of_subnet(s);
    if (r->next_hop_type != AZURE_HOP_VIRTUAL_APPLIANCE)
        return;
    const struct azure_nic *n = look_nic(c, v, &r->next_hop_ip_address);
    if (n && look_vnet_of_nic(n) != v)
        forwarding_is_allowed(c, rule, v, look_vnet_of_nic(n), n->o.name);
}

static void peerings_fit(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->azure.virtual_network_peerings.count; i++) {
        const struct azure_peering *p = &c->topo->azure.virtual_network_peerings.items[i];
        const struct azure_route_server *rs =
            p->use_remote_gateways ? look_route_server(c, p->remote_virtual_network) : NULL;
        peering_is_whole(c, rule, p);
        if (rs && rs->peers.count > 0)
            forwarding_is_allowed(c, rule, p->virtual_network, p->remote_virtual_network,
                                  rs->peers.items[0].o.name);
    }
    each_route(c, rule, crosses_of);
}

/* ---- filters --------------------------------------------------------------------------------- */

static bool is_stateful(const struct check *c, const struct azure_nic *n)
{
    const struct azure_vm *vm = look_vm(c, n);
    for (uint32_t i = 0; vm && i < vm->device.iptables.count; i++) {
        const char *rule = vm->device.iptables.items[i];
        if (strstr(rule, "conntrack") || strstr(rule, "-m state"))
            return true;
    }
    return n->network_security_group || (n->subnet && n->subnet->network_security_group);
}

static bool leads_to(const struct check *c, const struct azure_subnet *s, const struct prefix *p,
                     const struct ip_addr *a)
{
    const struct azure_route *r = s ? look_user_route(c, s->route_table, p) : NULL;
    return r && r->next_hop_type == AZURE_HOP_VIRTUAL_APPLIANCE &&
           ip_eq(&r->next_hop_ip_address, a);
}

/* The network that the route's prefix is in, if it is the appliance's or one peered with it. */
static const struct azure_vnet *network_of(struct check *c, const struct azure_vnet *hub,
                                           const struct prefix *p)
{
    struct learn *l = learn_get(c);
    const struct azure_peering *with = NULL;
    if (look_vnet_has_prefix(hub, p))
        return hub;
    while (l && (with = learn_next_peering(l, c, hub, with)))
        if (look_vnet_has_prefix(with->remote_virtual_network, p))
            return with->remote_virtual_network;
    return NULL;
}

/* A subnet from which answers come that does not send them to the appliance; NULL: none. What is in
 * no network near by comes back by the gateway. */
static const struct azure_subnet *comes_back_past(struct check *c, const struct azure_subnet *s,
                                                  const struct azure_route *r,
                                                  const struct azure_nic *n)
{
    const struct azure_vnet *hub = look_vnet_of_nic(n);
    const struct azure_vnet *to = network_of(c, hub, &r->address_prefix);
    const struct azure_subnet *gateways = azure_subnet_named(hub, "GatewaySubnet");
    if (!to) {
        bool has = look_gateway(c, hub, AZURE_GATEWAY_VPN) ||
                   look_gateway(c, hub, AZURE_GATEWAY_EXPRESS_ROUTE);
        return has && gateways &&
                       !leads_to(c, gateways, &s->address_prefix, &r->next_hop_ip_address)
                   ? gateways
                   : NULL;
    }
    for (uint32_t i = 0; i < to->subnets.count; i++) {
        const struct azure_subnet *back = &to->subnets.items[i];
        if (back != s && back != n->subnet && back != gateways &&
            (prefix_covers(&r->address_prefix, &back->address_prefix) ||
             prefix_covers(&back->address_prefix, &r->address_prefix)) &&
            !leads_to(c, back, &s->address_prefix, &r->next_hop_ip_address))
            return back;
    }
    return NULL;
}

static void symmetry_of(struct check *c, const struct check_rule *rule,
                        const struct azure_subnet *s, const struct azure_route *r)
{
    if (r->next_hop_type != AZURE_HOP_VIRTUAL_APPLIANCE || r->address_prefix.family != IP_V4 ||
        r->address_prefix.len == 0)
        return;
    const struct azure_nic *n = look_nic(c, look_vnet_of_subnet(s), &r->next_hop_ip_address);
    /* What comes by the appliance's own gateway has its source elsewhere: seen from the other side.
     */
    bool is_way_back = n && s == azure_subnet_named(look_vnet_of_nic(n), "GatewaySubnet");
    const struct azure_subnet *back =
        n && n->subnet && !is_way_back && is_stateful(c, n) ? comes_back_past(c, s, r, n) : NULL;
    if (!back)
        return;
    const struct topo_object *objects[] = { &n->o, &r->o, &back->o, NULL };
    check_report_at(
        c, rule, objects, r->o.node,
        "what %s of %s sends by route %s passes %s, which filters by connection; answers "
        "from %s of %s do not",
        s->o.name, look_vnet_of_subnet(s)->o.name, r->o.name, n->o.name, back->o.name,
        look_vnet_of_subnet(back)->o.name);
}

static void filters_see_both_ways(struct check *c, const struct check_rule *rule)
{
    each_route(c, rule, symmetry_of);
}

static bool has_text(const topo_texts_t *list, const char *text)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

/* What a rule leaves out means anything. */
static bool means_all(const topo_texts_t *list)
{
    return list->count == 0 || has_text(list, "*");
}

/* Whether a rule of its own keeps the Internet out. */
static bool denies_internet(const struct azure_nsg *g)
{
    for (uint32_t i = 0; g && i < g->security_rules.count; i++) {
        const struct azure_security_rule *r = &g->security_rules.items[i];
        if (r->direction == AZURE_INBOUND && r->access == AZURE_DENY &&
            (means_all(&r->source_address_prefixes) ||
             has_text(&r->source_address_prefixes, "Internet") ||
             has_text(&r->source_address_prefixes, "0.0.0.0/0")))
            return true;
    }
    return false;
}

static void tag_is_wide(struct check *c, const struct check_rule *rule, const struct azure_nic *n,
                        struct net_map *seen)
{
    static const struct prefix everything = { .family = IP_V4 };
    const struct azure_subnet *s = n->subnet;
    const struct azure_route *r = s ? look_user_route(c, s->route_table, &everything) : NULL;
    const struct azure_nsg *g = n->network_security_group ? n->network_security_group
                                : s                       ? s->network_security_group
                                                          : NULL;
    if (!r || !g || denies_internet(n->network_security_group) ||
        denies_internet(s->network_security_group))
        return;
    const void *key = s;
    uint32_t *at = net_map_make(seen, &key, sizeof(key));
    if (!at || *at != NET_NONE)
        return;
    *at = 0;
    const struct topo_object *objects[] = { &s->o, &g->o, &n->o, NULL };
    check_report_at(c, rule, objects, lang_get(s->o.node, "route_table"),
                    "the user route 0.0.0.0/0 of %s may put the Internet into the tag "
                    "VirtualNetwork, which %s admits",
                    s->o.name, g->o.name);
}

static void tags_stay_narrow(struct check *c, const struct check_rule *rule)
{
    struct net_map seen;
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; i < c->topo->azure.network_interfaces.count; i++)
        tag_is_wide(c, rule, &c->topo->azure.network_interfaces.items[i], &seen);
}

/* ---- the platform's address ------------------------------------------------------------------ */

static bool means_platform(const struct check *c, const topo_texts_t *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct prefix p;
        struct ip_addr a;
        bool parsed = prefix_parse(list->items[i], &p, NULL);
        if (!parsed && ip_parse(list->items[i], &a)) {
            p = prefix_of(&a, ip_bits(a.family));
            parsed = true;
        }
        size_t n;
        const struct prefix *own =
            cloud_prefixes(c->limits, &azure_facts[AZURE_VNET_PLATFORM_ADDRESS], &n);
        if (strcmp(list->items[i], "AzureLoadBalancer") == 0 ||
            (parsed && n > 0 && prefix_covers(&p, &own[0])))
            return true;
    }
    return means_all(list);
}

static bool is_whole(const struct azure_security_rule *r)
{
    return (!r->protocol || strcmp(r->protocol, "*") == 0) &&
           means_all(&r->destination_port_ranges) && means_all(&r->destination_address_prefixes);
}

/* The rule with the lowest priority that means the platform's probes, whatever their port. */
static const struct azure_security_rule *decides(const struct check *c, const struct azure_nsg *g)
{
    const struct azure_security_rule *first = NULL;
    for (uint32_t i = 0; i < g->security_rules.count; i++) {
        const struct azure_security_rule *r = &g->security_rules.items[i];
        if (r->direction == AZURE_INBOUND && means_platform(c, &r->source_address_prefixes) &&
            (r->access == AZURE_ALLOW || is_whole(r)) && (!first || r->priority < first->priority))
            first = r;
    }
    return first;
}

static bool drops(const struct check *c, const char *rule)
{
    size_t n;
    char text[IP_TEXT_MAX];
    const struct prefix *own =
        cloud_prefixes(c->limits, &azure_facts[AZURE_VNET_PLATFORM_ADDRESS], &n);
    struct ip_addr a = n > 0 ? prefix_addr(&own[0]) : (struct ip_addr){ 0 };
    return (strstr(rule, "-j DROP") || strstr(rule, "-j REJECT")) &&
           strstr(rule, look_addr_text(&a, text));
}

static void platform_is_heard(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    for (uint32_t i = 0; i < a->network_security_groups.count; i++) {
        const struct azure_nsg *g = &a->network_security_groups.items[i];
        const struct azure_security_rule *r = decides(c, g);
        if (!r || r->access == AZURE_ALLOW)
            continue;
        const struct topo_object *objects[] = { &r->o, &g->o, NULL };
        check_report_at(c, rule, objects, r->o.node,
                        "%s of %s keeps out what comes from the platform, 168.63.129.16", r->o.name,
                        g->o.name);
    }
    for (uint32_t i = 0; i < c->device_count; i++)
        for (uint32_t k = 0; k < c->devices[i].device->iptables.count; k++)
            if (drops(c, c->devices[i].device->iptables.items[k]))
                check_report(c, rule, c->devices[i].owner, NULL,
                             "%s drops packets of the platform's address",
                             c->devices[i].owner->name);
}

/* ---- VXLAN ----------------------------------------------------------------------------------- */

/* The network inside of which VXLAN runs has packets of 1500 bytes; VXLAN takes 50 of them: outer
 * IPv4 and UDP headers, its own, the inner Ethernet header (RFC 7348). */
enum { VXLAN_MTU_MAX = 1450 };

static void vxlan_of(struct check *c, const struct check_rule *rule, const struct check_device *d,
                     const struct topo_vxlan *x)
{
    const struct config_static *best = NULL;
    struct prefix inside = prefix_of(&x->address.addr, x->address.len);
    char text[IP_TEXT_MAX];
    for (uint32_t i = 0; d->config && i < d->config->statics.n; i++) {
        const struct config_static *s = &d->config->statics.v[i];
        if (prefix_has_addr(&s->prefix, &x->remote) && (!best || s->prefix.len > best->prefix.len))
            best = s;
    }
    if (best && ((best->next_hop.family == IP_V4 && prefix_has_addr(&inside, &best->next_hop)) ||
                 (best->interface && strcmp(best->interface, x->o.name) == 0)))
        check_report_line(c, rule, d, best->at.line,
                          "%s, the other end of %s, is routed into %s itself",
                          look_addr_text(&x->remote, text), x->o.name, x->o.name);
    if (x->mtu_bytes > VXLAN_MTU_MAX) {
        check_report(c, rule, &x->o, "mtu_bytes", "packets of %u bytes do not fit: at most %u",
                     x->mtu_bytes, VXLAN_MTU_MAX);
        check_last_is(c, DIAG_WARNING);
    }
}

static void vxlan_is_outside(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++)
        for (uint32_t k = 0; k < c->devices[i].device->vxlan.count; k++)
            vxlan_of(c, rule, &c->devices[i], &c->devices[i].device->vxlan.items[k]);
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_vnet[] = {
    {
        .id = "R110",
        .scope = "Azure, virtual network",
        .severity = DIAG_ERROR,
        .title = "a user route has a gateway as its next hop where there is a VPN gateway alone",
        .symptom = "Azure refuses the route, or packets are dropped",
        .remedy = "let BGP bring the route",
        .source = "UDR",
        .facts = { &azure_facts[AZURE_VNET_NEXT_HOP_GATEWAY_VPN_ONLY] },
        .run = gateway_hops_are_vpn,
    },
    {
        .id = "R111",
        .scope = "Azure, virtual network",
        .severity = DIAG_ERROR,
        .title = "the appliance that a user route names exists, is directly reachable and forwards",
        .symptom = "a black hole; the effective route shows None",
        .remedy = "an address of the network or of a peered one, with IP forwarding",
        .source = "UDR",
        .facts = { &azure_facts[AZURE_VNET_APPLIANCE_DIRECT] },
        .run = appliances_are_there,
    },
    {
        .id = "R112",
        .scope = "Azure, virtual network",
        .severity = DIAG_WARNING,
        .title = "an appliance stands in another subnet than those whose routes point to it",
        .symptom = "what it forwards comes back to it: a loop",
        .remedy = "give the appliance a subnet of its own",
        .source = "UDR",
        .facts = { &azure_facts[AZURE_VNET_APPLIANCE_OWN_SUBNET] },
        .run = appliances_have_own_subnets,
    },
    {
        .id = "R113",
        .scope = "Azure, peering",
        .severity = DIAG_ERROR,
        .title =
            "peerings exist both ways, between disjoint networks, with the switches that their "
            "use asks for",
        .symptom = "the peering cannot be made, or forwarded packets are dropped",
        .remedy = "allow_forwarded_traffic on both sides of an appliance; use_remote_gateways only "
                  "without an own gateway and with allow_gateway_transit at the other side",
        .source = "BIC, S6",
        .facts = { &azure_facts[AZURE_VNET_PEERING_SWITCHES],
                   &azure_facts[AZURE_VNET_REMOTE_GATEWAYS_WITHOUT_OWN] },
        .run = peerings_fit,
    },
    {
        .id = "R114",
        .scope = "Azure, virtual network",
        .severity = DIAG_WARNING,
        .title = "an appliance that filters by connection sees both directions",
        .symptom = "connections that are half open are dropped",
        .remedy = "user routes to it in both directions",
        .source = "S1, S7",
        .run = filters_see_both_ways,
    },
    {
        .id = "R115",
        .scope = "Azure, network security groups",
        .severity = DIAG_WARNING,
        .title = "where a user route 0.0.0.0/0 widens the tag VirtualNetwork, a rule denies the "
                 "Internet",
        .symptom = "the default rule AllowVnetInBound may admit the Internet",
        .remedy = "rules of your own that deny what comes from the Internet",
        .source = "TAGS",
        .facts = { &azure_facts[AZURE_VNET_TAG_VIRTUAL_NETWORK] },
        .run = tags_stay_narrow,
    },
    {
        .id = "R116",
        .scope = "Azure, network security groups and NAT",
        .severity = DIAG_ERROR,
        .title = "168.63.129.16 is not blocked",
        .symptom = "DNS, probes of load balancers and the agent fail",
        .remedy = "allow the tag AzureLoadBalancer before a rule that denies everything",
        .source = "IP168, S2",
        .facts = { &azure_facts[AZURE_VNET_PLATFORM_ADDRESS] },
        .run = platform_is_heard,
    },
    {
        .id = "R117",
        .scope = "VXLAN",
        .severity = DIAG_ERROR,
        .title = "the other end of a VXLAN is reached outside of it, and its packets fit",
        .symptom = "the VXLAN carries nothing, or no large packets; packets of the machine itself "
                   "have its inside address",
        .remedy = "a static /32 to the other end by the subnet's gateway; an MTU of 1450",
        .source = "S6",
        .run = vxlan_is_outside,
    },
    { .id = NULL },
};
