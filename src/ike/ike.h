/* ike/ike.h: IKEv2 (RFC 7296): all IKE SAs of one gateway, as initiator and responder, without an
 * operating system. The driver passes datagrams, what ESP reports, answers of the keys process, and
 * time; it drains ike_next() after every call and calls ike_advance() no later than ike_deadline().
 * One thread. Times: ns_t of the driver's monotonic clock, never going back.
 *
 *   message.h  packets, payloads: decoded and encoded     ike.c       the gateway: SAs,
 * demultiplexing proposal.c what is offered and chosen, and why not    sa.c        one IKE SA:
 * exchanges, window selector.c traffic selectors, narrowing               init.c auth.c child.c
 * rekey.c inform.c keymat.c   keys of IKE and CHILD SAs                  collide.c   section 2.8,
 * every row protect.c  the Encrypted payload, fragments           cookie.c    half-open floods
 *   explain.c  why it failed, in words, with the remedy   view.c      records for show
 *
 * Nothing here logs or draws its own random numbers; nothing an outsider sends without the keys
 * changes an established SA. */
#ifndef IKE_IKE_H
#define IKE_IKE_H

#include "base/diag.h"
#include "base/view.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "esp/workers.h"
#include "ike/config.h"
#include "ike/view.h"

struct ike;

struct ike_params {
    struct crypto_random random; /* copied */
    uint32_t first_child;        /* ids of CHILD SAs count from here; 0: 1 */
    uint32_t workers;            /* of the data plane, named by our inbound SPIs; 0: 1 */
};

/* An engine without connections; NULL without memory. Free wipes every key. */
must_use struct ike *ike_new(const struct ike_params *params);
/* Everything goes without a word to the peers; NULL is allowed. */
void ike_free(struct ike *e);

/* Connections come, change and go: what is equal keeps its SAs, what changed or went is deleted in
 * order (with a Delete to the peer), what came is started. config is copied. -ENOMEM: nothing
 * changed. */
must_use err_t ike_configure(struct ike *e, ns_t now, const struct ike_config *config);

/* Deletes every SA, telling the peers (one try each); then drain and free. */
void ike_shutdown(struct ike *e, ns_t now);

/* --- what happened ---------------------------------------------------------------------------- */

/* A datagram from port 500 or 4500 (without the non-ESP marker). */
void ike_receive(struct ike *e, ns_t now, const struct esp_path *path, const uint8_t *bytes,
                 size_t len);

/* What ESP saw; what counters a CHILD SA has (before ike_advance(): liveness on demand). */
void ike_esp_event(struct ike *e, ns_t now, const struct esp_event *event);
/* The counters of a CHILD SA: liveness (2.4), shows. */
void ike_esp_counters(struct ike *e, ns_t now, uint32_t child, const struct esp_counters *counters);

/* What went through a connection's tunnel since it is there; for show alone. */
void ike_esp_totals(struct ike *e, uint32_t connection, const struct esp_totals *totals);

/* The data plane's worker of that number lost all that it had, and starts anew: its CHILD SAs carry
 * nothing any more, and others take their places. */
void ike_worker_lost(struct ike *e, ns_t now, uint32_t worker);

/* A packet wanted to enter the connection's tunnel, which is down. */
void ike_traffic(struct ike *e, ns_t now, uint32_t connection);

/* An address of ours came or went, on the interface of that name (an interface with several names
 * is told once for each): MOBIKE, or a new start from the address that is there now. A driver that
 * says anything here tells all addresses before the first SA is up. */
void ike_address(struct ike *e, ns_t now, const char *interface, const struct ip_addr *address,
                 bool present);

/* A datagram could not be sent (-EHOSTUNREACH, -EMSGSIZE ...): noted for the explanation. */
void ike_send_failed(struct ike *e, ns_t now, const struct esp_path *path, err_t why);

/* The keys process's answer to IKE_DO_KEYS of that number. Data: the AUTH payload's; a PSK's
 * expected value is never handed out, it compares itself. */
struct ike_keys_answer {
    uint32_t request;
    bool ok;
    const char *why; /* when not ok: static text */
    enum crypto_auth method;
    const uint8_t *data; /* AUTH data for a sign request; SK_d|SK_pi|SK_pr for PPK */
    size_t len;
    const uint8_t *certs[CRYPTO_CHAIN_MAX]; /* our chain in DER, own first, with a sign request */
    size_t cert_len[CRYPTO_CHAIN_MAX];
    uint8_t n_certs;
    /* With a sign request that names a trustpoint: SHA-1 of the public keys of its CAs, one after
     * the other, for CERTREQ (RFC 7296 3.7); may be empty. */
    const uint8_t *ca_hashes;
    size_t ca_hashes_len;
};
/* An answer nobody waits for any more is dropped. */
void ike_keys_answered(struct ike *e, ns_t now, const struct ike_keys_answer *answer);

/* What the keys process trusts under the name of a trustpoint: SHA-1 of the public keys of its CAs,
 * one after the other, for CERTREQ (RFC 7296 3.7) of the connections that name it. */
void ike_trust(struct ike *e, const char *trustpoint, const uint8_t *hashes, size_t len);

/* The subject (DER) of the certificate that the keys process has under the name of a key: who we
 * are on the connections whose local_id is a DN without bytes. Longer than IKE_ID_MAX: not taken.
 */
void ike_subject(struct ike *e, ns_t now, const char *key, const uint8_t *der, size_t len);

/* Operators: `clear crypto ...`. connection 0: all. restart: it is set up again at once. */
void ike_clear(struct ike *e, ns_t now, uint32_t connection, bool child_only, bool restart);
/* Rekeys now: the IKE SA, or the CHILD SA, of a connection or of all (0). -ENOENT: there is none.
 */
must_use err_t ike_rekey(struct ike *e, ns_t now, uint32_t connection, bool child);

/* Operators: `debug crypto ikev2`: each message becomes an IKE_DO_TRACE, of the peers named or of
 * all. peer: of IKE_DEBUG_ON and IKE_DEBUG_PEER (IP_NONE: none). -ENOSPC: too many peers. What is
 * on then goes to the sink (ike/view.h). */
must_use err_t ike_debug(struct ike *e, enum ike_debug_what what, const struct ip_addr *peer,
                         struct view_sink *sink);

/* Does some of what is due; the driver sends, and receives, before it calls again. */
void ike_advance(struct ike *e, ns_t now);
/* When ike_advance() is due next (NS_NEVER: nothing is); the past when more waits. */
ns_t ike_deadline(const struct ike *e);

/* --- what the engine wants ---------------------------------------------------------------------
 */

enum ike_action_kind {
    IKE_DO_SEND,         /* datagram: path, bytes; on port 4500 the driver adds the marker */
    IKE_DO_KEEPALIVE,    /* one byte 0xff on path (RFC 3948 4) */
    IKE_DO_KEYS,         /* ask: keys */
    IKE_DO_CHILD_ADD,    /* child: both directions; in before out where they differ in time */
    IKE_DO_CHILD_OUT,    /* child->id: send with it from now on (make before break) */
    IKE_DO_CHILD_PATH,   /* child->id: child->path changed (MOBIKE, NAT mapping) */
    IKE_DO_CHILD_REMOVE, /* child->id: both directions go */
    /* (Of these three, child has id, connection, SPIs and path alone.) */
    IKE_DO_TUNNEL,       /* connection is up or down (on): what the interface's carrier follows */
    IKE_DO_EVENT,        /* text: one structured line, severity; never with a secret in it */
    IKE_DO_TRACE,        /* text: a message that was sent or received; never with a secret in it */
    IKE_DO_KEY_LOG,      /* text: one line of Wireshark's ikev2_decryption_table or esp_sa */
};

enum ike_keys_kind {
    IKE_KEYS_SIGN,   /* AUTH payload of ours over octets */
    IKE_KEYS_VERIFY, /* the peer's AUTH payload: auth_data, method, over octets; its certs */
    IKE_KEYS_PPK,    /* RFC 8784 3: mix the PPK into SK_d, SK_pi, SK_pr */
};
struct ike_keys_request {
    uint32_t request;
    enum ike_keys_kind kind;
    const char *key, *trustpoint, *ppk_id; /* of the connection */
    enum ike_auth auth;
    enum crypto_prf prf;
    uint32_t peer_hashes;         /* RFC 7427, bits */
    const struct ike_id *peer_id; /* whose certificate it has to be */
    struct crypto_part octets[4]; /* what is signed: message, nonce, prf(SK_p, ID) (2.15) */
    uint8_t n_octets;
    enum crypto_auth method;
    const uint8_t *auth_data;
    size_t auth_len;
    struct crypto_part certs[CRYPTO_CHAIN_MAX]; /* the peer's, DER */
    uint8_t n_certs;
    const uint8_t *sk; /* PPK: SK_d, SK_pi, SK_pr one after the other */
    size_t sk_len;
};

/* Everything that is a pointer is borrowed until the next call of the engine. */
struct ike_action {
    enum ike_action_kind kind;
    uint32_t connection;
    bool on;
    struct esp_path path;
    const uint8_t *bytes;
    size_t len;
    const struct esp_child *child;
    const struct ike_keys_request *keys;
    enum diag_severity severity;
    const char *text;
};

/* The next thing the engine wants, oldest first; false: nothing. */
bool ike_next(struct ike *e, struct ike_action *ret_action);

/* --- operators ---------------------------------------------------------------------------------
 */

/* Emits view_ike_sa and view_ike_child records (ike/view.h); connection 0: all. */
must_use err_t ike_query(const struct ike *e, ns_t now, uint32_t connection,
                         struct view_sink *sink);

#endif
