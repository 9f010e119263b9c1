/* A session whose configuration puts it into a tunnel: never in clear, whatever else leads to the
 * peer; and at once when its way is there. */

#include "../unit.h"

#include "bgp/session.h"
#include "pair.h"

enum { TUNNEL_INDEX = 9 };

/* Node 0 is 10.0.0.1 and node 1, its neighbour, 10.0.0.2: connected by eth0, so in clear. */
static const char conf_there[] = "frr version 8.5\nrouter bgp 65002\n no bgp ebgp-requires-policy\n"
                                 " bgp router-id 10.255.0.2\n neighbor 10.0.0.1 remote-as 65001\n"
                                 " neighbor 10.0.0.1 timers connect 5\n";

static void start(struct pair *p, const char *more, const char *source)
{
    char text[1024];
    snprintf(text, sizeof(text),
             "frr version 8.5\n%srouter bgp 65001\n no bgp ebgp-requires-policy\n"
             " bgp router-id 10.255.0.1\n neighbor 10.0.0.2 remote-as 65002\n"
             " neighbor 10.0.0.2 ebgp-multihop 2\n%s",
             more, source);
    pair_add(p, text, 1);
    pair_add(p, conf_there, 1);
}

static void set_link(struct pair *p, uint32_t index, const char *name, bool running)
{
    struct fib_interface i = { .index = index, .admin_up = true, .running = running, .mtu = 1400 };
    snprintf(i.name, sizeof(i.name), "%s", name);
    node_link(p->node[0], p->now, &i);
}

static void set_tunnel(struct pair *p, bool running)
{
    set_link(p, TUNNEL_INDEX, "Tunnel1", running);
}

/* A tunnel without protection is not set up by the node; somebody else did. */
static void set_tunnel_address(struct pair *p, const char *text)
{
    struct prefix a = { .family = IP_V4, .len = 30, .b = { 10, 9, 0, 1 } };
    if (strstr(text, "address 10.0.0.1/30"))
        a.b[1] = 0;
    node_address(p->node[0], p->now, TUNNEL_INDEX, &a, true);
}

static void sync(struct pair *p)
{
    for (int i = 0; i < p->count; i++)
        node_kernel_synced(p->node[i], p->now);
}

struct up {
    struct view_sink sink;
    bool up;
};

static bool up_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    if (v == &view_bgp_neighbor)
        container_of(sink, struct up, sink)->up =
            ((const struct view_bgp_neighbor *)record)->state == BGP_ESTABLISHED;
    return true;
}

static bool is_up(struct pair *p)
{
    struct up u = { .sink = { .emit = up_emit } };
    struct node_query q = { .kind = NODE_QUERY_BGP_NEIGHBORS, .family = IP_V4 };
    assert_int_equal(node_query(p->node[0], p->now, &q, &u.sink), 0);
    return u.up;
}

#define NET "interface Tunnel1\n ip address 10.9.0.1/30\n"

static const struct {
    const char *name, *text, *source;
    bool in_clear, in_tunnel; /* whether the session comes up while the tunnel is down; up */
} cases[] = {
    { "a static route by the tunnel", NET "ip route 10.0.0.2/32 Tunnel1\n", "", false, true },
    { "by its other end", NET "ip route 10.0.0.2/32 10.9.0.2\n", "", false, true },
    { "by another static route",
      NET "ip route 10.0.0.2/32 10.8.0.1\nip route 10.8.0.0/16 Tunnel1\n", "", false, true },
    { "the peer is in the tunnel's network", "interface Tunnel1\n ip address 10.0.0.1/30\n", "",
      false, true },
    { "a way in clear stands behind it",
      NET "ip route 10.0.0.2/32 Tunnel1\nip route 10.0.0.2/32 eth0 250\n", "", false, true },
    { "the session's source is the tunnel, and the route leads there",
      NET "ip route 10.0.0.2/32 Tunnel1\n", " neighbor 10.0.0.2 update-source Tunnel1\n", false,
      true },
    { "the session's source is the tunnel, and no route leads there", NET,
      " neighbor 10.0.0.2 update-source Tunnel1\n", false, false },
    { "the session's source is the tunnel's address", NET,
      " neighbor 10.0.0.2 update-source 10.9.0.1\n", false, false },
    { "the tunnel stands behind a way in clear",
      NET "ip route 10.0.0.2/32 eth0\nip route 10.0.0.2/32 Tunnel1 250\n", "", true, true },
    { "the connected network is more specific than the tunnel's route",
      NET "ip route 0.0.0.0/0 Tunnel1\nip route 10.0.0.0/16 Tunnel1\n", "", true, true },
    { "a next hop on a link of the host, with a default route by the tunnel",
      NET "ip route 10.0.0.2/32 10.0.0.9\nip route 0.0.0.0/0 Tunnel1\n", "", true, true },
    { "a next hop on a link of the host, with a wide route by the tunnel",
      NET "ip route 10.0.0.2/32 10.0.0.9\nip route 10.0.0.0/8 Tunnel1\n", "", true, true },
    { "a tunnel to somewhere else", NET "ip route 10.7.0.0/16 Tunnel1\n", "", true, true },
};

static void a_session_stays_in_its_tunnel(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        print_message("# %s\n", cases[i].name);
        struct pair p = { .counted = "event=waits-for-tunnel tunnel=Tunnel1" };
        start(&p, cases[i].text, cases[i].source);
        set_tunnel(&p, false);
        set_tunnel_address(&p, cases[i].text);
        sync(&p);
        pair_run(&p, 300);
        assert_int_equal(is_up(&p), cases[i].in_clear);
        assert_int_equal(p.counted_n, !cases[i].in_clear); /* said, and once */
        set_tunnel(&p, true);
        pair_run(&p, 0.5); /* long before the next ConnectRetry */
        assert_int_equal(is_up(&p), cases[i].in_tunnel);
        bool carried = !cases[i].in_clear && cases[i].in_tunnel;
        assert_int_equal(p.last_device, carried ? TUNNEL_INDEX : 0);
        set_tunnel(&p, false);
        pair_run(&p, 300);
        assert_int_equal(is_up(&p), cases[i].in_clear);
        pair_done(&p);
    }
}

static const char conf_protected[] =
    "version 15.6\n"
    "crypto ikev2 keyring K\n peer P\n  address 192.0.2.1\n  pre-shared-key secret\n"
    "crypto ikev2 profile I\n match identity remote address 192.0.2.1 255.255.255.255\n"
    " authentication local pre-share\n authentication remote pre-share\n keyring local K\n"
    "crypto ipsec profile E\n set ikev2-profile I\n"
    "interface Tunnel1\n ip address 10.9.0.1 255.255.255.252\n tunnel source 10.0.0.1\n"
    " tunnel mode ipsec ipv4\n tunnel destination 192.0.2.1\n"
    " tunnel protection ipsec profile E\n"
    "ip route 10.0.0.2 255.255.255.255 Tunnel1\nip route 192.0.2.0 255.255.255.0 10.0.0.9\n"
    "router bgp 65001\n bgp router-id 10.255.0.1\n neighbor 10.0.0.2 remote-as 65002\n"
    " neighbor 10.0.0.2 ebgp-multihop 2\n";

/* The static route to the peer. */
static bool leads_by_tunnel(const struct pair *p)
{
    struct fib_answer a;
    struct ip_addr to = { .family = IP_V4, .b = { 10, 0, 0, 2 } };
    fib_lookup(node_fib(p->node[0]), &to, &a);
    return a.found && a.prefix.len == 32 && a.n == 1;
}

/* Who carried the tunnel says it before the kernel does, which may never do: it may be back. */
static void a_lost_tunnel_ends_its_session_at_once(void **state)
{
    (void)state;
    struct pair p = { .counted = "event=down" };
    pair_add(&p, conf_protected, 1);
    pair_add(&p, conf_there, 1);
    set_tunnel(&p, true);
    set_tunnel_address(&p, conf_protected);
    sync(&p);
    pair_run(&p, 5);
    assert_true(is_up(&p));
    node_tunnel_lost(p.node[0], p.now, "Tunnel2");
    node_tunnel_lost(p.node[0], p.now, "eth0");
    pair_run(&p, 1);
    assert_int_equal(p.counted_n, 0);
    assert_true(leads_by_tunnel(&p));
    node_tunnel_lost(p.node[0], p.now, "Tunnel1");
    pair_run(&p, 0.001);
    assert_true(p.counted_n > 0);
    assert_false(leads_by_tunnel(&p));
    pair_run(&p, 60);
    assert_false(is_up(&p));
    node_tunnel_back(p.node[0], p.now, "Tunnel1"); /* the kernel said nothing: it was back before */
    pair_run(&p, 60);
    assert_true(leads_by_tunnel(&p) && is_up(&p));
    pair_done(&p);
}

/* A reload that puts the running session into the tunnel ends it outside. */
static void a_reload_moves_a_session_into_its_tunnel(void **state)
{
    (void)state;
    struct pair p = { .counted = "event=waits-for-tunnel" };
    start(&p, NET, "");
    set_tunnel(&p, false);
    sync(&p);
    pair_run(&p, 60);
    assert_true(is_up(&p));
    struct diag_list diags = { 0 };
    struct config *c = pair_config("frr version 8.5\n" NET "ip route 10.0.0.2/32 Tunnel1\n"
                                   "router bgp 65001\n no bgp ebgp-requires-policy\n"
                                   " bgp router-id 10.255.0.1\n neighbor 10.0.0.2 remote-as 65002\n"
                                   " neighbor 10.0.0.2 ebgp-multihop 2\n",
                                   &diags);
    assert_non_null(c);
    assert_true(node_configure(p.node[0], p.now, c, &diags));
    diag_list_done(&diags);
    pair_run(&p, 60);
    assert_false(is_up(&p));
    assert_int_equal(p.counted_n, 1);
    set_tunnel(&p, true);
    pair_run(&p, 0.5);
    assert_true(is_up(&p));
    pair_done(&p);
}

/* The SYN left by eth0, where nobody answers: ConnectRetry is two minutes away. */
static void a_new_way_is_taken_at_once(void **state)
{
    (void)state;
    struct pair p = { .silent = true };
    start(&p, "ip route 10.0.0.2/32 eth7\n", "");
    node_kernel_synced(p.node[0], p.now);
    pair_run(&p, 10);
    assert_false(is_up(&p));
    p.silent = false;
    node_kernel_synced(p.node[1], p.now);
    p.cut = true; /* what the other side starts does not count */
    pair_run(&p, 0.1);
    p.cut = false;
    set_link(&p, 7, "eth7", true);
    pair_run(&p, 0.5);
    assert_true(is_up(&p));
    pair_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_stays_in_its_tunnel),
        cmocka_unit_test(a_lost_tunnel_ends_its_session_at_once),
        cmocka_unit_test(a_reload_moves_a_session_into_its_tunnel),
        cmocka_unit_test(a_new_way_is_taken_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
