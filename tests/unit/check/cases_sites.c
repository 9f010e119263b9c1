#include "cases.h"

const struct check_case cases_sites[] = {
    {
        .rule = "R001",
        .claim = "two transit gateways, and each knows one of Azure's two addresses",
        .base = "azure-aws",
        .edits = { { .find = "    tgw: {amazon_side_asn: 64512, vpn_ecmp_support: true}\n",
                     .replace = "    tgw: {amazon_side_asn: 64512, vpn_ecmp_support: true}\n"
                                "    tgw-b: {amazon_side_asn: 64512, vpn_ecmp_support: true}\n" },
                   { .find = "      customer_gateway: cgw-1\n      transit_gateway: tgw\n",
                     .replace = "      customer_gateway: cgw-1\n"
                                "      transit_gateway: tgw-b\n" } },
        .object = "vpn-1",
        .also = "R084 R175",
    },
    {
        .rule = "R002",
        .claim = "two networks of SORACOM, and each knows one of Azure's two addresses",
        .base = "soracom",
        .edits = { { .find = "    vpg: {type: F2, asn: 64512, device_ranges: [10.128.0.0/16]}\n",
                     .replace = "    vpg: {type: F2, asn: 64512, device_ranges: [10.128.0.0/16]}\n"
                                "    vpg-b: {type: F2, asn: 64512, device_ranges: "
                                "[10.129.0.0/16]}\n" },
                   { .find = "    door-1:\n      virtual_private_gateway: vpg\n",
                     .replace = "    door-1:\n      virtual_private_gateway: vpg-b\n" } },
        .object = "door-0",
        .also = "R084 R175",
    },
    {
        .rule = "R059",
        .claim = "two local network gateways with one BGP address",
        .base = "azure-aws",
        .edits = { { .find = "lng-aws-11: {gateway_address: 203.0.113.23, asn: 64512, "
                             "bgp_peering_address: 169.254.22.5}",
                     .replace = "lng-aws-11: {gateway_address: 203.0.113.23, asn: 64512, "
                                "bgp_peering_address: 169.254.21.5}" } },
        .object = "lng-aws-11",
        .also = "R005 R006 R052 R126 R202",
    },
    {
        .rule = "R068",
        .claim = "two sites of a gateway with the same addresses",
        .base = "azure-many",
        .edits = { { .find = "asn: 65100, bgp_peering_address: 192.168.255.1}",
                     .replace = "address_space: [192.168.1.0/24]}" },
                   { .find = "local_network_gateway: lng-00, enable_bgp: true}",
                     .replace = "local_network_gateway: lng-00}" },
                   { .find = "asn: 65101, bgp_peering_address: 192.168.255.2}",
                     .replace = "address_space: [192.168.1.128/25]}" },
                   { .find = "local_network_gateway: lng-01, enable_bgp: true}",
                     .replace = "local_network_gateway: lng-01}" } },
        .object = "lng-01",
    },
    {
        .rule = "R068",
        .claim = "a peered network inside of the network's addresses",
        .base = "er-hub",
        .edits = { { .find = "      address_space: [10.10.0.0/16]\n",
                     .replace = "      address_space: [10.0.128.0/18]\n" },
                   { .find = "{address_prefix: 10.10.0.0/24}",
                     .replace = "{address_prefix: 10.0.128.0/24}" },
                   { .find = "private_ip_address: 10.10.0.4",
                     .replace = "private_ip_address: 10.0.128.4" } },
        .object = "vnet-spoke",
        .also = "R113 R177",
    },
    { .rule = NULL },
};
