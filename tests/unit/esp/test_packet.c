/* esp/packet.h, esp/checksum.h, esp/mss.h: headers, sums against a slow oracle, selectors, ECN. */
#include "esp/packet.h"

#include "../unit.h"
#include "base/rng.h"
#include "esp/checksum.h"
#include "esp/mss.h"
#include "packets.h"

/* ---- checksums ---------------------------------------------------------------------------- */

/* [RFC 1071 1] */
static void sums_equal_the_slow_ones(void **state)
{
    (void)state;
    static uint8_t from[5000], to[5000];
    struct rng rng = rng_init(1);
    for (int i = 0; i < 4000; i++) {
        size_t at = (size_t)rng_between(&rng, 0, 40);
        size_t n = (size_t)rng_between(&rng, 0, i % 8 ? 200 : 4900);
        uint8_t kind = (uint8_t)(i % 3);
        for (size_t k = 0; k < n; k++)
            from[at + k] = kind == 0 ? 0xff : (uint8_t)rng_u64(&rng);
        uint16_t want = slow_checksum(from + at, n, 0);
        CLAIM("a sum", (checksum_fold(checksum_sum(from + at, n)) ^ want) == 0xffff);
        memset(to, 0, sizeof(to));
        CLAIM("a sum while copying",
              (checksum_fold(checksum_copy(to + 3, from + at, n)) ^ want) == 0xffff);
        CLAIM("the copy", memcmp(to + 3, from + at, n) == 0 && to[3 + n] == 0 && to[2] == 0);
    }
}

/* [RFC 1624 3] */
static void updates_equal_sums_anew(void **state)
{
    (void)state;
    struct rng rng = rng_init(2);
    uint8_t m[64];
    for (int i = 0; i < 20000; i++) {
        for (size_t k = 0; k < sizeof(m); k++)
            m[k] = i % 5 ? (uint8_t)rng_u64(&rng) : 0;
        uint16_t before = slow_checksum(m, sizeof(m), 0), old = (uint16_t)(m[10] << 8 | m[11]);
        uint16_t now = (uint16_t)rng_u64(&rng);
        put16(m + 10, now);
        uint16_t want = slow_checksum(m, sizeof(m), 0), got = checksum_update(before, old, now);
        /* Zero has two forms in ones' complement. */
        assert_true(got == want || (got ^ want) == 0xffff);
    }
}

/* ---- headers ------------------------------------------------------------------------------ */

static void headers_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        struct spec spec;
    } rows[] = {
        { "TCP over IPv4",
          { .family = IP_V4, .protocol = 6, .tos = 0xb8, .df = true, .payload = 9 } },
        { "UDP over IPv4", { .family = IP_V4, .protocol = 17, .payload = 1 } },
        { "TCP over IPv6", { .family = IP_V6, .protocol = 6, .tos = 0x2e, .payload = 77 } },
        { "UDP over IPv6", { .family = IP_V6, .protocol = 17, .tos = 0xff, .payload = 0 } },
    };
    uint8_t b[256];
    struct esp_packet p;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct spec s = rows[i].spec;
        s.sport = 4000;
        s.dport = 80;
        size_t n = make_packet(b, &s);
        CLAIM(rows[i].claim, esp_packet_parse(b, sizeof(b), &p));
        CLAIM(rows[i].claim, p.len == n && p.family == s.family && p.protocol == s.protocol);
        CLAIM(rows[i].claim, p.tos == s.tos && p.is_plain && !p.is_fragment && p.has_ports);
        CLAIM(rows[i].claim, p.df == (s.df || s.family == IP_V6));
        CLAIM(rows[i].claim, p.source_port == 4000 && p.destination_port == 80);
        CLAIM(rows[i].claim, esp_packet_checksum_ok(&p));
        b[n - 1] ^= 1;
        CLAIM(rows[i].claim, !esp_packet_checksum_ok(&p));
        for (size_t cut = 0; cut < n; cut++)
            CLAIM(rows[i].claim, !esp_packet_parse(b, cut, &p));
    }
}

static void extension_headers_are_stepped_over(void **state)
{
    (void)state;
    uint8_t b[256];
    struct esp_packet p;
    const struct spec s = {
        .family = IP_V6, .protocol = 17, .sport = 7, .dport = 9, .payload = 20
    };
    size_t n = make_packet(b, &s);
    memmove(b + 64, b + 40, n - 40);
    b[6] = ESP_PROTO_HOP_BY_HOP;
    put16(b + 4, (uint32_t)(n - 40 + 24));
    memset(b + 40, 0, 24);
    b[40] = ESP_PROTO_ROUTING;
    b[48] = ESP_PROTO_FRAGMENT;
    b[56] = ESP_PROTO_UDP;
    put16(b + 58, 1); /* first fragment, more follow */
    CLAIM("hop-by-hop, routing, fragment", esp_packet_parse(b, n + 24, &p));
    CLAIM("the transport is behind them", p.protocol == 17 && p.ip_bytes == 64);
    CLAIM("it is a fragment with ports", p.is_fragment && p.has_ports && p.destination_port == 9);
    CLAIM("and not plain", !p.is_plain);
    put16(b + 58, 8);
    CLAIM("a later fragment", esp_packet_parse(b, n + 24, &p));
    CLAIM("has no ports", p.is_fragment && !p.has_ports);
    for (size_t i = 0; i < 200; i++)
        b[40 + i] = 0; /* hop-by-hop for ever */
    put16(b + 4, 200);
    CLAIM("endless headers end", esp_packet_parse(b, 240, &p));
}

/* ---- ECN ---------------------------------------------------------------------------------- */

/* [RFC 6040 4.2] figure 4: rows inner, columns outer, Not-ECT ECT(1) ECT(0) CE; 9: dropped. */
static void ecn_after_the_tunnel(void **state)
{
    (void)state;
    static const uint8_t want[4][4] = {
        { 0, 0, 0, 9 }, /* Not-ECT */
        { 1, 1, 1, 3 }, /* ECT(1) */
        { 2, 1, 2, 3 }, /* ECT(0) */
        { 3, 3, 3, 3 }, /* CE */
    };
    for (int family = IP_V4; family <= IP_V6; family += 2) {
        for (uint8_t inner = 0; inner < 4; inner++) {
            for (uint8_t outer = 0; outer < 4; outer++) {
                uint8_t b[128];
                struct esp_packet p;
                const struct spec s = { .family = (uint8_t)family,
                                        .protocol = 17,
                                        .tos = (uint8_t)(0xb8 | inner),
                                        .payload = 10 };
                size_t n = make_packet(b, &s);
                assert_true(esp_packet_parse(b, n, &p));
                bool ok = esp_packet_decapsulate_ecn(&p, (uint8_t)(0x40 | outer));
                CLAIM("dropped or not", ok == (want[inner][outer] != 9));
                if (!ok)
                    continue;
                assert_true(esp_packet_parse(b, n, &p));
                CLAIM("ECN", (p.tos & 3) == want[inner][outer]);
                CLAIM("DSCP stays the inner one", (p.tos & 0xfc) == 0xb8);
                CLAIM("checksums are right", is_sound(b, n));
            }
        }
    }
}

/* ---- selectors ---------------------------------------------------------------------------- */

static struct esp_selector selector(const char *from, const char *to, uint8_t protocol,
                                    uint16_t port_from, uint16_t port_to)
{
    struct esp_selector s = { .protocol = protocol, .port_from = port_from, .port_to = port_to };
    assert_true(ip_parse(from, &s.from) && ip_parse(to, &s.to));
    return s;
}

/* [RFC 4301 4.4.1.1] [RFC 4301 5.2] */
static void selectors_select(void **state)
{
    (void)state;
    const struct esp_selector any = selector("0.0.0.0", "255.255.255.255", 0, 0, 65535);
    const struct {
        const char *claim;
        struct esp_selector local, remote;
        bool in, out;
    } rows[] = {
        { "any to any", any, any, true, true },
        { "our side's range", selector("10.1.0.0", "10.1.255.255", 0, 0, 65535), any, false, true },
        { "the peer's range", selector("10.2.0.0", "10.2.0.255", 0, 0, 65535), any, true, false },
        { "another range", selector("10.9.0.0", "10.9.0.255", 0, 0, 65535), any, false, false },
        { "the other protocol", any, selector("0.0.0.0", "255.255.255.255", 6, 0, 65535), false,
          false },
        { "a port", selector("10.1.0.0", "10.1.0.255", 17, 4000, 4000), any, false, true },
        { "another port", selector("10.1.0.0", "10.1.0.255", 17, 4001, 4003), any, false, false },
        { "another family", selector("::", "ffff:ffff::", 0, 0, 65535), any, false, false },
    };
    uint8_t b[128];
    struct esp_packet p;
    const struct spec s = { .family = IP_V4, .protocol = 17, .sport = 4000, .dport = 53 };
    size_t n = make_packet(b, &s); /* 10.1.0.0 > 10.2.0.7 */
    assert_true(esp_packet_parse(b, n, &p));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct esp_selectors set = {
            .local = &rows[i].local, .remote = &rows[i].remote, .n_local = 1, .n_remote = 1
        };
        CLAIM(rows[i].claim, esp_packet_selected(&p, &set, false) == rows[i].out);
        CLAIM(rows[i].claim, esp_packet_selected(&p, &set, true) == rows[i].in);
        CLAIM(rows[i].claim, esp_selectors_take_all(&set, IP_V4) == (i == 0));
        CLAIM(rows[i].claim, !esp_selectors_take_all(&set, IP_V6));
    }
}

/* [RFC 4301 7] A later fragment shows no ports: only a selector of any port takes it. */
static void later_fragments_match_any_port_alone(void **state)
{
    (void)state;
    uint8_t b[128];
    struct esp_packet p;
    const struct spec s = { .family = IP_V4, .protocol = 17, .sport = 4000, .payload = 16 };
    size_t n = make_packet(b, &s);
    put16(b + 6, 3);
    assert_true(esp_packet_parse(b, n, &p));
    struct esp_selector one = selector("10.1.0.0", "10.1.0.255", 17, 4000, 4000);
    const struct esp_selector any = selector("0.0.0.0", "255.255.255.255", 0, 0, 65535);
    const struct esp_selectors set = { .local = &one, .remote = &any, .n_local = 1, .n_remote = 1 };
    CLAIM("a port", !esp_packet_selected(&p, &set, false));
    one.port_from = 0;
    one.port_to = 65535;
    CLAIM("any port", esp_packet_selected(&p, &set, false));
}

/* ---- MSS ---------------------------------------------------------------------------------- */

static size_t make_syn(uint8_t *b, uint8_t family, const uint8_t *options, size_t n)
{
    const struct spec s = { .family = family, .protocol = 6, .flags = 2, .sport = 9, .seq = 77 };
    size_t len = make_packet(b, &s), ip = family == IP_V4 ? 20 : 40;
    uint8_t *t = b + ip;
    memcpy(t + 20, options, n);
    t[12] = (uint8_t)((20 + n) / 4 << 4);
    len += n;
    if (family == IP_V4) {
        put16(b + 2, (uint32_t)len);
        put16(b + 10, 0);
        put16(b + 10, slow_checksum(b, 20, 0));
    } else {
        put16(b + 4, (uint32_t)(len - 40));
    }
    put16(t + 16, 0);
    put16(t + 16, slow_checksum(t, len - ip, slow_pseudo(b, 6, (uint32_t)(len - ip))));
    return len;
}

static void mss_is_lowered(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        uint8_t options[12];
        size_t n, at;
        uint16_t limit, want; /* want 0: unchanged */
    } rows[] = {
        { "an MSS", { 2, 4, 5, 0xb4 }, 4, 22, 1350, 1350 },
        { "a smaller one stays", { 2, 4, 5, 0 }, 4, 22, 1350, 0 },
        { "behind others", { 4, 2, 8, 2, 2, 4, 5, 0xb4 }, 8, 26, 1360, 1360 },
        { "at an odd place", { 1, 2, 4, 5, 0xb4, 0, 0, 0 }, 8, 23, 1350, 1350 },
        { "none", { 1, 1, 1, 0 }, 4, 0, 1350, 0 },
        { "behind the list's end", { 0, 0, 0, 0, 2, 4, 5, 0xb4 }, 8, 26, 1350, 0 },
        { "of a wrong length", { 2, 3, 5, 1 }, 4, 22, 100, 0 },
        { "cut short", { 1, 1, 2, 4 }, 4, 0, 100, 0 },
        { "an option without length", { 8, 0, 2, 4, 5, 0xb4, 0, 0 }, 8, 0, 100, 0 },
    };
    uint8_t b[256];
    struct esp_packet p;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
            size_t len = make_syn(b, family, rows[i].options, rows[i].n);
            assert_true(esp_packet_parse(b, len, &p));
            CLAIM(rows[i].claim, esp_mss_clamp(&p, rows[i].limit, false) == (rows[i].want != 0));
            CLAIM(rows[i].claim, is_sound(b, len));
            if (rows[i].want)
                CLAIM(rows[i].claim, esp_get16(b + p.ip_bytes + rows[i].at) == rows[i].want);
        }
    }
}

static void mss_of_the_path_or_the_configuration(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        uint8_t family;
        uint16_t configured, mtu, want;
    } rows[] = {
        { "the path's", IP_V4, 0, 1400, 1360 },
        { "the path's, IPv6", IP_V6, 0, 1400, 1340 },
        { "the configured one", IP_V4, 1350, 1438, 1350 },
        { "is of IPv4; IPv6 has 20 less", IP_V6, 1350, 1438, 1330 },
        { "a configured one too large", IP_V4, 1460, 1400, 1360 },
        { "never nothing", IP_V6, 0, 68, 88 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CLAIM(rows[i].claim,
              esp_mss_limit(rows[i].family, rows[i].configured, rows[i].mtu) == rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_equal_the_slow_ones),
        cmocka_unit_test(updates_equal_sums_anew),
        cmocka_unit_test(headers_are_found),
        cmocka_unit_test(extension_headers_are_stepped_over),
        cmocka_unit_test(ecn_after_the_tunnel),
        cmocka_unit_test(selectors_select),
        cmocka_unit_test(later_fragments_match_any_port_alone),
        cmocka_unit_test(mss_is_lowered),
        cmocka_unit_test(mss_of_the_path_or_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
