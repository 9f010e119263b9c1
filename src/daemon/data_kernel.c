#include "daemon/data_kernel.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "crypto/secret.h"
#include "daemon/messages_xfrm.h"
#include "os/xfrm.h"

enum {
    BUCKETS = 1024,
    READS_A_TURN = 16,
    /* The kernel's own end of a CHILD SA, behind ike's: for the case that nobody is there to end
     * it any more. */
    HARD_SLACK_S = 120,
};

struct tunnel {
    struct link link;
    uint32_t connection, if_id, lifetime_s; /* if_id 0: not there yet */
    struct esp_totals totals;               /* of its CHILD SAs, also those that are gone */
};

struct child {
    struct link link;
    struct child *next; /* in its bucket */
    uint32_t id, connection, spi_in, spi_out;
    struct esp_path path;
    struct esp_counters counters;
    bool untold; /* ike was busy */
};

struct data_kernel {
    struct loop *loop;
    uint8_t rank;
    struct channel *priv, *ike;
    struct log *log;
    struct loop_watch monitor;
    struct link tunnels, children;
    struct child *by_id[BUCKETS];
    _Alignas(8) uint8_t in[OS_XFRM_READ_BYTES];
};

struct data_kernel *data_kernel_new(struct loop *loop, uint8_t rank, struct channel *priv,
                                    struct channel *ike, struct log *log)
{
    struct data_kernel *k = mem_alloc(MEM_NODE, sizeof(*k));
    if (!k)
        return NULL;
    memset(k, 0, sizeof(*k));
    k->loop = loop;
    k->rank = rank;
    k->priv = priv;
    k->ike = ike;
    k->log = log;
    k->monitor.fd = -1;
    list_init(&k->tunnels);
    list_init(&k->children);
    return k;
}

static struct child *child_find(struct data_kernel *k, uint32_t id)
{
    struct child *c = k->by_id[id % BUCKETS];
    while (c && c->id != id)
        c = c->next;
    return c;
}

static void child_forget(struct data_kernel *k, struct child *c)
{
    struct child **at = &k->by_id[c->id % BUCKETS];
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    list_remove(&c->link);
    mem_free(MEM_NODE, c, sizeof(*c));
}

static struct tunnel *tunnel_find(struct data_kernel *k, uint32_t connection)
{
    LIST_EACH (it, &k->tunnels) {
        struct tunnel *t = LIST_ENTRY(it, struct tunnel, link);
        if (t->connection == connection)
            return t;
    }
    return NULL;
}

static void tunnel_forget(struct tunnel *t)
{
    list_remove(&t->link);
    mem_free(MEM_NODE, t, sizeof(*t));
}

void data_kernel_free(struct data_kernel *k)
{
    if (!k)
        return;
    LIST_EACH_SAFE (it, tmp, &k->children)
        child_forget(k, LIST_ENTRY(it, struct child, link));
    LIST_EACH_SAFE (it, tmp, &k->tunnels)
        tunnel_forget(LIST_ENTRY(it, struct tunnel, link));
    if (k->monitor.fd >= 0) {
        loop_del(k->loop, &k->monitor);
        close(k->monitor.fd);
    }
    mem_free(MEM_NODE, k, sizeof(*k));
}

/* ---- to priv --------------------------------------------------------------------------------- */

static struct wr begin(uint8_t *bytes, size_t n, enum xfrm_ask kind, uint32_t id)
{
    struct wr w = wr_init(bytes, n);
    wr_u8(&w, (uint8_t)kind);
    wr_u32(&w, id);
    return w;
}

static void ask(struct data_kernel *k, const struct wr *w, const uint8_t *bytes)
{
    assert(!w->bad);
    channel_send(k->priv, MSG_PRIV_XFRM, bytes, wr_len(w), -1);
}

void data_kernel_tunnel(struct data_kernel *k, uint32_t connection, const char *name, uint16_t mtu,
                        uint32_t lifetime_s)
{
    uint8_t bytes[64];
    struct tunnel *t = tunnel_find(k, connection);
    if (!t) {
        t = mem_alloc(MEM_NODE, sizeof(*t));
        if (!t) {
            log_line(k->log, LOG_LEVEL_ERROR, "no memory for tunnel %s", name);
            return;
        }
        *t = (struct tunnel){ .connection = connection };
        list_append(&k->tunnels, &t->link);
    }
    t->lifetime_s = lifetime_s;
    struct wr w = begin(bytes, sizeof(bytes), XFRM_TUNNEL, connection);
    wr_u16(&w, mtu);
    put_text(&w, name);
    ask(k, &w, bytes);
}

void data_kernel_tunnel_gone(struct data_kernel *k, uint32_t connection)
{
    uint8_t bytes[8];
    struct tunnel *t = tunnel_find(k, connection);
    if (t)
        tunnel_forget(t);
    LIST_EACH_SAFE (it, tmp, &k->children) {
        struct child *c = LIST_ENTRY(it, struct child, link);
        if (c->connection == connection)
            child_forget(k, c);
    }
    struct wr w = begin(bytes, sizeof(bytes), XFRM_TUNNEL_GONE, connection);
    ask(k, &w, bytes);
}

void data_kernel_carrier(struct data_kernel *k, uint32_t connection, bool up)
{
    uint8_t bytes[8];
    struct wr w = begin(bytes, sizeof(bytes), XFRM_CARRIER, connection);
    wr_u8(&w, up);
    ask(k, &w, bytes);
}

bool data_kernel_is_idle(const struct data_kernel *k)
{
    return !k || list_is_empty(&k->children);
}

void data_kernel_wait(struct data_kernel *k)
{
    if (k)
        channel_hold(k->ike, channel_is_behind(k->priv));
}

void data_kernel_ask_counters(struct data_kernel *k)
{
    const uint8_t kind = XFRM_COUNT;
    (void)channel_offer(k->priv, MSG_PRIV_XFRM, &kind, sizeof(kind));
}

void data_kernel_socket(const struct udp_socket *s, bool to_kernel, struct log *log)
{
    if (s->fd < 0)
        return;
    err_t rc = os_xfrm_give_socket(s->fd, s->is_raw, to_kernel);
    if (rc != 0)
        log_line(log, LOG_LEVEL_ERROR, "the kernel does not take over the socket of ESP%s: %s",
                 s->is_raw ? "" : " in UDP", strerror(-rc));
}

/* ---- of ike ---------------------------------------------------------------------------------- */

static bool add_child(struct data_kernel *k, const struct ipc_message *m)
{
    struct rd r = rd_init(m->bytes, m->len);
    struct esp_child from;
    struct child *c = child_decode(&r, &from) ? mem_alloc(MEM_NODE, sizeof(*c)) : NULL;
    if (c)
        *c = (struct child){ .id = from.id,
                             .connection = from.connection,
                             .spi_in = from.spi_in,
                             .spi_out = from.spi_out,
                             .path = from.path };
    secret_wipe_bytes(&from, sizeof(from));
    if (!c || child_find(k, c->id) || m->len + 8 > XFRM_ASK_MAX) {
        mem_free(MEM_NODE, c, c ? sizeof(*c) : 0);
        return false;
    }
    list_append(&k->children, &c->link);
    c->next = k->by_id[c->id % BUCKETS];
    k->by_id[c->id % BUCKETS] = c;
    const struct tunnel *t = tunnel_find(k, c->connection);
    uint8_t bytes[XFRM_ASK_MAX];
    struct wr w = begin(bytes, sizeof(bytes), XFRM_CHILD_ADD,
                        t && t->lifetime_s ? t->lifetime_s + HARD_SLACK_S : 0);
    wr_bytes(&w, m->bytes, m->len);
    ask(k, &w, bytes);
    secret_wipe_bytes(bytes, wr_len(&w));
    return true;
}

bool data_kernel_ike_message(struct data_kernel *k, const struct ipc_message *m)
{
    uint8_t bytes[128];
    struct rd r = rd_init(m->bytes, m->len);
    if (m->kind == MSG_CHILD_ADD)
        return add_child(k, m);
    uint32_t id = rd_u32(&r);
    struct child *c = child_find(k, id);
    enum xfrm_ask kind = XFRM_CHILD_OUT;
    struct esp_path path = { 0 };
    if (m->kind == MSG_CHILD_PATH) {
        kind = XFRM_CHILD_PATH;
        if (!path_decode(&r, &path))
            return false;
    } else if (m->kind == MSG_CHILD_REMOVE) {
        kind = XFRM_CHILD_REMOVE;
    } else if (m->kind != MSG_CHILD_OUT) {
        return false;
    }
    if (!rd_is_done(&r))
        return false;
    if (!c)
        return true;
    struct wr w = begin(bytes, sizeof(bytes), kind, id);
    if (kind == XFRM_CHILD_PATH) {
        c->path = path;
        path_encode(&path, &w);
    }
    ask(k, &w, bytes);
    if (kind == XFRM_CHILD_REMOVE)
        child_forget(k, c);
    return true;
}

/* ---- to ike ---------------------------------------------------------------------------------- */

void data_tell_event(struct channel *ike, const struct esp_event *e)
{
    uint8_t bytes[64];
    struct wr w = wr_init(bytes, sizeof(bytes));
    event_encode(e, &w);
    channel_send(ike, MSG_ESP_EVENT, bytes, wr_len(&w), -1);
}

void data_kernel_end(struct data_kernel *k)
{
    LIST_EACH (it, &k->children) {
        const struct esp_event e = { .kind = ESP_HARD_LIMIT,
                                     .child = LIST_ENTRY(it, struct child, link)->id };
        data_tell_event(k->ike, &e);
    }
    channel_hold(k->ike, false);
    LIST_EACH_SAFE (it, tmp, &k->tunnels)
        data_kernel_tunnel_gone(k, LIST_ENTRY(it, struct tunnel, link)->connection);
}

static void tell_counters(struct data_kernel *k, struct child *c, const struct tunnel *t)
{
    uint8_t bytes[256];
    struct wr w = wr_init(bytes, sizeof(bytes));
    const struct esp_totals none = { 0 };
    wr_u32(&w, c->id);
    wr_u32(&w, c->connection);
    totals_encode(t ? &t->totals : &none, &w);
    counters_encode(&c->counters, loop_now(k->loop), &w);
    c->untold = !channel_offer(k->ike, MSG_ESP_COUNTERS, bytes, wr_len(&w));
}

/* The kernel does not say when a state was used; that its count moved since the last question is
 * near enough. What an SA counts after the last question before its end is lost to the totals. */
static void take_counts(struct data_kernel *k, const struct xfrm_counts *n)
{
    struct child *c = child_find(k, n->id);
    ns_t now = loop_now(k->loop);
    if (!c)
        return;
    const struct esp_counters was = c->counters;
    bool in = n->packets_in != was.packets_in, out = n->packets_out != was.packets_out;
    bool failed = n->replayed != was.replayed || n->bad_icv != was.bad_icv;
    if (in && was.packets_in == 0) {
        const struct esp_event e = { .kind = ESP_ACTIVE, .child = c->id };
        data_tell_event(k->ike, &e);
    }
    c->counters = (struct esp_counters){ .packets_in = n->packets_in,
                                         .packets_out = n->packets_out,
                                         .bytes_in = n->bytes_in,
                                         .bytes_out = n->bytes_out,
                                         .replayed = n->replayed,
                                         .bad_icv = n->bad_icv,
                                         .sequence_in = n->sequence_in,
                                         .sequence_out = n->sequence_out,
                                         .last_in = in ? now : was.last_in,
                                         .last_out = out ? now : was.last_out };
    struct tunnel *t = tunnel_find(k, c->connection);
    if (t)
        esp_totals_add(&t->totals, &was, &c->counters);
    if (in || out || failed || c->untold)
        tell_counters(k, c, t);
}

static struct child *child_of(struct data_kernel *k, const struct os_xfrm_event *e)
{
    LIST_EACH (it, &k->children) {
        struct child *c = LIST_ENTRY(it, struct child, link);
        if ((c->spi_in == e->spi && ip_eq(&c->path.local, &e->destination)) ||
            (c->spi_out == e->spi && ip_eq(&c->path.remote, &e->destination)))
            return c;
    }
    return NULL;
}

static void tell_traffic(struct data_kernel *k, uint32_t if_id)
{
    LIST_EACH (it, &k->tunnels) {
        const struct tunnel *t = LIST_ENTRY(it, struct tunnel, link);
        uint8_t bytes[4];
        struct wr w = wr_init(bytes, sizeof(bytes));
        if (t->if_id != if_id)
            continue;
        wr_u32(&w, t->connection);
        channel_send(k->ike, MSG_ESP_TRAFFIC, bytes, sizeof(bytes), -1);
    }
}

static void take_event(struct data_kernel *k, const struct os_xfrm_event *e)
{
    if (e->what == OS_XFRM_ACQUIRE) {
        tell_traffic(k, e->if_id);
        return;
    }
    const struct child *c = child_of(k, e);
    if (!c)
        return; /* another program's */
    struct esp_event to = { .child = c->id, .spi = e->spi, .path = c->path };
    if (e->what == OS_XFRM_MOVED) {
        to.kind = ESP_MOVED;
        to.path.remote = e->from;
        to.path.remote_port = e->from_port;
    } else {
        to.kind = e->what == OS_XFRM_HARD ? ESP_HARD_LIMIT : ESP_SOFT_LIMIT;
    }
    data_tell_event(k->ike, &to);
}

static void monitor_ready(struct loop_watch *watch, uint32_t events)
{
    (void)events;
    struct data_kernel *k = container_of(watch, struct data_kernel, monitor);
    for (int i = 0; i < READS_A_TURN; i++) {
        ssize_t n = os_xfrm_monitor_read(watch->fd, k->in);
        if (n == 0)
            return;
        if (n < 0) { /* ike's own times, and the peer, come to the same end later */
            log_line(k->log, LOG_LEVEL_WARNING, "news of the kernel about IPsec are lost: %s",
                     strerror((int)-n));
            return;
        }
        struct os_xfrm_event e;
        for (size_t at = 0; os_xfrm_monitor_next(k->in, (size_t)n, &at, &e);)
            take_event(k, &e);
    }
}

/* ---- of priv --------------------------------------------------------------------------------- */

static bool take_monitor(struct data_kernel *k, int fd)
{
    if (k->monitor.fd >= 0) {
        loop_del(k->loop, &k->monitor);
        close(k->monitor.fd);
    }
    k->monitor =
        (struct loop_watch){ .fd = fd, .events = EPOLLIN, .rank = k->rank, .ready = monitor_ready };
    if (loop_add(k->loop, &k->monitor) != 0) {
        close(fd);
        k->monitor.fd = -1;
    }
    return true;
}

bool data_kernel_priv_message(struct data_kernel *k, const struct ipc_message *m)
{
    if (!k) { /* asked for by a back end that has gone */
        if (m->fd >= 0)
            close(m->fd);
        return true;
    }
    if (m->kind == MSG_DATA_XFRM_MONITOR)
        return take_monitor(k, m->fd);
    struct rd r = rd_init(m->bytes, m->len);
    uint8_t kind = rd_u8(&r);
    if (kind == XFRM_COUNTERS) {
        struct xfrm_counts n;
        while (rd_left(&r) > 0) {
            if (!xfrm_counts_decode(&r, &n))
                return false;
            take_counts(k, &n);
        }
        return !r.bad;
    }
    uint32_t id = rd_u32(&r);
    if (kind == XFRM_DEVICE) {
        struct tunnel *t = tunnel_find(k, id);
        uint32_t if_id = rd_u32(&r);
        if (t)
            t->if_id = if_id;
    } else if (kind == XFRM_FAILED) {
        const struct esp_event e = { .kind = ESP_HARD_LIMIT, .child = id };
        data_tell_event(k->ike, &e);
    } else {
        return false;
    }
    return rd_is_done(&r);
}
