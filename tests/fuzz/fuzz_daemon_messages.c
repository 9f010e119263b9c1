/* Any bytes as the messages that carry more than text: what decodes must encode to the very bytes
 * that were read. The first byte chooses the decoder. */
#include <stdlib.h>
#include <string.h>

#include "daemon/messages.h"

static void same(const struct wr *w, const uint8_t *bytes, size_t n)
{
    if (w->bad || wr_len(w) != n || memcmp(w->start, bytes, n) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    uint8_t out[WRITE_BYTES_MAX];
    struct wr w = wr_init(out, sizeof(out));
    struct rd r = rd_init(data + 1, size - 1);
    struct kernel_write write;
    struct node_query query;
    struct config_nat_rule rule;
    struct nat_strings strings;
    switch (data[0] % 3) {
    case 0:
        if (!write_decode(&r, &write))
            return 0;
        write_encode(&write, &w);
        break;
    case 1:
        if (!query_decode(&r, &query))
            return 0;
        query_encode(&query, &w);
        break;
    default:
        if (!nat_rule_decode(&r, &rule, &strings))
            return 0;
        nat_rule_encode(&rule, &w);
        break;
    }
    same(&w, data + 1, size - 1 - rd_left(&r));
    return 0;
}
