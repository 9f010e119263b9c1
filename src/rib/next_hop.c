/* Next hops, shared and counted by routes, and what the FIB says of them. One that nobody uses any
 * more lives on until its owner has been told that it need not be tracked. */
#include <string.h>

#include "base/hash.h"
#include "rib/table.h"

static uint64_t address_hash(const struct rib *r, const struct ip_addr *a)
{
    return hash_bytes(r->params.hash_key, a->b, sizeof(a->b));
}

static uint32_t find(const struct rib *r, const struct ip_addr *address)
{
    if (r->nh_size == 0)
        return 0;
    uint32_t h = r->nh_heads[address_hash(r, address) & (r->nh_size - 1)];
    while (h && !ip_eq(&next_hop_at(r, h)->address, address))
        h = next_hop_at(r, h)->hash_next;
    return h;
}

static void grow(struct rib *r)
{
    uint32_t size = r->nh_size ? r->nh_size * 2 : 16;
    uint32_t *heads = mem_alloc(MEM_RIB_TABLE, size * sizeof(*heads));
    if (!heads)
        return;
    for (uint32_t i = 0; i < r->nh_size; i++) {
        for (uint32_t h = r->nh_heads[i], next; h; h = next) {
            struct next_hop *nh = next_hop_at(r, h);
            uint32_t *head = &heads[address_hash(r, &nh->address) & (size - 1)];
            next = nh->hash_next;
            nh->hash_next = *head;
            *head = h;
        }
    }
    mem_free(MEM_RIB_TABLE, r->nh_heads, r->nh_size * sizeof(*heads));
    r->nh_heads = heads;
    r->nh_size = size;
}

static void enqueue(struct rib *r, uint32_t h, struct next_hop *nh)
{
    if (nh->is_queued)
        return;
    nh->is_queued = true;
    nh->queue_next = 0;
    if (r->nh_queue_last)
        next_hop_at(r, r->nh_queue_last)->queue_next = h;
    else
        r->nh_queue_first = h;
    r->nh_queue_last = h;
}

uint32_t rib_next_hop_get(struct rib *r, const struct ip_addr *address)
{
    uint32_t h = find(r, address);
    if (h) {
        next_hop_at(r, h)->refs++;
        return h;
    }
    if (r->next_hops.live >= r->nh_size)
        grow(r);
    if (r->nh_size == 0)
        return 0;
    h = pool_alloc(&r->next_hops);
    if (h == 0)
        return 0;
    struct next_hop *nh = next_hop_at(r, h);
    nh->address = *address;
    nh->refs = 1;
    uint32_t *head = &r->nh_heads[address_hash(r, address) & (r->nh_size - 1)];
    nh->hash_next = *head;
    *head = h;
    enqueue(r, h, nh);
    return h;
}

void rib_next_hop_put(struct rib *r, uint32_t handle)
{
    if (handle == 0)
        return;
    struct next_hop *nh = next_hop_at(r, handle);
    assert(nh->refs > 0);
    if (--nh->refs == 0)
        enqueue(r, handle, nh);
}

static void destroy(struct rib *r, uint32_t handle)
{
    struct next_hop *nh = next_hop_at(r, handle);
    uint32_t *at = &r->nh_heads[address_hash(r, &nh->address) & (r->nh_size - 1)];
    while (*at != handle)
        at = &next_hop_at(r, *at)->hash_next;
    *at = nh->hash_next;
    pool_free(&r->next_hops, handle);
}

bool rib_next_tracked(struct rib *r, struct ip_addr *ret_next_hop, bool *ret_track)
{
    while (r->nh_queue_first) {
        uint32_t h = r->nh_queue_first;
        struct next_hop *nh = next_hop_at(r, h);
        r->nh_queue_first = nh->queue_next;
        if (r->nh_queue_first == 0)
            r->nh_queue_last = 0;
        nh->is_queued = false;
        bool was_tracked = nh->is_tracked, is_wanted = nh->refs > 0;
        nh->is_tracked = is_wanted;
        struct ip_addr address = nh->address;
        if (!is_wanted)
            destroy(r, h);
        if (was_tracked == is_wanted)
            continue;
        *ret_next_hop = address;
        *ret_track = is_wanted;
        return true;
    }
    return false;
}

void rib_next_hop_set(struct rib *r, const struct rib_next_hop *said)
{
    uint32_t h = find(r, &said->address);
    if (h == 0)
        return; /* no route uses it any more */
    struct next_hop *nh = next_hop_at(r, h);
    if (nh->is_known && nh->reachable == said->reachable && nh->connected == said->connected &&
        nh->is_own == said->is_own && nh->metric == said->metric)
        return;
    nh->is_known = true;
    nh->reachable = said->reachable;
    nh->connected = said->connected;
    nh->is_own = said->is_own;
    nh->metric = said->metric;
    if (nh->refs > 0)
        rib_due(r, &nh->due);
}
