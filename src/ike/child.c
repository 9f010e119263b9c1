/* CHILD SAs: negotiated, keyed, handed over, taken back. */
#include "crypto/secret.h"
#include "ike/internal.h"

/* --- what we want ----------------------------------------------------------------------------- */

struct ike_wish ike_child_wish(const struct ike_conn *conn, bool without_dh, uint16_t ke_group)
{
    return (struct ike_wish){
        .ours = conn->c.lists->child,
        .n = conn->c.lists->n_child,
        .protocol = IKE_PROTO_ESP,
        .without_dh = without_dh,
        .ke_group = ke_group,
    };
}

/* Our side of the selectors, and the peer's; none configured: everything of IPv4. */
struct side {
    size_t n;
    struct esp_selector s[ESP_SELECTORS_MAX];
};

static struct side side_of(const struct ike_connection *c, bool local)
{
    const struct ike_lists *l = c->lists;
    struct side side = { .n = local ? l->n_local_ts : l->n_remote_ts };
    if (side.n)
        memcpy(side.s, local ? l->local_ts : l->remote_ts, side.n * sizeof(side.s[0]));
    else
        side.s[side.n++] = ike_ts_any(IP_V4);
    return side;
}

uint32_t ike_fresh_spi_in(struct ike *e, const struct ike_conn *conn)
{
    uint32_t spi = 0, n = e->params.workers, worker = esp_worker_of(conn->c.id, n);
    do {
        if (crypto_random_bytes(&e->random, &spi, sizeof(spi)))
            return 0;
        spi = (spi & ~esp_worker_mask(n)) | worker;
    } while (spi < ESP_SPI_MIN || ike_find_child_in(e, spi));
    assert(esp_worker_of_spi(spi, n) == worker);
    return spi;
}

static void spi_bytes(uint32_t spi, uint8_t ret_bytes[4])
{
    struct wr w = wr_init(ret_bytes, 4);
    wr_u32(&w, spi);
}

void ike_child_put_offer(struct ike *e, struct ike_writer *out, const struct ike_conn *conn,
                         uint32_t spi_in, bool without_dh)
{
    uint8_t spi[4];
    struct ike_wish wish = ike_child_wish(conn, without_dh, 0);
    spi_bytes(spi_in, spi);
    ike_offer_make(&wish, spi, sizeof(spi), e->our_offer);
    size_t mark = ike_payload_begin(out, IKE_P_SA, false);
    ike_offer_encode(e->our_offer, &out->w);
    ike_payload_end(out, mark);
}

static void put_selectors(struct ike_writer *out, enum ike_payload_type type,
                          const struct esp_selector *s, size_t n)
{
    size_t mark = ike_payload_begin(out, type, false);
    ike_ts_encode(s, n, &out->w);
    ike_payload_end(out, mark);
}

void ike_child_put_our_selectors(struct ike_writer *out, const struct ike_conn *conn)
{
    struct side local = side_of(&conn->c, true), remote = side_of(&conn->c, false);
    put_selectors(out, IKE_P_TSI, local.s, local.n);
    put_selectors(out, IKE_P_TSR, remote.s, remote.n);
}

void ike_child_put_answer(struct ike_writer *out, const struct ike_child_terms *terms)
{
    uint8_t spi[4];
    spi_bytes(terms->spi_in, spi);
    size_t mark = ike_payload_begin(out, IKE_P_SA, false);
    ike_choice_encode(&terms->choice, IKE_PROTO_ESP, spi, sizeof(spi), &out->w);
    ike_payload_end(out, mark);
}

void ike_child_put_answer_selectors(struct ike_writer *out, const struct ike_child_terms *terms)
{
    put_selectors(out, IKE_P_TSI, terms->remote.s, terms->remote.n);
    put_selectors(out, IKE_P_TSR, terms->local.s, terms->local.n);
}

/* --- negotiated ------------------------------------------------------------------------------- */

static uint32_t peer_spi(const struct ike_choice *choice)
{
    struct rd r = rd_init(choice->spi, choice->spi_bytes);
    uint32_t spi = rd_u32(&r);
    return rd_is_done(&r) ? spi : 0;
}

/* Tells that the CHILD SA's terms do not fit; in IKE_AUTH they name no group. */
static void tell(struct ike_sa *sa, struct ike_failure *f, bool without_dh)
{
    struct ike_wish wish = ike_child_wish(sa->conn, without_dh, 0);
    f->child = true;
    f->wish = &wish;
    ike_event_failure(sa->e, f);
    f->wish = NULL;
}

static bool narrow(struct ike_sa *sa, const struct crypto_part *body, bool local, bool narrower,
                   struct ike_narrowed *ret_narrowed, struct diag *ret_diag)
{
    struct side ours = side_of(&sa->conn->c, local);
    struct ike_ts *ts = sa->e->ts[0];
    struct ike_narrow n = {
        .offered = ts, .ours = ours.s, .n_ours = ours.n, .accept_narrower = narrower
    };
    return ike_ts_decode(body, ts, ret_diag) &&
           ike_ts_narrow(&n, local ? "TSr" : "TSi", ret_narrowed, ret_diag);
}

/* The reasoning of ike_child_choose(); a refusal's kind is in *ret_why. */
static enum ike_notify_type choose(struct ike_sa *sa, const struct ike_message *m, bool without_dh,
                                   struct ike_child_terms *ret_terms, enum ike_why *ret_why,
                                   struct diag *ret_diag)
{
    struct ike *e = sa->e;
    uint16_t ke_group = ike_has(m, IKE_P_KE) ? m->ke.group : 0;
    struct ike_wish wish = ike_child_wish(sa->conn, without_dh, ke_group);
    *ret_why = IKE_WHY_SYNTAX;
    if (!ike_has(m, IKE_P_SA) || !ike_has(m, IKE_P_TSI) || !ike_has(m, IKE_P_TSR) ||
        !ike_offer_decode(&m->sa, e->offer, ret_diag))
        return IKE_N_INVALID_SYNTAX;
    *ret_why = IKE_WHY_WE_CHOSE_NOTHING;
    if (!ike_choose(&wish, e->offer, &ret_terms->choice, ret_diag))
        return IKE_N_NO_PROPOSAL_CHOSEN;
    *ret_why = IKE_WHY_SYNTAX;
    if (peer_spi(&ret_terms->choice) < ESP_SPI_MIN)
        return IKE_N_INVALID_SYNTAX;
    /* What is rekeyed was agreed on before, narrowed perhaps (2.9.2). */
    bool narrower = sa->conn->c.accept_narrower || ret_terms->rekeys;
    *ret_why = IKE_WHY_WE_REFUSED_TS;
    if (!narrow(sa, &m->ts_i, false, narrower, &ret_terms->remote, ret_diag) ||
        !narrow(sa, &m->ts_r, true, narrower, &ret_terms->local, ret_diag))
        return IKE_N_TS_UNACCEPTABLE;
    return IKE_N_NONE;
}

enum ike_notify_type ike_child_choose(struct ike_sa *sa, const struct ike_message *m,
                                      bool without_dh, struct ike_child_terms *ret_terms)
{
    struct diag d = { 0 };
    enum ike_why why;
    enum ike_notify_type refused = choose(sa, m, without_dh, ret_terms, &why, &d);
    if (refused) {
        struct ike_failure f = ike_failure_of(sa, why);
        f.detail = &d;
        tell(sa, &f, without_dh);
        return refused;
    }
    if (sa->conn->n_children >= IKE_CHILDREN_MAX)
        return IKE_N_NO_ADDITIONAL_SAS;
    ret_terms->spi_in = ike_fresh_spi_in(sa->e, sa->conn);
    return ret_terms->spi_in ? IKE_N_NONE : IKE_N_NO_ADDITIONAL_SAS;
}

static void told_no(struct ike_sa *sa, uint16_t error, bool without_dh)
{
    enum ike_why why = error == IKE_N_NO_PROPOSAL_CHOSEN ? IKE_WHY_PEER_CHOSE_NOTHING
                       : error == IKE_N_TS_UNACCEPTABLE  ? IKE_WHY_PEER_REFUSED_TS
                                                         : IKE_WHY_PEER_ERROR;
    struct ike_failure f = ike_failure_of(sa, why);
    f.notify = error;
    tell(sa, &f, without_dh);
}

bool ike_child_check(struct ike_sa *sa, const struct ike_message *m, bool without_dh,
                     struct ike_child_terms *ret_terms)
{
    struct ike *e = sa->e;
    struct diag d = { 0 };
    struct ike_wish wish = ike_child_wish(sa->conn, without_dh, 0);
    const struct ike_notify *error = ike_message_error(m);
    struct side local = side_of(&sa->conn->c, true), remote = side_of(&sa->conn->c, false);
    if (error && !ike_has(m, IKE_P_SA)) {
        told_no(sa, error->type, without_dh);
        return false;
    }
    bool read = ike_has(m, IKE_P_SA) && ike_has(m, IKE_P_TSI) && ike_has(m, IKE_P_TSR) &&
                ike_offer_decode(&m->sa, e->offer, &d) && ike_ts_decode(&m->ts_i, e->ts[0], &d) &&
                ike_ts_decode(&m->ts_r, e->ts[1], &d);
    bool fits = read && ike_choice_check(&wish, e->offer, &ret_terms->choice, &d) &&
                ike_ts_check(local.s, local.n, e->ts[0], "TSi", &ret_terms->local, &d) &&
                ike_ts_check(remote.s, remote.n, e->ts[1], "TSr", &ret_terms->remote, &d) &&
                peer_spi(&ret_terms->choice) >= ESP_SPI_MIN;
    if (!fits) {
        struct ike_failure f = ike_failure_of(sa, read ? IKE_WHY_BAD_CHOICE : IKE_WHY_SYNTAX);
        f.detail = &d;
        tell(sa, &f, without_dh);
    }
    return fits;
}

/* --- made ------------------------------------------------------------------------------------- */

struct esp_path ike_child_path(const struct ike_sa *sa)
{
    struct esp_path path = sa->path;
    bool wanted = sa->nat_here || sa->nat_there || sa->conn->c.force_encapsulation;
    if (!wanted || path.local_port == IKE_PORT) /* the peer did not follow to port 4500 */
        path.local_port = path.remote_port = 0;
    return path;
}

/* Soft limits come some way before the hard ones, at random, so that both ends differ. */
static struct esp_limits limits_of(struct ike *e, const struct ike_connection *c, bool esn)
{
    uint64_t packets = c->child_lifetime_packets, bytes = c->child_lifetime_bytes;
    if (!esn && (packets == 0 || packets > UINT32_MAX))
        packets = UINT32_MAX; /* RFC 4303 3.3.3: the sequence number must not wrap */
    uint64_t part = (uint64_t)ike_random_between(e, 80, 90);
    return (struct esp_limits){
        .soft_bytes = bytes / 100 * part,
        .hard_bytes = bytes,
        .soft_packets = packets / 100 * part,
        .hard_packets = packets,
    };
}

/* What ESP is told, keys aside. */
static struct esp_child esp_of(struct ike_sa *sa, const struct ike_child_terms *terms)
{
    const struct ike_connection *c = &sa->conn->c;
    const struct ike_suite *s = &terms->choice.suite;
    struct esp_child x = {
        .id = sa->e->next_child++,
        .connection = c->id,
        .spi_in = terms->spi_in,
        .spi_out = peer_spi(&terms->choice),
        .encr = s->encr,
        .encr_bits = s->encr_bits,
        .integ = s->integ,
        .esn = s->esn,
        .path = ike_child_path(sa),
        .window = c->window,
        .limits = limits_of(sa->e, c, s->esn),
        .df = c->df,
        .copy_dscp = c->copy_dscp,
        .n_local = terms->local.n,
        .n_remote = terms->remote.n,
    };
    memcpy(x.local, terms->local.s, terms->local.n * sizeof(x.local[0]));
    memcpy(x.remote, terms->remote.s, terms->remote.n * sizeof(x.remote[0]));
    return x;
}

static bool make_keys(const struct ike_sa *sa, const struct ike_child_terms *terms,
                      struct esp_child *x)
{
    struct ike_child_keys k;
    if (ike_child_keymat(&terms->choice.suite, sa->suite.prf, &sa->sk_d, &terms->secrets, &k))
        return false;
    bool mine = terms->initiator;
    memcpy(x->key_in, mine ? k.from_responder : k.from_initiator, k.len);
    memcpy(x->key_out, mine ? k.from_initiator : k.from_responder, k.len);
    ike_child_keys_wipe(&k);
    return true;
}

static void log_keys(struct ike *e, const struct esp_child *x)
{
    char buf[IKE_KEY_LOG_MAX];
    if (!e->config.key_log)
        return;
    for (int inbound = 0; inbound < 2; inbound++) {
        struct text t = text_init(buf, sizeof(buf));
        text_ike_esp_key_log(&t, x, inbound);
        ike_do_key_log(e, x->connection, &t);
    }
    secret_wipe_bytes(buf, sizeof(buf));
}

static void set_times(struct ike *e, struct ike_child *child)
{
    const struct ike_connection *c = &child->conn->c;
    child->made_at = e->now;
    child->rekey_at = ike_rekey_time(e, c, c->child_lifetime_s);
    child->hard_at = c->child_lifetime_s ? e->now + (ns_t)c->child_lifetime_s * NS_PER_S : NS_NEVER;
    child->remove_at = NS_NEVER;
}

/* Into the tables; false: no memory. */
static bool enlist(struct ike *e, struct ike_child *child)
{
    if (!ike_table_add(&e->children, &child->by_id, child->esp.id))
        return false;
    if (!ike_table_add(&e->children_by_spi, &child->by_spi, child->esp.spi_in)) {
        ike_table_remove(&e->children, &child->by_id);
        return false;
    }
    return true;
}

static size_t bytes_of(uint8_t n_local, uint8_t n_remote)
{
    return sizeof(struct ike_child) + ((size_t)n_local + n_remote) * sizeof(struct esp_selector);
}

/* What is kept of it; NULL: no memory. */
static struct ike_child *child_new(struct ike_sa *sa, const struct ike_child_terms *terms,
                                   const struct esp_child *x)
{
    struct ike_child *child = mem_alloc(MEM_IKE, bytes_of(x->n_local, x->n_remote));
    if (!child)
        return NULL;
    child->e = sa->e;
    child->sa = sa;
    child->conn = sa->conn;
    child->timer.of = IKE_OF_CHILD;
    child->suite = terms->choice.suite;
    child->initiator = terms->initiator;
    memcpy(child->selectors, x->local, x->n_local * sizeof(x->local[0]));
    memcpy(child->selectors + x->n_local, x->remote, x->n_remote * sizeof(x->remote[0]));
    child->esp = (struct ike_child_esp){
        .id = x->id,
        .spi_in = x->spi_in,
        .spi_out = x->spi_out,
        .window = x->window,
        .path = x->path,
        .esn = x->esn,
        .n_local = x->n_local,
        .n_remote = x->n_remote,
        .hard_bytes = x->limits.hard_bytes,
        .hard_packets = x->limits.hard_packets,
        .local = child->selectors,
        .remote = child->selectors + x->n_local,
    };
    return child;
}

/* In the tables and told to ESP, or neither; false: no memory, crypto failed. */
static bool hand_over(struct ike_child *child, const struct ike_child_terms *terms,
                      struct esp_child *x)
{
    struct ike *e = child->e;
    if (!make_keys(child->sa, terms, x) || !enlist(e, child))
        return false;
    if (ike_do_child_add(e, x)) {
        log_keys(e, x);
        return true;
    }
    ike_table_remove(&e->children, &child->by_id);
    ike_table_remove(&e->children_by_spi, &child->by_spi);
    return false;
}

struct ike_child *ike_child_make(struct ike_sa *sa, const struct ike_child_terms *terms)
{
    struct ike *e = sa->e;
    struct esp_child x = esp_of(sa, terms);
    struct ike_child *child = child_new(sa, terms, &x);
    if (!child)
        return NULL;
    bool made = hand_over(child, terms, &x);
    secret_wipe_bytes(&x, sizeof(x));
    if (!made) {
        ike_child_free(e, child);
        return NULL;
    }
    list_append(&child->conn->children, &child->link);
    child->conn->n_children++;
    set_times(e, child);
    ike_child_schedule(e, child);
    ike_event_child(e, child, "CHILD SA is there");
    return child;
}

/* --- used ------------------------------------------------------------------------------------- */

bool ike_child_same_selectors(const struct ike_child *a, const struct ike_child *b)
{
    const struct ike_child_esp *x = &a->esp, *y = &b->esp;
    if (x->n_local != y->n_local || x->n_remote != y->n_remote)
        return false;
    for (uint8_t i = 0; i < x->n_local; i++)
        if (!ike_ts_eq(&x->local[i], &y->local[i]))
            return false;
    for (uint8_t i = 0; i < x->n_remote; i++)
        if (!ike_ts_eq(&x->remote[i], &y->remote[i]))
            return false;
    return true;
}

bool ike_child_is_usable(const struct ike_child *c)
{
    /* Nothing better may be there: an SA that yields still carries what no other one does. */
    return !c->gone && !c->dead && !c->redundant && !c->delete_wanted && c->sa;
}

/* Who sends for the same packets besides this one; NULL: nobody. */
static struct ike_child *other_sender(const struct ike_child *child)
{
    LIST_EACH (it, &child->conn->children) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c != child && c->is_out && ike_child_same_selectors(c, child))
            return c;
    }
    return NULL;
}

void ike_child_send_on(struct ike_child *child)
{
    struct ike *e = child->e;
    if (child->is_out)
        return;
    assert(!child->redundant && !child->gone && !child->dead);
    struct ike_child *before = other_sender(child);
    if (!ike_do_child(e, IKE_DO_CHILD_OUT, child))
        return;
    if (before)
        before->is_out = false;
    child->is_out = true;
    ike_sa_touch(child->sa);
}

/* Who can send in its place: its successor, else the newest for the same packets. */
static struct ike_child *substitute(const struct ike_child *child)
{
    struct ike_child *next = child->successor ? ike_find_child(child->e, child->successor) : NULL;
    if (next && ike_child_is_usable(next))
        return next;
    for (struct link *it = child->conn->children.prev; it != &child->conn->children;
         it = it->prev) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c != child && ike_child_is_usable(c) && !c->sa->yields &&
            ike_child_same_selectors(c, child))
            return c;
    }
    return NULL;
}

void ike_child_yield(struct ike_child *child)
{
    struct ike_child *next = substitute(child);
    if (next)
        ike_child_send_on(next);
}

void ike_child_first(struct ike_child *child)
{
    if (child->initiator && !child->sa->yields)
        ike_child_send_on(child);
    ike_conn_review(child->e, child->conn);
}

void ike_child_stop(struct ike_child *child)
{
    struct ike_child *next = child->is_out ? substitute(child) : NULL;
    if (next)
        ike_child_send_on(next);
    if (child->is_out)
        ike_child_remove(child);
}

void ike_child_active(struct ike_child *child)
{
    child->heard = true;
    if (child->gone || child->redundant || child->delete_wanted || child->replaced || !child->sa ||
        child->sa->yields)
        return;
    ike_child_send_on(child);
    ike_conn_review(child->e, child->conn);
}

struct ike_child *ike_child_by_out(const struct ike_sa *sa, uint32_t spi_out)
{
    LIST_EACH (it, &sa->conn->children) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->esp.spi_out == spi_out && !c->gone && c->sa && c->sa->line == sa->line)
            return c;
    }
    return NULL;
}

bool ike_sa_has_child(const struct ike_sa *sa)
{
    LIST_EACH (it, &sa->conn->children) {
        const struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa == sa && !c->gone && !c->redundant && !c->delete_wanted)
            return true;
    }
    return false;
}

/* --- taken back ------------------------------------------------------------------------------- */

void ike_child_linger(struct ike_child *child)
{
    struct ike *e = child->e;
    struct ike_conn *conn = child->conn;
    struct ike_child *next = child->is_out ? substitute(child) : NULL;
    if (next)
        ike_child_send_on(next); /* the peer has it, or it would not have deleted the old one */
    if (child->is_out || !other_sender(child)) {
        ike_child_remove(child);
    } else if (!child->gone) {
        child->gone = true;
        child->remove_at = e->now + IKE_LINGER;
        ike_child_schedule(e, child);
    }
    ike_conn_review(e, conn);
}

void ike_child_remove(struct ike_child *child)
{
    struct ike_conn *conn = child->conn;
    struct ike *e = child->e;
    if (child->dead)
        return;
    ike_event_child(e, child, "CHILD SA is removed");
    if (!ike_do_child(e, IKE_DO_CHILD_REMOVE, child))
        ike_event(e, conn, NULL, DIAG_ERROR, "no memory to remove a CHILD SA from ESP");
    child->dead = child->gone = true;
    child->is_out = false;
    ike_timer_set(e, &child->timer, NS_NEVER);
    ike_table_remove(&e->children, &child->by_id);
    ike_table_remove(&e->children_by_spi, &child->by_spi);
    list_remove(&child->link);
    list_append(&e->dead_children, &child->link);
    conn->n_children--;
    if (child->sa)
        ike_sa_touch(child->sa);
    if (!conn->going)
        ike_conn_review(e, conn);
}

void ike_child_free(struct ike *e, struct ike_child *child)
{
    ike_timer_set(e, &child->timer, NS_NEVER);
    mem_free(MEM_IKE, child, bytes_of(child->esp.n_local, child->esp.n_remote));
}

void ike_child_schedule(struct ike *e, struct ike_child *child)
{
    ns_t at = child->remove_at;
    if (!child->gone && child->sa) {
        at = MIN(at, child->hard_at);
        if (!child->rekey_wanted && !child->replaced && !child->redundant)
            at = MIN(at, child->rekey_at);
    }
    ike_timer_set(e, &child->timer, at);
}

static void wear_out(struct ike *e, struct ike_child *child)
{
    child->hard_at = NS_NEVER;
    if (!child->replaced && !child->redundant)
        ike_event(e, child->conn, child->sa, DIAG_WARNING,
                  "CHILD SA reached its lifetime before it was rekeyed");
    child->delete_wanted = true;
    child->delete_at = e->now;
    ike_sa_touch(child->sa);
}

void ike_child_due(struct ike *e, struct ike_child *child)
{
    if (child->dead)
        return;
    if (e->now >= child->remove_at) {
        ike_child_remove(child);
        return;
    }
    if (child->sa && !child->gone) {
        if (e->now >= child->hard_at)
            wear_out(e, child);
        if (e->now >= child->rekey_at && !child->replaced) {
            child->rekey_wanted = true;
            ike_sa_touch(child->sa);
        }
    }
    ike_child_schedule(e, child);
}
