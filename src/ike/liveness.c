/* Liveness (2.4): whether the peer is still there, asked when nothing was heard; periodically, or
 * only when we send and nothing comes back. */
#include "ike/internal.h"

ns_t ike_last_heard(const struct ike_sa *sa)
{
    ns_t heard = sa->heard_at;
    LIST_EACH (it, &sa->conn->children) {
        const struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa == sa)
            heard = MAX(heard, c->counters.last_in);
    }
    return heard;
}

static ns_t last_sent(const struct ike_sa *sa)
{
    ns_t sent = 0;
    LIST_EACH (it, &sa->conn->children) {
        const struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa == sa)
            sent = MAX(sent, c->counters.last_out);
    }
    return sent;
}

static ns_t interval_of(const struct ike_sa *sa)
{
    const struct ike_connection *c = &sa->conn->c;
    bool on = c->dpd != IKE_DPD_OFF && c->dpd_interval_s != 0;
    return on ? (ns_t)c->dpd_interval_s * NS_PER_S : NS_NEVER;
}

void ike_liveness_plan(struct ike_sa *sa)
{
    ns_t interval = interval_of(sa);
    sa->dpd_at = interval == NS_NEVER ? NS_NEVER : ike_last_heard(sa) + interval;
    if (sa->dpd_at <= sa->e->now)
        sa->dpd_at = sa->e->now + interval;
}

void ike_keepalive_plan(struct ike_sa *sa)
{
    bool on = sa->nat_here && sa->conn->c.nat_keepalive_s;
    sa->keepalive_at = on ? sa->e->now + (ns_t)sa->conn->c.nat_keepalive_s * NS_PER_S : NS_NEVER;
}

void ike_liveness_due(struct ike_sa *sa)
{
    ns_t now = sa->e->now, heard = ike_last_heard(sa);
    bool quiet = now - heard >= interval_of(sa);
    bool asks = sa->conn->c.dpd == IKE_DPD_PERIODIC || last_sent(sa) > heard;
    if (quiet && asks)
        sa->liveness_wanted = true;
    ike_liveness_plan(sa);
}

void ike_liveness_hint(struct ike_sa *sa)
{
    if (sa->state != IKE_ST_UP || sa->e->now < sa->hint_at)
        return;
    sa->hint_at = sa->e->now + IKE_HINT_GAP;
    sa->liveness_wanted = true;
    ike_sa_touch(sa);
}
