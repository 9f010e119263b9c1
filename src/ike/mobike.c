/* Paths: NAT detection (2.23), and their change over an established SA (RFC 4555). */
#include "ike/internal.h"

/* --- NAT detection ---------------------------------------------------------------------------- */

void ike_put_nat_detection(struct ike_sa *sa, struct ike_writer *out, const struct esp_path *path,
                           bool forced)
{
    uint8_t hash[20] = { 0 };
    /* A hash of nothing looks like a NAT to the peer: that is how encapsulation is forced. */
    if (!forced && ike_nat_hash(sa->spi_i, sa->spi_r, &path->local, path->local_port, hash))
        return;
    ike_put_notify(out, IKE_N_NAT_DETECTION_SOURCE_IP, hash, sizeof(hash));
    if (ike_nat_hash(sa->spi_i, sa->spi_r, &path->remote, path->remote_port, hash))
        return;
    ike_put_notify(out, IKE_N_NAT_DETECTION_DESTINATION_IP, hash, sizeof(hash));
}

/* Whether one of the payloads of the type is this address; true too when there is none: the peer
 * knows nothing of NATs. */
static bool is_same(const struct ike_message *m, enum ike_notify_type type, const struct ip_addr *a,
                    uint16_t port)
{
    uint8_t hash[20];
    bool any = false;
    if (ike_nat_hash(m->header.spi_i, m->header.spi_r, a, port, hash))
        return true;
    for (uint8_t i = 0; i < m->n_notifies; i++) {
        const struct ike_notify *n = &m->notifies[i];
        if (n->type != type)
            continue;
        any = true;
        if (n->data.n == sizeof(hash) && memcmp(n->data.p, hash, sizeof(hash)) == 0)
            return true;
    }
    return !any;
}

void ike_see_nat_detection(struct ike_sa *sa, const struct ike_message *m,
                           const struct esp_path *path)
{
    sa->nat_there = !is_same(m, IKE_N_NAT_DETECTION_SOURCE_IP, &path->remote, path->remote_port);
    sa->nat_here = !is_same(m, IKE_N_NAT_DETECTION_DESTINATION_IP, &path->local, path->local_port);
}

/* --- moving ----------------------------------------------------------------------------------- */

void ike_sa_move(struct ike_sa *sa, const struct esp_path *path, bool children)
{
    struct esp_path old = sa->path;
    sa->path = *path;
    if (path->local_port == 0) { /* bare ESP told us: IKE's ports stay */
        sa->path.local_port = old.local_port;
        sa->path.remote_port = old.remote_port;
    }
    ike_event(sa->e, NULL, sa, DIAG_NOTE, "the path has changed");
    ike_sa_touch(sa);
    if (!children || !sa->conn)
        return;
    LIST_EACH (it, &sa->conn->children) {
        struct ike_child *c = LIST_ENTRY(it, struct ike_child, link);
        if (c->sa != sa || c->dead)
            continue;
        c->esp.path = ike_child_path(sa);
        if (!ike_do_child(sa->e, IKE_DO_CHILD_PATH, c))
            sa->e->dropped++;
    }
}

bool ike_mobike_send(struct ike_sa *sa)
{
    struct ike_writer out = ike_out_begin(sa->e);
    ike_put_notify(&out, IKE_N_UPDATE_SA_ADDRESSES, NULL, 0);
    ike_put_nat_detection(sa, &out, &sa->path, sa->conn->c.force_encapsulation);
    sa->address_wanted = false;
    return ike_request_send(sa, IKE_TASK_ADDRESS, &out);
}

bool ike_mobike_probe(struct ike_sa *sa)
{
    uint8_t cookie2[16];
    sa->routable_wanted = false;
    if (crypto_random_bytes(&sa->e->random, cookie2, sizeof(cookie2)))
        return false;
    struct ike_writer out = ike_out_begin(sa->e);
    ike_put_notify(&out, IKE_N_COOKIE2, cookie2, sizeof(cookie2));
    if (!ike_request_send(sa, IKE_TASK_ROUTABLE, &out))
        return false;
    memcpy(sa->request.cookie2, cookie2, sizeof(cookie2));
    return true;
}

bool ike_mobike_announce(struct ike_sa *sa)
{
    struct ike_writer out = ike_out_begin(sa->e);
    sa->announce_wanted = false;
    if (!ike_put_additional_addresses(sa, &out))
        ike_put_notify(&out, IKE_N_NO_ADDITIONAL_ADDRESSES, NULL, 0);
    return ike_request_send(sa, IKE_TASK_ANNOUNCE, &out);
}

/* RFC 4555 3.6: the responder has no say in which addresses are used, but it may say that its own
 * have changed, from one that works. Where that came from is where the SA goes: the answer to our
 * update proves that the peer is there. */
void ike_mobike_announced(struct ike_sa *sa, const struct ike_message *m)
{
    bool says = ike_find_notify(m, IKE_N_ADDITIONAL_IP4_ADDRESS) ||
                ike_find_notify(m, IKE_N_ADDITIONAL_IP6_ADDRESS) ||
                ike_find_notify(m, IKE_N_NO_ADDITIONAL_ADDRESSES);
    if (!says || !sa->mobike || !sa->first_initiator || sa->state != IKE_ST_UP ||
        ip_eq(&sa->asked_on.remote, &sa->path.remote))
        return;
    sa->path = sa->asked_on;
    sa->address_wanted = true;
    ike_event(sa->e, NULL, sa, DIAG_NOTE, "the peer has another address: MOBIKE follows");
    ike_sa_touch(sa);
}

/* --- the peer's other addresses --------------------------------------------------------------- */

static bool is_other(const struct ike_sa *sa, const struct ip_addr *a)
{
    for (uint8_t i = 0; sa->others && i < sa->others->n; i++)
        if (ip_eq(&sa->others->v[i], a))
            return true;
    return false;
}

static void add_other(struct ike_sa *sa, const struct ip_addr *a)
{
    struct ike_others *o = sa->others;
    if (!ip_is_zero(a) && !ip_eq(a, &sa->path.remote) && !is_other(sa, a) && o->n < IKE_OTHERS_MAX)
        o->v[o->n++] = *a;
}

void ike_mobike_learn(struct ike_sa *sa, const struct ike_message *m)
{
    bool v6 = sa->path.remote.family == IP_V6;
    uint16_t type = v6 ? IKE_N_ADDITIONAL_IP6_ADDRESS : IKE_N_ADDITIONAL_IP4_ADDRESS;
    bool says = ike_find_notify(m, IKE_N_ADDITIONAL_IP4_ADDRESS) ||
                ike_find_notify(m, IKE_N_ADDITIONAL_IP6_ADDRESS) ||
                ike_find_notify(m, IKE_N_NO_ADDITIONAL_ADDRESSES);
    if (!says || !sa->mobike || !sa->first_initiator)
        return;
    if (!sa->others)
        sa->others = mem_alloc(MEM_IKE, sizeof(*sa->others));
    if (!sa->others)
        return; /* without memory it stays where it is */
    *sa->others = (struct ike_others){ 0 };
    for (uint8_t i = 0; i < m->n_notifies; i++) {
        const struct ike_notify *n = &m->notifies[i];
        if (n->type != type || n->data.n != ip_bytes(sa->path.remote.family))
            continue;
        struct ip_addr a = ip_from_bytes(sa->path.remote.family, n->data.p);
        add_other(sa, &a);
    }
}

bool ike_mobike_other(struct ike_sa *sa, struct esp_path *ret_path)
{
    struct ike_others *o = sa->others;
    if (!o || o->n == 0 || !ike_sa_is_up(sa))
        return false;
    *ret_path = sa->path;
    ret_path->remote = o->v[o->next++ % o->n];
    return true;
}

/* RFC 4555 3.5: who initiates chooses the addresses. That somebody sent an answer of the peer's
 * from there proves nothing: ESP follows when the peer has answered our update there (3.7). */
void ike_mobike_answered(struct ike_sa *sa, const struct esp_path *path)
{
    if (!ike_sa_is_up(sa) || ip_eq(&path->remote, &sa->path.remote) ||
        sa->request.tries <= IKE_SILENT_TRIES || !is_other(sa, &path->remote))
        return;
    for (uint8_t i = 0; i < sa->others->n; i++)
        if (ip_eq(&sa->others->v[i], &path->remote))
            sa->others->v[i] = sa->path.remote; /* where it may be again one day */
    sa->path.remote = path->remote;
    sa->path.remote_port = path->remote_port;
    sa->address_wanted = true;
    ike_event(sa->e, NULL, sa, DIAG_WARNING,
              "the peer is silent at its address, and answers at another one: MOBIKE goes there");
    ike_sa_touch(sa);
}

/* The peer, who opened the SA, has moved: answers go to where it is; ESP follows once it was found
 * to receive there (RFC 4555 3.7). */
void ike_mobike_request(struct ike_sa *sa, const struct ike_message *m, struct ike_writer *out)
{
    if (!sa->mobike || sa->first_initiator || sa->state != IKE_ST_UP)
        return;
    sa->path = sa->asked_on;
    ike_see_nat_detection(sa, m, &sa->path);
    ike_put_nat_detection(sa, out, &sa->path, sa->conn->c.force_encapsulation);
    sa->routable_wanted = true;
    ike_sa_touch(sa);
}

void ike_mobike_response(struct ike_sa *sa, const struct ike_message *m)
{
    struct ike_request r = sa->request;
    ike_request_done(sa);
    if (ike_find_notify(m, IKE_N_UNACCEPTABLE_ADDRESSES)) {
        ike_event(sa->e, NULL, sa, DIAG_WARNING, "the peer does not take our new address");
        return;
    }
    if (r.task == IKE_TASK_ADDRESS) {
        ike_see_nat_detection(sa, m, &sa->path);
        ike_keepalive_plan(sa);
        ike_sa_move(sa, &sa->path, true);
        return;
    }
    const struct ike_notify *n = ike_find_notify(m, IKE_N_COOKIE2);
    if (n && n->data.n == sizeof(r.cookie2) && memcmp(n->data.p, r.cookie2, sizeof(r.cookie2)) == 0)
        ike_sa_move(sa, &sa->path, true);
    else
        ike_event(sa->e, NULL, sa, DIAG_WARNING, "the peer was not found at its new address");
}
