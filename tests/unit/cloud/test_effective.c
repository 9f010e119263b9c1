#include "cloud/effective.h"
#include "lib.h"

/* ---- asking ---------------------------------------------------------------------------------- */

/* What was learned: by whom, prefix, next hop, path length. */
struct learned_row {
    const char *by, *prefix, *next_hop;
    uint32_t path_len, med;
};

enum { LEARNED_MAX = 8 };

static uint32_t learned_of(const struct world *w, const struct learned_row *rows,
                           struct cloud_learned *ret)
{
    uint32_t n = 0;
    for (; n < LEARNED_MAX && rows[n].by; n++) {
        ret[n] = (struct cloud_learned){ .by = topo_find(w->t, rows[n].by),
                                         .prefix = px(rows[n].prefix),
                                         .next_hop = ip(rows[n].next_hop),
                                         .path_len = rows[n].path_len,
                                         .med = rows[n].med };
        if (!ret[n].by)
            fail_msg("no resource %s", rows[n].by);
    }
    return n;
}

static struct cloud_fabric fabric_of(struct world *w, const struct cloud_limits *limits,
                                     const struct learned_row *rows)
{
    static struct cloud_learned learned[LEARNED_MAX];
    struct cloud_fabric f;
    uint32_t n = learned_of(w, rows, learned);
    assert_true(cloud_fabric_init(&f, w->t, limits, learned, n, &w->arena));
    return f;
}

/* The row of that prefix and hop as "Active" or "Invalid", with the next hop; NULL: none. */
static const struct cloud_route *row_of(const struct cloud_routes *r, const char *prefix,
                                        enum cloud_route_source source)
{
    struct prefix p = px(prefix);
    for (uint32_t i = 0; i < r->rows.count; i++) {
        if (prefix_eq(&r->rows.items[i].prefix, &p) && r->rows.items[i].source == source)
            return &r->rows.items[i];
    }
    return NULL;
}

static struct cloud_routes azure_routes(struct world *w, struct cloud_fabric *f, const char *subnet)
{
    struct cloud_routes r;
    const struct topo_object *o = topo_find(w->t, subnet);
    if (!o)
        fail_msg("no subnet %s", subnet);
    assert_true(azure_effective_routes(f, (const struct azure_subnet *)(const void *)o, &r));
    return r;
}

#define ROW(name, routes, prefix, from, is_active, hop_kind, next)                                 \
    do {                                                                                           \
        const struct cloud_route *row_ = row_of(&(routes), (prefix), (from));                      \
        CLAIM((name), row_);                                                                       \
        CLAIM((name), row_->active == (is_active));                                                \
        CLAIM((name), row_->hop == (hop_kind));                                                    \
        CLAIM_TEXT((name), ip_text(&row_->next_hop), (next));                                      \
    } while (0)

static enum cloud_route_hop hop_for(const struct cloud_routes *r, const char *addr)
{
    struct ip_addr a = ip(addr);
    const struct cloud_route *found = cloud_route_find(r, &a);
    if (!found)
        fail_msg("no route to %s", addr);
    return found->hop;
}

/* ---- S2.4: forced tunnelling ----------------------------------------------------------------- */

static const char s2[] =
    "spanway: 1\n"
    "name: s2\n"
    "azure:\n"
    "  virtual_networks:\n"
    "    hub00: {address_space: [10.0.0.0/16], subnets: {\n"
    "      default: {address_prefix: 10.0.0.0/24},\n"
    "      GatewaySubnet: {address_prefix: 10.0.200.0/24},\n"
    "      jump: {address_prefix: 10.0.220.0/24, route_table: direct}}}\n"
    "    hub100: {address_space: [10.100.0.0/16], subnets: {\n"
    "      nva: {address_prefix: 10.100.0.0/24, route_table: direct},\n"
    "      GatewaySubnet: {address_prefix: 10.100.200.0/24},\n"
    "      RouteServerSubnet: {address_prefix: 10.100.210.0/24}}}\n"
    "  route_tables:\n"
    "    direct: {routes: {all: {address_prefix: 0.0.0.0/0, next_hop_type: Internet}}}\n"
    "  virtual_network_gateways:\n"
    "    er00: {type: ExpressRoute, sku: ErGw1AZ, virtual_network: hub00}\n"
    "    er100: {type: ExpressRoute, sku: ErGw1AZ, virtual_network: hub100}\n"
    "  route_servers:\n"
    "    rs100: {virtual_network: hub100, branch_to_branch_traffic_enabled: true,\n"
    "            peers: {nva: {peer_asn: 65001, peer_ip: 10.100.0.10}}}\n";

static const struct learned_row s2_learned[] = {
    { "er00", "0.0.0.0/0", "10.0.200.12", 2, 0 },
    { "er00", "10.100.0.0/16", "10.0.200.12", 2, 0 },
    { "er100", "10.0.0.0/16", "10.100.200.12", 2, 0 },
    { "rs100", "0.0.0.0/0", "10.100.0.10", 1, 0 },
    { "rs100", "0.0.0.0/0", "10.100.0.10", 1, 0 }, /* its other instance */
    { 0 },
};

static void test_s2_forced_tunnelling(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s2 }, { 0 } };
    struct world w;
    world_open(&w, files);
    struct cloud_fabric f = fabric_of(&w, NULL, s2_learned);
    struct cloud_routes r = azure_routes(&w, &f, "hub00/default");
    ROW("the client's default goes to the gateway", r, "0.0.0.0/0", CLOUD_FROM_GATEWAY, true,
        CLOUD_HOP_GATEWAY, "10.0.200.12");
    ROW("the system's is out", r, "0.0.0.0/0", CLOUD_FROM_SYSTEM, false, CLOUD_HOP_INTERNET, "-");
    ROW("on-premises by the gateway", r, "10.100.0.0/16", CLOUD_FROM_GATEWAY, true,
        CLOUD_HOP_GATEWAY, "10.0.200.12");
    r = azure_routes(&w, &f, "hub00/jump");
    ROW("the jump server's is the user's", r, "0.0.0.0/0", CLOUD_FROM_USER, true,
        CLOUD_HOP_INTERNET, "-");
    ROW("the gateway's is out", r, "0.0.0.0/0", CLOUD_FROM_GATEWAY, false, CLOUD_HOP_GATEWAY,
        "10.0.200.12");
    r = azure_routes(&w, &f, "hub100/nva");
    ROW("the appliance's is the user's", r, "0.0.0.0/0", CLOUD_FROM_USER, true, CLOUD_HOP_INTERNET,
        "-");
    ROW("Route Server's would loop", r, "0.0.0.0/0", CLOUD_FROM_GATEWAY, false, CLOUD_HOP_GATEWAY,
        "10.100.0.10");
    uint32_t defaults = 0;
    struct prefix any = px("0.0.0.0/0");
    for (uint32_t i = 0; i < r.rows.count; i++)
        defaults += prefix_eq(&r.rows.items[i].prefix, &any);
    CLAIM("both instances' route is one", defaults == 3);
    world_close(&w);
}

static void test_as_the_command_line_prints_it(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s2 }, { 0 } };
    struct world w;
    char buffer[4096];
    struct text t = text_init(buffer, sizeof(buffer));
    world_open(&w, files);
    struct cloud_fabric f = fabric_of(&w, NULL, s2_learned);
    struct cloud_routes r = azure_routes(&w, &f, "hub00/jump");
    text_cloud_routes(&t, CLOUD_AZURE, &r);
    CLAIM_TEXT(
        "az network nic show-effective-route-table", buffer,
        "Source                 State    Address Prefix  Next Hop Type          Next Hop IP\n"
        "---------------------  -------  --------------  ---------------------  -----------\n"
        "User                   Active   0.0.0.0/0       Internet\n"
        "VirtualNetworkGateway  Invalid  0.0.0.0/0       VirtualNetworkGateway  10.0.200.12\n"
        "Default                Invalid  0.0.0.0/0       Internet\n"
        "Default                Active   10.0.0.0/8      None\n"
        "Default                Active   10.0.0.0/16     VnetLocal\n"
        "VirtualNetworkGateway  Active   10.100.0.0/16   VirtualNetworkGateway  10.0.200.12\n"
        "Default                Active   100.64.0.0/10   None\n"
        "Default                Active   172.16.0.0/12   None\n"
        "Default                Active   192.168.0.0/16  None\n");
    world_close(&w);
}

/* ---- S4.4 ------------------------------------------------------------------------------------ */

static const char s4[] = "spanway: 1\n"
                         "name: s4\n"
                         "azure:\n"
                         "  virtual_networks:\n"
                         "    vnet: {address_space: [10.2.0.0/24, 10.3.0.0/24], subnets: {\n"
                         "      default: {address_prefix: 10.2.0.0/25},\n"
                         "      GatewaySubnet: {address_prefix: 10.2.0.224/27}}}\n"
                         "  virtual_network_gateways:\n"
                         "    gw: {type: Vpn, sku: VpnGw1AZ, virtual_network: vnet,\n"
                         "         active_active: true, enable_bgp: true}\n"
                         "aws:\n"
                         "  vpcs:\n"
                         "    vpc: {cidr_blocks: [172.24.0.0/24, 172.24.1.0/24],\n"
                         "          main_route_table: main, subnets: {\n"
                         "      s0: {cidr_block: 172.24.0.0/24, route_table: rtb},\n"
                         "      s1: {cidr_block: 172.24.1.0/24}}}\n"
                         "  route_tables:\n"
                         "    main: {vpc: vpc}\n"
                         "    rtb: {vpc: vpc, propagating_vgws: [vgw], routes: [\n"
                         "      {destination_cidr_block: 10.3.0.0/24, target: igw}]}\n"
                         "  internet_gateways: {igw: {vpc: vpc}}\n"
                         "  vpn_gateways: {vgw: {vpc: vpc}}\n";

static const struct learned_row s4_learned[] = {
    { "gw", "172.24.0.0/24", "10.2.0.228", 1, 0 },  { "gw", "172.24.0.0/24", "10.2.0.229", 1, 0 },
    { "gw", "172.24.1.0/24", "10.2.0.228", 1, 0 },  { "vgw", "10.2.0.0/24", "52.0.0.1", 1, 0 },
    { "vgw", "10.2.0.0/24", "52.0.0.3", 1, 0 },     { "vgw", "10.3.0.0/24", "52.0.0.1", 1, 0 },
    { "vgw", "172.24.0.128/25", "52.0.0.1", 1, 0 }, { 0 },
};

static struct cloud_routes aws_routes(struct world *w, struct cloud_fabric *f, const char *subnet)
{
    struct cloud_routes r;
    const struct topo_object *o = topo_find(w->t, subnet);
    assert_non_null(o);
    assert_true(aws_effective_routes(f, (const struct aws_subnet *)(const void *)o, &r));
    return r;
}

static void test_s4_both_sides(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s4 }, { 0 } };
    struct world w;
    world_open(&w, files);
    struct cloud_fabric f = fabric_of(&w, NULL, s4_learned);
    struct cloud_routes r = azure_routes(&w, &f, "vnet/default");
    ROW("Azure: the first block", r, "172.24.0.0/24", CLOUD_FROM_GATEWAY, true, CLOUD_HOP_GATEWAY,
        "10.2.0.228");
    ROW("Azure: the second", r, "172.24.1.0/24", CLOUD_FROM_GATEWAY, true, CLOUD_HOP_GATEWAY,
        "10.2.0.228");
    r = aws_routes(&w, &f, "vpc/s0");
    ROW("AWS: propagated and active", r, "10.2.0.0/24", CLOUD_FROM_GATEWAY, true, CLOUD_HOP_GATEWAY,
        "52.0.0.1");
    ROW("AWS: a written one wins", r, "10.3.0.0/24", CLOUD_FROM_USER, true, CLOUD_HOP_INTERNET,
        "-");
    ROW("AWS: over the propagated", r, "10.3.0.0/24", CLOUD_FROM_GATEWAY, false, CLOUD_HOP_GATEWAY,
        "52.0.0.1");
    ROW("AWS: local wins over longer ones", r, "172.24.0.128/25", CLOUD_FROM_GATEWAY, false,
        CLOUD_HOP_GATEWAY, "52.0.0.1");
    CLAIM("AWS: and used", hop_for(&r, "10.2.0.4") == CLOUD_HOP_GATEWAY);
    r = aws_routes(&w, &f, "vpc/s1");
    CLAIM("AWS: nothing without propagation", !row_of(&r, "10.2.0.0/24", CLOUD_FROM_GATEWAY));
    world_close(&w);
}

static void test_aws_uses_several_when_told(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s4 }, { 0 } };
    struct world w;
    struct cloud_limits l = { 0 };
    struct diag d = { 0 };
    world_open(&w, files);
    uint32_t rows[2];
    for (unsigned i = 0; i < 2; i++) {
        struct cloud_fabric f = fabric_of(&w, &l, s4_learned);
        rows[i] = aws_routes(&w, &f, "vpc/s0").rows.count;
        assert_true(cloud_limits_set(&l, "aws.vgw.ecmp", "yes", &d));
    }
    assert_int_equal(rows[1], rows[0] + 1);
    world_close(&w);
}

/* ---- S1, S7.4 and the facts: peerings, Route Server, preferences ----------------------------- */

#define S7(table, transit, remote, preference, propagation)                                        \
    "spanway: 1\n"                                                                                 \
    "name: s7\n"                                                                                   \
    "azure:\n"                                                                                     \
    "  virtual_networks:\n"                                                                        \
    "    hub00: {address_space: [10.0.0.0/16], subnets: {\n"                                       \
    "      default: {address_prefix: 10.0.0.0/24},\n"                                              \
    "      GatewaySubnet: {address_prefix: 10.0.200.0/24" table "},\n"                             \
    "      RouteServerSubnet: {address_prefix: 10.0.210.0/24}}}\n"                                 \
    "    spoke10: {address_space: [10.10.0.0/16], subnets: {\n"                                    \
    "      default: {address_prefix: 10.10.0.0/24" propagation "}}}\n"                             \
    "  virtual_network_peerings:\n"                                                                \
    "    a: {virtual_network: hub00, remote_virtual_network: spoke10,\n"                           \
    "        allow_gateway_transit: " transit "}\n"                                                \
    "    b: {virtual_network: spoke10, remote_virtual_network: hub00,\n"                           \
    "        use_remote_gateways: " remote "}\n"                                                   \
    "  route_tables:\n"                                                                            \
    "    to-nva: {routes: {spoke: {address_prefix: 10.10.0.0/16,\n"                                \
    "      next_hop_type: VirtualAppliance, next_hop_ip_address: 10.0.0.4}}}\n"                    \
    "    closed: {disable_bgp_route_propagation: true, routes: {}}\n"                              \
    "  virtual_network_gateways:\n"                                                                \
    "    er: {type: ExpressRoute, sku: ErGw1AZ, virtual_network: hub00}\n"                         \
    "    vpn: {type: Vpn, sku: VpnGw1AZ, virtual_network: hub00, active_active: true,\n"           \
    "          enable_bgp: true}\n"                                                                \
    "  local_network_gateways:\n"                                                                  \
    "    lng: {gateway_address: 20.0.0.1, address_space: [192.168.7.0/24]}\n"                      \
    "  connections:\n"                                                                             \
    "    c: {type: IPsec, virtual_network_gateway: vpn, local_network_gateway: lng}\n"             \
    "  route_servers:\n"                                                                           \
    "    rs: {virtual_network: hub00, hub_routing_preference: " preference "}\n"

static const char s7_with[] = S7(", route_table: to-nva", "true", "false", "ExpressRoute", "");
static const char s7_without[] = S7("", "true", "false", "ExpressRoute", "");

static const struct learned_row s7_learned[] = {
    { "rs", "10.10.0.0/16", "10.0.0.4", 1, 0 },     /* as S7 announces it */
    { "rs", "10.10.200.0/24", "10.0.0.4", 1, 0 },   /* as S1 does */
    { "er", "10.100.0.0/16", "10.0.200.12", 2, 0 }, /* three ways to one prefix */
    { "vpn", "10.100.0.0/16", "10.0.200.4", 1, 0 },
    { "rs", "10.100.0.0/16", "10.0.0.4", 3, 0 },
    { "rs", "10.8.0.0/16", "10.0.0.4", 1, 0 },
    { "rs", "10.8.0.0/16", "10.0.0.5", 1, 0 },
    { 0 },
};

static struct cloud_routes s7_routes(struct world *w, const char *yaml, const char *subnet)
{
    const struct text_file files[] = { { "t.yaml", yaml }, { 0 } };
    world_open(w, files);
    struct cloud_fabric f = fabric_of(w, NULL, s7_learned);
    return azure_routes(w, &f, subnet);
}

static void test_s7_peering_by_passes_the_appliance(void **state)
{
    (void)state;
    struct world w;
    struct cloud_routes r = s7_routes(&w, s7_without, "hub00/GatewaySubnet");
    CLAIM("without the route table", hop_for(&r, "10.10.0.4") == CLOUD_HOP_PEERING);
    ROW("the very prefix loses", r, "10.10.0.0/16", CLOUD_FROM_GATEWAY, false, CLOUD_HOP_GATEWAY,
        "10.0.0.4");
    ROW("a longer one loses too", r, "10.10.200.0/24", CLOUD_FROM_GATEWAY, false, CLOUD_HOP_GATEWAY,
        "10.0.0.4");
    CLAIM("S1: towards the spoke's gateway", hop_for(&r, "10.10.200.4") == CLOUD_HOP_PEERING);
    world_close(&w);
    r = s7_routes(&w, s7_with, "hub00/GatewaySubnet");
    CLAIM("with it", hop_for(&r, "10.10.0.4") == CLOUD_HOP_APPLIANCE);
    ROW("the peering's is out", r, "10.10.0.0/16", CLOUD_FROM_SYSTEM, false, CLOUD_HOP_PEERING,
        "-");
    world_close(&w);
}

static const struct {
    const char *name, *preference, *next_hop;
} preferences[] = {
    { "ExpressRoute first", S7("", "true", "false", "ExpressRoute", ""), "10.0.200.12" },
    { "VPN first", S7("", "true", "false", "VpnGateway", ""), "10.0.200.4" },
    { "the shortest path", S7("", "true", "false", "ASPath", ""), "10.0.200.4" },
};

static void test_preference_among_gateways(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(preferences); i++) {
        struct world w;
        struct cloud_routes r = s7_routes(&w, preferences[i].preference, "hub00/default");
        struct ip_addr a = ip("10.100.0.4");
        const struct cloud_route *found = cloud_route_find(&r, &a);
        CLAIM(preferences[i].name, found);
        CLAIM_TEXT(preferences[i].name, ip_text(&found->next_hop), preferences[i].next_hop);
        world_close(&w);
    }
}

static const struct {
    const char *name, *yaml;
    enum cloud_route_hop hop; /* of 10.100.0.4 from the spoke: by the hub's gateway, or nowhere */
} spokes[] = {
    { "a spoke that uses the hub's gateways", S7("", "true", "true", "ExpressRoute", ""),
      CLOUD_HOP_GATEWAY },
    { "a hub that does not let it", S7("", "false", "true", "ExpressRoute", ""), CLOUD_HOP_NONE },
    { "a spoke that does not want it", S7("", "true", "false", "ExpressRoute", ""),
      CLOUD_HOP_NONE },
    { "a subnet without propagation",
      S7("", "true", "true", "ExpressRoute", ", route_table: closed"), CLOUD_HOP_NONE },
};

static void test_what_a_spoke_learns(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(spokes); i++) {
        struct world w;
        struct cloud_routes r = s7_routes(&w, spokes[i].yaml, "spoke10/default");
        CLAIM(spokes[i].name, hop_for(&r, "10.100.0.4") == spokes[i].hop);
        CLAIM(spokes[i].name, hop_for(&r, "10.0.0.4") == CLOUD_HOP_PEERING);
        CLAIM(spokes[i].name, hop_for(&r, "10.10.0.4") == CLOUD_HOP_LOCAL);
        world_close(&w);
    }
}

static void test_equal_paths_and_written_spaces(void **state)
{
    (void)state;
    struct world w;
    struct cloud_routes r = s7_routes(&w, s7_without, "hub00/default");
    struct prefix p = px("10.8.0.0/16");
    uint32_t equal = 0;
    for (uint32_t i = 0; i < r.rows.count; i++)
        equal += prefix_eq(&r.rows.items[i].prefix, &p) && r.rows.items[i].active;
    CLAIM("two appliances share", equal == 2);
    CLAIM("a local network gateway's space", hop_for(&r, "192.168.7.1") == CLOUD_HOP_GATEWAY);
    CLAIM("what nobody has is dropped", hop_for(&r, "192.168.8.1") == CLOUD_HOP_NONE);
    CLAIM("the rest goes out", hop_for(&r, "8.8.8.8") == CLOUD_HOP_INTERNET);
    world_close(&w);
}

static void test_a_topology_can_dispute_the_system_s_routes(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s7_without }, { 0 } };
    struct world w;
    struct cloud_limits l = { 0 };
    struct diag d = { 0 };
    world_open(&w, files);
    assert_true(cloud_limits_set(&l, "azure.vnet.system-wins", "no", &d));
    struct cloud_fabric f = fabric_of(&w, &l, s7_learned);
    struct cloud_routes r = azure_routes(&w, &f, "hub00/GatewaySubnet");
    CLAIM("then the longest prefix decides", hop_for(&r, "10.10.200.4") == CLOUD_HOP_GATEWAY);
    world_close(&w);
}

/* ---- peerings that do not work, networks that fill a reserved range ----------------------------
 */

#define TWO(space, there, back)                                                                    \
    "spanway: 1\n"                                                                                 \
    "name: two\n"                                                                                  \
    "azure:\n"                                                                                     \
    "  virtual_networks:\n"                                                                        \
    "    a: {address_space: [" space "], subnets: {s: {address_prefix: 10.0.0.0/24}}}\n"           \
    "    b: {address_space: [172.20.0.0/16], subnets: {}}\n"                                       \
    "  virtual_network_peerings:\n"                                                                \
    "    x: {virtual_network: a, remote_virtual_network: b" there "}\n" back

#define BACK "    y: {virtual_network: b, remote_virtual_network: a}\n"

static const struct {
    const char *name, *yaml, *addr;
    enum cloud_route_hop hop;
} plain[] = {
    { "a peering", TWO("10.0.0.0/16", "", BACK), "172.20.0.1", CLOUD_HOP_PEERING },
    { "one direction is none", TWO("10.0.0.0/16", "", ""), "172.20.0.1", CLOUD_HOP_NONE },
    { "nor is one without access",
      TWO("10.0.0.0/16", ", allow_virtual_network_access: false", BACK), "172.20.0.1",
      CLOUD_HOP_NONE },
    { "the rest of a private range is dropped", TWO("10.0.0.0/16", "", BACK), "10.9.0.1",
      CLOUD_HOP_NONE },
    { "unless the network is all of it", TWO("10.0.0.0/8", "", BACK), "10.9.0.1", CLOUD_HOP_LOCAL },
};

static void test_a_network_by_itself(void **state)
{
    (void)state;
    static const struct learned_row none[] = { { 0 } };
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        const struct text_file files[] = { { "t.yaml", plain[i].yaml }, { 0 } };
        struct world w;
        world_open(&w, files);
        struct cloud_fabric f = fabric_of(&w, NULL, none);
        struct cloud_routes r = azure_routes(&w, &f, "a/s");
        CLAIM(plain[i].name, hop_for(&r, plain[i].addr) == plain[i].hop);
        struct prefix ten = px("10.0.0.0/8");
        for (uint32_t k = 0; k < r.rows.count; k++)
            CLAIM("no range stands twice", !prefix_eq(&r.rows.items[k].prefix, &ten) || k == 0 ||
                                               !prefix_eq(&r.rows.items[k - 1].prefix, &ten));
        world_close(&w);
    }
}

/* ---- AWS's choice ---------------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct cloud_learned a, b; /* the first one is to be chosen */
} choices[] = {
    { "a static route before a learned one", { .is_static = true, .path_len = 5 }, { 0 } },
    { "then the shorter path", { .path_len = 1, .med = 200 }, { .path_len = 2, .med = 100 } },
    { "then the lower MED", { .path_len = 1, .med = 100 }, { .path_len = 1, .med = 200 } },
};

static void test_what_a_virtual_private_gateway_chooses(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s4 }, { 0 } };
    struct world w;
    world_open(&w, files);
    const struct topo_object *vgw = topo_find(w.t, "vgw");
    for (size_t i = 0; i < 2 * ARRAY_LEN(choices); i++) {
        struct cloud_learned both[2] = { choices[i / 2].a, choices[i / 2].b };
        both[0].next_hop = ip("52.0.0.1");
        both[1].next_hop = ip("52.0.0.3");
        both[0].by = both[1].by = vgw;
        both[0].prefix = both[1].prefix = px("10.2.0.0/24");
        if (i % 2) { /* whoever comes first */
            struct cloud_learned t = both[0];
            both[0] = both[1];
            both[1] = t;
        }
        struct cloud_fabric f;
        assert_true(cloud_fabric_init(&f, w.t, NULL, both, 2, &w.arena));
        struct cloud_routes r = aws_routes(&w, &f, "vpc/s0");
        ROW(choices[i / 2].name, r, "10.2.0.0/24", CLOUD_FROM_GATEWAY, true, CLOUD_HOP_GATEWAY,
            "52.0.0.1");
    }
    world_close(&w);
}

/* ---- Google Cloud ---------------------------------------------------------------------------- */

static const char google[] = "spanway: 1\n"
                             "name: g\n"
                             "gcp:\n"
                             "  networks: {net: {routing_mode: REGIONAL}}\n"
                             "  subnetworks:\n"
                             "    a: {network: net, region: tokyo, ip_cidr_range: 10.1.0.0/16}\n"
                             "  routers:\n"
                             "    r1: {network: net, region: tokyo, asn: 65001}\n"
                             "    r2: {network: net, region: osaka, asn: 65002}\n";

static const struct learned_row google_learned[] = {
    { "r1", "10.2.0.0/16", "169.254.1.2", 1, 100 }, { "r1", "10.2.0.0/16", "169.254.2.2", 1, 200 },
    { "r1", "10.1.3.0/24", "169.254.1.2", 1, 100 }, { "r2", "10.3.0.0/16", "169.254.3.2", 1, 100 },
    { "r1", "0.0.0.0/0", "169.254.1.2", 1, 100 },   { "r1", "10.4.0.0/16", "169.254.1.2", 2, 10 },
    { "r1", "10.4.0.0/16", "169.254.2.2", 1, 20 },  { 0 },
};

static void test_google_s_order(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", google }, { 0 } };
    struct world w;
    struct cloud_routes r;
    world_open(&w, files);
    struct cloud_fabric f = fabric_of(&w, NULL, google_learned);
    const struct gcp_network *net = w.t->gcp.networks.items;
    assert_true(gcp_effective_routes(&f, net, "tokyo", &r));
    ROW("the lower priority alone", r, "10.2.0.0/16", CLOUD_FROM_GATEWAY, true, CLOUD_HOP_GATEWAY,
        "169.254.1.2");
    ROW("the shorter path before it", r, "10.4.0.0/16", CLOUD_FROM_GATEWAY, true, CLOUD_HOP_GATEWAY,
        "169.254.2.2");
    CLAIM("a subnet wins over longer ones", hop_for(&r, "10.1.3.4") == CLOUD_HOP_LOCAL);
    CLAIM("another region's is not seen", !row_of(&r, "10.3.0.0/16", CLOUD_FROM_GATEWAY));
    CLAIM("a learned default has the lower number", hop_for(&r, "8.8.8.8") == CLOUD_HOP_GATEWAY);
    w.t->gcp.networks.items[0].routing_mode = GCP_GLOBAL;
    assert_true(gcp_effective_routes(&f, net, "tokyo", &r));
    CLAIM("unless routing is global", row_of(&r, "10.3.0.0/16", CLOUD_FROM_GATEWAY));
    world_close(&w);
}

static void test_a_full_arena_is_said(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", s7_without }, { 0 } };
    struct world w;
    struct cloud_learned learned[LEARNED_MAX];
    world_open(&w, files);
    uint32_t n = learned_of(&w, s7_learned, learned);
    const void *subnet = topo_find(w.t, "hub00/GatewaySubnet");
    bool ok = false;
    for (size_t room = 0; !ok && room < (1 << 20); room += 1024) {
        struct arena small;
        struct cloud_fabric f;
        struct cloud_routes r;
        arena_init(&small, room);
        ok = cloud_fabric_init(&f, w.t, NULL, learned, n, &small) &&
             azure_effective_routes(&f, subnet, &r);
        arena_done(&small);
    }
    assert_true(ok);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_s2_forced_tunnelling),
        cmocka_unit_test(test_as_the_command_line_prints_it),
        cmocka_unit_test(test_s4_both_sides),
        cmocka_unit_test(test_aws_uses_several_when_told),
        cmocka_unit_test(test_s7_peering_by_passes_the_appliance),
        cmocka_unit_test(test_preference_among_gateways),
        cmocka_unit_test(test_what_a_spoke_learns),
        cmocka_unit_test(test_equal_paths_and_written_spaces),
        cmocka_unit_test(test_a_topology_can_dispute_the_system_s_routes),
        cmocka_unit_test(test_a_network_by_itself),
        cmocka_unit_test(test_what_a_virtual_private_gateway_chooses),
        cmocka_unit_test(test_google_s_order),
        cmocka_unit_test(test_a_full_arena_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
