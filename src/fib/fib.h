/* fib/fib.h: the router's table: connected, static, kernel and BGP routes with distances, recursive
 * resolution, selection, next-hop objects and groups. What zebra is to FRR. An actor without I/O:
 * calls tell it things, what the kernel and BGP have to know is pulled from it. One thread.
 *
 *   trie.c      longest match over both families
 *   interface.c links and addresses: connected routes
 *   resolve.c   recursion: a next hop through the table to interfaces, with ECMP and weights
 *   paths.c     the next hops of routes, interned, and what they come to
 *   nexthop.c   next-hop objects and groups, shared and counted: a lost next hop is one operation
 *   select.c    per prefix: the source with the lowest distance wins
 *   track.c     next hops that BGP asks about, selected routes for redistribution
 *   fib.c       the queue of work, kernel operations, lookups
 *   view.c      records for show */
#ifndef FIB_FIB_H
#define FIB_FIB_H

#include "base/base.h"
#include "base/ip.h"

enum fib_source { FIB_KERNEL, FIB_CONNECTED, FIB_STATIC, FIB_BGP, FIB_SOURCE_COUNT };

enum {
    FIB_PATHS_MAX = 64,
    FIB_RECURSION_MAX = 8, /* deeper is a loop or a mistake */
    FIB_INTERFACES_MAX = 4096,
    FIB_PROTOCOL = 186,        /* RTPROT of our kernel routes: "bgp" of iproute2's table */
    FIB_PROTOCOL_STATIC = 196, /* of our static routes */
};

struct fib_path {
    struct ip_addr next_hop; /* IP_NONE: directly out of the interface */
    uint32_t if_index; /* 0: found by recursion (or, with a next hop, by the connected route) */
    uint32_t weight;   /* 1.. */
    bool onlink;
};

enum fib_kind { FIB_UNICAST, FIB_BLACKHOLE, FIB_REJECT };

struct fib_route {
    struct prefix prefix;
    uint8_t source; /* enum fib_source */
    uint8_t kind;   /* enum fib_kind */
    uint8_t distance;
    bool allow_recursion_via_default; /* iBGP/eBGP may not resolve by 0/0 unless said (FRR: `ip nht
                                         resolve-via-default` is on by default in traditional) */
    uint32_t instance; /* several statics of one prefix with different distances: FRR keeps each */
    uint32_t metric, tag;
    struct ip_addr preferred_source;
    uint32_t n;
    struct fib_path path[FIB_PATHS_MAX];
    uint8_t kernel_protocol; /* FIB_KERNEL: who set it (RTPROT_*) */
};

struct fib_interface {
    uint32_t index;
    char name[32];  /* the kernel's; FRR shows it */
    char alias[64]; /* the device's name in the configuration: "GigabitEthernet8.714"; or "" */
    bool admin_up, running, loopback, multicast, broadcast, point_to_point;
    uint32_t mtu;
    uint8_t mac[6];
};

struct fib_params {
    uint64_t hash_key;
    uint64_t max_routes;
    bool next_hop_objects;      /* the kernel has them; else routes carry their next hops */
};

struct fib;

/* An empty table; NULL without memory. fib_free() takes NULL. */
must_use struct fib *fib_new(const struct fib_params *params);

/* Frees the table with all that it holds. NULL is allowed. */
void fib_free(struct fib *f);

/* --- told ----------------------------------------------------------------------------------------
 */

/* The time, for the ages of connected routes; fib_route_set() says it too. */
void fib_clock(struct fib *f, ns_t now);

/* A link appeared or changed; it vanished. */
must_use err_t fib_interface_set(struct fib *f, const struct fib_interface *i);

/* Who carries a tunnel says, before the kernel does, that it carries nothing, or does again: what
 * leads by it is dead meanwhile, whatever the kernel says. What the kernel still has of that is
 * taken out piece by piece: it may never hear of a carrier that was back soon. */
void fib_interface_lost(struct fib *f, uint32_t index, bool lost);

/* With it go its addresses, its connected routes, and what led through it. */
void fib_interface_del(struct fib *f, uint32_t index);

/* An address (with its length, host bits kept) came to or left an interface: makes the connected
 * route while the link is up. */
must_use err_t fib_address_set(struct fib *f, uint32_t if_index, const struct prefix *address);

/* One that is not there is no error; the connected route goes with its last address. */
void fib_address_del(struct fib *f, uint32_t if_index, const struct prefix *address);

/* A route of a source is set (replacing the same prefix, source and instance) or removed. Kernel
 * routes are those of others (source FIB_KERNEL), never ours. */
must_use err_t fib_route_set(struct fib *f, ns_t now, const struct fib_route *r);

/* The same, removed; one that is not there is no error. */
void fib_route_del(struct fib *f, uint8_t source, uint32_t instance, const struct prefix *p);

/* Whether tracked next hops of the family may resolve by the default route (yes, until said
 * otherwise). Only while nothing is tracked: those that are would be lost. */
void fib_track_via_default(struct fib *f, uint8_t family, bool may);

/* Next hops that BGP asks about; several askers are counted, and each call is answered by news. */
must_use err_t fib_track(struct fib *f, const struct ip_addr *next_hop);

/* One asker less; the last one ends the news. */
void fib_untrack(struct fib *f, const struct ip_addr *next_hop);

/* Route of ours that was in the kernel at start: it is adopted when the tables soon say the same,
 * and removed by fib_sweep() otherwise. */
void fib_found_ours(struct fib *f, const struct prefix *p, uint8_t kernel_protocol, uint32_t metric,
                    uint32_t nexthop_id);

/* The same of an object; ids of ours start above all that were found. */
void fib_found_nexthop(struct fib *f, uint32_t nexthop_id);

/* Removes from the kernel what was found and not adopted. */
void fib_sweep(struct fib *f);

/* --- pulled
 * ---------------------------------------------------------------------------------------- */

enum fib_op_kind {
    FIB_OP_NEXTHOP_SET, /* id, one path (resolved: if_index is set) */
    FIB_OP_GROUP_SET,   /* id, members */
    FIB_OP_NEXTHOP_DEL, /* id, of either kind */
    FIB_OP_ROUTE_SET,   /* prefix -> nexthop id, or paths when there are no next-hop objects */
    FIB_OP_ROUTE_DEL,
};

struct fib_op {
    enum fib_op_kind kind;
    uint32_t id; /* next-hop object; 0: none */
    struct prefix prefix;
    uint8_t route_kind; /* enum fib_kind */
    uint8_t protocol;   /* FIB_PROTOCOL or FIB_PROTOCOL_STATIC */
    uint32_t metric;
    struct ip_addr preferred_source;
    uint32_t n;
    struct fib_path path[FIB_PATHS_MAX]; /* NEXTHOP_SET: one; ROUTE_SET without objects: all */
    struct {
        uint32_t id, weight;
    } member[FIB_PATHS_MAX]; /* GROUP_SET */
};

/* The next operation for the kernel, in an order that is right at every step (objects before the
 * routes that use them, removed after). False: none. Does a bounded amount of resolution a call. */
bool fib_next_op(struct fib *f, struct fib_op *ret_op);

/* The kernel refused an operation (negative errno). What was to be set is tried once more at once:
 * the answer may be to an operation that a later one made good. Refused again, the route is taken
 * out of the kernel and shown as rejected, until it changes, or fib_retry(). */
void fib_op_failed(struct fib *f, const struct fib_op *op, err_t why);

/* Whether something was refused for a reason that may pass (a link that was down, no memory): all
 * reasons but those that say that the kernel cannot, or we may not. */
bool fib_has_refused(const struct fib *f);

/* Tries that again. Looks at the whole table: the caller sees to it that this is not too often. */
void fib_retry(struct fib *f);

/* News of tracked next hops, also the first answer. */
struct fib_tracked {
    struct ip_addr next_hop;
    bool reachable, connected, is_own;
    uint32_t metric;
    uint32_t if_index; /* of the first resolved path */
};

/* The next news of a tracked next hop; false: none. */
bool fib_next_tracked(struct fib *f, struct fib_tracked *ret_news);

/* Selected routes that came, changed or went: for redistribution and `network`. */
struct fib_selected {
    struct prefix prefix;
    bool present;
    uint8_t source; /* enum fib_source */
    uint32_t metric, tag;
    struct ip_addr next_hop; /* of the first path */
    uint32_t if_index;
};

/* The next prefix of these; false: none. */
bool fib_next_selected(struct fib *f, struct fib_selected *ret_news);

/* --- asked
 * ---------------------------------------------------------------------------------------- */

/* The resolved paths by which a packet to the address leaves; 0: none (no route, blackhole).
 * `is_own`: the address is one of ours. Used by the simulator's forwarding and by traces. */
struct fib_answer {
    bool found, is_own, blackhole, reject;
    struct prefix prefix;
    uint8_t source, distance;
    uint32_t n;
    struct fib_path path[FIB_PATHS_MAX]; /* resolved: if_index set; next_hop IP_NONE: on-link */
};

/* The longest match of an address; nothing is changed by asking. */
void fib_lookup(const struct fib *f, const struct ip_addr *to, struct fib_answer *ret_answer);

/* The interface with an index or a name (kernel's or alias); its first address of a family; whether
 * an address is ours and on which interface (0: not ours). */
const struct fib_interface *fib_interface_get(const struct fib *f, uint32_t index);

/* By the name of the kernel, or that of the configuration; NULL: none, or the name is empty. */
const struct fib_interface *fib_interface_find(const struct fib *f, const char *name);

/* Its first address of the family; false: it has none. */
bool fib_interface_address(const struct fib *f, uint32_t index, uint8_t family,
                           struct prefix *ret_address);

/* The index of the interface that has the address; 0: none. */
uint32_t fib_own_address(const struct fib *f, const struct ip_addr *a);

/* The link-local IPv6 address of an interface (RFC 4291 2.5.6); false, and *ret untouched: none. */
bool fib_interface_link_local(const struct fib *f, uint32_t index, struct ip_addr *ret_address);

/* The connected prefix (on an interface that is up) that holds the address; false: not connected.
 */
bool fib_connected(const struct fib *f, const struct ip_addr *a, struct prefix *ret_prefix,
                   uint32_t *ret_if_index);

/* How often routes that depend on one another found no stable answer and were left as they stood.
 */
uint64_t fib_unstable(const struct fib *f);

/* Highest IPv4 address of the loopbacks, or of the other interfaces (127/8 never counts), of those
 * that count (NULL: all): for the router id; IP_NONE: none. */
struct ip_addr fib_highest_address(const struct fib *f, bool loopbacks,
                                   bool (*counts)(const void *arg, uint32_t if_index),
                                   const void *arg);

#endif
