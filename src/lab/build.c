#include "lab/build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/plan_print.h"
#include "lab/state.h"
#include "os/sysctl.h"

enum { WHY_MAX = 1024 };

/* ---- names ----------------------------------------------------------------------------------- */

/* The folder is a shared mount, so that names appear in every mount namespace. */
err_t lab_build_folder(void)
{
    if (mkdir(LAB_NETNS_DIR, 0755) != 0 && errno != EEXIST)
        return -errno;
    if (mount("", LAB_NETNS_DIR, "none", MS_SHARED | MS_REC, NULL) == 0)
        return 0;
    if (errno != EINVAL || mount(LAB_NETNS_DIR, LAB_NETNS_DIR, "none", MS_BIND | MS_REC, NULL) != 0)
        return -errno;
    return mount("", LAB_NETNS_DIR, "none", MS_SHARED | MS_REC, NULL) == 0 ? 0 : -errno;
}

static void path_of(char *path, const char *netns)
{
    snprintf(path, LAB_PATH_MAX, LAB_NETNS_DIR "/%s", netns);
}

bool lab_build_exists(const char *netns)
{
    char path[LAB_PATH_MAX];
    path_of(path, netns);
    return access(path, F_OK) == 0;
}

void lab_build_remove(const char *netns)
{
    char path[LAB_PATH_MAX];
    path_of(path, netns);
    umount2(path, MNT_DETACH);
    unlink(path);
}

err_t lab_build_enter(const char *netns)
{
    char path[LAB_PATH_MAX];
    path_of(path, netns);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    err_t err = setns(fd, CLONE_NEWNET) == 0 ? 0 : -errno;
    close(fd);
    return err;
}

static bool is_in(const char *pid, const struct stat *netns)
{
    char path[300];
    struct stat st;
    snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
    return stat(path, &st) == 0 && st.st_ino == netns->st_ino && st.st_dev == netns->st_dev;
}

unsigned lab_build_signal(const char *netns, int signal)
{
    char path[LAB_PATH_MAX];
    struct stat mine, own;
    unsigned n = 0;
    path_of(path, netns);
    /* A name without its mount is a file; the machine's own network is nobody's lab. */
    if (stat(path, &mine) != 0 || stat("/proc/self/ns/net", &own) != 0 ||
        mine.st_dev != own.st_dev || mine.st_ino == own.st_ino)
        return 0;
    DIR *d = opendir("/proc");
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (e->d_name[0] < '1' || e->d_name[0] > '9' || !is_in(e->d_name, &mine))
            continue;
        n++;
        kill((pid_t)atol(e->d_name), signal);
    }
    if (d)
        closedir(d);
    return n;
}

/* ---- children -------------------------------------------------------------------------------- */

/* A child starts with no signal blocked, whatever we wait for, and ends with its parent: it has our
 * lock, and nobody else may make what is being removed. */
static void be_child(void)
{
    sigset_t none;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

struct worker {
    pid_t pid;
    int words; /* what it says when it fails */
};

static err_t start(struct worker *w, const struct lab_plan *p, uint32_t first, uint32_t step,
                   bool (*work)(const struct lab_plan *p, uint32_t space, const char *dir),
                   const char *dir)
{
    int words[2];
    if (pipe2(words, O_CLOEXEC) != 0)
        return -errno;
    w->pid = fork();
    if (w->pid == 0) {
        be_child();
        dup2(words[1], STDERR_FILENO);
        bool fine = true;
        for (uint32_t i = first; fine && i < p->spaces.count; i += step)
            fine = work(p, i, dir);
        fflush(stderr);
        _exit(fine ? 0 : 1);
    }
    close(words[1]);
    w->words = words[0];
    if (w->pid > 0)
        return 0;
    close(words[0]);
    return -EAGAIN;
}

static err_t finish(struct worker *w, struct text *why)
{
    char buffer[WHY_MAX];
    size_t len = 0;
    int status = 0;
    for (;;) {
        char rest[256];
        bool room = len < sizeof(buffer);
        ssize_t n = read(w->words, room ? buffer + len : rest, room ? sizeof(buffer) - len : 256);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += room ? (size_t)n : 0;
    }
    close(w->words);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (status == 0)
        return 0;
    if (why->len == 0)
        text_bytes(why, buffer, len);
    return -EPROTO;
}

static err_t on_all(const struct lab_plan *p,
                    bool (*work)(const struct lab_plan *p, uint32_t space, const char *dir),
                    const char *dir, struct text *why)
{
    struct worker workers[LAB_BUILD_WORKERS];
    uint32_t n = 0, want = MIN((uint32_t)LAB_BUILD_WORKERS, p->spaces.count);
    err_t err = 0;
    for (uint32_t i = 0; !err && i < want; i++) {
        err = start(&workers[i], p, i, want, work, dir);
        n += err == 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        err_t one = finish(&workers[i], why);
        err = err ? err : one;
    }
    return err;
}

/* ---- making ---------------------------------------------------------------------------------- */

static bool is_of_ipv6(const char *path)
{
    return strncmp(path, "net/ipv6/", 9) == 0;
}

static bool set_all(const char *space, const struct lab_sysctl *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        err_t err = os_sysctl_set(v[i].path, v[i].value, NULL);
        if (err == 0 || (err == -ENOENT && is_of_ipv6(v[i].path))) /* a kernel without it */
            continue;
        fprintf(stderr, "%s: %s: %s\n", space, v[i].path, strerror(-err));
        return false;
    }
    return true;
}

static bool make_space(const struct lab_plan *p, uint32_t space, const char *dir)
{
    (void)dir;
    const struct lab_space *s = &p->spaces.items[space];
    char path[LAB_PATH_MAX];
    path_of(path, s->netns);
    int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
    if (fd < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    close(fd);
    if (unshare(CLONE_NEWNET) != 0 ||
        mount("/proc/self/ns/net", path, "none", MS_BIND, NULL) != 0) {
        fprintf(stderr, "%s: a network namespace cannot be made: %s\n", s->name, strerror(errno));
        return false;
    }
    return set_all(s->name, s->sysctls.items, s->sysctls.count);
}

err_t lab_build_spaces(const struct lab_plan *p, struct text *why)
{
    return on_all(p, make_space, NULL, why);
}

/* ---- setting up ------------------------------------------------------------------------------ */

static void write_piece(void *context, const char *bytes, size_t n)
{
    fwrite(bytes, 1, n, context);
}

static FILE *open_file(const char *dir, const char *name, const char *suffix)
{
    char path[LAB_PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix);
    if (n < 0 || (size_t)n >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return fopen(path, "we");
}

static err_t write_space(const struct lab_plan *p, uint32_t i, const char *dir)
{
    const struct lab_space *s = &p->spaces.items[i];
    FILE *f = open_file(dir, s->name, ".ip");
    if (!f)
        return -errno;
    lab_print_setup(p, i, write_piece, f);
    if (fclose(f) != 0)
        return -errno;
    f = s->nft ? open_file(dir, s->name, ".nft") : NULL;
    if (f)
        fputs(s->nft, f);
    return s->nft && (!f || fclose(f) != 0) ? -errno : 0;
}

err_t lab_build_write(const struct lab_plan *p, const char *dir)
{
    FILE *f = open_file(dir, "cables", "");
    if (!f)
        return -errno;
    lab_print_cables(p, write_piece, f);
    err_t err = fclose(f) == 0 ? 0 : -errno;
    for (uint32_t i = 0; !err && i < p->spaces.count; i++)
        err = write_space(p, i, dir);
    return err;
}

/* Runs a program of the child's; its words go to the child's standard error. */
static bool run(const char *const *argv)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        be_child();
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && status == 0;
}

static bool set_up(const struct lab_plan *p, uint32_t space, const char *dir)
{
    const struct lab_space *s = &p->spaces.items[space];
    char ip[LAB_PATH_MAX], nft[LAB_PATH_MAX];
    snprintf(ip, sizeof(ip), "%s/%s.ip", dir, s->name);
    snprintf(nft, sizeof(nft), "%s/%s.nft", dir, s->name);
    const char *const ip_words[] = { "ip", "-batch", ip, NULL };
    const char *const nft_words[] = { "nft", "-f", nft, NULL };
    err_t err = lab_build_enter(s->netns);
    if (err != 0) {
        fprintf(stderr, "%s: %s\n", s->netns, strerror(-err));
        return false;
    }
    if (set_all(s->name, s->late.items, s->late.count) && run(ip_words) &&
        (!s->nft || run(nft_words)))
        return true;
    fprintf(stderr, "setting up %s failed: what was wanted is in %s\n", s->name, ip);
    return false;
}

static bool make_cables(const struct lab_plan *p, uint32_t space, const char *dir)
{
    char path[LAB_PATH_MAX];
    snprintf(path, sizeof(path), "%s/cables", dir);
    const char *const words[] = { "ip", "-batch", path, NULL };
    (void)p;
    return space != 0 || run(words);
}

err_t lab_build_setup(const struct lab_plan *p, const char *dir, struct text *why)
{
    struct worker w;
    if (p->spaces.count == 0)
        return 0;
    err_t err = start(&w, p, 0, p->spaces.count, make_cables, dir);
    err = err ? err : finish(&w, why);
    return err ? err : on_all(p, set_up, dir, why);
}
