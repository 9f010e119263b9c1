/* base/arena.h: memory that is freed whole: one UPDATE, one request, one configuration.
 * Grows in blocks up to a limit. One thread. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

struct arena_block;
struct arena {
    struct arena_block *blocks;
    size_t used, limit_bytes;
    bool failed; /* an allocation did not fit or the heap was empty; sticky until reset */
};

/* An empty arena that holds at most limit_bytes. */
void arena_init(struct arena *a, size_t limit_bytes);

/* Zeroed memory aligned to 16, or NULL (and failed). n may be 0. */
must_use void *arena_alloc(struct arena *a, size_t n);

/* A copy of n bytes, or of a string (len bytes, NUL added); NULL when full. */
must_use void *arena_copy(struct arena *a, const void *from, size_t n);

/* The len bytes at s, which need not end in NUL, with a NUL behind them; NULL when full. */
must_use char *arena_strn(struct arena *a, const char *s, size_t len);

/* A copy of a C string; NULL when full. */
must_use char *arena_str(struct arena *a, const char *s);

/* Forgets everything but keeps one block; frees everything. */
void arena_reset(struct arena *a);

/* Gives every block back to the heap; the arena can be used again after arena_init(). */
void arena_done(struct arena *a);

#endif
