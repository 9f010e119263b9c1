#include "lib.h"
#include "net/proposal.h"

/* ---- S3: Azure and Google -------------------------------------------------------------------- */

static const char s3[] =
    "spanway: 1\n"
    "name: s3\n"
    "azure:\n"
    "  virtual_networks:\n"
    "    vnet: {address_space: [10.100.0.0/16],\n"
    "           subnets: {GatewaySubnet: {address_prefix: 10.100.255.0/27}}}\n"
    "  public_ip_addresses: {pip0: {ip_address: 20.0.0.10}, pip1: {ip_address: 20.0.0.11}}\n"
    "  virtual_network_gateways:\n"
    "    gw:\n"
    "      type: Vpn\n"
    "      sku: VpnGw1AZ\n"
    "      virtual_network: vnet\n"
    "      active_active: true\n"
    "      enable_bgp: true\n"
    "      ip_configurations: [{public_ip_address: pip0}, {public_ip_address: pip1}]\n"
    "      bgp_settings:\n"
    "        asn: 65510\n"
    "        peering_addresses:\n"
    "          - {apipa_addresses: [169.254.21.14]}\n"
    "          - {apipa_addresses: [169.254.22.50]}\n"
    "  local_network_gateways:\n"
    "    lng0: {gateway_address: gcp.ha_vpn_gateways.ha.interfaces.0, asn: 65509,\n"
    "           bgp_peering_address: 169.254.21.13, address_space: [10.101.0.0/16]}\n"
    "    lng1: {gateway_address: gcp.ha_vpn_gateways.ha.interfaces.1, asn: 65509,\n"
    "           bgp_peering_address: 169.254.22.49, address_space: [10.101.0.0/16]}\n"
    "  connections:\n"
    "    c0: {type: IPsec, virtual_network_gateway: gw, local_network_gateway: lng0,\n"
    "         enable_bgp: true, shared_key: one}\n"
    "    c1: {type: IPsec, virtual_network_gateway: gw, local_network_gateway: lng1,\n"
    "         enable_bgp: true, shared_key: two}\n"
    "gcp:\n"
    "  networks: {net: {}}\n"
    "  subnetworks:\n"
    "    near: {network: net, region: tokyo, ip_cidr_range: 10.101.0.0/24}\n"
    "    far: {network: net, region: osaka, ip_cidr_range: 10.101.1.0/24}\n"
    "  ha_vpn_gateways:\n"
    "    ha: {network: net, region: tokyo,\n"
    "         interfaces: [{ip_address: 35.242.112.236}, {ip_address: 35.220.0.20}]}\n"
    "  external_vpn_gateways:\n"
    "    azure: {redundancy_type: TWO_IPS_REDUNDANCY, interfaces: [\n"
    "      {id: 0, ip_address: azure.public_ip_addresses.pip0},\n"
    "      {id: 1, ip_address: azure.public_ip_addresses.pip1}]}\n"
    "  vpn_tunnels:\n"
    "    t0: {region: tokyo, vpn_gateway: ha, vpn_gateway_interface: 0, router: cr,\n"
    "         peer_external_gateway: azure, peer_external_gateway_interface: 0,\n"
    "         shared_secret: one}\n"
    "    t1: {region: tokyo, vpn_gateway: ha, vpn_gateway_interface: 1, router: cr,\n"
    "         peer_external_gateway: azure, peer_external_gateway_interface: 1,\n"
    "         shared_secret: two}\n"
    "  routers:\n"
    "    cr:\n"
    "      network: net\n"
    "      region: tokyo\n"
    "      asn: 65509\n"
    "      interfaces:\n"
    "        if0: {ip_range: 169.254.21.13/30, vpn_tunnel: t0}\n"
    "        if1: {ip_range: 169.254.22.49/30, vpn_tunnel: t1}\n"
    "      peers:\n"
    "        p0: {interface: if0, peer_ip_address: 169.254.21.14, peer_asn: 65510}\n"
    "        p1: {interface: if1, peer_ip_address: 169.254.22.50, peer_asn: 65510}\n";

static const struct text_file s3_files[] = { { "t.yaml", s3 }, { 0 } };

static bool announces(const struct net *n, const char *node, const char *prefix)
{
    struct prefix p = px(prefix);
    for (uint32_t i = 0; i < n->origins.count; i++) {
        const struct net_origin *o = &n->origins.items[i];
        if (strcmp(n->nodes.items[o->node].name, node) == 0 && prefix_eq(&o->prefix, &p))
            return true;
    }
    return false;
}

static void test_s3(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, s3_files);
    const struct net *n = &w.n;
    assert_int_equal(n->tunnels.count, 4);
    assert_int_equal(count_tunnels(n, NET_FINE), 2);
    assert_int_equal(count_sessions(n, NET_SESSION_FINE), 2);
    const struct net_tunnel_end *e = &n->ends.items[0];
    CLAIM_TEXT("the instance's own address", ip_text(&e->bgp), "169.254.21.14");
    CLAIM("Azure never opens from it", e->opens_bgp == NET_RESPONDS);
    CLAIM("a Cloud Router speaks for Google's gateway",
          n->sessions.items[0].node[1] == node_named(n, "cr"));
    CLAIM("the network's spaces", announces(n, "gw:0", "10.100.0.0/16"));
    CLAIM("and those behind the peers", announces(n, "gw:1", "10.101.0.0/16"));
    CLAIM("Google: subnets of the region", announces(n, "cr", "10.101.0.0/24"));
    CLAIM("no others, while routing is regional", !announces(n, "cr", "10.101.1.0/24"));
    world_close(&w);
}

/* ---- S4: Azure and AWS ----------------------------------------------------------------------- */

#define S4_AZURE                                                                                   \
    "spanway: 1\n"                                                                                 \
    "name: s4\n"                                                                                   \
    "azure:\n"                                                                                     \
    "  virtual_networks:\n"                                                                        \
    "    vnet: {address_space: [10.2.0.0/24, 10.3.0.0/24],\n"                                      \
    "           subnets: {GatewaySubnet: {address_prefix: 10.2.0.224/27}}}\n"                      \
    "  public_ip_addresses: {pip0: {ip_address: 20.1.0.10}, pip1: {ip_address: 20.1.0.11}}\n"      \
    "  virtual_network_gateways:\n"                                                                \
    "    gw:\n"                                                                                    \
    "      type: Vpn\n"                                                                            \
    "      sku: VpnGw1AZ\n"                                                                        \
    "      virtual_network: vnet\n"                                                                \
    "      active_active: true\n"                                                                  \
    "      enable_bgp: true\n"                                                                     \
    "      ip_configurations: [{public_ip_address: pip0}, {public_ip_address: pip1}]\n"            \
    "      bgp_settings:\n"                                                                        \
    "        asn: 65515\n"                                                                         \
    "        peering_addresses:\n"

#define S4_AWS(mode)                                                                               \
    "aws:\n"                                                                                       \
    "  vpcs: {vpc: {cidr_blocks: [172.24.0.0/24, 172.24.1.0/24]}}\n"                               \
    "  vpn_gateways: {vgw: {vpc: vpc}}\n"                                                          \
    "  customer_gateways:\n"                                                                       \
    "    cgw0: {bgp_asn: 65515, ip_address: azure.public_ip_addresses.pip0}\n"                     \
    "    cgw1: {bgp_asn: 65515, ip_address: azure.public_ip_addresses.pip1}\n"                     \
    "  vpn_connections:\n"                                                                         \
    "    v0: {customer_gateway: cgw0, vpn_gateway: vgw, tunnels: [\n"                              \
    "      {outside_address: 52.0.0.1, inside_cidr: 169.254.21.0/30" mode "},\n"                   \
    "      {outside_address: 52.0.0.2, inside_cidr: 169.254.22.0/30}]}\n"                          \
    "    v1: {customer_gateway: cgw1, vpn_gateway: vgw, tunnels: [\n"                              \
    "      {outside_address: 52.0.0.3, inside_cidr: 169.254.21.4/30},\n"                           \
    "      {outside_address: 52.0.0.4, inside_cidr: 169.254.22.4/30}]}\n"

#define S4_LNG(name, tunnel, peer)                                                                 \
    "    " name ": {gateway_address: aws.vpn_connections." tunnel ", asn: 64512,\n"                \
    "            bgp_peering_address: " peer "}\n"
#define S4_CONN(name, lng, more)                                                                   \
    "    " name ": {type: IPsec, virtual_network_gateway: gw, local_network_gateway: " lng ",\n"   \
    "         enable_bgp: true" more "}\n"
/* Azure's default policy has group 2 alone, and AWS takes it. */
#define S4_2020(more, aws_more)                                                                    \
    S4_AZURE                                                                                       \
    "          - {apipa_addresses: [169.254.21.2]}\n"                                              \
    "          - {apipa_addresses: [169.254.21.6]}\n"                                              \
    "  local_network_gateways:\n" S4_LNG("l00", "v0.tunnels.0", "169.254.21.1") S4_LNG(            \
        "l10", "v1.tunnels.0", "169.254.21.5") "  connections:\n" S4_CONN("c00", "l00", more)      \
        S4_CONN("c10", "l10", more) S4_AWS(aws_more)

static const char s4_2020[] = S4_2020("", "");

static const char s4_today[] = S4_AZURE
    "          - {apipa_addresses: [169.254.21.2, 169.254.22.2]}\n"
    "          - {apipa_addresses: [169.254.21.6, 169.254.22.6]}\n"
    "  local_network_gateways:\n" S4_LNG("l00", "v0.tunnels.0", "169.254.21.1")
        S4_LNG("l01", "v0.tunnels.1", "169.254.22.1") S4_LNG("l10", "v1.tunnels.0", "169.254.21.5")
            S4_LNG("l11", "v1.tunnels.1", "169.254.22.5") "  connections:\n"
#define LOW ", custom_bgp_primary: 169.254.21.2, custom_bgp_secondary: 169.254.21.6"
#define HIGH ", custom_bgp_primary: 169.254.22.2, custom_bgp_secondary: 169.254.22.6"
    S4_CONN("c00", "l00", LOW) S4_CONN("c01", "l01", HIGH) S4_CONN("c10", "l10", LOW)
        S4_CONN("c11", "l11", HIGH) S4_AWS("");

static void test_s4_of_2020(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s4_2020 }, { 0 } };
    struct world w;
    world_open(&w, files);
    assert_int_equal(w.n.tunnels.count, 6);
    assert_int_equal(count_tunnels(&w.n, NET_FINE), 2);
    assert_int_equal(count_sessions(&w.n, NET_SESSION_FINE), 2);
    CLAIM("AWS announces the VPC's blocks", announces(&w.n, "v0:0", "172.24.1.0/24"));
    CLAIM("Azure its network's", announces(&w.n, "gw:0", "10.3.0.0/24"));
    CLAIM("end points of a gateway stand in for one another",
          w.n.nodes.items[node_named(&w.n, "v0:0")].group ==
              w.n.nodes.items[node_named(&w.n, "v1:1")].group);
    world_close(&w);
}

static void test_s4_of_today(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s4_today }, { 0 } };
    struct world w;
    world_open(&w, files);
    assert_int_equal(w.n.tunnels.count, 8);
    assert_int_equal(count_tunnels(&w.n, NET_FINE), 4);
    assert_int_equal(count_sessions(&w.n, NET_SESSION_FINE), 4);
    world_close(&w);
}

#define POLICY(ike_dh, esp)                                                                        \
    ", ipsec_policy: {ike_encryption: AES256, ike_integrity: SHA256, dh_group: " ike_dh            \
    ", ipsec_encryption: " esp ", ipsec_integrity: " esp                                           \
    ", pfs_group: None, sa_lifetime_seconds: 27000, sa_data_size_kilobytes: 102400000}"

static const struct {
    const char *name, *yaml;
    enum net_fault fault; /* of the first tunnel */
} option_cases[] = {
    { "responder only and add: nobody dials",
      S4_2020(", connection_mode: ResponderOnly", ", startup_action: add"),
      NET_FAULT_NOBODY_DIALS },
    { "AWS starts", S4_2020(", connection_mode: ResponderOnly", ", startup_action: start"),
      NET_FINE },
    { "Azure dials alone", S4_2020(", connection_mode: InitiatorOnly", ""), NET_FINE },
    { "another key", S4_2020(", shared_key: one", ", preshared_key: ExampleTwo"), NET_FAULT_PSK },
    { "IKEv1 against IKEv2 alone",
      S4_2020(", connection_protocol: IKEv1", ", ike_versions: [ikev2]"), NET_FAULT_VERSION },
    { "AWS takes both", S4_2020(", connection_protocol: IKEv1", ""), NET_FINE },
    { "a policy that AWS takes", S4_2020(POLICY("DHGroup14", "GCMAES256"), ""), NET_FINE },
    { "a group that AWS's list lacks",
      S4_2020(POLICY("DHGroup14", "GCMAES256"), ", phase1_dh_group_numbers: [19, 20]"),
      NET_FAULT_PROPOSAL },
    { "a cipher that AWS does not have", S4_2020(POLICY("DHGroup14", "GCMAES192"), ""),
      NET_FAULT_PROPOSAL },
    { "the default policy's group 2 is not in a strong list",
      S4_2020("", ", phase1_dh_group_numbers: [14]"), NET_FAULT_PROPOSAL },
};

static void test_options_of_tunnels(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(option_cases); i++) {
        const struct text_file files[] = { { "t.yaml", option_cases[i].yaml }, { 0 } };
        struct world w;
        world_open(&w, files);
        const struct net_tunnel *t = NULL;
        struct ip_addr a = ip("52.0.0.1");
        for (uint32_t k = 0; k < w.n.tunnels.count && !t; k++) {
            const struct net_tunnel *each = &w.n.tunnels.items[k];
            if (ip_eq(&w.n.ends.items[each->end[0]].outside, &a))
                t = each;
        }
        CLAIM(option_cases[i].name, t);
        CLAIM_TEXT(option_cases[i].name, net_fault_text(t->fault),
                   net_fault_text(option_cases[i].fault));
        world_close(&w);
    }
}

/* ---- S1: a circuit, a Route Server, a router ------------------------------------------------- */

#define S1(customer)                                                                               \
    "spanway: 1\n"                                                                                 \
    "name: s1\n"                                                                                   \
    "azure:\n"                                                                                     \
    "  virtual_networks:\n"                                                                        \
    "    hub: {address_space: [10.0.0.0/16], subnets: {\n"                                         \
    "      default: {address_prefix: 10.0.0.0/24},\n"                                              \
    "      GatewaySubnet: {address_prefix: 10.0.200.0/24},\n"                                      \
    "      RouteServerSubnet: {address_prefix: 10.0.210.0/24}}}\n"                                 \
    "    spoke: {address_space: [10.10.0.0/16], subnets: {\n"                                      \
    "      GatewaySubnet: {address_prefix: 10.10.200.0/24}}}\n"                                    \
    "    member: {address_space: [10.20.0.0/16], subnets: {}}\n"                                   \
    "  virtual_network_peerings:\n"                                                                \
    "    a: {virtual_network: hub, remote_virtual_network: spoke, allow_gateway_transit: true}\n"  \
    "    b: {virtual_network: spoke, remote_virtual_network: hub}\n"                               \
    "    c: {virtual_network: hub, remote_virtual_network: member,\n"                              \
    "        allow_gateway_transit: true}\n"                                                       \
    "    d: {virtual_network: member, remote_virtual_network: hub, use_remote_gateways: true}\n"   \
    "  virtual_network_gateways:\n"                                                                \
    "    er: {type: ExpressRoute, sku: ErGw1AZ, virtual_network: hub}\n"                           \
    "    vpn: {type: Vpn, sku: VpnGw1AZ, virtual_network: spoke, active_active: true,\n"           \
    "          enable_bgp: true, private_ip_address_enabled: true, bgp_settings: {asn: 65155}}\n"  \
    "  local_network_gateways:\n"                                                                  \
    "    lng: {gateway_address: " customer ", asn: 65150, bgp_peering_address: 10.100.20.1}\n"     \
    "  connections:\n"                                                                             \
    "    c-er: {type: ExpressRoute, virtual_network_gateway: er, express_route_circuit: cir}\n"    \
    "    c-vpn: {type: IPsec, virtual_network_gateway: vpn, local_network_gateway: lng,\n"         \
    "            local_azure_ip_address_enabled: true, enable_bgp: true, shared_key: Secret1}\n"   \
    "  express_route_circuits:\n"                                                                  \
    "    cir:\n"                                                                                   \
    "      private_peering: {peer_asn: 65150, vlan_id: 714,\n"                                     \
    "        primary_peer_address_prefix: 172.16.0.0/30,\n"                                        \
    "        secondary_peer_address_prefix: 172.16.0.4/30}\n"                                      \
    "  route_servers:\n"                                                                           \
    "    rs: {virtual_network: hub, branch_to_branch_traffic_enabled: true,\n"                     \
    "         peers: {nva: {peer_asn: 65001, peer_ip: 10.0.0.4}}}\n"                               \
    "  network_interfaces: {nic: {subnet: hub/default, ip_forwarding_enabled: true}}\n"            \
    "  virtual_machines:\n"                                                                        \
    "    nva: {network_interfaces: [nic], device: {configuration: nva.conf, ip_forward: true}}\n"  \
    "sites:\n"                                                                                     \
    "  tokyo:\n"                                                                                   \
    "    routers: {tky01: {device: {configuration: tky01.cfg}}}\n"                                 \
    "    hosts: {client: {address: 10.100.10.10/24, gateway: 10.100.10.1}}\n"                      \
    "links:\n"                                                                                     \
    "  l0: {between: ['sites.tokyo.routers.tky01:GigabitEthernet8.714',\n"                         \
    "                 'azure.express_route_circuits.cir:primary']}\n"

static const char s1[] = S1("10.100.20.1");

static const char nva[] = "frr version 8.4.1\n"
                          "frr defaults traditional\n"
                          "hostname nva\n"
                          "ip route 10.0.210.0/24 10.0.0.1\n"
                          "router bgp 65001\n"
                          " neighbor 10.0.210.4 remote-as 65515\n"
                          " neighbor 10.0.210.4 ebgp-multihop 255\n"
                          " neighbor 10.0.210.5 remote-as 65515\n"
                          " neighbor 10.0.210.5 ebgp-multihop 255\n";

#define TKY01(destination, neighbor, key)                                                          \
    "version 15.6\n"                                                                               \
    "hostname tky01\n"                                                                             \
    "crypto ikev2 proposal prop\n encryption aes-cbc-256\n integrity sha1\n group 2\n"             \
    "crypto ikev2 policy pol\n match address local 10.100.20.1\n proposal prop\n"                  \
    "crypto ikev2 keyring ring\n"                                                                  \
    " peer p0\n  address 10.10.200.4\n  pre-shared-key " key "\n"                                  \
    " peer p1\n  address 10.10.200.5\n  pre-shared-key Secret1\n"                                  \
    " peer p2\n  address " destination "\n  pre-shared-key Secret1\n"                              \
    "crypto ikev2 profile prof\n"                                                                  \
    " match identity remote any\n"                                                                 \
    " authentication local pre-share\n authentication remote pre-share\n keyring local ring\n"     \
    " dpd 10 5 on-demand\n"                                                                        \
    "crypto ipsec transform-set ts esp-gcm 256\n mode tunnel\n"                                    \
    "crypto ipsec profile ipsec\n set transform-set ts\n set ikev2-profile prof\n"                 \
    "interface Loopback0\n ip address 10.100.20.1 255.255.255.255\n"                               \
    "interface Tunnel13\n ip address 169.254.0.3 255.255.255.255\n"                                \
    " tunnel source 10.100.20.1\n tunnel mode ipsec ipv4\n tunnel destination " destination "\n"   \
    " tunnel protection ipsec profile ipsec\n"                                                     \
    "interface Tunnel14\n ip address 169.254.0.4 255.255.255.255\n"                                \
    " tunnel source 10.100.20.1\n tunnel mode ipsec ipv4\n tunnel destination 10.10.200.5\n"       \
    " tunnel protection ipsec profile ipsec\n"                                                     \
    "interface GigabitEthernet8.714\n encapsulation dot1Q 714\n"                                   \
    " ip address 172.16.0.1 255.255.255.252\n"                                                     \
    "interface Vlan10\n ip address 10.100.10.1 255.255.255.0\n"                                    \
    "router bgp 65150\n"                                                                           \
    " neighbor " neighbor " remote-as 65155\n"                                                     \
    " neighbor " neighbor " update-source Loopback0\n"                                             \
    " neighbor 10.10.200.7 remote-as 65155\n"                                                      \
    " neighbor 10.10.200.7 update-source Loopback0\n"                                              \
    " neighbor 172.16.0.2 remote-as 12076\n"                                                       \
    "ip route 10.10.200.6 255.255.255.255 Tunnel13\n"                                              \
    "ip route 10.10.200.4 255.255.255.255 Tunnel13\n"                                              \
    "ip route 10.10.200.7 255.255.255.255 Tunnel14\n"

static const char tky01[] = TKY01("10.10.200.4", "10.10.200.6", "Secret1");
static const struct text_file s1_files[] = {
    { "t.yaml", s1 }, { "nva.conf", nva }, { "tky01.cfg", tky01 }, { 0 }
};

static const struct net_session *session_between(const struct net *n, const char *a, const char *b)
{
    uint32_t x = node_named(n, a), y = node_named(n, b);
    for (uint32_t i = 0; i < n->sessions.count; i++) {
        const struct net_session *s = &n->sessions.items[i];
        if ((s->node[0] == x && s->node[1] == y) || (s->node[0] == y && s->node[1] == x))
            return s;
    }
    return NULL;
}

static bool is_linked(const struct net *n, const char *a, const char *b, enum net_link_kind kind)
{
    uint32_t x = node_named(n, a), y = node_named(n, b);
    for (uint32_t i = 0; i < n->links.count; i++) {
        const struct net_link *l = &n->links.items[i];
        if (l->kind == kind &&
            ((l->node[0] == x && l->node[1] == y) || (l->node[0] == y && l->node[1] == x)))
            return true;
    }
    return false;
}

static void test_s1_tunnels_and_sessions(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, s1_files);
    const struct net *n = &w.n;
    assert_int_equal(n->tunnels.count, 2);
    assert_int_equal(count_tunnels(n, NET_FINE), 2);
    const struct net_session *s = session_between(n, "tky01", "vpn:0");
    CLAIM("the router's neighbour goes through its tunnel", s && s->tunnel == 0);
    CLAIM("and is fine", s->fault == NET_SESSION_FINE && s->asn[0] == 65150);
    CLAIM("the end knows its interface",
          strcmp(n->ends.items[n->tunnels.items[0].end[0]].interface ? "Tunnel13" : "",
                 "Tunnel13") == 0);
    s = session_between(n, "tky01", "cir:primary");
    CLAIM("the router peers the edge on its /30", s && s->fault == NET_SESSION_FINE);
    CLAIM("nobody is at the second link", count_sessions(n, NET_SESSION_ONE_SIDED) == 1);
    CLAIM("an edge peers each gateway's instance", session_between(n, "cir:secondary", "er:1"));
    CLAIM("the appliance peers both servers",
          session_between(n, "nva", "rs:0") && session_between(n, "nva", "rs:1"));
    CLAIM("branch to branch", session_between(n, "rs:1", "er:0"));
    CLAIM("no gateway of another network", !session_between(n, "rs:0", "vpn:0"));
    world_close(&w);
}

static void test_s1_links_and_announcements(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, s1_files);
    const struct net *n = &w.n;
    CLAIM("the circuit's link", is_linked(n, "tky01", "cir:primary", NET_LINK_CIRCUIT));
    CLAIM("the other one is not plugged in",
          !is_linked(n, "tky01", "cir:secondary", NET_LINK_CIRCUIT));
    CLAIM("a host hangs on its gateway", is_linked(n, "client", "tky01", NET_LINK_WIRE));
    CLAIM("a peering", is_linked(n, "hub", "spoke", NET_LINK_FABRIC));
    CLAIM("an appliance is in its network", is_linked(n, "nva", "hub", NET_LINK_FABRIC));
    CLAIM("a gateway announces its own network", announces(n, "er:0", "10.0.0.0/16"));
    CLAIM("and one that uses it", announces(n, "er:1", "10.20.0.0/16"));
    CLAIM("so does a Route Server", announces(n, "rs:1", "10.20.0.0/16"));
    CLAIM("not a peer that does not", !announces(n, "er:0", "10.10.0.0/16"));
    CLAIM("the spoke's gateway its own network", announces(n, "vpn:1", "10.10.0.0/16"));
    CLAIM("never subnets", !announces(n, "vpn:0", "10.10.200.0/24"));
    const struct net_node *edge = &n->nodes.items[node_named(n, "cir:primary")];
    CLAIM("the edge removes private AS numbers", edge->behaviour.removes_private_asn);
    CLAIM("AS 12076", edge->asn == 12076);
    CLAIM("one AS in the hub", n->nodes.items[node_named(n, "er:0")].asn == 65515);
    CLAIM("the appliance forwards", n->nodes.items[node_named(n, "nva")].kind == NET_ROUTER &&
                                        n->nodes.items[node_named(n, "client")].kind == NET_HOST);
    world_close(&w);
}

static const struct {
    const char *name, *yaml, *config;
    enum net_fault fault;
    enum net_session_fault session;
} router_cases[] = {
    { "another key than the connection's", s1, TKY01("10.10.200.4", "10.10.200.6", "Secret2"),
      NET_FAULT_PSK, NET_SESSION_TUNNEL_DOWN },
    { "BGP with the VPN address", s1, TKY01("10.10.200.4", "10.10.200.4", "Secret1"), NET_FINE,
      NET_SESSION_ADDRESS },
    { "a tunnel to the BGP address", s1, TKY01("10.10.200.6", "10.10.200.6", "Secret1"),
      NET_FAULT_ONE_SIDED, NET_SESSION_TUNNEL_DOWN },
    { "Azure dials another address", S1("10.100.20.9"), tky01, NET_FAULT_ONE_SIDED,
      NET_SESSION_TUNNEL_DOWN },
};

static void test_a_router_that_does_not_match(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(router_cases); i++) {
        const struct text_file files[] = { { "t.yaml", router_cases[i].yaml },
                                           { "nva.conf", nva },
                                           { "tky01.cfg", router_cases[i].config },
                                           { 0 } };
        struct world w;
        world_open(&w, files);
        const struct net_tunnel *t = &w.n.tunnels.items[0];
        CLAIM_TEXT(router_cases[i].name, net_fault_text(t->fault),
                   net_fault_text(router_cases[i].fault));
        CLAIM_TEXT(router_cases[i].name, net_session_fault_text(w.n.sessions.items[0].fault),
                   net_session_fault_text(router_cases[i].session));
        world_close(&w);
    }
}

static void test_no_configuration_no_speaker(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s1 }, { 0 } };
    struct world w;
    struct net n;
    world_read_all(&w, files);
    assert_true(cloud_assign(w.t));
    assert_true(cloud_expand(w.t, NULL, NULL, &w.arena, &n));
    assert_int_equal(n.nodes.items[node_named(&n, "tky01")].asn, 0);
    assert_int_equal(n.ends.count, 2);
    world_close(&w);
}

/* ---- static routes, and what Cloud Routers are told to announce -------------------------------
 */

static bool sends(const struct net *n, const char *node, const char *prefix)
{
    struct prefix p = px(prefix);
    for (uint32_t i = 0; i < n->statics.count; i++) {
        const struct net_static *s = &n->statics.items[i];
        if (strcmp(n->nodes.items[n->ends.items[s->end].node].name, node) == 0 &&
            prefix_eq(&s->prefix, &p))
            return true;
    }
    return false;
}

static const char p1[] =
    "spanway: 1\n"
    "name: p1\n"
    "azure:\n"
    "  virtual_networks:\n"
    "    vnet: {address_space: [10.2.0.0/24],\n"
    "           subnets: {GatewaySubnet: {address_prefix: 10.2.0.224/27}}}\n"
    "  public_ip_addresses: {pip0: {ip_address: 20.1.0.10}}\n"
    "  virtual_network_gateways:\n"
    "    gw: {type: Vpn, sku: VpnGw1AZ, virtual_network: vnet,\n"
    "         ip_configurations: [{public_ip_address: pip0}]}\n"
    "  local_network_gateways:\n"
    "    l0: {gateway_address: soracom.doors.door.tunnels.0, address_space: [100.64.0.0/16]}\n"
    "    l1: {gateway_address: soracom.doors.door.tunnels.1, address_space: [100.64.0.0/16]}\n"
    "  connections:\n"
    "    c0: {type: IPsec, virtual_network_gateway: gw, local_network_gateway: l0}\n"
    "    c1: {type: IPsec, virtual_network_gateway: gw, local_network_gateway: l1}\n"
    "soracom:\n"
    "  virtual_private_gateways: {vpg: {type: F2, device_ranges: [100.64.0.0/16]}}\n"
    "  doors:\n"
    "    door: {virtual_private_gateway: vpg, routing: static, static_routes: [10.2.0.0/24],\n"
    "           customer_gateway_address: azure.public_ip_addresses.pip0}\n";

static void test_static_routes_go_into_tunnels(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", p1 }, { 0 } };
    struct world w;
    world_open(&w, files);
    assert_int_equal(w.n.tunnels.count, 2);
    assert_int_equal(count_tunnels(&w.n, NET_FINE), 2);
    assert_int_equal(w.n.sessions.count, 0);
    CLAIM("Azure sends the local network gateway's space", sends(&w.n, "gw:0", "100.64.0.0/16"));
    CLAIM("a Door its static routes", sends(&w.n, "door:1", "10.2.0.0/24"));
    assert_int_equal(w.n.statics.count, 4);
    CLAIM("one instance, with another behind it",
          w.n.nodes.items[node_named(&w.n, "gw:0")].behaviour.standby);
    world_close(&w);
}

#define ROUTER(mode, peer)                                                                         \
    "spanway: 1\n"                                                                                 \
    "name: r\n"                                                                                    \
    "gcp:\n"                                                                                       \
    "  networks: {net: {}}\n"                                                                      \
    "  subnetworks: {s: {network: net, region: r1, ip_cidr_range: 10.1.0.0/24}}\n"                 \
    "  routers:\n"                                                                                 \
    "    cr:\n"                                                                                    \
    "      network: net\n"                                                                         \
    "      region: r1\n"                                                                           \
    "      asn: 65001\n" mode                                                                      \
    "      interfaces: {i0: {ip_range: 169.254.1.1/30}, i1: {ip_range: 169.254.1.5/30}}\n"         \
    "      peers:\n"                                                                               \
    "        p0: {interface: i0, peer_ip_address: 169.254.1.2, peer_asn: 65002" peer "}\n"         \
    "        p1: {interface: i1, peer_ip_address: 169.254.1.6, peer_asn: 65002}\n"

static const struct {
    const char *name, *yaml;
    uint32_t rows;
    const char *towards, *prefix; /* one of them; "-": to all */
} router_adverts[] = {
    { "by default the subnets, to all", ROUTER("", ""), 1, "-", "10.1.0.0/24" },
    { "custom ranges alone",
      ROUTER("      advertise_mode: CUSTOM\n      advertised_ip_ranges: [10.0.0.0/8]\n", ""), 1,
      "-", "10.0.0.0/8" },
    { "custom ranges and the subnets",
      ROUTER("      advertise_mode: CUSTOM\n      advertised_groups: [ALL_SUBNETS]\n"
             "      advertised_ip_ranges: [10.0.0.0/8]\n",
             ""),
      2, "-", "10.1.0.0/24" },
    { "a peer's own ranges are for it",
      ROUTER("", ", advertise_mode: CUSTOM, advertised_ip_ranges: [10.9.0.0/16]"), 2, "169.254.1.2",
      "10.9.0.0/16" },
    { "and the others have the router's",
      ROUTER("", ", advertise_mode: CUSTOM, advertised_ip_ranges: [10.9.0.0/16]"), 2, "169.254.1.6",
      "10.1.0.0/24" },
};

static void test_what_a_cloud_router_announces(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(router_adverts); i++) {
        const struct text_file files[] = { { "t.yaml", router_adverts[i].yaml }, { 0 } };
        struct world w;
        world_open(&w, files);
        struct prefix p = px(router_adverts[i].prefix);
        bool found = false;
        for (uint32_t k = 0; k < w.n.origins.count; k++) {
            const struct net_origin *o = &w.n.origins.items[k];
            found = found || (prefix_eq(&o->prefix, &p) &&
                              strcmp(ip_text(&o->towards), router_adverts[i].towards) == 0);
        }
        CLAIM(router_adverts[i].name, found);
        CLAIM(router_adverts[i].name, w.n.origins.count == router_adverts[i].rows);
        world_close(&w);
    }
}

/* ---- the reference networks as files --------------------------------------------------------- */

static const struct {
    const char *file;
    uint32_t tunnels, up, sessions, established, nobody;
} scenarios[] = {
    { "s1.yaml", 2, 2, 14, 13, 1 },     /* the second link of the circuit is not plugged in */
    { "s1x.yaml", 4, 4, 16, 16, 0 },    /* two pairs over one circuit */
    { "s2.yaml", 0, 0, 16, 14, 2 },     /* nobody on-premises: both links are free */
    { "s3.yaml", 4, 2, 4, 2, 0 },       /* Google has no tunnel for the crossed ones */
    { "s4-2020.yaml", 6, 2, 6, 2, 0 },  /* thrown-away tunnels on both sides */
    { "s4-today.yaml", 8, 4, 8, 4, 0 }, /* Azure's crossed ones alone are down */
    { "s5-p1.yaml", 2, 2, 0, 0, 0 },    /* static */
    { "s5-p2.yaml", 8, 4, 8, 4, 0 },
    { "s5-ng.yaml", 4, 2, 4, 1, 0 }, /* both tunnels of the Door end on one instance */
    { "s5-w.yaml", 4, 2, 0, 0, 0 },
    { "s6.yaml", 0, 0, 20, 16, 4 },
    { "s7.yaml", 0, 0, 26, 22, 4 },
    { "s8.yaml", 0, 0, 26, 22, 4 },
};

static void test_the_reference_networks(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        struct world w;
        world_open_file(&w, scenarios[i].file);
        const struct net *n = &w.n;
        bool same = n->tunnels.count == scenarios[i].tunnels &&
                    count_tunnels(n, NET_FINE) == scenarios[i].up &&
                    n->sessions.count == scenarios[i].sessions &&
                    count_sessions(n, NET_SESSION_FINE) == scenarios[i].established &&
                    count_sessions(n, NET_SESSION_ONE_SIDED) == scenarios[i].nobody;
        if (!same)
            print_net(n);
        CLAIM(scenarios[i].file, same);
        world_close(&w);
    }
}

/* ---- limits ---------------------------------------------------------------------------------- */

static void test_a_topology_s_limits_are_heard(void **state)
{
    (void)state;
    struct world w;
    struct net n;
    struct cloud_limits l = { 0 };
    struct diag d = { 0 };
    assert_true(cloud_limits_set(&l, "azure.vpn.bgp.prefixes-max", "500", &d));
    assert_true(cloud_limits_set(&l, "azure.vpn.apipa.initiates", "yes", &d));
    world_read_all(&w, s3_files);
    assert_true(cloud_assign(w.t));
    assert_true(cloud_expand(w.t, &l, NULL, &w.arena, &n));
    assert_int_equal(n.nodes.items[node_named(&n, "gw:0")].behaviour.prefixes_max, 500);
    assert_int_equal(n.ends.items[0].opens_bgp, NET_EITHER);
    world_close(&w);
}

static void test_a_full_arena_is_said(void **state)
{
    (void)state;
    struct world w;
    world_read_all(&w, s1_files);
    assert_true(cloud_assign(w.t));
    world_devices(&w);
    struct cloud_devices devices = { w.devices, w.device_count };
    bool ok = false;
    for (size_t room = 0; !ok && room < (1 << 22); room += 4096) {
        struct arena small;
        struct net n = { .probes = 7 };
        arena_init(&small, room);
        ok = cloud_expand(w.t, NULL, &devices, &small, &n);
        assert_true(ok || n.probes == 7);
        arena_done(&small);
    }
    assert_true(ok);
    world_close(&w);
}

/* ---- zones ----------------------------------------------------------------------------------- */

static const char zoned[] =
    "spanway: 1\n"
    "name: zoned\n"
    "azure:\n"
    "  virtual_networks:\n"
    "    vnet: {location: japaneast, address_space: [10.1.0.0/16],\n"
    "           subnets: {GatewaySubnet: {address_prefix: 10.1.255.0/27}, s: 10.1.0.0/24}}\n"
    "    other: {location: japanwest, address_space: [10.2.0.0/16],\n"
    "            subnets: {GatewaySubnet: {address_prefix: 10.2.255.0/27}}}\n"
    "  public_ip_addresses:\n"
    "    one: {zones: [1]}\n"
    "    two: {zones: [2]}\n"
    "    all: {zones: [1, 2, 3]}\n"
    "    old: {zones: [1]}\n"
    "    er: {zones: [3]}\n"
    "  virtual_network_gateways:\n"
    "    az: {type: Vpn, sku: VpnGw1AZ, virtual_network: vnet, active_active: true,\n"
    "         ip_configurations: [{public_ip_address: one}, {public_ip_address: two}]}\n"
    "    spread: {type: Vpn, sku: VpnGw1AZ, virtual_network: vnet,\n"
    "             ip_configurations: [{public_ip_address: all}]}\n"
    "    plain: {type: Vpn, sku: VpnGw1, virtual_network: other,\n"
    "            ip_configurations: [{public_ip_address: old}]}\n"
    "    er: {type: ExpressRoute, sku: ErGw1AZ, virtual_network: other,\n"
    "         ip_configurations: [{public_ip_address: er}]}\n"
    "  network_interfaces: {nic: {subnet: vnet/s}}\n"
    "  virtual_machines: {vm: {zone: 2, network_interfaces: [nic]}}\n"
    "aws:\n"
    "  vpcs:\n"
    "    vpc: {region: ap-northeast-1, cidr_blocks: [172.24.0.0/16], subnets: {\n"
    "      a: {cidr_block: 172.24.0.0/24, availability_zone: ap-northeast-1a},\n"
    "      c: {cidr_block: 172.24.1.0/24, availability_zone: c},\n"
    "      none: {cidr_block: 172.24.2.0/24}}}\n"
    "  instances: {ec2-a: {subnet: vpc/a}, ec2-c: {subnet: vpc/c}, ec2: {subnet: vpc/none}}\n"
    "gcp:\n"
    "  networks: {net: {}}\n"
    "  subnetworks: {sub: {network: net, region: tokyo, ip_cidr_range: 10.101.0.0/24}}\n"
    "  instances: {gce: {zone: asia-northeast1-a, subnetwork: sub}}\n";

static const struct text_file zoned_files[] = { { "zoned.yaml", zoned }, { NULL, NULL } };

static void test_zones_have_their_region_s_name(void **state)
{
    (void)state;
    static const struct {
        const char *claim, *node, *zone;
    } cases[] = {
        { "an instance with an address of one zone stands in it", "az:0", "zone 1 of japaneast" },
        { "and the other in its own", "az:1", "zone 2 of japaneast" },
        { "a gateway that is spread stands in none", "spread:0", NULL },
        { "a SKU without zones stands in none", "plain:0", NULL },
        { "a gateway for circuits like one for tunnels", "er:0", "zone 3 of japanwest" },
        { "a machine of Azure", "vm", "zone 2 of japaneast" },
        { "AWS's own name has the region in it", "ec2-a", "ap-northeast-1a" },
        { "a letter alone is of the region", "ec2-c", "c of ap-northeast-1" },
        { "a subnet that says nothing", "ec2", NULL },
        { "a machine of Google Cloud", "gce", "asia-northeast1-a" },
    };
    struct world w;
    world_open(&w, zoned_files);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *zone = w.n.nodes.items[node_named(&w.n, cases[i].node)].zone;
        CLAIM(cases[i].claim, !zone == !cases[i].zone);
        CLAIM(cases[i].claim, !zone || strcmp(zone, cases[i].zone) == 0);
    }
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_s3),
        cmocka_unit_test(test_s4_of_2020),
        cmocka_unit_test(test_s4_of_today),
        cmocka_unit_test(test_options_of_tunnels),
        cmocka_unit_test(test_s1_tunnels_and_sessions),
        cmocka_unit_test(test_s1_links_and_announcements),
        cmocka_unit_test(test_a_router_that_does_not_match),
        cmocka_unit_test(test_no_configuration_no_speaker),
        cmocka_unit_test(test_static_routes_go_into_tunnels),
        cmocka_unit_test(test_what_a_cloud_router_announces),
        cmocka_unit_test(test_the_reference_networks),
        cmocka_unit_test(test_a_topology_s_limits_are_heard),
        cmocka_unit_test(test_zones_have_their_region_s_name),
        cmocka_unit_test(test_a_full_arena_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
