/* lab/probe.h: one question: does FROM reach TO with this service? ICMP echo, a TCP connection or a
 * UDP datagram, asked a bounded number of times, each with a deadline; the answer is yes, or why
 * not and who says so, with the round trip, and what the other end saw of us. With a trace the
 * answer also knows the way. A second question finds the largest packet that passes whole. What
 * comes from the network is untrusted. IPv4. One thread; it blocks for at most attempts * timeout
 * (and what the search for the largest packet needs). CAP_NET_RAW and CAP_NET_ADMIN in FROM. */
#ifndef LAB_PROBE_H
#define LAB_PROBE_H

#include "base/text.h"
#include "lab/netns.h"
#include "lab/packet.h"
#include "lab/trace.h"

enum {
    LAB_PROBE_ATTEMPTS = 3,
    LAB_PROBE_ATTEMPTS_MAX = 100,
    LAB_PROBE_TIMEOUT_MS = 1000,
    LAB_SAID_MAX = 160, /* the line of a responder */
};

enum lab_service { LAB_SERVICE_ICMP, LAB_SERVICE_TCP, LAB_SERVICE_UDP };

/* "icmp", "tcp/22", "udp/53"; NULL or "any": ICMP. False: none of these. */
must_use bool lab_service_parse(const char *text, enum lab_service *ret_service,
                                uint16_t *ret_port);

struct lab_probe {
    const struct lab_netns *from;
    struct ip_addr source; /* IP_NONE: as FROM's kernel chooses */
    struct ip_addr to;
    enum lab_service service;
    uint16_t port;
    ns_t timeout;     /* of one attempt; 0: LAB_PROBE_TIMEOUT_MS */
    uint8_t attempts; /* 0: LAB_PROBE_ATTEMPTS */
    struct lab_mark mark;
    struct lab_trace *trace; /* of the same mark, collected while waiting; NULL: none */
};

struct lab_answer {
    enum lab_outcome outcome;
    struct ip_addr by;          /* who said it: the destination, a router; IP_NONE: nobody */
    int error;                  /* LAB_FAILED, LAB_NO_ROUTE: errno */
    uint8_t attempts;           /* made */
    ns_t rtt;                   /* of the one that succeeded */
    char said[LAB_SAID_MAX];    /* by the responder, printable; "" by anybody else */
    struct ip_addr source_seen; /* by the responder; IP_NONE: not told */
};

/* A new mark, which nobody else uses. */
must_use err_t lab_mark_new(struct lab_mark *ret_mark);

/* Asks. Always fills the answer. */
void lab_probe_run(const struct lab_probe *p, struct lab_answer *ret_answer);

/* The largest packet (IP header included) up to `limit` bytes that arrives whole at TO, with DF
 * set, found by its answers and by what routers say about those that are too long; 0: none did, and
 * the answer says why. ICMP, or the service's own port where a filter lets nothing else pass (a SYN
 * with data behind it). */
must_use uint32_t lab_probe_mtu(const struct lab_probe *p, uint32_t limit,
                                struct lab_answer *ret_answer);

/* "reachable, 0.4 ms", "unreachable, says 10.0.0.1", "no answer to 3 attempts". */
void lab_answer_text(const struct lab_answer *a, struct text *t);

/* Reads a responder's line, "192.0.2.1:40000 reached NAME ...": the address before the colon;
 * IP_NONE when there is none. What is not printable becomes '?'. */
void lab_said_read(const void *bytes, size_t n, char ret_said[LAB_SAID_MAX],
                   struct ip_addr *ret_source);

#endif
