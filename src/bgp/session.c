#include "base/mem.h"
#include "bgp/session_impl.h"

struct bgp_session *bgp_session_new(const struct bgp_session_params *p, uint64_t seed)
{
    struct bgp_session *s = mem_alloc(MEM_PEER, sizeof(*s));
    if (!s)
        return NULL;
    s->next_params = *p;
    s->rng = rng_init(seed);
    s->idle_until = s->retry_at = s->send_hold_at = NS_NEVER;
    s->idle_hold_s = p->idle_hold_s;
    for (unsigned side = 0; side < BGP_SIDES; side++)
        s->conn[side].hold_at = s->conn[side].keepalive_at = NS_NEVER;
    s->info.changed_at = s->info.last_read_at = s->info.last_write_at = -1;
    s->info.remote = p->remote;
    bgp_fsm_adopt(s);
    return s;
}

void bgp_session_free(struct bgp_session *s)
{
    mem_free(MEM_PEER, s, sizeof(*s));
}

static bool is_talking(const struct bgp_session *s)
{
    return s->conn[BGP_OUTGOING].state >= BGP_OPENSENT ||
           s->conn[BGP_INCOMING].state >= BGP_OPENSENT;
}

void bgp_session_set_params(struct bgp_session *s, const struct bgp_session_params *p)
{
    s->next_params = *p;
    if (is_talking(s))
        return; /* taken over when the session ends */
    bgp_fsm_adopt(s);
    if (s->conn[BGP_OUTGOING].state == BGP_ACTIVE && p->passive)
        s->retry_at = NS_NEVER;
    else if (s->conn[BGP_OUTGOING].state == BGP_ACTIVE && s->retry_at == NS_NEVER)
        s->retry_at = 0; /* passive no longer: due now */
}

/* --- told --------------------------------------------------------------------------------------
 */

void bgp_session_start(struct bgp_session *s, ns_t now)
{
    if (s->admin_up)
        return;
    s->admin_up = s->info.admin_up = true;
    s->idle_hold_s = s->next_params.idle_hold_s;
    bgp_fsm_start(s, now);
}

void bgp_session_stop(struct bgp_session *s, ns_t now, uint8_t cease_subcode, const char *message)
{
    struct bgp_end end = { .why = BGP_DOWN_ADMIN,
                           .notify = true,
                           .fault = bgp_fault_of(BGP_ERR_CEASE, cease_subcode),
                           .message = message };
    s->admin_up = s->info.admin_up = false;
    bgp_fsm_idle(s, now, &end, false);
}

void bgp_session_reset(struct bgp_session *s, ns_t now, const struct bgp_fault *fault)
{
    struct bgp_end end = { .why = BGP_DOWN_WE_NOTIFIED, .notify = true, .fault = *fault };
    bgp_fsm_idle(s, now, &end, s->admin_up);
}

void bgp_session_link_down(struct bgp_session *s, ns_t now)
{
    if (!s->admin_up || s->shown == BGP_IDLE)
        return;
    struct bgp_end end = { .why = BGP_DOWN_LINK };
    bgp_fsm_idle(s, now, &end, true);
}

void bgp_session_hint_reachable(struct bgp_session *s, ns_t now)
{
    if (!s->admin_up || s->damped)
        return;
    if (s->shown == BGP_IDLE)
        bgp_fsm_start(s, now);
    else if (s->conn[BGP_OUTGOING].state == BGP_ACTIVE && !s->params.passive)
        bgp_fsm_connect(s, now);
}

void bgp_session_hint_way_changed(struct bgp_session *s, ns_t now)
{
    /* TCP would ask the old way again after 1, 3, 7 ... s, or not at all before ConnectRetry. */
    if (s->admin_up && s->conn[BGP_OUTGOING].state == BGP_CONNECT)
        bgp_fsm_connect(s, now);
    else
        bgp_session_hint_reachable(s, now);
}

bool bgp_session_connected(struct bgp_session *s, ns_t now, enum bgp_side side,
                           const struct bgp_endpoints *ends)
{
    if (side == BGP_OUTGOING) {
        if (s->conn[side].state != BGP_CONNECT)
            return false;
    } else {
        /* 6.8: an established session stays; a second incoming connection waits for the first. */
        if (!s->admin_up || s->damped || s->shown == BGP_ESTABLISHED ||
            s->conn[side].state != BGP_IDLE)
            return false;
        if (s->shown == BGP_IDLE) { /* the peer is back before our idle hold time is over */
            s->idle_until = NS_NEVER;
            bgp_fsm_wait(s, now);
        }
    }
    bgp_fsm_opened(s, now, side, ends);
    return true;
}

void bgp_session_disconnected(struct bgp_session *s, ns_t now, enum bgp_side side)
{
    struct bgp_conn *c = &s->conn[side];
    if (c->state == BGP_IDLE || c->state == BGP_ACTIVE)
        return;
    struct bgp_end end = { .why = BGP_DOWN_TCP };
    c->is_gone = true;
    bgp_fsm_end(s, now, side, &end);
}

void bgp_session_input(struct bgp_session *s, ns_t now, enum bgp_side side, const uint8_t *bytes,
                       size_t n)
{
    struct bgp_conn *c = &s->conn[side];
    assert(n <= BGP_INPUT_MAX);
    if (n == 0 || c->state < BGP_OPENSENT)
        return;
    if (c->in_from > 0) {
        memmove(c->in, c->in + c->in_from, c->in_to - c->in_from);
        c->in_to -= c->in_from;
        c->in_from = 0;
    }
    assert(n <= sizeof(c->in) - c->in_to); /* drained: what is left is less than a message */
    memcpy(c->in + c->in_to, bytes, n);
    c->in_to += n;
    s->info.last_read_at = now;
}

/* The timers of one connection. */
static void advance_side(struct bgp_session *s, ns_t now, enum bgp_side side)
{
    struct bgp_conn *c = &s->conn[side];
    if (now >= c->hold_at) {
        struct bgp_end end = { .why = BGP_DOWN_HOLD,
                               .notify = true,
                               .fault = bgp_fault_of(BGP_ERR_HOLD, 0) };
        bgp_fsm_end(s, now, side, &end);
    } else if (now >= c->keepalive_at) {
        bgp_fsm_send_keepalive(s, now, side);
    }
}

void bgp_session_advance(struct bgp_session *s, ns_t now)
{
    advance_side(s, now, BGP_OUTGOING);
    advance_side(s, now, BGP_INCOMING);
    if (now >= s->send_hold_at) {
        /* RFC 9687: what TCP has not taken so far it will not take now; no NOTIFICATION. */
        struct bgp_end end = { .why = BGP_DOWN_SEND_HOLD };
        bgp_fsm_end(s, now, bgp_session_side(s), &end);
    }
    if (now >= s->retry_at)
        bgp_fsm_connect(s, now);
    if (now >= s->idle_until)
        bgp_fsm_start(s, now);
}

ns_t bgp_session_deadline(const struct bgp_session *s)
{
    ns_t at = MIN(MIN(s->idle_until, s->retry_at), s->send_hold_at);
    for (unsigned side = 0; side < BGP_SIDES; side++)
        at = MIN(at, MIN(s->conn[side].hold_at, s->conn[side].keepalive_at));
    return at;
}

void bgp_session_update_fault(struct bgp_session *s, ns_t now, const struct bgp_fault *fault)
{
    if (s->shown != BGP_ESTABLISHED)
        return;
    struct bgp_end end = { .why = BGP_DOWN_WE_NOTIFIED, .notify = true, .fault = *fault };
    bgp_fsm_end(s, now, bgp_session_side(s), &end);
}

void bgp_session_wrote(struct bgp_session *s, ns_t now, uint32_t messages, bool progress)
{
    if (s->shown != BGP_ESTABLISHED)
        return;
    if (progress) {
        s->info.last_write_at = now;
        bgp_fsm_send_hold_later(s, now);
    }
    if (messages > 0) {
        s->info.updates_out += messages;
        s->info.messages_out += messages;
        bgp_fsm_keepalive_later(s, now, bgp_session_side(s));
    }
}

bool bgp_session_send_refresh(struct bgp_session *s, ns_t now, uint8_t family)
{
    (void)now;
    if (s->shown != BGP_ESTABLISHED || !s->info.refresh || (s->info.families & family) == 0)
        return false;
    s->refresh_wanted |= (uint8_t)(family & s->info.families);
    bgp_fsm_send_refreshes(s);
    return true;
}

/* --- pulled ------------------------------------------------------------------------------------
 */

bool bgp_session_next(struct bgp_session *s, ns_t now, struct bgp_action *ret_action)
{
    while (s->queue_len == 0) {
        if (!bgp_fsm_take_message(s, now))
            return false;
    }
    assert(s->queue_from < BGP_ACTIONS_MAX && s->queue_len <= BGP_ACTIONS_MAX);
    *ret_action = s->queue[s->queue_from];
    s->queue_from = (s->queue_from + 1) % BGP_ACTIONS_MAX;
    s->queue_len--;
    return true;
}

size_t bgp_session_output(const struct bgp_session *s, enum bgp_side side,
                          const uint8_t **ret_bytes)
{
    const struct bgp_conn *c = &s->conn[side];
    assert(c->out_from <= c->out_to && c->out_to <= sizeof(c->out));
    *ret_bytes = c->out + c->out_from;
    return c->out_to - c->out_from;
}

void bgp_session_sent(struct bgp_session *s, ns_t now, enum bgp_side side, size_t n)
{
    struct bgp_conn *c = &s->conn[side];
    assert(n <= c->out_to - c->out_from);
    c->out_from += n;
    if (n == 0)
        return;
    s->info.last_write_at = now;
    if (c->state != BGP_ESTABLISHED)
        return;
    bgp_fsm_send_hold_later(s, now);
    bgp_fsm_send_refreshes(s);
}

enum bgp_side bgp_session_side(const struct bgp_session *s)
{
    return s->conn[BGP_INCOMING].state > s->conn[BGP_OUTGOING].state ? BGP_INCOMING : BGP_OUTGOING;
}

const struct bgp_session_info *bgp_session_info(const struct bgp_session *s)
{
    return &s->info;
}
