/* Results as text, JSON and JUnit: what daemons printed is escaped in each. */
#include "../unit.h"
#include "expect/print.h"

static struct expect_row rows[] = {
    { EXPECT_HOLDS, "reach", "", "a -> b: reachable", "s1.yaml", 10, 7, 250 },
    { EXPECT_FAILED, "routes", "fail \"x\" & <y>", "path \"1\" expected, it is \"\x1b[2J\"",
      "s1.yaml", 20, 7, 10000 },
    { EXPECT_LEFT, "status", "", "cannot be told here", "s1.yaml", 30, 7, 0 },
};

static const struct expect_results results = {
    .rows = { .items = rows, .count = ARRAY_LEN(rows) }, .held = 1, .failed = 1, .left = 1
};

static bool take(void *context, const char *bytes, size_t n)
{
    text_bytes(context, bytes, n);
    return true;
}

static bool take_nothing(void *context, const char *bytes, size_t n)
{
    (void)bytes;
    (void)n;
    ++*(unsigned *)context;
    return false;
}

static void test_text(void **state)
{
    (void)state;
    char buffer[4096];
    struct text t = text_init(buffer, sizeof(buffer));
    struct expect_printer p = { .sink = take, .context = &t };
    expect_print_text(&p, "s1.yaml", &results);
    assert_string_equal(buffer, "s1.yaml:20: fails (fail \"x\" & <y>): path \"1\" expected, it is "
                                "\"\\x1b[2J\"\n"
                                "s1.yaml: expectations: 1 hold, 1 fail, 1 left\n");
    t = text_init(buffer, sizeof(buffer));
    p.verbose = true;
    expect_print_row(&p, &rows[0]);
    expect_print_row(&p, &rows[2]);
    assert_string_equal(buffer, "s1.yaml:10: holds: a -> b: reachable\n"
                                "s1.yaml:30: left: cannot be told here\n");
}

static void test_json(void **state)
{
    (void)state;
    char buffer[4096];
    struct text t = text_init(buffer, sizeof(buffer));
    struct lang_json j = lang_json_to_text(&t, 0);
    expect_print_json(&j, &results);
    assert_true(lang_json_done(&j));
    assert_non_null(strstr(buffer, "{\"hold\":1,\"fail\":1,\"left\":1,\"rows\":["
                                   "{\"verdict\":\"holds\",\"kind\":\"reach\""));
    assert_non_null(strstr(buffer, "\"afterMs\":10000"));
    assert_null(strchr(buffer, '\x1b'));
}

static void test_junit(void **state)
{
    (void)state;
    char buffer[4096];
    struct text t = text_init(buffer, sizeof(buffer));
    struct expect_printer p = { .sink = take, .context = &t };
    expect_print_junit(&p, "s1.yaml", &results);
    assert_non_null(strstr(buffer, "<testsuite name=\"s1.yaml\" tests=\"3\" failures=\"1\" "
                                   "errors=\"0\" skipped=\"1\">"));
    assert_non_null(strstr(buffer, "<testcase classname=\"s1.yaml\" name=\"reach of line 10\"/>"));
    assert_non_null(
        strstr(buffer, "name=\"routes of line 20, fail &quot;x&quot; &amp; &lt;y&gt;\""));
    assert_non_null(strstr(buffer, "<skipped message=\"cannot be told here\"/>"));
    assert_null(strchr(buffer, '\x1b'));
}

/* A sink that is full is not asked again. */
static void test_full(void **state)
{
    (void)state;
    unsigned asked = 0;
    struct expect_printer p = { .sink = take_nothing, .context = &asked };
    expect_print_junit(&p, "s1.yaml", &results);
    assert_true(p.failed);
    assert_int_equal(asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_text), cmocka_unit_test(test_json),
                                        cmocka_unit_test(test_junit), cmocka_unit_test(test_full) };
    return cmocka_run_group_tests_name("expect print", tests, NULL, NULL);
}
