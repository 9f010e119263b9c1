/* sim/link.h: a segment that joins two or more ports: latency, loss, duplication, reordering, cuts,
 * MTU, bandwidth. Packets keep their order unless `reorder_ppm` strikes. What is under way when
 * the link is cut is lost. */
#ifndef SIM_LINK_H
#define SIM_LINK_H

#include "base/list.h"
#include "base/transit.h"
#include "sim/clock.h"
#include "sim/packet.h"

struct sim_link_params {
    ns_t latency, jitter;
    uint32_t loss_ppm, duplicate_ppm, reorder_ppm;
    uint32_t mtu;           /* 0: 1500 */
    uint64_t bits_per_s;    /* 0: unlimited */
    uint32_t queue_bytes;   /* waiting for the bandwidth; 0: 256 KiB */
};

struct sim_port {
    struct link link;       /* in the segment's list, in the order of attaching */
    void (*deliver)(struct sim_port *port, struct sim_packet *packet); /* takes the packet */
    struct transit_state sent; /* of what this port sends */
};

struct sim_link {
    struct sim_clock *clock;
    struct sim_link_params params;
    bool cut;
    struct link ports, flights;
    uint64_t sent, lost, queue_drops;
};

/* A segment without ports. */
void sim_link_init(struct sim_link *l, struct sim_clock *clock, const struct sim_link_params *p);

/* Frees what is under way. */
void sim_link_done(struct sim_link *l);

/* Adds a port, whose deliver is set. */
void sim_link_attach(struct sim_link *l, struct sim_port *port);

/* Sends from a port to another one of the segment; takes the packet, which fits the MTU. */
void sim_link_send(struct sim_link *l, struct sim_port *from, struct sim_port *to,
                   struct sim_packet *packet);

#endif
