/* net/network.h: the expanded network: what a topology's resources become. Gateways are here as
 * their instances, circuits as their two edge routers, virtual networks as fabrics; who speaks BGP
 * to whom, which tunnels exist on which side, what is plugged into what. It is the one input of
 * the checks that look at the whole, of the simulator and of the lab. Built once by cloud/expand.c,
 * in one arena, then constant. Nothing here knows a provider: what differs stands in the rows. */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include "base/arena.h"
#include "base/ip.h"

struct topo_object; /* where a thing comes from; for messages alone */
struct config;

enum { NET_NONE = UINT32_MAX }; /* index: no such thing */

/* Lists have the layout of topo/object.h's. */
#define NET_LIST_OF(type)                                                                          \
    struct {                                                                                       \
        type *items;                                                                               \
        uint32_t count, cap;                                                                       \
    }

enum net_node_kind {
    NET_HOST,            /* a host or a machine that does not forward */
    NET_ROUTER,          /* a router with a configuration: on a site, or a machine in a cloud */
    NET_VPN_GATEWAY,     /* one instance of a provider's VPN gateway, one tunnel end point of AWS */
    NET_CIRCUIT_GATEWAY, /* one instance of a gateway for private circuits */
    NET_EDGE,            /* a provider's edge router at the end of a circuit's link (MSEE) */
    NET_ROUTE_SERVER,    /* one instance; speaks BGP, forwards nothing */
    NET_CLOUD_ROUTER,    /* speaks BGP for the gateways of its region, forwards nothing */
    NET_FABRIC,          /* a virtual network's own forwarding */
    NET_CARRIER,
    NET_INTERNET,
};

/* What a provider's gateway does to routes, whoever it is: rows of cloud/, read by whoever works
 * out or runs the network. */
struct net_behaviour {
    bool removes_private_asn;   /* towards sites */
    bool replaces_peer_asn;     /* to a gateway, in what another one of its AS said, by its own */
    bool drops_default_out;     /* never announces 0.0.0.0/0 */
    bool filters_own_prefixes;  /* a received prefix inside the network's own space is dropped */
    bool announces_spaces_only; /* address spaces, never subnets */
    bool keeps_learned;         /* tells no peer what another one has told */
    bool opens_from_apipa;      /* opens TCP from its 169.254 address */
    bool equal_cost;            /* uses several equal paths */
    uint32_t prefixes_max;      /* session is lost beyond; 0: no limit known */
    uint16_t keepalive_s, hold_s;
    uint32_t failover_planned_ms, failover_unplanned_ms;
    bool standby; /* another instance takes over its addresses in that time */
};

struct net_node {
    enum net_node_kind kind;
    const char *name;                 /* unique: "vpngw-spoke10:0", "tky01", "circuit01:primary" */
    const struct topo_object *object; /* NULL: implied */
    uint32_t instance;                /* of the object */
    uint32_t asn;                     /* 0: speaks no BGP */
    uint32_t group;                   /* nodes that stand in for one another; NET_NONE: alone */
    uint32_t fabric;                  /* NET_FABRIC it sits in, or NET_NONE */
    const char *site;                 /* the place people call it by: "tokyo", "vnet-hub00" */
    const char *zone;                 /* "zone 1 of japaneast"; NULL: none stated */
    const struct config *config;      /* of a NET_ROUTER; else NULL */
    struct net_behaviour behaviour;
};

struct net_iface {
    uint32_t node;
    const char *name;
    struct ip_addr addr;
    uint8_t len;
    bool forwards; /* takes packets that are not its own (a NIC with IP forwarding) */
};

enum net_link_kind { NET_LINK_WIRE, NET_LINK_CIRCUIT, NET_LINK_FABRIC, NET_LINK_INTERNET };

struct net_link { /* what is plugged together, below any tunnel */
    enum net_link_kind kind;
    const struct topo_object *object;
    uint32_t node[2];
    uint32_t bandwidth_mbps, delay_us;
};

/* Who sends the first packet of a dialogue. */
enum net_role { NET_EITHER, NET_INITIATES, NET_RESPONDS };

/* What one side has configured of a tunnel: an Azure connection makes one per instance of its
 * gateway, an AWS connection two, a router's tunnel interface one. */
struct net_tunnel_end {
    const struct topo_object *object; /* the connection, tunnel or router that asks for it */
    uint32_t node;
    struct ip_addr outside, peer_outside; /* as this side is configured; IP_NONE: any */
    struct ip_addr seen;                  /* `outside` as peers beyond a NAT see it; IP_NONE: there
                                             is none */
    struct ip_addr bgp, peer_bgp;         /* IP_NONE: no BGP through it */
    uint32_t asn, peer_asn;
    uint32_t speaker; /* who speaks BGP through it: the node, or the cloud router behind it */
    enum net_role ike, opens_bgp;
    bool ikev1, ikev2;
    uint32_t proposals; /* first of net.proposals, and how many */
    uint32_t proposal_count;
    const char *psk; /* never printed; NULL: left to the user */
    uint32_t dpd_s;
    uint32_t ike_lifetime_s, child_lifetime_s, child_kilobytes; /* 0: not known */
    uint32_t bandwidth_mbps;
    const char *interface; /* of a router: "Tunnel13"; else NULL */
    uint32_t line;         /* in the router's configuration; else 0 */
};

/* A set of algorithms, one bit an algorithm of config/crypto_names.h. */
struct net_proposal {
    bool esp; /* else IKE */
    uint64_t encryption, integrity, prf, group;
};

/* Why a tunnel that somebody configured cannot carry packets. */
enum net_fault {
    NET_FINE,
    NET_FAULT_ONE_SIDED,    /* the other side has no such tunnel */
    NET_FAULT_VERSION,      /* IKEv1 here, IKEv2 there */
    NET_FAULT_PROPOSAL,     /* no common algorithms */
    NET_FAULT_NOBODY_DIALS, /* both wait */
    NET_FAULT_PSK,          /* both given, and different */
};

struct net_tunnel {
    uint32_t end[2]; /* NET_NONE in the second place: nobody is there */
    enum net_fault fault;
};

/* A BGP session as both sides, or one alone, have it. Before net_pair() a list of sessions holds
 * those outside of tunnels: whole ones, and halves, which are what one side is configured for, with
 * node[1] NET_NONE and asn[1] 0. */
struct net_session {
    uint32_t node[2];
    struct ip_addr addr[2];
    uint32_t asn[2];     /* as each side is configured for itself */
    uint32_t expects[2]; /* the AS number each side expects of the other; 0: nothing configured */
    uint32_t tunnel;     /* through which; NET_NONE: plain */
    enum net_session_fault {
        NET_SESSION_FINE,
        NET_SESSION_ONE_SIDED,
        NET_SESSION_ASN,     /* what one expects is not what the other is */
        NET_SESSION_ADDRESS, /* addresses do not meet */
        NET_SESSION_NOBODY_OPENS,
        NET_SESSION_TUNNEL_DOWN,
    } fault;
};

/* A prefix that a node announces of its own, learned from nobody. */
struct net_origin {
    uint32_t node;
    struct prefix prefix;
    struct ip_addr towards;           /* to this neighbour alone; IP_NONE: to all */
    const struct topo_object *object; /* the network, subnet or gateway it is of */
};

/* A prefix that is sent into a tunnel without having been learned through it. A router's own static
 * routes stand in its configuration. */
struct net_static {
    uint32_t end;
    struct prefix prefix;
};

struct net {
    NET_LIST_OF(struct net_node) nodes;
    NET_LIST_OF(struct net_iface) ifaces;
    NET_LIST_OF(struct net_link) links;
    NET_LIST_OF(struct net_tunnel_end) ends;
    NET_LIST_OF(struct net_proposal) proposals;
    NET_LIST_OF(struct net_tunnel) tunnels;
    NET_LIST_OF(struct net_session) sessions;
    NET_LIST_OF(struct net_origin) origins;
    NET_LIST_OF(struct net_static) statics;
    struct arena *arena; /* borrowed */
    uint64_t probes;     /* places that net_pair() looked at, in all */
};

/* Joins the ends that mean each other into tunnels, each end in exactly one, and says what keeps
 * it down; joins the halves of sessions, in tunnels and outside; sessions through a tunnel that is
 * down are marked. In time and space linear in the number of ends and sessions. Once for a network.
 * False: the arena is full. */
must_use bool net_pair(struct net *n);

/* A fault in words: "the other side has no such tunnel". */
const char *net_fault_text(enum net_fault f);

/* What keeps a session down, in words. */
const char *net_session_fault_text(enum net_session_fault f);

#endif
