/* Untrusted text on its way to a terminal and into XML. */
#include "../unit.h"
#include "lang/escape.h"

static bool take(void *context, const char *bytes, size_t n)
{
    text_bytes(context, bytes, n);
    return true;
}

static bool refuse(void *context, const char *bytes, size_t n)
{
    (void)bytes;
    (void)n;
    ++*(unsigned *)context;
    return false;
}

static const struct one {
    const char *name, *text, *safe, *xml;
} cases[] = {
    { "plain", "tky01 é", "tky01 é", "tky01 é" },
    { "markup", "<a href=\"x\">&", "<a href=\"x\">&", "&lt;a href=&quot;x&quot;&gt;&amp;" },
    { "an escape sequence", "\x1b[2J", "\\x1b[2J", "\xef\xbf\xbd[2J" },
    { "C1 controls", "\xc2\x9b", "\\xc2\\x9b", NULL },
    { "no UTF-8", "a\xff", "a\\xff", "a\xef\xbf\xbd" },
    { "nothing", "", "", "" },
};

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buffer[256];
        struct text t = text_init(buffer, sizeof(buffer));
        assert_true(lang_put_safe(take, &t, cases[i].text));
        assert_string_equal(buffer, cases[i].safe);
        t = text_init(buffer, sizeof(buffer));
        assert_true(lang_put_xml(take, &t, cases[i].text));
        if (cases[i].xml)
            assert_string_equal(buffer, cases[i].xml);
    }
}

static void test_full(void **state)
{
    (void)state;
    unsigned asked = 0;
    assert_false(lang_put_safe(refuse, &asked, "ab"));
    assert_false(lang_put_xml(refuse, &asked, "ab"));
    assert_int_equal(asked, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_full) };
    return cmocka_run_group_tests_name("lang escape", tests, NULL, NULL);
}
