/* What single options of resources make of the network. */
#include "cloud/effective.h"
#include "lib.h"

#define HEAD "spanway: 1\nname: t\n"

static const struct net_node *node_of(const struct net *n, const char *name)
{
    return &n->nodes.items[node_named(n, name)];
}

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

static uint32_t count_links(const struct net *n, const char *a, const char *b)
{
    uint32_t x = node_named(n, a), y = node_named(n, b), count = 0;
    for (uint32_t i = 0; i < n->links.count; i++) {
        const struct net_link *l = &n->links.items[i];
        count += (l->node[0] == x && l->node[1] == y) || (l->node[0] == y && l->node[1] == x);
    }
    return count;
}

/* ---- Azure ----------------------------------------------------------------------------------- */

#define VNETS                                                                                      \
    "azure:\n"                                                                                     \
    "  virtual_networks:\n"                                                                        \
    "    a: {address_space: [10.0.0.0/16], subnets: {\n"                                           \
    "      GatewaySubnet: {address_prefix: 10.0.0.0/24},\n"                                        \
    "      RouteServerSubnet: {address_prefix: 10.0.1.0/24}}}\n"                                   \
    "    b: {address_space: [10.1.0.0/16], subnets: {\n"                                           \
    "      GatewaySubnet: {address_prefix: 10.1.0.0/24}}}\n"

#define GATEWAY(lng, connection)                                                                   \
    HEAD VNETS                                                                                     \
        "  virtual_network_gateways:\n"                                                            \
        "    gw: {type: Vpn, sku: VpnGw1AZ, virtual_network: a, enable_bgp: true,\n"               \
        "         bgp_settings: {asn: 65010, peering_addresses: [\n"                               \
        "           {apipa_addresses: [169.254.21.2]}]}}\n"                                        \
        "  local_network_gateways:\n"                                                              \
        "    l: {gateway_address: 20.0.0.1, asn: 65020, bgp_peering_address: " lng "}\n"           \
        "  connections:\n"                                                                         \
        "    c: {type: IPsec, virtual_network_gateway: gw, local_network_gateway: l" connection    \
        "}\n"

static const struct {
    const char *name, *yaml, *bgp;
    enum net_role opens;
} bgp_addresses[] = {
    { "a custom address to a peer that has one", GATEWAY("169.254.21.1", ", enable_bgp: true"),
      "169.254.21.2", NET_RESPONDS },
    { "the subnet's to any other", GATEWAY("192.168.0.1", ", enable_bgp: true"), "10.0.0.254",
      NET_EITHER },
    { "not even when the connection has one of its own",
      GATEWAY("192.168.0.1", ", enable_bgp: true, custom_bgp_primary: 169.254.21.2"), "10.0.0.254",
      NET_EITHER },
    { "none without BGP on the connection", GATEWAY("169.254.21.1", ""), "-", NET_EITHER },
};

static void test_with_which_address_azure_speaks(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bgp_addresses); i++) {
        const struct text_file files[] = { { "t.yaml", bgp_addresses[i].yaml }, { 0 } };
        struct world w;
        world_open(&w, files);
        CLAIM_TEXT(bgp_addresses[i].name, ip_text(&w.n.ends.items[0].bgp), bgp_addresses[i].bgp);
        CLAIM(bgp_addresses[i].name, w.n.ends.items[0].opens_bgp == bgp_addresses[i].opens);
        world_close(&w);
    }
}

static const char two_vnets[] = HEAD VNETS
    "  virtual_network_gateways:\n"
    "    ga: {type: Vpn, sku: VpnGw1AZ, virtual_network: a, active_active: true,\n"
    "         enable_bgp: true, bgp_settings: {asn: 65010}}\n"
    "    gb: {type: Vpn, sku: VpnGw1AZ, virtual_network: b, active_active: true,\n"
    "         enable_bgp: true, bgp_settings: {asn: 65020}}\n"
    "  connections:\n"
    "    ab: {type: Vnet2Vnet, virtual_network_gateway: ga, peer_virtual_network_gateway: gb,\n"
    "         enable_bgp: true}\n"
    "    ba: {type: Vnet2Vnet, virtual_network_gateway: gb, peer_virtual_network_gateway: ga,\n"
    "         enable_bgp: true}\n";

static void test_two_networks_have_a_tunnel_for_each_pair_of_instances(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", two_vnets }, { 0 } };
    struct world w;
    world_open(&w, files);
    assert_int_equal(w.n.tunnels.count, 4);
    assert_int_equal(count_tunnels(&w.n, NET_FINE), 4);
    assert_int_equal(count_sessions(&w.n, NET_SESSION_FINE), 4);
    world_close(&w);
}

#define CIRCUITS(transit, branch, tier)                                                            \
    HEAD VNETS                                                                                     \
        "  virtual_network_peerings:\n"                                                            \
        "    x: {virtual_network: a, remote_virtual_network: b,\n"                                 \
        "        allow_gateway_transit: " transit "}\n"                                            \
        "    y: {virtual_network: b, remote_virtual_network: a, use_remote_gateways: true}\n"      \
        "  virtual_network_gateways:\n"                                                            \
        "    er: {type: ExpressRoute, sku: ErGw1AZ, virtual_network: a}\n"                         \
        "  route_servers:\n"                                                                       \
        "    rs: {virtual_network: a, branch_to_branch_traffic_enabled: " branch "}\n"             \
        "  express_route_circuits:\n"                                                              \
        "    c0: {sku_tier: " tier ", global_reach: [c1]}\n"                                       \
        "    c1: {global_reach: [c0]}\n"                                                           \
        "  connections:\n"                                                                         \
        "    e: {type: ExpressRoute, virtual_network_gateway: er, express_route_circuit: c0}\n"

static void test_switches_of_circuits_and_peerings(void **state)
{
    (void)state;
    static const char all_on[] = CIRCUITS("true", "true", "Premium");
    static const char all_off[] = CIRCUITS("false", "false", "Standard");
    for (unsigned on = 0; on < 2; on++) {
        const struct text_file files[] = { { "t.yaml", on ? all_on : all_off }, { 0 } };
        struct world w;
        world_open(&w, files);
        const struct net *n = &w.n;
        CLAIM("gateway transit", announces(n, "er:0", "10.1.0.0/16") == on);
        CLAIM("branch to branch", n->sessions.count == (on ? 8 : 4));
        CLAIM("prefixes of a tier",
              node_of(n, "c0:primary")->behaviour.prefixes_max == (on ? 10000 : 4000));
        CLAIM("Global Reach, said twice", count_links(n, "c0:primary", "c1:primary") == 1);
        CLAIM("on both links", count_links(n, "c0:secondary", "c1:secondary") == 1);
        CLAIM("not crossed", count_links(n, "c0:primary", "c1:secondary") == 0);
        world_close(&w);
    }
}

/* ---- AWS and Google Cloud -------------------------------------------------------------------- */

#define TGW(options, connection)                                                                   \
    HEAD "aws:\n"                                                                                  \
         "  vpcs: {vpc: {cidr_blocks: [172.16.0.0/16]}}\n"                                         \
         "  transit_gateways: {tgw: {vpn_ecmp_support: " options                                   \
         ", default_route_table_propagation: " options "}}\n"                                      \
         "  transit_gateway_vpc_attachments: {at: {transit_gateway: tgw, vpc: vpc}}\n"             \
         "  customer_gateways: {cgw: {ip_address: 20.0.0.1}}\n"                                    \
         "  vpn_connections:\n"                                                                    \
         "    v: {customer_gateway: cgw, transit_gateway: tgw" connection "}\n"

static const struct {
    const char *name, *yaml;
    bool equal_cost, announces, bgp;
} tgw_cases[] = {
    { "a transit gateway", TGW("true", ""), true, true, true },
    { "everything switched off", TGW("false", ""), false, false, true },
    { "static routes: no BGP, no equal paths", TGW("true", ", static_routes_only: true"), false,
      true, false },
};

static void test_transit_gateways(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(tgw_cases); i++) {
        const struct text_file files[] = { { "t.yaml", tgw_cases[i].yaml }, { 0 } };
        struct world w;
        world_open(&w, files);
        const char *name = tgw_cases[i].name;
        CLAIM(name, node_of(&w.n, "v:1")->behaviour.equal_cost == tgw_cases[i].equal_cost);
        CLAIM(name, announces(&w.n, "v:1", "172.16.0.0/16") == tgw_cases[i].announces);
        CLAIM(name, (w.n.sessions.count > 0) == tgw_cases[i].bgp);
        CLAIM(name, count_links(&w.n, "tgw", "vpc") == 1);
        world_close(&w);
    }
}

#define ROUTER(mode, enabled)                                                                      \
    HEAD "gcp:\n"                                                                                  \
         "  networks: {net: {routing_mode: " mode "}}\n"                                           \
         "  subnetworks:\n"                                                                        \
         "    far: {network: net, region: r2, ip_cidr_range: 10.2.0.0/24}\n"                       \
         "  ha_vpn_gateways: {ha: {network: net, region: r1}}\n"                                   \
         "  external_vpn_gateways: {ext: {redundancy_type: SINGLE_IP_INTERNALLY_REDUNDANT,\n"      \
         "    interfaces: [{id: 0, ip_address: 20.0.0.1}]}}\n"                                     \
         "  vpn_tunnels:\n"                                                                        \
         "    t: {region: r1, vpn_gateway: ha, vpn_gateway_interface: 1, router: cr,\n"            \
         "        peer_external_gateway: ext, peer_external_gateway_interface: 0}\n"               \
         "  routers:\n"                                                                            \
         "    cr: {network: net, region: r1, asn: 65001, interfaces: {i: {vpn_tunnel: t}},\n"      \
         "         peers: {p: {interface: i, peer_asn: 65002, enable: " enabled "}}}\n"

static void test_google_s_switches(void **state)
{
    (void)state;
    static const char global[] = ROUTER("GLOBAL", "true"), closed[] = ROUTER("REGIONAL", "false");
    for (unsigned on = 0; on < 2; on++) {
        const struct text_file files[] = { { "t.yaml", on ? global : closed }, { 0 } };
        struct world w;
        world_open(&w, files);
        CLAIM("subnets of all regions", announces(&w.n, "cr", "10.2.0.0/24") == on);
        CLAIM("a peer that is switched off", (w.n.sessions.count > 0) == on);
        CLAIM("on its interface's node", w.n.ends.items[0].node == node_named(&w.n, "ha:1"));
        world_close(&w);
    }
}

/* ---- routers --------------------------------------------------------------------------------- */

#define SITE(router, more)                                                                         \
    HEAD VNETS "  virtual_network_gateways:\n"                                                     \
               "    gw: {type: Vpn, sku: VpnGw1AZ, virtual_network: a, enable_bgp: true,\n"        \
               "         bgp_settings: {asn: 65010}}\n"                                            \
               "  public_ip_addresses: {}\n"                                                       \
               "  local_network_gateways:\n"                                                       \
               "    l: {gateway_address: 20.0.0.1, asn: 65020, bgp_peering_address: 10.9.9.9}\n"   \
               "  connections:\n"                                                                  \
               "    c: {type: IPsec, virtual_network_gateway: gw, local_network_gateway: l,\n"     \
               "        enable_bgp: true" more "}\n"                                               \
               "sites:\n"                                                                          \
               "  s: {routers: {r: {device: {configuration: r.cfg}" router "}}}\n"

/* Azure's public address is the first that is assigned. */
#define DEVICE(source, profile, ike, neighbor)                                                     \
    "version 15.6\nhostname r\n"                                                                   \
    "crypto ikev2 proposal p\n encryption aes-cbc-256\n integrity sha1\n group 2\n"                \
    "crypto ikev2 policy p\n proposal p\n"                                                         \
    "crypto ikev2 keyring k\n peer a\n  address 192.0.2.1\n  pre-shared-key Key1\n"                \
    "crypto ikev2 profile i\n match identity remote any\n authentication local pre-share\n"        \
    " authentication remote pre-share\n keyring local k\n"                                         \
    "crypto ipsec transform-set t esp-gcm 256\n"                                                   \
    "crypto ipsec profile x\n set transform-set t\n" profile ike                                   \
    "interface Loopback0\n ip address 10.9.9.9 255.255.255.255\n"                                  \
    "interface GigabitEthernet0\n ip address " source " 255.255.255.0\n"                           \
    "interface Tunnel1\n ip unnumbered Loopback0\n tunnel source GigabitEthernet0\n"               \
    " tunnel mode ipsec ipv4\n tunnel destination 192.0.2.1\n"                                     \
    " tunnel protection ipsec profile x\n"                                                         \
    "router bgp 65020\n neighbor 10.0.0.254 remote-as 65010\n"                                     \
    " neighbor 10.0.0.254 update-source Loopback0\n" neighbor                                      \
    "ip route 10.0.0.254 255.255.255.255 Tunnel1\n"
#define IKEV2 " set ikev2-profile i\n"

static const struct {
    const char *name, *yaml, *config;
    enum net_fault fault;
    enum net_session_fault session;
} router_cases[] = {
    { "a router as it should be", SITE("", ""), DEVICE("20.0.0.1", IKEV2, "", ""), NET_FINE,
      NET_SESSION_FINE },
    { "behind a NAT", SITE(", nat_address: 20.0.0.1", ""), DEVICE("192.168.1.2", IKEV2, "", ""),
      NET_FINE, NET_SESSION_FINE },
    { "behind a NAT that nobody mentions", SITE("", ""), DEVICE("192.168.1.2", IKEV2, "", ""),
      NET_FAULT_ONE_SIDED, NET_SESSION_TUNNEL_DOWN },
    { "both wait", SITE("", ", connection_mode: ResponderOnly"),
      DEVICE("20.0.0.1", IKEV2, " responder-only\n", ""), NET_FAULT_NOBODY_DIALS,
      NET_SESSION_TUNNEL_DOWN },
    { "a router that waits is dialled", SITE("", ""),
      DEVICE("20.0.0.1", IKEV2, " responder-only\n", ""), NET_FINE, NET_SESSION_FINE },
    { "a profile for IKEv1", SITE("", ""), DEVICE("20.0.0.1", "", "", ""), NET_FAULT_VERSION,
      NET_SESSION_TUNNEL_DOWN },
    { "the same to a connection for IKEv1", SITE("", ", connection_protocol: IKEv1"),
      DEVICE("20.0.0.1", "", "", ""), NET_FINE, NET_SESSION_FINE },
    { "a neighbour that is shut down", SITE("", ""),
      DEVICE("20.0.0.1", IKEV2, "", " neighbor 10.0.0.254 shutdown\n"), NET_FINE,
      NET_SESSION_ONE_SIDED },
    { "another AS number", SITE("", ""),
      DEVICE("20.0.0.1", IKEV2, "", " neighbor 10.0.0.254 local-as 65021\n"), NET_FINE,
      NET_SESSION_ASN },
    { "a passive one is opened by Azure", SITE("", ""),
      DEVICE("20.0.0.1", IKEV2, "", " neighbor 10.0.0.254 transport connection-mode passive\n"),
      NET_FINE, NET_SESSION_FINE },
};

static void test_what_a_router_s_lines_make(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(router_cases); i++) {
        const struct text_file files[] = { { "t.yaml", router_cases[i].yaml },
                                           { "r.cfg", router_cases[i].config },
                                           { 0 } };
        struct world w;
        world_open(&w, files);
        CLAIM_TEXT(router_cases[i].name, net_fault_text(w.n.tunnels.items[0].fault),
                   net_fault_text(router_cases[i].fault));
        CLAIM_TEXT(router_cases[i].name, net_session_fault_text(w.n.sessions.items[0].fault),
                   net_session_fault_text(router_cases[i].session));
        world_close(&w);
    }
}

static void test_two_that_wait_for_bgp(void **state)
{
    (void)state;
    static const char config[] =
        DEVICE("20.0.0.1", IKEV2, "", " neighbor 10.0.0.254 transport connection-mode passive\n");
    static const char yaml[] = SITE("", "");
    const struct text_file files[] = { { "t.yaml", yaml }, { "r.cfg", config }, { 0 } };
    struct world w;
    world_open(&w, files);
    uint32_t waits = 0;
    for (uint32_t i = 0; i < w.n.ends.count; i++)
        waits += w.n.ends.items[i].interface && w.n.ends.items[i].opens_bgp == NET_RESPONDS;
    assert_int_equal(waits, 1);
    world_close(&w);
}

static void test_a_daemon_that_is_off_speaks_no_bgp(void **state)
{
    (void)state;
    static const char with[] = HEAD
        "sites:\n  s: {routers: {r: {device: {configuration: r.conf, bgpd: true}}}}\n";
    static const char without[] = HEAD
        "sites:\n  s: {routers: {r: {device: {configuration: r.conf, bgpd: false}}}}\n";
    static const char frr[] = "frr version 8.4.1\nhostname r\nrouter bgp 65001\n"
                              " neighbor 10.0.0.2 remote-as 65002\n";
    for (unsigned on = 0; on < 2; on++) {
        const struct text_file files[] = { { "t.yaml", on ? with : without },
                                           { "r.conf", frr },
                                           { 0 } };
        struct world w;
        world_open(&w, files);
        CLAIM("its AS number", node_of(&w.n, "r")->asn == (on ? 65001 : 0));
        CLAIM("its neighbours", w.n.sessions.count == on);
        world_close(&w);
    }
}

/* ---- links ----------------------------------------------------------------------------------- */

#define LINKS(carrier)                                                                             \
    HEAD "azure:\n"                                                                                \
         "  express_route_circuits: {c: {}}\n"                                                     \
         "sites:\n"                                                                                \
         "  s: {routers: {r0: {}, r1: {}}}\n"                                                      \
         "carriers: {net: " carrier "}\n"                                                          \
         "links:\n"                                                                                \
         "  l0: {between: ['sites.s.routers.r0', 'azure.express_route_circuits.c:primary'],\n"     \
         "       carrier: net, bandwidth_mbps: 50}\n"                                              \
         "  l1: {between: ['sites.s.routers.r1', 'azure.express_route_circuits.c:secondary']}\n"

static void test_links_and_carriers(void **state)
{
    (void)state;
    static const char routes[] = LINKS("{asn: 64600}"), switches[] = LINKS("{}");
    for (unsigned on = 0; on < 2; on++) {
        const struct text_file files[] = { { "t.yaml", on ? routes : switches }, { 0 } };
        struct world w;
        world_open(&w, files);
        CLAIM("a carrier that switches is not to be seen",
              count_links(&w.n, "r0", "c:primary") == !on);
        CLAIM("one that routes is in between", count_links(&w.n, "r0", "net") == on);
        CLAIM("on both sides", count_links(&w.n, "net", "c:primary") == on);
        CLAIM("the other end of the circuit", count_links(&w.n, "r1", "c:secondary") == 1);
        for (uint32_t i = 0; i < w.n.links.count; i++) {
            const struct net_link *l = &w.n.links.items[i];
            bool second = l->node[0] == node_named(&w.n, "r1");
            CLAIM("with its bandwidth", l->bandwidth_mbps == (second ? 0 : 50));
        }
        world_close(&w);
    }
}

/* ---- what cannot be read --------------------------------------------------------------------- */

static void expand_all(struct world *w)
{
    struct cloud_fabric f;
    struct cloud_routes r;
    assert_true(cloud_assign(w->t));
    assert_true(cloud_expand(w->t, NULL, NULL, &w->arena, &w->n));
    assert_true(net_pair(&w->n));
    assert_true(cloud_fabric_init(&f, w->t, NULL, NULL, 0, &w->arena));
    for (uint32_t i = 0; i < w->t->azure.virtual_networks.count; i++) {
        const struct azure_vnet *v = &w->t->azure.virtual_networks.items[i];
        for (uint32_t k = 0; k < v->subnets.count; k++)
            assert_true(azure_effective_routes(&f, &v->subnets.items[k], &r));
    }
    for (uint32_t i = 0; i < w->t->aws.vpcs.count; i++) {
        const struct aws_vpc *v = &w->t->aws.vpcs.items[i];
        for (uint32_t k = 0; k < v->subnets.count; k++)
            assert_true(aws_effective_routes(&f, &v->subnets.items[k], &r));
    }
}

/* The text without the line from `at` on. */
static void without_line(const struct text_file *file, const char *text, size_t at)
{
    size_t end = at + strcspn(text + at, "\n");
    struct world w = { .source = { .read = world_read }, .files = file };
    struct diag_list diags = { 0 };
    char *cut = (char *)file->text;
    memcpy(cut, text, at);
    strcpy(cut + at, text + end);
    arena_init(&w.arena, 1 << 24);
    /* With errors there is still a topology: what was understood. */
    bool ok = topo_read(file->name, &w.source, &diags, &w.t);
    assert_true(ok || diags.errors > 0);
    diag_list_done(&diags);
    if (w.t)
        expand_all(&w);
    topo_free(w.t);
    arena_done(&w.arena);
}

/* Each line of a reference network left out in turn: names that nobody has, parts that are missing.
 */
static void test_a_topology_with_a_line_missing(void **state)
{
    (void)state;
    static const char *const names[] = { "s1.yaml", "s3.yaml", "s4-today.yaml", "s5-p1.yaml" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct world w;
        world_open_file(&w, names[i]);
        const char *text = world_text(&w, names[i]);
        char *cut = test_malloc(strlen(text) + 1);
        const struct text_file files[] = { { names[i], cut }, { 0 } };
        for (size_t at = 0, len = strlen(text); at < len; at += strcspn(text + at, "\n") + 1)
            without_line(files, text, at);
        test_free(cut);
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_which_address_azure_speaks),
        cmocka_unit_test(test_two_networks_have_a_tunnel_for_each_pair_of_instances),
        cmocka_unit_test(test_switches_of_circuits_and_peerings),
        cmocka_unit_test(test_transit_gateways),
        cmocka_unit_test(test_google_s_switches),
        cmocka_unit_test(test_what_a_router_s_lines_make),
        cmocka_unit_test(test_two_that_wait_for_bgp),
        cmocka_unit_test(test_a_daemon_that_is_off_speaks_no_bgp),
        cmocka_unit_test(test_links_and_carriers),
        cmocka_unit_test(test_a_topology_with_a_line_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
