/* Messages about IPsec to the kernel and from it, byte by byte; what a kernel without it says. */
#include "os/xfrm.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/xfrm.h>
#include <unistd.h>

#include "../unit.h"

static _Alignas(8) uint8_t bytes[OS_XFRM_MESSAGE_MAX];
static _Alignas(8) uint8_t many[OS_XFRM_READ_BYTES];
static uint8_t key[100];

static struct ip_addr ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (!ip_parse(s, &a))
        fail_msg("address %s", s);
    return a;
}

static struct prefix px(const char *s)
{
    struct prefix p = { 0 };
    if (!prefix_parse(s, &p, NULL))
        fail_msg("prefix %s", s);
    return p;
}

/* The payload of an attribute behind `head` bytes of a message; NULL: it is not there. */
static const uint8_t *attribute(size_t n, size_t head, uint16_t type, size_t *ret_len)
{
    for (size_t at = 16 + (head + 3) / 4 * 4; at + 4 <= n;) {
        uint16_t a[2];
        memcpy(a, bytes + at, sizeof(a));
        if ((a[1] & 0x3fff) == type) {
            *ret_len = a[0] - 4UL;
            return bytes + at + 4;
        }
        at += (a[0] + 3UL) / 4 * 4;
    }
    return NULL;
}

static uint32_t u32_at(const void *p, size_t offset)
{
    uint32_t v;
    memcpy(&v, (const uint8_t *)p + offset, sizeof(v));
    return v;
}

static struct os_xfrm_state plain(void)
{
    for (size_t i = 0; i < sizeof(key); i++)
        key[i] = (uint8_t)(i + 1);
    return (struct os_xfrm_state){ .source = ip("198.51.100.1"),
                                   .destination = ip("198.51.100.2"),
                                   .spi = 0xc0010203,
                                   .if_id = 0x11223344,
                                   .reqid = 5,
                                   .encr = 20,
                                   .encr_bits = 256,
                                   .key = key,
                                   .window = 1024 };
}

static void every_algorithm_has_the_kernels_name(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        uint16_t encr, bits, integ;
        const char *aead, *cipher, *hash;
        uint32_t key_bits, icv_bits, hash_key_bits;
    } rows[] = {
        { "AES-GCM 128", 20, 128, 0, "rfc4106(gcm(aes))", NULL, NULL, 160, 128, 0 },
        { "AES-GCM 192", 20, 192, 0, "rfc4106(gcm(aes))", NULL, NULL, 224, 128, 0 },
        { "AES-GCM 256", 20, 256, 0, "rfc4106(gcm(aes))", NULL, NULL, 288, 128, 0 },
        { "ChaCha20", 28, 0, 0, "rfc7539esp(chacha20,poly1305)", NULL, NULL, 288, 128, 0 },
        { "CBC 128, SHA1", 12, 128, 2, NULL, "cbc(aes)", "hmac(sha1)", 128, 96, 160 },
        { "CBC 192, SHA1", 12, 192, 2, NULL, "cbc(aes)", "hmac(sha1)", 192, 96, 160 },
        { "CBC 256, SHA256", 12, 256, 12, NULL, "cbc(aes)", "hmac(sha256)", 256, 128, 256 },
        { "CBC 256, SHA384", 12, 256, 13, NULL, "cbc(aes)", "hmac(sha384)", 256, 192, 384 },
        { "CBC 128, SHA512", 12, 128, 14, NULL, "cbc(aes)", "hmac(sha512)", 128, 256, 512 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *claim = rows[i].claim;
        struct os_xfrm_state s = plain();
        s.encr = rows[i].encr;
        s.encr_bits = rows[i].bits;
        s.integ = rows[i].integ;
        size_t n = os_xfrm_encode_state(bytes, &s), len = 0, head = sizeof(struct xfrm_usersa_info);
        CLAIM(claim, n > 0 && u32_at(bytes, 0) == n);
        const uint8_t *a =
            attribute(n, head, rows[i].aead ? XFRMA_ALG_AEAD : XFRMA_ALG_CRYPT, &len);
        CLAIM(claim, a != NULL);
        CLAIM_TEXT(claim, (const char *)a, rows[i].aead ? rows[i].aead : rows[i].cipher);
        CLAIM(claim, u32_at(a, 64) == rows[i].key_bits);
        size_t key_at = rows[i].aead ? 72 : 68, key_len = rows[i].key_bits / 8;
        CLAIM(claim, len == key_at + key_len && memcmp(a + key_at, key, key_len) == 0);
        if (rows[i].aead) {
            CLAIM(claim, u32_at(a, 68) == rows[i].icv_bits);
            CLAIM(claim, !attribute(n, head, XFRMA_ALG_AUTH_TRUNC, &len));
            continue;
        }
        a = attribute(n, head, XFRMA_ALG_AUTH_TRUNC, &len);
        CLAIM(claim, a != NULL);
        CLAIM_TEXT(claim, (const char *)a, rows[i].hash);
        CLAIM(claim, u32_at(a, 64) == rows[i].hash_key_bits && u32_at(a, 68) == rows[i].icv_bits);
        CLAIM(claim, len == 72 + rows[i].hash_key_bits / 8 &&
                         memcmp(a + 72, key + key_len, rows[i].hash_key_bits / 8) == 0);
    }
}

static void what_the_kernel_has_no_name_for_is_no_message(void **state)
{
    (void)state;
    struct os_xfrm_state s = plain();
    s.encr = 3; /* 3DES */
    assert_int_equal(os_xfrm_encode_state(bytes, &s), 0);
    s = plain();
    s.encr_bits = 512;
    assert_int_equal(os_xfrm_encode_state(bytes, &s), 0);
    s = plain();
    s.integ = 2; /* beside an AEAD */
    assert_int_equal(os_xfrm_encode_state(bytes, &s), 0);
    s = plain();
    s.encr = 12; /* without integrity */
    assert_int_equal(os_xfrm_encode_state(bytes, &s), 0);
    s = plain();
    s.destination = ip("2001:db8::1");
    assert_int_equal(os_xfrm_encode_state(bytes, &s), 0);
    s.source = s.destination = (struct ip_addr){ 0 };
    assert_int_equal(os_xfrm_encode_state(bytes, &s), 0);
}

/* Offsets of linux/xfrm.h, counted by hand. */
static void a_state_is_these_bytes(void **state)
{
    (void)state;
    struct os_xfrm_state s = plain();
    s.soft_bytes = 1000;
    s.hard_bytes = 2000;
    s.hard_packets = 7;
    s.hard_s = 3600;
    size_t n = os_xfrm_encode_state(bytes, &s);
    static const uint8_t head[] = { XFRM_MSG_NEWSA, 0, 0x05,
                                    0x06 }; /* request, ack, excl, create */
    const uint8_t *i = bytes + 16;
    assert_memory_equal(bytes + 4, head, sizeof(head));
    assert_int_equal(sizeof(struct xfrm_usersa_info), 224);
    static const uint8_t nothing[56];
    assert_memory_equal(i, nothing, 56); /* the selector: any of both families */
    assert_memory_equal(i + 56, "\xc6\x33\x64\x02", 4);
    assert_memory_equal(i + 72, "\xc0\x01\x02\x03\x32", 5);
    assert_memory_equal(i + 80, "\xc6\x33\x64\x01", 4);
    assert_int_equal(u32_at(i, 96), 1000);
    assert_int_equal(u32_at(i, 104), 2000);
    assert_int_equal(u32_at(i, 112), UINT32_MAX); /* no soft limit of packets */
    assert_int_equal(u32_at(i, 120), 7);
    assert_int_equal(u32_at(i, 136), 3600);
    assert_memory_equal(i + 208, "\x05\0\0\0\x02\0\x01\0\x20",
                        9); /* reqid, AF_INET, tunnel, 0, any */
    size_t len;
    const uint8_t *a = attribute(n, 224, XFRMA_IF_ID, &len);
    assert_non_null(a);
    assert_memory_equal(a, "\x44\x33\x22\x11", 4);
    assert_null(attribute(n, 224, XFRMA_ENCAP, &len));
}

static void the_window_takes_the_form_that_the_kernel_wants(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        uint32_t window, words, has;
        bool out, esn;
    } rows[] = {
        { "inbound", 1024, 32, 1024, false, false },
        { "a window that is not whole words", 65, 3, 65, false, false },
        { "more than the kernel can", 65536, 128, 4096, false, false },
        { "off", 0, 0, 0, false, false },
        { "off with long numbers: they are told by the window", 0, 128, 4096, false, true },
        { "outbound", 1024, 0, 0, true, false },
        { "outbound with long numbers", 1024, 1, 32, true, true },
        { "inbound with long numbers", 64, 2, 64, false, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct os_xfrm_state s = plain();
        s.window = rows[i].window;
        s.out = rows[i].out;
        s.esn = rows[i].esn;
        size_t n = os_xfrm_encode_state(bytes, &s), len = 0;
        const uint8_t *a = attribute(n, 224, XFRMA_REPLAY_ESN_VAL, &len);
        CLAIM(rows[i].claim, ((bytes[16 + 216] & XFRM_STATE_ESN) != 0) == rows[i].esn);
        CLAIM(rows[i].claim, bytes[16 + 215] == 0); /* the short window's place */
        CLAIM(rows[i].claim, (a != NULL) == (rows[i].words > 0));
        if (a) {
            CLAIM(rows[i].claim, len == 24 + rows[i].words * 4 && u32_at(a, 0) == rows[i].words);
            CLAIM(rows[i].claim, u32_at(a, 20) == rows[i].has);
        }
    }
}

static void a_nat_puts_udp_around_it(void **state)
{
    (void)state;
    struct os_xfrm_state s = plain();
    s.source_port = 4500;
    s.destination_port = 61234;
    s.clear_df = s.ignore_dscp = true;
    size_t n = os_xfrm_encode_state(bytes, &s), len = 0;
    const uint8_t *a = attribute(n, 224, XFRMA_ENCAP, &len);
    assert_non_null(a);
    assert_int_equal(len, 24);
    assert_memory_equal(a, "\x02\x00\x11\x94\xef\x32", 6); /* ESP in UDP, 4500, 61234 */
    assert_int_equal(bytes[16 + 216], XFRM_STATE_AF_UNSPEC | XFRM_STATE_NOPMTUDISC);
    a = attribute(n, 224, XFRMA_SA_EXTRA_FLAGS, &len);
    assert_non_null(a);
    assert_int_equal(u32_at(a, 0), XFRM_SA_XFLAG_DONT_ENCAP_DSCP);
}

static void a_policy_binds_a_selector_to_its_states(void **state)
{
    (void)state;
    struct os_xfrm_policy p = { .direction = OS_XFRM_OUT,
                                .selector = { .source = px("10.1.0.0/16"),
                                              .destination = px("10.2.0.0/24"),
                                              .protocol = 6,
                                              .destination_port = 443,
                                              .destination_mask = 0xffff },
                                .if_id = 9,
                                .priority = 77,
                                .reqid = 5,
                                .source = ip("198.51.100.1"),
                                .destination = ip("198.51.100.2") };
    size_t n = os_xfrm_encode_policy(bytes, &p, false), len = 0;
    assert_int_equal(bytes[4], XFRM_MSG_UPDPOLICY);
    const uint8_t *i = bytes + 16;
    assert_memory_equal(i, "\x0a\x02\0\0", 4);
    assert_memory_equal(i + 16, "\x0a\x01\0\0", 4);
    assert_memory_equal(i + 32, "\x01\xbb\xff\xff\0\0\0\0\x02\0\x18\x10\x06", 13);
    assert_int_equal(sizeof(struct xfrm_userpolicy_info), 168);
    assert_memory_equal(i + 152, "\x4d\0\0\0\0\0\0\0\x01\0\0\0",
                        12); /* priority, index, out, allow */
    const uint8_t *t = attribute(n, 168, XFRMA_TMPL, &len);
    assert_non_null(t);
    assert_int_equal(len, 64);
    assert_memory_equal(t, "\xc6\x33\x64\x02", 4);
    assert_memory_equal(t + 16, "\0\0\0\0\x32\0\0\0\x02\0\0\0\xc6\x33\x64\x01", 16);
    assert_memory_equal(t + 44, "\x05\0\0\0\x01\0\0\0", 8); /* reqid, tunnel, not optional */
    assert_int_equal(u32_at(attribute(n, 168, XFRMA_IF_ID, &len), 0), 9);

    p.direction = OS_XFRM_FORWARD; /* whatever addresses the state has */
    n = os_xfrm_encode_policy(bytes, &p, false);
    static const uint8_t nothing[16];
    t = attribute(n, 168, XFRMA_TMPL, &len);
    assert_memory_equal(t, nothing, 16);
    assert_memory_equal(t + 28, nothing, 16);
    assert_int_equal(i[160], 2);

    n = os_xfrm_encode_policy(bytes, &p, true);
    assert_int_equal(bytes[4], XFRM_MSG_DELPOLICY);
    assert_int_equal(i[60], 2);
    assert_null(attribute(n, sizeof(struct xfrm_userpolicy_id), XFRMA_TMPL, &len));
    p.selector.destination = px("2001:db8::/32");
    assert_int_equal(os_xfrm_encode_policy(bytes, &p, false), 0);
}

static void an_interface_is_made_dormant(void **state)
{
    (void)state;
    size_t n = os_xfrm_encode_link(bytes, "Tunnel1", 0x11223344, 1400), len = 0;
    const uint8_t *a = attribute(n, 16, IFLA_IFNAME, &len);
    CLAIM_TEXT("its name", (const char *)a, "Tunnel1");
    assert_int_equal(u32_at(attribute(n, 16, IFLA_MTU, &len), 0), 1400);
    assert_int_equal(*attribute(n, 16, IFLA_LINKMODE, &len), 1);
    assert_int_equal(*attribute(n, 16, IFLA_OPERSTATE, &len), 5);
    a = attribute(n, 16, IFLA_LINKINFO, &len);
    assert_int_equal(len, 24);
    assert_memory_equal(a + 4, "xfrm", 5);
    assert_memory_equal(a + 16, "\x08\0\x02\0\x44\x33\x22\x11", 8);
    assert_int_equal(os_xfrm_encode_link(bytes, "", 1, 0), 0);
    assert_int_equal(os_xfrm_encode_link(bytes, "a-name-of-16-chr", 1, 0), 0);
    assert_int_equal(os_xfrm_encode_link(bytes, "Tunnel1", 0, 0), 0);
}

/* ---- what the kernel says -------------------------------------------------------------------- */

static size_t put(size_t at, uint16_t type, const void *p, size_t n, uint32_t if_id)
{
    const struct nlmsghdr_like {
        uint32_t len;
        uint16_t type, flags;
        uint32_t seq, pid;
    } h = { .len = (uint32_t)(16 + (n + 3) / 4 * 4 + (if_id ? 8 : 0)), .type = type };
    memset(many + at, 0, h.len);
    memcpy(many + at, &h, sizeof(h));
    memcpy(many + at + 16, p, n);
    if (if_id) {
        const uint16_t a[2] = { 8, XFRMA_IF_ID };
        memcpy(many + at + h.len - 8, a, sizeof(a));
        memcpy(many + at + h.len - 4, &if_id, sizeof(if_id));
    }
    return at + h.len;
}

static size_t say_all(void)
{
    struct xfrm_user_expire expire = { .hard = 1 };
    struct xfrm_user_mapping mapping = { 0 };
    struct xfrm_user_acquire acquire = { 0 };
    expire.state.family = 2;
    expire.state.id.proto = 50;
    memcpy(&expire.state.id.spi, "\xc0\0\0\x01", 4);
    memcpy(&expire.state.id.daddr, "\xc6\x33\x64\x02", 4);
    mapping.id.family = 10;
    mapping.id.proto = 50;
    memcpy(&mapping.new_saddr, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16);
    memcpy(&mapping.new_sport, "\x11\x95", 2);
    size_t n = put(0, XFRM_MSG_EXPIRE, &expire, sizeof(expire), 9);
    n = put(n, XFRM_MSG_NEWSA, &expire, 8, 0); /* not for us */
    n = put(n, XFRM_MSG_MAPPING, &mapping, sizeof(mapping), 0);
    n = put(n, XFRM_MSG_ACQUIRE, &acquire, sizeof(acquire), 0); /* of no interface */
    return put(n, XFRM_MSG_ACQUIRE, &acquire, sizeof(acquire), 11);
}

static void events_are_read_and_others_passed_over(void **state)
{
    (void)state;
    size_t n = say_all(), at = 0;
    struct os_xfrm_event e;
    assert_true(os_xfrm_monitor_next(many, n, &at, &e));
    assert_true(e.what == OS_XFRM_HARD && e.if_id == 9 && e.spi == 0xc0000001);
    struct ip_addr a = ip("198.51.100.2");
    assert_true(ip_eq(&e.destination, &a));
    assert_true(os_xfrm_monitor_next(many, n, &at, &e));
    a = ip("2001:db8::7");
    assert_true(e.what == OS_XFRM_MOVED && e.from_port == 4501 && ip_eq(&e.from, &a));
    assert_true(os_xfrm_monitor_next(many, n, &at, &e));
    assert_true(e.what == OS_XFRM_ACQUIRE && e.if_id == 11);
    assert_false(os_xfrm_monitor_next(many, n, &at, &e));
    assert_int_equal(at, n);
}

static void cut_messages_are_no_events(void **state)
{
    (void)state;
    struct os_xfrm_event e;
    for (size_t cut = 0, n = say_all(); cut < n; cut++) {
        size_t at = 0, events = 0;
        while (os_xfrm_monitor_next(many, cut, &at, &e))
            events++;
        assert_true(events < 3 && at == cut);
    }
    memset(many, 0xff, 64); /* a length beyond everything */
    size_t at = 0;
    assert_false(os_xfrm_monitor_next(many, 64, &at, &e));
}

static void a_kernel_without_it_says_what_it_lacks(void **state)
{
    (void)state;
    struct os_xfrm *x;
    if (geteuid() != 0)
        skip(); /* nothing can be asked */
    err_t rc = os_xfrm_open(&x);
    if (rc == -EPROTONOSUPPORT)
        skip(); /* nobody to ask */
    assert_int_equal(rc, 0);
    char why[256];
    struct text t = text_init(why, sizeof(why));
    rc = os_xfrm_probe(x, &t);
    if (rc != 0 && rc != -EPERM)
        CLAIM(why, strstr(why, "this kernel has no ") && strstr(why, "module "));
    os_xfrm_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm_has_the_kernels_name),
        cmocka_unit_test(what_the_kernel_has_no_name_for_is_no_message),
        cmocka_unit_test(a_state_is_these_bytes),
        cmocka_unit_test(the_window_takes_the_form_that_the_kernel_wants),
        cmocka_unit_test(a_nat_puts_udp_around_it),
        cmocka_unit_test(a_policy_binds_a_selector_to_its_states),
        cmocka_unit_test(an_interface_is_made_dormant),
        cmocka_unit_test(events_are_read_and_others_passed_over),
        cmocka_unit_test(cut_messages_are_no_events),
        cmocka_unit_test(a_kernel_without_it_says_what_it_lacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
