/* lab/plan_print.h: the lines that build a plan, one source for the runner and for `--dry-run`. */
#ifndef LAB_PLAN_PRINT_H
#define LAB_PLAN_PRINT_H

#include "lab/plan.h"

/* Lines of `ip -batch` that make all cables, their ends in their spaces. */
void lab_print_cables(const struct lab_plan *p, lab_sink sink, void *context);

/* Lines of `ip -batch` for one space: addresses, interfaces up, and what the plan says beyond. */
void lab_print_setup(const struct lab_plan *p, uint32_t space, lab_sink sink, void *context);

/* "spanwayd", "frr", "bird", "strongswan". */
const char *lab_daemon_kind_name(enum lab_daemon_kind kind);

#endif
