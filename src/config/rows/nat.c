/* Access lists and source NAT. */
#include "config/parser.h"

#include <string.h>

/* ---- the words of an access list's rule --------------------------------------------------------
 */

enum { PROTOCOL_ICMPV6 = 58 };

struct rule_reader {
    struct parser *p;
    size_t w;
    uint8_t family; /* of the list: `icmp` is ICMPv6 in a list of IPv6 */
    struct config_acl_entry e;
    bool placeholder;
};

static const struct {
    const char *name;
    uint8_t number;
} protocols[] = {
    { "ip", 0 },     { "ipv6", 0 },  { "icmp", 1 },  { "igmp", 2 },  { "ipinip", 4 },
    { "tcp", 6 },    { "udp", 17 },  { "gre", 47 },  { "esp", 50 },  { "ahp", 51 },
    { "eigrp", 88 }, { "ospf", 89 }, { "pim", 103 }, { "pcp", 108 },
};

static const struct {
    const char *name;
    uint16_t number;
} ports[] = {
    { "echo", 7 },         { "discard", 9 },
    { "daytime", 13 },     { "chargen", 19 },
    { "ftp-data", 20 },    { "ftp", 21 },
    { "ssh", 22 },         { "telnet", 23 },
    { "smtp", 25 },        { "time", 37 },
    { "tacacs", 49 },      { "domain", 53 },
    { "bootps", 67 },      { "bootpc", 68 },
    { "tftp", 69 },        { "gopher", 70 },
    { "finger", 79 },      { "www", 80 },
    { "pop2", 109 },       { "pop3", 110 },
    { "sunrpc", 111 },     { "ident", 113 },
    { "nntp", 119 },       { "ntp", 123 },
    { "netbios-ns", 137 }, { "netbios-dgm", 138 },
    { "netbios-ss", 139 }, { "snmp", 161 },
    { "snmptrap", 162 },   { "bgp", 179 },
    { "irc", 194 },        { "isakmp", 500 },
    { "exec", 512 },       { "biff", 512 },
    { "login", 513 },      { "who", 513 },
    { "syslog", 514 },     { "cmd", 514 },
    { "lpd", 515 },        { "talk", 517 },
    { "rip", 520 },        { "uucp", 540 },
    { "klogin", 543 },     { "kshell", 544 },
    { "bfd", 3784 },       { "non500-isakmp", 4500 },
};

static const char *word(const struct rule_reader *r)
{
    return parser_word(r->p, r->w);
}

static bool read_protocol(struct rule_reader *r)
{
    uint32_t n;
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        if (lex_eq(word(r), protocols[i].name)) {
            r->e.protocol = protocols[i].number;
            r->w++;
            return true;
        }
    }
    if (!lex_number(word(r), 1, 255, &n)) {
        parser_bad(r->p, r->w, "a protocol: ip, icmp, tcp, udp, gre, esp or its number");
        return false;
    }
    r->e.protocol = (uint8_t)n;
    r->w++;
    return true;
}

/* any | host A | A WILDCARD | A/len | A (a standard list's host) */
static bool read_network(struct rule_reader *r, struct prefix *ret, bool *ret_any)
{
    const char *s = word(r);
    struct ip_addr ip, mask;
    uint8_t len;
    *ret_any = false;
    if (lex_eq(s, "any")) {
        *ret = (struct prefix){ .family = IP_V4 };
        *ret_any = true;
        r->w++;
        return true;
    }
    bool host = lex_eq(s, "host");
    r->w += host;
    s = word(r);
    if (r->w < r->p->l.n && lex_is_placeholder(s)) {
        r->placeholder = true;
        r->w++;
        return true;
    }
    if (prefix_parse(s, ret, NULL) && !host) {
        r->w++;
        return true;
    }
    if (!ip_parse(s, &ip)) {
        parser_bad(r->p, r->w, "'any', 'host' and an address, or an address and a wildcard mask");
        return false;
    }
    if (host || !ip_parse(parser_word(r->p, r->w + 1), &mask)) {
        *ret = prefix_of(&ip, ip_bits(ip.family));
        r->w++;
        return true;
    }
    if (ip.family != IP_V4 || mask.family != IP_V4 || !ip_wildcard_to_len(&mask, &len)) {
        parser_bad(r->p, r->w + 1, "a wildcard mask such as 0.0.0.255");
        return false;
    }
    *ret = parser_net_wildcard(r->p, r->w);
    r->w += 2;
    return true;
}

static bool read_port(struct rule_reader *r, uint16_t *ret)
{
    uint32_t n;
    for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
        if (lex_eq(word(r), ports[i].name)) {
            *ret = ports[i].number;
            r->w++;
            return true;
        }
    }
    if (!lex_number(word(r), 0, 65535, &n)) {
        parser_bad(r->p, r->w, "a port from 0 to 65535 or its name");
        return false;
    }
    *ret = (uint16_t)n;
    r->w++;
    return true;
}

/* [eq P | range P P | gt P | lt P] */
static bool read_ports(struct rule_reader *r, uint16_t *lo, uint16_t *hi)
{
    *lo = 0;
    *hi = UINT16_MAX;
    const char *s = word(r);
    bool eq = lex_eq(s, "eq"), range = lex_eq(s, "range"), gt = lex_eq(s, "gt");
    bool lt = lex_eq(s, "lt");
    if (lex_eq(s, "neq")) {
        parser_bad(r->p, r->w, "eq, range, gt or lt");
        return false;
    }
    if (!eq && !range && !gt && !lt)
        return true;
    r->w++;
    uint16_t port;
    if (!read_port(r, &port))
        return false;
    if (range) {
        *lo = port;
        return read_port(r, hi);
    }
    *lo = eq ? port : gt ? (uint16_t)MIN(port + 1, UINT16_MAX) : 0;
    *hi = eq ? port : lt ? (uint16_t)(port ? port - 1 : 0) : UINT16_MAX;
    return true;
}

static bool is_icmp(const struct config_acl_entry *e)
{
    return e->protocol == ACL_PROTO_ICMP || e->protocol == PROTOCOL_ICMPV6;
}

/* A message's name, or its type and perhaps its code as numbers; false: neither stands there. */
static bool read_icmp(struct rule_reader *r)
{
    uint32_t type, code;
    if (!is_icmp(&r->e) || r->e.has_icmp)
        return false;
    if (config_icmp_parse(word(r), r->family, &r->e.icmp)) {
        r->e.has_icmp = true;
        return true;
    }
    if (!lex_number(word(r), 0, UINT8_MAX, &type))
        return false;
    r->e.has_icmp = true;
    r->e.icmp = (struct config_icmp){ .type = (uint8_t)type };
    if (lex_number(parser_word(r->p, r->w + 1), 0, UINT8_MAX, &code)) {
        r->e.icmp.has_code = true;
        r->e.icmp.code = (uint8_t)code;
        r->w++;
    }
    return true;
}

static bool read_options(struct rule_reader *r)
{
    for (; r->w < r->p->l.n; r->w++) {
        if (lex_eq(word(r), "log") || lex_eq(word(r), "log-input")) {
            r->e.log = true;
            if (r->w + 2 == r->p->l.n && !lex_eq(parser_word(r->p, r->w + 1), "established"))
                r->w++; /* a word that IOS puts into its messages */
        } else if (lex_eq(word(r), "established"))
            r->e.established = true;
        else if (lex_eq(word(r), "exact-match"))
            r->e.exact = true;
        else if (!read_icmp(r)) {
            parser_bad(r->p, r->w,
                       is_icmp(&r->e)
                           ? "an ICMP message's name or type, 'log' or the end of the line"
                           : "'log', 'established' or the end of the line");
            return false;
        }
    }
    return true;
}

static bool read_rule(struct rule_reader *r, bool extended)
{
    r->e.src_port_hi = r->e.dst_port_hi = UINT16_MAX;
    r->e.destination = (struct prefix){ .family = IP_V4 };
    r->e.any_destination = true;
    if (extended && !read_protocol(r))
        return false;
    if (!read_network(r, &r->e.source, &r->e.any_source))
        return false;
    if (extended && (!read_ports(r, &r->e.src_port_lo, &r->e.src_port_hi) ||
                     !read_network(r, &r->e.destination, &r->e.any_destination) ||
                     !read_ports(r, &r->e.dst_port_lo, &r->e.dst_port_hi)))
        return false;
    return read_options(r);
}

/* ---- the lists ------------------------------------------------------------------------------- */

static void warn_placeholder(struct parser *p)
{
    parser_warn(p, "CFG-PLACEHOLDER", 0,
                "an address is left to fill in: the rule is kept as text and filters nothing",
                "put your own address in");
}

static void put_rule(struct parser *p, struct config_access_list *list, struct config_acl_entry e,
                     uint32_t seq)
{
    uint32_t owner = list->family * UINT32_C(0x10000000) + (uint32_t)(list - p->c->access_lists.v);
    uint32_t step = parser_is_ios(p) ? 10 : 5;
    e.seq = seq ? seq : store_next_seq(p, INDEX_ACCESS_ENTRY, owner, step);
    e.at = parser_at(p, 0);
    uint32_t *value = index_make(&p->index, INDEX_ACCESS_ENTRY, owner, &e.seq, sizeof(e.seq));
    if (!value) {
        p->full = true;
        return;
    }
    if (*value == INDEX_NONE || config_is_dead(list->entries.v[*value].at)) {
        if (!LIST_PUSH(p, list->entries))
            return;
        *value = list->entries.n - 1;
    }
    list->entries.v[*value] = e;
    store_note_seq(p, INDEX_ACCESS_ENTRY, owner, e.seq);
}

static void drop_list(struct parser *p, struct config_access_list *list)
{
    list->at.line = 0;
    store_forget(p, INDEX_ACCESS_LIST, list->family, list->name);
}

/* A number says what the list holds: 1-99 and 1300-1999 sources only, 100-199 and 2000-2699 all. */
static bool is_extended_number(const char *name)
{
    uint32_t n;
    return lex_number(name, 100, 199, &n) || lex_number(name, 2000, 2699, &n);
}

/* A rule from word w on into a list. */
static void add_rule(struct parser *p, struct config_access_list *list, size_t w, bool permit,
                     uint32_t seq)
{
    struct rule_reader r = { .p = p, .w = w, .family = list->family, .e = { .permit = permit } };
    if (!read_rule(&r, list->extended))
        return;
    if (r.placeholder) {
        const char *text = parser_keep(p, lex_rest(&p->l, w));
        r.e = (struct config_acl_entry){ .permit = permit, .placeholder = true, .remark = text };
        if (!text)
            return;
        warn_placeholder(p);
    } else if (r.e.source.family == IP_V6 || r.e.destination.family == IP_V6) {
        r.e.source.family = r.e.destination.family = IP_V6;
    } else if (list->family == IP_V6) {
        r.e.source.family = r.e.destination.family = IP_V6;
    }
    put_rule(p, list, r.e, seq);
}

static struct config_access_list *current(struct parser *p)
{
    return &p->c->access_lists.v[p->access_list];
}

/* no 10 | no permit ...: by number, or what says the same. */
static void remove_rule(struct parser *p, uint32_t seq, size_t w, bool permit)
{
    struct config_access_list *list = current(p);
    struct rule_reader r = { .p = p, .w = w, .family = list->family, .e = { .permit = permit } };
    if (!seq && !read_rule(&r, list->extended))
        return;
    if (!parser_may_scan(p, list->entries.n))
        return;
    for (uint32_t i = 0; i < list->entries.n; i++) {
        struct config_acl_entry *e = &list->entries.v[i];
        bool same = seq ? e->seq == seq
                        : e->permit == permit && !e->remark && e->protocol == r.e.protocol &&
                              prefix_eq(&e->source, &r.e.source) &&
                              prefix_eq(&e->destination, &r.e.destination) &&
                              e->dst_port_lo == r.e.dst_port_lo &&
                              e->dst_port_hi == r.e.dst_port_hi &&
                              e->has_icmp == r.e.has_icmp && e->icmp.type == r.e.icmp.type &&
                              e->icmp.has_code == r.e.icmp.has_code &&
                              e->icmp.code == r.e.icmp.code;
        if (same)
            e->at.line = 0;
    }
}

/* access-list NUMBER|NAME [seq N] permit|deny ...: 0 name, 1 [seq], 2 number, 3 action, 4 rule */
static void set_access_list(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 0);
    uint8_t family = a->row->arg ? IP_V6 : IP_V4;
    struct config_access_list *list = store_access_list(p, family, name, !a->no);
    if (!list)
        return;
    if (a->no) {
        p->access_list = (uint32_t)(list - p->c->access_lists.v);
        if (!a->v[3].present || parser_is_ios(p))
            drop_list(p, list);
        else
            remove_rule(p, a->v[2].number, a->v[4].word, a->v[3].number == 0);
        return;
    }
    if (list->entries.n == 0)
        list->extended = list->family == IP_V4 && is_extended_number(name);
    add_rule(p, list, a->v[4].word, a->v[3].number == 0, a->v[2].number);
}

static void add_remark(struct parser *p, struct config_access_list *list, const char *text)
{
    const char *kept = parser_keep(p, text);
    if (kept)
        put_rule(p, list, (struct config_acl_entry){ .remark = kept }, 0);
}

static void set_access_list_remark(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 0);
    struct config_access_list *list =
        store_access_list(p, a->row->arg ? IP_V6 : IP_V4, name, !a->no);
    if (!list || a->no)
        return;
    if (list->entries.n == 0)
        list->extended = list->family == IP_V4 && is_extended_number(name);
    add_remark(p, list, parser_rest(p, a, 1));
}

/* ip access-list standard|extended NAME */
static void set_named_list(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 1);
    struct config_access_list *list = store_access_list(p, IP_V4, name, !a->no);
    if (list && a->no) {
        drop_list(p, list);
        return;
    }
    if (!list) {
        p->refused = true;
        return;
    }
    if (list->entries.n > 0 && list->extended != (a->v[0].number == 1)) {
        parser_error(p, "CFG-VALUE", a->v[0].word, "the list exists as one of the other kind",
                     NULL);
        return;
    }
    list->extended = a->v[0].number == 1;
    p->access_list = (uint32_t)(list - p->c->access_lists.v);
}

/* 0 [number], 1 number, 2 permit|deny, 3 rule */
static void set_named_rule(struct parser *p, const struct cmd_args *a)
{
    bool permit = a->v[2].number == 0;
    if (a->no)
        remove_rule(p, a->v[1].number, a->v[3].word, permit);
    else
        add_rule(p, current(p), a->v[3].word, permit, a->v[1].number);
}

static void remove_named_number(struct parser *p, const struct cmd_args *a)
{
    remove_rule(p, a->v[0].number, 0, false);
}

/* 0 [number], 1 number, 2 text */
static void set_named_remark(struct parser *p, const struct cmd_args *a)
{
    if (!a->no)
        add_remark(p, current(p), parser_rest(p, a, 2));
}

/* ---- NAT ------------------------------------------------------------------------------------- */

static struct config_nat_source_list *nat_list(struct parser *p, const char *name, bool make)
{
    uint32_t *value = make ? index_make(&p->index, INDEX_NAT_LIST, 0, name, strlen(name))
                           : index_find(&p->index, INDEX_NAT_LIST, 0, name, strlen(name));
    if (!value || (*value == INDEX_NONE && !make))
        return NULL;
    if (*value == INDEX_NONE) {
        if (!LIST_PUSH(p, p->c->nat_lists))
            return NULL;
        *value = p->c->nat_lists.n - 1;
    }
    return &p->c->nat_lists.v[*value];
}

/* 0 list|route-map, 1 name, 2 interface|pool, 3 [overload] */
static void set_nat_source(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_keep_arg(p, a, 1);
    struct config_nat_source_list *n = name ? nat_list(p, name, !a->no) : NULL;
    if (!n)
        return;
    *n = (struct config_nat_source_list){ .acl = name,
                                          .is_route_map = a->v[0].number == 1,
                                          .overload = a->v[3].present,
                                          .at = parser_at(p, 0) };
    if (a->no)
        n->at.line = 0;
    else if (a->row->arg)
        n->pool = parser_keep_arg(p, a, 2);
    else
        n->interface = parser_interface(p, a, 2);
}

static void set_nat_static(struct parser *p, const struct cmd_args *a)
{
    if (a->no)
        parser_inert(p, "switches off what is not done here");
    else
        parser_error(p, "CFG-UNSUPPORTED", 0, "static translations are not supported",
                     "ip nat inside source list ACL interface IF overload");
}

static void set_nat_vrf(struct parser *p, const struct cmd_args *a)
{
    if (a->no || lex_is_management_vrf(parser_arg(p, a, 3)))
        parser_inert(p, "translations of a management VRF, which carries nothing of ours");
    else
        parser_error(p, "CFG-UNSUPPORTED", a->v[3].word, "VRFs are not supported",
                     "a management VRF, whose name says so");
}

/* 0 name, 1 first, 2 last, 3 [netmask], 4 mask, 5 [prefix-length], 6 length */
static void set_nat_pool(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_keep_arg(p, a, 0);
    uint32_t *value = name ? index_make(&p->index, INDEX_NAT_POOL, 0, name, strlen(name)) : NULL;
    if (!value)
        return;
    if (a->no) {
        if (*value != INDEX_NONE)
            p->c->nat_pools.v[*value].at.line = 0;
        *value = INDEX_NONE;
        return;
    }
    struct config_nat_pool pool = {
        .name = name, .first = parser_ip(p, a, 1), .last = parser_ip(p, a, 2), .at = parser_at(p, 0)
    };
    struct ip_addr mask = parser_ip(p, a, 4);
    pool.len = a->v[5].present ? (uint8_t)a->v[6].number : 32;
    if (mask.family == IP_V4 && !ip_mask_to_len(&mask, &pool.len))
        return;
    if (*value == INDEX_NONE) {
        if (!LIST_PUSH(p, p->c->nat_pools))
            return;
        *value = p->c->nat_pools.n - 1;
    }
    p->c->nat_pools.v[*value] = pool;
}

#define ROW(d, m, s, f, o, h)                                                                      \
    {                                                                                              \
        .mode = (m), .dialects = (d), .syntax = (s), .set = (f), .arg = (o), .help = (h),          \
        .flags = ROW_NAMED                                                                         \
    }

static const struct cmd_row rows[] = {
    ROW(IN_BOTH, MODE_GLOBAL, "access-list <name> [seq <1-4294967295>] {permit|deny} <line>",
        set_access_list, 0, "A rule of an access list, by number or (FRR) name"),
    ROW(IN_BOTH, MODE_GLOBAL, "access-list <name> remark <line>", set_access_list_remark, 0,
        "A text for people"),
    ROW(IN_FRR, MODE_GLOBAL, "ipv6 access-list <name> [seq <1-4294967295>] {permit|deny} <line>",
        set_access_list, 1, "A rule of an IPv6 access list"),
    ROW(IN_FRR, MODE_GLOBAL, "ipv6 access-list <name> remark <line>", set_access_list_remark, 1,
        "A text for people"),
    { .mode = MODE_GLOBAL,
      .dialects = IN_BOTH,
      .syntax = "ip access-list {standard|extended} <name>",
      .set = set_named_list,
      .enters = MODE_ACCESS_LIST,
      .flags = ROW_NAMED,
      .help = "An access list as a block" },
    ROW(IN_BOTH, MODE_ACCESS_LIST, "[<1-2147483647>] {permit|deny} <line>", set_named_rule, 0,
        "A rule"),
    { .mode = MODE_ACCESS_LIST,
      .dialects = IN_BOTH,
      .syntax = "<1-2147483647>",
      .set = remove_named_number,
      .flags = ROW_NO_ONLY,
      .help = "Remove a rule by its number" },
    ROW(IN_BOTH, MODE_ACCESS_LIST, "[<1-2147483647>] remark <line>", set_named_remark, 0,
        "A text for people"),
    ROW(IN_BOTH, MODE_GLOBAL,
        "ip nat inside source {list|route-map} <name> interface <interface> [overload]",
        set_nat_source, 0, "Translate sources that a list permits to an interface's address"),
    ROW(IN_BOTH, MODE_GLOBAL, "ip nat inside source {list|route-map} <name> pool <name> [overload]",
        set_nat_source, 1, "Translate them to the address of a pool"),
    ROW(IN_IOS, MODE_GLOBAL,
        "ip nat inside source {list|route-map} <name> interface <interface> vrf <name> [overload]",
        set_nat_vrf, 0, "The same in a management VRF; others are refused"),
    ROW(IN_BOTH, MODE_GLOBAL, "ip nat inside source static <line>", set_nat_static, 0,
        "Refused: static translations"),
    ROW(IN_BOTH, MODE_GLOBAL,
        "ip nat pool <name> <ip> <ip> [netmask <mask>] [prefix-length <1-32>]", set_nat_pool, 0,
        "An address to translate to"),
};

const struct cmd_rows cmd_rows_nat = { "Access lists and NAT", rows, ARRAY_LEN(rows) };
