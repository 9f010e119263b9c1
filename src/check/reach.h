/* check/reach.h: what joins the places of a network, as a graph: places (sites, virtual networks)
 * cannot fail; gateway instances, routers, links, working tunnels and the connections they belong
 * to can, one at a time, and all that stands in an availability zone at once. What cuts two places
 * alone is found in one depth-first walk for all: the articulation points on the way. A tunnel to a
 * router without a configuration is taken for made.
 * An upper bound of what can talk: that a network passes traffic on is not asked. In the check's
 * arena. */
#ifndef CHECK_REACH_H
#define CHECK_REACH_H

#include "check/check.h"

/* Letting a zone fail costs a walk over the network: nobody tries more. */
enum { REACH_ZONES_MAX = 1000 };

struct reach;

/* The graph of the network; NULL: no memory. `routed`: without tunnels through which no route can
 * lead, as routes.h has it. */
struct reach *reach_new(struct check *c, bool routed);

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
    uint32_t vertex;  /* names it in check_loss */
    uint32_t next;    /* reach.c's own */
};
bool reach_next_cut(struct reach *r, const struct topo_object *from, const struct topo_object *to,
                    struct reach_cut *cut);

/* How many zones hold more than one thing that can fail; what stands alone in its zone is cut by
 * its own failure. */
uint32_t reach_zones(const struct reach *r);

/* Lets a zone fail, until the next call; its name. One walk over the network. */
const char *reach_fail_zone(struct reach *r, uint32_t zone);

/* Whether the zone that failed cuts the two: they do not stand in it, and nothing in it cuts them
 * by failing alone. If so, something that stands in it goes to ret_object. */
bool reach_zone_cuts(struct reach *r, const struct topo_object *from, const struct topo_object *to,
                     const struct topo_object **ret_object);

/* The routed graph, and in it the tunnels that carry nothing for a known cause, as if they did:
 * those of the network whose row in `causes` is not NET_NONE. Vertices and zones have the numbers
 * of the routed graph. NULL: no memory. */
struct reach *reach_new_mended(struct check *c, const uint32_t *causes);

/* The first mended tunnel on a way that joins the two although what is lost has failed; NET_NONE:
 * there is no such way, or all detours together were longer than REACH_STEPS_MAX. */
enum { REACH_STEPS_MAX = 20000000 };
uint32_t reach_detour(struct reach *mended, const struct check_loss *loss);

#endif
