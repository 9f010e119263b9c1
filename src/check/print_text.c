/* For people: each finding with its place, the excerpt, what goes wrong, what to do. */
#include <string.h>

#include "check/print.h"

/* ---- colours --------------------------------------------------------------------------------- */

static const char bold[] = "\033[1m", dim[] = "\033[2m", plain[] = "\033[0m";

static const char *color_of(enum diag_severity severity)
{
    static const char *const colors[] = {
        [DIAG_NOTE] = "\033[1;36m", [DIAG_WARNING] = "\033[1;33m", [DIAG_ERROR] = "\033[1;31m"
    };
    return colors[severity];
}

static void paint(struct check_printer *p, const char *how)
{
    if (p->color)
        check_put(p, how);
}

/* ---- parts of a finding ---------------------------------------------------------------------- */

static void put_place(struct check_printer *p, const struct check_place *place)
{
    check_put_safe(p, place->file);
    if (place->line == 0)
        return;
    check_put(p, ":");
    check_put_u64(p, place->line);
    if (place->column == 0)
        return;
    check_put(p, ":");
    check_put_u64(p, place->column);
}

static void put_severity(struct check_printer *p, enum diag_severity severity, const char *id)
{
    paint(p, color_of(severity));
    check_put(p, check_severity_name(severity));
    if (id) {
        check_put(p, " ");
        check_put_safe(p, id);
    }
    paint(p, plain);
    check_put(p, ": ");
}

static void put_heading(struct check_printer *p, enum diag_severity severity, const char *id,
                        const char *what)
{
    put_severity(p, severity, id);
    paint(p, bold);
    check_put_safe(p, what);
    paint(p, plain);
    check_put(p, "\n");
}

static void put_row(struct check_printer *p, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    check_put(p, "  ");
    paint(p, dim);
    check_put(p, name);
    paint(p, plain);
    check_put(p, " ");
    check_put_safe(p, text);
    check_put(p, "\n");
}

static void put_at(struct check_printer *p, const struct check_place *place)
{
    if (!place->file[0])
        return;
    check_put(p, "  --> ");
    put_place(p, place);
    check_put(p, "\n");
}

static bool may_excerpt(struct check_printer *p)
{
    return p->excerpts++ < CHECK_EXCERPTS_MAX;
}

/* One line, as compilers print them. */
static void put_brief(struct check_printer *p, const struct check_place *place,
                      enum diag_severity severity, const char *what, const char *id)
{
    put_place(p, place);
    check_put(p, ": ");
    put_severity(p, severity, NULL);
    check_put_safe(p, what);
    check_put(p, " [");
    check_put_safe(p, id);
    check_put(p, "]\n");
}

/* ---- findings -------------------------------------------------------------------------------- */

static void put_objects(struct check_printer *p, const struct check_finding *f)
{
    char path[512];
    check_put(p, "  ");
    paint(p, dim);
    check_put(p, f->object_count == 1 ? "object: " : "objects:");
    paint(p, plain);
    for (uint32_t i = 0; i < f->object_count; i++) {
        struct text t = text_init(path, sizeof(path));
        topo_object_path(f->objects[i], &t);
        check_put(p, i ? ", " : " ");
        check_put_safe(p, path);
    }
    check_put(p, "\n");
}

/* One line a rule, however many of its findings follow from this one. */
static void put_effects(struct check_printer *p, const struct check_finding *f)
{
    for (const struct check_finding *e = f->effects; e; e = e->next) {
        uint32_t before = 0, more = 0;
        for (const struct check_finding *o = f->effects; before == 0 && o != e; o = o->next)
            before += o->rule == e->rule;
        for (const struct check_finding *o = e->next; before == 0 && o; o = o->next)
            more += o->rule == e->rule;
        if (before > 0)
            continue;
        char line[CHECK_SENTENCE_MAX + 64];
        struct text t = text_init(line, sizeof(line));
        text_str(&t, e->rule->id);
        text_str(&t, ": ");
        text_str(&t, e->what);
        if (more > 0) {
            text_str(&t, " (and ");
            text_u64(&t, more);
            text_str(&t, " more)");
        }
        put_row(p, "effect: ", line);
    }
}

static void put_finding(struct check_printer *p, const struct check_report *r,
                        const struct check_finding *f)
{
    const struct check_place place = check_place_of(r, f);
    if (p->quiet) {
        if (f->severity != DIAG_NOTE)
            put_brief(p, &place, f->severity, f->what, f->rule->id);
        return;
    }
    char excerpt[LANG_EXCERPT_BYTES_MAX + 1];
    struct text t = text_init(excerpt, sizeof(excerpt));
    put_heading(p, f->severity, f->rule->id, f->what);
    put_at(p, &place);
    if (may_excerpt(p) && check_excerpt(r, f, &t))
        check_put(p, excerpt);
    put_objects(p, f);
    put_row(p, "symptom:", f->rule->symptom);
    put_row(p, "remedy: ", f->rule->remedy);
    put_row(p, "source: ", f->rule->source);
    put_effects(p, f);
    check_put(p, "\n");
}

/* What is not a finding of its own: the line that --verbose has for it. */
static void put_aside(struct check_printer *p, const struct check_report *r,
                      const struct check_finding *f, const char *why)
{
    const struct check_place place = check_place_of(r, f);
    put_place(p, &place);
    check_put(p, ": ");
    check_put_safe(p, why);
    check_put(p, ": ");
    check_put_safe(p, f->what);
    check_put(p, " [");
    check_put(p, f->rule->id);
    check_put(p, "]\n");
}

static void put_effect(struct check_printer *p, const struct check_report *r,
                       const struct check_finding *f)
{
    char why[CHECK_FILE_NAME_MAX + 64];
    struct text t = text_init(why, sizeof(why));
    check_follows_text(r, f, &t);
    put_aside(p, r, f, why);
}

static void put_diag(struct check_printer *p, const struct check_report *r, const struct diag *d)
{
    const struct check_place place = check_place_of_diag(d);
    if (p->quiet) {
        put_brief(p, &place, d->severity, d->what, d->id);
        return;
    }
    char excerpt[LANG_EXCERPT_BYTES_MAX + 1];
    struct text t = text_init(excerpt, sizeof(excerpt));
    put_heading(p, d->severity, d->id, d->what);
    put_at(p, &place);
    if (may_excerpt(p) && check_excerpt_diag(r->design->topo, d, &t))
        check_put(p, excerpt);
    put_row(p, "expected:", d->expected);
    put_row(p, "remedy:  ", d->remedy);
    check_put(p, "\n");
}

static void put_suppressed(struct check_printer *p, const struct check_report *r,
                           const struct check_finding *f)
{
    put_aside(p, r, f, "suppressed");
    put_row(p, "reason:", f->suppressed);
}

/* ---- expectations ---------------------------------------------------------------------------- */

static void put_expectation(struct check_printer *p, const struct check_expect_row *row)
{
    const struct lang_node *at = row->at;
    if (at) {
        check_put_safe(p, at->file_name);
        check_put(p, ":");
        check_put_u64(p, at->line);
        check_put(p, ": ");
    }
    check_put(p, row->verdict == CHECK_FAILED ? "expectation fails: " : "left to the simulator: ");
    check_put_safe(p, row->what);
    check_put(p, "\n");
}

static void put_expectations(struct check_printer *p, const struct check_expect *e)
{
    for (uint32_t i = 0; i < e->count; i++) {
        const struct check_expect_row *row = &e->items[i];
        if (row->verdict == CHECK_FAILED || (row->verdict == CHECK_LEFT && p->verbose))
            put_expectation(p, row);
    }
}

/* ---- the summary ----------------------------------------------------------------------------- */

static void put_counts(struct check_printer *p, const struct check_report *r)
{
    const struct check *c = r->check;
    check_put_count(p, c->errors, "error");
    check_put(p, ", ");
    check_put_count(p, c->warnings, "warning");
    check_put(p, ", ");
    check_put_u64(p, c->notes);
    check_put(p, " for information");
    if (c->effects) {
        check_put(p, ", ");
        check_put_u64(p, c->effects);
        check_put(p, c->effects == 1 ? " that follows from these" : " that follow from these");
    }
    if (c->suppressed) {
        check_put(p, ", ");
        check_put_u64(p, c->suppressed);
        check_put(p, " suppressed");
    }
    if (c->dropped) {
        check_put(p, ", ");
        check_put_u64(p, c->dropped);
        check_put(p, " more not shown");
    }
    if (r->expect) {
        check_put(p, "; expectations: ");
        check_put_u64(p, r->expect->held);
        check_put(p, " hold, ");
        check_put_u64(p, r->expect->failed);
        check_put(p, " fail, ");
        check_put_u64(p, r->expect->left);
        check_put(p, " left to the simulator");
    }
    check_put(p, "\n");
}

static void put_summary(struct check_printer *p, const struct check_report *r)
{
    check_put_safe(p, r->file);
    check_put(p, ": ");
    if (r->check) {
        put_counts(p, r);
        return;
    }
    check_put(p, "not checked: ");
    check_put_count(p, r->diags->errors, "error");
    check_put(p, " in the file\n");
}

void check_text_report(struct check_printer *p, const struct check_report *r)
{
    for (uint32_t i = 0; i < r->diags->count; i++)
        put_diag(p, r, &r->diags->items[i]);
    for (uint32_t i = 0; r->check && i < r->check->count; i++) {
        const struct check_finding *f = &r->check->findings[i];
        if (!f->suppressed && !f->follows)
            put_finding(p, r, f);
        else if (p->verbose && f->suppressed)
            put_suppressed(p, r, f);
        else if (p->verbose)
            put_effect(p, r, f);
    }
    if (r->expect)
        put_expectations(p, r->expect);
    if (!p->quiet)
        put_summary(p, r);
}

/* ---- rules ----------------------------------------------------------------------------------- */

void check_print_rule(struct check_printer *p, const struct check_rule *rule)
{
    enum diag_severity severity = check_rule_severity(rule);
    put_heading(p, severity, rule->id, rule->title);
    put_row(p, "scope:  ", rule->scope);
    put_row(p, "symptom:", rule->symptom);
    put_row(p, "remedy: ", rule->remedy);
    put_row(p, "source: ", rule->source);
    for (size_t i = 0; i < CHECK_RULE_FACTS_MAX && rule->facts[i]; i++) {
        char fact[256];
        struct text t = text_init(fact, sizeof(fact));
        text_str(&t, rule->facts[i]->id);
        text_str(&t, " (");
        text_str(&t, cloud_grade_name(rule->facts[i]->grade));
        text_str(&t, ")");
        put_row(p, "fact:   ", fact);
    }
    if (severity != rule->severity)
        put_row(p, "note:   ", "an error but for a fact that is not certain");
}

void check_print_rules(struct check_printer *p)
{
    for (uint32_t n = 1; n <= CHECK_RULE_NUMBER_MAX; n++) {
        const struct check_rule *rule = check_rule_number(n);
        if (!rule)
            continue;
        const char *severity = check_severity_name(check_rule_severity(rule));
        check_put(p, rule->id);
        check_put(p, "  ");
        check_put(p, severity);
        for (size_t i = strlen(severity); i < sizeof("warning") + 1; i++)
            check_put(p, " ");
        check_put(p, rule->title);
        check_put(p, "\n");
    }
}
