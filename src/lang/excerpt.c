#include <string.h>

#include "lang/utf8.h"
#include "lang/yaml_impl.h"

/* Terminal columns that an excerpt shows of a line, that a tab ends at, that a number takes. */
enum { WIDTH = 100, TAB = 8, GUTTER = 6 };
/* Characters without width that are shown behind one with it: what a script may need. */
enum { MARKS_MAX = 2 };
static_assert(2 * 16 + 2 * 3 + 2 + WIDTH * (4 + MARKS_MAX * 3) + 2 * (WIDTH + 4) <
                  LANG_EXCERPT_BYTES_MAX,
              "gutters, dots, newlines, the line and its carets fit");

bool lang_line(const struct lang_file *f, uint32_t line, const char **ret_start, size_t *ret_len)
{
    uint32_t at = f->lines_before + 1;
    size_t from = 0;
    if (line >= at && f->mark_count > 0) {
        uint32_t mark = MIN((line - at) / LANG_MARK_LINES, f->mark_count - 1);
        at += mark * LANG_MARK_LINES;
        from = f->marks[mark];
    }
    struct rd r = rd_init(f->text + from, f->len - from);
    const uint8_t *start = r.p;
    while (rd_left(&r) > 0) {
        const uint8_t *here = r.p;
        uint32_t c;
        (void)lang_utf8_next(&r, &c);
        if (!lang_utf8_ends_line(&r, c))
            continue;
        if (at == line) {
            r.end = here;
            break;
        }
        at++;
        start = r.p;
    }
    if (at != line)
        return false;
    *ret_start = (const char *)start;
    *ret_len = (size_t)(r.end - start);
    return true;
}

/* One character of the line, as it is shown. */
struct cell {
    uint32_t c;     /* U+FFFD for what must not reach a terminal; a blank for a tab */
    uint32_t width; /* terminal columns */
};

static struct cell next_cell(struct rd *r, uint32_t at_width)
{
    uint32_t c;
    bool ok = lang_utf8_next(r, &c);
    if (c == '\t')
        return (struct cell){ ' ', TAB - at_width % TAB };
    if (!ok || lang_utf8_is_control(c))
        return (struct cell){ LANG_UTF8_BAD, 1 };
    return (struct cell){ c, lang_utf8_width(c) };
}

/* Which terminal columns of the line the carets take, and which of them are shown. */
struct window {
    uint32_t caret, caret_end; /* terminal columns from 0 */
    uint32_t from, to;
    bool is_cut_left, is_cut_right;
};

static struct window measure(struct rd line, uint32_t column, uint32_t end_column)
{
    struct window w = { 0 };
    uint32_t width = 0;
    bool seen = false, seen_end = false;
    for (uint32_t i = 1; rd_left(&line) > 0; i++) {
        if (i == column) {
            w.caret = width;
            seen = true;
        }
        if (i == end_column) {
            w.caret_end = width;
            seen_end = true;
        }
        width += next_cell(&line, width).width;
    }
    if (!seen)
        w.caret = width;
    if (!seen_end)
        w.caret_end = width;
    w.caret_end = MAX(w.caret_end, w.caret + 1);
    w.to = WIDTH;
    if (w.caret_end > WIDTH && width > WIDTH) {
        w.from = w.caret > WIDTH / 3 ? w.caret - WIDTH / 3 : 0;
        w.to = w.from + WIDTH;
    }
    w.caret_end = MIN(w.caret_end, w.to + 1);
    w.is_cut_left = w.from > 0;
    w.is_cut_right = width > w.to;
    return w;
}

static void blanks(struct text *out, uint32_t n, char c)
{
    for (uint32_t i = 0; i < n; i++)
        text_char(out, c);
}

/* The shown part of the line; a wide character at its edge is left out. Gives back the terminal
 * columns that were skipped on the left. */
static uint32_t show_line(struct rd line, const struct window *w, struct text *out)
{
    uint32_t width = 0, skipped = 0, marks = 0;
    while (rd_left(&line) > 0) {
        struct cell cell = next_cell(&line, width);
        width += cell.width;
        if (width - cell.width < w->from) {
            skipped = width;
            continue;
        }
        if (width > w->to)
            break;
        marks = cell.width ? 0 : marks + 1;
        if (marks > MARKS_MAX)
            continue;
        char bytes[4];
        size_t n = lang_utf8_put(cell.c, bytes);
        text_bytes(out, bytes, n);
        if (cell.c == ' ')
            blanks(out, cell.width - 1, ' ');
    }
    return skipped;
}

/* The line's number, or as many blanks, and the bar. */
static void gutter(struct text *out, uint32_t line, bool is_shown)
{
    char number[16];
    struct text t = text_init(number, sizeof(number));
    text_u64(&t, line);
    if (t.len < GUTTER)
        blanks(out, GUTTER - (uint32_t)t.len, ' ');
    if (is_shown)
        text_str(out, number);
    else
        blanks(out, (uint32_t)t.len, ' ');
    text_str(out, " | ");
}

bool lang_excerpt(const struct lang_doc *doc, uint32_t file, uint32_t line, uint32_t column,
                  uint32_t end_column, struct text *out)
{
    const char *start;
    size_t len;
    if (file >= doc->file_count || line == 0 || !lang_line(&doc->files[file], line, &start, &len))
        return false;
    struct rd text = rd_init(start, len);
    column = MAX(column, 1u);
    end_column = end_column ? MAX(end_column, column) : column + (column < UINT32_MAX);
    struct window w = measure(text, column, end_column);
    gutter(out, line, true);
    text_str(out, w.is_cut_left ? "..." : "");
    uint32_t skipped = show_line(text, &w, out);
    text_str(out, w.is_cut_right ? "...\n" : "\n");
    gutter(out, line, false);
    blanks(out, (w.is_cut_left ? 3 : 0) + w.caret - skipped, ' ');
    blanks(out, w.caret_end - w.caret, '^');
    text_char(out, '\n');
    return true;
}

bool lang_excerpt_node(const struct lang_doc *doc, const struct lang_node *node, struct text *out)
{
    uint32_t end = node->end_line == node->line ? node->end_column : UINT32_MAX;
    return lang_excerpt(doc, node->file, node->line, node->column, end, out);
}

/* Where the word ends that begins at the column: at what ends a plain word in YAML. */
static uint32_t word_end(const struct lang_file *f, uint32_t line, uint32_t column)
{
    const char *start;
    size_t len;
    if (!lang_line(f, line, &start, &len))
        return 0;
    struct rd r = rd_init(start, len);
    uint32_t i = 1;
    for (; rd_left(&r) > 0; i++) {
        uint32_t c;
        (void)lang_utf8_next(&r, &c);
        bool is_blank = c == ' ' || c == '\t';
        if (i == column && is_blank)
            return column + 1;
        if (i > column && (is_blank || (c < 0x80 && strchr(",:]}#\"'", (int)c))))
            break;
    }
    return MAX(i, column + 1);
}

bool lang_excerpt_diag(const struct lang_doc *doc, const struct diag *d, struct text *out)
{
    size_t room = sizeof(d->file) - 1;
    for (uint32_t i = doc->file_count; i > 0; i--) {
        const struct lang_file *f = &doc->files[i - 1];
        if (strncmp(f->name, d->file, room) == 0)
            return lang_excerpt(doc, i - 1, d->line, d->column, word_end(f, d->line, d->column),
                                out);
    }
    return false;
}
