/* lab/learned.h: what a gateway has learned, read from its answer to `show ip bgp json`: the routes
 * that it would use, each with what a cloud's fabric chooses by. The answer comes from a process of
 * ours and is checked like anybody's. */
#ifndef LAB_LEARNED_H
#define LAB_LEARNED_H

#include "base/ip.h"
#include "net/list.h"
#include "net/network.h"

struct lab_path {
    struct prefix prefix;
    struct ip_addr next_hop, peer;
    uint32_t length; /* AS numbers in the path; a set counts as one */
    uint32_t med;
    bool internal; /* heard from the own AS */
};

struct lab_paths {
    NET_LIST_OF(struct lab_path) rows; /* in the order of the answer: sorted by prefix */
};

/* Appends the best path of each IPv4 prefix, and those of equal cost, but for what the router
 * announces itself. False: the answer is no such JSON, or the arena is full; *ret then has some of
 * them. */
must_use bool lab_learned_read(const char *json, size_t len, struct arena *arena,
                               struct lab_paths *ret);

/* The same of static routes that are in use, from the answer to `show ip route static json`: each
 * with its prefix alone, without what leads nowhere (a blackhole). */
must_use bool lab_statics_read(const char *json, size_t len, struct arena *arena,
                               struct lab_paths *ret);

#endif
