/* OPEN: its bytes, and what of it we accept. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "attr/aspath.h"
#include "bgp/open.h"

/* The body of an OPEN behind a header. */
static size_t make_open(uint8_t msg[600], const uint8_t *body, size_t n)
{
    memset(msg, 0xff, 16);
    msg[16] = (uint8_t)((n + 19) >> 8);
    msg[17] = (uint8_t)(n + 19);
    msg[18] = BGP_OPEN;
    memcpy(msg + 19, body, n);
    return n + 19;
}

#define HEAD 4, 0xfd, 0xe9, 0, 180, 10, 0, 0, 1 /* AS 65001, 180 s, 10.0.0.1 */

static void malformed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t body[40];
        size_t n;
        int subcode; /* -1: accepted */
        size_t data_n;
        uint8_t data[4];
    } cases[] = {
        { "no parameters", { HEAD, 0 }, 10, -1, 0, { 0 } },
        { "[RFC 4271 6.2] version 3",
          { 3, 0xfd, 0xe9, 0, 180, 10, 0, 0, 1, 0 },
          10,
          1,
          2,
          { 0, 4 } },
        { "parameters longer than the message", { HEAD, 4, 2, 2 }, 12, 0, 0, { 0 } },
        { "parameters shorter than the message", { HEAD, 0, 2, 2 }, 12, 0, 0, { 0 } },
        { "a parameter without a length", { HEAD, 1, 2 }, 11, 0, 0, { 0 } },
        { "a parameter cut short", { HEAD, 3, 2, 2, 1 }, 13, 0, 0, { 0 } },
        { "[RFC 4271 6.2] an unknown parameter", { HEAD, 2, 3, 0 }, 12, 4, 0, { 0 } },
        { "[RFC 4271 6.2] authentication is no more", { HEAD, 2, 1, 0 }, 12, 4, 0, { 0 } },
        { "empty capabilities", { HEAD, 2, 2, 0 }, 12, -1, 0, { 0 } },
        { "a capability cut short", { HEAD, 4, 2, 2, 2, 1 }, 14, 0, 0, { 0 } },
        { "a capability without a length", { HEAD, 3, 2, 1, 2 }, 13, 0, 0, { 0 } },
        { "multiprotocol of 3 bytes", { HEAD, 7, 2, 5, 1, 3, 0, 1, 0 }, 17, 0, 0, { 0 } },
        { "AS4 of 5 bytes", { HEAD, 9, 2, 7, 65, 5, 0, 0, 0, 1, 0 }, 19, 0, 0, { 0 } },
        { "an unknown capability [RFC 5492 3]", { HEAD, 5, 2, 3, 200, 1, 9 }, 15, -1, 0, { 0 } },
        { "refresh with a value is passed over", { HEAD, 5, 2, 3, 2, 1, 9 }, 15, -1, 0, { 0 } },
        { "[RFC 9072 2] extended length",
          { HEAD, 255, 255, 0, 5, 2, 0, 2, 2, 0 },
          18,
          -1,
          0,
          { 0 } },
        { "[RFC 9072 2] extended, whatever the short length says",
          { HEAD, 7, 255, 0, 5, 2, 0, 2, 2, 0 },
          18,
          -1,
          0,
          { 0 } },
        { "extended length of more than there is",
          { HEAD, 255, 255, 0, 6, 2, 0, 2, 2, 0 },
          18,
          0,
          0,
          { 0 } },
        { "extended length cut short", { HEAD, 255, 255, 0 }, 12, 0, 0, { 0 } },
        { "an extended parameter cut short", { HEAD, 255, 255, 0, 2, 2, 0 }, 15, 0, 0, { 0 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t msg[600];
        struct bgp_open open;
        struct bgp_fault f;
        bool ok = bgp_decode_open(msg, make_open(msg, cases[i].body, cases[i].n), &open, &f);
        if (ok != (cases[i].subcode < 0))
            fail_msg("%s", cases[i].name);
        if (ok) {
            assert_int_equal(open.as, 65001);
            assert_int_equal(open.hold_time, 180);
            assert_int_equal(open.router_id, 0x0a000001);
            assert_int_equal(open.caps.families, BGP_IPV4);
            continue;
        }
        if (f.verdict != BGP_RESET || f.code != 2 || f.subcode != cases[i].subcode ||
            f.data_len != cases[i].data_n || memcmp(f.data, cases[i].data, f.data_len) != 0)
            fail_msg("%s: %u/%u", cases[i].name, f.code, f.subcode);
    }
}

static void round_trips(void **state)
{
    (void)state;
    static const struct bgp_open cases[] = {
        { .version = 4, .as = 65001, .hold_time = 180, .router_id = 1 },
        { .version = 4,
          .as = 4200000001,
          .hold_time = 9,
          .router_id = 0xffffffff,
          .caps = { .families = BGP_IPV4 | BGP_IPV6, .as4 = true, .route_refresh = true } },
        { .version = 4,
          .as = 1,
          .hold_time = 0,
          .router_id = 7,
          .caps = { .families = BGP_IPV6,
                    .as4 = true,
                    .route_refresh = true,
                    .enhanced_refresh = true,
                    .extended_message = true,
                    .graceful_restart = true,
                    .restart_time_s = 120,
                    .hostname = "router-1.example" } },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t out[300], again[300], type;
        struct bgp_open open;
        struct bgp_fault f;
        struct wr w = wr_init(out, sizeof(out));
        bgp_encode_open(&w, &cases[i]);
        assert_int_equal(bgp_frame(out, wr_len(&w), &type, &f), wr_len(&w));
        assert_true(bgp_decode_open(out, wr_len(&w), &open, &f));
        assert_int_equal(open.as, cases[i].as);
        assert_int_equal(open.as2, cases[i].as > 65535 ? 23456 : cases[i].as); /* [RFC 6793 9] */
        assert_int_equal(open.caps.as4, cases[i].caps.as4);
        assert_int_equal(open.caps.restart_time_s, cases[i].caps.restart_time_s);
        assert_string_equal(open.caps.hostname, cases[i].caps.hostname);
        if (cases[i].caps.families) {
            assert_int_equal(open.caps.families, cases[i].caps.families);
            assert_true(open.caps.any_multiprotocol);
        } else {
            open.caps.families = 0;
        }
        struct wr w2 = wr_init(again, sizeof(again));
        bgp_encode_open(&w2, &open);
        assert_int_equal(wr_len(&w), wr_len(&w2));
        assert_memory_equal(out, again, wr_len(&w));
    }
}

static void hostnames_are_cleaned(void **state)
{
    (void)state;
    static const uint8_t body[] = { HEAD, 9, 2, 7, 73, 5, 3, 'a', '\n', 'b', 0 };
    uint8_t msg[600];
    struct bgp_open open;
    struct bgp_fault f;
    assert_true(bgp_decode_open(msg, make_open(msg, body, sizeof(body)), &open, &f));
    assert_string_equal(open.caps.hostname, "a?b");
    assert_int_equal(open.caps.code_count, 1);
    assert_int_equal(open.caps.codes[0], 73);
}

static const struct bgp_open peer = {
    .version = 4,
    .as = 65002,
    .as2 = 65002,
    .hold_time = 180,
    .router_id = 2,
    .caps = { .families = BGP_IPV4, .as4 = true, .route_refresh = true },
};
static const struct bgp_open_expect us = {
    .local_as = 65001,
    .remote_as = 65002,
    .router_id = 1,
    .hold_time_s = 90,
    .families = BGP_IPV4 | BGP_IPV6,
    .as4 = true,
    .refresh = true,
};

static void refused(void **state)
{
    (void)state;
    struct {
        const char *name;
        struct bgp_open open;
        struct bgp_open_expect expect;
        int subcode; /* -1: accepted */
    } cases[] = {
        { "the expected peer", peer, us, -1 },
        { "[RFC 4271 6.2] another AS", peer, us, 2 },
        { "[RFC 7607 2] AS 0", peer, us, 2 },
        { "[RFC 7607 2] AS 0 in the short field alone", peer, us, 2 },
        { "[RFC 6793 9] AS_TRANS as an AS", peer, us, 2 },
        { "two different AS numbers", peer, us, 2 },
        { "AS_TRANS and a long AS", peer, us, -1 },
        { "[RFC 6286 2.1] router id 0", peer, us, 3 },
        { "[RFC 6286 2.2] an external peer with our router id", peer, us, -1 },
        { "[RFC 6286 2.2] an internal peer with our router id", peer, us, 3 },
        { "[RFC 4271 6.2] hold time 1", peer, us, 6 },
        { "[RFC 4271 6.2] hold time 2", peer, us, 6 },
        { "hold time 3", peer, us, -1 },
        { "any external, but internal", peer, us, 2 },
        { "any external", peer, us, -1 },
        { "any internal, but external", peer, us, 2 },
        { "any internal", peer, us, -1 },
        { "[RFC 5492 5] no family in common", peer, us, 7 },
    };
    size_t i = 1;
    cases[i++].open.as = 65003;
    cases[i++].open.as = 0;
    cases[i++].open.as2 = 0;
    cases[i].open.as = AS_TRANS;
    cases[i].expect.remote_as = AS_TRANS;
    cases[i++].open.as2 = AS_TRANS;
    cases[i++].open.as2 = 65003;
    cases[i].open.as = cases[i].expect.remote_as = 70000;
    cases[i++].open.as2 = AS_TRANS;
    cases[i++].open.router_id = 0;
    cases[i++].open.router_id = 1;
    cases[i].open.as = cases[i].expect.remote_as = 65001;
    cases[i].open.as2 = 65001;
    cases[i++].open.router_id = 1;
    cases[i++].open.hold_time = 1;
    cases[i++].open.hold_time = 2;
    cases[i++].open.hold_time = 3;
    cases[i].open.as = cases[i].open.as2 = 65001;
    cases[i++].expect.any_external = true;
    cases[i++].expect.any_external = true;
    cases[i++].expect.any_internal = true;
    cases[i].open.as = cases[i].open.as2 = 65001;
    cases[i++].expect.any_internal = true;
    cases[i++].expect.families = BGP_IPV6;
    assert_int_equal(i, ARRAY_LEN(cases));
    for (i = 0; i < ARRAY_LEN(cases); i++) {
        struct bgp_negotiated agreed;
        struct bgp_fault f;
        bool ok = bgp_open_check(&cases[i].open, &cases[i].expect, 0, &agreed, &f);
        if (ok != (cases[i].subcode < 0) || (!ok && (f.code != 2 || f.subcode != cases[i].subcode)))
            fail_msg("%s: %u/%u", cases[i].name, f.code, f.subcode);
        if (f.subcode == 7) {
            static const uint8_t want[] = { 1, 4, 0, 2, 0, 1 };
            assert_int_equal(f.data_len, sizeof(want));
            assert_memory_equal(f.data, want, sizeof(want));
        }
    }
}

static void agreed_values(void **state)
{
    (void)state;
    static const struct {
        uint16_t theirs, ours, keepalive, want_hold, want_keepalive;
    } cases[] = {
        { 180, 90, 0, 90, 30 },  { 30, 90, 60, 30, 10 }, { 180, 180, 60, 180, 60 },
        { 180, 180, 5, 180, 5 }, { 0, 90, 30, 0, 0 },    { 90, 0, 30, 0, 0 },
        { 3, 9, 3, 3, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bgp_open open = peer;
        struct bgp_open_expect expect = us;
        struct bgp_negotiated n;
        struct bgp_fault f;
        open.hold_time = cases[i].theirs;
        expect.hold_time_s = cases[i].ours;
        assert_true(bgp_open_check(&open, &expect, cases[i].keepalive, &n, &f));
        assert_int_equal(n.hold_time_s, cases[i].want_hold);
        assert_int_equal(n.keepalive_s, cases[i].want_keepalive);
        assert_int_equal(n.families, BGP_IPV4);
        assert_true(n.as4 && n.refresh && n.is_ebgp);
    }
    struct bgp_open_expect plain = us;
    plain.as4 = plain.refresh = false;
    struct bgp_negotiated n;
    struct bgp_fault f;
    assert_true(bgp_open_check(&peer, &plain, 0, &n, &f));
    assert_false(n.as4 || n.refresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(hostnames_are_cleaned),
        cmocka_unit_test(refused),
        cmocka_unit_test(agreed_values),
    };
    return cmocka_run_group_tests_name("bgp/open", tests, NULL, NULL);
}
