/* crypto/alg.h: the algorithms that IKEv2 and ESP negotiate, by their IANA transform numbers, one
 * row each: names as Cisco IOS and strongSwan write them, key and block sizes in bytes. What is not
 * in a table is not supported. Constant data; every thread. (RFC 7296 3.3.2, RFC 8247, RFC 8221) */
#ifndef CRYPTO_ALG_H
#define CRYPTO_ALG_H

#include "base/base.h"

enum crypto_encr {                        /* transform type 1 */
                   CRYPTO_ENCR_NULL = 11, /* ESP in the simulator only; never negotiated */
                   CRYPTO_AES_CBC = 12,
                   CRYPTO_AES_GCM_16 = 20,
                   CRYPTO_CHACHA20_POLY1305 = 28,
};
enum crypto_prf { /* transform type 2 */
                  CRYPTO_PRF_SHA1 = 2,
                  CRYPTO_PRF_SHA256 = 5,
                  CRYPTO_PRF_SHA384 = 6,
                  CRYPTO_PRF_SHA512 = 7,
};
enum crypto_integ {                        /* transform type 3 */
                    CRYPTO_INTEG_NONE = 0, /* with an AEAD */
                    CRYPTO_SHA1_96 = 2,
                    CRYPTO_SHA256_128 = 12,
                    CRYPTO_SHA384_192 = 13,
                    CRYPTO_SHA512_256 = 14,
};
enum crypto_group { /* transform type 4 */
                    CRYPTO_GROUP_NONE = 0,
                    CRYPTO_MODP_1024 = 2,
                    CRYPTO_MODP_1536 = 5,
                    CRYPTO_MODP_2048 = 14,
                    CRYPTO_MODP_3072 = 15,
                    CRYPTO_MODP_4096 = 16,
                    CRYPTO_MODP_6144 = 17,
                    CRYPTO_MODP_8192 = 18,
                    CRYPTO_ECP_256 = 19,
                    CRYPTO_ECP_384 = 20,
                    CRYPTO_ECP_521 = 21,
                    CRYPTO_MODP_1024_160 = 22,
                    CRYPTO_MODP_2048_224 = 23,
                    CRYPTO_MODP_2048_256 = 24,
                    CRYPTO_X25519 = 31,
};

enum {
    CRYPTO_KEY_MAX = 64,      /* of any one key: HMAC-SHA2-512's */
    CRYPTO_HASH_MAX = 64,     /* of any hash, PRF or integrity output before it is cut */
    CRYPTO_PUBLIC_MAX = 1024, /* of any group's public value: MODP 8192 */
    CRYPTO_ICV_MAX = 32,
    CRYPTO_IV_MAX = 16,
    CRYPTO_BLOCK_MAX = 16,
};

struct crypto_encr_alg {
    enum crypto_encr id;
    uint16_t key_bits;   /* 0: the transform has no Key Length attribute (ChaCha20-Poly1305) */
    const char *ios;     /* "aes-cbc-256", "aes-gcm-128" of crypto ikev2 proposal */
    const char *swan;    /* "aes256", "aes128gcm16" */
    uint8_t key_bytes;   /* without the salt */
    uint8_t salt_bytes;  /* taken from the key material after the key: RFC 4106 8.1, RFC 7634 2 */
    uint8_t iv_bytes;    /* on the wire */
    uint8_t block_bytes; /* what the plain text is padded to; 1: a stream */
    uint8_t icv_bytes;   /* of an AEAD; 0: needs an integrity transform */
};
struct crypto_integ_alg {
    enum crypto_integ id;
    const char *ios, *swan; /* "sha256" as IOS says it */
    uint8_t key_bytes, icv_bytes, hash_bytes;
};
struct crypto_prf_alg {
    enum crypto_prf id;
    const char *ios, *swan;
    uint8_t key_bytes, out_bytes; /* preferred key length and output length: RFC 7296 2.13 */
};
struct crypto_group_alg {
    enum crypto_group id;
    const char *name;      /* "MODP_2048", as strongSwan shows it */
    const char *swan;      /* "modp2048" */
    uint16_t public_bytes; /* on the wire: RFC 7296 3.4, RFC 5903 7, RFC 8031 2 */
    bool is_weak;          /* allowed with a warning: below 112 bits */
};

/* The row; NULL: not supported. key_bits 0 matches ChaCha20-Poly1305 only. */
const struct crypto_encr_alg *crypto_encr_alg(uint16_t id, uint16_t key_bits);
const struct crypto_integ_alg *crypto_integ_alg(uint16_t id);
const struct crypto_prf_alg *crypto_prf_alg(uint16_t id);
const struct crypto_group_alg *crypto_group_alg(uint16_t id);

/* By name of IOS or strongSwan, case ignored; NULL: unknown. For lists and completion, the rows. */
const struct crypto_encr_alg *crypto_encr_named(const char *name);
const struct crypto_integ_alg *crypto_integ_named(const char *name);
const struct crypto_prf_alg *crypto_prf_named(const char *name);
const struct crypto_group_alg *crypto_group_named(const char *name);
const struct crypto_encr_alg *crypto_encr_algs(size_t *ret_n);
const struct crypto_integ_alg *crypto_integ_algs(size_t *ret_n);
const struct crypto_prf_alg *crypto_prf_algs(size_t *ret_n);
const struct crypto_group_alg *crypto_group_algs(size_t *ret_n);

#endif
