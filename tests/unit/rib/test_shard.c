/* Routes that come and go: what becomes the best, what the FIB hears, what stays for a refresh. */
#include "fixture.h"

static const struct set_spec via1 = { .path = PATH(65010, 65099), .next_hop = "10.9.0.1" };
static const struct set_spec via1_long = { .path = PATH(65010, 65011, 65099),
                                           .next_hop = "10.9.0.1" };
static const struct set_spec via2 = { .path = PATH(65020, 65099), .next_hop = "10.9.0.2" };

static void two_peers(struct fixture *f)
{
    fixture_init(f, 0, 1);
    fixture_up(f, 1, RIB_EBGP, 65010);
    fixture_up(f, 2, RIB_EBGP, 65020);
}

/* The next change: "prefix: next hops", "-" none. */
static const char *next_change(struct fixture *f)
{
    static char buf[256];
    struct rib_change c;
    struct text t = text_init(buf, sizeof(buf));
    if (!rib_next_change(f->r, &c))
        return "-";
    text_prefix(&t, &c.prefix);
    text_char(&t, ':');
    for (uint32_t i = 0; i < c.paths; i++) {
        text_char(&t, ' ');
        text_ip(&t, &c.path[i].next_hop);
    }
    return buf;
}

static void test_announce_withdraw(void **state)
{
    (void)state;
    struct fixture f;
    two_peers(&f);
    assert_int_equal(fixture_announce(&f, 1, "10.0.0.0/8", &via1), RIB_OK);
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "-"); /* the FIB has not spoken yet */
    assert_string_equal(next_change(&f), "-");
    fixture_settle(&f);
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "1: First path received");
    assert_string_equal(next_change(&f), "10.0.0.0/8: 10.9.0.1");
    assert_string_equal(next_change(&f), "-");

    assert_int_equal(fixture_announce(&f, 2, "10.0.0.0/8", &via2), RIB_OK);
    fixture_settle(&f);
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "1: Older Path");
    assert_int_equal(rib_counts(f.r).routes[0], 2);
    assert_int_equal(rib_counts(f.r).prefixes[0], 1);

    /* An implicit withdrawal: the longer path loses. */
    assert_int_equal(fixture_announce(&f, 1, "10.0.0.0/8", &via1_long), RIB_OK);
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "2: AS Path");
    assert_string_equal(next_change(&f), "10.0.0.0/8: 10.9.0.2");
    assert_int_equal(rib_counts(f.r).routes[0], 2);

    fixture_withdraw(&f, 2, "10.0.0.0/8");
    assert_string_equal(next_change(&f), "10.0.0.0/8: 10.9.0.1");
    fixture_withdraw(&f, 2, "10.0.0.0/8"); /* once more: nothing */
    fixture_withdraw(&f, 1, "10.0.0.0/8");
    assert_string_equal(next_change(&f), "10.0.0.0/8:");
    assert_string_equal(next_change(&f), "-");
    assert_int_equal(rib_counts(f.r).routes[0], 0);
    assert_int_equal(rib_counts(f.r).prefixes[0], 0);
    assert_int_equal(rib_peer_accepted(f.r, 1, IP_V4), 0);

    /* Nobody uses the next hops any more. */
    struct ip_addr nh;
    bool track;
    assert_true(rib_next_tracked(f.r, &nh, &track));
    assert_false(track);
    assert_true(rib_next_tracked(f.r, &nh, &track));
    assert_false(track);
    assert_false(rib_next_tracked(f.r, &nh, &track));
    fixture_done(&f);
}

static void test_table_version(void **state)
{
    (void)state;
    struct fixture f;
    two_peers(&f);
    fixture_announce(&f, 1, "10.0.0.0/8", &via1);
    fixture_settle(&f);
    assert_int_equal(rib_counts(f.r).table_version[0], 1);
    fixture_announce(&f, 1, "10.0.0.0/8", &via1); /* the same again */
    assert_int_equal(rib_counts(f.r).table_version[0], 1);
    fixture_announce(&f, 2, "10.0.0.0/8", &via2); /* does not become the best */
    fixture_settle(&f);
    assert_int_equal(rib_counts(f.r).table_version[0], 1);
    fixture_announce(&f, 1, "10.0.0.0/8",
                     &(struct set_spec){ .path = PATH(65010, 65098), .next_hop = "10.9.0.1" });
    assert_int_equal(rib_counts(f.r).table_version[0], 2);
    fixture_withdraw(&f, 1, "10.0.0.0/8");
    fixture_withdraw(&f, 2, "10.0.0.0/8");
    assert_int_equal(rib_counts(f.r).table_version[0], 4);
    fixture_done(&f);
}

static void test_loops(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum rib_peer_kind kind;
        uint8_t allowas_in;
        struct set_spec set;
        bool accepted;
    } cases[] = {
        { "our AS in the path is a loop", RIB_EBGP, 0, { .path = PATH(65010, OUR_AS) }, false },
        { "allowas-in 1 lets it through once", RIB_EBGP, 1, { .path = PATH(65010, OUR_AS) }, true },
        { "but not twice", RIB_EBGP, 1, { .path = PATH(65010, OUR_AS, OUR_AS) }, false },
        { "our own originator id is a loop", RIB_IBGP, 0, { .originator = OUR_ID }, false },
        { "another one is not", RIB_IBGP, 0, { .originator = OUR_ID + 1 }, true },
        { "our cluster id is a loop", RIB_IBGP, 0, { .cluster = OUR_ID }, false },
        { "another cluster is not", RIB_IBGP, 0, { .cluster = OUR_ID + 1 }, true },
        { "originator ids mean nothing from outside", RIB_EBGP, 0, { .originator = OUR_ID }, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;
        fixture_init(&f, 0, 1);
        struct rib_peer_params p = fixture_peer(1, cases[i].kind, 65010);
        p.allowas_in = cases[i].allowas_in;
        assert_int_equal(rib_peer_set(f.r, &p), 0);
        struct set_spec set = cases[i].set;
        set.next_hop = "10.9.0.1";
        fixture_announce(&f, 1, "10.0.0.0/8", &set);
        fixture_settle(&f);
        CLAIM(cases[i].name, rib_peer_accepted(f.r, 1, IP_V4) == cases[i].accepted);
        CLAIM(cases[i].name, rib_counts(f.r).routes[0] == cases[i].accepted);
        fixture_done(&f);
    }
}

static void test_import_sets(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    struct rib_peer_params p = fixture_peer(1, RIB_EBGP, 65010);
    p.weight = 77;
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    fixture_up(&f, 2, RIB_IBGP, OUR_AS);
    struct set_spec set = { .path = PATH(65010), .next_hop = "10.9.0.1", .local_pref = 500 };
    fixture_announce(&f, 1, "10.0.0.0/8", &set); /* from outside: not a local preference of ours */
    set.local_pref = 0;
    set.community = 0xffff0000; /* GRACEFUL_SHUTDOWN */
    fixture_announce(&f, 1, "11.0.0.0/8", &set);
    set.community = 0;
    fixture_announce(&f, 2, "12.0.0.0/8", &set); /* from inside, without one */
    fixture_settle(&f);
    struct rows rows = fixture_query(&f, (struct rib_query){ .kind = RIB_QUERY_TABLE });
    assert_int_equal(rows.n, 3);
    assert_int_equal(rows.v[0].weight, 77);
    assert_false(rows.v[0].has_local_pref);
    assert_true(rows.v[1].has_local_pref);
    assert_int_equal(rows.v[1].local_pref, 0);
    assert_int_equal(rows.v[2].local_pref, 100);
    assert_int_equal(rows.v[2].weight, 0);
    free(rows.v);
    fixture_done(&f);
}

static void test_next_hops(void **state)
{
    (void)state;
    struct fixture f;
    two_peers(&f);
    fixture_announce(&f, 1, "10.0.0.0/8", &via1);
    fixture_announce(&f, 2, "10.0.0.0/8", &via2);
    fixture_announce(&f, 1, "11.0.0.0/8", &via1);
    fixture_settle(&f);
    while (strcmp(next_change(&f), "-") != 0)
        continue;
    fixture_resolve(&f, "10.9.0.1", false, 0);
    while (rib_work(f.r, 1))
        continue;
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "2: First path received");
    assert_string_equal(fixture_best(&f, "11.0.0.0/8"), "-");
    fixture_resolve(&f, "10.9.0.1", true, 5);
    fixture_resolve(&f, "10.9.0.2", true, 10);
    while (rib_work(f.r, 1))
        continue;
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "1: IGP Metric");
    struct rib_next_hop own = { fixture_ip("10.9.0.1"), true, true, true, 0 };
    rib_next_hop_set(f.r, &own);
    while (rib_work(f.r, 1))
        continue;
    assert_string_equal(fixture_best(&f, "11.0.0.0/8"), "-");
    fixture_done(&f);
}

static void test_require_connected(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    struct rib_peer_params p = fixture_peer(1, RIB_EBGP, 65010);
    p.require_connected = true;
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    fixture_announce(&f, 1, "10.0.0.0/8", &via1);
    struct rib_next_hop nh = { fixture_ip("10.9.0.1"), true, false, false, 0 };
    rib_next_hop_set(f.r, &nh);
    while (rib_work(f.r, 100))
        continue;
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "-");
    nh.connected = true;
    rib_next_hop_set(f.r, &nh);
    while (rib_work(f.r, 100))
        continue;
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "1: First path received");
    fixture_done(&f);
}

static void test_multipath(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    f.params.decision.paths_ebgp = 2;
    f.params.decision.multipath_relax = true;
    rib_set_params(f.r, &f.params);
    for (uint16_t i = 1; i <= 4; i++)
        fixture_up(&f, i, RIB_EBGP, 65000U + 10 * i);
    struct set_spec set = { .path = PATH(65010, 65099), .next_hop = "10.9.0.1" };
    static const char *const next_hops[] = { "10.9.0.4", "10.9.0.3", "10.9.0.2", "10.9.0.2" };
    for (uint16_t i = 1; i <= 4; i++) {
        set.path[0] = 65000U + 10 * i;
        set.next_hop = next_hops[i - 1];
        fixture_announce(&f, i, "10.0.0.0/8", &set);
    }
    fixture_settle(&f);
    /* The best and one that shares: the lowest of the other next hops. */
    assert_true(strncmp(fixture_best(&f, "10.0.0.0/8"), "1:", 2) == 0);
    assert_string_equal(next_change(&f), "10.0.0.0/8: 10.9.0.4 10.9.0.2");
    f.params.decision.paths_ebgp = 64;
    rib_set_params(f.r, &f.params);
    fixture_settle(&f);
    assert_string_equal(next_change(&f), "10.0.0.0/8: 10.9.0.4 10.9.0.2 10.9.0.2 10.9.0.3");
    f.params.decision.multipath_relax = false;
    rib_set_params(f.r, &f.params);
    fixture_settle(&f);
    assert_string_equal(next_change(&f), "10.0.0.0/8: 10.9.0.4");
    fixture_done(&f);
}

static void test_local(void **state)
{
    (void)state;
    struct fixture f;
    two_peers(&f);
    struct set_spec own = { .weight = 32768, .has_med = true };
    struct set_spec redistributed = { .weight = 32768,
                                      .has_med = true,
                                      .origin = ORIGIN_INCOMPLETE };
    fixture_announce(&f, 1, "10.0.0.0/8", &via1);
    fixture_settle(&f);
    assert_string_equal(next_change(&f), "10.0.0.0/8: 10.9.0.1");
    fixture_local(&f, "10.0.0.0/8", POLICY_STATIC, &redistributed);
    fixture_local(&f, "10.0.0.0/8", POLICY_NETWORK, &own);
    fixture_local(&f, "11.0.0.0/8", POLICY_NETWORK, &own);
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "0: Weight");
    assert_int_equal(rib_counts(f.r).routes[0], 4);
    assert_string_equal(next_change(&f), "10.0.0.0/8:"); /* ours: the FIB has it from elsewhere */
    assert_string_equal(next_change(&f), "-");
    fixture_local(&f, "10.0.0.0/8", POLICY_NETWORK, NULL);
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "0: Weight");
    fixture_local(&f, "10.0.0.0/8", POLICY_STATIC, NULL);
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "1: First path received");
    assert_string_equal(next_change(&f), "10.0.0.0/8: 10.9.0.1");
    fixture_done(&f);
}

/* --- policy ----------------------------------------------------------------------------------- */

/* A world with prefix list TEN (permit 10.0.0.0/8 le 32) and map MAP (set metric 9). */
static struct policy_world *world(void)
{
    struct policy_world *w =
        policy_world_new(&(struct policy_params){ .hash_key = 1, .no_jit = true });
    struct policy_prefix_rule ten = { .permit = true,
                                      .prefix = fixture_prefix("10.0.0.0/8"),
                                      .le = 32 };
    struct policy_set_def metric = { .kind = POLICY_SET_METRIC, .number = 9 };
    struct policy_entry_def entry = { .seq = 10, .permit = true, .sets = &metric, .n_sets = 1 };
    assert_int_equal(policy_add_prefix_list(w, IP_V4, "TEN", &ten, 1), 0);
    assert_int_equal(policy_add_route_map(w, "MAP", &entry, 1), 0);
    assert_int_equal(policy_world_seal(w), 0);
    return w;
}

static const struct policy *chain(struct policy_world *w, enum policy_direction dir,
                                  const char *list, const char *map)
{
    const struct policy *p;
    struct policy_chain c = {
        .family = IP_V4, .direction = dir, .own_as = OUR_AS, .prefix_list = list, .route_map = map
    };
    assert_int_equal(policy_of(w, &c, &p), 0);
    return p;
}

static void test_soft_reconfiguration(void **state)
{
    (void)state;
    struct fixture f;
    struct policy_world *w = world();
    fixture_init(&f, 0, 1);
    struct rib_peer_params p = fixture_peer(1, RIB_EBGP, 65010);
    p.soft_reconfiguration = true;
    p.import = chain(w, POLICY_IN, "TEN", NULL);
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    fixture_announce(&f, 1, "10.0.0.0/8", &via1);
    fixture_announce(&f, 1, "11.0.0.0/8", &via1);
    fixture_settle(&f);
    assert_int_equal(rib_peer_received(f.r, 1, IP_V4), 2);
    assert_int_equal(rib_peer_accepted(f.r, 1, IP_V4), 1);
    assert_string_equal(fixture_best(&f, "11.0.0.0/8"), "-");
    struct rows rows =
        fixture_query(&f, (struct rib_query){ .kind = RIB_QUERY_RECEIVED, .peer = 1 });
    assert_int_equal(rows.n, 2);
    assert_true(rows.v[0].accepted && !rows.v[1].accepted);
    free(rows.v);

    p.import = chain(w, POLICY_IN, NULL, "MAP");
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    assert_true(rib_refresh_in(f.r, 1, IP_V4));
    fixture_settle(&f);
    assert_int_equal(rib_peer_accepted(f.r, 1, IP_V4), 2);
    rows = fixture_query(&f, (struct rib_query){ .kind = RIB_QUERY_ROUTES, .peer = 1 });
    assert_int_equal(rows.n, 2);
    assert_int_equal(rows.v[1].med, 9);
    free(rows.v);
    rows = fixture_query(&f, (struct rib_query){ .kind = RIB_QUERY_RECEIVED, .peer = 1 });
    assert_false(rows.v[1].has_med); /* as it came */
    free(rows.v);

    /* RFC 8212: nothing is accepted, all is kept. */
    p.deny_all = true;
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    assert_true(rib_refresh_in(f.r, 1, IP_V4));
    fixture_settle(&f);
    assert_int_equal(rib_peer_accepted(f.r, 1, IP_V4), 0);
    assert_int_equal(rib_peer_received(f.r, 1, IP_V4), 2);
    assert_string_equal(fixture_best(&f, "10.0.0.0/8"), "-");
    fixture_done(&f);
    policy_world_free(w);
}

static void test_without_soft_reconfiguration(void **state)
{
    (void)state;
    struct fixture f;
    struct policy_world *w = world();
    fixture_init(&f, 0, 1);
    struct rib_peer_params p = fixture_peer(1, RIB_EBGP, 65010);
    p.import = chain(w, POLICY_IN, "TEN", "MAP");
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    fixture_announce(&f, 1, "10.0.0.0/8", &via1);
    fixture_announce(&f, 1, "11.0.0.0/8", &via1);
    assert_int_equal(rib_counts(f.r).routes[0], 1);
    assert_false(rib_refresh_in(f.r, 1, IP_V4)); /* the peer has to be asked */
    p.soft_reconfiguration = true;               /* from now on: too late for what was rejected */
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    assert_false(rib_refresh_in(f.r, 1, IP_V4));
    rib_peer_down(f.r, 1, IP_V4);
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    assert_true(rib_refresh_in(f.r, 1, IP_V4));
    fixture_done(&f);
    policy_world_free(w);
}

/* --- in portions ------------------------------------------------------------------------------ */

static void test_peer_down(void **state)
{
    (void)state;
    struct fixture f;
    two_peers(&f);
    for (unsigned i = 0; i < 100; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.%u.0.0/16", i);
        fixture_announce(&f, 1, text, &via1);
        if (i % 2)
            fixture_announce(&f, 2, text, &via2);
    }
    fixture_settle(&f);
    assert_int_equal(rib_peer_accepted(f.r, 1, IP_V4), 100);
    rib_peer_down(f.r, 1, IP_V4);
    assert_int_equal(rib_peer_accepted(f.r, 1, IP_V4), 0);
    assert_true(rib_work(f.r, 30));
    /* The session is back before its routes are gone: those announced anew stay. */
    fixture_up(&f, 1, RIB_EBGP, 65010);
    fixture_announce(&f, 1, "10.90.0.0/16", &via1);
    fixture_announce(&f, 1, "10.1.0.0/16", &via1);
    fixture_settle(&f);
    assert_int_equal(rib_peer_accepted(f.r, 1, IP_V4), 2);
    assert_int_equal(rib_counts(f.r).routes[0], 52);
    assert_int_equal(rib_counts(f.r).prefixes[0], 51);
    assert_string_equal(fixture_best(&f, "10.90.0.0/16"), "1: First path received");
    assert_string_equal(fixture_best(&f, "10.1.0.0/16"), "2: Older Path");
    assert_string_equal(fixture_best(&f, "10.2.0.0/16"), "-");
    fixture_done(&f);
}

static void test_many_flaps(void **state)
{
    (void)state;
    struct fixture f;
    two_peers(&f);
    for (unsigned i = 0; i < 1000; i++) { /* more than there are generations, never swept between */
        fixture_announce(&f, 1, "10.0.0.0/8", &via1);
        rib_peer_down(f.r, 1, IP_V4);
        fixture_up(&f, 1, RIB_EBGP, 65010);
    }
    fixture_announce(&f, 1, "11.0.0.0/8", &via1);
    fixture_settle(&f);
    assert_int_equal(rib_counts(f.r).routes[0], 1);
    fixture_done(&f);
}

static void test_limit(void **state)
{
    (void)state;
    struct fixture f;
    two_peers(&f);
    f.params.max_routes = 2;
    rib_set_params(f.r, &f.params);
    assert_int_equal(fixture_announce(&f, 1, "10.0.0.0/8", &via1), RIB_OK);
    assert_int_equal(fixture_announce(&f, 1, "11.0.0.0/8", &via1), RIB_OK);
    assert_int_equal(fixture_announce(&f, 1, "12.0.0.0/8", &via1), RIB_FULL);
    assert_int_equal(fixture_announce(&f, 1, "11.0.0.0/8", &via1_long), RIB_OK); /* a replacement */
    assert_int_equal(rib_counts(f.r).routes[0], 2);
    fixture_withdraw(&f, 1, "10.0.0.0/8");
    assert_int_equal(fixture_announce(&f, 1, "12.0.0.0/8", &via1), RIB_OK);
    fixture_done(&f);
}

static void test_ipv6(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    struct rib_peer_params p = fixture_peer(1, RIB_EBGP, 65010);
    p.family = IP_V6;
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    struct set_spec set = { .path = PATH(65010), .next_hop = "2001:db8::1" };
    fixture_announce(&f, 1, "2001:db8:1::/48", &set);
    fixture_announce(&f, 1, "2001:db8:1::/64", &set);
    fixture_announce(&f, 1, "::/0", &set);
    fixture_settle(&f);
    assert_string_equal(next_change(&f), "2001:db8:1::/48: 2001:db8::1");
    assert_int_equal(rib_counts(f.r).prefixes[1], 3);
    assert_int_equal(rib_counts(f.r).prefixes[0], 0);
    rib_peer_down(f.r, 1, IP_V6);
    fixture_settle(&f);
    assert_int_equal(rib_counts(f.r).prefixes[1], 0);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_announce_withdraw),
        cmocka_unit_test(test_table_version),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_import_sets),
        cmocka_unit_test(test_next_hops),
        cmocka_unit_test(test_require_connected),
        cmocka_unit_test(test_multipath),
        cmocka_unit_test(test_local),
        cmocka_unit_test(test_soft_reconfiguration),
        cmocka_unit_test(test_without_soft_reconfiguration),
        cmocka_unit_test(test_peer_down),
        cmocka_unit_test(test_many_flaps),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_ipv6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
