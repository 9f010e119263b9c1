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

/* A diag at the node: found, in words or as written, and what was expected. Always false. */
static bool refuse(const struct lang_node *node, const struct yaml_fault *f, struct diag *d)
{
    *d = (struct diag){ .severity = DIAG_ERROR };
    lang_diag_at(node, d);
    DIAG_SET(d->id, f->id);
    struct text t = text_init(d->what, sizeof(d->what));
    text_str(&t, f->what ? f->what : "found ");
    if (!f->what && node->kind == LANG_SCALAR && !node->is_null)
        lang_quote(&t, node->text, node->text_len);
    else if (!f->what)
        text_str(&t, lang_what(node));
    DIAG_SET(d->expected, f->expected ? f->expected : "");
    DIAG_SET(d->remedy, f->remedy ? f->remedy : "");
    return false;
}

/* What makes a number of a scalar that is none as it stands; NULL: nothing is known. */
static const char *number_remedy(const struct lang_node *n)
{
    if (n->kind != LANG_SCALAR || n->is_null)
        return NULL;
    bool is_number = is_whole_number(n->text);
    if (n->quoted)
        return is_number ? "take the quotes away" : NULL;
    if (is_number && n->text[0] == '0' && n->text[1] != '\0')
        return "take the leading zeros away: some readers take such a number for an octal one";
    if (is_number)
        return n->text[0] == '+' ? "take the sign away" : NULL;
    if (n->text[0] == '0' && (n->text[1] == 'x' || n->text[1] == 'o'))
        return "write it in decimal";
    if (n->text[strspn(n->text, "0123456789_,. ")] == '\0')
        return "write it without separators";
    return NULL;
}

bool lang_u64(const struct lang_node *node, uint64_t min, uint64_t max, uint64_t *ret_number,
              struct diag *ret_diag)
{
    uint64_t v;
    bool zeros = node->text[0] == '0' && node->text[1] != '\0';
    if (node->kind == LANG_SCALAR && !node->quoted && !zeros && number_parse(node->text, max, &v) &&
        v >= min) {
        *ret_number = v;
        return true;
    }
    char expected[96];
    struct text t = text_init(expected, sizeof(expected));
    text_str(&t, "a whole number from ");
    text_u64(&t, min);
    text_str(&t, " to ");
    text_u64(&t, max);
    struct yaml_fault f = {
        .id = "LANG-YAML-NUMBER",
        .expected = expected,
        .remedy = number_remedy(node),
    };
    return refuse(node, &f, ret_diag);
}

bool lang_bool(const struct lang_node *node, bool *ret_value, struct diag *ret_diag)
{
    static const char *const old[] = { "yes", "no", "on", "off", "y", "n" };
    bool plain = node->kind == LANG_SCALAR && !node->quoted;
    if (plain && is_one_of(node->text, true_words, ARRAY_LEN(true_words))) {
        *ret_value = true;
        return true;
    }
    if (plain && is_one_of(node->text, false_words, ARRAY_LEN(false_words))) {
        *ret_value = false;
        return true;
    }
    struct yaml_fault f = { .id = "LANG-YAML-BOOL", .expected = "true or false" };
    bool is_old = false;
    for (size_t i = 0; i < ARRAY_LEN(old); i++)
        is_old = is_old || strcasecmp(node->text, old[i]) == 0;
    if (is_old && plain)
        f.remedy = "yes, no, on and off are text since YAML 1.2: write true or false";
    else if (node->kind == LANG_SCALAR && node->quoted)
        f.remedy = "write it without quotes";
    return refuse(node, &f, ret_diag);
}

bool lang_text(const struct lang_node *node, const char **ret_text, struct diag *ret_diag)
{
    if (node->kind == LANG_SCALAR && !node->is_null) {
        *ret_text = node->text;
        return true;
    }
    struct yaml_fault f = {
        .id = "LANG-YAML-TEXT",
        .expected = "text",
        .remedy = node->kind != LANG_SCALAR ? NULL
                  : node->text_len          ? "put the word in quotes if it is meant as text"
                                            : "write \"\" if empty text is meant",
    };
    return refuse(node, &f, ret_diag);
}
