#include "lang/near.h"

#include <string.h>

#include "base/near.h"

enum { DISTANCE_MAX = 2 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The word without letter case, "-" and "_". */
static bool is_same(const char *a, const char *b)
{
    for (;;) {
        while (*a == '-' || *a == '_')
            a++;
        while (*b == '-' || *b == '_')
            b++;
        if (lower(*a) != lower(*b))
            return false;
        if (*a == '\0')
            return true;
        a++;
        b++;
    }
}

static_assert(LANG_NEAR_LEN_MAX + DISTANCE_MAX <= NEAR_WORD_MAX, "near_distance() has room");

struct lang_near lang_near_start(const char *word)
{
    return (struct lang_near){ .word = word, .distance = UINT32_MAX };
}

void lang_near_try(struct lang_near *n, const char *candidate)
{
    if (n->best && n->distance == 0)
        return;
    if (is_same(n->word, candidate)) {
        n->best = candidate;
        n->distance = 0;
        return;
    }
    size_t len = strnlen(n->word, LANG_NEAR_LEN_MAX + 1);
    size_t most = MIN((size_t)DISTANCE_MAX, len / 3);
    size_t other = strnlen(candidate, LANG_NEAR_LEN_MAX + DISTANCE_MAX + 1);
    if (len > LANG_NEAR_LEN_MAX || other > len + most || other + most < len)
        return;
    /* Distance 0 is kept for is_same(): it ends the search. */
    uint32_t d = near_distance(n->word, len, candidate, other);
    assert(d > 0);
    if (d <= most && d < n->distance) {
        n->best = candidate;
        n->distance = d;
    }
}

const char *lang_near(const char *word, const char *const *candidates, size_t n)
{
    struct lang_near near = lang_near_start(word);
    for (size_t i = 0; i < n; i++)
        lang_near_try(&near, candidates[i]);
    return near.best;
}
