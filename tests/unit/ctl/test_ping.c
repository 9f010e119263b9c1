/* ping: which lines are one, which messages answer an echo, and echoes to the loopback. */
#include <stdlib.h>

#include "../unit.h"

#include "ctl/ping.h"

static void lines_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *line, *to, *source;
        uint32_t count;
    } cases[] = {
        { "ping 10.0.0.1", "10.0.0.1", "", 5 },
        { "pi 10.0.0.1 so Loopback0", "10.0.0.1", "Loopback0", 5 },
        { "ping 10.0.0.1 source 10.9.9.9 count 20", "10.0.0.1", "10.9.9.9", 20 },
        { "ping 10.0.0.1 repeat 2 source tu13", "10.0.0.1", "tu13", 2 },
        { "ping 2001:db8::1 repeat 1", "2001:db8::1", "", 1 },
        { "ping", NULL, NULL, 0 },
        { "ping somewhere", NULL, NULL, 0 },
        { "ping 10.0.0.1 count 0", NULL, NULL, 0 },
        { "ping 10.0.0.1 count 4294967297", NULL, NULL, 0 },
        { "ping 10.0.0.1 count 5x", NULL, NULL, 0 },
        { "ping 10.0.0.1 source", NULL, NULL, 0 },
        { "show ip bgp 10.0.0.1", NULL, NULL, 0 },
        { "", NULL, NULL, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ping_request got = { .count = 0 };
        bool is_ping = ping_parse(cases[i].line, &got);
        CLAIM(cases[i].line, is_ping == (cases[i].to != NULL));
        if (!is_ping)
            continue;
        struct ip_addr to;
        CLAIM(cases[i].line, ip_parse(cases[i].to, &to) && ip_eq(&to, &got.to));
        CLAIM_TEXT(cases[i].line, got.source, cases[i].source);
        CLAIM(cases[i].line, got.count == cases[i].count);
    }
}

static void answers_are_told_apart(void **state)
{
    (void)state;
    static const struct ping_expect dgram = { .family = IP_V4, .seq = 0x0102 };
    static const struct ping_expect raw = {
        .family = IP_V4, .has_header = true, .own_id = true, .id = 0x1122, .seq = 0x0102
    };
    static const struct ping_expect six = { .family = IP_V6, .seq = 0x0102 };
    static const struct {
        const char *name;
        const struct ping_expect *expect;
        const char *bytes;
        size_t len;
        enum ping_message want;
    } cases[] = {
        { "an echo reply", &dgram, "\0\0..\x77\x77\1\2", 8, PING_ANSWER },
        { "one to an earlier echo", &dgram, "\0\0..\x77\x77\1\1", 8, PING_OTHER },
        { "an echo request", &dgram, "\x08\0..\x77\x77\1\2", 8, PING_OTHER },
        { "unreachable", &dgram, "\3\1..\x77\x77\1\2", 8, PING_OTHER },
        { "one that was cut", &dgram, "\0\0..\x77\x77\1", 7, PING_OTHER },
        { "nothing", &dgram, "", 0, PING_OTHER },
        { "behind an IP header", &raw,
          "\x45..................."
          "\0\0..\x11\x22\1\2",
          28, PING_ANSWER },
        { "behind one with options", &raw,
          "\x46......................."
          "\0\0..\x11\x22\1\2",
          32, PING_ANSWER },
        { "of another program", &raw,
          "\x45..................."
          "\0\0..\x11\x23\1\2",
          28, PING_OTHER },
        { "a header that is too short", &raw, "\x41...\0\0..\x11\x22\1\2", 12, PING_OTHER },
        { "a header that is cut", &raw, "\x4f...", 4, PING_OTHER },
        { "a reply of ICMPv6", &six, "\x81\0..\x77\x77\1\2", 8, PING_ANSWER },
        { "a reply of ICMP on IPv6", &six, "\0\0..\x77\x77\1\2", 8, PING_OTHER },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CLAIM(cases[i].name, ping_message_of(cases[i].expect, (const uint8_t *)cases[i].bytes,
                                             cases[i].len) == cases[i].want);
}

/* What ping says; the caller frees it. */
static char *run(const char *line, int *ret_status)
{
    char *text = NULL;
    size_t len = 0;
    struct ping_request p;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_true(ping_parse(line, &p));
    *ret_status = ping_run(&p, "/nonexistent", out);
    fclose(out);
    return text;
}

static void the_loopback_answers(void **state)
{
    (void)state;
    int status;
    char *got = run("ping 127.0.0.1 source lo count 2", &status);
    if (strstr(got, "Echoes cannot be sent")) { /* no right to: that word is the claim */
        assert_int_equal(status, 1);
        assert_non_null(strstr(got, "net.ipv4.ping_group_range"));
    } else {
        static const char head[] = "Type escape sequence to abort.\n"
                                   "Sending 2, 100-byte ICMP Echos to 127.0.0.1, timeout is 2 "
                                   "seconds:\nPacket sent with a source address of 127.0.0.1 \n"
                                   "!!\nSuccess rate is 100 percent (2/2), round-trip "
                                   "min/avg/max = ";
        assert_int_equal(status, 0);
        assert_memory_equal(got, head, sizeof(head) - 1);
    }
    free(got);
}

static void a_wrong_source_is_refused(void **state)
{
    (void)state;
    int status;
    char *got = run("ping 127.0.0.1 source 192.0.2.77", &status);
    assert_int_equal(status, 1);
    assert_true(strstr(got, "Echoes cannot") || strstr(got, "% Invalid source address- "));
    free(got);
    got = run("ping 127.0.0.1 source Tunnel77", &status);
    assert_int_equal(status, 1);
    assert_true(strstr(got, "Echoes cannot") || strstr(got, "% Invalid source interface - "));
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_told_apart),
        cmocka_unit_test(answers_are_told_apart),
        cmocka_unit_test(the_loopback_answers),
        cmocka_unit_test(a_wrong_source_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
