/* crypto/secret.h: bytes that nobody may see: fixed room, a length, wiped when done. There is no
 * formatter for it, and there shall be none. Values, no owner. */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include "base/base.h"

enum { SECRET_MAX = 256 }; /* the longest pre-shared key that any provider takes is 128 */

struct secret {
    uint16_t len;
    uint8_t bytes[SECRET_MAX];
};

/* Copies n bytes; false, and *ret_secret untouched: more than SECRET_MAX. */
must_use bool secret_set(struct secret *ret_secret, const void *bytes, size_t n);

/* Overwrites with zeros, in a way that no compiler removes. */
void secret_wipe(struct secret *s);
void secret_wipe_bytes(void *bytes, size_t n);

/* Whether n bytes are equal, in a time that depends on n alone. */
must_use bool secret_eq(const void *a, const void *b, size_t n);

#endif
