#include "base/slab.h"

#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLAB_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SLAB_ASAN 1
#endif

/* Under ASan a freed object is poisoned, so that a stale pointer is found as with malloc. */
#ifdef SLAB_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

/* Pages double from the first to the second of these: ten thousand small slabs stay small. */
enum { PAGE_MIN_BYTES = 4096, PAGE_MAX_BYTES = 65536 };

struct slab_page {
    struct slab_page *next;
    size_t bytes;         /* of the page, this header included */
    uint32_t fresh, room; /* objects never given out yet, objects in all */
    _Alignas(16) uint8_t objects[];
};

struct free_object {
    struct free_object *next;
};

void slab_init(struct slab *s, enum mem_tag tag, size_t object_bytes, uint64_t max_objects)
{
    assert(object_bytes <= UINT32_MAX - 7);
    size_t rounded = (MAX(object_bytes, sizeof(struct free_object)) + 7) & ~(size_t)7;
    *s = (struct slab){
        .tag = tag,
        .object_bytes = (uint32_t)rounded,
        .max_objects = max_objects,
    };
}

static struct slab_page *page_new(struct slab *s)
{
    size_t bytes = PAGE_MIN_BYTES;
    if (s->pages)
        bytes = MIN(MAX(s->pages->bytes * 2, bytes), (size_t)PAGE_MAX_BYTES);
    /* At least one object a page, and four where the largest page allows it. */
    size_t four = sizeof(struct slab_page) + (size_t)4 * s->object_bytes;
    size_t one = sizeof(struct slab_page) + s->object_bytes;
    bytes = MAX(bytes, MIN(four, (size_t)PAGE_MAX_BYTES));
    bytes = MAX(bytes, one);
    struct slab_page *page = mem_alloc(s->tag, bytes);
    if (!page)
        return NULL;
    page->bytes = bytes;
    page->room = (uint32_t)((bytes - sizeof(*page)) / s->object_bytes);
    page->fresh = page->room;
    page->next = s->pages;
    s->pages = page;
    return page;
}

void *slab_alloc(struct slab *s)
{
    if (s->live >= s->max_objects)
        return NULL;
    struct free_object *reused = s->free_list;
    if (reused) {
        UNPOISON(reused, s->object_bytes);
        s->free_list = reused->next;
        s->live++;
        return memset(reused, 0, s->object_bytes);
    }
    struct slab_page *page = s->pages;
    if (!page || page->fresh == 0)
        page = page_new(s);
    if (!page)
        return NULL;
    s->live++;
    /* Never used since the page came zeroed from mem_alloc(). */
    return page->objects + (size_t)(page->room - page->fresh--) * s->object_bytes;
}

void slab_free(struct slab *s, void *object)
{
    if (!object)
        return;
    assert(s->live > 0);
    struct free_object *f = object;
    f->next = s->free_list;
    s->free_list = f;
    s->live--;
    POISON(object, s->object_bytes);
}

void slab_done(struct slab *s)
{
    for (struct slab_page *page = s->pages, *next; page; page = next) {
        next = page->next;
        UNPOISON(page, page->bytes);
        mem_free(s->tag, page, page->bytes);
    }
    s->pages = NULL;
    s->free_list = NULL;
    s->live = 0;
}
