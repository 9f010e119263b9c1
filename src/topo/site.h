/* topo/site.h: places with routers and hosts of their own, the carriers between them and a cloud,
 * and the links that join interfaces. */
#ifndef TOPO_SITE_H
#define TOPO_SITE_H

#include "topo/object.h"

struct site_interface {
    struct topo_object o;       /* named as in the device's configuration */
    struct topo_ifaddr address; /* IP_NONE: as the configuration says */
    bool internet;              /* reaches the Internet with this address */
};

struct site_router {
    struct topo_object o;
    const char *model; /* for people: "Cisco C892FSP-K9, IOS 15.6" */
    struct topo_device device;
    TOPO_LIST_OF(struct site_interface) interfaces;
    struct ip_addr nat_address; /* public address that a NAT in front of it shows; else IP_NONE */
};

struct site_host {
    struct topo_object o;
    struct topo_ifaddr address;
    struct ip_addr gateway;
};

struct site_network { /* what has to be reached there */
    struct topo_object o;
    struct prefix prefix;
};

struct site {
    struct topo_object o;
    const char *location;
    TOPO_LIST_OF(struct site_network) networks;
    TOPO_LIST_OF(struct site_router) routers;
    TOPO_LIST_OF(struct site_host) hosts;
};

/* A provider between a site and a cloud's edge, with an AS of its own where it routes. */
struct site_carrier {
    struct topo_object o;
    uint32_t asn; /* 0: it only switches */
    bool private_asn_kept;
};

/* A cable, a VLAN, a cross connect: two places, each an interface of a router or the end of a
 * circuit ("azure.express_route_circuits.circuit01:primary"). */
struct site_link {
    struct topo_object o;
    topo_places_t between; /* two */
    const struct site_carrier *carrier;
    uint32_t bandwidth_mbps; /* 0: not stated */
    uint32_t delay_us, mtu_bytes;
};

struct topo_sites {
    TOPO_LIST_OF(struct site) sites;
    TOPO_LIST_OF(struct site_carrier) carriers;
    TOPO_LIST_OF(struct site_link) links;
};

#endif
