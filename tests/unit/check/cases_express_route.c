/* ExpressRoute, and VPN over and beside it. */
#include "cases.h"

#define CE_1 "er-hub/ce-1.conf"
#define EDGE "er-vpn/edge.cfg"

/* The edge router of er-vpn announces the clients' network over the circuit too. */
#define EDGE_ANNOUNCES_CLIENTS                                                                     \
    { .file = EDGE,                                                                                \
      .find = " network 10.100.21.1 mask 255.255.255.255\n",                                       \
      .replace = " network 10.100.21.1 mask 255.255.255.255\n"                                     \
                 " network 10.100.11.0 mask 255.255.255.0\n" },                                    \
        { .file = EDGE,                                                                            \
          .find = "ip prefix-list LOOPBACKS seq 5 permit 10.100.21.1/32\n",                        \
          .replace = "ip prefix-list LOOPBACKS seq 5 permit 10.100.21.1/32\n"                      \
                     "ip prefix-list LOOPBACKS seq 10 permit 10.100.11.0/24\n" },                  \
    {                                                                                              \
        .file = EDGE, .find = "ip route 10.100.21.1 255.255.255.255 172.31.1.2\n",                 \
        .replace = "ip route 10.100.21.1 255.255.255.255 172.31.1.2\n"                             \
                   "ip route 10.100.11.0 255.255.255.0 172.31.1.2\n"                               \
    }

const struct check_case cases_express_route[] = {
    {
        .rule = "R033",
        .claim = "a network learns the same prefix over VPN and over ExpressRoute",
        .base = "er-vpn",
        .edits = { EDGE_ANNOUNCES_CLIENTS,
                   { .find = "    vpngw:\n",
                     .replace = "    ergw-spoke:\n      type: ExpressRoute\n      sku: ErGw1AZ\n"
                                "      virtual_network: vnet-spoke\n    vpngw:\n" },
                   { .find = "    conn-vpn:\n",
                     .replace = "    conn-er-spoke:\n      type: ExpressRoute\n"
                                "      virtual_network_gateway: ergw-spoke\n"
                                "      express_route_circuit: circuit\n"
                                "      authorization: key2\n    conn-vpn:\n" },
                   { .find = "authorizations: [key1]",
                     .replace = "authorizations: [key1, key2]" } },
        .object = "conn-vpn",
        .also = "R034",
    },
    {
        .rule = "R034",
        .claim = "the clients' network is announced over ExpressRoute too",
        .base = "er-vpn",
        .edits = { EDGE_ANNOUNCES_CLIENTS },
        .object = "edge",
    },
    {
        .rule = "R099",
        .claim = "a circuit with one link",
        .base = "er-hub",
        .edits = { { .find = "  secondary: {between: [\"sites.site.routers.ce-2:eth0\", "
                             "\"circuit:secondary\"], bandwidth_mbps: 1000}\n",
                     .replace = "" } },
        .object = "circuit",
        .also = "R175",
    },
    {
        .rule = "R099",
        .claim = "a router with Microsoft's address of the link",
        .base = "er-hub",
        .edits = { { .find = "eth0: {address: 172.16.0.1/30}",
                     .replace = "eth0: {address: 172.16.0.2/30}" } },
        .object = "ce-1",
    },
    {
        .rule = "R100",
        .claim = "a virtual network with the addresses of a link",
        .base = "er-hub",
        .edits = { { .find = "address_space: [10.10.0.0/16]",
                     .replace = "address_space: [10.10.0.0/16, 172.16.0.0/16]" } },
        .object = "circuit",
    },
    {
        .rule = "R101",
        .claim = "a router that expects another AS number of Microsoft",
        .base = "er-hub",
        .edits = { { .file = CE_1,
                     .find = "neighbor 172.16.0.2 remote-as 12076",
                     .replace = "neighbor 172.16.0.2 remote-as 12077" } },
        .object = "ce-1",
    },
    {
        .rule = "R101",
        .claim = "a circuit that expects another AS number of the customer",
        .base = "er-hub",
        .edits = { { .find = "peer_asn: 65150", .replace = "peer_asn: 65151" } },
        .object = "ce-1",
    },
    {
        .rule = "R102",
        .claim = "more networks than a connection announces",
        .base = "er-hub",
        .edits = { { .find = "requirements:\n",
                     .replace = "limits:\n  azure.er.to-onprem-max: 1\nrequirements:\n" } },
        .object = "conn-er",
    },
    {
        .rule = "R103",
        .claim = "a policy that looks for a private AS number",
        .base = "er-hub",
        .edits = { { .file = CE_1,
                     .find = "route-map IN permit 10\n",
                     .replace = "bgp as-path access-list AZURE seq 5 permit _65515_\n!\n"
                                "route-map IN permit 10\n match as-path AZURE\n" } },
        .object = "ce-1",
    },
    {
        .rule = "R104",
        .claim = "a community for Microsoft",
        .base = "er-hub",
        .edits = { { .file = CE_1,
                     .find = "  neighbor 172.16.0.2 prefix-list LAN out\n",
                     .replace = "  neighbor 172.16.0.2 prefix-list LAN out\n"
                                "  neighbor 172.16.0.2 route-map OUT out\n" },
                   { .file = CE_1,
                     .find = "route-map IN permit 10\n",
                     .replace = "route-map OUT permit 10\n set community 65150:1\nexit\n!\n"
                                "route-map IN permit 10\n" } },
        .object = "ce-1",
    },
    {
        .rule = "R105",
        .claim = "a link without BFD",
        .base = "er-hub",
        .edits = { { .file = CE_1, .find = " neighbor 172.16.0.2 bfd\n", .replace = "" } },
        .object = "ce-1",
    },
    {
        .rule = "R106",
        .claim = "a default route over ExpressRoute",
        .base = "er-hub",
        .edits = { { .file = CE_1,
                     .find = "  neighbor 172.16.0.2 prefix-list LAN out\n",
                     .replace = "  neighbor 172.16.0.2 prefix-list LAN out\n"
                                "  neighbor 172.16.0.2 default-originate\n" } },
        .object = "ergw",
    },
    {
        .rule = "R107",
        .claim = "no supernet between two circuits",
        .base = "two-circuits",
        .edits = { { .file = "two-circuits/nva-0.conf",
                     .find = "seq 5 permit 10.0.0.0/8",
                     .replace = "seq 5 permit 10.50.0.0/16" },
                   { .file = "two-circuits/nva-1.conf",
                     .find = "seq 5 permit 10.0.0.0/8",
                     .replace = "seq 5 permit 10.50.0.0/16" } },
        .object = "circuit-a",
    },
    {
        .rule = "R108",
        .claim = "FastPath with a gateway that does not have it",
        .base = "er-hub",
        .edits = { { .find = "      authorization: key-1\n",
                     .replace = "      authorization: key-1\n"
                                "      express_route_gateway_bypass: true\n" } },
        .object = "conn-er",
    },
    {
        .rule = "R109",
        .claim = "too many circuits of one location",
        .base = "two-circuits",
        .edits = { { .find = "requirements:\n",
                     .replace = "limits:\n  azure.er.circuits-per-location: 1\nrequirements:\n" } },
        .object = "conn-hub-b",
    },
    {
        .rule = "R109",
        .claim = "more circuits than the SKU takes",
        .base = "two-circuits",
        .edits = { { .find = "    conn-hub-b:\n",
                     .replace = "    conn-x0: {type: ExpressRoute, virtual_network_gateway: ergw, "
                                "express_route_circuit: circuit-b, authorization: key3}\n    "
                                "conn-x1: {type: ExpressRoute, virtual_network_gateway: ergw, "
                                "express_route_circuit: circuit-b, authorization: key3}\n    "
                                "conn-x2: {type: ExpressRoute, virtual_network_gateway: ergw, "
                                "express_route_circuit: circuit-b, authorization: key3}\n    "
                                "conn-x3: {type: ExpressRoute, virtual_network_gateway: ergw, "
                                "express_route_circuit: circuit-b, authorization: key3}\n    "
                                "conn-hub-b:\n" } },
        .object = "ergw",
        .also = "R096 R206",
    },
    {
        .rule = "R099",
        .claim = "a router without a session with one link",
        .base = "er-hub",
        .edits = { { .file = "er-hub/ce-1.conf",
                     .find = " neighbor 172.16.0.2 remote-as 12076\n neighbor 172.16.0.2 bfd\n",
                     .replace = "" },
                   { .file = "er-hub/ce-1.conf",
                     .find = "  neighbor 172.16.0.2 soft-reconfiguration inbound\n  neighbor "
                             "172.16.0.2 maximum-prefix 4000\n  neighbor 172.16.0.2 prefix-list "
                             "LAN out\n  neighbor 172.16.0.2 route-map IN in\n",
                     .replace = "" } },
        .object = "ce-1",
        .severity = "warning",
        .also = "R175",
    },
    {
        .rule = "R033",
        .claim = "the same prefix over both, which need not be encrypted, is a warning",
        .base = "er-vpn",
        .edits = { { .file = "er-vpn/edge.cfg",
                     .find = " network 10.100.21.1 mask 255.255.255.255\n",
                     .replace = " network 10.100.21.1 mask 255.255.255.255\n network 10.100.11.0 "
                                "mask 255.255.255.0\n" },
                   { .file = "er-vpn/edge.cfg",
                     .find = "permit 10.100.21.1/32\n",
                     .replace = "permit 10.100.21.1/32\nip prefix-list LOOPBACKS seq 10 permit "
                                "10.100.11.0/24\n" },
                   { .find = "    vpngw:\n",
                     .replace = "    ergw-spoke:\n      type: ExpressRoute\n      sku: ErGw1AZ\n   "
                                "   virtual_network: vnet-spoke\n    vpngw:\n" },
                   { .find = "    conn-vpn:\n",
                     .replace = "    conn-er-spoke:\n      type: ExpressRoute\n      "
                                "virtual_network_gateway: ergw-spoke\n      express_route_circuit: "
                                "circuit\n      authorization: key2\n    conn-vpn:\n" },
                   { .find = "authorizations: [key1]", .replace = "authorizations: [key1, key2]" },
                   { .find = ", encrypted: true}", .replace = "}" } },
        .object = "conn-vpn",
        .severity = "warning",
        .also = "R034 R151",
    },
    {
        .rule = "R102",
        .claim = "more prefixes than a circuit takes",
        .base = "er-hub",
        .edits = { { .find = "azure:\n  virtual_networks",
                     .replace = "limits:\n  azure.er.prefixes-max: 1\nazure:\n  virtual_networks" },
                   { .file = "er-hub/ce-1.conf",
                     .find = "  network 192.168.10.0/24\n",
                     .replace = "  network 192.168.10.0/24\n  network 172.16.0.0/30\n" },
                   { .file = "er-hub/ce-1.conf",
                     .find = "ip prefix-list LAN seq 5 permit 192.168.10.0/24\n",
                     .replace = "ip prefix-list LAN seq 5 permit 192.168.10.0/24\nip prefix-list "
                                "LAN seq 10 permit 172.16.0.0/30\n" } },
        .object = "ce-1",
    },
    {
        .rule = "R107",
        .claim = "two circuits that Global Reach does not join",
        .base = "global-reach",
        .edits = { { .find = "      global_reach: [circuit-a]\n", .replace = "" } },
        .object = "circuit-a",
        .also = "R174",
    },
    {
        .rule = "R103",
        .claim = "a policy that looks for a subnet",
        .base = "er-hub",
        .edits = { { .file = "er-hub/ce-1.conf",
                     .find = "  neighbor 172.16.0.2 route-map IN in\n",
                     .replace = "  neighbor 172.16.0.2 route-map IN in\n  neighbor 172.16.0.2 "
                                "prefix-list SUBNETS in\n" },
                   { .file = "er-hub/ce-1.conf",
                     .find = "ip prefix-list LAN seq 5",
                     .replace = "ip prefix-list SUBNETS seq 5 permit 10.10.0.0/24\nip prefix-list "
                                "SUBNETS seq 10 permit 10.0.0.0/16\nip prefix-list LAN seq 5" } },
        .object = "ce-1",
    },
    { .rule = NULL },
};
