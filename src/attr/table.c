/* attr/table.c: one row a path attribute (RFC 4271 4.3, 5; 1997; 4360; 4456; 4760; 5701; 6793;
 * 8092), with the treatment of malformed ones of RFC 7606 7. */
#include "attr/table.h"

#include <string.h>

#include "attr/aspath.h"
#include "attr/community.h"

enum {
    WELL_KNOWN = ATTR_FLAG_TRANSITIVE,
    OPTIONAL = ATTR_FLAG_OPTIONAL,
    OPTIONAL_TRANSITIVE = ATTR_FLAG_OPTIONAL | ATTR_FLAG_TRANSITIVE
};

/* Subcodes of RFC 4271 6.3. */
enum { SUB_FLAGS = 4, SUB_LENGTH = 5, SUB_ORIGIN = 6, SUB_OPTIONAL = 9, SUB_AS_PATH = 11 };

size_t attr_put_begin(struct wr *w, uint8_t flags, uint8_t code)
{
    size_t mark = wr_mark(w);
    wr_u8(w, flags);
    wr_u8(w, code);
    wr_u8(w, 0);
    return mark;
}

void attr_put_end(struct wr *w, size_t mark)
{
    if (w->bad)
        return;
    size_t n = wr_len(w) - mark - 3;
    if (n <= UINT8_MAX) {
        wr_patch8(w, mark + 2, (uint8_t)n);
        return;
    }
    if (!wr_space(w, 1) || n > UINT16_MAX) {
        w->bad = true;
        return;
    }
    memmove(w->start + mark + 4, w->start + mark + 3, n);
    wr_patch8(w, mark, w->start[mark] | ATTR_FLAG_EXTENDED);
    wr_patch16(w, mark + 2, (uint16_t)n);
}

static void put_u32(struct wr *w, uint8_t flags, uint8_t code, uint32_t v)
{
    size_t mark = attr_put_begin(w, flags, code);
    wr_u32(w, v);
    attr_put_end(w, mark);
}

static void put_span(struct wr *w, uint8_t flags, uint8_t code, const struct attr_set *s,
                     enum attr_span which)
{
    if (s->head.span_len[which] == 0)
        return;
    size_t mark = attr_put_begin(w, flags, code);
    wr_bytes(w, attr_span(s, which), s->head.span_len[which]);
    attr_put_end(w, mark);
}

/* The draft borrows the value. */
static void keep_span(struct attr_decoding *d, enum attr_span which, struct rd *value)
{
    size_t n = rd_left(value);
    d->draft->span[which] = rd_bytes(value, n);
    d->draft->head.span_len[which] = (uint16_t)n;
}

/* --- ORIGIN -------------------------------------------------------------------------------------
 */

static const struct attr_problem *decode_origin(struct attr_decoding *d, struct rd *value)
{
    static const struct attr_problem undefined = { ATTR_WITHDRAW, SUB_ORIGIN, "BGP-7606-7.1",
                                                   "ORIGIN has an undefined value" };
    uint8_t origin = rd_u8(value);
    if (origin > ORIGIN_INCOMPLETE)
        return &undefined;
    d->draft->head.origin = origin;
    return NULL;
}

static void encode_origin(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    (void)e;
    size_t mark = attr_put_begin(w, WELL_KNOWN, ATTR_ORIGIN);
    wr_u8(w, s->head.origin);
    attr_put_end(w, mark);
}

static void format_origin(struct text *t, const struct attr_set *s)
{
    static const char *const names[] = { "IGP", "EGP", "incomplete" };
    text_str(t, s->head.origin < ARRAY_LEN(names) ? names[s->head.origin] : "?");
}

/* --- AS_PATH and AS4_PATH -----------------------------------------------------------------------
 */

/* The path of an old speaker with four bytes a number. */
static bool widen_path(struct attr_decoding *d, struct rd *value)
{
    size_t n = rd_left(value) * 2;
    uint8_t *room = arena_alloc(d->arena, n);
    if (!room)
        return false;
    struct wr w = wr_init(room, n);
    while (rd_left(value) > 0) {
        uint8_t type = rd_u8(value), count = rd_u8(value);
        wr_u8(&w, type);
        wr_u8(&w, count);
        for (uint8_t i = 0; i < count; i++)
            wr_u32(&w, rd_u16(value));
    }
    d->draft->span[SPAN_AS_PATH] = room;
    d->draft->head.span_len[SPAN_AS_PATH] = (uint16_t)wr_len(&w);
    return true;
}

static const struct attr_problem *decode_as_path(struct attr_decoding *d, struct rd *value)
{
    static const struct attr_problem malformed = { ATTR_WITHDRAW, SUB_AS_PATH, "BGP-7606-7.2",
                                                   "AS_PATH is malformed" };
    static const struct attr_problem zero = { ATTR_WITHDRAW, SUB_AS_PATH, "BGP-7607-2",
                                              "AS_PATH has AS 0" };
    size_t n = rd_left(value);
    if (!aspath_is_valid(value->p, n, d->as4 ? 4 : 2))
        return &malformed;
    if (n == 0 || d->as4)
        keep_span(d, SPAN_AS_PATH, value);
    else if (!widen_path(d, value))
        d->no_memory = true;
    const struct attr_draft *draft = d->draft;
    if (aspath_count(draft->span[SPAN_AS_PATH], draft->head.span_len[SPAN_AS_PATH], 0) > 0)
        return &zero;
    return NULL;
}

static const struct attr_problem *decode_as4_path(struct attr_decoding *d, struct rd *value)
{
    static const struct attr_problem malformed = { ATTR_DISCARD, SUB_OPTIONAL, "BGP-6793-6",
                                                   "AS4_PATH is malformed" };
    static const struct attr_problem zero = { ATTR_DISCARD, SUB_OPTIONAL, "BGP-7607-2",
                                              "AS4_PATH has AS 0" };
    size_t n = rd_left(value);
    if (!aspath_is_valid(value->p, n, 4))
        return &malformed;
    if (aspath_count(value->p, n, 0) > 0)
        return &zero;
    if (!d->as4) { /* 6793 4.1: from a new speaker it is passed over */
        d->as4_path_len = n;
        d->as4_path = rd_bytes(value, n);
    }
    return NULL;
}

/* One number as this peer reads it. */
static void put_as(struct wr *w, uint32_t as, bool as4)
{
    if (as4)
        wr_u32(w, as);
    else
        wr_u16(w, as > UINT16_MAX ? AS_TRANS : (uint16_t)as);
}

/* A segment: our own number (0: not), then those of four bytes that the reader has. */
static void put_segment(struct wr *w, uint8_t type, uint32_t own, struct rd numbers,
                        bool four_bytes)
{
    wr_u8(w, type);
    wr_u8(w, (uint8_t)(rd_left(&numbers) / 4 + (own != 0)));
    if (own)
        put_as(w, own, four_bytes);
    while (rd_left(&numbers) > 0)
        put_as(w, rd_u32(&numbers), four_bytes);
}

/* Puts the segments of a path; what stands in front: our own number. Confederation segments stay
 * within the confederation that we are not part of, so none goes into AS4_PATH (6793 3). */
static void put_path(struct wr *w, const struct attr_set *s, const struct attr_encoding *e,
                     bool four_bytes, bool without_confed)
{
    const struct rd none = rd_init(NULL, 0);
    struct rd r = rd_init(attr_span(s, SPAN_AS_PATH), s->head.span_len[SPAN_AS_PATH]);
    uint32_t own = e->prepend ? e->local_as : 0;
    while (rd_left(&r) > 0) {
        uint8_t type = rd_u8(&r), count = rd_u8(&r);
        struct rd numbers = rd_sub(&r, (size_t)count * 4);
        if (without_confed && type != AS_SET && type != AS_SEQUENCE)
            continue;
        bool join = type == AS_SEQUENCE && count < UINT8_MAX; /* 4271 5.1.2 b */
        if (own && !join)
            put_segment(w, AS_SEQUENCE, own, none, four_bytes);
        put_segment(w, type, join ? own : 0, numbers, four_bytes);
        own = 0;
    }
    if (own)
        put_segment(w, AS_SEQUENCE, own, none, four_bytes);
}

static void encode_as_path(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    size_t mark = attr_put_begin(w, WELL_KNOWN, ATTR_AS_PATH);
    put_path(w, s, e, e->as4, false);
    attr_put_end(w, mark);
}

/* Whether the path has a number that two bytes cannot hold. */
static bool path_is_wide(const struct attr_set *s, const struct attr_encoding *e)
{
    struct rd r = rd_init(attr_span(s, SPAN_AS_PATH), s->head.span_len[SPAN_AS_PATH]);
    bool wide = e->prepend && e->local_as > UINT16_MAX;
    while (!wide && rd_left(&r) > 0) {
        rd_u8(&r);
        uint8_t count = rd_u8(&r);
        for (uint8_t i = 0; i < count; i++)
            wide |= rd_u32(&r) > UINT16_MAX;
    }
    return wide;
}

static void encode_as4_path(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    if (e->as4 || !path_is_wide(s, e)) /* 6793 4.2.2 */
        return;
    size_t mark = attr_put_begin(w, OPTIONAL_TRANSITIVE, ATTR_AS4_PATH);
    put_path(w, s, e, true, true);
    attr_put_end(w, mark);
}

static void format_as_path(struct text *t, const struct attr_set *s)
{
    text_aspath(t, attr_span(s, SPAN_AS_PATH), s->head.span_len[SPAN_AS_PATH]);
}

/* --- NEXT_HOP, MED, LOCAL_PREF, ATOMIC_AGGREGATE, ORIGINATOR_ID ---------------------------------
 */

static const struct attr_problem *decode_next_hop(struct attr_decoding *d, struct rd *value)
{
    d->draft->head.next_hop = ip_from_bytes(IP_V4, rd_bytes(value, 4));
    return NULL;
}

static void encode_next_hop(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    (void)s;
    if (e->next_hop.family != IP_V4)
        return;
    size_t mark = attr_put_begin(w, WELL_KNOWN, ATTR_NEXT_HOP);
    wr_bytes(w, e->next_hop.b, 4);
    attr_put_end(w, mark);
}

static void format_next_hop(struct text *t, const struct attr_set *s)
{
    text_ip(t, &s->head.next_hop);
}

static const struct attr_problem *decode_med(struct attr_decoding *d, struct rd *value)
{
    d->draft->head.has |= ATTR_HAS_MED;
    d->draft->head.med = rd_u32(value);
    return NULL;
}

static void encode_med(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    (void)e;
    if (s->head.has & ATTR_HAS_MED)
        put_u32(w, OPTIONAL, ATTR_MED, s->head.med);
}

static void format_med(struct text *t, const struct attr_set *s)
{
    if (s->head.has & ATTR_HAS_MED)
        text_u64(t, s->head.med);
}

static const struct attr_problem *decode_local_pref(struct attr_decoding *d, struct rd *value)
{
    d->draft->head.has |= ATTR_HAS_LOCAL_PREF;
    d->draft->head.local_pref = rd_u32(value);
    return NULL;
}

/* 4271 5.1.5: to every internal peer; 100 is what everybody takes for none. */
static void encode_local_pref(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    if (!e->is_ebgp)
        put_u32(w, WELL_KNOWN, ATTR_LOCAL_PREF,
                s->head.has & ATTR_HAS_LOCAL_PREF ? s->head.local_pref : e->local_pref);
}

static void format_local_pref(struct text *t, const struct attr_set *s)
{
    if (s->head.has & ATTR_HAS_LOCAL_PREF)
        text_u64(t, s->head.local_pref);
}

static const struct attr_problem *decode_atomic(struct attr_decoding *d, struct rd *value)
{
    (void)value;
    d->draft->head.has |= ATTR_HAS_ATOMIC_AGGREGATE;
    return NULL;
}

static void encode_atomic(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    (void)e;
    if (s->head.has & ATTR_HAS_ATOMIC_AGGREGATE)
        attr_put_end(w, attr_put_begin(w, WELL_KNOWN, ATTR_ATOMIC_AGGREGATE));
}

static void format_atomic(struct text *t, const struct attr_set *s)
{
    if (s->head.has & ATTR_HAS_ATOMIC_AGGREGATE)
        text_str(t, "atomic-aggregate");
}

static const struct attr_problem *decode_originator(struct attr_decoding *d, struct rd *value)
{
    d->draft->head.has |= ATTR_HAS_ORIGINATOR_ID;
    d->draft->head.originator_id = rd_u32(value);
    return NULL;
}

static void encode_originator(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    if (!e->is_ebgp && (s->head.has & ATTR_HAS_ORIGINATOR_ID))
        put_u32(w, OPTIONAL, ATTR_ORIGINATOR_ID, attr_rare(s)->originator_id);
}

static void format_originator(struct text *t, const struct attr_set *s)
{
    struct ip_addr id = ip_from_u32(attr_rare(s)->originator_id);
    if (s->head.has & ATTR_HAS_ORIGINATOR_ID)
        text_ip(t, &id);
}

/* --- AGGREGATOR and AS4_AGGREGATOR --------------------------------------------------------------
 */

static const struct attr_problem aggregator_zero = { ATTR_DISCARD, SUB_OPTIONAL, "BGP-7607-2",
                                                     "AGGREGATOR has AS 0" };
static const struct attr_problem aggregator_length = { ATTR_DISCARD, SUB_LENGTH, "BGP-7606-7.7",
                                                       "AGGREGATOR has the wrong length" };

static const struct attr_problem *decode_aggregator(struct attr_decoding *d, struct rd *value)
{
    if (rd_left(value) != (d->as4 ? 8 : 6))
        return &aggregator_length;
    uint32_t as = d->as4 ? rd_u32(value) : rd_u16(value);
    if (as == 0)
        return &aggregator_zero;
    d->draft->head.has |= ATTR_HAS_AGGREGATOR;
    d->draft->head.aggregator_as = as;
    d->draft->head.aggregator_id = rd_u32(value);
    return NULL;
}

static const struct attr_problem *decode_as4_aggregator(struct attr_decoding *d, struct rd *value)
{
    uint32_t as = rd_u32(value);
    if (as == 0)
        return &aggregator_zero;
    if (!d->as4) {
        d->has_as4_aggregator = true;
        d->as4_aggregator_as = as;
        d->as4_aggregator_id = rd_u32(value);
    }
    return NULL;
}

static void encode_aggregator(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    if (!(s->head.has & ATTR_HAS_AGGREGATOR))
        return;
    size_t mark = attr_put_begin(w, OPTIONAL_TRANSITIVE, ATTR_AGGREGATOR);
    put_as(w, attr_rare(s)->aggregator_as, e->as4);
    wr_u32(w, attr_rare(s)->aggregator_id);
    attr_put_end(w, mark);
}

static void encode_as4_aggregator(struct wr *w, const struct attr_set *s,
                                  const struct attr_encoding *e)
{
    bool wide = (s->head.has & ATTR_HAS_AGGREGATOR) && attr_rare(s)->aggregator_as > UINT16_MAX;
    if (e->as4 || !wide)
        return;
    size_t mark = attr_put_begin(w, OPTIONAL_TRANSITIVE, ATTR_AS4_AGGREGATOR);
    wr_u32(w, attr_rare(s)->aggregator_as);
    wr_u32(w, attr_rare(s)->aggregator_id);
    attr_put_end(w, mark);
}

static void format_aggregator(struct text *t, const struct attr_set *s)
{
    struct ip_addr id = ip_from_u32(attr_rare(s)->aggregator_id);
    if (!(s->head.has & ATTR_HAS_AGGREGATOR))
        return;
    text_u64(t, attr_rare(s)->aggregator_as);
    text_char(t, ' ');
    text_ip(t, &id);
}

/* --- communities, CLUSTER_LIST ------------------------------------------------------------------
 */

/* Values in order and without repeats, so that equal sets are equal bytes. */
static const struct attr_problem *decode_values(struct attr_decoding *d, enum attr_span which,
                                                size_t width, struct rd *value)
{
    size_t n = rd_left(value);
    if (community_is_sorted(value->p, n, width))
        keep_span(d, which, value);
    else if (!community_set(d->draft, d->arena, which, value->p, n / width, false))
        d->no_memory = true;
    return NULL;
}

static const struct attr_problem *decode_communities(struct attr_decoding *d, struct rd *value)
{
    return decode_values(d, SPAN_COMMUNITIES, 4, value);
}

static const struct attr_problem *decode_ext(struct attr_decoding *d, struct rd *value)
{
    return decode_values(d, SPAN_EXT_COMMUNITIES, 8, value);
}

static const struct attr_problem *decode_large(struct attr_decoding *d, struct rd *value)
{
    return decode_values(d, SPAN_LARGE_COMMUNITIES, 12, value);
}

static const struct attr_problem *decode_clusters(struct attr_decoding *d, struct rd *value)
{
    keep_span(d, SPAN_CLUSTER_LIST, value);
    return NULL;
}

static void encode_communities(struct wr *w, const struct attr_set *s,
                               const struct attr_encoding *e)
{
    (void)e;
    put_span(w, OPTIONAL_TRANSITIVE, ATTR_COMMUNITIES, s, SPAN_COMMUNITIES);
}

/* RFC 4360 6: a non-transitive one does not leave our AS. */
static void encode_ext(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    enum { NON_TRANSITIVE = 0x40 };
    struct rd r =
        rd_init(attr_span(s, SPAN_EXT_COMMUNITIES), s->head.span_len[SPAN_EXT_COMMUNITIES]);
    size_t mark = 0;
    bool begun = false;
    while (rd_left(&r) >= 8) {
        const uint8_t *value = rd_bytes(&r, 8);
        if (e->is_ebgp && (value[0] & NON_TRANSITIVE))
            continue;
        if (!begun)
            mark = attr_put_begin(w, OPTIONAL_TRANSITIVE, ATTR_EXT_COMMUNITIES);
        begun = true;
        wr_bytes(w, value, 8);
    }
    if (begun)
        attr_put_end(w, mark);
}

static void encode_large(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    (void)e;
    put_span(w, OPTIONAL_TRANSITIVE, ATTR_LARGE_COMMUNITIES, s, SPAN_LARGE_COMMUNITIES);
}

static void encode_clusters(struct wr *w, const struct attr_set *s, const struct attr_encoding *e)
{
    if (!e->is_ebgp)
        put_span(w, OPTIONAL, ATTR_CLUSTER_LIST, s, SPAN_CLUSTER_LIST);
}

static void format_communities(struct text *t, const struct attr_set *s)
{
    text_communities(t, attr_span(s, SPAN_COMMUNITIES), s->head.span_len[SPAN_COMMUNITIES]);
}

static void format_ext(struct text *t, const struct attr_set *s)
{
    text_ext_communities(t, attr_span(s, SPAN_EXT_COMMUNITIES),
                         s->head.span_len[SPAN_EXT_COMMUNITIES]);
}

static void format_large(struct text *t, const struct attr_set *s)
{
    text_large_communities(t, attr_span(s, SPAN_LARGE_COMMUNITIES),
                           s->head.span_len[SPAN_LARGE_COMMUNITIES]);
}

static void format_clusters(struct text *t, const struct attr_set *s)
{
    struct rd r = rd_init(attr_span(s, SPAN_CLUSTER_LIST), s->head.span_len[SPAN_CLUSTER_LIST]);
    for (bool first = true; rd_left(&r) >= 4; first = false) {
        struct ip_addr id = ip_from_u32(rd_u32(&r));
        if (!first)
            text_char(t, ' ');
        text_ip(t, &id);
    }
}

/* --- the table ----------------------------------------------------------------------------------
 */

#define BAD_LENGTH(fault_, rfc, name_)                                                             \
    {                                                                                              \
        .fault = (fault_), .subcode = SUB_LENGTH, .id = "BGP-" rfc,                                \
        .what = name_ " has the wrong length"                                                      \
    }
/* RFC 7606 3 c; for ATOMIC_AGGREGATE and AGGREGATOR 3 f. */
#define BAD_FLAGS(fault_, name_)                                                                   \
    {                                                                                              \
        .fault = (fault_), .subcode = SUB_FLAGS, .id = "BGP-7606-3.c",                             \
        .what = name_ " has the wrong flags"                                                       \
    }

static const struct attr_row rows[] = {
    { .name = "ORIGIN",
      .code = ATTR_ORIGIN,
      .flags = WELL_KNOWN,
      .rule = ATTR_LENGTH_EXACT,
      .length = 1,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "7606-7.1", "ORIGIN"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "ORIGIN"),
      .decode = decode_origin,
      .encode = encode_origin,
      .format = format_origin },
    { .name = "AS_PATH",
      .code = ATTR_AS_PATH,
      .flags = WELL_KNOWN,
      .rule = ATTR_LENGTH_ANY,
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "AS_PATH"),
      .decode = decode_as_path,
      .encode = encode_as_path,
      .format = format_as_path },
    { .name = "NEXT_HOP",
      .code = ATTR_NEXT_HOP,
      .flags = WELL_KNOWN,
      .rule = ATTR_LENGTH_EXACT,
      .length = 4,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "7606-7.3", "NEXT_HOP"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "NEXT_HOP"),
      .decode = decode_next_hop,
      .encode = encode_next_hop,
      .format = format_next_hop },
    { .name = "MULTI_EXIT_DISC",
      .code = ATTR_MED,
      .flags = OPTIONAL,
      .rule = ATTR_LENGTH_EXACT,
      .length = 4,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "7606-7.4", "MULTI_EXIT_DISC"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "MULTI_EXIT_DISC"),
      .decode = decode_med,
      .encode = encode_med,
      .format = format_med },
    { .name = "LOCAL_PREF",
      .code = ATTR_LOCAL_PREF,
      .flags = WELL_KNOWN,
      .rule = ATTR_LENGTH_EXACT,
      .length = 4,
      .internal_only = true,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "7606-7.5", "LOCAL_PREF"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "LOCAL_PREF"),
      .decode = decode_local_pref,
      .encode = encode_local_pref,
      .format = format_local_pref },
    { .name = "ATOMIC_AGGREGATE",
      .code = ATTR_ATOMIC_AGGREGATE,
      .flags = WELL_KNOWN,
      .rule = ATTR_LENGTH_EXACT,
      .length = 0,
      .bad_length = BAD_LENGTH(ATTR_DISCARD, "7606-7.6", "ATOMIC_AGGREGATE"),
      .bad_flags = BAD_FLAGS(ATTR_DISCARD, "ATOMIC_AGGREGATE"),
      .decode = decode_atomic,
      .encode = encode_atomic,
      .format = format_atomic },
    { .name = "AGGREGATOR",
      .code = ATTR_AGGREGATOR,
      .flags = OPTIONAL_TRANSITIVE,
      .rule = ATTR_LENGTH_MIN,
      .length = 6, /* 6 or 8, as the session's AS numbers are */
      .bad_length = BAD_LENGTH(ATTR_DISCARD, "7606-7.7", "AGGREGATOR"),
      .bad_flags = BAD_FLAGS(ATTR_DISCARD, "AGGREGATOR"),
      .decode = decode_aggregator,
      .encode = encode_aggregator,
      .format = format_aggregator },
    { .name = "COMMUNITIES",
      .code = ATTR_COMMUNITIES,
      .flags = OPTIONAL_TRANSITIVE,
      .rule = ATTR_LENGTH_MULTIPLE,
      .length = 4,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "7606-7.8", "COMMUNITIES"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "COMMUNITIES"),
      .decode = decode_communities,
      .encode = encode_communities,
      .format = format_communities },
    { .name = "ORIGINATOR_ID",
      .code = ATTR_ORIGINATOR_ID,
      .flags = OPTIONAL,
      .rule = ATTR_LENGTH_EXACT,
      .length = 4,
      .internal_only = true,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "7606-7.9", "ORIGINATOR_ID"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "ORIGINATOR_ID"),
      .decode = decode_originator,
      .encode = encode_originator,
      .format = format_originator },
    { .name = "CLUSTER_LIST",
      .code = ATTR_CLUSTER_LIST,
      .flags = OPTIONAL,
      .rule = ATTR_LENGTH_MULTIPLE,
      .length = 4,
      .internal_only = true,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "7606-7.10", "CLUSTER_LIST"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "CLUSTER_LIST"),
      .decode = decode_clusters,
      .encode = encode_clusters,
      .format = format_clusters },
    { .name = "MP_REACH_NLRI",
      .code = ATTR_MP_REACH,
      .flags = OPTIONAL,
      .rule = ATTR_LENGTH_MIN,
      .length = 5,
      .bad_length = BAD_LENGTH(ATTR_RESET, "7606-5.3", "MP_REACH_NLRI"),
      .bad_flags = BAD_FLAGS(ATTR_RESET, "MP_REACH_NLRI") },
    { .name = "MP_UNREACH_NLRI",
      .code = ATTR_MP_UNREACH,
      .flags = OPTIONAL,
      .rule = ATTR_LENGTH_MIN,
      .length = 3,
      .bad_length = BAD_LENGTH(ATTR_RESET, "7606-5.3", "MP_UNREACH_NLRI"),
      .bad_flags = BAD_FLAGS(ATTR_RESET, "MP_UNREACH_NLRI") },
    { .name = "EXTENDED COMMUNITIES",
      .code = ATTR_EXT_COMMUNITIES,
      .flags = OPTIONAL_TRANSITIVE,
      .rule = ATTR_LENGTH_MULTIPLE,
      .length = 8,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "7606-7.14", "EXTENDED COMMUNITIES"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "EXTENDED COMMUNITIES"),
      .decode = decode_ext,
      .encode = encode_ext,
      .format = format_ext },
    { .name = "AS4_PATH",
      .code = ATTR_AS4_PATH,
      .flags = OPTIONAL_TRANSITIVE,
      .rule = ATTR_LENGTH_MIN,
      .length = 6,
      .bad_length = BAD_LENGTH(ATTR_DISCARD, "6793-6", "AS4_PATH"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "AS4_PATH"),
      .decode = decode_as4_path,
      .encode = encode_as4_path },
    { .name = "AS4_AGGREGATOR",
      .code = ATTR_AS4_AGGREGATOR,
      .flags = OPTIONAL_TRANSITIVE,
      .rule = ATTR_LENGTH_EXACT,
      .length = 8,
      .bad_length = BAD_LENGTH(ATTR_DISCARD, "6793-6", "AS4_AGGREGATOR"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "AS4_AGGREGATOR"),
      .decode = decode_as4_aggregator,
      .encode = encode_as4_aggregator },
    /* Checked, and passed on as any that is not known (RFC 7606 7.15). */
    { .name = "IPv6 EXTENDED COMMUNITIES",
      .code = ATTR_IPV6_EXT_COMMUNITIES,
      .flags = OPTIONAL_TRANSITIVE,
      .rule = ATTR_LENGTH_MULTIPLE,
      .length = 20,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "7606-7.15", "IPv6 EXTENDED COMMUNITIES"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "IPv6 EXTENDED COMMUNITIES") },
    { .name = "LARGE_COMMUNITY",
      .code = ATTR_LARGE_COMMUNITIES,
      .flags = OPTIONAL_TRANSITIVE,
      .rule = ATTR_LENGTH_MULTIPLE,
      .length = 12,
      .bad_length = BAD_LENGTH(ATTR_WITHDRAW, "8092-6", "LARGE_COMMUNITY"),
      .bad_flags = BAD_FLAGS(ATTR_WITHDRAW, "LARGE_COMMUNITY"),
      .decode = decode_large,
      .encode = encode_large,
      .format = format_large },
};

/* Row number + 1 by code. */
static const uint8_t row_index[UINT8_MAX + 1] = {
    [ATTR_ORIGIN] = 1,
    [ATTR_AS_PATH] = 2,
    [ATTR_NEXT_HOP] = 3,
    [ATTR_MED] = 4,
    [ATTR_LOCAL_PREF] = 5,
    [ATTR_ATOMIC_AGGREGATE] = 6,
    [ATTR_AGGREGATOR] = 7,
    [ATTR_COMMUNITIES] = 8,
    [ATTR_ORIGINATOR_ID] = 9,
    [ATTR_CLUSTER_LIST] = 10,
    [ATTR_MP_REACH] = 11,
    [ATTR_MP_UNREACH] = 12,
    [ATTR_EXT_COMMUNITIES] = 13,
    [ATTR_AS4_PATH] = 14,
    [ATTR_AS4_AGGREGATOR] = 15,
    [ATTR_IPV6_EXT_COMMUNITIES] = 16,
    [ATTR_LARGE_COMMUNITIES] = 17,
};

const struct attr_row *attr_row_of(uint8_t code)
{
    return row_index[code] ? &rows[row_index[code] - 1] : NULL;
}

const struct attr_row *attr_rows(size_t *ret_count)
{
    *ret_count = ARRAY_LEN(rows);
    return rows;
}

bool attr_length_fits(const struct attr_row *row, size_t n)
{
    switch (row->rule) {
    case ATTR_LENGTH_ANY:
        return true;
    case ATTR_LENGTH_EXACT:
        return n == row->length;
    case ATTR_LENGTH_MULTIPLE:
        return n > 0 && n % row->length == 0;
    case ATTR_LENGTH_MIN:
        return n >= row->length;
    }
    return false;
}
