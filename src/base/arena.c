#include "base/arena.h"

#include <string.h>

#include "base/mem.h"

/* Blocks double from the first to the second of these; a larger allocation gets its own block. */
enum { BLOCK_MIN_BYTES = 4096, BLOCK_MAX_BYTES = 65536, ALIGN_BYTES = 16 };

struct arena_block {
    struct arena_block *next;
    size_t room, used; /* bytes of data[], and those taken */
    _Alignas(ALIGN_BYTES) uint8_t data[];
};

void arena_init(struct arena *a, size_t limit_bytes)
{
    *a = (struct arena){ .limit_bytes = limit_bytes };
}

static struct arena_block *block_new(struct arena *a, size_t n)
{
    size_t room = BLOCK_MIN_BYTES;
    if (a->blocks)
        room = MIN(MAX(a->blocks->room * 2, room), (size_t)BLOCK_MAX_BYTES);
    room = MAX(room, n);
    struct arena_block *b = mem_alloc(MEM_ARENA, sizeof(*b) + room);
    if (!b)
        return NULL;
    b->room = room;
    b->next = a->blocks;
    a->blocks = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (a->failed || n > a->limit_bytes - a->used) {
        a->failed = true;
        return NULL;
    }
    size_t rounded = (MAX(n, (size_t)1) + ALIGN_BYTES - 1) & ~(size_t)(ALIGN_BYTES - 1);
    if (rounded > a->limit_bytes - a->used) {
        a->failed = true;
        return NULL;
    }
    struct arena_block *b = a->blocks;
    if (!b || b->room - b->used < rounded)
        b = block_new(a, rounded);
    if (!b) {
        a->failed = true;
        return NULL;
    }
    uint8_t *at = b->data + b->used;
    b->used += rounded;
    a->used += rounded;
    memset(at, 0, rounded);
    return at;
}

void *arena_copy(struct arena *a, const void *from, size_t n)
{
    void *to = arena_alloc(a, n);
    if (to && n)
        memcpy(to, from, n);
    return to;
}

char *arena_strn(struct arena *a, const char *s, size_t len)
{
    if (len == SIZE_MAX) {
        a->failed = true;
        return NULL;
    }
    char *to = arena_alloc(a, len + 1);
    if (to && len)
        memcpy(to, s, len);
    return to;
}

char *arena_str(struct arena *a, const char *s)
{
    return arena_strn(a, s, strlen(s));
}

static void block_free(struct arena_block *b)
{
    mem_free(MEM_ARENA, b, sizeof(*b) + b->room);
}

void arena_reset(struct arena *a)
{
    /* The largest block of ordinary size stays: one huge request does not hold memory for ever. */
    struct arena_block *keep = NULL;
    for (struct arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        struct arena_block *drop = b;
        if (b->room <= BLOCK_MAX_BYTES && (!keep || b->room > keep->room)) {
            drop = keep;
            keep = b;
        }
        if (drop)
            block_free(drop);
    }
    if (keep) {
        keep->next = NULL;
        keep->used = 0;
    }
    a->blocks = keep;
    a->used = 0;
    a->failed = false;
}

void arena_done(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        block_free(b);
    }
    *a = (struct arena){ .limit_bytes = a->limit_bytes };
}
