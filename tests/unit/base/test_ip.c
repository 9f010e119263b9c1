#include "base/ip.h"

#include "../unit.h"

static const char *ip_text(const struct ip_addr *a, char buf[IP_TEXT_MAX])
{
    struct text t = text_init(buf, IP_TEXT_MAX);
    text_ip(&t, a);
    assert_false(t.cut);
    return buf;
}

static const char *prefix_text(const struct prefix *p, char buf[PREFIX_TEXT_MAX])
{
    struct text t = text_init(buf, PREFIX_TEXT_MAX);
    text_prefix(&t, p);
    assert_false(t.cut);
    return buf;
}

static struct ip_addr ip(const char *s)
{
    struct ip_addr a;
    assert_true(ip_parse(s, &a));
    return a;
}

static struct prefix pfx(const char *s)
{
    struct prefix p;
    assert_true(prefix_parse(s, &p, NULL));
    return p;
}

static void canonical_text(void **state)
{
    (void)state;
    static const struct {
        const char *name, *in, *want;
    } cases[] = {
        { "dotted quad", "10.0.0.1", "10.0.0.1" },
        { "all ones", "255.255.255.255", "255.255.255.255" },
        { "zero", "0.0.0.0", "0.0.0.0" },
        { "unspecified IPv6", "::", "::" },
        { "loopback", "::1", "::1" },
        { "trailing gap", "1::", "1::" },
        { "[RFC 5952 4.1] leading zeros go", "2001:0db8::0001", "2001:db8::1" },
        { "[RFC 5952 4.2.1] shorten as much as possible", "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
        { "[RFC 5952 4.2.2] one zero group stays", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
        { "[RFC 5952 4.2.2] a gap of one is written out", "2001:db8::1:1:1:1:1",
          "2001:db8:0:1:1:1:1:1" },
        { "[RFC 5952 4.2.3] the longest run wins", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
        { "[RFC 5952 4.2.3] the first of equals wins", "2001:db8:0:0:1:0:0:1",
          "2001:db8::1:0:0:1" },
        { "[RFC 5952 4.3] lower case", "2001:DB8::ABCD:EF", "2001:db8::abcd:ef" },
        { "[RFC 5952 5] mapped address", "::ffff:c000:0201", "::ffff:192.0.2.1" },
        { "mapped address in mixed form", "::FFFF:192.0.2.1", "::ffff:192.0.2.1" },
        { "mixed form elsewhere is hexadecimal", "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
        { "mixed form without a gap", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
        { "longest of all", "2001:1111:2222:3333:4444:5555:6666:7777",
          "2001:1111:2222:3333:4444:5555:6666:7777" },
        { "gap at the start for one group is two zero groups", "::3:4:5:6:7:8", "::3:4:5:6:7:8" },
        { "gap of one at the start", "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[IP_TEXT_MAX];
        struct ip_addr a;
        CLAIM(cases[i].name, ip_parse(cases[i].in, &a));
        CLAIM_TEXT(cases[i].name, ip_text(&a, buf), cases[i].want);
        struct ip_addr again;
        CLAIM(cases[i].name, ip_parse(buf, &again) && ip_eq(&a, &again));
    }
    struct ip_addr none = { 0 };
    char buf[IP_TEXT_MAX];
    assert_string_equal(ip_text(&none, buf), "-");
}

static void refused_addresses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "10",
        "10.0.0",
        "10.0.0.",
        "10.0.0.0.",
        "10.0.0.0.0",
        "256.0.0.1",
        "10.0.0.01",
        "10.0.0.00",
        "010.0.0.1",
        "10..0.1",
        "-1.0.0.1",
        "+1.0.0.1",
        "10.0.0.1 ",
        " 10.0.0.1",
        "10.0.0.1/32",
        "0x10.0.0.1",
        "99999999999999999999.0.0.1",
        ":",
        ":::",
        "1",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "::1::",
        ":::1",
        "1:::2",
        "12345::",
        "g::",
        "::1%eth0",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.4:5",
        "::1.2.3",
        "::1.2.3.256",
        "1::2:3:4:5:6:7:8",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::8",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ip_addr a;
        memset(&a, 0x5a, sizeof(a));
        struct ip_addr before = a;
        CLAIM(cases[i], !ip_parse(cases[i], &a));
        CLAIM(cases[i], memcmp(&a, &before, sizeof(a)) == 0);
    }
}

static void prefixes(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
        bool host_bits;
    } cases[] = {
        { "10.0.0.0/8", "10.0.0.0/8", false },
        { "10.1.2.3/8", "10.0.0.0/8", true },
        { "10.1.2.3/32", "10.1.2.3/32", false },
        { "10.255.255.255/31", "10.255.255.254/31", true },
        { "255.255.255.255/9", "255.128.0.0/9", true },
        { "0.0.0.0/0", "0.0.0.0/0", false },
        { "1.2.3.4/0", "0.0.0.0/0", true },
        { "::/0", "::/0", false },
        { "2001:db8::1/32", "2001:db8::/32", true },
        { "2001:db8::1/128", "2001:db8::1/128", false },
        { "ffff::/1", "8000::/1", true },
        { "::ffff:1.2.3.4/96", "::ffff:0.0.0.0/96", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct prefix p;
        bool host_bits;
        char buf[PREFIX_TEXT_MAX];
        CLAIM(cases[i].in, prefix_parse(cases[i].in, &p, &host_bits));
        CLAIM_TEXT(cases[i].in, prefix_text(&p, buf), cases[i].want);
        CLAIM(cases[i].in, host_bits == cases[i].host_bits);
    }
    static const char *const refused[] = {
        "",
        "/",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/08",
        "10.0.0.0/8/8",
        "10.0.0.0/ 8",
        "10.0.0.0/-1",
        "10/8",
        "::/129",
        "::/",
        "/8",
        "::/1000000000000",
        "10.0.0.0/8 ",
    };
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct prefix p;
        memset(&p, 0x5a, sizeof(p));
        struct prefix before = p;
        CLAIM(refused[i], !prefix_parse(refused[i], &p, NULL));
        CLAIM(refused[i], memcmp(&p, &before, sizeof(p)) == 0);
    }
}

static void coverage(void **state)
{
    (void)state;
    static const struct {
        const char *outer, *inner;
        bool covers;
    } cases[] = {
        { "10.0.0.0/8", "10.1.0.0/16", true },
        { "10.0.0.0/8", "10.0.0.0/8", true },
        { "10.0.0.0/9", "10.128.0.0/9", false },
        { "10.1.0.0/16", "10.0.0.0/8", false },
        { "0.0.0.0/0", "255.0.0.0/8", true },
        { "0.0.0.0/0", "::/0", false },
        { "::/0", "0.0.0.0/0", false },
        { "2001:db8::/29", "2001:dbf::/32", true },
        { "2001:db8::/29", "2001:dc0::/32", false },
        { "10.0.0.1/32", "10.0.0.1/32", true },
        { "10.0.0.1/32", "10.0.0.0/32", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct prefix outer = pfx(cases[i].outer), inner = pfx(cases[i].inner);
        struct ip_addr first = prefix_addr(&inner);
        CLAIM(cases[i].inner, prefix_covers(&outer, &inner) == cases[i].covers);
        if (outer.len <= inner.len)
            CLAIM(cases[i].inner, prefix_has_addr(&outer, &first) == cases[i].covers);
    }
}

static void order(void **state)
{
    (void)state;
    static const char *const sorted[] = { "0.0.0.0/0",   "10.0.0.0/8",   "10.0.0.0/16",
                                          "10.0.1.0/24", "192.0.2.0/24", "255.0.0.0/8",
                                          "::/0",        "2001:db8::/32" };
    for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
        for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
            struct prefix a = pfx(sorted[i]), b = pfx(sorted[j]);
            int got = prefix_cmp(&a, &b);
            CLAIM(sorted[i], (i < j) == (got < 0) && (i == j) == (got == 0));
            CLAIM(sorted[i], prefix_eq(&a, &b) == (i == j));
        }
    }
    struct ip_addr low = ip("9.255.255.255"), high = ip("10.0.0.0"), v6 = ip("::");
    assert_true(ip_cmp(&low, &high) < 0);
    assert_true(ip_cmp(&v6, &high) > 0);
}

static void masks(void **state)
{
    (void)state;
    for (uint8_t len = 0; len <= 32; len++) {
        uint8_t got = 99;
        struct ip_addr mask = ip_mask_from_len(len);
        assert_true(ip_mask_to_len(&mask, &got));
        assert_int_equal(got, len);
        struct ip_addr wildcard = ip_from_u32(~ip_to_u32(&mask));
        got = 99;
        assert_true(ip_wildcard_to_len(&wildcard, &got));
        assert_int_equal(got, len);
    }
    static const char *const refused[] = { "255.0.255.0",     "0.0.0.255", "127.0.0.0",
                                           "255.255.255.253", "ffff::",    "0.255.0.255" };
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        uint8_t len = 77;
        struct ip_addr mask = ip(refused[i]);
        CLAIM(refused[i], !ip_mask_to_len(&mask, &len) && len == 77);
    }
    struct ip_addr holes = ip("0.0.255.0");
    uint8_t len = 77;
    assert_false(ip_wildcard_to_len(&holes, &len));
    assert_int_equal(len, 77);
}

static void kinds(void **state)
{
    (void)state;
    static const struct {
        const char *addr;
        bool zero, loopback, multicast, link_local;
    } cases[] = {
        { "0.0.0.0", true, false, false, false },
        { "::", true, false, false, false },
        { "127.0.0.1", false, true, false, false },
        { "127.255.0.1", false, true, false, false },
        { "::1", false, true, false, false },
        { "::2", false, false, false, false },
        { "224.0.0.5", false, false, true, false },
        { "239.255.255.255", false, false, true, false },
        { "240.0.0.1", false, false, false, false },
        { "ff02::1", false, false, true, false },
        { "169.254.21.1", false, false, false, true },
        { "169.253.0.1", false, false, false, false },
        { "fe80::1", false, false, false, true },
        { "febf::1", false, false, false, true },
        { "fec0::1", false, false, false, false },
        { "10.0.0.1", false, false, false, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ip_addr a = ip(cases[i].addr);
        CLAIM(cases[i].addr, ip_is_zero(&a) == cases[i].zero);
        CLAIM(cases[i].addr, ip_is_loopback(&a) == cases[i].loopback);
        CLAIM(cases[i].addr, ip_is_multicast(&a) == cases[i].multicast);
        CLAIM(cases[i].addr, ip_is_link_local(&a) == cases[i].link_local);
    }
}

static void numbers_and_bytes(void **state)
{
    (void)state;
    struct ip_addr a = ip_from_u32(UINT32_C(0x0a000102));
    char buf[IP_TEXT_MAX];
    assert_string_equal(ip_text(&a, buf), "10.0.1.2");
    assert_int_equal(ip_to_u32(&a), 0x0a000102);
    struct ip_addr v6 = ip("2001:db8::1");
    assert_int_equal(ip_to_u32(&v6), 0);
    struct ip_addr copy = ip_from_bytes(IP_V6, v6.b);
    assert_true(ip_eq(&copy, &v6));
    copy = ip_from_bytes(IP_V4, v6.b); /* what lies beyond four bytes is zero */
    assert_string_equal(ip_text(&copy, buf), "32.1.13.184");
    struct ip_addr expected = ip("32.1.13.184");
    assert_true(ip_eq(&copy, &expected));
    copy = ip_from_bytes(IP_NONE, NULL);
    assert_true(ip_is_zero(&copy));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_text), cmocka_unit_test(refused_addresses),
        cmocka_unit_test(prefixes),       cmocka_unit_test(coverage),
        cmocka_unit_test(order),          cmocka_unit_test(masks),
        cmocka_unit_test(kinds),          cmocka_unit_test(numbers_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
