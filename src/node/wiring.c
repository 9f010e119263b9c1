/* Who tells whom. Actors call nobody; each function here carries one kind of news from the actor
 * that has it to those that must know, in a fixed order, within a budget:
 *
 *   shards --next hops to track--> FIB --what became of them--> shards, peers
 *   shards --chosen routes--> FIB --selected routes--> local.c --own routes--> shards
 *   shards --what groups are told--> group.c --bytes--> connections
 *   FIB --operations--> the driver (node_next) */

#include "node/internal.h"

static uint8_t distance_of(const struct node *n, const struct rib_change *c)
{
    unsigned kind = c->kind == RIB_EBGP ? 0 : c->kind == RIB_LOCAL ? 2 : 1;
    return c->distance ? c->distance : n->bgp.af[node_af(c->prefix.family)].distance[kind];
}

/* FRR sends packets of IPv6 routes to the link-local address that came beside the global one (RFC
 * 2545 3). It means something on the link to the peer alone: an internal peer may have passed on
 * one of another link, so there the global one has to be on ours. */
static struct fib_path path_of(const struct node *n, const struct rib_change *c, uint32_t i)
{
    struct fib_path path = { .next_hop = c->path[i].next_hop, .weight = 1 };
    assert(c->path[i].peer < RIB_PEERS_MAX);
    const struct node_peer *p = n->peers[c->path[i].peer];
    if (c->path[i].next_hop_ll.family != IP_V6 || !p || p->if_index == 0)
        return path;
    struct prefix subnet;
    uint32_t if_index = 0;
    bool is_here = fib_connected(n->fib, &path.next_hop, &subnet, &if_index) &&
                   if_index == p->if_index;
    if (c->kind != RIB_EBGP && !is_here)
        return path;
    path.next_hop = c->path[i].next_hop_ll;
    path.if_index = p->if_index;
    return path;
}

static void install(struct node *n, const struct rib_change *c)
{
    if (c->paths == 0) {
        fib_route_del(n->fib, FIB_BGP, 0, &c->prefix);
        return;
    }
    struct fib_route r;
    memset(&r, 0, offsetof(struct fib_route, path)); /* its paths are large, and mostly unused */
    r.prefix = c->prefix;
    r.source = FIB_BGP;
    r.kind = FIB_UNICAST;
    r.distance = distance_of(n, c);
    r.allow_recursion_via_default = n->via_default[node_af(c->prefix.family)];
    r.metric = c->med;
    r.tag = c->tag;
    static_assert((int)RIB_PATHS_MAX <= (int)FIB_PATHS_MAX, "what BGP shares out fits the FIB");
    r.n = MIN(c->paths, (uint32_t)FIB_PATHS_MAX);
    r.kernel_protocol = 0;
    for (uint32_t i = 0; i < r.n; i++)
        r.path[i] = path_of(n, c, i);
    if (fib_route_set(n->fib, n->now, &r) < 0)
        n->fib_full++;
}

static bool carry_changes(struct node *n, struct rib *shard, unsigned *budget)
{
    struct rib_change c;
    bool any = false;
    while (*budget && rib_next_change(shard, &c)) {
        install(n, &c);
        (*budget)--;
        any = true;
    }
    return any;
}

static bool carry_track_requests(struct node *n, struct rib *shard)
{
    struct ip_addr next_hop;
    bool track, any = false;
    while (rib_next_tracked(shard, &next_hop, &track)) {
        if (!track)
            fib_untrack(n->fib, &next_hop);
        else if (fib_track(n->fib, &next_hop) < 0)
            node_log(n, DIAG_ERROR, "a next hop is not tracked: no memory");
        any = true;
    }
    return any;
}

static bool carry_tracked(struct node *n)
{
    struct fib_tracked news;
    bool any = false;
    while (fib_next_tracked(n->fib, &news)) {
        struct rib_next_hop nh = { .address = news.next_hop,
                                   .reachable = news.reachable,
                                   .connected = news.connected,
                                   .is_own = news.is_own,
                                   .metric = news.metric };
        for (unsigned i = 0; i < n->params.shards; i++)
            rib_next_hop_set(n->shards[i], &nh);
        struct node_peer *p = node_peer_find(n, &news.next_hop);
        if (p)
            node_peer_tracked(p, &news);
        any = true;
    }
    return any;
}

static bool carry_selected(struct node *n, unsigned *budget)
{
    struct fib_selected s;
    bool any = false;
    while (*budget && fib_next_selected(n->fib, &s)) {
        node_local_selected(n, &s);
        (*budget)--;
        any = true;
    }
    return any;
}

/* Limits after a change of import policy: the shards bring back what it lets in by and by. */
static void check_limits(struct node *n)
{
    if (!n->limits_due)
        return;
    n->limits_due = n->has_more;
    for (unsigned i = 0; i < n->peer_count; i++) {
        struct node_peer *p = n->peers[i];
        for (unsigned af = 0; p && af < CONFIG_AF_COUNT; af++)
            node_peer_check_limit(p, af);
        if (p)
            node_peer_drain(p);
    }
}

static void fill_groups(struct node *n)
{
    LIST_EACH_SAFE (it, next, &n->groups)
        n->has_more |= node_group_fill(n, LIST_ENTRY(it, struct node_group, link));
    for (unsigned i = 0; n->must_drain && i < n->peer_count; i++)
        if (n->peers[i])
            node_peer_drain(n->peers[i]);
    n->must_drain = false;
}

void node_pump(struct node *n, ns_t now)
{
    node_at(n, now);
    n->has_more = n->pump_due = false;
    if (!n->config)
        return;
    assert(n->world && n->params.shards <= NODE_SHARDS_MAX && n->shards[n->params.shards - 1]);
    fill_groups(n); /* the peers hear of what came in before our own table takes its time */
    unsigned budget = NODE_WORK_BUDGET;
    for (bool any = true; any && budget;) {
        any = false;
        for (unsigned i = 0; i < n->params.shards; i++) {
            n->has_more |= rib_work(n->shards[i], NODE_WORK_BUDGET);
            any |= carry_track_requests(n, n->shards[i]);
            any |= carry_changes(n, n->shards[i], &budget);
        }
        any |= carry_tracked(n);
        any |= carry_selected(n, &budget);
    }
    n->has_more |= budget == 0;
    check_limits(n);
    if (!n->params.install)
        while (fib_next_op(n->fib, &n->given_op))
            ; /* nobody installs: what would be done is done as far as we are concerned */
    fill_groups(n);
}
