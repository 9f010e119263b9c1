/* node/view.h: what operators ask a node, and its records of BGP as a whole and of its neighbours,
 * for show and the API. */
#ifndef NODE_VIEW_H
#define NODE_VIEW_H

#include "base/view.h"

enum node_query_kind {
    NODE_QUERY_ROUTER,        /* view_router: hostname, dialect, version: what layouts need */
    NODE_QUERY_BGP_SUMMARY,   /* view_bgp_global, then view_bgp_neighbor each, of `family` */
    NODE_QUERY_BGP_NEIGHBORS, /* view_bgp_neighbor of all, or of `peer` */
    NODE_QUERY_BGP_TABLE,     /* view_bgp_global, then view_bgp_route: Loc-RIB of `family` */
    NODE_QUERY_BGP_RECEIVED, /* view_bgp_global (`note` says when there can be none), view_bgp_route
                              */
    NODE_QUERY_BGP_ROUTES,
    NODE_QUERY_BGP_ADVERTISED,
    NODE_QUERY_FIB,          /* view_fib_route, each followed by view_fib_nexthop */
    NODE_QUERY_INTERFACES,   /* view_interface */
    NODE_QUERY_CONFIG,       /* view_line: running configuration in the dialect (secrets masked) */
    NODE_QUERY_PREFIX_LISTS, /* view_line: in FRR's or IOS's words; `name`: one of them */
    NODE_QUERY_AS_PATH_LISTS,
    NODE_QUERY_COMMUNITY_LISTS,
    NODE_QUERY_LARGE_COMMUNITY_LISTS,
    NODE_QUERY_EXT_COMMUNITY_LISTS,
    NODE_QUERY_ROUTE_MAPS,
    NODE_QUERY_MEMORY, /* view_memory */
    NODE_QUERY_TUNNELS, /* view_tunnel: as configured, in order */
    NODE_QUERY_INERT,  /* view_line: lines without meaning here, with the reason */
};

struct node_query {
    enum node_query_kind kind;
    uint8_t family;       /* enum ip_family */
    struct ip_addr peer;  /* IP_NONE: all */
    struct prefix prefix; /* family IP_NONE: all */
    bool longest, longer_prefixes;
    uint8_t source; /* of NODE_QUERY_FIB: enum fib_source or FIB_SOURCE_COUNT */
    char name[64];
};

/* What `clear bgp` does: end the session, ask for the routes again, send ours again, or both. */
enum node_clear { NODE_CLEAR_HARD, NODE_CLEAR_IN, NODE_CLEAR_OUT, NODE_CLEAR_BOTH };

struct view_router {
    char hostname[64];
    uint8_t dialect;  /* enum dialect */
    char version[32]; /* of the configuration: "8.5.1", "15.6" */
    bool has_bgp;
};

/* Heads the table and the summary of one family. */
struct view_bgp_global {
    uint8_t family;
    uint32_t router_id; /* host order */
    uint32_t local_as;
    uint32_t table_version;
    uint32_t default_local_pref;
    uint64_t rib_entries, rib_bytes;
    uint32_t peers; /* that the family is activated for */
    uint32_t peer_bytes;
    uint8_t internal_distance; /* by which the router's table tells iBGP; 0: it cannot */
    bool multipath_relax; /* paths of equal length through different ASes count as equal */
    uint64_t paths;
    bool originates_default; /* ADVERTISED: `Originating default network 0.0.0.0/0` */
    char note[128];
};

/* One neighbour; the per-family part is of `family` (the summary's, or IPv4 where both run: one
 * record a family is emitted, the same but for these). */
struct view_bgp_neighbor {
    struct ip_addr address;
    uint8_t family;
    bool family_active; /* activated in the configuration */
    bool family_negotiated;
    uint32_t remote_as, local_as;
    bool external;
    uint32_t remote_router_id, router_id; /* host order; 0: unknown */
    uint8_t state;                        /* enum bgp_state */
    bool admin_down;
    bool established;
    char description[128], hostname[65], peer_group[64];
    uint64_t messages_in, messages_out, opens_in, opens_out, updates_in, updates_out,
        notifications_in, notifications_out, keepalives_in, keepalives_out, refreshes_in,
        refreshes_out;
    uint32_t in_queue, out_queue; /* messages */
    ns_t up_for;                  /* since it came up or went down; -1: never */
    ns_t last_read, last_write;   /* ago; -1: never */
    ns_t last_reset;              /* ago, of an established session; -1: never, or not known */
    uint16_t hold_time_s, keepalive_s, configured_hold_s, configured_keepalive_s, connect_retry_s;
    uint32_t established_count, dropped_count;
    uint32_t prefixes_received, prefixes_accepted, prefixes_sent, table_version;
    bool soft_reconfiguration, default_originate, next_hop_self, route_reflector_client,
        route_server_client, policy_missing_in, policy_missing_out;
    char prefix_list_in[64], prefix_list_out[64], filter_list_in[64], filter_list_out[64],
        route_map_in[64], route_map_out[64];
    uint8_t ttl;
    bool multihop, passive, has_password;
    char update_source[64];
    struct ip_addr local_address;
    uint16_t local_port, remote_port;
    bool as4, route_refresh;
    /* What the peer offers and we do not, but for the last: the codes of its capabilities. */
    bool offers_extended_message, offers_add_path, offers_long_restart, offers_restart,
        offers_enhanced_refresh;
    uint16_t restart_time_s; /* with offers_restart */
    struct ip_addr next_hop_v4, next_hop_v6, next_hop_ll; /* that we write for it; IP_NONE: none */
    bool is_shared_network; /* directly connected */
    uint8_t last_down; /* enum bgp_down */
    uint8_t last_code, last_subcode;
    bool last_sent;
    char last_reason[128]; /* in words */
    bool remove_private, remove_private_all, remove_private_replace, as_override;
    uint8_t send_community_kinds; /* SEND_COMMUNITY_* */
    uint16_t advertisement_interval_s;
    uint32_t max_prefixes;
    uint8_t max_prefix_threshold; /* per cent */
    uint16_t max_prefix_restart_min;
    bool max_prefix_warning_only;
    uint32_t update_group;
};

struct view_memory {
    char name[64];
    uint64_t bytes, count;
};

struct view_line {
    char text[1024];
};

/* A tunnel interface as configured, whether or not it can come up. Secrets are not among it. */
struct view_tunnel {
    char name[64]; /* of the interface: as ike/view.h has it */
    char description[128], mode[32];
    char source[64]; /* an address or an interface, as written */
    struct ip_addr local, destination; /* IP_NONE: the route's; a placeholder */
    char ipsec_profile[64], ike_profile[64];
    uint8_t auth_local, auth_remote; /* enum config_auth */
    uint32_t mtu, ip_mtu, bandwidth_kbit; /* 0: not said */
    uint16_t tcp_mss;                     /* 0: none */
    bool is_shutdown;
    bool is_ready; /* nothing is missing: it is handed to IKE */
    bool is_held;  /* taken down: the route to its destination leads into it */
};

extern const struct view view_router, view_bgp_global, view_bgp_neighbor, view_memory, view_line,
    view_tunnel;

#endif
