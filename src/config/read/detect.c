/* Which dialect a text is in: by its version line, by what a terminal printed around it, else by
 * which dialect understands more of its lines. */
#include "config/parser.h"

#include <string.h>

enum { DETECT_LINES_MAX = 2000 };

static bool word_is(const struct lex_line *l, size_t i, const char *s)
{
    return i < l->n && strcmp(l->words[i].s, s) == 0;
}

static enum dialect plain_sign(const struct lex_line *l)
{
    if (word_is(l, 0, "frr") && (word_is(l, 1, "version") || word_is(l, 1, "defaults")))
        return DIALECT_FRR;
    if (word_is(l, 0, "version") && l->n == 2 && l->words[1].s[0] >= '1' && l->words[1].s[0] <= '9')
        return DIALECT_IOS;
    if (word_is(l, 0, "Current") && word_is(l, 1, "configuration") && word_is(l, 2, ":"))
        return DIALECT_IOS;
    if (word_is(l, 0, "Current") && word_is(l, 1, "configuration:"))
        return DIALECT_FRR;
    return DIALECT_UNKNOWN;
}

static bool understood(const struct lex_line *l, unsigned mask)
{
    struct cmd_args args;
    return cmd_match(l, MODE_COUNT, mask, &args, NULL) != CMD_NONE;
}

enum dialect detect_dialect(struct lex_line *l, const char *text, size_t len)
{
    const char *end = text + len;
    for (const char *at = text; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((newline ? newline : end) - at);
        enum dialect sign = lex_line(l, at, n) == LEX_OK ? plain_sign(l) : DIALECT_UNKNOWN;
        if (sign != DIALECT_UNKNOWN)
            return sign;
        at += n + 1;
    }
    unsigned frr = 0, ios = 0, lines = 0;
    for (const char *at = text; at < end && lines < DETECT_LINES_MAX; lines++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((newline ? newline : end) - at);
        if (lex_line(l, at, n) == LEX_OK && l->n > 0 && l->words[0].s[0] != '!') {
            /* Both read them, but a text that has them without FRR's head is a Cisco router's. */
            bool cisco = lex_is_prefix("crypto", l->words[0].s) || word_is(l, 0, "tunnel");
            frr += !cisco && understood(l, IN_FRR);
            ios += understood(l, IN_IOS);
        }
        at += n + 1;
    }
    return frr == ios ? DIALECT_UNKNOWN : frr > ios ? DIALECT_FRR : DIALECT_IOS;
}
