#include "crypto/secret.h"

#include <string.h>

#include <openssl/crypto.h>

bool secret_set(struct secret *ret_secret, const void *bytes, size_t n)
{
    if (n > SECRET_MAX)
        return false;
    /* What a longer secret left behind the new one must not stay. */
    secret_wipe(ret_secret);
    if (n)
        memcpy(ret_secret->bytes, bytes, n);
    ret_secret->len = (uint16_t)n;
    return true;
}

void secret_wipe(struct secret *s)
{
    secret_wipe_bytes(s, sizeof(*s));
}

void secret_wipe_bytes(void *bytes, size_t n)
{
    if (n)
        OPENSSL_cleanse(bytes, n);
}

bool secret_eq(const void *a, const void *b, size_t n)
{
    return n == 0 || CRYPTO_memcmp(a, b, n) == 0;
}
