/* Tunnels whose destination is routed into themselves: taken down, said, and tried again. */

#include "../unit.h"

#include "pair.h"

enum { TUNNEL_INDEX = 9 };

#define TUNNEL                                                                                     \
    "version 15.6\n"                                                                               \
    "crypto ikev2 keyring K\n peer P\n  address 192.0.2.1\n  pre-shared-key secret\n"              \
    "crypto ikev2 profile I\n match identity remote address 192.0.2.1 255.255.255.255\n"           \
    " authentication local pre-share\n authentication remote pre-share\n keyring local K\n"        \
    "crypto ipsec profile E\n set ikev2-profile I\n"                                               \
    "interface Tunnel7\n ip address 10.9.0.1 255.255.255.252\n tunnel source 198.51.100.1\n"       \
    " tunnel mode ipsec ipv4\n tunnel destination 192.0.2.1\n"                                     \
    " tunnel protection ipsec profile E\n"
#define OUTSIDE "ip route 192.0.2.0 255.255.255.0 10.0.0.9\n"

static void start(struct pair *p, const char *routes)
{
    char text[2048];
    snprintf(text, sizeof(text), TUNNEL "%s", routes);
    p->counted = "[TUN-RECURDOWN]";
    pair_add(p, text, 1);
    struct fib_interface t = {
        .index = TUNNEL_INDEX, .name = "Tunnel7", .admin_up = true, .running = true, .mtu = 1400
    };
    node_link(p->node[0], p->now, &t);
    node_kernel_synced(p->node[0], p->now);
}

static bool is_up(const struct pair *p)
{
    return fib_interface_get(node_fib(p->node[0]), TUNNEL_INDEX)->admin_up;
}

struct held_sink {
    struct view_sink sink;
    unsigned tunnels, held;
};

static bool count_held(struct view_sink *sink, const struct view *v, const void *record)
{
    struct held_sink *s = (struct held_sink *)(void *)sink;
    const struct view_tunnel *t = record;
    assert_int_equal(v->id, VIEW_TUNNEL);
    s->tunnels++;
    s->held += t->is_held;
    return true;
}

/* Whether show says of the one tunnel that it is held down. */
static bool is_shown(struct pair *p)
{
    struct held_sink s = { .sink.emit = count_held };
    const struct node_query q = { .kind = NODE_QUERY_TUNNELS };
    assert_int_equal(node_query(p->node[0], p->now, &q, &s.sink), 0);
    assert_int_equal(s.tunnels, 1);
    return s.held == 1;
}

static const struct {
    const char *name, *routes;
    bool stays_up;
} cases[] = {
    { "a route to the destination by the tunnel",
      OUTSIDE "ip route 192.0.2.1 255.255.255.255 Tunnel7\n", false },
    { "a default route by the tunnel, and no other", "ip route 0.0.0.0 0.0.0.0 Tunnel7\n", false },
    { "by the tunnel's other end", "ip route 192.0.2.0 255.255.255.0 10.9.0.2\n", false },
    { "a default route by the tunnel, and one to the destination outside",
      OUTSIDE "ip route 0.0.0.0 0.0.0.0 Tunnel7\n", true },
    { "another network behind the tunnel", OUTSIDE "ip route 10.7.0.0 255.255.0.0 Tunnel7\n",
      true },
};

static void a_tunnel_into_itself_is_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pair p = { 0 };
        print_message("# %s\n", cases[i].name);
        start(&p, cases[i].routes);
        pair_run(&p, 15);
        assert_int_equal(is_up(&p), cases[i].stays_up);
        assert_int_equal(is_shown(&p), !cases[i].stays_up);
        pair_run(&p, 300); /* the configuration is what it is */
        assert_int_equal(is_up(&p), cases[i].stays_up);
        assert_int_equal(p.counted_n, !cases[i].stays_up);
        pair_done(&p);
    }
}

static void the_check_names_what_static_routes_show(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[2048];
        struct diag_list diags = { 0 };
        snprintf(text, sizeof(text), TUNNEL "%s", cases[i].routes);
        struct config *c = pair_config(text, &diags);
        assert_non_null(c);
        diag_list_done(&diags);
        CLAIM(cases[i].name, node_config_check(c, &diags));
        CLAIM(cases[i].name, diags.warnings == !cases[i].stays_up);
        if (!cases[i].stays_up)
            CLAIM(cases[i].name, strcmp(diags.items[0].id, "TUN-RECURSION") == 0);
        diag_list_done(&diags);
        config_free(c);
    }
}

/* A router's announcement may come and go: the tunnel is tried again. */
static void it_comes_back_with_the_route(void **state)
{
    (void)state;
    struct pair p = { 0 };
    start(&p, OUTSIDE);
    pair_run(&p, 5);
    assert_true(is_up(&p));
    struct fib_route r = { .prefix = { .family = IP_V4, .len = 32, .b = { 192, 0, 2, 1 } },
                           .source = FIB_KERNEL,
                           .n = 1,
                           .path = { { .if_index = TUNNEL_INDEX, .weight = 1 } } };
    node_kernel_route(p.node[0], p.now, &r, true);
    pair_run(&p, 5);
    assert_true(is_up(&p)); /* a better route may still come */
    pair_run(&p, 10);
    assert_false(is_up(&p));
    pair_run(&p, 120); /* tried, and down again */
    assert_false(is_up(&p));
    node_kernel_route(p.node[0], p.now, &r, false);
    pair_run(&p, 90);
    assert_true(is_up(&p));
    assert_false(is_shown(&p));
    pair_run(&p, 300);
    assert_true(is_up(&p));
    pair_done(&p);
}

static void a_reload_mends_it_at_once(void **state)
{
    (void)state;
    struct pair p = { 0 };
    start(&p, cases[0].routes);
    pair_run(&p, 5);
    assert_false(is_up(&p));
    struct diag_list diags = { 0 };
    struct config *c = pair_config(TUNNEL OUTSIDE, &diags);
    assert_non_null(c);
    assert_true(node_configure(p.node[0], p.now, c, &diags));
    diag_list_done(&diags);
    pair_run(&p, 5);
    assert_true(is_up(&p));
    pair_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tunnel_into_itself_is_down),
        cmocka_unit_test(the_check_names_what_static_routes_show),
        cmocka_unit_test(it_comes_back_with_the_route),
        cmocka_unit_test(a_reload_mends_it_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
