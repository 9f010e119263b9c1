/* Whole routers in the virtual world: propagation, rerouting, hold timers, flaps, determinism. The
 * oracle is routers.h's. A failure prints seed and step; SEED=n runs that one alone, LOGS=1 prints
 * what the routers log. */
#include "routers.h"

enum { SEEDS = 20, SEEDS_NIGHT = 1000 };

static const struct edge chain[] = { { 0, 1 }, { 1, 2 }, { 2, 3 }, { 3, 4 } };
static const struct edge ring[] = { { 0, 1 }, { 1, 2 }, { 2, 3 }, { 3, 4 }, { 4, 5 }, { 5, 0 } };

static uint64_t seeds(void)
{
    return getenv("SPANWAY_NIGHT") ? SEEDS_NIGHT : SEEDS;
}

static bool is_chosen(uint64_t seed)
{
    const char *only = getenv("SEED");
    return !only || strtoull(only, NULL, 10) == seed;
}

/* Both ends connect at once here: every start is a collision. */
static void routes_cross_a_chain_of_five(void **state)
{
    (void)state;
    static struct routers r;
    for (uint64_t seed = 1; seed <= seeds(); seed++) {
        if (!is_chosen(seed))
            continue;
        routers_begin(&r, seed, 1, 5, chain, ARRAY_LEN(chain));
        routers_run(&r, 20);
        HOLDS(&r, routers_established(&r) == 8);
        routers_check(&r);
        routers_done(&r);
    }
}

static void as_path_loops_stop_in_a_ring_of_six(void **state)
{
    (void)state;
    static struct routers r;
    for (uint64_t seed = 1; seed <= seeds(); seed++) {
        if (!is_chosen(seed))
            continue;
        routers_begin(&r, seed, 1, 6, ring, ARRAY_LEN(ring));
        routers_run(&r, 20);
        HOLDS(&r, routers_established(&r) == 12);
        routers_check(&r);
        uint64_t hash = r.world.clock.hash;
        routers_run(&r, 2);
        int ops = 0;
        for (int i = 0; i < r.n; i++)
            ops += (int)r.host[i]->kernel_ops;
        routers_run(&r, 60);
        for (int i = 0; i < r.n; i++)
            ops -= (int)r.host[i]->kernel_ops;
        HOLDS(&r, ops == 0); /* nothing goes round and round */
        HOLDS(&r, hash != r.world.clock.hash); /* but keepalives do */
        routers_done(&r);
    }
}

/* The carrier tells at once; a silent cut shows when the hold time of 9 s is over. */
static void a_dead_link_is_routed_around(void **state)
{
    (void)state;
    static struct routers r;
    for (uint64_t seed = 1; seed <= seeds(); seed++) {
        if (!is_chosen(seed))
            continue;
        routers_begin(&r, seed, 1, 6, ring, ARRAY_LEN(ring));
        routers_run(&r, 20);
        int k = (int)(seed % ARRAY_LEN(ring));
        bool is_silent = seed & 1;
        r.dead[k] = true;
        if (is_silent) {
            r.links[k]->cut = true;
            routers_run(&r, 5);
            HOLDS(&r, routers_established(&r) == 12); /* nobody knows yet */
            routers_run(&r, 10);
        } else {
            sim_world_carrier(&r.world, r.links[k], false);
            routers_run(&r, 2);
        }
        HOLDS(&r, routers_established(&r) == 10);
        routers_check(&r);
        r.dead[k] = false;
        if (is_silent)
            r.links[k]->cut = false;
        else
            sim_world_carrier(&r.world, r.links[k], true);
        routers_run(&r, 150); /* SYN retries of up to 64 s, then the retry timer */
        HOLDS(&r, routers_established(&r) == 12);
        routers_check(&r);
        routers_done(&r);
    }
}

/* A connected graph of 4 to 8 routers. */
static int random_graph(struct rng *rng, struct edge *edges, int *ret_n)
{
    int n = (int)rng_between(rng, 4, 8), edge_n = 0;
    for (int i = 1; i < n; i++)
        edges[edge_n++] = (struct edge){ (int)rng_between(rng, 0, i - 1), i };
    int more = (int)rng_between(rng, 0, 6);
    for (int i = 0; i < more; i++) {
        int a = (int)rng_between(rng, 0, n - 1), b = (int)rng_between(rng, 0, n - 1);
        bool is_new = a != b;
        for (int k = 0; k < edge_n; k++)
            is_new = is_new && !((edges[k].a == a && edges[k].b == b) ||
                                 (edges[k].a == b && edges[k].b == a));
        if (is_new)
            edges[edge_n++] = (struct edge){ a, b };
    }
    *ret_n = n;
    return edge_n;
}

/* Runs a random network through faults; its trace hash, and every table as text. */
static uint64_t run_faults(uint64_t seed, uint32_t shards, char *ret_tables, size_t cap)
{
    static struct routers r;
    static struct sim_faults faults;
    struct edge edges[EDGES_MAX];
    struct rng rng = rng_init(seed ^ 0x5ca1ab1e);
    int n = 0, edge_n = random_graph(&rng, edges, &n);
    routers_begin(&r, seed, shards, n, edges, edge_n);
    sim_faults_start(&faults, &r.world, seed, 300 * NS_PER_S, 8 * NS_PER_S, 12 * NS_PER_S);
    routers_run(&r, 300);
    sim_faults_stop(&faults);
    uint64_t struck = 0;
    for (size_t i = 0; i < SIM_FAULT_KINDS; i++)
        struck += faults.counts[i];
    HOLDS(&r, struck >= 10);
    routers_run(&r, 400);
    HOLDS(&r, routers_established(&r) == 2 * edge_n);
    routers_check(&r);
    ret_tables[0] = '\0';
    for (int i = 0; i < n; i++) {
        struct table t;
        routers_table(&r, i, &t);
        strncat(ret_tables, t.text, cap - strlen(ret_tables) - 1);
    }
    uint64_t hash = r.world.clock.hash;
    routers_done(&r);
    return hash;
}

static void any_faults_end_at_the_fixpoint(void **state)
{
    (void)state;
    static char tables[65536];
    for (uint64_t seed = 1; seed <= seeds(); seed++)
        if (is_chosen(seed))
            run_faults(seed, 1, tables, sizeof(tables));
}

static void the_same_seed_gives_the_same_trace(void **state)
{
    (void)state;
    static char first[65536], second[65536];
    for (uint64_t seed = 1; seed <= 3; seed++) {
        uint64_t hash = run_faults(seed, 1, first, sizeof(first));
        assert_true(hash == run_faults(seed, 1, second, sizeof(second)));
        assert_string_equal(first, second);
        assert_true(hash != run_faults(seed + 100, 1, second, sizeof(second)));
    }
}

static void one_and_four_shards_give_equal_tables(void **state)
{
    (void)state;
    static char one[65536], four[65536];
    for (uint64_t seed = 1; seed <= 5; seed++) {
        run_faults(seed, 1, one, sizeof(one));
        run_faults(seed, 4, four, sizeof(four));
        assert_string_equal(one, four);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_cross_a_chain_of_five),
        cmocka_unit_test(as_path_loops_stop_in_a_ring_of_six),
        cmocka_unit_test(a_dead_link_is_routed_around),
        cmocka_unit_test(any_faults_end_at_the_fixpoint),
        cmocka_unit_test(the_same_seed_gives_the_same_trace),
        cmocka_unit_test(one_and_four_shards_give_equal_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
