#include "crypto/hash.h"

#include <errno.h>
#include <string.h>

#include <openssl/err.h>

#include "crypto/secret.h"

const EVP_MD *crypto_md_of(size_t out_bytes)
{
    switch (out_bytes) {
    case 20:
        return EVP_sha1();
    case 32:
        return EVP_sha256();
    case 48:
        return EVP_sha384();
    case 64:
        return EVP_sha512();
    default:
        return NULL;
    }
}

/* RFC 2104: a key longer than the block is replaced by its hash. */
static bool set_key(struct crypto_hmac *h, const void *key, size_t n)
{
    unsigned len;
    if (n > h->block_bytes)
        return EVP_DigestUpdate(h->md, key, n) == 1 && EVP_DigestFinal_ex(h->md, h->key, &len) == 1;
    if (n)
        memcpy(h->key, key, n);
    return true;
}

err_t crypto_hmac_init(struct crypto_hmac *h, const EVP_MD *md, const void *key, size_t n)
{
    *h = (struct crypto_hmac){ .md = EVP_MD_CTX_new() };
    if (!h->md)
        return -ENOMEM;
    h->block_bytes = (size_t)EVP_MD_get_block_size(md);
    h->out_bytes = (size_t)EVP_MD_get_size(md);
    assert(h->block_bytes <= sizeof(h->key) && h->out_bytes <= CRYPTO_HASH_MAX);
    if (EVP_DigestInit_ex2(h->md, md, NULL) == 1 && set_key(h, key, n))
        return 0;
    crypto_hmac_done(h);
    ERR_clear_error();
    return -EIO;
}

void crypto_hmac_done(struct crypto_hmac *h)
{
    EVP_MD_CTX_free(h->md);
    secret_wipe_bytes(h, sizeof(*h));
}

/* Starts the hash with the key XORed with ipad or opad. */
static bool begin(struct crypto_hmac *h, uint8_t pad)
{
    uint8_t block[CRYPTO_HASH_BLOCK_MAX];
    for (size_t i = 0; i < h->block_bytes; i++)
        block[i] = h->key[i] ^ pad;
    bool done = EVP_DigestInit_ex2(h->md, NULL, NULL) == 1 &&
                EVP_DigestUpdate(h->md, block, h->block_bytes) == 1;
    secret_wipe_bytes(block, sizeof(block));
    return done;
}

bool crypto_hmac(struct crypto_hmac *h, const struct crypto_part *parts, size_t n_parts,
                 uint8_t *ret_out)
{
    uint8_t inner[CRYPTO_HASH_MAX];
    unsigned len;
    bool done = begin(h, 0x36);
    for (size_t i = 0; done && i < n_parts; i++)
        done = parts[i].n == 0 || EVP_DigestUpdate(h->md, parts[i].p, parts[i].n) == 1;
    done = done && EVP_DigestFinal_ex(h->md, inner, &len) == 1 && begin(h, 0x5c) &&
           EVP_DigestUpdate(h->md, inner, h->out_bytes) == 1 &&
           EVP_DigestFinal_ex(h->md, ret_out, &len) == 1;
    secret_wipe_bytes(inner, sizeof(inner));
    return done;
}
