/* policy/shared.h: single words that threads share while a sealed world is run: counters, memo
 * slots, and a pointer that goes from hand to hand. No order between them is needed. */
#ifndef POLICY_SHARED_H
#define POLICY_SHARED_H

#include "base/base.h"

/* Read, write, add one: each in one piece. */
static inline uint64_t shared_load(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}
static inline void shared_store(uint64_t *word, uint64_t v)
{
    __atomic_store_n(word, v, __ATOMIC_RELAXED);
}
static inline void shared_count(uint64_t *word)
{
    __atomic_fetch_add(word, 1, __ATOMIC_RELAXED);
}

/* Puts p there and returns what was there; what it points at is handed over with it. */
static inline void *shared_swap(void **place, void *p)
{
    return __atomic_exchange_n(place, p, __ATOMIC_ACQ_REL);
}

#endif
