#include "fib/marks.h"

#include <string.h>

#include "base/mem.h"

static uint64_t bit_of(uint32_t n)
{
    return UINT64_C(1) << (n & 63);
}

static uint32_t top_words(uint32_t words)
{
    return (words + 63) / 64;
}

/* Bits and top stand in one block. */
static size_t block_bytes(uint32_t words)
{
    return ((size_t)words + top_words(words)) * sizeof(uint64_t);
}

bool marks_reserve(struct marks *m, uint32_t handle)
{
    if (handle / 64 < m->words)
        return true;
    uint32_t words = m->words ? m->words : 2;
    while (words <= handle / 64)
        words *= 2;
    uint64_t *bits = mem_alloc(MEM_FIB, block_bytes(words)), *top = bits + words;
    if (!bits)
        return false;
    if (m->words) {
        memcpy(bits, m->bits, m->words * sizeof(*bits));
        memcpy(top, m->top, top_words(m->words) * sizeof(*top));
    }
    mem_free(MEM_FIB, m->bits, m->words ? block_bytes(m->words) : 0);
    m->bits = bits;
    m->top = top;
    m->words = words;
    return true;
}

void marks_done(struct marks *m)
{
    mem_free(MEM_FIB, m->bits, m->words ? block_bytes(m->words) : 0);
    *m = (struct marks){ 0 };
}

void marks_set(struct marks *m, uint32_t handle)
{
    uint32_t w = handle / 64;
    assert(w < m->words);
    m->count += !(m->bits[w] & bit_of(handle));
    m->bits[w] |= bit_of(handle);
    m->top[w / 64] |= bit_of(w);
}

void marks_clear(struct marks *m, uint32_t handle)
{
    uint32_t w = handle / 64;
    assert(w < m->words);
    m->count -= (m->bits[w] & bit_of(handle)) != 0;
    m->bits[w] &= ~bit_of(handle);
    if (m->bits[w] == 0)
        m->top[w / 64] &= ~bit_of(w);
}

bool marks_has(const struct marks *m, uint32_t handle)
{
    return handle / 64 < m->words && m->bits[handle / 64] & bit_of(handle);
}

uint32_t marks_next(struct marks *m)
{
    if (m->count == 0)
        return 0;
    uint32_t t = m->cursor / 64, tops = top_words(m->words);
    uint64_t left = m->top[t] & (UINT64_MAX << (m->cursor & 63));
    while (left == 0) { /* some word has a bit: this ends within one round */
        t = t + 1 < tops ? t + 1 : 0;
        left = m->top[t];
    }
    m->cursor = t * 64 + (uint32_t)__builtin_ctzll(left);
    return m->cursor * 64 + (uint32_t)__builtin_ctzll(m->bits[m->cursor]);
}
