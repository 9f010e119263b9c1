/* A script of a session's life: each step is an operation, then a length and bytes where the
 * operation takes them. The session never crashes, drains, and its ups and downs alternate. */
#include <stdlib.h>
#include <string.h>

#include "bgp/session.h"

enum op { OP_INPUT_OUT, OP_INPUT_IN, OP_CONNECTED, OP_ACCEPTED, OP_CLOSED, OP_TIME, OP_OPEN,
          OP_KEEPALIVE, OP_STOP, OP_START, OP_LINK, OP_HINT, OP_REFRESH, OP_FAULT, OPS };

struct life {
    struct bgp_session *s;
    ns_t now;
    bool up;
};

static void drain(struct life *l, bool take_output)
{
    struct bgp_action a;
    while (bgp_session_next(l->s, l->now, &a)) {
        if (a.kind == BGP_EVENT_UP && l->up)
            abort();
        if (a.kind == BGP_EVENT_DOWN && !l->up)
            abort();
        if (a.kind == BGP_GOT_UPDATE && (!l->up || a.message_len < 23 || a.message[18] != 2))
            abort();
        l->up = a.kind == BGP_EVENT_UP || (l->up && a.kind != BGP_EVENT_DOWN);
    }
    if (l->up != (bgp_session_info(l->s)->state == BGP_ESTABLISHED))
        abort();
    for (unsigned side = 0; side < BGP_SIDES && take_output; side++) {
        const uint8_t *bytes;
        size_t n = bgp_session_output(l->s, (enum bgp_side)side, &bytes);
        bgp_session_sent(l->s, l->now, (enum bgp_side)side, n);
    }
}

/* A good OPEN or KEEPALIVE, so that the script gets past the handshake. */
static void feed_good(struct life *l, enum bgp_side side, bool is_open)
{
    uint8_t buf[BGP_MESSAGE_MAX];
    struct wr w = wr_init(buf, sizeof(buf));
    struct bgp_open open = { .version = 4, .as = 65002, .as2 = 65002, .hold_time = 90,
                             .router_id = 2,
                             .caps = { .families = BGP_IPV4, .any_multiprotocol = true,
                                       .route_refresh = true, .as4 = true } };
    if (is_open)
        bgp_encode_open(&w, &open);
    else
        bgp_encode_keepalive(&w);
    bgp_session_input(l->s, l->now, side, buf, wr_len(&w));
}

static void pass_time(struct life *l, ns_t time)
{
    ns_t until = l->now + time;
    for (int due = 0; bgp_session_deadline(l->s) <= until; due++) {
        l->now = MAX(l->now, bgp_session_deadline(l->s));
        bgp_session_advance(l->s, l->now);
        drain(l, true);
        if (due > 10000)
            abort();
    }
    l->now = until;
}

static void step(struct life *l, struct rd *r)
{
    static const struct bgp_endpoints ends = { .remote_port = 179 };
    struct bgp_fault fault = { .verdict = BGP_RESET, .code = BGP_ERR_UPDATE, .subcode = 1 };
    uint8_t what = rd_u8(r), arg = rd_u8(r);
    enum bgp_side side = arg & 1 ? BGP_INCOMING : BGP_OUTGOING;
    switch ((enum op)(what % OPS)) {
    case OP_INPUT_OUT:
    case OP_INPUT_IN: {
        size_t n = MIN((size_t)arg, rd_left(r));
        const uint8_t *bytes = rd_bytes(r, n);
        bgp_session_input(l->s, l->now, what % OPS == OP_INPUT_IN ? BGP_INCOMING : BGP_OUTGOING,
                          bytes, n);
        break;
    }
    case OP_CONNECTED:
        (void)bgp_session_connected(l->s, l->now, BGP_OUTGOING, &ends);
        break;
    case OP_ACCEPTED:
        (void)bgp_session_connected(l->s, l->now, BGP_INCOMING, &ends);
        break;
    case OP_CLOSED:
        bgp_session_disconnected(l->s, l->now, side);
        break;
    case OP_TIME:
        pass_time(l, (ns_t)arg * arg * 10 * NS_PER_MS);
        break;
    case OP_OPEN:
    case OP_KEEPALIVE:
        feed_good(l, side, what % OPS == OP_OPEN);
        break;
    case OP_STOP:
        bgp_session_stop(l->s, l->now, arg, "bye");
        break;
    case OP_START:
        bgp_session_start(l->s, l->now);
        break;
    case OP_LINK:
        bgp_session_link_down(l->s, l->now);
        break;
    case OP_HINT:
        bgp_session_hint_reachable(l->s, l->now);
        break;
    case OP_REFRESH:
        (void)bgp_session_send_refresh(l->s, l->now, arg & 3);
        break;
    case OP_FAULT:
        if (arg & 1)
            bgp_session_update_fault(l->s, l->now, &fault);
        else
            bgp_session_reset(l->s, l->now, &fault);
        break;
    case OPS:
        break;
    }
    drain(l, !(arg & 0x80));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bgp_session_params params = {
        .local_as = 65001, .remote_as = 65002, .router_id = 1, .hold_time_s = 90,
        .keepalive_s = 30, .connect_retry_s = 120, .send_hold_s = 480, .families = BGP_IPV4,
        .offer_as4 = true, .offer_refresh = true, .idle_hold_s = 1, .idle_hold_max_s = 60 };
    struct rd r = rd_init(data, size);
    struct life l = { .s = bgp_session_new(&params, 1) };
    if (!l.s)
        return 0;
    bgp_session_start(l.s, 0);
    drain(&l, true);
    while (rd_left(&r) > 0)
        step(&l, &r);
    bgp_session_free(l.s);
    return 0;
}
