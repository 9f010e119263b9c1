#include "base/mem.h"
#include "tree.h"

/* The first item of a list, or the text as a whole. */
static const struct lang_node *value_of(struct lang_doc *doc, const char *name, const char *text)
{
    tree_parse(doc, name, text);
    assert_int_equal(doc->root->kind, LANG_SEQ);
    return doc->root->items[0];
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
        cmocka_unit_test(what_a_value_is),
        cmocka_unit_test(quoting_is_short_and_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
