/* Route-maps: matching, `set`, the ways through a map. */
#include "bench.h"

#include "attr/community.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>

static const char *const p10[] = { "p10" }, *const p11[] = { "p11" };
static const char *const p10or11[] = { "p10", "p11" };
static const char *const nobody[] = { "nobody" }, *const via65[] = { "via65" };
static const char *const eth[] = { "eth1", "eth0" };

/* ---- matching -------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct policy_match_def m[3];
    size_t n;
    bool want, want_ios;
} matches[] = {
    { "no clause matches all", { { 0 } }, 0, true, true },
    { "a prefix list",
      { { .kind = POLICY_MATCH_PREFIX_LIST, .family = IP_V4, NAMES(p10) } },
      1,
      true,
      true },
    { "another prefix list",
      { { .kind = POLICY_MATCH_PREFIX_LIST, .family = IP_V4, NAMES(p11) } },
      1,
      false,
      false },
    { "one of two names",
      { { .kind = POLICY_MATCH_PREFIX_LIST, .family = IP_V4, NAMES(p10or11) } },
      1,
      true,
      true },
    { "an undefined list",
      { { .kind = POLICY_MATCH_PREFIX_LIST, .family = IP_V4, NAMES(nobody) } },
      1,
      false,
      true },
    { "a list of the other family is undefined",
      { { .kind = POLICY_MATCH_PREFIX_LIST, .family = IP_V6, NAMES(p10) } },
      1,
      false,
      true },
    { "kinds are and-ed",
      { { .kind = POLICY_MATCH_PREFIX_LIST, .family = IP_V4, NAMES(p10) },
        { .kind = POLICY_MATCH_METRIC, .number = 51 } },
      2,
      false,
      false },
    { "clauses of one kind are or-ed",
      { { .kind = POLICY_MATCH_METRIC, .number = 51 },
        { .kind = POLICY_MATCH_TAG, .number = 7 },
        { .kind = POLICY_MATCH_METRIC, .number = 50 } },
      3,
      true,
      true },
    { "an as-path list", { { .kind = POLICY_MATCH_AS_PATH, NAMES(via65) } }, 1, true, true },
    { "an undefined as-path list",
      { { .kind = POLICY_MATCH_AS_PATH, NAMES(nobody) } },
      1,
      false,
      true },
    { "an undefined community list",
      { { .kind = POLICY_MATCH_COMMUNITY, NAMES(nobody) } },
      1,
      false,
      true },
    { "an absent local preference is 0",
      { { .kind = POLICY_MATCH_LOCAL_PREF, .number = 0 } },
      1,
      true,
      true },
    { "an origin", { { .kind = POLICY_MATCH_ORIGIN, .number = ORIGIN_EGP } }, 1, false, false },
    { "the next hop",
      { { .kind = POLICY_MATCH_NEXT_HOP, .address = { IP_V4, { 192, 0, 2, 1 } } } },
      1,
      true,
      true },
    { "another next hop",
      { { .kind = POLICY_MATCH_NEXT_HOP, .address = { IP_V4, { 192, 0, 2, 2 } } } },
      1,
      false,
      false },
    { "the next hop in a prefix list",
      { { .kind = POLICY_MATCH_NEXT_HOP_PREFIX_LIST, .family = IP_V4, NAMES(p10) } },
      1,
      false,
      false },
    { "the peer",
      { { .kind = POLICY_MATCH_PEER, .address = { IP_V4, { 192, 0, 2, 9 } } } },
      1,
      true,
      true },
    { "not ourselves", { { .kind = POLICY_MATCH_PEER } }, 1, false, false },
    { "the source", { { .kind = POLICY_MATCH_SOURCE, .number = POLICY_STATIC } }, 1, true, true },
    { "the interface, one of two",
      { { .kind = POLICY_MATCH_INTERFACE, NAMES(eth) } },
      1,
      true,
      true },
};

static void clauses_match(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(matches); i++) {
        bool ios = i >= ARRAY_LEN(matches);
        size_t row = i % ARRAY_LEN(matches);
        struct bench b;
        bench_init(&b, ios);
        struct policy_entry_def e = {
            .seq = 10, .permit = true, .matches = matches[row].m, .n_matches = matches[row].n
        };
        bool got = run(&b, &e, 1, POLICY_IN) == POLICY_PERMIT;
        if (got != (ios ? matches[row].want_ios : matches[row].want))
            fail_msg("%s%s: wrong", matches[row].name, ios ? " (IOS)" : "");
        assert_false(b.route.changed);
        bench_done(&b);
    }
}

/* ---- set ------------------------------------------------------------------------------------- */

static const uint32_t two[] = { 65010, 65011 }, seven[] = { 7, 12076 };
static const uint8_t c_1_1[] = { 0, 1, 0, 1 }, c_both[] = { 0, 2, 0, 2, 0, 1, 0, 1 };

static void expect_path(struct bench *b, const char *want)
{
    char buf[200];
    struct text t = text_init(buf, sizeof(buf));
    text_aspath(&t, b->draft.span[SPAN_AS_PATH], b->draft.head.span_len[SPAN_AS_PATH]);
    assert_string_equal(t.s, want);
}

static void expect_communities(struct bench *b, const char *want)
{
    char buf[200];
    struct text t = text_init(buf, sizeof(buf));
    text_communities(&t, b->draft.span[SPAN_COMMUNITIES], b->draft.head.span_len[SPAN_COMMUNITIES]);
    assert_string_equal(t.s, want);
}

static void paths_are_changed(void **state)
{
    (void)state;
    static const struct {
        struct policy_set_def s[2];
        size_t n;
        const char *want;
    } rows[] = {
        { { { .kind = POLICY_SET_PREPEND, .values = two, .n_values = 2 } },
          1,
          "65010 65011 65001 12076 {7,8}" },
        { { { .kind = POLICY_SET_PREPEND_LAST, .number = 2 } },
          1,
          "65001 65001 65001 12076 {7,8}" },
        { { { .kind = POLICY_SET_EXCLUDE, .values = seven, .n_values = 2 } }, 1, "65001 {8}" },
        { { { .kind = POLICY_SET_EXCLUDE } }, 1, "" },
        { { { .kind = POLICY_SET_EXCLUDE }, { .kind = POLICY_SET_PREPEND_LAST, .number = 2 } },
          2,
          "" },
        { { { .kind = POLICY_SET_REPLACE, .number = 65001 } }, 1, "65010 12076 {7,8}" },
        { { { .kind = POLICY_SET_EXCLUDE },
            { .kind = POLICY_SET_PREPEND, .values = two, .n_values = 2 } },
          2,
          "65010 65011" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bench b;
        bench_init(&b, false);
        struct policy_entry_def e = { .permit = true, .sets = rows[i].s, .n_sets = rows[i].n };
        assert_int_equal(run(&b, &e, 1, POLICY_OUT), POLICY_PERMIT);
        assert_true(b.route.changed);
        expect_path(&b, rows[i].want);
        bench_done(&b);
    }
}

static void communities_are_changed(void **state)
{
    (void)state;
    static const struct {
        struct policy_set_def s[3];
        size_t n;
        const char *want;
    } rows[] = {
        { { { .kind = POLICY_SET_COMMUNITY,
              .which = SPAN_COMMUNITIES,
              .raw = c_both,
              .n_raw = 2 } },
          1,
          "1:1 2:2" },
        { { { .kind = POLICY_SET_COMMUNITY, .which = SPAN_COMMUNITIES, .raw = c_both, .n_raw = 2 },
            { .kind = POLICY_SET_COMMUNITY, .which = SPAN_COMMUNITIES, .raw = c_1_1, .n_raw = 1 } },
          2,
          "1:1" },
        { { { .kind = POLICY_SET_COMMUNITY, .which = SPAN_COMMUNITIES, .raw = c_both, .n_raw = 1 },
            { .kind = POLICY_SET_COMMUNITY,
              .which = SPAN_COMMUNITIES,
              .raw = c_1_1,
              .n_raw = 1,
              .additive = true } },
          2,
          "1:1 2:2" },
        { { { .kind = POLICY_SET_COMMUNITY, .which = SPAN_COMMUNITIES, .raw = c_both, .n_raw = 2 },
            { .kind = POLICY_SET_COMMUNITY, .which = SPAN_COMMUNITIES } },
          2,
          "" },
        { { { .kind = POLICY_SET_COMMUNITY, .which = SPAN_COMMUNITIES, .raw = c_both, .n_raw = 2 },
            { .kind = POLICY_SET_COMMUNITY_DELETE, .which = SPAN_COMMUNITIES, .name = "c1" } },
          2,
          "2:2" },
        { { { .kind = POLICY_SET_COMMUNITY, .which = SPAN_COMMUNITIES, .raw = c_both, .n_raw = 2 },
            { .kind = POLICY_SET_COMMUNITY_DELETE, .which = SPAN_COMMUNITIES, .name = "x" } },
          2,
          "1:1 2:2" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bench b;
        bench_init(&b, false);
        struct policy_entry_def e = { .permit = true, .sets = rows[i].s, .n_sets = rows[i].n };
        assert_int_equal(run(&b, &e, 1, POLICY_IN), POLICY_PERMIT);
        expect_communities(&b, rows[i].want);
        bench_done(&b);
    }
}

static void numbers_are_set_and_stop_at_their_ends(void **state)
{
    (void)state;
    static const struct {
        enum policy_op op;
        uint32_t number, want_med, want_pref;
    } rows[] = {
        { POLICY_ASSIGN, 5, 5, 5 },
        { POLICY_ADD, 5, 55, 5 },
        { POLICY_ADD, UINT32_MAX, UINT32_MAX, UINT32_MAX },
        { POLICY_SUBTRACT, 5, 45, 0 },
        { POLICY_SUBTRACT, 51, 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bench b;
        bench_init(&b, false);
        struct policy_set_def s[] = {
            { .kind = POLICY_SET_METRIC, .op = rows[i].op, .number = rows[i].number },
            { .kind = POLICY_SET_LOCAL_PREF, .op = rows[i].op, .number = rows[i].number },
            { .kind = POLICY_SET_WEIGHT, .number = 9 },
            { .kind = POLICY_SET_TAG, .number = 8 },
            { .kind = POLICY_SET_DISTANCE, .number = 30 },
            { .kind = POLICY_SET_ORIGIN, .number = ORIGIN_INCOMPLETE },
            { .kind = POLICY_SET_SRC, .address = address_from("10.9.9.9") },
            { .kind = POLICY_SET_ATOMIC_AGGREGATE },
            { .kind = POLICY_SET_AGGREGATOR, .number = 5, .address = address_from("1.2.3.4") },
            { .kind = POLICY_SET_ORIGINATOR_ID, .address = address_from("4.3.2.1") },
        };
        struct policy_entry_def e = { .permit = true, .sets = s, .n_sets = ARRAY_LEN(s) };
        assert_int_equal(run(&b, &e, 1, POLICY_IN), POLICY_PERMIT);
        const struct attr_head *h = &b.draft.head;
        assert_int_equal(h->med, rows[i].want_med);
        assert_int_equal(h->local_pref, rows[i].want_pref);
        assert_int_equal(h->has, ATTR_HAS_MED | ATTR_HAS_LOCAL_PREF | ATTR_HAS_ATOMIC_AGGREGATE |
                                     ATTR_HAS_AGGREGATOR | ATTR_HAS_ORIGINATOR_ID);
        assert_int_equal(h->weight, 9);
        assert_int_equal(h->tag, 8);
        assert_int_equal(h->distance, 30);
        assert_int_equal(h->origin, ORIGIN_INCOMPLETE);
        assert_int_equal(h->aggregator_id, 0x01020304);
        assert_int_equal(h->originator_id, 0x04030201);
        struct ip_addr src = address_from("10.9.9.9");
        assert_true(ip_eq(&b.route.src, &src));
        bench_done(&b);
    }
}

static void a_metric_is_taken_off(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, false);
    b.draft.head.has |= ATTR_HAS_MED;
    b.draft.head.med = 7;
    struct policy_set_def s = { .kind = POLICY_SET_METRIC, .op = POLICY_REMOVE };
    struct policy_entry_def e = { .permit = true, .sets = &s, .n_sets = 1 };
    assert_int_equal(run(&b, &e, 1, POLICY_IN), POLICY_PERMIT);
    assert_int_equal(b.draft.head.has & ATTR_HAS_MED, 0);
    assert_int_equal(b.draft.head.med, 0);
    bench_done(&b);
}

static void next_hops_are_set_by_direction(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct policy_set_def s;
        enum policy_direction direction;
        const char *want; /* NULL: IP_NONE, ourselves */
        bool flag_set, flag_unchanged;
    } rows[] = {
        { "an address, inbound",
          { .kind = POLICY_SET_NEXT_HOP, .address = { IP_V4, { 192, 0, 2, 77 } } },
          POLICY_IN,
          "192.0.2.77",
          false,
          false },
        { "an address, outbound",
          { .kind = POLICY_SET_NEXT_HOP, .address = { IP_V4, { 192, 0, 2, 77 } } },
          POLICY_OUT,
          "192.0.2.77",
          true,
          false },
        { "an IPv6 one on an IPv4 route",
          { .kind = POLICY_SET_NEXT_HOP, .address = { IP_V6, { 0x20 } } },
          POLICY_OUT,
          "192.0.2.1",
          false,
          false },
        { "the peer, inbound",
          { .kind = POLICY_SET_NEXT_HOP_PEER, .family = IP_V4 },
          POLICY_IN,
          "192.0.2.9",
          false,
          false },
        { "the peer, outbound, is ourselves",
          { .kind = POLICY_SET_NEXT_HOP_PEER, .family = IP_V4 },
          POLICY_OUT,
          NULL,
          true,
          false },
        { "ourselves, outbound",
          { .kind = POLICY_SET_NEXT_HOP_SELF, .family = IP_V4 },
          POLICY_OUT,
          NULL,
          true,
          false },
        { "ourselves, inbound",
          { .kind = POLICY_SET_NEXT_HOP_SELF, .family = IP_V4 },
          POLICY_IN,
          "192.0.2.10",
          false,
          false },
        { "unchanged",
          { .kind = POLICY_SET_NEXT_HOP_UNCHANGED, .family = IP_V4 },
          POLICY_OUT,
          "192.0.2.1",
          false,
          true },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bench b;
        bench_init(&b, false);
        struct policy_entry_def e = { .permit = true, .sets = &rows[i].s, .n_sets = 1 };
        assert_int_equal(run(&b, &e, 1, rows[i].direction), POLICY_PERMIT);
        struct ip_addr want = { .family = IP_NONE };
        if (rows[i].want)
            want = address_from(rows[i].want);
        const struct attr_head *h = &b.draft.head;
        if (!ip_eq(&h->next_hop, &want) ||
            ((h->has & ATTR_NEXT_HOP_SET) != 0) != rows[i].flag_set ||
            ((h->has & ATTR_NEXT_HOP_UNCHANGED) != 0) != rows[i].flag_unchanged)
            fail_msg("%s: wrong", rows[i].name);
        bench_done(&b);
    }
}

static void a_set_without_room_denies(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, false);
    arena_done(&b.arena);
    arena_init(&b.arena, 0);
    struct policy_set_def s = { .kind = POLICY_SET_PREPEND, .values = two, .n_values = 2 };
    struct policy_entry_def e = { .permit = true, .sets = &s, .n_sets = 1 };
    assert_int_equal(run(&b, &e, 1, POLICY_OUT), POLICY_DENY);
    assert_int_equal(policy_world_counts(b.w).set_failures, 1);
    bench_done(&b);
}

/* ---- ways through a map ---------------------------------------------------------------------- */

#define ON_P11 .matches = &match_p11, .n_matches = 1
#define ADDS(k) .sets = &add_##k, .n_sets = 1

static const struct policy_match_def match_p11 = { .kind = POLICY_MATCH_PREFIX_LIST,
                                                   .family = IP_V4,
                                                   NAMES(p11) };
static const struct policy_set_def add_1 = { .kind = POLICY_SET_METRIC,
                                             .op = POLICY_ADD,
                                             .number = 1 };
static const struct policy_set_def add_10 = { .kind = POLICY_SET_METRIC,
                                              .op = POLICY_ADD,
                                              .number = 10 };
static const struct policy_set_def add_100 = { .kind = POLICY_SET_METRIC,
                                               .op = POLICY_ADD,
                                               .number = 100 };

static const struct {
    const char *name;
    struct policy_entry_def m[4], called[3]; /* "m" and "called" */
    size_t n, n_called;
    bool want;
    uint32_t med; /* 50 and what was added */
} ways[] = {
    { "an empty map denies", { { 0 } }, { { 0 } }, 0, 0, false, 50 },
    { "the end denies", { { .seq = 1, .permit = true, ON_P11 } }, { { 0 } }, 1, 0, false, 50 },
    { "the first match ends it",
      { { .seq = 1, .permit = true, ADDS(1) }, { .seq = 2, .permit = true, ADDS(10) } },
      { { 0 } },
      2,
      0,
      true,
      51 },
    { "a deny entry denies",
      { { .seq = 1, .permit = false }, { .seq = 2, .permit = true } },
      { { 0 } },
      2,
      0,
      false,
      50 },
    { "a deny entry that does not match",
      { { .seq = 1, .permit = false, ON_P11 }, { .seq = 2, .permit = true } },
      { { 0 } },
      2,
      0,
      true,
      50 },
    { "on-match next goes on",
      { { .seq = 1, .permit = true, ADDS(1), .on_match = POLICY_NEXT },
        { .seq = 2, .permit = true, ADDS(10) } },
      { { 0 } },
      2,
      0,
      true,
      61 },
    { "on-match next at the end permits",
      { { .seq = 1, .permit = true, ADDS(1), .on_match = POLICY_NEXT },
        { .seq = 2, .permit = true, ON_P11 } },
      { { 0 } },
      2,
      0,
      true,
      51 },
    { "a later deny wins",
      { { .seq = 1, .permit = true, .on_match = POLICY_NEXT }, { .seq = 2, .permit = false } },
      { { 0 } },
      2,
      0,
      false,
      50 },
    { "goto jumps",
      { { .seq = 10, .permit = true, ADDS(1), .on_match = POLICY_GOTO, .goto_seq = 30 },
        { .seq = 20, .permit = false },
        { .seq = 30, .permit = true, ADDS(100) } },
      { { 0 } },
      3,
      0,
      true,
      151 },
    { "goto to a gap takes the next one",
      { { .seq = 10, .permit = true, .on_match = POLICY_GOTO, .goto_seq = 25 },
        { .seq = 20, .permit = false },
        { .seq = 30, .permit = true, ADDS(100) } },
      { { 0 } },
      3,
      0,
      true,
      150 },
    { "goto beyond the end permits",
      { { .seq = 10, .permit = true, .on_match = POLICY_GOTO, .goto_seq = 99 },
        { .seq = 20, .permit = false } },
      { { 0 } },
      2,
      0,
      true,
      50 },
    { "a call that permits",
      { { .seq = 1, .permit = true, ADDS(1), .call = "called" } },
      { { .seq = 1, .permit = true, ADDS(10) } },
      1,
      1,
      true,
      61 },
    { "a call that denies ends everything",
      { { .seq = 1, .permit = true, .call = "called", .on_match = POLICY_NEXT },
        { .seq = 2, .permit = true } },
      { { .seq = 1, .permit = false } },
      2,
      1,
      false,
      50 },
    { "a call that falls through denies",
      { { .seq = 1, .permit = true, .call = "called" } },
      { { .seq = 1, .permit = true, ON_P11 } },
      1,
      1,
      false,
      50 },
    { "after a call on-match next goes on",
      { { .seq = 1, .permit = true, .call = "called", .on_match = POLICY_NEXT },
        { .seq = 2, .permit = true, ADDS(1) } },
      { { .seq = 1, .permit = true, ADDS(10) } },
      2,
      1,
      true,
      61 },
    { "a call of an undefined map permits",
      { { .seq = 1, .permit = true, ADDS(1), .call = "x" } },
      { { 0 } },
      1,
      0,
      true,
      51 },
    { "a call of itself ends, denied",
      { { .seq = 1, .permit = true, .call = "m" } },
      { { 0 } },
      1,
      0,
      false,
      50 },
    { "a circle that multiplies ends, denied",
      { { .seq = 1, .permit = true, .call = "called", .on_match = POLICY_NEXT },
        { .seq = 2, .permit = true, .call = "called", .on_match = POLICY_NEXT } },
      { { .seq = 1, .permit = true, .call = "m" } },
      2,
      1,
      false,
      50 },
};

static void ways_through_a_map(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct bench b;
        bench_init(&b, false);
        assert_int_equal(policy_add_route_map(b.w, "called", ways[i].called, ways[i].n_called), 0);
        bool got = run(&b, ways[i].m, ways[i].n, POLICY_IN) == POLICY_PERMIT;
        if (got != ways[i].want || b.draft.head.med != ways[i].med)
            fail_msg("%s: %d, metric %u", ways[i].name, got, b.draft.head.med);
        bench_done(&b);
    }
}

/* Ten maps, each calling the next twice from ten entries: 20^10 steps if nobody counted. */
static void calls_that_multiply_are_bounded(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, false);
    char names[10][16];
    for (int i = 9; i >= 0; i--) {
        struct policy_entry_def e[20];
        snprintf(names[i], sizeof(names[i]), "c%d", i);
        for (uint32_t k = 0; k < 20; k++)
            e[k] = (struct policy_entry_def){ .seq = k,
                                              .permit = true,
                                              .on_match = POLICY_NEXT,
                                              .call = i < 9 ? names[i + 1] : NULL };
        assert_int_equal(policy_add_route_map(b.w, names[i], e, 20), 0);
    }
    struct policy_entry_def top = { .seq = 1, .permit = true, .call = "c0" };
    assert_int_equal(run(&b, &top, 1, POLICY_IN), POLICY_DENY);
    assert_int_equal(policy_world_counts(b.w).loop_limits, 1);
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clauses_match),
        cmocka_unit_test(paths_are_changed),
        cmocka_unit_test(communities_are_changed),
        cmocka_unit_test(numbers_are_set_and_stop_at_their_ends),
        cmocka_unit_test(a_metric_is_taken_off),
        cmocka_unit_test(next_hops_are_set_by_direction),
        cmocka_unit_test(a_set_without_room_denies),
        cmocka_unit_test(ways_through_a_map),
        cmocka_unit_test(calls_that_multiply_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
