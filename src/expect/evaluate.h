/* expect/evaluate.h: whether what a topology expects (`expect:`) holds in a running world.
 *
 * What has to be there (reachable, up, in a table) is tried again and again until it holds or the
 * deadline has passed: networks converge. What must not be there (unreachable, down, absent) is
 * looked at when that is done and nothing moves any more, and has to stay so for a while. Then what
 * fails together (`when: fail`) fails, round by round, and is healed; what held before and does not
 * come back has failed too. Findings, counts and the
 * order of work are for check/ and plan/; what holds in a changed design only (`when: without,
 * add`) is for the world of that design: expect/variant.h. One thread; results live in the caller's
 * arena and refer to nothing else. */
#ifndef EXPECT_EVALUATE_H
#define EXPECT_EVALUATE_H

#include "expect/world.h"

enum {
    EXPECT_SENTENCE_MAX = 512,
    EXPECT_PAIRS_MAX = 64, /* of hosts that stand for the two places of one expectation */
    EXPECT_ANSWER_BYTES_MAX = 16 << 20,
    EXPECT_TRY_ARENA_BYTES = 256 << 20, /* all that one try can take */
};

enum expect_verdict {
    EXPECT_HOLDS,
    EXPECT_FAILED,
    EXPECT_LEFT, /* this world cannot tell */
};

struct expect_row {
    enum expect_verdict verdict;
    const char *kind; /* "reach", "routes", "tunnels", "sessions", "status", "outages" */
    const char *when; /* "fail azure.virtual_network_gateways.vpngw:0"; "": as described */
    const char *what; /* "vm-hub00, received from 10.0.210.4: 10.0.0.0/16: path …" */
    const char *file; /* of the expectation */
    uint32_t line, column;
    uint64_t after_ms; /* when it was decided, since evaluation began */
};

struct expect_results {
    NET_LIST_OF(struct expect_row) rows;
    uint32_t held, failed, left;
    struct arena *arena;
};

struct expect_options {
    uint32_t deadline_ms; /* for what has to become true, in each round; 0: 60,000 */
    uint32_t hold_ms;     /* for how long what must not be has to stay away; 0: 2,000 */
    uint32_t poll_ms;     /* between two tries; 0: 250 */
    bool no_failures;     /* leave rounds with `fail`, and outages */
    const char *when;     /* the variant's name, for the rows; NULL: the base */
    bool adds;            /* of a variant with `add`: w->add() is called first, if there is one */
    struct topo_source *files; /* where files of expected output are read; NULL: they are left */
    /* Told of each row as it is decided; NULL: nobody. */
    void (*progress)(void *context, const struct expect_row *row);
    void *context;
};

/* Evaluates all expectations of `t`, which is the world's topology, or, of a variant with `add` and
 * a world that adds while it runs, will be. Rows are added to those that are there. False: no
 * memory, or interrupted. */
must_use bool expect_evaluate(struct expect_world *w, const struct topo *t,
                              const struct expect_options *options, struct expect_results *results);

/* The word that the provider's portal shows for a connection, a tunnel, a peer: "Connected",
 * "Unknown", "available", "UP", "ESTABLISHED". NULL: there is none for this kind of thing, or the
 * world does not know. */
const char *expect_status_word(struct expect_world *w, const struct topo_object *o,
                               struct arena *arena);

/* The first node that the place means, after `after` (NET_NONE: from the first on); NET_NONE: no
 * more. A gateway without an instance is all of its instances. */
uint32_t expect_next_node(const struct expect_world *w, const struct topo_place *place,
                          uint32_t after);

/* Nodes that stand for a place of hosts: itself; of a network or a subnet the machines in it, or if
 * it has none, its gateways'. The address of each that is meant. At most `max`; how many. */
struct expect_stand {
    uint32_t node;
    struct ip_addr address;
};
uint32_t expect_stands(const struct expect_world *w, const struct topo_place *place,
                       struct expect_stand *ret, uint32_t max);

/* The effective routes of a subnet of any provider: what a world's effective() is made of once it
 * has told the fabric what its gateways have learned. False: memory, or no subnet. */
must_use bool expect_effective(struct cloud_fabric *f, const struct topo_object *subnet,
                               struct cloud_routes *ret);

#endif
