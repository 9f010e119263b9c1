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

struct id {
    struct view_sink sink;
    uint32_t id;
};

static bool id_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    if (v == &view_bgp_global)
        container_of(sink, struct id, sink)->id =
            ((const struct view_bgp_global *)record)->router_id;
    return true;
}

/* The id of a node at its start; `kernel`: addresses that an earlier run left there, "DEVICE A/L".
 */
static uint32_t id_of_start(const char *text, const char *const kernel[4])
{
    struct pair p = { 0 };
    pair_add(&p, text, 1); /* eth0 has 10.0.0.1 */
    for (uint32_t i = 0; i < 4 && kernel[i]; i++) {
        struct fib_interface dev = {
            .index = 20 + i, .admin_up = true, .running = true, .loopback = kernel[i][0] == 'l'
        };
        const char *blank = strchr(kernel[i], ' ');
        struct prefix a = { .family = IP_V4, .len = 24 };
        struct ip_addr ip;
        snprintf(dev.name, sizeof(dev.name), "%.*s", (int)(blank - kernel[i]), kernel[i]);
        assert_true(ip_parse(blank + 1, &ip));
        memcpy(a.b, ip.b, 4);
        node_link(p.node[0], p.now, &dev);
        node_address(p.node[0], p.now, dev.index, &a, true);
    }
    node_kernel_synced(p.node[0], p.now);
    pair_run(&p, 1);
    struct id out = { .sink = { .emit = id_emit } };
    struct node_query q = { .kind = NODE_QUERY_BGP_SUMMARY, .family = IP_V4 };
    assert_int_equal(node_query(p.node[0], p.now, &q, &out.sink), 0);
    pair_done(&p);
    return out.id;
}

#define BGP "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n"
#define IOS "version 16.9\n"
#define FRR "frr version 8.5\n"

static const struct {
    const char *name, *text;
    uint32_t want;
    const char *left[4]; /* in the kernel at the second start, and not at the first */
} id_cases[] = {
    { "IOS: the host's, with a loopback in the text",
      IOS "interface Loopback0\n ip address 10.100.20.1 255.255.255.255\n" BGP, 0x0a000001,
      { "lo0 10.100.20.1" } },
    { "IOS: the text's, with a higher one on the host",
      IOS "interface eth7\n ip address 9.9.9.9 255.255.255.0\n" BGP, 0x09090909,
      { "eth7 9.9.9.9" } },
    { "IOS: never a tunnel's",
      IOS "interface Tunnel1\n ip address 169.254.21.2 255.255.255.252\n" BGP, 0x0a000001,
      { "Tunnel1 169.254.21.2" } },
    { "FRR: a loopback's", FRR "interface lo\n ip address 10.9.9.9/32\n" BGP, 0x0a090909,
      { "lo0 10.9.9.9" } },
    { "FRR: the highest, though the kernel does not have it yet",
      FRR "interface eth7\n ip address 10.50.0.1/24\n" BGP, 0x0a320001, { "eth7 10.50.0.1" } },
    { "FRR: never a tunnel's", FRR "interface Tunnel1\n ip address 169.254.21.2/30\n" BGP,
      0x0a000001, { "Tunnel1 169.254.21.2" } },
};

static void the_next_start_has_the_same_router_id(void **state)
{
    (void)state;
    static const char *const none[4];
    for (size_t i = 0; i < ARRAY_LEN(id_cases); i++) {
        print_message("# %s\n", id_cases[i].name);
        assert_int_equal(id_of_start(id_cases[i].text, none), id_cases[i].want);
        assert_int_equal(id_of_start(id_cases[i].text, id_cases[i].left), id_cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_nodes_exchange_routes),
        cmocka_unit_test(a_reload_changes_what_differs),
        cmocka_unit_test(a_raised_limit_lets_the_peer_come_back),
        cmocka_unit_test(a_session_ends_with_its_routes),
        cmocka_unit_test(the_next_start_has_the_same_router_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
