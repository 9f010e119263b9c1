/* fib/marks.h: a set of handles (base/pool.h) as bits, for work that waits on some of millions of
 * objects: a quarter of a byte for each where links in the objects would take eight. Marking cannot
 * fail where there is room; who makes an object makes room for its handle. Owned by the embedding
 * struct, one thread. */
#ifndef FIB_MARKS_H
#define FIB_MARKS_H

#include "base/base.h"

struct marks {
    uint64_t *bits; /* by handle */
    uint64_t *top;  /* by word of bits: whether it has any */
    uint32_t words; /* of bits; a power of 2, or 0 */
    uint32_t count;
    uint32_t cursor; /* the search goes on at this word */
};

/* Room for handles up to this one; false without memory. */
must_use bool marks_reserve(struct marks *m, uint32_t handle);

/* Frees the marks. */
void marks_done(struct marks *m);

/* Puts a handle in, or takes it out; it may be there already, or not. */
void marks_set(struct marks *m, uint32_t handle);

/* Takes the mark off; nothing where there is none. */
void marks_clear(struct marks *m, uint32_t handle);

/* Whether it is marked. */
bool marks_has(const struct marks *m, uint32_t handle);

/* One of the handles, which stays in: they take turns in ascending order; 0: none. */
uint32_t marks_next(struct marks *m);

#endif
