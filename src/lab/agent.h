/* lab/agent.h: the clouds' own forwarding in a running lab: the routing tables of the fabrics
 * follow what gateways have learned, by the provider's order (cloud/effective.h). It wakes up when
 * the kernel's routes of a gateway or the links of a fabric change, asks the gateways, and writes
 * what is different. One thread, CAP_NET_ADMIN. */
#ifndef LAB_AGENT_H
#define LAB_AGENT_H

#include "lab/plan.h"
#include "os/loop.h"

struct lab_agent;

/* An agent on the loop; the plan and the loop outlive it. `state` is the lab's folder. Negative
 * errno: a name space is not there, or no memory. */
must_use err_t lab_agent_new(const struct lab_plan *p, const char *state, struct loop *loop,
                             struct lab_agent **ret_agent);

/* Forgets its watches; what it wrote stays. NULL is allowed. */
void lab_agent_free(struct lab_agent *a);

/* When lab_agent_tick() has something to do: loop_turn()'s deadline. */
ns_t lab_agent_due(const struct lab_agent *a);

/* Asks the gateways and writes what has changed, when it is due. A failure (a name space that is
 * just being taken down) is tried again; *ret_why then holds the last reason. */
void lab_agent_tick(struct lab_agent *a, ns_t now, struct text *ret_why);

#endif
