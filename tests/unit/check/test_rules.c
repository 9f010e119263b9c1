/* Every rule both ways: each base topology is free of findings, each edit of one is found by the
 * rule that it was made for, and there is no rule without an edit. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cases.h"
#include "check/design.h"

static const struct check_case *const tables[] = { cases_own, NULL };

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

static bool read_edited(struct topo_source *s, const char *file, struct arena *arena,
                        const char **ret_text, size_t *ret_len)
{
    struct edited *e = (struct edited *)s;
    char path[512];
    size_t len = 0;
    path_of(path, sizeof(path), file);
    char *text = slurp(path, &len);
    if (!text)
        return false;
    for (size_t i = 0; e->edits && i < CASE_EDITS_MAX && e->edits->edits[i].find; i++) {
        const struct case_edit *edit = &e->edits->edits[i];
        if (strcmp(edit->file ? edit->file : e->main, file) == 0)
            text = replace_once(text, edit, &e->failure);
    }
    *ret_len = strlen(text);
    *ret_text = arena_str(arena, text);
    free(text);
    return *ret_text != NULL;
}

/* ---- one run --------------------------------------------------------------------------------- */

struct outcome {
    char rules[4096]; /* errors and warnings, "R003 R010": each once, in order of the file */
    char text[16384]; /* for people */
    bool said;        /* the case's rule reported, of the case's object */
};

static bool is_about(const struct check_finding *f, const struct check_case *c)
{
    bool object = !c->object;
    for (uint32_t i = 0; i < f->object_count; i++)
        object |= c->object && strcmp(f->objects[i]->name, c->object) == 0;
    return object && strcmp(c->rule, f->rule->id) == 0;
}

static void take(struct outcome *o, const struct check_finding *f, const struct check_case *c)
{
    size_t n = strlen(o->text);
    snprintf(o->text + n, sizeof(o->text) - n, "\n    %s at line %u: %s", f->rule->id,
             f->file ? f->line
             : f->at ? f->at->line
                     : 0,
             f->what);
    o->said |= c && is_about(f, c);
    if (f->severity == DIAG_NOTE || strstr(o->rules, f->rule->id))
        return;
    n = strlen(o->rules);
    snprintf(o->rules + n, sizeof(o->rules) - n, "%s%s", n ? " " : "", f->rule->id);
}

/* The base, with the case's edits or as it is. */
static void run(const char *base, const struct check_case *c, bool edited, struct outcome *o)
{
    char file[128];
    snprintf(file, sizeof(file), "%s.yaml", base);
    struct edited e = { .source.read = read_edited, .edits = edited ? c : NULL, .main = file };
    struct check_design d;
    struct diag_list diags = { 0 };
    memset(o, 0, sizeof(*o));
    bool fine = check_design_open(&d, file, &e.source, &diags);
    if (fine) {
        struct check check = check_of_design(&d);
        assert_true(check_run(&check));
        for (uint32_t i = 0; i < check.count; i++)
            take(o, &check.findings[i], c);
    }
    for (uint32_t i = 0; i < diags.count; i++) {
        size_t n = strlen(o->text);
        struct text t = text_init(o->text + n, sizeof(o->text) - n);
        text_str(&t, "\n    ");
        text_diag(&t, &diags.items[i]);
    }
    if (e.failure)
        fail_msg("%s: \"%s\" has to stand in the file exactly once", base, e.failure);
    if (!fine)
        fail_msg("%s cannot be read:%s", base, o->text);
    diag_list_done(&diags);
    check_design_done(&d);
}

/* ---- claims ---------------------------------------------------------------------------------- */

static bool listed(const char *rules, const char *rule)
{
    return rules && strstr(rules, rule);
}

/* What was found is what the case says, and what it says was found. */
static void assert_exactly(const struct check_case *c, const struct outcome *o)
{
    char rules[sizeof(o->rules)];
    if (!o->said)
        fail_msg("%s: \"%s\" is not found%s%s; found:%s", c->rule, c->claim,
                 c->object ? " about " : "", c->object ? c->object : "", o->text);
    strcpy(rules, o->rules);
    for (char *save, *r = strtok_r(rules, " ", &save); r; r = strtok_r(NULL, " ", &save))
        if (strcmp(r, c->rule) != 0 && !listed(c->also, r))
            fail_msg("%s: \"%s\" also sets off %s:%s", c->rule, c->claim, r, o->text);
}

static void each_edit_is_found_by_its_rule(void **state)
{
    (void)state;
    struct outcome o;
    for (size_t t = 0; tables[t]; t++)
        for (const struct check_case *c = tables[t]; c->rule; c++) {
            run(c->base, c, true, &o);
            assert_exactly(c, &o);
        }
}

/* Notes are allowed in a base, but not the one that a case is about. */
static void each_base_is_fine_without_its_edit(void **state)
{
    (void)state;
    struct outcome o;
    for (size_t t = 0; tables[t]; t++)
        for (const struct check_case *c = tables[t]; c->rule; c++) {
            run(c->base, c, false, &o);
            if (o.rules[0])
                fail_msg("the base %s has findings:%s", c->base, o.text);
            if (o.said)
                fail_msg("%s: \"%s\" is said of the base %s too:%s", c->rule, c->claim, c->base,
                         o.text);
        }
}

static void no_rule_without_an_edit(void **state)
{
    (void)state;
    for (size_t t = 0; check_rule_tables[t]; t++)
        for (const struct check_rule *r = check_rule_tables[t]; r->id; r++) {
            bool found = false;
            for (size_t k = 0; tables[k]; k++)
                for (const struct check_case *c = tables[k]; c->rule; c++)
                    found |= strcmp(c->rule, r->id) == 0;
            if (!found)
                fail_msg("there is no case that breaks %s", r->id);
        }
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
            assert_true(islower(r->symptom[0]) || !isalpha(r->symptom[1]));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(no_rule_without_an_edit),
        cmocka_unit_test(each_base_is_fine_without_its_edit),
        cmocka_unit_test(each_edit_is_found_by_its_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
