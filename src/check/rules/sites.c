/* A gateway of Azure and the sites and clouds that it leads to: which of its addresses each of them
 * knows, and whether they stand in each other's way. */
#include <string.h>

#include "check/rules/azure.h"
#include "check/rules/rules.h"
#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "net/map.h"
#include "topo/kinds.h"

struct pair_key {
    const void *gateway, *site;
};

/* ---- one connection, one customer address ---------------------------------------------------- */

/* What leads from a network of AWS's, or by Doors from one of SORACOM's, to one gateway of Azure.
 */
struct feed {
    const struct topo_object *connection; /* the first one */
    const struct azure_connection *azure;
    uint32_t customers; /* instances that are a customer gateway, as bits */
};

static void take_feed(const struct check *c, const struct azure_connection *v,
                      const struct topo_object *o, struct feed *feed)
{
    const struct net_tunnel_end *e = NULL;
    feed->connection = feed->connection ? feed->connection : o;
    feed->azure = feed->azure ? feed->azure : v;
    while ((e = look_next_end(c, &v->o, e)))
        if (look_peer(c, e))
            feed->customers |= 1u << (look_node(c, e)->instance & 1);
}

typedef void feed_fn(struct check *c, const struct check_rule *rule, const struct feed *feed);

/* Calls `visit` for each gateway and network beyond that know each other by one instance alone. */
static void each_feed(struct check *c, const struct check_rule *rule, feed_fn *visit)
{
    const struct topo_azure *a = &c->topo->azure;
    struct feed *feeds = arena_alloc(c->arena, (a->connections.count + 1) * sizeof(*feeds));
    struct net_map first; /* (gateway, site) -> the first connection */
    net_map_init(&first, c->arena);
    for (uint32_t i = 0; feeds && i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        const struct azure_local_gateway *l = v->local_network_gateway;
        const struct aws_tunnel *t;
        const struct topo_object *o = l ? azure_aws_at(c, &l->gateway_address.addr, &t) : NULL;
        const struct pair_key key = { v->virtual_network_gateway, azure_peer_site(c, v) };
        if (!o || !v->virtual_network_gateway || !v->virtual_network_gateway->active_active)
            continue;
        uint32_t *at = net_map_make(&first, &key, sizeof(key));
        if (!at)
            return;
        *at = *at == NET_NONE ? i : *at;
        take_feed(c, v, o, &feeds[*at]);
    }
    for (uint32_t i = 0; feeds && i < a->connections.count; i++)
        if (feeds[i].customers == 1 || feeds[i].customers == 2)
            visit(c, rule, &feeds[i]);
}

static void report_feed(struct check *c, const struct check_rule *rule, const struct feed *f)
{
    const struct azure_vnet_gateway *g = f->azure->virtual_network_gateway;
    const struct topo_object *objects[] = { f->connection, &g->o, NULL };
    check_report_at(c, rule, objects, NULL,
                    "%s is active-active, and all that leads to it from %s knows the address of "
                    "instance %u alone",
                    g->o.name, azure_peer_site(c, f->azure), f->customers - 1);
}

static bool is_door(const struct topo_object *o)
{
    return o->kind == &soracom_door_kind;
}

static void aws_feed_of(struct check *c, const struct check_rule *rule, const struct feed *f)
{
    if (f->azure->enable_bgp && !is_door(f->connection))
        report_feed(c, rule, f);
}

static void aws_serves_both_addresses(struct check *c, const struct check_rule *rule)
{
    each_feed(c, rule, aws_feed_of);
}

static void door_feed_of(struct check *c, const struct check_rule *rule, const struct feed *f)
{
    if (f->azure->enable_bgp && is_door(f->connection))
        report_feed(c, rule, f);
}

static void doors_serve_both_addresses(struct check *c, const struct check_rule *rule)
{
    each_feed(c, rule, door_feed_of);
}

static void static_feed_of(struct check *c, const struct check_rule *rule, const struct feed *f)
{
    if (!f->azure->enable_bgp)
        report_feed(c, rule, f);
}

static void static_routing_is_no_redundancy(struct check *c, const struct check_rule *rule)
{
    each_feed(c, rule, static_feed_of);
}

/* ---- several connections of a gateway -------------------------------------------------------- */

struct peer_key {
    const void *gateway;
    uint64_t address;
};

static void peers_are_unique(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct net_map outside, inside; /* (gateway, address) -> the first connection */
    net_map_init(&outside, c->arena);
    net_map_init(&inside, c->arena);
    for (uint32_t i = 0; i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        const struct azure_local_gateway *l = v->local_network_gateway;
        if (!l || !v->virtual_network_gateway)
            continue;
        const struct peer_key out = { v->virtual_network_gateway,
                                      ip_to_u32(&l->gateway_address.addr) };
        const struct peer_key in = { v->virtual_network_gateway,
                                     ip_to_u32(&l->bgp_peering_address) };
        uint32_t *at = net_map_make(&outside, &out, sizeof(out));
        if (at && *at != NET_NONE)
            check_report(c, rule, &l->o, "gateway_address",
                         "%s leads to the same address as connection %s", v->o.name,
                         a->connections.items[*at].o.name);
        else if (at)
            *at = i;
        at = l->asn && l->bgp_peering_address.family != IP_NONE
                 ? net_map_make(&inside, &in, sizeof(in))
                 : NULL;
        if (at && *at != NET_NONE)
            check_report(c, rule, &l->o, "bgp_peering_address",
                         "%s has the same BGP peer address as connection %s", v->o.name,
                         a->connections.items[*at].o.name);
        else if (at)
            *at = i;
    }
}

static void bgp_to_one_site_is_on_for_all(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct net_map seen; /* (gateway, site) -> the first connection */
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        const struct pair_key key = { v->virtual_network_gateway, azure_peer_site(c, v) };
        uint32_t *at = key.site ? net_map_make(&seen, &key, sizeof(key)) : NULL;
        if (!at)
            continue;
        *at = *at == NET_NONE ? i : *at;
        const struct azure_connection *first = &a->connections.items[*at];
        if (first->enable_bgp != v->enable_bgp)
            check_report(c, rule, &v->o, "enable_bgp",
                         "%s and %s lead to the same site, and BGP is on for one of them alone",
                         first->o.name, v->o.name);
    }
}

/* ---- overlaps -------------------------------------------------------------------------------- */

static void report_overlap(struct check *c, const struct check_rule *rule,
                           const struct azure_vnet *v, const struct prefix *p,
                           const struct topo_object *whose, const char *key)
{
    char text[PREFIX_TEXT_MAX];
    struct text t = text_init(text, sizeof(text));
    text_prefix(&t, p);
    check_report(c, rule, whose, key, "%s lies inside of %s", text, v->o.name);
}

/* A site may be wider than the network, not inside of it. */
static void site_overlap_of(struct check *c, const struct check_rule *rule,
                            const struct azure_connection *v)
{
    const struct azure_vnet *vnet = v->virtual_network_gateway->virtual_network;
    const struct azure_local_gateway *l = v->local_network_gateway;
    if (!vnet || v->virtual_network_gateway->nat_rules.count > 0)
        return;
    for (uint32_t i = 0; i < l->address_space.count; i++)
        if (look_vnet_has_prefix(vnet, &l->address_space.items[i]))
            report_overlap(c, rule, vnet, &l->address_space.items[i], &l->o, "address_space");
}

struct sites_context {
    struct check *c;
    const struct check_rule *rule;
    const struct azure_vnet_gateway *gateway;
};

/* The place that a local network gateway stands for; NULL: it is not in this topology. */
static const char *site_of(const struct check *c, const struct topo_object *o)
{
    const struct azure_local_gateway *l = (const struct azure_local_gateway *)o;
    const struct net_tunnel_end *e = look_outside(c, &l->gateway_address.addr);
    return e ? look_node(c, e)->site : NULL;
}

/* Two devices of one site, as the two tunnels of a Door, lead to the same prefixes. */
static void sites_overlap(void *context, const struct look_space *wide,
                          const struct look_space *narrow)
{
    const struct sites_context *x = context;
    const char *site = site_of(x->c, wide->object);
    char text[PREFIX_TEXT_MAX], other[PREFIX_TEXT_MAX];
    if (wide->object == narrow->object || (site && site == site_of(x->c, narrow->object)))
        return;
    const struct topo_object *objects[] = { narrow->object, wide->object, &x->gateway->o, NULL };
    check_report_at(x->c, x->rule, objects, narrow->at,
                    "%s has two ways to %s: it is also part of %s of %s", x->gateway->o.name,
                    look_prefix_text(&narrow->prefix, text), look_prefix_text(&wide->prefix, other),
                    wide->object->name);
    if (wide->prefix.len != narrow->prefix.len) /* a hub that leads to the rest may be meant */
        check_last_is(x->c, DIAG_WARNING);
}

/* Of a gateway: the prefixes written at the local network gateways it leads to. `at` is the first
 * of its connections, `next` of each the one that follows. */
static void overlaps_of_gateway(const struct sites_context *x, struct look_space *spaces,
                                uint32_t at, const uint32_t *next)
{
    uint32_t n = 0;
    for (; at != NET_NONE; at = next[at]) {
        const struct azure_local_gateway *l =
            x->c->topo->azure.connections.items[at].local_network_gateway;
        for (uint32_t k = 0; k < l->address_space.count; k++)
            spaces[n++] = (struct look_space){ .prefix = l->address_space.items[k],
                                               .object = &l->o,
                                               .at = lang_get(l->o.node, "address_space") };
    }
    look_overlaps(spaces, n, sites_overlap, (void *)x);
}

static void sites_do_not_overlap(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    uint32_t gateways = a->virtual_network_gateways.count, n = a->connections.count, spaces = 0;
    uint32_t *first = arena_alloc(c->arena, (gateways + 1) * sizeof(*first));
    uint32_t *next = arena_alloc(c->arena, (n + 1) * sizeof(*next));
    for (uint32_t i = 0; first && i < gateways; i++)
        first[i] = NET_NONE;
    for (uint32_t i = n; first && next && i-- > 0;) {
        const struct azure_connection *v = &a->connections.items[i];
        if (!v->virtual_network_gateway || !v->local_network_gateway)
            continue;
        next[i] = first[v->virtual_network_gateway->o.index];
        first[v->virtual_network_gateway->o.index] = i;
        spaces += v->local_network_gateway->address_space.count;
    }
    struct look_space *s = arena_alloc(c->arena, (spaces + 1) * sizeof(*s));
    for (uint32_t i = 0; first && next && s && i < gateways; i++) {
        const struct sites_context x = { c, rule, &a->virtual_network_gateways.items[i] };
        if (x.gateway->nat_rules.count == 0)
            overlaps_of_gateway(&x, s, first[i], next);
    }
}

static void spaces_do_not_overlap(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    azure_each_connection(c, rule, site_overlap_of);
    sites_do_not_overlap(c, rule);
    for (uint32_t i = 0; i < a->virtual_network_peerings.count; i++) {
        const struct azure_peering *p = &a->virtual_network_peerings.items[i];
        for (uint32_t k = 0; p->virtual_network && p->remote_virtual_network &&
                             k < p->remote_virtual_network->address_space.count;
             k++)
            if (look_vnet_has_prefix(p->virtual_network,
                                     &p->remote_virtual_network->address_space.items[k]))
                report_overlap(c, rule, p->virtual_network,
                               &p->remote_virtual_network->address_space.items[k],
                               &p->remote_virtual_network->o, "address_space");
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_sites[] = {
    {
        .id = "R001",
        .scope = "Azure and AWS",
        .severity = DIAG_ERROR,
        .title =
            "each public address of an active-active gateway is the customer gateway of an AWS "
            "connection of its own",
        .symptom = "tunnels come up to one of Azure's two addresses only",
        .remedy = "two customer gateways and two VPN connections, one for each of Azure's public "
                  "addresses",
        .source = "S5, S4",
        .facts = { &aws_facts[AWS_VPN_CUSTOMER_GATEWAYS] },
        .run = aws_serves_both_addresses,
    },
    {
        .id = "R002",
        .scope = "Azure and SORACOM",
        .severity = DIAG_ERROR,
        .title = "each public address of an active-active gateway has a Door of its own",
        .symptom = "the second instance stays without a tunnel",
        .remedy = "apply for two VPN connections and give the inside addresses",
        .source = "S5",
        .facts = { &aws_facts[AWS_VPN_CUSTOMER_GATEWAYS] },
        .run = doors_serve_both_addresses,
    },
    {
        .id = "R040",
        .scope = "Azure and AWS, SORACOM",
        .severity = DIAG_WARNING,
        .title = "static routing to an active-active gateway is not taken for redundancy",
        .symptom = "an interruption at fail-over in spite of two tunnels: AWS uses the primary "
                   "address alone",
        .remedy = "two connections with BGP, one for each public address",
        .source = "S5",
        .facts = { &aws_facts[AWS_VPN_CUSTOMER_GATEWAYS] },
        .run = static_routing_is_no_redundancy,
    },
    {
        .id = "R058",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "of several connections to one site all have BGP, or none",
        .symptom = "the second connection is refused: overlapping prefixes",
        .remedy = "switch BGP on for all of them",
        .source = "VPNFAQ, VPNHA",
        .facts = { &azure_facts[AZURE_VPN_BGP_TWO_TUNNELS] },
        .run = bgp_to_one_site_is_on_for_all,
    },
    {
        .id = "R059",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "the local network gateways of a gateway have addresses and BGP peer addresses of "
                 "their own",
        .symptom = "the second connection is refused, or dead",
        .remedy = "give each device its own addresses",
        .source = "VPNHA",
        .facts = { &azure_facts[AZURE_VPN_HA_SEVERAL_DEVICES_UNIQUE_IP],
                   &azure_facts[AZURE_VPN_HA_SEVERAL_DEVICES_UNIQUE_BGP] },
        .run = peers_are_unique,
    },
    {
        .id = "R068",
        .scope = "Azure",
        .severity = DIAG_ERROR,
        .title = "sites, virtual networks and those peered with them have addresses of their own",
        .symptom = "a black hole",
        .remedy = "renumber, or translate by NAT rules",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_VNET_PREFIX_FILTERED] },
        .run = spaces_do_not_overlap,
    },
    { .id = NULL },
};
