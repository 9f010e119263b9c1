/* Matching a line against the syntax of the rows, and what to say when none fits.
 * The syntax text is interpreted as it stands: rows are ours, only the words are untrusted. */
#include "config/table.h"

#include <string.h>

/* How well a word fits: rows are compared word by word, the better first word wins. */
enum fit { FIT_LINE = 1, FIT_WORD, FIT_ABBREVIATED, FIT_TYPED, FIT_EXACT };

/* Words beyond these are arguments of rows with lists of values: they decide between no rows. */
enum { FIT_WORDS_MAX = 32 };

struct matcher {
    const struct lex_line *l;
    struct cmd_args *args;
    const char *p; /* next element of the syntax */
    size_t w;      /* next word */
    unsigned arg;  /* next argument number */
    bool no, ios;
    uint8_t fit[FIT_WORDS_MAX];
    const char *keyword[FIT_WORDS_MAX]; /* the keyword that an abbreviation stood for */
    size_t fit_n;
    struct cmd_failure *failure;
};

/* ---- argument types -------------------------------------------------------------------------- */

static size_t is_ip4(const struct lex_line *l, size_t w)
{
    struct ip_addr a;
    return ip_parse(l->words[w].s, &a) && a.family == IP_V4;
}

/* A next hop: an address that cannot be a netmask or a group. */
static size_t is_hop4(const struct lex_line *l, size_t w)
{
    struct ip_addr a;
    return is_ip4(l, w) && ip_parse(l->words[w].s, &a) && ip_to_u32(&a) < UINT32_C(0xe0000000);
}

static size_t is_ip6(const struct lex_line *l, size_t w)
{
    struct ip_addr a;
    return ip_parse(l->words[w].s, &a) && a.family == IP_V6;
}

static size_t is_addr(const struct lex_line *l, size_t w)
{
    struct ip_addr a;
    return ip_parse(l->words[w].s, &a);
}

/* An address, or the place where one is to be filled in. */
static size_t is_addr_or_place(const struct lex_line *l, size_t w)
{
    return is_addr(l, w) || lex_is_placeholder(l->words[w].s);
}

static size_t is_net4(const struct lex_line *l, size_t w)
{
    struct prefix p;
    return prefix_parse(l->words[w].s, &p, NULL) && p.family == IP_V4;
}

static size_t is_net6(const struct lex_line *l, size_t w)
{
    struct prefix p;
    return prefix_parse(l->words[w].s, &p, NULL) && p.family == IP_V6;
}

static size_t is_net(const struct lex_line *l, size_t w)
{
    struct prefix p;
    return prefix_parse(l->words[w].s, &p, NULL);
}

static size_t is_mask(const struct lex_line *l, size_t w)
{
    struct ip_addr a;
    uint8_t len;
    return ip_parse(l->words[w].s, &a) && a.family == IP_V4 && ip_mask_to_len(&a, &len);
}

static size_t is_wildcard(const struct lex_line *l, size_t w)
{
    struct ip_addr a;
    uint8_t len;
    return ip_parse(l->words[w].s, &a) && a.family == IP_V4 && ip_wildcard_to_len(&a, &len);
}

/* A group's name must not look like an address with a slip in it. */
static size_t is_peer(const struct lex_line *l, size_t w)
{
    const char *s = l->words[w].s;
    return is_addr(l, w) || (strspn(s, "0123456789.") != l->words[w].len && !strchr(s, ':'));
}

static size_t is_name(const struct lex_line *l, size_t w)
{
    return l->words[w].len > 0;
}

static size_t is_as(const struct lex_line *l, size_t w)
{
    uint32_t as;
    return lex_as(l->words[w].s, &as);
}

static size_t is_rest(const struct lex_line *l, size_t w)
{
    return l->n - w;
}

static size_t is_interface(const struct lex_line *l, size_t w)
{
    char name[CONFIG_LINE_MAX];
    struct text t = text_init(name, sizeof(name));
    return cmd_interface_name(l, w, false, &t);
}

static size_t is_ios_interface(const struct lex_line *l, size_t w)
{
    char name[CONFIG_LINE_MAX];
    struct text t = text_init(name, sizeof(name));
    return cmd_interface_name(l, w, true, &t);
}

struct type {
    const char *name;
    size_t (*words)(const struct lex_line *l, size_t w); /* how many words it takes; 0: no match */
    bool strict; /* a word that does not fit is a wrong value, not another command */
    uint8_t fit;
};

static const struct type types[] = {
    { "ip", is_ip4, true, FIT_TYPED },
    { "hop4", is_hop4, true, FIT_TYPED },
    { "ip6", is_ip6, true, FIT_TYPED },
    { "addr", is_addr, true, FIT_TYPED },
    { "addr?", is_addr_or_place, true, FIT_TYPED },
    { "net4", is_net4, true, FIT_TYPED },
    { "net6", is_net6, true, FIT_TYPED },
    { "net", is_net, true, FIT_TYPED },
    { "mask", is_mask, true, FIT_TYPED },
    { "wildcard", is_wildcard, true, FIT_TYPED },
    { "peer", is_peer, true, FIT_WORD },
    { "as", is_as, true, FIT_TYPED },
    { "interface", is_interface, false, FIT_WORD },
    { "name", is_name, false, FIT_WORD },
    { "line", is_rest, false, FIT_LINE },
};

static const struct type *type_find(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (strlen(types[i].name) == len && memcmp(types[i].name, name, len) == 0)
            return &types[i];
    }
    return NULL;
}

static uint32_t syntax_number(const char **s)
{
    uint64_t v = 0;
    while (**s >= '0' && **s <= '9')
        v = v * 10 + (uint64_t)(*(*s)++ - '0');
    assert(v <= UINT32_MAX);
    return (uint32_t)v;
}

/* ---- the matcher ----------------------------------------------------------------------------- */

static void fail(struct matcher *m, const char *element, bool value)
{
    struct cmd_failure *f = m->failure;
    if (!f || m->w < f->word)
        return;
    if (m->w > f->word) {
        f->word = m->w;
        f->n = 0;
        f->value = false;
    }
    f->value = f->value || value;
    for (size_t i = 0; i < f->n; i++) {
        if (f->expected[i] == element)
            return;
    }
    if (f->n < MATCH_EXPECTED_MAX)
        f->expected[f->n++] = element;
}

/* Where the bracket that opens at p closes. */
static const char *closing(const char *p)
{
    unsigned depth = 0;
    for (;; p++) {
        assert(*p);
        depth += *p == '[' || *p == '(';
        depth -= *p == ']' || *p == ')';
        if (depth == 0)
            return p;
    }
}

static unsigned count_args(const char *from, const char *to)
{
    unsigned n = 0;
    for (; from < to; from++)
        n += *from == '<' || *from == '{' || *from == '[';
    return n;
}

static void took(struct matcher *m, size_t words, uint8_t fit, const char *keyword)
{
    for (size_t i = m->w; i < m->w + words && i < FIT_WORDS_MAX; i++) {
        m->fit[i] = fit;
        m->keyword[i] = keyword;
    }
    m->w += words;
}

/* Whether the word is the keyword of len bytes, or begins it. */
static uint8_t keyword_fit(const char *word, size_t word_len, const char *keyword, size_t len)
{
    if (word_len > len)
        return 0;
    for (size_t i = 0; i < word_len; i++) {
        char a = word[i], b = keyword[i];
        a = a >= 'A' && a <= 'Z' ? (char)(a + 32) : a;
        b = b >= 'A' && b <= 'Z' ? (char)(b + 32) : b;
        if (a != b)
            return 0;
    }
    return word_len == len ? FIT_EXACT : FIT_ABBREVIATED;
}

static bool match_keyword(struct matcher *m)
{
    const char *start = m->p;
    size_t len = strcspn(start, " ]");
    m->p += len;
    uint8_t fit =
        m->w < m->l->n ? keyword_fit(m->l->words[m->w].s, m->l->words[m->w].len, start, len) : 0;
    if (fit == 0) {
        fail(m, start, false);
        return false;
    }
    took(m, 1, fit, start);
    return true;
}

static bool match_choice(struct matcher *m)
{
    const char *start = m->p++;
    struct cmd_arg *arg = &m->args->v[m->arg++];
    uint8_t best = 0;
    const char *best_keyword = NULL;
    for (uint32_t i = 0;; i++) {
        size_t len = strcspn(m->p, "|}");
        uint8_t fit =
            m->w < m->l->n ? keyword_fit(m->l->words[m->w].s, m->l->words[m->w].len, m->p, len) : 0;
        if (fit > best) {
            best = fit;
            best_keyword = m->p;
            *arg = (struct cmd_arg){ .present = true, .word = (uint16_t)m->w, .number = i };
        }
        m->p += len;
        if (*m->p++ == '}')
            break;
    }
    if (best == 0) {
        fail(m, start, false);
        return false;
    }
    took(m, 1, best, best_keyword);
    return true;
}

static bool match_argument(struct matcher *m)
{
    const char *start = m->p++;
    struct cmd_arg *arg = &m->args->v[m->arg++];
    size_t len = strcspn(m->p, ">");
    const char *name = m->p;
    m->p += len + 1;
    *arg = (struct cmd_arg){ .word = (uint16_t)m->w };
    if (m->w >= m->l->n) {
        fail(m, start, false);
        return false;
    }
    const char *word = m->l->words[m->w].s;
    if (*name >= '0' && *name <= '9') {
        uint32_t lo = syntax_number(&name);
        assert(*name == '-');
        name++;
        uint32_t hi = syntax_number(&name);
        if (!lex_number(word, lo, hi, &arg->number)) {
            fail(m, start, strspn(word, "-0123456789") > 0);
            return false;
        }
        arg->present = true;
        took(m, 1, FIT_TYPED, NULL);
        return true;
    }
    const struct type *type = type_find(name, len);
    assert(type);
    size_t (*words)(const struct lex_line *, size_t) = type->words;
    size_t n = words == is_interface && m->ios ? is_ios_interface(m->l, m->w) : words(m->l, m->w);
    if (n == 0) {
        fail(m, start, type->strict && word[0] >= '0' && word[0] <= '9');
        return false;
    }
    if (words == is_as)
        arg->present = lex_as(word, &arg->number);
    arg->present = true;
    took(m, n, type->fit, NULL);
    return true;
}

static bool match_sequence(struct matcher *m, const char *end);

/* [ ... ]: taken when it fits, else passed over. True when it was taken. */
static bool match_option(struct matcher *m)
{
    const char *start = m->p, *end = closing(start);
    unsigned first = m->arg, n = count_args(start, end);
    size_t w = m->w;
    m->p = start + 1;
    m->arg = first + 1;
    bool taken = m->w < m->l->n && match_sequence(m, end) && m->w > w;
    if (taken) {
        m->args->v[first] = (struct cmd_arg){ .present = true, .word = (uint16_t)w };
    } else {
        if (m->w == w && m->w >= m->l->n)
            fail(m, start, false);
        m->w = w;
        memset(&m->args->v[first], 0, n * sizeof(m->args->v[0]));
    }
    m->p = end + 1;
    m->arg = first + n;
    return taken;
}

/* ( [...] [...] ): each option once, in any order. */
static void match_unordered(struct matcher *m)
{
    const char *start = m->p, *end = closing(start);
    unsigned first = m->arg, n = count_args(start, end);
    bool progress = true;
    while (progress && m->w < m->l->n) {
        progress = false;
        m->p = start + 1;
        m->arg = first;
        while (m->p < end && !progress) {
            if (*m->p == ' ') {
                m->p++;
            } else if (m->args->v[m->arg].present) {
                const char *close = closing(m->p);
                m->arg += count_args(m->p, close);
                m->p = close + 1;
            } else {
                progress = match_option(m);
            }
        }
    }
    m->p = end + 1;
    m->arg = first + n;
}

/* After `no` a line may stop early when only arguments and options are left. */
static bool only_arguments_left(const char *p)
{
    for (; *p; p++) {
        if (*p == '[' || *p == '(')
            p = closing(p);
        else if (*p == '<' || *p == '{')
            p += strcspn(p, ">}");
        else if (*p != ' ')
            return false;
    }
    return true;
}

static bool match_sequence(struct matcher *m, const char *end)
{
    while (m->p < end && *m->p) {
        if (*m->p == ' ') {
            m->p++;
            continue;
        }
        if (m->no && m->w >= m->l->n && m->w > 0 && *end == '\0' && only_arguments_left(m->p))
            return true;
        bool ok = true;
        switch (*m->p) {
        case '[':
            (void)match_option(m);
            break;
        case '(':
            match_unordered(m);
            break;
        case '{':
            ok = match_choice(m);
            break;
        case '<':
            ok = match_argument(m);
            break;
        default:
            ok = match_keyword(m);
            break;
        }
        if (!ok)
            return false;
    }
    return true;
}

/* After `no`: whether the value that names the object is there; {a|b} may stand before it. */
static bool has_name(const struct matcher *m, const struct cmd_row *row)
{
    const char *first = strpbrk(row->syntax, "{<[");
    if (!first || *first == '[')
        return true;
    const char *second = strpbrk(first + 1, "{<[");
    unsigned name = *first == '{' && second && *second == '<' ? 1 : 0;
    return m->args->v[name].present;
}

static bool match_row(struct matcher *m, const struct cmd_row *row, size_t from)
{
    memset(m->args, 0, sizeof(*m->args));
    m->args->row = row;
    m->args->no = m->no;
    m->p = row->syntax;
    m->w = from;
    m->arg = 0;
    if (!match_sequence(m, row->syntax + strlen(row->syntax)))
        return false;
    assert(m->arg <= CMD_ARGS_MAX);
    if (row->flags & ROW_NAMED && !has_name(m, row)) {
        fail(m, strpbrk(row->syntax, "{<"), false);
        return false;
    }
    if (m->w < m->l->n && !(row->flags & ROW_OPEN)) {
        fail(m, "", false);
        return false;
    }
    m->fit_n = MIN(m->w, (size_t)FIT_WORDS_MAX);
    for (size_t i = from; i < m->fit_n; i++)
        m->args->abbreviated = m->args->abbreviated || m->fit[i] == FIT_ABBREVIATED;
    return !(row->flags & ROW_OPEN) || !m->args->abbreviated;
}

/* Whether a fits the words better (1), worse (-1), or as well as b (0). *ret_differ: equally well,
 * but through abbreviations of different keywords. */
static int compare_fit(const struct matcher *a, const struct matcher *b, size_t from,
                       bool *ret_differ)
{
    *ret_differ = false;
    size_t n = MAX(a->fit_n, b->fit_n);
    for (size_t i = from; i < n; i++) {
        uint8_t x = i < a->fit_n ? a->fit[i] : 0, y = i < b->fit_n ? b->fit[i] : 0;
        if (x != y)
            return x > y ? 1 : -1;
        if (x != FIT_ABBREVIATED)
            continue;
        size_t len = strcspn(a->keyword[i], " ]|}");
        if (strncmp(a->keyword[i], b->keyword[i], len) != 0 ||
            strcspn(b->keyword[i], " ]|}") != len)
            *ret_differ = true;
    }
    return 0;
}

static bool row_is_candidate(const struct cmd_row *row, enum cmd_mode mode, unsigned mask, bool no)
{
    /* Lines of the address family stand directly under `router bgp` too: IPv4 unicast. */
    bool here = row->mode == mode || mode == MODE_COUNT ||
                (mode == MODE_BGP && row->mode == MODE_BGP_AF);
    if (!here || !(row->dialects & mask))
        return false;
    return no ? !(row->flags & ROW_NO_NO) : !(row->flags & ROW_NO_ONLY);
}

enum cmd_verdict cmd_match(const struct lex_line *l, enum cmd_mode mode, unsigned dialect_mask,
                           struct cmd_args *ret_args, struct cmd_failure *failure)
{
    if (l->n == 0)
        return CMD_NONE;
    size_t chapters;
    const struct cmd_rows *const *table = cmd_table(&chapters);
    struct cmd_args args[2];
    struct matcher m = { .l = l, .failure = failure }, best = { .l = l };
    m.ios = dialect_mask == IN_IOS;
    m.no = lex_eq(l->words[0].s, "no") && l->n > 1;
    size_t from = m.no ? 1 : 0;
    bool found = false, ambiguous = false;
    char first = l->words[from].s[0];
    first = first >= 'A' && first <= 'Z' ? (char)(first + 32) : first;
    for (size_t c = 0; c < chapters; c++) {
        for (size_t r = 0; r < table[c]->n; r++) {
            const struct cmd_row *row = &table[c]->v[r];
            if (!row_is_candidate(row, mode, dialect_mask, m.no))
                continue;
            bool fixed = row->syntax[0] >= 'a' && row->syntax[0] <= 'z';
            if (fixed && row->syntax[0] != first)
                continue;
            m.args = &args[found && best.args == &args[0] ? 1 : 0];
            if (!match_row(&m, row, from))
                continue;
            bool differ = false;
            int order = found ? compare_fit(&m, &best, from, &differ) : 1;
            if (order > 0) {
                best = m;
                found = true;
                ambiguous = false;
            } else if (order == 0 && differ) {
                ambiguous = true;
            }
        }
    }
    if (!found)
        return CMD_NONE;
    *ret_args = *best.args;
    return ambiguous ? CMD_AMBIGUOUS : CMD_FOUND;
}
