#include "base/rng.h"

#include "../unit.h"

static void equal_seeds_give_equal_numbers(void **state)
{
    (void)state;
    struct rng a = rng_init(1), b = rng_init(1), c = rng_init(2);
    bool differs = false;
    for (int i = 0; i < 100; i++) {
        uint64_t x = rng_u64(&a);
        assert_true(x == rng_u64(&b));
        differs = differs || x != rng_u64(&c);
    }
    assert_true(differs);
}

static void the_sequence_never_changes_between_versions(void **state)
{
    (void)state;
    /* xoshiro256** from the state 1, 2, 3, 4: the first numbers of its definition. */
    struct rng r = { .s = { 1, 2, 3, 4 } };
    assert_true(rng_u64(&r) == 11520);
    assert_true(rng_u64(&r) == 0);
    assert_true(rng_u64(&r) == 1509978240);
    assert_true(rng_u64(&r) == UINT64_C(1215971899390074240));
}

static void between_stays_between_and_reaches_both_ends(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t lo, hi;
    } cases[] = {
        { "one value", 5, 5 },
        { "a die", 1, 6 },
        { "around zero", -2, 2 },
        { "lowest values", INT64_MIN, INT64_MIN + 3 },
        { "highest values", INT64_MAX - 3, INT64_MAX },
    };
    struct rng r = rng_init(3);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool low = false, high = false;
        for (int n = 0; n < 1000; n++) {
            int64_t v = rng_between(&r, cases[i].lo, cases[i].hi);
            CLAIM(cases[i].name, v >= cases[i].lo && v <= cases[i].hi);
            low = low || v == cases[i].lo;
            high = high || v == cases[i].hi;
        }
        CLAIM(cases[i].name, low && high);
    }
    bool negative = false, positive = false;
    for (int n = 0; n < 100; n++) {
        int64_t v = rng_between(&r, INT64_MIN, INT64_MAX);
        negative = negative || v < 0;
        positive = positive || v > 0;
    }
    assert_true(negative && positive);
}

static void between_is_uniform(void **state)
{
    (void)state;
    struct rng r = rng_init(4);
    unsigned faces[6] = { 0 };
    for (int n = 0; n < 60000; n++)
        faces[rng_between(&r, 0, 5)]++;
    for (size_t i = 0; i < 6; i++)
        assert_in_range(faces[i], 9500, 10500);
}

static void chance_has_its_rate(void **state)
{
    (void)state;
    struct rng r = rng_init(5);
    unsigned hits = 0;
    for (int n = 0; n < 100000; n++) {
        assert_false(rng_chance(&r, 0));
        assert_true(rng_chance(&r, 1000000));
        hits += rng_chance(&r, 250000);
    }
    assert_in_range(hits, 24000, 26000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_seeds_give_equal_numbers),
        cmocka_unit_test(the_sequence_never_changes_between_versions),
        cmocka_unit_test(between_stays_between_and_reaches_both_ends),
        cmocka_unit_test(between_is_uniform),
        cmocka_unit_test(chance_has_its_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
