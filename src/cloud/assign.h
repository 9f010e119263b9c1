/* cloud/assign.h: what a topology leaves out and the providers would assign: addresses of network
 * interfaces and gateways, public addresses, AS numbers, the two ends of tunnels, defaults of
 * options. As each provider does it where that is known, and the same for the same file every time:
 * public addresses come from the ranges for documentation (RFC 5737, then RFC 2544's).
 * The topology is changed in place, once, before anybody reads it; nothing that the user wrote is
 * replaced, and conflicts among given values are left to the rules of check/. */
#ifndef CLOUD_ASSIGN_H
#define CLOUD_ASSIGN_H

#include "topo/topo.h"

/* Fills in what is missing. False: the topology's arena is full. */
must_use bool cloud_assign(struct topo *t);

/* Whether the value at the key of a resource was assigned: the user's mapping lacks the key. */
bool cloud_is_assigned(const struct topo_object *o, const char *key);

/* The subnet of that name, "GatewaySubnet"; NULL: none. */
const struct azure_subnet *azure_subnet_named(const struct azure_vnet *vnet, const char *name);

/* How many instances of a gateway have addresses of their own: two of an active-active one, else
 * one. */
uint32_t azure_gateway_instances(const struct azure_vnet_gateway *gw);

/* Where instance 0 or 1 of an ExpressRoute gateway sits: seen at .12 and .13 of GatewaySubnet.
 * IP_NONE: the network has no such subnet, or a small one. */
struct ip_addr azure_er_address(const struct azure_vnet_gateway *gw, uint32_t instance);

/* The first and the second host of a /30. */
struct ip_addr cloud_link_host(const struct prefix *p, uint32_t host);

#endif
