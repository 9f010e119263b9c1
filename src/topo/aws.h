/* topo/aws.h: AWS's resources as a topology file names them (EC2's words in Terraform's spelling).
 * SORACOM Door is made of the same tunnels: topo/soracom.h. */
#ifndef TOPO_AWS_H
#define TOPO_AWS_H

#include "topo/object.h"

struct aws_subnet {
    struct topo_object o;
    struct prefix cidr_block;
    const char *availability_zone;
    const struct aws_route_table *route_table; /* NULL: the network's main table */
};

struct aws_vpc {
    struct topo_object o;
    const char *region;
    topo_prefixes_t cidr_blocks;
    TOPO_LIST_OF(struct aws_subnet) subnets;
    const struct aws_route_table *main_route_table;
};

struct aws_route {
    struct topo_object o;
    struct prefix destination_cidr_block;
    struct topo_place target; /* a gateway, an attachment's transit gateway, an instance */
};

struct aws_route_table {
    struct topo_object o;
    const struct aws_vpc *vpc;
    TOPO_LIST_OF(const struct aws_vpn_gateway *) propagating_vgws;
    TOPO_LIST_OF(struct aws_route) routes;
};

struct aws_internet_gateway {
    struct topo_object o;
    const struct aws_vpc *vpc;
};

struct aws_vpn_gateway {
    struct topo_object o;
    const struct aws_vpc *vpc; /* NULL: not attached */
    uint32_t amazon_side_asn;  /* default 64512 */
};

struct aws_transit_gateway {
    struct topo_object o;
    uint32_t amazon_side_asn;
    bool vpn_ecmp_support;                                                 /* default true */
    bool default_route_table_association, default_route_table_propagation; /* default true */
};

struct aws_tgw_attachment {
    struct topo_object o;
    const struct aws_transit_gateway *transit_gateway;
    const struct aws_vpc *vpc;
};

struct aws_customer_gateway {
    struct topo_object o;
    uint32_t bgp_asn; /* default 65000 */
    struct topo_endpoint ip_address;
};

/* Options of one of the two tunnels of a connection; a list that is empty stands for all that AWS
 * allows. */
struct aws_tunnel {
    struct topo_object o;
    struct ip_addr outside_address; /* AWS's */
    struct prefix inside_cidr;      /* /30: AWS has the first host, the customer the second */
    const char *preshared_key;      /* secret */
    topo_texts_t ike_versions;      /* "ikev1", "ikev2" */
    topo_texts_t phase1_encryption_algorithms, phase1_integrity_algorithms;
    topo_u32s_t phase1_dh_group_numbers;
    topo_texts_t phase2_encryption_algorithms, phase2_integrity_algorithms;
    topo_u32s_t phase2_dh_group_numbers;
    uint32_t phase1_lifetime_seconds, phase2_lifetime_seconds;
    uint32_t rekey_margin_time_seconds, rekey_fuzz_percentage, replay_window_size;
    uint32_t dpd_timeout_seconds;
    enum aws_dpd_action { AWS_DPD_CLEAR, AWS_DPD_RESTART, AWS_DPD_NONE } dpd_timeout_action;
    enum aws_startup_action { AWS_STARTUP_ADD, AWS_STARTUP_START } startup_action;
};

struct aws_vpn_connection {
    struct topo_object o;
    const struct aws_customer_gateway *customer_gateway;
    const struct aws_vpn_gateway *vpn_gateway; /* this or the next */
    const struct aws_transit_gateway *transit_gateway;
    bool static_routes_only;
    topo_prefixes_t static_routes;
    enum { AWS_BANDWIDTH_STANDARD, AWS_BANDWIDTH_LARGE } tunnel_bandwidth;
    TOPO_LIST_OF(struct aws_tunnel) tunnels; /* always two once assigned */
};

struct aws_security_rule {
    struct topo_object o;
    const char *protocol; /* "tcp", "udp", "icmp", "-1" for all */
    uint32_t from_port, to_port;
    topo_prefixes_t cidr_blocks;
};

struct aws_security_group {
    struct topo_object o;
    const struct aws_vpc *vpc;
    TOPO_LIST_OF(struct aws_security_rule) ingress, egress;
};

struct aws_instance {
    struct topo_object o;
    const struct aws_subnet *subnet; /* "vpc/subnet" */
    struct ip_addr private_ip, public_ip;
    bool source_dest_check; /* default true */
    TOPO_LIST_OF(const struct aws_security_group *) security_groups;
    struct topo_device device;
};

struct topo_aws {
    TOPO_LIST_OF(struct aws_vpc) vpcs;
    TOPO_LIST_OF(struct aws_route_table) route_tables;
    TOPO_LIST_OF(struct aws_internet_gateway) internet_gateways;
    TOPO_LIST_OF(struct aws_vpn_gateway) vpn_gateways;
    TOPO_LIST_OF(struct aws_transit_gateway) transit_gateways;
    TOPO_LIST_OF(struct aws_tgw_attachment) transit_gateway_vpc_attachments;
    TOPO_LIST_OF(struct aws_customer_gateway) customer_gateways;
    TOPO_LIST_OF(struct aws_vpn_connection) vpn_connections;
    TOPO_LIST_OF(struct aws_security_group) security_groups;
    TOPO_LIST_OF(struct aws_instance) instances;
};

#endif
