/* base/wr.h: bounds-checked writing, the counterpart of rd.h.
 * A write that does not fit sets `bad` and changes nothing more; check once at the end. */
#ifndef BASE_WR_H
#define BASE_WR_H

#include <string.h>

#include "base/base.h"

struct wr {
    uint8_t *start, *p, *end;
    bool bad; /* a write did not fit; sticky */
};

/* A writer into n bytes at data. */
static inline struct wr wr_init(void *data, size_t n)
{
    uint8_t *p = data;
    return (struct wr){ .start = p, .p = p, .end = n ? p + n : p };
}

/* Bytes written, and bytes that still fit. */
static inline size_t wr_len(const struct wr *w)
{
    return (size_t)(w->p - w->start);
}
static inline size_t wr_room(const struct wr *w)
{
    return (size_t)(w->end - w->p);
}

/* Reserves n bytes and returns them, or NULL (and bad). */
static inline uint8_t *wr_space(struct wr *w, size_t n)
{
    if (w->bad || wr_room(w) < n) {
        w->bad = true;
        return NULL;
    }
    uint8_t *at = w->p;
    if (n)
        w->p += n;
    return at;
}

static inline void wr_u8(struct wr *w, uint8_t v)
{
    uint8_t *b = wr_space(w, 1);
    if (b)
        b[0] = v;
}
static inline void wr_u16(struct wr *w, uint16_t v)
{
    uint8_t *b = wr_space(w, 2);
    if (b) {
        b[0] = (uint8_t)(v >> 8);
        b[1] = (uint8_t)v;
    }
}
static inline void wr_u32(struct wr *w, uint32_t v)
{
    wr_u16(w, (uint16_t)(v >> 16));
    wr_u16(w, (uint16_t)v);
}
static inline void wr_u64(struct wr *w, uint64_t v)
{
    wr_u32(w, (uint32_t)(v >> 32));
    wr_u32(w, (uint32_t)v);
}
static inline void wr_bytes(struct wr *w, const void *from, size_t n)
{
    uint8_t *b = wr_space(w, n);
    if (b && n)
        memcpy(b, from, n);
}

/* Remembers a place (an offset) whose length is patched in later. */
static inline size_t wr_mark(const struct wr *w)
{
    return wr_len(w);
}

/* Writes v over the bytes at `mark`, which were written before. */
static inline void wr_patch8(struct wr *w, size_t mark, uint8_t v)
{
    if (!w->bad && mark + 1 <= wr_len(w))
        w->start[mark] = v;
}
static inline void wr_patch16(struct wr *w, size_t mark, uint16_t v)
{
    if (!w->bad && mark + 2 <= wr_len(w)) {
        w->start[mark] = (uint8_t)(v >> 8);
        w->start[mark + 1] = (uint8_t)v;
    }
}

#endif
