/* crypto/dh_impl.h: the three kinds of groups behind crypto/dh.h, for dh*.c alone.
 * A kind fills the key's secret and public parts; dh.c owns the object and its memory. */
#ifndef CRYPTO_DH_IMPL_H
#define CRYPTO_DH_IMPL_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "crypto/dh.h"

enum {
    DH_PRIVATE_MAX = 80, /* bytes: P-521's 66 and 8 more, which even out the reduction */
};

struct dh_kind {
    /* Random bytes that a private key of the group is made from. */
    size_t (*seed_bytes)(enum crypto_group group);
    /* A private key from those bytes; from a number as RFCs print it. -ENOMEM, -EIO, -EINVAL. */
    err_t (*from_seed)(struct crypto_dh *dh, const uint8_t *seed, size_t n);
    err_t (*from_private)(struct crypto_dh *dh, const uint8_t *number, size_t n);
    err_t (*make_public)(struct crypto_dh *dh);
    err_t (*shared)(struct crypto_dh *dh, const uint8_t *peer, uint8_t *ret_shared);
    void (*done)(struct crypto_dh *dh);
};

struct crypto_dh {
    const struct crypto_group_alg *alg;
    const struct dh_kind *kind;
    uint16_t shared_bytes;
    BIGNUM *x;              /* MODP, ECP: the private number */
    BN_CTX *bn;             /* its temporaries are wiped when freed */
    BIGNUM *p, *q;          /* MODP; q: order of a true subgroup, else NULL */
    BN_MONT_CTX *mont;      /* of p, for both exponentiations */
    EC_GROUP *curve;        /* ECP */
    EVP_PKEY *pkey;         /* X25519 */
    uint8_t public_value[]; /* public_bytes of alg */
};

/* RFC 5114: prime, order and generator, big-endian. */
struct dh_subgroup {
    const uint8_t *p;
    size_t p_n;
    const uint8_t *q;
    size_t q_n;
    const uint8_t *g;
    size_t g_n;
};

/* The row of groups 22 to 24; NULL: the group is another. */
const struct dh_subgroup *dh_subgroup(enum crypto_group group);

extern const struct dh_kind dh_modp, dh_ecp, dh_x25519;

#endif
