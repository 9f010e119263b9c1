/* ike/internal.h: what the files of the engine share; for src/ike alone. One engine has connections
 * (from the configuration), IKE SAs and CHILD SAs, each found by number in a table. Nothing is
 * freed while a call runs: what dies is unlinked and reaped when the call ends (ike_settle()), and
 * what an SA should do next is thought over then, once, whatever happened in the call. */
#ifndef IKE_INTERNAL_H
#define IKE_INTERNAL_H

#include <errno.h>

#include "base/deadline.h"
#include "base/list.h"
#include "crypto/dh.h"
#include "ike/cookie.h"
#include "ike/explain.h"
#include "ike/identity.h"
#include "ike/ike.h"
#include "ike/kept.h"
#include "ike/keymat.h"
#include "ike/mobike.h"
#include "ike/protect.h"
#include "ike/selector.h"

/* Retransmission (2.4): the first after 2 s, each wait twice the one before, up to 8 s. Where one
 * packet in five is lost, an exchange of five tries fails once in 165; of nine, once in 10,000. */
#define IKE_RETRANSMIT_FIRST (2 * NS_PER_S)
#define IKE_RETRANSMIT_GAP_MAX (8 * NS_PER_S)
enum {
    IKE_RETRANSMIT_TRIES = 9, /* sent at 0, 2, 6, 14, 22 ... 54 s; given up at 62 s */
    IKE_SILENT_TRIES = 2,     /* of a new SA: then the silence is said */
    IKE_DPD_TRIES = 5,        /* of liveness, where the configuration names the gap alone */
};
#define IKE_RETRANSMIT_TOTAL (62 * NS_PER_S) /* so long may an exchange take */
#define IKE_INIT_GAP_MAX (4 * NS_PER_S)      /* between IKE_SA_INITs that nobody answers */

#define IKE_HALF_OPEN_TIMEOUT (30 * NS_PER_S) /* a responder waits so long for IKE_AUTH */
#define IKE_KEYS_TIMEOUT (30 * NS_PER_S)      /* and everybody for the keys process */
/* Old SAs receive so long after they were deleted: packets on their way still arrive. */
#define IKE_LINGER (2 * NS_PER_S)
/* Who should delete an SA after a collision or a rekey gets so long; then we do it. */
#define IKE_PEER_DELETES (IKE_RETRANSMIT_TOTAL + 8 * NS_PER_S)
#define IKE_YIELD_WAIT (2 * NS_PER_S)     /* a superseded SA then no longer sends */
#define IKE_ADDRESS_GRACE (2 * NS_PER_S)  /* so long an address may be away without MOBIKE */
#define IKE_RESTART_GAP (2 * NS_PER_S)    /* further such answers act so often: who knows whose */
#define IKE_GROUP_GAP (10 * NS_PER_S)     /* so often another group is tried at once */
#define IKE_DUPLICATE_WAIT (5 * NS_PER_S) /* both ends know of both SAs by then */
/* After TEMPORARY_FAILURE (2.25): at random from the first to twice that; who opened the SA tries
 * again sooner, so that both do not meet again. */
#define IKE_RETRY_INITIATOR (500 * NS_PER_MS)
#define IKE_RETRY_RESPONDER (2 * NS_PER_S)
#define IKE_RETRY_LACK NS_PER_S           /* something was lacking here */
#define IKE_RETRY_REFUSED (30 * NS_PER_S) /* after an error that does not go away by itself */
#define IKE_BACKOFF_FIRST NS_PER_S        /* reconnect: doubled up to the maximum */
#define IKE_BACKOFF_MAX (60 * NS_PER_S)
#define IKE_BRIEF (5 * NS_PER_S)     /* an SA that lived shorter counts as a failure */
#define IKE_HINT_GAP (10 * NS_PER_S) /* unauthenticated hints of one SA are taken so often */
#define IKE_CHANGE_GAP (5 * NS_PER_MS)  /* between SAs that are rekeyed for one reload, */
#define IKE_CHANGE_SPAN_MAX (30 * NS_PER_S) /* and all of them are begun in this time */
#define IKE_UNPROTECTED_GAP (100 * NS_PER_MS) /* and errors in the clear are sent so often */
#define IKE_CHILD_RESPONDER (5 * NS_PER_S)    /* so long the initiator may remake a lost CHILD SA */

enum {
    IKE_OUR_NONCE = 32,        /* 2.10: at least half the key size of the PRF */
    IKE_INIT_RESTARTS = 4,     /* cookies and INVALID_KE_PAYLOADs of one attempt that act at once */
    IKE_HALF_OPEN_PART = 8,    /* of the half-open SAs, one address takes at most this part */
    IKE_CHILDREN_MAX = 16,     /* of one connection: rekeys in flight, duplicates */
    IKE_SAS_MAX = 16,          /* of one connection: rekeys, duplicates, restarts of the peer */
    IKE_SAS_SPARE = 6,         /* of these for rekeys: who only claims to be the peer gets none */
    IKE_ADDRESSES_MAX = 65536, /* of ours, of all interfaces; beyond: not known */
    IKE_ADDITIONAL_MAX = 8,    /* of these are told to a peer (RFC 4555 3.6) */
    IKE_CA_HASHES_MAX = 20 * 16,
    IKE_TEXT_MAX = 1280,    /* of one event */
    IKE_WHY_MAX = 24 + 672, /* of a failure as a connection keeps it: view_ike_failure's fields */
    IKE_SCRATCH_BYTES = 65536,
    IKE_INIT_BYTES_MAX = 8192, /* of an IKE_SA_INIT request: it is kept while half open */
    IKE_ACTIONS_MAX = 262144,  /* that wait for ike_next(); beyond: dropped and counted */
};

/* --- small things (table.c, queue.c) --------------------------------------------------------- */

/* Heap bytes of the engine's. */
struct ike_bytes {
    uint8_t *p;
    size_t n;
};
/* Replaces what was there; false without memory (it is then empty). Free wipes. */
must_use bool ike_bytes_set(struct ike_bytes *b, const void *from, size_t n);
/* Wipes and frees; empty is allowed. */
void ike_bytes_free(struct ike_bytes *b);

struct ike_nonce {
    uint16_t n;
    uint8_t b[IKE_NONCE_MAX];
};
/* Copies a nonce that was found to be of a legal length. */
void ike_nonce_set(struct ike_nonce *nonce, const struct crypto_part *from);
/* 2.8.1: order octet by octet; a prefix is lower. */
int ike_nonce_cmp(const struct ike_nonce *a, const struct ike_nonce *b);
/* The nonce as a piece of what is hashed. */
static inline struct crypto_part ike_nonce_part(const struct ike_nonce *n)
{
    return (struct crypto_part){ n->b, n->n };
}

/* A hash table of intrusive nodes; equal keys may stand side by side. Walks are the owner's. */
struct ike_node {
    struct ike_node *next;
    uint64_t key;
    bool in;
};
struct ike_table {
    struct ike_node **heads;
    uint32_t cap, n;
};
/* Adds (false: no memory for the first heads), takes out (not in it: nothing), finds the first and,
 * from a found one, the next of the same key. */
must_use bool ike_table_add(struct ike_table *t, struct ike_node *node, uint64_t key);
/* Takes it out, if it is in. */
void ike_table_remove(struct ike_table *t, struct ike_node *node);
/* The first of the key; NULL: none. */
struct ike_node *ike_table_find(const struct ike_table *t, uint64_t key);
/* The next of the same key. */
struct ike_node *ike_table_again(const struct ike_node *node);
/* Frees the heads; the nodes are their owners'. */
void ike_table_done(struct ike_table *t);

/* A timer that knows whose it is. */
enum ike_owner { IKE_OF_CONN, IKE_OF_SA, IKE_OF_CHILD };
struct ike_timer {
    struct timer t;
    enum ike_owner of;
};

struct ike_item;  /* an action that waits: queue.c */
struct ike_child; /* child.c */
struct ike_sa;

/* --- connections (conn.c) -------------------------------------------------------------------- */

struct ike_conn {
    struct ike_connection c; /* strings are ours, lists are shared */
    struct ike_connection *later; /* what c will be when no offer is out; NULL; heap: change.c */
    struct link link;        /* engine's list, in the order of the configuration */
    struct ike_node by_id;
    struct ike_node by_remote; /* when it names the peer's address */
    struct ike_node by_source, by_local; /* whose address changes mean it: address.c */
    struct link anybody;       /* engine's list of those that take anybody */
    uint32_t order;            /* in the configuration */
    struct ike_timer timer;
    struct link sas, children; /* oldest first */
    uint16_t n_sas, n_children;
    bool wanted;          /* we should bring it up */
    bool up;              /* what IKE_DO_TUNNEL said last */
    bool going;           /* out of the configuration: freed when its last SA went */
    bool silence_told;    /* early; not again before something else is said of it */
    bool met;             /* it was up at some time */
    bool kept;            /* of ike_configure(): is in the new configuration */
    uint8_t failures;     /* attempts in a row: back-off */
    ns_t start_at;        /* next attempt; NS_NEVER: none planned */
    ns_t child_retry_at;  /* a new CHILD SA is not tried before */
    ns_t hint_at;         /* when ESP with an unknown SPI may bring the next attempt forward */
    struct esp_totals totals; /* as ESP counts them */
    ns_t group_next_at;   /* before, INVALID_KE_PAYLOAD is not followed at once */
    uint16_t child_group; /* the same for PFS */
    uint16_t group;       /* the group that the peer took last: guessed right at once next time */
    struct ike_bytes ca_hashes; /* for CERTREQ: SHA-1 of our trust anchors */
    struct ike_bytes subject;   /* of our certificate, DER; empty: not told yet */
    uint32_t established, lost; /* counted */
    struct ike_bytes why; /* the last failure since it was up, id and words, each with its NUL */
    ns_t why_at;
};

/* --- CHILD SAs (child.c) --------------------------------------------------------------------- */

struct ike_child {
    struct link link; /* conn->children */
    struct ike_node by_id, by_spi;
    struct ike_timer timer;
    struct ike *e;
    struct ike_conn *conn;
    struct ike_sa *sa; /* NULL: its IKE SA has gone, it only lingers */
    struct ike_child_esp esp;
    struct ike_suite suite;
    bool initiator; /* of the exchange that made it */
    bool is_out;    /* it sends, for its selectors */
    bool replaced;  /* a successor was made */
    bool redundant; /* it lost a collision: never to be used */
    bool rekey_wanted, delete_wanted;
    bool deleting;      /* a Delete is on its way */
    bool gone;          /* deleted on both sides: it receives until it is removed */
    bool dead;          /* removed: to be reaped */
    bool heard;         /* ESP_ACTIVE */
    uint32_t successor; /* id; 0: none */
    ns_t made_at, rekey_at, hard_at, retry_at, remove_at, delete_at;
    struct esp_counters counters;
    struct esp_selector selectors[]; /* n_local, then n_remote: one each in nearly all tunnels */
};

/* What CREATE_CHILD_SA or IKE_AUTH settled about a CHILD SA. */
struct ike_child_terms {
    struct ike_choice choice;
    struct ike_narrowed local, remote;
    uint32_t spi_in;
    bool rekeys; /* another one was there, with the same selectors or less */
    bool initiator;
    struct ike_exchange_secrets secrets;
};

/* --- IKE SAs (sa.c) -------------------------------------------------------------------------- */

enum ike_state {
    IKE_ST_INIT_SENT, /* initiator: the answer to IKE_SA_INIT is to come */
    IKE_ST_INIT_DONE, /* responder: IKE_SA_INIT is answered, IKE_AUTH is to come */
    IKE_ST_AUTH,      /* initiator: keys are asked for, IKE_AUTH is on its way */
    IKE_ST_UP,
    IKE_ST_PENDING,  /* made by a rekey of the peer's that collides with ours: not decided */
    IKE_ST_REPLACED, /* rekeyed: its children have moved; to be deleted */
    IKE_ST_DELETING, /* our Delete is on its way */
    IKE_ST_DEAD,     /* to be reaped */
};

/* Requests of ours. */
enum ike_task {
    IKE_TASK_NONE,
    IKE_TASK_INIT,
    IKE_TASK_AUTH,
    IKE_TASK_CHILD_NEW,
    IKE_TASK_CHILD_REKEY,
    IKE_TASK_IKE_REKEY,
    IKE_TASK_CHILD_DELETE,
    IKE_TASK_IKE_DELETE,
    IKE_TASK_LIVENESS,
    IKE_TASK_ADDRESS,  /* UPDATE_SA_ADDRESSES */
    IKE_TASK_ANNOUNCE, /* ADDITIONAL_IP4_ADDRESS and so on: ours have changed */
    IKE_TASK_ROUTABLE, /* COOKIE2 to the peer's new address */
    IKE_TASK_BAD_SPI,  /* INVALID_SPI: the peer sends with an SA that we lack */
};

/* What waits for the keys process. */
enum ike_step {
    IKE_STEP_NONE,
    IKE_STEP_PPK,        /* SK_d, SK_pi, SK_pr with the PPK */
    IKE_STEP_SIGN,       /* our AUTH */
    IKE_STEP_SIGN_PLAIN, /* our NO_PPK_AUTH */
    IKE_STEP_VERIFY,     /* the peer's AUTH */
};

/* From IKE_SA_INIT until IKE_AUTH is done. Heap. */
struct ike_handshake {
    struct crypto_dh *dh;
    uint16_t group;
    struct ike_nonce ni, nr;
    struct ike_bytes request, response; /* of IKE_SA_INIT, as 2.15 wants them */
    struct ike_bytes cookie;
    uint8_t restarts;
    ns_t restarted_at;     /* the last one */
    bool told;             /* what is wrong with the answers to IKE_SA_INIT; once */
    struct ike_bytes held; /* payloads of IKE_AUTH while the keys process thinks */
    uint8_t held_first;
    uint32_t held_id; /* message id */
    struct ike_sa *sa;
    enum ike_step step;
    struct ike_node by_request; /* while the keys process is asked: by the request's number */
    ns_t keys_until;
    struct ike_id local_id, peer_id;
    uint32_t peer_hashes; /* RFC 7427; 0: none */
    bool peer_ppk;        /* USE_PPK */
    bool ppk_mixed;
    struct ike_keys keys;
    struct ike_keys plain; /* before the PPK was mixed in */
    struct ike_bytes auth, plain_auth;
    uint8_t auth_method;
    struct ike_bytes certs[CRYPTO_CHAIN_MAX]; /* ours */
    uint8_t n_certs;
    uint32_t spi_in; /* for the first CHILD SA */
};

/* One CREATE_CHILD_SA of ours. Heap. */
struct ike_create {
    struct crypto_dh *dh;
    uint16_t group;
    struct ike_nonce ni;
    uint32_t child; /* that is rekeyed; 0: a new one, or the IKE SA */
    uint32_t spi_in;
    uint64_t spi; /* of the new IKE SA */
    bool is_ike;
    bool old_is_gone; /* the peer deleted it meanwhile */
    /* The peer rekeyed the same thing at the same time (2.8.1). */
    bool has_rival;
    uint32_t rival_child;
    uint64_t rival_sa; /* our SPI of it */
    struct ike_nonce rival_lowest;
};

/* The request of ours that is not answered yet: the window is one (2.3). */
struct ike_request {
    enum ike_task task;
    uint32_t message_id;
    struct ike_bytes packets; /* length, bytes; ... */
    uint8_t tries, tries_max;
    uint32_t longest;
    ns_t first_at, next_at, gap;
    ns_t gap_max;
    struct ike_create *create;
    uint32_t children[IKE_CHILDREN_MAX]; /* ids, of CHILD_DELETE */
    uint8_t n_children;
    uint8_t cookie2[16];
};

struct ike_sa {
    struct link link;        /* conn->sas, or engine's list of those without connection */
    struct link dirty;       /* engine's list */
    struct ike_node by_spi;  /* our SPI */
    struct ike_node by_init; /* responder until IKE_AUTH: the initiator's SPI */
    struct ike_node by_half; /* while half open: the peer's address */
    struct ike_timer timer;
    struct ike *e;
    struct ike_conn *conn; /* NULL: a responder before IKE_AUTH */
    enum ike_state state;
    bool initiator;       /* of this SA: whose flag is set */
    bool first_initiator; /* of the first of its line: MOBIKE's roles (RFC 4555 3) */
    uint64_t spi_i, spi_r;
    uint32_t line; /* of which it is the first, or a successor by rekeying */
    struct esp_path path;
    bool nat_here, nat_there;
    bool fragmentation, mobike, sent_initial_contact;
    bool half_open; /* counted as such */
    bool yields;    /* another SA of the connection stays: this one is on its way out */
    struct ike_suite suite;
    struct ike_sk_d sk_d; /* once IKE_AUTH is done, or of a rekeyed one at once */
    struct ike_protect protect;
    bool has_keys;
    struct ike_bytes ids;     /* who both are, or say they are: ike_ids_keep() */
    struct ike_handshake *hs; /* heap; NULL once up */
    struct ike_request request;
    uint32_t next_id;           /* of our next request */
    uint32_t expect_id;         /* of the peer's next request */
    struct ike_bytes answer;    /* to the request expect_id - 1 */
    uint8_t answered[20];       /* SHA-1 of that request, or of its first fragment */
    uint8_t first_fragment[20]; /* of the request that is being put together */
    bool is_answering;          /* a request waits for the keys process */
    struct ike_reassembly requests, responses;
    uint64_t replaced_by; /* our SPI of the SA that has the children */
    ns_t made_at, up_at, rekey_at, hard_at, retry_at, heard_at, sent_at;
    ns_t dpd_at, keepalive_at, expire_at, delete_at, yield_at, hint_at;
    struct ike_others *others; /* where the peer may be, too; NULL: it named nothing; heap */
    ns_t lost_at; /* our address went: so long it may come back; NS_NEVER: it is there */
    bool rekey_wanted, delete_wanted, liveness_wanted, address_wanted, routable_wanted;
    bool announce_wanted;
    bool restart;             /* when it is deleted, the connection starts again at once */
    uint32_t bad_spi;         /* to tell the peer; 0: nothing */
    struct esp_path asked_on; /* where the request under work came from */
    uint32_t rekeys;
};

/* --- the engine (ike.c) ---------------------------------------------------------------------- */

struct ike {
    struct ike_params params;
    struct crypto_random random;
    ns_t now;
    struct timer_heap timers;
    struct ike_config config; /* without its connections */
    struct link conns, anybody;
    struct ike_lists *last_lists; /* of the connection that was made last */
    struct ike_table conns_by_source, conns_by_local, ours_by_address, ours_by_interface;
    struct ike_table conns_by_id, conns_by_remote, sas, inits, half_open_from;
    struct ike_table children, children_by_spi, asking;
    struct link loose; /* SAs without a connection */
    struct link dirty; /* SAs to be thought over */
    struct link dead_sas, dead_children;
    uint32_t n_going; /* connections that left the configuration */
    uint32_t n_later; /* connections with a change that waits */
    uint32_t n_sas, half_open;
    uint32_t spoiled; /* IKE_SA_INITs that cost us a key exchange for nothing, since spoiled_at */
    ns_t spoiled_at;
    struct ike_cookies cookies;
    uint32_t next_child, next_keys, next_line;
    struct ike_item *first, *last, *lent;
    uint32_t n_items;
    uint64_t dropped; /* actions without memory or beyond the bound */
    ns_t hint_at;     /* when the next unprotected notify may go out */
    ns_t flood_event_at, send_event_at,
        refused_event_at; /* when such an event is next worth a line */
    struct link ours; /* addresses: address.c */
    uint32_t n_ours;
    uint64_t hash_key;
    uint8_t *inner_in, *inner_out, *packet, *flight; /* scratch of IKE_SCRATCH_BYTES each */
    struct ike_message *message, *held;              /* scratch: what came; what is read again */
    struct ike_offer *offer, *our_offer;
    struct ike_ts *ts[2];
    struct ike_id *ids; /* of the SA that fails: ours, the peer's */
    bool debug; /* `debug crypto ikev2`, beside config.debug */
    uint8_t n_debug_peers;
    struct ip_addr debug_peers[IKE_DEBUG_PEERS_MAX]; /* none: every peer */
};

/* Ends each call: SAs that something happened to do what is next; the dead are freed. */
void ike_settle(struct ike *e);
/* An SA by our SPI, a CHILD SA by its id or our SPI, a connection by its id; NULL: none. */
struct ike_sa *ike_find_sa(const struct ike *e, uint64_t spi);
/* A CHILD SA by its id. */
struct ike_child *ike_find_child(const struct ike *e, uint32_t id);
/* By the SPI that we receive with. */
struct ike_child *ike_find_child_in(const struct ike *e, uint32_t spi_in);
/* A connection by its id. */
struct ike_conn *ike_find_conn(const struct ike *e, uint32_t id);

/* queue.c: actions. Everything is copied. */
void ike_do_send(struct ike *e, uint32_t connection, const struct esp_path *path, const uint8_t *p,
                 size_t n);
/* RFC 3948 2.3: one byte that keeps a NAT open. */
void ike_do_keepalive(struct ike *e, const struct ike_sa *sa);
/* A question to the keys process. */
void ike_do_keys(struct ike *e, uint32_t connection, const struct ike_keys_request *keys);
/* IKE_DO_CHILD_ADD, keys included. False without memory: the CHILD SA cannot be used. */
must_use bool ike_do_child_add(struct ike *e, const struct esp_child *child);
/* The others, which name the CHILD SA: id, connection, SPIs, path. False without memory. */
must_use bool ike_do_child(struct ike *e, enum ike_action_kind kind, const struct ike_child *child);
/* The tunnel came up or went down. */
void ike_do_tunnel(struct ike *e, const struct ike_conn *conn);
/* One line for Wireshark, wiped with the action. */
void ike_do_key_log(struct ike *e, uint32_t connection, const struct text *line);
/* Drops and wipes what waits. */
void ike_queue_done(struct ike *e);

/* events.c: one line each: what happened, then name=value. */
void ike_event(struct ike *e, const struct ike_conn *conn, const struct ike_sa *sa,
               enum diag_severity severity, const char *what);
/* With more: begin, add to the text, end. */
struct ike_event_line {
    enum diag_severity severity;
    uint32_t connection;
    struct text t;
    char buf[IKE_TEXT_MAX];
};
/* Who and where come first. */
void ike_event_begin(struct ike_event_line *l, const struct ike_conn *conn, const struct ike_sa *sa,
                     const char *what);
/* name=value. */
void ike_event_word(struct ike_event_line *l, const char *name, const char *value);
/* name=number. */
void ike_event_number(struct ike_event_line *l, const char *name, uint64_t value);
/* Queues the line. */
void ike_event_end(struct ike *e, struct ike_event_line *l, enum diag_severity severity);
/* The same as an IKE_DO_TRACE. */
void ike_event_trace(struct ike *e, struct ike_event_line *l);
/* A failure with what is known of the SA filled in. */
struct ike_failure ike_failure_of(const struct ike_sa *sa, enum ike_why why);
/* What failed, and the remedy (explain.h). */
void ike_event_failure(struct ike *e, const struct ike_failure *f);
/* trace.c: the payloads with their contents in words, a blank between: "SA(...) KE(ECP_256) ...".
 * Never a key, nor what proves that somebody has one. */
void text_ike_trace(struct text *t, const struct ike_message *m);

/* `debug crypto ikev2`: a message that was sent or received, payload by payload. */
void ike_event_message(struct ike *e, const struct ike_sa *sa, const struct esp_path *path,
                       bool sent, const struct ike_message *m);
/* The same for one of ours before it is sealed. */
void ike_event_sent(struct ike_sa *sa, const struct ike_header *h, uint8_t first,
                    const struct crypto_part *inner);
/* The same for one in the clear. */
void ike_event_clear(struct ike *e, const struct ike_sa *sa, const struct esp_path *path,
                     const struct ike_bytes *packet);
/* Spells an event of a CHILD SA. */
void ike_event_child(struct ike *e, const struct ike_child *child, const char *what);

/* --- conn.c, change.c ------------------------------------------------------------------------ */

enum ike_change {
    IKE_CHANGE_NONE,
    IKE_CHANGE_WITHIN, /* its SAs may stay */
    IKE_CHANGE_ANEW,   /* it is another connection, or none of its SAs is up */
};
/* What it takes to come from a connection to its new configuration. */
enum ike_change ike_conn_compare(const struct ike_conn *conn, const struct ike_connection *c);
/* IKE_CHANGE_WITHIN is done: at once, or when no offer of ours is out any more. */
void ike_conn_change(struct ike *e, struct ike_conn *conn, const struct ike_connection *c);
/* Does what waited. */
void ike_conns_change_later(struct ike *e);
/* A change that waits is not to be done any more. */
void ike_conn_forget_later(struct ike *e, struct ike_conn *conn);

/* Starts an attempt now, or plans the next one after a failure (with back-off). */
void ike_conn_start(struct ike *e, struct ike_conn *conn);
/* When to try next: after failures ever later. */
void ike_conn_plan(struct ike *e, struct ike_conn *conn, bool failed);
/* Its timer fired. */
void ike_conn_due(struct ike *e, struct ike_conn *conn);
/* Tells the tunnel's state if it changed; picks who sends when the sender went. */
void ike_conn_review(struct ike *e, struct ike_conn *conn);
/* Who we are at that address of ours: what is configured, our certificate's subject (a DN without
 * bytes while that is not known), or the address. */
struct ike_id ike_conn_identity(const struct ike_conn *conn, const struct ip_addr *local);
/* Whether an identity is still to come from the keys process. */
static inline bool ike_id_is_awaited(const struct ike_id *id)
{
    return id->type == IKE_ID_DN && id->len == 0;
}
/* The SA that is up and not replaced, newest; NULL: none. */
struct ike_sa *ike_conn_sa(const struct ike_conn *conn);
/* Whether an attempt of ours is on its way. What others begin may come to nothing. */
bool ike_conn_is_trying(const struct ike_conn *conn);
/* The next connection after `after` (NULL: the first) whose addresses fit a path from the peer;
 * those that name the peer's address come before those that take anybody. */
struct ike_conn *ike_conn_for_path(struct ike *e, const struct esp_path *path,
                                   struct ike_conn *after);
/* Ends them all. */
void ike_conns_done(struct ike *e);
/* Frees those that left the configuration and have no SA any more. */
void ike_conns_reap(struct ike *e);

/* --- sa.c ------------------------------------------------------------------------------------ */

/* A new SA; NULL: no memory, too many. SPIs that are 0 are not known yet. */
struct ike_sa_params {
    struct ike_conn *conn;
    bool initiator;
    uint64_t spi_i, spi_r;
    struct esp_path path;
    enum ike_state state;
};
/* In its tables, and thought over when the call ends. */
must_use struct ike_sa *ike_sa_new(struct ike *e, const struct ike_sa_params *p);
/* Our SPI, the peer's. */
uint64_t ike_sa_spi(const struct ike_sa *sa);
/* At random, both ends included; the lower one when there are no random bytes. */
ns_t ike_random_between(struct ike *e, ns_t lo, ns_t hi);
/* A fresh SPI of ours for an IKE SA; 0: no random bytes. */
uint64_t ike_fresh_spi(struct ike *e);
/* Under what half-open SAs of one address are counted. */
uint64_t ike_half_key(const struct ike *e, const struct ip_addr *from);
/* Gives the SA its connection. */
void ike_sa_adopt(struct ike_sa *sa, struct ike_conn *conn);
/* The one place where state changes. */
void ike_sa_enter(struct ike_sa *sa, enum ike_state to);
/* When to rekey what lives so long (0: never), from now. */
ns_t ike_rekey_time(struct ike *e, const struct ike_connection *c, uint32_t lifetime_s);
/* It is up: lifetimes and liveness run from now. */
void ike_sa_run(struct ike_sa *sa);
/* Something happened: the SA is thought over when the call ends. */
void ike_sa_touch(struct ike_sa *sa);
/* Its timer fired; what it should ask next; when to wake up. */
void ike_sa_due(struct ike_sa *sa);
/* One request at a time: the window is one (2.3). */
void ike_sa_next(struct ike_sa *sa);
/* Its timer, by the next of its deadlines. */
void ike_sa_schedule(struct ike_sa *sa);
/* It is over, without a word to the peer: its children go with it. again: the connection is
 * brought up again. */
void ike_sa_end(struct ike_sa *sa, bool again);
/* The same, with the failure told. */
void ike_sa_fail(struct ike_sa *sa, const struct ike_failure *f);
/* Wipes its keys; it has to be dead. */
void ike_sa_free(struct ike *e, struct ike_sa *sa);
/* It gives way to another SA of the connection: soon that one sends, later this one is deleted. */
void ike_sa_yield(struct ike_sa *sa, ns_t delete_at);
/* Removes its CHILD SAs. */
void ike_sa_drop_children(struct ike_sa *sa);
/* Wipes what only the handshake needed. */
void ike_handshake_free(struct ike_sa *sa);
/* The state's name. */
const char *ike_state_name(enum ike_state s);
/* Sets a timer of the engine's. */
void ike_timer_set(struct ike *e, struct ike_timer *t, ns_t at);
/* Whether exchanges of ours may be started on it. */
static inline bool ike_sa_is_up(const struct ike_sa *sa)
{
    return sa->state == IKE_ST_UP;
}

/* --- exchange.c ------------------------------------------------------------------------------ */

/* A message's inner payloads, to be written to out->w. */
struct ike_writer ike_out_begin(struct ike *e);
/* Seals and sends a request of ours (the window is free), or the answer to the peer's request.
 * False: it cannot be made (memory, size). */
bool ike_request_send(struct ike_sa *sa, enum ike_task task, struct ike_writer *out);
/* Keeps the answer for who asks again (2.1). */
bool ike_answer_send(struct ike_sa *sa, uint8_t exchange, struct ike_writer *out);
/* An answer with one error notify alone. */
void ike_answer_error(struct ike_sa *sa, uint8_t exchange, enum ike_notify_type type,
                      const void *data, size_t n);
/* A request in the clear (IKE_SA_INIT), already written. */
must_use bool ike_request_clear(struct ike_sa *sa, const uint8_t *p, size_t n);
/* Sends what is not answered again, or gives up. */
void ike_request_due(struct ike_sa *sa);
/* The request is answered, or forgotten. */
void ike_request_done(struct ike_sa *sa);
/* Wipes; NULL is allowed. */
void ike_create_free(struct ike_create *create);
/* A datagram of an SA. */
void ike_sa_receive(struct ike_sa *sa, const struct esp_path *path, const uint8_t *p, size_t n);
/* One packet in the clear, unprotected: an error that answers a request (1.5, 2.21). */
void ike_send_unprotected(struct ike *e, const struct esp_path *path, const struct ike_header *h,
                          enum ike_notify_type type, const struct crypto_part *data);

/* --- init.c, auth.c -------------------------------------------------------------------------- */

/* The SA's keys are made: from here on it seals and opens; the key log is told. */
must_use bool ike_sa_use_keys(struct ike_sa *sa, const struct ike_keys *keys);
/* Sends IKE_SA_INIT for a new SA of the connection (or again with cookie or group). */
must_use bool ike_init_send(struct ike_sa *sa);
/* The initiator's first packet came; the answer to ours came. */
void ike_init_request(struct ike *e, const struct esp_path *path, const uint8_t *p, size_t n);
/* 2.6, 2.7, 2.21.1: an answer that is not authentic. */
void ike_init_response(struct ike_sa *sa, const struct esp_path *path, const struct ike_message *m);

/* Starts authentication once the keys are there. */
void ike_auth_begin(struct ike_sa *sa);
/* 2.15: the peer says who it is; the keys process is asked. */
void ike_auth_request(struct ike_sa *sa, const struct ike_message *m, uint8_t first,
                      const struct crypto_part *inner);
/* 2.15, 2.21.2: the responder's half. */
void ike_auth_response(struct ike_sa *sa, const struct ike_message *m, uint8_t first,
                       const struct crypto_part *inner);
/* The next step of the handshake. */
void ike_auth_answered(struct ike_sa *sa, const struct ike_keys_answer *a);
/* Our identity, certificates, AUTH and what goes with them. */
void ike_auth_put_own(struct ike_sa *sa, struct ike_writer *out);
/* auth_done.c: the peer is who it says; AUTH is signed. */
void ike_auth_finish_initiator(struct ike_sa *sa, const struct ike_message *m);
/* 1.2: the answer with our AUTH and the first CHILD SA. */
void ike_auth_finish_responder(struct ike_sa *sa, const struct ike_message *m);
/* auth_done.c: up: duplicates and stale SAs of the connection are settled. */
void ike_auth_settle(struct ike_sa *sa, bool initial_contact);

/* --- child.c --------------------------------------------------------------------------------- */

/* An SPI for packets to us, unused; 0: no random bytes. */
uint32_t ike_fresh_spi_in(struct ike *e, const struct ike_conn *conn);
/* Our offer, and our selectors, as payloads. */
void ike_child_put_offer(struct ike *e, struct ike_writer *out, const struct ike_conn *conn,
                         uint32_t spi_in, bool without_dh);
/* The answer to an offer: what was chosen; and the narrowed selectors. */
void ike_child_put_answer(struct ike_writer *out, const struct ike_child_terms *terms);
/* 2.9: TSi and TSr as narrowed. */
void ike_child_put_answer_selectors(struct ike_writer *out, const struct ike_child_terms *terms);
/* 2.9: TSi and TSr as configured. */
void ike_child_put_our_selectors(struct ike_writer *out, const struct ike_conn *conn);
/* Our ESP proposals; in IKE_AUTH without a group (1.2). */
struct ike_wish ike_child_wish(const struct ike_conn *conn, bool without_dh, uint16_t ke_group);
/* As responder: picks suite and selectors. 0, or the notify to answer with; the failure is told. */
must_use enum ike_notify_type ike_child_choose(struct ike_sa *sa, const struct ike_message *m,
                                               bool without_dh, struct ike_child_terms *ret_terms);
/* As initiator: reads the answer. False: it does not fit; the failure is told. */
must_use bool ike_child_check(struct ike_sa *sa, const struct ike_message *m, bool without_dh,
                              struct ike_child_terms *ret_terms);
/* Where ESP goes: in UDP where a NAT was seen, else bare. */
struct esp_path ike_child_path(const struct ike_sa *sa);
/* Makes the CHILD SA and hands it over (IKE_DO_CHILD_ADD); NULL: no memory, or crypto failed. */
must_use struct ike_child *ike_child_make(struct ike_sa *sa, const struct ike_child_terms *terms);
/* The peer receives on it: send with it from now on. */
void ike_child_send_on(struct ike_child *child);
/* Nothing more is sent with it: another one sends, or it is removed. */
void ike_child_stop(struct ike_child *child);
/* Another one sends in its place, if there is one. */
void ike_child_yield(struct ike_child *child);
/* The first packet came in with it: the peer sends with it, so it receives with it too. */
void ike_child_active(struct ike_child *child);
/* The first of its IKE SA: who opened it sends with it at once, the other end when it has to. */
void ike_child_first(struct ike_child *child);
/* Deleted on both sides: it receives a while, then it is removed; or at once. */
void ike_child_linger(struct ike_child *child);
/* At once, from ESP too. */
void ike_child_remove(struct ike_child *child);
/* Wipes; it is in no table. */
void ike_child_free(struct ike *e, struct ike_child *child);
/* Its timer fired: soft or hard end of life (2.8), removal. */
void ike_child_due(struct ike *e, struct ike_child *child);
/* Its timer, by the next of its deadlines. */
void ike_child_schedule(struct ike *e, struct ike_child *child);
/* A CHILD SA that is alive, by the SPI that the peer receives with, of the IKE SA or of one that it
 * was rekeyed to or from: SPIs of other IKE SAs are other numbers (2.17). NULL: none. */
struct ike_child *ike_child_by_out(const struct ike_sa *sa, uint32_t spi_out);
/* Whether the IKE SA has a CHILD SA that is alive and has no successor. */
bool ike_sa_has_child(const struct ike_sa *sa);
/* Whether it may be sent with, now or later. */
bool ike_child_is_usable(const struct ike_child *c);
/* Whether both carry the same packets. */
bool ike_child_same_selectors(const struct ike_child *a, const struct ike_child *b);

/* --- rekey.c, collide.c ---------------------------------------------------------------------- */

/* Requests of ours. False: not possible now. */
must_use bool ike_create_child(struct ike_sa *sa, struct ike_child *old);
/* 1.3.2, 2.18: new keys for the IKE SA. */
must_use bool ike_create_ike(struct ike_sa *sa);
/* 1.3: the peer's CREATE_CHILD_SA. */
void ike_create_request(struct ike_sa *sa, const struct ike_message *m);
/* 1.3: its answer to ours. */
void ike_create_response(struct ike_sa *sa, const struct ike_message *m);
/* rekey_ike.c: the two halves for an IKE SA. */
void ike_rekey_request(struct ike_sa *sa, const struct ike_message *m);
/* 2.18: the successor by our request. */
void ike_rekey_response(struct ike_sa *sa, struct ike_create *create, const struct ike_message *m);
/* What a request of ours needs: a nonce, and a key of the group (0: none); NULL: no memory. */
must_use struct ike_create *ike_create_new(struct ike *e, uint16_t group);
/* Nonce and KE payloads; dh NULL: no KE. */
void ike_create_put(struct ike_writer *out, const struct ike_nonce *nonce, struct crypto_dh *dh);
/* The answer to a CREATE_CHILD_SA that is refused; group: for INVALID_KE_PAYLOAD. */
void ike_create_answer_error(struct ike_sa *sa, enum ike_notify_type type, uint16_t group);
/* The key exchange of a CREATE_CHILD_SA. 0, or the notify to answer with. */
must_use enum ike_notify_type ike_create_dh(struct ike *e, uint16_t group,
                                            const struct ike_message *m, struct crypto_dh **ret_dh,
                                            uint8_t *ret_shared, size_t *ret_len);
/* Our rekey was refused, or cannot be made now: later, at random. */
void ike_create_refused(struct ike_sa *sa, struct ike_create *create, const struct ike_message *m,
                        uint16_t error);

/* 2.25: what a CREATE_CHILD_SA request meets; 0: go on. */
must_use enum ike_notify_type ike_collide_child_new(const struct ike_sa *sa);
/* The same, to rekey a CHILD SA. */
must_use enum ike_notify_type ike_collide_child_rekey(const struct ike_sa *sa,
                                                      const struct ike_child *old);
/* The same, to rekey the IKE SA. */
must_use enum ike_notify_type ike_collide_ike_rekey(const struct ike_sa *sa);
/* 2.8.1: notes that the peer made `made` in place of `old` while our own rekey is on its way. */
void ike_collide_note_child(struct ike_sa *sa, struct ike_child *old, const struct ike_child *made,
                            const struct ike_nonce *ni, const struct ike_nonce *nr);
/* 2.8.2: the same for the IKE SA. */
void ike_collide_note_ike(struct ike_sa *sa, struct ike_sa *made, const struct ike_nonce *ni,
                          const struct ike_nonce *nr);
/* Ours is answered: who wins is decided. */
void ike_collide_child(struct ike_sa *sa, struct ike_create *create, struct ike_child *ours,
                       const struct ike_nonce *nr);
/* 2.8.2: the same for the IKE SA. */
void ike_collide_ike(struct ike_sa *sa, struct ike_create *create, struct ike_sa *ours,
                     const struct ike_nonce *nr);
/* Ours failed, or the old SA was deleted by the peer: the rival, if any, inherits. */
void ike_collide_lost(struct ike_sa *sa, struct ike_create *create);
/* The children of an IKE SA move to its successor. */
void ike_move_children(struct ike_sa *from, struct ike_sa *to);

/* --- address.c ------------------------------------------------------------------------------- */

/* Where the connection starts from; IP_NONE: the system chooses. */
struct ip_addr ike_conn_local(const struct ike *e, const struct ike_conn *conn);
/* Whether what came to this address of ours may be the connection's. */
bool ike_conn_may_use(const struct ike *e, const struct ike_conn *conn, const struct ip_addr *a);
/* Into and out of the tables by which changes of addresses find it. False: no memory. */
must_use bool ike_conn_watch(struct ike *e, struct ike_conn *conn);
/* Takes it out, if it is in. */
void ike_conn_unwatch(struct ike *e, struct ike_conn *conn);
/* RFC 4555 3.4, 3.6: our other addresses, as notifies; false: there is none. */
bool ike_put_additional_addresses(const struct ike_sa *sa, struct ike_writer *out);
/* The address of an SA did not come back in time. */
void ike_address_is_lost(struct ike_sa *sa);
/* Forgets all addresses. */
void ike_addresses_done(struct ike *e);

/* --- inform.c, liveness.c; mobike.h ----------------------------------------------------------- */

/* Requests of ours: Deletes of the CHILD SAs that are to go, and of the IKE SA itself; an empty
 * one; INVALID_SPI. False: not possible now (memory). */
must_use bool ike_delete_children(struct ike_sa *sa);
/* 1.4.1: its children go with it. */
bool ike_delete_sa(struct ike_sa *sa);
/* 2.4: an empty request. */
must_use bool ike_inform_liveness(struct ike_sa *sa);
/* 1.5: told over the IKE SA, it is believed. */
must_use bool ike_inform_bad_spi(struct ike_sa *sa);
/* The peer's request, and its answer to ours. */
void ike_inform_request(struct ike_sa *sa, const struct ike_message *m);
/* 1.4: what we asked for is done. */
void ike_inform_response(struct ike_sa *sa, const struct ike_message *m);

/* NAT detection payloads of a path; what the peer's say. */
void ike_put_nat_detection(struct ike_sa *sa, struct ike_writer *out, const struct esp_path *path,
                           bool forced);
/* 2.23: who of both is behind a NAT. */
void ike_see_nat_detection(struct ike_sa *sa, const struct ike_message *m,
                           const struct esp_path *path);
/* Path of the SA and of its children. */
void ike_sa_move(struct ike_sa *sa, const struct esp_path *path, bool children);

/* When the NAT before us is to be kept open next. */
void ike_keepalive_plan(struct ike_sa *sa);
/* When liveness is to be thought over next, and that this is now. */
void ike_liveness_plan(struct ike_sa *sa);
/* Asks when nothing was heard. */
void ike_liveness_due(struct ike_sa *sa);
/* When the peer was heard last, on IKE or ESP. */
ns_t ike_last_heard(const struct ike_sa *sa);
/* Somebody without keys says that the peer may have lost us: ask the peer itself, not too often. */
void ike_liveness_hint(struct ike_sa *sa);

#endif
