/* Any file as certificates: what is read has a subject, a hash and a DER that reads to the same;
 * names, identities, chains and signatures of it are asked for and must not hurt. What stands
 * behind a certificate in DER is the data of an AUTH payload. */
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "crypto/sign.h"

enum { CERTS_MAX = 4 };

static void check_names(const struct crypto_cert *c)
{
    char buf[512];
    size_t n;
    struct ip_addr a = ip_from_u32(0xc0000201);
    struct text t = text_init(buf, sizeof(buf));
    const uint8_t *subject = crypto_cert_subject(c, &n);
    text_crypto_subject(&t, c);
    if (t.len == 0)
        abort();
    bool any = crypto_cert_has_fqdn(c, "gw.example.com", 14);
    any |= crypto_cert_has_email(c, "ops@example.com", 15);
    any |= crypto_cert_has_ip(c, &a);
    any |= crypto_cert_has_dn(c, subject, n);
    if (any && n == 0)
        abort();
}

static void check_again(const struct crypto_cert *c)
{
    struct crypto_cert *again;
    const char *why;
    size_t n, m;
    const uint8_t *der = crypto_cert_der(c, &n);
    if (n == 0 || n > CRYPTO_CERT_MAX || crypto_cert_read(der, n, &again, 1, &why) != 1)
        abort();
    const uint8_t *same = crypto_cert_der(again, &m);
    if (n != m || memcmp(der, same, n) != 0)
        abort();
    crypto_cert_free(again);
}

static void check_signature(const struct crypto_cert *c, const uint8_t *data, size_t size)
{
    static const enum crypto_auth methods[] = { CRYPTO_AUTH_RSA, CRYPTO_AUTH_ECDSA_256,
                                                CRYPTO_AUTH_SIGNATURE };
    const struct crypto_part message = { "message", 7 }, sig = { data, size };
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        const char *why = NULL;
        if (!crypto_verify(c, methods[i], &sig, &message, 1, &why) && !why)
            abort();
    }
}

/* The bytes of a certificate in DER with a length of two bytes; else all. */
static size_t first_value(const uint8_t *data, size_t size)
{
    size_t n = size >= 4 && data[0] == 0x30 && data[1] == 0x82
                   ? 4 + ((size_t)data[2] << 8 | data[3])
                   : size;
    return n < size ? n : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct crypto_cert *certs[CERTS_MAX];
    const char *why = NULL;
    char buf[256];
    struct text t = text_init(buf, sizeof(buf));
    text_crypto_dn(&t, data, size);
    size_t first = first_value(data, size);
    size_t n = crypto_cert_read(data, first, certs, CERTS_MAX, &why);
    if (n == 0 && !why)
        abort();
    for (size_t i = 0; i < n; i++) {
        check_names(certs[i]);
        check_again(certs[i]);
        check_signature(certs[i], data + first, size - first);
    }
    why = NULL;
    if (n > 0 && !crypto_chain_verify(certs, n, &certs[n - 1], 1, 1798761600, &why) && !why)
        abort();
    while (n > 0)
        crypto_cert_free(certs[--n]);
    return 0;
}
