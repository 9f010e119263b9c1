/* config/model.h: what a configuration means, whatever dialect it was written in.
 * Everything a configuration holds lives in its arena; strings are NUL-terminated and never NULL
 * unless said. Read-only once parsed. Each object knows where it was written (`at`).
 * Units are in the names; 0 means "not configured" where the comment says so. */
#ifndef CONFIG_MODEL_H
#define CONFIG_MODEL_H

#include "base/arena.h"
#include "base/base.h"
#include "base/ip.h"
#include "config/crypto_model.h"
#include "config/icmp.h"
#include "config/place.h"

enum dialect { DIALECT_UNKNOWN, DIALECT_FRR, DIALECT_IOS };

/* ---- interfaces ------------------------------------------------------------------------------ */

struct config_address {
    struct prefix prefix; /* the address with its length: host bits are kept */
    bool secondary;
    struct config_pos at;
};

enum config_nat_side { NAT_SIDE_NONE, NAT_SIDE_INSIDE, NAT_SIDE_OUTSIDE };

/* A VXLAN interface (RFC 7348) to one other end: as `ip link add type vxlan` has it. */
struct config_vxlan {
    uint32_t vni;                 /* 0: none */
    struct ip_addr remote, local; /* local IP_NONE: the route's */
    uint16_t port;                /* 0: 4789 */
    const char *device;           /* the interface that carries it; NULL: the route's */
};

struct config_interface {
    const char *name; /* canonical in its dialect: "eth0", "GigabitEthernet8.714", "Tunnel13" */
    const char *description;
    CONFIG_LIST(struct config_address) addresses;
    bool dhcp; /* ip address dhcp: the address is somebody else's to set */
    bool shutdown;
    uint32_t mtu, ip_mtu; /* 0: not configured */
    uint32_t bandwidth_kbit;
    uint16_t dot1q_vlan; /* 0: none */
    uint16_t tcp_mss;    /* ip tcp adjust-mss; 0: none */
    enum config_nat_side nat_side;
    const char *acl_in, *acl_out; /* ip access-group; NULL: none */
    bool no_redirects, no_unreachables, no_proxy_arp;
    /* Tunnel (IOS): is_tunnel when any `tunnel ...` line or the name says so. */
    bool is_tunnel;
    const char *tunnel_source;           /* an interface name or an address; NULL: none */
    struct ip_addr tunnel_destination;   /* IP_NONE with a text: a placeholder, left to fill in */
    const char *tunnel_destination_text; /* NULL: none */
    const char *tunnel_mode;             /* "ipsec ipv4", "gre ip" (the default of IOS) ... */
    const char *tunnel_ipsec_profile;    /* NULL: none */
    const char *tunnel_via;              /* packets to the other end leave by it; NULL: by routes */
    const char *tunnel_ipsec_policy;     /* the access list of what is protected; NULL: all */
    const char *ip_unnumbered;           /* NULL: none */
    struct config_vxlan vxlan;
    const char *crypto_map; /* NULL: none; an interface with one is not brought up */
    const char *vrf;        /* NULL: default; only a management VRF is accepted */
    struct config_pos at;
};

/* ---- static routes --------------------------------------------------------------------------- */

enum config_static_kind { STATIC_VIA, STATIC_BLACKHOLE, STATIC_REJECT };

struct config_static {
    struct prefix prefix;
    enum config_static_kind kind;
    struct ip_addr next_hop; /* IP_NONE: by interface alone */
    const char *interface;   /* NULL: found by recursion */
    uint8_t distance;        /* 1..255; default 1 */
    uint32_t tag;
    uint32_t weight;  /* 0: none */
    uint32_t track;   /* 0: none */
    const char *name; /* NULL: none */
    bool permanent, onlink;
    struct config_pos at;
};

/* ---- lists ----------------------------------------------------------------------------------- */

struct config_prefix_entry {
    uint32_t seq;
    bool permit;
    bool any;
    struct prefix prefix;
    uint8_t ge, le; /* 0: not given */
    struct config_pos at;
};

struct config_prefix_list {
    const char *name;
    uint8_t family; /* enum ip_family */
    const char *description;
    CONFIG_LIST(struct config_prefix_entry) entries; /* sorted by seq */
    struct config_pos at;
};

struct config_as_path_entry {
    uint32_t seq;
    bool permit;
    const char *regex; /* as written */
    struct config_pos at;
};

struct config_as_path_list {
    const char *name;                                 /* IOS: the number as text */
    CONFIG_LIST(struct config_as_path_entry) entries; /* FRR: sorted by seq; IOS: as written */
    struct config_pos at;
};

enum config_community_kind {
    COMMUNITY_STANDARD,       /* RFC 1997, values */
    COMMUNITY_EXPANDED,       /* RFC 1997, expression over the text */
    COMMUNITY_LARGE_STANDARD, /* RFC 8092, values */
    COMMUNITY_LARGE_EXPANDED,
    COMMUNITY_EXT_STANDARD, /* RFC 4360, values */
    COMMUNITY_EXT_EXPANDED,
};

struct config_community_entry {
    uint32_t seq;
    bool permit;
    bool any; /* standard list without values: matches everything ("internet") */
    CONFIG_LIST(uint32_t) values;     /* standard: host order */
    CONFIG_LIST(uint64_t) ext_values; /* extended: the 8 bytes as a number */
    CONFIG_LIST(struct config_large) large_values;
    const char *regex; /* expanded; NULL otherwise */
    struct config_pos at;
};

struct config_large {
    uint32_t global, local1, local2;
};

struct config_community_list {
    const char *name;
    enum config_community_kind kind;
    CONFIG_LIST(struct config_community_entry) entries;
    struct config_pos at;
};

/* Access lists: standard (source only) and extended, IOS and FRR (zebra) forms alike. */
enum config_acl_proto {
    ACL_PROTO_ANY = 0,
    ACL_PROTO_ICMP = 1,
    ACL_PROTO_TCP = 6,
    ACL_PROTO_UDP = 17,
    ACL_PROTO_GRE = 47,
    ACL_PROTO_ESP = 50
};

struct config_acl_entry {
    uint32_t seq;
    bool permit;
    uint8_t protocol;                  /* enum config_acl_proto or another IP protocol number */
    struct prefix source, destination; /* any: length 0 of the family */
    bool exact;                        /* FRR exact-match */
    uint16_t src_port_lo, src_port_hi, dst_port_lo, dst_port_hi; /* 0..65535: any */
    bool established, log;
    bool has_icmp; /* of ICMP, messages of this kind alone */
    struct config_icmp icmp;
    const char *remark;               /* a remark line; NULL: a rule */
    bool placeholder;                 /* remark is a rule with an address left to fill in */
    bool any_source, any_destination; /* written `any` (of either family), not 0.0.0.0/0 */
    struct config_pos at;
};

struct config_access_list {
    const char *name; /* or the number as text */
    bool extended;
    uint8_t family;
    CONFIG_LIST(struct config_acl_entry) entries;
    struct config_pos at;
};

/* ---- route-maps ------------------------------------------------------------------------------ */

enum config_match_kind {
    MATCH_AS_PATH,         /* name */
    MATCH_COMMUNITY,       /* name, exact */
    MATCH_LARGE_COMMUNITY, /* name */
    MATCH_EXT_COMMUNITY,   /* name */
    MATCH_IP_PREFIX_LIST,  /* name: of the route's prefix; IPv4 list */
    MATCH_IP_ACCESS_LIST,  /* name: `match ip address NAME` */
    MATCH_IP_NEXT_HOP_PREFIX_LIST,
    MATCH_IP_NEXT_HOP_ADDRESS, /* address */
    MATCH_IP_NEXT_HOP_ACCESS_LIST,
    MATCH_IPV6_PREFIX_LIST,
    MATCH_IPV6_ACCESS_LIST,
    MATCH_IPV6_NEXT_HOP_PREFIX_LIST,
    MATCH_METRIC,           /* number */
    MATCH_LOCAL_PREFERENCE, /* number */
    MATCH_ORIGIN,           /* number: 0 igp 1 egp 2 incomplete */
    MATCH_TAG,              /* number */
    MATCH_PEER,             /* address; IP_NONE: local */
    MATCH_SOURCE_PROTOCOL,  /* name: "static", "connected", "kernel", "bgp" */
    MATCH_INTERFACE,        /* name */
};

struct config_match {
    enum config_match_kind kind;
    CONFIG_LIST(const char *) names; /* several: any of them (IOS allows a row of names) */
    uint32_t number;
    struct ip_addr address;
    bool exact;
    struct config_pos at;
};

enum config_set_kind {
    SET_AS_PATH_PREPEND,      /* numbers */
    SET_AS_PATH_PREPEND_LAST, /* number: how often the last AS is repeated */
    SET_AS_PATH_EXCLUDE,      /* numbers; empty: all */
    SET_AS_PATH_REPLACE,      /* number; 0: any */
    SET_COMMUNITY,            /* numbers, additive; empty and not additive: none */
    SET_COMMUNITY_DELETE,     /* name of a community list */
    SET_LARGE_COMMUNITY,      /* large, additive */
    SET_LARGE_COMMUNITY_DELETE,
    SET_EXT_COMMUNITY, /* ext */
    SET_IP_NEXT_HOP,   /* address */
    SET_IP_NEXT_HOP_PEER,
    SET_IP_NEXT_HOP_SELF,
    SET_IP_NEXT_HOP_UNCHANGED,
    SET_IPV6_NEXT_HOP_GLOBAL, /* address */
    SET_IPV6_NEXT_HOP_PEER,
    SET_LOCAL_PREFERENCE, /* number, op */
    SET_METRIC,           /* number, op */
    SET_ORIGIN,           /* number */
    SET_WEIGHT,           /* number */
    SET_TAG,              /* number */
    SET_DISTANCE,         /* number */
    SET_SRC,              /* address: preferred source */
    SET_ATOMIC_AGGREGATE,
    SET_AGGREGATOR,    /* number, address */
    SET_ORIGINATOR_ID, /* address */
};

enum config_set_op { SET_ASSIGN, SET_ADD, SET_SUBTRACT, SET_REMOVE };

struct config_set {
    enum config_set_kind kind;
    enum config_set_op op;
    uint32_t number;
    CONFIG_LIST(uint32_t) numbers;
    CONFIG_LIST(uint64_t) ext;
    CONFIG_LIST(struct config_large) large;
    const char *name;
    struct ip_addr address;
    bool additive;
    struct config_pos at;
};

enum config_on_match { ON_MATCH_STOP, ON_MATCH_NEXT, ON_MATCH_GOTO };

struct config_route_map_entry {
    uint32_t seq;
    bool permit;
    const char *description;
    CONFIG_LIST(struct config_match) matches;
    CONFIG_LIST(struct config_set) sets;
    const char *call; /* NULL: none */
    enum config_on_match on_match;
    uint32_t on_match_goto;
    struct config_pos at;
};

struct config_route_map {
    const char *name;
    CONFIG_LIST(struct config_route_map_entry) entries; /* sorted by seq */
    struct config_pos at;
};

/* ---- BGP ------------------------------------------------------------------------------------- */

enum config_direction { DIR_IN, DIR_OUT };

/* Tri-state settings keep "not said", so that a peer group's or the dialect's value can fill in. */
enum config_tri { TRI_UNSET, TRI_NO, TRI_YES };

enum {
    SEND_COMMUNITY_STANDARD = 1,
    SEND_COMMUNITY_EXTENDED = 2,
    SEND_COMMUNITY_LARGE = 4,
    SEND_COMMUNITY_ALL = 7
};

/* What a neighbour or a peer group has per address family; 0/NULL/TRI_UNSET: not said. */
struct config_neighbor_af {
    enum config_tri activate;
    const char *prefix_list[2], *filter_list[2], *route_map[2],
        *distribute_list[2]; /* by direction */
    enum config_tri soft_reconfiguration;
    enum config_tri default_originate;
    const char *default_originate_map;
    enum config_tri next_hop_self;
    enum config_tri next_hop_self_force; /* FRR `force` / IOS `all` */
    enum config_tri next_hop_unchanged;
    enum config_tri route_reflector_client;
    enum config_tri route_server_client;
    enum config_tri send_community; /* UNSET: the dialect's default (FRR: all, IOS: none) */
    uint8_t send_community_kinds;
    enum config_tri remove_private_as;
    bool remove_private_as_all, remove_private_as_replace;
    enum config_tri as_override;
    uint8_t allowas_in; /* how often our AS may occur; 0: not said */
    bool allowas_in_origin;
    uint32_t weight;
    bool has_weight;
    uint32_t maximum_prefix;          /* 0: no limit */
    uint8_t maximum_prefix_threshold; /* per cent; 0: the default 75 */
    bool maximum_prefix_warning_only;
    uint16_t maximum_prefix_restart_min;
    enum config_tri addpath_tx_all;
};

enum { CONFIG_AF_IPV4, CONFIG_AF_IPV6, CONFIG_AF_COUNT };

enum config_remote_as { REMOTE_AS_UNSET, REMOTE_AS_NUMBER, REMOTE_AS_INTERNAL, REMOTE_AS_EXTERNAL };

struct config_neighbor {
    bool is_group;
    const char *name;       /* the group's name, or the text of the address */
    struct ip_addr address; /* IP_NONE for a group */
    const char *peer_group; /* NULL: none */
    enum config_remote_as remote_as_kind;
    uint32_t remote_as;
    bool remote_as_refused; /* remote-as auto, which was found wrong already */
    uint32_t local_as;      /* 0: none */
    bool local_as_no_prepend, local_as_replace_as;
    const char *description; /* NULL: none */
    enum config_tri shutdown;
    const char *shutdown_message; /* NULL: none */
    enum config_tri passive;
    uint8_t ebgp_multihop; /* TTL; 0: not said */
    enum config_tri disable_connected_check;
    uint8_t ttl_security_hops; /* 0: off */
    const char *update_source; /* interface or address; NULL: none */
    const char *password; /* NULL: none. Secret: never printed but in running configuration files */
    uint16_t keepalive_s, hold_s;      /* UINT16_MAX: not said */
    uint16_t connect_s;                /* 0: not said */
    uint16_t advertisement_interval_s; /* UINT16_MAX: not said */
    uint16_t port;                     /* 0: 179 */
    enum config_tri capability_negotiate, capability_4octet, capability_dynamic,
        capability_extended_nexthop;
    enum config_tri enforce_first_as;
    enum config_tri bfd;
    const char *bfd_profile;
    enum config_tri graceful_restart;
    struct config_neighbor_af af[CONFIG_AF_COUNT];
    struct config_pos at;
};

struct config_network {
    struct prefix prefix;
    const char *route_map; /* NULL: none */
    bool backdoor;
    struct config_pos at;
};

enum config_source { SOURCE_CONNECTED, SOURCE_STATIC, SOURCE_KERNEL, SOURCE_COUNT };

struct config_redistribute {
    bool on;
    const char *route_map; /* NULL: none */
    bool has_metric;
    uint32_t metric;
    struct config_pos at;
};

struct config_aggregate {
    struct prefix prefix;
    bool summary_only, as_set;
    struct config_pos at;
};

struct config_bgp_af {
    CONFIG_LIST(struct config_network) networks;
    CONFIG_LIST(struct config_aggregate) aggregates;
    struct config_redistribute redistribute[SOURCE_COUNT];
    uint16_t maximum_paths;      /* eBGP; 0: the dialect's default (FRR 64, IOS 1) */
    uint16_t maximum_paths_ibgp; /* 0: the same */
    uint8_t distance[3];         /* eBGP, iBGP, local; 0: 20, 200, 200 */
    const char *table_map;
};

struct config_bgp {
    uint32_t as;                     /* 0: no BGP */
    struct ip_addr router_id;        /* IP_NONE: chosen */
    const char *router_id_interface; /* IOS `bgp router-id interface Loopback0`; NULL: none */
    CONFIG_LIST(struct config_neighbor) neighbors; /* groups and neighbours, in order */
    struct config_bgp_af af[CONFIG_AF_COUNT];
    uint16_t keepalive_s, hold_s;         /* as the profile has them when not said: 60/180, 3/9 */
    uint32_t default_local_pref;          /* 100 */
    enum config_tri default_ipv4_unicast; /* UNSET: yes */
    enum config_tri ebgp_requires_policy; /* UNSET: the dialect's (FRR >= 7.4: yes, IOS: no) */
    enum config_tri network_import_check; /* UNSET: the dialect's (FRR: yes; IOS: yes) */
    enum config_tri log_neighbor_changes, deterministic_med, always_compare_med, compare_routerid;
    enum config_tri as_path_ignore, as_path_multipath_relax, med_missing_as_worst, med_confed;
    enum config_tri enforce_first_as; /* of neighbors that do not say; UNSET: the dialect's */
    enum config_tri fast_external_failover, default_show_hostname, suppress_duplicates;
    enum config_tri client_to_client; /* UNSET: yes */
    struct ip_addr cluster_id;        /* IP_NONE: the router id */
    enum config_tri graceful_restart;
    enum config_tri graceful_shutdown;
    bool af_blocks; /* IOS: written with address-family blocks; only the layout hangs on it */
    struct config_pos at;
};

/* ---- NAT ------------------------------------------------------------------------------------- */

/* Source NAT, in order; the first row that matches decides. From `ip nat inside source list ACL
 * interface X overload` (one row per ACL entry) or from iptables POSTROUTING lines. */
enum config_nat_action { NAT_MASQUERADE, NAT_EXEMPT, NAT_SOURCE };

struct config_nat_rule {
    enum config_nat_action action;
    struct prefix source, destination; /* length 0: any */
    bool not_source, not_destination;
    uint8_t protocol;          /* 0: any */
    const char *out_interface; /* NULL: any outside interface */
    struct ip_addr to;         /* NAT_SOURCE */
    bool from_list;            /* expanded from a nat_list, not written itself */
    struct config_pos at;
};

struct config_nat_pool { /* ip nat pool: one address is what we support */
    const char *name;
    struct ip_addr first, last;
    uint8_t len;
    struct config_pos at;
};

struct config_nat_source_list { /* the IOS line, kept for printing and for expansion */
    const char *acl;            /* or route-map when is_route_map */
    bool is_route_map;
    const char *interface; /* NULL when pool_address is set */
    const char *pool;      /* NULL */
    bool overload;
    struct config_pos at;
};

/* ---- the whole ------------------------------------------------------------------------------- */

struct config_version {
    uint16_t major, minor, patch; /* 0.0.0: not said */
    const char *text;             /* as written: "8.4.1", "15.6"; "" when not said */
};

struct config_line { /* a line known and without meaning here, or kept with a finding */
    struct config_pos at;
    const char *text;
    const char *why; /* why it cannot affect routing, tunnels or filtering */
};

struct config {
    struct arena arena;
    enum dialect dialect;
    struct config_version version;
    bool datacenter; /* frr defaults datacenter */
    CONFIG_LIST(const char *) files;
    const char *hostname;                           /* "" when not said */
    const char *log_syslog_level;                   /* NULL: not said */
    enum config_tri ip_forwarding, ipv6_forwarding; /* FRR: UNSET leaves the kernel alone */
    CONFIG_LIST(struct config_interface) interfaces;
    CONFIG_LIST(struct config_static) statics;
    CONFIG_LIST(struct config_prefix_list) prefix_lists;
    CONFIG_LIST(struct config_as_path_list) as_path_lists;
    CONFIG_LIST(struct config_community_list) community_lists;
    CONFIG_LIST(struct config_access_list) access_lists;
    CONFIG_LIST(struct config_route_map) route_maps;
    struct config_bgp bgp;
    CONFIG_LIST(struct config_nat_source_list) nat_lists;
    CONFIG_LIST(struct config_nat_pool) nat_pools;
    CONFIG_LIST(struct config_nat_rule) nat_rules; /* expanded and from iptables, in force */
    struct config_ipsec ipsec;                     /* IKEv2 and IPsec */
    CONFIG_LIST(struct config_crypto) crypto;      /* IKEv1 and crypto maps: recognised only */
    CONFIG_LIST(struct config_words) tracks;       /* ip sla and track lines, parsed and kept */
    struct ip_addr router_id;                      /* FRR `ip router-id`; IP_NONE */
    /* FRR `ip nht resolve-via-default`: whether a next hop may resolve through the default route;
     * UNSET: no (FRR traditional), yes (datacenter, IOS). */
    enum config_tri nht_resolve_via_default[2]; /* by CONFIG_AF_* */
    CONFIG_LIST(struct config_line) inert;      /* known and without meaning here */
};

/* Finds by name; NULL when there is none. */
const struct config_interface *config_interface_find(const struct config *c, const char *name);

/* ip and ipv6 prefix lists have separate names: family is IP_V4 or IP_V6. */
const struct config_prefix_list *config_prefix_list_find(const struct config *c, uint8_t family,
                                                         const char *name);

/* By the name; IOS's numbers are names too. */
const struct config_as_path_list *config_as_path_list_find(const struct config *c,
                                                           const char *name);

/* Of any kind: standard, expanded, large and extended lists share their names. */
const struct config_community_list *config_community_list_find(const struct config *c,
                                                               const char *name);

/* Of either family, the first of the name. */
const struct config_access_list *config_access_list_find(const struct config *c, const char *name);

/* The map with all its entries, in order of seq. */
const struct config_route_map *config_route_map_find(const struct config *c, const char *name);

/* By address; peer groups are not found. */
const struct config_neighbor *config_neighbor_find(const struct config *c,
                                                   const struct ip_addr *address);

/* The neighbour with its peer group's settings and the dialect's defaults filled in: no TRI_UNSET
 * is left, timers, TTL, kinds are what is in force. `n` is a neighbour of c, not a group. */
void config_neighbor_resolve(const struct config *c, const struct config_neighbor *n,
                             struct config_neighbor *ret_resolved);

/* BGP's own settings with the dialect's defaults filled in: no TRI_UNSET is left, paths, distances
 * and timers are what is in force. */
void config_bgp_resolve(const struct config *c, struct config_bgp *ret_resolved);

/* Whether the configurations mean the same (places in files aside). */
bool config_eq(const struct config *a, const struct config *b);

#endif
