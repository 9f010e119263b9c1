/* What an outsider without keys sends to an engine: it may cost us little, and changes nothing. */
#include "../../lib/ike_ends.h"
#include "../unit.h"
#include "crypto/secret.h"
#include "ike/internal.h"

enum { ENDS_MAX = 2 + IKE_SAS_MAX };

struct ends {
    struct ike *e[ENDS_MAX]; /* 0 opens, 1 answers, the others claim to be 0 */
    ns_t now;
    bool silent_keys; /* of end 1 */
    const char *key[2];
    uint16_t groups[8]; /* of the KE payloads of end 0's IKE_SA_INITs */
    size_t n_groups;
    unsigned cookies, answers, opened; /* of end 1; opened: IKE_SA_INITs of its own */
    unsigned creates;                  /* CREATE_CHILD_SA requests of end 0 */
    uint64_t spi_i;                    /* of end 0's last IKE_SA_INIT */
    bool only_first;                   /* nothing but IKE_SA_INIT is delivered */
};

static struct ike *engine(const struct ike_connection *c, uint32_t half_open_max)
{
    static uint64_t seed = 1;
    struct ike_params p = { .random = crypto_random_seeded(seed++) };
    struct ike_config config = {
        .connections = c, .n = 1, .half_open_max = half_open_max, .half_open_limit = 64
    };
    struct ike *e = ike_new(&p);
    assert_non_null(e);
    assert_int_equal(ike_configure(e, 0, &config), 0);
    return e;
}

/* What end 0 asks for, and what end 1 answers in the clear. */
static void look(struct ends *x, int end, const struct ike_action *a)
{
    static struct ike_message m;
    struct diag d;
    if (ike_message_decode(a->bytes, a->len, &m, &d))
        return;
    bool asks = !(m.header.flags & IKE_FLAG_RESPONSE);
    x->creates += end == 0 && asks && m.header.exchange == IKE_CREATE_CHILD_SA;
    if (m.header.exchange != IKE_SA_INIT)
        return;
    x->opened += end == 1 && asks;
    if (end == 0)
        x->spi_i = m.header.spi_i;
    if (end == 0 && ike_has(&m, IKE_P_KE) && x->n_groups < ARRAY_LEN(x->groups))
        x->groups[x->n_groups++] = m.ke.group;
    x->cookies += end == 1 && ike_find_notify(&m, IKE_N_COOKIE);
    x->answers += end == 1;
}

/* Between end 1 and the other one. */
static void drain(struct ends *x, int other)
{
    struct ike_action a;
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < 2; i++) {
            int end = i ? 1 : other;
            while (x->e[end] && ike_next(x->e[end], &a)) {
                more = true;
                struct esp_path path = { .local = a.path.remote,
                                         .remote = a.path.local,
                                         .local_port = a.path.remote_port,
                                         .remote_port = a.path.local_port };
                int to = i ? other : 1;
                if (a.kind == IKE_DO_KEYS && !(end == 1 && x->silent_keys))
                    assert_true(ike_ends_answer_keys(x->e[end], x->now, a.keys,
                                                     x->key[end != 0] ? x->key[end != 0] : "k"));
                if (a.kind != IKE_DO_SEND)
                    continue;
                look(x, end, &a);
                bool held_back = x->only_first && a.bytes[18] != IKE_SA_INIT;
                if (x->e[to] && !held_back)
                    ike_receive(x->e[to], x->now, &path, a.bytes, a.len);
            }
        }
    }
}

static void done(struct ends *x)
{
    for (int i = 0; i < ENDS_MAX; i++)
        ike_free(x->e[i]);
    assert_int_equal(mem_bytes(MEM_IKE), 0);
}

static struct ike_sa *sa_of(struct ike *e)
{
    return ike_conn_sa(LIST_ENTRY(e->conns.next, struct ike_conn, link));
}

static void those_who_claim_to_be_the_peer_do_not_stop_a_rekey(void **state)
{
    (void)state;
    struct ends x = { 0 };
    struct ike_connection c[2];
    for (int i = 0; i < 2; i++) {
        c[i] = ike_ends_connection(i);
        x.e[i] = engine(&c[i], 0);
    }
    ike_advance(x.e[0], 0);
    drain(&x, 0);
    assert_non_null(sa_of(x.e[1]));
    x.silent_keys = true; /* for as long as they take */
    for (int i = 2; i < ENDS_MAX; i++) {
        x.e[i] = engine(&c[0], 0);
        ike_advance(x.e[i], x.now);
        drain(&x, i);
    }
    assert_int_equal(ike_rekey(x.e[0], x.now, 1, false), 0);
    drain(&x, 0);
    assert_non_null(sa_of(x.e[1]));
    assert_int_equal(sa_of(x.e[1])->rekeys, 1);
    done(&x);
}

static void a_group_is_remembered_from_those_who_prove_themselves(void **state)
{
    (void)state;
    struct ends x = { .key = { "k", "of somebody else" } };
    struct ike_connection c[2];
    for (int i = 0; i < 2; i++) {
        c[i] = ike_ends_connection(i);
        c[i].lists->ike[0].group[0] = i ? CRYPTO_ECP_256 : CRYPTO_X25519;
        c[i].lists->ike[0].group[1] = CRYPTO_ECP_256;
        c[i].lists->ike[0].n_group = i ? 1 : 2;
        x.e[i] = engine(&c[i], 0);
    }
    ike_advance(x.e[0], 0);
    drain(&x, 0);
    assert_int_equal(x.n_groups, 2);
    assert_int_equal(x.groups[1], CRYPTO_ECP_256);
    for (int i = 0; i < 60 && x.n_groups == 2; i++) {
        x.now += NS_PER_S;
        ike_advance(x.e[0], x.now);
        drain(&x, 0);
    }
    assert_true(x.n_groups > 2);
    assert_int_equal(x.groups[2], CRYPTO_X25519);
    done(&x);
}

/* An IKE_SA_INIT whose KE value is no public value, with so much besides. */
static void send_init(struct ends *x, uint64_t spi_i, size_t ballast)
{
    static uint8_t packet[60000], filler[50000];
    uint8_t value[64] = { 0 }, nonce[32] = { 1 };
    struct ike_header h = {
        .spi_i = spi_i, .major = 2, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_INITIATOR
    };
    const struct esp_path path = { .local = ip_from_u32(0xc0000202),
                                   .remote = ip_from_u32(0xc0000201),
                                   .local_port = 500,
                                   .remote_port = 500 };
    struct ike_connection c;
    static struct ike_offer offer;
    c = ike_ends_connection(1);
    c.lists->ike[0].group[0] = CRYPTO_ECP_256;
    struct ike_wish wish = { .ours = c.lists->ike, .n = 1, .protocol = IKE_PROTO_IKE };
    struct ike_writer o = ike_begin(packet, sizeof(packet), &h);
    size_t n, mark = ike_payload_begin(&o, IKE_P_SA, false);
    ike_offer_make(&wish, NULL, 0, &offer);
    ike_offer_encode(&offer, &o.w);
    ike_payload_end(&o, mark);
    ike_put_ke(&o, CRYPTO_ECP_256, value, sizeof(value));
    ike_put(&o, IKE_P_NONCE, nonce, sizeof(nonce));
    if (ballast)
        ike_put_notify(&o, IKE_N_SIGNATURE_HASH_ALGORITHMS, filler, ballast);
    assert_true(ike_end(&o, &n));
    ike_receive(x->e[1], x->now, &path, packet, n);
    drain(x, 0);
}

static void bad_key_exchanges_are_met_with_cookies(void **state)
{
    (void)state;
    struct ends x = { 0 };
    struct ike_connection c;
    c = ike_ends_connection(1);
    c.lists->ike[0].group[0] = CRYPTO_ECP_256;
    x.e[1] = engine(&c, 4);
    for (uint64_t i = 1; i <= 20; i++)
        send_init(&x, i, 0);
    assert_int_equal(x.answers, 20);
    assert_int_equal(x.cookies, 16);
    x.now += IKE_HALF_OPEN_TIMEOUT;
    send_init(&x, 21, 0);
    assert_int_equal(x.cookies, 16); /* forgiven */
    done(&x);
}

static void a_huge_first_message_is_not_kept(void **state)
{
    (void)state;
    struct ends x = { 0 };
    struct ike_connection c;
    c = ike_ends_connection(1);
    c.lists->ike[0].group[0] = CRYPTO_ECP_256;
    x.e[1] = engine(&c, 0);
    send_init(&x, 1, 40000);
    assert_int_equal(x.answers, 0);
    done(&x);
}

/* An answer to end 0's IKE_SA_INIT with one notify, or with a KE of nothing. */
static void forge_answer(struct ends *x, uint16_t type, const void *data, size_t n)
{
    uint8_t packet[512], zeros[32] = { 0 };
    struct ike_header h = { .spi_i = x->spi_i,
                            .spi_r = 7,
                            .major = 2,
                            .exchange = IKE_SA_INIT,
                            .flags = IKE_FLAG_RESPONSE };
    const struct esp_path path = { .local = ip_from_u32(0xc0000201),
                                   .remote = ip_from_u32(0xc0000202),
                                   .local_port = 500,
                                   .remote_port = 500 };
    struct ike_writer o = ike_begin(packet, sizeof(packet), &h);
    size_t len;
    if (type) {
        ike_put_notify(&o, (enum ike_notify_type)type, data, n);
    } else {
        struct ike_connection c = ike_ends_connection(1);
        struct ike_wish wish = { .ours = c.lists->ike, .n = 1, .protocol = IKE_PROTO_IKE };
        static struct ike_offer offer;
        size_t mark = ike_payload_begin(&o, IKE_P_SA, false);
        ike_offer_make(&wish, NULL, 0, &offer);
        ike_offer_encode(&offer, &o.w);
        ike_payload_end(&o, mark);
        ike_put_ke(&o, CRYPTO_X25519, zeros, sizeof(zeros));
        ike_put(&o, IKE_P_NONCE, zeros, sizeof(zeros));
    }
    assert_true(ike_end(&o, &len));
    ike_receive(x->e[0], x->now, &path, packet, len);
    drain(x, 0);
}

/* [RFC 7296 2.21.1]: none of these is authentic; the peer's answer, which comes later, counts. */
static void forged_answers_do_not_end_an_attempt(void **state)
{
    (void)state;
    static const uint8_t groups[][2] = { { 0, 31 }, { 0, 19 }, { 0, 14 }, { 0, 99 } };
    static const uint8_t cookies[][8] = { { 1 }, { 2 }, { 3 } };
    static const uint16_t errors[] = {
        IKE_N_NO_PROPOSAL_CHOSEN,    IKE_N_INVALID_SYNTAX, IKE_N_REDIRECT,
        IKE_N_AUTHENTICATION_FAILED, IKE_N_COOKIE,         0
    };
    struct ends x = { 0 };
    struct ike_connection c[2] = { ike_ends_connection(0), ike_ends_connection(1) };
    c[0].lists->ike[0].group[1] = CRYPTO_ECP_256;
    c[0].lists->ike[0].n_group = 2;
    x.e[0] = engine(&c[0], 0);
    ike_advance(x.e[0], 0);
    drain(&x, 0);
    uint64_t attempt = x.spi_i;
    unsigned sent = 0;
    for (size_t i = 0; i < 400; i++) {
        unsigned before = (unsigned)x.n_groups;
        forge_answer(&x, errors[i % ARRAY_LEN(errors)], NULL, 0);
        forge_answer(&x, IKE_N_INVALID_KE_PAYLOAD, groups[i % 4], 2);
        forge_answer(&x, IKE_N_COOKIE, cookies[i % 3], sizeof(cookies[0]));
        sent += (unsigned)x.n_groups - before;
        x.n_groups = 0;
        x.now += 100 * NS_PER_MS;
        ike_advance(x.e[0], x.now);
        drain(&x, 0);
    }
    assert_int_equal(x.spi_i, attempt);
    assert_in_range(sent, 1, 40 / 2 + IKE_INIT_RESTARTS); /* 40 s: one in two seconds */
    x.e[1] = engine(&c[1], 0);
    for (int i = 0; i < 20 && !sa_of(x.e[0]); i++) {
        x.now += NS_PER_S;
        ike_advance(x.e[0], x.now);
        ike_advance(x.e[1], x.now);
        drain(&x, 0);
    }
    assert_non_null(sa_of(x.e[0]));
    assert_int_equal(sa_of(x.e[0])->spi_i, attempt);
    done(&x);
}

/* Nobody answers but an attacker: the attempt ends when one without answers does. */
static void a_storm_of_cookies_does_not_prolong_an_attempt(void **state)
{
    (void)state;
    struct ends x = { 0 };
    struct ike_connection c = ike_ends_connection(0);
    x.e[0] = engine(&c, 0);
    ike_advance(x.e[0], 0);
    drain(&x, 0);
    uint64_t attempt = x.spi_i;
    while (x.spi_i == attempt && x.now < 200 * NS_PER_S) {
        forge_answer(&x, IKE_N_COOKIE, "c", 1);
        x.now += NS_PER_S;
        ike_advance(x.e[0], x.now);
        drain(&x, 0);
    }
    assert_in_range(x.now / NS_PER_S, 60, 75);
    done(&x);
}

/* Whoever receives at one address gets the cookies that it needs, but not all there is. */
static void one_address_has_its_share_of_half_open_sas(void **state)
{
    (void)state;
    struct ends x = { .only_first = true };
    struct ike_connection c[2] = { ike_ends_connection(0), ike_ends_connection(1) };
    c[1].remote = (struct ip_addr){ 0 };
    c[1].any_remote_id = true;
    x.e[1] = engine(&c[1], 4);
    for (int i = 0; i < 40; i++) {
        x.e[2] = engine(&c[0], 0);
        ike_advance(x.e[2], 0);
        drain(&x, 2);
        ike_free(x.e[2]);
        x.e[2] = NULL;
    }
    assert_int_equal(x.e[1]->half_open, 64 / IKE_HALF_OPEN_PART);
    x.only_first = false;
    c[0].local = ip_from_u32(0xc0000207);
    x.e[3] = engine(&c[0], 0);
    ike_advance(x.e[3], 0);
    drain(&x, 3);
    assert_non_null(sa_of(x.e[3]));
    done(&x);
}

/* An authentic answer of end 1's to the request of end 0's that is under way. */
static void answer_request(struct ends *x, uint16_t type, uint16_t group)
{
    struct ike_sa *ours = sa_of(x->e[0]), *theirs = sa_of(x->e[1]);
    uint8_t inner[64], packet[256], data[2];
    size_t n;
    struct wr g = wr_init(data, sizeof(data));
    wr_u16(&g, group);
    struct ike_header h = { .spi_i = ours->spi_i,
                            .spi_r = ours->spi_r,
                            .major = 2,
                            .exchange = IKE_CREATE_CHILD_SA,
                            .flags = IKE_FLAG_RESPONSE,
                            .message_id = ours->request.message_id };
    struct ike_writer o = ike_begin_inner(inner, sizeof(inner));
    ike_put_notify(&o, (enum ike_notify_type)type, data, sizeof(data));
    assert_true(ike_end(&o, &n));
    const struct ike_sealing s = { .header = &h, .first = o.first, .inner = { inner, n } };
    struct wr w = wr_init(packet, sizeof(packet));
    assert_int_equal(ike_seal(&theirs->protect, &x->e[1]->random, &s, 1, 1, &w), 0);
    ike_receive(x->e[0], x->now, &ours->path, packet, wr_len(&w));
}

static void a_peer_that_wants_ever_other_groups_is_not_followed_at_once(void **state)
{
    (void)state;
    struct ends x = { 0 };
    struct ike_connection c[2];
    for (int i = 0; i < 2; i++) {
        c[i] = ike_ends_connection(i);
        c[i].lists->child[0].group[0] = CRYPTO_X25519;
        c[i].lists->child[0].group[1] = CRYPTO_ECP_256;
        c[i].lists->child[0].n_group = 2;
        x.e[i] = engine(&c[i], 0);
    }
    ike_advance(x.e[0], 0);
    drain(&x, 0);
    struct ike *peer = x.e[1];
    assert_int_equal(ike_rekey(x.e[0], x.now, 1, true), 0);
    for (int i = 0; i < 50; i++) {
        x.e[1] = NULL; /* it answers what we say */
        drain(&x, 0);
        x.e[1] = peer;
        if (sa_of(x.e[0])->request.task == IKE_TASK_CHILD_REKEY)
            answer_request(&x, IKE_N_INVALID_KE_PAYLOAD, i % 2 ? CRYPTO_X25519 : CRYPTO_ECP_256);
        x.now += 100 * NS_PER_MS;
        ike_advance(x.e[0], x.now);
    }
    assert_int_equal(x.creates, 2);
    done(&x);
}

static void who_has_proven_nothing_does_not_stop_our_attempts(void **state)
{
    (void)state;
    struct ends x = { .silent_keys = true };
    struct ike_connection c[2] = { ike_ends_connection(0), ike_ends_connection(1) };
    c[1].start = IKE_START_TRAFFIC;
    for (int i = 0; i < 2; i++)
        x.e[i] = engine(&c[i], 0);
    ike_advance(x.e[0], 0);
    drain(&x, 0); /* the keys process of end 1 thinks about who that is */
    struct ike_conn *conn = LIST_ENTRY(x.e[1]->conns.next, struct ike_conn, link);
    assert_int_equal(conn->n_sas, 1);
    ike_traffic(x.e[1], x.now, 1);
    drain(&x, 0);
    assert_int_equal(x.opened, 1);
    done(&x);
}

/* SPIs are the peer's to choose, anew for each IKE SA. */
static void spis_belong_to_their_ike_sa(void **state)
{
    (void)state;
    struct ends x = { 0 };
    struct ike_connection c[2] = { ike_ends_connection(0), ike_ends_connection(1) };
    struct ike_sa *sa[2];
    for (int i = 0; i < 2; i++)
        x.e[i] = engine(&c[i], 0);
    ike_advance(x.e[0], 0);
    drain(&x, 0);
    sa[0] = sa_of(x.e[1]);
    x.e[2] = engine(&c[0], 0); /* the peer opens another one, without INITIAL_CONTACT's effect */
    sa[0]->up_at = NS_PER_S;
    ike_advance(x.e[2], 0);
    drain(&x, 2);
    sa[1] = sa_of(x.e[1]);
    assert_ptr_not_equal(sa[0], sa[1]);
    LIST_EACH (it, &sa[0]->conn->children)
        LIST_ENTRY(it, struct ike_child, link)->esp.spi_out = 0x4711;
    for (int i = 0; i < 2; i++) {
        assert_non_null(ike_child_by_out(sa[i], 0x4711));
        assert_ptr_equal(ike_child_by_out(sa[i], 0x4711)->sa, sa[i]);
    }
    done(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_who_claim_to_be_the_peer_do_not_stop_a_rekey),
        cmocka_unit_test(a_group_is_remembered_from_those_who_prove_themselves),
        cmocka_unit_test(bad_key_exchanges_are_met_with_cookies),
        cmocka_unit_test(a_huge_first_message_is_not_kept),
        cmocka_unit_test(forged_answers_do_not_end_an_attempt),
        cmocka_unit_test(a_storm_of_cookies_does_not_prolong_an_attempt),
        cmocka_unit_test(one_address_has_its_share_of_half_open_sas),
        cmocka_unit_test(a_peer_that_wants_ever_other_groups_is_not_followed_at_once),
        cmocka_unit_test(who_has_proven_nothing_does_not_stop_our_attempts),
        cmocka_unit_test(spis_belong_to_their_ike_sa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
