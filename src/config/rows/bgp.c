/* router bgp: the process, its networks, redistribution, paths. */
#include "config/parser.h"

#include <string.h>

static struct config_bgp_af *af(struct parser *p)
{
    return &p->c->bgp.af[p->af];
}

/* ---- the process ----------------------------------------------------------------------------- */

static void check_as(struct parser *p, size_t word, uint32_t as)
{
    if (as == 23456)
        parser_error(p, "CFG-VALUE", word, "AS 23456 is AS_TRANS and belongs to nobody (RFC 6793)",
                     "your own AS number");
}

static void set_router_bgp(struct parser *p, const struct cmd_args *a)
{
    struct config_bgp *bgp = &p->c->bgp;
    if (a->no) {
        *bgp = (struct config_bgp){ 0 };
        p->bgp_generation++;
        p->timers_said = false;
        return;
    }
    if (bgp->as != 0 && bgp->as != a->v[0].number) {
        parser_error(p, "CFG-UNSUPPORTED", a->v[0].word, "a second BGP process is not supported",
                     "the AS number of the first");
        return;
    }
    check_as(p, a->v[0].word, a->v[0].number);
    if (bgp->as == 0)
        bgp->at = parser_at(p, 0);
    bgp->as = a->v[0].number;
    p->af = CONFIG_AF_IPV4;
}

static void set_router_bgp_vrf(struct parser *p, const struct cmd_args *a)
{
    parser_error(p, "CFG-UNSUPPORTED", a->v[1].word, "BGP in a VRF or view is not supported", NULL);
}

static void set_address_family(struct parser *p, const struct cmd_args *a)
{
    p->af = a->row->arg;
    p->c->bgp.af_blocks = true;
}

static void set_router_id(struct parser *p, const struct cmd_args *a)
{
    p->c->bgp.router_id = a->no ? (struct ip_addr){ 0 } : parser_ip(p, a, 0);
    p->c->bgp.router_id_interface = NULL;
}

static void set_router_id_interface(struct parser *p, const struct cmd_args *a)
{
    p->c->bgp.router_id = (struct ip_addr){ 0 };
    p->c->bgp.router_id_interface = a->no ? NULL : parser_interface(p, a, 0);
}

static void set_cluster_id(struct parser *p, const struct cmd_args *a)
{
    struct ip_addr id = parser_ip(p, a, 0);
    if (!a->no && a->row->arg)
        id = ip_from_u32(a->v[0].number);
    p->c->bgp.cluster_id = a->no ? (struct ip_addr){ 0 } : id;
}

/* A tri-state of struct config_bgp at offset arg. */
static void set_tri(struct parser *p, const struct cmd_args *a)
{
    *(enum config_tri *)(void *)((char *)&p->c->bgp + a->row->arg) = a->no ? TRI_NO : TRI_YES;
}

static void set_local_pref(struct parser *p, const struct cmd_args *a)
{
    p->c->bgp.default_local_pref = a->no ? 0 : a->v[0].number;
}

/* Hold time 1 and 2 are not allowed (RFC 4271 4.2). */
static void set_timers(struct parser *p, const struct cmd_args *a)
{
    if (!a->no && (a->v[1].number == 1 || a->v[1].number == 2)) {
        parser_bad(p, a->v[1].word, "a hold time of 0 or at least 3 s");
        return;
    }
    p->c->bgp.keepalive_s = a->no ? 0 : (uint16_t)a->v[0].number;
    p->c->bgp.hold_s = a->no ? 0 : (uint16_t)a->v[1].number;
    p->timers_said = !a->no;
}

/* ---- an address family ----------------------------------------------------------------------- */

/* Where the place of a prefix in its list of the family is kept, INDEX_NONE: not in it; NULL:
 * refused, and said. */
static uint32_t *prefix_slot(struct parser *p, const struct cmd_args *a,
                             const struct prefix *prefix, enum index_kind kind)
{
    uint8_t family = p->af == CONFIG_AF_IPV6 ? IP_V6 : IP_V4;
    if (prefix->family != family) {
        parser_bad(p, a->v[0].word, "a prefix of the address family");
        return NULL;
    }
    uint32_t owner = p->bgp_generation * CONFIG_AF_COUNT + p->af;
    uint32_t *value = index_make(&p->index, kind, owner, prefix, sizeof(*prefix));
    if (!value)
        p->full = true;
    return value;
}

static void put_network(struct parser *p, const struct cmd_args *a, struct prefix prefix,
                        const char *route_map, bool backdoor)
{
    uint32_t *value = prefix_slot(p, a, &prefix, INDEX_NETWORK);
    if (!value)
        return;
    if (a->no) {
        if (*value != INDEX_NONE)
            af(p)->networks.v[*value].at.line = 0;
        *value = INDEX_NONE;
        return;
    }
    if (*value == INDEX_NONE) {
        struct config_network *n = LIST_PUSH(p, af(p)->networks);
        if (!n)
            return;
        *value = af(p)->networks.n - 1;
    }
    af(p)->networks.v[*value] = (struct config_network){
        .prefix = prefix, .route_map = route_map, .backdoor = backdoor, .at = parser_at(p, 0)
    };
}

/* 0 prefix, 1 [route-map], 2 name; the row's arg: a backdoor */
static void set_network(struct parser *p, const struct cmd_args *a)
{
    put_network(p, a, parser_net(p, a, 0), parser_keep_arg(p, a, 2), a->row->arg);
}

/* 0 address, 1 [mask], 2 mask, 3 [route-map], 4 name; the row's arg as above */
static void set_network_mask(struct parser *p, const struct cmd_args *a)
{
    struct ip_addr ip = parser_ip(p, a, 0), mask = parser_ip(p, a, 2);
    uint32_t host = ip_to_u32(&ip);
    /* Without a mask the class of the address says it: A, B, C; 0.0.0.0 is the default route. */
    uint8_t len = host == 0 ? 0 : host >> 31 == 0 ? 8 : host >> 30 == 2 ? 16 : 24;
    if (a->v[1].present && !ip_mask_to_len(&mask, &len))
        return;
    struct prefix prefix = prefix_of(&ip, len);
    struct ip_addr first = prefix_addr(&prefix);
    if (!ip_eq(&first, &ip))
        parser_warn(p, "CFG-SUSPECT", a->v[0].word, "the network has bits beyond its mask", NULL);
    put_network(p, a, prefix, parser_keep_arg(p, a, 4), a->row->arg);
}

static void put_aggregate(struct parser *p, const struct cmd_args *a, struct prefix prefix,
                          unsigned options)
{
    uint32_t *value = prefix_slot(p, a, &prefix, INDEX_AGGREGATE);
    if (!value)
        return;
    if (a->no) {
        if (*value != INDEX_NONE)
            af(p)->aggregates.v[*value].at.line = 0;
        *value = INDEX_NONE;
        return;
    }
    if (*value == INDEX_NONE) {
        struct config_aggregate *n = LIST_PUSH(p, af(p)->aggregates);
        if (!n)
            return;
        *value = af(p)->aggregates.n - 1;
    }
    af(p)->aggregates.v[*value] = (struct config_aggregate){ .prefix = prefix,
                                                             .summary_only = a->v[options].present,
                                                             .as_set = a->v[options + 1].present,
                                                             .at = parser_at(p, 0) };
}

static void set_aggregate(struct parser *p, const struct cmd_args *a)
{
    put_aggregate(p, a, parser_net(p, a, 0), 1);
}

static void set_aggregate_mask(struct parser *p, const struct cmd_args *a)
{
    put_aggregate(p, a, parser_net_mask(p, a, 0), 2);
}

/* 0 source, 1 [route-map], 2 name, 3 [metric], 4 number */
static void set_redistribute(struct parser *p, const struct cmd_args *a)
{
    struct config_redistribute *r = &af(p)->redistribute[a->v[0].number];
    *r = (struct config_redistribute){ 0 };
    if (a->no)
        return;
    *r = (struct config_redistribute){ .on = true,
                                       .route_map = parser_keep_arg(p, a, 2),
                                       .has_metric = a->v[3].present,
                                       .metric = a->v[4].number,
                                       .at = parser_at(p, 0) };
}

static void set_maximum_paths(struct parser *p, const struct cmd_args *a)
{
    uint16_t n = a->no ? 0 : (uint16_t)a->v[0].number;
    if (a->row->arg)
        af(p)->maximum_paths_ibgp = n;
    else
        af(p)->maximum_paths = n;
}

static void set_distance(struct parser *p, const struct cmd_args *a)
{
    for (unsigned i = 0; i < 3; i++)
        af(p)->distance[i] = a->no ? 0 : (uint8_t)a->v[i].number;
}

static void set_table_map(struct parser *p, const struct cmd_args *a)
{
    af(p)->table_map = a->no ? NULL : parser_keep_arg(p, a, 0);
}

/* Of IOS's own switches the off form is how everything works today; the on form is refused. */
static void set_must_be_off(struct parser *p, const struct cmd_args *a)
{
    if (a->no)
        parser_inert(p, "switches off what is not done here");
    else
        parser_error(p, "CFG-UNSUPPORTED", 0,
                     a->row->arg == 0 ? "synchronization with an IGP is not supported"
                                      : "summaries by address class are not supported",
                     "the no form");
}

#define OFFSET(m) ((uint32_t)offsetof(struct config_bgp, m))
#define BGP(d, s, f, o, h)                                                                         \
    {                                                                                              \
        .mode = MODE_BGP, .dialects = (d), .syntax = (s), .set = (f), .arg = (o), .help = (h)      \
    }
#define AF(d, s, f, o, h)                                                                          \
    {                                                                                              \
        .mode = MODE_BGP_AF, .dialects = (d), .syntax = (s), .set = (f), .arg = (o), .help = (h)   \
    }
#define NAMED(d, s, f, o, h)                                                                       \
    {                                                                                              \
        .mode = MODE_BGP_AF, .dialects = (d), .syntax = (s), .set = (f), .arg = (o), .help = (h),  \
        .flags = ROW_NAMED                                                                         \
    }
#define BLOCK(d, s, o, h)                                                                          \
    {                                                                                              \
        .mode = MODE_BGP, .dialects = (d), .syntax = (s), .set = set_address_family, .arg = (o),   \
        .enters = MODE_BGP_AF, .help = (h)                                                         \
    }
/* Read and kept, so that they can be converted; not done here. */
#define REFUSED(d, m, s, f, o, w)                                                                  \
    {                                                                                              \
        .mode = (m), .dialects = (d), .syntax = (s), .set = (f), .arg = (o), .why = (w),           \
        .flags = ROW_REFUSED                                                                       \
    }
#define WHY_BACKDOOR "network backdoor is not supported: set the distance with a route map"
#define WHY_AGGREGATE                                                                              \
    "aggregate-address is not supported: announce the aggregate with network and a static route "  \
    "to Null0"

static const struct cmd_row rows[] = {
    { .mode = MODE_GLOBAL,
      .dialects = IN_BOTH,
      .syntax = "router bgp <as>",
      .set = set_router_bgp,
      .enters = MODE_BGP,
      .help = "The BGP process and its AS number" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "router bgp <as> {vrf|view} <name>",
      .set = set_router_bgp_vrf,
      .enters = MODE_LOST,
      .help = "Refused: BGP in a VRF" },
    BLOCK(IN_BOTH, "address-family ipv4 [unicast]", CONFIG_AF_IPV4, "What concerns IPv4 routes"),
    BLOCK(IN_BOTH, "address-family ipv6 [unicast]", CONFIG_AF_IPV6, "What concerns IPv6 routes"),
    BGP(IN_BOTH, "bgp router-id <ip>", set_router_id, 0, "The router id"),
    BGP(IN_IOS, "bgp router-id interface <interface>", set_router_id_interface, 0,
        "The router id is an interface's address"),
    BGP(IN_BOTH, "bgp cluster-id <ip>", set_cluster_id, 0, "The route reflector's cluster"),
    BGP(IN_BOTH, "bgp cluster-id <1-4294967295>", set_cluster_id, 1, "The same as a number"),
    BGP(IN_BOTH, "bgp log-neighbor-changes", set_tri, OFFSET(log_neighbor_changes),
        "Log sessions that come and go"),
    BGP(IN_BOTH, "bgp deterministic-med", set_tri, OFFSET(deterministic_med),
        "Compare MED between routes of one AS first"),
    BGP(IN_BOTH, "bgp always-compare-med", set_tri, OFFSET(always_compare_med),
        "Compare MED between routes of different AS too"),
    BGP(IN_BOTH, "bgp bestpath compare-routerid", set_tri, OFFSET(compare_routerid),
        "Compare router ids rather than ages"),
    BGP(IN_BOTH, "bgp bestpath as-path ignore", set_tri, OFFSET(as_path_ignore),
        "Skip the comparison of path lengths"),
    BGP(IN_BOTH, "bgp bestpath as-path multipath-relax", set_tri, OFFSET(as_path_multipath_relax),
        "Multipath over paths of one length, whatever AS they hold"),
    BGP(IN_BOTH, "bgp bestpath med missing-as-worst", set_tri, OFFSET(med_missing_as_worst),
        "A missing MED is the worst"),
    REFUSED(IN_BOTH, MODE_BGP, "bgp bestpath med confed", set_tri, OFFSET(med_confed),
            "bgp bestpath med confed is not supported: remove the line"),
    BGP(IN_BOTH, "bgp default ipv4-unicast", set_tri, OFFSET(default_ipv4_unicast),
        "Neighbors are active for IPv4 unless they say otherwise"),
    BGP(IN_BOTH, "bgp default local-preference <0-4294967295>", set_local_pref, 0,
        "The local preference of routes without one"),
    BGP(IN_FRR, "bgp default show-hostname", set_tri, OFFSET(default_show_hostname),
        "Show peers by their hostname"),
    BGP(IN_FRR, "bgp ebgp-requires-policy", set_tri, OFFSET(ebgp_requires_policy),
        "RFC 8212: no policy, no routes"),
    BGP(IN_FRR, "bgp network import-check", set_tri, OFFSET(network_import_check),
        "A network is announced only while the router has a route to it"),
    BGP(IN_BOTH, "bgp enforce-first-as", set_tri, OFFSET(enforce_first_as),
        "Refuse paths that do not begin with the neighbor's AS"),
    BGP(IN_BOTH, "bgp fast-external-failover", set_tri, OFFSET(fast_external_failover),
        "A direct session ends with its link"),
    BGP(IN_FRR, "bgp suppress-duplicates", set_tri, OFFSET(suppress_duplicates),
        "Do not repeat an update"),
    BGP(IN_BOTH, "bgp client-to-client reflection", set_tri, OFFSET(client_to_client),
        "Reflect between clients"),
    REFUSED(IN_BOTH, MODE_BGP, "bgp graceful-restart", set_tri, OFFSET(graceful_restart),
            "bgp graceful-restart is not supported: remove the line"),
    REFUSED(IN_FRR, MODE_BGP, "bgp graceful-shutdown", set_tri, OFFSET(graceful_shutdown),
            "bgp graceful-shutdown is not supported: use neighbor X shutdown, or a route map that "
            "sets the community"),
    BGP(IN_BOTH, "timers bgp <0-65535> <0-65535> [<0-65535>]", set_timers, 0,
        "Keepalive and hold time in seconds"),
    BGP(IN_IOS, "synchronization", set_must_be_off, 0, "Only its no form: do not wait for an IGP"),
    BGP(IN_IOS, "auto-summary", set_must_be_off, 1, "Only its no form"),
    AF(IN_IOS, "synchronization", set_must_be_off, 0, "Only its no form: do not wait for an IGP"),
    AF(IN_IOS, "auto-summary", set_must_be_off, 1, "Only its no form"),
    NAMED(IN_BOTH, "network <net> [route-map <name>]", set_network, 0,
          "Announce a network that the router has a route to"),
    NAMED(IN_BOTH, "network <ip> [mask <mask>] [route-map <name>]", set_network_mask, 0,
          "The same with a netmask"),
    REFUSED(IN_BOTH, MODE_BGP_AF, "network <net> [route-map <name>] backdoor", set_network, 1,
            WHY_BACKDOOR),
    REFUSED(IN_BOTH, MODE_BGP_AF, "network <ip> [mask <mask>] [route-map <name>] backdoor",
            set_network_mask, 1, WHY_BACKDOOR),
    REFUSED(IN_BOTH, MODE_BGP_AF, "aggregate-address <net> ([summary-only] [as-set])",
            set_aggregate, 0, WHY_AGGREGATE),
    REFUSED(IN_BOTH, MODE_BGP_AF, "aggregate-address <ip> <mask> ([summary-only] [as-set])",
            set_aggregate_mask, 0, WHY_AGGREGATE),
    NAMED(IN_BOTH,
          "redistribute {connected|static|kernel} ([route-map <name>] [metric <0-4294967295>])",
          set_redistribute, 0, "Announce the routes of another source"),
    AF(IN_BOTH, "maximum-paths <1-256>", set_maximum_paths, 0, "eBGP multipath"),
    AF(IN_BOTH, "maximum-paths ibgp <1-256>", set_maximum_paths, 1, "iBGP multipath"),
    AF(IN_BOTH, "distance bgp <1-255> <1-255> <1-255>", set_distance, 0,
       "Distances of eBGP, iBGP and local routes"),
    REFUSED(IN_BOTH, MODE_BGP_AF, "table-map <name>", set_table_map, 0,
            "table-map is not supported: all best routes go to the routing table"),
};

const struct cmd_rows cmd_rows_bgp = { "BGP", rows, ARRAY_LEN(rows) };
