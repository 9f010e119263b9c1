/* Which routes of a prefix are candidates, which one is the best and which share the load with it,
 * and who hears of a change: the groups and the FIB. */
#include <string.h>

#include "rib/table.h"

bool rib_candidate_of(const struct rib *r, unsigned fam, const struct route *rt,
                      struct rib_candidate *ret_candidate)
{
    if (!rt->set || !rib_route_is_live(r, fam, rt))
        return false;
    const struct peer *p = rib_peer_find(r, fam, rt->peer);
    uint32_t metric = 0;
    if (rt->next_hop) {
        const struct next_hop *nh = next_hop_at(r, rt->next_hop);
        if (!nh->reachable || nh->is_own)
            return false;
        if (p->params.require_connected && !nh->connected)
            return false;
        metric = nh->metric;
    }
    *ret_candidate = (struct rib_candidate){
        .set = rt->set,
        .address = &p->params.address,
        .kind = p->params.kind,
        .peer_as = p->params.remote_as,
        .router_id = p->params.router_id,
        .igp_metric = metric,
        .is_chosen = rt->flags & ROUTE_BEST,
    };
    return true;
}

uint32_t rib_best(const struct rib *r, unsigned fam, const struct dest *d)
{
    (void)fam;
    if (!(d->flags & DEST_HAS_BEST))
        return 0;
    uint32_t h = d->routes;
    while (h && !(route_at(r, h)->flags & ROUTE_BEST))
        h = route_at(r, h)->next;
    return h;
}

/* What a selection goes through. */
struct selection {
    const struct rib *r;
    unsigned fam;
    const struct dest *d;
    uint32_t best;
    struct rib_candidate candidate; /* of the best */
    enum rib_step step;
};

/* The better of the best so far and the route becomes the best. As in FRR, the step that is kept is
 * that of the last comparison. */
static void consider(struct selection *s, uint32_t handle, const struct rib_candidate *c)
{
    if (s->best) {
        struct rib_verdict v = rib_compare(&s->r->params.decision, c, &s->candidate);
        s->step = v.step;
        if (!v.is_better)
            return;
    } else {
        s->step = RIB_STEP_FIRST;
    }
    s->best = handle;
    s->candidate = *c;
}

/* Deterministic MED: the best of each neighbour AS first, so that MEDs are compared with all those
 * they may be compared with; marks the winners. */
static void mark_group_bests(const struct rib *r, unsigned fam, const struct dest *d)
{
    for (uint32_t h = d->routes; h; h = route_at(r, h)->next)
        route_at(r, h)->flags &= (uint8_t) ~(ROUTE_COMPARED | ROUTE_GROUP_BEST);
    for (uint32_t h = d->routes; h; h = route_at(r, h)->next) {
        struct route *rt = route_at(r, h);
        struct rib_candidate c;
        if (rt->flags & ROUTE_COMPARED || !rib_candidate_of(r, fam, rt, &c))
            continue;
        struct selection s = { .r = r, .fam = fam, .d = d, .best = h, .candidate = c };
        uint32_t neighbor = c.set->first_as;
        for (uint32_t o = rt->next; o && neighbor; o = route_at(r, o)->next) {
            struct route *other = route_at(r, o);
            if (!rib_candidate_of(r, fam, other, &c) || c.set->first_as != neighbor)
                continue;
            other->flags |= ROUTE_COMPARED;
            consider(&s, o, &c);
        }
        route_at(r, s.best)->flags |= ROUTE_GROUP_BEST;
    }
}

static struct selection choose(const struct rib *r, unsigned fam, const struct dest *d)
{
    struct selection s = { .r = r, .fam = fam, .d = d };
    bool by_group = r->params.decision.deterministic_med && d->routes &&
                    route_at(r, d->routes)->next;
    if (by_group)
        mark_group_bests(r, fam, d);
    for (uint32_t h = d->routes; h; h = route_at(r, h)->next) {
        const struct route *rt = route_at(r, h);
        struct rib_candidate c;
        if (by_group && !(rt->flags & ROUTE_GROUP_BEST))
            continue;
        if (rib_candidate_of(r, fam, rt, &c))
            consider(&s, h, &c);
    }
    return s;
}

/* The order in which paths of equal rank are taken: by next hop, then by peer. */
static int share_order(const struct rib *r, const struct route *a, const struct route *b)
{
    const struct ip_addr none = { 0 };
    const struct ip_addr *na = a->next_hop ? &next_hop_at(r, a->next_hop)->address : &none;
    const struct ip_addr *nb = b->next_hop ? &next_hop_at(r, b->next_hop)->address : &none;
    int order = ip_cmp(na, nb);
    return order != 0 ? order : (int)a->peer - (int)b->peer;
}

/* The routes that share with the best, itself not counted, in their order: at most `max`. */
static uint32_t find_sharing(const struct selection *s, uint32_t max, uint32_t *ret_handles)
{
    const struct route *best = route_at(s->r, s->best);
    uint32_t n = 0;
    for (uint32_t h = s->d->routes; h; h = route_at(s->r, h)->next) {
        const struct route *rt = route_at(s->r, h);
        struct rib_candidate c;
        if (h == s->best || rt->next_hop == best->next_hop ||
            !rib_candidate_of(s->r, s->fam, rt, &c) ||
            !rib_compare(&s->r->params.decision, &c, &s->candidate).is_multipath)
            continue;
        uint32_t at = n;
        while (at > 0 && share_order(s->r, rt, route_at(s->r, ret_handles[at - 1])) < 0)
            at--;
        if (at == max)
            continue;
        n = MIN(n + 1, max);
        memmove(&ret_handles[at + 1], &ret_handles[at], (n - 1 - at) * sizeof(*ret_handles));
        ret_handles[at] = h;
    }
    return n;
}

/* Sets the marks of one route; true: they were others. */
static bool set_marks(struct route *rt, uint8_t marks)
{
    uint8_t before = rt->flags & (ROUTE_BEST | ROUTE_MULTIPATH);
    rt->flags = (uint8_t)((rt->flags & ~(ROUTE_BEST | ROUTE_MULTIPATH)) | marks);
    return before != marks;
}

/* Marks the best and those that share with it; true: they were others. */
static bool mark_sharing(const struct rib *r, struct dest *d, const struct selection *s)
{
    uint32_t sharing[RIB_PATHS_MAX];
    uint32_t n = 0;
    const struct rib_decision *how = &r->params.decision;
    if (s->best && s->candidate.kind != RIB_LOCAL) {
        uint32_t max = s->candidate.kind == RIB_EBGP ? how->paths_ebgp : how->paths_ibgp;
        if (max > 1)
            n = find_sharing(s, MIN(max, (uint32_t)RIB_PATHS_MAX) - 1, sharing);
    }
    bool changed = false;
    for (uint32_t h = d->routes; h; h = route_at(r, h)->next) {
        uint8_t marks = 0;
        for (uint32_t i = 0; i < n && !marks; i++)
            marks = sharing[i] == h ? ROUTE_MULTIPATH : 0;
        if (h == s->best)
            marks = n > 0 ? ROUTE_BEST | ROUTE_MULTIPATH : ROUTE_BEST;
        changed |= set_marks(route_at(r, h), marks);
    }
    return changed;
}

/* Sets the marks on the dest and its routes; true: the routes that share the load are others. */
static bool mark(const struct rib *r, struct dest *d, const struct selection *s)
{
    d->flags = (uint8_t)(s->best ? d->flags | DEST_HAS_BEST : d->flags & ~DEST_HAS_BEST);
    d->reason = (uint8_t)s->step;
    if (!d->routes)
        return false;
    struct route *first = route_at(r, d->routes);
    if (first->next)
        return mark_sharing(r, d, s);
    return set_marks(first, s->best ? ROUTE_BEST : 0);
}

static void enqueue_change(struct rib *r, unsigned fam, uint32_t dest, struct dest *d)
{
    struct dest_table *t = &r->tables[fam];
    if (d->flags & DEST_QUEUED)
        return;
    d->flags |= DEST_QUEUED;
    d->change_next = 0;
    if (t->change_last)
        dest_at(r, fam, t->change_last)->change_next = dest;
    else
        t->change_first = dest;
    t->change_last = dest;
}

void rib_decide(struct rib *r, unsigned fam, uint32_t dest, uint32_t changed)
{
    struct dest *d = dest_at(r, fam, dest);
    bool had_best = d->flags & DEST_HAS_BEST;
    uint32_t before = rib_best(r, fam, d);
    struct selection s = choose(r, fam, d);
    bool share_changed = mark(r, d, &s);
    bool best_changed = s.best != before || (had_best && !before) || (s.best && s.best == changed);
    const struct route *best = s.best ? route_at(r, s.best) : NULL;
    bool concerns_fib = d->flags & DEST_IN_FIB || (best && best->peer != RIB_PEER_LOCAL);
    bool set_changed = changed && route_at(r, changed)->flags & ROUTE_MULTIPATH;
    if (concerns_fib && (best_changed || share_changed || set_changed))
        enqueue_change(r, fam, dest, d);
    if (!best_changed)
        return;
    r->tables[fam].version++;
    const struct group_list *groups = &r->groups[fam];
    for (uint32_t i = 0; i < groups->active_count; i++)
        rib_group_update(r, fam, groups->v[groups->active[i]], dest, best);
}

static void fill_path(const struct route *rt, uint32_t i, struct rib_change *c)
{
    c->path[i].next_hop = rt->set->head.next_hop;
    c->path[i].next_hop_ll = attr_rare(rt->set)->next_hop_ll;
    c->path[i].peer = rt->peer;
}

/* The paths of a dest as the FIB wants them: the best, then what shares with it by next hop. */
static void fill_change(const struct rib *r, unsigned fam, const struct dest *d,
                        struct rib_change *c)
{
    uint32_t sharing[RIB_PATHS_MAX];
    uint32_t n = 0, b = rib_best(r, fam, d);
    c->prefix = rib_dest_prefix(d, fam);
    c->paths = 0;
    if (b == 0 || route_at(r, b)->peer == RIB_PEER_LOCAL)
        return;
    const struct route *best = route_at(r, b);
    for (uint32_t h = d->routes; h; h = route_at(r, h)->next) {
        const struct route *rt = route_at(r, h);
        if (h == b || !(rt->flags & ROUTE_MULTIPATH) || n == RIB_PATHS_MAX - 1)
            continue;
        uint32_t at = n++;
        for (; at > 0 && share_order(r, rt, route_at(r, sharing[at - 1])) < 0; at--)
            sharing[at] = sharing[at - 1];
        sharing[at] = h;
    }
    fill_path(best, 0, c);
    for (uint32_t i = 0; i < n; i++)
        fill_path(route_at(r, sharing[i]), i + 1, c);
    c->paths = n + 1;
    c->kind = rib_peer_find(r, fam, best->peer)->params.kind;
    c->med = best->set->head.med;
    c->tag = attr_rare(best->set)->tag;
    c->distance = best->set->head.distance;
}

bool rib_next_change(struct rib *r, struct rib_change *ret_change)
{
    for (unsigned fam = 0; fam < FAM_COUNT; fam++) {
        struct dest_table *t = &r->tables[fam];
        while (t->change_first) {
            uint32_t h = t->change_first;
            struct dest *d = dest_at(r, fam, h);
            t->change_first = d->change_next;
            if (t->change_first == 0)
                t->change_last = 0;
            else
                rib_dest_foresee(r, fam, dest_at(r, fam, t->change_first));
            rib_visit(r, fam, h);
            d->flags &= (uint8_t)~DEST_QUEUED;
            bool was_in_fib = d->flags & DEST_IN_FIB;
            fill_change(r, fam, d, ret_change);
            d->flags =
                (uint8_t)(ret_change->paths ? d->flags | DEST_IN_FIB : d->flags & ~DEST_IN_FIB);
            rib_dest_release(r, fam, h);
            if (ret_change->paths || was_in_fib)
                return true;
        }
    }
    return false;
}
