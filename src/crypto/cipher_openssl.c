#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/cipher_impl.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

/* One context a direction, keyed once; a packet only changes its IV, so that libcrypto allocates
 * nothing and looks nothing up. */
struct openssl_cipher {
    struct cipher c;
    EVP_CIPHER_CTX *ctx; /* NULL: NULL encryption */
    bool has_hmac;
    struct crypto_hmac hmac;
};

static const EVP_CIPHER *evp_of(const struct crypto_encr_alg *encr)
{
    switch (encr->id) {
    case CRYPTO_AES_CBC:
        return encr->key_bits == 128   ? EVP_aes_128_cbc()
               : encr->key_bits == 192 ? EVP_aes_192_cbc()
                                       : EVP_aes_256_cbc();
    case CRYPTO_AES_GCM_16:
        return encr->key_bits == 128   ? EVP_aes_128_gcm()
               : encr->key_bits == 192 ? EVP_aes_192_gcm()
                                       : EVP_aes_256_gcm();
    case CRYPTO_CHACHA20_POLY1305:
        return EVP_chacha20_poly1305();
    case CRYPTO_ENCR_NULL:
        break;
    }
    return NULL;
}

static bool init_encryption(struct openssl_cipher *o, const struct cipher_params *params)
{
    const EVP_CIPHER *evp = evp_of(params->encr);
    if (!evp)
        return params->encr->id == CRYPTO_ENCR_NULL;
    o->ctx = EVP_CIPHER_CTX_new();
    return o->ctx && EVP_CipherInit_ex(o->ctx, evp, NULL, params->key, NULL, params->seals) == 1 &&
           EVP_CIPHER_CTX_set_padding(o->ctx, 0) == 1;
}

static bool openssl_init(struct cipher *c, const struct cipher_params *params)
{
    struct openssl_cipher *o = (struct openssl_cipher *)c;
    if (!init_encryption(o, params))
        return false;
    if (params->integ) {
        const EVP_MD *md = crypto_md_of(params->integ->hash_bytes);
        if (crypto_hmac_init(&o->hmac, md, params->integ_key, params->integ->key_bytes))
            return false;
        o->has_hmac = true;
    }
    return true;
}

static void openssl_done(struct cipher *c)
{
    struct openssl_cipher *o = (struct openssl_cipher *)c;
    EVP_CIPHER_CTX_free(o->ctx);
    if (o->has_hmac)
        crypto_hmac_done(&o->hmac);
}

/* Runs n bytes through the context; without a `to` they are authenticated only. */
static bool update(struct openssl_cipher *o, uint8_t *to, const uint8_t *from, size_t n)
{
    int out;
    return n == 0 || EVP_CipherUpdate(o->ctx, to, &out, from, (int)n) == 1;
}

static bool begin_aead(struct openssl_cipher *o, const struct cipher_job *j)
{
    struct cipher_aad aad;
    cipher_aad_of(&aad, &o->c, j);
    return EVP_CipherInit_ex(o->ctx, NULL, NULL, NULL, aad.nonce, o->c.seals) == 1 &&
           update(o, NULL, aad.p, aad.n);
}

static bool seal_aead(struct openssl_cipher *o, const struct cipher_job *j)
{
    uint8_t *data = cipher_data_at(&o->c, j), none[CRYPTO_BLOCK_MAX];
    int out;
    return begin_aead(o, j) && update(o, data, j->text, j->data_len) &&
           EVP_CipherFinal_ex(o->ctx, none, &out) == 1 &&
           EVP_CIPHER_CTX_ctrl(o->ctx, EVP_CTRL_AEAD_GET_TAG, o->c.icv_bytes, data + j->data_len) ==
               1;
}

static bool open_aead(struct openssl_cipher *o, const struct cipher_job *j)
{
    uint8_t *data = cipher_data_at(&o->c, j), none[CRYPTO_BLOCK_MAX];
    int out;
    return begin_aead(o, j) && update(o, data, data, j->data_len) &&
           EVP_CIPHER_CTX_ctrl(o->ctx, EVP_CTRL_AEAD_SET_TAG, o->c.icv_bytes, data + j->data_len) ==
               1 &&
           EVP_CipherFinal_ex(o->ctx, none, &out) == 1;
}

/* The data through CBC, or as it is with NULL encryption. */
static bool crypt(struct openssl_cipher *o, const struct cipher_job *j, uint8_t *to,
                  const uint8_t *from)
{
    if (o->ctx)
        return EVP_CipherInit_ex(o->ctx, NULL, NULL, NULL, cipher_iv_at(j), o->c.seals) == 1 &&
               update(o, to, from, j->data_len);
    if (to != from && j->data_len)
        memcpy(to, from, j->data_len);
    return true;
}

/* Encrypt-then-MAC: RFC 4303 2.8 with the ESN's high half behind the data. */
static bool hmac_of(struct openssl_cipher *o, const struct cipher_job *j, uint8_t *ret_full)
{
    uint8_t esn[4];
    const struct crypto_part parts[] = {
        { j->packet, cipher_covered(&o->c, j) },
        { esn, j->has_esn ? sizeof(esn) : 0 },
    };
    cipher_put_esn(esn, j->esn_high);
    return crypto_hmac(&o->hmac, parts, ARRAY_LEN(parts), ret_full);
}

static bool seal_mac(struct openssl_cipher *o, const struct cipher_job *j)
{
    uint8_t full[CRYPTO_HASH_MAX], *data = cipher_data_at(&o->c, j);
    if (!crypt(o, j, data, j->text))
        return false;
    if (!o->has_hmac)
        return true;
    if (!hmac_of(o, j, full))
        return false;
    memcpy(data + j->data_len, full, o->c.icv_bytes);
    return true;
}

static bool open_mac(struct openssl_cipher *o, const struct cipher_job *j)
{
    uint8_t full[CRYPTO_HASH_MAX], *data = cipher_data_at(&o->c, j);
    if (o->has_hmac &&
        (!hmac_of(o, j, full) || !secret_eq(full, data + j->data_len, o->c.icv_bytes)))
        return false;
    return crypt(o, j, j->text, data);
}

static void openssl_seal(struct cipher *c, struct cipher_job *const *jobs, size_t n)
{
    struct openssl_cipher *o = (struct openssl_cipher *)c;
    bool is_aead = c->encr->icv_bytes > 0;
    for (size_t i = 0; i < n; i++) {
        jobs[i]->ok = is_aead ? seal_aead(o, jobs[i]) : seal_mac(o, jobs[i]);
        if (!jobs[i]->ok)
            ERR_clear_error();
    }
}

static void openssl_open(struct cipher *c, struct cipher_job *const *jobs, size_t n)
{
    struct openssl_cipher *o = (struct openssl_cipher *)c;
    bool is_aead = c->encr->icv_bytes > 0;
    for (size_t i = 0; i < n; i++) {
        if (is_aead)
            cipher_settle(c, jobs[i], open_aead(o, jobs[i]));
        else
            jobs[i]->ok = open_mac(o, jobs[i]);
        if (!jobs[i]->ok)
            ERR_clear_error();
    }
}

const struct cipher_ops cipher_openssl = {
    .bytes = sizeof(struct openssl_cipher),
    .init = openssl_init,
    .done = openssl_done,
    .seal = openssl_seal,
    .open = openssl_open,
};
