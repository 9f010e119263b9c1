/* The `set` clauses of route-maps, one row a kind, with FRR's effects. */
#include "attr/aspath.h"
#include "attr/community.h"
#include "policy/world.h"

typedef bool set_fn(const struct policy *p, const struct set *s, struct policy_route *r);

/* ---- the path -------------------------------------------------------------------------------- */

static bool set_prepend(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    for (size_t i = s->def.n_values; i-- > 0;)
        if (!aspath_prepend(r->draft, r->arena, s->def.values[i], 1))
            return false;
    return true;
}

/* The leftmost number again; nothing on an empty path or one that begins with a set. */
static bool set_prepend_last(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    const struct attr_draft *d = r->draft;
    uint32_t as = aspath_first(d->span[SPAN_AS_PATH], d->head.span_len[SPAN_AS_PATH]);
    return as == 0 || aspath_prepend(r->draft, r->arena, as, s->def.number);
}

static bool set_exclude(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    return aspath_exclude(r->draft, r->arena, s->def.values, s->def.n_values);
}

static bool set_replace(const struct policy *p, const struct set *s, struct policy_route *r)
{
    return aspath_replace(r->draft, r->arena, s->def.number, p->own_as);
}

/* ---- communities ----------------------------------------------------------------------------- */

static bool set_community(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    return community_set(r->draft, r->arena, s->def.which, s->def.raw, s->def.n_raw,
                         s->def.additive);
}

struct drop {
    struct policy_world *world;
    const struct community_list *list;
};

static bool drops(const void *arg, const uint8_t *value)
{
    const struct drop *d = arg;
    return community_list_drops(d->world, d->list, value);
}

/* FRR: a list that nobody defined deletes nothing. */
static bool set_community_delete(const struct policy *p, const struct set *s,
                                 struct policy_route *r)
{
    if (!s->list)
        return true;
    struct drop d = { p->world, (const struct community_list *)s->list };
    return community_remove(r->draft, r->arena, s->def.which, drops, &d);
}

/* ---- the next hop ---------------------------------------------------------------------------- */

/* On the way out the choice must outlive the rules for next hops of RFC 4271 5.1.3. */
static void next_hop(const struct policy *p, struct policy_route *r, struct ip_addr a)
{
    struct attr_head *h = &r->draft->head;
    h->next_hop = a;
    h->next_hop_ll = (struct ip_addr){ .family = IP_NONE };
    h->has = (uint16_t)(h->has & ~ATTR_NEXT_HOP_UNCHANGED);
    if (p->direction == POLICY_OUT)
        h->has |= ATTR_NEXT_HOP_SET;
}

static bool set_next_hop(const struct policy *p, const struct set *s, struct policy_route *r)
{
    if (s->def.address.family == r->prefix.family)
        next_hop(p, r, s->def.address);
    return true;
}

static bool set_next_hop_self(const struct policy *p, const struct set *s, struct policy_route *r)
{
    /* Outbound each peer gets our own address of its session: IP_NONE says so. */
    struct ip_addr none = { .family = IP_NONE };
    if (s->def.family == r->prefix.family)
        next_hop(p, r, p->direction == POLICY_OUT ? none : r->self);
    return true;
}

static bool set_next_hop_peer(const struct policy *p, const struct set *s, struct policy_route *r)
{
    if (p->direction == POLICY_OUT)
        return set_next_hop_self(p, s, r);
    if (s->def.family == r->prefix.family && r->peer.family == r->prefix.family)
        next_hop(p, r, r->peer);
    return true;
}

static bool set_next_hop_unchanged(const struct policy *p, const struct set *s,
                                   struct policy_route *r)
{
    (void)p;
    (void)s;
    r->draft->head.has |= ATTR_NEXT_HOP_UNCHANGED;
    return true;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Sums stop at the ends of the range. */
static uint32_t adjusted(const struct policy_set_def *s, uint32_t v)
{
    switch (s->op) {
    case POLICY_ASSIGN:
        return s->number;
    case POLICY_ADD:
        return v > UINT32_MAX - s->number ? UINT32_MAX : v + s->number;
    case POLICY_SUBTRACT:
        return v <= s->number ? 0 : v - s->number;
    case POLICY_REMOVE:
        return 0;
    }
    return v;
}

static bool set_local_pref(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    r->draft->head.local_pref = adjusted(&s->def, r->draft->head.local_pref);
    r->draft->head.has |= ATTR_HAS_LOCAL_PREF;
    return true;
}

static bool set_metric(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    r->draft->head.med = adjusted(&s->def, r->draft->head.med);
    r->draft->head.has |= ATTR_HAS_MED;
    if (s->def.op == POLICY_REMOVE)
        r->draft->head.has &= (uint16_t)~ATTR_HAS_MED;
    return true;
}

static bool set_origin(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    assert(s->def.number <= ORIGIN_INCOMPLETE); /* the parser knows no other word */
    r->draft->head.origin = (uint8_t)s->def.number;
    return true;
}

static bool set_weight(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    r->draft->head.weight = s->def.number;
    return true;
}

static bool set_tag(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    r->draft->head.tag = s->def.number;
    return true;
}

static bool set_distance(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    assert(s->def.number <= UINT8_MAX);
    r->draft->head.distance = (uint8_t)s->def.number;
    return true;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static bool set_src(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    r->src = s->def.address;
    return true;
}

static bool set_atomic_aggregate(const struct policy *p, const struct set *s,
                                 struct policy_route *r)
{
    (void)p;
    (void)s;
    r->draft->head.has |= ATTR_HAS_ATOMIC_AGGREGATE;
    return true;
}

static bool set_aggregator(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    r->draft->head.has |= ATTR_HAS_AGGREGATOR;
    r->draft->head.aggregator_as = s->def.number;
    r->draft->head.aggregator_id = ip_to_u32(&s->def.address);
    return true;
}

static bool set_originator_id(const struct policy *p, const struct set *s, struct policy_route *r)
{
    (void)p;
    r->draft->head.has |= ATTR_HAS_ORIGINATOR_ID;
    r->draft->head.originator_id = ip_to_u32(&s->def.address);
    return true;
}

static set_fn *const kinds[] = {
    [POLICY_SET_PREPEND] = set_prepend,
    [POLICY_SET_PREPEND_LAST] = set_prepend_last,
    [POLICY_SET_EXCLUDE] = set_exclude,
    [POLICY_SET_REPLACE] = set_replace,
    [POLICY_SET_COMMUNITY] = set_community,
    [POLICY_SET_COMMUNITY_DELETE] = set_community_delete,
    [POLICY_SET_NEXT_HOP] = set_next_hop,
    [POLICY_SET_NEXT_HOP_PEER] = set_next_hop_peer,
    [POLICY_SET_NEXT_HOP_SELF] = set_next_hop_self,
    [POLICY_SET_NEXT_HOP_UNCHANGED] = set_next_hop_unchanged,
    [POLICY_SET_LOCAL_PREF] = set_local_pref,
    [POLICY_SET_METRIC] = set_metric,
    [POLICY_SET_ORIGIN] = set_origin,
    [POLICY_SET_WEIGHT] = set_weight,
    [POLICY_SET_TAG] = set_tag,
    [POLICY_SET_DISTANCE] = set_distance,
    [POLICY_SET_SRC] = set_src,
    [POLICY_SET_ATOMIC_AGGREGATE] = set_atomic_aggregate,
    [POLICY_SET_AGGREGATOR] = set_aggregator,
    [POLICY_SET_ORIGINATOR_ID] = set_originator_id,
};

bool set_apply(const struct policy *p, const struct set *s, struct policy_route *r)
{
    assert((size_t)s->def.kind < ARRAY_LEN(kinds) && kinds[s->def.kind]);
    if (s->def.kind != POLICY_SET_SRC)
        r->changed = true;
    return kinds[s->def.kind](p, s, r);
}
