/* Chains of filters, what they look at, and when two are equal. */
#include "bench.h"

#include <errno.h>

static const char *const p11[] = { "p11" };
static const struct policy_match_def match_p11 = { .kind = POLICY_MATCH_PREFIX_LIST,
                                                   .family = IP_V4,
                                                   NAMES(p11) };
static const uint32_t two[] = { 65010, 65011 };

/* ---- chains ---------------------------------------------------------------------------------- */

static void any_link_of_a_chain_denies(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct policy_chain chain;
        bool want, want_ios;
    } rows[] = {
        { "a prefix list permits", { .prefix_list = "p10" }, true, true },
        { "a prefix list denies", { .prefix_list = "p11" }, false, false },
        { "a filter list permits", { .filter_list = "via65" }, true, true },
        { "a prefix list denies before the map",
          { .prefix_list = "p11", .route_map = "ok" },
          false,
          false },
        { "all permit",
          { .prefix_list = "p10", .filter_list = "via65", .route_map = "ok" },
          true,
          true },
        { "an undefined map", { .route_map = "x" }, false, true },
        { "an undefined prefix list", { .prefix_list = "x" }, false, true },
        { "an undefined filter list", { .filter_list = "x" }, false, true },
        { "an undefined distribute list", { .distribute_list = "x" }, false, true },
        { "an undefined list and a map that denies",
          { .prefix_list = "x", .route_map = "no" },
          false,
          false },
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        bool ios = i >= ARRAY_LEN(rows);
        size_t row = i % ARRAY_LEN(rows);
        struct bench b;
        bench_init(&b, ios);
        struct policy_entry_def ok = { .permit = true }, no = { .permit = false };
        assert_int_equal(policy_add_route_map(b.w, "ok", &ok, 1), 0);
        assert_int_equal(policy_add_route_map(b.w, "no", &no, 1), 0);
        assert_int_equal(policy_world_seal(b.w), 0);
        struct policy_chain chain = rows[row].chain;
        chain.family = IP_V4;
        const struct policy *p, *again;
        assert_int_equal(policy_of(b.w, &chain, &p), 0);
        assert_int_equal(policy_of(b.w, &chain, &again), 0);
        assert_ptr_equal(p, again);
        bool got = policy_run(p, &b.route) == POLICY_PERMIT;
        if (got != (ios ? rows[row].want_ios : rows[row].want))
            fail_msg("%s%s: wrong", rows[row].name, ios ? " (IOS)" : "");
        assert_int_equal(policy_run(policy_deny_all(b.w), &b.route), POLICY_DENY);
        bench_done(&b);
    }
    struct policy_route r = { .source = POLICY_BGP };
    assert_int_equal(policy_run(NULL, &r), POLICY_PERMIT);
}

static void looking_at_the_prefix_is_seen_through_calls(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, false);
    struct policy_match_def tag = { .kind = POLICY_MATCH_TAG, .number = 1 };
    struct policy_entry_def plain = { .permit = true, .matches = &tag, .n_matches = 1 };
    struct policy_entry_def looks = { .permit = true, .matches = &match_p11, .n_matches = 1 };
    struct policy_entry_def calls = { .permit = true, .call = "looks" };
    assert_int_equal(policy_add_route_map(b.w, "calls", &calls, 1), 0);
    assert_int_equal(policy_add_route_map(b.w, "plain", &plain, 1), 0);
    assert_int_equal(policy_add_route_map(b.w, "looks", &looks, 1), 0);
    assert_int_equal(policy_world_seal(b.w), 0);
    static const struct {
        struct policy_chain chain;
        bool want;
    } rows[] = { { { .route_map = "plain" }, false },    { { .route_map = "looks" }, true },
                 { { .route_map = "calls" }, true },     { { .filter_list = "via65" }, false },
                 { { .prefix_list = "p10" }, true },     { { .distribute_list = "d" }, true },
                 { { .route_map = "undefined" }, false } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct policy *p;
        assert_int_equal(policy_of(b.w, &rows[i].chain, &p), 0);
        assert_int_equal(policy_looks_at_prefix(p), rows[i].want);
    }
    assert_false(policy_looks_at_prefix(NULL));
    bench_done(&b);
}

/* ---- equality -------------------------------------------------------------------------------- */

struct variant {
    bool ios, deny, other_name;
    uint32_t number, prefix_le;
    const char *regex, *call;
    uint32_t called_number;
};

static struct policy_world *variant_world(const struct variant *v, const struct policy **ret)
{
    struct policy_params params = { .ios = v->ios, .hash_key = 1 };
    struct policy_world *w = policy_world_new(&params);
    struct policy_error err;
    struct policy_prefix_rule r = { true, prefix_from("10.0.0.0/8"), 0, (uint8_t)v->prefix_le };
    struct policy_as_path_rule a = { true, v->regex };
    static const char *const l[] = { "l" };
    struct policy_match_def m[] = {
        { .kind = POLICY_MATCH_PREFIX_LIST, .family = IP_V4, NAMES(l) },
        { .kind = POLICY_MATCH_AS_PATH, NAMES(l) },
    };
    struct policy_set_def s = { .kind = POLICY_SET_METRIC, .number = v->number };
    struct policy_set_def s2 = { .kind = POLICY_SET_METRIC, .number = v->called_number };
    struct policy_entry_def e = { .seq = 1,
                                  .permit = !v->deny,
                                  .matches = m,
                                  .n_matches = 2,
                                  .sets = &s,
                                  .n_sets = 1,
                                  .call = v->call };
    struct policy_entry_def e2 = {
        .seq = 1, .permit = true, .sets = &s2, .n_sets = 1, .call = "m"
    };
    assert_int_equal(policy_add_prefix_list(w, IP_V4, "l", &r, 1), 0);
    assert_int_equal(policy_add_as_path_list(w, "l", &a, 1, &err), 0);
    assert_int_equal(policy_add_route_map(w, "m", &e, 1), 0);
    assert_int_equal(policy_add_route_map(w, "called", &e2, 1), 0);
    assert_int_equal(policy_world_seal(w), 0);
    struct policy_chain chain = { .family = IP_V4, .route_map = v->other_name ? "called" : "m" };
    assert_int_equal(policy_of(w, &chain, ret), 0);
    return w;
}

static void equal_means_the_same_in_another_world(void **state)
{
    (void)state;
    const struct variant base = { false, false, false, 5, 24, "_1_", "called", 6 };
    struct variant v[8];
    for (size_t i = 0; i < ARRAY_LEN(v); i++)
        v[i] = base;
    v[1].ios = true;
    v[2].deny = true;
    v[3].other_name = true;
    v[4].number = 6;
    v[5].prefix_le = 25;
    v[6].regex = "_2_";
    v[7].called_number = 7; /* only what it calls differs */
    const struct policy *a, *b;
    struct policy_world *wa = variant_world(&base, &a);
    for (size_t i = 0; i < ARRAY_LEN(v); i++) {
        struct policy_world *wb = variant_world(&v[i], &b);
        assert_int_equal(policy_eq(a, b), i == 0);
        assert_false(policy_eq(a, NULL));
        policy_world_free(wb);
    }
    assert_true(policy_eq(NULL, NULL));
    policy_world_free(wa);
}

static void memory_can_fail_anywhere(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t n = 1; !done && n < 500; n++) {
        struct policy_params params = { .hash_key = 1, .no_jit = true };
        struct policy_error err;
        struct policy_as_path_rule a = { true, "_1_" };
        struct policy_set_def s = { .kind = POLICY_SET_PREPEND, .values = two, .n_values = 2 };
        struct policy_entry_def e = { .permit = true, .sets = &s, .n_sets = 1, .call = "x" };
        struct policy_chain chain = { .route_map = "m", .filter_list = "l" };
        const struct policy *p;
        mem_fail_at(n);
        struct policy_world *w = policy_world_new(&params);
        err_t rc = w ? policy_add_as_path_list(w, "l", &a, 1, &err) : -ENOMEM;
        rc = rc ? rc : policy_add_route_map(w, "m", &e, 1);
        rc = rc ? rc : policy_world_seal(w);
        rc = rc ? rc : policy_of(w, &chain, &p);
        mem_fail_at(0);
        assert_true(rc == 0 || rc == -ENOMEM);
        done = rc == 0;
        policy_world_free(w);
        assert_int_equal(mem_bytes(MEM_POLICY) + mem_bytes(MEM_ARENA), 0);
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_link_of_a_chain_denies),
        cmocka_unit_test(looking_at_the_prefix_is_seen_through_calls),
        cmocka_unit_test(equal_means_the_same_in_another_world),
        cmocka_unit_test(memory_can_fail_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
