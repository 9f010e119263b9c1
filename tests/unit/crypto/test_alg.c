/* The tables of algorithms: numbers, names, sizes. */
#include "crypto/alg.h"

#include "../unit.h"

static void found_by_number(void **state)
{
    (void)state;
    const struct crypto_encr_alg *e = crypto_encr_alg(CRYPTO_AES_GCM_16, 256);
    assert_non_null(e);
    assert_int_equal(e->key_bytes, 32);
    assert_int_equal(e->salt_bytes, 4);
    assert_int_equal(e->icv_bytes, 16);
    assert_non_null(crypto_encr_alg(CRYPTO_CHACHA20_POLY1305, 0));
    assert_null(crypto_encr_alg(CRYPTO_CHACHA20_POLY1305, 256));
    assert_null(crypto_encr_alg(CRYPTO_AES_CBC, 0));
    assert_null(crypto_encr_alg(CRYPTO_AES_CBC, 512));
    assert_null(crypto_encr_alg(3, 0));    /* 3DES */
    assert_null(crypto_encr_alg(19, 128)); /* GCM with an ICV of 12 */
    assert_non_null(crypto_encr_alg(CRYPTO_ENCR_NULL, 0));
    assert_int_equal(crypto_integ_alg(CRYPTO_SHA384_192)->icv_bytes, 24);
    assert_null(crypto_integ_alg(1)); /* MD5 */
    assert_null(crypto_integ_alg(CRYPTO_INTEG_NONE));
    assert_int_equal(crypto_prf_alg(CRYPTO_PRF_SHA384)->out_bytes, 48);
    assert_null(crypto_prf_alg(1));
    assert_int_equal(crypto_group_alg(CRYPTO_ECP_521)->public_bytes, 132);
    assert_null(crypto_group_alg(1));
    assert_null(crypto_group_alg(CRYPTO_GROUP_NONE));
}

static void found_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t id, bits;
    } encr[] = {
        { "aes-cbc-128", CRYPTO_AES_CBC, 128 },
        { "AES-CBC-256", CRYPTO_AES_CBC, 256 },
        { "aes192", CRYPTO_AES_CBC, 192 },
        { "aes-gcm-256", CRYPTO_AES_GCM_16, 256 },
        { "aes128gcm16", CRYPTO_AES_GCM_16, 128 },
        { "chacha20poly1305", CRYPTO_CHACHA20_POLY1305, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(encr); i++) {
        const struct crypto_encr_alg *e = crypto_encr_named(encr[i].name);
        CLAIM(encr[i].name, e && e->id == encr[i].id && e->key_bits == encr[i].bits);
    }
    assert_int_equal(crypto_integ_named("SHA256")->id, CRYPTO_SHA256_128);
    assert_int_equal(crypto_prf_named("prfsha512")->id, CRYPTO_PRF_SHA512);
    assert_int_equal(crypto_prf_named("sha1")->id, CRYPTO_PRF_SHA1);
}

static void null_has_no_name(void **state)
{
    (void)state;
    size_t n;
    const struct crypto_encr_alg *rows = crypto_encr_algs(&n);
    assert_null(crypto_encr_named("null"));
    assert_int_equal(n, 7);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(rows[i].id, CRYPTO_ENCR_NULL);
    assert_null(crypto_encr_named(""));
    assert_null(crypto_encr_named("3des"));
    assert_null(crypto_encr_named("aes12"));
    assert_null(crypto_encr_named("aes1288"));
    assert_null(crypto_integ_named("md5"));
    assert_null(crypto_prf_named("md5"));
}

static void groups_have_three_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t id;
    } groups[] = {
        { "2", 2 },         { "14", 14 },         { "24", 24 },           { "31", 31 },
        { "modp2048", 14 }, { "MODP_2048", 14 },  { "modp2048s256", 24 }, { "ecp384", 20 },
        { "x25519", 31 },   { "curve25519", 31 }, { "CURVE_25519", 31 },
    };
    static const char *const none[] = { "", "0", "1", "02", "014", "25", "14x", "131", "modp768" };
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        const struct crypto_group_alg *g = crypto_group_named(groups[i].name);
        CLAIM(groups[i].name, g && g->id == groups[i].id);
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        CLAIM(none[i], !crypto_group_named(none[i]));
}

static void sizes_are_within_the_limits(void **state)
{
    (void)state;
    size_t n;
    const struct crypto_encr_alg *e = crypto_encr_algs(&n);
    for (size_t i = 0; i < n; i++)
        CLAIM(e[i].swan, e[i].key_bytes + e[i].salt_bytes <= CRYPTO_KEY_MAX &&
                             e[i].iv_bytes <= CRYPTO_IV_MAX && e[i].block_bytes >= 1 &&
                             e[i].block_bytes <= CRYPTO_BLOCK_MAX &&
                             e[i].icv_bytes <= CRYPTO_ICV_MAX &&
                             crypto_encr_alg((uint16_t)e[i].id, e[i].key_bits) == &e[i]);
    const struct crypto_integ_alg *a = crypto_integ_algs(&n);
    for (size_t i = 0; i < n; i++)
        CLAIM(a[i].swan, a[i].key_bytes <= CRYPTO_KEY_MAX && a[i].icv_bytes <= CRYPTO_ICV_MAX &&
                             a[i].hash_bytes <= CRYPTO_HASH_MAX &&
                             a[i].icv_bytes <= a[i].hash_bytes);
    const struct crypto_prf_alg *p = crypto_prf_algs(&n);
    for (size_t i = 0; i < n; i++)
        CLAIM(p[i].swan, p[i].out_bytes <= CRYPTO_HASH_MAX && p[i].key_bytes == p[i].out_bytes);
    const struct crypto_group_alg *g = crypto_group_algs(&n);
    assert_int_equal(n, 14);
    for (size_t i = 0; i < n; i++)
        CLAIM(g[i].name, g[i].public_bytes <= CRYPTO_PUBLIC_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_number),
        cmocka_unit_test(found_by_name),
        cmocka_unit_test(null_has_no_name),
        cmocka_unit_test(groups_have_three_names),
        cmocka_unit_test(sizes_are_within_the_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
