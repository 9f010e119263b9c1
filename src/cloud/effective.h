/* cloud/effective.h: effective routes: what the fabric of a virtual network does with packets that
 * leave a network interface, given what gateways have learned. Each provider has its own order; an
 * answer is a list of routes of which the active ones, looked up by longest prefix alone, are the
 * forwarding. The simulator and the lab use them as they are; people see them as the provider's
 * portal shows them. Built in an arena, borrowed from the topology. Pure. */
#ifndef CLOUD_EFFECTIVE_H
#define CLOUD_EFFECTIVE_H

#include "cloud/limits.h"
#include "net/map.h"
#include "net/network.h"
#include "topo/topo.h"

/* A route that a gateway, Route Server or Cloud Router has learned from a peer. */
struct cloud_learned {
    const struct topo_object *by; /* the resource that has learned it */
    struct prefix prefix;
    struct ip_addr next_hop; /* within the network: the gateway's instance, or an appliance */
    uint32_t path_len;       /* AS numbers */
    uint32_t med;
    bool is_static; /* not learned: written at the connection */
};

enum cloud_route_source { CLOUD_FROM_SYSTEM, CLOUD_FROM_USER, CLOUD_FROM_GATEWAY };

enum cloud_route_hop {
    CLOUD_HOP_LOCAL,   /* the network itself */
    CLOUD_HOP_PEERING, /* a network that is peered */
    CLOUD_HOP_GATEWAY,
    CLOUD_HOP_APPLIANCE,
    CLOUD_HOP_INTERNET,
    CLOUD_HOP_NONE, /* dropped */
};

struct cloud_route {
    struct prefix prefix;
    enum cloud_route_source source;
    enum cloud_route_hop hop;
    struct ip_addr next_hop; /* IP_NONE: the hop says it all */
    bool active;
    const struct topo_object *object; /* the network, peering, route or gateway it comes from */
    uint32_t rank;                    /* within one prefix the lowest is active */
};

/* Sorted by prefix; within one, active ones first. */
struct cloud_routes {
    NET_LIST_OF(struct cloud_route) rows;
};

/* Who may have learned routes for a network of Azure: a gateway or a Route Server. */
struct cloud_speaker {
    const struct topo_object *object;
    const struct azure_route_server *server; /* NULL: a gateway */
    uint32_t next;                           /* of the same network */
};

/* What is common to all subnets of a topology: made once, asked often. */
struct cloud_fabric {
    const struct topo *t;
    const struct cloud_limits *limits;
    struct arena *arena;
    /* The caller's, and the address spaces of Azure's local network gateways. */
    NET_LIST_OF(struct cloud_learned) learned;
    NET_LIST_OF(struct cloud_speaker) speakers;
    struct net_map first;     /* of a resource: its chain in next */
    struct net_map peerings;  /* of a network: its chain in peering_next */
    struct net_map networks;  /* of a network: its chain of speakers */
    struct net_map by_object; /* a speaker's resource to its index */
    uint32_t *next, *peering_next;
};

/* Chains routes, gateways and peerings by their resources. False: the arena is full. */
must_use bool cloud_fabric_init(struct cloud_fabric *f, const struct topo *t,
                                const struct cloud_limits *limits,
                                const struct cloud_learned *learned, uint32_t count,
                                struct arena *arena);

/* The routes of the network interfaces in a subnet of Azure. False: the arena is full. */
must_use bool azure_effective_routes(struct cloud_fabric *f, const struct azure_subnet *subnet,
                                     struct cloud_routes *ret);

/* The same of a subnet of AWS: its route table's. */
must_use bool aws_effective_routes(struct cloud_fabric *f, const struct aws_subnet *subnet,
                                   struct cloud_routes *ret);

/* The same of Google Cloud: of the network, as a region sees it. */
must_use bool gcp_effective_routes(struct cloud_fabric *f, const struct gcp_network *network,
                                   const char *region, struct cloud_routes *ret);

/* The same of the devices of SORACOM's gateway. */
must_use bool soracom_effective_routes(struct cloud_fabric *f, const struct soracom_vpg *vpg,
                                       struct cloud_routes *ret);

/* The active route for an address; NULL: none. Of several equal ones the first. */
const struct cloud_route *cloud_route_find(const struct cloud_routes *r,
                                           const struct ip_addr *addr);

enum cloud_provider_id { CLOUD_AZURE, CLOUD_AWS, CLOUD_GCP };

/* "Default", "User", "VirtualNetworkGateway": as the provider's command line has it, or, with
 * portal, as people read it: "Virtual network gateway". */
const char *cloud_source_name(enum cloud_provider_id id, enum cloud_route_source s, bool portal);

/* "VnetLocal", "VNetPeering", and "Virtual network", "VNet peering". */
const char *cloud_hop_name(enum cloud_provider_id id, enum cloud_route_hop h, bool portal);

/* "Active" and "Invalid"; AWS: "active" and "overridden". */
const char *cloud_state_name(enum cloud_provider_id id, bool active);

/* Appends the table as the provider's command line prints it. */
void text_cloud_routes(struct text *t, enum cloud_provider_id id, const struct cloud_routes *r);

#endif
