/* check/announce.h: which prefixes a device announces of its own to a neighbor, as far as its
 * configuration says: networks, aggregates, what it redistributes, the default route; past prefix
 * lists, access lists and route maps. What it passes on of others is not here. Lists live in the
 * check's arena. */
#ifndef CHECK_ANNOUNCE_H
#define CHECK_ANNOUNCE_H

#include "check/device.h"
#include "check/look.h"

struct announce {
    struct prefix prefix;
    uint32_t line; /* in the device's configuration */
};

struct announce_list {
    NET_LIST_OF(struct announce) list;
};

/* What is announced to the neighbor of that address. False: the device has no such neighbor, or its
 * configuration could not be read. */
must_use bool announce_to(struct check *c, const struct check_device *d,
                          const struct ip_addr *neighbor, struct announce_list *ret);

/* The neighbor of that address as look_neighbor() has it; NULL: there is none, or it is shut. */
const struct config_neighbor *announce_neighbor(const struct check *c, const struct check_device *d,
                                                const struct ip_addr *address);

/* The first of the list that is this prefix, or covers it; NULL: none. */
const struct announce *announce_find(const struct announce_list *l, const struct prefix *p);
const struct announce *announce_covers(const struct announce_list *l, const struct prefix *p);

/* Whether a prefix that covers `p`, the default route apart, is announced to the neighbor of that
 * address. */
bool announce_has(struct check *c, const struct check_device *d, const struct ip_addr *neighbor,
                  const struct prefix *p);

#endif
