/* INFORMATIONAL (1.4, 1.5): Deletes, liveness, errors; both directions. */
#include "ike/internal.h"

/* --- requests of ours ------------------------------------------------------------------------- */

bool ike_delete_children(struct ike_sa *sa)
{
    struct ike *e = sa->e;
    uint32_t spis[IKE_CHILDREN_MAX], ids[IKE_CHILDREN_MAX];
    uint8_t n = 0;
    LIST_EACH (it, &sa->conn->children) {
        const struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa != sa || !c->delete_wanted || c->gone || e->now < c->delete_at ||
            n == IKE_CHILDREN_MAX)
            continue;
        ids[n] = c->esp.id;
        spis[n++] = c->esp.spi_in;
    }
    assert(n > 0);
    struct ike_writer out = ike_out_begin(e);
    ike_put_delete_esp(&out, spis, n);
    if (!ike_request_send(sa, IKE_TASK_CHILD_DELETE, &out))
        return false;
    memcpy(sa->request.children, ids, n * sizeof(ids[0]));
    sa->request.n_children = n;
    for (uint8_t i = 0; i < n; i++) {
        struct ike_child *c = ike_find_child(e, ids[i]);
        c->deleting = true;
        if (c->is_out) /* nothing is sent with it from here on */
            ike_child_stop(c);
    }
    return true;
}

bool ike_delete_sa(struct ike_sa *sa)
{
    struct ike_writer out = ike_out_begin(sa->e);
    ike_put_delete_ike(&out);
    if (!ike_request_send(sa, IKE_TASK_IKE_DELETE, &out))
        return false;
    ike_event(sa->e, NULL, sa, DIAG_NOTE, "IKE SA is deleted");
    ike_sa_enter(sa, IKE_ST_DELETING);
    ike_sa_drop_children(sa);
    return true;
}

bool ike_inform_liveness(struct ike_sa *sa)
{
    struct ike_writer out = ike_out_begin(sa->e);
    sa->liveness_wanted = false;
    return ike_request_send(sa, IKE_TASK_LIVENESS, &out);
}

bool ike_inform_bad_spi(struct ike_sa *sa)
{
    uint8_t spi[4];
    struct wr w = wr_init(spi, sizeof(spi));
    wr_u32(&w, sa->bad_spi);
    sa->bad_spi = 0;
    struct ike_writer out = ike_out_begin(sa->e);
    ike_put_notify(&out, IKE_N_INVALID_SPI, spi, sizeof(spi));
    return ike_request_send(sa, IKE_TASK_BAD_SPI, &out);
}

/* --- answers to ours -------------------------------------------------------------------------- */

void ike_inform_response(struct ike_sa *sa, const struct ike_message *m)
{
    struct ike *e = sa->e;
    struct ike_request r = sa->request;
    switch (r.task) {
    case IKE_TASK_CHILD_DELETE:
        ike_request_done(sa);
        for (uint8_t i = 0; i < r.n_children; i++) {
            struct ike_child *c = ike_find_child(e, r.children[i]);
            if (c && !c->gone)
                ike_child_linger(c);
        }
        break;
    case IKE_TASK_IKE_DELETE:
        ike_sa_end(sa, sa->restart);
        break;
    case IKE_TASK_ADDRESS:
    case IKE_TASK_ROUTABLE:
        ike_mobike_response(sa, m);
        break;
    case IKE_TASK_ANNOUNCE:
    case IKE_TASK_LIVENESS:
    case IKE_TASK_BAD_SPI:
        ike_request_done(sa);
        break;
    case IKE_TASK_NONE:
    case IKE_TASK_INIT:
    case IKE_TASK_AUTH:
    case IKE_TASK_CHILD_NEW:
    case IKE_TASK_CHILD_REKEY:
    case IKE_TASK_IKE_REKEY:
        break; /* not INFORMATIONAL: is_due() let none through */
    }
}

/* --- requests of the peer --------------------------------------------------------------------- */

static const struct ike_delete *delete_of(const struct ike_message *m, enum ike_protocol protocol)
{
    for (uint8_t i = 0; i < m->n_deletes; i++)
        if (m->deletes[i].protocol == protocol)
            return &m->deletes[i];
    return NULL;
}

/* The CHILD SAs that the peer deletes, by its inbound SPIs; ours go into the answer unless our own
 * Delete has crossed it (1.4.1, 2.25.1). */
struct doomed {
    struct ike_child *children[IKE_CHILDREN_MAX];
    uint32_t spis[IKE_CHILDREN_MAX];
    uint8_t n, n_spis;
};

static void find_doomed(struct ike_sa *sa, const struct ike_delete *d, struct doomed *ret)
{
    for (uint16_t i = 0; i < d->n_spis && ret->n < IKE_CHILDREN_MAX; i++) {
        struct ike_child *c = ike_child_by_out(sa, ike_delete_spi(d, i));
        bool again = false;
        for (uint8_t k = 0; k < ret->n; k++)
            again = again || ret->children[k] == c;
        if (!c || again)
            continue;
        ret->children[ret->n++] = c;
        if (!c->deleting)
            ret->spis[ret->n_spis++] = c->esp.spi_in;
    }
}

static void bury(struct ike_sa *sa, const struct doomed *d)
{
    struct ike_create *create = sa->request.create;
    for (uint8_t i = 0; i < d->n; i++) {
        struct ike_child *c = d->children[i];
        if (create && create->child == c->esp.id)
            create->old_is_gone = true;
        if (!c->dead && !c->gone)
            ike_child_linger(c);
    }
    /* 2.25: who opened the SA makes the next CHILD SA first. */
    if (!sa->initiator && !ike_sa_has_child(sa))
        sa->conn->child_retry_at = MAX(sa->conn->child_retry_at, sa->e->now + IKE_CHILD_RESPONDER);
}

static void peer_deleted(struct ike_sa *sa)
{
    if (ike_sa_is_up(sa) && !sa->delete_wanted) {
        struct ike_failure f = ike_failure_of(sa, IKE_WHY_PEER_DELETED);
        ike_event_failure(sa->e, &f);
    }
    ike_sa_end(sa, true);
}

/* 1.5: over the IKE SA the peer is believed: it lacks the CHILD SA that we send with. */
static void bad_spi(struct ike_sa *sa, const struct ike_notify *n)
{
    uint32_t spi;
    struct ike_child *c = ike_notify_u32(n, &spi) ? ike_child_by_out(sa, spi) : NULL;
    if (!c || !c->sa || c->replaced || c->delete_wanted)
        return;
    ike_event_child(sa->e, c, "the peer lacks this CHILD SA: another one is made");
    c->delete_wanted = true;
    c->delete_at = sa->e->now;
    sa->conn->child_retry_at = 0;
    ike_sa_touch(c->sa);
}

void ike_inform_request(struct ike_sa *sa, const struct ike_message *m)
{
    const struct ike_delete *esp = delete_of(m, IKE_PROTO_ESP);
    bool all = delete_of(m, IKE_PROTO_IKE),
         failed = ike_find_notify(m, IKE_N_AUTHENTICATION_FAILED);
    const struct ike_notify *spi = ike_find_notify(m, IKE_N_INVALID_SPI);
    const struct ike_notify *cookie2 = ike_find_notify(m, IKE_N_COOKIE2);
    struct doomed doomed = { .n = 0 };
    if (esp && !all)
        find_doomed(sa, esp, &doomed);
    struct ike_writer out = ike_out_begin(sa->e);
    if (doomed.n_spis)
        ike_put_delete_esp(&out, doomed.spis, doomed.n_spis);
    if (ike_find_notify(m, IKE_N_UPDATE_SA_ADDRESSES))
        ike_mobike_request(sa, m, &out);
    if (cookie2) /* RFC 4555 3.7 */
        ike_put_notify(&out, IKE_N_COOKIE2, cookie2->data.p, cookie2->data.n);
    if (!ike_answer_send(sa, IKE_INFORMATIONAL, &out))
        return; /* no memory: nothing happened, the peer asks again */
    bury(sa, &doomed);
    ike_mobike_announced(sa, m);
    ike_mobike_learn(sa, m);
    if (spi)
        bad_spi(sa, spi);
    if (all) {
        peer_deleted(sa);
    } else if (failed) { /* 2.21.2: our AUTH did not convince it */
        struct ike_failure f = ike_failure_of(sa, IKE_WHY_PEER_REFUSED_AUTH);
        f.notify = IKE_N_AUTHENTICATION_FAILED;
        ike_sa_fail(sa, &f);
    }
}
