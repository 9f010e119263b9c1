/* config/index.h: names to array indices while a configuration is read, so that a long text takes
 * time in proportion to its length. Open addressing over keyed hashes; lives in an arena. */
#ifndef CONFIG_INDEX_H
#define CONFIG_INDEX_H

#include "base/arena.h"

enum index_kind {
    INDEX_INTERFACE,
    INDEX_ADDRESS,
    INDEX_STATIC,
    INDEX_PREFIX_LIST,
    INDEX_PREFIX_ENTRY,
    INDEX_AS_PATH_LIST,
    INDEX_AS_PATH_ENTRY,
    INDEX_COMMUNITY_LIST,
    INDEX_COMMUNITY_ENTRY,
    INDEX_ACCESS_LIST,
    INDEX_ACCESS_ENTRY,
    INDEX_ROUTE_MAP,
    INDEX_ROUTE_MAP_ENTRY,
    INDEX_NEIGHBOR,
    INDEX_NETWORK,
    INDEX_AGGREGATE,
    INDEX_CRYPTO,
    INDEX_NAT_LIST,
    INDEX_NAT_POOL,
    INDEX_MAX_SEQ,
};

struct index_entry {
    uint64_t hash;
    const char *key; /* NULL: free */
    uint32_t len, value;
};

struct index {
    struct arena *arena;
    struct index_entry *slots;
    uint32_t n, cap; /* cap is a power of two, or 0 */
};

enum { INDEX_NONE = UINT32_MAX };

/* An empty index whose entries live in the arena. */
void index_init(struct index *x, struct arena *arena);

/* The value under (kind, owner, key), or NULL. INDEX_NONE as a value: it was there and was removed.
 */
uint32_t *index_find(const struct index *x, enum index_kind kind, uint32_t owner, const void *key,
                     size_t len);

/* The same, made with INDEX_NONE when absent; NULL without memory. */
uint32_t *index_make(struct index *x, enum index_kind kind, uint32_t owner, const void *key,
                     size_t len);

#endif
