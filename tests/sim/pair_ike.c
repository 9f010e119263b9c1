/* Two IKE engines over a link with delay, loss, duplication and reordering in virtual time. What
 * must hold: up within an exchange's bound, never a moment without a working pair of SAs while the
 * link delivers, nothing left behind, the same seed the same trace. A failure prints its seed;
 * SEED=n runs that one alone. */
#include "base/mem.h"
#include "ike_world.h"

enum { SEEDS = 200 };

static struct world world;

/* What the seed chooses of both ends' configurations. */
static void choose(struct world *w)
{
    static const uint16_t groups[] = { CRYPTO_X25519, CRYPTO_ECP_256 };
    bool both = rng_chance(&w->rng, 400000), pfs = rng_chance(&w->rng, 700000);
    bool cbc = rng_chance(&w->rng, 300000);
    uint16_t group = groups[rng_between(&w->rng, 0, 1)];
    for (int end = 0; end < 2; end++) {
        struct ike_connection *c = &w->end[end].conn;
        if (both)
            c->start = IKE_START_AT_ONCE;
        c->lists->child[0] = world_proposal(true, pfs);
        c->lists->ike[0].group[0] = group;
        if (pfs)
            c->lists->child[0].group[0] = group;
        if (cbc) {
            c->lists->ike[0].encr[0].id = c->lists->child[0].encr[0].id = CRYPTO_AES_CBC;
            c->lists->ike[0].integ[c->lists->ike[0].n_integ++] = CRYPTO_SHA256_128;
            c->lists->child[0].integ[c->lists->child[0].n_integ++] = CRYPTO_SHA1_96;
        }
        c->child_lifetime_s = (uint32_t)rng_between(&w->rng, 60, 300);
        c->ike_lifetime_s = (uint32_t)rng_between(&w->rng, 100, 900);
        c->rekey_fuzz_percent = (uint8_t)rng_between(&w->rng, 0, 100);
        c->mobike = rng_chance(&w->rng, 300000);
    }
    w->keys_take = rng_between(&w->rng, 0, 1) * 20 * NS_PER_MS;
    w->delay_us = rng_between(&w->rng, 10, 80000);
    w->jitter_us = rng_between(&w->rng, 0, 60000);
}

/* From the first moment on there is no moment without. */
static void run_and_watch(struct world *w, ns_t span)
{
    ns_t until = w->now + span;
    while (world_step(w, until))
        HOLDS(w, world_works(w));
}

static bool is_idle(struct world *w)
{
    return world_is_tidy(w);
}

static uint64_t run_pair(uint64_t seed, bool lossy)
{
    struct world *w = &world;
    world_begin(w, seed);
    choose(w);
    w->esp_every = rng_between(&w->rng, 0, 2) * 300 * NS_PER_MS;
    world_boot(w, 0);
    world_run(w, rng_between(&w->rng, 0, 1) * rng_between(&w->rng, 0, 200) * NS_PER_MS);
    world_boot(w, 1);
    /* The first INITs may have met nobody. */
    HOLDS(w, world_wait(w, 10 * NS_PER_S, world_works) < 10 * NS_PER_S);
    run_and_watch(w, 600 * NS_PER_S);
    if (lossy) {
        w->loss_ppm = (uint32_t)rng_between(&w->rng, 0, 250000);
        w->duplicate_ppm = 100000;
        w->jitter_us = 300000;
        world_run(w, 900 * NS_PER_S);
        w->loss_ppm = 0;
        /* An exchange may be given up, then the peer's silence has to be noticed. */
        HOLDS(w, world_wait(w, 300 * NS_PER_S, world_works) < 300 * NS_PER_S);
    } else {
        run_and_watch(w, 900 * NS_PER_S);
    }
    /* Between two rekeys both ends have one SA of each kind. */
    HOLDS(w, world_wait(w, 400 * NS_PER_S, is_idle) < 400 * NS_PER_S);
    for (int end = 0; end < 2; end++)
        HOLDS(w, w->end[end].adds >= (lossy ? 4 : 6));
    uint64_t hash = w->hash;
    ike_shutdown(w->end[0].e, w->now);
    world_drain(w, 0);
    HOLDS(w, world_children(w, 0) == 0 && !w->end[0].up);
    w->end[1].conn.start = IKE_START_NEVER;
    HOLDS(w, ike_configure(w->end[1].e, w->now, &w->end[1].config) == 0);
    world_drain(w, 1);
    world_run(w, 120 * NS_PER_S);
    HOLDS(w, world_children(w, 1) == 0 && !w->end[1].up && world_show(w, 1).sas == 0);
    world_end_both(w);
    HOLDS(w, mem_bytes(MEM_IKE) == 0 && mem_bytes(MEM_CRYPTO) == 0);
    return hash;
}

static void all_seeds(bool lossy)
{
    const char *only = getenv("SEED");
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        if (!only || strtoull(only, NULL, 10) == seed)
            run_pair(seed, lossy);
}

static void clean_link(void **state)
{
    (void)state;
    all_seeds(false);
}

static void lossy_link(void **state)
{
    (void)state;
    all_seeds(true);
}

static void same_seed_same_trace(void **state)
{
    (void)state;
    assert_true(run_pair(7, true) == run_pair(7, true));
    assert_true(run_pair(7, true) != run_pair(8, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_link),
        cmocka_unit_test(lossy_link),
        cmocka_unit_test(same_seed_same_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
