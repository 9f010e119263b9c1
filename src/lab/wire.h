/* lab/wire.h: raw sockets of a space that send whole packets and hear everything of one protocol,
 * and waiting with a deadline while a trace is collected: what probe.c, mtu.c and traceroute.c
 * share. */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include "lab/netns.h"
#include "lab/packet.h"
#include "lab/trace.h"

struct lab_wire {
    int send, icmp, tcp; /* tcp: -1 unless asked for */
};

/* Opens the sockets in the space: for sending, for ICMP, and (if so) for TCP. */
must_use err_t lab_wire_open(const struct lab_netns *s, bool with_tcp, struct lab_wire *ret_wire);

/* Closes them. */
void lab_wire_close(struct lab_wire *w);

/* Sends one packet; -EMSGSIZE: longer than the device takes; -ENETUNREACH, -EPERM: ... */
must_use err_t lab_wire_send(const struct lab_wire *w, const struct lab_question *q);

/* Waits until one of the sockets or `other` (-1: none; `events`) is ready or the time is over, and
 * meanwhile collects the trace (NULL: none); which events `other` has. */
short lab_wire_wait(const struct lab_wire *w, int other, short events, ns_t until,
                    struct lab_trace *trace);

/* A packet that came, as far as it fits. */
enum { LAB_WIRE_BUFFER = 2048 };
struct lab_heard {
    uint8_t bytes[LAB_WIRE_BUFFER];
    size_t n;
    struct lab_packet packet; /* of protocol 0 when it could not be read */
};

/* The next packet that waits; false: none. */
must_use bool lab_wire_receive(const struct lab_wire *w, struct lab_heard *ret_heard);

/* CLOCK_MONOTONIC. */
ns_t lab_now(void);

/* Whether an errno of sending means that the kernel has no way there. */
bool lab_is_no_route(err_t rc);

#endif
