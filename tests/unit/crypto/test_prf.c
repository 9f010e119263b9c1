/* HMAC as a PRF, prf+, SHA-1, random numbers, secrets. */
#include "crypto/prf.h"

#include "crypto/random.h"
#include "crypto/secret.h"
#include "hex.h"

/* [RFC 2202 3] [RFC 4231 4]: the key and data of each case, and what four hashes make of them. */
static const struct {
    const char *name, *key, *data;
    enum crypto_prf prf;
    const char *want;
} hmac_cases[] = {
    { "RFC 2202 3, case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
      CRYPTO_PRF_SHA1, "b617318655057264e28bc0b6fb378c8ef146be00" },
    { "RFC 2202 3, case 2", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      CRYPTO_PRF_SHA1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
    { "RFC 4231 4.2, SHA-256", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
      CRYPTO_PRF_SHA256, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { "RFC 4231 4.2, SHA-384", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
      CRYPTO_PRF_SHA384,
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
      "faea9ea9076ede7f4af152e8b2fa9cb6" },
    { "RFC 4231 4.2, SHA-512", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
      CRYPTO_PRF_SHA512,
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
      "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
    { "RFC 4231 4.3, SHA-256", "4a656665",
      "7768617420646f2079612077616e7420666f72206e6f7468696e673f", CRYPTO_PRF_SHA256,
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { "RFC 4231 4.3, SHA-384", "4a656665",
      "7768617420646f2079612077616e7420666f72206e6f7468696e673f", CRYPTO_PRF_SHA384,
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
      "8e2240ca5e69e2c78b3239ecfab21649" },
    { "RFC 4231 4.3, SHA-512", "4a656665",
      "7768617420646f2079612077616e7420666f72206e6f7468696e673f", CRYPTO_PRF_SHA512,
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
      "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
    { "RFC 4231 4.4, SHA-256", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "dddddddddddddddddddddddddddddddddddddddddddddddddd"
      "dddddddddddddddddddddddddddddddddddddddddddddddddd",
      CRYPTO_PRF_SHA256, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
};

static void hmac_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hmac_cases); i++) {
        uint8_t key[256], data[256], out[CRYPTO_HASH_MAX];
        size_t key_n = hex_bytes(hmac_cases[i].key, key, sizeof(key));
        size_t n = hex_bytes(hmac_cases[i].data, data, sizeof(data));
        const struct crypto_part parts[] = { { data, 3 }, { data, 0 }, { data + 3, n - 3 } };
        const char *name = hmac_cases[i].name;
        CLAIM(name, crypto_prf(hmac_cases[i].prf, key, key_n, parts, 3, out) == 0);
        claim_hex(name, out, crypto_prf_alg((uint16_t)hmac_cases[i].prf)->out_bytes,
                  hmac_cases[i].want);
    }
}

/* [RFC 4231 4.7]: keys longer than the block are hashed first. */
static void long_keys(void **state)
{
    (void)state;
    uint8_t key[131], out[CRYPTO_HASH_MAX];
    static const char data[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    const struct crypto_part part = { data, sizeof(data) - 1 };
    memset(key, 0xaa, sizeof(key));
    assert_int_equal(crypto_prf(CRYPTO_PRF_SHA256, key, sizeof(key), &part, 1, out), 0);
    claim_hex("SHA-256", out, 32,
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_int_equal(crypto_prf(CRYPTO_PRF_SHA512, key, sizeof(key), &part, 1, out), 0);
    claim_hex("SHA-512", out, 64,
              "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
              "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

static void an_empty_key_and_no_parts(void **state)
{
    (void)state;
    uint8_t out[CRYPTO_HASH_MAX];
    assert_int_equal(crypto_prf(CRYPTO_PRF_SHA256, NULL, 0, NULL, 0, out), 0);
    claim_hex("HMAC of nothing", out, 32,
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* [RFC 7296 2.13]: T1 | T2 | ..., each over the one before, the seed and a counter. */
static void prf_plus_is_its_definition(void **state)
{
    (void)state;
    static const uint8_t key[] = "key", seed[] = "seed of any length";
    const struct crypto_part seed_part = { seed, sizeof(seed) };
    const struct crypto_part key_part = { key, sizeof(key) };
    for (size_t k = 0; k < 4; k++) {
        static const enum crypto_prf prfs[] = { CRYPTO_PRF_SHA1, CRYPTO_PRF_SHA256,
                                                CRYPTO_PRF_SHA384, CRYPTO_PRF_SHA512 };
        size_t n = crypto_prf_alg((uint16_t)prfs[k])->out_bytes;
        uint8_t want[3 * CRYPTO_HASH_MAX], got[3 * CRYPTO_HASH_MAX];
        for (uint8_t i = 1; i <= 3; i++) {
            const struct crypto_part parts[] = {
                { want + (i > 1 ? (i - 2u) * n : 0), i > 1 ? n : 0 }, seed_part, { &i, 1 }
            };
            uint8_t t[CRYPTO_HASH_MAX];
            assert_int_equal(crypto_prf(prfs[k], key, sizeof(key), parts, 3, t), 0);
            memcpy(want + (i - 1u) * n, t, n);
        }
        for (size_t len = 0; len <= 3 * n; len++) {
            memset(got, 0xee, sizeof(got));
            assert_int_equal(crypto_prf_plus(prfs[k], &key_part, &seed_part, 1, got, len), 0);
            assert_memory_equal(got, want, len);
            assert_true(len == sizeof(got) || got[len] == 0xee);
        }
    }
}

static void prf_plus_at_its_end(void **state)
{
    (void)state;
    static uint8_t got[255 * 20];
    const struct crypto_part part = { "x", 1 };
    assert_int_equal(crypto_prf_plus(CRYPTO_PRF_SHA1, &part, &part, 1, got, sizeof(got)), 0);
}

/* [RFC 3174 7.3] */
static void sha1_of_parts(void **state)
{
    (void)state;
    const struct crypto_part parts[] = { { "a", 1 }, { "bc", 2 } };
    uint8_t out[20];
    assert_int_equal(crypto_sha1(parts, 2, out), 0);
    claim_hex("abc", out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_int_equal(crypto_sha1(NULL, 0, out), 0);
    claim_hex("nothing", out, 20, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void seeded_numbers_repeat(void **state)
{
    (void)state;
    struct crypto_random a = crypto_random_seeded(3), b = crypto_random_seeded(3);
    struct crypto_random c = crypto_random_seeded(4);
    uint8_t x[37], y[37], z[37];
    assert_int_equal(crypto_random_bytes(&a, x, sizeof(x)), 0);
    assert_int_equal(crypto_random_bytes(&b, y, sizeof(y)), 0);
    assert_int_equal(crypto_random_bytes(&c, z, sizeof(z)), 0);
    assert_memory_equal(x, y, sizeof(x));
    assert_memory_not_equal(x, z, sizeof(x));
    assert_int_equal(crypto_random_bytes(&a, y, sizeof(y)), 0);
    assert_memory_not_equal(x, y, sizeof(x));
}

static void system_numbers_differ(void **state)
{
    (void)state;
    struct crypto_random r = crypto_random_system();
    uint8_t x[32] = { 0 }, y[32] = { 0 };
    assert_int_equal(crypto_start(), 0);
    assert_int_equal(crypto_start(), 0);
    assert_int_equal(crypto_random_bytes(&r, x, sizeof(x)), 0);
    assert_int_equal(crypto_random_bytes(&r, y, sizeof(y)), 0);
    assert_memory_not_equal(x, y, sizeof(x));
    assert_int_equal(crypto_random_bytes(&r, x, 0), 0);
}

static void secrets_are_bounded_and_wiped(void **state)
{
    (void)state;
    struct secret s;
    uint8_t long_one[SECRET_MAX + 1];
    memset(long_one, 'x', sizeof(long_one));
    assert_true(secret_set(&s, long_one, SECRET_MAX));
    assert_int_equal(s.len, SECRET_MAX);
    assert_false(secret_set(&s, long_one, SECRET_MAX + 1));
    assert_int_equal(s.len, SECRET_MAX);
    assert_true(secret_set(&s, "abc", 3));
    assert_int_equal(s.len, 3);
    assert_int_equal(s.bytes[3], 0);
    assert_int_equal(s.bytes[SECRET_MAX - 1], 0);
    secret_wipe(&s);
    assert_int_equal(s.len, 0);
    assert_int_equal(s.bytes[0], 0);
    assert_true(secret_eq("abc", "abd", 2));
    assert_false(secret_eq("abc", "abd", 3));
    assert_true(secret_eq(NULL, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_vectors),
        cmocka_unit_test(long_keys),
        cmocka_unit_test(an_empty_key_and_no_parts),
        cmocka_unit_test(prf_plus_is_its_definition),
        cmocka_unit_test(prf_plus_at_its_end),
        cmocka_unit_test(sha1_of_parts),
        cmocka_unit_test(seeded_numbers_repeat),
        cmocka_unit_test(system_numbers_differ),
        cmocka_unit_test(secrets_are_bounded_and_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
