/* crypto/prf.h: hashes and pseudo-random functions of IKEv2 (RFC 7296 2.13, RFC 4868). All HMAC.
 * Inputs are lists of parts, so that nobody joins bytes only to hash them. No state is kept. */
#ifndef CRYPTO_PRF_H
#define CRYPTO_PRF_H

#include "crypto/alg.h"

struct crypto_part {
    const void *p;
    size_t n;
};

/* prf(key, parts...): out_bytes of the PRF to ret_out. -ENOMEM, -EIO. */
must_use err_t crypto_prf(enum crypto_prf prf, const void *key, size_t key_len,
                          const struct crypto_part *parts, size_t n_parts, uint8_t *ret_out);

/* prf+(key, parts...): n bytes, n at most 255 times the output length; n_parts at most 16. */
must_use err_t crypto_prf_plus(enum crypto_prf prf, const struct crypto_part *key,
                               const struct crypto_part *parts, size_t n_parts, uint8_t *ret_out,
                               size_t n);

/* SHA-1 (20 bytes): NAT detection (RFC 7296 2.23) and cookies. */
must_use err_t crypto_sha1(const struct crypto_part *parts, size_t n_parts, uint8_t ret_out[20]);

#endif
