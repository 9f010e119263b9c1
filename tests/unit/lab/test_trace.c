/* lab/trace.h: the order of sightings, the way they show, and the filter, run by a small machine of
 * classic BPF, against packets. */
#include "lab/trace.h"

#include <linux/if_ether.h>

#include "base/rd.h"

#include "../unit.h"

static const struct lab_mark mark = { { 0x89, 1, 2, 3, 4, 5, 6, 7 } };

/* --- the way ---------------------------------------------------------------------------------- */

enum { IN, OUT };

static void see(struct lab_trace *t, ns_t at, uint32_t space, int leaving, const char *interface,
                enum lab_way way)
{
    struct lab_sighting s = { .at = at, .space = space, .leaving = leaving == OUT };
    s.kinship = (struct lab_kinship){ .way = way, .opens = true };
    snprintf(s.interface, sizeof(s.interface), "%s", interface);
    lab_trace_add(t, &s);
}

static void way_is(struct lab_trace *t, const char *claim, enum lab_way way, const char *want)
{
    struct lab_step steps[8];
    char text[200];
    struct text out = text_init(text, sizeof(text));
    uint32_t n = lab_trace_way(t, way, 0, steps, ARRAY_LEN(steps));
    for (uint32_t i = 0; i < n; i++) {
        text_str(&out, i ? " " : "");
        text_str(&out, steps[i].in);
        text_char(&out, '>');
        text_u64(&out, steps[i].space);
        text_char(&out, '>');
        text_str(&out, steps[i].out);
    }
    CLAIM_TEXT(claim, text, want);
}

static void sightings_are_put_in_order_of_time(void **state)
{
    struct lab_trace t = { .epoll = -1 };
    (void)state;
    see(&t, 50, 2, IN, "eth0", LAB_ASKING);
    see(&t, 40, 1, OUT, "b", LAB_ASKING);
    see(&t, 10, 0, OUT, "eth0", LAB_ASKING);
    see(&t, 30, 1, IN, "a", LAB_ASKING);
    see(&t, 60, 2, OUT, "eth0", LAB_ANSWERING);
    see(&t, 70, 1, IN, "b", LAB_ANSWERING);
    see(&t, 70, 1, OUT, "a", LAB_ANSWERING); /* the same time: as they were read */
    see(&t, 80, 0, IN, "eth0", LAB_ANSWERING);
    lab_trace_sort(&t);
    way_is(&t, "question", LAB_ASKING, ">0>eth0 a>1>b eth0>2>");
    way_is(&t, "answer", LAB_ANSWERING, ">2>eth0 b>1>a eth0>0>");
    lab_trace_close(&t);
}

static void only_the_last_attempt_is_the_way(void **state)
{
    struct lab_trace t = { .epoll = -1 };
    (void)state;
    see(&t, 1, 0, OUT, "eth0", LAB_ASKING);
    see(&t, 2, 1, IN, "a", LAB_ASKING); /* lost here */
    see(&t, 1001, 0, OUT, "eth0", LAB_ASKING);
    see(&t, 1002, 3, IN, "x", LAB_ASKING);
    see(&t, 1003, 3, OUT, "y", LAB_ASKING);
    see(&t, 1004, 2, IN, "eth0", LAB_ASKING);
    lab_trace_sort(&t);
    way_is(&t, "second attempt", LAB_ASKING, ">0>eth0 x>3>y eth0>2>");
    lab_trace_close(&t);
}

static void a_fabric_that_is_passed_twice_shows_twice(void **state)
{
    struct lab_trace t = { .epoll = -1 };
    (void)state;
    see(&t, 1, 0, OUT, "eth0", LAB_ASKING);
    see(&t, 2, 1, IN, "vm0", LAB_ASKING);
    see(&t, 3, 1, OUT, "nva", LAB_ASKING);
    see(&t, 4, 2, IN, "eth0", LAB_ASKING);
    see(&t, 5, 2, OUT, "eth0", LAB_ASKING);
    see(&t, 6, 1, IN, "nva", LAB_ASKING);
    see(&t, 7, 1, OUT, "vm1", LAB_ASKING);
    see(&t, 8, 3, IN, "eth0", LAB_ASKING);
    lab_trace_sort(&t);
    way_is(&t, "hairpin", LAB_ASKING, ">0>eth0 vm0>1>nva eth0>2>eth0 nva>1>vm1 eth0>3>");
    lab_trace_close(&t);
}

static void what_is_wrapped_is_no_step_but_is_in_clear(void **state)
{
    struct lab_trace t = { .epoll = -1 };
    struct ip_addr source;
    struct lab_step step;
    const uint32_t internet[] = { 1 }, elsewhere[] = { 2, 3 };
    struct lab_sighting vxlan = { .at = 2, .space = 1 };
    vxlan.kinship = (struct lab_kinship){ .way = LAB_ASKING, .opens = true, .wrapped = true };
    (void)state;
    see(&t, 1, 0, OUT, "vxlan0", LAB_ASKING);
    lab_trace_add(&t, &vxlan);
    see(&t, 3, 2, IN, "vxlan0", LAB_ASKING);
    lab_trace_sort(&t);
    way_is(&t, "wrapped", LAB_ASKING, ">0>vxlan0 vxlan0>2>");
    assert_non_null(lab_trace_in_clear(&t, internet, 1));
    assert_non_null(lab_trace_in_clear(&t, elsewhere, 2));
    assert_null(lab_trace_in_clear(&t, elsewhere + 1, 1));
    assert_true(lab_trace_source_seen(&t, 2, &source));
    assert_false(lab_trace_source_seen(&t, 1, &source));
    assert_int_equal(lab_trace_way(&t, LAB_ASKING, 0, &step, 1), 2);
    assert_int_equal(lab_trace_way(&t, LAB_ANSWERING, 0, &step, 1), 0);
    lab_trace_close(&t);
}

static void see_esp(struct lab_trace *t, ns_t at, uint32_t space, int leaving,
                    const char *interface, uint32_t number)
{
    struct lab_sighting s = { .at = at, .space = space, .leaving = leaving == OUT, .spi = 7 };
    s.kinship.way = LAB_SEALED;
    s.number = number;
    snprintf(s.interface, sizeof(s.interface), "%s", interface);
    lab_trace_add(t, &s);
}

/* 0 -> gateway 1 -> internet 2 -> gateway 3 -> 4, while other packets use the same tunnel. */
static void esp_that_carries_it_is_known_by_the_times(void **state)
{
    struct lab_trace t = { .epoll = -1 };
    struct lab_step steps[8];
    const uint32_t internet[] = { 2 };
    (void)state;
    see(&t, 1, 0, OUT, "eth0", LAB_ASKING);
    see(&t, 2, 1, IN, "eth0", LAB_ASKING);
    see_esp(&t, 3, 1, OUT, "public", 50); /* before ours */
    see(&t, 4, 1, OUT, "tun0", LAB_ASKING);
    see_esp(&t, 5, 2, IN, "gw1", 50);
    see_esp(&t, 6, 1, OUT, "public", 51);
    see_esp(&t, 7, 2, IN, "gw1", 51);
    see_esp(&t, 8, 2, OUT, "gw3", 50);
    see_esp(&t, 9, 3, IN, "public", 50);
    see_esp(&t, 10, 2, OUT, "gw3", 51);
    see_esp(&t, 11, 3, IN, "public", 51);
    see(&t, 12, 3, IN, "tun0", LAB_ASKING);
    see(&t, 13, 3, OUT, "eth0", LAB_ASKING);
    see(&t, 14, 4, IN, "eth0", LAB_ASKING);
    lab_trace_sort(&t);
    way_is(&t, "sealed", LAB_ASKING, ">0>eth0 eth0>1>tun0 gw1>2>gw3 tun0>3>eth0 eth0>4>");
    assert_int_equal(lab_trace_way(&t, LAB_ASKING, 0, steps, ARRAY_LEN(steps)), 5);
    assert_true(steps[2].sealed && !steps[1].sealed && !steps[3].sealed);
    assert_null(lab_trace_in_clear(&t, internet, 1));
    lab_trace_close(&t);
}

static void a_busy_tunnel_displaces_nothing(void **state)
{
    struct lab_trace t = { .epoll = -1 };
    (void)state;
    for (uint32_t i = 0; i < LAB_SEALED_MAX + 3; i++)
        see_esp(&t, i, 1, OUT, "public", i);
    see(&t, 1, 0, OUT, "eth0", LAB_ASKING);
    assert_int_equal(t.sealed_lost, 3);
    assert_int_equal(t.lost, 0);
    assert_int_equal(t.count, LAB_SEALED_MAX + 1);
    lab_trace_close(&t);
}

static void errors_are_not_content(void **state)
{
    struct lab_trace t = { .epoll = -1 };
    const uint32_t internet[] = { 1 };
    (void)state;
    see(&t, 1, 1, IN, "a", LAB_ERROR);
    lab_trace_sort(&t);
    assert_null(lab_trace_in_clear(&t, internet, 1));
    assert_null(lab_trace_last(&t, LAB_ASKING));
    lab_trace_close(&t);
}

static void sightings_have_a_top(void **state)
{
    struct lab_trace t = { .epoll = -1 };
    (void)state;
    for (int i = 0; i < LAB_SIGHTINGS_MAX + 5; i++)
        see(&t, i, 0, OUT, "eth0", LAB_ASKING);
    assert_int_equal(t.count, LAB_SIGHTINGS_MAX);
    assert_int_equal(t.lost, 5);
    lab_trace_close(&t);
}

/* --- the filter ------------------------------------------------------------------------------- */

static bool load(const struct sock_filter *f, uint32_t at, struct rd r, uint32_t *ret)
{
    if (f->k == (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)) {
        *ret = ETH_P_IP;
        return true;
    }
    rd_bytes(&r, at);
    *ret = BPF_SIZE(f->code) == BPF_W   ? rd_u32(&r)
           : BPF_SIZE(f->code) == BPF_H ? rd_u16(&r)
                                        : rd_u8(&r);
    return !r.bad;
}

static bool is_true(uint16_t code, uint32_t a, uint32_t k)
{
    return BPF_OP(code) == BPF_JEQ   ? a == k
           : BPF_OP(code) == BPF_JGT ? a > k
           : BPF_OP(code) == BPF_JGE ? a >= k
                                     : (a & k) != 0;
}

static void compute(const struct sock_filter *f, uint32_t *a, uint32_t x)
{
    uint32_t k = BPF_SRC(f->code) == BPF_X ? x : f->k;
    if (BPF_OP(f->code) == BPF_SUB)
        *a -= k;
    else if (BPF_OP(f->code) == BPF_ADD)
        *a += k;
    else if (BPF_OP(f->code) == BPF_AND)
        *a &= k;
    else
        *a >>= k;
}

/* The machine of classic BPF, as far as the filter uses it. */
static bool passes(const uint8_t *bytes, size_t n)
{
    struct sock_filter code[LAB_FILTER_MAX];
    uint16_t len = lab_trace_filter(&mark, code);
    uint32_t a = 0, x = 0, v;
    for (uint32_t i = 0; i < len; i++) {
        const struct sock_filter *f = &code[i];
        uint32_t base = BPF_MODE(f->code) == BPF_IND ? x : 0;
        if (BPF_CLASS(f->code) == BPF_RET)
            return f->k != 0;
        if (BPF_CLASS(f->code) == BPF_JMP) {
            i += is_true(f->code, a, f->k) ? f->jt : f->jf;
        } else if (BPF_CLASS(f->code) == BPF_ALU) {
            compute(f, &a, x);
        } else if (BPF_CLASS(f->code) == BPF_MISC) {
            x = a;
        } else if (!load(f, base + f->k, rd_init(bytes, n), &v)) {
            return false;
        } else if (BPF_CLASS(f->code) == BPF_LDX) {
            x = (v & 0xf) * 4;
        } else {
            a = v;
        }
    }
    fail_msg("the filter has no end");
    return false;
}

static size_t question(uint8_t protocol, uint8_t *buf, size_t room)
{
    struct lab_question q = { .protocol = protocol, .ttl = 9, .mark = mark };
    struct wr w = wr_init(buf, room);
    assert_true(ip_parse("10.0.0.1", &q.src) && ip_parse("10.0.0.2", &q.dst));
    q.sport = 40000;
    q.dport = 7;
    assert_true(lab_question_write(&q, &w));
    return wr_len(&w);
}

static void the_filter_passes_what_is_kin(void **state)
{
    static const uint8_t protocols[] = { LAB_PROTOCOL_ICMP, LAB_PROTOCOL_TCP, LAB_PROTOCOL_UDP };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        uint8_t buf[100];
        size_t n = question(protocols[i], buf, sizeof(buf));
        assert_true(passes(buf, n));
        /* Every bit of what is compared matters; with the payload's first one the mark is gone. */
        buf[protocols[i] == LAB_PROTOCOL_TCP ? 25 : 29] ^= 1;
        assert_false(passes(buf, n));
        buf[protocols[i] == LAB_PROTOCOL_TCP ? 25 : 29] ^= 1;
        buf[6] = 0x20; /* more fragments: the first one has it all */
        assert_true(passes(buf, n));
        buf[7] = 1; /* a later fragment */
        assert_false(passes(buf, n));
    }
}

static void the_filter_reads_data_behind_options(void **state)
{
    uint8_t buf[120] = { 0 };
    size_t n = question(LAB_PROTOCOL_TCP, buf, sizeof(buf));
    (void)state;
    buf[33] = LAB_ACK;
    buf[32] = 8 << 4; /* twelve bytes of options */
    assert_false(passes(buf, n));
    lab_head_write(&mark, 'Q', 0, buf + 52);
    assert_true(passes(buf, 62));
    assert_false(passes(buf, 58)); /* cut within the mark */
    buf[33] = LAB_ACK | LAB_SYN;   /* an answer: the acknowledgement counts */
    assert_false(passes(buf, 62));
    struct wr ack = wr_init(buf + 28, 4);
    wr_u32(&ack, lab_mark_isn(&mark) + 1);
    assert_true(passes(buf, 62));
}

static void the_filter_never_drops_what_may_carry_or_quote(void **state)
{
    static const uint8_t carriers[] = { 4, 47, 50 }, errors[] = { 3, 4, 11, 12 };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(carriers); i++) {
        uint8_t buf[100];
        size_t n = question(LAB_PROTOCOL_UDP, buf, sizeof(buf));
        buf[9] = carriers[i];
        assert_true(passes(buf, n));
    }
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        uint8_t buf[100];
        size_t n = question(LAB_PROTOCOL_ICMP, buf, sizeof(buf));
        buf[20] = errors[i];
        buf[28] ^= 1;
        assert_true(passes(buf, n));
        buf[20] = 8;
        assert_false(passes(buf, n));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sightings_are_put_in_order_of_time),
        cmocka_unit_test(only_the_last_attempt_is_the_way),
        cmocka_unit_test(a_fabric_that_is_passed_twice_shows_twice),
        cmocka_unit_test(what_is_wrapped_is_no_step_but_is_in_clear),
        cmocka_unit_test(esp_that_carries_it_is_known_by_the_times),
        cmocka_unit_test(a_busy_tunnel_displaces_nothing),
        cmocka_unit_test(errors_are_not_content),
        cmocka_unit_test(sightings_have_a_top),
        cmocka_unit_test(the_filter_passes_what_is_kin),
        cmocka_unit_test(the_filter_reads_data_behind_options),
        cmocka_unit_test(the_filter_never_drops_what_may_carry_or_quote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
