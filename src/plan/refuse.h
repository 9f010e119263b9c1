/* plan/refuse.h: what cannot be planned: why, and the nearest that works. Inside of plan/ only. */
#ifndef PLAN_REFUSE_H
#define PLAN_REFUSE_H

#include "plan/plan.h"

/* Adds an error at the node (NULL: the plan as a whole), with what to do instead. */
void plan_refuse(struct diag_list *diags, const struct lang_node *at, const char *remedy,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* What is wrong with the networks by themselves, and with any two of them: addresses that overlap,
 * equal AS numbers, keys that their provider does not have. */
void plan_check_networks(const struct plan_intent *in, struct diag_list *diags);

/* What is wrong with a link in the redundancy and routing that are asked for. */
void plan_check_link(const struct plan *p, const struct plan_link *l, struct diag_list *diags);

#endif
