/* The lower half together: two ends agree on a suite, exchange keys, authenticate with a pre-shared
 * key inside the Encrypted payload, and make the same CHILD keys; rekeyed, both agree again. No
 * engine: each message is made and read here. */
#include "crypto/dh.h"
#include "ike/identity.h"
#include "ike/keymat.h"
#include "ike/protect.h"
#include "ike/selector.h"
#include "ike_lib.h"

struct end {
    bool initiator;
    struct crypto_random random;
    struct crypto_dh *dh;
    uint8_t nonce[32], packet[4096], shared[CRYPTO_PUBLIC_MAX];
    size_t packet_len, shared_len;
    struct ike_suite suite;
    struct ike_keys keys;
    struct ike_protect protect;
};

static const struct {
    const char *name;
    struct ike_proposal p;
} offers[] = {
    { "AES-GCM-256, X25519",
      { .encr = { { CRYPTO_AES_GCM_16, 256 } },
        .n_encr = 1,
        .prf = { CRYPTO_PRF_SHA384 },
        .n_prf = 1,
        .group = { CRYPTO_X25519 },
        .n_group = 1 } },
    { "Azure's default",
      { .encr = { { CRYPTO_AES_CBC, 256 } },
        .n_encr = 1,
        .integ = { CRYPTO_SHA1_96 },
        .n_integ = 1,
        .group = { CRYPTO_MODP_1024 },
        .n_group = 1 } },
    { "AES-CBC-128, SHA-512, ECP-384",
      { .encr = { { CRYPTO_AES_CBC, 128 } },
        .n_encr = 1,
        .integ = { CRYPTO_SHA512_256 },
        .n_integ = 1,
        .group = { CRYPTO_ECP_384 },
        .n_group = 1 } },
    { "ChaCha20-Poly1305, MODP-2048",
      { .encr = { { CRYPTO_CHACHA20_POLY1305, 0 } },
        .n_encr = 1,
        .prf = { CRYPTO_PRF_SHA256 },
        .n_prf = 1,
        .group = { CRYPTO_MODP_2048 },
        .n_group = 1 } },
};

static const uint64_t spi_i = 0x1111, spi_r = 0x2222;

static void start(struct end *e, bool initiator, uint16_t group)
{
    *e = (struct end){ .initiator = initiator, .random = crypto_random_seeded(initiator) };
    e->dh = crypto_dh_new((enum crypto_group)group, &e->random);
    assert_non_null(e->dh);
    assert_int_equal(crypto_random_bytes(&e->random, e->nonce, sizeof(e->nonce)), 0);
}

/* SA, KE, Nonce: the offer, or the choice out of it. */
static void send_init(struct end *e, const struct ike_wish *wish, const struct ike_choice *choice)
{
    const struct ike_header h = { .spi_i = spi_i,
                                  .spi_r = e->initiator ? 0 : spi_r,
                                  .major = 2,
                                  .exchange = IKE_SA_INIT,
                                  .flags = e->initiator ? IKE_FLAG_INITIATOR : IKE_FLAG_RESPONSE };
    struct ike_writer o = ike_begin(e->packet, sizeof(e->packet), &h);
    size_t mark = ike_payload_begin(&o, IKE_P_SA, false), n;
    struct ike_offer offer;
    if (choice) {
        ike_choice_encode(choice, IKE_PROTO_IKE, NULL, 0, &o.w);
    } else {
        ike_offer_make(wish, NULL, 0, &offer);
        ike_offer_encode(&offer, &o.w);
    }
    ike_payload_end(&o, mark);
    const uint8_t *value = crypto_dh_public(e->dh, &n);
    ike_put_ke(&o, (uint16_t)crypto_dh_group(e->dh), value, n);
    ike_put(&o, IKE_P_NONCE, e->nonce, sizeof(e->nonce));
    assert_true(ike_end(&o, &e->packet_len));
}

/* Reads what the other sent; *m borrows its packet. */
static void receive_init(struct end *e, const struct end *from, struct ike_offer *offer,
                         struct ike_message *m)
{
    struct diag d;
    assert_int_equal(ike_message_decode(from->packet, from->packet_len, m, &d), IKE_N_NONE);
    assert_true(ike_has(m, IKE_P_SA) && ike_has(m, IKE_P_KE) && ike_has(m, IKE_P_NONCE));
    assert_true(ike_offer_decode(&m->sa, offer, &d));
    assert_int_equal(
        crypto_dh_shared(e->dh, m->ke.value.p, m->ke.value.n, e->shared, &e->shared_len), 0);
}

static struct ike_exchange_secrets secrets(const struct end *e, const struct end *i,
                                           const struct end *r)
{
    return (struct ike_exchange_secrets){ .ni = { i->nonce, sizeof(i->nonce) },
                                          .nr = { r->nonce, sizeof(r->nonce) },
                                          .spi_i = spi_i,
                                          .spi_r = spi_r,
                                          .shared = { e->shared, e->shared_len } };
}

static void octets(const struct end *whose, const struct end *by, const struct end *other,
                   const struct ike_id *id, struct ike_auth_octets *ret_octets)
{
    static uint8_t body[IKE_ID_BODY_MAX];
    struct wr w = wr_init(body, sizeof(body));
    ike_id_body(id, &w);
    const struct ike_auth_input in = { .prf = by->suite.prf,
                                       .keys = &by->keys,
                                       .initiator = whose->initiator,
                                       .message = { whose->packet, whose->packet_len },
                                       .nonce = { other->nonce, sizeof(other->nonce) },
                                       .id_body = { body, wr_len(&w) } };
    assert_int_equal(ike_auth_octets(&in, ret_octets), 0);
}

/* One side authenticates in fragments small enough to be several; the other checks. */
static bool authenticate(struct end *from, struct end *to, const char *psk_here,
                         const char *psk_there)
{
    static uint8_t inner[2048], packet[2048], opened[2048], whole[IKE_REASSEMBLY_BYTES_MAX];
    static struct ike_message m;
    struct ike_id id, came;
    struct secret psk;
    struct ike_auth_octets o;
    struct diag d;
    const char *why;
    uint8_t auth[CRYPTO_HASH_MAX], first = 0;
    size_t n;
    struct esp_selector any = ike_ts_any(IP_V4);
    assert_true(ike_id_parse(IKE_ID_FQDN, from->initiator ? "i.example" : "r.example", &id, &why));
    octets(from, from, to, &id, &o);
    assert_true(secret_set(&psk, psk_here, strlen(psk_here)));
    assert_int_equal(ike_psk_auth(from->suite.prf, &psk, o.parts, 3, auth, &n), 0);

    struct ike_writer w = ike_begin_inner(inner, sizeof(inner));
    ike_id_put(&w, from->initiator ? IKE_P_IDI : IKE_P_IDR, &id);
    ike_put_auth(&w, CRYPTO_AUTH_PSK, auth, n);
    size_t mark = ike_payload_begin(&w, IKE_P_TSI, false);
    ike_ts_encode(&any, 1, &w.w);
    ike_payload_end(&w, mark);
    ike_put(&w, IKE_P_VENDOR, packet, 1000);
    assert_true(ike_end(&w, &n));
    const struct ike_header h = { .spi_i = spi_i,
                                  .spi_r = spi_r,
                                  .major = 2,
                                  .exchange = IKE_AUTH,
                                  .flags = from->initiator ? IKE_FLAG_INITIATOR : IKE_FLAG_RESPONSE,
                                  .message_id = 1 };
    const struct ike_sealing s = { &h, w.first, { inner, n }, 600 };
    struct ike_reassembly r = { 0 };
    struct wr out = wr_init(whole, sizeof(whole));
    uint16_t total = ike_sealed_packets(&from->protect, &s);
    assert_true(total > 1);
    for (uint16_t i = total; i >= 1; i--) {
        struct wr p = wr_init(packet, sizeof(packet));
        struct crypto_part piece;
        assert_int_equal(ike_seal(&from->protect, &from->random, &s, i, total, &p), 0);
        assert_int_equal(ike_message_decode(packet, wr_len(&p), &m, &d), IKE_N_NONE);
        assert_true(ike_open(&to->protect, &m, opened, sizeof(opened), &piece));
        assert_int_equal(ike_reassemble(&r, &m, &piece, &out, &first, &why),
                         i == 1 ? IKE_FRAGMENT_WHOLE : IKE_FRAGMENT_TAKEN);
    }
    assert_int_equal(ike_message_decode_inner(&m, first, whole, wr_len(&out), &d), IKE_N_NONE);
    assert_true(ike_id_decode(from->initiator ? &m.id_i : &m.id_r, &came, &d));
    assert_true(ike_id_eq(&came, &id));
    octets(from, to, to, &came, &o);
    assert_true(secret_set(&psk, psk_there, strlen(psk_there)));
    return ike_psk_verify(to->suite.prf, &psk, o.parts, 3, &m.auth.data);
}

static void agree_on_children(const char *name, const struct end *i, const struct end *r)
{
    const struct ike_suite child = { .encr = CRYPTO_AES_GCM_16, .encr_bits = 256 };
    struct ike_child_keys a, b;
    struct ike_exchange_secrets x = secrets(i, i, r), y = secrets(r, i, r);
    const struct ike_sk_d of_i = ike_sk_d_of(&i->keys), of_r = ike_sk_d_of(&r->keys);
    assert_int_equal(ike_child_keymat(&child, i->suite.prf, &of_i, &x, &a), 0);
    assert_int_equal(ike_child_keymat(&child, r->suite.prf, &of_r, &y, &b), 0);
    CLAIM(name, a.len == 36 && memcmp(&a, &b, sizeof(a)) == 0);
    CLAIM(name, memcmp(a.from_initiator, a.from_responder, a.len) != 0);
}

static void agree_on_rekeyed(const char *name, struct end *i, struct end *r)
{
    struct ike_keys a, b;
    struct ike_exchange_secrets x = secrets(i, i, r), y = secrets(r, i, r);
    const struct ike_sk_d of_i = ike_sk_d_of(&i->keys), of_r = ike_sk_d_of(&r->keys);
    assert_int_equal(ike_keys_rekeyed(&i->suite, &x, &of_i, i->suite.prf, &a), 0);
    assert_int_equal(ike_keys_rekeyed(&r->suite, &y, &of_r, r->suite.prf, &b), 0);
    CLAIM(name, memcmp(&a, &b, sizeof(a)) == 0);
    CLAIM(name, memcmp(a.d, i->keys.d, a.prf_len) != 0);
}

static void test_two_ends_agree(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(offers); k++) {
        static struct end i, r;
        static struct ike_message m;
        static struct ike_offer offer;
        struct ike_choice choice;
        struct diag d;
        const struct ike_wish wish = { &offers[k].p, 1, IKE_PROTO_IKE, false, false, 0 };
        start(&i, true, ike_wish_group(&wish));
        send_init(&i, &wish, NULL);
        start(&r, false, ike_wish_group(&wish));
        receive_init(&r, &i, &offer, &m);
        assert_true(ike_choose(&wish, &offer, &choice, &d));
        r.suite = choice.suite;
        send_init(&r, &wish, &choice);
        receive_init(&i, &r, &offer, &m);
        assert_true(ike_choice_check(&wish, &offer, &choice, &d));
        i.suite = choice.suite;
        const struct ike_exchange_secrets x = secrets(&i, &i, &r), y = secrets(&r, &i, &r);
        assert_int_equal(ike_keys_first(&i.suite, &x, &i.keys), 0);
        assert_int_equal(ike_keys_first(&r.suite, &y, &r.keys), 0);
        CLAIM(offers[k].name, memcmp(&i.keys, &r.keys, sizeof(i.keys)) == 0);
        assert_int_equal(ike_protect_init(&i.suite, &i.keys, true, &i.protect), 0);
        assert_int_equal(ike_protect_init(&r.suite, &r.keys, false, &r.protect), 0);
        CLAIM(offers[k].name, authenticate(&i, &r, "secret", "secret"));
        CLAIM(offers[k].name, authenticate(&r, &i, "secret", "secret"));
        CLAIM(offers[k].name, !authenticate(&i, &r, "secret", "Secret"));
        agree_on_children(offers[k].name, &i, &r);
        agree_on_rekeyed(offers[k].name, &i, &r);
        ike_protect_done(&i.protect);
        ike_protect_done(&r.protect);
        crypto_dh_free(i.dh);
        crypto_dh_free(r.dh);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_two_ends_agree) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
