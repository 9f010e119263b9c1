/* Text around a configuration: what a terminal prints before and after it, prompts, the shell that
 * wrote the file, fences of a document, banners. */
#include "config/parser.h"

#include <string.h>

static const char *const why_capture = "text of the terminal or the shell around the configuration";

/* The length of a prompt at the start of the first word ("tky01#", "vm-hub00(config-router)#"). */
static size_t prompt_length(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    if (n == 0)
        return 0;
    if (s[n] == '(') {
        size_t close = strcspn(s + n, ")");
        if (s[n + close] == '\0')
            return 0;
        n += close + 1;
    }
    return s[n] == '#' || (s[n] == '>' && n > 1) ? n + 1 : 0;
}

static bool shows_configuration(const struct lex_line *l, size_t w)
{
    if (w >= l->n)
        return true;
    const char *a = l->words[w].s, *b = w + 1 < l->n ? l->words[w + 1].s : "";
    if (lex_is_prefix(a, "show"))
        return lex_is_prefix(b, "running-config") || lex_is_prefix(b, "startup-config") ||
               lex_is_prefix(b, "configuration");
    return lex_is_prefix(a, "configure") || lex_is_prefix(a, "terminal") ||
           lex_is_prefix(a, "write") || lex_is_prefix(a, "enable") || lex_is_prefix(a, "more") ||
           lex_is_prefix(a, "copy") || lex_is_prefix(a, "disable");
}

/* A typed session: the prompt of a configuration mode is cut off and the command is read; after
 * another prompt only the output of `show running-config` is configuration. True: line is done. */
static bool prompt_line(struct parser *p)
{
    size_t n = prompt_length(p->l.words[0].s);
    if (n == 0)
        return false;
    bool configures = memchr(p->l.words[0].s, '(', n) != NULL;
    if (p->l.words[0].s[n] != '\0') {
        p->l.words[0].s += n;
        p->l.words[0].len = (uint16_t)(p->l.words[0].len - n);
        p->l.words[0].column = (uint16_t)(p->l.words[0].column + n);
    } else {
        lex_drop(&p->l, 1);
    }
    p->l.indent = 0;
    if (configures && p->l.n > 1 && strcmp(p->l.words[0].s, "do") == 0) {
        lex_drop(&p->l, 1);
        configures = false;
    }
    if (configures) {
        p->other_output = false;
        return p->l.n == 0;
    }
    p->other_output = !shows_configuration(&p->l, 0);
    if (p->l.n > 0)
        parser_inert(p, why_capture);
    return true;
}

static bool starts(const struct parser *p, const char *a, const char *b)
{
    return strcmp(parser_word(p, 0), a) == 0 && (!b || strcmp(parser_word(p, 1), b) == 0);
}

/* What a terminal, a script or a document leaves around a configuration. */
static bool is_preamble(const struct parser *p)
{
    const char *first = parser_word(p, 0);
    if (starts(p, "Building", "configuration...") || starts(p, "Current", "configuration") ||
        starts(p, "Current", "configuration:") || starts(p, "Using", NULL) ||
        strncmp(first, "```", 3) == 0 || strcmp(first, "EOF") == 0 || strcmp(first, "EOT") == 0 ||
        strcmp(first, "--More--") == 0)
        return true;
    if (strcmp(first, "cat") == 0 || strcmp(first, "vtysh") == 0 || strcmp(first, "tee") == 0)
        return true;
    if (p->l.n <= 2 && (lex_eq(first, "configure") || lex_eq(first, "conf")) &&
        lex_is_prefix(parser_word(p, 1), "terminal"))
        return true;
    if (starts(p, "write", "memory") || (starts(p, "wr", NULL) && p->l.n <= 2) ||
        starts(p, "copy", "running-config") || (starts(p, "enable", NULL) && p->l.n == 1))
        return true;
    return starts(p, "sudo", NULL) && !starts(p, "sudo", "iptables") &&
           (starts(p, "sudo", "tee") || starts(p, "sudo", "vtysh") || starts(p, "sudo", "cat"));
}

/* The end of a banner as a device prints it, and (in a file copied from it) as it is stored. */
static const char caret_c[] = "^C", control_c[] = "\003";

static bool ends_banner(const struct parser *p)
{
    if (p->banner == control_c)
        return p->l.etx > 0;
    /* Whoever typed a caret for the delimiter ends with a line of just that. */
    if (p->banner == caret_c && strcmp(lex_rest(&p->l, 0), "^") == 0)
        return true;
    return strstr(p->l.raw, p->banner) != NULL;
}

/* banner motd ^C ... ^C: everything up to the delimiter's second coming. */
static bool banner_line(struct parser *p)
{
    if (p->banner) {
        if (ends_banner(p))
            p->banner = NULL;
        return true;
    }
    if (!lex_eq(parser_word(p, 0), "banner") || (p->l.n < 3 && p->l.etx == 0))
        return false;
    const char *mark = parser_word(p, 2), *rest = lex_rest(&p->l, 2);
    if (lex_eq(mark, "file") || lex_eq(mark, "line") || lex_eq(mark, "default"))
        return false; /* FRR: a row of the table */
    p->banner_line = p->line;
    if (p->l.etx > 0) {
        p->banner = p->l.etx == 1 ? control_c : NULL;
    } else if (strncmp(rest, caret_c, 2) == 0) {
        p->banner = strstr(rest + 2, caret_c) ? NULL : caret_c;
    } else if (!strchr(rest + 1, rest[0])) {
        p->banner_end[0] = rest[0];
        p->banner = p->banner_end;
    }
    parser_inert(p, "text shown to whoever logs in");
    return true;
}

void capture_end(struct parser *p)
{
    if (!p->banner)
        return;
    p->banner = NULL;
    p->l.n = 0;
    p->line = p->banner_line;
    parser_error(p, "CFG-INCOMPLETE", 0, "the banner does not end: all that follows is its text",
                 "its delimiter once more, on a line of its own");
}

/* What a terminal's pager leaves at the start of a line, with or without a blank after it. */
static void cut_pager(struct parser *p)
{
    static const char more[] = "--More--";
    size_t n = sizeof(more) - 1;
    while (p->l.n > 0 && strncmp(p->l.words[0].s, more, n) == 0) {
        struct lex_word *w = &p->l.words[0];
        if (w->len == n) {
            lex_drop(&p->l, 1);
            continue;
        }
        w->s += n;
        w->len = (uint16_t)(w->len - n);
        w->column = (uint16_t)(w->column + n);
    }
}

/* A certificate's bytes, indented or not: words of up to eight hexadecimal digits, until `quit`. */
static bool certificate_line(struct parser *p)
{
    bool was = p->certificate;
    p->certificate = parser_is_ios(p) && lex_eq(parser_word(p, 0), "certificate");
    if (!was || p->certificate)
        return false;
    if (p->l.n == 1 && strcmp(p->l.words[0].s, "quit") == 0)
        return true;
    for (size_t i = 0; i < p->l.n; i++) {
        const char *s = p->l.words[i].s;
        if (p->l.words[i].len > 8 || s[strspn(s, "0123456789abcdefABCDEF")] != '\0')
            return false;
    }
    p->certificate = true;
    parser_inert(p, "a certificate's bytes");
    return true;
}

bool capture_line(struct parser *p)
{
    if (banner_line(p))
        return true;
    cut_pager(p);
    if (p->l.n == 0 || p->l.words[0].s[0] == '!' || p->l.words[0].s[0] == '#')
        return true;
    if (certificate_line(p))
        return true;
    if (prompt_line(p))
        return true;
    if (p->other_output)
        return true;
    if (is_preamble(p)) {
        parser_inert(p, why_capture);
        return true;
    }
    return false;
}
