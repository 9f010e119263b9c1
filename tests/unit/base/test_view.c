#include "base/view.h"

#include "../unit.h"
#include "record.h"

/* Where the fields lie in the encoding of sample(). */
enum { AT_UP = 0, AT_IP = 24, AT_PREFIX = 29, AT_TEXT = 47, SAMPLE_BYTES = 52 };

static struct record sample(void)
{
    struct record rec;
    memset(&rec, 0, sizeof(rec));
    rec.up = true;
    rec.u8 = 200;
    rec.u16 = 65000;
    rec.u32 = UINT32_C(4200000000);
    rec.u64 = UINT64_MAX;
    rec.uptime = -5;
    assert_true(ip_parse("10.0.0.1", &rec.ip));
    assert_true(prefix_parse("2001:db8::/33", &rec.prefix, NULL));
    memcpy(rec.text, "eth", 4);
    return rec;
}

static size_t encoded(uint8_t buf[128])
{
    struct record rec = sample();
    struct wr w = wr_init(buf, 128);
    view_encode(&record_view, &rec, &w);
    assert_false(w.bad);
    return wr_len(&w);
}

static void a_record_survives_the_way(void **state)
{
    (void)state;
    uint8_t buf[128];
    size_t n = encoded(buf);
    assert_int_equal(n, SAMPLE_BYTES);
    struct rd r = rd_init(buf, n);
    struct record got, want = sample();
    memset(&got, 0xff, sizeof(got));
    assert_true(view_decode(&record_view, &r, &got));
    assert_true(rd_is_done(&r));
    assert_true(got.up && got.u8 == want.u8 && got.u16 == want.u16 && got.u32 == want.u32);
    assert_true(got.u64 == want.u64 && got.uptime == want.uptime);
    assert_true(ip_eq(&got.ip, &want.ip) && prefix_eq(&got.prefix, &want.prefix));
    assert_memory_equal(got.text, want.text, sizeof(got.text));
}

static void records_follow_one_another(void **state)
{
    (void)state;
    uint8_t buf[128];
    struct record none, got;
    memset(&none, 0, sizeof(none));
    struct wr w = wr_init(buf, sizeof(buf));
    view_encode(&record_view, &none, &w);
    view_encode(&record_view, &none, &w);
    assert_false(w.bad);
    struct rd r = rd_init(buf, wr_len(&w));
    assert_true(view_decode(&record_view, &r, &got));
    assert_false(rd_is_done(&r));
    assert_true(view_decode(&record_view, &r, &got));
    assert_true(rd_is_done(&r));
    assert_memory_equal(&got, &none, sizeof(got));
}

static void malformed_records_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t at;
        uint8_t value;
    } cases[] = {
        { "a bool is 0 or 1", AT_UP, 2 },
        { "address families are 0, 4 and 6", AT_IP, 5 },
        { "prefix families are 0, 4 and 6", AT_PREFIX, 7 },
        { "a prefix is no longer than its family", AT_PREFIX + 1, 129 },
        { "a prefix has no bits beyond its length", AT_PREFIX + 1, 20 },
        { "a text fits with its NUL", AT_TEXT + 1, 12 },
        { "a text's length is in the message", AT_TEXT + 1, 11 },
        { "a text's length is no larger than 16 bits say", AT_TEXT, 1 },
        { "a text has no NUL inside", AT_TEXT + 3, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t buf[128];
        size_t n = encoded(buf);
        CLAIM(cases[i].name, buf[cases[i].at] != cases[i].value);
        buf[cases[i].at] = cases[i].value;
        struct rd r = rd_init(buf, n);
        struct record got, before;
        memset(&got, 0x5a, sizeof(got));
        memcpy(&before, &got, sizeof(got));
        CLAIM(cases[i].name, !view_decode(&record_view, &r, &got));
        CLAIM(cases[i].name, memcmp(&got, &before, sizeof(got)) == 0);
    }
}

static void every_shorter_record_is_refused(void **state)
{
    (void)state;
    uint8_t buf[128];
    size_t n = encoded(buf);
    for (size_t cut = 0; cut < n; cut++) {
        struct rd r = rd_init(buf, cut);
        struct record got;
        assert_false(view_decode(&record_view, &r, &got));
    }
}

static void a_full_writer_is_bad_and_not_overrun(void **state)
{
    (void)state;
    struct record rec = sample();
    for (size_t room = 0; room < SAMPLE_BYTES; room++) {
        uint8_t buf[SAMPLE_BYTES];
        memset(buf, 0xee, sizeof(buf));
        struct wr w = wr_init(buf, room);
        view_encode(&record_view, &rec, &w);
        assert_true(w.bad);
        assert_int_equal(buf[room], 0xee);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_survives_the_way),
        cmocka_unit_test(records_follow_one_another),
        cmocka_unit_test(malformed_records_are_refused),
        cmocka_unit_test(every_shorter_record_is_refused),
        cmocka_unit_test(a_full_writer_is_bad_and_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
