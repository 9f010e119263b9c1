#include "ctl/facts.h"

#include <jansson.h>
#include <string.h>

#include "base/near.h"
#include "cloud/docs.h"

/* Long enough for every value and cell: the unit test of the tables holds them to less. */
enum { VALUE_MAX = 1024 };

/* What is asked for. */
struct filter {
    const struct cloud_provider *provider; /* NULL: all */
    const char *pattern;                   /* NULL: everything */
    bool sources;
};

static bool is_asked(const struct filter *w, const struct cloud_provider *p)
{
    return !w->provider || w->provider == p;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool has(const char *text, const char *pattern)
{
    for (; text && *text; text++) {
        size_t i = 0;
        while (pattern[i] && lower(text[i]) == lower(pattern[i]))
            i++;
        if (!pattern[i])
            return true;
    }
    return false;
}

static void value_text(char *buffer, const struct cloud_fact *f, const struct cloud_data *d)
{
    struct text t = text_init(buffer, VALUE_MAX);
    text_cloud_value(&t, f, d);
}

static bool fact_fits(const struct filter *w, const struct cloud_fact *f)
{
    char value[VALUE_MAX];
    value_text(value, f, &f->value);
    return !w->pattern || has(f->id, w->pattern) || has(f->subject, w->pattern) ||
           has(f->text, w->pattern) || has(f->note, w->pattern) || has(value, w->pattern);
}

static void cell_text(char *buffer, const struct cloud_sheet *s, size_t row, size_t column)
{
    struct text t = text_init(buffer, VALUE_MAX);
    s->cell(&t, row, column);
}

static bool row_fits(const struct filter *w, const struct cloud_sheet *s, size_t row)
{
    if (!w->pattern || has(s->id, w->pattern) || has(s->title, w->pattern))
        return true;
    for (size_t c = 0; c < s->column_count; c++) {
        char cell[VALUE_MAX];
        cell_text(cell, s, row, c);
        if (has(cell, w->pattern))
            return true;
    }
    return false;
}

static bool sheet_fits(const struct filter *w, const struct cloud_sheet *s)
{
    for (size_t r = 0; r < s->row_count; r++) {
        if (row_fits(w, s, r))
            return true;
    }
    return false;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* The documents of a row, a line each. */
static void print_sources(FILE *out, const char *codes)
{
    while (*codes) {
        size_t len = strcspn(codes, ",");
        const struct cloud_source *s = cloud_source_find(codes, len);
        assert(s);
        fprintf(out, "      %s: %s%s%s\n", s->code, s->title, s->where ? ", " : "",
                s->where ? s->where : "");
        codes += len;
        codes += strspn(codes, ", ");
    }
}

static void print_fact(FILE *out, const struct filter *w, const struct cloud_fact *f)
{
    char value[VALUE_MAX];
    value_text(value, f, &f->value);
    fprintf(out, "  %s: %s", f->text, value);
    if (f->other.kind != CLOUD_NOTHING) {
        value_text(value, f, &f->other);
        fprintf(out, ", or %s", value);
    }
    fprintf(out, "\n      %s, %s (%s)%s%s\n", f->id, cloud_grade_name(f->grade), f->source,
            f->note ? "; " : "", f->note ? f->note : "");
    if (w->sources)
        print_sources(out, f->source);
}

/* All rows of the subject that fit; how many. */
static size_t print_subject(FILE *out, const struct filter *w, const struct cloud_provider *p,
                            const char *subject, bool first)
{
    size_t n = 0;
    for (size_t i = 0; i < p->fact_count; i++) {
        const struct cloud_fact *f = &p->facts[i];
        if (strcmp(f->subject, subject) != 0 || !fact_fits(w, f))
            continue;
        if (n++ == 0)
            fprintf(out, "%s%s, %s\n", first ? "" : "\n", p->title, subject);
        print_fact(out, w, f);
    }
    return n;
}

enum { SHEET_COLUMNS_MAX = 12 };

static void print_row(FILE *out, const struct cloud_sheet *s, const size_t *widths, size_t row)
{
    for (size_t c = 0; c < s->column_count; c++) {
        char cell[VALUE_MAX];
        cell_text(cell, s, row, c);
        bool is_last = c + 1 == s->column_count;
        fprintf(out, "  %-*s%s", is_last ? 0 : (int)widths[c], cell, is_last ? "\n" : "");
    }
}

static void print_sheet(FILE *out, const struct filter *w, const struct cloud_provider *p,
                        const struct cloud_sheet *s)
{
    size_t widths[SHEET_COLUMNS_MAX];
    assert(s->column_count <= SHEET_COLUMNS_MAX);
    for (size_t c = 0; c < s->column_count; c++) {
        widths[c] = strlen(s->columns[c]);
        for (size_t r = 0; r < s->row_count; r++) {
            char cell[VALUE_MAX];
            cell_text(cell, s, r, c);
            widths[c] = MAX(widths[c], strlen(cell));
        }
    }
    fprintf(out, "%s, %s (%s)\n", p->title, s->title, s->id);
    for (size_t c = 0; c < s->column_count; c++) {
        bool is_last = c + 1 == s->column_count;
        fprintf(out, "  %-*s%s", is_last ? 0 : (int)widths[c], s->columns[c], is_last ? "\n" : "");
    }
    for (size_t r = 0; r < s->row_count; r++) {
        if (row_fits(w, s, r))
            print_row(out, s, widths, r);
    }
}

/* How many facts and tables of the provider were printed. */
static size_t print_provider(FILE *out, const struct filter *w, const struct cloud_provider *p,
                             bool first)
{
    size_t n = 0;
    for (size_t i = 0; i < p->fact_count; i++) {
        if (cloud_is_first_of_subject(p, i))
            n += print_subject(out, w, p, p->facts[i].subject, first && n == 0);
    }
    for (size_t i = 0; i < p->sheet_count; i++) {
        if (!sheet_fits(w, &p->sheets[i]))
            continue;
        fputs(first && n == 0 ? "" : "\n", out);
        print_sheet(out, w, p, &p->sheets[i]);
        n++;
    }
    return n;
}

static size_t print_text(FILE *out, const struct filter *w)
{
    size_t providers, n = 0;
    const struct cloud_provider *p = cloud_providers(&providers);
    for (size_t i = 0; i < providers; i++) {
        if (is_asked(w, &p[i]))
            n += print_provider(out, w, &p[i], n == 0);
    }
    return n;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *span_json(int64_t first, int64_t last)
{
    return json_pack("{sI sI}", "from", (json_int_t)first, "to", (json_int_t)last);
}

static json_t *part_json(const struct cloud_data *d, uint32_t i)
{
    if (d->kind == CLOUD_NUMBERS)
        return span_json(d->spans[i].first, d->spans[i].last);
    if (d->kind == CLOUD_WORDS)
        return json_string(d->words[i]);
    if (d->kind == CLOUD_PREFIXES) {
        char buffer[PREFIX_TEXT_MAX];
        struct text t = text_init(buffer, sizeof(buffer));
        text_prefix(&t, &d->prefixes[i]);
        return json_string(buffer);
    }
    const struct cloud_algorithm *a = &d->algorithms[i];
    return json_pack("{ss si si sb}", "name", a->name, "transform", a->id, "bits", a->bits, "weak",
                     a->weak);
}

/* Null for CLOUD_NOTHING. */
static json_t *data_json(const struct cloud_data *d)
{
    switch (d->kind) {
    case CLOUD_NOTHING:
        return json_null();
    case CLOUD_NUMBER:
        return json_integer(d->first);
    case CLOUD_RANGE:
        return span_json(d->first, d->last);
    case CLOUD_BOOL:
        return json_boolean(d->first);
    case CLOUD_TEXT:
        return json_string(d->text);
    case CLOUD_NUMBERS:
    case CLOUD_PREFIXES:
    case CLOUD_WORDS:
    case CLOUD_ALGORITHMS:
        break;
    }
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->n; i++)
        json_array_append_new(list, part_json(d, i));
    return list;
}

static json_t *codes_json(const char *codes)
{
    json_t *list = json_array();
    while (*codes) {
        size_t len = strcspn(codes, ",");
        json_array_append_new(list, json_stringn(codes, len));
        codes += len;
        codes += strspn(codes, ", ");
    }
    return list;
}

static json_t *fact_json(const struct cloud_provider *p, const struct cloud_fact *f)
{
    return json_pack("{ss ss ss ss ss so so ss? so ss ss?}", "id", f->id, "provider", p->name,
                     "subject", f->subject, "text", f->text, "kind",
                     cloud_value_name(f->value.kind), "value", data_json(&f->value), "other",
                     data_json(&f->other), "unit", f->unit, "sources", codes_json(f->source),
                     "grade", cloud_grade_name(f->grade), "note", f->note);
}

static json_t *sheet_json(const struct cloud_provider *p, const struct cloud_sheet *s,
                          const struct filter *w)
{
    json_t *rows = json_array();
    for (size_t r = 0; r < s->row_count; r++) {
        if (!row_fits(w, s, r))
            continue;
        json_t *row = json_object();
        for (size_t c = 0; c < s->column_count; c++) {
            char cell[VALUE_MAX];
            cell_text(cell, s, r, c);
            json_object_set_new(row, s->columns[c], json_string(cell));
        }
        json_array_append_new(rows, row);
    }
    return json_pack("{ss ss ss so}", "id", s->id, "provider", p->name, "title", s->title, "rows",
                     rows);
}

static int print_chunk(const char *s, size_t n, void *out)
{
    return fwrite(s, 1, n, out) == n ? 0 : -1;
}

/* One element of a list, on its own line: the list is never built as one tree. */
static void print_element(FILE *out, json_t *o, size_t *n)
{
    fputs((*n)++ ? ",\n    " : "\n    ", out);
    if (o)
        json_dump_callback(o, print_chunk, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(o);
}

/* Whether a list of codes has the source. */
static bool cites(const char *codes, const struct cloud_source *s)
{
    while (*codes) {
        size_t len = strcspn(codes, ",");
        if (cloud_source_find(codes, len) == s)
            return true;
        codes += len;
        codes += strspn(codes, ", ");
    }
    return false;
}

static bool provider_cites(const struct filter *w, const struct cloud_provider *p,
                           const struct cloud_source *s)
{
    for (size_t i = 0; i < p->fact_count; i++) {
        if (fact_fits(w, &p->facts[i]) && cites(p->facts[i].source, s))
            return true;
    }
    for (size_t i = 0; i < p->sheet_count; i++) {
        const struct cloud_sheet *sheet = &p->sheets[i];
        for (size_t r = 0; r < sheet->row_count; r++) {
            char codes[VALUE_MAX];
            cell_text(codes, sheet, r, sheet->column_count - 1);
            if (row_fits(w, sheet, r) && cites(codes, s))
                return true;
        }
    }
    return false;
}

/* The documents that what was printed cites. */
static void print_sources_json(FILE *out, const struct filter *w)
{
    size_t n, providers, printed = 0;
    const struct cloud_source *s = cloud_sources(&n);
    const struct cloud_provider *p = cloud_providers(&providers);
    for (size_t i = 0; i < n; i++) {
        bool is_cited = false;
        for (size_t k = 0; k < providers && !is_cited; k++)
            is_cited = is_asked(w, &p[k]) && provider_cites(w, &p[k], &s[i]);
        if (is_cited)
            print_element(out,
                          json_pack("{ss ss ss?}", "code", s[i].code, "title", s[i].title, "where",
                                    s[i].where),
                          &printed);
    }
}

static size_t print_json(FILE *out, const struct filter *w)
{
    size_t providers, facts = 0, sheets = 0;
    const struct cloud_provider *p = cloud_providers(&providers);
    fputs("{\n  \"facts\": [", out);
    for (size_t i = 0; i < providers; i++) {
        for (size_t k = 0; is_asked(w, &p[i]) && k < p[i].fact_count; k++) {
            if (fact_fits(w, &p[i].facts[k]))
                print_element(out, fact_json(&p[i], &p[i].facts[k]), &facts);
        }
    }
    fputs("],\n  \"tables\": [", out);
    for (size_t i = 0; i < providers; i++) {
        for (size_t k = 0; is_asked(w, &p[i]) && k < p[i].sheet_count; k++) {
            if (sheet_fits(w, &p[i].sheets[k]))
                print_element(out, sheet_json(&p[i], &p[i].sheets[k], w), &sheets);
        }
    }
    fputs("],\n  \"sources\": [", out);
    print_sources_json(out, w);
    fputs("]\n}\n", out);
    return facts + sheets;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* The provider whose name is near to the word; NULL: none is. */
static const char *near_provider(const char *word)
{
    size_t n;
    const struct cloud_provider *p = cloud_providers(&n);
    struct near near = near_init(word);
    for (size_t i = 0; i < n; i++)
        near_consider_word(&near, p[i].name);
    return near.best;
}

/* What a word may have meant, at the end of a line of `err`. */
static void say_near(FILE *err, const char *word)
{
    const char *provider = near_provider(word);
    const char *id = cloud_fact_near(word);
    if (provider || id)
        fprintf(err, "; did you mean '%s'?", provider ? provider : id);
    fputc('\n', err);
}

int facts_print(const struct facts_request *r, FILE *out, FILE *err)
{
    struct filter w = { .sources = r->sources };
    if (r->word_count > FACTS_WORDS_MAX) {
        fprintf(err, "spanway: facts takes a provider and a pattern, not \"%s\" as well\n",
                r->words[FACTS_WORDS_MAX]);
        return 2;
    }
    if (r->word_count > 0)
        w.provider = cloud_provider_find(r->words[0]);
    if (r->word_count == 2 && !w.provider) {
        fprintf(err, "spanway: no provider \"%s\"", r->words[0]);
        say_near(err, r->words[0]);
        return 2;
    }
    if (r->word_count > 0 && (!w.provider || r->word_count == 2))
        w.pattern = r->words[r->word_count - 1];
    size_t n = r->json ? print_json(out, &w) : print_text(out, &w);
    if (n > 0)
        return 0;
    fprintf(err, "spanway: no fact has \"%s\"", w.pattern);
    say_near(err, w.pattern);
    return 1;
}
