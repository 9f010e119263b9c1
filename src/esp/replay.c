#include "esp/replay.h"

#include <string.h>

enum {
    WORD_SHIFT = 6,
    WORD_BITS = 1 << WORD_SHIFT,
    /* Without a window ESN still needs one to tell the cycle: as wide as late packets may be. */
    ESN_WINDOW = 1 << 16,
};

uint32_t esp_replay_words(uint32_t window)
{
    uint32_t needed = (window + WORD_BITS - 1) / WORD_BITS + 1, n = 1;
    if (window == 0)
        return 0;
    while (n < needed)
        n *= 2;
    return n;
}

void esp_replay_init(struct esp_replay *r, uint32_t window, uint64_t *words)
{
    assert(window <= ESP_WINDOW_MAX && (window == 0) == (words == NULL));
    uint32_t n = esp_replay_words(window);
    *r = (struct esp_replay){ .words = words, .window = window, .mask = n ? n - 1 : 0 };
}

bool esp_replay_sequence(const struct esp_replay *r, bool esn, uint32_t low, uint64_t *ret_sequence)
{
    if (!esn) {
        *ret_sequence = low;
        return true;
    }
    uint32_t window = r->window ? r->window : ESN_WINDOW;
    uint32_t top_low = (uint32_t)r->top, high = (uint32_t)(r->top >> 32);
    uint32_t bottom = top_low - (window - 1); /* its low half, which may lie in the cycle before */
    if (top_low >= window - 1) {
        if (low < bottom)
            high++; /* case A: left of the window means the next cycle */
    } else if (low >= bottom) {
        if (high == 0)
            return false;
        high--; /* case B: the window reaches back into the cycle before */
    }
    *ret_sequence = (uint64_t)high << 32 | low;
    return true;
}

static bool is_seen(const struct esp_replay *r, uint64_t sequence)
{
    return r->words[sequence >> WORD_SHIFT & r->mask] >> (sequence & (WORD_BITS - 1)) & 1;
}

bool esp_replay_check(const struct esp_replay *r, uint64_t sequence)
{
    if (r->window == 0)
        return true;
    if (sequence == 0)
        return false; /* 3.3.3: the first packet has number 1 */
    if (sequence > r->top)
        return true;
    return r->top - sequence < r->window && !is_seen(r, sequence);
}

bool esp_replay_update(struct esp_replay *r, uint64_t sequence)
{
    if (r->window == 0) {
        r->top = MAX(r->top, sequence);
        return true;
    }
    if (!esp_replay_check(r, sequence))
        return false;
    if (sequence > r->top) {
        uint64_t word = r->top >> WORD_SHIFT, gap = (sequence >> WORD_SHIFT) - word;
        if (gap > r->mask) /* further than the ring: all of it is old */
            memset(r->words, 0, ((size_t)r->mask + 1) * sizeof(*r->words));
        else
            for (uint64_t i = 1; i <= gap; i++)
                r->words[(word + i) & r->mask] = 0;
        r->top = sequence;
    }
    r->words[sequence >> WORD_SHIFT & r->mask] |= UINT64_C(1) << (sequence & (WORD_BITS - 1));
    return true;
}
