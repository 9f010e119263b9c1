/* config/crypto_names.h: the words for algorithms in `crypto ikev2 proposal` and `crypto ipsec
 * transform-set`, and what they are: IANA transform numbers. Those that are refused have a row too,
 * with the reason, so that they are known by name. Constant data. */
#ifndef CONFIG_CRYPTO_NAMES_H
#define CONFIG_CRYPTO_NAMES_H

#include "config/crypto_model.h"

enum crypto_word_kind { WORD_ENCR, WORD_INTEG, WORD_PRF, WORD_GROUP };

struct crypto_word {
    const char *word; /* of a proposal: "aes-cbc-256", "sha1", "14" */
    uint16_t id, bits;
    bool is_aead;
    const char *refused; /* why, and what instead; NULL: supported */
    const char *warning; /* allowed, but; NULL: fine */
};

/* All rows of a kind. */
const struct crypto_word *crypto_words(enum crypto_word_kind kind, size_t *ret_n);

/* The row of a word or of an unambiguous beginning of it; "group14" is 14. NULL: none. */
const struct crypto_word *crypto_word_find(enum crypto_word_kind kind, const char *word);

/* The row of an algorithm; NULL: none. */
const struct crypto_word *crypto_word_of(enum crypto_word_kind kind, uint16_t id, uint16_t bits);

/* A word of a transform set ("esp-aes", "esp-sha256-hmac"). */
struct crypto_transform_word {
    const char *word;
    uint16_t id;      /* encryption or integrity */
    bool is_integ;    /* esp-...-hmac */
    bool takes_bits;  /* 128, 192 or 256 may follow: 128 when left out */
    uint16_t bits;    /* of one that takes none */
    const char *gone; /* no tunnel can use it, and no download lists it: an error as read */
};
/* By its word; NULL: no such word. */
const struct crypto_transform_word *crypto_transform_find(const char *word);
/* By the number that IANA gave the algorithm; NULL: none has it. */
const struct crypto_transform_word *crypto_transform_of(bool is_integ, uint16_t id);

#endif
