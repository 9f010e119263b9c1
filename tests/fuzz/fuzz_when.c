/* Any bytes as a topology with `when:`: every design that it describes can be read, and in none
 * does anything refer to what was taken out. The device's configuration is the text itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expect/variant.h"

enum { TEXT_MAX = 1 << 14, VARIANTS_MAX = 8 };

struct text_source {
    struct topo_source source;
    const char *text;
    size_t len;
};

static err_t read_text(struct topo_source *s, const char *path, size_t max, struct arena *arena,
                       const char **ret_text, size_t *ret_len)
{
    struct text_source *t = container_of(s, struct text_source, source);
    if ((strcmp(path, "a.yaml") != 0 && strcmp(path, "r.cfg") != 0) || t->len > max)
        return -ENOENT;
    *ret_len = t->len;
    *ret_text = arena_copy(arena, t->text, t->len);
    return *ret_text ? 0 : -ENOMEM;
}

static void read_view(struct expect_view *v)
{
    struct diag_list diags = { 0 };
    struct topo *t = NULL;
    (void)!topo_read("a.yaml", &v->source, &diags, &t);
    for (uint32_t i = 0; i < diags.count; i++)
        if (strcmp(diags.items[i].id, "TOPO-REF-UNKNOWN") == 0)
            abort();
    topo_free(t);
    diag_list_done(&diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_source s = { .source = { .read = read_text },
                             .text = (const char *)data,
                             .len = size };
    struct diag_list diags = { 0 };
    struct topo *t = NULL;
    struct arena arena;
    struct expect_variants variants = { 0 };
    if (size > TEXT_MAX)
        return 0;
    arena_init(&arena, 64 << 20);
    bool ok = topo_read("a.yaml", &s.source, &diags, &t);
    if (ok && expect_variants_of(t, &s.source, &arena, &variants)) {
        for (uint32_t i = 0; i < variants.count && i < VARIANTS_MAX; i++) {
            struct expect_variant *v = &variants.items[i];
            if (v->refused && !v->why.what[0])
                abort();
            if (!v->refused)
                read_view(&v->after);
            if (!v->refused && v->adds)
                read_view(&v->before);
        }
    }
    topo_free(t);
    diag_list_done(&diags);
    arena_done(&arena);
    return 0;
}
