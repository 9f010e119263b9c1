/* AWS's rows: one a field. */
#include "topo/aws.h"
#include "topo/kinds.h"

#define AT(s, member) TOPO_AT(s, member)

static const char *const tunnel_numbers[] = { "0", "1", NULL };

/* --- networks --------------------------------------------------------------------------------- */

static const struct topo_field subnet_fields[] = {
    { AT(aws_subnet, cidr_block), .type = TOPO_PREFIX, .required = true, .shorthand = true,
      .help = "Part of the network's range." },
    { AT(aws_subnet, availability_zone), .type = TOPO_TEXT,
      .help = "Such as \"us-east-1a\"; what stands in one fails with it." },
    { AT(aws_subnet, route_table), .type = TOPO_REF, .kind = &aws_route_table_kind,
      .help = "Left out: the network's main table." },
    { 0 },
};

const struct topo_kind aws_subnet_kind = {
    .name = "AWS subnet",
    .path = "subnets",
    .size = sizeof(struct aws_subnet),
    .fields = subnet_fields,
    .parent = &aws_vpc_kind,
};

static const struct topo_field vpc_fields[] = {
    { AT(aws_vpc, region), .type = TOPO_TEXT, .help = "Such as \"us-east-1\"." },
    { AT(aws_vpc, cidr_blocks), .type = TOPO_LIST, .element = TOPO_PREFIX, .required = true,
      .min = 1, .help = "What its gateways announce." },
    { AT(aws_vpc, subnets), .type = TOPO_NAMED, .kind = &aws_subnet_kind, .help = "Its subnets." },
    { AT(aws_vpc, main_route_table), .type = TOPO_REF, .kind = &aws_route_table_kind,
      .help = "Of subnets without a table of their own." },
    { 0 },
};

const struct topo_kind aws_vpc_kind = {
    .name = "AWS VPC",
    .path = "aws.vpcs",
    .size = sizeof(struct aws_vpc),
    .fields = vpc_fields,
};

static const struct topo_field route_fields[] = {
    { AT(aws_route, destination_cidr_block), .type = TOPO_PREFIX, .required = true,
      .help = "Destination." },
    { AT(aws_route, target), .type = TOPO_PLACE, .required = true,
      .help = "A gateway, a transit gateway, an instance." },
    { 0 },
};

const struct topo_kind aws_route_kind = {
    .name = "AWS route",
    .path = "routes",
    .size = sizeof(struct aws_route),
    .fields = route_fields,
    .parent = &aws_route_table_kind,
};

static const struct topo_field route_table_fields[] = {
    { AT(aws_route_table, vpc), .type = TOPO_REF, .required = true, .kind = &aws_vpc_kind,
      .help = "The network it belongs to." },
    { AT(aws_route_table, propagating_vgws), .type = TOPO_LIST, .element = TOPO_REF,
      .kind = &aws_vpn_gateway_kind, .help = "Gateways whose learned routes it takes." },
    { AT(aws_route_table, routes), .type = TOPO_ITEMS, .kind = &aws_route_kind,
      .help = "Static routes." },
    { 0 },
};

const struct topo_kind aws_route_table_kind = {
    .name = "AWS route table",
    .path = "aws.route_tables",
    .size = sizeof(struct aws_route_table),
    .fields = route_table_fields,
};

static const struct topo_field internet_gateway_fields[] = {
    { AT(aws_internet_gateway, vpc), .type = TOPO_REF, .required = true, .kind = &aws_vpc_kind,
      .shorthand = true, .help = "The network it is attached to." },
    { 0 },
};

const struct topo_kind aws_internet_gateway_kind = {
    .name = "AWS Internet gateway",
    .path = "aws.internet_gateways",
    .size = sizeof(struct aws_internet_gateway),
    .fields = internet_gateway_fields,
};

/* --- VPN -------------------------------------------------------------------------------------- */

static const struct topo_field vpn_gateway_fields[] = {
    { AT(aws_vpn_gateway, vpc), .type = TOPO_REF, .kind = &aws_vpc_kind,
      .help = "Left out: not attached." },
    { AT(aws_vpn_gateway, amazon_side_asn), .type = TOPO_U32, .min = 1, .preset = 64512,
      .help = "AS number of Amazon's side." },
    { 0 },
};

const struct topo_kind aws_vpn_gateway_kind = {
    .name = "AWS virtual private gateway",
    .path = "aws.vpn_gateways",
    .size = sizeof(struct aws_vpn_gateway),
    .fields = vpn_gateway_fields,
};

static const struct topo_field transit_gateway_fields[] = {
    { AT(aws_transit_gateway, amazon_side_asn), .type = TOPO_U32, .min = 1, .preset = 64512,
      .help = "AS number of Amazon's side." },
    { AT(aws_transit_gateway, vpn_ecmp_support), .type = TOPO_BOOL, .preset = true,
      .help = "It uses several equal tunnels." },
    { AT(aws_transit_gateway, default_route_table_association), .type = TOPO_BOOL, .preset = true,
      .help = "New attachments use the default table." },
    { AT(aws_transit_gateway, default_route_table_propagation), .type = TOPO_BOOL, .preset = true,
      .help = "New attachments fill the default table." },
    { .name = "transit_gateway_route_tables",
      .refused = "leave them out: only the default table is modelled" },
    { 0 },
};

const struct topo_kind aws_transit_gateway_kind = {
    .name = "AWS transit gateway",
    .path = "aws.transit_gateways",
    .size = sizeof(struct aws_transit_gateway),
    .fields = transit_gateway_fields,
};

static const struct topo_field attachment_fields[] = {
    { AT(aws_tgw_attachment, transit_gateway), .type = TOPO_REF, .required = true,
      .kind = &aws_transit_gateway_kind, .help = "To which." },
    { AT(aws_tgw_attachment, vpc), .type = TOPO_REF, .required = true, .kind = &aws_vpc_kind,
      .help = "What is attached." },
    { 0 },
};

const struct topo_kind aws_tgw_attachment_kind = {
    .name = "AWS transit gateway attachment",
    .path = "aws.transit_gateway_vpc_attachments",
    .size = sizeof(struct aws_tgw_attachment),
    .fields = attachment_fields,
};

static const struct topo_field customer_gateway_fields[] = {
    { AT(aws_customer_gateway, bgp_asn), .type = TOPO_U32, .min = 1, .preset = 65000,
      .help = "AS number of the other side." },
    { AT(aws_customer_gateway, ip_address), .type = TOPO_ENDPOINT, .required = true,
      .help = "Outside address of the other side's device." },
    { .name = "certificate_arn", .refused = "leave it out: tunnels have pre-shared keys" },
    { 0 },
};

const struct topo_kind aws_customer_gateway_kind = {
    .name = "AWS customer gateway",
    .path = "aws.customer_gateways",
    .size = sizeof(struct aws_customer_gateway),
    .fields = customer_gateway_fields,
};

static const char *const dpd_actions[] = { "clear", "restart", "none", NULL };
static const char *const startup_actions[] = { "add", "start", NULL };

const struct topo_field aws_tunnel_fields[] = {
    { AT(aws_tunnel, outside_address), .type = TOPO_ADDR, .address = true,
      .help = "Amazon's; left out: one for documentation is assigned." },
    { AT(aws_tunnel, inside_cidr), .type = TOPO_PREFIX,
      .help = "A /30 of 169.254.0.0/16: Amazon has the first address, the customer the second. "
              "Left out: one is assigned, from 169.254.10.0, which Azure does not take." },
    { AT(aws_tunnel, preshared_key), .type = TOPO_SECRET,
      .help = "Left out: both sides are given the same one." },
    { AT(aws_tunnel, ike_versions), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "\"ikev1\", \"ikev2\"; left out: both." },
    { AT(aws_tunnel, phase1_encryption_algorithms), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "Such as \"AES256\"; left out: all that AWS allows." },
    { AT(aws_tunnel, phase1_integrity_algorithms), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "Such as \"SHA2-256\"; left out: all that AWS allows." },
    { AT(aws_tunnel, phase1_dh_group_numbers), .type = TOPO_LIST, .element = TOPO_U32,
      .help = "Such as 14; left out: all that AWS allows." },
    { AT(aws_tunnel, phase2_encryption_algorithms), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "As of phase 1." },
    { AT(aws_tunnel, phase2_integrity_algorithms), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "As of phase 1." },
    { AT(aws_tunnel, phase2_dh_group_numbers), .type = TOPO_LIST, .element = TOPO_U32,
      .help = "As of phase 1." },
    { AT(aws_tunnel, phase1_lifetime_seconds), .type = TOPO_U32, .min = 900, .max = 28800,
      .preset = 28800, .help = "Of the IKE SA." },
    { AT(aws_tunnel, phase2_lifetime_seconds), .type = TOPO_U32, .min = 900, .max = 3600,
      .preset = 3600, .help = "Of an IPsec SA." },
    { AT(aws_tunnel, rekey_margin_time_seconds), .type = TOPO_U32, .min = 60, .preset = 270,
      .help = "How long before its end an SA is renewed." },
    { AT(aws_tunnel, rekey_fuzz_percentage), .type = TOPO_U32, .max = 100, .preset = 100,
      .help = "By how much that time varies." },
    { AT(aws_tunnel, replay_window_size), .type = TOPO_U32, .min = 64, .max = 2048,
      .preset = 1024, .help = "Packets." },
    { AT(aws_tunnel, dpd_timeout_seconds), .type = TOPO_U32, .min = 30, .preset = 30,
      .help = "Dead peer detection." },
    { AT(aws_tunnel, dpd_timeout_action), .type = TOPO_CHOICE, .choices = dpd_actions,
      .help = "What is done then." },
    { AT(aws_tunnel, startup_action), .type = TOPO_CHOICE, .choices = startup_actions,
      .help = "start: Amazon opens the tunnel; add: it waits." },
    { 0 },
};

const struct topo_kind aws_tunnel_kind = {
    .name = "tunnel of an AWS VPN connection",
    .path = "tunnels",
    .size = sizeof(struct aws_tunnel),
    .fields = aws_tunnel_fields,
    .parent = &aws_vpn_connection_kind,
};

static const char *const bandwidths[] = { "standard", "large", NULL };

static const struct topo_field vpn_connection_fields[] = {
    { AT(aws_vpn_connection, customer_gateway), .type = TOPO_REF, .required = true,
      .kind = &aws_customer_gateway_kind, .help = "The other side." },
    { AT(aws_vpn_connection, vpn_gateway), .type = TOPO_REF, .kind = &aws_vpn_gateway_kind,
      .help = "Amazon's side: this or transit_gateway." },
    { AT(aws_vpn_connection, transit_gateway), .type = TOPO_REF,
      .kind = &aws_transit_gateway_kind, .help = "Amazon's side: this or vpn_gateway." },
    { AT(aws_vpn_connection, static_routes_only), .type = TOPO_BOOL, .help = "No BGP." },
    { AT(aws_vpn_connection, static_routes), .type = TOPO_LIST, .element = TOPO_PREFIX,
      .help = "What is behind the customer gateway, without BGP." },
    { AT(aws_vpn_connection, tunnel_bandwidth), .type = TOPO_CHOICE, .choices = bandwidths,
      .help = "large: 5 Gbit/s, at a transit gateway." },
    { AT(aws_vpn_connection, tunnels), .type = TOPO_ITEMS, .max = 2, .implied = 2,
      .kind = &aws_tunnel_kind, .help = "Options of the two; they exist in any case." },
    { .name = "enable_acceleration", .refused = "leave it out: accelerated VPN is not modelled" },
    { .name = "local_ipv6_network_cidr", .refused = "leave it out: IPv4 alone is modelled" },
    { .name = "remote_ipv6_network_cidr", .refused = "leave it out: IPv4 alone is modelled" },
    { 0 },
};

const struct topo_kind aws_vpn_connection_kind = {
    .name = "AWS VPN connection",
    .path = "aws.vpn_connections",
    .size = sizeof(struct aws_vpn_connection),
    .fields = vpn_connection_fields,
    .parts = tunnel_numbers,
};

/* --- machines --------------------------------------------------------------------------------- */

static const char *const rule_protocols[] = { "tcp", "udp", "icmp", "-1", NULL };

static const struct topo_field security_rule_fields[] = {
    { AT(aws_security_rule, protocol), .type = TOPO_TEXT, .required = true,
      .protocols = rule_protocols, .numbers = true,
      .help = "\"tcp\", \"udp\", \"icmp\", the number of a protocol, or \"-1\" for all." },
    { AT(aws_security_rule, from_port), .type = TOPO_U32, .max = 65535, .help = "First port." },
    { AT(aws_security_rule, to_port), .type = TOPO_U32, .max = 65535, .help = "Last port." },
    { AT(aws_security_rule, cidr_blocks), .type = TOPO_LIST, .element = TOPO_PREFIX,
      .help = "The other side." },
    { 0 },
};

const struct topo_kind aws_ingress_kind = {
    .name = "AWS ingress rule",
    .path = "ingress",
    .size = sizeof(struct aws_security_rule),
    .fields = security_rule_fields,
    .parent = &aws_security_group_kind,
};

const struct topo_kind aws_egress_kind = {
    .name = "AWS egress rule",
    .path = "egress",
    .size = sizeof(struct aws_security_rule),
    .fields = security_rule_fields,
    .parent = &aws_security_group_kind,
};

static const struct topo_field security_group_fields[] = {
    { AT(aws_security_group, vpc), .type = TOPO_REF, .required = true, .kind = &aws_vpc_kind,
      .help = "The network it belongs to." },
    { AT(aws_security_group, ingress), .type = TOPO_ITEMS, .kind = &aws_ingress_kind,
      .help = "What may come in." },
    { AT(aws_security_group, egress), .type = TOPO_ITEMS, .kind = &aws_egress_kind,
      .help = "What may go out." },
    { 0 },
};

const struct topo_kind aws_security_group_kind = {
    .name = "AWS security group",
    .path = "aws.security_groups",
    .size = sizeof(struct aws_security_group),
    .fields = security_group_fields,
};

static const struct topo_field instance_fields[] = {
    { AT(aws_instance, subnet), .type = TOPO_REF, .required = true, .kind = &aws_subnet_kind,
      .help = "As vpc/subnet." },
    { AT(aws_instance, private_ip), .type = TOPO_ADDR,
      .help = "Left out: the next free one of the subnet." },
    { AT(aws_instance, public_ip), .type = TOPO_ADDR, .address = true, .help = "Elastic or not." },
    { AT(aws_instance, source_dest_check), .type = TOPO_BOOL, .preset = true,
      .help = "false: it may send and take what is not its own." },
    { AT(aws_instance, security_groups), .type = TOPO_LIST, .element = TOPO_REF,
      .kind = &aws_security_group_kind, .help = "Its filters." },
    { AT(aws_instance, device), .type = TOPO_STRUCT, .fields = topo_device_fields,
      .node_offset = offsetof(struct topo_device, node),
      .help = "What it runs, where it is a router." },
    { 0 },
};

const struct topo_kind aws_instance_kind = {
    .name = "AWS instance",
    .path = "aws.instances",
    .size = sizeof(struct aws_instance),
    .fields = instance_fields,
    .device = true,
};

/* --- the section ------------------------------------------------------------------------------ */

const struct topo_field topo_aws_fields[] = {
    { AT(topo_aws, vpcs), .type = TOPO_NAMED, .kind = &aws_vpc_kind,
      .help = "Networks with their subnets." },
    { AT(topo_aws, route_tables), .type = TOPO_NAMED, .kind = &aws_route_table_kind,
      .help = "Route tables." },
    { AT(topo_aws, internet_gateways), .type = TOPO_NAMED, .kind = &aws_internet_gateway_kind,
      .help = "Ways to the Internet." },
    { AT(topo_aws, vpn_gateways), .type = TOPO_NAMED, .kind = &aws_vpn_gateway_kind,
      .help = "Virtual private gateways." },
    { AT(topo_aws, transit_gateways), .type = TOPO_NAMED, .kind = &aws_transit_gateway_kind,
      .help = "Transit gateways." },
    { AT(topo_aws, transit_gateway_vpc_attachments), .type = TOPO_NAMED,
      .kind = &aws_tgw_attachment_kind, .help = "Networks at a transit gateway." },
    { AT(topo_aws, customer_gateways), .type = TOPO_NAMED, .kind = &aws_customer_gateway_kind,
      .help = "What AWS knows of the other side." },
    { AT(topo_aws, vpn_connections), .type = TOPO_NAMED, .kind = &aws_vpn_connection_kind,
      .help = "VPN connections, two tunnels each." },
    { AT(topo_aws, security_groups), .type = TOPO_NAMED, .kind = &aws_security_group_kind,
      .help = "Filters of instances." },
    { AT(topo_aws, instances), .type = TOPO_NAMED, .kind = &aws_instance_kind,
      .help = "Machines, routers among them." },
    { .name = "dx_connections",
      .refused = "leave them out: Direct Connect is not modelled; a link between two routers is" },
    { .name = "dx_gateways", .refused = "leave them out: Direct Connect is not modelled" },
    { .name = "vpc_peering_connections", .refused = "attach both networks to a transit gateway" },
    { .name = "nat_gateways", .refused = "leave them out: they carry nothing of a VPN" },
    { 0 },
};
