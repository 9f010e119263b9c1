/* check/routes.h: between whom routes can exist, as far as a design says without being run: whether
 * both ends of a tunnel have a reason to send packets into it (a static route, or a session by
 * which the other end says something of what is behind it), and whether a place in Azure can have
 * a route to another one at all. What is not stated is taken for fine, so that only what certainly
 * carries nothing is named. In the check's arena; linear in the network. */
#ifndef CHECK_ROUTES_H
#define CHECK_ROUTES_H

#include "check/learn.h"

struct routes;

/* Made on demand; NULL: no memory. */
struct routes *routes_get(struct check *c);

/* Whether packets can pass the tunnel, an index of the network's list, both ways. */
bool routes_carry(struct routes *r, struct check *c, uint32_t tunnel);

/* Whether that side of a session tells the other one of a prefix of its site (of any prefix, where
 * the site states none); true as well where it cannot be known. */
bool routes_tell(struct routes *r, struct check *c, const struct net_session *s, int side);

/* Whether the tunnel's end sends a prefix of the site into the tunnel without having learned it. */
bool routes_are_static(struct routes *r, const struct check *c, uint32_t end,
                       const struct site *site);

/* The virtual network that has no route to the other place, which it is neither peered with nor
 * reaches by a gateway, its own or one of a peered network, nor by a user route; NULL: neither
 * of the two places is in such a one. */
const struct azure_vnet *routes_missing(struct check *c, const struct topo_place *from,
                                        const struct topo_place *to);

#endif
