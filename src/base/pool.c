#include "base/pool.h"

#include <string.h>

void pool_init(struct pool *p, enum mem_tag tag, size_t object_bytes, uint32_t max)
{
    assert(object_bytes >= 4 && object_bytes % 4 == 0 && object_bytes < 4096);
    *p = (struct pool){
        .object_bytes = (uint32_t)object_bytes,
        .end = 1,
        .max = MIN(max, UINT32_MAX - 1),
        .tag = tag,
    };
}

static size_t page_bytes(const struct pool *p)
{
    return (size_t)p->object_bytes * POOL_PAGE_OBJECTS;
}

void pool_done(struct pool *p)
{
    for (uint32_t i = 0; i < p->page_count; i++)
        mem_free(p->tag, p->pages[i], page_bytes(p));
    mem_free(p->tag, p->pages, p->page_cap * sizeof(*p->pages));
    *p = (struct pool){ .object_bytes = p->object_bytes, .end = 1, .max = p->max, .tag = p->tag };
}

size_t pool_bytes(const struct pool *p)
{
    return p->page_count * page_bytes(p) + p->page_cap * sizeof(*p->pages);
}

/* Room for the handle `end`. */
static bool add_page(struct pool *p)
{
    if (p->page_count == p->page_cap) {
        uint32_t cap = p->page_cap ? p->page_cap * 2 : 4;
        void *pages =
            mem_resize(p->tag, p->pages, p->page_cap * sizeof(*p->pages), cap * sizeof(*p->pages));
        if (!pages)
            return false;
        p->pages = pages;
        p->page_cap = cap;
    }
    p->pages[p->page_count] = mem_alloc(p->tag, page_bytes(p));
    if (!p->pages[p->page_count])
        return false;
    p->page_count++;
    return true;
}

uint32_t pool_alloc(struct pool *p)
{
    if (p->live >= p->max)
        return 0;
    uint32_t h = p->free_list;
    if (h) {
        void *object = pool_at(p, h);
        memcpy(&p->free_list, object, sizeof(p->free_list));
        memset(object, 0, sizeof(p->free_list)); /* the rest was cleared by pool_free() */
        p->live++;
        return h;
    }
    if (p->end >> POOL_PAGE_SHIFT >= p->page_count && !add_page(p))
        return 0;
    p->live++;
    return p->end++; /* never used since its page came zeroed */
}

void pool_free(struct pool *p, uint32_t handle)
{
    if (handle == 0)
        return;
    assert(p->live > 0);
    void *object = pool_at(p, handle);
    /* Cleared whole, so that a walk sees a freed object as an empty one. */
    memset(object, 0, p->object_bytes);
    memcpy(object, &p->free_list, sizeof(p->free_list));
    p->free_list = handle;
    p->live--;
}
