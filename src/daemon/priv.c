/* priv: set-up, the loop, and the end. */
#include "daemon/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/version.h"
#include "os/notify.h"

enum { PATH_BYTES = 108, CTL_BACKLOG = 128 };

static bool run_path(const struct priv *p, const char *name, char path[PATH_BYTES])
{
    int n = snprintf(path, PATH_BYTES, "%s/%s", p->options->run_dir, name);
    return n > 0 && n < PATH_BYTES;
}

/* One daemon a run directory: the lock is held as long as we live. */
static err_t take_lock(struct priv *p)
{
    char path[PATH_BYTES];
    if (!run_path(p, "spanway.lock", path))
        return -ENAMETOOLONG;
    if (mkdir(p->options->run_dir, 0755) != 0 && errno != EEXIST)
        return -errno;
    p->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (p->lock_fd < 0)
        return -errno;
    return flock(p->lock_fd, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
}

/* The operators' socket: root and the group "spanway", where there is one, may connect. */
static err_t open_socket(struct priv *p)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    if (!run_path(p, "spanway.sock", a.sun_path))
        return -ENAMETOOLONG;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    unlink(a.sun_path);
    mode_t old = umask(0117);
    int rc = bind(fd, (const struct sockaddr *)&a, sizeof(a));
    umask(old);
    if (rc != 0 || listen(fd, CTL_BACKLOG) != 0) {
        err_t error = -errno;
        close(fd);
        return error;
    }
    const struct group *g = getgrnam("spanway");
    if (g && chown(a.sun_path, (uid_t)-1, g->gr_gid) != 0)
        log_line(&p->log, LOG_LEVEL_WARNING, "%s: cannot be given to group spanway: %s", a.sun_path,
                 strerror(errno));
    p->socket_fd = fd;
    return 0;
}

static void on_signal(void *owner, int signal)
{
    struct priv *p = owner;
    if (signal == SIGHUP) {
        log_line(&p->log, LOG_LEVEL_INFO, "reload asked for by SIGHUP");
        priv_reload_start(p, false);
        return;
    }
    log_line(&p->log, LOG_LEVEL_INFO, "stopping: %s",
             signal == SIGTERM ? "SIGTERM" : "SIGINT");
    priv_stop(p);
}

static err_t take_signals(struct priv *p)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    return loop_signals(p->loop, &set, on_signal, p);
}

/* Thousands of sessions need as many descriptors; core inherits the limit. */
static void raise_limits(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

static void say_powers(struct priv *p)
{
    if (!sandbox_can_net_admin() && !p->options->no_kernel)
        log_line(&p->log, LOG_LEVEL_WARNING,
                 "without CAP_NET_ADMIN: routes, addresses, forwarding and NAT cannot be set in "
                 "the kernel; run as root, or with --no-kernel to say that this is meant");
    if (!sandbox_can_bind())
        log_line(&p->log, LOG_LEVEL_WARNING,
                 "without CAP_NET_BIND_SERVICE: TCP port %d cannot be opened, so peers cannot "
                 "connect to us",
                 PRIV_BGP_PORT);
}

static bool set_up(struct priv *p)
{
    err_t rc = take_lock(p);
    if (rc != 0) {
        log_line(&p->log, LOG_LEVEL_ERROR, "%s: %s", p->options->run_dir,
                 rc == -EWOULDBLOCK ? "another spanwayd runs there" : strerror(-rc));
        return false;
    }
    raise_limits();
    p->loop = loop_new();
    rc = p->loop ? take_signals(p) : -ENOMEM;
    if (rc == 0)
        rc = open_socket(p);
    if (rc != 0) {
        log_line(&p->log, LOG_LEVEL_ERROR, "cannot start in %s: %s", p->options->run_dir,
                 strerror(-rc));
        return false;
    }
    rc = priv_host_open(p);
    if (rc == 0)
        rc = priv_vxlan_open(p);
    if (rc != 0) {
        log_line(&p->log, LOG_LEVEL_ERROR, "netlink cannot be opened: %s", strerror(-rc));
        return false;
    }
    priv_xfrm_sweep(p);
    if (geteuid() != 0 || !sandbox_user(&p->uid, &p->gid))
        p->uid = p->gid = 0;
    say_powers(p);
    if (!priv_ipsec_key_log(p))
        return false;
    const struct sandbox_params sandbox = { .role = SANDBOX_PRIV,
                                            .filter = !p->options->no_sandbox };
    struct sandbox_result result;
    rc = sandbox_enter(&sandbox, &result);
    if (rc != 0) {
        log_line(&p->log, LOG_LEVEL_ERROR, "the sandbox cannot be entered: %s", strerror(-rc));
        return false;
    }
    return true;
}

void priv_send(struct priv_child *c, enum message kind, const void *bytes, size_t len, int fd)
{
    /* A process whose channel has gone is ending; its pidfd will say so. */
    if (!c->running || !c->channel.added) {
        if (fd >= 0)
            close(fd);
        return;
    }
    err_t rc = ipc_send(&c->ipc, (uint16_t)kind, bytes, len, fd);
    if (rc != 0 && rc != -EPIPE) {
        log_line(&c->priv->log, LOG_LEVEL_ERROR, "%s does not take messages: %s",
                 role_name(c->role), strerror(-rc));
        priv_fail(c->priv, 1);
    }
    loop_set(c->priv->loop, &c->channel,
             EPOLLIN | (ipc_has_output(&c->ipc) ? (uint32_t)EPOLLOUT : 0));
}

void priv_stop(struct priv *p)
{
    if (p->stopping)
        return;
    p->stopping = true;
    p->stop_deadline = loop_now(p->loop) + PRIV_STOP_S * NS_PER_S;
    p->ctl_at = NS_NEVER;
    notify_send("STOPPING=1\n");
    if (p->child[ROLE_CORE].running)
        priv_send(&p->child[ROLE_CORE], MSG_CORE_STOP, NULL, 0, -1);
    else
        p->done = true;
}

void priv_fail(struct priv *p, int status)
{
    p->status = status;
    p->done = true;
}

static ns_t next_deadline(const struct priv *p)
{
    ns_t at = NS_NEVER;
    if (p->stopping)
        at = MIN(at, p->stop_deadline);
    if (p->reload == RELOAD_READING)
        at = MIN(at, p->reload_deadline);
    if (p->listen)
        at = MIN(at, p->listen_at);
    return MIN(at, MIN(p->ipsec.retry_at, p->ctl_at));
}

static void run(struct priv *p)
{
    while (!p->done) {
        ns_t now = loop_turn(p->loop, next_deadline(p));
        if (p->stopping && now >= p->stop_deadline && !p->done) {
            log_line(&p->log, LOG_LEVEL_ERROR, "core did not stop within %d seconds", PRIV_STOP_S);
            priv_fail(p, 1);
        }
        if (p->reload == RELOAD_READING && now >= p->reload_deadline)
            priv_reload_failed(p, "reading the configuration took too long");
        if (p->listen && now >= p->listen_at)
            priv_listen_retry(p);
        if (now >= p->ipsec.retry_at)
            priv_ipsec_ports(p);
        if (now >= p->ctl_at && !p->stopping && !p->done)
            priv_ctl_again(p);
    }
}

static bool any_runs(const struct priv *p)
{
    for (int i = 0; i < PRIV_CHILDREN; i++)
        if (p->child[i].running)
            return true;
    return false;
}

/* Closed channels tell the children to end; who does not is killed. All are collected. */
static void end_children(struct priv *p)
{
    p->stopping = true;
    for (int i = 0; i < PRIV_CHILDREN; i++)
        if (p->child[i].running && p->child[i].channel.added) {
            loop_del(p->loop, &p->child[i].channel);
            ipc_done(&p->child[i].ipc);
        }
    ns_t kill_at = loop_now(p->loop) + 2 * NS_PER_S, give_up_at = kill_at + 3 * NS_PER_S;
    bool killed = false;
    while (any_runs(p)) {
        ns_t now = loop_turn(p->loop, killed ? give_up_at : kill_at);
        if (killed && now >= give_up_at)
            break;
        if (killed || now < kill_at)
            continue;
        for (int i = 0; i < PRIV_CHILDREN; i++)
            if (p->child[i].running)
                spawn_signal(&p->child[i].process, SIGKILL);
        killed = true;
    }
}

static void tear_down(struct priv *p)
{
    char path[PATH_BYTES];
    if (p->loop)
        end_children(p);
    for (int i = 0; i < PRIV_CHILDREN; i++)
        priv_child_done(&p->child[i]);
    priv_ipsec_done(p);
    priv_workers_done(p);
    devices_free(p->ipsec.tuns);
    priv_xfrm_leave(p);
    if (p->status == 0) {
        priv_vxlan_leave(p);
        priv_links_leave(p);
        priv_host_leave(p);
    }
    priv_links_done(p);
    priv_vxlan_close(p);
    priv_host_close(p);
    if (p->socket_fd >= 0) {
        close(p->socket_fd);
        if (run_path(p, "spanway.sock", path))
            unlink(path);
    }
    if (p->lock_fd >= 0)
        close(p->lock_fd);
    loop_free(p->loop);
}

int priv_main(const struct options *o)
{
    struct priv p = { .options = o,
                      .lock_fd = -1,
                      .socket_fd = -1,
                      .core_ctl_fd = -1,
                      .ctl_at = NS_NEVER,
                      .listeners = { { .family = IP_V4 }, { .family = IP_V6 } } };
    log_init(&p.log, "priv", o->log_level);
    priv_ipsec_init(&p);
    for (int i = 0; i < PRIV_CHILDREN; i++)
        p.child[i] = (struct priv_child){ .priv = &p,
                                          .role = (enum role)MIN(i, (int)ROLE_DATA),
                                          .number = (uint32_t)MAX(i - (int)ROLE_DATA, 0),
                                          .ipc.fd = -1 };
    p.status = 1;
    if (set_up(&p)) {
        log_line(&p.log, LOG_LEVEL_INFO, "spanwayd %s started, run directory %s", SPANWAY_VERSION,
                 o->run_dir);
        p.status = 0;
        priv_reload_start(&p, false);
        run(&p);
    }
    tear_down(&p);
    log_line(&p.log, LOG_LEVEL_INFO, "ended with status %d", p.status);
    return p.status;
}
