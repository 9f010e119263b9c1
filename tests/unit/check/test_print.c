/* What is printed of findings: every format holds together, no secret is in any of them, and the
 * verdicts of expectations are right. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/print.h"

#include "../unit.h"

/* ---- a topology in memory -------------------------------------------------------------------- */

struct memory {
    struct topo_source source;
    const char *text, *device; /* device: of every other file; NULL: there is none */
};

static err_t read_memory(struct topo_source *s, const char *path, size_t max, struct arena *arena,
                         const char **ret_text, size_t *ret_len)
{
    const struct memory *m = container_of(s, struct memory, source);
    const char *text = strcmp(path, "t.yaml") == 0 ? m->text : m->device;
    if (!text)
        return -ENOENT;
    *ret_len = strlen(text);
    assert_true(*ret_len <= max);
    *ret_text = arena_str(arena, text);
    return *ret_text ? 0 : -ENOMEM;
}

static bool write_memory(void *out, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, out) == n;
}

struct printed {
    char *text;
    bool good;
};

/* Checks a topology and prints it in a format; the text is the caller's. */
static struct printed print(struct memory *m, const char *format, bool expect)
{
    struct printed out = { 0 };
    size_t len;
    FILE *f = open_memstream(&out.text, &len);
    struct check_printer p = {
        .sink = write_memory,
        .context = f,
        .format = check_format_find(format),
        .version = "1",
        .verbose = true,
    };
    struct check_design d;
    struct diag_list diags = { 0 };
    struct check_expect e = { 0 };
    m->source.read = read_memory;
    bool ok = check_design_open(&d, "t.yaml", &m->source, &diags);
    struct check c = check_of_design(&d, NULL);
    ok = ok && check_run(&c) && check_expectations(&c, &e);
    const struct check_report r = { .file = "t.yaml",
                                    .design = &d,
                                    .diags = &diags,
                                    .check = ok ? &c : NULL,
                                    .expect = ok && expect ? &e : NULL };
    if (p.format->begin)
        p.format->begin(&p);
    p.format->report(&p, &r);
    if (p.format->end)
        p.format->end(&p);
    assert_false(p.failed);
    out.good = check_report_is_good(&r, false);
    fclose(f);
    check_design_done(&d);
    diag_list_done(&diags);
    return out;
}

static void assert_has(const char *text, const char *what)
{
    assert_non_null(text);
    if (!strstr(text, what))
        fail_msg("\"%s\" is missing in:\n%s", what, text);
}

static void assert_lacks(const char *text, const char *what)
{
    if (strstr(text, what))
        fail_msg("\"%s\" stands in:\n%s", what, text);
}

/* ---- text ------------------------------------------------------------------------------------ */

static const char suppressed[] = "spanway: 1\n"
                                 "suppress:\n"
                                 "  - {rule: R998, reason: known}\n"
                                 "  - {rule: R200, reason: left for a test}\n";
static const char unknown[] = "spanway: 1\n"
                              "suppress:\n"
                              "  - {rule: R998, reason: known}\n";

static void text_has_the_line_and_what_to_do(void **state)
{
    (void)state;
    struct memory m = { .text = unknown };
    struct printed p = print(&m, "text", false);
    assert_has(p.text, "warning R200: there is no rule R998\n  --> t.yaml:3:12\n"
                       "     3 |   - {rule: R998, reason: known}\n"
                       "       |            ^^^^\n");
    assert_has(p.text, "symptom: ");
    assert_has(p.text, "remedy:  ");
    assert_has(p.text, "t.yaml: 0 errors, 1 warning, 0 for information\n");
    assert_true(p.good);
    free(p.text);
}

static void suppressed_findings_have_their_reason(void **state)
{
    (void)state;
    struct memory m = { .text = suppressed };
    struct printed p = print(&m, "text", false);
    assert_has(p.text, "0 warnings, 0 for information, 1 suppressed\n");
    assert_has(p.text, "left for a test");
    free(p.text);
    p = print(&m, "sarif", false);
    assert_has(p.text, "\"justification\": \"left for a test\"");
    free(p.text);
    p = print(&m, "junit", false);
    assert_has(p.text, "<skipped message=\"left for a test\"/>");
    free(p.text);
}

/* ---- causes and effects ---------------------------------------------------------------------- */

/* The base with another key on one side of one of its two tunnels; the text is the caller's. */
static char *with_two_keys(void)
{
    static const char key[] = "shared_secret: Mn5cX2vB8zQw4rTy7uKp3dFg9hJa1s00";
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/unit/check/bases/azure-gcp.yaml",
             getenv("SPANWAY_SOURCE"));
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    char *text = calloc(1, 1 << 16);
    assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
    fclose(f);
    char *at = strstr(text, key);
    assert_non_null(at);
    at[sizeof(key) - 2] = '7';
    return text;
}

static void effects_stand_under_their_cause(void **state)
{
    (void)state;
    char *text = with_two_keys();
    struct memory m = { .text = text };
    struct printed p = print(&m, "text", false);
    assert_has(p.text, "error R017: conn-gcp-0 and tunnel-0: ");
    assert_has(p.text, "  effect:  R084: only instance 1 of vpngw reaches net-app\n"
                       "  effect:  R175: the failure of conn-gcp-1 cuts vnet-app off from net-app "
                       "(and 3 more)\n\n");
    assert_has(p.text, ":7: follows from R017 at t.yaml:");
    assert_has(p.text, ": the failure of ha-vpn:1 cuts vnet-app off from net-app [R175]\n");
    assert_has(p.text, "1 error, 0 warnings, 2 for information, 5 that follow from these\n");
    assert_lacks(p.text, "error R175");
    assert_false(p.good);
    free(p.text);
    free(text);
}

static void machines_are_told_the_cause(void **state)
{
    (void)state;
    char *text = with_two_keys();
    struct memory m = { .text = text };
    struct printed p = print(&m, "json", false);
    assert_has(p.text, "\"errors\": 1,");
    assert_has(p.text, "\"follow\": 5,");
    assert_has(p.text, "\"follows\": {");
    assert_has(p.text, "\"rule\": \"R017\",");
    free(p.text);
    p = print(&m, "sarif", false);
    assert_has(p.text, "\"relatedLocations\": [");
    assert_has(p.text, "\"follows from R017 at t.yaml:");
    free(p.text);
    p = print(&m, "junit", false);
    assert_has(p.text, "follows from R017 at t.yaml:");
    assert_has(p.text, "failures=\"1\"");
    free(p.text);
    free(text);
}

/* ---- secrets --------------------------------------------------------------------------------- */

struct secret_case {
    const char *claim, *text, *device, *found;
};

/* Each has something to find on the line of a secret, or beside it. */
static const struct secret_case secret_cases[] = {
    { "a tunnel written on one line",
      "spanway: 1\n"
      "aws:\n"
      "  customer_gateways: {cgw: {ip_address: 203.0.113.1}}\n"
      "  vpcs: {vpc: {region: r, cidr_blocks: [10.0.0.0/16]}}\n"
      "  vpn_gateways: {vgw: {vpc: vpc}}\n"
      "  vpn_connections:\n"
      "    vpn:\n"
      "      customer_gateway: cgw\n"
      "      vpn_gateway: vgw\n"
      "      tunnels: [{inside_cidr: 169.254.0.0/30, preshared_key: TOPSECRETKEY1}]\n",
      NULL, "R118" },
    { "a key that is no text",
      "spanway: 1\nazure:\n  connections:\n    c: {shared_key: [TOPSECRET]}\n", NULL, "error" },
    { "a key whose quotes stay open",
      "spanway: 1\nazure:\n  connections:\n    c:\n      shared_key: \"TOPSECRET\n", NULL,
      "error" },
    { "a line of a device that has a key",
      "spanway: 1\nsites: {s: {routers: {r: {device: {configuration: r.cfg, dialect: ios}}}}}\n",
      "version 15.6\nhostname r\ncrypto ikev2 keyring k\n peer p\n  address 10.0.0.1\n"
      "  pre-shared-key ${X}TOPSECRET\n",
      "R169" },
};

static void no_line_with_a_secret_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(secret_cases); i++) {
        struct memory m = { .text = secret_cases[i].text, .device = secret_cases[i].device };
        for (const struct check_format *f = check_formats; f->name; f++) {
            struct printed p = print(&m, f->name, false);
            print_message("%s, %s\n", secret_cases[i].claim, f->name);
            if (strcmp(f->name, "text") == 0)
                assert_has(p.text, secret_cases[i].found);
            assert_lacks(p.text, "TOPSECRET");
            free(p.text);
        }
    }
}

/* ---- machines -------------------------------------------------------------------------------- */

static const struct lang_node *at(const struct lang_node *n, const char *key)
{
    const struct lang_node *v = lang_get(n, key);
    if (!v)
        fail_msg("there is no %s", key);
    return v;
}

static void json_is_read_back(void **state)
{
    (void)state;
    struct memory m = { .text = unknown };
    struct printed p = print(&m, "json", false);
    struct lang_doc doc;
    struct diag why;
    lang_doc_init(&doc);
    assert_true(lang_yaml_parse(&doc, "out", p.text, strlen(p.text), &why));
    const struct lang_node *f = at(doc.root, "findings");
    assert_int_equal(f->count, 1);
    assert_string_equal(at(f->items[0], "rule")->text, "R200");
    assert_string_equal(at(f->items[0], "line")->text, "3");
    assert_string_equal(at(f->items[0], "column")->text, "12");
    lang_doc_done(&doc);
    free(p.text);
}

/* Required by the standard: version, runs, tool.driver.name, results' messages; an index has to be
 * that of the rule. */
static void sarif_names_its_rules(void **state)
{
    (void)state;
    struct memory m = { .text = unknown };
    struct printed p = print(&m, "sarif", false);
    struct lang_doc doc;
    struct diag why;
    lang_doc_init(&doc);
    assert_true(lang_yaml_parse(&doc, "out", p.text, strlen(p.text), &why));
    assert_string_equal(at(doc.root, "version")->text, "2.1.0");
    const struct lang_node *run = at(doc.root, "runs")->items[0];
    const struct lang_node *rules = at(at(at(run, "tool"), "driver"), "rules");
    const struct lang_node *result = at(run, "results")->items[0];
    uint32_t index = (uint32_t)strtoul(at(result, "ruleIndex")->text, NULL, 10);
    assert_true(index < rules->count);
    assert_string_equal(at(rules->items[index], "id")->text, at(result, "ruleId")->text);
    assert_string_equal(at(result, "level")->text, "warning");
    assert_non_null(at(at(result, "message"), "text"));
    const struct lang_node *place = at(at(result, "locations")->items[0], "physicalLocation");
    assert_string_equal(at(at(place, "artifactLocation"), "uri")->text, "t.yaml");
    assert_string_equal(at(at(place, "region"), "startLine")->text, "3");
    lang_doc_done(&doc);
    free(p.text);
}

static void junit_escapes_what_xml_would_obey(void **state)
{
    (void)state;
    struct memory m = { .text = "spanway: 1\nsuppress:\n  - {rule: '<&\"', reason: known}\n" };
    struct printed p = print(&m, "junit", false);
    assert_has(p.text, "&lt;&amp;&quot;");
    assert_lacks(p.text, "<&\"");
    free(p.text);
}

/* ---- expectations ---------------------------------------------------------------------------- */

struct expect_case {
    const char *claim, *expect;
    bool good;
    const char *said; /* NULL: anything */
};

#define SUPPRESS_UNKNOWN "spanway: 1\nsuppress:\n  - {rule: R998, reason: known}\n"

static const struct expect_case expect_cases[] = {
    { "a finding that nobody expects fails", SUPPRESS_UNKNOWN, false, "R200 is not expected" },
    { "a finding that is expected holds", SUPPRESS_UNKNOWN "expect: {findings: [R200]}\n", true,
      "1 hold, 0 fail" },
    { "its severity is compared",
      SUPPRESS_UNKNOWN "expect: {findings: [{rule: R200, severity: error}]}\n", false,
      "is found as warning, not as error" },
    { "a finding that is not there fails", "spanway: 1\nexpect: {findings: [R200]}\n", false,
      "is not found" },
    { "a rule that does not exist fails", "spanway: 1\nexpect: {findings: [R998]}\n", false,
      "there is no such rule" },
    { "objects are counted",
      "spanway: 1\nexpect: {objects: [{collection: azure.connections, count: 0}]}\n", true, NULL },
    { "objects that are missing fail",
      "spanway: 1\nexpect: {objects: [{collection: tunnels.up, count: 2}]}\n", false,
      "tunnels.up: 2 expected, there are 0" },
    { "a collection that does not exist fails",
      "spanway: 1\nexpect: {objects: [{collection: azure.gateways, count: 0}]}\n", false,
      "no collection" },
    { "a tunnel that nobody has fails",
      "spanway: 1\nexpect: {tunnels: [{local: 10.0.0.1, remote: 10.0.0.2, state: up}]}\n", false,
      "nobody has configured such a tunnel" },
    { "routes are left to the simulator",
      "spanway: 1\nsites: {s: {routers: {r: {}}}}\n"
      "expect: {routes: [{at: sites.s.routers.r, table: bgp, rows: []}]}\n",
      true, "1 left to the simulator" },
};

static void expectations_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(expect_cases); i++) {
        const struct expect_case *c = &expect_cases[i];
        struct memory m = { .text = c->expect };
        struct printed p = print(&m, "text", true);
        if (p.good != c->good || (c->said && !strstr(p.text, c->said)))
            fail_msg("%s:\n%s", c->claim, p.text);
        free(p.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_has_the_line_and_what_to_do),
        cmocka_unit_test(suppressed_findings_have_their_reason),
        cmocka_unit_test(no_line_with_a_secret_is_shown),
        cmocka_unit_test(json_is_read_back),
        cmocka_unit_test(effects_stand_under_their_cause),
        cmocka_unit_test(machines_are_told_the_cause),
        cmocka_unit_test(sarif_names_its_rules),
        cmocka_unit_test(junit_escapes_what_xml_would_obey),
        cmocka_unit_test(expectations_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
