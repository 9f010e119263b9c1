/* Any bytes as what somebody wants connected: what can be planned gives a topology, routers and
 * commands that fit their bounds; the topology can be read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/write.h"

enum { TEXT_MAX = 1 << 12 };

struct one_file {
    struct topo_source source;
    const char *text;
    size_t len;
};

static err_t read_one(struct topo_source *s, const char *path, size_t max, struct arena *arena,
                      const char **ret_text, size_t *ret_len)
{
    struct one_file *f = container_of(s, struct one_file, source);
    if (strcmp(path, "a.yaml") != 0)
        return -ENOENT; /* routers' configurations */
    *ret_len = f->len;
    if (*ret_len > max)
        return -EFBIG;
    *ret_text = arena_copy(arena, f->text, *ret_len);
    return *ret_text ? 0 : -ENOMEM;
}

static void read_back(const struct text *t)
{
    struct one_file f = { .source = { .read = read_one }, .text = t->s, .len = t->len };
    struct diag_list diags = { 0 };
    struct topo *topo = NULL;
    if (!topo_read("a.yaml", &f.source, &diags, &topo))
        abort();
    topo_free(topo);
    diag_list_done(&diags);
}

static void write_all(const struct plan *p, const struct plan_intent *in, char *buffer)
{
    struct text t = text_init(buffer, PLAN_TEXT_MAX);
    plan_write_topology(p, &t);
    if (t.cut)
        abort();
    read_back(&t);
    plan_write_checklist(p, &t);
    plan_write_commands(p, &t);
    for (uint32_t i = 0; i < in->connect.count; i++) {
        const struct plan_network *n = &in->connect.items[i];
        for (uint32_t k = 0; k < n->public_addresses.count; k++)
            plan_write_router(p, n, k, &t);
    }
    if (t.cut)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > TEXT_MAX)
        return 0;
    struct one_file f = { .source = { .read = read_one }, .text = (const char *)data, .len = size };
    struct diag_list diags = { 0 };
    struct plan_intent intent;
    struct plan plan;
    char *buffer = malloc(PLAN_TEXT_MAX);
    if (!buffer)
        abort();
    if (plan_intent_read(&intent, "a.yaml", &f.source, &diags) &&
        plan_build(&plan, &intent, &diags))
        write_all(&plan, &intent, buffer);
    free(buffer);
    plan_intent_done(&intent);
    diag_list_done(&diags);
    return 0;
}
