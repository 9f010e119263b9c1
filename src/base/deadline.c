#include "base/deadline.h"

#include <errno.h>

enum { HEAP_FIRST_CAP = 16, HEAP_MAX = 1 << 30 };

void timer_heap_init(struct timer_heap *h)
{
    *h = (struct timer_heap){ 0 };
}

void timer_heap_done(struct timer_heap *h)
{
    for (uint32_t i = 0; i < h->count; i++) {
        h->timers[i]->index = 0;
        h->timers[i]->at = NS_NEVER;
    }
    mem_free(MEM_MISC, h->timers, h->cap * sizeof(struct timer *));
    timer_heap_init(h);
}

static bool is_before(const struct timer *a, const struct timer *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(struct timer_heap *h, uint32_t place, struct timer *t)
{
    h->timers[place] = t;
    t->index = place + 1;
}

/* Moves t, whose place is free, towards the root or the leaves until the order holds. */
static void settle(struct timer_heap *h, uint32_t place, struct timer *t)
{
    while (place > 0 && is_before(t, h->timers[(place - 1) / 2])) {
        put(h, place, h->timers[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= h->count)
            break;
        if (child + 1 < h->count && is_before(h->timers[child + 1], h->timers[child]))
            child++;
        if (is_before(t, h->timers[child]))
            break;
        put(h, place, h->timers[child]);
        place = child;
    }
    put(h, place, t);
}

static err_t grow(struct timer_heap *h)
{
    if (h->cap >= HEAP_MAX)
        return -ENOMEM;
    uint32_t cap = h->cap ? h->cap * 2 : HEAP_FIRST_CAP;
    size_t one = sizeof(struct timer *);
    struct timer **timers = mem_resize(MEM_MISC, h->timers, h->cap * one, cap * one);
    if (!timers)
        return -ENOMEM;
    h->timers = timers;
    h->cap = cap;
    return 0;
}

err_t timer_set(struct timer_heap *h, struct timer *t, ns_t at)
{
    if (at == NS_NEVER) {
        timer_clear(h, t);
        return 0;
    }
    if (t->index == 0) {
        err_t err = h->count == h->cap ? grow(h) : 0;
        if (err)
            return err;
        t->index = ++h->count;
    }
    t->at = at;
    t->order = h->next_order++;
    settle(h, t->index - 1, t);
    return 0;
}

void timer_clear(struct timer_heap *h, struct timer *t)
{
    t->at = NS_NEVER;
    if (t->index == 0)
        return;
    uint32_t place = t->index - 1;
    assert(place < h->count && h->timers[place] == t);
    t->index = 0;
    struct timer *last = h->timers[--h->count];
    if (last != t)
        settle(h, place, last);
}

ns_t timer_next(const struct timer_heap *h)
{
    return h->count ? h->timers[0]->at : NS_NEVER;
}

struct timer *timer_pop(struct timer_heap *h, ns_t now)
{
    if (h->count == 0 || h->timers[0]->at > now)
        return NULL;
    struct timer *t = h->timers[0];
    timer_clear(h, t);
    return t;
}
