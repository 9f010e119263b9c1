/* The FIB's operations in a real kernel, and the kernel's news in the monitor: in a network
 * namespace of this process's own, which goes with it. Needs root; else it is skipped. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fib/fib.h"
#include "os/netlink.h"

enum { DEADLINE_MS = 10000, SKIPPED = 77 };

struct world {
    struct fib *fib;
    struct os_netlink *monitor;
    struct os_netlink_writer *writer;
    uint32_t synced, overruns;
    uint32_t foreign, foreign_gone, own_found;
};

static struct prefix px(const char *s)
{
    struct prefix p;
    if (!prefix_parse(s, &p, NULL))
        fail_msg("prefix %s", s);
    return p;
}

static struct ip_addr ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (s && !ip_parse(s, &a))
        fail_msg("address %s", s);
    return a;
}

/* Runs a program of the table's few, and wants it to succeed. */
static void sh(const char *command)
{
    int rc = system(command);
    if (rc != 0)
        fail_msg("%s: %d", command, rc);
}

/* The program's output, whole. */
static const char *output(const char *command)
{
    static char buf[65536];
    FILE *p = popen(command, "r");
    assert_non_null(p);
    size_t n = fread(buf, 1, sizeof(buf) - 1, p);
    buf[n] = '\0';
    assert_int_equal(pclose(p), 0);
    return buf;
}

static void take_link(struct world *w, const struct os_netlink_event *e)
{
    struct fib_interface i = { .index = e->if_index,
                               .admin_up = e->link.admin_up,
                               .running = e->link.running,
                               .loopback = e->link.loopback,
                               .mtu = e->link.mtu };
    memcpy(i.name, e->link.name, sizeof(i.name));
    memcpy(i.alias, e->link.alternative[0], sizeof(i.alias));
    if (e->gone)
        fib_interface_del(w->fib, e->if_index);
    else
        assert_int_equal(fib_interface_set(w->fib, &i), 0);
}

static void take_route(struct world *w, const struct os_netlink_event *e)
{
    struct fib_route r = { .prefix = e->prefix, .source = FIB_KERNEL, .kind = e->route_kind };
    if (e->protocol == FIB_PROTOCOL || e->protocol == FIB_PROTOCOL_STATIC) {
        w->own_found++;
        fib_found_ours(w->fib, &e->prefix, e->protocol, e->metric, e->nexthop_id);
        return;
    }
    if (e->gone) {
        w->foreign_gone++;
        fib_route_del(w->fib, FIB_KERNEL, e->metric, &e->prefix);
        return;
    }
    w->foreign++;
    r.instance = r.metric = e->metric;
    r.preferred_source = e->preferred_source;
    r.n = e->n;
    for (uint32_t i = 0; i < e->n; i++) {
        r.path[i] = (struct fib_path){ .next_hop = e->path[i].next_hop,
                                       .if_index = e->path[i].if_index,
                                       .weight = e->path[i].weight,
                                       .onlink = e->path[i].onlink };
    }
    assert_int_equal(fib_route_set(w->fib, 0, &r), 0);
}

static void take(struct world *w, const struct os_netlink_event *e)
{
    switch (e->what) {
    case OS_NETLINK_LINK:
        take_link(w, e);
        break;
    case OS_NETLINK_ADDRESS:
        if (e->gone)
            fib_address_del(w->fib, e->if_index, &e->prefix);
        else
            assert_int_equal(fib_address_set(w->fib, e->if_index, &e->prefix), 0);
        break;
    case OS_NETLINK_ROUTE:
        take_route(w, e);
        break;
    case OS_NETLINK_NEXTHOP:
        fib_found_nexthop(w->fib, e->nexthop_id);
        break;
    case OS_NETLINK_OVERRUN:
        w->overruns++;
        break;
    case OS_NETLINK_SYNCED:
        w->synced++;
        break;
    }
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

/* Takes events until the condition holds. */
#define UNTIL(w, condition)                                                                        \
    do {                                                                                           \
        int64_t end_ = now_ms() + DEADLINE_MS;                                                     \
        while (!(condition)) {                                                                     \
            if (now_ms() > end_)                                                                   \
                fail_msg("never: %s", #condition);                                                 \
            pump(w, 100);                                                                          \
        }                                                                                          \
    } while (0)

static void pump(struct world *w, int wait_ms)
{
    static struct os_netlink_event e;
    struct pollfd p = { .fd = os_netlink_fd(w->monitor), .events = POLLIN };
    (void)poll(&p, 1, wait_ms);
    err_t err;
    while ((err = os_netlink_next(w->monitor, &e)) == 0)
        take(w, &e);
    assert_int_equal(err, -EAGAIN);
}

static void op_of(const struct fib_op *f, struct os_netlink_op *o)
{
    memset(o, 0, sizeof(*o));
    o->kind = (enum os_netlink_op_kind)f->kind;
    o->id = f->id;
    o->prefix = f->prefix;
    o->route_kind = f->route_kind;
    o->protocol = f->protocol;
    o->metric = f->metric;
    o->preferred_source = f->preferred_source;
    o->n = f->n;
    for (uint32_t i = 0; i < f->n && f->kind != FIB_OP_GROUP_SET; i++) {
        o->path[i] = (struct os_netlink_path){ .next_hop = f->path[i].next_hop,
                                               .if_index = f->path[i].if_index,
                                               .weight = f->path[i].weight,
                                               .onlink = f->path[i].onlink };
    }
    for (uint32_t i = 0; i < f->n && f->kind == FIB_OP_GROUP_SET; i++) {
        o->member[i].id = f->member[i].id;
        o->member[i].weight = f->member[i].weight;
    }
}

/* Everything that the FIB wants done, in batches; any refusal fails the test. Returns how many. */
static uint32_t write_all(struct world *w)
{
    static struct os_netlink_op ops[OS_NETLINK_BATCH_MAX];
    static struct fib_op op;
    uint32_t total = 0, n;
    do {
        for (n = 0; n < OS_NETLINK_BATCH_MAX && fib_next_op(w->fib, &op); n++)
            op_of(&op, &ops[n]);
        assert_int_equal(os_netlink_apply(w->writer, ops, n), 0);
        for (uint32_t i = 0; i < n; i++) {
            if (ops[i].result)
                fail_msg("operation %u of kind %d: %s (%s)", i, (int)ops[i].kind,
                         strerror(-ops[i].result), ops[i].why);
        }
        total += n;
    } while (n == OS_NETLINK_BATCH_MAX);
    return total;
}

static void add(struct world *w, uint8_t source, const char *prefix, const char *one,
                const char *two)
{
    struct fib_route r = { .prefix = px(prefix),
                           .source = source,
                           .distance = source == FIB_BGP ? 20 : 1,
                           .allow_recursion_via_default = true,
                           .n = two ? 2 : 1 };
    r.path[0] = (struct fib_path){ .next_hop = ip(one), .weight = 1 };
    if (two)
        r.path[1] = (struct fib_path){ .next_hop = ip(two), .weight = 1 };
    assert_int_equal(fib_route_set(w->fib, 0, &r), 0);
}

static void *open_world(bool objects)
{
    struct world *w = calloc(1, sizeof(*w));
    assert_int_equal(unshare(CLONE_NEWNET), 0);
    sh("ip link set lo up && ip link add va type veth peer name vb && "
       "ip link add vc type veth peer name vd && for i in va vb vc vd; do ip link set $i up; done "
       "&& "
       "ip addr add 10.0.0.4/24 dev va && ip addr add 10.1.0.4/24 dev vc && "
       "ip -6 addr add 2001:db8:1::4/64 dev va nodad && "
       "ip link property add dev va altname GigabitEthernet8.714");
    w->fib = fib_new(
        &(struct fib_params){ .hash_key = 1, .max_routes = 300000, .next_hop_objects = objects });
    assert_int_equal(os_netlink_open(&w->monitor), 0);
    assert_int_equal(os_netlink_writer_open(&w->writer), 0);
    UNTIL(w, w->synced == 1);
    return w;
}

static void close_world(struct world *w)
{
    os_netlink_writer_close(w->writer);
    os_netlink_close(w->monitor);
    fib_free(w->fib);
    free(w);
}

static void routes_come_and_go(bool objects)
{
    struct world *w = open_world(objects);
    if (objects)
        assert_true(os_netlink_has_nexthops(w->writer));
    assert_string_equal(fib_interface_find(w->fib, "GigabitEthernet8.714")->name, "va");
    add(w, FIB_STATIC, "10.5.0.0/16", "10.0.0.1", NULL);
    add(w, FIB_STATIC, "10.6.0.0/16", "10.1.0.1", NULL);
    add(w, FIB_BGP, "20.0.0.0/24", "10.5.0.1", "10.6.0.1");
    add(w, FIB_BGP, "2001:db8:9::/48", "2001:db8:1::1", NULL);
    struct fib_route hole = {
        .prefix = px("30.0.0.0/8"), .source = FIB_STATIC, .distance = 1, .kind = FIB_BLACKHOLE
    };
    assert_int_equal(fib_route_set(w->fib, 0, &hole), 0);
    hole.prefix = px("2001:db8:dead::/48");
    hole.kind = FIB_REJECT;
    assert_int_equal(fib_route_set(w->fib, 0, &hole), 0);
    write_all(w);
    const char *text = output("ip -4 route show");
    assert_non_null(strstr(text, "10.5.0.0/16"));
    assert_non_null(strstr(text, "blackhole 30.0.0.0/8 proto "));
    text = output("ip -4 route show 20.0.0.0/24");
    assert_non_null(strstr(text, "via 10.0.0.1 dev va weight 1"));
    assert_non_null(strstr(text, "via 10.1.0.1 dev vc weight 1"));
    assert_non_null(strstr(text, "proto bgp metric 20"));
    text = output("ip -6 route show");
    assert_non_null(strstr(text, "2001:db8:9::/48"));
    assert_non_null(strstr(text, "unreachable 2001:db8:dead::/48"));
    add(w, FIB_STATIC, "10.6.0.0/16", "192.0.2.1", NULL); /* dead: one of two next hops is lost */
    uint32_t ops = write_all(w);
    assert_true(ops <= 4);
    text = output("ip -4 route show 20.0.0.0/24");
    assert_null(strstr(text, "10.1.0.1"));
    assert_non_null(strstr(text, "10.0.0.1"));
    close_world(w);
}

static void routes_with_objects_come_and_go(void **state)
{
    (void)state;
    routes_come_and_go(true);
}

static void routes_without_objects_come_and_go(void **state)
{
    (void)state;
    routes_come_and_go(false);
}

static void a_link_that_bounces_gets_its_routes_back(void **state)
{
    (void)state;
    struct world *w = open_world(true);
    add(w, FIB_BGP, "20.0.0.0/24", "10.0.0.1", NULL);
    add(w, FIB_BGP, "20.0.1.0/24", "10.0.0.1", "10.1.0.1");
    sh("ip route add 40.0.0.0/8 via 10.0.0.9 metric 7");
    UNTIL(w, w->foreign == 1);
    write_all(w);
    sh("ip link set va down");
    UNTIL(w, !fib_interface_find(w->fib, "va")->admin_up);
    /* The kernel says nothing of the IPv4 routes that it drops: the monitor knows. */
    UNTIL(w, w->foreign_gone == 1);
    write_all(w);
    assert_string_equal(output("ip -4 route show 20.0.0.0/24"), "");
    assert_non_null(strstr(output("ip -4 route show 20.0.1.0/24"), "10.1.0.1"));
    sh("ip link set va up");
    UNTIL(w, fib_interface_find(w->fib, "va")->running);
    write_all(w);
    assert_non_null(strstr(output("ip -4 route show 20.0.0.0/24"), "via 10.0.0.1"));
    assert_non_null(strstr(output("ip -4 route show 20.0.1.0/24"), "via 10.0.0.1"));
    sh("ip link set va down && ip link set va up"); /* seen late, both at once */
    UNTIL(w, (pump(w, 0), fib_interface_find(w->fib, "va")->running));
    UNTIL(w, (write_all(w), strstr(output("ip -4 route show 20.0.0.0/24"), "via 10.0.0.1")));
    close_world(w);
}

static void names_change_and_interfaces_vanish(void **state)
{
    (void)state;
    struct world *w = open_world(true);
    add(w, FIB_BGP, "20.0.0.0/24", "10.0.0.1", NULL);
    write_all(w);
    sh("ip link set va name wan0");
    UNTIL(w, fib_interface_find(w->fib, "wan0") != NULL);
    assert_null(fib_interface_find(w->fib, "va"));
    sh("ip link del wan0");
    UNTIL(w, fib_interface_find(w->fib, "wan0") == NULL);
    write_all(w);
    assert_string_equal(output("ip -4 route show 20.0.0.0/24"), "");
    struct os_netlink_op op = { .kind = OS_NETLINK_ADDRESS_ADD, .interface = "wan0" };
    op.prefix = px("10.9.0.0/24");
    assert_int_equal(os_netlink_apply(w->writer, &op, 1), 0);
    assert_int_equal(op.result, -ENODEV);
    memcpy(op.interface, "vc", 3);
    op.prefix.b[3] = 7;
    assert_int_equal(os_netlink_apply(w->writer, &op, 1), 0);
    assert_int_equal(op.result, 0);
    assert_int_equal(os_netlink_apply(w->writer, &op, 1), 0);
    assert_int_equal(op.result, 0); /* it is there already */
    assert_non_null(strstr(output("ip -4 addr show dev vc"), "10.9.0.7/24"));
    struct ip_addr own = ip("10.9.0.7");
    UNTIL(w, fib_own_address(w->fib, &own) != 0);
    op.kind = OS_NETLINK_ADDRESS_DEL;
    assert_int_equal(os_netlink_apply(w->writer, &op, 1), 0);
    assert_int_equal(op.result, 0);
    UNTIL(w, fib_own_address(w->fib, &own) == 0);
    op = (struct os_netlink_op){ .kind = OS_NETLINK_NEXTHOP_SET, .id = 70001, .n = 1 };
    op.path[0] = (struct os_netlink_path){ .next_hop = ip("99.9.9.9"), .if_index = 1 };
    assert_int_equal(os_netlink_apply(w->writer, &op, 1), 0);
    assert_int_not_equal(op.result, 0);
    assert_string_not_equal(op.why, ""); /* the kernel's own words */
    close_world(w);
}

/* More changes than the monitor's buffer holds, while nobody reads. */
static void an_overrun_is_told_and_made_good(void **state)
{
    (void)state;
    struct world *w = open_world(true);
    sh("ip route add 40.0.0.0/8 via 10.0.0.9 metric 7");
    UNTIL(w, w->foreign == 1);
    sh("{ for n in $(seq 1 160); do for i in $(seq 1 250); do "
       "echo route add 50.$n.$i.0/24 via 10.0.0.9; done; done; } | ip -batch - && "
       "{ for n in $(seq 1 160); do for i in $(seq 1 250); do "
       "echo route del 50.$n.$i.0/24 via 10.0.0.9; done; done; } | ip -batch - && "
       "ip route del 40.0.0.0/8 && ip route add 41.0.0.0/8 via 10.0.0.9");
    UNTIL(w, w->overruns > 0 && w->synced >= 2);
    struct fib_answer a;
    struct ip_addr to = ip("40.1.1.1");
    write_all(w);
    fib_lookup(w->fib, &to, &a);
    assert_false(a.found);
    to = ip("50.3.3.3");
    fib_lookup(w->fib, &to, &a);
    assert_false(a.found);
    to = ip("41.1.1.1");
    fib_lookup(w->fib, &to, &a);
    assert_true(a.found);
    close_world(w);
}

static void what_a_dead_process_left_is_swept(void **state)
{
    (void)state;
    struct world *w = open_world(true);
    add(w, FIB_BGP, "20.0.0.0/24", "10.0.0.1", NULL);
    add(w, FIB_BGP, "20.0.1.0/24", "10.0.0.1", "10.1.0.1");
    sh("ip route add 60.0.0.0/8 via 10.0.0.9 proto static");
    write_all(w);
    struct world *next = calloc(1, sizeof(*next));
    next->writer = w->writer;
    next->fib = fib_new(&(struct fib_params){ .max_routes = 1000, .next_hop_objects = true });
    assert_int_equal(os_netlink_open(&next->monitor), 0);
    UNTIL(next, next->synced == 1);
    assert_int_equal(next->own_found, 2);
    add(next, FIB_BGP, "20.0.0.0/24", "10.0.0.1", NULL);
    write_all(next);
    fib_sweep(next->fib);
    write_all(next);
    const char *text = output("ip -4 route show");
    assert_non_null(strstr(text, "20.0.0.0/24"));
    assert_non_null(strstr(text, "60.0.0.0/8"));
    assert_null(strstr(text, "20.0.1.0/24"));
    text = output("ip nexthop show | wc -l");
    assert_int_equal(atoi(text), 1);
    os_netlink_close(next->monitor);
    fib_free(next->fib);
    free(next);
    close_world(w);
}

static void a_large_table_goes_in_and_out(void **state)
{
    (void)state;
    enum { ROUTES = 100000 };
    struct world *w = open_world(true);
    struct fib_route r = { .source = FIB_BGP, .distance = 20, .n = 1 };
    r.path[0] = (struct fib_path){ .next_hop = ip("10.0.0.1"), .weight = 1 };
    int64_t start = now_ms();
    for (uint32_t i = 0; i < ROUTES; i++) {
        struct ip_addr a = ip_from_u32(0x20000000u + (i << 8));
        r.prefix = prefix_of(&a, 24);
        assert_int_equal(fib_route_set(w->fib, 0, &r), 0);
    }
    write_all(w);
    print_message("%d routes in %d ms\n", ROUTES, (int)(now_ms() - start));
    assert_true(atoi(output("ip route show proto bgp | wc -l")) == ROUTES);
    pump(w, 0);
    assert_int_equal(w->own_found, 0); /* no echoes */
    start = now_ms();
    for (uint32_t i = 0; i < ROUTES; i++) {
        struct ip_addr a = ip_from_u32(0x20000000u + (i << 8));
        struct prefix p = prefix_of(&a, 24);
        fib_route_del(w->fib, FIB_BGP, 0, &p);
    }
    write_all(w);
    print_message("and out in %d ms\n", (int)(now_ms() - start));
    assert_string_equal(output("ip route show proto bgp; ip nexthop show"), "");
    close_world(w);
}

int main(void)
{
    if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0) {
        printf("1..0 # SKIP needs root and network namespaces\n");
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_with_objects_come_and_go),
        cmocka_unit_test(routes_without_objects_come_and_go),
        cmocka_unit_test(a_link_that_bounces_gets_its_routes_back),
        cmocka_unit_test(names_change_and_interfaces_vanish),
        cmocka_unit_test(an_overrun_is_told_and_made_good),
        cmocka_unit_test(what_a_dead_process_left_is_swept),
        cmocka_unit_test(a_large_table_goes_in_and_out),
    };
    return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
