/* Any bytes as a client's request, a reply's header, and the records of an answer. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctl/protocol.h"
#include "ctl/records.h"

struct writer {
    struct view_sink sink;
    struct wr w;
    uint8_t bytes[1 << 16];
};

static bool write_again(struct view_sink *sink, const struct view *v, const void *record)
{
    struct writer *writer = container_of(sink, struct writer, sink);
    ctl_record_write(v, record, &writer->w);
    return !writer->w.bad;
}

static void records(const uint8_t *data, size_t size)
{
    static struct writer writer;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    writer.sink.emit = write_again;
    writer.w = wr_init(writer.bytes, sizeof(writer.bytes));
    err_t rc = ctl_records_read(fd, &writer.sink);
    if (rc == 0 && !writer.w.bad && memcmp(writer.bytes, data, wr_len(&writer.w)) != 0)
        abort();
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctl_request_text text;
    const char *why = NULL;
    int status;
    uint64_t bytes;
    if (ctl_request_decode((const char *)data, size, &text, &why)) {
        const struct ctl_request r = { .line = text.line, .layout = text.layout };
        char buf[CTL_LINE_MAX * 6 + 64];
        struct ctl_request_text back;
        size_t len = ctl_request_encode(&r, buf, sizeof(buf));
        if (!len || !ctl_request_decode(buf, len, &back, &why) ||
            strcmp(back.line, text.line) != 0 || back.layout != text.layout)
            abort();
    } else if (!why) {
        abort();
    }
    if (ctl_header_decode((const char *)data, size, &status, &bytes) &&
        (status < 0 || status > 255))
        abort();
    records(data, size);
    return 0;
}
