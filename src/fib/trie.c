#include "fib/trie.h"

#include <string.h>

static size_t key_bytes(const struct trie *t)
{
    return ip_bytes(t->family);
}

void trie_init(struct trie *t, uint8_t family, size_t head_bytes, uint64_t max_entries)
{
    assert(head_bytes % 8 == 0 && (family == IP_V4 || family == IP_V6));
    *t = (struct trie){ .family = family, .head_bytes = (uint32_t)head_bytes };
    size_t node_bytes = offsetof(struct trie_node, key) + key_bytes(t);
    slab_init(&t->entries, MEM_FIB, head_bytes + node_bytes, max_entries);
    slab_init(&t->forks, MEM_FIB, node_bytes, max_entries);
}

void trie_done(struct trie *t)
{
    slab_done(&t->entries);
    slab_done(&t->forks);
    t->root = NULL;
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
    struct trie_node *n = t->root;
    while (n && n->len < p->len)
        n = n->child[trie_bit(p->b, n->len)];
    if (!n || !n->is_entry || n->len != p->len || memcmp(n->key, p->b, key_bytes(t)) != 0)
        return NULL;
    return n;
}

static struct trie_node *entry_new(struct trie *t, const struct prefix *p)
{
    char *head = slab_alloc(&t->entries);
    if (!head)
        return NULL;
    struct trie_node *n = trie_node_of(t, head);
    n->len = p->len;
    n->is_entry = n->is_big = true;
    memcpy(n->key, p->b, key_bytes(t));
    return n;
}

static void node_free(struct trie *t, struct trie_node *n)
{
    if (n->is_big)
        slab_free(&t->entries, trie_head(t, n));
    else
        slab_free(&t->forks, n);
}

/* A fork of the first len bits over two nodes that differ in the next one. */
static bool fork_over(struct trie *t, struct trie_node **at, struct trie_node *entry, unsigned len)
{
    struct trie_node *fork = slab_alloc(&t->forks);
    if (!fork)
        return false;
    struct prefix p = trie_prefix(t, entry);
    struct ip_addr a = prefix_addr(&p);
    p = prefix_of(&a, (uint8_t)len);
    fork->len = (uint8_t)len;
    memcpy(fork->key, p.b, key_bytes(t));
    fork->child[trie_bit(entry->key, len)] = entry;
    fork->child[!trie_bit(entry->key, len)] = *at;
    *at = fork;
    return true;
}

struct trie_node *trie_insert(struct trie *t, const struct prefix *p)
{
    struct trie_node **at = &t->root;
    unsigned common = 0;
    while (*at) {
        struct trie_node *n = *at;
        unsigned max = MIN(n->len, p->len);
        common = common_bits(n->key, p->b, max);
        if (common < n->len || n->len == p->len)
            break;
        at = &n->child[trie_bit(p->b, n->len)];
    }
    struct trie_node *there = *at;
    if (there && there->len == p->len && common == p->len && there->is_big) {
        there->is_entry =
            true; /* of a removal that had no memory for a fork, or an entry as it is */
        return there;
    }
    struct trie_node *entry = entry_new(t, p);
    if (!entry)
        return NULL;
    if (!there) {
        *at = entry;
    } else if (there->len == p->len && common == p->len) { /* the fork becomes an entry */
        entry->child[0] = there->child[0];
        entry->child[1] = there->child[1];
        *at = entry;
        node_free(t, there);
    } else if (common == p->len) { /* above what is there */
        entry->child[trie_bit(there->key, p->len)] = there;
        *at = entry;
    } else if (!fork_over(t, at, entry, common)) {
        node_free(t, entry);
        return NULL;
    }
    return entry;
}

/* A fork with one child left is no fork. */
static void prune_fork(struct trie *t, struct trie_node **at)
{
    struct trie_node *fork = *at;
    if (fork->is_entry || (fork->child[0] && fork->child[1]))
        return;
    *at = fork->child[0] ? fork->child[0] : fork->child[1];
    node_free(t, fork);
}

void trie_remove(struct trie *t, struct trie_node *entry)
{
    struct trie_node **at = &t->root, **above = NULL;
    while (*at != entry) {
        assert(*at && (*at)->len < entry->len);
        above = at;
        at = &(*at)->child[trie_bit(entry->key, (*at)->len)];
    }
    if (entry->child[0] && entry->child[1]) {
        /* Something has to hold the two children together: a fork takes the entry's place; without
         * memory for one, what was the entry does. */
        struct trie_node *fork = slab_alloc(&t->forks);
        if (!fork) {
            memset(trie_head(t, entry), 0, t->head_bytes);
            entry->user[0] = entry->user[1] = 0;
            entry->is_entry = false;
            return;
        }
        memcpy(fork->key, entry->key, key_bytes(t));
        fork->len = entry->len;
        fork->child[0] = entry->child[0];
        fork->child[1] = entry->child[1];
        *at = fork;
    } else {
        *at = entry->child[0] ? entry->child[0] : entry->child[1];
        if (above)
            prune_fork(t, above);
    }
    node_free(t, entry);
}

uint32_t trie_covering(const struct trie *t, const uint8_t *address,
                       struct trie_node *ret_entries[TRIE_DEPTH_MAX])
{
    uint32_t n = 0;
    unsigned bits = ip_bits(t->family);
    for (struct trie_node *at = t->root; at;) {
        if (!trie_bits_equal(at->key, address, at->len))
            break;
        if (at->is_entry)
            ret_entries[n++] = at;
        if (at->len == bits)
            break;
        at = at->child[trie_bit(address, at->len)];
    }
    return n;
}

void trie_walk_under(const struct trie *t, const struct prefix *p, struct trie_walk *ret_walk)
{
    ret_walk->n = 0;
    struct trie_node *n = t->root;
    while (n && n->len < p->len) {
        if (!trie_bits_equal(n->key, p->b, n->len))
            return;
        n = n->child[trie_bit(p->b, n->len)];
    }
    if (n && trie_bits_equal(n->key, p->b, p->len))
        ret_walk->stack[ret_walk->n++] = n;
}

struct trie_node *trie_walk_next(struct trie_walk *w)
{
    while (w->n > 0) {
        struct trie_node *n = w->stack[--w->n];
        if (n->child[1])
            w->stack[w->n++] = n->child[1];
        if (n->child[0])
            w->stack[w->n++] = n->child[0];
        if (n->is_entry)
            return n;
    }
    return NULL;
}
