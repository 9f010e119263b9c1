/* lab/load.h: a topology file as a plan that can be built, with all that it borrows from. What is
 * wrong is said on standard error, as `check` says it. One thread. */
#ifndef LAB_LOAD_H
#define LAB_LOAD_H

#include "lab/plan.h"

struct lab_loaded {
    struct check_design design;
    struct diag_list diags;
    struct arena arena;
    struct lab_plan plan;
};

struct lab_load {
    const char *file;           /* as typed */
    struct topo_source *source; /* its files */
    const char *name;           /* of the lab; NULL: the topology's */
    bool despite_errors;        /* of the design: `check` is not asked */
    bool frr;                   /* devices with FRR's configuration run the real FRR */
};

enum { LAB_EXIT_FAILED = 1, LAB_EXIT_WRONG = 2 };

/* Reads the topology and makes its plan. 0; else what the program is to exit with, and why was
 * said. lab_unload() is due in either case. */
int lab_load(const struct lab_load *p, struct lab_loaded *ret);

/* Frees everything. */
void lab_unload(struct lab_loaded *l);

#endif
