/* The header, KEEPALIVE, NOTIFICATION and ROUTE-REFRESH. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/wire.h"

/* A message of the length and type that the header claims, zeroes behind. */
static void make_header(uint8_t msg[4100], uint16_t length, uint8_t type)
{
    memset(msg, 0, 4100);
    memset(msg, 0xff, 16);
    msg[16] = (uint8_t)(length >> 8);
    msg[17] = (uint8_t)length;
    msg[18] = type;
}

static void frames(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t length;
        uint8_t type;
        size_t want; /* 0: a fault */
        uint8_t subcode;
    } cases[] = {
        { "a KEEPALIVE is 19 bytes", 19, 4, 19, 0 },
        { "[RFC 4271 6.1] a KEEPALIVE of 20 bytes", 20, 4, 0, 2 },
        { "[RFC 4271 6.1] a message of 18 bytes", 18, 4, 0, 2 },
        { "[RFC 4271 6.1] a message of 4097 bytes", 4097, 2, 0, 2 },
        { "an UPDATE of 4096 bytes", 4096, 2, 4096, 0 },
        { "[RFC 4271 6.1] an UPDATE of 22 bytes", 22, 2, 0, 2 },
        { "an empty UPDATE", 23, 2, 23, 0 },
        { "[RFC 4271 6.1] an OPEN of 28 bytes", 28, 1, 0, 2 },
        { "the shortest OPEN", 29, 1, 29, 0 },
        { "[RFC 4271 6.1] a NOTIFICATION of 20 bytes", 20, 3, 0, 2 },
        { "the shortest NOTIFICATION", 21, 3, 21, 0 },
        { "[RFC 2918 3] a ROUTE-REFRESH of 22 bytes", 22, 5, 0, 2 },
        { "a ROUTE-REFRESH", 23, 5, 23, 0 },
        { "[RFC 4271 6.1] type 0", 19, 0, 0, 3 },
        { "[RFC 4271 6.1] type 6", 19, 6, 0, 3 },
        { "[RFC 4271 6.1] type 255, length checked first", 5, 255, 0, 2 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t msg[4100], type = 0;
        struct bgp_fault f;
        make_header(msg, cases[i].length, cases[i].type);
        size_t got = bgp_frame(msg, 19, &type, &f);
        if (got != cases[i].want || f.subcode != cases[i].subcode)
            fail_msg("%s: %zu, subcode %u", cases[i].name, got, f.subcode);
        if (cases[i].want) {
            assert_int_equal(f.verdict, BGP_FINE);
            assert_int_equal(type, cases[i].type);
            continue;
        }
        assert_int_equal(f.verdict, BGP_RESET);
        assert_int_equal(f.code, BGP_ERR_HEADER);
        if (f.subcode == 2) { /* [RFC 4271 6.1] the erroneous Length field is the data */
            assert_int_equal(f.data_len, 2);
            assert_memory_equal(f.data, msg + 16, 2);
        } else { /* [RFC 4271 6.1] the erroneous Type field is the data */
            assert_int_equal(f.data_len, 1);
            assert_int_equal(f.data[0], cases[i].type);
        }
    }
}

static void short_streams_and_bad_markers(void **state)
{
    (void)state;
    uint8_t msg[4100], type;
    struct bgp_fault f;
    make_header(msg, 19, 4);
    for (size_t n = 0; n < 19; n++) {
        assert_int_equal(bgp_frame(msg, n, &type, &f), 0);
        assert_int_equal(f.verdict, BGP_FINE);
    }
    for (size_t i = 0; i < 16; i++) {
        make_header(msg, 19, 4);
        msg[i] = 0xfe;
        assert_int_equal(bgp_frame(msg, 19, &type, &f), 0);
        assert_int_equal(f.verdict, BGP_RESET);
        assert_int_equal(f.code, 1);
        assert_int_equal(f.subcode, 1); /* [RFC 4271 6.1] Connection Not Synchronized */
    }
}

static void keepalive_bytes(void **state)
{
    (void)state;
    uint8_t out[32], want[4100];
    struct wr w = wr_init(out, sizeof(out));
    bgp_encode_keepalive(&w);
    make_header(want, 19, 4);
    assert_int_equal(wr_len(&w), 19);
    assert_memory_equal(out, want, 19);
    struct wr tiny = wr_init(out, 18);
    bgp_encode_keepalive(&tiny);
    assert_true(tiny.bad);
}

static void shutdown_messages(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t code, subcode;
        const char *data;
        size_t n;
        const char *want;
    } cases[] = {
        { "[RFC 9003 2] a text comes with a shutdown", 6, 2, "\x05hello", 6, "hello" },
        { "[RFC 9003 2] a text comes with a reset", 6, 4, "\x02ok", 3, "ok" },
        { "no text with other subcodes", 6, 3, "\x02ok", 3, "" },
        { "no text with other codes", 3, 2, "\x02ok", 3, "" },
        { "no data at all", 6, 2, "", 0, "" },
        { "an empty text", 6, 2, "\x00", 1, "" },
        { "a length beyond the data", 6, 2, "\x09hello", 6, "" },
        { "control characters are replaced", 6, 2,
          "\x04"
          "a\nb\x7f",
          5, "a?b?" },
        { "C1 controls are replaced", 6, 2,
          "\x04"
          "a\xc2\x85"
          "b",
          5, "a??b" },
        { "UTF-8 stays", 6, 2,
          "\x05gr\xc3\xbc"
          "n",
          6,
          "gr\xc3\xbc"
          "n" },
        { "broken UTF-8 is dropped", 6, 2,
          "\x03"
          "a\xc3z",
          4, "" },
        { "UTF-8 cut at the end is dropped", 6, 2,
          "\x02"
          "a\xc3",
          3, "" },
        { "overlong UTF-8 is dropped", 6, 2, "\x02\xc0\x80", 3, "" },
        { "overlong UTF-8 of three bytes is dropped", 6, 2, "\x03\xe0\x80\x80", 4, "" },
        { "a surrogate is dropped", 6, 2, "\x03\xed\xa0\x80", 4, "" },
        { "four bytes stay", 6, 2, "\x04\xf0\x9f\x98\x80", 5, "\xf0\x9f\x98\x80" },
        { "beyond Unicode is dropped", 6, 2, "\x04\xf4\x90\x80\x80", 5, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t out[64];
        struct wr w = wr_init(out, sizeof(out));
        bgp_encode_notification(&w, cases[i].code, cases[i].subcode, (const uint8_t *)cases[i].data,
                                cases[i].n);
        struct bgp_notification n;
        uint8_t type;
        struct bgp_fault f;
        assert_int_equal(bgp_frame(out, wr_len(&w), &type, &f), 21 + cases[i].n);
        assert_int_equal(type, BGP_NOTIFICATION);
        assert_true(bgp_decode_notification(out, wr_len(&w), &n));
        assert_int_equal(n.code, cases[i].code);
        assert_int_equal(n.subcode, cases[i].subcode);
        assert_int_equal(n.data_len, cases[i].n);
        if (strcmp(n.shutdown_message, cases[i].want) != 0)
            fail_msg("%s: %s", cases[i].name, n.shutdown_message);
    }
    struct bgp_notification n;
    uint8_t head[20] = { 0 };
    assert_false(bgp_decode_notification(head, 20, &n));
    uint8_t longest[300], data[256];
    memset(data, 'x', sizeof(data));
    data[0] = 255;
    struct wr w = wr_init(longest, sizeof(longest));
    bgp_encode_notification(&w, 6, 2, data, 256);
    assert_true(bgp_decode_notification(longest, wr_len(&w), &n));
    assert_int_equal(strlen(n.shutdown_message), 255);
}

static void refreshes(void **state)
{
    (void)state;
    uint8_t out[32], family, subtype;
    struct bgp_fault f;
    for (int v6 = 0; v6 < 2; v6++) {
        struct wr w = wr_init(out, sizeof(out));
        bgp_encode_refresh(&w, v6 ? IP_V6 : IP_V4);
        assert_int_equal(wr_len(&w), 23);
        assert_true(bgp_decode_refresh(out, 23, &family, &subtype, &f));
        assert_int_equal(family, v6 ? IP_V6 : IP_V4);
        assert_int_equal(subtype, 0);
    }
    out[21] = 2;
    assert_true(bgp_decode_refresh(out, 23, &family, &subtype, &f));
    assert_int_equal(subtype, 2);
    out[22] = 128; /* VPN: not ours, ignored [RFC 2918 4] */
    assert_true(bgp_decode_refresh(out, 23, &family, &subtype, &f));
    assert_int_equal(family, IP_NONE);
    out[24] = 0;
    assert_false(bgp_decode_refresh(out, 24, &family, &subtype, &f));
    assert_int_equal(f.code, 7); /* [RFC 7313 5] */
    assert_int_equal(f.subcode, 1);
    assert_int_equal(f.data_len, 24);
    assert_memory_equal(f.data, out, 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames),          cmocka_unit_test(short_streams_and_bad_markers),
        cmocka_unit_test(keepalive_bytes), cmocka_unit_test(shutdown_messages),
        cmocka_unit_test(refreshes),
    };
    return cmocka_run_group_tests_name("bgp/wire", tests, NULL, NULL);
}
