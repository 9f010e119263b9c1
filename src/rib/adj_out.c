/* What a group is to be told of a prefix: whether at all (RFC 4271 9.2, RFC 4456 6, RFC 1997), and
 * with which attributes. What depends on the member comes when the UPDATE is made: our AS in front,
 * our address as next hop (where it is IP_NONE, or `is_self` and not of the member's network), and
 * LOCAL_PREF where there is none. So peers of different networks are one group, and a route that no
 * policy changes goes out with the set that it came with. */
#include <string.h>

#include "attr/aspath.h"
#include "attr/community.h"
#include "rib/table.h"

/* The kinds of communities that a group is sent: bits of send_community_kinds, which has the values
 * of SEND_COMMUNITY_* in config/model.h. */
enum { SEND_STANDARD = 1, SEND_EXTENDED = 2, SEND_LARGE = 4 };

/* One route on its way out. */
struct outgoing {
    struct rib *r;
    struct group *g;
    const struct prefix *p;
    const struct route *best;
    const struct peer *from;
    bool is_reflected; /* from one internal peer to another */
    bool is_transparent;
    bool is_self; /* found out: for the offer */
};

static bool is_internal(enum rib_peer_kind kind)
{
    return kind == RIB_IBGP || kind == RIB_IBGP_CLIENT;
}

static bool has_community(const struct attr_set *s, uint32_t community)
{
    uint16_t n = s->head.span_len[SPAN_COMMUNITIES];
    return n > 0 && community_has(attr_span(s, SPAN_COMMUNITIES), n, community);
}

/* Whether the group may hear of the route, before its policy is asked. */
static bool may_be_told(const struct outgoing *o)
{
    enum rib_peer_kind to = o->g->params.kind, from = o->from->params.kind;
    if (o->g->params.deny_all)
        return false;
    /* RFC 4456 6: between internal peers only if one of them is a client. */
    if (from == RIB_IBGP && to == RIB_IBGP)
        return false;
    if (o->best->set->head.span_len[SPAN_COMMUNITIES] == 0)
        return true;
    if (has_community(o->best->set, (uint32_t)COMMUNITY_NO_ADVERTISE))
        return false;
    return to != RIB_EBGP ||
           (!has_community(o->best->set, (uint32_t)COMMUNITY_NO_EXPORT) &&
            !has_community(o->best->set, (uint32_t)COMMUNITY_NO_EXPORT_SUBCONFED));
}

static void clear_med(struct attr_draft *d)
{
    d->head.has &= (uint16_t)~ATTR_HAS_MED;
    d->head.med = 0;
}

static void clear_span(struct attr_draft *d, enum attr_span which)
{
    d->head.span_len[which] = 0;
    d->span[which] = NULL;
}

/* RFC 4456 8: who brought the route in, and that it passed our cluster. */
static bool add_reflection(const struct outgoing *o, struct attr_draft *d)
{
    if (!(d->head.has & ATTR_HAS_ORIGINATOR_ID)) {
        d->head.has |= ATTR_HAS_ORIGINATOR_ID;
        d->head.originator_id = o->from->params.router_id;
    }
    uint16_t n = d->head.span_len[SPAN_CLUSTER_LIST];
    if (n > UINT16_MAX - 4)
        return false;
    uint8_t *list = arena_alloc(&o->r->arena, (size_t)n + 4);
    if (!list)
        return false;
    uint32_t id = o->r->params.cluster_id;
    for (size_t i = 0; i < 4; i++)
        list[i] = (uint8_t)(id >> (24 - 8 * i));
    if (n > 0)
        memcpy(list + 4, d->span[SPAN_CLUSTER_LIST], n);
    d->span[SPAN_CLUSTER_LIST] = list;
    d->head.span_len[SPAN_CLUSTER_LIST] = (uint16_t)(n + 4);
    return true;
}

static bool rewrite_as_path(const struct outgoing *o, struct attr_draft *d)
{
    const struct rib_group_params *g = &o->g->params;
    struct arena *a = &o->r->arena;
    uint32_t own = g->local_as ? g->local_as : o->r->params.local_as;
    if (d->head.span_len[SPAN_AS_PATH] == 0)
        return true;
    if (g->remove_private &&
        !aspath_remove_private(d, a, g->remove_private_all, g->remove_private_replace ? own : 0))
        return false;
    if (g->as_override && g->remote_as != 0 && d->head.span_len[SPAN_AS_PATH] > 0)
        return aspath_replace(d, a, g->remote_as, own);
    return true;
}

/* What policy is to see. */
static bool before_policy(const struct outgoing *o, struct attr_draft *d)
{
    d->head.has &= (uint16_t) ~(ATTR_NEXT_HOP_SET | ATTR_NEXT_HOP_UNCHANGED);
    if (o->g->params.kind != RIB_EBGP) {
        if (!(d->head.has & ATTR_HAS_LOCAL_PREF)) {
            d->head.has |= ATTR_HAS_LOCAL_PREF;
            d->head.local_pref = o->r->params.decision.default_local_pref;
        }
        return !o->is_reflected || add_reflection(o, d);
    }
    /* RFC 4271 5.1.4: another AS's MED is not for a third one. */
    if (o->from->params.kind != RIB_LOCAL && !o->is_transparent)
        clear_med(d);
    return rewrite_as_path(o, d);
}

/* RFC 4271 5.1.3: when the next hop becomes the address of who sends the UPDATE. */
enum next_hop_rule { NEXT_HOP_KEPT, NEXT_HOP_SELF, NEXT_HOP_SELF_UNLESS_SHARED };

static enum next_hop_rule next_hop_rule(const struct outgoing *o, const struct attr_draft *d)
{
    const struct rib_group_params *g = &o->g->params;
    if (d->head.has & (ATTR_NEXT_HOP_SET | ATTR_NEXT_HOP_UNCHANGED) || g->next_hop_unchanged ||
        o->is_transparent)
        return NEXT_HOP_KEPT;
    if (g->next_hop_self_force)
        return NEXT_HOP_SELF;
    if (g->next_hop_self)
        return o->is_reflected ? NEXT_HOP_KEPT : NEXT_HOP_SELF;
    return g->kind == RIB_EBGP ? NEXT_HOP_SELF_UNLESS_SHARED : NEXT_HOP_KEPT;
}

static void apply_next_hop(struct outgoing *o, struct attr_draft *d)
{
    enum next_hop_rule rule = next_hop_rule(o, d);
    if (rule == NEXT_HOP_SELF)
        d->head.next_hop = (struct ip_addr){ 0 };
    o->is_self = rule == NEXT_HOP_SELF_UNLESS_SHARED && d->head.next_hop.family != IP_NONE;
    /* RFC 2545 3: the link-local address goes only to who is on its link. */
    if (o->g->params.kind != RIB_EBGP || d->head.next_hop.family == IP_NONE)
        d->head.next_hop_ll = (struct ip_addr){ 0 };
}

/* RFC 4360 6: only transitive ones (0x40 clear) cross the border of an AS. */
static bool is_not_transitive(const void *arg, const uint8_t *value)
{
    (void)arg;
    return value[0] & 0x40;
}

static bool add_graceful_shutdown(const struct outgoing *o, struct attr_draft *d)
{
    static const uint8_t value[4] = { 0xff, 0xff, 0x00, 0x00 };
    if (!o->r->params.graceful_shutdown)
        return true;
    if (o->g->params.kind != RIB_EBGP)
        d->head.local_pref = 0;
    return community_set(d, &o->r->arena, SPAN_COMMUNITIES, value, 1, true);
}

/* What the rules add and take after policy. */
static bool after_policy(struct outgoing *o, struct attr_draft *d)
{
    const struct rib_group_params *g = &o->g->params;
    apply_next_hop(o, d);
    d->head.has &= (uint16_t) ~(ATTR_NEXT_HOP_SET | ATTR_NEXT_HOP_UNCHANGED);
    d->head.tag = 0;
    d->head.distance = 0;
    if (!add_graceful_shutdown(o, d))
        return false;
    /* The default of LOCAL_PREF was for policy to see; the UPDATE says it. */
    if (g->kind != RIB_EBGP && d->head.local_pref == o->r->params.decision.default_local_pref &&
        !(o->best && o->best->set->head.has & ATTR_HAS_LOCAL_PREF)) {
        d->head.has &= (uint16_t)~ATTR_HAS_LOCAL_PREF;
        d->head.local_pref = 0;
    }
    if (g->kind == RIB_EBGP) {
        d->head.has &= (uint16_t) ~(ATTR_HAS_LOCAL_PREF | ATTR_HAS_ORIGINATOR_ID);
        d->head.local_pref = 0;
        d->head.originator_id = 0;
        clear_span(d, SPAN_CLUSTER_LIST);
        if (d->head.span_len[SPAN_EXT_COMMUNITIES] > 0 &&
            !community_remove(d, &o->r->arena, SPAN_EXT_COMMUNITIES, is_not_transitive, NULL))
            return false;
    }
    if (!(g->send_community_kinds & SEND_STANDARD))
        clear_span(d, SPAN_COMMUNITIES);
    if (!(g->send_community_kinds & SEND_EXTENDED))
        clear_span(d, SPAN_EXT_COMMUNITIES);
    if (!(g->send_community_kinds & SEND_LARGE))
        clear_span(d, SPAN_LARGE_COMMUNITIES);
    return true;
}

/* The set that goes out, with a reference: *ret_set NULL when policy denies. False: no memory. */
static bool export_anew(struct outgoing *o, struct attr_set **ret_set)
{
    struct rib *r = o->r;
    struct attr_set *in = o->best->set;
    struct attr_draft d = attr_draft_of(in);
    *ret_set = NULL;
    arena_reset(&r->arena);
    if (!before_policy(o, &d))
        return false;
    if (o->g->params.export) {
        struct policy_route pr = {
            .prefix = *o->p,
            .draft = &d,
            .arena = &r->arena,
            .set = d.span[SPAN_AS_PATH] == attr_span(in, SPAN_AS_PATH) ? in : NULL,
            .peer = o->from->params.address,
            .self = o->g->params.self,
            .toward = o->g->params.toward,
            .source = route_source(o->best),
        };
        enum policy_verdict verdict = policy_run(o->g->params.export, &pr);
        if (r->arena.failed)
            return false;
        if (verdict == POLICY_DENY)
            return true;
    }
    if (!after_policy(o, &d) || r->arena.failed)
        return false;
    *ret_set = attr_intern(r->params.attrs, &d);
    return *ret_set != NULL;
}

/* default-originate: the default route as if it were our own, whatever the table holds. */
static bool originate_default(struct rib *r, struct group *g, const struct prefix *p,
                              struct rib_offer *ret_offer)
{
    struct attr_draft d = { .head = { .has = ATTR_HAS_MED, .origin = ORIGIN_IGP } };
    const struct policy *policy = g->params.default_originate_policy;
    struct outgoing o = { .r = r, .g = g, .p = p, .from = &r->self };
    arena_reset(&r->arena);
    if (!before_policy(&o, &d))
        return false;
    if (policy) {
        struct policy_route pr = {
            .prefix = *p,
            .draft = &d,
            .arena = &r->arena,
            .self = g->params.self,
            .toward = g->params.toward,
            .source = POLICY_BGP,
        };
        enum policy_verdict verdict = policy_run(policy, &pr);
        if (r->arena.failed)
            return false;
        if (verdict == POLICY_DENY)
            return true;
    }
    if (!after_policy(&o, &d))
        return false;
    ret_offer->set = attr_intern(r->params.attrs, &d);
    ret_offer->is_self = o.is_self;
    return ret_offer->set != NULL;
}

bool rib_offer_of(struct rib *r, struct group *g, const struct prefix *p, const struct route *best,
                  struct rib_offer *ret_offer)
{
    *ret_offer = (struct rib_offer){ 0 };
    if (g->params.default_originate && p->len == 0)
        return originate_default(r, g, p, ret_offer);
    if (!best)
        return true;
    struct outgoing o = { .r = r, .g = g, .p = p, .best = best };
    o.from = rib_peer_find(r, fam_of(p->family), best->peer);
    o.is_reflected = is_internal(o.from->params.kind) && g->params.kind != RIB_EBGP;
    o.is_transparent = o.from->params.route_server_client && g->params.route_server_client;
    ret_offer->source = best->peer;
    ret_offer->is_transparent = o.is_transparent;
    if (!may_be_told(&o))
        return true;
    if (g->params.export && policy_looks_at_prefix(g->params.export)) {
        bool done = export_anew(&o, &ret_offer->set);
        ret_offer->is_self = o.is_self;
        return done;
    }
    struct memo_slot *slot = rib_memo_slot(&g->memo, best->set);
    uint16_t key = best->peer ? best->peer : (uint16_t)(RIB_PEERS_MAX + route_source(best));
    if (slot && slot->in == best->set && slot->source == key) {
        ret_offer->set = attr_ref(slot->out);
        ret_offer->is_self = slot->is_self;
        return true;
    }
    if (!export_anew(&o, &ret_offer->set))
        return false;
    ret_offer->is_self = o.is_self;
    if (slot) {
        rib_memo_fill(r, slot, best->set, ret_offer->set);
        slot->source = key;
        slot->is_self = o.is_self;
    }
    return true;
}
