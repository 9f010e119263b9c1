/* Groups: peers of one family with one outbound policy. What a group is told is pulled from the
 * shards once, encoded once for each way of writing it (session address, AS number width), and the
 * bytes are shared by the members' connections. */

#include "node/internal.h"

enum {
    CLASSES_MAX = 32,    /* ways of writing in a group; peers with further ones make another */
    PORTIONS_MAX = 4096, /* pulled from each shard in one pass */
};

static struct node_peer_af *member_af(struct link *l)
{
    return LIST_ENTRY(l, struct node_peer_af, member);
}

static struct node_peer *member_peer(struct node_peer_af *m, unsigned af)
{
    return container_of(m - af, struct node_peer, af[0]);
}

/* How this neighbour's tables want to be written: everything two peers must agree on to share. */
static struct rib_group_params wanted_params(const struct node_peer *p, unsigned af)
{
    const struct config_neighbor_af *c = &p->conf.af[af];
    bool external = p->params.local_as != bgp_session_info(p->session)->peer_open.as;
    uint32_t remote_as = bgp_session_info(p->session)->peer_open.as;
    struct rib_group_params g = {
        .family = node_family(af),
        .kind = external                               ? RIB_EBGP
                : c->route_reflector_client == TRI_YES ? RIB_IBGP_CLIENT
                                                       : RIB_IBGP,
        .export = p->af[af].export,
        .deny_all = p->af[af].deny_out,
        .next_hop_self = c->next_hop_self == TRI_YES,
        .next_hop_self_force = c->next_hop_self_force == TRI_YES,
        .next_hop_unchanged = c->next_hop_unchanged == TRI_YES,
        .route_server_client = c->route_server_client == TRI_YES,
        .as_override = c->as_override == TRI_YES,
        .remove_private = c->remove_private_as == TRI_YES,
        .remove_private_all = c->remove_private_as_all,
        .remove_private_replace = c->remove_private_as_replace,
        .send_community_kinds = c->send_community == TRI_YES ? c->send_community_kinds : 0,
        .local_as = p->params.local_as,
        .remote_as = c->as_override == TRI_YES ? remote_as : 0,
        .default_originate = c->default_originate == TRI_YES,
        .default_originate_policy = policy_for_map(p->node->world, c->default_originate_map),
    };
    return g;
}

static bool params_eq(const struct rib_group_params *a, const struct rib_group_params *b)
{
    return a->family == b->family && a->kind == b->kind && a->deny_all == b->deny_all &&
           a->next_hop_self == b->next_hop_self &&
           a->next_hop_self_force == b->next_hop_self_force &&
           a->next_hop_unchanged == b->next_hop_unchanged &&
           a->route_server_client == b->route_server_client && a->as_override == b->as_override &&
           a->remove_private == b->remove_private &&
           a->remove_private_all == b->remove_private_all &&
           a->remove_private_replace == b->remove_private_replace &&
           a->send_community_kinds == b->send_community_kinds && a->local_as == b->local_as &&
           a->remote_as == b->remote_as && a->default_originate == b->default_originate &&
           policy_eq(a->export, b->export) &&
           policy_eq(a->default_originate_policy, b->default_originate_policy);
}

struct prefix node_group_shared(const struct node_peer *p)
{
    bool external = p->params.local_as != bgp_session_info(p->session)->peer_open.as;
    return external && p->conf.ebgp_multihop <= 1 ? p->subnet : (struct prefix){ 0 };
}

/* How the group's UPDATEs are written for this member. */
static struct bgp_encode_context context_of(const struct node_peer *p, const struct node_group *g)
{
    const struct bgp_session_info *i = bgp_session_info(p->session);
    struct bgp_encode_context ctx = {
        .as4 = i->as4,
        .is_ebgp = g->params.kind == RIB_EBGP,
        .prepend = g->params.kind == RIB_EBGP, /* but what is transparent: encode_for() */
        .local_as = g->params.local_as,
        .message_families = i->families,
        .shared = node_group_shared(p),
    };
    if (i->local.family == IP_V4)
        ctx.self_v4 = i->local;
    else
        ctx.self_v6 = i->local;
    node_peer_self_addresses(p, &ctx);
    return ctx;
}

static bool context_eq(const struct bgp_encode_context *a, const struct bgp_encode_context *b)
{
    return a->as4 == b->as4 && a->is_ebgp == b->is_ebgp && a->prepend == b->prepend &&
           a->local_as == b->local_as && a->message_families == b->message_families &&
           prefix_eq(&a->shared, &b->shared) && ip_eq(&a->self_v4, &b->self_v4) &&
           ip_eq(&a->self_v6, &b->self_v6) && ip_eq(&a->self_ll, &b->self_ll);
}

/* Whether the peer can be written to in one of the group's ways, or in one more. */
static bool has_class_for(const struct node_group *g, const struct node_peer *p, unsigned af)
{
    struct bgp_encode_context ctx[CLASSES_MAX];
    unsigned n = 1;
    ctx[0] = context_of(p, g);
    LIST_EACH (it, &g->members) {
        struct bgp_encode_context other = context_of(member_peer(member_af(it), af), g);
        unsigned i = 0;
        while (i < n && !context_eq(&ctx[i], &other))
            i++;
        if (i < n)
            continue;
        if (n == CLASSES_MAX)
            return false;
        ctx[n++] = other;
    }
    return true;
}

static struct node_group *find_or_make(const struct node_peer *p, unsigned af,
                                       const struct rib_group_params *want, uint16_t interval_s)
{
    struct node *n = p->node;
    LIST_EACH (it, &n->groups) {
        struct node_group *g = LIST_ENTRY(it, struct node_group, link);
        if (g->interval_s == interval_s && params_eq(&g->params, want) && has_class_for(g, p, af))
            return g;
    }
    if (node_group_number(n) >= RIB_GROUPS_MAX)
        return NULL;
    struct node_group *g = mem_alloc(MEM_NODE, sizeof(*g));
    if (!g)
        return NULL;
    g->params = *want;
    g->interval_s = interval_s;
    g->timer = (struct node_timer){ .kind = NODE_TIMER_GROUP, .timer = { .at = NS_NEVER } };
    list_init(&g->members);
    g->params.group = node_group_number(n);
    for (unsigned i = 0; i < n->params.shards; i++) {
        if (rib_group_set(n->shards[i], &g->params) < 0) {
            while (i--)
                rib_group_del(n->shards[i], g->params.group, g->params.family);
            mem_free(MEM_NODE, g, sizeof(*g));
            return NULL;
        }
    }
    list_append(&n->groups, &g->link);
    return g;
}

/* The lowest number that no group of the node has. */
uint16_t node_group_number(const struct node *n)
{
    for (uint16_t number = 1;; number++) {
        bool taken = false;
        LIST_EACH (it, &n->groups)
            taken |= LIST_ENTRY(it, struct node_group, link)->params.group == number;
        if (!taken)
            return number;
    }
}

void node_group_leave(struct node_peer *p, unsigned af)
{
    struct node_peer_af *m = &p->af[af];
    struct node_group *g = m->group;
    if (!g)
        return;
    struct node *n = p->node;
    m->group = NULL;
    m->eor_left = 0;
    list_remove(&m->member);
    g->member_count--;
    for (unsigned i = 0; i < n->params.shards; i++)
        rib_group_leave(n->shards[i], g->params.group, g->params.family, p->id);
    if (g->member_count)
        return;
    for (unsigned i = 0; i < n->params.shards; i++)
        rib_group_del(n->shards[i], g->params.group, g->params.family);
    timer_clear(&n->timers, &g->timer.timer);
    list_remove(&g->link);
    mem_free(MEM_NODE, g, sizeof(*g));
}

static uint16_t interval_of(const struct node_peer *p)
{
    uint16_t s = p->conf.advertisement_interval_s;
    return s == UINT16_MAX ? 0 : s;
}

static bool group_add(struct node_peer *p, unsigned af, struct node_group *g)
{
    struct node *n = p->node;
    for (unsigned i = 0; i < n->params.shards; i++) {
        if (rib_group_join(n->shards[i], g->params.group, g->params.family, p->id) < 0) {
            while (i--)
                rib_group_leave(n->shards[i], g->params.group, g->params.family, p->id);
            return false;
        }
    }
    struct node_peer_af *m = &p->af[af];
    m->group = g;
    m->eor_left = n->params.shards;
    m->sent = 0;
    list_append(&g->members, &m->member);
    g->member_count++;
    g->hold_until = 0; /* RFC 4271 9.2.1.1 spaces a peer's changes, not its first table */
    return true;
}

void node_group_join(struct node_peer *p, unsigned af)
{
    struct rib_group_params want = wanted_params(p, af);
    struct node_group *g = find_or_make(p, af, &want, interval_of(p));
    if (!g || !group_add(p, af, g)) {
        struct bgp_fault fault = { .verdict = BGP_RESET,
                                   .code = BGP_ERR_CEASE,
                                   .subcode = 8,
                                   .what = "no room for another update group" };
        bgp_session_reset(p->session, p->node->now, &fault); /* RFC 4486: out of resources */
    }
    p->node->has_more = true;
}

/* What changed in a group whose members keep their sessions: the member moves to the group that
 * fits now. It is first told to forget what the new group will not tell it: the shard sends the
 * whole Adj-RIB-Out of the new group, and withdraws what only the old one had. */
void node_group_refit(struct node_peer *p, unsigned af)
{
    struct node_group *old = p->af[af].group;
    if (!old) {
        node_group_join(p, af);
        return;
    }
    struct rib_group_params want = wanted_params(p, af);
    if (old->interval_s == interval_of(p) && params_eq(&old->params, &want))
        return;
    if (old->member_count == 1) {
        /* Alone: the group itself changes, and the shard tells just the difference. */
        want.group = old->params.group;
        old->params = want;
        old->interval_s = interval_of(p);
        for (unsigned i = 0; i < p->node->params.shards; i++) {
            if (rib_group_set(p->node->shards[i], &want) < 0)
                node_log(p->node, DIAG_ERROR, "no memory for a changed update group");
            rib_refresh_out(p->node->shards[i], want.group, want.family);
        }
        return;
    }
    node_group_split(p, af, &want);
}

/* The member gets a group of its own that remembers what it has been told. */
void node_group_split(struct node_peer *p, unsigned af, struct rib_group_params *want)
{
    struct node *n = p->node;
    struct node_peer_af *m = &p->af[af];
    struct node_group *old = m->group;
    struct node_group *g = mem_alloc(MEM_NODE, sizeof(*g));
    err_t err = g ? 0 : -ENOMEM;
    want->group = node_group_number(n);
    unsigned done = 0;
    for (; !err && done < n->params.shards; done++)
        err = rib_group_split(n->shards[done], old->params.group, p->id, want);
    if (err) {
        for (unsigned i = 0; g && i + 1 < done; i++) /* the last one did nothing */
            rib_group_del(n->shards[i], want->group, want->family);
        mem_free(MEM_NODE, g, g ? sizeof(*g) : 0);
        struct bgp_fault fault = { .verdict = BGP_RESET,
                                   .code = BGP_ERR_CEASE,
                                   .subcode = 8,
                                   .what = "no memory for an update group of its own" };
        bgp_session_reset(p->session, n->now, &fault);
        n->must_drain = true;
        return;
    }
    g->params = *want;
    g->interval_s = interval_of(p);
    g->timer = (struct node_timer){ .kind = NODE_TIMER_GROUP, .timer = { .at = NS_NEVER } };
    list_init(&g->members);
    list_append(&n->groups, &g->link);
    list_remove(&m->member);
    old->member_count--;
    list_append(&g->members, &m->member);
    g->member_count = 1;
    m->group = g;
}

/* --- filling ---------------------------------------------------------------------------------- */

/* One way of writing, and the bytes written so far for the members that share it. */
struct encode_class {
    struct bgp_encode_context ctx;
    struct node_buf *buf;
    uint32_t members;
    uint16_t only; /* the last of them: the one, where there is one */
};

struct filling {
    struct node *n;
    struct node_group *g;
    unsigned af;
    struct encode_class classes[CLASSES_MAX];
    unsigned count;
    uint16_t except, only; /* of the bytes in the buffers */
    size_t bytes;          /* written by all classes together */
    bool told_changes;     /* to all members: not just a first table to one of them */
};

/* The class of a context, made if there is room; NULL: more ways than CLASSES_MAX. */
static struct encode_class *class_of(struct filling *f, const struct bgp_encode_context *ctx)
{
    for (unsigned i = 0; i < f->count; i++)
        if (context_eq(&f->classes[i].ctx, ctx))
            return &f->classes[i];
    if (f->count == CLASSES_MAX)
        return NULL;
    f->classes[f->count] = (struct encode_class){ .ctx = *ctx };
    return &f->classes[f->count++];
}

static void give_up(struct node_peer *p, const char *what)
{
    struct bgp_fault fault = {
        .verdict = BGP_RESET, .code = BGP_ERR_CEASE, .subcode = 8, .what = what
    };
    bgp_session_reset(p->session, p->node->now, &fault); /* RFC 4486: out of resources */
    p->node->must_drain = true;
}

/* Hands a class's bytes to its members. */
static void flush_class(struct filling *f, struct encode_class *c)
{
    if (!c->buf)
        return;
    c->buf->refs++;
    if (c->buf->len) {
        LIST_EACH (it, &f->g->members) {
            struct node_peer *p = member_peer(member_af(it), f->af);
            if (p->id == f->except || (f->only != RIB_PEER_LOCAL && p->id != f->only))
                continue;
            struct bgp_encode_context ctx = context_of(p, f->g);
            struct node_conn *conn = p->conn[bgp_session_side(p->session)];
            if (!conn || !context_eq(&ctx, &c->ctx))
                continue;
            if (!node_conn_queue(f->n, conn, c->buf))
                give_up(p, "no memory for the output queue");
            else if (conn->queued > NODE_OUT_MAX)
                give_up(p, "the peer takes no bytes while its group goes on");
            else
                node_conn_wake(f->n, conn);
        }
        f->told_changes |= f->only == RIB_PEER_LOCAL;
    }
    node_buf_unref(f->n, c->buf);
    c->buf = NULL;
}

static void flush_all(struct filling *f)
{
    for (unsigned i = 0; i < f->count; i++)
        flush_class(f, &f->classes[i]);
}

/* Without memory for their bytes the class's members start over rather than miss routes. */
static void give_up_class(struct filling *f, const struct encode_class *c)
{
    LIST_EACH (it, &f->g->members) {
        struct node_peer *p = member_peer(member_af(it), f->af);
        struct bgp_encode_context ctx = context_of(p, f->g);
        if (context_eq(&ctx, &c->ctx))
            give_up(p, "no memory for output buffers");
    }
}

static void encode_for(struct filling *f, struct encode_class *c, const struct rib_export *x)
{
    struct rib_export left = *x;
    size_t from = 0, n = x->end_of_rib ? 1 : x->n;
    struct bgp_encode_context ctx = c->ctx;
    ctx.prepend &= !x->transparent;
    while (from < n) {
        if (!c->buf && !(c->buf = slab_alloc(&f->n->bufs))) {
            give_up_class(f, c);
            return;
        }
        struct wr w = wr_init(c->buf->bytes + c->buf->len, NODE_BUF_BYTES - c->buf->len);
        size_t done = bgp_encode_update(&w, &left, from, &ctx);
        if (done) {
            from += done;
            c->buf->len += (uint32_t)wr_len(&w);
            c->buf->messages++;
            f->bytes += wr_len(&w);
        } else if (c->buf->len) {
            flush_class(f, c); /* full: the rest goes into the next buffer */
        } else {
            node_log(f->n, DIAG_WARNING, "routes withdrawn: their attributes exceed one message");
            assert(left.set); /* a withdrawal always fits */
            left.set = NULL;
        }
    }
}

static void encode_export(struct filling *f, struct rib_export *x)
{
    if (x->only != f->only || x->except != f->except)
        flush_all(f);
    f->only = x->only;
    f->except = x->except;
    if (x->only == RIB_PEER_LOCAL) {
        for (unsigned i = 0; i < f->count; i++) {
            struct encode_class *c = &f->classes[i];
            if (c->members > 1 || c->only != x->except) /* somebody is there to read it */
                encode_for(f, c, x);
        }
        return;
    }
    struct node_peer *p = f->n->peers[x->only];
    if (!p || p->af[f->af].group != f->g)
        return;
    if (x->end_of_rib && p->af[f->af].eor_left && --p->af[f->af].eor_left)
        return; /* the other shards have not told all of theirs */
    struct bgp_encode_context ctx = context_of(p, f->g);
    struct encode_class *c = class_of(f, &ctx);
    if (c)
        encode_for(f, c, x);
}

/* Somebody has room. Who has none keeps its queue and gets the bytes all the same, up to a limit:
 * one slow peer holds up nobody. */
static bool has_room(struct filling *f)
{
    bool room = false;
    LIST_EACH (it, &f->g->members) {
        struct node_peer *p = member_peer(member_af(it), f->af);
        struct node_conn *c = p->conn[bgp_session_side(p->session)];
        struct bgp_encode_context ctx = context_of(p, f->g);
        room |= c && c->queued < NODE_OUT_LOW;
        struct encode_class *class = class_of(f, &ctx);
        if (class) {
            class->members++;
            class->only = p->id;
        } else { /* its addresses changed since it joined: it comes back into another group */
            give_up(p, "more ways of writing in one update group than are kept");
        }
    }
    return room;
}

bool node_group_fill(struct node *n, struct node_group *g)
{
    struct filling f = { .n = n, .g = g, .af = node_af(g->params.family) };
    if (n->now < g->hold_until || !has_room(&f))
        return false;
    bool more = true;
    /* By bytes, so that it keeps up with what comes in: what waits in the RIB costs memory. */
    for (unsigned portions = 0; more && portions < PORTIONS_MAX && f.bytes < NODE_OUT_LOW;
         portions++) {
        more = false;
        for (unsigned i = 0; i < n->params.shards; i++) {
            struct rib_export x;
            if (!rib_next_export(n->shards[i], g->params.group, g->params.family, &x))
                continue;
            encode_export(&f, &x);
            more = true;
        }
    }
    flush_all(&f);
    /* RFC 4271 9.2.1.1 spaces changes of a route; a first table is none, and what follows it
     * closely (our own networks, when we start) shall not wait behind it. */
    if (f.told_changes && !more && g->interval_s) {
        g->hold_until = n->now + g->interval_s * NS_PER_S;
        if (timer_set(&n->timers, &g->timer.timer, g->hold_until) < 0)
            g->hold_until = n->now; /* without memory for the timer: told at once */
    }
    return more;
}
