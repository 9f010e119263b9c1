/* cloud/expand_impl.h: what the files of the expansion share. Inside of cloud/ only. Nobody checks
 * for memory but the one at the top: `full` is sticky, and what cannot be added is left out. */
#ifndef CLOUD_EXPAND_IMPL_H
#define CLOUD_EXPAND_IMPL_H

#include "cloud/behaviour.h"
#include "cloud/expand.h"
#include "net/list.h"
#include "net/map.h"

/* Someone who announces for a network (a virtual network, a gateway, a VPC): nodes in a chain. */
struct expand_speaker {
    uint32_t node, next;
    uint32_t last; /* of the chain; true of its first one */
};

/* Proposals that many ends share. */
struct expand_proposals {
    uint32_t first, count;
};

struct expander {
    const struct topo *t;
    const struct cloud_limits *limits;
    const struct cloud_devices *given;
    struct arena *arena;
    struct net *n;
    struct net_map nodes;    /* a resource to its first node */
    struct net_map devices;  /* a device to its index in `given` */
    struct net_map networks; /* a resource to the first of its speakers */
    struct net_map origins;  /* what is announced already: node and prefix */
    NET_LIST_OF(struct expand_speaker) speakers;
    struct expand_proposals azure_default, aws_default, gcp_default, gcp_ikev1;
    NET_LIST_OF(uint32_t) online; /* nodes on the Internet */
    bool full;
};

/* ---- expand.c -------------------------------------------------------------------------------- */

/* Adds a node; its index, or NET_NONE. The first node of an object is the one that others find. */
uint32_t expand_node(struct expander *x, const struct net_node *node);

/* The first node of an object; NET_NONE: it has none. */
uint32_t expand_node_of(struct expander *x, const void *object);

/* An address of a node; nothing is added for NET_NONE or IP_NONE. */
void expand_iface(struct expander *x, const struct net_iface *iface);

/* A link between two nodes, unless one is NET_NONE. */
void expand_link(struct expander *x, enum net_link_kind kind, const struct topo_object *object,
                 uint32_t a, uint32_t b);

/* Puts a node on the Internet. */
void expand_internet(struct expander *x, uint32_t node);

/* One side's tunnel; its index, or NET_NONE. */
uint32_t expand_end(struct expander *x, const struct net_tunnel_end *end);

/* Prefixes that go into the tunnel of an end without being learned; none for NET_NONE. */
void expand_statics(struct expander *x, uint32_t end, const topo_prefixes_t *prefixes);

/* A session: a half if node[1] is NET_NONE. */
void expand_session(struct expander *x, const struct net_session *session);

/* A prefix that the node announces of its own, to all. */
void expand_origin(struct expander *x, uint32_t node, const struct prefix *p,
                   const struct topo_object *object);

/* The same to one neighbour; IP_NONE: to all. */
void expand_origin_to(struct expander *x, const struct net_origin *origin);

/* Lets a node announce for a network, and walks over those who do: the head of the chain in
 * x->speakers, or NET_NONE. */
void expand_speaks_for(struct expander *x, const void *network, uint32_t node);
uint32_t expand_speakers(struct expander *x, const void *network);

/* base, separator and number in the arena: "vpngw:0"; never NULL. */
const char *expand_name(struct expander *x, const char *base, const char *separator, uint32_t n);

/* base and rest in the arena; never NULL. */
const char *expand_word(struct expander *x, const char *base, const char *rest);

/* Appends proposals for the end that is added next, and where they are. */
struct expand_proposals expand_proposals_add(struct expander *x, const struct net_proposal *v,
                                             uint32_t n);

/* The parsed configuration of a device; NULL: it has none. */
const struct config *expand_config(struct expander *x, const struct topo_device *device);

/* ---- expand_device.c ------------------------------------------------------------------------- */

/* A router or machine of the user's. */
struct expand_machine {
    const struct topo_object *object;
    const struct topo_device *device; /* NULL: none */
    const char *site;
    uint32_t fabric;            /* or NET_NONE */
    bool forwards;              /* its network interfaces let foreign packets pass */
    struct ip_addr nat_address; /* as the Internet sees it, or IP_NONE */
    const char *zone;           /* it fails with; NULL: not stated */
};

/* Adds the node alone: kind, AS number, configuration. */
uint32_t expand_machine(struct expander *x, const struct expand_machine *m);

/* Adds what the configuration and the device make of a node whose own interfaces are there:
 * addresses, VXLAN, tunnels, sessions. */
void expand_device(struct expander *x, uint32_t node, const struct expand_machine *m);

/* ---- proposals.c ----------------------------------------------------------------------------- */

/* What a connection of Azure proposes: its custom policy, or the default one. */
struct expand_proposals expand_azure_proposals(struct expander *x,
                                               const struct azure_connection *c);

/* What AWS proposes for a tunnel with these options. */
struct expand_proposals expand_aws_proposals(struct expander *x, const struct aws_tunnel *t);

/* What Google Cloud proposes. */
struct expand_proposals expand_gcp_proposals(struct expander *x, uint32_t ike_version);

/* What a tunnel of a router's configuration proposes. */
struct expand_proposals expand_config_proposals(struct expander *x, const struct config_tunnel *t);

/* ---- providers ------------------------------------------------------------------------------- */

/* Networks, gateways, machines: all nodes. Then, when every node is there, what joins them. */
void azure_expand_nodes(struct expander *x);
void azure_expand_joins(struct expander *x);
void aws_expand_nodes(struct expander *x);
void aws_expand_joins(struct expander *x);
void gcp_expand_nodes(struct expander *x);
void gcp_expand_joins(struct expander *x);
void soracom_expand_nodes(struct expander *x);
void soracom_expand_joins(struct expander *x);
void sites_expand_nodes(struct expander *x);
void sites_expand_joins(struct expander *x);

/* Azure's circuits, their gateways and Route Servers; private in azure/. */
void azure_expand_circuits(struct expander *x);
void azure_expand_route_servers(struct expander *x);
void azure_join_circuits(struct expander *x);
void azure_join_route_servers(struct expander *x);

/* The zone that an instance of a gateway stands in; NULL: none is stated, or the gateway is spread
 * over several. */
const char *azure_gateway_zone(struct expander *x, const struct azure_vnet_gateway *gw, uint32_t i);

/* One tunnel of AWS, or of a Door: its end point as a node, and its end. */
struct expand_aws_tunnel {
    const struct topo_object *connection;
    const struct aws_tunnel *tunnel;
    const void *gateway; /* whose group and network it belongs to */
    const char *site;
    enum cloud_gateway kind;
    uint32_t fabric, asn, customer_asn, bandwidth_mbps; /* customer_asn 0: no BGP */
    struct ip_addr customer;
    bool equal_cost; /* false: it is switched off */
    const topo_prefixes_t *static_routes;
};
void expand_aws_end(struct expander *x, const struct expand_aws_tunnel *e);

#endif
