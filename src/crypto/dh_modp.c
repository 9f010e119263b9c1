#include <errno.h>
#include <string.h>

#include "crypto/dh_impl.h"

/* Twice the group's strength in bits (RFC 3526 8), and never under 256: a power costs as much as
 * its exponent is long. */
static const struct {
    enum crypto_group group;
    uint16_t exponent_bits;
    BIGNUM *(*prime)(BIGNUM *to); /* NULL: RFC 5114 */
} rows[] = {
    { CRYPTO_MODP_1024, 256, BN_get_rfc2409_prime_1024 },
    { CRYPTO_MODP_1536, 256, BN_get_rfc3526_prime_1536 },
    { CRYPTO_MODP_2048, 256, BN_get_rfc3526_prime_2048 },
    { CRYPTO_MODP_3072, 256, BN_get_rfc3526_prime_3072 },
    { CRYPTO_MODP_4096, 320, BN_get_rfc3526_prime_4096 },
    { CRYPTO_MODP_6144, 384, BN_get_rfc3526_prime_6144 },
    { CRYPTO_MODP_8192, 448, BN_get_rfc3526_prime_8192 },
    { CRYPTO_MODP_1024_160, 256, NULL },
    { CRYPTO_MODP_2048_224, 256, NULL },
    { CRYPTO_MODP_2048_256, 256, NULL },
};

static size_t row_of(enum crypto_group group)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].group == group)
            return i;
    assert(!"a MODP group without a row");
    return 0;
}

static size_t modp_seed_bytes(enum crypto_group group)
{
    return rows[row_of(group)].exponent_bits / 8;
}

static err_t set_group(struct crypto_dh *dh)
{
    const struct dh_subgroup *sub = dh_subgroup(dh->alg->id);
    dh->bn = BN_CTX_new();
    dh->mont = BN_MONT_CTX_new();
    if (sub) {
        dh->p = BN_bin2bn(sub->p, (int)sub->p_n, NULL);
        dh->q = BN_bin2bn(sub->q, (int)sub->q_n, NULL);
    } else {
        dh->p = rows[row_of(dh->alg->id)].prime(NULL);
    }
    if (!dh->bn || !dh->mont || !dh->p || (sub && !dh->q))
        return -ENOMEM;
    return BN_MONT_CTX_set(dh->mont, dh->p, dh->bn) == 1 ? 0 : -EIO;
}

static err_t modp_from_private(struct crypto_dh *dh, const uint8_t *number, size_t n)
{
    err_t err = set_group(dh);
    if (err)
        return err;
    dh->x = BN_bin2bn(number, (int)n, NULL);
    if (!dh->x)
        return -ENOMEM;
    BN_set_flags(dh->x, BN_FLG_CONSTTIME);
    return BN_is_zero(dh->x) || BN_cmp(dh->x, dh->p) >= 0 ? -EINVAL : 0;
}

/* The top bit is set: no exponent is short, none is zero. */
static err_t modp_from_seed(struct crypto_dh *dh, const uint8_t *seed, size_t n)
{
    uint8_t number[DH_PRIVATE_MAX];
    memcpy(number, seed, n);
    number[0] |= 0x80;
    err_t err = modp_from_private(dh, number, n);
    secret_wipe_bytes(number, sizeof(number));
    return err;
}

/* base^x mod p, public_bytes to ret_out. */
static err_t power(struct crypto_dh *dh, const BIGNUM *base, uint8_t *ret_out)
{
    BIGNUM *r = BN_new();
    err_t err = r ? 0 : -ENOMEM;
    if (!err && (BN_mod_exp_mont_consttime(r, base, dh->x, dh->p, dh->bn, dh->mont) != 1 ||
                 BN_bn2binpad(r, ret_out, dh->alg->public_bytes) < 0))
        err = -EIO;
    BN_clear_free(r);
    return err;
}

static err_t modp_make_public(struct crypto_dh *dh)
{
    static const uint8_t two = 2;
    const struct dh_subgroup *sub = dh_subgroup(dh->alg->id);
    BIGNUM *g = sub ? BN_bin2bn(sub->g, (int)sub->g_n, NULL) : BN_bin2bn(&two, 1, NULL);
    if (!g)
        return -ENOMEM;
    err_t err = power(dh, g, dh->public_value);
    BN_free(g);
    return err;
}

/* RFC 6989 2.1: 1 < y < p - 1; 2.2: in a group with small subgroups y lies in the large one. */
static err_t check_peer(struct crypto_dh *dh, const BIGNUM *y)
{
    BIGNUM *t = BN_dup(dh->p);
    err_t err = t ? 0 : -ENOMEM;
    if (!err && BN_sub_word(t, 1) != 1)
        err = -EIO;
    if (!err && (BN_is_zero(y) || BN_is_one(y) || BN_cmp(y, t) >= 0))
        err = -EBADMSG;
    if (!err && dh->q) {
        if (BN_mod_exp_mont(t, y, dh->q, dh->p, dh->bn, dh->mont) != 1)
            err = -EIO;
        else if (!BN_is_one(t))
            err = -EBADMSG;
    }
    BN_free(t);
    return err;
}

static err_t modp_shared(struct crypto_dh *dh, const uint8_t *peer, uint8_t *ret_shared)
{
    BIGNUM *y = BN_bin2bn(peer, dh->alg->public_bytes, NULL);
    if (!y)
        return -ENOMEM;
    err_t err = check_peer(dh, y);
    if (!err)
        err = power(dh, y, ret_shared);
    BN_free(y);
    return err;
}

static void modp_done(struct crypto_dh *dh)
{
    BN_clear_free(dh->x);
    BN_free(dh->p);
    BN_free(dh->q);
    BN_MONT_CTX_free(dh->mont);
    BN_CTX_free(dh->bn);
}

const struct dh_kind dh_modp = {
    .seed_bytes = modp_seed_bytes,
    .from_seed = modp_from_seed,
    .from_private = modp_from_private,
    .make_public = modp_make_public,
    .shared = modp_shared,
    .done = modp_done,
};
