/* After the last line: what was removed is swept, lists are sorted, what was not said is filled in.
 */
#include "config/parser.h"

#include <stdlib.h>

/* Removes the lists without entries: an empty list is as good as an undefined one on both, and no
 * line would say that it is there. */
#define DROP_EMPTY(list)                                                                           \
    do {                                                                                           \
        uint32_t kept_ = 0;                                                                        \
        for (uint32_t i_ = 0; i_ < (list).n; i_++) {                                               \
            if ((list).v[i_].entries.n > 0)                                                        \
                (list).v[kept_++] = (list).v[i_];                                                  \
        }                                                                                          \
        (list).n = kept_;                                                                          \
    } while (0)

/* Sorts by sequence number; numbers are unique within a list. */
#define SORT(list, type)                                                                           \
    do {                                                                                           \
        bool sorted_ = true;                                                                       \
        for (uint32_t i_ = 1; i_ < (list).n && sorted_; i_++)                                      \
            sorted_ = (list).v[i_ - 1].seq <= (list).v[i_].seq;                                    \
        if (!sorted_)                                                                              \
            qsort((list).v, (list).n, sizeof((list).v[0]), by_seq_##type);                         \
    } while (0)

#define BY_SEQ(type)                                                                               \
    static int by_seq_##type(const void *a, const void *b)                                         \
    {                                                                                              \
        uint32_t x = ((const struct config_##type *)a)->seq;                                       \
        uint32_t y = ((const struct config_##type *)b)->seq;                                       \
        return (x > y) - (x < y);                                                                  \
    }

BY_SEQ(prefix_entry)
BY_SEQ(as_path_entry)
BY_SEQ(community_entry)
BY_SEQ(acl_entry)
BY_SEQ(route_map_entry)

/* IOS shows no numbers in these lists: only the order counts. */
#define RENUMBER(list)                                                                             \
    do {                                                                                           \
        for (uint32_t i_ = 0; c->dialect == DIALECT_IOS && i_ < (list).n; i_++)                    \
            (list).v[i_].seq = 5 * (i_ + 1);                                                       \
    } while (0)

static void finish_lists(struct config *c)
{
    SWEEP(c->prefix_lists);
    for (uint32_t i = 0; i < c->prefix_lists.n; i++) {
        SWEEP(c->prefix_lists.v[i].entries);
        SORT(c->prefix_lists.v[i].entries, prefix_entry);
    }
    SWEEP(c->as_path_lists);
    for (uint32_t i = 0; i < c->as_path_lists.n; i++) {
        SWEEP(c->as_path_lists.v[i].entries);
        SORT(c->as_path_lists.v[i].entries, as_path_entry);
        RENUMBER(c->as_path_lists.v[i].entries);
    }
    SWEEP(c->community_lists);
    for (uint32_t i = 0; i < c->community_lists.n; i++) {
        SWEEP(c->community_lists.v[i].entries);
        SORT(c->community_lists.v[i].entries, community_entry);
        RENUMBER(c->community_lists.v[i].entries);
    }
    SWEEP(c->access_lists);
    for (uint32_t i = 0; i < c->access_lists.n; i++) {
        SWEEP(c->access_lists.v[i].entries);
        SORT(c->access_lists.v[i].entries, acl_entry);
    }
    DROP_EMPTY(c->prefix_lists);
    DROP_EMPTY(c->as_path_lists);
    DROP_EMPTY(c->community_lists);
    DROP_EMPTY(c->access_lists);
}

static void finish_route_maps(struct config *c)
{
    SWEEP(c->route_maps);
    for (uint32_t i = 0; i < c->route_maps.n; i++) {
        struct config_route_map *map = &c->route_maps.v[i];
        SWEEP(map->entries);
        SORT(map->entries, route_map_entry);
        for (uint32_t k = 0; k < map->entries.n; k++) {
            SWEEP(map->entries.v[k].matches);
            SWEEP(map->entries.v[k].sets);
        }
    }
    DROP_EMPTY(c->route_maps);
}

/* Groups before neighbors, as both dialects print them. */
static void sort_neighbors(struct parser *p)
{
    struct config_bgp *b = &p->c->bgp;
    struct config_neighbor *sorted = arena_alloc(&p->c->arena, b->neighbors.n * sizeof(*sorted));
    if (!sorted) {
        p->full = true;
        return;
    }
    uint32_t n = 0;
    for (unsigned group = 2; group-- > 0;) {
        for (uint32_t i = 0; i < b->neighbors.n; i++) {
            if (b->neighbors.v[i].is_group == (group == 1))
                sorted[n++] = b->neighbors.v[i];
        }
    }
    b->neighbors.v = sorted;
    b->neighbors.cap = n;
}

/* IPv4 before IPv6, as both dialects print them. */
static void sort_statics(struct parser *p)
{
    struct config *c = p->c;
    struct config_static *sorted = arena_alloc(&c->arena, c->statics.n * sizeof(*sorted));
    if (!sorted) {
        p->full = true;
        return;
    }
    uint32_t n = 0;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        for (uint32_t i = 0; i < c->statics.n; i++) {
            if ((c->statics.v[i].prefix.family == IP_V6) == (v6 == 1))
                sorted[n++] = c->statics.v[i];
        }
    }
    c->statics.v = sorted;
    c->statics.cap = n;
}

void finish_neighbors(struct parser *p)
{
    SWEEP(p->c->bgp.neighbors);
}

static void finish_bgp(struct parser *p)
{
    struct config *c = p->c;
    SWEEP(c->bgp.neighbors);
    sort_neighbors(p);
    for (unsigned i = 0; i < CONFIG_AF_COUNT; i++) {
        SWEEP(c->bgp.af[i].networks);
        SWEEP(c->bgp.af[i].aggregates);
    }
    if (!p->timers_said) {
        bool fast = c->dialect == DIALECT_FRR && c->datacenter;
        c->bgp.keepalive_s = fast ? 3 : 60;
        c->bgp.hold_s = fast ? 9 : 180;
    }
    if (c->bgp.default_local_pref == 0)
        c->bgp.default_local_pref = 100;
}

void finish_config(struct parser *p)
{
    struct config *c = p->c;
    parser_inert_finish(p); /* by index: before interfaces move */
    SWEEP(c->interfaces);
    for (uint32_t i = 0; i < c->interfaces.n; i++)
        SWEEP(c->interfaces.v[i].addresses);
    SWEEP(c->statics);
    sort_statics(p);
    finish_lists(c);
    finish_route_maps(c);
    finish_bgp(p);
    SWEEP(c->nat_lists);
    SWEEP(c->nat_pools);
    finish_crypto(c);
    nat_expand(p);
}
