/* attr/set.c: interned attribute sets.
 *
 * DOC: A table hashes whole sets, head and spans, under its own key, so that a peer cannot aim at
 * one chain. It grows by linear hashing: each new set splits at most one chain, so that no call is
 * long, however many sets there are. Sets of ordinary size come from slabs by size class, the rare
 * long ones from the heap. */
#include <string.h>

#include "attr/aspath.h"
#include "attr/attr.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/slab.h"

static_assert(sizeof(struct attr_core) == 48 && sizeof(struct attr_rare) == 36,
              "the head has no padding: it compares by bytes");
static_assert(offsetof(struct attr_head, tag) == sizeof(struct attr_core) &&
                  sizeof(struct attr_head) == sizeof(struct attr_core) + sizeof(struct attr_rare),
              "a draft's head is both parts");
static_assert(sizeof(struct attr_set) == 72, "what a set costs before its spans");

enum { BUCKETS_MIN = 64 };

/* Allocation sizes; a set beyond the last is taken from the heap. */
static const uint16_t class_bytes[] = { 80,  88,  96,  104, 112, 120, 128, 144,
                                        160, 176, 192, 224, 256, 320, 512 };

struct attr_table {
    uint64_t key;
    uint32_t count, max_sets;
    uint64_t refused;
    struct attr_set **buckets;
    uint32_t bucket_count; /* in use: round + split */
    uint32_t bucket_cap;
    uint32_t round; /* power of two: chains below `split` were split in this round */
    uint32_t split;
    struct slab slabs[ARRAY_LEN(class_bytes)];
};

/* Bytes of a set with these lengths. */
static size_t set_bytes(const uint16_t span_len[SPAN_COUNT], bool is_rare)
{
    size_t n = sizeof(struct attr_set) + (is_rare ? sizeof(struct attr_rare) : 0);
    for (size_t i = 0; i < SPAN_COUNT; i++)
        n += span_len[i];
    return n;
}

static const uint8_t *spans_of(const struct attr_set *s)
{
    return s->tail + (s->head.is_rare ? sizeof(struct attr_rare) : 0);
}

/* Both parts of a draft's head. */
static const struct attr_core *core_of(const struct attr_head *h)
{
    return (const struct attr_core *)(const void *)h;
}

static const struct attr_rare *rare_of(const struct attr_head *h)
{
    return (const struct attr_rare *)(const void *)&h->tag;
}

static const struct attr_rare nothing_rare;

static bool is_rare(const struct attr_head *h)
{
    return memcmp(rare_of(h), &nothing_rare, sizeof(nothing_rare)) != 0;
}

const struct attr_rare *attr_rare(const struct attr_set *s)
{
    return s->head.is_rare ? (const struct attr_rare *)(const void *)s->tail : &nothing_rare;
}

const uint8_t *attr_span(const struct attr_set *s, enum attr_span which)
{
    const uint8_t *at = spans_of(s);
    for (size_t i = 0; i < (size_t)which; i++)
        at += s->head.span_len[i];
    return at;
}

struct attr_draft attr_draft_of(const struct attr_set *s)
{
    struct attr_draft d;
    const uint8_t *at = spans_of(s);
    memcpy(&d.head, &s->head, sizeof(s->head));
    memcpy(&d.head.tag, attr_rare(s), sizeof(struct attr_rare));
    d.head.is_rare = false;
    for (size_t i = 0; i < SPAN_COUNT; i++) {
        d.span[i] = s->head.span_len[i] ? at : NULL;
        at += s->head.span_len[i];
    }
    return d;
}

struct attr_table *attr_table_new(uint64_t hash_key, uint32_t max_sets)
{
    struct attr_table *t = mem_alloc(MEM_ATTR, sizeof(*t));
    if (!t)
        return NULL;
    t->buckets = mem_alloc(MEM_ATTR, BUCKETS_MIN * sizeof(struct attr_set *));
    if (!t->buckets) {
        mem_free(MEM_ATTR, t, sizeof(*t));
        return NULL;
    }
    t->key = hash_key;
    t->max_sets = max_sets;
    t->bucket_count = t->bucket_cap = t->round = BUCKETS_MIN;
    for (size_t i = 0; i < ARRAY_LEN(class_bytes); i++)
        slab_init(&t->slabs[i], MEM_ATTR, class_bytes[i], max_sets);
    return t;
}

static struct slab *slab_for(struct attr_table *t, size_t bytes)
{
    for (size_t i = 0; i < ARRAY_LEN(class_bytes); i++)
        if (bytes <= class_bytes[i])
            return &t->slabs[i];
    return NULL;
}

void attr_table_free(struct attr_table *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->bucket_count; i++) {
        for (struct attr_set *s = t->buckets[i], *next; s; s = next) {
            next = s->hash_next;
            size_t bytes = set_bytes(s->head.span_len, s->head.is_rare);
            if (!slab_for(t, bytes))
                mem_free(MEM_ATTR, s, bytes);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(class_bytes); i++)
        slab_done(&t->slabs[i]);
    mem_free(MEM_ATTR, t->buckets, t->bucket_cap * sizeof(struct attr_set *));
    mem_free(MEM_ATTR, t, sizeof(*t));
}

uint32_t attr_table_count(const struct attr_table *t)
{
    return t->count;
}

uint64_t attr_table_refused(const struct attr_table *t)
{
    return t->refused;
}

static uint32_t hash_draft(uint64_t key, const struct attr_draft *d)
{
    uint64_t h = hash_bytes(key, &d->head, sizeof(struct attr_core));
    if (is_rare(&d->head))
        h = hash_bytes(h, rare_of(&d->head), sizeof(struct attr_rare));
    for (size_t i = 0; i < SPAN_COUNT; i++)
        if (d->head.span_len[i])
            h = hash_bytes(h, d->span[i], d->head.span_len[i]);
    return (uint32_t)(h ^ h >> 32);
}

static struct attr_set **bucket_of(struct attr_table *t, uint32_t hash)
{
    uint32_t i = hash & (t->round - 1);
    if (i < t->split)
        i = hash & (t->round * 2 - 1);
    return &t->buckets[i];
}

static bool set_equals(const struct attr_set *s, const struct attr_draft *d)
{
    if (memcmp(&s->head, core_of(&d->head), offsetof(struct attr_core, is_rare)) != 0 ||
        memcmp(attr_rare(s), rare_of(&d->head), sizeof(struct attr_rare)) != 0)
        return false;
    const uint8_t *at = spans_of(s);
    for (size_t i = 0; i < SPAN_COUNT; i++) {
        size_t n = d->head.span_len[i];
        if (n && memcmp(at, d->span[i], n) != 0)
            return false;
        at += n;
    }
    return true;
}

/* Splits one chain. Without memory the chains just get longer. */
static void grow(struct attr_table *t)
{
    if (t->bucket_count == t->bucket_cap) {
        if (t->bucket_cap > UINT32_MAX / 4)
            return;
        size_t old = t->bucket_cap * sizeof(struct attr_set *);
        struct attr_set **more = mem_resize(MEM_ATTR, t->buckets, old, old * 2);
        if (!more)
            return;
        t->buckets = more;
        t->bucket_cap *= 2;
    }
    struct attr_set *chain = t->buckets[t->split];
    struct attr_set **low = &t->buckets[t->split], **high = &t->buckets[t->bucket_count];
    for (; chain; chain = chain->hash_next) {
        struct attr_set ***to = chain->hash & t->round ? &high : &low;
        **to = chain;
        *to = &chain->hash_next;
    }
    *low = *high = NULL;
    t->bucket_count++;
    if (++t->split == t->round) {
        t->round *= 2;
        t->split = 0;
    }
}

static struct attr_set *set_new(struct attr_table *t, const struct attr_draft *d)
{
    bool rare = is_rare(&d->head);
    size_t bytes = set_bytes(d->head.span_len, rare);
    struct slab *slab = slab_for(t, bytes);
    struct attr_set *s = slab ? slab_alloc(slab) : mem_alloc(MEM_ATTR, bytes);
    if (!s)
        return NULL;
    uint8_t *at = s->tail;
    s->head = *core_of(&d->head);
    s->head.is_rare = rare;
    if (rare) {
        memcpy(at, rare_of(&d->head), sizeof(struct attr_rare));
        at += sizeof(struct attr_rare);
    }
    for (size_t i = 0; i < SPAN_COUNT; i++) {
        if (d->head.span_len[i])
            memcpy(at, d->span[i], d->head.span_len[i]);
        at += d->head.span_len[i];
    }
    size_t path_len = d->head.span_len[SPAN_AS_PATH];
    const uint8_t *path = attr_span(s, SPAN_AS_PATH);
    s->as_path_hops = aspath_hops(path, path_len);
    s->first_as = aspath_first(path, path_len);
    s->cluster_hops = d->head.span_len[SPAN_CLUSTER_LIST] / 4;
    return s;
}

struct attr_set *attr_intern(struct attr_table *t, const struct attr_draft *d)
{
    assert(!d->head.is_rare);
    uint32_t hash = hash_draft(t->key, d);
    for (struct attr_set *s = *bucket_of(t, hash); s; s = s->hash_next)
        if (s->hash == hash && set_equals(s, d))
            return attr_ref(s);
    struct attr_set *s = t->count < t->max_sets ? set_new(t, d) : NULL;
    if (!s) {
        t->refused++;
        return NULL;
    }
    s->hash = hash;
    s->refs = 1;
    if (t->count >= t->bucket_count)
        grow(t);
    struct attr_set **bucket = bucket_of(t, hash);
    s->hash_next = *bucket;
    *bucket = s;
    t->count++;
    return s;
}

struct attr_set *attr_ref(struct attr_set *s)
{
    if (s) {
        assert(s->refs < UINT32_MAX);
        s->refs++;
    }
    return s;
}

void attr_unref(struct attr_table *t, struct attr_set *s)
{
    if (!s)
        return;
    assert(s->refs > 0);
    if (--s->refs > 0)
        return;
    struct attr_set **at = bucket_of(t, s->hash);
    while (*at != s)
        at = &(*at)->hash_next;
    *at = s->hash_next;
    t->count--;
    size_t bytes = set_bytes(s->head.span_len, s->head.is_rare);
    struct slab *slab = slab_for(t, bytes);
    if (slab)
        slab_free(slab, s);
    else
        mem_free(MEM_ATTR, s, bytes);
}
