/* What the operator reads: one line a happening, in words and then name=value. */
#include "crypto/secret.h"
#include "ike/internal.h"

void ike_event_word(struct ike_event_line *l, const char *name, const char *value)
{
    text_char(&l->t, ' ');
    text_str(&l->t, name);
    text_char(&l->t, '=');
    text_str(&l->t, value);
}

void ike_event_number(struct ike_event_line *l, const char *name, uint64_t value)
{
    text_char(&l->t, ' ');
    text_str(&l->t, name);
    text_char(&l->t, '=');
    text_u64(&l->t, value);
}

static void text_spi(struct text *t, const char *name, uint64_t spi, size_t bytes)
{
    uint8_t b[8];
    struct wr w = wr_init(b, sizeof(b));
    if (bytes == 4)
        wr_u32(&w, (uint32_t)spi);
    else
        wr_u64(&w, spi);
    text_char(t, ' ');
    text_str(t, name);
    text_char(t, '=');
    text_hex(t, b, bytes);
}

static void text_endpoint(struct text *t, const char *name, const struct ip_addr *a, uint16_t port)
{
    text_char(t, ' ');
    text_str(t, name);
    text_char(t, '=');
    text_ip(t, a);
    if (port) {
        text_char(t, '[');
        text_u64(t, port);
        text_char(t, ']');
    }
}

void ike_event_begin(struct ike_event_line *l, const struct ike_conn *conn, const struct ike_sa *sa,
                     const char *what)
{
    l->t = text_init(l->buf, sizeof(l->buf));
    if (!conn && sa)
        conn = sa->conn;
    l->connection = conn ? conn->c.id : 0;
    text_str(&l->t, what);
    if (conn)
        ike_event_word(l, "connection", conn->c.name ? conn->c.name : "-");
    if (!sa)
        return;
    text_endpoint(&l->t, "local", &sa->path.local, sa->path.local_port);
    text_endpoint(&l->t, "peer", &sa->path.remote, sa->path.remote_port);
    ike_event_word(l, "role", sa->initiator ? "initiator" : "responder");
    text_spi(&l->t, "spi-i", sa->spi_i, 8);
    text_spi(&l->t, "spi-r", sa->spi_r, 8);
}

void ike_event(struct ike *e, const struct ike_conn *conn, const struct ike_sa *sa,
               enum diag_severity severity, const char *what)
{
    struct ike_event_line l;
    ike_event_begin(&l, conn, sa, what);
    ike_event_end(e, &l, severity);
}

/* Where the failure finds who both said they are, until the next one. */
static const struct ike_id *id_of(const struct ike_sa *sa, bool local)
{
    struct ike_id *id = &sa->e->ids[!local];
    const struct ike_handshake *hs = sa->hs;
    *id = !hs ? ike_id_kept(sa, local) : local ? hs->local_id : hs->peer_id;
    return id->type ? id : NULL;
}

struct ike_failure ike_failure_of(const struct ike_sa *sa, enum ike_why why)
{
    const struct ike_request *r = &sa->request;
    return (struct ike_failure){
        .why = why,
        .connection = sa->conn ? &sa->conn->c : NULL,
        .path = sa->path,
        .initiator = sa->initiator,
        .tries = r->tries,
        .seconds = r->task ? (uint32_t)((sa->e->now - r->first_at) / NS_PER_S) : 0,
        .longest_datagram = r->longest,
        .fragmentation = sa->fragmentation,
        .nat_here = sa->nat_here,
        .nat_there = sa->nat_there,
        .first_contact = sa->conn ? !sa->conn->met : true,
        .local_id = id_of(sa, true),
        .remote_id = id_of(sa, false),
    };
}

/* What show says of a connection that is down. */
static void keep_failure(struct ike *e, const struct ike_failure *f, const char *id,
                         const char *why)
{
    struct ike_conn *conn = f->connection ? ike_find_conn(e, f->connection->id) : NULL;
    if (!conn || conn->up)
        return;
    if (f->why != IKE_WHY_NO_ANSWER && f->why != IKE_WHY_NO_AUTH_ANSWER)
        conn->silence_told = false;
    char both[IKE_WHY_MAX];
    struct wr w = wr_init(both, sizeof(both));
    wr_bytes(&w, id, strlen(id) + 1);
    wr_bytes(&w, why, MIN(strlen(why), wr_room(&w) - 1));
    wr_u8(&w, '\0');
    assert(!w.bad);
    conn->why_at = e->now;
    (void)!ike_bytes_set(&conn->why, both, wr_len(&w)); /* without memory it stands in the log */
}

void ike_event_failure(struct ike *e, const struct ike_failure *f)
{
    struct diag d = { 0 };
    ike_explain(f, &d);
    struct ike_event_line l = { .connection = f->connection ? f->connection->id : 0 };
    l.t = text_init(l.buf, sizeof(l.buf));
    text_str(&l.t, d.what);
    if (d.expected[0]) {
        text_str(&l.t, "; expected ");
        text_str(&l.t, d.expected);
    }
    if (d.remedy[0]) {
        text_str(&l.t, "; ");
        text_str(&l.t, d.remedy);
    }
    keep_failure(e, f, d.id, l.buf);
    ike_event_word(&l, "id", d.id);
    if (f->connection)
        ike_event_word(&l, "connection", f->connection->name ? f->connection->name : "-");
    if (f->path.remote.family)
        text_endpoint(&l.t, "peer", &f->path.remote, f->path.remote_port);
    ike_event_end(e, &l, d.severity);
}

void ike_event_child(struct ike *e, const struct ike_child *child, const char *what)
{
    struct ike_event_line l;
    ike_event_begin(&l, child->conn, child->sa, what);
    ike_event_number(&l, "child", child->esp.id);
    text_spi(&l.t, "spi-in", child->esp.spi_in, 4);
    text_spi(&l.t, "spi-out", child->esp.spi_out, 4);
    text_str(&l.t, " suite=");
    text_ike_suite(&l.t, &child->suite);
    text_str(&l.t, " local=");
    text_ike_selectors(&l.t, child->esp.local, child->esp.n_local);
    text_str(&l.t, " remote=");
    text_ike_selectors(&l.t, child->esp.remote, child->esp.n_remote);
    ike_event_end(e, &l, DIAG_NOTE);
}

/* ---- debug crypto ikev2 ---------------------------------------------------------------------- */

static bool is_traced(const struct ike *e, const struct ip_addr *peer)
{
    if (e->config.debug || !e->debug)
        return e->config.debug;
    for (uint8_t i = 0; i < e->n_debug_peers; i++)
        if (ip_eq(&e->debug_peers[i], peer))
            return true;
    return e->n_debug_peers == 0;
}

static err_t add_peer(struct ike *e, const struct ip_addr *peer)
{
    for (uint8_t i = 0; i < e->n_debug_peers; i++)
        if (ip_eq(&e->debug_peers[i], peer))
            return 0;
    if (e->n_debug_peers == IKE_DEBUG_PEERS_MAX)
        return -ENOSPC;
    e->debug_peers[e->n_debug_peers++] = *peer;
    return 0;
}

err_t ike_debug(struct ike *e, enum ike_debug_what what, const struct ip_addr *peer,
                struct view_sink *sink)
{
    err_t rc = 0;
    if ((what == IKE_DEBUG_ON || what == IKE_DEBUG_PEER) && ip_bytes(peer->family))
        rc = add_peer(e, peer);
    if (rc != 0)
        return rc;
    if (what == IKE_DEBUG_ON)
        e->debug = true;
    if (what == IKE_DEBUG_OFF || what == IKE_DEBUG_NOTHING)
        e->debug = false;
    if (what == IKE_DEBUG_NO_PEERS || what == IKE_DEBUG_NOTHING)
        e->n_debug_peers = 0;
    struct view_ike_debug v = { .on = e->debug || e->config.debug };
    uint8_t n = e->config.debug ? 0 : e->n_debug_peers;
    for (uint8_t i = 0; i < MAX(n, 1); i++) {
        v.peer = n ? e->debug_peers[i] : (struct ip_addr){ 0 };
        if (!sink->emit(sink, &view_ike_debug, &v))
            break;
    }
    return 0;
}

/* Who and which first: a long offer at the end may be cut. */
void ike_event_message(struct ike *e, const struct ike_sa *sa, const struct esp_path *path,
                       bool sent, const struct ike_message *m)
{
    static const char more[] = "...";
    struct ike_event_line l = { .connection = sa && sa->conn ? sa->conn->c.id : 0 };
    if (!is_traced(e, &path->remote))
        return;
    l.t = text_init(l.buf, sizeof(l.buf));
    text_str(&l.t, sent ? "sent " : "received ");
    text_ike_exchange(&l.t, m->header.exchange);
    text_str(&l.t, ike_is_response(m) ? " response " : " request ");
    text_u64(&l.t, m->header.message_id);
    if (sa && sa->conn)
        ike_event_word(&l, "connection", sa->conn->c.name ? sa->conn->c.name : "-");
    text_endpoint(&l.t, "local", &path->local, path->local_port);
    text_endpoint(&l.t, "peer", &path->remote, path->remote_port);
    text_spi(&l.t, "spi-i", m->header.spi_i, 8);
    text_spi(&l.t, "spi-r", m->header.spi_r, 8);
    text_str(&l.t, ": ");
    text_ike_trace(&l.t, m);
    if (l.t.cut)
        memcpy(l.t.s + l.t.len - (sizeof(more) - 1), more, sizeof(more));
    ike_event_trace(e, &l);
}

void ike_event_sent(struct ike_sa *sa, const struct ike_header *h, uint8_t first,
                    const struct crypto_part *inner)
{
    struct diag d = { 0 };
    bool traced = is_traced(sa->e, &sa->path.remote);
    struct ike_message *m = traced ? mem_alloc(MEM_IKE, sizeof(*m)) : NULL;
    if (!m)
        return;
    m->header = *h;
    if (ike_message_decode_inner(m, first, inner->p, inner->n, &d) == IKE_N_NONE)
        ike_event_message(sa->e, sa, &sa->path, true, m);
    secret_wipe_bytes(m, sizeof(*m));
    mem_free(MEM_IKE, m, sizeof(*m));
}

void ike_event_clear(struct ike *e, const struct ike_sa *sa, const struct esp_path *path,
                     const struct ike_bytes *packet)
{
    struct diag d = { 0 };
    struct ike_message *m = is_traced(e, &path->remote) ? mem_alloc(MEM_IKE, sizeof(*m)) : NULL;
    if (!m)
        return;
    if (ike_message_decode(packet->p, packet->n, m, &d) == IKE_N_NONE)
        ike_event_message(e, sa, path, true, m);
    mem_free(MEM_IKE, m, sizeof(*m));
}
