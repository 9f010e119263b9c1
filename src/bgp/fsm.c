/* The state machine of RFC 4271 8.2.2, one per connection, and what the session as a whole makes of
 * the two: bgp_fsm_end() and bgp_fsm_idle() decide how it goes on. DelayOpen is not used. */
#include "bgp/session_impl.h"

enum { AS_TRANS = 23456 };

/* Rows: from, columns: to. */
static const bool legal[6][6] = {
    /*                    Idle   Connect Active OpenSent OpenConfirm Established */
    [BGP_IDLE] = { false, true, true, true, false, false },
    [BGP_CONNECT] = { true, false, true, true, false, false },
    [BGP_ACTIVE] = { true, true, false, false, false, false },
    [BGP_OPENSENT] = { true, false, true, false, true, false },
    [BGP_OPENCONFIRM] = { true, false, true, false, false, true },
    [BGP_ESTABLISHED] = { true, false, false, false, false, false },
};

struct bgp_fault bgp_fault_of(uint8_t code, uint8_t subcode)
{
    return (struct bgp_fault){ .verdict = BGP_RESET, .code = code, .subcode = subcode };
}

struct bgp_action *bgp_fsm_push(struct bgp_session *s, enum bgp_action_kind kind)
{
    assert(s->queue_len < BGP_ACTIONS_MAX); /* the owner drains after each call */
    struct bgp_action *a = &s->queue[(s->queue_from + s->queue_len++) % BGP_ACTIONS_MAX];
    *a = (struct bgp_action){ .kind = kind };
    return a;
}

static enum bgp_side other_side(enum bgp_side side)
{
    return side == BGP_OUTGOING ? BGP_INCOMING : BGP_OUTGOING;
}

/* The one place where a state changes. */
static void enter(struct bgp_session *s, enum bgp_side side, enum bgp_state to)
{
    struct bgp_conn *c = &s->conn[side];
    assert(legal[c->state][to]);
    assert(side == BGP_OUTGOING || (to != BGP_CONNECT && to != BGP_ACTIVE));
    c->state = to;
    enum bgp_state shown = MAX(s->conn[BGP_OUTGOING].state, s->conn[BGP_INCOMING].state);
    if (shown == s->shown)
        return;
    struct bgp_action *a = bgp_fsm_push(s, BGP_EVENT_STATE);
    a->side = side;
    a->from = s->shown;
    a->to = shown;
    s->shown = shown;
    s->info.state = shown;
}

/* RFC 4271 10: timers get 75..100 % of their value. */
static ns_t jittered(struct bgp_session *s, uint32_t seconds)
{
    return (ns_t)seconds * NS_PER_S / 1000 * rng_between(&s->rng, 750, 1000);
}

static void arm_retry(struct bgp_session *s, ns_t now)
{
    s->retry_at = s->params.passive ? NS_NEVER
                                    : now + jittered(s, MAX(s->params.connect_retry_s, 1U));
}

void bgp_fsm_adopt(struct bgp_session *s)
{
    s->params = s->next_params;
    s->info.router_id = s->params.router_id;
    s->info.local_as = s->params.local_as;
    s->info.hold_time_s = s->params.hold_time_s;
    s->info.keepalive_s = s->params.keepalive_s;
}

/* --- output ------------------------------------------------------------------------------------
 */

/* A writer behind the output that waits; what it wrote counts once out_end() was called. */
static struct wr out_begin(struct bgp_conn *c)
{
    if (c->out_from > 0) {
        memmove(c->out, c->out + c->out_from, c->out_to - c->out_from);
        c->out_to -= c->out_from;
        c->out_from = 0;
    }
    return wr_init(c->out + c->out_to, sizeof(c->out) - c->out_to);
}

static void out_end(struct bgp_session *s, struct bgp_conn *c, const struct wr *w)
{
    if (w->bad)
        return;
    assert(wr_len(w) <= sizeof(c->out) - c->out_to); /* out_begin() lent no more */
    c->out_to += wr_len(w);
    s->info.messages_out++;
}

static void send_open(struct bgp_session *s, enum bgp_side side)
{
    const struct bgp_session_params *p = &s->params;
    struct bgp_open open = {
        .version = BGP_VERSION,
        .as = p->local_as,
        .as2 = (uint16_t)(p->local_as > UINT16_MAX ? AS_TRANS : p->local_as),
        .hold_time = p->hold_time_s,
        .router_id = p->router_id,
        .caps = { .families = p->families,
                  .any_multiprotocol = true,
                  .route_refresh = p->offer_refresh,
                  .as4 = p->offer_as4 },
    };
    memcpy(open.caps.hostname, p->hostname, sizeof(open.caps.hostname));
    struct wr w = out_begin(&s->conn[side]);
    bgp_encode_open(&w, &open);
    out_end(s, &s->conn[side], &w);
    s->info.opens_out++;
}

void bgp_fsm_keepalive_later(struct bgp_session *s, ns_t now, enum bgp_side side)
{
    struct bgp_conn *c = &s->conn[side];
    /* 4.4: never more than one a second, so the shortest interval has no jitter. */
    c->keepalive_at = c->agreed.hold_time_s == 0 || c->agreed.keepalive_s == 0
                          ? NS_NEVER
                          : now + MAX(jittered(s, c->agreed.keepalive_s), NS_PER_S);
}

void bgp_fsm_send_hold_later(struct bgp_session *s, ns_t now)
{
    const struct bgp_conn *c = &s->conn[bgp_session_side(s)];
    /* RFC 9687: without keepalives a silent connection may just have nothing to say. */
    bool off = s->params.send_hold_s == 0 || c->state != BGP_ESTABLISHED ||
               c->agreed.hold_time_s == 0;
    s->send_hold_at = off ? NS_NEVER : now + (ns_t)s->params.send_hold_s * NS_PER_S;
}

void bgp_fsm_send_keepalive(struct bgp_session *s, ns_t now, enum bgp_side side)
{
    struct bgp_conn *c = &s->conn[side];
    bgp_fsm_keepalive_later(s, now, side);
    /* While TCP takes nothing, one that waits says as much as a thousand. */
    if (c->state == BGP_ESTABLISHED && c->out_from < c->out_to)
        return;
    struct wr w = out_begin(c);
    bgp_encode_keepalive(&w);
    out_end(s, c, &w);
    s->info.keepalives_out++;
}

void bgp_fsm_send_refreshes(struct bgp_session *s)
{
    enum bgp_side side = bgp_session_side(s);
    struct bgp_conn *c = &s->conn[side];
    if (s->refresh_wanted == 0 || c->state != BGP_ESTABLISHED || c->out_from < c->out_to)
        return;
    for (uint8_t family = BGP_IPV4; family <= BGP_IPV6; family = (uint8_t)(family << 1)) {
        if (!(s->refresh_wanted & family))
            continue;
        struct wr w = out_begin(c);
        bgp_encode_refresh(&w, family == BGP_IPV6 ? IP_V6 : IP_V4);
        out_end(s, c, &w);
        s->info.refreshes_out++;
    }
    s->refresh_wanted = 0;
}

/* RFC 9003 2: one octet of length, then at most 255 octets of UTF-8, cut between characters. */
static size_t shutdown_data(const char *message, uint8_t data[256])
{
    size_t n = strnlen(message, 256);
    if (n > 255) {
        n = 255;
        while (n > 0 && ((uint8_t)message[n] & 0xc0) == 0x80)
            n--;
    }
    data[0] = (uint8_t)n;
    memcpy(data + 1, message, n);
    return n + 1;
}

static void send_notification(struct bgp_session *s, enum bgp_side side, const struct bgp_end *end)
{
    struct bgp_conn *c = &s->conn[side];
    const struct bgp_fault *f = &end->fault;
    assert(c->state >= BGP_OPENSENT && f->code != BGP_ERR_NONE);
    struct wr w = out_begin(c);
    bool takes_text = f->code == BGP_ERR_CEASE && (f->subcode == 2 || f->subcode == 4);
    if (takes_text && end->message && end->message[0]) {
        uint8_t data[256];
        bgp_encode_notification(&w, f->code, f->subcode, data, shutdown_data(end->message, data));
    } else {
        bgp_encode_notification(&w, f->code, f->subcode, f->data, f->data_len);
    }
    out_end(s, c, &w);
    s->info.notifications_out++;
    if (!end->collision) {
        s->info.last_sent = true;
        s->info.last_code = f->code;
        s->info.last_subcode = f->subcode;
        s->info.last_shutdown_message[0] = '\0';
    }
    struct bgp_action *a = bgp_fsm_push(s, BGP_EVENT_NOTIFIED);
    a->side = side;
    a->sent = true;
    a->code = f->code;
    a->subcode = f->subcode;
    a->fault = *f;
}

/* --- ends --------------------------------------------------------------------------------------
 */

/* Tells of a NOTIFICATION that came. */
static void tell_received(struct bgp_session *s, enum bgp_side side, const struct bgp_end *end)
{
    const struct bgp_notification *n = &end->notification;
    if (!end->collision) {
        s->info.last_sent = false;
        s->info.last_code = n->code;
        s->info.last_subcode = n->subcode;
        memcpy(s->info.last_shutdown_message, n->shutdown_message, sizeof(n->shutdown_message));
    }
    struct bgp_action *a = bgp_fsm_push(s, BGP_EVENT_NOTIFIED);
    a->side = side;
    a->code = n->code;
    a->subcode = n->subcode;
    memcpy(a->shutdown_message, n->shutdown_message, sizeof(a->shutdown_message));
}

static void tell_down(struct bgp_session *s, ns_t now, enum bgp_side side, enum bgp_down why)
{
    assert(s->conn[side].state == BGP_ESTABLISHED && why != BGP_DOWN_NONE);
    struct bgp_action *a = bgp_fsm_push(s, BGP_EVENT_DOWN);
    a->side = side;
    a->why = why;
    s->info.dropped_count++;
    s->info.changed_at = now;
    s->send_hold_at = NS_NEVER;
    s->refresh_wanted = 0;
    s->info.hold_time_s = s->params.hold_time_s;
    s->info.keepalive_s = s->params.keepalive_s;
    s->info.families = 0;
    s->info.as4 = s->info.refresh = false;
    /* A session that ran for long has earned a short delay. */
    if (now - s->established_at >= (ns_t)s->params.idle_hold_max_s * NS_PER_S)
        s->idle_hold_s = s->params.idle_hold_s;
}

/* Lets go of a connection (or attempt) and of nothing else; `to` is Idle or Active. */
static void drop(struct bgp_session *s, ns_t now, enum bgp_side side, const struct bgp_end *end,
                 enum bgp_state to)
{
    struct bgp_conn *c = &s->conn[side];
    enum bgp_state was = c->state;
    if (was == to)
        return;
    bool flush = was >= BGP_OPENSENT && end->notify && !c->is_gone;
    if (!flush)
        c->out_from = c->out_to = 0;
    if (flush)
        send_notification(s, side, end);
    else if (was >= BGP_OPENSENT && end->received)
        tell_received(s, side, end);
    if (was >= BGP_OPENSENT && !end->collision)
        s->info.last_down = end->why;
    if (was == BGP_ESTABLISHED)
        tell_down(s, now, side, end->why);
    if (!c->is_gone && was != BGP_ACTIVE && was != BGP_IDLE) {
        struct bgp_action *a = bgp_fsm_push(s, BGP_DO_CLOSE);
        a->side = side;
        a->flush = flush;
    }
    c->hold_at = c->keepalive_at = NS_NEVER;
    c->in_from = c->in_to = 0;
    c->is_gone = false;
    enter(s, side, to);
}

/* 8.1.1 DampPeerOscillations: errors that come again after an immediate restart. */
static bool is_damped(const struct bgp_end *end)
{
    if (!end->notify && !end->received)
        return false;
    uint8_t code = end->received ? end->notification.code : end->fault.code;
    uint8_t subcode = end->received ? end->notification.subcode : end->fault.subcode;
    if (code == BGP_ERR_HOLD)
        return false;
    /* Cease: too many prefixes, rejected, out of resources. */
    return code != BGP_ERR_CEASE || subcode == 1 || subcode == 5 || subcode == 8;
}

void bgp_fsm_idle(struct bgp_session *s, ns_t now, const struct bgp_end *end, bool delay)
{
    drop(s, now, BGP_OUTGOING, end, BGP_IDLE);
    drop(s, now, BGP_INCOMING, end, BGP_IDLE);
    s->retry_at = s->idle_until = NS_NEVER;
    s->damped = false;
    bgp_fsm_adopt(s);
    if (!delay)
        return;
    uint32_t wait_s = MAX(s->params.idle_hold_s, 1U);
    if (is_damped(end)) {
        s->damped = true;
        wait_s = MAX(s->idle_hold_s, wait_s);
        s->idle_hold_s = MIN(wait_s * 2, MAX(s->params.idle_hold_max_s, wait_s));
    }
    s->idle_until = now + jittered(s, wait_s);
}

void bgp_fsm_wait(struct bgp_session *s, ns_t now)
{
    if (s->conn[BGP_OUTGOING].state != BGP_ACTIVE)
        enter(s, BGP_OUTGOING, BGP_ACTIVE);
    arm_retry(s, now);
}

void bgp_fsm_end(struct bgp_session *s, ns_t now, enum bgp_side side, const struct bgp_end *end)
{
    enum bgp_state was = s->conn[side].state;
    bool other_lives = s->conn[other_side(side)].state >= BGP_OPENSENT;
    /* 8.2.2, OpenSent, event 18: a peer that hangs up at once is not there yet. */
    bool patient = was <= BGP_OPENSENT && end->why == BGP_DOWN_TCP;
    if (!other_lives && !patient) {
        bgp_fsm_idle(s, now, end, true);
        return;
    }
    drop(s, now, side, end, side == BGP_OUTGOING ? BGP_ACTIVE : BGP_IDLE);
    if (side == BGP_OUTGOING)
        arm_retry(s, now);
}

/* --- beginnings --------------------------------------------------------------------------------
 */

void bgp_fsm_start(struct bgp_session *s, ns_t now)
{
    assert(s->admin_up);
    s->idle_until = NS_NEVER;
    s->damped = false;
    bgp_fsm_adopt(s);
    if (s->params.passive)
        bgp_fsm_wait(s, now);
    else
        bgp_fsm_connect(s, now);
}

void bgp_fsm_connect(struct bgp_session *s, ns_t now)
{
    /* The peer has agreed on the other connection: a second one would only collide. */
    if (s->conn[BGP_INCOMING].state >= BGP_OPENCONFIRM) {
        arm_retry(s, now);
        return;
    }
    if (s->conn[BGP_OUTGOING].state != BGP_CONNECT) {
        enter(s, BGP_OUTGOING, BGP_CONNECT);
    } else {
        struct bgp_action *a = bgp_fsm_push(s, BGP_DO_CLOSE);
        a->side = BGP_OUTGOING;
    }
    s->conn[BGP_OUTGOING].is_gone = false;
    struct bgp_action *a = bgp_fsm_push(s, BGP_DO_CONNECT);
    a->side = BGP_OUTGOING;
    arm_retry(s, now);
}

void bgp_fsm_opened(struct bgp_session *s, ns_t now, enum bgp_side side,
                    const struct bgp_endpoints *ends)
{
    struct bgp_conn *c = &s->conn[side];
    c->ends = *ends;
    c->is_gone = false;
    c->in_from = c->in_to = c->out_from = c->out_to = 0;
    c->hold_at = now + (ns_t)BGP_OPEN_HOLD_S * NS_PER_S;
    c->keepalive_at = NS_NEVER;
    if (side == BGP_OUTGOING)
        s->retry_at = NS_NEVER;
    enter(s, side, BGP_OPENSENT);
    send_open(s, side);
}

/* --- messages ----------------------------------------------------------------------------------
 */

static void end_with_fault(struct bgp_session *s, ns_t now, enum bgp_side side,
                           const struct bgp_fault *fault)
{
    struct bgp_end end = { .why = BGP_DOWN_WE_NOTIFIED, .notify = true, .fault = *fault };
    bgp_fsm_end(s, now, side, &end);
}

/* RFC 6608: a message that has no place in this state; its type is the data. */
static void end_unexpected(struct bgp_session *s, ns_t now, enum bgp_side side, uint8_t type)
{
    uint8_t subcode = (uint8_t)(s->conn[side].state - BGP_OPENSENT + 1);
    struct bgp_fault fault = bgp_fault_of(BGP_ERR_FSM, subcode);
    fault.id = "BGP-6608-3";
    fault.what = "a message that is not expected in this state";
    fault.data[0] = fault.bytes[0] = type;
    fault.data_len = fault.bytes_len = 1;
    fault.offset = 18;
    end_with_fault(s, now, side, &fault);
}

static void hold_later(struct bgp_conn *c, ns_t now)
{
    c->hold_at = c->agreed.hold_time_s == 0 ? NS_NEVER
                                            : now + (ns_t)c->agreed.hold_time_s * NS_PER_S;
}

static void confirm(struct bgp_session *s, ns_t now, enum bgp_side side)
{
    struct bgp_conn *c = &s->conn[side];
    assert(c->state == BGP_OPENSENT && c->agreed.families != 0);
    if (side == BGP_INCOMING && s->conn[BGP_OUTGOING].state == BGP_CONNECT) {
        /* collision.c: who sends a KEEPALIVE on one connection makes no other. */
        struct bgp_action *a = bgp_fsm_push(s, BGP_DO_CLOSE);
        a->side = BGP_OUTGOING;
        bgp_fsm_wait(s, now);
    }
    s->info.peer_open = c->peer_open;
    s->info.local = c->ends.local;
    s->info.remote = c->ends.remote;
    s->info.local_port = c->ends.local_port;
    s->info.remote_port = c->ends.remote_port;
    enter(s, side, BGP_OPENCONFIRM);
    bgp_fsm_send_keepalive(s, now, side);
    hold_later(c, now);
    if (c->hold_at == NS_NEVER) /* no keepalives agreed: but the first one has to come */
        c->hold_at = now + BGP_OPEN_HOLD_S * NS_PER_S;
}

static void take_open(struct bgp_session *s, ns_t now, enum bgp_side side, const uint8_t *msg,
                      size_t n)
{
    struct bgp_conn *c = &s->conn[side];
    const struct bgp_session_params *p = &s->params;
    struct bgp_fault fault = { 0 };
    struct bgp_open_expect expect = {
        .local_as = p->local_as,
        .remote_as = p->remote_as,
        .any_internal = p->remote_as_kind == BGP_AS_INTERNAL,
        .any_external = p->remote_as_kind == BGP_AS_EXTERNAL,
        .router_id = p->router_id,
        .hold_time_s = p->hold_time_s,
        .families = p->families,
        .as4 = p->offer_as4,
        .refresh = p->offer_refresh,
    };
    struct bgp_open open = { 0 };
    s->info.opens_in++;
    if (!bgp_decode_open(msg, n, &open, &fault) ||
        !bgp_open_check(&open, &expect, p->keepalive_s, &c->agreed, &fault)) {
        end_with_fault(s, now, side, &fault);
        return;
    }
    c->peer_open = open;
    if (bgp_collision_resolve(s, now, side))
        confirm(s, now, side);
}

static void establish(struct bgp_session *s, ns_t now, enum bgp_side side)
{
    struct bgp_conn *c = &s->conn[side];
    assert(c->state == BGP_OPENCONFIRM);
    struct bgp_end lost = { .why = BGP_DOWN_WE_NOTIFIED,
                            .notify = true,
                            .fault = bgp_fault_of(BGP_ERR_CEASE, 7),
                            .collision = true };
    drop(s, now, other_side(side), &lost, BGP_IDLE);
    s->retry_at = NS_NEVER;
    s->established_at = s->info.changed_at = now;
    s->info.established_count++;
    s->info.hold_time_s = c->agreed.hold_time_s;
    s->info.keepalive_s = c->agreed.keepalive_s;
    s->info.families = c->agreed.families;
    s->info.as4 = c->agreed.as4;
    s->info.refresh = c->agreed.refresh;
    enter(s, side, BGP_ESTABLISHED);
    bgp_fsm_send_hold_later(s, now);
    bgp_fsm_push(s, BGP_EVENT_UP)->side = side;
    hold_later(c, now);
}

static void take_notification(struct bgp_session *s, ns_t now, enum bgp_side side,
                              const uint8_t *msg, size_t n)
{
    struct bgp_end end = { .why = BGP_DOWN_NOTIFIED_US, .received = true };
    s->info.notifications_in++;
    if (!bgp_decode_notification(msg, n, &end.notification))
        end.notification = (struct bgp_notification){ 0 }; /* no answer to a NOTIFICATION: 6.4 */
    /* The other end has resolved a collision. */
    end.collision = end.notification.code == BGP_ERR_CEASE && end.notification.subcode == 7 &&
                    s->conn[side].state < BGP_ESTABLISHED;
    bgp_fsm_end(s, now, side, &end);
}

static void take_refresh(struct bgp_session *s, ns_t now, enum bgp_side side, const uint8_t *msg,
                         size_t n)
{
    struct bgp_fault fault = { 0 };
    uint8_t family = 0, subtype = 0;
    s->info.refreshes_in++;
    if (!bgp_decode_refresh(msg, n, &family, &subtype, &fault)) {
        end_with_fault(s, now, side, &fault);
        return;
    }
    family = bgp_family_bit(family);
    /* RFC 2918 4: what was not advertised is ignored; subtypes of RFC 7313 are not offered. */
    if (!s->params.offer_refresh || subtype != 0 || !(family & s->conn[side].agreed.families))
        return;
    struct bgp_action *a = bgp_fsm_push(s, BGP_GOT_REFRESH);
    a->side = side;
    a->family = family;
}

static void opensent_message(struct bgp_session *s, ns_t now, enum bgp_side side, uint8_t type,
                             const uint8_t *msg, size_t n)
{
    if (type == BGP_OPEN)
        take_open(s, now, side, msg, n);
    else if (type == BGP_NOTIFICATION)
        take_notification(s, now, side, msg, n);
    else
        end_unexpected(s, now, side, type);
}

static void openconfirm_message(struct bgp_session *s, ns_t now, enum bgp_side side, uint8_t type,
                                const uint8_t *msg, size_t n)
{
    if (type == BGP_KEEPALIVE) {
        s->info.keepalives_in++;
        establish(s, now, side);
    } else if (type == BGP_NOTIFICATION) {
        take_notification(s, now, side, msg, n);
    } else {
        end_unexpected(s, now, side, type);
    }
}

static void established_message(struct bgp_session *s, ns_t now, enum bgp_side side, uint8_t type,
                                const uint8_t *msg, size_t n)
{
    hold_later(&s->conn[side], now);
    if (type == BGP_UPDATE) {
        s->info.updates_in++;
        struct bgp_action *a = bgp_fsm_push(s, BGP_GOT_UPDATE);
        a->side = side;
        a->message = msg;
        a->message_len = n;
    } else if (type == BGP_KEEPALIVE) {
        s->info.keepalives_in++;
    } else if (type == BGP_REFRESH) {
        take_refresh(s, now, side, msg, n);
    } else if (type == BGP_NOTIFICATION) {
        take_notification(s, now, side, msg, n);
    } else {
        end_unexpected(s, now, side, type);
    }
}

/* The next whole message of one connection; false: there is none. */
static bool take_from(struct bgp_session *s, ns_t now, enum bgp_side side)
{
    struct bgp_conn *c = &s->conn[side];
    if (c->state < BGP_OPENSENT)
        return false;
    assert(c->in_from <= c->in_to && c->in_to <= sizeof(c->in));
    const uint8_t *msg = c->in + c->in_from;
    size_t have = c->in_to - c->in_from;
    struct bgp_fault fault = { 0 };
    uint8_t type = 0;
    size_t n = bgp_frame(msg, have, &type, &fault);
    if (fault.verdict == BGP_RESET) {
        end_with_fault(s, now, side, &fault);
        return true;
    }
    if (n == 0 || n > have)
        return false;
    c->in_from += n;
    s->info.messages_in++;
    s->info.last_read_at = now;
    if (c->state == BGP_OPENSENT)
        opensent_message(s, now, side, type, msg, n);
    else if (c->state == BGP_OPENCONFIRM)
        openconfirm_message(s, now, side, type, msg, n);
    else
        established_message(s, now, side, type, msg, n);
    return true;
}

bool bgp_fsm_take_message(struct bgp_session *s, ns_t now)
{
    return take_from(s, now, BGP_OUTGOING) || take_from(s, now, BGP_INCOMING);
}
