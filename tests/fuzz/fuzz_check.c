/* Any bytes as a design, through the whole of `spanway check`: topology and device configurations
 * are read, expanded and paired, and every rule looks at them; then once more as a change of the
 * same design. What follows a line of "=== NAME" is the file of that name; what stands before the
 * first one is the topology. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/design.h"

enum { TEXT_MAX = 1 << 17 };

struct files {
    struct topo_source source;
    const char *text;
    size_t len;
};

/* The next line of "=== NAME" at or after s, or NULL. */
static const char *next_cut(const char *s, const char *end)
{
    while (s < end) {
        if ((size_t)(end - s) > 4 && memcmp(s, "=== ", 4) == 0)
            return s;
        s = memchr(s, '\n', (size_t)(end - s));
        if (!s++)
            break;
    }
    return NULL;
}

static err_t read_part(struct topo_source *source, const char *path, size_t max,
                       struct arena *arena, const char **ret_text, size_t *ret_len)
{
    const struct files *f = container_of(source, struct files, source);
    const char *end = f->text + f->len, *at = f->text, *cut = next_cut(at, end);
    size_t n = strlen(path);
    bool found = strcmp(path, "a.yaml") == 0;
    while (!found && cut) {
        const char *name = cut + 4, *stop = memchr(name, '\n', (size_t)(end - name));
        stop = stop ? stop : end;
        found = (size_t)(stop - name) == n && memcmp(name, path, n) == 0;
        at = stop < end ? stop + 1 : end;
        cut = next_cut(at, end);
    }
    if (!found)
        return -ENOENT;
    *ret_len = (size_t)((cut ? cut : end) - at);
    if (*ret_len > max)
        return -EFBIG;
    *ret_text = arena_copy(arena, at, *ret_len);
    return *ret_text ? 0 : -ENOMEM;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > TEXT_MAX)
        return 0;
    struct files f = { .source = { .read = read_part }, .text = (const char *)data, .len = size };
    struct diag_list diags = { 0 };
    struct check_design d;
    if (check_design_open(&d, "a.yaml", &f.source, &diags)) {
        struct check c = check_of_design(&d, &d);
        if (check_run(&c) && c.count != c.errors + c.warnings + c.notes + c.suppressed + c.effects)
            abort();
    }
    check_design_done(&d);
    diag_list_done(&diags);
    return 0;
}
