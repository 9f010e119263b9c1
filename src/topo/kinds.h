/* topo/kinds.h: every kind of resource and part: what a topo_object's `kind` can be. The tables are
 * in *_fields.c. */
#ifndef TOPO_KINDS_H
#define TOPO_KINDS_H

#include "topo/schema.h"

/* Azure */
extern const struct topo_kind azure_vnet_kind, azure_subnet_kind, azure_route_table_kind,
    azure_route_kind, azure_nsg_kind, azure_security_rule_kind, azure_peering_kind,
    azure_public_ip_kind, azure_vnet_gateway_kind, azure_gateway_ip_kind,
    azure_bgp_peering_address_kind, azure_local_gateway_kind, azure_connection_kind,
    azure_traffic_selector_kind, azure_circuit_kind, azure_route_server_kind,
    azure_route_server_peer_kind, azure_nic_kind, azure_vm_kind;

/* AWS */
extern const struct topo_kind aws_vpc_kind, aws_subnet_kind, aws_route_table_kind, aws_route_kind,
    aws_internet_gateway_kind, aws_vpn_gateway_kind, aws_transit_gateway_kind,
    aws_tgw_attachment_kind, aws_customer_gateway_kind, aws_vpn_connection_kind, aws_tunnel_kind,
    aws_security_group_kind, aws_ingress_kind, aws_egress_kind, aws_instance_kind;

/* Google Cloud */
extern const struct topo_kind gcp_network_kind, gcp_subnetwork_kind, gcp_ha_vpn_gateway_kind,
    gcp_vpn_interface_kind, gcp_classic_vpn_gateway_kind, gcp_external_vpn_gateway_kind,
    gcp_external_interface_kind, gcp_vpn_tunnel_kind, gcp_router_kind, gcp_router_interface_kind,
    gcp_router_peer_kind, gcp_firewall_kind, gcp_instance_kind;

/* SORACOM */
extern const struct topo_kind soracom_vpg_kind, soracom_door_kind, soracom_tunnel_kind,
    soracom_gate_kind;

/* Places of one's own */
extern const struct topo_kind site_kind, site_network_kind, site_router_kind, site_interface_kind,
    site_host_kind, site_carrier_kind, site_link_kind, topo_vxlan_kind;

/* Requirements, expectations, exceptions */
extern const struct topo_kind expect_reach_kind, expect_routes_kind, expect_route_kind,
    expect_tunnel_kind, expect_session_kind, expect_status_kind, expect_step_kind,
    expect_outage_kind, expect_finding_kind, expect_count_kind, topo_connect_kind,
    topo_isolate_kind, topo_suppression_kind, topo_limit_kind;

/* The keys of the sections that the top level has; the last row of each has no name. */
extern const struct topo_field topo_azure_fields[], topo_aws_fields[], topo_gcp_fields[],
    topo_soracom_fields[], topo_expect_fields[], topo_requirements_fields[], topo_device_fields[],
    aws_tunnel_fields[];

#endif
