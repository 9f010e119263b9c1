/* Packets that came to another worker than they are for. The kernel gives each worker its SPIs
 * (os/udp.h), but where it joined datagrams of two tunnels between the same two addresses and ports
 * into one run: that goes by its first SPI. Such a run is taken apart, and what is another worker's
 * goes to its inbox: one hop, never a second, counted, and dropped when the inbox is full. */
#include "daemon/data.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    HEAD_BYTES = 64, /* before what is handed over: TOS, segment, path; then zeros */
    HANDED_A_TURN = 64,
};

void data_steer_init(struct data *d)
{
    struct data_steer *s = &d->steer;
    s->count = MAX(d->options->workers, UINT32_C(1));
    s->own = d->options->worker;
    for (int i = 0; i < ESP_WORKERS_MAX; i++)
        s->inbox[i] = -1;
    s->watch.fd = -1;
    s->counts.process = (uint32_t)getpid();
}

void data_steer_done(struct data *d)
{
    struct data_steer *s = &d->steer;
    for (uint32_t i = 0; i < s->count; i++)
        if (s->inbox[i] >= 0)
            close(s->inbox[i]);
    if (s->watch.fd < 0)
        return;
    loop_del(d->loop, &s->watch);
    close(s->watch.fd);
}

bool data_steer_has(const struct data *d, uint32_t connection)
{
    return esp_worker_of(connection, d->steer.count) == d->steer.own;
}

bool data_steer_fits(const struct data *d, const struct esp_child *c)
{
    return data_steer_has(d, c->connection) &&
           esp_worker_of_spi(c->spi_in, d->steer.count) == d->steer.own;
}

void data_steer_socket(struct data *d, const struct net_socket *s)
{
    const struct udp_workers all = { .mask = esp_worker_mask(d->steer.count),
                                     .count = d->steer.count };
    if (all.count == 1 || s->udp.fd < 0 || !s->udp.is_raw)
        return;
    err_t rc = udp_steer_raw(&s->udp, &all, d->steer.own);
    if (rc != 0) /* others drop what is ours, and we what is theirs */
        log_line(&d->log, LOG_LEVEL_WARNING, "a socket has no filter: %s", strerror(-rc));
}

/* ---- whose a packet is ----------------------------------------------------------------------- */

/* Of the datagram at that place of a run. Without an SPI, or with none (IKE that strayed here):
 * ours, as the engine knows what to do with it. */
static uint32_t owner_at(const struct data *d, const struct esp_received *in, uint32_t at)
{
    struct rd r = rd_init(in->bytes + at, in->len - at);
    uint32_t spi = rd_u32(&r);
    return r.bad || spi == 0 ? d->steer.own : esp_worker_of_spi(spi, d->steer.count);
}

static uint32_t step_of(const struct esp_received *in)
{
    return in->segment ? in->segment : in->len;
}

static uint64_t packets_of(const struct esp_received *in)
{
    return in->len ? (in->len + step_of(in) - 1) / step_of(in) : 0;
}

static bool is_all_ours(const struct data *d, const struct esp_received *in)
{
    for (uint32_t at = 0; at < in->len; at += step_of(in))
        if (owner_at(d, in, at) != d->steer.own)
            return false;
    return true;
}

/* ---- handing over ---------------------------------------------------------------------------- */

static void hand_over(struct data *d, uint32_t to, const struct esp_received *in)
{
    uint8_t head[HEAD_BYTES] = { 0 };
    struct wr w = wr_init(head, sizeof(head));
    wr_u8(&w, in->tos);
    wr_u32(&w, in->segment);
    path_encode(&in->path, &w);
    assert(!w.bad);
    struct iovec parts[] = { { .iov_base = head, .iov_len = sizeof(head) },
                             { .iov_base = in->bytes, .iov_len = in->len } };
    const struct msghdr m = { .msg_iov = parts, .msg_iovlen = ARRAY_LEN(parts) };
    int fd = d->steer.inbox[to];
    if (fd >= 0 && sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        d->steer.counts.handed_over += packets_of(in);
    else
        d->steer.counts.lost += packets_of(in);
}

/* In order, run by run; each is opened or gone before the next one's head room is written to. */
static void take_apart(struct data *d, const struct esp_received *in)
{
    uint32_t step = step_of(in);
    for (uint32_t at = 0; at < in->len;) {
        uint32_t owner = owner_at(d, in, at), end = at + step;
        while (end < in->len && owner_at(d, in, end) == owner)
            end += step;
        end = MIN(end, in->len);
        struct esp_received piece = { .bytes = in->bytes + at,
                                      .len = end - at,
                                      .segment = end - at > step ? step : 0,
                                      .tos = in->tos,
                                      .path = in->path };
        if (owner == d->steer.own)
            data_open_all(d, &piece, 1);
        else
            hand_over(d, owner, &piece);
        at = end;
    }
}

void data_steer_open(struct data *d, struct esp_received *in, size_t n)
{
    size_t from = 0;
    for (size_t i = 0; d->steer.count > 1 && i < n; i++) {
        if (is_all_ours(d, &in[i]))
            continue;
        data_open_all(d, in + from, i - from);
        take_apart(d, &in[i]);
        from = i + 1;
    }
    data_open_all(d, in + from, n - from);
}

/* ---- taking over ----------------------------------------------------------------------------- */

/* What another worker hands over is believed no more than what the network brings. */
static bool decode_head(const uint8_t head[HEAD_BYTES], struct esp_received *in)
{
    struct rd r = rd_init(head, HEAD_BYTES);
    in->tos = rd_u8(&r);
    in->segment = rd_u32(&r);
    if (!path_decode(&r, &in->path) || in->segment > in->len)
        return false;
    in->segment = in->segment == in->len ? 0 : in->segment;
    return ip_bytes(in->path.local.family) > 0 && ip_bytes(in->path.remote.family) > 0;
}

/* False: nothing waits. */
static bool take_one(struct data *d)
{
    uint8_t head[HEAD_BYTES];
    struct data_input at = data_input(d, 0);
    struct iovec parts[] = { { .iov_base = head, .iov_len = sizeof(head) },
                             { .iov_base = at.bytes, .iov_len = at.room } };
    struct msghdr m = { .msg_iov = parts, .msg_iovlen = ARRAY_LEN(parts) };
    ssize_t n = recvmsg(d->steer.watch.fd, &m, MSG_DONTWAIT);
    if (n <= 0)
        return false;
    struct esp_received in = { .bytes = at.bytes };
    in.len = (uint32_t)MAX(n - HEAD_BYTES, (ssize_t)0);
    bool fine = n > HEAD_BYTES && !(m.msg_flags & MSG_TRUNC) && decode_head(head, &in);
    if (!fine || !is_all_ours(d, &in)) {
        d->steer.counts.lost++;
        return true;
    }
    d->steer.counts.taken_over += packets_of(&in);
    data_open_all(d, &in, 1);
    return true;
}

static void inbox_ready(struct loop_watch *w, uint32_t events)
{
    struct data *d = container_of(w, struct data, steer.watch);
    (void)events;
    for (int i = 0; i < HANDED_A_TURN && take_one(d); i++)
        ;
}

bool data_steer_inbox(struct data *d, const struct ipc_message *m)
{
    struct data_steer *s = &d->steer;
    uint32_t number = m->len == 1 ? m->bytes[0] : ESP_WORKERS_MAX;
    bool own = number == s->own;
    if (number >= s->count || s->inbox[number] >= 0 || (own && s->watch.fd >= 0)) {
        close(m->fd);
        return false;
    }
    if (!own) {
        s->inbox[number] = m->fd;
        return true;
    }
    s->watch = (struct loop_watch){
        .fd = m->fd, .events = EPOLLIN, .rank = DATA_RANK_INBOX, .ready = inbox_ready
    };
    if (loop_add(d->loop, &s->watch) != 0) {
        close(m->fd); /* what others hand over is lost, and they count it */
        s->watch.fd = -1;
    }
    return true;
}

/* ---- told ------------------------------------------------------------------------------------ */

/* Left out while ike is busy, or when the SPI is nobody's: the next packet brings it again. */
void data_steer_too_big(struct data *d, const struct too_big *b)
{
    uint8_t bytes[32];
    struct wr w = wr_init(bytes, sizeof(bytes));
    if (d->steer.count == 1)
        return;
    too_big_encode(b, &w);
    (void)channel_offer(&d->ike, MSG_ESP_TOO_BIG, bytes, wr_len(&w));
}

bool data_steer_is_told(const struct data *d)
{
    const struct view_ike_worker *now = &d->steer.counts, *told = &d->steer.told;
    return now->process == told->process && now->handed_over == told->handed_over &&
           now->taken_over == told->taken_over && now->lost == told->lost;
}

void data_steer_tell(struct data *d)
{
    uint8_t bytes[64];
    struct wr w = wr_init(bytes, sizeof(bytes));
    if (data_steer_is_told(d))
        return;
    strays_encode(&d->steer.counts, &w);
    if (channel_offer(&d->ike, MSG_ESP_STRAYS, bytes, wr_len(&w)))
        d->steer.told = d->steer.counts;
}
