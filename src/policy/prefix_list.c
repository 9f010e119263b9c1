/* Prefix lists: the first rule that matches decides, whatever its place. Rules with one prefix
 * stand together behind a hash table, so that a lookup costs one probe for each prefix length that
 * the list knows, and not one comparison for each rule. */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "policy/world.h"

static uint32_t slot_of(const struct prefix_list *l, const struct prefix *p)
{
    return (uint32_t)(hash_bytes(l->hash_key + p->len, p->b, ip_bytes(p->family)) & l->mask);
}

/* The slot that holds the prefix, or the free one where it belongs. */
static uint32_t *find_slot(const struct prefix_list *l, const struct prefix *p)
{
    uint32_t at = slot_of(l, p);
    assert(p->len <= ip_bits(p->family)); /* keyed without the family: a list has one */
    while (l->slots[at] != 0 && !prefix_eq(&l->keys[l->slots[at] - 1].prefix, p))
        at = (at + 1) & l->mask;
    return &l->slots[at];
}

static struct prefix key_of(const struct policy_prefix_rule *r)
{
    struct ip_addr a = prefix_addr(&r->prefix);
    return prefix_of(&a, r->prefix.len); /* without host bits */
}

static struct prefix_window window_of(const struct policy_prefix_rule *r, uint32_t order)
{
    uint8_t len = r->prefix.len, top = ip_bits(r->prefix.family);
    return (struct prefix_window){
        .order = order,
        .lo = MAX(len, r->ge),
        .hi = r->le   ? r->le
              : r->ge ? top
                      : len,
        .permit = r->permit,
    };
}

/* A window that an earlier rule with the same prefix has already can never decide. */
static void add_window(struct prefix_list *l, struct prefix_key *k, struct prefix_window window)
{
    assert(window.order < UINT32_MAX); /* which stands for no rule */
    struct prefix_window *of_key = l->windows + k->first;
    for (uint32_t i = 0; i < k->n; i++)
        if (of_key[i].lo <= window.lo && of_key[i].hi >= window.hi)
            return;
    of_key[k->n++] = window;
}

static uint32_t slots_for(size_t n)
{
    uint32_t slots = 8;
    while (slots < 2 * n)
        slots *= 2;
    return slots;
}

static void note_lengths(struct prefix_list *l, const struct policy_prefix_rule *rules, size_t n)
{
    uint32_t first[129];
    memset(first, 0xff, sizeof(first));
    for (size_t i = n; i-- > 0;) {
        assert(rules[i].prefix.len < ARRAY_LEN(first));
        first[rules[i].prefix.len] = (uint32_t)i;
    }
    for (uint32_t len = 0; len <= 128; len++) {
        if (first[len] == UINT32_MAX)
            continue;
        l->length[l->lengths] = (uint8_t)len;
        l->first_order[l->lengths++] = first[len];
    }
}

static void fill(struct prefix_list *l, const struct policy_prefix_rule *rules, size_t n)
{
    uint32_t keys = 0, windows = 0;
    for (size_t i = 0; i < n; i++) { /* how many rules each prefix has */
        struct prefix p = key_of(&rules[i]);
        uint32_t *slot = find_slot(l, &p);
        if (*slot == 0) {
            l->keys[keys].prefix = p;
            *slot = ++keys;
        }
        l->keys[*slot - 1].n++;
    }
    for (uint32_t i = 0; i < keys; i++) {
        l->keys[i].first = windows;
        windows += l->keys[i].n;
        l->keys[i].n = 0;
    }
    assert(keys <= n && windows == n && 2 * (size_t)keys <= (size_t)l->mask + 1);
    for (size_t i = 0; i < n; i++) {
        struct prefix p = key_of(&rules[i]);
        add_window(l, &l->keys[*find_slot(l, &p) - 1], window_of(&rules[i], (uint32_t)i));
    }
    note_lengths(l, rules, n);
}

err_t policy_add_prefix_list(struct policy_world *w, uint8_t family, const char *name,
                             const struct policy_prefix_rule *rules, size_t n)
{
    if (n > UINT32_MAX / 4)
        return -ENOSPC;
    uint32_t slots = slots_for(n);
    struct prefix_list *l = arena_alloc(&w->arena, sizeof(*l));
    uint32_t *table = arena_alloc(&w->arena, slots * sizeof(*table));
    struct prefix_key *keys = arena_alloc(&w->arena, n * sizeof(*keys));
    struct prefix_window *windows = arena_alloc(&w->arena, n * sizeof(*windows));
    if (!l || !table || !keys || !windows)
        return -ENOMEM;
    l->is_empty = n == 0;
    l->hash_key = w->params.hash_key;
    l->mask = slots - 1;
    l->slots = table;
    l->keys = keys;
    l->windows = windows;
    fill(l, rules, n);
    for (size_t i = 0; i < n; i++) {
        struct prefix p = key_of(&rules[i]);
        struct prefix_window window = window_of(&rules[i], 0);
        digest_u64(&l->head.digest, (uint64_t)p.family << 32 | (uint64_t)p.len << 24 |
                                        (uint64_t)window.lo << 16 | (uint64_t)window.hi << 8 |
                                        window.permit);
        digest_bytes(&l->head.digest, p.b, sizeof(p.b));
    }
    return world_add(w, &l->head, LIST_PREFIX, family, name);
}

enum policy_verdict prefix_list_run(const struct policy_world *w, const struct prefix_list *l,
                                    const struct prefix *p)
{
    if (!l)
        return world_undefined(w);
    if (l->is_empty)
        return POLICY_PERMIT; /* FRR: a list with a description alone */
    uint32_t best = UINT32_MAX;
    enum policy_verdict verdict = POLICY_DENY;
    struct ip_addr a = prefix_addr(p);
    for (uint32_t i = 0; i < l->lengths && l->length[i] <= p->len; i++) {
        if (l->first_order[i] >= best)
            continue;
        struct prefix wanted = prefix_of(&a, l->length[i]);
        uint32_t found = *find_slot(l, &wanted);
        const struct prefix_key *k = found ? &l->keys[found - 1] : NULL;
        for (uint32_t j = 0; k && j < k->n; j++) {
            const struct prefix_window *window = &l->windows[k->first + j];
            if (window->order >= best)
                break;
            if (p->len < window->lo || p->len > window->hi)
                continue;
            best = window->order;
            verdict = window->permit ? POLICY_PERMIT : POLICY_DENY;
            break;
        }
    }
    return verdict;
}
