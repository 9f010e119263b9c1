/* When both ends want something at once (2.8.1, 2.8.2, 2.25). The SA of the exchange with the
 * lowest of the four nonces goes, deleted by who asked for it; the other one inherits, and who
 * asked for that one deletes the old SA. */
#include "ike/internal.h"

/* --- what a request meets (2.25) -------------------------------------------------------------- */

enum ike_notify_type ike_collide_child_new(const struct ike_sa *sa)
{
    enum ike_task task = sa->request.task;
    /* Both making the same CHILD SA would leave two; at random one of both tries again first. */
    bool busy = task == IKE_TASK_IKE_REKEY || task == IKE_TASK_CHILD_NEW;
    return busy ? IKE_N_TEMPORARY_FAILURE : IKE_N_NONE;
}

enum ike_notify_type ike_collide_child_rekey(const struct ike_sa *sa, const struct ike_child *old)
{
    bool closing = old->deleting || old->delete_wanted || old->replaced || old->redundant;
    bool busy = sa->request.task == IKE_TASK_IKE_REKEY;
    return closing || busy ? IKE_N_TEMPORARY_FAILURE : IKE_N_NONE;
}

enum ike_notify_type ike_collide_ike_rekey(const struct ike_sa *sa)
{
    enum ike_task task = sa->request.task;
    bool busy = task == IKE_TASK_CHILD_NEW || task == IKE_TASK_CHILD_REKEY ||
                task == IKE_TASK_CHILD_DELETE;
    return busy ? IKE_N_TEMPORARY_FAILURE : IKE_N_NONE;
}

static const struct ike_nonce *lower(const struct ike_nonce *a, const struct ike_nonce *b)
{
    return ike_nonce_cmp(a, b) < 0 ? a : b;
}

/* --- CHILD SAs -------------------------------------------------------------------------------- */

/* The old one has a successor; the peer deletes it, or we do when it does not. */
static void succeed(struct ike_child *old, const struct ike_child *next, ns_t delete_at)
{
    old->replaced = true;
    old->rekey_wanted = false;
    old->successor = next->esp.id;
    if (old->gone)
        return;
    old->delete_wanted = true;
    old->delete_at = delete_at;
    if (old->sa)
        ike_sa_touch(old->sa);
}

static void condemn(struct ike_child *child, ns_t delete_at)
{
    child->redundant = child->delete_wanted = true;
    child->delete_at = delete_at;
    if (child->sa)
        ike_sa_touch(child->sa);
}

void ike_collide_note_child(struct ike_sa *sa, struct ike_child *old, const struct ike_child *made,
                            const struct ike_nonce *ni, const struct ike_nonce *nr)
{
    struct ike_create *create = sa->request.create;
    if (!create || create->is_ike || create->child != old->esp.id) {
        succeed(old, made, sa->e->now + IKE_PEER_DELETES);
        return;
    }
    create->has_rival = true;
    create->rival_child = made->esp.id;
    create->rival_lowest = *lower(ni, nr);
}

void ike_collide_child(struct ike_sa *sa, struct ike_create *create, struct ike_child *ours,
                       const struct ike_nonce *nr)
{
    struct ike *e = sa->e;
    struct ike_child *old = create->child ? ike_find_child(e, create->child) : NULL;
    struct ike_child *rival = create->has_rival ? ike_find_child(e, create->rival_child) : NULL;
    if (rival && rival->gone)
        rival = NULL; /* the peer knew before us that it lost */
    bool lost = rival && ike_nonce_cmp(lower(&create->ni, nr), &create->rival_lowest) < 0;
    if (lost) {
        condemn(ours, e->now);
        if (old && !old->gone)
            succeed(old, rival, e->now + IKE_PEER_DELETES);
    } else {
        ike_child_send_on(ours); /* the peer had it before it answered */
        if (rival)
            condemn(rival, e->now + IKE_PEER_DELETES);
        if (old && !old->gone)
            succeed(old, ours, e->now);
    }
    if (rival)
        ike_event_child(e, lost ? rival : ours, "both ends rekeyed: this CHILD SA stays");
    ike_conn_review(e, sa->conn);
}

/* --- IKE SAs ---------------------------------------------------------------------------------- */

void ike_move_children(struct ike_sa *from, struct ike_sa *to)
{
    LIST_EACH (it, &from->conn->children) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa != from)
            continue;
        c->sa = to;
        c->deleting = false;
    }
    ike_sa_touch(to);
}

static void inherit(struct ike_sa *old, struct ike_sa *next, ns_t delete_at)
{
    ike_sa_enter(next, IKE_ST_UP);
    ike_sa_run(next);
    ike_move_children(old, next);
    ike_sa_enter(old, IKE_ST_REPLACED);
    old->replaced_by = ike_sa_spi(next);
    old->delete_wanted = true;
    old->delete_at = delete_at;
    next->delete_wanted = next->restart = false;
    ike_event(next->e, NULL, next, DIAG_NOTE, "IKE SA was rekeyed");
    ike_conn_review(next->e, next->conn);
}

void ike_collide_note_ike(struct ike_sa *sa, struct ike_sa *made, const struct ike_nonce *ni,
                          const struct ike_nonce *nr)
{
    struct ike_create *create = sa->request.create;
    if (!create || !create->is_ike) {
        inherit(sa, made, sa->e->now + IKE_PEER_DELETES);
        return;
    }
    create->has_rival = true;
    create->rival_sa = ike_sa_spi(made);
    create->rival_lowest = *lower(ni, nr);
}

void ike_collide_ike(struct ike_sa *sa, struct ike_create *create, struct ike_sa *ours,
                     const struct ike_nonce *nr)
{
    ns_t now = sa->e->now;
    struct ike_sa *rival = create->has_rival ? ike_find_sa(sa->e, create->rival_sa) : NULL;
    if (rival && rival->state != IKE_ST_PENDING)
        rival = NULL;
    bool lost = rival && ike_nonce_cmp(lower(&create->ni, nr), &create->rival_lowest) < 0;
    if (lost) {
        inherit(sa, rival, now + IKE_PEER_DELETES);
        ours->delete_wanted = true;
        ours->delete_at = now;
        return;
    }
    inherit(sa, ours, now);
    if (rival) {
        rival->delete_wanted = true;
        rival->delete_at = now + IKE_PEER_DELETES;
        ike_sa_touch(rival);
    }
}

/* --- ours came to nothing --------------------------------------------------------------------- */

void ike_collide_lost(struct ike_sa *sa, struct ike_create *create)
{
    struct ike *e = sa->e;
    ns_t delete_at = e->now + IKE_PEER_DELETES;
    if (!create->has_rival)
        return;
    create->has_rival = false;
    if (create->is_ike) {
        struct ike_sa *rival = ike_find_sa(e, create->rival_sa);
        if (rival && rival->state == IKE_ST_PENDING && sa->state == IKE_ST_UP)
            inherit(sa, rival, delete_at);
        return;
    }
    struct ike_child *old = ike_find_child(e, create->child);
    struct ike_child *rival = ike_find_child(e, create->rival_child);
    if (old && rival && !rival->gone)
        succeed(old, rival, delete_at);
    ike_conn_review(e, sa->conn);
}
