#include "base/transit.h"

enum { HELD_FACTOR = 4 };

static struct transit_copy depart(const struct transit *t, struct transit_state *s, struct rng *rng,
                                  ns_t at)
{
    struct transit_copy c = { .at = at + t->latency };
    if (t->jitter)
        c.at += rng_between(rng, 0, t->jitter);
    if (t->reorder_ppm && rng_chance(rng, t->reorder_ppm)) {
        c.at += rng_between(rng, 0, HELD_FACTOR * t->latency + NS_PER_MS);
        c.held_back = true;
    } else {
        c.at = MAX(c.at, s->last_arrival);
        s->last_arrival = c.at;
    }
    return c;
}

struct transit_result transit_pass(const struct transit *t, struct transit_state *s,
                                   struct rng *rng, ns_t now, uint32_t bytes)
{
    struct transit_result r = { .fate = TRANSIT_PASSES };
    assert(t->latency >= 0 && t->jitter >= 0);
    if (t->loss_ppm && rng_chance(rng, t->loss_ppm))
        return (struct transit_result){ .fate = TRANSIT_LOST };
    if (t->bits_per_s) {
        ns_t wait = MAX(s->free_at - now, 0);
        uint64_t queued = (uint64_t)wait * t->bits_per_s / 8 / (uint64_t)NS_PER_S;
        if (queued + bytes > t->queue_bytes)
            return (struct transit_result){ .fate = TRANSIT_QUEUE_FULL };
        s->free_at = now + wait + (ns_t)((uint64_t)bytes * 8 * NS_PER_S / t->bits_per_s);
        now = s->free_at;
    }
    /* The copy goes first: who sees both sees the packet again. */
    if (t->duplicate_ppm && rng_chance(rng, t->duplicate_ppm))
        r.copy[r.copies++] = depart(t, s, rng, now);
    r.copy[r.copies++] = depart(t, s, rng, now);
    assert(r.copies <= TRANSIT_COPIES_MAX);
    return r;
}
