/* Any body of a NOTIFICATION or ROUTE-REFRESH, and any bytes as the start of a stream. */
#include <stdlib.h>
#include <string.h>

#include "attr/attr.h"
#include "base/text.h"
#include "base/wr.h"
#include "bgp/wire.h"

static void check_stream(const uint8_t *data, size_t size)
{
    struct bgp_fault fault;
    uint8_t type = 0;
    size_t n = bgp_frame(data, size, &type, &fault);
    if (n > 0 && (n < BGP_HEADER_BYTES || n > BGP_MESSAGE_MAX || type < BGP_OPEN ||
                  type > BGP_REFRESH || fault.verdict != BGP_FINE))
        abort();
    if (n == 0 && fault.verdict != BGP_FINE && fault.code != BGP_ERR_HEADER)
        abort();
}

static void check_notification(const uint8_t *msg, size_t n)
{
    struct bgp_notification note;
    char buf[128];
    struct text t = text_init(buf, sizeof(buf));
    if (!bgp_decode_notification(msg, n, &note))
        abort();
    text_bgp_notification(&t, note.code, note.subcode);
    if (t.cut || t.len == 0)
        abort();
    for (const char *s = note.shutdown_message; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            abort();
    uint8_t again[BGP_MESSAGE_MAX];
    struct wr w = wr_init(again, sizeof(again));
    bgp_encode_notification(&w, note.code, note.subcode, note.data, note.data_len);
    if (w.bad || wr_len(&w) != n || memcmp(again, msg, n) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_stream(data, size);
    if (size < 2 || size > BGP_MESSAGE_MAX - BGP_HEADER_BYTES)
        return 0;
    size_t n = BGP_HEADER_BYTES + size;
    uint8_t *msg = malloc(n), family, subtype; /* exact: ASan sees the first byte too many */
    if (!msg)
        return 0;
    struct wr w = wr_init(msg, n);
    size_t mark = bgp_begin(&w, BGP_NOTIFICATION);
    wr_bytes(&w, data, size);
    bgp_end(&w, mark);
    check_notification(msg, n);
    struct bgp_fault fault;
    bool ok = bgp_decode_refresh(msg, n, &family, &subtype, &fault);
    if (ok != (size == 4) || (!ok && fault.verdict != BGP_RESET))
        abort();
    free(msg);
    return 0;
}
