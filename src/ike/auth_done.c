/* IKE_AUTH's end: both are who they say; the first CHILD SA; what becomes of other SAs of the same
 * connection (2.4, 2.8: simultaneous opening, stale SAs, INITIAL_CONTACT). */
#include "ike/internal.h"

/* The exchange's secrets are those of IKE_SA_INIT, without a new key exchange (2.17). */
static void first_child_secrets(struct ike_sa *sa, struct ike_child_terms *terms)
{
    sa->sk_d = ike_sk_d_of(&sa->hs->keys); /* with the PPK, or without: that is settled now */
    terms->initiator = sa->initiator;
    terms->secrets = (struct ike_exchange_secrets){
        .ni = ike_nonce_part(&sa->hs->ni),
        .nr = ike_nonce_part(&sa->hs->nr),
        .spi_i = sa->spi_i,
        .spi_r = sa->spi_r,
    };
}

static void say_up(struct ike_sa *sa)
{
    struct ike_event_line l;
    ike_event_begin(&l, NULL, sa, "IKE SA is up");
    text_str(&l.t, " suite=");
    text_ike_suite(&l.t, &sa->suite);
    text_str(&l.t, " identity=");
    text_ike_id(&l.t, &sa->hs->peer_id);
    ike_event_word(&l, "nat",
                   sa->nat_here ? (sa->nat_there ? "both" : "here")
                                : (sa->nat_there ? "there" : "none"));
    ike_event_end(sa->e, &l, DIAG_NOTE);
}

static void come_up(struct ike_sa *sa, bool initial_contact)
{
    struct ike_conn *conn = sa->conn;
    ike_table_remove(&sa->e->inits, &sa->by_init);
    ike_sa_enter(sa, IKE_ST_UP);
    ike_sa_run(sa);
    conn->failures = 0;
    if (sa->initiator)
        conn->group = sa->hs->group; /* only now: anybody can answer IKE_SA_INIT */
    conn->wanted = conn->wanted || conn->c.start == IKE_START_AT_ONCE;
    conn->established++;
    conn->start_at = NS_NEVER;
    conn->child_retry_at = 0;
    ike_timer_set(sa->e, &conn->timer, NS_NEVER);
    say_up(sa);
    ike_auth_settle(sa, initial_contact);
}

void ike_auth_finish_initiator(struct ike_sa *sa, const struct ike_message *m)
{
    struct ike_conn *conn = sa->conn;
    struct ike_child_terms terms = { .spi_in = sa->hs->spi_in };
    struct ike_child *child = NULL;
    come_up(sa, false);
    first_child_secrets(sa, &terms);
    if (ike_child_check(sa, m, true, &terms))
        child = ike_child_make(sa, &terms);
    if (child) {
        ike_child_first(child);
    } else { /* 2.21.2: the IKE SA is fine all the same */
        conn->child_retry_at = sa->e->now + IKE_RETRY_REFUSED;
    }
    ike_handshake_free(sa);
}

void ike_auth_finish_responder(struct ike_sa *sa, const struct ike_message *m)
{
    struct ike *e = sa->e;
    struct ike_child_terms terms = { 0 };
    struct ike_child *child = NULL;
    enum ike_notify_type refused = ike_child_choose(sa, m, true, &terms);
    bool contact = ike_find_notify(m, IKE_N_INITIAL_CONTACT);
    if (!refused) {
        first_child_secrets(sa, &terms);
        child = ike_child_make(sa, &terms);
        refused = child ? IKE_N_NONE : IKE_N_NO_ADDITIONAL_SAS;
    }
    struct ike_writer out = ike_out_begin(e);
    ike_auth_put_own(sa, &out);
    if (child) {
        ike_child_put_answer(&out, &terms);
        ike_child_put_answer_selectors(&out, &terms);
    } else {
        ike_put_notify(&out, refused, NULL, 0);
    }
    if (!ike_answer_send(sa, IKE_AUTH, &out)) {
        ike_sa_end(sa, false); /* no memory: the peer begins anew */
        return;
    }
    come_up(sa, contact);
    if (child)
        ike_child_first(child);
    ike_handshake_free(sa);
}

/* --- other SAs of the connection -------------------------------------------------------------- */

/* Both ends opened at the same time: both know both SAs, and the one with the lower initiator's SPI
 * goes, closed by who opened it; the other end helps after a while. */
static void settle_duplicate(struct ike_sa *a, struct ike_sa *b)
{
    struct ike_sa *loser = a->spi_i < b->spi_i ? a : b;
    ns_t wait = loser->initiator ? IKE_DUPLICATE_WAIT : IKE_PEER_DELETES;
    if (loser->delete_wanted)
        return;
    ike_event(loser->e, NULL, loser, DIAG_NOTE, "both ends opened an IKE SA: this one is closed");
    ike_sa_yield(loser, loser->e->now + wait);
}

static bool is_same_peer(const struct ike_sa *a, const struct ike_sa *b)
{
    const struct ike_id x = ike_id_kept(a, false), y = ike_id_kept(b, false);
    return ike_id_eq(&x, &y);
}

static void settle_one(struct ike_sa *sa, struct ike_sa *other, bool initial_contact)
{
    bool is_older = other->state >= IKE_ST_UP && other->up_at <= sa->made_at;
    if (other->state == IKE_ST_INIT_SENT && !sa->initiator) {
        ike_sa_end(other, false); /* nothing is lost yet: the peer was faster */
    } else if (is_older && initial_contact && is_same_peer(other, sa)) {
        ike_event(sa->e, NULL, other, DIAG_NOTE,
                  "the peer lost its state (INITIAL_CONTACT): the old IKE SA is dropped");
        ike_sa_end(other, false);
    } else if (is_older && ike_sa_is_up(other)) {
        /* The peer opens a new one beside the old: reauthentication, or a restart. The newest
         * carries the traffic; the old one is the peer's to delete, then ours. */
        ike_sa_yield(other, sa->e->now + (sa->initiator ? IKE_DUPLICATE_WAIT : IKE_PEER_DELETES));
    } else if (ike_sa_is_up(other) && !is_older) {
        settle_duplicate(sa, other);
    }
}

void ike_auth_settle(struct ike_sa *sa, bool initial_contact)
{
    LIST_EACH_SAFE (it, next, &sa->conn->sas) {
        struct ike_sa *other = LIST_ENTRY(it, struct ike_sa, link);
        if (other != sa)
            settle_one(sa, other, initial_contact);
    }
}
