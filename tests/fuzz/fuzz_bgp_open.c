/* Any body of an OPEN: what is accepted encodes, and decodes to the same; what it means is judged.
 */
#include <stdlib.h>
#include <string.h>

#include "attr/attr.h"
#include "base/wr.h"
#include "bgp/open.h"
#include "bgp/wire.h"

static void check_judgement(const struct bgp_open *open)
{
    const struct bgp_open_expect expect = {
        .local_as = 65001,
        .any_external = true,
        .router_id = 1,
        .hold_time_s = 90,
        .families = BGP_IPV4 | BGP_IPV6,
        .as4 = true,
        .refresh = true,
    };
    struct bgp_negotiated agreed;
    struct bgp_fault fault;
    if (bgp_open_check(open, &expect, 30, &agreed, &fault)) {
        if (agreed.families == 0 || agreed.hold_time_s > 90 || !agreed.is_ebgp ||
            (agreed.hold_time_s > 0 && agreed.keepalive_s == 0))
            abort();
    } else if (fault.verdict != BGP_RESET || fault.code != BGP_ERR_OPEN || !fault.id) {
        abort();
    }
}

static void check(const uint8_t *msg, size_t n)
{
    uint8_t out[BGP_MESSAGE_MAX], type;
    struct bgp_open open, again;
    struct bgp_fault fault;
    if (bgp_frame(msg, n, &type, &fault) == 0)
        return;
    if (!bgp_decode_open(msg, n, &open, &fault)) {
        if (fault.verdict != BGP_RESET || fault.code != BGP_ERR_OPEN || !fault.id || !fault.what)
            abort();
        return;
    }
    check_judgement(&open);
    struct wr w2 = wr_init(out, sizeof(out));
    bgp_encode_open(&w2, &open);
    if (w2.bad || !bgp_decode_open(out, wr_len(&w2), &again, &fault))
        abort();
    if (again.hold_time != open.hold_time || again.router_id != open.router_id ||
        again.caps.as4 != open.caps.as4 || (open.caps.as4 && again.as != open.as) ||
        strcmp(again.caps.hostname, open.caps.hostname) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > BGP_MESSAGE_MAX - BGP_HEADER_BYTES)
        return 0;
    size_t n = BGP_HEADER_BYTES + size;
    uint8_t *msg = malloc(n); /* exact, so that ASan sees the first byte read too many */
    if (!msg)
        return 0;
    struct wr w = wr_init(msg, n);
    size_t mark = bgp_begin(&w, BGP_OPEN);
    wr_bytes(&w, data, size);
    bgp_end(&w, mark);
    check(msg, n);
    free(msg);
    return 0;
}
