/* crypto/sign_impl.h: the objects behind crypto/sign.h, for key.c, cert.c, chain.c and sign.c. */
#ifndef CRYPTO_SIGN_IMPL_H
#define CRYPTO_SIGN_IMPL_H

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/sign.h"

enum {
    RSA_BITS_MIN = 1024, /* RFC 8247 4.1 */
    RSA_BITS_MAX = 7168, /* what fits into CRYPTO_SIGNATURE_MAX with an AlgorithmIdentifier */
};

/* What a key can do in IKE. */
enum key_kind { KEY_NONE, KEY_RSA, KEY_ECP_256, KEY_ECP_384, KEY_ECP_521, KEY_ED25519, KEY_ED448 };

/* The kind of a public or private key; KEY_NONE: IKE has no method for it. */
enum key_kind crypto_key_kind(const EVP_PKEY *pkey);

struct crypto_key {
    EVP_PKEY *pkey;
    enum key_kind kind;
};

struct crypto_cert {
    X509 *x;
    uint8_t *der, *subject;
    size_t der_n, subject_n;
    uint8_t key_hash[20];
};

/* Whether a file is one value in DER, a SEQUENCE; else it is PEM, where people put words before
 * what begins with a mark. */
must_use bool crypto_is_der(const void *bytes, size_t n);

#endif
