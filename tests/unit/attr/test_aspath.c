/* AS paths: what is well-formed, what counts, how they are changed and printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "attr/aspath.h"
#include "base/wr.h"

/* A path in our own short form: type letter and numbers: "q65515,12076 s1,2" (q: sequence, s: set,
 * c: confederation sequence, d: confederation set). */
struct path {
    uint8_t bytes[4096];
    size_t n;
};

static struct path make(const char *s)
{
    static struct path p;
    struct wr w = wr_init(p.bytes, sizeof(p.bytes));
    size_t mark = 0;
    uint8_t count = 0;
    while (*s) {
        if (*s == ' ' || *s == ',') {
            s++;
        } else if (*s >= 'a') {
            wr_u8(&w, *s == 's'   ? AS_SET
                      : *s == 'q' ? AS_SEQUENCE
                      : *s == 'c' ? AS_CONFED_SEQUENCE
                                  : AS_CONFED_SET);
            mark = wr_mark(&w);
            wr_u8(&w, count = 0);
            s++;
        } else {
            uint32_t v = 0;
            for (; *s >= '0' && *s <= '9'; s++)
                v = v * 10 + (uint32_t)(*s - '0');
            wr_u32(&w, v);
            wr_patch8(&w, mark, ++count);
        }
    }
    assert_false(w.bad);
    p.n = wr_len(&w);
    return p;
}

static void valid(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t bytes[8];
        size_t n, as_bytes;
        bool want;
    } cases[] = {
        { "[RFC 7606 7.2] an empty path is fine", { 0 }, 0, 4, true },
        { "one number of 4 bytes", { 2, 1, 0, 0, 0, 1 }, 6, 4, true },
        { "one number of 2 bytes", { 2, 1, 0, 1 }, 4, 2, true },
        { "[RFC 7606 7.2] an unknown segment type is malformed", { 5, 1, 0, 1 }, 4, 2, false },
        { "[RFC 7606 7.2] type 0 is malformed", { 0, 1, 0, 1 }, 4, 2, false },
        { "[RFC 7606 7.2] a segment overrun is malformed", { 2, 2, 0, 1 }, 4, 2, false },
        { "[RFC 7606 7.2] one byte left over is malformed", { 2, 1, 0, 1, 2 }, 5, 2, false },
        { "[RFC 7606 7.2] a segment of no numbers is malformed", { 2, 0 }, 2, 2, false },
        { "an empty segment behind a good one is malformed", { 2, 1, 0, 1, 1, 0 }, 6, 2, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (aspath_is_valid(cases[i].bytes, cases[i].n, cases[i].as_bytes) != cases[i].want)
            fail_msg("%s", cases[i].name);
}

static void facts_and_text(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text;
        uint32_t hops, first;
        bool all_private, confed;
    } cases[] = {
        { "", "", 0, 0, false, false },
        { "q65515,12076", "65515 12076", 2, 65515, false, false },
        { "q65515,12076 s1,2", "65515 12076 {1,2}", 3, 65515, false, false },
        { "s1,2 q3", "{1,2} 3", 2, 0, false, false },
        { "c65001,65002 q7", "(65001 65002) 7", 1, 7, false, true },
        { "d65001,65002", "[65001,65002]", 0, 0, true, true },
        { "q64512,65534,4200000000,4294967294", "64512 65534 4200000000 4294967294", 4, 64512, true,
          false },
        { "q65535", "65535", 1, 65535, false, false },
        { "q1 q2", "1 2", 2, 1, false, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct path p = make(cases[i].path);
        char buf[200];
        struct text t = text_init(buf, sizeof(buf));
        text_aspath(&t, p.bytes, p.n);
        assert_string_equal(buf, cases[i].text);
        assert_true(aspath_is_valid(p.bytes, p.n, 4));
        assert_int_equal(aspath_hops(p.bytes, p.n), cases[i].hops);
        assert_int_equal(aspath_first(p.bytes, p.n), cases[i].first);
        assert_int_equal(aspath_is_all_private(p.bytes, p.n), cases[i].all_private);
        assert_int_equal(aspath_has_confed(p.bytes, p.n), cases[i].confed);
    }
    struct path p = make("q5,6,5 s5,7");
    assert_int_equal(aspath_count(p.bytes, p.n, 5), 3);
    assert_int_equal(aspath_count(p.bytes, p.n, 8), 0);
}

static bool prepend_2(struct attr_draft *d, struct arena *a)
{
    return aspath_prepend(d, a, 65001, 2);
}
static bool remove_all(struct attr_draft *d, struct arena *a)
{
    return aspath_remove_private(d, a, true, 0);
}
static bool remove_if_all(struct attr_draft *d, struct arena *a)
{
    return aspath_remove_private(d, a, false, 0);
}
static bool remove_replace(struct attr_draft *d, struct arena *a)
{
    return aspath_remove_private(d, a, true, 99);
}
static bool remove_but(struct attr_draft *d, struct arena *a)
{
    return aspath_remove_private_but(d, a, true, 0, 64512);
}
static bool exclude_some(struct attr_draft *d, struct arena *a)
{
    static const uint32_t list[] = { 1, 3 };
    return aspath_exclude(d, a, list, 2);
}
static bool exclude_path(struct attr_draft *d, struct arena *a)
{
    return aspath_exclude(d, a, NULL, 0);
}
static bool replace_any(struct attr_draft *d, struct arena *a)
{
    return aspath_replace(d, a, 0, 9);
}
static bool replace_one(struct attr_draft *d, struct arena *a)
{
    return aspath_replace(d, a, 2, 9);
}

static void changes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *path;
        bool (*change)(struct attr_draft *d, struct arena *a);
        const char *want;
    } cases[] = {
        { "prepend to nothing", "", prepend_2, "65001 65001" },
        { "prepend to a sequence", "q1,2", prepend_2, "65001 65001 1 2" },
        { "prepend to a set makes a segment", "s1,2", prepend_2, "65001 65001 {1,2}" },
        { "prepend keeps what follows", "q1 s2,3 q4", prepend_2, "65001 65001 1 {2,3} 4" },
        { "all private numbers go", "q64512,1,65000 s65001", remove_all, "1" },
        { "a mixed path stays", "q64512,1", remove_if_all, "64512 1" },
        { "a private path goes", "q64512,65000", remove_if_all, "" },
        { "private numbers are replaced", "q64512,1,65000", remove_replace, "99 1 99" },
        { "the peer's own number stays", "q64512,65000,1", remove_but, "64512 1" },
        { "numbers are excluded", "q1,2,3 s3", exclude_some, "2" },
        { "the path is excluded", "q1,2,3 s3", exclude_path, "" },
        { "any is replaced", "q1,2 s3", replace_any, "9 9 {9}" },
        { "one is replaced", "q1,2 s2,3", replace_one, "1 9 {9,3}" },
    };
    struct arena a;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct path p = make(cases[i].path);
        struct attr_draft d = { 0 };
        d.span[SPAN_AS_PATH] = p.bytes;
        d.head.span_len[SPAN_AS_PATH] = (uint16_t)p.n;
        assert_true(cases[i].change(&d, &a));
        char buf[200];
        struct text t = text_init(buf, sizeof(buf));
        assert_true(aspath_is_valid(d.span[SPAN_AS_PATH], d.head.span_len[SPAN_AS_PATH], 4));
        text_aspath(&t, d.span[SPAN_AS_PATH], d.head.span_len[SPAN_AS_PATH]);
        if (strcmp(buf, cases[i].want) != 0)
            fail_msg("%s: %s", cases[i].name, buf);
    }
    arena_done(&a);
}

static void long_prepends_split_and_end(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 16);
    struct path p = make("q1,2");
    struct attr_draft d = { 0 };
    d.span[SPAN_AS_PATH] = p.bytes;
    d.head.span_len[SPAN_AS_PATH] = (uint16_t)p.n;
    assert_true(aspath_prepend(&d, &a, 7, 600));
    assert_true(aspath_is_valid(d.span[SPAN_AS_PATH], d.head.span_len[SPAN_AS_PATH], 4));
    assert_int_equal(aspath_hops(d.span[SPAN_AS_PATH], d.head.span_len[SPAN_AS_PATH]), 602);
    assert_int_equal(aspath_count(d.span[SPAN_AS_PATH], d.head.span_len[SPAN_AS_PATH], 7), 600);
    struct attr_draft before = d;
    assert_false(aspath_prepend(&d, &a, 7, 500)); /* beyond AS_PATH_BYTES_MAX */
    assert_false(aspath_prepend(&d, &a, 7, UINT32_MAX));
    assert_memory_equal(&before, &d, sizeof(d));
    struct arena tiny;
    arena_init(&tiny, 16);
    assert_false(aspath_prepend(&d, &tiny, 7, 5));
    assert_false(aspath_replace(&d, &tiny, 0, 5));
    assert_memory_equal(&before, &d, sizeof(d));
    arena_done(&tiny);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid),
        cmocka_unit_test(facts_and_text),
        cmocka_unit_test(changes),
        cmocka_unit_test(long_prepends_split_and_end),
    };
    return cmocka_run_group_tests_name("attr/aspath", tests, NULL, NULL);
}
