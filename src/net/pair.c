/* Pairing in steps, each a walk over the ends with constant work for one: those that name each
 * other's address, first as a NAT shows it, then as it is, since a router behind one may have peers
 * on its own side of it; those that take anybody; what is left is one-sided. */
#include "net/pair.h"

#include <string.h>

#include "net/list.h"
#include "net/proposal.h"

/* ---- queues ---------------------------------------------------------------------------------- */

bool pair_queues_init(struct pair_queues *q, struct arena *arena, uint32_t cap)
{
    *q = (struct pair_queues){ .arena = arena };
    net_map_init(&q->map, arena);
    q->next = arena_alloc(arena, (size_t)cap * sizeof(*q->next));
    return q->next;
}

bool pair_wait(struct pair_queues *q, const void *key, size_t len, unsigned side, uint32_t thing)
{
    assert(side < 2);
    uint32_t *at = net_map_make(&q->map, key, len);
    if (!at)
        return false;
    if (*at == NET_NONE) {
        struct pair_head *new = NET_PUSH(q->arena, &q->heads);
        if (!new)
            return false;
        *new = (struct pair_head){ { NET_NONE, NET_NONE }, { NET_NONE, NET_NONE } };
        *at = q->heads.count - 1;
    }
    struct pair_head *h = &q->heads.items[*at];
    q->next[thing] = NET_NONE;
    if (h->first[side] == NET_NONE)
        h->first[side] = thing;
    else
        q->next[h->last[side]] = thing;
    h->last[side] = thing;
    return true;
}

uint32_t pair_take(struct pair_queues *q, const void *key, size_t len, unsigned side)
{
    assert(side < 2);
    const uint32_t *at = net_map_find(&q->map, key, len);
    if (!at)
        return NET_NONE;
    struct pair_head *h = &q->heads.items[*at];
    uint32_t thing = h->first[side];
    if (thing != NET_NONE)
        h->first[side] = q->next[thing];
    return thing;
}

struct pair_key pair_key_of(const struct ip_addr *mine, const struct ip_addr *peer,
                            unsigned *ret_side)
{
    bool swapped = ip_cmp(mine, peer) > 0;
    *ret_side = swapped;
    return swapped ? (struct pair_key){ { *peer, *mine } } : (struct pair_key){ { *mine, *peer } };
}

/* ---- tunnels --------------------------------------------------------------------------------- */

/* The end's address as its peer has to name it. */
static const struct ip_addr *shown(const struct net_tunnel_end *e)
{
    return e->seen.family != IP_NONE ? &e->seen : &e->outside;
}

static bool join_exact(struct net *n, uint32_t *mate, struct pair_queues *q, bool behind_nat)
{
    for (uint32_t i = 0; i < n->ends.count; i++) {
        const struct net_tunnel_end *e = &n->ends.items[i];
        const struct ip_addr *mine = behind_nat ? &e->outside : shown(e);
        if (mate[i] != NET_NONE || mine->family == IP_NONE || e->peer_outside.family == IP_NONE)
            continue;
        unsigned side;
        struct pair_key key = pair_key_of(mine, &e->peer_outside, &side);
        uint32_t other = pair_take(q, &key, sizeof(key), !side);
        if (other != NET_NONE) {
            mate[i] = other;
            mate[other] = i;
        } else if (!pair_wait(q, &key, sizeof(key), side, i)) {
            return false;
        }
    }
    return true;
}

/* Ends that take any peer, or do not know the address they will have: they meet by the one address
 * that both know. */
static bool join_any(struct net *n, uint32_t *mate, struct pair_queues *q)
{
    for (uint32_t i = 0; i < n->ends.count; i++) {
        const struct net_tunnel_end *e = &n->ends.items[i];
        if (mate[i] == NET_NONE && e->peer_outside.family == IP_NONE &&
            shown(e)->family != IP_NONE && !pair_wait(q, shown(e), sizeof(struct ip_addr), 0, i))
            return false;
    }
    for (uint32_t i = 0; i < n->ends.count; i++) {
        const struct net_tunnel_end *e = &n->ends.items[i];
        if (mate[i] != NET_NONE || e->peer_outside.family == IP_NONE)
            continue;
        uint32_t other = pair_take(q, &e->peer_outside, sizeof(struct ip_addr), 0);
        if (other != NET_NONE) {
            mate[i] = other;
            mate[other] = i;
        }
    }
    return true;
}

static enum net_fault fault_of(const struct net *n, const struct net_tunnel_end *a,
                               const struct net_tunnel_end *b)
{
    if (!(a->ikev1 && b->ikev1) && !(a->ikev2 && b->ikev2))
        return NET_FAULT_VERSION;
    if (!net_proposals_meet(n, a, b))
        return NET_FAULT_PROPOSAL;
    if (a->ike == NET_RESPONDS && b->ike == NET_RESPONDS)
        return NET_FAULT_NOBODY_DIALS;
    if (a->psk && b->psk && strcmp(a->psk, b->psk) != 0)
        return NET_FAULT_PSK;
    return NET_FINE;
}

/* Tunnels in the order of their first ends. */
static bool make_tunnels(struct net *n, const uint32_t *mate)
{
    for (uint32_t i = 0; i < n->ends.count; i++) {
        if (mate[i] != NET_NONE && mate[i] < i)
            continue;
        struct net_tunnel *t = NET_PUSH(n->arena, &n->tunnels);
        if (!t)
            return false;
        *t = (struct net_tunnel){ .end = { i, mate[i] }, .fault = NET_FAULT_ONE_SIDED };
        if (mate[i] != NET_NONE)
            t->fault = fault_of(n, &n->ends.items[i], &n->ends.items[mate[i]]);
    }
    return true;
}

bool net_pair(struct net *n)
{
    assert(n->tunnels.count == 0);
    struct pair_queues exact, inner, any;
    uint32_t *mate = arena_alloc(n->arena, (size_t)n->ends.count * sizeof(*mate));
    if (!mate || !pair_queues_init(&exact, n->arena, n->ends.count) ||
        !pair_queues_init(&inner, n->arena, n->ends.count) ||
        !pair_queues_init(&any, n->arena, n->ends.count))
        return false;
    for (uint32_t i = 0; i < n->ends.count; i++)
        mate[i] = NET_NONE;
    bool ok = join_exact(n, mate, &exact, false) && join_exact(n, mate, &inner, true) &&
              join_any(n, mate, &any) && make_tunnels(n, mate);
    n->probes += exact.map.probes + inner.map.probes + any.map.probes;
    return ok && pair_sessions(n);
}

const char *net_fault_text(enum net_fault f)
{
    static const char *const text[] = {
        [NET_FINE] = "nothing is wrong with it",
        [NET_FAULT_ONE_SIDED] = "the other side has no such tunnel",
        [NET_FAULT_VERSION] = "one side speaks IKEv1 and the other IKEv2",
        [NET_FAULT_PROPOSAL] = "the two sides have no algorithms in common",
        [NET_FAULT_NOBODY_DIALS] = "both sides wait for the other to begin",
        [NET_FAULT_PSK] = "the two sides have different pre-shared keys",
    };
    return text[f];
}
