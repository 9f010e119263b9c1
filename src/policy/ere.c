/* One pass over the expression, no recursion: what PCRE2 reads is written as we go, with the place
 * where the last atom began, so that a second repeat (a+? is (a+)? in an ERE, not a lazy one) can
 * be wrapped around it. */
#include "policy/ere.h"

#include <string.h>

static const char MAGIC[] = "(^|[,{}() ]|$)";
static_assert(sizeof(MAGIC) - 1 == 14, "ERE_WORK_BYTES counts on it");

struct group {
    size_t out_start;
    uint32_t number;
};

struct ere {
    const char *s;
    size_t n, at;
    char *out;
    size_t len;
    bool has_atom, repeated; /* what a repeat would apply to, and whether it already has one */
    size_t atom;             /* where it began */
    struct group groups[ERE_GROUPS_MAX];
    size_t depth;
    uint32_t opened;
    uint32_t completed; /* bit n: group n (1..9) is closed */
    bool literal_braces, has_back_reference;
    const char *error;
};

struct byte_set {
    bool has[256];
};

static bool fail(struct ere *e, const char *why)
{
    if (!e->error)
        e->error = why;
    return false;
}

static bool emit(struct ere *e, const char *s, size_t n)
{
    if (n > ERE_PATTERN_MAX - e->len)
        return fail(e, "the expression is too long");
    memcpy(e->out + e->len, s, n);
    e->len += n;
    return true;
}

static bool emit_str(struct ere *e, const char *s)
{
    return emit(e, s, strlen(s));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(unsigned c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A byte that stands for itself, whatever PCRE2 would make of it. */
static bool emit_byte(struct ere *e, uint8_t c)
{
    static const char hex[] = "0123456789abcdef";
    if (is_alnum(c))
        return emit(e, (const char *)&c, 1);
    char code[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };
    return emit(e, code, sizeof(code));
}

static void begin_atom(struct ere *e)
{
    e->has_atom = true;
    e->repeated = false;
    e->atom = e->len;
}

static bool literal(struct ere *e, char c)
{
    begin_atom(e);
    return emit_byte(e, (uint8_t)c);
}

/* A repeat must not follow an anchor, an opening parenthesis or a bar. */
static bool no_atom(struct ere *e, const char *text)
{
    e->has_atom = false;
    return emit_str(e, text);
}

/* ---- repeats --------------------------------------------------------------------------------- */

static void append_number(char *to, size_t *len, uint32_t v)
{
    char digits[10];
    size_t n = 0;
    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    while (n > 0)
        to[(*len)++] = digits[--n];
}

/* Digits; UINT32_MAX when there are none, ERE_REPEAT_MAX + 1 when it is more. */
static uint32_t number(struct ere *e)
{
    uint32_t v = UINT32_MAX;
    for (; e->at < e->n && is_digit(e->s[e->at]); e->at++) {
        uint32_t digit = (uint32_t)(e->s[e->at] - '0');
        v = v == UINT32_MAX ? digit : v * 10 + digit;
        v = MIN(v, (uint32_t)ERE_REPEAT_MAX + 1);
    }
    return v;
}

/* After `{`: n} n,} n,m} ,m} or ,} into text. */
static bool interval(struct ere *e, char text[24])
{
    uint32_t from = number(e), to = from;
    bool comma = e->at < e->n && e->s[e->at] == ',';
    if (comma) {
        e->at++;
        to = number(e);
    }
    if (e->at >= e->n)
        return fail(e, "a { without its }");
    if (e->s[e->at] != '}' || (from == UINT32_MAX && !comma))
        return fail(e, "what stands between { and } is not a repeat");
    e->at++;
    if (from == UINT32_MAX)
        from = 0;
    if (to < from)
        return fail(e, "a repeat {n,m} with n above m");
    if (from > ERE_REPEAT_MAX || (to != UINT32_MAX && to > ERE_REPEAT_MAX))
        return fail(e, "a repeat above 32767");
    size_t len = 0;
    text[len++] = '{';
    append_number(text, &len, from);
    text[len++] = ',';
    if (to != UINT32_MAX)
        append_number(text, &len, to);
    text[len++] = '}';
    text[len] = '\0';
    return true;
}

static bool repeat(struct ere *e, char c)
{
    if (!e->has_atom)
        return fail(e, "a repeat (* + ? {) with nothing before it");
    char text[24] = { c };
    if (c == '{' && !interval(e, text))
        return false;
    if (e->repeated) {
        if (!emit_str(e, "(?:)"))
            return false;
        memmove(e->out + e->atom + 3, e->out + e->atom, e->len - 4 - e->atom);
        memcpy(e->out + e->atom, "(?:", 3);
        e->out[e->len - 1] = ')';
    }
    e->repeated = true;
    return emit_str(e, text);
}

/* ---- groups ---------------------------------------------------------------------------------- */

static bool open_group(struct ere *e)
{
    if (e->depth == ERE_GROUPS_MAX)
        return fail(e, "parentheses nested too deeply");
    e->groups[e->depth++] = (struct group){ .out_start = e->len, .number = ++e->opened };
    return no_atom(e, "(");
}

static bool close_group(struct ere *e)
{
    if (e->depth == 0)
        return literal(e, ')'); /* RE_UNMATCHED_RIGHT_PAREN_ORD */
    const struct group *g = &e->groups[--e->depth];
    if (g->number <= 9)
        e->completed |= UINT32_C(1) << g->number;
    e->has_atom = true;
    e->repeated = false;
    e->atom = g->out_start;
    return emit_str(e, ")");
}

/* ---- escapes --------------------------------------------------------------------------------- */

static bool back_reference(struct ere *e, char c)
{
    if (!(e->completed & UINT32_C(1) << (c - '0')))
        return fail(e, "a back reference to a group that is not closed before it");
    e->has_back_reference = true;
    char text[] = { '\\', 'g', '{', c, '}', '\0' };
    begin_atom(e);
    return emit_str(e, text);
}

static bool escape(struct ere *e)
{
    static const struct {
        char c;
        bool anchor;
        const char *pattern;
    } rows[] = {
        { 'w', false, "[0-9A-Za-z_]" },
        { 'W', false, "[^0-9A-Za-z_]" },
        { 's', false, "[\\x09-\\x0d\\x20]" },
        { 'S', false, "[^\\x09-\\x0d\\x20]" },
        { 'b', true, "\\b" },
        { 'B', true, "\\B" },
        { '<', true, "\\b(?=\\w)" },
        { '>', true, "\\b(?<=\\w)" },
        { '`', true, "\\A" },
        { '\'', true, "\\z" },
    };
    if (e->at == e->n)
        return fail(e, "a \\ at the end");
    char c = e->s[e->at++];
    if (c >= '1' && c <= '9')
        return back_reference(e, c);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].c != c)
            continue;
        if (rows[i].anchor)
            return no_atom(e, rows[i].pattern);
        begin_atom(e);
        return emit_str(e, rows[i].pattern);
    }
    return literal(e, c);
}

/* ---- brackets -------------------------------------------------------------------------------- */

static bool in_class(const char *name, size_t n, unsigned c, bool *ret_known)
{
    static const char *const names[] = { "alnum", "alpha", "blank", "cntrl", "digit", "graph",
                                         "lower", "print", "punct", "space", "upper", "xdigit" };
    size_t i = 0;
    while (i < ARRAY_LEN(names) && (strlen(names[i]) != n || memcmp(names[i], name, n) != 0))
        i++;
    *ret_known = i < ARRAY_LEN(names);
    bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
    bool graph = c > 0x20 && c < 0x7f;
    const bool in[] = { is_alnum(c),
                        upper || lower,
                        c == ' ' || c == '\t',
                        c < 0x20 || c == 0x7f,
                        digit,
                        graph,
                        lower,
                        graph || c == ' ',
                        graph && !is_alnum(c),
                        c == ' ' || (c >= 0x09 && c <= 0x0d),
                        upper,
                        digit || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f') };
    static_assert(ARRAY_LEN(in) == ARRAY_LEN(names), "a row for each class");
    return *ret_known && in[i];
}

enum element_kind { ELEMENT_BYTE, ELEMENT_CLASS, ELEMENT_EQUIVALENT };

struct element {
    enum element_kind kind;
    uint8_t byte;
    const char *name; /* of a class */
    size_t name_len;
};

/* [:name:] [=c=] [.c.], read from the opening bracket. In the C locale a collating element is one
 * character. */
static bool named_element(struct ere *e, struct element *ret)
{
    char mark = e->s[e->at + 1];
    const char *name = e->s + e->at + 2;
    size_t left = e->n - e->at - 2, len = 0;
    while (len + 1 < left && !(name[len] == mark && name[len + 1] == ']'))
        len++;
    if (len + 1 >= left)
        return fail(e, "a [: [= or [. without its end");
    e->at += len + 4;
    if (mark == ':') {
        bool known;
        (void)in_class(name, len, 0, &known);
        *ret = (struct element){ .kind = ELEMENT_CLASS, .name = name, .name_len = len };
        return known || fail(e, "an unknown class of characters in [: :]");
    }
    if (len != 1)
        return fail(e, "[= =] and [. .] take one character");
    *ret = (struct element){ .kind = mark == '=' ? ELEMENT_EQUIVALENT : ELEMENT_BYTE,
                             .byte = (uint8_t)name[0] };
    return true;
}

static bool element(struct ere *e, struct element *ret)
{
    char c = e->s[e->at];
    if (c == '[' && e->at + 1 < e->n && strchr(":=.", e->s[e->at + 1]))
        return named_element(e, ret);
    *ret = (struct element){ .kind = ELEMENT_BYTE, .byte = (uint8_t)c };
    e->at++;
    return true;
}

static char peek(const struct ere *e, size_t ahead)
{
    return e->at + ahead < e->n ? e->s[e->at + ahead] : '\0';
}

static void add(struct byte_set *set, const struct element *el)
{
    if (el->kind != ELEMENT_CLASS) {
        set->has[el->byte] = true;
        return;
    }
    bool known;
    for (unsigned c = 0; c < 256; c++)
        set->has[c] |= in_class(el->name, el->name_len, c, &known);
}

/* One element, or a range of two. */
static bool bracket_item(struct ere *e, struct byte_set *set, bool first)
{
    if (peek(e, 0) == '-' && !first && peek(e, 1) != ']')
        return fail(e, "a - between [ and ] that makes no range");
    struct element from, to;
    if (!element(e, &from))
        return false;
    bool range = from.kind == ELEMENT_BYTE && peek(e, 0) == '-' && peek(e, 1) != ']';
    if (!range) {
        add(set, &from);
        return true;
    }
    e->at++;
    if (e->at >= e->n)
        return fail(e, "a [ without its ]");
    if (!element(e, &to))
        return false;
    if (to.kind != ELEMENT_BYTE || from.byte > to.byte)
        return fail(e, "a range between [ and ] that ends before it begins");
    for (unsigned c = from.byte; c <= to.byte; c++)
        set->has[c] = true;
    return true;
}

static bool emit_set(struct ere *e, const struct byte_set *set, bool inverted)
{
    begin_atom(e);
    bool any = false, ok = emit_str(e, "[");
    for (unsigned c = 0; c < 256; c++) {
        if (set->has[c] == inverted)
            continue;
        unsigned end = c;
        while (end < 255 && set->has[end + 1] != inverted)
            end++;
        ok = ok && emit_byte(e, (uint8_t)c);
        if (end > c)
            ok = ok && emit_str(e, "-") && emit_byte(e, (uint8_t)end);
        c = end;
        any = true;
    }
    if (!ok)
        return false;
    if (any)
        return emit_str(e, "]");
    e->len = e->atom; /* matches nothing, and PCRE2 has no empty class */
    return emit_str(e, "(?:(?!))");
}

static bool bracket(struct ere *e)
{
    struct byte_set set = { 0 };
    bool inverted = peek(e, 0) == '^';
    e->at += inverted;
    bool first = true;
    while (e->at < e->n && (first || e->s[e->at] != ']')) {
        if (!bracket_item(e, &set, first))
            return false;
        first = false;
    }
    if (e->at >= e->n)
        return fail(e, "a [ without its ]");
    e->at++;
    return emit_set(e, &set, inverted);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool step(struct ere *e)
{
    char c = e->s[e->at++];
    switch (c) {
    case '(':
        return open_group(e);
    case ')':
        return close_group(e);
    case '|':
        return no_atom(e, "|");
    case '^':
        return no_atom(e, "^");
    case '$':
        return no_atom(e, "$");
    case '*':
    case '+':
    case '?':
        return repeat(e, c);
    case '{':
        return e->literal_braces ? literal(e, c) : repeat(e, c);
    case '.':
        begin_atom(e);
        return emit_str(e, ".");
    case '[':
        return bracket(e);
    case '\\':
        return escape(e);
    default:
        return literal(e, c);
    }
}

static size_t expand(const char *regex, bool magic, char *work)
{
    size_t n = 0;
    for (const char *p = regex; *p; p++) {
        if (*p == '_' && magic) {
            memcpy(work + n, MAGIC, sizeof(MAGIC) - 1);
            n += sizeof(MAGIC) - 1;
        } else {
            work[n++] = *p;
        }
    }
    work[n] = '\0';
    return n;
}

bool ere_translate(const char *regex, const struct ere_options *options, char *work, char *out,
                   struct ere_result *ret_result)
{
    struct ere e = { .s = work, .out = out, .literal_braces = options->literal_braces };
    if (strnlen(regex, ERE_TEXT_MAX + 1) > ERE_TEXT_MAX) {
        *ret_result = (struct ere_result){ .error = "the expression is too long" };
        return false;
    }
    e.n = expand(regex, options->magic_underscore, work);
    bool ok = true;
    while (ok && e.at < e.n)
        ok = step(&e);
    if (ok && e.depth > 0)
        ok = fail(&e, "a ( without its )");
    out[e.len] = '\0';
    *ret_result = (struct ere_result){ .len = e.len,
                                       .has_back_reference = e.has_back_reference,
                                       .error = e.error };
    return ok;
}
