#include "config/index.h"

#include <string.h>

#include "base/hash.h"

/* The text is a user's own: the key only spreads, it need not be secret. */
#define INDEX_KEY UINT64_C(0x9ae16a3b2f90404f)

enum { INDEX_FIRST = 256 };

void index_init(struct index *x, struct arena *arena)
{
    *x = (struct index){ .arena = arena };
}

static uint64_t hash_of(enum index_kind kind, uint32_t owner, const void *key, size_t len)
{
    return hash_bytes(INDEX_KEY ^ ((uint64_t)kind << 32 | owner), key, len);
}

static struct index_entry *probe(const struct index *x, uint64_t hash, const void *key, size_t len)
{
    for (uint32_t i = (uint32_t)hash & (x->cap - 1);; i = (i + 1) & (x->cap - 1)) {
        struct index_entry *e = &x->slots[i];
        if (!e->key || (e->hash == hash && e->len == len && memcmp(e->key, key, len) == 0))
            return e;
    }
}

uint32_t *index_find(const struct index *x, enum index_kind kind, uint32_t owner, const void *key,
                     size_t len)
{
    if (x->cap == 0)
        return NULL;
    struct index_entry *e = probe(x, hash_of(kind, owner, key, len), key, len);
    return e->key ? &e->value : NULL;
}

static bool grow(struct index *x)
{
    uint32_t old_cap = x->cap;
    struct index_entry *old = x->slots;
    uint32_t cap = old_cap ? old_cap * 2 : INDEX_FIRST;
    struct index_entry *slots = arena_alloc(x->arena, cap * sizeof(*slots));
    if (!slots)
        return false;
    x->slots = slots;
    x->cap = cap;
    for (uint32_t i = 0; i < old_cap; i++) {
        if (old[i].key)
            *probe(x, old[i].hash, old[i].key, old[i].len) = old[i];
    }
    return true;
}

uint32_t *index_make(struct index *x, enum index_kind kind, uint32_t owner, const void *key,
                     size_t len)
{
    if (x->n * 2 >= x->cap && !grow(x))
        return NULL;
    uint64_t hash = hash_of(kind, owner, key, len);
    struct index_entry *e = probe(x, hash, key, len);
    if (!e->key) {
        char *copy = arena_strn(x->arena, key, len);
        if (!copy)
            return NULL;
        *e = (struct index_entry){
            .hash = hash, .key = copy, .len = (uint32_t)len, .value = INDEX_NONE
        };
        x->n++;
    }
    return &e->value;
}
