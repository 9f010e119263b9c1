/* fib/view.h: records of routes and interfaces for show and the API. */
#ifndef FIB_VIEW_H
#define FIB_VIEW_H

#include "base/view.h"
#include "fib/fib.h"

/* A route (one source of a prefix), followed by its view_fib_nexthop records in FRR's order. */
struct view_fib_route {
    struct prefix prefix;
    uint8_t source, kind, distance;
    bool selected, installed, queued, rejected;
    uint32_t metric, tag;
    ns_t age; /* duration since it changed */
    uint16_t nexthop_count;
    uint32_t nexthop_group; /* kernel object id; 0: none */
};

/* depth 0: as given; 1: what it resolved to, right behind its parent. */
struct view_fib_nexthop {
    uint8_t depth;
    struct ip_addr next_hop;
    char interface[32];
    uint32_t if_index;
    bool recursive, active, installed, duplicate, onlink;
    uint32_t weight;
    struct ip_addr source; /* preferred; IP_NONE: none */
    bool blackhole; /* of depth 1: it resolved to a route that drops: no address, no interface */
};

struct view_interface {
    uint32_t index;
    char name[32], alias[64];
    bool admin_up, running, loopback;
    uint32_t mtu;
    uint8_t mac0, mac1, mac2, mac3, mac4, mac5;
    char addresses[512]; /* one blank between, first first */
};

extern const struct view view_fib_route, view_fib_nexthop, view_interface;

/* Routes in prefix order, each followed by its next hops; prefix family IP_NONE: all of `family`;
 * longest: the longest match of an address. source: enum fib_source, or FIB_SOURCE_COUNT for all.
 */
struct fib_query {
    uint8_t family;
    struct prefix prefix;
    bool longest, longer_prefixes;
    uint8_t source;
    ns_t now;
};
must_use bool fib_query(const struct fib *f, const struct fib_query *q, struct view_sink *sink);

/* All interfaces, by index; false: the sink wanted no more. */
must_use bool fib_query_interfaces(const struct fib *f, struct view_sink *sink);

#endif
