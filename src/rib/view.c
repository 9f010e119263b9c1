/* Records of routes for show. What a query will emit is collected as keys, sorted, filled in. */
#include "rib/view.h"

#include <string.h>

#include "attr/aspath.h"
#include "attr/community.h"
#include "rib/table.h"

#define ROUTE_FIELD(member, type, name) VIEW_FIELD(view_bgp_route, member, type, name)

static const struct view_field fields[] = {
    ROUTE_FIELD(prefix, VIEW_PREFIX, "prefix"),
    ROUTE_FIELD(valid, VIEW_BOOL, "valid"),
    ROUTE_FIELD(best, VIEW_BOOL, "bestpath"),
    ROUTE_FIELD(multipath, VIEW_BOOL, "multipath"),
    ROUTE_FIELD(internal, VIEW_BOOL, "internal"),
    ROUTE_FIELD(stale, VIEW_BOOL, "stale"),
    ROUTE_FIELD(rib_failure, VIEW_BOOL, "ribFailure"),
    ROUTE_FIELD(removed, VIEW_BOOL, "removed"),
    ROUTE_FIELD(local, VIEW_BOOL, "local"),
    ROUTE_FIELD(accepted, VIEW_BOOL, "accepted"),
    ROUTE_FIELD(path_count, VIEW_U8, "pathCount"),
    ROUTE_FIELD(reason, VIEW_U8, "selectionReason"),
    ROUTE_FIELD(next_hop, VIEW_IP, "nextHop"),
    ROUTE_FIELD(next_hop_ll, VIEW_IP, "nextHopLinkLocal"),
    ROUTE_FIELD(next_hop_reachable, VIEW_BOOL, "nextHopReachable"),
    ROUTE_FIELD(igp_metric, VIEW_U32, "igpMetric"),
    ROUTE_FIELD(has_med, VIEW_BOOL, "hasMetric"),
    ROUTE_FIELD(has_local_pref, VIEW_BOOL, "hasLocPrf"),
    ROUTE_FIELD(med, VIEW_U32, "metric"),
    ROUTE_FIELD(local_pref, VIEW_U32, "locPrf"),
    ROUTE_FIELD(weight, VIEW_U32, "weight"),
    ROUTE_FIELD(tag, VIEW_U32, "tag"),
    ROUTE_FIELD(origin, VIEW_U8, "origin"),
    ROUTE_FIELD(peer, VIEW_IP, "peerId"),
    ROUTE_FIELD(peer_router_id, VIEW_U32, "peerRouterId"),
    ROUTE_FIELD(peer_as, VIEW_U32, "peerAs"),
    ROUTE_FIELD(hostname, VIEW_TEXT, "hostname"),
    ROUTE_FIELD(age_s, VIEW_U32, "age"),
    ROUTE_FIELD(source, VIEW_U8, "source"),
    ROUTE_FIELD(atomic_aggregate, VIEW_BOOL, "atomicAggregate"),
    ROUTE_FIELD(has_aggregator, VIEW_BOOL, "hasAggregator"),
    ROUTE_FIELD(has_originator_id, VIEW_BOOL, "hasOriginatorId"),
    ROUTE_FIELD(aggregator_as, VIEW_U32, "aggregatorAs"),
    ROUTE_FIELD(aggregator_id, VIEW_U32, "aggregatorId"),
    ROUTE_FIELD(originator_id, VIEW_U32, "originatorId"),
    ROUTE_FIELD(as_path_hops, VIEW_U16, "aspathLength"),
    ROUTE_FIELD(as_path, VIEW_TEXT, "path"),
    ROUTE_FIELD(communities, VIEW_TEXT, "community"),
    ROUTE_FIELD(large_communities, VIEW_TEXT, "largeCommunity"),
    ROUTE_FIELD(ext_communities, VIEW_TEXT, "extendedCommunity"),
    ROUTE_FIELD(cluster_list, VIEW_TEXT, "clusterList"),
    ROUTE_FIELD(table_shard, VIEW_U16, "shard"),
};

const struct view view_bgp_route = {
    .id = VIEW_BGP_ROUTE,
    .name = "bgp-route",
    .record_bytes = sizeof(struct view_bgp_route),
    .fields = fields,
    .field_count = ARRAY_LEN(fields),
};

/* --- one record ------------------------------------------------------------------------------- */

struct answer {
    const struct rib *r;
    const struct rib_query *q;
    struct view_sink *sink;
    unsigned fam;
    const struct group *group;    /* RIB_QUERY_ADVERTISED */
    struct view_bgp_route record; /* large: one for all */
};

static void text_of(char *field, size_t cap, const struct attr_set *s, enum attr_span which,
                    void (*print)(struct text *t, const uint8_t *span, size_t n))
{
    struct text t = text_init(field, cap);
    uint16_t n = s->head.span_len[which];
    if (n > 0)
        print(&t, attr_span(s, which), n);
}

static void text_cluster_list(struct text *t, const uint8_t *span, size_t n)
{
    for (size_t i = 0; i + 4 <= n; i += 4) {
        struct ip_addr id = ip_from_bytes(IP_V4, span + i);
        if (i > 0)
            text_char(t, ' ');
        text_ip(t, &id);
    }
}

static void fill_set(struct view_bgp_route *v, const struct attr_set *s)
{
    const struct attr_core *h = &s->head;
    const struct attr_rare *rare = attr_rare(s);
    v->next_hop = h->next_hop;
    v->next_hop_ll = rare->next_hop_ll;
    v->has_med = h->has & ATTR_HAS_MED;
    v->has_local_pref = h->has & ATTR_HAS_LOCAL_PREF;
    v->med = h->med;
    v->local_pref = h->local_pref;
    v->weight = h->weight;
    v->tag = rare->tag;
    v->origin = h->origin;
    v->atomic_aggregate = h->has & ATTR_HAS_ATOMIC_AGGREGATE;
    v->has_aggregator = h->has & ATTR_HAS_AGGREGATOR;
    v->has_originator_id = h->has & ATTR_HAS_ORIGINATOR_ID;
    v->aggregator_as = rare->aggregator_as;
    v->aggregator_id = rare->aggregator_id;
    v->originator_id = rare->originator_id;
    v->as_path_hops = s->as_path_hops;
    text_of(v->as_path, sizeof(v->as_path), s, SPAN_AS_PATH, text_aspath);
    text_of(v->communities, sizeof(v->communities), s, SPAN_COMMUNITIES, text_communities);
    text_of(v->large_communities, sizeof(v->large_communities), s, SPAN_LARGE_COMMUNITIES,
            text_large_communities);
    text_of(v->ext_communities, sizeof(v->ext_communities), s, SPAN_EXT_COMMUNITIES,
            text_ext_communities);
    text_of(v->cluster_list, sizeof(v->cluster_list), s, SPAN_CLUSTER_LIST, text_cluster_list);
}

static void fill_peer(struct view_bgp_route *v, const struct peer *p)
{
    v->local = p->params.kind == RIB_LOCAL;
    v->internal = p->params.kind == RIB_IBGP || p->params.kind == RIB_IBGP_CLIENT;
    v->peer = p->params.address;
    v->peer_router_id = p->params.router_id;
    v->peer_as = p->params.remote_as;
}

/* The step at which the route lost against the best, or by which the best was chosen. */
static enum rib_step reason_of(const struct answer *a, const struct dest *d, const struct route *rt)
{
    struct rib_candidate c, best;
    if (rt->flags & ROUTE_BEST)
        return d->reason;
    uint32_t b = rib_best(a->r, a->fam, d);
    if (!rib_candidate_of(a->r, a->fam, rt, &c))
        return RIB_STEP_INVALID;
    if (b == 0 || !rib_candidate_of(a->r, a->fam, route_at(a->r, b), &best))
        return RIB_STEP_NONE;
    return rib_compare(&a->r->params.decision, &best, &c).step;
}

static bool emit(struct answer *a)
{
    return a->sink->emit(a->sink, &view_bgp_route, &a->record);
}

static uint8_t paths_of(const struct answer *a, const struct dest *d)
{
    uint8_t n = 0;
    for (uint32_t h = d->routes; h && n < UINT8_MAX; h = route_at(a->r, h)->next) {
        const struct route *rt = route_at(a->r, h);
        n = (uint8_t)(n + (rt->set && rib_route_is_live(a->r, a->fam, rt)));
    }
    return n;
}

static void record_start(struct answer *a, const struct dest *d)
{
    memset(&a->record, 0, sizeof(a->record));
    a->record.prefix = rib_dest_prefix(d, a->fam);
    a->record.path_count = paths_of(a, d);
    a->record.table_shard = (uint16_t)a->r->params.shard;
}

static bool emit_route(struct answer *a, const struct dest *d, const struct route *rt,
                       const struct attr_set *set)
{
    struct view_bgp_route *v = &a->record;
    struct rib_candidate c;
    record_start(a, d);
    fill_set(v, set);
    fill_peer(v, rib_peer_find(a->r, a->fam, rt->peer));
    v->valid = rib_candidate_of(a->r, a->fam, rt, &c);
    v->best = rt->flags & ROUTE_BEST;
    v->multipath = rt->flags & ROUTE_MULTIPATH;
    v->accepted = rt->set != NULL;
    v->reason = (uint8_t)reason_of(a, d, rt);
    v->next_hop_reachable = true;
    if (rt->next_hop) {
        v->next_hop_reachable = next_hop_at(a->r, rt->next_hop)->reachable;
        v->igp_metric = next_hop_at(a->r, rt->next_hop)->metric;
    }
    v->age_s = a->q->now_s >= rt->since_s ? a->q->now_s - rt->since_s : 0;
    v->source = route_source(rt);
    return emit(a);
}

/* --- one prefix ------------------------------------------------------------------------------- */

/* The set of a route that the query shows, NULL: none. */
static const struct attr_set *shown_set(const struct answer *a, uint32_t h)
{
    const struct route *rt = route_at(a->r, h);
    if (!rib_route_is_live(a->r, a->fam, rt))
        return NULL;
    switch (a->q->kind) {
    case RIB_QUERY_TABLE:
        return rt->set;
    case RIB_QUERY_RECEIVED:
        return rt->peer == a->q->peer ? route_received(a->r, h) : NULL;
    case RIB_QUERY_ROUTES:
        return rt->peer == a->q->peer ? rt->set : NULL;
    case RIB_QUERY_ADVERTISED:
        break;
    }
    return NULL;
}

/* What the group was told; not the default route that it is told without one in the table: `show`
 * has a line of its own for that. */
static bool is_told(const struct answer *a, const struct dest *d, struct rib_offer *ret_told)
{
    if (d->len == 0 && a->group->params.default_originate)
        return false;
    return rib_told(a->r, d, a->group, ret_told) &&
           (ret_told->source == RIB_PEER_LOCAL || ret_told->source != a->q->peer);
}

static bool is_shown(const struct answer *a, const struct dest *d)
{
    struct rib_offer told;
    if (a->q->kind == RIB_QUERY_ADVERTISED)
        return is_told(a, d, &told);
    uint32_t h = d->routes;
    while (h && !shown_set(a, h))
        h = route_at(a->r, h)->next;
    return h != 0;
}

/* What is put into the UPDATE beside the set: as the peer sees it. */
static void fill_told(struct answer *a, const struct rib_offer *told)
{
    struct view_bgp_route *v = &a->record;
    bool is_shared = a->q->shared.family != IP_NONE &&
                     prefix_has_addr(&a->q->shared, &v->next_hop);
    if (told->is_self && !is_shared)
        v->next_hop = (struct ip_addr){ 0 };
    if (!is_shared)
        v->next_hop_ll = (struct ip_addr){ 0 };
    if (a->group->params.kind != RIB_EBGP && !v->has_local_pref) {
        v->has_local_pref = true;
        v->local_pref = a->r->params.decision.default_local_pref;
    }
}

static bool emit_told(struct answer *a, const struct dest *d)
{
    struct rib_offer told;
    if (!is_told(a, d, &told))
        return true;
    struct view_bgp_route *v = &a->record;
    record_start(a, d);
    fill_set(v, told.set);
    fill_told(a, &told);
    fill_peer(v, rib_peer_find(a->r, a->fam, told.source));
    v->valid = v->best = v->accepted = v->next_hop_reachable = true;
    v->reason = d->reason;
    uint32_t best = rib_best(a->r, a->fam, d);
    if (best && route_at(a->r, best)->peer == told.source) {
        const struct route *rt = route_at(a->r, best);
        v->source = route_source(rt);
        v->multipath = rt->flags & ROUTE_MULTIPATH;
        v->age_s = a->q->now_s >= rt->since_s ? a->q->now_s - rt->since_s : 0;
    }
    return emit(a);
}

static bool emit_dest(struct answer *a, uint32_t dest)
{
    const struct dest *d = dest_at(a->r, a->fam, dest);
    if (a->q->kind == RIB_QUERY_ADVERTISED)
        return emit_told(a, d);
    for (uint32_t h = d->routes; h; h = route_at(a->r, h)->next) { /* newest first, as FRR */
        const struct route *rt = route_at(a->r, h);
        const struct attr_set *set = shown_set(a, h);
        if (set && !emit_route(a, d, rt, set))
            return false;
    }
    return true;
}

/* --- which prefixes --------------------------------------------------------------------------- */

/* What is sorted by: the bytes of the prefix as numbers, then its length. */
struct key {
    uint64_t high, low;
    uint32_t dest;
    uint8_t len;
};

static bool key_is_before(const struct key *a, const struct key *b)
{
    if (a->high != b->high)
        return a->high < b->high;
    if (a->low != b->low)
        return a->low < b->low;
    return a->len < b->len;
}

static uint64_t number_of(const uint8_t *b, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | b[i];
    return v;
}

static struct key key_of(const struct answer *a, uint32_t dest)
{
    const struct dest *d = dest_at(a->r, a->fam, dest);
    struct key k = { .dest = dest, .len = d->len };
    k.high = number_of(d->addr, a->fam == FAM_V6 ? 8 : 4);
    k.low = a->fam == FAM_V6 ? number_of(d->addr + 8, 8) : 0;
    return k;
}

/* Merges the runs [0, mid) and [mid, n) of `from` into `to`. */
static void merge(const struct key *from, size_t mid, size_t n, struct key *to)
{
    size_t i = 0, j = mid;
    for (size_t k = 0; k < n; k++)
        to[k] = j == n || (i < mid && !key_is_before(&from[j], &from[i])) ? from[i++] : from[j++];
}

/* Sorts keys with the help of as much space; returns which of the two holds the result. */
static struct key *sort(struct key *keys, struct key *space, size_t n)
{
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t at = 0; at < n; at += 2 * run)
            merge(keys + at, MIN(run, n - at), MIN(2 * run, n - at), space + at);
        struct key *swap = keys;
        keys = space;
        space = swap;
    }
    return keys;
}

static bool is_wanted(const struct answer *a, uint32_t dest)
{
    const struct dest *d = dest_at(a->r, a->fam, dest);
    if (!(d->flags & DEST_LIVE))
        return false;
    if (a->q->prefix.family != IP_NONE) {
        struct prefix p = rib_dest_prefix(d, a->fam);
        if (!prefix_covers(&a->q->prefix, &p))
            return false;
    }
    return is_shown(a, d);
}

static bool answer_all(struct answer *a)
{
    uint32_t end = a->r->tables[a->fam].dests.end, n = 0, at = 0;
    for (uint32_t h = 1; h < end; h++)
        n += is_wanted(a, h);
    if (n == 0)
        return true;
    size_t bytes = 2 * (size_t)n * sizeof(struct key);
    struct key *keys = mem_alloc(MEM_MISC, bytes);
    if (!keys)
        return false;
    for (uint32_t h = 1; h < end; h++) {
        if (is_wanted(a, h))
            keys[at++] = key_of(a, h);
    }
    const struct key *sorted = sort(keys, keys + n, n);
    for (uint32_t i = 0; i < n; i++) {
        if (!emit_dest(a, sorted[i].dest))
            break;
    }
    mem_free(MEM_MISC, keys, bytes);
    return true;
}

/* The prefix itself, or the longest one that covers it. */
static bool answer_one(struct answer *a)
{
    struct prefix p = a->q->prefix;
    struct ip_addr address = prefix_addr(&p);
    for (int len = p.len; len >= 0; len--) {
        p = prefix_of(&address, (uint8_t)len);
        uint32_t h = rib_dest_find(a->r, a->fam, &p, rib_hash(a->r, &p));
        if (h && is_shown(a, dest_at(a->r, a->fam, h))) {
            (void)emit_dest(a, h);
            return true;
        }
        if (!a->q->longest)
            break;
    }
    return true;
}

bool rib_query(const struct rib *r, const struct rib_query *q, struct view_sink *sink)
{
    struct answer *a = mem_alloc(MEM_MISC, sizeof(*a));
    if (!a)
        return false;
    a->r = r;
    a->q = q;
    a->sink = sink;
    a->fam = fam_of(q->family);
    bool done = true;
    if (q->kind == RIB_QUERY_ADVERTISED)
        a->group = rib_group_find(r, a->fam, q->group);
    if (q->kind != RIB_QUERY_ADVERTISED || a->group)
        done = q->prefix.family == IP_NONE || q->longer_prefixes ? answer_all(a) : answer_one(a);
    mem_free(MEM_MISC, a, sizeof(*a));
    return done;
}
