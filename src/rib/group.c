/* Groups of peers with one outbound policy: who is a member, and what a change of the group sets
 * off. */
#include <errno.h>
#include <string.h>

#include "rib/table.h"

struct group *rib_group_find(const struct rib *r, unsigned fam, uint16_t id)
{
    const struct group_list *l = &r->groups[fam];
    return id < l->cap && l->v[id] && l->v[id]->is_used ? l->v[id] : NULL;
}

/* --- default-originate ------------------------------------------------------------------------ */

bool rib_pin_default(struct rib *r, unsigned fam)
{
    struct dest_table *t = &r->tables[fam];
    struct prefix p = { .family = family_of(fam) };
    bool wanted = false;
    for (uint32_t i = 0; i < r->groups[fam].active_count; i++)
        wanted = wanted || r->groups[fam].v[r->groups[fam].active[i]]->params.default_originate;
    wanted = wanted && rib_shard_of(&p, r->params.shards) == r->params.shard;
    if (wanted == (t->pinned != 0))
        return true;
    if (!wanted) {
        uint32_t h = t->pinned;
        t->pinned = 0;
        dest_at(r, fam, h)->flags &= (uint8_t)~DEST_PINNED;
        rib_dest_release(r, fam, h);
        return true;
    }
    t->pinned = rib_dest_get(r, fam, &p, rib_hash(r, &p));
    if (t->pinned == 0)
        return false;
    dest_at(r, fam, t->pinned)->flags |= DEST_PINNED;
    for (uint32_t i = 0; i < r->groups[fam].active_count; i++) {
        struct group *g = r->groups[fam].v[r->groups[fam].active[i]];
        if (g->params.default_originate)
            rib_due(r, &g->due_refresh);
    }
    return true;
}

/* --- the list of groups ----------------------------------------------------------------------- */

/* Room for the id, and for one more active group. */
static bool groups_reach(struct rib *r, unsigned fam, uint16_t id)
{
    struct group_list *l = &r->groups[fam];
    if (id >= l->cap) {
        uint32_t cap = l->cap ? l->cap : 4;
        while (cap <= id)
            cap *= 2;
        void *v = mem_resize(MEM_RIB_TABLE, l->v, l->cap * sizeof(*l->v), cap * sizeof(*l->v));
        if (!v)
            return false;
        l->v = v;
        l->cap = cap;
    }
    if (l->active_count == l->active_cap) {
        uint32_t cap = l->active_cap ? l->active_cap * 2 : 4;
        void *v = mem_resize(MEM_RIB_TABLE, l->active, l->active_cap * sizeof(*l->active),
                             cap * sizeof(*l->active));
        if (!v)
            return false;
        l->active = v;
        l->active_cap = cap;
    }
    if (!l->v[id])
        l->v[id] = mem_alloc(MEM_RIB_TABLE, sizeof(**l->v));
    return l->v[id] != NULL;
}

static void activate(struct group_list *l, uint16_t id)
{
    uint32_t at = l->active_count++;
    for (; at > 0 && l->active[at - 1] > id; at--)
        l->active[at] = l->active[at - 1];
    l->active[at] = id;
}

static void deactivate(struct group_list *l, uint16_t id)
{
    uint32_t at = 0;
    while (l->active[at] != id)
        at++;
    l->active_count--;
    memmove(&l->active[at], &l->active[at + 1], (l->active_count - at) * sizeof(*l->active));
}

err_t rib_group_set(struct rib *r, const struct rib_group_params *params)
{
    if (params->group >= RIB_GROUPS_MAX)
        return -ENOSPC;
    unsigned fam = fam_of(params->family);
    struct group *g = rib_group_find(r, fam, params->group);
    if (!g) {
        if (!groups_reach(r, fam, params->group))
            return -ENOMEM;
        g = r->groups[fam].v[params->group];
        g->is_used = true;
        activate(&r->groups[fam], params->group);
    }
    g->params = *params;
    rib_memo_drop(r, &g->memo);
    /* Without memory for the pin the sweep tries again. */
    if (!rib_pin_default(r, fam) || r->tables[fam].dests.live > 0)
        rib_due(r, &g->due_refresh);
    return 0;
}

static void members_done(struct group *g)
{
    mem_free(MEM_RIB_TABLE, g->members, g->member_cap * sizeof(*g->members));
    g->members = NULL;
    g->member_count = g->member_cap = 0;
}

void rib_group_del(struct rib *r, uint16_t group, uint8_t family)
{
    unsigned fam = fam_of(family);
    struct group *g = rib_group_find(r, fam, group);
    if (!g)
        return;
    rib_dump_stop(r, g);
    rib_queue_flush(r, fam, g);
    members_done(g);
    rib_memo_drop(r, &g->memo);
    /* What the dests keep of the group is told apart by its generation until it is swept away. */
    if (g->dels_unswept == 14)
        rib_sweep_all(r);
    rib_counts_clear(g);
    g->is_used = false;
    g->generation = (g->generation + 1) & 15;
    g->dels_unswept++;
    g->due_refresh = DUE_NO;
    deactivate(&r->groups[fam], group);
    rib_due(r, &g->due_del);
    rib_pin_default(r, fam); /* without memory the sweep tries again */
}

void rib_groups_done(struct rib *r)
{
    for (unsigned fam = 0; fam < FAM_COUNT; fam++) {
        struct group_list *l = &r->groups[fam];
        for (uint32_t i = 0; i < l->cap; i++) {
            struct group *g = l->v[i];
            if (!g)
                continue;
            rib_dump_stop(r, g);
            rib_queue_flush(r, fam, g);
            members_done(g);
            rib_counts_clear(g);
            rib_memo_drop(r, &g->memo);
            mem_free(MEM_RIB_TABLE, g, sizeof(*g));
        }
        mem_free(MEM_RIB_TABLE, l->v, l->cap * sizeof(*l->v));
        mem_free(MEM_RIB_TABLE, l->active, l->active_cap * sizeof(*l->active));
        *l = (struct group_list){ 0 };
    }
}

void rib_refresh_out(struct rib *r, uint16_t group, uint8_t family)
{
    struct group *g = rib_group_find(r, fam_of(family), group);
    if (!g)
        return;
    rib_memo_drop(r, &g->memo);
    rib_due(r, &g->due_refresh);
}

/* --- members ---------------------------------------------------------------------------------- */

/* The place of the peer among the members, or where it would stand. */
static uint32_t member_place(const struct group *g, uint16_t peer)
{
    uint32_t lo = 0, hi = g->member_count;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (g->members[mid].peer < peer)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

struct member *rib_member_find(const struct group *g, uint16_t peer)
{
    uint32_t at = member_place(g, peer);
    return at < g->member_count && g->members[at].peer == peer ? &g->members[at] : NULL;
}

/* The member is sent everything. While that is under way already, once more afterwards: who asks
 * all the time keeps nobody else waiting, and gets to the end. */
static void dump_again(const struct group *g, struct member *m)
{
    if (g->dump_peer == m->peer)
        m->wants_more = true;
    m->state = MEMBER_DUMP;
}

err_t rib_group_join(struct rib *r, uint16_t group, uint8_t family, uint16_t peer)
{
    struct group *g = rib_group_find(r, fam_of(family), group);
    if (!g || peer == RIB_PEER_LOCAL || peer >= RIB_PEERS_MAX)
        return -ENOENT;
    struct member *m = rib_member_find(g, peer);
    if (!m) {
        if (g->member_count == g->member_cap) {
            uint32_t cap = g->member_cap ? g->member_cap * 2 : 4;
            void *v =
                mem_resize(MEM_RIB_TABLE, g->members, g->member_cap * sizeof(*m), cap * sizeof(*m));
            if (!v)
                return -ENOMEM;
            g->members = v;
            g->member_cap = cap;
        }
        uint32_t at = member_place(g, peer);
        m = &g->members[at];
        memmove(m + 1, m, (g->member_count - at) * sizeof(*m));
        g->member_count++;
        *m = (struct member){ .peer = peer };
    }
    m->wants_eor = true;
    dump_again(g, m);
    return 0;
}

void rib_group_leave(struct rib *r, uint16_t group, uint8_t family, uint16_t peer)
{
    unsigned fam = fam_of(family);
    struct group *g = rib_group_find(r, fam, group);
    struct member *m = g ? rib_member_find(g, peer) : NULL;
    if (!m)
        return;
    if (g->dump_peer == peer)
        rib_dump_stop(r, g);
    g->member_count--;
    memmove(m, m + 1, (size_t)(&g->members[g->member_count] - m) * sizeof(*m));
    if (g->member_count == 0)
        rib_queue_flush(r, fam, g);
}

void rib_group_resend(struct rib *r, uint16_t group, uint8_t family, uint16_t peer)
{
    struct group *g = rib_group_find(r, fam_of(family), group);
    struct member *m = g ? rib_member_find(g, peer) : NULL;
    if (m)
        dump_again(g, m);
}

void rib_group_resend_all(struct group *g)
{
    if (g->params.kind == RIB_EBGP)
        return;
    for (uint32_t i = 0; i < g->member_count; i++)
        dump_again(g, &g->members[i]);
}

/* --- what it is told -------------------------------------------------------------------------- */

void rib_group_update(struct rib *r, unsigned fam, struct group *g, uint32_t dest,
                      const struct route *best)
{
    struct rib_offer offer;
    struct prefix p = rib_dest_prefix(dest_at(r, fam, dest), fam);
    if (!rib_offer_of(r, g, &p, best, &offer)) {
        rib_due(r, &g->due_refresh); /* no memory now: the sweep tries again */
        return;
    }
    if (!rib_tell(r, fam, g, dest, &offer)) {
        attr_unref(r->params.attrs, offer.set);
        rib_due(r, &g->due_refresh);
    }
}

void rib_adj_purge(struct rib *r, unsigned fam, struct dest *d)
{
    for (uint32_t prev = 0, h = d->adj, next; h; h = next) {
        const struct adj *a = adj_at(r, h);
        const struct group *g = rib_group_find(r, fam, (uint16_t)a->group);
        next = a->next;
        if (g && g->generation == a->generation)
            prev = h;
        else
            rib_adj_remove(r, d, prev, h);
    }
}
