#include "lab/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/agent.h"
#include "lab/netns.h"
#include "lab/responder.h"
#include "lab/state.h"

enum { START_DEADLINE_MS = 30000, READY_FD = 3 };

struct keeper {
    const struct lab_plan *plan;
    struct loop *loop;
    struct lab_agent *agent;
    struct lab_responder *responder;
    bool ends;
};

static void say(const char *what)
{
    fprintf(stderr, "keeper: %s\n", what);
    fflush(stderr);
}

/* ---- hosts ----------------------------------------------------------------------------------- */

/* Ports that are asked for by somebody's expectation, and those that people try first. */
static uint32_t ports_of(const struct topo *t, uint16_t *ret, uint32_t max)
{
    static const uint16_t usual[] = { 7, 22, 80, 443, LAB_THROUGHPUT_PORT };
    uint32_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        ret[n++] = usual[i];
    for (uint32_t i = 0; i < t->expect.reach.count && n < max; i++) {
        const char *service = t->expect.reach.items[i].service;
        unsigned long port =
            service && strncmp(service, "tcp/", 4) == 0 ? strtoul(service + 4, NULL, 10) : 0;
        bool known = port == 0 || port > UINT16_MAX;
        for (uint32_t k = 0; !known && k < n; k++)
            known = ret[k] == port;
        if (!known)
            ret[n++] = (uint16_t)port;
    }
    return n;
}

/* Who has a daemon answers too: it may be the target of a question. */
static bool answers(const struct keeper *k, const struct lab_space *s)
{
    if (s->kind != LAB_SPACE_NODE)
        return false;
    enum net_node_kind kind = k->plan->design->net.nodes.items[s->node].kind;
    return kind == NET_HOST || kind == NET_ROUTER;
}

static err_t listen_in(struct keeper *k, const struct lab_space *s, const uint16_t *ports,
                       uint32_t n)
{
    struct lab_netns netns;
    err_t rc = lab_netns_open(s->netns, &netns);
    if (rc != 0)
        return rc;
    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        rc = lab_responder_listen(k->responder, &netns, s->name, false, ports[i]);
        if (rc == -EADDRINUSE)
            rc = 0; /* a program of the user's */
    }
    if (rc == 0)
        rc = lab_responder_listen(k->responder, &netns, s->name, true, 7);
    lab_netns_close(&netns);
    return rc;
}

static err_t listen_everywhere(struct keeper *k)
{
    enum { PORTS_MAX = 64 };
    uint16_t ports[PORTS_MAX];
    uint32_t n = ports_of(k->plan->design->topo, ports, PORTS_MAX);
    err_t rc = 0;
    for (uint32_t i = 0; rc == 0 && i < k->plan->spaces.count; i++) {
        if (answers(k, &k->plan->spaces.items[i]))
            rc = listen_in(k, &k->plan->spaces.items[i], ports, n);
    }
    return rc;
}

/* ---- the loop -------------------------------------------------------------------------------- */

static void on_signal(void *owner, int signal)
{
    struct keeper *k = owner;
    (void)signal;
    k->ends = true;
}

static err_t begin(struct keeper *k, const char *state)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    k->loop = loop_new();
    k->responder = k->loop ? lab_responder_new(k->loop) : NULL;
    if (!k->responder)
        return -ENOMEM;
    err_t rc = loop_signals(k->loop, &set, on_signal, k);
    if (rc == 0)
        rc = lab_agent_new(k->plan, state, k->loop, &k->agent);
    return rc != 0 ? rc : listen_everywhere(k);
}

static void turn(struct keeper *k, ns_t until)
{
    char why[512];
    struct text t = text_init(why, sizeof(why));
    ns_t now = loop_turn(k->loop, until);
    lab_responder_advance(k->responder, now);
    lab_agent_tick(k->agent, now, &t);
    if (t.len)
        say(t.s);
}

/* The first look is done when `ready` is told. */
static int run(struct keeper *k, const char *state, int ready)
{
    err_t rc = begin(k, state);
    if (rc != 0) {
        say(strerror(-rc));
        return 1;
    }
    turn(k, 0);
    if (write(ready, "r", 1) != 1)
        return 1;
    close(ready);
    while (!k->ends)
        turn(k, MIN(lab_agent_due(k->agent), lab_responder_deadline(k->responder)));
    lab_agent_free(k->agent);
    lab_responder_free(k->responder);
    loop_free(k->loop);
    return 0;
}

/* ---- starting -------------------------------------------------------------------------------- */

/* In the child: nothing of the terminal is kept. */
static void detach(const char *log)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    setsid();
    prctl(PR_SET_NAME, "lab-keeper");
    signal(SIGINT, SIG_DFL);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
    }
    if (out >= 0)
        dup2(out, STDERR_FILENO);
}

static void last_words(const char *log, struct text *ret_why)
{
    char line[256] = "";
    FILE *f = fopen(log, "re");
    while (f && fgets(line, sizeof(line), f))
        ;
    if (f)
        fclose(f);
    text_str(ret_why, *line ? line : "it said nothing");
}

static err_t wait_for(pid_t pid, int ready, const char *log, struct text *ret_why)
{
    struct pollfd p = { .fd = ready, .events = POLLIN };
    char word;
    int n;
    do
        n = poll(&p, 1, START_DEADLINE_MS);
    while (n < 0 && errno == EINTR);
    if (n == 1 && read(ready, &word, 1) == 1)
        return 0;
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    last_words(log, ret_why);
    return n == 0 ? -ETIMEDOUT : -EPIPE;
}

err_t lab_keeper_start(const struct lab_plan *p, const char *state, pid_t *ret_pid,
                       struct text *ret_why)
{
    char log[PATH_MAX];
    int ready[2];
    snprintf(log, sizeof(log), "%s/log/keeper", state);
    if (pipe2(ready, O_CLOEXEC) != 0)
        return -errno;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct keeper k = { .plan = p };
        detach(log);
        /* First it stands in the journal, then it lets go of the lab's lock, which our parent had:
         * whoever removes the lab finds it. */
        if (lab_state_note_self(state, "keeper") != 0)
            _exit(1);
        if (ready[1] != READY_FD)
            dup2(ready[1], READY_FD);
        close_range(READY_FD + 1, ~0U, 0);
        _exit(run(&k, state, READY_FD));
    }
    close(ready[1]);
    err_t rc = pid < 0 ? -errno : wait_for(pid, ready[0], log, ret_why);
    close(ready[0]);
    *ret_pid = pid;
    return rc;
}
