/* topo/gcp.h: Google Cloud's resources as a topology file names them (Compute Engine's words). */
#ifndef TOPO_GCP_H
#define TOPO_GCP_H

#include "topo/object.h"

struct gcp_network {
    struct topo_object o;
    enum { GCP_REGIONAL, GCP_GLOBAL } routing_mode;
    enum { GCP_BEST_PATH_LEGACY, GCP_BEST_PATH_STANDARD } bgp_best_path_selection_mode;
};

struct gcp_subnetwork {
    struct topo_object o;
    const struct gcp_network *network;
    const char *region;
    struct prefix ip_cidr_range;
};

struct gcp_vpn_interface {
    struct topo_object o;
    struct ip_addr ip_address; /* public */
};

struct gcp_ha_vpn_gateway {
    struct topo_object o;
    const struct gcp_network *network;
    const char *region;
    TOPO_LIST_OF(struct gcp_vpn_interface) interfaces; /* always two */
};

struct gcp_classic_vpn_gateway {
    struct topo_object o;
    const struct gcp_network *network;
    const char *region;
    struct ip_addr ip_address;
};

struct gcp_external_interface {
    struct topo_object o;
    uint32_t id;
    struct topo_endpoint ip_address;
};

struct gcp_external_vpn_gateway {
    struct topo_object o;
    enum gcp_redundancy {
        GCP_SINGLE_IP_INTERNALLY_REDUNDANT,
        GCP_TWO_IPS_REDUNDANCY,
        GCP_FOUR_IPS_REDUNDANCY,
    } redundancy_type;
    TOPO_LIST_OF(struct gcp_external_interface) interfaces;
};

struct gcp_vpn_tunnel {
    struct topo_object o;
    const char *region;
    const struct gcp_ha_vpn_gateway *vpn_gateway;
    const struct gcp_classic_vpn_gateway *target_vpn_gateway;
    uint32_t vpn_gateway_interface;
    const struct gcp_external_vpn_gateway *peer_external_gateway;
    uint32_t peer_external_gateway_interface;
    const struct gcp_ha_vpn_gateway *peer_gcp_gateway;
    const struct gcp_router *router;
    const char *shared_secret; /* secret */
    uint32_t ike_version;      /* default 2 */
};

struct gcp_router_interface {
    struct topo_object o;
    struct topo_ifaddr ip_range;
    const struct gcp_vpn_tunnel *vpn_tunnel;
};

enum gcp_advertise_mode { GCP_ADVERTISE_DEFAULT, GCP_ADVERTISE_CUSTOM, GCP_ADVERTISE_INHERIT };

struct gcp_router_peer {
    struct topo_object o;
    const char *interface; /* of the same router */
    struct ip_addr peer_ip_address;
    uint32_t peer_asn;
    uint32_t advertised_route_priority; /* MED, default 100 */
    enum gcp_advertise_mode advertise_mode;
    topo_texts_t advertised_groups;
    topo_prefixes_t advertised_ip_ranges;
    const char *md5_authentication_key; /* secret */
    bool enable;                        /* default true */
    enum { GCP_BFD_DISABLED, GCP_BFD_ACTIVE, GCP_BFD_PASSIVE } bfd;
};

struct gcp_router {
    struct topo_object o;
    const struct gcp_network *network;
    const char *region;
    uint32_t asn;
    enum gcp_advertise_mode advertise_mode;
    topo_texts_t advertised_groups; /* "ALL_SUBNETS" */
    topo_prefixes_t advertised_ip_ranges;
    uint32_t keepalive_interval; /* seconds, default 20 */
    TOPO_LIST_OF(struct gcp_router_interface) interfaces;
    TOPO_LIST_OF(struct gcp_router_peer) peers;
};

struct gcp_firewall {
    struct topo_object o;
    const struct gcp_network *network;
    enum { GCP_INGRESS, GCP_EGRESS } direction;
    uint32_t priority;        /* default 1000 */
    topo_texts_t allow, deny; /* "tcp:80", "udp", "icmp", "all" */
    topo_prefixes_t source_ranges, destination_ranges;
};

struct gcp_instance {
    struct topo_object o;
    const char *zone;
    const struct gcp_subnetwork *subnetwork;
    struct ip_addr network_ip, external_ip;
    bool can_ip_forward;
    struct topo_device device;
};

struct topo_gcp {
    TOPO_LIST_OF(struct gcp_network) networks;
    TOPO_LIST_OF(struct gcp_subnetwork) subnetworks;
    TOPO_LIST_OF(struct gcp_ha_vpn_gateway) ha_vpn_gateways;
    TOPO_LIST_OF(struct gcp_classic_vpn_gateway) classic_vpn_gateways;
    TOPO_LIST_OF(struct gcp_external_vpn_gateway) external_vpn_gateways;
    TOPO_LIST_OF(struct gcp_vpn_tunnel) vpn_tunnels;
    TOPO_LIST_OF(struct gcp_router) routers;
    TOPO_LIST_OF(struct gcp_firewall) firewalls;
    TOPO_LIST_OF(struct gcp_instance) instances;
};

#endif
