#include "crypto/dh.h"

#include <errno.h>

#include <openssl/err.h>

#include "base/mem.h"
#include "crypto/dh_impl.h"

static const struct dh_kind *kind_of(enum crypto_group group)
{
    switch (group) {
    case CRYPTO_MODP_1024:
    case CRYPTO_MODP_1536:
    case CRYPTO_MODP_2048:
    case CRYPTO_MODP_3072:
    case CRYPTO_MODP_4096:
    case CRYPTO_MODP_6144:
    case CRYPTO_MODP_8192:
    case CRYPTO_MODP_1024_160:
    case CRYPTO_MODP_2048_224:
    case CRYPTO_MODP_2048_256:
        return &dh_modp;
    case CRYPTO_ECP_256:
    case CRYPTO_ECP_384:
    case CRYPTO_ECP_521:
        return &dh_ecp;
    case CRYPTO_X25519:
        return &dh_x25519;
    case CRYPTO_GROUP_NONE:
        break;
    }
    return NULL;
}

static size_t bytes_of(const struct crypto_group_alg *alg)
{
    return sizeof(struct crypto_dh) + alg->public_bytes;
}

static struct crypto_dh *new_of(enum crypto_group group)
{
    const struct crypto_group_alg *alg = crypto_group_alg((uint16_t)group);
    if (!alg)
        return NULL;
    struct crypto_dh *dh = mem_alloc(MEM_CRYPTO, bytes_of(alg));
    if (!dh)
        return NULL;
    dh->alg = alg;
    dh->kind = kind_of(group);
    assert(dh->kind);
    dh->shared_bytes = alg->public_bytes;
    return dh;
}

/* The key when its parts could be made; else it is freed. */
static struct crypto_dh *finish(struct crypto_dh *dh, err_t err)
{
    if (!err)
        err = dh->kind->make_public(dh);
    if (!err)
        return dh;
    ERR_clear_error();
    crypto_dh_free(dh);
    return NULL;
}

struct crypto_dh *crypto_dh_new(enum crypto_group group, struct crypto_random *random)
{
    uint8_t seed[DH_PRIVATE_MAX];
    struct crypto_dh *dh = new_of(group);
    if (!dh)
        return NULL;
    size_t n = dh->kind->seed_bytes(group);
    assert(n <= sizeof(seed));
    err_t err = crypto_random_bytes(random, seed, n);
    if (!err)
        err = dh->kind->from_seed(dh, seed, n);
    secret_wipe_bytes(seed, sizeof(seed));
    return finish(dh, err);
}

struct crypto_dh *crypto_dh_of(enum crypto_group group, const uint8_t *number, size_t n)
{
    struct crypto_dh *dh = new_of(group);
    return dh ? finish(dh, dh->kind->from_private(dh, number, n)) : NULL;
}

void crypto_dh_free(struct crypto_dh *dh)
{
    if (!dh)
        return;
    dh->kind->done(dh);
    mem_free(MEM_CRYPTO, dh, bytes_of(dh->alg));
}

enum crypto_group crypto_dh_group(const struct crypto_dh *dh)
{
    return dh->alg->id;
}

const uint8_t *crypto_dh_public(const struct crypto_dh *dh, size_t *ret_len)
{
    *ret_len = dh->alg->public_bytes;
    return dh->public_value;
}

err_t crypto_dh_shared(struct crypto_dh *dh, const uint8_t *peer, size_t peer_len,
                       uint8_t ret_shared[CRYPTO_PUBLIC_MAX], size_t *ret_len)
{
    if (peer_len != dh->alg->public_bytes)
        return -EBADMSG;
    err_t err = dh->kind->shared(dh, peer, ret_shared);
    if (err) {
        ERR_clear_error();
        return err;
    }
    *ret_len = dh->shared_bytes;
    return 0;
}
