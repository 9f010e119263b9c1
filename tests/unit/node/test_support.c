/* What a node refuses by name, although the configuration language knows it; and own routes. */

#include "../unit.h"

#include "pair.h"

#define BGP "router bgp 65001\n no bgp ebgp-requires-policy\n neighbor 10.0.0.2 remote-as 65002\n"

/* The command table names what is not done; a node asks for what no row can tell. */
static void what_a_node_cannot_do_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id; /* NULL: it can */
        uint32_t line;
    } cases[] = {
        { "frr version 8.5\n" BGP, NULL, 0 },
        { "frr version 8.5\nbgp as-path access-list X permit ^65\n", NULL, 0 },
        { "frr version 8.5\nbgp as-path access-list X permit (65\n", "CFG-REGEX", 2 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct diag_list diags = { 0 };
        struct config *c = pair_config(cases[i].text, &diags);
        CLAIM(cases[i].text, c != NULL);
        CLAIM(cases[i].text, node_config_check(c, &diags) == !cases[i].id);
        CLAIM(cases[i].text, diags.errors == (cases[i].id ? 1u : 0u));
        if (cases[i].id) {
            CLAIM_TEXT(cases[i].text, diags.items[0].id, cases[i].id);
            CLAIM(cases[i].text, diags.items[0].line == cases[i].line);
        }
        diag_list_done(&diags);
        config_free(c);
    }
}

/* A configuration that is refused leaves the one that runs. */
static void a_refused_configuration_changes_nothing(void **state)
{
    (void)state;
    struct pair p = { 0 };
    pair_add(&p, "frr version 8.5\nip route 192.0.2.0/24 Null0\n", 1);
    node_kernel_synced(p.node[0], p.now);
    pair_run(&p, 1);
    struct diag_list diags = { 0 };
    struct config *c =
        pair_config("frr version 8.5\n" BGP "bgp as-path access-list X permit (65\n", &diags);
    assert_non_null(c);
    assert_false(node_configure(p.node[0], p.now, c, &diags));
    assert_int_equal(diags.errors, 1);
    config_free(c);
    diag_list_done(&diags);
    struct pair_table t;
    assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_FIB, NULL),
                        ">10.0.0.0/24 d0\n>192.0.2.0/24 d1\n");
    pair_done(&p);
}

/* An interface in a management VRF takes no part, whether its address is told before the
 * configuration or after. */
static void an_interface_in_a_vrf_takes_no_part(void **state)
{
    (void)state;
    static const struct {
        const char *name, *vrf, *want;
        bool before;
    } cases[] = {
        { "without a VRF its network is announced", "", ">10.0.0.0/24 - w32768 []\n", false },
        { "in one it is not", " vrf forwarding Mgmt-intf\n", "", false },
        { "nor when it was there before", " vrf forwarding Mgmt-intf\n", "", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[512];
        struct pair p = { 0 };
        struct pair_table t;
        snprintf(text, sizeof(text),
                 "version 15.6\ninterface eth0\n%s ip address 10.0.0.1 255.255.255.0\n"
                 "router bgp 65001\n bgp router-id 1.1.1.1\n redistribute connected\n",
                 cases[i].vrf);
        pair_add(&p, cases[i].before ? "version 15.6\nhostname a\n" : text, 1);
        if (cases[i].before) {
            struct diag_list diags = { 0 };
            struct config *c = pair_config(text, &diags);
            assert_non_null(c);
            assert_true(node_configure(p.node[0], p.now, c, &diags));
            diag_list_done(&diags);
        }
        node_kernel_synced(p.node[0], p.now);
        pair_run(&p, 1);
        CLAIM_TEXT(cases[i].name, pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL), cases[i].want);
        CLAIM(cases[i].name, !cases[i].vrf[0] || p.addresses == 0);
        pair_done(&p);
    }
}

/* A text about IPv4 does not switch the host's IPv6 off. */
static void forwarding_follows_what_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum config_tri v4, v6;
    } cases[] = {
        { "version 15.6\nhostname a\n", TRI_YES, TRI_UNSET },
        { "version 15.6\nipv6 unicast-routing\n", TRI_YES, TRI_YES },
        { "version 15.6\nno ipv6 unicast-routing\n", TRI_YES, TRI_NO },
        { "version 15.6\nno ip routing\n", TRI_NO, TRI_UNSET },
        { "frr version 8.5\nhostname a\n", TRI_YES, TRI_YES },
        { "frr version 8.5\nno ipv6 forwarding\n", TRI_YES, TRI_NO },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pair p = { 0 };
        pair_add(&p, cases[i].text, 1);
        node_kernel_synced(p.node[0], p.now);
        pair_run(&p, 1);
        CLAIM(cases[i].text, p.forwarding[0] == cases[i].v4);
        CLAIM(cases[i].text, p.forwarding[1] == cases[i].v6);
        pair_done(&p);
    }
}

struct interface_taker {
    struct view_sink sink;
    struct view_interface found;
};

static bool take_loopback(struct view_sink *sink, const struct view *v, const void *record)
{
    struct interface_taker *t = container_of(sink, struct interface_taker, sink);
    (void)v;
    if (strcmp(((const struct view_interface *)record)->name, "Loopback7") == 0)
        memcpy(&t->found, record, sizeof(t->found));
    return true;
}

/* `show interface Loopback7`, and what a ping from it comes from. */
static void loopbacks_are_shown_by_their_names(void **state)
{
    (void)state;
    struct pair p = { 0 };
    pair_add(&p,
             "version 15.6\ninterface Loopback0\n ip address 10.8.0.1 255.255.255.255\n"
             "interface Loopback7\n ip address 10.8.0.7 255.255.255.255\n"
             " ipv6 address 2001:db8::7/128\n",
             1);
    node_kernel_synced(p.node[0], p.now);
    struct interface_taker t = { .sink.emit = take_loopback };
    const struct node_query q = { .kind = NODE_QUERY_INTERFACES };
    assert_int_equal(node_query(p.node[0], p.now, &q, &t.sink), 0);
    assert_string_equal(t.found.addresses, "10.8.0.7/32 2001:db8::7/128");
    assert_true(t.found.loopback && t.found.admin_up);
    pair_done(&p);
}

/* network and redistribute: which routes of the table become BGP's. */
static void own_routes_are_those_that_the_lines_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *global, *family, *want;
    } cases[] = {
        { "nothing is named", "", "", "" },
        { "a network with a route", "", "  network 192.0.2.0/24\n", ">192.0.2.0/24 - w32768 []\n" },
        { "a network without one", "", "  network 198.51.100.0/24\n", "" },
        { "the length counts", "", "  network 192.0.2.0/25\n", "" },
        { "without import check it needs none", " no bgp network import-check\n",
          "  network 198.51.100.0/24\n", ">198.51.100.0/24 - w32768 []\n" },
        { "static routes", "", "  redistribute static\n", ">192.0.2.0/24 - w32768 []\n" },
        { "connected ones", "", "  redistribute connected\n", ">10.0.0.0/24 - w32768 []\n" },
        { "through a route-map", "", "  redistribute connected route-map NO10\n", "" },
        { "a map that sets the weight", "", "  redistribute static route-map W7\n",
          ">192.0.2.0/24 - w7 []\n" },
        { "by both there are two paths, and one is best", "",
          "  network 192.0.2.0/24\n  redistribute static\n",
          "*192.0.2.0/24 - w32768 []\n>192.0.2.0/24 - w32768 []\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[1024];
        struct pair p = { 0 };
        struct pair_table t;
        snprintf(text, sizeof(text),
                 "frr version 8.5\nip route 192.0.2.0/24 Null0\n"
                 "ip prefix-list TEN seq 5 permit 10.0.0.0/8 le 32\n"
                 "route-map NO10 deny 10\n match ip address prefix-list TEN\n"
                 "route-map NO10 permit 20\nroute-map W7 permit 10\n set weight 7\n"
                 "router bgp 65001\n%s address-family ipv4 unicast\n%s exit-address-family\n",
                 cases[i].global, cases[i].family);
        pair_add(&p, text, 1);
        node_kernel_synced(p.node[0], p.now);
        pair_run(&p, 1);
        CLAIM_TEXT(cases[i].name, pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL), cases[i].want);
        pair_done(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_node_cannot_do_is_named),
        cmocka_unit_test(a_refused_configuration_changes_nothing),
        cmocka_unit_test(an_interface_in_a_vrf_takes_no_part),
        cmocka_unit_test(forwarding_follows_what_is_said),
        cmocka_unit_test(loopbacks_are_shown_by_their_names),
        cmocka_unit_test(own_routes_are_those_that_the_lines_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
