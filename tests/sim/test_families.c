/* IPv6 and internal BGP in the virtual world, and what hosts do with packets that are not theirs.
 * LOGS=1 prints what the routers log; a failure prints its seed. */
#include "routers.h"

enum { SEEDS = 10 };

static struct sim_host *add(struct routers *r, const char *text)
{
    struct diag_list diags = { 0 };
    struct sim_host *h =
        sim_world_host(&r->world, router_names[r->n], 1, routers_config(text), &diags);
    assert_non_null(h);
    diag_list_done(&diags);
    if (getenv("LOGS"))
        h->log = routers_log;
    r->host[r->n++] = h;
    return h;
}

static void address(struct sim_host *h, uint32_t if_index, const char *text)
{
    struct prefix p = routers_prefix(text);
    sim_host_address(h, if_index, &p, true);
}

/* Joins two routers: 10.K.0.1/30, 2001:db8:K::1/64 and fe80::K:1 at a, .2 at b. */
static void join(struct routers *r, int a, int b)
{
    int k = r->edge_n++;
    struct sim_link_params params = { .jitter = NS_PER_MS };
    params.latency = rng_between(&r->world.clock.rng, 100, 20000) * NS_PER_US;
    r->links[k] = sim_world_link(&r->world, &params);
    assert_non_null(r->links[k]);
    for (int end = 0; end < 2; end++) {
        struct sim_host *h = r->host[end ? b : a];
        char name[16], text[64];
        snprintf(name, sizeof(name), "eth%d", k);
        snprintf(text, sizeof(text), "10.%d.0.%d/30", k, end + 1);
        struct prefix p = routers_prefix(text);
        uint32_t index = sim_host_attach(h, name, r->links[k], &p);
        snprintf(text, sizeof(text), "2001:db8:%d::%d/64", k, end + 1);
        address(h, index, text);
        snprintf(text, sizeof(text), "fe80::%d:%d/64", k + 1, end + 1);
        address(h, index, text);
    }
}

static void begin(struct routers *r, uint64_t seed)
{
    memset(r, 0, sizeof(*r));
    r->seed = seed;
    sim_world_init(&r->world, seed);
}

/* Best routes of a family: "PREFIX NEXT-HOP [ll] lpPREF [PATH]" a line. */
struct family_table {
    struct view_sink sink;
    char text[TABLE_TEXT];
    size_t len;
};

static bool family_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct family_table *t = container_of(sink, struct family_table, sink);
    const struct view_bgp_route *route = record;
    if (v != &view_bgp_route || !route->best)
        return true;
    struct text x = text_init(t->text + t->len, sizeof(t->text) - t->len);
    text_prefix(&x, &route->prefix);
    text_char(&x, ' ');
    text_ip(&x, &route->next_hop);
    if (ip_bytes(route->next_hop_ll.family))
        text_str(&x, " ll");
    if (route->has_local_pref) {
        text_str(&x, " lp");
        text_u64(&x, route->local_pref);
    }
    text_str(&x, " [");
    text_str(&x, route->as_path);
    text_str(&x, "]\n");
    t->len += x.len;
    return true;
}

static void claim_table(struct routers *r, int i, uint8_t family, const char *want)
{
    struct family_table t = { .sink = { .emit = family_emit } };
    struct node_query q = { .kind = NODE_QUERY_BGP_TABLE, .family = family };
    HOLDS(r, node_query(r->host[i]->node, r->world.clock.now, &q, &t.sink) == 0);
    if (strcmp(t.text, want) != 0)
        fail_msg("seed=%llu: r%d has\n%swant\n%s", (unsigned long long)r->seed, i, t.text, want);
}

/* Follows a packet; the router where it ends, or -1. */
static int reach(struct routers *r, int from, const char *to)
{
    struct ip_addr a = { 0 };
    assert_true(ip_parse(to, &a));
    struct sim_host *h = r->host[from];
    for (int hop = 0; hop <= r->n && h; hop++) {
        bool local = false;
        h = sim_host_next_hop(h, &a, r->seed, &local);
        for (int i = 0; local && i < r->n; i++)
            if (r->host[i] == h)
                return i;
    }
    return -1;
}

/* How packets to an address leave router i: "ADDRESS" of the next hop. */
static void claim_hop(struct routers *r, int i, const char *to, const char *want)
{
    struct ip_addr a = { 0 };
    struct fib_answer answer;
    assert_true(ip_parse(to, &a));
    fib_lookup(node_fib(r->host[i]->node), &a, &answer);
    HOLDS(r, answer.found && answer.n == 1);
    char buf[IP_TEXT_MAX];
    struct text t = text_init(buf, sizeof(buf));
    text_ip(&t, &answer.path[0].next_hop);
    CLAIM_TEXT(to, buf, want);
}

/* --- IPv6 ---------------------------------------------------------------------------------------
 */

/* Router i of a ring, AS 65001 + i, with 2001:db8:f::i/128; neighbors by IPv6 addresses. */
static void ring_of_four(struct routers *r, uint64_t seed)
{
    static const int edges[4][2] = { { 0, 1 }, { 1, 2 }, { 2, 3 }, { 3, 0 } };
    begin(r, seed);
    for (int i = 0; i < 4; i++) {
        char text[CONFIG_TEXT], near[1024] = "", far[1024] = "", line[160];
        for (int k = 0; k < 4; k++) {
            int end = edges[k][0] == i ? 0 : edges[k][1] == i ? 1 : -1;
            if (end < 0)
                continue;
            snprintf(line, sizeof(line),
                     " neighbor 2001:db8:%d::%d remote-as %d\n"
                     " neighbor 2001:db8:%d::%d timers connect 10\n",
                     k, 2 - end, 65001 + edges[k][1 - end], k, 2 - end);
            strcat(near, line);
            snprintf(line, sizeof(line), "  neighbor 2001:db8:%d::%d activate\n", k, 2 - end);
            strcat(far, line);
        }
        snprintf(text, sizeof(text),
                 "frr version 8.5\nrouter bgp %d\n bgp router-id 10.255.0.%d\n"
                 " no bgp ebgp-requires-policy\n no bgp default ipv4-unicast\n timers bgp 3 9\n%s"
                 " address-family ipv6 unicast\n  network 2001:db8:f::%d/128\n%s"
                 " exit-address-family\n",
                 65001 + i, i + 1, near, i, far);
        snprintf(line, sizeof(line), "2001:db8:f::%d/128", i);
        address(add(r, text), 1, line);
    }
    for (int k = 0; k < 4; k++)
        join(r, edges[k][0], edges[k][1]);
    sim_world_start(&r->world);
}

static void ipv6_routes_go_round_a_ring(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        static struct routers r;
        ring_of_four(&r, seed);
        routers_run(&r, 120);
        /* The neighbor's global address is in the table, packets go to its link-local one. */
        claim_hop(&r, 0, "2001:db8:f::1", "fe80::1:2");
        claim_hop(&r, 1, "2001:db8:f::0", "fe80::1:1");
        for (int from = 0; from < 4; from++)
            for (int to = 0; to < 4; to++) {
                char target[64];
                snprintf(target, sizeof(target), "2001:db8:f::%d", to);
                HOLDS(&r, reach(&r, from, target) == to);
            }
        sim_world_carrier(&r.world, r.links[0], false); /* the other way round */
        routers_run(&r, 60);
        claim_table(
            &r, 0, IP_V6,
            "2001:db8:f::/128 - []\n2001:db8:f::1/128 2001:db8:3::1 ll [65004 65003 65002]\n"
            "2001:db8:f::2/128 2001:db8:3::1 ll [65004 65003]\n"
            "2001:db8:f::3/128 2001:db8:3::1 ll [65004]\n");
        HOLDS(&r, reach(&r, 0, "2001:db8:f::1") == 1);
        sim_world_carrier(&r.world, r.links[0], true);
        routers_run(&r, 120);
        claim_hop(&r, 0, "2001:db8:f::1", "fe80::1:2");
        routers_done(&r);
    }
}

/* One IPv4 session carries both families: the IPv6 next hop is of the interface that it runs over.
 */
static void an_ipv4_session_carries_ipv6_routes(void **state)
{
    (void)state;
    static struct routers r;
    begin(&r, 1);
    for (int i = 0; i < 2; i++) {
        char text[CONFIG_TEXT], own[64];
        snprintf(text, sizeof(text),
                 "frr version 8.5\nrouter bgp %d\n bgp router-id 10.255.0.%d\n"
                 " no bgp ebgp-requires-policy\n timers bgp 3 9\n neighbor 10.0.0.%d remote-as %d\n"
                 " neighbor 10.0.0.%d timers connect 10\n"
                 " address-family ipv6 unicast\n  network 2001:db8:f::%d/128\n"
                 "  neighbor 10.0.0.%d activate\n exit-address-family\n",
                 65001 + i, i + 1, 2 - i, 65002 - i, 2 - i, i, 2 - i);
        snprintf(own, sizeof(own), "2001:db8:f::%d/128", i);
        address(add(&r, text), 1, own);
    }
    join(&r, 0, 1);
    sim_world_start(&r.world);
    routers_run(&r, 60);
    claim_table(&r, 0, IP_V6, "2001:db8:f::/128 - []\n2001:db8:f::1/128 2001:db8::2 ll [65002]\n");
    HOLDS(&r, reach(&r, 0, "2001:db8:f::1") == 1);
    HOLDS(&r, reach(&r, 1, "2001:db8:f::0") == 0);
    routers_done(&r);
}

/* --- iBGP ---------------------------------------------------------------------------------------
 */

/* AS 65000 is routers 0 - 1 - 2 with loopbacks 10.255.0.1 to .3 that statics lead to; router 3, AS
 * 65003, is at 0, and router 4, AS 65004, at 2. Both announce 172.16.0.0/16. */
struct mesh {
    bool full; /* 0 and 2 are neighbors too */
    bool next_hop_self;
    int preferred; /* local preference of what 2 takes from outside; 0: not said */
};

static void internal_router(char *text, size_t cap, const struct mesh *m, int i)
{
    static const char *const statics[] = {
        "ip route 10.255.0.2/32 10.0.0.2\nip route 10.255.0.3/32 10.0.0.2\n",
        "ip route 10.255.0.1/32 10.0.0.1\nip route 10.255.0.3/32 10.1.0.2\n",
        "ip route 10.255.0.2/32 10.1.0.1\nip route 10.255.0.1/32 10.1.0.1\n",
    };
    static const char *const outside[] = { " neighbor 10.2.0.2 remote-as 65003\n", "",
                                           " neighbor 10.3.0.2 remote-as 65004\n" };
    size_t n = (size_t)snprintf(text, cap,
                                "frr version 8.5\n%sroute-map IN permit 10\n set local-preference "
                                "%d\nexit\nrouter bgp 65000\n bgp router-id 10.255.0.%d\n"
                                " no bgp ebgp-requires-policy\n timers bgp 3 9\n%s",
                                statics[i], m->preferred ? m->preferred : 100, i + 1, outside[i]);
    for (int k = 0; k < 3; k++) {
        if (k == i || (!m->full && abs(k - i) == 2))
            continue;
        n += (size_t)snprintf(text + n, cap - n,
                              " neighbor 10.255.0.%d remote-as 65000\n"
                              " neighbor 10.255.0.%d update-source lo\n"
                              " neighbor 10.255.0.%d timers connect 10\n",
                              k + 1, k + 1, k + 1);
        if (m->next_hop_self)
            n += (size_t)snprintf(text + n, cap - n,
                                  " address-family ipv4 unicast\n"
                                  "  neighbor 10.255.0.%d next-hop-self\n exit-address-family\n",
                                  k + 1);
    }
    if (i == 2 && m->preferred)
        snprintf(text + n, cap - n,
                 " address-family ipv4 unicast\n  neighbor 10.3.0.2 route-map IN in\n"
                 " exit-address-family\n");
}

static void mesh_of_three(struct routers *r, uint64_t seed, const struct mesh *m)
{
    char text[CONFIG_TEXT], own[64];
    begin(r, seed);
    for (int i = 0; i < 3; i++) {
        internal_router(text, sizeof(text), m, i);
        snprintf(own, sizeof(own), "10.255.0.%d/32", i + 1);
        address(add(r, text), 1, own);
    }
    for (int i = 3; i < 5; i++) {
        snprintf(text, sizeof(text),
                 "frr version 8.5\nip route 172.16.0.0/16 Null0\nip route 0.0.0.0/0 10.%d.0.1\n"
                 "router bgp 6500%d\n bgp router-id 10.255.0.%d\n no bgp ebgp-requires-policy\n"
                 " timers bgp 3 9\n neighbor 10.%d.0.1 remote-as 65000\n"
                 " neighbor 10.%d.0.1 timers connect 10\n address-family ipv4 unicast\n"
                 "  network 172.16.0.0/16\n exit-address-family\n",
                 i - 1, i, i + 1, i - 1, i - 1);
        address(add(r, text), 1, "172.16.0.1/32");
    }
    join(r, 0, 1);
    join(r, 1, 2);
    join(r, 0, 3);
    join(r, 2, 4);
    sim_world_start(&r->world);
    routers_run(r, 120);
}

static void internal_routers_share_what_they_hear_outside(void **state)
{
    (void)state;
    const struct mesh m = { .full = true, .next_hop_self = true };
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        static struct routers r;
        mesh_of_three(&r, seed, &m);
        /* [RFC 4271 5.1.2] the path does not grow inside; [RFC 4271 5.1.5] LOCAL_PREF is there. */
        claim_table(&r, 0, IP_V4, "172.16.0.0/16 10.2.0.2 [65003]\n");
        claim_table(&r, 1, IP_V4, "172.16.0.0/16 10.255.0.1 lp100 [65003]\n");
        claim_table(&r, 2, IP_V4, "172.16.0.0/16 10.3.0.2 [65004]\n");
        HOLDS(&r, reach(&r, 1, "172.16.0.1") == 3);
        sim_world_carrier(&r.world, r.links[2], false); /* 0 loses its exit: all use 2's */
        routers_run(&r, 30);
        claim_table(&r, 0, IP_V4, "172.16.0.0/16 10.255.0.3 lp100 [65004]\n");
        claim_table(&r, 1, IP_V4, "172.16.0.0/16 10.255.0.3 lp100 [65004]\n");
        HOLDS(&r, reach(&r, 0, "172.16.0.1") == 4);
        sim_world_carrier(&r.world, r.links[2], true);
        routers_run(&r, 60);
        claim_table(&r, 1, IP_V4, "172.16.0.0/16 10.255.0.1 lp100 [65003]\n");
        routers_done(&r);
    }
}

static void the_higher_local_preference_wins_everywhere(void **state)
{
    (void)state;
    const struct mesh m = { .full = true, .next_hop_self = true, .preferred = 200 };
    static struct routers r;
    mesh_of_three(&r, 1, &m);
    claim_table(&r, 0, IP_V4, "172.16.0.0/16 10.255.0.3 lp200 [65004]\n");
    claim_table(&r, 1, IP_V4, "172.16.0.0/16 10.255.0.3 lp200 [65004]\n");
    claim_table(&r, 2, IP_V4, "172.16.0.0/16 10.3.0.2 lp200 [65004]\n");
    HOLDS(&r, reach(&r, 0, "172.16.0.1") == 4);
    routers_done(&r);
}

/* [RFC 4271 9.2.1] What comes from an internal peer does not go to another: without a full mesh 0
 * and 2 know only their own exits. */
static void internal_routes_do_not_go_on_to_internal_peers(void **state)
{
    (void)state;
    const struct mesh m = { .next_hop_self = true };
    static struct routers r;
    mesh_of_three(&r, 1, &m);
    sim_world_carrier(&r.world, r.links[2], false);
    routers_run(&r, 30);
    claim_table(&r, 0, IP_V4, ""); /* 1 knows 2's exit, and keeps it to itself */
    claim_table(&r, 1, IP_V4, "172.16.0.0/16 10.255.0.3 lp100 [65004]\n");
    routers_done(&r);
}

/* [RFC 4271 5.1.3] The next hop stays that of the outside, which nobody inside has a route to. */
static void an_outside_next_hop_needs_a_route(void **state)
{
    (void)state;
    const struct mesh m = { .full = true };
    static struct routers r;
    mesh_of_three(&r, 1, &m);
    claim_table(&r, 0, IP_V4, "172.16.0.0/16 10.2.0.2 [65003]\n");
    claim_table(&r, 1, IP_V4, "");
    routers_done(&r);
}

/* --- packets ------------------------------------------------------------------------------------
 */

/* 0 and 2 are two hops apart; what 1 does with their packets is 1's configuration. */
static void a_host_forwards_what_it_is_told_to(void **state)
{
    (void)state;
    static const struct {
        const char *name, *middle;
        bool v4, v6;
    } cases[] = {
        { "FRR forwards unless told not to", "", true, true },
        { "no ip forwarding", "no ip forwarding\n", false, true },
        { "no ipv6 forwarding", "no ipv6 forwarding\n", true, false },
    };
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        static struct routers r;
        char text[CONFIG_TEXT];
        begin(&r, 1);
        for (int i = 0; i < 3; i++) {
            if (i == 1)
                snprintf(text, sizeof(text), "frr version 8.5\n%s", cases[c].middle);
            else
                snprintf(text, sizeof(text),
                         "frr version 8.5\nip route 10.0.0.0/8 10.%d.0.%d\n"
                         "ipv6 route 2001:db8::/32 2001:db8:%d::%d\nrouter bgp 6500%d\n"
                         " bgp router-id 10.255.0.%d\n neighbor %s remote-as 6500%d\n"
                         " neighbor %s ebgp-multihop 5\n neighbor %s remote-as 6500%d\n"
                         " neighbor %s ebgp-multihop 5\n timers bgp 3 9\n",
                         i / 2, 2 - i / 2, i / 2, 2 - i / 2, i, i + 1, i ? "10.0.0.1" : "10.1.0.2",
                         2 - i, i ? "10.0.0.1" : "10.1.0.2", i ? "2001:db8:0::1" : "2001:db8:1::2",
                         2 - i, i ? "2001:db8:0::1" : "2001:db8:1::2");
            add(&r, text);
        }
        join(&r, 0, 1);
        join(&r, 1, 2);
        sim_world_start(&r.world);
        routers_run(&r, 300);
        struct count up = { .sink = { .emit = count_emit } };
        struct node_query q = { .kind = NODE_QUERY_BGP_SUMMARY, .family = IP_V4 };
        for (int i = 0; i < 3; i += 2)
            HOLDS(&r, node_query(r.host[i]->node, r.world.clock.now, &q, &up.sink) == 0);
        CLAIM(cases[c].name, up.established == 2 * (cases[c].v4 + cases[c].v6));
        CLAIM(cases[c].name, (r.host[1]->not_forwarded > 0) == !(cases[c].v4 && cases[c].v6));
        routers_done(&r);
    }
}

static void nat_is_refused_by_name(void **state)
{
    (void)state;
    struct sim_world w;
    struct diag_list diags = { 0 };
    sim_world_init(&w, 1);
    struct config *c = routers_config("version 15.6\naccess-list 1 permit any\n"
                                      "ip nat inside source list 1 interface Gi1 overload\n");
    assert_null(sim_world_host(&w, "a", 1, c, &diags));
    assert_int_equal(diags.errors, 1);
    assert_string_equal(diags.items[0].id, "SIM-NAT");
    config_free(c);
    diag_list_done(&diags);
    sim_world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv6_routes_go_round_a_ring),
        cmocka_unit_test(an_ipv4_session_carries_ipv6_routes),
        cmocka_unit_test(internal_routers_share_what_they_hear_outside),
        cmocka_unit_test(the_higher_local_preference_wins_everywhere),
        cmocka_unit_test(internal_routes_do_not_go_on_to_internal_peers),
        cmocka_unit_test(an_outside_next_hop_needs_a_route),
        cmocka_unit_test(a_host_forwards_what_it_is_told_to),
        cmocka_unit_test(nat_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
