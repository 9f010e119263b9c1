#include "base/near.h"

#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

unsigned near_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned rows[3][NEAR_WORD_MAX + 1];
    assert(a_len <= NEAR_WORD_MAX && b_len <= NEAR_WORD_MAX);
    for (unsigned j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a_len; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        char c = lower(a[i - 1]);
        row[0] = i;
        for (unsigned j = 1; j <= b_len; j++) {
            char d = lower(b[j - 1]);
            row[j] = MIN(above[j], row[j - 1]) + 1;
            row[j] = MIN(row[j], above[j - 1] + (c == d ? 0 : 1));
            if (i > 1 && j > 1 && c == lower(b[j - 2]) && d == lower(a[i - 2]))
                row[j] = MIN(row[j], above2[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

struct near near_init(const char *word)
{
    struct near n = { .word = word, .len = strlen(word) };
    if (n.len > 0 && n.len <= NEAR_WORD_MAX)
        n.limit = n.len < 4 ? 2 : n.len < 8 ? 3 : 4;
    return n;
}

void near_consider(struct near *n, const char *known, size_t len)
{
    size_t apart = len > n->len ? len - n->len : n->len - len;
    if (len == 0 || len > NEAR_WORD_MAX || apart >= n->limit)
        return;
    unsigned d = near_distance(n->word, n->len, known, len);
    if (d < n->limit) {
        n->limit = d;
        n->best = known;
        n->best_len = len;
    }
}

void near_consider_word(struct near *n, const char *known)
{
    near_consider(n, known, strlen(known));
}
