#include "lang/json.h"

#include "tree.h"

static void text_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        { "plain", "hub", "\"hub\"" },
        { "empty", "", "\"\"" },
        { "a quote and a backslash", "a\"b\\c", "\"a\\\"b\\\\c\"" },
        { "a slash is not escaped", "10.0.0.0/8", "\"10.0.0.0/8\"" },
        { "whitespace", "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
        { "controls", "\x01\x1b\x7f", "\"\\u0001\\u001b\\u007f\"" },
        { "other scripts", "\xE6\x9D\xB1\xF0\x9F\x98\x80", "\"\xE6\x9D\xB1\xF0\x9F\x98\x80\"" },
        { "no UTF-8", "a\xff\xe3\x81z", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\"" },
        { "line separators", "\xE2\x80\xA8\xC2\x85", "\"\\u2028\\u0085\"" },
        { "marks that turn the direction of writing", "\xE2\x80\xAE", "\"\\u202e\"" },
        { "a byte order mark", "\xEF\xBB\xBF", "\"\\ufeff\"" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[256];
        struct text t = text_init(buf, sizeof(buf));
        struct lang_json j = lang_json_to_text(&t, 0);
        lang_json_str(&j, cases[i].text);
        CLAIM(cases[i].name, lang_json_done(&j));
        CLAIM_TEXT(cases[i].name, buf, cases[i].want);
    }
}

static void some_of_everything(struct lang_json *j)
{
    lang_json_object(j);
    lang_json_member_str(j, "id", "R001");
    lang_json_member_u64(j, "line", 12);
    lang_json_member_bool(j, "is_error", true);
    lang_json_key(j, "empty");
    lang_json_array(j);
    lang_json_close(j);
    lang_json_key(j, "none");
    lang_json_object(j);
    lang_json_close(j);
    lang_json_key(j, "list");
    lang_json_array(j);
    lang_json_null(j);
    lang_json_i64(j, -5);
    lang_json_object(j);
    lang_json_member_bool(j, "b", false);
    lang_json_close(j);
    lang_json_strn(j, "abc", 2);
    lang_json_close(j);
    lang_json_close(j);
}

static void values_stand_where_they_belong(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t indent;
        const char *want;
    } cases[] = {
        { "on one line", 0,
          "{\"id\":\"R001\",\"line\":12,\"is_error\":true,\"empty\":[],\"none\":{},\"list\":[null,-"
          "5,"
          "{\"b\":false},\"ab\"]}" },
        { "indented", 2,
          "{\n  \"id\": \"R001\",\n  \"line\": 12,\n  \"is_error\": true,\n  \"empty\": [],\n"
          "  \"none\": {},\n  \"list\": [\n    null,\n    -5,\n    {\n      \"b\": false\n    },\n"
          "    \"ab\"\n  ]\n}" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[512];
        struct text t = text_init(buf, sizeof(buf));
        struct lang_json j = lang_json_to_text(&t, cases[i].indent);
        some_of_everything(&j);
        CLAIM(cases[i].name, lang_json_done(&j));
        CLAIM_TEXT(cases[i].name, buf, cases[i].want);
    }
}

static void numbers_are_exact(void **state)
{
    (void)state;
    static const struct {
        int64_t v;
        uint8_t digits;
        const char *want;
    } cases[] = {
        { 1250, 3, "1.250" },
        { 5, 3, "0.005" },
        { -5, 1, "-0.5" },
        { 7, 0, "7" },
        { INT64_MIN, 18, "-9.223372036854775808" },
        { 0, 2, "0.00" },
        { INT64_MAX, 0, "9223372036854775807" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[64];
        struct text t = text_init(buf, sizeof(buf));
        struct lang_json j = lang_json_to_text(&t, 0);
        lang_json_fixed(&j, cases[i].v, cases[i].digits);
        CLAIM(cases[i].want, lang_json_done(&j));
        CLAIM_TEXT(cases[i].want, buf, cases[i].want);
    }
    char buf[64];
    struct text t = text_init(buf, sizeof(buf));
    struct lang_json j = lang_json_to_text(&t, 0);
    lang_json_u64(&j, UINT64_MAX);
    assert_true(lang_json_done(&j));
    assert_string_equal(buf, "18446744073709551615");
}

/* Counts, and takes no more from the stop-th byte on. */
struct counter {
    size_t bytes, calls, stop;
};

static bool count(void *context, const char *bytes, size_t n)
{
    (void)bytes;
    struct counter *c = context;
    c->calls++;
    c->bytes += n;
    return c->bytes < c->stop;
}

static void a_long_list_is_handed_on_in_pieces(void **state)
{
    (void)state;
    struct counter c = { .stop = SIZE_MAX };
    struct lang_json j = lang_json_to_sink(count, &c, 0);
    lang_json_array(&j);
    for (int i = 0; i < 10000; i++)
        lang_json_str(&j, "0123456789");
    lang_json_close(&j);
    assert_true(lang_json_done(&j));
    assert_int_equal(c.bytes, 10000 * 13 + 1);
    assert_int_equal(c.calls, (c.bytes + LANG_JSON_BUFFER_BYTES - 1) / LANG_JSON_BUFFER_BYTES);
}

static void a_full_sink_is_asked_no_more(void **state)
{
    (void)state;
    struct counter c = { .stop = 1000 };
    struct lang_json j = lang_json_to_sink(count, &c, 0);
    lang_json_array(&j);
    for (int i = 0; i < 10000; i++)
        lang_json_str(&j, "0123456789");
    lang_json_close(&j);
    assert_false(lang_json_done(&j));
    assert_int_equal(c.bytes, 2 * LANG_JSON_BUFFER_BYTES);

    char small[8];
    struct text t = text_init(small, sizeof(small));
    j = lang_json_to_text(&t, 0);
    lang_json_str(&j, "longer than that");
    assert_false(lang_json_done(&j));
}

static void what_is_open_is_not_done(void **state)
{
    (void)state;
    char buf[64];
    struct text t = text_init(buf, sizeof(buf));
    struct lang_json j = lang_json_to_text(&t, 0);
    assert_false(lang_json_done(&j));
    lang_json_array(&j);
    assert_false(lang_json_done(&j));
    lang_json_close(&j);
    assert_true(lang_json_done(&j));
}

/* Every character but NUL and what no JSON may carry, written and read back by the YAML reader. */
static void the_yaml_reader_reads_it_back(void **state)
{
    (void)state;
    static char buf[1 << 14];
    for (uint32_t c = 1; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
        if ((c >= 0xD800 && c <= 0xDFFF))
            continue;
        char raw[8] = "a";
        size_t n = 1;
        if (c < 0x80) {
            raw[n++] = (char)c;
        } else if (c < 0x800) {
            raw[n++] = (char)(0xC0 | c >> 6);
            raw[n++] = (char)(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            raw[n++] = (char)(0xE0 | c >> 12);
            raw[n++] = (char)(0x80 | (c >> 6 & 0x3F));
            raw[n++] = (char)(0x80 | (c & 0x3F));
        } else {
            raw[n++] = (char)(0xF0 | c >> 18);
            raw[n++] = (char)(0x80 | (c >> 12 & 0x3F));
            raw[n++] = (char)(0x80 | (c >> 6 & 0x3F));
            raw[n++] = (char)(0x80 | (c & 0x3F));
        }
        raw[n] = 'z';
        struct text t = text_init(buf, sizeof(buf));
        struct lang_json j = lang_json_to_text(&t, (uint8_t)(c % 3));
        lang_json_object(&j);
        lang_json_member_str(&j, raw, raw);
        lang_json_close(&j);
        assert_true(lang_json_done(&j));
        struct lang_doc doc;
        tree_parse(&doc, buf, buf);
        CLAIM_TEXT(buf, doc.root->keys[0]->text, raw);
        CLAIM_TEXT(buf, doc.root->items[0]->text, raw);
        lang_doc_done(&doc);
    }
}

static void a_whole_tree_is_read_back(void **state)
{
    (void)state;
    for (uint8_t indent = 0; indent <= 4; indent += 2) {
        char buf[512], tree[512];
        struct text t = text_init(buf, sizeof(buf)), out = text_init(tree, sizeof(tree));
        struct lang_json j = lang_json_to_text(&t, indent);
        some_of_everything(&j);
        assert_true(lang_json_done(&j));
        struct lang_doc doc;
        tree_parse(&doc, buf, buf);
        tree_text(doc.root, false, &out);
        assert_string_equal(tree,
                            "{\"id\": \"R001\", \"line\": 12, \"is_error\": true, \"empty\": "
                            "[], \"none\": {}, \"list\": [null, -5, {\"b\": false}, \"ab\"]}");
        lang_doc_done(&doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(values_stand_where_they_belong),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(a_long_list_is_handed_on_in_pieces),
        cmocka_unit_test(a_full_sink_is_asked_no_more),
        cmocka_unit_test(what_is_open_is_not_done),
        cmocka_unit_test(the_yaml_reader_reads_it_back),
        cmocka_unit_test(a_whole_tree_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
