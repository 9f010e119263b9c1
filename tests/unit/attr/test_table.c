/* The table of path attributes: its rows agree with one another, and print. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "attr/table.h"

static void rows_are_found_by_their_codes(void **state)
{
    (void)state;
    size_t count, found = 0;
    const struct attr_row *rows = attr_rows(&count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(attr_row_of(rows[i].code), &rows[i]);
        assert_true(i == 0 || rows[i - 1].code < rows[i].code);
        assert_non_null(rows[i].name);
        assert_non_null(rows[i].bad_flags.id);
        assert_true(rows[i].rule == ATTR_LENGTH_ANY || rows[i].bad_length.id);
        assert_int_equal(rows[i].bad_flags.subcode, 4);
        assert_int_equal(rows[i].flags & 0x3f, 0);
        /* [RFC 4271 5] a well-known attribute is transitive. */
        assert_true(rows[i].flags & (ATTR_FLAG_OPTIONAL | ATTR_FLAG_TRANSITIVE));
    }
    for (int code = 0; code <= UINT8_MAX; code++)
        found += attr_row_of((uint8_t)code) != NULL;
    assert_int_equal(found, count);
}

static void rules_of_length(void **state)
{
    (void)state;
    static const struct {
        uint8_t code;
        size_t n;
        bool want;
    } cases[] = {
        { ATTR_ORIGIN, 1, true },
        { ATTR_ORIGIN, 0, false },
        { ATTR_ORIGIN, 2, false },
        { ATTR_AS_PATH, 0, true },
        { ATTR_AS_PATH, 999, true },
        { ATTR_ATOMIC_AGGREGATE, 0, true },
        { ATTR_ATOMIC_AGGREGATE, 1, false },
        { ATTR_COMMUNITIES, 0, false },
        { ATTR_COMMUNITIES, 4, true },
        { ATTR_COMMUNITIES, 6, false },
        { ATTR_LARGE_COMMUNITIES, 24, true },
        { ATTR_MP_REACH, 4, false },
        { ATTR_MP_REACH, 5, true },
        { ATTR_MP_UNREACH, 2, false },
        { ATTR_MP_UNREACH, 3, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(attr_length_fits(attr_row_of(cases[i].code), cases[i].n), cases[i].want);
}

static void values_print(void **state)
{
    (void)state;
    static const uint8_t path[] = { 2, 1, 0, 0, 0, 7 }, clusters[] = { 10, 0, 0, 1, 10, 0, 0, 2 };
    static const uint8_t communities[] = { 0xff, 0xff, 0xff, 1 };
    static const struct {
        uint8_t code;
        const char *empty, *full;
    } cases[] = {
        { ATTR_ORIGIN, "IGP", "incomplete" },
        { ATTR_AS_PATH, "", "7" },
        { ATTR_NEXT_HOP, "-", "10.0.0.9" },
        { ATTR_MED, "", "5" },
        { ATTR_LOCAL_PREF, "", "200" },
        { ATTR_ATOMIC_AGGREGATE, "", "atomic-aggregate" },
        { ATTR_AGGREGATOR, "", "70000 10.0.0.3" },
        { ATTR_COMMUNITIES, "", "no-export" },
        { ATTR_ORIGINATOR_ID, "", "10.0.0.4" },
        { ATTR_CLUSTER_LIST, "", "10.0.0.1 10.0.0.2" },
        { ATTR_EXT_COMMUNITIES, "", "" },
        { ATTR_LARGE_COMMUNITIES, "", "" },
    };
    struct attr_table *t = attr_table_new(1, 10);
    struct attr_draft none = { 0 }, some = { 0 };
    some.head = (struct attr_head){
        .origin = ORIGIN_INCOMPLETE,
        .med = 5,
        .local_pref = 200,
        .aggregator_as = 70000,
        .aggregator_id = 0x0a000003,
        .originator_id = 0x0a000004,
        .has = ATTR_HAS_MED | ATTR_HAS_LOCAL_PREF | ATTR_HAS_ATOMIC_AGGREGATE |
               ATTR_HAS_AGGREGATOR | ATTR_HAS_ORIGINATOR_ID,
    };
    some.head.next_hop = ip_from_u32(0x0a000009);
    some.span[SPAN_AS_PATH] = path;
    some.head.span_len[SPAN_AS_PATH] = sizeof(path);
    some.span[SPAN_CLUSTER_LIST] = clusters;
    some.head.span_len[SPAN_CLUSTER_LIST] = sizeof(clusters);
    some.span[SPAN_COMMUNITIES] = communities;
    some.head.span_len[SPAN_COMMUNITIES] = sizeof(communities);
    struct attr_set *empty = attr_intern(t, &none), *full = attr_intern(t, &some);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[100];
        struct text text = text_init(buf, sizeof(buf));
        attr_row_of(cases[i].code)->format(&text, empty);
        assert_string_equal(buf, cases[i].empty);
        text = text_init(buf, sizeof(buf));
        attr_row_of(cases[i].code)->format(&text, full);
        assert_string_equal(buf, cases[i].full);
    }
    attr_table_free(t);
}

/* Lengths on both sides of the extended one. */
static void long_values_have_long_lengths(void **state)
{
    (void)state;
    for (size_t n = 250; n < 262; n++) {
        uint8_t out[300];
        struct wr w = wr_init(out, sizeof(out));
        size_t mark = attr_put_begin(&w, ATTR_FLAG_OPTIONAL, 99);
        for (size_t i = 0; i < n; i++)
            wr_u8(&w, (uint8_t)i);
        attr_put_end(&w, mark);
        size_t header = n > 255 ? 4 : 3;
        assert_int_equal(wr_len(&w), n + header);
        assert_int_equal(out[0], n > 255 ? 0x90 : 0x80);
        assert_int_equal(n > 255 ? (size_t)(out[2] << 8 | out[3]) : out[2], n);
        assert_int_equal(out[header], 0);
        assert_int_equal(out[header + n - 1], (uint8_t)(n - 1));
        struct wr tight = wr_init(out, n + 3);
        mark = attr_put_begin(&tight, ATTR_FLAG_OPTIONAL, 99);
        wr_space(&tight, n);
        attr_put_end(&tight, mark);
        assert_int_equal(tight.bad, n > 255);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_found_by_their_codes),
        cmocka_unit_test(rules_of_length),
        cmocka_unit_test(values_print),
        cmocka_unit_test(long_values_have_long_lengths),
    };
    return cmocka_run_group_tests_name("attr/table", tests, NULL, NULL);
}
