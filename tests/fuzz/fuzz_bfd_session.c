/* Any bytes as a BFD packet: what decodes encodes to a packet that decodes to the same, and a
 * session survives it, keeps its deadlines finite and never sends faster than it may. */
#include <stdlib.h>
#include <string.h>

#include "bfd/session.h"

static bool is_same(const struct bfd_packet *a, const struct bfd_packet *b)
{
    return a->state == b->state && a->diag == b->diag && a->multiplier == b->multiplier &&
           a->poll == b->poll && a->final == b->final && a->demand == b->demand &&
           a->my_discr == b->my_discr && a->your_discr == b->your_discr &&
           a->min_tx_us == b->min_tx_us && a->min_rx_us == b->min_rx_us;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rng rng = rng_init(1);
    struct bfd_session s;
    struct rd r = rd_init(data, size);
    ns_t now = 0;
    bfd_init(&s, now, 1, 50000, 50000, 3);
    while (rd_left(&r) > 0) {
        ns_t wait = rd_u8(&r) * 10 * NS_PER_MS;
        size_t n = rd_left(&r) < BFD_PACKET_BYTES ? rd_left(&r) : BFD_PACKET_BYTES;
        const uint8_t *bytes = rd_bytes(&r, n);
        struct bfd_packet p, again;
        const char *why = NULL;
        ns_t until = now + wait;
        for (int due = 0; bfd_deadline(&s) <= until; due++) {
            now = MAX(now, bfd_deadline(&s));
            struct bfd_output out = bfd_advance(&s, now, &rng);
            if (out.changed && out.from == out.to)
                abort();
            if (due > 1000)
                abort();
        }
        now = until;
        if (!bfd_decode(bytes, n, &p, &why)) {
            if (!why)
                abort();
            continue;
        }
        uint8_t out[BFD_PACKET_BYTES];
        struct wr w = wr_init(out, sizeof(out));
        bfd_encode(&w, &p);
        if (w.bad || !bfd_decode(out, sizeof(out), &again, &why) || !is_same(&p, &again))
            abort();
        struct bfd_output heard = bfd_receive(&s, now, &p, &rng);
        if (heard.changed && heard.to != s.state)
            abort();
    }
    return 0;
}
