/* Lists, route maps, access lists and NAT as text. */
#include "config/print.h"

#include <string.h>

#include "config/convert.h"
#include "config/lex.h"
#include "config/value.h"

/* ---- lists for routes ------------------------------------------------------------------------ */

static void print_prefix_entry(struct out *o, const struct config_prefix_list *l,
                               const struct config_prefix_entry *e)
{
    out_begin(o, 0, l->family == IP_V6 ? "ipv6 prefix-list " : "ip prefix-list ");
    text_str(&o->t, l->name);
    out_word(o, "seq");
    out_number(o, e->seq);
    out_word(o, e->permit ? "permit" : "deny");
    if (e->any && !o->ios) {
        out_word(o, "any");
    } else {
        out_prefix(o, &e->prefix);
        if (e->ge) {
            out_word(o, "ge");
            out_number(o, e->ge);
        }
        if (e->le) {
            out_word(o, "le");
            out_number(o, e->le);
        }
    }
    out_end(o);
}

void print_prefix_lists(struct out *o)
{
    for (uint32_t i = 0; i < o->c->prefix_lists.n; i++) {
        const struct config_prefix_list *l = &o->c->prefix_lists.v[i];
        const char *head = l->family == IP_V6 ? "ipv6 prefix-list " : "ip prefix-list ";
        if (l->description) {
            out_begin(o, 0, head);
            text_str(&o->t, l->name);
            out_word(o, "description");
            out_word(o, l->description);
            out_end(o);
        }
        for (uint32_t k = 0; k < l->entries.n; k++)
            print_prefix_entry(o, l, &l->entries.v[k]);
        if (o->ios)
            out_bang(o);
    }
    if (!o->ios && o->c->prefix_lists.n > 0)
        out_bang(o);
}

void print_as_path_lists(struct out *o)
{
    for (uint32_t i = 0; i < o->c->as_path_lists.n; i++) {
        const struct config_as_path_list *l = &o->c->as_path_lists.v[i];
        for (uint32_t k = 0; k < l->entries.n; k++) {
            const struct config_as_path_entry *e = &l->entries.v[k];
            out_begin(o, 0, o->ios ? "ip as-path access-list" : "bgp as-path access-list");
            out_as_path_name(o, l->name);
            if (!o->ios) {
                out_word(o, "seq");
                out_number(o, e->seq);
            }
            out_word(o, e->permit ? "permit" : "deny");
            out_word(o, e->regex);
            out_end(o);
        }
    }
    if (o->c->as_path_lists.n > 0)
        out_bang(o);
}

static void print_community_entry(struct out *o, const struct config_community_list *l,
                                  const struct config_community_entry *e)
{
    static const char *const names[] = { "community-list", "large-community-list",
                                         "extcommunity-list" };
    uint32_t number;
    bool numbered = lex_number(l->name, 1, 500, &number) && l->kind <= COMMUNITY_EXPANDED;
    out_begin(o, 0, o->ios ? "ip " : "bgp ");
    text_str(&o->t, names[(unsigned)l->kind / 2]);
    if (!numbered)
        out_word(o, (unsigned)l->kind & 1 ? "expanded" : "standard");
    out_word(o, l->name);
    if (!o->ios) {
        out_word(o, "seq");
        out_number(o, e->seq);
    }
    out_word(o, e->permit ? "permit" : "deny");
    if (e->regex)
        out_word(o, e->regex);
    if (e->any && e->values.n > 0)
        out_word(o, "internet");
    for (uint32_t i = 0; i < e->values.n; i++) {
        text_char(&o->t, ' ');
        text_community(&o->t, e->values.v[i]);
    }
    for (uint32_t i = 0; i < e->large_values.n; i++) {
        text_char(&o->t, ' ');
        text_large(&o->t, &e->large_values.v[i]);
    }
    for (uint32_t i = 0; i < e->ext_values.n; i++) {
        text_char(&o->t, ' ');
        text_ext(&o->t, e->ext_values.v[i]);
    }
    out_end(o);
}

void print_community_lists(struct out *o)
{
    for (uint32_t i = 0; i < o->c->community_lists.n; i++) {
        const struct config_community_list *l = &o->c->community_lists.v[i];
        for (uint32_t k = 0; k < l->entries.n; k++)
            print_community_entry(o, l, &l->entries.v[k]);
    }
    if (o->c->community_lists.n > 0)
        out_bang(o);
}

/* ---- access lists ---------------------------------------------------------------------------- */

static void print_acl_net(struct out *o, const struct prefix *p, bool any, bool extended)
{
    if (any)
        out_word(o, "any");
    else if (p->family == IP_V6 || p->len == 0)
        out_prefix(o, p);
    else if (p->len == 32) {
        struct ip_addr ip = prefix_addr(p);
        if (extended)
            out_word(o, "host");
        out_ip(o, &ip);
    } else if (!o->ios && !extended)
        out_prefix(o, p);
    else
        out_net_wildcard(o, p);
}

static void print_ports(struct out *o, uint16_t lo, uint16_t hi)
{
    if (lo == 0 && hi == UINT16_MAX)
        return;
    out_word(o, lo == hi ? "eq" : "range");
    out_number(o, lo);
    if (lo != hi)
        out_number(o, hi);
}

static void print_protocol(struct out *o, uint8_t protocol)
{
    switch (protocol) {
    case ACL_PROTO_ANY:
        out_word(o, "ip");
        break;
    case ACL_PROTO_ICMP:
        out_word(o, "icmp");
        break;
    case ACL_PROTO_TCP:
        out_word(o, "tcp");
        break;
    case ACL_PROTO_UDP:
        out_word(o, "udp");
        break;
    case ACL_PROTO_GRE:
        out_word(o, "gre");
        break;
    case ACL_PROTO_ESP:
        out_word(o, "esp");
        break;
    default:
        out_number(o, protocol);
        break;
    }
}

static void print_icmp(struct out *o, const struct config_icmp *icmp, uint8_t family)
{
    const char *name = config_icmp_name(icmp, family);
    if (name) {
        out_word(o, name);
        return;
    }
    out_number(o, icmp->type);
    if (icmp->has_code)
        out_number(o, icmp->code);
}

static void print_rule(struct out *o, const struct config_access_list *l,
                       const struct config_acl_entry *e)
{
    if (e->remark && !e->placeholder) {
        out_word(o, "remark");
        out_word(o, e->remark);
        return;
    }
    out_word(o, e->permit ? "permit" : "deny");
    if (e->placeholder) {
        out_word(o, e->remark);
        return;
    }
    if (l->extended)
        print_protocol(o, e->protocol);
    print_acl_net(o, &e->source, e->any_source, l->extended);
    if (l->extended) {
        print_ports(o, e->src_port_lo, e->src_port_hi);
        print_acl_net(o, &e->destination, e->any_destination, true);
        print_ports(o, e->dst_port_lo, e->dst_port_hi);
    }
    if (e->has_icmp)
        print_icmp(o, &e->icmp, l->family);
    if (e->established)
        out_word(o, "established");
    if (e->exact)
        out_word(o, "exact-match");
    if (e->log)
        out_word(o, "log");
}

/* Whether `access-list NAME` says by its number what kind the list is. */
static bool is_numbered(const struct config_access_list *l)
{
    uint32_t n;
    bool extended = lex_number(l->name, 100, 199, &n) || lex_number(l->name, 2000, 2699, &n);
    bool standard = lex_number(l->name, 1, 99, &n) || lex_number(l->name, 1300, 1999, &n);
    return l->extended ? extended : standard;
}

/* Whether the numbers of the rules are those that IOS gives by itself. */
static bool has_default_seq(const struct config_access_list *l)
{
    for (uint32_t i = 0; i < l->entries.n; i++) {
        if (l->entries.v[i].seq != 10 * (i + 1))
            return false;
    }
    return true;
}

static void print_access_list(struct out *o, const struct config_access_list *l)
{
    bool lines = is_numbered(l) && (!o->ios || o->convert || has_default_seq(l));
    bool block = l->family == IP_V4 && (l->extended || o->ios) && !lines;
    if (block)
        out_line(o, 0, "ip access-list ", l->extended ? "extended " : "standard ", l->name);
    for (uint32_t i = 0; i < l->entries.n; i++) {
        const struct config_acl_entry *e = &l->entries.v[i];
        if (block) {
            out_begin(o, 0, "");
            if (!e->remark || e->placeholder)
                out_number(o, e->seq);
        } else {
            out_begin(o, 0, l->family == IP_V6 ? "ipv6 access-list" : "access-list");
            out_word(o, l->name);
            if (!o->ios && (!e->remark || e->placeholder)) {
                out_word(o, "seq");
                out_number(o, e->seq);
            }
        }
        print_rule(o, l, e);
        out_end(o);
    }
    if (block && !o->ios)
        out_line(o, 0, "exit", NULL, NULL);
}

void print_access_lists(struct out *o)
{
    for (uint32_t i = 0; i < o->c->access_lists.n; i++) {
        if (o->c->access_lists.v[i].family == IP_V4 || !o->ios)
            print_access_list(o, &o->c->access_lists.v[i]);
    }
    if (o->c->access_lists.n > 0)
        out_bang(o);
}

/* ---- NAT ------------------------------------------------------------------------------------- */

static void print_iptables_net(struct out *o, const char *option, const struct prefix *p, bool not )
{
    if (p->len == 0 && !not )
        return;
    if (not )
        out_word(o, "!");
    out_word(o, option);
    out_prefix(o, p);
}

static void print_nat_rule(struct out *o, const struct config_nat_rule *r)
{
    out_begin(o, 0, "iptables -t nat -A POSTROUTING");
    print_iptables_net(o, "-s", &r->source, r->not_source);
    print_iptables_net(o, "-d", &r->destination, r->not_destination);
    if (r->protocol) {
        out_word(o, "-p");
        out_number(o, r->protocol);
    }
    if (r->out_interface) {
        out_word(o, "-o");
        out_word(o, r->out_interface);
    }
    out_word(o, "-j");
    switch (r->action) {
    case NAT_MASQUERADE:
        out_word(o, "MASQUERADE");
        break;
    case NAT_EXEMPT:
        out_word(o, "RETURN");
        break;
    case NAT_SOURCE:
        out_word(o, "SNAT --to-source");
        out_ip(o, &r->to);
        break;
    }
    out_end(o);
}

void print_nat(struct out *o)
{
    bool any = false;
    for (uint32_t i = 0; i < o->c->nat_pools.n; i++, any = true) {
        const struct config_nat_pool *pool = &o->c->nat_pools.v[i];
        out_begin(o, 0, "ip nat pool ");
        text_str(&o->t, pool->name);
        out_ip(o, &pool->first);
        out_ip(o, &pool->last);
        out_word(o, "prefix-length");
        out_number(o, pool->len);
        out_end(o);
    }
    for (uint32_t i = 0; i < o->c->nat_lists.n; i++, any = true) {
        const struct config_nat_source_list *l = &o->c->nat_lists.v[i];
        out_begin(o, 0, "ip nat inside source ");
        text_str(&o->t, l->is_route_map ? "route-map" : "list");
        out_word(o, l->acl);
        out_word(o, l->pool ? "pool" : "interface");
        out_word(o, l->pool ? l->pool : l->interface);
        if (l->overload)
            out_word(o, "overload");
        out_end(o);
    }
    for (uint32_t i = 0; i < o->c->nat_rules.n; i++) {
        if (o->c->nat_rules.v[i].from_list || (o->ios && o->convert))
            continue;
        print_nat_rule(o, &o->c->nat_rules.v[i]);
        any = true;
    }
    if (any)
        out_bang(o);
}

/* ---- route maps ------------------------------------------------------------------------------ */

enum value_form { FORM_NAMES, FORM_AS_PATH, FORM_NUMBER, FORM_ADDRESS, FORM_ORIGIN };

static const struct {
    const char *text;
    enum value_form form;
} match_text[] = {
    [MATCH_AS_PATH] = { "match as-path", FORM_AS_PATH },
    [MATCH_COMMUNITY] = { "match community", FORM_NAMES },
    [MATCH_LARGE_COMMUNITY] = { "match large-community", FORM_NAMES },
    [MATCH_EXT_COMMUNITY] = { "match extcommunity", FORM_NAMES },
    [MATCH_IP_PREFIX_LIST] = { "match ip address prefix-list", FORM_NAMES },
    [MATCH_IP_ACCESS_LIST] = { "match ip address", FORM_NAMES },
    [MATCH_IP_NEXT_HOP_PREFIX_LIST] = { "match ip next-hop prefix-list", FORM_NAMES },
    [MATCH_IP_NEXT_HOP_ADDRESS] = { "match ip next-hop address", FORM_ADDRESS },
    [MATCH_IP_NEXT_HOP_ACCESS_LIST] = { "match ip next-hop", FORM_NAMES },
    [MATCH_IPV6_PREFIX_LIST] = { "match ipv6 address prefix-list", FORM_NAMES },
    [MATCH_IPV6_ACCESS_LIST] = { "match ipv6 address", FORM_NAMES },
    [MATCH_IPV6_NEXT_HOP_PREFIX_LIST] = { "match ipv6 next-hop prefix-list", FORM_NAMES },
    [MATCH_METRIC] = { "match metric", FORM_NUMBER },
    [MATCH_LOCAL_PREFERENCE] = { "match local-preference", FORM_NUMBER },
    [MATCH_ORIGIN] = { "match origin", FORM_ORIGIN },
    [MATCH_TAG] = { "match tag", FORM_NUMBER },
    [MATCH_PEER] = { "match peer", FORM_ADDRESS },
    [MATCH_SOURCE_PROTOCOL] = { "match source-protocol", FORM_NAMES },
    [MATCH_INTERFACE] = { "match interface", FORM_NAMES },
};

static const char *const origins[] = { "igp", "egp", "incomplete" };

static void print_match(struct out *o, const struct config_match *m)
{
    out_begin(o, 1, convert_has_match(m->kind, o->ios) ? "" : "! not here: ");
    text_str(&o->t, match_text[m->kind].text);
    switch (match_text[m->kind].form) {
    case FORM_NAMES:
        for (uint32_t i = 0; i < m->names.n; i++)
            out_word(o, m->names.v[i]);
        break;
    case FORM_AS_PATH:
        for (uint32_t i = 0; i < m->names.n; i++)
            out_as_path_name(o, m->names.v[i]);
        break;
    case FORM_NUMBER:
        out_number(o, m->number);
        break;
    case FORM_ADDRESS:
        if (m->address.family == IP_NONE)
            out_word(o, "local");
        else
            out_ip(o, &m->address);
        break;
    case FORM_ORIGIN:
        out_word(o, origins[m->number]);
        break;
    }
    if (m->exact)
        out_word(o, "exact-match");
    out_end(o);
}

static void out_relative(struct out *o, const struct config_set *s)
{
    if (s->op == SET_REMOVE) {
        text_str(&o->t, " none");
        return;
    }
    text_str(&o->t, s->op == SET_ADD ? " +" : s->op == SET_SUBTRACT ? " -" : " ");
    text_u64(&o->t, s->number);
}

static void out_values(struct out *o, const struct config_set *s)
{
    for (uint32_t i = 0; i < s->numbers.n; i++) {
        text_char(&o->t, ' ');
        if (s->kind == SET_COMMUNITY)
            text_community(&o->t, s->numbers.v[i]);
        else
            text_u64(&o->t, s->numbers.v[i]);
    }
    for (uint32_t i = 0; i < s->large.n; i++) {
        text_char(&o->t, ' ');
        text_large(&o->t, &s->large.v[i]);
    }
    if (s->numbers.n + s->large.n == 0 && !s->additive)
        out_word(o, s->kind == SET_AS_PATH_EXCLUDE ? "all" : "none");
    if (s->additive)
        out_word(o, "additive");
}

/* rt and soo values stand in lines of their own, in runs of one kind so that their order is kept.
 */
static void print_set_ext(struct out *o, const struct config_set *s)
{
    for (uint32_t i = 0; i < s->ext.n;) {
        uint8_t sub = (uint8_t)(s->ext.v[i] >> 48);
        out_begin(o, 1, sub == 3 ? "set extcommunity soo" : "set extcommunity rt");
        for (; i < s->ext.n && (uint8_t)(s->ext.v[i] >> 48) == sub; i++) {
            char value[64];
            struct text t = text_init(value, sizeof(value));
            text_ext(&t, s->ext.v[i]);
            out_word(o, strchr(value, ' ') + 1);
        }
        if (s->additive)
            out_word(o, "additive");
        out_end(o);
    }
    if (s->ext.n == 0)
        out_line(o, 1, "set extcommunity rt", s->additive ? " additive" : "", NULL);
}

static const char *const set_text[] = {
    [SET_AS_PATH_PREPEND] = "set as-path prepend",
    [SET_AS_PATH_PREPEND_LAST] = "set as-path prepend last-as",
    [SET_AS_PATH_EXCLUDE] = "set as-path exclude",
    [SET_AS_PATH_REPLACE] = "set as-path replace",
    [SET_COMMUNITY] = "set community",
    [SET_COMMUNITY_DELETE] = "set comm-list",
    [SET_LARGE_COMMUNITY] = "set large-community",
    [SET_LARGE_COMMUNITY_DELETE] = "set large-comm-list",
    [SET_EXT_COMMUNITY] = "set extcommunity",
    [SET_IP_NEXT_HOP] = "set ip next-hop",
    [SET_IP_NEXT_HOP_PEER] = "set ip next-hop peer-address",
    [SET_IP_NEXT_HOP_SELF] = "set ip next-hop self",
    [SET_IP_NEXT_HOP_UNCHANGED] = "set ip next-hop unchanged",
    [SET_IPV6_NEXT_HOP_GLOBAL] = "set ipv6 next-hop",
    [SET_IPV6_NEXT_HOP_PEER] = "set ipv6 next-hop peer-address",
    [SET_LOCAL_PREFERENCE] = "set local-preference",
    [SET_METRIC] = "set metric",
    [SET_ORIGIN] = "set origin",
    [SET_WEIGHT] = "set weight",
    [SET_TAG] = "set tag",
    [SET_DISTANCE] = "set distance",
    [SET_SRC] = "set src",
    [SET_ATOMIC_AGGREGATE] = "set atomic-aggregate",
    [SET_AGGREGATOR] = "set aggregator as",
    [SET_ORIGINATOR_ID] = "set originator-id",
};

static void out_set_values(struct out *o, const struct config_set *s)
{
    switch (s->kind) {
    case SET_AS_PATH_PREPEND:
    case SET_AS_PATH_EXCLUDE:
    case SET_COMMUNITY:
    case SET_LARGE_COMMUNITY:
        out_values(o, s);
        break;
    case SET_AS_PATH_REPLACE:
        if (s->number)
            out_number(o, s->number);
        else
            out_word(o, "any");
        break;
    case SET_COMMUNITY_DELETE:
    case SET_LARGE_COMMUNITY_DELETE:
        out_word(o, s->name);
        out_word(o, "delete");
        break;
    case SET_IPV6_NEXT_HOP_GLOBAL:
        if (!o->ios)
            out_word(o, "global");
        out_ip(o, &s->address);
        break;
    case SET_IP_NEXT_HOP:
    case SET_SRC:
    case SET_ORIGINATOR_ID:
        out_ip(o, &s->address);
        break;
    case SET_LOCAL_PREFERENCE:
    case SET_METRIC:
        out_relative(o, s);
        break;
    case SET_ORIGIN:
        out_word(o, origins[s->number]);
        break;
    case SET_AS_PATH_PREPEND_LAST:
    case SET_WEIGHT:
    case SET_TAG:
    case SET_DISTANCE:
        out_number(o, s->number);
        break;
    case SET_AGGREGATOR:
        out_number(o, s->number);
        out_ip(o, &s->address);
        break;
    case SET_EXT_COMMUNITY:
    case SET_IP_NEXT_HOP_PEER:
    case SET_IP_NEXT_HOP_SELF:
    case SET_IP_NEXT_HOP_UNCHANGED:
    case SET_IPV6_NEXT_HOP_PEER:
    case SET_ATOMIC_AGGREGATE:
        break;
    }
}

static void print_set(struct out *o, const struct config_set *s)
{
    if (s->kind == SET_EXT_COMMUNITY) {
        print_set_ext(o, s);
        return;
    }
    out_begin(o, 1, convert_has_set(s->kind, o->ios) ? "" : "! not here: ");
    text_str(&o->t, set_text[s->kind]);
    out_set_values(o, s);
    out_end(o);
}

static void print_on_match(struct out *o, const struct config_route_map_entry *e)
{
    if (e->on_match == ON_MATCH_STOP)
        return;
    bool next = e->on_match == ON_MATCH_NEXT;
    out_begin(o, 1, o->ios ? "continue" : next ? "on-match next" : "on-match goto");
    if (!next)
        out_number(o, e->on_match_goto);
    out_end(o);
}

void print_route_maps(struct out *o)
{
    for (uint32_t i = 0; i < o->c->route_maps.n; i++) {
        const struct config_route_map *map = &o->c->route_maps.v[i];
        for (uint32_t k = 0; k < map->entries.n; k++) {
            const struct config_route_map_entry *e = &map->entries.v[k];
            out_begin(o, 0, "route-map ");
            text_str(&o->t, map->name);
            out_word(o, e->permit ? "permit" : "deny");
            out_number(o, e->seq);
            out_end(o);
            if (e->description)
                out_line(o, 1, "description ", e->description, NULL);
            for (uint32_t m = 0; m < e->matches.n; m++)
                print_match(o, &e->matches.v[m]);
            for (uint32_t s = 0; s < e->sets.n; s++)
                print_set(o, &e->sets.v[s]);
            if (e->call)
                out_line(o, 1, o->ios ? "! not here: call " : "call ", e->call, NULL);
            print_on_match(o, e);
            if (!o->ios)
                out_line(o, 0, "exit", NULL, NULL);
            out_bang(o);
        }
    }
}
