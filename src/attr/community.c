/* attr/community.c: the three kinds of communities. Values of a span are compared as bytes, which
 * for numbers in network order is their numeric order. */
#include "attr/community.h"

#include <string.h>

#include "base/rd.h"
#include "base/wr.h"

/* Names as FRR prints them; the first of a value is printed, all are understood. */
static const struct {
    const char *name;
    uint32_t value;
} well_known[] = {
    { "internet", 0 },
    { "graceful-shutdown", 0xffff0000 },
    { "accept-own", 0xffff0001 },
    { "route-filter-translated-v4", 0xffff0002 },
    { "route-filter-v4", 0xffff0003 },
    { "route-filter-translated-v6", 0xffff0004 },
    { "route-filter-v6", 0xffff0005 },
    { "llgr-stale", 0xffff0006 },
    { "no-llgr", 0xffff0007 },
    { "accept-own-nexthop", 0xffff0008 },
    { "blackhole", 0xffff029a },
    { "no-export", 0xffffff01 },
    { "no-advertise", 0xffffff02 },
    { "local-AS", 0xffffff03 },
    { "no-peer", 0xffffff04 },
    { "local-as", 0xffffff03 },
    { "gshut", 0xffff0000 },
    { "GSHUT", 0xffff0000 },
};

static size_t width_of(enum attr_span which)
{
    assert(which == SPAN_COMMUNITIES || which == SPAN_EXT_COMMUNITIES ||
           which == SPAN_LARGE_COMMUNITIES);
    return which == SPAN_COMMUNITIES ? 4 : which == SPAN_EXT_COMMUNITIES ? 8 : 12;
}

bool community_has(const uint8_t *span, size_t n, uint32_t community)
{
    struct rd r = rd_init(span, n);
    while (rd_left(&r) >= 4)
        if (rd_u32(&r) == community)
            return true;
    return false;
}

bool community_is_sorted(const uint8_t *span, size_t n, size_t width)
{
    for (size_t at = width; at + width <= n; at += width)
        if (memcmp(span + at - width, span + at, width) >= 0)
            return false;
    return true;
}

static void swap_values(uint8_t *a, uint8_t *b, size_t width)
{
    uint8_t tmp[12];
    memcpy(tmp, a, width);
    memcpy(a, b, width);
    memcpy(b, tmp, width);
}

static void sift_down(uint8_t *v, size_t root, size_t count, size_t width)
{
    for (;;) {
        size_t child = root * 2 + 1;
        if (child >= count)
            return;
        if (child + 1 < count && memcmp(v + child * width, v + (child + 1) * width, width) < 0)
            child++;
        if (memcmp(v + root * width, v + child * width, width) >= 0)
            return;
        swap_values(v + root * width, v + child * width, width);
        root = child;
    }
}

/* Heap sort: no worst case for a peer to choose, no memory. */
static void sort_values(uint8_t *v, size_t count, size_t width)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(v, i, count, width);
    for (size_t i = count; i-- > 1;) {
        swap_values(v, v + i * width, width);
        sift_down(v, 0, i, width);
    }
}

/* The sorted values without repeats; returns the bytes that are left. */
static size_t unique_values(uint8_t *v, size_t count, size_t width)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && memcmp(v + (kept - 1) * width, v + i * width, width) == 0)
            continue;
        if (kept != i)
            memcpy(v + kept * width, v + i * width, width);
        kept++;
    }
    return kept * width;
}

bool community_set(struct attr_draft *d, struct arena *a, enum attr_span which,
                   const uint8_t *values, size_t n, bool additive)
{
    size_t width = width_of(which);
    size_t had = additive ? d->head.span_len[which] / width : 0;
    if (n > UINT16_MAX / width)
        return false;
    uint8_t *v = arena_alloc(a, (had + n) * width);
    if (!v)
        return false;
    if (had)
        memcpy(v, d->span[which], had * width);
    if (n)
        memcpy(v + had * width, values, n * width);
    if (!community_is_sorted(v, (had + n) * width, width))
        sort_values(v, had + n, width);
    size_t bytes = unique_values(v, had + n, width);
    if (bytes > UINT16_MAX)
        return false;
    d->span[which] = bytes ? v : NULL;
    d->head.span_len[which] = (uint16_t)bytes;
    return true;
}

bool community_remove(struct attr_draft *d, struct arena *a, enum attr_span which,
                      bool (*drop)(const void *arg, const uint8_t *value), const void *arg)
{
    size_t width = width_of(which), n = d->head.span_len[which];
    uint8_t *kept = arena_alloc(a, n);
    if (!kept)
        return false;
    struct rd r = rd_init(d->span[which], n);
    struct wr w = wr_init(kept, n);
    while (rd_left(&r) >= width) {
        const uint8_t *value = rd_bytes(&r, width);
        if (!drop(arg, value))
            wr_bytes(&w, value, width);
    }
    d->span[which] = wr_len(&w) ? kept : NULL;
    d->head.span_len[which] = (uint16_t)wr_len(&w);
    return true;
}

static void text_community(struct text *t, uint32_t c)
{
    for (size_t i = 0; i < ARRAY_LEN(well_known); i++) {
        if (well_known[i].value == c) {
            text_str(t, well_known[i].name);
            return;
        }
    }
    text_u64(t, c >> 16);
    text_char(t, ':');
    text_u64(t, c & 0xffff);
}

void text_communities(struct text *t, const uint8_t *span, size_t n)
{
    struct rd r = rd_init(span, n);
    for (bool first = true; rd_left(&r) >= 4; first = false) {
        if (!first)
            text_char(t, ' ');
        text_community(t, rd_u32(&r));
    }
}

void text_large_communities(struct text *t, const uint8_t *span, size_t n)
{
    struct rd r = rd_init(span, n);
    for (bool first = true; rd_left(&r) >= 12; first = false) {
        if (!first)
            text_char(t, ' ');
        text_u64(t, rd_u32(&r));
        text_char(t, ':');
        text_u64(t, rd_u32(&r));
        text_char(t, ':');
        text_u64(t, rd_u32(&r));
    }
}

/* Types (without the two high bits) and sub-types of RFC 4360, 5668, draft-ietf-idr-link-bandwidth.
 */
enum { EXT_AS2 = 0, EXT_IPV4 = 1, EXT_AS4 = 2, EXT_FLAGS = 0xc0 };
enum { EXT_ROUTE_TARGET = 2, EXT_ROUTE_ORIGIN = 3, EXT_LINK_BANDWIDTH = 4 };

/* Whole part of an IEEE 754 single that is not negative, as an integer. */
static uint64_t whole_of_float(uint32_t bits)
{
    uint32_t exponent = bits >> 23 & 0xff;
    uint64_t mantissa = (bits & 0x7fffff) | 0x800000;
    if (bits >> 31 || exponent < 127 || exponent > 127 + 40)
        return 0;
    return exponent >= 150 ? mantissa << (exponent - 150) : mantissa >> (150 - exponent);
}

/* "LB:65001:125000000 (1.000 Gbps)": bytes a second on the wire, bits a second for people. */
static void text_link_bandwidth(struct text *t, uint16_t as, uint32_t bits)
{
    static const struct {
        uint64_t per;
        const char *unit;
    } units[] = { { 1000000000, " Gbps)" }, { 1000000, " Mbps)" }, { 1000, " Kbps)" } };
    uint64_t bytes = whole_of_float(bits), bps = bytes * 8;
    text_str(t, "LB:");
    text_u64(t, as);
    text_char(t, ':');
    text_u64(t, bytes);
    text_str(t, " (");
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (bps < units[i].per)
            continue;
        uint64_t thousandths = bps / (units[i].per / 1000) % 1000;
        text_u64(t, bps / units[i].per);
        text_char(t, '.');
        text_char(t, (char)('0' + thousandths / 100));
        text_char(t, (char)('0' + thousandths / 10 % 10));
        text_char(t, (char)('0' + thousandths % 10));
        text_str(t, units[i].unit);
        return;
    }
    text_u64(t, bps);
    text_str(t, " bps)");
}

static void text_ext_community(struct text *t, const uint8_t *value)
{
    struct rd r = rd_init(value, 8);
    uint8_t type = rd_u8(&r), sub = rd_u8(&r), kind = type & (uint8_t)~EXT_FLAGS;
    if (kind == EXT_AS2 && sub == EXT_LINK_BANDWIDTH) {
        uint16_t as = rd_u16(&r);
        text_link_bandwidth(t, as, rd_u32(&r));
        return;
    }
    if (kind > EXT_AS4 || (sub != EXT_ROUTE_TARGET && sub != EXT_ROUTE_ORIGIN)) {
        text_str(t, "UNK:");
        text_u64(t, type);
        text_str(t, ", ");
        text_u64(t, sub);
        return;
    }
    text_str(t, sub == EXT_ROUTE_TARGET ? "RT:" : "SoO:");
    if (kind == EXT_AS2) {
        text_u64(t, rd_u16(&r));
        text_char(t, ':');
        text_u64(t, rd_u32(&r));
        return;
    }
    uint32_t global = rd_u32(&r);
    struct ip_addr address = ip_from_u32(global);
    if (kind == EXT_IPV4)
        text_ip(t, &address);
    else
        text_u64(t, global);
    text_char(t, ':');
    text_u64(t, rd_u16(&r));
}

void text_ext_communities(struct text *t, const uint8_t *span, size_t n)
{
    struct rd r = rd_init(span, n);
    for (bool first = true; rd_left(&r) >= 8; first = false) {
        if (!first)
            text_char(t, ' ');
        text_ext_community(t, rd_bytes(&r, 8));
    }
}
