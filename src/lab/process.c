#include "lab/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/cli.h"
#include "lab/build.h"
#include "lab/plan_print.h"

enum { ARGS_MAX = 24, MAP_BYTES = 8192, LOG_TAIL = 600 };

/* ---- programs -------------------------------------------------------------------------------- */

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

static bool beside_us(const char *relative, char *ret)
{
    char self[LAB_PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n <= 0)
        return false;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    if (!slash)
        return false;
    *slash = '\0';
    int len = snprintf(ret, LAB_PATH_MAX, "%s/%s", self, relative);
    return len > 0 && len < LAB_PATH_MAX && is_program(ret);
}

static bool in_path(const char *name, char *ret)
{
    const char *path = getenv("PATH");
    char all[4096];
    int n = snprintf(all, sizeof(all), "%s:/usr/sbin:/sbin:/usr/bin:/bin", path ? path : "");
    if (n < 0 || (size_t)n >= sizeof(all))
        return false;
    char *rest = all;
    for (char *dir = strsep(&rest, ":"); dir; dir = strsep(&rest, ":")) {
        n = snprintf(ret, LAB_PATH_MAX, "%s/%s", dir, name);
        if (dir[0] == '/' && n > 0 && n < LAB_PATH_MAX && is_program(ret))
            return true;
    }
    ret[0] = '\0';
    return false;
}

static void lacks(struct text *why, const char *program, const char *package)
{
    text_str(why, why->len ? "\n" : "");
    text_str(why, program);
    text_str(why, " is missing; apt install ");
    text_str(why, package);
}

static bool has_kind(const struct lab_plan *p, enum lab_daemon_kind kind)
{
    for (uint32_t i = 0; i < p->daemons.count; i++) {
        if (p->daemons.items[i].kind == kind)
            return true;
    }
    return false;
}

static void find_frr(struct lab_programs *ret, struct text *why)
{
    static const char *const names[] = { "zebra", "staticd", "bgpd" };
    char *const paths[] = { ret->zebra, ret->staticd, ret->bgpd };
    const struct passwd *user = getpwnam("frr");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(paths[i], LAB_PATH_MAX, "/usr/lib/frr/%s", names[i]);
        if (!is_program(paths[i]) || !user) {
            lacks(why, names[i], "frr");
            return;
        }
    }
    ret->frr_uid = user->pw_uid;
    ret->frr_gid = user->pw_gid;
}

bool lab_programs_find(const struct lab_plan *p, struct lab_programs *ret, struct text *why)
{
    char path[LAB_PATH_MAX];
    *ret = (struct lab_programs){ .spanwayd = "" };
    if (!in_path("ip", path))
        lacks(why, "ip", "iproute2");
    if (!in_path("nft", path))
        lacks(why, "nft", "nftables");
    if (has_kind(p, LAB_FRR))
        find_frr(ret, why);
    if (!has_kind(p, LAB_SPANWAYD) || beside_us("spanwayd", ret->spanwayd) ||
        beside_us("../sbin/spanwayd", ret->spanwayd) || in_path("spanwayd", ret->spanwayd))
        return why->len == 0;
    text_str(why, "spanwayd is neither beside this program nor in PATH");
    return false;
}

/* ---- files ----------------------------------------------------------------------------------- */

static const char *name_of(const struct lab_plan *p, const struct lab_daemon *d)
{
    return p->spaces.items[d->space].name;
}

static err_t write_file(const struct lab_state *s, const char *name, const char *suffix,
                        const char *bytes, size_t n)
{
    char path[LAB_PATH_MAX];
    snprintf(path, sizeof(path), "conf/%s%s", name, suffix);
    int fd = openat(s->folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    size_t done = 0;
    while (done < n) {
        ssize_t one = write(fd, bytes + done, n - done);
        if (one < 0 && errno != EINTR)
            break;
        done += one > 0 ? (size_t)one : 0;
    }
    return close(fd) == 0 && done == n ? 0 : -EIO;
}

/* What was copied from a terminal begins with a prompt and a greeting, which FRR takes for wrong
 * commands; spanwayd passes over them. */
static void skip_greeting(const char **text, size_t *n)
{
    while (*n && **text != '!' && strncmp(*text, "frr ", MIN(*n, (size_t)4)) != 0) {
        const char *end = memchr(*text, '\n', *n);
        size_t line = end ? (size_t)(end - *text) + 1 : *n;
        *text += line;
        *n -= line;
    }
}

static err_t write_config(struct lab_running *r, const struct lab_daemon *d)
{
    const char *name = name_of(r->plan, d), *text = d->config;
    char path[LAB_PATH_MAX];
    size_t n = d->config_len;
    if (d->kind == LAB_FRR)
        skip_greeting(&text, &n);
    err_t err = write_file(r->state, name, "", text, n);
    if (!err && d->iptables)
        err = write_file(r->state, name, ".iptables", d->iptables, strlen(d->iptables));
    snprintf(path, sizeof(path), "run/%s", name);
    if (!err && mkdirat(r->state->folder, path, 0755) != 0)
        err = -errno;
    if (err || d->kind != LAB_FRR)
        return err;
    const struct lab_programs *g = r->programs;
    err = fchownat(r->state->folder, path, g->frr_uid, g->frr_gid, 0) == 0 ? 0 : -errno;
    snprintf(path, sizeof(path), "conf/%s", name);
    return err                                                                ? err
           : fchownat(r->state->folder, path, g->frr_uid, g->frr_gid, 0) == 0 ? 0
                                                                              : -errno;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* A command line; its own texts are in one buffer. */
struct words {
    const char *v[ARGS_MAX + 1];
    size_t n;
    char conf[LAB_PATH_MAX], more[LAB_PATH_MAX], run[LAB_PATH_MAX], socket[LAB_PATH_MAX],
        pid[LAB_PATH_MAX], map[MAP_BYTES];
};

static void word(struct words *w, const char *s)
{
    assert(w->n < ARGS_MAX);
    w->v[w->n++] = s;
    w->v[w->n] = NULL;
}

static void put_path(char *to, const char *dir, const char *folder, const char *name,
                     const char *rest)
{
    struct text t = text_init(to, LAB_PATH_MAX);
    text_str(&t, dir);
    text_str(&t, folder);
    text_str(&t, name);
    text_str(&t, rest);
}

static bool spanwayd_words(const struct lab_running *r, const struct lab_daemon *d, struct words *w)
{
    struct text map = text_init(w->map, sizeof(w->map));
    for (uint32_t i = 0; i < d->map.count; i++) {
        text_str(&map, i ? "," : "");
        text_str(&map, d->map.items[i].device);
        text_char(&map, '=');
        text_str(&map, d->map.items[i].dev);
    }
    put_path(w->more, r->state->dir, "/conf/", name_of(r->plan, d), ".iptables");
    word(w, r->programs->spanwayd);
    word(w, "-f");
    word(w, w->conf);
    if (d->iptables) {
        word(w, "-f");
        word(w, w->more);
    }
    if (d->dialect != DIALECT_UNKNOWN) {
        word(w, "--dialect");
        word(w, d->dialect == DIALECT_IOS ? "ios" : "frr");
    }
    word(w, "--run-dir");
    word(w, w->run);
    if (map.len) {
        word(w, "--interface-map");
        word(w, w->map);
    }
    return !map.cut;
}

static const char *part_name(const struct lab_daemon *d, uint32_t part)
{
    static const char *const frr[] = { "zebra", "staticd", "bgpd" };
    if (d->kind == LAB_FRR)
        return part < 2 || d->bgpd ? frr[part] : NULL;
    return part == 0 ? lab_daemon_kind_name(d->kind) : NULL;
}

static bool frr_words(const struct lab_running *r, const struct lab_daemon *d, uint32_t part,
                      struct words *w)
{
    const char *const paths[] = { r->programs->zebra, r->programs->staticd, r->programs->bgpd };
    put_path(w->socket, w->run, "/zserv.api", "", "");
    put_path(w->pid, w->run, "/", part_name(d, part), ".pid");
    const char *const all[] = { paths[part], "-f",      w->conf, "--vty_socket", w->run,
                                "-z",        w->socket, "-i",    w->pid,         "-u",
                                "frr",       "-g",      "frr",   "-P",           "0" };
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        word(w, all[i]);
    return true;
}

/* ---- starting -------------------------------------------------------------------------------- */

static void be_daemon(const struct lab_running *r, const struct lab_daemon *d,
                      const struct words *w, int gate)
{
    char log[LAB_PATH_MAX], go;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    put_path(log, r->state->dir, "/log/", name_of(r->plan, d), "");
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    /* Nothing runs that is not in the journal: without a word from there this is the end. */
    if (out < 0 || in < 0 || read(gate, &go, 1) != 1)
        _exit(127);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    setsid();
    if (lab_build_enter(r->plan->spaces.items[d->space].netns) == 0)
        execv(w->v[0], (char *const *)(uintptr_t)w->v);
    fprintf(stderr, "%s: %s\n", w->v[0], strerror(errno));
    _exit(127);
}

static err_t start_part(struct lab_running *r, uint32_t i, uint32_t part)
{
    const struct lab_daemon *d = &r->plan->daemons.items[i];
    struct lab_record record = { .kind = LAB_RECORD_DAEMON };
    struct words w;
    int gate[2];
    memset(&w, 0, sizeof(w));
    put_path(w.conf, r->state->dir, "/conf/", name_of(r->plan, d), "");
    put_path(w.run, r->state->dir, "/run/", name_of(r->plan, d), "");
    bool fits = d->kind == LAB_FRR ? frr_words(r, d, part, &w) : spanwayd_words(r, d, &w);
    if (!fits)
        return -E2BIG;
    if (pipe2(gate, O_CLOEXEC) != 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[1]);
        be_daemon(r, d, &w, gate[0]);
    }
    close(gate[0]);
    err_t err = pid < 0 ? -EAGAIN : 0;
    record.pid = pid;
    record.start = pid > 0 ? lab_process_start(pid) : 0;
    snprintf(record.name, sizeof(record.name), "%s", name_of(r->plan, d));
    snprintf(record.detail, sizeof(record.detail), "%s", part_name(d, part));
    err = err ? err : lab_state_note(r->state, &record);
    if (!err && write(gate[1], "g", 1) != 1)
        err = -EPIPE;
    close(gate[1]);
    r->parts[i * LAB_PARTS_MAX + part].pid = pid > 0 ? pid : 0;
    return err;
}

err_t lab_daemons_start(struct lab_running *r, struct text *why)
{
    const struct lab_plan *p = r->plan;
    r->parts = arena_alloc(p->arena, (p->daemons.count + 1) * LAB_PARTS_MAX * sizeof(*r->parts));
    err_t err = r->parts ? 0 : -ENOMEM;
    for (uint32_t i = 0; !err && i < p->daemons.count; i++) {
        err = write_config(r, &p->daemons.items[i]);
        err = err ? err : start_part(r, i, 0);
        if (err) {
            text_str(why, name_of(p, &p->daemons.items[i]));
            text_str(why, ": cannot be started: ");
            text_str(why, strerror(-err));
        }
    }
    return err;
}

/* ---- waiting --------------------------------------------------------------------------------- */

static void add_tail(const struct lab_running *r, const struct lab_daemon *d, struct text *why)
{
    char path[LAB_PATH_MAX], tail[LOG_TAIL];
    put_path(path, r->state->dir, "/log/", name_of(r->plan, d), "");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    ssize_t n = size > 0 ? pread(fd, tail, sizeof(tail), MAX(size - (off_t)sizeof(tail), (off_t)0))
                         : 0;
    if (fd >= 0)
        close(fd);
    if (n <= 0) {
        text_str(why, "; its log is empty\n");
        return;
    }
    text_str(why, "; its log ends with:\n");
    text_bytes(why, tail, (size_t)n);
}

static bool takes_connections(const struct lab_running *r, const struct lab_daemon *d,
                              const char *name)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int n = snprintf(to.sun_path, sizeof(to.sun_path), "%s/run/%s/%s", r->state->dir,
                     name_of(r->plan, d), name);
    int fd = n > 0 && (size_t)n < sizeof(to.sun_path)
                 ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)
                 : -1;
    bool fine = fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;
    if (fd >= 0)
        close(fd);
    return fine;
}

static bool answers(const struct lab_running *r, const struct lab_daemon *d, uint32_t part)
{
    char dir[LAB_PATH_MAX];
    const struct ctl_request ask = { .line = "show version" };
    int fd, status = 1;
    if (d->kind == LAB_FRR) {
        static const char *const sockets[] = { "zserv.api", "staticd.vty", "bgpd.vty" };
        return takes_connections(r, d, sockets[part]);
    }
    put_path(dir, r->state->dir, "/run/", name_of(r->plan, d), "");
    if (cli_connect(dir, &fd) != 0)
        return false;
    FILE *nowhere = fopen("/dev/null", "we");
    err_t err = nowhere ? cli_run(fd, &ask, nowhere, &status) : -errno;
    if (nowhere)
        fclose(nowhere);
    close(fd);
    return err == 0 && status == 0;
}

static bool has_ended(struct lab_process *q)
{
    int status;
    if (!q->ended && q->pid > 0 && waitpid(q->pid, &status, WNOHANG) == q->pid)
        q->ended = true;
    return q->ended;
}

/* One daemon: its processes come one after the other, as FRR's talk to zebra. */
static err_t poll_daemon(struct lab_running *r, uint32_t i, struct text *why)
{
    const struct lab_daemon *d = &r->plan->daemons.items[i];
    for (uint32_t part = 0; part < LAB_PARTS_MAX && part_name(d, part); part++) {
        struct lab_process *q = &r->parts[i * LAB_PARTS_MAX + part];
        if (q->answers)
            continue;
        err_t err = q->pid ? 0 : start_part(r, i, part);
        if (err)
            return err;
        if (has_ended(q)) {
            text_str(why, name_of(r->plan, d));
            text_str(why, ": ");
            text_str(why, part_name(d, part));
            text_str(why, " has ended");
            add_tail(r, d, why);
            return -ECHILD;
        }
        q->answers = answers(r, d, part);
        if (!q->answers)
            return -EAGAIN;
    }
    return 0;
}

err_t lab_daemons_poll(struct lab_running *r, struct text *why)
{
    err_t all = 0;
    for (uint32_t i = 0; i < r->plan->daemons.count; i++) {
        err_t one = poll_daemon(r, i, why);
        if (one && one != -EAGAIN)
            return one;
        all = all ? all : one;
    }
    return all;
}

void lab_daemons_late(const struct lab_running *r, struct text *why)
{
    for (uint32_t i = 0; i < r->plan->daemons.count; i++) {
        const struct lab_daemon *d = &r->plan->daemons.items[i];
        for (uint32_t part = 0; part < LAB_PARTS_MAX && part_name(d, part); part++) {
            if (r->parts[i * LAB_PARTS_MAX + part].answers)
                continue;
            text_str(why, name_of(r->plan, d));
            text_str(why, ": ");
            text_str(why, part_name(d, part));
            text_str(why, " does not answer");
            add_tail(r, d, why);
            break;
        }
    }
}
