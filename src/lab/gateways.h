/* lab/gateways.h: the providers' gateways of a running lab, and what each has learned: the input of
 * effective routes. A gateway that does not answer has learned nothing. One thread. */
#ifndef LAB_GATEWAYS_H
#define LAB_GATEWAYS_H

#include "cloud/effective.h"
#include "lab/plan.h"

struct lab_gateway {
    uint32_t node;                /* of the network */
    uint32_t space;               /* of the plan */
    const struct topo_object *by; /* the resource that learns: a gateway, Route Server, router */
    struct ip_addr next_hop;      /* what the fabric sends to; IP_NONE: the routes say it */
    const char *run_dir;          /* of its daemon */
    const char *drain;            /* while this file is there nothing is sent to it */
    bool has_statics;             /* routes that hold while its tunnels are up */
};

struct lab_gateways {
    NET_LIST_OF(struct lab_gateway) items;
};

struct lab_learned_list {
    NET_LIST_OF(struct cloud_learned) rows;
};

/* Finds them in the plan; `state` is the lab's folder. False: the arena is full. */
must_use bool lab_gateways_find(const struct lab_plan *p, const char *state, struct arena *arena,
                                struct lab_gateways *ret);

/* Asks all of them. False: the arena is full. */
must_use bool lab_gateways_ask(const struct lab_gateways *g, struct arena *arena,
                               struct lab_learned_list *ret);

/* The answer of a daemon to one command, in the arena and ending in NUL; NULL: it did not answer,
 * refused, or the arena is full. */
const char *lab_ask(const char *run_dir, const char *command, struct arena *arena, size_t *ret_len);

#endif
