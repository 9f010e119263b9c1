#include "../unit.h"
#include "base/rd.h"
#include "base/wr.h"

static void what_is_written_is_read(void **state)
{
    (void)state;
    uint8_t buf[64], copy[3];
    struct wr w = wr_init(buf, sizeof(buf));
    wr_u8(&w, 0xab);
    size_t mark = wr_mark(&w);
    wr_u16(&w, 0);
    wr_u32(&w, UINT32_C(0xdeadbeef));
    wr_u64(&w, UINT64_C(0x0123456789abcdef));
    wr_bytes(&w, "xyz", 3);
    wr_patch16(&w, mark, 0x1234);
    wr_patch8(&w, 0, 0xcd);
    assert_false(w.bad);
    assert_int_equal(wr_len(&w), 18);
    struct rd r = rd_init(buf, wr_len(&w));
    assert_int_equal(rd_u8(&r), 0xcd);
    assert_int_equal(rd_u16(&r), 0x1234);
    assert_int_equal(rd_u32(&r), 0xdeadbeef);
    assert_true(rd_u64(&r) == UINT64_C(0x0123456789abcdef));
    rd_copy(&r, copy, sizeof(copy));
    assert_memory_equal(copy, "xyz", 3);
    assert_true(rd_is_done(&r));
}

static void a_short_read_is_zero_and_sticks(void **state)
{
    (void)state;
    static const uint8_t in[] = { 1, 2, 3 };
    struct rd r = rd_init(in, sizeof(in));
    assert_int_equal(rd_u32(&r), 0);
    assert_true(r.bad);
    assert_int_equal(rd_u8(&r), 0);
    assert_int_equal(rd_left(&r), 0);
    uint8_t copy[2] = { 9, 9 };
    rd_copy(&r, copy, 2);
    assert_memory_equal(copy, "\0\0", 2);
    assert_false(rd_is_done(&r));
    r = rd_init(in, sizeof(in));
    assert_true(rd_u64(&r) == 0 && r.bad);
    r = rd_init(NULL, 0);
    assert_true(rd_is_done(&r));
    assert_int_equal(rd_u8(&r), 0);
    assert_false(rd_is_done(&r));
}

static void nested_lengths_cannot_overrun(void **state)
{
    (void)state;
    static const uint8_t in[] = { 1, 2, 3, 4 };
    struct rd r = rd_init(in, sizeof(in));
    struct rd sub = rd_sub(&r, 2);
    assert_int_equal(rd_u16(&sub), 0x0102);
    assert_true(rd_is_done(&sub));
    assert_int_equal(rd_u8(&sub), 0);
    assert_true(sub.bad && !r.bad);
    sub = rd_sub(&r, 3);
    assert_true(sub.bad && r.bad);
    sub = rd_sub(&r, 0);
    assert_true(sub.bad);
}

static void a_write_that_does_not_fit_changes_nothing_more(void **state)
{
    (void)state;
    uint8_t buf[4] = { 0 };
    struct wr w = wr_init(buf, 3);
    wr_u16(&w, 0x0102);
    wr_u16(&w, 0x0304);
    assert_true(w.bad);
    wr_u8(&w, 5);
    wr_patch8(&w, 0, 9);
    wr_patch16(&w, 0, 9);
    assert_memory_equal(buf, "\1\2\0\0", 4);
    assert_int_equal(wr_len(&w), 2);
    w = wr_init(buf, 4);
    wr_u8(&w, 7);
    wr_patch16(&w, 0, 0xffff); /* only over bytes that were written */
    assert_memory_equal(buf, "\7\2\0\0", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_short_read_is_zero_and_sticks),
        cmocka_unit_test(nested_lengths_cannot_overrun),
        cmocka_unit_test(a_write_that_does_not_fit_changes_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
