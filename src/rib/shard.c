/* The shard: peers, and the routes that come and go. */
#include <errno.h>
#include <string.h>

#include "rib/table.h"

/* A set prepends and extends within AS_PATH_BYTES_MAX; a few spans of that size. */
enum { POLICY_ARENA_BYTES = 1 << 17 };

/* --- the shard -------------------------------------------------------------------------------- */

static void self_init(struct rib *r)
{
    r->self.is_up = true;
    r->self.params.kind = RIB_LOCAL;
    r->self.params.remote_as = r->params.local_as;
    r->self.params.router_id = r->params.router_id;
}

struct rib *rib_new(const struct rib_params *params)
{
    assert(params->attrs && params->shards > 0 && params->shard < params->shards);
    struct rib *r = mem_alloc(MEM_RIB_TABLE, sizeof(*r));
    if (!r)
        return NULL;
    r->params = *params;
    uint32_t max_routes = (uint32_t)MIN(params->max_routes, (uint64_t)ROUTE_KEPT - 1);
    pool_init(&r->tables[FAM_V4].dests, MEM_RIB_DEST, DEST_V4_BYTES, UINT32_MAX - 1);
    pool_init(&r->tables[FAM_V6].dests, MEM_RIB_DEST, DEST_V6_BYTES, UINT32_MAX - 1);
    pool_init(&r->routes, MEM_RIB_ROUTE, sizeof(struct route), max_routes);
    pool_init(&r->kept_routes, MEM_RIB_ROUTE, sizeof(struct kept_route), max_routes);
    pool_init(&r->adjs, MEM_RIB_ADJ_OUT, sizeof(struct adj), UINT32_MAX - 1);
    pool_init(&r->items, MEM_RIB_ADJ_OUT, sizeof(struct item), UINT32_MAX - 1);
    pool_init(&r->buckets, MEM_RIB_ADJ_OUT, sizeof(struct bucket), UINT32_MAX - 1);
    pool_init(&r->next_hops, MEM_RIB_TABLE, sizeof(struct next_hop), UINT32_MAX - 1);
    arena_init(&r->arena, POLICY_ARENA_BYTES);
    self_init(r);
    return r;
}

/* The sets that routes and adjs refer to; nothing waits in a queue any more. */
static void drop_sets(struct rib *r, unsigned fam)
{
    struct attr_table *attrs = r->params.attrs;
    for (uint32_t h = 1; h < r->tables[fam].dests.end; h++) {
        const struct dest *d = dest_at(r, fam, h);
        if (!(d->flags & DEST_LIVE))
            continue;
        for (uint32_t i = d->routes; i; i = route_at(r, i)->next) {
            attr_unref(attrs, route_at(r, i)->set);
            attr_unref(attrs, route_received(r, i));
        }
        for (uint32_t i = d->adj; i; i = adj_at(r, i)->next)
            attr_unref(attrs, adj_at(r, i)->set);
    }
}

void rib_free(struct rib *r)
{
    if (!r)
        return;
    rib_groups_done(r);
    for (unsigned fam = 0; fam < FAM_COUNT; fam++) {
        struct dest_table *t = &r->tables[fam];
        drop_sets(r, fam);
        mem_free(MEM_RIB_TABLE, t->heads, t->size * sizeof(*t->heads));
        pool_done(&t->dests);
        for (uint32_t i = 0; i < r->peer_cap[fam]; i++) {
            if (!r->peers[fam][i])
                continue;
            rib_memo_drop(r, &r->peers[fam][i]->memo);
            mem_free(MEM_PEER, r->peers[fam][i], sizeof(struct peer));
        }
        mem_free(MEM_PEER, r->peers[fam], r->peer_cap[fam] * sizeof(struct peer *));
    }
    attr_unref(r->params.attrs, r->lent_set);
    pool_done(&r->routes);
    pool_done(&r->kept_routes);
    pool_done(&r->adjs);
    pool_done(&r->items);
    pool_done(&r->buckets);
    pool_done(&r->next_hops);
    mem_free(MEM_RIB_TABLE, r->nh_heads, r->nh_size * sizeof(*r->nh_heads));
    mem_free(MEM_RIB_TABLE, r->bucket_heads, r->bucket_size * sizeof(*r->bucket_heads));
    mem_free(MEM_BUFFER, r->out, r->out_cap * sizeof(*r->out));
    arena_done(&r->arena);
    mem_free(MEM_RIB_TABLE, r, sizeof(*r));
}

void rib_set_params(struct rib *r, const struct rib_params *params)
{
    assert(params->attrs == r->params.attrs && params->hash_key == r->params.hash_key &&
           params->shard == r->params.shard && params->shards == r->params.shards);
    bool other_local_pref = r->params.decision.default_local_pref !=
                            params->decision.default_local_pref;
    r->params = *params;
    r->routes.max = r->kept_routes.max =
        (uint32_t)MIN(params->max_routes, (uint64_t)ROUTE_KEPT - 1);
    self_init(r);
    rib_due(r, &r->due_decide);
    for (unsigned fam = 0; fam < FAM_COUNT; fam++) {
        for (uint32_t i = 0; i < r->peer_cap[fam]; i++) {
            if (r->peers[fam][i])
                rib_memo_drop(r, &r->peers[fam][i]->memo);
        }
        for (uint32_t i = 0; i < r->groups[fam].active_count; i++) {
            rib_refresh_out(r, r->groups[fam].active[i], family_of(fam));
            if (other_local_pref) /* it stands in UPDATEs, not in sets */
                rib_group_resend_all(r->groups[fam].v[r->groups[fam].active[i]]);
        }
    }
}

struct rib_counts rib_counts(const struct rib *r)
{
    struct rib_counts c = { 0 };
    for (unsigned fam = 0; fam < FAM_COUNT; fam++) {
        const struct dest_table *t = &r->tables[fam];
        c.prefixes[fam] = t->used;
        c.routes[fam] = t->routes;
        c.table_version[fam] = t->version;
        c.bytes += pool_bytes(&t->dests) + t->size * sizeof(*t->heads);
    }
    c.bytes += pool_bytes(&r->kept_routes);
    c.bytes += pool_bytes(&r->routes) + pool_bytes(&r->adjs) + pool_bytes(&r->items) +
               pool_bytes(&r->buckets) + pool_bytes(&r->next_hops) +
               r->bucket_size * sizeof(*r->bucket_heads) + r->nh_size * sizeof(*r->nh_heads);
    return c;
}

/* --- peers ------------------------------------------------------------------------------------ */

/* Room for the id in the table of peers. */
static bool peers_reach(struct rib *r, unsigned fam, uint16_t id)
{
    uint32_t old = r->peer_cap[fam], cap = old ? old : 8;
    if (id < old)
        return true;
    while (cap <= id)
        cap *= 2;
    void *v = mem_resize(MEM_PEER, r->peers[fam], old * sizeof(struct peer *),
                         cap * sizeof(struct peer *));
    if (!v)
        return false;
    r->peers[fam] = v;
    r->peer_cap[fam] = cap;
    return true;
}

err_t rib_peer_set(struct rib *r, const struct rib_peer_params *params)
{
    if (params->peer == RIB_PEER_LOCAL || params->peer >= RIB_PEERS_MAX)
        return -ENOSPC;
    unsigned fam = fam_of(params->family);
    if (!peers_reach(r, fam, params->peer))
        return -ENOMEM;
    struct peer **at = &r->peers[fam][params->peer];
    if (!*at)
        *at = mem_alloc(MEM_PEER, sizeof(**at));
    if (!*at)
        return -ENOMEM;
    struct peer *p = *at;
    /* What is not kept from the first route on cannot be run again. */
    p->keeps_all = params->soft_reconfiguration && (!p->is_up || p->keeps_all);
    const struct rib_peer_params *old = &p->params;
    bool concerns_choice = p->is_up && (old->kind != params->kind ||
                                        old->route_server_client != params->route_server_client ||
                                        old->router_id != params->router_id ||
                                        old->require_connected != params->require_connected);
    p->params = *params;
    p->is_up = true;
    rib_memo_drop(r, &p->memo);
    for (uint32_t i = 0; i < r->groups[fam].active_count; i++) {
        struct group *g = r->groups[fam].v[r->groups[fam].active[i]];
        rib_memo_drop(r, &g->memo);
        if (concerns_choice)
            rib_due(r, &g->due_refresh);
    }
    if (concerns_choice)
        rib_due(r, &r->due_decide);
    return 0;
}

void rib_peer_down(struct rib *r, uint16_t peer, uint8_t family)
{
    unsigned fam = fam_of(family);
    struct peer *p = peer == RIB_PEER_LOCAL ? NULL : rib_peer_find(r, fam, peer);
    if (!p || !p->is_up)
        return;
    p->is_up = p->keeps_all = false;
    p->received = p->accepted = 0;
    rib_memo_drop(r, &p->memo);
    /* A generation comes around after 256; routes of one that old must be gone by then. */
    if (p->down_unswept == UINT8_MAX - 1)
        rib_sweep_all(r);
    p->generation++;
    p->down_unswept++;
    rib_due(r, &p->due_down);
}

bool rib_refresh_in(struct rib *r, uint16_t peer, uint8_t family)
{
    struct peer *p = rib_peer_find(r, fam_of(family), peer);
    if (!p || !p->is_up || peer == RIB_PEER_LOCAL)
        return true;
    rib_memo_drop(r, &p->memo);
    if (!p->keeps_all)
        return false;
    rib_due(r, &p->due_refresh);
    return true;
}

uint32_t rib_peer_received(const struct rib *r, uint16_t peer, uint8_t family)
{
    const struct peer *p = rib_peer_find(r, fam_of(family), peer);
    return p ? p->received : 0;
}

uint32_t rib_peer_accepted(const struct rib *r, uint16_t peer, uint8_t family)
{
    const struct peer *p = rib_peer_find(r, fam_of(family), peer);
    return p ? p->accepted : 0;
}

/* --- routes ----------------------------------------------------------------------------------- */

/* The route of a peer (and a source, for own ones) to the dest; 0: none. */
static uint32_t route_find(const struct rib *r, unsigned fam, const struct dest *d, uint16_t peer,
                           uint8_t source, uint32_t *ret_prev)
{
    uint32_t prev = 0;
    for (uint32_t h = d->routes; h; prev = h, h = route_at(r, h)->next) {
        const struct route *rt = route_at(r, h);
        if (rt->peer == peer && route_source(rt) == source && rib_route_is_live(r, fam, rt)) {
            *ret_prev = prev;
            return h;
        }
    }
    return 0;
}

/* A handle of the kind that can remember what came, or of the other; 0: a limit or no memory. */
static uint32_t route_alloc(struct rib *r, bool keeps)
{
    if ((uint64_t)r->routes.live + r->kept_routes.live >= r->params.max_routes)
        return 0;
    uint32_t h = pool_alloc(keeps ? &r->kept_routes : &r->routes);
    return h && keeps ? h | ROUTE_KEPT : h;
}

static void route_free(struct rib *r, uint32_t handle)
{
    pool_free(handle & ROUTE_KEPT ? &r->kept_routes : &r->routes, handle & ~ROUTE_KEPT);
}

void rib_route_unlink(struct rib *r, unsigned fam, struct dest *d, uint32_t prev, uint32_t handle)
{
    struct dest_table *t = &r->tables[fam];
    struct route *rt = route_at(r, handle);
    if (prev)
        route_at(r, prev)->next = rt->next;
    else
        d->routes = rt->next;
    if (rib_route_is_live(r, fam, rt)) {
        struct peer *p = rib_peer_find(r, fam, rt->peer);
        p->received--;
        p->accepted -= rt->set != NULL;
    }
    attr_unref(r->params.attrs, rt->set);
    attr_unref(r->params.attrs, route_received(r, handle));
    rib_next_hop_put(r, rt->next_hop);
    route_free(r, handle);
    t->routes--;
    t->used -= d->routes == 0;
}

/* One route on its way in. */
struct incoming {
    unsigned fam;
    uint32_t now_s;
    struct peer *peer;
    uint16_t peer_id;
    uint8_t source;
    struct attr_set *received; /* borrowed; NULL: not kept */
    struct attr_set *set;      /* borrowed; NULL: rejected */
};

/* The handle of the next hop of a set; false without memory. */
static bool next_hop_of(struct rib *r, const struct incoming *in, uint32_t *ret_handle)
{
    *ret_handle = 0;
    if (!in->set || in->peer_id == RIB_PEER_LOCAL || in->set->head.next_hop.family == IP_NONE)
        return true;
    *ret_handle = rib_next_hop_get(r, &in->set->head.next_hop);
    return *ret_handle != 0;
}

static void route_fill(struct rib *r, uint32_t h, const struct incoming *in, uint32_t nh)
{
    struct route *rt = route_at(r, h);
    if (rt->set != in->set) {
        in->peer->accepted += (in->set != NULL) - (uint32_t)(rt->set != NULL);
        attr_ref(in->set);
        attr_unref(r->params.attrs, rt->set);
        rt->set = in->set;
    }
    if (h & ROUTE_KEPT) {
        struct kept_route *kept = pool_at(&r->kept_routes, h & ~ROUTE_KEPT);
        attr_ref(in->received);
        attr_unref(r->params.attrs, kept->received);
        kept->received = in->received;
    }
    rt->next_hop = nh;
    rt->since_s = in->now_s;
}

/* A route that was not there before; false: a limit or no memory. */
static bool route_add(struct rib *r, const struct incoming *in, uint32_t dest)
{
    struct dest_table *t = &r->tables[in->fam];
    struct dest *d = dest_at(r, in->fam, dest);
    uint32_t nh;
    uint32_t h = route_alloc(r, in->received != NULL);
    if (h == 0)
        return false;
    if (!next_hop_of(r, in, &nh)) {
        route_free(r, h);
        return false;
    }
    struct route *rt = route_at(r, h);
    rt->peer = in->peer_id;
    rt->generation = in->peer->generation;
    rt->flags = (uint8_t)(in->source << ROUTE_SOURCE_SHIFT);
    route_fill(r, h, in, nh);
    in->peer->received++;
    t->routes++;
    t->used += d->routes == 0;
    rt->next = d->routes;
    d->routes = h;
    if (in->set)
        rib_decide(r, in->fam, dest, h);
    return true;
}

static void route_remove(struct rib *r, unsigned fam, uint32_t dest, uint32_t prev, uint32_t h)
{
    bool was_candidate = route_at(r, h)->set != NULL;
    rib_route_unlink(r, fam, dest_at(r, fam, dest), prev, h);
    if (was_candidate)
        rib_decide(r, fam, dest, 0);
}

/* What the peer said before is replaced. Without memory the old route goes all the same: it is not
 * what the peer says any more. */
static bool route_replace(struct rib *r, const struct incoming *in, uint32_t dest, uint32_t prev,
                          uint32_t h)
{
    if (in->received && !(h & ROUTE_KEPT)) { /* soft reconfiguration came with a reload */
        uint32_t kept = route_alloc(r, true);
        if (kept == 0) {
            route_remove(r, in->fam, dest, prev, h);
            return false;
        }
        *route_at(r, kept) = *route_at(r, h);
        *(prev ? &route_at(r, prev)->next : &dest_at(r, in->fam, dest)->routes) = kept;
        route_free(r, h);
        h = kept;
    }
    struct route *rt = route_at(r, h);
    if (rt->set == in->set && route_received(r, h) == in->received)
        return true;
    uint32_t nh;
    if (!next_hop_of(r, in, &nh)) {
        route_remove(r, in->fam, dest, prev, h);
        return false;
    }
    bool set_changed = rt->set != in->set;
    uint32_t old = rt->next_hop;
    route_fill(r, h, in, nh);
    rib_next_hop_put(r, old);
    if (set_changed)
        rib_decide(r, in->fam, dest, h);
    return true;
}

/* The route takes its place; one that is neither accepted nor kept takes the old one's away. */
static bool route_put(struct rib *r, const struct incoming *in, const struct prefix *p,
                      uint64_t hash)
{
    bool is_nothing = !in->set && !in->received;
    uint32_t dest = is_nothing ? rib_dest_find(r, in->fam, p, hash)
                               : rib_dest_get(r, in->fam, p, hash);
    if (dest == 0)
        return is_nothing;
    rib_visit(r, in->fam, dest);
    uint32_t prev = 0;
    uint32_t h = route_find(r, in->fam, dest_at(r, in->fam, dest), in->peer_id, in->source, &prev);
    bool done = true;
    if (is_nothing && h)
        route_remove(r, in->fam, dest, prev, h);
    else if (h)
        done = route_replace(r, in, dest, prev, h);
    else if (!is_nothing)
        done = route_add(r, in, dest);
    rib_dest_release(r, in->fam, dest);
    return done;
}

/* Looking ahead hides the latency of memory: heads of the hash table first, then the dests, then
 * what hangs on them. */
enum { BATCH = 16 };

static void look_ahead(const struct rib *r, unsigned fam, const struct prefix *p, size_t n,
                       uint64_t *ret_hashes)
{
    const struct dest_table *t = &r->tables[fam];
    uint32_t heads[BATCH];
    for (size_t i = 0; i < n; i++) {
        ret_hashes[i] = rib_hash(r, &p[i]);
        if (t->size)
            __builtin_prefetch(&t->heads[ret_hashes[i] & (t->size - 1)]);
    }
    for (size_t i = 0; i < n; i++) {
        heads[i] = t->size ? t->heads[ret_hashes[i] & (t->size - 1)] : 0;
        if (heads[i])
            __builtin_prefetch(pool_at(&t->dests, heads[i]));
    }
    for (size_t i = 0; i < n; i++) {
        if (!heads[i])
            continue;
        const struct dest *d = pool_at(&t->dests, heads[i]);
        if (d->hash_next)
            __builtin_prefetch(pool_at(&t->dests, d->hash_next));
        if (d->routes)
            __builtin_prefetch(route_at(r, d->routes));
        if (d->adj)
            __builtin_prefetch(adj_at(r, d->adj));
    }
}

/* One prefix of an announcement whose import has to be asked for each. */
static bool announce_one(struct rib *r, struct incoming *in, struct attr_set *set,
                         const struct prefix *p, uint64_t hash)
{
    bool failed;
    in->set = rib_import(r, in->peer, p, set, &failed);
    if (failed) {
        in->received = NULL; /* cannot be said: the old route goes */
        route_put(r, in, p, hash);
        return false;
    }
    bool done = route_put(r, in, p, hash);
    attr_unref(r->params.attrs, in->set);
    return done;
}

enum rib_result rib_announce(struct rib *r, uint32_t now_s, uint16_t peer, struct attr_set *set,
                             const struct prefix *prefixes, size_t n)
{
    if (n == 0)
        return RIB_OK;
    unsigned fam = fam_of(prefixes[0].family);
    struct incoming in = { .fam = fam, .now_s = now_s, .peer_id = peer };
    in.peer = peer == RIB_PEER_LOCAL ? NULL : rib_peer_find(r, fam, peer);
    if (!in.peer || !in.peer->is_up)
        return RIB_OK;
    bool failed = false, all_done = true;
    bool each = rib_import_looks_at_prefix(in.peer);
    attr_ref(set);
    if (!each)
        in.set = rib_import(r, in.peer, &prefixes[0], set, &failed);
    for (size_t at = 0; at < n; at += BATCH) {
        uint64_t hashes[BATCH];
        size_t left = MIN(n - at, (size_t)BATCH);
        look_ahead(r, fam, &prefixes[at], left, hashes);
        for (size_t i = 0; i < left; i++) {
            assert(prefixes[at + i].family == prefixes[0].family);
            in.received = in.peer->params.soft_reconfiguration && !failed ? set : NULL;
            bool done = each ? announce_one(r, &in, set, &prefixes[at + i], hashes[i])
                             : route_put(r, &in, &prefixes[at + i], hashes[i]);
            all_done = all_done && done;
        }
    }
    if (!each)
        attr_unref(r->params.attrs, in.set);
    attr_unref(r->params.attrs, set);
    return all_done && !failed ? RIB_OK : RIB_FULL;
}

void rib_withdraw(struct rib *r, uint16_t peer, const struct prefix *prefixes, size_t n)
{
    if (n == 0)
        return;
    unsigned fam = fam_of(prefixes[0].family);
    struct incoming in = { .fam = fam, .peer_id = peer };
    in.peer = peer == RIB_PEER_LOCAL ? NULL : rib_peer_find(r, fam, peer);
    if (!in.peer || !in.peer->is_up)
        return;
    for (size_t at = 0; at < n; at += BATCH) {
        uint64_t hashes[BATCH];
        size_t left = MIN(n - at, (size_t)BATCH);
        look_ahead(r, fam, &prefixes[at], left, hashes);
        for (size_t i = 0; i < left; i++) {
            assert(prefixes[at + i].family == prefixes[0].family);
            (void)route_put(r, &in, &prefixes[at + i], hashes[i]);
        }
    }
}

enum rib_result rib_local(struct rib *r, uint32_t now_s, const struct prefix *p, uint8_t source,
                          struct attr_set *set)
{
    assert(source <= POLICY_NETWORK);
    struct incoming in = {
        .fam = fam_of(p->family),
        .now_s = now_s,
        .peer = &r->self,
        .peer_id = RIB_PEER_LOCAL,
        .source = source,
        .set = set,
    };
    return route_put(r, &in, p, rib_hash(r, p)) ? RIB_OK : RIB_FULL;
}
