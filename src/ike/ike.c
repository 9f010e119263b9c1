#include "base/hash.h"
#include "crypto/secret.h"
#include "ike/internal.h"

enum { HALF_OPEN_MAX = 64, HALF_OPEN_LIMIT = 4096, SAS_MAX = 32768 };

/* So many of those that are due are served in one call: each may cost a key exchange, and what it
 * sent should be on its way while the next is made. */
enum { TIMERS_A_CALL = 8 };

static bool scratch_new(struct ike *e)
{
    e->inner_in = mem_alloc(MEM_IKE, IKE_SCRATCH_BYTES);
    e->inner_out = mem_alloc(MEM_IKE, IKE_SCRATCH_BYTES);
    e->packet = mem_alloc(MEM_IKE, IKE_SCRATCH_BYTES);
    e->flight = mem_alloc(MEM_IKE, IKE_SCRATCH_BYTES);
    e->message = mem_alloc(MEM_IKE, sizeof(*e->message));
    e->held = mem_alloc(MEM_IKE, sizeof(*e->held));
    e->offer = mem_alloc(MEM_IKE, sizeof(*e->offer));
    e->our_offer = mem_alloc(MEM_IKE, sizeof(*e->our_offer));
    e->ts[0] = mem_alloc(MEM_IKE, sizeof(*e->ts[0]));
    e->ts[1] = mem_alloc(MEM_IKE, sizeof(*e->ts[1]));
    e->ids = mem_alloc(MEM_IKE, 2 * sizeof(*e->ids));
    return e->inner_in && e->inner_out && e->packet && e->flight && e->message && e->held &&
           e->offer && e->our_offer && e->ts[0] && e->ts[1] && e->ids;
}

static void scratch_free(struct ike *e)
{
    if (e->inner_in)
        secret_wipe_bytes(e->inner_in, IKE_SCRATCH_BYTES);
    if (e->inner_out)
        secret_wipe_bytes(e->inner_out, IKE_SCRATCH_BYTES);
    mem_free(MEM_IKE, e->inner_in, IKE_SCRATCH_BYTES);
    mem_free(MEM_IKE, e->inner_out, IKE_SCRATCH_BYTES);
    mem_free(MEM_IKE, e->packet, IKE_SCRATCH_BYTES);
    mem_free(MEM_IKE, e->flight, IKE_SCRATCH_BYTES);
    mem_free(MEM_IKE, e->message, sizeof(*e->message));
    mem_free(MEM_IKE, e->held, sizeof(*e->held));
    mem_free(MEM_IKE, e->offer, sizeof(*e->offer));
    mem_free(MEM_IKE, e->our_offer, sizeof(*e->our_offer));
    mem_free(MEM_IKE, e->ts[0], sizeof(*e->ts[0]));
    mem_free(MEM_IKE, e->ts[1], sizeof(*e->ts[1]));
    mem_free(MEM_IKE, e->ids, 2 * sizeof(*e->ids));
}

struct ike *ike_new(const struct ike_params *params)
{
    struct ike *e = mem_alloc(MEM_IKE, sizeof(*e));
    if (!e)
        return NULL;
    e->params = *params;
    e->params.workers = MAX(params->workers, UINT32_C(1));
    e->random = params->random;
    e->next_child = params->first_child ? params->first_child : 1;
    e->next_keys = 1;
    e->config = (struct ike_config){ .half_open_max = HALF_OPEN_MAX,
                                     .half_open_limit = HALF_OPEN_LIMIT,
                                     .sa_max = SAS_MAX };
    timer_heap_init(&e->timers);
    list_init(&e->conns);
    list_init(&e->anybody);
    list_init(&e->loose);
    list_init(&e->ours);
    list_init(&e->dirty);
    list_init(&e->dead_sas);
    list_init(&e->dead_children);
    if (!scratch_new(e) || crypto_random_bytes(&e->random, &e->hash_key, sizeof(e->hash_key))) {
        ike_free(e);
        return NULL;
    }
    return e;
}

static void reap(struct ike *e)
{
    LIST_EACH_SAFE (it, next, &e->dead_children) {
        list_remove(it);
        ike_child_free(e, LIST_ENTRY(it, struct ike_child, link));
    }
    LIST_EACH_SAFE (it, next, &e->dead_sas) {
        list_remove(it);
        ike_sa_free(e, LIST_ENTRY(it, struct ike_sa, link));
    }
}

void ike_free(struct ike *e)
{
    if (!e)
        return;
    LIST_EACH_SAFE (it, next, &e->loose)
        ike_sa_end(LIST_ENTRY(it, struct ike_sa, link), false);
    ike_conns_done(e);
    reap(e);
    ike_queue_done(e);
    ike_cookies_done(&e->cookies);
    timer_heap_done(&e->timers);
    ike_table_done(&e->conns_by_id);
    ike_table_done(&e->conns_by_remote);
    ike_table_done(&e->conns_by_source);
    ike_table_done(&e->conns_by_local);
    ike_addresses_done(e);
    ike_table_done(&e->sas);
    ike_table_done(&e->inits);
    ike_table_done(&e->half_open_from);
    ike_table_done(&e->children);
    ike_table_done(&e->children_by_spi);
    ike_table_done(&e->asking);
    scratch_free(e);
    secret_wipe_bytes(&e->random, sizeof(e->random));
    mem_free(MEM_IKE, e, sizeof(*e));
}

void ike_settle(struct ike *e)
{
    ike_conns_change_later(e);
    while (!list_is_empty(&e->dirty)) {
        struct ike_sa *sa = LIST_ENTRY(e->dirty.next, struct ike_sa, dirty);
        list_remove(&sa->dirty);
        if (sa->state == IKE_ST_DEAD)
            continue;
        ike_sa_next(sa);
        if (sa->state != IKE_ST_DEAD)
            ike_sa_schedule(sa);
    }
    reap(e);
    ike_conns_reap(e);
}

struct ike_sa *ike_find_sa(const struct ike *e, uint64_t spi)
{
    struct ike_node *node = ike_table_find(&e->sas, spi);
    return node ? container_of(node, struct ike_sa, by_spi) : NULL;
}

struct ike_child *ike_find_child(const struct ike *e, uint32_t id)
{
    struct ike_node *node = ike_table_find(&e->children, id);
    return node ? container_of(node, struct ike_child, by_id) : NULL;
}

struct ike_child *ike_find_child_in(const struct ike *e, uint32_t spi_in)
{
    struct ike_node *node = ike_table_find(&e->children_by_spi, spi_in);
    return node ? container_of(node, struct ike_child, by_spi) : NULL;
}

struct ike_conn *ike_find_conn(const struct ike *e, uint32_t id)
{
    struct ike_node *node = ike_table_find(&e->conns_by_id, id);
    return node ? container_of(node, struct ike_conn, by_id) : NULL;
}

void ike_timer_set(struct ike *e, struct ike_timer *t, ns_t at)
{
    if (t->t.index != 0 && t->t.at == at)
        return;
    if (timer_set(&e->timers, &t->t, at))
        e->dropped++; /* the next thing that happens to its owner sets it again */
}

/* Time stands still during one call. */
static void begin(struct ike *e, ns_t now)
{
    assert(now >= e->now);
    e->now = now;
}

/* --- datagrams -------------------------------------------------------------------------------- */

static void refuse_version(struct ike *e, const struct esp_path *path, const struct ike_header *h)
{
    if (h->major > 2 && !(h->flags & IKE_FLAG_RESPONSE)) {
        ike_send_unprotected(e, path, h, IKE_N_INVALID_MAJOR_VERSION, NULL);
        return;
    }
    if (h->major == 1 && h->spi_r == 0 && e->now >= e->flood_event_at) {
        struct ike_conn *conn = ike_conn_for_path(e, path, NULL);
        struct ike_failure f = { .why = IKE_WHY_IKEV1,
                                 .connection = conn ? &conn->c : NULL,
                                 .path = *path };
        ike_event_failure(e, &f);
        e->flood_event_at = e->now + IKE_HINT_GAP;
    }
}

/* 1.5: of no SA of ours. A word that the peer lacks a CHILD SA is a hint, no more; to a request
 * the answer is that we lack the IKE SA. */
static void stray(struct ike *e, const struct esp_path *path, const struct ike_header *h,
                  const uint8_t *bytes, size_t len)
{
    struct diag d = { 0 };
    if (h->flags & IKE_FLAG_RESPONSE || ike_message_decode(bytes, len, e->message, &d))
        return;
    if (ike_has(e->message, IKE_P_SK) || ike_has(e->message, IKE_P_SKF)) {
        ike_send_unprotected(e, path, h, IKE_N_INVALID_IKE_SPI, NULL);
        return;
    }
    if (!ike_find_notify(e->message, IKE_N_INVALID_SPI))
        return;
    struct ike_conn *conn = NULL;
    while ((conn = ike_conn_for_path(e, path, conn))) {
        struct ike_sa *sa = ike_conn_sa(conn);
        if (sa && ip_eq(&sa->path.remote, &path->remote))
            ike_liveness_hint(sa);
    }
}

void ike_receive(struct ike *e, ns_t now, const struct esp_path *path, const uint8_t *bytes,
                 size_t len)
{
    struct ike_header h;
    begin(e, now);
    if (len > IKE_MESSAGE_MAX || !ike_header_decode(bytes, len, &h))
        return;
    if (h.major != 2) {
        refuse_version(e, path, &h);
        return;
    }
    bool from_initiator = h.flags & IKE_FLAG_INITIATOR;
    uint64_t ours = from_initiator ? h.spi_r : h.spi_i, theirs = from_initiator ? h.spi_i : h.spi_r;
    struct ike_sa *sa = ours ? ike_find_sa(e, ours) : NULL;
    bool is_init_request = h.exchange == IKE_SA_INIT && !(h.flags & IKE_FLAG_RESPONSE);
    if (is_init_request) {
        if (from_initiator && h.spi_r == 0 && h.spi_i != 0 && h.message_id == 0)
            ike_init_request(e, path, bytes, len);
    } else if (sa && sa->initiator != from_initiator) {
        uint64_t expected = sa->initiator ? sa->spi_r : sa->spi_i;
        if (expected == theirs || (expected == 0 && h.exchange == IKE_SA_INIT))
            ike_sa_receive(sa, path, bytes, len);
    } else {
        stray(e, path, &h, bytes, len);
    }
    ike_settle(e);
}

void ike_send_failed(struct ike *e, ns_t now, const struct esp_path *path, err_t why)
{
    begin(e, now);
    struct ike_conn *conn = ike_conn_for_path(e, path, NULL);
    if (now < e->send_event_at)
        return;
    e->send_event_at = now + IKE_HINT_GAP;
    struct ike_failure f = {
        .why = IKE_WHY_SEND_FAILED,
        .connection = conn ? &conn->c : NULL,
        .path = *path,
        .send_error = why,
    };
    ike_event_failure(e, &f);
}

/* --- ESP -------------------------------------------------------------------------------------- */

/* An SPI of ours that the peer may know of before we have its answer. */
static bool is_offered(const struct ike_conn *conn, uint32_t spi)
{
    LIST_EACH (it, &conn->sas) {
        const struct ike_sa *sa = LIST_ENTRY(it, struct ike_sa, link);
        const struct ike_create *create = sa->request.create;
        if ((sa->hs && sa->hs->spi_in == spi) || (create && create->spi_in == spi))
            return true;
    }
    return false;
}

/* 1.5, 2.21.4: the peer sends with an SA that we lack. Over the IKE SA, if there is one, it is told
 * so and believes it; else one word in the clear is all that may be sent. */
static void unknown_spi(struct ike *e, const struct esp_event *event)
{
    struct ike_conn *conn = NULL;
    while ((conn = ike_conn_for_path(e, &event->path, conn))) {
        struct ike_sa *sa = ike_conn_sa(conn);
        if (is_offered(conn, event->spi))
            return;
        if (!sa || !ip_eq(&sa->path.remote, &event->path.remote))
            continue;
        if (e->now >= sa->hint_at) {
            sa->hint_at = e->now + IKE_HINT_GAP;
            sa->bad_spi = event->spi;
            ike_sa_touch(sa);
        }
        return;
    }
    conn = ike_conn_for_path(e, &event->path, NULL);
    if (!conn)
        return; /* nobody whom we know */
    uint8_t spi[4];
    struct wr w = wr_init(spi, sizeof(spi));
    wr_u32(&w, event->spi);
    struct crypto_part data = { spi, sizeof(spi) };
    struct esp_path path = event->path;
    if (path.local_port == 0)
        path.local_port = path.remote_port = IKE_PORT;
    struct ike_header h = { .exchange = IKE_INFORMATIONAL };
    if (crypto_random_bytes(&e->random, &h.spi_i, sizeof(h.spi_i)) == 0)
        ike_send_unprotected(e, &path, &h, IKE_N_INVALID_SPI, &data);
    bool early = conn->wanted && !ike_conn_is_trying(conn) && conn->start_at > e->now;
    /* It thinks that we are up: the sooner it knows better. Anybody can send a SPI, though. */
    if (early && e->now >= conn->hint_at) {
        conn->hint_at = e->now + IKE_HINT_GAP;
        ike_conn_start(e, conn);
    }
}

void ike_esp_event(struct ike *e, ns_t now, const struct esp_event *event)
{
    begin(e, now);
    struct ike_child *child = ike_find_child(e, event->child);
    switch (event->kind) {
    case ESP_SOFT_LIMIT:
        if (child && child->sa && !child->replaced) {
            child->rekey_wanted = true;
            ike_sa_touch(child->sa);
        }
        break;
    case ESP_HARD_LIMIT:
        if (child && !child->gone) {
            child->hard_at = now;
            ike_child_due(e, child);
        }
        break;
    case ESP_UNKNOWN_SPI:
        unknown_spi(e, event);
        break;
    case ESP_MOVED:
        if (child && child->sa && ike_sa_is_up(child->sa) && child->sa->nat_there)
            ike_sa_move(child->sa, &event->path, true);
        break;
    case ESP_ACTIVE:
        if (child)
            ike_child_active(child);
        break;
    }
    ike_settle(e);
}

void ike_esp_counters(struct ike *e, ns_t now, uint32_t id, const struct esp_counters *counters)
{
    begin(e, now);
    struct ike_child *child = ike_find_child(e, id);
    if (child)
        child->counters = *counters;
}

void ike_esp_totals(struct ike *e, uint32_t connection, const struct esp_totals *totals)
{
    struct ike_conn *conn = ike_find_conn(e, connection);
    if (conn)
        conn->totals = *totals;
}

/* --- time, operators -------------------------------------------------------------------------- */

void ike_advance(struct ike *e, ns_t now)
{
    begin(e, now);
    for (int i = 0; i < TIMERS_A_CALL; i++) {
        struct timer *t = timer_pop(&e->timers, now);
        if (!t)
            break;
        struct ike_timer *mine = container_of(t, struct ike_timer, t);
        switch (mine->of) {
        case IKE_OF_CONN:
            ike_conn_due(e, container_of(mine, struct ike_conn, timer));
            break;
        case IKE_OF_SA:
            ike_sa_due(container_of(mine, struct ike_sa, timer));
            break;
        case IKE_OF_CHILD:
            ike_child_due(e, container_of(mine, struct ike_child, timer));
            break;
        }
    }
    ike_settle(e);
}

ns_t ike_deadline(const struct ike *e)
{
    return timer_next(&e->timers);
}

void ike_traffic(struct ike *e, ns_t now, uint32_t connection)
{
    begin(e, now);
    struct ike_conn *conn = ike_find_conn(e, connection);
    if (conn && conn->c.start != IKE_START_NEVER && !conn->up) {
        conn->wanted = true;
        struct ike_sa *sa = ike_conn_sa(conn);
        if (sa)
            ike_sa_touch(sa);
        else if (!ike_conn_is_trying(conn) && conn->start_at == NS_NEVER)
            ike_conn_start(e, conn);
    }
    ike_settle(e);
}

void ike_keys_answered(struct ike *e, ns_t now, const struct ike_keys_answer *answer)
{
    begin(e, now);
    struct ike_node *node = ike_table_find(&e->asking, answer->request);
    if (node) {
        struct ike_handshake *hs = container_of(node, struct ike_handshake, by_request);
        ike_auth_answered(hs->sa, answer);
    }
    ike_settle(e);
}

void ike_shutdown(struct ike *e, ns_t now)
{
    begin(e, now);
    LIST_EACH (it, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        conn->wanted = false;
        conn->start_at = NS_NEVER;
        ike_timer_set(e, &conn->timer, NS_NEVER);
        LIST_EACH_SAFE (at, next, &conn->sas) {
            struct ike_sa *sa = LIST_ENTRY(at, struct ike_sa, link);
            ike_request_done(sa); /* one try: nobody waits for the answer */
            if (sa->has_keys && sa->state >= IKE_ST_UP && sa->state < IKE_ST_DELETING)
                (void)ike_delete_sa(sa);
            ike_sa_end(sa, false);
        }
    }
    LIST_EACH_SAFE (it, next, &e->loose)
        ike_sa_end(LIST_ENTRY(it, struct ike_sa, link), false);
    ike_settle(e);
}

static void clear_conn(struct ike *e, struct ike_conn *conn, bool child_only, bool restart)
{
    conn->wanted = restart || (conn->wanted && child_only);
    conn->start_at = NS_NEVER;
    LIST_EACH_SAFE (it, next, &conn->sas) {
        struct ike_sa *sa = LIST_ENTRY(it, struct ike_sa, link);
        if (child_only)
            continue;
        if (sa->state < IKE_ST_UP) {
            ike_sa_end(sa, false);
        } else {
            sa->delete_wanted = true;
            sa->delete_at = e->now;
            sa->restart = restart;
            ike_sa_touch(sa);
        }
    }
    LIST_EACH (it, &conn->children) {
        struct ike_child *child = LIST_ENTRY(it, struct ike_child, link);
        if (child_only && child->sa && !child->gone) {
            child->delete_wanted = true;
            child->delete_at = e->now;
            ike_sa_touch(child->sa);
        }
    }
    conn->child_retry_at = 0;
    if (restart && list_is_empty(&conn->sas))
        ike_conn_start(e, conn);
}

void ike_clear(struct ike *e, ns_t now, uint32_t connection, bool child_only, bool restart)
{
    begin(e, now);
    LIST_EACH (it, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        if (connection == 0 || conn->c.id == connection)
            clear_conn(e, conn, child_only, restart);
    }
    ike_settle(e);
}

/* Nothing sends any more, so the tunnel is down until another CHILD SA is there. */
static void lose_children(struct ike *e, struct ike_conn *conn)
{
    clear_conn(e, conn, true, false);
    LIST_EACH (it, &conn->children)
        LIST_ENTRY(it, struct ike_child, link)->is_out = false;
    ike_conn_review(e, conn);
}

void ike_worker_lost(struct ike *e, ns_t now, uint32_t worker)
{
    begin(e, now);
    assert(worker < e->params.workers);
    LIST_EACH (it, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        if (esp_worker_of(conn->c.id, e->params.workers) == worker)
            lose_children(e, conn);
    }
    ike_settle(e);
}

static bool rekey_conn(struct ike_conn *conn, bool child)
{
    struct ike_sa *sa = ike_conn_sa(conn);
    if (!sa)
        return false;
    bool found = !child;
    if (!child)
        sa->rekey_wanted = true;
    LIST_EACH (it, &conn->children) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (child && c->sa == sa && !c->replaced && !c->redundant && !c->gone && !c->deleting) {
            c->rekey_wanted = true;
            found = true;
        }
    }
    ike_sa_touch(sa);
    return found;
}

err_t ike_rekey(struct ike *e, ns_t now, uint32_t connection, bool child)
{
    begin(e, now);
    bool found = false;
    LIST_EACH (it, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        if (connection == 0 || conn->c.id == connection)
            found = rekey_conn(conn, child) || found;
    }
    ike_settle(e);
    return found ? 0 : -ENOENT;
}
