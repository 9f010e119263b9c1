/* lab/throughput.h: how many bytes a second a TCP connection carries from one host to another, or
 * back: the client of a responder's `sink` and `source` (lab/responder.h), which counts what came
 * for as long as it is told. One thread, which blocks for that time and a little more. */
#ifndef LAB_THROUGHPUT_H
#define LAB_THROUGHPUT_H

#include "base/ip.h"
#include "lab/netns.h"

enum { LAB_THROUGHPUT_WAIT_S = 5 }; /* for the connection, and for the end of what is on its way */

struct lab_throughput {
    const struct lab_netns *from;
    struct ip_addr to;
    uint16_t port; /* 0: LAB_THROUGHPUT_PORT */
    bool reverse;  /* from TO */
    ns_t duration;
};

struct lab_throughput_result {
    uint64_t bytes; /* that arrived */
    ns_t time;      /* in which they did */
};

/* Measures. -ECONNREFUSED, -ETIMEDOUT, -ENETUNREACH ...; -EPROTO: no responder is there. */
must_use err_t lab_throughput_run(const struct lab_throughput *t,
                                  struct lab_throughput_result *ret_result);

#endif
