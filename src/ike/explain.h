/* ike/explain.h: why a tunnel is not there, in words, with the remedy: facts in, a diag out. Pure.
 * The ids are stable: IKE-NO-ANSWER, IKE-NO-AUTH-ANSWER, IKE-PSK, ... */
#ifndef IKE_EXPLAIN_H
#define IKE_EXPLAIN_H

#include "base/diag.h"
#include "ike/config.h"
#include "ike/proposal.h"
#include "ike/selector.h"

enum ike_why {
    IKE_WHY_NO_ANSWER,          /* nothing at all came back to IKE_SA_INIT */
    IKE_WHY_NO_AUTH_ANSWER,     /* IKE_SA_INIT was answered, IKE_AUTH was not */
    IKE_WHY_NO_LATER_ANSWER,    /* an established peer fell silent: liveness, rekey */
    IKE_WHY_SEND_FAILED,        /* our own system refused to send */
    IKE_WHY_WE_CHOSE_NOTHING,   /* the peer's offer does not fit (detail: of ike_choose()) */
    IKE_WHY_PEER_CHOSE_NOTHING, /* the peer sent NO_PROPOSAL_CHOSEN */
    IKE_WHY_BAD_CHOICE,         /* the peer chose what we never offered (detail) */
    IKE_WHY_GROUP,              /* INVALID_KE_PAYLOAD with a group that we do not offer, or again */
    IKE_WHY_PEER_REFUSED_AUTH,  /* the peer sent AUTHENTICATION_FAILED */
    IKE_WHY_AUTH_WRONG,         /* the peer's AUTH payload is not right (keys_why) */
    IKE_WHY_ID_WRONG,           /* its identity is not what the connection expects */
    IKE_WHY_NO_KEY,             /* the keys process has no key for the connection (keys_why) */
    IKE_WHY_PPK,                /* RFC 8784: one side wants a PPK that the other lacks */
    IKE_WHY_WE_REFUSED_TS,      /* detail: of ike_ts_narrow() */
    IKE_WHY_PEER_REFUSED_TS,    /* the peer sent TS_UNACCEPTABLE */
    IKE_WHY_NO_CONNECTION,      /* nothing configured for who asks */
    IKE_WHY_PEER_ERROR,         /* another error notify: notify */
    IKE_WHY_SYNTAX,             /* what came cannot be read (detail) */
    IKE_WHY_PEER_DELETED,       /* the peer deleted the SA */
    IKE_WHY_IKEV1,              /* the peer talks version 1 */
};

/* What is known; what is not: NULL, 0. */
struct ike_failure {
    enum ike_why why;
    const struct ike_connection *connection; /* NULL: none was found */
    struct esp_path path;
    bool goes_on;              /* it is said early: more tries follow */
    bool initiator;            /* we started the IKE SA */
    bool child;                /* it is about the CHILD SA's proposals, not the IKE SA's */
    uint16_t tries;            /* packets sent */
    uint32_t seconds;          /* since the first of them */
    uint32_t longest_datagram; /* of the message that was not answered */
    bool fragmentation;        /* both sides agreed on RFC 7383 */
    bool nat_here, nat_there;  /* a NAT before us, before the peer */
    bool first_contact;        /* there never was an SA with this peer since the start */
    uint16_t notify;           /* enum ike_notify_type that came */
    uint16_t group;            /* that INVALID_KE_PAYLOAD wants */
    err_t send_error;
    const struct ike_id *local_id, *remote_id; /* as sent, as received */
    uint8_t peer_auth;           /* enum crypto_auth of the peer's AUTH payload; 0: none */
    const char *keys_why;        /* of struct ike_keys_answer */
    const struct ike_wish *wish; /* what we offered */
    const struct diag *detail;
};

/* *ret_diag: what happened, what was expected, what to do; severity and id included. */
void ike_explain(const struct ike_failure *f, struct diag *ret_diag);

#endif
