/* Text of one command's output: buffer, columns, addresses, durations. */
#include "ctl/render.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void render_init(struct render *r, struct ctl_output *out, enum dialect layout)
{
    r->out = out;
    r->layout = layout;
    r->failed = r->too_long = false;
    r->len = r->total = r->column = 0;
    r->depth = 0;
    r->started[0] = false;
}

bool render_flush(struct render *r)
{
    if (!r->failed && r->len && !r->out->write(r->out, r->buf, r->len))
        r->failed = true;
    r->total += r->len;
    r->len = 0;
    return !r->failed;
}

void render_bytes(struct render *r, const char *s, size_t n)
{
    if (r->total + r->len + n > CTL_OUTPUT_MAX)
        r->failed = r->too_long = true;
    while (n && !r->failed) {
        if (r->len == sizeof(r->buf) && !render_flush(r))
            return;
        size_t part = MIN(n, sizeof(r->buf) - r->len);
        memcpy(r->buf + r->len, s, part);
        const char *newline = memrchr(s, '\n', part);
        r->column = newline ? (size_t)(s + part - newline) - 1 : r->column + part;
        r->len += part;
        s += part;
        n -= part;
    }
}

void render_str(struct render *r, const char *s)
{
    render_bytes(r, s, strlen(s));
}

void render_f(struct render *r, const char *format, ...)
{
    char line[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (n > 0)
        render_bytes(r, line, MIN((size_t)n, sizeof(line) - 1));
}

void render_to(struct render *r, size_t column)
{
    static const char blanks[] = "                                ";
    while (!r->failed && r->column < column)
        render_bytes(r, blanks, MIN(column - r->column, sizeof(blanks) - 1));
}

void render_cell(struct render *r, const char *s, size_t next)
{
    render_str(r, s);
    if (r->column >= next)
        render_str(r, "\n");
    render_to(r, next);
}

static void to_capitals(char *s)
{
    for (; *s; s++)
        *s = (char)toupper((unsigned char)*s);
}

void render_ip_text(enum dialect layout, const struct ip_addr *a, char ret[IP_TEXT_MAX])
{
    struct text t = text_init(ret, IP_TEXT_MAX);
    text_ip(&t, a);
    if (layout == DIALECT_IOS && a->family == IP_V6)
        to_capitals(ret);
}

uint8_t render_natural_len(const struct prefix *p)
{
    if (p->b[0] < 128)
        return 8;
    return p->b[0] < 192 ? 16 : p->b[0] < 224 ? 24 : 32;
}

void render_prefix_text(enum dialect layout, const struct prefix *p, char ret[PREFIX_TEXT_MAX])
{
    struct text t = text_init(ret, PREFIX_TEXT_MAX);
    bool is_natural = p->family == IP_V4 && p->len == render_natural_len(p) && p->len < 32;
    bool is_default = p->family == IP_V4 && p->len == 0 && p->b[0] == 0;
    if (layout == DIALECT_IOS && (is_natural || is_default)) {
        struct ip_addr a = prefix_addr(p);
        text_ip(&t, &a);
        return;
    }
    text_prefix(&t, p);
    if (layout == DIALECT_IOS)
        to_capitals(ret);
}

void render_router_id(uint32_t id, char ret[IP_TEXT_MAX])
{
    struct ip_addr a = ip_from_u32(id);
    struct text t = text_init(ret, IP_TEXT_MAX);
    text_ip(&t, &a);
}

void render_age(enum dialect layout, ns_t age, char ret[RENDER_AGE_MAX])
{
    if (age < 0) {
        memcpy(ret, "never", 6);
        return;
    }
    uint64_t s = (uint64_t)(age / NS_PER_S);
    unsigned hours = (unsigned)(s / 3600 % 24), minutes = (unsigned)(s / 60 % 60);
    unsigned long long days = s / 86400;
    bool ios = layout == DIALECT_IOS;
    if (days == 0)
        snprintf(ret, RENDER_AGE_MAX, "%02u:%02u:%02u", hours, minutes, (unsigned)(s % 60));
    else if (days < 7 && ios)
        snprintf(ret, RENDER_AGE_MAX, "%llud%02uh", days, hours);
    else if (days < 7)
        snprintf(ret, RENDER_AGE_MAX, "%llud%02uh%02um", days, hours, minutes);
    else if (days < 365 && ios)
        snprintf(ret, RENDER_AGE_MAX, "%lluw%llud", days / 7, days % 7);
    else if (days < 365)
        snprintf(ret, RENDER_AGE_MAX, "%02lluw%llud%02uh", days / 7, days % 7, hours);
    else if (ios)
        snprintf(ret, RENDER_AGE_MAX, "%lluy%lluw", days / 365, days % 365 / 7);
    else
        snprintf(ret, RENDER_AGE_MAX, "%02lluy%02lluw%llud", days / 365, days % 365 / 7,
                 days % 365 % 7);
}
