/* The BGP tables of the reference scenarios, and others, character by character. */
#include "../unit.h"
#include "fake.h"

#define FRR DIALECT_FRR
#define IOS DIALECT_IOS

static const struct fake_route er_adv[] = {
    { "10.100.10.0/24", NULL, "*>", 0, -1, 32768, "", 'i', NULL },
    { "10.100.20.1/32", NULL, "*>", 0, -1, 32768, "", 'i', NULL },
};
static const struct fake_route er_rec[] = {
    { "10.0.0.0/16", "172.16.0.2", "*>", -1, -1, 0, "12076", 'i', "172.16.0.2" },
    { "10.10.200.0/24", "172.16.0.2", "*>", -1, -1, 0, "12076", '?', "172.16.0.2" },
};
static const struct fake_route vpn_rec[] = {
    { "10.10.0.0/16", "10.10.200.6", "*>", -1, -1, 0, "65155", 'i', "10.10.200.6" },
};
static const struct fake_route ars_adv[] = {
    { "10.10.200.0/24", NULL, "*>", 0, -1, 32768, "", '?', NULL },
};
static const struct fake_route ars_rec[] = {
    { "10.0.0.0/16", "10.0.210.4", "*>", -1, -1, 0, "65515", 'i', "10.0.210.4" },
    { "10.100.10.0/24", "10.0.210.4", "*>", -1, -1, 0, "65515 12076 65150", 'i', "10.0.210.4" },
    { "10.100.20.1/32", "10.0.210.4", "*>", -1, -1, 0, "65515 12076 65150", 'i', "10.0.210.4" },
};
static const struct fake_route s7_adv[] = {
    { "10.10.0.0/16", NULL, "*>", 0, -1, 32768, "", '?', NULL },
};
static const struct fake_route s7_rec[] = {
    { "10.0.0.0/16", "10.0.210.4", "*>", -1, -1, 0, "65515", 'i', "10.0.210.4" },
    { "10.100.0.0/16", "10.0.210.4", "*>", -1, -1, 0, "65515 12076 12076", 'i', "10.0.210.4" },
};

#define TABLE(t) t, ARRAY_LEN(t)

/* Rows that the scenarios do not have. */
static const struct fake_route mixed[] = {
    { "10.0.0.0/8", "192.168.100.100", "*>", 1234567, 100, 0, "65001", 'i', "192.168.100.100" },
    { "10.0.0.0/8", "192.168.100.101", "*=", 4294967295, 4294967295, 65535, "65001 {1,2}", 'e',
      "192.168.100.101" },
    { "10.0.0.0/8", "10.1.1.1", "*i", -1, 100, 0, "", '?', "10.1.1.1" },
    { "169.254.169.254/32", "10.1.1.1", "*>i", -1, 100, 0, "", 'i', "10.1.1.1" },
    { "172.16.0.0/16", NULL, "*>", 0, -1, 32768, "", 'i', NULL },
    { "192.168.1.0/24", "10.9.9.9", "", -1, -1, 0, "65002", 'i', "10.9.9.9" },
};
static const struct fake_route six[] = {
    { "::/0", NULL, "*>", 0, -1, 32768, "", 'i', NULL },
    { "2001:db8::/32", "2001:db8::1", "*>", 0, -1, 0, "65001", 'i', "2001:db8::1" },
    { "2001:db8:aaaa:bbbb::/64", "fd00:1111:2222::4444", "*>", -1, -1, 0, "65001 65002", 'i',
      "fd00:1111:2222::4444" },
};

static struct view_bgp_global global(uint32_t version, const char *id, uint32_t as, uint8_t family)
{
    struct ip_addr a = fake_ip(id);
    return (struct view_bgp_global){ .family = family,
                                     .router_id = ip_to_u32(&a),
                                     .local_as = as,
                                     .table_version = version,
                                     .default_local_pref = 100 };
}

static void the_scenarios_tables_come_out_character_by_character(void **state)
{
    (void)state;
    static const struct {
        const char *line, *file, *id;
        uint32_t as, version;
        uint8_t dialect;
        const struct fake_route *v;
        size_t n;
    } cases[] = {
        { "show ip bgp nei 172.16.0.2 advertised-routes",
          "topologies/s1/expect/tky01-er-advertised.txt", "172.16.0.1", 65150, 29, IOS,
          TABLE(er_adv) },
        { "show ip bgp nei 172.16.0.2 received-routes",
          "topologies/s1/expect/tky01-er-received.txt", "172.16.0.1", 65150, 29, IOS,
          TABLE(er_rec) },
        { "show ip bgp nei 10.10.200.6 adv", "topologies/s1/expect/tky01-vpn-advertised.txt",
          "172.16.0.1", 65150, 29, IOS, er_adv, 1 },
        { "sh ip bgp neighbor 10.10.200.6 received", "topologies/s1/expect/tky01-vpn-received.txt",
          "172.16.0.1", 65150, 29, IOS, TABLE(vpn_rec) },
        { "show ip bgp nei 10.0.210.4 advertised-routes",
          "topologies/s1/expect/vm-hub00-ars-advertised.txt", "10.0.0.4", 65001, 36, FRR,
          TABLE(ars_adv) },
        { "show bgp ipv4 unicast nei 10.0.210.4 received-routes",
          "topologies/s1/expect/vm-hub00-ars-received.txt", "10.0.0.4", 65001, 36, FRR,
          TABLE(ars_rec) },
        { "sh bgp nei 10.0.210.4 adv", "topologies/s7/expect/vm-hub00-ars-advertised.txt",
          "10.0.0.4", 65001, 4, FRR, TABLE(s7_adv) },
        { "sh bgp ipv4 nei 10.0.210.4 rec", "topologies/s7/expect/vm-hub00-ars-received.txt",
          "10.0.0.4", 65001, 4, FRR, TABLE(s7_rec) },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake f = fake_new(cases[i].dialect);
        f.global = global(cases[i].version, cases[i].id, cases[i].as, IP_V4);
        f.routes = cases[i].v;
        f.n_routes = cases[i].n;
        fake_compare(cases[i].file, &f, cases[i].line, cases[i].file);
    }
}

static void a_default_that_is_originated_is_said_above_the_table(void **state)
{
    (void)state;
    struct fake f = fake_new(FRR);
    f.global = global(0, "10.100.0.4", 65001, IP_V4);
    f.global.originates_default = true;
    fake_compare("d6", &f, "show ip bgp nei 10.100.210.4 advertised-routes", "d6-advertised.txt");
    f.routes = s7_adv;
    f.n_routes = 1;
    fake_compare("d6 with a route", &f, "show ip bgp nei 10.100.210.4 adv",
                 "frr-default-and-route.txt");
}

static void nothing_advertised_prints_nothing(void **state)
{
    (void)state;
    struct fake f = fake_new(FRR);
    f.global = global(2, "10.0.0.4", 65001, IP_V4);
    char *got = fake_run(&f, "show ip bgp nei 10.0.210.4 advertised-routes", 0, NULL);
    CLAIM_TEXT("empty", got, "");
    free(got);
}

static void other_tables_keep_the_columns(void **state)
{
    (void)state;
    static const struct {
        const char *line, *file;
        uint8_t dialect, family;
        const struct fake_route *v;
        size_t n;
    } cases[] = {
        { "show ip bgp", "frr-mixed.txt", FRR, IP_V4, TABLE(mixed) },
        { "show ip bgp", "ios-mixed.txt", IOS, IP_V4, TABLE(mixed) },
        { "show bgp ipv6 unicast", "frr-ipv6.txt", FRR, IP_V6, TABLE(six) },
        { "show bgp ipv6", "ios-ipv6.txt", IOS, IP_V6, TABLE(six) },
        { "show ip bgp 172.16.0.0/12 longer-prefixes", "frr-longer.txt", FRR, IP_V4, TABLE(mixed) },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake f = fake_new(cases[i].dialect);
        f.global = global(7, "10.0.0.4", 65001, cases[i].family);
        f.global.paths = cases[i].n;
        f.routes = cases[i].v;
        f.n_routes = cases[i].n;
        fake_compare(cases[i].file, &f, cases[i].line, cases[i].file);
    }
}

static void a_path_of_300_hops_and_many_pages_come_out_whole(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    static char path[1024], prefixes[ROWS][24];
    static struct fake_route rows[ROWS];
    struct text t = text_init(path, sizeof(path));
    for (unsigned i = 0; i < 200; i++)
        text_str(&t, i ? " 6500" : "6500");
    for (unsigned i = 0; i < ROWS; i++) {
        snprintf(prefixes[i], sizeof(prefixes[i]), "10.%u.%u.0/24", i / 256, i % 256);
        rows[i] = (struct fake_route){ prefixes[i], "10.255.255.1", "*>", -1, -1, 0, path,
                                       'i',         "10.255.255.1" };
    }
    struct fake f = fake_new(FRR);
    f.global = global(7, "10.0.0.4", 65001, IP_V4);
    f.routes = rows;
    f.n_routes = ROWS;
    f.global.paths = ROWS;
    char *got = fake_run(&f, "show ip bgp", 0, NULL);
    unsigned lines = 0;
    for (const char *p = got, *end; (end = strchr(p, '\n')) != NULL; p = end + 1)
        lines += end - p > 61 && memcmp(p + 61, path, strlen(path)) == 0;
    assert_int_equal(lines, ROWS);
    assert_non_null(strstr(got, "\nDisplayed  5000 routes and 5000 total paths\n"));
    free(got);
}

static void ios_shows_what_is_advertised_as_its_table_has_it(void **state)
{
    (void)state;
    static const struct fake_route told[] = {
        { "10.0.0.0/16", NULL, "*>", -1, -1, 0, "65515", 'i', NULL },
    };
    static const struct fake_route table[] = {
        { "9.0.0.0/8", "172.16.0.9", "*>", -1, -1, 0, "1", 'i', "172.16.0.9" },
        { "10.0.0.0/16", "172.16.0.2", "*>", -1, -1, 0, "12076", 'i', "172.16.0.2" },
        { "10.0.0.0/16", "172.16.0.3", "*", -1, -1, 0, "12076 1", 'i', "172.16.0.3" },
    };
    struct fake f = fake_new(IOS);
    f.global = global(7, "10.0.0.4", 65001, IP_V4);
    f.routes = told;
    f.n_routes = 1;
    f.table = table;
    f.n_table = ARRAY_LEN(table);
    char *got = fake_run(&f, "show ip bgp nei 10.10.200.6 adv", 0, NULL);
    assert_non_null(
        strstr(got, "\n *>   10.0.0.0/16      172.16.0.2                             0 12076 i\n"
                    "\nTotal number of prefixes 1\n"));
    assert_null(strstr(got, "172.16.0.3"));
    free(got);
}

static void failures_are_said_in_the_devices_words(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        uint8_t dialect;
        err_t error;
        const char *want;
    } cases[] = {
        { "sh ip bgp nei 1.2.3.4 adv", FRR, -ENOENT, "No such neighbor in this view/vrf\n" },
        { "sh ip bgp nei 1.2.3.4", FRR, -ENOENT, "% No such neighbor in this view/vrf\n\n" },
        { "sh ip bgp nei 1.2.3.4 adv", FRR, -EAFNOSUPPORT,
          "% No such neighbor or address family\n" },
        { "sh ip bgp nei 1.2.3.4 adv json", FRR, -ENODATA,
          "{\n  \"warning\":\"Inbound soft reconfiguration not enabled\"\n}\n" },
        { "sh ip bgp nei 1.2.3.4 json", FRR, -ENOENT, "{\n  \"bgpNoSuchNeighbor\":true\n}\n" },
        { "sh ip bgp nei 1.2.3.4 adv", IOS, -ENOENT, "% No such neighbor or address family\n" },
        { "sh ip bgp nei 1.2.3.4 rec", FRR, -ENODATA,
          "% Inbound soft reconfiguration not enabled\n" },
        { "sh ip bgp nei 1.2.3.4 rec", IOS, -ENODATA,
          "% Inbound soft reconfiguration not enabled on 1.2.3.4\n" },
        { "sh ip bgp", FRR, -EINVAL, "% BGP instance not found\n" },
        { "sh ip bgp sum", IOS, -EINVAL, "% BGP not active\n" },
        { "sh ip bgp", FRR, -EPIPE, "% The router does not answer\n" },
        { "sh ip bgp", FRR, -EFBIG,
          "% Too much to show: ask for less, for example longer-prefixes\n" },
        { "sh ip bgp ::/0", FRR, 0, "% The prefix is of the other address family\n" },
        { "sh ip bgp 1.0.0.0/8", FRR, 0, "% Network not in table\n" },
        { "sh ip route 1.0.0.0/8", IOS, 0, "% Network not in table\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake f = fake_new(cases[i].dialect);
        int status;
        f.error = cases[i].error;
        char *got = fake_run(&f, cases[i].line, 0, &status);
        CLAIM_TEXT(cases[i].line, got, cases[i].want);
        CLAIM(cases[i].line, status == 1);
        free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scenarios_tables_come_out_character_by_character),
        cmocka_unit_test(a_default_that_is_originated_is_said_above_the_table),
        cmocka_unit_test(nothing_advertised_prints_nothing),
        cmocka_unit_test(other_tables_keep_the_columns),
        cmocka_unit_test(a_path_of_300_hops_and_many_pages_come_out_whole),
        cmocka_unit_test(ios_shows_what_is_advertised_as_its_table_has_it),
        cmocka_unit_test(failures_are_said_in_the_devices_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
