/* JUnit XML: a suite for each topology; a case for reading it, one for each rule, one for each
 * expectation that check can judge. Errors fail a case (with --strict warnings too); what is weaker
 * stands in its output; a case of which all findings are suppressed is skipped. */
#include <string.h>

#include "check/print.h"
#include "lang/escape.h"

static void put_xml(struct check_printer *p, const char *s)
{
    if (!p->failed)
        p->failed = !lang_put_xml(p->sink, p->context, s);
}

static void put_attribute(struct check_printer *p, const char *name, const char *value)
{
    check_put(p, " ");
    check_put(p, name);
    check_put(p, "=\"");
    put_xml(p, value);
    check_put(p, "\"");
}

static void put_number(struct check_printer *p, const char *name, uint64_t value)
{
    check_put(p, " ");
    check_put(p, name);
    check_put(p, "=\"");
    check_put_u64(p, value);
    check_put(p, "\"");
}

static void put_place(struct check_printer *p, const struct check_place *place)
{
    put_xml(p, place->file);
    if (place->line == 0)
        return;
    check_put(p, ":");
    check_put_u64(p, place->line);
}

/* ---- what a case came to --------------------------------------------------------------------- */

enum outcome { PASSED, FAILED, SKIPPED };

struct tally {
    uint64_t tests, failures, skipped;
};

static bool fails(const struct check_printer *p, const struct check_finding *f)
{
    return !f->suppressed && !f->follows &&
           (f->severity == DIAG_ERROR || (p->strict && f->severity == DIAG_WARNING));
}

static enum outcome outcome_of(const struct check_printer *p, const struct check_report *r,
                               const struct check_rule *rule)
{
    uint32_t found = 0, suppressed = 0;
    for (uint32_t i = 0; i < r->check->count; i++) {
        const struct check_finding *f = &r->check->findings[i];
        if (f->rule != rule)
            continue;
        if (fails(p, f))
            return FAILED;
        found++;
        suppressed += f->suppressed != NULL;
    }
    return found > 0 && found == suppressed ? SKIPPED : PASSED;
}

static void count(struct tally *t, enum outcome outcome)
{
    t->tests++;
    t->failures += outcome == FAILED;
    t->skipped += outcome == SKIPPED;
}

static struct tally tally_of(const struct check_printer *p, const struct check_report *r)
{
    struct tally t = { 0 };
    count(&t, r->check ? PASSED : FAILED);
    for (uint32_t n = 1; r->check && n <= CHECK_RULE_NUMBER_MAX; n++)
        if (check_rule_number(n))
            count(&t, outcome_of(p, r, check_rule_number(n)));
    for (uint32_t i = 0; r->expect && i < r->expect->count; i++)
        count(&t, r->expect->items[i].verdict == CHECK_FAILED ? FAILED
                  : r->expect->items[i].verdict == CHECK_LEFT ? SKIPPED
                                                              : PASSED);
    return t;
}

/* ---- cases ----------------------------------------------------------------------------------- */

static void open_case(struct check_printer *p, const struct check_report *r, const char *name)
{
    check_put(p, "    <testcase");
    put_attribute(p, "classname", r->file);
    put_attribute(p, "name", name);
    check_put(p, ">\n");
}

static void close_case(struct check_printer *p)
{
    check_put(p, "    </testcase>\n");
}

static void put_reading(struct check_printer *p, const struct check_report *r)
{
    open_case(p, r, "the file can be read");
    for (uint32_t i = 0; i < r->diags->count; i++) {
        const struct diag *d = &r->diags->items[i];
        const struct check_place place = check_place_of_diag(d);
        check_put(p, "      <failure");
        put_attribute(p, "type", d->id);
        put_attribute(p, "message", d->what);
        check_put(p, ">");
        put_place(p, &place);
        check_put(p, "</failure>\n");
    }
    if (!r->check && r->diags->count == 0)
        check_put(p, "      <failure message=\"it cannot be checked\"/>\n");
    close_case(p);
}

static void put_failure(struct check_printer *p, const struct check_report *r,
                        const struct check_finding *f)
{
    const struct check_place place = check_place_of(r, f);
    check_put(p, "      <failure");
    put_attribute(p, "type", check_severity_name(f->severity));
    put_attribute(p, "message", f->what);
    check_put(p, ">");
    put_place(p, &place);
    check_put(p, "\nsymptom: ");
    put_xml(p, f->rule->symptom);
    check_put(p, "\nremedy: ");
    put_xml(p, f->rule->remedy);
    check_put(p, "</failure>\n");
}

static void put_remark(struct check_printer *p, const struct check_report *r,
                       const struct check_finding *f)
{
    const struct check_place place = check_place_of(r, f);
    check_put(p, "      <system-out>");
    put_place(p, &place);
    check_put(p, ": ");
    char why[CHECK_FILE_NAME_MAX + 64];
    struct text t = text_init(why, sizeof(why));
    if (f->follows)
        check_follows_text(r, f, &t);
    else
        text_str(&t, f->suppressed ? "suppressed" : check_severity_name(f->severity));
    put_xml(p, why);
    check_put(p, ": ");
    put_xml(p, f->what);
    check_put(p, "</system-out>\n");
}

/* The order of the schema: skipped, failures, output. */
static void put_rule(struct check_printer *p, const struct check_report *r,
                     const struct check_rule *rule)
{
    char name[256];
    struct text t = text_init(name, sizeof(name));
    text_str(&t, rule->id);
    text_str(&t, " ");
    text_str(&t, rule->title);
    open_case(p, r, name);
    const struct check *c = r->check;
    bool skipped = outcome_of(p, r, rule) == SKIPPED;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct check_finding *f = &c->findings[i];
        if (f->rule != rule)
            continue;
        if (skipped) {
            check_put(p, "      <skipped");
            put_attribute(p, "message", f->suppressed);
            check_put(p, "/>\n");
            break;
        }
        if (fails(p, f))
            put_failure(p, r, f);
    }
    for (uint32_t i = 0; i < c->count; i++)
        if (c->findings[i].rule == rule && !fails(p, &c->findings[i]))
            put_remark(p, r, &c->findings[i]);
    close_case(p);
}

static void put_expectation(struct check_printer *p, const struct check_report *r,
                            const struct check_expect_row *row)
{
    char name[CHECK_SENTENCE_MAX + 32];
    struct text t = text_init(name, sizeof(name));
    text_str(&t, "expectation");
    if (row->at) {
        text_str(&t, " of line ");
        text_u64(&t, row->at->line);
    }
    text_str(&t, ": ");
    text_str(&t, row->what);
    open_case(p, r, name);
    if (row->verdict == CHECK_FAILED) {
        check_put(p, "      <failure");
        put_attribute(p, "message", row->what);
        check_put(p, "/>\n");
    } else if (row->verdict == CHECK_LEFT) {
        check_put(p, "      <skipped message=\"left to the simulator\"/>\n");
    }
    close_case(p);
}

/* ---- the whole ------------------------------------------------------------------------------- */

void check_junit_begin(struct check_printer *p)
{
    check_put(p, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
}

void check_junit_report(struct check_printer *p, const struct check_report *r)
{
    const struct tally t = tally_of(p, r);
    check_put(p, "  <testsuite");
    put_attribute(p, "name", r->file);
    put_number(p, "tests", t.tests);
    put_number(p, "failures", t.failures);
    put_number(p, "errors", 0);
    put_number(p, "skipped", t.skipped);
    check_put(p, ">\n");
    put_reading(p, r);
    for (uint32_t n = 1; r->check && n <= CHECK_RULE_NUMBER_MAX; n++)
        if (check_rule_number(n))
            put_rule(p, r, check_rule_number(n));
    for (uint32_t i = 0; r->expect && i < r->expect->count; i++)
        put_expectation(p, r, &r->expect->items[i]);
    check_put(p, "  </testsuite>\n");
}

void check_junit_end(struct check_printer *p)
{
    check_put(p, "</testsuites>\n");
}
