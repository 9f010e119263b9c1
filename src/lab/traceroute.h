/* lab/traceroute.h: the hops between two points, by packets whose TTL runs out: TCP SYN, ICMP echo
 * or UDP. All TTLs are asked at once; who stays silent is asked again, since a router limits the
 * errors it sends. Bounded: LAB_HOPS_TRIES rounds of less than LAB_HOPS_WAIT_MS. IPv4. */
#ifndef LAB_TRACEROUTE_H
#define LAB_TRACEROUTE_H

#include "base/text.h"
#include "lab/packet.h"
#include "lab/probe.h"

enum { LAB_HOPS_MAX = 30, LAB_HOPS_TRIES = 3, LAB_HOPS_WAIT_MS = 1000 };

struct lab_traceroute {
    const struct lab_netns *from;
    struct ip_addr source; /* IP_NONE: as the kernel chooses */
    struct ip_addr to;
    enum lab_service service;
    uint16_t port;   /* TCP, UDP; 0: 80, and UDP one port a hop from 33434 on */
    uint8_t hop_max; /* 0: LAB_HOPS_MAX */
    ns_t timeout;    /* of one round; 0: LAB_HOPS_WAIT_MS */
    struct lab_mark mark;
    struct lab_trace *trace; /* collected while waiting; NULL: none */
};

struct lab_hop {
    struct ip_addr address; /* IP_NONE: "*", no answer */
    ns_t rtt;
    enum lab_outcome outcome; /* LAB_LOOP: a hop; LAB_REACHED, LAB_REFUSED: the end; others: an end,
                               * and who put it */
};

struct lab_hops {
    struct lab_hop hop[LAB_HOPS_MAX];
    uint8_t count; /* to the destination; else to the last that answered, and one "*" behind it */
    bool reached;
    int error; /* it could not be asked: errno */
};

/* Finds the hops. */
void lab_traceroute_run(const struct lab_traceroute *t, struct lab_hops *ret_hops);

/* One hop as expectations write it: the address, or "*". */
void lab_hop_text(const struct lab_hop *h, struct text *t);

/* All of them, one a line, numbered, with times and !H, !X. */
void lab_hops_text(const struct lab_hops *h, struct text *t);

#endif
