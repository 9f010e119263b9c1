#include "fib/table.h"

#include <errno.h>

#include "base/mem.h"

enum { BUCKETS_MIN = 16 };

void table_done(struct table *t)
{
    mem_free(MEM_FIB, t->buckets, t->bucket_count * sizeof(struct table_link *));
    *t = (struct table){ 0 };
}

static struct table_link **bucket(const struct table *t, uint64_t hash)
{
    return &t->buckets[hash & (t->bucket_count - 1)];
}

static struct table_link *same_hash(struct table_link *l, uint64_t hash)
{
    while (l && l->hash != hash)
        l = l->next;
    return l;
}

struct table_link *table_first(const struct table *t, uint64_t hash)
{
    return t->bucket_count ? same_hash(*bucket(t, hash), hash) : NULL;
}

struct table_link *table_next(const struct table_link *l)
{
    return same_hash(l->next, l->hash);
}

/* Failure to grow is no failure: the chains only get longer. */
static void grow(struct table *t)
{
    uint32_t count = t->bucket_count ? t->bucket_count * 2 : BUCKETS_MIN;
    struct table bigger = { .bucket_count = count, .count = t->count };
    bigger.buckets = mem_alloc(MEM_FIB, count * sizeof(struct table_link *));
    if (!bigger.buckets)
        return;
    for (uint32_t i = 0; i < t->bucket_count; i++) {
        for (struct table_link *l = t->buckets[i], *next; l; l = next) {
            next = l->next;
            struct table_link **b = bucket(&bigger, l->hash);
            l->next = *b;
            *b = l;
        }
    }
    table_done(t);
    *t = bigger;
}

err_t table_insert(struct table *t, struct table_link *l, uint64_t hash)
{
    if (t->count >= t->bucket_count && t->bucket_count < UINT32_C(1) << 30)
        grow(t);
    if (t->bucket_count == 0)
        return -ENOMEM;
    struct table_link **b = bucket(t, hash);
    l->hash = hash;
    l->next = *b;
    *b = l;
    t->count++;
    return 0;
}

void table_remove(struct table *t, struct table_link *l)
{
    struct table_link **at = bucket(t, l->hash);
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    t->count--;
}

struct table_link *table_each(const struct table *t, const struct table_link *after)
{
    uint32_t i = 0;
    if (after) {
        if (after->next)
            return after->next;
        i = (uint32_t)(after->hash & (t->bucket_count - 1)) + 1;
    }
    for (; i < t->bucket_count; i++) {
        if (t->buckets[i])
            return t->buckets[i];
    }
    return NULL;
}
