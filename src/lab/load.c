#include "lab/load.h"

#include <stdio.h>
#include <string.h>

#include "check/print.h"
#include "ctl/topo_show.h"

enum { PLAN_ARENA_MAX_BYTES = 1 << 28 };

static bool say_finding(void *context, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, context) == n;
}

/* A design with errors does not work, and a lab of it would not show why: `check` does. */
static bool has_errors(struct lab_loaded *l, const char *file)
{
    struct check check = check_of_design(&l->design, NULL);
    bool ran = check_run(&check);
    if (ran && check.errors == 0)
        return false;
    struct check_printer p = {
        .sink = say_finding, .context = stderr, .format = check_format_find("text"), .quiet = true
    };
    const struct check_report report = {
        .file = file, .design = &l->design, .diags = &l->diags, .check = ran ? &check : NULL
    };
    p.format->report(&p, &report);
    fprintf(stderr,
            "spanway: lab: %s has errors, and is not built; --despite-errors builds it as "
            "it is\n",
            file);
    return true;
}

static bool is_refused(const struct lab_plan *p, const char *file)
{
    char path[256];
    for (uint32_t i = 0; i < p->refusals.count; i++) {
        const struct lab_refusal *r = &p->refusals.items[i];
        struct text t = text_init(path, sizeof(path));
        if (r->object)
            topo_object_path(r->object, &t);
        if (r->object && r->object->key)
            fprintf(stderr, "%s:%u: ", file, r->object->key->line);
        fprintf(stderr, "%s%s%s\n", path, t.len ? ": " : "", r->what);
    }
    return p->refusals.count > 0;
}

/* All that the real one can run: it takes no rules of iptables. */
static void prefer_frr(struct check_design *d)
{
    for (uint32_t i = 0; i < d->device_count; i++) {
        const struct check_device *k = &d->devices[i];
        /* The design is ours: nobody else looks at it yet. */
        struct topo_device *device = (struct topo_device *)(uintptr_t)k->device;
        if (k->config && k->config->dialect == DIALECT_FRR && device->iptables.count == 0)
            device->daemon = TOPO_FRR;
    }
}

void lab_unload(struct lab_loaded *l)
{
    arena_done(&l->arena);
    check_design_done(&l->design);
    diag_list_done(&l->diags);
}

int lab_load(const struct lab_load *p, struct lab_loaded *ret)
{
    memset(ret, 0, sizeof(*ret));
    arena_init(&ret->arena, PLAN_ARENA_MAX_BYTES);
    bool fine = check_design_open(&ret->design, p->file, p->source, &ret->diags);
    topo_show_findings(ret->design.topo, &ret->diags, stderr);
    if (!fine)
        return topo_show_status(&ret->diags);
    if (!p->despite_errors && has_errors(ret, p->file))
        return LAB_EXIT_FAILED;
    if (p->frr)
        prefer_frr(&ret->design);
    if (!lab_plan_make(&ret->design, p->name, &ret->arena, &ret->plan)) {
        fprintf(stderr, "spanway: lab: %s: memory is used up\n", p->file);
        return LAB_EXIT_FAILED;
    }
    return is_refused(&ret->plan, p->file) ? LAB_EXIT_FAILED : 0;
}
