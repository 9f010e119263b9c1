/* How many prefixes each group and each member was told, for summaries that are asked for all the
 * time: counted where the state of an adj changes. A member does not hear of what it sent itself,
 * so what it was told is what the group was, less its own. Without memory for a counter, the table
 * is walked instead. */
#include "rib/table.h"

/* The counter of what the member is not told of; NULL without memory. */
static uint32_t *own_of(struct group *g, uint32_t peer)
{
    if (peer >= g->own_cap) {
        uint32_t cap = g->own_cap ? g->own_cap : 8;
        while (cap <= peer)
            cap *= 2;
        void *v =
            mem_resize(MEM_RIB_TABLE, g->own, g->own_cap * sizeof(*g->own), cap * sizeof(*g->own));
        if (!v)
            return NULL;
        g->own = v;
        g->own_cap = cap;
    }
    return &g->own[peer];
}

static void count_own(struct group *g, uint32_t peer, int by)
{
    uint32_t *own = own_of(g, peer);
    if (own)
        *own += (uint32_t)by;
    else
        g->is_uncounted = true;
}

void rib_count_told(struct group *g, bool is_told, uint32_t source, int by)
{
    if (!is_told)
        return;
    g->told += (uint32_t)by;
    count_own(g, source, by);
}

void rib_count_split(struct group *g, const struct item *it, uint32_t source, int by)
{
    if (it->is_split && it->sent && it->sent_source != source)
        count_own(g, source, by);
}

void rib_counts_clear(struct group *g)
{
    mem_free(MEM_RIB_TABLE, g->own, g->own_cap * sizeof(*g->own));
    g->own = NULL;
    g->own_cap = g->told = 0;
    g->is_uncounted = false;
}

uint32_t rib_count_by_walk(const struct rib *r, unsigned fam, const struct group *g, uint16_t peer)
{
    uint32_t count = 0;
    for (uint32_t h = 1; h < r->tables[fam].dests.end; h++) {
        const struct dest *d = dest_at(r, fam, h);
        if (!(d->flags & DEST_LIVE))
            continue;
        struct rib_offer o = rib_told_so_far(r, d, g, peer);
        count += o.set && (peer == RIB_PEERS_MAX || o.source != peer);
    }
    return count;
}

uint32_t rib_group_count(const struct rib *r, uint16_t group, uint8_t family)
{
    const struct group *g = rib_group_find(r, fam_of(family), group);
    return g ? g->told : 0;
}

uint32_t rib_member_count(const struct rib *r, uint16_t group, uint8_t family, uint16_t peer)
{
    const struct group *g = rib_group_find(r, fam_of(family), group);
    if (!g)
        return 0;
    if (g->is_uncounted)
        return rib_count_by_walk(r, fam_of(family), g, peer);
    return g->told - (peer < g->own_cap ? g->own[peer] : 0);
}
