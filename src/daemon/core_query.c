/* core: operators' questions, which come from ctl. The records of an answer are encoded into a
 * memory file while the node stands still; ctl reads and renders it in its own time. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "ctl/records.h"
#include "daemon/core.h"

enum { ANSWER_BUFFER = 256 * 1024, RECORD_MAX = 8192 };

struct answer {
    struct view_sink sink;
    int fd;
    uint8_t *buffer;
    struct wr w;
    size_t total;
    err_t error;
};

static void spill(struct answer *a)
{
    const uint8_t *p = a->buffer;
    size_t len = wr_len(&a->w);
    while (len && !a->error) {
        ssize_t n = write(a->fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            a->error = -errno;
            break;
        }
        p += n;
        len -= (size_t)n;
    }
    a->total += wr_len(&a->w);
    a->w = wr_init(a->buffer, ANSWER_BUFFER);
}

static bool emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct answer *a = container_of(sink, struct answer, sink);
    if (wr_room(&a->w) < RECORD_MAX)
        spill(a);
    if (a->error)
        return false;
    if (a->total > ANSWER_BYTES_MAX) {
        a->error = -EFBIG;
        return false;
    }
    ctl_record_write(v, record, &a->w);
    assert(!a->w.bad); /* a record is smaller than RECORD_MAX */
    return true;
}

static void send_ctl(struct core *c, enum message kind, uint32_t id, err_t result, int fd)
{
    uint8_t bytes[8];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u32(&w, id);
    wr_u32(&w, (uint32_t)-result);
    err_t rc = ipc_send(&c->ctl, (uint16_t)kind, bytes, sizeof(bytes), fd);
    if (rc != 0 && rc != -EPIPE)
        log_line(&c->log, LOG_LEVEL_ERROR, "ctl does not take an answer: %s", strerror(-rc));
}

static void answer(struct core *c, ns_t now, uint32_t id, const struct node_query *q)
{
    struct answer a = { .sink.emit = emit };
    a.fd = memfd_create("spanway-answer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (a.fd < 0) {
        /* An answer carries a descriptor: without one ctl runs into its time limit. */
        log_line(&c->log, LOG_LEVEL_ERROR, "an answer cannot be made: %s", strerror(errno));
        return;
    }
    a.buffer = mem_alloc(MEM_CTL, ANSWER_BUFFER);
    err_t rc = -ENOMEM;
    if (a.buffer) {
        a.w = wr_init(a.buffer, ANSWER_BUFFER);
        rc = node_query(c->node, now, q, &a.sink);
        spill(&a);
        if (a.error)
            rc = a.error;
        mem_free(MEM_CTL, a.buffer, ANSWER_BUFFER);
    }
    send_ctl(c, MSG_CTL_ANSWER, id, rc, a.fd);
}

bool core_query_message(struct core *c, ns_t now, const struct ipc_message *m)
{
    struct rd r = rd_init(m->bytes, m->len);
    uint32_t id = rd_u32(&r);
    if (m->kind == MSG_CTL_QUERY) {
        struct node_query q;
        if (!query_decode(&r, &q))
            return false;
        answer(c, now, id, &q);
        return true;
    }
    struct ip_addr peer;
    if (m->kind != MSG_CTL_CLEAR || !get_ip(&r, &peer))
        return false;
    uint8_t family = rd_u8(&r), what = rd_u8(&r);
    if (!rd_is_done(&r) || what > NODE_CLEAR_BOTH ||
        (family != IP_NONE && family != IP_V4 && family != IP_V6))
        return false;
    send_ctl(c, MSG_CTL_CLEARED, id,
             node_clear(c->node, now, &peer, family, (enum node_clear)what), -1);
    return true;
}
