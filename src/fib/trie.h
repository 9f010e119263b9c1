/* fib/trie.h: prefixes of one family in a path-compressed binary trie: longest match, subtrees,
 * order. An entry is a prefix that was inserted; the rest are forks that hold the trie together. An
 * entry starts with `head_bytes` of its owner's, then comes the node; entries never move, and have
 * handles. One thread. Memory for IPv4: 16 bytes and the head for an entry, 16 for a fork. Where
 * millions of prefixes come in runs of neighbours, a finger keeps the way to the last one. */
#ifndef FIB_TRIE_H
#define FIB_TRIE_H

#include <string.h>

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

enum { TRIE_DEPTH_MAX = 130 }; /* one node a bit of IPv6, the root, and one to spare */
enum { TRIE_ENTRIES_MAX = (1 << 30) - 1 };

/* The nodes above the prefix that was asked for last: the next search starts at the lowest of them
 * that covers what it looks for. */
struct trie_finger {
    uint8_t key[16];
    uint32_t n;
    uint32_t link[TRIE_DEPTH_MAX];
    uint8_t len[TRIE_DEPTH_MAX];
};

struct trie {
    uint32_t root;
    uint8_t family;
    uint32_t head_bytes; /* a multiple of 4; of 8 where it has pointers */
    struct pool entries, forks;
    struct trie_finger *finger; /* the owner's, for this trie alone; NULL: none */
};

/* A trie of at most max_entries; gives everything back. */
void trie_init(struct trie *t, uint8_t family, size_t head_bytes, uint64_t max_entries);

/* Frees all entries. */
void trie_done(struct trie *t);

/* The handle of a prefix's entry; 0: none. */
uint32_t trie_find(const struct trie *t, const struct prefix *p);

/* The handle of a prefix's entry, made (with a zeroed head) when missing; 0: full, or no memory. It
 * is the entry's for life. */
must_use uint32_t trie_insert(struct trie *t, const struct prefix *p);

/* Removes an entry and frees it. */
void trie_remove(struct trie *t, const struct trie_node *entry);

/* Handles of the entries that cover the address, shortest first, at most TRIE_DEPTH_MAX; returns
 * how many. */
uint32_t trie_covering(const struct trie *t, const uint8_t *address,
                       uint32_t ret_entries[TRIE_DEPTH_MAX]);

/* In order (address, then length): start at everything that a prefix covers, then step from handle
 * to handle; 0 at the end. The trie may not change in between. */
struct trie_walk {
    const struct trie *trie;
    uint32_t stack[TRIE_DEPTH_MAX];
    uint32_t n;
};

/* Starts a walk over the entries that the prefix covers, itself among them. */
void trie_walk_under(const struct trie *t, const struct prefix *p, struct trie_walk *ret_walk);

/* The next entry, less specific ones first; 0: no more. */
uint32_t trie_walk_next(struct trie_walk *w);

/* An entry's head, the entry of a head, and its prefix. */
static inline void *trie_head(const struct trie *t, const struct trie_node *entry)
{
    return (char *)(uintptr_t)entry - t->head_bytes;
}

/* The node behind a head. */
static inline struct trie_node *trie_node_of(const struct trie *t, const void *head)
{
    return (struct trie_node *)(void *)((char *)(uintptr_t)head + t->head_bytes);
}

/* The prefix of a node. */
static inline struct prefix trie_prefix(const struct trie *t, const struct trie_node *n)
{
    struct prefix p = { .family = t->family, .len = n->len };
    if (t->family == IP_V4)
        memcpy(p.b, n->key, 4);
    else
        memcpy(p.b, n->key, 16);
    return p;
}

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
