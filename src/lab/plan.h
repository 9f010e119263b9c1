/* lab/plan.h: what a lab is made of: network namespaces ("spaces"), cables between them, what is
 * set in each, the daemons that run there. Worked out of a topology's network before anything is
 * created, so that what cannot be built is refused with its reason, and so that the plan can be
 * printed and read. Pure: no I/O; everything is in one arena, and borrows from the design.
 *
 * A virtual network and all that are peered with it are one space, its fabric: a NIC is a cable to
 * it, with a routing table of its own there (`ip rule iif DEV lookup TABLE`), which holds the NIC's
 * effective routes: `throw` for what the network delivers itself (main has the /32 of every NIC),
 * `via ADDRESS dev DEV onlink` for what a gateway or an appliance gets, `dev internet`, blackhole.
 * The plan makes each table with a blackhole default alone; who fills it follows what gateways
 * learn. */
#ifndef LAB_PLAN_H
#define LAB_PLAN_H

#include "check/design.h"
#include "net/network.h"

enum {
    LAB_NAME_MAX = 32, /* bytes of a lab's name */
    LAB_DEV_MAX = 15,  /* bytes of an interface's name in Linux */
    LAB_TABLE_FIRST = 1000,
    LAB_MTU = 1500,
};

enum lab_space_kind {
    LAB_SPACE_NODE,   /* a host, a router, an instance of a gateway: one node of the network */
    LAB_SPACE_FABRIC, /* virtual networks that are peered */
    LAB_SPACE_INTERNET,
    LAB_SPACE_LAN, /* a site's networks, of which nobody or several are in the topology */
};

struct lab_sysctl {
    const char *path; /* below /proc/sys: "net/ipv4/ip_forward" */
    int64_t value;
};

struct lab_space {
    enum lab_space_kind kind;
    const char *name;  /* in the lab: "tky01", "vpngw-spoke10.0", "fabric.vnet-hub00", "internet" */
    const char *netns; /* of the machine: "s1.tky01" */
    uint32_t node;     /* of the network; NET_NONE: of no single node */
    NET_LIST_OF(struct lab_sysctl) sysctls; /* before any cable: interfaces take the defaults */
    NET_LIST_OF(struct lab_sysctl) late;    /* of interfaces alone: when cables are there */
    NET_LIST_OF(const char *) setup;        /* lines for `ip -batch`, when cables are there */
    const char *nft;                        /* for `nft -f -`; NULL: nothing */
};

struct lab_address {
    struct ip_addr addr;
    uint8_t len;
};

/* One end of a cable; its addresses are set before the space's setup lines. */
struct lab_end {
    uint32_t space;
    const char *dev; /* at most LAB_DEV_MAX bytes, once in its space */
    NET_LIST_OF(struct lab_address) addresses;
};

enum lab_cable_kind {
    LAB_CABLE_WIRE,     /* of a site */
    LAB_CABLE_CIRCUIT,  /* an edge router's */
    LAB_CABLE_NIC,      /* a node's (end 0) to its fabric (end 1) */
    LAB_CABLE_INTERNET, /* a node's or fabric's (end 0) to the Internet (end 1) */
    LAB_CABLE_VOID,     /* both ends in one space: where packets to nobody go */
};

struct lab_cable {
    enum lab_cable_kind kind;
    struct lab_end end[2];
    uint32_t mtu;
    const struct topo_object *object; /* link, connection, NIC, gateway; NULL: implied */
};

/* A network interface in a virtual network, as its fabric sees it. */
struct lab_nic {
    uint32_t cable;
    uint32_t fabric;                   /* the space */
    const char *dev;                   /* in the fabric */
    uint32_t table;                    /* of its effective routes there */
    uint32_t node;                     /* of the network */
    const struct topo_object *network; /* azure_vnet, aws_vpc, aws_transit_gateway, gcp_network,
                                          soracom_vpg */
    const struct topo_object *subnet;  /* azure_subnet, aws_subnet, gcp_subnetwork; NULL: it has
                                          none (an end point of AWS, a VPN gateway of Google's) */
    const struct topo_object *nic;     /* azure_nic; of others the machine or gateway */
    NET_LIST_OF(struct lab_address) addresses; /* in the network; none: see `via` */
    struct ip_addr via; /* what a route to it names: its first address, or a helper, 192.0.0.x */
    bool forwards;      /* takes and sends what is not its own */
    struct ip_addr public_ip; /* translated 1:1 in the fabric; IP_NONE: none */
};

enum lab_daemon_kind { LAB_SPANWAYD, LAB_FRR, LAB_BIRD, LAB_STRONGSWAN };

struct lab_mapping {
    const char *device, *dev; /* "GigabitEthernet8.714", "eth0" */
};

struct lab_daemon {
    enum lab_daemon_kind kind;
    uint32_t space;
    uint32_t node;
    const char *config; /* the user's text, unchanged, or what was made for a provider's gateway */
    size_t config_len;
    enum dialect dialect; /* DIALECT_UNKNOWN: as the text looks */
    const char *iptables; /* rules as lines of their own, a second file; NULL: none */
    NET_LIST_OF(struct lab_mapping) map; /* interfaces that are called otherwise here */
    bool bgpd;                           /* of FRR: the BGP daemon is enabled */
};

/* Why this topology cannot be a lab. */
struct lab_refusal {
    const struct topo_object *object; /* NULL: the whole */
    const char *what;
};

struct lab_plan {
    const char *name;
    const struct check_design *design;
    NET_LIST_OF(struct lab_space) spaces;
    NET_LIST_OF(struct lab_cable) cables;
    NET_LIST_OF(struct lab_nic) nics;
    NET_LIST_OF(struct lab_daemon) daemons;
    NET_LIST_OF(struct lab_refusal) refusals; /* if any, nothing may be built */
    uint32_t *space_of;  /* of each node of the network; NET_NONE: none of its own */
    uint32_t internet;   /* the space, or NET_NONE */
    struct arena *arena; /* borrowed */
};

/* Whether the text can be a lab's name: letters, digits, '-', '_', '.'; not first a '.' or '-'. */
bool lab_name_is_valid(const char *name);

/* Works out the plan; the design outlives it. Without a name (NULL) the topology's is taken. What
 * cannot be built stands in refusals. False: the arena is full. */
must_use bool lab_plan_make(const struct check_design *d, const char *name, struct arena *arena,
                            struct lab_plan *ret_plan);

/* The space of that name, or of the node that the topology or the user calls so ("vpngw:0",
 * "vpngw-spoke10.0", "azure.virtual_machines.vm-hub00"); NET_NONE: none. */
uint32_t lab_plan_space(const struct lab_plan *p, const char *name);

/* Takes the next n bytes of output. */
typedef void (*lab_sink)(void *context, const char *bytes, size_t n);

/* Prints the plan as a shell script that builds it, to be read and run. `state` is the folder for
 * configurations, logs and run directories. */
void lab_plan_script(const struct lab_plan *p, const char *state, lab_sink sink, void *context);

/* Prints the plan as a graph in the language of Graphviz. */
void lab_plan_graph(const struct lab_plan *p, lab_sink sink, void *context);

#endif
