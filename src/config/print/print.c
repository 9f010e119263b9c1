/* The line under construction, and what both dialects say alike. */
#include "config/print.h"

#include <string.h>

#include "config/lex.h"

void out_begin(struct out *o, unsigned indent, const char *s)
{
    o->t = text_init(o->buffer, sizeof(o->buffer));
    for (unsigned i = 0; i < indent; i++)
        text_char(&o->t, ' ');
    text_str(&o->t, s);
}

void out_end(struct out *o)
{
    o->p->line(o->p, o->t.s);
}

void out_line(struct out *o, unsigned indent, const char *a, const char *b, const char *c)
{
    out_begin(o, indent, a);
    if (b)
        text_str(&o->t, b);
    if (b && c)
        text_str(&o->t, c);
    out_end(o);
}

void out_word(struct out *o, const char *s)
{
    text_char(&o->t, ' ');
    text_str(&o->t, s);
}

void out_ip(struct out *o, const struct ip_addr *ip)
{
    text_char(&o->t, ' ');
    text_ip(&o->t, ip);
}

void out_prefix(struct out *o, const struct prefix *p)
{
    text_char(&o->t, ' ');
    text_prefix(&o->t, p);
}

void out_number(struct out *o, uint64_t n)
{
    text_char(&o->t, ' ');
    text_u64(&o->t, n);
}

static void address_of(const struct prefix *p, struct ip_addr *ret)
{
    *ret = ip_from_bytes(p->family, p->b);
}

void out_net_mask(struct out *o, const struct prefix *p)
{
    struct ip_addr ip, mask = ip_mask_from_len(p->len);
    address_of(p, &ip);
    out_ip(o, &ip);
    out_ip(o, &mask);
}

void out_net_wildcard(struct out *o, const struct prefix *p)
{
    struct ip_addr ip, mask = ip_mask_from_len(p->len);
    struct ip_addr wildcard = ip_from_u32(~ip_to_u32(&mask));
    address_of(p, &ip);
    out_ip(o, &ip);
    out_ip(o, &wildcard);
}

void out_tri(struct out *o, unsigned indent, enum config_tri v, const char *s)
{
    if (v != TRI_UNSET)
        out_line(o, indent, v == TRI_NO ? "no " : "", s, NULL);
}

void out_secret(struct out *o, const char *s)
{
    out_word(o, o->p->with_secrets ? s : "<removed>");
}

void out_bang(struct out *o)
{
    out_line(o, 0, "!", NULL, NULL);
}

void out_as_path_name(struct out *o, const char *name)
{
    uint32_t n;
    if (o->ios && o->convert && !lex_number(name, 1, 500, &n)) {
        for (uint32_t i = 0; i < o->c->as_path_lists.n; i++) {
            if (strcmp(o->c->as_path_lists.v[i].name, name) == 0) {
                out_number(o, i + 1);
                return;
            }
        }
    }
    out_word(o, name);
}

/* ---- static routes --------------------------------------------------------------------------- */

static void print_static(struct out *o, const struct config_static *s)
{
    bool mask = o->ios && s->prefix.family == IP_V4;
    out_begin(o, 0, s->prefix.family == IP_V6 ? "ipv6 route" : "ip route");
    if (mask)
        out_net_mask(o, &s->prefix);
    else
        out_prefix(o, &s->prefix);
    const char *drop = o->ios || s->kind == STATIC_BLACKHOLE ? "Null0" : "reject";
    if (s->kind != STATIC_VIA)
        out_word(o, !o->ios && s->kind == STATIC_BLACKHOLE ? "blackhole" : drop);
    if (o->ios) {
        if (s->interface)
            out_word(o, s->interface);
        if (s->next_hop.family != IP_NONE)
            out_ip(o, &s->next_hop);
    } else {
        if (s->next_hop.family != IP_NONE)
            out_ip(o, &s->next_hop);
        if (s->interface)
            out_word(o, s->interface);
    }
    if (o->ios && s->distance != 1)
        out_number(o, s->distance);
    if (s->tag) {
        out_word(o, "tag");
        out_number(o, s->tag);
    }
    if (!o->ios && s->distance != 1)
        out_number(o, s->distance);
    if (s->name) {
        out_word(o, "name");
        out_word(o, s->name);
    }
    if (s->weight && !(o->ios && o->convert)) {
        out_word(o, "weight");
        out_number(o, s->weight);
    }
    if (s->onlink && !(o->ios && o->convert))
        out_word(o, "onlink");
    if (s->permanent)
        out_word(o, "permanent");
    if (s->track) {
        out_word(o, "track");
        out_number(o, s->track);
    }
    out_end(o);
}

void print_statics(struct out *o)
{
    for (unsigned v6 = 0; v6 < 2; v6++) {
        for (uint32_t i = 0; i < o->c->statics.n; i++) {
            if ((o->c->statics.v[i].prefix.family == IP_V6) == (v6 == 1))
                print_static(o, &o->c->statics.v[i]);
        }
    }
}

void print_interface_address(struct out *o, const struct config_address *a)
{
    out_begin(o, 1, a->prefix.family == IP_V6 ? "ipv6 address" : "ip address");
    if (o->ios && a->prefix.family == IP_V4)
        out_net_mask(o, &a->prefix);
    else
        out_prefix(o, &a->prefix);
    if (a->secondary)
        out_word(o, "secondary");
    out_end(o);
}

void config_print(const struct config *c, enum dialect dialect, struct config_printer *p)
{
    struct out o = { .c = c, .p = p };
    enum dialect from = c->dialect == DIALECT_IOS ? DIALECT_IOS : DIALECT_FRR;
    if (dialect == DIALECT_UNKNOWN)
        dialect = from;
    o.ios = dialect == DIALECT_IOS;
    o.convert = dialect != from;
    if (o.ios)
        print_ios(&o);
    else
        print_frr(&o);
}
