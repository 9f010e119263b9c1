/* lang/near.h: the word that was probably meant: "gatway" -> "gateway". A candidate that is the
 * same but for letter case, "-" and "_" comes first ("address-prefixes" -> "addressPrefixes");
 * else the nearest by the number of letters that are missing, added, changed or swapped with their
 * neighbour, at most two and at most a third of the word; of equals the first. Pure. */
#ifndef LANG_NEAR_H
#define LANG_NEAR_H

#include "base/base.h"

/* Longer words (bytes) are compared for equality only: the work is the square of it. */
enum { LANG_NEAR_LEN_MAX = 64 };

struct lang_near {
    const char *word;
    const char *best; /* NULL: none is near */
    uint32_t distance;
};

/* A search for what is near to the word, and the next candidate for it. */
struct lang_near lang_near_start(const char *word);
void lang_near_try(struct lang_near *n, const char *candidate);

/* The best of n candidates, or NULL. */
const char *lang_near(const char *word, const char *const *candidates, size_t n);

#endif
