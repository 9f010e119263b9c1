/* lab/rehearse.h: `spanway lab run`: a topology and each variant of it that its expectations ask
 * for are built one after another, compared with what is expected, and removed. */
#ifndef LAB_REHEARSE_H
#define LAB_REHEARSE_H

#include <stdio.h>

#include "base/base.h"

struct lab_rehearsal {
    const char *file;
    const char *name;     /* of the lab; NULL: the topology's */
    const char *format;   /* "text", "json", "junit"; NULL: text */
    bool outside_allowed; /* files beyond the topology's folder */
    bool despite_errors;  /* of the design */
    bool frr;             /* devices with FRR's configuration run the real FRR */
    bool no_failures;     /* nothing is failed, no outage measured */
    bool no_variants;     /* only the design as it is written */
    bool quiet;           /* only what does not hold */
    uint32_t deadline_s;  /* for what has to come true; 0: 60 */
};

/* Runs it; results go to `out`, progress and faults to `err`. The exit status: 0 everything that
 * could be told holds; 1 it does not, or the lab could not be built; 2 wrong words, or a file that
 * cannot be read. */
int lab_rehearse(const struct lab_rehearsal *r, FILE *out, FILE *err);

#endif
