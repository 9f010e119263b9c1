#include "fib/trie.h"

#include <string.h>

static size_t key_bytes(const struct trie *t)
{
    return ip_bytes(t->family);
}

void trie_init(struct trie *t, uint8_t family, size_t head_bytes, uint64_t max_entries)
{
    assert(head_bytes % 4 == 0 && (family == IP_V4 || family == IP_V6));
    *t = (struct trie){ .family = family, .head_bytes = (uint32_t)head_bytes };
    size_t node_bytes = offsetof(struct trie_node, key) + key_bytes(t);
    node_bytes = (node_bytes + 7) & ~(size_t)7;
    uint32_t max = (uint32_t)MIN(max_entries, (uint64_t)TRIE_ENTRIES_MAX);
    pool_init(&t->entries, MEM_FIB, head_bytes + node_bytes, max);
    pool_init(&t->forks, MEM_FIB, node_bytes, max);
}

void trie_done(struct trie *t)
{
    pool_done(&t->entries);
    pool_done(&t->forks);
    t->root = 0;
}

bool trie_bits_equal(const uint8_t *a, const uint8_t *b, unsigned len)
{
    unsigned whole = len / 8, rest = len % 8;
    if (memcmp(a, b, whole) != 0)
        return false;
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

/* How many leading bits are equal, up to max. */
static unsigned common_bits(const uint8_t *a, const uint8_t *b, unsigned max)
{
    unsigned i = 0;
    while (i + 8 <= max && a[i / 8] == b[i / 8])
        i += 8;
    while (i < max && trie_bit(a, i) == trie_bit(b, i))
        i++;
    return i;
}

struct prefix trie_prefix(const struct trie *t, const struct trie_node *n)
{
    struct prefix p = { .family = t->family, .len = n->len };
    memcpy(p.b, n->key, key_bytes(t));
    return p;
}

struct trie_node *trie_find(const struct trie *t, const struct prefix *p)
{
    struct trie_node *n = trie_at(t, t->root);
    while (n && n->len < p->len)
        n = trie_at(t, n->child[trie_bit(p->b, n->len)]);
    if (!n || !n->is_entry || n->len != p->len || memcmp(n->key, p->b, key_bytes(t)) != 0)
        return NULL;
    return n;
}

static uint32_t entry_new(struct trie *t, const struct prefix *p)
{
    uint32_t h = pool_alloc(&t->entries);
    if (!h)
        return 0;
    struct trie_node *n = trie_at(t, h);
    n->len = p->len;
    n->is_entry = true;
    memcpy(n->key, p->b, key_bytes(t));
    return h;
}

static void node_free(struct trie *t, uint32_t link)
{
    if (link & TRIE_FORK)
        pool_free(&t->forks, link & ~TRIE_FORK);
    else
        pool_free(&t->entries, link);
}

/* A fork of the first len bits over two nodes that differ in the next one. */
static bool fork_over(struct trie *t, uint32_t *at, uint32_t entry, unsigned len)
{
    uint32_t h = pool_alloc(&t->forks);
    if (!h)
        return false;
    struct trie_node *fork = pool_at(&t->forks, h);
    const uint8_t *key = trie_at(t, entry)->key;
    fork->len = (uint8_t)len;
    memcpy(fork->key, key, len / 8);
    if (len % 8)
        fork->key[len / 8] = (uint8_t)(key[len / 8] & 0xff00u >> (len % 8));
    fork->child[trie_bit(key, len)] = entry;
    fork->child[!trie_bit(key, len)] = *at;
    *at = h | TRIE_FORK;
    return true;
}

/* Where the prefix stands or would: the link whose node is it, covers less, or is not there. */
static uint32_t *place_of(struct trie *t, const struct prefix *p, unsigned *ret_common)
{
    uint32_t *at = &t->root;
    *ret_common = 0;
    for (struct trie_node *n; (n = trie_at(t, *at)); at = &n->child[trie_bit(p->b, n->len)]) {
        *ret_common = common_bits(n->key, p->b, MIN(n->len, p->len));
        if (*ret_common < n->len || n->len == p->len)
            break;
    }
    return at;
}

struct trie_node *trie_insert(struct trie *t, const struct prefix *p, uint32_t *ret_handle)
{
    unsigned common;
    uint32_t *at = place_of(t, p, &common), above = *at;
    struct trie_node *there = trie_at(t, above);
    bool is_it = there && there->len == p->len && common == p->len;
    if (is_it && !(above & TRIE_FORK)) {
        /* An entry as it is, or one whose removal had no memory for a fork. */
        there->is_entry = true;
        *ret_handle = above;
        return there;
    }
    uint32_t h = entry_new(t, p);
    if (!h)
        return NULL;
    struct trie_node *entry = trie_at(t, h);
    if (!there) {
        *at = h;
    } else if (is_it) { /* the fork becomes an entry */
        entry->child[0] = there->child[0];
        entry->child[1] = there->child[1];
        *at = h;
        node_free(t, above);
    } else if (common == p->len) { /* above what is there */
        entry->child[trie_bit(there->key, p->len)] = above;
        *at = h;
    } else if (!fork_over(t, at, h, common)) {
        node_free(t, h);
        return NULL;
    }
    *ret_handle = h;
    return entry;
}

/* A fork with one child left is no fork. */
static void prune_fork(struct trie *t, uint32_t *at)
{
    uint32_t link = *at;
    const struct trie_node *fork = trie_at(t, link);
    if (fork->is_entry || (fork->child[0] && fork->child[1]))
        return;
    *at = fork->child[0] ? fork->child[0] : fork->child[1];
    node_free(t, link);
}

void trie_remove(struct trie *t, struct trie_node *entry)
{
    uint32_t *at = &t->root, *above = NULL;
    for (struct trie_node *n; (n = trie_at(t, *at)) != entry;) {
        assert(n && n->len < entry->len);
        above = at;
        at = &n->child[trie_bit(entry->key, n->len)];
    }
    uint32_t link = *at;
    if (entry->child[0] && entry->child[1]) {
        /* Something has to hold the two children together: a fork takes the entry's place; without
         * memory for one, what was the entry does. */
        uint32_t h = pool_alloc(&t->forks);
        if (!h) {
            memset(trie_head(t, entry), 0, t->head_bytes);
            entry->user[0] = entry->user[1] = 0;
            entry->is_entry = false;
            return;
        }
        struct trie_node *fork = pool_at(&t->forks, h);
        memcpy(fork->key, entry->key, key_bytes(t));
        fork->len = entry->len;
        fork->child[0] = entry->child[0];
        fork->child[1] = entry->child[1];
        *at = h | TRIE_FORK;
    } else {
        *at = entry->child[0] ? entry->child[0] : entry->child[1];
        if (above)
            prune_fork(t, above);
    }
    node_free(t, link);
}

uint32_t trie_covering(const struct trie *t, const uint8_t *address,
                       struct trie_node *ret_entries[TRIE_DEPTH_MAX])
{
    uint32_t n = 0;
    unsigned bits = ip_bits(t->family);
    for (struct trie_node *at = trie_at(t, t->root); at;) {
        if (!trie_bits_equal(at->key, address, at->len))
            break;
        if (at->is_entry)
            ret_entries[n++] = at;
        if (at->len == bits)
            break;
        at = trie_at(t, at->child[trie_bit(address, at->len)]);
    }
    return n;
}

void trie_walk_under(const struct trie *t, const struct prefix *p, struct trie_walk *ret_walk)
{
    ret_walk->trie = t;
    ret_walk->n = 0;
    struct trie_node *n = trie_at(t, t->root);
    while (n && n->len < p->len) {
        if (!trie_bits_equal(n->key, p->b, n->len))
            return;
        n = trie_at(t, n->child[trie_bit(p->b, n->len)]);
    }
    if (n && trie_bits_equal(n->key, p->b, p->len))
        ret_walk->stack[ret_walk->n++] = n;
}

struct trie_node *trie_walk_next(struct trie_walk *w)
{
    while (w->n > 0) {
        struct trie_node *n = w->stack[--w->n];
        if (n->child[1])
            w->stack[w->n++] = trie_at(w->trie, n->child[1]);
        if (n->child[0])
            w->stack[w->n++] = trie_at(w->trie, n->child[0]);
        if (n->is_entry)
            return n;
    }
    return NULL;
}
