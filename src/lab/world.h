/* lab/world.h: a lab that is up, as whoever compares it with what is expected asks it
 * (expect/world.h): daemons by their sockets, packets by the instruments, failures by taking links
 * down. One thread, CAP_NET_ADMIN. */
#ifndef LAB_WORLD_H
#define LAB_WORLD_H

#include "expect/evaluate.h"
#include "lab/gateways.h"
#include "lab/netns.h"

struct lab_world {
    struct expect_world base;
    const struct lab_plan *plan;
    const char *state; /* the lab's folder */
    struct arena arena;
    struct arena scratch; /* of one failure */
    struct lab_gateways gateways;
    struct lab_netns *netns; /* of the plan's spaces */
    uint64_t began_ms;
    int signals; /* a descriptor that is readable when the user wants to stop; -1: there is none */
};

/* Opens a lab that is up; plan and state outlive it. Negative errno: a name space is not there, or
 * no memory; lab_world_close() is due in either case. */
must_use err_t lab_world_open(struct lab_world *w, const struct lab_plan *p, const char *state);

/* Lets go of the name spaces. */
void lab_world_close(struct lab_world *w);

/* The space of a node, in which its packets are: that of the Cloud Router for its gateways. */
uint32_t lab_world_space(const struct lab_world *w, uint32_t node);

/* Takes all links of a place down, or up again: of an instance, a device, a connection's tunnels,
 * a cable. False: there is nothing of it in the lab. */
bool lab_world_cut(struct lab_world *w, const struct topo_place *place, bool cut);

/* All links of a node are up, or down. */
void lab_world_set_node(struct lab_world *w, uint32_t node, bool up);

/* Lets the standby instances of what has just failed take over, in the time that they need. */
void lab_world_stand_in(struct lab_world *w, const struct topo_place *place);

/* Planned maintenance of gateways begins: traffic is led away, sessions close, then they are gone;
 * one with a standby instance is away only for as long as that one needs. It takes some seconds.
 * False: there is nothing of it in the lab, or the user wants to stop. */
bool lab_world_maintain(struct lab_world *w, const struct topo_place *place);

/* It is over: they come back. */
void lab_world_maintained(struct lab_world *w, const struct topo_place *place);

/* Behind the table of functions (expect/world.h): world_probe.c and world_fail.c. */
enum expect_answer lab_world_probe(struct expect_world *base, const struct expect_ask *ask,
                                   struct arena *arena, struct expect_probe *ret);
bool lab_world_fail(struct expect_world *base, const topo_places_t *places, struct arena *arena,
                    const char **ret_why);
void lab_world_heal(struct expect_world *base, const topo_places_t *places);
enum expect_answer lab_world_drill(struct expect_world *base, const struct expect_drill *ask,
                                   struct arena *arena, struct expect_loss *ret);

#endif
