/* policy/policy.h: prefix lists, as-path lists, community lists, access lists and route-maps,
 * compiled and run over a route. Immutable once built, so it can be shared; owned by who built it.
 * Semantics are FRR's; where IOS differs (an undefined list permits) the builder says so. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "attr/attr.h"
#include "base/arena.h"
#include "base/ip.h"

enum policy_verdict { POLICY_DENY, POLICY_PERMIT };

/* What a policy looks at and changes. */
struct policy_route {
    struct prefix prefix;
    struct attr_draft *draft; /* changed by `set`, spans made in `arena` */
    struct arena *arena;
    const struct attr_set
        *set;              /* what the draft started as; key of the as-path cache; may be NULL */
    struct ip_addr peer;   /* who sent it; IP_NONE: ourselves */
    struct ip_addr self;   /* our address towards the peer, for `set ip next-hop self` */
    struct ip_addr toward; /* outbound: the peer it goes to, for `peer-address` */
    uint8_t source;        /* enum policy_source */
    const char *interface; /* of the next hop, NULL when unknown */
    struct ip_addr src;    /* what `set src` said; else untouched: start with IP_NONE */
    bool changed;          /* set when a `set` clause changed the draft */
};

enum policy_source { POLICY_BGP, POLICY_CONNECTED, POLICY_STATIC, POLICY_KERNEL, POLICY_NETWORK };

/* A compiled world of lists and maps of one configuration. */
struct policy_world;

/* One direction of one neighbour: distribute list, prefix list, filter list, then route-map, each
 * of which may be absent (NULL). Any that denies, denies. */
struct policy;

/* Frees the world and every policy of it; NULL is allowed. */
void policy_world_free(struct policy_world *w);

/* Runs the chain; NULL permits all. */
enum policy_verdict policy_run(const struct policy *p, struct policy_route *r);

/* Whether two policies say the same, so that a reload can leave sessions alone. NULL equals NULL.
 */
bool policy_eq(const struct policy *a, const struct policy *b);

/* Whether the verdict or the changes may depend on the prefix (else a memo per set is right). */
bool policy_looks_at_prefix(const struct policy *p);

#endif
