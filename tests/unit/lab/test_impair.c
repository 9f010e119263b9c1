#include "../unit.h"
#include "lab/impair_impl.h"

/* --- words ------------------------------------------------------------------------------------ */

/* Reads words; where the first bad one is refused: why. "" when all are fine. */
static const char *read_words(const char *text, struct lab_impair_spec *ret, char *said, size_t n)
{
    char copy[256], *save = NULL;
    struct text why = text_init(said, n);
    *ret = lab_impair_none();
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
        if (!lab_impair_word(ret, w, &why))
            return said;
    return "";
}

static void words_mean_figures_and_are_said_again(void **state)
{
    static const struct {
        const char *words;
        struct transit line;
        uint64_t seed;
        const char *again;
    } cases[] = {
        { "loss=1% delay=20ms jitter=5ms reorder=2% duplicate=0.1% rate=50mbit",
          { .latency = 20 * NS_PER_MS,
            .jitter = 5 * NS_PER_MS,
            .loss_ppm = 10000,
            .reorder_ppm = 20000,
            .duplicate_ppm = 1000,
            .bits_per_s = 50000000 },
          1,
          "loss=1% delay=20ms jitter=5ms reorder=2% duplicate=0.1% rate=50mbit" },
        { "rate=1.5gbit delay=250us seed=7",
          { .latency = 250 * NS_PER_US, .bits_per_s = 1500000000 },
          7,
          "delay=0.25ms rate=1500mbit seed=7" },
        { "delay=1.5s rate=64kbit",
          { .latency = 1500 * NS_PER_MS, .bits_per_s = 64000 },
          1,
          "delay=1500ms rate=0.064mbit" },
        { "loss=0.0001%", { .loss_ppm = 1 }, 1, "loss=0.0001%" },
        { "loss=100% delay=0.000001ms",
          { .loss_ppm = 1000000, .latency = 1 },
          1,
          "loss=100% delay=0.000001ms" },
        { "delay=10s rate=100gbit",
          { .latency = 10 * NS_PER_S, .bits_per_s = 100000000000 },
          1,
          "delay=10000ms rate=100000mbit" },
        { "loss=0%", { 0 }, 1, "none" },
        { "seed=7", { 0 }, 7, "none" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lab_impair_spec s, t;
        char said[LAB_IMPAIR_TEXT_MAX], why[256];
        struct text out = text_init(said, sizeof(said));
        CLAIM_TEXT(cases[i].words, read_words(cases[i].words, &s, why, sizeof(why)), "");
        CLAIM(cases[i].words, s.line.latency == cases[i].line.latency);
        CLAIM(cases[i].words, s.line.jitter == cases[i].line.jitter);
        CLAIM(cases[i].words, s.line.loss_ppm == cases[i].line.loss_ppm);
        CLAIM(cases[i].words, s.line.reorder_ppm == cases[i].line.reorder_ppm);
        CLAIM(cases[i].words, s.line.duplicate_ppm == cases[i].line.duplicate_ppm);
        CLAIM(cases[i].words, s.line.bits_per_s == cases[i].line.bits_per_s);
        CLAIM(cases[i].words, s.seed == cases[i].seed);
        CLAIM(cases[i].words, s.line.queue_bytes == LAB_IMPAIR_QUEUE_BYTES);
        lab_impair_text(&s, &out);
        CLAIM_TEXT(cases[i].words, said, cases[i].again);
        if (lab_impair_is_none(&s))
            continue;
        CLAIM_TEXT(cases[i].words, read_words(said, &t, why, sizeof(why)), "");
        char twice[LAB_IMPAIR_TEXT_MAX];
        struct text again = text_init(twice, sizeof(twice));
        lab_impair_text(&t, &again);
        CLAIM_TEXT(cases[i].words, twice, said);
    }
}

static void a_bad_word_is_named_with_what_was_expected(void **state)
{
#define PERCENTS ": expected a percentage from 0% to 100%, with at most four decimals, as in "
#define TIMES ": expected a time from 0ms to 10s, with its unit: us, ms or s, as in "
#define RATES ": expected a rate from 8kbit to 100gbit, with its unit: kbit, mbit or gbit, as in "
    static const struct {
        const char *words, *why;
    } cases[] = {
        { "loss=1", "loss=1" PERCENTS "loss=1%" },
        { "delay=2ms loss=101%", "loss=101%" PERCENTS "loss=1%" },
        { "loss=-1%", "loss=-1%" PERCENTS "loss=1%" },
        { "loss=1.%", "loss=1.%" PERCENTS "loss=1%" },
        { "loss=0.00001%", "loss=0.00001%" PERCENTS "loss=1%" },
        { "loss=", "loss=" PERCENTS "loss=1%" },
        { "loss=99999999999999999999%", "loss=99999999999999999999%" PERCENTS "loss=1%" },
        { "duplicate=x", "duplicate=x" PERCENTS "duplicate=0.1%" },
        { "reorder=5ms", "reorder=5ms" PERCENTS "reorder=2%" },
        { "delay=20", "delay=20" TIMES "delay=20ms" },
        { "delay=11s", "delay=11s" TIMES "delay=20ms" },
        { "delay=1.0000001s", "delay=1.0000001s" TIMES "delay=20ms" },
        { "delay=0.0001us", "delay=0.0001us" TIMES "delay=20ms" },
        { "jitter=5 ms", "jitter=5" TIMES "jitter=5ms" },
        { "rate=50", "rate=50" RATES "rate=50mbit" },
        { "rate=0mbit", "rate=0mbit" RATES "rate=50mbit" },
        { "rate=1mbyte", "rate=1mbyte" RATES "rate=50mbit" },
        { "seed=-1", "seed=-1: expected a number, as in seed=7" },
        { "loss=1% loss=2%", "loss=2%: is said twice" },
        { "lose=1%", "lose=1%: expected " LAB_IMPAIR_WORDS },
        { "los=1%", "los=1%: expected " LAB_IMPAIR_WORDS },
        { "loss", "loss: expected " LAB_IMPAIR_WORDS },
        { "=1%", "=1%: expected " LAB_IMPAIR_WORDS },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lab_impair_spec s;
        char why[256];
        CLAIM_TEXT(cases[i].words, read_words(cases[i].words, &s, why, sizeof(why)), cases[i].why);
    }
}

/* --- frames under way ------------------------------------------------------------------------- */

static struct lab_impair_line line_of(const char *words)
{
    struct lab_impair_spec s;
    struct lab_impair_line l;
    char why[256];
    assert_string_equal(read_words(words, &s, why, sizeof(why)), "");
    lab_impair_line_init(&l, &s);
    return l;
}

static void send_number(struct lab_impair_line *l, ns_t now, uint8_t number)
{
    uint8_t frame[64] = { number };
    lab_impair_line_send(l, now, frame, sizeof(frame));
}

/* The numbers that have arrived by then, as letters. */
static const char *arrived(struct lab_impair_line *l, ns_t now, char *text, size_t n)
{
    struct text t = text_init(text, n);
    struct lab_impair_frame *f;
    while ((f = lab_impair_line_take(l, now))) {
        assert_int_equal(f->len, 64);
        text_char(&t, (char)('a' + f->bytes[0]));
        lab_impair_line_free(l, f);
    }
    return text;
}

static void frames_come_when_they_are_due_in_their_order(void **state)
{
    struct lab_impair_line l = line_of("delay=20ms");
    char text[64];
    (void)state;
    assert_true(lab_impair_line_next(&l) == NS_NEVER);
    for (uint8_t i = 0; i < 5; i++)
        send_number(&l, i / 2 * NS_PER_MS, i); /* two at a time */
    assert_int_equal(lab_impair_line_next(&l), 20 * NS_PER_MS);
    assert_string_equal(arrived(&l, 20 * NS_PER_MS - 1, text, sizeof(text)), "");
    assert_string_equal(arrived(&l, 20 * NS_PER_MS, text, sizeof(text)), "ab");
    assert_int_equal(l.count.under_way, 3);
    assert_string_equal(arrived(&l, NS_PER_S, text, sizeof(text)), "cde");
    assert_int_equal(l.held, 0);
    lab_impair_line_done(&l);
}

static void a_change_overtakes_nothing_that_is_under_way(void **state)
{
    struct lab_impair_line l = line_of("delay=50ms"), other = line_of("delay=1ms");
    char text[64];
    (void)state;
    send_number(&l, 0, 0);
    lab_impair_line_change(&l, &other.spec);
    send_number(&l, NS_PER_MS, 1);
    assert_string_equal(arrived(&l, 50 * NS_PER_MS, text, sizeof(text)), "ab");
    send_number(&l, 60 * NS_PER_MS, 2);
    assert_int_equal(lab_impair_line_next(&l), 61 * NS_PER_MS);
    lab_impair_line_done(&l);
    lab_impair_line_done(&other);
}

/* A slow line whose queue is full, then a fast one. */
static void a_new_rate_does_not_wait_for_the_old_one(void **state)
{
    struct lab_impair_line l = line_of("rate=8kbit"), other = line_of("rate=100gbit");
    (void)state;
    for (int i = 0; i < 5000; i++)
        send_number(&l, 0, 0);
    assert_int_equal(l.count.under_way, LAB_IMPAIR_QUEUE_BYTES / 64);
    assert_int_equal(l.count.queue_full, 5000 - LAB_IMPAIR_QUEUE_BYTES / 64);
    lab_impair_line_change(&l, &other.spec);
    send_number(&l, NS_PER_MS, 1);
    assert_int_equal(l.count.under_way, LAB_IMPAIR_QUEUE_BYTES / 64 + 1);
    lab_impair_line_done(&l);
    lab_impair_line_done(&other);
}

static void a_seed_repeats_a_run(void **state)
{
    static const char words[] = "loss=10% delay=2ms jitter=2ms reorder=10% duplicate=10% seed=";
    char order[3][512];
    (void)state;
    for (int i = 0; i < 3; i++) {
        char all[128];
        snprintf(all, sizeof(all), "%s%d", words, i == 2 ? 6 : 5);
        struct lab_impair_line l = line_of(all);
        for (int k = 0; k < 200; k++)
            send_number(&l, k * NS_PER_MS, (uint8_t)(k % 26));
        arrived(&l, NS_PER_S, order[i], sizeof(order[i]));
        assert_in_range(l.count.lost, 5, 40);
        assert_in_range(l.count.duplicated, 5, 40);
        assert_in_range(l.count.reordered, 5, 45);
        assert_int_equal(l.count.frames, 200);
        assert_int_equal(strlen(order[i]), 200 - l.count.lost + l.count.duplicated);
        lab_impair_line_done(&l);
    }
    assert_string_equal(order[0], order[1]);
    assert_string_not_equal(order[0], order[2]);
}

static void memory_has_an_end_and_a_failed_allocation_is_a_drop(void **state)
{
    static uint8_t frame[65000];
    struct lab_impair_line l = line_of("delay=10s");
    (void)state;
    for (int i = 0; i < 2000; i++)
        lab_impair_line_send(&l, 0, frame, sizeof(frame));
    assert_true(l.held <= LAB_IMPAIR_HELD_BYTES && l.held > LAB_IMPAIR_HELD_BYTES - 70000);
    assert_int_equal(l.count.queue_full + l.count.under_way, 2000);
    lab_impair_line_done(&l);
    for (uint64_t n = 1; n <= 2; n++) {
        l = line_of("delay=1ms");
        mem_fail_at(n); /* the frame, the heap */
        send_number(&l, 0, 0);
        mem_fail_at(0);
        assert_int_equal(l.count.queue_full, 1);
        assert_int_equal(l.held, 0);
        lab_impair_line_done(&l);
    }
}

static void a_relay_has_an_address_unless_its_device_cannot_be(void **state)
{
    struct sockaddr_un a;
    (void)state;
    socklen_t n = lab_impair_address("eth0", &a);
    assert_int_equal(n, offsetof(struct sockaddr_un, sun_path) + strlen("@spanway-impair/eth0"));
    assert_memory_equal(a.sun_path, "\0spanway-impair/eth0", 21);
    assert_int_equal(lab_impair_address("", &a), 0);
    assert_int_equal(lab_impair_address("a123456789abcdef", &a), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_mean_figures_and_are_said_again),
        cmocka_unit_test(a_bad_word_is_named_with_what_was_expected),
        cmocka_unit_test(frames_come_when_they_are_due_in_their_order),
        cmocka_unit_test(a_change_overtakes_nothing_that_is_under_way),
        cmocka_unit_test(a_new_rate_does_not_wait_for_the_old_one),
        cmocka_unit_test(a_seed_repeats_a_run),
        cmocka_unit_test(memory_has_an_end_and_a_failed_allocation_is_a_drop),
        cmocka_unit_test(a_relay_has_an_address_unless_its_device_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
