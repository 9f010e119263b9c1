/* Small things of the engine: tables with equal keys, the order of nonces, bytes. */
#include "../unit.h"
#include "base/mem.h"
#include "ike/internal.h"

enum { NODES = 5000 };

static void a_table_finds_what_is_in_it(void **state)
{
    (void)state;
    static struct ike_node nodes[NODES];
    struct ike_table t = { 0 };
    assert_null(ike_table_find(&t, 1));
    for (uint64_t i = 0; i < NODES; i++)
        assert_true(ike_table_add(&t, &nodes[i], i / 2)); /* each key twice */
    for (uint64_t key = 0; key < NODES / 2; key++) {
        struct ike_node *first = ike_table_find(&t, key), *second = ike_table_again(first);
        assert_true(first && second && first != second && !ike_table_again(second));
        assert_true(first->key == key && second->key == key);
    }
    assert_null(ike_table_find(&t, NODES));
    for (uint64_t i = 0; i < NODES; i += 2)
        ike_table_remove(&t, &nodes[i]);
    ike_table_remove(&t, &nodes[0]); /* twice is nothing */
    for (uint64_t key = 0; key < NODES / 2; key++)
        assert_ptr_equal(ike_table_find(&t, key), &nodes[2 * key + 1]);
    assert_int_equal(t.n, NODES / 2);
    for (uint64_t i = 1; i < NODES; i += 2)
        ike_table_remove(&t, &nodes[i]);
    ike_table_done(&t);
    assert_int_equal(mem_bytes(MEM_IKE), 0);
}

static void nonces_are_ordered_octet_by_octet(void **state)
{
    (void)state;
    static const struct {
        const char *name, *a, *b;
        int order;
    } cases[] = {
        { "equal", "abc", "abc", 0 },
        { "the first octet decides", "bcd", "abz", 1 },
        { "the last octet decides", "aba", "abb", -1 },
        { "a prefix is lower", "ab", "abc", -1 },
        { "octets have no sign", "\xff", "\x01", 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ike_nonce a, b;
        struct crypto_part x = { cases[i].a, strlen(cases[i].a) };
        struct crypto_part y = { cases[i].b, strlen(cases[i].b) };
        ike_nonce_set(&a, &x);
        ike_nonce_set(&b, &y);
        int order = ike_nonce_cmp(&a, &b);
        CLAIM(cases[i].name, (order > 0) - (order < 0) == cases[i].order);
    }
}

static void bytes_are_replaced_and_freed(void **state)
{
    (void)state;
    struct ike_bytes b = { 0 };
    assert_true(ike_bytes_set(&b, "hello", 5) && b.n == 5);
    assert_true(ike_bytes_set(&b, "x", 1) && b.n == 1 && b.p[0] == 'x');
    assert_true(ike_bytes_set(&b, NULL, 0) && !b.p && b.n == 0);
    mem_fail_at(1);
    assert_false(ike_bytes_set(&b, "x", 1));
    mem_fail_at(0);
    assert_true(!b.p && b.n == 0 && mem_bytes(MEM_IKE) == 0);
    ike_bytes_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_finds_what_is_in_it),
        cmocka_unit_test(nonces_are_ordered_octet_by_octet),
        cmocka_unit_test(bytes_are_replaced_and_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
