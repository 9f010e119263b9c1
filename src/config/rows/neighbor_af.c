/* router bgp: neighbors, what concerns one address family. */
#include "config/parser.h"

static struct config_neighbor_af *neighbor_af(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 0);
    struct ip_addr ip;
    bool is_address = ip_parse(name, &ip);
    struct config_neighbor *n = store_neighbor(p, name, is_address && !a->no);
    if (!n && !is_address)
        parser_error(p, "CFG-REFERENCE", a->v[0].word, "there is no such peer group yet",
                     "a neighbor's address, or a group made by 'neighbor NAME peer-group'");
    return n ? &n->af[p->af] : NULL;
}

static void *member(struct config_neighbor_af *n, const struct cmd_args *a)
{
    return (char *)n + a->row->arg;
}

static void set_tri(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor_af *n = neighbor_af(p, a);
    if (n)
        *(enum config_tri *)member(n, a) = a->no ? TRI_NO : TRI_YES;
}

/* Two names by direction at offset arg: 1 name, 2 in|out. */
static void set_directed(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor_af *n = neighbor_af(p, a);
    if (!n)
        return;
    const char **names = member(n, a);
    if (a->no && !a->v[2].present)
        names[DIR_IN] = names[DIR_OUT] = NULL;
    else
        names[a->v[2].number] = a->no ? NULL : parser_keep_arg(p, a, 1);
}

static void set_default_originate(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor_af *n = neighbor_af(p, a);
    if (!n)
        return;
    n->default_originate = a->no ? TRI_NO : TRI_YES;
    n->default_originate_map = a->no ? NULL : parser_keep_arg(p, a, 2);
}

static void set_next_hop_self(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor_af *n = neighbor_af(p, a);
    if (!n)
        return;
    n->next_hop_self = a->no ? TRI_NO : TRI_YES;
    if (a->row->arg || a->no)
        n->next_hop_self_force = a->no ? TRI_NO : TRI_YES;
}

static void set_send_community(struct parser *p, const struct cmd_args *a)
{
    static const uint8_t kinds[] = {
        SEND_COMMUNITY_STANDARD, SEND_COMMUNITY_EXTENDED,
        SEND_COMMUNITY_LARGE,    SEND_COMMUNITY_STANDARD | SEND_COMMUNITY_EXTENDED,
        SEND_COMMUNITY_ALL,
    };
    struct config_neighbor_af *n = neighbor_af(p, a);
    if (!n)
        return;
    uint8_t named = a->v[1].present ? kinds[a->v[2].number] : SEND_COMMUNITY_STANDARD;
    uint8_t before = n->send_community != TRI_UNSET ? n->send_community_kinds
                     : parser_is_ios(p)             ? 0
                                                    : SEND_COMMUNITY_ALL;
    /* FRR's bare `no send-community` is about the standard ones only, as is the bare positive. */
    n->send_community_kinds = (uint8_t)(a->no ? before & ~named : before | named);
    n->send_community = n->send_community_kinds ? TRI_YES : TRI_NO;
}

/* 1 [all], 2 [replace-AS] */
static void set_remove_private(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor_af *n = neighbor_af(p, a);
    if (!n)
        return;
    n->remove_private_as = a->no ? TRI_NO : TRI_YES;
    n->remove_private_as_all = !a->no && a->v[1].present;
    n->remove_private_as_replace = !a->no && a->v[2].present;
}

static void set_allowas_in(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor_af *n = neighbor_af(p, a);
    if (!n)
        return;
    n->allowas_in_origin = !a->no && a->row->arg;
    n->allowas_in = a->no ? 0 : a->row->arg ? 1 : a->v[1].present ? (uint8_t)a->v[2].number : 3;
}

static void set_weight(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor_af *n = neighbor_af(p, a);
    if (!n)
        return;
    n->has_weight = !a->no;
    n->weight = a->no ? 0 : a->v[1].number;
}

/* 1 number, 2 [threshold], 3 number, 4 [warning-only], 5 [restart], 6 minutes */
static void set_maximum_prefix(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor_af *n = neighbor_af(p, a);
    if (!n)
        return;
    n->maximum_prefix = a->no ? 0 : a->v[1].number;
    n->maximum_prefix_threshold = a->no ? 0 : (uint8_t)a->v[3].number;
    n->maximum_prefix_warning_only = !a->no && a->v[4].present;
    n->maximum_prefix_restart_min = a->no ? 0 : (uint16_t)a->v[6].number;
}

#define OFFSET(m) ((uint32_t)offsetof(struct config_neighbor_af, m))
#define ROW(d, s, f, o, h)                                                                         \
    {                                                                                              \
        .mode = MODE_BGP_AF, .dialects = (d), .syntax = "neighbor <peer> " s, .set = (f),          \
        .arg = (o), .help = (h), .flags = ROW_NAMED                                                \
    }
/* Read and kept, so that they can be converted; not done here. */
#define REFUSED(d, s, f, o, w)                                                                     \
    {                                                                                              \
        .mode = MODE_BGP_AF, .dialects = (d), .syntax = "neighbor <peer> " s, .set = (f),          \
        .arg = (o), .why = (w), .flags = ROW_NAMED | ROW_REFUSED                                   \
    }

static const struct cmd_row rows[] = {
    ROW(IN_BOTH, "activate", set_tri, OFFSET(activate), "Exchange routes of this family"),
    ROW(IN_BOTH, "prefix-list <name> {in|out}", set_directed, OFFSET(prefix_list),
        "Filter by a prefix list"),
    ROW(IN_BOTH, "filter-list <name> {in|out}", set_directed, OFFSET(filter_list),
        "Filter by an as-path list"),
    ROW(IN_BOTH, "route-map <name> {in|out}", set_directed, OFFSET(route_map),
        "Filter and change by a route map"),
    ROW(IN_BOTH, "distribute-list <name> {in|out}", set_directed, OFFSET(distribute_list),
        "Filter by an access list"),
    ROW(IN_BOTH, "soft-reconfiguration inbound", set_tri, OFFSET(soft_reconfiguration),
        "Keep what was received before the policy"),
    ROW(IN_BOTH, "default-originate [route-map <name>]", set_default_originate, 0,
        "Announce a default route to the neighbor"),
    ROW(IN_BOTH, "next-hop-self", set_next_hop_self, 0, "Announce ourselves as next hop"),
    ROW(IN_FRR, "next-hop-self force", set_next_hop_self, 1, "For reflected routes too"),
    ROW(IN_BOTH, "next-hop-self all", set_next_hop_self, 1, "For reflected routes too"),
    ROW(IN_IOS, "next-hop-unchanged", set_tri, OFFSET(next_hop_unchanged), "Keep the next hop"),
    ROW(IN_FRR, "attribute-unchanged next-hop", set_tri, OFFSET(next_hop_unchanged),
        "Keep the next hop"),
    ROW(IN_BOTH, "route-reflector-client", set_tri, OFFSET(route_reflector_client),
        "Reflect to and from the neighbor (RFC 4456)"),
    ROW(IN_BOTH, "route-server-client", set_tri, OFFSET(route_server_client),
        "Pass routes on as they are (RFC 7947)"),
    ROW(IN_BOTH, "send-community [{standard|extended|large|both|all}]", set_send_community, 0,
        "Send communities; FRR does by default"),
    ROW(IN_BOTH, "remove-private-as [all] [replace-as]", set_remove_private, 0,
        "Take private AS numbers out of the path"),
    ROW(IN_BOTH, "as-override", set_tri, OFFSET(as_override),
        "Put our AS in the place of the neighbor's"),
    ROW(IN_BOTH, "allowas-in [<1-10>]", set_allowas_in, 0,
        "Accept paths with our own AS, so many times"),
    REFUSED(IN_FRR, "allowas-in origin", set_allowas_in, 1,
            "neighbor allowas-in origin is not supported: use allowas-in NUMBER"),
    ROW(IN_BOTH, "weight <0-65535>", set_weight, 0, "The weight of the neighbor's routes"),
    ROW(IN_BOTH, "maximum-prefix <1-4294967295> [<1-100>] ([warning-only] [restart <1-65535>])",
        set_maximum_prefix, 0, "How many prefixes are too many"),
    REFUSED(IN_FRR, "addpath-tx-all-paths", set_tri, OFFSET(addpath_tx_all),
            "neighbor addpath-tx-all-paths is not supported: remove the line"),
};

const struct cmd_rows cmd_rows_neighbor_af = { "Neighbors, one address family", rows,
                                               ARRAY_LEN(rows) };
