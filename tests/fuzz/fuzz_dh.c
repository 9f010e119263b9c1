/* Any public value of a peer, in the group that the first byte names: it is refused, or both sides
 * of the exchange stay within their bounds. */
#include <errno.h>
#include <stdlib.h>

#include "crypto/dh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum crypto_group groups[] = {
        CRYPTO_X25519,    CRYPTO_ECP_256,       CRYPTO_ECP_384,   CRYPTO_ECP_521,
        CRYPTO_MODP_1024, CRYPTO_MODP_1024_160, CRYPTO_MODP_2048,
    };
    uint8_t shared[CRYPTO_PUBLIC_MAX];
    size_t n = 0;
    if (size == 0)
        return 0;
    struct crypto_random random = crypto_random_seeded(1);
    struct crypto_dh *dh = crypto_dh_new(groups[data[0] % ARRAY_LEN(groups)], &random);
    if (!dh)
        abort();
    err_t err = crypto_dh_shared(dh, data + 1, size - 1, shared, &n);
    size_t public_n;
    crypto_dh_public(dh, &public_n);
    if (err ? err != -EBADMSG : n == 0 || n > public_n || size - 1 != public_n)
        abort();
    crypto_dh_free(dh);
    return 0;
}
