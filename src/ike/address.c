/* Our own addresses (RFC 4555 3.5, 3.6): which ones there are, which one a connection uses, and
 * what becomes of IKE SAs whose address went: with MOBIKE they move, else they are made anew. */
#include "base/hash.h"
#include "ike/internal.h"

/* One address of one interface. Heap; in the engine's list (oldest first) and two tables. */
struct ours {
    struct link link;
    struct ike_node by_address, by_interface;
    struct ip_addr a;
    char interface[IKE_INTERFACE_MAX];
};

static uint64_t address_key(const struct ike *e, const struct ip_addr *a)
{
    return hash_bytes(e->hash_key, a, sizeof(*a));
}

static uint64_t interface_key(const struct ike *e, const char *name)
{
    return hash_bytes(e->hash_key, name, strlen(name));
}

static struct ours *find(const struct ike *e, const char *interface, const struct ip_addr *a)
{
    struct ike_node *node = ike_table_find(&e->ours_by_address, address_key(e, a));
    for (; node; node = ike_table_again(node)) {
        struct ours *o = container_of(node, struct ours, by_address);
        if (ip_eq(&o->a, a) && (!interface || strcmp(o->interface, interface) == 0))
            return o;
    }
    return NULL;
}

static void forget(struct ike *e, struct ours *o)
{
    assert(e->n_ours > 0);
    list_remove(&o->link);
    ike_table_remove(&e->ours_by_address, &o->by_address);
    ike_table_remove(&e->ours_by_interface, &o->by_interface);
    mem_free(MEM_IKE, o, sizeof(*o));
    e->n_ours--;
}

/* Without memory, or beyond the bound, an address is not known: nothing moves to it. */
static void learn(struct ike *e, const char *interface, const struct ip_addr *a)
{
    struct ours *o = e->n_ours < IKE_ADDRESSES_MAX ? mem_alloc(MEM_IKE, sizeof(*o)) : NULL;
    if (!o)
        return;
    o->a = *a;
    memcpy(o->interface, interface, strnlen(interface, sizeof(o->interface) - 1));
    list_append(&e->ours, &o->link);
    e->n_ours++;
    if (!ike_table_add(&e->ours_by_address, &o->by_address, address_key(e, a)) ||
        !ike_table_add(&e->ours_by_interface, &o->by_interface, interface_key(e, o->interface)))
        forget(e, o);
}

void ike_addresses_done(struct ike *e)
{
    LIST_EACH_SAFE (it, next, &e->ours)
        forget(e, LIST_ENTRY(it, struct ours, link));
    ike_table_done(&e->ours_by_address);
    ike_table_done(&e->ours_by_interface);
}

/* --- whose address ---------------------------------------------------------------------------- */

/* Whether the connection can send from it. The configured address counts wherever it is: those of
 * several loopbacks are all on one device. */
static bool is_there(const struct ike *e, const struct ike_conn *conn, const struct ip_addr *a)
{
    return find(e, ip_eq(&conn->c.local, a) ? NULL : conn->c.source, a);
}

bool ike_conn_may_use(const struct ike *e, const struct ike_conn *conn, const struct ip_addr *a)
{
    const struct ike_connection *c = &conn->c;
    return (c->local.family == IP_NONE && !c->source) || a->family == IP_NONE ||
           ip_eq(&c->local, a) || (c->source && find(e, c->source, a));
}

/* Those of the source interface, of an unspecific connection all, but for one (NULL: none); NULL:
 * no more. */
static struct ours *candidate(const struct ike *e, const struct ike_conn *conn, size_t skip,
                              const struct ip_addr *but)
{
    uint8_t family = conn->c.remote.family;
    if (conn->c.source) {
        struct ike_node *node =
            ike_table_find(&e->ours_by_interface, interface_key(e, conn->c.source));
        for (; node; node = ike_table_again(node)) {
            struct ours *o = container_of(node, struct ours, by_interface);
            bool fits = o->a.family == family && strcmp(o->interface, conn->c.source) == 0 &&
                        !(but && ip_eq(but, &o->a));
            if (fits && skip-- == 0)
                return o;
        }
        return NULL;
    }
    LIST_EACH (it, &e->ours) {
        struct ours *o = LIST_ENTRY(it, struct ours, link);
        if (o->a.family == family && !(but && ip_eq(but, &o->a)) && skip-- == 0)
            return o;
    }
    return NULL;
}

struct ip_addr ike_conn_local(const struct ike *e, const struct ike_conn *conn)
{
    const struct ike_connection *c = &conn->c;
    if (c->local.family != IP_NONE && (!c->source || is_there(e, conn, &c->local)))
        return c->local;
    const struct ours *o = candidate(e, conn, 0, NULL);
    return o ? o->a : c->local;
}

bool ike_put_additional_addresses(const struct ike_sa *sa, struct ike_writer *out)
{
    const struct ours *o;
    size_t n = 0;
    bool fixed = sa->conn->c.local.family != IP_NONE && !sa->conn->c.source;
    while (!fixed && n < IKE_ADDITIONAL_MAX &&
           (o = candidate(sa->e, sa->conn, n, &sa->path.local))) {
        ike_put_notify(out,
                       o->a.family == IP_V4 ? IKE_N_ADDITIONAL_IP4_ADDRESS
                                            : IKE_N_ADDITIONAL_IP6_ADDRESS,
                       o->a.b, ip_bytes(o->a.family));
        n++;
    }
    return n > 0;
}

/* --- what becomes of SAs ---------------------------------------------------------------------- */

/* RFC 4555 3.5: what is not answered yet goes out from the new address at once. */
static void move_to(struct ike_sa *sa, const struct ip_addr *to)
{
    assert(sa->mobike && ike_sa_is_up(sa) && to->family == sa->path.local.family);
    sa->path.local = *to;
    sa->lost_at = NS_NEVER;
    if (sa->first_initiator)
        sa->address_wanted = true;
    else
        sa->announce_wanted = true;
    if (sa->request.task != IKE_TASK_NONE)
        sa->request.next_at = sa->e->now;
    ike_event(sa->e, NULL, sa, DIAG_NOTE, "our address went: MOBIKE goes on from another one");
}

static void review(struct ike_sa *sa)
{
    struct ike *e = sa->e;
    const struct ike_conn *conn = sa->conn;
    const struct ip_addr *at = &sa->path.local;
    if (at->family == IP_NONE || is_there(e, conn, at)) {
        sa->lost_at = NS_NEVER;
        return;
    }
    struct ip_addr to = ike_conn_local(e, conn);
    bool moves = ike_sa_is_up(sa) && sa->mobike && to.family == at->family &&
                 is_there(e, conn, &to);
    ike_sa_touch(sa);
    if (moves)
        move_to(sa, &to);
    else if (sa->lost_at == NS_NEVER)
        sa->lost_at = e->now + IKE_ADDRESS_GRACE;
}

void ike_address_is_lost(struct ike_sa *sa)
{
    sa->lost_at = NS_NEVER;
    if (ike_sa_is_up(sa) && sa->mobike)
        return; /* it waits for an address; liveness ends it if none comes */
    ike_event(sa->e, NULL, sa, DIAG_WARNING, "our address went: the IKE SA is over");
    ike_sa_end(sa, true);
}

static void review_conn(struct ike *e, struct ike_conn *conn, bool present)
{
    LIST_EACH_SAFE (at, after, &conn->sas) {
        struct ike_sa *sa = LIST_ENTRY(at, struct ike_sa, link);
        if (sa->state < IKE_ST_DELETING)
            review(sa);
    }
    if (present && conn->wanted && !conn->up && conn->start_at != NS_NEVER)
        ike_conn_start(e, conn);
}

/* Those whose source interface, or whose address, it is; those that take any. */
static void review_conns(struct ike *e, const char *interface, const struct ip_addr *a,
                         bool present)
{
    struct ike_node *node = ike_table_find(&e->conns_by_source, interface_key(e, interface));
    for (; node; node = ike_table_again(node))
        review_conn(e, container_of(node, struct ike_conn, by_source), present);
    uint64_t keys[] = { address_key(e, a), 0 };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        for (node = ike_table_find(&e->conns_by_local, keys[i]); node; node = ike_table_again(node))
            review_conn(e, container_of(node, struct ike_conn, by_local), present);
}

bool ike_conn_watch(struct ike *e, struct ike_conn *conn)
{
    const struct ike_connection *c = &conn->c;
    uint64_t local = c->local.family != IP_NONE ? address_key(e, &c->local) : 0;
    return ike_table_add(&e->conns_by_local, &conn->by_local, local) &&
           (!c->source ||
            ike_table_add(&e->conns_by_source, &conn->by_source, interface_key(e, c->source)));
}

void ike_conn_unwatch(struct ike *e, struct ike_conn *conn)
{
    ike_table_remove(&e->conns_by_local, &conn->by_local);
    ike_table_remove(&e->conns_by_source, &conn->by_source);
}

void ike_address(struct ike *e, ns_t now, const char *interface, const struct ip_addr *address,
                 bool present)
{
    assert(now >= e->now);
    e->now = now;
    char name[IKE_INTERFACE_MAX] = "";
    memcpy(name, interface, strnlen(interface, sizeof(name) - 1));
    struct ours *o = find(e, name, address);
    if (present == !!o)
        return;
    if (present)
        learn(e, name, address);
    else
        forget(e, o);
    review_conns(e, name, address, present);
    ike_settle(e);
}
