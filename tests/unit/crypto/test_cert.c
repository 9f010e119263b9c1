/* Certificates: reading, names, identities, chains. Files: tests/vectors/pki. */
#include "base/mem.h"
#include "pki.h"

/* Midnights, in seconds since 1970. */
#define y2000 INT64_C(946684800)
#define y2027 INT64_C(1798761600)
#define y2200 INT64_C(7258118400)

/* ---- reading ---- */

static void pem_with_words_between(void **state)
{
    (void)state;
    struct pki_file f = pki_read("chain.pem");
    struct crypto_cert *certs[4];
    const char *why = NULL;
    assert_int_equal(crypto_cert_read(f.bytes, f.n, certs, 4, &why), 2);
    char text[200];
    struct text t = text_init(text, sizeof(text));
    text_crypto_subject(&t, certs[0]);
    assert_string_equal(text, "CN=ec256.example.com,OU=Gateways,O=Example\\, Ltd.,C=JP");
    t = text_init(text, sizeof(text));
    text_crypto_subject(&t, certs[1]);
    assert_string_equal(text, "CN=Middle,O=Example,C=JP");
    crypto_cert_free(certs[0]);
    crypto_cert_free(certs[1]);
    assert_int_equal(crypto_cert_read(f.bytes, f.n, certs, 1, &why), 0);
    assert_string_equal(why, "it has more certificates than are taken");
}

static void der_and_pem_are_the_same(void **state)
{
    (void)state;
    struct crypto_cert *a = pki_cert("ec256.pem"), *b = pki_cert("ec256.der");
    struct pki_file f = pki_read("ec256.der");
    size_t an, bn;
    const uint8_t *ad = crypto_cert_der(a, &an), *bd = crypto_cert_der(b, &bn);
    assert_int_equal(an, bn);
    assert_int_equal(an, f.n);
    assert_memory_equal(ad, bd, an);
    assert_memory_equal(ad, f.bytes, an);
    crypto_cert_free(a);
    crypto_cert_free(b);
}

/* [RFC 7296 3.7]; what `openssl x509 -pubkey | openssl pkey -pubin -outform DER | sha1sum` says. */
static void the_hash_of_its_key(void **state)
{
    (void)state;
    static const char want[] = "6b9dec121849a7e6c06cd8015c350a15411aa924";
    struct crypto_cert *c = pki_cert("root.pem");
    uint8_t hash[20];
    crypto_cert_key_hash(c, hash);
    claim_hex("root", hash, sizeof(hash), want);
    crypto_cert_free(c);
}

static void refuse(const char *name, const void *bytes, size_t n, const char *want)
{
    struct crypto_cert *certs[2];
    const char *why = NULL;
    CLAIM(name, crypto_cert_read(bytes, n, certs, 2, &why) == 0);
    CLAIM_TEXT(name, why, want);
}

static void files_that_are_refused(void **state)
{
    (void)state;
    static uint8_t big[1024 * 1024 + 1];
    struct pki_file f = pki_read("ec256.der");
    f.bytes[f.n] = 0;
    refuse("nothing", "", 0, "the file is empty");
    refuse("a byte more", f.bytes, f.n + 1, "there are bytes behind the certificate");
    refuse("words", "hello", 5, "there is no certificate in PEM or DER in it");
    big[0] = 0x30;
    big[1] = 0x83;
    refuse("16 KiB of DER", big, CRYPTO_CERT_MAX + 1, "a certificate is longer than 16 KiB");
    refuse("1 MiB", big, sizeof(big), "the file is longer than 1 MiB");
    f = pki_read("ec256.key");
    refuse("a key", f.bytes, f.n, "there is no certificate in PEM or DER in it");
    f = pki_read("chain.pem");
    f.bytes[f.n - 200] = '!';
    refuse("a damaged second one", f.bytes, f.n, "a certificate in it is damaged");
}

static void a_cut_certificate_is_refused(void **state)
{
    (void)state;
    struct pki_file f = pki_read("rsa.pem");
    struct crypto_cert *certs[2];
    const char *why = NULL;
    size_t end = f.n - sizeof("-----END CERTIFICATE-----");
    for (size_t n = 0; n < end; n += 3)
        assert_int_equal(crypto_cert_read(f.bytes, n, certs, 2, &why), 0);
    f = pki_read("ec256.der");
    for (size_t n = 0; n < f.n; n++)
        assert_int_equal(crypto_cert_read(f.bytes, n, certs, 2, &why), 0);
}

static void without_memory(void **state)
{
    (void)state;
    struct pki_file f = pki_read("chain.pem");
    size_t before = mem_count(MEM_CRYPTO);
    for (uint64_t n = 1; n <= 6; n++) {
        struct crypto_cert *certs[2];
        const char *why = NULL;
        mem_fail_at(n);
        assert_int_equal(crypto_cert_read(f.bytes, f.n, certs, 2, &why), 0);
        assert_string_equal(why, "no memory");
        mem_fail_at(0);
        assert_int_equal(mem_count(MEM_CRYPTO), before);
    }
    crypto_cert_free(NULL);
}

/* ---- names ---- */

static void names_as_text(void **state)
{
    (void)state;
    static const struct {
        const char *der, *want;
    } cases[] = {
        { "300d310b3009060355040613024a50", "C=JP" },
        { "3000", "(empty name)" },
        { "", "(not a name)" },
        { "300d310b3009060355040613024a", "(not a name)" },
        { "300d310b3009060355040613024a5000", "(not a name)" },
        { "3010310e300c06035504030c05610a2c0062", "CN=a\\0A\\,\\00b" },
        { "300d310b3009060355040313023c2b", "CN=\\<\\+" },
        { "300d310b300906035504030c02c3a9", "CN=\xc3\xa9" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t der[64];
        char text[64];
        size_t n = hex_bytes(cases[i].der, der, sizeof(der));
        struct text t = text_init(text, sizeof(text));
        text_crypto_dn(&t, der, n);
        CLAIM_TEXT(cases[i].der, text, cases[i].want);
    }
}

static void identities(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_fqdn, is_email;
    } cases[] = {
        { "gw.example.com", true, false },     { "GW.Example.COM", true, false },
        { "ops@example.com", false, true },    { "OPS@EXAMPLE.COM", false, true },
        { "ec256.example.com", false, false }, { "*.example.com", false, false },
        { "gw.example.co", false, false },     { "gw.example.com.", false, false },
        { "xgw.example.com", false, false },   { "example.com", false, false },
        { "192.0.2.1", false, false },
    };
    struct crypto_cert *c = pki_cert("ec256.pem");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *name = cases[i].name;
        CLAIM(name, crypto_cert_has_fqdn(c, name, strlen(name)) == cases[i].is_fqdn);
        CLAIM(name, crypto_cert_has_email(c, name, strlen(name)) == cases[i].is_email);
    }
    assert_false(crypto_cert_has_fqdn(c, "", 0));
    assert_false(crypto_cert_has_fqdn(c, "gw.example.com\0evil", 19));
    crypto_cert_free(c);
}

static void addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool has;
    } cases[] = {
        { "192.0.2.1", true },   { "192.0.2.2", false }, { "2001:db8::1", true },
        { "2001:db8::", false }, { "0.0.0.0", false },
    };
    struct crypto_cert *c = pki_cert("rsa.pem"), *bare = pki_cert("root.pem");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ip_addr a;
        assert_true(ip_parse(cases[i].text, &a));
        CLAIM(cases[i].text, crypto_cert_has_ip(c, &a) == cases[i].has);
        CLAIM(cases[i].text, !crypto_cert_has_ip(bare, &a));
    }
    assert_false(crypto_cert_has_ip(c, &(struct ip_addr){ 0 }));
    crypto_cert_free(c);
    crypto_cert_free(bare);
}

static void distinguished_names(void **state)
{
    (void)state;
    struct crypto_cert *a = pki_cert("rsa.pem"), *b = pki_cert("ec256.pem");
    size_t an, bn;
    const uint8_t *ad = crypto_cert_subject(a, &an), *bd = crypto_cert_subject(b, &bn);
    assert_true(crypto_cert_has_dn(a, ad, an));
    assert_true(crypto_cert_has_dn(b, bd, bn));
    assert_false(crypto_cert_has_dn(a, bd, bn));
    assert_false(crypto_cert_has_dn(a, ad, an - 1));
    assert_false(crypto_cert_has_dn(a, "\x30\x00", 2));
    assert_false(crypto_cert_has_dn(a, "", 0));
    crypto_cert_free(a);
    crypto_cert_free(b);
}

/* ---- chains ---- */

static const struct {
    const char *name;
    const char *chain[3], *trusted[2];
    int64_t when;
    const char *why; /* NULL: it is valid */
} chains[] = {
    { "leaf, middle, root", { "ec256.pem", "middle.pem" }, { "root.pem" }, y2027, NULL },
    { "RSA", { "rsa.pem", "middle.pem" }, { "root.pem" }, y2027, NULL },
    { "P-384", { "ec384.pem", "middle.pem" }, { "root.pem" }, y2027, NULL },
    { "Ed25519", { "ed25519.pem", "middle.pem" }, { "root.pem" }, y2027, NULL },
    { "Ed448", { "ed448.pem", "middle.pem" }, { "root.pem" }, y2027, NULL },
    { "the root is sent too",
      { "rsa.pem", "middle.pem", "root.pem" },
      { "root.pem" },
      y2027,
      NULL },
    { "in another order", { "rsa.pem", "root.pem", "middle.pem" }, { "root.pem" }, y2027, NULL },
    { "middle is known here", { "rsa.pem" }, { "root.pem", "middle.pem" }, y2027, NULL },
    { "middle alone is trusted", { "rsa.pem" }, { "middle.pem" }, y2027, NULL },
    { "the leaf itself is trusted", { "rsa.pem" }, { "rsa.pem" }, y2027, NULL },
    { "middle is missing",
      { "rsa.pem" },
      { "root.pem" },
      y2027,
      "unable to get local issuer certificate" },
    { "another root of the same name",
      { "rsa.pem", "middle.pem" },
      { "other.pem" },
      y2027,
      "unable to get local issuer certificate" },
    { "another root beside the right one",
      { "rsa.pem", "middle.pem" },
      { "other.pem", "root.pem" },
      y2027,
      NULL },
    { "an untrusted root is sent",
      { "rsa.pem", "middle.pem", "root.pem" },
      { "ec384.pem" },
      y2027,
      "self-signed certificate in certificate chain" },
    { "too early",
      { "rsa.pem", "middle.pem" },
      { "root.pem" },
      y2000,
      "certificate is not yet valid" },
    { "too late", { "rsa.pem", "middle.pem" }, { "root.pem" }, y2200, "certificate has expired" },
    { "a short one",
      { "short.pem", "middle.pem" },
      { "root.pem" },
      y2027,
      "certificate has expired" },
    { "a leaf signs",
      { "below-leaf.pem", "ec256.pem", "middle.pem" },
      { "root.pem" },
      y2027,
      "invalid CA certificate" },
    { "below a path length of 0",
      { "below-deep.pem", "too-deep.pem", "middle.pem" },
      { "root.pem" },
      y2027,
      "path length constraint exceeded" },
    { "nothing is trusted", { "rsa.pem" }, { NULL }, y2027, "no certificate authority is trusted" },
    { "no certificate", { NULL }, { "root.pem" }, y2027, "there is no certificate" },
};

/* A certificate of ours whose time is over is said to be one. */
static void dates_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *file;
        int64_t when;
        const char *want;
    } cases[] = {
        { "its time", "rsa.pem", y2027, NULL },
        { "too early", "rsa.pem", y2000, "it is not valid yet" },
        { "too late", "rsa.pem", y2200, "it has expired" },
        { "a short one", "short.pem", y2027, "it has expired" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct crypto_cert *c = pki_cert(cases[i].file);
        const char *got = crypto_cert_dates(c, cases[i].when);
        CLAIM(cases[i].name, !got == !cases[i].want);
        CLAIM(cases[i].name, !got || strcmp(got, cases[i].want) == 0);
        crypto_cert_free(c);
    }
}

static size_t load(const char *const *names, size_t max, struct crypto_cert **ret)
{
    size_t n = 0;
    while (n < max && names[n]) {
        ret[n] = pki_cert(names[n]);
        n++;
    }
    return n;
}

static void chains_are_verified(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(chains); i++) {
        struct crypto_cert *chain[3], *trusted[2];
        size_t n = load(chains[i].chain, 3, chain), n_trusted = load(chains[i].trusted, 2, trusted);
        const char *why = NULL;
        bool done = crypto_chain_verify(chain, n, trusted, n_trusted, chains[i].when, &why);
        if (done != !chains[i].why)
            fail_msg("%s: %s", chains[i].name, done ? "is taken" : why);
        if (!done)
            CLAIM_TEXT(chains[i].name, why, chains[i].why);
        while (n > 0)
            crypto_cert_free(chain[--n]);
        while (n_trusted > 0)
            crypto_cert_free(trusted[--n_trusted]);
    }
}

static void a_long_chain_is_refused(void **state)
{
    (void)state;
    struct crypto_cert *chain[CRYPTO_CHAIN_MAX + 1], *c = pki_cert("rsa.pem");
    const char *why = NULL;
    for (size_t i = 0; i < ARRAY_LEN(chain); i++)
        chain[i] = c;
    assert_false(crypto_chain_verify(chain, ARRAY_LEN(chain), &c, 1, y2027, &why));
    assert_string_equal(why, "the chain is too long");
    assert_true(crypto_chain_verify(chain, CRYPTO_CHAIN_MAX, &c, 1, y2027, &why));
    crypto_cert_free(c);
}

/* A bit anywhere in a certificate: it is not read, or its chain is not valid. */
static void a_changed_certificate_is_refused(void **state)
{
    (void)state;
    struct crypto_cert *chain[2] = { NULL, pki_cert("middle.pem") }, *root = pki_cert("root.pem");
    struct pki_file f = pki_read("ec256.der");
    for (size_t at = 0; at < f.n; at++) {
        const char *why = NULL;
        f.bytes[at] ^= (uint8_t)(1 << at % 8);
        if (crypto_cert_read(f.bytes, f.n, chain, 1, &why) == 1) {
            if (crypto_chain_verify(chain, 2, &root, 1, y2027, &why))
                fail_msg("byte %zu may be changed", at);
            crypto_cert_free(chain[0]);
        }
        assert_non_null(why);
        f.bytes[at] ^= (uint8_t)(1 << at % 8);
    }
    crypto_cert_free(chain[1]);
    crypto_cert_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pem_with_words_between),
        cmocka_unit_test(der_and_pem_are_the_same),
        cmocka_unit_test(the_hash_of_its_key),
        cmocka_unit_test(files_that_are_refused),
        cmocka_unit_test(a_cut_certificate_is_refused),
        cmocka_unit_test(without_memory),
        cmocka_unit_test(names_as_text),
        cmocka_unit_test(identities),
        cmocka_unit_test(addresses),
        cmocka_unit_test(distinguished_names),
        cmocka_unit_test(chains_are_verified),
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(a_long_chain_is_refused),
        cmocka_unit_test(a_changed_certificate_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
