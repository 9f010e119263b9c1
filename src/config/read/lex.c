#include "config/lex.h"

#include <string.h>

enum { ETX = 3 };

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

enum lex_result lex_line(struct lex_line *l, const char *text, size_t len)
{
    l->n = 0;
    l->indent = 0;
    l->etx = 0;
    l->raw[0] = '\0';
    while (len > 0 && is_blank(text[len - 1]))
        l->etx = (uint16_t)(l->etx + (text[--len] == ETX));
    if (len > CONFIG_LINE_MAX)
        return LEX_TOO_LONG;
    for (size_t i = 0; i < len; i++) {
        l->etx = (uint16_t)(l->etx + (text[i] == ETX));
        l->raw[i] = is_blank(text[i]) ? ' ' : text[i];
    }
    l->raw[len] = '\0';
    memcpy(l->cut, l->raw, len + 1);
    size_t i = 0;
    while (i < len) {
        while (i < len && l->cut[i] == ' ')
            i++;
        size_t start = i;
        while (i < len && l->cut[i] != ' ')
            i++;
        if (i == start)
            break;
        if (l->n == LEX_WORDS_MAX)
            return LEX_TOO_MANY_WORDS;
        l->cut[i] = '\0';
        l->words[l->n++] = (struct lex_word){ .s = l->cut + start,
                                              .len = (uint16_t)(i - start),
                                              .column = (uint16_t)(start + 1) };
        i++;
    }
    l->indent = l->n > 0 ? (uint16_t)(l->words[0].column - 1) : 0;
    return LEX_OK;
}

void lex_drop(struct lex_line *l, size_t n)
{
    assert(n <= l->n);
    memmove(l->words, l->words + n, (l->n - n) * sizeof(l->words[0]));
    l->n -= n;
}

const char *lex_rest(const struct lex_line *l, size_t i)
{
    return i < l->n ? l->raw + l->words[i].column - 1 : "";
}

bool lex_is_prefix(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == '\0';
}

bool lex_eq(const char *a, const char *b)
{
    return lex_is_prefix(a, b) && strlen(a) == strlen(b);
}

bool lex_number(const char *s, uint32_t lo, uint32_t hi, uint32_t *ret)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; s[i] >= '0' && s[i] <= '9' && i < 11; i++)
        v = v * 10 + (uint64_t)(s[i] - '0');
    if (i == 0 || s[i] != '\0' || v < lo || v > hi)
        return false;
    *ret = (uint32_t)v;
    return true;
}

bool lex_as(const char *s, uint32_t *ret)
{
    const char *dot = strchr(s, '.');
    if (!dot)
        return lex_number(s, 1, UINT32_MAX, ret);
    char high[8];
    uint32_t hi, lo;
    size_t n = (size_t)(dot - s);
    if (n == 0 || n >= sizeof(high))
        return false;
    memcpy(high, s, n);
    high[n] = '\0';
    if (!lex_number(high, 0, 65535, &hi) || !lex_number(dot + 1, 0, 65535, &lo) || (hi | lo) == 0)
        return false;
    *ret = hi << 16 | lo;
    return true;
}

/* An address with some of its parts written as X. */
static bool is_masked_address(const char *s)
{
    size_t dots = 0, crosses = 0;
    for (; *s; s++) {
        dots += *s == '.';
        crosses += *s == 'X' || *s == 'x';
        if (*s != '.' && *s != 'X' && *s != 'x' && *s != '/' && (*s < '0' || *s > '9'))
            return false;
    }
    return dots == 3 && crosses > 0;
}

/* A word like CUSTOMER_IP or YOUR-PSK: capitals with a separator, nothing else. */
static bool is_shouted(const char *s)
{
    size_t letters = 0, separators = 0;
    for (; *s; s++) {
        letters += *s >= 'A' && *s <= 'Z';
        separators += *s == '_' || *s == '-';
        if ((*s < 'A' || *s > 'Z') && (*s < '0' || *s > '9') && *s != '_' && *s != '-')
            return false;
    }
    return letters > 2 && separators > 0;
}

bool lex_is_placeholder(const char *s)
{
    size_t n = strlen(s);
    if (n > 2 && ((s[0] == '<' && s[n - 1] == '>') || (s[0] == '$' && strchr("({_", s[1]))))
        return true;
    if (n > 4 && strncmp(s, "**", 2) == 0 && strcmp(s + n - 2, "**") == 0)
        return true;
    if (n > 4 && s[0] == '{' && s[1] == '{')
        return true;
    return is_masked_address(s) || is_shouted(s);
}

bool lex_is_management_vrf(const char *s)
{
    if (strcmp(s, "GS") == 0)
        return true;
    for (; *s; s++) {
        if (lex_is_prefix("mgmt", s) || lex_is_prefix("management", s))
            return true;
    }
    return false;
}
