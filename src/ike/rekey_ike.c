/* CREATE_CHILD_SA for the IKE SA itself (1.3.2, 2.18). */
#include "crypto/secret.h"
#include "ike/internal.h"

static struct ike_wish wish_of(const struct ike_conn *conn, uint16_t ke_group)
{
    return (struct ike_wish){
        .ours = conn->c.lists->ike,
        .n = conn->c.lists->n_ike,
        .protocol = IKE_PROTO_IKE,
        .ke_group = ke_group,
    };
}

static void spi_bytes(uint64_t spi, uint8_t ret_bytes[IKE_SPI_BYTES])
{
    struct wr w = wr_init(ret_bytes, IKE_SPI_BYTES);
    wr_u64(&w, spi);
}

static uint64_t peer_spi(const struct ike_choice *choice)
{
    struct rd r = rd_init(choice->spi, choice->spi_bytes);
    uint64_t spi = rd_u64(&r);
    return rd_is_done(&r) ? spi : 0;
}

bool ike_create_ike(struct ike_sa *sa)
{
    struct ike *e = sa->e;
    struct ike_conn *conn = sa->conn;
    struct ike_wish wish = wish_of(conn, 0);
    uint16_t group = conn->group && ike_wish_has_group(&wish, conn->group) ? conn->group
                                                                           : ike_wish_group(&wish);
    sa->retry_at = e->now + IKE_RETRY_LACK;
    struct ike_create *create = ike_create_new(e, group);
    if (!create)
        return false;
    create->is_ike = true;
    create->spi = ike_fresh_spi(e);
    uint8_t spi[IKE_SPI_BYTES];
    spi_bytes(create->spi, spi);
    ike_offer_make(&wish, spi, sizeof(spi), e->our_offer);
    struct ike_writer out = ike_out_begin(e);
    size_t mark = ike_payload_begin(&out, IKE_P_SA, false);
    ike_offer_encode(e->our_offer, &out.w);
    ike_payload_end(&out, mark);
    ike_create_put(&out, &create->ni, create->dh);
    if (!create->spi || !ike_request_send(sa, IKE_TASK_IKE_REKEY, &out)) {
        ike_create_free(create);
        return false;
    }
    sa->request.create = create;
    return true;
}

/* 2.18; of the keys SK_d is kept for what comes next. */
static bool make_keys(struct ike_sa *sa, const struct ike_sa *old,
                      const struct ike_exchange_secrets *x)
{
    struct ike_keys keys;
    if (ike_keys_rekeyed(&sa->suite, x, &old->sk_d, old->suite.prf, &keys))
        return false;
    bool ok = ike_sa_use_keys(sa, &keys);
    sa->sk_d = ike_sk_d_of(&keys);
    ike_keys_wipe(&keys);
    return ok;
}

/* The successor of an SA, with its keys; NULL: no memory, crypto failed. */
static struct ike_sa *successor(struct ike_sa *old, bool initiator, const struct ike_suite *suite,
                                const struct ike_exchange_secrets *x)
{
    struct ike_sa_params p = {
        .conn = old->conn,
        .initiator = initiator,
        .spi_i = x->spi_i,
        .spi_r = x->spi_r,
        .path = old->path,
        .state = IKE_ST_PENDING,
    };
    struct ike_sa *sa = old->conn->n_sas < IKE_SAS_MAX ? ike_sa_new(old->e, &p) : NULL;
    if (!sa)
        return NULL;
    sa->suite = *suite;
    sa->line = old->line;
    sa->first_initiator = old->first_initiator;
    sa->nat_here = old->nat_here;
    sa->nat_there = old->nat_there;
    sa->fragmentation = old->fragmentation;
    sa->mobike = old->mobike;
    sa->rekeys = old->rekeys + 1;
    if (old->others)
        sa->others = mem_alloc(MEM_IKE, sizeof(*sa->others));
    if (sa->others) /* without memory it stays where it is */
        *sa->others = *old->others;
    if (!ike_bytes_set(&sa->ids, old->ids.p, old->ids.n) || !make_keys(sa, old, x)) {
        ike_sa_end(sa, false);
        return NULL;
    }
    return sa;
}

void ike_rekey_response(struct ike_sa *sa, struct ike_create *create, const struct ike_message *m)
{
    struct ike *e = sa->e;
    struct ike_wish wish = wish_of(sa->conn, 0);
    struct ike_choice choice;
    struct diag d = { 0 };
    uint8_t shared[CRYPTO_PUBLIC_MAX];
    size_t len = 0;
    struct ike_nonce nr = { 0 };
    struct ike_sa *ours = NULL;
    bool fits = ike_has(m, IKE_P_NONCE) && m->nonce.n >= IKE_NONCE_MIN &&
                m->nonce.n <= IKE_NONCE_MAX && ike_has(m, IKE_P_KE) &&
                m->ke.group == create->group && ike_offer_decode(&m->sa, e->offer, &d) &&
                ike_choice_check(&wish, e->offer, &choice, &d) && peer_spi(&choice) &&
                choice.suite.group == create->group &&
                crypto_dh_shared(create->dh, m->ke.value.p, m->ke.value.n, shared, &len) == 0;
    if (fits) {
        ike_nonce_set(&nr, &m->nonce);
        struct ike_exchange_secrets x = {
            .ni = ike_nonce_part(&create->ni),
            .nr = ike_nonce_part(&nr),
            .spi_i = create->spi,
            .spi_r = peer_spi(&choice),
            .shared = { shared, len },
        };
        ours = successor(sa, true, &choice.suite, &x);
    }
    secret_wipe_bytes(shared, sizeof(shared));
    if (ours) {
        sa->conn->group = create->group;
        ike_collide_ike(sa, create, ours, &nr);
        return;
    }
    struct ike_failure f = ike_failure_of(sa, IKE_WHY_BAD_CHOICE);
    f.detail = &d;
    f.wish = &wish;
    ike_event_failure(e, &f);
    ike_collide_lost(sa, create);
    if (sa->state == IKE_ST_UP) { /* the peer has moved to an SA that we lack */
        sa->delete_wanted = sa->restart = true;
        sa->delete_at = e->now;
    }
}

/* --- responder -------------------------------------------------------------------------------- */

static bool answer(struct ike_sa *sa, const struct ike_choice *choice, uint64_t spi_ours,
                   const struct ike_nonce *nr, struct crypto_dh *dh)
{
    uint8_t spi[IKE_SPI_BYTES];
    spi_bytes(spi_ours, spi);
    struct ike_writer out = ike_out_begin(sa->e);
    size_t mark = ike_payload_begin(&out, IKE_P_SA, false);
    ike_choice_encode(choice, IKE_PROTO_IKE, spi, sizeof(spi), &out.w);
    ike_payload_end(&out, mark);
    ike_create_put(&out, nr, dh);
    return ike_answer_send(sa, IKE_CREATE_CHILD_SA, &out);
}

/* Makes the successor and answers; the peer, who asked, deletes the old SA. */
static enum ike_notify_type make(struct ike_sa *sa, const struct ike_message *m,
                                 const struct ike_choice *choice, struct crypto_dh *dh,
                                 const struct crypto_part *shared)
{
    struct ike *e = sa->e;
    struct ike_nonce ni, nr = { .n = IKE_OUR_NONCE };
    ike_nonce_set(&ni, &m->nonce);
    if (crypto_random_bytes(&e->random, nr.b, nr.n))
        return IKE_N_TEMPORARY_FAILURE;
    struct ike_exchange_secrets x = {
        .ni = ike_nonce_part(&ni),
        .nr = ike_nonce_part(&nr),
        .spi_i = peer_spi(choice),
        .spi_r = ike_fresh_spi(e),
        .shared = *shared,
    };
    struct ike_sa *made = x.spi_r ? successor(sa, false, &choice->suite, &x) : NULL;
    if (!made)
        return IKE_N_TEMPORARY_FAILURE;
    if (!answer(sa, choice, x.spi_r, &nr, dh)) {
        ike_sa_end(made, false);
        return IKE_N_TEMPORARY_FAILURE;
    }
    ike_collide_note_ike(sa, made, &ni, &nr);
    return IKE_N_NONE;
}

void ike_rekey_request(struct ike_sa *sa, const struct ike_message *m)
{
    struct ike *e = sa->e;
    struct diag d = { 0 };
    struct ike_choice choice = { 0 };
    struct ike_wish wish = wish_of(sa->conn, ike_has(m, IKE_P_KE) ? m->ke.group : 0);
    uint8_t shared[CRYPTO_PUBLIC_MAX];
    size_t len = 0;
    struct crypto_dh *dh = NULL;
    enum ike_notify_type refused = ike_collide_ike_rekey(sa);
    if (!refused && (!ike_choose(&wish, e->offer, &choice, &d) || peer_spi(&choice) == 0)) {
        struct ike_failure f = ike_failure_of(sa, IKE_WHY_WE_CHOSE_NOTHING);
        f.detail = &d;
        f.wish = &wish;
        ike_event_failure(e, &f);
        refused = IKE_N_NO_PROPOSAL_CHOSEN;
    }
    if (!refused)
        refused = ike_create_dh(e, choice.suite.group, m, &dh, shared, &len);
    if (!refused) {
        struct crypto_part part = { shared, len };
        refused = make(sa, m, &choice, dh, &part);
    }
    crypto_dh_free(dh);
    secret_wipe_bytes(shared, sizeof(shared));
    if (refused)
        ike_create_answer_error(sa, refused, choice.suite.group);
}
