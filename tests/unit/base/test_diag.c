#include "base/diag.h"

#include "../unit.h"
#include "base/mem.h"

static void one_line_says_it_all(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct diag d;
        const char *want;
    } cases[] = {
        { "everything",
          { DIAG_ERROR, "CFG-UNKNOWN", "a.conf", 3, 7, "unknown word \"nieghbor\"", "neighbor",
            "correct the word" },
          "a.conf:3:7: error: unknown word \"nieghbor\"; expected neighbor; correct the word "
          "[CFG-UNKNOWN]" },
        { "a whole file",
          { DIAG_WARNING, "CFG-EMPTY", "a.conf", 0, 0, "no configuration", "", "" },
          "a.conf: warning: no configuration [CFG-EMPTY]" },
        { "a peer's message, by offset",
          { DIAG_NOTE, "BGP-7606-7.4", "peer 10.0.0.1", 0, 23, "MED of 3 bytes", "4 bytes", "" },
          "peer 10.0.0.1:23: note: MED of 3 bytes; expected 4 bytes [BGP-7606-7.4]" },
        { "no place", { DIAG_ERROR, "", "", 0, 0, "no memory", "", "" }, "error: no memory" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[512];
        struct text t = text_init(buf, sizeof(buf));
        text_diag(&t, &cases[i].d);
        CLAIM_TEXT(cases[i].name, buf, cases[i].want);
    }
}

static void fields_are_cut_to_fit(void **state)
{
    (void)state;
    struct diag d = { 0 };
    DIAG_SET(d.id, "A-NAME-THAT-IS-MUCH-TOO-LONG-FOR-THE-FIELD");
    assert_int_equal(strlen(d.id), sizeof(d.id) - 1);
    DIAG_SET(d.what, "short");
    assert_string_equal(d.what, "short");
}

static void the_list_stops_at_its_maximum_and_goes_on_counting(void **state)
{
    (void)state;
    struct diag_list l = { 0 };
    struct diag error = { .severity = DIAG_ERROR }, warning = { .severity = DIAG_WARNING };
    struct diag note = { .severity = DIAG_NOTE };
    for (int i = 0; i < DIAG_LIST_MAX; i++)
        diag_add(&l, &error);
    diag_add(&l, &warning);
    diag_add(&l, &note);
    assert_int_equal(l.count, DIAG_LIST_MAX);
    assert_int_equal(l.errors, DIAG_LIST_MAX);
    assert_int_equal(l.warnings, 1);
    assert_int_equal(l.dropped, 2);
    diag_list_done(&l);
    assert_int_equal(mem_count(MEM_MISC), 0);
}

static void without_memory_it_counts(void **state)
{
    (void)state;
    struct diag_list l = { 0 };
    struct diag error = { .severity = DIAG_ERROR };
    mem_fail_at(1);
    diag_add(&l, &error);
    diag_add(&l, &error);
    assert_int_equal(l.count, 1);
    assert_int_equal(l.dropped, 1);
    assert_int_equal(l.errors, 2);
    diag_list_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_says_it_all),
        cmocka_unit_test(fields_are_cut_to_fit),
        cmocka_unit_test(the_list_stops_at_its_maximum_and_goes_on_counting),
        cmocka_unit_test(without_memory_it_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
