/* Prefixes by hash. The table doubles when it holds as many dests as heads; without memory for that
 * it stays, with longer chains. Sixteen neighbours share a line of heads, since tables come and go
 * in runs of neighbours. */
#include <string.h>

#include "base/hash.h"
#include "rib/table.h"

enum { TABLE_MIN = 256 };

static inline uint64_t hash_parts(uint64_t key, uint64_t high, uint64_t low, uint8_t len)
{
    return hash_mix(hash_mix(hash_mix(high + key) ^ low) + (key ^ len));
}

/* Neighbours, which differ in the last four bits of the prefix, differ in the last four bits of the
 * hash alone. In which order is as secret as the rest, so nobody can aim at one head of the line.
 */
static inline uint64_t hash_run(uint64_t key, uint64_t high, uint64_t unit, uint8_t len)
{
    uint64_t h = hash_parts(key, high, unit >> 4, len);
    return h ^ (unit & 15);
}

static inline uint64_t hash_key(const struct rib *r, unsigned fam, uint8_t len, const uint8_t *b)
{
    uint64_t key = r->params.hash_key;
    if (fam == FAM_V4)
        return hash_run(key, 0, (uint64_t)ip_load32(b) >> (32 - len), len);
    uint64_t high = ip_load64(b), low = ip_load64(b + 8);
    if (len > 64)
        return hash_run(key, high, low >> (128 - len), len);
    return hash_run(key, 0, len ? high >> (64 - len) : 0, len);
}

uint64_t rib_hash(const struct rib *r, const struct prefix *p)
{
    return hash_key(r, fam_of(p->family), p->len, p->b);
}

uint32_t rib_shard_of(const struct prefix *p, uint32_t shards)
{
    /* Without a key: every thread must agree, and the worst a peer gains is one busy shard. */
    uint64_t h = hash_parts(UINT64_C(0x5368617264), ip_load64(p->b), ip_load64(p->b + 8), p->len);
    return shards > 1 ? (uint32_t)((h >> 32) % shards) : 0;
}

static inline bool dest_is(const struct dest *d, unsigned fam, const struct prefix *p)
{
    return d->len == p->len && memcmp(d->addr, p->b, 4) == 0 &&
           (fam == FAM_V4 || memcmp(d->addr + 4, p->b + 4, 12) == 0);
}

uint32_t rib_dest_find(const struct rib *r, unsigned fam, const struct prefix *p, uint64_t hash)
{
    const struct dest_table *t = &r->tables[fam];
    if (t->size == 0)
        return 0;
    uint32_t h = t->heads[hash & (t->size - 1)];
    while (h) {
        const struct dest *d = pool_at(&t->dests, h);
        if (dest_is(d, fam, p))
            break;
        h = d->hash_next;
    }
    return h;
}

/* Every dest into heads of twice the size, in the order of handles, that is of memory. */
static void table_grow(struct rib *r, unsigned fam)
{
    struct dest_table *t = &r->tables[fam];
    uint32_t size = t->size ? t->size * 2 : TABLE_MIN;
    uint32_t *heads = mem_alloc(MEM_RIB_TABLE, size * sizeof(*heads));
    if (!heads)
        return;
    for (uint32_t h = 1; h < t->dests.end; h++) {
        struct dest *d = pool_at(&t->dests, h);
        if (!(d->flags & DEST_LIVE))
            continue;
        uint32_t *head = &heads[hash_key(r, fam, d->len, d->addr) & (size - 1)];
        d->hash_next = *head;
        *head = h;
    }
    mem_free(MEM_RIB_TABLE, t->heads, t->size * sizeof(*heads));
    t->heads = heads;
    t->size = size;
}

uint32_t rib_dest_get(struct rib *r, unsigned fam, const struct prefix *p, uint64_t hash)
{
    struct dest_table *t = &r->tables[fam];
    uint32_t h = rib_dest_find(r, fam, p, hash);
    if (h)
        return h;
    if (t->dests.live >= t->size && t->size < UINT32_C(1) << 31)
        table_grow(r, fam);
    if (t->size == 0)
        return 0;
    h = pool_alloc(&t->dests);
    if (h == 0)
        return 0;
    struct dest *d = pool_at(&t->dests, h);
    uint32_t *head = &t->heads[hash & (t->size - 1)];
    d->len = p->len;
    d->flags = DEST_LIVE;
    memcpy(d->addr, p->b, fam == FAM_V6 ? 16 : 4);
    d->hash_next = *head;
    *head = h;
    return h;
}

void rib_dest_foresee(const struct rib *r, unsigned fam, const struct dest *d)
{
    const struct dest_table *t = &r->tables[fam];
    if (!d->routes)
        __builtin_prefetch(&t->heads[hash_key(r, fam, d->len, d->addr) & (t->size - 1)]);
}

void rib_dest_release(struct rib *r, unsigned fam, uint32_t handle)
{
    struct dest_table *t = &r->tables[fam];
    struct dest *d = dest_at(r, fam, handle);
    if (d->routes || d->adj || d->flags & (DEST_QUEUED | DEST_PINNED))
        return;
    uint32_t *at = &t->heads[hash_key(r, fam, d->len, d->addr) & (t->size - 1)];
    while (*at != handle)
        at = &dest_at(r, fam, *at)->hash_next;
    *at = d->hash_next;
    pool_free(&t->dests, handle);
}
