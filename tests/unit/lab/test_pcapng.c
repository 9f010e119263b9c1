/* lab/pcapng.h: the bytes of a capture, block by block. */
#include "lab/pcapng.h"

#include <stdlib.h>

#include "../unit.h"
#include "base/rd.h"

/* The next block's body; its type in *ret_type. Both lengths have to agree. */
static struct rd block(struct rd *r, uint32_t *ret_type)
{
    *ret_type = rd_u32(r);
    uint32_t n = rd_u32(r);
    assert_true(n >= 12 && n % 4 == 0);
    struct rd body = rd_sub(r, n - 12);
    assert_int_equal(rd_u32(r), n);
    assert_false(r->bad);
    return body;
}

/* The value of the first option of a code; its length in *ret_n. */
static const uint8_t *option(struct rd body, uint16_t code, uint16_t *ret_n)
{
    for (;;) {
        uint16_t its = rd_u16(&body), n = rd_u16(&body);
        const uint8_t *value = rd_bytes(&body, n);
        assert_false(body.bad);
        rd_bytes(&body, (4 - n % 4u) % 4);
        if (its == code) {
            *ret_n = n;
            return value;
        }
        assert_int_not_equal(its, 0);
    }
}

static void a_section_names_its_comments(void **state)
{
    static const char *const comments[] = { "all interfaces of lab.r1", "keys: /x", NULL };
    uint8_t buf[400];
    uint16_t n;
    uint32_t type;
    struct wr w = wr_init(buf, sizeof(buf));
    (void)state;
    pcapng_section(&w, comments);
    assert_false(w.bad);
    struct rd r = rd_init(buf, wr_len(&w)), body = block(&r, &type);
    assert_int_equal(type, 0x0a0d0d0a);
    assert_int_equal(rd_u32(&body), 0x1a2b3c4d);
    assert_int_equal(rd_u16(&body), 1);
    assert_int_equal(rd_u16(&body), 0);
    assert_true(rd_u64(&body) == UINT64_MAX);
    const uint8_t *first = option(body, 1, &n);
    assert_int_equal(n, strlen(comments[0]));
    assert_memory_equal(first, comments[0], n);
    assert_true(rd_is_done(&r));
}

static void an_interface_has_a_name_and_nanoseconds(void **state)
{
    uint8_t buf[400];
    uint16_t n;
    uint32_t type;
    struct wr w = wr_init(buf, sizeof(buf));
    const struct pcapng_interface i = { "tun0", "lab.gw", PCAPNG_RAW_IP };
    (void)state;
    pcapng_interface(&w, &i);
    struct rd r = rd_init(buf, wr_len(&w)), body = block(&r, &type);
    assert_int_equal(type, 1);
    assert_int_equal(rd_u16(&body), PCAPNG_RAW_IP);
    rd_u16(&body);
    assert_int_equal(rd_u32(&body), PCAPNG_SNAP_BYTES);
    assert_memory_equal(option(body, 2, &n), "tun0", 4);
    assert_memory_equal(option(body, 3, &n), "lab.gw", 6);
    assert_int_equal(option(body, 9, &n)[0], 9);
    assert_int_equal(n, 1);
}

static void packets_of_each_length_are_padded(void **state)
{
    static const uint8_t bytes[] = "0123456";
    (void)state;
    for (uint32_t n = 0; n <= 7; n++) {
        uint8_t buf[100];
        uint32_t type;
        uint16_t len;
        struct wr w = wr_init(buf, sizeof(buf));
        const struct pcapng_packet p = { .interface = 3,
                                         .at = 0x123456789abcdef,
                                         .outbound = n % 2 == 1,
                                         .bytes = bytes,
                                         .captured = n,
                                         .length = 1500 };
        pcapng_packet(&w, &p);
        struct rd r = rd_init(buf, wr_len(&w)), body = block(&r, &type);
        assert_int_equal(type, 6);
        assert_int_equal(rd_u32(&body), 3);
        assert_true(rd_u64(&body) == 0x123456789abcdef);
        assert_int_equal(rd_u32(&body), n);
        assert_int_equal(rd_u32(&body), 1500);
        assert_memory_equal(rd_bytes(&body, n), bytes, n);
        rd_bytes(&body, (4 - n % 4) % 4);
        assert_int_equal(option(body, 2, &len)[3], n % 2 ? 2 : 1);
        assert_true(rd_is_done(&r));
    }
}

static void statistics_count(void **state)
{
    uint8_t buf[100];
    uint16_t n;
    uint32_t type;
    struct wr w = wr_init(buf, sizeof(buf));
    (void)state;
    pcapng_statistics(&w, 0, 5, 300, 7);
    struct rd r = rd_init(buf, wr_len(&w)), body = block(&r, &type);
    assert_int_equal(type, 5);
    rd_bytes(&body, 12);
    struct rd dropped = rd_init(option(body, 5, &n), 8);
    assert_true(rd_u64(&dropped) == 7);
}

static void the_largest_packet_fits_a_block(void **state)
{
    uint8_t *buf = malloc(PCAPNG_BLOCK_MAX), *bytes = calloc(1, PCAPNG_SNAP_BYTES);
    struct wr w = wr_init(buf, PCAPNG_BLOCK_MAX);
    const struct pcapng_packet p = { .bytes = bytes,
                                     .captured = PCAPNG_SNAP_BYTES,
                                     .length = PCAPNG_SNAP_BYTES };
    (void)state;
    assert_true(buf && bytes);
    pcapng_packet(&w, &p);
    assert_false(w.bad);
    free(bytes);
    free(buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_section_names_its_comments),
        cmocka_unit_test(an_interface_has_a_name_and_nanoseconds),
        cmocka_unit_test(packets_of_each_length_are_padded),
        cmocka_unit_test(statistics_count),
        cmocka_unit_test(the_largest_packet_fits_a_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
