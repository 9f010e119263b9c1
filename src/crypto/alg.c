#include "crypto/alg.h"

#include <string.h>

/* NULL stands last: it has a row for cipher_new(), but is in no list and has no name to ask for. */
static const struct crypto_encr_alg encr_rows[] = {
    { CRYPTO_AES_CBC, 128, "aes-cbc-128", "aes128", 16, 0, 16, 16, 0 },
    { CRYPTO_AES_CBC, 192, "aes-cbc-192", "aes192", 24, 0, 16, 16, 0 },
    { CRYPTO_AES_CBC, 256, "aes-cbc-256", "aes256", 32, 0, 16, 16, 0 },
    { CRYPTO_AES_GCM_16, 128, "aes-gcm-128", "aes128gcm16", 16, 4, 8, 1, 16 },
    { CRYPTO_AES_GCM_16, 192, "aes-gcm-192", "aes192gcm16", 24, 4, 8, 1, 16 },
    { CRYPTO_AES_GCM_16, 256, "aes-gcm-256", "aes256gcm16", 32, 4, 8, 1, 16 },
    { CRYPTO_CHACHA20_POLY1305, 0, "chacha20-poly1305", "chacha20poly1305", 32, 4, 8, 1, 16 },
    { CRYPTO_ENCR_NULL, 0, "null", "null", 0, 0, 0, 1, 0 },
};
enum { ENCR_LISTED = ARRAY_LEN(encr_rows) - 1 };

static const struct crypto_integ_alg integ_rows[] = {
    { CRYPTO_SHA1_96, "sha1", "sha1", 20, 12, 20 },
    { CRYPTO_SHA256_128, "sha256", "sha256", 32, 16, 32 },
    { CRYPTO_SHA384_192, "sha384", "sha384", 48, 24, 48 },
    { CRYPTO_SHA512_256, "sha512", "sha512", 64, 32, 64 },
};

static const struct crypto_prf_alg prf_rows[] = {
    { CRYPTO_PRF_SHA1, "sha1", "prfsha1", 20, 20 },
    { CRYPTO_PRF_SHA256, "sha256", "prfsha256", 32, 32 },
    { CRYPTO_PRF_SHA384, "sha384", "prfsha384", 48, 48 },
    { CRYPTO_PRF_SHA512, "sha512", "prfsha512", 64, 64 },
};

static const struct crypto_group_alg group_rows[] = {
    { CRYPTO_MODP_1024, "MODP_1024", "modp1024", 128, true },
    { CRYPTO_MODP_1536, "MODP_1536", "modp1536", 192, true },
    { CRYPTO_MODP_2048, "MODP_2048", "modp2048", 256, false },
    { CRYPTO_MODP_3072, "MODP_3072", "modp3072", 384, false },
    { CRYPTO_MODP_4096, "MODP_4096", "modp4096", 512, false },
    { CRYPTO_MODP_6144, "MODP_6144", "modp6144", 768, false },
    { CRYPTO_MODP_8192, "MODP_8192", "modp8192", 1024, false },
    { CRYPTO_ECP_256, "ECP_256", "ecp256", 64, false },
    { CRYPTO_ECP_384, "ECP_384", "ecp384", 96, false },
    { CRYPTO_ECP_521, "ECP_521", "ecp521", 132, false },
    { CRYPTO_MODP_1024_160, "MODP_1024_160", "modp1024s160", 128, true },
    { CRYPTO_MODP_2048_224, "MODP_2048_224", "modp2048s224", 256, false },
    { CRYPTO_MODP_2048_256, "MODP_2048_256", "modp2048s256", 256, false },
    { CRYPTO_X25519, "CURVE_25519", "x25519", 32, false },
};

/* Names are ASCII, and no locale has a say in them. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_name(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

const struct crypto_encr_alg *crypto_encr_alg(uint16_t id, uint16_t key_bits)
{
    for (size_t i = 0; i < ARRAY_LEN(encr_rows); i++)
        if (encr_rows[i].id == id && encr_rows[i].key_bits == key_bits)
            return &encr_rows[i];
    return NULL;
}

const struct crypto_integ_alg *crypto_integ_alg(uint16_t id)
{
    for (size_t i = 0; i < ARRAY_LEN(integ_rows); i++)
        if (integ_rows[i].id == id)
            return &integ_rows[i];
    return NULL;
}

const struct crypto_prf_alg *crypto_prf_alg(uint16_t id)
{
    for (size_t i = 0; i < ARRAY_LEN(prf_rows); i++)
        if (prf_rows[i].id == id)
            return &prf_rows[i];
    return NULL;
}

const struct crypto_group_alg *crypto_group_alg(uint16_t id)
{
    for (size_t i = 0; i < ARRAY_LEN(group_rows); i++)
        if (group_rows[i].id == id)
            return &group_rows[i];
    return NULL;
}

const struct crypto_encr_alg *crypto_encr_named(const char *name)
{
    for (size_t i = 0; i < ENCR_LISTED; i++)
        if (is_name(encr_rows[i].ios, name) || is_name(encr_rows[i].swan, name))
            return &encr_rows[i];
    return NULL;
}

const struct crypto_integ_alg *crypto_integ_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(integ_rows); i++)
        if (is_name(integ_rows[i].ios, name) || is_name(integ_rows[i].swan, name))
            return &integ_rows[i];
    return NULL;
}

const struct crypto_prf_alg *crypto_prf_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(prf_rows); i++)
        if (is_name(prf_rows[i].ios, name) || is_name(prf_rows[i].swan, name))
            return &prf_rows[i];
    return NULL;
}

/* IOS calls a group by its number: one or two digits without a leading zero; others: 0. */
static uint16_t group_number(const char *name)
{
    uint16_t v = 0;
    size_t n = strlen(name);
    if (n == 0 || n > 2 || name[0] == '0')
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (name[i] < '0' || name[i] > '9')
            return 0;
        v = (uint16_t)(v * 10 + (name[i] - '0'));
    }
    return v;
}

const struct crypto_group_alg *crypto_group_named(const char *name)
{
    if (is_name("curve25519", name)) /* strongSwan has two words for it */
        return crypto_group_alg(CRYPTO_X25519);
    for (size_t i = 0; i < ARRAY_LEN(group_rows); i++)
        if (is_name(group_rows[i].name, name) || is_name(group_rows[i].swan, name))
            return &group_rows[i];
    return crypto_group_alg(group_number(name));
}

const struct crypto_encr_alg *crypto_encr_algs(size_t *ret_n)
{
    *ret_n = ENCR_LISTED;
    return encr_rows;
}

const struct crypto_integ_alg *crypto_integ_algs(size_t *ret_n)
{
    *ret_n = ARRAY_LEN(integ_rows);
    return integ_rows;
}

const struct crypto_prf_alg *crypto_prf_algs(size_t *ret_n)
{
    *ret_n = ARRAY_LEN(prf_rows);
    return prf_rows;
}

const struct crypto_group_alg *crypto_group_algs(size_t *ret_n)
{
    *ret_n = ARRAY_LEN(group_rows);
    return group_rows;
}
