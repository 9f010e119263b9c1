/* lang/utf8.h: UTF-8, character by character, and how text shows on a terminal. The bytes are
 * untrusted. Lines end as libyaml ends them, so that its line numbers are ours: at LF, CR, CR LF,
 * NEL, U+2028 and U+2029. Pure. */
#ifndef LANG_UTF8_H
#define LANG_UTF8_H

#include "base/rd.h"

enum { LANG_UTF8_BAD = 0xFFFD };

/* The next character. False: the bytes are no UTF-8 (RFC 3629: no surrogate, no longer form than
 * needed); one byte was skipped and *ret_char is U+FFFD. There must be a byte left. */
bool lang_utf8_next(struct rd *r, uint32_t *ret_char);

/* Appends the character's bytes, 1 to 4, to `to`; gives back how many. */
size_t lang_utf8_put(uint32_t c, char to[4]);

/* Whether the character, with what follows it in r, ends a line; then all of the end is read. */
bool lang_utf8_ends_line(struct rd *r, uint32_t c);

/* Terminal columns that the character takes: 0 (combining), 1 or 2 (wide). */
uint32_t lang_utf8_width(uint32_t c);

/* Whether a terminal might obey the character rather than show it: controls and marks that turn
 * the direction of writing. */
bool lang_utf8_is_control(uint32_t c);

#endif
