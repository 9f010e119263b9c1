#include "../unit.h"
#include "base/transit.h"

enum { PACKETS = 20000, BYTES = 1000 };

struct seen {
    uint32_t passed, copies, lost, full, held, overtaken;
    ns_t first, last, earliest, longest; /* arrivals; the shortest and longest time under way */
};

/* So many packets, one every `every`. */
static struct seen send(const struct transit *t, uint64_t seed, ns_t every)
{
    struct transit_state s = { 0 };
    struct rng rng = rng_init(seed);
    struct seen seen = { .first = NS_NEVER, .earliest = NS_NEVER };
    for (ns_t i = 0; i < PACKETS; i++) {
        ns_t now = i * every;
        struct transit_result r = transit_pass(t, &s, &rng, now, BYTES);
        seen.passed += r.fate == TRANSIT_PASSES;
        seen.lost += r.fate == TRANSIT_LOST;
        seen.full += r.fate == TRANSIT_QUEUE_FULL;
        assert_true((r.fate == TRANSIT_PASSES) == (r.copies > 0));
        for (uint32_t k = 0; k < r.copies; k++) {
            ns_t at = r.copy[k].at;
            assert_true(at >= now + t->latency);
            seen.copies++;
            seen.held += r.copy[k].held_back;
            seen.overtaken += at < seen.last;
            seen.first = MIN(seen.first, at);
            seen.last = MAX(seen.last, at);
            seen.earliest = MIN(seen.earliest, at - now);
            seen.longest = MAX(seen.longest, at - now);
        }
    }
    return seen;
}

static void a_clear_line_changes_nothing(void **state)
{
    (void)state;
    struct seen s = send(&(struct transit){ 0 }, 1, NS_PER_MS);
    assert_int_equal(s.passed, PACKETS);
    assert_int_equal(s.copies, PACKETS);
    assert_int_equal(s.longest, 0);
}

static void each_figure_comes_out_as_it_went_in(void **state)
{
    (void)state;
    struct transit t = { .latency = 20 * NS_PER_MS,
                         .jitter = 5 * NS_PER_MS,
                         .loss_ppm = 100000,
                         .duplicate_ppm = 10000 };
    struct seen s = send(&t, 7, 10 * NS_PER_MS);
    assert_in_range(s.lost, PACKETS * 95 / 1000, PACKETS * 105 / 1000);
    assert_in_range(s.copies - s.passed, 120, 240); /* 1 % of 18 000 */
    assert_in_range(s.earliest, 20 * NS_PER_MS, 20 * NS_PER_MS + NS_PER_MS / 10);
    assert_in_range(s.longest, 25 * NS_PER_MS - NS_PER_MS / 10, 25 * NS_PER_MS);
}

static void jitter_alone_keeps_the_order(void **state)
{
    (void)state;
    struct transit t = { .latency = 20 * NS_PER_MS, .jitter = 15 * NS_PER_MS };
    assert_int_equal(send(&t, 3, NS_PER_MS).overtaken, 0);
}

static void what_is_held_back_is_overtaken(void **state)
{
    (void)state;
    struct transit t = { .latency = 20 * NS_PER_MS, .reorder_ppm = 20000 };
    struct seen s = send(&t, 3, NS_PER_MS);
    assert_in_range(s.held, 300, 500); /* 2 % */
    assert_true(s.overtaken > s.held); /* each one by many */
    assert_true(s.longest <= 5 * 20 * NS_PER_MS + NS_PER_MS);
}

static void the_bandwidth_is_the_bandwidth_and_its_queue_ends(void **state)
{
    (void)state;
    /* 8 Mbit/s takes a packet of 1000 bytes in 1 ms; they come at twice that rate. */
    struct transit t = { .bits_per_s = 8000000, .queue_bytes = 10 * BYTES };
    struct seen s = send(&t, 3, NS_PER_MS / 2);
    assert_in_range(s.passed, PACKETS / 2, PACKETS / 2 + 12);
    assert_int_equal(s.passed + s.full, PACKETS);
    assert_in_range(s.longest, 9 * NS_PER_MS, 10 * NS_PER_MS);
    assert_int_equal(s.last - s.first, (ns_t)(s.passed - 1) * NS_PER_MS);
}

static void a_seed_is_a_fate(void **state)
{
    (void)state;
    struct transit t = { .latency = NS_PER_MS,
                         .jitter = NS_PER_MS,
                         .loss_ppm = 50000,
                         .duplicate_ppm = 50000,
                         .reorder_ppm = 50000 };
    struct seen a = send(&t, 11, NS_PER_MS), b = send(&t, 11, NS_PER_MS),
                c = send(&t, 12, NS_PER_MS);
    assert_memory_equal(&a, &b, sizeof(a));
    assert_memory_not_equal(&a, &c, sizeof(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_line_changes_nothing),
        cmocka_unit_test(each_figure_comes_out_as_it_went_in),
        cmocka_unit_test(jitter_alone_keeps_the_order),
        cmocka_unit_test(what_is_held_back_is_overtaken),
        cmocka_unit_test(the_bandwidth_is_the_bandwidth_and_its_queue_ends),
        cmocka_unit_test(a_seed_is_a_fate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
