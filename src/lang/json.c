#include "lang/json.h"

#include <string.h>

#include "lang/utf8.h"

static bool append_to_text(void *context, const char *bytes, size_t n)
{
    struct text *t = context;
    text_bytes(t, bytes, n);
    return !t->cut;
}

struct lang_json lang_json_to_sink(lang_json_sink sink, void *context, uint8_t indent)
{
    return (struct lang_json){ .sink = sink, .context = context, .indent = indent };
}

struct lang_json lang_json_to_text(struct text *t, uint8_t indent)
{
    return lang_json_to_sink(append_to_text, t, indent);
}

static void flush(struct lang_json *j)
{
    if (!j->failed && j->used > 0)
        j->failed = !j->sink(j->context, j->buffer, j->used);
    j->used = 0;
}

static void put(struct lang_json *j, const char *bytes, size_t n)
{
    while (n > 0) {
        size_t part = MIN(n, sizeof(j->buffer) - j->used);
        memcpy(j->buffer + j->used, bytes, part);
        j->used = (uint16_t)(j->used + part);
        bytes += part;
        n -= part;
        if (j->used == sizeof(j->buffer))
            flush(j);
    }
}

static uint32_t level_bit(const struct lang_json *j)
{
    assert(j->depth > 0);
    return UINT32_C(1) << (j->depth - 1);
}

static bool is_in_object(const struct lang_json *j)
{
    return j->depth > 0 && j->objects & level_bit(j);
}

static void new_line(struct lang_json *j)
{
    if (j->indent == 0)
        return;
    put(j, "\n", 1);
    for (uint32_t i = 0; i < (uint32_t)j->indent * j->depth; i++)
        put(j, " ", 1);
}

/* What stands between this member and the one before it. */
static void separate(struct lang_json *j)
{
    if (j->depth == 0)
        return;
    if (j->filled & level_bit(j))
        put(j, ",", 1);
    j->filled |= level_bit(j);
    new_line(j);
}

/* Every value begins here. */
static void begin_value(struct lang_json *j)
{
    assert(j->depth > 0 || !j->has_value);
    assert(is_in_object(j) == j->has_key);
    if (!j->has_key)
        separate(j);
    j->has_key = false;
    j->has_value = true;
}

static void open(struct lang_json *j, bool is_object)
{
    begin_value(j);
    assert(j->depth < LANG_JSON_DEPTH_MAX);
    j->depth++;
    j->filled &= ~level_bit(j);
    j->objects = is_object ? j->objects | level_bit(j) : j->objects & ~level_bit(j);
    put(j, is_object ? "{" : "[", 1);
}

void lang_json_object(struct lang_json *j)
{
    open(j, true);
}

void lang_json_array(struct lang_json *j)
{
    open(j, false);
}

void lang_json_close(struct lang_json *j)
{
    assert(j->depth > 0 && !j->has_key);
    bool is_object = is_in_object(j), is_filled = j->filled & level_bit(j);
    j->depth--;
    if (is_filled)
        new_line(j);
    put(j, is_object ? "}" : "]", 1);
}

static void put_escaped(struct lang_json *j, uint32_t c)
{
    static const struct {
        char c, letter;
    } letters[] = {
        { '"', '"' },  { '\\', '\\' }, { '\b', 'b' }, { '\f', 'f' },
        { '\n', 'n' }, { '\r', 'r' },  { '\t', 't' },
    };
    for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
        if (c == (uint8_t)letters[i].c) {
            put(j, "\\", 1);
            put(j, &letters[i].letter, 1);
            return;
        }
    }
    /* Every character that is escaped by number is below U+10000. */
    assert(c <= 0xFFFF);
    char digits[8];
    const uint8_t bytes[2] = { (uint8_t)(c >> 8), (uint8_t)c };
    struct text t = text_init(digits, sizeof(digits));
    text_str(&t, "\\u");
    text_hex(&t, bytes, sizeof(bytes));
    put(j, digits, t.len);
}

static void put_string(struct lang_json *j, const char *s, size_t len)
{
    struct rd r = rd_init(s, len);
    put(j, "\"", 1);
    while (rd_left(&r) > 0) {
        uint32_t c;
        (void)lang_utf8_next(&r, &c);
        if (c == '"' || c == '\\' || c == 0xFFFE || c == 0xFFFF || lang_utf8_is_control(c)) {
            put_escaped(j, c);
            continue;
        }
        char bytes[4];
        size_t n = lang_utf8_put(c, bytes);
        put(j, bytes, n);
    }
    put(j, "\"", 1);
}

void lang_json_key(struct lang_json *j, const char *key)
{
    assert(is_in_object(j) && !j->has_key);
    separate(j);
    put_string(j, key, strlen(key));
    put(j, ": ", j->indent ? 2 : 1);
    j->has_key = true;
}

void lang_json_strn(struct lang_json *j, const char *s, size_t len)
{
    begin_value(j);
    put_string(j, s, len);
}

void lang_json_str(struct lang_json *j, const char *s)
{
    lang_json_strn(j, s, strlen(s));
}

static void put_word(struct lang_json *j, const char *word)
{
    begin_value(j);
    put(j, word, strlen(word));
}

void lang_json_u64(struct lang_json *j, uint64_t v)
{
    char digits[24];
    struct text t = text_init(digits, sizeof(digits));
    text_u64(&t, v);
    put_word(j, digits);
}

void lang_json_i64(struct lang_json *j, int64_t v)
{
    char digits[24];
    struct text t = text_init(digits, sizeof(digits));
    text_i64(&t, v);
    put_word(j, digits);
}

void lang_json_bool(struct lang_json *j, bool v)
{
    put_word(j, v ? "true" : "false");
}

void lang_json_null(struct lang_json *j)
{
    put_word(j, "null");
}

void lang_json_fixed(struct lang_json *j, int64_t v, uint8_t digits)
{
    assert(digits <= 18);
    uint64_t unit = 1, size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    for (uint8_t i = 0; i < digits; i++)
        unit *= 10;
    char number[48];
    struct text t = text_init(number, sizeof(number));
    if (v < 0)
        text_char(&t, '-');
    text_u64(&t, size / unit);
    if (digits > 0)
        text_char(&t, '.');
    for (uint64_t rest = size % unit; unit > 1; rest %= unit) {
        unit /= 10;
        text_char(&t, (char)('0' + rest / unit));
    }
    put_word(j, number);
}

void lang_json_member_str(struct lang_json *j, const char *key, const char *s)
{
    lang_json_key(j, key);
    lang_json_str(j, s);
}

void lang_json_member_u64(struct lang_json *j, const char *key, uint64_t v)
{
    lang_json_key(j, key);
    lang_json_u64(j, v);
}

void lang_json_member_bool(struct lang_json *j, const char *key, bool v)
{
    lang_json_key(j, key);
    lang_json_bool(j, v);
}

bool lang_json_done(struct lang_json *j)
{
    flush(j);
    return !j->failed && j->depth == 0 && j->has_value;
}
