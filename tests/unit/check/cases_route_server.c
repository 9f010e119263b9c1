/* Route Server, and the default route that an appliance announces to it. */
#include "cases.h"

/* A route table in er-hub, which has none: the routes are those of `routes`, in YAML's short form.
 */
#define ER_HUB_TABLE(routes)                                                                       \
    {                                                                                              \
        .find = "  virtual_network_peerings:\n",                                                   \
        .replace = "  route_tables:\n    rt: {routes: {" routes                                    \
                   "}}\n  virtual_network_peerings:\n"                                             \
    }
#define NVA_0 "er-hub/nva-0.conf"
#define CE_1 "er-hub/ce-1.conf"

const struct check_case cases_route_server[] = {
    {
        .rule = "R019",
        .claim = "the subnet of the appliance learns its own default route",
        .base = "forced",
        .edits = { { .find = "{address_prefix: 10.5.0.0/24, route_table: rt-nva}",
                     .replace = "{address_prefix: 10.5.0.0/24}" } },
        .object = "nva",
    },
    {
        .rule = "R020",
        .claim = "a host with a public address, where a default route is learned",
        .base = "forced",
        .edits = { { .find = "    pip-nva: {",
                     .replace = "    pip-app: {sku: Standard, allocation_method: Static}\n"
                                "    pip-nva: {" },
                   { .find = "private_ip_address: 10.5.1.4}",
                     .replace = "private_ip_address: 10.5.1.4, public_ip_address: pip-app}" } },
        .object = "nic-app",
    },
    {
        .rule = "R085",
        .claim = "one of the two sessions is shut",
        .base = "er-hub",
        .edits = { { .file = NVA_0,
                     .find = " neighbor 10.0.210.5 ebgp-multihop 255\n",
                     .replace = " neighbor 10.0.210.5 ebgp-multihop 255\n"
                                " neighbor 10.0.210.5 shutdown\n" } },
        .object = "nva-0",
    },
    {
        .rule = "R085",
        .claim = "a prefix that one of the two addresses alone hears of",
        .base = "er-hub",
        .edits = { { .file = NVA_0,
                     .find = "neighbor 10.0.210.5 prefix-list OURS out",
                     .replace = "neighbor 10.0.210.5 prefix-list OTHERS out" },
                   { .file = NVA_0,
                     .find = "ip prefix-list OURS seq 5",
                     .replace = "ip prefix-list OTHERS seq 5 permit 10.51.0.0/16\n!\n"
                                "ip prefix-list OURS seq 5" } },
        .object = "nva-0",
    },
    {
        .rule = "R086",
        .claim = "an appliance with a reserved AS number",
        .base = "er-hub",
        .edits = { { .find = "nva-0: {peer_asn: 65001,", .replace = "nva-0: {peer_asn: 65520," },
                   { .file = NVA_0, .find = "router bgp 65001", .replace = "router bgp 65520" } },
        .object = "nva-0",
    },
    {
        .rule = "R086",
        .claim = "an appliance with an AS number of four bytes",
        .base = "er-hub",
        .edits = { { .find = "nva-0: {peer_asn: 65001,",
                     .replace = "nva-0: {peer_asn: 4200000001," },
                   { .file = NVA_0,
                     .find = "router bgp 65001",
                     .replace = "router bgp 4200000001" } },
        .object = "nva-0",
    },
    {
        .rule = "R087",
        .claim = "a neighbor without ebgp-multihop",
        .base = "er-hub",
        .edits = { { .file = NVA_0,
                     .find = " neighbor 10.0.210.4 ebgp-multihop 255\n",
                     .replace = "" } },
        .object = "nva-0",
        .also = "R162",
    },
    {
        .rule = "R088",
        .claim = "more peers than a Route Server takes",
        .base = "er-hub",
        .edits = { { .find = "requirements:\n",
                     .replace = "limits:\n  azure.rs.peers-max: 1\nrequirements:\n" } },
        .object = "rs",
    },
    {
        .rule = "R088",
        .claim = "more prefixes towards ExpressRoute than it takes",
        .base = "er-hub",
        .edits = { { .find = "requirements:\n",
                     .replace = "limits:\n  azure.rs.to-er-max: 3\nrequirements:\n" } },
        .object = "rs",
    },
    {
        .rule = "R089",
        .claim = "branch-to-branch is off beside a gateway",
        .base = "er-hub",
        .edits = { { .find = "branch_to_branch_traffic_enabled: true",
                     .replace = "branch_to_branch_traffic_enabled: false" } },
        .object = "rs",
    },
    {
        .rule = "R090",
        .claim = "a route table on RouteServerSubnet",
        .base = "er-hub",
        .edits = { ER_HUB_TABLE("x: {address_prefix: 10.99.0.0/16, next_hop_type: None}"),
                   { .find = "RouteServerSubnet: {address_prefix: 10.0.210.0/24}",
                     .replace =
                         "RouteServerSubnet: {address_prefix: 10.0.210.0/24, route_table: rt}" } },
        .object = "RouteServerSubnet",
    },
    {
        .rule = "R091",
        .claim = "a route of GatewaySubnet leads RouteServerSubnet to an appliance",
        .base = "er-hub",
        .edits = { ER_HUB_TABLE("x: {address_prefix: 10.0.210.0/24, next_hop_type: "
                                "VirtualAppliance, next_hop_ip_address: 10.0.0.4}"),
                   { .find = "GatewaySubnet: {address_prefix: 10.0.200.0/24}",
                     .replace =
                         "GatewaySubnet: {address_prefix: 10.0.200.0/24, route_table: rt}" } },
        .object = "rs",
        .also = "R046",
    },
    {
        .rule = "R092",
        .claim = "an appliance passes 65515 on to another Route Server",
        .base = "two-hubs",
        .edits = { { .file = "two-hubs/nva-b.conf",
                     .find = "  neighbor 10.2.210.4 as-override\n",
                     .replace = "" } },
        .object = "nva-b",
    },
    {
        .rule = "R092",
        .claim = "two appliances without a tunnel between them",
        .base = "two-hubs",
        .edits = { { .file = "two-hubs/nva-a.conf",
                     .find = " neighbor 169.254.0.2 remote-as 65002\n",
                     .replace = " neighbor 10.2.0.4 remote-as 65002\n"
                                " neighbor 10.2.0.4 ebgp-multihop 255\n" },
                   { .file = "two-hubs/nva-b.conf",
                     .find = " neighbor 169.254.0.1 remote-as 65001\n",
                     .replace = " neighbor 10.1.0.4 remote-as 65001\n"
                                " neighbor 10.1.0.4 ebgp-multihop 255\n" },
                   { .file = "two-hubs/nva-a.conf",
                     .find = "  neighbor 169.254.0.2 soft-reconfiguration inbound\n"
                             "  neighbor 169.254.0.2 maximum-prefix 4000\n"
                             "  neighbor 169.254.0.2 prefix-list ALL out\n"
                             "  neighbor 169.254.0.2 route-map IN in\n",
                     .replace = "  neighbor 10.2.0.4 soft-reconfiguration inbound\n"
                                "  neighbor 10.2.0.4 maximum-prefix 4000\n"
                                "  neighbor 10.2.0.4 prefix-list ALL out\n"
                                "  neighbor 10.2.0.4 route-map IN in\n" },
                   { .file = "two-hubs/nva-b.conf",
                     .find = "  neighbor 169.254.0.1 soft-reconfiguration inbound\n"
                             "  neighbor 169.254.0.1 maximum-prefix 4000\n"
                             "  neighbor 169.254.0.1 prefix-list ALL out\n"
                             "  neighbor 169.254.0.1 route-map IN in\n",
                     .replace = "  neighbor 10.1.0.4 soft-reconfiguration inbound\n"
                                "  neighbor 10.1.0.4 maximum-prefix 4000\n"
                                "  neighbor 10.1.0.4 prefix-list ALL out\n"
                                "  neighbor 10.1.0.4 route-map IN in\n" } },
        .object = "nva-a",
    },
    {
        .rule = "R093",
        .claim = "a spoke that does not use the hub's gateways",
        .base = "er-hub",
        .edits = { { .find = "      use_remote_gateways: true",
                     .replace = "      use_remote_gateways: false" } },
        .object = "spoke-hub",
        .also = "R174",
    },
    {
        .rule = "R094",
        .claim = "an appliance announces a peered network, without a user route",
        .base = "er-hub",
        .edits = { { .file = NVA_0,
                     .find = "  network 10.50.0.0/16",
                     .replace = "  network 10.10.0.0/16" },
                   { .file = NVA_0,
                     .find = "seq 5 permit 10.50.0.0/16",
                     .replace = "seq 5 permit 10.10.0.0/16" },
                   { .file = NVA_0,
                     .find = "ip route 10.50.0.0/16 Null0",
                     .replace = "ip route 10.10.0.0/16 10.0.0.1" } },
        .object = "nva-0",
    },
    {
        .rule = "R095",
        .claim = "a next hop in no network near by",
        .base = "er-hub",
        .edits = { { .file = NVA_0,
                     .find = "  neighbor 10.0.210.4 prefix-list OURS out\n",
                     .replace = "  neighbor 10.0.210.4 prefix-list OURS out\n"
                                "  neighbor 10.0.210.4 route-map OUT out\n" },
                   { .file = NVA_0,
                     .find = "route-map IN permit 10\n",
                     .replace = "route-map OUT permit 10\n set ip next-hop 10.99.0.4\nexit\n!\n"
                                "route-map IN permit 10\n" } },
        .object = "nva-0",
    },
    {
        .rule = "R096",
        .claim = "a network that is reached by two circuits, beside a Route Server",
        .base = "two-circuits",
        .edits = { { .find = "    conn-b:\n",
                     .replace = "    conn-a-2:\n"
                                "      {type: ExpressRoute, virtual_network_gateway: ergw-a,\n"
                                "       express_route_circuit: circuit-b, authorization: key3}\n"
                                "    conn-b:\n" } },
        .object = "ergw",
    },
    {
        .rule = "R097",
        .claim = "a Route Server is made in a network with a gateway",
        .base = "two-circuits",
        .edits = { { .find = "        GatewaySubnet: {address_prefix: 10.200.200.0/24}\n",
                     .replace = "        GatewaySubnet: {address_prefix: 10.200.200.0/24}\n"
                                "        RouteServerSubnet: {address_prefix: 10.200.210.0/24}\n" },
                   { .find = "    pip-rs: {",
                     .replace = "    pip-rs-b: {sku: Standard, allocation_method: Static}\n"
                                "    pip-rs: {" },
                   { .find = "  route_servers:\n",
                     .replace = "  route_servers:\n    rs-b:\n      virtual_network: vnet-b\n"
                                "      public_ip_address: pip-rs-b\n" } },
        .object = "rs-b",
        .change = true,
    },
    {
        .rule = "R098",
        .claim = "a prefix of an appliance that comes over ExpressRoute too",
        .base = "er-hub",
        .edits = { { .file = CE_1,
                     .find = "  network 192.168.10.0/24\n",
                     .replace = "  network 192.168.10.0/24\n  network 10.50.0.0/16\n" },
                   { .file = CE_1,
                     .find = "seq 5 permit 192.168.10.0/24\n",
                     .replace = "seq 5 permit 192.168.10.0/24\n"
                                "ip prefix-list LAN seq 10 permit 10.50.0.0/16\n" },
                   { .file = CE_1,
                     .find = "router bgp 65150\n",
                     .replace = "ip route 10.50.0.0/16 Null0\n!\nrouter bgp 65150\n" } },
        .object = "nva-0",
    },
    {
        .rule = "R086",
        .claim = "an appliance with Route Server's own AS number",
        .base = "er-hub",
        .edits = { { .find = "nva-0: {peer_asn: 65001,", .replace = "nva-0: {peer_asn: 65515," } },
        .object = "nva-0",
        .also = "R126 R202 R016 R085 R014 R175",
    },
    {
        .rule = "R088",
        .claim = "more prefixes around a Route Server than it takes",
        .base = "er-hub",
        .edits = { { .find = "azure:\n  virtual_networks",
                     .replace = "limits:\n  azure.rs.prefixes-total-max: 1\nazure:\n  "
                                "virtual_networks" } },
        .object = "rs",
    },
    {
        .rule = "R090",
        .claim = "a Route Server without its subnet",
        .base = "er-hub",
        .edits = { { .find = "        RouteServerSubnet: {address_prefix: 10.0.210.0/24}\n",
                     .replace = "        RouteServerSubnets: {address_prefix: 10.0.210.0/24}\n" } },
        .object = "rs",
    },
    {
        .rule = "R090",
        .claim = "a security group on RouteServerSubnet",
        .base = "er-hub",
        .edits = { { .find = "        RouteServerSubnet: {address_prefix: 10.0.210.0/24}\n",
                     .replace = "        RouteServerSubnet: {address_prefix: 10.0.210.0/24, "
                                "network_security_group: nsg}\n" },
                   { .find = "  virtual_network_peerings:\n",
                     .replace =
                         "  network_security_groups: {nsg: {}}\n  virtual_network_peerings:\n" } },
        .object = "RouteServerSubnet",
    },
    {
        .rule = "R090",
        .claim = "a RouteServerSubnet that is too small",
        .base = "er-hub",
        .edits = { { .find = "RouteServerSubnet: {address_prefix: 10.0.210.0/24}",
                     .replace = "RouteServerSubnet: {address_prefix: 10.0.210.0/28}" } },
        .object = "RouteServerSubnet",
    },
    {
        .rule = "R089",
        .claim = "branch-to-branch is off where a pair needs an appliance's routes",
        .base = "er-hub",
        .edits = { { .find = "      branch_to_branch_traffic_enabled: true\n", .replace = "" },
                   { .find = "    - {from: sites.site, to: vnet-spoke}",
                     .replace = "    - {from: sites.site, to: sites.far}" },
                   { .find = "links:\n",
                     .replace = "  far:\n    networks: {lan: {prefix: 10.50.1.0/24}}\nlinks:\n" } },
        .object = "rs",
        .severity = "error",
        .also = "R174",
    },
    {
        .rule = "R088",
        .claim = "more routes than a Route Server takes of a peer",
        .base = "er-hub",
        .edits = { { .find = "azure:\n  virtual_networks",
                     .replace =
                         "limits:\n  azure.rs.routes-per-peer-max: 1\nazure:\n  virtual_networks" },
                   { .file = "er-hub/nva-0.conf",
                     .find = "ip route 10.50.0.0/16 Null0\n",
                     .replace = "ip route 10.50.0.0/16 Null0\nip route 10.51.0.0/16 Null0\n" },
                   { .file = "er-hub/nva-0.conf",
                     .find = "  network 10.50.0.0/16\n",
                     .replace = "  network 10.50.0.0/16\n  network 10.51.0.0/16\n" },
                   { .file = "er-hub/nva-0.conf",
                     .find = "ip prefix-list OURS seq 5 permit 10.50.0.0/16\n",
                     .replace = "ip prefix-list OURS seq 5 permit 10.50.0.0/15 le 16\n" } },
        .object = "nva-0",
    },
    { .rule = NULL },
};
