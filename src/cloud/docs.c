/* The reference page: a chapter for each provider, a table for each subject, one row for each fact.
 */
#include "cloud/docs.h"

#include <string.h>

struct page {
    void (*line)(void *to, const char *text);
    void *to;
};

static const char *const intro[] = {
    "# What providers and devices do",
    "",
    "Made from the tables in `src/cloud/` by the test `cloud/docs`; do not edit by hand.",
    "",
    "Checks and models read these rows and have no number of their own; `spanway facts` prints",
    "them. A topology can replace a value under `limits:` by the name of its row, since limits",
    "change. How far a row can be relied on is its grade. One can ask by provider, by a word that",
    "stands in the row, or both:",
    "",
    "    spanway facts azure apipa",
    "    spanway facts --source prefixes-max",
    "    spanway facts --format json aws",
    "",
    "The grades:",
    "",
    "- *documented*: by the provider, the vendor, or the source code",
    "- *observed*: seen in networks that were built",
    "- *disputed*: sources disagree; the other value stands behind \"or\", and `other` as the",
    "  value in a topology takes it",
    "- *unverified*: believed, without a document at hand; no rule reports an error for such a row",
    "",
    "The codes of sources stand at the end. Documents were read as stored copies, some of them",
    "years old; the newest one is in the row, and the history in its note.",
};

static void say(const struct page *p, const char *s)
{
    p->line(p->to, s);
}

/* Text of a cell: bars would end it. */
static void cell(struct text *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '|')
            text_char(t, '\\');
        text_char(t, *s);
    }
}

static void value(struct text *t, const struct cloud_fact *f, const struct cloud_data *d)
{
    char plain[CLOUD_DOCS_LINE_MAX / 2];
    struct text v = text_init(plain, sizeof(plain));
    text_cloud_value(&v, f, d);
    assert(!v.cut);
    cell(t, plain);
}

static void say_row(const struct page *p, const struct cloud_fact *f)
{
    char buffer[CLOUD_DOCS_LINE_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    text_str(&t, "| `");
    text_str(&t, f->id);
    text_str(&t, "` | ");
    cell(&t, f->text);
    text_str(&t, " | ");
    value(&t, f, &f->value);
    if (f->other.kind != CLOUD_NOTHING) {
        text_str(&t, ", or ");
        value(&t, f, &f->other);
    }
    text_str(&t, " | ");
    text_str(&t, cloud_grade_name(f->grade));
    text_str(&t, " | ");
    cell(&t, f->source);
    text_str(&t, " | ");
    cell(&t, f->note ? f->note : "");
    text_str(&t, f->note ? " |" : "|");
    assert(!t.cut);
    say(p, buffer);
}

static void say_heading(const struct page *p, const char *level, const char *title)
{
    char buffer[256];
    struct text t = text_init(buffer, sizeof(buffer));
    text_str(&t, level);
    text_str(&t, title);
    say(p, "");
    say(p, buffer);
    say(p, "");
}

bool cloud_is_first_of_subject(const struct cloud_provider *p, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(p->facts[i].subject, p->facts[at].subject) == 0)
            return false;
    }
    return true;
}

static void say_subject(const struct page *p, const struct cloud_provider *of, const char *subject)
{
    say_heading(p, "### ", subject);
    say(p, "| row | what | value | grade | source | note |");
    say(p, "|---|---|---|---|---|---|");
    for (size_t i = 0; i < of->fact_count; i++) {
        if (strcmp(of->facts[i].subject, subject) == 0)
            say_row(p, &of->facts[i]);
    }
}

static void say_sheet(const struct page *p, const struct cloud_sheet *s)
{
    char buffer[CLOUD_DOCS_LINE_MAX];
    say_heading(p, "### ", s->title);
    struct text t = text_init(buffer, sizeof(buffer));
    for (size_t c = 0; c < s->column_count; c++) {
        text_str(&t, c ? " | " : "| ");
        cell(&t, s->columns[c]);
    }
    text_str(&t, " |");
    say(p, buffer);
    t = text_init(buffer, sizeof(buffer));
    for (size_t c = 0; c < s->column_count; c++)
        text_str(&t, "|---");
    text_char(&t, '|');
    say(p, buffer);
    for (size_t r = 0; r < s->row_count; r++) {
        t = text_init(buffer, sizeof(buffer));
        text_char(&t, '|');
        for (size_t c = 0; c < s->column_count; c++) {
            char plain[CLOUD_DOCS_LINE_MAX / 2];
            struct text v = text_init(plain, sizeof(plain));
            s->cell(&v, r, c);
            text_str(&t, v.len ? " " : "");
            cell(&t, plain);
            text_str(&t, " |");
        }
        assert(!t.cut);
        say(p, buffer);
    }
}

static void say_sources(const struct page *p)
{
    size_t n;
    const struct cloud_source *s = cloud_sources(&n);
    say_heading(p, "## ", "Sources");
    say(p, "| code | title | where |");
    say(p, "|---|---|---|");
    for (size_t i = 0; i < n; i++) {
        char buffer[CLOUD_DOCS_LINE_MAX];
        struct text t = text_init(buffer, sizeof(buffer));
        text_str(&t, "| ");
        text_str(&t, s[i].code);
        text_str(&t, " | ");
        cell(&t, s[i].title);
        text_str(&t, s[i].where ? " | " : " |");
        cell(&t, s[i].where ? s[i].where : "");
        text_str(&t, " |");
        say(p, buffer);
    }
}

void cloud_docs(void (*line)(void *to, const char *text), void *to)
{
    const struct page p = { .line = line, .to = to };
    for (size_t i = 0; i < ARRAY_LEN(intro); i++)
        say(&p, intro[i]);
    size_t n;
    const struct cloud_provider *all = cloud_providers(&n);
    for (size_t i = 0; i < n; i++) {
        say_heading(&p, "## ", all[i].title);
        char count[96];
        struct text t = text_init(count, sizeof(count));
        text_u64(&t, all[i].fact_count);
        text_str(&t, " rows: `spanway facts ");
        text_str(&t, all[i].name);
        text_str(&t, "`.");
        say(&p, count);
        for (size_t r = 0; r < all[i].fact_count; r++) {
            if (cloud_is_first_of_subject(&all[i], r))
                say_subject(&p, &all[i], all[i].facts[r].subject);
        }
        for (size_t k = 0; k < all[i].sheet_count; k++)
            say_sheet(&p, &all[i].sheets[k]);
    }
    say_sources(&p);
}
