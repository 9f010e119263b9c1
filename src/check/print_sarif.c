/* SARIF 2.1.0 (OASIS): one run, all rules, a result for each finding. Editors show them at their
 * lines; code scanning keeps them. Columns count characters. */
#include <string.h>

#include "check/print.h"

static const char *level_of(enum diag_severity severity)
{
    static const char *const levels[] = {
        [DIAG_NOTE] = "note", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error"
    };
    return levels[severity];
}

static void put_message(struct lang_json *j, const char *key, const char *text)
{
    lang_json_key(j, key);
    lang_json_object(j);
    lang_json_member_str(j, "text", text);
    lang_json_close(j);
}

/* ---- rules ----------------------------------------------------------------------------------- */

static void put_help(struct lang_json *j, const struct check_rule *rule)
{
    char help[2048];
    struct text t = text_init(help, sizeof(help));
    text_str(&t, "Symptom: ");
    text_str(&t, rule->symptom);
    text_str(&t, ". Remedy: ");
    text_str(&t, rule->remedy);
    text_str(&t, ". Source: ");
    text_str(&t, rule->source);
    text_str(&t, ".");
    put_message(j, "help", help);
}

static void put_rule(struct lang_json *j, const struct check_rule *rule)
{
    lang_json_object(j);
    lang_json_member_str(j, "id", rule->id);
    put_message(j, "shortDescription", rule->title);
    put_help(j, rule);
    lang_json_key(j, "defaultConfiguration");
    lang_json_object(j);
    lang_json_member_str(j, "level", level_of(check_rule_severity(rule)));
    lang_json_close(j);
    lang_json_close(j);
}

void check_sarif_begin(struct check_printer *p)
{
    p->json = lang_json_to_sink(p->sink, p->context, 2);
    struct lang_json *j = &p->json;
    lang_json_object(j);
    lang_json_member_str(j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    lang_json_member_str(j, "version", "2.1.0");
    lang_json_key(j, "runs");
    lang_json_array(j);
    lang_json_object(j);
    lang_json_key(j, "tool");
    lang_json_object(j);
    lang_json_key(j, "driver");
    lang_json_object(j);
    lang_json_member_str(j, "name", "Spanway");
    lang_json_member_str(j, "version", p->version);
    lang_json_key(j, "rules");
    lang_json_array(j);
    for (uint32_t n = 1; n <= CHECK_RULE_NUMBER_MAX; n++)
        if (check_rule_number(n))
            put_rule(j, check_rule_number(n));
    lang_json_close(j);
    lang_json_close(j);
    lang_json_close(j);
    lang_json_member_str(j, "columnKind", "unicodeCodePoints");
    lang_json_key(j, "results");
    lang_json_array(j);
}

/* ---- results --------------------------------------------------------------------------------- */

/* A relative reference (RFC 3986): what a path may not hold is written as %NN, in capitals (2.1).
 */
static void put_uri(struct lang_json *j, const char *path)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-._~/";
    static const char hex[] = "0123456789ABCDEF";
    char uri[3 * CHECK_FILE_NAME_MAX + 8];
    struct text t = text_init(uri, sizeof(uri));
    text_str(&t, path[0] == '/' ? "file://" : "");
    for (; *path; path++) {
        if (strchr(allowed, *path)) {
            text_char(&t, *path);
        } else {
            text_char(&t, '%');
            text_char(&t, hex[(uint8_t)*path >> 4]);
            text_char(&t, hex[(uint8_t)*path & 15]);
        }
    }
    lang_json_member_str(j, "uri", uri);
}

static void put_region(struct lang_json *j, const struct check_place *place)
{
    lang_json_key(j, "region");
    lang_json_object(j);
    lang_json_member_u64(j, "startLine", place->line);
    if (place->column)
        lang_json_member_u64(j, "startColumn", place->column);
    if (place->end_column) {
        lang_json_member_u64(j, "endLine", place->end_line);
        lang_json_member_u64(j, "endColumn", place->end_column);
    }
    lang_json_close(j);
}

static void put_physical(struct lang_json *j, const struct check_place *place)
{
    lang_json_key(j, "physicalLocation");
    lang_json_object(j);
    lang_json_key(j, "artifactLocation");
    lang_json_object(j);
    put_uri(j, place->file);
    lang_json_close(j);
    if (place->line)
        put_region(j, place);
    lang_json_close(j);
}

static void put_logical(struct lang_json *j, const struct check_finding *f)
{
    char path[512];
    lang_json_key(j, "logicalLocations");
    lang_json_array(j);
    for (uint32_t i = 0; i < f->object_count; i++) {
        struct text t = text_init(path, sizeof(path));
        topo_object_path(f->objects[i], &t);
        lang_json_object(j);
        lang_json_member_str(j, "fullyQualifiedName", path);
        lang_json_member_str(j, "kind", "resource");
        lang_json_close(j);
    }
    lang_json_close(j);
}

/* The location of a result; f is NULL for what the reader found. */
static void put_location(struct lang_json *j, const struct check_place *place,
                         const struct check_finding *f)
{
    lang_json_key(j, "locations");
    lang_json_array(j);
    lang_json_object(j);
    put_physical(j, place);
    if (f)
        put_logical(j, f);
    lang_json_close(j);
    lang_json_close(j);
}

/* The cause of an effect. */
static void put_related(struct lang_json *j, const struct check_report *r,
                        const struct check_finding *f)
{
    const struct check_place place = check_place_of(r, f->follows);
    char why[CHECK_FILE_NAME_MAX + CHECK_SENTENCE_MAX + 64];
    struct text t = text_init(why, sizeof(why));
    check_follows_text(r, f, &t);
    text_str(&t, ": ");
    text_str(&t, f->follows->what);
    lang_json_key(j, "relatedLocations");
    lang_json_array(j);
    lang_json_object(j);
    lang_json_member_u64(j, "id", 1);
    put_physical(j, &place);
    put_message(j, "message", why);
    lang_json_close(j);
    lang_json_close(j);
}

static uint32_t rule_index(const struct check_rule *rule)
{
    uint32_t index = 0;
    for (uint32_t n = 1; n < check_rule_id_number(rule); n++)
        index += check_rule_number(n) != NULL;
    return index;
}

static void put_finding(struct lang_json *j, const struct check_report *r,
                        const struct check_finding *f)
{
    const struct check_place place = check_place_of(r, f);
    lang_json_object(j);
    lang_json_member_str(j, "ruleId", f->rule->id);
    lang_json_member_u64(j, "ruleIndex", rule_index(f->rule));
    lang_json_member_str(j, "level", level_of(f->severity));
    put_message(j, "message", f->what);
    put_location(j, &place, f);
    if (f->follows)
        put_related(j, r, f);
    if (f->suppressed) {
        lang_json_key(j, "suppressions");
        lang_json_array(j);
        lang_json_object(j);
        lang_json_member_str(j, "kind", "inSource");
        lang_json_member_str(j, "justification", f->suppressed);
        lang_json_close(j);
        lang_json_close(j);
    }
    lang_json_close(j);
}

/* A file that could not be opened has no place in it: it is the place. */
static void put_diag(struct lang_json *j, const struct check_report *r, const struct diag *d)
{
    struct check_place place = check_place_of_diag(d);
    if (!place.file[0])
        diag_set(place.file, sizeof(place.file), r->file);
    lang_json_object(j);
    lang_json_member_str(j, "ruleId", d->id);
    lang_json_member_str(j, "level", level_of(d->severity));
    put_message(j, "message", d->what);
    put_location(j, &place, NULL);
    lang_json_close(j);
}

void check_sarif_report(struct check_printer *p, const struct check_report *r)
{
    for (uint32_t i = 0; i < r->diags->count; i++)
        put_diag(&p->json, r, &r->diags->items[i]);
    for (uint32_t i = 0; r->check && i < r->check->count; i++)
        put_finding(&p->json, r, &r->check->findings[i]);
}

void check_sarif_end(struct check_printer *p)
{
    lang_json_close(&p->json); /* results */
    lang_json_close(&p->json); /* the run */
    lang_json_close(&p->json); /* runs */
    lang_json_close(&p->json);
    p->failed |= !lang_json_done(&p->json);
    check_put(p, "\n");
}
