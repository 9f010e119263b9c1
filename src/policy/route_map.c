/* Route-maps. FRR's rules: an entry without clauses matches; a permit entry that matches runs its
 * `set` clauses, then the map that it calls (whose denial ends everything), then goes where
 * on-match says; a deny entry that matches denies; the end of the map denies what no permit entry
 * matched. Calls may form circles: they nest POLICY_CALLS_MAX deep and the whole run looks at
 * POLICY_STEPS_MAX entries, else the route is denied, and counted. */
#include <errno.h>
#include <string.h>

#include "policy/world.h"

/* ---- match clauses --------------------------------------------------------------------------- */

typedef bool match_fn(const struct policy *p, const struct match *m, const struct policy_route *r);

static bool match_as_path(const struct policy *p, const struct match *m,
                          const struct policy_route *r)
{
    const struct attr_draft *d = r->draft;
    for (size_t i = 0; i < m->def.n_names; i++)
        if (as_path_list_run(p->world, (const struct as_path_list *)m->lists[i],
                             d->span[SPAN_AS_PATH], d->head.span_len[SPAN_AS_PATH]))
            return true;
    return false;
}

static bool match_span(const struct policy *p, const struct match *m, const struct policy_route *r,
                       enum attr_span which)
{
    const struct attr_draft *d = r->draft;
    for (size_t i = 0; i < m->def.n_names; i++)
        if (community_list_run(p->world, (const struct community_list *)m->lists[i], d->span[which],
                               d->head.span_len[which], m->def.exact))
            return true;
    return false;
}

static bool match_community(const struct policy *p, const struct match *m,
                            const struct policy_route *r)
{
    return match_span(p, m, r, SPAN_COMMUNITIES);
}

static bool match_large(const struct policy *p, const struct match *m, const struct policy_route *r)
{
    return match_span(p, m, r, SPAN_LARGE_COMMUNITIES);
}

static bool match_ext(const struct policy *p, const struct match *m, const struct policy_route *r)
{
    return match_span(p, m, r, SPAN_EXT_COMMUNITIES);
}

static bool in_prefix_lists(const struct policy *p, const struct match *m, const struct prefix *x)
{
    for (size_t i = 0; i < m->def.n_names; i++)
        if (prefix_list_run(p->world, (const struct prefix_list *)m->lists[i], x))
            return true;
    return false;
}

static bool in_access_lists(const struct policy *p, const struct match *m, const struct prefix *x)
{
    for (size_t i = 0; i < m->def.n_names; i++)
        if (access_list_run(p->world, (const struct access_list *)m->lists[i], x))
            return true;
    return false;
}

static bool match_prefix_list(const struct policy *p, const struct match *m,
                              const struct policy_route *r)
{
    return in_prefix_lists(p, m, &r->prefix);
}

static bool match_access_list(const struct policy *p, const struct match *m,
                              const struct policy_route *r)
{
    return in_access_lists(p, m, &r->prefix);
}

/* The next hop as a prefix of full length; our own routes have the zero address, as in FRR. */
static bool next_hop_prefix(const struct match *m, const struct policy_route *r, struct prefix *ret)
{
    struct ip_addr a = r->draft->head.next_hop;
    if (a.family == IP_NONE && r->prefix.family == m->def.family)
        a.family = m->def.family;
    if (a.family != m->def.family || a.family == IP_NONE)
        return false;
    *ret = prefix_of(&a, ip_bits(a.family));
    return true;
}

static bool match_next_hop_prefix_list(const struct policy *p, const struct match *m,
                                       const struct policy_route *r)
{
    struct prefix x;
    return next_hop_prefix(m, r, &x) && in_prefix_lists(p, m, &x);
}

static bool match_next_hop_access_list(const struct policy *p, const struct match *m,
                                       const struct policy_route *r)
{
    struct prefix x;
    return next_hop_prefix(m, r, &x) && in_access_lists(p, m, &x);
}

static bool match_next_hop(const struct policy *p, const struct match *m,
                           const struct policy_route *r)
{
    (void)p;
    return ip_eq(&r->draft->head.next_hop, &m->def.address);
}

static bool match_metric(const struct policy *p, const struct match *m,
                         const struct policy_route *r)
{
    (void)p;
    return r->draft->head.med == m->def.number;
}

static bool match_local_pref(const struct policy *p, const struct match *m,
                             const struct policy_route *r)
{
    (void)p;
    return r->draft->head.local_pref == m->def.number;
}

static bool match_origin(const struct policy *p, const struct match *m,
                         const struct policy_route *r)
{
    (void)p;
    return r->draft->head.origin == m->def.number;
}

static bool match_tag(const struct policy *p, const struct match *m, const struct policy_route *r)
{
    (void)p;
    return r->draft->head.tag == m->def.number;
}

/* Outbound FRR looks at the peer that the route goes to. */
static bool match_peer(const struct policy *p, const struct match *m, const struct policy_route *r)
{
    return ip_eq(p->direction == POLICY_OUT ? &r->toward : &r->peer, &m->def.address);
}

static bool match_source(const struct policy *p, const struct match *m,
                         const struct policy_route *r)
{
    (void)p;
    return r->source == m->def.number;
}

static bool match_interface(const struct policy *p, const struct match *m,
                            const struct policy_route *r)
{
    (void)p;
    for (size_t i = 0; r->interface && i < m->def.n_names; i++)
        if (strcmp(m->def.names[i], r->interface) == 0)
            return true;
    return false;
}

/* A row for each kind: how it looks, at what, and where its names lead. */
static const struct {
    match_fn *run;
    bool beyond_set; /* the answer may differ between routes with one attribute set */
    bool has_lists;
    enum list_kind list;
    enum attr_span span; /* of community lists */
} kinds[] = {
    [POLICY_MATCH_AS_PATH] = { match_as_path, false, true, LIST_AS_PATH, 0 },
    [POLICY_MATCH_COMMUNITY] = { match_community, false, true, LIST_COMMUNITY, SPAN_COMMUNITIES },
    [POLICY_MATCH_LARGE_COMMUNITY] = { match_large, false, true, LIST_COMMUNITY,
                                       SPAN_LARGE_COMMUNITIES },
    [POLICY_MATCH_EXT_COMMUNITY] = { match_ext, false, true, LIST_COMMUNITY, SPAN_EXT_COMMUNITIES },
    [POLICY_MATCH_PREFIX_LIST] = { match_prefix_list, true, true, LIST_PREFIX, 0 },
    [POLICY_MATCH_ACCESS_LIST] = { match_access_list, true, true, LIST_ACCESS, 0 },
    [POLICY_MATCH_NEXT_HOP_PREFIX_LIST] = { match_next_hop_prefix_list, false, true, LIST_PREFIX,
                                            0 },
    [POLICY_MATCH_NEXT_HOP_ACCESS_LIST] = { match_next_hop_access_list, false, true, LIST_ACCESS,
                                            0 },
    [POLICY_MATCH_NEXT_HOP] = { match_next_hop, false, false, 0, 0 },
    [POLICY_MATCH_METRIC] = { match_metric, false, false, 0, 0 },
    [POLICY_MATCH_LOCAL_PREF] = { match_local_pref, false, false, 0, 0 },
    [POLICY_MATCH_ORIGIN] = { match_origin, false, false, 0, 0 },
    [POLICY_MATCH_TAG] = { match_tag, false, false, 0, 0 },
    [POLICY_MATCH_PEER] = { match_peer, true, false, 0, 0 },
    [POLICY_MATCH_SOURCE] = { match_source, true, false, 0, 0 },
    [POLICY_MATCH_INTERFACE] = { match_interface, true, false, 0, 0 },
};

/* ---- running --------------------------------------------------------------------------------- */

/* Clauses of one kind stand together: any of them, and of every kind one. */
static bool entry_matches(const struct policy *p, const struct entry *e,
                          const struct policy_route *r)
{
    for (size_t i = 0; i < e->n_matches;) {
        enum policy_match_kind kind = e->matches[i].def.kind;
        assert((size_t)kind < ARRAY_LEN(kinds) && kinds[kind].run);
        assert(i == 0 || e->matches[i - 1].def.kind < kind); /* sort_matches() put them together */
        bool any = false;
        for (; i < e->n_matches && e->matches[i].def.kind == kind; i++)
            any = any || kinds[kind].run(p, &e->matches[i], r);
        if (!any)
            return false;
    }
    return true;
}

static bool apply_sets(const struct policy *p, const struct entry *e, struct policy_route *r)
{
    for (size_t i = 0; i < e->n_sets; i++) {
        if (set_apply(p, &e->sets[i], r))
            continue;
        /* A route must not pass without what its policy wanted done to it. */
        shared_count(&p->world->set_failures);
        return false;
    }
    return true;
}

struct frame {
    const struct route_map *map;
    size_t at;
    bool matched; /* a permit entry did */
};

/* Where the map goes on after its entry matched. */
static void after_match(struct frame *f)
{
    assert(f->at < f->map->n);
    const struct entry *e = &f->map->entries[f->at];
    switch (e->on_match) {
    case POLICY_STOP:
        f->at = f->map->n;
        return;
    case POLICY_NEXT:
        f->at++;
        return;
    case POLICY_GOTO:
        do
            f->at++;
        while (f->at < f->map->n && f->map->entries[f->at].seq < e->goto_seq);
        return;
    }
}

static enum policy_verdict loops(const struct policy *p)
{
    shared_count(&p->world->loop_limits);
    return POLICY_DENY;
}

enum policy_verdict route_map_run(const struct policy *p, struct policy_route *r)
{
    struct frame frames[POLICY_CALLS_MAX + 1] = { { .map = p->map } };
    size_t depth = 0;
    assert(p->map && p->world->sealed);
    for (uint32_t steps = 0; steps < POLICY_STEPS_MAX; steps++) {
        assert(depth <= POLICY_CALLS_MAX);
        struct frame *f = &frames[depth];
        if (f->at >= f->map->n) {
            if (!f->matched)
                return POLICY_DENY;
            if (depth == 0)
                return POLICY_PERMIT;
            after_match(&frames[--depth]);
            continue;
        }
        const struct entry *e = &f->map->entries[f->at];
        if (!entry_matches(p, e, r)) {
            f->at++;
            continue;
        }
        if (!e->permit || !apply_sets(p, e, r))
            return POLICY_DENY;
        f->matched = true;
        if (!e->called) {
            after_match(f);
            continue;
        }
        if (depth == POLICY_CALLS_MAX)
            return loops(p);
        frames[++depth] = (struct frame){ .map = e->called };
    }
    return loops(p);
}

/* ---- building -------------------------------------------------------------------------------- */

static bool copy_match(struct arena *a, struct match *to, const struct policy_match_def *from)
{
    to->def = *from;
    const char **names = arena_alloc(a, from->n_names * sizeof(*names));
    to->lists = arena_alloc(a, from->n_names * sizeof(*to->lists));
    for (size_t i = 0; names && i < from->n_names; i++)
        names[i] = arena_str(a, from->names[i]);
    to->def.names = names;
    return !a->failed;
}

/* Stable, so that clauses of one kind come to stand together in their order. */
static void sort_matches(struct match *m, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct match x = m[i];
        size_t j = i;
        for (; j > 0 && m[j - 1].def.kind > x.def.kind; j--)
            m[j] = m[j - 1];
        m[j] = x;
    }
}

static bool copy_set(struct arena *a, struct set *to, const struct policy_set_def *from)
{
    to->def = *from;
    if (from->name)
        to->def.name = arena_str(a, from->name);
    if (from->n_values)
        to->def.values = arena_copy(a, from->values, from->n_values * sizeof(*from->values));
    if (from->n_raw)
        to->def.raw = arena_copy(a, from->raw, from->n_raw * community_width(from->which));
    return !a->failed;
}

static bool copy_entry(struct arena *a, struct entry *to, const struct policy_entry_def *from)
{
    *to = (struct entry){ .seq = from->seq,
                          .permit = from->permit,
                          .n_matches = from->n_matches,
                          .n_sets = from->n_sets,
                          .on_match = from->on_match,
                          .goto_seq = from->goto_seq };
    to->matches = arena_alloc(a, from->n_matches * sizeof(*to->matches));
    to->sets = arena_alloc(a, from->n_sets * sizeof(*to->sets));
    if (!to->matches || !to->sets)
        return false;
    for (size_t i = 0; i < from->n_matches; i++)
        if (!copy_match(a, &to->matches[i], &from->matches[i]))
            return false;
    sort_matches(to->matches, to->n_matches);
    for (size_t i = 0; i < from->n_sets; i++)
        if (!copy_set(a, &to->sets[i], &from->sets[i]))
            return false;
    to->call = from->call ? arena_str(a, from->call) : NULL;
    return !a->failed;
}

err_t policy_add_route_map(struct policy_world *w, const char *name,
                           const struct policy_entry_def *entries, size_t n)
{
    struct route_map *m = arena_alloc(&w->arena, sizeof(*m));
    if (!m)
        return -ENOMEM;
    m->n = n;
    m->entries = arena_alloc(&w->arena, n * sizeof(*m->entries));
    if (!m->entries)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        if (!copy_entry(&w->arena, &m->entries[i], &entries[i]))
            return -ENOMEM;
    return world_add(w, &m->head, LIST_ROUTE_MAP, 0, name);
}

/* ---- sealing --------------------------------------------------------------------------------- */

static void digest_address(struct digest *d, const struct ip_addr *a)
{
    digest_u64(d, a->family);
    digest_bytes(d, a->b, sizeof(a->b));
}

static void digest_list(struct digest *d, const struct named *list)
{
    digest_u64(d, list ? 1 : 0);
    if (list)
        digest_bytes(d, &list->digest, sizeof(list->digest));
}

static void seal_match(struct policy_world *w, struct route_map *map, struct match *m)
{
    const struct policy_match_def *def = &m->def;
    struct digest *d = &map->own;
    map->looks_at_prefix |= kinds[def->kind].beyond_set;
    digest_u64(d, (uint64_t)def->kind << 24 | (uint64_t)def->family << 8 | def->exact);
    digest_u64(d, (uint64_t)def->number << 32 | (uint32_t)def->n_names);
    digest_address(d, &def->address);
    enum list_kind list = kinds[def->kind].list;
    uint8_t space = list == LIST_COMMUNITY ? (uint8_t)kinds[def->kind].span
                    : list == LIST_AS_PATH ? 0
                                           : def->family;
    for (size_t i = 0; i < def->n_names; i++) {
        if (!kinds[def->kind].has_lists) {
            digest_str(d, def->names[i]);
            continue;
        }
        m->lists[i] = world_find(w, list, space, def->names[i]);
        digest_list(d, m->lists[i]);
    }
}

static void seal_set(struct policy_world *w, struct digest *d, struct set *s)
{
    const struct policy_set_def *def = &s->def;
    digest_u64(d, (uint64_t)def->kind << 24 | (uint64_t)def->op << 20 | (uint64_t)def->which << 16 |
                      (uint64_t)def->family << 8 | def->additive);
    digest_u64(d, def->number);
    digest_address(d, &def->address);
    digest_u64(d, def->n_values);
    digest_bytes(d, def->values, def->n_values * sizeof(*def->values));
    digest_u64(d, def->n_raw);
    digest_bytes(d, def->raw, def->n_raw * community_width(def->which));
    if (def->name)
        s->list = world_find(w, LIST_COMMUNITY, (uint8_t)def->which, def->name);
    digest_list(d, s->list);
}

static void seal_entry(struct policy_world *w, struct route_map *map, struct entry *e)
{
    struct digest *d = &map->own;
    digest_u64(d, (uint64_t)e->seq << 8 | (uint64_t)e->on_match << 1 | e->permit);
    digest_u64(d, (uint64_t)e->goto_seq << 32 | (uint32_t)e->n_matches);
    digest_u64(d, e->n_sets);
    for (size_t i = 0; i < e->n_matches; i++)
        seal_match(w, map, &e->matches[i]);
    for (size_t i = 0; i < e->n_sets; i++)
        seal_set(w, d, &e->sets[i]);
    if (e->call)
        e->called = (const struct route_map *)world_find(w, LIST_ROUTE_MAP, 0, e->call);
    digest_u64(d, e->called ? 1 : 0);
}

/* What the map says with its calls followed one level further than in the last round. */
static void follow_calls(struct route_map *m)
{
    m->with_calls = m->own;
    for (size_t i = 0; i < m->n; i++) {
        const struct route_map *called = m->entries[i].called;
        if (!called)
            continue;
        digest_u64(&m->with_calls, i);
        digest_bytes(&m->with_calls, &called->head.digest, sizeof(called->head.digest));
        m->looks_at_prefix |= called->looks_at_prefix;
    }
}

err_t route_maps_seal(struct policy_world *w)
{
    for (struct named *at = w->all; at; at = at->next) {
        if (at->kind != LIST_ROUTE_MAP)
            continue;
        struct route_map *m = container_of(at, struct route_map, head);
        for (size_t i = 0; i < m->n; i++)
            seal_entry(w, m, &m->entries[i]);
        m->head.digest = m->own;
    }
    /* Calls nest no deeper than this at run time, so circles need no care. */
    for (int round = 0; round <= POLICY_CALLS_MAX; round++) {
        for (struct named *at = w->all; at; at = at->next)
            if (at->kind == LIST_ROUTE_MAP)
                follow_calls(container_of(at, struct route_map, head));
        for (struct named *at = w->all; at; at = at->next)
            if (at->kind == LIST_ROUTE_MAP)
                at->digest = container_of(at, struct route_map, head)->with_calls;
    }
    return 0;
}
