/* AWS Site-to-Site VPN: what is announced and learned, which networks lie behind which gateway, how
 * much the tunnels carry. */
#include <string.h>

#include "check/check.h"
#include "check/look.h"
#include "check/rules/rules.h"
#include "cloud/aws/facts.h"
#include "net/map.h"
#include "topo/kinds.h"

/* ---- how many routes ------------------------------------------------------------------------- */

/* Prefixes that are announced through an end. */
static uint32_t announced(const struct check *c, const struct net_tunnel_end *e)
{
    uint32_t n = 0;
    const struct net_origin *o = NULL;
    while ((o = look_next_announced(c, e, o)))
        n++;
    return n;
}

/* The first of a connection's ends that somebody is at; NULL: none. */
static const struct net_tunnel_end *met_end(const struct check *c, const struct topo_object *o)
{
    const struct net_tunnel_end *e = look_next_end(c, o, NULL);
    while (e && !look_peer(c, e))
        e = look_next_end(c, o, e);
    return e;
}

static void routes_fit(struct check *c, const struct check_rule *rule, bool transit,
                       enum aws_fact in, enum aws_fact out)
{
    int64_t in_max = cloud_number(c->limits, &aws_facts[in]);
    int64_t out_max = cloud_number(c->limits, &aws_facts[out]);
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &c->topo->aws.vpn_connections.items[i];
        const struct net_tunnel_end *e = met_end(c, &v->o);
        if (!e || !e->asn || v->static_routes_only || (v->transit_gateway != NULL) != transit)
            continue;
        uint32_t n_in = announced(c, look_peer(c, e)), n_out = announced(c, e);
        if (n_in > in_max)
            check_report(c, rule, &v->o, NULL, "%u prefixes are announced to AWS, which takes %lld",
                         n_in, (long long)in_max);
        if (n_out > out_max)
            check_report(c, rule, &v->o, NULL, "AWS would announce %u prefixes, its most is %lld",
                         n_out, (long long)out_max);
    }
}

/* All that a transit gateway has in its tables: its networks' prefixes, and what is learned. */
static void tables_fit(struct check *c, const struct check_rule *rule)
{
    const struct topo_aws *a = &c->topo->aws;
    int64_t max = cloud_number(c->limits, &aws_facts[AWS_TGW_ROUTES_TOTAL_MAX]);
    uint32_t *n = arena_alloc(c->arena, (a->transit_gateways.count + 1) * sizeof(*n));
    for (uint32_t i = 0; n && i < a->transit_gateway_vpc_attachments.count; i++) {
        const struct aws_tgw_attachment *t = &a->transit_gateway_vpc_attachments.items[i];
        if (t->transit_gateway && t->vpc)
            n[t->transit_gateway->o.index] += t->vpc->cidr_blocks.count;
    }
    for (uint32_t i = 0; n && i < a->vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &a->vpn_connections.items[i];
        const struct net_tunnel_end *e = v->transit_gateway ? met_end(c, &v->o) : NULL;
        if (e)
            n[v->transit_gateway->o.index] += v->static_routes_only ? v->static_routes.count
                                                                    : announced(c, look_peer(c, e));
    }
    for (uint32_t i = 0; n && i < a->transit_gateways.count; i++)
        if (n[i] > max)
            check_report(c, rule, &a->transit_gateways.items[i].o, NULL,
                         "%s would have %u routes, and takes %lld",
                         a->transit_gateways.items[i].o.name, n[i], (long long)max);
}

static void routes_fit_vgw(struct check *c, const struct check_rule *rule)
{
    routes_fit(c, rule, false, AWS_VGW_ROUTES_IN_MAX, AWS_VGW_ROUTES_OUT_MAX);
}

static void routes_fit_tgw(struct check *c, const struct check_rule *rule)
{
    routes_fit(c, rule, true, AWS_TGW_ROUTES_IN_MAX, AWS_TGW_ROUTES_OUT_MAX);
    tables_fit(c, rule);
}

/* ---- networks -------------------------------------------------------------------------------- */

/* Learned prefixes inside of a VPC that hangs on the connection's gateway. */
static void learned_inside_of(struct check *c, const struct check_rule *rule,
                              const struct aws_vpn_connection *v, const struct aws_vpc *vpc,
                              const struct prefix *p)
{
    for (uint32_t i = 0; vpc && i < vpc->cidr_blocks.count; i++) {
        if (!prefix_covers(&vpc->cidr_blocks.items[i], p))
            continue;
        char text[PREFIX_TEXT_MAX];
        struct text out = text_init(text, sizeof(text));
        text_prefix(&out, p);
        const struct topo_object *objects[] = { &vpc->o, &v->o, NULL };
        check_report_at(c, rule, objects, NULL,
                        "%s is learned through %s, but lies inside of %s, whose local route wins",
                        text, v->o.name, vpc->o.name);
    }
}

static void learned_by(struct check *c, const struct check_rule *rule,
                       const struct aws_vpn_connection *v, const struct prefix *p)
{
    const struct topo_aws *a = &c->topo->aws;
    if (v->vpn_gateway)
        learned_inside_of(c, rule, v, v->vpn_gateway->vpc, p);
    for (uint32_t t = 0; v->transit_gateway && t < a->transit_gateway_vpc_attachments.count; t++)
        if (a->transit_gateway_vpc_attachments.items[t].transit_gateway == v->transit_gateway)
            learned_inside_of(c, rule, v, a->transit_gateway_vpc_attachments.items[t].vpc, p);
}

static void local_routes_hide_nothing(struct check *c, const struct check_rule *rule)
{
    const struct topo_aws *a = &c->topo->aws;
    for (uint32_t i = 0; i < a->vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &a->vpn_connections.items[i];
        const struct net_tunnel_end *e = met_end(c, &v->o);
        const struct net_tunnel_end *peer = e && e->asn ? look_peer(c, e) : NULL;
        const struct net_origin *o = NULL;
        while (peer && !v->static_routes_only && (o = look_next_announced(c, peer, o)))
            learned_by(c, rule, v, &o->prefix);
        for (uint32_t k = 0; k < v->static_routes.count; k++)
            learned_by(c, rule, v, &v->static_routes.items[k]);
    }
}

static void static_or_bgp(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &c->topo->aws.vpn_connections.items[i];
        if (!v->static_routes_only && v->static_routes.count > 0)
            check_report(c, rule, &v->o, "static_routes",
                         "%s has static routes although it speaks BGP", v->o.name);
    }
}

static const char *site_of(const struct check *c, const struct aws_vpn_connection *v)
{
    const struct net_tunnel_end *e =
        v->customer_gateway ? look_outside(c, &v->customer_gateway->ip_address.addr) : NULL;
    return e ? look_node(c, e)->site : NULL;
}

struct number_key {
    const void *gateway;
    uint64_t as;
};

/* Two sites on one virtual private gateway, which announces each to the other. */
static void numbers_are_own(struct check *c, const struct check_rule *rule)
{
    struct net_map first; /* (gateway, AS number) -> its first connection */
    net_map_init(&first, c->arena);
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &c->topo->aws.vpn_connections.items[i];
        const char *site = site_of(c, v);
        if (!v->vpn_gateway || !v->customer_gateway || !site || v->static_routes_only)
            continue;
        const struct number_key key = { v->vpn_gateway, v->customer_gateway->bgp_asn };
        uint32_t *at = net_map_make(&first, &key, sizeof(key));
        if (!at)
            return;
        if (*at == NET_NONE)
            *at = i;
        const char *other = site_of(c, &c->topo->aws.vpn_connections.items[*at]);
        if (other && strcmp(other, site) != 0)
            check_report(c, rule, &v->customer_gateway->o, "bgp_asn",
                         "%s and %s are two sites on %s with the same AS number %u", other, site,
                         v->vpn_gateway->o.name, v->customer_gateway->bgp_asn);
    }
}

struct route_key {
    const void *gateway;
    struct prefix prefix;
};

/* A default route of several sites is meant: one of them stands in for the other. */
static void prefixes_of(struct check *c, const struct check_rule *rule,
                        const struct aws_vpn_connection *v, struct net_map *first)
{
    const struct net_tunnel_end *e = v->vpn_gateway ? met_end(c, &v->o) : NULL;
    const struct net_origin *o = NULL;
    char text[PREFIX_TEXT_MAX];
    while (e && (o = look_next_announced(c, look_peer(c, e), o))) {
        struct route_key key;
        memset(&key, 0, sizeof(key)); /* its padding is hashed too */
        key.gateway = v->vpn_gateway;
        key.prefix = o->prefix;
        uint32_t *at = o->prefix.len > 0 ? net_map_make(first, &key, sizeof(key)) : NULL;
        if (!at)
            continue;
        *at = *at == NET_NONE ? v->o.index : *at;
        const struct aws_vpn_connection *other = &c->topo->aws.vpn_connections.items[*at];
        const char *sites[] = { site_of(c, other), site_of(c, v) };
        const struct topo_object *objects[] = { &v->o, &other->o, NULL };
        if (!sites[0] || !sites[1] || strcmp(sites[0], sites[1]) == 0)
            continue;
        check_report_at(c, rule, objects, NULL, "%s and %s both announce %s to %s", sites[0],
                        sites[1], look_prefix_text(&o->prefix, text), v->vpn_gateway->o.name);
        check_last_is(c, DIAG_WARNING);
    }
}

static void sites_have_their_own(struct check *c, const struct check_rule *rule)
{
    struct net_map first; /* (gateway, prefix) -> its first connection */
    net_map_init(&first, c->arena);
    numbers_are_own(c, rule);
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++)
        prefixes_of(c, rule, &c->topo->aws.vpn_connections.items[i], &first);
}

/* ---- bandwidth ------------------------------------------------------------------------------- */

/* What the tunnels of each transit gateway carry: with ECMP all together. */
struct capacity {
    const struct aws_vpn_connection *first;
    int64_t mbps;
};

static struct capacity *capacities(struct check *c)
{
    const struct topo_aws *a = &c->topo->aws;
    struct capacity *all = arena_alloc(c->arena, (a->transit_gateways.count + 1) * sizeof(*all));
    for (uint32_t i = 0; all && i < a->vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &a->vpn_connections.items[i];
        if (!v->transit_gateway)
            continue;
        struct capacity *k = &all[v->transit_gateway->o.index];
        bool large = v->tunnel_bandwidth == AWS_BANDWIDTH_LARGE;
        int64_t one =
            cloud_number(c->limits, &aws_facts[large ? AWS_VPN_MBPS_LARGE : AWS_VPN_MBPS]);
        k->first = k->first ? k->first : v;
        k->mbps = v->transit_gateway->vpn_ecmp_support ? k->mbps + one * v->tunnels.count
                                                       : MAX(k->mbps, one);
    }
    return all;
}

/* Of a VPC on several transit gateways all together. That a virtual private gateway uses one tunnel
 * is a rule of its own. */
static int64_t capacity_mbps(const struct check *c, const struct capacity *all,
                             const struct topo_object *place,
                             const struct aws_vpn_connection **ret_first)
{
    const struct topo_aws *a = &c->topo->aws;
    int64_t sum = 0;
    *ret_first = NULL;
    for (uint32_t i = 0; i < a->transit_gateway_vpc_attachments.count; i++) {
        const struct aws_tgw_attachment *t = &a->transit_gateway_vpc_attachments.items[i];
        if (!t->transit_gateway || !t->vpc || look_network_of(place) != &t->vpc->o)
            continue;
        const struct capacity *k = &all[t->transit_gateway->o.index];
        *ret_first = *ret_first ? *ret_first : k->first;
        sum += k->mbps;
    }
    return sum;
}

static void bandwidth_fits(struct check *c, const struct check_rule *rule)
{
    const struct capacity *all = capacities(c);
    for (uint32_t i = 0; all && i < c->topo->requirements.connect.count; i++) {
        const struct topo_pair *p = &c->topo->requirements.connect.items[i];
        const struct topo_object *ends[] = { p->from.object, p->to.object };
        for (int k = 0; k < 2 && p->bandwidth_mbps > 0; k++) {
            const struct aws_vpn_connection *v;
            int64_t have = capacity_mbps(c, all, ends[k], &v);
            if (v && p->bandwidth_mbps > have)
                check_report(c, rule, &p->o, "bandwidth_mbps",
                             "%u Mbit/s are wanted, and AWS's tunnels to %s carry %lld",
                             p->bandwidth_mbps, ends[k]->name, (long long)have);
        }
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_aws_routes[] = {
    {
        .id = "R120",
        .scope = "AWS virtual private gateway",
        .severity = DIAG_ERROR,
        .title = "no more prefixes are announced to a virtual private gateway than it takes",
        .symptom = "the session is lost",
        .remedy = "announce supernets, or take a transit gateway, which takes 1,000",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_VGW_ROUTES_IN_MAX] },
        .run = routes_fit_vgw,
    },
    {
        .id = "R121",
        .scope = "AWS transit gateway",
        .severity = DIAG_ERROR,
        .title = "no more prefixes are exchanged with a transit gateway than it takes and sends",
        .symptom = "the session is lost",
        .remedy = "announce supernets",
        .source = "S2SVPN, AWSTGW",
        .facts = { &aws_facts[AWS_TGW_ROUTES_IN_MAX], &aws_facts[AWS_TGW_ROUTES_OUT_MAX] },
        .run = routes_fit_tgw,
    },
    {
        .id = "R129",
        .scope = "AWS",
        .severity = DIAG_ERROR,
        .title = "nothing that is learned lies inside of the VPC's own prefixes",
        .symptom = "a black hole: the local route of a VPC wins over longer ones",
        .remedy = "renumber one of the two networks",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_BGP_LOCAL_WINS] },
        .run = local_routes_hide_nothing,
    },
    {
        .id = "R130",
        .scope = "AWS",
        .severity = DIAG_WARNING,
        .title = "a connection has static routes or BGP, not both",
        .symptom = "the static route wins, and what BGP learns is not used",
        .remedy = "remove the static routes, or set static_routes_only",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_BGP_STATIC_WINS] },
        .run = static_or_bgp,
    },
    {
        .id = "R133",
        .scope = "AWS virtual private gateway",
        .severity = DIAG_ERROR,
        .title = "sites on one virtual private gateway have AS numbers and prefixes of their own",
        .symptom =
            "the sites refuse each other's routes: their own AS number is in the path; of equal "
            "prefixes one site is reached",
        .remedy = "give each site an AS number and prefixes of its own",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_VGW_CLOUDHUB_UNIQUE] },
        .run = sites_have_their_own,
    },
    {
        .id = "R134",
        .scope = "AWS",
        .severity = DIAG_WARNING,
        .title = "the tunnels carry what the pair of networks needs",
        .symptom = "throughput stops at 1.25 Gbit/s a tunnel (a large one: 5)",
        .remedy = "a transit gateway with ECMP over more tunnels, or tunnel_bandwidth large",
        .source = "S2SVPN, AWSBW",
        .facts = { &aws_facts[AWS_VPN_MBPS] },
        .run = bandwidth_fits,
    },
    { .id = NULL },
};
