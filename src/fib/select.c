#include <errno.h>
#include <string.h>

#include "fib/internal.h"

struct route *dest_selected(const struct dest *d)
{
    return d->routes && d->routes->selected ? d->routes : NULL;
}

struct dest *route_dest(const struct route *r)
{
    while (!r->is_last)
        r = r->next;
    return r->dest;
}

/* ---- queues ---- */

void dest_mark(struct fib *f, struct dest *d)
{
    struct trie_node *n = dest_node(d);
    if (dest_has(n, DEST_SELECTING))
        return;
    list_remove(&d->queue);
    n->user[0] = (uint8_t)((n->user[0] & ~DEST_INSTALLING) | DEST_SELECTING);
    list_append(&f->to_select, &d->queue);
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
    LIST_EACH (l, &p->routes)
        dest_mark(f, route_dest(LIST_ENTRY(l, struct route, same_paths)));
}

void dest_force_all(struct fib *f, struct paths *p)
{
    LIST_EACH (l, &p->routes) {
        struct dest *d = route_dest(LIST_ENTRY(l, struct route, same_paths));
        if (d->installed != p)
            continue;
        dest_node(d)->user[0] |= DEST_FORCE;
        dest_mark(f, d);
    }
}

void dest_try_again(struct fib *f, struct paths *p)
{
    p->had_rejected = false;
    LIST_EACH (l, &p->routes) {
        struct dest *d = route_dest(LIST_ENTRY(l, struct route, same_paths));
        dest_node(d)->user[0] &= (uint8_t)~DEST_REJECTED;
        dest_mark(f, d);
    }
}

/* ---- routes of a prefix ---- */

static struct route *chain_next(const struct route *r)
{
    return r->is_last ? NULL : r->next;
}

static void chain_push(struct dest *d, struct route *r)
{
    r->is_last = d->routes == NULL;
    if (r->is_last)
        r->dest = d;
    else
        r->next = d->routes;
    d->routes = r;
}

static void chain_remove(struct dest *d, struct route *r)
{
    struct route *before = NULL;
    for (struct route *at = d->routes; at != r; at = chain_next(at))
        before = at;
    if (!before) {
        d->routes = chain_next(r);
    } else if (r->is_last) {
        before->is_last = true;
        before->dest = d;
    } else {
        before->next = r->next;
    }
}

static struct route *chain_find(const struct dest *d, uint8_t source, uint32_t instance)
{
    for (struct route *r = d->routes; r; r = chain_next(r)) {
        if (r->meta->source == source && r->meta->instance == instance)
            return r;
    }
    return NULL;
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

static void route_replace(struct fib *f, struct dest *d, struct route *r, struct meta *m)
{
    struct meta *before = r->meta;
    struct trie_node *n = dest_node(d);
    if (r->selected) {
        n->user[0] |= DEST_CHANGED;
        if (!ip_eq(&before->preferred_source, &m->preferred_source))
            n->user[0] |= DEST_FORCE;
    }
    list_remove(&r->same_paths);
    r->meta = m;
    list_append(&m->paths->routes, &r->same_paths);
    r->since_ms = (uint64_t)(f->now / NS_PER_MS) & UINT64_C(0xffffffffffff);
    meta_unref(f, before);
    dest_mark(f, d);
}

static err_t route_add(struct fib *f, struct dest *d, struct meta *m)
{
    struct route *r = slab_alloc(&f->route_slab);
    if (!r)
        return f->route_slab.live < f->route_slab.max_objects ? -ENOMEM : -ENOSPC;
    r->meta = m;
    r->since_ms = (uint64_t)(f->now / NS_PER_MS) & UINT64_C(0xffffffffffff);
    list_append(&m->paths->routes, &r->same_paths);
    /* The selected route stays first until the prefix is looked at. */
    struct route *selected = dest_selected(d);
    if (selected)
        chain_remove(d, selected);
    chain_push(d, r);
    if (selected)
        chain_push(d, selected);
    dest_mark(f, d);
    return 0;
}

err_t route_set(struct fib *f, const struct fib_route *r)
{
    struct prefix prefix;
    if (!canonical(&r->prefix, &prefix) || !route_is_valid(r))
        return -EINVAL;
    struct trie *t = dest_trie(f, prefix.family);
    struct trie_node *n = trie_insert(t, &prefix);
    if (!n)
        return t->entries.live < t->entries.max_objects ? -ENOMEM : -ENOSPC;
    if (prefix.family == IP_V6)
        n->user[0] |= DEST_V6;
    struct dest *d = trie_head(t, n);
    struct meta *m = meta_ref(f, r);
    if (!m) {
        dest_drop_if_empty(f, d);
        return -ENOMEM;
    }
    struct route *there = chain_find(d, r->source, r->instance);
    err_t err = 0;
    if (there && there->meta == m)
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

static void route_free(struct fib *f, struct route *r)
{
    list_remove(&r->same_paths);
    meta_unref(f, r->meta);
    slab_free(&f->route_slab, r);
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
    struct route *r = chain_find(d, source, instance);
    if (!r)
        return;
    if (r->selected)
        n->user[0] |= DEST_CHANGED;
    chain_remove(d, r);
    route_free(f, r);
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

static bool route_is_active(const struct trie_node *n, const struct route *r)
{
    const struct paths *p = r->meta->paths;
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

static struct route *choose(const struct trie_node *n, const struct dest *d)
{
    struct route *best = NULL;
    for (struct route *r = d->routes; r; r = chain_next(r)) {
        if (r->meta->distance == DISTANCE_NEVER || !route_is_active(n, r))
            continue;
        if (!best || is_better(r->meta, best->meta))
            best = r;
    }
    return best;
}

void dest_select(struct fib *f, struct dest *d)
{
    struct trie_node *n = dest_node(d);
    uint8_t family = dest_family(d);
    bool changed = dest_has(n, DEST_CHANGED);
    n->user[0] &= (uint8_t) ~(DEST_SELECTING | DEST_CHANGED);
    list_remove(&d->queue);
    struct route *before = dest_selected(d), *now = choose(n, d);
    if (before != now) {
        changed = true;
        if (before)
            before->selected = false;
        if (now) {
            chain_remove(d, now);
            chain_push(d, now);
            now->selected = true;
        }
    }
    if (changed) {
        struct prefix p = trie_prefix(dest_trie(f, family), n);
        gateway_mark_under(f, &p);
        told_check(f, &p, n, now);
        n->user[0] &= (uint8_t)~DEST_REJECTED;
    }
    n->user[0] |= DEST_INSTALLING;
    list_append(&f->to_install, &d->queue);
}

/* ---- the kernel's routes ---- */

static uint8_t protocol_of(const struct route *r)
{
    return r->meta->source == FIB_STATIC ? FIB_PROTOCOL_STATIC : FIB_PROTOCOL;
}

static void set_installed(struct fib *f, struct dest *d, struct paths *p)
{
    struct paths *before = d->installed;
    if (p)
        p->kernel_users++;
    d->installed = p;
    if (before)
        nexthop_user_gone(f, before);
}

static bool install(struct fib *f, struct dest *d, struct fib_op *op)
{
    struct trie_node *n = dest_node(d);
    struct route *r = dest_selected(d);
    bool ours = r && (r->meta->source == FIB_STATIC || r->meta->source == FIB_BGP);
    bool force = dest_has(n, DEST_FORCE);
    bool refused = dest_has(n, DEST_REJECTED) && !force;
    struct paths *want = ours && !refused ? r->meta->paths : NULL;
    n->user[0] &= (uint8_t)~DEST_FORCE;
    op->prefix = trie_prefix(dest_trie(f, dest_family(d)), n);
    op->metric = KERNEL_METRIC;
    if (!want) {
        if (!d->installed)
            return false;
        op->kind = FIB_OP_ROUTE_DEL;
        op->protocol = n->user[1];
        set_installed(f, d, NULL);
        return true;
    }
    if (want == d->installed && protocol_of(r) == n->user[1] && !force)
        return false;
    op->kind = FIB_OP_ROUTE_SET;
    op->protocol = n->user[1] = protocol_of(r);
    op->preferred_source = r->meta->preferred_source;
    paths_fill_op(want, op);
    n->user[0] &= (uint8_t)~DEST_REJECTED;
    set_installed(f, d, want);
    return true;
}

/* The next prefix to tell the kernel of; before it, the object that it needs. */
bool dest_next_op(struct fib *f, struct fib_op *ret_op)
{
    while (!list_is_empty(&f->to_install)) {
        struct dest *d = LIST_ENTRY(f->to_install.next, struct dest, queue);
        struct route *r = dest_selected(d);
        struct paths *p = r ? r->meta->paths : NULL;
        bool ours = r && (r->meta->source == FIB_STATIC || r->meta->source == FIB_BGP);
        ours = ours && !dest_has(dest_node(d), DEST_REJECTED);
        if (ours && f->params.next_hop_objects && p->outcome == OUTCOME_UNICAST && !p->in_kernel) {
            nexthop_want(f, p);
            return nexthop_next_op(f, ret_op);
        }
        list_remove(&d->queue);
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
    d->installed->had_rejected = true;
    dest_mark(f, d);
}
