/* `spanway facts`: what is asked for is printed, and what was probably meant when nothing is. */
#include "ctl/facts.h"

#include <jansson.h>
#include <stdlib.h>

#include "../unit.h"
#include "cloud/fact.h"

struct said {
    char *out, *err;
    int status;
};

static struct said ask(struct facts_request r, const char *const *words)
{
    struct said s = { 0 };
    size_t n = 0, out_len, err_len;
    while (words[n])
        n++;
    r.words = words;
    r.word_count = n;
    FILE *out = open_memstream(&s.out, &out_len);
    FILE *err = open_memstream(&s.err, &err_len);
    assert_true(out && err);
    s.status = facts_print(&r, out, err);
    fclose(out);
    fclose(err);
    return s;
}

static void done(struct said *s)
{
    free(s->out);
    free(s->err);
}

enum { WORDS = 4 };

static void what_is_asked_for_is_printed(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words[WORDS];
        bool sources;
        const char *has, *has_not;
    } cases[] = {
        { "everything", { NULL }, false, "aws.vgw.routes-in-max", "docs.aws.amazon.com" },
        { "one provider", { "gcp" }, false, "gcp.router.keepalive, documented (GCCR)", "aws." },
        { "a pattern",
          { "prefixes-max" },
          false,
          "4000 prefixes\n      azure.vpn.bgp.prefixes-max",
          "keepalive" },
        { "its case does not count", { "PREFIXES-MAX" }, false, "azure.er.prefixes-max", "aws." },
        { "a provider and a pattern",
          { "azure", "keepalive" },
          false,
          "azure.rs.keepalive",
          "gcp.router.keepalive" },
        { "a pattern in a value", { "169.254.21.0" }, false, "azure.vpn.apipa.range", "aws." },
        { "a pattern in a note", { "regular expressions are not taken" }, false, "", "azure" },
        { "a subject heads its rows",
          { "azure", "rs.keepalive" },
          false,
          "Microsoft Azure, Route Server\n  Keepalive interval: 60 s\n",
          "AWS" },
        { "both values of a disputed row", { "aws.ike.dpd" }, false, "30 s, or 40 s", "azure" },
        { "a table", { "vpn-skus" }, false, "VpnGw5AZ  2 ", "ErGw1AZ" },
        { "a row of a table", { "ErGw3AZ" }, false, "UltraPerformance", "HighPerformance" },
        { "the documents",
          { "azure.vpn.bgp.keepalive" },
          true,
          "      VPNFAQ: VPN Gateway FAQ, with its includes, learn.microsoft.com",
          "ARSFAQ" },
        { "devices", { "device", "datacenter-hold" }, false, "9 s", "180 s" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct said s = ask((struct facts_request){ .sources = cases[i].sources }, cases[i].words);
        bool any = cases[i].has[0] != '\0';
        CLAIM(cases[i].name, s.status == (any ? 0 : 1));
        CLAIM(cases[i].name, strstr(s.out, cases[i].has) != NULL);
        CLAIM(cases[i].name, strstr(s.out, cases[i].has_not) == NULL);
        CLAIM(cases[i].name, !any || s.err[0] == '\0');
        done(&s);
    }
}

static void what_was_meant_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words[WORDS];
        int status;
        const char *says;
    } cases[] = {
        { "a misspelt provider", { "azrue" }, 1, "no fact has \"azrue\"; did you mean 'azure'?\n" },
        { "before a pattern it is wrong usage",
          { "asw", "mtu" },
          2,
          "no provider \"asw\"; did you mean 'aws'?\n" },
        { "a misspelt row", { "gcp.router.keepalove" }, 1, "did you mean 'gcp.router.keepalive'?" },
        { "a provider without such a row", { "gcp", "apipa" }, 1, "no fact has \"apipa\"\n" },
        { "nothing like it", { "xyzzy" }, 1, "no fact has \"xyzzy\"\n" },
        { "three words", { "aws", "mtu", "mss" }, 2, "not \"mss\" as well" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct said s = ask((struct facts_request){ 0 }, cases[i].words);
        CLAIM(cases[i].name, s.status == cases[i].status);
        CLAIM(cases[i].name, strstr(s.err, cases[i].says) != NULL);
        CLAIM_TEXT(cases[i].name, s.out, "");
        done(&s);
    }
}

static const json_t *by_id(const json_t *list, const char *id)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(o, "id")), id) == 0)
            return o;
    }
    fail_msg("no %s", id);
    return NULL;
}

/* Values have the types of their kinds. */
static void json_has_every_field(void **state)
{
    (void)state;
    static const struct {
        const char *id, *value; /* compact, with ' for " */
    } cases[] = {
        { "azure.vpn.bgp.prefixes-max", "4000" },
        { "azure.vpn.bgp.bfd", "false" },
        { "azure.vpn.ike.dpd-range", "{'from':9,'to':3600}" },
        { "azure.rs.preference", "'ExpressRoute'" },
        { "azure.vpn.apipa.range", "['169.254.21.0/24','169.254.22.0/24']" },
        { "azure.vpn.ike.ports", "[{'from':500,'to':500},{'from':4500,'to':4500}]" },
        { "azure.vnet.states", "['Active','Invalid']" },
    };
    static const char *const keys[] = { "id",    "provider", "subject", "text",  "kind", "value",
                                        "other", "unit",     "sources", "grade", "note" };
    struct said s = ask((struct facts_request){ .json = true }, (const char *[]){ NULL });
    json_t *all = json_loads(s.out, 0, NULL);
    assert_non_null(all);
    const json_t *facts = json_object_get(all, "facts");
    size_t providers, want = 0;
    const struct cloud_provider *p = cloud_providers(&providers);
    for (size_t i = 0; i < providers; i++)
        want += p[i].fact_count;
    assert_int_equal(json_array_size(facts), want);
    for (size_t i = 0; i < want; i++) {
        for (size_t k = 0; k < ARRAY_LEN(keys); k++)
            CLAIM(keys[k], json_object_get(json_array_get(facts, i), keys[k]) != NULL);
        assert_true(json_array_size(json_object_get(json_array_get(facts, i), "sources")) > 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = json_dumps(json_object_get(by_id(facts, cases[i].id), "value"),
                                JSON_COMPACT | JSON_ENCODE_ANY);
        for (char *c = text; *c; c++)
            *c = *c == '"' ? '\'' : *c;
        CLAIM_TEXT(cases[i].id, text, cases[i].value);
        free(text);
    }
    const json_t *a =
        json_array_get(json_object_get(by_id(facts, "azure.vpn.ipsec.encryption"), "value"), 0);
    assert_string_equal(json_string_value(json_object_get(a, "name")), "GCMAES256");
    assert_int_equal(json_integer_value(json_object_get(a, "transform")), 20);
    assert_int_equal(json_integer_value(json_object_get(a, "bits")), 256);
    assert_int_equal(json_integer_value(json_object_get(by_id(facts, "aws.ike.dpd"), "other")), 40);
    json_decref(all);
    done(&s);
}

/* Tables come as objects of their columns, and the documents are those that are cited. */
static void json_has_tables_and_the_documents_they_cite(void **state)
{
    (void)state;
    struct said s =
        ask((struct facts_request){ .json = true }, (const char *[]){ "ErGw3AZ", NULL });
    json_t *all = json_loads(s.out, 0, NULL);
    assert_non_null(all);
    assert_int_equal(s.status, 0);
    const json_t *tables = json_object_get(all, "tables");
    assert_int_equal(json_array_size(json_object_get(all, "facts")), 0);
    assert_int_equal(json_array_size(tables), 1);
    const json_t *rows = json_object_get(by_id(tables, "azure.er-skus"), "rows");
    assert_int_equal(json_array_size(rows), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "circuits")),
                        "16");
    const json_t *sources = json_object_get(all, "sources");
    assert_int_equal(json_array_size(sources), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(sources, 0), "code")),
                        "ERGW");
    json_decref(all);
    done(&s);

    s = ask((struct facts_request){ .json = true }, (const char *[]){ "xyzzy", NULL });
    all = json_loads(s.out, 0, NULL);
    assert_non_null(all);
    assert_int_equal(s.status, 1);
    json_decref(all);
    done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for_is_printed),
        cmocka_unit_test(what_was_meant_is_said),
        cmocka_unit_test(json_has_every_field),
        cmocka_unit_test(json_has_tables_and_the_documents_they_cite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
