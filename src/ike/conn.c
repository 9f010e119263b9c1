/* Connections: from configuration to attempts, with back-off; whose a packet is; up or down. */
#include "base/hash.h"
#include "crypto/secret.h"
#include "ike/internal.h"

/* --- lookup ----------------------------------------------------------------------------------- */

static bool fits(const struct ip_addr *configured, const struct ip_addr *a)
{
    return configured->family == IP_NONE || a->family == IP_NONE || ip_eq(configured, a);
}

static uint64_t remote_key(const struct ike *e, const struct ip_addr *remote)
{
    return hash_bytes(e->hash_key, remote, sizeof(*remote));
}

/* Whether it is for the path, behind `from` in the order of the configuration, before `best`. */
static bool is_next(const struct ike *e, const struct ike_conn *conn, const struct esp_path *path,
                    uint32_t from, const struct ike_conn *best)
{
    return !conn->going && conn->order >= from && fits(&conn->c.remote, &path->remote) &&
           ike_conn_may_use(e, conn, &path->local) && (!best || conn->order < best->order);
}

struct ike_conn *ike_conn_for_path(struct ike *e, const struct esp_path *path,
                                   struct ike_conn *after)
{
    bool anybody = after && after->c.remote.family == IP_NONE;
    uint32_t from = after ? after->order + 1 : 0;
    struct ike_conn *best = NULL;
    struct ike_node *node = NULL;
    if (!anybody)
        node = ike_table_find(&e->conns_by_remote, remote_key(e, &path->remote));
    for (; node; node = ike_table_again(node)) {
        struct ike_conn *conn = container_of(node, struct ike_conn, by_remote);
        if (is_next(e, conn, path, from, best))
            best = conn;
    }
    if (best)
        return best;
    from = anybody ? from : 0;
    LIST_EACH (it, &e->anybody) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, anybody);
        if (is_next(e, conn, path, from, best))
            best = conn;
    }
    return best;
}

/* Into the tables that find it; false: no memory, delist() takes it out of some. */
static bool enlist(struct ike *e, struct ike_conn *conn)
{
    if (!ike_table_add(&e->conns_by_id, &conn->by_id, conn->c.id) ||
        !ike_conn_watch(e, conn))
        return false;
    if (conn->c.remote.family == IP_NONE) {
        list_append(&e->anybody, &conn->anybody);
        return true;
    }
    return ike_table_add(&e->conns_by_remote, &conn->by_remote, remote_key(e, &conn->c.remote));
}

static void delist(struct ike *e, struct ike_conn *conn)
{
    ike_table_remove(&e->conns_by_id, &conn->by_id);
    ike_table_remove(&e->conns_by_remote, &conn->by_remote);
    ike_conn_unwatch(e, conn);
    list_remove(&conn->anybody);
}

struct ike_sa *ike_conn_sa(const struct ike_conn *conn)
{
    for (struct link *it = conn->sas.prev; it != &conn->sas; it = it->prev) {
        struct ike_sa *sa = LIST_ENTRY(it, struct ike_sa, link);
        if (ike_sa_is_up(sa) && !sa->delete_wanted)
            return sa;
    }
    return NULL;
}

bool ike_conn_is_trying(const struct ike_conn *conn)
{
    LIST_EACH (it, &conn->sas) {
        const struct ike_sa *sa = LIST_ENTRY(it, struct ike_sa, link);
        if (sa->initiator && sa->state < IKE_ST_UP)
            return true;
    }
    return false;
}

struct ike_id ike_conn_identity(const struct ike_conn *conn, const struct ip_addr *local)
{
    struct ike_id id = ike_id_local(&conn->c, local);
    if (ike_id_is_awaited(&id) && conn->subject.n) {
        id.len = (uint16_t)conn->subject.n;
        memcpy(id.bytes, conn->subject.p, conn->subject.n);
    }
    return id;
}

/* --- attempts --------------------------------------------------------------------------------- */

void ike_conn_start(struct ike *e, struct ike_conn *conn)
{
    conn->start_at = NS_NEVER;
    ike_timer_set(e, &conn->timer, NS_NEVER);
    if (conn->going || conn->c.remote.family == IP_NONE || ike_conn_is_trying(conn) ||
        ike_conn_sa(conn))
        return;
    struct ike_id who = ike_conn_identity(conn, &conn->c.local);
    if (ike_id_is_awaited(&who))
        return; /* ike_subject() starts it */
    struct ike_sa_params p = {
        .conn = conn,
        .initiator = true,
        .spi_i = ike_fresh_spi(e),
        .path = { .local = ike_conn_local(e, conn),
                  .remote = conn->c.remote,
                  .local_port = IKE_PORT,
                  .remote_port = IKE_PORT },
        .state = IKE_ST_INIT_SENT,
    };
    struct ike_sa *sa = p.spi_i ? ike_sa_new(e, &p) : NULL;
    if (!sa) {
        ike_conn_plan(e, conn, true);
    } else if (!ike_init_send(sa)) {
        ike_sa_end(sa, true);
    }
}

void ike_conn_plan(struct ike *e, struct ike_conn *conn, bool failed)
{
    if (conn->going || conn->c.start == IKE_START_NEVER || conn->c.remote.family == IP_NONE)
        return;
    if (failed && conn->failures < 16)
        conn->failures++;
    else if (!failed)
        conn->failures = 0;
    if (conn->c.start == IKE_START_TRAFFIC)
        conn->wanted = false; /* until the next packet wants in */
    ns_t wait = 0;
    if (conn->failures)
        wait = MIN(IKE_BACKOFF_FIRST << MIN(conn->failures - 1, 6), IKE_BACKOFF_MAX);
    conn->start_at = e->now + wait + ike_random_between(e, 0, wait / 4);
    ike_timer_set(e, &conn->timer, conn->start_at);
}

void ike_conn_due(struct ike *e, struct ike_conn *conn)
{
    if (e->now < conn->start_at)
        return;
    conn->start_at = NS_NEVER;
    if (conn->wanted)
        ike_conn_start(e, conn);
}

/* --- up or down ------------------------------------------------------------------------------- */

/* Whether another one sends for the same selectors, or a newer one could. */
static bool is_served(const struct ike_conn *conn, const struct ike_child *child)
{
    LIST_EACH (it, &conn->children) {
        const struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c != child && c->is_out && ike_child_same_selectors(c, child))
            return true;
    }
    return false;
}

static bool has_selector(const struct esp_selector *v, size_t n, const struct esp_selector *s)
{
    for (size_t i = 0; i < n; i++)
        if (ip_eq(&v[i].from, &s->from) && ip_eq(&v[i].to, &s->to) &&
            v[i].protocol == s->protocol && v[i].port_from == s->port_from &&
            v[i].port_to == s->port_to)
            return true;
    return false;
}

static bool is_any(const struct esp_selector *s)
{
    uint8_t all[16];
    memset(all, 0xff, sizeof(all));
    return s->protocol == 0 && s->port_from == 0 && s->port_to == UINT16_MAX &&
           ip_is_zero(&s->from) && memcmp(s->to.b, all, ip_bytes(s->to.family)) == 0;
}

/* Only of any to any: what was listed may have become several CHILD SAs. */
static bool is_narrower(const struct ike_conn *conn, const struct ike_child *c)
{
    const struct ike_lists *l = conn->c.lists;
    for (size_t i = 0; i < l->n_local_ts; i++)
        if (is_any(&l->local_ts[i]) && !has_selector(c->esp.local, c->esp.n_local, &l->local_ts[i]))
            return true;
    for (size_t i = 0; i < l->n_remote_ts; i++)
        if (is_any(&l->remote_ts[i]) &&
            !has_selector(c->esp.remote, c->esp.n_remote, &l->remote_ts[i]))
            return true;
    return false;
}

/* 2.9: the tunnel is up, and yet most of what is routed into it goes nowhere. */
static void say_narrowed(struct ike *e, const struct ike_conn *conn)
{
    LIST_EACH (it, &conn->children) {
        const struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (!c->is_out || !is_narrower(conn, c))
            continue;
        struct ike_event_line l;
        ike_event_begin(&l, conn, NULL,
                        "the peer takes less than is configured: packets outside of this are "
                        "dropped (#send errors)");
        text_str(&l.t, " local=");
        text_ike_selectors(&l.t, c->esp.local, c->esp.n_local);
        text_str(&l.t, " remote=");
        text_ike_selectors(&l.t, c->esp.remote, c->esp.n_remote);
        ike_event_end(e, &l, DIAG_WARNING);
    }
}

void ike_conn_review(struct ike *e, struct ike_conn *conn)
{
    for (struct link *it = conn->children.prev; it != &conn->children; it = it->prev) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (ike_child_is_usable(c) && !c->is_out && !is_served(conn, c))
            ike_child_send_on(c);
    }
    bool up = false;
    LIST_EACH (it, &conn->children)
        up = up || LIST_ENTRY(it, struct ike_child, link)->is_out;
    if (up == conn->up)
        return;
    conn->up = up;
    ike_bytes_free(&conn->why); /* another story begins */
    conn->silence_told = false;
    conn->met = conn->met || up;
    conn->lost += !up;
    ike_do_tunnel(e, conn);
    ike_event(e, conn, NULL, up ? DIAG_NOTE : DIAG_WARNING, up ? "tunnel is up" : "tunnel is down");
    if (up)
        say_narrowed(e, conn);
}

/* --- configuration ---------------------------------------------------------------------------- */

static void text_free(const char *s)
{
    if (s)
        mem_free(MEM_IKE, (void *)(uintptr_t)s, strlen(s) + 1);
}

static bool text_copy(const char **s)
{
    const char *from = *s;
    *s = NULL;
    if (!from)
        return true;
    size_t n = strlen(from) + 1;
    char *to = mem_alloc(MEM_IKE, n);
    if (!to)
        return false;
    memcpy(to, from, n);
    *s = to;
    return true;
}

static void conn_free(struct ike *e, struct ike_conn *conn)
{
    delist(e, conn);
    ike_timer_set(e, &conn->timer, NS_NEVER);
    ike_conn_forget_later(e, conn);
    list_remove(&conn->link);
    ike_bytes_free(&conn->ca_hashes);
    ike_bytes_free(&conn->subject);
    ike_bytes_free(&conn->why);
    ike_lists_unref(e, conn->c.lists);
    text_free(conn->c.name);
    text_free(conn->c.source);
    text_free(conn->c.key);
    text_free(conn->c.trustpoint);
    text_free(conn->c.ppk_id);
    mem_free(MEM_IKE, conn, sizeof(*conn));
}

static struct ike_conn *conn_new(struct ike *e, const struct ike_connection *c)
{
    struct ike_conn *conn = mem_alloc(MEM_IKE, sizeof(*conn));
    if (!conn)
        return NULL;
    assert(c->id != 0);
    conn->c = *c;
    conn->timer.of = IKE_OF_CONN;
    conn->start_at = NS_NEVER;
    list_init(&conn->sas);
    list_init(&conn->children);
    bool ok = text_copy(&conn->c.name);
    ok = text_copy(&conn->c.source) && ok;
    ok = text_copy(&conn->c.key) && ok;
    ok = text_copy(&conn->c.trustpoint) && ok;
    ok = text_copy(&conn->c.ppk_id) && ok;
    conn->c.lists = ike_lists_keep(e, c->lists);
    if (!ok || !conn->c.lists) {
        conn_free(e, conn);
        return NULL;
    }
    return conn;
}

/* It left the configuration, or is another one now: deleted in order. */
static void retire(struct ike *e, struct ike_conn *conn)
{
    delist(e, conn);
    ike_conn_forget_later(e, conn);
    ike_timer_set(e, &conn->timer, NS_NEVER);
    conn->wanted = false;
    conn->start_at = NS_NEVER;
    LIST_EACH_SAFE (it, next, &conn->children)
        ike_child_remove(LIST_ENTRY(it, struct ike_child, link));
    conn->going = true; /* from here on it says nothing more about its tunnel */
    LIST_EACH_SAFE (it, next, &conn->sas) {
        struct ike_sa *sa = LIST_ENTRY(it, struct ike_sa, link);
        sa->delete_wanted = true;
        sa->delete_at = e->now;
        if (sa->state < IKE_ST_UP)
            ike_sa_end(sa, false);
        else
            ike_sa_touch(sa);
    }
}

void ike_conns_reap(struct ike *e)
{
    if (e->n_going == 0)
        return;
    LIST_EACH_SAFE (it, next, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        if (conn->going && list_is_empty(&conn->sas) && list_is_empty(&conn->children)) {
            conn_free(e, conn);
            e->n_going--;
        }
    }
}

void ike_conns_done(struct ike *e)
{
    LIST_EACH_SAFE (it, next, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        conn->going = true;
        LIST_EACH_SAFE (at, after, &conn->sas)
            ike_sa_end(LIST_ENTRY(at, struct ike_sa, link), false);
        LIST_EACH_SAFE (at, after, &conn->children)
            ike_child_remove(LIST_ENTRY(at, struct ike_child, link));
        conn_free(e, conn);
    }
}

/* The new list: those that may stay as they are do, the others are made. */
static bool build(struct ike *e, const struct ike_config *config, struct link *fresh)
{
    for (uint32_t i = 0; i < config->n; i++) {
        const struct ike_connection *c = &config->connections[i];
        struct ike_conn *old = ike_find_conn(e, c->id);
        if (old && ike_conn_compare(old, c) != IKE_CHANGE_ANEW) {
            old->kept = true;
            continue;
        }
        struct ike_conn *conn = conn_new(e, c);
        if (!conn)
            return false;
        conn->order = i;
        list_append(fresh, &conn->link);
    }
    return true;
}

/* What stays gets its place in the new list, and what changed of it. */
static void change_kept(struct ike *e, const struct ike_config *config)
{
    for (uint32_t i = 0; i < config->n; i++) {
        const struct ike_connection *c = &config->connections[i];
        struct ike_conn *conn = ike_find_conn(e, c->id);
        if (!conn || !conn->kept)
            continue;
        conn->order = i;
        if (ike_conn_compare(conn, c) == IKE_CHANGE_WITHIN)
            ike_conn_change(e, conn, c);
        else
            ike_conn_forget_later(e, conn);
    }
}

static void begin_conn(struct ike *e, struct ike_conn *conn)
{
    conn->wanted = conn->c.start == IKE_START_AT_ONCE;
    if (!conn->wanted || conn->c.remote.family == IP_NONE)
        return;
    conn->start_at = e->now;
    ike_timer_set(e, &conn->timer, conn->start_at);
}

void ike_trust(struct ike *e, const char *trustpoint, const uint8_t *hashes, size_t len)
{
    if (len > IKE_CA_HASHES_MAX || len % 20)
        return;
    LIST_EACH (it, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        /* Without memory no certificate is asked for: the peer may send one all the same. */
        if (conn->c.trustpoint && strcmp(conn->c.trustpoint, trustpoint) == 0)
            (void)!ike_bytes_set(&conn->ca_hashes, hashes, len);
    }
}

void ike_subject(struct ike *e, ns_t now, const char *key, const uint8_t *der, size_t len)
{
    assert(now >= e->now);
    e->now = now;
    if (len == 0 || len > IKE_ID_MAX)
        return;
    LIST_EACH (it, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        if (!conn->c.key || strcmp(conn->c.key, key) != 0)
            continue;
        bool awaited = conn->subject.n == 0 && ike_id_is_awaited(&conn->c.local_id);
        if (ike_bytes_set(&conn->subject, der, len) && awaited && conn->wanted)
            ike_conn_start(e, conn);
    }
    ike_settle(e);
}

static void take_settings(struct ike *e, const struct ike_config *config)
{
    struct ike_config old = e->config;
    e->config.key_log = config->key_log;
    e->config.debug = config->debug;
    e->config.half_open_max = config->half_open_max ? config->half_open_max : 64;
    e->config.half_open_limit = config->half_open_limit ? config->half_open_limit : 4096;
    e->config.sa_max = config->sa_max ? config->sa_max : 32768;
    if (config->key_log && !old.key_log)
        ike_event(e, NULL, NULL, DIAG_WARNING,
                  "key log is on: whoever reads it can read every tunnel");
}

err_t ike_configure(struct ike *e, ns_t now, const struct ike_config *config)
{
    if (config->n > IKE_CONNECTIONS_MAX)
        return -ENOMEM;
    assert(now >= e->now);
    e->now = now;
    struct link fresh;
    list_init(&fresh);
    LIST_EACH (it, &e->conns)
        LIST_ENTRY(it, struct ike_conn, link)->kept = false;
    if (!build(e, config, &fresh)) {
        LIST_EACH_SAFE (it, next, &fresh)
            conn_free(e, LIST_ENTRY(it, struct ike_conn, link));
        return -ENOMEM;
    }
    take_settings(e, config);
    change_kept(e, config);
    LIST_EACH_SAFE (it, next, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        if (conn->kept || conn->going)
            continue;
        retire(e, conn);
        e->n_going++;
    }
    LIST_EACH_SAFE (it, next, &fresh) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        list_remove(&conn->link);
        list_append(&e->conns, &conn->link);
        if (enlist(e, conn))
            begin_conn(e, conn);
        else
            conn_free(e, conn);
    }
    ike_settle(e);
    return 0;
}
