/* lab/trace.h: where a question and its answer pass: a packet socket in each space, on all of its
 * interfaces (TUN devices too), with a filter for the question's mark, so that the lab's other
 * traffic costs nothing. What was seen is put in the order of time: the spaces on the way, the
 * addresses that the destination saw, where the packet was last seen when it was lost, and whether
 * anybody on the way saw it in clear. One thread; CAP_NET_RAW in each space. */
#ifndef LAB_TRACE_H
#define LAB_TRACE_H

#include <linux/filter.h>

#include "lab/netns.h"
#include "lab/packet.h"

/* Spaces beyond it are refused, sightings beyond it counted as lost. */
enum {
    LAB_TRACE_SPACES_MAX = 1024,
    LAB_SIGHTINGS_MAX = 16384,
    LAB_SEALED_MAX = 8192, /* of them; a busy tunnel must not displace what is looked for */
    LAB_INTERFACE_MAX = 16,
};

/* One packet at one interface. */
struct lab_sighting {
    ns_t at;        /* of the kernel's wall clock, comparable between spaces */
    uint32_t order; /* in which it was read: of those that have the same time */
    uint32_t space; /* index in the spaces given */
    uint32_t if_index;
    char interface[LAB_INTERFACE_MAX];
    bool leaving; /* the space sends it; else it receives it */
    uint8_t ttl;
    struct lab_kinship kinship;
    struct ip_addr src, dst;
    uint16_t sport, dport; /* 0: none */
    uint32_t spi, number;  /* of ESP */
};

struct lab_trace {
    const struct lab_netns *spaces; /* borrowed */
    uint32_t space_count;
    struct lab_mark mark;
    int *sockets;
    int epoll; /* readable when something waits */
    struct lab_sighting *sightings;
    uint32_t count, cap;
    uint32_t sealed, sealed_lost; /* of ESP: seen, and beyond LAB_SEALED_MAX */
    uint32_t lost; /* that the kernel or this table had no room for: the rest may have gaps */
};

/* Listens in each of the spaces (kept by the caller) from now on. */
must_use err_t lab_trace_open(const struct lab_netns *spaces, uint32_t n,
                              const struct lab_mark *mark, struct lab_trace *ret_trace);

/* Closes the sockets and frees what was seen; one that is all zero, too. */
void lab_trace_close(struct lab_trace *t);

/* Takes what waits: to be called whenever `epoll` is readable, and at the end. */
void lab_trace_collect(struct lab_trace *t);

/* Puts everything seen in order of time; before the questions below. */
void lab_trace_sort(struct lab_trace *t);

/* One space on the way, and by which interface it was entered and left ("": neither). */
struct lab_step {
    uint32_t space;
    bool sealed; /* it had the packet only inside of ESP */
    char in[LAB_INTERFACE_MAX], out[LAB_INTERFACE_MAX];
};

/* The way that the question (LAB_ASKING, from the space `origin`), or its answer (LAB_ANSWERING,
 * from where the question ended) took, of the last attempt: how many steps, at most n are written.
 * Of ESP it is known which packet it was when one and the same left the space where ours went into
 * the tunnel after it and came to the one where ours came out before it: the spaces that it passed
 * are sealed steps. Inside of anything else (VXLAN, GRE) it has no steps. */
must_use uint32_t lab_trace_way(const struct lab_trace *t, enum lab_way way, uint32_t origin,
                                struct lab_step *ret_steps, uint32_t n);

/* The source address that the question had when the space received it; false: it did not. */
must_use bool lab_trace_source_seen(const struct lab_trace *t, uint32_t space,
                                    struct ip_addr *ret_source);

/* The first sighting, of question, answer or data, in one of the spaces that must not see it in
 * clear; NULL: none of them did. */
const struct lab_sighting *lab_trace_in_clear(const struct lab_trace *t, const uint32_t *spaces,
                                              uint32_t n);

/* Where the question was last seen: where it was lost, when it did not arrive. NULL: nowhere. */
const struct lab_sighting *lab_trace_last(const struct lab_trace *t, enum lab_way way);

/* The filter of a mark, for packets that begin with the IP header. */
enum { LAB_FILTER_MAX = 64, LAB_SNAP_BYTES = 576 };
uint16_t lab_trace_filter(const struct lab_mark *m, struct sock_filter ret_filter[LAB_FILTER_MAX]);

/* Adds a sighting; for the order of things in tests. */
void lab_trace_add(struct lab_trace *t, const struct lab_sighting *s);

#endif
