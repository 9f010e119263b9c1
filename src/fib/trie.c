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
static inline unsigned common_bits(const struct trie *t, const uint8_t *a, const uint8_t *b,
                                   unsigned max)
{
    uint64_t x;
    if (t->family == IP_V4) {
        x = ip_load32(a) ^ ip_load32(b);
        return MIN(max, x ? (unsigned)__builtin_clzll(x) - 32 : 32);
    }
    x = ip_load64(a) ^ ip_load64(b);
    if (x)
        return MIN(max, (unsigned)__builtin_clzll(x));
    x = ip_load64(a + 8) ^ ip_load64(b + 8);
    return MIN(max, 64 + (x ? (unsigned)__builtin_clzll(x) : 64));
}

/* The link at depth i of the way to the finger's key: the root's, or that of a node on the way. */
static uint32_t *link_at(const struct trie *t, const struct trie_finger *g, uint32_t i)
{
    if (i == 0)
        return (uint32_t *)(uintptr_t)&t->root;
    return &trie_at(t, g->link[i - 1])->child[trie_bit(g->key, g->len[i - 1])];
}

/* Goes down to where the prefix stands or would: the link whose node is it, covers less, or is not
 * there. The finger then holds the nodes above it. */
static uint32_t *place_of(const struct trie *t, struct trie_finger *g, const struct prefix *p,
                          unsigned *ret_common)
{
    unsigned known = common_bits(t, g->key, p->b, p->len);
    while (g->n > 0 && (g->len[g->n - 1] > known || g->len[g->n - 1] >= p->len))
        g->n--;
    memcpy(g->key, p->b, key_bytes(t));
    *ret_common = 0;
    uint32_t *at = link_at(t, g, g->n);
    for (struct trie_node *n; (n = trie_at(t, *at)); at = &n->child[trie_bit(p->b, n->len)]) {
        *ret_common = common_bits(t, n->key, p->b, MIN(n->len, p->len));
        if (*ret_common < n->len || n->len == p->len)
            break;
        g->link[g->n] = *at;
        g->len[g->n++] = n->len;
    }
    return at;
}

/* The trie's finger, or an empty one in the caller's room. */
static struct trie_finger *finger_of(const struct trie *t, struct trie_finger *room)
{
    if (t->finger)
        return t->finger;
    room->n = 0;
    memset(room->key, 0, sizeof(room->key));
    return room;
}

uint32_t trie_find(const struct trie *t, const struct prefix *p)
{
    struct trie_finger room;
    unsigned common;
    uint32_t link = *place_of(t, finger_of(t, &room), p, &common);
    const struct trie_node *n = trie_at(t, link);
    return n && n->is_entry && n->len == p->len && common == p->len ? link : 0;
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

uint32_t trie_insert(struct trie *t, const struct prefix *p)
{
    struct trie_finger room;
    unsigned common;
    uint32_t *at = place_of(t, finger_of(t, &room), p, &common), above = *at;
    struct trie_node *there = trie_at(t, above);
    bool is_it = there && there->len == p->len && common == p->len;
    if (is_it && !(above & TRIE_FORK)) {
        /* An entry as it is, or one whose removal had no memory for a fork. */
        there->is_entry = true;
        return above;
    }
    uint32_t h = entry_new(t, p);
    if (!h)
        return 0;
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
        return 0;
    }
    return h;
}

/* The node right above the finger's key, when it is a fork with one child left: that is no fork. */
static void prune_fork(struct trie *t, struct trie_finger *g)
{
    if (g->n == 0)
        return;
    uint32_t link = g->link[g->n - 1];
    const struct trie_node *fork = trie_at(t, link);
    if (fork->is_entry || (fork->child[0] && fork->child[1]))
        return;
    g->n--;
    *link_at(t, g, g->n) = fork->child[0] ? fork->child[0] : fork->child[1];
    node_free(t, link);
}

void trie_remove(struct trie *t, const struct trie_node *entry)
{
    struct trie_finger room, *g = finger_of(t, &room);
    struct prefix p = trie_prefix(t, entry);
    unsigned common;
    uint32_t *at = place_of(t, g, &p, &common), link = *at;
    struct trie_node *n = trie_at(t, link);
    assert(n == entry && !(link & TRIE_FORK));
    if (n->child[0] && n->child[1]) {
        /* Something has to hold the two children together: a fork takes the entry's place; without
         * memory for one, what was the entry does. */
        uint32_t h = pool_alloc(&t->forks);
        if (!h) {
            memset(trie_head(t, n), 0, t->head_bytes);
            n->user[0] = n->user[1] = 0;
            n->is_entry = false;
            return;
        }
        struct trie_node *fork = pool_at(&t->forks, h);
        memcpy(fork->key, n->key, key_bytes(t));
        fork->len = n->len;
        fork->child[0] = n->child[0];
        fork->child[1] = n->child[1];
        *at = h | TRIE_FORK;
    } else {
        *at = n->child[0] ? n->child[0] : n->child[1];
        if (*at == 0)
            prune_fork(t, g);
    }
    node_free(t, link);
}

uint32_t trie_covering(const struct trie *t, const uint8_t *address,
                       uint32_t ret_entries[TRIE_DEPTH_MAX])
{
    uint32_t n = 0, link = t->root;
    unsigned bits = ip_bits(t->family);
    for (const struct trie_node *at; (at = trie_at(t, link));) {
        if (!trie_bits_equal(at->key, address, at->len))
            break;
        if (at->is_entry)
            ret_entries[n++] = link;
        if (at->len == bits)
            break;
        link = at->child[trie_bit(address, at->len)];
    }
    return n;
}

void trie_walk_under(const struct trie *t, const struct prefix *p, struct trie_walk *ret_walk)
{
    ret_walk->trie = t;
    ret_walk->n = 0;
    uint32_t link = t->root;
    const struct trie_node *n;
    while ((n = trie_at(t, link)) && n->len < p->len) {
        if (!trie_bits_equal(n->key, p->b, n->len))
            return;
        link = n->child[trie_bit(p->b, n->len)];
    }
    if (n && trie_bits_equal(n->key, p->b, p->len))
        ret_walk->stack[ret_walk->n++] = link;
}

uint32_t trie_walk_next(struct trie_walk *w)
{
    while (w->n > 0) {
        uint32_t link = w->stack[--w->n];
        const struct trie_node *n = trie_at(w->trie, link);
        if (n->child[1])
            w->stack[w->n++] = n->child[1];
        if (n->child[0])
            w->stack[w->n++] = n->child[0];
        if (n->is_entry)
            return link;
    }
    return 0;
}
