/* check/look.h: what rules look up again and again, each in constant time or in one pass, so that
 * the whole check stays linear in the topology. What is looked up lives in the check's arena. For
 * tables of their own rules take net/map.h. */
#ifndef CHECK_LOOK_H
#define CHECK_LOOK_H

#include "check/check.h"

/* ---- words -------------------------------------------------------------------------------------
 */

/* The text of an address, of a prefix, in the buffer. */
const char *look_addr_text(const struct ip_addr *a, char buffer[IP_TEXT_MAX]);
const char *look_prefix_text(const struct prefix *p, char buffer[PREFIX_TEXT_MAX]);

/* Whether it is one of RFC 1918's addresses. */
bool look_is_private(const struct ip_addr *a);

/* The network that a place is or lies in: a virtual network, VPC, network of Google Cloud or
 * SORACOM, a site; NULL: it is in none. */
const struct topo_object *look_network_of(const struct topo_object *place);

/* ---- overlaps ----------------------------------------------------------------------------------
 */

/* A prefix and whose it is. */
struct look_space {
    struct prefix prefix;
    const struct topo_object *object;
    const struct lang_node *at;
};

/* Sorts the spaces and calls `overlap` for each pair of which one covers the other: the wider one
 * first; of equal ones the one that stands first in the file. At most CHECK_FINDINGS_MAX pairs. */
void look_overlaps(struct look_space *spaces, uint32_t n,
                   void (*overlap)(void *context, const struct look_space *wide,
                                   const struct look_space *narrow),
                   void *context);

/* ---- Azure ----------------------------------------------------------------------------------- */

/* The network that a subnet, or a machine's interface, is in; NULL: it has none. */
const struct azure_vnet *look_vnet_of_subnet(const struct azure_subnet *s);
const struct azure_vnet *look_vnet_of_nic(const struct azure_nic *n);

/* The network's gateway of that type, its Route Server, or NULL: the first one. */
const struct azure_vnet_gateway *look_gateway(const struct check *c, const struct azure_vnet *v,
                                              enum azure_gateway_type type);
const struct azure_route_server *look_route_server(const struct check *c,
                                                   const struct azure_vnet *v);

/* The interface that has this address in the network, or in one peered with it; NULL: none. */
const struct azure_nic *look_nic(const struct check *c, const struct azure_vnet *v,
                                 const struct ip_addr *a);

/* The machine that an interface belongs to, or NULL. */
const struct azure_vm *look_vm(const struct check *c, const struct azure_nic *n);

/* Whether one of the network's address prefixes covers the address, or the whole prefix. */
bool look_vnet_has_addr(const struct azure_vnet *v, const struct ip_addr *a);
bool look_vnet_has_prefix(const struct azure_vnet *v, const struct prefix *p);

/* The route of a table that decides about the destination: the longest that covers it; NULL: none,
 * or no table. In the time that the different lengths in the table take, however many routes. */
const struct azure_route *look_user_route(const struct check *c, const struct azure_route_table *t,
                                          const struct prefix *destination);

/* ---- the network ----------------------------------------------------------------------------- */

/* The tunnel ends that a connection, tunnel or router asks for, one after the other: the first one
 * is after NULL. NULL: no more. */
const struct net_tunnel_end *look_next_end(const struct check *c, const struct topo_object *o,
                                           const struct net_tunnel_end *after);

/* The first end that has this outside address, whoever asks for it; NULL: nobody. */
const struct net_tunnel_end *look_outside(const struct check *c, const struct ip_addr *outside);

/* What the node behind an end announces of its own through it, one after the other: the first one
 * is after NULL. Without what goes to other neighbors alone, and what an Azure gateway has as the
 * address space of this very place. */
const struct net_origin *look_next_announced(const struct check *c, const struct net_tunnel_end *e,
                                             const struct net_origin *after);

/* What a node announces of its own, one after the other: the first one is after NULL. */
const struct net_origin *look_next_origin(const struct check *c, uint32_t node,
                                          const struct net_origin *after);

/* The node of an end. */
const struct net_node *look_node(const struct check *c, const struct net_tunnel_end *e);

/* The tunnel an end is in, and the end across it (NULL: nobody is there). */
const struct net_tunnel *look_tunnel(const struct check *c, const struct net_tunnel_end *e);
const struct net_tunnel_end *look_peer(const struct check *c, const struct net_tunnel_end *e);

/* ---- devices --------------------------------------------------------------------------------- */

/* The device configuration of a router or machine, or NULL. */
const struct check_device *look_device_of(const struct check *c, const struct topo_object *owner);

/* The device that is at this end, or NULL: a cloud's gateway. */
const struct check_device *look_device(const struct check *c, const struct net_tunnel_end *e);

/* The neighbor of that address in a device's configuration, with what its peer group and the
 * defaults say filled in; NULL: none. */
const struct config_neighbor *look_neighbor(const struct check *c, const struct check_device *d,
                                            const struct ip_addr *a);

/* The tunnel of a router's configuration that is at this end, or NULL: a cloud's, or none that can
 * come up. */
const struct config_tunnel *look_config_tunnel(const struct check *c,
                                               const struct net_tunnel_end *e);

/* The number of the first line of a device's configuration whose words begin with those of `words`
 * (any white space between; case counts), after the line `after`; 0: there is none. For what the
 * configuration's model does not hold. */
uint32_t look_line(const struct check_device *d, const char *words, uint32_t after);

/* Called once by check_run(), before the first rule. False: no memory. */
must_use bool look_build(struct check *c);

#endif
