/* lab/drill.h: losses as times of silence: by times of sending, in one way and in both. */
#include "lab/drill.h"

#include "../unit.h"

enum { PACKETS = 1000 };

static struct lab_drill_sent sent[LAB_DRILL_WAYS][PACKETS];
static const ns_t start = 5 * NS_PER_S;

/* One packet a millisecond, from `start` on, all delivered in 200 us. */
static void all_is_well(struct lab_drill_log log[LAB_DRILL_WAYS], struct lab_drill_report *r)
{
    for (int way = 0; way < LAB_DRILL_WAYS; way++) {
        for (uint32_t i = 0; i < PACKETS; i++)
            sent[way][i] = (struct lab_drill_sent){ .at = start + (ns_t)i * NS_PER_MS,
                                                    .delay_us = 200,
                                                    .copies = 1 };
        log[way] = (struct lab_drill_log){ .sent = sent[way], .count = PACKETS };
    }
    *r = (struct lab_drill_report){ .event_count = 0 };
}

static void lose(int way, uint32_t from, uint32_t n)
{
    for (uint32_t i = from; i < from + n; i++)
        sent[way][i].copies = 0;
}

static void without_loss_there_is_no_silence(void **state)
{
    struct lab_drill_log log[LAB_DRILL_WAYS];
    struct lab_drill_report r;
    (void)state;
    all_is_well(log, &r);
    lab_drill_analyse(log, start, &r);
    assert_int_equal(r.way[0].sent, PACKETS);
    assert_int_equal(r.way[0].lost + r.way[1].lost, 0);
    assert_int_equal(r.way[0].longest, 0);
    assert_true(r.way[0].first_lost == NS_NEVER && r.way[0].last_lost == NS_NEVER);
    assert_int_equal(r.total, 0);
    assert_int_equal(r.duration, PACKETS * NS_PER_MS);
    assert_int_equal(r.way[1].delay_max_us, 200);
}

static void a_sender_that_did_not_run_is_no_outage(void **state)
{
    struct lab_drill_log log[LAB_DRILL_WAYS];
    struct lab_drill_report r;
    (void)state;
    all_is_well(log, &r);
    for (uint32_t i = 500; i < PACKETS; i++)
        sent[0][i].at += 400 * NS_PER_MS;
    log[0].skipped = 400;
    lab_drill_analyse(log, start, &r);
    assert_int_equal(r.way[0].longest, 0);
    assert_int_equal(r.total, 0);
    assert_int_equal(r.way[0].skipped, 400);
}

static void silence_lasts_from_the_first_lost_to_the_next_that_came(void **state)
{
    struct lab_drill_log log[LAB_DRILL_WAYS];
    struct lab_drill_report r;
    (void)state;
    all_is_well(log, &r);
    lose(0, 100, 300);
    lose(0, 600, 1);
    lab_drill_analyse(log, start, &r);
    assert_int_equal(r.way[0].lost, 301);
    assert_int_equal(r.way[0].longest, 300 * NS_PER_MS);
    assert_int_equal(r.way[0].total, 301 * NS_PER_MS);
    assert_int_equal(r.way[0].first_lost, 100 * NS_PER_MS);
    assert_int_equal(r.way[0].last_lost, 600 * NS_PER_MS);
    assert_int_equal(r.way[1].lost, 0);
}

static void what_never_came_back_lasts_to_the_end(void **state)
{
    struct lab_drill_log log[LAB_DRILL_WAYS];
    struct lab_drill_report r;
    (void)state;
    all_is_well(log, &r);
    lose(1, 900, 100);
    lab_drill_analyse(log, start, &r);
    assert_int_equal(r.way[1].longest, 100 * NS_PER_MS);
    lose(1, 0, PACKETS);
    lose(0, 0, PACKETS);
    lab_drill_analyse(log, start, &r);
    assert_int_equal(r.total, PACKETS * NS_PER_MS);
    assert_int_equal(r.total, r.duration);
}

static void both_ways_are_one_time_without_service(void **state)
{
    static const struct {
        const char *claim;
        uint32_t a, a_n, b, b_n, total;
    } cases[] = {
        { "the same time", 100, 50, 100, 50, 50 },
        { "one within the other", 100, 50, 110, 10, 50 },
        { "overlapping", 100, 50, 140, 50, 90 },
        { "one behind the other", 100, 50, 150, 50, 100 },
        { "apart", 100, 50, 200, 50, 100 },
        { "the second way first", 200, 50, 100, 120, 150 },
        { "one way alone", 100, 50, 0, 0, 50 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lab_drill_log log[LAB_DRILL_WAYS];
        struct lab_drill_report r;
        all_is_well(log, &r);
        lose(0, cases[i].a, cases[i].a_n);
        lose(1, cases[i].b, cases[i].b_n);
        lab_drill_analyse(log, start, &r);
        CLAIM(cases[i].claim, r.total == cases[i].total * NS_PER_MS);
    }
}

static void a_silence_belongs_to_the_event_before_it(void **state)
{
    struct lab_drill_log log[LAB_DRILL_WAYS];
    struct lab_drill_report r;
    (void)state;
    all_is_well(log, &r);
    lose(0, 10, 5);
    lose(0, 105, 200); /* beyond the second event */
    lose(1, 110, 100);
    lose(1, 500, 2);
    r.event_count = 2;
    r.event[0] = (struct lab_drill_event){ .what = "fail", .at = 100 * NS_PER_MS };
    r.event[1] = (struct lab_drill_event){ .what = "heal", .at = 300 * NS_PER_MS };
    lab_drill_analyse(log, start, &r);
    assert_int_equal(r.event[0].lost, 300);
    assert_int_equal(r.event[0].first_lost, 5 * NS_PER_MS);
    assert_int_equal(r.event[0].last_lost, 204 * NS_PER_MS);
    assert_int_equal(r.event[0].longest, 200 * NS_PER_MS);
    assert_int_equal(r.event[1].lost, 2);
    assert_int_equal(r.event[1].first_lost, 200 * NS_PER_MS);
    assert_int_equal(r.total, 207 * NS_PER_MS);
}

static void nothing_sent_is_a_report_as_well(void **state)
{
    const struct lab_drill_log log[LAB_DRILL_WAYS] = { { .count = 0 } };
    struct lab_drill_report r = { .event_count = 1 };
    (void)state;
    lab_drill_analyse(log, start, &r);
    assert_int_equal(r.duration, 0);
    assert_int_equal(r.event[0].lost, 0);
    assert_true(r.event[0].first_lost == NS_NEVER);
}

static void the_report_in_words_and_in_json(void **state)
{
    struct lab_drill_log log[LAB_DRILL_WAYS];
    struct lab_drill_report r;
    char said[2000];
    struct text t = text_init(said, sizeof(said));
    (void)state;
    all_is_well(log, &r);
    lose(0, 101, 30);
    sent[1][7].copies = 2;
    log[1].reordered = 4;
    r.event_count = 1;
    r.event[0] = (struct lab_drill_event){ .what = "fail", .at = 100 * NS_PER_MS };
    lab_drill_analyse(log, start, &r);
    lab_drill_text(&r, "a", "b", &t);
    assert_string_equal(
        said, "a -> b: 1000 sent, 30 lost, 30 ms longest silence, 30 ms without service, "
              "0 reordered, 0 duplicated, 1 ms largest delay\n"
              "b -> a: 1000 sent, 0 lost, 0 ms longest silence, 0 ms without service, "
              "4 reordered, 1 duplicated, 1 ms largest delay\n"
              "without service in one way or the other: 30 ms of 1000\n"
              "at 100 ms: fail: 30 lost, 30 ms longest silence, from 1 to 30 ms after it\n");
    t = text_init(said, sizeof(said));
    struct lang_json j = lang_json_to_text(&t, 0);
    lab_drill_json(&r, "a", "b", &j);
    assert_true(lang_json_done(&j));
    assert_non_null(strstr(said, "\"withoutServiceMs\":30.000"));
    assert_non_null(strstr(said, "\"firstLostMs\":null"));
    assert_non_null(strstr(said, "\"event\":\"fail\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_loss_there_is_no_silence),
        cmocka_unit_test(a_sender_that_did_not_run_is_no_outage),
        cmocka_unit_test(silence_lasts_from_the_first_lost_to_the_next_that_came),
        cmocka_unit_test(what_never_came_back_lasts_to_the_end),
        cmocka_unit_test(both_ways_are_one_time_without_service),
        cmocka_unit_test(a_silence_belongs_to_the_event_before_it),
        cmocka_unit_test(nothing_sent_is_a_report_as_well),
        cmocka_unit_test(the_report_in_words_and_in_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
