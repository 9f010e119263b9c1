#include "net/map.h"

#include <string.h>

#include "base/hash.h"

/* Keys come from a file that its owner checks, not from a peer: a constant seed is enough. */
#define SEED UINT64_C(0x6e65742f6d617031)

void net_map_init(struct net_map *m, struct arena *arena)
{
    *m = (struct net_map){ .arena = arena };
}

/* The slot of the key, or the free one where it would stand. */
static struct net_map_slot *slot_of(struct net_map *m, const void *key, size_t len)
{
    uint32_t mask = m->cap - 1;
    uint32_t i = (uint32_t)hash_bytes(SEED, key, len) & mask;
    for (;; i = (i + 1) & mask) {
        struct net_map_slot *s = &m->slots[i];
        m->probes++;
        if (s->len == 0 || (s->len == len && memcmp(s->key, key, len) == 0))
            return s;
    }
}

static bool grow(struct net_map *m)
{
    struct net_map old = *m;
    uint32_t cap = old.cap ? 2 * old.cap : 64;
    struct net_map_slot *slots = arena_alloc(m->arena, (size_t)cap * sizeof(*slots));
    if (!slots)
        return false;
    m->slots = slots;
    m->cap = cap;
    for (uint32_t i = 0; i < old.cap; i++) {
        if (old.slots[i].len > 0)
            *slot_of(m, old.slots[i].key, old.slots[i].len) = old.slots[i];
    }
    return true;
}

uint32_t *net_map_find(struct net_map *m, const void *key, size_t len)
{
    assert(len > 0 && len <= NET_KEY_MAX);
    if (m->cap == 0)
        return NULL;
    struct net_map_slot *s = slot_of(m, key, len);
    return s->len ? &s->value : NULL;
}

uint32_t *net_map_make(struct net_map *m, const void *key, size_t len)
{
    assert(len > 0 && len <= NET_KEY_MAX);
    /* At most half full, so that there is always a free slot to stop at. */
    if (2 * (m->count + 1) > m->cap && !grow(m))
        return NULL;
    struct net_map_slot *s = slot_of(m, key, len);
    if (s->len == 0) {
        memcpy(s->key, key, len);
        s->len = (uint8_t)len;
        s->value = UINT32_MAX;
        m->count++;
    }
    return &s->value;
}
