/* Work that concerns many prefixes, a bounded number a call. A sweep visits every dest in the order
 * of handles and applies all that is due; what becomes due meanwhile waits for the next one. Dests
 * that are made meanwhile need no visit. */
#include "rib/table.h"

void rib_due(struct rib *r, uint8_t *due)
{
    *due = DUE_WAITING;
    r->sweep_wanted = true;
}

/* --- one dest --------------------------------------------------------------------------------- */

/* Routes of peers that went down; true: one was taken away that may have been a candidate. */
static bool purge_routes(struct rib *r, unsigned fam, struct dest *d)
{
    bool purged = false;
    for (uint32_t prev = 0, h = d->routes, next; h; h = next) {
        struct route *rt = route_at(r, h);
        next = rt->next;
        if (rib_route_is_live(r, fam, rt)) {
            prev = h;
            continue;
        }
        purged = purged || rt->set;
        rib_route_unlink(r, fam, d, prev, h);
    }
    return purged;
}

/* Import once more over what the peer sent; true: the set is another one. Without memory the route
 * stays as it is and the peer's refresh stays due. */
static bool reimport(struct rib *r, unsigned fam, const struct prefix *p, uint32_t h)
{
    struct route *rt = route_at(r, h);
    struct peer *peer = rib_peer_find(r, fam, rt->peer);
    bool failed;
    struct attr_set *set = rib_import(r, peer, p, route_received(r, h), &failed);
    uint32_t nh = 0;
    if (!failed && set && set->head.next_hop.family != IP_NONE) {
        nh = rib_next_hop_get(r, &set->head.next_hop);
        failed = nh == 0;
    }
    if (failed || set == rt->set) {
        attr_unref(r->params.attrs, set);
        rib_next_hop_put(r, nh);
        if (failed)
            rib_due(r, &peer->due_refresh);
        return false;
    }
    peer->accepted += (set != NULL) - (uint32_t)(rt->set != NULL);
    attr_unref(r->params.attrs, rt->set);
    rib_next_hop_put(r, rt->next_hop);
    rt->set = set;
    rt->next_hop = nh;
    return true;
}

static void visit_routes(struct rib *r, unsigned fam, uint32_t dest, struct dest *d)
{
    bool decide = purge_routes(r, fam, d) || r->due_decide;
    for (uint32_t h = d->routes; h; h = route_at(r, h)->next) {
        struct route *rt = route_at(r, h);
        decide = decide || (rt->next_hop && next_hop_at(r, rt->next_hop)->due);
    }
    if (decide)
        rib_decide(r, fam, dest, 0);
    for (uint32_t h = d->routes; h; h = route_at(r, h)->next) {
        struct route *rt = route_at(r, h);
        struct prefix p = rib_dest_prefix(d, fam);
        if (route_received(r, h) && rib_peer_find(r, fam, rt->peer)->due_refresh &&
            reimport(r, fam, &p, h))
            rib_decide(r, fam, dest, h);
    }
}

void rib_visit(struct rib *r, unsigned fam, uint32_t dest)
{
    if (!r->sweep_wanted && !r->sweep_running)
        return;
    struct dest *d = dest_at(r, fam, dest);
    rib_adj_purge(r, fam, d);
    visit_routes(r, fam, dest, d);
    const struct group_list *groups = &r->groups[fam];
    for (uint32_t i = 0; i < groups->active_count; i++) {
        struct group *g = groups->v[groups->active[i]];
        if (!g->due_refresh)
            continue;
        uint32_t best = rib_best(r, fam, d);
        rib_group_update(r, fam, g, dest, best ? route_at(r, best) : NULL);
    }
}

/* --- rounds ----------------------------------------------------------------------------------- */

static void step_due(uint8_t *due, enum due from, enum due to)
{
    if (*due == from)
        *due = (uint8_t)to;
}

/* Every mark that stands at `from` goes to `to`. */
static void step_all(struct rib *r, enum due from, enum due to)
{
    step_due(&r->due_decide, from, to);
    for (uint32_t h = 1; h < r->next_hops.end; h++)
        step_due(&next_hop_at(r, h)->due, from, to);
    for (unsigned fam = 0; fam < FAM_COUNT; fam++) {
        for (uint32_t i = 0; i < r->peer_cap[fam]; i++) {
            struct peer *p = r->peers[fam][i];
            if (!p)
                continue;
            if (p->due_down == from && to == DUE_NO)
                p->down_unswept = 0;
            step_due(&p->due_down, from, to);
            step_due(&p->due_refresh, from, to);
        }
        for (uint32_t i = 0; i < r->groups[fam].cap; i++) {
            struct group *g = r->groups[fam].v[i];
            if (!g)
                continue;
            if (g->due_del == from && to == DUE_NO)
                g->dels_unswept = 0;
            step_due(&g->due_del, from, to);
            step_due(&g->due_refresh, from, to);
        }
    }
}

static void round_start(struct rib *r)
{
    r->sweep_wanted = false;
    r->sweep_running = true;
    r->sweep_family = 0;
    r->sweep_cursor = 1;
    for (unsigned fam = 0; fam < FAM_COUNT; fam++) {
        if (!rib_pin_default(r, fam))
            r->sweep_wanted = true;
        r->sweep_end[fam] = r->tables[fam].dests.end;
    }
    step_all(r, DUE_WAITING, DUE_RUNNING);
}

/* Goes on with the round until it ends or the budget does. */
static void round_run(struct rib *r, uint32_t *budget)
{
    while (*budget > 0) {
        unsigned fam = r->sweep_family;
        if (fam == FAM_COUNT) {
            r->sweep_running = false;
            step_all(r, DUE_RUNNING, DUE_NO);
            return;
        }
        if (r->sweep_cursor >= r->sweep_end[fam]) {
            r->sweep_family++;
            r->sweep_cursor = 1;
            continue;
        }
        uint32_t h = r->sweep_cursor++;
        --*budget;
        if (!(dest_at(r, fam, h)->flags & DEST_LIVE))
            continue;
        rib_visit(r, fam, h);
        rib_dest_release(r, fam, h);
    }
}

bool rib_work(struct rib *r, uint32_t budget)
{
    while (budget > 0 && (r->sweep_running || r->sweep_wanted)) {
        if (!r->sweep_running) {
            budget--; /* an empty round costs too: without memory they would follow one another */
            round_start(r);
        }
        round_run(r, &budget);
    }
    return r->sweep_running || r->sweep_wanted;
}

void rib_sweep_all(struct rib *r)
{
    uint32_t budget = UINT32_MAX;
    if (r->sweep_running)
        round_run(r, &budget);
    if (r->sweep_wanted) {
        round_start(r);
        round_run(r, &budget);
    }
}
