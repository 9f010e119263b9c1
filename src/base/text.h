/* base/text.h: building text in a buffer with a stated top; engines have no printf.
 * What does not fit is cut and `cut` is set; the buffer always ends in NUL. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/base.h"

struct text {
    char *s;
    size_t len, cap; /* cap counts the NUL; len never does */
    bool cut;
};

/* Text in n bytes at buf (n >= 1), empty. */
struct text text_init(char *buf, size_t n);

/* Append a string, n bytes, a character, a number; what does not fit is cut. */
void text_str(struct text *t, const char *s);

/* Appends n bytes as they are; none of them should be NUL. */
void text_bytes(struct text *t, const char *s, size_t n);

/* Appends one character. */
void text_char(struct text *t, char c);

/* Appends a number in decimal. */
void text_u64(struct text *t, uint64_t v);

/* Appends a number in decimal, with a minus sign when it is negative. */
void text_i64(struct text *t, int64_t v);

/* Appends n bytes as 2 * n lower-case hexadecimal digits. */
void text_hex(struct text *t, const void *bytes, size_t n);

#endif
