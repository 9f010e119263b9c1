#include "esp/checksum.h"

#include <string.h>

/* Two lanes of 64 bits, each of which adds up 32-bit halves: no carry is lost below 2^32 words. */
typedef uint64_t lanes_t __attribute__((vector_size(16)));

enum { LANE_BYTES = 16, STEP_BYTES = 64 };

static const lanes_t low_half = { UINT32_MAX, UINT32_MAX };

/* From a sum of words in the host's order to one in network order: RFC 1071 2 (B). */
static uint32_t to_network(uint64_t sum)
{
    uint16_t folded = checksum_fold(sum);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap16(folded);
#else
    return folded;
#endif
}

/* The last bytes, fewer than a lane, as if zeros followed. */
static uint64_t sum_tail(const uint8_t *from, size_t n)
{
    uint64_t halves[2] = { 0, 0 };
    if (n)
        memcpy(halves, from, n);
    return (halves[0] & UINT32_MAX) + (halves[0] >> 32) + (halves[1] & UINT32_MAX) +
           (halves[1] >> 32);
}

static inline lanes_t load(const uint8_t *from)
{
    lanes_t v;
    memcpy(&v, from, sizeof(v));
    return v;
}

/* One lane into two sums, so that additions do not wait for each other. */
static inline void add(lanes_t sums[2], lanes_t v)
{
    sums[0] += v & low_half;
    sums[1] += v >> 32;
}

static inline uint64_t total(const lanes_t sums[2])
{
    lanes_t s = sums[0] + sums[1];
    return (s[0] & UINT32_MAX) + (s[0] >> 32) + (s[1] & UINT32_MAX) + (s[1] >> 32);
}

uint32_t checksum_sum(const void *from, size_t n)
{
    const uint8_t *p = from;
    lanes_t sums[2] = { { 0, 0 }, { 0, 0 } };
    for (; n >= STEP_BYTES; n -= STEP_BYTES, p += STEP_BYTES) {
        add(sums, load(p));
        add(sums, load(p + LANE_BYTES));
        add(sums, load(p + 2 * LANE_BYTES));
        add(sums, load(p + 3 * LANE_BYTES));
    }
    for (; n >= LANE_BYTES; n -= LANE_BYTES, p += LANE_BYTES)
        add(sums, load(p));
    return to_network(total(sums) + sum_tail(p, n));
}

uint32_t checksum_copy(void *to, const void *from, size_t n)
{
    const uint8_t *p = from;
    uint8_t *q = to;
    lanes_t sums[2] = { { 0, 0 }, { 0, 0 } };
    for (; n >= 2 * LANE_BYTES; n -= 2 * LANE_BYTES, p += 2 * LANE_BYTES, q += 2 * LANE_BYTES) {
        lanes_t a = load(p), b = load(p + LANE_BYTES);
        memcpy(q, &a, sizeof(a));
        memcpy(q + LANE_BYTES, &b, sizeof(b));
        add(sums, a);
        add(sums, b);
    }
    if (n >= LANE_BYTES) {
        lanes_t a = load(p);
        memcpy(q, &a, sizeof(a));
        add(sums, a);
        n -= LANE_BYTES;
        p += LANE_BYTES;
        q += LANE_BYTES;
    }
    if (n)
        memcpy(q, p, n);
    return to_network(total(sums) + sum_tail(p, n));
}
