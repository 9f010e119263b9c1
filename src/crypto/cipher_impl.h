/* crypto/cipher_impl.h: what cipher.c asks of an implementation, for cipher*.c alone. An
 * implementation embeds struct cipher as its first member; cipher.c owns the memory, which starts
 * at a multiple of 64 and is wiped when freed. Jobs that arrive here keep the rules for lengths. */
#ifndef CRYPTO_CIPHER_IMPL_H
#define CRYPTO_CIPHER_IMPL_H

#include "crypto/cipher.h"

enum { CIPHER_ALIGN = 64, CIPHER_NONCE_BYTES = 12, CIPHER_SALT_BYTES = 4 };

struct cipher_ops {
    size_t bytes; /* of the structure, and of what follows it: more_bytes() */
    size_t (*more_bytes)(const struct cipher_params *params); /* NULL: nothing follows */
    must_use bool (*init)(struct cipher *c, const struct cipher_params *params);
    void (*done)(struct cipher *c);
    void (*seal)(struct cipher *c, struct cipher_job *const *jobs, size_t n);
    void (*open)(struct cipher *c, struct cipher_job *const *jobs, size_t n);
};

struct cipher {
    const struct cipher_ops *ops;
    void *memory; /* what was allocated; the structure is aligned in it */
    size_t memory_bytes;
    const struct crypto_encr_alg *encr;
    const struct crypto_integ_alg *integ; /* NULL: AEAD, or NULL encryption without ICV */
    struct cipher_engine *engine;
    uint8_t icv_bytes;
    bool seals;
    uint8_t salt[CIPHER_SALT_BYTES];
};

/* Where the IV, the data and the ICV of a packet are. */
static inline uint8_t *cipher_iv_at(const struct cipher_job *j)
{
    return j->packet + j->header_len;
}
static inline uint8_t *cipher_data_at(const struct cipher *c, const struct cipher_job *j)
{
    return cipher_iv_at(j) + c->encr->iv_bytes;
}
static inline uint8_t *cipher_icv_at(const struct cipher *c, const struct cipher_job *j)
{
    return cipher_data_at(c, j) + j->data_len;
}

/* Header, IV and data: what an HMAC covers. */
static inline size_t cipher_covered(const struct cipher *c, const struct cipher_job *j)
{
    return (size_t)j->header_len + c->encr->iv_bytes + j->data_len;
}

/* The AEAD's nonce, salt and IV (RFC 4106 4), and its authenticated bytes: the header, or an ESP
 * header with the sequence number's high half inserted (RFC 4106 5), which takes room. */
struct cipher_aad {
    uint8_t nonce[CIPHER_NONCE_BYTES], room[12];
    const uint8_t *p;
    size_t n;
};

/* Fills *a, which p may then point into. */
void cipher_aad_of(struct cipher_aad *a, const struct cipher *c, const struct cipher_job *j);

/* The high half of the sequence number as an HMAC sees it. */
static inline void cipher_put_esn(uint8_t to[4], uint32_t high)
{
    to[0] = (uint8_t)(high >> 24);
    to[1] = (uint8_t)(high >> 16);
    to[2] = (uint8_t)(high >> 8);
    to[3] = (uint8_t)high;
}

/* What is left of an AEAD's decryption in place: the text where it was wanted, or zeros. */
void cipher_settle(const struct cipher *c, struct cipher_job *j, bool authentic);

/* libcrypto's implementation does everything. Intel's: NULL when it has nothing faster for the
 * algorithms, or is not there. */
extern const struct cipher_ops cipher_openssl;
const struct cipher_ops *cipher_mb(const struct cipher_params *params);

#endif
