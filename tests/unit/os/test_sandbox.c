/* os/sandbox.h: each case runs in a child, which enters the sandbox of a role and then tries
 * something. Needs root for the user and the capabilities; without, those parts are passed over. */
#include "os/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"

static bool try_nothing(void) { return true; }
static bool try_open(void) { return open("/etc/passwd", O_RDONLY) >= 0; }
static bool try_exec(void) { return execl("/bin/true", "true", (char *)NULL) == 0; }
static bool try_fork(void) { return fork() >= 0; }
static bool try_packet_socket(void) { return socket(AF_PACKET, SOCK_RAW, 0) >= 0; }
static bool try_udp_socket(void) { return socket(AF_INET, SOCK_DGRAM, 0) >= 0; }
static bool try_tcp_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }
static bool try_epoll(void) { return epoll_create1(0) >= 0; }
static bool try_memory(void)
{
    char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && (p[1] = 1) && munmap(p, 65536) == 0;
}
static bool try_executable_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}
static bool try_ptrace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0; }
static bool try_root_again(void) { return setuid(0) == 0; }
static bool try_admin(void) { return sandbox_can_net_admin(); }
static bool try_gain(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0; }

enum verdict { WORKS, FAILS, KILLED };

static const struct sandbox_case {
    const char *name;
    enum sandbox_role role;
    bool filter;
    bool (*attempt)(void);
    enum verdict want;
} cases[] = {
    { "core works", SANDBOX_CORE, true, try_nothing, WORKS },
    { "core may make TCP sockets", SANDBOX_CORE, true, try_tcp_socket, WORKS },
    { "core may wait for events", SANDBOX_CORE, true, try_epoll, WORKS },
    { "core may have memory", SANDBOX_CORE, true, try_memory, WORKS },
    { "core may not have executable memory", SANDBOX_CORE, true, try_executable_memory, FAILS },
    { "core may not open files", SANDBOX_CORE, true, try_open, KILLED },
    { "core may not execute programs", SANDBOX_CORE, true, try_exec, KILLED },
    { "core may not fork", SANDBOX_CORE, true, try_fork, KILLED },
    { "core may not make packet sockets", SANDBOX_CORE, true, try_packet_socket, KILLED },
    { "core may not make UDP sockets", SANDBOX_CORE, true, try_udp_socket, KILLED },
    { "conf works", SANDBOX_CONF, true, try_memory, WORKS },
    { "conf may not open files", SANDBOX_CONF, true, try_open, KILLED },
    { "conf may not make sockets", SANDBOX_CONF, true, try_tcp_socket, KILLED },
    { "ctl works", SANDBOX_CTL, true, try_epoll, WORKS },
    { "ctl may not make sockets", SANDBOX_CTL, true, try_tcp_socket, KILLED },
    { "ctl may not open files", SANDBOX_CTL, true, try_open, KILLED },
    { "priv may open files", SANDBOX_PRIV, true, try_open, WORKS },
    { "priv may fork", SANDBOX_PRIV, true, try_fork, WORKS },
    { "priv may not trace", SANDBOX_PRIV, true, try_ptrace, KILLED },
    { "core does not become root again", SANDBOX_CORE, false, try_root_again, FAILS },
    { "core has no capability", SANDBOX_CORE, false, try_admin, FAILS },
    { "nobody gains privileges", SANDBOX_PRIV, false, try_gain, FAILS },
};

static enum verdict run_case(const struct sandbox_case *c)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct sandbox_params p = { .role = c->role, .filter = c->filter };
        struct sandbox_result r;
        if (geteuid() == 0 && sandbox_user(&p.uid, &p.gid) && c->role == SANDBOX_PRIV)
            p.uid = p.gid = 0;
        if (sandbox_enter(&p, &r) != 0 || (c->filter && !r.filtered))
            _exit(9);
        _exit(c->attempt() ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGSYS ? KILLED : FAILS;
    if (WEXITSTATUS(status) == 9)
        fail_msg("%s: the sandbox could not be entered", c->name);
    return WEXITSTATUS(status) == 0 ? WORKS : FAILS;
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        /* Built with sanitizers there is no filter to test. */
        if (cases[i].filter && !sandbox_has_filter())
            continue;
        if (!cases[i].filter && geteuid() != 0)
            continue;
        CLAIM(cases[i].name, run_case(&cases[i]) == cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
