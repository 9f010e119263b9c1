/* `spanway lab`: its words, and up|down|run|status|exec|shell|graph. */
#include "lab/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "ctl/topo_files.h"
#include "lab/build.h"
#include "lab/command_impl.h"
#include "lab/rehearse.h"
#include "lab/run.h"

static const struct option lab_options[] = {
    { "name", required_argument, NULL, 'n' },
    { "dry-run", no_argument, NULL, 'd' },
    { "despite-errors", no_argument, NULL, 'e' },
    { "allow-outside", no_argument, NULL, 'o' },
    { "all", no_argument, NULL, 'a' },
    { "quiet", no_argument, NULL, 'q' },
    { "format", required_argument, NULL, 'f' },
    { "no-failures", no_argument, NULL, 'F' },
    { "no-variants", no_argument, NULL, 'V' },
    { "frr", no_argument, NULL, 'R' },
    { "from", required_argument, NULL, 'r' },
    { "fail", required_argument, NULL, 'x' },
    { "seconds", required_argument, NULL, 's' },
    { NULL, 0, NULL, 0 },
};

int lab_wrong(const char *what, const char *word)
{
    fprintf(stderr, "spanway: lab: %s \"%s\"\ntry spanway --help\n", what, word);
    return LAB_EXIT_WRONG;
}

static bool take_seconds(struct lab_words *w)
{
    uint64_t n;
    if (number_parse(optarg, UINT32_MAX, &n) && n > 0) {
        w->seconds = (uint32_t)n;
        return true;
    }
    lab_wrong("--seconds is a number from 1 on, not", optarg);
    return false;
}

static bool take_fail(struct lab_words *w)
{
    if (w->fail_count < LAB_PLACES_MAX) {
        w->fails[w->fail_count++] = optarg;
        return true;
    }
    lab_wrong("too many places fail at once, from", optarg);
    return false;
}

static bool take(struct lab_words *w, int option)
{
    switch (option) {
    case 'n':
        w->name = optarg;
        return true;
    case 'd':
        return w->dry_run = true;
    case 'e':
        return w->despite_errors = true;
    case 'o':
        return w->outside_allowed = true;
    case 'a':
        return w->all = true;
    case 'q':
        return w->quiet = true;
    case 'f':
        w->format = optarg;
        return true;
    case 'F':
        return w->no_failures = true;
    case 'R':
        return w->frr = true;
    case 'V':
        return w->no_variants = true;
    case 'r':
        w->from = optarg;
        return true;
    case 'x':
        return take_fail(w);
    case 's':
        return take_seconds(w);
    default:
        fputs("try spanway --help\n", stderr); /* getopt has said what is wrong */
        return false;
    }
}

/* ---- a topology ------------------------------------------------------------------------------ */

static void write_out(void *context, const char *bytes, size_t n)
{
    fwrite(bytes, 1, n, context);
}

/* The plan of a topology; what is wrong was said. 0, or the exit status. */
static int load(struct lab_loaded *l, const struct lab_words *w, const char *file, bool to_run)
{
    struct topo_files files;
    memset(l, 0, sizeof(*l));
    err_t err = topo_files_open(&files, file, w->outside_allowed);
    if (err) {
        fprintf(stderr, "spanway: %s: %s\n", file, strerror(-err));
        return LAB_EXIT_WRONG;
    }
    int status = lab_load(&(struct lab_load){ .file = file,
                                              .source = &files.source,
                                              .name = w->name,
                                              .despite_errors = w->despite_errors || !to_run,
                                              .frr = w->frr },
                          l);
    topo_files_close(&files);
    return status;
}

static int up(const struct lab_words *w, int argc, char *argv[])
{
    struct lab_loaded l;
    char dir[LAB_PATH_MAX];
    if (argc != 1)
        return lab_wrong("one topology file is wanted after", "up");
    int status = load(&l, w, argv[0], true);
    if (status == 0 && w->dry_run) {
        snprintf(dir, sizeof(dir), LAB_STATE_DIR "/%s", l.plan.name);
        lab_plan_script(&l.plan, dir, write_out, stdout);
        status = fflush(stdout) == 0 ? 0 : LAB_EXIT_FAILED;
    } else if (status == 0) {
        const struct lab_up u = { .plan = &l.plan,
                                  .file = argv[0],
                                  .out = stdout,
                                  .err = stderr,
                                  .quiet = w->quiet || !isatty(STDERR_FILENO) };
        status = lab_up(&u) == 0 ? 0 : LAB_EXIT_FAILED;
    }
    lab_unload(&l);
    return status;
}

static int run(const struct lab_words *w, int argc, char *argv[])
{
    if (argc != 1)
        return lab_wrong("one topology file is wanted after", "run");
    return lab_rehearse(&(struct lab_rehearsal){ .file = argv[0],
                                                 .name = w->name,
                                                 .format = w->format,
                                                 .outside_allowed = w->outside_allowed,
                                                 .despite_errors = w->despite_errors,
                                                 .frr = w->frr,
                                                 .no_failures = w->no_failures,
                                                 .no_variants = w->no_variants,
                                                 .quiet = w->quiet },
                        stdout, stderr);
}

static int graph(const struct lab_words *w, int argc, char *argv[])
{
    struct lab_loaded l;
    if (argc != 1)
        return lab_wrong("one topology file is wanted after", "graph");
    int status = load(&l, w, argv[0], false);
    if (status == 0)
        lab_plan_graph(&l.plan, write_out, stdout);
    lab_unload(&l);
    return status ? status : fflush(stdout) == 0 ? 0 : LAB_EXIT_FAILED;
}

/* ---- labs that are there --------------------------------------------------------------------- */

static void add_name(void *context, const char *lab)
{
    struct lab_names *n = context;
    if (n->count < ARRAY_LEN(n->name))
        snprintf(n->name[n->count++], LAB_NAME_MAX + 1, "%s", lab);
}

const char *lab_which(const char *said, struct lab_names *n)
{
    n->count = 0;
    lab_state_each(add_name, n);
    if (said && lab_name_is_valid(said))
        return said;
    if (!said && n->count == 1)
        return n->name[0];
    if (said)
        fprintf(stderr, "spanway: lab: \"%s\" is no name of a lab\n", said);
    else if (n->count == 0)
        fputs("spanway: lab: none is up\n", stderr);
    else
        fputs("spanway: lab: several are up: say which with --name\n", stderr);
    return NULL;
}

static int down_one(const char *lab)
{
    err_t err = lab_down(lab, stderr);
    if (err == 0) {
        printf("lab %s is removed\n", lab);
        return 0;
    }
    fprintf(stderr, "spanway: lab %s: %s\n", lab,
            err == -ENOENT  ? "there is none of this name"
            : err == -EBUSY ? "a `lab up` or `lab down` is at work on it: end that one first"
                            : strerror(-err));
    return LAB_EXIT_FAILED;
}

static int down(const struct lab_words *w, int argc, char *argv[])
{
    struct lab_names n;
    if (argc > 1 || (argc == 1 && (w->name || w->all)))
        return lab_wrong("one name is wanted after down, not also", argv[argc - 1]);
    if (w->all) {
        int status = 0;
        n.count = 0;
        lab_state_each(add_name, &n);
        for (uint32_t i = 0; i < n.count; i++)
            status |= down_one(n.name[i]);
        return status;
    }
    const char *lab = lab_which(argc ? argv[0] : w->name, &n);
    return lab ? down_one(lab) : LAB_EXIT_FAILED;
}

static void print_lab(const char *lab)
{
    struct lab_records r;
    if (lab_records_read(lab, &r) != 0)
        return;
    unsigned spaces = 0;
    for (uint32_t i = 0; i < r.count; i++)
        spaces += r.items[i].kind == LAB_RECORD_SPACE;
    printf("lab %s: %s, %u namespaces\n", lab,
           lab_records_ready(&r) ? "up" : "unfinished (remove it with `spanway lab down`)", spaces);
    for (uint32_t i = 0; i < r.count; i++) {
        const struct lab_record *d = &r.items[i];
        if (d->kind == LAB_RECORD_LAB)
            printf("  topology %s\n", d->detail);
        else if (d->kind == LAB_RECORD_SPACE)
            printf("  %-28s %s\n", d->name,
                   lab_build_exists(d->detail) ? d->detail : "its namespace is gone");
        else if (d->kind == LAB_RECORD_DAEMON)
            printf("  %-28s %s, pid %ld: %s\n", d->name, d->detail, (long)d->pid,
                   lab_process_runs(d) ? "runs" : "has ended");
    }
    lab_records_done(&r);
}

static int status_of(const struct lab_words *w, int argc, char *argv[])
{
    struct lab_names n = { .count = 0 };
    const char *said = argc ? argv[0] : w->name;
    if (argc > 1)
        return lab_wrong("unexpected word", argv[1]);
    lab_state_each(add_name, &n);
    unsigned found = 0;
    for (uint32_t i = 0; i < n.count; i++) {
        if (said && strcmp(said, n.name[i]) != 0)
            continue;
        print_lab(n.name[i]);
        found++;
    }
    if (found == 0)
        fputs(said ? "spanway: lab: there is none of this name\n" : "no lab is up\n",
              said ? stderr : stdout);
    return said && !found ? LAB_EXIT_FAILED : 0;
}

/* ---- inside ---------------------------------------------------------------------------------- */

/* Names are as in `status`, or as the network has them: "vpngw:0" is "vpngw.0". */
static bool is_called(const char *space, const char *word)
{
    size_t i = 0;
    for (; space[i] && word[i]; i++) {
        bool same = space[i] == word[i] || (space[i] == '.' && strchr(":/", word[i]));
        if (!same)
            return false;
    }
    return space[i] == word[i];
}

static int enter(const char *lab, const char *node)
{
    struct lab_records r;
    err_t err = lab_records_read(lab, &r);
    bool found = false;
    for (uint32_t i = 0; !err && !found && i < r.count; i++) {
        found = r.items[i].kind == LAB_RECORD_SPACE && is_called(r.items[i].name, node);
        if (found)
            err = lab_build_enter(r.items[i].detail);
    }
    lab_records_done(&r);
    if (found && err == 0)
        return 0;
    if (err == -ENOENT && !found)
        fprintf(stderr, "spanway: lab: there is no lab %s\n", lab);
    else if (err)
        fprintf(stderr, "spanway: lab: %s of lab %s: %s\n", node, lab, strerror(-err));
    else
        fprintf(stderr,
                "spanway: lab: lab %s has no \"%s\"; spanway lab status lists what it has\n", lab,
                node);
    return LAB_EXIT_FAILED;
}

static int become(char *const *argv)
{
    execvp(argv[0], argv);
    fprintf(stderr, "spanway: lab: %s: %s\n", argv[0], strerror(errno));
    return 127;
}

/* argv: NODE, "--", command */
static int run_inside(const struct lab_words *w, int argc, char *argv[])
{
    struct lab_names n;
    bool dashes = argc > 1 && strcmp(argv[1], "--") == 0;
    if (argc < 2 + dashes)
        return lab_wrong("a node and a command are wanted, as in `exec tky01 -- ip route`, after",
                         argc ? argv[0] : "exec");
    const char *lab = lab_which(w->name, &n);
    int status = lab ? enter(lab, argv[0]) : LAB_EXIT_FAILED;
    return status ? status : become(argv + 1 + dashes);
}

static int shell(const struct lab_words *w, int argc, char *argv[])
{
    struct lab_names n;
    char prompt[128], dir[LAB_PATH_MAX];
    const char *program = getenv("SHELL");
    if (argc != 1)
        return lab_wrong("one node is wanted after", "shell");
    const char *lab = lab_which(w->name, &n);
    int status = lab ? enter(lab, argv[0]) : LAB_EXIT_FAILED;
    if (status)
        return status;
    snprintf(prompt, sizeof(prompt), "%s.%s# ", lab, argv[0]);
    snprintf(dir, sizeof(dir), LAB_STATE_DIR "/%s", lab);
    setenv("PS1", prompt, 1);
    setenv("SPANWAY_LAB", dir, 1);
    char *const words[] = { (char *)(uintptr_t)(program && *program ? program : "/bin/sh"), NULL };
    return become(words);
}

/* ---- words ----------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    int (*run)(const struct lab_words *w, int argc, char *argv[]);
    bool has_command; /* options end at its first word: what follows is another program's */
} verbs[] = {
    { "up", up, false },
    { "down", down, false },
    { "run", run, false },
    { "status", status_of, false },
    { "exec", run_inside, true },
    { "shell", shell, false },
    { "graph", graph, false },
    { "fail", lab_verb_fail, false },
    { "heal", lab_verb_heal, false },
    { "impair", lab_verb_impair, false },
    { "capture", lab_verb_capture, false },
    { "trace", lab_verb_trace, false },
    { "hops", lab_verb_hops, false },
    { "drill", lab_verb_drill, false },
};

int lab_command(int argc, char *argv[])
{
    struct lab_words w = { 0 };
    int option;
    for (size_t i = 0; argc > 1 && i < ARRAY_LEN(verbs); i++) {
        if (strcmp(verbs[i].word, argv[1]) != 0)
            continue;
        optind = 0;
        while ((option = getopt_long(argc - 1, argv + 1, verbs[i].has_command ? "+" : "",
                                     lab_options, NULL)) != -1) {
            if (!take(&w, option))
                return LAB_EXIT_WRONG;
        }
        return verbs[i].run(&w, argc - 1 - optind, argv + 1 + optind);
    }
    return lab_wrong("up, down, run, status, exec, shell, graph, fail, heal, impair, capture, "
                     "trace, hops or drill is wanted after lab, not",
                     argc > 1 ? argv[1] : "nothing");
}
