#include "ctl/records.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "fib/view.h"
#include "ike/view.h"
#include "node/view.h"
#include "rib/view.h"

/* record_bytes is 16 bits wide, so every record fits. */
enum { RECORD_BYTES = UINT16_MAX + 1, READ_BUFFER = 256 * 1024, HEAD = 4 };

static const struct view *const views[] = {
    &view_router,      &view_bgp_global, &view_bgp_neighbor, &view_bgp_route, &view_fib_route,
    &view_fib_nexthop, &view_interface,  &view_memory,       &view_line,
    &view_ike_sa,      &view_ike_child,  &view_tunnel,
    &view_ike_debug,   &view_ike_totals, &view_ike_failure,  &view_ike_worker,
};

static const struct view *view_of(uint16_t id)
{
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        if (views[i]->id == id)
            return views[i];
    return NULL;
}

void ctl_record_write(const struct view *v, const void *record, struct wr *w)
{
    wr_u16(w, v->id);
    size_t mark = wr_mark(w);
    wr_u16(w, 0);
    size_t start = wr_len(w);
    view_encode(v, record, w);
    wr_patch16(w, mark, (uint16_t)(wr_len(w) - start));
}

struct reader {
    int fd;
    uint8_t *buffer; /* READ_BUFFER bytes */
    size_t at, len;
    uint8_t *record; /* decoded */
};

/* At least n bytes from `at` on, unless the file ends before. */
static bool fill(struct reader *r, size_t n)
{
    if (r->len - r->at >= n)
        return true;
    memmove(r->buffer, r->buffer + r->at, r->len - r->at);
    r->len -= r->at;
    r->at = 0;
    while (r->len < n) {
        ssize_t got = read(r->fd, r->buffer + r->len, READ_BUFFER - r->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        r->len += (size_t)got;
    }
    return true;
}

static err_t replay(struct reader *r, struct view_sink *sink)
{
    while (fill(r, HEAD)) {
        struct rd head = rd_init(r->buffer + r->at, HEAD);
        const struct view *v = view_of(rd_u16(&head));
        size_t len = rd_u16(&head);
        r->at += HEAD;
        if (!v || !fill(r, len))
            return -EPROTO;
        struct rd body = rd_init(r->buffer + r->at, len);
        memset(r->record, 0, v->record_bytes);
        if (!view_decode(v, &body, r->record) || !rd_is_done(&body))
            return -EPROTO;
        r->at += len;
        if (!sink->emit(sink, v, r->record))
            return 0;
    }
    return r->at == r->len ? 0 : -EPROTO;
}

err_t ctl_records_read(int fd, struct view_sink *sink)
{
    struct reader r = { .fd = fd };
    r.buffer = mem_alloc(MEM_CTL, READ_BUFFER);
    r.record = mem_alloc(MEM_CTL, RECORD_BYTES);
    err_t rc = -ENOMEM;
    if (r.buffer && r.record)
        rc = lseek(fd, 0, SEEK_SET) == 0 ? replay(&r, sink) : -errno;
    mem_free(MEM_CTL, r.buffer, r.buffer ? READ_BUFFER : 0);
    mem_free(MEM_CTL, r.record, r.record ? RECORD_BYTES : 0);
    return rc;
}
