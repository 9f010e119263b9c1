/* `debug crypto ikev2`: messages in words, what is never said, and which peers are shown. */
#include "ike/internal.h"

#include "../unit.h"

static const struct ike_header header = { .spi_i = 1, .major = 2, .exchange = IKE_AUTH };

/* Proofs and keys in the messages below are of this byte: it is not to be seen in any form. */
enum { PROOF = 0xa7, PROOF_BYTES = 32 };

static const uint8_t proof[PROOF_BYTES] = {
    PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF,
    PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF,
    PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF, PROOF,
};

static void put_sa(struct ike_writer *o)
{
    static const struct ike_proposal ours[] = {
        { .n_encr = 1,
          .encr = { { 12, 256 } },
          .n_integ = 1,
          .integ = { 12 },
          .n_prf = 1,
          .prf = { 5 },
          .n_group = 1,
          .group = { 14 } },
    };
    const struct ike_wish wish = { .ours = ours, .n = 1, .protocol = IKE_PROTO_IKE };
    struct ike_offer offer;
    ike_offer_make(&wish, NULL, 0, &offer);
    size_t mark = ike_payload_begin(o, IKE_P_SA, false);
    ike_offer_encode(&offer, &o->w);
    ike_payload_end(o, mark);
}

static void put_ts(struct ike_writer *o)
{
    struct prefix p;
    assert_true(prefix_parse("10.1.0.0/16", &p, NULL));
    const struct esp_selector s[] = { ike_ts_prefix(&p), ike_ts_any(IP_V4) };
    size_t mark = ike_payload_begin(o, IKE_P_TSI, false);
    ike_ts_encode(s, 2, &o->w);
    ike_payload_end(o, mark);
}

static void put_proofs(struct ike_writer *o)
{
    ike_put_auth(o, CRYPTO_AUTH_PSK, proof, sizeof(proof));
    ike_put_ke(o, 19, proof, sizeof(proof));
    ike_put(o, IKE_P_NONCE, proof, sizeof(proof));
}

static void put_ids(struct ike_writer *o)
{
    static const uint8_t address[] = { 192, 0, 2, 1 };
    ike_put_id(o, IKE_P_IDI, 2, "a.example", 9);
    ike_put_id(o, IKE_P_IDR, 1, address, sizeof(address));
}

static void put_certs(struct ike_writer *o)
{
    uint8_t hashes[40] = { 0 };
    ike_put_cert(o, IKE_P_CERT, IKE_CERT_X509, "DER", 3);
    ike_put_cert(o, IKE_P_CERTREQ, IKE_CERT_X509, hashes, sizeof(hashes));
    ike_put_auth(o, CRYPTO_AUTH_SIGNATURE, proof, sizeof(proof));
}

static void put_notifies(struct ike_writer *o)
{
    ike_put_notify(o, IKE_N_MOBIKE_SUPPORTED, NULL, 0);
    ike_put_notify(o, IKE_N_INVALID_KE_PAYLOAD, "\0\24", 2);
    ike_put_notify_esp(o, IKE_N_REKEY_SA, 0xc0ffee01);
    ike_put_notify(o, IKE_N_SIGNATURE_HASH_ALGORITHMS, "\0\2\0\4\0\77", 6);
    ike_put_notify(o, IKE_N_COOKIE, proof, sizeof(proof));
    ike_put_notify(o, (enum ike_notify_type)40961, "x", 1);
}

static void put_deletes(struct ike_writer *o)
{
    static const uint32_t spis[] = { 0x11223344, 0x55667788 };
    ike_put_delete_ike(o);
    ike_put_delete_esp(o, spis, 2);
}

static void put_vendors(struct ike_writer *o)
{
    ike_put(o, IKE_P_VENDOR, "FLEXVPN-SUPPORTED", 17);
    ike_put(o, IKE_P_VENDOR, "\1\2\n", 3);
}

static void put_broken(struct ike_writer *o)
{
    ike_put(o, IKE_P_SA, "no proposals", 12);
    ike_put(o, IKE_P_TSI, "no selectors", 12);
    ike_put_id(o, IKE_P_IDI, 1, "ten bytes!", 10);
    ike_put_auth(o, 99, proof, sizeof(proof));
}

static void put_nothing(struct ike_writer *o)
{
    (void)o;
}

static const struct {
    const char *name;
    void (*put)(struct ike_writer *o);
    const char *want;
} cases[] = {
    { "a proposal", put_sa, "SA(AES-CBC-256/PRF-HMAC-SHA2-256/HMAC-SHA2-256-128/MODP_2048)" },
    { "selectors", put_ts, "TSi(10.1.0.0/16, 0.0.0.0/0)" },
    { "what proves something is measured", put_proofs,
      "AUTH(pre-shared key) KE(ECP_256) Nonce(32 bytes)" },
    { "identities", put_ids, "IDi(fqdn a.example) IDr(address 192.0.2.1)" },
    { "certificates", put_certs,
      "CERT(X.509 3 bytes) CERTREQ(X.509 2 authorities) AUTH(digital signature)" },
    { "notifies", put_notifies,
      "N(MOBIKE_SUPPORTED) N(INVALID_KE_PAYLOAD ECP_384) N(REKEY_SA c0ffee01) "
      "N(SIGNATURE_HASH_ALGORITHMS SHA256 SHA512 63) N(COOKIE 32 bytes) N(notify 40961 1 byte)" },
    { "deletes", put_deletes, "D(IKE SA) D(ESP 11223344 55667788)" },
    { "vendors", put_vendors, "V(FLEXVPN-SUPPORTE...) V(01020a)" },
    { "what does not decode", put_broken,
      "SA(malformed) TSi(malformed) IDi(kind 1) AUTH(method 99)" },
    { "a liveness check", put_nothing, "no payloads" },
};

static void payloads_read_as_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static struct ike_message m;
        uint8_t buf[1024];
        char line[1024];
        struct diag d;
        size_t n = 0;
        struct ike_writer o = ike_begin(buf, sizeof(buf), &header);
        cases[i].put(&o);
        CLAIM(cases[i].name, ike_end(&o, &n));
        CLAIM(cases[i].name, ike_message_decode(buf, n, &m, &d) == IKE_N_NONE);
        struct text t = text_init(line, sizeof(line));
        text_ike_trace(&t, &m);
        CLAIM_TEXT(cases[i].name, line, cases[i].want);
        CLAIM(cases[i].name, !strstr(line, "a7a7") && !strchr(line, PROOF));
    }
}

/* ---- which peers ----------------------------------------------------------------------------- */

struct shown {
    struct view_sink sink;
    char text[1024];
};

static bool show(struct view_sink *sink, const struct view *view, const void *record)
{
    struct shown *s = container_of(sink, struct shown, sink);
    const struct view_ike_debug *v = record;
    size_t n = strlen(s->text);
    struct text t = text_init(s->text + n, sizeof(s->text) - n);
    assert_ptr_equal(view, &view_ike_debug);
    text_str(&t, v->on ? "on " : "off ");
    text_ip(&t, &v->peer);
    text_char(&t, ';');
    return true;
}

static const char *debug(struct ike *e, enum ike_debug_what what, const char *peer)
{
    static struct shown s;
    struct ip_addr a = { 0 };
    s = (struct shown){ .sink = { show } };
    if (peer)
        assert_true(ip_parse(peer, &a));
    err_t rc = ike_debug(e, what, &a, &s.sink);
    return rc == -ENOSPC ? "full" : rc ? "error" : s.text;
}

static void peers_are_noted(void **state)
{
    (void)state;
    const struct ike_params params = { .random = crypto_random_system() };
    struct ike *e = ike_new(&params);
    assert_non_null(e);
    CLAIM_TEXT("at first", debug(e, IKE_DEBUG_SHOW, NULL), "off -;");
    CLAIM_TEXT("every peer", debug(e, IKE_DEBUG_ON, NULL), "on -;");
    CLAIM_TEXT("one", debug(e, IKE_DEBUG_ON, "192.0.2.1"), "on 192.0.2.1;");
    CLAIM_TEXT("once", debug(e, IKE_DEBUG_PEER, "192.0.2.1"), "on 192.0.2.1;");
    CLAIM_TEXT("two", debug(e, IKE_DEBUG_PEER, "2001:db8::1"), "on 192.0.2.1;on 2001:db8::1;");
    CLAIM_TEXT("off", debug(e, IKE_DEBUG_OFF, NULL), "off 192.0.2.1;off 2001:db8::1;");
    CLAIM_TEXT("on again", debug(e, IKE_DEBUG_ON, NULL), "on 192.0.2.1;on 2001:db8::1;");
    CLAIM_TEXT("all peers", debug(e, IKE_DEBUG_NO_PEERS, NULL), "on -;");
    CLAIM_TEXT("nothing", debug(e, IKE_DEBUG_NOTHING, NULL), "off -;");
    for (int i = 0; i < IKE_DEBUG_PEERS_MAX; i++) {
        char peer[32];
        snprintf(peer, sizeof(peer), "192.0.2.%d", i);
        CLAIM(peer, strncmp(debug(e, IKE_DEBUG_PEER, peer), "off", 3) == 0);
    }
    CLAIM_TEXT("no more than that", debug(e, IKE_DEBUG_ON, "192.0.2.99"), "full");
    CLAIM("and it stays off", strncmp(debug(e, IKE_DEBUG_SHOW, NULL), "off", 3) == 0);
    ike_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_read_as_words),
        cmocka_unit_test(peers_are_noted),
    };
    return cmocka_run_group_tests_name("ike/trace", tests, NULL, NULL);
}
