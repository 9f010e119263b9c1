/* Traffic selectors: on the wire, narrowed as RFC 7296 2.9 wants, in words. */
#include "ike/selector.h"

#include "base/rng.h"
#include "ike_lib.h"

/* "10.0.0.0/8", "10.0.0.1-10.0.0.9", then "p6" for a protocol and ":80-90" for ports, "#" for
 * OPAQUE ones. */
static struct esp_selector sel(const char *s)
{
    char first[64], second[64] = "";
    struct prefix p;
    struct esp_selector r;
    unsigned protocol = 0, from = 0, to = 65535;
    const char *rest = strchr(s, ' ');
    size_t n = rest ? (size_t)(rest - s) : strlen(s);
    snprintf(first, sizeof(first), "%.*s", (int)n, s);
    char *dash = strchr(first, '-');
    if (dash) {
        snprintf(second, sizeof(second), "%s", dash + 1);
        *dash = 0;
    }
    if (prefix_parse(first, &p, NULL)) {
        r = ike_ts_prefix(&p);
    } else {
        r = (struct esp_selector){ .port_to = 65535 };
        assert_true(ip_parse(first, &r.from));
        r.to = r.from;
    }
    if (*second)
        assert_true(ip_parse(second, &r.to));
    if (rest && sscanf(rest, " p%u:%u-%u", &protocol, &from, &to) >= 1) {
        r.protocol = (uint8_t)protocol;
        r.port_from = (uint16_t)from;
        r.port_to = (uint16_t)to;
    }
    if (rest && strchr(rest, '#')) {
        r.port_from = 65535;
        r.port_to = 0;
    }
    return r;
}

/* A list separated by commas. */
static size_t list(const char *s, struct esp_selector *to, size_t cap)
{
    size_t n = 0;
    while (*s) {
        char one[96];
        size_t len = strcspn(s, ",");
        snprintf(one, sizeof(one), "%.*s", (int)len, s);
        assert_true(n < cap);
        to[n++] = sel(one);
        s += len;
        s += *s == ',';
    }
    return n;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct esp_selector s[6];
    struct ike_ts ts;
    struct diag d;
    uint8_t bytes[256];
    size_t n =
        list("0.0.0.0/0,10.0.0.1-10.0.0.9 p6:80-90,2001:db8::/32,::/0 p58,192.0.2.1 p17#", s, 6);
    struct wr w = wr_init(bytes, sizeof(bytes));
    ike_ts_encode(s, n, &w);
    assert_false(w.bad);
    assert_true(ike_ts_decode(&(struct crypto_part){ bytes, wr_len(&w) }, &ts, &d));
    assert_int_equal(ts.n, n);
    for (size_t i = 0; i < n; i++)
        assert_true(ike_ts_eq(&ts.s[i], &s[i]));
    for (size_t cut = 0; cut < wr_len(&w); cut++) {
        uint8_t *part = malloc(cut + 1);
        assert_non_null(part);
        memcpy(part, bytes, cut);
        assert_false(ike_ts_decode(&(struct crypto_part){ part, cut }, &ts, &d));
        assert_string_equal(d.id, "IKE-SYNTAX");
        free(part);
    }
}

static void test_bodies(void **state)
{
    (void)state;
    static const struct {
        const char *name, *hex;
        bool ok;
        uint16_t n, ignored;
    } cases[] = {
        { "any IPv4",
          "0100000007000010"
          "0000ffff"
          "00000000"
          "ffffffff",
          true, 1, 0 },
        { "an unknown kind is passed over",
          "020000000a000008"
          "aabbccdd"
          "07000010"
          "0000ffff"
          "0a000000"
          "0a0000ff",
          true, 1, 1 },
        { "none at all", "00000000", false, 0, 0 },
        { "two promised, one there",
          "0200000007000010"
          "0000ffff"
          "00000000"
          "ffffffff",
          false, 0, 0 },
        { "one promised, two there",
          "0100000007000010"
          "0000ffff"
          "00000000"
          "ffffffff"
          "07000010"
          "0000ffff"
          "00000000"
          "ffffffff",
          false, 0, 0 },
        { "an address range backwards",
          "0100000007000010"
          "0000ffff"
          "0a000001"
          "0a000000",
          false, 0, 0 },
        { "ports backwards",
          "0100000007000010"
          "00500001"
          "00000000"
          "ffffffff",
          false, 0, 0 },
        { "OPAQUE ports",
          "0100000007000010"
          "ffff0000"
          "00000000"
          "ffffffff",
          true, 1, 0 },
        { "the length of IPv6 with IPv4's kind",
          "0100000007000028"
          "0000ffff"
          "00000000000000000000000000000000"
          "ffffffffffffffffffffffffffffffff",
          false, 0, 0 },
        { "a length below its header",
          "0100000007000007"
          "0000ffff"
          "00000000"
          "ffffffff",
          false, 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t bytes[96];
        struct ike_ts ts;
        struct diag d = { 0 };
        size_t n = lib_hex(cases[i].hex, bytes, sizeof(bytes));
        bool ok = ike_ts_decode(&(struct crypto_part){ bytes, n }, &ts, &d);
        if (ok != cases[i].ok)
            fail_msg("%s: %s", cases[i].name, d.what);
        if (ok)
            CLAIM(cases[i].name, ts.n == cases[i].n && ts.ignored == cases[i].ignored);
    }
}

static void test_meet_and_cover(void **state)
{
    (void)state;
    static const struct {
        const char *name, *a, *b, *both; /* "": nothing */
        bool a_covers_b;
    } cases[] = {
        { "any and a prefix", "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/8", true },
        { "a part", "10.0.0.0-10.0.0.9", "10.0.0.5-10.0.0.20", "10.0.0.5-10.0.0.9", false },
        { "apart", "10.0.0.0/24", "10.0.1.0/24", "", false },
        { "families", "0.0.0.0/0", "::/0", "", false },
        { "protocols", "0.0.0.0/0 p6", "0.0.0.0/0 p17", "", false },
        { "any protocol", "0.0.0.0/0", "0.0.0.0/0 p17:53-53", "0.0.0.0/0 p17:53-53", true },
        { "ports", "0.0.0.0/0 p6:1-100", "0.0.0.0/0 p6:50-200", "0.0.0.0/0 p6:50-100", false },
        { "ports apart", "0.0.0.0/0 p6:1-10", "0.0.0.0/0 p6:50-200", "", false },
        { "OPAQUE within any", "0.0.0.0/0 p6", "0.0.0.0/0 p6#", "0.0.0.0/0 p6#", true },
        { "OPAQUE and one port", "0.0.0.0/0 p6:80-80", "0.0.0.0/0 p6#", "", false },
        { "OPAQUE twice", "0.0.0.0/0 p6#", "0.0.0.0/0 p6#", "0.0.0.0/0 p6#", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct esp_selector a = sel(cases[i].a), b = sel(cases[i].b), both, swapped;
        bool meets = ike_ts_meet(&a, &b, &both);
        CLAIM(cases[i].name, meets == (cases[i].both[0] != 0));
        CLAIM(cases[i].name, ike_ts_meet(&b, &a, &swapped) == meets);
        CLAIM(cases[i].name, ike_ts_covers(&a, &b) == cases[i].a_covers_b);
        if (!meets)
            continue;
        struct esp_selector want = sel(cases[i].both);
        CLAIM(cases[i].name, ike_ts_eq(&both, &want) && ike_ts_eq(&swapped, &want));
        CLAIM(cases[i].name, ike_ts_covers(&a, &both) && ike_ts_covers(&b, &both));
    }
}

static const struct narrow_case {
    const char *name, *offered, *ours;
    bool exactly;     /* accept_narrower is off */
    const char *want; /* as text; NULL: TS_UNACCEPTABLE */
    bool narrowed;
    const char *what;
} narrow_cases[] = {
    { "any-any", "0.0.0.0/0", "0.0.0.0/0", true, "0.0.0.0/0", false, NULL },
    { "any-any of both families", "0.0.0.0/0,::/0", "0.0.0.0/0,::/0", true, "0.0.0.0/0, ::/0",
      false, NULL },
    { "the peer offers IPv6 too", "0.0.0.0/0,::/0", "0.0.0.0/0", true, "0.0.0.0/0", true, NULL },
    { "any narrowed to our policy", "0.0.0.0/0", "10.1.0.0/16,10.2.0.0/16", true,
      "10.1.0.0/16, 10.2.0.0/16", true, NULL },
    { "a narrower offer", "10.1.2.0/24", "0.0.0.0/0", false, "10.1.2.0/24", false, NULL },
    { "a narrower offer where any is wanted", "10.1.2.0/24", "0.0.0.0/0", true, NULL, false,
      "TSi: narrower than what is configured: the peer offers 10.1.2.0/24" },
    { "[RFC 7296 2.9] the packet's own selector decides the policy",
      "10.2.0.5 p6:1000-1000,10.0.0.0/8", "10.1.0.0/16,10.2.0.0/16", false,
      "10.2.0.0/16, 10.1.0.0/16", true, NULL },
    { "a packet that our policy does not cover", "10.9.0.5,10.1.0.0/16", "10.1.0.0/16", false,
      "10.1.0.0/16", true, NULL },
    { "the packet's range is not doubled", "10.1.0.5,10.1.0.0/16", "10.1.0.0/16", true,
      "10.1.0.0/16", false, NULL },
    { "nothing in common", "10.1.0.0/16", "10.2.0.0/16", false, NULL, false,
      "TSi: nothing in common: the peer offers 10.1.0.0/16" },
    { "one of many pairs", "10.1.0.0/16,10.3.0.0/16", "10.2.0.0/16,10.3.0.0/24", false,
      "10.3.0.0/24", true, NULL },
    { "a range that meets two", "10.0.0.0-10.0.1.255", "10.0.0.0/24,10.0.1.0/24", true,
      "10.0.0.0/24, 10.0.1.0/24", true, NULL },
    { "protocol and port", "0.0.0.0/0", "0.0.0.0/0 p6:179-179", false, "0.0.0.0/0 proto 6 port 179",
      true, NULL },
};

static void test_narrowing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(narrow_cases); i++) {
        const struct narrow_case *c = &narrow_cases[i];
        struct ike_ts offered = { 0 };
        struct esp_selector ours[8];
        struct ike_narrowed r;
        struct diag d;
        offered.n = (uint16_t)list(c->offered, offered.s, IKE_TS_MAX);
        const struct ike_narrow x = { &offered, ours, list(c->ours, ours, 8), !c->exactly };
        bool ok = ike_ts_narrow(&x, "TSi", &r, &d);
        if (ok != (c->want != NULL))
            fail_msg("%s: %s", c->name, d.what);
        if (!ok) {
            CLAIM_TEXT(c->name, d.what, c->what);
            CLAIM(c->name, d.expected[0] && d.remedy[0]);
            continue;
        }
        char s[256];
        struct text t = text_init(s, sizeof(s));
        text_ike_selectors(&t, r.s, r.n);
        CLAIM_TEXT(c->name, s, c->want);
        CLAIM(c->name, r.narrowed == c->narrowed);
    }
}

/* Whatever is offered: the result lies within both sides. */
static void test_narrowing_of_chance(void **state)
{
    (void)state;
    struct rng rng = rng_init(5);
    for (int round = 0; round < 20000; round++) {
        struct ike_ts offered = { 0 };
        struct esp_selector ours[4];
        struct ike_narrowed r;
        struct diag d;
        size_t n_ours = (size_t)rng_between(&rng, 1, 4);
        offered.n = (uint16_t)rng_between(&rng, 1, 20);
        for (size_t i = 0; i < offered.n + n_ours; i++) {
            struct esp_selector *s = i < offered.n ? &offered.s[i] : &ours[i - offered.n];
            uint32_t from = (uint32_t)rng_between(&rng, 0, 60);
            *s = ike_ts_any(IP_V4);
            s->from = ip_from_u32(from);
            s->to = ip_from_u32(from + (uint32_t)rng_between(&rng, 0, 9));
            s->protocol = rng_chance(&rng, 300000) ? 6 : 0;
            s->port_from = rng_chance(&rng, 300000) ? 80 : 0;
        }
        const struct ike_narrow x = { &offered, ours, n_ours, true };
        if (!ike_ts_narrow(&x, "TSr", &r, &d))
            continue;
        for (uint8_t i = 0; i < r.n; i++) {
            bool in_offered = false, in_ours = false;
            for (uint16_t k = 0; k < offered.n; k++)
                in_offered |= ike_ts_covers(&offered.s[k], &r.s[i]);
            for (size_t k = 0; k < n_ours; k++)
                in_ours |= ike_ts_covers(&ours[k], &r.s[i]);
            assert_true(in_offered && in_ours);
        }
        if (!r.cut && !r.narrowed) /* and the initiator takes what it gets */
            assert_true(r.n > 0);
        struct ike_ts answer = { .n = r.n };
        memcpy(answer.s, r.s, r.n * sizeof(r.s[0]));
        assert_true(ike_ts_check(offered.s, offered.n, &answer, "TSr", &r, &d));
    }
}

static void test_the_answer_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *name, *offered, *answer;
        bool ok, narrowed;
    } cases[] = {
        { "the same", "0.0.0.0/0", "0.0.0.0/0", true, false },
        { "narrower", "0.0.0.0/0", "10.0.0.0/8,172.16.0.0/12", true, true },
        { "more", "10.0.0.0/8", "0.0.0.0/0", false, false },
        { "another", "10.0.0.0/8", "192.168.0.0/16", false, false },
        { "one of two", "10.0.0.0/8,172.16.0.0/12", "172.16.0.0/12", true, true },
        { "one inside, one outside", "10.0.0.0/8", "10.1.0.0/16,11.0.0.0/8", false, false },
        { "nothing", "10.0.0.0/8", "", false, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct esp_selector offered[4];
        struct ike_ts answer = { 0 };
        struct ike_narrowed r;
        struct diag d;
        size_t n = list(cases[i].offered, offered, 4);
        answer.n = (uint16_t)list(cases[i].answer, answer.s, IKE_TS_MAX);
        bool ok = ike_ts_check(offered, n, &answer, "TSr", &r, &d);
        CLAIM(cases[i].name, ok == cases[i].ok);
        if (ok)
            CLAIM(cases[i].name, r.narrowed == cases[i].narrowed);
        else
            CLAIM_TEXT(cases[i].name, d.id, "IKE-TS");
    }
}

static void test_more_than_an_sa_can_have(void **state)
{
    (void)state;
    struct ike_ts offered = { .n = IKE_TS_MAX };
    struct esp_selector any = ike_ts_any(IP_V4);
    struct ike_narrowed r;
    struct diag d;
    for (uint32_t i = 0; i < IKE_TS_MAX; i++) {
        offered.s[i] = any;
        offered.s[i].from = offered.s[i].to = ip_from_u32(0x0a000000 + 2 * i);
    }
    const struct ike_narrow x = { &offered, &any, 1, true };
    assert_true(ike_ts_narrow(&x, "TSi", &r, &d));
    assert_int_equal(r.n, ESP_SELECTORS_MAX);
    assert_true(r.cut && r.narrowed);
    assert_true(ike_ts_eq(&r.s[0], &offered.s[0]));
}

static void test_text(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "10.0.0.0/8", "10.0.0.0/8" },
        { "10.0.0.1", "10.0.0.1" },
        { "10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9" },
        { "::/0", "::/0" },
        { "0.0.0.0/0 p6:80-90", "0.0.0.0/0 proto 6 port 80-90" },
        { "0.0.0.0/0 p6#", "0.0.0.0/0 proto 6 port opaque" },
        { "2001:db8::1 p17:53-53", "2001:db8::1 proto 17 port 53" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char s[128];
        struct text t = text_init(s, sizeof(s));
        struct esp_selector x = sel(cases[i][0]);
        text_ike_selector(&t, &x);
        assert_string_equal(s, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_meet_and_cover),
        cmocka_unit_test(test_narrowing),
        cmocka_unit_test(test_narrowing_of_chance),
        cmocka_unit_test(test_the_answer_is_checked),
        cmocka_unit_test(test_more_than_an_sa_can_have),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
