#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The counters and the countdown are the only mutable file-scope variables of base/: allocation is
 * one thing that the whole process shares, and the atomics keep the totals right over threads. */
static _Atomic size_t tag_bytes[MEM_TAG_COUNT];
static _Atomic size_t tag_count[MEM_TAG_COUNT];
static _Atomic uint64_t fail_countdown;

static const char *const tag_names[MEM_TAG_COUNT] = {
#define X(id, name, wiped) [id] = (name),
    MEM_TAGS(X)
#undef X
};

static const bool tag_wiped[MEM_TAG_COUNT] = {
#define X(id, name, wiped) [id] = (wiped),
    MEM_TAGS(X)
#undef X
};

/* Whether this allocation is the one that a test wants to fail. */
static bool is_to_fail(void)
{
    uint64_t left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);
    while (left > 0) {
        if (atomic_compare_exchange_weak(&fail_countdown, &left, left - 1))
            return left == 1;
    }
    return false;
}

/* Compilers leave out a memset() before free(), unless somebody may look at what it did. */
static void wipe(void *p, size_t n)
{
    memset(p, 0, n);
    __asm__ volatile("" : : "r"(p) : "memory");
}

static void account(enum mem_tag tag, size_t add, size_t subtract)
{
    atomic_fetch_add_explicit(&tag_bytes[tag], add - subtract, memory_order_relaxed);
}

void *mem_alloc(enum mem_tag tag, size_t n)
{
    assert(tag < MEM_TAG_COUNT);
    if (is_to_fail())
        return NULL;
    void *p = calloc(1, n ? n : 1);
    if (!p)
        return NULL;
    account(tag, n, 0);
    atomic_fetch_add_explicit(&tag_count[tag], 1, memory_order_relaxed);
    return p;
}

/* realloc() would leave the bytes at the old place. */
static void *move_to(enum mem_tag tag, void *p, size_t old_n, size_t n)
{
    void *q = mem_alloc(tag, n);
    if (!q)
        return NULL;
    memcpy(q, p, MIN(old_n, n));
    mem_free(tag, p, old_n);
    return q;
}

void *mem_resize(enum mem_tag tag, void *p, size_t old_n, size_t n)
{
    assert(tag < MEM_TAG_COUNT);
    if (!p) {
        assert(old_n == 0);
        return mem_alloc(tag, n);
    }
    if (tag_wiped[tag])
        return move_to(tag, p, old_n, n);
    if (is_to_fail())
        return NULL;
    char *q = realloc(p, n ? n : 1);
    if (!q)
        return NULL;
    if (n > old_n)
        memset(q + old_n, 0, n - old_n);
    account(tag, n, old_n);
    return q;
}

void mem_free(enum mem_tag tag, void *p, size_t n)
{
    assert(tag < MEM_TAG_COUNT);
    if (!p)
        return;
    if (tag_wiped[tag])
        wipe(p, n);
    free(p);
    account(tag, 0, n);
    atomic_fetch_sub_explicit(&tag_count[tag], 1, memory_order_relaxed);
}

const char *mem_name(enum mem_tag tag)
{
    assert(tag < MEM_TAG_COUNT);
    return tag_names[tag];
}

size_t mem_bytes(enum mem_tag tag)
{
    assert(tag < MEM_TAG_COUNT);
    return atomic_load_explicit(&tag_bytes[tag], memory_order_relaxed);
}

size_t mem_count(enum mem_tag tag)
{
    assert(tag < MEM_TAG_COUNT);
    return atomic_load_explicit(&tag_count[tag], memory_order_relaxed);
}

void mem_fail_at(uint64_t n)
{
    atomic_store(&fail_countdown, n);
}
