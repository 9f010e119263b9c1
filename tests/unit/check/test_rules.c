/* Every rule both ways: each base topology is free of findings, each edit of one is found by the
 * rule that it was made for, and there is no rule without an edit. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cases.h"
#include "check/design.h"
#include "check/print.h"

static const struct check_case *const tables[] = {
    cases_peers, cases_ipsec,    cases_azure,        cases_aws,           cases_gcp,  cases_change,
    cases_whole, cases_pitfalls, cases_route_server, cases_express_route, cases_vnet, cases_device,
    cases_own,   cases_sites,    cases_needs,        cases_required,      NULL
};

/* ---- a source that edits --------------------------------------------------------------------- */

struct edited {
    struct topo_source source;
    const struct check_case *edits; /* NULL: the base as it is */
    const char *main;               /* path of the topology itself */
    const char *failure;            /* an edit that does not fit */
};

static void path_of(char *path, size_t n, const char *file)
{
    snprintf(path, n, "%s/tests/unit/check/bases/%s", getenv("SPANWAY_SOURCE"), file);
}

static char *slurp(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return NULL;
    char *text = calloc(1, 1 << 20);
    *ret_len = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    return text;
}

static char *replace_once(char *text, const struct case_edit *e, const char **failure)
{
    char *at = strstr(text, e->find);
    if (!at || strstr(at + 1, e->find)) {
        *failure = e->find;
        return text;
    }
    size_t before = (size_t)(at - text), find_len = strlen(e->find), len = strlen(e->replace);
    char *edited = calloc(1, strlen(text) + len + 1);
    memcpy(edited, text, before);
    memcpy(edited + before, e->replace, len);
    strcpy(edited + before + len, at + find_len);
    free(text);
    return edited;
}

static err_t read_edited(struct topo_source *s, const char *file, size_t max, struct arena *arena,
                         const char **ret_text, size_t *ret_len)
{
    struct edited *e = (struct edited *)s;
    char path[512];
    size_t len = 0;
    path_of(path, sizeof(path), file);
    char *text = slurp(path, &len);
    if (!text)
        return -ENOENT;
    for (size_t i = 0; e->edits && i < CASE_EDITS_MAX && e->edits->edits[i].find; i++) {
        const struct case_edit *edit = &e->edits->edits[i];
        if (strcmp(edit->file ? edit->file : e->main, file) == 0)
            text = replace_once(text, edit, &e->failure);
    }
    *ret_len = strlen(text);
    assert_true(*ret_len <= max);
    *ret_text = arena_str(arena, text);
    free(text);
    return *ret_text ? 0 : -ENOMEM;
}

/* ---- one run --------------------------------------------------------------------------------- */

struct outcome {
    char rules[4096];  /* errors and warnings, "R003 R010": each once, in order of the file */
    char text[16384];  /* for people */
    char failure[512]; /* why there is no outcome */
    bool said;         /* the case's rule reported, of the case's object */
    char effects[512]; /* rules of which findings follow from the case's, and */
    char own[4096];    /* those of which one does not */
};

static bool is_about(const struct check_finding *f, const struct check_case *c)
{
    bool object = !c->object;
    for (uint32_t i = 0; i < f->object_count; i++)
        object |= c->object && strcmp(f->objects[i]->name, c->object) == 0;
    bool severity = !c->severity || strcmp(check_severity_name(f->severity), c->severity) == 0;
    return object && severity && strcmp(c->rule, f->rule->id) == 0;
}

static void add_rule(char *rules, size_t size, const char *id)
{
    size_t n = strlen(rules);
    if (!strstr(rules, id))
        snprintf(rules + n, size - n, "%s%s", n ? " " : "", id);
}

static void take(struct outcome *o, const struct check_finding *f, const struct check_case *c)
{
    if (f->suppressed)
        return;
    size_t n = strlen(o->text);
    snprintf(o->text + n, sizeof(o->text) - n, "\n    %s%s%s at line %u: %s", f->rule->id,
             f->follows ? " after " : "", f->follows ? f->follows->rule->id : "",
             f->file ? f->line
             : f->at ? f->at->line
                     : 0,
             f->what);
    o->said |= c && is_about(f, c);
    if (c && f->follows && strcmp(f->follows->rule->id, c->rule) == 0)
        add_rule(o->effects, sizeof(o->effects), f->rule->id);
    else
        add_rule(o->own, sizeof(o->own), f->rule->id);
    if (f->severity != DIAG_NOTE)
        add_rule(o->rules, sizeof(o->rules), f->rule->id);
}

/* What the topology's reader found: nothing, if edits leave it a topology. */
static void take_diags(struct outcome *o, const struct diag_list *diags)
{
    for (uint32_t i = 0; i < diags->count; i++) {
        size_t n = strlen(o->text);
        struct text t = text_init(o->text + n, sizeof(o->text) - n);
        text_str(&t, "\n    ");
        text_diag(&t, &diags->items[i]);
    }
}

/* Reads and works out the base, with the case's edits or (NULL) as it is. */
static bool open_design(struct check_design *d, const char *file, const struct check_case *edits,
                        struct outcome *o)
{
    struct edited e = { .source.read = read_edited, .edits = edits, .main = file };
    struct diag_list diags = { 0 };
    bool fine = check_design_open(d, file, &e.source, &diags);
    take_diags(o, &diags);
    diag_list_done(&diags);
    if (e.failure)
        snprintf(o->failure, sizeof(o->failure), "\"%s\" has to stand in the file exactly once",
                 e.failure);
    else if (!fine)
        snprintf(o->failure, sizeof(o->failure), "cannot be read:");
    return fine && !e.failure;
}

/* Checks the base, with the case's edits or as it is. */
static void run(const char *base, const struct check_case *c, bool edited, struct outcome *o)
{
    char file[128];
    snprintf(file, sizeof(file), "%s.yaml", base);
    struct check_design d, before;
    memset(o, 0, sizeof(*o));
    bool change = edited && c->change;
    bool fine = open_design(&d, file, edited ? c : NULL, o);
    if (change)
        fine &= open_design(&before, file, NULL, o);
    if (fine) {
        struct check check = check_of_design(&d, change ? &before : NULL);
        assert_true(check_run(&check));
        for (uint32_t i = 0; i < check.count; i++)
            take(o, &check.findings[i], c);
    }
    if (change)
        check_design_done(&before);
    check_design_done(&d);
}

/* ---- claims ---------------------------------------------------------------------------------- */

/* CHECK_CASES=R003 runs the cases of one rule alone. */
static bool is_wanted(const char *rule)
{
    const char *only = getenv("CHECK_CASES");
    return !only || strstr(only, rule);
}

static bool listed(const char *rules, const char *rule)
{
    return rules && strstr(rules, rule);
}

/* Findings of these rules are there, and all of them follow from the case's. */
static bool follow(const struct check_case *c, const struct outcome *o)
{
    char rules[sizeof(o->effects)];
    snprintf(rules, sizeof(rules), "%s", c->follows ? c->follows : "");
    for (char *save, *r = strtok_r(rules, " ", &save); r; r = strtok_r(NULL, " ", &save))
        if (!listed(o->effects, r) || listed(o->own, r)) {
            print_error("%s: \"%s\": %s does not follow from it:%s\n", c->rule, c->claim, r,
                        o->text);
            return false;
        }
    return true;
}

/* What was found is what the case says, and what it says was found. */
static bool is_exactly(const struct check_case *c, const struct outcome *o)
{
    char rules[sizeof(o->rules)];
    if (o->failure[0]) {
        print_error("%s: \"%s\": %s: %s%s\n", c->rule, c->claim, c->base, o->failure, o->text);
        return false;
    }
    if (!o->said) {
        print_error("%s: \"%s\" is not found%s%s; found:%s\n", c->rule, c->claim,
                    c->object ? " about " : "", c->object ? c->object : "", o->text);
        return false;
    }
    strcpy(rules, o->rules);
    for (char *save, *r = strtok_r(rules, " ", &save); r; r = strtok_r(NULL, " ", &save))
        if (strcmp(r, c->rule) != 0 && !listed(c->also, r)) {
            print_error("%s: \"%s\" also sets off %s:%s\n", c->rule, c->claim, r, o->text);
            return false;
        }
    return follow(c, o);
}

static void each_edit_is_found_by_its_rule(void **state)
{
    (void)state;
    struct outcome o;
    unsigned wrong = 0;
    for (size_t t = 0; tables[t]; t++)
        for (const struct check_case *c = tables[t]; c->rule; c++)
            if (is_wanted(c->rule)) {
                run(c->base, c, true, &o);
                wrong += !is_exactly(c, &o);
            }
    assert_int_equal(wrong, 0);
}

static void an_edit_that_is_fine_is_not_found(void **state)
{
    (void)state;
    struct outcome o;
    unsigned wrong = 0;
    for (const struct check_case *c = cases_silent; c->rule; c++) {
        run(c->base, c, true, &o);
        if (o.said || o.failure[0])
            print_error("%s: \"%s\" is found%s:%s\n", c->rule, c->claim, o.failure, o.text);
        wrong += o.said || o.failure[0];
    }
    assert_int_equal(wrong, 0);
}

static bool is_silent(const struct check_case *c, const struct outcome *o)
{
    if (o->failure[0])
        print_error("%s: %s%s\n", c->base, o->failure, o->text);
    else if (o->rules[0])
        print_error("the base %s has findings:%s\n", c->base, o->text);
    else if (o->said)
        print_error("%s: \"%s\" is said of the base %s too:%s\n", c->rule, c->claim, c->base,
                    o->text);
    return !o->failure[0] && !o->rules[0] && !o->said;
}

/* Notes are allowed in a base, but not the one that a case is about. */
static void each_base_is_fine_without_its_edit(void **state)
{
    (void)state;
    struct outcome o;
    unsigned wrong = 0;
    for (size_t t = 0; tables[t]; t++)
        for (const struct check_case *c = tables[t]; c->rule; c++)
            if (is_wanted(c->rule)) {
                run(c->base, c, false, &o);
                wrong += !is_silent(c, &o);
            }
    assert_int_equal(wrong, 0);
}

/* All of them, also those that no case breaks yet. */
static void every_base_is_fine(void **state)
{
    (void)state;
    static const char *const bases[] = {
        "aws-gcp",    "aws-hub",       "aws-site",    "azure-aws",     "azure-gcp",
        "azure-site", "azure-apipa",   "azure-nat",   "azure-private", "azure-many",
        "er-hub",     "er-vpn",        "forced",      "gcp-site",      "soracom",
        "apart",      "silent-router", "azure-azure", "gcp-gcp",       "two-circuits",
        "two-hubs",   "zones",         "global-reach"
    };
    static const struct check_case none = { .rule = "", .claim = "" };
    struct outcome o;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        struct check_case c = none;
        c.base = bases[i];
        run(bases[i], &c, false, &o);
        wrong += !is_silent(&c, &o);
    }
    assert_int_equal(wrong, 0);
}

static bool has_case(const char *rule)
{
    for (size_t t = 0; tables[t]; t++)
        for (const struct check_case *c = tables[t]; c->rule; c++)
            if (strcmp(c->rule, rule) == 0)
                return true;
    return false;
}

static void no_rule_without_an_edit(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (size_t t = 0; check_rule_tables[t]; t++)
        for (const struct check_rule *r = check_rule_tables[t]; r->id; r++)
            if (!has_case(r->id)) {
                print_error("%s: there is no case that breaks it\n", r->id);
                wrong++;
            }
    assert_int_equal(wrong, 0);
}

static void every_number_of_the_reference_is_a_rule(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (uint32_t n = 1; n <= CHECK_RULE_REFERENCE_MAX; n++)
        if (!check_rule_number(n)) {
            print_error("R%03u is no rule\n", n);
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

static void rows_are_whole(void **state)
{
    (void)state;
    for (size_t t = 0; check_rule_tables[t]; t++)
        for (const struct check_rule *r = check_rule_tables[t]; r->id; r++) {
            assert_int_equal(strlen(r->id), 4);
            assert_ptr_equal(check_rule_number(check_rule_id_number(r)), r);
            assert_true(check_rule_id_number(r) <= CHECK_RULE_NUMBER_MAX);
            assert_non_null(r->scope);
            assert_non_null(r->title);
            assert_non_null(r->symptom);
            assert_non_null(r->remedy);
            assert_non_null(r->source);
            assert_non_null(r->run);
            assert_true(r->symptom[strlen(r->symptom) - 1] != '.');
            assert_true(r->remedy[strlen(r->remedy) - 1] != '.');
            assert_true(r->title[strlen(r->title) - 1] != '.');
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(every_number_of_the_reference_is_a_rule),
        cmocka_unit_test(no_rule_without_an_edit),
        cmocka_unit_test(every_base_is_fine),
        cmocka_unit_test(each_base_is_fine_without_its_edit),
        cmocka_unit_test(each_edit_is_found_by_its_rule),
        cmocka_unit_test(an_edit_that_is_fine_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
