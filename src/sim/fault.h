/* sim/fault.h: faults that a seed strews over a world, each with its end: silent cuts, cuts that
 * the carrier tells of, loss, slowness, sessions cleared by an operator. After `until` nothing is
 * broken any more. */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include "sim/world.h"

enum sim_fault_kind { SIM_FAULT_CUT, SIM_FAULT_CARRIER, SIM_FAULT_LOSS, SIM_FAULT_SLOW,
                      SIM_FAULT_CLEAR, SIM_FAULT_KINDS };

enum { SIM_FAULTS_AT_ONCE = 16 };

struct sim_fault {
    struct sim_event event; /* its end */
    struct sim_faults *of;
    bool on;
    enum sim_fault_kind kind;
    struct sim_link *link;
    struct sim_link_params before;
};

struct sim_faults {
    struct sim_world *world;
    struct rng rng;           /* its own: the schedule depends on the seed alone */
    struct sim_event next;
    ns_t until, mean_gap, mean_length;
    struct sim_fault running[SIM_FAULTS_AT_ONCE];
    uint64_t counts[SIM_FAULT_KINDS];
};

/* Starts: faults begin now and the last one has ended at `until`. */
void sim_faults_start(struct sim_faults *f, struct sim_world *w, uint64_t seed, ns_t until,
                      ns_t mean_gap, ns_t mean_length);

/* Ends all at once; needed before the world goes. */
void sim_faults_stop(struct sim_faults *f);

#endif
