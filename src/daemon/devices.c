#include "daemon/devices.h"

#include <string.h>

#include "base/mem.h"

struct devices *devices_new(bool (*is_there)(const char *name, uint32_t if_index))
{
    struct devices *d = mem_alloc(MEM_MISC, sizeof(*d));
    if (d)
        d->is_there = is_there;
    return d;
}

void devices_free(struct devices *d)
{
    mem_free(MEM_MISC, d, d ? sizeof(*d) : 0);
}

bool devices_have_room(struct devices *d)
{
    for (int i = 0; i < DEVICES_LOOKS_MAX && d->n == DEVICES_MAX; i++) {
        struct device *x = &d->v[d->next];
        if (d->is_there(x->name, x->if_index))
            d->next = (d->next + 1) % DEVICES_MAX;
        else
            *x = d->v[--d->n];
    }
    return d->n < DEVICES_MAX;
}

void devices_add(struct devices *d, const char *name, uint32_t if_index)
{
    assert(d->n < DEVICES_MAX && strlen(name) < DEVICE_NAME_MAX);
    struct device *x = &d->v[d->n++];
    memcpy(x->name, name, strlen(name) + 1);
    x->if_index = if_index;
}
