#include "base/text.h"

#include "../unit.h"

static void numbers(void **state)
{
    (void)state;
    char buf[128];
    struct text t = text_init(buf, sizeof(buf));
    text_u64(&t, 0);
    text_char(&t, ' ');
    text_u64(&t, UINT64_MAX);
    text_char(&t, ' ');
    text_i64(&t, INT64_MIN);
    text_char(&t, ' ');
    text_i64(&t, INT64_MAX);
    text_char(&t, ' ');
    text_i64(&t, -7);
    assert_string_equal(buf, "0 18446744073709551615 -9223372036854775808 9223372036854775807 -7");
    assert_int_equal(t.len, strlen(buf));
    assert_false(t.cut);
}

static void hexadecimal(void **state)
{
    (void)state;
    char buf[16];
    struct text t = text_init(buf, sizeof(buf));
    text_hex(&t, "\x00\x9f\xff", 3);
    text_hex(&t, NULL, 0);
    assert_string_equal(buf, "009fff");
}

static void cut_at_the_top(void **state)
{
    (void)state;
    static const struct {
        const char *name, *add, *want;
        bool cut;
    } cases[] = {
        { "what fits exactly is whole", "1234567", "1234567", false },
        { "one more is cut", "12345678", "1234567", true },
        { "nothing is nothing", "", "", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char buf[8];
        struct text t = text_init(buf, sizeof(buf));
        text_str(&t, cases[i].add);
        CLAIM_TEXT(cases[i].name, buf, cases[i].want);
        CLAIM(cases[i].name, t.cut == cases[i].cut);
        CLAIM(cases[i].name, t.len == strlen(cases[i].want));
    }
    char one[1];
    struct text t = text_init(one, 1);
    text_char(&t, 'x');
    text_u64(&t, 5);
    assert_string_equal(one, "");
    assert_true(t.cut);
    char four[4];
    t = text_init(four, sizeof(four));
    text_str(&t, "12345");
    assert_string_equal(four, "123");
    assert_true(t.cut);
    text_str(&t, "x"); /* full stays full */
    assert_string_equal(four, "123");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(hexadecimal),
        cmocka_unit_test(cut_at_the_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
