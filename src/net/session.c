/* Sessions in tunnels come from what the tunnels' ends say; a router's neighbour that could not be
 * tied to a tunnel waits as a half and is found by the address that the other end names. Then the
 * halves outside of tunnels: by their pair of addresses, and, where that fails, by who owns the
 * address that a half is meant for. */
#include <string.h>

#include "net/list.h"
#include "net/pair.h"

typedef NET_LIST_OF(struct net_session) sessions_t;

struct joiner {
    struct net *n;
    sessions_t halves;             /* and whole ones: the list as it was */
    bool *used;                    /* halves that are in a session */
    struct pair_queues by_speaker; /* (node, address it talks to) */
    struct pair_queues by_pair;    /* both addresses */
    struct pair_queues by_nodes;   /* both nodes, found by the address that is talked to */
    struct net_map owner;          /* address to node */
};

struct speaker_key {
    uint32_t node;
    struct ip_addr peer;
};

static struct speaker_key speaker_key_of(uint32_t node, const struct ip_addr *peer)
{
    struct speaker_key key;
    memset(&key, 0, sizeof(key)); /* its padding is hashed too */
    key.node = node;
    key.peer = *peer;
    return key;
}

static bool is_half(const struct net_session *s)
{
    return s->node[1] == NET_NONE;
}

/* The first half at the key that is in no session yet. */
static uint32_t take_unused(struct joiner *j, struct pair_queues *q, const void *key, size_t len,
                            unsigned side)
{
    uint32_t found;
    do {
        found = pair_take(q, key, len, side);
    } while (found != NET_NONE && j->used[found]);
    return found;
}

static bool asn_differs(const struct net_session *s)
{
    for (unsigned i = 0; i < 2; i++) {
        if (s->expects[i] != 0 && s->asn[!i] != 0 && s->expects[i] != s->asn[!i])
            return true;
    }
    return false;
}

static bool add(struct joiner *j, const struct net_session *s)
{
    struct net_session *new = NET_PUSH(j->n->arena, &j->n->sessions);
    if (new)
        *new = *s;
    return new;
}

/* ---- in tunnels ------------------------------------------------------------------------------ */

static struct net_session half_of_end(const struct net_tunnel_end *e, uint32_t tunnel)
{
    return (struct net_session){ .node = { e->speaker, NET_NONE },
                                 .addr = { e->bgp, e->peer_bgp },
                                 .asn = { e->asn, 0 },
                                 .expects = { e->peer_asn, 0 },
                                 .tunnel = tunnel };
}

/* `a` talks first, `b` is the other side's half. */
static struct net_session whole(const struct net_session *a, const struct net_session *b)
{
    struct net_session s = *a;
    s.node[1] = b->node[0];
    s.asn[1] = b->asn[0];
    s.expects[1] = b->expects[0];
    s.addr[1] = b->addr[0];
    bool meet = ip_eq(&a->addr[1], &b->addr[0]) && ip_eq(&b->addr[1], &a->addr[0]);
    s.fault = !meet ? NET_SESSION_ADDRESS : asn_differs(&s) ? NET_SESSION_ASN : NET_SESSION_FINE;
    return s;
}

/* What the tunnel itself does to a session through it. */
static void mark(struct net_session *s, const struct net_tunnel *t, bool nobody_opens)
{
    if (t->fault != NET_FINE)
        s->fault = NET_SESSION_TUNNEL_DOWN;
    else if (s->fault == NET_SESSION_FINE && nobody_opens)
        s->fault = NET_SESSION_NOBODY_OPENS;
}

/* A session that one end of the tunnel speaks of; its other end may have it as a half. */
static bool join_half_in_tunnel(struct joiner *j, uint32_t tunnel, const struct net_tunnel_end *e,
                                const struct net_tunnel_end *other)
{
    const struct net_tunnel *t = &j->n->tunnels.items[tunnel];
    struct net_session s = half_of_end(e, tunnel);
    uint32_t half = NET_NONE;
    if (other) {
        struct speaker_key key = speaker_key_of(other->speaker, &e->bgp);
        half = take_unused(j, &j->by_speaker, &key, sizeof(key), 0);
    }
    if (half == NET_NONE) {
        s.fault = NET_SESSION_ONE_SIDED;
    } else {
        j->used[half] = true;
        s = whole(&s, &j->halves.items[half]);
    }
    mark(&s, t, false);
    return add(j, &s);
}

static bool join_tunnel(struct joiner *j, uint32_t tunnel)
{
    const struct net_tunnel *t = &j->n->tunnels.items[tunnel];
    const struct net_tunnel_end *e[2] = { &j->n->ends.items[t->end[0]], NULL };
    if (t->end[1] != NET_NONE)
        e[1] = &j->n->ends.items[t->end[1]];
    bool speaks[2] = { e[0]->bgp.family != IP_NONE, e[1] && e[1]->bgp.family != IP_NONE };
    if (speaks[0] && speaks[1]) {
        struct net_session a = half_of_end(e[0], tunnel), b = half_of_end(e[1], tunnel);
        struct net_session s = whole(&a, &b);
        mark(&s, t, e[0]->opens_bgp == NET_RESPONDS && e[1]->opens_bgp == NET_RESPONDS);
        return add(j, &s);
    }
    if (speaks[0])
        return join_half_in_tunnel(j, tunnel, e[0], e[1]);
    return !speaks[1] || join_half_in_tunnel(j, tunnel, e[1], e[0]);
}

/* ---- outside of tunnels ---------------------------------------------------------------------- */

static bool index_owners(struct joiner *j)
{
    net_map_init(&j->owner, j->n->arena);
    for (uint32_t i = 0; i < j->n->ifaces.count; i++) {
        const struct net_iface *f = &j->n->ifaces.items[i];
        if (f->addr.family == IP_NONE)
            continue;
        uint32_t *at = net_map_make(&j->owner, &f->addr, sizeof(f->addr));
        if (!at)
            return false;
        if (*at == NET_NONE)
            *at = f->node;
    }
    return true;
}

/* The halves wait where tunnels look for them. */
static bool index_halves(struct joiner *j)
{
    for (uint32_t i = 0; i < j->halves.count; i++) {
        const struct net_session *s = &j->halves.items[i];
        struct speaker_key key = speaker_key_of(s->node[0], &s->addr[1]);
        if (is_half(s) && !pair_wait(&j->by_speaker, &key, sizeof(key), 0, i))
            return false;
    }
    return true;
}

static bool join(struct joiner *j, uint32_t a, uint32_t b)
{
    j->used[a] = j->used[b] = true;
    struct net_session s = whole(&j->halves.items[MIN(a, b)], &j->halves.items[MAX(a, b)]);
    return add(j, &s);
}

static bool join_by_addresses(struct joiner *j)
{
    for (uint32_t i = 0; i < j->halves.count; i++) {
        const struct net_session *s = &j->halves.items[i];
        if (j->used[i])
            continue;
        if (!is_half(s)) {
            struct net_session as_it_is = *s;
            as_it_is.fault = asn_differs(s) ? NET_SESSION_ASN : NET_SESSION_FINE;
            j->used[i] = true;
            if (!add(j, &as_it_is))
                return false;
            continue;
        }
        unsigned side;
        struct pair_key key = pair_key_of(&s->addr[0], &s->addr[1], &side);
        uint32_t other = take_unused(j, &j->by_pair, &key, sizeof(key), !side);
        bool ok = other != NET_NONE ? join(j, other, i)
                                    : pair_wait(&j->by_pair, &key, sizeof(key), side, i);
        if (!ok)
            return false;
    }
    return true;
}

/* Two that talk to each other's wrong address: each half goes to the node that owns the address. */
static bool join_by_owners(struct joiner *j)
{
    for (uint32_t i = 0; i < j->halves.count; i++) {
        const struct net_session *s = &j->halves.items[i];
        const uint32_t *to = net_map_find(&j->owner, &s->addr[1], sizeof(s->addr[1]));
        if (j->used[i] || !to || *to == s->node[0])
            continue;
        bool swapped = s->node[0] > *to;
        uint32_t key[2] = { swapped ? *to : s->node[0], swapped ? s->node[0] : *to };
        uint32_t other = take_unused(j, &j->by_nodes, key, sizeof(key), !swapped);
        bool ok = other != NET_NONE ? join(j, other, i)
                                    : pair_wait(&j->by_nodes, key, sizeof(key), swapped, i);
        if (!ok)
            return false;
    }
    return true;
}

static bool leave_the_rest(struct joiner *j)
{
    for (uint32_t i = 0; i < j->halves.count; i++) {
        if (j->used[i])
            continue;
        struct net_session s = j->halves.items[i];
        s.fault = NET_SESSION_ONE_SIDED;
        if (!add(j, &s))
            return false;
    }
    return true;
}

bool pair_sessions(struct net *n)
{
    struct joiner j = { .n = n };
    j.halves.items = n->sessions.items;
    j.halves.count = n->sessions.count;
    memset(&n->sessions, 0, sizeof(n->sessions));
    j.used = arena_alloc(n->arena, j.halves.count);
    if (!j.used || !pair_queues_init(&j.by_speaker, n->arena, j.halves.count) ||
        !pair_queues_init(&j.by_pair, n->arena, j.halves.count) ||
        !pair_queues_init(&j.by_nodes, n->arena, j.halves.count) || !index_owners(&j) ||
        !index_halves(&j))
        return false;
    bool ok = true;
    for (uint32_t i = 0; ok && i < n->tunnels.count; i++)
        ok = join_tunnel(&j, i);
    ok = ok && join_by_addresses(&j) && join_by_owners(&j) && leave_the_rest(&j);
    n->probes += j.by_speaker.map.probes + j.by_pair.map.probes + j.by_nodes.map.probes +
                 j.owner.probes;
    return ok;
}

const char *net_session_fault_text(enum net_session_fault f)
{
    static const char *const text[] = {
        [NET_SESSION_FINE] = "nothing is wrong with it",
        [NET_SESSION_ONE_SIDED] = "the other side has no such neighbour",
        [NET_SESSION_ASN] = "one side expects another AS number than the other one has",
        [NET_SESSION_ADDRESS] = "each side talks to another address than the other one uses",
        [NET_SESSION_NOBODY_OPENS] = "both sides wait for the other to open it",
        [NET_SESSION_TUNNEL_DOWN] = "its tunnel cannot come up",
    };
    return text[f];
}
