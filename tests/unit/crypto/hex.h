/* tests/unit/crypto/hex.h: bytes written as RFCs print them. Test programs only. */
#ifndef CRYPTO_HEX_H
#define CRYPTO_HEX_H

#include "../unit.h"

static inline uint8_t hex_digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* The bytes of a text of hexadecimal digits, blanks skipped; their number. */
static inline size_t hex_bytes(const char *text, uint8_t *to, size_t room)
{
    size_t digits = 0;
    for (; *text; text++) {
        if (*text == ' ')
            continue;
        assert_true(digits / 2 < room);
        if (digits % 2)
            to[digits / 2] = (uint8_t)(to[digits / 2] << 4 | hex_digit(*text));
        else
            to[digits / 2] = hex_digit(*text);
        digits++;
    }
    assert_int_equal(digits % 2, 0);
    return digits / 2;
}

/* Fails with the case's name unless the bytes are those of the text. */
static inline void claim_hex(const char *name, const uint8_t *got, size_t n, const char *want)
{
    uint8_t bytes[2048];
    size_t want_n = hex_bytes(want, bytes, sizeof(bytes));
    if (n != want_n)
        fail_msg("%s: %zu bytes, want %zu", name, n, want_n);
    for (size_t i = 0; i < n; i++)
        if (got[i] != bytes[i])
            fail_msg("%s: byte %zu is %02x, want %02x", name, i, got[i], bytes[i]);
}

#endif
