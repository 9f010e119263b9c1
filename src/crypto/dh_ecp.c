#include <errno.h>
#include <string.h>

#include <openssl/obj_mac.h>

#include "crypto/dh_impl.h"

enum {
    COORDINATE_MAX = 66, /* bytes: P-521 */
    POINT_MAX = 1 + 2 * COORDINATE_MAX,
    SEED_EXTRA = 8, /* FIPS 186-5 A.2.1: 64 bits more make the bias negligible */
};

static size_t coordinate_bytes(enum crypto_group group)
{
    return group == CRYPTO_ECP_256 ? 32 : group == CRYPTO_ECP_384 ? 48 : COORDINATE_MAX;
}

static int curve_of(enum crypto_group group)
{
    return group == CRYPTO_ECP_256   ? NID_X9_62_prime256v1
           : group == CRYPTO_ECP_384 ? NID_secp384r1
                                     : NID_secp521r1;
}

static size_t ecp_seed_bytes(enum crypto_group group)
{
    return coordinate_bytes(group) + SEED_EXTRA;
}

static err_t set_number(struct crypto_dh *dh, const uint8_t *number, size_t n)
{
    dh->shared_bytes = (uint16_t)coordinate_bytes(dh->alg->id);
    dh->bn = BN_CTX_new();
    dh->curve = EC_GROUP_new_by_curve_name(curve_of(dh->alg->id));
    dh->x = BN_bin2bn(number, (int)n, NULL);
    if (!dh->bn || !dh->curve || !dh->x)
        return -ENOMEM;
    BN_set_flags(dh->x, BN_FLG_CONSTTIME);
    return 0;
}

static err_t ecp_from_private(struct crypto_dh *dh, const uint8_t *number, size_t n)
{
    err_t err = set_number(dh, number, n);
    if (err)
        return err;
    const BIGNUM *order = EC_GROUP_get0_order(dh->curve);
    return BN_is_zero(dh->x) || BN_cmp(dh->x, order) >= 0 ? -EINVAL : 0;
}

/* Reduced to 1..n-1. */
static err_t ecp_from_seed(struct crypto_dh *dh, const uint8_t *seed, size_t n)
{
    err_t err = set_number(dh, seed, n);
    if (err)
        return err;
    BIGNUM *most = BN_dup(EC_GROUP_get0_order(dh->curve));
    if (!most)
        return -ENOMEM;
    if (BN_sub_word(most, 1) != 1 || BN_mod(dh->x, dh->x, most, dh->bn) != 1 ||
        BN_add_word(dh->x, 1) != 1)
        err = -EIO;
    BN_free(most);
    return err;
}

static err_t ecp_make_public(struct crypto_dh *dh)
{
    uint8_t octets[POINT_MAX];
    size_t want = 1 + (size_t)dh->alg->public_bytes;
    EC_POINT *p = EC_POINT_new(dh->curve);
    if (!p)
        return -ENOMEM;
    bool done = EC_POINT_mul(dh->curve, p, dh->x, NULL, NULL, dh->bn) == 1 &&
                EC_POINT_point2oct(dh->curve, p, POINT_CONVERSION_UNCOMPRESSED, octets,
                                   sizeof(octets), dh->bn) == want;
    EC_POINT_free(p);
    if (!done)
        return -EIO;
    memcpy(dh->public_value, octets + 1, want - 1);
    return 0;
}

/* RFC 5903 7: the value is x | y of a point on the curve; the secret is the product's x alone.
 * libcrypto checks the coordinates' range and that the point is on the curve; the cofactor is 1. */
static err_t ecp_shared(struct crypto_dh *dh, const uint8_t *peer, uint8_t *ret_shared)
{
    uint8_t octets[POINT_MAX] = { POINT_CONVERSION_UNCOMPRESSED };
    size_t n = dh->alg->public_bytes;
    err_t err = 0;
    EC_POINT *p = EC_POINT_new(dh->curve), *r = EC_POINT_new(dh->curve);
    BIGNUM *x = BN_new();
    memcpy(octets + 1, peer, n);
    if (!p || !r || !x)
        err = -ENOMEM;
    else if (EC_POINT_oct2point(dh->curve, p, octets, 1 + n, dh->bn) != 1)
        err = -EBADMSG;
    else if (EC_POINT_mul(dh->curve, r, NULL, p, dh->x, dh->bn) != 1)
        err = -EIO;
    else if (EC_POINT_is_at_infinity(dh->curve, r))
        err = -EBADMSG;
    else if (EC_POINT_get_affine_coordinates(dh->curve, r, x, NULL, dh->bn) != 1 ||
             BN_bn2binpad(x, ret_shared, dh->shared_bytes) < 0)
        err = -EIO;
    BN_clear_free(x);
    EC_POINT_free(p);
    EC_POINT_clear_free(r);
    return err;
}

static void ecp_done(struct crypto_dh *dh)
{
    BN_clear_free(dh->x);
    EC_GROUP_free(dh->curve);
    BN_CTX_free(dh->bn);
}

const struct dh_kind dh_ecp = {
    .seed_bytes = ecp_seed_bytes,
    .from_seed = ecp_from_seed,
    .from_private = ecp_from_private,
    .make_public = ecp_make_public,
    .shared = ecp_shared,
    .done = ecp_done,
};
