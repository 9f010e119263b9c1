#include "base/deadline.h"

#include <errno.h>

#include "../unit.h"
#include "base/rng.h"

static void timers_fire_in_order_of_time(void **state)
{
    (void)state;
    struct timer_heap h;
    struct timer a = { 0 }, b = { 0 }, c = { 0 };
    timer_heap_init(&h);
    assert_true(timer_next(&h) == NS_NEVER);
    assert_null(timer_pop(&h, NS_NEVER));
    assert_int_equal(timer_set(&h, &a, 30), 0);
    assert_int_equal(timer_set(&h, &b, 10), 0);
    assert_int_equal(timer_set(&h, &c, 20), 0);
    assert_true(timer_next(&h) == 10);
    assert_null(timer_pop(&h, 9));
    assert_ptr_equal(timer_pop(&h, 10), &b);
    assert_int_equal(b.index, 0);
    assert_true(b.at == NS_NEVER);
    assert_ptr_equal(timer_pop(&h, 100), &c);
    assert_ptr_equal(timer_pop(&h, 100), &a);
    assert_null(timer_pop(&h, 100));
    timer_heap_done(&h);
}

static void equal_times_fire_in_the_order_in_which_they_were_set(void **state)
{
    (void)state;
    enum { TIMERS = 100 };
    struct timer t[TIMERS] = { 0 };
    struct timer_heap h;
    timer_heap_init(&h);
    for (size_t i = 0; i < TIMERS; i++)
        assert_int_equal(timer_set(&h, &t[i], 5), 0);
    assert_int_equal(timer_set(&h, &t[0], 5), 0); /* set again: now last */
    for (size_t i = 1; i < TIMERS; i++)
        assert_ptr_equal(timer_pop(&h, 5), &t[i]);
    assert_ptr_equal(timer_pop(&h, 5), &t[0]);
    timer_heap_done(&h);
}

static void clearing_and_moving(void **state)
{
    (void)state;
    struct timer_heap h;
    struct timer a = { 0 }, b = { 0 };
    timer_heap_init(&h);
    timer_clear(&h, &a); /* not set: nothing happens */
    assert_int_equal(timer_set(&h, &a, 10), 0);
    assert_int_equal(timer_set(&h, &b, 20), 0);
    assert_int_equal(timer_set(&h, &a, 30), 0);
    assert_true(timer_next(&h) == 20);
    assert_int_equal(timer_set(&h, &b, NS_NEVER), 0);
    assert_true(timer_next(&h) == 30);
    timer_clear(&h, &a);
    assert_true(timer_next(&h) == NS_NEVER);
    assert_int_equal(h.count, 0);
    timer_heap_done(&h);
}

static void without_memory_a_timer_stays_as_it_was(void **state)
{
    (void)state;
    struct timer_heap h;
    struct timer t[17] = { 0 };
    timer_heap_init(&h);
    mem_fail_at(1);
    assert_int_equal(timer_set(&h, &t[0], 5), -ENOMEM);
    assert_int_equal(t[0].index, 0);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(timer_set(&h, &t[i], 5), 0);
    mem_fail_at(1);
    assert_int_equal(timer_set(&h, &t[16], 1), -ENOMEM);
    assert_true(timer_next(&h) == 5);
    assert_int_equal(timer_set(&h, &t[3], 1), 0); /* those in the heap need no memory */
    assert_ptr_equal(timer_pop(&h, 1), &t[3]);
    mem_fail_at(0);
    timer_heap_done(&h);
    assert_int_equal(t[1].index, 0);
    assert_int_equal(mem_count(MEM_MISC), 0);
}

/* The due timer by looking at all of them. */
static struct timer *slow_next(struct timer *t, size_t n)
{
    struct timer *best = NULL;
    for (size_t i = 0; i < n; i++) {
        if (t[i].index == 0)
            continue;
        if (!best || t[i].at < best->at || (t[i].at == best->at && t[i].order < best->order))
            best = &t[i];
    }
    return best;
}

static void agrees_with_a_search_of_all_timers(void **state)
{
    (void)state;
    enum { TIMERS = 60 };
    static struct timer t[TIMERS];
    struct timer_heap h;
    struct rng r = rng_init(9);
    timer_heap_init(&h);
    for (int step = 0; step < 20000; step++) {
        struct timer *one = &t[rng_between(&r, 0, TIMERS - 1)];
        int64_t what = rng_between(&r, 0, 9);
        struct timer *want = slow_next(t, TIMERS);
        assert_true(timer_next(&h) == (want ? want->at : NS_NEVER));
        if (what < 6)
            assert_int_equal(timer_set(&h, one, rng_between(&r, 0, 40)), 0);
        else if (what < 8)
            timer_clear(&h, one);
        else
            assert_ptr_equal(timer_pop(&h, 40), want);
    }
    timer_heap_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_fire_in_order_of_time),
        cmocka_unit_test(equal_times_fire_in_the_order_in_which_they_were_set),
        cmocka_unit_test(clearing_and_moving),
        cmocka_unit_test(without_memory_a_timer_stays_as_it_was),
        cmocka_unit_test(agrees_with_a_search_of_all_timers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
