/* check/learn.h: who hears what from whom around Azure's gateways: what is connected at the ends of
 * circuits, which prefixes are offered into a circuit and by whom, the appliances at Route Servers.
 * Made once for a check, on demand, in its arena; linear in the topology. */
#ifndef CHECK_LEARN_H
#define CHECK_LEARN_H

#include "check/announce.h"
#include "net/map.h"

/* The customer's end of one of a circuit's two links. */
struct learn_end {
    const struct azure_circuit *circuit;
    uint32_t side;                    /* 0: primary */
    const struct site_link *link;     /* NULL: nothing is connected */
    const struct site_router *router; /* NULL: not in this topology */
    const char *interface;            /* NULL: not stated */
    const struct check_device *device;
    struct ip_addr customer, edge; /* as Microsoft has them; IP_NONE: the link has no prefix */
    const struct config_neighbor *neighbor; /* the edge, as the device has it; NULL: it has not */
    struct announce_list announced;         /* to the edge */
};

/* A prefix that somebody announces into a circuit. */
struct learn_offer {
    struct prefix prefix;
    const struct topo_object *origin;  /* a router, a network, an appliance */
    const struct azure_vnet *vnet;     /* by whose gateway it comes; NULL: the customer's end */
    const struct check_device *device; /* with `line`; NULL: Azure does it by itself */
    uint32_t line;
    uint32_t next;
};

/* A peer of a Route Server. */
struct learn_peer {
    const struct azure_route_server *server;
    const struct azure_route_server_peer *peer;
    const struct azure_nic *nic;       /* NULL: nobody here has the address */
    const struct azure_vm *vm;         /* NULL: the same */
    const struct check_device *device; /* NULL: not in this topology, or unreadable */
    bool speaks[2];                    /* with each of the Route Server's addresses */
    struct announce_list announced[2];
};

struct learn {
    struct learn_end *ends; /* two a circuit, in order */
    uint32_t end_count;
    struct net_map sites; /* of a site: the first end at one of its routers */
    uint32_t *next_end;   /* of the same site */
    NET_LIST_OF(struct learn_offer) offers;
    uint32_t *first_offer;                /* of a circuit, or NET_NONE */
    NET_LIST_OF(struct learn_peer) peers; /* in the order of the Route Servers */
    uint32_t *first_peer;                 /* of a Route Server: its own follow it */
    struct net_map connections;           /* of an ExpressRoute gateway: its first connection */
    uint32_t *next_connection;
    struct net_map peerings; /* of a network: its first peering */
    uint32_t *next_peering;
    struct net_map joined; /* network and network: the peering */
};

/* NULL: no memory. */
struct learn *learn_get(struct check *c);

/* The ends of circuits at routers of the site that a place is in, one after the other: the first
 * one is after NULL. */
const struct learn_end *learn_next_end(struct learn *l, const struct topo_object *place,
                                       const struct learn_end *after);

/* The offers of a circuit, the connections of an ExpressRoute gateway to circuits, the peerings of
 * a network, each one after the other: the first one is after NULL. */
const struct learn_offer *learn_next_offer(struct learn *l, const struct check *c,
                                           const struct azure_circuit *k,
                                           const struct learn_offer *after);
const struct azure_connection *learn_next_connection(struct learn *l, const struct check *c,
                                                     const struct azure_vnet_gateway *g,
                                                     const struct azure_connection *after);
const struct azure_peering *learn_next_peering(struct learn *l, const struct check *c,
                                               const struct azure_vnet *v,
                                               const struct azure_peering *after);

/* The peering from one network to the other, or NULL. */
const struct azure_peering *learn_peering(struct learn *l, const struct check *c,
                                          const struct azure_vnet *from,
                                          const struct azure_vnet *to);

/* The network whose gateways and Route Server this one uses: its own, or that of a hub; NULL: it
 * has none. */
const struct azure_vnet *learn_hub(struct learn *l, const struct check *c,
                                   const struct azure_vnet *v);

/* The prefixes of a place in Azure or on a site, for requirements: up to `max`. */
uint32_t learn_spaces(const struct topo_place *place, struct prefix *ret, uint32_t max);

/* The virtual network that a place in Azure is in, or NULL. */
const struct azure_vnet *learn_vnet_of(const struct topo_place *place);

#endif
