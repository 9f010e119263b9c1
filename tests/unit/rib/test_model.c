/* Random operations against a naive model, which computes everything anew from what peers said;
 * equal tables from one and from four shards; and every allocation failed in turn. */
#include "fixture.h"
#include "rib/table.h"

enum { PEERS = 6, PREFIXES = 24, NEXT_HOPS = 4, GROUPS = 3, SHARDS_MAX = 4 };

static const enum rib_peer_kind kinds[PEERS + 1] = { RIB_LOCAL,      RIB_EBGP, RIB_EBGP,
                                                     RIB_IBGP,       RIB_IBGP, RIB_IBGP_CLIENT,
                                                     RIB_IBGP_CLIENT };
static const enum rib_peer_kind group_kinds[GROUPS] = { RIB_EBGP, RIB_IBGP, RIB_IBGP_CLIENT };

/* Peers 1 and 2 are in group 0, 3 and 4 in group 1, 5 and 6 in group 2. */
static uint16_t group_of(uint16_t peer)
{
    return (uint16_t)((peer - 1) / 2);
}

enum policy_choice { POLICY_NONE, POLICY_TEN, POLICY_MAP, POLICY_CHOICES };

struct model {
    bool up[PEERS + 1];
    bool has[PEERS + 1][PREFIXES]; /* peer 0: our own routes */
    struct set_spec said[PEERS + 1][PREFIXES];
    bool reachable[NEXT_HOPS];
    uint32_t metric[NEXT_HOPS];
    enum policy_choice import[PEERS + 1]; /* soft reconfiguration: odd peers */
    enum policy_choice export[GROUPS];
    bool originates[GROUPS];
    uint8_t paths_max;
};

struct world {
    struct rng rng;
    struct model m;
    uint32_t shards;
    struct fixture f[SHARDS_MAX];
    struct policy_world *policies;
    const struct policy *in[POLICY_CHOICES], *out[POLICY_CHOICES];
    char fib[PREFIXES][128];
    uint64_t seed;
};

static const char *const next_hops[NEXT_HOPS] = { "10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.4" };

static struct prefix prefix_number(int i)
{
    struct prefix p = { .family = IP_V4,
                        .len = 16,
                        .b = { (uint8_t)(i % 2 ? 10 : 11), (uint8_t)i } };
    return i == 0 ? (struct prefix){ .family = IP_V4 } : p;
}

static int number_of_prefix(const struct prefix *p)
{
    return p->len == 0 ? 0 : p->b[1];
}

/* --- the model -------------------------------------------------------------------------------- */

/* What import makes of what the peer said; false: not accepted. */
static bool model_import(const struct model *m, int peer, int prefix, struct set_spec *ret_set)
{
    if (!m->has[peer][prefix])
        return false;
    *ret_set = m->said[peer][prefix];
    if (m->import[peer] == POLICY_TEN && prefix % 2 == 0)
        return false;
    if (m->import[peer] == POLICY_MAP) {
        ret_set->has_med = true;
        ret_set->med = 9;
    }
    return true;
}

static int64_t model_rank(const struct model *m, int peer, const struct set_spec *s, int step)
{
    int64_t hops = 0;
    while (s->path[hops])
        hops++;
    switch (step) {
    case 0:
        return -(int64_t)s->weight;
    case 1:
        return -(int64_t)(s->local_pref ? s->local_pref : 100);
    case 2:
        return peer != 0;
    case 3:
        return hops;
    case 4:
        return s->origin;
    case 5:
        return s->med;
    case 6:
        return peer != 0 && kinds[peer] != RIB_EBGP;
    case 7:
        return peer == 0 ? 0 : m->metric[s->next_hop[7] - '1'];
    default:
        return peer;
    }
}

/* The best peer, or -1; shares: those that are equal up to the metric. */
static int model_best(const struct model *m, int prefix, bool ret_shares[PEERS + 1])
{
    struct set_spec sets[PEERS + 1];
    bool in[PEERS + 1];
    for (int p = 0; p <= PEERS; p++) {
        in[p] = model_import(m, p, prefix, &sets[p]);
        if (in[p] && p > 0)
            in[p] = m->reachable[sets[p].next_hop[7] - '1'];
    }
    for (int step = 0; step <= 8; step++) {
        int64_t best = INT64_MAX;
        if (step == 8)
            memcpy(ret_shares, in, sizeof(in));
        for (int p = 0; p <= PEERS; p++)
            best = in[p] ? MIN(best, model_rank(m, p, &sets[p], step)) : best;
        for (int p = 0; p <= PEERS; p++)
            in[p] = in[p] && model_rank(m, p, &sets[p], step) == best;
    }
    for (int p = 0; p <= PEERS; p++) {
        if (in[p])
            return p;
    }
    return -1;
}

static void model_fib(const struct model *m, int prefix, char *buf, size_t n)
{
    bool shares[PEERS + 1];
    int best = model_best(m, prefix, shares);
    buf[0] = 0;
    if (best <= 0)
        return;
    struct set_spec set = { 0 };
    model_import(m, best, prefix, &set);
    const char *first = set.next_hop;
    snprintf(buf, n, "%s", first);
    int paths = 1;
    for (int nh = 0; nh < NEXT_HOPS; nh++) {
        for (int p = 1; p <= PEERS && paths < m->paths_max; p++) {
            if (p == best || !shares[p] || !model_import(m, p, prefix, &set) ||
                set.next_hop != next_hops[nh] || set.next_hop == first)
                continue;
            snprintf(buf + strlen(buf), n - strlen(buf), " %s", set.next_hop);
            paths++;
        }
    }
}

/* Whether the member is on one network with the first of the next hops. */
static bool is_on_a_network(uint16_t member)
{
    return member % 2 == 1;
}

static void model_export(const struct model *m, uint16_t member, int prefix, char *buf, size_t n)
{
    bool shares[PEERS + 1];
    uint16_t g = group_of(member);
    int best = model_best(m, prefix, shares);
    struct set_spec set = { 0 };
    snprintf(buf, n, "-");
    if (m->originates[g] && prefix == 0) {
        snprintf(buf, n, g == 0 ? "-||0||" : "-||0|100|");
        return;
    }
    if (best < 0 || best == member || (m->export[g] == POLICY_TEN && prefix % 2 == 0))
        return;
    if (kinds[best] == RIB_IBGP && group_kinds[g] == RIB_IBGP)
        return;
    model_import(m, best, prefix, &set);
    char path[64] = "", med[16] = "", lp[16] = "";
    for (int i = 0; set.path[i]; i++)
        snprintf(path + strlen(path), sizeof(path) - strlen(path), i ? " %u" : "%u", set.path[i]);
    if ((set.has_med || set.med) && (best == 0 || group_kinds[g] != RIB_EBGP))
        snprintf(med, sizeof(med), "%u", set.med);
    if (m->export[g] == POLICY_MAP)
        snprintf(med, sizeof(med), "9");
    if (group_kinds[g] != RIB_EBGP)
        snprintf(lp, sizeof(lp), "%u", set.local_pref ? set.local_pref : 100);
    bool kept = best != 0 && (group_kinds[g] != RIB_EBGP ||
                              (is_on_a_network(member) && strcmp(set.next_hop, next_hops[0]) == 0));
    const char *nh = kept ? set.next_hop : "-";
    snprintf(buf, n, "%s|%s|%s|%s|", nh, path, med, lp);
}

/* --- the world -------------------------------------------------------------------------------- */

static struct fixture *shard_of(struct world *w, const struct prefix *p)
{
    return &w->f[rib_shard_of(p, w->shards)];
}

static void policies_init(struct world *w)
{
    w->policies = policy_world_new(&(struct policy_params){ .hash_key = 1, .no_jit = true });
    struct policy_prefix_rule ten = { .permit = true,
                                      .prefix = fixture_prefix("10.0.0.0/8"),
                                      .le = 32 };
    struct policy_set_def metric = { .kind = POLICY_SET_METRIC, .number = 9 };
    struct policy_entry_def entry = { .seq = 10, .permit = true, .sets = &metric, .n_sets = 1 };
    assert_int_equal(policy_add_prefix_list(w->policies, IP_V4, "TEN", &ten, 1), 0);
    assert_int_equal(policy_add_route_map(w->policies, "MAP", &entry, 1), 0);
    assert_int_equal(policy_world_seal(w->policies), 0);
    for (int i = POLICY_TEN; i < POLICY_CHOICES; i++) {
        struct policy_chain c = { .family = IP_V4,
                                  .direction = POLICY_IN,
                                  .own_as = OUR_AS,
                                  .prefix_list = i == POLICY_TEN ? "TEN" : NULL,
                                  .route_map = i == POLICY_MAP ? "MAP" : NULL };
        assert_int_equal(policy_of(w->policies, &c, &w->in[i]), 0);
        c.direction = POLICY_OUT;
        assert_int_equal(policy_of(w->policies, &c, &w->out[i]), 0);
    }
}

static void peer_up(struct world *w, uint16_t peer)
{
    struct rib_peer_params p =
        fixture_peer(peer, kinds[peer], kinds[peer] == RIB_EBGP ? 65100U + peer : OUR_AS);
    p.soft_reconfiguration = peer % 2;
    p.import = w->in[w->m.import[peer]];
    for (uint32_t s = 0; s < w->shards; s++) {
        while (rib_peer_set(w->f[s].r, &p) != 0)
            continue;
        if (w->m.up[peer])
            continue;
        while (rib_group_join(w->f[s].r, group_of(peer), IP_V4, peer) != 0)
            continue;
    }
    w->m.up[peer] = true;
    for (uint32_t s = 0; s < w->shards; s++) {
        struct told_member *m = fixture_member(&w->f[s], peer);
        m->is_internal = group_kinds[group_of(peer)] != RIB_EBGP;
        if (is_on_a_network(peer))
            m->shared = fixture_prefix("10.9.0.1/32");
    }
}

static void peer_down(struct world *w, uint16_t peer)
{
    w->m.up[peer] = false;
    memset(w->m.has[peer], 0, sizeof(w->m.has[peer]));
    for (uint32_t s = 0; s < w->shards; s++) {
        rib_group_leave(w->f[s].r, group_of(peer), IP_V4, peer);
        rib_peer_down(w->f[s].r, peer, IP_V4);
        struct told_member *m = fixture_member(&w->f[s], peer);
        m->count = 0;
        m->spurious = false;
    }
}

static void group_set(struct world *w, uint16_t g)
{
    struct rib_group_params p = { .group = g,
                                  .family = IP_V4,
                                  .kind = group_kinds[g],
                                  .local_as = OUR_AS,
                                  .send_community_kinds = 7,
                                  .export = w->out[w->m.export[g]],
                                  .default_originate = w->m.originates[g] };
    for (uint32_t s = 0; s < w->shards; s++) {
        while (rib_group_set(w->f[s].r, &p) != 0)
            continue;
    }
}

static void params_set(struct world *w)
{
    for (uint32_t s = 0; s < w->shards; s++) {
        struct rib_decision *d = &w->f[s].params.decision;
        d->paths_ebgp = d->paths_ibgp = w->m.paths_max;
        d->always_compare_med = d->compare_router_id = d->multipath_relax = true;
        rib_set_params(w->f[s].r, &w->f[s].params);
    }
}

static void world_init(struct world *w, uint64_t seed, uint32_t shards)
{
    memset(w, 0, sizeof(*w));
    w->seed = seed;
    w->rng = rng_init(seed);
    w->shards = shards;
    w->m.paths_max = 1;
    policies_init(w);
    for (uint32_t s = 0; s < shards; s++)
        fixture_init(&w->f[s], s, shards);
    params_set(w);
    for (uint16_t g = 0; g < GROUPS; g++)
        group_set(w, g);
    for (uint16_t p = 1; p <= PEERS; p++)
        peer_up(w, p);
    for (int i = 0; i < NEXT_HOPS; i++)
        w->m.reachable[i] = true;
}

static void world_done(struct world *w)
{
    for (uint32_t s = 0; s < w->shards; s++)
        fixture_free(&w->f[s]);
    policy_world_free(w->policies);
}

/* --- operations ------------------------------------------------------------------------------- */

static int pick(struct world *w, int from, int to)
{
    return (int)rng_between(&w->rng, from, to);
}

static void random_set(struct world *w, int peer, struct set_spec *s)
{
    memset(s, 0, sizeof(*s));
    if (peer == 0) {
        s->weight = 32768;
        s->has_med = true;
        return;
    }
    int hops = pick(w, 1, 3);
    for (int i = 0; i < hops; i++)
        s->path[i] = (uint32_t)pick(w, 65100, 65102);
    s->next_hop = next_hops[pick(w, 0, NEXT_HOPS - 1)];
    s->med = (uint32_t)pick(w, 0, 1);
    s->origin = pick(w, 0, 3) == 0;
    if (kinds[peer] != RIB_EBGP)
        s->local_pref = pick(w, 0, 3) ? 100 : 110;
}

static void op_announce(struct world *w)
{
    int peer = pick(w, 1, PEERS), n = pick(w, 1, 4);
    struct set_spec spec;
    random_set(w, peer, &spec);
    for (int i = 0; i < n && w->m.up[peer]; i++) {
        int k = pick(w, 0, PREFIXES - 1);
        struct prefix p = prefix_number(k);
        struct fixture *f = shard_of(w, &p);
        struct attr_set *s = fixture_set(f->attrs, &spec);
        if (!s)
            continue; /* no memory: never said */
        w->m.said[peer][k] = spec;
        w->m.has[peer][k] = rib_announce(f->r, 1, (uint16_t)peer, s, &p, 1) == RIB_OK;
        attr_unref(f->attrs, s);
    }
}

static void op_withdraw(struct world *w)
{
    int peer = pick(w, 1, PEERS), k = pick(w, 0, PREFIXES - 1);
    struct prefix p = prefix_number(k);
    rib_withdraw(shard_of(w, &p)->r, (uint16_t)peer, &p, 1);
    w->m.has[peer][k] = false;
}

static void op_local(struct world *w)
{
    int k = pick(w, 0, PREFIXES - 1);
    struct prefix p = prefix_number(k);
    struct fixture *f = shard_of(w, &p);
    bool comes = pick(w, 0, 2) == 0;
    random_set(w, 0, &w->m.said[0][k]);
    struct attr_set *s = comes ? fixture_set(f->attrs, &w->m.said[0][k]) : NULL;
    if (comes && !s)
        return;
    w->m.has[0][k] = rib_local(f->r, 1, &p, POLICY_NETWORK, s) == RIB_OK && comes;
    attr_unref(f->attrs, s);
}

static void say_next_hop(struct world *w, uint32_t shard, int i)
{
    struct rib_next_hop nh = { .address = fixture_ip(next_hops[i]),
                               .reachable = w->m.reachable[i],
                               .metric = w->m.metric[i] };
    rib_next_hop_set(w->f[shard].r, &nh);
}

static void op_next_hop(struct world *w)
{
    int i = pick(w, 0, NEXT_HOPS - 1);
    w->m.reachable[i] = pick(w, 0, 2) != 0;
    w->m.metric[i] = (uint32_t)pick(w, 0, 2);
    for (uint32_t s = 0; s < w->shards; s++)
        say_next_hop(w, s, i);
}

static void op_peer(struct world *w)
{
    uint16_t peer = (uint16_t)pick(w, 1, PEERS);
    if (w->m.up[peer])
        peer_down(w, peer);
    if (pick(w, 0, 3) != 0)
        peer_up(w, peer);
}

static void op_import(struct world *w)
{
    uint16_t peer = (uint16_t)(pick(w, 0, 2) * 2 + 1); /* one that keeps what it received */
    if (!w->m.up[peer])
        return;
    w->m.import[peer] = (enum policy_choice)pick(w, 0, POLICY_CHOICES - 1);
    peer_up(w, peer);
    for (uint32_t s = 0; s < w->shards; s++)
        assert_true(rib_refresh_in(w->f[s].r, peer, IP_V4));
}

static void op_export(struct world *w)
{
    uint16_t g = (uint16_t)pick(w, 0, GROUPS - 1);
    bool anew = pick(w, 0, 3) == 0;
    w->m.export[g] = (enum policy_choice)pick(w, 0, POLICY_CHOICES - 1);
    w->m.originates[g] = pick(w, 0, 1);
    for (uint32_t s = 0; s < w->shards && anew; s++)
        rib_group_del(w->f[s].r, g, IP_V4);
    group_set(w, g);
    for (uint16_t p = 1; p <= PEERS && anew; p++) {
        if (group_of(p) != g || !w->m.up[p])
            continue;
        for (uint32_t s = 0; s < w->shards; s++) {
            fixture_member(&w->f[s], p)->count = 0;
            while (rib_group_join(w->f[s].r, g, IP_V4, p) != 0)
                continue;
        }
    }
}

static void pull(struct world *w, uint32_t shard, int portions)
{
    for (uint16_t g = 0; g < GROUPS; g++) {
        uint16_t members[2], n = 0;
        for (uint16_t p = 1; p <= PEERS; p++) {
            if (group_of(p) == g && w->m.up[p])
                members[n++] = p;
        }
        for (int i = 0; i < portions && fixture_pull_one(&w->f[shard], g, members, n); i++)
            continue;
    }
}

static void pull_changes(struct world *w, uint32_t shard, int most)
{
    struct rib_change c;
    for (int i = 0; i < most && rib_next_change(w->f[shard].r, &c); i++) {
        char *buf = w->fib[number_of_prefix(&c.prefix)];
        struct text t = text_init(buf, sizeof(w->fib[0]));
        for (uint32_t k = 0; k < c.paths; k++) {
            if (k > 0)
                text_char(&t, ' ');
            text_ip(&t, &c.path[k].next_hop);
        }
    }
}

static void track(struct world *w, uint32_t shard)
{
    struct ip_addr a;
    bool is_wanted;
    while (rib_next_tracked(w->f[shard].r, &a, &is_wanted)) {
        if (is_wanted)
            say_next_hop(w, shard, a.b[3] - 1);
    }
}

static void op_some_work(struct world *w)
{
    uint32_t shard = (uint32_t)pick(w, 0, (int)w->shards - 1);
    switch (pick(w, 0, 4)) {
    case 0:
        rib_work(w->f[shard].r, (uint32_t)pick(w, 1, 20));
        break;
    case 1:
        pull(w, shard, pick(w, 1, 3));
        break;
    case 2:
        pull_changes(w, shard, pick(w, 1, 3));
        break;
    case 3:
        track(w, shard);
        break;
    default:
        rib_group_resend(w->f[shard].r, (uint16_t)pick(w, 0, GROUPS - 1), IP_V4,
                         (uint16_t)pick(w, 1, PEERS));
    }
}

static void op_any(struct world *w)
{
    int what = pick(w, 0, 99);
    if (what < 45)
        op_announce(w);
    else if (what < 55)
        op_withdraw(w);
    else if (what < 60)
        op_local(w);
    else if (what < 64)
        op_next_hop(w);
    else if (what < 67)
        op_peer(w);
    else if (what < 69)
        op_import(w);
    else if (what < 71)
        op_export(w);
    else if (what < 72) {
        w->m.paths_max = (uint8_t)pick(w, 1, 3);
        params_set(w);
    } else
        op_some_work(w);
}

/* --- checks ----------------------------------------------------------------------------------- */

static void settle(struct world *w)
{
    for (uint32_t s = 0; s < w->shards; s++) {
        do
            track(w, s);
        while (rib_work(w->f[s].r, 7));
        pull(w, s, INT32_MAX);
        pull_changes(w, s, INT32_MAX);
    }
}

static void check_prefix(struct world *w, int k)
{
    struct prefix p = prefix_number(k);
    struct fixture *f = shard_of(w, &p);
    char text[32], want[256];
    bool shares[PEERS + 1];
    struct text t = text_init(text, sizeof(text));
    text_prefix(&t, &p);
    int best = model_best(&w->m, k, shares);
    snprintf(want, sizeof(want), best < 0 ? "-" : "%d:", best);
    const char *got = fixture_best(f, text);
    if (strncmp(got, want, strlen(want)) != 0)
        fail_msg("seed %llu, best of %s: got %s, want %s", (unsigned long long)w->seed, text, got,
                 want);
    model_fib(&w->m, k, want, sizeof(want));
    if (strcmp(w->fib[k], want) != 0)
        fail_msg("seed %llu, FIB of %s: got %s, want %s", (unsigned long long)w->seed, text,
                 w->fib[k], want);
    for (uint16_t m = 1; m <= PEERS; m++) {
        if (!w->m.up[m])
            continue;
        model_export(&w->m, m, k, want, sizeof(want));
        got = fixture_knows(f, m, text);
        if (strcmp(got, want) != 0)
            fail_msg("seed %llu, told %u of %s: got %s, want %s", (unsigned long long)w->seed, m,
                     text, got, want);
    }
}

/* What is counted as it comes and goes is what a walk over the table finds. */
static void check_counts(struct world *w)
{
    for (uint32_t s = 0; s < w->shards; s++) {
        for (uint16_t p = 0; p <= PEERS; p++) {
            const struct rib *r = w->f[s].r;
            uint16_t id = p ? group_of(p) : 0;
            const struct group *g = rib_group_find(r, FAM_V4, id);
            uint32_t walk = rib_count_by_walk(r, FAM_V4, g, p ? p : RIB_PEERS_MAX);
            uint32_t count = p ? rib_member_count(r, id, IP_V4, p) : rib_group_count(r, id, IP_V4);
            if (count != walk)
                fail_msg("seed %llu, told %u: counted %u, walked %u", (unsigned long long)w->seed,
                         p, count, walk);
        }
    }
}

static void check(struct world *w)
{
    check_counts(w); /* while things wait, too */
    settle(w);
    check_counts(w);
    for (int k = 0; k < PREFIXES; k++)
        check_prefix(w, k);
    for (uint16_t p = 1; p <= PEERS; p++) {
        uint32_t received = 0, accepted = 0, said = 0, kept = 0;
        struct set_spec set = { 0 };
        for (int k = 0; k < PREFIXES; k++) {
            said += w->m.has[p][k];
            kept += model_import(&w->m, p, k, &set);
        }
        for (uint32_t s = 0; s < w->shards; s++) {
            received += rib_peer_received(w->f[s].r, p, IP_V4);
            accepted += rib_peer_accepted(w->f[s].r, p, IP_V4);
        }
        assert_int_equal(received, p % 2 ? said : kept);
        assert_int_equal(accepted, kept);
    }
}

static void run_model(uint64_t seed, uint32_t shards)
{
    static struct world w;
    world_init(&w, seed, shards);
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < 40; i++)
            op_any(&w);
        check(&w);
    }
    world_done(&w);
    fixture_no_leak();
}

static void test_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++)
        run_model(seed, seed % 4 == 0 ? 4 : 1);
}

/* --- one and four shards ---------------------------------------------------------------------- */

static int by_prefix(const void *a, const void *b)
{
    const struct view_bgp_route *x = a, *y = b;
    return prefix_cmp(&x->prefix, &y->prefix); /* rows of one prefix are all of one shard */
}

/* The tables of all shards as a node shows them. */
static struct rows merged(struct world *w)
{
    struct rows all = { .sink = { rows_emit } };
    for (uint32_t s = 0; s < w->shards; s++) {
        struct rib_query q = { .kind = RIB_QUERY_TABLE, .family = IP_V4, .now_s = 50 };
        assert_true(rib_query(w->f[s].r, &q, &all.sink));
    }
    /* qsort() of glibc is stable where it has memory; the keys of ties are compared below anyway.
     */
    for (size_t i = 0; i < all.n; i++)
        all.v[i].table_shard = 0;
    qsort(all.v, all.n, sizeof(*all.v), by_prefix);
    return all;
}

static void test_shards(void **state)
{
    (void)state;
    static struct world one, four;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        world_init(&one, seed, 1);
        world_init(&four, seed, 4);
        struct world *both[] = { &one, &four };
        for (int i = 0; i < 2; i++) { /* what is in use stays: history counts */
            for (uint32_t s = 0; s < both[i]->shards; s++) {
                both[i]->f[s].params.decision.compare_router_id = false;
                rib_set_params(both[i]->f[s].r, &both[i]->f[s].params);
            }
        }
        for (int round = 0; round < 200; round++) {
            for (int i = 0; i < 2; i++) {
                int what = pick(both[i], 0, 9);
                if (what < 7)
                    op_announce(both[i]);
                else if (what < 9)
                    op_withdraw(both[i]);
                else
                    op_next_hop(both[i]);
                settle(both[i]);
            }
        }
        struct rows a = merged(&one), b = merged(&four);
        assert_int_equal(a.n, b.n);
        assert_true(a.n > 0);
        assert_memory_equal(a.v, b.v, a.n * sizeof(*a.v));
        assert_memory_equal(one.fib, four.fib, sizeof(one.fib));
        free(a.v);
        free(b.v);
        world_done(&one);
        world_done(&four);
        fixture_no_leak();
    }
}

/* --- no memory -------------------------------------------------------------------------------- */

/* A run of 160 operations makes some fifty allocations. */
static void test_no_memory(void **state)
{
    (void)state;
    static struct world w;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        for (uint64_t n = 1; n <= 60; n++) {
            world_init(&w, seed, 1);
            mem_fail_at(n);
            for (int i = 0; i < 160; i++)
                op_any(&w);
            mem_fail_at(0);
            check(&w);
            world_done(&w);
            fixture_no_leak();
        }
    }
}

/* Objects come by the page; so that each kind is missing at any moment, its pool is full for a
 * while. */
static void test_no_room(void **state)
{
    (void)state;
    static struct world w;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        world_init(&w, seed, 1);
        struct rib *r = w.f[0].r;
        struct pool *pools[] = { &r->tables[FAM_V4].dests,
                                 &r->routes,
                                 &r->kept_routes,
                                 &r->adjs,
                                 &r->items,
                                 &r->buckets,
                                 &r->next_hops };
        for (int round = 0; round < 20; round++) {
            struct pool *full = pools[pick(&w, 0, 6)];
            uint32_t max = full->max;
            full->max = full->live + (uint32_t)pick(&w, 0, 2);
            for (int i = 0; i < 15; i++)
                op_any(&w);
            full->max = max;
            if (round % 4 == 3)
                check(&w);
        }
        world_done(&w);
        fixture_no_leak();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model),
        cmocka_unit_test(test_shards),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
