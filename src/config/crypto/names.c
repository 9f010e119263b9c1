#include "config/crypto_names.h"

#include <string.h>

#include "config/lex.h"

#define WHY_DES "DES is refused, its keys can be found by trial: use aes-cbc-256 or aes-gcm-256"
#define WHY_3DES                                                                                   \
    "3DES is refused, its 64-bit blocks leak after some gigabytes: use aes-cbc-256 or aes-gcm-256"
#define WHY_MD5 "MD5 is refused: use sha256"
#define WHY_GROUP1 "group 1 (768 bits) is refused: use group 14, or 19"
#define WEAK_2 "group 2 (1024 bits) is weak: use 14 or more where the other end has it"
#define WEAK_5 "group 5 (1536 bits) is weak: use 14 or more where the other end has it"
#define WEAK_22 "group 22 (160-bit subgroup) is weak: use 14, 19 or 24"

/* RFC 8247, RFC 8221; numbers: IANA, Internet Key Exchange Version 2 Parameters. */
static const struct crypto_word encr[] = {
    { "aes-cbc-128", 12, 128, false, NULL, NULL },
    { "aes-cbc-192", 12, 192, false, NULL, NULL },
    { "aes-cbc-256", 12, 256, false, NULL, NULL },
    { "aes-gcm-128", 20, 128, true, NULL, NULL },
    { "aes-gcm-192", 20, 192, true, NULL, NULL },
    { "aes-gcm-256", 20, 256, true, NULL, NULL },
    { "chacha20-poly1305", 28, 0, true, NULL, NULL },
    { "3des", 3, 0, false, WHY_3DES, NULL },
    { "des", 2, 0, false, WHY_DES, NULL },
    { "null", 11, 0, false, "packets without encryption are refused: use aes-gcm-256", NULL },
    { "aes-gmac", 21, 0, false, "packets without encryption are refused: use aes-gcm-256", NULL },
};
static const struct crypto_word integ[] = {
    { "sha1", 2, 0, false, NULL, NULL },    { "sha256", 12, 0, false, NULL, NULL },
    { "sha384", 13, 0, false, NULL, NULL }, { "sha512", 14, 0, false, NULL, NULL },
    { "md5", 1, 0, false, WHY_MD5, NULL },
};
static const struct crypto_word prf[] = {
    { "sha1", 2, 0, false, NULL, NULL },   { "sha256", 5, 0, false, NULL, NULL },
    { "sha384", 6, 0, false, NULL, NULL }, { "sha512", 7, 0, false, NULL, NULL },
    { "md5", 1, 0, false, WHY_MD5, NULL },
};
static const struct crypto_word group[] = {
    { "1", 1, 0, false, WHY_GROUP1, NULL }, { "2", 2, 0, false, NULL, WEAK_2 },
    { "5", 5, 0, false, NULL, WEAK_5 },     { "14", 14, 0, false, NULL, NULL },
    { "15", 15, 0, false, NULL, NULL },     { "16", 16, 0, false, NULL, NULL },
    { "17", 17, 0, false, NULL, NULL },     { "18", 18, 0, false, NULL, NULL },
    { "19", 19, 0, false, NULL, NULL },     { "20", 20, 0, false, NULL, NULL },
    { "21", 21, 0, false, NULL, NULL },     { "22", 22, 0, false, NULL, WEAK_22 },
    { "23", 23, 0, false, NULL, NULL },     { "24", 24, 0, false, NULL, NULL },
    { "31", 31, 0, false, NULL, NULL },
};

static const struct {
    const struct crypto_word *v;
    size_t n;
} kinds[] = {
    [WORD_ENCR] = { encr, ARRAY_LEN(encr) },
    [WORD_INTEG] = { integ, ARRAY_LEN(integ) },
    [WORD_PRF] = { prf, ARRAY_LEN(prf) },
    [WORD_GROUP] = { group, ARRAY_LEN(group) },
};

#define GONE_AH "AH protects no tunnel here: use esp-gcm 256, or esp-aes 256 with esp-sha256-hmac"

static const struct crypto_transform_word transforms[] = {
    { "esp-aes", 12, false, true, 0, NULL },
    { "esp-gcm", 20, false, true, 0, NULL },
    { "esp-chacha20-poly1305", 28, false, false, 0, NULL },
    { "esp-3des", 3, false, false, 0, NULL },
    { "esp-des", 2, false, false, 0, NULL },
    { "esp-null", 11, false, false, 0, NULL },
    { "esp-gmac", 21, false, false, 0, NULL },
    { "esp-sha-hmac", 2, true, false, 0, NULL },
    { "esp-sha256-hmac", 12, true, false, 0, NULL },
    { "esp-sha384-hmac", 13, true, false, 0, NULL },
    { "esp-sha512-hmac", 14, true, false, 0, NULL },
    { "esp-md5-hmac", 1, true, false, 0, NULL },
    { "esp-seal", 0, false, false, 0, "SEAL is not supported: use esp-gcm 256" },
    { "ah-md5-hmac", 0, false, false, 0, GONE_AH },
    { "ah-sha-hmac", 0, false, false, 0, GONE_AH },
    { "ah-sha256-hmac", 0, false, false, 0, GONE_AH },
    { "ah-sha384-hmac", 0, false, false, 0, GONE_AH },
    { "ah-sha512-hmac", 0, false, false, 0, GONE_AH },
    { "comp-lzs", 0, false, false, 0, "packets are not compressed: leave comp-lzs out" },
};

const struct crypto_word *crypto_words(enum crypto_word_kind kind, size_t *ret_n)
{
    *ret_n = kinds[kind].n;
    return kinds[kind].v;
}

const struct crypto_word *crypto_word_find(enum crypto_word_kind kind, const char *word)
{
    const struct crypto_word *found = NULL;
    bool is_group = kind == WORD_GROUP;
    if (is_group && lex_is_prefix("group", word))
        word += 5;
    for (size_t i = 0; i < kinds[kind].n; i++) {
        const struct crypto_word *w = &kinds[kind].v[i];
        if (lex_eq(word, w->word))
            return w;
        if (is_group || word[0] == '\0' || !lex_is_prefix(word, w->word))
            continue;
        if (found)
            return NULL;
        found = w;
    }
    return found;
}

const struct crypto_word *crypto_word_of(enum crypto_word_kind kind, uint16_t id, uint16_t bits)
{
    for (size_t i = 0; i < kinds[kind].n; i++) {
        if (kinds[kind].v[i].id == id && kinds[kind].v[i].bits == bits)
            return &kinds[kind].v[i];
    }
    return NULL;
}

const struct crypto_transform_word *crypto_transform_find(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(transforms); i++) {
        if (lex_eq(word, transforms[i].word))
            return &transforms[i];
    }
    return NULL;
}

const struct crypto_transform_word *crypto_transform_of(bool is_integ, uint16_t id)
{
    for (size_t i = 0; i < ARRAY_LEN(transforms); i++) {
        if (!transforms[i].gone && transforms[i].is_integ == is_integ && transforms[i].id == id)
            return &transforms[i];
    }
    return NULL;
}
