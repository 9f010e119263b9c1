#include "bfd/wire.h"

enum { FLAG_POLL = 0x20, FLAG_FINAL = 0x10, FLAG_AUTH = 0x04, FLAG_DEMAND = 0x02,
       FLAG_MULTIPOINT = 0x01 };

/* 6.8.6, in its order; NULL: the packet is fine. */
static const char *fault_of(const struct bfd_packet *p, uint8_t version, uint8_t flags,
                            uint8_t length, size_t n)
{
    if (version != BFD_VERSION)
        return "version";
    if (length < BFD_PACKET_BYTES)
        return "length too short";
    if (length > n)
        return "length beyond the datagram";
    if (p->multiplier == 0)
        return "detect multiplier zero";
    if (flags & FLAG_MULTIPOINT)
        return "multipoint";
    if (p->my_discr == 0)
        return "my discriminator zero";
    if (p->your_discr == 0 && p->state != BFD_DOWN && p->state != BFD_ADMIN_DOWN)
        return "your discriminator zero";
    if (flags & FLAG_AUTH)
        return "authentication is not in use";
    if (p->poll && p->final) /* 4.1: MUST NOT both be set */
        return "poll and final";
    return NULL;
}

bool bfd_decode(const uint8_t *bytes, size_t n, struct bfd_packet *ret_packet,
                const char **ret_why)
{
    struct rd r = rd_init(bytes, n);
    uint8_t first = rd_u8(&r), flags = rd_u8(&r);
    struct bfd_packet p = {
        .state = (enum bfd_state)(flags >> 6),
        .diag = first & 0x1f,
        .poll = flags & FLAG_POLL,
        .final = flags & FLAG_FINAL,
        .demand = flags & FLAG_DEMAND,
    };
    p.multiplier = rd_u8(&r);
    uint8_t length = rd_u8(&r);
    p.my_discr = rd_u32(&r);
    p.your_discr = rd_u32(&r);
    p.min_tx_us = rd_u32(&r);
    p.min_rx_us = rd_u32(&r);
    (void)rd_u32(&r); /* echo is not offered, so its interval is ignored: 6.8.9 */
    const char *fault = r.bad ? "shorter than a packet"
                              : fault_of(&p, first >> 5, flags, length, n);
    if (fault) {
        *ret_why = fault;
        return false;
    }
    *ret_packet = p;
    return true;
}

void bfd_encode(struct wr *w, const struct bfd_packet *p)
{
    wr_u8(w, (uint8_t)(BFD_VERSION << 5 | (p->diag & 0x1f)));
    wr_u8(w, (uint8_t)((uint8_t)p->state << 6 | (p->poll ? FLAG_POLL : 0) |
                       (p->final ? FLAG_FINAL : 0) | (p->demand ? FLAG_DEMAND : 0)));
    wr_u8(w, p->multiplier);
    wr_u8(w, BFD_PACKET_BYTES);
    wr_u32(w, p->my_discr);
    wr_u32(w, p->your_discr);
    wr_u32(w, p->min_tx_us);
    wr_u32(w, p->min_rx_us);
    wr_u32(w, 0); /* no echo */
}
