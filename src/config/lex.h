/* config/lex.h: one line of configuration text cut into words that know their columns.
 * The text is untrusted: NULs and control characters count as blanks, a line that is too long or
 * has too many words says so. Words are NUL-terminated and live until the next line is cut. */
#ifndef CONFIG_LEX_H
#define CONFIG_LEX_H

#include "config/parse.h"

enum { LEX_WORDS_MAX = 1024 };

struct lex_word {
    const char *s;
    uint16_t len;
    uint16_t column; /* 1-based, in bytes */
};

struct lex_line {
    char raw[CONFIG_LINE_MAX + 1]; /* the line, trailing blanks cut, controls made blanks */
    char cut[CONFIG_LINE_MAX + 1]; /* the same with a NUL after each word */
    struct lex_word words[LEX_WORDS_MAX];
    size_t n;
    uint16_t indent; /* columns before the first word */
    uint16_t etx;    /* control-C bytes (03) in it: what IOS writes around a banner */
};

enum lex_result { LEX_OK, LEX_TOO_LONG, LEX_TOO_MANY_WORDS };

/* Cuts the line of len bytes (no newline). */
must_use enum lex_result lex_line(struct lex_line *l, const char *text, size_t len);

/* Drops the first n words: the rest of the line becomes the line. */
void lex_drop(struct lex_line *l, size_t n);

/* The text from word i to the end of the line, as written. */
const char *lex_rest(const struct lex_line *l, size_t i);

/* Whether b begins with a, or equals it, letter case aside. */
bool lex_is_prefix(const char *a, const char *b);

/* Whether both are the same word, letter case aside. */
bool lex_eq(const char *a, const char *b);

/* A decimal number within lo..hi; false leaves *ret untouched. */
must_use bool lex_number(const char *s, uint32_t lo, uint32_t hi, uint32_t *ret);

/* An AS number: 1..4294967295, also in the asdot form 1.10. */
must_use bool lex_as(const char *s, uint32_t *ret);

/* Whether the word is a place left to fill in: 40.76.X.X, <YourInterface>, CUSTOMER_IP,
 * $(hostname). */
bool lex_is_placeholder(const char *s);

/* Whether a VRF's name says that it is for management ("Mgmt-intf", "management"; GS is the guest
 * shell's, which Cisco's images in the clouds come with). */
bool lex_is_management_vrf(const char *s);

#endif
