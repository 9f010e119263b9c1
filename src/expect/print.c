#include "expect/print.h"

#include <string.h>

#include "lang/escape.h"

static const char *const verdicts[] = {
    [EXPECT_HOLDS] = "holds", [EXPECT_FAILED] = "fails", [EXPECT_LEFT] = "left"
};

static void put(struct expect_printer *p, const char *s)
{
    if (!p->failed)
        p->failed = !p->sink(p->context, s, strlen(s));
}

static void put_safe(struct expect_printer *p, const char *s)
{
    if (!p->failed)
        p->failed = !lang_put_safe(p->sink, p->context, s);
}

static void put_u64(struct expect_printer *p, uint64_t v)
{
    char number[24];
    struct text t = text_init(number, sizeof(number));
    text_u64(&t, v);
    put(p, number);
}

/* ---- text ------------------------------------------------------------------------------------ */

void expect_print_row(struct expect_printer *p, const struct expect_row *row)
{
    if (row->verdict != EXPECT_FAILED && !p->verbose)
        return;
    put_safe(p, row->file);
    put(p, ":");
    put_u64(p, row->line);
    put(p, ": ");
    put(p, verdicts[row->verdict]);
    if (*row->when) {
        put(p, " (");
        put_safe(p, row->when);
        put(p, ")");
    }
    put(p, ": ");
    put_safe(p, row->what);
    put(p, "\n");
}

void expect_print_text(struct expect_printer *p, const char *name,
                       const struct expect_results *results)
{
    for (uint32_t i = 0; i < results->rows.count; i++)
        expect_print_row(p, &results->rows.items[i]);
    put_safe(p, name);
    put(p, ": expectations: ");
    put_u64(p, results->held);
    put(p, " hold, ");
    put_u64(p, results->failed);
    put(p, " fail, ");
    put_u64(p, results->left);
    put(p, " left\n");
}

/* ---- JSON ------------------------------------------------------------------------------------ */

void expect_print_json(struct lang_json *j, const struct expect_results *results)
{
    lang_json_object(j);
    lang_json_member_u64(j, "hold", results->held);
    lang_json_member_u64(j, "fail", results->failed);
    lang_json_member_u64(j, "left", results->left);
    lang_json_key(j, "rows");
    lang_json_array(j);
    for (uint32_t i = 0; i < results->rows.count; i++) {
        const struct expect_row *row = &results->rows.items[i];
        lang_json_object(j);
        lang_json_member_str(j, "verdict", verdicts[row->verdict]);
        lang_json_member_str(j, "kind", row->kind);
        lang_json_member_str(j, "when", row->when);
        lang_json_member_str(j, "what", row->what);
        lang_json_member_str(j, "file", row->file);
        lang_json_member_u64(j, "line", row->line);
        lang_json_member_u64(j, "column", row->column);
        lang_json_member_u64(j, "afterMs", row->after_ms);
        lang_json_close(j);
    }
    lang_json_close(j);
    lang_json_close(j);
}

/* ---- JUnit ----------------------------------------------------------------------------------- */

static void put_xml(struct expect_printer *p, const char *s)
{
    if (!p->failed)
        p->failed = !lang_put_xml(p->sink, p->context, s);
}

static void put_attribute(struct expect_printer *p, const char *name, const char *value)
{
    put(p, " ");
    put(p, name);
    put(p, "=\"");
    put_xml(p, value);
    put(p, "\"");
}

static void put_number(struct expect_printer *p, const char *name, uint64_t value)
{
    put(p, " ");
    put(p, name);
    put(p, "=\"");
    put_u64(p, value);
    put(p, "\"");
}

/* The name of a case says where it stands, not what came out: the same one in every run. */
static void put_case(struct expect_printer *p, const struct expect_row *row)
{
    char name[EXPECT_SENTENCE_MAX];
    struct text t = text_init(name, sizeof(name));
    text_str(&t, row->kind);
    text_str(&t, " of line ");
    text_u64(&t, row->line);
    text_str(&t, *row->when ? ", " : "");
    text_str(&t, row->when);
    put(p, "    <testcase");
    put_attribute(p, "classname", row->file);
    put_attribute(p, "name", name);
    if (row->verdict == EXPECT_HOLDS) {
        put(p, "/>\n");
        return;
    }
    put(p, row->verdict == EXPECT_FAILED ? ">\n      <failure" : ">\n      <skipped");
    put_attribute(p, "message", row->what);
    put(p, "/>\n    </testcase>\n");
}

void expect_print_junit(struct expect_printer *p, const char *name,
                        const struct expect_results *results)
{
    put(p, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite");
    put_attribute(p, "name", name);
    put_number(p, "tests", results->rows.count);
    put_number(p, "failures", results->failed);
    put_number(p, "errors", 0);
    put_number(p, "skipped", results->left);
    put(p, ">\n");
    for (uint32_t i = 0; i < results->rows.count; i++)
        put_case(p, &results->rows.items[i]);
    put(p, "  </testsuite>\n</testsuites>\n");
}
