/* bgp/session_impl.h: the inside of a session, shared by session.c (what the owner calls), fsm.c
 * (the state machine) and collision.c. Not for other folders. */
#ifndef BGP_SESSION_IMPL_H
#define BGP_SESSION_IMPL_H

#include "bgp/session.h"

enum {
    /* One call's bytes behind an incomplete message of the call before. */
    BGP_IN_BYTES = BGP_INPUT_MAX + BGP_MESSAGE_MAX,
    /* OPEN, KEEPALIVE, ROUTE-REFRESH and the final NOTIFICATION: each queued once at most. */
    BGP_OUT_BYTES = 2048,
    /* No call makes more than 8 actions, and the owner drains after each; 4 calls of slack. */
    BGP_ACTIONS_MAX = 32,
    /* RFC 4271 8.2.2: the hold timer until the OPENs have been exchanged. */
    BGP_OPEN_HOLD_S = 240,
};

/* One of the two TCP connections: each has a state machine of its own (RFC 4271 8.2.1). The
 * incoming one knows only Idle, OpenSent, OpenConfirm and Established. */
struct bgp_conn {
    enum bgp_state state;
    bool is_gone; /* TCP ended by itself: there is nothing to close */
    struct bgp_endpoints ends;
    struct bgp_open peer_open;    /* from OpenConfirm on, as is `agreed` */
    struct bgp_negotiated agreed;
    ns_t hold_at, keepalive_at;
    size_t in_from, in_to, out_from, out_to;
    uint8_t out[BGP_OUT_BYTES];
    uint8_t in[BGP_IN_BYTES]; /* last: pages that a quiet session never touches */
};

struct bgp_session {
    struct bgp_session_params params, next_params; /* in force; for the next connection */
    struct rng rng;
    bool admin_up;
    bool damped;          /* Idle after a protocol error: nothing but time ends it (8.1.1) */
    enum bgp_state shown; /* the more advanced of the two connections */
    ns_t idle_until, retry_at, send_hold_at;
    ns_t established_at;
    uint32_t idle_hold_s; /* of the next damping */
    uint8_t refresh_wanted; /* families whose ROUTE-REFRESH waits for room */
    struct bgp_session_info info;
    struct bgp_action queue[BGP_ACTIONS_MAX];
    uint32_t queue_from, queue_len;
    struct bgp_conn conn[BGP_SIDES];
};

/* Why a connection ends. */
struct bgp_end {
    enum bgp_down why;
    bool notify;             /* send `fault` as NOTIFICATION */
    struct bgp_fault fault;
    const char *message;     /* RFC 9003; NULL: none */
    bool received;           /* the peer's NOTIFICATION is in `notification` */
    struct bgp_notification notification;
    bool collision;          /* 6.8: the other connection lives on */
};

/* A fault that means: send this NOTIFICATION. */
struct bgp_fault bgp_fault_of(uint8_t code, uint8_t subcode);

/* A zeroed action at the end of the queue. */
struct bgp_action *bgp_fsm_push(struct bgp_session *s, enum bgp_action_kind kind);

/* The parameters for the next connection come into force. */
void bgp_fsm_adopt(struct bgp_session *s);

/* Leaves Idle: connects, or waits for the peer when passive. */
void bgp_fsm_start(struct bgp_session *s, ns_t now);

/* Starts the outgoing connection attempt (again). */
void bgp_fsm_connect(struct bgp_session *s, ns_t now);

/* TCP is there: sends the OPEN. */
void bgp_fsm_opened(struct bgp_session *s, ns_t now, enum bgp_side side,
                    const struct bgp_endpoints *ends);

/* Ends one connection, and then decides how the session goes on. */
void bgp_fsm_end(struct bgp_session *s, ns_t now, enum bgp_side side, const struct bgp_end *end);

/* Ends everything; Idle. `delay`: tries again after the idle hold time. */
void bgp_fsm_idle(struct bgp_session *s, ns_t now, const struct bgp_end *end, bool delay);

/* The outgoing connection attempt failed or is given up: waits for the peer or the next retry. */
void bgp_fsm_wait(struct bgp_session *s, ns_t now);

/* Handles one received message; false: there is no whole one. */
bool bgp_fsm_take_message(struct bgp_session *s, ns_t now);

/* A KEEPALIVE or UPDATE was sent: the next one is due later. */
void bgp_fsm_keepalive_later(struct bgp_session *s, ns_t now, enum bgp_side side);

/* TCP took bytes: the send hold timer starts over. */
void bgp_fsm_send_hold_later(struct bgp_session *s, ns_t now);

/* Appends control messages to the output. */
void bgp_fsm_send_keepalive(struct bgp_session *s, ns_t now, enum bgp_side side);

/* ROUTE-REFRESHes that waited for the output to be empty (RFC 2918 3). */
void bgp_fsm_send_refreshes(struct bgp_session *s);

/* 6.8: an OPEN came on `side`, whose router id and AS are in its peer_open: ends the connection
 * that loses against the other; false: it is `side`. */
must_use bool bgp_collision_resolve(struct bgp_session *s, ns_t now, enum bgp_side side);

/* The side on which a connection survives: that of the speaker with the higher identifier (6.8), or
 * with the higher AS where the identifiers are equal (RFC 6286 2.3). */
enum bgp_side bgp_collision_winner(uint32_t local_id, uint32_t local_as, uint32_t remote_id,
                                   uint32_t remote_as);

#endif
