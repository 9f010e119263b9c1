#include "lang/utf8.h"

enum { NEL = 0x85, LINE_SEPARATOR = 0x2028, PARAGRAPH_SEPARATOR = 0x2029 };

struct range {
    uint32_t first, last;
};

/* How many bytes follow the first one, its own bits, and the least value that needs so many. */
static bool first_byte(uint8_t b, uint32_t *more, uint32_t *bits, uint32_t *least)
{
    if (b >= 0xC2 && b <= 0xDF) {
        *more = 1;
        *bits = b & 0x1F;
        *least = 0x80;
    } else if (b >= 0xE0 && b <= 0xEF) {
        *more = 2;
        *bits = b & 0x0F;
        *least = 0x800;
    } else if (b >= 0xF0 && b <= 0xF4) {
        *more = 3;
        *bits = b & 0x07;
        *least = 0x10000;
    } else {
        return false;
    }
    return true;
}

bool lang_utf8_next(struct rd *r, uint32_t *ret_char)
{
    uint8_t b = rd_u8(r);
    if (b < 0x80) {
        *ret_char = b;
        return true;
    }
    *ret_char = LANG_UTF8_BAD;
    uint32_t more, c, least;
    if (!first_byte(b, &more, &c, &least))
        return false;
    struct rd ahead = *r;
    for (uint32_t i = 0; i < more; i++) {
        uint8_t next = rd_u8(&ahead);
        if (ahead.bad || (next & 0xC0) != 0x80)
            return false;
        c = c << 6 | (next & 0x3F);
    }
    if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return false;
    *r = ahead;
    *ret_char = c;
    return true;
}

size_t lang_utf8_put(uint32_t c, char to[4])
{
    assert(c <= 0x10FFFF);
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xE0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3F));
        to[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3F));
    to[2] = (char)(0x80 | (c >> 6 & 0x3F));
    to[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

bool lang_utf8_ends_line(struct rd *r, uint32_t c)
{
    if (c == '\r') {
        struct rd ahead = *r;
        if (rd_u8(&ahead) == '\n')
            *r = ahead;
        return true;
    }
    return c == '\n' || c == NEL || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR;
}

static bool is_in(const struct range *ranges, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n && ranges[i].first <= c; i++) {
        if (c <= ranges[i].last)
            return true;
    }
    return false;
}

uint32_t lang_utf8_width(uint32_t c)
{
    /* The blocks of combining marks and of wide characters (Unicode's East Asian Width W and F)
     * that occur in names and comments; a caret off by one elsewhere does no harm. */
    static const struct range none[] = {
        { 0x300, 0x36F },   { 0x483, 0x489 },   { 0x591, 0x5BD },   { 0x200B, 0x200F },
        { 0x20D0, 0x20F0 }, { 0x3099, 0x309A }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F },
    };
    static const struct range two[] = {
        { 0x1100, 0x115F },   { 0x2E80, 0x303E },   { 0x3041, 0x3098 },   { 0x309B, 0xA4CF },
        { 0xA960, 0xA97C },   { 0xAC00, 0xD7A3 },   { 0xF900, 0xFAFF },   { 0xFE30, 0xFE6F },
        { 0xFF00, 0xFF60 },   { 0xFFE0, 0xFFE6 },   { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF },
        { 0x1F900, 0x1F9FF }, { 0x20000, 0x3FFFD },
    };
    if (c < 0x300)
        return 1;
    if (is_in(none, ARRAY_LEN(none), c))
        return 0;
    return is_in(two, ARRAY_LEN(two), c) ? 2 : 1;
}

bool lang_utf8_is_control(uint32_t c)
{
    static const struct range ranges[] = {
        { 0x00, 0x1F },     { 0x7F, 0x9F },     { 0x61C, 0x61C },   { 0x200E, 0x200F },
        { 0x2028, 0x202E }, { 0x2066, 0x2069 }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB },
    };
    return is_in(ranges, ARRAY_LEN(ranges), c);
}
