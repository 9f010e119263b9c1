/* Ranges of addresses and ports as the kernel's prefixes and masks. */
#include "daemon/xfrm_selectors.h"

#include "../unit.h"

static struct esp_selector range(const char *from, const char *to, uint8_t protocol,
                                 uint16_t port_from, uint16_t port_to)
{
    struct esp_selector s = { .protocol = protocol, .port_from = port_from, .port_to = port_to };
    if (!ip_parse(from, &s.from) || !ip_parse(to, &s.to))
        fail_msg("%s-%s", from, to);
    return s;
}

static const char *words(const struct os_xfrm_selector *s, uint32_t n)
{
    static char buf[4096];
    struct text t = text_init(buf, sizeof(buf));
    for (uint32_t i = 0; i < n; i++) {
        text_str(&t, i ? ", " : "");
        text_prefix(&t, &s[i].source);
        text_char(&t, ':');
        text_u64(&t, s[i].source_port);
        text_char(&t, '/');
        text_u64(&t, s[i].source_mask);
        text_char(&t, '>');
        text_prefix(&t, &s[i].destination);
        text_char(&t, ':');
        text_u64(&t, s[i].destination_port);
        text_char(&t, '/');
        text_u64(&t, s[i].destination_mask);
        text_char(&t, ' ');
        text_u64(&t, s[i].protocol);
    }
    return buf;
}

static void ranges_become_prefixes_and_masks(void **state)
{
    (void)state;
    static const struct {
        const char *claim, *from, *to;
        uint8_t protocol;
        uint16_t port_from, port_to;
        const char *want; /* of a destination 10.9.0.0-10.9.255.255, any port */
    } rows[] = {
        { "any", "0.0.0.0", "255.255.255.255", 0, 0, 65535, "0.0.0.0/0:0/0>10.9.0.0/16:0/0 0" },
        { "one address and one port", "10.1.2.3", "10.1.2.3", 6, 443, 443,
          "10.1.2.3/32:443/65535>10.9.0.0/16:0/0 6" },
        { "a range that is no prefix", "10.1.0.1", "10.1.0.6", 0, 0, 65535,
          "10.1.0.1/32:0/0>10.9.0.0/16:0/0 0, 10.1.0.2/31:0/0>10.9.0.0/16:0/0 0, "
          "10.1.0.4/31:0/0>10.9.0.0/16:0/0 0, 10.1.0.6/32:0/0>10.9.0.0/16:0/0 0" },
        { "a range to the end", "255.255.255.254", "255.255.255.255", 0, 0, 65535,
          "255.255.255.254/31:0/0>10.9.0.0/16:0/0 0" },
        { "ports above a limit", "10.1.0.0", "10.1.255.255", 17, 49152, 65535,
          "10.1.0.0/16:49152/49152>10.9.0.0/16:0/0 17" },
        { "ICMP, all of it", "10.1.0.0", "10.1.255.255", 1, 0, 65535,
          "10.1.0.0/16:0/0>10.9.0.0/16:0/0 1" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct os_xfrm_selector got[XFRM_SELECTORS_MAX];
        struct esp_child c = { .n_local = 1, .n_remote = 1 };
        c.local[0] =
            range(rows[i].from, rows[i].to, rows[i].protocol, rows[i].port_from, rows[i].port_to);
        c.remote[0] = range("10.9.0.0", "10.9.255.255", 0, 0, 65535);
        CLAIM_TEXT(rows[i].claim, words(got, xfrm_selectors(&c, got)), rows[i].want);
    }
}

static void what_cannot_be_said_is_refused_whole(void **state)
{
    (void)state;
    struct os_xfrm_selector got[XFRM_SELECTORS_MAX];
    struct esp_child c = { .n_local = 1, .n_remote = 1 };
    c.remote[0] = range("10.9.0.0", "10.9.255.255", 0, 0, 65535);
    c.local[0] = range("10.1.0.0", "10.1.0.255", 1, 0x0800, 0x08ff); /* echo requests */
    assert_int_equal(xfrm_selectors(&c, got), 0);
    c.local[0] = range("10.0.0.1", "10.255.255.254", 6, 1, 65534); /* 46 prefixes, 30 ports */
    assert_int_equal(xfrm_selectors(&c, got), 0);
    c.local[0] = range("10.1.0.9", "10.1.0.1", 0, 0, 65535); /* backwards */
    assert_int_equal(xfrm_selectors(&c, got), 0);
    c.local[0] = (struct esp_selector){ 0 };
    assert_int_equal(xfrm_selectors(&c, got), 0);
}

static void sides_are_paired_by_family_and_protocol(void **state)
{
    (void)state;
    struct os_xfrm_selector got[XFRM_SELECTORS_MAX];
    struct esp_child c = { .n_local = 2, .n_remote = 2 };
    c.local[0] = range("0.0.0.0", "255.255.255.255", 0, 0, 65535);
    c.local[1] = range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0, 0, 65535);
    c.remote[0] = c.local[0];
    c.remote[1] = c.local[1];
    CLAIM_TEXT("both families", words(got, xfrm_selectors(&c, got)),
               "0.0.0.0/0:0/0>0.0.0.0/0:0/0 0, ::/0:0/0>::/0:0/0 0");
    c.local[0].protocol = 6;
    c.remote[0].protocol = 17;
    CLAIM_TEXT("TCP is not UDP", words(got, xfrm_selectors(&c, got)), "::/0:0/0>::/0:0/0 0");
    c.remote[0] = range("10.9.0.0", "10.9.0.255", 0, 53, 53);
    assert_int_equal(xfrm_selectors(&c, got), 2);
    struct os_xfrm_selector back = xfrm_selector_reversed(&got[0]);
    CLAIM_TEXT("the way back", words(&back, 1), "10.9.0.0/24:53/65535>0.0.0.0/0:0/0 6");
    assert_false(xfrm_selector_eq(&back, &got[0]));
    back = xfrm_selector_reversed(&back);
    assert_true(xfrm_selector_eq(&back, &got[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_become_prefixes_and_masks),
        cmocka_unit_test(what_cannot_be_said_is_refused_whole),
        cmocka_unit_test(sides_are_paired_by_family_and_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
