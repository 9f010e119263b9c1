/* plan/steps.h: the order of creation, one row a step: what has to be there before somebody needs
 * its public address. The checklist and the commands are columns of it. Inside of plan/ only. */
#ifndef PLAN_STEPS_H
#define PLAN_STEPS_H

#include "plan/put.h"

struct plan_step {
    const char *title;
    bool (*applies)(const struct plan *p);
    void (*list)(const struct plan *p, struct text *out);    /* items of the checklist */
    void (*command)(const struct plan *p, struct text *out); /* shell commands */
};

/* All of them, in order; the last row has no title. */
extern const struct plan_step plan_steps[];

/* Commands: of Azure, AWS, Google. */
void command_azure_network(const struct plan *p, struct text *out);
void command_azure_gateway(const struct plan *p, struct text *out);
void command_azure_local(const struct plan *p, struct text *out);
void command_azure_connections(const struct plan *p, struct text *out);
void command_aws_network(const struct plan *p, struct text *out);
void command_aws_connections(const struct plan *p, struct text *out);
void command_aws_routes(const struct plan *p, struct text *out);
void command_gcp_network(const struct plan *p, struct text *out);
void command_gcp_peer_early(const struct plan *p, struct text *out);
void command_gcp_peer_late(const struct plan *p, struct text *out);
void command_gcp_gateway(const struct plan *p, struct text *out);
void command_gcp_router(const struct plan *p, struct text *out);
void command_gcp_tunnels(const struct plan *p, struct text *out);
void command_gcp_sessions(const struct plan *p, struct text *out);

/* The shell's way to write an end's public address: a variable that an earlier step has set, or a
 * site's address. */
struct put_text command_address(const struct plan_link *l, int side, uint32_t end);

/* The variable itself: "AZ_PIP0", "AM_AZ_OUT3". */
struct put_text command_variable(const struct plan_link *l, int side, uint32_t end);

#endif
