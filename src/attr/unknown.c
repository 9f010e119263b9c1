/* attr/unknown.c: attributes that are passed on without being understood (RFC 4271 5), what old and
 * new speakers tell each other (RFC 6793 4.2.3), and writing a whole set. */
#include <string.h>

#include "attr/aspath.h"
#include "attr/table.h"

enum { UNKNOWN_HEADER_BYTES = 4 };

/* Where the attribute belongs among those that are there: they stand by code. */
static size_t unknown_place(const uint8_t *unknown, size_t n, uint8_t code)
{
    struct rd r = rd_init(unknown, n);
    size_t place = 0;
    while (rd_left(&r) > 0) {
        rd_u8(&r);
        if (rd_u8(&r) > code)
            break;
        rd_bytes(&r, rd_u16(&r));
        place = n - rd_left(&r);
    }
    return place;
}

/* Each stands in SPAN_UNKNOWN with flags, code, and two bytes of length. One piece of memory holds
 * all that a message can bring, so that many small ones do not add up. */
bool attr_keep_unknown(struct attr_decoding *d, uint8_t flags, uint8_t code, const struct rd *value)
{
    const uint8_t kept = ATTR_FLAG_OPTIONAL | ATTR_FLAG_TRANSITIVE;
    size_t had = d->draft->head.span_len[SPAN_UNKNOWN], n = rd_left(value);
    size_t bytes = UNKNOWN_HEADER_BYTES + n;
    size_t room = d->bytes + d->bytes / 3 + 1; /* a header has three bytes on the wire at least */
    if (!d->unknown)
        d->unknown = arena_alloc(d->arena, room);
    if (!d->unknown || had + bytes > room || had + bytes > UINT16_MAX)
        return false;
    size_t place = unknown_place(d->unknown, had, code);
    memmove(d->unknown + place + bytes, d->unknown + place, had - place);
    struct wr w = wr_init(d->unknown + place, bytes);
    wr_u8(&w, (uint8_t)((flags & kept) | ATTR_FLAG_PARTIAL));
    wr_u8(&w, code);
    wr_u16(&w, (uint16_t)n);
    wr_bytes(&w, value->p, n);
    d->draft->span[SPAN_UNKNOWN] = d->unknown;
    d->draft->head.span_len[SPAN_UNKNOWN] = (uint16_t)(had + bytes);
    return true;
}

static uint32_t segment_hops(uint8_t type, uint8_t count)
{
    return type == AS_SEQUENCE ? count : type == AS_SET ? 1 : 0;
}

/* The path that is both: its first `lead` hops from AS_PATH, the rest from AS4_PATH. */
static bool merge_paths(struct attr_decoding *d, uint32_t lead)
{
    struct attr_draft *draft = d->draft;
    struct rd old = rd_init(draft->span[SPAN_AS_PATH], draft->head.span_len[SPAN_AS_PATH]);
    size_t cap = rd_left(&old) + d->as4_path_len;
    uint8_t *room = arena_alloc(d->arena, cap);
    if (!room)
        return false;
    struct wr w = wr_init(room, cap);
    while (rd_left(&old) > 0) {
        uint8_t type = rd_u8(&old), count = rd_u8(&old);
        struct rd numbers = rd_sub(&old, (size_t)count * 4);
        uint32_t hops = segment_hops(type, count);
        if (lead == 0 && hops > 0)
            break;
        uint8_t take = type == AS_SEQUENCE ? (uint8_t)MIN((uint32_t)count, lead) : count;
        wr_u8(&w, type);
        wr_u8(&w, take);
        wr_bytes(&w, numbers.p, (size_t)take * 4);
        lead -= MIN(lead, hops);
    }
    struct rd r4 = rd_init(d->as4_path, d->as4_path_len);
    while (rd_left(&r4) > 0) {
        uint8_t type = rd_u8(&r4), count = rd_u8(&r4);
        struct rd numbers = rd_sub(&r4, (size_t)count * 4);
        if (type != AS_SET && type != AS_SEQUENCE)
            continue; /* 6793 3: confederation segments have no place in AS4_PATH */
        wr_u8(&w, type);
        wr_u8(&w, count);
        wr_bytes(&w, numbers.p, (size_t)count * 4);
    }
    draft->span[SPAN_AS_PATH] = room;
    draft->head.span_len[SPAN_AS_PATH] = (uint16_t)wr_len(&w);
    return true;
}

static const struct attr_problem path_confed = { ATTR_WITHDRAW, 11, "BGP-5065-4",
                                                 "a confederation segment from an external peer" };

const struct attr_problem *attr_decode_end(struct attr_decoding *d)
{
    struct attr_draft *draft = d->draft;
    bool ignore_as4 = false;
    if (d->has_as4_aggregator && (draft->head.has & ATTR_HAS_AGGREGATOR)) {
        /* An AGGREGATOR that says who it was means that an old speaker made it later. */
        ignore_as4 = draft->head.aggregator_as != AS_TRANS;
        if (!ignore_as4) {
            draft->head.aggregator_as = d->as4_aggregator_as;
            draft->head.aggregator_id = d->as4_aggregator_id;
        }
    }
    if (d->as4_path && !ignore_as4) {
        uint32_t hops = aspath_hops(draft->span[SPAN_AS_PATH], draft->head.span_len[SPAN_AS_PATH]);
        uint32_t hops4 = aspath_hops(d->as4_path, d->as4_path_len);
        if (hops >= hops4 && !merge_paths(d, hops - hops4))
            d->no_memory = true;
    }
    const uint8_t *path = draft->span[SPAN_AS_PATH];
    bool confed = d->is_ebgp && aspath_has_confed(path, draft->head.span_len[SPAN_AS_PATH]);
    return confed ? &path_confed : NULL;
}

static void encode_unknown(struct wr *w, struct rd *r)
{
    uint8_t flags = rd_u8(r), code = rd_u8(r);
    uint16_t n = rd_u16(r);
    size_t mark = attr_put_begin(w, flags, code);
    wr_bytes(w, rd_bytes(r, n), n);
    attr_put_end(w, mark);
}

void attr_encode(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    size_t count;
    const struct attr_row *row = attr_rows(&count);
    struct rd unknown = rd_init(attr_span(s, SPAN_UNKNOWN), s->head.span_len[SPAN_UNKNOWN]);
    for (const struct attr_row *end = row + count; row < end; row++) {
        while (rd_left(&unknown) > 0) {
            struct rd peek = unknown;
            rd_u8(&peek);
            if (rd_u8(&peek) > row->code)
                break;
            encode_unknown(w, &unknown);
        }
        if (row->encode)
            row->encode(w, s, e);
    }
    while (rd_left(&unknown) > 0)
        encode_unknown(w, &unknown);
}
