/* Records for show: which prefixes a query gives, in which order, and what stands in them. */
#include "fixture.h"

static const char *const prefixes[] = { "10.1.0.0/16",  "0.0.0.0/0",   "10.0.0.0/8", "10.1.2.0/24",
                                        "192.0.2.0/24", "10.1.0.0/24", "9.0.0.0/8" };

static void table(struct fixture *f)
{
    fixture_init(f, 0, 1);
    fixture_up(f, 1, RIB_EBGP, 65010);
    fixture_up(f, 2, RIB_IBGP, OUR_AS);
    struct set_spec set = {
        .path = PATH(65010, 65099), .next_hop = "10.9.0.1", .med = 3, .community = 0x00640001
    };
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        assert_int_equal(fixture_announce(f, 1, prefixes[i], &set), RIB_OK);
    set = (struct set_spec){ .path = PATH(65010, 65099),
                             .next_hop = "10.9.0.2",
                             .local_pref = 100,
                             .med = 3,
                             .cluster = 0x01020304,
                             .originator = 0x05060708 };
    assert_int_equal(fixture_announce(f, 2, "10.1.0.0/16", &set), RIB_OK);
    fixture_settle(f);
}

struct query_case {
    const char *name;
    const char *prefix; /* NULL: all */
    bool longest, longer;
    const char *want; /* prefixes of the rows */
};

static const struct query_case cases[] = {
    { "all in order", NULL, false, false,
      "0.0.0.0/0 9.0.0.0/8 10.0.0.0/8 10.1.0.0/16 10.1.0.0/16 10.1.0.0/24 10.1.2.0/24 "
      "192.0.2.0/24" },
    { "one prefix with its paths", "10.1.0.0/16", false, false, "10.1.0.0/16 10.1.0.0/16" },
    { "one that is not there", "10.2.0.0/16", false, false, "" },
    { "an address: the longest match", "10.1.2.3/32", true, false, "10.1.2.0/24" },
    { "a prefix: the longest that covers it", "10.1.128.0/17", true, false,
      "10.1.0.0/16 10.1.0.0/16" },
    { "nothing but the default covers it", "11.0.0.1/32", true, false, "0.0.0.0/0" },
    { "longer prefixes, itself included", "10.1.0.0/16", false, true,
      "10.1.0.0/16 10.1.0.0/16 10.1.0.0/24 10.1.2.0/24" },
    { "none is longer", "11.0.0.0/8", false, true, "" },
};

static void test_queries(void **state)
{
    (void)state;
    struct fixture f;
    table(&f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[512];
        struct text t = text_init(buf, sizeof(buf));
        struct rib_query q = { .longest = cases[i].longest, .longer_prefixes = cases[i].longer };
        if (cases[i].prefix)
            q.prefix = fixture_prefix(cases[i].prefix);
        struct rows rows = fixture_query(&f, q);
        for (size_t k = 0; k < rows.n; k++) {
            if (k > 0)
                text_char(&t, ' ');
            text_prefix(&t, &rows.v[k].prefix);
        }
        CLAIM_TEXT(cases[i].name, buf, cases[i].want);
        free(rows.v);
    }
    fixture_done(&f);
}

static void test_fields(void **state)
{
    (void)state;
    struct fixture f;
    table(&f);
    struct rows rows = fixture_query(
        &f, (struct rib_query){ .prefix = fixture_prefix("10.1.0.0/16"), .now_s = 25 });
    assert_int_equal(rows.n, 2);
    const struct view_bgp_route *best = &rows.v[!rows.v[0].best], *other = &rows.v[rows.v[0].best];
    assert_true(best->best && best->valid && best->accepted && !best->internal && !best->local);
    assert_int_equal(best->path_count, 2);
    assert_string_equal(rib_step_name((enum rib_step)best->reason), "Peer Type");
    assert_string_equal(rib_step_name((enum rib_step)other->reason), "Peer Type");
    assert_string_equal(best->as_path, "65010 65099");
    assert_string_equal(best->communities, "100:1");
    assert_int_equal(best->as_path_hops, 2);
    assert_int_equal(best->age_s, 15);
    assert_int_equal(best->peer_as, 65010);
    assert_true(best->has_med && best->med == 3 && !best->has_local_pref);
    assert_true(!other->best && other->valid && other->internal && other->has_originator_id);
    assert_int_equal(other->originator_id, 0x05060708);
    assert_string_equal(other->cluster_list, "1.2.3.4");
    assert_int_equal(other->local_pref, 100);
    /* Records travel between processes. */
    uint8_t bytes[8192];
    struct view_bgp_route back;
    struct wr w = wr_init(bytes, sizeof(bytes));
    view_encode(&view_bgp_route, best, &w);
    assert_false(w.bad);
    struct rd rd = rd_init(bytes, wr_len(&w));
    memset(&back, 0, sizeof(back));
    assert_true(view_decode(&view_bgp_route, &rd, &back));
    assert_string_equal(back.as_path, best->as_path);
    assert_true(prefix_eq(&back.prefix, &best->prefix) && back.best && back.reason == best->reason);
    free(rows.v);
    fixture_done(&f);
}

static void test_advertised(void **state)
{
    (void)state;
    struct fixture f;
    table(&f);
    struct rib_group_params g = {
        .group = 7, .family = IP_V4, .kind = RIB_EBGP, .local_as = OUR_AS
    };
    assert_int_equal(rib_group_set(f.r, &g), 0);
    assert_int_equal(rib_group_join(f.r, 7, IP_V4, 3), 0);
    fixture_local(&f, "172.16.0.0/12", POLICY_STATIC,
                  &(struct set_spec){ .weight = 32768, .has_med = true });
    fixture_settle(&f);
    struct rib_query q = { .kind = RIB_QUERY_ADVERTISED, .peer = 3, .group = 7 };
    struct rows rows = fixture_query(&f, q); /* what waits counts as told */
    assert_int_equal(rows.n, ARRAY_LEN(prefixes) + 1);
    assert_int_equal(rows.v[0].next_hop.family, IP_NONE);
    assert_string_equal(rows.v[0].as_path, "65010 65099"); /* before our AS is prepended */
    assert_true(rows.v[6].local && rows.v[6].source == POLICY_STATIC && rows.v[6].weight == 32768);
    free(rows.v);
    q.peer = 1; /* who sent it is not told */
    rows = fixture_query(&f, q);
    assert_int_equal(rows.n, 1);
    free(rows.v);
    q.group = 8; /* no such group */
    rows = fixture_query(&f, q);
    assert_int_equal(rows.n, 0);
    free(rows.v);
    fixture_done(&f);
}

static bool stop_at_two(struct view_sink *sink, const struct view *v, const void *record)
{
    struct rows *rows = container_of(sink, struct rows, sink);
    (void)v;
    (void)record;
    return ++rows->n < 2;
}

static void test_sink_stops(void **state)
{
    (void)state;
    struct fixture f;
    table(&f);
    struct rows rows = { .sink = { stop_at_two } };
    struct rib_query q = { .family = IP_V4 };
    assert_true(rib_query(f.r, &q, &rows.sink));
    assert_int_equal(rows.n, 2);
    mem_fail_at(2);
    assert_false(rib_query(f.r, &q, &rows.sink));
    mem_fail_at(0);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_advertised),
        cmocka_unit_test(test_sink_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
