/* Communities of the three kinds: text both ways, union, difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "attr/community.h"

static void standard_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t value;
    } cases[] = {
        { "65001:100", 65001u << 16 | 100 },
        { "0:1", 1 },
        { "internet", 0 },
        { "no-export", (uint32_t)COMMUNITY_NO_EXPORT },
        { "no-advertise", (uint32_t)COMMUNITY_NO_ADVERTISE },
        { "local-AS", (uint32_t)COMMUNITY_NO_EXPORT_SUBCONFED },
        { "no-peer", (uint32_t)COMMUNITY_NO_PEER },
        { "graceful-shutdown", (uint32_t)COMMUNITY_GRACEFUL_SHUTDOWN },
        { "blackhole", (uint32_t)COMMUNITY_BLACKHOLE },
        { "65535:65535", UINT32_MAX },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint32_t v = cases[i].value;
        uint8_t span[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
        char buf[64];
        struct text t = text_init(buf, sizeof(buf));
        text_communities(&t, span, 4);
        assert_string_equal(buf, cases[i].text);
    }
}

static void large_text(void **state)
{
    (void)state;
    static const uint8_t v[12] = { 0, 0, 0xfd, 0xe9, 0, 0, 0, 2, 255, 255, 255, 255 };
    char buf[64];
    struct text t = text_init(buf, sizeof(buf));
    text_large_communities(&t, v, 12);
    assert_string_equal(buf, "65001:2:4294967295");
}

static void extended_text(void **state)
{
    (void)state;
    static const struct {
        uint8_t value[8];
        const char *text;
    } cases[] = {
        { { 0, 2, 0xfd, 0xe9, 0, 0, 0, 100 }, "RT:65001:100" },
        { { 0x40, 2, 0xfd, 0xe9, 0, 0, 0, 100 }, "RT:65001:100" },
        { { 0, 3, 0xfd, 0xe9, 0, 0, 0, 100 }, "SoO:65001:100" },
        { { 1, 2, 10, 0, 0, 1, 0, 5 }, "RT:10.0.0.1:5" },
        { { 2, 2, 0, 1, 0, 0, 0, 5 }, "RT:65536:5" },
        { { 0x40, 4, 0xfd, 0xe9, 0x4c, 0xee, 0x6b, 0x28 }, "LB:65001:125000000 (1.000 Gbps)" },
        { { 0x40, 4, 0, 1, 0x42, 0xc8, 0, 0 }, "LB:1:100 (800 bps)" },
        { { 0x40, 4, 0, 1, 0xff, 0xff, 0xff, 0xff }, "LB:1:0 (0 bps)" },
        { { 3, 0x0b, 0, 0, 0, 0, 0, 1 }, "UNK:3, 11" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[64];
        struct text t = text_init(buf, sizeof(buf));
        text_ext_communities(&t, cases[i].value, 8);
        assert_string_equal(buf, cases[i].text);
    }
}

static bool is_one(const void *arg, const uint8_t *value)
{
    return value[3] == *(const uint8_t *)arg;
}

static void union_and_difference(void **state)
{
    (void)state;
    static const uint8_t some[] = { 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 5 };
    static const uint8_t sorted[] = { 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 9 };
    static const uint8_t more[] = { 0, 0, 0, 7, 0, 0, 0, 1 };
    static const uint8_t both[] = { 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0, 9 };
    struct arena a;
    arena_init(&a, 1 << 20);
    struct attr_draft d = { 0 };
    assert_true(community_set(&d, &a, SPAN_COMMUNITIES, some, sizeof(some) / 4, false));
    assert_int_equal(d.head.span_len[SPAN_COMMUNITIES], sizeof(sorted));
    assert_memory_equal(d.span[SPAN_COMMUNITIES], sorted, sizeof(sorted));
    assert_true(community_set(&d, &a, SPAN_COMMUNITIES, more, 2, true));
    assert_int_equal(d.head.span_len[SPAN_COMMUNITIES], sizeof(both));
    assert_memory_equal(d.span[SPAN_COMMUNITIES], both, sizeof(both));
    assert_true(community_is_sorted(both, sizeof(both), 4));
    assert_false(community_is_sorted(some, sizeof(some), 4));
    assert_true(community_has(both, sizeof(both), 7));
    assert_false(community_has(both, sizeof(both), 8));
    uint8_t one = 7;
    assert_true(community_remove(&d, &a, SPAN_COMMUNITIES, is_one, &one));
    assert_memory_equal(d.span[SPAN_COMMUNITIES], sorted, sizeof(sorted));
    assert_true(community_set(&d, &a, SPAN_COMMUNITIES, NULL, 0, false));
    assert_int_equal(d.head.span_len[SPAN_COMMUNITIES], 0);
    assert_null(d.span[SPAN_COMMUNITIES]);
    arena_done(&a);
}

static void a_union_that_is_too_long_is_refused(void **state)
{
    (void)state;
    static uint8_t many[70000];
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof(many); i++)
        many[i] = (uint8_t)(i / 4 >> (i % 4 == 2 ? 8 : 0));
    struct attr_draft d = { 0 };
    assert_false(community_set(&d, &a, SPAN_COMMUNITIES, many, 17000, false));
    assert_true(community_set(&d, &a, SPAN_COMMUNITIES, many, 16000, false));
    uint16_t before = d.head.span_len[SPAN_COMMUNITIES];
    assert_false(community_set(&d, &a, SPAN_COMMUNITIES, many + 16000 * 4 - 4, 1500, true) &&
                 d.head.span_len[SPAN_COMMUNITIES] < before);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_text),
        cmocka_unit_test(large_text),
        cmocka_unit_test(extended_text),
        cmocka_unit_test(union_and_difference),
        cmocka_unit_test(a_union_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests_name("attr/community", tests, NULL, NULL);
}
