/* The Encrypted payload: a real exchange opens with its keys; what we seal opens, whole and in
 * fragments; nothing else does. */
#include "ike/protect.h"

#include "base/mem.h"
#include "ike_lib.h"

/* AES-CBC-256 with HMAC-SHA2-256-128: the keys of wireshark-keys.csv. */
static struct ike_keys capture_keys(void)
{
    struct ike_keys k = { .prf_len = 32, .encr_len = 32, .integ_len = 32 };
    lib_hex("9096ddd2933620e8f48122c53a3f562cb0222c1cf97ce41fcc874ea2582a89ac", k.ei, 32);
    lib_hex("6718c6b2bbef2f234eac4c13832f885d87b574afd2af0111161e99b5dc61b4d4", k.er, 32);
    lib_hex("12d532c3e83c757906af548dfe1ccf223ca5507af77898454e2d55c8ace57a17", k.ai, 32);
    lib_hex("30c4ead18c93024b58a86c1e3db60f550221801026853170b4cb0248d3a95329", k.ar, 32);
    return k;
}

static const struct ike_suite cbc256_sha256 = {
    .encr = CRYPTO_AES_CBC, .encr_bits = 256, .integ = CRYPTO_SHA256_128, .prf = CRYPTO_PRF_SHA256
};

static void test_a_real_exchange_opens(void **state)
{
    (void)state;
    static struct lib_packets p;
    static struct ike_message m;
    static uint8_t out[LIB_PACKET_MAX], again[LIB_PACKET_MAX];
    struct ike_keys k = capture_keys();
    struct ike_protect initiator, responder;
    struct diag d;
    lib_captures("ikev2-decrypt-aes256cbc.pcapng", &p);
    assert_int_equal(p.n, 4);
    assert_int_equal(ike_protect_init(&cbc256_sha256, &k, true, &initiator), 0);
    assert_int_equal(ike_protect_init(&cbc256_sha256, &k, false, &responder), 0);
    for (size_t i = 2; i < 4; i++) {
        struct ike_protect *to = i == 2 ? &responder : &initiator;
        struct ike_protect *from = i == 2 ? &initiator : &responder;
        struct crypto_part inner;
        assert_int_equal(ike_message_decode(p.of[i].bytes, p.of[i].n, &m, &d), IKE_N_NONE);
        assert_false(ike_open(from, &m, out, sizeof(out), &inner)); /* the other direction's */
        assert_true(ike_open(to, &m, out, sizeof(out), &inner));
        assert_int_equal(ike_message_decode_inner(&m, m.sk.first, inner.p, inner.n, &d), 0);
        assert_int_equal(ike_message_encode(&m, true, again, sizeof(again)), inner.n);
        assert_memory_equal(again, inner.p, inner.n);
        assert_true(ike_has(&m, IKE_P_AUTH) && ike_has(&m, IKE_P_SA) && ike_has(&m, IKE_P_TSI));
        if (i == 2) {
            uint8_t auth[32]; /* what Wireshark's own test expects */
            lib_hex("e1a8d550064201a7ec024a85758d0673c61c5c510ac13bcd225d6327f50da3d3", auth, 32);
            assert_int_equal(m.auth.data.n, 32);
            assert_memory_equal(m.auth.data.p, auth, 32);
        }
    }
    ike_protect_done(&initiator);
    ike_protect_done(&responder);
}

/* --- pairs ------------------------------------------------------------------------------------ */

static const struct suite_case {
    const char *name;
    uint16_t encr, bits, integ;
    uint8_t encr_len, integ_len;
} suites[] = {
    { "AES-CBC-128, SHA-1", CRYPTO_AES_CBC, 128, CRYPTO_SHA1_96, 16, 20 },
    { "AES-CBC-192, SHA-384", CRYPTO_AES_CBC, 192, CRYPTO_SHA384_192, 24, 48 },
    { "AES-CBC-256, SHA-256", CRYPTO_AES_CBC, 256, CRYPTO_SHA256_128, 32, 32 },
    { "AES-CBC-256, SHA-512", CRYPTO_AES_CBC, 256, CRYPTO_SHA512_256, 32, 64 },
    { "AES-GCM-128", CRYPTO_AES_GCM_16, 128, 0, 20, 0 },
    { "AES-GCM-192", CRYPTO_AES_GCM_16, 192, 0, 28, 0 },
    { "AES-GCM-256", CRYPTO_AES_GCM_16, 256, 0, 36, 0 },
    { "ChaCha20-Poly1305", CRYPTO_CHACHA20_POLY1305, 0, 0, 36, 0 },
};

struct pair {
    struct ike_protect i, r;
    struct crypto_random random;
};

static void pair_init(struct pair *x, const struct suite_case *c)
{
    const struct ike_suite suite = { .encr = c->encr, .encr_bits = c->bits, .integ = c->integ };
    struct ike_keys k = { .encr_len = c->encr_len, .integ_len = c->integ_len };
    x->random = crypto_random_seeded(7);
    assert_int_equal(crypto_random_bytes(&x->random, k.ei, sizeof(k.ei)), 0);
    assert_int_equal(crypto_random_bytes(&x->random, k.er, sizeof(k.er)), 0);
    assert_int_equal(crypto_random_bytes(&x->random, k.ai, sizeof(k.ai)), 0);
    assert_int_equal(crypto_random_bytes(&x->random, k.ar, sizeof(k.ar)), 0);
    assert_int_equal(ike_protect_init(&suite, &k, true, &x->i), 0);
    assert_int_equal(ike_protect_init(&suite, &k, false, &x->r), 0);
}

static void pair_done(struct pair *x)
{
    ike_protect_done(&x->i);
    ike_protect_done(&x->r);
    ike_protect_done(&x->r); /* twice is fine */
}

static const struct ike_header header = { .spi_i = 0x11,
                                          .spi_r = 0x22,
                                          .major = 2,
                                          .exchange = IKE_AUTH,
                                          .flags = IKE_FLAG_INITIATOR,
                                          .message_id = 1,
                                          .length = 0xdeadbeef };

/* A chain of n bytes at least: one vendor id. */
static size_t chain(uint8_t *buf, size_t cap, size_t n)
{
    static uint8_t filling[40000];
    size_t len = 0;
    struct ike_writer o = ike_begin_inner(buf, cap);
    for (size_t i = 0; i < sizeof(filling); i++)
        filling[i] = (uint8_t)(i * 31);
    if (n > 0) {
        ike_put(&o, IKE_P_VENDOR, filling, n);
        assert_int_equal(o.first, IKE_P_VENDOR);
    }
    assert_true(ike_end(&o, &len));
    return len;
}

static void test_sealed_opens(void **state)
{
    (void)state;
    static struct ike_message m;
    static uint8_t inner[512], packet[1024], out[1024];
    struct diag d;
    for (size_t s = 0; s < ARRAY_LEN(suites); s++) {
        struct pair x;
        pair_init(&x, &suites[s]);
        for (size_t n = 0; n < 70; n++) {
            size_t len = chain(inner, sizeof(inner), n);
            struct ike_sealing what = { &header, n ? IKE_P_VENDOR : 0, { inner, len }, 0 };
            struct crypto_part got;
            struct wr w = wr_init(packet, sizeof(packet));
            CLAIM(suites[s].name, ike_sealed_packets(&x.i, &what) == 1);
            assert_int_equal(ike_seal(&x.i, &x.random, &what, 1, 1, &w), 0);
            assert_int_equal(ike_message_decode(packet, wr_len(&w), &m, &d), IKE_N_NONE);
            CLAIM(suites[s].name, m.header.message_id == 1 && m.sk.first == what.first);
            CLAIM(suites[s].name, ike_open(&x.r, &m, out, sizeof(out), &got));
            CLAIM(suites[s].name, got.n == len && (!len || memcmp(got.p, inner, len) == 0));
            CLAIM(suites[s].name, !ike_open(&x.i, &m, out, sizeof(out), &got));
            CLAIM(suites[s].name, !ike_open(&x.r, &m, out, 0, &got));
        }
        pair_done(&x);
    }
}

/* [RFC 7296 3.14] Any bit of header or payload that changes is noticed; the packet is left alone.
 */
static void test_every_flipped_bit_is_noticed(void **state)
{
    (void)state;
    static struct ike_message m;
    uint8_t inner[64], packet[256], out[256], before[256];
    struct diag d;
    for (size_t s = 0; s < ARRAY_LEN(suites); s++) {
        struct pair x;
        pair_init(&x, &suites[s]);
        size_t len = chain(inner, sizeof(inner), 20);
        struct ike_sealing what = { &header, IKE_P_VENDOR, { inner, len }, 0 };
        struct crypto_part got = { NULL, 0 };
        struct wr w = wr_init(packet, sizeof(packet));
        assert_int_equal(ike_seal(&x.i, &x.random, &what, 1, 1, &w), 0);
        for (size_t bit = 0; bit < 8 * wr_len(&w); bit++) {
            packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
            memcpy(before, packet, sizeof(before));
            if (ike_message_decode(packet, wr_len(&w), &m, &d) == IKE_N_NONE &&
                ike_has(&m, IKE_P_SK))
                CLAIM(suites[s].name, !ike_open(&x.r, &m, out, sizeof(out), &got));
            assert_memory_equal(before, packet, sizeof(before));
            packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        pair_done(&x);
    }
}

static void test_short_bodies_do_not_open(void **state)
{
    (void)state;
    static struct ike_message m;
    uint8_t packet[256], out[256];
    struct diag d;
    for (size_t s = 0; s < ARRAY_LEN(suites); s++) {
        struct pair x;
        pair_init(&x, &suites[s]);
        for (size_t n = 0; n < 100; n++) {
            struct crypto_part got;
            size_t len = 0;
            struct ike_writer o = ike_begin(packet, sizeof(packet), &header);
            ike_put(&o, IKE_P_SK, out, n);
            assert_true(ike_end(&o, &len));
            assert_int_equal(ike_message_decode(packet, len, &m, &d), IKE_N_NONE);
            CLAIM(suites[s].name, !ike_open(&x.r, &m, out, sizeof(out), &got));
        }
        pair_done(&x);
    }
}

static void test_bad_suites_are_refused(void **state)
{
    (void)state;
    static const struct ike_suite bad[] = {
        { .encr = CRYPTO_AES_CBC, .encr_bits = 128 },                             /* no integ */
        { .encr = CRYPTO_AES_GCM_16, .encr_bits = 128, .integ = CRYPTO_SHA1_96 }, /* both */
        { .encr = 3 },
        { .encr = CRYPTO_AES_CBC, .encr_bits = 128, .integ = 99 },
    };
    struct ike_keys k = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct ike_protect p;
        assert_true(ike_protect_init(&bad[i], &k, true, &p) < 0);
        assert_null(p.keys);
    }
}

/* --- fragments -------------------------------------------------------------------------------- */

enum { FRAGMENTS_MAX = 64 };
static struct {
    size_t n;
    uint8_t bytes[2048];
} fragments[FRAGMENTS_MAX];

/* Seals in fragments; every one fits. */
static uint16_t split(struct pair *x, const struct ike_sealing *what)
{
    uint16_t total = ike_sealed_packets(&x->i, what);
    assert_true(total > 1 && total <= FRAGMENTS_MAX);
    for (uint16_t i = 1; i <= total; i++) {
        struct wr w = wr_init(fragments[i - 1].bytes, sizeof(fragments[i - 1].bytes));
        assert_int_equal(ike_seal(&x->i, &x->random, what, i, total, &w), 0);
        fragments[i - 1].n = wr_len(&w);
        assert_true(wr_len(&w) <= what->datagram_max);
    }
    return total;
}

/* Opens one and adds it. */
static enum ike_fragment take(struct pair *x, struct ike_reassembly *r, size_t i, struct wr *out,
                              uint8_t *ret_first)
{
    static struct ike_message m;
    static uint8_t opened[2048];
    struct crypto_part piece;
    struct diag d;
    const char *why;
    assert_int_equal(ike_message_decode(fragments[i].bytes, fragments[i].n, &m, &d), IKE_N_NONE);
    assert_true(ike_has(&m, IKE_P_SKF));
    assert_true(ike_open(&x->r, &m, opened, sizeof(opened), &piece));
    return ike_reassemble(r, &m, &piece, out, ret_first, &why);
}

static void test_fragments_in_any_order(void **state)
{
    (void)state;
    static uint8_t inner[8192], out[IKE_REASSEMBLY_BYTES_MAX];
    size_t before = mem_bytes(MEM_BUFFER);
    for (size_t s = 0; s < ARRAY_LEN(suites); s++) {
        struct pair x;
        struct rng rng = rng_init(s);
        pair_init(&x, &suites[s]);
        for (size_t n = 1200; n < 8000; n += 571) {
            size_t len = chain(inner, sizeof(inner), n);
            struct ike_sealing what = {
                &header, IKE_P_VENDOR, { inner, len }, ike_datagram_max(0, IP_V4, true)
            };
            struct ike_reassembly r = { 0 };
            uint8_t first = 0;
            uint16_t total = split(&x, &what), order[FRAGMENTS_MAX];
            struct wr w = wr_init(out, sizeof(out));
            for (uint16_t i = 0; i < total; i++)
                order[i] = i;
            for (uint16_t i = 0; i < total; i++) {
                uint16_t k = (uint16_t)rng_between(&rng, 0, total - 1), t = order[i];
                order[i] = order[k];
                order[k] = t;
            }
            for (uint16_t i = 0; i < total; i++) {
                enum ike_fragment e = take(&x, &r, order[i], &w, &first);
                CLAIM(suites[s].name,
                      e == (i + 1 == total ? IKE_FRAGMENT_WHOLE : IKE_FRAGMENT_TAKEN));
                if (i + 1 < total) /* [RFC 7383 2.6] replayed: ignored */
                    assert_int_equal(take(&x, &r, order[i], &w, &first), IKE_FRAGMENT_DUPLICATE);
            }
            CLAIM(suites[s].name, first == IKE_P_VENDOR && wr_len(&w) == len);
            assert_memory_equal(out, inner, len);
        }
        pair_done(&x);
    }
    assert_int_equal(mem_bytes(MEM_BUFFER), before);
}

/* [RFC 7383 2.6] A greater total starts anew, a smaller one is old. */
static void test_the_total_changes(void **state)
{
    (void)state;
    static uint8_t inner[8192], out[IKE_REASSEMBLY_BYTES_MAX];
    struct pair x;
    struct ike_reassembly r = { 0 };
    uint8_t first = 0;
    struct wr w = wr_init(out, sizeof(out));
    pair_init(&x, &suites[6]);
    size_t len = chain(inner, sizeof(inner), 3000);
    struct ike_sealing what = { &header, IKE_P_VENDOR, { inner, len }, 1400 };
    assert_int_equal(split(&x, &what), 3);
    assert_int_equal(take(&x, &r, 0, &w, &first), IKE_FRAGMENT_TAKEN);
    what.datagram_max = 548;
    uint16_t total = split(&x, &what);
    assert_int_equal(total, 7);
    for (uint16_t i = 0; i + 1 < total; i++)
        assert_int_equal(take(&x, &r, i, &w, &first), IKE_FRAGMENT_TAKEN);
    what.datagram_max = 1400;
    (void)split(&x, &what);
    assert_int_equal(take(&x, &r, 1, &w, &first), IKE_FRAGMENT_DUPLICATE);
    what.datagram_max = 548;
    (void)split(&x, &what);
    assert_int_equal(take(&x, &r, 6, &w, &first), IKE_FRAGMENT_WHOLE);
    assert_int_equal(wr_len(&w), len);
    assert_memory_equal(out, inner, len);
    /* Another message id: what was here of the old one goes. */
    assert_int_equal(take(&x, &r, 0, &w, &first), IKE_FRAGMENT_TAKEN);
    struct ike_header next = header;
    next.message_id = 2;
    what.header = &next;
    (void)split(&x, &what);
    assert_int_equal(take(&x, &r, 1, &w, &first), IKE_FRAGMENT_TAKEN);
    assert_int_equal(r.have, 1);
    assert_int_equal(r.message_id, 2);
    ike_reassembly_done(&r);
    pair_done(&x);
}

static struct ike_message fragment_of(uint16_t number, uint16_t total)
{
    struct ike_message m = { .has = 1u << (IKE_P_SKF - IKE_P_SA) };
    m.sk.number = number;
    m.sk.total = total;
    return m;
}

static void test_bounds_of_reassembly(void **state)
{
    (void)state;
    static uint8_t out[IKE_REASSEMBLY_BYTES_MAX], bytes[IKE_REASSEMBLY_BYTES_MAX];
    static struct ike_message m;
    struct ike_reassembly r = { 0 };
    struct wr w = wr_init(out, sizeof(out));
    const char *why = NULL;
    uint8_t first = 0;
    size_t before = mem_bytes(MEM_BUFFER);
    m = fragment_of(1, IKE_FRAGMENTS_MAX + 1);
    assert_int_equal(ike_reassemble(&r, &m, &(struct crypto_part){ bytes, 8 }, &w, &first, &why),
                     IKE_FRAGMENT_REFUSED);
    assert_non_null(why);
    m = fragment_of(1, 3);
    assert_int_equal(ike_reassemble(&r, &m, &(struct crypto_part){ bytes, 0 }, &w, &first, &why),
                     IKE_FRAGMENT_REFUSED);
    assert_int_equal(
        ike_reassemble(&r, &m, &(struct crypto_part){ bytes, 32000 }, &w, &first, &why),
        IKE_FRAGMENT_TAKEN);
    m = fragment_of(2, 3);
    assert_int_equal(ike_reassemble(&r, &m, &(struct crypto_part){ bytes, 769 }, &w, &first, &why),
                     IKE_FRAGMENT_REFUSED);
    assert_int_equal(r.have, 1);
    mem_fail_at(1);
    assert_int_equal(ike_reassemble(&r, &m, &(struct crypto_part){ bytes, 100 }, &w, &first, &why),
                     IKE_FRAGMENT_REFUSED);
    mem_fail_at(0);
    assert_int_equal(ike_reassemble(&r, &m, &(struct crypto_part){ bytes, 100 }, &w, &first, &why),
                     IKE_FRAGMENT_TAKEN);
    m = fragment_of(3, 3);
    assert_int_equal(ike_reassemble(&r, &m, &(struct crypto_part){ bytes, 668 }, &w, &first, &why),
                     IKE_FRAGMENT_WHOLE);
    assert_int_equal(wr_len(&w), IKE_REASSEMBLY_BYTES_MAX);
    assert_int_equal(mem_bytes(MEM_BUFFER), before);
}

static void test_limits_of_sealing(void **state)
{
    (void)state;
    static uint8_t inner[65500], packet[1024];
    struct pair x;
    pair_init(&x, &suites[6]);
    struct ike_sealing what = { &header, IKE_P_VENDOR, { inner, sizeof(inner) }, 0 };
    assert_int_equal(ike_sealed_packets(&x.i, &what), 0); /* more than UDP carries */
    what.datagram_max = 540;
    assert_int_equal(ike_sealed_packets(&x.i, &what), 0); /* more than 128 fragments */
    what.inner.n = 500;
    what.datagram_max = 0;
    struct wr w = wr_init(packet, 300);
    assert_true(ike_seal(&x.i, &x.random, &what, 1, 1, &w) < 0);
    assert_int_equal(ike_datagram_max(0, IP_V4, false), 1280 - 28);
    assert_int_equal(ike_datagram_max(1500, IP_V6, true), 1500 - 52);
    assert_int_equal(ike_datagram_max(100, IP_V4, false), 576 - 28);
    pair_done(&x);
}

/* Two packets with one IV under one key would give GCM's key stream away. */
static void test_ivs_never_repeat(void **state)
{
    (void)state;
    uint8_t packet[128], ivs[64][8], inner[8] = { 0, 0, 0, 8 };
    struct pair x;
    pair_init(&x, &suites[4]);
    struct ike_sealing what = { &header, IKE_P_VENDOR, { inner, 8 }, 0 };
    for (size_t i = 0; i < ARRAY_LEN(ivs); i++) {
        struct wr w = wr_init(packet, sizeof(packet));
        assert_int_equal(ike_seal(&x.i, &x.random, &what, 1, 1, &w), 0);
        memcpy(ivs[i], packet + 32, 8);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(ivs[i], ivs[k], 8);
    }
    pair_done(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_real_exchange_opens),
        cmocka_unit_test(test_sealed_opens),
        cmocka_unit_test(test_every_flipped_bit_is_noticed),
        cmocka_unit_test(test_short_bodies_do_not_open),
        cmocka_unit_test(test_bad_suites_are_refused),
        cmocka_unit_test(test_fragments_in_any_order),
        cmocka_unit_test(test_the_total_changes),
        cmocka_unit_test(test_bounds_of_reassembly),
        cmocka_unit_test(test_limits_of_sealing),
        cmocka_unit_test(test_ivs_never_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
