/* check/filter.h: what stands between the machines of a place and everybody else: the security
 * groups of Azure and AWS, the firewall rules of Google Cloud. Whether one lets anything at all
 * pass between two prefixes, whatever the protocol: a filter that passes one port is fine. Where
 * nothing is stated nothing is denied. In the check's arena. */
#ifndef CHECK_FILTER_H
#define CHECK_FILTER_H

#include "check/learn.h"

/* A machine, or a subnet without machines, with all that filters its packets. */
struct filter_unit {
    const struct topo_object *object;
    struct prefix prefix;
    const struct azure_nsg *nsg[2]; /* of the subnet, of the interface; each may be NULL */
    const struct aws_instance *instance;
    const struct gcp_network *network;
};

struct filters;

/* The chains by which units are found; NULL: no memory. */
struct filters *filters_new(struct check *c);

/* Calls `each` for every unit of a place; routers among the machines only if they are the place. */
typedef void filter_fn(void *context, const struct filter_unit *u);
void filters_each(struct filters *f, struct check *c, const struct topo_object *place,
                  filter_fn *each, void *context);

/* What keeps everything between the unit and each of the prefixes from passing; NULL: nothing does.
 * `inbound`: packets to the unit. */
const struct topo_object *filter_denies(const struct check *c, const struct filter_unit *u,
                                        const struct prefix *other, uint32_t n, bool inbound);

/* The prefixes of a place in any cloud or on a site: up to `max`. */
uint32_t filter_spaces(const struct check *c, const struct topo_place *place, struct prefix *ret,
                       uint32_t max);

#endif
