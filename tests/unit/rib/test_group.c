/* What groups of peers are told: rules of export, split horizon, buckets, members that join. */
#include <errno.h>

#include "fixture.h"

static const uint16_t members[] = { 1, 2, 3 };

static struct rib_group_params group_of(uint16_t group, enum rib_peer_kind kind)
{
    return (struct rib_group_params){
        .group = group,
        .family = IP_V4,
        .kind = kind,
        .send_community_kinds = 7,
        .local_as = OUR_AS,
    };
}

static void join(struct fixture *f, uint16_t group, uint16_t peer)
{
    assert_int_equal(rib_group_join(f->r, group, IP_V4, peer), 0);
}

/* --- rules of export -------------------------------------------------------------------------- */

struct export_case {
    const char *name;
    enum rib_peer_kind from, to;
    struct set_spec set;
    struct rib_group_params g; /* beside group, family and kind */
    const char *want;          /* next hop|path|med|local pref|communities; "-": not told */
};

#define ALL .send_community_kinds = 7

static const struct export_case export_cases[] = {
    { "external to external: ourselves as next hop, no MED of theirs",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010), .med = 5, .next_hop = "10.9.0.1" },
      { ALL },
      "-|65010|||" },
    { "external to internal: next hop kept, local preference added",
      RIB_EBGP,
      RIB_IBGP,
      { .path = PATH(65010), .med = 5, .next_hop = "10.9.0.1" },
      { ALL },
      "10.9.0.1|65010|5|100|" },
    { "with next-hop-self",
      RIB_EBGP,
      RIB_IBGP,
      { .path = PATH(65010), .next_hop = "10.9.0.1" },
      { ALL, .next_hop_self = true },
      "-|65010||100|" },
    { "with next-hop-unchanged",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010), .next_hop = "10.9.0.1" },
      { ALL, .next_hop_unchanged = true },
      "10.9.0.1|65010|||" },
    { "own routes keep their MED", RIB_LOCAL, RIB_EBGP, { .has_med = true }, { ALL }, "-||0||" },
    { "a next hop on the shared subnet is kept",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010), .next_hop = "10.8.0.1" },
      { ALL },
      "10.8.0.1|65010|||" },
    { "one that is not is replaced",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010), .next_hop = "10.9.1.1" },
      { ALL },
      "-|65010|||" },
    { "not even one on the shared subnet with next-hop-self",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010), .next_hop = "10.8.0.1" },
      { ALL, .next_hop_self = true },
      "-|65010|||" },
    { "internal to external: no local preference",
      RIB_IBGP,
      RIB_EBGP,
      { .path = PATH(65010), .local_pref = 200, .next_hop = "10.9.0.1" },
      { ALL },
      "-|65010|||" },
    { "internal to internal: not told",
      RIB_IBGP,
      RIB_IBGP,
      { .path = PATH(65010), .local_pref = 200, .next_hop = "10.9.0.1" },
      { ALL },
      "-" },
    { "internal to a client: reflected as it is",
      RIB_IBGP,
      RIB_IBGP_CLIENT,
      { .path = PATH(65010), .local_pref = 200, .next_hop = "10.9.0.1" },
      { ALL },
      "10.9.0.1|65010||200|" },
    { "a client's to internal: reflected",
      RIB_IBGP_CLIENT,
      RIB_IBGP,
      { .path = PATH(65010), .local_pref = 200, .next_hop = "10.9.0.1" },
      { ALL },
      "10.9.0.1|65010||200|" },
    { "next-hop-self spares what is reflected",
      RIB_IBGP_CLIENT,
      RIB_IBGP,
      { .path = PATH(65010), .local_pref = 200, .next_hop = "10.9.0.1" },
      { ALL, .next_hop_self = true },
      "10.9.0.1|65010||200|" },
    { "next-hop-self force does not",
      RIB_IBGP_CLIENT,
      RIB_IBGP,
      { .path = PATH(65010), .local_pref = 200, .next_hop = "10.9.0.1" },
      { ALL, .next_hop_self_force = true },
      "-|65010||200|" },
    { "no-export stays inside",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010), .next_hop = "10.9.0.1", .community = 0xffffff01 },
      { ALL },
      "-" },
    { "no-export goes to internal peers",
      RIB_EBGP,
      RIB_IBGP,
      { .path = PATH(65010), .next_hop = "10.9.0.1", .community = 0xffffff01 },
      { ALL },
      "10.9.0.1|65010||100|no-export" },
    { "no-advertise goes nowhere",
      RIB_EBGP,
      RIB_IBGP,
      { .path = PATH(65010), .next_hop = "10.9.0.1", .community = 0xffffff02 },
      { ALL },
      "-" },
    { "local-as (no-export-subconfed) stays inside",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010), .next_hop = "10.9.0.1", .community = 0xffffff03 },
      { ALL },
      "-" },
    { "communities only if they are to be sent",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010), .next_hop = "10.9.0.1", .community = 0x00010002 },
      { 0 },
      "-|65010|||" },
    { "a path of private numbers alone is removed",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010, 65020), .next_hop = "10.9.0.1" },
      { ALL, .remove_private = true },
      "-||||" },
    { "as-override puts our AS for the peer's",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(100, 200), .next_hop = "10.9.0.1" },
      { ALL, .as_override = true, .remote_as = 200 },
      "-|100 65001|||" },
    { "deny_all denies",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010), .next_hop = "10.9.0.1" },
      { ALL, .deny_all = true },
      "-" },
    { "the peer's own AS in the path is no obstacle",
      RIB_EBGP,
      RIB_EBGP,
      { .path = PATH(65010, 65030), .next_hop = "10.9.0.1" },
      { ALL, .remote_as = 65030 },
      "-|65010 65030|||" },
};

static void test_export(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(export_cases); i++) {
        const struct export_case *c = &export_cases[i];
        struct fixture f;
        fixture_init(&f, 0, 1);
        struct rib_group_params g = c->g;
        g.group = 1;
        g.family = IP_V4;
        g.kind = c->to;
        g.local_as = OUR_AS;
        assert_int_equal(rib_group_set(f.r, &g), 0);
        join(&f, 1, 3);
        fixture_member(&f, 3)->is_internal = c->to != RIB_EBGP;
        fixture_member(&f, 3)->shared = fixture_prefix("10.8.0.0/24");
        if (c->from == RIB_LOCAL) {
            fixture_local(&f, "10.0.0.0/8", POLICY_NETWORK, &c->set);
        } else {
            fixture_up(&f, 1, c->from, c->from == RIB_EBGP ? 65010 : OUR_AS);
            fixture_announce(&f, 1, "10.0.0.0/8", &c->set);
        }
        fixture_settle(&f);
        fixture_pull(&f, 1, &members[2], 1);
        CLAIM_TEXT(c->name, fixture_knows(&f, 3, "10.0.0.0/8"), c->want);
        CLAIM(c->name, fixture_member(&f, 3)->eors == 1);
        fixture_done(&f);
    }
}

static void test_reflection_marks(void **state)
{
    (void)state;
    struct fixture f;
    struct rib_export e;
    fixture_init(&f, 0, 1);
    fixture_up(&f, 1, RIB_IBGP_CLIENT, OUR_AS);
    struct rib_group_params g = group_of(0, RIB_IBGP);
    assert_int_equal(rib_group_set(f.r, &g), 0);
    join(&f, 0, 3);
    struct set_spec set = {
        .path = PATH(65010), .local_pref = 100, .next_hop = "10.9.0.1", .cluster = 7
    };
    fixture_announce(&f, 1, "10.0.0.0/8", &set);
    fixture_settle(&f);
    assert_true(rib_next_export(f.r, 0, IP_V4, &e));
    assert_int_equal(attr_rare(e.set)->originator_id,
                     0x01010101); /* RFC 4456 8: the client's router id */
    assert_int_equal(e.set->cluster_hops, 2);
    static const uint8_t want[] = { 10, 0, 0, 1, 0, 0, 0, 7 };
    assert_memory_equal(attr_span(e.set, SPAN_CLUSTER_LIST), want, 8);
    fixture_done(&f);
}

static void test_route_server(void **state)
{
    (void)state;
    struct fixture f;
    struct rib_export e;
    fixture_init(&f, 0, 1);
    struct rib_peer_params p = fixture_peer(1, RIB_EBGP, 65010);
    p.route_server_client = true;
    assert_int_equal(rib_peer_set(f.r, &p), 0);
    struct rib_group_params g = group_of(0, RIB_EBGP);
    g.route_server_client = true;
    assert_int_equal(rib_group_set(f.r, &g), 0);
    join(&f, 0, 1);
    join(&f, 0, 2);
    struct set_spec set = { .path = PATH(65010), .med = 5, .next_hop = "10.9.0.1" };
    fixture_announce(&f, 1, "10.0.0.0/8", &set);
    fixture_settle(&f);
    assert_true(rib_next_export(f.r, 0, IP_V4, &e));
    assert_true(e.transparent);
    assert_int_equal(e.except, 1);
    assert_int_equal(e.set->head.med, 5);
    assert_int_equal(e.set->head.next_hop.b[3], 1);
    fixture_done(&f);
}

static void test_graceful_shutdown(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    f.params.graceful_shutdown = true;
    rib_set_params(f.r, &f.params);
    struct rib_group_params g = group_of(0, RIB_EBGP);
    assert_int_equal(rib_group_set(f.r, &g), 0);
    join(&f, 0, 3);
    fixture_local(&f, "10.0.0.0/8", POLICY_NETWORK, &(struct set_spec){ .weight = 32768 });
    fixture_settle(&f);
    fixture_pull(&f, 0, &members[2], 1);
    CLAIM_TEXT("communities", fixture_knows(&f, 3, "10.0.0.0/8"), "-||||graceful-shutdown");
    fixture_done(&f);
}

/* --- default-originate ------------------------------------------------------------------------ */

static void test_default_originate(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    fixture_up(&f, 1, RIB_EBGP, 65010);
    struct rib_group_params g = group_of(0, RIB_EBGP);
    g.default_originate = true;
    g.deny_all = true; /* needs no policy to be told */
    assert_int_equal(rib_group_set(f.r, &g), 0);
    join(&f, 0, 1);
    join(&f, 0, 3);
    fixture_settle(&f);
    fixture_pull(&f, 0, members, 3);
    assert_string_equal(fixture_knows(&f, 3, "0.0.0.0/0"), "-||0||");
    assert_int_equal(rib_counts(f.r).prefixes[0], 0);
    /* A default route of the table takes no effect, in neither direction. */
    struct set_spec set = { .path = PATH(65010), .next_hop = "10.9.0.1" };
    fixture_announce(&f, 1, "0.0.0.0/0", &set);
    fixture_settle(&f);
    assert_false(fixture_pull_one(&f, 0, members, 3));
    struct rows rows =
        fixture_query(&f, (struct rib_query){ .kind = RIB_QUERY_ADVERTISED, .peer = 3 });
    assert_int_equal(rows.n, 0); /* `show` has a line of its own for it */
    free(rows.v);
    g.default_originate = false;
    g.deny_all = false;
    assert_int_equal(rib_group_set(f.r, &g), 0);
    fixture_settle(&f);
    fixture_pull(&f, 0, members, 3);
    assert_string_equal(fixture_knows(&f, 3, "0.0.0.0/0"), "-|65010|||");
    assert_string_equal(fixture_knows(&f, 1, "0.0.0.0/0"), "-"); /* it is 1's own route now */
    fixture_withdraw(&f, 1, "0.0.0.0/0");
    fixture_pull(&f, 0, members, 3);
    assert_string_equal(fixture_knows(&f, 3, "0.0.0.0/0"), "-");
    fixture_done(&f);
}

/* --- who is told ------------------------------------------------------------------------------ */

static void test_split_horizon(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    f.params.decision.compare_router_id = true;
    rib_set_params(f.r, &f.params);
    struct rib_group_params g = group_of(0, RIB_EBGP);
    assert_int_equal(rib_group_set(f.r, &g), 0);
    for (uint16_t i = 1; i <= 3; i++) {
        fixture_up(&f, i, RIB_EBGP, 65100U + i);
        join(&f, 0, i);
    }
    fixture_settle(&f);
    fixture_pull(&f, 0, members, 3);
    struct set_spec set = { .path = PATH(65102), .next_hop = "10.9.0.2" };
    fixture_announce(&f, 2, "10.0.0.0/8", &set);
    fixture_settle(&f);
    fixture_pull(&f, 0, members, 3);
    assert_string_equal(fixture_knows(&f, 1, "10.0.0.0/8"), "-|65102|||");
    assert_string_equal(fixture_knows(&f, 2, "10.0.0.0/8"), "-");
    assert_string_equal(fixture_knows(&f, 3, "10.0.0.0/8"), "-|65102|||");
    /* 1 has a better one: 1 forgets what it knows from 2, and 2 is told. */
    set = (struct set_spec){ .path = PATH(65101), .next_hop = "10.9.0.1" };
    fixture_announce(&f, 1, "10.0.0.0/8", &set);
    fixture_settle(&f);
    fixture_pull(&f, 0, members, 3);
    assert_string_equal(fixture_knows(&f, 1, "10.0.0.0/8"), "-");
    assert_string_equal(fixture_knows(&f, 2, "10.0.0.0/8"), "-|65101|||");
    assert_string_equal(fixture_knows(&f, 3, "10.0.0.0/8"), "-|65101|||");
    fixture_withdraw(&f, 1, "10.0.0.0/8");
    fixture_pull(&f, 0, members, 3);
    assert_string_equal(fixture_knows(&f, 1, "10.0.0.0/8"), "-|65102|||");
    assert_string_equal(fixture_knows(&f, 2, "10.0.0.0/8"), "-");
    fixture_withdraw(&f, 2, "10.0.0.0/8");
    fixture_pull(&f, 0, members, 3);
    for (uint16_t i = 1; i <= 3; i++) {
        assert_string_equal(fixture_knows(&f, i, "10.0.0.0/8"), "-");
        assert_false(fixture_member(&f, i)->spurious);
    }
    fixture_done(&f);
}

static void test_lone_sender_hears_nothing(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    struct rib_group_params g = group_of(0, RIB_EBGP);
    assert_int_equal(rib_group_set(f.r, &g), 0);
    fixture_up(&f, 1, RIB_EBGP, 65101);
    join(&f, 0, 1);
    fixture_settle(&f);
    fixture_pull(&f, 0, members, 1);
    size_t before = f.portions;
    fixture_announce(&f, 1, "10.0.0.0/8",
                     &(struct set_spec){ .path = PATH(65101), .next_hop = "10.9.0.1" });
    fixture_settle(&f);
    fixture_pull(&f, 0, members, 1);
    assert_int_equal(f.portions, before);
    join(&f, 0, 2); /* another one joins: it is told by its dump */
    fixture_pull(&f, 0, members, 2);
    assert_string_equal(fixture_knows(&f, 2, "10.0.0.0/8"), "-|65101|||");
    assert_string_equal(fixture_knows(&f, 1, "10.0.0.0/8"), "-");
    fixture_done(&f);
}

static void test_coalescing(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    struct rib_group_params g = group_of(0, RIB_EBGP);
    assert_int_equal(rib_group_set(f.r, &g), 0);
    fixture_up(&f, 1, RIB_EBGP, 65101);
    join(&f, 0, 3);
    fixture_settle(&f);
    fixture_pull(&f, 0, &members[2], 1);
    struct set_spec a = { .path = PATH(65101), .next_hop = "10.9.0.1" };
    struct set_spec b = { .path = PATH(65101, 65009), .next_hop = "10.9.0.1" };
    fixture_announce(&f, 1, "9.0.0.0/8", &a);
    fixture_settle(&f);
    fixture_pull(&f, 0, &members[2], 1);
    size_t before = f.portions;
    /* Came and went: nothing. Changed and back: nothing. */
    fixture_announce(&f, 1, "10.0.0.0/8", &a);
    fixture_withdraw(&f, 1, "10.0.0.0/8");
    fixture_announce(&f, 1, "9.0.0.0/8", &b);
    fixture_announce(&f, 1, "9.0.0.0/8", &a);
    fixture_pull(&f, 0, &members[2], 1);
    assert_int_equal(f.portions, before);
    /* Twice changed: told once; prefixes of one set go together. */
    fixture_announce(&f, 1, "10.0.0.0/8", &a);
    fixture_announce(&f, 1, "11.0.0.0/8", &b);
    fixture_announce(&f, 1, "12.0.0.0/8", &b);
    fixture_announce(&f, 1, "10.0.0.0/8", &b);
    fixture_pull(&f, 0, &members[2], 1);
    assert_int_equal(f.portions, before + 1);
    assert_int_equal(fixture_member(&f, 3)->announced, 4);
    fixture_done(&f);
}

static void test_export_policy_refresh(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    struct policy_world *w =
        policy_world_new(&(struct policy_params){ .hash_key = 1, .no_jit = true });
    struct policy_prefix_rule ten = { .permit = true,
                                      .prefix = fixture_prefix("10.0.0.0/8"),
                                      .le = 32 };
    struct policy_set_def sets[] = { { .kind = POLICY_SET_METRIC, .number = 9 },
                                     { .kind = POLICY_SET_NEXT_HOP,
                                       .address = fixture_ip("10.1.1.1") } };
    struct policy_entry_def entry = { .seq = 10, .permit = true, .sets = sets, .n_sets = 2 };
    assert_int_equal(policy_add_prefix_list(w, IP_V4, "TEN", &ten, 1), 0);
    assert_int_equal(policy_add_route_map(w, "MAP", &entry, 1), 0);
    assert_int_equal(policy_world_seal(w), 0);
    struct policy_chain chains[2] = { { IP_V4, POLICY_OUT, OUR_AS, NULL, "TEN", NULL, NULL },
                                      { IP_V4, POLICY_OUT, OUR_AS, NULL, NULL, NULL, "MAP" } };
    struct rib_group_params g = group_of(0, RIB_EBGP);
    assert_int_equal(policy_of(w, &chains[0], &g.export), 0);
    assert_int_equal(rib_group_set(f.r, &g), 0);
    fixture_up(&f, 1, RIB_EBGP, 65101);
    join(&f, 0, 3);
    struct set_spec a = { .path = PATH(65101), .next_hop = "10.9.0.1" };
    fixture_announce(&f, 1, "10.0.0.0/8", &a);
    fixture_announce(&f, 1, "11.0.0.0/8", &a);
    fixture_settle(&f);
    fixture_pull(&f, 0, &members[2], 1);
    assert_string_equal(fixture_knows(&f, 3, "10.0.0.0/8"), "-|65101|||");
    assert_string_equal(fixture_knows(&f, 3, "11.0.0.0/8"), "-");
    assert_int_equal(policy_of(w, &chains[1], &g.export), 0);
    assert_int_equal(rib_group_set(f.r, &g), 0);
    rib_refresh_out(f.r, 0, IP_V4);
    fixture_settle(&f);
    fixture_pull(&f, 0, &members[2], 1);
    assert_string_equal(fixture_knows(&f, 3, "10.0.0.0/8"), "10.1.1.1|65101|9||");
    assert_string_equal(fixture_knows(&f, 3, "11.0.0.0/8"), "10.1.1.1|65101|9||");
    fixture_done(&f);
    policy_world_free(w);
}

/* --- joining ---------------------------------------------------------------------------------- */

static void announce_many(struct fixture *f, unsigned from, unsigned to, uint32_t last_as)
{
    struct set_spec a = { .path = PATH(65101, 0), .next_hop = "10.9.0.1" };
    for (unsigned i = from; i < to; i++) {
        struct prefix p = { .family = IP_V4,
                            .len = 24,
                            .b = { 20, (uint8_t)(i >> 8), (uint8_t)i } };
        a.path[1] = last_as + i % 7;
        struct attr_set *s = fixture_set(f->attrs, &a);
        assert_int_equal(rib_announce(f->r, 1, 1, s, &p, 1), RIB_OK);
        attr_unref(f->attrs, s);
    }
}

static void test_join_during_change(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    struct rib_group_params g = group_of(0, RIB_EBGP);
    assert_int_equal(rib_group_set(f.r, &g), 0);
    fixture_up(&f, 1, RIB_EBGP, 65101);
    join(&f, 0, 2);
    announce_many(&f, 0, 3000, 70000);
    fixture_settle(&f);
    fixture_pull(&f, 0, members, 2);
    join(&f, 0, 3);
    for (unsigned i = 0; i < 7; i++) { /* portions of the dump, and changes between them */
        assert_true(fixture_pull_one(&f, 0, members, 3));
        announce_many(&f, 100 * i, 100 * i + 50, 80000 + 10 * i);
        for (unsigned k = 0; k < 20; k++) {
            char text[32];
            snprintf(text, sizeof(text), "20.%u.%u.0/24", (1000 + 200 * i + k) >> 8,
                     (1000 + 200 * i + k) & 255);
            fixture_withdraw(&f, 1, text);
        }
    }
    assert_int_equal(fixture_member(&f, 3)->eors, 0);
    fixture_pull(&f, 0, members, 3);
    assert_int_equal(fixture_member(&f, 3)->eors, 1);
    assert_int_equal(fixture_member(&f, 2)->eors, 1);
    const struct told_member *two = fixture_member(&f, 2), *three = fixture_member(&f, 3);
    assert_int_equal(two->count, 3000 - 140);
    assert_int_equal(three->count, two->count);
    assert_false(two->spurious);
    for (size_t i = 0; i < two->count; i++) {
        char text[64];
        struct text t = text_init(text, sizeof(text));
        text_prefix(&t, &two->known[i].prefix);
        assert_string_equal(fixture_knows(&f, 3, text), two->known[i].text);
    }
    /* A resend goes to the member alone, without End-of-RIB. */
    size_t announced = two->announced;
    rib_group_resend(f.r, 0, IP_V4, 3);
    fixture_pull(&f, 0, members, 3);
    assert_int_equal(two->announced, announced);
    assert_int_equal(three->eors, 1);
    assert_true(three->announced >= 2 * 2860);
    /* The last one leaves with changes waiting; who joins then finds them done. */
    announce_many(&f, 0, 200, 90000);
    rib_group_leave(f.r, 0, IP_V4, 2);
    rib_group_leave(f.r, 0, IP_V4, 3);
    assert_false(fixture_pull_one(&f, 0, members, 3));
    announce_many(&f, 0, 100, 91000);
    join(&f, 0, 3);
    fixture_pull(&f, 0, &members[2], 1);
    assert_string_equal(fixture_knows(&f, 3, "20.0.7.0/24"), "-|65101 91000|||");
    assert_string_equal(fixture_knows(&f, 3, "20.0.105.0/24"), "-|65101 90000|||");
    fixture_done(&f);
}

/* A member whose policy becomes another than the rest's is told only what differs. */
static void test_split(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    struct rib_group_params g = group_of(0, RIB_EBGP);
    assert_int_equal(rib_group_set(f.r, &g), 0);
    fixture_up(&f, 1, RIB_EBGP, 65101);
    join(&f, 0, 2);
    join(&f, 0, 3);
    announce_many(&f, 0, 500, 70000);
    fixture_settle(&f);
    fixture_pull(&f, 0, members, 3);
    announce_many(&f, 0, 10, 80000); /* waits while the member leaves */
    g.group = 1;
    assert_int_equal(rib_group_split(f.r, 0, 3, &g), 0);
    fixture_settle(&f);
    size_t before = fixture_member(&f, 3)->announced;
    fixture_pull(&f, 0, members, 2);
    fixture_pull(&f, 1, &members[2], 1);
    assert_int_equal(fixture_member(&f, 3)->announced, before + 10);
    assert_int_equal(fixture_member(&f, 3)->eors, 1);
    assert_string_equal(fixture_knows(&f, 3, "20.0.5.0/24"), fixture_knows(&f, 2, "20.0.5.0/24"));
    assert_int_equal(rib_group_count(f.r, 1, IP_V4), 500);
    g.deny_all = true;
    assert_int_equal(rib_group_set(f.r, &g), 0);
    fixture_settle(&f);
    fixture_pull(&f, 1, &members[2], 1);
    assert_int_equal(fixture_member(&f, 3)->count, 0);
    assert_int_equal(fixture_member(&f, 2)->count, 500);
    assert_int_equal(rib_group_split(f.r, 0, 3, &g), -ENOENT);
    fixture_done(&f);
}

static void test_group_of_a_full_table(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 0, 1);
    fixture_up(&f, 1, RIB_EBGP, 65101);
    announce_many(&f, 0, 500, 70000);
    fixture_settle(&f);
    for (unsigned round = 0; round < 40; round++) { /* more than there are generations of a group */
        struct rib_group_params g = group_of(5, RIB_EBGP);
        assert_int_equal(rib_group_set(f.r, &g), 0);
        join(&f, 5, 3);
        if (round % 3 == 0) {
            fixture_settle(&f);
            while (fixture_pull_one(&f, 5, &members[2], 1) && round % 2)
                continue;
        }
        if (round < 39)
            rib_group_del(f.r, 5, IP_V4);
        fixture_member(&f, 3)->count = round < 39 ? 0 : fixture_member(&f, 3)->count;
    }
    fixture_settle(&f);
    fixture_pull(&f, 5, &members[2], 1);
    assert_int_equal(fixture_member(&f, 3)->count, 500);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export),
        cmocka_unit_test(test_reflection_marks),
        cmocka_unit_test(test_route_server),
        cmocka_unit_test(test_graceful_shutdown),
        cmocka_unit_test(test_default_originate),
        cmocka_unit_test(test_split_horizon),
        cmocka_unit_test(test_lone_sender_hears_nothing),
        cmocka_unit_test(test_coalescing),
        cmocka_unit_test(test_export_policy_refresh),
        cmocka_unit_test(test_join_during_change),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_group_of_a_full_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
