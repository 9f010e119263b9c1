/* What becomes of a set that a peer sent: loops (RFC 4271 9.1.2, RFC 4456 8), import policy, and
 * what the router adds on its own. */
#include <string.h>

#include "attr/aspath.h"
#include "attr/community.h"
#include "rib/table.h"

/* --- memo: results of policy that cannot depend on the prefix --------------------------------- */

struct memo_slot *rib_memo_slot(struct memo_slot **memo, const struct attr_set *set)
{
    if (!*memo)
        *memo = mem_alloc(MEM_RIB_TABLE, MEMO_SLOTS * sizeof(**memo));
    return *memo ? &(*memo)[set->hash % MEMO_SLOTS] : NULL;
}

void rib_memo_fill(struct rib *r, struct memo_slot *slot, struct attr_set *in, struct attr_set *out)
{
    attr_unref(r->params.attrs, slot->in);
    attr_unref(r->params.attrs, slot->out);
    slot->in = attr_ref(in);
    slot->out = attr_ref(out);
}

void rib_memo_drop(struct rib *r, struct memo_slot **memo)
{
    if (!*memo)
        return;
    for (size_t i = 0; i < MEMO_SLOTS; i++) {
        attr_unref(r->params.attrs, (*memo)[i].in);
        attr_unref(r->params.attrs, (*memo)[i].out);
    }
    mem_free(MEM_RIB_TABLE, *memo, MEMO_SLOTS * sizeof(**memo));
    *memo = NULL;
}

/* --- import ----------------------------------------------------------------------------------- */

static bool is_internal(const struct peer *p)
{
    return p->params.kind == RIB_IBGP || p->params.kind == RIB_IBGP_CLIENT;
}

/* Whether the route passed us before. */
static bool is_looped(const struct rib *r, const struct peer *p, const struct attr_set *s)
{
    const uint8_t *path = attr_span(s, SPAN_AS_PATH);
    uint16_t n = s->head.span_len[SPAN_AS_PATH];
    if (n > 0) {
        if (aspath_count(path, n, r->params.local_as) > p->params.allowas_in)
            return true;
        uint32_t shown = p->params.local_as;
        if (shown != 0 && shown != r->params.local_as &&
            aspath_count(path, n, shown) > p->params.allowas_in)
            return true;
    }
    if (!is_internal(p))
        return false;
    /* RFC 4456 8: our own route reflected back, or one that our cluster has reflected. */
    if (s->head.has & ATTR_HAS_ORIGINATOR_ID && attr_rare(s)->originator_id == r->params.router_id)
        return true;
    const uint8_t *clusters = attr_span(s, SPAN_CLUSTER_LIST);
    return community_has(clusters, s->head.span_len[SPAN_CLUSTER_LIST], r->params.cluster_id);
}

/* LOCAL_PREF before policy sees the route; true: the draft differs from the set. */
static bool prepare(const struct rib *r, const struct peer *p, struct attr_draft *d)
{
    bool has = d->head.has & ATTR_HAS_LOCAL_PREF;
    if (is_internal(p) && !has) {
        d->head.has |= ATTR_HAS_LOCAL_PREF;
        d->head.local_pref = r->params.decision.default_local_pref;
        return true;
    }
    if (!is_internal(p) && has) { /* RFC 4271 5.1.5: not from an external peer */
        d->head.has &= (uint16_t)~ATTR_HAS_LOCAL_PREF;
        d->head.local_pref = 0;
        return true;
    }
    return false;
}

/* RFC 8326 4.1: the sender is about to go, so anything else is preferred, whatever policy said.
 * True: the draft changed. */
static bool prefer_others(const struct peer *p, struct attr_draft *d)
{
    uint16_t n = d->head.span_len[SPAN_COMMUNITIES];
    if (is_internal(p) || n == 0 ||
        !community_has(d->span[SPAN_COMMUNITIES], n, (uint32_t)COMMUNITY_GRACEFUL_SHUTDOWN))
        return false;
    d->head.has |= ATTR_HAS_LOCAL_PREF;
    d->head.local_pref = 0;
    return true;
}

static struct attr_set *import_anew(struct rib *r, struct peer *p, const struct prefix *px,
                                    struct attr_set *received, bool *ret_failed)
{
    if (p->params.deny_all || is_looped(r, p, received))
        return NULL;
    struct attr_draft d = attr_draft_of(received);
    bool changed = prepare(r, p, &d);
    if (p->params.weight != 0 && d.head.weight != p->params.weight) {
        d.head.weight = p->params.weight;
        changed = true;
    }
    if (p->params.import) {
        arena_reset(&r->arena);
        struct policy_route pr = {
            .prefix = *px,
            .draft = &d,
            .arena = &r->arena,
            .set = received,
            .peer = p->params.address,
            .self = p->params.self,
            .source = POLICY_BGP,
        };
        if (policy_run(p->params.import, &pr) == POLICY_DENY)
            return NULL;
        changed = changed || pr.changed;
        if (r->arena.failed) {
            *ret_failed = true;
            return NULL;
        }
    }
    changed |= prefer_others(p, &d);
    if (!changed)
        return attr_ref(received);
    /* These steer the way out only. */
    d.head.has &= (uint16_t) ~(ATTR_NEXT_HOP_SET | ATTR_NEXT_HOP_UNCHANGED);
    struct attr_set *out = attr_intern(r->params.attrs, &d);
    *ret_failed = out == NULL;
    return out;
}

bool rib_import_looks_at_prefix(const struct peer *p)
{
    return p->params.import && !p->params.deny_all && policy_looks_at_prefix(p->params.import);
}

struct attr_set *rib_import(struct rib *r, struct peer *p, const struct prefix *px,
                            struct attr_set *received, bool *ret_failed)
{
    *ret_failed = false;
    if (!p->params.import || rib_import_looks_at_prefix(p))
        return import_anew(r, p, px, received, ret_failed);
    struct memo_slot *slot = rib_memo_slot(&p->memo, received);
    if (slot && slot->in == received)
        return attr_ref(slot->out);
    struct attr_set *out = import_anew(r, p, px, received, ret_failed);
    if (slot && !*ret_failed)
        rib_memo_fill(r, slot, received, out);
    return out;
}
