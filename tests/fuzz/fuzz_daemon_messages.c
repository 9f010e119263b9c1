/* Any bytes as the messages that carry more than text: what decodes must encode to the very bytes
 * that were read. The first byte chooses the decoder. */
#include <stdlib.h>
#include <string.h>

#include "daemon/messages_ipsec.h"

static void same(const struct wr *w, const uint8_t *bytes, size_t n)
{
    if (w->bad || wr_len(w) != n || memcmp(w->start, bytes, n) != 0)
        abort();
}

/* Those of IPsec, by the whole message. */
static bool ipsec(uint8_t kind, struct rd *r, struct wr *w)
{
    static struct esp_child child;
    static struct ask_strings strings;
    struct ike_keys_request ask;
    struct ike_keys_answer answer;
    struct esp_event event;
    struct esp_counters counters;
    struct esp_path path;
    struct workers_wish wish;
    struct too_big big;
    struct view_ike_worker strays = { 0 };
    char why[NAME_BYTES_MAX];
    const ns_t now = NS_NEVER / 2;
    switch (kind) {
    case 3:
        if (!child_decode(r, &child))
            return false;
        child_encode(&child, w);
        break;
    case 4:
        if (!event_decode(r, &event))
            return false;
        event_encode(&event, w);
        break;
    case 5:
        if (!ask_decode(r, &ask, &strings))
            return false;
        ask_encode(&ask, w);
        break;
    case 6:
        if (!answer_decode(r, &answer, why))
            return false;
        answer_encode(&answer, w);
        break;
    case 7:
        /* Ages beyond the clock are cut: what is read need not be what was written. */
        if (counters_decode(r, now, &counters))
            counters_encode(&counters, now, w);
        return false;
    case 9:
        if (!wish_decode(r, &wish))
            return false;
        wish_encode(&wish, w);
        break;
    case 10:
        if (!too_big_decode(r, &big))
            return false;
        too_big_encode(&big, w);
        break;
    case 11:
        if (!strays_decode(r, &strays))
            return false;
        strays_encode(&strays, w);
        break;
    default:
        if (!path_decode(r, &path))
            return false;
        path_encode(&path, w);
        break;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    static uint8_t out[MAX((int)WRITE_BYTES_MAX, (int)IPC_MESSAGE_MAX)];
    struct wr w = wr_init(out, sizeof(out));
    struct rd r = rd_init(data + 1, size - 1);
    struct kernel_write write;
    struct node_query query;
    struct config_nat_rule rule;
    struct nat_strings strings;
    uint8_t kind = data[0] % 12;
    if (kind > 2) {
        if (ipsec(kind, &r, &w))
            same(&w, data + 1, size - 1 - rd_left(&r));
        return 0;
    }
    switch (kind) {
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
