/* esp/replay.h against an oracle that remembers every number. */
#include "esp/replay.h"

#include <stdlib.h>

#include "../unit.h"
#include "base/rng.h"

enum { NUMBERS = 1 << 18, STEPS = 40000 };

struct window {
    struct esp_replay r;
    uint64_t words[2048];
};

static void window_init(struct window *w, uint32_t window)
{
    memset(w->words, 0, sizeof(w->words));
    assert_true(esp_replay_words(window) <= 2048);
    esp_replay_init(&w->r, window, window ? w->words : NULL);
}

/* [RFC 4303 3.4.3] What the RFC says, without a ring: a flag for every number. */
struct oracle {
    uint64_t top;
    uint32_t window;
    uint8_t seen[NUMBERS];
};

static bool oracle_check(const struct oracle *o, uint64_t n)
{
    if (n == 0)
        return false;
    if (n > o->top)
        return true;
    return n + o->window > o->top && !o->seen[n];
}

static void oracle_note(struct oracle *o, uint64_t n)
{
    o->seen[n] = 1;
    if (n > o->top)
        o->top = n;
}

static uint64_t near_top(struct rng *rng, uint64_t top, uint32_t window)
{
    int64_t spread = rng_chance(rng, 100000) ? 3 * (int64_t)window + 200 : 20;
    int64_t n = (int64_t)top + rng_between(rng, -spread, rng_chance(rng, 500000) ? 2 : 20);
    if (rng_chance(rng, 2000))
        n = (int64_t)top + (int64_t)window * 2;
    return (uint64_t)(n < 0 ? 0 : n);
}

static void it_agrees_with_the_oracle(void **state)
{
    (void)state;
    static const uint32_t windows[] = { 64, 128, 192, 1024, 2048, 4096, 65536 };
    static struct window w;
    struct oracle *o = malloc(sizeof(*o));
    assert_non_null(o);
    for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
        struct rng rng = rng_init(windows[i]);
        memset(o, 0, sizeof(*o));
        o->window = windows[i];
        window_init(&w, windows[i]);
        for (int step = 0; step < STEPS; step++) {
            uint64_t n = near_top(&rng, o->top, windows[i]);
            if (n >= NUMBERS)
                break;
            bool want = oracle_check(o, n);
            if (esp_replay_check(&w.r, n) != want)
                fail_msg("window %u, top %llu, number %llu: want %d", windows[i],
                         (unsigned long long)o->top, (unsigned long long)n, want);
            if (rng_chance(&rng, 900000)) { /* not all that is checked is authentic */
                assert_int_equal(esp_replay_update(&w.r, n), want);
                if (want)
                    oracle_note(o, n);
            }
            assert_true(w.r.top == o->top);
        }
    }
    free(o);
}

/* [RFC 4303 3.4.3] */
static void edges_of_the_window(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        uint32_t window;
        uint64_t top, number;
        bool want;
    } rows[] = {
        { "the first number is 1, not 0", 64, 0, 0, false },
        { "the first packet is new", 64, 0, 1, true },
        { "a jump is new", 64, 1, 1000000, true },
        { "the window's last number is in", 64, 100, 37, true },
        { "one more is too old", 64, 100, 36, false },
        { "the top itself was seen", 64, 100, 100, false },
        { "a wide window reaches back", 65536, 65536, 1, true },
        { "and no further", 65536, 65537, 1, false },
    };
    static struct window w;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        window_init(&w, rows[i].window);
        if (rows[i].top)
            assert_true(esp_replay_update(&w.r, rows[i].top));
        CLAIM(rows[i].claim, esp_replay_check(&w.r, rows[i].number) == rows[i].want);
    }
}

static void without_a_window_all_is_new(void **state)
{
    (void)state;
    static struct window w;
    window_init(&w, 0);
    CLAIM("it is taken", esp_replay_update(&w.r, 7));
    CLAIM("and again", esp_replay_update(&w.r, 7));
    CLAIM("older ones too", esp_replay_check(&w.r, 1));
    assert_int_equal(w.r.top, 7);
}

/* [RFC 4303 appendix A2.2] */
static void esn_finds_the_high_half(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        uint64_t top;
        uint32_t low;
        uint64_t want; /* 0: refused */
    } rows[] = {
        { "before anything came", 0, 1, 1 },
        { "in the window", 5000, 4990, 4990 },
        { "right of it", 5000, 5001, 5001 },
        { "left of it means the next cycle", 5000, 1000, UINT64_C(0x1000003e8) },
        { "over the cycle's end", 0xffffffff, 0, UINT64_C(0x100000000) },
        { "back over the cycle's end", UINT64_C(0x100000005), 0xfffffffe, 0xfffffffe },
        { "high half kept", UINT64_C(0x500001000), 0x1001, UINT64_C(0x500001001) },
        { "before the first cycle there is none", 5, 0xfffffff0, 0 },
        { "near the bottom right of the window", UINT64_C(0x200000005), 0x6fffffff,
          UINT64_C(0x26fffffff) },
    };
    static struct window w;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t got = 0;
        window_init(&w, 1024);
        w.r.top = rows[i].top;
        bool ok = esp_replay_sequence(&w.r, true, rows[i].low, &got);
        CLAIM(rows[i].claim, ok == (rows[i].want != 0));
        CLAIM(rows[i].claim, !ok || got == rows[i].want);
    }
}

/* Whatever the top: a number less than 2^31 ahead or within the window behind is found again. */
static void esn_finds_any_number_near_the_top(void **state)
{
    (void)state;
    static struct window w;
    struct rng rng = rng_init(7);
    window_init(&w, 4096);
    for (int i = 0; i < 200000; i++) {
        w.r.top = rng_u64(&rng) >> (rng_u64(&rng) % 48);
        int64_t by = rng_between(&rng, -4095, rng_chance(&rng, 500000) ? 5000 : INT32_MAX);
        uint64_t n = w.r.top + (uint64_t)by, got = 0;
        if (by < 0 && w.r.top < (uint64_t)-by)
            continue;
        assert_true(esp_replay_sequence(&w.r, true, (uint32_t)n, &got));
        assert_true(got == n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_the_oracle),
        cmocka_unit_test(edges_of_the_window),
        cmocka_unit_test(without_a_window_all_is_new),
        cmocka_unit_test(esn_finds_the_high_half),
        cmocka_unit_test(esn_finds_any_number_near_the_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
