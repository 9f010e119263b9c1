#include "base/arena.h"

#include "../unit.h"
#include "base/mem.h"

static void memory_is_zero_and_aligned(void **state)
{
    (void)state;
    static const uint8_t zero[100000];
    struct arena a;
    arena_init(&a, 1 << 20);
    for (int round = 0; round < 3; round++) {
        for (size_t n = 0; n < 100000; n = n * 3 + 1) {
            uint8_t *p = arena_alloc(&a, n);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % 16, 0);
            assert_memory_equal(p, zero, n);
            memset(p, 0xff, n);
        }
        arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    arena_done(&a);
    assert_int_equal(mem_bytes(MEM_ARENA), 0);
}

static void the_limit_holds(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 100);
    assert_non_null(arena_alloc(&a, 50));
    assert_null(arena_alloc(&a, 50)); /* 64 + 64 with the rounding */
    assert_true(a.failed);
    assert_null(arena_alloc(&a, 1)); /* sticky */
    arena_reset(&a);
    assert_false(a.failed);
    assert_non_null(arena_alloc(&a, 96));
    assert_null(arena_alloc(&a, SIZE_MAX));
    arena_reset(&a);
    assert_null(arena_strn(&a, "", SIZE_MAX));
    arena_done(&a);
    arena_init(&a, 0);
    assert_null(arena_alloc(&a, 0));
    arena_done(&a);
}

static void copies(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1000);
    char *s = arena_strn(&a, "route-map", 5);
    assert_non_null(s);
    assert_string_equal(s, "route");
    char *whole = arena_str(&a, "");
    assert_non_null(whole);
    assert_string_equal(whole, "");
    uint8_t *b = arena_copy(&a, "\1\2\3", 3);
    assert_non_null(b);
    assert_memory_equal(b, "\1\2\3", 3);
    assert_non_null(arena_copy(&a, NULL, 0));
    arena_done(&a);
}

static void a_failed_heap_is_a_failed_arena(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 100000);
    mem_fail_at(1);
    assert_null(arena_alloc(&a, 10));
    assert_true(a.failed);
    assert_null(arena_str(&a, "x"));
    arena_reset(&a);
    assert_non_null(arena_alloc(&a, 10));
    arena_done(&a);
    assert_int_equal(mem_count(MEM_ARENA), 0);
}

static void reset_keeps_one_ordinary_block(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (int i = 0; i < 10; i++)
        assert_non_null(arena_alloc(&a, 3000));
    assert_non_null(arena_alloc(&a, 500000));
    arena_reset(&a);
    assert_int_equal(mem_count(MEM_ARENA), 1);
    assert_true(mem_bytes(MEM_ARENA) < 70000);
    arena_done(&a);
    assert_int_equal(mem_count(MEM_ARENA), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zero_and_aligned),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(copies),
        cmocka_unit_test(a_failed_heap_is_a_failed_arena),
        cmocka_unit_test(reset_keeps_one_ordinary_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
