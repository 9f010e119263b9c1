#include "base/slab.h"

#include "../unit.h"

static void the_maximum_holds(void **state)
{
    (void)state;
    struct slab s;
    slab_init(&s, MEM_RIB_ROUTE, 24, 3);
    void *a = slab_alloc(&s), *b = slab_alloc(&s), *c = slab_alloc(&s);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    assert_null(slab_alloc(&s));
    assert_int_equal(s.live, 3);
    slab_free(&s, b);
    slab_free(&s, NULL);
    assert_int_equal(s.live, 2);
    assert_ptr_equal(slab_alloc(&s), b);
    assert_null(slab_alloc(&s));
    slab_done(&s);
    assert_int_equal(mem_bytes(MEM_RIB_ROUTE), 0);
    slab_init(&s, MEM_RIB_ROUTE, 24, 0);
    assert_null(slab_alloc(&s));
    slab_done(&s);
}

static void freed_objects_come_back_last_first_and_zeroed(void **state)
{
    (void)state;
    static const uint8_t zero[40];
    struct slab s;
    slab_init(&s, MEM_MISC, 37, 1000);
    assert_int_equal(s.object_bytes, 40);
    uint8_t *a = slab_alloc(&s), *b = slab_alloc(&s);
    memset(a, 0xff, 37);
    memset(b, 0xff, 37);
    slab_free(&s, a);
    slab_free(&s, b);
    uint8_t *first = slab_alloc(&s), *second = slab_alloc(&s);
    assert_ptr_equal(first, b);
    assert_ptr_equal(second, a);
    assert_memory_equal(first, zero, 37);
    assert_memory_equal(second, zero, 37);
    slab_done(&s);
}

static void objects_do_not_overlap(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1, 8, 56, 1000, 16384, 70000 };
    for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        enum { OBJECTS = 500 };
        static uint8_t *all[OBJECTS];
        struct slab s;
        slab_init(&s, MEM_MISC, sizes[k], OBJECTS);
        for (size_t i = 0; i < OBJECTS; i++) {
            all[i] = slab_alloc(&s);
            assert_non_null(all[i]);
            assert_int_equal((uintptr_t)all[i] % 8, 0);
            memset(all[i], (int)(i & 0xff), sizes[k]);
        }
        for (size_t i = 0; i < OBJECTS; i++) {
            assert_int_equal(all[i][0], i & 0xff);
            assert_int_equal(all[i][sizes[k] - 1], i & 0xff);
        }
        slab_done(&s);
    }
    assert_int_equal(mem_count(MEM_MISC), 0);
}

static void without_memory_the_slab_is_as_before(void **state)
{
    (void)state;
    struct slab s;
    slab_init(&s, MEM_MISC, 16, 10);
    mem_fail_at(1);
    assert_null(slab_alloc(&s));
    assert_int_equal(s.live, 0);
    assert_non_null(slab_alloc(&s));
    slab_done(&s);
}

static void pages_start_small(void **state)
{
    (void)state;
    struct slab s;
    slab_init(&s, MEM_MISC, 64, UINT64_MAX);
    assert_non_null(slab_alloc(&s));
    assert_int_equal(mem_bytes(MEM_MISC), 4096);
    for (int i = 0; i < 10000; i++)
        assert_non_null(slab_alloc(&s));
    assert_true(mem_bytes(MEM_MISC) < 64 * 10000 + 2 * 65536);
    slab_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_maximum_holds),
        cmocka_unit_test(freed_objects_come_back_last_first_and_zeroed),
        cmocka_unit_test(objects_do_not_overlap),
        cmocka_unit_test(without_memory_the_slab_is_as_before),
        cmocka_unit_test(pages_start_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
