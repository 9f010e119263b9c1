/* base/number.h: decimal numbers out of text: digits alone, no sign, no blank, and a largest value,
 * so that nothing wraps. Pure. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "base/base.h"

/* The number at the beginning of *s, which moves behind its digits; false, and nothing is touched:
 * there is none, or it is beyond max. */
must_use bool number_read(const char **s, uint64_t max, uint64_t *ret_number);

/* The number that the whole of s is. */
must_use bool number_parse(const char *s, uint64_t max, uint64_t *ret_number);

#endif
