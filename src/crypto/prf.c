#include "crypto/prf.h"

#include <errno.h>
#include <string.h>

#include <openssl/err.h>

#include "crypto/hash.h"
#include "crypto/secret.h"

enum { PARTS_MAX = 16 }; /* of one prf+: callers pass nonces and SPIs, at most eight */

static err_t hmac_of(enum crypto_prf prf, const void *key, size_t key_len, struct crypto_hmac *h)
{
    const struct crypto_prf_alg *alg = crypto_prf_alg((uint16_t)prf);
    assert(alg);
    return crypto_hmac_init(h, crypto_md_of(alg->out_bytes), key, key_len);
}

err_t crypto_prf(enum crypto_prf prf, const void *key, size_t key_len,
                 const struct crypto_part *parts, size_t n_parts, uint8_t *ret_out)
{
    struct crypto_hmac h;
    uint8_t out[CRYPTO_HASH_MAX];
    err_t err = hmac_of(prf, key, key_len, &h);
    if (err)
        return err;
    if (crypto_hmac(&h, parts, n_parts, out))
        memcpy(ret_out, out, h.out_bytes);
    else
        err = -EIO;
    crypto_hmac_done(&h);
    secret_wipe_bytes(out, sizeof(out));
    if (err)
        ERR_clear_error();
    return err;
}

/* RFC 7296 2.13: T1 = prf(K, S | 0x01), Ti = prf(K, T(i-1) | S | i). */
err_t crypto_prf_plus(enum crypto_prf prf, const struct crypto_part *key,
                      const struct crypto_part *parts, size_t n_parts, uint8_t *ret_out, size_t n)
{
    struct crypto_hmac h;
    struct crypto_part all[PARTS_MAX + 2];
    uint8_t t[CRYPTO_HASH_MAX], counter = 0;
    assert(n_parts <= PARTS_MAX);
    err_t err = hmac_of(prf, key->p, key->n, &h);
    if (err)
        return err;
    assert(n <= 255 * h.out_bytes);
    all[0] = (struct crypto_part){ t, 0 };
    for (size_t i = 0; i < n_parts; i++)
        all[1 + i] = parts[i];
    all[1 + n_parts] = (struct crypto_part){ &counter, 1 };
    for (size_t done = 0; !err && done < n; done += MIN(n - done, h.out_bytes)) {
        counter++;
        if (!crypto_hmac(&h, all, n_parts + 2, t)) {
            err = -EIO;
            secret_wipe_bytes(ret_out, n);
            ERR_clear_error();
            break;
        }
        all[0].n = h.out_bytes;
        memcpy(ret_out + done, t, MIN(n - done, h.out_bytes));
    }
    crypto_hmac_done(&h);
    secret_wipe_bytes(t, sizeof(t));
    return err;
}

err_t crypto_sha1(const struct crypto_part *parts, size_t n_parts, uint8_t ret_out[20])
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    uint8_t out[20];
    unsigned len;
    if (!md)
        return -ENOMEM;
    bool done = EVP_DigestInit_ex2(md, EVP_sha1(), NULL) == 1;
    for (size_t i = 0; done && i < n_parts; i++)
        done = parts[i].n == 0 || EVP_DigestUpdate(md, parts[i].p, parts[i].n) == 1;
    done = done && EVP_DigestFinal_ex(md, out, &len) == 1;
    EVP_MD_CTX_free(md);
    if (!done) {
        ERR_clear_error();
        return -EIO;
    }
    memcpy(ret_out, out, sizeof(out));
    return 0;
}
