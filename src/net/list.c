#include "net/list.h"

#include <string.h>

bool net_list_grow(struct arena *a, void **items, uint32_t count, uint32_t *cap, size_t size)
{
    assert(count <= *cap);
    if (count < *cap)
        return true;
    if (*cap > UINT32_MAX / 4)
        return false;
    uint32_t more = *cap ? 2 * *cap : 8;
    void *new = arena_alloc(a, more * size);
    if (!new)
        return false;
    if (count > 0)
        memcpy(new, *items, count * size);
    *items = new;
    *cap = more;
    return true;
}
