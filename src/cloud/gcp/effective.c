/* Google Cloud's order: subnets win over everything inside them; then the longest prefix; for one
 * prefix the lowest priority, which of a learned route is its MED, and equal ones share the
 * traffic. What a Cloud Router learns is for its own region, or for all when the network's routing
 * is global (gcp.router.routing-modes). */
#include <string.h>

#include "cloud/effective_impl.h"
#include "cloud/gcp/facts.h"

/* A subnet, then whatever has a priority; the route to the Internet has 1000. */
enum { RANK_SUBNET, RANK_PRIORITY, DEFAULT_PRIORITY = 1000 };

static int compare(const struct effective *e, const struct cloud_learned *a,
                   const struct cloud_learned *b)
{
    (void)e;
    if (a->path_len != b->path_len)
        return a->path_len < b->path_len ? -1 : 1;
    return a->med < b->med ? -1 : a->med > b->med;
}

static bool is_near(const char *a, const char *b)
{
    return !a || !b || strcmp(a, b) == 0;
}

static void add_learned(struct effective *e, const struct gcp_network *network, const char *region)
{
    const struct topo_gcp *g = &e->f->t->gcp;
    const void **routers = arena_alloc(e->f->arena, g->routers.count * sizeof(*routers));
    uint32_t n = 0;
    e->full = e->full || !routers;
    for (uint32_t i = 0; routers && i < g->routers.count; i++) {
        const struct gcp_router *r = &g->routers.items[i];
        if (r->network == network &&
            (network->routing_mode == GCP_GLOBAL || is_near(r->region, region)))
            routers[n++] = r;
    }
    if (routers)
        effective_add_learned(e, &(struct effective_learned){ .resources = routers,
                                                              .count = n,
                                                              .compare = compare,
                                                              .equal_cost = true,
                                                              .rank = RANK_PRIORITY,
                                                              .rank_by_med = true });
}

static bool is_subnet(const struct cloud_route *r)
{
    return r->hop == CLOUD_HOP_LOCAL;
}

bool gcp_effective_routes(struct cloud_fabric *f, const struct gcp_network *network,
                          const char *region, struct cloud_routes *ret)
{
    struct effective e = { .f = f, .out = ret };
    memset(ret, 0, sizeof(*ret));
    for (uint32_t i = 0; i < f->t->gcp.subnetworks.count; i++) {
        const struct gcp_subnetwork *s = &f->t->gcp.subnetworks.items[i];
        if (s->network == network)
            effective_add(&e, &(struct cloud_route){ .prefix = s->ip_cidr_range,
                                                     .source = CLOUD_FROM_SYSTEM,
                                                     .hop = CLOUD_HOP_LOCAL,
                                                     .object = &s->o,
                                                     .rank = RANK_SUBNET });
    }
    effective_add(&e, &(struct cloud_route){ .prefix = { .family = IP_V4 },
                                             .source = CLOUD_FROM_SYSTEM,
                                             .hop = CLOUD_HOP_INTERNET,
                                             .object = &network->o,
                                             .rank = RANK_PRIORITY + DEFAULT_PRIORITY });
    add_learned(&e, network, region);
    effective_sort(&e);
    effective_choose(&e);
    effective_shield(&e, CLOUD_FROM_GATEWAY, is_subnet);
    effective_sort(&e);
    return !e.full;
}
