/* sim/clock.h: virtual time: events in one order that depends on nothing but what was posted.
 * An event belongs to its owner and is posted once at a time. One thread. Everything that happens
 * is mixed into one hash: equal seeds give equal hashes. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include "base/deadline.h"
#include "base/rng.h"

struct sim_event {
    struct timer timer;
    void (*run)(struct sim_event *e, ns_t now);
};

struct sim_clock {
    struct timer_heap heap;
    ns_t now;
    uint64_t step;      /* events run so far: names a moment of a run */
    uint64_t hash;      /* of all that was traced */
    bool out_of_memory; /* an event was lost: the run is worth nothing */
    struct rng rng;     /* of the links and the faults */
};

/* A clock at 0 whose rng has the seed. */
void sim_clock_init(struct sim_clock *c, uint64_t seed);

/* Lets go of all that is posted. */
void sim_clock_done(struct sim_clock *c);

/* Runs e->run at a time (the past: at once, after what was posted before); NS_NEVER: not. */
void sim_clock_post(struct sim_clock *c, struct sim_event *e, ns_t at);

/* Takes e off the clock; nothing happens when it is not posted. */
void sim_clock_cancel(struct sim_clock *c, struct sim_event *e);

/* Runs everything up to and including a time; false: that took more than steps_max events. */
must_use bool sim_clock_run(struct sim_clock *c, ns_t until, uint64_t steps_max);

/* Mixes something that happened into the hash. */
void sim_clock_trace(struct sim_clock *c, uint64_t what, uint64_t who, const void *data, size_t n);

#endif
