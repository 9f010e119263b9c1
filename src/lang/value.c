#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "lang/utf8.h"
#include "lang/yaml_impl.h"

static const struct lang_node *get_in_order(const struct lang_node *map, const char *key)
{
    uint32_t from = 0, to = map->count;
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        int c = strcmp(key, map->keys[map->order[mid]]->text);
        if (c == 0)
            return map->items[map->order[mid]];
        if (c < 0)
            to = mid;
        else
            from = mid + 1;
    }
    return NULL;
}

const struct lang_node *lang_get(const struct lang_node *map, const char *key)
{
    if (map->kind != LANG_MAP)
        return NULL;
    if (map->order)
        return get_in_order(map, key);
    for (uint32_t i = 0; i < map->count; i++) {
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->items[i];
    }
    return NULL;
}

static bool is_one_of(const char *s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(s, words[i]) == 0)
            return true;
    }
    return false;
}

static const char *const true_words[] = { "true", "True", "TRUE" };
static const char *const false_words[] = { "false", "False", "FALSE" };

/* Decimal digits, with a sign or not. */
static bool is_whole_number(const char *s)
{
    size_t sign = *s == '-' || *s == '+';
    size_t digits = strspn(s + sign, "0123456789");
    return digits > 0 && s[sign + digits] == '\0';
}

const char *lang_what(const struct lang_node *node)
{
    switch (node->kind) {
    case LANG_MAP:
        return "a map";
    case LANG_SEQ:
        return "a list";
    case LANG_SCALAR:
        break;
    }
    if (node->is_null)
        return "nothing";
    if (node->quoted)
        return "text";
    if (is_one_of(node->text, true_words, ARRAY_LEN(true_words)))
        return "true";
    if (is_one_of(node->text, false_words, ARRAY_LEN(false_words)))
        return "false";
    return is_whole_number(node->text) ? "a number" : "text";
}

void lang_diag_at(const struct lang_node *node, struct diag *d)
{
    DIAG_SET(d->file, node->file_name);
    d->line = node->line;
    d->column = node->column;
}

void lang_quote(struct text *t, const char *s, size_t len)
{
    struct rd r = rd_init(s, len);
    text_char(t, '"');
    for (uint32_t i = 0; rd_left(&r) > 0; i++) {
        if (i == LANG_QUOTE_MAX) {
            text_str(t, "...");
            break;
        }
        struct rd from = r;
        uint32_t c;
        bool ok = lang_utf8_next(&r, &c);
        size_t n = rd_left(&from) - rd_left(&r);
        const uint8_t *bytes = rd_bytes(&from, n);
        if (ok && !lang_utf8_is_control(c)) {
            text_bytes(t, (const char *)bytes, n);
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            text_str(t, "\\x");
            text_hex(t, bytes + k, 1);
        }
    }
    text_char(t, '"');
}
