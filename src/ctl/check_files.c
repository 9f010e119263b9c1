#include "ctl/check_files.h"

#include <errno.h>
#include <string.h>

#include "check/print.h"
#include "ctl/topo_files.h"
#include "lang/near.h"

enum { STATUS_FINE, STATUS_FOUND, STATUS_UNREADABLE };

static bool write_out(void *out, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, out) == n;
}

/* ---- one topology ---------------------------------------------------------------------------- */

/* Opens the folder of a topology, reads and works it out. False: there were errors, which diags
 * has; check_design_done() is due in either case. */
static bool open_design(const struct check_request *r, const char *file, struct check_design *d,
                        struct diag_list *diags)
{
    struct topo_files files;
    err_t rc = topo_files_open(&files, file, r->outside_allowed);
    if (rc != 0) {
        struct diag why = { .severity = DIAG_ERROR };
        DIAG_SET(why.id, "TOPO-FILE");
        DIAG_SET(why.file, file);
        DIAG_SET(why.what, strerror(-rc));
        diag_add(diags, &why);
        memset(d, 0, sizeof(*d));
        return false;
    }
    bool ok = check_design_open(d, file, &files.source, diags);
    topo_files_close(&files);
    if (!ok && diags->count == 0) {
        struct diag why = { .severity = DIAG_ERROR };
        DIAG_SET(why.id, "TOPO-MEMORY");
        DIAG_SET(why.file, file);
        DIAG_SET(why.what, "there is not enough memory to work the topology out");
        diag_add(diags, &why);
    }
    return ok;
}

/* The topology's own file cannot be read: its finding has no line. */
static bool is_unreadable(const struct diag_list *diags)
{
    return diags->count == 1 && diags->items[0].line == 0 && diags->items[0].severity == DIAG_ERROR;
}

static int status_of(const struct check_request *r, const struct check_report *report)
{
    if (check_report_is_good(report, r->strict))
        return STATUS_FINE;
    return is_unreadable(report->diags) ? STATUS_UNREADABLE : STATUS_FOUND;
}

static int check_one(const struct check_request *r, const char *file, struct check_printer *p)
{
    struct check_design d, before = { 0 };
    struct diag_list diags = { 0 };
    bool ok = open_design(r, file, &d, &diags);
    if (r->since)
        ok &= open_design(r, r->since, &before, &diags);
    struct check check = check_of_design(&d, r->since ? &before : NULL);
    struct check_expect expect;
    ok = ok && check_run(&check) && (!r->expect || check_expectations(&check, &expect));
    const struct check_report report = {
        .file = file,
        .design = &d,
        .diags = &diags,
        .check = ok ? &check : NULL,
        .expect = ok && r->expect ? &expect : NULL,
    };
    p->format->report(p, &report);
    int status = status_of(r, &report);
    check_design_done(&before);
    check_design_done(&d);
    diag_list_done(&diags);
    return status;
}

/* ---- words ----------------------------------------------------------------------------------- */

static int wrong(FILE *err, const char *what, const char *word, const char *near)
{
    fprintf(err, "spanway: %s%s%s%s", what, word ? " \"" : "", word ? word : "", word ? "\"" : "");
    if (near)
        fprintf(err, "; did you mean %s?", near);
    fputs("\ntry spanway --help\n", err);
    return STATUS_UNREADABLE;
}

static const char *near_format(const char *name)
{
    struct lang_near near = lang_near_start(name);
    for (const struct check_format *f = check_formats; f->name; f++)
        lang_near_try(&near, f->name);
    return near.best;
}

static int explain(struct check_printer *p, const char *id, FILE *err)
{
    const struct check_rule *rule = check_rule_find(id);
    if (!rule)
        return wrong(err, "there is no rule", id, NULL);
    check_print_rule(p, rule);
    return STATUS_FINE;
}

/* An array of one for JSON would be a surprise after an object of one. */
static int check_all(const struct check_request *r, struct check_printer *p)
{
    int worst = STATUS_FINE;
    if (p->format->begin)
        p->format->begin(p);
    for (size_t i = 0; i < r->file_count; i++) {
        int status = check_one(r, r->files[i], p);
        worst = MAX(worst, status);
    }
    if (p->format->end)
        p->format->end(p);
    return worst;
}

int check_files(const struct check_request *r, FILE *out, FILE *err)
{
    const char *format = r->format ? r->format : "text";
    struct check_printer p = {
        .sink = write_out,
        .context = out,
        .format = check_format_find(format),
        .version = r->version,
        .color = r->color,
        .quiet = r->quiet,
        .verbose = r->verbose,
        .strict = r->strict,
        .several = r->file_count > 1,
    };
    int status = STATUS_FINE;
    if (!p.format)
        return wrong(err, "there is no format", format, near_format(format));
    if (r->quiet && r->verbose)
        return wrong(err, "--quiet prints less and --verbose more: only one of them goes", NULL,
                     NULL);
    if (r->explain)
        status = explain(&p, r->explain, err);
    else if (r->list_rules)
        check_print_rules(&p);
    else if (r->file_count == 0 || r->file_count > CHECK_FILES_MAX)
        return wrong(err, "1 to 1000 topology files are wanted after check", NULL, NULL);
    else if (r->since && r->file_count > 1)
        return wrong(err, "with --since one file is checked, not also", r->files[1], NULL);
    else
        status = check_all(r, &p);
    if ((fflush(out) != 0 || p.failed) && status == STATUS_FINE)
        status = STATUS_FOUND;
    return status;
}
