/* Keys, AUTH and NAT detection against values that an independent implementation of RFC 7296 2.13
 * to 2.18 gave for the same inputs (HMAC and hashes of Python's standard library). Long outputs
 * are compared by their HMAC-SHA2-256 under the key "test". */
#include "ike/keymat.h"

#include "ike_lib.h"

static uint8_t ni[32], nr[24], shared[256];
static const uint64_t spi_i = UINT64_C(0x0102030405060708), spi_r = UINT64_C(0x1112131415161718);

/* Byte i is a + 7 i. */
static void sequence(uint8_t *to, size_t n, unsigned a)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(a + 7 * i);
}

static int setup(void **state)
{
    (void)state;
    sequence(ni, sizeof(ni), 1);
    sequence(nr, sizeof(nr), 2);
    sequence(shared, sizeof(shared), 3);
    return 0;
}

static struct ike_exchange_secrets secrets(bool with_shared)
{
    return (struct ike_exchange_secrets){ .ni = { ni, sizeof(ni) },
                                          .nr = { nr, sizeof(nr) },
                                          .spi_i = spi_i,
                                          .spi_r = spi_r,
                                          .shared = { shared, with_shared ? sizeof(shared) : 0 } };
}

static void claim_hash(const char *name, const struct crypto_part *parts, size_t n,
                       const char *want)
{
    uint8_t hash[32];
    char s[65];
    struct text t = text_init(s, sizeof(s));
    assert_int_equal(crypto_prf(CRYPTO_PRF_SHA256, "test", 4, parts, n, hash), 0);
    text_hex(&t, hash, sizeof(hash));
    CLAIM_TEXT(name, s, want);
}

static void claim_bytes(const char *name, const uint8_t *bytes, size_t n, const char *want)
{
    char s[512];
    struct text t = text_init(s, sizeof(s));
    text_hex(&t, bytes, n);
    CLAIM_TEXT(name, s, want);
}

static void claim_keys(const char *name, const struct ike_keys *k, const char *want)
{
    const struct crypto_part parts[] = {
        { k->d, k->prf_len },   { k->ai, k->integ_len }, { k->ar, k->integ_len },
        { k->ei, k->encr_len }, { k->er, k->encr_len },  { k->pi, k->prf_len },
        { k->pr, k->prf_len },
    };
    claim_hash(name, parts, ARRAY_LEN(parts), want);
}

static const struct ike_suite cbc256_sha1 = { .encr = CRYPTO_AES_CBC,
                                              .encr_bits = 256,
                                              .integ = CRYPTO_SHA1_96,
                                              .prf = CRYPTO_PRF_SHA1,
                                              .group = CRYPTO_MODP_2048 };
static const struct ike_suite cbc128_sha256 = { .encr = CRYPTO_AES_CBC,
                                                .encr_bits = 128,
                                                .integ = CRYPTO_SHA256_128,
                                                .prf = CRYPTO_PRF_SHA256,
                                                .group = CRYPTO_MODP_2048 };
static const struct ike_suite gcm256_sha384 = {
    .encr = CRYPTO_AES_GCM_16, .encr_bits = 256, .prf = CRYPTO_PRF_SHA384, .group = CRYPTO_MODP_2048
};
static const struct ike_suite cbc256_sha512 = { .encr = CRYPTO_AES_CBC,
                                                .encr_bits = 256,
                                                .integ = CRYPTO_SHA512_256,
                                                .prf = CRYPTO_PRF_SHA512,
                                                .group = CRYPTO_MODP_2048 };

static void test_first_keys(void **state)
{
    (void)state;
    const struct {
        const char *name;
        const struct ike_suite *suite;
        const char *want;
    } cases[] = {
        { "AES-CBC-256, SHA-1", &cbc256_sha1,
          "8f254c2d596c30a6cec887a8c63ff167b5bbef9e27a0da313ab58291aae72f20" },
        { "AES-CBC-128, SHA-256", &cbc128_sha256,
          "74371216ad289ce44517cc47a95df3def8f892a9ccb4304f61696df0787e15ae" },
        { "AES-GCM-256 has a salt and no SK_a", &gcm256_sha384,
          "4bfdc8a0a198025de29dd5001009f73fb7924de350a2b55b158063ea30354e15" },
        { "AES-CBC-256, SHA-512", &cbc256_sha512,
          "5e76914a53cf812a8cf348c9ad08afe183b6453000033fbd3b5ab5b368451b84" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ike_keys k;
        const struct ike_exchange_secrets x = secrets(true);
        assert_int_equal(ike_keys_first(cases[i].suite, &x, &k), 0);
        claim_keys(cases[i].name, &k, cases[i].want);
        ike_keys_wipe(&k);
        static const struct ike_keys zero;
        assert_memory_equal(&k, &zero, sizeof(k));
    }
}

/* [RFC 7296 2.18] The old PRF makes the seed, the new one the keys. */
static void test_rekeyed_keys(void **state)
{
    (void)state;
    struct ike_keys old, k;
    const struct ike_exchange_secrets x = secrets(true);
    assert_int_equal(ike_keys_first(&cbc256_sha1, &x, &old), 0);
    struct ike_sk_d d = ike_sk_d_of(&old);
    assert_int_equal(ike_keys_rekeyed(&gcm256_sha384, &x, &d, CRYPTO_PRF_SHA1, &k), 0);
    claim_keys("SHA-1 to SHA-384", &k,
               "d70d3bdab6559d07e2f83bdd7d4ab874b91d4816db6458fde40c8c660495ec86");
    assert_true(ike_keys_rekeyed(&gcm256_sha384, &x, &d, CRYPTO_PRF_SHA256, &k) < 0);
    ike_sk_d_wipe(&d);
    static const struct ike_sk_d zero;
    assert_memory_equal(&d, &zero, sizeof(d));
}

static void test_child_keys(void **state)
{
    (void)state;
    const struct ike_suite gcm = { .encr = CRYPTO_AES_GCM_16, .encr_bits = 256 };
    const struct ike_suite cbc = { .encr = CRYPTO_AES_CBC,
                                   .encr_bits = 256,
                                   .integ = CRYPTO_SHA256_128,
                                   .group = CRYPTO_MODP_2048 };
    struct ike_keys k;
    struct ike_child_keys c;
    struct ike_exchange_secrets x = secrets(true);
    assert_int_equal(ike_keys_first(&cbc128_sha256, &x, &k), 0);
    const struct ike_sk_d d = ike_sk_d_of(&k);
    x = secrets(false);
    assert_int_equal(ike_child_keymat(&gcm, CRYPTO_PRF_SHA256, &d, &x, &c), 0);
    assert_int_equal(c.len, 36);
    uint8_t both[72];
    memcpy(both, c.from_initiator, 36);
    memcpy(both + 36, c.from_responder, 36);
    claim_bytes("AES-GCM without PFS", both, sizeof(both),
                "451d6e9f7c6fcac2aea6a5f4696053e5018cf029e09903aaca2a08d9cceff820355eab785c6de1fb2c"
                "3e41b12e75cb6684fa5a144029881f001581e35b777721a07831512d2d8822");
    x = secrets(true);
    assert_int_equal(ike_child_keymat(&cbc, CRYPTO_PRF_SHA256, &d, &x, &c), 0);
    assert_int_equal(c.len, 64);
    const struct crypto_part parts[] = { { c.from_initiator, 64 }, { c.from_responder, 64 } };
    claim_hash("AES-CBC with PFS", parts, 2,
               "11d6ffc7a3a84150ccbca2c4952ecb51117932fadd94716ec196d4412573c504");
}

/* [RFC 8784 3] */
static void test_ppk(void **state)
{
    (void)state;
    struct ike_keys k;
    const struct ike_exchange_secrets x = secrets(true);
    uint8_t sk[96], ppk_bytes[40];
    struct secret ppk;
    sequence(ppk_bytes, sizeof(ppk_bytes), 9);
    assert_true(secret_set(&ppk, ppk_bytes, sizeof(ppk_bytes)));
    assert_int_equal(ike_keys_first(&cbc128_sha256, &x, &k), 0);
    memcpy(sk, k.d, 32);
    memcpy(sk + 32, k.pi, 32);
    memcpy(sk + 64, k.pr, 32);
    assert_int_equal(ike_ppk_mix(CRYPTO_PRF_SHA256, &ppk, sk, sizeof(sk)), 0);
    claim_hash("all three", &(struct crypto_part){ sk, sizeof(sk) }, 1,
               "de07b2158fbee9fc6bcf4b441f6b8081cd5ce59ec9ead8b2895e4625705a1fac");
    assert_true(ike_keys_take_ppk(&k, sk, sizeof(sk)));
    assert_memory_equal(k.pr, sk + 64, 32);
    assert_false(ike_keys_take_ppk(&k, sk, 95));
    assert_true(ike_ppk_mix(CRYPTO_PRF_SHA256, &ppk, sk, 95) < 0);
}

static void test_psk_auth(void **state)
{
    (void)state;
    static const uint8_t id[] = "\2\0\0\0gw.example";
    uint8_t message[300], auth[CRYPTO_HASH_MAX];
    size_t n;
    struct ike_keys k;
    struct secret psk, other;
    const struct ike_exchange_secrets x = secrets(true);
    sequence(message, sizeof(message), 4);
    assert_true(secret_set(&psk, "secret key", 10) && secret_set(&other, "secret kez", 10));
    assert_int_equal(ike_keys_first(&cbc128_sha256, &x, &k), 0);
    const char *const want[] = {
        "b97072ce54e01862b9e6d700763cf3875ae9070cd41dd4bc9e7c7ec3ca689adc",
        "ecff10fbac8ce23e2da6b2d55efd0d8126b1c8d019741d8454a0d600276c8c45"
    };
    for (int initiator = 0; initiator < 2; initiator++) {
        struct ike_auth_octets o;
        const struct ike_auth_input in = { .prf = CRYPTO_PRF_SHA256,
                                           .keys = &k,
                                           .initiator = initiator,
                                           .message = { message, sizeof(message) },
                                           .nonce = initiator ? x.nr : x.ni,
                                           .id_body = { id, sizeof(id) - 1 } };
        assert_int_equal(ike_auth_octets(&in, &o), 0);
        assert_int_equal(ike_psk_auth(CRYPTO_PRF_SHA256, &psk, o.parts, 3, auth, &n), 0);
        claim_bytes(initiator ? "initiator" : "responder", auth, n, want[initiator]);
        struct crypto_part came = { auth, n };
        assert_true(ike_psk_verify(CRYPTO_PRF_SHA256, &psk, o.parts, 3, &came));
        assert_false(ike_psk_verify(CRYPTO_PRF_SHA256, &other, o.parts, 3, &came));
        came.n--;
        assert_false(ike_psk_verify(CRYPTO_PRF_SHA256, &psk, o.parts, 3, &came));
        came.n++;
        auth[31] ^= 1;
        assert_false(ike_psk_verify(CRYPTO_PRF_SHA256, &psk, o.parts, 3, &came));
    }
}

static void test_nat_hash(void **state)
{
    (void)state;
    uint8_t hash[20];
    struct ip_addr a;
    assert_true(ip_parse("192.0.2.1", &a));
    assert_int_equal(ike_nat_hash(spi_i, spi_r, &a, 500, hash), 0);
    claim_bytes("IPv4", hash, 20, "d798d986143f878f70765e0e869c80bbc375f701");
    assert_true(ip_parse("2001:db8::1", &a));
    assert_int_equal(ike_nat_hash(spi_i, spi_r, &a, 4500, hash), 0);
    claim_bytes("IPv6", hash, 20, "1ee24423bf8f59515e0265c6d0f08be3d038f7e5");
}

/* The lines of wireshark-keys.csv, from its own keys. */
static void test_key_log(void **state)
{
    (void)state;
    static const char want[] = "191ccd371a7a1f7b,bc123d15e4af593f,"
                               "9096ddd2933620e8f48122c53a3f562cb0222c1cf97ce41fcc874ea2582a89ac,"
                               "6718c6b2bbef2f234eac4c13832f885d87b574afd2af0111161e99b5dc61b4d4,"
                               "\"AES-CBC-256 [RFC3602]\","
                               "12d532c3e83c757906af548dfe1ccf223ca5507af77898454e2d55c8ace57a17,"
                               "30c4ead18c93024b58a86c1e3db60f550221801026853170b4cb0248d3a95329,"
                               "\"HMAC_SHA2_256_128 [RFC4868]\"";
    struct ike_keys k = { .encr_len = 32, .integ_len = 32 };
    struct ike_suite s = cbc256_sha1;
    char line[IKE_KEY_LOG_MAX];
    struct text t = text_init(line, sizeof(line));
    s.integ = CRYPTO_SHA256_128;
    lib_hex("9096ddd2933620e8f48122c53a3f562cb0222c1cf97ce41fcc874ea2582a89ac", k.ei, 32);
    lib_hex("6718c6b2bbef2f234eac4c13832f885d87b574afd2af0111161e99b5dc61b4d4", k.er, 32);
    lib_hex("12d532c3e83c757906af548dfe1ccf223ca5507af77898454e2d55c8ace57a17", k.ai, 32);
    lib_hex("30c4ead18c93024b58a86c1e3db60f550221801026853170b4cb0248d3a95329", k.ar, 32);
    text_ike_key_log(&t, &s, UINT64_C(0x191ccd371a7a1f7b), UINT64_C(0xbc123d15e4af593f), &k);
    assert_string_equal(line, want);
}

static void test_esp_key_log(void **state)
{
    (void)state;
    static struct esp_child c = { .spi_in = 0xc0000001,
                                  .spi_out = 0x1234,
                                  .encr = CRYPTO_AES_CBC,
                                  .encr_bits = 128,
                                  .integ = CRYPTO_SHA1_96 };
    char line[IKE_KEY_LOG_MAX];
    struct text t = text_init(line, sizeof(line));
    assert_true(ip_parse("192.0.2.1", &c.path.local) && ip_parse("192.0.2.2", &c.path.remote));
    sequence(c.key_in, 36, 0x10);
    text_ike_esp_key_log(&t, &c, true);
    assert_string_equal(line, "\"IPv4\",\"192.0.2.2\",\"192.0.2.1\",\"0xc0000001\","
                              "\"AES-CBC [RFC3602]\",\"0x10171e252c333a41484f565d646b7279\","
                              "\"HMAC-SHA-1-96 [RFC2404]\","
                              "\"0x80878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe05\"");
    t = text_init(line, sizeof(line));
    c.encr = CRYPTO_AES_GCM_16;
    c.integ = CRYPTO_INTEG_NONE;
    sequence(c.key_out, 36, 0x20);
    text_ike_esp_key_log(&t, &c, false);
    assert_string_equal(line, "\"IPv4\",\"192.0.2.1\",\"192.0.2.2\",\"0x00001234\","
                              "\"AES-GCM with 16 octet ICV [RFC4106]\","
                              "\"0x20272e353c434a51585f666d747b828990979ea5\",\"NULL\",\"\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_keys), cmocka_unit_test(test_rekeyed_keys),
        cmocka_unit_test(test_child_keys), cmocka_unit_test(test_ppk),
        cmocka_unit_test(test_psk_auth),   cmocka_unit_test(test_nat_hash),
        cmocka_unit_test(test_key_log),    cmocka_unit_test(test_esp_key_log),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
