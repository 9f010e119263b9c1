/* bgp/session.h: one BGP session: the state machine of RFC 4271 8 with both TCP connections of a
 * collision (6.8), timers (10), capabilities, NOTIFICATIONs; without sockets, clock or RIB.
 * The owner tells it what happened (bgp_session_*), calls bgp_session_advance() no later than
 * bgp_session_deadline(), and drains bgp_session_next() after each call. One thread, no allocation
 * after bgp_session_new(). Bytes to send are pulled with bgp_session_output(). */
#ifndef BGP_SESSION_H
#define BGP_SESSION_H

#include "base/rng.h"
#include "bgp/open.h"
#include "bgp/wire.h"

enum bgp_state { BGP_IDLE, BGP_CONNECT, BGP_ACTIVE, BGP_OPENSENT, BGP_OPENCONFIRM,
                 BGP_ESTABLISHED };

/* The two connections that may exist at a time. */
enum bgp_side { BGP_OUTGOING, BGP_INCOMING, BGP_SIDES };

struct bgp_session_params {
    uint32_t local_as,
        remote_as; /* remote_as 0: any external (remote-as external/internal below) */
    enum { BGP_AS_EXACT, BGP_AS_INTERNAL, BGP_AS_EXTERNAL } remote_as_kind;
    uint32_t router_id;           /* host order, not 0 */
    struct ip_addr remote;
    uint16_t hold_time_s, keepalive_s, connect_retry_s;
    uint16_t send_hold_s;         /* RFC 9687; 0: off */
    bool passive;                 /* never connects */
    uint8_t families;             /* offered: BGP_IPV4 | BGP_IPV6 */
    bool offer_as4, offer_refresh;
    char hostname[65];            /* FQDN capability; "": not offered */
    uint16_t idle_hold_s;         /* after an error, doubled up to idle_hold_max_s */
    uint16_t idle_hold_max_s;
};

enum bgp_action_kind {
    BGP_DO_CONNECT,     /* open the outgoing TCP connection */
    BGP_DO_CLOSE,       /* close `side`: with `flush` once its output is drained, else at once */
    BGP_EVENT_STATE,    /* from -> to of the session as shown */
    BGP_EVENT_UP,       /* established: params and capabilities of the session are settled */
    BGP_EVENT_DOWN,     /* established no longer: why */
    BGP_EVENT_NOTIFIED, /* a NOTIFICATION was sent (fault) or received */
    BGP_GOT_UPDATE,     /* `message` of `message_len` bytes is an UPDATE; borrowed until next() */
    BGP_GOT_REFRESH,    /* `family`: BGP_IPV4 or BGP_IPV6 */
};

enum bgp_down { BGP_DOWN_NONE, BGP_DOWN_HOLD, BGP_DOWN_NOTIFIED_US, BGP_DOWN_WE_NOTIFIED,
                BGP_DOWN_TCP, BGP_DOWN_ADMIN, BGP_DOWN_LINK, BGP_DOWN_SEND_HOLD };

struct bgp_action {
    enum bgp_action_kind kind;
    enum bgp_side side;
    enum bgp_state from, to;
    enum bgp_down why;
    bool sent;                     /* EVENT_NOTIFIED: by us */
    uint8_t code, subcode;         /* of the NOTIFICATION */
    struct bgp_fault fault;        /* our reason, when sent */
    char shutdown_message[256];    /* received with it */
    uint8_t family;
    const uint8_t *message;
    size_t message_len;
    bool flush;                    /* DO_CLOSE: a NOTIFICATION waits in the output */
};

/* Counters and facts for show. */
struct bgp_session_info {
    enum bgp_state state;
    bool admin_up;
    uint64_t messages_in, messages_out;  /* all kinds */
    uint64_t opens_in, opens_out, updates_in, updates_out, notifications_in, notifications_out,
        keepalives_in, keepalives_out, refreshes_in, refreshes_out;
    uint32_t established_count, dropped_count;
    ns_t changed_at;      /* when it came up or went down last; -1: never */
    ns_t last_read_at, last_write_at;
    uint16_t hold_time_s, keepalive_s;   /* negotiated while established, else configured */
    uint8_t families;                    /* negotiated */
    bool as4, refresh;                   /* both ends */
    struct bgp_open peer_open;           /* valid from OpenConfirm on */
    struct ip_addr local, remote;        /* of the TCP connection in use */
    uint16_t local_port, remote_port;
    enum bgp_down last_down;
    uint8_t last_code, last_subcode;
    bool last_sent;
    char last_shutdown_message[256];
    uint32_t router_id, local_as;
};

struct bgp_session;

/* A session that is stopped, or NULL without memory. */
must_use struct bgp_session *bgp_session_new(const struct bgp_session_params *p, uint64_t seed);

/* Frees it; what was lent by it is gone. */
void bgp_session_free(struct bgp_session *s);

/* New parameters for the next session; those that concern a running one were compared by the owner.
 */
void bgp_session_set_params(struct bgp_session *s, const struct bgp_session_params *p);

/* --- told --------------------------------------------------------------------------------------
 */

/* Administrative start; stop with a Cease subcode (RFC 4486) and an optional RFC 9003 message. */
void bgp_session_start(struct bgp_session *s, ns_t now);

/* No new connection is tried or taken until bgp_session_start(). message may be NULL; beyond 255
 * bytes it is cut between characters. */
void bgp_session_stop(struct bgp_session *s, ns_t now, uint8_t cease_subcode, const char *message);

/* Resets an established session with any fault (prefix limit, table trouble) and starts over. */
void bgp_session_reset(struct bgp_session *s, ns_t now, const struct bgp_fault *fault);

/* The session's link or tunnel died: no timer has to run out. */
void bgp_session_link_down(struct bgp_session *s, ns_t now);

/* A route to the peer appeared while idle or waiting: connect now instead of at the next retry. */
void bgp_session_hint_reachable(struct bgp_session *s, ns_t now);

/* The same of a way that was not there before: an attempt that is still without an answer went by
 * another one, or by none, and is made anew. */
void bgp_session_hint_way_changed(struct bgp_session *s, ns_t now);

/* The outgoing connection was made, or a connection from the peer came in. Returns false (incoming
 * only) when it is not wanted: the owner closes it. */
struct bgp_endpoints {
    struct ip_addr local, remote;
    uint16_t local_port, remote_port;
};

/* *ends is copied. After true the session owns the connection until BGP_DO_CLOSE or
 * bgp_session_disconnected(). */
bool bgp_session_connected(struct bgp_session *s, ns_t now, enum bgp_side side,
                           const struct bgp_endpoints *ends);

/* The connection could not be made, or was closed or broken by the other end. */
void bgp_session_disconnected(struct bgp_session *s, ns_t now, enum bgp_side side);

/* Bytes came in. All are taken; actions have to be drained after each call. At most
 * BGP_INPUT_MAX bytes a call. */
enum { BGP_INPUT_MAX = 65536 };

/* The bytes are copied; whole messages come out of bgp_session_next(). */
void bgp_session_input(struct bgp_session *s, ns_t now, enum bgp_side side, const uint8_t *bytes,
                       size_t n);

/* Does what is due. */
void bgp_session_advance(struct bgp_session *s, ns_t now);

/* When bgp_session_advance() is due at the latest. */
ns_t bgp_session_deadline(const struct bgp_session *s);

/* The owner's UPDATE decoding found a fault with verdict BGP_RESET in the last message. */
void bgp_session_update_fault(struct bgp_session *s, ns_t now, const struct bgp_fault *fault);

/* UPDATE bytes were handed to TCP by the owner (they count as keepalives, 4.4); `messages` of them.
 * `progress`: TCP took bytes at all (resets the send hold timer). */
void bgp_session_wrote(struct bgp_session *s, ns_t now, uint32_t messages, bool progress);

/* A ROUTE-REFRESH for the family, BGP_IPV4 or BGP_IPV6, is sent if the peer can do it; false: it
 * cannot. */
bool bgp_session_send_refresh(struct bgp_session *s, ns_t now, uint8_t family);

/* --- pulled --------------------------------------------------------------------------------------
 */

/* The next thing to do or know; false: nothing. A GOT_UPDATE borrows its bytes until the next call
 * of any function of this session but bgp_session_info() and bgp_session_update_fault(). */
bool bgp_session_next(struct bgp_session *s, ns_t now, struct bgp_action *ret_action);

/* Control bytes waiting for `side` (OPEN, KEEPALIVE, NOTIFICATION, ROUTE-REFRESH): they go before
 * further UPDATEs, at a message boundary. bgp_session_sent() says how many were taken. */
size_t bgp_session_output(const struct bgp_session *s, enum bgp_side side,
                          const uint8_t **ret_bytes);

/* TCP took the first n bytes of bgp_session_output(). */
void bgp_session_sent(struct bgp_session *s, ns_t now, enum bgp_side side, size_t n);

/* The side that carries the established session. */
enum bgp_side bgp_session_side(const struct bgp_session *s);

/* Facts and counters; valid as long as the session. */
const struct bgp_session_info *bgp_session_info(const struct bgp_session *s);

#endif
