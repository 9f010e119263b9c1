/* bfd/session.h: one BFD session, asynchronous mode (RFC 5880), without authentication and echo.
 * The owner calls bfd_receive() for each packet of this session that bfd_decode() accepted, and
 * bfd_advance() no later than bfd_deadline(), and does what they return. Times: ns_t of the owner's
 * monotonic clock; intervals: microseconds, as on the wire. One thread, no allocation. */
#ifndef BFD_SESSION_H
#define BFD_SESSION_H

#include "base/rng.h"
#include "bfd/wire.h"

/* 6.8.3: what a change of intervals has to wait for. */
struct bfd_poll {
    bool active;         /* our packets carry Poll until a Final comes */
    uint32_t min_tx_us;  /* sent with: the interval in use until the Final, when it was shorter */
    uint32_t min_rx_us;  /* expected until the Final, when it was longer */
};

struct bfd_session {
    uint32_t discr;                /* ours, never 0 */
    uint32_t min_tx_us, min_rx_us; /* configured, as is multiplier */
    uint8_t multiplier;
    enum bfd_state state;
    uint8_t diag;                  /* why we went down last, told to the peer */
    struct bfd_packet peer;        /* what the peer last said; my_discr 0: nothing yet */
    struct bfd_poll poll;
    ns_t send_at, expire_at;       /* NS_NEVER: off */
    ns_t sent_at, heard_at;        /* last; -1: never */
};

struct bfd_output { /* what the owner has to do, in this order */
    bool changed;   /* tell the session's clients: from, to, why */
    enum bfd_state from, to;
    enum bfd_diag why;
    bool send;
    struct bfd_packet packet; /* to transmit, if send */
};

/* A session that is down and sends its first packet at once. discr and multiplier are not 0. */
void bfd_init(struct bfd_session *s, ns_t now, uint32_t discr, uint32_t min_tx_us,
              uint32_t min_rx_us, uint8_t multiplier);

/* A packet came for the session: its your_discr is ours, or 0 and the owner found us by address. */
must_use struct bfd_output bfd_receive(struct bfd_session *s, ns_t now,
                                       const struct bfd_packet *in, struct rng *rng);

/* Does what is due. */
must_use struct bfd_output bfd_advance(struct bfd_session *s, ns_t now, struct rng *rng);

/* When bfd_advance() is due at the latest; NS_NEVER: not before the next packet. */
ns_t bfd_deadline(const struct bfd_session *s);

/* Administratively down (6.8.16; the peer is told for a detection time) and up again. */
must_use struct bfd_output bfd_set_admin(struct bfd_session *s, ns_t now, bool up);

/* The path is known to be dead (its link went down): 6.8.17. */
must_use struct bfd_output bfd_path_down(struct bfd_session *s);

/* New intervals; while up they come into force by a Poll sequence (poll.c). */
void bfd_set_intervals(struct bfd_session *s, ns_t now, uint32_t min_tx_us, uint32_t min_rx_us);

/* poll.c: the interval by which we send now, and the one that we tell the peer. */
uint32_t bfd_tx_in_use_us(const struct bfd_session *s);

/* The Desired Min TX Interval of our packets, in microseconds (6.8.3). */
uint32_t bfd_tx_told_us(const struct bfd_session *s);

/* poll.c: the interval in which we must expect packets of the peer. */
uint32_t bfd_rx_in_use_us(const struct bfd_session *s);

/* poll.c: begins a Poll sequence; a Final ends it. */
void bfd_poll_start(struct bfd_session *s, uint32_t old_tx_us, uint32_t old_rx_us);

/* The peer answered with F set: intervals that waited for it come into force (6.8.3). */
void bfd_poll_end(struct bfd_session *s);

/* The time without packets after which the peer is down (6.8.4); NS_NEVER: the peer is unknown. */
ns_t bfd_detection_time(const struct bfd_session *s);

#endif
