/* topo/azure.h: Azure's resources as a topology file names them (Resource Manager's words in
 * Terraform's spelling). Fields that the user left out hold the provider's default, or are empty
 * until cloud/azure/assign.c fills them in: an address is then IP_NONE, a list has no items. */
#ifndef TOPO_AZURE_H
#define TOPO_AZURE_H

#include "topo/object.h"

struct azure_route {
    struct topo_object o;
    struct prefix address_prefix; /* IP_NONE: a service tag */
    const char *service_tag;
    enum azure_next_hop {
        AZURE_HOP_VIRTUAL_APPLIANCE,
        AZURE_HOP_VIRTUAL_NETWORK_GATEWAY,
        AZURE_HOP_VNET_LOCAL,
        AZURE_HOP_INTERNET,
        AZURE_HOP_NONE,
    } next_hop_type;
    struct ip_addr next_hop_ip_address;
};

struct azure_route_table {
    struct topo_object o;
    bool disable_bgp_route_propagation;
    TOPO_LIST_OF(struct azure_route) routes;
};

struct azure_security_rule {
    struct topo_object o;
    uint32_t priority; /* 100..4096, lowest first */
    enum { AZURE_INBOUND, AZURE_OUTBOUND } direction;
    enum { AZURE_ALLOW, AZURE_DENY } access;
    const char *protocol;                 /* "Tcp", "Udp", "Icmp", "Esp", "Ah", "*" */
    topo_texts_t source_address_prefixes; /* prefixes, service tags, "*" */
    topo_texts_t destination_address_prefixes;
    topo_texts_t source_port_ranges; /* "80", "1000-2000", "*" */
    topo_texts_t destination_port_ranges;
};

struct azure_nsg {
    struct topo_object o;
    TOPO_LIST_OF(struct azure_security_rule) security_rules;
};

struct azure_subnet {
    struct topo_object o; /* named GatewaySubnet, RouteServerSubnet, … where Azure asks for it */
    struct prefix address_prefix;
    const struct azure_route_table *route_table;
    const struct azure_nsg *network_security_group;
};

struct azure_vnet {
    struct topo_object o;
    const char *location;
    topo_prefixes_t address_space;
    TOPO_LIST_OF(struct azure_subnet) subnets;
};

struct azure_peering { /* one direction, as in Resource Manager */
    struct topo_object o;
    const struct azure_vnet *virtual_network, *remote_virtual_network;
    bool allow_virtual_network_access; /* default true */
    bool allow_forwarded_traffic, allow_gateway_transit, use_remote_gateways;
};

struct azure_public_ip {
    struct topo_object o;
    enum { AZURE_PIP_STANDARD, AZURE_PIP_BASIC } sku;
    enum { AZURE_PIP_STATIC, AZURE_PIP_DYNAMIC } allocation_method;
    struct ip_addr ip_address;
    topo_u32s_t zones;
};

struct azure_gateway_ip { /* an instance of a gateway, in order */
    struct topo_object o;
    const struct azure_public_ip *public_ip_address;
    struct ip_addr private_ip_address; /* where tunnels over private peering end */
};

struct azure_bgp_peering_address { /* of the instance with the same index */
    struct topo_object o;
    struct ip_addr default_address; /* in GatewaySubnet */
    topo_addrs_t apipa_addresses;   /* "custom BGP addresses" */
};

struct azure_bgp_settings {
    uint32_t asn;
    TOPO_LIST_OF(struct azure_bgp_peering_address) peering_addresses;
    const struct lang_node *node; /* NULL: absent */
};

struct azure_vnet_gateway {
    struct topo_object o;
    enum azure_gateway_type { AZURE_GATEWAY_VPN, AZURE_GATEWAY_EXPRESS_ROUTE } type;
    const char *sku;
    uint32_t generation; /* 1 or 2 */
    enum { AZURE_ROUTE_BASED, AZURE_POLICY_BASED } vpn_type;
    const struct azure_vnet *virtual_network; /* it sits in that network's GatewaySubnet */
    bool active_active, enable_bgp, private_ip_address_enabled;
    bool answers_traceroute; /* seen both ways */
    TOPO_LIST_OF(struct azure_gateway_ip) ip_configurations;
    struct azure_bgp_settings bgp_settings;
    const struct azure_local_gateway *default_local_network_gateway; /* forced tunnelling */
    topo_texts_t nat_rules;
    topo_texts_t diagnostic_logs; /* categories that are kept: "TunnelDiagnosticLog" */
};

struct azure_local_gateway {
    struct topo_object o;
    struct topo_endpoint gateway_address;
    topo_prefixes_t address_space;
    uint32_t asn; /* 0: no BGP settings */
    struct ip_addr bgp_peering_address;
};

struct azure_ipsec_policy { /* all fields or none, as Azure asks; names as Azure spells them */
    const char *ike_encryption, *ike_integrity, *dh_group;
    const char *ipsec_encryption, *ipsec_integrity, *pfs_group;
    uint32_t sa_lifetime_seconds, sa_data_size_kilobytes;
    const struct lang_node *node; /* NULL: the default policy */
};

struct azure_traffic_selector {
    struct topo_object o;
    topo_prefixes_t local_address_ranges, remote_address_ranges;
};

struct azure_connection {
    struct topo_object o;
    enum azure_connection_type {
        AZURE_CONNECTION_IPSEC,
        AZURE_CONNECTION_EXPRESS_ROUTE,
        AZURE_CONNECTION_VNET2VNET,
    } type;
    const struct azure_vnet_gateway *virtual_network_gateway, *peer_virtual_network_gateway;
    const struct azure_local_gateway *local_network_gateway;
    const struct azure_circuit *express_route_circuit;
    const char *authorization; /* the key's name at the circuit; never the key */
    const char *shared_key;    /* secret */
    enum { AZURE_IKEV2, AZURE_IKEV1 } connection_protocol;
    enum azure_connection_mode {
        AZURE_MODE_DEFAULT,
        AZURE_MODE_INITIATOR_ONLY,
        AZURE_MODE_RESPONDER_ONLY,
    } connection_mode;
    bool enable_bgp, local_azure_ip_address_enabled, use_policy_based_traffic_selectors;
    bool express_route_gateway_bypass; /* FastPath */
    struct ip_addr custom_bgp_primary, custom_bgp_secondary;
    struct azure_ipsec_policy ipsec_policy;
    TOPO_LIST_OF(struct azure_traffic_selector) traffic_selectors;
    uint32_t dpd_timeout_seconds; /* default 45 */
    uint32_t routing_weight;
};

struct azure_private_peering {
    uint32_t peer_asn, vlan_id;
    struct prefix primary_peer_address_prefix, secondary_peer_address_prefix; /* /30 each */
    const char *shared_key;                                                   /* secret: MD5 */
    const struct lang_node *node;                                             /* NULL: absent */
};

struct azure_circuit {
    struct topo_object o;
    const char *service_provider_name, *peering_location;
    uint32_t bandwidth_in_mbps;
    enum { AZURE_TIER_STANDARD, AZURE_TIER_PREMIUM, AZURE_TIER_LOCAL } sku_tier;
    topo_texts_t authorizations;
    struct azure_private_peering private_peering;
    TOPO_LIST_OF(const struct azure_circuit *) global_reach;
};

struct azure_route_server_peer {
    struct topo_object o;
    uint32_t peer_asn;
    struct ip_addr peer_ip;
};

struct azure_route_server {
    struct topo_object o;
    const struct azure_vnet *virtual_network; /* it sits in that network's RouteServerSubnet */
    const struct azure_public_ip *public_ip_address;
    bool branch_to_branch_traffic_enabled;
    enum {
        AZURE_PREFER_EXPRESS_ROUTE,
        AZURE_PREFER_VPN,
        AZURE_PREFER_AS_PATH
    } hub_routing_preference;
    topo_addrs_t virtual_router_ips; /* two */
    TOPO_LIST_OF(struct azure_route_server_peer) peers;
};

struct azure_nic {
    struct topo_object o;
    const struct azure_subnet *subnet; /* "vnet/subnet" */
    struct ip_addr private_ip_address;
    bool ip_forwarding_enabled;
    const struct azure_public_ip *public_ip_address;
    const struct azure_nsg *network_security_group;
};

struct azure_vm {
    struct topo_object o;
    const char *operating_system; /* for people: "Ubuntu 20.04" */
    uint32_t zone;                /* 0: not stated */
    TOPO_LIST_OF(const struct azure_nic *) network_interfaces;
    struct topo_device device;
};

struct topo_azure {
    TOPO_LIST_OF(struct azure_vnet) virtual_networks;
    TOPO_LIST_OF(struct azure_route_table) route_tables;
    TOPO_LIST_OF(struct azure_nsg) network_security_groups;
    TOPO_LIST_OF(struct azure_peering) virtual_network_peerings;
    TOPO_LIST_OF(struct azure_public_ip) public_ip_addresses;
    TOPO_LIST_OF(struct azure_vnet_gateway) virtual_network_gateways;
    TOPO_LIST_OF(struct azure_local_gateway) local_network_gateways;
    TOPO_LIST_OF(struct azure_connection) connections;
    TOPO_LIST_OF(struct azure_circuit) express_route_circuits;
    TOPO_LIST_OF(struct azure_route_server) route_servers;
    TOPO_LIST_OF(struct azure_nic) network_interfaces;
    TOPO_LIST_OF(struct azure_vm) virtual_machines;
};

#endif
