#include "os/ipc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

/* On the wire: kind and length in host order, as both ends are one binary on one machine. */
struct ipc_header {
    uint16_t kind, zero;
    uint32_t len;
};

struct ipc_queued {
    struct link link;
    struct ipc_header header;
    int fd;
    uint8_t bytes[];
};

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL };

err_t ipc_pair(int ret_fd[2])
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
        return -errno;
    ret_fd[0] = pair[0];
    ret_fd[1] = pair[1];
    return 0;
}

err_t ipc_init(struct ipc *c, int fd, uint8_t self, uint8_t peer)
{
    *c = (struct ipc){ .fd = fd, .self = self, .peer = peer };
    list_init(&c->queue);
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return -errno;
    c->buffer = mem_alloc(MEM_BUFFER, IPC_MESSAGE_MAX);
    return c->buffer ? 0 : -ENOMEM;
}

void ipc_table(struct ipc *c, const struct ipc_kind *kinds, uint16_t count)
{
    c->kinds = kinds;
    c->kind_count = count;
}

static size_t queued_size(const struct ipc_queued *q) { return sizeof(*q) + q->header.len; }

static void drop_queued(struct ipc *c, struct ipc_queued *q)
{
    list_remove(&q->link);
    c->queued_bytes -= queued_size(q);
    if (q->fd >= 0)
        close(q->fd);
    mem_free(MEM_BUFFER, q, queued_size(q));
}

void ipc_done(struct ipc *c)
{
    if (c->queue.next)
        LIST_EACH_SAFE(it, tmp, &c->queue)
            drop_queued(c, LIST_ENTRY(it, struct ipc_queued, link));
    mem_free(MEM_BUFFER, c->buffer, c->buffer ? IPC_MESSAGE_MAX : 0);
    c->buffer = NULL;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

static err_t send_now(struct ipc *c, const struct ipc_header *header, const void *bytes, int fd)
{
    struct iovec iov[2] = {
        { .iov_base = (void *)(uintptr_t)header, .iov_len = sizeof(*header) },
        { .iov_base = (void *)(uintptr_t)bytes, .iov_len = header->len },
    };
    struct msghdr m = { .msg_iov = iov, .msg_iovlen = header->len ? 2 : 1 };
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    if (fd >= 0) {
        memset(&control, 0, sizeof(control));
        m.msg_control = &control;
        m.msg_controllen = sizeof(control);
        struct cmsghdr *cm = CMSG_FIRSTHDR(&m);
        cm->cmsg_level = SOL_SOCKET;
        cm->cmsg_type = SCM_RIGHTS;
        cm->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(cm), &fd, sizeof(fd));
    }
    ssize_t n;
    do
        n = sendmsg(c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return 0;
    return errno == ECONNRESET ? -EPIPE : -errno;
}

err_t ipc_send(struct ipc *c, uint16_t kind, const void *bytes, size_t len, int fd)
{
    assert(kind < c->kind_count && c->kinds[kind].sender == c->self &&
           c->kinds[kind].receiver == c->peer && len <= c->kinds[kind].max_bytes &&
           c->kinds[kind].has_fd == (fd >= 0));
    struct ipc_header header = { .kind = kind, .len = (uint32_t)len };
    err_t rc = list_is_empty(&c->queue) ? send_now(c, &header, bytes, fd) : -EAGAIN;
    if (rc != -EAGAIN) {
        if (fd >= 0)
            close(fd);
        return rc;
    }
    size_t size = sizeof(struct ipc_queued) + len;
    struct ipc_queued *q = NULL;
    if (c->queued_bytes + size > IPC_QUEUE_MAX)
        rc = -ENOBUFS;
    else if (!(q = mem_alloc(MEM_BUFFER, size)))
        rc = -ENOMEM;
    if (!q) {
        if (fd >= 0)
            close(fd);
        return rc;
    }
    q->header = header;
    q->fd = fd;
    if (len)
        memcpy(q->bytes, bytes, len);
    list_append(&c->queue, &q->link);
    c->queued_bytes += size;
    return 0;
}

err_t ipc_flush(struct ipc *c)
{
    while (!list_is_empty(&c->queue)) {
        struct ipc_queued *q = LIST_ENTRY(c->queue.next, struct ipc_queued, link);
        err_t rc = send_now(c, &q->header, q->bytes, q->fd);
        if (rc != 0)
            return rc;
        drop_queued(c, q);
    }
    return 0;
}

/* The descriptor that came along; more than one are closed and count as a breach. */
static bool take_fd(struct msghdr *m, int *ret_fd)
{
    *ret_fd = -1;
    bool fine = !(m->msg_flags & MSG_CTRUNC);
    for (struct cmsghdr *cm = CMSG_FIRSTHDR(m); cm; cm = CMSG_NXTHDR(m, cm)) {
        if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(cm) + i * sizeof(int), sizeof(fd));
            if (*ret_fd >= 0) {
                close(fd);
                fine = false;
            } else {
                *ret_fd = fd;
            }
        }
    }
    return fine;
}

static bool is_allowed(const struct ipc *c, const struct ipc_header *h, size_t len, bool with_fd)
{
    if (h->kind >= c->kind_count || h->zero != 0 || h->len != len)
        return false;
    const struct ipc_kind *k = &c->kinds[h->kind];
    return k->name && k->sender == c->peer && k->receiver == c->self && len <= k->max_bytes &&
           k->has_fd == with_fd;
}

err_t ipc_receive(struct ipc *c, struct ipc_message *ret_message)
{
    struct ipc_header header;
    struct iovec iov[2] = {
        { .iov_base = &header, .iov_len = sizeof(header) },
        { .iov_base = c->buffer, .iov_len = IPC_MESSAGE_MAX },
    };
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct msghdr m = { .msg_iov = iov,
                        .msg_iovlen = 2,
                        .msg_control = &control,
                        .msg_controllen = sizeof(control) };
    ssize_t n;
    explicit_bzero(c->buffer, c->in_buffer);
    c->in_buffer = 0;
    /* A peer that ended with words of ours unread is an error that the kernel tells once, before
     * what the peer said last. */
    int resets = 0;
    do
        n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (n < 0 && (errno == EINTR || (errno == ECONNRESET && resets++ == 0)));
    c->in_buffer = n > (ssize_t)sizeof(header) ? (size_t)n - sizeof(header) : 0;
    if (n == 0 || (n < 0 && errno == ECONNRESET))
        return -EPIPE;
    if (n < 0)
        return -errno;
    int fd;
    bool fine = take_fd(&m, &fd);
    if (!fine || (m.msg_flags & MSG_TRUNC) || (size_t)n < sizeof(header) ||
        !is_allowed(c, &header, (size_t)n - sizeof(header), fd >= 0)) {
        if (fd >= 0)
            close(fd);
        return -EPROTO;
    }
    *ret_message = (struct ipc_message){
        .kind = header.kind, .bytes = c->buffer, .len = header.len, .fd = fd };
    return 0;
}

static ns_t monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (ns_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* Sends until nothing is queued or, when `input`, there is something to receive. */
static err_t wait_for(struct ipc *c, bool input, ns_t timeout)
{
    ns_t until = monotonic() + timeout;
    for (;;) {
        err_t rc = ipc_flush(c);
        if (rc != -EAGAIN && (rc != 0 || !input))
            return rc;
        ns_t left = until - monotonic();
        if (left <= 0)
            return -ETIMEDOUT;
        struct pollfd p = { .fd = c->fd, .events = input ? POLLIN : 0 };
        if (ipc_has_output(c))
            p.events |= POLLOUT;
        int n = poll(&p, 1, (int)MIN(left / NS_PER_MS + 1, INT32_MAX));
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0 && input && (p.revents & (POLLIN | POLLHUP | POLLERR)))
            return 0;
    }
}

err_t ipc_wait(struct ipc *c, ns_t timeout) { return wait_for(c, true, timeout); }
err_t ipc_drain(struct ipc *c, ns_t timeout) { return wait_for(c, false, timeout); }

static err_t write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

err_t ipc_memfd(const char *name, const void *bytes, size_t len, int *ret_fd)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    err_t rc = write_all(fd, bytes, len);
    if (rc == 0 && fcntl(fd, F_ADD_SEALS, SEALS) != 0)
        rc = -errno;
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

err_t ipc_memfd_read(int fd, size_t max, uint8_t **ret_bytes, size_t *ret_len)
{
    struct stat st;
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) != 0 || st.st_size < 0 ||
        (uint64_t)st.st_size > max)
        return -EPROTO;
    size_t len = (size_t)st.st_size;
    uint8_t *bytes = mem_alloc(MEM_BUFFER, len);
    if (!bytes && len)
        return -ENOMEM;
    for (size_t at = 0; at < len;) {
        ssize_t n = pread(fd, bytes + at, len - at, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            mem_free(MEM_BUFFER, bytes, len);
            return -EIO;
        }
        at += (size_t)n;
    }
    *ret_bytes = bytes;
    *ret_len = len;
    return 0;
}
