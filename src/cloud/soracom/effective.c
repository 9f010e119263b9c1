/* SORACOM's devices, whose routes nobody has written down: their own ranges, and what the Doors'
 * ends have learned, as AWS's gateways choose among it (soracom.door.looks-like-aws). */
#include <string.h>

#include "cloud/effective_impl.h"

enum { RANK_LOCAL, RANK_LEARNED };

static int compare(const struct effective *e, const struct cloud_learned *a,
                   const struct cloud_learned *b)
{
    (void)e;
    if (a->is_static != b->is_static)
        return a->is_static ? -1 : 1;
    return a->path_len < b->path_len ? -1 : a->path_len > b->path_len;
}

bool soracom_effective_routes(struct cloud_fabric *f, const struct soracom_vpg *vpg,
                              struct cloud_routes *ret)
{
    struct effective e = { .f = f, .out = ret };
    const void *const learner = vpg;
    memset(ret, 0, sizeof(*ret));
    for (uint32_t i = 0; i < vpg->device_ranges.count; i++)
        effective_add(&e, &(struct cloud_route){ .prefix = vpg->device_ranges.items[i],
                                                 .source = CLOUD_FROM_SYSTEM,
                                                 .hop = CLOUD_HOP_LOCAL,
                                                 .object = &vpg->o,
                                                 .rank = RANK_LOCAL });
    effective_add_learned(
        &e, &(struct effective_learned){
                .resources = &learner, .count = 1, .compare = compare, .rank = RANK_LEARNED });
    effective_sort(&e);
    effective_choose(&e);
    effective_sort(&e);
    return !e.full;
}
