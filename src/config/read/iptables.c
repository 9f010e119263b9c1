/* Source NAT as iptables commands or in the form of iptables-save: the POSTROUTING chain of the nat
 * table becomes NAT rules. Anything else is an error: a filter that we do not model must not seem
 * to be in force. */
#include "config/parser.h"

#include <string.h>

struct iptables {
    struct parser *p;
    size_t w;
    struct config_nat_rule rule;
    bool not ;
    const char *target;
};

static bool is(const struct iptables *t, const char *s)
{
    return strcmp(parser_word(t->p, t->w), s) == 0;
}

static bool bad(struct iptables *t, const char *expected)
{
    parser_bad(t->p, t->w, expected);
    return false;
}

static bool read_net(struct iptables *t, struct prefix *ret, bool *ret_not)
{
    const char *s = parser_word(t->p, ++t->w);
    struct ip_addr ip;
    *ret_not = t->not ;
    if (ip_parse(s, &ip) && ip.family == IP_V4)
        *ret = prefix_of(&ip, 32);
    else if (!prefix_parse(s, ret, NULL) || ret->family != IP_V4)
        return bad(t, "an IPv4 address or prefix");
    t->w++;
    return true;
}

static bool read_protocol(struct iptables *t)
{
    const char *s = parser_word(t->p, ++t->w);
    uint32_t n = 0;
    if (t->not )
        return bad(t, "a protocol without '!'");
    if (lex_eq(s, "tcp"))
        n = ACL_PROTO_TCP;
    else if (lex_eq(s, "udp"))
        n = ACL_PROTO_UDP;
    else if (lex_eq(s, "icmp"))
        n = ACL_PROTO_ICMP;
    else if (!lex_eq(s, "all") && !lex_number(s, 0, 255, &n))
        return bad(t, "tcp, udp, icmp, all or a protocol's number");
    t->rule.protocol = (uint8_t)n;
    t->w++;
    return true;
}

static bool read_option(struct iptables *t)
{
    if (is(t, "!")) {
        t->not = true;
        t->w++;
    }
    if (is(t, "-s") || is(t, "--source"))
        return read_net(t, &t->rule.source, &t->rule.not_source);
    if (is(t, "-d") || is(t, "--destination"))
        return read_net(t, &t->rule.destination, &t->rule.not_destination);
    if (is(t, "-p") || is(t, "--protocol"))
        return read_protocol(t);
    if (t->not )
        return bad(t, "-s or -d after '!'");
    if (is(t, "-m") && strcmp(parser_word(t->p, t->w + 1), "comment") == 0) {
        t->w += 2;
        return true;
    }
    if (is(t, "--comment")) {
        bool quoted = parser_word(t->p, ++t->w)[0] == '"';
        while (quoted && t->w < t->p->l.n && !strchr(parser_word(t->p, t->w) + 1, '"'))
            t->w++;
        t->w++;
        return true;
    }
    if (is(t, "-o") || is(t, "--out-interface")) {
        t->rule.out_interface = parser_keep(t->p, parser_word(t->p, ++t->w));
        return t->w++ < t->p->l.n || bad(t, "an interface");
    }
    if (is(t, "-j") || is(t, "--jump")) {
        t->target = parser_word(t->p, ++t->w);
        return t->w++ < t->p->l.n || bad(t, "RETURN, ACCEPT, MASQUERADE or SNAT");
    }
    if (is(t, "--to-source")) {
        if (!ip_parse(parser_word(t->p, ++t->w), &t->rule.to))
            return bad(t, "one address");
        t->w++;
        return true;
    }
    return bad(t, "-s, -d, -p, -o, -j or --to-source: what else a rule asks is not supported");
}

/* -A POSTROUTING ... */
static void read_rule(struct parser *p, size_t w)
{
    struct iptables t = { .p = p, .w = w };
    t.rule.source = t.rule.destination = (struct prefix){ .family = IP_V4 };
    t.rule.at = parser_at(p, w);
    while (t.w < p->l.n) {
        t.not = false;
        if (!read_option(&t))
            return;
    }
    const char *target = t.target ? t.target : "";
    if (strcmp(target, "RETURN") == 0 || strcmp(target, "ACCEPT") == 0) {
        t.rule.action = NAT_EXEMPT;
    } else if (strcmp(target, "MASQUERADE") == 0) {
        t.rule.action = NAT_MASQUERADE;
    } else if (strcmp(target, "SNAT") == 0 && t.rule.to.family != IP_NONE) {
        t.rule.action = NAT_SOURCE;
    } else {
        bad(&t, "-j RETURN, -j ACCEPT, -j MASQUERADE, or -j SNAT --to-source A");
        return;
    }
    struct config_nat_rule *rule = LIST_PUSH(p, p->c->nat_rules);
    if (rule)
        *rule = t.rule;
}

static void refuse(struct parser *p, size_t w, const char *what)
{
    parser_error(p, "CFG-UNSUPPORTED", w, what, "rules of the chain POSTROUTING of the table nat");
}

/* The words of a rule after the table: -A CHAIN ..., -P CHAIN TARGET, -F ... */
static void read_command(struct parser *p, size_t w, bool nat)
{
    const char *s = parser_word(p, w);
    bool append = strcmp(s, "-A") == 0 || strcmp(s, "--append") == 0;
    if (!append) {
        bool policy = (strcmp(s, "-P") == 0 || strcmp(s, "--policy") == 0) &&
                      strcmp(parser_word(p, w + 2), "ACCEPT") == 0;
        if (policy)
            parser_inert(p, "an empty chain lets packets pass anyway");
        else
            refuse(p, w, "this iptables command is not supported");
    } else if (!nat) {
        refuse(p, w, "filtering by iptables is not supported: this rule would not be in force");
    } else if (strcmp(parser_word(p, w + 1), "POSTROUTING") != 0) {
        refuse(p, w + 1, "this chain is not supported");
    } else {
        read_rule(p, w + 2);
    }
}

/* Lines of iptables-save around the rules. */
static bool save_line(struct parser *p)
{
    const char *s = parser_word(p, 0);
    if (strcmp(s, "*nat") == 0)
        p->table = TABLE_NAT;
    else if (s[0] == '*' && s[1] >= 'a' && s[1] <= 'z')
        p->table = TABLE_OTHER;
    else if (strcmp(s, "COMMIT") == 0)
        p->table = TABLE_NONE;
    else if (s[0] == ':' && p->table != TABLE_NONE) {
        const char *policy = parser_word(p, 1);
        if (strcmp(policy, "ACCEPT") != 0 && strcmp(policy, "-") != 0) {
            refuse(p, 1, "a chain that drops by default is not supported");
            return true;
        }
    } else
        return false;
    parser_inert(p, "the frame of iptables-save");
    return true;
}

bool iptables_line(struct parser *p)
{
    const char *s = parser_word(p, 0);
    if (strcmp(s, "-A") == 0 || strcmp(s, "-P") == 0) {
        read_command(p, 0, p->table != TABLE_OTHER);
        return true;
    }
    if (s[0] == '*' || s[0] == ':' || strcmp(s, "COMMIT") == 0)
        return save_line(p);
    size_t w = strcmp(s, "sudo") == 0;
    if (strcmp(parser_word(p, w), "iptables") != 0)
        return false;
    w++;
    bool nat = false;
    while (strcmp(parser_word(p, w), "-w") == 0)
        w++;
    if (strcmp(parser_word(p, w), "-t") == 0) {
        nat = strcmp(parser_word(p, w + 1), "nat") == 0;
        w += 2;
    }
    read_command(p, w, nat);
    return true;
}
