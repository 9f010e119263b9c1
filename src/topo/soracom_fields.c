/* SORACOM's rows: one a field. */
#include "topo/kinds.h"
#include "topo/soracom.h"

#define AT(s, member) TOPO_AT(s, member)

static const char *const vpg_types[] = { "E", "F", "F2", "G", NULL };
static const char *const routings[] = { "static", "bgp", NULL };
static const char *const tunnel_numbers[] = { "0", "1", NULL };

static const struct topo_field vpg_fields[] = {
    { AT(soracom_vpg, type), .type = TOPO_CHOICE, .required = true, .choices = vpg_types,
      .help = "Type of the gateway." },
    { AT(soracom_vpg, asn), .type = TOPO_U32, .help = "Left out: SORACOM's own." },
    { AT(soracom_vpg, device_ranges), .type = TOPO_LIST, .element = TOPO_PREFIX,
      .help = "Addresses of the devices behind it." },
    { 0 },
};

const struct topo_kind soracom_vpg_kind = {
    .name = "SORACOM virtual private gateway",
    .path = "soracom.virtual_private_gateways",
    .size = sizeof(struct soracom_vpg),
    .fields = vpg_fields,
};

const struct topo_kind soracom_tunnel_kind = {
    .name = "tunnel of a SORACOM Door",
    .path = "tunnels",
    .size = sizeof(struct aws_tunnel),
    .fields = aws_tunnel_fields,
    .parent = &soracom_door_kind,
};

static const struct topo_field door_fields[] = {
    { AT(soracom_door, virtual_private_gateway), .type = TOPO_REF, .required = true,
      .kind = &soracom_vpg_kind, .help = "The gateway it belongs to." },
    { AT(soracom_door, customer_gateway_address), .type = TOPO_ENDPOINT, .required = true,
      .help = "Outside address of the other side's device." },
    { AT(soracom_door, customer_asn), .type = TOPO_U32,
      .help = "AS number of the other side; left out with static routing." },
    { AT(soracom_door, routing), .type = TOPO_CHOICE, .choices = routings,
      .help = "How it learns what is behind the other side." },
    { AT(soracom_door, static_routes), .type = TOPO_LIST, .element = TOPO_PREFIX,
      .help = "What is behind the other side, with static routing." },
    { AT(soracom_door, tunnels), .type = TOPO_ITEMS, .max = 2, .implied = 2,
      .kind = &soracom_tunnel_kind, .help = "Options of the two; they exist in any case." },
    { 0 },
};

const struct topo_kind soracom_door_kind = {
    .name = "SORACOM Door",
    .path = "soracom.doors",
    .size = sizeof(struct soracom_door),
    .fields = door_fields,
    .parts = tunnel_numbers,
};

static const struct topo_field gate_fields[] = {
    { AT(soracom_gate, virtual_private_gateway), .type = TOPO_REF, .required = true,
      .kind = &soracom_vpg_kind, .help = "The gateway it belongs to." },
    { AT(soracom_gate, device_subnet), .type = TOPO_PREFIX, .help = "Of the devices." },
    { 0 },
};

const struct topo_kind soracom_gate_kind = {
    .name = "SORACOM Gate",
    .path = "soracom.gates",
    .size = sizeof(struct soracom_gate),
    .fields = gate_fields,
};

const struct topo_field topo_soracom_fields[] = {
    { AT(topo_soracom, virtual_private_gateways), .type = TOPO_NAMED, .kind = &soracom_vpg_kind,
      .help = "Virtual private gateways." },
    { AT(topo_soracom, doors), .type = TOPO_NAMED, .kind = &soracom_door_kind,
      .help = "VPN connections, two tunnels each." },
    { AT(topo_soracom, gates), .type = TOPO_NAMED, .kind = &soracom_gate_kind,
      .help = "Gates to the devices." },
    { .name = "canals", .refused = "leave them out: only Door and Gate are modelled" },
    { .name = "directs", .refused = "leave them out: only Door and Gate are modelled" },
    { 0 },
};
