/* base/rd.h: bounds-checked reading of untrusted bytes, the only pointer arithmetic over input.
 * A short read sets `bad` and yields 0 (or NULL), so a decoder reads straight down and checks once.
 * rd_sub() carves a sub-reader, so lengths nest and cannot overrun. Borrowed memory, no owner. */
#ifndef BASE_RD_H
#define BASE_RD_H

#include <string.h>

#include "base/base.h"

struct rd {
    const uint8_t *p, *end;
    bool bad; /* a read went past the end; sticky */
};

/* A reader over n bytes at data. */
static inline struct rd rd_init(const void *data, size_t n)
{
    const uint8_t *p = data;
    return (struct rd){ .p = p, .end = n ? p + n : p };
}

/* Bytes that are left. */
static inline size_t rd_left(const struct rd *r)
{
    return (size_t)(r->end - r->p);
}

/* The next n bytes, or NULL (and bad) when fewer are left. */
static inline const uint8_t *rd_bytes(struct rd *r, size_t n)
{
    if (r->bad || rd_left(r) < n) {
        r->bad = true;
        r->p = r->end;
        return NULL;
    }
    const uint8_t *at = r->p;
    if (n)
        r->p += n;
    return at;
}

/* Big-endian integers of 8 to 64 bits; 0 when short. */
static inline uint8_t rd_u8(struct rd *r)
{
    const uint8_t *b = rd_bytes(r, 1);
    return b ? b[0] : 0;
}
static inline uint16_t rd_u16(struct rd *r)
{
    const uint8_t *b = rd_bytes(r, 2);
    return b ? (uint16_t)(b[0] << 8 | b[1]) : 0;
}
static inline uint32_t rd_u32(struct rd *r)
{
    const uint8_t *b = rd_bytes(r, 4);
    return b ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3] : 0;
}
static inline uint64_t rd_u64(struct rd *r)
{
    uint64_t hi = rd_u32(r);
    return hi << 32 | rd_u32(r);
}

/* Copies n bytes to `to`; zeroes it when short. */
static inline void rd_copy(struct rd *r, void *to, size_t n)
{
    const uint8_t *b = rd_bytes(r, n);
    if (n == 0)
        return;
    if (b)
        memcpy(to, b, n);
    else
        memset(to, 0, n);
}

/* A reader over the next n bytes, which this one skips; both are bad when fewer are left. */
static inline struct rd rd_sub(struct rd *r, size_t n)
{
    const uint8_t *b = rd_bytes(r, n);
    return b ? rd_init(b, n) : (struct rd){ .p = r->end, .end = r->end, .bad = true };
}

/* Everything was read, and nothing past the end. */
static inline bool rd_is_done(const struct rd *r)
{
    return !r->bad && r->p == r->end;
}

#endif
