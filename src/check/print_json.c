/* For programs: an object a topology; for several an array of them. */
#include <string.h>

#include "check/print.h"

static void put_place(struct lang_json *j, const struct check_place *place)
{
    if (!place->file[0])
        return;
    lang_json_member_str(j, "file", place->file);
    if (place->line)
        lang_json_member_u64(j, "line", place->line);
    if (place->column)
        lang_json_member_u64(j, "column", place->column);
    if (place->end_column) {
        lang_json_member_u64(j, "endLine", place->end_line);
        lang_json_member_u64(j, "endColumn", place->end_column);
    }
}

static void put_text(struct lang_json *j, const char *key, const char *s)
{
    if (s && *s)
        lang_json_member_str(j, key, s);
}

static void put_diag(struct lang_json *j, const struct diag *d)
{
    const struct check_place place = check_place_of_diag(d);
    lang_json_object(j);
    lang_json_member_str(j, "rule", d->id);
    lang_json_member_str(j, "severity", check_severity_name(d->severity));
    lang_json_member_str(j, "what", d->what);
    put_place(j, &place);
    put_text(j, "expected", d->expected);
    put_text(j, "remedy", d->remedy);
    lang_json_close(j);
}

static void put_objects(struct lang_json *j, const struct check_finding *f)
{
    char path[512];
    lang_json_key(j, "objects");
    lang_json_array(j);
    for (uint32_t i = 0; i < f->object_count; i++) {
        struct text t = text_init(path, sizeof(path));
        topo_object_path(f->objects[i], &t);
        lang_json_str(j, path);
    }
    lang_json_close(j);
}

static void put_follows(struct lang_json *j, const struct check_report *r,
                        const struct check_finding *f)
{
    if (!f->follows)
        return;
    const struct check_place place = check_place_of(r, f->follows);
    lang_json_key(j, "follows");
    lang_json_object(j);
    lang_json_member_str(j, "rule", f->follows->rule->id);
    lang_json_member_str(j, "what", f->follows->what);
    put_place(j, &place);
    lang_json_close(j);
}

static void put_finding(struct lang_json *j, const struct check_report *r,
                        const struct check_finding *f)
{
    const struct check_place place = check_place_of(r, f);
    lang_json_object(j);
    lang_json_member_str(j, "rule", f->rule->id);
    lang_json_member_str(j, "severity", check_severity_name(f->severity));
    lang_json_member_str(j, "what", f->what);
    put_objects(j, f);
    put_place(j, &place);
    lang_json_member_str(j, "symptom", f->rule->symptom);
    lang_json_member_str(j, "remedy", f->rule->remedy);
    lang_json_member_str(j, "source", f->rule->source);
    put_text(j, "suppressed", f->suppressed);
    put_follows(j, r, f);
    lang_json_close(j);
}

static void put_expect(struct lang_json *j, const struct check_expect *e)
{
    static const char *const verdicts[] = {
        [CHECK_HOLDS] = "holds", [CHECK_FAILED] = "fails", [CHECK_LEFT] = "left"
    };
    lang_json_key(j, "expectations");
    lang_json_object(j);
    lang_json_member_u64(j, "hold", e->held);
    lang_json_member_u64(j, "fail", e->failed);
    lang_json_member_u64(j, "left", e->left);
    lang_json_key(j, "rows");
    lang_json_array(j);
    for (uint32_t i = 0; i < e->count; i++) {
        const struct check_expect_row *row = &e->items[i];
        lang_json_object(j);
        lang_json_member_str(j, "verdict", verdicts[row->verdict]);
        lang_json_member_str(j, "what", row->what);
        if (row->at) {
            lang_json_member_str(j, "file", row->at->file_name);
            lang_json_member_u64(j, "line", row->at->line);
        }
        lang_json_close(j);
    }
    lang_json_close(j);
    lang_json_close(j);
}

static void put_counts(struct lang_json *j, const struct check_report *r)
{
    const struct check *c = r->check;
    lang_json_member_u64(j, "errors", (c ? c->errors : 0) + r->diags->errors);
    lang_json_member_u64(j, "warnings", (c ? c->warnings : 0) + r->diags->warnings);
    lang_json_member_u64(j, "information", c ? c->notes : 0);
    lang_json_member_u64(j, "suppressed", c ? c->suppressed : 0);
    lang_json_member_u64(j, "follow", c ? c->effects : 0);
    lang_json_member_u64(j, "notShown", (c ? c->dropped : 0) + r->diags->dropped);
}

void check_json_begin(struct check_printer *p)
{
    p->json = lang_json_to_sink(p->sink, p->context, 2);
    if (p->several)
        lang_json_array(&p->json);
}

void check_json_report(struct check_printer *p, const struct check_report *r)
{
    struct lang_json *j = &p->json;
    lang_json_object(j);
    lang_json_member_str(j, "file", r->file);
    lang_json_member_bool(j, "checked", r->check != NULL);
    put_counts(j, r);
    lang_json_key(j, "findings");
    lang_json_array(j);
    for (uint32_t i = 0; i < r->diags->count; i++)
        put_diag(j, &r->diags->items[i]);
    for (uint32_t i = 0; r->check && i < r->check->count; i++)
        put_finding(j, r, &r->check->findings[i]);
    lang_json_close(j);
    if (r->expect)
        put_expect(j, r->expect);
    lang_json_close(j);
}

void check_json_end(struct check_printer *p)
{
    if (p->several)
        lang_json_close(&p->json);
    p->failed |= !lang_json_done(&p->json);
    check_put(p, "\n");
}
