#include "lang/yaml.h"

#include "base/mem.h"
#include "tree.h"

struct tree_case {
    const char *name, *text, *want;
};

static void check_trees(const struct tree_case *cases, size_t n, bool with_places)
{
    for (size_t i = 0; i < n; i++) {
        struct lang_doc doc;
        char buf[4096];
        struct text t = text_init(buf, sizeof(buf));
        tree_parse(&doc, cases[i].name, cases[i].text);
        tree_text(doc.root, with_places, &t);
        CLAIM_TEXT(cases[i].name, buf, cases[i].want);
        lang_doc_done(&doc);
        CLAIM(cases[i].name, mem_count(MEM_ARENA) == 0 && mem_count(MEM_MISC) == 0);
    }
}

static void what_is_understood(void **state)
{
    (void)state;
    static const struct tree_case cases[] = {
        { "nothing is a null", "", "null" },
        { "comments alone are a null", "# only\n# comments\n", "null" },
        { "a scalar alone", "hello", "hello" },
        { "a map", "a: 1\nb: two\n", "{a: 1, b: two}" },
        { "maps and lists by indentation", "a:\n  - b: 1\n    c: 2\n  - 3\n",
          "{a: [{b: 1, c: 2}, 3]}" },
        { "a list as far left as its key", "a:\n- 1\n- 2\nb: 3\n", "{a: [1, 2], b: 3}" },
        { "brackets", "{a: [1, [], {}], b: {c: d}}", "{a: [1, [], {}], b: {c: d}}" },
        { "nulls, written and not", "[~, null, Null, NULL, nULL, \"\", ]",
          "[null, null, null, null, nULL, \"\"]" },
        { "a key without a value", "a:\nb: 1\n", "{a: null, b: 1}" },
        { "quotes make text", "['1', \"true\", ~]", "[\"1\", \"true\", null]" },
        { "block scalars", "a: |\n  one\n  two\nb: >\n  three\n  four\n",
          "{a: \"one\\x0atwo\\x0a\", b: \"three four\\x0a\"}" },
        { "escapes", "\"\\x41\\u3042\\/\\t\"", "\"A\xE3\x81\x82/\\x09\"" },
        { "colons inside words are no keys", "[10:20, 2001:db8::/32, http://x]",
          "[10:20, 2001:db8::/32, http://x]" },
        { "a colon may begin a word outside brackets", "a: ::1\nb:\n- ::/0\n",
          "{a: ::1, b: [::/0]}" },
        { "the words of YAML 1.1 are text", "[yes, no, on, off]", "[yes, no, on, off]" },
        { "aliases", "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n",
          "{a: {b: 1}, c: {b: 1}, d: [{b: 1}, {b: 1}]}" },
        { "an anchor on a key", "&k a: 1\nb: *k\n", "{a: 1, b: a}" },
        { "core tags", "[!!str 12, !!int 12, !!int \"12\", ! x, !!null ~, !!map {}, !!seq []]",
          "[\"12\", 12, 12, \"x\", null, {}, []]" },
        { "an empty key in quotes", "{\"\": 1}", "{\"\": 1}" },
        { "an explicit document", "%YAML 1.2\n---\na: 1\n...\n", "{a: 1}" },
        { "CR LF", "a: 1\r\nb: 2\r\n", "{a: 1, b: 2}" },
        { "a byte order mark",
          "\xEF\xBB\xBF"
          "a: 1\n",
          "{a: 1}" },
        { "JSON", "{\"a\":[1,true,null,\"x\"],\"b\":{\"c\":{}},\"d\":-1.5e3}",
          "{\"a\": [1, true, null, \"x\"], \"b\": {\"c\": {}}, \"d\": -1.5e3}" },
        { "JSON with tabs and newlines", "{\n\t\"a\": [\n\t\t1,\n\t\t2\n\t]\n}\n",
          "{\"a\": [1, 2]}" },
        { "JSON escapes", "[\"\\u00e9\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
          "[\"\xC3\xA9\"\\/\\x08\\x0c\\x0a\\x0d\\x09\"]" },
    };
    check_trees(cases, ARRAY_LEN(cases), false);
}

static void every_value_knows_its_place(void **state)
{
    (void)state;
    static const struct tree_case cases[] = {
        { "a map by indentation ends with its last value", "a: 1\nbc: two\n\n# end\n",
          "{a: 1@1:4-1:5, bc: two@2:5-2:8}@1:1-2:8" },
        { "brackets end behind the bracket", "a: [1, 2 ]\n",
          "{a: [1@1:5-1:6, 2@1:8-1:9]@1:4-1:11}@1:1-1:11" },
        { "nested lists", "- - 1\n  - 2\n- 3\n",
          "[[1@1:5-1:6, 2@2:5-2:6]@1:3-2:6, 3@3:3-3:4]@1:1-3:4" },
        { "columns are characters, not bytes", "\xE6\x9D\xB1: \xE4\xBA\xAC\n",
          "{\xE6\x9D\xB1: \xE4\xBA\xAC@1:4-1:5}@1:1-1:5" },
        { "quotes belong to the place", "a: \"b c\"\n", "{a: \"b c\"@1:4-1:9}@1:1-1:9" },
        { "a null is behind its colon", "a:\nb: 1\n", "{a: null@1:3-1:3, b: 1@2:4-2:5}@1:1-2:5" },
        { "a byte order mark has no column",
          "\xEF\xBB\xBF"
          "a: 1\n",
          "{a: 1@1:4-1:5}@1:1-1:5" },
        { "an alias has its anchor's place", "a: &x 1\nb: *x\n",
          "{a: 1@1:4-1:8, b: 1@1:4-1:8}@1:1-2:6" },
        { "a file of nothing is at its start", "# c\n", "null@1:1-1:1" },
        { "CR alone ends a line", "a: 1\rb: 2", "{a: 1@1:4-1:5, b: 2@2:4-2:5}@1:1-2:5" },
        { "nothing behind --- and no newline is still in the text", "---", "null@1:4-1:4" },
        { "nothing behind a colon and no newline",
          "a: 1\nb:", "{a: 1@1:4-1:5, b: null@2:3-2:3}@1:1-2:3" },
        { "U+2028 ends a line for libyaml, and for us",
          "a: 1\xE2\x80\xA8"
          "b: 2",
          "{a: 1@1:4-1:5, b: 2@2:4-2:5}@1:1-2:5" },
    };
    check_trees(cases, ARRAY_LEN(cases), true);
}

static void keys_know_their_place(void **state)
{
    (void)state;
    struct lang_doc doc;
    tree_parse(&doc, "keys", "a: 1\n\"b\": 2\n");
    const struct lang_node *key = doc.root->keys[1];
    assert_int_equal(key->line, 2);
    assert_int_equal(key->column, 1);
    assert_int_equal(key->end_column, 4);
    assert_true(key->quoted);
    assert_string_equal(key->text, "b");
    assert_string_equal(key->file_name, "t.yaml");
    lang_doc_done(&doc);
}

/* What went wrong: id, line, column, and a piece of each text. */
struct fault_case {
    const char *name, *text, *id;
    uint32_t line, column;
    const char *what, *hint; /* the hint in expected or remedy */
};

static void check_faults(const struct fault_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct fault_case *c = &cases[i];
        struct diag d = { 0 };
        tree_refuse(c->name, c->text, strlen(c->text), &d);
        CLAIM_TEXT(c->name, d.id, c->id);
        if (d.line != c->line || d.column != c->column)
            fail_msg("%s: at %u:%u, want %u:%u", c->name, d.line, d.column, c->line, c->column);
        if (!strstr(d.what, c->what))
            fail_msg("%s: \"%s\" lacks \"%s\"", c->name, d.what, c->what);
        if (c->hint && !strstr(d.expected, c->hint) && !strstr(d.remedy, c->hint))
            fail_msg("%s: \"%s\", \"%s\" lack \"%s\"", c->name, d.expected, d.remedy, c->hint);
        CLAIM_TEXT(c->name, d.file, "t.yaml");
        CLAIM(c->name, d.severity == DIAG_ERROR);
        CLAIM(c->name, mem_count(MEM_ARENA) == 0 && mem_count(MEM_MISC) == 0);
    }
}

static void syntax_errors_say_what_to_do(void **state)
{
    (void)state;
    static const struct fault_case cases[] = {
        { "a tab for indentation", "a:\n\tb: 1\n", "LANG-YAML-TAB", 2, 1, "tab", "blanks" },
        { "a tab behind blanks", "a:\n  \tb: 1\n", "LANG-YAML-TAB", 2, 3, "tab", "blanks" },
        { "a tab in the second line of a map", "a:\n  b: 1\n\tc: 2\n", "LANG-YAML-TAB", 3, 1, "tab",
          "blanks" },
        { "a value with a colon", "a: b: c\n", "LANG-YAML-COLON", 1, 5, "second", "quotes" },
        { "a key under a value", "a: 1\n  b: 2\n", "LANG-YAML-INDENT", 2, 4, "no map", "indent" },
        { "a key too far left", "a:\n    b: 1\n  c: 2\n", "LANG-YAML-INDENT", 3, 3, "does not fit",
          "neighbours" },
        { "an item too far left", "a:\n    - 1\n  - 2\n", "LANG-YAML-INDENT", 3, 3, "does not fit",
          "neighbours" },
        { "a line without a colon", "a: 1\nbc\nd: 2\n", "LANG-YAML-COLON", 2, 1, "neither",
          "colon" },
        { "a key whose colon has no blank", "a: 1\nb:2\n", "LANG-YAML-COLON", 2, 1, "neither",
          "blank" },
        { "a quote that is never closed", "a: \"b\nc: d\n", "LANG-YAML-QUOTE", 1, 4, "never closed",
          "quote" },
        { "a bracket that is never closed", "a: [1, 2\nb: 3\n", "LANG-YAML-BRACKET", 2, 2,
          "[ ], which begins on line 1", "]" },
        { "a comma that is missing", "a: [b\n{c: 1}]", "LANG-YAML-BRACKET", 2, 1, "comma", "]" },
        { "a brace that is never closed", "a: {b: 2\n", "LANG-YAML-BRACKET", 2, 1, "{ }", "}" },
        { "an item behind a key", "a: - b\n", "LANG-YAML-INDENT", 1, 4, "behind", "line" },
        { "an unknown escape", "a: \"C:\\dir\"\n", "LANG-YAML-ESCAPE", 1, 7, "escape", "\\\\" },
        { "a surrogate pair", "[\"\\ud83d\\ude00\"]", "LANG-YAML-ESCAPE", 1, 5, "no character",
          "itself" },
        { "text that begins with @", "a: @b\n", "LANG-YAML-QUOTE", 1, 4, "begin", "quotes" },
        { "text that begins with *", "a: *.b\n", "LANG-YAML-QUOTE", 1, 4, "alias", "quotes" },
        { "text that begins with %", "a: %b\n", "LANG-YAML-QUOTE", 1, 4, "begin", "quotes" },
        { "a colon that begins a word in brackets", "a: [::1]\n", "LANG-YAML-KEY", 1, 5, "colon",
          "quotes" },
        { "text behind the map", "[1]\nb\n", "LANG-YAML-INDENT", 2, 1, "does not belong",
          "one map" },
    };
    check_faults(cases, ARRAY_LEN(cases));
}

static void what_yaml_allows_and_we_do_not(void **state)
{
    (void)state;
    static const struct fault_case cases[] = {
        { "a duplicate key names both lines", "a: 1\nb: 2\na: 3\n", "LANG-YAML-DUPLICATE", 3, 1,
          "\"a\" stands twice in this map, first on line 1", "rename" },
        { "quotes do not make another key", "a: 1\n\"a\": 3\n", "LANG-YAML-DUPLICATE", 2, 1,
          "twice", NULL },
        { "of many duplicates the topmost", "z: 0\nz: 1\na: 2\na: 3\n", "LANG-YAML-DUPLICATE", 2, 1,
          "\"z\"", NULL },
        { "a duplicate in a larger map",
          "a: 0\nb: 1\nc: 2\nd: 3\ne: 4\nf: 5\ng: 6\nh: 7\ni: 8\nc: 9\na: 10\n",
          "LANG-YAML-DUPLICATE", 10, 1, "\"c\" stands twice in this map, first on line 3", NULL },
        { "a merge key", "a: &x {b: 1}\nc:\n  <<: *x\n", "LANG-YAML-MERGE", 3, 3, "merge",
          "alias" },
        { "a list as a key", "[1, 2]: 3\n", "LANG-YAML-KEY", 1, 1, "list", "quotes" },
        { "a map as a value's beginning", "a: {{ x }}\n", "LANG-YAML-KEY", 1, 5, "map", "quotes" },
        { "an alias as a key", "a: &x b\n*x : 1\n", "LANG-YAML-KEY", 2, 1, "alias", "name" },
        { "no key", "a: 1\n: 2\n", "LANG-YAML-KEY", 2, 1, "before this colon", NULL },
        { "no key in brackets", "{: 1}", "LANG-YAML-KEY", 1, 2, "before this colon", "key" },
        { "an explicit key of nothing", "? \n: 1\n", "LANG-YAML-KEY", 1, 2, "missing", "name" },
        { "a tag of one's own", "a: !vpc x\n", "LANG-YAML-TAG", 1, 4, "\"!vpc\"", "quotes" },
        { "a core tag of another kind", "a: !!map [1]\n", "LANG-YAML-TAG", 1, 4, "map", "!!str" },
        { "a null tag on a word", "a: !!null b\n", "LANG-YAML-TAG", 1, 4, "null", NULL },
        { "binary", "a: !!binary aGVsbG8=\n", "LANG-YAML-TAG", 1, 4, "binary", NULL },
        { "two documents", "a: 1\n---\nb: 2\n", "LANG-YAML-DOCUMENTS", 2, 1, "second", "file" },
        { "an alias of nothing", "a: *x\n", "LANG-YAML-ALIAS", 1, 4, "\"x\"", "&name" },
        { "an alias that is nearly right", "a: &hub1 1\nb: *hbu1\n", "LANG-YAML-ALIAS", 2, 4,
          "\"hbu1\"", "did you mean \"hub1\"?" },
        { "an alias of itself", "&a [*a]\n", "LANG-YAML-ALIAS", 1, 5, "part of", NULL },
        { "an alias of a map around it", "a: &x\n  b:\n    c: *x\n", "LANG-YAML-ALIAS", 3, 8,
          "part of", NULL },
        { "two anchors of a name", "a: &x 1\nb: &x 2\n", "LANG-YAML-ANCHOR", 2, 4,
          "\"x\" was given before, on line 1", "another" },
        { "a NUL by escape", "a: \"b\\0c\"\n", "LANG-YAML-CONTROL", 1, 4, "NUL", NULL },
    };
    check_faults(cases, ARRAY_LEN(cases));
}

static void bytes_that_are_no_text(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        size_t len;
        const char *id;
        uint32_t line, column;
    } cases[] = {
        { "nine bytes that hang another reader", "\x25\x32\x8a\x23\x20\x64\x77\x6f\x20", 9,
          "LANG-YAML-UTF8", 1, 3 },
        { "the same in UTF-8", "\x25\x32\xc2\x8a\x23\x20\x64\x77\x6f\x20", 10, "LANG-YAML-CONTROL",
          1, 3 },
        { "the same without the byte", "\x25\x32\x23\x20\x64\x77\x6f\x20", 8, "LANG-YAML-SYNTAX", 1,
          3 },
        { "a NUL", "a: b\nc: \0d\n", 10, "LANG-YAML-CONTROL", 2, 4 },
        { "a NUL alone", "\0", 1, "LANG-YAML-CONTROL", 1, 1 },
        { "an escape character", "a: \x1b[2J\n", 8, "LANG-YAML-CONTROL", 1, 4 },
        { "Latin-1", "a: caf\xe9\n", 8, "LANG-YAML-UTF8", 1, 7 },
        { "a cut character", "a: \xe3\x81", 5, "LANG-YAML-UTF8", 1, 4 },
        { "an overlong slash", "\xc0\xaf", 2, "LANG-YAML-UTF8", 1, 1 },
        { "a surrogate", "\xed\xa0\x80", 3, "LANG-YAML-UTF8", 1, 1 },
        { "beyond Unicode", "\xf4\x90\x80\x80", 4, "LANG-YAML-UTF8", 1, 1 },
        { "UTF-16, little end", "\xff\xfe\x61\x00", 4, "LANG-YAML-UTF8", 1, 1 },
        { "UTF-16, big end", "\xfe\xff\x00\x61", 4, "LANG-YAML-UTF8", 1, 1 },
        { "UTF-16 without a mark", "a\0:\0", 4, "LANG-YAML-CONTROL", 1, 2 },
        { "a byte order mark inside",
          "a: 1\n\xef\xbb\xbf"
          "b: 2\n",
          13, "LANG-YAML-CONTROL", 2, 1 },
        { "a gzip file", "\x1f\x8b\x08\x00", 4, "LANG-YAML-CONTROL", 1, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct diag d = { 0 };
        tree_refuse(cases[i].name, cases[i].text, cases[i].len, &d);
        CLAIM_TEXT(cases[i].name, d.id, cases[i].id);
        if (d.line != cases[i].line || d.column != cases[i].column)
            fail_msg("%s: at %u:%u", cases[i].name, d.line, d.column);
    }
}

static void keys_are_found(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "b: 1\na: 2\nab: 3\n",
        "b: 1\nz: 0\ny: 0\nx: 0\nw: 0\nv: 0\nu: 0\nt: 0\na: 2\nab: 3\ns: 0\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct lang_doc doc;
        tree_parse(&doc, "get", texts[i]);
        assert_string_equal(lang_get(doc.root, "a")->text, "2");
        assert_string_equal(lang_get(doc.root, "b")->text, "1");
        assert_string_equal(lang_get(doc.root, "ab")->text, "3");
        assert_null(lang_get(doc.root, "abc"));
        assert_null(lang_get(doc.root, ""));
        assert_null(lang_get(doc.root, "zz"));
        assert_null(lang_get(lang_get(doc.root, "a"), "a"));
        lang_doc_done(&doc);
    }
}

static void several_files_are_one_document(void **state)
{
    (void)state;
    struct lang_doc doc;
    struct diag d;
    lang_doc_init(&doc);
    char name[] = "b.yaml";
    assert_true(lang_yaml_parse(&doc, "a.yaml", "include: b.yaml\n", 16, &d));
    assert_true(lang_yaml_parse(&doc, name, "x: &q [1]\n", 10, &d));
    name[0] = '?';
    assert_false(lang_yaml_parse(&doc, "c.yaml", "y: *q\n", 6, &d));
    assert_string_equal(d.id, "LANG-YAML-ALIAS");
    assert_string_equal(d.file, "c.yaml");
    assert_int_equal(doc.file_count, 3);
    assert_ptr_equal(doc.root, doc.files[0].root);
    assert_int_equal(doc.files[1].root->file, 1);
    assert_string_equal(doc.files[1].root->file_name, "b.yaml");
    assert_string_equal(doc.files[1].text, "x: &q [1]\n");
    assert_null(doc.files[2].root);
    assert_string_equal(doc.files[2].text, "y: *q\n");
    lang_doc_done(&doc);
}

static void messages_show_no_control_characters(void **state)
{
    (void)state;
    struct diag d = { 0 };
    const char text[] = "\"\\e[31m\": 1\n\"\\e[31m\": 2\n";
    tree_refuse("escape", text, sizeof(text) - 1, &d);
    assert_non_null(strstr(d.what, "\"\\x1b[31m\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_understood),
        cmocka_unit_test(every_value_knows_its_place),
        cmocka_unit_test(keys_know_their_place),
        cmocka_unit_test(syntax_errors_say_what_to_do),
        cmocka_unit_test(what_yaml_allows_and_we_do_not),
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(keys_are_found),
        cmocka_unit_test(several_files_are_one_document),
        cmocka_unit_test(messages_show_no_control_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
