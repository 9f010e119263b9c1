#include <errno.h>
#include <string.h>

#include "fib/internal.h"

struct route *dest_selected(const struct fib *f, const struct dest *d)
{
    struct route *r = route_at(f, d->routes);
    return r && r->selected ? r : NULL;
}

static struct dest *route_dest(const struct fib *f, const struct route *r)
{
    while (!r->is_last)
        r = route_at(f, r->next);
    return dest_at(f, r->next);
}

/* ---- queues ---- */

static void queue_append(struct fib *f, struct dest_queue *q, struct dest *d)
{
    d->prev = q->last;
    d->next = 0;
    *(q->last ? &dest_at(f, q->last)->next : &q->first) = d->self;
    q->last = d->self;
}

static void queue_remove(struct fib *f, struct dest_queue *q, struct dest *d)
{
    *(d->prev ? &dest_at(f, d->prev)->next : &q->first) = d->next;
    *(d->next ? &dest_at(f, d->next)->prev : &q->last) = d->prev;
    d->prev = d->next = 0;
}

void dest_mark(struct fib *f, struct dest *d)
{
    struct trie_node *n = dest_node(d);
    if (dest_has(n, DEST_SELECTING))
        return;
    if (dest_has(n, DEST_INSTALLING))
        queue_remove(f, &f->to_install, d);
    n->user[0] = (uint8_t)((n->user[0] & ~DEST_INSTALLING) | DEST_SELECTING);
    queue_append(f, &f->to_select, d);
}

void dest_mark_above(struct fib *f, const struct ip_addr *a)
{
    struct trie_node *covering[TRIE_DEPTH_MAX];
    struct trie *t = dest_trie(f, a->family);
    uint32_t n = trie_covering(t, a->b, covering);
    while (n-- > 0)
        dest_mark(f, trie_head(t, covering[n]));
}

void dest_mark_all(struct fib *f, struct paths *p)
{
    for (struct route *r = route_at(f, p->first_route); r; r = route_at(f, r->same_next))
        dest_mark(f, route_dest(f, r));
}

void dest_force_all(struct fib *f, struct paths *p)
{
    for (struct route *r = route_at(f, p->first_route); r; r = route_at(f, r->same_next)) {
        struct dest *d = route_dest(f, r);
        if (d->installed != p->self)
            continue;
        dest_node(d)->user[0] |= DEST_FORCE;
        dest_mark(f, d);
    }
}

void dest_try_again(struct fib *f, struct paths *p)
{
    p->had_rejected = false;
    for (struct route *r = route_at(f, p->first_route); r; r = route_at(f, r->same_next)) {
        struct dest *d = route_dest(f, r);
        dest_node(d)->user[0] &= (uint8_t)~DEST_REJECTED;
        dest_mark(f, d);
    }
}

/* ---- routes with the same paths ---- */

static void same_append(struct fib *f, uint32_t handle, struct meta *m)
{
    struct route *r = route_at(f, handle);
    struct paths *p = m->paths;
    r->meta = m->self;
    r->same_prev = p->last_route;
    r->same_next = 0;
    *(p->last_route ? &route_at(f, p->last_route)->same_next : &p->first_route) = handle;
    p->last_route = handle;
}

static void same_remove(struct fib *f, struct route *r)
{
    struct paths *p = route_meta(f, r)->paths;
    *(r->same_prev ? &route_at(f, r->same_prev)->same_next : &p->first_route) = r->same_next;
    *(r->same_next ? &route_at(f, r->same_next)->same_prev : &p->last_route) = r->same_prev;
}

/* ---- routes of a prefix ---- */

static void chain_push(struct fib *f, struct dest *d, uint32_t handle)
{
    struct route *r = route_at(f, handle);
    r->is_last = d->routes == 0;
    r->next = r->is_last ? d->self : d->routes;
    d->routes = handle;
}

static void chain_remove(struct fib *f, struct dest *d, uint32_t handle)
{
    struct route *r = route_at(f, handle), *before = NULL;
    for (struct route *at = route_at(f, d->routes); at != r; at = route_next(f, at))
        before = at;
    if (!before) {
        d->routes = r->is_last ? 0 : r->next;
    } else {
        before->is_last = r->is_last;
        before->next = r->next; /* behind the last one this is the dest */
    }
}

/* The handle of the route behind a handle in the chain; 0: it was the last. */
static uint32_t chain_next(const struct fib *f, uint32_t handle)
{
    const struct route *r = route_at(f, handle);
    return r->is_last ? 0 : r->next;
}

static uint32_t chain_find(const struct fib *f, const struct dest *d, uint8_t source,
                           uint32_t instance)
{
    for (uint32_t h = d->routes; h; h = chain_next(f, h)) {
        const struct meta *m = route_meta(f, route_at(f, h));
        if (m->source == source && m->instance == instance)
            return h;
    }
    return 0;
}

/* The prefix in the form that the trie keeps: no bits beyond the length. */
static bool canonical(const struct prefix *p, struct prefix *ret_prefix)
{
    if (ip_bits(p->family) == 0 || p->len > ip_bits(p->family))
        return false;
    struct ip_addr a = ip_from_bytes(p->family, p->b);
    *ret_prefix = prefix_of(&a, p->len);
    return true;
}

static bool route_is_valid(const struct fib_route *r)
{
    if (r->source >= FIB_SOURCE_COUNT || r->kind > FIB_REJECT)
        return false;
    if (r->kind != FIB_UNICAST)
        return true;
    if (r->n == 0 || r->n > FIB_PATHS_MAX)
        return false;
    for (uint32_t i = 0; i < r->n; i++) {
        const struct fib_path *p = &r->path[i];
        if (p->next_hop.family == IP_NONE && p->if_index == 0)
            return false;
        if (p->next_hop.family != IP_NONE && ip_bits(p->next_hop.family) == 0)
            return false;
        if (p->next_hop.family == IP_V4 && r->prefix.family == IP_V6)
            return false;
    }
    return true;
}

static void dest_drop_if_empty(struct fib *f, struct dest *d)
{
    struct trie_node *n = dest_node(d);
    if (d->routes || d->installed || dest_has(n, DEST_SELECTING) || dest_has(n, DEST_INSTALLING))
        return;
    trie_remove(dest_trie(f, dest_family(d)), n);
}

#define SINCE_MASK UINT64_C(0xffffffffffff)
static uint64_t since_now(const struct fib *f)
{
    return (uint64_t)(f->now / NS_PER_MS) & SINCE_MASK;
}

static void route_replace(struct fib *f, struct dest *d, uint32_t handle, struct meta *m)
{
    struct route *r = route_at(f, handle);
    struct meta *before = route_meta(f, r);
    struct trie_node *n = dest_node(d);
    if (r->selected) {
        n->user[0] |= DEST_CHANGED;
        if (!ip_eq(&before->preferred_source, &m->preferred_source))
            n->user[0] |= DEST_FORCE;
    }
    same_remove(f, r);
    same_append(f, handle, m);
    r->since_ms = since_now(f) & SINCE_MASK;
    meta_unref(f, before);
    dest_mark(f, d);
}

static err_t route_add(struct fib *f, struct dest *d, struct meta *m)
{
    uint32_t h = pool_alloc(&f->routes);
    if (!h)
        return f->routes.live < f->routes.max ? -ENOMEM : -ENOSPC;
    route_at(f, h)->since_ms = since_now(f) & SINCE_MASK;
    same_append(f, h, m);
    /* The selected route stays first until the prefix is looked at. */
    uint32_t selected = dest_selected(f, d) ? d->routes : 0;
    if (selected)
        chain_remove(f, d, selected);
    chain_push(f, d, h);
    if (selected)
        chain_push(f, d, selected);
    dest_mark(f, d);
    return 0;
}

err_t route_set(struct fib *f, const struct fib_route *r)
{
    struct prefix prefix;
    if (!canonical(&r->prefix, &prefix) || !route_is_valid(r))
        return -EINVAL;
    struct trie *t = dest_trie(f, prefix.family);
    uint32_t handle;
    struct trie_node *n = trie_insert(t, &prefix, &handle);
    if (!n)
        return t->entries.live < t->entries.max ? -ENOMEM : -ENOSPC;
    struct dest *d = trie_head(t, n);
    d->self = handle | (prefix.family == IP_V6 ? DEST_IS_V6 : 0);
    struct meta *m = meta_ref(f, r);
    if (!m) {
        dest_drop_if_empty(f, d);
        return -ENOMEM;
    }
    uint32_t there = chain_find(f, d, r->source, r->instance);
    err_t err = 0;
    if (there && route_at(f, there)->meta == m->self)
        meta_unref(f, m);
    else if (there)
        route_replace(f, d, there, m);
    else
        err = route_add(f, d, m);
    if (err) {
        meta_unref(f, m);
        dest_drop_if_empty(f, d);
    }
    return err;
}

static void route_free(struct fib *f, uint32_t handle)
{
    struct route *r = route_at(f, handle);
    struct meta *m = route_meta(f, r);
    same_remove(f, r);
    pool_free(&f->routes, handle);
    meta_unref(f, m);
}

void route_del(struct fib *f, uint8_t source, uint32_t instance, const struct prefix *p)
{
    struct prefix prefix;
    if (!canonical(p, &prefix))
        return;
    struct trie *t = dest_trie(f, prefix.family);
    struct trie_node *n = trie_find(t, &prefix);
    if (!n)
        return;
    struct dest *d = trie_head(t, n);
    uint32_t h = chain_find(f, d, source, instance);
    if (!h)
        return;
    if (route_at(f, h)->selected)
        n->user[0] |= DEST_CHANGED;
    chain_remove(f, d, h);
    route_free(f, h);
    dest_mark(f, d);
}

/* ---- selection ---- */

/* A path may not lead through the very route that it belongs to, as FRR has it: when what its next
 * hop matches is no more specific than the route itself. A host route to its own next hop may: what
 * it resolves by is less specific (gateway_resolve passes over the route itself). */
static bool path_is_active(const struct trie_node *n, const struct path *path, uint8_t family)
{
    if (!path->active)
        return false;
    const struct gateway *g = path->gateway;
    if (!g || n->len == ip_bits(family) || path->given.next_hop.family != family)
        return true;
    if (!trie_bits_equal(n->key, path->given.next_hop.b, n->len))
        return true;
    return g->match_len > n->len;
}

static bool route_is_active(const struct trie_node *n, const struct paths *p)
{
    if (p->kind != FIB_UNICAST)
        return true;
    if (p->outcome == OUTCOME_NONE)
        return false;
    for (uint32_t i = 0; i < p->n; i++) {
        if (path_is_active(n, &p->path[i], p->family))
            return true;
    }
    return false;
}

enum { DISTANCE_NEVER = 255 };

/* Whether a goes before b: connected routes first, then the distance, then the metric; what remains
 * is settled by source and instance, so that equal tables select equally. */
static bool is_better(const struct meta *a, const struct meta *b)
{
    bool a_connected = a->source == FIB_CONNECTED, b_connected = b->source == FIB_CONNECTED;
    if (a_connected != b_connected)
        return a_connected;
    if (a->distance != b->distance)
        return a->distance < b->distance;
    if (a->metric != b->metric)
        return a->metric < b->metric;
    if (a->source != b->source)
        return a->source < b->source;
    return a->instance < b->instance;
}

static uint32_t choose(const struct fib *f, const struct trie_node *n, const struct dest *d)
{
    uint32_t best = 0;
    const struct meta *best_meta = NULL;
    for (uint32_t h = d->routes; h; h = chain_next(f, h)) {
        const struct meta *m = route_meta(f, route_at(f, h));
        if (m->distance == DISTANCE_NEVER || !route_is_active(n, m->paths))
            continue;
        if (best && !is_better(m, best_meta))
            continue;
        best = h;
        best_meta = m;
    }
    return best;
}

static void set_selected(struct fib *f, struct dest *d, struct route *before, uint32_t now)
{
    if (before)
        before->selected = false;
    if (!now)
        return;
    chain_remove(f, d, now);
    chain_push(f, d, now);
    route_at(f, now)->selected = true;
}

bool dest_select_next(struct fib *f)
{
    if (f->to_select.first == 0)
        return false;
    struct dest *d = dest_at(f, f->to_select.first);
    struct trie_node *n = dest_node(d);
    bool changed = dest_has(n, DEST_CHANGED);
    n->user[0] &= (uint8_t) ~(DEST_SELECTING | DEST_CHANGED);
    queue_remove(f, &f->to_select, d);
    struct route *before = dest_selected(f, d);
    uint32_t now = choose(f, n, d);
    if (before != route_at(f, now)) {
        changed = true;
        set_selected(f, d, before, now);
    }
    if (changed) {
        struct prefix p = trie_prefix(dest_trie(f, dest_family(d)), n);
        gateway_mark_under(f, &p);
        told_check(f, &p, n, route_at(f, now));
        n->user[0] &= (uint8_t)~DEST_REJECTED;
    }
    n->user[0] |= DEST_INSTALLING;
    queue_append(f, &f->to_install, d);
    return true;
}

/* ---- the kernel's routes ---- */

static uint8_t protocol_of(const struct meta *m)
{
    return m->source == FIB_STATIC ? FIB_PROTOCOL_STATIC : FIB_PROTOCOL;
}

/* What the selected route is, when it is one that we put into the kernel; else NULL. */
static const struct meta *our_meta(const struct fib *f, const struct dest *d)
{
    const struct route *r = dest_selected(f, d);
    const struct meta *m = r ? route_meta(f, r) : NULL;
    return m && (m->source == FIB_STATIC || m->source == FIB_BGP) ? m : NULL;
}

static void set_installed(struct fib *f, struct dest *d, struct paths *p)
{
    struct paths *before = paths_at(f, d->installed);
    if (p)
        p->kernel_users++;
    d->installed = p ? p->self : 0;
    if (before)
        nexthop_user_gone(f, before);
}

static bool install(struct fib *f, struct dest *d, struct fib_op *op)
{
    struct trie_node *n = dest_node(d);
    const struct meta *m = our_meta(f, d);
    bool force = dest_has(n, DEST_FORCE);
    bool refused = dest_has(n, DEST_REJECTED) && !force;
    n->user[0] &= (uint8_t)~DEST_FORCE;
    if (!m || refused) {
        if (!d->installed)
            return false;
        op->kind = FIB_OP_ROUTE_DEL;
        op->prefix = trie_prefix(dest_trie(f, dest_family(d)), n);
        op->metric = KERNEL_METRIC;
        op->protocol = n->user[1];
        set_installed(f, d, NULL);
        return true;
    }
    if (m->paths->self == d->installed && protocol_of(m) == n->user[1] && !force)
        return false;
    op->kind = FIB_OP_ROUTE_SET;
    op->prefix = trie_prefix(dest_trie(f, dest_family(d)), n);
    op->metric = KERNEL_METRIC;
    op->protocol = n->user[1] = protocol_of(m);
    op->preferred_source = m->preferred_source;
    paths_fill_op(m->paths, op);
    n->user[0] &= (uint8_t)~DEST_REJECTED;
    set_installed(f, d, m->paths);
    return true;
}

/* The next prefix to tell the kernel of; before it, the object that it needs. */
bool dest_next_op(struct fib *f, struct fib_op *ret_op)
{
    while (f->to_install.first) {
        struct dest *d = dest_at(f, f->to_install.first);
        const struct meta *m = dest_has(dest_node(d), DEST_REJECTED) ? NULL : our_meta(f, d);
        struct paths *p = m ? m->paths : NULL;
        if (p && f->params.next_hop_objects && p->outcome == OUTCOME_UNICAST && !p->in_kernel) {
            nexthop_want(f, p);
            return nexthop_next_op(f, ret_op);
        }
        queue_remove(f, &f->to_install, d);
        dest_node(d)->user[0] &= (uint8_t)~DEST_INSTALLING;
        bool found = install(f, d, ret_op);
        dest_drop_if_empty(f, d);
        if (found)
            return true;
    }
    return false;
}

void fib_op_failed(struct fib *f, const struct fib_op *op, err_t why)
{
    (void)why;
    if (op->kind == FIB_OP_NEXTHOP_SET || op->kind == FIB_OP_GROUP_SET) {
        nexthop_failed(f, op);
        return;
    }
    if (op->kind != FIB_OP_ROUTE_SET || ip_bits(op->prefix.family) == 0)
        return;
    struct trie *t = dest_trie(f, op->prefix.family);
    struct trie_node *n = trie_find(t, &op->prefix);
    if (!n)
        return;
    struct dest *d = trie_head(t, n);
    if (!d->installed)
        return;
    /* What the kernel had before may still be there: it is removed. */
    n->user[0] |= DEST_REJECTED;
    paths_at(f, d->installed)->had_rejected = true;
    dest_mark(f, d);
}
