#include "base/hash.h"

#include <stdlib.h>

#include "../unit.h"

static int cmp_u64(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

static void equal_bytes_hash_alike_wherever_they_lie(void **state)
{
    (void)state;
    uint8_t buf[300];
    for (size_t n = 0; n <= 200; n++) {
        for (size_t i = 0; i < n; i++)
            buf[i] = (uint8_t)(i * 7 + n);
        uint64_t h = hash_bytes(42, buf, n);
        memmove(buf + 3, buf, n);
        assert_true(hash_bytes(42, buf + 3, n) == h);
        assert_true(hash_bytes(43, buf + 3, n) != h);
    }
}

static void lengths_and_single_bits_tell_inputs_apart(void **state)
{
    (void)state;
    enum { MOST = 201 + 200 * 8 };
    static uint64_t seen[MOST];
    size_t count = 0;
    uint8_t buf[200] = { 0 };
    for (size_t n = 0; n <= 200; n++)
        seen[count++] = hash_bytes(7, buf, n);
    for (size_t bit = 0; bit < 1600; bit++) {
        buf[bit / 8] = (uint8_t)(1 << bit % 8);
        seen[count++] = hash_bytes(7, buf, sizeof(buf));
        buf[bit / 8] = 0;
    }
    qsort(seen, count, sizeof(seen[0]), cmp_u64);
    for (size_t i = 1; i < count; i++)
        assert_true(seen[i] != seen[i - 1]);
}

static void each_input_bit_moves_half_of_the_output(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1, 3, 5, 8, 13, 16, 17, 33, 64, 200 };
    for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        uint8_t buf[200] = { 0 };
        size_t bits = sizes[k] * 8, moved = 0;
        for (size_t trial = 0; trial < 64; trial++) {
            buf[0] = (uint8_t)trial;
            uint64_t h = hash_bytes(trial, buf, sizes[k]);
            for (size_t bit = 0; bit < bits; bit++) {
                buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
                moved += (size_t)__builtin_popcountll(h ^ hash_bytes(trial, buf, sizes[k]));
                buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
        }
        double mean = (double)moved / (double)(bits * 64);
        if (mean < 31 || mean > 33)
            fail_msg("%zu bytes: %.2f bits move on average, want about 32", sizes[k], mean);
    }
}

static void prefixes_in_sequence_fill_buckets_evenly(void **state)
{
    (void)state;
    enum { BUCKETS = 1024, EACH = 64 };
    static unsigned low[BUCKETS], high[BUCKETS];
    for (uint32_t i = 0; i < BUCKETS * EACH; i++) {
        uint8_t key[5] = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 24 };
        uint64_t h = hash_bytes(1, key, sizeof(key));
        low[h % BUCKETS]++;
        high[h >> 54]++;
    }
    for (size_t i = 0; i < BUCKETS; i++) { /* 64 expected, eight standard deviations either side */
        assert_in_range(low[i], 1, 128);
        assert_in_range(high[i], 1, 128);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_bytes_hash_alike_wherever_they_lie),
        cmocka_unit_test(lengths_and_single_bits_tell_inputs_apart),
        cmocka_unit_test(each_input_bit_moves_half_of_the_output),
        cmocka_unit_test(prefixes_in_sequence_fill_buckets_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
