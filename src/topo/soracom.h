/* topo/soracom.h: SORACOM's resources. A Door is one VPN connection, and looks like AWS's from
 * outside: one customer address, two tunnels. */
#ifndef TOPO_SORACOM_H
#define TOPO_SORACOM_H

#include "topo/aws.h"

struct soracom_vpg {
    struct topo_object o;
    enum { SORACOM_VPG_E, SORACOM_VPG_F, SORACOM_VPG_F2, SORACOM_VPG_G } type;
    uint32_t asn; /* 0: SORACOM's own */
    topo_prefixes_t device_ranges;
};

struct soracom_door {
    struct topo_object o;
    const struct soracom_vpg *virtual_private_gateway;
    struct topo_endpoint customer_gateway_address;
    uint32_t customer_asn; /* 0 with static routing */
    enum { SORACOM_ROUTING_STATIC, SORACOM_ROUTING_BGP } routing;
    topo_prefixes_t static_routes;
    TOPO_LIST_OF(struct aws_tunnel) tunnels;
};

struct soracom_gate {
    struct topo_object o;
    const struct soracom_vpg *virtual_private_gateway;
    struct prefix device_subnet;
};

struct topo_soracom {
    TOPO_LIST_OF(struct soracom_vpg) virtual_private_gateways;
    TOPO_LIST_OF(struct soracom_door) doors;
    TOPO_LIST_OF(struct soracom_gate) gates;
};

#endif
