#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "fib/internal.h"

static const uint8_t class_size[CLASS_COUNT] = { 1, 4, 16, 64 };

/* Bounds of what is interned follow from the bound of routes; these are for small tables. */
enum { INTERNED_MIN = 4096 };

static void init_lists(struct fib *f)
{
    struct link *heads[] = { &f->ifaces,        &f->found,       &f->dirty_gateways,
                             &f->fragile,       &f->dirty_paths, &f->dirty_objects,
                             &f->dead_singles,  &f->dead_paths,  &f->tracked_news,
                             &f->selected_news, &f->wanting,     &f->stirred,
                             &f->undeleted,     &f->to_delete };
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        list_init(heads[i]);
}

static uint32_t pool_max(uint64_t n)
{
    return (uint32_t)MIN(n, (uint64_t)UINT32_MAX);
}

struct fib *fib_new(const struct fib_params *params)
{
    struct fib *f = mem_alloc(MEM_FIB, sizeof(*f));
    if (!f)
        return NULL;
    f->params = *params;
    f->next_id = FIRST_NEXTHOP_ID;
    uint64_t routes = params->max_routes, interned = MAX(routes, (uint64_t)INTERNED_MIN);
    init_lists(f);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t family = i ? IP_V6 : IP_V4;
        trie_init(&f->trie[i], family, sizeof(struct dest), routes);
        f->trie[i].finger = &f->finger[i];
        for (unsigned k = 0; k < 2; k++)
            trie_init(&f->gateways[i][k], family, sizeof(struct gateway), interned);
    }
    pool_init(&f->routes, MEM_FIB, sizeof(struct route), pool_max(routes));
    pool_init(&f->metas_pool, MEM_FIB, sizeof(struct meta), pool_max(interned));
    pool_init(&f->paths_index, MEM_FIB, sizeof(struct paths *), UINT32_MAX);
    slab_init(&f->single_slab, MEM_FIB, sizeof(struct single), interned);
    slab_init(&f->iface_slab, MEM_FIB, sizeof(struct iface), FIB_INTERFACES_MAX);
    slab_init(&f->address_slab, MEM_FIB, sizeof(struct address), ADDRESSES_MAX);
    slab_init(&f->told_slab, MEM_FIB, sizeof(struct told), 2 * interned);
    slab_init(&f->found_slab, MEM_FIB, sizeof(struct found), 2 * interned);
    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        slab_init(&f->paths_slab[i], MEM_FIB,
                  sizeof(struct paths) + class_size[i] * sizeof(struct path), interned);
        slab_init(&f->hops_slab[i], MEM_FIB,
                  sizeof(struct hops) + class_size[i] * sizeof(((struct hops *)0)->hop[0]),
                  4 * interned);
    }
    return f;
}

void fib_free(struct fib *f)
{
    if (!f)
        return;
    for (unsigned i = 0; i < 2; i++) {
        trie_done(&f->trie[i]);
        marks_done(&f->to_select[i]);
        marks_done(&f->to_install[i]);
        trie_done(&f->gateways[i][0]);
        trie_done(&f->gateways[i][1]);
    }
    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        slab_done(&f->paths_slab[i]);
        slab_done(&f->hops_slab[i]);
    }
    pool_done(&f->routes);
    pool_done(&f->metas_pool);
    pool_done(&f->paths_index);
    struct slab *slabs[] = { &f->single_slab, &f->iface_slab, &f->address_slab, &f->told_slab,
                             &f->found_slab };
    for (size_t i = 0; i < ARRAY_LEN(slabs); i++)
        slab_done(slabs[i]);
    struct table *tables[] = { &f->ifaces_by_index, &f->ifaces_by_name, &f->addresses, &f->singles,
                               &f->paths,           &f->metas,          &f->told };
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        table_done(tables[i]);
    mem_free(MEM_FIB, f, sizeof(*f));
}

void fib_clock(struct fib *f, ns_t now)
{
    f->now = MAX(f->now, now);
}

uint64_t fib_unstable(const struct fib *f)
{
    return f->unstable;
}

err_t fib_route_set(struct fib *f, ns_t now, const struct fib_route *r)
{
    fib_clock(f, now);
    f->churn = 0;
    return route_set(f, r);
}

void fib_route_del(struct fib *f, uint8_t source, uint32_t instance, const struct prefix *p)
{
    f->churn = 0;
    route_del(f, source, instance, p);
}

/* ---- work ---- */

#define CHURN_GIVEN_UP UINT64_MAX

/* Routes that depend on one another may have no stable answer ("A only while B, B only while not
 * A"). After this many changes without a new cause, what is there stands until the next one. */
static bool is_endless(struct fib *f)
{
    uint64_t gateways = f->gateways[0][0].entries.live + f->gateways[0][1].entries.live +
                        f->gateways[1][0].entries.live + f->gateways[1][1].entries.live;
    return f->churn > 64 + 16 * gateways;
}

static void give_up(struct fib *f)
{
    if (f->churn != CHURN_GIVEN_UP)
        f->unstable++;
    f->churn = CHURN_GIVEN_UP;
    while (!list_is_empty(&f->dirty_gateways))
        list_remove(f->dirty_gateways.next);
}

/* After memory was short: everything is looked at once more. */
static void look_again(struct fib *f)
{
    f->churn = 1; /* not again before something outside changes */
    f->incomplete = !interface_sync_all(f);
    for (unsigned i = 0; i < 2; i++) {
        struct prefix all = { .family = i ? IP_V6 : IP_V4 };
        gateway_mark_under(f, &all);
        struct trie_walk walk;
        trie_walk_under(&f->trie[i], &all, &walk);
        for (uint32_t h; (h = trie_walk_next(&walk));)
            dest_mark(f, dest_self(all.family, h));
    }
    for (struct table_link *l = table_each(&f->paths, NULL); l; l = table_each(&f->paths, l))
        paths_mark(f, container_of(l, struct paths, by_value));
}

bool fib_settle(struct fib *f, uint64_t steps)
{
    if (f->incomplete && f->churn == 0)
        look_again(f);
    interface_stirred_met(f);
    for (; steps > 0; steps--) {
        if (!list_is_empty(&f->dirty_paths)) {
            struct paths *p = LIST_ENTRY(f->dirty_paths.next, struct paths, dirty);
            list_remove(&p->dirty);
            paths_resolve(f, p);
        } else if (!list_is_empty(&f->dirty_gateways)) {
            if (is_endless(f)) {
                give_up(f);
                continue;
            }
            struct gateway *g = LIST_ENTRY(f->dirty_gateways.next, struct gateway, dirty);
            list_remove(&g->dirty);
            gateway_resolve(f, g);
        } else if (!paths_wants_met(f) && !dest_select_next(f)) {
            return true;
        }
    }
    return false;
}

bool fib_next_op(struct fib *f, struct fib_op *ret_op)
{
    memset(ret_op, 0, offsetof(struct fib_op, path));
    for (;;) {
        bool settled = fib_settle(f, SETTLE_STEPS);
        if (!settled)
            continue;
        if (nexthop_next_op(f, ret_op) || dest_next_op(f, ret_op))
            return true;
        if (f->to_select[0].count || f->to_select[1].count || !list_is_empty(&f->wanting) ||
            !list_is_empty(&f->dirty_objects))
            continue;
        return nexthop_next_dead(f, ret_op) || sweep_next_op(f, ret_op);
    }
}

/* ---- what was there at start ---- */

void fib_found_ours(struct fib *f, const struct prefix *p, uint8_t kernel_protocol, uint32_t metric,
                    uint32_t nexthop_id)
{
    struct found *found = slab_alloc(&f->found_slab);
    if (!found)
        return; /* beyond the limit it stays in the kernel until a route of ours replaces it */
    found->prefix = *p;
    found->protocol = kernel_protocol;
    found->metric = metric;
    found->nexthop_id = nexthop_id;
    list_append(&f->found, &found->all);
}

void fib_found_nexthop(struct fib *f, uint32_t nexthop_id)
{
    struct found *found = slab_alloc(&f->found_slab);
    if (nexthop_id >= f->next_id && nexthop_id < UINT32_MAX / 2)
        f->next_id = nexthop_id + 1;
    if (!found)
        return;
    found->nexthop_id = nexthop_id;
    list_append(&f->found, &found->all);
}

void fib_sweep(struct fib *f)
{
    f->sweeping = true;
}

/* Whether a route of ours took the place of the found one: the kernel knows routes by metric. */
static bool is_adopted(const struct fib *f, const struct found *found)
{
    const struct trie *t = dest_trie(f, found->prefix.family);
    uint32_t h = trie_find(t, &found->prefix);
    if (!h || found->metric != KERNEL_METRIC)
        return false;
    return ((const struct dest *)trie_head_at(t, h))->installed != 0;
}

static bool sweep_one(struct fib *f, struct found *found, struct fib_op *op)
{
    bool route = found->prefix.family != IP_NONE, adopted = route && is_adopted(f, found);
    op->kind = route ? FIB_OP_ROUTE_DEL : FIB_OP_NEXTHOP_DEL;
    op->prefix = found->prefix;
    op->protocol = found->protocol;
    op->metric = found->metric;
    op->id = route ? 0 : found->nexthop_id;
    list_remove(&found->all);
    slab_free(&f->found_slab, found);
    return !adopted;
}

/* What the kernel refused to remove: the same, when it is tried again. */
static void not_deleted(struct fib *f, const struct fib_op *op)
{
    struct found *found = slab_alloc(&f->found_slab);
    if (!found)
        return; /* beyond the limit it stays until the next start */
    if (op->kind == FIB_OP_ROUTE_DEL)
        found->prefix = op->prefix;
    found->protocol = op->protocol;
    found->metric = op->metric;
    found->nexthop_id = op->id;
    list_append(&f->undeleted, &found->all);
}

/* The kernel cannot do it, or we may not: nothing that happens later changes that. */
static bool is_final(err_t why)
{
    static const int final[] = { EPERM,           EACCES, EOPNOTSUPP, EAFNOSUPPORT,
                                 EPROTONOSUPPORT, ENOSYS, EMSGSIZE,   E2BIG };
    for (size_t i = 0; i < ARRAY_LEN(final); i++) {
        if (why == -final[i])
            return true;
    }
    return false;
}

void fib_op_failed(struct fib *f, const struct fib_op *op, err_t why)
{
    switch (op->kind) {
    case FIB_OP_NEXTHOP_SET:
    case FIB_OP_GROUP_SET:
        nexthop_failed(f, op, is_final(why));
        break;
    case FIB_OP_ROUTE_SET:
        dest_failed(f, op, is_final(why));
        break;
    case FIB_OP_NEXTHOP_DEL:
    case FIB_OP_ROUTE_DEL:
        if (!is_final(why))
            not_deleted(f, op);
        break;
    }
}

bool fib_has_refused(const struct fib *f)
{
    return f->refused || !list_is_empty(&f->undeleted);
}

void fib_retry(struct fib *f)
{
    f->refused = false;
    f->churn = 0;
    for (struct table_link *l = table_each(&f->paths, NULL); l; l = table_each(&f->paths, l)) {
        struct paths *p = container_of(l, struct paths, by_value);
        if (!p->had_rejected)
            continue;
        p->had_rejected = p->was_retried = false;
        paths_want(f, p, WANT_AGAIN);
    }
    LIST_EACH_SAFE (l, next, &f->undeleted) {
        list_remove(l);
        list_append(&f->to_delete, l);
    }
}

bool sweep_next_op(struct fib *f, struct fib_op *ret_op)
{
    LIST_EACH_SAFE (l, next, &f->to_delete) {
        if (sweep_one(f, LIST_ENTRY(l, struct found, all), ret_op))
            return true;
    }
    if (!f->sweeping)
        return false;
    for (unsigned routes = 2; routes-- > 0;) { /* routes first, then the objects they used */
        LIST_EACH_SAFE (l, next, &f->found) {
            struct found *found = LIST_ENTRY(l, struct found, all);
            if ((found->prefix.family != IP_NONE) != (routes == 1))
                continue;
            if (sweep_one(f, found, ret_op))
                return true;
        }
    }
    f->sweeping = false;
    return false;
}

/* ---- asked ---- */

static bool is_own(const struct fib *f, const struct ip_addr *a)
{
    if (a->family == IP_V4 && ip_is_loopback(a))
        return true;
    const struct address *own = address_find(f, a, 0);
    if (!own)
        return false;
    const struct iface *i = iface_find(f, own->if_index);
    return i && i->info.admin_up;
}

static void fill_answer(const struct meta *m, struct fib_answer *out)
{
    const struct paths *p = m->paths;
    out->found = true;
    out->source = m->source;
    out->distance = m->distance;
    out->blackhole = p->outcome == OUTCOME_BLACKHOLE;
    out->reject = p->outcome == OUTCOME_REJECT;
    if (!p->hops)
        return;
    out->n = p->hops->n;
    for (uint32_t i = 0; i < out->n; i++) {
        out->path[i] = p->hops->hop[i].single->path;
        out->path[i].weight = p->hops->hop[i].weight;
    }
}

void fib_lookup(const struct fib *f, const struct ip_addr *to, struct fib_answer *ret_answer)
{
    memset(ret_answer, 0, offsetof(struct fib_answer, path));
    if (ip_bits(to->family) == 0)
        return;
    ret_answer->is_own = is_own(f, to);
    const struct trie *t = dest_trie(f, to->family);
    const struct trie_node *best = NULL;
    const struct meta *meta = NULL;
    unsigned bits = ip_bits(to->family);
    for (const struct trie_node *n = trie_at(t, t->root); n;
         n = trie_at(t, n->child[trie_bit(to->b, n->len)])) {
        if (!trie_bits_equal(n->key, to->b, n->len))
            break;
        if (n->is_entry) {
            const struct meta *m = dest_selected(f, trie_head(t, n));
            if (m && m->paths->outcome != OUTCOME_NONE) {
                best = n;
                meta = m;
            }
        }
        if (n->len == bits)
            break;
    }
    if (!best)
        return;
    ret_answer->prefix = trie_prefix(t, best);
    fill_answer(meta, ret_answer);
}
