/* base/near.h: the known word that is nearest to one that is not known, for "did you mean".
 * A search is a value on the caller's stack; words are borrowed. Case does not count. Pure. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include "base/base.h"

/* Longer words have no near ones: the distance of two words costs the product of their lengths. */
enum { NEAR_WORD_MAX = 66 };

/* How many letters are missing, added, changed, or swapped with their neighbour between two words
 * of at most NEAR_WORD_MAX bytes; none of them is touched twice (optimal string alignment). */
unsigned near_distance(const char *a, size_t a_len, const char *b, size_t b_len);

struct near {
    const char *word, *best; /* best: NULL until something is near; not ended by a NUL */
    size_t len, best_len;
    unsigned limit; /* only what is nearer than this is taken */
};

/* A search for words near to `word`: one slip in a short word, three in a long one. */
struct near near_init(const char *word);

/* Takes a known word of len bytes if it is nearer than what was found: the first of equals stays.
 */
void near_consider(struct near *n, const char *known, size_t len);

/* The same for a known word that ends in a NUL. */
void near_consider_word(struct near *n, const char *known);

#endif
