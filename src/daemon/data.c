/* data: the process that carries the packets of tunnels: what the kernel routes into a TUN device
 * is sealed and sent, what comes from the network is opened and written to the device. ike says
 * with which keys, and which tunnels are up; the device's carrier follows. No privilege, no file.
 * One thread, one loop. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/parse.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "daemon/data.h"
#include "daemon/document.h"
#include "daemon/roles.h"
#include "node/ipsec_build.h"

enum {
    TUNNELS_MAX = 16384,
    CHILDREN_MAX = 4 * TUNNELS_MAX,
    TUNNEL_MTU = 1400, /* of a tunnel without `ip mtu`: what every provider carries */
    COUNTERS_S = 1,    /* ike hears of counters this often */
};

/* What ike added, for its counters. */
struct child {
    struct link link;
    uint32_t id, connection;
    struct esp_counters told; /* to ike so far, and in its tunnel's totals */
};

static void fail(struct data *d, const char *why)
{
    log_line(&d->log, LOG_LEVEL_ERROR, "%s: ending", why);
    d->status = EXIT_PEER;
    d->done = true;
}

/* ---- tunnels ----------------------------------------------------------------------------------
 */

static void set_carrier(struct data *d, struct tunnel *t)
{
    if (d->kernel && t->asked)
        data_kernel_carrier(d->kernel, t->connection, t->up);
    if (t->watch.fd < 0)
        return;
    if (!t->up) /* the kernel's word may come a second later */
        channel_send(&d->priv, MSG_PRIV_LOST, t->name, strlen(t->name), -1);
    err_t rc = tun_set_carrier(t->watch.fd, t->up);
    if (rc != 0)
        log_line(&d->log, LOG_LEVEL_ERROR, "the carrier of %s cannot be set: %s", t->name,
                 strerror(-rc));
    if (t->up)
        channel_send(&d->priv, MSG_PRIV_BACK, t->name, strlen(t->name), -1);
}

/* A TUN once; the kernel's interface again and again, as its MTU may have changed. */
static void ask_device(struct data *d, struct tunnel *t)
{
    uint8_t bytes[64];
    struct wr w = wr_init(bytes, sizeof(bytes));
    uint16_t mtu = t->params.ip_mtu ? t->params.ip_mtu : TUNNEL_MTU;
    if (d->kernel) {
        data_kernel_tunnel(d->kernel, t->connection, t->name, mtu, t->lifetime_s);
    } else if (!t->asked) {
        wr_u16(&w, mtu);
        put_text(&w, t->name);
        channel_send(&d->priv, MSG_PRIV_TUN, bytes, wr_len(&w), -1);
    }
    t->asked = true;
}

static void close_device(struct tunnel *t)
{
    if (t->watch.fd >= 0) {
        loop_del(t->data->loop, &t->watch);
        close(t->watch.fd);
    }
    t->watch.fd = -1;
    t->asked = t->uso = false;
}

/* What carries a tunnel's packets goes: its SAs, and its device. */
static void tunnel_stop(struct data *d, struct tunnel *t)
{
    if (d->kernel)
        data_kernel_tunnel_gone(d->kernel, t->connection);
    esp_tunnel_remove(d->esp, t->connection);
    close_device(t);
}

static void tunnel_drop(struct data *d, struct tunnel *t)
{
    tunnel_stop(d, t);
    struct tunnel **at = data_bucket(d, t->connection);
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    list_remove(&t->link);
    mem_free(MEM_NODE, t, sizeof(*t));
}

/* The tunnel's parameters go to the engine again, when the device's abilities are known too. */
static void set_tunnel(struct data *d, const struct tunnel *t)
{
    err_t rc = d->kernel ? 0 : esp_tunnel_set(d->esp, &t->params);
    if (rc != 0)
        log_line(&d->log, LOG_LEVEL_ERROR, "tunnel %s cannot carry packets: %s", t->name,
                 strerror(-rc));
}

static void tun_ready(struct loop_watch *w, uint32_t events)
{
    struct tunnel *t = container_of(w, struct tunnel, watch);
    struct data *d = t->data;
    if (events & EPOLLERR) { /* somebody deleted the device under us */
        log_line(&d->log, LOG_LEVEL_WARNING, "%s was deleted: it is made again", t->name);
        close_device(t);
        ask_device(d, t);
        return;
    }
    data_seal_frames(d, t);
}

static bool take_device(struct data *d, const struct ipc_message *m)
{
    struct rd r = rd_init(m->bytes, m->len);
    char name[TUN_NAME_MAX];
    bool uso;
    if (!get_text(&r, name, sizeof(name)) || !get_bool(&r, &uso) || !rd_is_done(&r)) {
        close(m->fd);
        return false;
    }
    LIST_EACH (it, &d->tunnels) {
        struct tunnel *t = LIST_ENTRY(it, struct tunnel, link);
        if (strcmp(t->name, name) != 0 || t->watch.fd >= 0)
            continue;
        t->watch = (struct loop_watch){
            .fd = m->fd, .events = EPOLLIN, .rank = DATA_RANK_TUN, .ready = tun_ready
        };
        if (loop_add(d->loop, &t->watch) == 0) {
            t->uso = t->params.uso = uso;
            set_tunnel(d, t);
            set_carrier(d, t);
            return true;
        }
        t->watch.fd = -1;
    }
    close(m->fd); /* the tunnel went while its device was made */
    return true;
}

/* ---- configuration ----------------------------------------------------------------------------
 */

static struct tunnel *tunnel_make(struct data *d, const struct ike_connection *from)
{
    struct tunnel *t = mem_alloc(MEM_NODE, sizeof(*t));
    if (!t)
        return NULL;
    *t = (struct tunnel){ .data = d, .connection = from->id, .watch.fd = -1 };
    const char *kernel = options_kernel_name(d->options, from->name);
    const char *name = kernel ? kernel : from->name;
    memcpy(t->name, name, MIN(strlen(name), sizeof(t->name) - 1));
    list_append(&d->tunnels, &t->link);
    t->next = *data_bucket(d, t->connection);
    *data_bucket(d, t->connection) = t;
    return t;
}

static void take_tunnel(struct data *d, const struct ike_connection *from,
                        const struct config_interface *interface)
{
    struct tunnel *t = data_tunnel(d, from->id);
    if (!t)
        t = tunnel_make(d, from);
    if (!t) {
        log_line(&d->log, LOG_LEVEL_ERROR, "no memory for tunnel %s", from->name);
        return;
    }
    t->seen = true;
    t->params = (struct esp_tunnel_params){ .connection = from->id,
                                            .vnet = true,
                                            .uso = t->uso,
                                            .ip_mtu = (uint16_t)interface->ip_mtu,
                                            .tcp_mss = (uint16_t)interface->tcp_mss };
    t->lifetime_s = from->child_lifetime_s;
    set_tunnel(d, t);
    bool new = !t->asked;
    ask_device(d, t);
    if (new && d->kernel)
        set_carrier(d, t);
}

/* ---- the back end -----------------------------------------------------------------------------
 */

static void remove_child(struct data *d, uint32_t id);

/* Tunnels stay, their SAs do not: ike hears that they carry nothing, and makes new ones. */
static void change_back_end(struct data *d, bool kernel)
{
    if (kernel == (d->kernel != NULL))
        return;
    LIST_EACH_SAFE (it, tmp, &d->children) {
        const struct esp_event e = { .kind = ESP_HARD_LIMIT,
                                     .child = LIST_ENTRY(it, struct child, link)->id };
        data_tell_event(&d->ike, &e);
        remove_child(d, e.child);
    }
    if (d->kernel)
        data_kernel_end(d->kernel);
    LIST_EACH (it, &d->tunnels)
        tunnel_stop(d, LIST_ENTRY(it, struct tunnel, link));
    data_kernel_free(d->kernel);
    d->kernel = NULL;
    if (kernel)
        d->kernel = data_kernel_new(d->loop, DATA_RANK_KERNEL, &d->priv, &d->ike, &d->log);
    if (kernel && !d->kernel)
        fail(d, strerror(ENOMEM));
    for (int i = 0; i < 4; i++) {
        data_kernel_socket(&d->sockets[i / 2][i % 2].udp, kernel, &d->log);
        if (!kernel)
            data_steer_socket(d, &d->sockets[i / 2][i % 2]);
    }
}

static void take_tunnels(struct data *d, const struct config *config,
                         const struct ike_config *built)
{
    LIST_EACH (it, &d->tunnels)
        LIST_ENTRY(it, struct tunnel, link)->seen = false;
    for (uint32_t i = 0; i < built->n; i++) {
        const struct ike_connection *c = &built->connections[i];
        const struct config_interface *interface = config_interface_find(config, c->name);
        if (interface && data_steer_has(d, c->id))
            take_tunnel(d, c, interface);
    }
    LIST_EACH_SAFE (it, tmp, &d->tunnels) {
        struct tunnel *t = LIST_ENTRY(it, struct tunnel, link);
        if (!t->seen)
            tunnel_drop(d, t);
    }
}

static err_t use_config(void *owner, const struct config *config, struct ipsec_build *built)
{
    change_back_end(owner, config->ipsec.global.kernel);
    take_tunnels(owner, config, &built->config);
    return 0;
}

static void configure(struct data *d, int fd)
{
    err_t rc = document_use(fd, use_config, d);
    if (rc != 0)
        log_line(&d->log, LOG_LEVEL_ERROR, "the tunnels are not taken over: %s", strerror(-rc));
}

/* ---- messages ---------------------------------------------------------------------------------
 */

static bool take_socket(struct data *d, const struct ipc_message *m)
{
    uint8_t kind = m->len == 2 ? m->bytes[0] : SOCKET_KINDS, family = m->len == 2 ? m->bytes[1] : 0;
    bool raw = kind == SOCKET_ESP_RAW;
    if ((kind != SOCKET_ESP_4500 && !raw) || (family != IP_V4 && family != IP_V6)) {
        close(m->fd);
        return false;
    }
    struct net_socket *s = &d->sockets[raw][family == IP_V6];
    s->data = d;
    if (udp_adopt(m->fd, &s->udp) != 0) {
        close(m->fd);
        return false;
    }
    s->watch = (struct loop_watch){
        .fd = m->fd, .events = EPOLLIN, .rank = DATA_RANK_SOCKET, .ready = data_socket_ready
    };
    if (loop_add(d->loop, &s->watch) != 0)
        udp_close(&s->udp);
    if (d->kernel)
        data_kernel_socket(&s->udp, true, &d->log);
    return true;
}

static bool priv_message(void *owner, const struct ipc_message *m)
{
    struct data *d = owner;
    switch (m->kind) {
    case MSG_DATA_CONFIG:
        configure(d, m->fd);
        return true;
    case MSG_DATA_SOCKET:
        return take_socket(d, m);
    case MSG_DATA_TUN:
        return take_device(d, m);
    case MSG_DATA_INBOX:
        return data_steer_inbox(d, m);
    case MSG_DATA_XFRM:
    case MSG_DATA_XFRM_MONITOR:
        return data_kernel_priv_message(d->kernel, m);
    default:
        return false;
    }
}

static void add_child(struct data *d, const struct esp_child *c)
{
    err_t rc = esp_child_add(d->esp, loop_now(d->loop), c);
    struct child *kept = rc == 0 ? mem_alloc(MEM_NODE, sizeof(*kept)) : NULL;
    if (kept) {
        kept->id = c->id;
        kept->connection = c->connection;
        list_append(&d->children, &kept->link);
        d->n_children++;
        return;
    }
    if (rc == 0) {
        esp_child_remove(d->esp, c->id);
        rc = -ENOMEM;
    }
    /* The peer believes in an SA that is not there: liveness finds out, and ike starts over. */
    log_line(&d->log, LOG_LEVEL_ERROR, "a CHILD SA cannot be installed: %s", strerror(-rc));
}

static uint64_t looks(const struct esp_counters *c)
{
    return c->packets_in + c->packets_out + c->replayed + c->bad_icv;
}

/* Packets into the tunnel that became none of ours: outside of all selectors, or malformed. */
static uint64_t errors_out_of(const struct data *d, uint32_t connection)
{
    struct esp_tunnel_counters c;
    return esp_tunnel_counters(d->esp, connection, &c) ? c.no_sa + c.malformed : 0;
}

/* False: ike is busy, and gets these the next time. */
static bool tell_counters_of(struct data *d, struct child *c, ns_t now)
{
    struct esp_counters counters;
    if (!esp_child_counters(d->esp, c->id, &counters))
        return true;
    struct tunnel *t = data_tunnel(d, c->connection);
    uint64_t errors_out = errors_out_of(d, c->connection);
    if (looks(&counters) == looks(&c->told) && (!t || errors_out == t->totals.errors_out))
        return true;
    struct esp_totals totals = { 0 };
    if (t) {
        totals = t->totals;
        esp_totals_add(&totals, &c->told, &counters);
        totals.errors_out = errors_out;
    }
    uint8_t bytes[256];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u32(&w, c->id);
    wr_u32(&w, c->connection);
    totals_encode(&totals, &w);
    counters_encode(&counters, now, &w);
    if (!channel_offer(&d->ike, MSG_ESP_COUNTERS, bytes, wr_len(&w)))
        return false;
    c->told = counters;
    if (t)
        t->totals = totals;
    return true;
}

/* The last packets of an SA are counted, too: ike has forgotten it, but not its tunnel. */
static void forget_child(struct data *d, struct child *c)
{
    struct esp_counters last;
    struct tunnel *t = data_tunnel(d, c->connection);
    if (!tell_counters_of(d, c, loop_now(d->loop)) && t && esp_child_counters(d->esp, c->id, &last))
        esp_totals_add(&t->totals, &c->told, &last);
}

static void remove_child(struct data *d, uint32_t id)
{
    LIST_EACH_SAFE (it, tmp, &d->children) {
        struct child *c = LIST_ENTRY(it, struct child, link);
        if (c->id != id)
            continue;
        forget_child(d, c);
        esp_child_remove(d->esp, id);
        list_remove(&c->link);
        mem_free(MEM_NODE, c, sizeof(*c));
        d->n_children--;
    }
}

static bool take_too_big(struct data *d, struct rd *r)
{
    struct too_big b;
    if (!too_big_decode(r, &b))
        return false;
    data_too_big(d, &b);
    return true;
}

static bool ike_message(void *owner, const struct ipc_message *m)
{
    struct data *d = owner;
    struct rd r = rd_init(m->bytes, m->len);
    if (m->kind == MSG_TOO_BIG)
        return take_too_big(d, &r);
    if (d->kernel && m->kind != MSG_TUNNEL)
        return data_kernel_ike_message(d->kernel, m);
    if (m->kind == MSG_CHILD_ADD) {
        struct esp_child c;
        bool fine = child_decode(&r, &c) && data_steer_fits(d, &c);
        if (fine)
            add_child(d, &c);
        secret_wipe_bytes(&c, sizeof(c));
        return fine;
    }
    uint32_t id = rd_u32(&r);
    struct esp_path path;
    bool on;
    switch (m->kind) {
    case MSG_CHILD_OUT:
        esp_child_out(d->esp, id);
        break;
    case MSG_CHILD_PATH:
        if (!path_decode(&r, &path))
            return false;
        esp_child_path(d->esp, loop_now(d->loop), id, &path);
        break;
    case MSG_CHILD_REMOVE:
        remove_child(d, id);
        break;
    case MSG_TUNNEL: {
        struct tunnel *t = data_tunnel(d, id);
        if (!get_bool(&r, &on))
            return false;
        if (t) {
            t->up = on;
            set_carrier(d, t);
        }
        break;
    }
    default:
        return false;
    }
    return rd_is_done(&r);
}

static void peer_ended(void *owner, struct channel *c, err_t why)
{
    struct data *d = owner;
    const char *name = c == &d->priv ? "priv" : "ike";
    if (why == -EPIPE) {
        d->status = EXIT_PEER; /* priv says why */
        d->done = true;
    } else {
        log_line(&d->log, LOG_LEVEL_ERROR, "%s broke the rules of its channel: ending", name);
        d->status = EXIT_PEER;
        d->done = true;
    }
}

/* ---- start and end ----------------------------------------------------------------------------
 */

/* Whom it was too much to tell of is the first the next time. */
static void tell_counters(struct data *d, ns_t now)
{
    for (uint32_t i = d->n_children; i > 0; i--) {
        struct child *c = LIST_ENTRY(d->children.next, struct child, link);
        if (!tell_counters_of(d, c, now))
            break;
        list_remove(&c->link);
        list_append(&d->children, &c->link);
    }
    data_steer_tell(d);
    if (!data_kernel_is_idle(d->kernel))
        data_kernel_ask_counters(d->kernel);
    d->counters_at = now + COUNTERS_S * NS_PER_S;
}

static err_t set_up(struct data *d)
{
    const struct esp_params params = { .random = crypto_random_system(),
                                       .max_tunnels = TUNNELS_MAX,
                                       .max_children = CHILDREN_MAX };
    list_init(&d->tunnels);
    list_init(&d->children);
    data_steer_init(d);
    for (int i = 0; i < 4; i++)
        d->sockets[i / 2][i % 2].udp.fd = -1;
    d->loop = loop_new();
    d->esp = esp_new(&params);
    if (!d->loop || !d->esp || !data_packets_init(d))
        return -ENOMEM;
    d->priv = (struct channel){ .owner = d, .message = priv_message, .ended = peer_ended };
    d->ike = (struct channel){ .owner = d, .message = ike_message, .ended = peer_ended };
    err_t rc = channel_open(&d->priv, d->loop, ROLE_FD_PRIV, ROLE_DATA, ROLE_PRIV, DATA_RANK_PRIV);
    if (rc == 0)
        rc = channel_open(&d->ike, d->loop, ROLE_FD_IKE, ROLE_DATA, ROLE_IKE, DATA_RANK_IKE);
    if (rc == 0)
        data_steer_tell(d); /* who we are */
    return rc;
}

static void tear_down(struct data *d)
{
    channel_done(&d->ike);
    channel_done(&d->priv);
    LIST_EACH_SAFE (it, tmp, &d->children)
        remove_child(d, LIST_ENTRY(it, struct child, link)->id);
    LIST_EACH_SAFE (it, tmp, &d->tunnels)
        tunnel_drop(d, LIST_ENTRY(it, struct tunnel, link));
    for (int i = 0; i < 4; i++) {
        struct net_socket *s = &d->sockets[i / 2][i % 2];
        if (s->udp.fd < 0)
            continue;
        loop_del(d->loop, &s->watch);
        udp_close(&s->udp);
    }
    esp_free(d->esp);
    data_kernel_free(d->kernel);
    data_steer_done(d);
    data_packets_done(d);
    loop_free(d->loop);
}

int data_main(const struct options *o)
{
    struct data *d = mem_alloc(MEM_NODE, sizeof(*d));
    if (!d)
        return EXIT_PEER;
    d->options = o;
    err_t rc = crypto_start();
    if (!role_enter(o, SANDBOX_DATA, &d->log))
        return EXIT_SANDBOX;
    if (rc == 0)
        rc = set_up(d);
    if (rc != 0)
        fail(d, strerror(-rc));
    while (!d->done) {
        data_kernel_wait(d->kernel);
        bool idle = list_is_empty(&d->children) && data_kernel_is_idle(d->kernel) &&
                    data_steer_is_told(d);
        loop_turn(d->loop, idle ? NS_NEVER : d->counters_at);
        ns_t now = loop_now(d->loop);
        data_tell_events(d);
        if (now >= d->counters_at)
            tell_counters(d, now);
    }
    int status = d->status;
    tear_down(d);
    mem_free(MEM_NODE, d, sizeof(*d));
    return status;
}
