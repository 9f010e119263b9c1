/* Exchanges of one IKE SA: sealed and opened, the window of one in each direction (2.3),
 * retransmission (2.1, 2.4), answers kept for those who ask again. */
#include "crypto/secret.h"
#include "ike/internal.h"

struct ike_writer ike_out_begin(struct ike *e)
{
    return ike_begin_inner(e->inner_out, IKE_SCRATCH_BYTES);
}

/* --- sending ---------------------------------------------------------------------------------- */

/* Hands the packets of a message (length, bytes; ...) to the driver. Answers go where the request
 * came from (2.11). */
static void emit(struct ike_sa *sa, const struct esp_path *path, const struct ike_bytes *packets)
{
    struct rd r = rd_init(packets->p, packets->n);
    while (rd_left(&r) > 0) {
        uint32_t n = rd_u32(&r);
        const uint8_t *p = rd_bytes(&r, n);
        assert(p);
        ike_do_send(sa->e, sa->conn ? sa->conn->c.id : 0, path, p, n);
    }
    sa->sent_at = sa->e->now;
}

/* Seals what is written; *ret_longest: bytes of the longest datagram. */
static bool seal(struct ike_sa *sa, const struct ike_header *h, struct ike_writer *out,
                 struct ike_bytes *ret_packets, uint32_t *ret_longest)
{
    struct ike *e = sa->e;
    size_t len;
    if (!ike_end(out, &len))
        return false;
    bool on_nat_port = sa->path.local_port == IKE_PORT_NAT;
    uint16_t most = sa->conn ? sa->conn->c.fragment_bytes : 0;
    struct ike_sealing s = {
        .header = h,
        .first = out->first,
        .inner = { e->inner_out, len },
        .datagram_max =
            sa->fragmentation ? ike_datagram_max(most, sa->path.remote.family, on_nat_port) : 0,
    };
    ike_event_sent(sa, h, out->first, &s.inner);
    uint16_t total = ike_sealed_packets(&sa->protect, &s);
    if (total == 0)
        return false;
    struct wr flight = wr_init(e->flight, IKE_SCRATCH_BYTES);
    *ret_longest = 0;
    for (uint16_t i = 1; i <= total; i++) {
        struct wr w = wr_init(e->packet, IKE_SCRATCH_BYTES);
        if (ike_seal(&sa->protect, &e->random, &s, i, total, &w))
            return false;
        wr_u32(&flight, (uint32_t)wr_len(&w));
        wr_bytes(&flight, e->packet, wr_len(&w));
        *ret_longest = MAX(*ret_longest, (uint32_t)wr_len(&w));
    }
    return !flight.bad && ike_bytes_set(ret_packets, e->flight, wr_len(&flight));
}

static uint8_t exchange_of(enum ike_task task)
{
    switch (task) {
    case IKE_TASK_AUTH:
        return IKE_AUTH;
    case IKE_TASK_CHILD_NEW:
    case IKE_TASK_CHILD_REKEY:
    case IKE_TASK_IKE_REKEY:
        return IKE_CREATE_CHILD_SA;
    case IKE_TASK_CHILD_DELETE:
    case IKE_TASK_IKE_DELETE:
    case IKE_TASK_LIVENESS:
    case IKE_TASK_ADDRESS:
    case IKE_TASK_ANNOUNCE:
    case IKE_TASK_ROUTABLE:
    case IKE_TASK_BAD_SPI:
        return IKE_INFORMATIONAL;
    case IKE_TASK_NONE:
    case IKE_TASK_INIT:
        break;
    }
    return IKE_SA_INIT;
}

/* How often, and how far apart, a request is sent; liveness as it is configured. */
static void set_retries(struct ike_sa *sa)
{
    struct ike_request *r = &sa->request;
    const struct ike_connection *c = sa->conn ? &sa->conn->c : NULL;
    r->tries = 1;
    r->tries_max = IKE_RETRANSMIT_TRIES;
    r->gap = IKE_RETRANSMIT_FIRST;
    r->gap_max = IKE_RETRANSMIT_GAP_MAX;
    if (r->task == IKE_TASK_INIT) { /* nobody is there yet: whoever comes is not kept waiting */
        r->gap_max = IKE_INIT_GAP_MAX;
        r->tries_max = IKE_RETRANSMIT_TOTAL / IKE_INIT_GAP_MAX;
    }
    if (r->task == IKE_TASK_LIVENESS && c->dpd != IKE_DPD_OFF && c->dpd_retry_s) {
        r->tries_max = c->dpd_retries ? (uint8_t)MIN(c->dpd_retries + 1, 255)
                                      : (uint8_t)IKE_DPD_TRIES;
        r->gap = (ns_t)c->dpd_retry_s * NS_PER_S;
        r->gap_max = r->gap;
    }
    r->first_at = sa->e->now;
    r->next_at = sa->e->now + r->gap;
}

bool ike_request_send(struct ike_sa *sa, enum ike_task task, struct ike_writer *out)
{
    struct ike_request *r = &sa->request;
    assert(r->task == IKE_TASK_NONE && sa->has_keys);
    struct ike_header h = {
        .spi_i = sa->spi_i,
        .spi_r = sa->spi_r,
        .major = 2,
        .exchange = exchange_of(task),
        .flags = sa->initiator ? IKE_FLAG_INITIATOR : 0,
        .message_id = sa->next_id,
    };
    if (!seal(sa, &h, out, &r->packets, &r->longest))
        return false;
    r->task = task;
    r->message_id = sa->next_id++;
    set_retries(sa);
    emit(sa, &sa->path, &r->packets);
    ike_sa_touch(sa);
    return true;
}

bool ike_request_clear(struct ike_sa *sa, const uint8_t *p, size_t n)
{
    struct ike_request *r = &sa->request;
    struct wr w = wr_init(sa->e->flight, IKE_SCRATCH_BYTES);
    assert(r->task == IKE_TASK_NONE || r->task == IKE_TASK_INIT);
    wr_u32(&w, (uint32_t)n);
    wr_bytes(&w, p, n);
    if (w.bad || !ike_bytes_set(&r->packets, sa->e->flight, wr_len(&w)))
        return false;
    r->task = IKE_TASK_INIT;
    r->message_id = 0;
    r->longest = (uint32_t)n;
    set_retries(sa);
    emit(sa, &sa->path, &r->packets);
    ike_sa_touch(sa);
    return true;
}

void ike_create_free(struct ike_create *create)
{
    if (!create)
        return;
    crypto_dh_free(create->dh);
    secret_wipe_bytes(create, sizeof(*create));
    mem_free(MEM_IKE, create, sizeof(*create));
}

void ike_request_done(struct ike_sa *sa)
{
    ike_bytes_free(&sa->request.packets);
    ike_create_free(sa->request.create);
    sa->request = (struct ike_request){ 0 };
    ike_reassembly_done(&sa->responses);
    ike_sa_touch(sa);
}

/* Nobody answers: whatever the request was for, the IKE SA is over (2.4). */
static void give_up(struct ike_sa *sa)
{
    enum ike_task task = sa->request.task;
    if (sa->state == IKE_ST_DELETING || sa->state == IKE_ST_REPLACED) {
        ike_sa_end(sa, sa->restart);
        return;
    }
    if (task == IKE_TASK_INIT && sa->hs->told) { /* it was answered, if not as it should be */
        ike_sa_end(sa, true);
        return;
    }
    enum ike_why why = task == IKE_TASK_INIT   ? IKE_WHY_NO_ANSWER
                       : task == IKE_TASK_AUTH ? IKE_WHY_NO_AUTH_ANSWER
                                               : IKE_WHY_NO_LATER_ANSWER;
    struct ike_failure f = ike_failure_of(sa, why);
    ike_sa_fail(sa, &f);
}

/* Who waits for a tunnel shall not wait for the end of the tries to hear what is missing; once, not
 * with each attempt. */
static void say_silence(struct ike_sa *sa)
{
    const struct ike_request *r = &sa->request;
    const struct ike_conn *conn = sa->conn;
    bool init = r->task == IKE_TASK_INIT;
    if (r->tries != IKE_SILENT_TRIES || !(init || r->task == IKE_TASK_AUTH) || conn->up ||
        (init && sa->hs->told))
        return;
    bool is_known = conn->why.n && (conn->why_at >= sa->made_at || conn->silence_told);
    if (is_known)
        return;
    struct ike_failure f = ike_failure_of(sa, init ? IKE_WHY_NO_ANSWER : IKE_WHY_NO_AUTH_ANSWER);
    f.goes_on = true;
    ike_event_failure(sa->e, &f);
    sa->conn->silence_told = true;
}

void ike_request_due(struct ike_sa *sa)
{
    struct ike_request *r = &sa->request;
    /* Cookies and other groups begin the tries anew, not the time of the attempt. */
    bool late = r->task == IKE_TASK_INIT && sa->e->now - sa->made_at >= IKE_RETRANSMIT_TOTAL;
    if (r->tries >= r->tries_max || late) {
        give_up(sa);
        return;
    }
    say_silence(sa);
    r->tries++;
    r->gap = MIN(r->gap * 2, r->gap_max);
    r->next_at = sa->e->now + r->gap;
    emit(sa, &sa->path, &r->packets);
    struct esp_path other;
    if (r->tries > IKE_SILENT_TRIES && ike_mobike_other(sa, &other))
        emit(sa, &other, &r->packets);
}

bool ike_answer_send(struct ike_sa *sa, uint8_t exchange, struct ike_writer *out)
{
    uint32_t longest;
    struct ike_header h = {
        .spi_i = sa->spi_i,
        .spi_r = sa->spi_r,
        .major = 2,
        .exchange = exchange,
        .flags = IKE_FLAG_RESPONSE | (sa->initiator ? IKE_FLAG_INITIATOR : 0),
        .message_id = sa->expect_id,
    };
    if (!seal(sa, &h, out, &sa->answer, &longest))
        return false;
    sa->expect_id++;
    sa->is_answering = false;
    emit(sa, &sa->asked_on, &sa->answer);
    return true;
}

void ike_answer_error(struct ike_sa *sa, uint8_t exchange, enum ike_notify_type type,
                      const void *data, size_t n)
{
    struct ike_writer out = ike_out_begin(sa->e);
    ike_put_notify(&out, type, data, n);
    (void)ike_answer_send(sa, exchange, &out); /* without memory the peer asks again */
}

void ike_send_unprotected(struct ike *e, const struct esp_path *path, const struct ike_header *h,
                          enum ike_notify_type type, const struct crypto_part *data)
{
    if (e->now < e->hint_at)
        return; /* whoever sends many such packets gets few answers */
    e->hint_at = e->now + IKE_UNPROTECTED_GAP;
    uint8_t buf[IKE_HEADER_BYTES + 64];
    struct ike_header answer = *h;
    answer.major = 2;
    answer.minor = 0;
    answer.flags = (uint8_t)((h->flags ^ IKE_FLAG_INITIATOR) & IKE_FLAG_INITIATOR);
    if (type != IKE_N_INVALID_SPI) /* 1.5: which answers nothing */
        answer.flags |= IKE_FLAG_RESPONSE;
    struct ike_writer out = ike_begin(buf, sizeof(buf), &answer);
    size_t n;
    ike_put_notify(&out, type, data ? data->p : NULL, data ? data->n : 0);
    if (ike_end(&out, &n))
        ike_do_send(e, 0, path, buf, n);
}

/* --- receiving -------------------------------------------------------------------------------- */

static void digest_of(const struct ike_message *m, uint8_t ret_digest[20])
{
    if (crypto_sha1(&m->packet, 1, ret_digest))
        memset(ret_digest, 0, 20);
}

/* The request before the one that we expect: identical to what was answered, or nothing (2.1). Of
 * fragments the first alone asks for the answer again (RFC 7383 2.6.1). The answer goes to where
 * it was asked from now (2.11): a peer that has moved does not get what went to its old address. */
static void repeat(struct ike_sa *sa, const struct esp_path *path, const struct ike_message *m)
{
    uint8_t digest[20];
    if (m->sk.number > 1 || sa->answer.n == 0)
        return;
    digest_of(m, digest);
    if (memcmp(digest, sa->answered, sizeof(digest)) == 0)
        emit(sa, path, &sa->answer);
}

/* Whether a packet is of the exchange that is due: in the window, and not under work. */
static bool is_due(struct ike_sa *sa, const struct esp_path *path, const struct ike_message *m)
{
    if (ike_is_response(m))
        return sa->request.task > IKE_TASK_INIT && m->header.message_id == sa->request.message_id &&
               m->header.exchange == exchange_of(sa->request.task);
    if (m->header.message_id == sa->expect_id)
        return !sa->is_answering;
    if (m->header.message_id + 1 == sa->expect_id)
        repeat(sa, path, m);
    return false;
}

/* Opens it; true: *ret_inner is the whole message, in e->inner_in. */
static bool open_message(struct ike_sa *sa, struct ike_message *m, uint8_t *ret_first,
                         struct crypto_part *ret_inner)
{
    struct ike *e = sa->e;
    if (m->sk.total == 0) {
        *ret_first = m->sk.first;
        return ike_open(&sa->protect, m, e->inner_in, IKE_SCRATCH_BYTES, ret_inner);
    }
    struct crypto_part piece;
    if (!sa->fragmentation || !ike_open(&sa->protect, m, e->packet, IKE_SCRATCH_BYTES, &piece))
        return false;
    sa->heard_at = e->now;
    bool response = ike_is_response(m);
    if (!response && m->sk.number == 1)
        digest_of(m, sa->first_fragment);
    struct wr whole = wr_init(e->inner_in, IKE_SCRATCH_BYTES);
    const char *why = NULL;
    enum ike_fragment got = ike_reassemble(response ? &sa->responses : &sa->requests, m, &piece,
                                           &whole, ret_first, &why);
    if (got == IKE_FRAGMENT_REFUSED)
        ike_event(e, NULL, sa, DIAG_WARNING, why);
    *ret_inner = (struct crypto_part){ e->inner_in, wr_len(&whole) };
    return got == IKE_FRAGMENT_WHOLE;
}

/* 2.23: a peer behind a NAT is where its last authentic packet came from; with MOBIKE it says so
 * itself (RFC 4555 3.8). */
static void follow(struct ike_sa *sa, const struct esp_path *path)
{
    if (sa->mobike || !sa->nat_there || sa->nat_here || sa->state < IKE_ST_UP)
        return;
    if (ip_eq(&path->remote, &sa->path.remote) && path->remote_port == sa->path.remote_port)
        return;
    ike_sa_move(sa, path, true);
}

static void take_response(struct ike_sa *sa, const struct esp_path *path,
                          const struct ike_message *m, uint8_t first,
                          const struct crypto_part *inner)
{
    ike_sa_touch(sa);
    ike_mobike_answered(sa, path);
    switch (sa->request.task) {
    case IKE_TASK_NONE:
    case IKE_TASK_INIT:
        break;
    case IKE_TASK_AUTH:
        ike_auth_response(sa, m, first, inner);
        break;
    case IKE_TASK_CHILD_NEW:
    case IKE_TASK_CHILD_REKEY:
    case IKE_TASK_IKE_REKEY:
        ike_create_response(sa, m);
        break;
    case IKE_TASK_CHILD_DELETE:
    case IKE_TASK_IKE_DELETE:
    case IKE_TASK_LIVENESS:
    case IKE_TASK_ADDRESS:
    case IKE_TASK_ANNOUNCE:
    case IKE_TASK_ROUTABLE:
    case IKE_TASK_BAD_SPI:
        ike_inform_response(sa, m);
        break;
    }
}

static void take_request(struct ike_sa *sa, const struct esp_path *path, struct ike_message *m,
                         uint8_t first, const struct crypto_part *inner)
{
    ike_sa_touch(sa);
    if (sa->state == IKE_ST_INIT_DONE) {
        sa->path = *path; /* 2.23: the switch to port 4500 comes with IKE_AUTH */
        if (m->header.exchange == IKE_AUTH)
            ike_auth_request(sa, m, first, inner);
        return;
    }
    switch (m->header.exchange) {
    case IKE_CREATE_CHILD_SA:
        ike_create_request(sa, m);
        break;
    case IKE_INFORMATIONAL:
        ike_inform_request(sa, m);
        break;
    default: /* an exchange that we do not know, or that is long over */
        ike_answer_error(sa, m->header.exchange, IKE_N_INVALID_SYNTAX, NULL, 0);
        break;
    }
}

/* What is authentic but cannot be read. */
static void refuse_inner(struct ike_sa *sa, const struct ike_message *m, enum ike_notify_type bad,
                         const struct diag *why)
{
    struct ike_failure f = ike_failure_of(sa, IKE_WHY_SYNTAX);
    f.detail = why;
    if (!ike_is_response(m)) {
        uint8_t critical = m->critical;
        ike_answer_error(sa, m->header.exchange, bad, &critical,
                         bad == IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD);
        if (sa->state == IKE_ST_INIT_DONE)
            ike_sa_fail(sa, &f);
        else
            ike_event_failure(sa->e, &f);
        return;
    }
    ike_sa_fail(sa, &f); /* 2.21.3: an answer that cannot be read leaves both sides apart */
}

/* In the clear although there are keys: hints at best (1.5). */
static void take_unprotected(struct ike_sa *sa, const struct ike_message *m)
{
    if (sa->state >= IKE_ST_UP && ike_is_response(m) &&
        (ike_find_notify(m, IKE_N_INVALID_IKE_SPI) || ike_find_notify(m, IKE_N_INVALID_SPI)))
        ike_liveness_hint(sa);
}

void ike_sa_receive(struct ike_sa *sa, const struct esp_path *path, const uint8_t *p, size_t n)
{
    struct ike_message *m = sa->e->message;
    struct diag why = { 0 };
    enum ike_notify_type bad = ike_message_decode(p, n, m, &why);
    if (bad)
        return; /* not authentic: not worth a word */
    if (m->header.exchange == IKE_SA_INIT) {
        ike_event_message(sa->e, sa, path, false, m);
        if (sa->state == IKE_ST_INIT_SENT && ike_is_response(m) && m->header.message_id == 0)
            ike_init_response(sa, path, m);
        return;
    }
    if (!ike_has(m, IKE_P_SK) && !ike_has(m, IKE_P_SKF)) {
        take_unprotected(sa, m);
        return;
    }
    /* Until the peer is authenticated at our end it has nothing to ask. */
    bool early = sa->state == IKE_ST_AUTH && !ike_is_response(m);
    uint8_t first = 0;
    struct crypto_part inner;
    if (!sa->has_keys || early || !is_due(sa, path, m))
        return;
    uint8_t digest[20];
    digest_of(m, digest);
    if (!open_message(sa, m, &first, &inner))
        return;
    sa->heard_at = sa->e->now;
    if (!ike_is_response(m)) {
        sa->asked_on = *path;
        memcpy(sa->answered, m->sk.total ? sa->first_fragment : digest, sizeof(digest));
    }
    follow(sa, path);
    bad = ike_message_decode_inner(m, first, inner.p, inner.n, &why);
    if (!bad)
        ike_event_message(sa->e, sa, path, false, m);
    if (bad)
        refuse_inner(sa, m, bad, &why);
    else if (ike_is_response(m))
        take_response(sa, path, m, first, &inner);
    else
        take_request(sa, path, m, first, &inner);
}
