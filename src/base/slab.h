/* base/slab.h: objects of one size, in pages, each slab with a maximum. One thread.
 * Freed objects are reused in LIFO order. Pages are given back at slab_done only. */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include "base/base.h"
#include "base/mem.h"

struct slab_page;
struct slab {
    enum mem_tag tag;
    uint32_t object_bytes; /* rounded up to 8 */
    uint64_t live, max_objects;
    struct slab_page *pages;
    void *free_list;
};

/* A slab of objects of object_bytes, at most max_objects of them. */
void slab_init(struct slab *s, enum mem_tag tag, size_t object_bytes, uint64_t max_objects);

/* A zeroed object, or NULL at the maximum or without memory. */
must_use void *slab_alloc(struct slab *s);

/* Gives an object back; NULL is allowed. */
void slab_free(struct slab *s, void *object);

/* Frees every page, whatever is still live. */
void slab_done(struct slab *s);

#endif
