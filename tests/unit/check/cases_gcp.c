#include "cases.h"

const struct check_case cases_gcp[] = {
    {
        .rule = "R136",
        .claim = "an external gateway of two addresses that has four interfaces",
        .base = "aws-gcp",
        .edits = { { .find = "redundancy_type: FOUR_IPS_REDUNDANCY",
                     .replace = "redundancy_type: TWO_IPS_REDUNDANCY" } },
        .object = "ext-aws",
    },
    {
        .rule = "R137",
        .claim = "both tunnels to a site start from one interface",
        .base = "gcp-site",
        .edits = { { .find = "vpn_gateway_interface: 1", .replace = "vpn_gateway_interface: 0" } },
        .object = "tunnel-0",
        .also = "R119 R166 R182",
    },
    {
        .rule = "R138",
        .claim = "a tunnel to AWS starts from the interface that is not its customer gateway",
        .base = "aws-gcp",
        .edits = { { .find = "vpn_gateway_interface: 0\n"
                             "      peer_external_gateway: ext-aws\n"
                             "      peer_external_gateway_interface: 1",
                     .replace = "vpn_gateway_interface: 1\n"
                                "      peer_external_gateway: ext-aws\n"
                                "      peer_external_gateway_interface: 1" } },
        .object = "tunnel-1",
        .also = "R119 R175 R182",
    },
    {
        .rule = "R138",
        .claim = "external interfaces that do not follow the order of the connections",
        .base = "aws-gcp",
        .edits = { { .find = "{id: 1, ip_address: 203.0.113.21}",
                     .replace = "{id: 2, ip_address: 203.0.113.21}" },
                   { .find = "{id: 2, ip_address: 203.0.113.22}",
                     .replace = "{id: 1, ip_address: 203.0.113.22}" },
                   { .find = "peer_external_gateway_interface: 1",
                     .replace = "peer_external_gateway_interface: 9" },
                   { .find = "peer_external_gateway_interface: 2",
                     .replace = "peer_external_gateway_interface: 1" },
                   { .find = "peer_external_gateway_interface: 9",
                     .replace = "peer_external_gateway_interface: 2" } },
        .object = "tunnel-1",
    },
    {
        .rule = "R139",
        .claim = "AWS offers Google Cloud IKEv1 too",
        .base = "aws-gcp",
        .edits = { { .find = "preshared_key: Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t01\n          "
                             "ike_versions: [ikev2]",
                     .replace = "preshared_key: Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t01\n          "
                                "ike_versions: [ikev1, ikev2]" } },
        .object = "[1]",
    },
    {
        .rule = "R140",
        .claim = "a Cloud Router with a public AS number",
        .base = "gcp-site",
        .edits = { { .find = "asn: 64514", .replace = "asn: 3320" },
                   { .file = "gcp-site/edge.cfg",
                     .find = "neighbor 169.254.21.13 remote-as 64514",
                     .replace = "neighbor 169.254.21.13 remote-as 3320" },
                   { .file = "gcp-site/edge.cfg",
                     .find = "neighbor 169.254.22.49 remote-as 64514",
                     .replace = "neighbor 169.254.22.49 remote-as 3320" } },
        .object = "router-app",
    },
    {
        .rule = "R141",
        .claim = "a keepalive of 20 s makes the hold time with Azure 60 s",
        .base = "azure-gcp",
        .edits = { { .find = "keepalive_interval: 60", .replace = "keepalive_interval: 20" } },
        .object = "azure-0",
    },
    {
        .rule = "R142",
        .claim = "a subnet in a region without a router, the network being REGIONAL",
        .base = "gcp-site",
        .edits = { { .find = "routing_mode: GLOBAL", .replace = "routing_mode: REGIONAL" },
                   { .find = "  ha_vpn_gateways:\n",
                     .replace = "    sub-osaka: {network: net-app, region: asia-northeast2, "
                                "ip_cidr_range: 10.102.0.0/16}\n  ha_vpn_gateways:\n" } },
        .object = "sub-osaka",
    },
    {
        .rule = "R143",
        .claim = "a router in CUSTOM mode that announces a range of its own alone",
        .base = "gcp-site",
        .edits = { { .find = "      keepalive_interval: 20\n",
                     .replace = "      keepalive_interval: 20\n      advertise_mode: CUSTOM\n"
                                "      advertised_ip_ranges: [10.200.0.0/16]\n" } },
        .object = "router-app",
    },
    {
        .rule = "R143",
        .claim = "a peer in CUSTOM mode without the group of all subnets",
        .base = "gcp-site",
        .edits = { { .find = "peer_ip_address: 169.254.21.14, peer_asn: 65150",
                     .replace = "peer_ip_address: 169.254.21.14, peer_asn: 65150, advertise_mode: "
                                "CUSTOM, advertised_ip_ranges: [10.200.0.0/16]" } },
        .object = "site-0",
    },
    {
        .rule = "R144",
        .claim = "a tunnel with IKEv1",
        .base = "gcp-site",
        .edits = { { .find = "Mn5cX2vB8zQw4rTy7uKp3dFg9hJa1s00\n      ike_version: 2",
                     .replace = "Mn5cX2vB8zQw4rTy7uKp3dFg9hJa1s00\n      ike_version: 1" } },
        .object = "tunnel-0",
        .also = "R016 R017 R074 R076 R175",
    },
    {
        .rule = "R145",
        .claim = "a router whose keys last an hour",
        .base = "gcp-site",
        .edits = { { .file = "gcp-site/edge.cfg",
                     .find = "lifetime seconds 10800",
                     .replace = "lifetime seconds 3600" } },
        .object = "edge",
    },
    {
        .rule = "R146",
        .claim = "a router that cuts packets after encryption",
        .base = "gcp-site",
        .edits = { { .file = "gcp-site/edge.cfg",
                     .find = "hostname edge\n",
                     .replace = "hostname edge\ncrypto ipsec fragmentation after-encryption\n" } },
        .object = "edge",
    },
    {
        .rule = "R146",
        .claim = "a tunnel interface of a router that takes 1,500 bytes",
        .base = "gcp-site",
        .edits = { { .file = "gcp-site/edge.cfg",
                     .find = "ip address 169.254.21.14 255.255.255.252\n ip mtu 1400",
                     .replace = "ip address 169.254.21.14 255.255.255.252\n ip mtu 1500" } },
        .object = "edge",
        .also = "R079",
    },
    {
        .rule = "R147",
        .claim = "an MD5 key at Google Cloud, and none at the router",
        .base = "gcp-site",
        .edits = { { .find = "peer_ip_address: 169.254.21.14, peer_asn: 65150",
                     .replace = "peer_ip_address: 169.254.21.14, peer_asn: 65150, "
                                "md5_authentication_key: abcdef" } },
        .object = "site-0",
    },
    {
        .rule = "R147",
        .claim = "an MD5 key towards Azure's VPN gateway",
        .base = "azure-gcp",
        .edits = { { .find = "peer_ip_address: 169.254.21.14, peer_asn: 65010",
                     .replace = "peer_ip_address: 169.254.21.14, peer_asn: 65010, "
                                "md5_authentication_key: abcdef" } },
        .object = "azure-0",
    },
    {
        .rule = "R148",
        .claim = "BFD towards Azure's VPN gateway",
        .base = "azure-gcp",
        .edits = { { .find = "peer_ip_address: 169.254.22.50, peer_asn: 65010",
                     .replace = "peer_ip_address: 169.254.22.50, peer_asn: 65010, bfd: ACTIVE" } },
        .object = "azure-1",
    },
    {
        .rule = "R147",
        .claim = "an MD5 key towards AWS",
        .base = "aws-gcp",
        .edits = { { .find = "peer_ip_address: 169.254.100.1, peer_asn: 64512}",
                     .replace = "peer_ip_address: 169.254.100.1, peer_asn: 64512, "
                                "md5_authentication_key: abc}" } },
        .object = "aws-0",
    },
    {
        .rule = "R147",
        .claim = "an MD5 key at one of two Cloud Routers",
        .base = "gcp-gcp",
        .edits = { { .find = "peer_ip_address: 169.254.0.1, peer_asn: 64514}",
                     .replace = "peer_ip_address: 169.254.0.1, peer_asn: 64514, "
                                "md5_authentication_key: abc}" } },
        .object = "a0",
    },
    {
        .rule = "R147",
        .claim = "two Cloud Routers with different MD5 keys",
        .base = "gcp-gcp",
        .edits = { { .find = "peer_ip_address: 169.254.0.1, peer_asn: 64514}",
                     .replace = "peer_ip_address: 169.254.0.1, peer_asn: 64514, "
                                "md5_authentication_key: abc}" },
                   { .find = "peer_ip_address: 169.254.0.2, peer_asn: 64515}",
                     .replace = "peer_ip_address: 169.254.0.2, peer_asn: 64515, "
                                "md5_authentication_key: xyz}" } },
        .object = "b0",
    },
    {
        .rule = "R139",
        .claim = "AWS offers Google Cloud two hashes",
        .base = "aws-gcp",
        .edits = { { .find = "Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t00\n"
                             "          ike_versions: [ikev2]\n"
                             "          phase1_encryption_algorithms: [AES256-GCM-16]\n"
                             "          phase1_integrity_algorithms: [SHA2-384]\n",
                     .replace = "Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t00\n"
                                "          ike_versions: [ikev2]\n"
                                "          phase1_encryption_algorithms: [AES256-GCM-16]\n"
                                "          phase1_integrity_algorithms: [SHA2-256, SHA2-384]\n" } },
        .object = "[0]",
    },
    { .rule = NULL },
};
