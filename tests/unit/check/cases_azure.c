#include "cases.h"

const struct check_case cases_azure[] = {
    {
        .rule = "R003",
        .claim = "custom BGP addresses outside of Azure's range",
        .base = "azure-gcp",
        .edits = { { .find = "apipa_addresses: [169.254.21.14]",
                     .replace = "apipa_addresses: [169.254.23.14]" },
                   { .find = "169.254.21.13}\n    lng-gcp-1",
                     .replace = "169.254.23.13}\n    lng-gcp-1" },
                   { .find = "ip_range: 169.254.21.13/30",
                     .replace = "ip_range: 169.254.23.13/30" },
                   { .find = "peer_ip_address: 169.254.21.14",
                     .replace = "peer_ip_address: 169.254.23.14" },
                   { .find = "hJa1s00\n      enable_bgp: true\n"
                             "      custom_bgp_primary: 169.254.21.14",
                     .replace = "hJa1s00\n      enable_bgp: true\n"
                                "      custom_bgp_primary: 169.254.23.14" },
                   { .find = "hJa1s11\n      enable_bgp: true\n"
                             "      custom_bgp_primary: 169.254.21.14",
                     .replace = "hJa1s11\n      enable_bgp: true\n"
                                "      custom_bgp_primary: 169.254.23.14" } },
        .object = "[0]",
    },
    {
        .rule = "R007",
        .claim = "a peer with a 169.254 address, and a gateway without one",
        .base = "azure-gcp",
        .edits = { { .find = "          - {apipa_addresses: [169.254.21.14]}\n"
                             "          - {apipa_addresses: [169.254.22.50]}\n",
                     .replace = "          - {default_address: 10.3.255.4}\n"
                                "          - {default_address: 10.3.255.5}\n" },
                   { .find = "hJa1s00\n      enable_bgp: true\n"
                             "      custom_bgp_primary: 169.254.21.14\n"
                             "      custom_bgp_secondary: 169.254.22.50\n",
                     .replace = "hJa1s00\n      enable_bgp: true\n" },
                   { .find = "hJa1s11\n      enable_bgp: true\n"
                             "      custom_bgp_primary: 169.254.21.14\n"
                             "      custom_bgp_secondary: 169.254.22.50\n",
                     .replace = "hJa1s11\n      enable_bgp: true\n" } },
        .object = "conn-gcp-0",
        .also = "R175 R174",
    },
    {
        .rule = "R007",
        .claim = "a peer with a 169.254 address at an instance without one",
        .base = "azure-gcp",
        .edits = { { .find = "          - {apipa_addresses: [169.254.22.50]}\n",
                     .replace = "          - {default_address: 10.3.255.5}\n" },
                   { .find = "hJa1s00\n      enable_bgp: true\n"
                             "      custom_bgp_primary: 169.254.21.14\n"
                             "      custom_bgp_secondary: 169.254.22.50\n",
                     .replace = "hJa1s00\n      enable_bgp: true\n" },
                   { .find = "hJa1s11\n      enable_bgp: true\n"
                             "      custom_bgp_primary: 169.254.21.14\n"
                             "      custom_bgp_secondary: 169.254.22.50\n",
                     .replace = "hJa1s11\n      enable_bgp: true\n" } },
        .object = "conn-gcp-1",
        .also = "R175 R016",
    },
    {
        .rule = "R050",
        .claim = "a custom BGP address that the gateway does not have",
        .base = "azure-aws",
        .edits = { { .find = "custom_bgp_primary: 169.254.22.2",
                     .replace = "custom_bgp_primary: 169.254.22.10" } },
        .object = "conn-aws-01",
        .also = "R005 R016 R175",
    },
    {
        .rule = "R055",
        .claim = "the network of the peer as address space, which is not sent back to it",
        .base = "azure-aws",
        .edits = { { .find = "asn: 64512, bgp_peering_address: 169.254.21.1}",
                     .replace = "asn: 64512, bgp_peering_address: 169.254.21.1, address_space: "
                                "[172.24.0.0/16]}" } },
        .object = "lng-aws-00",
    },
    {
        .rule = "R063",
        .claim = "BFD, multihop and timers in a peer group",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " neighbor 10.1.255.4 remote-as 65010\n"
                             " neighbor 10.1.255.4 ebgp-multihop 255\n",
                     .replace = " neighbor AZURE peer-group\n"
                                " neighbor AZURE remote-as 65010\n"
                                " neighbor AZURE ebgp-multihop 255\n"
                                " neighbor AZURE fall-over bfd\n"
                                " neighbor 10.1.255.4 peer-group AZURE\n" } },
        .object = "edge",
    },
    {
        .rule = "R073",
        .claim = "a SKU that is a single letter",
        .base = "azure-private",
        .edits = { { .find = "sku: VpnGw2AZ", .replace = "sku: X" } },
        .object = "vpngw",
        .also = "R201",
    },
    {
        .rule = "R013",
        .claim = "a tunnel that never comes up, and no log of tunnels",
        .base = "azure-gcp",
        .edits = { { .find = "      diagnostic_logs: [TunnelDiagnosticLog]\n", .replace = "" } },
        .object = "vpngw",
    },
    {
        .rule = "R015",
        .claim = "a gateway with an AS number of Azure's own",
        .base = "azure-site",
        .edits = { { .find = "        asn: 65010\n", .replace = "        asn: 65518\n" },
                   { .file = "azure-site/edge.cfg",
                     .find = "neighbor 10.1.255.4 remote-as 65010",
                     .replace = "neighbor 10.1.255.4 remote-as 65518" },
                   { .file = "azure-site/edge.cfg",
                     .find = "neighbor 10.1.255.5 remote-as 65010",
                     .replace = "neighbor 10.1.255.5 remote-as 65518" } },
        .object = "vpngw",
    },
    {
        .rule = "R015",
        .claim = "a site with the AS number of ExpressRoute's edge",
        .base = "azure-site",
        .edits = { { .find = "      asn: 65150\n", .replace = "      asn: 12076\n" },
                   { .file = "azure-site/edge.cfg",
                     .find = "router bgp 65150",
                     .replace = "router bgp 12076" } },
        .object = "lng-site",
    },
    {
        .rule = "R039",
        .claim = "an active-standby gateway",
        .base = "azure-site",
        .edits = { { .find = "      active_active: true\n", .replace = "" },
                   { .find = "        - {public_ip_address: pip-vpn-1}\n", .replace = "" },
                   { .find = "          - {default_address: 10.1.255.5}\n", .replace = "" } },
        .object = "vpngw",
        .also = "R060 R176 R182",
    },
    {
        .rule = "R043",
        .claim = "two VPN gateways in a virtual network",
        .base = "azure-site",
        .edits = { { .find = "  local_network_gateways:\n",
                     .replace = "    vpngw-2: {type: Vpn, sku: VpnGw1AZ, vpn_type: RouteBased, "
                                "virtual_network: vnet-hub}\n  local_network_gateways:\n" } },
        .object = "vpngw-2",
    },
    {
        .rule = "R047",
        .claim = "an active-active gateway with a dynamic address",
        .base = "azure-site",
        .edits = { { .find = "pip-vpn-1: {sku: Standard, allocation_method: Static",
                     .replace = "pip-vpn-1: {sku: Standard, allocation_method: Dynamic" } },
        .object = "pip-vpn-1",
    },
    {
        .rule = "R048",
        .claim = "BGP on a policy-based gateway",
        .base = "azure-site",
        .edits = { { .find = "vpn_type: RouteBased", .replace = "vpn_type: PolicyBased" } },
        .object = "vpngw",
        .also = "R047",
    },
    {
        .rule = "R049",
        .claim = "more tunnels than the SKU takes",
        .base = "azure-many",
        .edits = { { .find = "sku: VpnGw4AZ", .replace = "sku: VpnGw2AZ" } },
        .object = "vpngw",
    },
    {
        .rule = "R050",
        .claim = "several custom addresses, and a connection that names none",
        .base = "azure-aws",
        .edits = { { .find = "Ga611\n      enable_bgp: true\n"
                             "      custom_bgp_primary: 169.254.21.2\n"
                             "      custom_bgp_secondary: 169.254.22.6\n",
                     .replace = "Ga611\n      enable_bgp: true\n" } },
        .object = "conn-aws-11",
        .also = "R005 R016 R175",
    },
    {
        .rule = "R051",
        .claim = "a router that waits for a session from a 169.254 address",
        .base = "azure-apipa",
        .edits = { { .file = "azure-apipa/edge.cfg",
                     .find = " neighbor 169.254.21.2 maximum-prefix 1000\n",
                     .replace = " neighbor 169.254.21.2 maximum-prefix 1000\n"
                                " neighbor 169.254.21.2 transport connection-mode passive\n" } },
        .object = "edge",
        .also = "R016 R175",
    },
    {
        .rule = "R052",
        .claim = "both instances with one custom address",
        .base = "azure-apipa",
        .edits = { { .find = "apipa_addresses: [169.254.21.6]",
                     .replace = "apipa_addresses: [169.254.21.2]" } },
        .object = "[1]",
        .also = "R202 R016 R175 R177 R178 R182",
    },
    {
        .rule = "R053",
        .claim = "an active-standby gateway with two custom addresses",
        .base = "azure-apipa",
        .edits = { { .find = "      active_active: true\n", .replace = "" },
                   { .find = "        - {public_ip_address: pip-vpn-1}\n", .replace = "" },
                   { .find = "          - {apipa_addresses: [169.254.21.2]}\n"
                             "          - {apipa_addresses: [169.254.21.6]}\n",
                     .replace = "          - {apipa_addresses: [169.254.21.2, 169.254.21.6]}\n" } },
        .object = "vpngw",
        .also = "R016 R039 R050 R119 R175 R182",
    },
    {
        .rule = "R054",
        .claim = "a peer that speaks BGP from its public address",
        .base = "azure-site",
        .edits = { { .find = "bgp_peering_address: 192.168.255.1",
                     .replace = "bgp_peering_address: 203.0.113.1" } },
        .object = "lng-site",
        .also = "R202 R016 R032 R162 R175 R182 R174",
    },
    {
        .rule = "R054",
        .claim = "a peer that speaks BGP from an address of the virtual network",
        .base = "azure-site",
        .edits = { { .find = "bgp_peering_address: 192.168.255.1",
                     .replace = "bgp_peering_address: 10.1.0.9" } },
        .object = "lng-site",
        .also = "R202 R016 R162 R175 R182 R174",
    },
    {
        .rule = "R055",
        .claim = "an address space beside BGP",
        .base = "azure-site",
        .edits = { { .find = "      asn: 65150\n",
                     .replace = "      asn: 65150\n      address_space: [192.168.10.0/24]\n" } },
        .object = "lng-site",
    },
    {
        .rule = "R056",
        .claim = "neither BGP nor an address space",
        .base = "azure-site",
        .edits = { { .find = "      asn: 65150\n      bgp_peering_address: 192.168.255.1\n",
                     .replace = "" },
                   { .find = "      enable_bgp: true\n      dpd", .replace = "      dpd" } },
        .object = "lng-site",
        .also = "R016 R174 R175 R182",
    },
    {
        .rule = "R057",
        .claim = "a connection with BGP off to a peer with BGP",
        .base = "azure-site",
        .edits = { { .find = "      enable_bgp: true\n      dpd", .replace = "      dpd" } },
        .object = "conn-site",
        .also = "R016 R174 R175 R182",
    },
    {
        .rule = "R060",
        .claim = "a router without a route to an instance's BGP address",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = "ip route 10.1.255.5 255.255.255.255 Tunnel1\n",
                     .replace = "" } },
        .object = "edge",
    },
    {
        .rule = "R061",
        .claim = "routes to the two instances that are exchanged",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = "ip route 10.1.255.4 255.255.255.255 Tunnel0\n"
                             "ip route 10.1.255.5 255.255.255.255 Tunnel1\n",
                     .replace = "ip route 10.1.255.4 255.255.255.255 Tunnel1\n"
                                "ip route 10.1.255.5 255.255.255.255 Tunnel0\n" } },
        .object = "edge",
        .also = "R174",
    },
    {
        .rule = "R062",
        .claim = "timers of 10 and 30 s towards Azure",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = "neighbor 10.1.255.4 timers 60 180",
                     .replace = "neighbor 10.1.255.4 timers 10 30" } },
        .object = "edge",
    },
    {
        .rule = "R063",
        .claim = "BFD towards a VPN gateway",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " neighbor 10.1.255.4 maximum-prefix 1000\n",
                     .replace = " neighbor 10.1.255.4 maximum-prefix 1000\n"
                                " neighbor 10.1.255.4 fall-over bfd\n" } },
        .object = "edge",
    },
    {
        .rule = "R064",
        .claim = "more prefixes than the gateway takes",
        .base = "azure-site",
        .edits = { { .find = "azure:\n  virtual_networks",
                     .replace = "limits:\n  azure.vpn.bgp.prefixes-max: 1\n"
                                "azure:\n  virtual_networks" },
                   { .file = "azure-site/edge.cfg",
                     .find = " network 192.168.10.0 mask 255.255.255.0\n",
                     .replace = " network 192.168.10.0 mask 255.255.255.0\n"
                                " network 192.168.255.1 mask 255.255.255.255\n" } },
        .object = "conn-site",
        .also = "R032",
    },
    {
        .rule = "R065",
        .claim = "a site that announces a part of the virtual network",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " network 192.168.10.0 mask 255.255.255.0\n",
                     .replace = " network 192.168.10.0 mask 255.255.255.0\n"
                                " network 10.1.7.0 mask 255.255.255.0\n" },
                   { .file = "azure-site/edge.cfg",
                     .find = "ip route 10.1.255.4 255.255.255.255 Tunnel0\n",
                     .replace = "ip route 10.1.255.4 255.255.255.255 Tunnel0\n"
                                "ip route 10.1.7.0 255.255.255.0 Null0\n" },
                   { .file = "azure-site/edge.cfg",
                     .find = "ip prefix-list SITE seq 5 permit 192.168.10.0/24\n",
                     .replace = "ip prefix-list SITE seq 5 permit 192.168.10.0/24\n"
                                "ip prefix-list SITE seq 10 permit 10.1.7.0/24\n" } },
        .object = "conn-site",
        .also = "R068 R177",
    },
    {
        .rule = "R066",
        .claim = "a site that announces a default route",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " neighbor 10.1.255.4 maximum-prefix 1000\n",
                     .replace = " neighbor 10.1.255.4 maximum-prefix 1000\n"
                                " neighbor 10.1.255.4 default-originate\n" } },
        .object = "conn-site",
    },
    {
        .rule = "R067",
        .claim = "a default route that another branch does not get",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " neighbor 10.1.255.4 maximum-prefix 1000\n",
                     .replace = " neighbor 10.1.255.4 maximum-prefix 1000\n"
                                " neighbor 10.1.255.4 default-originate\n" },
                   { .find = "  connections:\n",
                     .replace = "    lng-branch: {gateway_address: 203.0.113.9, asn: 65160, "
                                "bgp_peering_address: 192.168.254.9}\n  connections:\n"
                                "    conn-branch: {type: IPsec, virtual_network_gateway: vpngw, "
                                "local_network_gateway: lng-branch, enable_bgp: true}\n" } },
        .object = "conn-branch",
        .also = "R066 R182",
    },
    {
        .rule = "R069",
        .claim = "NAT beside custom BGP addresses",
        .base = "azure-apipa",
        .edits = { { .find = "      active_active: true\n",
                     .replace = "      active_active: true\n      nat_rules: [branch]\n" } },
        .object = "vpngw",
    },
    {
        .rule = "R070",
        .claim = "a security group on GatewaySubnet",
        .base = "azure-site",
        .edits = { { .find = "GatewaySubnet: {address_prefix: 10.1.255.0/27}",
                     .replace = "GatewaySubnet: {address_prefix: 10.1.255.0/27, "
                                "network_security_group: nsg-default}" } },
        .object = "GatewaySubnet",
    },
    {
        .rule = "R070",
        .claim = "a subnet of another name",
        .base = "azure-site",
        .edits = { { .find = "GatewaySubnet: {", .replace = "gatewaysubnet: {" } },
        .object = "vpngw",
        .also = "R016 R175 R182",
    },
    {
        .rule = "R070",
        .claim = "a GatewaySubnet of 8 addresses",
        .base = "azure-site",
        .edits = { { .find = "10.1.255.0/27", .replace = "10.1.255.0/29" } },
        .object = "GatewaySubnet",
    },
    {
        .rule = "R071",
        .claim = "a GatewaySubnet that is too small for two gateways",
        .base = "azure-site",
        .edits = { { .find = "10.1.255.0/27", .replace = "10.1.255.0/28" },
                   { .find = "  local_network_gateways:\n",
                     .replace = "    ergw: {type: ExpressRoute, sku: ErGw1AZ, virtual_network: "
                                "vnet-hub}\n  local_network_gateways:\n" } },
        .object = "GatewaySubnet",
        .also = "R070",
    },
    {
        .rule = "R072",
        .claim = "a gateway with an AS number of its own beside Route Server",
        .base = "azure-site",
        .edits = { { .find = "  local_network_gateways:\n",
                     .replace = "  route_servers:\n    rs: {virtual_network: vnet-hub, "
                                "branch_to_branch_traffic_enabled: true}\n"
                                "  local_network_gateways:\n" },
                   { .find = "        GatewaySubnet: {",
                     .replace = "        RouteServerSubnet: {address_prefix: 10.1.254.0/27}\n"
                                "        GatewaySubnet: {" } },
        .object = "vpngw",
        .also = "R085",
    },
    {
        .rule = "R073",
        .claim = "a connection over private peering at a gateway without private addresses",
        .base = "azure-site",
        .edits = { { .find = "      enable_bgp: true\n      dpd",
                     .replace = "      local_azure_ip_address_enabled: true\n"
                                "      enable_bgp: true\n      dpd" } },
        .object = "conn-site",
        .also = "R174 R016 R175 R182",
    },
    {
        .rule = "R083",
        .claim = "a SKU without zones",
        .base = "azure-site",
        .edits = { { .find = "sku: VpnGw2AZ", .replace = "sku: VpnGw2" } },
        .object = "vpngw",
    },
    {
        .rule = "R084",
        .claim = "a router with a tunnel to one instance alone, although redundancy is wanted",
        .base = "azure-site",
        .edits = { { .find = "requirements:\n", .replace = "requirements:\n  redundancy: true\n" },
                   { .file = "azure-site/edge.cfg",
                     .find = " tunnel destination 198.51.100.11\n"
                             " tunnel protection ipsec profile AZURE\n",
                     .replace = " tunnel destination 198.51.100.11\n"
                                " tunnel protection ipsec profile AZURE\n shutdown\n" } },
        .object = "conn-site",
        .also = "R013 R060 R175 R176 R182",
    },
    {
        .rule = "R050",
        .claim = "a connection with a custom BGP address that its instance has not",
        .base = "azure-apipa",
        .edits = { { .find = "      enable_bgp: true\n      dpd_timeout_seconds: 45\n",
                     .replace = "      enable_bgp: true\n      custom_bgp_primary: 169.254.21.10\n"
                                "      dpd_timeout_seconds: 45\n" } },
        .object = "conn-site",
        .also = "R202",
    },
    {
        .rule = "R201",
        .claim = "a SKU that is not Azure's",
        .base = "azure-site",
        .edits = { { .find = "sku: VpnGw2AZ", .replace = "sku: VpnGw22AZ" } },
        .object = "vpngw",
    },
    {
        .rule = "R201",
        .claim = "a SKU of another generation",
        .base = "azure-site",
        .edits = { { .find = "VpnGw2AZ\n      generation: 2",
                     .replace = "VpnGw5AZ\n      generation: 1" } },
        .object = "vpngw",
    },
    {
        .rule = "R003",
        .claim = "a peer of whom nothing is known, with a 169.254 address outside of Azure's range",
        .base = "azure-aws",
        .edits = { { .find = "lng-aws-11: {gateway_address: 203.0.113.23, asn: 64512, "
                             "bgp_peering_address: 169.254.22.5}",
                     .replace = "lng-aws-11: {gateway_address: 192.0.2.23, asn: 64512, "
                                "bgp_peering_address: 169.254.33.5}" } },
        .object = "lng-aws-11",
        .also = "R119",
    },
    {
        .rule = "R072",
        .claim = "a site by VPN and a site by ExpressRoute, and no Route Server between them",
        .base = "er-hub",
        .edits = { { .find = "      branch_to_branch_traffic_enabled: true\n",
                     .replace = "      branch_to_branch_traffic_enabled: false\n" },
                   { .find = "  express_route_circuits:\n",
                     .replace =
                         "    vpngw: {type: Vpn, sku: VpnGw1AZ, virtual_network: vnet-hub, "
                         "active_active: true, enable_bgp: true, bgp_settings: {asn: 65010, "
                         "peering_addresses: [{default_address: 10.0.200.4}, {default_address: "
                         "10.0.200.5}]}, ip_configurations: [{public_ip_address: pip-v0}, "
                         "{public_ip_address: pip-v1}]}\n"
                         "  local_network_gateways:\n"
                         "    lng-branch: {gateway_address: 203.0.113.1, address_space: "
                         "[192.168.99.0/24]}\n"
                         "  express_route_circuits:\n" },
                   { .find = "    pip-rs: {",
                     .replace = "    pip-v0: {sku: Standard, allocation_method: Static, zones: [1, "
                                "2, 3], ip_address: 198.51.100.30}\n"
                                "    pip-v1: {sku: Standard, allocation_method: Static, zones: [1, "
                                "2, 3], ip_address: 198.51.100.31}\n"
                                "    pip-rs: {" },
                   { .find = "  connections:\n",
                     .replace = "  connections:\n"
                                "    conn-branch: {type: IPsec, virtual_network_gateway: vpngw, "
                                "local_network_gateway: lng-branch}\n" },
                   { .find = "links:\n",
                     .replace =
                         "  branch:\n"
                         "    networks:\n"
                         "      lan: {prefix: 192.168.99.0/24}\n"
                         "    routers:\n"
                         "      edge:\n"
                         "        device: {configuration: azure-site/edge.cfg, dialect: ios}\n"
                         "        interfaces:\n"
                         "          GigabitEthernet1: {address: 203.0.113.1/30, internet: "
                         "true}\n"
                         "links:\n" },
                   { .find = "    - {from: sites.site, to: vnet-spoke}",
                     .replace = "    - {from: sites.site, to: sites.branch}" } },
        .object = "vpngw",
        .also = "R089 R182 R174",
    },
    {
        .rule = "R020",
        .claim = "a host with a public address, where a site announces a default route",
        .base = "azure-site",
        .edits = { { .find =
                         "    nic-app: {subnet: vnet-hub/default, private_ip_address: 10.1.0.4}",
                     .replace = "    nic-app: {subnet: vnet-hub/default, private_ip_address: "
                                "10.1.0.4, public_ip_address: pip-app}" },
                   { .find = "    pip-vpn-0: {",
                     .replace = "    pip-app: {sku: Standard, allocation_method: Static, zones: "
                                "[1, 2, 3]}\n    pip-vpn-0: {" },
                   { .file = "azure-site/edge.cfg",
                     .find = " neighbor 10.1.255.4 soft-reconfiguration inbound\n",
                     .replace = " neighbor 10.1.255.4 soft-reconfiguration inbound\n"
                                " neighbor 10.1.255.4 default-originate\n" } },
        .object = "nic-app",
        .also = "R066",
    },
    {
        .rule = "R020",
        .claim = "a host with a public address, where a gateway has a default site",
        .base = "azure-site",
        .edits = { { .find =
                         "    nic-app: {subnet: vnet-hub/default, private_ip_address: 10.1.0.4}",
                     .replace = "    nic-app: {subnet: vnet-hub/default, private_ip_address: "
                                "10.1.0.4, public_ip_address: pip-app}" },
                   { .find = "    pip-vpn-0: {",
                     .replace = "    pip-app: {sku: Standard, allocation_method: Static, zones: "
                                "[1, 2, 3]}\n    pip-vpn-0: {" },
                   { .find = "      virtual_network: vnet-hub\n",
                     .replace = "      virtual_network: vnet-hub\n"
                                "      default_local_network_gateway: lng-site\n" } },
        .object = "nic-app",
    },
    {
        .rule = "R057",
        .claim = "a connection with BGP at a gateway without",
        .base = "azure-site",
        .edits = { { .find = "      active_active: true\n      enable_bgp: true\n",
                     .replace = "      active_active: true\n" } },
        .object = "conn-site",
        .also = "R016 R182 R174",
    },
    {
        .rule = "R057",
        .claim = "a connection with BGP to a peer without",
        .base = "azure-site",
        .edits = { { .find = "      asn: 65150\n      bgp_peering_address: 192.168.255.1\n",
                     .replace = "      address_space: [192.168.10.0/24]\n" } },
        .object = "conn-site",
        .also = "R016 R182 R174 R202",
    },
    {
        .rule = "R047",
        .claim = "an active-active gateway of SKU Basic",
        .base = "azure-site",
        .edits = { { .find = "sku: VpnGw2AZ\n      generation: 2",
                     .replace = "sku: Basic\n      generation: 1" } },
        .object = "vpngw",
        .also = "R048",
    },
    {
        .rule = "R047",
        .claim = "an active-active gateway with one address",
        .base = "azure-site",
        .edits = { { .find = "        - {public_ip_address: pip-vpn-1}\n", .replace = "" } },
        .object = "vpngw",
        .also = "R174 R164 R182 R013 R039",
    },
    {
        .rule = "R069",
        .claim = "NAT on the smallest SKU",
        .base = "azure-site",
        .edits = { { .find = "      vpn_type: RouteBased\n",
                     .replace = "      vpn_type: RouteBased\n      nat_rules: [r]\n" },
                   { .find = "sku: VpnGw2AZ\n      generation: 2",
                     .replace = "sku: VpnGw1AZ\n      generation: 1" } },
        .object = "vpngw",
    },
    {
        .rule = "R070",
        .claim = "a GatewaySubnet that does not learn the gateway's routes",
        .base = "azure-site",
        .edits = { { .find = "  network_security_groups:\n",
                     .replace = "  route_tables:\n    rt: {disable_bgp_route_propagation: true}\n  "
                                "network_security_groups:\n" },
                   { .find = "{address_prefix: 10.1.255.0/27}",
                     .replace = "{address_prefix: 10.1.255.0/27, route_table: rt}" } },
        .object = "GatewaySubnet",
    },
    {
        .rule = "R070",
        .claim = "a GatewaySubnet with a default route",
        .base = "azure-site",
        .edits = { { .find = "  network_security_groups:\n",
                     .replace =
                         "  route_tables:\n    rt: {routes: {all: {address_prefix: 0.0.0.0/0, "
                         "next_hop_type: Internet}}}\n  network_security_groups:\n" },
                   { .find = "{address_prefix: 10.1.255.0/27}",
                     .replace = "{address_prefix: 10.1.255.0/27, route_table: rt}" } },
        .object = "GatewaySubnet",
    },
    {
        .rule = "R070",
        .claim = "a machine in GatewaySubnet",
        .base = "azure-site",
        .edits = { { .find = "nic-app: {subnet: vnet-hub/default, private_ip_address: 10.1.0.4}",
                     .replace = "nic-app: {subnet: vnet-hub/GatewaySubnet, private_ip_address: "
                                "10.1.255.10}" } },
        .object = "nic-app",
    },
    {
        .rule = "R071",
        .claim = "a Basic gateway beside ExpressRoute",
        .base = "azure-private",
        .edits = { { .find = "sku: VpnGw2AZ\n      generation: 2",
                     .replace = "sku: Basic\n      generation: 1" } },
        .object = "vpngw",
        .also = "R047 R048 R073",
    },
    {
        .rule = "R071",
        .claim = "a policy-based gateway beside ExpressRoute",
        .base = "azure-private",
        .edits = { { .find = "vpn_type: RouteBased", .replace = "vpn_type: PolicyBased" } },
        .object = "vpngw",
        .also = "R047 R048",
    },
    {
        .rule = "R072",
        .claim = "an active-standby gateway beside Route Server",
        .base = "azure-site",
        .edits = { { .find = "  local_network_gateways:\n",
                     .replace =
                         "  route_servers:\n    rs: {virtual_network: vnet-hub, "
                         "branch_to_branch_traffic_enabled: true}\n  local_network_gateways:\n" },
                   { .find = "        GatewaySubnet: {",
                     .replace = "        RouteServerSubnet: {address_prefix: 10.1.254.0/27}\n      "
                                "  GatewaySubnet: {" },
                   { .find = "      active_active: true\n", .replace = "" },
                   { .find = "        - {public_ip_address: pip-vpn-1}\n", .replace = "" },
                   { .find = "          - {default_address: 10.1.255.5}\n", .replace = "" } },
        .object = "vpngw",
        .also = "R039 R164 R182 R013 R174 R085",
    },
    {
        .rule = "R073",
        .claim = "a private peer, and the gateway's public address",
        .base = "azure-private",
        .edits = { { .find = "      local_azure_ip_address_enabled: true\n", .replace = "" } },
        .object = "conn-site",
        .also = "R211 R182 R174 R009 R013",
    },
    {
        .rule = "R070",
        .claim = "a gateway in a network without GatewaySubnet and without any",
        .base = "apart",
        .edits = { { .find = "aws:\n  vpcs:",
                     .replace = "  virtual_network_gateways:\n    g: {type: Vpn, sku: VpnGw2AZ, "
                                "virtual_network: v1}\naws:\n  vpcs:" } },
        .object = "g",
    },
    { .rule = NULL },
};
