/* The node as a whole: sessions, own routes, policies, reload. */

#include "../unit.h"

#include "pair.h"

static const char conf_a[] = "frr version 8.5\n"
                             "frr defaults traditional\n"
                             "hostname a\n"
                             "ip route 192.0.2.0/24 Null0\n"
                             "router bgp 65001\n"
                             " no bgp ebgp-requires-policy\n"
                             " neighbor 10.0.0.2 remote-as 65002\n"
                             " address-family ipv4 unicast\n"
                             "  network 192.0.2.0/24\n"
                             "  neighbor 10.0.0.2 soft-reconfiguration inbound\n"
                             " exit-address-family\n";
static const char conf_b[] = "frr version 8.5\n"
                             "frr defaults traditional\n"
                             "hostname b\n"
                             "ip route 198.51.100.0/24 Null0\n"
                             "router bgp 65002\n"
                             " no bgp ebgp-requires-policy\n"
                             " neighbor 10.0.0.1 remote-as 65001\n"
                             " address-family ipv4 unicast\n"
                             "  redistribute static\n"
                             "  neighbor 10.0.0.1 soft-reconfiguration inbound\n"
                             " exit-address-family\n";
static const char conf_alone[] = "frr version 8.5\n"
                                 "hostname a\n"
                                 "ip route 192.0.2.0/24 Null0\n"
                                 "router bgp 65001\n"
                                 " address-family ipv4 unicast\n"
                                 "  network 192.0.2.0/24\n";

static void synced(struct pair *p)
{
    for (int i = 0; i < p->count; i++)
        node_kernel_synced(p->node[i], p->now);
}

static void two_nodes_exchange_routes(void **state)
{
    (void)state;
    for (uint32_t shards = 1; shards <= 4; shards += 3) {
        struct pair p = { 0 };
        pair_add(&p, conf_a, shards);
        pair_add(&p, conf_b, shards);
        synced(&p);
        pair_run(&p, 30);
        struct pair_table t;
        assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL),
                            ">192.0.2.0/24 - w32768 []\n"
                            ">198.51.100.0/24 10.0.0.2 w0 [65002]\n");
        assert_string_equal(pair_show(&p, 1, &t, NODE_QUERY_BGP_TABLE, NULL),
                            ">192.0.2.0/24 10.0.0.1 w0 [65001]\n"
                            ">198.51.100.0/24 - w32768 []\n");
        assert_string_equal(pair_show(&p, 1, &t, NODE_QUERY_BGP_ADVERTISED, "10.0.0.1"),
                            ">198.51.100.0/24 - w32768 []\n");
        assert_string_equal(pair_show(&p, 1, &t, NODE_QUERY_BGP_RECEIVED, "10.0.0.1"),
                            ">192.0.2.0/24 10.0.0.1 w0 [65001]\n");
        assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_FIB, NULL),
                            ">10.0.0.0/24 d0\n>192.0.2.0/24 d1\n>198.51.100.0/24 d20\n");
        pair_done(&p);
    }
}

static void reconfigure(struct pair *p, int i, const char *text)
{
    struct diag_list diags = { 0 };
    struct config *c = pair_config(text, &diags);
    assert_non_null(c);
    assert_true(node_configure(p->node[i], p->now, c, &diags));
    diag_list_done(&diags);
}

/* The text with `what` replaced by `with`. */
static const char *changed(char *buf, size_t cap, const char *text, const char *what,
                           const char *with)
{
    const char *at = strstr(text, what);
    assert_non_null(at);
    snprintf(buf, cap, "%.*s%s%s", (int)(at - text), text, with, at + strlen(what));
    return buf;
}

static void a_reload_changes_what_differs(void **state)
{
    (void)state;
    struct pair p = { 0 };
    char buf[2048];
    pair_add(&p, conf_a, 1);
    pair_add(&p, conf_b, 1);
    synced(&p);
    pair_run(&p, 30);
    uint32_t logs = p.logs;
    struct pair_table t;
    reconfigure(&p, 0, conf_a);
    pair_run(&p, 10);
    assert_int_equal(p.logs, logs); /* nobody noticed */
    /* A prefix list outward: the route is withdrawn, the session stays. */
    reconfigure(&p, 0,
                changed(buf, sizeof(buf), conf_a, "  neighbor 10.0.0.2 soft",
                        "  neighbor 10.0.0.2 prefix-list NONE out\n  neighbor 10.0.0.2 soft"));
    pair_run(&p, 10);
    assert_string_equal(pair_show(&p, 1, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">198.51.100.0/24 - w32768 []\n");
    assert_int_equal(p.logs, logs);
    reconfigure(&p, 0, conf_a);
    pair_run(&p, 10);
    assert_string_equal(pair_show(&p, 1, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">192.0.2.0/24 10.0.0.1 w0 [65001]\n>198.51.100.0/24 - w32768 []\n");
    /* Inward: what was kept is judged again. */
    reconfigure(&p, 0,
                changed(buf, sizeof(buf), conf_a, "  neighbor 10.0.0.2 soft",
                        "  neighbor 10.0.0.2 prefix-list NONE in\n  neighbor 10.0.0.2 soft"));
    pair_run(&p, 10);
    assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">192.0.2.0/24 - w32768 []\n");
    assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_BGP_RECEIVED, "10.0.0.2"),
                        " 198.51.100.0/24 10.0.0.2 w0 [65002]\n");
    /* The neighbour goes: so do its routes, at both ends. */
    reconfigure(&p, 0, conf_alone);
    pair_run(&p, 10);
    assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">192.0.2.0/24 - w32768 []\n");
    assert_string_equal(pair_show(&p, 1, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">198.51.100.0/24 - w32768 []\n");
    pair_done(&p);
}

static void a_raised_limit_lets_the_peer_come_back(void **state)
{
    (void)state;
    struct pair p = { 0 };
    char limited[2048], raised[2048];
    const char *line = "  neighbor 10.0.0.2 soft";
    changed(limited, sizeof(limited), conf_a, line,
            "  neighbor 10.0.0.2 maximum-prefix 1\n  neighbor 10.0.0.2 soft");
    changed(raised, sizeof(raised), conf_a, line,
            "  neighbor 10.0.0.2 maximum-prefix 5\n  neighbor 10.0.0.2 soft");
    char two[2048];
    changed(two, sizeof(two), conf_b, "router bgp", "ip route 203.0.113.0/24 Null0\nrouter bgp");
    pair_add(&p, limited, 1);
    pair_add(&p, two, 1);
    synced(&p);
    pair_run(&p, 300);
    struct pair_table t;
    assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">192.0.2.0/24 - w32768 []\n");
    reconfigure(&p, 0, raised);
    pair_run(&p, 300);
    assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">192.0.2.0/24 - w32768 []\n>198.51.100.0/24 10.0.0.2 w0 [65002]\n"
                        ">203.0.113.0/24 10.0.0.2 w0 [65002]\n");
    /* Lowered below what is there: the session ends at once. */
    reconfigure(&p, 0, limited);
    pair_run(&p, 1);
    assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">192.0.2.0/24 - w32768 []\n");
    pair_done(&p);
}

static void a_session_ends_with_its_routes(void **state)
{
    (void)state;
    struct pair p = { 0 };
    pair_add(&p, conf_a, 1);
    pair_add(&p, conf_b, 1);
    synced(&p);
    pair_run(&p, 30);
    p.cut = true;
    struct ip_addr all = { 0 };
    assert_int_equal(node_clear(p.node[0], p.now, &all, IP_NONE, NODE_CLEAR_HARD), 0);
    pair_run(&p, 10);
    struct pair_table t;
    assert_string_equal(pair_show(&p, 1, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">198.51.100.0/24 - w32768 []\n");
    p.cut = false;
    pair_run(&p, 200);
    assert_string_equal(pair_show(&p, 1, &t, NODE_QUERY_BGP_TABLE, NULL),
                        ">192.0.2.0/24 10.0.0.1 w0 [65001]\n>198.51.100.0/24 - w32768 []\n");
    pair_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_nodes_exchange_routes),
        cmocka_unit_test(a_reload_changes_what_differs),
        cmocka_unit_test(a_raised_limit_lets_the_peer_come_back),
        cmocka_unit_test(a_session_ends_with_its_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
