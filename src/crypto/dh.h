/* crypto/dh.h: key exchange: MODP (RFC 2409, 3526, 5114), ECP (RFC 5903), X25519 (RFC 8031).
 * A private key is made from random bytes that the caller passes, so that simulations repeat.
 * The peer's value is checked: length, range, point on the curve, no zero result (RFC 6989, 8031).
 * Owned by the caller, one thread, wiped when freed. */
#ifndef CRYPTO_DH_H
#define CRYPTO_DH_H

#include "crypto/alg.h"
#include "crypto/random.h"
#include "crypto/secret.h"

struct crypto_dh;

/* A private key of the group; NULL: the group is not supported, no memory, no random bytes. */
must_use struct crypto_dh *crypto_dh_new(enum crypto_group group, struct crypto_random *random);
void crypto_dh_free(struct crypto_dh *dh);

/* The key of a given private number, big-endian, 1..n-1 (X25519: its 32 bytes): for vectors.
 * NULL: not a private key of the group, no memory. */
must_use struct crypto_dh *crypto_dh_of(enum crypto_group group, const uint8_t *number, size_t n);

/* The group that the key is of. */
enum crypto_group crypto_dh_group(const struct crypto_dh *dh);

/* Our public value, public_bytes of the group; borrowed until freed. */
const uint8_t *crypto_dh_public(const struct crypto_dh *dh, size_t *ret_len);

/* The shared secret, padded as RFC 7296 2.14 wants, at most CRYPTO_PUBLIC_MAX bytes.
 * -EBADMSG: the peer's value is not acceptable; -EIO: libcrypto failed. */
must_use err_t crypto_dh_shared(struct crypto_dh *dh, const uint8_t *peer, size_t peer_len,
                                uint8_t ret_shared[CRYPTO_PUBLIC_MAX], size_t *ret_len);

#endif
