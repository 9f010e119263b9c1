/* ctl/ping.h: `ping`, which the program spanway does by itself: the daemon's process for commands
 * has no right to open a socket. Echoes go out by the kernel's ICMP datagram socket, which every
 * group of the sysctl net.ipv4.ping_group_range may open, else by a raw one, which takes
 * CAP_NET_RAW; without either it says so. The output is IOS's. */
#ifndef CTL_PING_H
#define CTL_PING_H

#include <stdio.h>

#include "base/ip.h"

struct ping_request {
    struct ip_addr to;
    char source[64]; /* an address, or an interface by the kernel's or the configured name; "" */
    uint32_t count;
};

/* Whether the line is a complete `ping`; other lines, and wrong ones, are the daemon's to answer.
 */
must_use bool ping_parse(const char *line, struct ping_request *ret);

/* Sends the echoes and waits for each; what it finds goes to `out` as it comes. run_dir: of the
 * daemon, which is asked for the addresses of an interface that the kernel does not know by the
 * name. The exit status: 0 when one echo at least was answered. */
int ping_run(const struct ping_request *p, const char *run_dir, FILE *out);

/* What an ICMP message is to us, with its IP header when has_header. For tests. */
enum ping_message { PING_OTHER, PING_ANSWER };
struct ping_expect {
    uint8_t family;
    bool has_header; /* raw sockets of IPv4 hand it on */
    bool own_id;     /* `id` is ours to compare: a datagram socket's is the kernel's */
    uint16_t id, seq;
};
/* Whether the bytes are the answer that is waited for; anything else is PING_OTHER. */
enum ping_message ping_message_of(const struct ping_expect *e, const uint8_t *bytes, size_t len);

#endif
