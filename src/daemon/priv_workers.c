/* priv: the workers of data: how many, what each of them has, and that one which ends starts again
 * while the others go on. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "daemon/priv.h"

enum {
    UNASKED_MAX = 8,    /* workers, where the configuration does not say how many */
    ENDS_WITHIN_S = 60, /* as many as are noted, within so long: something is wrong with all */
    SOCKETS = 4,
};

static struct priv_child *child_of(struct priv *p, uint32_t number)
{
    return &p->child[ROLE_DATA + number];
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void priv_workers_init(struct priv *p)
{
    p->ipsec.workers = 1;
    for (int i = 0; i < ESP_WORKERS_MAX; i++) {
        struct priv_worker *w = &p->ipsec.worker[i];
        for (int k = 0; k < SOCKETS; k++)
            w->sockets[k / 2][k % 2] = -1;
        w->inbox[0] = w->inbox[1] = -1;
    }
    for (size_t i = 0; i < ARRAY_LEN(p->ipsec.ended_at); i++)
        p->ipsec.ended_at[i] = NS_NEVER;
}

void priv_workers_done(struct priv *p)
{
    for (int i = 0; i < ESP_WORKERS_MAX; i++) {
        struct priv_worker *w = &p->ipsec.worker[i];
        for (int k = 0; k < SOCKETS; k++)
            close_one(&w->sockets[k / 2][k % 2]);
        close_one(&w->inbox[0]);
        close_one(&w->inbox[1]);
    }
    close_one(&p->ipsec.in_force);
}

/* The CPUs that we may run on, as a container may be given fewer than there are. */
static uint32_t cpus(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1; /* more than 1024 of them: unknown */
    return (uint32_t)MAX(CPU_COUNT(&set), 1);
}

/* With the kernel's IPsec nothing is encrypted here: one is enough. */
static uint32_t wanted(const struct workers_wish *w)
{
    if (w->kernel)
        return 1;
    if (w->workers)
        return w->workers;
    return MAX(MIN(MIN(cpus(), (uint32_t)UNASKED_MAX), w->tunnels), UINT32_C(1));
}

/* A copy, since the worker may end and its successor needs it. */
static void pass(struct priv *p, uint32_t to, enum message kind, const uint8_t *bytes, size_t len,
                 int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0)
        priv_send(child_of(p, to), kind, bytes, len, copy);
    else
        log_line(&p->log, LOG_LEVEL_ERROR, "%s does not get its %s: %s",
                 role_title(ROLE_DATA, to, p->ipsec.workers), messages[kind].name, strerror(errno));
}

static void pass_inboxes(struct priv *p, uint32_t to)
{
    for (uint8_t i = 0; p->ipsec.workers > 1 && i < p->ipsec.workers; i++)
        pass(p, to, MSG_DATA_INBOX, &i, 1, p->ipsec.worker[i].inbox[i != to]);
}

static void pass_socket(struct priv *p, uint32_t to, bool raw, bool v6)
{
    const uint8_t bytes[2] = { raw ? SOCKET_ESP_RAW : SOCKET_ESP_4500, v6 ? IP_V6 : IP_V4 };
    int fd = p->ipsec.worker[to].sockets[raw][v6];
    if (fd >= 0)
        pass(p, to, MSG_DATA_SOCKET, bytes, sizeof(bytes), fd);
}

void priv_worker_socket(struct priv *p, uint32_t number, enum ipsec_socket kind, uint8_t family,
                        int fd)
{
    bool raw = kind == SOCKET_ESP_RAW, v6 = family == IP_V6;
    assert(number < p->ipsec.workers && p->ipsec.worker[number].sockets[raw][v6] < 0);
    p->ipsec.worker[number].sockets[raw][v6] = fd;
    pass_socket(p, number, raw, v6);
}

/* The process, and the end of its channel that is ike's. */
static err_t start(struct priv *p, uint32_t number, int *ret_fd)
{
    int pair[2];
    err_t rc = ipc_pair(pair);
    if (rc != 0)
        return rc;
    rc = priv_start(p, ROLE_DATA, number, &pair[1], 1);
    close(pair[1]);
    if (rc != 0) {
        close(pair[0]);
        return rc;
    }
    *ret_fd = pair[0];
    return 0;
}

err_t priv_workers_start(struct priv *p, int ret_fds[ESP_WORKERS_MAX])
{
    uint32_t n = wanted(&p->ipsec.wished), started = 0;
    p->ipsec.workers = n;
    err_t rc = 0;
    for (uint32_t i = 0; rc == 0 && n > 1 && i < n; i++)
        rc = ipc_pair(p->ipsec.worker[i].inbox);
    while (rc == 0 && started < n) {
        rc = start(p, started, &ret_fds[started]);
        started += rc == 0;
    }
    if (rc != 0) {
        while (started > 0)
            close(ret_fds[--started]);
        return rc;
    }
    for (uint32_t i = 0; i < n; i++)
        pass_inboxes(p, i);
    if (n > 1)
        log_line(&p->log, LOG_LEVEL_INFO, "%u workers share the tunnels", n);
    return 0;
}

static void configure(struct priv *p, uint32_t number)
{
    pass(p, number, MSG_DATA_CONFIG, NULL, 0, p->ipsec.in_force);
}

void priv_workers_configure(struct priv *p)
{
    for (uint32_t i = 0; i < p->ipsec.workers; i++)
        configure(p, i);
}

void priv_workers_note(struct priv *p)
{
    const struct priv_ipsec *s = &p->ipsec;
    if (s->wished.workers && !s->wished.kernel && s->wished.workers != s->workers)
        log_line(&p->log, LOG_LEVEL_WARNING,
                 "platform ipsec workers %u is for the next start: %u share the tunnels until then "
                 "[WORKERS-LATER]",
                 s->wished.workers, s->workers);
}

/* Whether the oldest of the ends that are noted, this one included, is long ago. */
static bool may_again(struct priv_ipsec *s, ns_t now)
{
    ns_t *oldest = &s->ended_at[s->ends++ % ARRAY_LEN(s->ended_at)];
    bool fine = *oldest == NS_NEVER || now - *oldest >= ENDS_WITHIN_S * NS_PER_S;
    *oldest = now;
    return fine;
}

/* One alone has nothing that goes on without it; SAs in the kernel are known by who made them. */
bool priv_worker_again(struct priv_child *c)
{
    struct priv *p = c->priv;
    uint8_t number = (uint8_t)c->number;
    int fd;
    if (p->ipsec.workers == 1 || p->ipsec.wished.kernel || p->done || !p->child[ROLE_IKE].running ||
        !may_again(&p->ipsec, loop_now(p->loop)))
        return false;
    err_t rc = start(p, number, &fd);
    if (rc != 0) {
        log_line(&p->log, LOG_LEVEL_ERROR, "a worker cannot be started again: %s", strerror(-rc));
        return false;
    }
    pass_inboxes(p, number);
    for (int k = 0; k < SOCKETS; k++)
        pass_socket(p, number, k / 2, k % 2);
    configure(p, number);
    priv_send(&p->child[ROLE_IKE], MSG_IKE_WORKER, &number, 1, fd);
    return true;
}
