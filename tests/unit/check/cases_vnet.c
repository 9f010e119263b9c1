/* Routing inside of virtual networks. */
#include "cases.h"

#define NVA_0 "er-hub/nva-0.conf"

/* A route table in er-hub with one route, and a subnet that has it. */
#define TABLE(route)                                                                               \
    {                                                                                              \
        .find = "  virtual_network_peerings:\n",                                                   \
        .replace = "  route_tables:\n    rt:\n      routes:\n        x:\n          {" route        \
                   "}\n  virtual_network_peerings:\n"                                              \
    }
#define AT_SPOKE                                                                                   \
    {                                                                                              \
        .find = "default: {address_prefix: 10.10.0.0/24}",                                         \
        .replace = "default: {address_prefix: 10.10.0.0/24, route_table: rt}"                      \
    }
#define BY_APPLIANCE(address)                                                                      \
    "address_prefix: 172.30.0.0/16, next_hop_type: VirtualAppliance, "                             \
    "next_hop_ip_address: " address
#define NVA_0_DEVICE                                                                               \
    "      device: {configuration: er-hub/nva-0.conf, dialect: frr, ip_forward: true}\n"
#define VXLAN(mtu)                                                                                 \
    "      device:\n        configuration: er-hub/nva-0.conf\n        dialect: frr\n"              \
    "        ip_forward: true\n        vxlan:\n"                                                   \
    "          vxlan0: {id: 77, remote: 10.10.0.4, address: 169.254.0.1/24, mtu_bytes: " mtu "}\n"

const struct check_case cases_vnet[] = {
    {
        .rule = "R110",
        .claim = "a user route to the gateway, which is one of ExpressRoute",
        .base = "er-hub",
        .edits = { TABLE("address_prefix: 172.30.0.0/16, next_hop_type: VirtualNetworkGateway"),
                   AT_SPOKE },
        .object = "ergw",
    },
    {
        .rule = "R111",
        .claim = "an appliance out of reach",
        .base = "er-hub",
        .edits = { TABLE(BY_APPLIANCE("10.99.0.4")), AT_SPOKE },
        .object = "x",
    },
    {
        .rule = "R111",
        .claim = "an appliance that nobody is",
        .base = "er-hub",
        .edits = { TABLE(BY_APPLIANCE("10.0.0.99")), AT_SPOKE },
        .object = "x",
    },
    {
        .rule = "R111",
        .claim = "an appliance that does not forward",
        .base = "er-hub",
        .edits = { TABLE(BY_APPLIANCE("10.0.0.5")),
                   AT_SPOKE,
                   { .find = "private_ip_address: 10.0.0.5, ip_forwarding_enabled: true",
                     .replace = "private_ip_address: 10.0.0.5" } },
        .object = "nic-nva-1",
        .also = "R024 R046",
    },
    {
        .rule = "R112",
        .claim = "an appliance in the subnet whose route points to it",
        .base = "er-hub",
        .edits = { TABLE(BY_APPLIANCE("10.0.0.4")),
                   { .find = "nva: {address_prefix: 10.0.0.0/24}",
                     .replace = "nva: {address_prefix: 10.0.0.0/24, route_table: rt}" } },
        .object = "nva",
        .also = "R046",
    },
    {
        .rule = "R113",
        .claim = "a spoke that does not take what an appliance forwards",
        .base = "er-hub",
        .edits = { { .find = "      allow_forwarded_traffic: true\n      use_remote_gateways: true",
                     .replace = "      use_remote_gateways: true" } },
        .object = "spoke-hub",
    },
    {
        .rule = "R113",
        .claim = "remote gateways that the hub does not lend",
        .base = "er-hub",
        .edits = { { .find = "      allow_gateway_transit: true\n", .replace = "" } },
        .object = "spoke-hub",
        .also = "R174",
    },
    {
        .rule = "R113",
        .claim = "a peering in one direction",
        .base = "two-hubs",
        .edits = { { .find = "    b-a:\n      virtual_network: vnet-b\n"
                             "      remote_virtual_network: vnet-a\n"
                             "      allow_forwarded_traffic: true\n",
                     .replace = "" } },
        .object = "a-b",
        .also = "R174",
    },
    {
        .rule = "R114",
        .claim = "a filter that sees one direction",
        .base = "er-vpn",
        .edits = { { .find = "{address_prefix: 10.0.200.0/24, route_table: rt-hub-gateways}",
                     .replace = "{address_prefix: 10.0.200.0/24}" },
                   { .find = "  virtual_network_peerings:\n",
                     .replace = "  network_security_groups:\n    nsg:\n      security_rules:\n"
                                "        all:\n"
                                "          {priority: 100, direction: Inbound, access: Allow,\n"
                                "           protocol: \"*\", source_address_prefixes: [\"*\"],\n"
                                "           destination_address_prefixes: [\"*\"],\n"
                                "           source_port_ranges: [\"*\"],\n"
                                "           destination_port_ranges: [\"*\"]}\n"
                                "  virtual_network_peerings:\n" },
                   { .find = "private_ip_address: 10.0.0.4, ip_forwarding_enabled: true}",
                     .replace = "private_ip_address: 10.0.0.4, ip_forwarding_enabled: true,\n"
                                "              network_security_group: nsg}" } },
        .object = "nic-nva",
    },
    {
        .rule = "R115",
        .claim = "a user route 0.0.0.0/0, and no rule that denies the Internet",
        .base = "forced",
        .edits = { { .find = "access: Deny", .replace = "access: Allow" } },
        .object = "nva",
    },
    {
        .rule = "R116",
        .claim = "a rule that denies the platform too",
        .base = "forced",
        .edits = { { .find = "source_address_prefixes: [Internet]",
                     .replace = "source_address_prefixes: [\"*\"]" } },
        .object = "DenyInternet",
    },
    {
        .rule = "R116",
        .claim = "a rule that denies whatever it does not name",
        .base = "forced",
        .edits = { { .find = "          access: Deny\n          protocol: \"*\"\n"
                             "          source_address_prefixes: [Internet]\n"
                             "          source_port_ranges: [\"*\"]\n"
                             "          destination_address_prefixes: [\"*\"]\n"
                             "          destination_port_ranges: [\"*\"]\n",
                     .replace = "          access: Deny\n" } },
        .object = "DenyInternet",
    },
    {
        .rule = "R117",
        .claim = "a VXLAN whose other end is routed into it",
        .base = "er-hub",
        .edits = { { .find = NVA_0_DEVICE, .replace = VXLAN("1450") },
                   { .file = NVA_0,
                     .find = "ip route 10.50.0.0/16 Null0\n",
                     .replace = "ip route 10.50.0.0/16 Null0\n"
                                "ip route 10.10.0.0/16 169.254.0.2\n" } },
        .object = "nva-0",
    },
    {
        .rule = "R117",
        .claim = "a VXLAN with packets of 1500 bytes",
        .base = "er-hub",
        .edits = { { .find = NVA_0_DEVICE, .replace = VXLAN("1500") } },
        .object = "vxlan0",
    },
    {
        .rule = "R110",
        .claim = "a user route to a gateway that is not there",
        .base = "forced",
        .edits = { { .find = "internet: {address_prefix: 0.0.0.0/0, next_hop_type: Internet}",
                     .replace = "internet: {address_prefix: 0.0.0.0/0, next_hop_type: Internet}\n  "
                                "      far: {address_prefix: 192.168.0.0/16, next_hop_type: "
                                "VirtualNetworkGateway}" } },
        .object = "far",
    },
    {
        .rule = "R113",
        .claim = "a spoke with a gateway of its own that is to use the hub's",
        .base = "er-vpn",
        .edits = { { .find = "      use_remote_gateways: false\n",
                     .replace = "      use_remote_gateways: true\n" } },
        .object = "spoke-to-hub",
    },
    {
        .rule = "R113",
        .claim = "remote gateways that the hub does not have",
        .base = "azure-site",
        .edits = { { .find = "  network_security_groups:\n",
                     .replace =
                         "    vnet-x: {location: japaneast, address_space: [10.8.0.0/16]}\n"
                         "    vnet-y: {location: japaneast, address_space: [10.9.0.0/16]}\n"
                         "  virtual_network_peerings:\n"
                         "    x-y: {virtual_network: vnet-x, remote_virtual_network: vnet-y, "
                         "allow_gateway_transit: true}\n"
                         "    y-x: {virtual_network: vnet-y, remote_virtual_network: vnet-x, "
                         "use_remote_gateways: true}\n"
                         "  network_security_groups:\n" } },
        .object = "y-x",
    },
    {
        .rule = "R116",
        .claim = "an appliance that drops the platform's packets",
        .base = "forced",
        .edits = { { .find = "        iptables_persistent: true\n",
                     .replace = "          - -A INPUT -s 168.63.129.16 -j DROP\n        "
                                "iptables_persistent: true\n" } },
        .object = "nva",
    },
    {
        .rule = "R115",
        .claim = "a rule that denies all but the Internet",
        .base = "forced",
        .edits = { { .find = "          source_address_prefixes: [Internet]\n",
                     .replace = "          source_address_prefixes: [10.0.0.0/8]\n" } },
        .object = "nva",
    },
    {
        .rule = "R116",
        .claim = "a rule that denies the platform's address",
        .base = "forced",
        .edits = { { .find = "source_address_prefixes: [Internet]",
                     .replace = "source_address_prefixes: [Internet, 168.63.129.16]" } },
        .object = "DenyInternet",
    },
    {
        .rule = "R116",
        .claim = "a rule that denies the platform's tag",
        .base = "forced",
        .edits = { { .find = "source_address_prefixes: [Internet]",
                     .replace = "source_address_prefixes: [Internet, AzureLoadBalancer]" } },
        .object = "DenyInternet",
    },
    { .rule = NULL },
};
