/* rib/view.h: records of BGP routes for show and the API. */
#ifndef RIB_VIEW_H
#define RIB_VIEW_H

#include "base/view.h"
#include "rib/decision.h"
#include "rib/rib.h"

/* One path to a prefix. Prefixes come in prefix_cmp() order, the paths of each newest first. */
struct view_bgp_route {
    struct prefix prefix;
    bool valid, best, multipath, internal, stale, rib_failure, removed, local;
    bool accepted;               /* false: only in Adj-RIB-In (received, rejected by policy) */
    uint8_t path_count;          /* of the prefix */
    uint8_t reason;              /* enum rib_step: the step that chose, or that lost */
    struct ip_addr next_hop;     /* IP_NONE for own routes: shown as 0.0.0.0 or :: */
    struct ip_addr next_hop_ll;
    bool next_hop_reachable;
    uint32_t igp_metric;
    bool has_med, has_local_pref;
    uint32_t med, local_pref, weight, tag;
    uint8_t origin;
    struct ip_addr peer;         /* IP_NONE: local */
    uint32_t peer_router_id;     /* host order */
    uint32_t peer_as;
    char hostname[65];           /* of the peer, or ours; the node fills it in; "": unknown */
    uint32_t age_s;              /* seconds since it came or changed */
    uint8_t source;              /* enum policy_source */
    bool atomic_aggregate, has_aggregator, has_originator_id;
    uint32_t aggregator_as, aggregator_id, originator_id;
    uint16_t as_path_hops;
    char as_path[1024], communities[512], large_communities[512], ext_communities[512],
        cluster_list[256];
    uint16_t table_shard;
};
extern const struct view view_bgp_route;

enum rib_query_kind {
    RIB_QUERY_TABLE,      /* Loc-RIB with all paths */
    RIB_QUERY_RECEIVED,   /* Adj-RIB-In of a peer before policy (soft reconfiguration) */
    RIB_QUERY_ROUTES,     /* accepted from a peer */
    RIB_QUERY_ADVERTISED, /* Adj-RIB-Out to a peer (its group), before our AS is prepended */
};

struct rib_query {
    enum rib_query_kind kind;
    uint8_t family;
    uint16_t peer, group;      /* for the peer kinds */
    struct prefix shared;      /* network of ours that an external peer is on; or IP_NONE */
    struct prefix prefix;      /* family IP_NONE: all */
    bool longest;              /* `show ip bgp ADDRESS`: the longest match */
    bool longer_prefixes;
    uint32_t now_s;
};

/* Emits view_bgp_route records in order until the sink stops. Sorts per call. Several shards are
 * merged by the node. False: a limit or memory stopped it. */
must_use bool rib_query(const struct rib *r, const struct rib_query *q, struct view_sink *sink);

#endif
