/* Each kind of expectation holds when it should, and fails with the right words. */
#include "fake.h"

#define RECEIVED                                                                                   \
    "{\"receivedRoutes\": {"                                                                       \
    "\"10.0.0.0/16\": {\"nextHop\": \"172.16.0.2\", \"weight\": 0, \"path\": \"12076\","           \
    " \"bgpOriginCode\": \"i\"},"                                                                  \
    "\"10.10.200.0/24\": {\"nextHop\": \"172.16.0.2\", \"metric\": 5, \"weight\": 0,"              \
    " \"path\": \"12076 65001\", \"bgpOriginCode\": \"?\"}}}"

#define TABLE(rest)                                                                                \
    "  routes:\n    - at: sites.tokyo.routers.tky01\n      table: received\n"                      \
    "      neighbor: 172.16.0.2\n" rest

#define A                                                                                          \
    "        - {network: 10.0.0.0/16, next_hop: 172.16.0.2, metric: \"\", path: \"12076\", "       \
    "origin: i, weight: \"0\", local_preference: \"\"}\n"
#define B "        - {network: 10.10.200.0/24, metric: \"5\", origin: \"?\"}\n"

#define REACH(rest)                                                                                \
    "  reach:\n    - {from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10" rest  \
    "}\n"

#define ENCRYPTED "client tky01 !circuit01:primary !ergw-hub00:0 vpngw-spoke10:0 vm-spoke10"
#define CLEAR "client tky01 circuit01:primary ergw-hub00:0 vm-hub00"

static const struct one {
    const char *name, *expect;
    struct answers a;
    enum expect_verdict verdict;
    const char *said; /* the sentence of the first row */
} cases[] = {
    /* --- tables */
    { "rows with all attributes",
      TABLE("      rows:\n" A B),
      { .json = RECEIVED },
      EXPECT_HOLDS,
      "tky01, received from 172.16.0.2: as expected" },
    { "one row too many",
      TABLE("      rows:\n" A),
      { .json = RECEIVED },
      EXPECT_FAILED,
      "tky01, received from 172.16.0.2: 10.10.200.0/24 is there, and not expected: by "
      "172.16.0.2" },
    { "one row too many is fine",
      TABLE("      exactly: false\n      rows:\n" A),
      { .json = RECEIVED },
      EXPECT_HOLDS,
      NULL },
    { "a row is missing",
      TABLE("      rows:\n" A B "        - 10.1.0.0/16\n"),
      { .json = RECEIVED },
      EXPECT_FAILED,
      "tky01, received from 172.16.0.2: 10.1.0.0/16 expected, it is not there" },
    { "the path differs",
      TABLE("      rows:\n" B "        - {network: 10.0.0.0/16, path: \"65515\"}\n"),
      { .json = RECEIVED },
      EXPECT_FAILED,
      "tky01, received from 172.16.0.2: 10.0.0.0/16: path \"65515\" expected, it is \"12076\"" },
    { "a column should be blank",
      TABLE("      exactly: false\n      rows:\n"
            "        - {network: 10.10.200.0/24, metric: \"\"}\n"),
      { .json = RECEIVED },
      EXPECT_FAILED,
      "tky01, received from 172.16.0.2: 10.10.200.0/24: metric \"\" expected, it is \"5\"" },
    { "the origin differs",
      TABLE("      exactly: false\n      rows:\n        - {network: 10.0.0.0/16, origin: e}\n"),
      { .json = RECEIVED },
      EXPECT_FAILED,
      "tky01, received from 172.16.0.2: 10.0.0.0/16: origin \"e\" expected, it is \"i\"" },
    { "a row must not be there",
      TABLE("      exactly: false\n      rows:\n        - {network: 10.0.0.0/16, absent: true}\n"),
      { .json = RECEIVED },
      EXPECT_FAILED,
      "tky01, received from 172.16.0.2: 10.0.0.0/16 must not be there; it is" },
    { "a row that must not be there is not",
      TABLE("      exactly: false\n      rows:\n        - {network: 10.7.0.0/16, absent: true}\n"),
      { .json = RECEIVED },
      EXPECT_HOLDS,
      NULL },
    { "the table cannot be had",
      TABLE("      rows:\n" A),
      { 0 },
      EXPECT_FAILED,
      "tky01, received from 172.16.0.2: no answer: bgpd does not answer" },
    { "the node has no such command",
      TABLE("      rows:\n" A),
      { .node = "nobody" },
      EXPECT_LEFT,
      "tky01, received from 172.16.0.2: cannot be told here: bird has no such command" },
    { "what was printed is no JSON",
      TABLE("      rows:\n" A),
      { .json = "[1, 2" },
      EXPECT_FAILED,
      NULL },
    { "what was printed is a list",
      TABLE("      rows:\n" A),
      { .json = "[1, 2]" },
      EXPECT_FAILED,
      "tky01, received from 172.16.0.2: the table cannot be read: it is no JSON object" },
    { "a warning instead of a table",
      TABLE("      rows:\n" A),
      { .json = "{\"warning\": \"No such neighbor\"}" },
      EXPECT_FAILED,
      "tky01, received from 172.16.0.2: the table cannot be read: No such neighbor" },
    { "the BGP table has several paths",
      "  routes:\n    - at: azure.route_servers.rs-hub00:0\n      table: bgp\n      rows:\n"
      "        - {network: 10.0.0.0/16, next_hop: 10.0.0.4}\n"
      "        - {network: 10.0.0.0/16, next_hop: 10.0.0.5, local_preference: \"100\"}\n",
      { .json = "{\"routes\": {\"10.0.0.0/16\": ["
                "{\"origin\": \"IGP\", \"nexthops\": [{\"ip\": \"10.0.0.5\"}], \"locPrf\": 100},"
                "{\"origin\": \"IGP\", \"nexthops\": [{\"ip\": \"10.0.0.4\"}]}]}}",
        .node = "rs-hub00:0" },
      EXPECT_HOLDS,
      "rs-hub00:0, BGP: as expected" },
    { "the routing table: what is used, without what resolves it",
      "  routes:\n    - at: azure.virtual_machines.vm-hub00\n      table: routes\n      rows:\n"
      "        - {network: 10.0.0.0/16, source: bgp, next_hop: 10.0.210.4}\n"
      "        - {network: 10.0.0.0/24, source: connected, next_hop: \"\"}\n",
      { .json = "{\"10.0.0.0/16\": [{\"protocol\": \"bgp\", \"selected\": true, \"nexthops\": ["
                "{\"ip\": \"10.0.210.4\", \"recursive\": true},"
                "{\"ip\": \"10.0.0.1\", \"resolver\": true}]}],"
                "\"10.0.0.0/24\": [{\"protocol\": \"connected\", \"selected\": true, \"nexthops\":"
                " [{\"directlyConnected\": true}]}, {\"protocol\": \"kernel\", \"nexthops\": "
                "[{\"directlyConnected\": true}]}]}" },
      EXPECT_HOLDS,
      "vm-hub00, routes: as expected" },
    { "every instance has to have it",
      "  routes:\n    - {at: azure.route_servers.rs-hub00, table: bgp, exactly: false,"
      " rows: [10.0.0.0/16]}\n",
      { .json = "{\"routes\": {\"10.0.0.0/16\": [{}]}}", .node = "rs-hub00:0" },
      EXPECT_LEFT,
      "rs-hub00:1, BGP: cannot be told here: bird has no such command" },
    { "the output is the same but for its version",
      TABLE("      output: s1/expect/tky01-vpn-received.txt\n      exactly: false\n"),
      { .json = "{}", .text = "something else\n" },
      EXPECT_FAILED,
      NULL },
    { "effective routes, in the portal's words",
      "  routes:\n    - at: azure.virtual_networks.vnet-spoke10.subnets.GatewaySubnet\n"
      "      table: effective\n      exactly: false\n      rows:\n"
      "        - {network: 10.100.20.1/32, source: User, state: Active,"
      " next_hop_type: Virtual appliance, next_hop: 10.0.0.4}\n"
      "        - {network: 10.0.0.0/16, source: Default, next_hop_type: VNetPeering}\n",
      { 0 },
      EXPECT_HOLDS,
      NULL },
    { "effective routes of an interface's subnet",
      "  routes:\n    - at: azure.network_interfaces.nic-vm-hub00\n"
      "      table: effective\n      exactly: false\n      rows:\n"
      "        - {network: 10.10.0.0/16, source: User}\n",
      { 0 },
      EXPECT_FAILED,
      "azure.network_interfaces.nic-vm-hub00, effective routes: 10.10.0.0/16: source \"User\" "
      "expected, it is \"Default\"" },
    /* --- sessions, tunnels */
    { "a session is up",
      "  sessions:\n    - {at: sites.tokyo.routers.tky01, neighbor: 172.16.0.2}\n",
      { 0 },
      EXPECT_HOLDS,
      "session of sites.tokyo.routers.tky01 with 172.16.0.2: up" },
    { "a session is down",
      "  sessions:\n    - {at: sites.tokyo.routers.tky01, neighbor: 172.16.0.2}\n",
      { .down_session_of = "tky01" },
      EXPECT_FAILED,
      "session of sites.tokyo.routers.tky01 with 172.16.0.2: up expected, it is down (Active)" },
    { "a session should be down",
      "  sessions:\n    - {at: sites.tokyo.routers.tky01, neighbor: 172.16.0.2, state: down}\n",
      { 0 },
      EXPECT_FAILED,
      "session of sites.tokyo.routers.tky01 with 172.16.0.2: down expected, it is up "
      "(Established)" },
    { "nobody has the session",
      "  sessions:\n    - {at: sites.tokyo.routers.tky01, neighbor: 172.16.9.9}\n",
      { 0 },
      EXPECT_FAILED,
      "session of sites.tokyo.routers.tky01 with 172.16.9.9: nobody has configured it" },
    { "a tunnel and its BGP",
      "  tunnels:\n    - {local: 10.10.200.4, remote: 10.100.20.1, state: up, bgp: established}\n",
      { 0 },
      EXPECT_HOLDS,
      "BGP through tunnel 10.10.200.4 - 10.100.20.1: up" },
    { "a tunnel is down",
      "  tunnels:\n    - {local: 10.10.200.4, remote: 10.100.20.1, state: up, bgp: established}\n",
      { .down_tunnel_of = "vpngw-spoke10:0" },
      EXPECT_FAILED,
      "tunnel 10.10.200.4 - 10.100.20.1: up expected, it is down (no IKE SA): no answer from the "
      "peer" },
    { "the other tunnel is down",
      "  tunnels:\n    - {local: 10.10.200.4, remote: 10.100.20.1, state: up, bgp: established}\n",
      { .down_tunnel_of = "vpngw-spoke10:1" },
      EXPECT_HOLDS,
      NULL },
    { "a tunnel is up without its BGP",
      "  tunnels:\n    - {local: 10.10.200.4, remote: 10.100.20.1, state: up, bgp: established}\n",
      { .down_session_of = "vpngw-spoke10:0" },
      EXPECT_FAILED,
      "BGP through tunnel 10.10.200.4 - 10.100.20.1: up expected, it is down (Active)" },
    { "no BGP is expected",
      "  tunnels:\n    - {local: 10.10.200.4, remote: 10.100.20.1, bgp: none}\n",
      { 0 },
      EXPECT_FAILED,
      "BGP through tunnel 10.10.200.4 - 10.100.20.1: none expected, there is a session" },
    { "nobody has the tunnel",
      "  tunnels:\n    - {local: 10.10.200.9, remote: 10.100.20.1, state: up}\n",
      { 0 },
      EXPECT_FAILED,
      "tunnel 10.10.200.9 - 10.100.20.1: nobody has configured such a tunnel" },
    /* --- portals */
    { "a connection is Connected while one of its tunnels is up",
      "  status:\n    - {of: azure.connections.conn-spoke10-onprem01, status: Connected}\n",
      { .down_tunnel_of = "vpngw-spoke10:1" },
      EXPECT_HOLDS,
      "status of azure.connections.conn-spoke10-onprem01: Connected" },
    { "a connection that was lost",
      "  status:\n    - {of: azure.connections.conn-spoke10-onprem01, status: Connected}\n",
      { .down_tunnel_of = "tky01" },
      EXPECT_FAILED,
      "status of azure.connections.conn-spoke10-onprem01: Connected expected, it is "
      "NotConnected" },
    { "a connection that never came up",
      "  status:\n    - {of: azure.connections.conn-spoke10-onprem01, status: Unknown}\n",
      { .down_tunnel_of = "tky01", .never_up = true },
      EXPECT_HOLDS,
      NULL },
    { "a connection to a circuit",
      "  status:\n    - {of: azure.connections.conn-hub00, status: Connected}\n",
      { .down_session_of = "circuit01:primary" },
      EXPECT_HOLDS,
      NULL },
    { "a log has an entry",
      "  status:\n    - {of: azure.virtual_network_gateways.vpngw-spoke10,"
      " log: RouteDiagnosticLog, status: BgpConnectedEvent}\n",
      { .logged = "BgpConnectedEvent" },
      EXPECT_HOLDS,
      NULL },
    { "a log has no such entry",
      "  status:\n    - {of: azure.virtual_network_gateways.vpngw-spoke10,"
      " log: RouteDiagnosticLog, status: BgpConnectedEvent}\n",
      { 0 },
      EXPECT_FAILED,
      "RouteDiagnosticLog of azure.virtual_network_gateways.vpngw-spoke10: BgpConnectedEvent "
      "expected, there is no such entry" },
    /* --- reach */
    { "reachable", REACH(""), { 0 }, EXPECT_HOLDS, "client -> vm-spoke10 10.10.0.4: reachable" },
    { "not reachable",
      REACH(""),
      { .unreachable = "no route at tky01" },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: reachable expected, it is not: no route at tky01" },
    { "must not be reached",
      REACH(", service: tcp/22, reachable: false"),
      { 0 },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4 tcp/22: must not be reached; it is" },
    { "is not reached",
      REACH(", reachable: false"),
      { .unreachable = "no answer" },
      EXPECT_HOLDS,
      "client -> vm-spoke10 10.10.0.4: not reachable" },
    { "no such service",
      REACH(", service: http"),
      { 0 },
      EXPECT_FAILED,
      "\"http\" is no service: icmp, tcp/PORT, udp/PORT" },
    { "the path in its order",
      REACH(
          ", path: [sites.tokyo.routers.tky01, \"azure.express_route_circuits.circuit01:primary\","
          " azure.virtual_network_gateways.vpngw-spoke10]"),
      { .way = ENCRYPTED },
      EXPECT_HOLDS,
      NULL },
    { "the path in another order",
      REACH(", path: [azure.virtual_network_gateways.vpngw-spoke10, sites.tokyo.routers.tky01]"),
      { .way = ENCRYPTED },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: has to pass sites.tokyo.routers.tky01 then; the way: "
      "client, tky01, circuit01:primary, ergw-hub00:0, vpngw-spoke10:0, vm-spoke10" },
    { "the other end of the circuit",
      REACH(", path: [\"azure.express_route_circuits.circuit01:secondary\"]"),
      { .way = "client tky01 circuit01:primary" },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: has to pass "
      "azure.express_route_circuits.circuit01:secondary; the way: client, tky01, "
      "circuit01:primary" },
    { "what it avoids",
      REACH(", avoids: [azure.virtual_machines.vm-hub00]"),
      { .way = CLEAR },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: must not pass azure.virtual_machines.vm-hub00; the way: "
      "client, tky01, circuit01:primary, ergw-hub00:0, vm-hub00" },
    { "ways cannot be told",
      REACH(", avoids: [azure.virtual_machines.vm-hub00]"),
      { .no_path = true },
      EXPECT_LEFT,
      NULL },
    { "encrypted",
      REACH(", encrypted: true"),
      { .way = ENCRYPTED, .way_back = ENCRYPTED },
      EXPECT_HOLDS,
      NULL },
    { "encrypted one way only",
      REACH(", encrypted: true"),
      { .way = ENCRYPTED, .way_back = CLEAR },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: encrypted expected, circuit01:primary sees it in clear" },
    { "no tunnel at all",
      REACH(", encrypted: true"),
      { .way = "client tky01 vm-spoke10" },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: encrypted expected, no tunnel is on its way" },
    { "in clear expected",
      REACH(", encrypted: false"),
      { .way = ENCRYPTED },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: in clear expected, it goes through a tunnel" },
    { "hops",
      REACH(", hops: [10.0.0.4, \"*\", 10.10.0.4]"),
      { .hops = "10.0.0.4 * 10.10.0.4" },
      EXPECT_HOLDS,
      NULL },
    { "a hop differs",
      REACH(", hops: [10.0.0.4, \"*\", 10.10.0.4]"),
      { .hops = "10.0.0.4 10.0.200.12 10.10.0.4" },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: hop 2: * expected, it is 10.0.200.12" },
    { "a hop too many",
      REACH(", hops: [10.10.0.4]"),
      { .hops = "10.10.0.4 10.10.0.4" },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: hop 2: the end expected, it is 10.10.0.4" },
    { "the source that is seen",
      REACH(", source_seen: 10.100.10.10"),
      { .source = "192.0.2.3" },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: comes from 10.100.10.10, expected; it comes from "
      "192.0.2.3" },
    { "the largest packet",
      REACH(", mtu_bytes: 1450"),
      { .mtu_bytes = 1400 },
      EXPECT_FAILED,
      "client -> vm-spoke10 10.10.0.4: 1450 bytes pass whole, expected; it is 1400" },
    { "an address that is nobody's",
      "  reach:\n    - {from: azure.virtual_machines.vm-hub00, address: 168.63.129.16}\n",
      { 0 },
      EXPECT_HOLDS,
      "vm-hub00 -> 168.63.129.16: reachable" },
    { "for a subnet of gateways they stand themselves",
      "  reach:\n    - from: sites.tokyo.routers.tky01\n"
      "      to: azure.virtual_networks.vnet-spoke10.subnets.GatewaySubnet\n",
      { 0 },
      EXPECT_HOLDS,
      "tky01 -> vpngw-spoke10:1 10.10.200.5: reachable" },
    { "for a network its machines stand",
      "  reach:\n    - from: sites.tokyo.hosts.client\n"
      "      to: azure.virtual_networks.vnet-spoke10\n",
      { 0 },
      EXPECT_HOLDS,
      "client -> vm-spoke10 10.10.0.4: reachable" },
    /* --- outages */
    { "an outage that is short enough",
      "  outages:\n    - {fail: [azure.virtual_network_gateways.vpngw-spoke10],"
      " from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10,"
      " at_most_ms: 3000}\n",
      { .loss = { .there_ms = 2000, .back_ms = 3000 } },
      EXPECT_HOLDS,
      "failure of azure.virtual_network_gateways.vpngw-spoke10: cut off for 2000 ms there and "
      "3000 ms back, 0 and 0 ms when healed; at most 3000 ms expected" },
    { "one that is too long",
      "  outages:\n    - {fail: [azure.virtual_network_gateways.vpngw-spoke10], planned: true,"
      " from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10,"
      " at_most_ms: 3000}\n",
      { .loss = { .heal_back_ms = 3001, .why = "hold timer" } },
      EXPECT_FAILED,
      "maintenance of azure.virtual_network_gateways.vpngw-spoke10: cut off for 0 ms there and "
      "0 ms back, 0 and 3001 ms when healed; at most 3000 ms expected: hold timer" },
    { "one that cannot be measured",
      "  outages:\n    - {fail: [azure.virtual_network_gateways.vpngw-spoke10],"
      " from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10,"
      " at_most_ms: 3000}\n",
      { .drill_broken = true },
      EXPECT_FAILED,
      "azure.virtual_network_gateways.vpngw-spoke10: no answer" },
};

/* Evaluates; results live in the arena. */
static struct expect_results evaluate(struct fake *f, const struct topo *t,
                                      const struct expect_options *more, struct arena *arena)
{
    struct expect_options options = more ? *more : (struct expect_options){ 0 };
    struct expect_results results = { .arena = arena };
    options.deadline_ms = 10000;
    options.files = &f->lib.files.source;
    arena_init(arena, 16 << 20);
    assert_true(expect_evaluate(&f->w, t, &options, &results));
    return results;
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct one *c = &cases[i];
        struct fake f;
        struct arena arena;
        fake_open(&f, &c->a, c->expect);
        struct expect_results r = evaluate(&f, f.w.topo, NULL, &arena);
        assert_int_equal(r.rows.count, 1);
        const struct expect_row *row = &r.rows.items[0];
        bool same = row->verdict == c->verdict && (!c->said || strcmp(row->what, c->said) == 0);
        if (!same)
            print_message("%s: verdict %d: %s\n", c->name, row->verdict, row->what);
        assert_true(same);
        assert_true(row->line > 0 && strstr(row->file, "t.yaml"));
        arena_done(&arena);
        fake_close(&f);
    }
}

/* --- time ------------------------------------------------------------------------------------- */

static const struct timed {
    const char *name, *expect;
    struct answers a;
    enum expect_verdict verdict;
    uint32_t from_ms, to_ms; /* when it was decided */
} timed[] = {
    { "what converges is waited for",
      REACH(""),
      { .reachable_after_ms = 3000 },
      EXPECT_HOLDS,
      3000,
      3500 },
    { "not for ever", REACH(""), { .reachable_after_ms = 60000 }, EXPECT_FAILED, 10000, 10500 },
    { "what must not be reached is looked at when all is settled",
      REACH(", reachable: false"),
      { .unreachable_after_ms = 5000, .settled_after_ms = 5500 },
      EXPECT_HOLDS,
      7500,
      8500 },
    { "and has to stay so",
      REACH(", reachable: false"),
      { .unreachable_after_ms = 1, .lost_after_ms = 1500 },
      EXPECT_HOLDS,
      3500,
      4500 },
    { "what holds and is lost again has failed",
      REACH(""),
      { .unreachable_after_ms = 1 },
      EXPECT_FAILED,
      10000,
      10500 },
};

static void test_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(timed); i++) {
        const struct timed *c = &timed[i];
        struct fake f;
        struct arena arena;
        fake_open(&f, &c->a, c->expect);
        f.now_ms = i + 1 == ARRAY_LEN(timed);
        struct expect_results r = evaluate(&f, f.w.topo, NULL, &arena);
        const struct expect_row *row = &r.rows.items[0];
        bool same = row->verdict == c->verdict && row->after_ms >= c->from_ms &&
                    row->after_ms <= c->to_ms;
        if (!same)
            print_message("%s: verdict %d after %u: %s\n", c->name, row->verdict,
                          (unsigned)row->after_ms, row->what);
        assert_true(same);
        arena_done(&arena);
        fake_close(&f);
    }
}

/* --- failures --------------------------------------------------------------------------------- */

/* Rounds: the base, then each failure on its own, healed each time. */
static void test_failures(void **state)
{
    (void)state;
    static const char expect[] =
        "  reach:\n"
        "    - &r {from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10}\n"
        "    - {from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10,"
        " reachable: false, when: {fail: [azure.virtual_network_gateways.vpngw-spoke10]}}\n"
        "    - {from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10,"
        " when: {fail: [\"azure.virtual_network_gateways.vpngw-spoke10:0\"]}}\n"
        "    - {from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10,"
        " when: {fail: [azure.route_servers.rs-hub00]}}\n";
    struct fake f;
    struct arena arena;
    static const struct answers a = { 0 };
    fake_open(&f, &a, expect);
    struct expect_results r = evaluate(&f, f.w.topo, NULL, &arena);
    assert_int_equal(r.rows.count, 4);
    assert_int_equal(f.fails, 3);
    assert_int_equal(f.heals, 2);
    assert_int_equal(r.rows.items[0].verdict, EXPECT_HOLDS);
    assert_string_equal(r.rows.items[0].when, "");
    assert_int_equal(r.rows.items[1].verdict, EXPECT_HOLDS);
    assert_string_equal(r.rows.items[1].when, "fail azure.virtual_network_gateways.vpngw-spoke10");
    assert_int_equal(r.rows.items[2].verdict, EXPECT_FAILED);
    assert_int_equal(r.rows.items[3].verdict, EXPECT_LEFT);
    assert_string_equal(r.rows.items[3].what, "a route server cannot fail here");
    assert_int_equal(r.held + r.failed + r.left, 4);
    arena_done(&arena);
    r = evaluate(&f, f.w.topo, &(struct expect_options){ .no_failures = true }, &arena);
    assert_int_equal(r.rows.count, 1);
    arena_done(&arena);
    fake_close(&f);
}

/* What held before and does not come back is told. */
static void test_not_healed(void **state)
{
    (void)state;
    static const char expect[] =
        "  reach:\n"
        "    - {from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10}\n"
        "    - {from: sites.tokyo.hosts.client, to: azure.virtual_machines.vm-spoke10,"
        " reachable: false, when: {fail: [azure.virtual_network_gateways.vpngw-spoke10]}}\n";
    static const struct answers a = { .stays_broken = true };
    struct fake f;
    struct arena arena;
    fake_open(&f, &a, expect);
    struct expect_results r = evaluate(&f, f.w.topo, NULL, &arena);
    assert_int_equal(r.rows.count, 3);
    assert_int_equal(r.rows.items[1].verdict, EXPECT_HOLDS);
    assert_int_equal(r.rows.items[2].verdict, EXPECT_FAILED);
    assert_string_equal(r.rows.items[2].when,
                        "fail azure.virtual_network_gateways.vpngw-spoke10, healed");
    arena_done(&arena);
    fake_close(&f);
}

/* Whoever cannot read files does not say that an output was as in one. */
static void test_no_files(void **state)
{
    (void)state;
    static const struct answers a = { .json = "{}", .text = "" };
    struct fake f;
    struct arena arena;
    struct expect_results r = { .arena = &arena };
    fake_open(&f, &a,
              TABLE("      exactly: false\n      output: s1/expect/tky01-vpn-received.txt\n"));
    arena_init(&arena, 1 << 20);
    assert_true(expect_evaluate(&f.w, f.w.topo, &(struct expect_options){ 0 }, &r));
    assert_int_equal(r.rows.count, 1);
    assert_int_equal(r.left, 1);
    arena_done(&arena);
    fake_close(&f);
}

/* --- effective routes of both clouds ------------------------------------------------------------
 */

static enum expect_answer learned(struct expect_world *w, const struct topo_object *subnet,
                                  struct arena *arena, struct cloud_routes *ret)
{
    static const char *const rows[][2] = {
        { "aws.vpn_gateways.vgw", "10.2.0.0/24" },
        { "aws.vpn_gateways.vgw", "10.3.0.0/24" },
        { "azure.virtual_network_gateways.vpngw", "172.24.0.0/24" },
        { "azure.virtual_network_gateways.vpngw", "172.24.1.0/24" },
    };
    struct cloud_learned list[ARRAY_LEN(rows)] = { 0 };
    struct cloud_fabric fabric;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        list[i].by = topo_find(w->topo, rows[i][0]);
        list[i].path_len = 1;
        assert_true(list[i].by && prefix_parse(rows[i][1], &list[i].prefix, NULL));
    }
    const struct check_design *d = &fake_of(w)->lib.design;
    assert_true(cloud_fabric_init(&fabric, w->topo, &d->limits, list, ARRAY_LEN(list), arena));
    return expect_effective(&fabric, subnet, ret) ? EXPECT_ANSWERED : EXPECT_BROKEN;
}

/* S4's tables, in the words of each provider. */
static void test_effective(void **state)
{
    (void)state;
    static const struct answers a = { .json = "{}" };
    struct fake f;
    struct arena arena;
    uint32_t n = 0;
    fake_open(&f, &a, "  reach: []\n");
    lib_close(&f.lib);
    lib_open(&f.lib, "s4-today.yaml", NULL);
    f.w.topo = f.lib.design.topo;
    f.w.net = &f.lib.design.net;
    f.w.effective = learned;
    struct expect_results r =
        evaluate(&f, f.w.topo, &(struct expect_options){ .no_failures = true }, &arena);
    for (uint32_t i = 0; i < r.rows.count; i++) {
        const struct expect_row *row = &r.rows.items[i];
        if (strcmp(row->kind, "routes") != 0 || !strstr(row->what, "effective"))
            continue;
        if (row->verdict != EXPECT_HOLDS)
            print_message("%s\n", row->what);
        assert_int_equal(row->verdict, EXPECT_HOLDS);
        n++;
    }
    assert_int_equal(n, 2);
    arena_done(&arena);
    fake_close(&f);
}

/* --- what is added while it runs ---------------------------------------------------------------
 */

static const struct drop {
    uint32_t drops, adds;
    bool live;
    enum expect_verdict verdict;
    const char *said;
} drops[] = {
    { 1, 1, true, EXPECT_HOLDS, "lost 1 times, expected 1" },
    { 2, 1, true, EXPECT_FAILED, "lost 2 times, expected 1" },
    { 1, 0, false, EXPECT_LEFT, "the change was there before it began" },
};

static void test_drops(void **state)
{
    (void)state;
    static const char expect[] =
        "  sessions:\n    - {at: sites.tokyo.routers.tky01, neighbor: 172.16.0.2, drops: 1,"
        " when: {add: [{to: azure.virtual_networks.vnet-hub00, prefix: 10.4.0.0/24}]}}\n";
    for (size_t i = 0; i < ARRAY_LEN(drops); i++) {
        struct answers a = { .drops = drops[i].drops };
        struct fake f;
        struct arena arena;
        struct check_design d;
        fake_open(&f, &a, expect);
        struct expect_variant *v = &f.lib.variants.items[0];
        assert_int_equal(f.lib.variants.count, 1);
        struct arena text;
        const char *s1 = NULL;
        size_t len = 0;
        arena_init(&text, 16 << 20);
        assert_int_equal(lib_read(&f.lib.files.source, "s1.yaml", 1 << 20, &text, &s1, &len), 0);
        char *whole = arena_alloc(&text, len + sizeof(expect) + 16);
        assert_non_null(whole);
        snprintf(whole, len + sizeof(expect) + 16, "%.*s\nexpect:\n%s",
                 (int)(strstr(s1, "\nexpect:\n") - s1), s1, expect);
        f.lib.files.text = whole;
        lib_view(&d, "t.yaml", &v->after);
        f.next = &d;
        if (!drops[i].live) { /* begun with the change */
            f.w.add = NULL;
            f.w.topo = d.topo;
            f.w.net = &d.net;
        }
        struct expect_results r =
            evaluate(&f, d.topo, &(struct expect_options){ .adds = true, .when = v->name }, &arena);
        assert_int_equal(r.rows.count, 1);
        assert_int_equal(f.adds, drops[i].adds);
        if (!strstr(r.rows.items[0].what, drops[i].said))
            print_message("%s\n", r.rows.items[0].what);
        assert_non_null(strstr(r.rows.items[0].what, drops[i].said));
        assert_int_equal(r.rows.items[0].verdict, drops[i].verdict);
        assert_string_equal(r.rows.items[0].when,
                            "add 10.4.0.0/24 to azure.virtual_networks.vnet-hub00");
        arena_done(&arena);
        arena_done(&text);
        check_design_done(&d);
        fake_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),    cmocka_unit_test(test_time),
        cmocka_unit_test(test_failures), cmocka_unit_test(test_not_healed),
        cmocka_unit_test(test_no_files), cmocka_unit_test(test_effective),
        cmocka_unit_test(test_drops),
    };
    return cmocka_run_group_tests_name("expect evaluate", tests, NULL, NULL);
}
