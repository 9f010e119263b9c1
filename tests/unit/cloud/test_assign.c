#include "lib.h"

/* ---- a topology with nothing but what a user has to say -------------------------------------- */

static const char bare[] =
    "spanway: 1\n"
    "name: bare\n"
    "azure:\n"
    "  virtual_networks:\n"
    "    hub:\n"
    "      address_space: [10.0.0.0/16]\n"
    "      subnets:\n"
    "        default: {address_prefix: 10.0.0.0/24}\n"
    "        GatewaySubnet: {address_prefix: 10.0.200.0/27}\n"
    "        RouteServerSubnet: {address_prefix: 10.0.210.0/26}\n"
    "    spoke:\n"
    "      address_space: [10.1.0.0/16]\n"
    "      subnets:\n"
    "        GatewaySubnet: {address_prefix: 10.1.200.0/24}\n"
    "    third:\n"
    "      address_space: [10.2.0.0/16]\n"
    "      subnets:\n"
    "        GatewaySubnet: {address_prefix: 10.2.200.0/24}\n"
    "  public_ip_addresses:\n"
    "    given: {ip_address: 192.0.2.1}\n"
    "    free: {}\n"
    "  virtual_network_gateways:\n"
    "    single: {type: Vpn, sku: VpnGw1AZ, virtual_network: hub}\n"
    "    both: {type: Vpn, sku: VpnGw1AZ, virtual_network: spoke, active_active: true}\n"
    "    private:\n"
    "      type: Vpn\n"
    "      sku: VpnGw1AZ\n"
    "      virtual_network: third\n"
    "      active_active: true\n"
    "      private_ip_address_enabled: true\n"
    "  local_network_gateways:\n"
    "    lng: {gateway_address: aws.vpn_connections.c0.tunnels.1, asn: 64512,\n"
    "          bgp_peering_address: 169.254.10.1}\n"
    "  route_servers:\n"
    "    rs: {virtual_network: hub}\n"
    "  network_interfaces:\n"
    "    nic0: {subnet: hub/default}\n"
    "    nic1: {subnet: hub/default, private_ip_address: 10.0.0.5}\n"
    "    nic2: {subnet: hub/default}\n"
    "aws:\n"
    "  vpcs:\n"
    "    vpc:\n"
    "      cidr_blocks: [172.16.0.0/16]\n"
    "      subnets:\n"
    "        s0: {cidr_block: 172.16.0.0/24}\n"
    "  vpn_gateways:\n"
    "    vgw: {vpc: vpc}\n"
    "  customer_gateways:\n"
    "    cgw: {ip_address: azure.public_ip_addresses.free}\n"
    "  vpn_connections:\n"
    "    c0: {customer_gateway: cgw, vpn_gateway: vgw}\n"
    "    c1:\n"
    "      customer_gateway: cgw\n"
    "      vpn_gateway: vgw\n"
    "      tunnels:\n"
    "        - {inside_cidr: 169.254.10.4/30}\n"
    "  instances:\n"
    "    i0: {subnet: vpc/s0}\n"
    "gcp:\n"
    "  networks:\n"
    "    net: {}\n"
    "  subnetworks:\n"
    "    sub: {network: net, region: r1, ip_cidr_range: 10.9.0.0/24}\n"
    "  ha_vpn_gateways:\n"
    "    gw: {network: net, region: r1}\n"
    "  external_vpn_gateways:\n"
    "    peer:\n"
    "      redundancy_type: TWO_IPS_REDUNDANCY\n"
    "      interfaces: [{id: 0, ip_address: 20.0.0.1}, {id: 1, ip_address: 20.0.0.2}]\n"
    "  vpn_tunnels:\n"
    "    t0: {region: r1, vpn_gateway: gw, vpn_gateway_interface: 0, router: cr,\n"
    "         peer_external_gateway: peer, peer_external_gateway_interface: 0}\n"
    "    t1: {region: r1, vpn_gateway: gw, vpn_gateway_interface: 1, router: cr,\n"
    "         peer_external_gateway: peer, peer_external_gateway_interface: 1}\n"
    "  routers:\n"
    "    cr:\n"
    "      network: net\n"
    "      region: r1\n"
    "      asn: 65010\n"
    "      interfaces:\n"
    "        if0: {vpn_tunnel: t0}\n"
    "        if1: {vpn_tunnel: t1}\n"
    "      peers:\n"
    "        p0: {interface: if0, peer_asn: 65515}\n"
    "        p1: {interface: if1, peer_asn: 65515, peer_ip_address: 169.254.21.2}\n"
    "  instances:\n"
    "    v0: {subnetwork: sub}\n"
    "soracom:\n"
    "  virtual_private_gateways:\n"
    "    vpg: {type: F2}\n"
    "  doors:\n"
    "    door: {virtual_private_gateway: vpg, customer_gateway_address: 20.0.0.9, routing: bgp,\n"
    "           customer_asn: 65515}\n";

static const struct text_file bare_files[] = { { "t.yaml", bare }, { 0 } };

static const struct azure_vnet_gateway *gateway(const struct topo *t, uint32_t i)
{
    return &t->azure.virtual_network_gateways.items[i];
}

#define CLAIM_IP(name, got, want) CLAIM_TEXT(name, ip_text(&(got)), want)

static void test_azure_gets_its_addresses(void **state)
{
    (void)state;
    struct world w;
    world_read_all(&w, bare_files);
    assert_true(cloud_assign(w.t));
    const struct azure_vnet_gateway *g = gateway(w.t, 0);
    CLAIM("a gateway has an AS number", g->bgp_settings.asn == 65515);
    CLAIM("active-standby has one address",
          g->ip_configurations.count == 1 && g->bgp_settings.peering_addresses.count == 1);
    CLAIM_IP("and it is the last one", g->bgp_settings.peering_addresses.items[0].default_address,
             "10.0.200.30");
    CLAIM_IP("a public address that nobody made",
             g->ip_configurations.items[0].public_ip_address->ip_address, "192.0.2.3");
    CLAIM_TEXT("and its name", g->ip_configurations.items[0].public_ip_address->o.name,
               "single-pip0");
    g = gateway(w.t, 1);
    CLAIM_IP("active-active has low ones",
             g->bgp_settings.peering_addresses.items[0].default_address, "10.1.200.4");
    CLAIM_IP("both", g->bgp_settings.peering_addresses.items[1].default_address, "10.1.200.5");
    CLAIM("no private address unless asked for",
          g->ip_configurations.items[0].private_ip_address.family == IP_NONE);
    g = gateway(w.t, 2);
    CLAIM_IP("VPN before BGP", g->ip_configurations.items[0].private_ip_address, "10.2.200.4");
    CLAIM_IP("of both", g->ip_configurations.items[1].private_ip_address, "10.2.200.5");
    CLAIM_IP("then BGP", g->bgp_settings.peering_addresses.items[0].default_address, "10.2.200.6");
    CLAIM_IP("of both", g->bgp_settings.peering_addresses.items[1].default_address, "10.2.200.7");
    const struct azure_route_server *rs = &w.t->azure.route_servers.items[0];
    CLAIM_IP("Route Server", rs->virtual_router_ips.items[0], "10.0.210.4");
    CLAIM_IP("both instances", rs->virtual_router_ips.items[1], "10.0.210.5");
    const struct azure_nic *nic = w.t->azure.network_interfaces.items;
    CLAIM_IP("the first free one", nic[0].private_ip_address, "10.0.0.4");
    CLAIM_IP("given ones stay", nic[1].private_ip_address, "10.0.0.5");
    CLAIM_IP("and are passed over", nic[2].private_ip_address, "10.0.0.6");
    CLAIM_IP("a given public address is passed over",
             w.t->azure.public_ip_addresses.items[1].ip_address, "192.0.2.2");
    world_close(&w);
}

static void test_aws_gets_two_tunnels(void **state)
{
    (void)state;
    struct world w;
    world_read_all(&w, bare_files);
    assert_true(cloud_assign(w.t));
    const struct aws_vpn_connection *c = w.t->aws.vpn_connections.items;
    CLAIM("the gateway's AS number", w.t->aws.vpn_gateways.items[0].amazon_side_asn == 64512);
    CLAIM("the customer's", w.t->aws.customer_gateways.items[0].bgp_asn == 65000);
    CLAIM_IP("and its address, from the other cloud",
             w.t->aws.customer_gateways.items[0].ip_address.addr, "192.0.2.2");
    CLAIM("always two", c[0].tunnels.count == 2 && c[1].tunnels.count == 2);
    struct prefix want = px("169.254.10.0/30");
    CLAIM("inside addresses above what AWS keeps",
          prefix_eq(&c[0].tunnels.items[0].inside_cidr, &want));
    want = px("169.254.10.8/30");
    CLAIM("a given one is passed over", prefix_eq(&c[0].tunnels.items[1].inside_cidr, &want));
    want = px("169.254.10.4/30");
    CLAIM("and stays", prefix_eq(&c[1].tunnels.items[0].inside_cidr, &want));
    CLAIM("defaults of options", c[0].tunnels.items[0].phase2_lifetime_seconds == 3600 &&
                                     c[0].tunnels.items[0].replay_window_size == 1024);
    CLAIM_IP("an endpoint that names a tunnel has its address",
             w.t->azure.local_network_gateways.items[0].gateway_address.addr,
             ip_text(&c[0].tunnels.items[1].outside_address));
    CLAIM_IP("an instance", w.t->aws.instances.items[0].private_ip, "172.16.0.4");
    world_close(&w);
}

static void test_gcp_and_soracom_get_theirs(void **state)
{
    (void)state;
    struct world w;
    world_read_all(&w, bare_files);
    assert_true(cloud_assign(w.t));
    const struct topo_gcp *g = &w.t->gcp;
    CLAIM("two interfaces", g->ha_vpn_gateways.items[0].interfaces.count == 2);
    CLAIM("with addresses", g->ha_vpn_gateways.items[0].interfaces.items[1].ip_address.family);
    const struct gcp_router *r = g->routers.items;
    CLAIM("both ends of a /30", r->interfaces.items[0].ip_range.len == 30);
    struct prefix link = prefix_of(&r->interfaces.items[0].ip_range.addr, 30);
    CLAIM("are in one", prefix_has_addr(&link, &r->peers.items[0].peer_ip_address));
    CLAIM_IP("the other end of the peer's", r->interfaces.items[1].ip_range.addr, "169.254.21.1");
    CLAIM("keepalive", r->keepalive_interval == 20);
    CLAIM("priority", r->peers.items[0].advertised_route_priority == 100);
    CLAIM_IP("an instance", g->instances.items[0].network_ip, "10.9.0.2");
    CLAIM("a Door is two tunnels", w.t->soracom.doors.items[0].tunnels.count == 2);
    CLAIM("SORACOM's AS number", w.t->soracom.virtual_private_gateways.items[0].asn == 64512);
    world_close(&w);
}

/* No address is given to two: all public ones, and all /30s of one gateway. */
static void test_nobody_shares_an_address(void **state)
{
    (void)state;
    struct world w;
    world_read_all(&w, bare_files);
    assert_true(cloud_assign(w.t));
    struct ip_addr all[16];
    size_t n = 0;
    for (uint32_t i = 0; i < 2; i++) {
        all[n++] = w.t->azure.public_ip_addresses.items[i].ip_address;
        all[n++] = w.t->gcp.ha_vpn_gateways.items[0].interfaces.items[i].ip_address;
        all[n++] = w.t->soracom.doors.items[0].tunnels.items[i].outside_address;
        for (uint32_t k = 0; k < 2; k++)
            all[n++] = w.t->aws.vpn_connections.items[i].tunnels.items[k].outside_address;
    }
    for (size_t i = 0; i < n; i++) {
        CLAIM("everybody has one", all[i].family == IP_V4);
        for (size_t k = 0; k < i; k++)
            CLAIM("nobody has another's", !ip_eq(&all[i], &all[k]));
    }
    world_close(&w);
}

static void test_what_was_assigned_can_be_told(void **state)
{
    (void)state;
    struct world w;
    world_read_all(&w, bare_files);
    assert_true(cloud_assign(w.t));
    const struct azure_nic *nic = w.t->azure.network_interfaces.items;
    assert_true(cloud_is_assigned(&nic[0].o, "private_ip_address"));
    assert_false(cloud_is_assigned(&nic[1].o, "private_ip_address"));
    const struct azure_vnet_gateway *g = gateway(w.t, 0);
    assert_true(
        cloud_is_assigned(&g->ip_configurations.items[0].public_ip_address->o, "ip_address"));
    assert_false(cloud_is_assigned(&g->o, "sku"));
    world_close(&w);
}

static void test_the_same_file_gets_the_same(void **state)
{
    (void)state;
    struct world a, b;
    world_read_all(&a, bare_files);
    world_read_all(&b, bare_files);
    assert_true(cloud_assign(a.t));
    assert_true(cloud_assign(b.t));
    for (uint32_t i = 0; i < 2; i++) {
        const struct aws_tunnel *x = a.t->aws.vpn_connections.items[i].tunnels.items;
        const struct aws_tunnel *y = b.t->aws.vpn_connections.items[i].tunnels.items;
        assert_true(ip_eq(&x[1].outside_address, &y[1].outside_address));
        assert_true(prefix_eq(&x[1].inside_cidr, &y[1].inside_cidr));
    }
    world_close(&a);
    world_close(&b);
}

/* ---- a subnet without room ------------------------------------------------------------------- */

static const char full[] = "spanway: 1\n"
                           "name: full\n"
                           "azure:\n"
                           "  virtual_networks:\n"
                           "    v:\n"
                           "      address_space: [10.0.0.0/24]\n"
                           "      subnets:\n"
                           "        tiny: {address_prefix: 10.0.0.0/29}\n"
                           "  network_interfaces:\n"
                           "    n0: {subnet: v/tiny}\n"
                           "    n1: {subnet: v/tiny}\n"
                           "    n2: {subnet: v/tiny}\n"
                           "    n3: {subnet: v/tiny}\n"
                           "  virtual_network_gateways:\n"
                           "    gw: {type: Vpn, sku: VpnGw1AZ, virtual_network: v}\n";

static void test_a_full_subnet_leaves_the_address_out(void **state)
{
    (void)state;
    const struct text_file files[] = { { "t.yaml", full }, { 0 } };
    struct world w;
    world_read_all(&w, files);
    assert_true(cloud_assign(w.t));
    const struct azure_nic *nic = w.t->azure.network_interfaces.items;
    CLAIM_IP("the last of three", nic[2].private_ip_address, "10.0.0.6");
    CLAIM("the broadcast address is nobody's", nic[3].private_ip_address.family == IP_NONE);
    CLAIM("no GatewaySubnet, no address",
          gateway(w.t, 0)->bgp_settings.peering_addresses.items[0].default_address.family ==
              IP_NONE);
    world_close(&w);
}

/* ---- many ------------------------------------------------------------------------------------ */

/* 9,000 connections need 18,000 public addresses and more /30s than there are. */
static void test_many_connections(void **state)
{
    (void)state;
    enum { MANY = 9000 };
    size_t cap = (size_t)MANY * 80 + 400, at = 0;
    char *yaml = test_malloc(cap);
    at += (size_t)snprintf(yaml, cap,
                           "spanway: 1\nname: many\naws:\n  vpn_gateways: {a: {}, b: {}}\n"
                           "  customer_gateways: {c: {ip_address: 20.0.0.1}}\n"
                           "  vpn_connections:\n");
    for (int i = 0; i < MANY; i++)
        at += (size_t)snprintf(yaml + at, cap - at,
                               "    c%d: {customer_gateway: c, vpn_gateway: %s}\n", i,
                               i % 2 ? "a" : "b");
    const struct text_file files[] = { { "t.yaml", yaml }, { 0 } };
    struct world w;
    world_read_all(&w, files);
    assert_true(cloud_assign(w.t));
    uint8_t *seen = test_calloc(2, 1 << 14);
    uint32_t missing = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            const struct aws_tunnel *t = &w.t->aws.vpn_connections.items[i].tunnels.items[k];
            struct ip_addr inside = prefix_addr(&t->inside_cidr);
            uint32_t block = (ip_to_u32(&inside) & 0xffff) >> 2;
            if (t->inside_cidr.family == IP_NONE || t->outside_address.family == IP_NONE)
                missing++;
            else if (inside.b[2] == 21 || inside.b[2] == 22 ||
                     (inside.b[2] < 6 && inside.b[3] == 0) ||
                     (inside.b[2] == 169 && inside.b[3] == 252))
                fail_msg("%s is not to be given away", ip_text(&inside));
            else if (seen[(i % 2) << 14 | block]++)
                fail_msg("%s is used twice on one gateway", ip_text(&inside));
        }
    }
    assert_int_equal(missing, 0);
    test_free(seen);
    test_free(yaml);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_azure_gets_its_addresses),
        cmocka_unit_test(test_aws_gets_two_tunnels),
        cmocka_unit_test(test_gcp_and_soracom_get_theirs),
        cmocka_unit_test(test_nobody_shares_an_address),
        cmocka_unit_test(test_what_was_assigned_can_be_told),
        cmocka_unit_test(test_the_same_file_gets_the_same),
        cmocka_unit_test(test_a_full_subnet_leaves_the_address_out),
        cmocka_unit_test(test_many_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
