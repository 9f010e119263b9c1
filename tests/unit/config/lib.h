/* tests/unit/config/lib.h: reading a text, printing a model, finding the data. Test programs only.
 */
#ifndef CONFIG_TEST_LIB_H
#define CONFIG_TEST_LIB_H

#include <stdlib.h>

#include "../unit.h"
#include "config/parse.h"

struct reading {
    struct config *c;
    struct diag_list diags;
    bool ok;
};

/* Reads a text of len bytes as the dialect (DIALECT_UNKNOWN: recognise it). */
static inline struct reading read_bytes(const char *text, size_t len, enum dialect dialect,
                                        bool allow_unsupported)
{
    struct reading r = { 0 };
    struct config_file file = { .name = "test.conf", .text = text, .len = len };
    struct config_options options = { .dialect = dialect, .allow_unsupported = allow_unsupported };
    r.ok = config_parse(&file, 1, &options, &r.diags, &r.c);
    assert_non_null(r.c);
    return r;
}

static inline struct reading read_text(const char *text, enum dialect dialect)
{
    return read_bytes(text, strlen(text), dialect, false);
}

static inline void reading_done(struct reading *r)
{
    config_free(r->c);
    diag_list_done(&r->diags);
}

/* The printed configuration, to be freed. */
struct printed {
    struct config_printer p;
    char *s;
    size_t len, cap;
};

static inline void printed_line(struct config_printer *p, const char *text)
{
    struct printed *k = container_of(p, struct printed, p);
    size_t n = strlen(text);
    if (k->len + n + 2 > k->cap) {
        k->cap = (k->len + n + 2) * 2;
        k->s = realloc(k->s, k->cap);
        assert_non_null(k->s);
    }
    memcpy(k->s + k->len, text, n);
    memcpy(k->s + k->len + n, "\n", 2);
    k->len += n + 1;
}

static inline char *print_config(const struct config *c, enum dialect dialect)
{
    struct printed k = { .p = { .line = printed_line, .with_secrets = true } };
    config_print(c, dialect, &k.p);
    assert_non_null(k.s);
    return k.s;
}

/* The first finding as text, "" when there is none. */
static inline const char *first_finding(const struct reading *r, char *buffer, size_t n)
{
    struct text t = text_init(buffer, n);
    if (r->diags.count > 0)
        text_diag(&t, &r->diags.items[0]);
    return buffer;
}

/* A whole file, to be freed; NULL when it cannot be read. Carriage returns are dropped. */
static inline char *read_file(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *s = malloc(1 << 20);
    assert_non_null(s);
    size_t n = fread(s, 1, (1 << 20) - 1, f), kept = 0;
    fclose(f);
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '\r')
            s[kept++] = s[i];
    }
    s[kept] = '\0';
    *ret_len = kept;
    return s;
}

/* A path below the checkout. */
static inline const char *source_path(char *buffer, size_t n, const char *path)
{
    const char *root = getenv("SPANWAY_SOURCE");
    snprintf(buffer, n, "%s/%s", root ? root : ".", path);
    return buffer;
}

#endif
