/* lab/keeper.h: the process that lives as long as a lab: it lets the fabrics follow the gateways
 * (lab/agent.h) and answers for the hosts that no program of the user's plays (lab/responder.h).
 * It ends with SIGTERM; a lab whose keeper has ended stands, but follows nothing. */
#ifndef LAB_KEEPER_H
#define LAB_KEEPER_H

#include <sys/types.h>

#include "lab/plan.h"

/* Starts it in the background, in a session of its own, with its words in log/keeper of the lab's
 * folder; returns when it has looked at the gateways once and the hosts answer. Negative errno:
 * it has ended, and why says its last words. */
must_use err_t lab_keeper_start(const struct lab_plan *p, const char *state, pid_t *ret_pid,
                                struct text *ret_why);

#endif
