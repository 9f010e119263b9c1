/* Pools: 32-bit handles to objects of one size. */
#include "base/pool.h"

#include "../unit.h"

struct object {
    uint64_t a, b;
};

static void a_handle_leads_to_a_zeroed_object(void **state)
{
    (void)state;
    struct pool p;
    pool_init(&p, MEM_MISC, sizeof(struct object), 100000);
    assert_int_equal(pool_bytes(&p), 0); /* nothing is taken before it is needed */
    uint32_t first = pool_alloc(&p);
    assert_int_not_equal(first, 0);
    struct object *o = pool_at(&p, first);
    assert_true(o->a == 0 && o->b == 0);
    o->a = o->b = 7;
    /* Beyond any page's end the first one still stands where it stood. */
    uint32_t last = first;
    for (int i = 0; i < 50000; i++) {
        last = pool_alloc(&p);
        assert_int_not_equal(last, 0);
        ((struct object *)pool_at(&p, last))->a = last;
    }
    assert_ptr_equal(pool_at(&p, first), o);
    assert_true(o->a == 7 && o->b == 7);
    assert_true(((struct object *)pool_at(&p, last))->a == last);
    assert_true(pool_bytes(&p) >= 50001 * sizeof(struct object));
    pool_done(&p);
    assert_int_equal(mem_count(MEM_MISC), 0);
}

static void a_freed_handle_is_used_again_zeroed(void **state)
{
    (void)state;
    struct pool p;
    pool_init(&p, MEM_MISC, sizeof(struct object), 4);
    uint32_t a = pool_alloc(&p), b = pool_alloc(&p);
    assert_int_not_equal(a, b);
    *(struct object *)pool_at(&p, a) = (struct object){ 1, 2 };
    pool_free(&p, a);
    uint32_t again = pool_alloc(&p);
    assert_int_equal(again, a);
    const struct object *o = pool_at(&p, again);
    assert_true(o->a == 0 && o->b == 0);
    pool_done(&p);
}

static void the_maximum_is_kept(void **state)
{
    (void)state;
    struct pool p;
    uint32_t h[4];
    pool_init(&p, MEM_MISC, sizeof(struct object), ARRAY_LEN(h));
    for (size_t i = 0; i < ARRAY_LEN(h); i++)
        assert_int_not_equal(h[i] = pool_alloc(&p), 0);
    assert_int_equal(pool_alloc(&p), 0);
    pool_free(&p, h[2]);
    assert_int_equal(pool_alloc(&p), h[2]);
    assert_int_equal(pool_alloc(&p), 0);
    pool_done(&p);
}

static void without_memory_there_is_no_handle(void **state)
{
    (void)state;
    struct pool p;
    pool_init(&p, MEM_MISC, sizeof(struct object), 100);
    mem_fail_at(1);
    assert_int_equal(pool_alloc(&p), 0);
    mem_fail_at(0);
    assert_int_not_equal(pool_alloc(&p), 0);
    pool_done(&p);
    assert_int_equal(mem_count(MEM_MISC), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handle_leads_to_a_zeroed_object),
        cmocka_unit_test(a_freed_handle_is_used_again_zeroed),
        cmocka_unit_test(the_maximum_is_kept),
        cmocka_unit_test(without_memory_there_is_no_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
