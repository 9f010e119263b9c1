#include "bfd/session.h"

/* 6.8.6: rows are our state, columns the state that the peer reports. */
static const uint8_t next_state[4][4] = {
    /*                   AdminDown       Down            Init            Up             */
    [BFD_ADMIN_DOWN] = { BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_ADMIN_DOWN },
    [BFD_DOWN]       = { BFD_DOWN,       BFD_INIT,       BFD_UP,         BFD_DOWN       },
    [BFD_INIT]       = { BFD_DOWN,       BFD_INIT,       BFD_UP,         BFD_UP         },
    [BFD_UP]         = { BFD_DOWN,       BFD_DOWN,       BFD_UP,         BFD_UP         },
};

void bfd_init(struct bfd_session *s, ns_t now, uint32_t discr, uint32_t min_tx_us,
              uint32_t min_rx_us, uint8_t multiplier)
{
    assert(discr != 0 && multiplier != 0 && min_tx_us != 0); /* 6.8.1 */
    *s = (struct bfd_session){
        .discr = discr,
        .min_tx_us = min_tx_us,
        .min_rx_us = min_rx_us,
        .multiplier = multiplier,
        .state = BFD_DOWN,
        .send_at = now,
        .expire_at = NS_NEVER,
        .sent_at = -1,
        .heard_at = -1,
    };
}

/* 6.8.7: each gap is 75..100 % of the interval, so that sessions do not beat together. */
static ns_t send_after(const struct bfd_session *s, ns_t from, struct rng *rng)
{
    uint32_t tx_us = bfd_tx_in_use_us(s), peer_us = s->peer.min_rx_us;
    ns_t interval = (ns_t)MAX(tx_us, peer_us) * NS_PER_US;
    return from + interval * rng_between(rng, 75, s->multiplier == 1 ? 90 : 100) / 100;
}

ns_t bfd_detection_time(const struct bfd_session *s)
{
    if (s->peer.my_discr == 0)
        return NS_NEVER;
    uint32_t rx_us = bfd_rx_in_use_us(s);
    return (ns_t)s->peer.multiplier * (ns_t)MAX(rx_us, s->peer.min_tx_us) * NS_PER_US; /* 6.8.4 */
}

static void enter(struct bfd_session *s, enum bfd_state to, enum bfd_diag why,
                  struct bfd_output *out)
{
    assert(to != s->state);
    *out = (struct bfd_output){ .changed = true, .from = s->state, .to = to, .why = why };
    s->state = to;
    if (to == BFD_DOWN || to == BFD_ADMIN_DOWN)
        s->diag = (uint8_t)why;
    else if (to == BFD_UP)
        s->diag = BFD_DIAG_NONE;
    bfd_poll_end(s); /* of the old state's intervals */
    if (to == BFD_UP)
        bfd_poll_start(s, bfd_tx_told_us(s), s->min_rx_us); /* 6.8.3: the fast interval is news */
}

static struct bfd_packet packet_of(const struct bfd_session *s)
{
    return (struct bfd_packet){
        .state = s->state,
        .diag = s->diag,
        .multiplier = s->multiplier,
        .poll = s->poll.active,
        .my_discr = s->discr,
        .your_discr = s->peer.my_discr,
        .min_tx_us = bfd_tx_told_us(s),
        .min_rx_us = s->min_rx_us,
    };
}

struct bfd_output bfd_receive(struct bfd_session *s, ns_t now, const struct bfd_packet *in,
                              struct rng *rng)
{
    assert(in->multiplier > 0 && in->my_discr != 0); /* wire.c refuses such packets: 6.8.6 */
    struct bfd_output out = { 0 };
    if (s->state == BFD_ADMIN_DOWN)
        return out;
    bool was_quiet = s->send_at == NS_NEVER;
    bool faster = in->min_rx_us < s->peer.min_rx_us;
    s->peer = *in;
    s->heard_at = now;
    if (in->final)
        bfd_poll_end(s);

    enum bfd_state to = next_state[s->state][in->state];
    if (to != s->state)
        enter(s, to, to == BFD_DOWN ? BFD_DIAG_NEIGHBOR_DOWN : BFD_DIAG_NONE, &out);
    s->expire_at = now + bfd_detection_time(s);
    /* 6.8.1, 6.8.7: the peer may want no periodic packets, for ever or while both are up. */
    bool on_demand = in->demand && s->state == BFD_UP && in->state == BFD_UP;
    if (in->min_rx_us == 0 || (on_demand && !s->poll.active))
        s->send_at = NS_NEVER;
    else if (out.changed || was_quiet || faster)
        s->send_at = MIN(s->send_at, send_after(s, now, rng));
    if (in->poll) { /* 6.5: answered at once, whatever the timers say */
        out.send = true;
        out.packet = packet_of(s);
        out.packet.poll = false;
        out.packet.final = true;
        s->sent_at = now;
    }
    return out;
}

struct bfd_output bfd_advance(struct bfd_session *s, ns_t now, struct rng *rng)
{
    struct bfd_output out = { 0 };
    if (now >= s->expire_at) { /* 6.8.4; 6.8.1: the peer is forgotten a detection time later */
        s->expire_at = NS_NEVER;
        s->peer = (struct bfd_packet){ 0 };
        if (s->send_at == NS_NEVER && s->state != BFD_ADMIN_DOWN)
            s->send_at = now; /* whoever wanted no packets has gone */
        if (s->state == BFD_INIT || s->state == BFD_UP)
            enter(s, BFD_DOWN, BFD_DIAG_EXPIRED, &out);
    }
    if (now >= s->send_at) {
        bool last = s->state == BFD_ADMIN_DOWN && s->expire_at == NS_NEVER;
        s->send_at = last ? NS_NEVER : send_after(s, now, rng);
        s->sent_at = now;
        out.send = true;
        out.packet = packet_of(s);
    }
    return out;
}

ns_t bfd_deadline(const struct bfd_session *s)
{
    return MIN(s->send_at, s->expire_at);
}

struct bfd_output bfd_set_admin(struct bfd_session *s, ns_t now, bool up)
{
    struct bfd_output out = { 0 };
    if (up && s->state == BFD_ADMIN_DOWN) {
        s->peer = (struct bfd_packet){ 0 };
        s->expire_at = NS_NEVER;
        s->send_at = now;
        enter(s, BFD_DOWN, BFD_DIAG_NONE, &out);
    } else if (!up && s->state != BFD_ADMIN_DOWN) {
        /* 6.8.16: tell it for a detection time, then be silent. */
        s->expire_at = s->peer.my_discr ? now + bfd_detection_time(s) : NS_NEVER;
        s->send_at = now;
        enter(s, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN_DOWN, &out);
    }
    return out;
}

struct bfd_output bfd_path_down(struct bfd_session *s)
{
    struct bfd_output out = { 0 };
    if (s->state == BFD_INIT || s->state == BFD_UP)
        enter(s, BFD_DOWN, BFD_DIAG_PATH_DOWN, &out);
    return out;
}

void bfd_set_intervals(struct bfd_session *s, ns_t now, uint32_t min_tx_us, uint32_t min_rx_us)
{
    assert(min_tx_us != 0);
    if (min_tx_us == s->min_tx_us && min_rx_us == s->min_rx_us)
        return;
    if (s->state == BFD_UP) {
        bfd_poll_start(s, s->min_tx_us, s->min_rx_us);
        s->send_at = MIN(s->send_at, now); /* the Poll goes out at once */
    }
    s->min_tx_us = min_tx_us;
    s->min_rx_us = min_rx_us;
}
