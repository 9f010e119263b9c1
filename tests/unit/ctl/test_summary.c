/* show bgp summary, neighbours and one prefix in detail, in both layouts. */
#include "../unit.h"
#include "fake.h"

#define FRR DIALECT_FRR
#define IOS DIALECT_IOS
enum { IDLE, CONNECT, ACTIVE, OPENSENT, OPENCONFIRM, ESTABLISHED }; /* enum bgp_state */

static struct view_bgp_neighbor up(const char *address, uint32_t as)
{
    return (struct view_bgp_neighbor){
        .address = fake_ip(address),
        .family = fake_ip(address).family,
        .family_active = true,
        .family_negotiated = true,
        .remote_as = as,
        .local_as = 65001,
        .external = true,
        .remote_router_id = 0x0a00d204,
        .router_id = 0x0a000004,
        .state = ESTABLISHED,
        .established = true,
        .messages_in = 20,
        .messages_out = 17,
        .opens_in = 1,
        .opens_out = 1,
        .updates_in = 2,
        .keepalives_in = 17,
        .keepalives_out = 16,
        .up_for = (15 * 60 + 29) * NS_PER_S,
        .last_read = 29 * NS_PER_S,
        .last_write = NS_PER_S,
        .last_reset = -1,
        .hold_time_s = 180,
        .keepalive_s = 60,
        .configured_hold_s = 180,
        .configured_keepalive_s = 60,
        .connect_retry_s = 120,
        .established_count = 1,
        .prefixes_received = 1,
        .prefixes_accepted = 1,
        .ttl = 255,
        .multihop = true,
        .as4 = true,
        .route_refresh = true,
        .local_port = 40000,
        .remote_port = 179,
        .local_address = fake_ip(fake_ip(address).family == IP_V4 ? "10.0.0.4" : "2001:db8::4"),
    };
}

static struct fake with(uint8_t dialect, const struct view_bgp_neighbor *v, size_t n)
{
    struct fake f = fake_new(dialect);
    f.global = (struct view_bgp_global){ .router_id = 0x0a000004,
                                         .local_as = 65001,
                                         .table_version = 2,
                                         .default_local_pref = 100,
                                         .rib_entries = 1,
                                         .rib_bytes = 192,
                                         .peers = 2,
                                         .peer_bytes = 1447 * 1024,
                                         .paths = 2 };
    f.neighbors = v;
    f.n_neighbors = n;
    return f;
}

static void the_route_servers_summary_comes_out_character_by_character(void **state)
{
    (void)state;
    struct view_bgp_neighbor v[] = { up("10.0.210.4", 65515), up("10.0.210.5", 65515) };
    struct fake f = with(FRR, v, 2);
    fake_compare("Route Server", &f, "show ip bgp sum", "ars-summary.txt");
    /* FRR 8 shows no version of what a neighbour was told, later ones do. */
    v[0].table_version = v[1].table_version = 2;
    fake_compare("Route Server", &f, "show ip bgp sum", "ars-summary.txt");
    strcpy(f.router.version, "10.1");
    char *got = fake_run(&f, "show ip bgp sum", DIALECT_UNKNOWN, NULL);
    CLAIM("FRR 10", strstr(got, "        20        17        2    0    0 00:15:29"));
    free(got);
}

static void other_neighbors_keep_the_columns(void **state)
{
    (void)state;
    struct view_bgp_neighbor v[] = {
        up("10.0.0.1", 65001),
        up("10.0.0.2", 4200000000),
        up("10.0.0.3", 65002),
        up("10.0.0.4", 65003),
        up("10.0.0.5", 65004),
        up("192.168.100.100", 65005),
        up("2001:db8:aaaa:bbbb:cccc:dddd:eeee:1", 65006),
    };
    v[1].policy_missing_in = v[1].policy_missing_out = true;
    v[1].up_for = 9 * 86400 * NS_PER_S;
    v[2].established = v[3].established = v[4].established = false;
    v[2].state = ACTIVE;
    v[2].up_for = -1;
    v[3].state = v[4].state = IDLE;
    v[3].admin_down = true;
    strcpy(v[4].last_reason, "Maximum prefix limit exceeded");
    strcpy(v[5].description, "a description of more than twenty characters");
    v[5].messages_in = 123456789;
    v[5].prefixes_accepted = 1000000;
    struct fake f = with(FRR, v, 7), g = with(IOS, v, 7);
    fake_compare("FRR", &f, "show ip bgp summary", "frr-summary.txt");
    fake_compare("IOS", &g, "show ip bgp summary", "ios-summary.txt");
    fake_compare("FRR, IPv6", &f, "show bgp ipv6 sum", "frr-summary-ipv6.txt");
    fake_compare("IOS, IPv6", &g, "show bgp ipv6 sum", "ios-summary-ipv6.txt");
    fake_compare("FRR, both families", &f, "show bgp summary", "frr-summary-both.txt");
    fake_compare("FRR, named", &f, "show bgp ipv6 unicast sum", "frr-summary-named.txt");
}

static void neighbors_are_shown_in_detail(void **state)
{
    (void)state;
    struct view_bgp_neighbor v[] = { up("10.0.210.4", 65515), up("10.0.210.4", 65515),
                                     up("10.0.210.5", 65515) };
    v[1].family = IP_V6;
    v[1].policy_missing_in = true;
    v[0].soft_reconfiguration = v[0].default_originate = true;
    strcpy(v[0].description, "Route Server");
    strcpy(v[0].prefix_list_out, "PRE01");
    strcpy(v[0].update_source, "lo");
    v[0].send_community_kinds = SEND_COMMUNITY_ALL;
    v[1].send_community_kinds = SEND_COMMUNITY_EXTENDED;
    v[0].ttl = v[1].ttl = 4;
    v[0].max_prefixes = 100;
    v[0].max_prefix_threshold = 60;
    v[0].max_prefix_restart_min = 5;
    v[0].remove_private = v[0].remove_private_all = v[1].as_override = true;
    v[0].advertisement_interval_s = 3;
    v[0].offers_restart = v[0].offers_enhanced_refresh = true;
    v[0].restart_time_s = 120;
    strcpy(v[0].hostname, "rs-1");
    v[0].next_hop_v4 = fake_ip("10.0.0.4");
    strcpy(v[0].route_map_in, "rmap-bogon-asns");
    v[2].established = false;
    v[2].state = ACTIVE;
    v[2].last_code = 6;
    v[2].last_subcode = 2;
    v[2].dropped_count = 1;
    strcpy(v[2].last_reason, "BGP Notification received");
    struct fake f = with(FRR, v, 3), g = with(IOS, v, 3);
    fake_compare("FRR", &f, "show ip bgp neighbors", "frr-neighbors.txt");
    fake_compare("IOS", &g, "show ip bgp neighbors", "ios-neighbors.txt");
}

/* "Last update" is a wall time: the line is cut off before comparing. */
static void a_prefix_is_shown_with_its_paths(void **state)
{
    (void)state;
    static const struct fake_route v[] = {
        { "10.0.0.0/16", "10.0.210.4", "*>", -1, -1, 0, "65515 12076", 'i', "10.0.210.4" },
        { "10.0.0.0/16", "10.0.210.5", "*=", 5, 200, 7, "65515", '?', "10.0.210.5" },
        { "10.0.0.0/16", "10.9.9.9", "i", -1, 100, 0, "", 'e', "10.9.9.9" },
        { "10.10.0.0/16", NULL, "*>", 0, -1, 32768, "", 'i', NULL },
    };
    struct view_bgp_neighbor n = up("10.0.210.4", 65515);
    for (uint8_t dialect = FRR; dialect <= IOS; dialect++) {
        struct fake f = with(dialect, &n, 1);
        f.routes = v;
        f.n_routes = ARRAY_LEN(v);
        char *got = fake_run(&f, "show ip bgp 10.0.0.0/16", DIALECT_UNKNOWN, NULL);
        for (char *p = got; (p = strstr(p, "      Last update: ")) != NULL; p++)
            memset(p + 19, '#', strcspn(p + 19, "\n"));
        fake_compare_text("paths", got, dialect == FRR ? "frr-path.txt" : "ios-path.txt");
        free(got);
        got = fake_run(&f, "show ip bgp 10.10.1.1", DIALECT_UNKNOWN, NULL);
        CLAIM("own", strstr(got, "BGP routing table entry for 10.10.0.0/16, version 2\n") == got);
        CLAIM("own", strstr(got, "\n  Local\n    0.0.0.0 from 0.0.0.0 (10.0.0.4)\n"));
        CLAIM("own", strstr(got, "weight 32768, valid, sourced, local, best"));
        free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_route_servers_summary_comes_out_character_by_character),
        cmocka_unit_test(other_neighbors_keep_the_columns),
        cmocka_unit_test(neighbors_are_shown_in_detail),
        cmocka_unit_test(a_prefix_is_shown_with_its_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
