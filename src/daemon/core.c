#include "daemon/core.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/parse.h"
#include "daemon/document.h"

enum { MESSAGES_A_TURN = 64 };

#define CORE_ROUTES_MAX (UINT64_C(64) << 20)

void core_fail(struct core *c, const char *why)
{
    log_line(&c->log, LOG_LEVEL_ERROR, "%s: ending", why);
    c->status = EXIT_PEER;
    c->done = true;
}

static void watch_output(struct core *c, struct ipc *ipc, struct loop_watch *w)
{
    if (w->added)
        loop_set(c->loop, w, EPOLLIN | (ipc_has_output(ipc) ? (uint32_t)EPOLLOUT : 0));
}

void core_tell(struct core *c, enum message kind, const void *bytes, size_t len, int fd)
{
    err_t rc = ipc_send(&c->priv, (uint16_t)kind, bytes, len, fd);
    if (rc != 0 && !c->done)
        core_fail(c, rc == -EPIPE ? "priv is gone" : "priv does not take messages");
}

/* ---- configuration --------------------------------------------------------------------------- */

static void tell_findings(struct core *c, const struct diag_list *diags)
{
    char line[FINDING_MAX];
    for (uint32_t i = 0; i < diags->count; i++) {
        struct text t = text_init(line, sizeof(line));
        text_diag(&t, &diags->items[i]);
        if (finding_send(&c->priv, MSG_PRIV_LINE, (uint8_t)diags->items[i].severity, line) != 0)
            return;
    }
}

static void tell_error(struct core *c, const char *why)
{
    if (finding_send(&c->priv, MSG_PRIV_LINE, DIAG_ERROR, why) != 0)
        log_line(&c->log, LOG_LEVEL_ERROR, "%s", why);
}

static void configure(struct core *c, ns_t now, int fd)
{
    struct diag_list parsing = { 0 }, applying = { 0 };
    struct config *config = NULL;
    err_t rc = document_config(fd, &parsing, &config);
    bool fine = rc == 0 && node_configure(c->node, now, config, &applying);
    if (rc == -EINVAL) /* conf has told what it found in the same text: a difference is news */
        tell_findings(c, &parsing);
    else if (rc != 0)
        tell_error(c, strerror(-rc));
    tell_findings(c, &applying);
    if (!fine)
        config_free(config);
    diag_list_done(&parsing);
    diag_list_done(&applying);
    const uint8_t answer = fine;
    core_tell(c, MSG_PRIV_CONFIGURED, &answer, 1, -1);
}

/* The first configuration waits until links and addresses are known, else it would complain about
 * interfaces that are there. */
static void configure_pending(struct core *c, ns_t now)
{
    if (c->pending_config < 0 || !core_kernel_is_synced(c))
        return;
    int fd = c->pending_config;
    bool first = node_config(c->node) == NULL;
    c->pending_config = -1;
    configure(c, now, fd);
    if (first && node_config(c->node))
        node_kernel_synced(c->node, now);
}

/* ---- messages -------------------------------------------------------------------------------- */

static void tunnel_said(struct core *c, ns_t now, const struct ipc_message *m)
{
    char name[TUNNEL_NAME_MAX + 1] = { 0 };
    memcpy(name, m->bytes, m->len); /* within the table's limit */
    if (m->kind == MSG_CORE_LOST)
        node_tunnel_lost(c->node, now, name);
    else
        node_tunnel_back(c->node, now, name);
}

static err_t open_channel(struct core *c, struct ipc *ipc, int fd, enum role peer,
                          struct loop_watch *w)
{
    err_t rc = ipc_init(ipc, fd, ROLE_CORE, (uint8_t)peer);
    if (rc != 0)
        return rc;
    ipc_table(ipc, messages, MSG_COUNT);
    w->fd = fd;
    w->events = EPOLLIN;
    return loop_add(c->loop, w);
}

static void close_ctl(struct core *c)
{
    loop_del(c->loop, &c->ctl_watch);
    ipc_done(&c->ctl);
}

/* ctl has ended, and another one has begun. */
static void take_ctl(struct core *c, int fd)
{
    close_ctl(c);
    err_t rc = open_channel(c, &c->ctl, fd, ROLE_CTL, &c->ctl_watch);
    if (rc == 0)
        return;
    log_line(&c->log, LOG_LEVEL_ERROR, "operators are not heard: %s", strerror(-rc));
    close_ctl(c);
}

static bool priv_message(struct core *c, ns_t now, const struct ipc_message *m)
{
    switch (m->kind) {
    case MSG_CORE_CONFIG:
        if (c->pending_config >= 0)
            close(c->pending_config);
        c->pending_config = m->fd;
        configure_pending(c, now);
        return true;
    case MSG_CORE_LISTENER:
        if (m->len != 1 || (m->bytes[0] != IP_V4 && m->bytes[0] != IP_V6)) {
            close(m->fd);
            return false;
        }
        core_tcp_listener(c, m->bytes[0], m->fd);
        return true;
    case MSG_CORE_WRITTEN:
        return core_writes_answered(c, now, m);
    case MSG_CORE_LOST:
    case MSG_CORE_BACK:
        tunnel_said(c, now, m);
        return true;
    case MSG_CORE_CTL:
        take_ctl(c, m->fd);
        return true;
    case MSG_CORE_STOP:
        c->stopping = true;
        node_shutdown(c->node, now);
        return true;
    default:
        return false;
    }
}

static void priv_ready(struct loop_watch *w, uint32_t events)
{
    (void)events;
    struct core *c = container_of(w, struct core, priv_watch);
    err_t rc = ipc_flush(&c->priv);
    rc = rc == -EAGAIN ? 0 : rc;
    for (int i = 0; rc == 0 && i < MESSAGES_A_TURN; i++) {
        struct ipc_message m;
        rc = ipc_receive(&c->priv, &m);
        if (rc == 0 && !priv_message(c, loop_now(c->loop), &m))
            rc = -EPROTO;
    }
    if (rc == -EPIPE) {
        c->status = EXIT_PEER; /* priv ended: it has said why */
        c->done = true;
    } else if (rc != 0 && rc != -EAGAIN) {
        core_fail(c, "priv broke the rules of its channel");
    }
}

static void ctl_ready(struct loop_watch *w, uint32_t events)
{
    (void)events;
    struct core *c = container_of(w, struct core, ctl_watch);
    struct ipc_message m;
    err_t rc = ipc_flush(&c->ctl);
    /* One question a turn: answers are long, and sessions come first. */
    if (rc == 0)
        rc = ipc_receive(&c->ctl, &m);
    if (rc == 0 && !core_query_message(c, loop_now(c->loop), &m))
        rc = -EPROTO;
    if (rc == 0 || rc == -EAGAIN)
        return;
    /* priv starts another one; until then nobody asks. One that breaks the rules ends when it
     * notices that it is not heard any more. */
    if (rc != -EPIPE)
        log_line(&c->log, LOG_LEVEL_ERROR, "ctl broke the rules of its channel: it is not heard");
    close_ctl(c);
}

/* ---- what the node wants --------------------------------------------------------------------- */

static void write_host(struct core *c, const struct node_action *a)
{
    if (c->options->no_kernel)
        return;
    struct kernel_write w = { .on = a->on, .family = a->family, .address = a->address };
    if (a->kind == NODE_KERNEL_OP) {
        w.kind = WRITE_FIB;
        w.op = *a->op;
    } else if (a->kind == NODE_SIZES) {
        const char *mapped = options_kernel_name(c->options, a->interface);
        w.kind = WRITE_SIZES;
        w.mtu = a->mtu;
        w.tcp_mss = a->tcp_mss;
        diag_set(w.interface, sizeof(w.interface), mapped ? mapped : a->interface);
    } else if (a->kind == NODE_VXLAN) {
        const char *mapped = options_kernel_name(c->options, a->interface);
        w.kind = WRITE_VXLAN;
        w.vxlan = a->vxlan;
        diag_set(w.interface, sizeof(w.interface), mapped ? mapped : a->interface);
    } else {
        w.kind = a->kind == NODE_ADDRESS   ? WRITE_ADDRESS
                 : a->kind == NODE_LINK_UP ? WRITE_LINK
                                           : WRITE_FORWARDING;
        memcpy(w.interface, a->interface, sizeof(w.interface));
        w.interface[sizeof(w.interface) - 1] = '\0';
    }
    core_write(c, &w);
}

static void listen_action(struct core *c, bool on)
{
    const uint8_t byte = on;
    core_tell(c, MSG_PRIV_LISTEN, &byte, 1, -1);
    if (!on)
        core_tcp_unlisten(c);
}

static void act(struct core *c, ns_t now, const struct node_action *a)
{
    static const enum log_level levels[] = { [DIAG_NOTE] = LOG_LEVEL_INFO,
                                             [DIAG_WARNING] = LOG_LEVEL_WARNING,
                                             [DIAG_ERROR] = LOG_LEVEL_ERROR };
    switch (a->kind) {
    case NODE_TCP_CONNECT:
        core_tcp_connect(c, now, a);
        break;
    case NODE_TCP_CLOSE:
        core_tcp_close(c, now, a->conn, a->flush);
        break;
    case NODE_TCP_SEND:
        core_tcp_send(c, now, a->conn);
        break;
    case NODE_TCP_LISTEN:
        listen_action(c, a->on);
        break;
    case NODE_TCP_KEY:
        core_tcp_key(c, &a->tcp);
        break;
    case NODE_KERNEL_OP:
    case NODE_ADDRESS:
    case NODE_LINK_UP:
    case NODE_FORWARDING:
    case NODE_SIZES:
    case NODE_VXLAN:
        write_host(c, a);
        break;
    case NODE_NAT:
        if (!c->options->no_kernel)
            core_write_nat(c);
        break;
    case NODE_LOG:
        log_line(&c->log, levels[a->severity], "%s", a->text);
        break;
    }
}

/* Until the node wants nothing more, or priv has enough to do. True: it wants nothing. */
static bool serve_node(struct core *c)
{
    struct node_action a;
    ns_t now = loop_now(c->loop);
    while (!core_writes_are_full(c)) {
        if (!node_next(c->node, &a)) {
            core_writes_flush(c);
            return true;
        }
        act(c, now, &a);
    }
    /* The queue of actions stands still: what it would say about output is looked up instead. */
    core_tcp_send_all(c, now);
    return false;
}

static void advance(struct core *c)
{
    for (int i = 0; i < CORE_NODE_STEPS; i++) {
        ns_t now = loop_now(c->loop);
        if (node_deadline(c->node) > now)
            return;
        node_advance(c->node, now);
        if (!serve_node(c))
            return;
    }
}

static ns_t next_deadline(struct core *c)
{
    ns_t at = c->kernel_has_more ? 0 : core_tcp_deadline(c);
    /* While priv works off its batches the node waits for it, not for time. */
    if (!core_writes_are_full(c))
        at = MIN(at, node_deadline(c->node));
    return at;
}

static void run(struct core *c)
{
    while (!c->done) {
        loop_turn(c->loop, next_deadline(c));
        ns_t now = loop_now(c->loop);
        core_tcp_expire(c, now);
        core_kernel_more(c);
        configure_pending(c, now);
        bool idle = serve_node(c);
        if (idle)
            advance(c);
        watch_output(c, &c->priv, &c->priv_watch);
        watch_output(c, &c->ctl, &c->ctl_watch);
        if (c->stopping && idle && c->conn_count == 0 && core_writes_are_idle(c))
            c->done = true;
    }
}

/* ---- start and end --------------------------------------------------------------------------- */

static err_t set_up(struct core *c)
{
    struct node_params params = { .name = "spanway",
                                  .shards = c->options->shards,
                                  .max_routes = CORE_ROUTES_MAX,
                                  .next_hop_objects = !c->options->plain_routes,
                                  .install = !c->options->no_kernel };
    if (getrandom(&params.seed, sizeof(params.seed), 0) != (ssize_t)sizeof(params.seed))
        return -errno;
    c->loop = loop_new();
    c->node = node_new(&params);
    c->input = mem_alloc(MEM_BUFFER, NODE_INPUT_MAX);
    if (!c->loop || !c->node || !c->input)
        return -ENOMEM;
    err_t rc = core_writes_init(c);
    if (rc == 0)
        rc = core_kernel_watch(c);
    c->priv_watch.ready = priv_ready;
    c->priv_watch.rank = RANK_PRIV;
    c->ctl_watch.ready = ctl_ready;
    c->ctl_watch.rank = RANK_CTL;
    if (rc == 0)
        rc = open_channel(c, &c->priv, ROLE_FD_PRIV, ROLE_PRIV, &c->priv_watch);
    if (rc == 0)
        rc = open_channel(c, &c->ctl, ROLE_FD_OTHER, ROLE_CTL, &c->ctl_watch);
    return rc;
}

static void tear_down(struct core *c)
{
    if (c->node && c->loop)
        core_tcp_done(c);
    core_kernel_close(c);
    core_writes_done(c);
    node_free(c->node);
    ipc_done(&c->priv);
    ipc_done(&c->ctl);
    loop_free(c->loop);
    mem_free(MEM_BUFFER, c->input, c->input ? NODE_INPUT_MAX : 0);
}

int core_main(const struct options *o)
{
    struct core *c = mem_alloc(MEM_NODE, sizeof(*c));
    if (!c)
        return EXIT_PEER;
    c->options = o;
    c->priv.fd = c->ctl.fd = c->pending_config = -1;
    list_init(&c->closing);
    list_init(&c->keys);
    err_t rc = core_kernel_open(c);
    if (!role_enter(o, SANDBOX_CORE, &c->log))
        return EXIT_SANDBOX;
    if (rc == 0)
        rc = set_up(c);
    if (rc == 0)
        run(c);
    else
        core_fail(c, strerror(-rc));
    int status = c->status;
    tear_down(c);
    mem_free(MEM_NODE, c, sizeof(*c));
    return status;
}
