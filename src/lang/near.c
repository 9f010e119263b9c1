#include "lang/near.h"

#include <string.h>

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

/* Optimal string alignment: Damerau's four errors, none of them touched twice. */
static uint32_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    uint32_t rows[3][LANG_NEAR_LEN_MAX + DISTANCE_MAX + 1];
    assert(a_len <= LANG_NEAR_LEN_MAX && b_len <= LANG_NEAR_LEN_MAX + DISTANCE_MAX);
    for (uint32_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (uint32_t i = 1; i <= a_len; i++) {
        uint32_t *row = rows[i % 3];
        const uint32_t *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        char c = lower(a[i - 1]);
        row[0] = i;
        for (uint32_t j = 1; j <= b_len; j++) {
            char d = lower(b[j - 1]);
            row[j] = MIN(above[j], row[j - 1]) + 1;
            row[j] = MIN(row[j], above[j - 1] + (c == d ? 0 : 1));
            if (i > 1 && j > 1 && c == lower(b[j - 2]) && d == lower(a[i - 2]))
                row[j] = MIN(row[j], above2[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

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
    uint32_t d = distance(n->word, len, candidate, other);
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
