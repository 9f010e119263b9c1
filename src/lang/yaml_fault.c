#include <string.h>

#include "lang/utf8.h"
#include "lang/yaml_impl.h"

struct yaml_place yaml_place_of(const struct yaml_build *b, const yaml_mark_t *mark)
{
    struct yaml_place at = { (uint32_t)mark->line + 1, (uint32_t)mark->column + 1 };
    return at.line > b->last.line ? b->last : at;
}

bool yaml_refuse(const struct yaml_build *b, struct yaml_place at, const struct yaml_fault *f)
{
    struct diag *d = b->diag;
    *d = (struct diag){ .severity = DIAG_ERROR, .line = at.line, .column = at.column };
    DIAG_SET(d->file, b->file->name);
    DIAG_SET(d->id, f->id);
    DIAG_SET(d->what, f->what);
    DIAG_SET(d->expected, f->expected ? f->expected : "");
    DIAG_SET(d->remedy, f->remedy ? f->remedy : "");
    return false;
}

/* What libyaml would not take as a character of the text. */
static bool is_forbidden(uint32_t c)
{
    if (c < 0x20)
        return c != '\t' && c != '\n' && c != '\r';
    return c == 0x7F || (c >= 0x80 && c < 0xA0 && c != 0x85) || c == 0xFEFF || c == 0xFFFE ||
           c == 0xFFFF;
}

static bool refuse_char(const struct yaml_build *b, struct yaml_place at, uint32_t c)
{
    static const struct yaml_fault nul = {
        "LANG-YAML-CONTROL",
        "the text contains a NUL",
        "UTF-8 text",
        "save the file as UTF-8 (it may be UTF-16)",
    };
    static const struct yaml_fault mark = {
        "LANG-YAML-CONTROL",
        "a byte order mark (U+FEFF) inside the text",
        NULL,
        "take it away: it stays behind when files are joined",
    };
    static const struct yaml_fault control = {
        "LANG-YAML-CONTROL",
        "a control character",
        "printable text",
        "take it away, or write it as \\xNN in double quotes",
    };
    return yaml_refuse(b, at, c == 0 ? &nul : c == 0xFEFF ? &mark : &control);
}

bool yaml_check_bytes(struct yaml_build *b)
{
    static const struct yaml_fault utf16 = {
        "LANG-YAML-UTF8",
        "the file is UTF-16",
        "UTF-8",
        "save it as UTF-8",
    };
    static const struct yaml_fault bad = {
        "LANG-YAML-UTF8",
        "bytes that are no UTF-8",
        "UTF-8",
        "save the file as UTF-8 (it may be in Latin-1, Shift_JIS, or no text at all)",
    };
    struct yaml_place at = { 1, 1 };
    const char *text = b->file->text;
    if (b->file->len >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0))
        return yaml_refuse(b, at, &utf16);
    struct rd r = rd_init(text, b->file->len);
    b->file->marks[b->file->mark_count++] = 0;
    while (rd_left(&r) > 0) {
        uint32_t c;
        if (!lang_utf8_next(&r, &c))
            return yaml_refuse(b, at, &bad);
        if (is_forbidden(c))
            return refuse_char(b, at, c);
        at.column++;
        if (!lang_utf8_ends_line(&r, c))
            continue;
        at = (struct yaml_place){ at.line + 1, 1 };
        if ((at.line - 1) % LANG_MARK_LINES == 0)
            b->file->marks[b->file->mark_count++] = (uint32_t)(b->file->len - rd_left(&r));
    }
    b->last = at;
    return true;
}

/* libyaml's words, and ours for them. */
struct row {
    const char *problem;
    struct yaml_fault fault;
    bool at_context; /* where the thing began says more than where the text went wrong */
};

static const char quote_it[] = "put text in quotes that begins with one of @ ` % & * ! | > { [ , :";

static const struct row rows[] = {
    { "did not find expected ',' or ']'",
      { "LANG-YAML-BRACKET", "a comma or the end is missing in the list in [ ]", "\",\" or \"]\"",
        "close the list, or put the value in quotes" },
      false },
    { "did not find expected ',' or '}'",
      { "LANG-YAML-BRACKET", "a comma or the end is missing in the map in { }", "\",\" or \"}\"",
        "close the map, or put the value in quotes" },
      false },
    { "found unexpected end of stream",
      { "LANG-YAML-QUOTE", "this quoted text is never closed", "the same quote at its end", NULL },
      true },
    { "found unexpected document indicator",
      { "LANG-YAML-QUOTE", "this quoted text is not closed before --- or ...",
        "the same quote at its end", NULL },
      true },
    { "found unknown escape character",
      { "LANG-YAML-ESCAPE", "an unknown escape in double quotes",
        "one of \\\\ \\\" \\/ \\n \\t \\r \\0 \\xNN \\uNNNN",
        "write \\\\ for a backslash, or use single quotes" },
      false },
    { "found invalid Unicode character escape code",
      { "LANG-YAML-ESCAPE", "this escape stands for no character", NULL,
        "write the character itself instead of two surrogates" },
      false },
    { "did not find expected hexdecimal number",
      { "LANG-YAML-ESCAPE", "an escape with too few digits", "\\xNN, \\uNNNN or \\UNNNNNNNN",
        NULL },
      false },
    { "could not find expected ':'",
      { "LANG-YAML-COLON", "a line that is neither a key nor part of a list", "\"key: value\"",
        "put a colon and a blank behind the key" },
      true },
    { "did not find expected key",
      { "LANG-YAML-INDENT", "this line does not fit into the map around it",
        "a key as far to the right as the other keys of the map", "indent it as its neighbours" },
      false },
    { "did not find expected '-' indicator",
      { "LANG-YAML-INDENT", "this line does not fit into the list around it",
        "\"- \" as far to the right as the other items of the list",
        "indent it as its neighbours" },
      false },
    { "block sequence entries are not allowed in this context",
      { "LANG-YAML-INDENT", "a list begins behind something else on its line",
        "\"- \" on a line of its own", "begin a new line, or write [a, b]" },
      false },
    { "mapping keys are not allowed in this context",
      { "LANG-YAML-INDENT", "a key begins behind something else on its line",
        "\"key: value\" on a line of its own", quote_it },
      false },
    { "did not find expected <document start>",
      { "LANG-YAML-INDENT", "this does not belong to the value above it",
        "one map or one list in a file", "indent it as its neighbours, or take it away" },
      false },
    { "did not find expected node content",
      { "LANG-YAML-SYNTAX", "no value where one is expected", "a value", quote_it },
      false },
    { "found a tab character that violates indentation",
      { "LANG-YAML-TAB", "a tab is used for indentation", "blanks", "indent with blanks" },
      false },
    { "found a tab character where an indentation space is expected",
      { "LANG-YAML-TAB", "a tab is used for indentation", "blanks", "indent with blanks" },
      false },
    { "found character that cannot start any token",
      { "LANG-YAML-QUOTE", "plain text cannot begin with this character", "text in quotes",
        quote_it },
      false },
    { "did not find expected alphabetic or numeric character",
      { "LANG-YAML-QUOTE", "an alias or an anchor without a name", "*name or &name",
        "put text that begins with * or & in quotes" },
      true },
    { "found undefined tag handle",
      { "LANG-YAML-TAG", "an unknown tag", "no tag", "put text that begins with ! in quotes" },
      true },
};

static const struct row tab_row = {
    NULL,
    { "LANG-YAML-TAB", "a tab is used for indentation", "blanks", "indent with blanks" },
    false,
};
static const struct row second_colon = {
    NULL,
    { "LANG-YAML-COLON", "a second \": \" in one line", "one \"key: value\" a line",
      "put a value with \": \" in it in quotes" },
    false,
};
static const struct row no_key = {
    NULL,
    { "LANG-YAML-KEY", "nothing stands before this colon", "\"key: value\"",
      "in brackets, text that begins with a colon (::1) needs quotes" },
    false,
};
static const struct row deeper = {
    NULL,
    { "LANG-YAML-INDENT", "a key under something that is no map",
      "a key as far to the right as the key above",
      "indent it as its neighbours, or take away the value above it" },
    false,
};

/* The line's text in front of the place. */
static struct rd before(const struct yaml_build *b, struct yaml_place at)
{
    const char *start;
    size_t len;
    if (!lang_line(b->file, at.line, &start, &len))
        return rd_init("", 0);
    struct rd r = rd_init(start, len), rest = r;
    for (uint32_t i = 1, c; i < at.column && rd_left(&rest) > 0; i++)
        (void)lang_utf8_next(&rest, &c);
    r.end = rest.p;
    return r;
}

/* The character at the place; 0 behind the end of the line. */
static uint32_t char_at(const struct yaml_build *b, struct yaml_place at)
{
    const char *start;
    size_t len;
    uint32_t c = 0;
    if (!lang_line(b->file, at.line, &start, &len))
        return 0;
    struct rd r = rd_init(start, len);
    for (uint32_t i = 1; i <= at.column; i++) {
        if (rd_left(&r) == 0)
            return 0;
        (void)lang_utf8_next(&r, &c);
    }
    return c;
}

static bool has_colon(struct rd r)
{
    for (uint8_t last = 0; rd_left(&r) > 0;) {
        uint8_t c = rd_u8(&r);
        if (last == ':' && (c == ' ' || c == '\t'))
            return true;
        last = c;
    }
    return false;
}

/* A tab among the blanks that begin a line. */
static bool has_leading_tab(struct rd r)
{
    while (rd_left(&r) > 0) {
        uint8_t c = rd_u8(&r);
        if (c == '\t')
            return true;
        if (c != ' ')
            return false;
    }
    return false;
}

static const struct row *find_row(const struct yaml_build *b, const char *problem,
                                  struct yaml_place at)
{
    if (char_at(b, at) == '\t' || has_leading_tab(before(b, at)))
        return &tab_row;
    if (strcmp(problem, "mapping values are not allowed in this context") == 0)
        return has_colon(before(b, at)) ? &second_colon : &deeper;
    bool misses_key = strcmp(problem, "did not find expected key") == 0 ||
                      strcmp(problem, "did not find expected node content") == 0;
    if (misses_key && char_at(b, at) == ':')
        return &no_key;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(problem, rows[i].problem) == 0)
            return &rows[i];
    }
    return NULL;
}

bool yaml_refuse_syntax(const struct yaml_build *b)
{
    const yaml_parser_t *p = &b->parser;
    struct yaml_place at = yaml_place_of(b, &p->problem_mark);
    const char *problem = p->problem ? p->problem : "";
    if (p->error == YAML_MEMORY_ERROR) {
        struct yaml_fault f = { "LANG-YAML-MEMORY", "no memory for this file", NULL, NULL };
        return yaml_refuse(b, at, &f);
    }
    const struct row *row = find_row(b, problem, at);
    char buf[200];
    struct text t = text_init(buf, sizeof(buf));
    if (row) {
        struct yaml_place around = yaml_place_of(b, &p->context_mark);
        struct yaml_fault f = row->fault;
        if (p->context && row->at_context) {
            at = around;
        } else if (p->context && row != &tab_row && around.line < at.line) {
            text_str(&t, f.what);
            text_str(&t, ", which begins on line ");
            text_u64(&t, around.line);
            f.what = buf;
        }
        return yaml_refuse(b, at, &f);
    }
    text_str(&t, "this is no YAML: ");
    text_str(&t, problem[0] ? problem : "it cannot be read");
    struct yaml_fault f = { "LANG-YAML-SYNTAX", buf, NULL, quote_it };
    return yaml_refuse(b, at, &f);
}
