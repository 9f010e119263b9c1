/* crypto/sign.h: private keys, certificates and signatures for IKE authentication: RSA (PKCS #1
 * v1.5 with SHA-1 for method 1, v1.5 and PSS with SHA-2 for method 14), ECDSA (methods 9 to 11 and
 * 14), EdDSA (RFC 8420). RFC 7296 2.15, RFC 7427, RFC 4754. Heap objects of the caller's, one
 * thread; private keys are wiped when freed. */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "base/diag.h"
#include "base/ip.h"
#include "crypto/prf.h"

struct crypto_key;  /* a private key */
struct crypto_cert; /* one X.509 certificate */

enum { CRYPTO_SIGNATURE_MAX = 1024, CRYPTO_CHAIN_MAX = 8, CRYPTO_CERT_MAX = 16384 };

/* Hash algorithm numbers of RFC 7427 7 and RFC 8420, as bits: 1 << number. */
enum {
    CRYPTO_HASH_SHA1 = 1,
    CRYPTO_HASH_SHA256 = 2,
    CRYPTO_HASH_SHA384 = 3,
    CRYPTO_HASH_SHA512 = 4,
    CRYPTO_HASH_IDENTITY = 5,
};

/* From PEM or DER; passphrase NULL: none. NULL: *ret_why (static text) says what is wrong. */
must_use struct crypto_key *crypto_key_read(const void *bytes, size_t n, const char *passphrase,
                                            const char **ret_why);
void crypto_key_free(struct crypto_key *k);

/* Certificates, in the order in which a PEM file has them; a DER file has one. The number; 0:
 * *ret_why says what is wrong. */
must_use size_t crypto_cert_read(const void *bytes, size_t n, struct crypto_cert **ret_certs,
                                 size_t max, const char **ret_why);
void crypto_cert_free(struct crypto_cert *c);

/* The DER encoding (CERT payload, encoding 4) and the SHA-1 of the public key info (CERTREQ). */
const uint8_t *crypto_cert_der(const struct crypto_cert *c, size_t *ret_len);
void crypto_cert_key_hash(const struct crypto_cert *c, uint8_t ret_hash[20]);

/* Whether the certificate's own dates hold at wall_time (seconds since 1970): "it has expired", or
 * "it is not valid yet"; NULL: they do. */
const char *crypto_cert_dates(const struct crypto_cert *c, int64_t wall_time);

/* The subject as DER (ID_DER_ASN1_DN) and as text. */
const uint8_t *crypto_cert_subject(const struct crypto_cert *c, size_t *ret_len);
void text_crypto_subject(struct text *t, const struct crypto_cert *c);
/* A distinguished name in DER as text: RFC 4514; in the style of IOS. */
void text_crypto_dn(struct text *t, const void *der, size_t n);

/* Whether the certificate speaks for the identity: its subject, or a subjectAltName. */
must_use bool crypto_cert_has_fqdn(const struct crypto_cert *c, const char *name, size_t n);
must_use bool crypto_cert_has_email(const struct crypto_cert *c, const char *name, size_t n);
must_use bool crypto_cert_has_ip(const struct crypto_cert *c, const struct ip_addr *a);
must_use bool crypto_cert_has_dn(const struct crypto_cert *c, const void *der, size_t n);

/* Whether the private key belongs to the certificate. */
must_use bool crypto_key_fits(const struct crypto_key *k, const struct crypto_cert *c);

/* The chain from chain[0] over the others to one of the trusted ones, at wall_time (seconds since
 * 1970): signatures, dates, CA flags, path length. False: *ret_why says what. No revocation lists.
 */
must_use bool crypto_chain_verify(struct crypto_cert *const *chain, size_t n,
                                  struct crypto_cert *const *trusted, size_t n_trusted,
                                  int64_t wall_time, const char **ret_why);

/* Authentication methods of the AUTH payload (RFC 7296 3.8). */
enum crypto_auth {
    CRYPTO_AUTH_RSA = 1,
    CRYPTO_AUTH_PSK = 2,
    CRYPTO_AUTH_ECDSA_256 = 9,
    CRYPTO_AUTH_ECDSA_384 = 10,
    CRYPTO_AUTH_ECDSA_521 = 11,
    CRYPTO_AUTH_NULL = 13,
    CRYPTO_AUTH_SIGNATURE = 14,
};

/* The AUTH payload's method and data, RFC 7427's AlgorithmIdentifier included. */
struct crypto_signature {
    enum crypto_auth method;
    uint16_t len;
    uint8_t data[CRYPTO_SIGNATURE_MAX];
};

/* Signs with the best method that the peer takes: peer_hashes is 0 when it sent no
 * SIGNATURE_HASH_ALGORITHMS. -EOPNOTSUPP: the peer takes nothing that this key can do. */
must_use err_t crypto_sign(struct crypto_key *k, uint32_t peer_hashes,
                           const struct crypto_part *parts, size_t n_parts,
                           struct crypto_signature *ret_signature);

/* Whether the AUTH payload's data is a signature of the parts by the certificate's key. SHA-1 is
 * taken with method 1 only. False: *ret_why says what is wrong. */
must_use bool crypto_verify(const struct crypto_cert *c, enum crypto_auth method,
                            const struct crypto_part *data, const struct crypto_part *parts,
                            size_t n_parts, const char **ret_why);

#endif
