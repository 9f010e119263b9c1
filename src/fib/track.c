#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "fib/internal.h"

/* ---- next hops of BGP ---- */

static struct fib_tracked answer(const struct fib *f, const struct gateway *g)
{
    struct fib_tracked t = { .next_hop = gateway_address(f, g) };
    t.reachable = g->outcome == OUTCOME_UNICAST;
    t.connected = g->connected;
    t.metric = g->metric;
    t.is_own = fib_own_address(f, &t.next_hop) != 0;
    if (g->hops)
        t.if_index = g->hops->hop[0].single->path.if_index;
    return t;
}

static bool same_answer(const struct fib_tracked *a, const struct fib_tracked *b)
{
    return a->reachable == b->reachable && a->connected == b->connected && a->is_own == b->is_own &&
           a->metric == b->metric && a->if_index == b->if_index;
}

void track_check(struct fib *f, struct gateway *g)
{
    if (g->trackers == 0)
        return;
    struct fib_tracked now = answer(f, g);
    if (g->was_told && same_answer(&now, &g->told)) {
        list_remove(&g->news);
        return;
    }
    if (!link_is_in_list(&g->news))
        list_append(&f->tracked_news, &g->news);
}

void fib_track_via_default(struct fib *f, uint8_t family, bool may)
{
    f->track_ignores_default[family_index(family)] = !may;
}

err_t fib_track(struct fib *f, const struct ip_addr *next_hop)
{
    if (ip_bits(next_hop->family) == 0)
        return -EINVAL;
    f->churn = 0;
    struct gateway *g =
        gateway_ref(f, next_hop, !f->track_ignores_default[family_index(next_hop->family)]);
    if (!g)
        return -ENOMEM;
    g->trackers++;
    g->was_told = false; /* whoever asks later gets an answer too */
    gateway_mark(f, g);
    return 0;
}

void fib_untrack(struct fib *f, const struct ip_addr *next_hop)
{
    if (ip_bits(next_hop->family) == 0)
        return;
    struct trie *t = gateway_trie(f, next_hop->family,
                                  !f->track_ignores_default[family_index(next_hop->family)]);
    struct prefix host = prefix_of(next_hop, ip_bits(next_hop->family));
    uint32_t h = trie_find(t, &host);
    struct gateway *g = h ? trie_head_at(t, h) : NULL;
    if (!g || g->trackers == 0 || --g->trackers > 0)
        return;
    list_remove(&g->news);
    g->was_told = false;
    gateway_release(f, g);
}

bool fib_next_tracked(struct fib *f, struct fib_tracked *ret_news)
{
    (void)fib_settle(f, UINT64_MAX);
    while (!list_is_empty(&f->tracked_news)) {
        struct gateway *g = LIST_ENTRY(f->tracked_news.next, struct gateway, news);
        list_remove(&g->news);
        struct fib_tracked now = answer(f, g);
        if (g->was_told && same_answer(&now, &g->told))
            continue;
        g->told = now;
        g->was_told = true;
        *ret_news = now;
        return true;
    }
    return false;
}

/* ---- selected routes, for redistribution ----
 * Only routes that are not BGP's are remembered: one that becomes BGP's, or goes, is told once. */

static struct told *told_find(const struct fib *f, const struct prefix *p, uint64_t hash)
{
    for (struct table_link *l = table_first(&f->told, hash); l; l = table_next(l)) {
        struct told *t = container_of(l, struct told, by_prefix);
        if (prefix_eq(&t->now.prefix, p))
            return t;
    }
    return NULL;
}

static struct told *told_new(struct fib *f, const struct prefix *p, uint64_t hash)
{
    struct told *t = slab_alloc(&f->told_slab);
    if (!t || table_insert(&f->told, &t->by_prefix, hash) != 0) {
        slab_free(&f->told_slab, t);
        return NULL;
    }
    t->now.prefix = *p;
    return t;
}

static struct fib_selected selected_of(const struct prefix *p, const struct meta *m)
{
    struct fib_selected s = { .prefix = *p, .present = m != NULL };
    if (!m)
        return s;
    s.source = m->source;
    s.metric = m->metric;
    s.tag = m->tag;
    if (m->paths->n > 0) {
        s.next_hop = m->paths->path[0].given.next_hop;
        s.if_index = m->paths->path[0].given.if_index;
    }
    if (m->paths->hops && s.if_index == 0)
        s.if_index = m->paths->hops->hop[0].single->path.if_index;
    return s;
}

static bool same_selected(const struct fib_selected *a, const struct fib_selected *b)
{
    return a->present == b->present && a->source == b->source && a->metric == b->metric &&
           a->tag == b->tag && a->if_index == b->if_index && ip_eq(&a->next_hop, &b->next_hop);
}

void told_check(struct fib *f, const struct prefix *p, struct dest *d, const struct meta *m)
{
    bool bgp = m && m->source == FIB_BGP;
    if (!dest_has(d, DEST_TOLD) && (!m || bgp))
        return;
    uint64_t hash = hash_bytes(f->params.hash_key, p, sizeof(*p));
    struct told *t = told_find(f, p, hash);
    if (!t)
        t = told_new(f, p, hash);
    if (!t) {
        dest_flag(d, DEST_CHANGED);
        f->incomplete = true;
        return;
    }
    if (m && !bgp)
        dest_flag(d, DEST_TOLD);
    else
        dest_unflag(d, DEST_TOLD);
    struct fib_selected now = selected_of(p, m);
    if (same_selected(&now, &t->now))
        return;
    t->now = now;
    if (!link_is_in_list(&t->news))
        list_append(&f->selected_news, &t->news);
}

bool fib_next_selected(struct fib *f, struct fib_selected *ret_news)
{
    (void)fib_settle(f, UINT64_MAX);
    if (list_is_empty(&f->selected_news))
        return false;
    struct told *t = LIST_ENTRY(f->selected_news.next, struct told, news);
    list_remove(&t->news);
    *ret_news = t->now;
    if (!t->now.present || t->now.source == FIB_BGP) {
        table_remove(&f->told, &t->by_prefix);
        slab_free(&f->told_slab, t);
    }
    return true;
}
