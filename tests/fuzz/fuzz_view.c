/* Any bytes as a record: what decodes must encode to the very bytes that were read. */
#include <stdlib.h>
#include <string.h>

#include "base/view.h"

#include "../unit/base/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd r = rd_init(data, size);
    struct record rec;
    if (!view_decode(&record_view, &r, &rec))
        return 0;
    uint8_t out[256];
    struct wr w = wr_init(out, sizeof(out));
    view_encode(&record_view, &rec, &w);
    if (w.bad || wr_len(&w) != size - rd_left(&r) || memcmp(out, data, wr_len(&w)) != 0)
        abort();
    return 0;
}
