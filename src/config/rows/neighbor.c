/* router bgp: neighbors and peer groups, what concerns their sessions. */
#include "config/crypto_set.h"
#include "config/parser.h"

#include <string.h>

/* The neighbor of argument 0. An unknown name is no group yet: groups are made by their own line.
 */
static struct config_neighbor *neighbor(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 0);
    struct ip_addr ip;
    bool is_address = ip_parse(name, &ip);
    struct config_neighbor *n = store_neighbor(p, name, is_address && !a->no);
    if (!n && !is_address)
        parser_error(p, "CFG-REFERENCE", a->v[0].word, "there is no such peer group yet",
                     "a neighbor's address, or a group made by 'neighbor NAME peer-group'");
    return n;
}

static void set_group(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 0);
    struct ip_addr ip;
    if (ip_parse(name, &ip)) {
        parser_bad(p, a->v[0].word, "a name");
        return;
    }
    struct config_neighbor *n = store_neighbor(p, name, !a->no);
    if (n && a->no) {
        n->at.line = 0;
        store_forget(p, INDEX_NEIGHBOR, p->bgp_generation, n->name);
    }
}

static void remove_neighbor(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (!n)
        return;
    n->at.line = 0;
    store_forget(p, INDEX_NEIGHBOR, p->bgp_generation, n->name);
}

static void set_member(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (!n)
        return;
    if (a->no) {
        n->peer_group = NULL;
        return;
    }
    const struct config_neighbor *group = store_neighbor(p, parser_arg(p, a, 1), false);
    if (!group || !group->is_group)
        parser_error(p, "CFG-REFERENCE", a->v[1].word, "there is no such peer group",
                     "a group made by 'neighbor NAME peer-group'");
    else
        n->peer_group = group->name;
}

static void set_remote_as(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (!n)
        return;
    if (a->no) {
        if (n->is_group)
            n->remote_as_kind = REMOTE_AS_UNSET;
        else
            remove_neighbor(p, a);
        return;
    }
    enum config_remote_as kind = REMOTE_AS_NUMBER;
    if (a->row->arg)
        kind = a->v[1].number == 0 ? REMOTE_AS_INTERNAL : REMOTE_AS_EXTERNAL;
    uint32_t as = a->row->arg ? 0 : a->v[1].number;
    if (as == 23456)
        parser_error(p, "CFG-VALUE", a->v[1].word,
                     "AS 23456 is AS_TRANS and belongs to nobody (RFC 6793)", "the peer's AS");
    if (n->remote_as_kind != REMOTE_AS_UNSET && (n->remote_as_kind != kind || n->remote_as != as))
        parser_warn(p, "CFG-SUSPECT", a->v[0].word,
                    "the neighbor has another remote-as already: the later line counts", NULL);
    n->remote_as_kind = kind;
    n->remote_as = as;
}

/* 0 neighbor, 1 AS, 2 [replace-as]; the row's arg: no-prepend */
static void set_local_as(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (!n)
        return;
    n->local_as = a->no ? 0 : a->v[1].number;
    n->local_as_no_prepend = !a->no && a->row->arg;
    n->local_as_replace_as = !a->no && a->v[2].present;
}

static void set_shutdown(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (!n)
        return;
    n->shutdown = a->no ? TRI_NO : TRI_YES;
    n->shutdown_message = a->no ? NULL : parser_keep_rest(p, a, 2);
}

/* The member at offset arg. */
static void *member(struct config_neighbor *n, const struct cmd_args *a)
{
    return (char *)n + a->row->arg;
}

static void set_tri(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (n)
        *(enum config_tri *)member(n, a) = a->no ? TRI_NO : TRI_YES;
}

/* Of rows that state the opposite of the member: dont-capability-negotiate. */
static void set_tri_not(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (n)
        *(enum config_tri *)member(n, a) = a->no ? TRI_YES : TRI_NO;
}

static void set_text(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (n)
        *(const char **)member(n, a) = a->no ? NULL : parser_keep_rest(p, a, 1);
}

static void set_interface_name(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (n)
        n->update_source = a->no ? NULL : parser_interface(p, a, 1);
}

static void set_u16(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (n)
        *(uint16_t *)member(n, a) = a->no ? 0 : (uint16_t)a->v[1].number;
}

static void put_password(struct parser *p, const struct cmd_args *a, unsigned i)
{
    struct config_neighbor *n = neighbor(p, a);
    if (a->v[i].present)
        crypto_note_bgp_password(p, a->v[i].word);
    if (n)
        n->password = a->no ? NULL : parser_keep_rest(p, a, i);
}

static void set_password(struct parser *p, const struct cmd_args *a)
{
    put_password(p, a, 1);
}

/* IOS: the password may say how it is written; 7 is a reversible scramble that we do not undo. */
static void set_password_typed(struct parser *p, const struct cmd_args *a)
{
    if (!a->no && a->v[1].number != 0) {
        parser_error(p, "CFG-UNSUPPORTED", a->v[1].word, "an encrypted password cannot be used",
                     "the password in clear (type 0)");
        return;
    }
    put_password(p, a, 2);
}

static void set_ebgp_multihop(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (n)
        n->ebgp_multihop = a->no ? 0 : a->v[1].present ? (uint8_t)a->v[2].number : 255;
}

static void set_ttl_security(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (n)
        n->ttl_security_hops = a->no ? 0 : (uint8_t)a->v[1].number;
}

static void set_timers(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (!n)
        return;
    if (!a->no && (a->v[2].number == 1 || a->v[2].number == 2)) {
        parser_bad(p, a->v[2].word, "a hold time of 0 or at least 3 s");
        return;
    }
    n->keepalive_s = a->no ? UINT16_MAX : (uint16_t)a->v[1].number;
    n->hold_s = a->no ? UINT16_MAX : (uint16_t)a->v[2].number;
}

static void set_advertisement(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (n)
        n->advertisement_interval_s = a->no ? UINT16_MAX : (uint16_t)a->v[1].number;
}

static void set_bfd(struct parser *p, const struct cmd_args *a)
{
    struct config_neighbor *n = neighbor(p, a);
    if (!n)
        return;
    n->bfd = a->no ? TRI_NO : TRI_YES;
    n->bfd_profile = a->no || a->row->arg == 0 ? n->bfd_profile : parser_keep_arg(p, a, 1);
    if (a->no)
        n->bfd_profile = NULL;
}

#define OFFSET(m) ((uint32_t)offsetof(struct config_neighbor, m))
#define ROW(d, s, f, o, h)                                                                         \
    {                                                                                              \
        .mode = MODE_BGP, .dialects = (d), .syntax = "neighbor <peer> " s, .set = (f), .arg = (o), \
        .help = (h), .flags = ROW_NAMED                                                            \
    }
/* Read and kept, so that they can be converted; not done here. */
#define REFUSED(d, s, f, o, w)                                                                     \
    {                                                                                              \
        .mode = MODE_BGP, .dialects = (d), .syntax = "neighbor <peer> " s, .set = (f), .arg = (o), \
        .why = (w), .flags = ROW_NAMED | ROW_REFUSED                                               \
    }
#define WHY_BFD "neighbor bfd is not supported: remove the line; use timers instead"

static const struct cmd_row rows[] = {
    { .mode = MODE_BGP,
      .dialects = IN_BOTH,
      .syntax = "neighbor <peer>",
      .set = remove_neighbor,
      .flags = ROW_NO_ONLY | ROW_NAMED,
      .help = "Remove a neighbor" },
    ROW(IN_BOTH, "remote-as <as>", set_remote_as, 0, "The neighbor's AS number"),
    ROW(IN_FRR, "remote-as {internal|external}", set_remote_as, 1, "Ours, or any but ours"),
    ROW(IN_BOTH, "peer-group", set_group, 0, "Make a group of settings"),
    ROW(IN_BOTH, "peer-group <name>", set_member, 0, "Take the settings of a group"),
    ROW(IN_BOTH, "local-as <as>", set_local_as, 0, "Another AS of our own towards this neighbor"),
    REFUSED(IN_BOTH, "local-as <as> no-prepend [replace-as]", set_local_as, 1,
            "neighbor local-as no-prepend and replace-as are not supported: use local-as NUMBER "
            "alone"),
    ROW(IN_BOTH, "description <line>", set_text, OFFSET(description), "A text for people"),
    ROW(IN_BOTH, "shutdown [message <line>]", set_shutdown, 0, "Keep the session down"),
    ROW(IN_FRR, "passive", set_tri, OFFSET(passive), "Wait for the neighbor to connect"),
    ROW(IN_IOS, "transport connection-mode passive", set_tri, OFFSET(passive),
        "Wait for the neighbor to connect"),
    ROW(IN_BOTH, "ebgp-multihop [<1-255>]", set_ebgp_multihop, 0,
        "The neighbor is not on our link: the TTL"),
    ROW(IN_BOTH, "disable-connected-check", set_tri, OFFSET(disable_connected_check),
        "Do not ask whether the neighbor is on our link"),
    ROW(IN_BOTH, "ttl-security hops <1-254>", set_ttl_security, 0, "RFC 5082"),
    ROW(IN_BOTH, "update-source <addr>", set_text, OFFSET(update_source),
        "The session's own address"),
    ROW(IN_BOTH, "update-source <interface>", set_interface_name, 0,
        "The interface whose address is the session's own"),
    ROW(IN_BOTH, "password <line>", set_password, 0, "TCP MD5 (RFC 2385)"),
    ROW(IN_IOS, "password <0-9> <line>", set_password_typed, 0, "The same, saying its type"),
    ROW(IN_BOTH, "timers <0-65535> <0-65535> [<0-65535>]", set_timers, 0,
        "Keepalive and hold time in seconds"),
    ROW(IN_FRR, "timers connect <1-65535>", set_u16, OFFSET(connect_s),
        "Seconds between attempts to connect"),
    ROW(IN_BOTH, "advertisement-interval <0-600>", set_advertisement, 0, "Seconds between updates"),
    ROW(IN_FRR, "port <1-65535>", set_u16, OFFSET(port), "The neighbor's TCP port"),
    REFUSED(IN_FRR, "capability dynamic", set_tri, OFFSET(capability_dynamic),
            "neighbor capability dynamic is not supported: remove the line"),
    REFUSED(IN_FRR, "capability extended-nexthop", set_tri, OFFSET(capability_extended_nexthop),
            "neighbor capability extended-nexthop is not supported: remove the line"),
    REFUSED(IN_BOTH, "dont-capability-negotiate", set_tri_not, OFFSET(capability_negotiate),
            "neighbor dont-capability-negotiate is not supported: remove the line, peers of today "
            "negotiate"),
    ROW(IN_IOS, "dont-capability-negotiate four-octets-as", set_tri_not, OFFSET(capability_4octet),
        "Do not offer four-octet AS numbers"),
    ROW(IN_BOTH, "enforce-first-as", set_tri, OFFSET(enforce_first_as),
        "Refuse paths that do not begin with the neighbor's AS"),
    REFUSED(IN_FRR, "bfd", set_bfd, 0, WHY_BFD),
    REFUSED(IN_FRR, "bfd profile <name>", set_bfd, 1, WHY_BFD),
    REFUSED(IN_IOS, "fall-over bfd", set_bfd, 0,
            "neighbor fall-over bfd is not supported: remove the line; use timers instead"),
    REFUSED(IN_FRR, "graceful-restart", set_tri, OFFSET(graceful_restart),
            "neighbor graceful-restart is not supported: remove the line"),
};

const struct cmd_rows cmd_rows_neighbor = { "Neighbors", rows, ARRAY_LEN(rows) };
