/* IKE_SA_INIT (1.2, 2.6, 2.7, 2.10, 2.23): both roles. */
#include "base/hash.h"
#include "crypto/secret.h"
#include "ike/internal.h"

/* RFC 7427 4: the hashes that we take, by preference; RFC 8420 for EdDSA. */
static const uint16_t our_hashes[] = { CRYPTO_HASH_SHA256, CRYPTO_HASH_SHA384, CRYPTO_HASH_SHA512,
                                       CRYPTO_HASH_IDENTITY };

static struct ike_wish wish_of(const struct ike_connection *c, uint16_t ke_group)
{
    return (struct ike_wish){
        .ours = c->lists->ike,
        .n = c->lists->n_ike,
        .protocol = IKE_PROTO_IKE,
        .ke_group = ke_group,
    };
}

static void put_hashes(struct ike_writer *out)
{
    uint8_t b[2 * ARRAY_LEN(our_hashes)];
    struct wr w = wr_init(b, sizeof(b));
    for (size_t i = 0; i < ARRAY_LEN(our_hashes); i++)
        wr_u16(&w, our_hashes[i]);
    ike_put_notify(out, IKE_N_SIGNATURE_HASH_ALGORITHMS, b, wr_len(&w));
}

static uint32_t hashes_of(const struct ike_message *m)
{
    const struct ike_notify *n = ike_find_notify(m, IKE_N_SIGNATURE_HASH_ALGORITHMS);
    uint32_t bits = 0;
    struct rd r = n ? rd_init(n->data.p, n->data.n) : rd_init(NULL, 0);
    while (rd_left(&r) >= 2) {
        uint16_t hash = rd_u16(&r);
        bits |= hash < 32 ? UINT32_C(1) << hash : 0;
    }
    return bits;
}

static bool uses_certificates(const struct ike_connection *c)
{
    return c->local_auth == IKE_AUTH_CERT || c->remote_auth == IKE_AUTH_CERT;
}

/* What both roles add behind the nonce. */
static void put_extensions(struct ike_sa *sa, struct ike_writer *out,
                           const struct ike_connection *c, bool ppk)
{
    ike_put_nat_detection(sa, out, &sa->path, c->force_encapsulation);
    if (c->fragmentation)
        ike_put_notify(out, IKE_N_IKEV2_FRAGMENTATION_SUPPORTED, NULL, 0);
    if (uses_certificates(c))
        put_hashes(out);
    if (ppk)
        ike_put_notify(out, IKE_N_USE_PPK, NULL, 0);
}

static bool handshake_new(struct ike_sa *sa)
{
    struct ike_handshake *hs = mem_alloc(MEM_IKE, sizeof(*hs));
    if (!hs)
        return false;
    hs->sa = sa;
    hs->keys_until = NS_NEVER;
    sa->hs = hs;
    return true;
}

static bool fresh_nonce(struct ike *e, struct ike_nonce *ret_nonce)
{
    ret_nonce->n = IKE_OUR_NONCE;
    return crypto_random_bytes(&e->random, ret_nonce->b, IKE_OUR_NONCE) == 0;
}

/* 2.14; from here on the SA can seal and open. */
static bool make_keys(struct ike_sa *sa, const uint8_t *shared, size_t len)
{
    struct ike_handshake *hs = sa->hs;
    struct ike_exchange_secrets x = {
        .ni = ike_nonce_part(&hs->ni),
        .nr = ike_nonce_part(&hs->nr),
        .spi_i = sa->spi_i,
        .spi_r = sa->spi_r,
        .shared = { shared, len },
    };
    return ike_keys_first(&sa->suite, &x, &hs->keys) == 0 && ike_sa_use_keys(sa, &hs->keys);
}

bool ike_sa_use_keys(struct ike_sa *sa, const struct ike_keys *keys)
{
    if (ike_protect_init(&sa->suite, keys, sa->initiator, &sa->protect))
        return false;
    sa->has_keys = true;
    if (sa->e->config.key_log) {
        char buf[IKE_KEY_LOG_MAX];
        struct text t = text_init(buf, sizeof(buf));
        text_ike_key_log(&t, &sa->suite, sa->spi_i, sa->spi_r, keys);
        ike_do_key_log(sa->e, sa->conn ? sa->conn->c.id : 0, &t);
        secret_wipe_bytes(buf, sizeof(buf));
    }
    return true;
}

/* --- initiator -------------------------------------------------------------------------------- */

static uint16_t first_group(const struct ike_conn *conn, const struct ike_wish *wish)
{
    bool known = conn->group && ike_wish_has_group(wish, conn->group);
    return known ? conn->group : ike_wish_group(wish);
}

static bool prepare(struct ike_sa *sa)
{
    struct ike_handshake *hs = sa->hs;
    struct ike_wish wish = wish_of(&sa->conn->c, 0);
    if (!hs->group)
        hs->group = first_group(sa->conn, &wish);
    if (!hs->ni.n && !fresh_nonce(sa->e, &hs->ni))
        return false;
    if (!hs->dh)
        hs->dh = crypto_dh_new((enum crypto_group)hs->group, &sa->e->random);
    return hs->dh;
}

bool ike_init_send(struct ike_sa *sa)
{
    struct ike *e = sa->e;
    if ((!sa->hs && !handshake_new(sa)) || !prepare(sa))
        return false;
    struct ike_handshake *hs = sa->hs;
    const struct ike_connection *c = &sa->conn->c;
    struct ike_wish wish = wish_of(c, 0);
    struct ike_header h = {
        .spi_i = sa->spi_i, .major = 2, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_INITIATOR
    };
    struct ike_writer out = ike_begin(e->packet, IKE_SCRATCH_BYTES, &h);
    if (hs->cookie.n)
        ike_put_notify(&out, IKE_N_COOKIE, hs->cookie.p, hs->cookie.n);
    ike_offer_make(&wish, NULL, 0, e->our_offer);
    size_t mark = ike_payload_begin(&out, IKE_P_SA, false);
    ike_offer_encode(e->our_offer, &out.w);
    ike_payload_end(&out, mark);
    size_t n;
    const uint8_t *public = crypto_dh_public(hs->dh, &n);
    ike_put_ke(&out, hs->group, public, n);
    ike_put(&out, IKE_P_NONCE, hs->ni.b, hs->ni.n);
    put_extensions(sa, &out, c, c->ppk_id);
    if (!ike_end(&out, &n) || !ike_bytes_set(&hs->request, e->packet, n) ||
        !ike_request_clear(sa, e->packet, n))
        return false;
    ike_event_clear(e, sa, &sa->path, &hs->request);
    sa->next_id = 1;
    return true;
}

/* What comes without keys may be anybody's (2.21.1): it is told once, and the attempt goes on until
 * its time is over. */
static void doubt(struct ike_sa *sa, const struct ike_failure *f)
{
    sa->spi_r = 0; /* the next answer may be the peer's */
    if (!sa->hs->told)
        ike_event_failure(sa->e, f);
    sa->hs->told = true;
}

/* Goes on with what the responder asked for: a few times at once, then not faster than whoever
 * forges answers could be followed. */
static void again(struct ike_sa *sa)
{
    struct ike_handshake *hs = sa->hs;
    hs->restarts++;
    hs->restarted_at = sa->e->now;
    if (!ike_init_send(sa))
        ike_sa_end(sa, true);
}

static bool may_restart(const struct ike_sa *sa)
{
    return sa->hs->restarts < IKE_INIT_RESTARTS ||
           sa->e->now - sa->hs->restarted_at >= IKE_RESTART_GAP;
}

static void wrong_group(struct ike_sa *sa, const struct ike_notify *n)
{
    struct ike_handshake *hs = sa->hs;
    struct ike_wish wish = wish_of(&sa->conn->c, 0);
    uint16_t group = 0;
    bool ours = ike_notify_u16(n, &group) && ike_wish_has_group(&wish, group);
    bool is_fresh = hs->restarts && sa->e->now - hs->restarted_at < IKE_RESTART_GAP;
    if (ours && group != hs->group && may_restart(sa)) {
        crypto_dh_free(hs->dh);
        hs->dh = NULL;
        hs->group = group;
        again(sa);
    } else if (!ours || (group == hs->group && !is_fresh)) { /* else: of the packet before */
        struct ike_failure f = ike_failure_of(sa, IKE_WHY_GROUP);
        f.group = group;
        f.wish = &wish;
        doubt(sa, &f);
    }
}

static void wants_cookie(struct ike_sa *sa, const struct ike_notify *n)
{
    bool fits = n->data.n >= 1 && n->data.n <= IKE_COOKIE_MAX;
    if (fits && may_restart(sa)) {
        if (ike_bytes_set(&sa->hs->cookie, n->data.p, n->data.n))
            again(sa);
    } else if (!fits) {
        struct ike_failure f = ike_failure_of(sa, IKE_WHY_PEER_ERROR);
        f.notify = IKE_N_COOKIE;
        doubt(sa, &f);
    }
}

static void init_error(struct ike_sa *sa, const struct ike_notify *n)
{
    struct ike_wish wish = wish_of(&sa->conn->c, 0);
    struct ike_failure f = ike_failure_of(
        sa, n->type == IKE_N_NO_PROPOSAL_CHOSEN ? IKE_WHY_PEER_CHOSE_NOTHING : IKE_WHY_PEER_ERROR);
    f.notify = n->type;
    f.wish = &wish;
    doubt(sa, &f);
}

/* True: the answer was one of those that ask for another try, or an error. */
static bool is_refused(struct ike_sa *sa, const struct ike_message *m)
{
    const struct ike_notify *n = ike_find_notify(m, IKE_N_COOKIE);
    if (n && !ike_has(m, IKE_P_SA)) {
        wants_cookie(sa, n);
        return true;
    }
    n = ike_find_notify(m, IKE_N_INVALID_KE_PAYLOAD);
    if (n) {
        wrong_group(sa, n);
        return true;
    }
    n = ike_message_error(m);
    if (!n) /* RFC 5685: we never said that we could be sent elsewhere */
        n = ike_find_notify(m, IKE_N_REDIRECT);
    if (n)
        init_error(sa, n);
    return n;
}

static bool bad_answer(struct ike_sa *sa, enum ike_why why, const struct diag *detail)
{
    struct ike_wish wish = wish_of(&sa->conn->c, 0);
    struct ike_failure f = ike_failure_of(sa, why);
    f.detail = detail;
    f.wish = &wish;
    doubt(sa, &f);
    return false;
}

static bool nonce_is_fine(const struct ike_message *m)
{
    return ike_has(m, IKE_P_NONCE) && m->nonce.n >= IKE_NONCE_MIN && m->nonce.n <= IKE_NONCE_MAX;
}

/* Reads what was chosen and makes the keys. */
static bool accept_answer(struct ike_sa *sa, const struct ike_message *m)
{
    struct ike_handshake *hs = sa->hs;
    struct ike_wish wish = wish_of(&sa->conn->c, 0);
    struct ike_choice choice;
    struct diag d = { 0 };
    if (!ike_has(m, IKE_P_SA) || !ike_has(m, IKE_P_KE) || !nonce_is_fine(m) ||
        m->header.spi_r == 0) {
        DIAG_SET(d.what, "the answer to IKE_SA_INIT lacks SA, KE, a nonce or a SPI");
        return bad_answer(sa, IKE_WHY_SYNTAX, &d);
    }
    if (!ike_offer_decode(&m->sa, sa->e->offer, &d))
        return bad_answer(sa, IKE_WHY_SYNTAX, &d);
    if (!ike_choice_check(&wish, sa->e->offer, &choice, &d))
        return bad_answer(sa, IKE_WHY_BAD_CHOICE, &d);
    if (choice.suite.group != hs->group || m->ke.group != hs->group) {
        DIAG_SET(d.what, "the peer chose another group than that of its KE payload");
        return bad_answer(sa, IKE_WHY_BAD_CHOICE, &d);
    }
    uint8_t shared[CRYPTO_PUBLIC_MAX];
    size_t len;
    sa->spi_r = m->header.spi_r;
    sa->suite = choice.suite;
    ike_nonce_set(&hs->nr, &m->nonce);
    bool ok = ike_bytes_set(&hs->response, m->packet.p, m->packet.n) &&
              crypto_dh_shared(hs->dh, m->ke.value.p, m->ke.value.n, shared, &len) == 0 &&
              make_keys(sa, shared, len);
    secret_wipe_bytes(shared, sizeof(shared));
    if (!ok) {
        DIAG_SET(d.what, "the peer's KE value is not acceptable");
        return bad_answer(sa, IKE_WHY_SYNTAX, &d);
    }
    return true;
}

void ike_init_response(struct ike_sa *sa, const struct esp_path *path, const struct ike_message *m)
{
    const struct ike_connection *c = &sa->conn->c;
    ike_sa_touch(sa);
    if (is_refused(sa, m) || !accept_answer(sa, m))
        return;
    sa->path = *path;
    sa->heard_at = sa->e->now;
    ike_see_nat_detection(sa, m, path);
    sa->fragmentation = c->fragmentation && ike_find_notify(m, IKE_N_IKEV2_FRAGMENTATION_SUPPORTED);
    sa->hs->peer_hashes = hashes_of(m);
    sa->hs->peer_ppk = ike_find_notify(m, IKE_N_USE_PPK);
    /* 2.23, RFC 4555 3.3: the port that NATs let ESP through; with MOBIKE from the start. */
    if (sa->nat_here || sa->nat_there || c->force_encapsulation || c->mobike)
        sa->path.local_port = sa->path.remote_port = IKE_PORT_NAT;
    ike_request_done(sa);
    ike_sa_enter(sa, IKE_ST_AUTH);
    ike_auth_begin(sa);
}

/* --- responder -------------------------------------------------------------------------------- */

static uint64_t init_key(const struct ike *e, uint64_t spi_i, const struct esp_path *path)
{
    uint64_t v[4] = { spi_i, path->remote_port, 0, 0 };
    memcpy(&v[2], path->remote.b, sizeof(path->remote.b));
    return hash_bytes(e->hash_key, v, sizeof(v));
}

/* 2.1: the same packet again: the same answer. True: it was that. */
static bool is_repeated(struct ike *e, const struct esp_path *path, const struct ike_message *m)
{
    struct ike_node *node = ike_table_find(&e->inits, init_key(e, m->header.spi_i, path));
    for (; node; node = ike_table_again(node)) {
        struct ike_sa *sa = container_of(node, struct ike_sa, by_init);
        const struct ike_handshake *hs = sa->hs;
        if (sa->spi_i != m->header.spi_i || !hs || hs->request.n != m->packet.n ||
            memcmp(hs->request.p, m->packet.p, m->packet.n) != 0)
            continue;
        ike_do_send(e, 0, path, hs->response.p, hs->response.n);
        return true;
    }
    return false;
}

static struct ike_cookie_of cookie_of(const struct esp_path *path, const struct ike_message *m)
{
    return (struct ike_cookie_of){
        .ni = m->nonce, .address = path->remote, .port = path->remote_port, .spi_i = m->header.spi_i
    };
}

/* An answer that leaves nothing behind here. */
static void answer_stateless(struct ike *e, const struct esp_path *path,
                             const struct ike_message *m, enum ike_notify_type type,
                             const struct crypto_part *data)
{
    uint8_t buf[128];
    struct ike_header h = {
        .spi_i = m->header.spi_i, .major = 2, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_RESPONSE
    };
    struct ike_writer out = ike_begin(buf, sizeof(buf), &h);
    size_t n;
    ike_put_notify(&out, type, data ? data->p : NULL, data ? data->n : 0);
    if (ike_end(&out, &n))
        ike_do_send(e, 0, path, buf, n);
}

/* Whether the address has its share of the half-open SAs already. The share is more than what needs
 * no cookie, so that nobody fills another one's by forging its address. */
static bool has_its_share(const struct ike *e, const struct ip_addr *from)
{
    uint32_t share = MAX(e->config.half_open_limit / IKE_HALF_OPEN_PART,
                         e->config.half_open_max + 1),
             n = 0;
    struct ike_node *node = ike_table_find(&e->half_open_from, ike_half_key(e, from));
    for (; node && n < share; node = ike_table_again(node))
        n++;
    return n >= share;
}

static void tell_flood(struct ike *e, const char *what)
{
    if (e->now < e->flood_event_at)
        return;
    struct ike_event_line l;
    ike_event_begin(&l, NULL, NULL, what);
    ike_event_number(&l, "half-open", e->half_open);
    ike_event_end(e, &l, DIAG_WARNING);
    e->flood_event_at = e->now + IKE_HINT_GAP;
}

/* 2.6: under many half-open SAs the initiator first proves that it receives where it sends from. */
static bool is_welcome(struct ike *e, const struct esp_path *path, const struct ike_message *m)
{
    if (has_its_share(e, &path->remote)) {
        tell_flood(e, "one address has too many half-open IKE SAs: no more from there");
        return false;
    }
    if (e->now - e->spoiled_at >= IKE_HALF_OPEN_TIMEOUT) {
        e->spoiled = 0;
        e->spoiled_at = e->now;
    }
    if (e->half_open + e->spoiled < e->config.half_open_max)
        return true;
    struct ike_cookie_of of = cookie_of(path, m);
    const struct ike_notify *n = ike_find_notify(m, IKE_N_COOKIE);
    if (n && ike_cookie_check(&e->cookies, e->now, &of, &n->data) &&
        e->half_open < e->config.half_open_limit && e->n_sas < e->config.sa_max)
        return true;
    tell_flood(e, "many half-open IKE SAs: cookies are demanded");
    uint8_t cookie[IKE_COOKIE_BYTES];
    if (e->half_open < e->config.half_open_limit &&
        ike_cookie_make(&e->cookies, e->now, &e->random, &of, cookie) == 0) {
        struct crypto_part data = { cookie, sizeof(cookie) };
        answer_stateless(e, path, m, IKE_N_COOKIE, &data);
    }
    return false;
}

/* The first connection for the path whose proposals fit; NULL: none, *ret_closest's diag is the
 * reason. */
static struct ike_conn *choose(struct ike *e, const struct esp_path *path,
                               const struct ike_message *m, struct ike_choice *ret_choice)
{
    struct ike_conn *conn = NULL, *closest = NULL;
    struct diag d = { 0 }, first = { 0 };
    while ((conn = ike_conn_for_path(e, path, conn))) {
        struct ike_wish wish = wish_of(&conn->c, m->ke.group);
        if (ike_choose(&wish, e->offer, ret_choice, &d))
            return conn;
        if (!closest) {
            closest = conn;
            first = d;
        }
    }
    struct ike_failure f = {
        .why = closest ? IKE_WHY_WE_CHOSE_NOTHING : IKE_WHY_NO_CONNECTION,
        .connection = closest ? &closest->c : NULL,
        .path = *path,
        .detail = closest ? &first : NULL,
        .first_contact = closest ? !closest->met : true,
    };
    struct ike_wish wish = closest ? wish_of(&closest->c, 0) : (struct ike_wish){ 0 };
    f.wish = closest ? &wish : NULL;
    if (e->now >= e->refused_event_at) {
        ike_event_failure(e, &f);
        e->refused_event_at = e->now + NS_PER_S;
    }
    answer_stateless(e, path, m, IKE_N_NO_PROPOSAL_CHOSEN, NULL);
    return NULL;
}

static bool build_answer(struct ike_sa *sa, const struct ike_conn *conn,
                         const struct ike_choice *choice)
{
    struct ike *e = sa->e;
    struct ike_handshake *hs = sa->hs;
    struct ike_header h = { .spi_i = sa->spi_i,
                            .spi_r = sa->spi_r,
                            .major = 2,
                            .exchange = IKE_SA_INIT,
                            .flags = IKE_FLAG_RESPONSE };
    struct ike_writer out = ike_begin(e->packet, IKE_SCRATCH_BYTES, &h);
    size_t n, mark = ike_payload_begin(&out, IKE_P_SA, false);
    ike_choice_encode(choice, IKE_PROTO_IKE, NULL, 0, &out.w);
    ike_payload_end(&out, mark);
    const uint8_t *public = crypto_dh_public(hs->dh, &n);
    ike_put_ke(&out, hs->group, public, n);
    ike_put(&out, IKE_P_NONCE, hs->nr.b, hs->nr.n);
    put_extensions(sa, &out, &conn->c, hs->peer_ppk);
    if (conn->c.remote_auth == IKE_AUTH_CERT && conn->ca_hashes.n)
        ike_put_cert(&out, IKE_P_CERTREQ, IKE_CERT_X509, conn->ca_hashes.p, conn->ca_hashes.n);
    return ike_end(&out, &n) && ike_bytes_set(&hs->response, e->packet, n);
}

/* The state of a responder: keys, and the answer. */
static bool respond(struct ike_sa *sa, const struct ike_conn *conn, const struct ike_choice *choice,
                    const struct ike_message *m)
{
    struct ike *e = sa->e;
    if (!handshake_new(sa))
        return false;
    struct ike_handshake *hs = sa->hs;
    uint8_t shared[CRYPTO_PUBLIC_MAX];
    size_t len;
    sa->suite = choice->suite;
    hs->group = choice->suite.group;
    ike_nonce_set(&hs->ni, &m->nonce);
    hs->peer_hashes = hashes_of(m);
    hs->peer_ppk = conn->c.ppk_id && ike_find_notify(m, IKE_N_USE_PPK);
    sa->fragmentation = conn->c.fragmentation &&
                        ike_find_notify(m, IKE_N_IKEV2_FRAGMENTATION_SUPPORTED);
    ike_see_nat_detection(sa, m, &sa->path);
    hs->dh = crypto_dh_new((enum crypto_group)hs->group, &e->random);
    bool ok = hs->dh && fresh_nonce(e, &hs->nr) &&
              crypto_dh_shared(hs->dh, m->ke.value.p, m->ke.value.n, shared, &len) == 0 &&
              make_keys(sa, shared, len);
    secret_wipe_bytes(shared, sizeof(shared));
    return ok && ike_bytes_set(&hs->request, m->packet.p, m->packet.n) &&
           build_answer(sa, conn, choice);
}

static void new_responder(struct ike *e, const struct esp_path *path, const struct ike_message *m,
                          const struct ike_conn *conn, const struct ike_choice *choice)
{
    struct ike_sa_params p = {
        .spi_i = m->header.spi_i,
        .spi_r = ike_fresh_spi(e),
        .path = *path,
        .state = IKE_ST_INIT_DONE,
    };
    struct ike_sa *sa = p.spi_r ? ike_sa_new(e, &p) : NULL;
    if (!sa)
        return; /* beyond a bound: silence, the initiator tries again */
    if (!respond(sa, conn, choice, m) ||
        !ike_table_add(&e->inits, &sa->by_init, init_key(e, sa->spi_i, path))) {
        e->spoiled += e->spoiled < e->config.half_open_max;
        ike_sa_end(sa, false);
        answer_stateless(e, path, m, IKE_N_INVALID_SYNTAX, NULL);
        return;
    }
    sa->expect_id = 1;
    sa->expire_at = e->now + IKE_HALF_OPEN_TIMEOUT;
    ike_event_clear(e, sa, path, &sa->hs->response);
    ike_do_send(e, 0, path, sa->hs->response.p, sa->hs->response.n);
}

void ike_init_request(struct ike *e, const struct esp_path *path, const uint8_t *p, size_t n)
{
    struct ike_message *m = e->message;
    struct diag d = { 0 };
    if (n > IKE_INIT_BYTES_MAX)
        return;
    enum ike_notify_type bad = ike_message_decode(p, n, m, &d);
    if (bad == IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD) {
        struct crypto_part data = { &m->critical, 1 };
        ike_send_unprotected(e, path, &m->header, bad, &data);
    }
    if (bad || is_repeated(e, path, m))
        return;
    ike_event_message(e, NULL, path, false, m);
    if (!ike_has(m, IKE_P_SA) || !ike_has(m, IKE_P_KE) || !nonce_is_fine(m) ||
        !ike_offer_decode(&m->sa, e->offer, &d)) {
        ike_send_unprotected(e, path, &m->header, IKE_N_INVALID_SYNTAX, NULL);
        return;
    }
    struct ike_choice choice;
    if (!is_welcome(e, path, m))
        return;
    struct ike_conn *conn = choose(e, path, m, &choice);
    if (!conn)
        return;
    if (choice.suite.group != m->ke.group) { /* 1.2: it guessed another group than we chose */
        uint8_t group[2];
        struct wr w = wr_init(group, sizeof(group));
        wr_u16(&w, choice.suite.group);
        struct crypto_part data = { group, sizeof(group) };
        answer_stateless(e, path, m, IKE_N_INVALID_KE_PAYLOAD, &data);
        return;
    }
    new_responder(e, path, m, conn, &choice);
}
