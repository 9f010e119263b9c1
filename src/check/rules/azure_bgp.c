/* Azure VPN Gateway: who speaks BGP to whom, from which address, and what is announced. */
#include <string.h>

#include "check/rules/azure.h"
#include "check/rules/rules.h"
#include "cloud/assign.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"
#include "net/map.h"
#include "topo/kinds.h"

/* ---- APIPA addresses ------------------------------------------------------------------------- */

static void apipa_in_range(struct check *c, const struct check_rule *rule,
                           const struct topo_object *object, const char *key,
                           const struct ip_addr *a)
{
    char text[IP_TEXT_MAX];
    look_addr_text(a, text);
    if (a->family != IP_NONE && ip_is_link_local(a) &&
        !cloud_has_addr(c->limits, &azure_facts[AZURE_VPN_APIPA_RANGE], a))
        check_report(c, rule, object, key, "%s is outside of 169.254.21.0 - 169.254.22.255", text);
}

static void apipa_of_gateway(struct check *c, const struct check_rule *rule,
                             const struct azure_vnet_gateway *g)
{
    for (uint32_t i = 0; i < g->bgp_settings.peering_addresses.count; i++) {
        const struct azure_bgp_peering_address *p = &g->bgp_settings.peering_addresses.items[i];
        for (uint32_t k = 0; k < p->apipa_addresses.count; k++)
            apipa_in_range(c, rule, &p->o, "apipa_addresses", &p->apipa_addresses.items[k]);
    }
}

static void apipa_of_connection(struct check *c, const struct check_rule *rule,
                                const struct azure_connection *v)
{
    apipa_in_range(c, rule, &v->o, "custom_bgp_primary", &v->custom_bgp_primary);
    apipa_in_range(c, rule, &v->o, "custom_bgp_secondary", &v->custom_bgp_secondary);
    /* A peer of this topology has rules of its own about the two sides of a /30. */
    if (v->enable_bgp && !look_outside(c, &v->local_network_gateway->gateway_address.addr))
        apipa_in_range(c, rule, &v->local_network_gateway->o, "bgp_peering_address",
                       &v->local_network_gateway->bgp_peering_address);
}

static void apipa_lies_in_range(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, apipa_of_gateway);
    azure_each_connection(c, rule, apipa_of_connection);
}

static uint32_t apipa_count(const struct azure_vnet_gateway *g)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->bgp_settings.peering_addresses.count; i++)
        n += g->bgp_settings.peering_addresses.items[i].apipa_addresses.count;
    return n;
}

static void apipa_for_peer(struct check *c, const struct check_rule *rule,
                           const struct azure_connection *v)
{
    if (azure_peer_is_apipa(v) && v->enable_bgp && apipa_count(v->virtual_network_gateway) == 0)
        check_report(c, rule, &v->o, "virtual_network_gateway",
                     "the peer of %s speaks BGP from 169.254.0.0/16, and %s has no custom BGP "
                     "address",
                     v->o.name, v->virtual_network_gateway->o.name);
}

/* The instance that the peer has a tunnel to, while another one has an address. */
static void apipa_of_instance(struct check *c, const struct check_rule *rule,
                              const struct azure_tunnel *t)
{
    if (t->peer && ip_is_link_local(&t->end->peer_bgp) && !ip_is_link_local(&t->end->bgp) &&
        apipa_count(t->gateway) > 0)
        check_report(c, rule, &t->connection->o, NULL,
                     "the peer of %s speaks BGP from 169.254.0.0/16, and instance %u of %s has no "
                     "custom BGP address",
                     t->connection->o.name, t->instance, t->gateway->o.name);
}

static void apipa_peer_has_a_partner(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, apipa_for_peer);
    azure_each_tunnel(c, rule, apipa_of_instance);
}

/* Several addresses of an instance: only the first is used unless the connection says which. */
static void own_apipa_of(struct check *c, const struct check_rule *rule,
                         const struct azure_connection *v)
{
    const struct azure_vnet_gateway *g = v->virtual_network_gateway;
    const struct ip_addr *custom[] = { &v->custom_bgp_primary, &v->custom_bgp_secondary };
    for (uint32_t i = 0; i < g->bgp_settings.peering_addresses.count && i < 2; i++)
        if (azure_peer_is_apipa(v) && v->enable_bgp && custom[i]->family == IP_NONE &&
            g->bgp_settings.peering_addresses.items[i].apipa_addresses.count > 1) {
            check_report(c, rule, &v->o, NULL,
                         "instance %u of %s has several custom BGP addresses, and %s does not say "
                         "which it uses",
                         i, g->o.name, v->o.name);
            return;
        }
}

static bool instance_has_apipa(const struct azure_vnet_gateway *g, uint32_t instance,
                               const struct ip_addr *a)
{
    if (instance >= g->bgp_settings.peering_addresses.count)
        return false;
    const struct azure_bgp_peering_address *p = &g->bgp_settings.peering_addresses.items[instance];
    for (uint32_t i = 0; i < p->apipa_addresses.count; i++)
        if (ip_eq(&p->apipa_addresses.items[i], a))
            return true;
    return false;
}

/* A gateway without any such address is another rule's. */
static void named_apipa_of(struct check *c, const struct check_rule *rule,
                           const struct azure_connection *v)
{
    const struct azure_vnet_gateway *g = v->virtual_network_gateway;
    const struct ip_addr *custom[] = { &v->custom_bgp_primary, &v->custom_bgp_secondary };
    static const char *const keys[] = { "custom_bgp_primary", "custom_bgp_secondary" };
    char text[IP_TEXT_MAX];
    for (uint32_t i = 0; v->enable_bgp && apipa_count(g) > 0 && i < azure_gateway_instances(g);
         i++) {
        if (!ip_is_link_local(custom[i]) || instance_has_apipa(g, i, custom[i]))
            continue;
        look_addr_text(custom[i], text);
        check_report(c, rule, &v->o, keys[i],
                     "%s is none of the custom BGP addresses of instance %u of %s", text, i,
                     g->o.name);
    }
}

static void connections_name_their_apipa(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, own_apipa_of);
    azure_each_connection(c, rule, named_apipa_of);
}

static void peer_opens_of(struct check *c, const struct check_rule *rule,
                          const struct azure_tunnel *t)
{
    const struct config_neighbor *n = azure_neighbor(c, t);
    if (n && n->passive == TRI_YES && ip_is_link_local(&t->end->bgp))
        check_report_line(c, rule, t->device, n->at.line,
                          "%s only waits, and Azure never opens a session from a 169.254 address",
                          t->device->owner->name);
}

static void peer_opens_to_apipa(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, peer_opens_of);
}

struct apipa_key {
    const void *gateway;
    uint64_t address;
};

static void apipa_once(struct check *c, const struct check_rule *rule, struct net_map *seen,
                       const struct azure_vnet_gateway *g, const struct topo_object *object,
                       const struct ip_addr *a)
{
    const char *field = object->kind == &azure_local_gateway_kind ? "bgp_peering_address"
                                                                  : "apipa_addresses";
    const struct apipa_key key = { g, ip_to_u32(a) };
    uint32_t *at = ip_is_link_local(a) ? net_map_make(seen, &key, sizeof(key)) : NULL;
    char text[IP_TEXT_MAX];
    look_addr_text(a, text);
    if (at && *at != NET_NONE)
        check_report(c, rule, object, field, "%s is in use at %s already", text, g->o.name);
    if (at)
        *at = 0;
}

static void apipa_is_unique(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct net_map seen;
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; i < a->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &a->virtual_network_gateways.items[i];
        for (uint32_t k = 0; k < g->bgp_settings.peering_addresses.count; k++) {
            const struct azure_bgp_peering_address *p = &g->bgp_settings.peering_addresses.items[k];
            for (uint32_t n = 0; n < p->apipa_addresses.count; n++)
                apipa_once(c, rule, &seen, g, &p->o, &p->apipa_addresses.items[n]);
        }
    }
    for (uint32_t i = 0; i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        if (v->virtual_network_gateway && azure_peer_is_apipa(v))
            apipa_once(c, rule, &seen, v->virtual_network_gateway, &v->local_network_gateway->o,
                       &v->local_network_gateway->bgp_peering_address);
    }
}

static void standby_apipa_of(struct check *c, const struct check_rule *rule,
                             const struct azure_vnet_gateway *g)
{
    if (!g->active_active &&
        apipa_count(g) > cloud_number(c->limits, &azure_facts[AZURE_VPN_APIPA_STANDBY_MAX]))
        check_report(c, rule, &g->o, "bgp_settings",
                     "%s is active-standby and has %u custom BGP addresses: one is used", g->o.name,
                     apipa_count(g));
}

static void standby_has_one_apipa(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, standby_apipa_of);
}

/* ---- the peer's address ---------------------------------------------------------------------- */

static void peer_address_of(struct check *c, const struct check_rule *rule,
                            const struct azure_connection *v)
{
    const struct azure_local_gateway *l = v->local_network_gateway;
    const struct azure_vnet *vnet = v->virtual_network_gateway->virtual_network;
    char text[IP_TEXT_MAX];
    look_addr_text(&l->bgp_peering_address, text);
    if (l->bgp_peering_address.family == IP_NONE)
        return;
    if (ip_eq(&l->bgp_peering_address, &l->gateway_address.addr) &&
        !look_is_private(&l->bgp_peering_address))
        check_report(c, rule, &l->o, "bgp_peering_address",
                     "%s is the peer's public address, where its tunnel ends", text);
    else if (vnet && look_vnet_has_addr(vnet, &l->bgp_peering_address))
        check_report(c, rule, &l->o, "bgp_peering_address", "%s lies inside of %s", text,
                     vnet->o.name);
}

static void peer_address_is_its_own(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, peer_address_of);
}

static void space_with_bgp_of(struct check *c, const struct check_rule *rule,
                              const struct azure_connection *v)
{
    const struct azure_local_gateway *l = v->local_network_gateway;
    if (v->enable_bgp && l->asn && l->address_space.count > 0)
        check_report(c, rule, &l->o, "address_space",
                     "%s speaks BGP and has an address space too: it is static, and announced to "
                     "other peers",
                     l->o.name);
}

static void space_is_empty_with_bgp(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, space_with_bgp_of);
}

static void space_without_bgp_of(struct check *c, const struct check_rule *rule,
                                 const struct azure_connection *v)
{
    const struct azure_local_gateway *l = v->local_network_gateway;
    if (!v->enable_bgp && l->address_space.count == 0 && !l->asn)
        check_report(c, rule, &l->o, "address_space",
                     "%s has neither BGP nor an address space: nothing is sent to it", l->o.name);
}

static void space_is_given_without_bgp(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, space_without_bgp_of);
}

static void bgp_switches_of(struct check *c, const struct check_rule *rule,
                            const struct azure_connection *v)
{
    const struct azure_local_gateway *l = v->local_network_gateway;
    const struct azure_vnet_gateway *g = v->virtual_network_gateway;
    if (!v->enable_bgp && l->asn && l->address_space.count == 0)
        check_report(c, rule, &v->o, "enable_bgp", "%s has BGP settings, and %s has BGP off",
                     l->o.name, v->o.name);
    else if (v->enable_bgp && !g->enable_bgp)
        check_report(c, rule, &v->o, "enable_bgp", "%s has BGP on, and %s has it off", v->o.name,
                     g->o.name);
    else if (v->enable_bgp && !l->asn)
        check_report(c, rule, &v->o, "enable_bgp", "%s has BGP on, and %s has no BGP settings",
                     v->o.name, l->o.name);
}

static void bgp_is_on_everywhere(struct check *c, const struct check_rule *rule)
{
    azure_each_connection(c, rule, bgp_switches_of);
}

/* ---- sessions with routers ------------------------------------------------------------------- */

static void timers_of(struct check *c, const struct check_rule *rule, const struct azure_tunnel *t)
{
    const struct config_neighbor *n = azure_neighbor(c, t);
    uint32_t hold = (uint32_t)cloud_number(c->limits, &azure_facts[AZURE_VPN_BGP_HOLD]);
    if (n && n->hold_s != UINT16_MAX && n->hold_s != hold)
        check_report_line(c, rule, t->device, n->at.line,
                          "the hold time towards Azure is %u s, and Azure's is %u s", n->hold_s,
                          hold);
}

static void timers_are_azures(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, timers_of);
}

static void bfd_of(struct check *c, const struct check_rule *rule, const struct azure_tunnel *t)
{
    const struct config_neighbor *n = azure_neighbor(c, t);
    if (n && n->bfd == TRI_YES)
        check_report_line(c, rule, t->device, n->at.line, "BFD is on towards %s, which has none",
                          t->gateway->o.name);
}

static void bfd_is_off(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, bfd_of);
}

static bool goes_by(const struct config_static *s, const char *interface)
{
    return s->interface && strcmp(s->interface, interface) == 0;
}

/* The route of a router's configuration to an address: the longest; NULL: none but a default. */
static const struct config_static *static_to(const struct check_device *d, const struct ip_addr *a)
{
    const struct config_static *best = NULL;
    for (uint32_t i = 0; i < d->config->statics.n; i++) {
        const struct config_static *s = &d->config->statics.v[i];
        if (s->prefix.len > 0 && prefix_has_addr(&s->prefix, a) &&
            (!best || s->prefix.len >= best->prefix.len))
            best = s;
    }
    return best;
}

/* Several routes of one length: one of them by the right tunnel is enough. */
static bool has_route_by(const struct check_device *d, const struct config_static *best,
                         const char *interface)
{
    for (uint32_t i = 0; i < d->config->statics.n; i++)
        if (prefix_eq(&d->config->statics.v[i].prefix, &best->prefix) &&
            goes_by(&d->config->statics.v[i], interface))
            return true;
    return false;
}

static void way_of(struct check *c, const struct check_rule *rule, const struct azure_tunnel *t)
{
    const struct config_neighbor *n = azure_neighbor(c, t);
    if (!n || !t->peer->interface || ip_is_link_local(&t->end->bgp))
        return;
    const struct config_static *s = static_to(t->device, &t->end->bgp);
    char text[IP_TEXT_MAX];
    look_addr_text(&t->end->bgp, text);
    if (!s)
        check_report_line(c, rule, t->device, n->at.line, "there is no route to %s by %s", text,
                          t->peer->interface);
    else if (n->ebgp_multihop <= 1 && n->ttl_security_hops <= 1 &&
             n->disable_connected_check != TRI_YES)
        check_report_line(c, rule, t->device, n->at.line,
                          "neighbor %s is not next to us, and has no ebgp-multihop", text);
}

static void routers_have_a_way(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, way_of);
}

static void right_tunnel_of(struct check *c, const struct check_rule *rule,
                            const struct azure_tunnel *t)
{
    if (!azure_neighbor(c, t) || !t->peer->interface || ip_is_link_local(&t->end->bgp))
        return;
    const struct config_static *s = static_to(t->device, &t->end->bgp);
    char text[IP_TEXT_MAX];
    look_addr_text(&t->end->bgp, text);
    if (s && s->interface && !has_route_by(t->device, s, t->peer->interface))
        check_report_line(c, rule, t->device, s->at.line,
                          "%s is instance %u, to which %s leads, but the route is by %s", text,
                          t->instance, t->peer->interface, s->interface);
}

static void each_instance_has_its_tunnel(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, right_tunnel_of);
}

/* ---- what is announced ----------------------------------------------------------------------- */

static void prefixes_of(struct check *c, const struct check_rule *rule,
                        const struct azure_tunnel *t)
{
    const struct net_origin *o = NULL;
    uint32_t n = 0;
    while (t->peer && t->end->asn && (o = look_next_announced(c, t->peer, o)))
        n++;
    int64_t max = cloud_number(c->limits, &azure_facts[AZURE_VPN_BGP_PREFIXES_MAX]);
    if (n > max)
        check_report(c, rule, &t->connection->o, NULL,
                     "%u prefixes are announced through %s, and %s takes %lld", n,
                     t->connection->o.name, t->gateway->o.name, (long long)max);
}

static void prefixes_fit(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, prefixes_of);
}

static void filtered_of(struct check *c, const struct check_rule *rule,
                        const struct azure_tunnel *t)
{
    const struct azure_vnet *v = t->gateway->virtual_network;
    const struct net_origin *o = NULL;
    while (t->peer && v && t->end->asn && (o = look_next_announced(c, t->peer, o))) {
        if (!look_vnet_has_prefix(v, &o->prefix))
            continue;
        char text[PREFIX_TEXT_MAX];
        look_prefix_text(&o->prefix, text);
        const struct topo_object *objects[] = { &t->connection->o, t->peer->object, NULL };
        check_report_at(c, rule, objects, NULL,
                        "%s is announced to %s, and is dropped: it lies inside of %s", text,
                        t->gateway->o.name, v->o.name);
    }
}

static void nothing_is_filtered(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, filtered_of);
}

static void default_of(struct check *c, const struct check_rule *rule, const struct azure_tunnel *t)
{
    if (azure_announces_default(c, t))
        check_report(c, rule, &t->connection->o, NULL,
                     "the other side of %s announces 0.0.0.0/0: all that leaves %s goes there",
                     t->connection->o.name,
                     t->gateway->virtual_network ? t->gateway->virtual_network->o.name
                                                 : "the network");
}

static void default_is_meant(struct check *c, const struct check_rule *rule)
{
    azure_each_tunnel(c, rule, default_of);
}

struct default_of_gateways {
    const struct azure_connection **first; /* of a gateway: the first that brings a default */
    bool *brings;                          /* whether a connection does */
};

static void take_defaults(struct check *c, struct default_of_gateways *d)
{
    const struct topo_azure *a = &c->topo->azure;
    for (uint32_t i = 0; i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        d->brings[i] = azure_brings_default(c, v);
        uint32_t g = d->brings[i] ? v->virtual_network_gateway->o.index : 0;
        if (d->brings[i] && !d->first[g])
            d->first[g] = v;
    }
}

/* A peer that brings a default itself needs none. */
static void default_is_not_passed_on(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct default_of_gateways d = {
        .first = arena_alloc(c->arena, (a->virtual_network_gateways.count + 1) * sizeof(*d.first)),
        .brings = arena_alloc(c->arena, (a->connections.count + 1) * sizeof(*d.brings)),
    };
    if (!d.first || !d.brings)
        return;
    take_defaults(c, &d);
    for (uint32_t i = 0; i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        const struct azure_connection *from =
            v->virtual_network_gateway ? d.first[v->virtual_network_gateway->o.index] : NULL;
        if (!from || d.brings[i] || !v->enable_bgp)
            continue;
        const struct topo_object *objects[] = { &v->o, &from->o, NULL };
        check_report_at(c, rule, objects, NULL,
                        "%s does not pass the default route that it learns from %s on to %s",
                        v->virtual_network_gateway->o.name, from->o.name, v->o.name);
    }
}

/* ---- AS numbers ------------------------------------------------------------------------------ */

static void report_as(struct check *c, const struct check_rule *rule,
                      const struct topo_object *object, const char *key, uint32_t as, bool own)
{
    const struct cloud_as_range *why = as ? azure_as_refusal(as) : NULL;
    if (why && !(own && as == cloud_number(c->limits, &azure_facts[AZURE_VPN_BGP_AS_DEFAULT])))
        check_report(c, rule, object, key, "AS %u cannot be used here: %s", as, why->why);
}

static void as_of_gateway(struct check *c, const struct check_rule *rule,
                          const struct azure_vnet_gateway *g)
{
    if (g->enable_bgp && g->bgp_settings.node)
        report_as(c, rule, &g->o, "bgp_settings", g->bgp_settings.asn, true);
}

static void as_is_not_reserved(struct check *c, const struct check_rule *rule)
{
    azure_each_vpn_gateway(c, rule, as_of_gateway);
    for (uint32_t i = 0; i < c->topo->azure.local_network_gateways.count; i++) {
        const struct azure_local_gateway *l = &c->topo->azure.local_network_gateways.items[i];
        report_as(c, rule, &l->o, "asn", l->asn, false);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_azure_bgp[] = {
    {
        .id = "R003",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "custom BGP addresses lie in 169.254.21.0 - 169.254.22.255",
        .symptom = "the gateway refuses the address, or BGP does not come up",
        .remedy = "take /30s from these two /24s",
        .source = "S3, S4, VPNBGP",
        .facts = { &azure_facts[AZURE_VPN_APIPA_RANGE] },
        .run = apipa_lies_in_range,
    },
    {
        .id = "R007",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "a gateway whose peer has a 169.254 address has one too",
        .symptom = "the gateway speaks from GatewaySubnet, and BGP is never established",
        .remedy = "set custom BGP addresses (apipa_addresses) for each instance",
        .source = "S4, VPNBGP",
        .facts = { &azure_facts[AZURE_VPN_APIPA_USED_WHEN_PEER_HAS] },
        .run = apipa_peer_has_a_partner,
    },
    {
        .id = "R015",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "AS numbers are not those that Azure or IANA reserve",
        .symptom = "the portal refuses the number, or the session fails",
        .remedy = "take 64512-65514, 65521-65534 or a public AS number of your own",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_AS_PRIVATE] },
        .run = as_is_not_reserved,
    },
    {
        .id = "R050",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "where an instance has several custom BGP addresses each connection names one of "
                 "them",
        .symptom = "all connections use the first address, the others stay \"waiting for peer\"; "
                   "an address that the instance has not is refused",
        .remedy = "set custom_bgp_primary and custom_bgp_secondary on the connection, each to one "
                  "of apipa_addresses of its instance",
        .source = "VPNAWS",
        .facts = { &azure_facts[AZURE_VPN_APIPA_DEFAULT_FIRST] },
        .run = connections_name_their_apipa,
    },
    {
        .id = "R051",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "the peer of a custom BGP address opens the session",
        .symptom = "both sides wait: \"waiting for peer\"",
        .remedy = "remove passive (transport connection-mode passive) at the peer",
        .source = "VPNBGP, VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_APIPA_INITIATES] },
        .run = peer_opens_to_apipa,
    },
    {
        .id = "R052",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "a 169.254 address is used once among a gateway's instances and peers",
        .symptom = "sessions take each other's address",
        .remedy = "plan the /30s anew",
        .source = "VPNBGP",
        .facts = { &azure_facts[AZURE_VPN_APIPA_RANGE] },
        .run = apipa_is_unique,
    },
    {
        .id = "R053",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "an active-standby gateway has one custom BGP address",
        .symptom = "only one of the addresses is used",
        .remedy = "make the gateway active-active, or keep one address",
        .source = "VPNAWS",
        .facts = { &azure_facts[AZURE_VPN_APIPA_STANDBY_MAX] },
        .run = standby_has_one_apipa,
    },
    {
        .id = "R054",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "the peer's BGP address is neither its public address nor inside of the VNet",
        .symptom = "BGP fails, or the route to the peer loops into the VNet",
        .remedy = "take a loopback's or the tunnel's address",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_PEER_IN_VNET] },
        .run = peer_address_is_its_own,
    },
    {
        .id = "R055",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "a local network gateway with BGP has no address space",
        .symptom = "its prefixes become static routes, which stay when BGP withdraws them, and are "
                   "announced to other peers",
        .remedy = "leave address_space empty",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_LNG_EMPTY] },
        .run = space_is_empty_with_bgp,
    },
    {
        .id = "R056",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "a local network gateway without BGP has an address space",
        .symptom = "nothing is sent to the peer",
        .remedy = "list the site's prefixes in address_space, or use BGP",
        .source = "VPNBGP",
        .facts = { &azure_facts[AZURE_VPN_BGP_LNG_EMPTY] },
        .run = space_is_given_without_bgp,
    },
    {
        .id = "R057",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "BGP is on at the gateway, at the connection and at the local network gateway",
        .symptom = "no routes are learned",
        .remedy = "set enable_bgp at gateway and connection, asn and bgp_peering_address at the "
                  "local network gateway",
        .source = "VPNBGP, VPNAWS",
        .facts = { &azure_facts[AZURE_VPN_BGP_ADDRESS_SOURCE] },
        .run = bgp_is_on_everywhere,
    },
    {
        .id = "R060",
        .scope = "Azure and a router",
        .severity = DIAG_ERROR,
        .title = "a router has a route to each BGP address of Azure by a tunnel, and ebgp-multihop",
        .symptom = "BGP stays Idle or Active",
        .remedy = "ip route ADDRESS/32 by the tunnel; neighbor ADDRESS ebgp-multihop",
        .source = "VPNBGP, S1",
        .facts = { &azure_facts[AZURE_VPN_BGP_HOST_ROUTE], &azure_facts[AZURE_VPN_BGP_MULTIHOP] },
        .run = routers_have_a_way,
    },
    {
        .id = "R061",
        .scope = "Azure and a router",
        .severity = DIAG_ERROR,
        .title = "the route to an instance's BGP address leads through the tunnel to that instance",
        .symptom = "BGP comes up by accident, and packets are lost when an instance fails over",
        .remedy = "exchange the two routes",
        .source = "S1",
        .facts = { &azure_facts[AZURE_VPN_BGP_HOST_ROUTE] },
        .run = each_instance_has_its_tunnel,
    },
    {
        .id = "R062",
        .scope = "Azure and a router",
        .severity = DIAG_WARNING,
        .title = "a router's timers towards Azure are 60 and 180 s",
        .symptom = "a session that is lost by a hiccup, or later than expected",
        .remedy = "neighbor ADDRESS timers 60 180",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_HOLD] },
        .run = timers_are_azures,
    },
    {
        .id = "R063",
        .scope = "Azure and a router",
        .severity = DIAG_ERROR,
        .title = "BFD is off towards an Azure VPN gateway",
        .symptom = "BFD never comes up, and takes the session down with it",
        .remedy = "remove BFD from the neighbor",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_BFD] },
        .run = bfd_is_off,
    },
    {
        .id = "R064",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "no more prefixes are announced to a gateway than it takes",
        .symptom = "the session is dropped",
        .remedy = "announce supernets",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_PREFIXES_MAX] },
        .run = prefixes_fit,
    },
    {
        .id = "R065",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "no peer announces a prefix of the VNet or a part of one",
        .symptom = "the route is dropped without a word",
        .remedy = "announce a supernet",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_VNET_PREFIX_FILTERED] },
        .run = nothing_is_filtered,
    },
    {
        .id = "R066",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "a default route that a peer announces is meant",
        .symptom =
            "all that leaves the VNet goes to the peer, and VMs lose the Internet's direct way",
        .remedy =
            "keep it for forced tunnelling, with user routes for what is exempt; else filter it",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_DEFAULT_ACCEPTED] },
        .run = default_is_meant,
    },
    {
        .id = "R067",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "nobody counts on a default route that the gateway would have to pass on",
        .symptom = "other branches have no default route",
        .remedy = "announce the default to each branch by another way",
        .source = "VPNFAQ, ARSTS",
        .facts = { &azure_facts[AZURE_VPN_BGP_DEFAULT_ANNOUNCED] },
        .run = default_is_not_passed_on,
    },
    { .id = NULL },
};
