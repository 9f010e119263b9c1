/* attr/aspath.c: AS paths. Every path that comes here has passed aspath_is_valid() with 4-byte
 * numbers, or was made here; the readers stop at the first thing that is not a segment all the
 * same. */
#include "attr/aspath.h"

#include "base/rd.h"
#include "base/wr.h"

enum { SEGMENT_MAX = 255 }; /* numbers in one segment: the count is one byte */

/* The next segment of a path. */
struct segment {
    uint8_t type, count;
    struct rd numbers;
};

static bool next_segment(struct rd *r, size_t as_bytes, struct segment *ret_segment)
{
    if (rd_left(r) == 0)
        return false;
    struct segment s = { .type = rd_u8(r) };
    s.count = rd_u8(r);
    s.numbers = rd_sub(r, s.count * as_bytes);
    if (r->bad)
        return false;
    *ret_segment = s;
    return true;
}

static bool is_confed(uint8_t type)
{
    return type == AS_CONFED_SEQUENCE || type == AS_CONFED_SET;
}

bool aspath_is_valid(const uint8_t *path, size_t n, size_t as_bytes)
{
    struct rd r = rd_init(path, n);
    struct segment s;
    while (next_segment(&r, as_bytes, &s))
        if (s.type < AS_SET || s.type > AS_CONFED_SET || s.count == 0)
            return false;
    return rd_is_done(&r);
}

uint16_t aspath_hops(const uint8_t *path, size_t n)
{
    struct rd r = rd_init(path, n);
    struct segment s;
    uint32_t hops = 0;
    while (next_segment(&r, 4, &s)) {
        if (s.type == AS_SEQUENCE)
            hops += s.count;
        else if (s.type == AS_SET)
            hops++; /* 9.1.2.2 a; RFC 5065 5.3: confederation segments do not count */
    }
    return (uint16_t)MIN(hops, (uint32_t)UINT16_MAX);
}

uint32_t aspath_count(const uint8_t *path, size_t n, uint32_t as)
{
    struct rd r = rd_init(path, n);
    struct segment s;
    uint32_t times = 0;
    while (next_segment(&r, 4, &s))
        for (uint8_t i = 0; i < s.count; i++)
            times += rd_u32(&s.numbers) == as;
    return times;
}

uint32_t aspath_first(const uint8_t *path, size_t n)
{
    struct rd r = rd_init(path, n);
    struct segment s;
    while (next_segment(&r, 4, &s))
        if (!is_confed(s.type))
            return s.type == AS_SEQUENCE ? rd_u32(&s.numbers) : 0;
    return 0;
}

bool as_is_private(uint32_t as)
{
    return (as >= 64512 && as <= 65534) || (as >= 4200000000U && as <= 4294967294U);
}

bool aspath_is_all_private(const uint8_t *path, size_t n)
{
    struct rd r = rd_init(path, n);
    struct segment s;
    while (next_segment(&r, 4, &s))
        for (uint8_t i = 0; i < s.count; i++)
            if (!as_is_private(rd_u32(&s.numbers)))
                return false;
    return n > 0;
}

bool aspath_has_confed(const uint8_t *path, size_t n)
{
    struct rd r = rd_init(path, n);
    struct segment s;
    while (next_segment(&r, 4, &s))
        if (is_confed(s.type))
            return true;
    return false;
}

/* The draft's path becomes what w holds. */
static bool take(struct attr_draft *d, const struct wr *w)
{
    if (w->bad || wr_len(w) > AS_PATH_BYTES_MAX)
        return false;
    d->head.span_len[SPAN_AS_PATH] = (uint16_t)wr_len(w);
    d->span[SPAN_AS_PATH] = wr_len(w) ? w->start : NULL;
    return true;
}

static struct rd path_of(const struct attr_draft *d)
{
    return rd_init(d->span[SPAN_AS_PATH], d->head.span_len[SPAN_AS_PATH]);
}

/* A writer of n bytes in the arena; bad when there is no room for it. */
static struct wr writer(struct arena *a, size_t n)
{
    uint8_t *room = arena_alloc(a, n);
    struct wr w = wr_init(room, room ? n : 0);
    w.bad = !room;
    return w;
}

bool aspath_prepend(struct attr_draft *d, struct arena *a, uint32_t as, uint32_t times)
{
    if (times == 0)
        return true;
    if (times > AS_PATH_BYTES_MAX / 4)
        return false;
    struct rd r = path_of(d), rest = r;
    struct segment first = { 0 };
    uint32_t joined = 0; /* how many go into the segment that is there */
    if (next_segment(&r, 4, &first) && first.type == AS_SEQUENCE) {
        joined = MIN(times, (uint32_t)SEGMENT_MAX - first.count);
        rest = r;
    } else {
        first.count = 0;
    }
    uint32_t fresh = times - joined;
    struct wr w =
        writer(a, d->head.span_len[SPAN_AS_PATH] + times * 4 + (fresh / SEGMENT_MAX + 1) * 2);
    while (fresh > 0) {
        uint32_t n = MIN(fresh, (uint32_t)SEGMENT_MAX);
        wr_u8(&w, AS_SEQUENCE);
        wr_u8(&w, (uint8_t)n);
        for (uint32_t i = 0; i < n; i++)
            wr_u32(&w, as);
        fresh -= n;
    }
    if (first.count > 0) {
        wr_u8(&w, AS_SEQUENCE);
        wr_u8(&w, (uint8_t)(first.count + joined));
        for (uint32_t i = 0; i < joined; i++)
            wr_u32(&w, as);
        wr_bytes(&w, first.numbers.p, rd_left(&first.numbers));
    }
    wr_bytes(&w, rest.p, rd_left(&rest));
    return take(d, &w);
}

/* What becomes of one number: 0 removes it. */
struct edit {
    uint32_t (*number)(const struct edit *e, uint32_t as);
    const uint32_t *list;
    size_t list_n;
    uint32_t from, to;
};

/* How many numbers of a segment stay. */
static uint8_t kept_of(const struct edit *e, struct rd numbers)
{
    uint8_t kept = 0;
    while (rd_left(&numbers) > 0)
        kept = (uint8_t)(kept + (e->number(e, rd_u32(&numbers)) != 0));
    return kept;
}

/* Rewrites the path number by number; segments that become empty go. */
static bool rewrite(struct attr_draft *d, struct arena *a, const struct edit *e)
{
    struct rd r = path_of(d);
    struct segment s;
    struct wr w = writer(a, rd_left(&r));
    while (next_segment(&r, 4, &s)) {
        uint8_t kept = kept_of(e, s.numbers);
        if (kept == 0)
            continue;
        wr_u8(&w, s.type);
        wr_u8(&w, kept);
        while (rd_left(&s.numbers) > 0) {
            uint32_t as = e->number(e, rd_u32(&s.numbers));
            if (as != 0)
                wr_u32(&w, as);
        }
    }
    return take(d, &w);
}

static uint32_t edit_private(const struct edit *e, uint32_t as)
{
    return as_is_private(as) && as != e->from ? e->to : as;
}

bool aspath_remove_private_but(struct attr_draft *d, struct arena *a, bool all, uint32_t as,
                               uint32_t keep)
{
    if (!all && !aspath_is_all_private(d->span[SPAN_AS_PATH], d->head.span_len[SPAN_AS_PATH]))
        return true;
    struct edit e = { .number = edit_private, .from = keep, .to = as };
    return rewrite(d, a, &e);
}

bool aspath_remove_private(struct attr_draft *d, struct arena *a, bool all, uint32_t as)
{
    return aspath_remove_private_but(d, a, all, as, 0);
}

static uint32_t edit_exclude(const struct edit *e, uint32_t as)
{
    for (size_t i = 0; i < e->list_n; i++)
        if (e->list[i] == as)
            return 0;
    return as;
}

bool aspath_exclude(struct attr_draft *d, struct arena *a, const uint32_t *excluded, size_t n)
{
    if (n == 0) {
        d->head.span_len[SPAN_AS_PATH] = 0;
        d->span[SPAN_AS_PATH] = NULL;
        return true;
    }
    struct edit e = { .number = edit_exclude, .list = excluded, .list_n = n };
    return rewrite(d, a, &e);
}

static uint32_t edit_replace(const struct edit *e, uint32_t as)
{
    return e->from == 0 || e->from == as ? e->to : as;
}

bool aspath_replace(struct attr_draft *d, struct arena *a, uint32_t from, uint32_t to)
{
    struct edit e = { .number = edit_replace, .from = from, .to = to };
    return rewrite(d, a, &e);
}

/* How a segment is printed: opening and closing character (0: none) and what separates numbers. */
static const struct {
    char open, close, between;
} segment_text[] = {
    [AS_SET] = { '{', '}', ',' },
    [AS_SEQUENCE] = { 0, 0, ' ' },
    [AS_CONFED_SEQUENCE] = { '(', ')', ' ' },
    [AS_CONFED_SET] = { '[', ']', ',' },
};

void text_aspath(struct text *t, const uint8_t *path, size_t n)
{
    struct rd r = rd_init(path, n);
    struct segment s;
    for (bool first = true; next_segment(&r, 4, &s); first = false) {
        if (s.type < AS_SET || s.type > AS_CONFED_SET)
            return;
        if (!first)
            text_char(t, ' ');
        if (segment_text[s.type].open)
            text_char(t, segment_text[s.type].open);
        for (uint8_t i = 0; i < s.count; i++) {
            if (i > 0)
                text_char(t, segment_text[s.type].between);
            text_u64(t, rd_u32(&s.numbers));
        }
        if (segment_text[s.type].close)
            text_char(t, segment_text[s.type].close);
    }
}
