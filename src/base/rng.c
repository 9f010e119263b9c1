#include "base/rng.h"

__extension__ typedef unsigned __int128 wide_t;

/* The seed is spread by splitmix64, so that seeds 1, 2, 3 give unrelated states, and never zero. */
struct rng rng_init(uint64_t seed)
{
    struct rng r;
    for (size_t i = 0; i < ARRAY_LEN(r.s); i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = seed;
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        r.s[i] = z ^ z >> 31;
    }
    return r;
}

static inline uint64_t rotate_left(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

int64_t rng_between(struct rng *r, int64_t lo, int64_t hi)
{
    assert(lo <= hi);
    uint64_t range = (uint64_t)hi - (uint64_t)lo + 1;
    if (range == 0) /* all 64 bits */
        return (int64_t)rng_u64(r);
    /* The high half of a product is uniform once the few low halves that lap over are redrawn. */
    uint64_t lap = (0 - range) % range;
    wide_t product;
    do {
        product = (wide_t)rng_u64(r) * range;
    } while ((uint64_t)product < lap);
    return (int64_t)((uint64_t)lo + (uint64_t)(product >> 64));
}

bool rng_chance(struct rng *r, uint32_t ppm)
{
    return rng_between(r, 0, 999999) < (int64_t)ppm;
}
