/* cloud/effective_impl.h: what the providers' effective.c share. Inside of cloud/ only. */
#ifndef CLOUD_EFFECTIVE_IMPL_H
#define CLOUD_EFFECTIVE_IMPL_H

#include "cloud/effective.h"
#include "net/list.h"

/* One subnet's routes while they are made. `full` is sticky. */
struct effective {
    struct cloud_fabric *f;
    struct cloud_routes *out;
    bool full;
};

/* Appends a route, active until somebody says otherwise. */
void effective_add(struct effective *e, const struct cloud_route *route);

/* The first learned route of a resource and, from it, the next; NET_NONE: no more. */
uint32_t effective_first(struct cloud_fabric *f, const void *resource);

/* Sorts the rows by prefix, and of equal prefixes by their ranks. */
void effective_sort(struct effective *e);

/* Of each prefix only the rows of the lowest rank stay active. Sorted rows. */
void effective_choose(struct effective *e);

/* Rows of `source` that lie inside an active row which `shields` says so of are not active: more
 * specific or not. Sorted rows. */
void effective_shield(struct effective *e, enum cloud_route_source source,
                      bool (*shields)(const struct cloud_route *));

/* Better (below 0), as good (0) or worse (above 0): which of two learned routes for one prefix. */
typedef int effective_compare_fn(const struct effective *e, const struct cloud_learned *a,
                                 const struct cloud_learned *b);

/* Appends, as routes of gateways, of each prefix among those that `resources` have learned, the
 * best ones; all that are equal, or the first alone. */
struct effective_learned {
    const void *const *resources;
    uint32_t count;
    effective_compare_fn *compare;
    bool equal_cost;
    uint32_t rank;
    bool rank_by_med; /* the MED is added to the rank */
};
void effective_add_learned(struct effective *e, const struct effective_learned *l);

#endif
