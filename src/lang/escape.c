#include "lang/escape.h"

#include <string.h>

#include "base/rd.h"
#include "lang/utf8.h"

static bool put_hex(lang_json_sink sink, void *context, const uint8_t *bytes, size_t n)
{
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        char escape[8];
        struct text t = text_init(escape, sizeof(escape));
        text_str(&t, "\\x");
        text_hex(&t, &bytes[i], 1);
        ok = sink(context, escape, t.len);
    }
    return ok;
}

bool lang_put_safe(lang_json_sink sink, void *context, const char *s)
{
    struct rd r = rd_init(s, strlen(s));
    bool ok = true;
    while (ok && rd_left(&r) > 0) {
        const uint8_t *start = r.p;
        uint32_t c;
        bool is_utf8 = lang_utf8_next(&r, &c);
        size_t n = (size_t)(r.p - start);
        if (is_utf8 && !lang_utf8_is_control(c))
            ok = sink(context, (const char *)start, n);
        else
            ok = put_hex(sink, context, start, n);
    }
    return ok;
}

bool lang_put_xml(lang_json_sink sink, void *context, const char *s)
{
    struct rd r = rd_init(s, strlen(s));
    bool ok = true;
    while (ok && rd_left(&r) > 0) {
        char bytes[8] = { 0 };
        struct text t = text_init(bytes, sizeof(bytes));
        uint32_t c;
        (void)lang_utf8_next(&r, &c);
        bool is_char = (c >= 0x20 && c < 0xFFFE) || c > 0xFFFF;
        if (c == '<' || c == '>' || c == '&' || c == '"')
            text_str(&t, c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : "&quot;");
        else
            lang_utf8_put(is_char ? c : LANG_UTF8_BAD, bytes);
        ok = sink(context, bytes, strlen(bytes));
    }
    return ok;
}
