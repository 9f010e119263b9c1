#include "daemon/answer.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "ctl/records.h"
#include "daemon/messages.h"

enum { ANSWER_BUFFER = 256 * 1024, RECORD_MAX = 8192 };

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

err_t answer_begin(struct answer *a)
{
    *a = (struct answer){ .sink.emit = emit };
    a->fd = memfd_create("spanway-answer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (a->fd < 0)
        return -errno;
    a->buffer = mem_alloc(MEM_CTL, ANSWER_BUFFER);
    if (a->buffer)
        a->w = wr_init(a->buffer, ANSWER_BUFFER);
    else
        a->error = -ENOMEM;
    return 0;
}

static err_t send_result(struct ipc *to, uint16_t kind, uint32_t id, err_t result, int fd)
{
    uint8_t bytes[8];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u32(&w, id);
    wr_u32(&w, (uint32_t)-result);
    err_t rc = ipc_send(to, kind, bytes, sizeof(bytes), fd);
    return rc == -EPIPE ? 0 : rc; /* who asked is gone */
}

err_t answer_send(struct answer *a, struct ipc *to, uint16_t kind, uint32_t id, err_t result)
{
    if (a->buffer)
        spill(a);
    mem_free(MEM_CTL, a->buffer, a->buffer ? ANSWER_BUFFER : 0);
    return send_result(to, kind, id, a->error ? a->error : result, a->fd);
}

err_t answer_result(struct ipc *to, uint16_t kind, uint32_t id, err_t result)
{
    return send_result(to, kind, id, result, -1);
}
