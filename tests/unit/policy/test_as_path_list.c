/* AS-path lists: the lists of the reference configurations over many paths, and the memo. */
#include "helper.h"

#include "base/mem.h"
#include "base/rng.h"

#include <errno.h>
#include <stdio.h>

static const struct policy_as_path_rule bogons[] = {
    { true, "_0_" },      { true, "_23456_" }, { true, "_1310[0-6][0-9]_|_13107[0-1]_" },
    { false, "_65515_" }, { true, "^65" },
};
static const struct policy_as_path_rule azure[] = { { true, "_65515_" } };

static const struct {
    const char *name, *path;
    bool bogon, azure;
} rows[] = {
    { "the empty path", "", false, false },
    { "a public AS", "15169", false, false },
    { "AS 0 alone", "0", true, false },
    { "AS 0 inside", "12076 0 13335", true, false },
    { "AS 0 at the end", "12076 0", true, false },
    { "AS 10 is not AS 0", "10 20", false, false },
    { "AS_TRANS", "3356 23456", true, false },
    { "AS_TRANS is not 123456", "123456", false, false },
    { "AS_TRANS is not 234567", "234567", false, false },
    { "130999 is below the range", "130999", false, false },
    { "131000 begins the range", "131000", true, false },
    { "131069 is inside", "1 131069 2", true, false },
    { "131070 is inside", "131070", true, false },
    { "131071 ends the range", "131071", true, false },
    { "131072 is beyond", "131072", false, false },
    { "1310000 is not of the range", "1310000", false, false },
    { "1131071 is not of the range", "1131071", false, false },
    { "Azure alone is denied before ^65", "65515", false, true },
    { "Azure first is denied before ^65", "65515 12076", false, true },
    { "Azure anywhere is denied", "65010 65515", false, true },
    { "AS 0 is looked at before Azure", "0 65515", true, true },
    { "AS_TRANS is looked at before Azure", "65515 23456", true, true },
    { "a bogon of the range before Azure", "65515 131071", true, true },
    { "65 itself", "65", true, false },
    { "650", "650", true, false },
    { "65000 first", "65000 15169", true, false },
    { "655360 begins with 65", "655360", true, false },
    { "655150 is not Azure", "655150", true, false },
    { "165515 is not Azure and does not begin with 65", "165515", false, false },
    { "65 later is nothing", "15169 65001", false, false },
    { "6 is not ^65", "6 5", false, false },
    { "a set with Azure", "{65515}", false, true },
    { "a set with Azure among others", "12076 {1,65515,2}", false, true },
    { "a set that begins with 65 does not begin the text", "{65001}", false, false },
    { "a set with AS 0", "7 {0,1}", true, false },
    { "confederation with Azure", "(65515 3) 12076", false, true },
    { "confederation that begins with 65", "(65001) 3", false, false },
    { "prepended 12076 of a circuit", "12076 12076 65010", false, false },
    { "ExpressRoute to Route Server", "65515 12076 65010", false, true },
    { "the largest AS", "4294967295", false, false },
};

static struct policy_world *world(bool ios, bool no_jit)
{
    struct policy_params params = { .ios = ios, .no_jit = no_jit, .hash_key = 7 };
    struct policy_world *w = policy_world_new(&params);
    struct policy_error e;
    assert_non_null(w);
    assert_int_equal(policy_add_as_path_list(w, "bogon-asns", bogons, ARRAY_LEN(bogons), &e), 0);
    assert_int_equal(policy_add_as_path_list(w, "azure-asns", azure, 1, &e), 0);
    assert_int_equal(policy_add_as_path_list(w, "empty", NULL, 0, &e), 0);
    assert_int_equal(policy_world_seal(w), 0);
    return w;
}

static void reference_lists_decide_as_frr_does(void **state)
{
    (void)state;
    for (int jit = 0; jit < 2; jit++) {
        struct policy_world *w = world(false, jit == 0);
        for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) { /* the second time from the memo */
            size_t r = i % ARRAY_LEN(rows);
            struct path p = path_of(rows[r].path);
            bool bogon = policy_try_as_path_list(w, "bogon-asns", p.b, p.n) == POLICY_PERMIT;
            bool is_azure = policy_try_as_path_list(w, "azure-asns", p.b, p.n) == POLICY_PERMIT;
            if (bogon != rows[r].bogon || is_azure != rows[r].azure)
                fail_msg("%s: wrong", rows[r].name);
        }
        assert_int_equal(policy_world_counts(w).regex_limits, 0);
        policy_world_free(w);
    }
}

static void the_text_of_a_path_is_what_it_was_built_from(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct path p = path_of(rows[i].path);
        char buf[200];
        struct text t = text_init(buf, sizeof(buf));
        text_aspath(&t, p.b, p.n);
        assert_string_equal(t.s, rows[i].path);
    }
}

static void undefined_and_empty_lists(void **state)
{
    (void)state;
    struct path p = path_of("1");
    for (int ios = 0; ios < 2; ios++) {
        struct policy_world *w = world(ios, false);
        assert_int_equal(policy_try_as_path_list(w, "nobody", p.b, p.n),
                         ios ? POLICY_PERMIT : POLICY_DENY);
        assert_int_equal(policy_try_as_path_list(w, "empty", p.b, p.n), POLICY_DENY);
        policy_world_free(w);
    }
}

static void a_bad_expression_is_named(void **state)
{
    (void)state;
    struct policy_params params = { .hash_key = 1 };
    struct policy_world *w = policy_world_new(&params);
    static const struct policy_as_path_rule bad[] = { { true, "_1_" }, { true, "_1(_" } };
    struct policy_error e = { .entry = 9 };
    assert_int_equal(policy_add_as_path_list(w, "x", bad, 2, &e), -EINVAL);
    assert_int_equal(e.entry, 1);
    assert_non_null(e.why);
    policy_world_free(w);
    assert_int_equal(mem_bytes(MEM_POLICY) + mem_bytes(MEM_ARENA), 0);
}

/* A tiny memo is overwritten all the time, and must never answer for another path or list. */
static void the_memo_never_mixes_up(void **state)
{
    (void)state;
    struct policy_params small = { .hash_key = 3, .memo_slots = 2 };
    struct policy_world *w = policy_world_new(&small);
    struct policy_error e;
    static const struct policy_as_path_rule even[] = { { true, "[02468]$" } };
    static const struct policy_as_path_rule odd[] = { { false, "[02468]$" }, { true, ".*" } };
    assert_int_equal(policy_add_as_path_list(w, "even", even, 1, &e), 0);
    assert_int_equal(policy_add_as_path_list(w, "odd", odd, 2, &e), 0);
    assert_int_equal(policy_world_seal(w), 0);
    struct rng rng = rng_init(5);
    for (int i = 0; i < 20000; i++) {
        uint32_t as = (uint32_t)rng_between(&rng, 1, 50);
        struct path p = { .n = 0 };
        path_segment(&p, AS_SEQUENCE, &as, 1);
        bool is_even = policy_try_as_path_list(w, "even", p.b, p.n) == POLICY_PERMIT;
        bool is_odd = policy_try_as_path_list(w, "odd", p.b, p.n) == POLICY_PERMIT;
        assert_int_equal(is_even, as % 2 == 0);
        assert_int_equal(is_odd, as % 2 == 1);
    }
    policy_world_free(w);
}

static void the_longest_path_is_matched(void **state)
{
    (void)state;
    struct policy_world *w = world(false, false);
    struct path p = { .n = 0 };
    uint32_t as[255];
    for (size_t i = 0; i < 255; i++)
        as[i] = UINT32_MAX;
    for (int i = 0; i < 3; i++)
        path_segment(&p, AS_SEQUENCE, as, 255);
    as[200] = 65515;
    path_segment(&p, AS_SEQUENCE, as, 201);
    assert_int_equal(policy_try_as_path_list(w, "azure-asns", p.b, p.n), POLICY_PERMIT);
    as[200] = 65516;
    p.n -= 2 + 201 * 4;
    path_segment(&p, AS_SEQUENCE, as, 201);
    assert_int_equal(policy_try_as_path_list(w, "azure-asns", p.b, p.n), POLICY_DENY);
    assert_int_equal(policy_world_counts(w).regex_limits, 0);
    policy_world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_lists_decide_as_frr_does),
        cmocka_unit_test(the_text_of_a_path_is_what_it_was_built_from),
        cmocka_unit_test(undefined_and_empty_lists),
        cmocka_unit_test(a_bad_expression_is_named),
        cmocka_unit_test(the_memo_never_mixes_up),
        cmocka_unit_test(the_longest_path_is_matched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
