/* JSON: FRR's keys and shapes, read back with jansson. */
#include <jansson.h>

#include "../unit.h"
#include "fake.h"

static json_t *run(struct fake *f, const char *line)
{
    char *text = fake_run(f, line, DIALECT_UNKNOWN, NULL);
    json_error_t e;
    json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &e);
    if (!j)
        fail_msg("%s: line %d: %s in\n%.2000s", line, e.line, e.text, text);
    free(text);
    return j;
}

/* The member at a path of keys and indices, "routes/10.0.0.0|8/0/metric" (| for / in a key). */
static const json_t *at(const json_t *j, const char *path)
{
    char copy[256], *next = NULL;
    snprintf(copy, sizeof(copy), "%s", path);
    for (char *w = strtok_r(copy, "/", &next); w && j; w = strtok_r(NULL, "/", &next)) {
        for (char *p = w; *p; p++)
            *p = *p == '|' ? '/' : *p;
        j = json_is_array(j) ? json_array_get(j, (size_t)atoi(w)) : json_object_get(j, w);
    }
    return j;
}

static const char *text_at(const json_t *j, const char *path)
{
    const char *s = json_string_value(at(j, path));
    return s ? s : "(none)";
}

static long long number_at(const json_t *j, const char *path)
{
    const json_t *n = at(j, path);
    return json_is_integer(n) ? json_integer_value(n) : -1;
}

static const struct fake_route routes[] = {
    { "10.0.0.0/8", "10.0.210.4", "*>", 5, 100, 7, "65515 12076", 'i', "10.0.210.4" },
    { "10.0.0.0/8", "10.0.210.5", "*=", -1, -1, 0, "65515 {1,2} 3", '?', "10.0.210.5" },
    { "10.10.0.0/16", NULL, "*>", 0, -1, 32768, "", 'i', NULL },
};

static struct fake with_routes(void)
{
    struct fake f = fake_new(DIALECT_FRR);
    f.global = (struct view_bgp_global){ .router_id = 0x0a000004,
                                         .local_as = 65001,
                                         .table_version = 36,
                                         .default_local_pref = 100,
                                         .rib_entries = 2,
                                         .peers = 2,
                                         .paths = 3 };
    f.routes = routes;
    f.n_routes = ARRAY_LEN(routes);
    return f;
}

static void the_table_has_frrs_keys(void **state)
{
    (void)state;
    struct fake f = with_routes();
    json_t *j = run(&f, "show bgp ipv4 unicast json");
    assert_int_equal(number_at(j, "vrfId"), 0);
    assert_int_equal(number_at(j, "tableVersion"), 36);
    assert_string_equal(text_at(j, "routerId"), "10.0.0.4");
    assert_int_equal(number_at(j, "defaultLocPrf"), 100);
    assert_int_equal(number_at(j, "localAS"), 65001);
    assert_int_equal(json_array_size(at(j, "routes/10.0.0.0|8")), 2);
    assert_true(json_is_true(at(j, "routes/10.0.0.0|8/0/bestpath")));
    assert_true(json_is_true(at(j, "routes/10.0.0.0|8/1/multipath")));
    assert_int_equal(number_at(j, "routes/10.0.0.0|8/0/metric"), 5);
    assert_int_equal(number_at(j, "routes/10.0.0.0|8/0/locPrf"), 100);
    assert_null(at(j, "routes/10.0.0.0|8/1/metric"));
    assert_string_equal(text_at(j, "routes/10.0.0.0|8/1/origin"), "incomplete");
    assert_string_equal(text_at(j, "routes/10.0.0.0|8/0/nexthops/0/ip"), "10.0.210.4");
    assert_string_equal(text_at(j, "routes/10.10.0.0|16/0/nexthops/0/ip"), "0.0.0.0");
    assert_string_equal(text_at(j, "routes/10.10.0.0|16/0/peerId"), "(unspec)");
    json_decref(j);
}

static void a_neighbors_tables_have_frrs_keys(void **state)
{
    (void)state;
    struct fake f = with_routes();
    f.global.originates_default = true;
    json_t *j = run(&f, "show ip bgp nei 10.0.210.4 advertised-routes json");
    assert_int_equal(number_at(j, "bgpTableVersion"), 36);
    assert_string_equal(text_at(j, "bgpLocalRouterId"), "10.0.0.4");
    assert_string_equal(text_at(j, "bgpOriginatingDefaultNetwork"), "0.0.0.0/0");
    assert_string_equal(text_at(j, "advertisedRoutes/10.10.0.0|16/nextHop"), "0.0.0.0");
    assert_int_equal(number_at(j, "advertisedRoutes/10.10.0.0|16/weight"), 32768);
    assert_int_equal(number_at(j, "totalPrefixCounter"), 2);
    json_decref(j);
    j = run(&f, "show ip bgp nei 10.0.210.4 received-routes json");
    assert_string_equal(text_at(j, "receivedRoutes/10.0.0.0|8/path"), "65515 12076");
    assert_int_equal(number_at(j, "filteredPrefixCounter"), 0);
    json_decref(j);
}

static void refused_routes_are_counted_among_the_received(void **state)
{
    (void)state;
    static const struct fake_route received[] = {
        { "10.0.0.0/8", "10.0.210.4", "*", -1, -1, 0, "65515", 'i', "10.0.210.4" },
        { "10.1.0.0/16", "10.0.210.4", "x", -1, -1, 0, "65515", 'i', "10.0.210.4" },
        { "10.2.0.0/16", "10.0.210.4", "x", -1, -1, 0, "65515", 'i', "10.0.210.4" },
    };
    struct fake f = with_routes();
    f.routes = received;
    f.n_routes = ARRAY_LEN(received);
    json_t *j = run(&f, "show ip bgp nei 10.0.210.4 received-routes json");
    assert_int_equal(number_at(j, "totalPrefixCounter"), 3);
    assert_int_equal(number_at(j, "filteredPrefixCounter"), 2);
    json_decref(j);
    char *text = fake_run(&f, "show ip bgp nei 10.0.210.4 received-routes", DIALECT_FRR, NULL);
    CLAIM(text, strstr(text, "\n\nTotal number of prefixes 3 (2 filtered)\n"));
    free(text);
    text = fake_run(&f, "show ip bgp nei 10.0.210.4 received-routes", DIALECT_IOS, NULL);
    CLAIM(text, strstr(text, "\n\nTotal number of prefixes 3 \n") ||
                    strstr(text, "\n\nTotal number of prefixes 3\n"));
    free(text);
}

/* FRR shows what stands above the routes only where there are any. */
static void an_empty_neighbors_table_is_bare(void **state)
{
    (void)state;
    struct fake f = with_routes();
    f.n_routes = 0;
    json_t *j = run(&f, "show ip bgp nei 10.0.210.4 advertised-routes json");
    assert_int_equal(json_object_size(j), 3);
    assert_int_equal(json_object_size(at(j, "advertisedRoutes")), 0);
    assert_int_equal(number_at(j, "totalPrefixCounter"), 0);
    assert_int_equal(number_at(j, "filteredPrefixCounter"), 0);
    json_decref(j);
    j = run(&f, "show ip bgp nei 10.0.210.4 routes json");
    assert_int_equal(number_at(j, "tableVersion"), 36);
    assert_int_equal(json_object_size(at(j, "routes")), 0);
    assert_null(at(j, "totalRoutes"));
    json_decref(j);
}

static void one_prefix_has_frrs_keys(void **state)
{
    (void)state;
    struct fake f = with_routes();
    json_t *j = run(&f, "show ip bgp 10.0.0.0/8 json");
    assert_string_equal(text_at(j, "prefix"), "10.0.0.0/8");
    assert_string_equal(text_at(j, "paths/0/aspath/string"), "65515 12076");
    assert_int_equal(number_at(j, "paths/0/aspath/segments/0/list/1"), 12076);
    assert_string_equal(text_at(j, "paths/1/aspath/segments/1/type"), "as-set");
    assert_int_equal(number_at(j, "paths/1/aspath/segments/1/list/1"), 2);
    assert_int_equal(number_at(j, "paths/1/aspath/segments/2/list/0"), 3);
    assert_true(json_is_true(at(j, "paths/0/bestpath/overall")));
    assert_string_equal(text_at(j, "paths/0/peer/peerId"), "10.0.210.4");
    assert_true(json_is_true(at(j, "paths/0/multipath"))); /* the best one too, in detail */
    assert_null(at(j, "paths/0/fibInstalled"));
    assert_null(at(j, "advertisedTo"));
    json_decref(j);
    j = run(&f, "show ip bgp 10.10.0.0/16 json");
    assert_true(json_is_true(at(j, "paths/0/sourced")));
    assert_true(json_is_true(at(j, "paths/0/local")));
    json_decref(j);
    j = run(&f, "show ip bgp 1.0.0.0/8 json");
    assert_int_equal(json_object_size(j), 0);
    json_decref(j);
}

static void the_summary_has_frrs_keys(void **state)
{
    (void)state;
    struct view_bgp_neighbor v = { .address = fake_ip("10.0.210.4"),
                                   .family = IP_V4,
                                   .remote_as = 65515,
                                   .state = 5,
                                   .established = true,
                                   .family_negotiated = true,
                                   .prefixes_accepted = 3,
                                   .messages_in = 20,
                                   .up_for = 929 * NS_PER_S };
    /* What a peer may choose: quotes, control characters, bytes that are no UTF-8. */
    strcpy(v.hostname, "a\"b\\c\x01\xff\xc3\xa9");
    struct fake f = with_routes();
    f.neighbors = &v;
    f.n_neighbors = 1;
    json_t *j = run(&f, "show ip bgp summary json");
    assert_string_equal(text_at(j, "ipv4Unicast/routerId"), "10.0.0.4");
    assert_int_equal(number_at(j, "ipv4Unicast/as"), 65001);
    assert_int_equal(number_at(j, "ipv4Unicast/peers/10.0.210.4/pfxRcd"), 3);
    assert_string_equal(text_at(j, "ipv4Unicast/peers/10.0.210.4/state"), "Established");
    assert_string_equal(text_at(j, "ipv4Unicast/peers/10.0.210.4/peerUptime"), "00:15:29");
    assert_int_equal(number_at(j, "ipv4Unicast/peers/10.0.210.4/peerUptimeMsec"), 929000);
    assert_string_equal(text_at(j, "ipv4Unicast/peers/10.0.210.4/hostname"),
                        "a\"b\\c\x01\xef\xbf\xbd\xc3\xa9");
    assert_int_equal(number_at(j, "ipv4Unicast/totalPeers"), 1);
    assert_null(at(j, "ipv4Unicast/bestPath"));
    json_decref(j);
    f.global.multipath_relax = true;
    j = run(&f, "show ip bgp ipv4 unicast summary json");
    assert_int_equal(number_at(j, "totalPeers"), 1);
    assert_string_equal(text_at(j, "bestPath/multiPathRelax"), "true");
    json_decref(j);
    j = run(&f, "show ip bgp neighbors json");
    assert_string_equal(text_at(j, "10.0.210.4/bgpState"), "Established");
    assert_int_equal(number_at(j, "10.0.210.4/messageStats/totalRecv"), 20);
    assert_int_equal(number_at(j, "10.0.210.4/addressFamilyInfo/ipv4Unicast/acceptedPrefixCounter"),
                     3);
    assert_int_equal(number_at(j, "10.0.210.4/portLocal"), -1); /* (not an integer, or -1) */
    assert_string_equal(text_at(j, "10.0.210.4/hostLocal"), "Unknown");
    assert_null(at(j, "10.0.210.4/lastResetDueTo"));
    json_decref(j);
    v.established = false;
    v.last_code = 6;
    v.last_subcode = 9;
    strcpy(v.last_reason, "BGP Notification received");
    v.last_reset = 5 * NS_PER_S;
    v.local_address = fake_ip("10.0.0.4");
    v.local_port = 179;
    j = run(&f, "show ip bgp neighbors json");
    assert_string_equal(text_at(j, "10.0.210.4/lastErrorCodeSubcode"), "0609");
    assert_string_equal(text_at(j, "10.0.210.4/lastNotificationReason"), "Cease/Hard Reset");
    assert_true(json_is_true(at(j, "10.0.210.4/lastNotificationHardReset")));
    assert_int_equal(number_at(j, "10.0.210.4/lastResetTimerMsecs"), 5000);
    assert_int_equal(number_at(j, "10.0.210.4/portLocal"), 179);
    json_decref(j);
}

/* FRR's numbers: bits of what a route is and what became of it. */
static void routes_have_frrs_bits(void **state)
{
    (void)state;
    static const struct fake_fib v[] = {
        { "10.0.0.0/16", FIB_BGP, 0, 20, 0, ">*", 7, { { 0, "10.0.0.1", "a", NULL, "*a", 1 } } },
        { "10.1.0.0/16",
          FIB_BGP,
          0,
          200,
          0,
          ">*",
          7,
          { { 0, "10.0.9.1", NULL, NULL, "ra", 1 }, { 1, "10.0.0.1", "a", NULL, "*a", 1 } } },
        { "10.2.0.0/16", FIB_STATIC, FIB_BLACKHOLE, 1, 0, ">*", 7, { { 0 } } },
        { "10.3.0.0/16", FIB_CONNECTED, 0, 0, 0, ">*", 7, { { 0, NULL, "a", NULL, "*a", 1 } } },
        { "10.4.0.0/16", FIB_STATIC, 0, 9, 0, "", 7, { { 0, "10.0.0.7", "a", NULL, "", 1 } } },
    };
    static const struct {
        const char *path;
        long long want;
    } cases[] = {
        { "10.0.0.0|16/0/internalFlags", 8 },
        { "10.1.0.0|16/0/internalFlags", 13 },
        { "10.2.0.0|16/0/internalFlags", 73 },
        { "10.3.0.0|16/0/internalFlags", 8 },
        { "10.4.0.0|16/0/internalFlags", 65 },
        { "10.0.0.0|16/0/internalStatus", 16 },
        { "10.4.0.0|16/0/internalStatus", 0 },
        { "10.1.0.0|16/0/internalNextHopNum", 2 },
        { "10.4.0.0|16/0/internalNextHopNum", 1 },
        { "10.4.0.0|16/0/internalNextHopActiveNum", 0 },
        { "10.1.0.0|16/0/nexthops/0/flags", 5 },
        { "10.1.0.0|16/0/nexthops/1/flags", 3 },
        { "10.2.0.0|16/0/nexthops/0/flags", 3 },
        { "10.4.0.0|16/0/nexthops/0/flags", 0 },
        { "10.3.0.0|16/0/table", 254 },
    };
    struct fake f = with_routes();
    f.router.has_bgp = true;
    f.global.internal_distance = 200;
    f.fib = v;
    f.n_fib = ARRAY_LEN(v);
    json_t *j = run(&f, "show ip route json");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (number_at(j, cases[i].path) != cases[i].want)
            fail_msg("%s: %lld, want %lld", cases[i].path, number_at(j, cases[i].path),
                     cases[i].want);
    json_decref(j);
    j = run(&f, "show ip route summary json");
    assert_int_equal(number_at(j, "routesTotal"), 5);
    assert_string_equal(text_at(j, "routes/3/type"), "ibgp");
    assert_int_equal(number_at(j, "routes/3/rib"), 1);
    json_decref(j);
}

static void routes_have_frrs_keys(void **state)
{
    (void)state;
    static const struct fake_fib v[] = {
        { "10.0.0.0/16",
          FIB_BGP,
          0,
          20,
          0,
          ">*",
          70,
          { { 0, "10.0.210.4", NULL, NULL, "ra", 1 }, { 1, "10.0.0.1", "eth0", NULL, "*a", 1 } } },
        { "10.0.0.0/16", FIB_STATIC, FIB_BLACKHOLE, 250, 0, "", 70, { { 0 } } },
        { "10.1.0.0/16", FIB_CONNECTED, 0, 0, 0, ">*", 70, { { 0, NULL, "eth0", NULL, "*a", 1 } } },
    };
    struct fake f = with_routes();
    f.fib = v;
    f.n_fib = ARRAY_LEN(v);
    json_t *j = run(&f, "show ip route json");
    assert_int_equal(json_array_size(at(j, "10.0.0.0|16")), 2);
    assert_string_equal(text_at(j, "10.0.0.0|16/0/protocol"), "bgp");
    assert_true(json_is_true(at(j, "10.0.0.0|16/0/selected")));
    assert_true(json_is_true(at(j, "10.0.0.0|16/0/installed")));
    assert_int_equal(number_at(j, "10.0.0.0|16/0/distance"), 20);
    assert_string_equal(text_at(j, "10.0.0.0|16/0/uptime"), "00:01:10");
    assert_true(json_is_true(at(j, "10.0.0.0|16/0/nexthops/0/recursive")));
    assert_string_equal(text_at(j, "10.0.0.0|16/0/nexthops/1/interfaceName"), "eth0");
    assert_true(json_is_true(at(j, "10.0.0.0|16/1/nexthops/0/blackhole")));
    assert_true(json_is_true(at(j, "10.1.0.0|16/0/nexthops/0/directlyConnected")));
    json_decref(j);
}

static void every_json_command_gives_a_document_even_when_it_fails(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "show ip bgp json",
        "show bgp ipv6 json",
        "show ip bgp nei 10.0.0.1 adv json",
        "show ip bgp summary json",
        "show bgp summary json",
        "show ip bgp neighbors json",
        "show ip route json",
        "show ip route summary json",
        "show interface json",
        "show memory json",
        "show version json",
        "show ipv6 route json",
    };
    static const err_t errors[] = { 0, -EPIPE, -ENOENT };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        for (size_t k = 0; k < ARRAY_LEN(errors); k++) {
            struct fake f = with_routes();
            f.error = errors[k];
            json_decref(run(&f, lines[i]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_frrs_keys),
        cmocka_unit_test(a_neighbors_tables_have_frrs_keys),
        cmocka_unit_test(refused_routes_are_counted_among_the_received),
        cmocka_unit_test(an_empty_neighbors_table_is_bare),
        cmocka_unit_test(routes_have_frrs_bits),
        cmocka_unit_test(one_prefix_has_frrs_keys),
        cmocka_unit_test(the_summary_has_frrs_keys),
        cmocka_unit_test(routes_have_frrs_keys),
        cmocka_unit_test(every_json_command_gives_a_document_even_when_it_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
