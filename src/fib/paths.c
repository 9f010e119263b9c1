#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "fib/internal.h"

static const uint8_t class_size[CLASS_COUNT] = { 1, 4, 16, 64 };

/* What makes next hops the same: everything in `given` order. */
static bool same_paths(const struct paths *p, const struct fib_route *r, bool trusted)
{
    uint32_t n = r->kind == FIB_UNICAST ? r->n : 0;
    if (p->family != r->prefix.family || p->kind != r->kind || p->n != n ||
        p->via_default != r->allow_recursion_via_default || p->trusted != trusted)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const struct fib_path *a = &p->path[i].given, *b = &r->path[i];
        if (!ip_eq(&a->next_hop, &b->next_hop) || a->if_index != b->if_index ||
            a->weight != MAX(b->weight, 1u) || a->onlink != b->onlink)
            return false;
    }
    return true;
}

static uint64_t paths_hash(const struct fib *f, const struct fib_route *r, bool trusted)
{
    uint32_t n = r->kind == FIB_UNICAST ? r->n : 0;
    uint8_t head[5] = { r->prefix.family, r->kind, r->allow_recursion_via_default, trusted,
                        (uint8_t)n };
    uint64_t h = hash_bytes(f->params.hash_key, head, sizeof(head));
    for (uint32_t i = 0; i < n; i++) {
        struct {
            struct ip_addr next_hop;
            uint8_t pad[3];
            uint32_t numbers[3];
        } word = { .next_hop = r->path[i].next_hop,
                   .numbers = { r->path[i].if_index, MAX(r->path[i].weight, 1u),
                                r->path[i].onlink } };
        h = hash_bytes(h, &word, sizeof(word));
    }
    return h;
}

static void paths_free(struct fib *f, struct paths *p)
{
    pool_free(&f->paths_index, p->self);
    slab_free(&f->paths_slab[p->size_class], p);
}

/* Frees p once nothing refers to it: no route, no route in the kernel, no operation to come. */
void paths_release(struct fib *f, struct paths *p)
{
    if (p->refs > 0 || p->kernel_users > 0 || p->in_kernel || p->retired_id)
        return;
    for (uint32_t i = 0; i < p->n; i++) {
        struct gateway *g = p->path[i].gateway;
        if (!g)
            continue;
        list_remove(&p->path[i].user);
        g->refs--;
        gateway_release(f, g);
    }
    LIST_EACH_SAFE (l, next, &p->dependents) {
        struct gateway *g = LIST_ENTRY(l, struct gateway, via_link);
        list_remove(l);
        g->via = NULL;
        gateway_mark(f, g);
    }
    list_remove(&p->dirty);
    list_remove(&p->object);
    list_remove(&p->dead);
    list_remove(&p->wanting);
    hops_unref(f, p->hops);
    hops_unref(f, p->told);
    table_remove(&f->paths, &p->by_value);
    paths_free(f, p);
}

static struct paths *paths_alloc(struct fib *f, uint32_t n)
{
    uint8_t size_class = 0;
    while (class_size[size_class] < n)
        size_class++;
    struct paths *p = slab_alloc(&f->paths_slab[size_class]);
    if (!p)
        return NULL;
    p->size_class = size_class;
    p->self = pool_alloc(&f->paths_index);
    if (!p->self) {
        paths_free(f, p);
        return NULL;
    }
    *(struct paths **)pool_at(&f->paths_index, p->self) = p;
    list_init(&p->dependents);
    return p;
}

static err_t add_path(struct fib *f, struct paths *p, const struct fib_path *given)
{
    struct path *path = &p->path[p->n];
    path->owner = p;
    path->given = *given;
    path->given.weight = MAX(given->weight, 1u);
    if (given->if_index == 0) {
        path->gateway = gateway_ref(f, &given->next_hop, p->via_default);
        if (!path->gateway)
            return -ENOMEM;
        path->gateway->refs++;
        list_append(&path->gateway->users, &path->user);
    }
    p->n++;
    return 0;
}

static struct paths *paths_new(struct fib *f, const struct fib_route *r, bool trusted,
                               uint64_t hash)
{
    uint32_t n = r->kind == FIB_UNICAST ? r->n : 0;
    struct paths *p = paths_alloc(f, n);
    if (!p)
        return NULL;
    p->family = r->prefix.family;
    p->kind = r->kind;
    p->via_default = r->allow_recursion_via_default;
    p->trusted = trusted;
    if (table_insert(&f->paths, &p->by_value, hash) != 0) {
        paths_free(f, p);
        return NULL;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (add_path(f, p, &r->path[i]) != 0) {
            paths_release(f, p);
            return NULL;
        }
    }
    paths_mark(f, p);
    return p;
}

static struct paths *paths_get(struct fib *f, const struct fib_route *r)
{
    bool trusted = r->source == FIB_KERNEL || r->source == FIB_CONNECTED;
    uint64_t hash = paths_hash(f, r, trusted);
    for (struct table_link *l = table_first(&f->paths, hash); l; l = table_next(l)) {
        struct paths *p = container_of(l, struct paths, by_value);
        if (same_paths(p, r, trusted))
            return p;
    }
    return paths_new(f, r, trusted, hash);
}

/* ---- what comes out of them ---- */

void paths_mark(struct fib *f, struct paths *p)
{
    if (!link_is_in_list(&p->dirty))
        list_append(&f->dirty_paths, &p->dirty);
}

static bool set_active(struct path *path, bool active)
{
    bool changed = path->active != active;
    path->active = active;
    return changed;
}

/* The resolved hops of all paths, duplicates left out; true: other paths are alive than before. */
static bool collect(const struct fib *f, struct paths *p, struct hop_list *l)
{
    bool changed = false;
    for (uint32_t i = 0; i < p->n; i++) {
        struct path *path = &p->path[i];
        if (!path->gateway) {
            changed = set_active(path, path_is_usable(f, p, &path->given)) || changed;
            if (path->active)
                (void)hop_list_add(l, &path->given);
            continue;
        }
        const struct gateway *g = path->gateway;
        changed = set_active(path, g->outcome != OUTCOME_NONE) || changed;
        l->blackhole = l->blackhole || g->outcome == OUTCOME_BLACKHOLE;
        l->reject = l->reject || g->outcome == OUTCOME_REJECT;
        for (uint32_t k = 0; g->hops && k < g->hops->n; k++) {
            struct fib_path hop = g->hops->hop[k].single->path;
            hop.weight = path->given.weight; /* FRR: the weight of the route's own next hop */
            (void)hop_list_add(l, &hop);
        }
    }
    return changed;
}

/* A route that covers its own next hop lives by its other paths: those that do may have lost them.
 */
static void mark_coverers(struct fib *f, const struct paths *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        if (p->path[i].gateway)
            dest_mark_above(f, &p->path[i].given.next_hop);
    }
}

static uint8_t outcome_of(const struct paths *p, const struct hop_list *l)
{
    if (p->kind != FIB_UNICAST)
        return p->kind == FIB_BLACKHOLE ? OUTCOME_BLACKHOLE : OUTCOME_REJECT;
    if (l->n > 0)
        return OUTCOME_UNICAST;
    return l->blackhole ? OUTCOME_BLACKHOLE : l->reject ? OUTCOME_REJECT : OUTCOME_NONE;
}

void paths_resolve(struct fib *f, struct paths *p)
{
    struct hop_list l;
    l.n = 0;
    l.blackhole = l.reject = false;
    if (collect(f, p, &l))
        mark_coverers(f, p);
    struct hops *hops;
    if (hops_new(f, &l, p->family, &hops) != 0) {
        f->incomplete = true;
        hops = NULL;
        l.n = 0;
    }
    uint8_t outcome = outcome_of(p, &l);
    bool other_outcome = outcome != p->outcome, other_hops = !hops_equal(hops, p->hops);
    hops_unref(f, p->hops);
    p->hops = hops;
    p->outcome = outcome;
    if (other_outcome)
        paths_want(f, p, WANT_LOOK);
    if (other_outcome || other_hops) {
        LIST_EACH (d, &p->dependents)
            gateway_mark(f, LIST_ENTRY(d, struct gateway, via_link));
    }
    if ((other_outcome || other_hops) && p->has_away) {
        p->has_away = false;
        paths_want(f, p, WANT_LOOK);
    }
    if ((other_outcome || other_hops) && p->had_rejected) {
        p->had_rejected = p->was_retried = false;
        paths_want(f, p, WANT_RETRY);
    }
    if (p->kernel_users == 0 || p->refs == 0)
        return;
    if (other_outcome || (other_hops && !f->params.next_hop_objects))
        paths_want(f, p, WANT_FORCE);
    if (other_hops && f->params.next_hop_objects)
        nexthop_want(f, p);
}

/* ---- metas ---- */

static bool same_meta(const struct meta *m, const struct fib_route *r, const struct paths *p)
{
    return m->paths == p && m->source == r->source && m->distance == r->distance &&
           m->kernel_protocol == r->kernel_protocol && m->instance == r->instance &&
           m->metric == r->metric && m->tag == r->tag &&
           ip_eq(&m->preferred_source, &r->preferred_source);
}

static uint64_t meta_hash(const struct fib *f, const struct fib_route *r, const struct paths *p)
{
    uint32_t words[] = {
        r->source, r->distance, r->kernel_protocol, r->instance, r->metric, r->tag
    };
    uint64_t h = hash_bytes(p->by_value.hash ^ f->params.hash_key, words, sizeof(words));
    return hash_bytes(h, &r->preferred_source, sizeof(r->preferred_source));
}

/* FRR's order of next hops: by kind (interface, address, address and interface), address,
 * interface. */
static bool goes_before(const struct fib_path *a, const struct fib_path *b)
{
    bool a_gw = a->next_hop.family != IP_NONE, b_gw = b->next_hop.family != IP_NONE;
    if (a_gw != b_gw)
        return b_gw;
    bool a_if = a->if_index != 0, b_if = b->if_index != 0;
    if (a_gw && a->next_hop.family == b->next_hop.family && a_if != b_if)
        return b_if;
    int order = ip_cmp(&a->next_hop, &b->next_hop);
    return order != 0 ? order < 0 : a->if_index < b->if_index;
}

static void copy_sorted(struct fib_route *to, const struct fib_route *from)
{
    memcpy(to, from, offsetof(struct fib_route, path));
    to->kernel_protocol = from->kernel_protocol;
    uint32_t n = from->kind == FIB_UNICAST ? from->n : 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = i;
        for (; at > 0 && goes_before(&from->path[i], &to->path[at - 1]); at--)
            to->path[at] = to->path[at - 1];
        to->path[at] = from->path[i];
    }
}

/* The meta of the route that was set last, if this one is like it. */
static struct meta *meta_like_last(const struct fib *f, const struct fib_route *r)
{
    struct meta *m = meta_at(f, f->last_meta);
    bool trusted = r->source == FIB_KERNEL || r->source == FIB_CONNECTED;
    return m && same_meta(m, r, m->paths) && same_paths(m->paths, r, trusted) ? m : NULL;
}

struct meta *meta_ref(struct fib *f, const struct fib_route *given)
{
    struct meta *like = meta_like_last(f, given);
    if (like) {
        like->refs++;
        return like;
    }
    struct fib_route sorted;
    copy_sorted(&sorted, given);
    const struct fib_route *r = &sorted;
    struct paths *p = paths_get(f, r);
    if (!p)
        return NULL;
    uint64_t hash = meta_hash(f, r, p);
    for (struct table_link *l = table_first(&f->metas, hash); l; l = table_next(l)) {
        struct meta *m = container_of(l, struct meta, by_value);
        if (!same_meta(m, r, p))
            continue;
        m->refs++;
        f->last_meta = m->self;
        return m;
    }
    uint32_t self = pool_alloc(&f->metas_pool);
    struct meta *m = self ? pool_at(&f->metas_pool, self) : NULL;
    if (!m || table_insert(&f->metas, &m->by_value, hash) != 0) {
        pool_free(&f->metas_pool, self);
        paths_release(f, p);
        return NULL;
    }
    m->self = self;
    m->refs = 1;
    m->paths = p;
    if (p->refs++ == 0 && p->in_kernel && !hops_equal(p->told, p->hops))
        nexthop_want(f, p); /* while no route had them, their object stayed as it was */
    m->preferred_source = r->preferred_source;
    m->source = r->source;
    m->distance = r->distance;
    m->kernel_protocol = r->kernel_protocol;
    m->instance = r->instance;
    m->metric = r->metric;
    m->tag = r->tag;
    f->last_meta = self;
    return m;
}

void meta_unref(struct fib *f, struct meta *m)
{
    if (--m->refs > 0)
        return;
    struct paths *p = m->paths;
    f->last_meta = f->last_meta == m->self ? 0 : f->last_meta;
    table_remove(&f->metas, &m->by_value);
    pool_free(&f->metas_pool, m->self);
    p->refs--;
    paths_release(f, p);
}
