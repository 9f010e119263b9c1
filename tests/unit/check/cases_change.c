#include "cases.h"

const struct check_case cases_change[] = {
    {
        .rule = "R018",
        .claim = "a prefix is added to a network with a BGP gateway",
        .base = "azure-site",
        .change = true,
        .edits = { { .find = "address_space: [10.1.0.0/16]",
                     .replace = "address_space: [10.1.0.0/16, 10.9.0.0/16]" } },
        .object = "vnet-hub",
    },
    {
        .rule = "R041",
        .claim = "a gateway gets another AS number",
        .base = "azure-site",
        .change = true,
        .edits = { { .find = "        asn: 65010\n", .replace = "        asn: 65011\n" },
                   { .file = "azure-site/edge.cfg",
                     .find = "neighbor 10.1.255.4 remote-as 65010",
                     .replace = "neighbor 10.1.255.4 remote-as 65011" },
                   { .file = "azure-site/edge.cfg",
                     .find = "neighbor 10.1.255.5 remote-as 65010",
                     .replace = "neighbor 10.1.255.5 remote-as 65011" } },
        .object = "vpngw",
    },
    {
        .rule = "R042",
        .claim = "a virtual private gateway gets another AS number",
        .base = "aws-site",
        .change = true,
        .edits = { { .find = "amazon_side_asn: 64512", .replace = "amazon_side_asn: 64600" },
                   { .file = "aws-site/edge.cfg",
                     .find = "neighbor 169.254.10.1 remote-as 64512",
                     .replace = "neighbor 169.254.10.1 remote-as 64600" },
                   { .file = "aws-site/edge.cfg",
                     .find = "neighbor 169.254.11.1 remote-as 64512",
                     .replace = "neighbor 169.254.11.1 remote-as 64600" } },
        .object = "vgw",
    },
    {
        .rule = "R042",
        .claim = "two virtual private gateways in a VPC",
        .base = "aws-site",
        .edits = { { .find = "    vgw: {vpc: vpc-app, amazon_side_asn: 64512}\n",
                     .replace = "    vgw: {vpc: vpc-app, amazon_side_asn: 64512}\n"
                                "    vgw-2: {vpc: vpc-app, amazon_side_asn: 64513}\n" } },
        .object = "vgw-2",
    },
    {
        .rule = "R135",
        .claim = "a tunnel gets another lifetime",
        .base = "aws-site",
        .change = true,
        .edits = { { .find = "dpd_timeout_action: restart\n          startup_action: start\n"
                             "        - outside_address: 198.51.100.21",
                     .replace = "dpd_timeout_action: clear\n          startup_action: start\n"
                                "        - outside_address: 198.51.100.21" } },
        .object = "[0]",
    },
    {
        .rule = "R135",
        .claim = "a connection gets another customer gateway",
        .base = "azure-aws",
        .edits = { { .find = "      customer_gateway: cgw-1\n",
                     .replace = "      customer_gateway: cgw-0\n" } },
        .object = "vpn-1",
        .also = "R183 R001 R084 R175 R138 R012 R016 R174",
        .change = true,
    },
    {
        .rule = "R041",
        .claim = "a gateway that moved to another place in the file gets another AS number",
        .base = "er-vpn",
        .edits = { { .find = "    ergw:\n      type: ExpressRoute\n      sku: ErGw1AZ\n      "
                             "virtual_network: vnet-hub\n      ip_configurations: "
                             "[{public_ip_address: pip-er}]\n    vpngw:\n",
                     .replace = "    vpngw:\n" },
                   { .find = "        asn: 65155\n", .replace = "        asn: 65156\n" },
                   { .find = "  local_network_gateways:\n",
                     .replace = "    ergw:\n      type: ExpressRoute\n      sku: ErGw1AZ\n      "
                                "virtual_network: vnet-hub\n      ip_configurations: "
                                "[{public_ip_address: pip-er}]\n  local_network_gateways:\n" } },
        .object = "vpngw",
        .also = "R211 R126 R016",
        .change = true,
    },
    { .rule = NULL },
};
