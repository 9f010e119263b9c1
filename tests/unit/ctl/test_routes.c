/* show ip route in both layouts, interfaces. */
#include "../unit.h"
#include "fake.h"

#define FRR DIALECT_FRR
#define IOS DIALECT_IOS

enum { AGE_BOOT = 5 * 3600 + 1 * 60 + 44, AGE_BGP = 4 * 3600 + 1 * 60 + 25 };
#define KERNEL                                                                                     \
    {                                                                                              \
        0, "10.0.0.1", "eth0", "10.0.0.4", "*a", 1                                                 \
    }
#define ARS                                                                                        \
    { 0, "10.0.210.4", NULL, NULL, "ra", 1 }, { 1, "10.0.0.1", "eth0", NULL, "*a", 1 },            \
        { 0, "10.0.210.5", NULL, NULL, "ra", 1 },                                                  \
    {                                                                                              \
        1, "10.0.0.1", "eth0", NULL, "da", 1                                                       \
    }

static const struct fake_fib s7[] = {
    { "0.0.0.0/0", FIB_KERNEL, 0, 0, 100, ">*", AGE_BOOT, { KERNEL } },
    { "10.0.0.0/16", FIB_BGP, 0, 20, 0, ">*", AGE_BGP, { ARS } },
    { "10.0.0.0/24",
      FIB_CONNECTED,
      0,
      0,
      0,
      ">*",
      AGE_BOOT,
      { { 0, NULL, "eth0", NULL, "*a", 1 } } },
    { "10.0.210.0/24",
      FIB_STATIC,
      0,
      1,
      0,
      ">*",
      AGE_BGP + 5,
      { { 0, "10.0.0.1", "eth0", NULL, "*a", 1 } } },
    { "10.10.0.0/16",
      FIB_STATIC,
      0,
      1,
      0,
      ">*",
      3 * 3600 + 28 * 60,
      { { 0, "10.0.0.1", "eth0", NULL, "*a", 1 } } },
    { "10.100.0.0/16", FIB_BGP, 0, 20, 0, ">*", AGE_BGP, { ARS } },
    { "168.63.129.16/32", FIB_KERNEL, 0, 0, 100, ">*", AGE_BOOT, { KERNEL } },
    { "169.254.169.254/32", FIB_KERNEL, 0, 0, 100, ">*", AGE_BOOT, { KERNEL } },
};

static const struct fake_fib other[] = {
    { "10.0.0.0/8",
      FIB_STATIC,
      FIB_BLACKHOLE,
      250,
      0,
      ">*",
      3 * 86400 + 2 * 3600 + 180,
      { { 0 } } },
    { "10.1.0.0/16",
      FIB_BGP,
      0,
      20,
      50,
      ">*",
      9 * 86400 + 3 * 3600,
      { { 0, "192.0.2.1", "eth1", NULL, "*a", 3 }, { 0, "192.0.2.2", "eth1", NULL, "*a", 1 } } },
    { "10.1.0.0/16",
      FIB_STATIC,
      0,
      210,
      0,
      "",
      400 * 86400,
      { { 0, "192.0.2.9", NULL, NULL, "", 1 } } },
    { "10.2.0.0/16", FIB_BGP, 0, 20, 0, ">r", 10, { { 0, "192.0.2.1", "eth1", NULL, "a", 1 } } },
    { "10.3.0.0/16", FIB_STATIC, FIB_REJECT, 1, 0, ">q", 10, { { 0 } } },
    { "172.16.0.0/12",
      FIB_STATIC,
      0,
      1,
      0,
      ">*",
      10,
      { { 0, "192.0.2.1", "eth1", NULL, "*ao", 1 } } },
    { "192.0.2.0/24", FIB_CONNECTED, 0, 0, 0, ">*", 10, { { 0, NULL, "eth1", NULL, "*a", 1 } } },
    { "198.51.100.64/26", FIB_STATIC, 0, 1, 0, ">*", 10, { { 0, NULL, "eth1", NULL, "*a", 1 } } },
    { "198.51.100.128/26", FIB_STATIC, 0, 1, 0, ">*", 10, { { 0, NULL, "eth1", NULL, "*a", 1 } } },
    { "203.0.113.0/24",
      FIB_STATIC,
      0,
      1,
      0,
      ">*",
      10,
      { { 0, "192.0.2.1", "eth1", NULL, "*a", 1 }, { 0, "192.0.2.2", "eth1", NULL, "*a", 1 } } },
};

static const struct fake_fib six[] = {
    { "::/0", FIB_STATIC, 0, 1, 0, ">*", 70, { { 0, "fe80::1", "eth0", NULL, "*a", 1 } } },
    { "2001:db8::/64", FIB_CONNECTED, 0, 0, 0, ">*", 70, { { 0, NULL, "eth0", NULL, "*a", 1 } } },
    { "2001:db8:1::/48",
      FIB_BGP,
      0,
      20,
      0,
      ">*",
      70,
      { { 0, "2001:db8::9", "eth0", NULL, "*a", 1 } } },
};

static const struct fake_fib tky01[] = {
    { "0.0.0.0/0", FIB_STATIC, 0, 1, 0, ">*", 70, { { 0, "172.16.0.2", "eth8", NULL, "*a", 1 } } },
    { "10.0.0.0/16", FIB_BGP, 0, 20, 0, ">*", 611, { { 0, "172.16.0.2", "eth8", NULL, "*a", 1 } } },
    { "10.100.10.0/24", FIB_CONNECTED, 0, 0, 0, ">*", 70, { { 0, NULL, "eth1", NULL, "*a", 1 } } },
    { "172.16.0.0/30", FIB_CONNECTED, 0, 0, 0, ">*", 70, { { 0, NULL, "eth8", NULL, "*a", 1 } } },
};

static const struct view_interface interfaces[] = {
    { .index = 1,
      .name = "lo",
      .admin_up = true,
      .running = true,
      .loopback = true,
      .mtu = 65536,
      .addresses = "127.0.0.1/8 10.100.20.1/32 ::1/128" },
    { .index = 2,
      .name = "eth1",
      .alias = "Vlan10",
      .admin_up = true,
      .running = true,
      .mtu = 1500,
      .mac0 = 2,
      .mac5 = 0x1f,
      .addresses = "10.100.10.1/24 2001:db8::1/64" },
    { .index = 3,
      .name = "eth2",
      .admin_up = true,
      .mtu = 1500,
      .addresses = "192.0.2.1/24 192.0.2.9/24 10.9.0.1/16 fe80::2/64 2001:db8:2::1/64" },
    { .index = 4, .name = "eth3", .mtu = 1500 },
};

static struct fake with(uint8_t dialect, const struct fake_fib *v, size_t n)
{
    struct fake f = fake_new(dialect);
    f.fib = v;
    f.n_fib = n;
    f.interfaces = interfaces;
    f.n_interfaces = ARRAY_LEN(interfaces);
    f.global.local_as = 65150;
    return f;
}
#define WITH(dialect, t) with(dialect, t, ARRAY_LEN(t))

static void the_scenarios_routes_come_out_character_by_character(void **state)
{
    (void)state;
    struct fake f = WITH(FRR, s7);
    fake_compare("S7.1", &f, "show ip route", "topologies/s7/expect/vm-hub00-show-ip-route.txt");
}

static void other_routes_keep_the_layout(void **state)
{
    (void)state;
    struct fake f = WITH(FRR, other), g = WITH(IOS, other), t = WITH(IOS, tky01), s = WITH(FRR, s7);
    fake_compare("FRR", &f, "show ip route", "frr-route-other.txt");
    fake_compare("FRR, one source", &f, "sh ip ro static", "frr-route-static.txt");
    fake_compare("FRR, one prefix", &f, "sh ip ro 10.1.0.0/16", "frr-route-detail.txt");
    fake_compare("FRR, recursive", &s, "sh ip ro 10.100.0.0/16", "frr-route-recursive.txt");
    fake_compare("FRR, counts", &f, "sh ip ro sum", "frr-route-summary.txt");
    fake_compare("IOS", &g, "show ip route", "ios-route-other.txt");
    fake_compare("IOS, with interfaces", &t, "show ip route", "ios-route-tky01.txt");
    fake_compare("IOS, one source", &t, "show ip route bgp", "ios-route-bgp.txt");
    fake_compare("IOS, one prefix", &t, "show ip route 10.0.0.0/16", "ios-route-detail.txt");
}

static void ipv6_has_its_own_legend(void **state)
{
    (void)state;
    struct fake f = WITH(FRR, six), g = WITH(IOS, six);
    fake_compare("FRR", &f, "show ipv6 route", "frr-route-ipv6.txt");
    fake_compare("IOS", &g, "show ipv6 route", "ios-route-ipv6.txt");
}

static void interfaces_are_shown_by_the_name_of_the_layout(void **state)
{
    (void)state;
    struct fake f = WITH(FRR, s7), g = WITH(IOS, s7);
    fake_compare("FRR", &f, "sh int", "frr-interface.txt");
    fake_compare("FRR, brief", &f, "sh int brief", "frr-interface-brief.txt");
    fake_compare("JSON, brief", &f, "sh int brief json", "frr-interface-brief.json");
    fake_compare("IOS", &g, "sh interfaces", "ios-interface.txt");
    fake_compare("IOS, brief", &g, "sh ip int br", "ios-interface-brief.txt");
    char *one = fake_run(&f, "show interface Vlan10", 0, NULL);
    assert_non_null(strstr(one, "Interface eth1 is up, line protocol is up\n"));
    assert_null(strstr(one, "Interface lo"));
    free(one);
    int status;
    char *none = fake_run(&f, "show interface nix", 0, &status);
    CLAIM_TEXT("none", none, "% Can't find interface nix\n");
    assert_int_equal(status, 1);
    free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scenarios_routes_come_out_character_by_character),
        cmocka_unit_test(other_routes_keep_the_layout),
        cmocka_unit_test(ipv6_has_its_own_legend),
        cmocka_unit_test(interfaces_are_shown_by_the_name_of_the_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
