#include "lang/yaml.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "tree.h"

/* A text on the heap that grows. */
struct big {
    char *s;
    size_t len, cap;
};

static void add(struct big *b, const char *s)
{
    size_t n = strlen(s);
    if (b->len + n + 1 > b->cap) {
        b->cap = MAX(b->cap * 2, b->len + n + 1);
        b->s = realloc(b->s, b->cap);
        assert_non_null(b->s);
    }
    memcpy(b->s + b->len, s, n + 1);
    b->len += n;
}

static struct big repeat(const char *s, size_t times)
{
    struct big b = { 0 };
    for (size_t i = 0; i < times; i++)
        add(&b, s);
    return b;
}

static void refuse_big(const char *name, struct big *b, const char *id, uint32_t line,
                       uint32_t column)
{
    struct diag d = { 0 };
    tree_refuse(name, b->s, b->len, &d);
    CLAIM_TEXT(name, d.id, id);
    if (d.line != line || d.column != column)
        fail_msg("%s: at %u:%u, want %u:%u", name, d.line, d.column, line, column);
    CLAIM(name, mem_count(MEM_ARENA) == 0 && mem_count(MEM_MISC) == 0);
    free(b->s);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void a_megabyte_of_brackets_stops_at_the_depth(void **state)
{
    (void)state;
    static const char *const openers[] = { "[", "{a: ", "- ", "? ", "[{a: " };
    static const uint32_t columns[] = { 65, 257, 129, 0, 161 };
    for (size_t i = 0; i < ARRAY_LEN(openers); i++) {
        struct big b = repeat(openers[i], (1 << 20) / strlen(openers[i]));
        struct diag d = { 0 };
        double before = seconds();
        tree_refuse(openers[i], b.s, b.len, &d);
        /* It takes milliseconds; a reader that is quadratic in depth would take minutes. */
        CLAIM(openers[i], seconds() - before < 1.0);
        if (columns[i]) {
            CLAIM_TEXT(openers[i], d.id, "LANG-YAML-DEPTH");
            CLAIM(openers[i], d.column == columns[i]);
        } else {
            CLAIM_TEXT(openers[i], d.id, "LANG-YAML-KEY");
        }
        free(b.s);
    }
}

static void the_deepest_tree_is_read(void **state)
{
    (void)state;
    struct big b = repeat("[", LANG_DEPTH_MAX);
    add(&b, "x");
    for (size_t i = 0; i < LANG_DEPTH_MAX; i++)
        add(&b, "]");
    struct lang_doc doc;
    tree_parse(&doc, "64 levels", b.s);
    assert_int_equal(doc.root->height, LANG_DEPTH_MAX);
    assert_int_equal(doc.root->weight, LANG_DEPTH_MAX + 1);
    lang_doc_done(&doc);
    free(b.s);
}

static void aliases_count_as_what_they_stand_for(void **state)
{
    (void)state;
    /* Nine aliases in each of nine levels: 10^9 values and more. */
    struct big b = { 0 };
    add(&b, "a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (char c = 'b'; c <= 'j'; c++) {
        char line[128];
        int n = snprintf(line, sizeof(line), "%c: &%c [", c, c);
        for (int i = 0; i < 10; i++)
            n += snprintf(line + n, sizeof(line) - (size_t)n, "*%c%s", c - 1, i < 9 ? ", " : "]\n");
        add(&b, line);
    }
    refuse_big("a billion laughs", &b, "LANG-YAML-ALIAS", 6, 36);

    /* Each level is one deeper than the alias in it. */
    add(memset(&b, 0, sizeof(b)), "a0: &a0 []\n");
    for (int i = 1; i < 70; i++) {
        char line[64];
        snprintf(line, sizeof(line), "a%d: &a%d [*a%d]\n", i, i, i - 1);
        add(&b, line);
    }
    refuse_big("depth by aliases", &b, "LANG-YAML-DEPTH", 64, 12);

    add(memset(&b, 0, sizeof(b)), "- &a 1\n");
    for (int i = 0; i <= LANG_ALIASES_MAX; i++)
        add(&b, "- *a\n");
    refuse_big("too many aliases", &b, "LANG-YAML-ALIAS", LANG_ALIASES_MAX + 2, 3);

    memset(&b, 0, sizeof(b));
    for (int i = 0; i <= LANG_ANCHORS_MAX; i++) {
        char line[32];
        snprintf(line, sizeof(line), "- &a%d 1\n", i);
        add(&b, line);
    }
    refuse_big("too many anchors", &b, "LANG-YAML-ANCHOR", LANG_ANCHORS_MAX + 1, 3);
}

static void values_are_counted(void **state)
{
    (void)state;
    struct big b = { 0 };
    add(&b, "[");
    for (int i = 0; i < LANG_NODES_MAX; i++)
        add(&b, "x,");
    add(&b, "]");
    refuse_big("a million and one", &b, "LANG-YAML-NODES", 1, 2 * LANG_NODES_MAX);

    b = repeat("- x\n", LANG_NODES_MAX / 2 - 1);
    struct lang_doc doc;
    struct diag d = { 0 };
    tree_parse(&doc, "half a million", b.s);
    assert_true(lang_yaml_parse(&doc, "again", b.s, b.len, &d));
    assert_int_equal(doc.nodes, LANG_NODES_MAX);
    assert_false(lang_yaml_parse(&doc, "more", "x", 1, &d));
    assert_string_equal(d.id, "LANG-YAML-NODES");
    lang_doc_done(&doc);
    free(b.s);
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    struct big b = repeat("# comment of 16\n", LANG_FILE_BYTES_MAX / 16);
    struct lang_doc doc;
    struct diag d = { 0 };
    lang_doc_init(&doc);
    for (int i = 0; i < LANG_TEXT_BYTES_MAX / LANG_FILE_BYTES_MAX; i++)
        assert_true(lang_yaml_parse(&doc, "a", b.s, b.len, &d));
    assert_false(lang_yaml_parse(&doc, "b", "x", 1, &d));
    assert_string_equal(d.id, "LANG-YAML-SIZE");
    assert_string_equal(d.file, "b");
    assert_int_equal(d.line, 0);
    assert_int_equal(doc.file_count, 4);
    lang_doc_done(&doc);
    add(&b, "\n");
    refuse_big("one byte too many", &b, "LANG-YAML-SIZE", 0, 0);

    lang_doc_init(&doc);
    for (int i = 0; i < LANG_FILES_MAX; i++)
        assert_true(lang_yaml_parse(&doc, "a", "x", 1, &d));
    assert_false(lang_yaml_parse(&doc, "b", "x", 1, &d));
    assert_string_equal(d.id, "LANG-YAML-FILES");
    lang_doc_done(&doc);
}

/* 100,000 keys are sorted, not compared each with each; and found. */
static void large_maps_are_quick(void **state)
{
    (void)state;
    enum { KEYS = 100000 };
    struct big b = { 0 };
    char line[32];
    for (int i = 0; i < KEYS; i++) {
        snprintf(line, sizeof(line), "site-%d: %d\n", i, i);
        add(&b, line);
    }
    struct lang_doc doc;
    double before = seconds();
    tree_parse(&doc, "large", b.s);
    for (int i = 0; i < KEYS; i++) {
        snprintf(line, sizeof(line), "site-%d", i);
        const struct lang_node *n = lang_get(doc.root, line);
        assert_true(n && atoi(n->text) == i && n->line == (uint32_t)i + 1);
    }
    assert_null(lang_get(doc.root, "site-"));
    assert_true(seconds() - before < 10.0);
    lang_doc_done(&doc);
    add(&b, "site-77: x\n");
    refuse_big("a duplicate far below", &b, "LANG-YAML-DUPLICATE", KEYS + 1, 1);
}

static void one_long_value_is_read(void **state)
{
    (void)state;
    enum { BYTES = 2 << 20 };
    struct big b = { 0 };
    add(&b, "a: \"");
    for (int i = 0; i < BYTES / 16; i++)
        add(&b, "0123456789abcde ");
    add(&b, "\"\n");
    struct lang_doc doc;
    tree_parse(&doc, "long", b.s);
    assert_int_equal(lang_get(doc.root, "a")->text_len, BYTES);
    lang_doc_done(&doc);
    free(b.s);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    static const char text[] = "a: &x [1, {b: c}]\nd: *x\ne: {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, "
                               "7: 7, 8: 8, 9: 9}\n";
    bool ok = false;
    uint64_t n = 0;
    while (!ok) {
        struct lang_doc doc;
        struct diag d = { 0 };
        lang_doc_init(&doc);
        mem_fail_at(++n);
        ok = lang_yaml_parse(&doc, "t", text, sizeof(text) - 1, &d);
        mem_fail_at(0);
        if (!ok)
            CLAIM_TEXT("no memory", d.id, "LANG-YAML-MEMORY");
        lang_doc_done(&doc);
        assert_int_equal(mem_count(MEM_ARENA) + mem_count(MEM_MISC), 0);
        assert_true(n < 100);
    }
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_megabyte_of_brackets_stops_at_the_depth),
        cmocka_unit_test(the_deepest_tree_is_read),
        cmocka_unit_test(aliases_count_as_what_they_stand_for),
        cmocka_unit_test(values_are_counted),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(large_maps_are_quick),
        cmocka_unit_test(one_long_value_is_read),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
