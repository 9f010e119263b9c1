#include "check/print.h"

#include <string.h>

#include "lang/escape.h"

const struct check_format check_formats[] = {
    { "text", "for people: with the excerpt, the symptom and the remedy", NULL, check_text_report,
      NULL },
    { "json", "an object, of several files an array", check_json_begin, check_json_report,
      check_json_end },
    { "sarif", "SARIF 2.1.0, for editors and code scanning", check_sarif_begin, check_sarif_report,
      check_sarif_end },
    { "junit", "JUnit XML, for test reports: a case for each rule", check_junit_begin,
      check_junit_report, check_junit_end },
    { .name = NULL },
};

const struct check_format *check_format_find(const char *name)
{
    for (const struct check_format *f = check_formats; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

bool check_report_is_good(const struct check_report *r, bool strict)
{
    if (!r->check || r->diags->errors > 0)
        return false;
    if (r->expect)
        return r->expect->failed == 0;
    return r->check->errors == 0 && !(strict && r->check->warnings > 0);
}

const char *check_severity_name(enum diag_severity severity)
{
    static const char *const names[] = {
        [DIAG_NOTE] = "info", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error"
    };
    return names[severity];
}

/* ---- the sink -------------------------------------------------------------------------------- */

static void put(struct check_printer *p, const char *s, size_t n)
{
    if (!p->failed && n > 0)
        p->failed = !p->sink(p->context, s, n);
}

void check_put(struct check_printer *p, const char *s)
{
    put(p, s, strlen(s));
}

void check_put_safe(struct check_printer *p, const char *s)
{
    if (!p->failed)
        p->failed = !lang_put_safe(p->sink, p->context, s);
}

void check_put_u64(struct check_printer *p, uint64_t v)
{
    char number[24];
    struct text t = text_init(number, sizeof(number));
    text_u64(&t, v);
    check_put(p, number);
}

void check_put_count(struct check_printer *p, uint64_t n, const char *what)
{
    check_put_u64(p, n);
    check_put(p, " ");
    check_put(p, what);
    if (n != 1)
        check_put(p, "s");
}

/* ---- places ---------------------------------------------------------------------------------- */

struct check_place check_place_of(const struct check_report *r, const struct check_finding *f)
{
    struct check_place place = { .line = 0 };
    struct text t = text_init(place.file, sizeof(place.file));
    if (f->file) {
        text_str(&t, r->design->topo->folder);
        text_str(&t, f->file);
        place.line = place.end_line = f->line;
        place.column = f->column;
    } else if (f->at) {
        text_str(&t, f->at->file_name);
        place.line = f->at->line;
        place.column = f->at->column;
        place.end_line = f->at->end_line;
        place.end_column = f->at->end_column;
    } else {
        text_str(&t, r->file);
    }
    return place;
}

void check_follows_text(const struct check_report *r, const struct check_finding *f,
                        struct text *out)
{
    const struct check_place place = check_place_of(r, f->follows);
    text_str(out, "follows from ");
    text_str(out, f->follows->rule->id);
    text_str(out, " at ");
    text_str(out, place.file);
    if (place.line == 0)
        return;
    text_str(out, ":");
    text_u64(out, place.line);
}

struct check_place check_place_of_diag(const struct diag *d)
{
    struct check_place place = { .line = d->line, .column = d->column, .end_line = d->line };
    diag_set(place.file, sizeof(place.file), d->file);
    return place;
}
