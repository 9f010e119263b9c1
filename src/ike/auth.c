/* IKE_AUTH (1.2, 2.15, 2.16, RFC 8784): who the peer is. The keys process signs and verifies, so
 * that every step ends with a question to it; what came is held until the answer. */
#include "crypto/secret.h"
#include "ike/internal.h"

enum { PPK_ID_FIXED = 2 }; /* RFC 8784 5.1 */

/* --- questions to the keys process ------------------------------------------------------------ */

/* Octets of one side's AUTH (2.15). */
static bool octets_of(const struct ike_sa *sa, bool initiator, const struct ike_keys *keys,
                      const struct crypto_part *id_body, struct ike_auth_octets *ret_octets)
{
    const struct ike_handshake *hs = sa->hs;
    const struct ike_bytes *message = initiator ? &hs->request : &hs->response;
    struct ike_auth_input in = {
        .prf = sa->suite.prf,
        .keys = keys,
        .initiator = initiator,
        .message = { message->p, message->n },
        .nonce = ike_nonce_part(initiator ? &hs->nr : &hs->ni),
        .id_body = *id_body,
    };
    return ike_auth_octets(&in, ret_octets) == 0;
}

/* Reads what is held once more. */
static struct ike_message *held(struct ike_sa *sa)
{
    struct ike_handshake *hs = sa->hs;
    struct ike_message *m = sa->e->held;
    struct diag d = { 0 };
    *m = (struct ike_message){ .header = { .spi_i = sa->spi_i,
                                           .spi_r = sa->spi_r,
                                           .major = 2,
                                           .exchange = IKE_AUTH,
                                           .message_id = hs->held_id } };
    enum ike_notify_type bad =
        ike_message_decode_inner(m, hs->held_first, hs->held.p, hs->held.n, &d);
    assert(!bad); /* it was read before */
    return m;
}

static struct crypto_part notify_data(const struct ike_message *m, enum ike_notify_type type)
{
    const struct ike_notify *n = ike_find_notify(m, type);
    return n ? n->data : (struct crypto_part){ 0 };
}

static bool fill_sign(struct ike_sa *sa, bool plain, struct ike_keys_request *k,
                      struct ike_auth_octets *octets, uint8_t id[IKE_ID_BODY_MAX])
{
    const struct ike_handshake *hs = sa->hs;
    struct wr w = wr_init(id, IKE_ID_BODY_MAX);
    ike_id_body(&hs->local_id, &w);
    struct crypto_part body = { id, wr_len(&w) };
    if (!octets_of(sa, sa->initiator, plain ? &hs->plain : &hs->keys, &body, octets))
        return false;
    k->kind = IKE_KEYS_SIGN;
    k->auth = sa->conn->c.local_auth;
    return true;
}

static bool fill_verify(struct ike_sa *sa, struct ike_keys_request *k,
                        struct ike_auth_octets *octets)
{
    struct ike_handshake *hs = sa->hs;
    const struct ike_message *m = held(sa);
    const struct crypto_part *body = sa->initiator ? &m->id_r.body : &m->id_i.body;
    if (!octets_of(sa, !sa->initiator, &hs->keys, body, octets))
        return false;
    struct crypto_part auth = m->auth.data;
    /* RFC 8784 3: a responder without the PPK takes the AUTH that was made without it. */
    if (!sa->initiator && !hs->ppk_mixed && ike_find_notify(m, IKE_N_PPK_IDENTITY))
        auth = notify_data(m, IKE_N_NO_PPK_AUTH);
    k->kind = IKE_KEYS_VERIFY;
    k->auth = sa->conn->c.remote_auth;
    k->method = (enum crypto_auth)m->auth.method;
    k->auth_data = auth.p;
    k->auth_len = auth.n;
    k->peer_id = &hs->peer_id;
    if (!ike_ids_keep(sa, &hs->local_id, &hs->peer_id)) /* both are known now */
        return false;
    for (uint8_t i = 0; i < m->n_certs; i++)
        if (m->certs[i].encoding == IKE_CERT_X509)
            k->certs[k->n_certs++] = m->certs[i].data;
    return true;
}

static bool fill_ppk(struct ike_sa *sa, struct ike_keys_request *k, uint8_t sk[3 * CRYPTO_HASH_MAX])
{
    const struct ike_keys *keys = &sa->hs->keys;
    struct wr w = wr_init(sk, 3 * CRYPTO_HASH_MAX);
    wr_bytes(&w, keys->d, keys->prf_len);
    wr_bytes(&w, keys->pi, keys->prf_len);
    wr_bytes(&w, keys->pr, keys->prf_len);
    k->kind = IKE_KEYS_PPK;
    k->sk = sk;
    k->sk_len = wr_len(&w);
    return !w.bad;
}

/* Asks; false: no memory, crypto failed. */
static bool ask(struct ike_sa *sa, enum ike_step step)
{
    struct ike *e = sa->e;
    struct ike_handshake *hs = sa->hs;
    const struct ike_connection *c = &sa->conn->c;
    struct ike_auth_octets octets = { 0 };
    uint8_t id[IKE_ID_BODY_MAX], sk[3 * CRYPTO_HASH_MAX];
    struct ike_keys_request k = {
        .request = e->next_keys++,
        .key = c->key,
        .trustpoint = c->trustpoint,
        .ppk_id = c->ppk_id,
        .prf = (enum crypto_prf)sa->suite.prf,
        .peer_hashes = hs->peer_hashes,
    };
    bool ok = step == IKE_STEP_PPK ? fill_ppk(sa, &k, sk)
              : step == IKE_STEP_VERIFY
                  ? fill_verify(sa, &k, &octets)
                  : fill_sign(sa, step == IKE_STEP_SIGN_PLAIN, &k, &octets, id);
    if (ok && step != IKE_STEP_PPK) {
        memcpy(k.octets, octets.parts, sizeof(octets.parts));
        k.n_octets = ARRAY_LEN(octets.parts);
    }
    if (ok && ike_table_add(&e->asking, &hs->by_request, k.request)) {
        hs->step = step;
        hs->keys_until = e->now + IKE_KEYS_TIMEOUT;
        ike_do_keys(e, c->id, &k);
    } else {
        ok = false;
    }
    secret_wipe_bytes(sk, sizeof(sk));
    secret_wipe_bytes(&octets, sizeof(octets));
    ike_sa_touch(sa);
    return ok;
}

/* --- failures --------------------------------------------------------------------------------- */

/* The responder says so in its answer; the initiator, whose peer thinks that all is well, with a
 * word of its own (2.21.2). Then the SA is over. */
static void refuse(struct ike_sa *sa, const struct ike_failure *f)
{
    if (!sa->initiator) {
        ike_answer_error(sa, IKE_AUTH, IKE_N_AUTHENTICATION_FAILED, NULL, 0);
    } else if (sa->hs->held.n) {
        struct ike_writer out = ike_out_begin(sa->e);
        ike_put_notify(&out, IKE_N_AUTHENTICATION_FAILED, NULL, 0);
        ike_request_done(sa);
        (void)ike_request_send(sa, IKE_TASK_LIVENESS, &out); /* one try */
    }
    ike_sa_fail(sa, f);
}

static void refuse_why(struct ike_sa *sa, enum ike_why why, const char *keys_why)
{
    struct ike_failure f = ike_failure_of(sa, why);
    f.keys_why = keys_why;
    if (sa->hs->held.n)
        f.peer_auth = held(sa)->auth.method;
    refuse(sa, &f);
}

static void ask_or_refuse(struct ike_sa *sa, enum ike_step step)
{
    if (!ask(sa, step))
        refuse_why(sa, IKE_WHY_NO_KEY, "no memory, or the cryptography library failed");
}

/* --- initiator -------------------------------------------------------------------------------- */

void ike_auth_begin(struct ike_sa *sa)
{
    const struct ike_connection *c = &sa->conn->c;
    sa->hs->local_id = ike_conn_identity(sa->conn, &sa->path.local);
    if (c->ppk_required && !sa->hs->peer_ppk) {
        refuse_why(sa, IKE_WHY_PPK, NULL);
        return;
    }
    ask_or_refuse(sa, sa->hs->peer_ppk && c->ppk_id ? IKE_STEP_PPK : IKE_STEP_SIGN);
}

static void put_ppk(struct ike_writer *out, const struct ike_sa *sa)
{
    uint8_t b[1 + IKE_ID_MAX];
    struct wr w = wr_init(b, sizeof(b));
    size_t n = strlen(sa->conn->c.ppk_id);
    wr_u8(&w, PPK_ID_FIXED);
    wr_bytes(&w, sa->conn->c.ppk_id, MIN(n, IKE_ID_MAX));
    ike_put_notify(out, IKE_N_PPK_IDENTITY, b, wr_len(&w));
    if (sa->initiator && sa->hs->plain_auth.n)
        ike_put_notify(out, IKE_N_NO_PPK_AUTH, sa->hs->plain_auth.p, sa->hs->plain_auth.n);
}

void ike_auth_put_own(struct ike_sa *sa, struct ike_writer *out)
{
    struct ike_handshake *hs = sa->hs;
    const struct ike_connection *c = &sa->conn->c;
    ike_id_put(out, sa->initiator ? IKE_P_IDI : IKE_P_IDR, &hs->local_id);
    for (uint8_t i = 0; i < hs->n_certs; i++)
        ike_put_cert(out, IKE_P_CERT, IKE_CERT_X509, hs->certs[i].p, hs->certs[i].n);
    if (sa->initiator && c->remote_auth == IKE_AUTH_CERT && sa->conn->ca_hashes.n)
        ike_put_cert(out, IKE_P_CERTREQ, IKE_CERT_X509, sa->conn->ca_hashes.p,
                     sa->conn->ca_hashes.n);
    ike_put_auth(out, hs->auth_method, hs->auth.p, hs->auth.n);
    if (c->mobike && (sa->initiator || sa->mobike))
        ike_put_notify(out, IKE_N_MOBIKE_SUPPORTED, NULL, 0);
    if (sa->mobike && !sa->initiator) /* who answers: the initiator knows where else to try */
        ike_put_additional_addresses(sa, out);
    if (hs->ppk_mixed)
        put_ppk(out, sa);
}

static void send_request(struct ike_sa *sa)
{
    struct ike *e = sa->e;
    struct ike_handshake *hs = sa->hs;
    struct ike_conn *conn = sa->conn;
    hs->spi_in = ike_fresh_spi_in(e, conn);
    struct ike_writer out = ike_out_begin(e);
    ike_auth_put_own(sa, &out);
    sa->sent_initial_contact = !ike_conn_sa(conn);
    if (sa->sent_initial_contact)
        ike_put_notify(&out, IKE_N_INITIAL_CONTACT, NULL, 0);
    ike_child_put_offer(e, &out, conn, hs->spi_in, true);
    ike_child_put_our_selectors(&out, conn);
    if (!hs->spi_in || !ike_request_send(sa, IKE_TASK_AUTH, &out))
        refuse_why(sa, IKE_WHY_NO_KEY, "no memory, or no random bytes");
}

static bool hold(struct ike_sa *sa, const struct ike_message *m, uint8_t first,
                 const struct crypto_part *inner)
{
    sa->hs->held_first = first;
    sa->hs->held_id = m->header.message_id;
    return ike_bytes_set(&sa->hs->held, inner->p, inner->n);
}

/* Whether the method is of the kind that the connection expects. */
static bool method_fits(const struct ike_sa *sa, const struct ike_message *m)
{
    bool psk = m->auth.method == CRYPTO_AUTH_PSK;
    return psk == (sa->conn->c.remote_auth == IKE_AUTH_PSK) && m->auth.method != CRYPTO_AUTH_NULL;
}

static void auth_error(struct ike_sa *sa, const struct ike_notify *n)
{
    struct ike_failure f = ike_failure_of(sa, n->type == IKE_N_AUTHENTICATION_FAILED
                                                  ? IKE_WHY_PEER_REFUSED_AUTH
                                                  : IKE_WHY_PEER_ERROR);
    f.notify = n->type;
    ike_sa_fail(sa, &f);
}

/* RFC 8784 3: a responder that says nothing of the PPK did without it. */
static bool settle_ppk(struct ike_sa *sa, const struct ike_message *m)
{
    if (!sa->hs->ppk_mixed || ike_find_notify(m, IKE_N_PPK_IDENTITY))
        return true;
    if (sa->conn->c.ppk_required)
        return false;
    sa->hs->keys = sa->hs->plain;
    sa->hs->ppk_mixed = false;
    return true;
}

void ike_auth_response(struct ike_sa *sa, const struct ike_message *m, uint8_t first,
                       const struct crypto_part *inner)
{
    struct ike_handshake *hs = sa->hs;
    const struct ike_notify *error = ike_message_error(m);
    struct diag d = { 0 };
    if (hs->step != IKE_STEP_NONE)
        return; /* already held */
    if (!ike_has(m, IKE_P_AUTH) && error) {
        auth_error(sa, error);
        return;
    }
    struct ike_failure f = ike_failure_of(sa, IKE_WHY_SYNTAX);
    f.detail = &d;
    if (!ike_has(m, IKE_P_AUTH) || !ike_has(m, IKE_P_IDR) ||
        !ike_id_decode(&m->id_r, &hs->peer_id, &d)) {
        if (!d.what[0])
            DIAG_SET(d.what, "the answer to IKE_AUTH lacks IDr or AUTH");
        ike_sa_fail(sa, &f);
        return;
    }
    if (!hold(sa, m, first, inner)) {
        refuse_why(sa, IKE_WHY_NO_KEY, "no memory");
        return;
    }
    ike_request_done(sa);
    sa->mobike = sa->conn->c.mobike && ike_find_notify(m, IKE_N_MOBIKE_SUPPORTED);
    ike_mobike_learn(sa, m);
    if (!ike_id_accepted(&sa->conn->c, &sa->path.remote, &hs->peer_id))
        refuse_why(sa, IKE_WHY_ID_WRONG, NULL);
    else if (!settle_ppk(sa, m))
        refuse_why(sa, IKE_WHY_PPK, NULL);
    else if (!method_fits(sa, m))
        refuse_why(sa, IKE_WHY_AUTH_WRONG, "the peer authenticates in another way than configured");
    else
        ask_or_refuse(sa, IKE_STEP_VERIFY);
}

/* --- responder -------------------------------------------------------------------------------- */

static bool in_list(const uint16_t *list, uint8_t n, uint16_t id)
{
    for (uint8_t i = 0; i < n; i++)
        if (list[i] == id)
            return true;
    return n == 0;
}

/* Whether the connection would have taken the suite that IKE_SA_INIT settled, perhaps for another
 * connection with the same addresses. */
static bool suite_fits(const struct ike_connection *c, const struct ike_suite *s)
{
    for (uint8_t i = 0; i < c->lists->n_ike; i++) {
        const struct ike_proposal *p = &c->lists->ike[i];
        bool encr = false;
        for (uint8_t k = 0; k < p->n_encr; k++)
            encr = encr || (p->encr[k].id == s->encr && p->encr[k].key_bits == s->encr_bits);
        if (encr && in_list(p->prf, p->n_prf, s->prf) && in_list(p->group, p->n_group, s->group) &&
            (s->integ == CRYPTO_INTEG_NONE || in_list(p->integ, p->n_integ, s->integ)))
            return true;
    }
    return false;
}

/* By address, then by identity, in the order of the configuration, as IOS looks for a profile; one
 * whose own identity the peer asked for (IDr) comes first. */
static struct ike_conn *connection_for(struct ike_sa *sa, const struct ike_message *m,
                                       bool *ret_any)
{
    struct ike_conn *conn = NULL, *found = NULL;
    struct ike_id wanted = { 0 };
    struct diag d = { 0 };
    bool asks = ike_has(m, IKE_P_IDR) && ike_id_decode(&m->id_r, &wanted, &d);
    *ret_any = false;
    while ((conn = ike_conn_for_path(sa->e, &sa->path, conn))) {
        *ret_any = true;
        if (!ike_id_accepted(&conn->c, &sa->path.remote, &sa->hs->peer_id) ||
            !suite_fits(&conn->c, &sa->suite))
            continue;
        struct ike_id ours = ike_conn_identity(conn, &sa->path.local);
        if (!asks || ike_id_eq(&ours, &wanted))
            return conn;
        found = found ? found : conn;
    }
    return found;
}

static void refuse_syntax(struct ike_sa *sa, struct diag *d)
{
    struct ike_failure f = ike_failure_of(sa, IKE_WHY_SYNTAX);
    f.detail = d;
    if (!d->what[0])
        DIAG_SET(d->what, "IKE_AUTH lacks IDi, SA or traffic selectors");
    ike_answer_error(sa, IKE_AUTH, IKE_N_INVALID_SYNTAX, NULL, 0);
    ike_sa_fail(sa, &f);
}

/* With or without the PPK (RFC 8784 3), then the AUTH itself. */
static void check_peer(struct ike_sa *sa, const struct ike_message *m)
{
    const struct ike_connection *c = &sa->conn->c;
    struct crypto_part id = notify_data(m, IKE_N_PPK_IDENTITY);
    bool named = id.n > 1 && c->ppk_id && sa->hs->peer_ppk && strlen(c->ppk_id) == id.n - 1 &&
                 memcmp((const uint8_t *)id.p + 1, c->ppk_id, id.n - 1) == 0;
    bool plain_possible = id.n == 0 || notify_data(m, IKE_N_NO_PPK_AUTH).n > 0;
    if (!method_fits(sa, m))
        refuse_why(sa, IKE_WHY_AUTH_WRONG, "the peer authenticates in another way than configured");
    else if (named)
        ask_or_refuse(sa, IKE_STEP_PPK);
    else if (c->ppk_required || !plain_possible)
        refuse_why(sa, IKE_WHY_PPK, NULL);
    else
        ask_or_refuse(sa, IKE_STEP_VERIFY);
}

void ike_auth_request(struct ike_sa *sa, const struct ike_message *m, uint8_t first,
                      const struct crypto_part *inner)
{
    struct ike_handshake *hs = sa->hs;
    struct diag d = { 0 };
    bool any = false;
    if (!ike_has(m, IKE_P_IDI) || !ike_id_decode(&m->id_i, &hs->peer_id, &d) ||
        !ike_has(m, IKE_P_SA) || !ike_has(m, IKE_P_TSI) || !ike_has(m, IKE_P_TSR)) {
        refuse_syntax(sa, &d);
        return;
    }
    if (!hold(sa, m, first, inner))
        return; /* it asks again */
    struct ike_conn *conn = connection_for(sa, m, &any);
    if (!conn || !ike_has(m, IKE_P_AUTH)) { /* 2.16: without AUTH it wants EAP */
        struct ike_conn *near = conn ? conn : ike_conn_for_path(sa->e, &sa->path, NULL);
        struct ike_failure f = ike_failure_of(sa, conn  ? IKE_WHY_AUTH_WRONG
                                                  : any ? IKE_WHY_ID_WRONG
                                                        : IKE_WHY_NO_CONNECTION);
        f.connection = near ? &near->c : NULL;
        f.keys_why = conn ? "the peer wants EAP, which we do not speak" : NULL;
        refuse(sa, &f);
        return;
    }
    if (conn->n_sas >= IKE_SAS_MAX - IKE_SAS_SPARE) {
        ike_event(sa->e, conn, sa, DIAG_WARNING,
                  "the peer opens more IKE SAs than a connection has");
        ike_answer_error(sa, IKE_AUTH, IKE_N_NO_ADDITIONAL_SAS, NULL, 0);
        ike_sa_end(sa, false);
        return;
    }
    sa->is_answering = true;
    ike_sa_adopt(sa, conn);
    hs->local_id = ike_conn_identity(conn, &sa->path.local);
    sa->mobike = conn->c.mobike && ike_find_notify(m, IKE_N_MOBIKE_SUPPORTED);
    if (ike_id_is_awaited(&hs->local_id))
        refuse_why(sa, IKE_WHY_NO_KEY, "our certificate, whose subject we are, is not there");
    else
        check_peer(sa, m);
}

/* --- answers of the keys process -------------------------------------------------------------- */

static bool take_signature(struct ike_sa *sa, const struct ike_keys_answer *a)
{
    struct ike_handshake *hs = sa->hs;
    hs->auth_method = (uint8_t)a->method;
    bool ok = ike_bytes_set(&hs->auth, a->data, a->len);
    for (uint8_t i = 0; i < a->n_certs && i < CRYPTO_CHAIN_MAX && ok; i++) {
        ok = ike_bytes_set(&hs->certs[i], a->certs[i], a->cert_len[i]);
        hs->n_certs = (uint8_t)(i + 1);
    }
    if (a->ca_hashes_len && a->ca_hashes_len <= IKE_CA_HASHES_MAX)
        ok = ike_bytes_set(&sa->conn->ca_hashes, a->ca_hashes, a->ca_hashes_len) && ok;
    return ok;
}

static void signed_ours(struct ike_sa *sa, const struct ike_keys_answer *a)
{
    if (!a->ok || !take_signature(sa, a)) {
        refuse_why(sa, IKE_WHY_NO_KEY, a->ok ? "no memory" : a->why);
        return;
    }
    if (!sa->initiator)
        ike_auth_finish_responder(sa, held(sa));
    else if (sa->hs->ppk_mixed && !sa->conn->c.ppk_required)
        ask_or_refuse(sa, IKE_STEP_SIGN_PLAIN);
    else
        send_request(sa);
}

static void mixed(struct ike_sa *sa, const struct ike_keys_answer *a)
{
    struct ike_handshake *hs = sa->hs;
    hs->plain = hs->keys;
    hs->ppk_mixed = a->ok && ike_keys_take_ppk(&hs->keys, a->data, a->len);
    if (hs->ppk_mixed) {
        ask_or_refuse(sa, sa->initiator ? IKE_STEP_SIGN : IKE_STEP_VERIFY);
        return;
    }
    bool plain_possible = sa->initiator || notify_data(held(sa), IKE_N_NO_PPK_AUTH).n > 0;
    if (sa->conn->c.ppk_required || !plain_possible)
        refuse_why(sa, IKE_WHY_PPK, a->why);
    else
        ask_or_refuse(sa, sa->initiator ? IKE_STEP_SIGN : IKE_STEP_VERIFY);
}

static void verified(struct ike_sa *sa, const struct ike_keys_answer *a)
{
    if (!a->ok)
        refuse_why(sa, IKE_WHY_AUTH_WRONG, a->why);
    else if (sa->initiator)
        ike_auth_finish_initiator(sa, held(sa));
    else
        ask_or_refuse(sa, IKE_STEP_SIGN);
}

void ike_auth_answered(struct ike_sa *sa, const struct ike_keys_answer *a)
{
    struct ike_handshake *hs = sa->hs;
    enum ike_step step = hs->step;
    ike_table_remove(&sa->e->asking, &hs->by_request);
    hs->step = IKE_STEP_NONE;
    hs->keys_until = NS_NEVER;
    ike_sa_touch(sa);
    if (sa->state == IKE_ST_DEAD)
        return;
    switch (step) {
    case IKE_STEP_NONE:
        break;
    case IKE_STEP_PPK:
        mixed(sa, a);
        break;
    case IKE_STEP_SIGN:
        signed_ours(sa, a);
        break;
    case IKE_STEP_SIGN_PLAIN:
        if (a->ok && ike_bytes_set(&hs->plain_auth, a->data, a->len))
            send_request(sa);
        else
            refuse_why(sa, IKE_WHY_NO_KEY, a->ok ? "no memory" : a->why);
        break;
    case IKE_STEP_VERIFY:
        verified(sa, a);
        break;
    }
}
