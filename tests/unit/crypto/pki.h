/* tests/unit/crypto/pki.h: the keys and certificates of tests/vectors/pki. Test programs only. */
#ifndef CRYPTO_PKI_H
#define CRYPTO_PKI_H

#include <stdlib.h>

#include "crypto/sign.h"
#include "hex.h"

struct pki_file {
    uint8_t bytes[16384];
    size_t n;
};

static inline struct pki_file pki_read(const char *name)
{
    struct pki_file f;
    char path[512];
    const char *source = getenv("SPANWAY_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/vectors/pki/%s", source ? source : ".", name);
    FILE *in = fopen(path, "rb");
    if (!in)
        fail_msg("no file %s", path);
    f.n = fread(f.bytes, 1, sizeof(f.bytes), in);
    fclose(in);
    return f;
}

static inline struct crypto_key *pki_key(const char *name, const char *passphrase)
{
    struct pki_file f = pki_read(name);
    const char *why = NULL;
    struct crypto_key *k = crypto_key_read(f.bytes, f.n, passphrase, &why);
    if (!k)
        fail_msg("%s: %s", name, why);
    return k;
}

/* The only certificate of a file. */
static inline struct crypto_cert *pki_cert(const char *name)
{
    struct pki_file f = pki_read(name);
    const char *why = NULL;
    struct crypto_cert *c = NULL;
    if (crypto_cert_read(f.bytes, f.n, &c, 1, &why) != 1)
        fail_msg("%s: %s", name, why);
    return c;
}

#endif
