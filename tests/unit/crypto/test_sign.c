/* Private keys, signatures, what is refused. Keys and certificates: tests/vectors/pki. */
#include "crypto/sign.h"

#include <errno.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/mem.h"
#include "pki.h"

enum { NO_HASHES = 0, ALL_HASHES = 0x3e, SHA1_ONLY = 1 << CRYPTO_HASH_SHA1 };

static const struct crypto_part message[] = {
    { "the first message", 17 }, { "nonce", 5 }, { "", 0 }, { "prf(SK_p, ID)", 13 }
};

/* ---- keys ---- */

static void every_kind_of_key_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *key, *passphrase, *cert;
    } cases[] = {
        { "rsa.key", NULL, "rsa.pem" },
        { "rsa-traditional.key", NULL, "rsa.pem" },
        { "ec256.key", NULL, "ec256.pem" },
        { "ec256-key.der", NULL, "ec256.der" },
        { "ec384.key", NULL, "ec384.pem" },
        { "ec521.key", NULL, "ec521.pem" },
        { "ed25519.key", NULL, "ed25519.pem" },
        { "ed448.key", NULL, "ed448.pem" },
        { "ec256.key", "not needed", "ec256.pem" },
        { "ec256-encrypted.key", "opensesame", "ec256.pem" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct crypto_key *k = pki_key(cases[i].key, cases[i].passphrase);
        struct crypto_cert *c = pki_cert(cases[i].cert), *other = pki_cert("middle.pem");
        CLAIM(cases[i].key, crypto_key_fits(k, c));
        CLAIM(cases[i].key, !crypto_key_fits(k, other));
        crypto_key_free(k);
        crypto_cert_free(c);
        crypto_cert_free(other);
    }
}

static void refuse_key(const char *name, const void *bytes, size_t n, const char *passphrase,
                       const char *want)
{
    const char *why = NULL;
    CLAIM(name, !crypto_key_read(bytes, n, passphrase, &why));
    CLAIM_TEXT(name, why, want);
}

static void keys_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *file, *passphrase, *why;
    } cases[] = {
        { "ec256-encrypted.key", NULL, "it is encrypted, and no passphrase is given" },
        { "ec256-encrypted.key", "wrong", "the passphrase does not open it" },
        { "ec256.pem", NULL, "there is no private key in PEM or DER in it" },
        { "ec256.der", NULL, "there is no private key in PEM or DER in it" },
        { "secp256k1.key", NULL,
          "it is neither RSA (1024 to 7168 bits), ECDSA (P-256, P-384, P-521) nor EdDSA" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pki_file f = pki_read(cases[i].file);
        refuse_key(cases[i].file, f.bytes, f.n, cases[i].passphrase, cases[i].why);
    }
    static uint8_t zeros[64 * 1024 + 1];
    refuse_key("nothing", "", 0, NULL, "the file is empty");
    refuse_key("zeros", zeros, 100, NULL, "there is no private key in PEM or DER in it");
    refuse_key("a long file", zeros, sizeof(zeros), NULL, "the file is longer than 64 KiB");
}

static void a_cut_key_is_refused(void **state)
{
    (void)state;
    struct pki_file f = pki_read("ec256-key.der");
    for (size_t n = 1; n < f.n; n++) {
        const char *why = NULL;
        assert_null(crypto_key_read(f.bytes, n, NULL, &why));
        assert_non_null(why);
    }
}

/* ---- signatures ---- */

static bool verifies(const char *cert, const struct crypto_signature *s, const char **ret_why)
{
    struct crypto_cert *c = pki_cert(cert);
    const struct crypto_part data = { s->data, s->len };
    bool done = crypto_verify(c, s->method, &data, message, ARRAY_LEN(message), ret_why);
    crypto_cert_free(c);
    return done;
}

static const struct {
    const char *name, *key, *cert;
    uint32_t peer_hashes;
    enum crypto_auth method;
    size_t len;         /* 0: it varies */
    const char *prefix; /* RFC 7427 A: length and AlgorithmIdentifier */
} sign_cases[] = {
    { "RSA without RFC 7427", "rsa.key", "rsa.pem", NO_HASHES, CRYPTO_AUTH_RSA, 256, "" },
    { "RSA, a peer with SHA-1 alone", "rsa.key", "rsa.pem", SHA1_ONLY, CRYPTO_AUTH_RSA, 256, "" },
    { "RSA with PSS", "rsa.key", "rsa.pem", ALL_HASHES, CRYPTO_AUTH_SIGNATURE, 68 + 256,
      "43304106092a864886f70d01010a3034a00f300d06096086480165030402010500"
      "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120" },
    { "RSA with PSS and SHA-384", "rsa.key", "rsa.pem", 1 << CRYPTO_HASH_SHA384,
      CRYPTO_AUTH_SIGNATURE, 68 + 256,
      "43304106092a864886f70d01010a3034a00f300d06096086480165030402020500"
      "a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130" },
    { "RSA with PSS and SHA-512", "rsa.key", "rsa.pem", 1 << CRYPTO_HASH_SHA512,
      CRYPTO_AUTH_SIGNATURE, 68 + 256,
      "43304106092a864886f70d01010a3034a00f300d06096086480165030402030500"
      "a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140" },
    { "P-256, method 9", "ec256.key", "ec256.pem", NO_HASHES, CRYPTO_AUTH_ECDSA_256, 64, "" },
    { "P-384, method 10", "ec384.key", "ec384.pem", NO_HASHES, CRYPTO_AUTH_ECDSA_384, 96, "" },
    { "P-521, method 11", "ec521.key", "ec521.pem", NO_HASHES, CRYPTO_AUTH_ECDSA_521, 132, "" },
    { "P-256, method 14", "ec256.key", "ec256.pem", ALL_HASHES, CRYPTO_AUTH_SIGNATURE, 0,
      "0c300a06082a8648ce3d040302" },
    { "P-384, method 14", "ec384.key", "ec384.pem", ALL_HASHES, CRYPTO_AUTH_SIGNATURE, 0,
      "0c300a06082a8648ce3d040303" },
    { "P-521, method 14", "ec521.key", "ec521.pem", ALL_HASHES, CRYPTO_AUTH_SIGNATURE, 0,
      "0c300a06082a8648ce3d040304" },
    { "P-256, SHA-512 alone", "ec256.key", "ec256.pem", 1 << CRYPTO_HASH_SHA512,
      CRYPTO_AUTH_SIGNATURE, 0, "0c300a06082a8648ce3d040304" },
    { "P-256, SHA-1 alone", "ec256.key", "ec256.pem", SHA1_ONLY, CRYPTO_AUTH_ECDSA_256, 64, "" },
    { "Ed25519", "ed25519.key", "ed25519.pem", ALL_HASHES, CRYPTO_AUTH_SIGNATURE, 8 + 64,
      "07300506032b6570" },
    { "Ed448", "ed448.key", "ed448.pem", ALL_HASHES, CRYPTO_AUTH_SIGNATURE, 8 + 114,
      "07300506032b6571" },
};

/* [RFC 7296 2.15] [RFC 7427 3] [RFC 4754] [RFC 8420] */
static void signed_and_verified(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sign_cases); i++) {
        const char *name = sign_cases[i].name, *why = NULL;
        struct crypto_key *k = pki_key(sign_cases[i].key, NULL);
        struct crypto_signature s;
        CLAIM(name,
              crypto_sign(k, sign_cases[i].peer_hashes, message, ARRAY_LEN(message), &s) == 0);
        CLAIM(name, s.method == sign_cases[i].method);
        CLAIM(name, sign_cases[i].len == 0 || s.len == sign_cases[i].len);
        claim_hex(name, s.data, strlen(sign_cases[i].prefix) / 2, sign_cases[i].prefix);
        if (!verifies(sign_cases[i].cert, &s, &why))
            fail_msg("%s: %s", name, why);
        CLAIM(name, !verifies("middle.pem", &s, &why));
        crypto_key_free(k);
    }
}

/* One bit anywhere, a byte less, a byte more, another method. */
static void a_changed_signature_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sign_cases); i++) {
        const char *name = sign_cases[i].name, *why;
        struct crypto_key *k = pki_key(sign_cases[i].key, NULL);
        struct crypto_signature s, t;
        CLAIM(name,
              crypto_sign(k, sign_cases[i].peer_hashes, message, ARRAY_LEN(message), &s) == 0);
        for (size_t at = 0; at < s.len; at += at < 80 ? 1 : 7) {
            t = s;
            t.data[at] ^= (uint8_t)(1 << at % 8);
            why = NULL;
            if (verifies(sign_cases[i].cert, &t, &why))
                fail_msg("%s: byte %zu may be changed", name, at);
            CLAIM(name, why);
        }
        for (uint16_t len = 0; len < s.len; len = (uint16_t)(len + 5)) {
            t = s;
            t.len = len;
            CLAIM(name, !verifies(sign_cases[i].cert, &t, &why));
        }
        t = s;
        t.data[t.len++] = 0;
        CLAIM(name, !verifies(sign_cases[i].cert, &t, &why));
        for (int method = 0; method < 16; method++) {
            t = s;
            t.method = (enum crypto_auth)method;
            CLAIM(name, method == (int)s.method || !verifies(sign_cases[i].cert, &t, &why));
        }
        crypto_key_free(k);
    }
}

static void another_message_is_wrong(void **state)
{
    (void)state;
    static const struct crypto_part other[] = { { "the first messagE", 17 }, { "nonce", 5 } };
    struct crypto_key *k = pki_key("ec256.key", NULL);
    struct crypto_cert *c = pki_cert("ec256.pem");
    struct crypto_signature s;
    const char *why = NULL;
    assert_int_equal(crypto_sign(k, ALL_HASHES, other, 2, &s), 0);
    const struct crypto_part data = { s.data, s.len };
    assert_true(crypto_verify(c, s.method, &data, other, 2, &why));
    assert_false(crypto_verify(c, s.method, &data, other, 1, &why));
    assert_string_equal(why, "the signature is wrong");
    crypto_cert_free(c);
    crypto_key_free(k);
}

/* EdDSA has no method of its own (RFC 8420 2). */
static void a_peer_that_cannot_verify(void **state)
{
    (void)state;
    struct crypto_key *k = pki_key("ed25519.key", NULL);
    struct crypto_signature s;
    assert_int_equal(crypto_sign(k, NO_HASHES, message, 1, &s), -EOPNOTSUPP);
    assert_int_equal(crypto_sign(k, 1 << CRYPTO_HASH_SHA256, message, 1, &s), -EOPNOTSUPP);
    crypto_key_free(k);
}

/* A signature that this side never makes, by libcrypto: RSA v1.5 behind an AlgorithmIdentifier. */
static struct crypto_signature by_v15(const EVP_MD *md, uint8_t last)
{
    static const char id[] = "\x0f\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00";
    struct crypto_signature s = { .method = CRYPTO_AUTH_SIGNATURE };
    struct pki_file f = pki_read("rsa.key");
    BIO *bio = BIO_new_mem_buf(f.bytes, (int)f.n);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t n = sizeof(s.data) - 16;
    memcpy(s.data, id, 16);
    s.data[13] = last;
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, md, NULL, pkey), 1);
    for (size_t i = 0; i < ARRAY_LEN(message); i++)
        assert_int_equal(EVP_DigestSignUpdate(ctx, message[i].p, message[i].n), 1);
    assert_int_equal(EVP_DigestSignFinal(ctx, s.data + 16, &n), 1);
    s.len = (uint16_t)(16 + n);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    BIO_free(bio);
    return s;
}

/* strongSwan signs so unless it is told to use PSS. */
static void rsa_v15_with_sha2_is_taken(void **state)
{
    (void)state;
    const char *why = NULL;
    struct crypto_signature s = by_v15(EVP_sha256(), 0x0b);
    assert_true(verifies("rsa.pem", &s, &why));
    s = by_v15(EVP_sha384(), 0x0c);
    assert_true(verifies("rsa.pem", &s, &why));
    s = by_v15(EVP_sha512(), 0x0d);
    assert_true(verifies("rsa.pem", &s, &why));
    s = by_v15(EVP_sha256(), 0x0d);
    assert_false(verifies("rsa.pem", &s, &why));
    assert_string_equal(why, "the signature is wrong");
}

/* [RFC 8247 4.2]: SHA-1 with method 14 is refused, though the signature is right. */
static void sha1_is_for_method_1_only(void **state)
{
    (void)state;
    const char *why = NULL;
    struct crypto_signature s = by_v15(EVP_sha1(), 0x05);
    assert_false(verifies("rsa.pem", &s, &why));
    assert_string_equal(why, "the authentication method does not fit the certificate's key, or is "
                             "too weak");
    struct crypto_signature plain = { .method = CRYPTO_AUTH_RSA, .len = 256 };
    memcpy(plain.data, s.data + 16, 256);
    assert_true(verifies("rsa.pem", &plain, &why));
}

/* An AlgorithmIdentifier with NULL parameters left out, as some peers write it. */
static void pss_without_null_parameters(void **state)
{
    (void)state;
    static const char want[] = "3f303d06092a864886f70d01010a3030a00d300b0609608648016503040201"
                               "a11a301806092a864886f70d010108300b0609608648016503040201a203020120";
    struct crypto_key *k = pki_key("rsa.key", NULL);
    struct crypto_signature s, t = { .method = CRYPTO_AUTH_SIGNATURE };
    const char *why = NULL;
    assert_int_equal(crypto_sign(k, ALL_HASHES, message, ARRAY_LEN(message), &s), 0);
    size_t n = hex_bytes(want, t.data, sizeof(t.data));
    assert_int_equal(n, 64);
    memcpy(t.data + n, s.data + 68, 256);
    t.len = (uint16_t)(n + 256);
    assert_true(verifies("rsa.pem", &t, &why));
    crypto_key_free(k);
}

static void without_memory(void **state)
{
    (void)state;
    struct crypto_key *k = pki_key("ec256.key", NULL);
    struct crypto_signature s;
    const char *why = NULL;
    size_t before = mem_count(MEM_CRYPTO);
    mem_fail_at(1);
    assert_int_equal(crypto_sign(k, ALL_HASHES, message, 1, &s), -ENOMEM);
    struct pki_file f = pki_read("ec256.key");
    mem_fail_at(1);
    assert_null(crypto_key_read(f.bytes, f.n, NULL, &why));
    assert_string_equal(why, "no memory");
    mem_fail_at(0);
    const struct crypto_part huge = { message, 1 << 20 };
    assert_int_equal(crypto_sign(k, ALL_HASHES, &huge, 1, &s), -ENOMEM);
    assert_int_equal(mem_count(MEM_CRYPTO), before);
    crypto_key_free(k);
    crypto_key_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_key_is_read),
        cmocka_unit_test(keys_that_are_refused),
        cmocka_unit_test(a_cut_key_is_refused),
        cmocka_unit_test(signed_and_verified),
        cmocka_unit_test(a_changed_signature_is_wrong),
        cmocka_unit_test(another_message_is_wrong),
        cmocka_unit_test(a_peer_that_cannot_verify),
        cmocka_unit_test(rsa_v15_with_sha2_is_taken),
        cmocka_unit_test(sha1_is_for_method_1_only),
        cmocka_unit_test(pss_without_null_parameters),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
