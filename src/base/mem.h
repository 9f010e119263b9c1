/* base/mem.h: the one door to the heap. Every allocation has a tag, so that `show memory` can tell
 * who holds what, and a test can fail the n-th allocation. Thread-safe counters.
 * Engines use it only through slab.h and arena.h, and directly only in x_new(). */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/base.h"

/* One row a kind of memory: X(identifier, "name in show memory", wiped): true: keys and passwords
 * may be in it, so that it is overwritten before the heap has it back, whoever frees it. */
#define MEM_TAGS(X)                                                                                \
    X(MEM_MISC, "misc", false)                                                                     \
    X(MEM_ARENA, "arena", false)                                                                   \
    X(MEM_CONFIG, "configuration", true)                                                           \
    X(MEM_ATTR, "BGP attribute sets", false)                                                       \
    X(MEM_RIB_DEST, "BGP prefixes", false)                                                         \
    X(MEM_RIB_ROUTE, "BGP routes", false)                                                          \
    X(MEM_RIB_ADJ_OUT, "BGP Adj-RIB-Out", false)                                                   \
    X(MEM_RIB_TABLE, "BGP tables", false)                                                          \
    X(MEM_PEER, "BGP peers", false)                                                                \
    X(MEM_BUFFER, "message buffers", true)                                                         \
    X(MEM_POLICY, "policy", false)                                                                 \
    X(MEM_FIB, "FIB", false)                                                                       \
    X(MEM_IKE, "IKE", true)                                                                        \
    X(MEM_ESP, "ESP", true)                                                                        \
    X(MEM_NODE, "node", false)                                                                     \
    X(MEM_SIM, "simulator", false)                                                                 \
    X(MEM_CRYPTO, "cryptography", true)                                                            \
    X(MEM_CTL, "control", false)

enum mem_tag {
#define X(id, name, wiped) id,
    MEM_TAGS(X)
#undef X
        MEM_TAG_COUNT
};

/* Zeroed memory of n bytes, or NULL. */
must_use void *mem_alloc(enum mem_tag tag, size_t n);

/* Resizes p of old_n bytes to n bytes; what is new is zeroed. NULL: p is untouched. Of a wiped tag
 * it leaves no copy behind. */
must_use void *mem_resize(enum mem_tag tag, void *p, size_t old_n, size_t n);

/* Frees p of n bytes, wiped if its tag says so; p may be NULL. */
void mem_free(enum mem_tag tag, void *p, size_t n);

/* The tag's name, its bytes and its live allocations. */
const char *mem_name(enum mem_tag tag);

/* Bytes that are allocated under the tag now. */
size_t mem_bytes(enum mem_tag tag);

/* Allocations under the tag that have not been freed. */
size_t mem_count(enum mem_tag tag);

/* For tests: the n-th allocation from now on returns NULL (1: the next); 0 switches it off. */
void mem_fail_at(uint64_t n);

#endif
