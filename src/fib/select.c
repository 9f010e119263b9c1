#include <errno.h>
#include <string.h>

#include "fib/internal.h"

static struct trie *trie_of(const struct fib *f, uint32_t self)
{
    return dest_trie(f, dest_family(self));
}

static struct prefix prefix_of_dest(const struct fib *f, uint32_t self)
{
    return trie_prefix(trie_of(f, self), dest_node(dest_at(f, self)));
}

/* ---- what waits ---- */

static struct marks *to_select(struct fib *f, uint32_t self)
{
    return &f->to_select[(self & DEST_IS_V6) != 0];
}

static struct marks *to_install(struct fib *f, uint32_t self)
{
    return &f->to_install[(self & DEST_IS_V6) != 0];
}

void dest_mark(struct fib *f, uint32_t self)
{
    marks_clear(to_install(f, self), self & ~DEST_IS_V6);
    marks_set(to_select(f, self), self & ~DEST_IS_V6);
}

bool dest_is_waiting(const struct fib *f, uint32_t self, bool *ret_to_select)
{
    unsigned v6 = (self & DEST_IS_V6) != 0;
    *ret_to_select = marks_has(&f->to_select[v6], self & ~DEST_IS_V6);
    return *ret_to_select || marks_has(&f->to_install[v6], self & ~DEST_IS_V6);
}

/* The next of either family, taken out; 0: none. */
static uint32_t take(struct marks m[2])
{
    for (unsigned v6 = 0; v6 < 2; v6++) {
        uint32_t h = marks_next(&m[v6]);
        if (h == 0)
            continue;
        marks_clear(&m[v6], h);
        return dest_self(v6 ? IP_V6 : IP_V4, h);
    }
    return 0;
}

void dest_mark_above(struct fib *f, const struct ip_addr *a)
{
    uint32_t covering[TRIE_DEPTH_MAX];
    uint32_t n = trie_covering(dest_trie(f, a->family), a->b, covering);
    while (n-- > 0)
        dest_mark(f, dest_self(a->family, covering[n]));
}

/* ---- what paths want of their prefixes ---- */

void paths_want(struct fib *f, struct paths *p, enum want want)
{
    if (p->refs == 0 && p->kernel_users == 0)
        return;
    if (want == WANT_LOOK && !p->was_weighed)
        return; /* whoever has them waits for his first selection */
    if (!p->wants)
        list_append(&f->wanting, &p->wanting);
    p->wants |= (uint8_t)want;
}

/* The kernel refused it. What it had before may still be there: a rejected route is removed. */
static void reject(struct fib *f, struct dest *d, bool is_final)
{
    dest_flag(d, DEST_REJECTED);
    dest_unflag(d, DEST_FORCE);
    if (is_final)
        dest_flag(d, DEST_HOPELESS);
    else
        f->refused = true;
    struct meta *m = dest_selected(f, d);
    if (m)
        m->paths->had_rejected = true;
}

/* It is something else now. */
static void unreject(struct dest *d)
{
    dest_unflag(d, DEST_REJECTED);
    dest_unflag(d, DEST_RETRIED);
    dest_unflag(d, DEST_HOPELESS);
}

/* The reason may have passed. */
static void try_again(struct fib *f, struct dest *d)
{
    struct meta *m = dest_selected(f, d);
    if (dest_has(d, DEST_HOPELESS) && m)
        m->paths->had_rejected = true; /* waits for its paths to change */
    else
        unreject(d);
}

static void dest_meet(struct fib *f, uint32_t self, struct dest *d)
{
    const struct paths *installed = paths_at(f, d->installed);
    unsigned wants = 0;
    for (struct route_view r = route_first(f, d); r.meta; r = route_next(f, &r))
        wants |= r.meta->paths->wants & (WANT_LOOK | WANT_RETRY | WANT_AGAIN);
    const struct meta *m = dest_selected(f, d);
    if (installed) {
        bool is_guest = m && m->paths != installed;
        wants |= installed->wants & (WANT_FORCE | WANT_REJECT | WANT_HOPELESS);
        wants |= is_guest ? installed->wants & WANT_GUESTS : 0u;
    } else if (m) { /* about to be set */
        wants |= m->paths->wants & (WANT_REJECT | WANT_HOPELESS);
    }
    if (!wants)
        return;
    if (wants & WANT_FORCE)
        dest_flag(d, DEST_FORCE);
    if (wants & WANT_RETRY)
        unreject(d);
    if (wants & WANT_AGAIN)
        try_again(f, d);
    if (wants & (WANT_REJECT | WANT_HOPELESS))
        reject(f, d, (wants & WANT_HOPELESS) != 0);
    dest_mark(f, self);
}

bool paths_wants_met(struct fib *f)
{
    if (list_is_empty(&f->wanting))
        return false;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        const struct trie *t = &f->trie[v6];
        for (uint32_t h = 1; h < t->entries.end; h++) {
            struct dest *d = trie_head_at(t, h);
            if (d->route || d->installed) /* freed entries are zero */
                dest_meet(f, dest_self(t->family, h), d);
        }
    }
    LIST_EACH_SAFE (l, next, &f->wanting) {
        LIST_ENTRY(l, struct paths, wanting)->wants = 0;
        list_remove(l);
    }
    return true;
}

/* ---- routes of a prefix ---- */

static void chain_push(struct fib *f, struct dest *d, uint32_t handle)
{
    route_at(f, handle)->next = d->route;
    d->route = handle;
}

static void chain_remove(struct fib *f, struct dest *d, uint32_t handle)
{
    uint32_t *at = &d->route;
    while (*at != handle)
        at = &route_at(f, *at)->next;
    *at = route_at(f, handle)->next;
}

static struct route_view route_find(const struct fib *f, const struct dest *d, uint8_t source,
                                    uint32_t instance)
{
    struct route_view r = route_first(f, d);
    while (r.meta && (r.meta->source != source || r.meta->instance != instance))
        r = route_next(f, &r);
    return r;
}

static uint32_t since_now(const struct fib *f)
{
    return (uint32_t)(f->now / (NS_PER_S / TICKS_PER_S));
}

/* The only route becomes a chain; false: no memory. */
static bool chain_make(struct fib *f, struct dest *d)
{
    if (dest_has(d, DEST_MANY))
        return true;
    uint32_t h = pool_alloc(&f->routes);
    if (!h)
        return false;
    *route_at(f, h) = (struct route){
        .meta = d->route,
        .since = d->since,
        .selected = dest_has(d, DEST_SELECTED),
    };
    d->route = h;
    d->since = 0;
    dest_unflag(d, DEST_SELECTED);
    dest_flag(d, DEST_MANY);
    return true;
}

/* A chain of one becomes the only route. */
static void chain_fold(struct fib *f, struct dest *d)
{
    uint32_t h = d->route;
    const struct route *r = route_at(f, h);
    if (r->next)
        return;
    dest_unflag(d, DEST_MANY);
    if (r->selected)
        dest_flag(d, DEST_SELECTED);
    d->route = r->meta;
    d->since = r->since;
    pool_free(&f->routes, h);
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

static void dest_drop_if_empty(struct fib *f, uint32_t self)
{
    struct dest *d = dest_at(f, self);
    bool is_to_select;
    if (d->route || d->installed || dest_is_waiting(f, self, &is_to_select))
        return;
    trie_remove(trie_of(f, self), dest_node(d));
}

static void route_replace(struct fib *f, struct dest *d, const struct route_view *there,
                          struct meta *m)
{
    struct meta *before = there->meta;
    if (there->selected) {
        dest_flag(d, DEST_CHANGED);
        if (!ip_eq(&before->preferred_source, &m->preferred_source))
            dest_flag(d, DEST_FORCE);
    }
    *(there->handle ? &route_at(f, there->handle)->meta : &d->route) = m->self;
    *(there->handle ? &route_at(f, there->handle)->since : &d->since) = since_now(f);
    meta_unref(f, before);
}

static err_t route_add(struct fib *f, struct dest *d, struct meta *m)
{
    if (f->route_count >= f->params.max_routes)
        return -ENOSPC;
    if (d->route == 0) {
        d->route = m->self;
        d->since = since_now(f);
        f->route_count++;
        return 0;
    }
    uint32_t h = pool_alloc(&f->routes);
    if (!h || !chain_make(f, d)) {
        pool_free(&f->routes, h);
        return -ENOMEM;
    }
    route_at(f, h)->meta = m->self;
    route_at(f, h)->since = since_now(f);
    f->route_count++;
    /* The selected route stays first until the prefix is looked at. */
    uint32_t selected = route_at(f, d->route)->selected ? d->route : 0;
    if (selected)
        chain_remove(f, d, selected);
    chain_push(f, d, h);
    if (selected)
        chain_push(f, d, selected);
    return 0;
}

/* The entry of a prefix, with room to mark it; 0: *ret_err. */
static uint32_t dest_get(struct fib *f, const struct prefix *p, err_t *ret_err)
{
    struct trie *t = dest_trie(f, p->family);
    uint32_t h = trie_insert(t, p);
    if (!h) {
        *ret_err = t->entries.live < t->entries.max ? -ENOMEM : -ENOSPC;
        return 0;
    }
    uint32_t self = dest_self(p->family, h);
    if (!marks_reserve(to_select(f, self), h) || !marks_reserve(to_install(f, self), h)) {
        dest_drop_if_empty(f, self);
        *ret_err = -ENOMEM;
        return 0;
    }
    return self;
}

err_t route_set(struct fib *f, const struct fib_route *r)
{
    struct prefix prefix;
    if (!canonical(&r->prefix, &prefix) || !route_is_valid(r))
        return -EINVAL;
    err_t err = 0;
    uint32_t self = dest_get(f, &prefix, &err);
    if (!self)
        return err;
    struct meta *m = meta_ref(f, r);
    if (!m) {
        dest_drop_if_empty(f, self);
        return -ENOMEM;
    }
    struct dest *d = dest_at(f, self);
    struct route_view there = route_find(f, d, r->source, r->instance);
    if (there.meta == m) {
        meta_unref(f, m);
        return 0;
    }
    if (there.meta)
        route_replace(f, d, &there, m);
    else
        err = route_add(f, d, m);
    if (err) {
        meta_unref(f, m);
        dest_drop_if_empty(f, self);
    } else {
        dest_mark(f, self);
    }
    return err;
}

void route_del(struct fib *f, uint8_t source, uint32_t instance, const struct prefix *p)
{
    struct prefix prefix;
    if (!canonical(p, &prefix))
        return;
    uint32_t h = trie_find(dest_trie(f, prefix.family), &prefix);
    if (!h)
        return;
    uint32_t self = dest_self(prefix.family, h);
    struct dest *d = dest_at(f, self);
    struct route_view there = route_find(f, d, source, instance);
    if (!there.meta)
        return;
    if (there.selected)
        dest_flag(d, DEST_CHANGED);
    if (there.handle) {
        chain_remove(f, d, there.handle);
        pool_free(&f->routes, there.handle);
        chain_fold(f, d);
    } else {
        d->route = d->since = 0;
        dest_unflag(d, DEST_SELECTED);
    }
    f->route_count--;
    meta_unref(f, there.meta);
    dest_mark(f, self);
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

static struct route_view choose(const struct fib *f, const struct dest *d)
{
    struct route_view best = { 0 };
    for (struct route_view r = route_first(f, d); r.meta; r = route_next(f, &r)) {
        r.meta->paths->was_weighed = true;
        if (r.meta->distance == DISTANCE_NEVER || !route_is_active(dest_node(d), r.meta->paths))
            continue;
        if (!best.meta || is_better(r.meta, best.meta))
            best = r;
    }
    return best;
}

static void set_selected(struct fib *f, struct dest *d, const struct route_view *now)
{
    if (!dest_has(d, DEST_MANY)) {
        if (now->meta)
            dest_flag(d, DEST_SELECTED);
        else
            dest_unflag(d, DEST_SELECTED);
        return;
    }
    route_at(f, d->route)->selected = false; /* if one is selected it stands first */
    if (!now->meta)
        return;
    chain_remove(f, d, now->handle);
    chain_push(f, d, now->handle);
    route_at(f, now->handle)->selected = true;
}

bool dest_select_next(struct fib *f)
{
    uint32_t self = take(f->to_select);
    if (!self)
        return false;
    struct dest *d = dest_at(f, self);
    bool changed = dest_has(d, DEST_CHANGED);
    dest_unflag(d, DEST_CHANGED);
    struct route_view now = choose(f, d);
    if (now.meta ? !now.selected : dest_selected(f, d) != NULL) {
        changed = true;
        set_selected(f, d, &now);
    }
    if (changed) {
        struct prefix p = prefix_of_dest(f, self);
        gateway_mark_under(f, &p);
        told_check(f, &p, d, now.meta);
        unreject(d);
    }
    marks_set(to_install(f, self), self & ~DEST_IS_V6);
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
    const struct meta *m = dest_selected(f, d);
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

static bool install(struct fib *f, uint32_t self, struct fib_op *op)
{
    struct dest *d = dest_at(f, self);
    struct trie_node *n = dest_node(d);
    const struct meta *m = our_meta(f, d);
    bool force = dest_has(d, DEST_FORCE);
    bool refused = dest_has(d, DEST_REJECTED) && !force;
    dest_unflag(d, DEST_FORCE);
    if (!m || refused) {
        if (!d->installed)
            return false;
        op->kind = FIB_OP_ROUTE_DEL;
        op->prefix = prefix_of_dest(f, self);
        op->metric = KERNEL_METRIC;
        op->protocol = n->user[1];
        set_installed(f, d, NULL);
        return true;
    }
    if (m->paths->self == d->installed && protocol_of(m) == n->user[1] && !force)
        return false;
    op->kind = FIB_OP_ROUTE_SET;
    op->prefix = prefix_of_dest(f, self);
    op->metric = KERNEL_METRIC;
    op->protocol = n->user[1] = protocol_of(m);
    op->preferred_source = m->preferred_source;
    paths_fill_op(m->paths, op);
    dest_unflag(d, DEST_REJECTED);
    dest_unflag(d, DEST_HOPELESS);
    set_installed(f, d, m->paths);
    return true;
}

/* Whether the kernel's route, which points at the object of other paths, may stay as it is. */
static bool stays_as_guest(struct fib *f, const struct dest *d, const struct meta *m)
{
    struct paths *object = paths_at(f, d->installed), *p = m->paths;
    if (!object || object == p || !f->params.next_hop_objects || dest_has(d, DEST_FORCE) ||
        dest_node(d)->user[1] != protocol_of(m) || !nexthop_serves(object, p))
        return false;
    object->has_guests = p->has_away = true;
    if (object->refs == 0 && !p->in_kernel && p->kernel_users == 0 && !p->retired_id)
        nexthop_take_over(f, p, object);
    return true;
}

/* The next prefix to tell the kernel of; before it, the object that it needs. */
bool dest_next_op(struct fib *f, struct fib_op *ret_op)
{
    for (uint32_t self; (self = take(f->to_install));) {
        struct dest *d = dest_at(f, self);
        const struct meta *m = dest_has(d, DEST_REJECTED) ? NULL : our_meta(f, d);
        struct paths *p = m ? m->paths : NULL;
        if (m && stays_as_guest(f, d, m))
            continue;
        if (p && f->params.next_hop_objects && p->outcome == OUTCOME_UNICAST && !p->in_kernel) {
            marks_set(to_install(f, self), self & ~DEST_IS_V6);
            nexthop_want(f, p);
            return nexthop_next_op(f, ret_op);
        }
        bool found = install(f, self, ret_op);
        dest_drop_if_empty(f, self);
        if (found)
            return true;
    }
    return false;
}

void dest_failed(struct fib *f, const struct fib_op *op, bool is_final)
{
    uint32_t h = 0;
    if (ip_bits(op->prefix.family) > 0)
        h = trie_find(dest_trie(f, op->prefix.family), &op->prefix);
    if (!h)
        return;
    uint32_t self = dest_self(op->prefix.family, h);
    struct dest *d = dest_at(f, self);
    const struct meta *m = our_meta(f, d);
    if (!d->installed || !m)
        return; /* it is on its way out, or about to be something else */
    m->paths->had_rejected = true;
    if (is_final || dest_has(d, DEST_RETRIED)) {
        reject(f, d, is_final);
    } else {
        dest_flag(d, DEST_RETRIED);
        dest_flag(d, DEST_FORCE);
    }
    dest_mark(f, self);
}
