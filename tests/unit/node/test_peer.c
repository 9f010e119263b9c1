/* What a neighbour means to the tables: link-local next hops, prefix limits, hints in the log. */

#include "../unit.h"

#include "pair.h"

/* Node 0, AS 65001 and 2001:db8::1, has one neighbour, node 1 (AS 65002 and 2001:db8::2). */
static const char *conf6(char *buf, size_t cap, int node, int remote_as, const char *more)
{
    snprintf(buf, cap,
             "frr version 8.5\nfrr defaults traditional\n"
             "ipv6 route 2001:db8:%d::/48 blackhole\n"
             "router bgp %d\n bgp router-id 10.255.0.%d\n no bgp ebgp-requires-policy\n"
             " neighbor 2001:db8::%d remote-as %d\n%s"
             " address-family ipv6 unicast\n"
             "  network 2001:db8:%d::/48\n  neighbor 2001:db8::%d activate\n"
             " exit-address-family\n",
             node + 1, node ? remote_as : 65001, node + 1, node ? 1 : 2, node ? 65001 : remote_as,
             more, node + 1, node ? 1 : 2);
    return buf;
}

static void start(struct pair *p)
{
    for (int i = 0; i < p->count; i++)
        node_kernel_synced(p->node[i], p->now);
    pair_run(p, 60);
}

static void assert_path(const struct pair *p, int node, const char *next_hop)
{
    struct ip_addr want = { 0 };
    assert_true(ip_parse(next_hop, &want));
    assert_int_equal(p->last_path[node].if_index, 2);
    char buf[IP_TEXT_MAX];
    struct text t = text_init(buf, sizeof(buf));
    text_ip(&t, &p->last_path[node].next_hop);
    assert_string_equal(buf, next_hop);
}

static void an_ipv6_route_goes_by_the_link_local_next_hop(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int as;
    } cases[] = { { "[RFC 2545 3] from an external peer on the link", 65002 },
                  { "[RFC 2545 3] from an internal peer on the link", 65001 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pair p = { 0 };
        char a[1024], b[1024];
        print_message("# %s\n", cases[i].name);
        pair_add(&p, conf6(a, sizeof(a), 0, cases[i].as, ""), 1);
        pair_add(&p, conf6(b, sizeof(b), 1, cases[i].as, ""), 1);
        start(&p);
        assert_path(&p, 0, "fe80::2");
        assert_path(&p, 1, "fe80::1");
        struct pair_table t;
        assert_non_null(strstr(pair_show6(&p, 0, &t, NODE_QUERY_BGP_TABLE),
                               ">2001:db8:2::/48 2001:db8::2 ll w0 "));
        pair_done(&p);
    }
}

/* 0 -- 1 are external on one link; 1 -- 2 internal: 2 is told the global address alone, since it
 * may be anywhere. */
static void a_link_local_next_hop_does_not_leave_its_link(void **state)
{
    (void)state;
    struct pair p = { 0 };
    char a[1024], b[1024], c[1024];
    pair_add(&p, conf6(a, sizeof(a), 0, 65002, ""), 1);
    pair_add(&p,
             conf6(b, sizeof(b), 1, 65002,
                   " neighbor 2001:db8::3 remote-as 65002\n address-family ipv6 unicast\n"
                   "  neighbor 2001:db8::3 activate\n exit-address-family\n"),
             1);
    snprintf(c, sizeof(c),
             "frr version 8.5\nrouter bgp 65002\n bgp router-id 10.255.0.3\n"
             " neighbor 2001:db8::2 remote-as 65002\n address-family ipv6 unicast\n"
             "  neighbor 2001:db8::2 activate\n exit-address-family\n");
    pair_add(&p, c, 1);
    start(&p);
    struct pair_table t;
    assert_string_equal(pair_show6(&p, 2, &t, NODE_QUERY_BGP_TABLE),
                        ">2001:db8:1::/48 2001:db8::1 w0 [65001]\n"
                        ">2001:db8:2::/48 2001:db8::2 ll w0 []\n");
    pair_done(&p);
}

static void reconfigure(struct pair *p, int i, const char *text)
{
    struct diag_list diags = { 0 };
    struct config *c = pair_config(text, &diags);
    assert_non_null(c);
    assert_true(node_configure(p->node[i], p->now, c, &diags));
    diag_list_done(&diags);
}

static const char *conf_limit(char *buf, size_t cap, const char *list, const char *more)
{
    snprintf(buf, cap,
             "frr version 8.5\nip route 192.0.2.0/24 Null0\n"
             "ip prefix-list FEW seq 5 permit 198.51.100.0/24\n"
             "ip prefix-list ALL seq 5 permit 0.0.0.0/0 le 32\n"
             "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n"
             " neighbor 10.0.0.2 timers 3 9\n"
             " address-family ipv4 unicast\n  network 192.0.2.0/24\n"
             "  neighbor 10.0.0.2 prefix-list %s in\n  neighbor 10.0.0.2 prefix-list ALL out\n"
             "  neighbor 10.0.0.2 maximum-prefix 1\n%s exit-address-family\n",
             list, more);
    return buf;
}

static const char conf_two[] = "frr version 8.5\nip route 198.51.100.0/24 Null0\n"
                               "ip route 203.0.113.0/24 Null0\n"
                               "router bgp 65002\n no bgp ebgp-requires-policy\n"
                               " neighbor 10.0.0.1 remote-as 65001\n"
                               " address-family ipv4 unicast\n  redistribute static\n"
                               " exit-address-family\n";

/* A new policy lets in more than the limit: nothing further has to come from the peer for it. */
static void a_limit_holds_at_once_when_the_policy_opens(void **state)
{
    (void)state;
    const char *const kept[] = { "  neighbor 10.0.0.2 soft-reconfiguration inbound\n", "" };
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        struct pair p = { .counted = "maximum number of prefixes exceeded" };
        char few[1024], all[1024];
        pair_add(&p, conf_limit(few, sizeof(few), "FEW", kept[i]), 1);
        pair_add(&p, conf_two, 1);
        start(&p);
        struct pair_table t;
        assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL),
                            ">192.0.2.0/24 - w32768 []\n>198.51.100.0/24 10.0.0.2 w0 [65002]\n");
        reconfigure(&p, 0, conf_limit(all, sizeof(all), "ALL", kept[i]));
        pair_run(&p, 0.1); /* long before anything else of the peer is due */
        assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL),
                            ">192.0.2.0/24 - w32768 []\n");
        assert_int_equal(p.counted_n, 1);
        pair_done(&p);
    }
}

static void a_silent_peer_is_explained_once(void **state)
{
    (void)state;
    struct pair p = { .counted = "password", .silent = true };
    char text[512];
    const char *with = " neighbor 10.0.0.2 password s3cret\n";
    snprintf(text, sizeof(text),
             "frr version 8.5\nrouter bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n"
             " neighbor 10.0.0.2 timers connect 10\n%s",
             with);
    pair_add(&p, text, 1);
    start(&p);
    pair_run(&p, 600);
    assert_int_equal(p.counted_n, 1);
    pair_done(&p);

    /* Without a password silence has other reasons: a wrong address, no way back. */
    *strstr(text, with) = '\0';
    const char *const counted[] = { "password", "event=no-answer hint=\"nothing answers there" };
    for (unsigned i = 0; i < 2; i++) {
        struct pair q = { .counted = counted[i], .silent = true };
        pair_add(&q, text, 1);
        start(&q);
        pair_run(&q, 600);
        assert_int_equal(q.counted_n, i);
        pair_done(&q);
    }

    /* A refused connection is an answer. */
    struct pair r = { .counted = "password" };
    strcat(text, with);
    pair_add(&r, text, 1);
    start(&r);
    pair_run(&r, 600);
    assert_int_equal(r.counted_n, 0);
    pair_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ipv6_route_goes_by_the_link_local_next_hop),
        cmocka_unit_test(a_link_local_next_hop_does_not_leave_its_link),
        cmocka_unit_test(a_limit_holds_at_once_when_the_policy_opens),
        cmocka_unit_test(a_silent_peer_is_explained_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
