/* Static routes of the configuration: which lines make one route, and what a reload does. */

#include "../unit.h"

#include "pair.h"

enum { MANY = 60000, MANY_TEXT = MANY * 48, DEVICES = 4000, DEVICES_TEXT = DEVICES * 96 };

static void reconfigure(struct pair *p, const char *text)
{
    struct diag_list diags = { 0 };
    struct config *c = pair_config(text, &diags);
    assert_non_null(c);
    assert_true(node_configure(p->node[0], p->now, c, &diags));
    diag_list_done(&diags);
    pair_run(p, 1);
}

/* "PREFIX dDISTANCE: INTERFACE-OR-ADDRESS WEIGHT..." a line for each route, connected ones left
 * out. */
struct shown {
    struct view_sink sink;
    char text[4096];
    size_t len;
    bool skip;
};

static bool show_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct shown *s = container_of(sink, struct shown, sink);
    struct text t = text_init(s->text + s->len, sizeof(s->text) - s->len);
    if (v == &view_fib_route) {
        const struct view_fib_route *r = record;
        s->skip = r->source != FIB_STATIC;
        if (!s->skip) {
            text_str(&t, s->len ? "; " : "");
            text_prefix(&t, &r->prefix);
            text_str(&t, " d");
            text_u64(&t, r->distance);
            text_str(&t, r->kind == FIB_UNICAST ? ":" : ": drop");
        }
    } else if (v == &view_fib_nexthop && !s->skip) {
        const struct view_fib_nexthop *h = record;
        text_char(&t, ' ');
        if (ip_bytes(h->next_hop.family))
            text_ip(&t, &h->next_hop);
        else
            text_str(&t, h->interface);
    }
    s->len += t.len;
    return true;
}

static const char *show(struct pair *p, struct shown *s)
{
    *s = (struct shown){ .sink = { .emit = show_emit } };
    struct node_query q = { .kind = NODE_QUERY_FIB, .family = IP_V4, .source = FIB_SOURCE_COUNT };
    assert_int_equal(node_query(p->node[0], p->now, &q, &s->sink), 0);
    return s->text;
}

static void lines_of_one_prefix_and_distance_are_one_route(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        { "two next hops, another route between them",
          "ip route 192.0.2.0/24 10.0.0.8\nip route 198.51.100.0/24 Null0\n"
          "ip route 192.0.2.0/24 10.0.0.9\n",
          "192.0.2.0/24 d1: 10.0.0.8 10.0.0.9; 198.51.100.0/24 d1: drop" },
        { "another distance is another route",
          "ip route 192.0.2.0/24 10.0.0.8\nip route 192.0.2.0/24 10.0.0.9 200\n",
          "192.0.2.0/24 d1: 10.0.0.8; 192.0.2.0/24 d200: 10.0.0.9" },
        { "another length is another route",
          "ip route 192.0.2.0/24 10.0.0.8\nip route 192.0.2.0/25 10.0.0.9\n",
          "192.0.2.0/24 d1: 10.0.0.8; 192.0.2.0/25 d1: 10.0.0.9" },
        { "an interface that is not there waits",
          "ip route 192.0.2.0/24 10.0.0.8\nip route 192.0.2.0/24 10.1.0.9 eth7\n",
          "192.0.2.0/24 d1: 10.0.0.8" },
        { "none is left", "", "" },
    };
    struct pair p = { 0 };
    pair_add(&p, "frr version 8.5\n", 1);
    node_kernel_synced(p.node[0], p.now);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[1024];
        struct shown s;
        print_message("# %s\n", cases[i].name);
        snprintf(text, sizeof(text), "frr version 8.5\n%s", cases[i].text);
        reconfigure(&p, text);
        assert_string_equal(show(&p, &s), cases[i].want);
    }
    pair_done(&p);
}

static void a_route_by_an_interface_comes_with_it(void **state)
{
    (void)state;
    struct pair p = { 0 };
    struct shown s;
    pair_add(&p,
             "frr version 8.5\nip route 192.0.2.0/24 10.0.0.8\nip route 203.0.113.0/24 eth7\n"
             "ip route 192.0.2.0/24 10.1.0.9 eth7\n",
             1);
    node_kernel_synced(p.node[0], p.now);
    pair_run(&p, 1);
    assert_string_equal(show(&p, &s), "192.0.2.0/24 d1: 10.0.0.8");
    struct fib_interface eth7 = {
        .index = 7, .name = "eth7", .admin_up = true, .running = true, .mtu = 1500
    };
    struct prefix a = { .family = IP_V4, .len = 24, .b = { 10, 1, 0, 1 } };
    node_link(p.node[0], p.now, &eth7);
    node_address(p.node[0], p.now, 7, &a, true);
    pair_run(&p, 1);
    assert_string_equal(show(&p, &s),
                        "192.0.2.0/24 d1: 10.0.0.8 10.1.0.9; 203.0.113.0/24 d1: eth7");
    pair_done(&p);
}

/* With a look at all lines for each line this took minutes; meson ends a test after half of one. */
static void many_lines_are_applied_in_one_pass(void **state)
{
    (void)state;
    char *text = malloc(MANY_TEXT);
    assert_non_null(text);
    size_t n = (size_t)snprintf(text, MANY_TEXT, "frr version 8.5\n");
    for (int i = 0; i < MANY; i++)
        n += (size_t)snprintf(text + n, MANY_TEXT - n, "ip route 20.%d.%d.0/24 Null0\n", i / 256,
                              i % 256);
    struct pair p = { 0 };
    pair_add(&p, text, 1);
    node_kernel_synced(p.node[0], p.now);
    reconfigure(&p, text);
    struct pair_table t;
    struct fib_answer a;
    struct ip_addr last = ip_from_u32(0x14000001u + ((uint32_t)(MANY - 1) << 8));
    fib_lookup(node_fib(p.node[0]), &last, &a);
    assert_true(a.found && a.blackhole);
    reconfigure(&p, "frr version 8.5\n");
    assert_string_equal(pair_show(&p, 0, &t, NODE_QUERY_FIB, NULL), ">10.0.0.0/24 d0\n");
    pair_done(&p);
    free(text);
}

/* Each of the devices was compared with each interface and each line: minutes, too. */
static void many_devices_come_at_once(void **state)
{
    (void)state;
    char *text = malloc(DEVICES_TEXT);
    assert_non_null(text);
    size_t n = (size_t)snprintf(text, DEVICES_TEXT, "frr version 8.5\n");
    for (int i = 0; i < DEVICES; i++)
        n += (size_t)snprintf(text + n, DEVICES_TEXT - n,
                              "interface t%d\n ip address 172.%d.%d.1/30\n"
                              "ip route 20.%d.%d.0/24 t%d\n",
                              i, 16 + i / 256, i % 256, i / 256, i % 256, i);
    struct pair p = { 0 };
    pair_add(&p, text, 1);
    node_kernel_synced(p.node[0], p.now);
    pair_run(&p, 1);
    for (uint32_t up = 0; up < 2; up++) { /* as TUN devices come: down, then with their address */
        for (uint32_t i = 0; i < DEVICES; i++) {
            struct fib_interface t = { .index = 10 + i, .admin_up = up, .running = up };
            snprintf(t.name, sizeof(t.name), "t%u", i);
            node_link(p.node[0], p.now, &t);
        }
        p.addresses = 0;
        pair_run(&p, 1);
        assert_int_equal(p.addresses, up ? 0 : DEVICES);
    }
    struct fib_answer a;
    struct ip_addr last = ip_from_u32(0x14000001u + ((uint32_t)(DEVICES - 1) << 8));
    fib_lookup(node_fib(p.node[0]), &last, &a);
    assert_true(a.found && a.n == 1 && a.path[0].if_index == 10 + DEVICES - 1);
    assert_true(p.kernel_ops >= DEVICES);
    pair_done(&p);
    free(text);
}

/* A device has two names, and lines may use either; a loopback is what all of its names say. */
static void a_device_is_known_by_all_of_its_names(void **state)
{
    (void)state;
    struct pair p = { 0 };
    struct shown s;
    pair_add(&p,
             "frr version 8.5\nip route 192.0.2.0/24 eth7\n"
             "ip route 198.51.100.0/24 GigabitEthernet7\nip route 203.0.113.0/24 Loopback3\n",
             1);
    node_kernel_synced(p.node[0], p.now);
    struct fib_interface eth7 = {
        .index = 7, .name = "eth7", .alias = "GigabitEthernet7", .admin_up = true, .running = true
    };
    node_link(p.node[0], p.now, &eth7);
    pair_run(&p, 1);
    assert_string_equal(show(&p, &s), "192.0.2.0/24 d1: eth7; 198.51.100.0/24 d1: eth7; "
                                      "203.0.113.0/24 d1: lo");
    struct fib_interface renamed = eth7;
    memcpy(renamed.name, "wan0", 5);
    memset(renamed.alias, 0, sizeof(renamed.alias));
    node_link(p.node[0], p.now, &renamed);
    assert_null(fib_interface_find(node_fib(p.node[0]), "GigabitEthernet7"));
    assert_null(fib_interface_find(node_fib(p.node[0]), "eth7"));
    assert_int_equal(fib_interface_find(node_fib(p.node[0]), "wan0")->index, 7);
    pair_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_one_prefix_and_distance_are_one_route),
        cmocka_unit_test(a_route_by_an_interface_comes_with_it),
        cmocka_unit_test(many_lines_are_applied_in_one_pass),
        cmocka_unit_test(many_devices_come_at_once),
        cmocka_unit_test(a_device_is_known_by_all_of_its_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
