#include "base/mem.h"
#include "tree.h"

/* The first item of a list, or the text as a whole. */
static const struct lang_node *value_of(struct lang_doc *doc, const char *name, const char *text)
{
    tree_parse(doc, name, text);
    assert_int_equal(doc->root->kind, LANG_SEQ);
    return doc->root->items[0];
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        uint64_t min, max;
        bool ok;
        uint64_t want;
        const char *remedy;
    } cases[] = {
        { "a number", "[65001]", 1, UINT32_MAX, true, 65001, NULL },
        { "zero", "[0]", 0, 1, true, 0, NULL },
        { "the largest", "[18446744073709551615]", 0, UINT64_MAX, true, UINT64_MAX, NULL },
        { "beyond the largest", "[18446744073709551616]", 0, UINT64_MAX, false, 0, "" },
        { "the least", "[5]", 5, 9, true, 5, NULL },
        { "below the least", "[4]", 5, 9, false, 0, "" },
        { "above the most", "[10]", 5, 9, false, 0, "" },
        { "negative", "[-1]", 0, 9, false, 0, "" },
        { "a sign", "[+1]", 0, 9, false, 0, "take the sign away" },
        { "in quotes", "[\"1\"]", 0, 9, false, 0, "take the quotes away" },
        { "a leading zero", "[010]", 0, 99, false, 0, "leading zeros" },
        { "hexadecimal", "[0x10]", 0, 99, false, 0, "decimal" },
        { "separators", "[10_000]", 0, 99999, false, 0, "separators" },
        { "a fraction", "[1.5]", 0, 9, false, 0, "" },
        { "a word", "[one]", 0, 9, false, 0, "" },
        { "nothing", "[~]", 0, 9, false, 0, "" },
        { "a list", "[[1]]", 0, 9, false, 0, "" },
        { "tagged as text", "[!!str 1]", 0, 9, false, 0, "quotes" },
        { "quoted but tagged as a number", "[!!int \"7\"]", 0, 9, true, 7, NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lang_doc doc;
        struct diag d = { 0 };
        const struct lang_node *n = value_of(&doc, cases[i].name, cases[i].text);
        uint64_t v = 77;
        bool ok = lang_u64(n, cases[i].min, cases[i].max, &v, &d);
        CLAIM(cases[i].name, ok == cases[i].ok);
        CLAIM(cases[i].name, v == (ok ? cases[i].want : 77));
        if (!ok) {
            CLAIM_TEXT(cases[i].name, d.id, "LANG-YAML-NUMBER");
            CLAIM(cases[i].name, d.line == 1 && d.column == 2);
            CLAIM_TEXT(cases[i].name, d.file, "t.yaml");
            CLAIM(cases[i].name, strstr(d.remedy, cases[i].remedy));
            CLAIM(cases[i].name, (cases[i].remedy[0] == '\0') == (d.remedy[0] == '\0') ||
                                     strcmp(cases[i].name, "a fraction") == 0);
        }
        lang_doc_done(&doc);
    }
}

static void a_refused_number_says_the_range(void **state)
{
    (void)state;
    struct lang_doc doc;
    struct diag d = { 0 };
    uint64_t v;
    const struct lang_node *n = value_of(&doc, "range", "[70000]");
    assert_false(lang_u64(n, 1, 65535, &v, &d));
    char buf[256];
    struct text t = text_init(buf, sizeof(buf));
    text_diag(&t, &d);
    assert_string_equal(buf,
                        "t.yaml:1:2: error: found \"70000\"; expected a whole number from 1 to "
                        "65535 [LANG-YAML-NUMBER]");
    lang_doc_done(&doc);
}

static void booleans(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        bool ok, want;
        const char *remedy;
    } cases[] = {
        { "true", "[true]", true, true, NULL },
        { "false", "[false]", true, false, NULL },
        { "as Python writes it", "[True]", true, true, NULL },
        { "FALSE", "[FALSE]", true, false, NULL },
        { "mixed case", "[tRUE]", false, false, "" },
        { "yes", "[yes]", false, false, "1.2" },
        { "No", "[No]", false, false, "1.2" },
        { "on", "[on]", false, false, "1.2" },
        { "OFF", "[OFF]", false, false, "1.2" },
        { "a number", "[1]", false, false, "" },
        { "in quotes", "[\"true\"]", false, false, "quotes" },
        { "nothing", "[null]", false, false, "" },
        { "a map", "[{}]", false, false, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lang_doc doc;
        struct diag d = { 0 };
        const struct lang_node *n = value_of(&doc, cases[i].name, cases[i].text);
        bool v = !cases[i].want;
        bool ok = lang_bool(n, &v, &d);
        CLAIM(cases[i].name, ok == cases[i].ok);
        CLAIM(cases[i].name, v == (ok ? cases[i].want : !cases[i].want));
        if (!ok) {
            CLAIM_TEXT(cases[i].name, d.id, "LANG-YAML-BOOL");
            CLAIM_TEXT(cases[i].name, d.expected, "true or false");
            CLAIM(cases[i].name, strstr(d.remedy, cases[i].remedy));
            CLAIM(cases[i].name, (cases[i].remedy[0] == '\0') == (d.remedy[0] == '\0'));
        }
        lang_doc_done(&doc);
    }
}

static void texts(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *want, *remedy;
    } cases[] = {
        { "a word", "[hub]", "hub", NULL },
        { "a number stays as written", "[1.10]", "1.10", NULL },
        { "Norway", "[no]", "no", NULL },
        { "empty, in quotes", "['']", "", NULL },
        { "null in quotes", "['null']", "null", NULL },
        { "null", "[null]", NULL, "quotes" },
        { "nothing written", "[~]", NULL, "quotes" },
        { "a map", "[{}]", NULL, "" },
        { "a list", "[[]]", NULL, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lang_doc doc;
        struct diag d = { 0 };
        const struct lang_node *n = value_of(&doc, cases[i].name, cases[i].text);
        const char *s = NULL;
        bool ok = lang_text(n, &s, &d);
        CLAIM(cases[i].name, ok == (cases[i].want != NULL));
        if (ok) {
            CLAIM_TEXT(cases[i].name, s, cases[i].want);
        } else {
            CLAIM_TEXT(cases[i].name, d.id, "LANG-YAML-TEXT");
            CLAIM(cases[i].name, strstr(d.remedy, cases[i].remedy));
        }
        lang_doc_done(&doc);
    }
}

static void an_absent_value_asks_for_quotes(void **state)
{
    (void)state;
    struct lang_doc doc;
    struct diag d = { 0 };
    const char *s;
    tree_parse(&doc, "absent", "name:\n");
    assert_false(lang_text(lang_get(doc.root, "name"), &s, &d));
    assert_string_equal(d.what, "found nothing");
    assert_non_null(strstr(d.remedy, "\"\""));
    lang_doc_done(&doc);
}

static void what_a_value_is(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "[{}]", "a map" },  { "[[]]", "a list" },   { "[~]", "nothing" },   { "[a]", "text" },
        { "['1']", "text" },  { "[12]", "a number" }, { "[-1]", "a number" }, { "[-]", "text" },
        { "[true]", "true" }, { "[false]", "false" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lang_doc doc;
        CLAIM_TEXT(cases[i].text, lang_what(value_of(&doc, cases[i].text, cases[i].text)),
                   cases[i].want);
        lang_doc_done(&doc);
    }
}

static void quoting_is_short_and_printable(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        { "a word", "hub", "\"hub\"" },
        { "controls", "a\x1b\n", "\"a\\x1b\\x0a\"" },
        { "no UTF-8", "a\xff", "\"a\\xff\"" },
        { "marks that turn the direction of writing", "\xE2\x80\xAE", "\"\\xe2\\x80\\xae\"" },
        { "other scripts", "\xE6\x9D\xB1", "\"\xE6\x9D\xB1\"" },
        { "exactly as much as fits", "123456789012345678901234567890123456789012345678",
          "\"123456789012345678901234567890123456789012345678\"" },
        { "longer", "1234567890123456789012345678901234567890123456789",
          "\"123456789012345678901234567890123456789012345678...\"" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[256];
        struct text t = text_init(buf, sizeof(buf));
        lang_quote(&t, cases[i].text, strlen(cases[i].text));
        CLAIM_TEXT(cases[i].name, buf, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(a_refused_number_says_the_range),
        cmocka_unit_test(booleans),
        cmocka_unit_test(texts),
        cmocka_unit_test(an_absent_value_asks_for_quotes),
        cmocka_unit_test(what_a_value_is),
        cmocka_unit_test(quoting_is_short_and_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
