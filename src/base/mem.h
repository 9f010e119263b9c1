/* base/mem.h: the one door to the heap. Every allocation has a tag, so that `show memory` can tell
 * who holds what, and a test can fail the n-th allocation. Thread-safe counters.
 * Engines use it only through slab.h and arena.h, and directly only in x_new(). */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/base.h"

/* One row a kind of memory: MEM_TAG(identifier, "name in show memory"). */
#define MEM_TAGS(X)                                                                                \
    X(MEM_MISC, "misc")                                                                            \
    X(MEM_ARENA, "arena")                                                                          \
    X(MEM_CONFIG, "configuration")                                                                 \
    X(MEM_ATTR, "BGP attribute sets")                                                              \
    X(MEM_RIB_DEST, "BGP prefixes")                                                                \
    X(MEM_RIB_ROUTE, "BGP routes")                                                                 \
    X(MEM_RIB_ADJ_OUT, "BGP Adj-RIB-Out")                                                          \
    X(MEM_RIB_TABLE, "BGP tables")                                                                 \
    X(MEM_PEER, "BGP peers")                                                                       \
    X(MEM_BUFFER, "message buffers")                                                               \
    X(MEM_POLICY, "policy")                                                                        \
    X(MEM_FIB, "FIB")                                                                              \
    X(MEM_IKE, "IKE")                                                                              \
    X(MEM_ESP, "ESP")                                                                              \
    X(MEM_NODE, "node")                                                                            \
    X(MEM_SIM, "simulator")                                                                        \
    X(MEM_CRYPTO, "cryptography")                                                                  \
    X(MEM_CTL, "control")

enum mem_tag {
#define X(id, name) id,
    MEM_TAGS(X)
#undef X
        MEM_TAG_COUNT
};

/* Zeroed memory of n bytes, or NULL. */
must_use void *mem_alloc(enum mem_tag tag, size_t n);

/* Resizes p of old_n bytes to n bytes; what is new is zeroed. NULL: p is untouched. */
must_use void *mem_resize(enum mem_tag tag, void *p, size_t old_n, size_t n);

/* Frees p of n bytes; p may be NULL. */
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
