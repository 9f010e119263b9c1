/* Variants: the designs that `when:` describes. */
#include "lib.h"
#include "topo/kinds.h"

static const char *const scenarios[] = { "s1.yaml",    "s1x.yaml",     "s2.yaml",
                                         "s3.yaml",    "s4-2020.yaml", "s4-today.yaml",
                                         "s5-ng.yaml", "s5-p1.yaml",   "s5-p2.yaml",
                                         "s5-w.yaml",  "s6.yaml",      "s7.yaml",
                                         "s8.yaml" };

static uint32_t expectations(const struct topo *t)
{
    const struct topo_expect *e = &t->expect;
    return e->reach.count + e->routes.count + e->tunnels.count + e->sessions.count +
           e->status.count;
}

static uint32_t unconditional(const struct topo *t)
{
    const struct topo_expect *e = &t->expect;
    uint32_t n = 0;
#define COUNT(list)                                                                                \
    for (uint32_t i = 0; i < e->list.count; i++)                                                   \
    n += !e->list.items[i].when.without.count && !e->list.items[i].when.add.count
    COUNT(reach);
    COUNT(routes);
    COUNT(tunnels);
    COUNT(sessions);
    COUNT(status);
#undef COUNT
    return n;
}

/* Every expectation of every scenario stands in exactly one design, which can be read. */
static void test_scenarios(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        struct lib l;
        lib_open(&l, scenarios[i], NULL);
        uint32_t all = expectations(l.design.topo), n = unconditional(l.design.topo);
        for (uint32_t k = 0; k < l.variants.count; k++) {
            struct expect_variant *v = &l.variants.items[k];
            struct check_design d;
            print_message("%s: %s\n", scenarios[i], v->name);
            if (v->refused)
                print_message("refused: %s\n", v->why.what);
            assert_false(v->refused);
            lib_view(&d, scenarios[i], &v->after);
            assert_true(expectations(d.topo) > 0);
            assert_int_equal(unconditional(d.topo), expectations(d.topo));
            n += expectations(d.topo);
            check_design_done(&d);
        }
        assert_int_equal(n, all);
        lib_close(&l);
    }
}

static bool has_tunnels(const struct check_design *d)
{
    return d->net.tunnels.count > 0;
}

/* What a router announces of its own to a neighbour, or the routes it has of its own. */
static bool has_static(const struct check_design *d, const char *node, const char *prefix)
{
    struct prefix p;
    assert_true(prefix_parse(prefix, &p, NULL));
    for (uint32_t i = 0; i < d->net.nodes.count; i++) {
        const struct config *c = d->net.nodes.items[i].config;
        if (strcmp(d->net.nodes.items[i].name, node) != 0 || !c)
            continue;
        for (uint32_t k = 0; k < c->statics.n; k++)
            if (prefix_eq(&c->statics.v[k].prefix, &p))
                return true;
    }
    return false;
}

static bool has_user_route(const struct check_design *d, const char *subnet, const char *prefix)
{
    struct arena arena;
    struct cloud_fabric fabric;
    struct cloud_routes routes = { 0 };
    struct prefix p;
    bool found = false;
    assert_true(prefix_parse(prefix, &p, NULL));
    arena_init(&arena, 16 << 20);
    assert_true(cloud_fabric_init(&fabric, d->topo, &d->limits, NULL, 0, &arena));
    const struct topo_object *o = topo_find(d->topo, subnet);
    assert_non_null(o);
    assert_true(expect_effective(&fabric, o, &routes));
    for (uint32_t i = 0; i < routes.rows.count; i++)
        found |= routes.rows.items[i].source == CLOUD_FROM_USER &&
                 prefix_eq(&routes.rows.items[i].prefix, &p);
    arena_done(&arena);
    return found;
}

/* The network of S1 without its VPN, without the NVA's route, without the user route. */
static void test_s1(void **state)
{
    (void)state;
    static const char vpn[] = "without azure.connections.conn-spoke10-onprem01";
    static const char nva[] =
        "without azure.virtual_machines.vm-hub00:ip route 10.10.200.0/24 10.0.0.1";
    static const char user[] =
        "without azure.route_tables.rt-spoke10-GatewaySubnet.routes.onprem01";
    static const char gateway[] = "azure.virtual_networks.vnet-spoke10.subnets.GatewaySubnet";
    struct lib l;
    struct check_design d;
    lib_open(&l, "s1.yaml", NULL);
    assert_int_equal(l.variants.count, 3); /* a failure is no variant */
    assert_true(has_static(&l.design, "vm-hub00", "10.10.200.0/24"));
    assert_true(has_user_route(&l.design, gateway, "10.100.20.1/32"));

    lib_view(&d, "s1.yaml", &lib_variant(&l, vpn)->after);
    for (uint32_t i = 0; i < d.net.tunnels.count; i++)
        assert_int_not_equal(d.net.tunnels.items[i].fault, NET_FINE);
    assert_int_equal(d.topo->expect.reach.count, 4);
    assert_int_equal(d.topo->expect.tunnels.count + d.topo->expect.routes.count, 0);
    check_design_done(&d);

    lib_view(&d, "s1.yaml", &lib_variant(&l, nva)->after);
    assert_false(has_static(&d, "vm-hub00", "10.10.200.0/24"));
    assert_true(has_user_route(&d, gateway, "10.100.20.1/32"));
    assert_true(has_tunnels(&d));
    check_design_done(&d);

    lib_view(&d, "s1.yaml", &lib_variant(&l, user)->after);
    assert_true(has_static(&d, "vm-hub00", "10.10.200.0/24"));
    assert_false(has_user_route(&d, gateway, "10.100.20.1/32"));
    check_design_done(&d);
    lib_close(&l);
}

static const struct azure_vnet_gateway *gateway_of(const struct check_design *d)
{
    return (const struct azure_vnet_gateway *)topo_find(d->topo,
                                                        "azure.virtual_network_gateways.vpngw");
}

/* Ranges are added; an item in the order of instances leaves its place empty. */
static void test_s4(void **state)
{
    (void)state;
    struct lib l;
    struct check_design d;
    struct ip_addr second;
    assert_true(ip_parse("169.254.21.6", &second));
    lib_open(&l, "s4-2020.yaml", NULL);
    struct expect_variant *v = lib_variant(&l, "add 10.4.0.0/24 to azure.virtual_networks.vnet");
    assert_true(v->adds);
    uint32_t before = l.design.topo->azure.virtual_networks.items[0].address_space.count;
    lib_view(&d, "s4-2020.yaml", &v->after);
    assert_int_equal(d.topo->azure.virtual_networks.items[0].address_space.count, before + 1);
    check_design_done(&d);
    lib_view(&d, "s4-2020.yaml", &v->before);
    assert_int_equal(d.topo->azure.virtual_networks.items[0].address_space.count, before);
    check_design_done(&d);

    v = lib_variant(
        &l, "without azure.virtual_network_gateways.vpngw.bgp_settings.peering_addresses.0");
    lib_view(&d, "s4-2020.yaml", &v->after);
    const struct azure_vnet_gateway *gw = gateway_of(&d);
    assert_int_equal(gw->bgp_settings.peering_addresses.count, 2);
    assert_int_equal(gw->bgp_settings.peering_addresses.items[0].apipa_addresses.count, 0);
    assert_true(
        ip_eq(&gw->bgp_settings.peering_addresses.items[1].apipa_addresses.items[0], &second));
    check_design_done(&d);
    lib_close(&l);
}

/* A tunnel of Google Cloud takes the router's interface with it, and the session on that. */
static void test_s3(void **state)
{
    (void)state;
    struct lib l;
    struct check_design d;
    lib_open(&l, "s3.yaml", NULL);
    struct expect_variant *v = lib_variant(&l, "without gcp.vpn_tunnels.tunnel0");
    assert_int_equal(v->after.edit.gone_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        print_message("goes: %s\n", v->after.edit.gone[i]);
    assert_string_equal(v->after.edit.gone[2], "gcp.routers.cloud-router.peers.bgp0");
    lib_view(&d, "s3.yaml", &v->after);
    assert_int_equal(d.topo->gcp.routers.items[0].interfaces.count, 1);
    assert_int_equal(d.topo->gcp.routers.items[0].peers.count, 1);
    check_design_done(&d);
    lib_close(&l);
}

/* --- what hangs on what ----------------------------------------------------------------------- */

#define HEAD                                                                                       \
    "spanway: 1\n"                                                                                 \
    "azure:\n"                                                                                     \
    "  route_tables:\n"                                                                            \
    "    rt: {}\n"                                                                                 \
    "  public_ip_addresses:\n"                                                                     \
    "    pip: {ip_address: 192.0.2.1}\n"                                                           \
    "  virtual_networks:\n"                                                                        \
    "    v:\n"                                                                                     \
    "      address_space: [10.0.0.0/16]\n"                                                         \
    "      subnets:\n"                                                                             \
    "        GatewaySubnet: {address_prefix: 10.0.1.0/24}\n"                                       \
    "        a: {address_prefix: 10.0.0.0/24, route_table: rt}\n"                                  \
    "  virtual_network_gateways:\n"                                                                \
    "    gw: {type: Vpn, virtual_network: v, sku: VpnGw1,"                                         \
    " ip_configurations: [{public_ip_address: pip}]}\n"                                            \
    "  local_network_gateways:\n"                                                                  \
    "    lng: {gateway_address: 192.0.2.9, address_space: [10.9.0.0/16]}\n"                        \
    "  connections:\n"                                                                             \
    "    c: {type: IPsec, virtual_network_gateway: gw, local_network_gateway: lng,"                \
    " shared_key: abcdefgh}\n"                                                                     \
    "expect:\n"

static void want_gone(const char *expect, const char *const *gone, uint32_t count)
{
    struct lib l;
    struct check_design d;
    lib_open(&l, "t.yaml", expect);
    assert_int_equal(l.variants.count, 1);
    struct expect_variant *v = &l.variants.items[0];
    if (v->refused)
        print_message("refused: %s\n", v->why.what);
    assert_false(v->refused);
    for (uint32_t i = 0; i < v->after.edit.gone_count; i++)
        print_message("goes: %s\n", v->after.edit.gone[i]);
    assert_int_equal(v->after.edit.gone_count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_string_equal(v->after.edit.gone[i], gone[i]);
    lib_view(&d, "t.yaml", &v->after);
    for (uint32_t i = 0; i < count; i++)
        assert_null(topo_find(d.topo, gone[i]));
    assert_int_equal(d.topo->expect.status.count, 1);
    assert_null(d.topo->expect.status.items[0].when.node);
    check_design_done(&d);
    lib_close(&l);
}

static void test_hangs_on(void **state)
{
    (void)state;
    want_gone(HEAD "  status:\n    - {of: v, status: x, when: {without: [gw]}}\n",
              (const char *const[]){ "azure.virtual_network_gateways.gw", "azure.connections.c" },
              2);
    want_gone(HEAD "  status:\n    - {of: gw, status: x, when: {without: [lng]}}\n"
                   "    - {of: gw, status: y}\n",
              (const char *const[]){ "azure.local_network_gateways.lng", "azure.connections.c" },
              2);
}

static void test_setting_goes_alone(void **state)
{
    (void)state;
    static const char text[] = HEAD "  status:\n    - {of: c, status: x, when: {without: [rt]}}\n";
    struct lib l;
    struct check_design d;
    want_gone(text, (const char *const[]){ "azure.route_tables.rt" }, 1);
    lib_open(&l, "t.yaml", text);
    lib_view(&d, "t.yaml", &l.variants.items[0].after);
    const struct azure_vnet *v = &d.topo->azure.virtual_networks.items[0];
    assert_int_equal(v->subnets.count, 2);
    assert_null(v->subnets.items[1].route_table);
    check_design_done(&d);
    lib_close(&l);
}

static const struct refusal {
    const char *name, *expect, *said;
} refusals[] = {
    { "an instance can fail only",
      "  status:\n    - {of: c, status: x, when: {without: [\"gw:0\"]}}\n",
      "\"0\" can fail, and cannot be taken out" },
    { "an expectation names what its circumstances take out",
      "  status:\n    - {of: c, status: x, when: {without: [gw]}}\n",
      "an expectation names what its own circumstances take out" },
    { "a range goes to a network",
      "  status:\n    - {of: c, status: x, when: {add: [{to: gw, prefix: 10.8.0.0/16}]}}\n",
      "a range cannot be added there" },
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        char text[4096];
        struct lib l;
        snprintf(text, sizeof(text), HEAD "%s", refusals[i].expect);
        print_message("%s\n", refusals[i].name);
        lib_open(&l, "t.yaml", text);
        assert_int_equal(l.variants.count, 1);
        assert_true(l.variants.items[0].refused);
        assert_string_equal(l.variants.items[0].why.what, refusals[i].said);
        assert_true(l.variants.items[0].why.line > 0);
        lib_close(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenarios), cmocka_unit_test(test_s1),
        cmocka_unit_test(test_s3),        cmocka_unit_test(test_s4),
        cmocka_unit_test(test_hangs_on),  cmocka_unit_test(test_setting_goes_alone),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests_name("expect variant", tests, NULL, NULL);
}
