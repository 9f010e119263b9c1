#include "lab/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/build.h"
#include "lab/keeper.h"
#include "lab/process.h"
#include "lab/state.h"

enum { WHY_MAX = 4096, POLL_MS = 10, LAB_LOCK_WAIT_S = 1 };

static ns_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ns_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Waits for a moment, or for the signal that ends us: true then. */
static bool pause_for(int signals, int ms)
{
    struct pollfd p = { .fd = signals, .events = POLLIN };
    return poll(&p, 1, ms) == 1;
}

/* ---- down ------------------------------------------------------------------------------------ */

static unsigned still_run(const struct lab_records *r)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct lab_record *d = &r->items[i];
        if (d->kind == LAB_RECORD_DAEMON && d->pid > 0)
            waitpid(d->pid, NULL, WNOHANG); /* ours, when `up` removes what it made */
        n += d->kind == LAB_RECORD_DAEMON && lab_process_runs(d);
    }
    return n;
}

static void signal_daemons(const struct lab_records *r, int signal)
{
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->items[i].kind == LAB_RECORD_DAEMON && lab_process_runs(&r->items[i]))
            kill(r->items[i].pid, signal);
    }
}

static unsigned signal_spaces(const struct lab_records *r, int signal)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->items[i].kind == LAB_RECORD_SPACE)
            n += lab_build_signal(r->items[i].detail, signal);
    }
    return n;
}

static bool nobody_left(const struct lab_records *r)
{
    return still_run(r) == 0;
}

static bool nobody_inside(const struct lab_records *r)
{
    return signal_spaces(r, SIGKILL) == 0 && still_run(r) == 0;
}

static bool wait_until(bool (*is)(const struct lab_records *r), const struct lab_records *r)
{
    ns_t end = now() + LAB_DOWN_DEADLINE_S * NS_PER_S;
    while (!is(r)) {
        if (now() > end)
            return false;
        poll(NULL, 0, POLL_MS);
    }
    return true;
}

/* Daemons are asked to end, then what is still in the spaces is ended. */
static err_t remove_all(struct lab_state *s, const char *lab, FILE *err)
{
    struct lab_records r;
    err_t e = lab_records_read(lab, &r);
    if (e && e != -ENOENT)
        return e;
    signal_daemons(&r, SIGTERM);
    if (!wait_until(nobody_left, &r))
        signal_daemons(&r, SIGKILL);
    bool empty = wait_until(nobody_inside, &r);
    for (uint32_t i = 0; i < r.count; i++) {
        if (r.items[i].kind == LAB_RECORD_SPACE)
            lab_build_remove(r.items[i].detail);
    }
    lab_records_done(&r);
    lab_state_remove(s);
    if (empty)
        return 0;
    fprintf(err, "spanway: some processes of lab %s do not end\n", lab);
    return -ETIMEDOUT;
}

err_t lab_down(const char *lab, FILE *err)
{
    struct lab_state s;
    ns_t end = now() + LAB_LOCK_WAIT_S * NS_PER_S;
    err_t e = lab_state_lock(&s, lab);
    /* Children of a `lab up` that was killed end a moment after it. */
    while (e == -EBUSY && now() < end) {
        poll(NULL, 0, POLL_MS);
        e = lab_state_lock(&s, lab);
    }
    if (e)
        return e;
    e = remove_all(&s, lab, err);
    lab_state_close(&s);
    return e;
}

/* ---- up -------------------------------------------------------------------------------------- */

struct upping {
    const struct lab_up *u;
    struct lab_state state;
    struct lab_programs programs;
    int signals;
    struct text why;
    char why_text[WHY_MAX];
};

/* What is there and would be in the way. */
static err_t look_around(struct upping *x)
{
    const struct lab_plan *p = x->u->plan;
    if (!lab_programs_find(p, &x->programs, &x->why))
        return -ENOENT;
    for (uint32_t i = 0; i < p->spaces.count; i++) {
        if (!lab_build_exists(p->spaces.items[i].netns))
            continue;
        text_str(&x->why, "there is a network namespace ");
        text_str(&x->why, p->spaces.items[i].netns);
        text_str(&x->why, " that is not this lab's: remove it (ip netns del), or choose another "
                          "name with --name");
        return -EEXIST;
    }
    return 0;
}

static err_t begin(struct upping *x)
{
    const char *lab = x->u->plan->name;
    if (geteuid() != 0) {
        text_str(&x->why, "a lab is made of network namespaces: run this as root");
        return -EPERM;
    }
    err_t err = lab_state_create(&x->state, lab);
    if (err == 0)
        return 0;
    text_str(&x->why, err == -EEXIST  ? "there is a lab of this name: remove it with `spanway lab "
                                        "down "
                      : err == -EBUSY ? "somebody is at work on a lab of this name: "
                                      : LAB_STATE_DIR " cannot be used: ");
    text_str(&x->why, err == -EEXIST || err == -EBUSY ? lab : strerror(-err));
    text_str(&x->why, err == -EEXIST ? "`, or choose another name with --name" : "");
    return err;
}

/* Whole, as it is read again by commands that run in other folders. */
static void note_file(struct lab_record *r, const char *file)
{
    char *whole = realpath(file, NULL);
    snprintf(r->detail, sizeof(r->detail), "%s", whole ? whole : file);
    free(whole);
}

/* All names at once, before the first is made. */
static err_t note_spaces(struct upping *x)
{
    const struct lab_plan *p = x->u->plan;
    struct lab_record r = { .kind = LAB_RECORD_LAB };
    snprintf(r.name, sizeof(r.name), "%s", p->name);
    note_file(&r, x->u->file);
    r.pid = getpid();
    r.start = lab_process_start(r.pid);
    err_t err = lab_state_note(&x->state, &r);
    for (uint32_t i = 0; !err && i < p->spaces.count; i++) {
        r = (struct lab_record){ .kind = LAB_RECORD_SPACE };
        snprintf(r.name, sizeof(r.name), "%s", p->spaces.items[i].name);
        snprintf(r.detail, sizeof(r.detail), "%s", p->spaces.items[i].netns);
        err = lab_state_note(&x->state, &r);
    }
    return err;
}

static err_t wait_for_daemons(struct upping *x, struct lab_running *r)
{
    ns_t end = now() + LAB_UP_DEADLINE_S * NS_PER_S;
    for (;;) {
        err_t err = lab_daemons_poll(r, &x->why);
        if (err != -EAGAIN)
            return err;
        if (now() > end) {
            lab_daemons_late(r, &x->why);
            return -ETIMEDOUT;
        }
        if (pause_for(x->signals, POLL_MS))
            return -EINTR;
    }
}

static void step(struct upping *x, const char *what)
{
    if (!x->u->quiet) {
        fprintf(x->u->err, "%s\n", what);
        fflush(x->u->err);
    }
}

/* From here on the fabrics follow what gateways learn, and hosts answer. */
static err_t keep(struct upping *x)
{
    pid_t pid;
    return lab_keeper_start(x->u->plan, x->state.dir, &pid, &x->why);
}

static err_t make(struct upping *x)
{
    const struct lab_plan *p = x->u->plan;
    struct lab_running r = { .plan = p, .programs = &x->programs, .state = &x->state };
    char dir[LAB_PATH_MAX + 8];
    snprintf(dir, sizeof(dir), "%s/setup", x->state.dir);
    err_t err = note_spaces(x);
    err = err ? err : lab_build_folder();
    err = err ? err : lab_build_write(p, dir);
    err = err ? err : lab_build_spaces(p, &x->why);
    if (err || pause_for(x->signals, 0))
        return err ? err : -EINTR;
    step(x, "namespaces are there");
    err = lab_build_setup(p, dir, &x->why);
    if (err || pause_for(x->signals, 0))
        return err ? err : -EINTR;
    step(x, "cables, addresses and rules are there");
    err = lab_daemons_start(&r, &x->why);
    err = err ? err : wait_for_daemons(x, &r);
    if (err == 0) {
        step(x, "daemons answer");
        err = keep(x);
    }
    return err ? err : lab_state_note(&x->state, &(struct lab_record){ .kind = LAB_RECORD_READY });
}

static void say_why(struct upping *x, err_t err)
{
    const char *lab = x->u->plan->name;
    if (err == -EINTR)
        fprintf(x->u->err, "spanway: lab %s: interrupted, and removed\n", lab);
    else
        fprintf(x->u->err, "spanway: lab %s: %s\n", lab, x->why.len ? x->why.s : strerror(-err));
}

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

err_t lab_up(const struct lab_up *u)
{
    struct upping x = { .u = u, .state = { .folder = -1, .journal = -1 } };
    sigset_t before;
    ns_t start = now();
    x.why = text_init(x.why_text, sizeof(x.why_text));
    x.signals = take_signals(&before);
    err_t err = begin(&x);
    bool made = err == 0;
    err = err ? err : look_around(&x);
    err = err ? err : make(&x);
    if (made && pause_for(x.signals, 0))
        err = -EINTR; /* it may have ended our children; too late is not at all */
    if (made && err != 0 && remove_all(&x.state, u->plan->name, u->err) != 0)
        fprintf(u->err, "spanway: try again: spanway lab down %s\n", u->plan->name);
    lab_state_close(&x.state);
    if (err)
        say_why(&x, err);
    else
        fprintf(u->out, "lab %s is up: %u namespaces, %u cables, %u daemons, after %.1f s\n",
                u->plan->name, u->plan->spaces.count, u->plan->cables.count, u->plan->daemons.count,
                (double)(now() - start) / (double)NS_PER_S);
    close(x.signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return err;
}
