#include "base/hash.h"

#include <string.h>

__extension__ typedef unsigned __int128 wide_t;

/* The fractions of the golden ratio and of the root of three in 64 bits: odd, and well mixed. */
#define SPREAD_A UINT64_C(0x9e3779b97f4a7c15)
#define SPREAD_B UINT64_C(0xbb67ae8584caa73b)

static inline uint64_t load64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}

/* Both halves of the 128-bit product: each output bit hangs on every input bit. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
    wide_t product = (wide_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The last 0 to 16 bytes as two words, without reading outside them. */
static inline void load_tail(const uint8_t *p, size_t n, uint64_t ret_words[2])
{
    uint64_t a = 0, b = 0;
    if (n >= 8) {
        a = load64(p);
        b = load64(p + n - 8);
    } else if (n >= 4) {
        uint32_t lo, hi;
        memcpy(&lo, p, sizeof(lo));
        memcpy(&hi, p + n - 4, sizeof(hi));
        a = lo;
        b = hi;
    } else if (n > 0) {
        a = (uint64_t)p[0] | (uint64_t)p[n / 2] << 8 | (uint64_t)p[n - 1] << 16;
    }
    ret_words[0] = a;
    ret_words[1] = b;
}

uint64_t hash_bytes(uint64_t key, const void *data, size_t n)
{
    /* Both factors carry the key: without it nobody can choose a word that makes a factor zero;
     * and the sum keeps what came before even if one is. */
    const uint8_t *p = data;
    uint64_t k1 = fold(key ^ SPREAD_A, SPREAD_B);
    uint64_t k2 = hash_mix(key + SPREAD_A);
    uint64_t h = key ^ (uint64_t)n * SPREAD_B;
    while (n > 16) {
        h += fold(load64(p) ^ k1, load64(p + 8) ^ k2 ^ h);
        h = h << 29 | h >> 35;
        p += 16;
        n -= 16;
    }
    uint64_t tail[2];
    load_tail(p, n, tail);
    h += fold(tail[0] ^ k1, tail[1] ^ k2 ^ h);
    return fold(h ^ SPREAD_A, k1 ^ SPREAD_B) ^ h;
}
