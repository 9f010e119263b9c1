/* tests/unit/expect/lib.h: topologies of the checkout, opened as the program opens them, and text
 * written in the test. */
#ifndef TEST_EXPECT_LIB_H
#define TEST_EXPECT_LIB_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit.h"
#include "check/design.h"
#include "expect/evaluate.h"
#include "expect/variant.h"

struct lib_source {
    struct topo_source source;
    const char *text; /* of t.yaml; all other files are those of topologies/ */
};

static inline err_t lib_read(struct topo_source *s, const char *path, size_t max,
                             struct arena *arena, const char **ret_text, size_t *ret_len)
{
    const struct lib_source *l = container_of(s, struct lib_source, source);
    const char *root = getenv("SPANWAY_SOURCE");
    char name[1024];
    if (strcmp(path, "t.yaml") == 0) {
        *ret_text = arena_str(arena, l->text);
        *ret_len = strlen(l->text);
        return *ret_text ? 0 : -ENOMEM;
    }
    snprintf(name, sizeof(name), "%s/topologies/%s", root ? root : ".", path);
    FILE *f = fopen(name, "rb");
    if (!f)
        return -ENOENT;
    char *text = arena_alloc(arena, 1 << 20);
    size_t n = text ? fread(text, 1, MIN(max, (size_t)(1 << 20) - 1), f) : 0;
    fclose(f);
    if (!text)
        return -ENOMEM;
    *ret_text = text;
    *ret_len = n;
    return 0;
}

struct lib {
    struct lib_source files;
    struct check_design design;
    struct diag_list diags;
    struct arena arena;
    struct expect_variants variants;
};

static inline void lib_print(const struct diag_list *diags)
{
    for (uint32_t i = 0; i < diags->count; i++) {
        char line[1024];
        struct text t = text_init(line, sizeof(line));
        text_diag(&t, &diags->items[i]);
        print_message("%s\n", line);
    }
}

/* Opens a file of topologies/, or t.yaml of the text, and works its variants out. */
static inline void lib_open(struct lib *l, const char *file, const char *text)
{
    *l = (struct lib){ .files = { .source = { .read = lib_read }, .text = text } };
    arena_init(&l->arena, 256 << 20);
    bool ok = check_design_open(&l->design, file, &l->files.source, &l->diags);
    lib_print(&l->diags);
    assert_true(ok);
    assert_true(expect_variants_of(l->design.topo, &l->files.source, &l->arena, &l->variants));
}

static inline void lib_close(struct lib *l)
{
    check_design_done(&l->design);
    diag_list_done(&l->diags);
    arena_done(&l->arena);
}

/* Opens the design that a view shows. */
static inline void lib_view(struct check_design *d, const char *file, struct expect_view *v)
{
    struct diag_list diags = { 0 };
    bool ok = check_design_open(d, file, &v->source, &diags);
    lib_print(&diags);
    assert_true(ok);
    diag_list_done(&diags);
}

static inline struct expect_variant *lib_variant(struct lib *l, const char *name)
{
    for (uint32_t i = 0; i < l->variants.count; i++)
        if (strcmp(l->variants.items[i].name, name) == 0)
            return &l->variants.items[i];
    print_message("no variant \"%s\"\n", name);
    fail();
    return NULL;
}

#endif
