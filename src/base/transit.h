/* base/transit.h: what becomes of a packet on a line: lost, late, overtaken, doubled, held up by
 * the bandwidth. One model for the simulator's links and for the lab's impaired cables, so that the
 * same figures mean the same in both. Pure: time and chance are arguments; the same seed and the
 * same packets at the same times have the same fate. One direction a state. */
#ifndef BASE_TRANSIT_H
#define BASE_TRANSIT_H

#include "base/rng.h"

struct transit {
    ns_t latency;
    ns_t jitter; /* each packet is up to so much later, evenly; it does not overtake */
    uint32_t loss_ppm, duplicate_ppm;
    uint32_t reorder_ppm; /* so many are held back, up to four times the latency and 1 ms more, and
                           * may be overtaken meanwhile */
    uint64_t bits_per_s;  /* 0: unlimited */
    uint32_t queue_bytes; /* waiting for the bandwidth; more is dropped */
};

struct transit_state {
    ns_t free_at;      /* when the bandwidth has carried what waits */
    ns_t last_arrival; /* of what keeps its order */
};

enum transit_fate { TRANSIT_PASSES, TRANSIT_LOST, TRANSIT_QUEUE_FULL };

enum { TRANSIT_COPIES_MAX = 2, TRANSIT_PPM = 1000000 };

struct transit_result {
    enum transit_fate fate;
    uint32_t copies; /* 0 unless it passes */
    struct transit_copy {
        ns_t at;        /* arrives, not before now */
        bool held_back; /* reordering struck */
    } copy[TRANSIT_COPIES_MAX];
};

/* The fate of a packet of so many bytes that is sent now. */
struct transit_result transit_pass(const struct transit *t, struct transit_state *s,
                                   struct rng *rng, ns_t now, uint32_t bytes);

#endif
