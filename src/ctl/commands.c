/* The table of commands, and what runs a line of it. */
#include "ctl/commands.h"

#include <stdio.h>
#include <string.h>

/* The ways to name a family's table. IOS and FRR people write the first, FRR people the others. */
#define BGP(tail, ...)                                                                             \
    { .path = "show ip bgp [ipv4] [unicast]" tail, .family = IP_V4, __VA_ARGS__ },                 \
    { .path = "show bgp ipv4 [unicast]" tail, .family = IP_V4, __VA_ARGS__ },                      \
    { .path = "show bgp ipv6 [unicast]" tail, .family = IP_V6, __VA_ARGS__ },                      \
    { .path = "show bgp" tail, .family = IP_NONE, __VA_ARGS__ }

#define SUMMARY(path_, family_, ...)                                                               \
    { .path = path_, .family = (family_), .run = run_bgp_summary, .kind = NODE_QUERY_BGP_SUMMARY,  \
      .json = true, .help = "Neighbours in one line each", __VA_ARGS__ }

#define ROUTE(tail, source_, ...)                                                                  \
    { .path = "show ip route" tail, .family = IP_V4, .source = (source_), .run = run_route,        \
      .json = true, __VA_ARGS__ },                                                                 \
    { .path = "show ipv6 route" tail, .family = IP_V6, .source = (source_), .run = run_route,      \
      .json = true, __VA_ARGS__ }

#define LINES(path_, kind_, help_, ...)                                                            \
    { .path = path_, .kind = (kind_), .run = run_lines, .help = help_, __VA_ARGS__ }

#define CLEAR(tail, kind_, help_, ...)                                                             \
    { .path = "clear bgp [ipv4] [unicast] " tail, .family = IP_V4, .kind = (kind_),                \
      .run = run_clear, .help = help_, __VA_ARGS__ },                                              \
    { .path = "clear ip bgp [ipv4] [unicast] " tail, .family = IP_V4, .kind = (kind_),             \
      .run = run_clear, .help = help_, __VA_ARGS__ },                                              \
    { .path = "clear bgp ipv6 [unicast] " tail, .family = IP_V6, .kind = (kind_),                  \
      .run = run_clear, .help = help_, __VA_ARGS__ }

#define CLEAR_KINDS(who, help_)                                                                    \
    CLEAR(who, NODE_CLEAR_HARD, "End the session with " help_ " and start it again"),              \
    CLEAR(who " soft", NODE_CLEAR_BOTH, "Ask " help_ " for its routes again, and send ours again"),\
    CLEAR(who " [soft] in", NODE_CLEAR_IN, "Run the inbound policy for " help_ " again"),          \
    CLEAR(who " [soft] out", NODE_CLEAR_OUT, "Run the outbound policy for " help_ " again")

#define CRYPTO(path_, kind_, help_, ...)                                                           \
    { .path = path_, .kind = (kind_), .run = run_crypto, .json = true, .help = help_, __VA_ARGS__ }

#define CLEAR_CRYPTO(path_, help_, ...)                                                            \
    { .path = path_, .run = run_order_crypto, .help = help_, __VA_ARGS__ }
#define REKEY_CRYPTO(path_, kind_, help_, ...)                                                     \
    { .path = path_, .run = run_order_crypto, .kind = (kind_), .help = help_, __VA_ARGS__ }

#define DEBUG(path_, what_, help_, ...)                                                            \
    { .path = path_, .run = run_debug, .kind = what_, .help = help_, __VA_ARGS__ }

/* IOS's word is `repeat`, everybody else's `count`. */
#define PING(tail)                                                                                 \
    { .path = "ping PEER" tail, .run = run_ping,                                                   \
      .help = "Ask an address for echoes: `!` is an answer, `.` none, `U` it cannot be reached" }

#define REFUSE(path_, why) { .path = path_, .help = "Refused", .refusal = why }

const struct command commands[] = {
    BGP("", .run = run_bgp_table, .kind = NODE_QUERY_BGP_TABLE, .json = true,
        .help = "The table: every path to every prefix", .example = "show ip bgp"),
    BGP(" PREFIX", .run = run_bgp_table, .kind = NODE_QUERY_BGP_TABLE, .json = true,
        .help = "The paths to one prefix, or to the longest match of an address, in detail",
        .example = "sh ip bgp 10.0.0.0/16"),
    BGP(" PREFIX longer-prefixes", .run = run_bgp_table, .kind = NODE_QUERY_BGP_TABLE,
        .json = true, .longer = true, .help = "The table below a prefix",
        .example = "sh ip bgp 10.0.0.0/8 longer"),
    SUMMARY("show ip bgp [ipv4] summary", IP_V4, .example = "sh ip bgp sum"),
    SUMMARY("show ip bgp [ipv4] unicast summary", IP_V4, .named = true),
    SUMMARY("show bgp ipv4 summary", IP_V4),
    SUMMARY("show bgp ipv4 unicast summary", IP_V4, .named = true),
    SUMMARY("show bgp ipv6 summary", IP_V6),
    SUMMARY("show bgp ipv6 unicast summary", IP_V6, .named = true),
    SUMMARY("show bgp summary", IP_NONE),
    BGP(" neighbors", .run = run_bgp_neighbors, .kind = NODE_QUERY_BGP_NEIGHBORS, .json = true,
        .help = "Neighbours in detail", .example = "sh ip bgp nei"),
    BGP(" neighbors PEER", .run = run_bgp_neighbors, .kind = NODE_QUERY_BGP_NEIGHBORS,
        .json = true, .help = "One neighbour in detail", .example = "sh ip bgp nei 10.0.210.4"),
    BGP(" neighbors PEER advertised-routes", .run = run_bgp_adj,
        .kind = NODE_QUERY_BGP_ADVERTISED, .json = true,
        .help = "What a neighbour is told, before our AS is prepended",
        .example = "show ip bgp nei 10.0.210.4 adv"),
    BGP(" neighbors PEER received-routes", .run = run_bgp_adj, .kind = NODE_QUERY_BGP_RECEIVED,
        .json = true,
        .help = "What a neighbour sent, before policy; needs soft-reconfiguration inbound",
        .example = "show ip bgp nei 10.0.210.4 received"),
    BGP(" neighbors PEER routes", .run = run_bgp_adj, .kind = NODE_QUERY_BGP_ROUTES, .json = true,
        .help = "What policy accepted from a neighbour", .example = "sh ip bgp nei 10.0.210.4 rou"),

    ROUTE("", FIB_SOURCE_COUNT, .help = "The router's table", .example = "sh ip ro"),
    ROUTE(" PREFIX", FIB_SOURCE_COUNT,
          .help = "The routes to one prefix, or to the longest match of an address, in detail",
          .example = "show ip route 10.0.0.4"),
    ROUTE(" PREFIX longer-prefixes", FIB_SOURCE_COUNT, .longer = true,
          .help = "The router's table below a prefix",
          .example = "show ip route 10.0.0.0/8 longer-prefixes"),
    ROUTE(" bgp", FIB_BGP, .help = "Routes of one source", .example = "show ip route bgp"),
    ROUTE(" static", FIB_STATIC, .help = "Routes of one source", .example = "show ip route static"),
    ROUTE(" connected", FIB_CONNECTED, .help = "Routes of one source",
          .example = "show ip route connected"),
    ROUTE(" kernel", FIB_KERNEL, .help = "Routes of one source", .example = "show ip route kernel"),
    ROUTE(" summary", FIB_SOURCE_COUNT, .brief = true, .help = "How many routes each source has",
          .example = "show ip route summary"),

    { .path = "show interface", .run = run_interface, .json = true, .help = "Interfaces",
      .example = "sh int" },
    { .path = "show interfaces", .run = run_interface, .json = true, .help = "Interfaces" },
    { .path = "show interface brief", .run = run_interface, .json = true, .brief = true,
      .help = "Interfaces in one line each", .example = "sh int bri" },
    { .path = "show ip interface brief", .run = run_interface, .json = true, .brief = true,
      .help = "Interfaces in one line each", .example = "sh ip int br" },
    { .path = "show interface NAME", .run = run_interface, .json = true,
      .help = "One interface, by the kernel's name or the configured one",
      .example = "show interface eth0" },
    { .path = "show interfaces NAME", .run = run_interface, .json = true,
      .help = "One interface, by the kernel's name or the configured one" },

    LINES("show ip prefix-list", NODE_QUERY_PREFIX_LISTS, "IPv4 prefix lists", .family = IP_V4,
          .example = "show ip prefix-list"),
    LINES("show ip prefix-list NAME", NODE_QUERY_PREFIX_LISTS, "One IPv4 prefix list",
          .family = IP_V4, .example = "show ip prefix-list PRE01"),
    LINES("show ipv6 prefix-list", NODE_QUERY_PREFIX_LISTS, "IPv6 prefix lists", .family = IP_V6),
    LINES("show ipv6 prefix-list NAME", NODE_QUERY_PREFIX_LISTS, "One IPv6 prefix list",
          .family = IP_V6),
    LINES("show bgp as-path-access-list", NODE_QUERY_AS_PATH_LISTS, "AS path lists",
          .example = "show bgp as-path-access-list"),
    LINES("show bgp as-path-access-list NAME", NODE_QUERY_AS_PATH_LISTS, "One AS path list",
          .example = "show bgp as-path bogon-asns"),
    LINES("show ip as-path-access-list", NODE_QUERY_AS_PATH_LISTS, "AS path lists"),
    LINES("show ip as-path-access-list NAME", NODE_QUERY_AS_PATH_LISTS, "One AS path list"),
    LINES("show bgp community-list", NODE_QUERY_COMMUNITY_LISTS, "Community lists",
          .example = "show bgp community-list"),
    LINES("show bgp community-list NAME", NODE_QUERY_COMMUNITY_LISTS, "One community list"),
    LINES("show bgp community-list NAME detail", NODE_QUERY_COMMUNITY_LISTS,
          "The same, as FRR has it"),
    LINES("show bgp large-community-list", NODE_QUERY_LARGE_COMMUNITY_LISTS,
          "Large community lists"),
    LINES("show bgp large-community-list NAME [detail]", NODE_QUERY_LARGE_COMMUNITY_LISTS,
          "One large community list"),
    LINES("show bgp extcommunity-list", NODE_QUERY_EXT_COMMUNITY_LISTS,
          "Extended community lists"),
    LINES("show bgp extcommunity-list NAME [detail]", NODE_QUERY_EXT_COMMUNITY_LISTS,
          "One extended community list"),
    LINES("show ip extcommunity-list", NODE_QUERY_EXT_COMMUNITY_LISTS,
          "Extended community lists"),
    LINES("show ip community-list", NODE_QUERY_COMMUNITY_LISTS, "Community lists"),
    LINES("show ip community-list NAME", NODE_QUERY_COMMUNITY_LISTS, "One community list"),
    LINES("show route-map", NODE_QUERY_ROUTE_MAPS, "Route maps", .example = "show route-map"),
    LINES("show route-map NAME", NODE_QUERY_ROUTE_MAPS, "One route map",
          .example = "show route-map rmap-azure-asns"),
    LINES("show running-config", NODE_QUERY_CONFIG,
          "The configuration in force, in its dialect, with secrets masked",
          .example = "sh run"),
    LINES("show inert-lines", NODE_QUERY_INERT,
          "Lines of the configuration that have no meaning here, each with the reason",
          .example = "show inert-lines"),
    CRYPTO("show crypto ikev2 sa", CRYPTO_SHOW_IKE, "IKE SAs", .example = "sh cry ikev2 sa"),
    CRYPTO("show crypto ikev2 sa detailed", CRYPTO_SHOW_IKE, "IKE SAs in detail", .detail = true,
           .example = "show crypto ikev2 sa detail"),
    CRYPTO("show crypto ipsec sa", CRYPTO_SHOW_IPSEC,
           "The SAs of every tunnel, with their counters", .example = "sh cry ips sa"),
    CRYPTO("show crypto ipsec sa interface NAME", CRYPTO_SHOW_IPSEC, "The SAs of one tunnel",
           .example = "sh cry ips sa int Tunnel13"),
    CRYPTO("show crypto ipsec sa peer PEER", CRYPTO_SHOW_IPSEC, "The SAs with one peer"),
    CRYPTO("show crypto session", CRYPTO_SHOW_SESSION, "Each tunnel, its state and its SAs",
           .example = "show crypto session"),
    CRYPTO("show crypto session detail", CRYPTO_SHOW_SESSION, "The same, with times and counters",
           .detail = true, .example = "sh cry sess det"),
    CRYPTO("show platform ipsec workers", CRYPTO_SHOW_WORKERS,
           "The processes that carry the tunnels' packets, and which tunnels are whose",
           .example = "show platform ipsec workers"),
    { .path = "show memory", .run = run_memory, .kind = NODE_QUERY_MEMORY, .json = true,
      .help = "Who holds how much memory", .example = "show memory" },
    { .path = "show version", .run = run_version, .json = true, .help = "Version of this program",
      .example = "show version" },

    CLEAR_KINDS("PEER", "a neighbour"),
    CLEAR_KINDS("ALL", "every neighbour"),
    CLEAR_CRYPTO("clear crypto ikev2 sa", "Delete every IKE SA with its CHILD SAs, and set them up "
                 "again", .example = "clear crypto ikev2 sa"),
    CLEAR_CRYPTO("clear crypto ikev2 sa remote PEER", "The same, with one peer",
                 .example = "clear crypto ikev2 sa remote 203.0.113.1"),
    CLEAR_CRYPTO("clear crypto ikev2 sa interface NAME", "The same, of one tunnel",
                 .example = "clear crypto ikev2 sa interface Tunnel13"),
    CLEAR_CRYPTO("clear crypto session", "Delete every IKE SA with its CHILD SAs, and set them up "
                 "again", .example = "clear crypto session"),
    CLEAR_CRYPTO("clear crypto session remote PEER", "The same, with one peer"),
    CLEAR_CRYPTO("clear crypto session interface NAME", "The same, of one tunnel"),
    CLEAR_CRYPTO("clear crypto ipsec sa", "Delete every CHILD SA and set it up again; IKE SAs stay",
                 .kind = CTL_IKE_CLEAR_CHILDREN, .example = "clear crypto ipsec sa"),
    CLEAR_CRYPTO("clear crypto ipsec sa peer PEER", "The same, with one peer",
                 .kind = CTL_IKE_CLEAR_CHILDREN),
    CLEAR_CRYPTO("clear crypto ipsec sa interface NAME", "The same, of one tunnel",
                 .kind = CTL_IKE_CLEAR_CHILDREN),
    CLEAR_CRYPTO("clear crypto sa", "Delete every CHILD SA and set it up again; IKE SAs stay",
                 .kind = CTL_IKE_CLEAR_CHILDREN, .example = "clear crypto sa"),
    CLEAR_CRYPTO("clear crypto sa peer PEER", "The same, with one peer",
                 .kind = CTL_IKE_CLEAR_CHILDREN),
    DEBUG("debug crypto ikev2", IKE_DEBUG_ON, "Write every message of IKE to the log, with what is "
          "in it", .example = "debug crypto ikev2"),
    DEBUG("debug crypto ikev2 peer PEER", IKE_DEBUG_ON, "The same, of this peer; of several, one "
          "by one", .example = "debug crypto ikev2 peer 203.0.113.1"),
    DEBUG("debug crypto condition peer ipv4 PEER", IKE_DEBUG_PEER, "Limit it to this peer, in the "
          "words of IOS", .example = "debug crypto condition peer ipv4 203.0.113.1"),
    DEBUG("debug crypto condition reset", IKE_DEBUG_NO_PEERS, "Of every peer again"),
    DEBUG("no debug crypto condition", IKE_DEBUG_NO_PEERS, "The same"),
    DEBUG("no debug crypto ikev2", IKE_DEBUG_OFF, "No more of it; the peers stay noted",
          .example = "no debug crypto ikev2"),
    DEBUG("undebug crypto ikev2", IKE_DEBUG_OFF, "The same"),
    DEBUG("undebug all", IKE_DEBUG_NOTHING, "No more of anything; no peers are noted",
          .example = "undebug all"),
    DEBUG("no debug all", IKE_DEBUG_NOTHING, "The same"),
    DEBUG("show debugging", IKE_DEBUG_SHOW, "What is switched on, and of which peers",
          .json = true, .example = "show debugging"),
    REKEY_CRYPTO("rekey crypto ikev2 sa", CTL_IKE_REKEY,
                 "New keys for every IKE SA now; nothing is interrupted",
                 .example = "rekey crypto ikev2 sa"),
    REKEY_CRYPTO("rekey crypto ikev2 sa remote PEER", CTL_IKE_REKEY, "The same, with one peer"),
    REKEY_CRYPTO("rekey crypto ikev2 sa interface NAME", CTL_IKE_REKEY, "The same, of one tunnel"),
    REKEY_CRYPTO("rekey crypto ipsec sa", CTL_IKE_REKEY_CHILDREN,
                 "New keys for every CHILD SA now; no packet is lost",
                 .example = "rekey crypto ipsec sa"),
    REKEY_CRYPTO("rekey crypto ipsec sa peer PEER", CTL_IKE_REKEY_CHILDREN,
                 "The same, with one peer"),
    REKEY_CRYPTO("rekey crypto ipsec sa interface NAME", CTL_IKE_REKEY_CHILDREN,
                 "The same, of one tunnel", .example = "rekey crypto ipsec sa interface Tunnel13"),
    PING(""), PING(" source NAME"), PING(" count NUMBER"), PING(" repeat NUMBER"),
    PING(" source NAME count NUMBER"), PING(" source NAME repeat NUMBER"),
    PING(" count NUMBER source NAME"), PING(" repeat NUMBER source NAME"),
    { .path = "reload", .run = run_reload,
      .help = "Read the configuration files again and apply what differs", .example = "reload" },

    REFUSE("configure [terminal]", "the configuration is changed in its files; then: reload"),
    REFUSE("write [memory]", "the configuration files are yours: nothing is written to them"),
    REFUSE("copy NAME NAME", "the configuration files are yours: nothing is written to them"),
    REFUSE("show bgp vrf NAME", "there is one routing table: VRFs are not supported"),
    REFUSE("show ip route vrf NAME", "there is one routing table: VRFs are not supported"),
    REFUSE("show bgp l2vpn [evpn]", "EVPN is not supported"),
    REFUSE("show mpls [NAME]", "MPLS is not supported"),
    REFUSE("show ip ospf [NAME]", "OSPF is not supported: BGP and static routes are"),
    REFUSE("show crypto isakmp [NAME] [NAME]", "IKEv1 is not spoken: show crypto ikev2 sa"),
    REFUSE("clear crypto isakmp [NAME]", "IKEv1 is not spoken: clear crypto ikev2 sa"),
    REFUSE("debug NAME [NAME]", "there is debug crypto ikev2; of all else the log has a line "
           "for each event"),
};
const size_t commands_count = ARRAY_LEN(commands);
static_assert(ARRAY_LEN(commands) <= COMMAND_ROWS_MAX, "line.c follows all rows at a time");

struct router_sink {
    struct view_sink sink;
    struct view_router router;
};

static bool take_router(struct view_sink *sink, const struct view *view, const void *record)
{
    if (view->id == VIEW_ROUTER)
        container_of(sink, struct router_sink, sink)->router = *(const struct view_router *)record;
    return true;
}

/* Where the line does not fit, as the devices say it, and what would have fitted. */
static void put_line_error(struct render *r, const char *line, enum line_result result,
                           const struct line_error *e)
{
    int len = (int)strcspn(line, "\r\n");
    bool ios = r->layout == DIALECT_IOS;
    switch (result) {
    case LINE_OK:
    case LINE_EMPTY:
        return;
    case LINE_LONG:
        render_f(r, "%% Command line too long: %d characters at most\n", CTL_LINE_MAX - 1);
        return;
    case LINE_AMBIGUOUS:
        render_f(r, "%% Ambiguous command: %s%.*s%s\n", ios ? " \"" : "", len, line,
                 ios ? "\"" : "");
        break;
    case LINE_INCOMPLETE:
        if (ios)
            render_str(r, "% Incomplete command.\n");
        else
            render_f(r, "%% Command incomplete: %.*s\n", len, line);
        break;
    case LINE_UNKNOWN:
        render_f(r, "%% Unknown command: %.*s\n", len, line);
        break;
    }
    if (result != LINE_INCOMPLETE)
        render_f(r, "%% at \"%s\" (column %u)\n", e->word, e->column + 1);
    render_f(r, "%% expected: %s\n", e->expected);
}

int ctl_run(const struct ctl_request *request, struct ctl_backend *backend, struct ctl_output *out)
{
    struct render r;
    struct router_sink router = { .sink = { take_router } };
    struct node_query q = { .kind = NODE_QUERY_ROUTER };
    err_t err = backend->query(backend, &q, &router.sink);
    enum dialect layout = request->layout;
    if (layout == DIALECT_UNKNOWN)
        layout = router.router.dialect == DIALECT_IOS ? DIALECT_IOS : DIALECT_FRR;
    render_init(&r, out, layout);
    struct call c = { .r = &r, .backend = backend, .router = router.router };
    struct line_error error;
    enum line_result result = line_parse(request->line, &c, &error);
    int status = 1;
    if (result == LINE_EMPTY) {
        status = 0;
    } else if (result != LINE_OK) {
        put_line_error(&r, request->line, result, &error);
    } else if (c.row->refusal) {
        render_f(&r, "%% Not done here: %s\n", c.row->refusal);
    } else if (err && c.row->run != run_version && c.row->run != run_reload) {
        status = run_failed(&c, err);
    } else {
        status = c.row->run(&c);
    }
    bool is_whole = render_flush(&r);
    if (r.too_long) {
        static const char cut[] = "\n% The output was cut: ask for less\n";
        (void)out->write(out, cut, sizeof(cut) - 1);
    }
    return is_whole ? status : 1;
}

/* --- the manual ------------------------------------------------------------------------------ */

void commands_manual(struct ctl_output *out)
{
    struct render r;
    render_init(&r, out, DIALECT_FRR);
    render_str(&r, "# Commands\n\n"
                   "Each is given to `spanway -c '...'`. Words may be shortened to where they\n"
                   "are the only ones of their kind (`sh ip bgp nei 10.0.210.4 adv`); `[x]` may\n"
                   "be left out; capitals are arguments: PEER is a neighbour's address, PREFIX\n"
                   "a prefix or an address (the longest match), NAME a word, NUMBER a number, ALL\n"
                   "an asterisk. Where it says\n"
                   "so, `json` may follow.\n\n"
                   "`ping` is done by `spanway` itself, with or without a daemon; it needs the\n"
                   "user's group in the sysctl `net.ipv4.ping_group_range`, or CAP_NET_RAW. Its\n"
                   "source is an address or an interface. What belongs to IPsec is laid out as\n"
                   "IOS does it, whatever the configuration's dialect.\n\n"
                   "This page is made from the table in `src/ctl/commands.c`.\n\n"
                   "| command | json | what it does | example |\n|---|---|---|---|\n");
    for (size_t i = 0; i < commands_count; i++) {
        const struct command *c = &commands[i];
        if (c->refusal)
            continue;
        render_f(&r, "| `%s` | %s | %s |", c->path, c->json ? "yes" : "", c->help);
        if (c->example && (i == 0 || commands[i - 1].example != c->example))
            render_f(&r, " `%s` |\n", c->example);
        else
            render_str(&r, " |\n");
    }
    render_str(&r, "\n## Refused\n\n| command | why |\n|---|---|\n");
    for (size_t i = 0; i < commands_count; i++) {
        if (commands[i].refusal)
            render_f(&r, "| `%s` | %s |\n", commands[i].path, commands[i].refusal);
    }
    (void)render_flush(&r);
}
