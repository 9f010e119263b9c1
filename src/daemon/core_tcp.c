/* core: BGP's connections, between the node and the kernel's TCP. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/core.h"
#include "os/tcp.h"

static struct core_conn **bucket(struct core *c, uint32_t id)
{
    return &c->conns[id % CORE_CONN_BUCKETS];
}

static struct core_conn *find(struct core *c, uint32_t id)
{
    struct core_conn *conn = *bucket(c, id);
    while (conn && conn->id != id)
        conn = conn->next;
    return conn;
}

static void unlink_id(struct core *c, struct core_conn *conn)
{
    struct core_conn **at = bucket(c, conn->id);
    while (*at && *at != conn)
        at = &(*at)->next;
    if (*at)
        *at = conn->next;
}

/* Closes for good; the node is not told. */
static void destroy(struct core *c, struct core_conn *conn)
{
    unlink_id(c, conn);
    list_remove(&conn->closing);
    loop_del(c->loop, &conn->watch);
    close(conn->watch.fd);
    c->conn_count--;
    mem_free(MEM_PEER, conn, sizeof(*conn));
}

/* The other end or the network ended it: the node hears why, unless it ended it first. */
static void lose(struct core *c, ns_t now, struct core_conn *conn, err_t why)
{
    uint32_t id = conn->id;
    bool tell = conn->state == CONN_CONNECTING || conn->state == CONN_OPEN;
    destroy(c, conn);
    if (tell)
        node_tcp_closed(c->node, now, id, why);
}

static void drain(struct core *c, ns_t now, struct core_conn *conn)
{
    conn->state = CONN_DRAINING;
    conn->until = now + CORE_LINGER_S * NS_PER_S;
    shutdown(conn->watch.fd, SHUT_WR);
    loop_set(c->loop, &conn->watch, EPOLLIN);
}

/* Sends what the node has; true: all of it went (or the connection is gone). */
static void send_output(struct core *c, ns_t now, struct core_conn *conn)
{
    size_t total = 0;
    while (total < CORE_SEND_A_TURN) {
        const uint8_t *bytes;
        size_t len = node_tcp_output(c->node, now, conn->id, &bytes);
        if (len == 0) {
            if (conn->state == CONN_FLUSHING)
                drain(c, now, conn);
            else
                loop_set(c->loop, &conn->watch, EPOLLIN);
            return;
        }
        ssize_t n = tcp_write(conn->watch.fd, bytes, len);
        if (n == -EAGAIN)
            break;
        if (n < 0) {
            lose(c, now, conn, (err_t)n);
            return;
        }
        node_tcp_sent(c->node, now, conn->id, (size_t)n);
        total += (size_t)n;
    }
    loop_set(c->loop, &conn->watch,
             conn->state == CONN_FLUSHING ? (uint32_t)EPOLLOUT : (uint32_t)(EPOLLIN | EPOLLOUT));
}

static struct node_endpoints endpoints(const struct tcp_ends *e)
{
    return (struct node_endpoints){ .local = e->local,
                                    .remote = e->remote,
                                    .local_port = e->local_port,
                                    .remote_port = e->remote_port,
                                    .if_index = e->if_index };
}

static void connected(struct core *c, ns_t now, struct core_conn *conn)
{
    struct tcp_ends ends;
    err_t rc = tcp_result(conn->watch.fd);
    if (rc == 0)
        rc = tcp_ends(conn->watch.fd, &ends);
    if (rc != 0) {
        lose(c, now, conn, rc);
        return;
    }
    conn->state = CONN_OPEN;
    loop_set(c->loop, &conn->watch, EPOLLIN);
    const struct node_endpoints e = endpoints(&ends);
    node_tcp_opened(c->node, now, conn->id, &e);
}

static void receive(struct core *c, ns_t now, struct core_conn *conn)
{
    ssize_t n = tcp_read(conn->watch.fd, c->input, NODE_INPUT_MAX);
    if (n == -EAGAIN)
        return;
    if (n <= 0) {
        lose(c, now, conn, (err_t)n);
        return;
    }
    if (conn->state == CONN_OPEN)
        node_tcp_received(c->node, now, conn->id, c->input, (size_t)n);
}

static void conn_ready(struct loop_watch *w, uint32_t events)
{
    struct core_conn *conn = container_of(w, struct core_conn, watch);
    struct core *c = conn->core;
    ns_t now = loop_now(c->loop);
    if (conn->state == CONN_CONNECTING) {
        connected(c, now, conn);
        return;
    }
    if (events & EPOLLOUT) {
        uint32_t id = conn->id;
        send_output(c, now, conn);
        if (find(c, id) != conn)
            return;
    }
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) && conn->state != CONN_FLUSHING)
        receive(c, now, conn);
    else if (events & (EPOLLERR | EPOLLHUP))
        lose(c, now, conn, 0);
}

static struct core_conn *adopt(struct core *c, int fd, uint32_t id, enum core_conn_state state)
{
    struct core_conn *conn = NULL;
    if (c->conn_count < CORE_CONNS_MAX)
        conn = mem_alloc(MEM_PEER, sizeof(*conn));
    if (!conn)
        return NULL;
    conn->core = c;
    conn->id = id;
    conn->state = state;
    conn->watch = (struct loop_watch){
        .fd = fd,
        .events = state == CONN_CONNECTING ? (uint32_t)EPOLLOUT : (uint32_t)EPOLLIN,
        .rank = RANK_CONN,
        .ready = conn_ready };
    list_init(&conn->closing);
    if (loop_add(c->loop, &conn->watch) != 0) {
        mem_free(MEM_PEER, conn, sizeof(*conn));
        return NULL;
    }
    conn->next = *bucket(c, id);
    *bucket(c, id) = conn;
    c->conn_count++;
    return conn;
}

void core_tcp_connect(struct core *c, ns_t now, const struct node_action *a)
{
    const struct tcp_params p = { .local = a->tcp.local,
                                  .remote = a->tcp.remote,
                                  .port = a->tcp.port,
                                  .ttl = a->tcp.ttl,
                                  .min_ttl = a->tcp.min_ttl,
                                  .if_index = a->tcp.if_index,
                                  .device = a->tcp.device,
                                  .password = a->tcp.password };
    int fd;
    err_t rc = tcp_connect(&p, &fd);
    if (rc == 0 && !adopt(c, fd, a->conn, CONN_CONNECTING)) {
        close(fd);
        rc = -ENOBUFS;
    }
    if (rc != 0)
        node_tcp_closed(c->node, now, a->conn, rc);
}

void core_tcp_close(struct core *c, ns_t now, uint32_t id, bool flush)
{
    struct core_conn *conn = find(c, id);
    if (!conn)
        return;
    if (!flush || conn->state == CONN_CONNECTING) {
        destroy(c, conn);
        return;
    }
    conn->state = CONN_FLUSHING;
    conn->until = now + CORE_FLUSH_S * NS_PER_S;
    list_append(&c->closing, &conn->closing);
    send_output(c, now, conn);
}

void core_tcp_send(struct core *c, ns_t now, uint32_t id)
{
    struct core_conn *conn = find(c, id);
    if (conn && conn->state == CONN_OPEN)
        send_output(c, now, conn);
}

void core_tcp_send_all(struct core *c, ns_t now)
{
    for (size_t i = 0; i < CORE_CONN_BUCKETS; i++)
        for (struct core_conn *conn = c->conns[i], *next; conn; conn = next) {
            next = conn->next;
            if (conn->state == CONN_OPEN && !(conn->watch.events & EPOLLOUT))
                send_output(c, now, conn);
        }
}

void core_tcp_expire(struct core *c, ns_t now)
{
    LIST_EACH_SAFE(it, tmp, &c->closing) {
        struct core_conn *conn = LIST_ENTRY(it, struct core_conn, closing);
        if (now >= conn->until)
            destroy(c, conn);
    }
    for (size_t i = 0; i < ARRAY_LEN(c->listeners); i++) {
        struct core_listener *l = &c->listeners[i];
        if (l->paused && now >= l->resume_at) {
            l->paused = false;
            loop_set(c->loop, &l->watch, EPOLLIN);
        }
    }
}

ns_t core_tcp_deadline(const struct core *c)
{
    ns_t at = NS_NEVER;
    LIST_EACH(it, &c->closing)
        at = MIN(at, LIST_ENTRY(it, struct core_conn, closing)->until);
    for (size_t i = 0; i < ARRAY_LEN(c->listeners); i++)
        if (c->listeners[i].paused)
            at = MIN(at, c->listeners[i].resume_at);
    return at;
}

/* ---- incoming -------------------------------------------------------------------------------- */

static const struct core_key *key_of(const struct core *c, const struct ip_addr *remote)
{
    LIST_EACH(it, &c->keys) {
        const struct core_key *k = LIST_ENTRY(it, struct core_key, link);
        if (ip_eq(&k->remote, remote))
            return k;
    }
    return NULL;
}

static void accepted(struct core *c, ns_t now, int fd, const struct tcp_ends *ends)
{
    const struct core_key *k = key_of(c, &ends->remote);
    if (k && tcp_ttl(fd, ends->remote.family, k->ttl, k->min_ttl) != 0) {
        close(fd);
        return;
    }
    const struct node_endpoints e = endpoints(ends);
    uint32_t id = node_tcp_accepted(c->node, now, &e);
    if (id == 0) {
        close(fd);
        return;
    }
    uint32_t device = node_tcp_device(c->node, id);
    err_t rc = device ? tcp_keep_to(fd, device) : 0;
    if (rc == 0 && !adopt(c, fd, id, CONN_OPEN))
        rc = -ENOBUFS;
    if (rc != 0) {
        close(fd);
        node_tcp_closed(c->node, now, id, rc);
    }
}

static void listener_ready(struct loop_watch *w, uint32_t events)
{
    (void)events;
    struct core_listener *l = container_of(w, struct core_listener, watch);
    struct core *c = l->core;
    ns_t now = loop_now(c->loop);
    for (int i = 0; i < CORE_ACCEPTS_A_TURN; i++) {
        int fd;
        struct tcp_ends ends;
        err_t rc = tcp_accept(w->fd, &fd, &ends);
        if (rc == 0) {
            accepted(c, now, fd, &ends);
        } else if (rc == -EMFILE || rc == -ENFILE || rc == -ENOBUFS || rc == -ENOMEM) {
            log_line(&c->log, LOG_LEVEL_ERROR, "connections cannot be accepted: %s",
                     strerror(-rc));
            l->paused = true;
            l->resume_at = now + CORE_ACCEPT_PAUSE_S * NS_PER_S;
            loop_set(c->loop, w, 0);
            return;
        } else if (rc == -EAGAIN) {
            return;
        }
    }
}

static void set_key(struct core *c, const struct core_listener *l, const struct core_key *k)
{
    if (!l->open || l->family != k->remote.family)
        return;
    err_t rc = tcp_key(l->watch.fd, &k->remote, k->if_index, k->password[0] ? k->password : NULL);
    if (rc == 0)
        return;
    char peer[IP_TEXT_MAX];
    struct text t = text_init(peer, sizeof(peer));
    text_ip(&t, &k->remote);
    log_line(&c->log, LOG_LEVEL_ERROR,
             "the TCP-MD5 key of neighbor %s cannot be set on the listener: %s", peer,
             strerror(-rc));
}

void core_tcp_listener(struct core *c, uint8_t family, int fd)
{
    struct core_listener *l = &c->listeners[family == IP_V6];
    if (l->open) {
        close(fd);
        return;
    }
    *l = (struct core_listener){ .core = c, .family = family, .open = true };
    l->watch = (struct loop_watch){
        .fd = fd, .events = EPOLLIN, .rank = RANK_LISTENER, .ready = listener_ready };
    LIST_EACH(it, &c->keys)
        set_key(c, l, LIST_ENTRY(it, struct core_key, link));
    if (loop_add(c->loop, &l->watch) != 0) {
        close(fd);
        l->open = false;
        log_line(&c->log, LOG_LEVEL_ERROR, "the listener cannot be watched");
    }
}

void core_tcp_unlisten(struct core *c)
{
    for (size_t i = 0; i < ARRAY_LEN(c->listeners); i++) {
        struct core_listener *l = &c->listeners[i];
        if (!l->open)
            continue;
        loop_del(c->loop, &l->watch);
        close(l->watch.fd);
        *l = (struct core_listener){ 0 };
    }
}

static void free_key(struct core_key *k)
{
    list_remove(&k->link);
    explicit_bzero(k->password, sizeof(k->password));
    mem_free(MEM_PEER, k, sizeof(*k));
}

void core_tcp_key(struct core *c, const struct node_tcp *key)
{
    struct core_key *k = NULL;
    LIST_EACH(it, &c->keys)
        if (ip_eq(&LIST_ENTRY(it, struct core_key, link)->remote, &key->remote))
            k = LIST_ENTRY(it, struct core_key, link);
    if (!k) {
        k = mem_alloc(MEM_PEER, sizeof(*k));
        if (!k) {
            log_line(&c->log, LOG_LEVEL_ERROR, "no memory for a TCP-MD5 key");
            return;
        }
        list_append(&c->keys, &k->link);
    }
    k->remote = key->remote;
    k->if_index = key->if_index;
    k->ttl = key->ttl;
    k->min_ttl = key->min_ttl;
    memset(k->password, 0, sizeof(k->password));
    if (key->password)
        memcpy(k->password, key->password, strnlen(key->password, sizeof(k->password) - 1));
    for (size_t i = 0; i < ARRAY_LEN(c->listeners); i++)
        set_key(c, &c->listeners[i], k);
    if (!k->password[0] && !k->ttl && !k->min_ttl)
        free_key(k);
}

void core_tcp_done(struct core *c)
{
    core_tcp_unlisten(c);
    for (size_t i = 0; i < CORE_CONN_BUCKETS; i++)
        while (c->conns[i])
            destroy(c, c->conns[i]);
    LIST_EACH_SAFE(it, tmp, &c->keys)
        free_key(LIST_ENTRY(it, struct core_key, link));
}
