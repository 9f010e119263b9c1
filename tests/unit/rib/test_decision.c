/* The decision process: each step by name, then random paths against a slow and obvious oracle. */
#include "fixture.h"

struct path_spec {
    struct set_spec set;
    enum rib_peer_kind kind;
    uint32_t peer_as, router_id, igp_metric;
    uint8_t address; /* 192.0.2.x */
    bool is_chosen;
};

struct decision_case {
    const char *name;
    struct rib_decision how;
    struct path_spec a, b;
    enum rib_step step;
    bool a_wins, shares;
};

#define EBGP .kind = RIB_EBGP, .peer_as = 65010
#define IBGP .kind = RIB_IBGP, .peer_as = OUR_AS

static const struct decision_case cases[] = {
    { "the higher weight wins",
      { 0 },
      { EBGP, .set = { .weight = 5 } },
      { EBGP, .set = { .weight = 9 } },
      RIB_STEP_WEIGHT,
      false,
      false },
    { "weight goes before local preference",
      { 0 },
      { EBGP, .set = { .weight = 1 } },
      { EBGP, .set = { .local_pref = 900 } },
      RIB_STEP_WEIGHT,
      true,
      false },
    { "the higher local preference wins",
      { .default_local_pref = 100 },
      { IBGP, .set = { .local_pref = 101 } },
      { IBGP, .set = { .local_pref = 99 } },
      RIB_STEP_LOCAL_PREF,
      true,
      false },
    { "an absent local preference counts as the default",
      { .default_local_pref = 100 },
      { EBGP },
      { IBGP, .set = { .local_pref = 101 } },
      RIB_STEP_LOCAL_PREF,
      false,
      false },
    { "an own route wins against a learned one",
      { 0 },
      { .kind = RIB_LOCAL },
      { EBGP, .set = { .path = PATH(65010) } },
      RIB_STEP_LOCAL_ROUTE,
      true,
      false },
    { "the shorter path wins",
      { 0 },
      { EBGP, .set = { .path = PATH(65010, 65020) } },
      { EBGP, .set = { .path = PATH(65010) } },
      RIB_STEP_AS_PATH,
      false,
      false },
    { "as-path ignore goes on to the origin",
      { .as_path_ignore = true },
      { EBGP, .set = { .path = PATH(65010, 65020) } },
      { EBGP, .set = { .path = PATH(65010), .origin = ORIGIN_INCOMPLETE } },
      RIB_STEP_ORIGIN,
      true,
      false },
    { "IGP is better than incomplete",
      { 0 },
      { EBGP, .set = { .origin = ORIGIN_INCOMPLETE } },
      { EBGP, .set = { .origin = ORIGIN_IGP } },
      RIB_STEP_ORIGIN,
      false,
      false },
    { "the lower MED of one neighbour AS wins",
      { 0 },
      { EBGP, .set = { .path = PATH(65010), .med = 7 } },
      { EBGP, .set = { .path = PATH(65010), .med = 6 } },
      RIB_STEP_MED,
      false,
      false },
    { "MEDs of two neighbour ASes are not compared",
      { 0 },
      { EBGP, .set = { .path = PATH(65010), .med = 7 }, .router_id = 1 },
      { EBGP, .set = { .path = PATH(65011), .med = 6 }, .router_id = 2 },
      RIB_STEP_ROUTER_ID,
      true,
      true },
    { "always-compare-med compares them",
      { .always_compare_med = true },
      { EBGP, .set = { .path = PATH(65010), .med = 7 } },
      { EBGP, .set = { .path = PATH(65011), .med = 6 } },
      RIB_STEP_MED,
      false,
      false },
    { "a missing MED is the best",
      { 0 },
      { EBGP, .set = { .path = PATH(65010), .med = 1 } },
      { EBGP, .set = { .path = PATH(65010) } },
      RIB_STEP_MED,
      false,
      false },
    { "or the worst if so told",
      { .med_missing_as_worst = true },
      { EBGP, .set = { .path = PATH(65010), .med = 1 } },
      { EBGP, .set = { .path = PATH(65010) } },
      RIB_STEP_MED,
      true,
      false },
    { "MEDs of paths from inside the AS are compared",
      { 0 },
      { IBGP, .set = { .med = 3 } },
      { IBGP, .set = { .med = 2 } },
      RIB_STEP_MED,
      false,
      false },
    { "external wins against internal",
      { 0 },
      { IBGP, .set = { .path = PATH(65010) } },
      { EBGP, .set = { .path = PATH(65011) } },
      RIB_STEP_PEER_TYPE,
      false,
      false },
    { "a client is as internal as any",
      { 0 },
      { .kind = RIB_IBGP_CLIENT, .router_id = 2 },
      { IBGP, .router_id = 1 },
      RIB_STEP_ROUTER_ID,
      false,
      true },
    { "the nearer next hop wins",
      { 0 },
      { IBGP, .igp_metric = 20 },
      { IBGP, .igp_metric = 10 },
      RIB_STEP_IGP_METRIC,
      false,
      false },
    { "the external path in use stays",
      { 0 },
      { EBGP, .router_id = 1 },
      { EBGP, .router_id = 2, .is_chosen = true },
      RIB_STEP_OLDER,
      false,
      true },
    { "unless router ids are to be compared",
      { .compare_router_id = true },
      { EBGP, .router_id = 1 },
      { EBGP, .router_id = 2, .is_chosen = true },
      RIB_STEP_ROUTER_ID,
      true,
      true },
    { "an internal path in use does not",
      { 0 },
      { IBGP, .router_id = 1 },
      { IBGP, .router_id = 2, .is_chosen = true },
      RIB_STEP_ROUTER_ID,
      true,
      true },
    { "the originator id stands for the router id",
      { 0 },
      { IBGP, .router_id = 1, .set = { .originator = 9 } },
      { IBGP, .router_id = 2 },
      RIB_STEP_ROUTER_ID,
      false,
      true },
    { "the shorter cluster list wins",
      { 0 },
      { IBGP, .set = { .cluster = 5 } },
      { IBGP },
      RIB_STEP_CLUSTER_LENGTH,
      false,
      true },
    { "the lower address of the neighbour wins",
      { 0 },
      { IBGP, .address = 2 },
      { IBGP, .address = 1 },
      RIB_STEP_NEIGHBOR_IP,
      false,
      true },
    { "nothing is left to compare", { 0 }, { IBGP }, { IBGP }, RIB_STEP_EQUAL, true, true },
    { "external paths of two neighbour ASes do not share",
      { 0 },
      { EBGP, .set = { .path = PATH(65010) }, .router_id = 1 },
      { .kind = RIB_EBGP, .peer_as = 65011, .set = { .path = PATH(65011) }, .router_id = 2 },
      RIB_STEP_ROUTER_ID,
      true,
      false },
    { "but do with multipath-relax",
      { .multipath_relax = true },
      { EBGP, .set = { .path = PATH(65010) }, .router_id = 1 },
      { .kind = RIB_EBGP, .peer_as = 65011, .set = { .path = PATH(65011) }, .router_id = 2 },
      RIB_STEP_ROUTER_ID,
      true,
      true },
    { "internal paths of different content do not share",
      { 0 },
      { IBGP, .set = { .path = PATH(65010, 65020) }, .router_id = 1 },
      { IBGP, .set = { .path = PATH(65010, 65030) }, .router_id = 2 },
      RIB_STEP_ROUTER_ID,
      true,
      false },
};

static struct rib_candidate candidate_of(struct attr_table *t, const struct path_spec *s,
                                         struct ip_addr *address)
{
    *address = s->kind == RIB_LOCAL ? (struct ip_addr){ 0 } : ip_from_u32(0xc0000200U + s->address);
    return (struct rib_candidate){
        .set = fixture_set(t, &s->set),
        .address = address,
        .kind = s->kind,
        .peer_as = s->peer_as,
        .router_id = s->router_id,
        .igp_metric = s->igp_metric,
        .is_chosen = s->is_chosen,
    };
}

static void test_steps(void **state)
{
    (void)state;
    struct attr_table *t = attr_table_new(1, 1000);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct decision_case *c = &cases[i];
        struct ip_addr address[2];
        struct rib_candidate a = candidate_of(t, &c->a, &address[0]);
        struct rib_candidate b = candidate_of(t, &c->b, &address[1]);
        struct rib_verdict v = rib_compare(&c->how, &a, &b);
        CLAIM_TEXT(c->name, rib_step_name(v.step), rib_step_name(c->step));
        CLAIM(c->name, v.is_better == c->a_wins);
        CLAIM(c->name, v.is_multipath == c->shares);
        v = rib_compare(&c->how, &b, &a); /* the other way round */
        CLAIM(c->name, v.step == c->step);
        CLAIM(c->name, v.is_better == (c->step == RIB_STEP_EQUAL || !c->a_wins));
        CLAIM(c->name, v.is_multipath == c->shares);
    }
    attr_table_free(t);
}

/* --- the oracle ------------------------------------------------------------------------------- */

/* The rules of RFC 4271 9.1.2.2 as a filter: of all paths those stay that are best in one respect,
 * then in the next, until one is left. Right where MEDs compare with all (always-compare-med) and
 * nothing hangs on history (compare-routerid). */
struct oracle_path {
    struct set_spec set;
    enum rib_peer_kind kind;
    uint16_t peer;
    uint32_t metric;
    bool gone;
};

static int64_t oracle_rank(const struct oracle_path *p, int step)
{
    size_t hops = 0;
    while (hops < 8 && p->set.path[hops])
        hops++;
    switch (step) {
    case 0:
        return -(int64_t)p->set.weight;
    case 1:
        return -(int64_t)(p->set.local_pref ? p->set.local_pref : 100);
    case 2:
        return (int64_t)hops;
    case 3:
        return p->set.origin;
    case 4:
        return p->set.med;
    case 5:
        return p->kind != RIB_EBGP;
    case 6:
        return p->metric;
    default:
        return p->peer; /* router ids and addresses ascend with the peer */
    }
}

static int oracle_best(const struct oracle_path *paths, size_t n)
{
    bool in[16];
    for (size_t i = 0; i < n; i++)
        in[i] = !paths[i].gone;
    for (int step = 0; step < 8; step++) {
        int64_t best = INT64_MAX;
        for (size_t i = 0; i < n; i++)
            best = in[i] ? MIN(best, oracle_rank(&paths[i], step)) : best;
        for (size_t i = 0; i < n; i++)
            in[i] = in[i] && oracle_rank(&paths[i], step) == best;
    }
    for (size_t i = 0; i < n; i++) {
        if (in[i])
            return (int)i;
    }
    return -1;
}

static void random_path(struct rng *rng, struct oracle_path *p, uint16_t peer)
{
    static const char *const next_hops[] = { "10.9.0.1", "10.9.0.2", "10.9.0.3" };
    memset(p, 0, sizeof(*p));
    p->peer = peer;
    p->kind = peer % 2 ? RIB_EBGP : RIB_IBGP;
    p->gone = rng_chance(rng, 200000);
    size_t hops = (size_t)rng_between(rng, 1, 3);
    for (size_t i = 0; i < hops; i++)
        p->set.path[i] = (uint32_t)rng_between(rng, 65010, 65012);
    p->set.origin = (uint8_t)rng_between(rng, 0, 1);
    p->set.med = (uint32_t)rng_between(rng, 0, 2);
    p->set.weight = rng_chance(rng, 100000) ? 5 : 0;
    if (p->kind == RIB_IBGP)
        p->set.local_pref = rng_chance(rng, 200000) ? 110 : 100;
    size_t nh = (size_t)rng_between(rng, 0, 2);
    p->set.next_hop = next_hops[nh];
    p->metric = (uint32_t)nh / 2;
}

static void run_oracle(uint64_t seed, bool deterministic_med)
{
    enum { PEERS = 9 };
    struct fixture f;
    struct rng rng = rng_init(seed);
    struct oracle_path paths[PEERS];
    fixture_init(&f, 0, 1);
    f.params.decision.always_compare_med = true;
    f.params.decision.compare_router_id = true;
    f.params.decision.deterministic_med = deterministic_med;
    rib_set_params(f.r, &f.params);
    for (uint16_t i = 0; i < PEERS; i++) {
        struct rib_peer_params p = fixture_peer(
            (uint16_t)(i + 1), (i + 1) % 2 ? RIB_EBGP : RIB_IBGP, (i + 1) % 2 ? 65010 : OUR_AS);
        p.weight = 0;
        assert_int_equal(rib_peer_set(f.r, &p), 0);
        paths[i].gone = true;
    }
    for (int round = 0; round < 60; round++) {
        uint16_t peer = (uint16_t)rng_between(&rng, 1, PEERS);
        random_path(&rng, &paths[peer - 1], peer);
        if (paths[peer - 1].gone)
            fixture_withdraw(&f, peer, "10.0.0.0/8");
        else
            assert_int_equal(fixture_announce(&f, peer, "10.0.0.0/8", &paths[peer - 1].set),
                             RIB_OK);
        struct rib_next_hop nh = { .reachable = true };
        bool track;
        while (rib_next_tracked(f.r, &nh.address, &track)) {
            nh.metric = nh.address.b[3] == 3;
            rib_next_hop_set(f.r, &nh);
        }
        while (rib_work(f.r, 10))
            continue;
        char want[16] = "-";
        int best = oracle_best(paths, PEERS);
        if (best >= 0)
            snprintf(want, sizeof(want), "%d:", best + 1);
        const char *got = fixture_best(&f, "10.0.0.0/8");
        if (strncmp(got, want, strlen(want)) != 0)
            fail_msg("seed %llu round %d: got %s, want %s", (unsigned long long)seed, round, got,
                     want);
    }
    fixture_done(&f);
}

static void test_oracle(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++)
        run_oracle(seed, seed % 2);
}

/* --- deterministic MED ------------------------------------------------------------------------ */

/* RFC 3345's example: which path wins must not hang on the order in which they came. */
static void test_deterministic_med(void **state)
{
    (void)state;
    static const struct set_spec specs[3] = {
        { .path = PATH(65010), .med = 150, .next_hop = "10.9.0.1" }, /* peer 1: router id lowest */
        { .path = PATH(65020), .med = 200, .next_hop = "10.9.0.2" }, /* peer 2 */
        { .path = PATH(65010), .med = 100, .next_hop = "10.9.0.3" }, /* peer 3: beats 1 by MED */
    };
    static const uint8_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                          { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    for (size_t o = 0; o < ARRAY_LEN(orders); o++) {
        struct fixture f;
        fixture_init(&f, 0, 1);
        f.params.decision.deterministic_med = true;
        f.params.decision.compare_router_id = true;
        rib_set_params(f.r, &f.params);
        for (uint16_t peer = 1; peer <= 3; peer++)
            fixture_up(&f, peer, RIB_EBGP, peer == 2 ? 65020 : 65010);
        for (size_t i = 0; i < 3; i++) {
            size_t k = orders[o][i];
            assert_int_equal(fixture_announce(&f, (uint16_t)(k + 1), "10.0.0.0/8", &specs[k]),
                             RIB_OK);
        }
        fixture_settle(&f);
        assert_true(strncmp(fixture_best(&f, "10.0.0.0/8"), "2:", 2) == 0);
        fixture_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_oracle),
        cmocka_unit_test(test_deterministic_med),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
