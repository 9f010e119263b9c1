/* A neighbour's chain of filters, in FRR's order: distribute list, prefix list, filter list, then
 * the route-map, which alone changes anything. */
#include "policy/policy.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "policy/world.h"

enum policy_verdict policy_run(const struct policy *p, struct policy_route *r)
{
    if (!p)
        return POLICY_PERMIT;
    if (p->deny_all)
        return POLICY_DENY;
    struct policy_world *w = p->world;
    if (p->distribute_name && access_list_run(w, p->distribute, &r->prefix) == POLICY_DENY)
        return POLICY_DENY;
    if (p->prefix_name && prefix_list_run(w, p->prefix, &r->prefix) == POLICY_DENY)
        return POLICY_DENY;
    const struct attr_draft *d = r->draft;
    if (p->filter_name && as_path_list_run(w, p->filter, d->span[SPAN_AS_PATH],
                                           d->head.span_len[SPAN_AS_PATH]) == POLICY_DENY)
        return POLICY_DENY;
    if (!p->map_name)
        return POLICY_PERMIT;
    return p->map ? route_map_run(p, r) : world_undefined(w);
}

bool policy_eq(const struct policy *a, const struct policy *b)
{
    if (!a || !b)
        return a == b;
    return a->deny_all == b->deny_all && a->digest.a == b->digest.a && a->digest.b == b->digest.b;
}

bool policy_looks_at_prefix(const struct policy *p)
{
    return p && (p->distribute_name || p->prefix_name || (p->map && p->map->looks_at_prefix));
}

/* ---- building -------------------------------------------------------------------------------- */

static bool same_name(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_of(const struct policy *p, const struct policy_chain *c)
{
    return p->family == c->family && p->direction == c->direction && p->own_as == c->own_as &&
           same_name(p->distribute_name, c->distribute_list) &&
           same_name(p->prefix_name, c->prefix_list) && same_name(p->filter_name, c->filter_list) &&
           same_name(p->map_name, c->route_map);
}

static size_t bucket_of(const struct policy_chain *c)
{
    const char *names[] = { c->distribute_list, c->prefix_list, c->filter_list, c->route_map };
    uint64_t h = (uint64_t)c->family << 8 | c->direction;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        h = hash_bytes(h, names[i] ? names[i] : "", names[i] ? strlen(names[i]) : 0);
    return (size_t)(h % NAME_BUCKETS);
}

static const struct policy *find(const struct policy_world *w, const struct policy_chain *c)
{
    const struct policy *p = w->policies[bucket_of(c)];
    while (p && !is_of(p, c))
        p = p->next_in_bucket;
    return p;
}

const struct policy *policy_deny_all(struct policy_world *w)
{
    return &w->denies;
}

/* One link: its copied name and what it stands for; a name that is too much for memory shows. */
static const struct named *bind(struct policy *p, enum list_kind kind, uint8_t space,
                                const char *name, const char **ret_copy)
{
    digest_u64(&p->digest, name ? 1 : 0);
    if (!name)
        return NULL;
    *ret_copy = arena_str(&p->world->arena, name);
    const struct named *found = world_find(p->world, kind, space, name);
    digest_u64(&p->digest, found ? 1 : 0);
    if (found)
        digest_bytes(&p->digest, &found->digest, sizeof(found->digest));
    return found;
}

static err_t make(struct policy_world *w, const struct policy_chain *c,
                  const struct policy **ret_policy)
{
    struct policy *p = arena_alloc(&w->arena, sizeof(*p));
    if (!p)
        return -ENOMEM;
    p->world = w;
    p->family = c->family;
    p->direction = c->direction;
    p->own_as = c->own_as;
    digest_u64(&p->digest, (uint64_t)c->own_as << 16 | (uint64_t)c->family << 8 |
                               (uint64_t)c->direction << 1 | w->params.ios);
    p->distribute = (const struct access_list *)bind(p, LIST_ACCESS, c->family, c->distribute_list,
                                                     &p->distribute_name);
    p->prefix = (const struct prefix_list *)bind(p, LIST_PREFIX, c->family, c->prefix_list,
                                                 &p->prefix_name);
    p->filter =
        (const struct as_path_list *)bind(p, LIST_AS_PATH, 0, c->filter_list, &p->filter_name);
    p->map = (const struct route_map *)bind(p, LIST_ROUTE_MAP, 0, c->route_map, &p->map_name);
    if (w->arena.failed)
        return -ENOMEM;
    size_t bucket = bucket_of(c);
    p->next_in_bucket = w->policies[bucket];
    w->policies[bucket] = p;
    *ret_policy = p;
    return 0;
}

err_t policy_of(struct policy_world *w, const struct policy_chain *chain,
                const struct policy **ret_policy)
{
    assert(w->sealed);
    if (!chain->distribute_list && !chain->prefix_list && !chain->filter_list &&
        !chain->route_map) {
        *ret_policy = NULL;
        return 0;
    }
    struct policy_chain c = *chain;
    if (c.own_as == 0)
        c.own_as = w->params.own_as;
    const struct policy *known = find(w, &c);
    if (known) {
        *ret_policy = known;
        return 0;
    }
    return make(w, &c, ret_policy);
}

/* ---- single lists ---------------------------------------------------------------------------- */

enum policy_verdict policy_try_prefix_list(struct policy_world *w, const char *name,
                                           const struct prefix *p)
{
    return prefix_list_run(
        w, (const struct prefix_list *)world_find(w, LIST_PREFIX, p->family, name), p);
}

enum policy_verdict policy_try_as_path_list(struct policy_world *w, const char *name,
                                            const uint8_t *path, size_t n)
{
    return as_path_list_run(w, (const struct as_path_list *)world_find(w, LIST_AS_PATH, 0, name),
                            path, n);
}

enum policy_verdict policy_try_access_list(struct policy_world *w, const char *name,
                                           const struct prefix *p)
{
    return access_list_run(
        w, (const struct access_list *)world_find(w, LIST_ACCESS, p->family, name), p);
}
