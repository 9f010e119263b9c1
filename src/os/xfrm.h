/* os/xfrm.h: IPsec in the kernel (XFRM): interfaces of the kind "xfrm", the states (one direction
 * of a pair of SAs) and policies behind each, and what the kernel says of them. An interface and
 * what belongs to it share a number, the if_id: packets that are routed into it find the policies
 * of that number alone, and what they open comes out of it.
 *
 * The writer needs CAP_NET_ADMIN in the network namespace in which it was opened; it waits for the
 * kernel's answers, which come at once. The monitor's descriptor is made by who has that privilege,
 * and read by anybody. Tunnel mode only; one thread each. Keys are read from the caller's memory;
 * whatever buffer held them is wiped. RFC 4301 4.4; linux/xfrm.h. */
#ifndef OS_XFRM_H
#define OS_XFRM_H

#include <sys/types.h>

#include "base/base.h"
#include "base/ip.h"
#include "base/text.h"

enum {
    OS_XFRM_MESSAGE_MAX = 2048, /* a state with its keys and its window */
    OS_XFRM_WINDOW_MAX = 4096,  /* packets: the kernel's own limit, XFRMA_REPLAY_ESN_MAX */
    OS_XFRM_NAME_MAX = 16,      /* of an interface, with its NUL */
    OS_XFRM_ALIAS_MAX = 64,     /* what marks an interface as ours */
    OS_XFRM_READ_BYTES = 32 * 1024,
    OS_XFRM_LEFT_MAX = 16384, /* interfaces of a run before that are looked for */
};

/* One direction of a pair of SAs. Algorithms: IANA's numbers, as IKEv2 negotiates them. */
struct os_xfrm_state {
    struct ip_addr source, destination; /* of the outer packet; one family */
    uint32_t spi, if_id, reqid;
    uint16_t encr, encr_bits, integ;
    const uint8_t *key; /* encryption key, salt, integrity key, one behind the other */
    bool out, esn;
    uint32_t window; /* packets, at most OS_XFRM_WINDOW_MAX; 0: replay is not checked */
    uint16_t source_port, destination_port; /* UDP encapsulation (RFC 3948); 0: none */
    bool clear_df, ignore_dscp;
    uint64_t soft_bytes, hard_bytes, soft_packets, hard_packets; /* 0: no limit */
    uint32_t hard_s;                                             /* 0: no limit */
};

/* Which inner packets: ports under a mask, as the kernel compares them. */
struct os_xfrm_selector {
    struct prefix source, destination; /* one family */
    uint8_t protocol;                  /* 0: any */
    uint16_t source_port, source_mask, destination_port, destination_mask;
};

enum os_xfrm_direction { OS_XFRM_IN, OS_XFRM_OUT, OS_XFRM_FORWARD }; /* as in linux/xfrm.h */

struct os_xfrm_policy {
    enum os_xfrm_direction direction;
    struct os_xfrm_selector selector;
    uint32_t if_id, priority;           /* the smaller goes first */
    uint32_t reqid;                     /* of the states it takes; 0: any of the interface */
    struct ip_addr source, destination; /* of the outer packet; in, forward: the family counts */
};

/* ---- messages, as bytes. All return their length; 0: what is asked for has no message. `at` has
 * OS_XFRM_MESSAGE_MAX bytes, aligned to 8. ---- */

/* A new state; 0: a key length or algorithm that the kernel has no name for, or mixed families. */
must_use size_t os_xfrm_encode_state(void *at, const struct os_xfrm_state *s);
/* A question about a state, or its end. */
must_use size_t os_xfrm_encode_state_id(void *at, bool remove, const struct ip_addr *destination,
                                        uint32_t spi);
/* A policy, instead of one with the same selector, direction and if_id; or its end. */
must_use size_t os_xfrm_encode_policy(void *at, const struct os_xfrm_policy *p, bool remove);
/* A new interface, dormant: it is there, and no packet should use it yet. */
must_use size_t os_xfrm_encode_link(void *at, const char *name, uint32_t if_id, uint16_t mtu);

/* ---- the writer ---- */

struct os_xfrm;

/* A writer; -EPROTONOSUPPORT: the kernel has no XFRM at all. Closing takes NULL. */
must_use err_t os_xfrm_open(struct os_xfrm **ret_xfrm);
void os_xfrm_close(struct os_xfrm *x);

/* The kernel's own words about the last refusal, or "". Valid until the next call. */
const char *os_xfrm_why(const struct os_xfrm *x);

/* Whether the kernel has what this back end needs, tried out: an interface and a state, made and
 * removed. Not 0: ret_why says what is missing. The kernel loads its modules by itself if it may.
 */
must_use err_t os_xfrm_probe(struct os_xfrm *x, struct text *ret_why);

/* An interface; -EEXIST: the name or the if_id is another's; -EOPNOTSUPP: no such kind here. */
must_use err_t os_xfrm_link_add(struct os_xfrm *x, const char *name, uint32_t if_id, uint16_t mtu,
                                const char *alias);
/* Removes it; its addresses and routes go with it. */
must_use err_t os_xfrm_link_del(struct os_xfrm *x, const char *name);
must_use err_t os_xfrm_link_set_mtu(struct os_xfrm *x, const char *name, uint16_t mtu);
/* Whether packets may use it: its operational state (RFC 2863), which takes the place of a carrier:
 * these interfaces have none. */
must_use err_t os_xfrm_link_set_running(struct os_xfrm *x, const char *name, bool running);

must_use err_t os_xfrm_state_add(struct os_xfrm *x, const struct os_xfrm_state *s);
/* -ESRCH: there is none. */
must_use err_t os_xfrm_state_del(struct os_xfrm *x, const struct ip_addr *destination,
                                 uint32_t spi);

/* The same state between other addresses or ports. The kernel has no word for that: it is read,
 * removed and added, with its keys, its window and its counts. out: its sequence number skips
 * what may have been sent meanwhile. */
struct os_xfrm_move {
    struct ip_addr destination; /* as it is */
    uint32_t spi;
    bool out;
    struct ip_addr new_source, new_destination;
    uint16_t source_port, destination_port;
};
must_use err_t os_xfrm_state_move(struct os_xfrm *x, const struct os_xfrm_move *m);

struct os_xfrm_counters {
    uint64_t packets, bytes, replayed, bad_icv, sequence;
};
/* What a state counted; out: its next sequence number's predecessor, in: the highest received. */
must_use err_t os_xfrm_state_read(struct os_xfrm *x, const struct ip_addr *destination,
                                  uint32_t spi, bool out, struct os_xfrm_counters *ret_counters);

must_use err_t os_xfrm_policy_set(struct os_xfrm *x, const struct os_xfrm_policy *p);
/* -ENOENT: there is none. Its reqid, priority and addresses do not count. */
must_use err_t os_xfrm_policy_del(struct os_xfrm *x, const struct os_xfrm_policy *p);

/* Removes the interfaces with this alias, and all states and policies of their if_ids: what a run
 * before left that could not clean up. How many interfaces, or a negative errno. */
must_use ssize_t os_xfrm_sweep(struct os_xfrm *x, const char *alias);

/* ---- the monitor ---- */

enum os_xfrm_what {
    OS_XFRM_SOFT,    /* a state came to a soft limit */
    OS_XFRM_HARD,    /* to a hard one: it is gone */
    OS_XFRM_MOVED,   /* an authentic packet came in from another address or port */
    OS_XFRM_ACQUIRE, /* a packet found a policy and no state */
};

struct os_xfrm_event {
    enum os_xfrm_what what;
    uint32_t if_id, spi;
    struct ip_addr destination; /* of the state */
    struct ip_addr from;        /* MOVED */
    uint16_t from_port;
};

/* A non-blocking descriptor that yields the events of this network namespace: CAP_NET_ADMIN. */
must_use err_t os_xfrm_monitor_open(int *ret_fd);

/* Reads what waits (OS_XFRM_READ_BYTES at `buf`, aligned to 8): its length; 0: nothing now;
 * -ENOBUFS: some events were lost. */
must_use ssize_t os_xfrm_monitor_read(int fd, void *buf);

/* The next event of what was read, from *at on, which moves; false: no more. Never trusts a length.
 */
must_use bool os_xfrm_monitor_next(const void *buf, size_t len, size_t *at,
                                   struct os_xfrm_event *ret_event);

/* ---- sockets of ESP ---- */

/* Whether the kernel takes what comes in on a socket for UDP port 4500 and is ESP (RFC 3948); of a
 * raw socket for IP protocol 50: whether it gets nothing any more, as the kernel has its own. Back
 * again: all comes to the socket. Takes no privilege. */
must_use err_t os_xfrm_give_socket(int fd, bool is_raw, bool to_kernel);

#endif
