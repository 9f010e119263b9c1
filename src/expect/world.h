/* expect/world.h: a running network, as whoever compares it with what is expected sees it: the
 * lab's namespaces with real packets, or the simulator's virtual time; here nobody knows which.
 * A world is a table of functions over one network. Nodes, tunnels and sessions are indexes into
 * its net, places are of its topology. A function that may be NULL says so: what would need it is
 * then reported as left, not as failed.
 *
 * Answers live in the arena that was given with the question and end with it. A world does what it
 * is asked and reports what it saw; it never judges, and never waits for something to come true:
 * whoever asks does that, by wait(). One thread. All that a world returns may come from untrusted
 * daemons: any bytes. */
#ifndef EXPECT_WORLD_H
#define EXPECT_WORLD_H

#include "cloud/effective.h"
#include "net/network.h"
#include "topo/topo.h"

enum expect_answer {
    EXPECT_ANSWERED,
    EXPECT_NOT_HERE, /* there is no such thing to be asked: a BIRD node has no `show … json` */
    EXPECT_BROKEN,   /* it could not be asked, or did not answer: `why` says so */
};

/* Text that a node printed. */
struct expect_text {
    const char *s; /* ends in NUL */
    size_t len;
    const char *why; /* when there is none: "bgpd does not answer" */
};

/* State of a tunnel or a session. */
struct expect_state {
    bool up;
    const char *state; /* in the engine's word: "Idle", "Connect", "no IKE SA"; NULL: unknown */
    const char *why;   /* what keeps it down, as far as known; else NULL */
    uint32_t drops;    /* how often it has been lost since the world began */
};

/* --- probes ----------------------------------------------------------------------------------- */

enum {
    EXPECT_WANT_PATH = 1 << 0, /* nodes passed, and who saw it in clear: there and back */
    EXPECT_WANT_HOPS = 1 << 1, /* a traceroute */
    EXPECT_WANT_SOURCE = 1 << 2,
    EXPECT_WANT_MTU = 1 << 3, /* the largest packet that passes whole, without fragments */
};

enum { EXPECT_ICMP = 1, EXPECT_TCP = 6, EXPECT_UDP = 17 };

struct expect_ask {
    uint32_t from, to;      /* nodes; to NET_NONE: only an address is known */
    struct ip_addr source;  /* IP_NONE: as the sender would choose */
    struct ip_addr address; /* of the target, always given. Of a fabric (a SORACOM gateway stands
                               for the devices behind it): the first host of its first range */
    uint8_t protocol;       /* EXPECT_ICMP: an echo; TCP: a connection and a few bytes; UDP */
    uint16_t port;          /* 0 with ICMP */
    unsigned want;          /* bits of EXPECT_WANT_… */
};

/* A node on the way. Fabrics and the Internet may be named or left out. */
struct expect_passed {
    uint32_t node;
    bool sealed;     /* it saw the packet only inside of ESP */
    uint32_t tunnel; /* through which it came here, in net.tunnels; NET_NONE: through none */
};

typedef NET_LIST_OF(struct expect_passed) expect_way_t;

struct expect_probe {
    bool reachable;
    const char *why_not;      /* "no answer", "refused: administratively prohibited from …" */
    expect_way_t there, back; /* sender and target included; of an unreachable target as far as
                                 it came */
    bool path_known;          /* whether the world could tell the ways */
    NET_LIST_OF(struct ip_addr) hops; /* of the traceroute, the target last; IP_NONE: no answer */
    struct ip_addr source_seen;       /* by the target; IP_NONE: unknown */
    uint32_t mtu_bytes;               /* 0: unknown */
};

/* --- drills ----------------------------------------------------------------------------------- */

struct expect_drill {
    const topo_places_t *fail;
    bool planned; /* maintenance: announced, so that nothing has to be lost */
    uint32_t from, to;
    struct ip_addr source, address;
    uint32_t bound_ms; /* what is expected: to measure much longer is in vain */
};

/* Of packets sent every millisecond both ways while it fails and while it is healed. */
struct expect_loss {
    uint32_t there_ms, back_ms;           /* the longest time without service when it failed */
    uint32_t heal_there_ms, heal_back_ms; /* and when it came back */
    uint32_t lost, reordered, duplicated; /* packets, both ways together */
    const char *why;                      /* the chain of causes, if known; else NULL */
};

/* --- the world -------------------------------------------------------------------------------- */

struct expect_world {
    const char *name; /* "lab", "sim" */
    const struct topo *topo;
    const struct net *net;
    void *context; /* of the functions below */

    /* Milliseconds since the world began; wait() lets that much time pass (in the simulator: runs
     * the engines). False: interrupted; evaluation ends as soon as it can. */
    uint64_t (*now_ms)(struct expect_world *w);
    bool (*wait)(struct expect_world *w, uint32_t ms);

    /* What a node prints for a command: "show bgp ipv4 unicast json", in its own dialect for plain
     * ones. A node whose BGP another one speaks (net end.speaker) passes the question on. */
    enum expect_answer (*show)(struct expect_world *w, uint32_t node, const char *command,
                               struct arena *arena, struct expect_text *ret);

    /* The forwarding in a subnet now: one of Azure, AWS or Google Cloud. */
    enum expect_answer (*effective)(struct expect_world *w, const struct topo_object *subnet,
                                    struct arena *arena, struct cloud_routes *ret);

    /* IPsec of net.tunnels[tunnel]: up when both ends have a CHILD_SA that fits. */
    enum expect_answer (*tunnel)(struct expect_world *w, uint32_t tunnel, struct arena *arena,
                                 struct expect_state *ret);

    /* Of net.sessions[session]. */
    enum expect_answer (*session)(struct expect_world *w, uint32_t session, struct arena *arena,
                                  struct expect_state *ret);

    /* Whether nothing moves any more: no session is coming up, no table is changing. May be NULL:
     * then time alone has to do. */
    bool (*settled)(struct expect_world *w);

    /* Sends and looks. Costly ones (path, hops, MTU) only as asked. */
    enum expect_answer (*probe)(struct expect_world *w, const struct expect_ask *ask,
                                struct arena *arena, struct expect_probe *ret);

    /* Whether the diagnostic log of a gateway (category "RouteDiagnosticLog") has an entry with
     * the word ("BgpConnectedEvent"). May be NULL. */
    enum expect_answer (*logged)(struct expect_world *w, const struct topo_place *of,
                                 const char *category, const char *word, bool *ret_there);

    /* Lets the places fail, all at once; heal() ends it. Neither waits for what follows. May be
     * NULL, both. False: one of them cannot fail here; *ret_why says which, in the arena. */
    bool (*fail)(struct expect_world *w, const topo_places_t *places, struct arena *arena,
                 const char **ret_why);
    void (*heal)(struct expect_world *w, const topo_places_t *places);

    /* Gives networks more ranges while it runs, as their owner would at the provider's; afterwards
     * w->topo and w->net may be others. May be NULL: the world was begun with them. */
    bool (*add)(struct expect_world *w, struct arena *arena, const char **ret_why);

    /* Fails and heals under traffic, measures, and leaves the world healed. May be NULL. */
    enum expect_answer (*drill)(struct expect_world *w, const struct expect_drill *ask,
                                struct arena *arena, struct expect_loss *ret);
};

#endif
