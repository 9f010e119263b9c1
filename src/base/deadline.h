/* base/deadline.h: a heap of timers, for drivers and nodes: who is due next.
 * Intrusive: a timer belongs to its owner and is in one heap at most. Timers of equal time fire in
 * the order in which they were set, so that runs repeat. One thread. */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include "base/base.h"
#include "base/mem.h"

struct timer {
    ns_t at;        /* NS_NEVER: not set */
    uint64_t order; /* ties: lower first */
    uint32_t index; /* place in the heap + 1; 0: not in it */
};

struct timer_heap {
    struct timer **timers;
    uint32_t count, cap;
    uint64_t next_order;
};

/* An empty heap; done: its timers are cleared and its memory given back. */
void timer_heap_init(struct timer_heap *h);

/* Frees the heap's own memory and marks every timer in it as not set. */
void timer_heap_done(struct timer_heap *h);

/* Sets t to fire at `at`, whether or not it was set; NS_NEVER clears it. -ENOMEM when the heap
 * cannot grow (t is then as it was). */
must_use err_t timer_set(struct timer_heap *h, struct timer *t, ns_t at);

/* Takes t out of the heap; nothing happens when it is not set. */
void timer_clear(struct timer_heap *h, struct timer *t);

/* When the next timer fires (NS_NEVER: none), and that timer removed if it is due at now (NULL). */
ns_t timer_next(const struct timer_heap *h);

/* The earliest timer if it is due at now, taken out of the heap; NULL: none is due. */
struct timer *timer_pop(struct timer_heap *h, ns_t now);

#endif
