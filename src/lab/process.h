/* lab/process.h: the daemons of a lab as processes: started in their spaces, waited for until they
 * answer, described when they do not. Needs root. One thread. */
#ifndef LAB_PROCESS_H
#define LAB_PROCESS_H

#include "lab/state.h"

enum { LAB_PARTS_MAX = 3 }; /* processes of one daemon: FRR is zebra, staticd and bgpd */

/* Where programs are; "" for what no daemon of the plan needs. */
struct lab_programs {
    char spanwayd[LAB_PATH_MAX], zebra[LAB_PATH_MAX], staticd[LAB_PATH_MAX], bgpd[LAB_PATH_MAX];
    unsigned frr_uid, frr_gid;
};

/* Finds what the plan needs: `spanwayd` beside this program or in PATH, others where their
 * packages have them. False: `why` names what is missing, and its package. */
must_use bool lab_programs_find(const struct lab_plan *p, struct lab_programs *ret,
                                struct text *why);

struct lab_running {
    const struct lab_plan *plan;
    const struct lab_programs *programs;
    struct lab_state *state;
    struct lab_process {
        pid_t pid;
        bool ended, answers;
    } * parts; /* LAB_PARTS_MAX of each daemon, in the plan's arena */
};

/* Writes the configurations and starts the daemons. On failure `why` says which and what. */
must_use err_t lab_daemons_start(struct lab_running *r, struct text *why);

/* One look at those that were started: 0: all answer; -EAGAIN: not yet; else one has ended, and
 * `why` names it, with the last lines of its log. */
must_use err_t lab_daemons_poll(struct lab_running *r, struct text *why);

/* Appends which daemons do not answer yet, with the last lines of their logs. */
void lab_daemons_late(const struct lab_running *r, struct text *why);

#endif
