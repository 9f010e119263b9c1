/* net/pair.h: the two halves of net_pair(). Internal to net/. */
#ifndef NET_PAIR_H
#define NET_PAIR_H

#include "net/map.h"
#include "net/network.h"

/* First and last of the two queues at a key. */
struct pair_head {
    uint32_t first[2], last[2];
};

/* Things that wait for their counterpart, by a key: a queue for each of two sides, in the order in
 * which they came. Things are numbers below `cap`, each in one queue at most. */
struct pair_queues {
    struct net_map map; /* key to index in heads */
    NET_LIST_OF(struct pair_head) heads;
    uint32_t *next; /* of each thing */
    struct arena *arena;
};

/* Empty queues for things below cap. False: the arena is full. */
must_use bool pair_queues_init(struct pair_queues *q, struct arena *arena, uint32_t cap);

/* Lets `thing` wait at the key, on a side. False: the arena is full. */
must_use bool pair_wait(struct pair_queues *q, const void *key, size_t len, unsigned side,
                        uint32_t thing);

/* Takes out the first that waits at the key on the side, or NET_NONE. */
uint32_t pair_take(struct pair_queues *q, const void *key, size_t len, unsigned side);

/* A key of two addresses, the same for both orders; the side says which order it was. */
struct pair_key {
    struct ip_addr a[2];
};
struct pair_key pair_key_of(const struct ip_addr *mine, const struct ip_addr *peer,
                            unsigned *ret_side);

/* Sessions, once tunnels are there. False: the arena is full. */
must_use bool pair_sessions(struct net *n);

#endif
