/* AWS's order (aws.bgp.*): the network's own routes win over everything inside them; then the
 * longest prefix; for one prefix what is written in the table, then what a gateway propagates into
 * it. A gateway has chosen one route for a prefix already (aws.vgw.selection): static before
 * learned, then the shorter AS path, then the lower MED. */
#include <string.h>

#include "cloud/aws/facts.h"
#include "cloud/effective_impl.h"

/* Within one prefix. */
enum { RANK_LOCAL, RANK_WRITTEN, RANK_PROPAGATED };

static int compare(const struct effective *e, const struct cloud_learned *a,
                   const struct cloud_learned *b)
{
    (void)e;
    if (a->is_static != b->is_static)
        return a->is_static ? -1 : 1;
    if (a->path_len != b->path_len)
        return a->path_len < b->path_len ? -1 : 1;
    return a->med < b->med ? -1 : a->med > b->med;
}

static bool is_in(const struct topo_object *o, const void *items, uint32_t count, size_t size)
{
    for (uint32_t i = 0; i < count; i++) {
        if ((const void *)o == (const void *)((const char *)items + i * size))
            return true;
    }
    return false;
}

/* The written route's target: an Internet gateway, an instance as an appliance, or a gateway. */
static enum cloud_route_hop hop_to(const struct topo_aws *aws, const struct topo_object *target)
{
    if (is_in(target, aws->internet_gateways.items, aws->internet_gateways.count,
              sizeof(*aws->internet_gateways.items)))
        return CLOUD_HOP_INTERNET;
    if (is_in(target, aws->instances.items, aws->instances.count, sizeof(*aws->instances.items)))
        return CLOUD_HOP_APPLIANCE;
    return target ? CLOUD_HOP_GATEWAY : CLOUD_HOP_NONE;
}

static void add_written(struct effective *e, const struct aws_route_table *table)
{
    bool wins = cloud_is_so(e->f->limits, &aws_facts[AWS_BGP_STATIC_WINS]);
    for (uint32_t i = 0; i < table->routes.count; i++) {
        const struct aws_route *r = &table->routes.items[i];
        enum cloud_route_hop hop = hop_to(&e->f->t->aws, r->target.object);
        struct cloud_route route = { .prefix = r->destination_cidr_block,
                                     .source = CLOUD_FROM_USER,
                                     .hop = hop,
                                     .object = r->target.object,
                                     .rank = wins ? RANK_WRITTEN : RANK_PROPAGATED + 1 };
        if (hop == CLOUD_HOP_APPLIANCE)
            route.next_hop =
                ((const struct aws_instance *)(const void *)r->target.object)->private_ip;
        effective_add(e, &route);
    }
}

static void add_propagated(struct effective *e, const struct aws_route_table *table)
{
    effective_add_learned(
        e, &(struct effective_learned){
               .resources = (const void *const *)(const void *)table->propagating_vgws.items,
               .count = table->propagating_vgws.count,
               .compare = compare,
               .equal_cost = cloud_is_so(e->f->limits, &aws_facts[AWS_VGW_ECMP]),
               .rank = RANK_PROPAGATED });
}

static bool is_local(const struct cloud_route *r)
{
    return r->hop == CLOUD_HOP_LOCAL;
}

bool aws_effective_routes(struct cloud_fabric *f, const struct aws_subnet *subnet,
                          struct cloud_routes *ret)
{
    struct effective e = { .f = f, .out = ret };
    const struct aws_vpc *vpc = (const struct aws_vpc *)(const void *)subnet->o.parent;
    const struct aws_route_table *table = subnet->route_table ? subnet->route_table
                                                              : vpc->main_route_table;
    memset(ret, 0, sizeof(*ret));
    for (uint32_t i = 0; i < vpc->cidr_blocks.count; i++)
        effective_add(&e, &(struct cloud_route){ .prefix = vpc->cidr_blocks.items[i],
                                                 .source = CLOUD_FROM_SYSTEM,
                                                 .hop = CLOUD_HOP_LOCAL,
                                                 .object = &vpc->o,
                                                 .rank = RANK_LOCAL });
    if (table) {
        add_written(&e, table);
        add_propagated(&e, table);
    }
    effective_sort(&e);
    effective_choose(&e);
    if (cloud_is_so(f->limits, &aws_facts[AWS_BGP_LOCAL_WINS]))
        effective_shield(&e, CLOUD_FROM_GATEWAY, is_local);
    effective_sort(&e);
    return !e.full;
}
