/* sim/world.h: hosts, segments and a clock as one world, run from a seed. Equal seeds and equal
 * calls give equal trace hashes. One thread. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim/host.h"

enum { SIM_HOSTS_MAX = 256, SIM_LINKS_MAX = 1024 };

struct sim_world {
    struct sim_clock clock;
    uint64_t seed;
    struct sim_host *hosts[SIM_HOSTS_MAX];
    uint32_t host_n;
    struct sim_link *links[SIM_LINKS_MAX];
    uint32_t link_n;
};

/* An empty world at time 0. */
void sim_world_init(struct sim_world *w, uint64_t seed);

/* Frees hosts and segments. */
void sim_world_done(struct sim_world *w);

/* A host with `shards` RIB shards, which takes the configuration; NULL: *diags says why. */
must_use struct sim_host *sim_world_host(struct sim_world *w, const char *name, uint32_t shards,
                                         struct config *config, struct diag_list *diags);

/* A segment; NULL without memory. */
must_use struct sim_link *sim_world_link(struct sim_world *w, const struct sim_link_params *p);

/* Every node's kernel is read: they start. */
void sim_world_start(struct sim_world *w);

/* Runs for some time; false: an event limit was reached or memory ran out. */
must_use bool sim_world_run(struct sim_world *w, ns_t duration);

/* The carrier of every interface on a segment comes or goes, and packets with it. */
void sim_world_carrier(struct sim_world *w, struct sim_link *l, bool running);

#endif
