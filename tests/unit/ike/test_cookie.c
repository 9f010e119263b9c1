/* Cookies: ours for the same initiator within two minutes, and nothing else. */
#include "ike/cookie.h"

#include "../unit.h"

static const uint8_t nonce[32] = { 1, 2, 3 };

static struct ike_cookie_of initiator(void)
{
    return (struct ike_cookie_of){ .ni = { nonce, sizeof(nonce) },
                                   .address = ip_from_u32(0xc0000201),
                                   .port = 500,
                                   .spi_i = 0x1122334455667788 };
}

static void test_ours_counts(void **state)
{
    (void)state;
    struct ike_cookies c = { 0 };
    struct crypto_random random = crypto_random_seeded(1);
    struct ike_cookie_of of = initiator();
    uint8_t cookie[IKE_COOKIE_BYTES];
    struct crypto_part came = { cookie, sizeof(cookie) };
    assert_false(ike_cookie_check(&c, 0, &of, &came)); /* none was ever demanded */
    assert_int_equal(ike_cookie_make(&c, 0, &random, &of, cookie), 0);
    assert_true(ike_cookie_check(&c, 0, &of, &came));
    assert_true(ike_cookie_check(&c, IKE_COOKIE_LIFETIME, &of, &came));
    assert_false(ike_cookie_check(&c, 2 * IKE_COOKIE_LIFETIME, &of, &came));

    struct ike_cookie_of other = of;
    other.address = ip_from_u32(0xc0000202);
    assert_false(ike_cookie_check(&c, 0, &other, &came));
    other = of;
    other.port = 501;
    assert_false(ike_cookie_check(&c, 0, &other, &came));
    other = of;
    other.spi_i++;
    assert_false(ike_cookie_check(&c, 0, &other, &came));
    other = of;
    other.ni.n--;
    assert_false(ike_cookie_check(&c, 0, &other, &came));
    for (size_t i = 0; i < 8 * sizeof(cookie); i++) {
        cookie[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_false(ike_cookie_check(&c, 0, &of, &came));
        cookie[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (came.n = 0; came.n < sizeof(cookie); came.n++)
        assert_false(ike_cookie_check(&c, 0, &of, &came));
}

static void test_secrets_rotate(void **state)
{
    (void)state;
    struct ike_cookies c = { 0 };
    struct crypto_random random = crypto_random_seeded(1);
    struct ike_cookie_of of = initiator();
    uint8_t first[IKE_COOKIE_BYTES], second[IKE_COOKIE_BYTES], third[IKE_COOKIE_BYTES];
    struct crypto_part old = { first, sizeof(first) };
    assert_int_equal(ike_cookie_make(&c, 5, &random, &of, first), 0);
    assert_int_equal(ike_cookie_make(&c, 6, &random, &of, second), 0);
    assert_memory_equal(first, second, sizeof(first)); /* stateless: the same question again */
    ns_t later = 5 + IKE_COOKIE_LIFETIME;
    assert_int_equal(ike_cookie_make(&c, later, &random, &of, second), 0);
    assert_memory_not_equal(first, second, sizeof(first));
    assert_true(ike_cookie_check(&c, later, &of, &old)); /* it is on its way */
    assert_false(ike_cookie_check(&c, later + IKE_COOKIE_LIFETIME, &of, &old));
    assert_int_equal(ike_cookie_make(&c, later + IKE_COOKIE_LIFETIME, &random, &of, third), 0);
    assert_false(ike_cookie_check(&c, later + IKE_COOKIE_LIFETIME, &of, &old));
    struct crypto_part newer = { second, sizeof(second) };
    assert_true(ike_cookie_check(&c, later + IKE_COOKIE_LIFETIME, &of, &newer));
    ike_cookies_done(&c);
    static const struct ike_cookies zero;
    assert_memory_equal(&c, &zero, sizeof(c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ours_counts),
        cmocka_unit_test(test_secrets_rotate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
