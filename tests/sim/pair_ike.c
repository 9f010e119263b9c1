/* Two IKE engines over a link with delay, loss, duplication and reordering in virtual time. What
 * must hold: up within an exchange's bound, never a moment without a working pair of SAs while the
 * link delivers, nothing left behind, the same seed the same trace. A failure prints its seed;
 * SEED=n runs that one alone. */
#include "ike_world.h"

enum { SEEDS = 200 };

static void comes_up(void **state)
{
    (void)state;
    static struct world w;
    world_begin(&w, 1);
    world_boot(&w, 1);
    world_boot(&w, 0);
    HOLDS(&w, world_wait(&w, NS_PER_S, world_works) < 500 * NS_PER_MS);
    HOLDS(&w, w.end[0].up && w.end[1].up);
    world_end_both(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
