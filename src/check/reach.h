/* check/reach.h: what joins the places of a network, as a graph: places (sites, virtual networks)
 * cannot fail; gateway instances, routers, links, working tunnels and the connections they belong
 * to can, one at a time. What cuts two places is found in one depth-first walk for all: the
 * articulation points on the way. A tunnel to a router without a configuration is taken for made.
 * An upper bound of what can talk: that a route exists, or that a network passes traffic on, is not
 * asked. In the check's arena. */
#ifndef CHECK_REACH_H
#define CHECK_REACH_H

#include "check/check.h"

struct reach;

/* The graph of the network; NULL: no memory. */
struct reach *reach_new(struct check *c);

/* Whether there is any way between the two objects (a site, network, subnet, host or machine).
 * True also where one of them is not in the network: nothing is known then. */
bool reach_joined(struct reach *r, const struct topo_object *from, const struct topo_object *to);

/* The same, and false where one of them is not in the network. */
bool reach_meet(struct reach *r, const struct topo_object *from, const struct topo_object *to);

/* What cuts the two when it fails, one after the other: the first one is after NULL, NULL is the
 * end. The name is for people: "instance 1 of vpngw". */
struct reach_cut {
    const struct topo_object *object;
    const char *name; /* of the instance, link or tunnel */
    uint32_t next;    /* reach.c's own */
};
bool reach_next_cut(struct reach *r, const struct topo_object *from, const struct topo_object *to,
                    struct reach_cut *cut);

#endif
