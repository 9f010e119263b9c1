#include "crypto/sign.h"

#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "crypto/sign_impl.h"

enum {
    CERT_FILE_MAX = 1024 * 1024, /* a bundle of trusted roots */
    DN_MAX = 4096,               /* bytes in DER */
};

/* A copy of what libcrypto encoded, in memory that is accounted for. */
static uint8_t *keep(uint8_t *encoded, int n, size_t *ret_n)
{
    uint8_t *copy = n > 0 ? mem_alloc(MEM_CRYPTO, (size_t)n) : NULL;
    if (copy) {
        memcpy(copy, encoded, (size_t)n);
        *ret_n = (size_t)n;
    }
    OPENSSL_free(encoded);
    return copy;
}

/* RFC 7296 3.7: SHA-1 over the SubjectPublicKeyInfo. */
static bool hash_key(struct crypto_cert *c)
{
    uint8_t *info = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x), &info);
    if (n <= 0)
        return false;
    const struct crypto_part part = { info, (size_t)n };
    bool done = crypto_sha1(&part, 1, c->key_hash) == 0;
    OPENSSL_free(info);
    return done;
}

/* Takes x over, also when it fails. */
static struct crypto_cert *cert_of(X509 *x, const char **ret_why)
{
    struct crypto_cert *c = mem_alloc(MEM_CRYPTO, sizeof(*c));
    *ret_why = "no memory";
    if (!c) {
        X509_free(x);
        return NULL;
    }
    c->x = x;
    uint8_t *der = NULL, *subject = NULL;
    int n = i2d_X509(x, &der);
    c->der = keep(der, n, &c->der_n);
    n = i2d_X509_NAME(X509_get_subject_name(x), &subject);
    c->subject = keep(subject, n, &c->subject_n);
    bool done = c->der && c->subject && hash_key(c);
    if (c->der_n > CRYPTO_CERT_MAX) {
        *ret_why = "a certificate is longer than 16 KiB";
        done = false;
    }
    ERR_clear_error();
    if (!done) {
        crypto_cert_free(c);
        return NULL;
    }
    return c;
}

void crypto_cert_free(struct crypto_cert *c)
{
    if (!c)
        return;
    X509_free(c->x);
    mem_free(MEM_CRYPTO, c->der, c->der_n);
    mem_free(MEM_CRYPTO, c->subject, c->subject_n);
    mem_free(MEM_CRYPTO, c, sizeof(*c));
}

static size_t read_one(const void *bytes, size_t n, struct crypto_cert **ret_certs,
                       const char **ret_why)
{
    const unsigned char *at = bytes;
    X509 *x = n <= CRYPTO_CERT_MAX ? d2i_X509(NULL, &at, (long)n) : NULL;
    *ret_why = n > CRYPTO_CERT_MAX ? "a certificate is longer than 16 KiB"
                                   : "it is no X.509 certificate";
    if (x && at != (const unsigned char *)bytes + n) {
        X509_free(x);
        x = NULL;
        *ret_why = "there are bytes behind the certificate";
    }
    ERR_clear_error();
    if (!x)
        return 0;
    ret_certs[0] = cert_of(x, ret_why);
    return ret_certs[0] ? 1 : 0;
}

/* A passphrase is never asked for: no certificate has one. */
static int no_passphrase(char *to, int room, int is_encrypting, void *arg)
{
    assert(room > 0 && !is_encrypting && !arg);
    to[0] = 0;
    return -1;
}

static size_t read_all(BIO *bio, struct crypto_cert **ret_certs, size_t max, const char **ret_why)
{
    size_t count = 0;
    const char *why = NULL;
    for (X509 *x; !why && (x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL));) {
        if (count == max) {
            why = "it has more certificates than are taken";
            X509_free(x);
            break;
        }
        ret_certs[count] = cert_of(x, &why);
        if (!ret_certs[count])
            break;
        count++;
        why = NULL;
    }
    /* "No start line" is how the end of a PEM file shows itself. */
    if (!why && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        why = "a certificate in it is damaged";
    else if (!why && count == 0)
        why = "there is no certificate in PEM or DER in it";
    ERR_clear_error();
    if (!why)
        return count;
    while (count > 0)
        crypto_cert_free(ret_certs[--count]);
    *ret_why = why;
    return 0;
}

size_t crypto_cert_read(const void *bytes, size_t n, struct crypto_cert **ret_certs, size_t max,
                        const char **ret_why)
{
    if (n == 0 || max == 0 || n > CERT_FILE_MAX) {
        *ret_why = n > CERT_FILE_MAX ? "the file is longer than 1 MiB" : "the file is empty";
        return 0;
    }
    if (crypto_is_der(bytes, n))
        return read_one(bytes, n, ret_certs, ret_why);
    BIO *bio = BIO_new_mem_buf(bytes, (int)n);
    if (!bio) {
        *ret_why = "no memory";
        return 0;
    }
    size_t count = read_all(bio, ret_certs, max, ret_why);
    BIO_free(bio);
    return count;
}

const uint8_t *crypto_cert_der(const struct crypto_cert *c, size_t *ret_len)
{
    *ret_len = c->der_n;
    return c->der;
}

const char *crypto_cert_dates(const struct crypto_cert *c, int64_t wall_time)
{
    time_t now = (time_t)wall_time;
    if (X509_cmp_time(X509_get0_notAfter(c->x), &now) <= 0) /* 0: not a date */
        return "it has expired";
    return X509_cmp_time(X509_get0_notBefore(c->x), &now) >= 0 ? "it is not valid yet" : NULL;
}

void crypto_cert_key_hash(const struct crypto_cert *c, uint8_t ret_hash[20])
{
    memcpy(ret_hash, c->key_hash, sizeof(c->key_hash));
}

const uint8_t *crypto_cert_subject(const struct crypto_cert *c, size_t *ret_len)
{
    *ret_len = c->subject_n;
    return c->subject;
}

void text_crypto_subject(struct text *t, const struct crypto_cert *c)
{
    text_crypto_dn(t, c->subject, c->subject_n);
}

/* NULL: not a name. */
static X509_NAME *name_of(const void *der, size_t n)
{
    const unsigned char *at = der;
    if (n == 0 || n > DN_MAX)
        return NULL;
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)n);
    if (name && at != (const unsigned char *)der + n) {
        X509_NAME_free(name);
        name = NULL;
    }
    ERR_clear_error();
    return name;
}

/* UTF-8 stays as it is; control characters and the separators are escaped. */
void text_crypto_dn(struct text *t, const void *der, size_t n)
{
    X509_NAME *name = name_of(der, n);
    BIO *bio = name ? BIO_new(BIO_s_mem()) : NULL;
    char *chars = NULL;
    long len = 0;
    if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
        len = BIO_get_mem_data(bio, &chars);
    if (len > 0)
        text_bytes(t, chars, (size_t)len);
    else
        text_str(t, name ? "(empty name)" : "(not a name)");
    BIO_free(bio);
    X509_NAME_free(name);
    ERR_clear_error();
}

/* ---- identities ---- */

static bool is_same_text(const ASN1_STRING *a, const char *name, size_t n)
{
    const uint8_t *b = ASN1_STRING_get0_data(a);
    if ((size_t)ASN1_STRING_length(a) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint8_t x = b[i], y = (uint8_t)name[i];
        x = x >= 'A' && x <= 'Z' ? (uint8_t)(x | 0x20) : x;
        y = y >= 'A' && y <= 'Z' ? (uint8_t)(y | 0x20) : y;
        if (x != y)
            return false;
    }
    return n > 0;
}

struct wanted {
    int type; /* GEN_DNS ... */
    const char *text;
    size_t n;
    const struct ip_addr *ip;
    const X509_NAME *dn;
};

static bool is_wanted(const GENERAL_NAME *g, const struct wanted *w)
{
    int type;
    const void *value = GENERAL_NAME_get0_value(g, &type);
    if (type != w->type || !value)
        return false;
    if (w->dn)
        return X509_NAME_cmp(value, w->dn) == 0;
    if (!w->ip)
        return is_same_text(value, w->text, w->n);
    size_t n = ip_bytes(w->ip->family);
    return n > 0 && (size_t)ASN1_STRING_length(value) == n &&
           memcmp(ASN1_STRING_get0_data(value), w->ip->b, n) == 0;
}

/* RFC 4945 3.1: an identity is one of the certificate's names of its type, letter for letter: no
 * wildcards, and no name from the subject's CN. */
static bool has_alt_name(const struct crypto_cert *c, const struct wanted *w)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(c->x, NID_subject_alt_name, NULL, NULL);
    bool found = false;
    for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++)
        found = is_wanted(sk_GENERAL_NAME_value(names, i), w);
    GENERAL_NAMES_free(names);
    ERR_clear_error();
    return found;
}

bool crypto_cert_has_fqdn(const struct crypto_cert *c, const char *name, size_t n)
{
    return has_alt_name(c, &(struct wanted){ .type = GEN_DNS, .text = name, .n = n });
}

bool crypto_cert_has_email(const struct crypto_cert *c, const char *name, size_t n)
{
    return has_alt_name(c, &(struct wanted){ .type = GEN_EMAIL, .text = name, .n = n });
}

bool crypto_cert_has_ip(const struct crypto_cert *c, const struct ip_addr *a)
{
    return has_alt_name(c, &(struct wanted){ .type = GEN_IPADD, .ip = a });
}

bool crypto_cert_has_dn(const struct crypto_cert *c, const void *der, size_t n)
{
    X509_NAME *dn = name_of(der, n);
    if (!dn)
        return false;
    bool has = X509_NAME_entry_count(dn) > 0 &&
               (X509_NAME_cmp(X509_get_subject_name(c->x), dn) == 0 ||
                has_alt_name(c, &(struct wanted){ .type = GEN_DIRNAME, .dn = dn }));
    X509_NAME_free(dn);
    return has;
}
