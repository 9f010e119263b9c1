/* crypto/hash.h: HMAC over lists of parts, for this folder alone: prf.c and sign.c.
 * The digest is set up once and started again without a new look-up or allocation, which is
 * what libcrypto's own HMAC spends most of its time on with short input. One thread. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <openssl/evp.h>

#include "crypto/prf.h"

enum { CRYPTO_HASH_BLOCK_MAX = 128 };

/* An HMAC key, padded to the hash's block; wiped by crypto_hmac_done(). */
struct crypto_hmac {
    EVP_MD_CTX *md;
    size_t block_bytes, out_bytes;
    uint8_t key[CRYPTO_HASH_BLOCK_MAX];
};

/* The digest of a PRF or integrity algorithm's hash by its output's bytes; NULL: none such. */
const EVP_MD *crypto_md_of(size_t out_bytes);

/* Takes the key; -ENOMEM, -EIO, and there is nothing to undo. */
must_use err_t crypto_hmac_init(struct crypto_hmac *h, const EVP_MD *md, const void *key, size_t n);
void crypto_hmac_done(struct crypto_hmac *h);

/* The HMAC of the parts: out_bytes to ret_out. */
must_use bool crypto_hmac(struct crypto_hmac *h, const struct crypto_part *parts, size_t n_parts,
                          uint8_t *ret_out);

#endif
