/* Printed tables compared line by line, and JSON of tables read. */
#include "../unit.h"
#include "expect/impl.h"

static const struct one {
    const char *name, *expected, *found;
    bool same;
    const char *lines[2];
} cases[] = {
    { "the version counts for nothing",
      "BGP table version is 29, local\n x\n",
      "BGP table version is 3, local\n x\n",
      true,
      { 0 } },
    { "nor does the prompt", "tky01#sh ip bgp\nA\n", "A\n", true, { 0 } },
    { "FRR's prompt", "vm-hub00# sh ip bgp\nA\n", "A", true, { 0 } },
    { "blank lines at the end", "A\n\n\n", "A\n", true, { 0 } },
    { "carriage returns", "A\r\nB\r\n", "A\nB\n", true, { 0 } },
    { "ages",
      "K>* via eth0, 05:01:44\nB 1d02h03m\nC 04w2d05h\n",
      "K>* via eth0, 00:00:07\nB 00:00:01\nC 9w1d02h\n",
      true,
      { 0 } },
    { "an address is no age",
      "via 10.0.0.1\n",
      "via 10.0.0.2\n",
      false,
      { "via 10.0.0.1", "via 10.0.0.2" } },
    { "a line differs", "A\nB\nC\n", "A\nX\nC\n", false, { "B", "X" } },
    { "a line is missing", "A\nB\n", "A\n", false, { "B", "" } },
    { "a line too many", "A\n", "A\nB\n", false, { "", "B" } },
    { "blanks count", "A  B\n", "A B\n", false, { "A  B", "A B" } },
};

static void test_output(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena;
        const char *lines[2] = { NULL, NULL };
        arena_init(&arena, 1 << 20);
        bool same =
            expect_same_output(&arena, cases[i].expected, cases[i].found, &lines[0], &lines[1]);
        if (same != cases[i].same)
            print_message("%s: \"%s\", \"%s\"\n", cases[i].name, lines[0], lines[1]);
        assert_int_equal(same, cases[i].same);
        for (unsigned k = 0; k < 2 && !same; k++)
            assert_string_equal(lines[k], cases[i].lines[k]);
        arena_done(&arena);
    }
}

/* Keys that are not there are blank; rows that are no prefixes are nobody's. */
static void test_json(void **state)
{
    (void)state;
    static const char json[] = "{\"advertisedRoutes\": {\"10.0.0.0/8\": {\"origin\": \"IGP\"},"
                               " \"x\": {}, \"10.1.0.0/16\": 7}}";
    struct arena arena;
    struct expect_found_list list;
    const char *why = NULL;
    arena_init(&arena, 1 << 20);
    assert_true(expect_read_table(&arena, EXPECT_ADVERTISED, json, strlen(json), &list, &why));
    assert_int_equal(list.rows.count, 2);
    assert_string_equal(list.rows.items[0].origin, "i");
    assert_string_equal(list.rows.items[0].next_hop, "");
    assert_true(expect_read_table(&arena, EXPECT_ROUTES, "{}", 2, &list, &why));
    assert_int_equal(list.rows.count, 0);
    assert_false(expect_read_table(&arena, EXPECT_BGP, "7", 1, &list, &why));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_output),
                                        cmocka_unit_test(test_json) };
    return cmocka_run_group_tests_name("expect rows", tests, NULL, NULL);
}
