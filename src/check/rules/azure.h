/* check/rules/azure.h: walks that the files of Azure's rules share. */
#ifndef CHECK_RULES_AZURE_H
#define CHECK_RULES_AZURE_H

#include "check/check.h"
#include "check/look.h"

/* One of the tunnels that an IPsec connection makes: one an instance of its gateway. */
struct azure_tunnel {
    const struct azure_connection *connection;
    const struct azure_vnet_gateway *gateway;
    const struct azure_local_gateway *peer_gateway; /* NULL: VNet to VNet */
    const struct net_tunnel_end *end;
    const struct net_tunnel_end *peer; /* NULL: nobody is there */
    const struct check_device *device; /* at the peer; NULL: a cloud, or nobody */
    uint32_t instance;
};

typedef void azure_tunnel_fn(struct check *c, const struct check_rule *rule,
                             const struct azure_tunnel *t);

/* Calls `visit` for each tunnel of each IPsec connection of a VPN gateway. */
void azure_each_tunnel(struct check *c, const struct check_rule *rule, azure_tunnel_fn *visit);

typedef void azure_connection_fn(struct check *c, const struct check_rule *rule,
                                 const struct azure_connection *v);

/* Calls `visit` for each IPsec connection that has a VPN gateway and a local network gateway. */
void azure_each_connection(struct check *c, const struct check_rule *rule,
                           azure_connection_fn *visit);

typedef void azure_gateway_fn(struct check *c, const struct check_rule *rule,
                              const struct azure_vnet_gateway *g);

/* Calls `visit` for each VPN gateway. */
void azure_each_vpn_gateway(struct check *c, const struct check_rule *rule,
                            azure_gateway_fn *visit);

/* Whether a connection's peer speaks BGP from 169.254.0.0/16. */
bool azure_peer_is_apipa(const struct azure_connection *v);

/* The neighbor with which a router speaks to this tunnel's instance, or NULL. */
const struct config_neighbor *azure_neighbor(const struct check *c, const struct azure_tunnel *t);

/* Whether the other end of a tunnel, or of one of a connection's tunnels, announces 0.0.0.0/0. */
bool azure_announces_default(const struct check *c, const struct azure_tunnel *t);
bool azure_brings_default(const struct check *c, const struct azure_connection *v);

/* Whether the gateway has a SKU of that name's beginning ("Basic"); SKUs that are absent: no. */
bool azure_has_sku(const struct azure_vnet_gateway *g, const char *begin);

/* The place that the other end of a connection belongs to ("tokyo", "vgw"), as its nodes are called
 * in the network; NULL: it is not in this topology. */
const char *azure_peer_site(const struct check *c, const struct azure_connection *v);

/* The connection of AWS or Door that has this outside address, and its tunnel; NULL: another peer.
 */
const struct topo_object *azure_aws_at(const struct check *c, const struct ip_addr *outside,
                                       const struct aws_tunnel **ret_tunnel);

#endif
