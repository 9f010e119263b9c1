/* Google Cloud's rows: one a field. */
#include "topo/gcp.h"
#include "topo/kinds.h"

#define AT(s, member) TOPO_AT(s, member)

static const char *const interface_numbers[] = { "0", "1", NULL };

/* --- networks --------------------------------------------------------------------------------- */

static const char *const routing_modes[] = { "REGIONAL", "GLOBAL", NULL };
static const char *const best_path_modes[] = { "LEGACY", "STANDARD", NULL };

static const struct topo_field network_fields[] = {
    { AT(gcp_network, routing_mode), .type = TOPO_CHOICE, .choices = routing_modes,
      .help = "Whether learned routes reach other regions." },
    { AT(gcp_network, bgp_best_path_selection_mode), .type = TOPO_CHOICE,
      .choices = best_path_modes, .help = "How the best of several paths is chosen." },
    { .name = "enable_ula_internal_ipv6", .refused = "leave it out: IPv4 alone is modelled" },
    { 0 },
};

const struct topo_kind gcp_network_kind = {
    .name = "Google Cloud network",
    .path = "gcp.networks",
    .size = sizeof(struct gcp_network),
    .fields = network_fields,
};

static const struct topo_field subnetwork_fields[] = {
    { AT(gcp_subnetwork, network), .type = TOPO_REF, .required = true, .kind = &gcp_network_kind,
      .help = "The network it is part of." },
    { AT(gcp_subnetwork, region), .type = TOPO_TEXT, .required = true,
      .help = "Such as \"asia-northeast1\"." },
    { AT(gcp_subnetwork, ip_cidr_range), .type = TOPO_PREFIX, .required = true,
      .help = "Its range." },
    { .name = "ipv6_access_type", .refused = "leave it out: IPv4 alone is modelled" },
    { 0 },
};

const struct topo_kind gcp_subnetwork_kind = {
    .name = "Google Cloud subnetwork",
    .path = "gcp.subnetworks",
    .size = sizeof(struct gcp_subnetwork),
    .fields = subnetwork_fields,
};

/* --- VPN -------------------------------------------------------------------------------------- */

static const struct topo_field vpn_interface_fields[] = {
    { AT(gcp_vpn_interface, ip_address), .type = TOPO_ADDR, .shorthand = true, .address = true,
      .help = "Public; left out: one for documentation is assigned." },
    { 0 },
};

const struct topo_kind gcp_vpn_interface_kind = {
    .name = "interface of a Google Cloud HA VPN gateway",
    .path = "interfaces",
    .size = sizeof(struct gcp_vpn_interface),
    .fields = vpn_interface_fields,
    .parent = &gcp_ha_vpn_gateway_kind,
};

static const struct topo_field ha_vpn_gateway_fields[] = {
    { AT(gcp_ha_vpn_gateway, network), .type = TOPO_REF, .required = true,
      .kind = &gcp_network_kind, .help = "The network it serves." },
    { AT(gcp_ha_vpn_gateway, region), .type = TOPO_TEXT, .required = true,
      .help = "Where it stands." },
    { AT(gcp_ha_vpn_gateway, interfaces), .type = TOPO_ITEMS, .max = 2, .implied = 2,
      .kind = &gcp_vpn_interface_kind, .help = "Interface 0 and 1; they exist in any case." },
    { .name = "stack_type", .refused = "leave it out: IPv4 alone is modelled" },
    { 0 },
};

const struct topo_kind gcp_ha_vpn_gateway_kind = {
    .name = "Google Cloud HA VPN gateway",
    .path = "gcp.ha_vpn_gateways",
    .size = sizeof(struct gcp_ha_vpn_gateway),
    .fields = ha_vpn_gateway_fields,
    .parts = interface_numbers,
};

static const struct topo_field classic_vpn_gateway_fields[] = {
    { AT(gcp_classic_vpn_gateway, network), .type = TOPO_REF, .required = true,
      .kind = &gcp_network_kind, .help = "The network it serves." },
    { AT(gcp_classic_vpn_gateway, region), .type = TOPO_TEXT, .required = true,
      .help = "Where it stands." },
    { AT(gcp_classic_vpn_gateway, ip_address), .type = TOPO_ADDR, .address = true,
      .help = "Public; left out: one for documentation is assigned." },
    { 0 },
};

const struct topo_kind gcp_classic_vpn_gateway_kind = {
    .name = "Google Cloud Classic VPN gateway",
    .path = "gcp.classic_vpn_gateways",
    .size = sizeof(struct gcp_classic_vpn_gateway),
    .fields = classic_vpn_gateway_fields,
};

static const struct topo_field external_interface_fields[] = {
    { AT(gcp_external_interface, id), .type = TOPO_U32, .required = true, .max = 3,
      .help = "Number, from 0." },
    { AT(gcp_external_interface, ip_address), .type = TOPO_ENDPOINT, .required = true,
      .help = "Outside address of the other side." },
    { 0 },
};

const struct topo_kind gcp_external_interface_kind = {
    .name = "interface of a Google Cloud external VPN gateway",
    .path = "interfaces",
    .size = sizeof(struct gcp_external_interface),
    .fields = external_interface_fields,
    .parent = &gcp_external_vpn_gateway_kind,
};

static const char *const redundancies[] = { "SINGLE_IP_INTERNALLY_REDUNDANT",
                                            "TWO_IPS_REDUNDANCY", "FOUR_IPS_REDUNDANCY", NULL };

static const struct topo_field external_vpn_gateway_fields[] = {
    { AT(gcp_external_vpn_gateway, redundancy_type), .type = TOPO_CHOICE, .required = true,
      .choices = redundancies, .help = "How many addresses the other side has." },
    { AT(gcp_external_vpn_gateway, interfaces), .type = TOPO_ITEMS, .required = true, .min = 1,
      .max = 4, .kind = &gcp_external_interface_kind, .help = "The other side's addresses." },
    { 0 },
};

const struct topo_kind gcp_external_vpn_gateway_kind = {
    .name = "Google Cloud external VPN gateway",
    .path = "gcp.external_vpn_gateways",
    .size = sizeof(struct gcp_external_vpn_gateway),
    .fields = external_vpn_gateway_fields,
};

static const struct topo_field vpn_tunnel_fields[] = {
    { AT(gcp_vpn_tunnel, region), .type = TOPO_TEXT, .help = "Left out: the gateway's." },
    { AT(gcp_vpn_tunnel, vpn_gateway), .type = TOPO_REF, .kind = &gcp_ha_vpn_gateway_kind,
      .help = "HA VPN: Google's side." },
    { AT(gcp_vpn_tunnel, target_vpn_gateway), .type = TOPO_REF,
      .kind = &gcp_classic_vpn_gateway_kind, .help = "Classic VPN: Google's side." },
    { AT(gcp_vpn_tunnel, vpn_gateway_interface), .type = TOPO_U32, .max = 1,
      .help = "Which of the gateway's interfaces." },
    { AT(gcp_vpn_tunnel, peer_external_gateway), .type = TOPO_REF,
      .kind = &gcp_external_vpn_gateway_kind, .help = "The other side." },
    { AT(gcp_vpn_tunnel, peer_external_gateway_interface), .type = TOPO_U32, .max = 3,
      .help = "Which of its interfaces." },
    { AT(gcp_vpn_tunnel, peer_gcp_gateway), .type = TOPO_REF, .kind = &gcp_ha_vpn_gateway_kind,
      .help = "The other side, when it is Google Cloud too." },
    { AT(gcp_vpn_tunnel, router), .type = TOPO_REF, .kind = &gcp_router_kind,
      .help = "The Cloud Router that speaks BGP through it." },
    { AT(gcp_vpn_tunnel, shared_secret), .type = TOPO_SECRET,
      .help = "Pre-shared key; left out: both sides are given the same one." },
    { AT(gcp_vpn_tunnel, ike_version), .type = TOPO_U32, .min = 1, .max = 2, .preset = 2,
      .help = "Version of IKE." },
    { 0 },
};

const struct topo_kind gcp_vpn_tunnel_kind = {
    .name = "Google Cloud VPN tunnel",
    .path = "gcp.vpn_tunnels",
    .size = sizeof(struct gcp_vpn_tunnel),
    .fields = vpn_tunnel_fields,
};

/* --- Cloud Router ----------------------------------------------------------------------------- */

static const char *const advertise_modes[] = { "DEFAULT", "CUSTOM", NULL };
static const char *const peer_advertise_modes[] = { "DEFAULT", "CUSTOM", "INHERIT", NULL };
static const char *const bfd_modes[] = { "DISABLED", "ACTIVE", "PASSIVE", NULL };

static const struct topo_field router_interface_fields[] = {
    { AT(gcp_router_interface, ip_range), .type = TOPO_IFADDR,
      .help = "The router's address with its length, such as 169.254.0.1/30." },
    { AT(gcp_router_interface, vpn_tunnel), .type = TOPO_REF, .kind = &gcp_vpn_tunnel_kind,
      .help = "The tunnel it belongs to." },
    { 0 },
};

const struct topo_kind gcp_router_interface_kind = {
    .name = "interface of a Google Cloud Router",
    .path = "interfaces",
    .size = sizeof(struct gcp_router_interface),
    .fields = router_interface_fields,
    .parent = &gcp_router_kind,
};

static const struct topo_field router_peer_fields[] = {
    { AT(gcp_router_peer, interface), .type = TOPO_TEXT, .required = true,
      .help = "Name of an interface of the same router." },
    { AT(gcp_router_peer, peer_ip_address), .type = TOPO_ADDR,
      .help = "Left out: the other address of the interface's /30." },
    { AT(gcp_router_peer, peer_asn), .type = TOPO_U32, .required = true, .min = 1,
      .help = "AS number of the other side." },
    { AT(gcp_router_peer, advertised_route_priority), .type = TOPO_U32, .max = 65535,
      .preset = 100, .help = "Announced as MED." },
    { AT(gcp_router_peer, advertise_mode), .type = TOPO_CHOICE, .choices = peer_advertise_modes,
      .preset = GCP_ADVERTISE_INHERIT, .help = "What is announced." },
    { AT(gcp_router_peer, advertised_groups), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "CUSTOM: \"ALL_SUBNETS\"." },
    { AT(gcp_router_peer, advertised_ip_ranges), .type = TOPO_LIST, .element = TOPO_PREFIX,
      .help = "CUSTOM: prefixes." },
    { AT(gcp_router_peer, md5_authentication_key), .type = TOPO_SECRET,
      .help = "Of the BGP session." },
    { AT(gcp_router_peer, enable), .type = TOPO_BOOL, .preset = true,
      .help = "false: the session is shut down." },
    { AT(gcp_router_peer, bfd), .type = TOPO_CHOICE, .choices = bfd_modes, .help = "BFD." },
    { .name = "enable_ipv6", .refused = "leave it out: IPv4 alone is modelled" },
    { 0 },
};

const struct topo_kind gcp_router_peer_kind = {
    .name = "BGP peer of a Google Cloud Router",
    .path = "peers",
    .size = sizeof(struct gcp_router_peer),
    .fields = router_peer_fields,
    .parent = &gcp_router_kind,
};

static const struct topo_field router_fields[] = {
    { AT(gcp_router, network), .type = TOPO_REF, .required = true, .kind = &gcp_network_kind,
      .help = "The network whose subnets it announces." },
    { AT(gcp_router, region), .type = TOPO_TEXT, .required = true, .help = "Where it stands." },
    { AT(gcp_router, asn), .type = TOPO_U32, .required = true, .min = 1,
      .help = "AS number of Google's side." },
    { AT(gcp_router, advertise_mode), .type = TOPO_CHOICE, .choices = advertise_modes,
      .help = "What is announced." },
    { AT(gcp_router, advertised_groups), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "CUSTOM: \"ALL_SUBNETS\"." },
    { AT(gcp_router, advertised_ip_ranges), .type = TOPO_LIST, .element = TOPO_PREFIX,
      .help = "CUSTOM: prefixes." },
    { AT(gcp_router, keepalive_interval), .type = TOPO_U32, .min = 20, .max = 60, .preset = 20,
      .help = "Seconds; the hold time is three times that." },
    { AT(gcp_router, interfaces), .type = TOPO_NAMED, .kind = &gcp_router_interface_kind,
      .help = "One for each tunnel." },
    { AT(gcp_router, peers), .type = TOPO_NAMED, .kind = &gcp_router_peer_kind,
      .help = "BGP sessions." },
    { .name = "nats", .refused = "leave them out: they carry nothing of a VPN" },
    { 0 },
};

const struct topo_kind gcp_router_kind = {
    .name = "Google Cloud Router",
    .path = "gcp.routers",
    .size = sizeof(struct gcp_router),
    .fields = router_fields,
};

/* --- machines --------------------------------------------------------------------------------- */

static const char *const directions[] = { "INGRESS", "EGRESS", NULL };

static const char *const rule_protocols[] = { "tcp", "udp", "icmp", "esp", "ah", "sctp", "all",
                                              NULL };

static const struct topo_field firewall_fields[] = {
    { AT(gcp_firewall, network), .type = TOPO_REF, .required = true, .kind = &gcp_network_kind,
      .help = "The network it filters." },
    { AT(gcp_firewall, direction), .type = TOPO_CHOICE, .choices = directions,
      .help = "Of the packets." },
    { AT(gcp_firewall, priority), .type = TOPO_U32, .max = 65535, .preset = 1000,
      .help = "The lowest number is looked at first." },
    { AT(gcp_firewall, allow), .type = TOPO_LIST, .element = TOPO_TEXT,
      .protocols = rule_protocols, .numbers = true,
      .help = "\"tcp:80\", \"udp\", \"icmp\", \"all\"." },
    { AT(gcp_firewall, deny), .type = TOPO_LIST, .element = TOPO_TEXT,
      .protocols = rule_protocols, .numbers = true,
      .help = "\"tcp:80\", \"udp\", \"icmp\", \"all\"." },
    { AT(gcp_firewall, source_ranges), .type = TOPO_LIST, .element = TOPO_PREFIX,
      .help = "Of INGRESS." },
    { AT(gcp_firewall, destination_ranges), .type = TOPO_LIST, .element = TOPO_PREFIX,
      .help = "Of EGRESS." },
    { 0 },
};

const struct topo_kind gcp_firewall_kind = {
    .name = "Google Cloud firewall rule",
    .path = "gcp.firewalls",
    .size = sizeof(struct gcp_firewall),
    .fields = firewall_fields,
};

static const struct topo_field instance_fields[] = {
    { AT(gcp_instance, zone), .type = TOPO_TEXT,
      .help = "Such as \"asia-northeast1-a\"; what stands in one fails with it." },
    { AT(gcp_instance, subnetwork), .type = TOPO_REF, .required = true,
      .kind = &gcp_subnetwork_kind, .help = "Where it stands." },
    { AT(gcp_instance, network_ip), .type = TOPO_ADDR,
      .help = "Left out: the next free one of the subnetwork." },
    { AT(gcp_instance, external_ip), .type = TOPO_ADDR, .address = true,
      .help = "Its address on the Internet." },
    { AT(gcp_instance, can_ip_forward), .type = TOPO_BOOL,
      .help = "It may send and take what is not its own." },
    { AT(gcp_instance, device), .type = TOPO_STRUCT, .fields = topo_device_fields,
      .node_offset = offsetof(struct topo_device, node),
      .help = "What it runs, where it is a router." },
    { 0 },
};

const struct topo_kind gcp_instance_kind = {
    .name = "Google Cloud instance",
    .path = "gcp.instances",
    .size = sizeof(struct gcp_instance),
    .fields = instance_fields,
    .device = true,
};

/* --- the section ------------------------------------------------------------------------------ */

const struct topo_field topo_gcp_fields[] = {
    { AT(topo_gcp, networks), .type = TOPO_NAMED, .kind = &gcp_network_kind, .help = "Networks." },
    { AT(topo_gcp, subnetworks), .type = TOPO_NAMED, .kind = &gcp_subnetwork_kind,
      .help = "Their subnetworks." },
    { AT(topo_gcp, ha_vpn_gateways), .type = TOPO_NAMED, .kind = &gcp_ha_vpn_gateway_kind,
      .help = "HA VPN gateways." },
    { AT(topo_gcp, classic_vpn_gateways), .type = TOPO_NAMED,
      .kind = &gcp_classic_vpn_gateway_kind, .help = "Classic VPN gateways." },
    { AT(topo_gcp, external_vpn_gateways), .type = TOPO_NAMED,
      .kind = &gcp_external_vpn_gateway_kind, .help = "What Google knows of the other side." },
    { AT(topo_gcp, vpn_tunnels), .type = TOPO_NAMED, .kind = &gcp_vpn_tunnel_kind,
      .help = "Tunnels." },
    { AT(topo_gcp, routers), .type = TOPO_NAMED, .kind = &gcp_router_kind,
      .help = "Cloud Routers." },
    { AT(topo_gcp, firewalls), .type = TOPO_NAMED, .kind = &gcp_firewall_kind,
      .help = "Firewall rules." },
    { AT(topo_gcp, instances), .type = TOPO_NAMED, .kind = &gcp_instance_kind,
      .help = "Machines, routers among them." },
    { .name = "interconnects", .refused = "leave them out: Interconnect is not modelled" },
    { .name = "interconnect_attachments",
      .refused = "leave them out: Interconnect is not modelled" },
    { .name = "network_peerings", .refused = "leave them out: one network is modelled at a time" },
    { 0 },
};
