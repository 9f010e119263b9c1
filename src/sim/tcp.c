#include "sim/tcp.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_PORT = 32768, MSS_MIN = 48, INITIAL_WINDOW_SEGMENTS = 10 };

static const ns_t RTO_MIN = SIM_TCP_RTO_MIN_MS * NS_PER_MS;
static const ns_t RTO_MAX = SIM_TCP_RTO_MAX_MS * NS_PER_MS;

void sim_tcp_init(struct sim_tcp *t, struct sim_clock *clock, struct sim_tcp_user *user)
{
    *t = (struct sim_tcp){ .clock = clock, .user = user, .next_port = FIRST_PORT };
    list_init(&t->conns);
}

static void conn_free(struct sim_conn *c)
{
    list_remove(&c->link);
    sim_clock_cancel(c->tcp->clock, &c->timer);
    for (uint32_t i = 0; i < c->early_n; i++)
        sim_packet_free(c->early[i]);
    mem_free(MEM_SIM, c->buf, c->buf_cap);
    mem_free(MEM_SIM, c, sizeof(*c));
}

void sim_tcp_done(struct sim_tcp *t)
{
    LIST_EACH_SAFE(it, tmp, &t->conns)
        conn_free(LIST_ENTRY(it, struct sim_conn, link));
}

struct sim_conn *sim_tcp_find(struct sim_tcp *t, uint32_t app)
{
    LIST_EACH(it, &t->conns) {
        struct sim_conn *c = LIST_ENTRY(it, struct sim_conn, link);
        if (app && c->app == app)
            return c;
    }
    return NULL;
}

size_t sim_tcp_room(const struct sim_conn *c)
{
    return c->buf_len < SIM_TCP_SEND_BUFFER ? SIM_TCP_SEND_BUFFER - c->buf_len : 0;
}

/* --- sending -----------------------------------------------------------------------------------
 */

/* The offset behind the last byte of data that the application sent. */
static uint64_t data_end(const struct sim_conn *c)
{
    return MAX(c->una, 1) + c->buf_len;
}

static struct sim_packet *segment(const struct sim_conn *c, uint32_t len)
{
    struct sim_packet *p = sim_packet_new(len);
    if (!p) {
        c->tcp->clock->out_of_memory = true;
        return NULL;
    }
    p->src = c->local;
    p->dst = c->remote;
    p->sport = c->local_port;
    p->dport = c->remote_port;
    p->ttl = c->ttl;
    p->seq = c->nxt;
    p->ack = c->rcv_nxt;
    p->has_ack = c->state != SIM_SYN_SENT;
    p->window = SIM_TCP_WINDOW;
    p->key = c->key;
    return p;
}

static void emit(struct sim_conn *c, struct sim_packet *p)
{
    if (p)
        (void)c->tcp->user->emit(c->tcp->user, p); /* without a route it is lost */
}

static void send_ack(struct sim_conn *c)
{
    emit(c, segment(c, 0));
}

static void send_syn(struct sim_conn *c)
{
    struct sim_packet *p = segment(c, 0);
    if (!p)
        return;
    p->syn = true;
    p->seq = 0;
    p->mss = (uint16_t)MIN(c->mss, UINT16_MAX);
    emit(c, p);
}

static void arm(struct sim_conn *c)
{
    ns_t now = c->tcp->clock->now, at = now + c->rto;
    if (c->retries > 0 && c->state == SIM_OPEN)
        at = MIN(at, MAX(c->retry_since + c->user_timeout, now + NS_PER_MS));
    sim_clock_post(c->tcp->clock, &c->timer, at);
}

/* One segment at nxt, of at most `limit` bytes; false: there is nothing to send. */
static bool send_one(struct sim_conn *c, uint64_t limit)
{
    uint64_t end = data_end(c);
    uint32_t len = 0;
    if (c->nxt < end) {
        len = (uint32_t)MIN(MIN(end - c->nxt, (uint64_t)c->mss), limit);
        if (len == 0)
            return false;
    } else if (!c->fin_queued || c->fin_acked || c->nxt > end) {
        return false;
    }
    struct sim_packet *p = segment(c, len);
    if (!p)
        return false;
    if (len > 0)
        memcpy(p->bytes, c->buf + (c->nxt - MAX(c->una, 1)), len);
    p->fin = c->fin_queued && c->nxt + len == end;
    if (c->timed_seq == 0 && c->retries == 0) {
        c->timed_seq = c->nxt + 1;
        c->timed_at = c->tcp->clock->now;
    }
    c->nxt += len + p->fin;
    emit(c, p);
    return true;
}

static void output(struct sim_conn *c)
{
    if (c->state != SIM_OPEN)
        return;
    uint64_t window = MIN(c->cwnd, (uint32_t)SIM_TCP_WINDOW);
    while (c->nxt < c->una + window && send_one(c, c->una + window - c->nxt))
        ;
    if (c->una < c->nxt && c->timer.timer.index == 0)
        arm(c);
}

void sim_tcp_send(struct sim_conn *c, const uint8_t *bytes, size_t n)
{
    assert(!c->fin_queued);
    if (c->buf_len + n > c->buf_cap) {
        size_t cap = MAX(MAX(c->buf_cap * 2, c->buf_len + n), 4096U);
        uint8_t *buf = mem_resize(MEM_SIM, c->buf, c->buf_cap, cap);
        if (!buf) {
            c->tcp->clock->out_of_memory = true;
            return;
        }
        c->buf = buf;
        c->buf_cap = cap;
    }
    if (n > 0)
        memcpy(c->buf + c->buf_len, bytes, n);
    c->buf_len += n;
    output(c);
}

static void reset_answer(struct sim_tcp *t, const struct sim_packet *in)
{
    if (in->rst)
        return;
    struct sim_packet *p = sim_packet_new(0);
    if (!p)
        return;
    p->src = in->dst;
    p->dst = in->src;
    p->sport = in->dport;
    p->dport = in->sport;
    p->rst = p->has_ack = true;
    p->seq = in->ack;
    p->ack = in->seq + in->len + in->syn + in->fin;
    p->key = in->key;
    t->resets_sent++;
    (void)t->user->emit(t->user, p);
}

/* --- ends --------------------------------------------------------------------------------------
 */

/* The connection is over; tells the application if it is still its own. */
static void fail(struct sim_conn *c, err_t why)
{
    if (c->app)
        c->tcp->user->closed(c->tcp->user, c, why);
    conn_free(c);
}

/* Frees what has nothing left to do; false: it lives. */
static bool reap(struct sim_conn *c)
{
    if (!c->fin_acked)
        return false;
    if (c->peer_fin) {
        conn_free(c);
        return true;
    }
    sim_clock_post(c->tcp->clock, &c->timer,
                   c->tcp->clock->now + SIM_TCP_FIN_WAIT_MS * NS_PER_MS);
    return false;
}

void sim_tcp_close(struct sim_conn *c)
{
    c->app = 0;
    if (c->state != SIM_OPEN) {
        conn_free(c);
        return;
    }
    c->fin_queued = true;
    c->user_timeout = MIN(c->user_timeout, SIM_TCP_ORPHAN_MS * NS_PER_MS);
    output(c);
}

/* --- time-outs ---------------------------------------------------------------------------------
 */

static bool is_hopeless(const struct sim_conn *c, ns_t now)
{
    if (c->state == SIM_SYN_SENT)
        return c->retries >= SIM_TCP_SYN_RETRIES;
    if (c->state == SIM_SYN_RCVD)
        return c->retries >= SIM_TCP_SYNACK_RETRIES;
    return c->retries > 0 && now - c->retry_since >= c->user_timeout;
}

static void timeout(struct sim_event *e, ns_t now)
{
    struct sim_conn *c = container_of(e, struct sim_conn, timer);
    struct sim_tcp *t = c->tcp;
    if (c->fin_acked) { /* FIN-WAIT-2 is over */
        conn_free(c);
        return;
    }
    if (is_hopeless(c, now)) {
        fail(c, -ETIMEDOUT);
        t->user->settle(t->user);
        return;
    }
    if (c->retries++ == 0)
        c->retry_since = now;
    c->timed_seq = 0; /* Karn: a retransmitted segment says nothing of the round trip */
    c->rto = MIN(c->rto * 2, RTO_MAX);
    t->retransmits++;
    if (c->state != SIM_OPEN) {
        send_syn(c);
    } else {
        c->ssthresh = MAX((uint32_t)(c->nxt - c->una) / 2, 2 * c->mss);
        c->cwnd = c->mss;
        c->nxt = c->una;
        (void)send_one(c, c->mss);
    }
    arm(c);
}

/* RFC 6298. */
static void measured(struct sim_conn *c, ns_t rtt)
{
    if (c->srtt == 0) {
        c->srtt = rtt;
        c->rttvar = rtt / 2;
    } else {
        ns_t off = rtt > c->srtt ? rtt - c->srtt : c->srtt - rtt;
        c->rttvar = (3 * c->rttvar + off) / 4;
        c->srtt = (7 * c->srtt + rtt) / 8;
    }
    c->rto = MIN(c->srtt + MAX(4 * c->rttvar, RTO_MIN), RTO_MAX);
}

/* --- beginnings --------------------------------------------------------------------------------
 */

static uint32_t mss_of(uint32_t mtu, uint8_t family)
{
    uint32_t header = sim_header_bytes(family);
    return mtu > header + MSS_MIN ? mtu - header : MSS_MIN;
}

static struct sim_conn *conn_new(struct sim_tcp *t, enum sim_conn_state state)
{
    struct sim_conn *c = mem_alloc(MEM_SIM, sizeof(*c));
    if (!c) {
        t->clock->out_of_memory = true;
        return NULL;
    }
    c->tcp = t;
    c->state = state;
    c->timer.run = timeout;
    c->rto = NS_PER_S; /* RFC 6298 2.1 */
    c->ssthresh = UINT32_MAX;
    c->user_timeout = SIM_TCP_RETRIES2_MS * NS_PER_MS;
    c->ttl = SIM_TTL;
    list_append(&t->conns, &c->link);
    return c;
}

struct sim_conn *sim_tcp_connect(struct sim_tcp *t, const struct sim_tcp_open *open)
{
    assert(open->app != 0);
    struct sim_conn *c = conn_new(t, SIM_SYN_SENT);
    if (!c)
        return NULL;
    c->local = open->local;
    c->remote = open->remote;
    c->local_port = t->next_port;
    t->next_port = t->next_port == UINT16_MAX ? FIRST_PORT : (uint16_t)(t->next_port + 1);
    c->remote_port = open->port;
    c->ttl = open->ttl ? open->ttl : SIM_TTL;
    c->min_ttl = open->min_ttl;
    c->key = open->key;
    c->app = open->app;
    c->mss = mss_of(open->mtu, open->remote.family);
    c->timed_seq = 1;
    c->timed_at = t->clock->now;
    send_syn(c);
    arm(c);
    return c;
}

static void accept_syn(struct sim_tcp *t, const struct sim_packet *p, uint32_t mtu)
{
    struct sim_conn *c = conn_new(t, SIM_SYN_RCVD);
    if (!c)
        return;
    c->local = p->dst;
    c->remote = p->src;
    c->local_port = p->dport;
    c->remote_port = p->sport;
    c->key = p->key;
    c->mss = MIN(mss_of(mtu, p->src.family), MAX(p->mss, MSS_MIN));
    c->rcv_nxt = 1;
    c->timed_seq = 1;
    c->timed_at = t->clock->now;
    send_syn(c);
    arm(c);
}

static void becomes_open(struct sim_conn *c)
{
    c->state = SIM_OPEN;
    c->nxt = MAX(c->nxt, 1);
    c->una = 1;
    c->cwnd = INITIAL_WINDOW_SEGMENTS * c->mss;
    if (c->retries > 0)
        c->rto = NS_PER_S;
    else
        measured(c, c->tcp->clock->now - c->timed_at);
    c->timed_seq = 0;
    c->retries = 0;
    sim_clock_cancel(c->tcp->clock, &c->timer);
}

/* --- receiving ---------------------------------------------------------------------------------
 */

static void take_ack(struct sim_conn *c, const struct sim_packet *p)
{
    ns_t now = c->tcp->clock->now;
    uint64_t sent_end = data_end(c) + c->fin_queued;
    if (p->ack > sent_end)
        return;
    if (p->ack <= c->una) {
        if (p->ack == c->una && p->len == 0 && !p->fin && c->una < c->nxt && ++c->dup_acks == 3) {
            uint64_t nxt = c->nxt; /* fast retransmit of the first segment */
            c->ssthresh = MAX((uint32_t)(c->nxt - c->una) / 2, 2 * c->mss);
            c->cwnd = c->ssthresh;
            c->timed_seq = 0;
            c->nxt = c->una;
            c->tcp->retransmits++;
            (void)send_one(c, c->mss);
            c->timed_seq = 0;
            c->nxt = MAX(c->nxt, nxt);
        }
        return;
    }
    if (c->timed_seq && p->ack >= c->timed_seq) {
        measured(c, now - c->timed_at);
        c->timed_seq = 0;
    }
    uint64_t acked = p->ack - c->una;
    size_t data = (size_t)MIN(acked, (uint64_t)c->buf_len);
    if (data > 0)
        memmove(c->buf, c->buf + data, c->buf_len - data);
    c->buf_len -= data;
    c->fin_acked = c->fin_queued && p->ack == sent_end;
    c->una = p->ack;
    c->nxt = MAX(c->nxt, c->una);
    c->dup_acks = 0;
    if (c->retries > 0 && c->srtt)
        c->rto = MIN(c->srtt + MAX(4 * c->rttvar, RTO_MIN), RTO_MAX);
    c->retries = 0;
    uint32_t more = c->cwnd < c->ssthresh ? (uint32_t)MIN(acked, (uint64_t)c->mss)
                                          : MAX(c->mss * c->mss / c->cwnd, 1);
    c->cwnd = MIN(c->cwnd + more, (uint32_t)SIM_TCP_WINDOW);
    sim_clock_cancel(c->tcp->clock, &c->timer);
    if (c->una < c->nxt)
        arm(c);
}

/* Delivers what of the segment is new. */
static void deliver(struct sim_conn *c, const struct sim_packet *p)
{
    uint64_t end = p->seq + p->len;
    if (end > c->rcv_nxt) {
        size_t skip = (size_t)(c->rcv_nxt - p->seq);
        c->rcv_nxt = end;
        c->tcp->user->received(c->tcp->user, c, p->bytes + skip, p->len - skip);
    }
    if (p->fin && c->rcv_nxt == end) {
        c->rcv_nxt++;
        c->peer_fin = true;
    }
}

static void keep_early(struct sim_conn *c, const struct sim_packet *p)
{
    if (c->early_n == SIM_TCP_EARLY_MAX)
        return;
    for (uint32_t i = 0; i < c->early_n; i++)
        if (c->early[i]->seq == p->seq && c->early[i]->len >= p->len)
            return;
    struct sim_packet *copy = sim_packet_copy(p);
    if (copy)
        c->early[c->early_n++] = copy;
}

/* Early segments whose turn has come; those passed over are dropped. */
static void deliver_early(struct sim_conn *c)
{
    for (uint32_t i = 0; i < c->early_n;) {
        struct sim_packet *p = c->early[i];
        if (p->seq > c->rcv_nxt || c->peer_fin) {
            i++;
            continue;
        }
        c->early[i] = c->early[--c->early_n];
        if (p->seq + p->len + p->fin > c->rcv_nxt)
            deliver(c, p);
        sim_packet_free(p);
        i = 0;
    }
}

static void take_data(struct sim_conn *c, const struct sim_packet *p)
{
    if (p->len == 0 && !p->fin && !p->syn)
        return;
    if (c->app == 0 && p->len > 0 && p->seq + p->len > c->rcv_nxt) {
        struct sim_tcp *t = c->tcp; /* Linux: data that nobody will read */
        conn_free(c);
        reset_answer(t, p);
        return;
    }
    bool had_fin = c->peer_fin;
    if (p->seq > c->rcv_nxt) {
        keep_early(c, p);
    } else if (!had_fin && p->seq + p->len + p->fin > c->rcv_nxt) {
        deliver(c, p);
        deliver_early(c);
    }
    send_ack(c);
    if (c->peer_fin && !had_fin) {
        if (c->app) {
            c->tcp->user->closed(c->tcp->user, c, 0);
            sim_tcp_close(c);
        }
        (void)reap(c);
    }
}

static void take_open(struct sim_conn *c, const struct sim_packet *p)
{
    struct sim_tcp *t = c->tcp;
    bool could_write = sim_tcp_room(c) > 0;
    if (p->has_ack)
        take_ack(c, p);
    if (c->fin_acked && reap(c))
        return;
    output(c);
    if (c->app && (!could_write || c->buf_len < SIM_TCP_SEND_BUFFER / 2))
        t->user->writable(t->user, c);
    take_data(c, p);
}

static void take_segment(struct sim_conn *c, const struct sim_packet *p)
{
    struct sim_tcp *t = c->tcp;
    if (p->rst) {
        bool is_ours = c->state == SIM_SYN_SENT ? p->has_ack && p->ack == 1
                                                : p->seq >= c->rcv_nxt || c->state == SIM_SYN_RCVD;
        if (is_ours)
            fail(c, c->state == SIM_SYN_SENT ? -ECONNREFUSED : -ECONNRESET);
        return;
    }
    if (c->state == SIM_SYN_SENT) {
        if (!p->syn || !p->has_ack || p->ack != 1)
            return;
        c->mss = MIN(c->mss, MAX(p->mss, MSS_MIN));
        c->rcv_nxt = 1;
        becomes_open(c);
        send_ack(c);
        t->user->opened(t->user, c);
        return;
    }
    if (c->state == SIM_SYN_RCVD) {
        if (p->syn) {
            send_syn(c);
            return;
        }
        if (!p->has_ack || p->ack < 1)
            return;
        becomes_open(c);
        c->app = t->user->accepted(t->user, c);
        if (c->app == 0)
            sim_tcp_close(c);
    }
    take_open(c, p);
}

static void take_error(struct sim_tcp *t, struct sim_conn *c, const struct sim_packet *p)
{
    (void)t;
    if (p->kind == SIM_UNREACHABLE) {
        if (c->state == SIM_SYN_SENT) /* a soft error of a connection that is open */
            fail(c, -EHOSTUNREACH);
        return;
    }
    uint32_t mss = mss_of(p->mtu, c->remote.family);
    if (mss >= c->mss)
        return;
    c->mss = mss; /* RFC 1191: what was sent is sent again in smaller pieces */
    if (c->state == SIM_OPEN) {
        c->nxt = c->una;
        c->timed_seq = 0;
        output(c);
    }
}

static struct sim_conn *conn_of(struct sim_tcp *t, const struct sim_packet *p)
{
    bool is_error = p->kind != SIM_TCP;
    uint16_t local_port = is_error ? p->sport : p->dport;
    uint16_t remote_port = is_error ? p->dport : p->sport;
    const struct ip_addr *remote = is_error ? &p->about : &p->src;
    LIST_EACH(it, &t->conns) {
        struct sim_conn *c = LIST_ENTRY(it, struct sim_conn, link);
        if (c->local_port == local_port && c->remote_port == remote_port &&
            ip_eq(&c->remote, remote) && ip_eq(&c->local, &p->dst))
            return c;
    }
    return NULL;
}

void sim_tcp_input(struct sim_tcp *t, struct sim_packet *p, uint32_t mtu)
{
    struct sim_conn *c = conn_of(t, p);
    if (p->kind != SIM_TCP) {
        if (c)
            take_error(t, c, p);
    } else if (c) {
        if (p->key == c->key && p->ttl >= c->min_ttl) /* RFC 2385, 5082: else not even an answer */
            take_segment(c, p);
    } else if (p->syn && !p->has_ack && t->listening && p->dport == 179) {
        uint64_t key = t->key_for ? t->key_for(t->user, &p->src) : 0;
        if (key == p->key)
            accept_syn(t, p, mtu);
    } else {
        reset_answer(t, p);
    }
    sim_packet_free(p);
}
