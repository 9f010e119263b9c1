#include "lab/table.h"

#include <stdlib.h>
#include <string.h>

#include "net/list.h"

/* ---- making ---------------------------------------------------------------------------------- */

static int compare_hops(const void *a, const void *b)
{
    const struct lab_via *x = a, *y = b;
    int by_address = ip_cmp(&x->via, &y->via);
    return by_address ? by_address : strcmp(x->dev, y->dev);
}

static void add_hops(struct lab_entry *e, const struct cloud_route *r, struct lab_via_finder *f)
{
    struct lab_via found[LAB_VIAS_MAX];
    uint32_t n = f->find(f, r, found);
    assert(n <= LAB_VIAS_MAX);
    for (uint32_t i = 0; i < n && e->hop_count < LAB_VIAS_MAX; i++)
        e->hops[e->hop_count++] = found[i];
    e->kind = e->hop_count ? LAB_VIA : LAB_DROP;
    qsort(e->hops, e->hop_count, sizeof(*e->hops), compare_hops);
}

static void take(struct lab_entry *e, const struct cloud_route *r, struct lab_via_finder *f)
{
    if (r->hop == CLOUD_HOP_LOCAL || r->hop == CLOUD_HOP_PEERING)
        e->kind = LAB_HOSTS;
    else if (r->hop != CLOUD_HOP_NONE)
        add_hops(e, r, f);
}

bool lab_table_make(const struct cloud_routes *routes, struct lab_via_finder *finder,
                    struct arena *arena, struct lab_table *ret)
{
    struct lab_entry *last = NULL;
    memset(ret, 0, sizeof(*ret));
    for (uint32_t i = 0; i < routes->rows.count; i++) {
        const struct cloud_route *r = &routes->rows.items[i];
        if (!r->active)
            continue;
        if (!last || !prefix_eq(&last->prefix, &r->prefix)) {
            last = NET_PUSH(arena, &ret->rows);
            if (!last)
                return false;
            last->prefix = r->prefix;
        }
        take(last, r, finder);
    }
    return true;
}

/* ---- changing -------------------------------------------------------------------------------- */

static bool same(const struct lab_entry *a, const struct lab_entry *b)
{
    bool eq = a->kind == b->kind && a->hop_count == b->hop_count;
    for (uint32_t i = 0; eq && i < a->hop_count; i++)
        eq = compare_hops(&a->hops[i], &b->hops[i]) == 0;
    return eq;
}

static void put_prefix(struct text *out, const char *words, const struct lab_entry *e,
                       uint32_t table)
{
    text_str(out, words);
    text_prefix(out, &e->prefix);
    text_str(out, " table ");
    text_u64(out, table);
}

static void put_hops(struct text *out, const struct lab_entry *e)
{
    for (uint32_t i = 0; i < e->hop_count; i++) {
        if (e->hop_count > 1)
            text_str(out, " nexthop");
        if (e->hops[i].via.family != IP_NONE) {
            text_str(out, " via ");
            text_ip(out, &e->hops[i].via);
        }
        text_str(out, " dev ");
        text_str(out, e->hops[i].dev);
        if (e->hops[i].via.family != IP_NONE)
            text_str(out, " onlink");
    }
}

static void put_entry(struct text *out, const struct lab_entry *e, uint32_t table)
{
    static const char *const words[] = {
        [LAB_DROP] = "route replace blackhole ",
        [LAB_HOSTS] = "route replace throw ",
        [LAB_VIA] = "route replace ",
    };
    put_prefix(out, words[e->kind], e, table);
    put_hops(out, e);
    text_str(out, "\n");
}

void lab_table_change(const struct lab_table *old, const struct lab_table *now, uint32_t number,
                      struct text *out)
{
    uint32_t o = 0, n = 0;
    while (o < old->rows.count || n < now->rows.count) {
        const struct lab_entry *a = o < old->rows.count ? &old->rows.items[o] : NULL;
        const struct lab_entry *b = n < now->rows.count ? &now->rows.items[n] : NULL;
        int order = !a ? 1 : !b ? -1 : prefix_cmp(&a->prefix, &b->prefix);
        if (order < 0) {
            put_prefix(out, "route del ", a, number);
            text_str(out, "\n");
        } else if (order > 0 || !same(a, b)) {
            put_entry(out, b, number);
        }
        o += order <= 0;
        n += order >= 0;
    }
}
