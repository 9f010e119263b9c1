/* One BGP session and its exact answers. The peer is played by bytes. */
#include "bgp/session.h"

#include <stdlib.h>

#include "../unit.h"
#include "base/mem.h"

struct rig {
    struct bgp_session *s;
    ns_t now;
    struct bgp_action seen[64];
    unsigned seen_n;
    uint8_t out[BGP_SIDES][8192];
    size_t out_n[BGP_SIDES];
};

static struct bgp_session_params params_of_us(void)
{
    return (struct bgp_session_params){
        .local_as = 65001,
        .remote_as = 65002,
        .router_id = 0x0a000001,
        .remote = ip_from_u32(0x0a000002),
        .hold_time_s = 90,
        .keepalive_s = 30,
        .connect_retry_s = 120,
        .send_hold_s = 480,
        .families = BGP_IPV4,
        .offer_as4 = true,
        .offer_refresh = true,
        .idle_hold_s = 1,
        .idle_hold_max_s = 60,
    };
}

static void drain(struct rig *r)
{
    while (r->seen_n < ARRAY_LEN(r->seen) &&
           bgp_session_next(r->s, r->now, &r->seen[r->seen_n]))
        r->seen_n++;
    for (unsigned side = 0; side < BGP_SIDES; side++) {
        const uint8_t *bytes;
        size_t n = bgp_session_output(r->s, (enum bgp_side)side, &bytes);
        assert_true(r->out_n[side] + n <= sizeof(r->out[side]));
        if (n)
            memcpy(r->out[side] + r->out_n[side], bytes, n);
        r->out_n[side] += n;
        bgp_session_sent(r->s, r->now, (enum bgp_side)side, n);
    }
}

static void forget(struct rig *r)
{
    r->seen_n = 0;
    r->out_n[0] = r->out_n[1] = 0;
}

static const struct bgp_action *find(const struct rig *r, enum bgp_action_kind kind)
{
    for (unsigned i = 0; i < r->seen_n; i++)
        if (r->seen[i].kind == kind)
            return &r->seen[i];
    return NULL;
}

static unsigned count(const struct rig *r, enum bgp_action_kind kind)
{
    unsigned n = 0;
    for (unsigned i = 0; i < r->seen_n; i++)
        n += r->seen[i].kind == kind;
    return n;
}

static struct rig *rig_new(const struct bgp_session_params *params)
{
    struct rig *r = calloc(1, sizeof(*r));
    r->s = bgp_session_new(params, 1);
    assert_non_null(r->s);
    return r;
}

static void rig_free(struct rig *r)
{
    bgp_session_free(r->s);
    free(r);
    assert_int_equal(mem_count(MEM_PEER), 0);
}

static void advance_to(struct rig *r, ns_t at)
{
    while (bgp_session_deadline(r->s) <= at) {
        r->now = MAX(r->now, bgp_session_deadline(r->s));
        bgp_session_advance(r->s, r->now);
        drain(r);
    }
    r->now = at;
}

static void connected(struct rig *r, enum bgp_side side, bool wanted)
{
    struct bgp_endpoints ends = { .local = ip_from_u32(0x0a000001),
                                  .remote = ip_from_u32(0x0a000002),
                                  .local_port = 40000,
                                  .remote_port = 179 };
    assert_int_equal(bgp_session_connected(r->s, r->now, side, &ends), wanted);
    drain(r);
}

static void feed(struct rig *r, enum bgp_side side, const void *bytes, size_t n)
{
    bgp_session_input(r->s, r->now, side, bytes, n);
    drain(r);
}

static void feed_open(struct rig *r, enum bgp_side side, uint32_t as, uint32_t id, uint16_t hold)
{
    struct bgp_open open = { .version = 4, .as = as, .as2 = (uint16_t)as, .hold_time = hold,
                             .router_id = id,
                             .caps = { .families = BGP_IPV4, .any_multiprotocol = true,
                                       .route_refresh = true, .as4 = true } };
    uint8_t buf[BGP_MESSAGE_MAX];
    struct wr w = wr_init(buf, sizeof(buf));
    bgp_encode_open(&w, &open);
    feed(r, side, buf, wr_len(&w));
}

static void feed_keepalive(struct rig *r, enum bgp_side side)
{
    uint8_t buf[64];
    struct wr w = wr_init(buf, sizeof(buf));
    bgp_encode_keepalive(&w);
    feed(r, side, buf, wr_len(&w));
}

static void start_to_opensent(struct rig *r)
{
    bgp_session_start(r->s, r->now);
    drain(r);
    assert_non_null(find(r, BGP_DO_CONNECT));
    connected(r, BGP_OUTGOING, true);
}

static void to_openconfirm(struct rig *r)
{
    start_to_opensent(r);
    feed_open(r, BGP_OUTGOING, 65002, 0x0a000002, 90);
}

static void to_established(struct rig *r)
{
    to_openconfirm(r);
    feed_keepalive(r, BGP_OUTGOING);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_ESTABLISHED);
}

/* The output of a side ends in this NOTIFICATION. */
static void claim_notification(const char *name, const struct rig *r, enum bgp_side side,
                               uint8_t code, uint8_t subcode, const uint8_t *data, size_t data_n)
{
    size_t n = 21 + data_n;
    CLAIM(name, r->out_n[side] >= n);
    const uint8_t *m = r->out[side] + r->out_n[side] - n;
    CLAIM(name, m[16] == 0 && m[17] == n && m[18] == BGP_NOTIFICATION);
    CLAIM(name, m[19] == code && m[20] == subcode);
    CLAIM(name, data_n == 0 || memcmp(m + 21, data, data_n) == 0);
}

/* --- answers -----------------------------------------------------------------------------------
 */

#define MARKER                                                                                     \
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff

struct bad_case {
    const char *name;
    enum bgp_state in;
    uint8_t bytes[64];
    size_t n;
    uint8_t code, subcode;
    uint8_t data[4];
    size_t data_n;
};

static const struct bad_case bad_cases[] = {
    { "[RFC 4271 6.1] marker not all ones",
      BGP_OPENSENT,
      { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 19, 4 },
      19,
      1,
      1,
      { 0 },
      0 },
    { "[RFC 4271 6.1] length below 19",
      BGP_OPENSENT,
      { MARKER, 0, 18, 4 },
      19,
      1,
      2,
      { 0, 18 },
      2 },
    { "[RFC 4271 6.1] length above 4096",
      BGP_ESTABLISHED,
      { MARKER, 0x10, 1, 2 },
      19,
      1,
      2,
      { 0x10, 1 },
      2 },
    { "[RFC 4271 6.1] KEEPALIVE of 20 bytes",
      BGP_ESTABLISHED,
      { MARKER, 0, 20, 4, 0 },
      20,
      1,
      2,
      { 0, 20 },
      2 },
    { "[RFC 4271 6.1] type 9", BGP_ESTABLISHED, { MARKER, 0, 19, 9 }, 19, 1, 3, { 9 }, 1 },
    { "[RFC 6608 3] KEEPALIVE in OpenSent",
      BGP_OPENSENT,
      { MARKER, 0, 19, 4 },
      19,
      5,
      1,
      { 4 },
      1 },
    { "[RFC 6608 3] UPDATE in OpenSent",
      BGP_OPENSENT,
      { MARKER, 0, 23, 2, 0, 0, 0, 0 },
      23,
      5,
      1,
      { 2 },
      1 },
    { "[RFC 6608 3] UPDATE in OpenConfirm",
      BGP_OPENCONFIRM,
      { MARKER, 0, 23, 2, 0, 0, 0, 0 },
      23,
      5,
      2,
      { 2 },
      1 },
    { "[RFC 6608 3] OPEN in OpenConfirm",
      BGP_OPENCONFIRM,
      { MARKER, 0, 29, 1, 4, 0xfd, 0xea, 0, 90, 10, 0, 0, 2, 0 },
      29,
      5,
      2,
      { 1 },
      1 },
    { "[RFC 6608 3] OPEN in Established",
      BGP_ESTABLISHED,
      { MARKER, 0, 29, 1, 4, 0xfd, 0xea, 0, 90, 10, 0, 0, 2, 0 },
      29,
      5,
      3,
      { 1 },
      1 },
    { "[RFC 4271 6.2] version 3",
      BGP_OPENSENT,
      { MARKER, 0, 29, 1, 3, 0xfd, 0xea, 0, 90, 10, 0, 0, 2, 0 },
      29,
      2,
      1,
      { 0, 4 },
      2 },
    { "[RFC 4271 6.2] another AS",
      BGP_OPENSENT,
      { MARKER, 0, 29, 1, 4, 0xfd, 0xeb, 0, 90, 10, 0, 0, 2, 0 },
      29,
      2,
      2,
      { 0xfd, 0xeb },
      2 },
    { "[RFC 6286 2.2] identifier zero",
      BGP_OPENSENT,
      { MARKER, 0, 29, 1, 4, 0xfd, 0xea, 0, 90, 0, 0, 0, 0, 0 },
      29,
      2,
      3,
      { 0 },
      4 },
    { "[RFC 4271 6.2] hold time of 2 s",
      BGP_OPENSENT,
      { MARKER, 0, 29, 1, 4, 0xfd, 0xea, 0, 2, 10, 0, 0, 2, 0 },
      29,
      2,
      6,
      { 0, 2 },
      2 },
};

static void wrong_messages_get_exact_notifications(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad_cases); i++) {
        const struct bad_case *c = &bad_cases[i];
        struct bgp_session_params p = params_of_us();
        struct rig *r = rig_new(&p);
        if (c->in == BGP_OPENSENT)
            start_to_opensent(r);
        else if (c->in == BGP_OPENCONFIRM)
            to_openconfirm(r);
        else
            to_established(r);
        CLAIM(c->name, bgp_session_info(r->s)->state == c->in);
        forget(r);
        for (size_t k = 0; k < c->n; k++) /* byte by byte */
            feed(r, BGP_OUTGOING, c->bytes + k, 1);
        claim_notification(c->name, r, BGP_OUTGOING, c->code, c->subcode, c->data, c->data_n);
        CLAIM(c->name, bgp_session_info(r->s)->state == BGP_IDLE);
        CLAIM(c->name, count(r, BGP_EVENT_DOWN) == (c->in == BGP_ESTABLISHED));
        CLAIM(c->name, find(r, BGP_EVENT_NOTIFIED) && find(r, BGP_EVENT_NOTIFIED)->sent);
        CLAIM(c->name, find(r, BGP_DO_CLOSE) && find(r, BGP_DO_CLOSE)->flush);
        CLAIM(c->name, bgp_session_info(r->s)->last_code == c->code);
        /* More bytes concern nobody; the connection's end neither. */
        forget(r);
        feed(r, BGP_OUTGOING, c->bytes, c->n);
        bgp_session_disconnected(r->s, r->now, BGP_OUTGOING);
        drain(r);
        CLAIM(c->name, r->seen_n == 0);
        rig_free(r);
    }
}

static void open_says_what_was_configured(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    p.local_as = 4200000000;
    struct rig *r = rig_new(&p);
    start_to_opensent(r);
    struct bgp_open open;
    struct bgp_fault fault = { 0 };
    assert_true(bgp_decode_open(r->out[0], r->out_n[0], &open, &fault));
    assert_int_equal(open.as2, 23456);
    assert_true(open.as == 4200000000u && open.caps.as4 && open.caps.route_refresh);
    assert_int_equal(open.hold_time, 90);
    assert_int_equal(open.router_id, 0x0a000001);
    assert_int_equal(open.caps.families, BGP_IPV4);
    rig_free(r);
}

/* --- timers ------------------------------------------------------------------------------------
 */

static void hold_timer_is_the_smaller_of_both(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    start_to_opensent(r);
    feed_open(r, BGP_OUTGOING, 65002, 0x0a000002, 30);
    feed_keepalive(r, BGP_OUTGOING);
    assert_int_equal(bgp_session_info(r->s)->hold_time_s, 30);
    assert_int_equal(bgp_session_info(r->s)->keepalive_s, 10);
    forget(r);
    advance_to(r, 29 * NS_PER_S);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_ESTABLISHED);
    /* [RFC 4271 10] every 7.5 to 10 s */
    assert_in_range(r->out_n[0] / 19, 2, 3);
    advance_to(r, 30 * NS_PER_S);
    claim_notification("hold", r, BGP_OUTGOING, 4, 0, NULL, 0);
    assert_int_equal(find(r, BGP_EVENT_DOWN)->why, BGP_DOWN_HOLD);
    rig_free(r);
}

/* [RFC 4271 4.4] the shortest hold time asks for one a second, which jitter does not shorten. */
static void keepalives_are_a_second_apart_at_least(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    p.hold_time_s = 3;
    p.keepalive_s = 1;
    struct rig *r = rig_new(&p);
    start_to_opensent(r);
    feed_open(r, BGP_OUTGOING, 65002, 0x0a000002, 3);
    feed_keepalive(r, BGP_OUTGOING);
    ns_t last = r->now;
    for (int i = 0; i < 50; i++) {
        uint64_t sent = bgp_session_info(r->s)->keepalives_out;
        while (bgp_session_info(r->s)->keepalives_out == sent)
            advance_to(r, bgp_session_deadline(r->s));
        assert_true(r->now - last >= NS_PER_S);
        last = r->now;
        feed_keepalive(r, BGP_OUTGOING);
        forget(r);
    }
    assert_int_equal(bgp_session_info(r->s)->state, BGP_ESTABLISHED);
    rig_free(r);
}

/* [RFC 4271 4.4] no KEEPALIVEs, [RFC 4271 4.2] and no hold timer. */
static void hold_time_zero_means_no_timers(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    p.hold_time_s = p.keepalive_s = 0;
    struct rig *r = rig_new(&p);
    start_to_opensent(r);
    feed_open(r, BGP_OUTGOING, 65002, 0x0a000002, 90);
    feed_keepalive(r, BGP_OUTGOING);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_ESTABLISHED);
    assert_true(bgp_session_deadline(r->s) == NS_NEVER);
    rig_free(r);
}

static void a_mute_peer_is_left_after_240_s(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    start_to_opensent(r);
    advance_to(r, 239 * NS_PER_S);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_OPENSENT);
    advance_to(r, 240 * NS_PER_S);
    claim_notification("mute", r, BGP_OUTGOING, 4, 0, NULL, 0);
    rig_free(r);
}

static void connecting_is_retried(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    bgp_session_start(r->s, r->now);
    drain(r);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_CONNECT);
    bgp_session_disconnected(r->s, r->now, BGP_OUTGOING);
    drain(r);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_ACTIVE);
    assert_int_equal(count(r, BGP_DO_CLOSE), 0);
    advance_to(r, 89 * NS_PER_S);
    assert_int_equal(count(r, BGP_DO_CONNECT), 1);
    advance_to(r, 120 * NS_PER_S); /* 75..100 % */
    assert_int_equal(count(r, BGP_DO_CONNECT), 2);
    advance_to(r, 240 * NS_PER_S); /* still connecting: given up and tried again */
    assert_int_equal(count(r, BGP_DO_CLOSE), 1);
    assert_int_equal(count(r, BGP_DO_CONNECT), 3);
    bgp_session_disconnected(r->s, r->now, BGP_OUTGOING);
    bgp_session_hint_reachable(r->s, r->now);
    drain(r);
    assert_int_equal(count(r, BGP_DO_CONNECT), 4);
    rig_free(r);
}

/* TCP would ask again after 1, 3, 7 ... s; ConnectRetry takes two minutes. */
static void a_new_way_restarts_an_attempt_without_an_answer(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    bgp_session_start(r->s, r->now);
    drain(r);
    forget(r);
    bgp_session_hint_reachable(r->s, r->now);
    drain(r);
    assert_int_equal(count(r, BGP_DO_CONNECT), 0); /* its SYN is on the right way */
    bgp_session_hint_way_changed(r->s, r->now);
    drain(r);
    assert_int_equal(count(r, BGP_DO_CLOSE), 1);
    assert_int_equal(count(r, BGP_DO_CONNECT), 1);
    connected(r, BGP_OUTGOING, true);
    forget(r);
    bgp_session_hint_way_changed(r->s, r->now);
    drain(r);
    assert_int_equal(count(r, BGP_DO_CLOSE) + count(r, BGP_DO_CONNECT), 0); /* it was answered */
    rig_free(r);
}

static void errors_damp_and_the_delay_doubles(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    static const uint8_t bad[19] = { MARKER, 0, 19, 9 };
    bgp_session_start(r->s, r->now);
    drain(r);
    ns_t delay_s = 1;
    for (int i = 0; i < 9; i++) {
        connected(r, BGP_OUTGOING, true);
        feed(r, BGP_OUTGOING, bad, sizeof(bad));
        forget(r);
        connected(r, BGP_INCOMING, false); /* damped: nobody is let in */
        bgp_session_hint_reachable(r->s, r->now);
        drain(r);
        assert_int_equal(count(r, BGP_DO_CONNECT), 0);
        ns_t wait = bgp_session_deadline(r->s) - r->now;
        assert_in_range(wait / NS_PER_MS, delay_s * 750, delay_s * 1000);
        advance_to(r, r->now + delay_s * NS_PER_S);
        assert_int_equal(count(r, BGP_DO_CONNECT), 1);
        delay_s = MIN(delay_s * 2, 60);
    }
    rig_free(r);
}

static void a_stuck_connection_is_dropped(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    to_established(r);
    forget(r);
    for (r->now = 0; r->now < 479 * NS_PER_S; r->now += NS_PER_S) {
        uint8_t buf[64];
        struct wr w = wr_init(buf, sizeof(buf));
        bgp_encode_keepalive(&w);
        bgp_session_input(r->s, r->now, BGP_OUTGOING, buf, wr_len(&w));
        bgp_session_advance(r->s, r->now); /* and nothing of the output is taken */
        struct bgp_action a;
        while (bgp_session_next(r->s, r->now, &a))
            ;
    }
    const uint8_t *bytes;
    assert_int_equal(bgp_session_info(r->s)->state, BGP_ESTABLISHED);
    assert_int_equal(bgp_session_output(r->s, BGP_OUTGOING, &bytes), 19); /* not 20 keepalives */
    r->now = 480 * NS_PER_S;
    bgp_session_advance(r->s, r->now);
    drain(r);
    assert_int_equal(find(r, BGP_EVENT_DOWN)->why, BGP_DOWN_SEND_HOLD); /* [RFC 9687 4] */
    assert_false(find(r, BGP_DO_CLOSE)->flush);
    rig_free(r);
}

/* --- ends --------------------------------------------------------------------------------------
 */

static void shutdown_carries_the_operators_words(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    to_established(r);
    forget(r);
    bgp_session_stop(r->s, r->now, 2, "Wartung");
    drain(r);
    static const uint8_t data[] = { 7, 'W', 'a', 'r', 't', 'u', 'n', 'g' };
    claim_notification("[RFC 9003 2]", r, BGP_OUTGOING, 6, 2, data, sizeof(data));
    assert_int_equal(find(r, BGP_EVENT_DOWN)->why, BGP_DOWN_ADMIN);
    assert_true(bgp_session_deadline(r->s) == NS_NEVER);
    connected(r, BGP_INCOMING, false);
    bgp_session_start(r->s, r->now);
    drain(r);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_CONNECT);
    rig_free(r);

    char text[301];
    memset(text, 'a', 254);
    memcpy(text + 254, "\xc3\xa9\xc3\xa9", 5); /* byte 255 is half a character */
    r = rig_new(&p);
    to_established(r);
    forget(r);
    bgp_session_stop(r->s, r->now, 2, text);
    drain(r);
    assert_int_equal(r->out_n[0], 21 + 1 + 254);
    assert_int_equal(r->out[0][21], 254);
    rig_free(r);
}

static void a_received_notification_is_told(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    to_established(r);
    forget(r);
    static const uint8_t bytes[] = { MARKER, 0, 25, 3, 6, 2, 3, 'b', 'y', 'e' };
    feed(r, BGP_OUTGOING, bytes, sizeof(bytes));
    const struct bgp_action *a = find(r, BGP_EVENT_NOTIFIED);
    assert_true(a && !a->sent && a->code == 6 && a->subcode == 2);
    assert_string_equal(a->shutdown_message, "bye");
    assert_int_equal(find(r, BGP_EVENT_DOWN)->why, BGP_DOWN_NOTIFIED_US);
    assert_int_equal(r->out_n[0], 0); /* [RFC 4271 6.4] no answer */
    connected(r, BGP_INCOMING, true); /* it may come back at once */
    rig_free(r);
}

static void an_update_is_lent_and_may_be_refused(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    to_established(r);
    forget(r);
    static const uint8_t two[] = { MARKER, 0, 23, 2, 0, 0, 0, 0, MARKER, 0, 23, 2, 0, 0, 0, 0 };
    bgp_session_input(r->s, r->now, BGP_OUTGOING, two, sizeof(two));
    struct bgp_action a;
    assert_true(bgp_session_next(r->s, r->now, &a) && a.kind == BGP_GOT_UPDATE);
    assert_int_equal(a.message_len, 23);
    assert_memory_equal(a.message, two, 23);
    struct bgp_fault fault = { .verdict = BGP_RESET, .code = 3, .subcode = 1 };
    bgp_session_update_fault(r->s, r->now, &fault);
    drain(r);
    assert_int_equal(count(r, BGP_GOT_UPDATE), 0); /* the second one is not looked at */
    claim_notification("update", r, BGP_OUTGOING, 3, 1, NULL, 0);
    rig_free(r);
}

static void a_dead_link_waits_for_no_timer(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    to_established(r);
    forget(r);
    bgp_session_link_down(r->s, r->now);
    drain(r);
    assert_int_equal(find(r, BGP_EVENT_DOWN)->why, BGP_DOWN_LINK);
    assert_false(find(r, BGP_DO_CLOSE)->flush);
    bgp_session_hint_reachable(r->s, r->now);
    drain(r);
    assert_int_equal(count(r, BGP_DO_CONNECT), 1);
    rig_free(r);
}

/* --- collisions --------------------------------------------------------------------------------
 */

struct collision_case {
    const char *name;
    uint32_t peer_id, peer_as;
    bool incoming_first; /* the order in which the OPENs come */
    enum bgp_side survives;
    bool at_first_open;  /* decided when the first OPEN comes */
};

static const struct collision_case collision_cases[] = {
    { "ours is higher, OPEN on ours first", 0x0a000000, 65002, false, BGP_OUTGOING, true },
    { "ours is higher, OPEN on theirs first", 0x0a000000, 65002, true, BGP_OUTGOING, true },
    { "theirs is higher, OPEN on ours first", 0x0a000002, 65002, false, BGP_INCOMING, false },
    { "theirs is higher, OPEN on theirs first", 0x0a000002, 65002, true, BGP_INCOMING, true },
    { "[RFC 6286 2.3] equal, their AS is higher", 0x0a000001, 65002, true, BGP_INCOMING, true },
};

static void of_two_connections_one_survives(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(collision_cases); i++) {
        const struct collision_case *c = &collision_cases[i];
        struct bgp_session_params p = params_of_us();
        struct rig *r = rig_new(&p);
        start_to_opensent(r);
        connected(r, BGP_INCOMING, true);
        forget(r);
        enum bgp_side first = c->incoming_first ? BGP_INCOMING : BGP_OUTGOING;
        enum bgp_side second = c->incoming_first ? BGP_OUTGOING : BGP_INCOMING;
        feed_open(r, first, c->peer_as, c->peer_id, 90);
        CLAIM(c->name, (count(r, BGP_DO_CLOSE) == 1) == c->at_first_open);
        feed_open(r, second, c->peer_as, c->peer_id, 90);
        CLAIM(c->name, count(r, BGP_DO_CLOSE) == 1);
        enum bgp_side loser = c->survives == BGP_OUTGOING ? BGP_INCOMING : BGP_OUTGOING;
        CLAIM(c->name, find(r, BGP_DO_CLOSE)->side == loser);
        claim_notification(c->name, r, loser, 6, 7, NULL, 0);
        CLAIM(c->name, count(r, BGP_EVENT_DOWN) == 0);
        feed_keepalive(r, c->survives);
        CLAIM(c->name, bgp_session_info(r->s)->state == BGP_ESTABLISHED);
        CLAIM(c->name, bgp_session_side(r->s) == c->survives);
        CLAIM(c->name, bgp_session_info(r->s)->last_code == 0); /* a collision is no reset */
        connected(r, BGP_INCOMING, false); /* established stays */
        rig_free(r);
    }
}

static void a_confirmed_peer_is_not_connected_to_as_well(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    struct rig *r = rig_new(&p);
    bgp_session_start(r->s, r->now);
    drain(r);
    connected(r, BGP_INCOMING, true);
    forget(r);
    feed_open(r, BGP_INCOMING, 65002, 0x0a000000, 90); /* though ours would win */
    assert_int_equal(find(r, BGP_DO_CLOSE)->side, BGP_OUTGOING);
    feed_keepalive(r, BGP_INCOMING);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_ESTABLISHED);
    rig_free(r);
}

static void a_passive_session_only_listens(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    p.passive = true;
    struct rig *r = rig_new(&p);
    bgp_session_start(r->s, r->now);
    drain(r);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_ACTIVE);
    assert_true(bgp_session_deadline(r->s) == NS_NEVER);
    connected(r, BGP_INCOMING, true);
    feed_open(r, BGP_INCOMING, 65002, 0x0a000002, 90);
    feed_keepalive(r, BGP_INCOMING);
    assert_int_equal(bgp_session_info(r->s)->state, BGP_ESTABLISHED);
    assert_int_equal(count(r, BGP_DO_CONNECT), 0);
    rig_free(r);
}

static void without_memory_there_is_no_session(void **state)
{
    (void)state;
    struct bgp_session_params p = params_of_us();
    mem_fail_at(1);
    assert_null(bgp_session_new(&p, 1));
    mem_fail_at(0);
    bgp_session_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_messages_get_exact_notifications),
        cmocka_unit_test(open_says_what_was_configured),
        cmocka_unit_test(hold_timer_is_the_smaller_of_both),
        cmocka_unit_test(keepalives_are_a_second_apart_at_least),
        cmocka_unit_test(hold_time_zero_means_no_timers),
        cmocka_unit_test(a_mute_peer_is_left_after_240_s),
        cmocka_unit_test(connecting_is_retried),
        cmocka_unit_test(a_new_way_restarts_an_attempt_without_an_answer),
        cmocka_unit_test(errors_damp_and_the_delay_doubles),
        cmocka_unit_test(a_stuck_connection_is_dropped),
        cmocka_unit_test(shutdown_carries_the_operators_words),
        cmocka_unit_test(a_received_notification_is_told),
        cmocka_unit_test(an_update_is_lent_and_may_be_refused),
        cmocka_unit_test(a_dead_link_waits_for_no_timer),
        cmocka_unit_test(of_two_connections_one_survives),
        cmocka_unit_test(a_confirmed_peer_is_not_connected_to_as_well),
        cmocka_unit_test(a_passive_session_only_listens),
        cmocka_unit_test(without_memory_there_is_no_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
