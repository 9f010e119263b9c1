/* What an outsider without keys sends to an engine: it may cost us little, and changes nothing. */
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
    unsigned cookies, answers;
};

static void connection(int end, struct ike_connection *c)
{
    struct ip_addr a[2] = { ip_from_u32(0xc0000201), ip_from_u32(0xc0000202) };
    *c = (struct ike_connection){
        .id = 1,
        .name = "t",
        .local = a[end],
        .remote = a[!end],
        .key = "k",
        .ike = { { .encr = { { CRYPTO_AES_GCM_16, 128 } },
                   .prf = { CRYPTO_PRF_SHA256 },
                   .group = { CRYPTO_X25519 },
                   .n_encr = 1,
                   .n_prf = 1,
                   .n_group = 1 } },
        .child = { { .encr = { { CRYPTO_AES_GCM_16, 128 } }, .n_encr = 1 } },
        .n_ike = 1,
        .n_child = 1,
        .start = end ? IKE_START_NEVER : IKE_START_AT_ONCE,
        .ike_lifetime_s = 3600,
        .child_lifetime_s = 900,
        .dpd = IKE_DPD_PERIODIC,
        .dpd_interval_s = 30,
        .dpd_retry_s = 2,
        .dpd_retries = 3,
        .fragmentation = true,
        .mobike = true,
        .accept_narrower = true,
    };
}

static struct ike *engine(int end, struct ike_connection *c, uint32_t half_open_max)
{
    static uint64_t seed = 1;
    struct ike_params p = { .random = crypto_random_seeded(seed++) };
    struct ike_config config = { .connections = c, .n = 1, .half_open_max = half_open_max };
    struct ike *e = ike_new(&p);
    assert_non_null(e);
    assert_int_equal(ike_configure(e, 0, &config), 0);
    (void)end;
    return e;
}

static void answer_keys(struct ends *x, int end, const struct ike_keys_request *k)
{
    uint8_t auth[CRYPTO_HASH_MAX];
    struct secret psk;
    struct crypto_part part = { k->auth_data, k->auth_len };
    struct ike_keys_answer a = {
        .request = k->request, .method = CRYPTO_AUTH_PSK, .data = auth, .why = "differs"
    };
    const char *key = x->key[end != 0] ? x->key[end != 0] : "k";
    assert_true(secret_set(&psk, key, strlen(key)));
    if (k->kind == IKE_KEYS_SIGN)
        a.ok = ike_psk_auth(k->prf, &psk, k->octets, k->n_octets, auth, &a.len) == 0;
    else
        a.ok = ike_psk_verify(k->prf, &psk, k->octets, k->n_octets, &part);
    ike_keys_answered(x->e[end], x->now, &a);
}

/* What end 0 asks for, and what end 1 answers in the clear. */
static void look(struct ends *x, int end, const struct ike_action *a)
{
    static struct ike_message m;
    struct diag d;
    if (ike_message_decode(a->bytes, a->len, &m, &d) || m.header.exchange != IKE_SA_INIT)
        return;
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
                struct esp_path path = { a.path.remote, a.path.local, a.path.remote_port,
                                         a.path.local_port };
                int to = i ? other : 1;
                if (a.kind == IKE_DO_KEYS && !(end == 1 && x->silent_keys))
                    answer_keys(x, end, a.keys);
                if (a.kind != IKE_DO_SEND)
                    continue;
                look(x, end, &a);
                if (x->e[to])
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
        connection(i, &c[i]);
        x.e[i] = engine(i, &c[i], 0);
    }
    ike_advance(x.e[0], 0);
    drain(&x, 0);
    assert_non_null(sa_of(x.e[1]));
    x.silent_keys = true; /* for as long as they take */
    for (int i = 2; i < ENDS_MAX; i++) {
        x.e[i] = engine(0, &c[0], 0);
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
        connection(i, &c[i]);
        c[i].ike[0].group[0] = i ? CRYPTO_ECP_256 : CRYPTO_X25519;
        c[i].ike[0].group[1] = CRYPTO_ECP_256;
        c[i].ike[0].n_group = i ? 1 : 2;
        x.e[i] = engine(i, &c[i], 0);
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
    const struct esp_path path = { ip_from_u32(0xc0000202), ip_from_u32(0xc0000201), 500, 500 };
    struct ike_connection c;
    static struct ike_offer offer;
    connection(1, &c);
    c.ike[0].group[0] = CRYPTO_ECP_256;
    struct ike_wish wish = { .ours = c.ike, .n = 1, .protocol = IKE_PROTO_IKE };
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
    connection(1, &c);
    c.ike[0].group[0] = CRYPTO_ECP_256;
    x.e[1] = engine(1, &c, 4);
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
    connection(1, &c);
    c.ike[0].group[0] = CRYPTO_ECP_256;
    x.e[1] = engine(1, &c, 0);
    send_init(&x, 1, 40000);
    assert_int_equal(x.answers, 0);
    done(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_who_claim_to_be_the_peer_do_not_stop_a_rekey),
        cmocka_unit_test(a_group_is_remembered_from_those_who_prove_themselves),
        cmocka_unit_test(bad_key_exchanges_are_met_with_cookies),
        cmocka_unit_test(a_huge_first_message_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
