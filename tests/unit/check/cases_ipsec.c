#include "cases.h"

const struct check_case cases_ipsec[] = {
    {
        .rule = "R044",
        .claim = "Azure only answers, and SORACOM's Door waits to be called",
        .base = "soracom",
        .edits = { { .find = "t6r00\n      connection_mode: Default",
                     .replace = "t6r00\n      connection_mode: ResponderOnly" },
                   { .find = "startup_action: start\n        - outside_address: 203.0.113.21",
                     .replace = "startup_action: add\n        - outside_address: 203.0.113.21" } },
        .object = "conn-00",
        .also = "R119 R175 R176",
    },
    {
        .rule = "R074",
        .claim = "no group in common",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " prf sha384\n group 20\n",
                     .replace = " prf sha384\n group 14\n" } },
        .object = "conn-site",
        .also = "R175 R174",
        .follows = "R174",
    },
    {
        .rule = "R074",
        .claim = "GCM in one of the two IPsec fields",
        .base = "azure-site",
        .edits = { { .find = "ipsec_integrity: GCMAES256", .replace = "ipsec_integrity: SHA256" } },
        .object = "conn-site",
        .also = "R174 R175",
    },
    {
        .rule = "R075",
        .claim = "a group that Azure does not have",
        .base = "azure-site",
        .edits = { { .find = "dh_group: ECP384", .replace = "dh_group: ECP521" } },
        .object = "conn-site",
        .also = "R074 R174 R175",
        .follows = "R074 R174",
    },
    {
        .rule = "R076",
        .claim = "group 2 on both sides",
        .base = "azure-site",
        .edits = { { .find = "dh_group: ECP384", .replace = "dh_group: DHGroup2" },
                   { .file = "azure-site/edge.cfg",
                     .find = " prf sha384\n group 20\n",
                     .replace = " prf sha384\n group 2\n" } },
        .object = "edge",
    },
    {
        .rule = "R077",
        .claim = "a DPD timeout of 10 s",
        .base = "azure-site",
        .edits = { { .find = "dpd_timeout_seconds: 45", .replace = "dpd_timeout_seconds: 10" } },
        .object = "conn-site",
    },
    {
        .rule = "R078",
        .claim = "a key with a hyphen, which Azure refuses",
        .base = "azure-gcp",
        .edits = { { .find = "shared_key: Mn5cX2vB8zQw4rTy7uKp3dFg9hJa1s00",
                     .replace = "shared_key: Mn5cX2vB8z-w4rTy7uKp3dFg9hJa1s00" },
                   { .find = "shared_secret: Mn5cX2vB8zQw4rTy7uKp3dFg9hJa1s00",
                     .replace = "shared_secret: Mn5cX2vB8z-w4rTy7uKp3dFg9hJa1s00" } },
        .object = "conn-gcp-0",
    },
    {
        .rule = "R078",
        .claim = "a key that begins with 0, which AWS refuses",
        .base = "aws-gcp",
        .edits = { { .find = "preshared_key: Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t00",
                     .replace = "preshared_key: 0b4nM7cX1zLk9jHg6fDs3aPo8iUy5t00" },
                   { .find = "shared_secret: Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t00",
                     .replace = "shared_secret: 0b4nM7cX1zLk9jHg6fDs3aPo8iUy5t00" } },
        .object = "[0]",
    },
    {
        .rule = "R078",
        .claim = "a key that Azure takes and AWS does not",
        .base = "azure-aws",
        .edits = { { .find = "      shared_key: Kq3vT8wRz5nYb2xLm7pJc9dFh4sGa600",
                     .replace = "      shared_key: Kq3vT8wRz5nYb2xLm7pJc9dFh4sGa6@0" },
                   { .find = "          preshared_key: Kq3vT8wRz5nYb2xLm7pJc9dFh4sGa600\n",
                     .replace = "" } },
        .object = "conn-aws-00",
    },
    {
        .rule = "R079",
        .claim = "a router that lets segments of 1,460 bytes through",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = "192.168.254.1 255.255.255.255\n ip tcp adjust-mss 1350",
                     .replace = "192.168.254.1 255.255.255.255\n ip tcp adjust-mss 1460" } },
        .object = "edge",
    },
    {
        .rule = "R080",
        .claim = "Azure calls a router behind a NAT",
        .base = "azure-nat",
        .edits = { { .find = "connection_mode: ResponderOnly",
                     .replace = "connection_mode: InitiatorOnly" } },
        .object = "conn-site",
        .also = "R174 R175",
    },
    {
        .rule = "R081",
        .claim = "both sides wait to be called",
        .base = "azure-nat",
        .edits = { { .file = "azure-nat/edge.cfg",
                     .find = " set pfs group20\n",
                     .replace = " set pfs group20\n responder-only\n" } },
        .object = "conn-site",
        .also = "R174 R175",
        .follows = "R174",
    },
    {
        .rule = "R082",
        .claim = "traffic selectors without their switch",
        .base = "azure-site",
        .edits = { { .find = "      enable_bgp: true\n      dpd",
                     .replace = "      enable_bgp: true\n      traffic_selectors:\n"
                                "        - {local_address_ranges: [10.1.0.0/16], "
                                "remote_address_ranges: [192.168.10.0/24]}\n      dpd" } },
        .object = "conn-site",
    },
    {
        .rule = "R078",
        .claim = "one key towards AWS and towards a site",
        .base = "aws-hub",
        .edits = { { .find = "          preshared_key: Hg5tR8eW2qAz7sXd4cFv1bGn9mJk3m00\n",
                     .replace = "          preshared_key: Hg5tR8eW2qAz7sXd4cFv1bGn9mJk3l00\n" },
                   { .file = "aws-hub/edge-b.cfg",
                     .find = "Hg5tR8eW2qAz7sXd4cFv1bGn9mJk3m00",
                     .replace = "Hg5tR8eW2qAz7sXd4cFv1bGn9mJk3l00" } },
        .severity = "warning",
    },
    {
        .rule = "R078",
        .claim = "a router has one key for two sites",
        .base = "aws-hub",
        .edits = { { .find = "          preshared_key: Hg5tR8eW2qAz7sXd4cFv1bGn9mJk3l00\n",
                     .replace = "" },
                   { .find = "          preshared_key: Hg5tR8eW2qAz7sXd4cFv1bGn9mJk3m00\n",
                     .replace = "" },
                   { .file = "aws-hub/edge-b.cfg",
                     .find = "Hg5tR8eW2qAz7sXd4cFv1bGn9mJk3m00",
                     .replace = "Hg5tR8eW2qAz7sXd4cFv1bGn9mJk3l00" } },
        .object = "edge-b",
        .severity = "warning",
    },
    {
        .rule = "R078",
        .claim = "one key for two networks of SORACOM",
        .base = "soracom",
        .edits = { { .find = "    vpg: {type: F2, asn: 64512, device_ranges: [10.128.0.0/16]}\n",
                     .replace = "    vpg: {type: F2, asn: 64512, device_ranges: [10.128.0.0/16]}\n"
                                "    vpg-b: {type: F2, asn: 64512, device_ranges: "
                                "[10.129.0.0/16]}\n" },
                   { .find = "    door-1:\n      virtual_private_gateway: vpg\n",
                     .replace = "    door-1:\n      virtual_private_gateway: vpg-b\n" },
                   { .find = "          preshared_key: Nb8vC5xZ1aSd4fGh7jKl0pOi9uYt6r10\n",
                     .replace = "          preshared_key: Nb8vC5xZ1aSd4fGh7jKl0pOi9uYt6r00\n" },
                   { .find = "      shared_key: Nb8vC5xZ1aSd4fGh7jKl0pOi9uYt6r10\n",
                     .replace = "" } },
        .severity = "warning",
        .also = "R002 R084 R175",
    },
    {
        .rule = "R078",
        .claim = "one key for two peers of Google Cloud",
        .base = "gcp-gcp",
        .edits = { { .find = "  networks: {a: {routing_mode: GLOBAL}, b: {routing_mode: GLOBAL}}\n",
                     .replace =
                         "  networks: {a: {routing_mode: GLOBAL}, b: {routing_mode: GLOBAL}, "
                         "c: {routing_mode: GLOBAL}}\n" },
                   { .find = "    gb: {network: b, region: r1}\n",
                     .replace = "    gb: {network: b, region: r1}\n"
                                "    gc: {network: c, region: r1}\n" },
                   { .find = "  routers:\n    ra:\n",
                     .replace =
                         "    tc0: {region: r1, vpn_gateway: gc, vpn_gateway_interface: 0, "
                         "peer_gcp_gateway: ga, router: ra, shared_secret: abcdefgh12345678}\n"
                         "  routers:\n    ra:\n" } },
        .object = "tc0",
        .severity = "warning",
        .also = "R137 R183",
    },
    {
        .rule = "R079",
        .claim = "a router that lets packets of 1,500 bytes into a tunnel to Azure",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = "interface Tunnel0\n ip address 192.168.254.1 255.255.255.255\n"
                             " ip tcp adjust-mss 1350\n ip mtu 1400\n",
                     .replace = "interface Tunnel0\n ip address 192.168.254.1 255.255.255.255\n"
                                " ip tcp adjust-mss 1350\n ip mtu 1500\n" } },
        .object = "edge",
    },
    {
        .rule = "R081",
        .claim = "a connection mode with IKEv1",
        .base = "azure-site",
        .edits = { { .find = "      dpd_timeout_seconds: 45\n",
                     .replace = "      dpd_timeout_seconds: 45\n      connection_protocol: IKEv1\n "
                                "     connection_mode: InitiatorOnly\n" } },
        .object = "conn-site",
        .also = "R017 R174",
    },
    {
        .rule = "R076",
        .claim = "IKEv1 on both sides",
        .base = "gcp-gcp",
        .edits = { { .find = "vpn_gateway: ga, vpn_gateway_interface: 0, peer_gcp_gateway: gb, "
                             "router: ra, shared_secret: abcdefgh12345678}",
                     .replace = "vpn_gateway: ga, vpn_gateway_interface: 0, peer_gcp_gateway: gb, "
                                "router: ra, shared_secret: abcdefgh12345678, ike_version: 1}" },
                   { .find = "vpn_gateway: gb, vpn_gateway_interface: 0, peer_gcp_gateway: ga, "
                             "router: rb, shared_secret: abcdefgh12345678}",
                     .replace = "vpn_gateway: gb, vpn_gateway_interface: 0, peer_gcp_gateway: ga, "
                                "router: rb, shared_secret: abcdefgh12345678, ike_version: 1}" } },
        .object = "ta0",
        .also = "R144",
    },
    {
        .rule = "R077",
        .claim = "a DPD timeout that this Azure does not take",
        .base = "azure-site",
        .edits = { { .find = "azure:\n  virtual_networks",
                     .replace = "limits:\n  azure.vpn.ike.dpd-range: 50-100\nazure:\n  "
                                "virtual_networks" } },
        .object = "conn-site",
    },
    {
        .rule = "R082",
        .claim = "a router that asks for the selectors of a list",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = " tunnel destination 198.51.100.10\n tunnel protection ipsec profile "
                             "AZURE\n",
                     .replace = " tunnel destination 198.51.100.10\n tunnel protection ipsec "
                                "policy ipv4 SEL\n tunnel protection ipsec profile AZURE\n" },
                   { .file = "azure-site/edge.cfg",
                     .find = "ip route 0.0.0.0",
                     .replace = "ip access-list extended SEL\n permit ip 192.168.10.0 0.0.0.255 "
                                "10.1.0.0 0.0.255.255\nip route 0.0.0.0" } },
        .object = "edge",
    },
    {
        .rule = "R079",
        .claim = "a router that does not limit segments",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = "interface Tunnel0\n ip address 192.168.254.1 255.255.255.255\n ip "
                             "tcp adjust-mss 1350\n",
                     .replace =
                         "interface Tunnel0\n ip address 192.168.254.1 255.255.255.255\n" } },
        .object = "edge",
    },
    {
        .rule = "R078",
        .claim = "one key for two sites of Azure",
        .base = "azure-site",
        .edits = { { .find = "  connections:\n",
                     .replace = "    lng-b: {gateway_address: 203.0.113.5, address_space: "
                                "[192.168.20.0/24]}\n  connections:\n    conn-b: {type: IPsec, "
                                "virtual_network_gateway: vpngw, local_network_gateway: lng-b, "
                                "shared_key: Zw7rQ2mXk9pLt4vB8nYc3sHd6fGj1aUe}\n" },
                   { .find = "requirements:\n",
                     .replace = "  site-b:\n    routers:\n      edge-b:\n        device: "
                                "{configuration: aws-hub/edge-b.cfg, dialect: ios}\n        "
                                "interfaces:\n          GigabitEthernet1: {address: "
                                "203.0.113.5/30, internet: true}\nrequirements:\n" } },
        .severity = "warning",
        .also = "R182 R174",
    },
    { .rule = NULL },
};
