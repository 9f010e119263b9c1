/* Messages: what real peers sent comes back byte by byte; what is wrong is refused by name. */
#include "ike/message.h"

#include "ike/proposal.h"
#include "ike_lib.h"

static const char *const files[] = {
    "ikev2-decrypt-aes128ccm12-2.pcap",
    "ikev2-decrypt-aes256cbc.pcapng",
    "ikev2four.pcap",
};

static void test_captures_round_trip(void **state)
{
    (void)state;
    static struct lib_packets p;
    static struct ike_message m;
    struct diag d;
    size_t seen = 0;
    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        lib_captures(files[f], &p);
        CLAIM(files[f], p.n > 0);
        for (size_t i = 0; i < p.n; i++, seen++) {
            uint8_t again[LIB_PACKET_MAX];
            enum ike_notify_type e = ike_message_decode(p.of[i].bytes, p.of[i].n, &m, &d);
            if (e != IKE_N_NONE)
                fail_msg("%s, packet %zu: %s", files[f], i + 1, d.what);
            size_t n = ike_message_encode(&m, false, again, sizeof(again));
            CLAIM(files[f], n == p.of[i].n && memcmp(again, p.of[i].bytes, n) == 0);
            CLAIM(files[f], ike_has(&m, IKE_P_SK) == (m.header.exchange != IKE_SA_INIT));
        }
    }
    assert_int_equal(seen, 31);
}

static void test_offers_of_captures_round_trip(void **state)
{
    (void)state;
    static struct lib_packets p;
    static struct ike_message m;
    static struct ike_offer offer;
    struct diag d;
    size_t seen = 0;
    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        lib_captures(files[f], &p);
        for (size_t i = 0; i < p.n; i++) {
            uint8_t again[LIB_PACKET_MAX];
            assert_int_equal(ike_message_decode(p.of[i].bytes, p.of[i].n, &m, &d), IKE_N_NONE);
            if (!ike_has(&m, IKE_P_SA))
                continue;
            CLAIM(files[f], ike_offer_decode(&m.sa, &offer, &d));
            struct wr w = wr_init(again, sizeof(again));
            ike_offer_encode(&offer, &w);
            CLAIM(files[f], !w.bad && wr_len(&w) == m.sa.n);
            assert_memory_equal(again, m.sa.p, m.sa.n);
            seen++;
        }
    }
    assert_int_equal(seen, 7);
}

/* What the first packet of ikev2four.pcap says, as tcpdump prints it. */
static void test_first_packet_fields(void **state)
{
    (void)state;
    static struct lib_packets p;
    static struct ike_message m;
    struct diag d;
    lib_captures("ikev2four.pcap", &p);
    assert_int_equal(ike_message_decode(p.of[0].bytes, p.of[0].n, &m, &d), IKE_N_NONE);
    assert_true(m.header.spi_i == UINT64_C(0xa88875a8198992a6) && m.header.spi_r == 0);
    assert_int_equal(m.header.exchange, IKE_SA_INIT);
    assert_false(ike_is_response(&m));
    assert_int_equal(m.ke.group, 2);
    assert_int_equal(m.ke.value.n, 128);
    assert_int_equal(m.nonce.n, 32);
    assert_int_equal(m.n_notifies, 2);
    assert_non_null(ike_find_notify(&m, IKE_N_NAT_DETECTION_SOURCE_IP));
    assert_null(ike_find_notify(&m, IKE_N_COOKIE));
    assert_null(ike_message_error(&m));
    char line[256];
    struct text t = text_init(line, sizeof(line));
    text_ike_message(&t, &m);
    assert_string_equal(line, "IKE_SA_INIT request 0 [ SA KE Nonce N(NAT_DETECTION_SOURCE_IP) "
                              "N(NAT_DETECTION_DESTINATION_IP) ]");
    assert_int_equal(ike_message_decode(p.of[1].bytes, p.of[1].n, &m, &d), IKE_N_NONE);
    assert_int_equal(ike_find_notify(&m, IKE_N_COOKIE)->data.n, 24);
}

/* --- by hand ---------------------------------------------------------------------------------- */

static const struct ike_header header = {
    .spi_i = 1, .major = 2, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_INITIATOR
};

/* Every payload, written by the encoders, read back. */
static size_t write_everything(uint8_t *buf, size_t cap)
{
    static const uint8_t nonce[32] = { 7 }, hash[20] = { 9 };
    static const uint32_t spis[] = { 0x11223344, 0x55667788 };
    struct ike_writer o = ike_begin(buf, cap, &header);
    ike_put(&o, IKE_P_SA, "proposals", 9);
    ike_put_ke(&o, 31, nonce, 32);
    ike_put(&o, IKE_P_NONCE, nonce, 32);
    ike_put_id(&o, IKE_P_IDI, 2, "a.example", 9);
    ike_put_id(&o, IKE_P_IDR, 2, "b.example", 9);
    ike_put_cert(&o, IKE_P_CERT, IKE_CERT_X509, "DER", 3);
    ike_put_cert(&o, IKE_P_CERTREQ, IKE_CERT_X509, hash, 20);
    ike_put_auth(&o, 2, nonce, 32);
    ike_put(&o, IKE_P_TSI, "selectors", 9);
    ike_put(&o, IKE_P_TSR, "selectors", 9);
    ike_put_notify(&o, IKE_N_MOBIKE_SUPPORTED, NULL, 0);
    ike_put_notify(&o, IKE_N_INVALID_KE_PAYLOAD, "\0\16", 2);
    ike_put_notify_esp(&o, IKE_N_REKEY_SA, 0xc0ffee01);
    ike_put_delete_ike(&o);
    ike_put_delete_esp(&o, spis, 2);
    ike_put(&o, IKE_P_VENDOR, "vendor", 6);
    ike_put(&o, IKE_P_CP, "\1\0\0\0", 4);
    ike_put(&o, IKE_P_EAP, "\1\0\0\4", 4);
    size_t n = 0;
    assert_true(ike_end(&o, &n));
    return n;
}

static void test_encoders_and_decoders_agree(void **state)
{
    (void)state;
    uint8_t buf[1024], again[1024];
    static struct ike_message m;
    struct diag d;
    uint16_t group = 0;
    size_t n = write_everything(buf, sizeof(buf));
    assert_int_equal(ike_message_decode(buf, n, &m, &d), IKE_N_NONE);
    assert_int_equal(m.n_payloads, 18);
    assert_int_equal(m.ke.group, 31);
    assert_int_equal(m.id_r.body.n, 13);
    assert_memory_equal(m.id_r.data.p, "b.example", 9);
    assert_int_equal(m.n_notifies, 3);
    assert_true(ike_notify_u16(ike_message_error(&m), &group) && group == 14);
    assert_int_equal(ike_notify_spi(ike_find_notify(&m, IKE_N_REKEY_SA)), 0xc0ffee01);
    assert_int_equal(ike_notify_spi(ike_find_notify(&m, IKE_N_MOBIKE_SUPPORTED)), 0);
    assert_int_equal(m.n_deletes, 2);
    assert_int_equal(m.deletes[0].protocol, IKE_PROTO_IKE);
    assert_int_equal(ike_delete_spi(&m.deletes[1], 1), 0x55667788);
    assert_int_equal(ike_message_encode(&m, false, again, sizeof(again)), n);
    assert_memory_equal(again, buf, n);
    struct ike_header h;
    assert_true(ike_header_decode(buf, n, &h));
    assert_int_equal(h.length, n);
    assert_int_equal(h.first, IKE_P_SA);
    assert_false(ike_header_decode(buf, n - 1, &h));
    assert_false(ike_header_decode(buf, 27, &h));
}

static void test_no_room_is_noticed(void **state)
{
    (void)state;
    uint8_t buf[1024];
    size_t whole = write_everything(buf, sizeof(buf)), len;
    for (size_t cap = 0; cap < 64; cap++) {
        struct ike_writer o = ike_begin(buf, cap, &header);
        ike_put(&o, IKE_P_NONCE, buf, 32);
        assert_true(ike_end(&o, &len) == (cap >= 64));
    }
    static struct ike_message m;
    struct diag d;
    uint8_t again[1024];
    whole = write_everything(buf, sizeof(buf));
    assert_int_equal(ike_message_decode(buf, whole, &m, &d), IKE_N_NONE);
    for (size_t cap = 0; cap < whole; cap++)
        assert_int_equal(ike_message_encode(&m, false, again, cap), 0);
}

/* Every way to cut a message short is noticed, and none reads past the end. */
static void test_every_truncation_is_refused(void **state)
{
    (void)state;
    uint8_t buf[1024];
    static struct ike_message m;
    struct diag d;
    size_t n = write_everything(buf, sizeof(buf));
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *part = malloc(cut ? cut : 1);
        assert_non_null(part);
        memcpy(part, buf, cut);
        assert_int_equal(ike_message_decode(part, cut, &m, &d), IKE_N_INVALID_SYNTAX);
        if (cut >= 28) { /* with the length that it now has */
            part[26] = (uint8_t)(cut >> 8);
            part[27] = (uint8_t)cut;
            assert_int_equal(ike_message_decode(part, cut, &m, &d), IKE_N_INVALID_SYNTAX);
        }
        free(part);
    }
}

/* A chain inside SK starts with `first`; in hexadecimal. */
static const struct bad_case {
    const char *name;
    uint8_t first;
    const char *hex;
    enum ike_notify_type want;
    const char *what;
} bad_cases[] = {
    { "an empty chain is fine", 0, "", IKE_N_NONE, "" },
    { "bytes without a payload", 0, "00", IKE_N_INVALID_SYNTAX,
      "message at offset 0: bytes behind the last payload" },
    { "a payload's header cut short", 41, "0000", IKE_N_INVALID_SYNTAX,
      "N at offset 0: the message ends before its header" },
    { "a length below the header", 41, "00000003", IKE_N_INVALID_SYNTAX,
      "N at offset 0: its length is less than its header" },
    { "a length beyond the end", 41, "0000000900004000", IKE_N_INVALID_SYNTAX,
      "N at offset 0: longer than what is left" },
    { "a notify without its header", 41, "00000007000040", IKE_N_INVALID_SYNTAX,
      "N at offset 0: shorter than its header and SPI" },
    { "a notify whose SPI is longer than it", 41, "0000000900044000aa", IKE_N_INVALID_SYNTAX,
      "N at offset 0: shorter than its header and SPI" },
    { "a notify with a SPI for the IKE SA is borne", 41, "0000000c0104400011223344", IKE_N_NONE,
      "" },
    { "two KEs", 34, "22000009001f0000aa00000009001f0000bb", IKE_N_INVALID_SYNTAX,
      "KE at offset 9: a second one in the same message" },
    { "a KE without a value", 34, "00000008001f0000", IKE_N_INVALID_SYNTAX,
      "KE at offset 0: no key exchange data in it" },
    { "a nonce that is too short", 40, "00000013010203040506070809101112131415",
      IKE_N_INVALID_SYNTAX, "Nonce at offset 0: not 16 to 256 bytes long" },
    { "an ID without its kind", 35, "00000006aaaa", IKE_N_INVALID_SYNTAX,
      "IDi at offset 0: shorter than its header" },
    { "bytes behind the last payload", 39, "0000000802000000aa", IKE_N_INVALID_SYNTAX,
      "message at offset 8: bytes behind the last payload" },
    { "an AUTH that is cut", 39, "00000007020000", IKE_N_INVALID_SYNTAX,
      "AUTH at offset 0: shorter than its header" },
    { "a CERT without its encoding", 37, "00000004", IKE_N_INVALID_SYNTAX,
      "CERT at offset 0: empty" },
    { "a Delete for a strange protocol", 42, "0000000809040000", IKE_N_INVALID_SYNTAX,
      "D at offset 0: for a protocol that is none of IKE, AH, ESP" },
    { "a Delete of the IKE SA with a SPI size", 42, "0000000801080000", IKE_N_INVALID_SYNTAX,
      "D at offset 0: SPI size does not fit the protocol" },
    { "a Delete of ESP SAs with SPIs of eight bytes", 42, "0000000803080000", IKE_N_INVALID_SYNTAX,
      "D at offset 0: SPI size does not fit the protocol" },
    { "a Delete that promises more SPIs", 42, "0000000c0304000211223344", IKE_N_INVALID_SYNTAX,
      "D at offset 0: as many SPIs as it says are not there" },
    { "a Delete with a piece of a SPI", 42, "0000000a030400011122", IKE_N_INVALID_SYNTAX,
      "D at offset 0: as many SPIs as it says are not there" },
    { "an SA without a proposal", 33, "00000004", IKE_N_INVALID_SYNTAX,
      "SA at offset 0: no proposal in it" },
    { "a TS without its header", 44, "00000005aa", IKE_N_INVALID_SYNTAX,
      "TSi at offset 0: shorter than its header" },
    { "an Encrypted payload in another", 46, "00000008aaaaaaaa", IKE_N_INVALID_SYNTAX,
      "SK at offset 0: inside an Encrypted payload" },
    { "an unknown critical payload", 77, "00800004", IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD,
      "payload 77 at offset 0: is critical and of a type that we do not know" },
    { "an unknown payload is passed over", 77, "29000006aaaa0000000800004000", IKE_N_NONE, "" },
    { "an unknown critical payload behind a known one", 41, "4d000008000040000080000aaaaaaaaaaaaa",
      IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD,
      "payload 77 at offset 8: is critical and of a type that we do not know" },
    { "a known payload may be critical", 41, "0080000800004000", IKE_N_NONE, "" },
    { "a vendor id may be empty", 43, "00000004", IKE_N_NONE, "" },
};

static void test_bad_chains(void **state)
{
    (void)state;
    static struct ike_message m;
    for (size_t i = 0; i < ARRAY_LEN(bad_cases); i++) {
        const struct bad_case *c = &bad_cases[i];
        uint8_t bytes[128];
        struct diag d = { 0 };
        size_t n = lib_hex(c->hex, bytes, sizeof(bytes));
        uint8_t *exact = malloc(n ? n : 1);
        assert_non_null(exact);
        memcpy(exact, bytes, n);
        enum ike_notify_type got = ike_message_decode_inner(&m, c->first, exact, n, &d);
        if (got != c->want)
            fail_msg("%s: got %u (%s), want %u", c->name, got, d.what, c->want);
        if (c->want)
            CLAIM_TEXT(c->name, d.what, c->what);
        if (c->want == IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD)
            CLAIM(c->name, m.critical == 77);
        free(exact);
    }
}

/* A message with one payload of the type and body. */
static size_t one(uint8_t *buf, size_t cap, uint8_t type, const char *hex)
{
    uint8_t body[256];
    size_t n = lib_hex(hex, body, sizeof(body)), len = 0;
    struct ike_writer o = ike_begin(buf, cap, &header);
    ike_put(&o, (enum ike_payload_type)type, body, n);
    assert_true(ike_end(&o, &len));
    return len;
}

static void test_fragments_headers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *hex;
        uint8_t inner_first;
        bool ok;
    } cases[] = {
        { "the second of three", "00020003aabb", 0, true },
        { "the first names what is inside", "00010003aabb", 35, true },
        { "number 0", "00000003aabb", 0, false },
        { "beyond the total", "00040003aabb", 0, false },
        { "cut short", "0001", 0, false },
        { "a later one names a payload", "00020003aabb", 35, false },
    };
    static struct ike_message m;
    struct diag d;
    uint8_t buf[128];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t n = one(buf, sizeof(buf), IKE_P_SKF, cases[i].hex);
        buf[28] = cases[i].inner_first;
        enum ike_notify_type e = ike_message_decode(buf, n, &m, &d);
        CLAIM(cases[i].name, e == (cases[i].ok ? IKE_N_NONE : IKE_N_INVALID_SYNTAX));
        if (cases[i].ok) {
            CLAIM(cases[i].name, m.sk.header_len == 36 && m.sk.body.n == 2);
            CLAIM(cases[i].name, m.sk.first == cases[i].inner_first);
        }
    }
}

/* [RFC 7296 2.5] A higher major version is answered with INVALID_MAJOR_VERSION; the header is
 * there to answer. A higher minor version is ours. */
static void test_versions(void **state)
{
    (void)state;
    static struct ike_message m;
    struct diag d;
    uint8_t buf[128];
    size_t n = one(buf, sizeof(buf), IKE_P_VENDOR, "aa");
    buf[17] = 0x21;
    assert_int_equal(ike_message_decode(buf, n, &m, &d), IKE_N_NONE);
    buf[17] = 0x30;
    assert_int_equal(ike_message_decode(buf, n, &m, &d), IKE_N_INVALID_MAJOR_VERSION);
    assert_int_equal(m.header.major, 3);
    buf[17] = 0x10;
    assert_int_equal(ike_message_decode(buf, n, &m, &d), IKE_N_INVALID_MAJOR_VERSION);
    assert_non_null(strstr(d.what, "version 1"));
}

/* What stood unprotected before SK is forgotten once the inside is read. */
static void test_outer_payloads_are_forgotten(void **state)
{
    (void)state;
    static struct ike_message m;
    struct diag d;
    uint8_t buf[256];
    size_t n = 0;
    struct ike_writer o = ike_begin(buf, sizeof(buf), &header);
    ike_put_notify(&o, IKE_N_AUTHENTICATION_FAILED, NULL, 0);
    ike_put(&o, IKE_P_SK, "sealed", 6);
    assert_true(ike_end(&o, &n));
    assert_int_equal(ike_message_decode(buf, n, &m, &d), IKE_N_NONE);
    assert_true(ike_has(&m, IKE_P_SK) && ike_has(&m, IKE_P_NOTIFY));
    assert_int_equal(m.sk.header_len, 40);
    assert_int_equal(ike_message_decode_inner(&m, 0, NULL, 0, &d), IKE_N_NONE);
    assert_false(ike_has(&m, IKE_P_NOTIFY));
    assert_int_equal(m.n_notifies + m.n_payloads, 0);
    assert_int_equal(m.header.exchange, IKE_SA_INIT);
}

static void test_bounds(void **state)
{
    (void)state;
    static struct ike_message m;
    static uint8_t buf[8192], again[8192];
    struct diag d;
    size_t n = 0;
    struct ike_writer o = ike_begin(buf, sizeof(buf), &header);
    for (int i = 0; i < IKE_NOTIFIES_MAX + 5; i++)
        ike_put_notify(&o, IKE_N_ADDITIONAL_IP4_ADDRESS, "\n\0\0\1", 4);
    assert_true(ike_end(&o, &n));
    assert_int_equal(ike_message_decode(buf, n, &m, &d), IKE_N_NONE);
    assert_int_equal(m.n_notifies, IKE_NOTIFIES_MAX);
    assert_int_equal(m.ignored, 5);
    assert_int_equal(ike_message_encode(&m, false, again, sizeof(again)), n);
    assert_memory_equal(again, buf, n);

    o = ike_begin(buf, sizeof(buf), &header);
    for (int i = 0; i < IKE_PAYLOADS_MAX + 1; i++)
        ike_put(&o, IKE_P_VENDOR, "v", 1);
    assert_true(ike_end(&o, &n));
    assert_int_equal(ike_message_decode(buf, n, &m, &d), IKE_N_INVALID_SYNTAX);
    assert_non_null(strstr(d.what, "more payloads than any message has"));
}

static void test_names(void **state)
{
    (void)state;
    char s[64];
    struct text t = text_init(s, sizeof(s));
    text_ike_exchange(&t, IKE_CREATE_CHILD_SA);
    text_char(&t, ' ');
    text_ike_exchange(&t, 99);
    text_char(&t, ' ');
    text_ike_payload_type(&t, 53);
    text_char(&t, ' ');
    text_ike_notify(&t, 14);
    text_char(&t, ' ');
    text_ike_notify(&t, 40961);
    assert_string_equal(s, "CREATE_CHILD_SA exchange 99 SKF NO_PROPOSAL_CHOSEN notify 40961");
    assert_null(ike_notify_name(2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_captures_round_trip),
        cmocka_unit_test(test_offers_of_captures_round_trip),
        cmocka_unit_test(test_first_packet_fields),
        cmocka_unit_test(test_encoders_and_decoders_agree),
        cmocka_unit_test(test_no_room_is_noticed),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_bad_chains),
        cmocka_unit_test(test_fragments_headers),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_outer_payloads_are_forgotten),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
