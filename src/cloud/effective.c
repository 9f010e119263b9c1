#include "cloud/effective_impl.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is common to a topology ------------------------------------------------------------ */

/* Chains keep the order of the list: they are made from its end. */
static bool chain(struct net_map *m, const void *key, uint32_t index, uint32_t *next)
{
    uint32_t *at = net_map_make(m, &key, sizeof(key));
    if (!at)
        return false;
    next[index] = *at;
    *at = index;
    return true;
}

static bool add_learned(struct cloud_fabric *f, const struct cloud_learned *r)
{
    struct cloud_learned *new = NET_PUSH(f->arena, &f->learned);
    if (new)
        *new = *r;
    return new;
}

/* What is written at local network gateways counts as known, whether or not a tunnel is up. */
static bool add_written(struct cloud_fabric *f, const struct azure_connection *c)
{
    const struct azure_vnet_gateway *gw = c->virtual_network_gateway;
    const struct azure_local_gateway *lng = c->local_network_gateway;
    if (c->type != AZURE_CONNECTION_IPSEC || !gw || !lng)
        return true;
    bool ok = true;
    for (uint32_t i = 0; ok && i < lng->address_space.count; i++) {
        for (uint32_t k = 0; ok && k < gw->bgp_settings.peering_addresses.count; k++)
            ok = add_learned(
                f, &(struct cloud_learned){
                       .by = &gw->o,
                       .prefix = lng->address_space.items[i],
                       .next_hop = gw->bgp_settings.peering_addresses.items[k].default_address,
                       .is_static = true });
    }
    return ok;
}

static bool add_speaker(struct cloud_fabric *f, const struct azure_vnet *v,
                        const struct topo_object *object, const struct azure_route_server *server)
{
    const void *network = v, *key = object;
    uint32_t *first = net_map_make(&f->networks, &network, sizeof(network));
    uint32_t *at = net_map_make(&f->by_object, &key, sizeof(key));
    struct cloud_speaker *new = NET_PUSH(f->arena, &f->speakers);
    if (!first || !at || !new)
        return false;
    *new = (struct cloud_speaker){ object, server, *first };
    *first = *at = f->speakers.count - 1;
    return true;
}

static bool index_azure(struct cloud_fabric *f)
{
    const struct topo_azure *az = &f->t->azure;
    bool ok = true;
    for (uint32_t i = 0; ok && i < az->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *gw = &az->virtual_network_gateways.items[i];
        ok = !gw->virtual_network || add_speaker(f, gw->virtual_network, &gw->o, NULL);
    }
    for (uint32_t i = 0; ok && i < az->route_servers.count; i++) {
        const struct azure_route_server *rs = &az->route_servers.items[i];
        ok = !rs->virtual_network || add_speaker(f, rs->virtual_network, &rs->o, rs);
    }
    for (uint32_t i = 0; ok && i < az->connections.count; i++)
        ok = add_written(f, &az->connections.items[i]);
    for (uint32_t i = az->virtual_network_peerings.count; ok && i-- > 0;)
        ok = chain(&f->peerings, az->virtual_network_peerings.items[i].virtual_network, i,
                   f->peering_next);
    return ok;
}

bool cloud_fabric_init(struct cloud_fabric *f, const struct topo *t,
                       const struct cloud_limits *limits, const struct cloud_learned *learned,
                       uint32_t count, struct arena *arena)
{
    *f = (struct cloud_fabric){ .t = t, .limits = limits, .arena = arena };
    net_map_init(&f->first, arena);
    net_map_init(&f->peerings, arena);
    net_map_init(&f->networks, arena);
    net_map_init(&f->by_object, arena);
    f->peering_next = arena_alloc(arena, (size_t)t->azure.virtual_network_peerings.count *
                                             sizeof(*f->peering_next));
    bool ok = f->peering_next;
    for (uint32_t i = 0; ok && i < count; i++)
        ok = add_learned(f, &learned[i]);
    if (!ok || !index_azure(f))
        return false;
    f->next = arena_alloc(arena, (size_t)f->learned.count * sizeof(*f->next));
    ok = f->next;
    for (uint32_t i = f->learned.count; ok && i-- > 0;)
        ok = !f->learned.items[i].by || chain(&f->first, f->learned.items[i].by, i, f->next);
    return ok;
}

uint32_t effective_first(struct cloud_fabric *f, const void *resource)
{
    const uint32_t *at = net_map_find(&f->first, &resource, sizeof(resource));
    return at ? *at : NET_NONE;
}

/* ---- rows ------------------------------------------------------------------------------------ */

void effective_add(struct effective *e, const struct cloud_route *route)
{
    struct cloud_route *new = NET_PUSH(e->f->arena, &e->out->rows);
    if (new) {
        *new = *route;
        new->active = true;
    }
    e->full = e->full || !new;
}

static int compare_rows(const void *a, const void *b)
{
    const struct cloud_route *x = a, *y = b;
    int by_prefix = prefix_cmp(&x->prefix, &y->prefix);
    if (by_prefix != 0)
        return by_prefix;
    if (x->active != y->active)
        return x->active ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return ip_cmp(&x->next_hop, &y->next_hop);
}

void effective_sort(struct effective *e)
{
    if (e->out->rows.count > 1)
        qsort(e->out->rows.items, e->out->rows.count, sizeof(*e->out->rows.items), compare_rows);
}

void effective_choose(struct effective *e)
{
    const struct cloud_route *best = NULL;
    for (uint32_t i = 0; i < e->out->rows.count; i++) {
        struct cloud_route *r = &e->out->rows.items[i];
        if (!r->active)
            continue;
        if (!best || !prefix_eq(&best->prefix, &r->prefix))
            best = r;
        r->active = r->rank == best->rank;
    }
}

void effective_shield(struct effective *e, enum cloud_route_source source,
                      bool (*shields)(const struct cloud_route *))
{
    struct net_map guarded;
    net_map_init(&guarded, e->f->arena);
    for (uint32_t i = 0; i < e->out->rows.count; i++) {
        const struct cloud_route *r = &e->out->rows.items[i];
        if (r->active && shields(r) && !net_map_make(&guarded, &r->prefix, sizeof(r->prefix)))
            e->full = true;
    }
    for (uint32_t i = 0; i < e->out->rows.count; i++) {
        struct cloud_route *r = &e->out->rows.items[i];
        struct ip_addr a = prefix_addr(&r->prefix);
        for (unsigned len = 0; r->active && r->source == source && len <= r->prefix.len; len++) {
            struct prefix p = prefix_of(&a, (uint8_t)len);
            r->active = !net_map_find(&guarded, &p, sizeof(p));
        }
    }
}

const struct cloud_route *cloud_route_find(const struct cloud_routes *r, const struct ip_addr *addr)
{
    const struct cloud_route *best = NULL;
    for (uint32_t i = 0; i < r->rows.count; i++) {
        const struct cloud_route *each = &r->rows.items[i];
        if (each->active && prefix_has_addr(&each->prefix, addr) &&
            (!best || each->prefix.len > best->prefix.len))
            best = each;
    }
    return best;
}

/* ---- learned --------------------------------------------------------------------------------- */

/* The learned routes for one prefix, chained. */
struct found {
    uint32_t first, last;
};

struct at_work {
    struct effective *e;
    const struct effective_learned *l;
    struct net_map by_prefix; /* to an index in prefixes */
    NET_LIST_OF(struct found) prefixes;
    uint32_t *next; /* of each learned route, within its prefix */
};

static void gather(struct at_work *w, uint32_t index)
{
    struct effective *e = w->e;
    const struct cloud_learned *r = &e->f->learned.items[index];
    uint32_t *at = net_map_make(&w->by_prefix, &r->prefix, sizeof(r->prefix));
    if (!at) {
        e->full = true;
        return;
    }
    w->next[index] = NET_NONE;
    if (*at != NET_NONE) {
        struct found *p = &w->prefixes.items[*at];
        w->next[p->last] = index;
        p->last = index;
        return;
    }
    struct found *new = NET_PUSH(e->f->arena, &w->prefixes);
    if (new) {
        *new = (struct found){ index, index };
        *at = w->prefixes.count - 1;
    }
    e->full = e->full || !new;
}

static bool is_there(const struct effective *e, uint32_t from, const struct ip_addr *next_hop)
{
    for (uint32_t i = from; i < e->out->rows.count; i++) {
        if (ip_eq(&e->out->rows.items[i].next_hop, next_hop))
            return true;
    }
    return false;
}

/* Both instances of a Route Server learn the same: a next hop is listed once. */
static void add_best(struct at_work *w, const struct found *p)
{
    struct effective *e = w->e;
    const struct cloud_learned *all = e->f->learned.items, *best = &all[p->first];
    for (uint32_t i = w->next[p->first]; i != NET_NONE; i = w->next[i]) {
        if (w->l->compare(e, &all[i], best) < 0)
            best = &all[i];
    }
    uint32_t from = e->out->rows.count;
    for (uint32_t i = p->first; i != NET_NONE; i = w->next[i]) {
        const struct cloud_learned *r = &all[i];
        bool chosen = w->l->equal_cost ? w->l->compare(e, r, best) == 0 : r == best;
        if (!chosen || is_there(e, from, &r->next_hop))
            continue;
        effective_add(
            e, &(struct cloud_route){ .prefix = r->prefix,
                                      .source = CLOUD_FROM_GATEWAY,
                                      .hop = CLOUD_HOP_GATEWAY,
                                      .next_hop = r->next_hop,
                                      .object = r->by,
                                      .rank = w->l->rank + (w->l->rank_by_med ? r->med : 0) });
    }
}

void effective_add_learned(struct effective *e, const struct effective_learned *l)
{
    struct at_work w = { .e = e, .l = l };
    net_map_init(&w.by_prefix, e->f->arena);
    w.next = arena_alloc(e->f->arena, (size_t)e->f->learned.count * sizeof(*w.next));
    e->full = e->full || !w.next;
    for (uint32_t k = 0; k < l->count && !e->full; k++) {
        for (uint32_t i = effective_first(e->f, l->resources[k]); i != NET_NONE && !e->full;
             i = e->f->next[i])
            gather(&w, i);
    }
    for (uint32_t i = 0; i < w.prefixes.count && !e->full; i++)
        add_best(&w, &w.prefixes.items[i]);
}
