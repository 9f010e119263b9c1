/* Filters between places that have to talk, and routers that say nothing of their site. */
#include "cases.h"

#define AZURE_RULE(name, priority, direction, from, to)                                            \
    "        " name ":\n          priority: " priority "\n          direction: " direction         \
    "\n          access: Deny\n          protocol: \"*\"\n          source_address_prefixes: "     \
    "[" from "]\n          source_port_ranges: [\"*\"]\n          destination_address_prefixes: "  \
    "[" to "]\n          destination_port_ranges: [\"*\"]\n"

const struct check_case cases_required[] = {
    {
        .rule = "R210",
        .claim = "a security group of Azure that drops what comes from connected networks",
        .base = "azure-site",
        .edits = { { .find = "        AllowSite:\n",
                     .replace = AZURE_RULE("DenyAll", "100", "Inbound", "VirtualNetwork",
                                           "\"*\"") "        AllowSite:\n" } },
        .object = "nsg-default",
        .severity = "error",
    },
    {
        .rule = "R210",
        .claim = "a security group of Azure that lets nothing out to the site",
        .base = "azure-site",
        .edits = { { .find = "        AllowSite:\n",
                     .replace = AZURE_RULE("DenyOut", "100", "Outbound", "\"*\"",
                                           "192.168.0.0/16") "        AllowSite:\n" } },
        .object = "nsg-default",
        .severity = "error",
    },
    {
        .rule = "R210",
        .claim = "an interface of two that is closed",
        .base = "azure-site",
        .edits = { { .find = "    nsg-default:\n",
                     .replace = "    nsg-db:\n      security_rules:\n" AZURE_RULE(
                         "DenyAll", "100", "Inbound", "192.168.10.0/24",
                         "10.1.0.0/24") "    nsg-default:\n" },
                   { .find = "    nic-app:",
                     .replace = "    nic-db: {subnet: vnet-hub/default, private_ip_address: "
                                "10.1.0.5, network_security_group: nsg-db}\n    nic-app:" } },
        .object = "nsg-db",
        .severity = "warning",
    },
    {
        .rule = "R210",
        .claim = "a security group of AWS that lets others in",
        .base = "aws-site",
        .edits = { { .find = "to_port: 443, cidr_blocks: [192.168.0.0/16]",
                     .replace = "to_port: 443, cidr_blocks: [10.0.0.0/8]" } },
        .object = "sg-app",
        .severity = "error",
    },
    {
        .rule = "R210",
        .claim = "a security group of AWS that lets nothing out to the site",
        .base = "aws-site",
        .edits = { { .find = "egress: [{protocol: \"-1\", cidr_blocks: [0.0.0.0/0]}]",
                     .replace = "egress: [{protocol: \"-1\", cidr_blocks: [172.24.0.0/16]}]" } },
        .object = "sg-app",
        .severity = "error",
    },
    {
        .rule = "R210",
        .claim = "a firewall rule of Google Cloud that lets others in",
        .base = "gcp-site",
        .edits = { { .find = "source_ranges: [192.168.0.0/16]",
                     .replace = "source_ranges: [10.0.0.0/8]" } },
        .object = "net-app",
        .severity = "error",
    },
    {
        .rule = "R210",
        .claim = "a firewall rule of Google Cloud that is looked at before the one that allows",
        .base = "gcp-site",
        .edits = { { .find = "priority: 2000", .replace = "priority: 1000" } },
        .object = "net-app",
        .severity = "error",
    },
    {
        .rule = "R210",
        .claim = "a firewall rule of Google Cloud that lets nothing out",
        .base = "gcp-site",
        .edits = { { .find = "    deny-rest:",
                     .replace = "    deny-out: {network: net-app, direction: EGRESS, deny: [all]}\n"
                                "    deny-rest:" } },
        .object = "net-app",
        .severity = "error",
    },
    {
        .rule = "R211",
        .claim = "a router whose prefix list keeps back all of its site",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = "permit 192.168.10.0/24",
                     .replace = "permit 192.168.20.0/24" } },
        .object = "edge",
        .severity = "error",
        .also = "R174",
    },
    {
        .rule = "R211",
        .claim = "a router that announces its site by one of two tunnels",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " neighbor 169.254.11.1 prefix-list SITE out\n",
                     .replace = " neighbor 169.254.11.1 route-map NONE out\n" },
                   { .file = "aws-site/edge.cfg",
                     .find = "\nend\n",
                     .replace = "\nroute-map NONE deny 10\nend\n" } },
        .object = "edge",
        .severity = "warning",
        .also = "R127 R159",
    },
    {
        .rule = "R211",
        .claim = "a router that announces its loopback alone",
        .base = "gcp-site",
        .edits = { { .file = "gcp-site/edge.cfg",
                     .find = " network 192.168.10.0 mask 255.255.255.0\n",
                     .replace = "" } },
        .object = "edge",
        .severity = "error",
        .also = "R174",
    },
    {
        .rule = "R174",
        .claim = "a spoke that uses no gateway of its hub",
        .base = "er-hub",
        .edits = { { .find = "      use_remote_gateways: true\n", .replace = "" } },
        .object = "[0]",
        .also = "R093",
    },
    {
        .rule = "R175",
        .claim = "a second tunnel that no route leads through",
        .base = "azure-gcp",
        .edits = { { .find = "        azure-1: {interface: if-1, peer_ip_address: 169.254.22.50, "
                             "peer_asn: 65010}\n",
                     .replace = "" } },
        .object = "[0]",
        .also = "R183 R012 R016 R038",
    },
    { .rule = NULL },
};

const struct check_case cases_silent[] = {
    {
        .rule = "R212",
        .claim = "a suppression of a rule on changes, while nobody changes anything",
        .base = "azure-site",
        .edits = { { .find = "requirements:\n",
                     .replace = "suppress:\n  - {rule: R041, reason: known}\nrequirements:\n" } },
    },
    {
        .rule = "R031",
        .claim = "a shorter user route that leads past the appliance",
        .base = "er-vpn",
        .edits = { { .find = "    rt-spoke-gateways:\n      routes:\n",
                     .replace = "    rt-spoke-gateways:\n      routes:\n        nowhere: "
                                "{address_prefix: 10.100.20.0/22, next_hop_type: None}\n" } },
    },
    {
        .rule = "R175",
        .claim = "instances of a gateway in two zones",
        .base = "azure-aws",
        .edits = { { .find = "198.51.100.10, zones: [1, 2, 3]",
                     .replace = "198.51.100.10, zones: [1]" },
                   { .find = "198.51.100.11, zones: [1, 2, 3]",
                     .replace = "198.51.100.11, zones: [2]" } },
    },
    {
        .rule = "R175",
        .claim = "zones with one name in two regions",
        .base = "zones",
        .edits = { { .find = "location: japaneast", .replace = "location: ap-northeast-1" },
                   { .find = "ap-northeast-1c", .replace = "c" },
                   { .find = "ap-northeast-1a", .replace = "a" } },
    },
    {
        .rule = "R210",
        .claim = "what is denied behind a rule that allows a part of it",
        .base = "azure-site",
        .edits = { { .find = "        AllowSite:\n          priority: 200\n",
                     .replace =
                         AZURE_RULE("DenyAll", "300", "Inbound", "\"*\"",
                                    "\"*\"") "        AllowSite:\n          priority: 200\n" } },
    },
    {
        .rule = "R210",
        .claim = "a port that is denied",
        .base = "azure-site",
        .edits = { { .find = "          access: Allow\n          protocol: Tcp\n",
                     .replace = "          access: Deny\n          protocol: Tcp\n" } },
    },
    {
        .rule = "R210",
        .claim = "a network of Google Cloud of which no firewall rule is stated",
        .base = "azure-gcp",
    },
    {
        .rule = "R211",
        .claim = "a router that speaks OSPF inside",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " network 192.168.10.0 mask 255.255.255.0\n",
                     .replace = " redistribute ospf 1\n" } },
    },
    {
        .rule = "R211",
        .claim = "a router that announces the default route",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " network 192.168.10.0 mask 255.255.255.0\n",
                     .replace = " neighbor 169.254.10.1 default-originate\n"
                                " neighbor 169.254.11.1 default-originate\n" } },
    },
    {
        .rule = "R211",
        .claim = "a site that the other side has a static route to",
        .base = "aws-site",
        .edits = { { .find = "      vpn_gateway: vgw\n",
                     .replace =
                         "      vpn_gateway: vgw\n      static_routes: [192.168.10.0/24]\n" },
                   { .file = "aws-site/edge.cfg",
                     .find = " network 192.168.10.0 mask 255.255.255.0\n",
                     .replace = "" } },
    },
    {
        .rule = "R174",
        .claim = "a spoke whose user route leads to an appliance",
        .base = "er-hub",
        .edits = { { .find = "      use_remote_gateways: true\n", .replace = "" },
                   { .find = "        default: {address_prefix: 10.10.0.0/24",
                     .replace = "        default: {route_table: rt-silent, address_prefix: "
                                "10.10.0.0/24" },
                   { .find = "  public_ip_addresses:\n",
                     .replace = "  route_tables:\n    rt-silent:\n      routes:\n        site: "
                                "{address_prefix: 192.168.0.0/16, next_hop_type: VirtualAppliance, "
                                "next_hop_ip_address: 10.0.0.4}\n  public_ip_addresses:\n" } },
    },
    { .rule = NULL },
};
