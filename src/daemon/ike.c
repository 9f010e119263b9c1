/* ike: the process that speaks IKEv2. Datagrams, answers of keys and what data saw go into the
 * engine; what the engine wants goes to the sockets, to keys and to data. No privilege, no file, no
 * secret of the configuration; session keys only. One thread, one loop. */
#include "ike/ike.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "config/parse.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "ctl/ctl.h"
#include "daemon/answer.h"
#include "daemon/channel.h"
#include "daemon/document.h"
#include "daemon/ike_addresses.h"
#include "daemon/ike_vias.h"
#include "daemon/ike_workers.h"
#include "daemon/messages_ipsec.h"
#include "daemon/roles.h"
#include "node/ipsec_build.h"
#include "os/udp.h"

enum {
    DATAGRAMS_A_TURN = 8, /* each may cost a key exchange: answers of keys do not wait for more */
    DATAGRAM_MAX = 65536,
    STOP_S = 1, /* the last Deletes have this long to be taken by the sockets */
    RANK_PRIV = 1,
    RANK_KEYS,
    RANK_DATA,
    RANK_SOCKET,
    RANK_CTL,
    RANK_ADDRESSES,
};

struct ike_socket {
    struct ike_process *process;
    struct udp_socket udp;
    struct loop_watch watch;
    uint16_t port; /* 500 or 4500, as the engine knows it */
};

/* What keys said about a name, for connections that a later configuration brings. */
struct told {
    struct link link;
    enum message kind; /* MSG_KEYS_TRUST, MSG_KEYS_SUBJECT */
    char name[NAME_BYTES_MAX];
    uint8_t bytes[TOLD_BYTES_MAX];
    size_t len;
};

struct ike_process {
    const struct options *options;
    struct log log;
    struct loop *loop;
    struct ike *engine;
    struct channel priv, keys, ctl;
    struct ike_workers *data;
    struct ike_socket sockets[2][2]; /* port 500, 4500; IPv4, IPv6 */
    uint8_t *in, *out;               /* DATAGRAM_MAX bytes */
    int key_log[KEY_LOG_FILES];      /* -1: off */
    struct link told;
    struct ike_addresses *addresses; /* NULL: the kernel tells nothing */
    struct ike_vias vias;
    bool stopping, done;
    ns_t stop_at;
    int status;
};

static void fail(struct ike_process *p, const char *why)
{
    log_line(&p->log, LOG_LEVEL_ERROR, "%s: ending", why);
    p->status = EXIT_PEER;
    p->done = true;
}

/* ---- sockets ----------------------------------------------------------------------------------
 */

static const uint8_t non_esp_marker[4] = { 0 }; /* RFC 3948 2.2 */

static struct ike_socket *socket_for(struct ike_process *p, const struct esp_path *path)
{
    return &p->sockets[path->local_port != 500][path->local.family == IP_V6];
}

static void send_datagram(struct ike_process *p, ns_t now, const struct esp_path *path,
                          const uint8_t *bytes, size_t len, bool marker)
{
    struct ike_socket *s = socket_for(p, path);
    struct esp_path way = *path;
    struct wr w = wr_init(p->out, DATAGRAM_MAX);
    ike_vias_path(&p->vias, p->addresses, &way);
    if (marker)
        wr_bytes(&w, non_esp_marker, sizeof(non_esp_marker));
    wr_bytes(&w, bytes, len);
    const struct udp_sent out = { .bytes = p->out,
                                  .len = (uint32_t)wr_len(&w),
                                  .segment = (uint32_t)wr_len(&w),
                                  .local = &path->local,
                                  .remote = &path->remote,
                                  .remote_port = path->remote_port,
                                  .if_index = way.if_index };
    uint32_t failed = 0;
    err_t why = w.bad ? -EMSGSIZE : -ENOTCONN;
    if (s->watch.added && !w.bad && udp_send(&s->udp, &out, 1, &failed, &why) == 1 && !failed)
        return;
    ike_send_failed(p->engine, now, path, why);
}

static void receive_one(struct ike_process *p, const struct ike_socket *s,
                        const struct udp_received *r)
{
    struct rd rd = rd_init(r->bytes, r->len);
    if (s->port == 4500 && rd_u32(&rd) != 0)
        return; /* ESP that strayed here, or a keepalive */
    if (rd.bad)
        return;
    const struct esp_path path = {
        .local = r->local, .remote = r->remote, .local_port = s->port, .remote_port = r->remote_port
    };
    ike_receive(p->engine, loop_now(p->loop), &path, rd.p, rd_left(&rd));
}

/* On the port that is shared the kernel gives an error about ESP to any socket: data knows what it
 * sent. */
static void pass_on(struct ike_process *p, const struct ike_socket *s, const struct udp_error *e)
{
    struct rd r = rd_init(e->quote, e->quote_len);
    const struct too_big b = { .remote = e->remote, .mtu = e->mtu, .spi = rd_u32(&r) };
    if (s->port == 4500 && e->error == EMSGSIZE && e->mtu && !e->is_local && !r.bad && b.spi)
        ike_workers_too_big(p->data, &b);
}

/* ICMP's word about datagrams of ours is only noted: anybody can forge it. */
static void take_errors(struct ike_process *p, struct ike_socket *s)
{
    struct udp_error e;
    for (int i = 0; i < DATAGRAMS_A_TURN && udp_next_error(&s->udp, &e); i++) {
        const struct esp_path path = { .remote = e.remote,
                                       .local_port = s->port,
                                       .remote_port = e.remote_port };
        pass_on(p, s, &e);
        ike_send_failed(p->engine, loop_now(p->loop), &path, -e.error);
    }
}

static void act_all(struct ike_process *p);

static void socket_ready(struct loop_watch *w, uint32_t events)
{
    struct ike_socket *s = container_of(w, struct ike_socket, watch);
    struct ike_process *p = s->process;
    if (events & EPOLLERR)
        take_errors(p, s);
    for (int i = 0; i < DATAGRAMS_A_TURN && !ike_workers_are_behind(p->data); i++) {
        struct udp_received r = { .bytes = p->in, .room = DATAGRAM_MAX };
        if (udp_receive(&s->udp, &r, 1) <= 0)
            break;
        receive_one(p, s, &r);
        act_all(p);
    }
    act_all(p);
}

static bool take_socket(struct ike_process *p, const struct ipc_message *m)
{
    uint8_t kind = m->len == 2 ? m->bytes[0] : SOCKET_KINDS, family = m->len == 2 ? m->bytes[1] : 0;
    if ((kind != SOCKET_IKE_500 && kind != SOCKET_IKE_4500) ||
        (family != IP_V4 && family != IP_V6)) {
        close(m->fd);
        return false;
    }
    struct ike_socket *s = &p->sockets[kind == SOCKET_IKE_4500][family == IP_V6];
    *s = (struct ike_socket){ .process = p, .port = kind == SOCKET_IKE_4500 ? 4500 : 500 };
    if (udp_adopt(m->fd, &s->udp) != 0) {
        close(m->fd);
        return false;
    }
    s->watch = (struct loop_watch){
        .fd = m->fd, .events = EPOLLIN, .rank = RANK_SOCKET, .ready = socket_ready
    };
    if (loop_add(p->loop, &s->watch) != 0)
        udp_close(&s->udp);
    return true;
}

static bool take_key_log(struct ike_process *p, const struct ipc_message *m)
{
    if (m->len != 1 || m->bytes[0] >= KEY_LOG_FILES) {
        close(m->fd);
        return false;
    }
    if (p->key_log[m->bytes[0]] >= 0)
        close(p->key_log[m->bytes[0]]);
    p->key_log[m->bytes[0]] = m->fd;
    return true;
}

/* ---- what the engine wants --------------------------------------------------------------------
 */

static void ask_keys(struct ike_process *p, ns_t now, const struct ike_keys_request *k)
{
    uint8_t bytes[ASK_BYTES_MAX];
    struct wr w = wr_init(bytes, sizeof(bytes));
    ask_encode(k, &w);
    /* Whoever floods us with IKE_AUTH may make keys late; the channel must not overflow of it. */
    bool late = channel_is_behind(&p->keys);
    if (w.bad || late || !channel_is_open(&p->keys)) {
        const struct ike_keys_answer no = {
            .request = k->request,
            .why = late ? "the keys process is overloaded"
                        : "the request is too long for the keys process",
        };
        secret_wipe_bytes(bytes, wr_len(&w));
        ike_keys_answered(p->engine, now, &no);
        return;
    }
    channel_send(&p->keys, MSG_KEYS_ASK, bytes, wr_len(&w), -1);
    secret_wipe_bytes(bytes, wr_len(&w));
}

static void tell_data(struct ike_process *p, enum message kind, const struct esp_child *child)
{
    uint8_t bytes[4];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u32(&w, child->id);
    ike_workers_send(p->data, child->connection, kind, bytes, sizeof(bytes));
}

static void tell_child(struct ike_process *p, const struct esp_child *child, bool path_only)
{
    uint8_t bytes[CHILD_BYTES_MAX];
    struct wr w = wr_init(bytes, sizeof(bytes));
    struct esp_child told = *child;
    ike_vias_path(&p->vias, p->addresses, &told.path);
    if (path_only) {
        wr_u32(&w, child->id);
        path_encode(&told.path, &w);
    } else {
        child_encode(&told, &w);
    }
    secret_wipe_bytes(&told, sizeof(told));
    assert(!w.bad);
    ike_workers_send(p->data, child->connection, path_only ? MSG_CHILD_PATH : MSG_CHILD_ADD, bytes,
                     wr_len(&w));
    secret_wipe_bytes(bytes, wr_len(&w));
}

static void tell_tunnel(struct ike_process *p, uint32_t connection, bool on)
{
    uint8_t bytes[5];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u32(&w, connection);
    wr_u8(&w, on);
    ike_workers_send(p->data, connection, MSG_TUNNEL, bytes, sizeof(bytes));
}

/* Lines of esp_sa begin with the family's name in quotes, the others with an SPI. A full disk costs
 * the line, never the tunnel. */
static void write_key_log(struct ike_process *p, const char *text)
{
    int *fd = &p->key_log[text[0] == '"' ? KEY_LOG_ESP : KEY_LOG_IKE];
    const struct iovec parts[] = { { .iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text) },
                                   { .iov_base = (void *)(uintptr_t)"\n", .iov_len = 1 } };
    if (*fd < 0 || writev(*fd, parts, ARRAY_LEN(parts)) >= 0)
        return;
    log_line(&p->log, LOG_LEVEL_ERROR, "the key log cannot be written: %s; it is off now [KEY-LOG]",
             strerror(errno));
    close(*fd);
    *fd = -1;
}

static void act(struct ike_process *p, ns_t now, const struct ike_action *a)
{
    static const enum log_level levels[] = { [DIAG_NOTE] = LOG_LEVEL_INFO,
                                             [DIAG_WARNING] = LOG_LEVEL_WARNING,
                                             [DIAG_ERROR] = LOG_LEVEL_ERROR };
    static const uint8_t keepalive = 0xff;
    switch (a->kind) {
    case IKE_DO_SEND:
        send_datagram(p, now, &a->path, a->bytes, a->len, a->path.local_port != 500);
        break;
    case IKE_DO_KEEPALIVE:
        send_datagram(p, now, &a->path, &keepalive, 1, false);
        break;
    case IKE_DO_KEYS:
        ask_keys(p, now, a->keys);
        break;
    case IKE_DO_CHILD_ADD:
        tell_child(p, a->child, false);
        break;
    case IKE_DO_CHILD_PATH:
        tell_child(p, a->child, true);
        break;
    case IKE_DO_CHILD_OUT:
        tell_data(p, MSG_CHILD_OUT, a->child);
        break;
    case IKE_DO_CHILD_REMOVE:
        tell_data(p, MSG_CHILD_REMOVE, a->child);
        break;
    case IKE_DO_TUNNEL:
        tell_tunnel(p, a->connection, a->on);
        break;
    case IKE_DO_EVENT:
        log_line(&p->log, levels[a->severity], "%s", a->text);
        break;
    case IKE_DO_TRACE: { /* it was asked for: whatever the level of the log is */
        struct log always = p->log;
        always.level = LOG_LEVEL_DEBUG;
        log_line(&always, LOG_LEVEL_DEBUG, "%s", a->text);
        p->log.lost = always.lost;
        break;
    }
    case IKE_DO_KEY_LOG:
        write_key_log(p, a->text);
        break;
    }
}

/* A failed send is told to the engine and may give new actions: those come out here as well. What
 * data has to do waits in the engine while data is behind: run() goes on with it. */
static void act_all(struct ike_process *p)
{
    struct ike_action a;
    while (!ike_workers_are_behind(p->data) && ike_next(p->engine, &a))
        act(p, loop_now(p->loop), &a);
}

/* While data is behind, whoever could give it more to do is not heard: peers, operators, timers.
 * True: it is. */
static bool wait_for_data(struct ike_process *p)
{
    bool wait = ike_workers_are_behind(p->data);
    for (int i = 0; i < 4; i++) {
        struct ike_socket *s = &p->sockets[i / 2][i % 2];
        if (s->watch.added)
            loop_set(p->loop, &s->watch, wait ? 0 : EPOLLIN);
    }
    channel_hold(&p->ctl, wait);
    return wait;
}

/* ---- configuration ----------------------------------------------------------------------------
 */

static void tell_engine(struct ike_process *p, const struct told *t)
{
    if (t->kind == MSG_KEYS_TRUST)
        ike_trust(p->engine, t->name, t->bytes, t->len);
    else
        ike_subject(p->engine, loop_now(p->loop), t->name, t->bytes, t->len);
}

/* conf and core have said what is wrong with the text; here it is only taken over. */
static err_t use_config(void *owner, const struct config *config, struct ipsec_build *built)
{
    struct ike_process *p = owner;
    if (ike_vias_set(&p->vias, config) != 0)
        return -ENOMEM;
    built->config.key_log = p->key_log[KEY_LOG_IKE] >= 0 || p->key_log[KEY_LOG_ESP] >= 0;
    built->config.debug = p->options->log_level == LOG_LEVEL_DEBUG;
    err_t rc = ike_configure(p->engine, loop_now(p->loop), &built->config);
    LIST_EACH (it, &p->told)
        tell_engine(p, LIST_ENTRY(it, struct told, link));
    return rc;
}

static void configure(struct ike_process *p, int fd)
{
    err_t rc = document_use(fd, use_config, p);
    if (rc != 0)
        log_line(&p->log, LOG_LEVEL_ERROR, "the IPsec configuration is not taken over: %s",
                 strerror(-rc));
}

/* ---- messages ---------------------------------------------------------------------------------
 */

static bool ctl_message(void *owner, const struct ipc_message *m);

static void ctl_ended(void *owner, struct channel *c, err_t why)
{
    (void)owner, (void)c, (void)why; /* priv notices that ctl ended; until then nobody asks */
}

static bool take_worker(struct ike_process *p, const struct ipc_message *m)
{
    if (m->len == 1)
        return ike_workers_again(p->data, m->bytes[0], m->fd);
    close(m->fd);
    return false;
}

static bool priv_message(void *owner, const struct ipc_message *m)
{
    struct ike_process *p = owner;
    switch (m->kind) {
    case MSG_IKE_CONFIG:
        configure(p, m->fd);
        break;
    case MSG_IKE_SOCKET:
        if (!take_socket(p, m))
            return false;
        break;
    case MSG_IKE_CTL:
        channel_done(&p->ctl);
        p->ctl = (struct channel){
            .owner = p, .message = ctl_message, .ended = ctl_ended, .answers_first = true
        };
        if (channel_open(&p->ctl, p->loop, m->fd, ROLE_IKE, ROLE_CTL, RANK_CTL) != 0)
            close(m->fd);
        break;
    case MSG_IKE_WORKER:
        if (!take_worker(p, m))
            return false;
        break;
    case MSG_IKE_KEY_LOG:
        if (!take_key_log(p, m))
            return false;
        break;
    case MSG_IKE_STOP:
        p->stopping = true;
        p->stop_at = loop_now(p->loop) + STOP_S * NS_PER_S;
        ike_shutdown(p->engine, loop_now(p->loop));
        break;
    default:
        return false;
    }
    act_all(p);
    return true;
}

static void priv_ended(void *owner, struct channel *c, err_t why)
{
    struct ike_process *p = owner;
    (void)c;
    if (why == -EPIPE) {
        p->status = EXIT_PEER; /* priv ended: it has said why */
        p->done = true;
    } else {
        fail(p, "priv broke the rules of its channel");
    }
}

static struct told *told_of(struct ike_process *p, enum message kind, const char *name)
{
    LIST_EACH (it, &p->told) {
        struct told *t = LIST_ENTRY(it, struct told, link);
        if (t->kind == kind && strcmp(t->name, name) == 0)
            return t;
    }
    struct told *t = mem_alloc(MEM_NODE, sizeof(*t));
    if (!t)
        return NULL;
    t->kind = kind;
    memcpy(t->name, name, strlen(name) + 1);
    list_append(&p->told, &t->link);
    return t;
}

static bool take_told(struct ike_process *p, enum message kind, struct rd *r)
{
    char name[NAME_BYTES_MAX];
    if (!get_text(r, name, sizeof(name)) || rd_left(r) > TOLD_BYTES_MAX)
        return false;
    if (kind == MSG_KEYS_TRUST ? rd_left(r) % 20 : rd_left(r) > IKE_ID_MAX)
        return false;
    struct told *t = told_of(p, kind, name);
    if (!t)
        return true;
    t->len = rd_left(r);
    memcpy(t->bytes, r->p, t->len);
    tell_engine(p, t);
    act_all(p);
    return true;
}

static bool keys_message(void *owner, const struct ipc_message *m)
{
    struct ike_process *p = owner;
    struct rd r = rd_init(m->bytes, m->len);
    struct ike_keys_answer answer;
    char why[NAME_BYTES_MAX];
    if (m->kind == MSG_KEYS_TRUST || m->kind == MSG_KEYS_SUBJECT)
        return take_told(p, (enum message)m->kind, &r);
    if (m->kind != MSG_KEYS_ANSWER || !answer_decode(&r, &answer, why))
        return false;
    ike_keys_answered(p->engine, loop_now(p->loop), &answer);
    act_all(p);
    return true;
}

static void told(void *owner)
{
    act_all(owner);
}

/* Without keys or data there is no IPsec: priv hears of it by our end. */
static void helper_ended(struct ike_process *p, const char *name, err_t why)
{
    if (p->stopping)
        return;
    log_line(&p->log, LOG_LEVEL_ERROR, "%s %s: ending", name,
             why == -EPIPE ? "is gone" : "broke the rules of its channel");
    p->status = EXIT_PEER;
    p->done = true;
}

static void keys_ended(void *owner, struct channel *c, err_t why)
{
    (void)c;
    helper_ended(owner, "keys", why);
}

static void worker_ended(void *owner, const char *name, err_t why)
{
    helper_ended(owner, name, why);
}

static void query(struct ike_process *p, uint32_t id, uint32_t connection)
{
    struct answer a;
    err_t rc = answer_begin(&a);
    if (rc == 0) {
        err_t result = a.error;
        if (result == 0)
            result = ike_query(p->engine, loop_now(p->loop), connection, &a.sink);
        if (result == 0 && connection == 0 && !ike_workers_query(p->data, &a.sink))
            result = a.error;
        rc = answer_send(&a, &p->ctl.ipc, MSG_IKE_ANSWER, id, result);
    }
    if (rc != 0)
        log_line(&p->log, LOG_LEVEL_ERROR, "an answer cannot be given: %s", strerror(-rc));
}

/* What is on then is the answer. */
static bool debug(struct ike_process *p, struct rd *r)
{
    struct answer a;
    struct ip_addr peer;
    uint32_t id = rd_u32(r);
    uint8_t what = rd_u8(r);
    if (!get_ip(r, &peer) || !rd_is_done(r) || what >= IKE_DEBUG_KINDS)
        return false;
    err_t rc = answer_begin(&a);
    if (rc == 0) {
        err_t result = a.error;
        if (result == 0)
            result = ike_debug(p->engine, (enum ike_debug_what)what, &peer, &a.sink);
        rc = answer_send(&a, &p->ctl.ipc, MSG_IKE_ANSWER, id, result);
    }
    if (rc != 0)
        log_line(&p->log, LOG_LEVEL_ERROR, "an answer cannot be given: %s", strerror(-rc));
    return true;
}

static err_t obey(struct ike_process *p, uint32_t connection, enum ctl_ike_order what)
{
    ns_t now = loop_now(p->loop);
    switch (what) {
    case CTL_IKE_CLEAR:
    case CTL_IKE_CLEAR_CHILDREN:
        ike_clear(p->engine, now, connection, what == CTL_IKE_CLEAR_CHILDREN, true);
        return 0;
    case CTL_IKE_REKEY:
    case CTL_IKE_REKEY_CHILDREN:
        return ike_rekey(p->engine, now, connection, what == CTL_IKE_REKEY_CHILDREN);
    }
    return -EPROTO;
}

static bool ctl_message(void *owner, const struct ipc_message *m)
{
    struct ike_process *p = owner;
    struct rd r = rd_init(m->bytes, m->len);
    if (m->kind == MSG_IKE_DEBUG)
        return debug(p, &r);
    uint32_t id = rd_u32(&r), connection = rd_u32(&r);
    if (m->kind == MSG_IKE_QUERY && rd_is_done(&r)) {
        query(p, id, connection);
        return true;
    }
    uint8_t what = rd_u8(&r);
    if (m->kind != MSG_IKE_ORDER || !rd_is_done(&r) || what > CTL_IKE_REKEY_CHILDREN)
        return false;
    err_t rc = obey(p, connection, (enum ctl_ike_order)what);
    act_all(p);
    return answer_result(&p->ctl.ipc, MSG_IKE_ORDERED, id, rc) == 0;
}

/* ---- our addresses ----------------------------------------------------------------------------
 */

static void told_address(void *owner, const char *interface, const struct ip_addr *a, bool present)
{
    struct ike_process *p = owner;
    ike_address(p->engine, loop_now(p->loop), interface, a, present);
}

/* Without the kernel's news tunnels work all the same, but for those that would move. */
static void watch_addresses(struct ike_process *p)
{
    const struct ike_addresses_params params = { .options = p->options,
                                                 .loop = p->loop,
                                                 .rank = RANK_ADDRESSES,
                                                 .owner = p,
                                                 .address = told_address,
                                                 .told = told };
    err_t rc = p->addresses ? ike_addresses_start(p->addresses, &params) : -ENOTCONN;
    if (rc != 0)
        log_line(&p->log, LOG_LEVEL_WARNING,
                 "changes of our addresses are not seen: %s; tunnels whose source changes wait for "
                 "their peer to be declared dead",
                 strerror(-rc));
}

/* ---- start and end ----------------------------------------------------------------------------
 */

static err_t set_up(struct ike_process *p)
{
    const struct ike_params params = { .random = crypto_random_system(),
                                       .workers = p->options->workers };
    p->loop = loop_new();
    p->engine = ike_new(&params);
    const struct ike_workers_params workers = { .loop = p->loop,
                                                .engine = p->engine,
                                                .count = MAX(p->options->workers, UINT32_C(1)),
                                                .first_fd = ROLE_FD_IKE_DATA,
                                                .rank = RANK_DATA,
                                                .owner = p,
                                                .told = told,
                                                .ended = worker_ended };
    p->in = mem_alloc(MEM_BUFFER, DATAGRAM_MAX);
    p->out = mem_alloc(MEM_BUFFER, DATAGRAM_MAX);
    if (!p->loop || !p->engine || !p->in || !p->out)
        return -ENOMEM;
    p->priv = (struct channel){ .owner = p, .message = priv_message, .ended = priv_ended };
    p->keys = (struct channel){ .owner = p, .message = keys_message, .ended = keys_ended };
    err_t rc = channel_open(&p->priv, p->loop, ROLE_FD_PRIV, ROLE_IKE, ROLE_PRIV, RANK_PRIV);
    if (rc == 0)
        rc = channel_open(&p->keys, p->loop, ROLE_FD_IKE_KEYS, ROLE_IKE, ROLE_KEYS, RANK_KEYS);
    if (rc == 0)
        rc = ike_workers_open(&workers, &p->data);
    if (rc == 0)
        watch_addresses(p);
    return rc;
}

static void run(struct ike_process *p)
{
    while (!p->done) {
        bool waits = wait_for_data(p);
        ns_t until = waits ? NS_NEVER : ike_deadline(p->engine);
        if (p->stopping)
            until = MIN(until, p->stop_at);
        loop_turn(p->loop, until);
        ns_t now = loop_now(p->loop);
        if (!ike_workers_are_behind(p->data))
            ike_advance(p->engine, now);
        act_all(p);
        if (p->stopping &&
            (now >= p->stop_at || (!waits && ike_deadline(p->engine) == NS_NEVER)))
            p->done = true;
    }
}

static void tear_down(struct ike_process *p)
{
    ike_addresses_close(p->addresses);
    ike_vias_done(&p->vias);
    channel_done(&p->ctl);
    ike_workers_close(p->data);
    channel_done(&p->keys);
    channel_done(&p->priv);
    for (int i = 0; i < 4; i++) {
        struct ike_socket *s = &p->sockets[i / 2][i % 2];
        if (!s->watch.added)
            continue;
        loop_del(p->loop, &s->watch);
        udp_close(&s->udp);
    }
    LIST_EACH_SAFE (it, tmp, &p->told) {
        struct told *t = LIST_ENTRY(it, struct told, link);
        list_remove(&t->link);
        mem_free(MEM_NODE, t, sizeof(*t));
    }
    ike_free(p->engine);
    for (int i = 0; i < KEY_LOG_FILES; i++)
        if (p->key_log[i] >= 0)
            close(p->key_log[i]);
    mem_free(MEM_BUFFER, p->in, p->in ? DATAGRAM_MAX : 0);
    mem_free(MEM_BUFFER, p->out, p->out ? DATAGRAM_MAX : 0);
    loop_free(p->loop);
}

int ike_main(const struct options *o)
{
    struct ike_process *p = mem_alloc(MEM_NODE, sizeof(*p));
    if (!p)
        return EXIT_PEER;
    p->options = o;
    list_init(&p->told);
    for (int i = 0; i < KEY_LOG_FILES; i++)
        p->key_log[i] = -1;
    err_t rc = crypto_start(), watched = ike_addresses_open(&p->addresses);
    (void)watched; /* said in the log, which is not there yet */
    if (!role_enter(o, SANDBOX_IKE, &p->log))
        return EXIT_SANDBOX;
    if (rc == 0)
        rc = set_up(p);
    if (rc == 0)
        run(p);
    else
        fail(p, strerror(-rc));
    int status = p->status;
    tear_down(p);
    mem_free(MEM_NODE, p, sizeof(*p));
    return status;
}
