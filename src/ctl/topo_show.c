#include "ctl/topo_show.h"

#include <string.h>

#include "check/print.h"
#include "cloud/assign.h"
#include "ctl/topo_files.h"

enum { DIAG_TEXT_MAX = 1200, EXCERPT_MAX = 2048, EXIT_UNREADABLE = 2 };

struct file_printer {
    struct topo_printer printer;
    FILE *out;
};

static void write_file(struct topo_printer *p, const char *s, size_t n)
{
    struct file_printer *f = container_of(p, struct file_printer, printer);
    fwrite(s, 1, n, f->out);
}

void topo_show_findings(const struct topo *t, const struct diag_list *diags, FILE *err)
{
    char line[DIAG_TEXT_MAX], excerpt[EXCERPT_MAX];
    for (uint32_t i = 0; i < diags->count; i++) {
        struct text s = text_init(line, sizeof(line));
        text_diag(&s, &diags->items[i]);
        fprintf(err, "%s\n", line);
        s = text_init(excerpt, sizeof(excerpt));
        if (check_excerpt_diag(t, &diags->items[i], &s))
            fputs(excerpt, err);
    }
    if (diags->dropped > 0)
        fprintf(err, "and %u more\n", diags->dropped);
}

/* Findings about the topology's own file have no place. */
int topo_show_status(const struct diag_list *diags)
{
    bool unreadable = diags->count == 1 && diags->items[0].line == 0 &&
                      strcmp(diags->items[0].id, "TOPO-FILE") == 0;
    return unreadable ? EXIT_UNREADABLE : 1;
}

int topo_show(const struct topo_show_request *r, FILE *out, FILE *err)
{
    struct topo_files files;
    struct diag_list diags = { 0 };
    struct topo *t = NULL;
    err_t rc = topo_files_open(&files, r->file, r->outside_allowed);
    if (rc != 0) {
        fprintf(err, "spanway: %s: %s\n", r->file, strerror(-rc));
        return EXIT_UNREADABLE;
    }
    bool ok = topo_read(r->file, &files.source, &diags, &t);
    topo_files_close(&files);
    topo_show_findings(t, &diags, err);
    int status = ok ? 0 : topo_show_status(&diags);
    if (ok && !cloud_assign(t)) {
        fprintf(err, "spanway: %s: memory is used up\n", r->file);
        status = 1;
    } else if (ok) {
        struct file_printer f = { .printer = { .write = write_file }, .out = out };
        topo_resolve_endpoints(t);
        topo_print(t, r->format, &f.printer);
        if (fflush(out) != 0)
            status = 1;
    }
    topo_free(t);
    diag_list_done(&diags);
    return status;
}
