/* base/rng.h: repeatable random numbers (xoshiro256**), always passed in, never global.
 * Not for secrets: those come from crypto/. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include "base/base.h"

struct rng {
    uint64_t s[4];
};

/* The generator of a seed; equal seeds give equal numbers. */
struct rng rng_init(uint64_t seed);

/* 64 random bits. */
uint64_t rng_u64(struct rng *r);

/* Uniform in lo..hi, both included; lo <= hi. */
int64_t rng_between(struct rng *r, int64_t lo, int64_t hi);

/* True with the given chance in parts per million. */
bool rng_chance(struct rng *r, uint32_t ppm);

#endif
