#include "cases.h"

const struct check_case cases_whole[] = {
    {
        .rule = "R174",
        .claim = "a pair that nothing joins",
        .base = "azure-site",
        .edits = { { .find = "    - {from: sites.site, to: vnet-hub}",
                     .replace = "    - {from: sites.site, to: vnet-alone}" },
                   { .find = "  network_security_groups:\n",
                     .replace = "    vnet-alone: {location: japaneast, address_space: "
                                "[10.77.0.0/16]}\n  network_security_groups:\n" } },
        .object = "[0]",
    },
    {
        .rule = "R174",
        .claim = "a tunnel between two places that must not talk",
        .base = "azure-site",
        .edits = { { .find = "requirements:\n",
                     .replace = "requirements:\n  isolate:\n"
                                "    - {from: sites.site, to: vnet-hub}\n" } },
        .object = "[0]",
    },
    {
        .rule = "R175",
        .claim = "one router, although redundancy is required",
        .base = "azure-site",
        .edits = { { .find = "requirements:\n",
                     .replace = "requirements:\n  redundancy: true\n" } },
        .object = "edge",
    },
    {
        .rule = "R175",
        .claim = "one link of a circuit, although redundancy is required",
        .base = "er-hub",
        .edits = { { .find = "  secondary: {between: [\"sites.site.routers.ce-2:eth0\", "
                             "\"circuit:secondary\"], bandwidth_mbps: 1000}\n",
                     .replace = "" } },
        .object = "primary",
        .also = "R099 R182",
    },
    {
        .rule = "R175",
        .claim = "both instances of a gateway in one zone",
        .base = "azure-aws",
        .edits = { { .find = "198.51.100.10, zones: [1, 2, 3]",
                     .replace = "198.51.100.10, zones: [1]" },
                   { .find = "198.51.100.11, zones: [1, 2, 3]",
                     .replace = "198.51.100.11, zones: [1]" } },
        .object = "vpngw",
    },
    {
        .rule = "R175",
        .claim = "both routers of one's own in one zone of AWS",
        .base = "zones",
        .edits = { { .find = "ap-northeast-1c", .replace = "ap-northeast-1a" } },
        .object = "ec2-a",
    },
    {
        .rule = "R175",
        .claim = "both routers of one's own in one zone of Google Cloud",
        .base = "zones",
        .edits = { { .find = "zone: asia-northeast1-b", .replace = "zone: asia-northeast1-a" } },
        .object = "gce-a",
    },
    {
        .rule = "R175",
        .claim = "both routers of one's own in one zone of Azure",
        .base = "zones",
        .edits = { { .find = "zone: 2", .replace = "zone: 1" } },
        .object = "vm-1",
    },
    {
        .rule = "R176",
        .claim = "one tunnel of each of two connections, although redundancy is required",
        .base = "azure-aws",
        .edits = { { .find = "    lng-aws-01: {gateway_address: 203.0.113.21, asn: 64512, "
                             "bgp_peering_address: 169.254.22.1}\n",
                     .replace = "    lng-aws-01: {gateway_address: 203.0.113.121, asn: 64512, "
                                "bgp_peering_address: 169.254.22.1}\n" },
                   { .find = "    lng-aws-11: {gateway_address: 203.0.113.23, asn: 64512, "
                             "bgp_peering_address: 169.254.22.5}\n",
                     .replace = "    lng-aws-11: {gateway_address: 203.0.113.123, asn: 64512, "
                                "bgp_peering_address: 169.254.22.5}\n" } },
        .object = "vpn-0",
        .also = "R011 R119",
    },
    {
        .rule = "R177",
        .claim = "a site with the addresses of a network in a cloud",
        .base = "aws-site",
        .edits = { { .find = "lan: {prefix: 192.168.10.0/24}",
                     .replace = "lan: {prefix: 172.24.9.0/24}" } },
        .object = "lan",
        .also = "R174 R210 R211",
    },
    {
        .rule = "R178",
        .claim = "two tunnels of a router in one /30",
        .base = "aws-site",
        .edits = { { .find = "inside_cidr: 169.254.11.0/30",
                     .replace = "inside_cidr: 169.254.10.0/30" },
                   { .file = "aws-site/edge.cfg",
                     .find = "ip address 169.254.11.2",
                     .replace = "ip address 169.254.10.2" } },
        .object = "edge",
        .also = "R162 R118 R182",
    },
    {
        .rule = "R182",
        .claim = "a router without the neighbor of one of its tunnels",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " neighbor 10.1.255.5 remote-as 65010\n"
                             " neighbor 10.1.255.5 ebgp-multihop 255\n"
                             " neighbor 10.1.255.5 update-source Loopback0\n"
                             " neighbor 10.1.255.5 timers 60 180\n"
                             " neighbor 10.1.255.5 soft-reconfiguration inbound\n"
                             " neighbor 10.1.255.5 prefix-list SITE out\n"
                             " neighbor 10.1.255.5 maximum-prefix 1000\n",
                     .replace = "" } },
        .object = "edge",
    },
    {
        .rule = "R179",
        .claim = "a router that takes its own AS number back without a filter",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " neighbor 169.254.10.1 maximum-prefix 900\n",
                     .replace = " neighbor 169.254.10.1 maximum-prefix 900\n"
                                " neighbor 169.254.10.1 allowas-in\n" } },
        .object = "edge",
    },
    {
        .rule = "R180",
        .claim = "an outage of 20 s at most, and Azure's DPD of 45 s",
        .base = "azure-site",
        .edits = { { .find = "requirements:\n",
                     .replace = "requirements:\n  convergence_seconds: 20\n" } },
        .object = "conn-site",
    },
    {
        .rule = "R181",
        .claim = "more is needed than the gateway's SKU carries",
        .base = "azure-site",
        .edits = { { .find = "    - {from: sites.site, to: vnet-hub}",
                     .replace = "    - {from: sites.site, to: vnet-hub, bandwidth_mbps: 3000}" } },
        .object = "[0]",
    },
    {
        .rule = "R182",
        .claim = "a tunnel of a router that leads to nobody",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " tunnel destination 198.51.100.11\n",
                     .replace = " tunnel destination 198.51.100.99\n" } },
        .object = "edge",
        .also = "R013 R060 R164",
    },
    {
        .rule = "R183",
        .claim = "a local network gateway without a connection",
        .base = "azure-site",
        .edits = { { .find = "  connections:\n",
                     .replace = "    lng-spare: {gateway_address: 203.0.113.77, address_space: "
                                "[192.168.77.0/24]}\n  connections:\n" } },
        .object = "lng-spare",
    },
    {
        .rule = "R183",
        .claim = "a customer gateway without a connection",
        .base = "aws-site",
        .edits = { { .find = "  vpn_connections:\n",
                     .replace = "    cgw-spare: {bgp_asn: 65150, ip_address: 203.0.113.77}\n"
                                "  vpn_connections:\n" } },
        .object = "cgw-spare",
    },
    {
        .rule = "R177",
        .claim = "a VXLAN with inside addresses of the virtual network",
        .base = "two-hubs",
        .edits = { { .find = "address: 169.254.0.1/24, mtu_bytes: 1450}",
                     .replace = "address: 10.1.77.1/24, mtu_bytes: 1450}" } },
        .object = "nva-a",
        .also = "R162",
    },
    {
        .rule = "R177",
        .claim = "a tunnel with inside addresses of the virtual network",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " ip address 192.168.254.1 255.255.255.255\n",
                     .replace = " ip address 10.1.77.1 255.255.255.252\n" } },
        .object = "edge",
    },
    {
        .rule = "R178",
        .claim = "two interfaces of a Cloud Router in one /30",
        .base = "gcp-site",
        .edits = { { .find = "if-1: {ip_range: 169.254.22.49/30, vpn_tunnel: tunnel-1}",
                     .replace = "if-1: {ip_range: 169.254.21.13/30, vpn_tunnel: tunnel-1}" },
                   { .find = "site-1: {interface: if-1, peer_ip_address: 169.254.22.50,",
                     .replace = "site-1: {interface: if-1, peer_ip_address: 169.254.21.14," } },
        .object = "if-1",
        .also = "R202 R182",
    },
    {
        .rule = "R178",
        .claim = "two gateways of AWS with one /30 to a customer of whom nothing is known",
        .base = "aws-hub",
        .edits = { { .find = "    cgw-b: {bgp_asn: 65151, ip_address: 203.0.113.5}\n",
                     .replace = "    cgw-b: {bgp_asn: 65151, ip_address: 203.0.113.5}\n"
                                "    cgw-x: {bgp_asn: 65160, ip_address: 192.0.2.1}\n" },
                   { .find = "    vgw: {vpc: vpc-app, amazon_side_asn: 64512}\n",
                     .replace = "    vgw: {vpc: vpc-app, amazon_side_asn: 64512}\n"
                                "  transit_gateways: {tgw-x: {}, tgw-y: {}}\n" },
                   { .find = "sites:\n  site:\n",
                     .replace = "    vpn-x: {customer_gateway: cgw-x, transit_gateway: tgw-x, "
                                "tunnels: [{inside_cidr: 169.254.30.0/30}]}\n"
                                "    vpn-y: {customer_gateway: cgw-x, transit_gateway: tgw-y, "
                                "tunnels: [{inside_cidr: 169.254.30.0/30}]}\n"
                                "sites:\n  site:\n" } },
        .object = "[0]",
    },
    {
        .rule = "R183",
        .claim = "a virtual private gateway that is attached to no VPC",
        .base = "aws-site",
        .edits = { { .find = "    vgw: {vpc: vpc-app, amazon_side_asn: 64512}\n",
                     .replace = "    vgw: {amazon_side_asn: 64512}\n" } },
        .object = "vgw",
        .severity = "warning",
        .also = "R174",
    },
    {
        .rule = "R183",
        .claim = "an HA VPN gateway without a tunnel",
        .base = "gcp-site",
        .edits = { { .find = "  external_vpn_gateways:\n",
                     .replace = "    ha-spare: {network: net-app, region: asia-northeast1}\n"
                                "  external_vpn_gateways:\n" } },
        .object = "ha-spare",
    },
    {
        .rule = "R183",
        .claim = "an external VPN gateway without a tunnel",
        .base = "gcp-site",
        .edits = { { .find = "  vpn_tunnels:\n",
                     .replace = "    ext-spare:\n"
                                "      redundancy_type: SINGLE_IP_INTERNALLY_REDUNDANT\n"
                                "      interfaces: [{id: 0, ip_address: 203.0.113.77}]\n"
                                "  vpn_tunnels:\n" } },
        .object = "ext-spare",
    },
    {
        .rule = "R183",
        .claim = "a tunnel of HA VPN without an interface of a Cloud Router",
        .base = "gcp-site",
        .edits = { { .find = "        if-1: {ip_range: 169.254.22.49/30, vpn_tunnel: tunnel-1}\n",
                     .replace = "" },
                   { .find = "        site-1: {interface: if-1, peer_ip_address: 169.254.22.50, "
                             "peer_asn: 65150}\n",
                     .replace = "" } },
        .object = "tunnel-1",
        .also = "R182",
    },
    {
        .rule = "R182",
        .claim = "a neighbor in the virtual network that nobody is",
        .base = "er-hub",
        .edits = { { .file = "er-hub/nva-0.conf",
                     .find = " neighbor 10.0.210.4 remote-as 65515\n",
                     .replace = " neighbor 10.0.210.40 remote-as 65515\n neighbor 10.0.210.4 "
                                "remote-as 65515\n" } },
        .object = "nva-0",
        .also = "R149 R162",
    },
    {
        .rule = "R182",
        .claim = "a neighbor in a VPC that nobody is",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " neighbor 169.254.10.1 remote-as 64512\n",
                     .replace = " neighbor 172.24.0.99 remote-as 64512\n neighbor 172.24.0.99 "
                                "ebgp-multihop 255\n neighbor 169.254.10.1 remote-as 64512\n" } },
        .object = "edge",
    },
    { .rule = NULL },
};
