/* AWS Site-to-Site VPN: what its tunnels ask for. SORACOM Door is made of the same tunnels, so that
 * the rules about tunnels look at both. */
#include <string.h>

#include "check/check.h"
#include "check/look.h"
#include "check/rules/rules.h"
#include "cloud/aws/facts.h"
#include "net/map.h"
#include "topo/kinds.h"

/* ---- tunnels --------------------------------------------------------------------------------- */

/* A tunnel of an AWS connection or of a Door, and whose it is. */
struct tunnel_of {
    const struct topo_object *connection;
    const struct topo_object *gateway; /* virtual private gateway, transit gateway, SORACOM's */
    const struct aws_tunnel *tunnel;
    bool is_transit;
};

typedef void tunnel_fn(struct check *c, const struct check_rule *rule, const struct tunnel_of *t,
                       void *context);

static const struct topo_object *gateway_of(const struct aws_vpn_connection *v)
{
    return v->transit_gateway ? &v->transit_gateway->o : v->vpn_gateway ? &v->vpn_gateway->o : NULL;
}

static void each_tunnel(struct check *c, const struct check_rule *rule, tunnel_fn *visit,
                        void *context)
{
    const struct topo *topo = c->topo;
    for (uint32_t i = 0; i < topo->aws.vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &topo->aws.vpn_connections.items[i];
        struct tunnel_of t = { .connection = &v->o, .gateway = gateway_of(v) };
        t.is_transit = v->transit_gateway != NULL;
        for (uint32_t k = 0; k < v->tunnels.count; k++) {
            t.tunnel = &v->tunnels.items[k];
            visit(c, rule, &t, context);
        }
    }
    for (uint32_t i = 0; i < topo->soracom.doors.count; i++) {
        const struct soracom_door *d = &topo->soracom.doors.items[i];
        struct tunnel_of t = { .connection = &d->o };
        t.gateway = d->virtual_private_gateway ? &d->virtual_private_gateway->o : NULL;
        for (uint32_t k = 0; k < d->tunnels.count; k++) {
            t.tunnel = &d->tunnels.items[k];
            visit(c, rule, &t, context);
        }
    }
}

/* The end that AWS has of a tunnel. */
static const struct net_tunnel_end *end_of(const struct check *c, const struct tunnel_of *t)
{
    const struct net_tunnel_end *e = NULL;
    while ((e = look_next_end(c, t->connection, e)))
        if (look_node(c, e)->instance == t->tunnel->o.index)
            return e;
    return NULL;
}

static const struct net_tunnel_end *peer_of(const struct check *c, const struct tunnel_of *t)
{
    const struct net_tunnel_end *e = end_of(c, t);
    return e ? look_peer(c, e) : NULL;
}

/* ---- inside addresses ------------------------------------------------------------------------ */

struct inside_key {
    const void *gateway;
    uint64_t first; /* of the prefix; all are /30 */
};

/* Reports a prefix that a tunnel before had already. */
static void inside_is_unique(struct check *c, const struct check_rule *rule,
                             const struct tunnel_of *t, struct net_map *seen)
{
    struct ip_addr first = prefix_addr(&t->tunnel->inside_cidr);
    const struct inside_key key = { t->gateway, ip_to_u32(&first) };
    uint32_t *at = net_map_make(seen, &key, sizeof(key));
    if (!at || *at == NET_NONE) {
        if (at)
            *at = 0;
        return;
    }
    check_report(c, rule, &t->tunnel->o, "inside_cidr",
                 "another tunnel of %s has the inside addresses of tunnel %u of %s already",
                 t->gateway ? t->gateway->name : "the gateway", t->tunnel->o.index + 1,
                 t->connection->name);
    if (t->is_transit)
        check_last_is(c, DIAG_WARNING);
}

static void inside_of(struct check *c, const struct check_rule *rule, const struct tunnel_of *t,
                      void *context)
{
    const struct prefix *p = &t->tunnel->inside_cidr;
    struct ip_addr first = prefix_addr(p);
    char text[PREFIX_TEXT_MAX];
    struct text out = text_init(text, sizeof(text));
    text_prefix(&out, p);
    if (p->family == IP_NONE)
        return;
    if (p->len != cloud_number(c->limits, &aws_facts[AWS_VPN_INSIDE_LENGTH]))
        check_report(c, rule, &t->tunnel->o, "inside_cidr", "%s is not a /30", text);
    else if (!cloud_has_addr(c->limits, &aws_facts[AWS_VPN_INSIDE_RANGE], &first))
        check_report(c, rule, &t->tunnel->o, "inside_cidr", "%s is outside of 169.254.0.0/16",
                     text);
    else if (cloud_has_addr(c->limits, &aws_facts[AWS_VPN_INSIDE_RESERVED], &first))
        check_report(c, rule, &t->tunnel->o, "inside_cidr", "%s is reserved by AWS", text);
    else
        inside_is_unique(c, rule, t, context);
}

static void inside_addresses_are_allowed(struct check *c, const struct check_rule *rule)
{
    struct net_map seen;
    net_map_init(&seen, c->arena);
    each_tunnel(c, rule, inside_of, &seen);
}

/* ---- both tunnels ---------------------------------------------------------------------------- */

/* One tunnel meets somebody, the other nobody: the customer has left it out. */
static void both_tunnels_of(struct check *c, const struct check_rule *rule,
                            const struct topo_object *connection)
{
    const struct net_tunnel_end *e = NULL, *alone = NULL;
    uint32_t met = 0;
    while ((e = look_next_end(c, connection, e)))
        if (look_peer(c, e))
            met++;
        else
            alone = e;
    if (met > 0 && alone)
        check_report(c, rule, connection, NULL,
                     "the customer's side has only one tunnel of %s: nobody is at tunnel %u",
                     connection->name, look_node(c, alone)->instance + 1);
}

static void both_tunnels_are_used(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++)
        both_tunnels_of(c, rule, &c->topo->aws.vpn_connections.items[i].o);
    for (uint32_t i = 0; i < c->topo->soracom.doors.count; i++)
        both_tunnels_of(c, rule, &c->topo->soracom.doors.items[i].o);
}

/* ---- who dials ------------------------------------------------------------------------------- */

static bool allows_ikev2(const struct aws_tunnel *t)
{
    for (uint32_t i = 0; i < t->ike_versions.count; i++)
        if (strcmp(t->ike_versions.items[i], "ikev2") == 0)
            return true;
    return t->ike_versions.count == 0;
}

/* That a customer gateway has an address is asked for by the format. */
static void start_of(struct check *c, const struct check_rule *rule, const struct tunnel_of *t,
                     void *context)
{
    (void)context;
    if (t->tunnel->startup_action == AWS_STARTUP_START && !allows_ikev2(t->tunnel))
        check_report(c, rule, &t->tunnel->o, "startup_action",
                     "tunnel %u of %s is to be started by AWS, but is held to IKEv1",
                     t->tunnel->o.index + 1, t->connection->name);
}

static void start_can_work(struct check *c, const struct check_rule *rule)
{
    each_tunnel(c, rule, start_of, NULL);
}

/* Azure's connection modes are a rule of their own. */
static void dials_of(struct check *c, const struct check_rule *rule, const struct tunnel_of *t,
                     void *context)
{
    (void)context;
    const struct net_tunnel_end *e = end_of(c, t);
    const struct net_tunnel_end *peer = e ? look_peer(c, e) : NULL;
    if (peer && peer->object->kind != &azure_connection_kind &&
        look_tunnel(c, e)->fault == NET_FAULT_NOBODY_DIALS)
        check_report(c, rule, &t->tunnel->o, "startup_action",
                     "AWS waits to be called (add), and %s only answers", peer->object->name);
}

static void somebody_dials(struct check *c, const struct check_rule *rule)
{
    each_tunnel(c, rule, dials_of, NULL);
}

static void clear_of(struct check *c, const struct check_rule *rule, const struct tunnel_of *t,
                     void *context)
{
    (void)context;
    const struct net_tunnel_end *peer = peer_of(c, t);
    if (peer && peer->ike == NET_RESPONDS && t->tunnel->dpd_timeout_action == AWS_DPD_CLEAR &&
        t->tunnel->startup_action == AWS_STARTUP_START)
        check_report(c, rule, &t->tunnel->o, "dpd_timeout_action",
                     "after a loss AWS forgets tunnel %u of %s, and %s never calls",
                     t->tunnel->o.index + 1, t->connection->name, peer->object->name);
}

static void lost_tunnels_come_back(struct check *c, const struct check_rule *rule)
{
    each_tunnel(c, rule, clear_of, NULL);
}

/* ---- lifetimes ------------------------------------------------------------------------------- */

static bool is_within(const struct check *c, enum aws_fact fact, uint32_t seconds)
{
    struct cloud_span s = cloud_range(c->limits, &aws_facts[fact]);
    return seconds >= s.first && seconds <= s.last;
}

static void lifetimes_of(struct check *c, const struct check_rule *rule, const struct tunnel_of *t,
                         void *context)
{
    (void)context;
    const struct aws_tunnel *a = t->tunnel;
    if (!is_within(c, AWS_IKE_LIFETIME_RANGE, a->phase1_lifetime_seconds))
        check_report(c, rule, &a->o, "phase1_lifetime_seconds",
                     "phase 1 cannot last %u s: 900 to 28800 is allowed",
                     a->phase1_lifetime_seconds);
    else if (!is_within(c, AWS_IPSEC_LIFETIME_RANGE, a->phase2_lifetime_seconds))
        check_report(c, rule, &a->o, "phase2_lifetime_seconds",
                     "phase 2 cannot last %u s: 900 to 3600 is allowed",
                     a->phase2_lifetime_seconds);
    else if (a->phase2_lifetime_seconds >= a->phase1_lifetime_seconds)
        check_report(c, rule, &a->o, "phase2_lifetime_seconds",
                     "phase 2 (%u s) has to be shorter than phase 1 (%u s)",
                     a->phase2_lifetime_seconds, a->phase1_lifetime_seconds);
}

/* How long the customer's side keeps the keys of a phase; 0: not known. */
static uint32_t lifetime_at(const struct check *c, const struct net_tunnel_end *peer, int phase)
{
    const struct config_tunnel *t = look_config_tunnel(c, peer);
    const struct azure_connection *v = (const struct azure_connection *)peer->object;
    if (t)
        return phase == 1 ? t->ike->lifetime_s : t->ipsec->limits.lifetime_s;
    return phase == 2 && v->o.kind == &azure_connection_kind && v->ipsec_policy.node
               ? v->ipsec_policy.sa_lifetime_seconds
               : 0;
}

/* A longer one is fine: then AWS renews the keys. */
static void shorter_of(struct check *c, const struct check_rule *rule, const struct tunnel_of *t,
                       void *context)
{
    const struct net_tunnel_end *peer = peer_of(c, t);
    const uint32_t ours[] = { t->tunnel->phase1_lifetime_seconds,
                              t->tunnel->phase2_lifetime_seconds };
    static const char *const keys[] = { "phase1_lifetime_seconds", "phase2_lifetime_seconds" };
    (void)context;
    for (int i = 0; peer && i < 2; i++) {
        uint32_t theirs = lifetime_at(c, peer, i + 1);
        if (theirs && theirs < ours[i])
            check_report(c, rule, &t->tunnel->o, keys[i],
                         "phase %d lasts %u s at AWS and %u s at %s, which renews its keys first",
                         i + 1, ours[i], theirs, peer->object->name);
    }
}

static void lifetimes_are_allowed(struct check *c, const struct check_rule *rule)
{
    each_tunnel(c, rule, lifetimes_of, NULL);
    each_tunnel(c, rule, shorter_of, NULL);
}

/* ---- AS numbers ------------------------------------------------------------------------------ */

static void as_of(struct check *c, const struct check_rule *rule, const struct tunnel_of *t,
                  void *context)
{
    (void)context;
    const struct net_tunnel_end *e = end_of(c, t);
    const struct net_tunnel_end *peer = e ? look_peer(c, e) : NULL;
    if (!peer || !e->asn || !e->peer_asn || !peer->asn || !peer->peer_asn)
        return;
    const struct topo_object *objects[] = { t->connection, peer->object, NULL };
    if (e->peer_asn != peer->asn)
        check_report_at(c, rule, objects, NULL,
                        "the customer gateway of %s has AS %u, and the other side is AS %u",
                        t->connection->name, e->peer_asn, peer->asn);
    if (peer->peer_asn != e->asn)
        check_report_at(c, rule, objects, NULL, "%s expects AS %u of AWS, which is AS %u",
                        peer->object->name, peer->peer_asn, e->asn);
}

static bool is_amazons(const struct net_tunnel_end *e)
{
    return e->object->kind == &aws_vpn_connection_kind || e->object->kind == &soracom_door_kind;
}

/* One side of a session between others: what it expects of the other one. */
static void expects_of(struct check *c, const struct check_rule *rule, const struct net_session *s,
                       uint32_t side)
{
    const struct net_tunnel *t = &c->net->tunnels.items[s->tunnel];
    const struct net_tunnel_end *e = &c->net->ends.items[t->end[0]];
    const struct net_tunnel_end *peer = &c->net->ends.items[t->end[1]];
    uint32_t wanted = s->expects[side], is = s->asn[1 - side];
    if (!wanted || !is || wanted == is || is_amazons(e) || is_amazons(peer))
        return;
    if (e->speaker != s->node[side]) {
        const struct net_tunnel_end *swap = e;
        e = peer;
        peer = swap;
    }
    const struct check_device *d = look_device(c, e);
    const struct config_neighbor *n = d ? look_neighbor(c, d, &s->addr[1 - side]) : NULL;
    const char *format = "%s expects AS %u of %s, which is AS %u";
    if (n)
        check_report_line(c, rule, d, n->at.line, format, d->owner->name, wanted,
                          peer->object->name, is);
    else
        check_report(c, rule, e->object, NULL, format, e->object->name, wanted, peer->object->name,
                     is);
}

static void as_numbers_agree(struct check *c, const struct check_rule *rule)
{
    each_tunnel(c, rule, as_of, NULL);
    for (uint32_t i = 0; i < 2 * c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i / 2];
        if (s->tunnel != NET_NONE && c->net->tunnels.items[s->tunnel].end[1] != NET_NONE)
            expects_of(c, rule, s, i % 2);
    }
}

/* ---- routers --------------------------------------------------------------------------------- */

/* A router that has both tunnels of a connection, with the session through each. */
struct router_pair {
    const struct aws_vpn_connection *connection;
    const struct check_device *device;
    const struct config_neighbor *n[2];
};

static bool router_pair(const struct check *c, const struct aws_vpn_connection *v,
                        struct router_pair *ret_pair)
{
    const struct net_tunnel_end *e = NULL;
    uint32_t k = 0;
    *ret_pair = (struct router_pair){ .connection = v };
    while ((e = look_next_end(c, &v->o, e))) {
        const struct net_tunnel_end *peer = look_peer(c, e);
        const struct check_device *d = peer ? look_device(c, peer) : NULL;
        if (!d || k == 2)
            continue;
        ret_pair->device = d;
        ret_pair->n[k++] = look_neighbor(c, d, &e->bgp);
    }
    return k == 2 && ret_pair->n[0] && ret_pair->n[1];
}

static bool differ(const char *a, const char *b)
{
    return (a != NULL) != (b != NULL) || (a && strcmp(a, b) != 0);
}

static void equal_preference_of(struct check *c, const struct check_rule *rule,
                                const struct router_pair *p)
{
    const struct config_neighbor_af *a = &p->n[0]->af[CONFIG_AF_IPV4];
    const struct config_neighbor_af *b = &p->n[1]->af[CONFIG_AF_IPV4];
    if (a->has_weight != b->has_weight || a->weight != b->weight)
        check_report_line(c, rule, p->device, p->n[1]->at.line,
                          "the two tunnels of %s have different weights", p->connection->o.name);
    else if (differ(a->route_map[DIR_IN], b->route_map[DIR_IN]) ||
             differ(a->route_map[DIR_OUT], b->route_map[DIR_OUT]))
        check_report_line(c, rule, p->device, p->n[1]->at.line,
                          "the two tunnels of %s have different route-maps", p->connection->o.name);
}

static void tunnels_are_preferred_alike(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++) {
        struct router_pair p;
        if (router_pair(c, &c->topo->aws.vpn_connections.items[i], &p))
            equal_preference_of(c, rule, &p);
    }
}

static bool drops_unknown_flows(const struct check_device *d)
{
    for (uint32_t i = 0; i < d->device->iptables.count; i++)
        if (strstr(d->device->iptables.items[i], "INVALID") &&
            strstr(d->device->iptables.items[i], "DROP"))
            return true;
    return look_line(d, "zone-pair security", 0) || look_line(d, "ip inspect name", 0);
}

static void asymmetry_is_allowed(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++) {
        struct router_pair p;
        if (router_pair(c, &c->topo->aws.vpn_connections.items[i], &p) &&
            drops_unknown_flows(p.device))
            check_report(c, rule, p.device->owner, NULL,
                         "%s keeps the state of flows, and AWS may answer by the other tunnel of "
                         "%s",
                         p.device->owner->name, p.connection->o.name);
    }
}

static void no_default_to_aws(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &c->topo->aws.vpn_connections.items[i];
        const struct net_tunnel_end *e = NULL;
        while ((e = look_next_end(c, &v->o, e))) {
            const struct net_tunnel_end *peer = look_peer(c, e);
            const struct check_device *d = peer ? look_device(c, peer) : NULL;
            const struct config_neighbor *n = d ? look_neighbor(c, d, &e->bgp) : NULL;
            const struct net_origin *o = NULL;
            bool sends = n && n->af[CONFIG_AF_IPV4].default_originate == TRI_YES;
            while (n && !sends && (o = look_next_announced(c, peer, o)))
                sends = o->prefix.family == IP_V4 && o->prefix.len == 0;
            if (sends)
                check_report_line(c, rule, d, n->at.line,
                                  "a default route is announced to AWS through a tunnel of %s",
                                  v->o.name);
        }
    }
}

/* Whether a router of the customer has a tunnel to the connection that is for IKEv1 alone. */
static const struct check_device *old_device(const struct check *c,
                                             const struct aws_vpn_connection *v)
{
    const struct net_tunnel_end *e = NULL;
    while ((e = look_next_end(c, &v->o, e))) {
        const struct net_tunnel_end *peer = look_peer(c, e);
        if (peer && !peer->ikev2 && look_device(c, peer))
            return look_device(c, peer);
    }
    return NULL;
}

static void download_is_modern(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++) {
        const struct check_device *d = old_device(c, &c->topo->aws.vpn_connections.items[i]);
        uint32_t line = d ? look_line(d, "crypto isakmp policy", 0) : 0;
        if (line)
            check_report_line(c, rule, d, line, "%s has IKEv1 towards AWS, as the download has it",
                              d->owner->name);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_aws[] = {
    {
        .id = "R118",
        .scope = "AWS",
        .severity = DIAG_ERROR,
        .title = "the inside addresses of a tunnel are a /30 of 169.254.0.0/16 that AWS does not "
                 "reserve, and no other tunnel of the gateway has them",
        .symptom = "AWS refuses the connection; on a transit gateway the device sees one address "
                   "twice",
        .remedy = "choose another /30 as inside_cidr",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_VPN_INSIDE_RANGE], &aws_facts[AWS_VPN_INSIDE_RESERVED] },
        .run = inside_addresses_are_allowed,
    },
    {
        .id = "R119",
        .scope = "AWS",
        .severity = DIAG_WARNING,
        .title = "both tunnels of a connection are configured at the customer's side",
        .symptom = "an outage whenever AWS maintains the one tunnel",
        .remedy = "configure the second tunnel too",
        .source = "S2SVPN, S5",
        .facts = { &aws_facts[AWS_VPN_MAINTENANCE] },
        .run = both_tunnels_are_used,
    },
    {
        .id = "R122",
        .scope = "AWS",
        .severity = DIAG_ERROR,
        .title = "a tunnel that AWS starts speaks IKEv2",
        .symptom = "AWS never starts the tunnel",
        .remedy = "allow ikev2, or set startup_action to add",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_IKE_START_NEEDS_IKEV2] },
        .run = start_can_work,
    },
    {
        .id = "R123",
        .scope = "AWS",
        .severity = DIAG_ERROR,
        .title = "one of the two sides of a tunnel calls the other",
        .symptom = "both sides wait, and the tunnel never comes up",
        .remedy = "set startup_action to start, or let the customer's side call",
        .source = "S2SVPN, VPNMODE",
        .facts = { &aws_facts[AWS_IKE_STARTUP_ACTION] },
        .run = somebody_dials,
    },
    {
        .id = "R124",
        .scope = "AWS",
        .severity = DIAG_WARNING,
        .title = "after a loss somebody sets the tunnel up again",
        .symptom = "a tunnel that was lost once stays down",
        .remedy = "set dpd_timeout_action to restart",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_IKE_DPD_ACTION] },
        .run = lost_tunnels_come_back,
    },
    {
        .id = "R125",
        .scope = "AWS",
        .severity = DIAG_WARNING,
        .title =
            "lifetimes are in AWS's ranges, phase 2 shorter than phase 1, and no longer than the "
            "peer's",
        .symptom = "AWS refuses the option, or traffic stops for a moment at each rekey",
        .remedy = "phase 1 28800 s, phase 2 3600 s; a peer may keep longer ones: AWS rekeys first",
        .source = "S2SVPN, VPNFAQ",
        .facts = { &aws_facts[AWS_IKE_LIFETIME_RANGE], &aws_facts[AWS_IPSEC_LIFETIME_RANGE] },
        .run = lifetimes_are_allowed,
    },
    {
        .id = "R126",
        .scope = "any",
        .severity = DIAG_ERROR,
        .title = "each side expects the AS number that the other one has",
        .symptom = "the OPEN is refused: bad peer AS",
        .remedy = "make a customer gateway with the peer's real AS number, or correct the peer's "
                  "remote-as",
        .source = "VPNAWS",
        .facts = { &aws_facts[AWS_AS_MUST_DIFFER] },
        .run = as_numbers_agree,
    },
    {
        .id = "R127",
        .scope = "AWS and a router",
        .severity = DIAG_WARNING,
        .title = "the router prefers both tunnels of a connection alike, so that AWS's MED decides",
        .symptom = "the router goes on using the tunnel that AWS is maintaining",
        .remedy = "give both neighbors the same weight and route-maps; no prepending",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_BGP_MED_IN_UPDATE] },
        .run = tunnels_are_preferred_alike,
    },
    {
        .id = "R128",
        .scope = "AWS and a router",
        .severity = DIAG_WARNING,
        .title = "a router with two tunnels takes answers by either of them",
        .symptom = "half-open connections are dropped when AWS answers by the other tunnel",
        .remedy = "let the firewall accept asymmetric return, or prefer one tunnel on both sides",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_VGW_ECMP] },
        .run = asymmetry_is_allowed,
    },
    {
        .id = "R131",
        .scope = "AWS and a router",
        .severity = DIAG_WARNING,
        .title = "no default route is announced to AWS",
        .symptom = "the VPC's route table gets 0.0.0.0/0 by the VPN: AWS's sample has the line",
        .remedy = "remove default-originate and announce the site's prefixes",
        .source = "AWSNAG, BATFISH",
        .facts = { &aws_facts[AWS_VPN_DOWNLOAD_DEFAULT_ORIGINATE] },
        .run = no_default_to_aws,
    },
    {
        .id = "R132",
        .scope = "AWS and a router",
        .severity = DIAG_WARNING,
        .title = "the router does not use the IKEv1 suite of AWS's sample",
        .symptom = "weak keys: AES128, SHA1 and group 2",
        .remedy = "IKEv2 with AES-256, SHA2 and group 14 or higher on both sides; spanway config "
                  "convert --ikev2 rewrites the sample",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_VPN_DOWNLOAD_MINIMUM] },
        .run = download_is_modern,
    },
    { .id = NULL },
};
