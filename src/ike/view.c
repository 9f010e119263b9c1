#include "ike/view.h"

#include "ike/internal.h"

#define F(member, type) VIEW_FIELD(view_ike_sa, member, type, #member)
static const struct view_field sa_fields[] = {
    F(connection, VIEW_U32),    F(name, VIEW_TEXT),
    F(state, VIEW_TEXT),        F(initiator, VIEW_BOOL),
    F(up, VIEW_BOOL),           F(fragmentation, VIEW_BOOL),
    F(mobike, VIEW_BOOL),       F(nat_here, VIEW_BOOL),
    F(nat_there, VIEW_BOOL),    F(local, VIEW_IP),
    F(remote, VIEW_IP),         F(local_port, VIEW_U16),
    F(remote_port, VIEW_U16),   F(spi_i, VIEW_TEXT),
    F(spi_r, VIEW_TEXT),        F(suite, VIEW_TEXT),
    F(local_id, VIEW_TEXT),     F(remote_id, VIEW_TEXT),
    F(age_s, VIEW_U32),         F(rekey_in_s, VIEW_U32),
    F(expires_in_s, VIEW_U32),  F(heard_s, VIEW_U32),
    F(next_id, VIEW_U32),       F(expected_id, VIEW_U32),
    F(rekeys, VIEW_U32),        F(established, VIEW_U32),
    F(lost, VIEW_U32),          F(encr, VIEW_U16),
    F(encr_bits, VIEW_U16),     F(integ, VIEW_U16),
    F(prf, VIEW_U16),           F(group, VIEW_U16),
    F(local_cert, VIEW_BOOL),   F(remote_cert, VIEW_BOOL),
    F(dpd_periodic, VIEW_BOOL), F(dpd_interval_s, VIEW_U16),
    F(dpd_retry_s, VIEW_U16),   F(fragment_bytes, VIEW_U16),
    F(life_s, VIEW_U32),
};
#undef F
const struct view view_ike_sa = {
    .id = VIEW_IKE_SA,
    .name = "ike-sa",
    .record_bytes = sizeof(struct view_ike_sa),
    .fields = sa_fields,
    .field_count = ARRAY_LEN(sa_fields),
};

#define F(member, type) VIEW_FIELD(view_ike_child, member, type, #member)
static const struct view_field child_fields[] = {
    F(connection, VIEW_U32), F(id, VIEW_U32),          F(name, VIEW_TEXT),
    F(state, VIEW_TEXT),     F(sends, VIEW_BOOL),      F(ike_spi_i, VIEW_TEXT),
    F(spi_in, VIEW_U32),     F(spi_out, VIEW_U32),     F(suite, VIEW_TEXT),
    F(local_ts, VIEW_TEXT),  F(remote_ts, VIEW_TEXT),  F(local, VIEW_IP),
    F(remote, VIEW_IP),      F(local_port, VIEW_U16),  F(remote_port, VIEW_U16),
    F(age_s, VIEW_U32),      F(rekey_in_s, VIEW_U32),  F(expires_in_s, VIEW_U32),
    F(packets_in, VIEW_U64), F(packets_out, VIEW_U64), F(bytes_in, VIEW_U64),
    F(bytes_out, VIEW_U64),  F(replayed, VIEW_U64),    F(bad_icv, VIEW_U64),
    F(dropped, VIEW_U64),    F(hard_bytes, VIEW_U64),  F(hard_packets, VIEW_U64),
    F(window, VIEW_U32),     F(esn, VIEW_BOOL),        F(encr, VIEW_U16),
    F(encr_bits, VIEW_U16),  F(integ, VIEW_U16),       F(group, VIEW_U16),
};
#undef F
const struct view view_ike_child = {
    .id = VIEW_IKE_CHILD,
    .name = "ike-child",
    .record_bytes = sizeof(struct view_ike_child),
    .fields = child_fields,
    .field_count = ARRAY_LEN(child_fields),
};

#define F(member, type) VIEW_FIELD(view_ike_totals, member, type, #member)
static const struct view_field totals_fields[] = {
    F(connection, VIEW_U32), F(name, VIEW_TEXT),       F(worker, VIEW_U32),
    F(packets_in, VIEW_U64), F(packets_out, VIEW_U64), F(bytes_in, VIEW_U64),
    F(bytes_out, VIEW_U64),  F(errors_in, VIEW_U64),   F(errors_out, VIEW_U64),
};
#undef F
const struct view view_ike_totals = {
    .id = VIEW_IKE_TOTALS,
    .name = "ike-totals",
    .record_bytes = sizeof(struct view_ike_totals),
    .fields = totals_fields,
    .field_count = ARRAY_LEN(totals_fields),
};

#define F(member, type) VIEW_FIELD(view_ike_worker, member, type, #member)
static const struct view_field worker_fields[] = {
    F(worker, VIEW_U32),      F(process, VIEW_U32),    F(restarts, VIEW_U32),
    F(handed_over, VIEW_U64), F(taken_over, VIEW_U64), F(lost, VIEW_U64),
};
#undef F
const struct view view_ike_worker = {
    .id = VIEW_IKE_WORKER,
    .name = "ike-worker",
    .record_bytes = sizeof(struct view_ike_worker),
    .fields = worker_fields,
    .field_count = ARRAY_LEN(worker_fields),
};

#define F(member, type, name) VIEW_FIELD(view_ike_failure, member, type, name)
static const struct view_field failure_fields[] = {
    F(connection, VIEW_U32, "connection"),
    F(name, VIEW_TEXT, "name"),
    F(id, VIEW_TEXT, "id"),
    F(why, VIEW_TEXT, "why"),
    F(age_s, VIEW_U32, "age_s"),
};
#undef F
const struct view view_ike_failure = {
    .id = VIEW_IKE_FAILURE,
    .name = "ike-failure",
    .record_bytes = sizeof(struct view_ike_failure),
    .fields = failure_fields,
    .field_count = ARRAY_LEN(failure_fields),
};

static const struct view_field debug_fields[] = {
    VIEW_FIELD(view_ike_debug, on, VIEW_BOOL, "on"),
    VIEW_FIELD(view_ike_debug, peer, VIEW_IP, "peer"),
};
const struct view view_ike_debug = {
    .id = VIEW_IKE_DEBUG,
    .name = "ike-debug",
    .record_bytes = sizeof(struct view_ike_debug),
    .fields = debug_fields,
    .field_count = ARRAY_LEN(debug_fields),
};

static uint32_t seconds_until(ns_t now, ns_t at)
{
    return at == NS_NEVER || at <= now ? 0 : (uint32_t)((at - now + NS_PER_S - 1) / NS_PER_S);
}

static void spi_text(char ret_text[17], uint64_t spi)
{
    uint8_t b[8];
    struct wr w = wr_init(b, sizeof(b));
    struct text t = text_init(ret_text, 17);
    wr_u64(&w, spi);
    text_hex(&t, b, sizeof(b));
}

static void fill_connection(const struct ike_sa *sa, struct view_ike_sa *v)
{
    const struct ike_connection *c = &sa->conn->c;
    v->connection = c->id;
    v->life_s = c->ike_lifetime_s;
    v->established = sa->conn->established;
    v->lost = sa->conn->lost;
    v->local_cert = c->local_auth == IKE_AUTH_CERT;
    v->remote_cert = c->remote_auth == IKE_AUTH_CERT;
    v->dpd_periodic = c->dpd == IKE_DPD_PERIODIC;
    if (c->dpd != IKE_DPD_OFF) {
        v->dpd_interval_s = c->dpd_interval_s;
        v->dpd_retry_s = c->dpd_retry_s;
    }
    if (sa->fragmentation)
        v->fragment_bytes = c->fragment_bytes ? c->fragment_bytes : 1280; /* ike/config.h */
    DIAG_SET(v->name, c->name ? c->name : "");
}

static void fill_suite(const struct ike_sa *sa, struct view_ike_sa *v)
{
    struct text t = text_init(v->suite, sizeof(v->suite));
    text_ike_suite(&t, &sa->suite);
    v->encr = sa->suite.encr;
    v->encr_bits = sa->suite.encr_bits;
    v->integ = sa->suite.integ;
    v->prf = sa->suite.prf;
    v->group = sa->suite.group;
}

static void fill_id(char *to, size_t cap, const struct ike_sa *sa, bool local)
{
    const struct ike_id id = ike_id_kept(sa, local);
    struct text t = text_init(to, cap);
    if (id.type)
        text_ike_id(&t, &id);
}

static bool emit_sa(const struct ike_sa *sa, ns_t now, struct view_sink *sink)
{
    const struct ike_conn *conn = sa->conn;
    struct view_ike_sa v = {
        .initiator = sa->initiator,
        .up = sa->state == IKE_ST_UP,
        .fragmentation = sa->fragmentation,
        .mobike = sa->mobike,
        .nat_here = sa->nat_here,
        .nat_there = sa->nat_there,
        .local = sa->path.local,
        .remote = sa->path.remote,
        .local_port = sa->path.local_port,
        .remote_port = sa->path.remote_port,
        .age_s = (uint32_t)((now - sa->made_at) / NS_PER_S),
        .rekey_in_s = seconds_until(now, sa->rekey_at),
        .expires_in_s = seconds_until(now, sa->hard_at),
        .heard_s = (uint32_t)((now - (conn ? ike_last_heard(sa) : sa->heard_at)) / NS_PER_S),
        .next_id = sa->next_id,
        .expected_id = sa->expect_id,
        .rekeys = sa->rekeys,
    };
    if (conn)
        fill_connection(sa, &v);
    DIAG_SET(v.state, ike_state_name(sa->state));
    spi_text(v.spi_i, sa->spi_i);
    spi_text(v.spi_r, sa->spi_r);
    if (sa->has_keys)
        fill_suite(sa, &v);
    if (sa->state >= IKE_ST_UP) { /* before, it is only what they say */
        fill_id(v.local_id, sizeof(v.local_id), sa, true);
        fill_id(v.remote_id, sizeof(v.remote_id), sa, false);
    }
    return sink->emit(sink, &view_ike_sa, &v);
}

static const char *child_state(const struct ike_child *c)
{
    if (c->gone)
        return "GONE";
    if (c->deleting)
        return "DELETE";
    if (c->redundant)
        return "REDUNDANT";
    if (c->replaced)
        return "REPLACED";
    return c->rekey_wanted ? "REKEY" : "READY";
}

static bool emit_child(const struct ike_child *c, ns_t now, struct view_sink *sink)
{
    const struct esp_counters *n = &c->counters;
    struct view_ike_child v = {
        .connection = c->conn->c.id,
        .id = c->esp.id,
        .sends = c->is_out,
        .spi_in = c->esp.spi_in,
        .spi_out = c->esp.spi_out,
        .local = c->esp.path.local,
        .remote = c->esp.path.remote,
        .local_port = c->esp.path.local_port,
        .remote_port = c->esp.path.remote_port,
        .age_s = (uint32_t)((now - c->made_at) / NS_PER_S),
        .rekey_in_s = seconds_until(now, c->rekey_at),
        .expires_in_s = seconds_until(now, c->hard_at),
        .packets_in = n->packets_in,
        .packets_out = n->packets_out,
        .bytes_in = n->bytes_in,
        .bytes_out = n->bytes_out,
        .replayed = n->replayed,
        .bad_icv = n->bad_icv,
        .dropped = n->bad_padding + n->bad_selector + n->malformed + n->no_room + n->too_big,
        .hard_bytes = c->esp.hard_bytes,
        .hard_packets = c->esp.hard_packets,
        .window = c->esp.window,
        .esn = c->esp.esn,
        .encr = c->suite.encr,
        .encr_bits = c->suite.encr_bits,
        .integ = c->suite.integ,
        .group = c->suite.group,
    };
    DIAG_SET(v.name, c->conn->c.name ? c->conn->c.name : "");
    DIAG_SET(v.state, child_state(c));
    if (c->sa)
        spi_text(v.ike_spi_i, c->sa->spi_i);
    struct text t = text_init(v.suite, sizeof(v.suite));
    text_ike_suite(&t, &c->suite);
    t = text_init(v.local_ts, sizeof(v.local_ts));
    text_ike_selectors(&t, c->esp.local, c->esp.n_local);
    t = text_init(v.remote_ts, sizeof(v.remote_ts));
    text_ike_selectors(&t, c->esp.remote, c->esp.n_remote);
    return sink->emit(sink, &view_ike_child, &v);
}

static bool emit_totals(const struct ike_conn *c, uint32_t workers, struct view_sink *sink)
{
    const struct esp_totals *n = &c->totals;
    struct view_ike_totals v = { .connection = c->c.id,
                                 .worker = esp_worker_of(c->c.id, workers),
                                 .packets_in = n->packets_in,
                                 .packets_out = n->packets_out,
                                 .bytes_in = n->bytes_in,
                                 .bytes_out = n->bytes_out,
                                 .errors_in = n->errors_in,
                                 .errors_out = n->errors_out };
    DIAG_SET(v.name, c->c.name ? c->c.name : "");
    return sink->emit(sink, &view_ike_totals, &v);
}

static bool emit_failure(const struct ike_conn *conn, ns_t now, struct view_sink *sink)
{
    const char *id = (const char *)conn->why.p;
    if (!id)
        return true;
    struct view_ike_failure v = {
        .connection = conn->c.id,
        .age_s = (uint32_t)((now - conn->why_at) / NS_PER_S),
    };
    DIAG_SET(v.name, conn->c.name ? conn->c.name : "");
    DIAG_SET(v.id, id);
    DIAG_SET(v.why, id + strlen(id) + 1);
    return sink->emit(sink, &view_ike_failure, &v);
}

err_t ike_query(const struct ike *e, ns_t now, uint32_t connection, struct view_sink *sink)
{
    LIST_EACH (it, &e->conns) {
        const struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        if (connection != 0 && conn->c.id != connection)
            continue;
        if (!emit_failure(conn, now, sink))
            return 0;
        LIST_EACH (at, &conn->sas)
            if (!emit_sa(LIST_ENTRY(at, struct ike_sa, link), now, sink))
                return 0;
        LIST_EACH (at, &conn->children)
            if (!emit_child(LIST_ENTRY(at, struct ike_child, link), now, sink))
                return 0;
        if (!emit_totals(conn, e->params.workers, sink))
            return 0;
    }
    LIST_EACH (it, &e->loose)
        if (connection == 0 && !emit_sa(LIST_ENTRY(it, struct ike_sa, link), now, sink))
            return 0;
    return 0;
}
