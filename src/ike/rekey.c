/* CREATE_CHILD_SA for CHILD SAs (1.3.1, 1.3.3, 2.8, 2.17): new ones, and rekeys of old ones. */
#include "crypto/secret.h"
#include "ike/internal.h"

struct ike_create *ike_create_new(struct ike *e, uint16_t group)
{
    struct ike_create *create = mem_alloc(MEM_IKE, sizeof(*create));
    if (!create)
        return NULL;
    create->group = group;
    create->ni.n = IKE_OUR_NONCE;
    bool ok = crypto_random_bytes(&e->random, create->ni.b, IKE_OUR_NONCE) == 0;
    if (ok && group) {
        create->dh = crypto_dh_new((enum crypto_group)group, &e->random);
        ok = create->dh;
    }
    if (ok)
        return create;
    ike_create_free(create);
    return NULL;
}

void ike_create_put(struct ike_writer *out, const struct ike_nonce *nonce, struct crypto_dh *dh)
{
    ike_put(out, IKE_P_NONCE, nonce->b, nonce->n);
    if (!dh)
        return;
    size_t n;
    const uint8_t *public = crypto_dh_public(dh, &n);
    ike_put_ke(out, (uint16_t)crypto_dh_group(dh), public, n);
}

/* --- requests of ours ------------------------------------------------------------------------- */

/* The group to start with: what the peer took last time, else our first. */
static uint16_t pfs_group(const struct ike_conn *conn)
{
    struct ike_wish wish = ike_child_wish(conn, false, 0);
    bool known = conn->child_group && ike_wish_has_group(&wish, conn->child_group);
    return known ? conn->child_group : ike_wish_group(&wish);
}

static void put_old_selectors(struct ike_writer *out, const struct ike_child *old)
{
    size_t mark = ike_payload_begin(out, IKE_P_TSI, false);
    ike_ts_encode(old->esp.local, old->esp.n_local, &out->w);
    ike_payload_end(out, mark);
    mark = ike_payload_begin(out, IKE_P_TSR, false);
    ike_ts_encode(old->esp.remote, old->esp.n_remote, &out->w);
    ike_payload_end(out, mark);
}

bool ike_create_child(struct ike_sa *sa, struct ike_child *old)
{
    struct ike *e = sa->e;
    struct ike_conn *conn = sa->conn;
    ns_t later = e->now + IKE_RETRY_LACK; /* should something be lacking */
    if (old)
        old->retry_at = later;
    else
        conn->child_retry_at = later;
    struct ike_create *create = ike_create_new(e, pfs_group(conn));
    if (!create)
        return false;
    create->child = old ? old->esp.id : 0;
    create->spi_in = ike_fresh_spi_in(e, conn);
    struct ike_writer out = ike_out_begin(e);
    if (old)
        ike_put_notify_esp(&out, IKE_N_REKEY_SA, old->esp.spi_in);
    ike_child_put_offer(e, &out, conn, create->spi_in, false);
    ike_create_put(&out, &create->ni, create->dh);
    if (old)
        put_old_selectors(&out, old);
    else
        ike_child_put_our_selectors(&out, conn);
    enum ike_task task = old ? IKE_TASK_CHILD_REKEY : IKE_TASK_CHILD_NEW;
    if (!create->spi_in || !ike_request_send(sa, task, &out)) {
        ike_create_free(create);
        return false;
    }
    sa->request.create = create;
    return true;
}

/* --- answers to ours -------------------------------------------------------------------------- */

/* 1.3: the group that the peer wants instead; false: none that we have, or that we tried. */
static bool take_group(struct ike_sa *sa, const struct ike_create *create,
                       const struct ike_message *m)
{
    const struct ike_notify *n = ike_find_notify(m, IKE_N_INVALID_KE_PAYLOAD);
    struct ike_conn *conn = sa->conn;
    struct ike_wish wish = ike_child_wish(conn, false, 0);
    uint16_t group = 0;
    if (create->is_ike) {
        wish.ours = conn->c.lists->ike;
        wish.n = conn->c.lists->n_ike;
        wish.protocol = IKE_PROTO_IKE;
    }
    if (!n || !ike_notify_u16(n, &group) || group == create->group ||
        !ike_wish_has_group(&wish, group))
        return false;
    *(create->is_ike ? &conn->group : &conn->child_group) = group;
    return true;
}

/* A peer that sends us from one group to the other and back does not keep us busy. */
static ns_t when_corrected(struct ike_conn *conn, ns_t now)
{
    ns_t at = MAX(now, conn->group_next_at);
    conn->group_next_at = at + IKE_GROUP_GAP;
    return at;
}

static void tell_refusal(struct ike_sa *sa, const struct ike_create *create, uint16_t error)
{
    bool proposal = error == IKE_N_NO_PROPOSAL_CHOSEN, ts = error == IKE_N_TS_UNACCEPTABLE;
    struct ike_failure f = ike_failure_of(sa, proposal ? IKE_WHY_PEER_CHOSE_NOTHING
                                              : ts     ? IKE_WHY_PEER_REFUSED_TS
                                                       : IKE_WHY_PEER_ERROR);
    struct ike_wish wish = ike_child_wish(sa->conn, false, 0);
    f.child = !create->is_ike;
    f.wish = create->is_ike ? NULL : &wish;
    f.notify = error;
    ike_event_failure(sa->e, &f);
}

void ike_create_refused(struct ike_sa *sa, struct ike_create *create, const struct ike_message *m,
                        uint16_t error)
{
    struct ike *e = sa->e;
    ns_t retry = e->now + IKE_RETRY_REFUSED;
    struct ike_child *old = create->child ? ike_find_child(e, create->child) : NULL;
    ns_t soon = sa->initiator ? IKE_RETRY_INITIATOR : IKE_RETRY_RESPONDER;
    if (error == IKE_N_TEMPORARY_FAILURE)
        retry = e->now + ike_random_between(e, soon, 2 * soon);
    else if (error == IKE_N_INVALID_KE_PAYLOAD && take_group(sa, create, m))
        retry = when_corrected(sa->conn, e->now);
    else if (error != IKE_N_CHILD_SA_NOT_FOUND)
        tell_refusal(sa, create, error);
    if (create->has_rival) {
        ike_collide_lost(sa, create);
    } else if (create->is_ike) {
        sa->retry_at = retry;
    } else if (!create->child) {
        sa->conn->child_retry_at = retry;
    } else if (old && error == IKE_N_CHILD_SA_NOT_FOUND && !old->gone) {
        sa->conn->child_retry_at = 0; /* 2.25: the peer lacks it: it goes, another one is made */
        ike_child_linger(old);
    } else if (old) { /* in time, even when little is left */
        ns_t left = MAX(old->hard_at - e->now, 0);
        old->retry_at = MIN(retry, e->now + MAX(left / 4, IKE_RETRY_INITIATOR / 2));
    }
    ike_sa_touch(sa);
}

static bool nonce_is_fine(const struct ike_message *m)
{
    return ike_has(m, IKE_P_NONCE) && m->nonce.n >= IKE_NONCE_MIN && m->nonce.n <= IKE_NONCE_MAX;
}

/* Our side of the key exchange; without PFS there is none. */
static bool shared_of(struct ike_create *create, const struct ike_message *m, uint16_t group,
                      struct crypto_part *shared)
{
    size_t len = 0;
    if (group == CRYPTO_GROUP_NONE)
        return true;
    if (group != create->group || !ike_has(m, IKE_P_KE) || m->ke.group != group ||
        crypto_dh_shared(create->dh, m->ke.value.p, m->ke.value.n, (uint8_t *)(uintptr_t)shared->p,
                         &len))
        return false;
    shared->n = len;
    return true;
}

static void child_response(struct ike_sa *sa, struct ike_create *create,
                           const struct ike_message *m)
{
    uint8_t bytes[CRYPTO_PUBLIC_MAX];
    struct ike_child_terms terms = { .spi_in = create->spi_in, .initiator = true };
    struct ike_child *ours = NULL;
    struct ike_nonce nr;
    terms.secrets.shared.p = bytes;
    if (nonce_is_fine(m) && ike_child_check(sa, m, false, &terms) &&
        shared_of(create, m, terms.choice.suite.group, &terms.secrets.shared)) {
        ike_nonce_set(&nr, &m->nonce);
        terms.secrets.ni = ike_nonce_part(&create->ni);
        terms.secrets.nr = ike_nonce_part(&nr);
        ours = ike_child_make(sa, &terms);
    }
    secret_wipe_bytes(bytes, sizeof(bytes));
    if (ours) {
        sa->conn->child_group = terms.choice.suite.group;
        ike_collide_child(sa, create, ours, &nr);
    } else { /* both ends are apart now: the IKE SA itself is made anew */
        ike_collide_lost(sa, create);
        ike_event(sa->e, NULL, sa, DIAG_ERROR,
                  "the answer to CREATE_CHILD_SA cannot be used: the IKE SA is made anew");
        sa->delete_wanted = sa->restart = true;
        sa->delete_at = sa->e->now;
    }
}

void ike_create_response(struct ike_sa *sa, const struct ike_message *m)
{
    struct ike_create *create = sa->request.create;
    const struct ike_notify *error = ike_message_error(m);
    sa->request.create = NULL;
    ike_request_done(sa);
    if (!ike_has(m, IKE_P_SA))
        ike_create_refused(sa, create, m, error ? error->type : IKE_N_INVALID_SYNTAX);
    else if (create->is_ike)
        ike_rekey_response(sa, create, m);
    else
        child_response(sa, create, m);
    ike_create_free(create);
}

/* --- requests of the peer --------------------------------------------------------------------- */

enum ike_notify_type ike_create_dh(struct ike *e, uint16_t group, const struct ike_message *m,
                                   struct crypto_dh **ret_dh, uint8_t *ret_shared, size_t *ret_len)
{
    *ret_dh = NULL;
    *ret_len = 0;
    if (group == CRYPTO_GROUP_NONE)
        return IKE_N_NONE;
    if (!ike_has(m, IKE_P_KE) || m->ke.group != group)
        return IKE_N_INVALID_KE_PAYLOAD;
    struct crypto_dh *dh = crypto_dh_new((enum crypto_group)group, &e->random);
    if (!dh)
        return IKE_N_TEMPORARY_FAILURE;
    if (crypto_dh_shared(dh, m->ke.value.p, m->ke.value.n, ret_shared, ret_len)) {
        crypto_dh_free(dh);
        return IKE_N_INVALID_SYNTAX;
    }
    *ret_dh = dh;
    return IKE_N_NONE;
}

void ike_create_answer_error(struct ike_sa *sa, enum ike_notify_type type, uint16_t group)
{
    uint8_t data[2];
    struct wr w = wr_init(data, sizeof(data));
    wr_u16(&w, group);
    ike_answer_error(sa, IKE_CREATE_CHILD_SA, type, data,
                     type == IKE_N_INVALID_KE_PAYLOAD ? sizeof(data) : 0);
}

/* 2.25: about one CHILD SA, which is named. */
static void not_found(struct ike_sa *sa, const struct ike_notify *rekey)
{
    struct ike_writer out = ike_out_begin(sa->e);
    ike_put_notify_esp(&out, IKE_N_CHILD_SA_NOT_FOUND, ike_notify_spi(rekey));
    (void)ike_answer_send(sa, IKE_CREATE_CHILD_SA, &out);
}

/* Makes the CHILD SA and answers. */
static enum ike_notify_type child_answer(struct ike_sa *sa, struct ike_child_terms *terms,
                                         const struct ike_nonce *ni, struct ike_nonce *nr,
                                         struct crypto_dh *dh, struct ike_child **ret_child)
{
    struct ike *e = sa->e;
    nr->n = IKE_OUR_NONCE;
    if (crypto_random_bytes(&e->random, nr->b, IKE_OUR_NONCE))
        return IKE_N_TEMPORARY_FAILURE;
    terms->secrets.ni = ike_nonce_part(ni);
    terms->secrets.nr = ike_nonce_part(nr);
    struct ike_child *child = ike_child_make(sa, terms);
    if (!child)
        return IKE_N_NO_ADDITIONAL_SAS;
    struct ike_writer out = ike_out_begin(e);
    ike_child_put_answer(&out, terms);
    ike_create_put(&out, nr, dh);
    ike_child_put_answer_selectors(&out, terms);
    if (!ike_answer_send(sa, IKE_CREATE_CHILD_SA, &out)) {
        ike_child_remove(child);
        return IKE_N_TEMPORARY_FAILURE;
    }
    *ret_child = child;
    return IKE_N_NONE;
}

static void child_request(struct ike_sa *sa, const struct ike_message *m, struct ike_child *old)
{
    struct ike *e = sa->e;
    uint8_t shared[CRYPTO_PUBLIC_MAX];
    size_t len = 0;
    struct crypto_dh *dh = NULL;
    struct ike_child *child = NULL;
    struct ike_child_terms terms = { .rekeys = old };
    struct ike_nonce ni, nr;
    enum ike_notify_type refused = old ? ike_collide_child_rekey(sa, old)
                                       : ike_collide_child_new(sa);
    if (!refused)
        refused = ike_child_choose(sa, m, false, &terms);
    uint16_t group = terms.choice.suite.group;
    if (!refused)
        refused = ike_create_dh(e, group, m, &dh, shared, &len);
    if (!refused) {
        ike_nonce_set(&ni, &m->nonce);
        terms.secrets.shared = (struct crypto_part){ shared, len };
        refused = child_answer(sa, &terms, &ni, &nr, dh, &child);
    }
    crypto_dh_free(dh);
    secret_wipe_bytes(shared, sizeof(shared));
    if (refused) {
        ike_create_answer_error(sa, refused, group);
        return;
    }
    if (old)
        ike_collide_note_child(sa, old, child, &ni, &nr);
    ike_conn_review(e, sa->conn);
}

void ike_create_request(struct ike_sa *sa, const struct ike_message *m)
{
    struct diag d = { 0 };
    if (sa->state != IKE_ST_UP || sa->delete_wanted) {
        ike_create_answer_error(sa, IKE_N_TEMPORARY_FAILURE, 0);
        return;
    }
    if (!ike_has(m, IKE_P_SA) || !nonce_is_fine(m) || !ike_offer_decode(&m->sa, sa->e->offer, &d) ||
        sa->e->offer->n_proposals == 0) {
        ike_create_answer_error(sa, IKE_N_INVALID_SYNTAX, 0);
        return;
    }
    if (sa->e->offer->proposals[0].protocol == IKE_PROTO_IKE) {
        ike_rekey_request(sa, m);
        return;
    }
    const struct ike_notify *rekey = ike_find_notify(m, IKE_N_REKEY_SA);
    struct ike_child *old = NULL;
    if (rekey) {
        old = ike_child_by_out(sa, ike_notify_spi(rekey));
        if (!old) {
            not_found(sa, rekey);
            return;
        }
    }
    child_request(sa, m, old);
}
