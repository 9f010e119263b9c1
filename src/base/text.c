#include "base/text.h"

#include <string.h>

/* The digits of 2^64 - 1. */
enum { U64_DIGITS = 20 };

struct text text_init(char *buf, size_t n)
{
    assert(n >= 1);
    buf[0] = '\0';
    return (struct text){ .s = buf, .cap = n };
}

void text_bytes(struct text *t, const char *s, size_t n)
{
    size_t room = t->cap - 1 - t->len;
    if (n > room) {
        n = room;
        t->cut = true;
    }
    if (n)
        memcpy(t->s + t->len, s, n);
    t->len += n;
    t->s[t->len] = '\0';
}

void text_str(struct text *t, const char *s)
{
    text_bytes(t, s, strlen(s));
}

void text_char(struct text *t, char c)
{
    text_bytes(t, &c, 1);
}

/* The decimal digits of v, at the end of the buffer. */
static const char *digits(uint64_t v, char buf[U64_DIGITS], size_t *ret_n)
{
    char *p = buf + U64_DIGITS;
    do {
        *--p = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    *ret_n = (size_t)(buf + U64_DIGITS - p);
    return p;
}

void text_u64(struct text *t, uint64_t v)
{
    char buf[U64_DIGITS];
    size_t n;
    const char *s = digits(v, buf, &n);
    text_bytes(t, s, n);
}

void text_i64(struct text *t, int64_t v)
{
    if (v < 0)
        text_char(t, '-');
    text_u64(t, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void text_hex(struct text *t, const void *bytes, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t *b = bytes;
    for (size_t i = 0; i < n; i++) {
        text_char(t, hex[b[i] >> 4]);
        text_char(t, hex[b[i] & 15]);
    }
}
