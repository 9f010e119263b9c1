/* Changes of a network that runs: what is interrupted while they take effect. They compare the
 * topology with the one of today (`spanway check NEW --since OLD`) and are silent without it. */
#include <string.h>

#include "check/check.h"
#include "check/rules/rules.h"
#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"

/* The object of that name among `count` of `size` bytes, of which the head is the first member;
 * NULL: none. Files keep their order from one day to the next: the same place is tried first. */
static const void *same_name(const void *items, uint32_t count, size_t size,
                             const struct topo_object *o)
{
    const uint8_t *first = items;
    if (o->index < count &&
        strcmp(((const struct topo_object *)(first + o->index * size))->name, o->name) == 0)
        return first + o->index * size;
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(((const struct topo_object *)(first + i * size))->name, o->name) == 0)
            return first + i * size;
    return NULL;
}
#define SAME(list, object)                                                                         \
    same_name((list).items, (list).count, sizeof(*(list).items), &(object)->o)

/* References are into two topologies: they are the same when their names are. */
static bool same_object(const struct topo_object *a, const struct topo_object *b)
{
    return (a == NULL) == (b == NULL) && (!a || strcmp(a->name, b->name) == 0);
}
#define SAME_REF(a, b) same_object((a) ? &(a)->o : NULL, (b) ? &(b)->o : NULL)

/* ---- Azure ----------------------------------------------------------------------------------- */

static bool has_prefix(const topo_prefixes_t *list, const struct prefix *p)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (prefix_eq(&list->items[i], p))
            return true;
    return false;
}

static bool same_prefixes(const topo_prefixes_t *a, const topo_prefixes_t *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; i < a->count && same; i++)
        same = has_prefix(b, &a->items[i]);
    return same;
}

/* The VPN gateway with BGP that a network had. */
static const struct azure_vnet_gateway *bgp_gateway(const struct topo_azure *a,
                                                    const struct azure_vnet *v)
{
    for (uint32_t i = 0; i < a->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &a->virtual_network_gateways.items[i];
        if (g->virtual_network == v && g->type == AZURE_GATEWAY_VPN && g->enable_bgp)
            return g;
    }
    return NULL;
}

static void prefixes_of_a_network(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *now = &c->topo->azure;
    for (uint32_t i = 0; c->before && i < now->virtual_networks.count; i++) {
        const struct azure_vnet *v = &now->virtual_networks.items[i];
        const struct azure_vnet *old = SAME(c->before->azure.virtual_networks, v);
        const struct azure_vnet_gateway *g = old ? bgp_gateway(&c->before->azure, old) : NULL;
        if (g && !same_prefixes(&v->address_space, &old->address_space))
            check_report(c, rule, &v->o, "address_space",
                         "the address space of %s changes: %s may lose its BGP sessions for a "
                         "moment",
                         v->o.name, g->o.name);
    }
}

static bool same_addresses(const topo_addrs_t *a, const topo_addrs_t *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; i < a->count && same; i++)
        same = ip_eq(&a->items[i], &b->items[i]);
    return same;
}

static bool same_bgp(const struct azure_bgp_settings *a, const struct azure_bgp_settings *b)
{
    bool same = a->asn == b->asn && a->peering_addresses.count == b->peering_addresses.count;
    for (uint32_t i = 0; i < a->peering_addresses.count && same; i++)
        same = same_addresses(&a->peering_addresses.items[i].apipa_addresses,
                              &b->peering_addresses.items[i].apipa_addresses);
    return same;
}

static bool same_public_addresses(const struct azure_vnet_gateway *a,
                                  const struct azure_vnet_gateway *b)
{
    bool same = a->ip_configurations.count == b->ip_configurations.count;
    for (uint32_t i = 0; i < a->ip_configurations.count && same; i++)
        same = SAME_REF(a->ip_configurations.items[i].public_ip_address,
                        b->ip_configurations.items[i].public_ip_address);
    return same;
}

/* What of a gateway changes that all its connections feel; NULL: nothing. */
static const char *touched(const struct azure_vnet_gateway *g, const struct azure_vnet_gateway *old)
{
    if (g->active_active != old->active_active)
        return "active_active";
    if (g->enable_bgp != old->enable_bgp)
        return "enable_bgp";
    if (!same_public_addresses(g, old))
        return "ip_configurations";
    return same_bgp(&g->bgp_settings, &old->bgp_settings) ? NULL : "bgp_settings";
}

static void settings_of_a_gateway(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *now = &c->topo->azure;
    for (uint32_t i = 0; c->before && i < now->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &now->virtual_network_gateways.items[i];
        const struct azure_vnet_gateway *old = SAME(c->before->azure.virtual_network_gateways, g);
        const char *key = old && old->type == AZURE_GATEWAY_VPN ? touched(g, old) : NULL;
        if (key)
            check_report(c, rule, &g->o, key,
                         "%s of %s changes: all its connections may be interrupted", key,
                         g->o.name);
    }
}

/* ---- AWS ------------------------------------------------------------------------------------- */

static void numbers_of_vgws(struct check *c, const struct check_rule *rule)
{
    const struct topo_aws *now = &c->topo->aws;
    for (uint32_t i = 0; i < now->vpn_gateways.count; i++) {
        const struct aws_vpn_gateway *g = &now->vpn_gateways.items[i];
        const struct aws_vpn_gateway *old = c->before ? SAME(c->before->aws.vpn_gateways, g) : NULL;
        if (old && old->amazon_side_asn != g->amazon_side_asn)
            check_report(c, rule, &g->o, "amazon_side_asn",
                         "the AS number of %s changes, for which it has to be made anew",
                         g->o.name);
        for (uint32_t k = 0; k < i && g->vpc; k++)
            if (now->vpn_gateways.items[k].vpc == g->vpc)
                check_report(c, rule, &g->o, "vpc", "%s has the virtual private gateway %s already",
                             g->vpc->o.name, now->vpn_gateways.items[k].o.name);
    }
}

static bool same_texts(const topo_texts_t *a, const topo_texts_t *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; i < a->count && same; i++)
        same = strcmp(a->items[i], b->items[i]) == 0;
    return same;
}

static bool same_numbers(const topo_u32s_t *a, const topo_u32s_t *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof(*a->items)) == 0);
}

static bool same_key(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (!a || strcmp(a, b) == 0);
}

static bool same_tunnel(const struct aws_tunnel *a, const struct aws_tunnel *b)
{
    return prefix_eq(&a->inside_cidr, &b->inside_cidr) &&
           same_key(a->preshared_key, b->preshared_key) &&
           same_texts(&a->ike_versions, &b->ike_versions) &&
           same_texts(&a->phase1_encryption_algorithms, &b->phase1_encryption_algorithms) &&
           same_texts(&a->phase1_integrity_algorithms, &b->phase1_integrity_algorithms) &&
           same_numbers(&a->phase1_dh_group_numbers, &b->phase1_dh_group_numbers) &&
           same_texts(&a->phase2_encryption_algorithms, &b->phase2_encryption_algorithms) &&
           same_texts(&a->phase2_integrity_algorithms, &b->phase2_integrity_algorithms) &&
           same_numbers(&a->phase2_dh_group_numbers, &b->phase2_dh_group_numbers) &&
           a->phase1_lifetime_seconds == b->phase1_lifetime_seconds &&
           a->phase2_lifetime_seconds == b->phase2_lifetime_seconds &&
           a->dpd_timeout_seconds == b->dpd_timeout_seconds &&
           a->dpd_timeout_action == b->dpd_timeout_action && a->startup_action == b->startup_action;
}

static void change_of_connection(struct check *c, const struct check_rule *rule,
                                 const struct aws_vpn_connection *v,
                                 const struct aws_vpn_connection *old)
{
    if (!SAME_REF(v->customer_gateway, old->customer_gateway) ||
        !SAME_REF(v->vpn_gateway, old->vpn_gateway) ||
        !SAME_REF(v->transit_gateway, old->transit_gateway)) {
        check_report(c, rule, &v->o, NULL, "%s gets another gateway: both its tunnels go down",
                     v->o.name);
        return;
    }
    for (uint32_t i = 0; i < v->tunnels.count && i < old->tunnels.count; i++)
        if (!same_tunnel(&v->tunnels.items[i], &old->tunnels.items[i]))
            check_report(c, rule, &v->tunnels.items[i].o, NULL,
                         "tunnel %u of %s gets other options, and goes down for it", i + 1,
                         v->o.name);
}

static void options_of_connections(struct check *c, const struct check_rule *rule)
{
    const struct topo_aws *now = &c->topo->aws;
    for (uint32_t i = 0; c->before && i < now->vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &now->vpn_connections.items[i];
        const struct aws_vpn_connection *old = SAME(c->before->aws.vpn_connections, v);
        if (old)
            change_of_connection(c, rule, v, old);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_change[] = {
    {
        .id = "R018",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "the address space of a network with a BGP gateway stays as it is",
        .symptom = "a short loss of all routes of the gateway",
        .remedy = "plan a window; another site carries the traffic meanwhile",
        .source = "S4",
        .facts = { &azure_facts[AZURE_VPN_BGP_VNET_CHANGE_RESETS] },
        .of_change = true,
        .run = prefixes_of_a_network,
    },
    {
        .id = "R041",
        .scope = "Azure",
        .severity = DIAG_WARNING,
        .title = "a gateway with connections keeps its mode, AS number, BGP and addresses",
        .symptom = "an outage of other sites on the gateway",
        .remedy = "a maintenance window",
        .source = "S5",
        .facts = { &azure_facts[AZURE_VPN_BGP_EDIT_DISTURBS] },
        .of_change = true,
        .run = settings_of_a_gateway,
    },
    {
        .id = "R042",
        .scope = "AWS",
        .severity = DIAG_WARNING,
        .title = "a VPC has one virtual private gateway, which keeps its AS number",
        .symptom = "the gateway has to be detached and made anew: an outage",
        .remedy = "choose the AS number when the gateway is made",
        .source = "S5, S2SVPN",
        .facts = { &aws_facts[AWS_VGW_PER_VPC], &aws_facts[AWS_AS_VGW_FIXED] },
        .of_change = true,
        .run = numbers_of_vgws,
    },
    {
        .id = "R135",
        .scope = "AWS",
        .severity = DIAG_WARNING,
        .title = "connections and tunnel options stay as they are",
        .symptom = "a new gateway takes both tunnels down, new options the tunnel that has them",
        .remedy = "one tunnel at a time, in a window",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_VPN_MODIFY_CONNECTION], &aws_facts[AWS_VPN_MODIFY_TUNNEL] },
        .of_change = true,
        .run = options_of_connections,
    },
    { .id = NULL },
};
