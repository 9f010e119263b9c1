/* topo/object.h: what every resource of a topology file has in common, and the values that its
 * fields are read into. A topology is read once and never changed afterwards, but for what the
 * provider would assign (cloud/): everything lives in the topology's arena and is borrowed by all
 * who look at it. Positions are those of the YAML nodes, so that a rule that fails late can still
 * point at the line. */
#ifndef TOPO_OBJECT_H
#define TOPO_OBJECT_H

#include "base/ip.h"
#include "config/model.h"
#include "lang/yaml.h"

struct topo_kind;

/* The head of every resource and of every named part of one (a subnet, a route): its first
 * member, so that a pointer to either is a pointer to both. */
struct topo_object {
    const char *name;             /* as the user named it; "[0]" for an item of a sequence */
    const struct lang_node *node; /* its mapping; NULL: made by us, not written by the user */
    const struct lang_node *key;  /* where it is named, for messages; an item: its mapping */
    const struct topo_kind *kind;
    const struct topo_object *parent; /* of a part: the resource it belongs to; else NULL */
    uint32_t index;                   /* in its collection, in the order of the file */
};

/* A list of any values: items and how many. Every list has this layout (schema.c relies on it). */
#define TOPO_LIST_OF(type)                                                                         \
    struct {                                                                                       \
        type *items;                                                                               \
        uint32_t count;                                                                            \
    }

/* An address with the length of its network, host bits kept: 10.0.0.4/24. */
struct topo_ifaddr {
    struct ip_addr addr;
    uint8_t len;
};

/* A public address: written down, or that of another resource ("azure.public_ip_addresses.pip0",
 * "gcp.ha_vpn_gateways.gw.interfaces.0", "aws.vpn_connections.c0.tunnels.1"). */
struct topo_endpoint {
    struct ip_addr addr;          /* IP_NONE: of `of`, which has none yet */
    const struct topo_object *of; /* the resource it was taken from; NULL: written as an address */
    const struct lang_node *node; /* NULL: absent */
};

/* A place that an expectation or a link names: any resource, part, or interface of a router
 * ("sites.tokyo.routers.tky01", "azure.express_route_circuits.circuit01"), with what follows the
 * first colon: an interface ("…tky01:GigabitEthernet8.714"), a line of the device's configuration
 * ("…vm-hub00:ip route 10.100.0.4/32 10.0.0.1"), an end of a circuit ("…circuit01:primary"), an
 * instance of a gateway or of a connection's tunnels ("…vpngw:0"). */
struct topo_place {
    const struct topo_object *object;
    const char *part; /* NULL: nothing follows */
    const struct lang_node *node;
};

typedef TOPO_LIST_OF(struct prefix) topo_prefixes_t;
typedef TOPO_LIST_OF(struct ip_addr) topo_addrs_t;
typedef TOPO_LIST_OF(const char *) topo_texts_t;
typedef TOPO_LIST_OF(uint32_t) topo_u32s_t;
typedef TOPO_LIST_OF(struct topo_place) topo_places_t;

/* A device configuration that the topology refers to, on a site's router or on a machine in a
 * cloud, with what the operating system around it does. */
struct topo_device {
    const char *configuration; /* file, relative to the topology's folder; NULL: none */
    enum dialect dialect;      /* DIALECT_UNKNOWN: recognised from the text */
    enum topo_daemon { TOPO_SPANWAYD, TOPO_FRR } daemon; /* what runs it in a lab */
    bool ip_forward;           /* net.ipv4.ip_forward; IOS: always */
    bool bgpd;                 /* the BGP daemon is enabled in /etc/frr/daemons; default true */
    topo_texts_t iptables;     /* the rules as typed, "-t nat -A POSTROUTING …" */
    bool iptables_persistent;
    TOPO_LIST_OF(struct topo_vxlan) vxlan;
    const struct lang_node *node; /* NULL: no device */
};

struct topo_vxlan {
    struct topo_object o; /* named as the interface */
    uint32_t id;          /* VNI */
    struct ip_addr remote;
    uint32_t port; /* UDP, default 4789 */
    struct topo_ifaddr address;
    uint32_t mtu_bytes; /* default 1450 */
};

#endif
