/* Recursion, distances, next-hop tracking and the kernel's operations, case by case. */
#include "world.h"

static struct kernel k;

static struct fib *start(bool objects)
{
    k.objects = k.routes = 0;
    struct fib *f = router(objects);
    link_up(f, 1, "lo", "127.0.0.1/8");
    link_up(f, 2, "eth0", "10.0.0.4/24");
    link_up(f, 3, "eth1", "10.1.0.4/24");
    return f;
}

struct given {
    uint8_t source;
    const char *prefix;
    uint8_t distance;
    const char *next_hop, *second; /* NULL: by interface; "null": blackhole */
    uint32_t if_index;
};

struct resolve_case {
    const char *name;
    struct given given[5];
    const char *to, *want; /* a packet's address, and where it leaves */
    const char *prefix, *in_kernel;
};

static const struct resolve_case cases[] = {
    { "connected network needs no gateway", { { 0 } }, "10.0.0.9", "-@2", NULL, NULL },
    { "own address is own", { { 0 } }, "10.0.0.4", "own", NULL, NULL },
    { "static through a connected network",
      { { FIB_STATIC, "10.5.0.0/16", 1, "10.0.0.1", NULL, 0 } },
      "10.5.1.1",
      "10.0.0.1@2",
      "10.5.0.0/16",
      "10.0.0.1@2" },
    { "static two deep",
      { { FIB_STATIC, "10.5.0.0/16", 1, "10.6.0.1", NULL, 0 },
        { FIB_STATIC, "10.6.0.0/16", 1, "10.1.0.1", NULL, 0 } },
      "10.5.1.1",
      "10.1.0.1@3",
      "10.5.0.0/16",
      "10.1.0.1@3" },
    { "BGP through BGP through static",
      { { FIB_BGP, "10.5.0.0/16", 20, "10.6.0.1", NULL, 0 },
        { FIB_BGP, "10.6.0.0/16", 20, "10.7.0.1", NULL, 0 },
        { FIB_STATIC, "10.7.0.0/16", 1, "10.0.0.1", NULL, 0 } },
      "10.5.1.1",
      "10.0.0.1@2",
      "10.5.0.0/16",
      "10.0.0.1@2" },
    { "two next hops, two links",
      { { FIB_BGP, "10.5.0.0/16", 20, "10.0.0.1", "10.1.0.1", 0 } },
      "10.5.1.1",
      "10.0.0.1@2 10.1.0.1@3",
      "10.5.0.0/16",
      "10.0.0.1@2 10.1.0.1@3" },
    { "one dead next hop of two leaves the other",
      { { FIB_BGP, "10.5.0.0/16", 20, "10.0.0.1", "192.0.2.1", 0 } },
      "10.5.1.1",
      "10.0.0.1@2",
      "10.5.0.0/16",
      "10.0.0.1@2" },
    { "both recursive next hops to one gateway are one",
      { { FIB_BGP, "10.5.0.0/16", 20, "10.6.0.1", "10.6.0.2", 0 },
        { FIB_STATIC, "10.6.0.0/24", 1, "10.0.0.1", NULL, 0 } },
      "10.5.1.1",
      "10.0.0.1@2",
      "10.5.0.0/16",
      "10.0.0.1@2" },
    { "recursion into ECMP takes all of it",
      { { FIB_BGP, "10.5.0.0/16", 20, "10.6.0.1", NULL, 0 },
        { FIB_STATIC, "10.6.0.0/24", 1, "10.0.0.1", "10.1.0.1", 0 } },
      "10.5.1.1",
      "10.0.0.1@2 10.1.0.1@3",
      "10.5.0.0/16",
      "10.0.0.1@2 10.1.0.1@3" },
    { "nothing to resolve by",
      { { FIB_BGP, "10.5.0.0/16", 20, "192.0.2.1", NULL, 0 } },
      "10.5.1.1",
      "-",
      "10.5.0.0/16",
      "-" },
    { "a route does not resolve through itself",
      { { FIB_STATIC, "10.5.0.0/16", 1, "10.5.0.1", NULL, 0 } },
      "10.5.1.1",
      "-",
      "10.5.0.0/16",
      "-" },
    { "nor when the default would do",
      { { FIB_STATIC, "10.5.0.0/16", 1, "10.5.0.1", NULL, 0 },
        { FIB_KERNEL, "0.0.0.0/0", 0, "10.0.0.1", NULL, 2 } },
      "10.5.1.1",
      "10.0.0.1@2",
      "10.5.0.0/16",
      "-" },
    { "a host route to its own next hop resolves by what is less specific",
      { { FIB_BGP, "10.5.0.1/32", 20, "10.5.0.1", NULL, 0 },
        { FIB_STATIC, "10.5.0.0/24", 1, "10.0.0.1", NULL, 0 } },
      "10.5.0.1",
      "10.0.0.1@2",
      "10.5.0.1/32",
      "10.0.0.1@2" },
    { "two routes through one another alone are dead",
      { { FIB_STATIC, "10.5.0.0/16", 1, "10.6.0.1", NULL, 0 },
        { FIB_STATIC, "10.6.0.0/16", 1, "10.5.0.1", NULL, 0 } },
      "10.5.1.1",
      "-",
      "10.6.0.0/16",
      "-" },
    { "two routes through one another fall back to the default",
      { { FIB_STATIC, "10.5.0.0/16", 1, "10.6.0.1", NULL, 0 },
        { FIB_STATIC, "10.6.0.0/16", 1, "10.5.0.1", NULL, 0 },
        { FIB_KERNEL, "0.0.0.0/0", 0, "10.0.0.1", NULL, 2 } },
      "10.5.1.1",
      "10.0.0.1@2",
      "10.6.0.0/16",
      "10.0.0.1@2" },
    { "lower distance wins",
      { { FIB_BGP, "10.5.0.0/16", 20, "10.0.0.1", NULL, 0 },
        { FIB_STATIC, "10.5.0.0/16", 1, "10.1.0.1", NULL, 0 } },
      "10.5.1.1",
      "10.1.0.1@3",
      "10.5.0.0/16",
      "10.1.0.1@3" },
    { "lower distance that is dead loses",
      { { FIB_BGP, "10.5.0.0/16", 20, "10.0.0.1", NULL, 0 },
        { FIB_STATIC, "10.5.0.0/16", 1, "192.0.2.1", NULL, 0 } },
      "10.5.1.1",
      "10.0.0.1@2",
      "10.5.0.0/16",
      "10.0.0.1@2" },
    { "distance 255 is never used",
      { { FIB_STATIC, "10.5.0.0/16", 255, "10.0.0.1", NULL, 0 } },
      "10.5.1.1",
      "-",
      "10.5.0.0/16",
      "-" },
    { "a connected network beats a static of distance 0",
      { { FIB_STATIC, "10.0.0.0/24", 0, "10.1.0.1", NULL, 0 } },
      "10.0.0.9",
      "-@2",
      "10.0.0.0/24",
      "-" },
    { "blackhole",
      { { FIB_STATIC, "10.5.0.0/16", 1, "null", NULL, 0 } },
      "10.5.1.1",
      "blackhole",
      "10.5.0.0/16",
      "blackhole" },
    { "recursion into a blackhole is one",
      { { FIB_BGP, "10.9.0.0/16", 20, "192.0.2.1", NULL, 0 },
        { FIB_STATIC, "192.0.2.1/32", 1, "null", NULL, 0 } },
      "10.9.1.1",
      "blackhole",
      "10.9.0.0/16",
      "blackhole" },
    { "by interface alone",
      { { FIB_STATIC, "10.5.0.0/16", 1, NULL, NULL, 3 } },
      "10.5.1.1",
      "-@3",
      "10.5.0.0/16",
      "-@3" },
    { "recursion over an interface route",
      { { FIB_BGP, "10.9.0.0/16", 20, "10.5.0.1", NULL, 0 },
        { FIB_STATIC, "10.5.0.0/16", 1, NULL, NULL, 3 } },
      "10.9.1.1",
      "10.5.0.1@3",
      "10.9.0.0/16",
      "10.5.0.1@3" },
    { "next hop not on the interface's networks",
      { { FIB_STATIC, "10.5.0.0/16", 1, "10.0.0.1", NULL, 3 } },
      "10.5.1.1",
      "-",
      "10.5.0.0/16",
      "-" },
    { "an interface that does not exist",
      { { FIB_STATIC, "10.5.0.0/16", 1, NULL, NULL, 77 } },
      "10.5.1.1",
      "-",
      "10.5.0.0/16",
      "-" },
};

static void give(struct fib *f, const struct given *g)
{
    struct fib_route r = route(g->source, g->prefix, g->distance);
    if (g->next_hop && strcmp(g->next_hop, "null") == 0)
        r.kind = FIB_BLACKHOLE;
    else
        add_path(&r, g->next_hop, g->if_index);
    if (g->second)
        add_path(&r, g->second, g->if_index);
    set(f, &r);
}

static void check_case(const struct resolve_case *c, bool objects, bool backwards)
{
    struct fib *f = start(objects);
    drain(f, &k);
    for (size_t i = 0; i < ARRAY_LEN(c->given); i++) {
        const struct given *g = &c->given[backwards ? ARRAY_LEN(c->given) - 1 - i : i];
        if (!g->prefix)
            continue;
        give(f, g);
        drain(f, &k);
    }
    if (strcmp(fib_says(f, c->to), c->want) != 0)
        fail_msg("%s: %s goes to %s", c->name, c->to, fib_says(f, c->to));
    if (c->prefix && strcmp(kernel_says(&k, c->prefix), c->in_kernel) != 0)
        fail_msg("%s: in the kernel %s", c->name, kernel_says(&k, c->prefix));
    assert_int_equal(fib_unstable(f), 0);
    for (size_t i = 0; i < ARRAY_LEN(c->given); i++) {
        if (c->given[i].prefix)
            del(f, c->given[i].source, c->given[i].prefix);
    }
    drain(f, &k);
    if (k.routes || k.objects)
        fail_msg("%s: %u routes and %u objects stay", c->name, k.routes, k.objects);
    fib_free(f);
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (unsigned way = 0; way < 4; way++)
            check_case(&cases[i], way & 1, way & 2);
    }
}

/* ---- the kernel's operations ---- */

enum { MANY = 1000 };

/* Operations of several drains together. */
struct ops {
    uint32_t route, object;
};

static void drain_more(struct fib *f, struct ops *sum)
{
    drain(f, &k);
    sum->route += k.route_ops;
    sum->object += k.object_ops;
}

/* BGP says of each of the routes that it has these next hops. */
static struct ops set_many(struct fib *f, const char *a, const char *b)
{
    struct ops sum = { 0 };
    for (uint32_t i = 0; i < MANY; i++) {
        struct fib_route r = via(FIB_BGP, "20.0.0.0/24", 20, a, 0);
        if (b)
            add_path(&r, b, 0);
        r.prefix.b[1] = (uint8_t)(i >> 8);
        r.prefix.b[2] = (uint8_t)i;
        set(f, &r);
        if (i % 100 == 99) /* it comes in portions */
            drain_more(f, &sum);
    }
    drain_more(f, &sum);
    return sum;
}

static void a_lost_next_hop_is_one_operation(void **state)
{
    (void)state;
    struct fib *f = start(true);
    struct fib_route g = via(FIB_STATIC, "192.0.2.1/32", 1, "10.0.0.1", 0);
    set(f, &g);
    g = via(FIB_STATIC, "192.0.2.2/32", 1, "10.1.0.1", 0);
    set(f, &g);
    set_many(f, "192.0.2.1", "192.0.2.2");
    assert_int_equal(k.routes, MANY + 2);
    del(f, FIB_STATIC, "192.0.2.2/32");
    drain(f, &k);
    assert_int_equal(k.route_ops, 1); /* the static itself */
    assert_true(k.object_ops <= 3);   /* the group; what nothing holds any more */
    assert_string_equal(kernel_says(&k, "20.0.3.0/24"), "10.0.0.1@2");
    g = via(FIB_STATIC, "192.0.2.2/32", 1, "10.1.0.7", 0);
    set(f, &g);
    drain(f, &k);
    assert_int_equal(k.route_ops, 1);
    assert_string_equal(kernel_says(&k, "20.0.3.0/24"), "10.0.0.1@2 10.1.0.7@3");
    del(f, FIB_STATIC, "192.0.2.1/32");
    del(f, FIB_STATIC, "192.0.2.2/32");
    drain(f, &k);
    assert_int_equal(k.routes, 0);
    assert_int_equal(k.objects, 0);
    fib_free(f);
}

/* Both members are neighbours; the link to one goes, and BGP takes the next hop out of each route.
 */
static void what_bgp_says_of_a_lost_next_hop_moves_nothing(void **state)
{
    (void)state;
    struct fib *f = start(true);
    set_many(f, "10.0.0.1", "10.1.0.1");
    assert_int_equal(k.routes, MANY);
    kernel_flush(&k, 3);
    link_set(f, 3, "eth1", false);
    drain(f, &k);
    assert_int_equal(k.route_ops, 0);
    assert_int_equal(k.object_ops, 1); /* the group */
    struct ops lost = set_many(f, "10.0.0.1", NULL);
    assert_int_equal(lost.route, 0);
    assert_int_equal(lost.object, 0);
    assert_string_equal(kernel_says(&k, "20.0.3.0/24"), "10.0.0.1@2");
    struct fib_route r = via(FIB_BGP, "20.9.0.0/24", 20, "10.0.0.1", 0);
    set(f, &r); /* the same next hop: the same object */
    drain(f, &k);
    assert_int_equal(k.route_ops, 1);
    assert_int_equal(k.object_ops, 0);
    link_set(f, 3, "eth1", true);
    drain(f, &k);
    assert_string_equal(kernel_says(&k, "20.0.3.0/24"), "10.0.0.1@2"); /* BGP has not said so */
    struct ops back = set_many(f, "10.0.0.1", "10.1.0.1");
    assert_int_equal(back.route, MANY);
    assert_true(back.object <= 3); /* the members and their group */
    assert_string_equal(kernel_says(&k, "20.0.3.0/24"), "10.0.0.1@2 10.1.0.1@3");
    assert_string_equal(kernel_says(&k, "20.9.0.0/24"), "10.0.0.1@2");
    for (uint32_t i = 0; i < MANY; i++) {
        struct prefix p = px("20.0.0.0/24");
        p.b[1] = (uint8_t)(i >> 8);
        p.b[2] = (uint8_t)i;
        fib_route_del(f, FIB_BGP, 0, &p);
    }
    del(f, FIB_BGP, "20.9.0.0/24");
    drain(f, &k);
    assert_int_equal(k.routes, 0);
    assert_int_equal(k.objects, 0);
    fib_free(f);
}

static void one_next_hop_that_moves_is_one_operation(void **state)
{
    (void)state;
    struct fib *f = start(true);
    struct fib_route g = via(FIB_STATIC, "192.0.2.1/32", 1, "10.0.0.1", 0);
    set(f, &g);
    struct fib_route r = via(FIB_BGP, "20.0.0.0/24", 20, "192.0.2.1", 0);
    set(f, &r);
    drain(f, &k);
    g = via(FIB_STATIC, "192.0.2.1/32", 1, "10.1.0.1", 0);
    set(f, &g);
    drain(f, &k);
    assert_int_equal(k.route_ops, 1);
    assert_string_equal(kernel_says(&k, "20.0.0.0/24"), "10.1.0.1@3");
    g = via(FIB_STATIC, "192.0.2.1/32", 1, "10.0.0.1", 0);
    add_path(&g, "10.1.0.1", 0);
    set(f, &g); /* one becomes two: a plain object cannot, so the route moves once */
    drain(f, &k);
    assert_int_equal(k.route_ops, 2);
    assert_string_equal(kernel_says(&k, "20.0.0.0/24"), "10.0.0.1@2 10.1.0.1@3");
    fib_free(f);
}

static void a_link_that_bounces_loses_nothing(void **state)
{
    (void)state;
    for (unsigned variant = 0; variant < 6; variant++) {
        bool told_late = variant & 1, objects = variant < 4, carrier = variant & 2;
        print_message("# objects %d, carrier %d, told late %d\n", objects, carrier, told_late);
        struct fib *f = start(objects);
        struct fib_route r = via(FIB_BGP, "20.0.0.0/24", 20, "10.0.0.1", 0);
        set(f, &r);
        r = via(FIB_BGP, "20.0.1.0/24", 20, "10.0.0.1", 0);
        add_path(&r, "10.1.0.1", 0);
        set(f, &r);
        r = via(FIB_STATIC, "20.0.2.0/24", 1, NULL, 2);
        set(f, &r);
        drain(f, &k);
        kernel_flush(&k, 2);
        assert_int_equal(k.routes, 1);
        struct fib_interface gone = *fib_interface_get(f, 2);
        gone.running = false;
        gone.admin_up = carrier;
        assert_int_equal(fib_interface_set(f, &gone), 0);
        if (!told_late) {
            drain(f, &k);
            assert_string_equal(kernel_says(&k, "20.0.0.0/24"), "-");
            assert_string_equal(kernel_says(&k, "20.0.1.0/24"), "10.1.0.1@3");
        }
        link_set(f, 2, "eth0", true);
        drain(f, &k);
        assert_string_equal(kernel_says(&k, "20.0.0.0/24"), "10.0.0.1@2");
        assert_string_equal(kernel_says(&k, "20.0.1.0/24"), "10.0.0.1@2 10.1.0.1@3");
        assert_string_equal(kernel_says(&k, "20.0.2.0/24"), "-@2");
        fib_free(f);
    }
}

static void set_running(struct fib *f, uint32_t index, bool running)
{
    struct fib_interface i = *fib_interface_get(f, index);
    i.running = running;
    assert_int_equal(fib_interface_set(f, &i), 0);
}

/* Who carries the link says first that it is dead; the kernel, which still has all, never hears of
 * it, or after that, or when it carries again already. */
static void a_link_that_is_said_to_be_lost_is_taken_out(void **state)
{
    (void)state;
    for (unsigned variant = 0; variant < 12; variant++) {
        unsigned when = variant % 3;
        bool objects = variant / 3 & 1, drained = variant / 6;
        print_message("# objects %d, kernel told %u, drained %d\n", objects, when, drained);
        struct fib *f = start(objects);
        struct fib_route r = via(FIB_BGP, "20.0.0.0/24", 20, "10.0.0.1", 0);
        set(f, &r);
        r = via(FIB_BGP, "20.0.1.0/24", 20, "10.0.0.1", 0);
        add_path(&r, "10.1.0.1", 0);
        set(f, &r);
        r = via(FIB_STATIC, "20.0.2.0/24", 1, NULL, 2);
        set(f, &r);
        r = via(FIB_STATIC, "20.0.2.0/24", 5, "10.1.0.1", 0);
        r.instance = 5;
        set(f, &r);
        drain(f, &k);
        fib_interface_lost(f, 2, true);
        fib_interface_lost(f, 2, true);
        if (drained || when == 1) {
            drain(f, &k);
            assert_string_equal(kernel_says(&k, "20.0.0.0/24"), "-");
            assert_string_equal(kernel_says(&k, "20.0.1.0/24"), "10.1.0.1@3");
            assert_string_equal(kernel_says(&k, "20.0.2.0/24"), "10.1.0.1@3");
        }
        if (when == 1) {
            kernel_flush(&k, 2);
            set_running(f, 2, false);
            drain(f, &k);
            set_running(f, 2, true); /* it is up for the kernel, and yet carries nothing */
            drain(f, &k);
            assert_string_equal(kernel_says(&k, "20.0.2.0/24"), "10.1.0.1@3");
        }
        fib_interface_lost(f, 2, false);
        if (when == 2) {
            if (drained)
                drain(f, &k);
            kernel_flush(&k, 2);
            set_running(f, 2, false);
            set_running(f, 2, true);
        }
        drain(f, &k);
        assert_string_equal(kernel_says(&k, "20.0.0.0/24"), "10.0.0.1@2");
        assert_string_equal(kernel_says(&k, "20.0.1.0/24"), "10.0.0.1@2 10.1.0.1@3");
        assert_string_equal(kernel_says(&k, "20.0.2.0/24"), "-@2");
        fib_interface_lost(f, 99, true);
        fib_free(f);
    }
}

static void what_was_there_is_adopted_or_removed(void **state)
{
    (void)state;
    struct fib *f = start(true);
    struct prefix stays = px("20.0.0.0/24"), goes = px("20.0.1.0/24");
    fib_found_ours(f, &stays, FIB_PROTOCOL, 20, 70005);
    fib_found_ours(f, &goes, FIB_PROTOCOL, 20, 70005);
    fib_found_nexthop(f, 70005);
    struct fib_route r = via(FIB_BGP, "20.0.0.0/24", 20, "10.0.0.1", 0);
    set(f, &r);
    static struct fib_op op;
    uint32_t n = drain(f, &k);
    assert_int_equal(n, 2);
    assert_true(k.object[0].id > 70005);
    fib_sweep(f);
    assert_true(fib_next_op(f, &op));
    assert_int_equal(op.kind, FIB_OP_ROUTE_DEL);
    assert_true(prefix_eq(&op.prefix, &goes));
    assert_int_equal(op.protocol, FIB_PROTOCOL);
    assert_true(fib_next_op(f, &op));
    assert_int_equal(op.kind, FIB_OP_NEXTHOP_DEL);
    assert_int_equal(op.id, 70005);
    assert_false(fib_next_op(f, &op));
    fib_free(f);
}

static void a_refused_route_is_removed_and_tried_again_after_a_change(void **state)
{
    (void)state;
    struct fib *f = start(true);
    struct fib_route r = via(FIB_BGP, "20.0.0.0/24", 20, "10.0.0.1", 0);
    set(f, &r);
    static struct fib_op op;
    assert_true(fib_next_op(f, &op));
    assert_true(fib_next_op(f, &op));
    assert_int_equal(op.kind, FIB_OP_ROUTE_SET);
    fib_op_failed(f, &op, -EOPNOTSUPP);
    assert_false(fib_has_refused(f));
    assert_true(fib_next_op(f, &op));
    assert_int_equal(op.kind, FIB_OP_ROUTE_DEL);
    fib_retry(f);
    while (fib_next_op(f, &op))
        assert_int_not_equal(op.kind, FIB_OP_ROUTE_SET);
    link_set(f, 2, "eth0", false);
    drain(f, &k);
    link_set(f, 2, "eth0", true);
    drain(f, &k);
    assert_string_equal(kernel_says(&k, "20.0.0.0/24"), "10.0.0.1@2");
    fib_free(f);
}

/* The last word about 20.0.0.0/24. */
struct rejected {
    struct view_sink sink;
    bool rejected, installed;
};

static bool rejected_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct rejected *r = container_of(sink, struct rejected, sink);
    const struct view_fib_route *route = record;
    if (v != &view_fib_route)
        return true;
    r->rejected = route->rejected;
    r->installed = route->installed;
    return true;
}

static bool is_rejected(struct fib *f)
{
    struct rejected r = { .sink = { .emit = rejected_emit } };
    struct fib_query q = { .prefix = px("20.0.0.0/24"), .source = FIB_SOURCE_COUNT };
    assert_true(fib_query(f, &q, &r.sink));
    assert_true(r.rejected != r.installed);
    return r.rejected;
}

static void what_the_kernel_refused_is_tried_again(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool objects, group;
        struct refusal refusal;
        bool rejected, retried; /* shown so; and there after a retry */
    } rows[] = {
        { "a route, once", false, false, { 1, -ENETDOWN, false, false }, false, true },
        { "a route, once, told late", false, false, { 1, -ENETDOWN, false, true }, false, true },
        { "a route, twice", false, false, { 2, -ENETUNREACH, false, false }, true, true },
        { "a route, for good", false, false, { 1, -EPERM, false, false }, true, false },
        { "an object, once", true, false, { 1, -ENETDOWN, false, false }, false, true },
        { "an object, once, told late", true, false, { 1, -ENOBUFS, false, true }, false, true },
        { "an object, for long", true, false, { 9, -EHOSTUNREACH, false, false }, true, true },
        { "an object, for good", true, false, { 1, -EOPNOTSUPP, false, false }, true, false },
        { "a group, once", true, true, { 1, -ENETDOWN, false, false }, false, true },
        { "a group, for long", true, true, { 12, -ENETDOWN, false, false }, true, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("# %s\n", rows[i].name);
        struct fib *f = start(rows[i].objects);
        struct fib_route r = via(FIB_BGP, "20.0.0.0/24", 20, "10.0.0.1", 0);
        if (rows[i].group)
            add_path(&r, "10.1.0.1", 0);
        set(f, &r);
        drain_refused(f, &k, rows[i].refusal);
        const char *there = rows[i].group ? "10.0.0.1@2 10.1.0.1@3" : "10.0.0.1@2";
        assert_string_equal(kernel_says(&k, "20.0.0.0/24"), rows[i].rejected ? "-" : there);
        assert_int_equal(is_rejected(f), rows[i].rejected);
        assert_int_equal(fib_has_refused(f), rows[i].rejected && rows[i].retried);
        fib_retry(f);
        drain(f, &k);
        assert_string_equal(kernel_says(&k, "20.0.0.0/24"), rows[i].retried ? there : "-");
        assert_int_equal(is_rejected(f), !rows[i].retried);
        link_set(f, 2, "eth0", false); /* with other next hops it is another matter */
        link_set(f, 3, "eth1", false);
        drain(f, &k);
        link_set(f, 2, "eth0", true);
        link_set(f, 3, "eth1", true);
        drain(f, &k);
        assert_string_equal(kernel_says(&k, "20.0.0.0/24"), there);
        fib_free(f);
    }
}

/* Nine refusals in a row: object and route are tried twice, then left alone. */
static void refusals_end(void **state)
{
    (void)state;
    struct fib *f = start(true);
    struct fib_route r = via(FIB_BGP, "20.0.0.0/24", 20, "10.0.0.1", 0);
    set(f, &r);
    for (int i = 0; i < 3; i++) {
        static struct fib_op op;
        int sets = 0;
        while (fib_next_op(f, &op)) {
            bool is_set = op.kind != FIB_OP_ROUTE_DEL && op.kind != FIB_OP_NEXTHOP_DEL;
            sets += is_set;
            if (is_set)
                fib_op_failed(f, &op, -ENETDOWN);
        }
        assert_in_range(sets, 2, 6);
        assert_true(fib_has_refused(f));
        fib_retry(f);
    }
    fib_free(f);
}

static void what_was_not_removed_is_removed_later(void **state)
{
    (void)state;
    for (unsigned objects = 0; objects < 2; objects++) {
        struct fib *f = start(objects);
        struct fib_route r = via(FIB_BGP, "20.0.0.0/24", 20, "10.0.0.1", 0);
        set(f, &r);
        drain(f, &k);
        del(f, FIB_BGP, "20.0.0.0/24");
        drain_refused(f, &k, (struct refusal){ 2, -ENOBUFS, true, false });
        assert_string_equal(kernel_says(&k, "20.0.0.0/24"), "10.0.0.1@2");
        assert_true(fib_has_refused(f));
        fib_retry(f);
        drain(f, &k);
        assert_int_equal(k.routes + k.objects, 0);
        assert_false(fib_has_refused(f));
        fib_free(f);
    }
}

/* ---- news ---- */

static void tracked_next_hops_tell_changes_alone(void **state)
{
    (void)state;
    struct fib *f = start(true);
    struct ip_addr near = ip("10.0.0.1"), far = ip("192.0.2.1"), own = ip("10.0.0.4");
    struct fib_tracked t;
    assert_int_equal(fib_track(f, &near), 0);
    assert_int_equal(fib_track(f, &near), 0);
    assert_true(fib_next_tracked(f, &t));
    assert_true(t.reachable && t.connected && !t.is_own && t.if_index == 2);
    assert_false(fib_next_tracked(f, &t));
    assert_int_equal(fib_track(f, &far), 0);
    assert_true(fib_next_tracked(f, &t));
    assert_false(t.reachable);
    struct fib_route r = via(FIB_KERNEL, "0.0.0.0/0", 0, "10.0.0.1", 2);
    r.metric = 100;
    set(f, &r);
    assert_true(fib_next_tracked(f, &t));
    assert_true(t.reachable && !t.connected && t.metric == 100 && ip_eq(&t.next_hop, &far));
    set(f, &r);
    assert_false(fib_next_tracked(f, &t));
    assert_int_equal(fib_track(f, &own), 0);
    assert_true(fib_next_tracked(f, &t));
    assert_true(t.is_own);
    fib_untrack(f, &far);
    link_set(f, 2, "eth0", false);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(fib_next_tracked(f, &t));
        assert_false(t.reachable);
        assert_false(ip_eq(&t.next_hop, &far));
    }
    assert_false(fib_next_tracked(f, &t));
    fib_untrack(f, &near);
    fib_untrack(f, &near);
    fib_free(f);
}

static void selected_routes_are_told_for_redistribution(void **state)
{
    (void)state;
    struct fib *f = start(true);
    struct fib_selected s;
    unsigned connected = 0;
    for (; fib_next_selected(f, &s); connected++)
        assert_int_equal(s.source, FIB_CONNECTED);
    assert_int_equal(connected, 2);
    struct fib_route b = via(FIB_BGP, "20.0.0.0/24", 20, "10.0.0.1", 0);
    set(f, &b);
    assert_false(fib_next_selected(f, &s));
    struct fib_route r = via(FIB_STATIC, "20.0.0.0/24", 1, "10.0.0.1", 0);
    r.tag = 7;
    set(f, &r);
    assert_true(fib_next_selected(f, &s));
    assert_true(s.present && s.source == FIB_STATIC && s.tag == 7 && s.if_index == 2);
    r.tag = 8;
    set(f, &r);
    assert_true(fib_next_selected(f, &s));
    assert_int_equal(s.tag, 8);
    del(f, FIB_STATIC, "20.0.0.0/24");
    assert_true(fib_next_selected(f, &s));
    assert_true(s.present && s.source == FIB_BGP);
    del(f, FIB_BGP, "20.0.0.0/24");
    assert_false(fib_next_selected(f, &s));
    link_set(f, 3, "eth1", false);
    assert_true(fib_next_selected(f, &s));
    assert_false(s.present);
    fib_free(f);
}

static bool is_not(const void *arg, uint32_t if_index)
{
    return if_index != *(const uint32_t *)arg;
}

static void interfaces_and_addresses_are_found(void **state)
{
    (void)state;
    struct fib *f = start(true);
    struct ip_addr id = fib_highest_address(f, false, NULL, NULL), want = ip("10.1.0.4");
    assert_true(ip_eq(&id, &want));
    id = fib_highest_address(f, true, NULL, NULL);
    assert_false(ip_bits(id.family));
    link_up(f, 1, "lo", "1.1.1.1/32");
    id = fib_highest_address(f, true, NULL, NULL);
    want = ip("1.1.1.1");
    assert_true(ip_eq(&id, &want));
    const uint32_t eth1 = 3;
    id = fib_highest_address(f, false, is_not, &eth1);
    want = ip("10.0.0.4");
    assert_true(ip_eq(&id, &want));
    assert_int_equal(fib_interface_find(f, "eth1")->index, 3);
    assert_null(fib_interface_find(f, ""));
    struct prefix p;
    uint32_t index;
    assert_true(fib_interface_address(f, 3, IP_V4, &p));
    assert_int_equal(p.b[3], 4);
    struct ip_addr a = ip("10.0.0.200");
    assert_true(fib_connected(f, &a, &p, &index));
    assert_int_equal(index, 2);
    fib_interface_del(f, 2);
    assert_false(fib_connected(f, &a, &p, &index));
    assert_null(fib_interface_get(f, 2));
    a = ip("10.0.0.4");
    assert_int_equal(fib_own_address(f, &a), 0);
    fib_free(f);
}

/* "Z only while T is BGP's, T is static only while Z": no table satisfies both. */
static void a_paradox_ends(void **state)
{
    (void)state;
    struct fib *f = start(true);
    struct fib_route r = via(FIB_STATIC, "20.0.0.0/16", 1, "30.0.0.1", 0);
    set(f, &r);
    r = via(FIB_BGP, "30.0.0.0/16", 20, "20.0.0.1", 0);
    r.allow_recursion_via_default = false;
    set(f, &r);
    r = via(FIB_BGP, "20.0.0.0/16", 20, "10.0.0.1", 0);
    set(f, &r);
    drain(f, &k);
    drain(f, &k);
    assert_true(fib_unstable(f) <= 2);
    fib_free(f);
}

static void limits_hold(void **state)
{
    (void)state;
    struct fib *f = fib_new(&(struct fib_params){ .max_routes = 2 });
    struct fib_route r = route(FIB_STATIC, "10.5.0.0/16", 1);
    assert_int_equal(fib_route_set(f, 0, &r), -22); /* no path */
    r.n = FIB_PATHS_MAX + 1;
    assert_int_equal(fib_route_set(f, 0, &r), -22);
    r.kind = FIB_BLACKHOLE;
    r.n = 0;
    assert_int_equal(fib_route_set(f, 0, &r), 0);
    r.prefix.b[2] = 99; /* beyond the length: the same prefix */
    assert_int_equal(fib_route_set(f, 0, &r), 0);
    r.prefix.b[1] = 6;
    assert_int_equal(fib_route_set(f, 0, &r), 0);
    r.prefix.b[1] = 7;
    assert_int_equal(fib_route_set(f, 0, &r), -28);
    r.prefix.len = 33;
    assert_int_equal(fib_route_set(f, 0, &r), -22);
    fib_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(a_lost_next_hop_is_one_operation),
        cmocka_unit_test(what_bgp_says_of_a_lost_next_hop_moves_nothing),
        cmocka_unit_test(one_next_hop_that_moves_is_one_operation),
        cmocka_unit_test(a_link_that_bounces_loses_nothing),
        cmocka_unit_test(a_link_that_is_said_to_be_lost_is_taken_out),
        cmocka_unit_test(what_was_there_is_adopted_or_removed),
        cmocka_unit_test(a_refused_route_is_removed_and_tried_again_after_a_change),
        cmocka_unit_test(what_the_kernel_refused_is_tried_again),
        cmocka_unit_test(refusals_end),
        cmocka_unit_test(what_was_not_removed_is_removed_later),
        cmocka_unit_test(tracked_next_hops_tell_changes_alone),
        cmocka_unit_test(selected_routes_are_told_for_redistribution),
        cmocka_unit_test(interfaces_and_addresses_are_found),
        cmocka_unit_test(a_paradox_ends),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests_name("fib/resolve", tests, NULL, NULL);
}
