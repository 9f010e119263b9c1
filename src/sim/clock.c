#include "sim/clock.h"

#include "base/hash.h"

void sim_clock_init(struct sim_clock *c, uint64_t seed)
{
    *c = (struct sim_clock){ .rng = rng_init(seed) };
    timer_heap_init(&c->heap);
}

void sim_clock_done(struct sim_clock *c)
{
    timer_heap_done(&c->heap);
}

void sim_clock_post(struct sim_clock *c, struct sim_event *e, ns_t at)
{
    if (timer_set(&c->heap, &e->timer, at == NS_NEVER ? at : MAX(at, c->now)))
        c->out_of_memory = true;
}

void sim_clock_cancel(struct sim_clock *c, struct sim_event *e)
{
    timer_clear(&c->heap, &e->timer);
}

bool sim_clock_run(struct sim_clock *c, ns_t until, uint64_t steps_max)
{
    uint64_t limit = c->step + steps_max;
    while (timer_next(&c->heap) <= until) {
        if (c->step >= limit)
            return false;
        c->now = timer_next(&c->heap);
        struct timer *t = timer_pop(&c->heap, c->now);
        c->step++;
        struct sim_event *e = container_of(t, struct sim_event, timer);
        e->run(e, c->now);
    }
    c->now = MAX(c->now, until);
    return true;
}

void sim_clock_trace(struct sim_clock *c, uint64_t what, uint64_t who, const void *data, size_t n)
{
    uint64_t words[] = { c->hash, (uint64_t)c->now, what, who, hash_bytes(2, data, n) };
    c->hash = hash_bytes(1, words, sizeof(words));
}
