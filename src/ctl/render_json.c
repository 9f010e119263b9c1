/* JSON written as it goes: a table of a million routes never stands in memory. Indented by two, a
 * member a line, as FRR prints it. */
#include "ctl/render.h"

#include <stdio.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at s (1..4); 0: it is none (overlong, surrogate, cut, too high). */
static size_t utf8_len(const unsigned char *s)
{
    static const unsigned lowest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (n == 1)
        return 1;
    if (s[0] < 0xc2 || s[0] >= 0xf5)
        return 0;
    unsigned code = s[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3f);
    }
    return code < lowest[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : n;
}

/* What a peer or a user wrote may be any bytes; what is no UTF-8 becomes U+FFFD. */
static void put_string(struct render *r, const char *s)
{
    render_str(r, "\"");
    const unsigned char *p = (const unsigned char *)s;
    while (*p) {
        size_t plain = 0;
        while (p[plain] >= 0x20 && p[plain] < 0x7f && p[plain] != '"' && p[plain] != '\\')
            plain++;
        render_bytes(r, (const char *)p, plain);
        p += plain;
        if (!*p)
            break;
        size_t n = utf8_len(p);
        if (*p == '"' || *p == '\\') {
            render_f(r, "\\%c", *p);
        } else if (*p < 0x20 || *p == 0x7f) {
            render_f(r, "\\u%04x", *p);
        } else if (n == 0) {
            render_str(r, "\\ufffd");
            n = 1;
        } else {
            render_bytes(r, (const char *)p, n);
        }
        p += n;
    }
    render_str(r, "\"");
}

static void indent(struct render *r)
{
    render_str(r, "\n");
    render_to(r, 2 * (size_t)r->depth);
}

static void start_member(struct render *r, const char *key)
{
    if (r->started[r->depth])
        render_str(r, ",");
    if (r->depth)
        indent(r);
    r->started[r->depth] = true;
    if (key) {
        put_string(r, key);
        render_str(r, ":");
    }
}

void json_open(struct render *r, const char *key, char bracket)
{
    assert(r->depth < RENDER_JSON_DEPTH);
    start_member(r, key);
    render_bytes(r, &bracket, 1);
    r->depth++;
    r->started[r->depth] = false;
    r->closing[r->depth] = bracket == '{' ? '}' : ']';
}

void json_close(struct render *r)
{
    assert(r->depth > 0);
    char bracket = r->closing[r->depth];
    bool was_empty = !r->started[r->depth];
    r->depth--;
    if (!was_empty)
        indent(r);
    render_bytes(r, &bracket, 1);
}

void json_text(struct render *r, const char *key, const char *value)
{
    start_member(r, key);
    put_string(r, value);
}

void json_u64(struct render *r, const char *key, uint64_t value)
{
    start_member(r, key);
    render_f(r, "%llu", (unsigned long long)value);
}

void json_i64(struct render *r, const char *key, int64_t value)
{
    start_member(r, key);
    render_f(r, "%lld", (long long)value);
}

void json_bool(struct render *r, const char *key, bool value)
{
    start_member(r, key);
    render_str(r, value ? "true" : "false");
}

void json_ip(struct render *r, const char *key, const struct ip_addr *a)
{
    char s[IP_TEXT_MAX];
    render_ip_text(DIALECT_FRR, a, s);
    json_text(r, key, s);
}

void json_prefix(struct render *r, const char *key, const struct prefix *p)
{
    char s[PREFIX_TEXT_MAX];
    render_prefix_text(DIALECT_FRR, p, s);
    json_text(r, key, s);
}

void json_end(struct render *r)
{
    while (r->depth)
        json_close(r);
    render_str(r, "\n");
}
