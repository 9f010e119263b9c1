#include "base/mem.h"

#include "../unit.h"

static void counted_by_tag(void **state)
{
    (void)state;
    size_t bytes = mem_bytes(MEM_PEER), count = mem_count(MEM_PEER);
    size_t other = mem_bytes(MEM_FIB);
    char *a = mem_alloc(MEM_PEER, 100), *b = mem_alloc(MEM_PEER, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(mem_bytes(MEM_PEER), bytes + 100);
    assert_int_equal(mem_count(MEM_PEER), count + 2);
    a = mem_resize(MEM_PEER, a, 100, 300);
    assert_non_null(a);
    assert_int_equal(mem_bytes(MEM_PEER), bytes + 300);
    a = mem_resize(MEM_PEER, a, 300, 10);
    assert_non_null(a);
    assert_int_equal(mem_bytes(MEM_PEER), bytes + 10);
    assert_int_equal(mem_count(MEM_PEER), count + 2);
    mem_free(MEM_PEER, a, 10);
    mem_free(MEM_PEER, b, 0);
    mem_free(MEM_PEER, NULL, 0);
    assert_int_equal(mem_bytes(MEM_PEER), bytes);
    assert_int_equal(mem_count(MEM_PEER), count);
    assert_int_equal(mem_bytes(MEM_FIB), other);
}

static void new_memory_is_zero(void **state)
{
    (void)state;
    static const uint8_t zero[4096];
    uint8_t *p = mem_alloc(MEM_MISC, 4096);
    assert_non_null(p);
    assert_memory_equal(p, zero, 4096);
    memset(p, 0xff, 4096);
    p = mem_resize(MEM_MISC, p, 4096, 16);
    assert_non_null(p);
    p = mem_resize(MEM_MISC, p, 16, 4096);
    assert_non_null(p);
    assert_int_equal(p[15], 0xff);
    assert_memory_equal(p + 16, zero, 4080);
    mem_free(MEM_MISC, p, 4096);
    p = mem_resize(MEM_MISC, NULL, 0, 8);
    assert_non_null(p);
    assert_memory_equal(p, zero, 8);
    mem_free(MEM_MISC, p, 8);
}

/* The bytes themselves: tests/unit/daemon/test_secrets.c, which hooks free(). */
static void what_holds_keys_is_moved_by_hand(void **state)
{
    (void)state;
    size_t count = mem_count(MEM_CONFIG), bytes = mem_bytes(MEM_CONFIG);
    char *p = mem_alloc(MEM_CONFIG, 16);
    assert_non_null(p);
    memset(p, 7, 16);
    mem_fail_at(1);
    assert_null(mem_resize(MEM_CONFIG, p, 16, 64));
    CLAIM("a failure leaves it alone", p[15] == 7 && mem_bytes(MEM_CONFIG) == bytes + 16);
    p = mem_resize(MEM_CONFIG, p, 16, 64);
    assert_non_null(p);
    CLAIM("grown", p[15] == 7 && p[16] == 0 && p[63] == 0);
    p = mem_resize(MEM_CONFIG, p, 64, 8);
    assert_non_null(p);
    CLAIM("shrunk", p[7] == 7 && mem_bytes(MEM_CONFIG) == bytes + 8);
    mem_free(MEM_CONFIG, p, 8);
    assert_int_equal(mem_count(MEM_CONFIG), count);
}

static void the_nth_allocation_fails(void **state)
{
    (void)state;
    size_t count = mem_count(MEM_MISC);
    mem_fail_at(3);
    void *a = mem_alloc(MEM_MISC, 8), *b = mem_alloc(MEM_MISC, 8);
    assert_non_null(a);
    assert_non_null(b);
    assert_null(mem_alloc(MEM_MISC, 8));
    void *c = mem_alloc(MEM_MISC, 8); /* once only */
    assert_non_null(c);
    mem_fail_at(1);
    assert_null(mem_resize(MEM_MISC, c, 8, 16)); /* c is as it was */
    mem_fail_at(1);
    mem_fail_at(0);
    void *d = mem_alloc(MEM_MISC, 8);
    assert_non_null(d);
    mem_free(MEM_MISC, a, 8);
    mem_free(MEM_MISC, b, 8);
    mem_free(MEM_MISC, c, 8);
    mem_free(MEM_MISC, d, 8);
    assert_int_equal(mem_count(MEM_MISC), count);
}

static void every_tag_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MEM_TAG_COUNT; i++)
        assert_true(mem_name((enum mem_tag)i)[0] != '\0');
    assert_string_equal(mem_name(MEM_RIB_ROUTE), "BGP routes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted_by_tag),
        cmocka_unit_test(new_memory_is_zero),
        cmocka_unit_test(what_holds_keys_is_moved_by_hand),
        cmocka_unit_test(the_nth_allocation_fails),
        cmocka_unit_test(every_tag_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
