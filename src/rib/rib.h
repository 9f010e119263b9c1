/* rib/rib.h: BGP's own tables (RFC 4271 3.2, 9): one shard of Adj-RIB-In, Loc-RIB and Adj-RIB-Out.
 * A shard owns the prefixes whose rib_shard_of() is its number. It is an actor: calls give it
 * messages, what it wants to say is pulled from it; it calls nobody. One thread. Limits are in
 * struct rib_params; reaching one is counted and reported by the call that met it.
 *
 *   adj_in.c    what peers sent: loop checks, import policy
 *   decision.c  the decision process, one row a step; select.c: over the routes of a prefix
 *   adj_out.c   what groups of peers with one outbound policy are to be told
 *   outq.c      that, waiting to be pulled: packed by attribute set, and dumps for who joins
 *   group.c     groups and members
 *   next_hop.c  next hops, shared and tracked
 *   sweep.c     background work: refreshes, peers and next hops that went
 *   shard.c     peers and routes; dest.c: prefixes by hash
 *   view.c      records for show */
#ifndef RIB_RIB_H
#define RIB_RIB_H

#include "attr/attr.h"
#include "base/base.h"
#include "base/ip.h"
#include "policy/policy.h"

enum { RIB_PEER_LOCAL = 0, RIB_PEERS_MAX = 8192, RIB_GROUPS_MAX = 4096, RIB_PATHS_MAX = 64 };

enum rib_peer_kind { RIB_LOCAL, RIB_EBGP, RIB_IBGP, RIB_IBGP_CLIENT };

/* The order and the options of the decision process: `bgp bestpath ...`. */
struct rib_decision {
    bool always_compare_med, deterministic_med, med_missing_as_worst;
    bool as_path_ignore, multipath_relax, compare_router_id;
    uint8_t paths_ebgp, paths_ibgp; /* 1..RIB_PATHS_MAX */
    uint32_t default_local_pref;
};

struct rib_params {
    uint32_t shard, shards;
    uint64_t hash_key;
    struct attr_table *attrs; /* of this shard's thread; borrowed */
    struct rib_decision decision;
    uint32_t local_as;
    uint32_t router_id, cluster_id; /* host order */
    uint64_t max_routes;
    bool graceful_shutdown; /* RFC 8326: what goes out says that we are about to leave */
};

/* A peer as the tables see it, for one address family. */
struct rib_peer_params {
    uint16_t peer; /* 1..RIB_PEERS_MAX-1, chosen by the node; the same for both families */
    uint8_t family;
    enum rib_peer_kind kind;
    uint32_t remote_as, router_id; /* router id: host order, from the OPEN */
    uint32_t local_as;             /* that the peer sees: for loop checks */
    struct ip_addr address;
    bool soft_reconfiguration; /* keep what import rejected or changed */
    uint8_t allowas_in;
    bool route_server_client;
    uint32_t weight;             /* for every route of the peer that policy gives none */
    const struct policy *import; /* borrowed until replaced; NULL: all */
    bool deny_all;               /* RFC 8212: external, and no import policy */
    uint32_t max_prefixes;       /* this shard reports, the node sums; 0: no limit */
    bool require_connected;      /* a next hop must be directly connected: external, one hop away */
    struct ip_addr self;         /* our address towards the peer, for policy; may be IP_NONE */
};

/* A group of peers that are told the same. */
struct rib_group_params {
    uint16_t group;
    uint8_t family;
    enum rib_peer_kind kind;     /* RIB_EBGP, RIB_IBGP or RIB_IBGP_CLIENT */
    const struct policy *export; /* borrowed until replaced; NULL: all */
    bool deny_all;               /* RFC 8212 */
    bool next_hop_self, next_hop_self_force, next_hop_unchanged, route_server_client, as_override;
    bool remove_private, remove_private_all, remove_private_replace;
    uint8_t send_community_kinds; /* SEND_COMMUNITY_* of config/model.h */
    uint32_t local_as, remote_as; /* remote_as: only where as_override needs it, else 0 */
    bool default_originate;
    const struct policy *default_originate_policy; /* run over the default route; NULL: none */
    struct ip_addr self, toward; /* for policy where a group is one peer; may be IP_NONE */
};

struct rib;

/* An empty shard, NULL without memory. Freeing NULL is allowed. */
must_use struct rib *rib_new(const struct rib_params *params);

/* Frees the shard with all that it holds. NULL is allowed. */
void rib_free(struct rib *r);

/* The shard that owns a prefix. Pure. */
uint32_t rib_shard_of(const struct prefix *p, uint32_t shards);

/* Decision options, AS and router id changed: everything is decided anew (in the background). */
void rib_set_params(struct rib *r, const struct rib_params *params);

/* --- peers ------------------------------------------------------------------------------------ */

/* A session came up, or its settings changed; -ENOMEM, or -ENOSPC beyond RIB_PEERS_MAX. A changed
 * import policy takes effect with rib_refresh_in(). */
must_use err_t rib_peer_set(struct rib *r, const struct rib_peer_params *p);

/* The session went down: its routes go, a bounded number a call of rib_work(). */
void rib_peer_down(struct rib *r, uint16_t peer, uint8_t family);

/* Import policy is run again over what was kept; false: nothing was kept, ask the peer for a route
 * refresh (RFC 2918). */
bool rib_refresh_in(struct rib *r, uint16_t peer, uint8_t family);

/* Routes of the peer: received (with soft reconfiguration, before policy), accepted. */
uint32_t rib_peer_received(const struct rib *r, uint16_t peer, uint8_t family);

/* Those of them that the import policy let in. */
uint32_t rib_peer_accepted(const struct rib *r, uint16_t peer, uint8_t family);

/* --- routes in -------------------------------------------------------------------------------- */

enum rib_result { RIB_OK, RIB_FULL /* max_routes reached: the route was refused */ };

/* The peer announces n prefixes with one set (which gains references of its own). `now` in seconds
 * of the node's clock is kept for `show`. */
enum rib_result rib_announce(struct rib *r, uint32_t now_s, uint16_t peer, struct attr_set *set,
                             const struct prefix *prefixes, size_t n);

/* The peer withdraws n prefixes. */
void rib_withdraw(struct rib *r, uint16_t peer, const struct prefix *prefixes, size_t n);

/* Own routes (network, redistribute): source is an enum policy_source; set NULL takes it back.
 * Policy (network route-map, redistribute route-map) was run before by the node. */
enum rib_result rib_local(struct rib *r, uint32_t now_s, const struct prefix *p, uint8_t source,
                          struct attr_set *set);

/* --- next hops -------------------------------------------------------------------------------- */

/* Next hops that the shard wants tracked (track) or no longer (not track), oldest first. */
bool rib_next_tracked(struct rib *r, struct ip_addr *ret_next_hop, bool *ret_track);

/* What the FIB says of a tracked next hop. Until then it counts as unreachable. `accept_own`... the
 * address is one of our own: unusable. Decisions follow in rib_work(). */
struct rib_next_hop {
    struct ip_addr address;
    bool reachable, connected, is_own;
    uint32_t metric; /* IGP metric */
};

/* What became of a next hop; routes by it are decided again. */
void rib_next_hop_set(struct rib *r, const struct rib_next_hop *nh);

/* --- groups ----------------------------------------------------------------------------------- */

/* A group comes to be, or its settings change: everything is offered anew in rib_work(). -ENOMEM,
 * or -ENOSPC beyond RIB_GROUPS_MAX. Deleting one forgets its members. */
must_use err_t rib_group_set(struct rib *r, const struct rib_group_params *g);

/* The group and what it was told are forgotten. */
void rib_group_del(struct rib *r, uint16_t group, uint8_t family);

/* Export policy is run again over everything (in rib_work()). */
void rib_refresh_out(struct rib *r, uint16_t group, uint8_t family);

/* A peer becomes or stops being a member. A joining member is sent the whole Adj-RIB-Out by
 * rib_next_export() with `only` set to it, then end_of_rib. */
must_use err_t rib_group_join(struct rib *r, uint16_t group, uint8_t family, uint16_t peer);

/* The peer is told nothing more. */
void rib_group_leave(struct rib *r, uint16_t group, uint8_t family, uint16_t peer);

/* The member leaves its group for a new one, made with `g` (g->group is a free number), that starts
 * with a copy of the old group's Adj-RIB-Out: the member is told only what differs. -ENOMEM,
 * -ENOENT (not a member): nothing changed. */
must_use err_t rib_group_split(struct rib *r, uint16_t old_group, uint16_t peer,
                               const struct rib_group_params *g);

/* Prefixes that the group has been told (its Adj-RIB-Out). */
uint32_t rib_group_count(const struct rib *r, uint16_t group, uint8_t family);

/* The same for one member: without the routes that it sent us itself. */
uint32_t rib_member_count(const struct rib *r, uint16_t group, uint8_t family, uint16_t peer);

/* The table is sent to the member again, without an end_of_rib (RFC 2918: it asked for it). */
void rib_group_resend(struct rib *r, uint16_t group, uint8_t family, uint16_t peer);

/* One portion of what a group is to be told: n prefixes of one family, all announced with one set
 * or all withdrawn. */
struct rib_export {
    uint8_t family;
    const struct attr_set *set; /* borrowed until the next call; NULL: withdrawn. Before our AS is
                                   prepended; next_hop IP_NONE: the sender's own address */
    bool next_hop_self;  /* so is the set's, except to who is on its network (RFC 4271 5.1.3) */
    uint32_t local_pref; /* for internal peers, where the set has none */
    uint16_t except;  /* this member is not told (it sent the route); RIB_PEER_LOCAL: nobody */
    uint16_t only;    /* just this member is told; RIB_PEER_LOCAL: all */
    bool end_of_rib;  /* no prefixes: the initial table of `only` is complete */
    bool transparent; /* from one route-server client to others: our AS is not prepended */
    const struct prefix *prefixes; /* borrowed until the next call */
    size_t n;
};
enum { RIB_EXPORT_MAX = 1024 };

/* The next portion for the group; false: nothing is waiting. */
bool rib_next_export(struct rib *r, uint16_t group, uint8_t family, struct rib_export *ret_export);

/* --- what was chosen -------------------------------------------------------------------------- */

/* A prefix whose choice changed: for the FIB. */
struct rib_change {
    struct prefix prefix;
    uint32_t paths; /* 0: no route any more */
    struct {
        struct ip_addr next_hop;
        struct ip_addr next_hop_ll;
        uint16_t peer;
    } path[RIB_PATHS_MAX];   /* the best first; never own routes (paths 0 then) */
    enum rib_peer_kind kind; /* of the best: sets the distance */
    uint32_t med, tag;
    uint8_t distance; /* set by policy; 0: the protocol's */
};

/* The next prefix whose chosen paths changed; false: none. */
bool rib_next_change(struct rib *r, struct rib_change *ret_change);

/* Does up to `budget` units of background work (routes of dead peers, refreshes, next-hop changes);
 * true: there is more. */
bool rib_work(struct rib *r, uint32_t budget);

/* Prefixes in the table, routes, paths waiting for rib_work. For show. */
struct rib_counts {
    uint64_t prefixes[2], routes[2]; /* IPv4, IPv6 */
    uint64_t bytes;
    uint32_t table_version[2]; /* as FRR counts it: one for every change of a best path */
};

/* How much there is of everything. */
struct rib_counts rib_counts(const struct rib *r);

#endif
