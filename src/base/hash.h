/* base/hash.h: keyed hashing of bytes. The key comes from the owner (a node's seed), so that a peer
 * cannot choose collisions and a simulation repeats. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/base.h"

/* 64 bits from n bytes under a key; fast for short input. */
uint64_t hash_bytes(uint64_t key, const void *data, size_t n);

/* Mixes one 64-bit value. */
static inline uint64_t hash_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

#endif
