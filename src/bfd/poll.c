/* The Poll sequence (RFC 5880 6.5, 6.8.3): while up, a longer sending interval and a shorter
 * expectation wait until the peer has acknowledged them, so that nobody's detection time expires
 * over a change. */
#include "bfd/session.h"

uint32_t bfd_tx_told_us(const struct bfd_session *s)
{
    /* 6.8.3: a session that is not up sends, and promises, no more than one packet a second. */
    return s->state == BFD_UP ? s->min_tx_us : MAX(s->min_tx_us, UINT32_C(1000000));
}

uint32_t bfd_tx_in_use_us(const struct bfd_session *s)
{
    uint32_t told_us = bfd_tx_told_us(s);
    return s->poll.active && s->state == BFD_UP ? MIN(told_us, s->poll.min_tx_us) : told_us;
}

uint32_t bfd_rx_in_use_us(const struct bfd_session *s)
{
    return s->poll.active && s->state == BFD_UP ? MAX(s->min_rx_us, s->poll.min_rx_us)
                                                : s->min_rx_us;
}

void bfd_poll_start(struct bfd_session *s, uint32_t old_tx_us, uint32_t old_rx_us)
{
    if (s->poll.active) { /* changed again before the Final: the most careful of all three */
        old_tx_us = MIN(old_tx_us, s->poll.min_tx_us);
        old_rx_us = MAX(old_rx_us, s->poll.min_rx_us);
    }
    s->poll = (struct bfd_poll){ .active = true, .min_tx_us = old_tx_us, .min_rx_us = old_rx_us };
}

void bfd_poll_end(struct bfd_session *s)
{
    s->poll = (struct bfd_poll){ 0 };
}
