/* priv's children: starting them, hearing them, noticing their end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/priv.h"

/* Messages of one child handled in a turn, so that none starves the others. */
enum { MESSAGES_A_TURN = 64 };

/* A socket's buffer holds fewer: the end of the channel is reached before. */
enum { LAST_TURNS_MAX = 1024 };

static void channel_ready(struct loop_watch *w, uint32_t events)
{
    struct priv_child *c = container_of(w, struct priv_child, channel);
    struct priv *p = c->priv;
    (void)events;
    err_t rc = ipc_flush(&c->ipc);
    rc = rc == -EAGAIN ? 0 : rc;
    for (int i = 0; rc == 0 && i < MESSAGES_A_TURN && c->channel.added; i++) {
        struct ipc_message m;
        rc = ipc_receive(&c->ipc, &m);
        if (rc == 0)
            priv_message(c, &m);
    }
    if (!c->channel.added)
        return;
    if (rc == 0 || rc == -EAGAIN) {
        loop_set(p->loop, w, EPOLLIN | (ipc_has_output(&c->ipc) ? (uint32_t)EPOLLOUT : 0));
        return;
    }
    /* The channel is closed: the process is ending, and its pidfd will say how. */
    loop_del(p->loop, w);
    if (rc != -EPIPE) {
        log_line(&p->log, LOG_LEVEL_ERROR, "%s broke the rules of its channel (%s): ended",
                 role_name(c->role), strerror(-rc));
        spawn_signal(&c->process, SIGKILL);
    }
}

static void ended_ready(struct loop_watch *w, uint32_t events)
{
    struct priv_child *c = container_of(w, struct priv_child, ended);
    (void)events;
    struct spawn_end end;
    /* What it said before it ended counts, all of it. */
    for (int i = 0; i < LAST_TURNS_MAX && c->channel.added; i++)
        channel_ready(&c->channel, EPOLLIN);
    loop_del(c->priv->loop, &c->ended);
    if (spawn_reap(&c->process, &end) != 0)
        end = (struct spawn_end){ .code = -1 };
    c->running = false;
    if (c->channel.added)
        loop_del(c->priv->loop, &c->channel);
    priv_child_ended(c, &end);
}

void priv_child_done(struct priv_child *c)
{
    loop_del(c->priv->loop, &c->channel);
    loop_del(c->priv->loop, &c->ended);
    ipc_done(&c->ipc);
}

static err_t watch_child(struct priv_child *c, int fd)
{
    err_t rc = ipc_init(&c->ipc, fd, ROLE_PRIV, (uint8_t)c->role);
    if (rc != 0)
        return rc;
    ipc_table(&c->ipc, messages, MSG_COUNT);
    c->channel = (struct loop_watch){
        .fd = fd, .events = EPOLLIN, .rank = 1, .ready = channel_ready };
    c->ended = (struct loop_watch){
        .fd = c->process.pidfd, .events = EPOLLIN, .rank = 2, .ready = ended_ready };
    rc = loop_add(c->priv->loop, &c->channel);
    return rc != 0 ? rc : loop_add(c->priv->loop, &c->ended);
}

/* The process with a channel to us, and the descriptors of its role behind it. */
static err_t spawn(struct priv_child *c, struct spawn_params *params, const int *fds, size_t n)
{
    int pair[2], all[SPAWN_FDS_MAX];
    assert(n < ARRAY_LEN(all));
    err_t rc = ipc_pair(pair);
    if (rc != 0)
        return rc;
    all[0] = pair[1];
    for (size_t i = 0; i < n; i++)
        all[1 + i] = fds[i];
    params->fds = all;
    params->fd_count = 1 + n;
    rc = spawn_role(params, &c->process);
    close(pair[1]);
    if (rc != 0) {
        close(pair[0]);
        return rc;
    }
    c->running = true;
    return watch_child(c, pair[0]);
}

err_t priv_start(struct priv *p, enum role role, uint32_t number, const int *fds, size_t fd_count)
{
    struct priv_child *c = &p->child[role + number];
    const struct options *o = p->options;
    assert(!c->running && (role == ROLE_DATA || number == 0));
    char name[32], user[48], shards[16], worker[16], workers[16];
    snprintf(name, sizeof(name), "spanwayd: %s", role_title(role, number, p->ipsec.workers));
    snprintf(worker, sizeof(worker), "%u", number);
    snprintf(workers, sizeof(workers), "%u", p->ipsec.workers);
    snprintf(user, sizeof(user), "%u:%u", (unsigned)p->uid, (unsigned)p->gid);
    snprintf(shards, sizeof(shards), "%u", o->shards);
    const char *args[SPAWN_ARGS_MAX] = {
        "--role",   role_name(role),   "--user",      user, "--shards", shards,
        "--run-dir", o->run_dir, "--log-level", log_level_name(o->log_level) };
    size_t n = 10;
    if (o->dialect != DIALECT_UNKNOWN) {
        args[n++] = "--dialect";
        args[n++] = o->dialect == DIALECT_FRR ? "frr" : "ios";
    }
    if (o->interface_map) {
        args[n++] = "--interface-map";
        args[n++] = o->interface_map;
    }
    if (o->allow_unsupported)
        args[n++] = "--allow-unsupported";
    if (o->no_kernel)
        args[n++] = "--no-kernel";
    if (o->plain_routes || !priv_host_has_nexthops(p))
        args[n++] = "--plain-routes";
    if (o->no_sandbox)
        args[n++] = "--no-sandbox";
    if (o->key_log && (role == ROLE_IKE || role == ROLE_CTL)) {
        args[n++] = "--key-log";
        args[n++] = o->key_log;
    }
    if (p->ipsec.workers > 1 && (role == ROLE_IKE || role == ROLE_DATA)) {
        args[n++] = "--workers";
        args[n++] = workers;
        args[n++] = "--worker";
        args[n++] = worker;
    }
    struct spawn_params params = {
        .name = name, .args = args, .arg_count = n, .whole_environment = role == ROLE_KEYS
    };
    return spawn(c, &params, fds, fd_count);
}

/* A message that does not decode: the sender is broken or taken over. */
static void breach(struct priv_child *c, const struct ipc_message *m)
{
    log_line(&c->priv->log, LOG_LEVEL_ERROR, "%s sent a malformed message \"%s\": ended",
             role_name(c->role), messages[m->kind].name);
    spawn_signal(&c->process, SIGKILL);
    priv_fail(c->priv, 1);
}

static void core_message(struct priv_child *c, const struct ipc_message *m)
{
    struct priv *p = c->priv;
    struct rd r = rd_init(m->bytes, m->len);
    bool fine = true;
    if (m->kind == MSG_PRIV_WRITE) {
        fine = priv_host_write(p, m);
    } else if (m->kind == MSG_PRIV_NAT) {
        fine = priv_host_nat(p, m);
    } else if (m->kind == MSG_PRIV_LISTEN) {
        uint8_t on = rd_u8(&r);
        fine = rd_is_done(&r) && on <= 1;
        if (fine)
            priv_listen_set(p, on == 1);
    } else if (m->kind == MSG_PRIV_CONFIGURED) {
        uint8_t on = rd_u8(&r);
        fine = rd_is_done(&r) && on <= 1;
        if (fine)
            priv_reload_configured(p, on == 1);
    } else {
        priv_reload_message(p, m);
    }
    if (!fine)
        breach(c, m);
}

static bool data_message(struct priv_child *c, const struct ipc_message *m)
{
    if (m->kind == MSG_PRIV_XFRM)
        return priv_xfrm_message(c, m);
    if (m->kind != MSG_PRIV_LOST && m->kind != MSG_PRIV_BACK)
        return priv_ipsec_tun(c, m);
    priv_send(&c->priv->child[ROLE_CORE],
              m->kind == MSG_PRIV_LOST ? MSG_CORE_LOST : MSG_CORE_BACK, m->bytes, m->len, -1);
    return true;
}

void priv_message(struct priv_child *c, const struct ipc_message *m)
{
    if (c->role == ROLE_CORE)
        core_message(c, m);
    else if (c->role == ROLE_CONF)
        priv_reload_message(c->priv, m);
    else if (c->role == ROLE_DATA && !data_message(c, m))
        breach(c, m);
    else if (m->kind == MSG_RELOAD)
        priv_reload_start(c->priv, true);
}

/* ---- ctl, again --------------------------------------------------------------------------------
 */

static void plan_ctl(struct priv *p)
{
    ns_t now = loop_now(p->loop);
    bool was_good = now - p->ctl_began >= PRIV_CTL_GOOD_S * NS_PER_S;
    p->ctl_wait_ms = was_good || p->ctl_wait_ms == 0
                         ? (uint32_t)PRIV_CTL_MS
                         : MIN(p->ctl_wait_ms * 2, (uint32_t)PRIV_CTL_MAX_MS);
    p->ctl_at = now + (ns_t)p->ctl_wait_ms * NS_PER_MS;
}

static err_t start_ctl(struct priv *p)
{
    int pair[2];
    err_t rc = ipc_pair(pair);
    if (rc != 0)
        return rc;
    const int fds[] = { pair[1], p->socket_fd };
    rc = priv_start(p, ROLE_CTL, 0, fds, ARRAY_LEN(fds));
    close(pair[1]);
    if (rc != 0) {
        close(pair[0]);
        return rc;
    }
    priv_send(&p->child[ROLE_CORE], MSG_CORE_CTL, NULL, 0, pair[0]);
    rc = priv_ipsec_ctl(p);
    if (rc == 0)
        priv_send(&p->child[ROLE_CTL], MSG_CTL_SERVE, NULL, 0, -1);
    return rc;
}

/* Operators who ask meanwhile wait: the socket is ours, and keeps them in its queue. */
void priv_ctl_again(struct priv *p)
{
    p->ctl_at = NS_NEVER;
    p->ctl_began = loop_now(p->loop);
    err_t rc = start_ctl(p);
    if (rc == 0) {
        log_line(&p->log, LOG_LEVEL_INFO, "ctl was started again");
        return;
    }
    log_line(&p->log, LOG_LEVEL_ERROR, "ctl cannot be started again: %s", strerror(-rc));
    if (p->child[ROLE_CTL].running)
        spawn_signal(&p->child[ROLE_CTL].process, SIGKILL); /* its end plans the next one */
    else
        plan_ctl(p);
}

static void ctl_ended(struct priv *p, const char *how)
{
    priv_reload_unasked(p);
    plan_ctl(p);
    log_line(&p->log, LOG_LEVEL_ERROR, "ctl ended unexpectedly: %s; it is started again in %u ms",
             how, p->ctl_wait_ms);
}

void priv_child_ended(struct priv_child *c, const struct spawn_end *end)
{
    struct priv *p = c->priv;
    char how[160];
    spawn_end_text(end, how, sizeof(how));
    ipc_done(&c->ipc);
    bool fine = !end->by_signal && end->code == 0;
    if (c->role == ROLE_CONF) {
        /* Status 1 is a refusal that it said itself. */
        if (p->reload == RELOAD_READING && !p->stopping) {
            char why[256];
            snprintf(why, sizeof(why), "the process that reads the configuration ended: %s", how);
            priv_reload_failed(p, why);
        }
        priv_reload_next(p);
        return;
    }
    if (p->stopping) {
        if (!fine && (end->by_signal || end->code != EXIT_PEER))
            log_line(&p->log, LOG_LEVEL_WARNING, "%s ended with %s", role_name(c->role), how);
        /* Tunnels stand until BGP has said goodbye through them. */
        if (c->role == ROLE_CORE && p->child[ROLE_IKE].running)
            priv_send(&p->child[ROLE_IKE], MSG_IKE_STOP, NULL, 0, -1);
        else if (c->role == ROLE_CORE || c->role == ROLE_IKE)
            p->done = !p->child[ROLE_CORE].running;
        return;
    }
    if (c->role == ROLE_CTL && p->child[ROLE_CORE].running) {
        ctl_ended(p, how);
        return;
    }
    const char *title = role_title(c->role, c->number, p->ipsec.workers);
    if (c->role == ROLE_DATA && priv_worker_again(c)) {
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "%s ended unexpectedly: %s; it was started again, and its tunnels come back "
                 "[WORKER-END]",
                 title, how);
        return;
    }
    log_line(&p->log, LOG_LEVEL_ERROR, "%s ended unexpectedly: %s; ending all", title, how);
    priv_fail(p, 1);
}
