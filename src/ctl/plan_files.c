#include "ctl/plan_files.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "ctl/topo_files.h"
#include "ctl/topo_show.h"
#include "plan/write.h"

enum { STATUS_FINE, STATUS_REFUSED, STATUS_UNREADABLE, FILE_PATH_MAX = 4096 };

static const struct plan_format {
    const char *name, *file;
    void (*write)(const struct plan *p, struct text *out);
} formats[] = {
    { "topology", "topology.yaml", plan_write_topology },
    { "checklist", "checklist.txt", plan_write_checklist },
    { "commands", "commands.sh", plan_write_commands },
    { 0 },
};

struct job {
    const struct plan_request *request;
    const struct plan *plan;
    struct text text; /* of one file at a time */
    FILE *out, *err;
};

/* Writes the text into a file of the folder, which must not be there: somebody may have put keys
 * into the one that is. */
static bool save(struct job *j, const char *name)
{
    char path[FILE_PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/%s", j->request->folder, name);
    FILE *f = n > 0 && (size_t)n < sizeof(path) ? fopen(path, "wx") : NULL;
    if (!f) {
        fprintf(j->err, "spanway: %s/%s: %s\n", j->request->folder, name, strerror(errno));
        return false;
    }
    bool ok = fwrite(j->text.s, 1, j->text.len, f) == j->text.len;
    ok &= fclose(f) == 0;
    if (ok)
        fprintf(j->out, "%s\n", path);
    else
        fprintf(j->err, "spanway: %s: %s\n", path, strerror(errno));
    return ok;
}

static bool emit(struct job *j, const char *name)
{
    assert(!j->text.cut); /* a plan is bounded, and so is what it comes to */
    bool ok = j->request->folder ? save(j, name)
                                 : fwrite(j->text.s, 1, j->text.len, j->out) == j->text.len;
    j->text = text_init(j->text.s, j->text.cap);
    return ok;
}

static bool emit_routers(struct job *j)
{
    const struct plan_intent *in = j->plan->intent;
    bool ok = true;
    for (uint32_t i = 0; i < in->connect.count && ok; i++) {
        const struct plan_network *n = &in->connect.items[i];
        for (uint32_t k = 0; k < n->public_addresses.count && ok; k++) {
            char name[PLAN_NAME_MAX + 16];
            snprintf(name, sizeof(name), "%s-r%u.cfg", n->o.name, k);
            plan_write_router(j->plan, n, k, &j->text);
            ok = emit(j, name);
        }
    }
    return ok;
}

static bool emit_all(struct job *j)
{
    const struct plan_request *r = j->request;
    const char *wanted = r->format || r->folder ? r->format : formats[0].name;
    bool ok = true;
    for (const struct plan_format *f = formats; f->name && ok; f++) {
        if (wanted && strcmp(wanted, f->name) != 0)
            continue;
        f->write(j->plan, &j->text);
        ok = emit(j, f->file);
        if (ok && f->write == plan_write_topology && r->folder)
            ok = emit_routers(j);
    }
    return ok && fflush(j->out) == 0;
}

/* The intent's own file cannot be read: its findings have no place. */
static bool is_unreadable(const struct diag_list *diags)
{
    return diags->count == 1 && strcmp(diags->items[0].id, "TOPO-FILE") == 0;
}

static int plan_read(struct job *j, struct topo_source *source)
{
    struct diag_list diags = { 0 };
    struct plan_intent intent;
    struct plan plan;
    bool ok = plan_intent_read(&intent, j->request->file, source, &diags) &&
              plan_build(&plan, &intent, &diags);
    topo_show_findings(intent.topo, &diags, j->err);
    int status = ok ? STATUS_FINE : is_unreadable(&diags) ? STATUS_UNREADABLE : STATUS_REFUSED;
    j->plan = &plan;
    if (ok && !emit_all(j))
        status = STATUS_REFUSED;
    plan_intent_done(&intent);
    diag_list_done(&diags);
    return status;
}

static bool is_format(const char *name)
{
    for (const struct plan_format *f = formats; f->name; f++) {
        if (strcmp(f->name, name) == 0)
            return true;
    }
    return false;
}

int plan_files(const struct plan_request *r, FILE *out, FILE *err)
{
    struct topo_files files;
    if (r->format && !is_format(r->format)) {
        fprintf(err, "spanway: there is no format \"%s\": topology, checklist or commands\n",
                r->format);
        return STATUS_UNREADABLE;
    }
    err_t rc = topo_files_open(&files, r->file, false);
    if (rc != 0) {
        fprintf(err, "spanway: %s: %s\n", r->file, strerror(-rc));
        return STATUS_UNREADABLE;
    }
    char *buffer = mem_alloc(MEM_MISC, PLAN_TEXT_MAX);
    int status = STATUS_REFUSED;
    if (buffer) {
        struct job j = {
            .request = r, .text = text_init(buffer, PLAN_TEXT_MAX), .out = out, .err = err
        };
        status = plan_read(&j, &files.source);
        mem_free(MEM_MISC, buffer, PLAN_TEXT_MAX);
    } else {
        fputs("spanway: memory is used up\n", err);
    }
    topo_files_close(&files);
    return status;
}
