/* bfd/wire.h: BFD control packets (RFC 5880 4.1) to structs and back. Pure; borrows nothing.
 * A packet that 6.8.6 says to discard is not decoded. What depends on a session (whose packet it
 * is, authentication) is the owner's and session.c's. */
#ifndef BFD_WIRE_H
#define BFD_WIRE_H

#include "base/rd.h"
#include "base/wr.h"

enum {
    BFD_VERSION = 1,
    BFD_PACKET_BYTES = 24, /* without authentication */
    BFD_PORT = 3784,       /* RFC 5881 4, single hop */
};

enum bfd_state { BFD_ADMIN_DOWN, BFD_DOWN, BFD_INIT, BFD_UP }; /* 4.1, wire values */

/* 4.1, wire values; the ones that we give a reason for. */
enum bfd_diag {
    BFD_DIAG_NONE = 0,
    BFD_DIAG_EXPIRED = 1,
    BFD_DIAG_NEIGHBOR_DOWN = 3,
    BFD_DIAG_PATH_DOWN = 5,
    BFD_DIAG_ADMIN_DOWN = 7,
};

struct bfd_packet {
    enum bfd_state state;
    uint8_t diag;       /* enum bfd_diag, or what else the peer says: 0..31 */
    uint8_t multiplier; /* 1..255 */
    bool poll, final;
    bool demand;        /* 6.6: the peer wants no periodic packets while both are up */
    uint32_t my_discr, your_discr, min_tx_us, min_rx_us;
};

/* The bytes of a UDP datagram; false: 6.8.6 says to discard it, *ret_why names the rule (static).
 */
must_use bool bfd_decode(const uint8_t *bytes, size_t n, struct bfd_packet *ret_packet,
                         const char **ret_why);

/* Appends BFD_PACKET_BYTES. */
void bfd_encode(struct wr *w, const struct bfd_packet *packet);

#endif
