/* bgp/wire.c: the header, KEEPALIVE, NOTIFICATION and ROUTE-REFRESH. OPEN has open_wire.c, UPDATE
 * update.c. */
#include "bgp/wire.h"

#include <string.h>

enum { MARKER_BYTES = 16 };

/* Shortest and longest message of each type, RFC 4271 4.2 to 4.5, RFC 2918 3. */
static const struct {
    uint16_t min, max;
} type_lengths[] = {
    [BGP_OPEN] = { 29, BGP_MESSAGE_MAX },         [BGP_UPDATE] = { 23, BGP_MESSAGE_MAX },
    [BGP_NOTIFICATION] = { 21, BGP_MESSAGE_MAX }, [BGP_KEEPALIVE] = { 19, 19 },
    [BGP_REFRESH] = { 23, BGP_MESSAGE_MAX },
};

uint8_t bgp_family_of(uint16_t afi, uint8_t safi)
{
    if (safi != SAFI_UNICAST)
        return IP_NONE;
    return afi == AFI_IPV4 ? IP_V4 : afi == AFI_IPV6 ? IP_V6 : IP_NONE;
}

uint8_t bgp_family_bit(uint8_t family)
{
    return family == IP_V4 ? BGP_IPV4 : family == IP_V6 ? BGP_IPV6 : 0;
}

static bool is_marker(const uint8_t *bytes)
{
    uint8_t all = 0xff;
    for (size_t i = 0; i < MARKER_BYTES; i++)
        all &= bytes[i];
    return all == 0xff;
}

size_t bgp_frame(const uint8_t *bytes, size_t n, uint8_t *ret_type, struct bgp_fault *fault)
{
    *fault = bgp_fault_none();
    if (n < BGP_HEADER_BYTES)
        return 0;
    struct rd r = rd_init(bytes, n);
    const uint8_t *marker = rd_bytes(&r, MARKER_BYTES);
    const uint8_t *at = r.p;
    uint16_t length = rd_u16(&r);
    uint8_t type = rd_u8(&r);
    if (!is_marker(marker)) { /* 6.1 */
        *fault = bgp_fault_reset(BGP_ERR_HEADER, 1, "BGP-4271-6.1", "the marker is not all ones");
        bgp_fault_set_bytes(fault, 0, bytes, BGP_HEADER_BYTES);
        return 0;
    }
    bool known = type < ARRAY_LEN(type_lengths) && type_lengths[type].min > 0;
    uint16_t min = known ? type_lengths[type].min : BGP_HEADER_BYTES;
    uint16_t max = known ? type_lengths[type].max : BGP_MESSAGE_MAX;
    if (length < min || length > max) {
        *fault = bgp_fault_reset(BGP_ERR_HEADER, 2, "BGP-4271-6.1",
                                 "the message length is wrong for its type");
        bgp_fault_set_data(fault, at, 2);
        bgp_fault_set_bytes(fault, MARKER_BYTES, at, 3);
        return 0;
    }
    if (!known) {
        *fault = bgp_fault_reset(BGP_ERR_HEADER, 3, "BGP-4271-6.1", "the message type is unknown");
        bgp_fault_set_data(fault, at + 2, 1);
        bgp_fault_set_bytes(fault, MARKER_BYTES, at, 3);
        return 0;
    }
    *ret_type = type;
    return length;
}

size_t bgp_begin(struct wr *w, uint8_t type)
{
    uint8_t *marker = wr_space(w, MARKER_BYTES);
    if (marker)
        memset(marker, 0xff, MARKER_BYTES);
    size_t mark = wr_mark(w);
    wr_u16(w, 0);
    wr_u8(w, type);
    return mark;
}

void bgp_end(struct wr *w, size_t mark)
{
    assert(w->bad || (mark >= MARKER_BYTES && wr_len(w) - mark <= BGP_MESSAGE_MAX - MARKER_BYTES));
    wr_patch16(w, mark, (uint16_t)(wr_len(w) - mark + MARKER_BYTES));
}

void bgp_encode_keepalive(struct wr *w)
{
    bgp_end(w, bgp_begin(w, BGP_KEEPALIVE));
}

void bgp_encode_notification(struct wr *w, uint8_t code, uint8_t subcode, const uint8_t *data,
                             size_t n)
{
    assert(n <= BGP_MESSAGE_MAX - 21);
    size_t mark = bgp_begin(w, BGP_NOTIFICATION);
    wr_u8(w, code);
    wr_u8(w, subcode);
    wr_bytes(w, data, n);
    bgp_end(w, mark);
}

void bgp_encode_refresh(struct wr *w, uint8_t family)
{
    size_t mark = bgp_begin(w, BGP_REFRESH);
    wr_u16(w, family == IP_V6 ? AFI_IPV6 : AFI_IPV4);
    wr_u8(w, 0);
    wr_u8(w, SAFI_UNICAST);
    bgp_end(w, mark);
}

/* Bytes of the UTF-8 sequence at the reader (Unicode, table 3-7), 0 when it is none. */
static size_t utf8_sequence(const uint8_t *p, size_t n)
{
    uint8_t lead = p[0];
    if (lead < 0x80)
        return 1;
    size_t len = lead >= 0xc2 && lead <= 0xdf   ? 2
                 : (lead & 0xf0) == 0xe0        ? 3
                 : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                : 0;
    if (len == 0 || n < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (lead == 0xe0 && p[1] < 0xa0) || (lead == 0xf0 && p[1] < 0x90);
    bool beyond = (lead == 0xed && p[1] > 0x9f) || (lead == 0xf4 && p[1] > 0x8f);
    return overlong || beyond ? 0 : len;
}

/* Copies text of the peer so that it can stand in a log line; "" when it is not UTF-8. */
static void copy_message(char *to, size_t cap, const uint8_t *from, size_t n)
{
    assert(n < cap);
    to[0] = '\0';
    for (size_t at = 0; at < n;) {
        size_t len = utf8_sequence(from + at, n - at);
        if (len == 0)
            return;
        at += len;
    }
    for (size_t i = 0; i < n; i++) {
        /* U+0080..U+009F are controls as well: C2 80..9F. */
        bool c1 = i > 0 && from[i - 1] == 0xc2 && from[i] < 0xa0;
        to[i] = from[i] < 0x20 || from[i] == 0x7f ? '?' : (char)from[i];
        if (c1)
            to[i - 1] = to[i] = '?';
    }
    to[n] = '\0';
}

bool bgp_decode_notification(const uint8_t *msg, size_t n,
                             struct bgp_notification *ret_notification)
{
    struct rd r = rd_init(msg, n);
    rd_bytes(&r, BGP_HEADER_BYTES);
    struct bgp_notification out = { .code = rd_u8(&r) };
    out.subcode = rd_u8(&r);
    if (r.bad)
        return false;
    out.data_len = rd_left(&r);
    out.data = out.data_len ? r.p : NULL;
    /* RFC 9003 2: one byte of length, then text, with Administrative Shutdown and Reset. */
    if (out.code == BGP_ERR_CEASE && (out.subcode == 2 || out.subcode == 4) && out.data_len > 1) {
        struct rd data = rd_init(out.data, out.data_len);
        uint8_t len = rd_u8(&data);
        const uint8_t *text = rd_bytes(&data, len);
        if (text)
            copy_message(out.shutdown_message, sizeof(out.shutdown_message), text, len);
    }
    *ret_notification = out;
    return true;
}

bool bgp_decode_refresh(const uint8_t *msg, size_t n, uint8_t *ret_family, uint8_t *ret_subtype,
                        struct bgp_fault *fault)
{
    *fault = bgp_fault_none();
    struct rd r = rd_init(msg, n);
    rd_bytes(&r, BGP_HEADER_BYTES);
    uint16_t afi = rd_u16(&r);
    uint8_t subtype = rd_u8(&r), safi = rd_u8(&r);
    if (!rd_is_done(&r)) { /* RFC 7313 5: the whole message is the data */
        *fault = bgp_fault_reset(BGP_ERR_REFRESH, 1, "BGP-7313-5",
                                 "the ROUTE-REFRESH is not 23 bytes long");
        bgp_fault_set_data(fault, msg, n);
        bgp_fault_set_bytes(fault, 0, msg, n);
        return false;
    }
    *ret_family = bgp_family_of(afi, safi);
    *ret_subtype = subtype;
    return true;
}
