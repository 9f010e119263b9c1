#include <errno.h>

#include "crypto/dh_impl.h"

enum { VALUE_BYTES = 32 };

static size_t x25519_seed_bytes(enum crypto_group group)
{
    assert(group == CRYPTO_X25519);
    return VALUE_BYTES;
}

/* RFC 7748 5: any 32 bytes are a private key; libcrypto clamps them when it uses them. */
static err_t x25519_from_seed(struct crypto_dh *dh, const uint8_t *seed, size_t n)
{
    if (n != VALUE_BYTES)
        return -EINVAL;
    dh->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, seed, n);
    return dh->pkey ? 0 : -ENOMEM;
}

static err_t x25519_make_public(struct crypto_dh *dh)
{
    size_t n = VALUE_BYTES;
    return EVP_PKEY_get_raw_public_key(dh->pkey, dh->public_value, &n) == 1 ? 0 : -EIO;
}

static bool is_zero(const uint8_t *bytes, size_t n)
{
    uint8_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= bytes[i];
    return any == 0;
}

/* RFC 8031 2.3: a result of zero is refused. libcrypto fails on it too, and for no other reason
 * once key and peer are set. */
static err_t x25519_shared(struct crypto_dh *dh, const uint8_t *peer, uint8_t *ret_shared)
{
    size_t n = VALUE_BYTES;
    err_t err = 0;
    EVP_PKEY *theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, n);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(dh->pkey, NULL);
    if (!theirs || !ctx)
        err = -ENOMEM;
    else if (EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer_ex(ctx, theirs, 0) != 1)
        err = -EIO;
    else if (EVP_PKEY_derive(ctx, ret_shared, &n) != 1 || n != VALUE_BYTES ||
             is_zero(ret_shared, n))
        err = -EBADMSG;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(theirs);
    return err;
}

static void x25519_done(struct crypto_dh *dh)
{
    EVP_PKEY_free(dh->pkey); /* wipes the private key */
}

const struct dh_kind dh_x25519 = {
    .seed_bytes = x25519_seed_bytes,
    .from_seed = x25519_from_seed,
    .from_private = x25519_from_seed,
    .make_public = x25519_make_public,
    .shared = x25519_shared,
    .done = x25519_done,
};
