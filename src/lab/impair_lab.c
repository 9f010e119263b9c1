/* The impaired cables of a lab. */
#include <errno.h>
#include <string.h>

#include "lab/impair.h"

enum { LINE_MAX_BYTES = 1024 };

static const struct lab_end *end_of(const struct lab_plan *p, struct lab_impair_way w)
{
    assert(w.cable < p->cables.count && w.end < 2);
    return &p->cables.items[w.cable].end[w.end];
}

/* Opens the space that sends. */
static err_t open_sender(const struct lab_plan *p, struct lab_impair_way w,
                         struct lab_netns *ret_space)
{
    return lab_netns_open(p->spaces.items[end_of(p, w)->space].netns, ret_space);
}

/* "tky01 to client (eth1)" */
static void put_way(const struct lab_plan *p, struct lab_impair_way w, struct text *t)
{
    const struct lab_impair_way back = { w.cable, 1 - w.end };
    text_str(t, p->spaces.items[end_of(p, w)->space].name);
    text_str(t, " to ");
    text_str(t, p->spaces.items[end_of(p, back)->space].name);
    text_str(t, " (");
    text_str(t, end_of(p, w)->dev);
    text_str(t, ")");
}

/* ---- setting --------------------------------------------------------------------------------- */

static err_t apply_one(const struct lab_plan *p, struct lab_impair_way w,
                       const struct lab_impair_spec *spec, bool *ret_was, struct text *why)
{
    struct lab_netns s;
    struct lab_impair_spec before;
    struct lab_impair_count count;
    put_way(p, w, why);
    text_str(why, ": ");
    err_t rc = open_sender(p, w, &s);
    if (rc != 0) {
        text_str(why, rc == -ENOENT ? "the lab is not up" : strerror(-rc));
        return rc;
    }
    *ret_was = lab_impair_get(&s, end_of(p, w)->dev, &before, &count) == 0;
    rc = lab_impair_set(&s, end_of(p, w)->dev, spec, why);
    lab_netns_close(&s);
    return rc;
}

static err_t clear_one(const struct lab_plan *p, struct lab_impair_way w)
{
    struct lab_netns s;
    err_t rc = open_sender(p, w, &s);
    if (rc != 0)
        return rc;
    rc = lab_impair_clear(&s, end_of(p, w)->dev);
    lab_netns_close(&s);
    return rc;
}

err_t lab_impair_apply(const struct lab_plan *p, const struct lab_impair_way *ways, uint32_t n,
                       const struct lab_impair_spec *spec, struct text *why)
{
    bool was[LAB_IMPAIR_WAYS_MAX] = { false };
    err_t rc = 0;
    uint32_t i = 0;
    assert(n <= LAB_IMPAIR_WAYS_MAX);
    for (; rc == 0 && i < n; i++) {
        struct lab_impair_spec own = *spec;
        size_t len = why->len;
        own.seed += i;
        rc = apply_one(p, ways[i], &own, &was[i], why);
        if (rc == 0)
            why->s[why->len = len] = '\0';
    }
    for (uint32_t k = 0; rc != 0 && k + 1 < i; k++) {
        if (!was[k])
            (void)!clear_one(p, ways[k]);
    }
    return rc;
}

/* ---- all of a lab ---------------------------------------------------------------------------- */

err_t lab_impair_clear_ways(const struct lab_plan *p, const struct lab_impair_way *ways, uint32_t n,
                            struct text *why)
{
    for (uint32_t i = 0; i < n; i++) {
        err_t rc = clear_one(p, ways[i]);
        if (rc == 0 || rc == -ENOENT)
            continue;
        put_way(p, ways[i], why);
        text_str(why, rc == -ETIMEDOUT ? ": its relay does not answer" : ": ");
        text_str(why, rc == -ETIMEDOUT ? "" : strerror(-rc));
        return rc;
    }
    return 0;
}

uint32_t lab_impair_clear_lab(const struct lab_plan *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < 2 * p->cables.count; i++)
        n += clear_one(p, (struct lab_impair_way){ i / 2, i % 2 }) == 0;
    return n;
}

static void put_count(struct text *t, const char *before, uint64_t n, const char *what)
{
    if (n == 0 && *before == ',')
        return;
    text_str(t, before);
    text_u64(t, n);
    text_str(t, what);
}

static void put_line(struct text *t, const struct lab_impair_spec *s,
                     const struct lab_impair_count *c)
{
    text_str(t, ": ");
    lab_impair_text(s, t);
    put_count(t, "; ", c->frames, " frames");
    put_count(t, ", ", c->lost, " lost");
    put_count(t, ", ", c->queue_full, " dropped by a full queue");
    put_count(t, ", ", c->reordered, " reordered");
    put_count(t, ", ", c->duplicated, " duplicated");
    put_count(t, ", ", c->refused, " while it was cut");
    put_count(t, ", ", c->under_way, " under way");
    text_str(t, "\n");
}

uint32_t lab_impair_show(const struct lab_plan *p, lab_sink sink, void *context)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < 2 * p->cables.count; i++) {
        const struct lab_impair_way w = { i / 2, i % 2 };
        struct lab_impair_spec spec;
        struct lab_impair_count count;
        struct lab_netns s;
        char line[LINE_MAX_BYTES];
        struct text t = text_init(line, sizeof(line));
        if (open_sender(p, w, &s) != 0)
            continue;
        err_t rc = lab_impair_get(&s, end_of(p, w)->dev, &spec, &count);
        lab_netns_close(&s);
        if (rc != 0 && rc != -ETIMEDOUT)
            continue;
        put_way(p, w, &t);
        if (rc == 0)
            put_line(&t, &spec, &count);
        else
            text_str(&t, ": its relay does not answer\n");
        sink(context, t.s, t.len);
        n++;
    }
    return n;
}
