/* rib/decision.h: the decision process (RFC 4271 9.1.2.2) in FRR's order, one row of a table a
 * step. Pure: compares two candidate paths to one prefix. Which candidates there are, and that
 * those of one neighbour AS are compared first (deterministic MED), is select.c's. */
#ifndef RIB_DECISION_H
#define RIB_DECISION_H

#include "rib/rib.h"

/* Why a path was chosen, or why it lost. In the order in which the steps are tried. */
enum rib_step {
    RIB_STEP_NONE,  /* nothing to select from */
    RIB_STEP_FIRST, /* it was the only one */
    RIB_STEP_WEIGHT,
    RIB_STEP_LOCAL_PREF,
    RIB_STEP_LOCAL_ROUTE,
    RIB_STEP_AS_PATH,
    RIB_STEP_ORIGIN,
    RIB_STEP_MED,
    RIB_STEP_PEER_TYPE,
    RIB_STEP_IGP_METRIC,
    RIB_STEP_OLDER,
    RIB_STEP_ROUTER_ID,
    RIB_STEP_CLUSTER_LENGTH,
    RIB_STEP_NEIGHBOR_IP,
    RIB_STEP_EQUAL,   /* nothing left to compare */
    RIB_STEP_INVALID, /* not a candidate: its next hop is unreachable or our own */
    RIB_STEP_COUNT
};

/* The name as FRR's `show bgp` prints it after "best". */
const char *rib_step_name(enum rib_step step);

/* A path as the process sees it. Borrowed pointers. */
struct rib_candidate {
    const struct attr_set *set;
    const struct ip_addr *address; /* of the peer; IP_NONE for own routes */
    enum rib_peer_kind kind;
    uint32_t peer_as, router_id; /* of the peer; for own routes our own */
    uint32_t igp_metric;
    bool is_chosen; /* it is the best path until now */
};

struct rib_verdict {
    bool is_better;     /* the first is better than the second */
    bool is_multipath;  /* both may be used side by side */
    enum rib_step step; /* that decided */
};

/* Compares a with b, which may not be NULL. Of two that are equal in every step, a wins. */
struct rib_verdict rib_compare(const struct rib_decision *how, const struct rib_candidate *a,
                               const struct rib_candidate *b);

#endif
