/* Texts that hang on nothing but their arguments: dates, without libc's zones. */
#include <time.h>

#include "../unit.h"
#include "ctl/render.h"

static void dates_are_those_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        const char *want;
    } cases[] = {
        { 0, "Thu Jan  1 00:00:00 1970" },
        { -5, "Thu Jan  1 00:00:00 1970" },        /* before: the first instant */
        { 68255999, "Tue Feb 29 23:59:59 1972" },  /* the first leap day */
        { 951782400, "Tue Feb 29 00:00:00 2000" }, /* a leap day of a hundredth year */
        { 951868800, "Wed Mar  1 00:00:00 2000" },
        { 1709251199, "Thu Feb 29 23:59:59 2024" },
        { 1735689599, "Tue Dec 31 23:59:59 2024" },
        { 1735689600, "Wed Jan  1 00:00:00 2025" },
        { 1795267797, "Sat Nov 21 13:29:57 2026" },
        { INT32_MAX, "Tue Jan 19 03:14:07 2038" },
        { 4107542400, "Mon Mar  1 00:00:00 2100" }, /* no leap year: the day after 28 February */
        { 4107456000, "Sun Feb 28 00:00:00 2100" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[BGP_DATE_MAX];
        bgp_date_text(cases[i].at, text);
        CLAIM_TEXT(cases[i].want, text, cases[i].want);
    }
}

static void dates_agree_with_libc_for_400_years(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 146097; day++) { /* then the calendar repeats itself */
        time_t at = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        char got[BGP_DATE_MAX], want[64];
        assert_non_null(gmtime_r(&at, &tm));
        assert_true(strftime(want, sizeof(want), "%a %b %e %H:%M:%S %Y", &tm) > 0);
        bgp_date_text(at, got);
        CLAIM_TEXT(want, got, want);
    }
}

static void the_longest_date_has_room(void **state)
{
    (void)state;
    char text[BGP_DATE_MAX];
    bgp_date_text(INT64_MAX, text);
    CLAIM("it ends", strlen(text) < sizeof(text));
    CLAIM("nothing is cut", strchr(text, ':') && strlen(text) > 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_those_of_the_calendar),
        cmocka_unit_test(dates_agree_with_libc_for_400_years),
        cmocka_unit_test(the_longest_date_has_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
