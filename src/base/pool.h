/* base/pool.h: objects of one size behind 32-bit handles, for tables of millions: half the bytes of
 * pointers. Handle 0 is none. Handles count up from 1 and freed ones are reused first (LIFO), so a
 * walk in handle order is a walk in memory order that survives changes. Objects never move.
 * Owned by the embedding struct, one thread. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/base.h"
#include "base/mem.h"

/* 256 objects a page: a page table that stays in the nearest caches at millions of objects, and
 * small nodes that stay small. */
enum { POOL_PAGE_SHIFT = 8, POOL_PAGE_OBJECTS = 1 << POOL_PAGE_SHIFT };

struct pool {
    uint8_t **pages;
    uint32_t page_count, page_cap;
    uint32_t object_bytes; /* a multiple of 4, at least 4 */
    uint32_t end;          /* handles 1..end-1 were given out at some time */
    uint32_t free_list;    /* freed handles, linked through their first 4 bytes */
    uint32_t live, max;
    enum mem_tag tag;
};

/* A pool of objects of object_bytes, at most max of them; no memory is taken yet. */
void pool_init(struct pool *p, enum mem_tag tag, size_t object_bytes, uint32_t max);

/* Frees all pages; every handle is void. */
void pool_done(struct pool *p);

/* The handle of a zeroed object; 0 at the maximum or without memory. */
must_use uint32_t pool_alloc(struct pool *p);

/* Gives the object back; the handle may be handed out again by the next pool_alloc(). */
void pool_free(struct pool *p, uint32_t handle);

/* Bytes that the pool holds. */
size_t pool_bytes(const struct pool *p);

/* The object of a handle other than 0. */
static inline void *pool_at(const struct pool *p, uint32_t handle)
{
    assert(handle != 0 && handle < p->end);
    return p->pages[handle >> POOL_PAGE_SHIFT] +
           (size_t)(handle & (POOL_PAGE_OBJECTS - 1)) * p->object_bytes;
}

#endif
