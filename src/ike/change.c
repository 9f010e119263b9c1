/* From one configuration of a connection to the next (ike_configure()): what is equal; what may
 * change under SAs that run, and how it reaches them; what is another connection. Lifetimes that
 * got shorter count from the birth of each SA, longer ones hold for its successors; liveness counts
 * from now on; proposals and what else is settled with a CHILD SA count when it is rekeyed, which
 * is at once where what runs is no longer allowed. No packet is lost over any of these. */
#include "ike/internal.h"

/* --- what differs ----------------------------------------------------------------------------- */

static bool text_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whom we expect at the other end. */
static bool remote_ids_eq(const struct ike_connection *a, const struct ike_connection *b)
{
    return a->any_remote_id == b->any_remote_id && ike_lists_ids_eq(a->lists, b->lists) &&
           ike_id_eq(&a->remote_id, &b->remote_id);
}

static bool offers_eq(const struct ike_connection *a, const struct ike_connection *b)
{
    return ike_lists_offers_eq(a->lists, b->lists);
}

static bool lifetimes_eq(const struct ike_connection *a, const struct ike_connection *b)
{
    return a->ike_lifetime_s == b->ike_lifetime_s && a->child_lifetime_s == b->child_lifetime_s &&
           a->child_lifetime_bytes == b->child_lifetime_bytes &&
           a->child_lifetime_packets == b->child_lifetime_packets &&
           a->rekey_margin_s == b->rekey_margin_s && a->rekey_fuzz_percent == b->rekey_fuzz_percent;
}

static bool liveness_eq(const struct ike_connection *a, const struct ike_connection *b)
{
    return a->dpd == b->dpd && a->dpd_interval_s == b->dpd_interval_s &&
           a->dpd_retry_s == b->dpd_retry_s && a->dpd_retries == b->dpd_retries &&
           a->nat_keepalive_s == b->nat_keepalive_s;
}

/* What ESP is told when a CHILD SA is made. */
static bool handling_eq(const struct ike_connection *a, const struct ike_connection *b)
{
    return a->window == b->window && a->df == b->df && a->copy_dscp == b->copy_dscp;
}

/* Endpoints, who we are, how both sides prove it, and what the tunnel carries: none of these can
 * change under an SA. */
static bool is_same_connection(const struct ike_connection *a, const struct ike_connection *b)
{
    return text_eq(a->name, b->name) && ip_eq(&a->local, &b->local) &&
           ip_eq(&a->remote, &b->remote) && text_eq(a->source, b->source) &&
           a->force_encapsulation == b->force_encapsulation &&
           ike_id_eq(&a->local_id, &b->local_id) && a->local_auth == b->local_auth &&
           a->remote_auth == b->remote_auth && text_eq(a->key, b->key) &&
           text_eq(a->trustpoint, b->trustpoint) && text_eq(a->ppk_id, b->ppk_id) &&
           a->ppk_required == b->ppk_required && ike_lists_selectors_eq(a->lists, b->lists);
}

static bool is_equal(const struct ike_connection *a, const struct ike_connection *b)
{
    return is_same_connection(a, b) && remote_ids_eq(a, b) && offers_eq(a, b) &&
           lifetimes_eq(a, b) && liveness_eq(a, b) && handling_eq(a, b) && a->start == b->start &&
           a->fragmentation == b->fragmentation && a->fragment_bytes == b->fragment_bytes &&
           a->mobike == b->mobike && a->accept_narrower == b->accept_narrower;
}

/* Whether everybody who is connected may still be. */
static bool peers_are_accepted(const struct ike_conn *conn, const struct ike_connection *c)
{
    LIST_EACH (it, &conn->sas) {
        const struct ike_sa *sa = LIST_ENTRY(it, struct ike_sa, link);
        bool counts = sa->state == IKE_ST_UP || sa->state == IKE_ST_PENDING;
        const struct ike_id peer = ike_id_kept(sa, false);
        bool named = c->remote.family != IP_NONE; /* MOBIKE may have it elsewhere by now */
        if (counts && !ike_id_accepted(c, named ? &c->remote : &sa->path.remote, &peer))
            return false;
    }
    return true;
}

enum ike_change ike_conn_compare(const struct ike_conn *conn, const struct ike_connection *c)
{
    if (is_equal(&conn->c, c))
        return IKE_CHANGE_NONE;
    /* One that is not up starts at once with what was mended. */
    bool stays = ike_conn_sa(conn) && is_same_connection(&conn->c, c) &&
                 peers_are_accepted(conn, c);
    return stays ? IKE_CHANGE_WITHIN : IKE_CHANGE_ANEW;
}

/* --- reaches what runs ------------------------------------------------------------------------ */

/* When many are rekeyed because of one change, not all in the same moment. */
static ns_t soon(struct ike *e)
{
    ns_t span = MIN((ns_t)e->conns_by_id.n * IKE_CHANGE_GAP, IKE_CHANGE_SPAN_MAX);
    return e->now + ike_random_between(e, 0, span);
}

/* The end and the start of rekeying of an SA that was born at `born`; never so near that no time is
 * left to rekey. */
static void shorten(struct ike *e, const struct ike_connection *c, uint32_t lifetime_s, ns_t born,
                    ns_t *rekey_at, ns_t *hard_at)
{
    if (lifetime_s == 0)
        return;
    ns_t end = born + (ns_t)lifetime_s * NS_PER_S;
    ns_t begin = born + (ike_rekey_time(e, c, lifetime_s) - e->now);
    *hard_at = MIN(*hard_at, MAX(end, e->now + IKE_CHANGE_SPAN_MAX + IKE_RETRANSMIT_TOTAL));
    *rekey_at = MIN(*rekey_at, MAX(begin, soon(e)));
}

static struct ike_wish wish_for(const struct ike_connection *c, bool child)
{
    const struct ike_lists *l = c->lists;
    return (struct ike_wish){ .ours = child ? l->child : l->ike,
                              .n = child ? l->n_child : l->n_ike,
                              .protocol = child ? IKE_PROTO_ESP : IKE_PROTO_IKE };
}

static bool child_lives(const struct ike_child *child)
{
    return child->sa && !child->gone && !child->replaced && !child->redundant &&
           !child->delete_wanted;
}

/* True: it is rekeyed at once. */
static bool change_child(struct ike *e, struct ike_child *child, const struct ike_connection *old)
{
    const struct ike_connection *c = &child->conn->c;
    struct ike_wish wish = wish_for(c, true);
    bool anew = !handling_eq(old, c) || !ike_wish_allows(&wish, &child->suite);
    if (!child_lives(child))
        return false;
    if (!lifetimes_eq(old, c))
        shorten(e, c, c->child_lifetime_s, child->made_at, &child->rekey_at, &child->hard_at);
    if (anew)
        child->rekey_at = MIN(child->rekey_at, soon(e));
    ike_child_schedule(e, child);
    return anew;
}

static bool change_sa(struct ike *e, struct ike_sa *sa, const struct ike_connection *old)
{
    const struct ike_connection *c = &sa->conn->c;
    struct ike_wish wish = wish_for(c, false);
    if (sa->state != IKE_ST_UP || sa->delete_wanted)
        return false;
    bool anew = !ike_wish_allows(&wish, &sa->suite);
    if (!sa->rekey_wanted && !lifetimes_eq(old, c))
        shorten(e, c, c->ike_lifetime_s, sa->up_at, &sa->rekey_at, &sa->hard_at);
    if (!sa->rekey_wanted && anew)
        sa->rekey_at = MIN(sa->rekey_at, soon(e));
    if (!liveness_eq(old, c)) {
        ike_liveness_plan(sa);
        ike_keepalive_plan(sa);
    }
    ike_sa_touch(sa);
    return anew;
}

/* Strings stay ours, which are equal; lists are the new ones, kept. */
static void take_over(struct ike_conn *conn, const struct ike_connection *c,
                      struct ike_lists *lists)
{
    const struct ike_connection old = conn->c;
    conn->c = *c;
    conn->c.lists = lists;
    conn->c.name = old.name;
    conn->c.source = old.source;
    conn->c.key = old.key;
    conn->c.trustpoint = old.trustpoint;
    conn->c.ppk_id = old.ppk_id;
    if (conn->c.start != old.start)
        conn->wanted = conn->c.start == IKE_START_AT_ONCE;
}

/* What began under other terms ends. */
static void change(struct ike *e, struct ike_conn *conn, const struct ike_connection *c)
{
    const struct ike_connection old = conn->c;
    bool other_terms = !offers_eq(&old, c) || !remote_ids_eq(&old, c), anew = false;
    struct ike_lists *lists = ike_lists_keep(e, c->lists);
    if (!lists) {
        ike_event(e, conn, NULL, DIAG_ERROR, "no memory to change the settings: the old ones stay");
        return;
    }
    take_over(conn, c, lists);
    LIST_EACH_SAFE (it, next, &conn->sas) {
        struct ike_sa *sa = LIST_ENTRY(it, struct ike_sa, link);
        if (other_terms && sa->state < IKE_ST_UP)
            ike_sa_end(sa, false);
        else
            anew = change_sa(e, sa, &old) || anew;
    }
    LIST_EACH (it, &conn->children)
        anew = change_child(e, LIST_ENTRY(it, struct ike_child, link), &old) || anew;
    ike_event(e, conn, NULL, DIAG_NOTE,
              anew ? "settings changed: what runs is no longer configured, it is rekeyed at once"
                   : "settings changed: the SAs stay");
    ike_lists_unref(e, old.lists);
}

/* --- later ------------------------------------------------------------------------------------ */

/* The answer to what we offered has to be read with the proposals that were offered. */
static bool has_offer_out(const struct ike_conn *conn)
{
    LIST_EACH (it, &conn->sas)
        if (LIST_ENTRY(it, struct ike_sa, link)->request.create)
            return true;
    return false;
}

void ike_conn_forget_later(struct ike *e, struct ike_conn *conn)
{
    if (!conn->later)
        return;
    ike_lists_unref(e, conn->later->lists);
    mem_free(MEM_IKE, conn->later, sizeof(*conn->later));
    conn->later = NULL;
    e->n_later--;
}

void ike_conn_change(struct ike *e, struct ike_conn *conn, const struct ike_connection *c)
{
    ike_conn_forget_later(e, conn);
    if (!offers_eq(&conn->c, c) && has_offer_out(conn))
        conn->later = mem_alloc(MEM_IKE, sizeof(*conn->later));
    struct ike_lists *lists = conn->later ? ike_lists_keep(e, c->lists) : NULL;
    if (!lists) { /* without memory too: at worst an answer does not fit */
        mem_free(MEM_IKE, conn->later, sizeof(*conn->later));
        conn->later = NULL;
        change(e, conn, c);
        return;
    }
    *conn->later = *c; /* its strings are never looked at: they are equal to ours */
    conn->later->lists = lists;
    e->n_later++;
}

void ike_conns_change_later(struct ike *e)
{
    if (e->n_later == 0)
        return;
    LIST_EACH (it, &e->conns) {
        struct ike_conn *conn = LIST_ENTRY(it, struct ike_conn, link);
        if (!conn->later || has_offer_out(conn))
            continue;
        change(e, conn, conn->later);
        ike_conn_forget_later(e, conn);
    }
}
