/* fib/trie.h: prefixes of one family in a path-compressed binary trie: longest match, subtrees,
 * order. An entry is a prefix that was inserted; the rest are forks that hold the trie together. An
 * entry starts with `head_bytes` of its owner's, then comes the node; entries never move, and have
 * handles. One thread. Memory for IPv4: 16 bytes and the head for an entry, 16 for a fork. */
#ifndef FIB_TRIE_H
#define FIB_TRIE_H

#include "base/base.h"
#include "base/ip.h"
#include "base/pool.h"

struct trie_node {
    uint32_t child[2]; /* 0: none; for trie_child() */
    uint8_t len;
    bool is_entry : 1;
    uint8_t user[2]; /* the owner's, of an entry */
    uint8_t key[];   /* 4 or 16 bytes; those beyond len are zero */
};

struct trie {
    uint32_t root;
    uint8_t family;
    uint32_t head_bytes; /* a multiple of 4; of 8 where it has pointers */
    struct pool entries, forks;
};

enum { TRIE_DEPTH_MAX = 130 }; /* one node a bit of IPv6, the root, and one to spare */
enum { TRIE_ENTRIES_MAX = (1 << 30) - 1 };

/* A trie of at most max_entries; gives everything back. */
void trie_init(struct trie *t, uint8_t family, size_t head_bytes, uint64_t max_entries);
void trie_done(struct trie *t);

/* The entry of a prefix; NULL: none. */
struct trie_node *trie_find(const struct trie *t, const struct prefix *p);

/* The entry of a prefix, made (with a zeroed head) when missing; NULL: full, or no memory. Its
 * handle is the entry's for life. */
must_use struct trie_node *trie_insert(struct trie *t, const struct prefix *p,
                                       uint32_t *ret_handle);

/* Removes an entry and frees it. */
void trie_remove(struct trie *t, struct trie_node *entry);

/* Entries that cover the address, shortest first, at most TRIE_DEPTH_MAX; returns how many. */
uint32_t trie_covering(const struct trie *t, const uint8_t *address,
                       struct trie_node *ret_entries[TRIE_DEPTH_MAX]);

/* In order (address, then length): start at everything that a prefix covers, then step; NULL at the
 * end. The trie may not change in between. */
struct trie_walk {
    const struct trie *trie;
    struct trie_node *stack[TRIE_DEPTH_MAX];
    uint32_t n;
};
void trie_walk_under(const struct trie *t, const struct prefix *p, struct trie_walk *ret_walk);
struct trie_node *trie_walk_next(struct trie_walk *w);

/* An entry's head, the entry of a head, and its prefix. */
static inline void *trie_head(const struct trie *t, const struct trie_node *entry)
{
    return (char *)(uintptr_t)entry - t->head_bytes;
}
static inline struct trie_node *trie_node_of(const struct trie *t, const void *head)
{
    return (struct trie_node *)(void *)((char *)(uintptr_t)head + t->head_bytes);
}
struct prefix trie_prefix(const struct trie *t, const struct trie_node *n);

/* What hangs at a link: a child, or the root; NULL: nothing. A fork's link has the highest bit. */
#define TRIE_FORK (UINT32_C(1) << 31)
static inline struct trie_node *trie_at(const struct trie *t, uint32_t link)
{
    if (link == 0)
        return NULL;
    if (link & TRIE_FORK)
        return pool_at(&t->forks, link & ~TRIE_FORK);
    return trie_node_of(t, pool_at(&t->entries, link));
}

/* The head of the entry with a handle. */
static inline void *trie_head_at(const struct trie *t, uint32_t handle)
{
    return pool_at(&t->entries, handle);
}

/* Bit i (0: the highest) of an address. */
static inline unsigned trie_bit(const uint8_t *key, unsigned i)
{
    return key[i >> 3] >> (7 - (i & 7)) & 1u;
}

/* Whether the first len bits are equal. */
bool trie_bits_equal(const uint8_t *a, const uint8_t *b, unsigned len);

#endif
