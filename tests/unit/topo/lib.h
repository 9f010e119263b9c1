/* tests/unit/topo/lib.h: topologies out of memory: files by name, read as the program reads them.
 */
#ifndef TEST_TOPO_LIB_H
#define TEST_TOPO_LIB_H

#include <errno.h>
#include <stdlib.h>

#include "../unit.h"
#include "base/mem.h"
#include "topo/kinds.h"
#include "topo/topo.h"

struct memory_file {
    const char *path, *text;
};

struct memory_source {
    struct topo_source source;
    const struct memory_file *files; /* ends without a path */
};

static inline err_t memory_read(struct topo_source *s, const char *path, size_t max,
                                struct arena *arena, const char **ret_text, size_t *ret_len)
{
    const struct memory_source *m = container_of(s, struct memory_source, source);
    for (const struct memory_file *f = m->files; f->path; f++) {
        if (strcmp(f->path, path) != 0)
            continue;
        *ret_len = strlen(f->text);
        if (*ret_len > max)
            return -EFBIG;
        *ret_text = arena_str(arena, f->text);
        return *ret_text ? 0 : -ENOMEM;
    }
    return -ENOENT;
}

struct fixture {
    struct topo *t;
    struct diag_list diags;
    bool ok;
    char said[65536]; /* every finding as a line */
};

/* Reads files[0]; what was found is in f->said. */
static inline void fixture_files(struct fixture *f, const struct memory_file *files, bool outside)
{
    struct memory_source m = { .files = files };
    m.source = (struct topo_source){ .read = memory_read, .outside_allowed = outside };
    *f = (struct fixture){ 0 };
    f->ok = topo_read(files[0].path, &m.source, &f->diags, &f->t);
    struct text t = text_init(f->said, sizeof(f->said));
    for (uint32_t i = 0; i < f->diags.count; i++) {
        text_diag(&t, &f->diags.items[i]);
        text_char(&t, '\n');
    }
}

/* The same for one file, t.yaml. */
static inline void fixture_read(struct fixture *f, const char *text)
{
    const struct memory_file files[] = { { "t.yaml", text }, { NULL, NULL } };
    fixture_files(f, files, false);
}

static inline void fixture_done(struct fixture *f)
{
    topo_free(f->t);
    diag_list_done(&f->diags);
}

#endif
