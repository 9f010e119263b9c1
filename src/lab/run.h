/* lab/run.h: a lab on this machine: made from its plan, and removed from its journal. Needs root.
 * One thread; SIGINT, SIGTERM and SIGHUP are taken over while it works. */
#ifndef LAB_RUN_H
#define LAB_RUN_H

#include <stdio.h>

#include "lab/plan.h"

enum { LAB_UP_DEADLINE_S = 30, LAB_DOWN_DEADLINE_S = 5 };

struct lab_up {
    const struct lab_plan *plan;
    const char *file; /* the topology, for the journal */
    FILE *out, *err;
    bool quiet;
};

/* Makes the lab: 0. Otherwise a negative errno; why was said, and nothing is left. */
must_use err_t lab_up(const struct lab_up *u);

/* Removes all that the lab's journal names, whatever state it is in. -ENOENT: there is no such lab;
 * -EBUSY: somebody is at work on it. */
must_use err_t lab_down(const char *lab, FILE *err);

#endif
