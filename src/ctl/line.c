/* A command line to its row: all rows are followed at the same time, a word at a time, each with
 * the set of places in its path that the words so far can have reached. */
#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"

enum { ROW_TOKENS_MAX = 16, TOKEN_MAX = 40 };

struct token {
    char word[TOKEN_MAX];
    bool is_optional;
    enum command_arg arg;
};

struct row_tokens {
    struct token v[ROW_TOKENS_MAX];
    unsigned n;
};

struct word {
    const char *s;
    size_t len;
    unsigned column;
};

/* Places of each row that were reached: bit i: its i-th token is next. */
struct places {
    uint32_t bits[COMMAND_ROWS_MAX];
};

/* What a word can stand for where we are. */
struct choice {
    bool is_word, is_exact, is_ambiguous;
    char text[TOKEN_MAX]; /* the word of the table */
};

static const struct {
    const char *name;
    enum command_arg arg;
} args[] = {
    { "PEER", COMMAND_ARG_PEER },
    { "PREFIX", COMMAND_ARG_PREFIX },
    { "NAME", COMMAND_ARG_NAME },
    { "ALL", COMMAND_ARG_ALL },
    { "NUMBER", COMMAND_ARG_NUMBER },
};

static void split_row(const struct command *row, struct row_tokens *ret)
{
    ret->n = 0;
    for (const char *p = row->path; *p;) {
        size_t len = strcspn(p, " ");
        struct token *t = &ret->v[ret->n++];
        assert(ret->n < ROW_TOKENS_MAX && len < TOKEN_MAX);
        t->is_optional = *p == '[';
        t->arg = COMMAND_ARG_NONE;
        size_t inner = t->is_optional ? len - 2 : len;
        memcpy(t->word, p + t->is_optional, inner);
        t->word[inner] = '\0';
        for (size_t i = 0; i < ARRAY_LEN(args); i++) {
            if (strcmp(t->word, args[i].name) == 0)
                t->arg = args[i].arg;
        }
        p += len + (p[len] == ' ');
    }
    if (row->json)
        ret->v[ret->n++] = (struct token){ .word = "json", .is_optional = true };
}

/* Adds the places behind tokens that may be left out. */
static uint32_t skip_optional(const struct row_tokens *row, uint32_t bits)
{
    for (unsigned i = 0; i < row->n; i++) {
        if (bits >> i & 1 && row->v[i].is_optional)
            bits |= UINT32_C(1) << (i + 1);
    }
    return bits;
}

static bool word_is(const struct word *w, const char *s)
{
    return strlen(s) == w->len && memcmp(s, w->s, w->len) == 0;
}

/* `json` has to be written out: a list may be named "j". */
static bool word_begins(const struct word *w, const char *s)
{
    if (strcmp(s, "json") == 0)
        return word_is(w, s);
    return strlen(s) >= w->len && memcmp(s, w->s, w->len) == 0;
}

static bool starts_with(const char *s, const char *beginning)
{
    return strncmp(s, beginning, strlen(beginning)) == 0;
}

static void consider(struct choice *choice, const struct word *w, const char *word)
{
    if (!word_begins(w, word) || choice->is_exact)
        return;
    bool is_exact = word_is(w, word);
    if (is_exact || !choice->is_word ||
        (starts_with(choice->text, word) && !choice->is_ambiguous)) {
        choice->is_ambiguous = false;
    } else if (starts_with(word, choice->text)) {
        return; /* "interface" and "interfaces": the shorter one is meant */
    } else {
        choice->is_ambiguous = true;
        return;
    }
    choice->is_exact = is_exact;
    snprintf(choice->text, sizeof(choice->text), "%s", word);
    choice->is_word = true;
}

static void copy_word(const struct word *w, char *to, size_t cap)
{
    size_t n = MIN(w->len, cap - 1);
    memcpy(to, w->s, n);
    to[n] = '\0';
}

static bool take_number(const struct word *w, uint32_t *ret_number)
{
    uint64_t v = 0;
    for (size_t i = 0; i < w->len && v <= INT32_MAX; i++) {
        if (w->s[i] < '0' || w->s[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(w->s[i] - '0');
    }
    if (v == 0 || v > INT32_MAX)
        return false;
    *ret_number = (uint32_t)v;
    return true;
}

/* Takes the word as an argument; false: it is none of this kind. */
static bool take_arg(enum command_arg arg, const struct word *w, struct call *c)
{
    char text[PREFIX_TEXT_MAX + 8];
    struct ip_addr a;
    switch (arg) {
    case COMMAND_ARG_NONE:
        return false;
    case COMMAND_ARG_ALL:
        return word_is(w, "*");
    case COMMAND_ARG_NAME:
        if (w->len >= sizeof(c->name))
            return false;
        copy_word(w, c->name, sizeof(c->name));
        return true;
    case COMMAND_ARG_NUMBER:
        return take_number(w, &c->number);
    case COMMAND_ARG_PEER:
        copy_word(w, text, sizeof(text));
        return w->len < sizeof(text) && ip_parse(text, &c->peer);
    case COMMAND_ARG_PREFIX:
        copy_word(w, text, sizeof(text));
        if (w->len >= sizeof(text))
            return false;
        if (ip_parse(text, &a)) {
            c->prefix = prefix_of(&a, ip_bits(a.family));
            c->is_address = true;
            return true;
        }
        c->is_address = false;
        return prefix_parse(text, &c->prefix, NULL);
    }
    return false;
}

static void expect(struct line_error *e, const char *word)
{
    size_t len = strlen(e->expected), n = strlen(word);
    for (const char *p = e->expected; (p = strstr(p, word)) != NULL; p++) {
        if ((p == e->expected || p[-1] == ' ') && (p[n] == '\0' || p[n] == ','))
            return;
    }
    if (len + n + 3 < sizeof(e->expected))
        snprintf(e->expected + len, sizeof(e->expected) - len, "%s%s", len ? ", " : "", word);
}

static void expect_next(const struct row_tokens *rows, const struct places *at,
                        struct line_error *ret_error)
{
    ret_error->expected[0] = '\0';
    for (size_t i = 0; i < commands_count; i++) {
        for (unsigned t = 0; t < rows[i].n; t++) {
            if (at->bits[i] >> t & 1)
                expect(ret_error, rows[i].v[t].word);
        }
        if (at->bits[i] >> rows[i].n & 1)
            expect(ret_error, "end of line");
    }
}

static struct choice choose(const struct row_tokens *rows, const struct places *at,
                            const struct word *w)
{
    struct choice choice = { 0 };
    for (size_t i = 0; i < commands_count; i++) {
        for (unsigned t = 0; t < rows[i].n; t++) {
            if (at->bits[i] >> t & 1 && rows[i].v[t].arg == COMMAND_ARG_NONE)
                consider(&choice, w, rows[i].v[t].word);
        }
    }
    return choice;
}

/* Moves every row on by one word; the first error, or LINE_OK. */
static enum line_result step(const struct row_tokens *rows, struct places *at, const struct word *w,
                             struct call *c)
{
    struct choice choice = choose(rows, at, w);
    bool any = false;
    if (choice.is_ambiguous)
        return LINE_AMBIGUOUS;
    struct places next = { { 0 } };
    for (size_t i = 0; i < commands_count; i++) {
        for (unsigned t = 0; t < rows[i].n; t++) {
            const struct token *token = &rows[i].v[t];
            if (!(at->bits[i] >> t & 1))
                continue;
            bool fits = choice.is_word ? token->arg == COMMAND_ARG_NONE &&
                                             strcmp(token->word, choice.text) == 0
                                       : take_arg(token->arg, w, c);
            if (fits)
                next.bits[i] |= UINT32_C(1) << (t + 1);
        }
        next.bits[i] = skip_optional(&rows[i], next.bits[i]);
        any |= next.bits[i] != 0;
    }
    if (!any)
        return LINE_UNKNOWN;
    if (choice.is_word && strcmp(choice.text, "json") == 0)
        c->json = true;
    *at = next;
    return LINE_OK;
}

static unsigned split_line(const char *line, struct word words[COMMAND_WORDS_MAX])
{
    unsigned n = 0;
    const char *p = line;
    for (;;) {
        p += strspn(p, " \t\r\n");
        size_t len = strcspn(p, " \t\r\n");
        if (len == 0)
            return n;
        if (n == COMMAND_WORDS_MAX)
            return n + 1;
        words[n++] = (struct word){ .s = p, .len = len, .column = (unsigned)(p - line) };
        p += len;
    }
}

static enum line_result find_row(const struct row_tokens *rows, const struct places *at,
                                 struct call *c)
{
    for (size_t i = 0; i < commands_count; i++) {
        if (at->bits[i] >> rows[i].n & 1) {
            c->row = &commands[i];
            return LINE_OK;
        }
    }
    return LINE_INCOMPLETE;
}

enum line_result line_parse(const char *line, struct call *c, struct line_error *ret_error)
{
    struct row_tokens rows[COMMAND_ROWS_MAX];
    struct word words[COMMAND_WORDS_MAX];
    struct call found = *c;
    struct places at;
    assert(commands_count <= COMMAND_ROWS_MAX);
    *ret_error = (struct line_error){ 0 };
    if (strnlen(line, CTL_LINE_MAX) >= CTL_LINE_MAX)
        return LINE_LONG;
    unsigned n = split_line(line, words);
    if (n == 0)
        return LINE_EMPTY;
    if (n > COMMAND_WORDS_MAX)
        return LINE_LONG;
    memset(&at, 0, sizeof(at));
    for (size_t i = 0; i < commands_count; i++) {
        split_row(&commands[i], &rows[i]);
        at.bits[i] = skip_optional(&rows[i], 1);
    }
    enum line_result result = LINE_OK;
    for (unsigned i = 0; i < n && result == LINE_OK; i++) {
        result = step(rows, &at, &words[i], &found);
        ret_error->column = words[i].column;
        copy_word(&words[i], ret_error->word, sizeof(ret_error->word));
    }
    if (result == LINE_OK)
        result = find_row(rows, &at, &found);
    if (result != LINE_OK) {
        expect_next(rows, &at, ret_error);
        return result;
    }
    *c = found;
    return LINE_OK;
}
