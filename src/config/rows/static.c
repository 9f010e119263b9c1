/* Static routes. */
#include "config/parser.h"

#include <string.h>

/* What makes two lines the same route, the later one overriding: IOS keeps one distance for a next
 * hop, FRR one entry for each. */
struct static_key {
    struct prefix prefix;
    struct ip_addr next_hop;
    uint8_t kind, distance;
    char interface[64];
};

static struct static_key key_of(const struct parser *p, const struct config_static *s)
{
    struct static_key key;
    memset(&key, 0, sizeof(key));
    key.prefix = s->prefix;
    key.next_hop = s->next_hop;
    key.kind = (uint8_t)s->kind;
    key.distance = parser_is_ios(p) ? 0 : s->distance;
    if (s->interface)
        memcpy(key.interface, s->interface, MIN(strlen(s->interface), sizeof(key.interface) - 1));
    return key;
}

/* no ip route P [NH]: without a next hop all of them go (IOS). */
static void remove_static(struct parser *p, const struct config_static *s, bool all)
{
    if (all) {
        if (!parser_may_scan(p, p->c->statics.n))
            return;
        for (uint32_t i = 0; i < p->c->statics.n; i++) {
            if (prefix_eq(&p->c->statics.v[i].prefix, &s->prefix))
                p->c->statics.v[i].at.line = 0;
        }
        return;
    }
    struct static_key key = key_of(p, s);
    uint32_t *value = index_find(&p->index, INDEX_STATIC, 0, &key, sizeof(key));
    if (!value || *value == INDEX_NONE) {
        parser_warn(p, "CFG-REFERENCE", 0, "there is no such route to remove", NULL);
        return;
    }
    p->c->statics.v[*value].at.line = 0;
    *value = INDEX_NONE;
}

static void put_static(struct parser *p, const struct config_static *s, const struct cmd_args *a)
{
    if (a->no) {
        remove_static(p, s,
                      s->kind == STATIC_VIA && s->next_hop.family == IP_NONE && !s->interface);
        return;
    }
    struct static_key key = key_of(p, s);
    uint32_t *value = index_make(&p->index, INDEX_STATIC, 0, &key, sizeof(key));
    if (!value) {
        p->full = true;
        return;
    }
    if (*value == INDEX_NONE || config_is_dead(p->c->statics.v[*value].at)) {
        struct config_static *new = LIST_PUSH(p, p->c->statics);
        if (!new)
            return;
        *value = p->c->statics.n - 1;
    }
    struct config_pos at = p->c->statics.v[*value].at;
    p->c->statics.v[*value] = *s;
    p->c->statics.v[*value].at = config_is_dead(at) ? parser_at(p, 0) : at;
}

/* The interface of a route; Null0 is no interface. */
static void set_interface(struct parser *p, const struct cmd_args *a, unsigned i,
                          struct config_static *s)
{
    const char *name = parser_interface(p, a, i);
    if (name && (lex_eq(name, "Null0") || lex_eq(name, "blackhole")))
        s->kind = STATIC_BLACKHOLE;
    else if (name && lex_eq(name, "reject"))
        s->kind = STATIC_REJECT;
    else
        s->interface = name;
}

/* A mask-less host is refused by FRR itself; people write it, and what is meant is plain. */
static struct prefix lenient_prefix(struct parser *p, const struct cmd_args *a, unsigned i)
{
    struct ip_addr ip;
    if (!ip_parse(parser_arg(p, a, i), &ip))
        return parser_net(p, a, i);
    parser_warn(p, "CFG-SUSPECT", a->v[i].word,
                "a prefix without its length: taken as a host route",
                "FRR itself refuses this line: write the length");
    return prefix_of(&ip, ip_bits(ip.family));
}

/* Options in the rows' common order: distance, tag, name, track, weight, permanent, onlink. */
static void options(struct parser *p, const struct cmd_args *a, unsigned i, struct config_static *s)
{
    s->distance = a->v[i].present ? (uint8_t)a->v[i + 1].number : 1;
    s->tag = a->v[i + 2].present ? a->v[i + 3].number : 0;
    s->name = a->v[i + 4].present ? parser_keep_arg(p, a, i + 5) : NULL;
    s->track = a->v[i + 6].present ? a->v[i + 7].number : 0;
    s->weight = a->v[i + 8].present ? a->v[i + 9].number : 0;
    s->permanent = a->v[i + 10].present;
    s->onlink = a->v[i + 11].present;
}

enum { FORM_HOP = 0, FORM_INTERFACE = 1, FORM_MASK = 2, FORM_HOST = 4 };

/* All forms: [prefix | address mask] (next hop [interface] | interface [next hop]) options. */
static void set_static(struct parser *p, const struct cmd_args *a)
{
    struct config_static s = { .kind = STATIC_VIA };
    unsigned i = 1, form = a->row->arg;
    if (form & FORM_MASK) {
        s.prefix = parser_net_mask(p, a, 0);
        i = 2;
    } else if (form & FORM_HOST) {
        s.prefix = lenient_prefix(p, a, 0);
    } else {
        s.prefix = parser_net(p, a, 0);
    }
    unsigned hop = form & FORM_INTERFACE ? i + 2 : i, interface = form & FORM_INTERFACE ? i : i + 2;
    s.next_hop = parser_ip(p, a, hop);
    set_interface(p, a, interface, &s);
    options(p, a, i + 3, &s);
    if (s.next_hop.family != IP_NONE && s.next_hop.family != s.prefix.family) {
        parser_bad(p, a->v[hop].word, "a next hop of the prefix's family");
        return;
    }
    put_static(p, &s, a);
}

static void set_static_vrf(struct parser *p, const struct cmd_args *a)
{
    if (lex_is_management_vrf(parser_arg(p, a, 0)))
        parser_inert(p, "a route of the management VRF, which carries nothing of ours");
    else
        parser_error(p, "CFG-UNSUPPORTED", a->v[0].word, "routes in a VRF are not supported", NULL);
}

#define OPTIONS                                                                                    \
    " ([<1-255>] [tag <1-4294967295>] [name <name>] [track <1-1000>] [weight <1-65535>]"           \
    " [permanent] [onlink])"
#define ROW(d, s, form, h)                                                                         \
    {                                                                                              \
        .mode = MODE_GLOBAL, .dialects = (d), .syntax = s OPTIONS, .set = set_static,              \
        .arg = (form), .help = (h), .flags = ROW_NAMED                                             \
    }

static const struct cmd_row rows[] = {
    ROW(IN_FRR, "ip route <net4> <hop4> [<interface>]", FORM_HOP, "A route by a next hop"),
    ROW(IN_FRR, "ip route <net4> <interface> [<ip>]", FORM_INTERFACE,
        "A route out of an interface; Null0, blackhole and reject drop"),
    ROW(IN_BOTH, "ip route <ip> <mask> <hop4> [<interface>]", FORM_MASK | FORM_HOP,
        "The same with a netmask"),
    ROW(IN_BOTH, "ip route <ip> <mask> <interface> [<ip>]", FORM_MASK | FORM_INTERFACE,
        "The same with a netmask, out of an interface"),
    ROW(IN_FRR, "ip route <ip> <hop4> [<interface>]", FORM_HOST | FORM_HOP,
        "A host route without its length: taken with a warning"),
    ROW(IN_BOTH, "ipv6 route <net6> <ip6> [<interface>]", FORM_HOP, "An IPv6 route by a next hop"),
    ROW(IN_BOTH, "ipv6 route <net6> <interface> [<ip6>]", FORM_INTERFACE,
        "An IPv6 route out of an interface"),
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "ip route vrf <name> <line>",
      .set = set_static_vrf,
      .flags = ROW_NAMED,
      .help = "A route of a management VRF; others are refused" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "ipv6 route vrf <name> <line>",
      .set = set_static_vrf,
      .flags = ROW_NAMED,
      .help = "A route of a management VRF; others are refused" },
};

const struct cmd_rows cmd_rows_static = { "Static routes", rows, ARRAY_LEN(rows) };
