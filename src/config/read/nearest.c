/* What to say about a word that no row understands. */
#include "config/table.h"

#include <string.h>

#include "base/near.h"

/* The keyword or choice that starts at p; types and brackets give nothing. */
static void element_words(struct text *t, const char *p, const char *end)
{
    text_char(t, '\'');
    text_bytes(t, p, (size_t)(end - p));
    text_char(t, '\'');
}

static const struct {
    const char *name, *text;
} type_text[] = {
    { "ip", "an IPv4 address" },
    { "hop4", "an IPv4 address of a next hop" },
    { "ip6", "an IPv6 address" },
    { "addr", "an address" },
    { "addr?", "an address" },
    { "net4", "an IPv4 prefix such as 10.0.0.0/8" },
    { "net6", "an IPv6 prefix such as 2001:db8::/32" },
    { "net", "a prefix such as 10.0.0.0/8" },
    { "mask", "a netmask such as 255.255.255.0" },
    { "wildcard", "a wildcard mask such as 0.0.0.255" },
    { "peer", "a neighbor's address or a peer group" },
    { "as", "an AS number from 1 to 4294967295" },
    { "interface", "an interface" },
    { "name", "a name" },
    { "line", "text" },
};

static void type_element(struct text *t, const char *p)
{
    size_t len = strcspn(p, ">");
    if (*p >= '0' && *p <= '9') {
        size_t dash = strcspn(p, "-");
        text_str(t, "a number from ");
        text_bytes(t, p, dash);
        text_str(t, " to ");
        text_bytes(t, p + dash + 1, len - dash - 1);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(type_text); i++) {
        if (strlen(type_text[i].name) == len && memcmp(type_text[i].name, p, len) == 0)
            text_str(t, type_text[i].text);
    }
}

void cmd_element_text(struct text *t, const char *p)
{
    while (*p == '[' || *p == '(' || *p == ' ')
        p++;
    if (*p == '\0') {
        text_str(t, "the end of the line");
    } else if (*p == '<') {
        type_element(t, p + 1);
    } else if (*p == '{') {
        for (p++;; p++) {
            size_t len = strcspn(p, "|}");
            element_words(t, p, p + len);
            p += len;
            if (*p == '}')
                break;
            text_str(t, ", ");
        }
    } else {
        element_words(t, p, p + strcspn(p, " ]"));
    }
}

static void consider_element(struct near *n, const char *p)
{
    while (*p == '[' || *p == '(' || *p == ' ')
        p++;
    if (*p == '<')
        return;
    if (*p != '{') {
        near_consider(n, p, strcspn(p, " ]"));
        return;
    }
    do {
        p++;
        size_t len = strcspn(p, "|}");
        near_consider(n, p, len);
        p += len;
    } while (*p != '}');
}

const char *cmd_nearest(const char *word, const struct cmd_failure *failure, enum cmd_mode mode,
                        unsigned dialect_mask, size_t *ret_len)
{
    struct near n = near_init(word);
    if (failure) {
        for (size_t i = 0; i < failure->n; i++)
            consider_element(&n, failure->expected[i]);
    } else {
        size_t chapters;
        const struct cmd_rows *const *table = cmd_table(&chapters);
        for (size_t i = 0; i < chapters; i++) {
            for (size_t r = 0; r < table[i]->n; r++) {
                const struct cmd_row *row = &table[i]->v[r];
                bool near = row->mode == mode || row->mode == MODE_GLOBAL ||
                            (mode == MODE_BGP_AF && row->mode == MODE_BGP) ||
                            (mode == MODE_BGP && row->mode == MODE_BGP_AF);
                if (near && (row->dialects & dialect_mask))
                    consider_element(&n, row->syntax);
            }
        }
    }
    *ret_len = n.best_len;
    return n.best;
}
