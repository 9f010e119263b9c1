/* lab/packet.h: what is written is read back, what comes back is told from what does not belong to
 * us, and nothing that is cut short or malformed is believed. */
#include "lab/packet.h"

#include <stdlib.h>

#include "../unit.h"

static const struct lab_mark mark = { { 0x89, 1, 2, 3, 4, 5, 6, 7 } };
static const struct lab_mark other = { { 0x89, 1, 2, 3, 4, 5, 6, 8 } };

static struct ip_addr ip(const char *text)
{
    struct ip_addr a;
    assert_true(ip_parse(text, &a));
    return a;
}

static size_t write_question(uint8_t protocol, uint16_t bytes, uint8_t *buf, size_t room)
{
    const struct lab_question q = { .src = ip("10.0.0.1"),
                                    .dst = ip("10.0.0.2"),
                                    .protocol = protocol,
                                    .ttl = 9,
                                    .df = true,
                                    .sport = 40000,
                                    .dport = 7,
                                    .mark = mark,
                                    .attempt = 3,
                                    .bytes = bytes };
    struct wr w = wr_init(buf, room);
    return lab_question_write(&q, &w) ? wr_len(&w) : 0;
}

static uint16_t sum(const uint8_t *p, size_t n, uint32_t s)
{
    for (size_t i = 0; i < n; i++)
        s += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return (uint16_t)s;
}

/* An ICMP error that quotes the first n bytes of a packet. */
static size_t quote(uint8_t type, uint8_t code, uint16_t mtu, const uint8_t *about, size_t n,
                    uint8_t *buf)
{
    static const uint8_t addresses[] = { 10, 0, 9, 9, 10, 0, 0, 1 };
    struct wr w = wr_init(buf, 2000);
    wr_u16(&w, 0x4500);
    wr_u16(&w, (uint16_t)(28 + n));
    wr_u32(&w, 0);
    wr_u8(&w, 64);
    wr_u8(&w, LAB_PROTOCOL_ICMP);
    wr_u16(&w, 0);
    wr_bytes(&w, addresses, 8);
    wr_u8(&w, type);
    wr_u8(&w, code);
    wr_u32(&w, 0);
    wr_u16(&w, mtu);
    wr_bytes(&w, about, n);
    assert_false(w.bad);
    return wr_len(&w);
}

static void what_is_written_is_read_back(void **state)
{
    static const uint8_t protocols[] = { LAB_PROTOCOL_ICMP, LAB_PROTOCOL_TCP, LAB_PROTOCOL_UDP };
    static const uint16_t sizes[] = { 0, 68, 69, 1400, 65535 };
    static uint8_t buf[65535];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            struct lab_packet p;
            size_t n = write_question(protocols[i], sizes[k], buf, sizeof(buf));
            assert_true(n > 0 && (sizes[k] == 0 || n == sizes[k]));
            assert_true(lab_packet_read(buf, n, &p));
            assert_int_equal(p.protocol, protocols[i]);
            assert_int_equal(p.bytes, n);
            assert_int_equal(p.ttl, 9);
            assert_true(p.df);
            struct lab_kinship kin = lab_packet_kinship(&mark, buf, n);
            assert_int_equal(kin.way, LAB_ASKING);
            assert_true(kin.opens && !kin.wrapped);
            assert_int_equal(kin.attempt, protocols[i] == LAB_PROTOCOL_TCP ? 0 : 3);
            assert_int_equal(lab_packet_kinship(&other, buf, n).way, LAB_NEITHER);
        }
}

static void checksums_are_right(void **state)
{
    static const uint8_t protocols[] = { LAB_PROTOCOL_ICMP, LAB_PROTOCOL_TCP, LAB_PROTOCOL_UDP };
    uint8_t buf[101];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        size_t n = write_question(protocols[i], 101, buf, sizeof(buf));
        uint32_t pseudo = protocols[i] == LAB_PROTOCOL_ICMP
                              ? 0
                              : sum(buf + 12, 8, (uint32_t)(protocols[i] + n - 20));
        assert_int_equal(sum(buf + 20, n - 20, pseudo), 0xffff);
    }
}

static void what_does_not_fit_is_not_written(void **state)
{
    uint8_t buf[64];
    (void)state;
    assert_int_equal(write_question(LAB_PROTOCOL_UDP, 65, buf, sizeof(buf)), 0);
    assert_int_equal(write_question(LAB_PROTOCOL_UDP, 30, buf, sizeof(buf)), 0);
    assert_int_equal(write_question(LAB_PROTOCOL_TCP, 39, buf, sizeof(buf)), 0);
}

static void errors_say_what_happened(void **state)
{
    static const struct {
        const char *claim;
        uint8_t type, code;
        enum lab_outcome verdict;
    } cases[] = {
        { "time exceeded", 11, 0, LAB_LOOP },
        { "net unreachable", 3, 0, LAB_UNREACHABLE },
        { "host unreachable", 3, 1, LAB_UNREACHABLE },
        { "port unreachable", 3, 3, LAB_REFUSED },
        { "fragmentation needed", 3, 4, LAB_TOO_BIG },
        { "prohibited", 3, 13, LAB_PROHIBITED },
        { "host prohibited", 3, 10, LAB_PROHIBITED },
        { "source quench says nothing", 4, 0, LAB_REACHED },
        { "parameter problem", 12, 0, LAB_UNREACHABLE },
        { "an echo reply is no error", 0, 0, LAB_REACHED },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t about[200], buf[400];
        struct lab_packet p;
        size_t n = write_question(LAB_PROTOCOL_UDP, 0, about, sizeof(about));
        n = quote(cases[i].type, cases[i].code, 1400, about, n, buf);
        CLAIM(cases[i].claim, lab_packet_read(buf, n, &p));
        CLAIM(cases[i].claim, lab_packet_verdict(&p) == cases[i].verdict);
        CLAIM(cases[i].claim,
              lab_packet_is_error(&p) == (lab_packet_kinship(&mark, buf, n).way == LAB_ERROR));
        CLAIM(cases[i].claim, p.icmp_mtu == (cases[i].verdict == LAB_TOO_BIG ? 1400 : 0));
    }
}

static void a_quote_of_eight_bytes_names_a_connection(void **state)
{
    uint8_t about[200], buf[400];
    (void)state;
    (void)write_question(LAB_PROTOCOL_TCP, 0, about, sizeof(about));
    size_t n = quote(11, 0, 0, about, LAB_QUOTE_BYTES, buf);
    assert_int_equal(lab_packet_kinship(&mark, buf, n).way, LAB_ERROR);
    n = quote(11, 0, 0, about, LAB_QUOTE_BYTES - 1, buf);
    assert_int_equal(lab_packet_kinship(&mark, buf, n).way, LAB_NEITHER);
    /* UDP and echo need the mark, which is behind those. */
    (void)write_question(LAB_PROTOCOL_UDP, 0, about, sizeof(about));
    n = quote(11, 0, 0, about, LAB_QUOTE_BYTES, buf);
    assert_int_equal(lab_packet_kinship(&mark, buf, n).way, LAB_NEITHER);
}

static void a_connections_answer_acknowledges_the_question(void **state)
{
    static const struct {
        const char *claim;
        uint8_t flags;
        uint32_t ack_more;
        enum lab_way way;
    } cases[] = {
        { "SYN and ACK", LAB_SYN | LAB_ACK, 1, LAB_ANSWERING },
        { "a refusal", LAB_RST | LAB_ACK, 1, LAB_ANSWERING },
        { "a refusal of data behind the SYN", LAB_RST | LAB_ACK, 1361, LAB_ANSWERING },
        { "an old acknowledgement", LAB_SYN | LAB_ACK, 0, LAB_NEITHER },
        { "somebody else's", LAB_SYN | LAB_ACK, 1000000, LAB_NEITHER },
        { "a bare RST", LAB_RST, 1, LAB_NEITHER },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t buf[40];
        size_t n = write_question(LAB_PROTOCOL_TCP, 0, buf, sizeof(buf));
        struct wr ack = wr_init(buf + 24, 8);
        wr_u32(&ack, 77);
        wr_u32(&ack, lab_mark_isn(&mark) + cases[i].ack_more);
        buf[33] = cases[i].flags;
        CLAIM(cases[i].claim, lab_packet_kinship(&mark, buf, n).way == cases[i].way);
    }
}

/* VXLAN: UDP 4789, eight bytes, Ethernet; GRE; ESP without encryption behind eight bytes. */
static void a_packet_within_a_packet_is_seen_as_wrapped(void **state)
{
    static const struct {
        const char *claim;
        uint8_t protocol;
        uint16_t dport;
        uint8_t before; /* bytes between the outer header and the inner one */
        enum lab_way way;
    } cases[] = {
        { "VXLAN", LAB_PROTOCOL_UDP, 4789, 8 + 8 + 14, LAB_ASKING },
        { "IP in IP", 4, 0, 0, LAB_ASKING },
        { "GRE with a key", 47, 0, 8, LAB_ASKING },
        { "ESP without encryption", 50, 0, 8, LAB_ASKING },
        { "the same in UDP", LAB_PROTOCOL_UDP, 4500, 16, LAB_ASKING },
        { "any other UDP is data", LAB_PROTOCOL_UDP, 53, 8, LAB_NEITHER },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static const uint8_t addresses[] = { 192, 0, 2, 1, 192, 0, 2, 2 };
        uint8_t inner[60], buf[200], between[40] = { 0 };
        size_t n = write_question(LAB_PROTOCOL_ICMP, 0, inner, sizeof(inner));
        struct wr w = wr_init(buf, sizeof(buf)), udp = wr_init(between, 8);
        wr_u16(&w, 0x4500);
        wr_u16(&w, (uint16_t)(20 + cases[i].before + n));
        wr_u32(&w, 0);
        wr_u8(&w, 64);
        wr_u8(&w, cases[i].protocol);
        wr_u16(&w, 0);
        wr_bytes(&w, addresses, 8);
        wr_u16(&udp, 50000);
        wr_u16(&udp, cases[i].dport);
        wr_u16(&udp, (uint16_t)(cases[i].before + n));
        wr_bytes(&w, between, cases[i].before);
        wr_bytes(&w, inner, n);
        struct lab_kinship k = lab_packet_kinship(&mark, buf, wr_len(&w));
        CLAIM(cases[i].claim, k.way == cases[i].way);
        CLAIM(cases[i].claim, k.wrapped == (k.way != LAB_NEITHER));
    }
}

static void a_packet_cut_anywhere_is_read_within_its_bytes(void **state)
{
    static const uint8_t protocols[] = { LAB_PROTOCOL_ICMP, LAB_PROTOCOL_TCP, LAB_PROTOCOL_UDP };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        uint8_t about[60], whole[200];
        size_t n = write_question(protocols[i], 60, about, sizeof(about));
        n = quote(3, 4, 1400, about, n, whole);
        for (size_t cut = 0; cut <= n; cut++) {
            /* A copy of that length, so that a sanitizer sees what is read beyond. */
            uint8_t *copy = malloc(cut ? cut : 1);
            struct lab_packet p;
            assert_non_null(copy);
            memcpy(copy, whole, cut);
            if (lab_packet_read(copy, cut, &p))
                assert_true(p.payload_len <= cut);
            (void)lab_packet_kinship(&mark, copy, cut);
            free(copy);
        }
    }
}

static void malformed_headers_are_refused(void **state)
{
    static const struct {
        const char *claim;
        size_t at;
        uint8_t byte;
    } cases[] = {
        { "version 6", 0, 0x65 },
        { "a header of 16 bytes", 0, 0x44 },
        { "a header longer than the packet", 0, 0x4f },
        { "a total length within the header", 3, 19 },
        { "a TCP header of 16 bytes", 32, 0x40 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t buf[40];
        struct lab_packet p;
        size_t n = write_question(LAB_PROTOCOL_TCP, 0, buf, sizeof(buf));
        buf[cases[i].at] = cases[i].byte;
        CLAIM(cases[i].claim, !lab_packet_read(buf, n, &p));
    }
}

static void heads_are_of_a_direction_and_a_mark(void **state)
{
    uint8_t head[LAB_HEAD_BYTES], attempt = 0;
    (void)state;
    lab_head_write(&mark, 'A', 5, head);
    assert_true(lab_head_read(head, sizeof(head), 'A', &mark, &attempt));
    assert_int_equal(attempt, 5);
    assert_true(lab_head_read(head, sizeof(head), 'A', NULL, &attempt));
    assert_false(lab_head_read(head, sizeof(head), 'Q', &mark, &attempt));
    assert_false(lab_head_read(head, sizeof(head), 'A', &other, &attempt));
    assert_false(lab_head_read(head, sizeof(head) - 1, 'A', &mark, &attempt));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(checksums_are_right),
        cmocka_unit_test(what_does_not_fit_is_not_written),
        cmocka_unit_test(errors_say_what_happened),
        cmocka_unit_test(a_quote_of_eight_bytes_names_a_connection),
        cmocka_unit_test(a_connections_answer_acknowledges_the_question),
        cmocka_unit_test(a_packet_within_a_packet_is_seen_as_wrapped),
        cmocka_unit_test(a_packet_cut_anywhere_is_read_within_its_bytes),
        cmocka_unit_test(malformed_headers_are_refused),
        cmocka_unit_test(heads_are_of_a_direction_and_a_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
