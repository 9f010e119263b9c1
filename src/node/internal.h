/* node/internal.h: the inside of a node, for the files of node/ alone.
 * A node is actors (sessions, RIB shards, FIB); wiring.c carries what one pulls out to those that
 * have to know. Owner of everything here: struct node; one thread. */
#ifndef NODE_INTERNAL_H
#define NODE_INTERNAL_H

#include <errno.h>

#include "base/deadline.h"
#include "base/list.h"
#include "base/rng.h"
#include "base/slab.h"
#include "bgp/session.h"
#include "bgp/update.h"
#include "node/index.h"
#include "node/node.h"
#include "node/policy_build.h"
#include "node/view.h"
#include "policy/policy.h"
#include "rib/rib.h"
#include "rib/view.h"

enum {
    NODE_SHARDS_MAX = 16,
    NODE_ACTIONS_MAX = 65536, /* queued for the driver; beyond it log lines are counted, not kept */
    NODE_CONNS_MAX = 4 * RIB_PEERS_MAX, /* two a peer, and as many that still flush */
    NODE_BUF_BYTES = 65536, /* one shared output buffer: sixteen of the largest messages */
    NODE_OUT_LOW = 4 * NODE_BUF_BYTES,    /* a member with less than this queued wants more */
    NODE_OUT_MAX = 1024 * NODE_BUF_BYTES, /* 64 MiB behind its group: the peer is reset as stuck */
    NODE_WORK_BUDGET = 4096, /* prefixes of background work between two looks at the network */
};
/* Sessions start flushing long before they are given up. */
static_assert(NODE_OUT_LOW * 16 < NODE_OUT_MAX, "a slow peer is not a stuck one");

/* Routes of ours that nobody claimed are swept from the kernel this long after the start. */
#define NODE_SWEEP_AFTER (30 * NS_PER_S)

/* What the kernel refused is tried again this soon after news of links, addresses and routes;
 * without any, after the first wait, which grows with each time up to the longest. Each time costs
 * a look at the whole table, and as many operations as were refused. */
#define NODE_REFUSED_SOON (200 * NS_PER_MS)
#define NODE_REFUSED_FIRST NS_PER_S
#define NODE_REFUSED_LAST (600 * NS_PER_S)
enum { NODE_REFUSED_GROWTH = 4 };

/* A connection that failed for want of a route or an address of our own is tried again this soon:
 * the kernel gets both from us, a moment later than we know them. */
#define NODE_LOCAL_RETRY NS_PER_S

/* A timer and whose it is. */
enum node_timer_kind {
    NODE_TIMER_SWEEP,
    NODE_TIMER_PEER,
    NODE_TIMER_GROUP,
    NODE_TIMER_REFUSED,
    NODE_TIMER_RECURSION,
};
struct node_timer {
    struct timer timer;
    enum node_timer_kind kind;
};

/* UPDATE bytes that several connections share; whole messages only. */
struct node_buf {
    uint32_t refs, len;
    uint32_t messages;
    uint8_t bytes[NODE_BUF_BYTES];
};

struct node_buf_ref {
    struct link link;
    struct node_buf *buf;
};

/* One TCP connection. Detached (peer NULL) it only flushes its tail and ends. */
struct node_conn {
    uint32_t id;
    struct node_peer *peer;
    enum bgp_side side;
    bool is_open, send_told; /* the driver knows that there is output */
    struct link bufs;        /* of node_buf_ref */
    uint32_t sent;           /* bytes of the first buffer that are gone */
    uint32_t boundary;       /* end of the message that `sent` is in */
    uint64_t queued;         /* bytes in bufs that are not gone */
    uint8_t *tail;           /* what is left to say when detached */
    uint32_t tail_len, tail_cap;
};

enum { NODE_CARRIERS_MAX = 16 }; /* tunnels to one peer; a session by further ones is refused */

/* How a route is preferred. */
struct node_preference {
    uint8_t len, distance;
    bool is_subnet; /* of an interface: no other route is better */
};

/* The tunnels that are to carry a session, from the configuration (carrier.c). */
struct node_carriers {
    uint32_t n; /* 0: none; routes decide */
    const struct config_interface *tunnel[NODE_CARRIERS_MAX];
    bool is_strict;    /* `update-source` says so: whatever the routes */
    struct ip_addr to; /* the peer, or the last of the next hops to it */
    struct node_preference first, last; /* of the routes to the peer, and to `to` */
};

/* How a session's packets would leave now. */
enum node_way {
    NODE_WAY_ANY,     /* no tunnel is to carry it */
    NODE_WAY_TUNNEL,  /* by its tunnel */
    NODE_WAY_OUTSIDE, /* by another way than its tunnel: it must not */
    NODE_WAY_NONE,    /* its tunnel is down, and nothing else leads there */
};

/* What of a peer concerns one address family. */
struct node_peer_af {
    bool active, negotiated; /* configured; agreed with the peer */
    const struct policy *import, *export;
    bool deny_in, deny_out;   /* RFC 8212 */
    struct node_group *group; /* NULL: not told anything */
    struct link member;       /* in group->members */
    uint32_t eor_left;        /* shards that have not completed the initial table */
    uint32_t sent;            /* prefixes, for show */
};

struct node_peer {
    uint16_t id;
    struct node *node;
    struct config_neighbor conf; /* resolved; strings are the configuration's */
    struct bgp_session_params params;
    struct bgp_session *session;
    struct node_timer timer;
    struct node_conn *conn[BGP_SIDES];
    struct node_peer_af af[CONFIG_AF_COUNT];
    struct prefix subnet; /* that we share with a directly connected peer; IP_NONE: none */
    uint32_t if_index;    /* of that subnet; 0: none */
    uint32_t tracked_if_index; /* by which the peer was reachable last */
    bool was_tracked, tracked_reachable, tracked_connected;
    bool limit_hit; /* idle until `clear` or the restart timer */
    uint8_t limit_warned; /* a bit an address family: above it, and said so */
    uint64_t bad_updates; /* with any verdict but fine */
    ns_t bad_logged_at;   /* 0: never */
    ns_t restart_at;      /* NS_NEVER */
    ns_t retry_at;        /* a connection failed here, not at the peer; NS_NEVER */
    bool is_established;
    ns_t down_at;         /* when it was established last; 0: never, or it is the first time */
    err_t last_tcp_error; /* of the last connection, for show */
    bool way_changed;     /* an attempt is given up for that, not for want of an answer */
    bool unanswered;      /* the last connection attempt was given up without any answer */
    struct node_carriers carriers;
    bool outside_told;    /* the log says that another way than the tunnel is not taken */
    bool hinted;          /* the log says what that can mean; not again until it was answered */
};

/* Peers of one family with the same outbound policy: encoded once for each way of writing. */
struct node_group {
    struct link link; /* in node->groups */
    struct rib_group_params params;
    uint16_t interval_s; /* advertisement-interval */
    struct link members; /* node_peer_af.member */
    uint32_t member_count;
    ns_t hold_until; /* the interval: nothing is told before */
    struct node_timer timer;
};

struct node_event {
    struct link link;
    struct node_action action; /* without op */
    uint32_t text_bytes;       /* of action.text, which the event owns; 0: none */
};

/* A selected route of another source than BGP: what `network` and redistribution see. */
struct node_local {
    struct node_local *hash_next;
    struct fib_selected route;
    bool announced[POLICY_NETWORK + 1]; /* by policy_source: what the RIB was told */
};

/* A tunnel that leads into itself (recursion.c). */
struct node_held {
    ns_t until;     /* taken down until then; 0: it is not */
    uint32_t looks; /* that found it so, in a row */
};

struct node {
    struct node_params params;
    char name[64];
    uint64_t hash_key;
    struct rng rng;
    ns_t now;
    struct config *config;
    struct node_index *index;      /* of it, and of bgp; NULL as long as config is */
    struct config_bgp bgp;         /* of it, with the dialect's defaults filled in */
    bool via_default[CONFIG_AF_COUNT]; /* next hops may resolve by the default route */
    struct policy_world *world;
    struct attr_table *attrs;
    struct rib *shards[NODE_SHARDS_MAX];
    struct rib_params rib_params;
    struct fib *fib;
    struct timer_heap timers;
    struct arena scratch; /* of one UPDATE, one query */

    struct node_peer *peers[RIB_PEERS_MAX];
    uint16_t peer_count; /* highest id in use + 1 */
    struct link groups;
    struct node_conn *conns[NODE_CONNS_MAX];
    uint32_t conn_generation, next_conn;

    struct slab events, bufs, buf_refs;
    struct link queue;        /* of node_event, for node_next() */
    struct node_event *given; /* the one that node_next() gave last: borrowed by the driver */
    struct fib_op given_op;
    uint64_t events_dropped, rib_full, fib_full;
    bool must_drain; /* a session was reset while its group was filled */
    bool limits_due; /* import policies changed: prefix limits are looked at as routes come in */

    struct node_local **locals; /* hash of selected routes that are not BGP's */
    uint32_t local_cap, local_count;
    struct slab local_slab;

    bool is_synced, is_stopping, has_more;
    bool pump_due; /* the kernel told something: carried on when the driver asks what to do */
    struct node_timer sweep;
    struct node_timer recursion;
    struct node_held *held; /* of each tunnel of the configuration */
    uint32_t held_n;
    struct node_timer refused; /* when what the kernel refused is tried again */
    ns_t refused_wait;
    uint32_t router_id; /* in force, host order */
    const struct config_nat_rule *nat;
    uint32_t nat_n;
};

/* --- node.c ----------------------------------------------------------------------------------- */

/* Queues an action for the driver; NULL when the queue is full (counted). */
struct node_action *node_push(struct node *n, enum node_action_kind kind);

/* Queues one log line "NAME: text". */
void node_log(struct node *n, enum diag_severity severity, const char *text);

/* It is `now`, for every actor; first thing of each input. */
static inline void node_at(struct node *n, ns_t now)
{
    n->now = now;
    fib_clock(n->fib, now);
}

/* The index of a family in per-family arrays, and back. */
static inline unsigned node_af(uint8_t family)
{
    return family == IP_V6 ? CONFIG_AF_IPV6 : CONFIG_AF_IPV4;
}
static inline uint8_t node_family(unsigned af)
{
    return af == CONFIG_AF_IPV6 ? IP_V6 : IP_V4;
}

/* --- peer.c: a neighbour's session and its two connections ------------------------------------ */

/* Makes the session of a neighbour (resolved); NULL without memory or beyond RIB_PEERS_MAX. */
must_use struct node_peer *node_peer_new(struct node *n, const struct config_neighbor *resolved);

/* Frees the peer with its session and connections; its routes were taken back before. NULL is
 * allowed. */
void node_peer_free(struct node_peer *p);

/* The peer of an address; NULL: it is nobody's. */
struct node_peer *node_peer_find(struct node *n, const struct ip_addr *address);

/* Parameters of the session from its configuration. */
void node_peer_params(struct node_peer *p, struct bgp_session_params *ret_params);

/* How TCP towards the peer is to be set up, for both sides; the password is the configuration's. */
struct node_tcp node_peer_tcp(const struct node_peer *p);

/* Starts the session if the node is synced and the neighbour is not shut down. */
void node_peer_start(struct node_peer *p);

/* Its timer fired: session, prefix-limit restart. */
void node_peer_advance(struct node_peer *p);

/* Drains the session's actions; call it after every call into the session. */
void node_peer_drain(struct node_peer *p);

/* Tells the shards what the peer is (established, its policies); all negotiated families. */
void node_peer_tell_shards(struct node_peer *p);

/* Over the prefix limit: the session is reset as configured. */
void node_peer_check_limit(struct node_peer *p, unsigned af);

/* Our addresses towards the peer of the families that the session itself does not run over. */
void node_peer_self_addresses(const struct node_peer *p, struct bgp_encode_context *ctx);

/* --- update.c ----------------------------------------------------------------------------------
 */

/* An UPDATE (whole message) of the peer goes to the shards, or its fault to the session. */
void node_update_receive(struct node_peer *p, const uint8_t *message, size_t len);

/* A connection could not be made or ended: `why`, negative errno; 0: an orderly end. */
void node_peer_disconnected(struct node_peer *p, enum bgp_side side, err_t why);

/* The interface is about to lose its carrier, or to go: sessions through a tunnel end with it, and
 * so do attempts. */
void node_peer_tunnel_down(struct node *n, uint32_t if_index);

/* Takes the peer's address as reachable or not (next-hop tracking). */
void node_peer_tracked(struct node_peer *p, const struct fib_tracked *news);

/* --- carrier.c: the tunnel that a session belongs to ------------------------------------------ */

/* Finds the peer's carriers anew: with each configuration, before its session is started. */
void node_carriers_find(struct node_peer *p);

/* The interface by which the configuration's own networks and static routes lead to the address;
 * NULL: by none. */
const struct config_interface *node_config_way(const struct config *c, const struct ip_addr *to);

/* How the peer is reached now. ret_if_index: of NODE_WAY_TUNNEL the one interface that packets are
 * to keep to; 0: several share them, or any will do. */
must_use enum node_way node_peer_way(const struct node_peer *p, uint32_t *ret_if_index);

/* Whether the peer's packets may leave now; says in the log, once, why they may not. */
must_use bool node_peer_may_talk(struct node_peer *p, uint32_t *ret_if_index);

/* Ends what talks, or tries to, outside of the peer's tunnel. */
void node_peer_keep_inside(struct node_peer *p);

/* --- conn.c: connections and their output ----------------------------------------------------- */

/* A connection of the peer's side, under a number of its own; NULL: no memory, or too many. */
must_use struct node_conn *node_conn_new(struct node *n, struct node_peer *p, enum bgp_side side);

/* The connection of a number; NULL: it is gone. */
struct node_conn *node_conn_find(struct node *n, uint32_t id);

/* Frees it with what it had queued; NULL is allowed. */
void node_conn_free(struct node *n, struct node_conn *c);

/* Detaches the connection from its peer; what the session still wants to say is flushed. */
void node_conn_close(struct node *n, struct node_conn *c, bool flush);

/* Queues one more reference to shared bytes; false: without memory. */
must_use bool node_conn_queue(struct node *n, struct node_conn *c, struct node_buf *b);

/* Tells the driver about output unless it knows. */
void node_conn_wake(struct node *n, struct node_conn *c);

/* One reference less; the last one frees the bytes. */
void node_buf_unref(struct node *n, struct node_buf *b);

/* --- group.c: groups of peers, and what they are told ----------------------------------------- */

/* The network that we share with an external peer one hop away (RFC 4271 5.1.3); else IP_NONE. */
struct prefix node_group_shared(const struct node_peer *p);

/* Puts the established peer into the group that fits (made if there is none), or moves it there. */
void node_group_join(struct node_peer *p, unsigned af);

/* Takes the peer out of its group, which goes with its last member; nothing where there is none. */
void node_group_leave(struct node_peer *p, unsigned af);

/* The established session carries the family: it is in a group afterwards (or moved to another). */
void node_group_refit(struct node_peer *p, unsigned af);

/* A free number for a group. */
uint16_t node_group_number(const struct node *n);

/* The peer moves to a group of its own that starts with what it has been told. */
void node_group_split(struct node_peer *p, unsigned af, struct rib_group_params *want);

/* Pulls what waits for the group from the shards and queues it on its members' connections.
 * True: there is more. */
bool node_group_fill(struct node *n, struct node_group *g);

/* --- wiring.c: who tells whom ----------------------------------------------------------------- */

/* Carries news between the actors until there is none, or the budget is spent (has_more). */
void node_pump(struct node *n, ns_t now);

/* The same, once for all that the kernel told since. */
static inline void node_pump_due(struct node *n)
{
    if (n->pump_due)
        node_pump(n, n->now);
}

/* --- local.c: own routes ---------------------------------------------------------------------- */

/* A selected route changed in the FIB. */
void node_local_selected(struct node *n, const struct fib_selected *s);

/* `network` and `redistribute` are looked at again for every route. */
void node_local_refresh(struct node *n);

/* Frees what node_local_selected() noted. */
void node_local_done(struct node *n);

/* --- statics.c: interfaces, addresses and static routes of the configuration ------------------ */

/* From the old configuration (NULL: none) to the new one. */
void node_statics_apply(struct node *n, const struct config *old, const struct config *config);

/* What the configuration says of an interface of the kernel; NULL: nothing. */
const struct config_interface *node_interface_config(const struct node *n, uint32_t if_index);

/* Whether the interface is an IPsec tunnel of the configuration. */
bool node_is_tunnel(const struct node *n, uint32_t if_index);

/* Whether the device is in a management VRF by the configuration: it takes no part. */
bool node_is_apart(const struct node *n, uint32_t if_index);

/* Takes the addresses of such devices, which the kernel told before, out of the table. */
void node_set_apart(struct node *n);

/* An interface appeared or went: statics and addresses that name it follow. */
void node_statics_interface(struct node *n, const struct fib_interface *i);

/* The address of an interface named in the configuration ("Loopback0", "eth0"), or IP_NONE. */
struct ip_addr node_interface_address(const struct node *n, const char *name, uint8_t family);

/* --- recursion.c: tunnels whose destination is routed into themselves ------------------------- */

/* From the old configuration (NULL: none) to the one in force: tunnels are looked at anew. */
void node_recursion_apply(struct node *n, const struct config *old);

/* Takes tunnels down, or up again, as the routes to their destinations now are. */
void node_recursion_look(struct node *n);

/* Forgets which tunnels were taken down. */
void node_recursion_done(struct node *n);

/* --- vxlan.c ---------------------------------------------------------------------------------- */

/* From the old configuration (NULL: none) to the new one. */
void node_vxlan_apply(struct node *n, const struct config *old, const struct config *config);

/* A link came or went: a VXLAN that was removed, or that waited for its carrier, is asked for. */
void node_vxlan_link(struct node *n, const char *name, const char *alias, bool gone);

/* --- reload.c -------------------------------------------------------------------------------- */

/* --- view_lists.c ----------------------------------------------------------------------------- */

/* Prefix lists, as-path lists, community lists, route-maps as lines, in the dialect's layout. */
must_use err_t node_query_lists(struct node *n, const struct node_query *q, struct view_sink *sink);

/* --- view_tunnels.c --------------------------------------------------------------------------- */

/* Emits view_tunnel of each tunnel interface; there is a configuration. */
must_use err_t node_emit_tunnels(struct node *n, struct view_sink *sink);

/* Chooses the router id: configured, of an interface, or the highest address. */
uint32_t node_router_id(const struct node *n, const struct config *c);

/* Sessions that wait for a router id start when there is one. */
void node_router_id_refresh(struct node *n);

#endif
