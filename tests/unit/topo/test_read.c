/* The reader: what a topology becomes, and what is said about one that is wrong. */
#include "lib.h"

static const char small[] =
    "spanway: 1\n"
    "name: one tunnel\n"
    "azure:\n"
    "  virtual_networks:\n"
    "    vnet-hub:\n"
    "      location: japaneast\n"
    "      address_space: [10.0.0.0/16]\n"
    "      subnets:\n"
    "        default: {address_prefix: 10.0.0.0/24, route_table: rt}\n"
    "        GatewaySubnet: 10.0.200.0/24\n"
    "  route_tables:\n"
    "    rt: {routes: {up: {address_prefix: 0.0.0.0/0, next_hop_type: Internet}}}\n"
    "  public_ip_addresses:\n"
    "    pip0: 203.0.113.4\n"
    "    pip1:\n"
    "  virtual_network_gateways:\n"
    "    vpngw:\n"
    "      type: Vpn\n"
    "      sku: VpnGw1AZ\n"
    "      virtual_network: vnet-hub\n"
    "      enable_bgp: true\n"
    "      ip_configurations: [{public_ip_address: pip0}]\n"
    "      bgp_settings: {asn: 65010, peering_addresses: [{apipa_addresses: [169.254.21.1]}]}\n"
    "  local_network_gateways:\n"
    "    lng:\n"
    "      gateway_address: sites.tokyo.routers.tky01\n"
    "      address_space: []\n"
    "      asn: 65020\n"
    "      bgp_peering_address: 169.254.21.2\n"
    "  connections:\n"
    "    c0: {virtual_network_gateway: vpngw, local_network_gateway: lng, enable_bgp: true}\n"
    "sites:\n"
    "  tokyo:\n"
    "    networks: {lan: 192.168.0.0/24}\n"
    "    routers:\n"
    "      tky01: {device: tky01.cfg, nat_address: 198.51.100.7,\n"
    "              interfaces: {GigabitEthernet0/0: 192.168.0.1/24}}\n"
    "    hosts: {pc: 192.168.0.10/24}\n"
    "expect:\n"
    "  reach:\n"
    "    - {from: pc, to: vnet-hub/default, when: {fail: ['vpngw:0']}}\n"
    "    - {from: pc, address: 10.0.0.9, reachable: false}\n"
    "limits: {azure.vpn.bgp.prefixes-max: 4000}\n";

static void a_small_topology_is_read(void **state)
{
    (void)state;
    struct fixture f;
    fixture_read(&f, small);
    assert_string_equal(f.said, "");
    assert_true(f.ok);
    const struct topo_azure *az = &f.t->azure;
    assert_string_equal(f.t->name, "one tunnel");
    assert_int_equal(az->virtual_networks.count, 1);
    const struct azure_vnet *vnet = &az->virtual_networks.items[0];
    assert_string_equal(vnet->o.name, "vnet-hub");
    assert_ptr_equal(vnet->o.kind, &azure_vnet_kind);
    assert_int_equal(vnet->address_space.items[0].len, 16);
    assert_int_equal(vnet->subnets.count, 2);
    assert_int_equal(vnet->subnets.items[1].address_prefix.len, 24);
    assert_ptr_equal(vnet->subnets.items[0].route_table, &az->route_tables.items[0]);
    assert_ptr_equal(vnet->subnets.items[0].o.parent, vnet);
    const struct azure_vnet_gateway *gw = &az->virtual_network_gateways.items[0];
    assert_ptr_equal(gw->virtual_network, vnet);
    assert_int_equal(gw->bgp_settings.asn, 65010);
    assert_non_null(gw->bgp_settings.node);
    assert_int_equal(gw->generation, 1);
    assert_ptr_equal(gw->ip_configurations.items[0].public_ip_address,
                     &az->public_ip_addresses.items[0]);
    const struct site_router *r = &f.t->sites.sites.items[0].routers.items[0];
    assert_ptr_equal(az->local_network_gateways.items[0].gateway_address.of, r);
    assert_int_equal(ip_to_u32(&az->local_network_gateways.items[0].gateway_address.addr),
                     0xc6336407);
    assert_string_equal(r->device.configuration, "tky01.cfg");
    assert_true(r->device.bgpd);
    assert_string_equal(r->interfaces.items[0].o.name, "GigabitEthernet0/0");
    const struct azure_connection *c0 = &az->connections.items[0];
    assert_int_equal(c0->dpd_timeout_seconds, 45);
    assert_null(c0->ipsec_policy.node);
    const struct expect_reach *reach = f.t->expect.reach.items;
    assert_int_equal(f.t->expect.reach.count, 2);
    assert_ptr_equal(reach[0].to.object, &vnet->subnets.items[0]);
    assert_ptr_equal(reach[0].when.fail.items[0].object, gw);
    assert_string_equal(reach[0].when.fail.items[0].part, "0");
    assert_true(reach[0].reachable);
    assert_false(reach[1].reachable);
    assert_string_equal(f.t->limits.items[0].value, "4000");
    assert_ptr_equal(topo_find(f.t, "tokyo/tky01"), r);
    assert_ptr_equal(topo_find(f.t, "sites.tokyo.routers.tky01"), r);
    assert_null(topo_find(f.t, "tokyo/tky02"));
    fixture_done(&f);
}

/* What follows `spanway: 1`, and all that is said about it. */
static const struct {
    const char *name, *text, *said;
} wrong[] = {
    { "an unknown key has a near miss", "azure: {virtual_network: {}}\n",
      "t.yaml:2:9: error: azure has no key \"virtual_network\"; expected virtual_networks; did you "
      "mean virtual_networks? [TOPO-KEY]\n" },
};

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char text[8192];
        struct fixture f;
        snprintf(text, sizeof(text), "spanway: 1\n%s", wrong[i].text);
        fixture_read(&f, text);
        CLAIM_TEXT(wrong[i].name, f.said, wrong[i].said);
        CLAIM(wrong[i].name, !f.ok);
        fixture_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_topology_is_read),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests_name("topo/read", tests, NULL, NULL);
}
