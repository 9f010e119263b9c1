#include <stdio.h>

#include "tree.h"

static void the_line_and_carets_below(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        uint32_t line, column, end_column;
        const char *want; /* NULL: no such line */
    } cases[] = {
        { "a word", "a: 1\nbc: two\n", 2, 5, 8,
          "     2 | bc: two\n"
          "       |     ^^^\n" },
        { "no end is one character", "a: 1\n", 1, 4, 0,
          "     1 | a: 1\n"
          "       |    ^\n" },
        { "a tab is as wide as it shows", "a:\tb\n", 1, 4, 5,
          "     1 | a:      b\n"
          "       |         ^\n" },
        { "a wide character takes two columns", "\xE6\x9D\xB1: x\n", 1, 4, 5,
          "     1 | \xE6\x9D\xB1: x\n"
          "       |     ^\n" },
        { "carets under wide characters are as wide", "\xE6\x9D\xB1\xE4\xBA\xAC: x\n", 1, 1, 3,
          "     1 | \xE6\x9D\xB1\xE4\xBA\xAC: x\n"
          "       | ^^^^\n" },
        { "a combining mark takes none", "e\xCC\x81: x\n", 1, 5, 6,
          "     1 | e\xCC\x81: x\n"
          "       |    ^\n" },
        { "an end beyond the line", "a: 1\nb:\n", 1, 4, 99,
          "     1 | a: 1\n"
          "       |    ^\n" },
        { "a column beyond the line", "a: 1\n", 1, 99, 0,
          "     1 | a: 1\n"
          "       |     ^\n" },
        { "an empty line", "a:\n\nb:\n", 2, 1, 0,
          "     2 | \n"
          "       | ^\n" },
        { "a line without an end", "a: 1", 1, 1, 2,
          "     1 | a: 1\n"
          "       | ^\n" },
        { "behind the last newline", "a: 1\n", 2, 1, 0,
          "     2 | \n"
          "       | ^\n" },
        { "CR LF is no character", "a: 1\r\nb: 2\r\n", 2, 4, 9,
          "     2 | b: 2\n"
          "       |    ^\n" },
        { "a column of 0 is the first", "a: 1\n", 1, 0, 0,
          "     1 | a: 1\n"
          "       | ^\n" },
        { "an end before its start", "a: 1\n", 1, 4, 2,
          "     1 | a: 1\n"
          "       |    ^\n" },
        { "beyond the file", "a: 1\n", 3, 1, 0, NULL },
        { "line 0", "a: 1\n", 0, 1, 0, NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lang_doc doc;
        char buf[512];
        struct text t = text_init(buf, sizeof(buf));
        tree_parse(&doc, cases[i].name, cases[i].text);
        bool ok = lang_excerpt(&doc, 0, cases[i].line, cases[i].column, cases[i].end_column, &t);
        CLAIM(cases[i].name, ok == (cases[i].want != NULL));
        CLAIM_TEXT(cases[i].name, buf, cases[i].want ? cases[i].want : "");
        CLAIM(cases[i].name, !lang_excerpt(&doc, 1, 1, 1, 0, &t));
        lang_doc_done(&doc);
    }
}

static void nodes_are_underlined(void **state)
{
    (void)state;
    struct lang_doc doc;
    char buf[512];
    struct text t = text_init(buf, sizeof(buf));
    tree_parse(&doc, "nodes", "gateway: \"a b\"\nlist: [1,\n  2]\n");
    assert_true(lang_excerpt_node(&doc, doc.root->keys[0], &t));
    assert_true(lang_excerpt_node(&doc, doc.root->items[0], &t));
    assert_true(lang_excerpt_node(&doc, doc.root->items[1], &t));
    assert_string_equal(buf, "     1 | gateway: \"a b\"\n"
                             "       | ^^^^^^^\n"
                             "     1 | gateway: \"a b\"\n"
                             "       |          ^^^^^\n"
                             "     2 | list: [1,\n"
                             "       |       ^^^\n");
    lang_doc_done(&doc);
}

static void a_failure_is_shown_in_its_file(void **state)
{
    (void)state;
    struct lang_doc doc;
    struct diag d = { 0 };
    char buf[512];
    struct text t = text_init(buf, sizeof(buf));
    lang_doc_init(&doc);
    assert_true(lang_yaml_parse(&doc, "a.yaml", "x: 1\n", 5, &d));
    assert_false(lang_yaml_parse(&doc, "b.yaml", "y: 1\ny: 2\n", 10, &d));
    assert_true(lang_excerpt_diag(&doc, &d, &t));
    assert_string_equal(buf, "     2 | y: 2\n"
                             "       | ^\n");
    assert_false(lang_yaml_parse(&doc, "c.yaml", "a: 1\nbb: *xy # z\n", 17, &d));
    t = text_init(buf, sizeof(buf));
    assert_true(lang_excerpt_diag(&doc, &d, &t));
    assert_string_equal(buf, "     2 | bb: *xy # z\n"
                             "       |     ^^^\n");
    DIAG_SET(d.file, "other.yaml");
    assert_false(lang_excerpt_diag(&doc, &d, &t));
    lang_doc_done(&doc);
}

static void what_a_terminal_obeys_is_not_shown(void **state)
{
    (void)state;
    struct lang_doc doc;
    struct diag d = { 0 };
    char buf[512];
    struct text t = text_init(buf, sizeof(buf));
    lang_doc_init(&doc);
    assert_false(lang_yaml_parse(&doc, "a", "a: \x1b[2J\xff\xE2\x80\xAEx\n", 12, &d));
    assert_true(lang_excerpt_diag(&doc, &d, &t));
    assert_string_equal(buf, "     1 | a: \xEF\xBF\xBD[2J\xEF\xBF\xBD\xEF\xBF\xBDx\n"
                             "       |    ^^^^^^^\n");
    lang_doc_done(&doc);
}

/* The carets stand below the words wherever on a long line these are. */
static void of_a_long_line_what_is_around(void **state)
{
    (void)state;
    static char text[5000];
    static const uint32_t places[] = { 4, 90, 101, 150, 2500, 4990 };
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        uint32_t at = places[i];
        memset(text, 'x', 4999);
        memcpy(text, "a: ", 3);
        memcpy(text + at - 1, "WORD", 4);
        struct lang_doc doc;
        char buf[1024];
        struct text t = text_init(buf, sizeof(buf));
        tree_parse(&doc, "long", text);
        assert_true(lang_excerpt(&doc, 0, 1, at, at + 4, &t));
        assert_in_range(t.len, 100, 300);
        const char *word = strstr(buf, "WORD"), *carets = strstr(buf, "^^^^\n");
        assert_true(word && carets);
        assert_int_equal(word - buf, carets - (strchr(buf, '\n') + 1));
        lang_doc_done(&doc);
    }
}

static void combining_marks_do_not_make_it_long(void **state)
{
    (void)state;
    static char text[4000];
    for (size_t i = 0; i + 1 < sizeof(text); i++)
        text[i] = i % 2 ? '\x81' : '\xCC';
    memcpy(text, "a: x", 4);
    struct lang_doc doc;
    char buf[LANG_EXCERPT_BYTES_MAX];
    struct text t = text_init(buf, sizeof(buf));
    text[3998] = '\0';
    tree_parse(&doc, "marks", text);
    assert_true(lang_excerpt(&doc, 0, 1, 4, 0, &t));
    assert_string_equal(buf, "     1 | a: x\xCC\x81\xCC\x81\n"
                             "       |    ^\n");
    lang_doc_done(&doc);
}

static void a_line_number_of_any_length_fits(void **state)
{
    (void)state;
    static char text[10000001];
    memset(text, '\n', sizeof(text) - 2);
    text[sizeof(text) - 2] = 'x';
    struct lang_doc doc;
    char buf[128];
    struct text t = text_init(buf, sizeof(buf));
    tree_parse(&doc, "many lines", text);
    assert_true(lang_excerpt(&doc, 0, 10000000, 1, 2, &t));
    assert_string_equal(buf, "10000000 | x\n"
                             "         | ^\n");
    lang_doc_done(&doc);
}

/* Each kind of line end, and more lines than lie between two marks. */
static void every_line_of_a_long_file_is_found(void **state)
{
    (void)state;
    static const char *const ends[] = { "\n", "\r\n", "\r", "\xC2\x85", "\xE2\x80\xA8" };
    enum { LINES = 3 * LANG_MARK_LINES + 1 };
    static char text[LINES * 16];
    size_t len = 0;
    for (uint32_t i = 1; i <= LINES; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "k%u: %u%s", i, i, ends[i % 5]);
    struct lang_doc doc;
    tree_parse(&doc, "every line", text);
    for (uint32_t i = 1; i <= LINES; i++) {
        char buf[128], want[128];
        struct text t = text_init(buf, sizeof(buf));
        snprintf(want, sizeof(want), "%6u | k%u: %u\n       | ^\n", i, i, i);
        assert_true(lang_excerpt(&doc, 0, i, 1, 2, &t));
        assert_string_equal(buf, want);
    }
    char buf[128];
    struct text t = text_init(buf, sizeof(buf));
    assert_false(lang_excerpt(&doc, 0, LINES + 2, 1, 2, &t));
    lang_doc_done(&doc);
}

static void a_part_of_a_file_keeps_its_numbers(void **state)
{
    (void)state;
    struct lang_doc doc = { .file_count = 1 };
    char buf[128];
    struct text t = text_init(buf, sizeof(buf));
    doc.files[0] = (struct lang_file){ .name = "x", .text = "a\nb\n", .len = 4, .lines_before = 6 };
    assert_true(lang_excerpt(&doc, 0, 8, 1, 2, &t));
    assert_string_equal(buf, "     8 | b\n       | ^\n");
    assert_false(lang_excerpt(&doc, 0, 6, 1, 2, &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_and_carets_below),
        cmocka_unit_test(nodes_are_underlined),
        cmocka_unit_test(a_failure_is_shown_in_its_file),
        cmocka_unit_test(what_a_terminal_obeys_is_not_shown),
        cmocka_unit_test(of_a_long_line_what_is_around),
        cmocka_unit_test(combining_marks_do_not_make_it_long),
        cmocka_unit_test(a_line_number_of_any_length_fits),
        cmocka_unit_test(every_line_of_a_long_file_is_found),
        cmocka_unit_test(a_part_of_a_file_keeps_its_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
