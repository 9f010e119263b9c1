#include "lab/rehearse.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl/topo_files.h"
#include "expect/print.h"
#include "expect/variant.h"
#include "lab/load.h"
#include "lab/run.h"
#include "lab/state.h"
#include "lab/world.h"

enum { RESULTS_ARENA_MAX = 64 << 20, DEADLINE_S = 60 };

struct rehearsal {
    const struct lab_rehearsal *r;
    FILE *out, *err;
    struct topo_files files;
    struct arena arena;
    struct expect_results results;
    int signals;
    bool failed; /* a lab could not be built */
};

/* ---- the user's Ctrl-C ----------------------------------------------------------------------- */

/* From now on a signal that would end us waits in a descriptor, for whoever looks. */
static int take_signals(sigset_t *ret_before)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGHUP);
    sigprocmask(SIG_BLOCK, &ours, ret_before);
    return signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool is_interrupted(const struct rehearsal *x)
{
    struct pollfd p = { .fd = x->signals, .events = POLLIN };
    return poll(&p, 1, 0) == 1;
}

/* ---- one lab --------------------------------------------------------------------------------- */

static bool sink(void *context, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, context) == n;
}

static bool is_text(const struct rehearsal *x)
{
    return !x->r->format || strcmp(x->r->format, "text") == 0;
}

static void say_row(void *context, const struct expect_row *row)
{
    struct rehearsal *x = context;
    struct expect_printer p = { .sink = sink, .context = x->out, .verbose = !x->r->quiet };
    if (is_text(x))
        expect_print_row(&p, row);
    fflush(x->out);
}

static void compare(struct rehearsal *x, const struct lab_plan *plan,
                    const struct expect_variant *variant)
{
    struct lab_world w;
    char state[LAB_PATH_MAX];
    const struct expect_options options = {
        .deadline_ms = (x->r->deadline_s ? x->r->deadline_s : DEADLINE_S) * 1000,
        .no_failures = x->r->no_failures,
        .when = variant ? variant->name : NULL,
        .adds = variant && variant->adds,
        .files = &x->files.source,
        .progress = say_row,
        .context = x,
    };
    snprintf(state, sizeof(state), LAB_STATE_DIR "/%s", plan->name);
    err_t rc = lab_world_open(&w, plan, state);
    w.signals = x->signals;
    if (rc != 0)
        fprintf(x->err, "spanway: lab %s: %s\n", plan->name, strerror(-rc));
    if (rc != 0 || !expect_evaluate(&w.base, plan->design->topo, &options, &x->results))
        x->failed = true;
    lab_world_close(&w);
}

/* Builds what the source says, compares, removes it. 0, or an exit status. */
static int rehearse(struct rehearsal *x, struct topo_source *source,
                    const struct expect_variant *variant)
{
    struct lab_loaded l;
    int status = lab_load(&(struct lab_load){ .file = x->r->file,
                                              .source = source,
                                              .name = x->r->name,
                                              .despite_errors = variant || x->r->despite_errors,
                                              .frr = x->r->frr },
                          &l);
    const struct lab_up u = {
        .plan = &l.plan, .file = x->r->file, .out = x->err, .err = x->err, .quiet = true
    };
    if (status == 0 && lab_up(&u) != 0)
        status = LAB_EXIT_FAILED;
    if (status == 0) {
        compare(x, &l.plan, variant);
        if (lab_down(l.plan.name, x->err) != 0)
            x->failed = true;
    }
    lab_unload(&l);
    return status;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void rehearse_each(struct rehearsal *x, const struct expect_variants *variants)
{
    for (uint32_t i = 0; i < variants->count && !is_interrupted(x); i++) {
        struct expect_variant *v = &variants->items[i];
        if (is_text(x))
            fprintf(x->out, "-- %s\n", v->name);
        if (v->refused)
            fprintf(x->err, "spanway: lab: %s:%u: %s: %s\n", v->why.file, v->why.line, v->name,
                    v->why.what);
        if (v->refused || rehearse(x, &v->after.source, v) != 0)
            x->failed = true;
    }
}

/* The variants borrow from the design that asks for them. */
static void rehearse_variants(struct rehearsal *x)
{
    struct expect_variants variants = { 0 };
    struct lab_loaded l;
    if (x->r->no_variants || is_interrupted(x))
        return;
    bool ok = lab_load(&(struct lab_load){ .file = x->r->file,
                                           .source = &x->files.source,
                                           .name = x->r->name,
                                           .despite_errors = true },
                       &l) == 0 &&
              expect_variants_of(l.design.topo, &x->files.source, &x->arena, &variants);
    if (ok)
        rehearse_each(x, &variants);
    else
        x->failed = true;
    lab_unload(&l);
}

static void print(struct rehearsal *x)
{
    struct expect_printer p = { .sink = sink, .context = x->out };
    struct lang_json json = lang_json_to_sink(sink, x->out, 2);
    if (is_text(x)) {
        fprintf(x->out, "%s: %u hold, %u fail, %u could not be told\n", x->r->file, x->results.held,
                x->results.failed, x->results.left);
    } else if (strcmp(x->r->format, "json") == 0) {
        expect_print_json(&json, &x->results);
        if (lang_json_done(&json))
            fputc('\n', x->out);
    } else {
        expect_print_junit(&p, x->r->file, &x->results);
    }
    fflush(x->out);
}

static bool is_format(const char *format)
{
    static const char *const formats[] = { "text", "json", "junit" };
    for (size_t i = 0; format && i < ARRAY_LEN(formats); i++) {
        if (strcmp(format, formats[i]) == 0)
            return true;
    }
    return !format;
}

int lab_rehearse(const struct lab_rehearsal *r, FILE *out, FILE *err)
{
    struct rehearsal x = { .r = r, .out = out, .err = err };
    sigset_t before;
    if (!is_format(r->format)) {
        fprintf(err, "spanway: lab: --format is text, json or junit, not \"%s\"\n", r->format);
        return LAB_EXIT_WRONG;
    }
    err_t rc = topo_files_open(&x.files, r->file, r->outside_allowed);
    if (rc != 0) {
        fprintf(err, "spanway: %s: %s\n", r->file, strerror(-rc));
        return LAB_EXIT_WRONG;
    }
    arena_init(&x.arena, RESULTS_ARENA_MAX);
    x.results.arena = &x.arena;
    x.signals = take_signals(&before);
    int status = rehearse(&x, &x.files.source, NULL);
    if (status == 0)
        rehearse_variants(&x);
    if (status == 0)
        print(&x);
    if (status == 0 && (x.failed || x.results.failed || is_interrupted(&x)))
        status = LAB_EXIT_FAILED;
    close(x.signals);
    sigprocmask(SIG_SETMASK, &before, NULL); /* one that waits ends us now, as it should */
    arena_done(&x.arena);
    topo_files_close(&x.files);
    return status;
}
