#include <string.h>

#include "lab/impair_impl.h"

void lab_impair_line_init(struct lab_impair_line *l, const struct lab_impair_spec *spec)
{
    *l = (struct lab_impair_line){ .spec = *spec, .rng = rng_init(spec->seed) };
    timer_heap_init(&l->heap);
}

void lab_impair_line_done(struct lab_impair_line *l)
{
    struct lab_impair_frame *f;
    while ((f = lab_impair_line_take(l, NS_NEVER - 1)))
        lab_impair_line_free(l, f);
    timer_heap_done(&l->heap);
    assert(l->held == 0);
}

void lab_impair_line_change(struct lab_impair_line *l, const struct lab_impair_spec *spec)
{
    l->spec = *spec;
    l->rng = rng_init(spec->seed);
    /* What waits for the old rate has its times already. */
    l->state.free_at = 0;
}

static size_t size_of(uint32_t len)
{
    return sizeof(struct lab_impair_frame) + len;
}

/* Without room it is dropped, as by a queue that is full. */
static bool hold(struct lab_impair_line *l, ns_t at, const uint8_t *bytes, uint32_t len)
{
    size_t n = size_of(len);
    if (l->held + n > LAB_IMPAIR_HELD_BYTES)
        return false;
    struct lab_impair_frame *f = mem_alloc(MEM_MISC, n);
    if (!f)
        return false;
    f->len = len;
    memcpy(f->bytes, bytes, len);
    if (timer_set(&l->heap, &f->timer, at) != 0) {
        mem_free(MEM_MISC, f, n);
        return false;
    }
    l->held += n;
    l->count.under_way++;
    return true;
}

void lab_impair_line_send(struct lab_impair_line *l, ns_t now, const uint8_t *bytes, uint32_t len)
{
    struct transit_result r = transit_pass(&l->spec.line, &l->state, &l->rng, now, len);
    uint32_t held = 0;
    l->count.frames++;
    l->count.lost += r.fate == TRANSIT_LOST;
    for (uint32_t i = 0; i < r.copies; i++) {
        if (!hold(l, r.copy[i].at, bytes, len))
            continue;
        l->count.reordered += r.copy[i].held_back;
        held++;
    }
    l->count.duplicated += held == TRANSIT_COPIES_MAX;
    l->count.queue_full += r.fate != TRANSIT_LOST && held == 0;
}

ns_t lab_impair_line_next(const struct lab_impair_line *l)
{
    return timer_next(&l->heap);
}

struct lab_impair_frame *lab_impair_line_take(struct lab_impair_line *l, ns_t now)
{
    struct timer *t = timer_pop(&l->heap, now);
    return t ? container_of(t, struct lab_impair_frame, timer) : NULL;
}

void lab_impair_line_free(struct lab_impair_line *l, struct lab_impair_frame *f)
{
    size_t n = size_of(f->len);
    assert(l->held >= n && l->count.under_way > 0);
    l->held -= n;
    l->count.under_way--;
    mem_free(MEM_MISC, f, n);
}
