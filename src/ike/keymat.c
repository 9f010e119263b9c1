#include "ike/keymat.h"

#include <errno.h>

#include "base/rd.h"
#include "base/wr.h"

static_assert((int)CRYPTO_KEY_MAX >= 32 + 4, "an encryption key and its salt fit");
static_assert((int)ESP_KEY_MAX >= 36 + (int)CRYPTO_KEY_MAX, "and with an integrity key behind it");

/* Seven keys of 64 bytes. */
enum { KEYS_BYTES_MAX = 3 * CRYPTO_HASH_MAX + 4 * CRYPTO_KEY_MAX };

void ike_keys_wipe(struct ike_keys *keys)
{
    secret_wipe_bytes(keys, sizeof(*keys));
}

void ike_sk_d_wipe(struct ike_sk_d *d)
{
    secret_wipe_bytes(d, sizeof(*d));
}

struct ike_sk_d ike_sk_d_of(const struct ike_keys *keys)
{
    struct ike_sk_d d = { .len = keys->prf_len };
    memcpy(d.b, keys->d, keys->prf_len);
    return d;
}

void ike_child_keys_wipe(struct ike_child_keys *keys)
{
    secret_wipe_bytes(keys, sizeof(*keys));
}

/* Bytes of an encryption key with its salt, and of an integrity key; false: not a suite of ours. */
static bool key_bytes(const struct ike_suite *s, uint8_t *ret_encr, uint8_t *ret_integ)
{
    const struct crypto_encr_alg *encr = crypto_encr_alg(s->encr, s->encr_bits);
    const struct crypto_integ_alg *integ = s->integ ? crypto_integ_alg(s->integ) : NULL;
    if (!encr || (s->integ && !integ))
        return false;
    *ret_encr = (uint8_t)(encr->key_bytes + encr->salt_bytes);
    *ret_integ = integ ? integ->key_bytes : 0;
    return true;
}

/* 2.14: {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+(SKEYSEED, ...). */
static err_t expand(const struct ike_suite *suite, const struct ike_exchange_secrets *x,
                    const struct crypto_part *seed, struct ike_keys *ret_keys)
{
    const struct crypto_prf_alg *prf = crypto_prf_alg(suite->prf);
    struct ike_keys k = { 0 };
    if (!prf || !key_bytes(suite, &k.encr_len, &k.integ_len))
        return -EOPNOTSUPP;
    k.prf_len = prf->out_bytes;
    uint8_t spis[2 * IKE_SPI_BYTES], all[KEYS_BYTES_MAX];
    struct wr w = wr_init(spis, sizeof(spis));
    wr_u64(&w, x->spi_i);
    wr_u64(&w, x->spi_r);
    const struct crypto_part parts[] = { x->ni, x->nr, { spis, sizeof(spis) } };
    size_t n = 3u * k.prf_len + 2u * k.integ_len + 2u * k.encr_len;
    assert(n <= sizeof(all));
    err_t e = crypto_prf_plus(prf->id, seed, parts, ARRAY_LEN(parts), all, n);
    if (!e) {
        struct rd r = rd_init(all, n);
        rd_copy(&r, k.d, k.prf_len);
        rd_copy(&r, k.ai, k.integ_len);
        rd_copy(&r, k.ar, k.integ_len);
        rd_copy(&r, k.ei, k.encr_len);
        rd_copy(&r, k.er, k.encr_len);
        rd_copy(&r, k.pi, k.prf_len);
        rd_copy(&r, k.pr, k.prf_len);
        assert(rd_is_done(&r));
        *ret_keys = k;
    }
    secret_wipe_bytes(all, sizeof(all));
    ike_keys_wipe(&k);
    return e;
}

err_t ike_keys_first(const struct ike_suite *suite, const struct ike_exchange_secrets *x,
                     struct ike_keys *ret_keys)
{
    const struct crypto_prf_alg *prf = crypto_prf_alg(suite->prf);
    uint8_t nonces[2 * IKE_NONCE_MAX], seed[CRYPTO_HASH_MAX];
    struct wr w = wr_init(nonces, sizeof(nonces));
    wr_bytes(&w, x->ni.p, x->ni.n);
    wr_bytes(&w, x->nr.p, x->nr.n);
    if (!prf || w.bad)
        return -EOPNOTSUPP;
    err_t e = crypto_prf(prf->id, nonces, wr_len(&w), &x->shared, 1, seed);
    if (!e)
        e = expand(suite, x, &(struct crypto_part){ seed, prf->out_bytes }, ret_keys);
    secret_wipe_bytes(seed, sizeof(seed));
    return e;
}

err_t ike_keys_rekeyed(const struct ike_suite *suite, const struct ike_exchange_secrets *x,
                       const struct ike_sk_d *old, uint16_t old_prf, struct ike_keys *ret_keys)
{
    const struct crypto_prf_alg *was = crypto_prf_alg(old_prf);
    uint8_t seed[CRYPTO_HASH_MAX];
    const struct crypto_part parts[] = { x->shared, x->ni, x->nr };
    if (!was || was->out_bytes != old->len)
        return -EOPNOTSUPP;
    err_t e = crypto_prf(was->id, old->b, old->len, parts, ARRAY_LEN(parts), seed);
    /* The seed has the old PRF's length; from here on the new one works: 2.18. */
    if (!e)
        e = expand(suite, x, &(struct crypto_part){ seed, was->out_bytes }, ret_keys);
    secret_wipe_bytes(seed, sizeof(seed));
    return e;
}

err_t ike_child_keymat(const struct ike_suite *suite, uint16_t prf, const struct ike_sk_d *d,
                       const struct ike_exchange_secrets *x, struct ike_child_keys *ret_keys)
{
    const struct crypto_prf_alg *alg = crypto_prf_alg(prf);
    uint8_t encr_len, integ_len, all[2 * ESP_KEY_MAX];
    if (!alg || !key_bytes(suite, &encr_len, &integ_len))
        return -EOPNOTSUPP;
    size_t one = (size_t)encr_len + integ_len;
    assert(one <= ESP_KEY_MAX);
    const struct crypto_part parts[] = { x->shared, x->ni, x->nr };
    const struct crypto_part key = { d->b, d->len };
    err_t e = crypto_prf_plus(alg->id, &key, parts, ARRAY_LEN(parts), all, 2 * one);
    if (!e) {
        *ret_keys = (struct ike_child_keys){ .len = (uint8_t)one };
        struct rd r = rd_init(all, 2 * one);
        rd_copy(&r, ret_keys->from_initiator, one);
        rd_copy(&r, ret_keys->from_responder, one);
        assert(rd_is_done(&r));
    }
    secret_wipe_bytes(all, sizeof(all));
    return e;
}

/* --- RFC 8784 --------------------------------------------------------------------------------- */

err_t ike_ppk_mix(uint16_t prf, const struct secret *ppk, uint8_t *sk, size_t n)
{
    const struct crypto_prf_alg *alg = crypto_prf_alg(prf);
    const struct crypto_part key = { ppk->bytes, ppk->len };
    uint8_t mixed[3 * CRYPTO_HASH_MAX];
    if (!alg || n != 3u * alg->out_bytes)
        return -EINVAL;
    err_t e = 0;
    struct rd r = rd_init(sk, n);
    struct wr w = wr_init(mixed, sizeof(mixed));
    for (int i = 0; i < 3 && !e; i++) { /* SK_d, SK_pi, SK_pr */
        struct crypto_part part = { rd_bytes(&r, alg->out_bytes), alg->out_bytes };
        uint8_t *to = wr_space(&w, alg->out_bytes);
        assert(part.p && to);
        e = crypto_prf_plus(alg->id, &key, &part, 1, to, alg->out_bytes);
    }
    if (!e)
        memcpy(sk, mixed, n);
    secret_wipe_bytes(mixed, sizeof(mixed));
    return e;
}

bool ike_keys_take_ppk(struct ike_keys *keys, const uint8_t *sk, size_t n)
{
    struct rd r = rd_init(sk, n);
    if (n != 3u * keys->prf_len)
        return false;
    rd_copy(&r, keys->d, keys->prf_len);
    rd_copy(&r, keys->pi, keys->prf_len);
    rd_copy(&r, keys->pr, keys->prf_len);
    return true;
}

/* --- AUTH: 2.15 ------------------------------------------------------------------------------- */

err_t ike_auth_octets(const struct ike_auth_input *in, struct ike_auth_octets *ret_octets)
{
    const struct crypto_prf_alg *alg = crypto_prf_alg(in->prf);
    if (!alg || alg->out_bytes != in->keys->prf_len)
        return -EOPNOTSUPP;
    const uint8_t *sk_p = in->initiator ? in->keys->pi : in->keys->pr;
    err_t e = crypto_prf(alg->id, sk_p, in->keys->prf_len, &in->id_body, 1, ret_octets->maced_id);
    if (e)
        return e;
    ret_octets->parts[0] = in->message;
    ret_octets->parts[1] = in->nonce;
    ret_octets->parts[2] = (struct crypto_part){ ret_octets->maced_id, alg->out_bytes };
    return 0;
}

err_t ike_psk_auth(uint16_t prf, const struct secret *psk, const struct crypto_part *octets,
                   size_t n_octets, uint8_t ret_auth[CRYPTO_HASH_MAX], size_t *ret_len)
{
    static const char pad[] = "Key Pad for IKEv2"; /* 17 bytes, without the NUL */
    const struct crypto_prf_alg *alg = crypto_prf_alg(prf);
    const struct crypto_part part = { pad, sizeof(pad) - 1 };
    uint8_t key[CRYPTO_HASH_MAX];
    if (!alg)
        return -EOPNOTSUPP;
    err_t e = crypto_prf(alg->id, psk->bytes, psk->len, &part, 1, key);
    if (!e)
        e = crypto_prf(alg->id, key, alg->out_bytes, octets, n_octets, ret_auth);
    if (!e)
        *ret_len = alg->out_bytes;
    secret_wipe_bytes(key, sizeof(key));
    return e;
}

bool ike_psk_verify(uint16_t prf, const struct secret *psk, const struct crypto_part *octets,
                    size_t n_octets, const struct crypto_part *auth)
{
    uint8_t expected[CRYPTO_HASH_MAX];
    size_t n;
    bool ok = !ike_psk_auth(prf, psk, octets, n_octets, expected, &n) && auth->n == n &&
              secret_eq(expected, auth->p, n);
    secret_wipe_bytes(expected, sizeof(expected));
    return ok;
}

/* --- NAT detection: 2.23 ---------------------------------------------------------------------- */

err_t ike_nat_hash(uint64_t spi_i, uint64_t spi_r, const struct ip_addr *a, uint16_t port,
                   uint8_t ret_hash[20])
{
    uint8_t bytes[2 * IKE_SPI_BYTES + 16 + 2];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u64(&w, spi_i);
    wr_u64(&w, spi_r);
    wr_bytes(&w, a->b, ip_bytes(a->family));
    wr_u16(&w, port);
    assert(!w.bad);
    return crypto_sha1(&(struct crypto_part){ bytes, wr_len(&w) }, 1, ret_hash);
}
