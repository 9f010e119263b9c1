/* Route maps. */
#include "config/parser.h"
#include "config/value.h"

#include <string.h>

static struct config_route_map_entry *current(struct parser *p)
{
    return &p->c->route_maps.v[p->route_map].entries.v[p->route_map_entry];
}

static void remove_entries(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 0);
    if (a->v[2].present) {
        struct config_route_map_entry *e = store_route_map_entry(p, name, a->v[2].number, false);
        if (!e)
            return;
        e->at.line = 0;
        uint32_t *value =
            index_find(&p->index, INDEX_ROUTE_MAP_ENTRY, p->route_map, &e->seq, sizeof(e->seq));
        *value = INDEX_NONE;
        return;
    }
    uint32_t *map = index_find(&p->index, INDEX_ROUTE_MAP, 0, name, strlen(name));
    if (map && *map != INDEX_NONE) {
        p->c->route_maps.v[*map].at.line = 0;
        *map = INDEX_NONE;
    }
}

/* 0 name, 1 permit|deny, 2 sequence */
static void set_route_map(struct parser *p, const struct cmd_args *a)
{
    if (a->no) {
        remove_entries(p, a);
        return;
    }
    uint32_t seq = a->row->arg ? 10 : a->v[2].number; /* IOS: a map without a number is its 10 */
    struct config_route_map_entry *e = store_route_map_entry(p, parser_arg(p, a, 0), seq, true);
    if (e)
        e->permit = a->row->arg == 2 || a->v[1].number == 0;
    else
        p->refused = true;
}

/* ---- match ----------------------------------------------------------------------------------- */

/* The clause of this kind, emptied; a kind stands once in an entry. */
static struct config_match *match_make(struct parser *p, enum config_match_kind kind, bool no)
{
    struct config_route_map_entry *e = current(p);
    for (uint32_t i = 0; i < e->matches.n; i++) {
        if (e->matches.v[i].kind != kind || config_is_dead(e->matches.v[i].at))
            continue;
        e->matches.v[i] = (struct config_match){ .kind = kind, .at = e->matches.v[i].at };
        if (no)
            e->matches.v[i].at.line = 0;
        return no ? NULL : &e->matches.v[i];
    }
    if (no)
        return NULL;
    struct config_match *m = LIST_PUSH(p, e->matches);
    if (m)
        *m = (struct config_match){ .kind = kind, .at = parser_at(p, 0) };
    return m;
}

/* A row of names, any of which will do. */
static void set_match_names(struct parser *p, const struct cmd_args *a)
{
    struct config_match *m = match_make(p, (enum config_match_kind)a->row->arg, a->no);
    if (!m)
        return;
    for (size_t w = a->v[0].word; w < p->l.n; w++) {
        if (lex_eq(parser_word(p, w), "exact-match")) {
            m->exact = true;
            continue;
        }
        const char *name = parser_keep(p, parser_word(p, w));
        const char **slot = name ? LIST_PUSH(p, m->names) : NULL;
        if (slot)
            *slot = name;
    }
}

static void set_match_number(struct parser *p, const struct cmd_args *a)
{
    struct config_match *m = match_make(p, (enum config_match_kind)a->row->arg, a->no);
    if (m)
        m->number = a->v[0].number;
}

static void set_match_address(struct parser *p, const struct cmd_args *a)
{
    struct config_match *m = match_make(p, (enum config_match_kind)a->row->arg, a->no);
    if (m)
        m->address = parser_ip(p, a, 0);
}

static void set_match_protocol(struct parser *p, const struct cmd_args *a)
{
    static const char *const names[] = { "connected", "static", "kernel", "bgp" };
    struct config_match *m = match_make(p, MATCH_SOURCE_PROTOCOL, a->no);
    const char **slot = m ? LIST_PUSH(p, m->names) : NULL;
    if (slot)
        *slot = names[a->v[0].number];
}

static void set_match_interface(struct parser *p, const struct cmd_args *a)
{
    struct config_match *m = match_make(p, MATCH_INTERFACE, a->no);
    const char *name = m ? parser_interface(p, a, 0) : NULL;
    const char **slot = name ? LIST_PUSH(p, m->names) : NULL;
    if (slot)
        *slot = name;
}

/* ---- set ------------------------------------------------------------------------------------- */

/* Kinds of which a new line takes the place of another: all ways to set one thing. */
static bool is_same_set(enum config_set_kind a, enum config_set_kind b)
{
    bool hop_a = a >= SET_IP_NEXT_HOP && a <= SET_IP_NEXT_HOP_UNCHANGED;
    bool hop_b = b >= SET_IP_NEXT_HOP && b <= SET_IP_NEXT_HOP_UNCHANGED;
    return a == b || (hop_a && hop_b);
}

static struct config_set *set_make(struct parser *p, enum config_set_kind kind, bool no)
{
    struct config_route_map_entry *e = current(p);
    for (uint32_t i = 0; i < e->sets.n; i++) {
        struct config_set *s = &e->sets.v[i];
        if (!is_same_set(s->kind, kind) || config_is_dead(s->at))
            continue;
        *s = (struct config_set){ .kind = kind, .at = s->at };
        if (no)
            s->at.line = 0;
        return no ? NULL : s;
    }
    if (no)
        return NULL;
    struct config_set *s = LIST_PUSH(p, e->sets);
    if (s)
        *s = (struct config_set){ .kind = kind, .at = parser_at(p, 0) };
    return s;
}

static void set_plain(struct parser *p, const struct cmd_args *a)
{
    (void)set_make(p, (enum config_set_kind)a->row->arg, a->no);
}

static void set_number(struct parser *p, const struct cmd_args *a)
{
    struct config_set *s = set_make(p, (enum config_set_kind)a->row->arg, a->no);
    if (s)
        s->number = a->v[0].number;
}

static void set_address(struct parser *p, const struct cmd_args *a)
{
    struct config_set *s = set_make(p, (enum config_set_kind)a->row->arg, a->no);
    if (s)
        s->address = parser_ip(p, a, 0);
}

static void set_name(struct parser *p, const struct cmd_args *a)
{
    struct config_set *s = set_make(p, (enum config_set_kind)a->row->arg, a->no);
    if (s)
        s->name = parser_keep_arg(p, a, 0);
}

static bool are_too_many(struct parser *p, const struct cmd_args *a)
{
    if (!a->v[0].present || p->l.n - a->v[0].word <= VALUES_MAX)
        return false;
    parser_error(p, "CFG-LIMIT", a->v[0].word + VALUES_MAX, "more than 200 values in one line",
                 NULL);
    return true;
}

/* AS numbers from argument 0 to the end of the line. */
static void set_as_numbers(struct parser *p, const struct cmd_args *a)
{
    if (are_too_many(p, a))
        return;
    for (size_t w = a->v[0].word; a->v[0].present && w < p->l.n; w++) {
        uint32_t as;
        if (!lex_as(parser_word(p, w), &as)) {
            parser_bad(p, w, "an AS number from 1 to 4294967295");
            return;
        }
    }
    struct config_set *s = set_make(p, (enum config_set_kind)a->row->arg, a->no);
    for (size_t w = a->v[0].word; s && a->v[0].present && w < p->l.n; w++) {
        uint32_t *as = LIST_PUSH(p, s->numbers);
        if (as && !lex_as(parser_word(p, w), as))
            s->numbers.n--;
    }
}

/* A number that may be relative: 100, +100, -100. */
static void set_relative(struct parser *p, const struct cmd_args *a)
{
    const char *word = parser_arg(p, a, 0);
    uint32_t v = 0;
    enum config_set_op op = SET_ASSIGN;
    bool may_be_none = a->row->arg == SET_METRIC;
    if (word && may_be_none && lex_eq(word, "none")) {
        op = SET_REMOVE;
    } else if (word) {
        op = word[0] == '+' ? SET_ADD : word[0] == '-' ? SET_SUBTRACT : SET_ASSIGN;
        if (!lex_number(word + (op != SET_ASSIGN), 0, UINT32_MAX, &v)) {
            parser_bad(p, a->v[0].word, may_be_none ? "a number, +number, -number or none"
                                                    : "a number, or +number or -number");
            return;
        }
    }
    struct config_set *s = set_make(p, (enum config_set_kind)a->row->arg, a->no);
    if (s) {
        s->number = v;
        s->op = op;
    }
}

/* set community VALUE... [additive] | none */
static void set_community(struct parser *p, const struct cmd_args *a)
{
    uint32_t v;
    if (are_too_many(p, a))
        return;
    for (size_t w = a->v[0].word; a->v[0].present && w < p->l.n; w++) {
        const char *s = parser_word(p, w);
        if (!lex_eq(s, "none") && !lex_eq(s, "additive") && !value_community(s, &v)) {
            parser_bad(p, w, "a community such as 65000:100, 'additive' or 'none'");
            return;
        }
    }
    struct config_set *s = set_make(p, SET_COMMUNITY, a->no);
    for (size_t w = a->v[0].word; s && a->v[0].present && w < p->l.n; w++) {
        const char *word = parser_word(p, w);
        s->additive = s->additive || lex_eq(word, "additive");
        if (!value_community(word, &v))
            continue;
        uint32_t *slot = LIST_PUSH(p, s->numbers);
        if (slot)
            *slot = v;
    }
}

static void set_large_community(struct parser *p, const struct cmd_args *a)
{
    struct config_large v;
    if (are_too_many(p, a))
        return;
    for (size_t w = a->v[0].word; a->v[0].present && w < p->l.n; w++) {
        const char *s = parser_word(p, w);
        if (!lex_eq(s, "none") && !lex_eq(s, "additive") && !value_large(s, &v)) {
            parser_bad(p, w, "a large community such as 65000:1:2, 'additive' or 'none'");
            return;
        }
    }
    struct config_set *s = set_make(p, SET_LARGE_COMMUNITY, a->no);
    for (size_t w = a->v[0].word; s && a->v[0].present && w < p->l.n; w++) {
        const char *word = parser_word(p, w);
        s->additive = s->additive || lex_eq(word, "additive");
        if (!value_large(word, &v))
            continue;
        struct config_large *slot = LIST_PUSH(p, s->large);
        if (slot)
            *slot = v;
    }
}

/* set extcommunity rt|soo VALUE... [additive]: lines of both sub-types stand side by side. */
static void set_ext_community(struct parser *p, const struct cmd_args *a)
{
    uint64_t type = (uint64_t)(a->row->arg + 2) << 48, v;
    if (are_too_many(p, a))
        return;
    for (size_t w = a->v[0].word; a->v[0].present && w < p->l.n; w++) {
        if (!lex_eq(parser_word(p, w), "additive") && !value_ext(parser_word(p, w), &v)) {
            parser_bad(p, w, "a value such as 65000:1");
            return;
        }
    }
    struct config_route_map_entry *e = current(p);
    struct config_set *s = NULL;
    for (uint32_t i = 0; i < e->sets.n && !s; i++) {
        if (e->sets.v[i].kind == SET_EXT_COMMUNITY && !config_is_dead(e->sets.v[i].at))
            s = &e->sets.v[i];
    }
    if (!s || a->no)
        s = set_make(p, SET_EXT_COMMUNITY, a->no);
    for (size_t w = a->v[0].word; s && a->v[0].present && w < p->l.n; w++) {
        s->additive = s->additive || lex_eq(parser_word(p, w), "additive");
        if (!value_ext(parser_word(p, w), &v))
            continue;
        uint64_t *slot = LIST_PUSH(p, s->ext);
        if (slot)
            *slot = v | type;
    }
}

static void set_replace(struct parser *p, const struct cmd_args *a)
{
    uint32_t as = 0;
    const char *word = parser_arg(p, a, 0);
    if (word && !lex_eq(word, "any") && !lex_as(word, &as)) {
        parser_bad(p, a->v[0].word, "'any' or an AS number");
        return;
    }
    struct config_set *s = set_make(p, SET_AS_PATH_REPLACE, a->no);
    if (s)
        s->number = as;
}

static void set_aggregator(struct parser *p, const struct cmd_args *a)
{
    struct config_set *s = set_make(p, SET_AGGREGATOR, a->no);
    if (s) {
        s->number = a->v[0].number;
        s->address = parser_ip(p, a, 1);
    }
}

/* ---- the rest of an entry -------------------------------------------------------------------- */

static void set_description(struct parser *p, const struct cmd_args *a)
{
    current(p)->description = a->no ? NULL : parser_keep_rest(p, a, 0);
}

static void set_call(struct parser *p, const struct cmd_args *a)
{
    current(p)->call = a->no ? NULL : parser_keep_arg(p, a, 0);
}

static void set_on_match(struct parser *p, const struct cmd_args *a)
{
    struct config_route_map_entry *e = current(p);
    e->on_match = a->no ? ON_MATCH_STOP : (enum config_on_match)a->row->arg;
    e->on_match_goto = a->no || a->row->arg != ON_MATCH_GOTO ? 0 : a->v[0].number;
    if (e->on_match == ON_MATCH_GOTO && e->on_match_goto <= e->seq)
        parser_bad(p, a->v[0].word, "an entry further on");
}

#define ROW(d, s, f, k, h)                                                                         \
    {                                                                                              \
        .mode = MODE_ROUTE_MAP, .dialects = (d), .syntax = (s), .set = (f), .arg = (k),            \
        .help = (h)                                                                                \
    }

static const struct cmd_row rows[] = {
    { .mode = MODE_GLOBAL,
      .dialects = IN_BOTH,
      .syntax = "route-map <name> {permit|deny} <0-65535>",
      .set = set_route_map,
      .enters = MODE_ROUTE_MAP,
      .flags = ROW_NAMED,
      .help = "An entry of a route map; `no route-map NAME` removes the map" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "route-map <name> {permit|deny}",
      .set = set_route_map,
      .arg = 1,
      .enters = MODE_ROUTE_MAP,
      .flags = ROW_NO_NO,
      .help = "Its entry 10" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "route-map <name>",
      .set = set_route_map,
      .arg = 2,
      .enters = MODE_ROUTE_MAP,
      .flags = ROW_NO_NO,
      .help = "Its entry permit 10" },
    ROW(IN_BOTH, "description <line>", set_description, 0, "A text for people"),
    ROW(IN_BOTH, "match as-path <line>", set_match_names, MATCH_AS_PATH,
        "Routes whose path an as-path list permits"),
    ROW(IN_BOTH, "match community <line>", set_match_names, MATCH_COMMUNITY,
        "Routes whose communities a list permits; exact-match: no others"),
    ROW(IN_BOTH, "match large-community <line>", set_match_names, MATCH_LARGE_COMMUNITY,
        "The same for large communities"),
    ROW(IN_BOTH, "match extcommunity <line>", set_match_names, MATCH_EXT_COMMUNITY,
        "The same for extended communities"),
    ROW(IN_BOTH, "match ip address prefix-list <line>", set_match_names, MATCH_IP_PREFIX_LIST,
        "Prefixes that a prefix list permits"),
    ROW(IN_BOTH, "match ip address <line>", set_match_names, MATCH_IP_ACCESS_LIST,
        "Prefixes that an access list permits"),
    ROW(IN_BOTH, "match ip next-hop prefix-list <line>", set_match_names,
        MATCH_IP_NEXT_HOP_PREFIX_LIST, "Next hops that a prefix list permits"),
    ROW(IN_FRR, "match ip next-hop address <ip>", set_match_address, MATCH_IP_NEXT_HOP_ADDRESS,
        "One next hop"),
    ROW(IN_BOTH, "match ip next-hop <line>", set_match_names, MATCH_IP_NEXT_HOP_ACCESS_LIST,
        "Next hops that an access list permits"),
    ROW(IN_BOTH, "match ipv6 address prefix-list <line>", set_match_names, MATCH_IPV6_PREFIX_LIST,
        "IPv6 prefixes that a prefix list permits"),
    ROW(IN_BOTH, "match ipv6 address <line>", set_match_names, MATCH_IPV6_ACCESS_LIST,
        "IPv6 prefixes that an access list permits"),
    ROW(IN_BOTH, "match ipv6 next-hop prefix-list <line>", set_match_names,
        MATCH_IPV6_NEXT_HOP_PREFIX_LIST, "IPv6 next hops that a prefix list permits"),
    ROW(IN_BOTH, "match metric <0-4294967295>", set_match_number, MATCH_METRIC, "One metric"),
    ROW(IN_BOTH, "match local-preference <0-4294967295>", set_match_number, MATCH_LOCAL_PREFERENCE,
        "One local preference"),
    ROW(IN_FRR, "match origin {igp|egp|incomplete}", set_match_number, MATCH_ORIGIN, "One origin"),
    ROW(IN_BOTH, "match tag <0-4294967295>", set_match_number, MATCH_TAG, "Static routes' tag"),
    ROW(IN_FRR, "match peer <addr>", set_match_address, MATCH_PEER, "Routes of one neighbor"),
    ROW(IN_FRR, "match peer local", set_match_address, MATCH_PEER, "Routes of our own"),
    ROW(IN_FRR, "match source-protocol {connected|static|kernel|bgp}", set_match_protocol, 0,
        "Routes of one source"),
    ROW(IN_BOTH, "match interface <interface>", set_match_interface, 0,
        "Routes whose next hop is out of an interface"),
    ROW(IN_BOTH, "set as-path prepend <line>", set_as_numbers, SET_AS_PATH_PREPEND,
        "Put AS numbers in front of the path"),
    ROW(IN_BOTH, "set as-path prepend last-as <1-10>", set_number, SET_AS_PATH_PREPEND_LAST,
        "Repeat the path's first AS"),
    ROW(IN_FRR, "set as-path exclude <line>", set_as_numbers, SET_AS_PATH_EXCLUDE,
        "Take AS numbers out of the path"),
    ROW(IN_FRR, "set as-path exclude all", set_plain, SET_AS_PATH_EXCLUDE, "Empty the path"),
    ROW(IN_FRR, "set as-path replace <name>", set_replace, 0,
        "Put our AS in the place of one, or any"),
    ROW(IN_BOTH, "set community <line>", set_community, 0, "Set (or add) communities; none"),
    ROW(IN_BOTH, "set comm-list <name> delete", set_name, SET_COMMUNITY_DELETE,
        "Delete communities that a list permits"),
    ROW(IN_BOTH, "set large-community <line>", set_large_community, 0,
        "Set (or add) large communities; none"),
    ROW(IN_FRR, "set comm-list delete <name>", set_name, SET_COMMUNITY_DELETE,
        "The same, as FRR 10.5 writes it"),
    ROW(IN_FRR, "set large-comm-list delete <name>", set_name, SET_LARGE_COMMUNITY_DELETE,
        "The same, as FRR 10.5 writes it"),
    ROW(IN_BOTH, "set large-comm-list <name> delete", set_name, SET_LARGE_COMMUNITY_DELETE,
        "Delete large communities that a list permits"),
    ROW(IN_BOTH, "set extcommunity rt <line>", set_ext_community, 0, "Set route targets"),
    ROW(IN_BOTH, "set extcommunity soo <line>", set_ext_community, 1, "Set the site of origin"),
    ROW(IN_BOTH, "set ip next-hop <ip>", set_address, SET_IP_NEXT_HOP, "Set the next hop"),
    ROW(IN_BOTH, "set ip next-hop peer-address", set_plain, SET_IP_NEXT_HOP_PEER,
        "The neighbor's address as next hop"),
    ROW(IN_IOS, "set ip next-hop self", set_plain, SET_IP_NEXT_HOP_SELF, "Ourselves as next hop"),
    ROW(IN_BOTH, "set ip next-hop unchanged", set_plain, SET_IP_NEXT_HOP_UNCHANGED,
        "Keep the next hop"),
    ROW(IN_FRR, "set ipv6 next-hop global <ip6>", set_address, SET_IPV6_NEXT_HOP_GLOBAL,
        "Set the IPv6 next hop"),
    ROW(IN_IOS, "set ipv6 next-hop <ip6>", set_address, SET_IPV6_NEXT_HOP_GLOBAL,
        "Set the IPv6 next hop"),
    ROW(IN_BOTH, "set ipv6 next-hop peer-address", set_plain, SET_IPV6_NEXT_HOP_PEER,
        "The neighbor's address as IPv6 next hop"),
    ROW(IN_BOTH, "set local-preference <name>", set_relative, SET_LOCAL_PREFERENCE,
        "Set (or change by +n, -n) the local preference"),
    ROW(IN_BOTH, "set metric <name>", set_relative, SET_METRIC,
        "Set (or change by +n, -n) the metric; `none` takes it off"),
    ROW(IN_BOTH, "set origin {igp|egp|incomplete}", set_number, SET_ORIGIN, "Set the origin"),
    ROW(IN_BOTH, "set weight <0-4294967295>", set_number, SET_WEIGHT, "Set the weight"),
    ROW(IN_BOTH, "set tag <1-4294967295>", set_number, SET_TAG, "Set the tag"),
    ROW(IN_FRR, "set distance <0-255>", set_number, SET_DISTANCE, "Set the distance"),
    ROW(IN_FRR, "set src <addr>", set_address, SET_SRC, "The preferred source of kernel routes"),
    ROW(IN_BOTH, "set atomic-aggregate", set_plain, SET_ATOMIC_AGGREGATE, "Mark as aggregated"),
    ROW(IN_FRR, "set aggregator as <as> <ip>", set_aggregator, 0, "Set who aggregated"),
    ROW(IN_FRR, "set originator-id <ip>", set_address, SET_ORIGINATOR_ID, "Set the originator"),
    ROW(IN_FRR, "call <name>", set_call, 0, "Ask another route map too"),
    ROW(IN_FRR, "on-match next", set_on_match, ON_MATCH_NEXT, "Go on with the next entry"),
    ROW(IN_FRR, "on-match goto <1-65535>", set_on_match, ON_MATCH_GOTO, "Go on with an entry"),
    ROW(IN_IOS, "continue <1-65535>", set_on_match, ON_MATCH_GOTO, "Go on with an entry"),
    ROW(IN_IOS, "continue", set_on_match, ON_MATCH_NEXT, "Go on with the next entry"),
    ROW(IN_FRR, "continue <1-65535>", set_on_match, ON_MATCH_GOTO, "The same as on-match goto"),
    ROW(IN_FRR, "continue", set_on_match, ON_MATCH_NEXT, "The same as on-match next"),
};

const struct cmd_rows cmd_rows_route_map = { "Route maps", rows, ARRAY_LEN(rows) };
