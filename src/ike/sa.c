/* One IKE SA: made, its states and deadlines, what it does next, its end. */
#include "base/hash.h"
#include "crypto/secret.h"
#include "ike/internal.h"

const char *ike_state_name(enum ike_state s)
{
    switch (s) {
    case IKE_ST_INIT_SENT:
        return "INIT-SENT";
    case IKE_ST_INIT_DONE:
        return "INIT-ANSWERED";
    case IKE_ST_AUTH:
        return "AUTH";
    case IKE_ST_UP:
        return "READY";
    case IKE_ST_PENDING:
        return "REKEY-COLLISION";
    case IKE_ST_REPLACED:
        return "REPLACED";
    case IKE_ST_DELETING:
        return "DELETE";
    case IKE_ST_DEAD:
        return "DEAD";
    }
    return "?";
}

ns_t ike_random_between(struct ike *e, ns_t lo, ns_t hi)
{
    uint64_t r;
    if (hi <= lo || crypto_random_bytes(&e->random, &r, sizeof(r)))
        return lo;
    return lo + (ns_t)(r % (uint64_t)(hi - lo + 1));
}

uint64_t ike_fresh_spi(struct ike *e)
{
    uint64_t spi = 0;
    do {
        if (crypto_random_bytes(&e->random, &spi, sizeof(spi)))
            return 0;
    } while (spi == 0 || ike_find_sa(e, spi));
    return spi;
}

uint64_t ike_sa_spi(const struct ike_sa *sa)
{
    return sa->initiator ? sa->spi_i : sa->spi_r;
}

uint64_t ike_half_key(const struct ike *e, const struct ip_addr *from)
{
    return hash_bytes(e->hash_key, from, sizeof(*from));
}

static void set_half_open(struct ike_sa *sa, bool half_open)
{
    if (sa->half_open == half_open)
        return;
    struct ike *e = sa->e;
    sa->half_open = half_open;
    assert(half_open || e->half_open > 0);
    e->half_open += half_open ? 1u : (uint32_t)-1;
    if (!half_open)
        ike_table_remove(&e->half_open_from, &sa->by_half);
    else if (!ike_table_add(&e->half_open_from, &sa->by_half, ike_half_key(e, &sa->path.remote)))
        e->dropped++; /* without memory it counts for nobody */
}

struct ike_sa *ike_sa_new(struct ike *e, const struct ike_sa_params *p)
{
    if (e->n_sas >= e->config.sa_max)
        return NULL;
    struct ike_sa *sa = mem_alloc(MEM_IKE, sizeof(*sa));
    if (!sa)
        return NULL;
    sa->e = e;
    sa->timer.of = IKE_OF_SA;
    sa->state = p->state;
    sa->initiator = sa->first_initiator = p->initiator;
    sa->line = e->next_line++;
    sa->spi_i = p->spi_i;
    sa->spi_r = p->spi_r;
    sa->path = p->path;
    sa->made_at = sa->heard_at = sa->sent_at = e->now;
    sa->rekey_at = sa->hard_at = sa->dpd_at = sa->keepalive_at = sa->expire_at = NS_NEVER;
    sa->delete_at = sa->yield_at = sa->lost_at = NS_NEVER;
    if (!ike_table_add(&e->sas, &sa->by_spi, ike_sa_spi(sa))) {
        mem_free(MEM_IKE, sa, sizeof(*sa));
        return NULL;
    }
    e->n_sas++;
    list_append(p->conn ? &p->conn->sas : &e->loose, &sa->link);
    if (p->conn) {
        sa->conn = p->conn;
        p->conn->n_sas++;
    }
    set_half_open(sa, p->state == IKE_ST_INIT_DONE);
    ike_sa_touch(sa);
    return sa;
}

void ike_sa_adopt(struct ike_sa *sa, struct ike_conn *conn)
{
    list_remove(&sa->link);
    if (sa->conn)
        sa->conn->n_sas--;
    sa->conn = conn;
    conn->n_sas++;
    list_append(&conn->sas, &sa->link);
}

/* Moves that are legal, by bits of the states that may follow. */
static bool may_follow(enum ike_state from, enum ike_state to)
{
    static const uint8_t after[] = {
        [IKE_ST_INIT_SENT] = 1 << IKE_ST_AUTH | 1 << IKE_ST_DEAD,
        [IKE_ST_INIT_DONE] = 1 << IKE_ST_UP | 1 << IKE_ST_DEAD,
        [IKE_ST_AUTH] = 1 << IKE_ST_UP | 1 << IKE_ST_DEAD,
        [IKE_ST_UP] = 1 << IKE_ST_REPLACED | 1 << IKE_ST_DELETING | 1 << IKE_ST_DEAD,
        [IKE_ST_PENDING] = 1 << IKE_ST_UP | 1 << IKE_ST_REPLACED | 1 << IKE_ST_DELETING |
                           1 << IKE_ST_DEAD,
        [IKE_ST_REPLACED] = 1 << IKE_ST_DELETING | 1 << IKE_ST_DEAD,
        [IKE_ST_DELETING] = 1 << IKE_ST_DEAD,
        [IKE_ST_DEAD] = 0,
    };
    return after[from] >> to & 1;
}

void ike_sa_enter(struct ike_sa *sa, enum ike_state to)
{
    assert(may_follow(sa->state, to));
    sa->state = to;
    set_half_open(sa, to == IKE_ST_INIT_DONE);
    ike_sa_touch(sa);
}

/* The margin grows at random, so that both ends rarely rekey at once (2.8). */
static ns_t rekey_margin(struct ike *e, const struct ike_connection *c, uint32_t lifetime_s)
{
    uint32_t margin_s = c->rekey_margin_s ? c->rekey_margin_s : MIN(lifetime_s / 10, 540);
    ns_t margin = MAX((ns_t)MIN(margin_s, lifetime_s / 2) * NS_PER_S, NS_PER_S);
    return margin + ike_random_between(e, 0, margin * c->rekey_fuzz_percent / 100);
}

ns_t ike_rekey_time(struct ike *e, const struct ike_connection *c, uint32_t lifetime_s)
{
    if (lifetime_s == 0)
        return NS_NEVER;
    ns_t life = (ns_t)lifetime_s * NS_PER_S;
    return e->now + MAX(life - rekey_margin(e, c, lifetime_s), life / 4);
}

void ike_sa_run(struct ike_sa *sa)
{
    struct ike *e = sa->e;
    const struct ike_connection *c = &sa->conn->c;
    sa->up_at = e->now;
    sa->expire_at = NS_NEVER;
    sa->rekey_at = ike_rekey_time(e, c, c->ike_lifetime_s);
    sa->hard_at = c->ike_lifetime_s ? e->now + (ns_t)c->ike_lifetime_s * NS_PER_S : NS_NEVER;
    sa->heard_at = e->now;
    ike_keepalive_plan(sa);
    ike_liveness_plan(sa);
    ike_sa_touch(sa);
}

void ike_sa_touch(struct ike_sa *sa)
{
    if (!link_is_in_list(&sa->dirty))
        list_append(&sa->e->dirty, &sa->dirty);
}

/* --- what is next ----------------------------------------------------------------------------- */

static bool wants_child(const struct ike_sa *sa)
{
    const struct ike_conn *conn = sa->conn;
    return conn->wanted && !conn->going && ike_conn_sa(conn) == sa && !ike_sa_has_child(sa);
}

static bool next_child_task(struct ike_sa *sa)
{
    bool deletes = false;
    LIST_EACH (it, &sa->conn->children) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa == sa && c->delete_wanted && !c->gone && sa->e->now >= c->delete_at)
            deletes = true;
    }
    if (deletes)
        return ike_delete_children(sa);
    LIST_EACH (it, &sa->conn->children) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        /* One that does not send yet may be unknown to the peer still. */
        bool wants = c->sa == sa && c->rekey_wanted && !c->replaced && c->is_out &&
                     !c->delete_wanted;
        if (wants && sa->e->now >= c->retry_at)
            return ike_create_child(sa, c);
    }
    /* The responder leaves a lost CHILD SA to the initiator for a while: not both at once. */
    if (wants_child(sa) && sa->e->now >= sa->conn->child_retry_at)
        return ike_create_child(sa, NULL);
    return false;
}

static bool next_of_up(struct ike_sa *sa)
{
    ns_t now = sa->e->now;
    if (sa->delete_wanted && now >= sa->delete_at)
        return ike_delete_sa(sa);
    if (sa->address_wanted)
        return ike_mobike_send(sa);
    if (sa->announce_wanted)
        return ike_mobike_announce(sa);
    if (sa->routable_wanted)
        return ike_mobike_probe(sa);
    if (next_child_task(sa)) /* before the IKE SA: their lives are shorter */
        return true;
    if (sa->rekey_wanted && now >= sa->retry_at && !sa->delete_wanted)
        return ike_create_ike(sa);
    if (sa->bad_spi)
        return ike_inform_bad_spi(sa);
    if (sa->liveness_wanted)
        return ike_inform_liveness(sa);
    return true;
}

void ike_sa_next(struct ike_sa *sa)
{
    if (sa->request.task != IKE_TASK_NONE)
        return;
    bool old = sa->state == IKE_ST_REPLACED || sa->state == IKE_ST_PENDING;
    if (ike_sa_is_up(sa))
        (void)next_of_up(sa); /* what could not be made is tried again at the next deadline */
    else if (old && sa->delete_wanted && sa->e->now >= sa->delete_at)
        (void)ike_delete_sa(sa);
}

static ns_t child_deadline(const struct ike_sa *sa)
{
    ns_t at = NS_NEVER;
    LIST_EACH (it, &sa->conn->children) {
        const struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa != sa || c->gone)
            continue;
        if (c->delete_wanted && !c->deleting)
            at = MIN(at, c->delete_at);
        else if (c->rekey_wanted && !c->replaced && c->is_out)
            at = MIN(at, c->retry_at);
    }
    if (wants_child(sa))
        at = MIN(at, sa->conn->child_retry_at);
    return at;
}

void ike_sa_schedule(struct ike_sa *sa)
{
    struct ike *e = sa->e;
    ns_t at = MIN(MIN(sa->expire_at, sa->hard_at), sa->lost_at);
    bool busy = sa->request.task != IKE_TASK_NONE;
    if (busy)
        at = MIN(at, sa->request.next_at);
    if (sa->hs && sa->hs->step)
        at = MIN(at, sa->hs->keys_until);
    if (sa->state == IKE_ST_UP) {
        at = MIN(at, MIN(MIN(sa->keepalive_at, sa->dpd_at), sa->yield_at));
        at = MIN(at, sa->rekey_wanted ? NS_NEVER : sa->rekey_at);
    }
    if (!busy && sa->delete_wanted)
        at = MIN(at, sa->delete_at);
    if (!busy && sa->state == IKE_ST_UP) {
        ns_t tasks = child_deadline(sa);
        if (sa->rekey_wanted)
            tasks = MIN(tasks, sa->retry_at);
        /* What is due already and yet was not begun has met a want of memory: later. */
        at = MIN(at, tasks <= e->now ? e->now + NS_PER_S : tasks);
    }
    ike_timer_set(e, &sa->timer, at);
}

/* --- deadlines -------------------------------------------------------------------------------- */

static void expired(struct ike_sa *sa)
{
    if (sa->state == IKE_ST_UP) {
        ike_event(sa->e, NULL, sa, DIAG_WARNING,
                  "IKE SA reached its lifetime before it was rekeyed");
        sa->hard_at = NS_NEVER;
        sa->delete_wanted = sa->restart = true;
        sa->delete_at = sa->e->now;
        return;
    }
    if (sa->state == IKE_ST_INIT_DONE && sa->hs && sa->hs->step) {
        struct ike_failure f = ike_failure_of(sa, IKE_WHY_NO_KEY);
        f.keys_why = "the keys process gave no answer";
        ike_event_failure(sa->e, &f);
    }
    ike_sa_end(sa, true);
}

void ike_sa_yield(struct ike_sa *sa, ns_t delete_at)
{
    if (sa->delete_wanted)
        return;
    sa->yields = sa->delete_wanted = true;
    sa->delete_at = delete_at;
    sa->yield_at = MIN(sa->e->now + IKE_YIELD_WAIT, delete_at);
    ike_sa_touch(sa);
}

static void let_others_send(struct ike_sa *sa)
{
    LIST_EACH (it, &sa->conn->children) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa == sa && c->is_out)
            ike_child_yield(c);
    }
}

void ike_sa_due(struct ike_sa *sa)
{
    ns_t now = sa->e->now;
    ike_sa_touch(sa);
    if (now >= MIN(sa->expire_at, sa->hard_at))
        expired(sa);
    if (sa->state != IKE_ST_DEAD && now >= sa->lost_at)
        ike_address_is_lost(sa);
    if (sa->state == IKE_ST_DEAD)
        return;
    if (sa->hs && sa->hs->step && now >= sa->hs->keys_until) {
        struct ike_failure f = ike_failure_of(sa, IKE_WHY_NO_KEY);
        f.keys_why = "the keys process gave no answer";
        ike_sa_fail(sa, &f);
        return;
    }
    if (sa->request.task != IKE_TASK_NONE && now >= sa->request.next_at)
        ike_request_due(sa);
    if (sa->state != IKE_ST_UP)
        return;
    if (now >= sa->rekey_at) {
        sa->rekey_at = NS_NEVER;
        sa->rekey_wanted = true;
    }
    if (now >= sa->yield_at) {
        sa->yield_at = NS_NEVER;
        let_others_send(sa);
    }
    if (now >= sa->keepalive_at) {
        ike_do_keepalive(sa->e, sa);
        ike_keepalive_plan(sa);
    }
    if (now >= sa->dpd_at)
        ike_liveness_due(sa);
}

/* --- the end ---------------------------------------------------------------------------------- */

/* Length of ours, ours, the peer's: type and bytes of each. */
bool ike_ids_keep(struct ike_sa *sa, const struct ike_id *local, const struct ike_id *peer)
{
    uint8_t b[3 + sizeof(local->bytes) + 1 + sizeof(peer->bytes)];
    struct wr w = wr_init(b, sizeof(b));
    wr_u16(&w, local->len);
    wr_u8(&w, (uint8_t)local->type);
    wr_bytes(&w, local->bytes, local->len);
    wr_u8(&w, (uint8_t)peer->type);
    wr_bytes(&w, peer->bytes, peer->len);
    assert(!w.bad);
    return ike_bytes_set(&sa->ids, b, wr_len(&w));
}

struct ike_id ike_id_kept(const struct ike_sa *sa, bool local)
{
    struct ike_id id[2] = { { .type = IKE_ID_NONE }, { .type = IKE_ID_NONE } };
    struct rd r = rd_init(sa->ids.p, sa->ids.n);
    if (sa->ids.n == 0)
        return id[0];
    id[0].len = rd_u16(&r);
    id[0].type = (enum ike_id_type)rd_u8(&r);
    rd_copy(&r, id[0].bytes, id[0].len);
    id[1].type = (enum ike_id_type)rd_u8(&r);
    id[1].len = (uint16_t)rd_left(&r);
    rd_copy(&r, id[1].bytes, id[1].len);
    assert(!r.bad);
    return id[!local];
}

void ike_handshake_free(struct ike_sa *sa)
{
    struct ike_handshake *hs = sa->hs;
    if (!hs)
        return;
    ike_table_remove(&sa->e->asking, &hs->by_request);
    crypto_dh_free(hs->dh);
    ike_bytes_free(&hs->request);
    ike_bytes_free(&hs->response);
    ike_bytes_free(&hs->cookie);
    ike_bytes_free(&hs->held);
    ike_bytes_free(&hs->auth);
    ike_bytes_free(&hs->plain_auth);
    for (uint8_t i = 0; i < hs->n_certs; i++)
        ike_bytes_free(&hs->certs[i]);
    ike_keys_wipe(&hs->keys);
    ike_keys_wipe(&hs->plain);
    secret_wipe_bytes(hs, sizeof(*hs));
    mem_free(MEM_IKE, hs, sizeof(*hs));
    sa->hs = NULL;
}

void ike_sa_drop_children(struct ike_sa *sa)
{
    LIST_EACH_SAFE (it, next, &sa->conn->children) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa != sa)
            continue;
        if (c->gone) /* it lingers on its own */
            c->sa = NULL;
        else
            ike_child_remove(c);
    }
}

/* 2.8.2: a collision's loser that the peer has to delete. When the old SA has gone before the peer
 * heard of the loser, it never will: then nobody deletes it. */
static void forget_losers(struct ike_conn *conn, ns_t now)
{
    LIST_EACH (it, &conn->sas) {
        struct ike_sa *sa = LIST_ENTRY(it, struct ike_sa, link);
        if (sa->state != IKE_ST_PENDING || !sa->delete_wanted)
            continue;
        sa->expire_at = MIN(sa->expire_at, now + IKE_RETRANSMIT_TOTAL / 2);
        ike_sa_touch(sa);
    }
}

void ike_sa_end(struct ike_sa *sa, bool again)
{
    struct ike *e = sa->e;
    if (sa->state == IKE_ST_DEAD)
        return;
    struct ike_conn *conn = sa->conn;
    if (sa->request.create && sa->request.create->is_ike && sa->request.create->has_rival)
        ike_collide_lost(sa, sa->request.create);
    bool was_up = ike_sa_is_up(sa) || sa->state == IKE_ST_DELETING;
    ike_request_done(sa);
    ike_sa_enter(sa, IKE_ST_DEAD);
    ike_timer_set(e, &sa->timer, NS_NEVER);
    ike_table_remove(&e->sas, &sa->by_spi);
    ike_table_remove(&e->inits, &sa->by_init);
    list_remove(&sa->link);
    list_append(&e->dead_sas, &sa->link);
    if (!conn)
        return;
    conn->n_sas--;
    ike_sa_drop_children(sa);
    forget_losers(conn, e->now);
    ike_conn_review(e, conn);
    bool alone = !ike_conn_sa(conn) && !ike_conn_is_trying(conn);
    bool brief = sa->rekeys == 0 && e->now - sa->up_at < IKE_BRIEF;
    if (e->now - sa->made_at >= IKE_RETRANSMIT_TOTAL / 2)
        conn->failures = 0; /* silence has taken its time already */
    if (again && conn->wanted && alone && conn->start_at == NS_NEVER)
        ike_conn_plan(e, conn, !was_up || brief);
}

void ike_sa_fail(struct ike_sa *sa, const struct ike_failure *f)
{
    ike_event_failure(sa->e, f);
    ike_sa_end(sa, true);
}

void ike_sa_free(struct ike *e, struct ike_sa *sa)
{
    assert(sa->state == IKE_ST_DEAD);
    list_remove(&sa->dirty);
    ike_handshake_free(sa);
    mem_free(MEM_IKE, sa->others, sa->others ? sizeof(*sa->others) : 0);
    ike_bytes_free(&sa->answer);
    ike_protect_done(&sa->protect);
    ike_bytes_free(&sa->ids);
    ike_sk_d_wipe(&sa->sk_d);
    ike_reassembly_done(&sa->requests);
    ike_reassembly_done(&sa->responses);
    assert(e->n_sas > 0);
    e->n_sas--;
    secret_wipe_bytes(sa, sizeof(*sa));
    mem_free(MEM_IKE, sa, sizeof(*sa));
}
