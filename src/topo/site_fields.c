/* The rows of sites, carriers, links, and of devices wherever they stand. */
#include "topo/kinds.h"
#include "topo/site.h"

#define AT(s, member) TOPO_AT(s, member)

static const char *const dialects[] = { "auto", "frr", "ios", NULL };
static const char *const daemons[] = { "spanwayd", "frr", NULL };

static_assert(DIALECT_UNKNOWN == 0 && DIALECT_FRR == 1 && DIALECT_IOS == 2, "as in dialects[]");

static const struct topo_field vxlan_fields[] = {
    { AT(topo_vxlan, id), .type = TOPO_U32, .required = true, .min = 1, .max = 16777215,
      .help = "VNI." },
    { AT(topo_vxlan, remote), .type = TOPO_ADDR, .required = true,
      .help = "Address of the other end." },
    { AT(topo_vxlan, port), .type = TOPO_U32, .min = 1, .max = 65535, .preset = 4789,
      .help = "UDP port of the other end." },
    { AT(topo_vxlan, address), .type = TOPO_IFADDR, .help = "Of the interface." },
    { AT(topo_vxlan, mtu_bytes), .type = TOPO_U32, .min = 576, .max = 9000, .preset = 1450,
      .help = "Of the interface." },
    { 0 },
};

const struct topo_kind topo_vxlan_kind = {
    .name = "VXLAN interface",
    .path = "device.vxlan",
    .size = sizeof(struct topo_vxlan),
    .fields = vxlan_fields,
};

const struct topo_field topo_device_fields[] = {
    { AT(topo_device, configuration), .type = TOPO_FILE, .shorthand = true,
      .help = "File with its configuration, of FRR or Cisco IOS, relative to this file." },
    { AT(topo_device, dialect), .type = TOPO_CHOICE, .choices = dialects,
      .help = "What the configuration is written for; auto: as the text looks." },
    { AT(topo_device, daemon), .type = TOPO_CHOICE, .choices = daemons,
      .help = "What runs the configuration in a lab: this product, or FRR itself." },
    { AT(topo_device, ip_forward), .type = TOPO_BOOL,
      .help = "net.ipv4.ip_forward of its Linux; IOS always forwards." },
    { AT(topo_device, bgpd), .type = TOPO_BOOL, .preset = true,
      .help = "The BGP daemon is enabled in /etc/frr/daemons." },
    { AT(topo_device, iptables), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "Rules as typed, such as \"-t nat -A POSTROUTING ...\"." },
    { AT(topo_device, iptables_persistent), .type = TOPO_BOOL,
      .help = "They are there again after a restart." },
    { AT(topo_device, vxlan), .type = TOPO_NAMED, .kind = &topo_vxlan_kind,
      .help = "VXLAN interfaces, named as on the device." },
    { 0 },
};

/* --- sites ------------------------------------------------------------------------------------ */

static const struct topo_field network_fields[] = {
    { AT(site_network, prefix), .type = TOPO_PREFIX, .required = true, .shorthand = true,
      .help = "What has to be reached there." },
    { 0 },
};

const struct topo_kind site_network_kind = {
    .name = "network of a site",
    .path = "networks",
    .size = sizeof(struct site_network),
    .fields = network_fields,
    .parent = &site_kind,
};

static const struct topo_field interface_fields[] = {
    { AT(site_interface, address), .type = TOPO_IFADDR, .shorthand = true, .address = true,
      .help = "Left out: as the configuration says." },
    { AT(site_interface, internet), .type = TOPO_BOOL,
      .help = "It reaches the Internet with this address." },
    { 0 },
};

const struct topo_kind site_interface_kind = {
    .name = "interface of a router",
    .path = "interfaces",
    .size = sizeof(struct site_interface),
    .fields = interface_fields,
    .parent = &site_router_kind,
    .free_name = true,
};

static const struct topo_field router_fields[] = {
    { AT(site_router, model), .type = TOPO_TEXT, .help = "For people." },
    { AT(site_router, device), .type = TOPO_STRUCT, .fields = topo_device_fields,
      .node_offset = offsetof(struct topo_device, node), .help = "What it runs." },
    { AT(site_router, interfaces), .type = TOPO_NAMED, .kind = &site_interface_kind,
      .help = "What its configuration does not say of its interfaces." },
    { AT(site_router, nat_address), .type = TOPO_ADDR, .address = true,
      .help = "Public address that a NAT in front of it shows." },
    { 0 },
};

const struct topo_kind site_router_kind = {
    .name = "router of a site",
    .path = "routers",
    .size = sizeof(struct site_router),
    .fields = router_fields,
    .parent = &site_kind,
    .device = true,
};

static const struct topo_field host_fields[] = {
    { AT(site_host, address), .type = TOPO_IFADDR, .required = true, .shorthand = true,
      .help = "With the length of its network." },
    { AT(site_host, gateway), .type = TOPO_ADDR, .help = "Its default gateway." },
    { 0 },
};

const struct topo_kind site_host_kind = {
    .name = "host of a site",
    .path = "hosts",
    .size = sizeof(struct site_host),
    .fields = host_fields,
    .parent = &site_kind,
};

static const struct topo_field site_fields[] = {
    { AT(site, location), .type = TOPO_TEXT, .help = "For people." },
    { AT(site, networks), .type = TOPO_NAMED, .kind = &site_network_kind,
      .help = "What has to be reached there." },
    { AT(site, routers), .type = TOPO_NAMED, .kind = &site_router_kind,
      .help = "Its routers, each with its configuration." },
    { AT(site, hosts), .type = TOPO_NAMED, .kind = &site_host_kind,
      .help = "Machines that expectations name." },
    { 0 },
};

const struct topo_kind site_kind = {
    .name = "site",
    .path = "sites",
    .size = sizeof(struct site),
    .fields = site_fields,
};

static const struct topo_field carrier_fields[] = {
    { AT(site_carrier, asn), .type = TOPO_U32, .help = "Left out: it only switches." },
    { AT(site_carrier, private_asn_kept), .type = TOPO_BOOL,
      .help = "It passes private AS numbers on." },
    { 0 },
};

const struct topo_kind site_carrier_kind = {
    .name = "carrier",
    .path = "carriers",
    .size = sizeof(struct site_carrier),
    .fields = carrier_fields,
};

static const struct topo_field link_fields[] = {
    { AT(site_link, between), .type = TOPO_LIST, .element = TOPO_PLACE, .required = true,
      .min = 2, .max = 2, .help = "Two places: router:interface, circuit:primary." },
    { AT(site_link, carrier), .type = TOPO_REF, .kind = &site_carrier_kind,
      .help = "Who is between them." },
    { AT(site_link, bandwidth_mbps), .type = TOPO_U32, .help = "Left out: not stated." },
    { AT(site_link, delay_us), .type = TOPO_U32, .help = "One way." },
    { AT(site_link, mtu_bytes), .type = TOPO_U32, .help = "The largest packet it carries." },
    { 0 },
};

const struct topo_kind site_link_kind = {
    .name = "link",
    .path = "links",
    .size = sizeof(struct site_link),
    .fields = link_fields,
};
