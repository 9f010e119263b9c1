/* IKE under torture: per seed two engines with short lifetimes, rekeys from both sides at random
 * moments, then loss, duplication, reordering, cuts, Deletes, restarts; again and again. What must
 * hold: never a moment without a working pair of SAs while the network delivers and nobody asks for
 * an end; after trouble it recovers alone, in a bound; nothing is left behind; nobody sends with
 * what was removed; the same seed gives the same trace.
 *
 * usage: torture_ike [FIRST [COUNT]]; SEED=n runs one; without arguments a share for every day. */
#include "base/mem.h"
#include "ike_world.h"

enum { SHARE = 25, ROUNDS = 4 };

/* A request is given up after 62 s, silence noticed some 15 s before; the next start is at once,
 * and its last retransmission may be half a minute away. */
#define RECOVERY (150 * NS_PER_S)
/* What is left of collisions is forgotten after that. */
#define TIDY (180 * NS_PER_S)

static struct world world;

struct totals {
    uint64_t seeds, children, ike_rekeys, packets, hash;
    ns_t longest;
};

static void choose(struct world *w)
{
    bool both = rng_chance(&w->rng, 500000), pfs = rng_chance(&w->rng, 300000);
    bool mobike = rng_chance(&w->rng, 300000);
    for (int end = 0; end < 2; end++) {
        struct ike_connection *c = &w->end[end].conn;
        if (both)
            c->start = IKE_START_AT_ONCE;
        c->lists->child[0] = world_proposal(true, pfs);
        c->child_lifetime_s = (uint32_t)rng_between(&w->rng, 20, 120);
        c->ike_lifetime_s = (uint32_t)rng_between(&w->rng, 40, 300);
        c->rekey_margin_s = (uint32_t)rng_between(&w->rng, 4, 10);
        c->rekey_fuzz_percent = (uint8_t)rng_between(&w->rng, 0, 100);
        c->mobike = mobike;
        c->dpd_interval_s = (uint16_t)rng_between(&w->rng, 10, 30);
        c->dpd_retry_s = (uint16_t)rng_between(&w->rng, 2, 5);
        c->dpd = rng_chance(&w->rng, 500000) ? IKE_DPD_PERIODIC : IKE_DPD_ON_DEMAND;
    }
    w->keys_take = rng_between(&w->rng, 0, 1) * 200 * NS_PER_MS;
    w->delay_us = rng_between(&w->rng, 10, 100000);
    w->jitter_us = rng_between(&w->rng, 0, 100000);
    w->esp_every = rng_between(&w->rng, 1, 20) * 50 * NS_PER_MS;
}

static void rekey_something(struct world *w)
{
    int end = (int)rng_between(&w->rng, 0, 1);
    bool child = rng_chance(&w->rng, 700000), both = rng_chance(&w->rng, 400000);
    (void)!ike_rekey(w->end[end].e, w->now, 1, child);
    world_drain(w, end);
    if (!both)
        return;
    /* The other end wants the same, or the opposite, within a round trip. */
    world_run(w, rng_between(&w->rng, 0, 100) * NS_PER_MS);
    (void)!ike_rekey(w->end[!end].e, w->now, 1, rng_chance(&w->rng, 700000) ? child : !child);
    world_drain(w, !end);
}

static void watch(struct world *w, ns_t span)
{
    ns_t until = w->now + span;
    while (world_step(w, until))
        HOLDS(w, world_works(w));
}

/* Rekeys over a link that delivers: no gap. */
static void peaceful(struct world *w, ns_t span)
{
    ns_t until = w->now + span;
    while (w->now < until) {
        watch(w, rng_between(&w->rng, 100, 8000) * NS_PER_MS);
        rekey_something(w);
    }
    watch(w, 10 * NS_PER_S);
}

static void trouble(struct world *w)
{
    int end = (int)rng_between(&w->rng, 0, 1);
    struct ike *e = w->end[end].e;
    switch (rng_between(&w->rng, 0, 9)) {
    case 0:
        ike_clear(e, w->now, 0, true, rng_chance(&w->rng, 500000));
        break;
    case 1:
        ike_clear(e, w->now, 0, false, true);
        break;
    case 2:
        world_boot(w, end);
        break;
    case 3:
        w->cut_from[end] = true;
        world_run(w, rng_between(&w->rng, 0, 20) * NS_PER_S);
        w->cut_from[end] = false;
        break;
    case 4:
        w->cut = true;
        world_run(w, rng_between(&w->rng, 0, 120) * NS_PER_S);
        w->cut = false;
        break;
    default:
        rekey_something(w);
        break;
    }
    world_drain(w, end);
}

static void wild(struct world *w, ns_t span)
{
    ns_t until = w->now + span;
    w->loss_ppm = (uint32_t)rng_between(&w->rng, 0, 300000);
    w->duplicate_ppm = (uint32_t)rng_between(&w->rng, 0, 300000);
    ns_t jitter_us = w->jitter_us;
    w->jitter_us = rng_between(&w->rng, 0, 1000000);
    while (w->now < until) {
        world_run(w, rng_between(&w->rng, 0, 15000) * NS_PER_MS);
        trouble(w);
    }
    w->loss_ppm = w->duplicate_ppm = 0;
    w->jitter_us = jitter_us;
}

/* Whoever cleared it without a wish to have it back may want it now. */
static void recover(struct world *w, struct totals *t)
{
    for (int end = 0; end < 2; end++) {
        ike_traffic(w->end[end].e, w->now, 1);
        world_drain(w, end);
    }
    ns_t took = world_wait(w, RECOVERY, world_works);
    HOLDS(w, took < RECOVERY);
    t->longest = MAX(t->longest, took);
    world_run(w, TIDY);
    HOLDS(w, world_wait(w, RECOVERY, world_works) < RECOVERY);
    HOLDS(w, world_wait(w, RECOVERY, world_is_tidy) < RECOVERY);
}

static uint64_t torture(uint64_t seed, struct totals *t)
{
    struct world *w = &world;
    world_begin(w, seed);
    choose(w);
    world_boot(w, 0);
    world_boot(w, 1);
    HOLDS(w, world_wait(w, 10 * NS_PER_S, world_works) < 10 * NS_PER_S);
    /* Two IKE SAs may have been opened at once. */
    watch(w, 20 * NS_PER_S);
    for (int round = 0; round < ROUNDS; round++) {
        peaceful(w, rng_between(&w->rng, 30, 100) * NS_PER_S);
        wild(w, rng_between(&w->rng, 10, 200) * NS_PER_S);
        recover(w, t);
    }
    t->seeds++;
    t->packets += w->packets;
    t->children += w->end[0].adds;
    t->ike_rekeys += w->ike_rekeys;
    uint64_t hash = w->hash;
    t->hash ^= hash;
    world_end_both(w);
    HOLDS(w, mem_bytes(MEM_IKE) == 0 && mem_bytes(MEM_CRYPTO) == 0);
    return hash;
}

static uint64_t first = 1, count = SHARE;

static void seeds(void **state)
{
    (void)state;
    struct totals t = { 0 };
    for (uint64_t seed = first; seed < first + count; seed++)
        torture(seed, &t);
    print_message("# %llu seeds from %llu: %llu CHILD SAs, %llu IKE rekeys, %llu packets, longest "
                  "recovery %.1f s, hash %016llx\n",
                  (unsigned long long)t.seeds, (unsigned long long)first,
                  (unsigned long long)t.children, (unsigned long long)t.ike_rekeys,
                  (unsigned long long)t.packets, (double)t.longest / 1e9,
                  (unsigned long long)t.hash);
}

static void same_seed_same_trace(void **state)
{
    (void)state;
    struct totals t = { 0 };
    assert_true(torture(first, &t) == torture(first, &t));
}

int main(int argc, char **argv)
{
    const char *only = getenv("SEED");
    if (argc > 1)
        first = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        count = strtoull(argv[2], NULL, 10);
    if (only) {
        first = strtoull(only, NULL, 10);
        count = 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds),
        cmocka_unit_test(same_seed_same_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
