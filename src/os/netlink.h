/* os/netlink.h: the kernel's links, addresses, routes and next-hop objects: a monitor that tells
 * what is there and what changes, and a writer that applies bounded batches of typed operations.
 *
 * The monitor (any process) dumps everything at start and again after an overrun; it remembers what
 * it told, so that a dump is told as differences: after an overrun nobody has to compare. The
 * writer needs CAP_NET_ADMIN in the network namespace in which its socket was opened. Both: one
 * thread each.
 *
 * Routes: the main table alone; not those that the kernel makes of addresses, nor local, broadcast
 * and cached ones. Routes and objects of our own protocols are told by the dumps only: what the
 * writer does is not echoed. */
#ifndef OS_NETLINK_H
#define OS_NETLINK_H

#include "base/base.h"
#include "base/ip.h"

enum {
    OS_NETLINK_PATHS_MAX = 64,
    OS_NETLINK_BATCH_MAX = 256,    /* operations of one os_netlink_apply() */
    OS_NETLINK_TOLD_MAX = 1 << 20, /* things remembered; more are told, but not their vanishing */
    OS_NETLINK_PROTOCOL_BGP = 186, /* ours, as in fib.h */
    OS_NETLINK_PROTOCOL_STATIC = 196,
};

/* ---- monitor
 * ------------------------------------------------------------------------------------- */

enum os_netlink_what {
    OS_NETLINK_LINK,
    OS_NETLINK_ADDRESS,
    OS_NETLINK_ROUTE,
    OS_NETLINK_NEXTHOP, /* an object of our protocols */
    OS_NETLINK_OVERRUN, /* messages were lost: a full dump follows by itself */
    OS_NETLINK_SYNCED,  /* the dump is complete: now everything was told */
};

struct os_netlink_path {
    struct ip_addr next_hop; /* IP_NONE: on the link */
    uint32_t if_index, weight;
    bool onlink;
};

struct os_netlink_event {
    enum os_netlink_what what;
    bool gone;         /* it went; else it came or changed */
    uint32_t if_index; /* LINK, ADDRESS */
    struct {
        char name[32], alternative[2][64]; /* the first alternative names, or "" */
        bool admin_up, running, loopback, multicast, broadcast, point_to_point;
        uint32_t mtu;
        uint8_t mac[6];
    } link;
    struct prefix prefix; /* ADDRESS: host bits kept; ROUTE */
    bool tentative;       /* ADDRESS: IPv6, not verified yet; a second event follows */
    uint8_t route_kind;   /* 0 unicast, 1 blackhole, 2 unreachable or prohibited */
    uint8_t protocol;     /* ROUTE, NEXTHOP: RTPROT_* */
    uint32_t metric;
    struct ip_addr preferred_source;
    uint32_t nexthop_id; /* NEXTHOP; ROUTE: 0, or the object behind it */
    uint32_t n;
    struct os_netlink_path path[OS_NETLINK_PATHS_MAX]; /* ROUTE */
};

struct os_netlink;

/* A monitor of this process's network namespace, with a first dump under way. */
must_use err_t os_netlink_open(struct os_netlink **ret_monitor);

/* The same for links and addresses alone. */
must_use err_t os_netlink_open_addresses(struct os_netlink **ret_monitor);

/* Closes the sockets and frees the monitor. NULL is allowed. */
void os_netlink_close(struct os_netlink *n);

/* Its descriptor, to be polled for reading. */
int os_netlink_fd(const struct os_netlink *n);

/* The next event: 0; -EAGAIN: none now; -ENOMEM; anything else: the socket is broken. */
must_use err_t os_netlink_next(struct os_netlink *n, struct os_netlink_event *ret_event);

/* Asks for a full dump, told as differences. */
must_use err_t os_netlink_resync(struct os_netlink *n);

/* One message (aligned to 4) as an event: 0; -ENOMSG: nothing for us; -EBADMSG: malformed. */
must_use err_t os_netlink_decode(const void *message, size_t len,
                                 struct os_netlink_event *ret_event);

/* ---- writer
 * -------------------------------------------------------------------------------------- */

enum os_netlink_op_kind { /* the first five as in fib.h */
                          OS_NETLINK_NEXTHOP_SET,
                          OS_NETLINK_GROUP_SET,
                          OS_NETLINK_NEXTHOP_DEL,
                          OS_NETLINK_ROUTE_SET,
                          OS_NETLINK_ROUTE_DEL,
                          OS_NETLINK_ADDRESS_ADD, /* prefix (host bits kept) on the named interface
                                                   */
                          OS_NETLINK_ADDRESS_DEL,
                          OS_NETLINK_LINK_UP, /* the named interface */
                          OS_NETLINK_LINK_DOWN,
                          OS_NETLINK_LINK_MTU, /* the same: its MTU becomes `mtu` */
};

struct os_netlink_op {
    enum os_netlink_op_kind kind;
    uint32_t id;
    struct prefix prefix; /* NEXTHOP_SET: its family, when the path has no gateway */
    uint8_t route_kind, protocol;
    uint32_t metric;
    struct ip_addr preferred_source;
    char interface[32];
    uint32_t mtu;
    uint32_t n;
    struct os_netlink_path path[OS_NETLINK_PATHS_MAX];
    struct {
        uint32_t id, weight;
    } member[OS_NETLINK_PATHS_MAX];
    err_t result; /* out: 0, or the kernel's refusal */
    char why[96]; /* out: its words, or "" */
};

struct os_netlink_writer;

/* A writer into this process's network namespace. Closing takes NULL. */
must_use err_t os_netlink_writer_open(struct os_netlink_writer **ret_writer);

/* Closes the socket; operations under way may still be done by the kernel. */
void os_netlink_writer_close(struct os_netlink_writer *w);

/* Whether the kernel has next-hop objects. */
bool os_netlink_has_nexthops(struct os_netlink_writer *w);

/* The MTU of an interface; 0: there is none of the name. */
uint32_t os_netlink_mtu(const struct os_netlink_writer *w, const char *interface);

/* Applies n <= OS_NETLINK_BATCH_MAX operations in order and waits for the kernel's answers, which
 * come at once. Each result is in its op; what is to be removed and is not there, or to be added
 * and is there, is no error. Not 0: the socket failed, results are unknown from there on (-EIO in
 * the op). */
must_use err_t os_netlink_apply(struct os_netlink_writer *w, struct os_netlink_op *ops, uint32_t n);

#endif
