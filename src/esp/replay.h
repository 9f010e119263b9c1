/* esp/replay.h: the anti-replay window (RFC 4303 3.4.3) as a ring of words (RFC 6479), so that it
 * moves without shifting, and the high half of extended sequence numbers (RFC 4303 appendix A).
 * Checked before a packet is decrypted, updated once it was found authentic; a check says nothing
 * about other packets of the same batch, so the update answers again. Owned by an SA. */
#ifndef ESP_REPLAY_H
#define ESP_REPLAY_H

#include "esp/params.h"

struct esp_replay {
    uint64_t top;    /* the highest authentic number; 0: none yet */
    uint64_t *words; /* the SA's; NULL: nothing is checked */
    uint32_t window; /* packets; 0: nothing is checked */
    uint32_t mask;   /* of a word's place in the ring */
};

/* Words that a window needs: a power of two, one more than the window's, since the word that top is
 * in is only partly behind it. 0 for no window. */
must_use uint32_t esp_replay_words(uint32_t window);

/* A window over zeroed words, as many as esp_replay_words() says (NULL for none). */
void esp_replay_init(struct esp_replay *r, uint32_t window, uint64_t *words);

/* The whole number of a packet that carries its low half (appendix A2.2); false: before the first
 * cycle, so it cannot be one of ours. Without ESN it is the number itself. */
must_use bool esp_replay_sequence(const struct esp_replay *r, bool esn, uint32_t low,
                                  uint64_t *ret_sequence);

/* Whether a number is new: right of the window, or in it and not seen. */
must_use bool esp_replay_check(const struct esp_replay *r, uint64_t sequence);

/* Notes an authentic number; false: it was not new any more. */
must_use bool esp_replay_update(struct esp_replay *r, uint64_t sequence);

#endif
