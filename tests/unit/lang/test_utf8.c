#include "lang/utf8.h"

#include "../unit.h"

static void characters_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
        size_t len;
        bool ok;
        uint32_t want;
        size_t left;
    } cases[] = {
        { "ASCII", "az", 2, true, 'a', 1 },
        { "NUL", "\0z", 2, true, 0, 1 },
        { "two bytes", "\xC2\x80", 2, true, 0x80, 0 },
        { "three bytes", "\xE6\x9D\xB1z", 4, true, 0x6771, 1 },
        { "four bytes", "\xF4\x8F\xBF\xBF", 4, true, 0x10FFFF, 0 },
        { "the last before the surrogates", "\xED\x9F\xBF", 3, true, 0xD7FF, 0 },
        { "a byte that begins nothing", "\x80z", 2, false, LANG_UTF8_BAD, 1 },
        { "overlong, two bytes", "\xC1\xBF", 2, false, LANG_UTF8_BAD, 1 },
        { "overlong, three bytes", "\xE0\x9F\xBF", 3, false, LANG_UTF8_BAD, 2 },
        { "overlong, four bytes", "\xF0\x8F\xBF\xBF", 4, false, LANG_UTF8_BAD, 3 },
        { "a surrogate", "\xED\xA0\x80", 3, false, LANG_UTF8_BAD, 2 },
        { "beyond Unicode", "\xF4\x90\x80\x80", 4, false, LANG_UTF8_BAD, 3 },
        { "cut short", "\xE6\x9D", 2, false, LANG_UTF8_BAD, 1 },
        { "another character in between", "\xE6zz", 3, false, LANG_UTF8_BAD, 2 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct rd r = rd_init(cases[i].bytes, cases[i].len);
        uint32_t c = 7;
        CLAIM(cases[i].name, lang_utf8_next(&r, &c) == cases[i].ok);
        CLAIM(cases[i].name, c == cases[i].want);
        CLAIM(cases[i].name, rd_left(&r) == cases[i].left && !r.bad);
    }
}

static void every_character_is_written_as_it_is_read(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        char bytes[4];
        size_t n = lang_utf8_put(c, bytes);
        struct rd r = rd_init(bytes, n);
        uint32_t got;
        bool ok = lang_utf8_next(&r, &got);
        assert_true(ok == (c < 0xD800 || c > 0xDFFF));
        if (ok)
            assert_true(got == c && rd_left(&r) == 0);
    }
}

static void lines_end_as_the_parser_ends_them(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
        bool ends;
        size_t left;
    } cases[] = {
        { "LF", "\nz", true, 1 },
        { "CR LF is one end", "\r\nz", true, 1 },
        { "CR", "\rz", true, 1 },
        { "NEL", "\xC2\x85z", true, 1 },
        { "U+2028", "\xE2\x80\xA8z", true, 1 },
        { "U+2029", "\xE2\x80\xA9z", true, 1 },
        { "a form feed does not", "\fz", false, 1 },
        { "a letter does not", "a\n", false, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct rd r = rd_init(cases[i].bytes, strlen(cases[i].bytes));
        uint32_t c;
        CLAIM(cases[i].name, lang_utf8_next(&r, &c));
        CLAIM(cases[i].name, lang_utf8_ends_line(&r, c) == cases[i].ends);
        CLAIM(cases[i].name, rd_left(&r) == cases[i].left);
    }
}

static void widths_and_controls(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t c, width;
        bool is_control;
    } cases[] = {
        { "a letter", 'a', 1, false },
        { "e with acute", 0xE9, 1, false },
        { "a combining acute", 0x301, 0, false },
        { "a kanji", 0x6771, 2, false },
        { "a hiragana", 0x3042, 2, false },
        { "a combining voiced mark", 0x3099, 0, false },
        { "a half-width katakana", 0xFF71, 1, false },
        { "a full-width letter", 0xFF21, 2, false },
        { "a hangul syllable", 0xAC00, 2, false },
        { "an emoji", 0x1F600, 2, false },
        { "escape", 0x1B, 1, true },
        { "delete", 0x7F, 1, true },
        { "CSI in one character", 0x9B, 1, true },
        { "right-to-left override", 0x202E, 1, true },
        { "an isolate", 0x2066, 1, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLAIM(cases[i].name, lang_utf8_width(cases[i].c) == cases[i].width);
        CLAIM(cases[i].name, lang_utf8_is_control(cases[i].c) == cases[i].is_control);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_read),
        cmocka_unit_test(every_character_is_written_as_it_is_read),
        cmocka_unit_test(lines_end_as_the_parser_ends_them),
        cmocka_unit_test(widths_and_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
