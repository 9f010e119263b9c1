#include "base/near.h"

#include <string.h>

/* Edit distance (insert, delete, replace, swap of neighbours) of two short words, case aside. */
static unsigned distance(const char *a, size_t an, const char *b, size_t bn)
{
    unsigned row[3][NEAR_WORD_MAX + 1];
    unsigned *before = row[0], *last = row[1], *now = row[2];
    assert(an <= NEAR_WORD_MAX && bn <= NEAR_WORD_MAX);
    for (unsigned j = 0; j <= bn; j++)
        last[j] = j;
    memcpy(before, last, sizeof(row[0]));
    for (size_t i = 1; i <= an; i++) {
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= bn; j++) {
            char x = (char)(a[i - 1] | 0x20), y = (char)(b[j - 1] | 0x20);
            unsigned d = last[j - 1] + (x != y);
            d = MIN(d, last[j] + 1);
            d = MIN(d, now[j - 1] + 1);
            if (i > 1 && j > 1 && x == (b[j - 2] | 0x20) && y == (a[i - 2] | 0x20))
                d = MIN(d, before[j - 2] + 1);
            now[j] = d;
        }
        unsigned *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[bn];
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
    unsigned d = distance(n->word, n->len, known, len);
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
