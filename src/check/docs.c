#include "check/docs.h"

#include "check/print.h"

enum { DOCS_LINE_MAX = 2048 };

struct page {
    void (*line)(void *to, const char *text);
    void *to;
    char buffer[DOCS_LINE_MAX];
    struct text text;
};

static void end_line(struct page *p)
{
    assert(!p->text.cut);
    p->line(p->to, p->buffer);
    p->text = text_init(p->buffer, sizeof(p->buffer));
}

static void put_line(struct page *p, const char *s)
{
    text_str(&p->text, s);
    end_line(p);
}

/* A cell of a table: a bar would end it. */
static void put_cell(struct page *p, const char *s)
{
    text_str(&p->text, "| ");
    for (; *s; s++) {
        if (*s == '|')
            text_char(&p->text, '\\');
        text_char(&p->text, *s);
    }
    text_char(&p->text, ' ');
}

static void put_row(struct page *p, const struct check_rule *r)
{
    const char *const cells[] = { r->id,      check_severity_name(check_rule_severity(r)),
                                  r->scope,   r->title,
                                  r->symptom, r->remedy,
                                  r->source };
    for (size_t i = 0; i < ARRAY_LEN(cells); i++)
        put_cell(p, cells[i]);
    put_line(p, "|");
}

void check_docs(void (*line)(void *to, const char *text), void *to)
{
    struct page p = { .line = line, .to = to };
    p.text = text_init(p.buffer, sizeof(p.buffer));
    put_line(&p, "# What `spanway check` looks for");
    put_line(&p, "");
    put_line(&p,
             "Made from the rows in `src/check/` by the test `check/docs`; do not edit by hand.");
    put_line(&p,
             "How the checker is used stands in [check.md](check.md). A rule that rests on a fact");
    put_line(&p,
             "that is disputed or unverified never reports more than a warning; `spanway check");
    put_line(
        &p,
        "--explain R003` prints one rule with its facts, and `spanway facts --source` what the");
    put_line(&p, "codes of the last column stand for.");
    put_line(&p, "");
    put_line(&p,
             "| rule | severity | concerns | what has to hold | what one sees otherwise | remedy | "
             "source |");
    put_line(&p, "|---|---|---|---|---|---|---|");
    for (uint32_t n = 1; n <= CHECK_RULE_NUMBER_MAX; n++)
        if (check_rule_number(n))
            put_row(&p, check_rule_number(n));
}
