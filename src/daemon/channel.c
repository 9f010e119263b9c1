#include "daemon/channel.h"

#include <errno.h>
#include <unistd.h>

/* Messages of one channel handled in a turn, so that none starves the others. */
enum { MESSAGES_A_TURN = 64 };

static bool takes_input(const struct channel *c)
{
    return !c->held && !(c->answers_first && ipc_has_output(&c->ipc));
}

static void watch_both(struct channel *c)
{
    uint32_t events = takes_input(c) ? EPOLLIN : 0;
    if (c->error || ipc_has_output(&c->ipc))
        events |= EPOLLOUT;
    if (c->watch.added)
        loop_set(c->loop, &c->watch, events);
}

static void ready(struct loop_watch *w, uint32_t events)
{
    struct channel *c = container_of(w, struct channel, watch);
    err_t rc = c->error ? c->error : ipc_flush(&c->ipc);
    rc = rc == -EAGAIN ? 0 : rc;
    if (rc == 0 && !takes_input(c) && (events & (EPOLLHUP | EPOLLERR)))
        rc = -EPIPE; /* what it asked last, nobody wants to know any more */
    for (int i = 0; rc == 0 && i < MESSAGES_A_TURN && takes_input(c); i++) {
        struct ipc_message m;
        rc = ipc_receive(&c->ipc, &m);
        if (rc == 0 && !c->message(c->owner, &m))
            rc = -EPROTO;
        if (!c->watch.added)
            return; /* the handler closed it */
    }
    if (rc == 0 || rc == -EAGAIN) {
        watch_both(c);
        return;
    }
    channel_done(c);
    c->ended(c->owner, c, rc == -EPIPE ? -EPIPE : -EPROTO);
}

err_t channel_open(struct channel *c, struct loop *loop, int fd, enum role self, enum role peer,
                   uint8_t rank)
{
    assert(c->message && c->ended);
    err_t rc = ipc_init(&c->ipc, fd, (uint8_t)self, (uint8_t)peer);
    if (rc != 0)
        return rc;
    ipc_table(&c->ipc, messages, MSG_COUNT);
    c->loop = loop;
    c->error = 0;
    c->held = false;
    c->watch = (struct loop_watch){ .fd = fd, .events = EPOLLIN, .rank = rank, .ready = ready };
    rc = loop_add(loop, &c->watch);
    if (rc != 0)
        ipc_done(&c->ipc);
    return rc;
}

void channel_done(struct channel *c)
{
    if (!c->watch.added)
        return;
    loop_del(c->loop, &c->watch);
    ipc_done(&c->ipc);
}

bool channel_is_open(const struct channel *c)
{
    return c->watch.added;
}

bool channel_is_behind(const struct channel *c)
{
    return c->watch.added && c->ipc.queued_bytes > CHANNEL_BEHIND;
}

void channel_hold(struct channel *c, bool hold)
{
    c->held = hold;
    watch_both(c);
}

bool channel_offer(struct channel *c, enum message kind, const void *bytes, size_t len)
{
    if (!c->watch.added || channel_is_behind(c))
        return false;
    channel_send(c, kind, bytes, len, -1);
    return true;
}

void channel_send(struct channel *c, enum message kind, const void *bytes, size_t len, int fd)
{
    if (!c->watch.added) {
        if (fd >= 0)
            close(fd);
        return;
    }
    err_t rc = ipc_send(&c->ipc, (uint16_t)kind, bytes, len, fd);
    if (rc != 0)
        c->error = rc;
    watch_both(c);
}
