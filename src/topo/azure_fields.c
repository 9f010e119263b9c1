/* Azure's rows: one a field. */
#include "topo/azure.h"
#include "topo/kinds.h"

#define AT(s, member) TOPO_AT(s, member)

static const char *const instances[] = { "0", "1", NULL };
static const char *const links[] = { "primary", "secondary", NULL };

/* --- networks --------------------------------------------------------------------------------- */

static const char *const next_hops[] = { "VirtualAppliance", "VirtualNetworkGateway", "VnetLocal",
                                         "Internet", "None", NULL };

static const struct topo_field route_fields[] = {
    { AT(azure_route, address_prefix), .type = TOPO_PREFIX,
      .help = "Destination; this or service_tag." },
    { AT(azure_route, service_tag), .type = TOPO_TEXT,
      .help = "Destination as a service tag, such as \"AzureCloud\"." },
    { AT(azure_route, next_hop_type), .type = TOPO_CHOICE, .required = true, .choices = next_hops,
      .help = "Where to." },
    { AT(azure_route, next_hop_ip_address), .type = TOPO_ADDR,
      .help = "Of a VirtualAppliance: its private address." },
    { 0 },
};

const struct topo_kind azure_route_kind = {
    .name = "Azure route",
    .path = "routes",
    .size = sizeof(struct azure_route),
    .fields = route_fields,
    .parent = &azure_route_table_kind,
};

static const struct topo_field route_table_fields[] = {
    { AT(azure_route_table, disable_bgp_route_propagation), .type = TOPO_BOOL,
      .help = "Subnets with this table learn no routes of gateways." },
    { AT(azure_route_table, routes), .type = TOPO_NAMED, .kind = &azure_route_kind,
      .help = "User-defined routes." },
    { 0 },
};

const struct topo_kind azure_route_table_kind = {
    .name = "Azure route table",
    .path = "azure.route_tables",
    .size = sizeof(struct azure_route_table),
    .fields = route_table_fields,
};

static const char *const directions[] = { "Inbound", "Outbound", NULL };
static const char *const rule_protocols[] = { "Tcp", "Udp", "Icmp", "Esp", "Ah", "*", NULL };
static const char *const accesses[] = { "Allow", "Deny", NULL };

static const struct topo_field security_rule_fields[] = {
    { AT(azure_security_rule, priority), .type = TOPO_U32, .required = true, .min = 100,
      .max = 4096, .help = "The lowest number is looked at first." },
    { AT(azure_security_rule, direction), .type = TOPO_CHOICE, .required = true,
      .choices = directions, .help = "Of the packets." },
    { AT(azure_security_rule, access), .type = TOPO_CHOICE, .required = true, .choices = accesses,
      .help = "What is done with them." },
    { AT(azure_security_rule, protocol), .type = TOPO_TEXT, .protocols = rule_protocols,
      .help = "\"Tcp\", \"Udp\", \"Icmp\", \"Esp\", \"Ah\" or \"*\"; left out: any." },
    { AT(azure_security_rule, source_address_prefixes), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "Prefixes, service tags or \"*\"; left out: any." },
    { AT(azure_security_rule, destination_address_prefixes), .type = TOPO_LIST,
      .element = TOPO_TEXT, .help = "Prefixes, service tags or \"*\"; left out: any." },
    { AT(azure_security_rule, source_port_ranges), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "\"80\", \"1000-2000\" or \"*\"; left out: any." },
    { AT(azure_security_rule, destination_port_ranges), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "\"80\", \"1000-2000\" or \"*\"; left out: any." },
    { 0 },
};

const struct topo_kind azure_security_rule_kind = {
    .name = "Azure security rule",
    .path = "security_rules",
    .size = sizeof(struct azure_security_rule),
    .fields = security_rule_fields,
    .parent = &azure_nsg_kind,
};

static const struct topo_field nsg_fields[] = {
    { AT(azure_nsg, security_rules), .type = TOPO_NAMED, .kind = &azure_security_rule_kind,
      .help = "Rules besides those that every group has." },
    { 0 },
};

const struct topo_kind azure_nsg_kind = {
    .name = "Azure network security group",
    .path = "azure.network_security_groups",
    .size = sizeof(struct azure_nsg),
    .fields = nsg_fields,
};

static const struct topo_field subnet_fields[] = {
    { AT(azure_subnet, address_prefix), .type = TOPO_PREFIX, .required = true, .shorthand = true,
      .help = "Part of the network's address space." },
    { AT(azure_subnet, route_table), .type = TOPO_REF, .kind = &azure_route_table_kind,
      .help = "User-defined routes of the subnet." },
    { AT(azure_subnet, network_security_group), .type = TOPO_REF, .kind = &azure_nsg_kind,
      .help = "Filter of the subnet." },
    { 0 },
};

const struct topo_kind azure_subnet_kind = {
    .name = "Azure subnet",
    .path = "subnets",
    .size = sizeof(struct azure_subnet),
    .fields = subnet_fields,
    .parent = &azure_vnet_kind,
};

static const struct topo_field vnet_fields[] = {
    { AT(azure_vnet, location), .type = TOPO_TEXT, .help = "Region, such as \"japaneast\"." },
    { AT(azure_vnet, address_space), .type = TOPO_LIST, .element = TOPO_PREFIX, .required = true,
      .min = 1, .help = "What the network's gateways announce." },
    { AT(azure_vnet, subnets), .type = TOPO_NAMED, .kind = &azure_subnet_kind,
      .help = "GatewaySubnet and RouteServerSubnet under just these names." },
    { 0 },
};

const struct topo_kind azure_vnet_kind = {
    .name = "Azure virtual network",
    .path = "azure.virtual_networks",
    .size = sizeof(struct azure_vnet),
    .fields = vnet_fields,
};

static const struct topo_field peering_fields[] = {
    { AT(azure_peering, virtual_network), .type = TOPO_REF, .required = true,
      .kind = &azure_vnet_kind, .help = "The network whose side of the peering this is." },
    { AT(azure_peering, remote_virtual_network), .type = TOPO_REF, .required = true,
      .kind = &azure_vnet_kind, .help = "The other network; it needs a peering of its own." },
    { AT(azure_peering, allow_virtual_network_access), .type = TOPO_BOOL, .preset = true,
      .help = "The remote network may send to this one." },
    { AT(azure_peering, allow_forwarded_traffic), .type = TOPO_BOOL,
      .help = "It may send what does not come from itself." },
    { AT(azure_peering, allow_gateway_transit), .type = TOPO_BOOL,
      .help = "The remote network may use this one's gateway." },
    { AT(azure_peering, use_remote_gateways), .type = TOPO_BOOL,
      .help = "This network uses the remote one's gateway." },
    { 0 },
};

const struct topo_kind azure_peering_kind = {
    .name = "Azure virtual network peering",
    .path = "azure.virtual_network_peerings",
    .size = sizeof(struct azure_peering),
    .fields = peering_fields,
};

static const char *const pip_skus[] = { "Standard", "Basic", NULL };
static const char *const allocations[] = { "Static", "Dynamic", NULL };

static const struct topo_field public_ip_fields[] = {
    { AT(azure_public_ip, sku), .type = TOPO_CHOICE, .choices = pip_skus, .help = "Kind." },
    { AT(azure_public_ip, allocation_method), .type = TOPO_CHOICE, .choices = allocations,
      .help = "Whether the address stays." },
    { AT(azure_public_ip, ip_address), .type = TOPO_ADDR, .shorthand = true, .address = true,
      .help = "Left out: one for documentation is assigned." },
    { AT(azure_public_ip, zones), .type = TOPO_LIST, .element = TOPO_U32,
      .help = "Availability zones: [1, 2, 3]." },
    { 0 },
};

const struct topo_kind azure_public_ip_kind = {
    .name = "Azure public IP address",
    .path = "azure.public_ip_addresses",
    .size = sizeof(struct azure_public_ip),
    .fields = public_ip_fields,
};

/* --- gateways --------------------------------------------------------------------------------- */

static const struct topo_field gateway_ip_fields[] = {
    { AT(azure_gateway_ip, public_ip_address), .type = TOPO_REF, .kind = &azure_public_ip_kind,
      .address = true, .help = "Where tunnels over the Internet end." },
    { AT(azure_gateway_ip, private_ip_address), .type = TOPO_ADDR,
      .help = "Where tunnels over private peering end." },
    { 0 },
};

const struct topo_kind azure_gateway_ip_kind = {
    .name = "instance of an Azure virtual network gateway",
    .path = "ip_configurations",
    .size = sizeof(struct azure_gateway_ip),
    .fields = gateway_ip_fields,
    .parent = &azure_vnet_gateway_kind,
};

static const struct topo_field bgp_peering_address_fields[] = {
    { AT(azure_bgp_peering_address, default_address), .type = TOPO_ADDR, .shorthand = true,
      .help = "In GatewaySubnet." },
    { AT(azure_bgp_peering_address, apipa_addresses), .type = TOPO_LIST, .element = TOPO_ADDR,
      .help = "Custom BGP addresses, 169.254.21.0 to 169.254.22.255." },
    { 0 },
};

const struct topo_kind azure_bgp_peering_address_kind = {
    .name = "BGP address of an Azure virtual network gateway",
    .path = "bgp_settings.peering_addresses",
    .size = sizeof(struct azure_bgp_peering_address),
    .fields = bgp_peering_address_fields,
    .parent = &azure_vnet_gateway_kind,
};

static const struct topo_field bgp_settings_fields[] = {
    { AT(azure_bgp_settings, asn), .type = TOPO_U32, .preset = 65515, .min = 1,
      .help = "AS number of the gateway." },
    { AT(azure_bgp_settings, peering_addresses), .type = TOPO_ITEMS, .max = 2,
      .kind = &azure_bgp_peering_address_kind,
      .help = "One for each instance, in their order." },
    { 0 },
};

static const char *const gateway_types[] = { "Vpn", "ExpressRoute", NULL };
static const char *const vpn_types[] = { "RouteBased", "PolicyBased", NULL };

static const struct topo_field vnet_gateway_fields[] = {
    { AT(azure_vnet_gateway, type), .type = TOPO_CHOICE, .required = true,
      .choices = gateway_types, .help = "What it connects." },
    { AT(azure_vnet_gateway, sku), .type = TOPO_TEXT, .required = true,
      .help = "Size, such as \"VpnGw1AZ\" or \"ErGw1AZ\"." },
    { AT(azure_vnet_gateway, generation), .type = TOPO_U32, .min = 1, .max = 2, .preset = 1,
      .help = "Of a VPN gateway." },
    { AT(azure_vnet_gateway, vpn_type), .type = TOPO_CHOICE, .choices = vpn_types,
      .help = "Whether routes or policies choose the tunnel." },
    { AT(azure_vnet_gateway, virtual_network), .type = TOPO_REF, .required = true,
      .kind = &azure_vnet_kind, .help = "It sits in this network's GatewaySubnet." },
    { AT(azure_vnet_gateway, active_active), .type = TOPO_BOOL,
      .help = "Both instances have tunnels of their own." },
    { AT(azure_vnet_gateway, enable_bgp), .type = TOPO_BOOL, .help = "The gateway speaks BGP." },
    { AT(azure_vnet_gateway, private_ip_address_enabled), .type = TOPO_BOOL,
      .help = "Tunnels may end at the private addresses." },
    { AT(azure_vnet_gateway, answers_traceroute), .type = TOPO_BOOL,
      .help = "In a lab: it is seen as a hop by what passes it inward. Both were observed." },
    { AT(azure_vnet_gateway, ip_configurations), .type = TOPO_ITEMS, .max = 3,
      .kind = &azure_gateway_ip_kind, .help = "One for each instance." },
    { AT(azure_vnet_gateway, bgp_settings), .type = TOPO_STRUCT, .fields = bgp_settings_fields,
      .node_offset = offsetof(struct azure_bgp_settings, node), .help = "How it speaks BGP." },
    { AT(azure_vnet_gateway, default_local_network_gateway), .type = TOPO_REF,
      .kind = &azure_local_gateway_kind, .help = "Forced tunnelling: where 0.0.0.0/0 goes." },
    { AT(azure_vnet_gateway, nat_rules), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "Names of NAT rules." },
    { AT(azure_vnet_gateway, diagnostic_logs), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "Categories that are kept, such as \"TunnelDiagnosticLog\"." },
    { .name = "vpn_client_configuration",
      .refused = "leave it out: remote access is not what Spanway joins" },
    { 0 },
};

const struct topo_kind azure_vnet_gateway_kind = {
    .name = "Azure virtual network gateway",
    .path = "azure.virtual_network_gateways",
    .size = sizeof(struct azure_vnet_gateway),
    .fields = vnet_gateway_fields,
    .parts = instances,
};

static const struct topo_field local_gateway_fields[] = {
    { AT(azure_local_gateway, gateway_address), .type = TOPO_ENDPOINT, .required = true,
      .help = "Outside address of the other side's device." },
    { AT(azure_local_gateway, address_space), .type = TOPO_LIST, .element = TOPO_PREFIX,
      .help = "What is behind it, without BGP." },
    { AT(azure_local_gateway, asn), .type = TOPO_U32, .min = 1,
      .help = "The device's AS number; left out: no BGP." },
    { AT(azure_local_gateway, bgp_peering_address), .type = TOPO_ADDR,
      .help = "The device's BGP address." },
    { 0 },
};

const struct topo_kind azure_local_gateway_kind = {
    .name = "Azure local network gateway",
    .path = "azure.local_network_gateways",
    .size = sizeof(struct azure_local_gateway),
    .fields = local_gateway_fields,
};

/* --- connections ------------------------------------------------------------------------------ */

static const struct topo_field ipsec_policy_fields[] = {
    { AT(azure_ipsec_policy, ike_encryption), .type = TOPO_TEXT, .required = true,
      .help = "Such as \"AES256\"." },
    { AT(azure_ipsec_policy, ike_integrity), .type = TOPO_TEXT, .required = true,
      .help = "Such as \"SHA256\"." },
    { AT(azure_ipsec_policy, dh_group), .type = TOPO_TEXT, .required = true,
      .help = "Such as \"DHGroup14\"." },
    { AT(azure_ipsec_policy, ipsec_encryption), .type = TOPO_TEXT, .required = true,
      .help = "Such as \"GCMAES256\"." },
    { AT(azure_ipsec_policy, ipsec_integrity), .type = TOPO_TEXT, .required = true,
      .help = "Such as \"GCMAES256\"." },
    { AT(azure_ipsec_policy, pfs_group), .type = TOPO_TEXT, .required = true,
      .help = "Such as \"PFS2048\", or \"None\"." },
    { AT(azure_ipsec_policy, sa_lifetime_seconds), .type = TOPO_U32, .min = 300,
      .max = 172799, .preset = 27000, .help = "Of an IPsec SA." },
    { AT(azure_ipsec_policy, sa_data_size_kilobytes), .type = TOPO_U32, .preset = 102400000,
      .help = "Of an IPsec SA; 0: no limit." },
    { 0 },
};

static const struct topo_field traffic_selector_fields[] = {
    { AT(azure_traffic_selector, local_address_ranges), .type = TOPO_LIST,
      .element = TOPO_PREFIX, .required = true, .min = 1, .help = "On Azure's side." },
    { AT(azure_traffic_selector, remote_address_ranges), .type = TOPO_LIST,
      .element = TOPO_PREFIX, .required = true, .min = 1, .help = "On the other side." },
    { 0 },
};

const struct topo_kind azure_traffic_selector_kind = {
    .name = "traffic selector of an Azure connection",
    .path = "traffic_selectors",
    .size = sizeof(struct azure_traffic_selector),
    .fields = traffic_selector_fields,
    .parent = &azure_connection_kind,
};

static const char *const connection_types[] = { "IPsec", "ExpressRoute", "Vnet2Vnet", NULL };
static const char *const protocols[] = { "IKEv2", "IKEv1", NULL };
static const char *const modes[] = { "Default", "InitiatorOnly", "ResponderOnly", NULL };

static const struct topo_field connection_fields[] = {
    { AT(azure_connection, type), .type = TOPO_CHOICE, .choices = connection_types,
      .help = "What it joins." },
    { AT(azure_connection, virtual_network_gateway), .type = TOPO_REF, .required = true,
      .kind = &azure_vnet_gateway_kind, .help = "The gateway at this end." },
    { AT(azure_connection, peer_virtual_network_gateway), .type = TOPO_REF,
      .kind = &azure_vnet_gateway_kind, .help = "Vnet2Vnet: the gateway at the other end." },
    { AT(azure_connection, local_network_gateway), .type = TOPO_REF,
      .kind = &azure_local_gateway_kind, .help = "IPsec: the other end." },
    { AT(azure_connection, express_route_circuit), .type = TOPO_REF,
      .kind = &azure_circuit_kind, .help = "ExpressRoute: the circuit." },
    { AT(azure_connection, authorization), .type = TOPO_TEXT,
      .help = "Name of the authorisation at a circuit of another subscription; never the key." },
    { AT(azure_connection, shared_key), .type = TOPO_SECRET,
      .help = "Pre-shared key; left out: both sides are given the same one." },
    { AT(azure_connection, connection_protocol), .type = TOPO_CHOICE, .choices = protocols,
      .help = "Version of IKE." },
    { AT(azure_connection, connection_mode), .type = TOPO_CHOICE, .choices = modes,
      .help = "Who opens the tunnel." },
    { AT(azure_connection, enable_bgp), .type = TOPO_BOOL, .help = "Routes come by BGP." },
    { AT(azure_connection, local_azure_ip_address_enabled), .type = TOPO_BOOL,
      .help = "The tunnel ends at the gateway's private address." },
    { AT(azure_connection, use_policy_based_traffic_selectors), .type = TOPO_BOOL,
      .help = "Selectors of the address spaces instead of any-to-any." },
    { AT(azure_connection, express_route_gateway_bypass), .type = TOPO_BOOL,
      .help = "FastPath: packets from the circuit pass the gateway by." },
    { AT(azure_connection, custom_bgp_primary), .type = TOPO_ADDR,
      .help = "BGP address of instance 0 for this connection." },
    { AT(azure_connection, custom_bgp_secondary), .type = TOPO_ADDR,
      .help = "BGP address of instance 1 for this connection." },
    { AT(azure_connection, ipsec_policy), .type = TOPO_STRUCT, .fields = ipsec_policy_fields,
      .node_offset = offsetof(struct azure_ipsec_policy, node),
      .help = "Instead of Azure's default proposals." },
    { AT(azure_connection, traffic_selectors), .type = TOPO_ITEMS,
      .kind = &azure_traffic_selector_kind, .help = "Custom selectors." },
    { AT(azure_connection, dpd_timeout_seconds), .type = TOPO_U32, .min = 9, .max = 3600,
      .preset = 45, .help = "Dead peer detection." },
    { AT(azure_connection, routing_weight), .type = TOPO_U32, .max = 32000,
      .help = "ExpressRoute: of two circuits the one with the larger weight." },
    { 0 },
};

const struct topo_kind azure_connection_kind = {
    .name = "Azure connection",
    .path = "azure.connections",
    .size = sizeof(struct azure_connection),
    .fields = connection_fields,
    .parts = instances,
};

/* --- ExpressRoute, Route Server --------------------------------------------------------------- */

static const struct topo_field private_peering_fields[] = {
    { AT(azure_private_peering, peer_asn), .type = TOPO_U32, .required = true, .min = 1,
      .help = "AS number of the site." },
    { AT(azure_private_peering, vlan_id), .type = TOPO_U32, .required = true, .min = 1,
      .max = 4094, .help = "VLAN of both links." },
    { AT(azure_private_peering, primary_peer_address_prefix), .type = TOPO_PREFIX,
      .required = true, .help = "A /30: the site has the first address, Azure the second." },
    { AT(azure_private_peering, secondary_peer_address_prefix), .type = TOPO_PREFIX,
      .help = "A /30, as for the first link; left out: the second link is not used." },
    { AT(azure_private_peering, shared_key), .type = TOPO_SECRET,
      .help = "MD5 key of the BGP sessions." },
    { 0 },
};

static const char *const tiers[] = { "Standard", "Premium", "Local", NULL };

static const struct topo_field circuit_fields[] = {
    { AT(azure_circuit, service_provider_name), .type = TOPO_TEXT, .help = "Who provides it." },
    { AT(azure_circuit, peering_location), .type = TOPO_TEXT, .help = "Where it meets Microsoft." },
    { AT(azure_circuit, bandwidth_in_mbps), .type = TOPO_U32, .help = "Of each link." },
    { AT(azure_circuit, sku_tier), .type = TOPO_CHOICE, .choices = tiers,
      .help = "Which regions it reaches, and how many routes." },
    { AT(azure_circuit, authorizations), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "Names of the authorisations that were handed out." },
    { AT(azure_circuit, private_peering), .type = TOPO_STRUCT, .fields = private_peering_fields,
      .node_offset = offsetof(struct azure_private_peering, node),
      .help = "The BGP sessions with the site." },
    { AT(azure_circuit, global_reach), .type = TOPO_LIST, .element = TOPO_REF,
      .kind = &azure_circuit_kind, .help = "Circuits that this one is joined with." },
    { .name = "microsoft_peering",
      .refused = "leave it out: only private peering is modelled" },
    { 0 },
};

const struct topo_kind azure_circuit_kind = {
    .name = "Azure ExpressRoute circuit",
    .path = "azure.express_route_circuits",
    .size = sizeof(struct azure_circuit),
    .fields = circuit_fields,
    .parts = links,
};

static const struct topo_field route_server_peer_fields[] = {
    { AT(azure_route_server_peer, peer_asn), .type = TOPO_U32, .required = true, .min = 1,
      .help = "AS number of the appliance." },
    { AT(azure_route_server_peer, peer_ip), .type = TOPO_ADDR, .required = true,
      .help = "Its address in the network." },
    { 0 },
};

const struct topo_kind azure_route_server_peer_kind = {
    .name = "peer of an Azure Route Server",
    .path = "peers",
    .size = sizeof(struct azure_route_server_peer),
    .fields = route_server_peer_fields,
    .parent = &azure_route_server_kind,
};

static const char *const preferences[] = { "ExpressRoute", "VpnGateway", "ASPath", NULL };

static const struct topo_field route_server_fields[] = {
    { AT(azure_route_server, virtual_network), .type = TOPO_REF, .required = true,
      .kind = &azure_vnet_kind, .help = "It sits in this network's RouteServerSubnet." },
    { AT(azure_route_server, public_ip_address), .type = TOPO_REF,
      .kind = &azure_public_ip_kind, .help = "For its management." },
    { AT(azure_route_server, branch_to_branch_traffic_enabled), .type = TOPO_BOOL,
      .help = "It exchanges routes with the network's gateways." },
    { AT(azure_route_server, hub_routing_preference), .type = TOPO_CHOICE,
      .choices = preferences, .help = "Whose route to the same prefix is taken." },
    { AT(azure_route_server, virtual_router_ips), .type = TOPO_LIST, .element = TOPO_ADDR,
      .max = 2, .help = "Its two addresses." },
    { AT(azure_route_server, peers), .type = TOPO_NAMED, .kind = &azure_route_server_peer_kind,
      .help = "Appliances that it speaks BGP with." },
    { 0 },
};

const struct topo_kind azure_route_server_kind = {
    .name = "Azure Route Server",
    .path = "azure.route_servers",
    .size = sizeof(struct azure_route_server),
    .fields = route_server_fields,
    .parts = instances,
};

/* --- machines --------------------------------------------------------------------------------- */

static const struct topo_field nic_fields[] = {
    { AT(azure_nic, subnet), .type = TOPO_REF, .required = true, .kind = &azure_subnet_kind,
      .help = "As network/subnet." },
    { AT(azure_nic, private_ip_address), .type = TOPO_ADDR,
      .help = "Left out: the next free one of the subnet." },
    { AT(azure_nic, ip_forwarding_enabled), .type = TOPO_BOOL,
      .help = "It may send and take what is not its own." },
    { AT(azure_nic, public_ip_address), .type = TOPO_REF, .kind = &azure_public_ip_kind,
      .address = true, .help = "Its address on the Internet." },
    { AT(azure_nic, network_security_group), .type = TOPO_REF, .kind = &azure_nsg_kind,
      .help = "Filter of the interface." },
    { 0 },
};

const struct topo_kind azure_nic_kind = {
    .name = "Azure network interface",
    .path = "azure.network_interfaces",
    .size = sizeof(struct azure_nic),
    .fields = nic_fields,
};

static const struct topo_field vm_fields[] = {
    { AT(azure_vm, operating_system), .type = TOPO_TEXT, .help = "For people." },
    { AT(azure_vm, zone), .type = TOPO_U32, .min = 1, .max = 3,
      .help = "Availability zone; what stands in one fails with it." },
    { AT(azure_vm, network_interfaces), .type = TOPO_LIST, .element = TOPO_REF, .required = true,
      .min = 1, .kind = &azure_nic_kind, .help = "The first one is the primary." },
    { AT(azure_vm, device), .type = TOPO_STRUCT, .fields = topo_device_fields,
      .node_offset = offsetof(struct topo_device, node),
      .help = "What it runs, where it is a router." },
    { 0 },
};

const struct topo_kind azure_vm_kind = {
    .name = "Azure virtual machine",
    .path = "azure.virtual_machines",
    .size = sizeof(struct azure_vm),
    .fields = vm_fields,
    .device = true,
};

/* --- the section ------------------------------------------------------------------------------ */

const struct topo_field topo_azure_fields[] = {
    { AT(topo_azure, virtual_networks), .type = TOPO_NAMED, .kind = &azure_vnet_kind,
      .help = "Virtual networks with their subnets." },
    { AT(topo_azure, route_tables), .type = TOPO_NAMED, .kind = &azure_route_table_kind,
      .help = "User-defined routes." },
    { AT(topo_azure, network_security_groups), .type = TOPO_NAMED, .kind = &azure_nsg_kind,
      .help = "Filters of subnets and interfaces." },
    { AT(topo_azure, virtual_network_peerings), .type = TOPO_NAMED, .kind = &azure_peering_kind,
      .help = "Peerings, one a direction." },
    { AT(topo_azure, public_ip_addresses), .type = TOPO_NAMED, .kind = &azure_public_ip_kind,
      .help = "Public addresses." },
    { AT(topo_azure, virtual_network_gateways), .type = TOPO_NAMED,
      .kind = &azure_vnet_gateway_kind, .help = "Gateways for VPN and for ExpressRoute." },
    { AT(topo_azure, local_network_gateways), .type = TOPO_NAMED,
      .kind = &azure_local_gateway_kind, .help = "What Azure knows of the other side." },
    { AT(topo_azure, connections), .type = TOPO_NAMED, .kind = &azure_connection_kind,
      .help = "What joins a gateway with the other side." },
    { AT(topo_azure, express_route_circuits), .type = TOPO_NAMED, .kind = &azure_circuit_kind,
      .help = "Private circuits." },
    { AT(topo_azure, route_servers), .type = TOPO_NAMED, .kind = &azure_route_server_kind,
      .help = "Route Servers with their peers." },
    { AT(topo_azure, network_interfaces), .type = TOPO_NAMED, .kind = &azure_nic_kind,
      .help = "Network interfaces of the machines." },
    { AT(topo_azure, virtual_machines), .type = TOPO_NAMED, .kind = &azure_vm_kind,
      .help = "Machines, routers among them." },
    { .name = "virtual_wans",
      .refused = "describe the hub as a virtual network with its own gateways" },
    { .name = "virtual_hubs",
      .refused = "describe the hub as a virtual network with its own gateways" },
    { .name = "vpn_sites", .refused = "write local_network_gateways" },
    { .name = "vpn_gateways", .refused = "write virtual_network_gateways of type Vpn" },
    { .name = "express_route_gateways",
      .refused = "write virtual_network_gateways of type ExpressRoute" },
    { .name = "nat_gateways", .refused = "leave them out: way to the Internet is not modelled" },
    { .name = "firewalls", .refused = "write a virtual machine that forwards" },
    { 0 },
};
