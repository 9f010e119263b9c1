/* What requirements ask of the ways between two places: how much they carry, how soon it is noticed
 * that one of them is lost. */
#include <string.h>

#include "check/check.h"
#include "check/learn.h"
#include "check/rules/rules.h"
#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"
#include "cloud/gcp/facts.h"
#include "topo/kinds.h"

typedef void pair_fn(struct check *c, const struct check_rule *rule, const struct topo_pair *pair,
                     const struct topo_object *network, const void *context);

/* Calls `visit` for the networks that the two places of each pair with a bandwidth are in. */
static void each_network(struct check *c, const struct check_rule *rule, pair_fn *visit,
                         const void *context)
{
    for (uint32_t i = 0; i < c->topo->requirements.connect.count; i++) {
        const struct topo_pair *p = &c->topo->requirements.connect.items[i];
        const struct topo_object *networks[] = { look_network_of(p->from.object),
                                                 look_network_of(p->to.object) };
        for (int k = 0; k < 2 && p->bandwidth_mbps > 0; k++)
            visit(c, rule, p, networks[k], context);
    }
}

/* ---- AWS ------------------------------------------------------------------------------------- */

/* Where a virtual private gateway uses one tunnel of several. */
static void one_tunnel_of(struct check *c, const struct check_rule *rule, const struct topo_pair *p,
                          const struct topo_object *network, const void *context)
{
    const struct topo_aws *a = &c->topo->aws;
    int64_t one = cloud_number(c->limits, &aws_facts[AWS_VPN_MBPS]);
    (void)context;
    for (uint32_t k = 0; p->bandwidth_mbps > one && k < a->vpn_gateways.count; k++) {
        const struct aws_vpn_gateway *g = &a->vpn_gateways.items[k];
        if (g->vpc && &g->vpc->o == network)
            check_report(c, rule, &p->o, "bandwidth_mbps",
                         "%u Mbit/s are wanted, and %s sends through one tunnel: %lld",
                         p->bandwidth_mbps, g->o.name, (long long)one);
    }
}

static void vgw_uses_one_tunnel(struct check *c, const struct check_rule *rule)
{
    each_network(c, rule, one_tunnel_of, NULL);
}

/* ---- Azure, Google Cloud, links -------------------------------------------------------------- */

/* The widest way out of a network: any of them may be the one. */
struct way {
    const struct topo_object *object; /* NULL: there is none */
    const char *kind;                 /* its SKU, or "circuit" */
    uint32_t mbps;
};

static void widen(struct way *w, const struct topo_object *o, const char *kind, uint32_t mbps)
{
    if (!w->object || mbps > w->mbps)
        *w = (struct way){ o, kind, mbps };
}

/* What nobody states is wide enough. */
static struct way way_of_vnet(struct check *c, struct learn *l, const struct azure_vnet *hub)
{
    const struct azure_vnet_gateway *vpn = look_gateway(c, hub, AZURE_GATEWAY_VPN);
    const struct azure_vnet_gateway *er = look_gateway(c, hub, AZURE_GATEWAY_EXPRESS_ROUTE);
    const struct azure_vpn_sku *sku =
        vpn && vpn->sku ? azure_vpn_sku_find(vpn->sku, vpn->generation) : NULL;
    const struct azure_connection *v = NULL;
    struct way w = { 0 };
    if (vpn)
        widen(&w, &vpn->o, sku ? sku->name : "", sku ? sku->aggregate_mbps : UINT32_MAX);
    while (er && (v = learn_next_connection(l, c, er, v))) {
        const struct azure_circuit *k = v->express_route_circuit;
        widen(&w, &k->o, "circuit", k->bandwidth_in_mbps ? k->bandwidth_in_mbps : UINT32_MAX);
    }
    return w;
}

static void azure_carries(struct check *c, const struct check_rule *rule, const struct topo_pair *p,
                          const struct topo_object *network, const void *context)
{
    struct learn *l = learn_get(c);
    (void)context;
    if (!l || !network || network->kind != &azure_vnet_kind)
        return;
    const struct azure_vnet *hub = learn_hub(l, c, (const struct azure_vnet *)network);
    struct way w = hub ? way_of_vnet(c, l, hub) : (struct way){ 0 };
    if (w.object && w.mbps < p->bandwidth_mbps)
        check_report(c, rule, &p->o, "bandwidth_mbps", "%s (%s) carries %u Mbit/s, %u are wanted",
                     w.object->name, w.kind, w.mbps, p->bandwidth_mbps);
}

/* Google Cloud's tunnels share the traffic: of each network all together, by its index. */
static const uint64_t *google_sums(struct check *c)
{
    uint64_t *mbps = arena_alloc(c->arena, (c->topo->gcp.networks.count + 1) * sizeof(*mbps));
    for (uint32_t i = 0; mbps && i < c->net->ends.count; i++) {
        const struct net_tunnel_end *e = &c->net->ends.items[i];
        const struct gcp_vpn_tunnel *t = (const struct gcp_vpn_tunnel *)e->object;
        if (e->object->kind == &gcp_vpn_tunnel_kind && t->vpn_gateway && t->vpn_gateway->network &&
            look_tunnel(c, e)->fault == NET_FINE)
            mbps[t->vpn_gateway->network->o.index] += e->bandwidth_mbps;
    }
    return mbps;
}

static void google_carries(struct check *c, const struct check_rule *rule,
                           const struct topo_pair *p, const struct topo_object *network,
                           const void *context)
{
    const uint64_t *sums = context;
    if (!network || network->kind != &gcp_network_kind)
        return;
    uint64_t mbps = sums[network->index];
    if (mbps > 0 && mbps < p->bandwidth_mbps)
        check_report(c, rule, &p->o, "bandwidth_mbps",
                     "the tunnels of %s carry %llu Mbit/s, %u are wanted", network->name,
                     (unsigned long long)mbps, p->bandwidth_mbps);
}

/* A site's links to circuits; what has to be encrypted may go another way. */
static void links_carry(struct check *c, const struct check_rule *rule, const struct topo_pair *p,
                        const struct topo_object *network, const void *context)
{
    struct learn *l = learn_get(c);
    const struct learn_end *e = NULL;
    struct way w = { 0 };
    (void)context;
    if (!l || !network || network->kind != &site_kind || p->encrypted)
        return;
    while ((e = learn_next_end(l, network, e)))
        if (e->link)
            widen(&w, &e->link->o, "",
                  e->link->bandwidth_mbps ? e->link->bandwidth_mbps : UINT32_MAX);
    if (w.object && w.mbps < p->bandwidth_mbps)
        check_report(c, rule, &p->o, "bandwidth_mbps", "link %s carries %u Mbit/s, %u are wanted",
                     w.object->name, w.mbps, p->bandwidth_mbps);
}

static void ways_are_wide_enough(struct check *c, const struct check_rule *rule)
{
    const uint64_t *sums = google_sums(c);
    each_network(c, rule, azure_carries, NULL);
    each_network(c, rule, links_carry, NULL);
    if (sums)
        each_network(c, rule, google_carries, sums);
}

/* ---- convergence ----------------------------------------------------------------------------- */

/* How a node notices that the other side of a session is gone. */
struct detector {
    uint32_t hold_s; /* 0: it never does */
    uint32_t bfd_s;  /* 0: it has no BFD for it */
    const struct check_device *device;
    const struct config_neighbor *neighbor; /* of the device, or NULL */
};

/* 300 ms three times is what Azure's edge and routers do, rounded up. */
enum { BFD_S = 1 };

static const struct gcp_router_peer *google_peer(const struct topo_object *router,
                                                 const struct ip_addr *peer)
{
    const struct gcp_router *r = (const struct gcp_router *)router;
    for (uint32_t i = 0; router->kind == &gcp_router_kind && i < r->peers.count; i++)
        if (ip_eq(&r->peers.items[i].peer_ip_address, peer))
            return &r->peers.items[i];
    return NULL;
}

static uint32_t google_bfd_s(const struct check *c)
{
    struct cloud_span each = cloud_range(c->limits, &gcp_facts[GCP_ROUTER_BFD_INTERVAL]);
    struct cloud_span times = cloud_range(c->limits, &gcp_facts[GCP_ROUTER_BFD_MULTIPLIER]);
    return (uint32_t)(each.first * times.first / 1000);
}

static struct detector detector_of(const struct check *c, uint32_t node, const struct ip_addr *peer)
{
    const struct net_node *n = &c->net->nodes.items[node];
    struct detector d = { .hold_s = n->behaviour.hold_s, .device = look_device_of(c, n->object) };
    const struct gcp_router_peer *p = n->object ? google_peer(n->object, peer) : NULL;
    if (d.device && (d.neighbor = look_neighbor(c, d.device, peer)) != NULL) {
        d.hold_s = d.neighbor->hold_s != UINT16_MAX ? d.neighbor->hold_s
                                                    : d.device->config->bgp.hold_s;
        d.bfd_s = d.neighbor->bfd == TRI_YES ? BFD_S : 0;
    } else if (n->kind == NET_EDGE && cloud_is_so(c->limits, &azure_facts[AZURE_ER_BFD]))
        d.bfd_s = BFD_S;
    else if (p && p->bfd != GCP_BFD_DISABLED)
        d.bfd_s = google_bfd_s(c);
    return d;
}

/* Both sides take the lower hold time, and BFD needs both of them. 0: never. */
static uint32_t session_s(const struct detector *a, const struct detector *b)
{
    uint32_t hold = MIN(a->hold_s, b->hold_s);
    uint32_t bfd = a->bfd_s && b->bfd_s ? MAX(a->bfd_s, b->bfd_s) : 0;
    return bfd && (!hold || bfd < hold) ? bfd : hold;
}

static void tunnel_is_noticed(struct check *c, const struct check_rule *rule,
                              const struct net_tunnel *t, uint32_t wanted)
{
    const struct net_tunnel_end *e[] = { &c->net->ends.items[t->end[0]],
                                         &c->net->ends.items[t->end[1]] };
    bool speaks = e[0]->bgp.family != IP_NONE && e[1]->bgp.family != IP_NONE;
    for (int side = 0; side < 2; side++) {
        uint32_t s = e[side]->dpd_s;
        if (speaks) {
            struct detector d = detector_of(c, e[side]->speaker, &e[side]->peer_bgp);
            struct detector other = detector_of(c, e[1 - side]->speaker, &e[1 - side]->peer_bgp);
            uint32_t bgp = session_s(&d, &other);
            s = s && (!bgp || s < bgp) ? s : bgp;
        }
        if (s > wanted)
            check_report(c, rule, e[side]->object, NULL,
                         "%s notices after %u s that its peer is gone, %u s are wanted",
                         look_node(c, e[side])->name, s, wanted);
    }
}

/* A circuit's link, a Route Server: within one AS a loss is found by other protocols. */
static void session_is_noticed(struct check *c, const struct check_rule *rule,
                               const struct net_session *s, uint32_t wanted)
{
    const struct net_node *n[] = { &c->net->nodes.items[s->node[0]],
                                   &c->net->nodes.items[s->node[1]] };
    struct detector a = detector_of(c, s->node[0], &s->addr[1]);
    struct detector b = detector_of(c, s->node[1], &s->addr[0]);
    const struct detector *d = a.neighbor ? &a : &b;
    uint32_t seconds = session_s(&a, &b);
    static const char format[] = "%s and %s notice after %u s that the other one is gone, %u s are "
                                 "wanted";
    if (seconds > wanted && d->neighbor)
        check_report_line(c, rule, d->device, d->neighbor->at.line, format, n[0]->name, n[1]->name,
                          seconds, wanted);
}

static void losses_are_noticed_in_time(struct check *c, const struct check_rule *rule)
{
    uint32_t wanted = c->topo->requirements.convergence_seconds;
    for (uint32_t i = 0; wanted && i < c->net->tunnels.count; i++)
        if (c->net->tunnels.items[i].fault == NET_FINE)
            tunnel_is_noticed(c, rule, &c->net->tunnels.items[i], wanted);
    for (uint32_t i = 0; wanted && i < c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i];
        if (s->tunnel == NET_NONE && s->fault == NET_SESSION_FINE && s->asn[0] != s->asn[1])
            session_is_noticed(c, rule, s, wanted);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_needs[] = {
    {
        .id = "R010",
        .scope = "AWS virtual private gateway",
        .severity = DIAG_WARNING,
        .title = "nobody counts on several tunnels of a virtual private gateway at a time",
        .symptom = "half of the expected bandwidth from AWS, and flows that come back another way",
        .remedy = "a transit gateway with ECMP, or less bandwidth",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_VGW_ECMP] },
        .run = vgw_uses_one_tunnel,
    },
    {
        .id = "R180",
        .scope = "any",
        .severity = DIAG_WARNING,
        .title = "a dead peer is noticed within the time that is required",
        .symptom = "a longer outage than promised",
        .remedy = "shorter DPD or timers where the provider lets you; else promise less",
        .source = "design",
        .run = losses_are_noticed_in_time,
    },
    {
        .id = "R181",
        .scope = "any",
        .severity = DIAG_WARNING,
        .title = "gateways, circuits, links and tunnels carry what a pair of places needs",
        .symptom = "congestion",
        .remedy = "a larger SKU or circuit, or more tunnels",
        .source = "VPNSKU",
        .run = ways_are_wide_enough,
    },
    { .id = NULL },
};
