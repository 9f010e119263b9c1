/* The records behind `show ip route`: reference network S7.1, record by record. */
#include "world.h"

struct lines {
    struct view_sink sink;
    char buf[8192];
    struct text text;
};

static void line_route(struct text *t, const struct view_fib_route *r)
{
    static const char *const codes[] = { "K", "C", "S", "B" };
    text_str(t, codes[r->source]);
    text_str(t, r->rejected ? "r" : r->queued ? "q" : r->selected ? ">" : " ");
    text_str(t, r->installed ? "* " : "  ");
    text_prefix(t, &r->prefix);
    text_str(t, " [");
    text_u64(t, r->distance);
    text_str(t, "/");
    text_u64(t, r->metric);
    text_str(t, "] ");
    text_u64(t, (uint64_t)(r->age / NS_PER_S));
    text_str(t, "\n");
}

static void line_hop(struct text *t, const struct view_fib_nexthop *n)
{
    text_str(t, n->installed ? "  * " : "    ");
    if (n->depth)
        text_str(t, "  ");
    text_ip(t, &n->next_hop);
    text_str(t, n->recursive ? " (recursive)" : " ");
    text_str(t, n->recursive ? "" : n->blackhole ? "blackhole" : n->interface);
    text_str(t, n->active ? "" : " inactive");
    text_str(t, n->duplicate ? " duplicate" : "");
    text_str(t, n->onlink ? " onlink" : "");
    if (n->source.family != IP_NONE) {
        text_str(t, " src ");
        text_ip(t, &n->source);
    }
    text_str(t, "\n");
}

static bool emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct lines *l = (struct lines *)(void *)sink;
    if (v == &view_fib_route)
        line_route(&l->text, record);
    else
        line_hop(&l->text, record);
    return true;
}

static const char *show(const struct fib *f, struct fib_query q)
{
    static struct lines l;
    l.sink.emit = emit;
    l.text = text_init(l.buf, sizeof(l.buf));
    q.source = q.source ? q.source : FIB_SOURCE_COUNT;
    assert_true(fib_query(f, &q, &l.sink));
    return l.buf;
}

static void kernel_said(struct fib *f, const char *prefix)
{
    struct fib_route r = via(FIB_KERNEL, prefix, 0, "10.0.0.1", 2);
    r.metric = r.instance = 100;
    r.preferred_source = ip("10.0.0.4");
    set(f, &r);
}

static struct fib *s7(void)
{
    struct fib *f = router(true);
    link_up(f, 1, "lo", "127.0.0.1/8");
    link_up(f, 2, "eth0", "10.0.0.4/24");
    kernel_said(f, "0.0.0.0/0");
    kernel_said(f, "168.63.129.16/32");
    kernel_said(f, "169.254.169.254/32");
    struct fib_route s1 = via(FIB_STATIC, "10.0.210.0/24", 1, "10.0.0.1", 0);
    struct fib_route s2 = via(FIB_STATIC, "10.10.0.0/16", 1, "10.0.0.1", 0);
    assert_int_equal(fib_route_set(f, 3614 * NS_PER_S, &s1), 0);
    assert_int_equal(fib_route_set(f, 5624 * NS_PER_S, &s2), 0);
    const char *prefixes[] = { "10.0.0.0/16", "10.100.0.0/16" };
    for (size_t i = 0; i < 2; i++) {
        struct fib_route b = via(FIB_BGP, prefixes[i], 20, "10.0.210.4", 0);
        add_path(&b, "10.0.210.5", 0);
        assert_int_equal(fib_route_set(f, 5700 * NS_PER_S, &b), 0);
    }
    return f;
}

static void test_s7(void **state)
{
    (void)state;
    struct fib *f = s7();
    static struct kernel k;
    k.objects = k.routes = 0;
    drain(f, &k);
    const char *want = "K>* 0.0.0.0/0 [0/100] 18104\n"
                       "  * 10.0.0.1 eth0 src 10.0.0.4\n"
                       "B>* 10.0.0.0/16 [20/0] 12404\n"
                       "    10.0.210.4 (recursive)\n"
                       "  *   10.0.0.1 eth0\n"
                       "    10.0.210.5 (recursive)\n"
                       "      10.0.0.1 eth0 duplicate\n"
                       "C>* 10.0.0.0/24 [0/0] 18104\n"
                       "  * - eth0\n"
                       "S>* 10.0.210.0/24 [1/0] 14490\n"
                       "  * 10.0.0.1 eth0\n"
                       "S>* 10.10.0.0/16 [1/0] 12480\n"
                       "  * 10.0.0.1 eth0\n"
                       "B>* 10.100.0.0/16 [20/0] 12404\n"
                       "    10.0.210.4 (recursive)\n"
                       "  *   10.0.0.1 eth0\n"
                       "    10.0.210.5 (recursive)\n"
                       "      10.0.0.1 eth0 duplicate\n"
                       "K>* 168.63.129.16/32 [0/100] 18104\n"
                       "  * 10.0.0.1 eth0 src 10.0.0.4\n"
                       "K>* 169.254.169.254/32 [0/100] 18104\n"
                       "  * 10.0.0.1 eth0 src 10.0.0.4\n";
    struct fib_query q = { .family = IP_V4, .now = 18104 * NS_PER_S };
    assert_string_equal(show(f, q), want);
    assert_string_equal(kernel_says(&k, "10.100.0.0/16"), "10.0.0.1@2");
    assert_null(kernel_route(&k, &(struct prefix){ .family = IP_V4 }));
    fib_free(f);
}

static void test_queries(void **state)
{
    (void)state;
    struct fib *f = s7();
    static struct kernel k;
    k.objects = k.routes = 0;
    struct fib_query q = { .family = IP_V4, .prefix = px("10.100.3.4/32"), .longest = true };
    assert_non_null(strstr(show(f, q), "Bq  10.100.0.0/16"));
    drain(f, &k);
    assert_non_null(strstr(show(f, q), "B>* 10.100.0.0/16"));
    q.longest = false;
    assert_string_equal(show(f, q), "");
    q.prefix = px("10.0.0.0/16");
    assert_null(strstr(show(f, q), "C>*"));
    q.longer_prefixes = true;
    assert_non_null(strstr(show(f, q), "C>* 10.0.0.0/24"));
    q.source = FIB_CONNECTED;
    assert_string_equal(show(f, q), "C>* 10.0.0.0/24 [0/0] 0\n  * - eth0\n");
    fib_free(f);
}

/* As zebra and staticd 8.4 show the same configuration. */
static void what_cannot_be_used_is_shown_as_frr_does(void **state)
{
    (void)state;
    struct fib *f = router(true);
    static struct kernel k;
    k.objects = k.routes = 0;
    link_up(f, 2, "v0", "10.0.0.4/24");
    link_up(f, 3, "v1", NULL);
    struct fib_route r = via(FIB_STATIC, "10.6.0.0/16", 1, NULL, 3);
    set(f, &r);
    r = via(FIB_STATIC, "20.0.0.0/8", 1, "10.6.0.1", 0);
    set(f, &r);
    r = route(FIB_STATIC, "22.0.0.0/8", 1);
    r.kind = FIB_BLACKHOLE;
    set(f, &r);
    r = via(FIB_STATIC, "23.0.0.0/8", 1, "22.0.0.1", 0);
    set(f, &r);
    r = via(FIB_STATIC, "24.0.0.0/8", 1, "24.0.0.1", 0);
    set(f, &r);
    r = via(FIB_STATIC, "25.0.0.0/8", 1, "10.0.0.1", 0);
    add_path(&r, "24.0.0.9", 0);
    set(f, &r);
    r = via(FIB_STATIC, "25.0.0.0/8", 200, "10.0.0.2", 0);
    r.instance = 200;
    assert_int_equal(fib_route_set(f, NS_PER_S, &r), 0);
    drain(f, &k);
    struct fib_query q = { .family = IP_V4, .now = NS_PER_S };
    assert_string_equal(show(f, q), "C>* 10.0.0.0/24 [0/0] 1\n"
                                    "  * - v0\n"
                                    "S>* 10.6.0.0/16 [1/0] 1\n"
                                    "  * - v1\n"
                                    "S>* 20.0.0.0/8 [1/0] 1\n"
                                    "    10.6.0.1 (recursive)\n"
                                    "  *   10.6.0.1 v1 onlink\n"
                                    "S>* 22.0.0.0/8 [1/0] 1\n"
                                    "S>* 23.0.0.0/8 [1/0] 1\n"
                                    "    22.0.0.1 (recursive)\n"
                                    "  *   - blackhole\n"
                                    "S   25.0.0.0/8 [200/0] 0\n"
                                    "    10.0.0.2 v0\n"
                                    "S>* 25.0.0.0/8 [1/0] 1\n"
                                    "  * 10.0.0.1 v0\n");
    fib_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_s7, NULL, NULL),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(what_cannot_be_used_is_shown_as_frr_does),
    };
    return cmocka_run_group_tests_name("fib/show", tests, NULL, NULL);
}
