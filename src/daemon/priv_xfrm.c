/* priv: tunnels in the kernel's own IPsec (`platform ipsec kernel`): interfaces, states and
 * policies, as data asks for them. All of a tunnel carries the if_id that priv chose, so what data
 * asks for touches packets of our own interfaces alone. Keys pass through; none is kept. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/list.h"
#include "base/mem.h"
#include "crypto/secret.h"
#include "daemon/messages_xfrm.h"
#include "daemon/priv.h"
#include "daemon/xfrm_selectors.h"

enum {
    BUCKETS = 1024,
    TUNNELS_MAX = 16384,
    CHILDREN_MAX = 4 * TUNNELS_MAX,
    COUNT_A_TURN = 1024, /* CHILD SAs whose counters are read at once: two questions each */
    IF_ID_TRIES = 8,
    PRIORITY_FIRST = 0x7fffffff, /* the newest policy goes first: the smallest number */
};

struct tunnel {
    struct link link, children;
    struct tunnel *next; /* in its bucket */
    uint32_t connection, if_id;
    char name[OS_XFRM_NAME_MAX];
};

struct child {
    struct link link, all; /* of its tunnel; of all */
    struct child *next;    /* in its bucket */
    struct tunnel *tunnel;
    uint32_t id, spi_in, spi_out;
    struct esp_path path;
    uint32_t priority; /* 0: it does not send */
    uint32_t n;
    struct os_xfrm_selector *selectors;
};

struct priv_xfrm {
    struct os_xfrm *kernel;
    char alias[OS_XFRM_ALIAS_MAX];
    struct link tunnels, children; /* children: those whose turn it is to be read first */
    uint32_t n_tunnels, n_children, priority;
    struct priv_child *asker; /* the worker that is heard, and answered */
    uint32_t tunnels_of[ESP_WORKERS_MAX];
    struct tunnel *by_connection[BUCKETS];
    struct child *by_id[BUCKETS];
};

/* ---- what is kept ---------------------------------------------------------------------------- */

static struct tunnel *tunnel_find(struct priv_xfrm *x, uint32_t connection)
{
    struct tunnel *t = x->by_connection[connection % BUCKETS];
    while (t && t->connection != connection)
        t = t->next;
    return t;
}

static struct child *child_find(struct priv_xfrm *x, uint32_t id)
{
    struct child *c = x->by_id[id % BUCKETS];
    while (c && c->id != id)
        c = c->next;
    return c;
}

static uint32_t worker_of(const struct priv *p, const struct tunnel *t)
{
    return esp_worker_of(t->connection, p->ipsec.workers);
}

/* Several daemons may run in one network namespace: each knows its own by its run directory. */
static void name_ours(const struct priv *p, char alias[OS_XFRM_ALIAS_MAX])
{
    char *path = realpath(p->options->run_dir, NULL);
    const char *dir = path ? path : p->options->run_dir;
    snprintf(alias, OS_XFRM_ALIAS_MAX, "spanway %016llx",
             (unsigned long long)hash_bytes(0, dir, strlen(dir)));
    free(path);
}

static struct priv_xfrm *open_kernel(struct priv *p)
{
    if (p->xfrm)
        return p->xfrm;
    struct priv_xfrm *x = mem_alloc(MEM_NODE, sizeof(*x));
    if (!x)
        return NULL;
    memset(x, 0, sizeof(*x));
    list_init(&x->tunnels);
    list_init(&x->children);
    x->priority = PRIORITY_FIRST;
    name_ours(p, x->alias);
    err_t rc = os_xfrm_open(&x->kernel);
    if (rc != 0) {
        log_line(&p->log, LOG_LEVEL_ERROR, "the kernel's IPsec cannot be reached: %s [XFRM-OPEN]",
                 strerror(-rc));
        mem_free(MEM_NODE, x, sizeof(*x));
        return NULL;
    }
    p->xfrm = x;
    return x;
}

static void refused(struct priv *p, err_t rc, const char *what, const char *name)
{
    const char *why = os_xfrm_why(p->xfrm->kernel);
    log_line(&p->log, LOG_LEVEL_ERROR, "the kernel refused %s of tunnel %s: %s%s%s [XFRM-REFUSED]",
             what, name, rc == -ENOSYS ? "it lacks the algorithm" : strerror(-rc),
             why[0] ? ": " : "", why);
}

/* ---- policies -------------------------------------------------------------------------------- */

static struct os_xfrm_policy policy(const struct child *c, enum os_xfrm_direction direction,
                                    const struct os_xfrm_selector *s)
{
    bool out = direction == OS_XFRM_OUT;
    return (struct os_xfrm_policy){ .direction = direction,
                                    .selector = out ? *s : xfrm_selector_reversed(s),
                                    .if_id = c->tunnel->if_id,
                                    .priority = out ? c->priority : PRIORITY_FIRST,
                                    .reqid = out ? c->id : 0,
                                    .source = out ? c->path.local : c->path.remote,
                                    .destination = out ? c->path.remote : c->path.local };
}

static void set_policy(struct priv *p, const struct child *c, enum os_xfrm_direction direction,
                       const struct os_xfrm_selector *s)
{
    const struct os_xfrm_policy x = policy(c, direction, s);
    err_t rc = os_xfrm_policy_set(p->xfrm->kernel, &x);
    if (rc != 0)
        refused(p, rc, "a policy", c->tunnel->name);
}

static bool selects(const struct child *c, const struct os_xfrm_selector *s)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (xfrm_selector_eq(&c->selectors[i], s))
            return true;
    return false;
}

/* Who sends what the selector names: the CHILD SA that was told so last. NULL: none. *ret_any: some
 * CHILD SA receives it. But for `but`. */
static const struct child *sender_of(const struct tunnel *t, const struct os_xfrm_selector *s,
                                     const struct child *but, bool *ret_any)
{
    const struct child *best = NULL;
    *ret_any = false;
    LIST_EACH (it, &t->children) {
        const struct child *c = LIST_ENTRY(it, struct child, link);
        if (c == but || !selects(c, s))
            continue;
        *ret_any = true;
        if (c->priority && (!best || c->priority < best->priority))
            best = c;
    }
    return best;
}

static void drop_policy(struct priv *p, const struct child *c, enum os_xfrm_direction direction,
                        const struct os_xfrm_selector *s)
{
    const struct os_xfrm_policy x = policy(c, direction, s);
    err_t rc = os_xfrm_policy_del(p->xfrm->kernel, &x);
    if (rc != 0 && rc != -ENOENT)
        refused(p, rc, "the removal of a policy", c->tunnel->name);
}

/* What a CHILD SA leaves: others with the same selectors go on. */
static void leave_policies(struct priv *p, const struct child *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        const struct os_xfrm_selector *s = &c->selectors[i];
        bool any;
        const struct child *other = sender_of(c->tunnel, s, c, &any);
        if (c->priority && other && other->priority > c->priority)
            set_policy(p, other, OS_XFRM_OUT, s);
        else if (c->priority && !other)
            drop_policy(p, c, OS_XFRM_OUT, s);
        if (any)
            continue;
        drop_policy(p, c, OS_XFRM_IN, s);
        drop_policy(p, c, OS_XFRM_FORWARD, s);
    }
}

static void send_by(struct priv *p, struct child *c)
{
    for (uint32_t i = 0; i < c->n; i++)
        set_policy(p, c, OS_XFRM_OUT, &c->selectors[i]);
}

static void receive_by(struct priv *p, const struct child *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        set_policy(p, c, OS_XFRM_IN, &c->selectors[i]);
        set_policy(p, c, OS_XFRM_FORWARD, &c->selectors[i]);
    }
}

/* ---- CHILD SAs ------------------------------------------------------------------------------- */

static struct os_xfrm_state state_of(const struct esp_child *c, const struct tunnel *t, bool out,
                                     uint32_t hard_s)
{
    const struct esp_path *path = &c->path;
    bool udp = path->local_port != 0;
    return (struct os_xfrm_state){
        .source = out ? path->local : path->remote,
        .destination = out ? path->remote : path->local,
        .spi = out ? c->spi_out : c->spi_in,
        .if_id = t->if_id,
        .reqid = c->id,
        .encr = c->encr,
        .encr_bits = c->encr_bits,
        .integ = c->integ,
        .key = out ? c->key_out : c->key_in,
        .out = out,
        .esn = c->esn,
        .window = c->window,
        .source_port = !udp  ? 0
                       : out ? path->local_port
                             : path->remote_port,
        .destination_port = !udp  ? 0
                            : out ? path->remote_port
                                  : path->local_port,
        .clear_df = c->df == ESP_DF_CLEAR,
        .ignore_dscp = !c->copy_dscp,
        .soft_bytes = c->limits.soft_bytes,
        .hard_bytes = c->limits.hard_bytes,
        .soft_packets = c->limits.soft_packets,
        .hard_packets = c->limits.hard_packets,
        .hard_s = hard_s,
    };
}

static bool add_states(struct priv *p, const struct esp_child *c, const struct tunnel *t,
                       uint32_t hard_s)
{
    struct os_xfrm *kernel = p->xfrm->kernel;
    struct os_xfrm_state in = state_of(c, t, false, hard_s), out = state_of(c, t, true, hard_s);
    err_t rc = os_xfrm_state_add(kernel, &in);
    if (rc != 0) {
        refused(p, rc, "an SA", t->name);
        return false;
    }
    rc = os_xfrm_state_add(kernel, &out);
    if (rc != 0) {
        refused(p, rc, "an SA", t->name);
        (void)!os_xfrm_state_del(kernel, &in.destination, in.spi);
    }
    return rc == 0;
}

static struct child *child_make(struct priv_xfrm *x, const struct esp_child *from, struct tunnel *t,
                                const struct os_xfrm_selector *selectors, uint32_t n)
{
    struct child *c = mem_alloc(MEM_NODE, sizeof(*c));
    struct os_xfrm_selector *copy = mem_alloc(MEM_NODE, n * sizeof(*copy));
    if (!c || !copy) {
        mem_free(MEM_NODE, c, c ? sizeof(*c) : 0);
        mem_free(MEM_NODE, copy, copy ? n * sizeof(*copy) : 0);
        return NULL;
    }
    memcpy(copy, selectors, n * sizeof(*copy));
    *c = (struct child){ .tunnel = t,
                         .id = from->id,
                         .spi_in = from->spi_in,
                         .spi_out = from->spi_out,
                         .path = from->path,
                         .n = n,
                         .selectors = copy };
    list_append(&t->children, &c->link);
    list_append(&x->children, &c->all);
    c->next = x->by_id[c->id % BUCKETS];
    x->by_id[c->id % BUCKETS] = c;
    x->n_children++;
    return c;
}

static void child_forget(struct priv_xfrm *x, struct child *c)
{
    struct child **at = &x->by_id[c->id % BUCKETS];
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    list_remove(&c->link);
    list_remove(&c->all);
    x->n_children--;
    mem_free(MEM_NODE, c->selectors, c->n * sizeof(*c->selectors));
    mem_free(MEM_NODE, c, sizeof(*c));
}

static void tell_failed(struct priv *p, uint32_t id)
{
    uint8_t bytes[8];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u8(&w, XFRM_FAILED);
    wr_u32(&w, id);
    priv_send(p->xfrm->asker, MSG_DATA_XFRM, bytes, wr_len(&w), -1);
}

/* False: it cannot be, and why was said. */
static bool add_child(struct priv *p, const struct esp_child *from, uint32_t hard_s)
{
    struct priv_xfrm *x = p->xfrm;
    struct tunnel *t = tunnel_find(x, from->connection);
    struct os_xfrm_selector selectors[XFRM_SELECTORS_MAX];
    if (!t || from->transport || child_find(x, from->id) || x->n_children == CHILDREN_MAX)
        return false;
    uint32_t n = xfrm_selectors(from, selectors);
    if (n == 0) {
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "the selectors of tunnel %s are none that the kernel can be told: more than %d "
                 "prefixes and ports, or types of ICMP [XFRM-SELECTORS]",
                 t->name, XFRM_SELECTORS_MAX);
        return false;
    }
    if (!add_states(p, from, t, hard_s))
        return false;
    struct child *c = child_make(x, from, t, selectors, n);
    if (!c) {
        (void)!os_xfrm_state_del(x->kernel, &from->path.local, from->spi_in);
        (void)!os_xfrm_state_del(x->kernel, &from->path.remote, from->spi_out);
        return false;
    }
    receive_by(p, c);
    return true;
}

/* Policies go first: no packet looks for a state that is not there. */
static void remove_child(struct priv *p, struct child *c)
{
    leave_policies(p, c);
    /* Gone is gone: the kernel removes what has reached its limit. */
    (void)!os_xfrm_state_del(p->xfrm->kernel, &c->path.remote, c->spi_out);
    (void)!os_xfrm_state_del(p->xfrm->kernel, &c->path.local, c->spi_in);
    child_forget(p->xfrm, c);
}

static void move_child(struct priv *p, struct child *c, const struct esp_path *to)
{
    bool udp = to->local_port != 0;
    const struct os_xfrm_move in = { .destination = c->path.local,
                                     .spi = c->spi_in,
                                     .new_source = to->remote,
                                     .new_destination = to->local,
                                     .source_port = udp ? to->remote_port : 0,
                                     .destination_port = udp ? to->local_port : 0 };
    const struct os_xfrm_move out = { .destination = c->path.remote,
                                      .spi = c->spi_out,
                                      .out = true,
                                      .new_source = to->local,
                                      .new_destination = to->remote,
                                      .source_port = udp ? to->local_port : 0,
                                      .destination_port = udp ? to->remote_port : 0 };
    err_t rc = os_xfrm_state_move(p->xfrm->kernel, &in);
    if (rc == 0)
        rc = os_xfrm_state_move(p->xfrm->kernel, &out);
    if (rc != 0)
        refused(p, rc, "new addresses", c->tunnel->name);
    c->path = *to;
    receive_by(p, c);
    for (uint32_t i = 0; c->priority && i < c->n; i++) {
        bool any;
        const struct child *other = sender_of(c->tunnel, &c->selectors[i], c, &any);
        if (!other || other->priority > c->priority)
            set_policy(p, c, OS_XFRM_OUT, &c->selectors[i]);
    }
}

/* ---- interfaces ------------------------------------------------------------------------------ */

/* The numbers are ours to choose; other programs have some too. */
static err_t make_interface(struct priv_xfrm *x, struct tunnel *t, uint16_t mtu)
{
    err_t rc = -EEXIST;
    uint64_t number =
        hash_bytes(hash_bytes(0, x->alias, strlen(x->alias)), t->name, strlen(t->name));
    if (if_nametoindex(t->name) != 0)
        return -EBUSY;
    for (int i = 0; i < IF_ID_TRIES && rc == -EEXIST; i++, number = hash_mix(number + 1)) {
        t->if_id = (uint32_t)number | 1;
        rc = os_xfrm_link_add(x->kernel, t->name, t->if_id, mtu, x->alias);
    }
    return rc;
}

static void tell_device(struct priv *p, const struct tunnel *t)
{
    uint8_t bytes[16];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u8(&w, XFRM_DEVICE);
    wr_u32(&w, t->connection);
    wr_u32(&w, t->if_id);
    priv_send(p->xfrm->asker, MSG_DATA_XFRM, bytes, wr_len(&w), -1);
}

static void make_tunnel(struct priv *p, uint32_t connection, uint16_t mtu, const char *name)
{
    struct priv_xfrm *x = p->xfrm;
    struct tunnel *t = x->n_tunnels < TUNNELS_MAX ? mem_alloc(MEM_NODE, sizeof(*t)) : NULL;
    if (!t) {
        log_line(&p->log, LOG_LEVEL_ERROR, "tunnel interface %s cannot be made: there are too many",
                 name);
        return;
    }
    *t = (struct tunnel){ .connection = connection };
    memcpy(t->name, name, MIN(strlen(name), sizeof(t->name) - 1));
    err_t rc = make_interface(x, t, mtu);
    if (rc != 0) {
        const char *why = os_xfrm_why(x->kernel);
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "tunnel interface %s cannot be made in the kernel: %s%s%s [XFRM-OPEN]", name,
                 rc == -EBUSY ? "another program has a device of this name" : strerror(-rc),
                 why[0] ? ": " : "", why);
        mem_free(MEM_NODE, t, sizeof(*t));
        return;
    }
    list_init(&t->children);
    list_append(&x->tunnels, &t->link);
    t->next = x->by_connection[connection % BUCKETS];
    x->by_connection[connection % BUCKETS] = t;
    x->n_tunnels++;
    x->tunnels_of[worker_of(p, t)]++;
    tell_device(p, t);
}

static void drop_tunnel(struct priv *p, struct tunnel *t)
{
    struct priv_xfrm *x = p->xfrm;
    LIST_EACH_SAFE (it, tmp, &t->children)
        remove_child(p, LIST_ENTRY(it, struct child, link));
    err_t rc = os_xfrm_link_del(x->kernel, t->name);
    if (rc != 0 && rc != -ENODEV)
        refused(p, rc, "the removal", t->name);
    struct tunnel **at = &x->by_connection[t->connection % BUCKETS];
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    list_remove(&t->link);
    x->n_tunnels--;
    x->tunnels_of[worker_of(p, t)]--;
    mem_free(MEM_NODE, t, sizeof(*t));
}

/* ---- counters -------------------------------------------------------------------------------- */

static bool count(struct priv_xfrm *x, const struct child *c, struct xfrm_counts *ret_counts)
{
    struct os_xfrm_counters in, out;
    if (os_xfrm_state_read(x->kernel, &c->path.local, c->spi_in, false, &in) != 0 ||
        os_xfrm_state_read(x->kernel, &c->path.remote, c->spi_out, true, &out) != 0)
        return false; /* it has reached its limit; ike hears of that */
    *ret_counts = (struct xfrm_counts){ .id = c->id,
                                        .packets_in = in.packets,
                                        .bytes_in = in.bytes,
                                        .packets_out = out.packets,
                                        .bytes_out = out.bytes,
                                        .replayed = in.replayed,
                                        .bad_icv = in.bad_icv,
                                        .sequence_in = in.sequence,
                                        .sequence_out = out.sequence };
    return true;
}

/* So many a turn, those that waited longest first. */
static void tell_counters(struct priv *p)
{
    struct priv_xfrm *x = p->xfrm;
    uint8_t bytes[1 + 128 * XFRM_COUNTS_BYTES];
    struct wr w = wr_init(bytes, sizeof(bytes));
    uint32_t n = MIN(x->n_children, (uint32_t)COUNT_A_TURN);
    wr_u8(&w, XFRM_COUNTERS);
    for (uint32_t i = 0; i < n; i++) {
        struct child *c = LIST_ENTRY(x->children.next, struct child, all);
        struct xfrm_counts counts;
        list_remove(&c->all);
        list_append(&x->children, &c->all);
        if (worker_of(p, c->tunnel) != x->asker->number || !count(x, c, &counts))
            continue;
        xfrm_counts_encode(&counts, &w);
        if (sizeof(bytes) - wr_len(&w) >= XFRM_COUNTS_BYTES)
            continue;
        priv_send(p->xfrm->asker, MSG_DATA_XFRM, bytes, wr_len(&w), -1);
        w = wr_init(bytes, sizeof(bytes));
        wr_u8(&w, XFRM_COUNTERS);
    }
    if (wr_len(&w) > 1)
        priv_send(p->xfrm->asker, MSG_DATA_XFRM, bytes, wr_len(&w), -1);
}

/* ---- messages -------------------------------------------------------------------------------- */

/* data reads what the kernel says of states by itself: it takes no privilege to listen. */
static void pass_monitor(struct priv *p)
{
    int fd;
    if (p->xfrm->tunnels_of[p->xfrm->asker->number] > 0)
        return; /* it has it */
    err_t rc = os_xfrm_monitor_open(&fd);
    if (rc != 0) {
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "what the kernel says of IPsec cannot be heard: %s: limits by traffic and peers "
                 "that move are not noticed [XFRM-OPEN]",
                 strerror(-rc));
        return;
    }
    priv_send(p->xfrm->asker, MSG_DATA_XFRM_MONITOR, NULL, 0, fd);
}

static bool tunnel_message(struct priv *p, struct rd *r)
{
    uint32_t connection = rd_u32(r);
    uint16_t mtu = rd_u16(r);
    char name[OS_XFRM_NAME_MAX];
    if (!get_text(r, name, sizeof(name)) || !rd_is_done(r) || !priv_ipsec_is_name(name))
        return false;
    pass_monitor(p);
    struct tunnel *t = tunnel_find(p->xfrm, connection);
    if (t && strcmp(t->name, name) == 0) {
        err_t rc = os_xfrm_link_set_mtu(p->xfrm->kernel, name, mtu);
        if (rc != 0)
            refused(p, rc, "the MTU", name);
        return true;
    }
    if (t)
        drop_tunnel(p, t);
    make_tunnel(p, connection, mtu, name);
    return true;
}

static bool carrier_message(struct priv *p, struct rd *r)
{
    struct tunnel *t = tunnel_find(p->xfrm, rd_u32(r));
    bool on;
    if (!get_bool(r, &on) || !rd_is_done(r))
        return false;
    err_t rc = t ? os_xfrm_link_set_running(p->xfrm->kernel, t->name, on) : 0;
    if (rc != 0)
        refused(p, rc, "the state", t->name);
    return true;
}

static bool add_message(struct priv *p, struct rd *r)
{
    struct esp_child c;
    uint32_t hard_s = rd_u32(r);
    bool fine = child_decode(r, &c);
    if (fine && !add_child(p, &c, hard_s))
        tell_failed(p, c.id);
    secret_wipe_bytes(&c, sizeof(c));
    return fine;
}

static bool child_message(struct priv *p, enum xfrm_ask kind, struct rd *r)
{
    struct child *c = child_find(p->xfrm, rd_u32(r));
    struct esp_path path;
    if (kind == XFRM_CHILD_PATH && !path_decode(r, &path))
        return false;
    if (!rd_is_done(r))
        return false;
    if (!c)
        return true;
    if (kind == XFRM_CHILD_OUT) {
        c->priority = --p->xfrm->priority;
        send_by(p, c);
    } else if (kind == XFRM_CHILD_PATH) {
        move_child(p, c, &path);
    } else {
        remove_child(p, c);
    }
    return true;
}

static bool gone_message(struct priv *p, struct rd *r)
{
    struct tunnel *t = tunnel_find(p->xfrm, rd_u32(r));
    if (t && rd_is_done(r))
        drop_tunnel(p, t);
    return rd_is_done(r);
}

bool priv_xfrm_message(struct priv_child *c, const struct ipc_message *m)
{
    struct priv *p = c->priv;
    struct rd r = rd_init(m->bytes, m->len);
    enum xfrm_ask kind = (enum xfrm_ask)rd_u8(&r);
    if (r.bad || kind >= XFRM_ASKS || p->options->no_kernel)
        return false;
    if (!open_kernel(p))
        return true; /* said */
    p->xfrm->asker = c;
    switch (kind) {
    case XFRM_TUNNEL:
        return tunnel_message(p, &r);
    case XFRM_TUNNEL_GONE:
        return gone_message(p, &r);
    case XFRM_CARRIER:
        return carrier_message(p, &r);
    case XFRM_CHILD_ADD:
        return add_message(p, &r);
    case XFRM_CHILD_OUT:
    case XFRM_CHILD_PATH:
    case XFRM_CHILD_REMOVE:
        return child_message(p, kind, &r);
    case XFRM_COUNT:
        tell_counters(p);
        return rd_is_done(&r);
    case XFRM_ASKS:
        break;
    }
    return false;
}

/* ---- start and end --------------------------------------------------------------------------- */

bool priv_xfrm_can(struct priv *p, struct text *ret_why)
{
    struct os_xfrm *x;
    if (p->options->no_kernel) {
        text_str(ret_why, "with --no-kernel nothing is set in the kernel");
        return false;
    }
    if (p->xfrm && p->xfrm->n_tunnels > 0)
        return true; /* it has, as we see */
    err_t rc = os_xfrm_open(&x);
    if (rc != 0) {
        text_str(ret_why, "this kernel has no IPsec (CONFIG_XFRM_USER, module xfrm_user): ");
        text_str(ret_why, strerror(-rc));
        return false;
    }
    rc = os_xfrm_probe(x, ret_why);
    os_xfrm_close(x);
    return rc == 0;
}

void priv_xfrm_sweep(struct priv *p)
{
    struct os_xfrm *x;
    char alias[OS_XFRM_ALIAS_MAX];
    if (p->options->no_kernel || !sandbox_can_net_admin() || os_xfrm_open(&x) != 0)
        return; /* where nothing can be made, nothing was left */
    name_ours(p, alias);
    ssize_t n = os_xfrm_sweep(x, alias);
    if (n > 0)
        log_line(&p->log, LOG_LEVEL_INFO,
                 "%zd tunnels that a run before left in the kernel are gone", n);
    else if (n < 0)
        log_line(&p->log, LOG_LEVEL_WARNING,
                 "tunnels that a run before left in the kernel cannot be looked for: %s",
                 strerror((int)-n));
    os_xfrm_close(x);
}

void priv_xfrm_leave(struct priv *p)
{
    struct priv_xfrm *x = p->xfrm;
    if (!x)
        return;
    LIST_EACH_SAFE (it, tmp, &x->tunnels)
        drop_tunnel(p, LIST_ENTRY(it, struct tunnel, link));
    os_xfrm_close(x->kernel);
    mem_free(MEM_NODE, x, sizeof(*x));
    p->xfrm = NULL;
}
