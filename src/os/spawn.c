#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Copies are made above this number first, so that no target of dup2() is still needed. */
enum { SPAWN_SAFE_FD = SPAWN_FIRST_FD + SPAWN_FDS_MAX, SPAWN_ENVIRONMENT_MAX = 8 };

/* In the child, where only async-signal-safe calls are right. */
static void become(const struct spawn_params *p, char *const argv[], char *const environment[])
{
    int safe[SPAWN_FDS_MAX];
    for (size_t i = 0; i < p->fd_count; i++) {
        safe[i] = fcntl(p->fds[i], F_DUPFD, SPAWN_SAFE_FD);
        if (safe[i] < 0)
            _exit(127);
    }
    for (size_t i = 0; i < p->fd_count; i++)
        if (dup2(safe[i], SPAWN_FIRST_FD + (int)i) < 0)
            _exit(127);
    syscall(SYS_close_range, (unsigned)SPAWN_FIRST_FD + (unsigned)p->fd_count, ~0U, 0);

    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve("/proc/self/exe", argv, environment);
    _exit(127);
}

/* What a process without secrets needs to know of its surroundings: where its log goes, its time
 * zone, and how a sanitizer that was built in behaves. */
static bool is_harmless(const char *variable)
{
    static const char *const names[] = { "JOURNAL_STREAM", "TZ",           "ASAN_OPTIONS",
                                         "UBSAN_OPTIONS",  "LSAN_OPTIONS", "TSAN_OPTIONS" };
    size_t n = strcspn(variable, "=");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strlen(names[i]) == n && memcmp(names[i], variable, n) == 0)
            return true;
    return false;
}

static void pick_environment(char **ret_picked)
{
    size_t n = 0;
    for (char **v = environ; v && *v && n < SPAWN_ENVIRONMENT_MAX; v++)
        if (is_harmless(*v))
            ret_picked[n++] = *v;
    ret_picked[n] = NULL;
}

err_t spawn_role(const struct spawn_params *p, struct spawn_child *ret_child)
{
    assert(p->fd_count <= SPAWN_FDS_MAX && p->arg_count < SPAWN_ARGS_MAX);
    char *argv[SPAWN_ARGS_MAX + 2] = { (char *)(uintptr_t)p->name };
    for (size_t i = 0; i < p->arg_count; i++)
        argv[i + 1] = (char *)(uintptr_t)p->args[i];
    char *picked[SPAWN_ENVIRONMENT_MAX + 1];
    pick_environment(picked);
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        become(p, argv, p->whole_environment ? environ : picked);
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0) {
        err_t rc = -errno;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return rc;
    }
    *ret_child = (struct spawn_child){ .pid = pid, .pidfd = pidfd };
    return 0;
}

err_t spawn_reap(struct spawn_child *c, struct spawn_end *ret_end)
{
    siginfo_t info = { 0 };
    if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG) != 0)
        return -errno;
    if (info.si_pid == 0)
        return -EAGAIN;
    ret_end->by_signal = info.si_code != CLD_EXITED;
    ret_end->code = info.si_status;
    close(c->pidfd);
    c->pidfd = -1;
    c->pid = 0;
    return 0;
}

void spawn_signal(const struct spawn_child *c, int signal)
{
    if (c->pid > 0)
        syscall(SYS_pidfd_send_signal, c->pidfd, signal, NULL, 0);
}

void spawn_end_text(const struct spawn_end *end, char *buf, size_t n)
{
    if (!end->by_signal)
        snprintf(buf, n, "exit status %d%s", end->code,
                 end->code == 127 ? ": it could not be executed" : "");
    else
        snprintf(buf, n, "signal %d (%s)%s", end->code, strsignal(end->code),
                 end->code == SIGSYS ? ": a system call that its sandbox forbids" : "");
}
