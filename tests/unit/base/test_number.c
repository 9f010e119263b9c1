#include "base/number.h"

#include "../unit.h"

static const struct {
    const char *name, *text;
    uint64_t max;
    bool reads, parses;
    uint64_t want;
    const char *rest;
} rows[] = {
    { "zero", "0", 9, true, true, 0, "" },
    { "the largest", "255", 255, true, true, 255, "" },
    { "one more", "256", 255, false, false, 0, "256" },
    { "ten times as much", "2550", 255, false, false, 0, "2550" },
    { "all bits", "18446744073709551615", UINT64_MAX, true, true, UINT64_MAX, "" },
    { "more than all bits", "18446744073709551616", UINT64_MAX, false, false, 0,
      "18446744073709551616" },
    { "many digits", "99999999999999999999999", UINT64_MAX, false, false, 0,
      "99999999999999999999999" },
    { "zeros in front", "00042", 99, true, true, 42, "" },
    { "what follows stays", "8.4.1", 99, true, false, 8, ".4.1" },
    { "no sign", "-1", 99, false, false, 0, "-1" },
    { "no plus", "+1", 99, false, false, 0, "+1" },
    { "no blank", " 1", 99, false, false, 0, " 1" },
    { "nothing", "", 99, false, false, 0, "" },
    { "only zero is allowed", "1", 0, false, false, 0, "1" },
};

static void numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *at = rows[i].text;
        uint64_t read = 77, parsed = 77;
        CLAIM(rows[i].name, number_read(&at, rows[i].max, &read) == rows[i].reads);
        CLAIM_TEXT(rows[i].name, at, rows[i].rest);
        CLAIM(rows[i].name, read == (rows[i].reads ? rows[i].want : 77));
        CLAIM(rows[i].name, number_parse(rows[i].text, rows[i].max, &parsed) == rows[i].parses);
        CLAIM(rows[i].name, parsed == (rows[i].parses ? rows[i].want : 77));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(numbers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
