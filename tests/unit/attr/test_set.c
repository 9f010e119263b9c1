/* Interned attribute sets: equality is identity, references, limits, failing memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "attr/attr.h"
#include "base/mem.h"
#include "base/rng.h"

static struct attr_draft draft_of(uint32_t med, const uint8_t *path, uint16_t n)
{
    struct attr_draft d = { .head = { .has = ATTR_HAS_MED, .med = med } };
    d.head.next_hop = ip_from_u32(0x0a000001);
    d.head.span_len[SPAN_AS_PATH] = n;
    d.span[SPAN_AS_PATH] = path;
    return d;
}

static const uint8_t path_a[] = { 2, 2, 0, 0, 0xff, 0xeb, 0, 0, 0x2f, 0x2c };
static const uint8_t path_b[] = { 2, 2, 0, 0, 0xff, 0xeb, 0, 0, 0x2f, 0x2d };

static void equal_drafts_are_one_set(void **state)
{
    (void)state;
    struct attr_table *t = attr_table_new(1, 100);
    uint8_t copy[sizeof(path_a)];
    memcpy(copy, path_a, sizeof(copy));
    struct attr_draft d1 = draft_of(5, path_a, sizeof(path_a));
    struct attr_draft d2 = draft_of(5, copy, sizeof(copy));
    struct attr_draft d3 = draft_of(5, path_b, sizeof(path_b));
    struct attr_draft d4 = draft_of(6, path_a, sizeof(path_a));
    struct attr_set *s1 = attr_intern(t, &d1), *s2 = attr_intern(t, &d2);
    struct attr_set *s3 = attr_intern(t, &d3), *s4 = attr_intern(t, &d4);
    assert_ptr_equal(s1, s2);
    assert_ptr_not_equal(s1, s3);
    assert_ptr_not_equal(s1, s4);
    assert_int_equal(attr_table_count(t), 3);
    assert_int_equal(s1->refs, 2);
    assert_int_equal(s1->as_path_hops, 2);
    assert_int_equal(s1->first_as, 65515);
    attr_unref(t, s1);
    assert_int_equal(attr_table_count(t), 3);
    attr_unref(t, s2);
    assert_int_equal(attr_table_count(t), 2);
    attr_unref(t, NULL);
    attr_table_free(t);
    attr_table_free(NULL);
    assert_int_equal(mem_count(MEM_ATTR), 0);
}

static void what_is_rare_is_kept_apart(void **state)
{
    (void)state;
    struct attr_table *t = attr_table_new(1, 100);
    struct attr_draft d = draft_of(5, path_a, sizeof(path_a));
    struct attr_set *plain = attr_intern(t, &d);
    assert_false(plain->head.is_rare);
    assert_int_equal(attr_rare(plain)->tag, 0);
    d.head.tag = 7;
    d.head.originator_id = 9;
    d.head.next_hop_ll = ip_from_u32(1);
    struct attr_set *rare = attr_intern(t, &d);
    assert_ptr_not_equal(plain, rare);
    assert_true(rare->head.is_rare);
    assert_int_equal(attr_rare(rare)->tag, 7);
    assert_memory_equal(attr_span(rare, SPAN_AS_PATH), path_a, sizeof(path_a));
    struct attr_draft back = attr_draft_of(rare);
    assert_int_equal(back.head.originator_id, 9);
    assert_true(ip_eq(&back.head.next_hop_ll, &d.head.next_hop_ll));
    assert_ptr_equal(attr_intern(t, &back), rare);
    back = attr_draft_of(plain);
    assert_ptr_equal(attr_intern(t, &back), plain);
    assert_int_equal(attr_table_count(t), 2);
    attr_table_free(t);
    assert_int_equal(mem_count(MEM_ATTR), 0);
}

static void the_same_bytes_in_another_span_differ(void **state)
{
    (void)state;
    static const uint8_t four[] = { 0, 1, 0, 2 };
    struct attr_table *t = attr_table_new(1, 100);
    struct attr_draft d1 = { 0 }, d2 = { 0 };
    d1.head.span_len[SPAN_COMMUNITIES] = d2.head.span_len[SPAN_CLUSTER_LIST] = 4;
    d1.span[SPAN_COMMUNITIES] = d2.span[SPAN_CLUSTER_LIST] = four;
    struct attr_set *s1 = attr_intern(t, &d1), *s2 = attr_intern(t, &d2);
    assert_ptr_not_equal(s1, s2);
    assert_int_equal(s2->cluster_hops, 1);
    struct attr_draft back = attr_draft_of(s2);
    assert_memory_equal(back.span[SPAN_CLUSTER_LIST], four, 4);
    assert_null(back.span[SPAN_COMMUNITIES]);
    assert_ptr_equal(attr_intern(t, &back), s2);
    attr_table_free(t);
}

static void the_limit_refuses_and_counts(void **state)
{
    (void)state;
    struct attr_table *t = attr_table_new(7, 2);
    struct attr_draft d = draft_of(0, path_a, sizeof(path_a));
    struct attr_set *first = attr_intern(t, &d);
    d.head.med = 1;
    assert_non_null(attr_intern(t, &d));
    d.head.med = 2;
    assert_null(attr_intern(t, &d));
    assert_int_equal(attr_table_refused(t), 1);
    d.head.med = 0;
    assert_ptr_equal(attr_intern(t, &d), first); /* what is there is found at the limit too */
    attr_unref(t, first);
    attr_unref(t, first);
    d.head.med = 2;
    assert_non_null(attr_intern(t, &d));
    attr_table_free(t);
}

enum { MANY = 20000 };

static void many_sets_of_all_sizes_are_found_again(void **state)
{
    (void)state;
    static uint8_t bytes[2000];
    static struct attr_set *sets[MANY];
    struct attr_table *t = attr_table_new(99, MANY);
    struct rng rng = rng_init(5);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)rng_u64(&rng);
    for (uint32_t i = 0; i < MANY; i++) {
        struct attr_draft d = { .head = { .med = i } };
        d.head.span_len[SPAN_UNKNOWN] = (uint16_t)(i % 100 == 0 ? 1999 : i % 300);
        d.span[SPAN_UNKNOWN] = bytes;
        sets[i] = attr_intern(t, &d);
        assert_non_null(sets[i]);
    }
    assert_int_equal(attr_table_count(t), MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        struct attr_draft d = attr_draft_of(sets[i]);
        assert_int_equal(d.head.med, i);
        assert_ptr_equal(attr_intern(t, &d), sets[i]);
        attr_unref(t, sets[i]);
    }
    for (uint32_t i = 0; i < MANY; i += 2)
        attr_unref(t, sets[i]);
    assert_int_equal(attr_table_count(t), MANY / 2);
    for (uint32_t i = 1; i < MANY; i += 2)
        attr_unref(t, sets[i]);
    assert_int_equal(attr_table_count(t), 0);
    attr_table_free(t);
    assert_int_equal(mem_bytes(MEM_ATTR), 0);
}

/* Each allocation fails in turn: the answer is NULL or a set, never anything else. */
static void memory_that_fails_is_survived(void **state)
{
    (void)state;
    static const uint8_t big[1000] = { 1 };
    for (uint64_t n = 1; n < 20; n++) {
        mem_fail_at(n);
        struct attr_table *t = attr_table_new(3, 1000);
        uint32_t got = 0;
        for (uint32_t i = 0; t && i < 200; i++) {
            struct attr_draft d = draft_of(i, path_a, sizeof(path_a));
            if (i % 10 == 0) {
                d.head.span_len[SPAN_UNKNOWN] = sizeof(big);
                d.span[SPAN_UNKNOWN] = big;
            }
            got += attr_intern(t, &d) != NULL;
        }
        mem_fail_at(0);
        if (t)
            assert_int_equal(got, attr_table_count(t));
        attr_table_free(t);
        assert_int_equal(mem_bytes(MEM_ATTR), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_drafts_are_one_set),
        cmocka_unit_test(what_is_rare_is_kept_apart),
        cmocka_unit_test(the_same_bytes_in_another_span_differ),
        cmocka_unit_test(the_limit_refuses_and_counts),
        cmocka_unit_test(many_sets_of_all_sizes_are_found_again),
        cmocka_unit_test(memory_that_fails_is_survived),
    };
    return cmocka_run_group_tests_name("attr/set", tests, NULL, NULL);
}
