/* cloud/place.h: which table of effective routes an object of a topology is under: a subnet, or
 * what stands in one. Pure. */
#ifndef CLOUD_PLACE_H
#define CLOUD_PLACE_H

#include "cloud/effective.h"

/* A subnet whose interfaces have the same routes; SORACOM's devices, with AWS's words. */
struct cloud_place {
    const struct topo_object *object;
    enum cloud_provider_id provider;
};

/* The subnet that a machine, network interface or subnet is (in). False: it has no routes of its
 * own. */
bool cloud_place_of(const struct topo_object *o, struct cloud_place *ret);

/* Its effective routes. False: the arena is full. */
must_use bool cloud_effective_routes(struct cloud_fabric *f, const struct cloud_place *p,
                                     struct cloud_routes *ret);

#endif
