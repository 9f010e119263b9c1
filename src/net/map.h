/* net/map.h: short keys to numbers, in an arena: what makes pairing and expansion linear. Open
 * addressing over hashed keys. Nothing iterates over a map, so its order is nobody's. */
#ifndef NET_MAP_H
#define NET_MAP_H

#include "base/arena.h"

enum { NET_KEY_MAX = 48 }; /* bytes: two addresses and a number */

struct net_map_slot {
    uint8_t key[NET_KEY_MAX];
    uint8_t len; /* 0: free */
    uint32_t value;
};

struct net_map {
    struct arena *arena;
    struct net_map_slot *slots;
    uint32_t count, cap; /* cap is a power of two, or 0 */
    uint64_t probes;     /* slots that were looked at */
};

/* An empty map in the arena. */
void net_map_init(struct net_map *m, struct arena *arena);

/* The value at the key, or NULL. 1 to NET_KEY_MAX bytes. */
uint32_t *net_map_find(struct net_map *m, const void *key, size_t len);

/* The same, made with NET_NONE (UINT32_MAX) when absent; NULL: the arena is full. Valid until the
 * next one is made. */
uint32_t *net_map_make(struct net_map *m, const void *key, size_t len);

#endif
