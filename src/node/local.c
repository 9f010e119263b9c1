/* Own routes: `network` and `redistribute`, from the routes that the FIB selected. */

#include "base/hash.h"
#include "node/internal.h"

enum { OWN_WEIGHT = 32768 }; /* of own routes, FRR and IOS alike */

static uint32_t slot_of(const struct node *n, const struct prefix *p, uint32_t cap)
{
    assert(cap && (cap & (cap - 1)) == 0);
    return (uint32_t)hash_bytes(n->hash_key, p, sizeof(*p)) & (cap - 1);
}

static struct node_local *find(const struct node *n, const struct prefix *p)
{
    if (!n->local_cap)
        return NULL;
    struct node_local *l = n->locals[slot_of(n, p, n->local_cap)];
    while (l && !prefix_eq(&l->route.prefix, p))
        l = l->hash_next;
    return l;
}

static bool grow(struct node *n)
{
    uint32_t cap = n->local_cap ? n->local_cap * 2 : 64;
    struct node_local **table = mem_alloc(MEM_NODE, cap * sizeof(struct node_local *));
    if (!table)
        return false;
    for (uint32_t i = 0; i < n->local_cap; i++) {
        for (struct node_local *l = n->locals[i], *next; l; l = next) {
            next = l->hash_next;
            uint32_t slot = slot_of(n, &l->route.prefix, cap);
            l->hash_next = table[slot];
            table[slot] = l;
        }
    }
    mem_free(MEM_NODE, n->locals, n->local_cap * sizeof(struct node_local *));
    n->locals = table;
    n->local_cap = cap;
    return true;
}

static struct node_local *add(struct node *n, const struct prefix *p)
{
    assert(!find(n, p));
    if (n->local_count >= n->local_cap && !grow(n) && !n->local_cap)
        return NULL;
    struct node_local *l = slab_alloc(&n->local_slab);
    if (!l)
        return NULL;
    l->route.prefix = *p;
    uint32_t slot = slot_of(n, p, n->local_cap);
    l->hash_next = n->locals[slot];
    n->locals[slot] = l;
    n->local_count++;
    return l;
}

static bool is_announced(const struct node_local *l)
{
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(l->announced); i++)
        any |= l->announced[i];
    return any;
}

static void drop(struct node *n, struct node_local *l)
{
    struct node_local **at = &n->locals[slot_of(n, &l->route.prefix, n->local_cap)];
    while (*at != l) {
        assert(*at); /* it was added under this prefix */
        at = &(*at)->hash_next;
    }
    assert(n->local_count > 0 && !is_announced(l));
    *at = l->hash_next;
    n->local_count--;
    slab_free(&n->local_slab, l);
}

void node_local_done(struct node *n)
{
    mem_free(MEM_NODE, n->locals, n->local_cap * sizeof(struct node_local *));
    n->locals = NULL;
    n->local_cap = n->local_count = 0;
}

static struct rib *shard_of(struct node *n, const struct prefix *p)
{
    return n->shards[rib_shard_of(p, n->params.shards)];
}

static void take_back(struct node *n, struct node_local *l, enum policy_source source)
{
    assert(source <= POLICY_NETWORK);
    if (!l->announced[source])
        return;
    l->announced[source] = false;
    (void)rib_local(shard_of(n, &l->route.prefix), 0, &l->route.prefix, (uint8_t)source, NULL);
}

/* Runs the route-map and hands the route to its shard, or takes it back when denied. */
static void announce(struct node *n, struct node_local *l, enum policy_source source,
                     struct attr_draft *draft, const char *route_map)
{
    arena_reset(&n->scratch);
    struct policy_route r = {
        .prefix = l->route.prefix, .draft = draft, .arena = &n->scratch, .source = (uint8_t)source
    };
    if (route_map && policy_run(policy_for_map(n->world, route_map), &r) == POLICY_DENY) {
        take_back(n, l, source);
        return;
    }
    struct attr_set *set = attr_intern(n->attrs, draft);
    if (!set || rib_local(shard_of(n, &l->route.prefix), (uint32_t)(n->now / NS_PER_S),
                          &l->route.prefix, (uint8_t)source, set) != RIB_OK)
        node_log(n, DIAG_ERROR, "an own route is not announced: table full, or no memory");
    else
        l->announced[source] = true;
    attr_unref(n->attrs, set);
}

static bool import_check(const struct node *n)
{
    return n->bgp.network_import_check == TRI_YES;
}

static void judge_network(struct node *n, struct node_local *l)
{
    const struct config_network *net = node_index_network(n->index, &l->route.prefix);
    if (!net || (!l->route.present && import_check(n))) {
        take_back(n, l, POLICY_NETWORK);
        return;
    }
    struct attr_draft d = { .head = {
                                .origin = ORIGIN_IGP, .has = ATTR_HAS_MED, .weight = OWN_WEIGHT } };
    if (n->config->dialect == DIALECT_IOS && l->route.present) {
        d.head.next_hop = l->route.next_hop; /* IOS shows the route's own; FRR 0.0.0.0 */
        d.head.med = l->route.metric;
    }
    announce(n, l, POLICY_NETWORK, &d, net->route_map);
}

static void judge_redistribution(struct node *n, struct node_local *l,
                                 const struct config_bgp_af *af)
{
    static const struct {
        enum fib_source fib;
        enum config_source config;
        enum policy_source policy;
    } rows[] = { { FIB_CONNECTED, SOURCE_CONNECTED, POLICY_CONNECTED },
                 { FIB_STATIC, SOURCE_STATIC, POLICY_STATIC },
                 { FIB_KERNEL, SOURCE_KERNEL, POLICY_KERNEL } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct config_redistribute *r = &af->redistribute[rows[i].config];
        if (!r->on || !l->route.present || l->route.source != rows[i].fib) {
            take_back(n, l, rows[i].policy);
            continue;
        }
        struct attr_draft d = { .head = { .origin = ORIGIN_INCOMPLETE,
                                          .has = ATTR_HAS_MED,
                                          .med = r->has_metric ? r->metric : l->route.metric,
                                          .weight = OWN_WEIGHT,
                                          .tag = l->route.tag,
                                          .next_hop = l->route.next_hop } };
        announce(n, l, rows[i].policy, &d, r->route_map);
    }
}

static void judge(struct node *n, struct node_local *l)
{
    if (!n->config->bgp.as)
        return;
    const struct config_bgp_af *af = &n->bgp.af[node_af(l->route.prefix.family)];
    judge_network(n, l);
    judge_redistribution(n, l, af);
}

void node_local_selected(struct node *n, const struct fib_selected *s)
{
    struct node_local *l = find(n, &s->prefix);
    bool concerns_us = s->present && s->source != FIB_BGP;
    if (!l && !concerns_us)
        return;
    if (!l && !(l = add(n, &s->prefix))) {
        node_log(n, DIAG_ERROR, "a route is not considered for BGP: no memory");
        return;
    }
    l->route = *s;
    l->route.present = concerns_us;
    judge(n, l);
    if (!concerns_us && !is_announced(l))
        drop(n, l);
}

void node_local_refresh(struct node *n)
{
    /* Networks without import check are own routes whether or not there is a route. */
    for (unsigned af = 0; !import_check(n) && af < CONFIG_AF_COUNT; af++) {
        const struct config_bgp_af *c = &n->bgp.af[af];
        for (uint32_t i = 0; i < c->networks.n; i++)
            if (!find(n, &c->networks.v[i].prefix) && !add(n, &c->networks.v[i].prefix))
                node_log(n, DIAG_ERROR, "a network is not announced: no memory");
    }
    for (uint32_t i = 0; i < n->local_cap; i++) {
        for (struct node_local *l = n->locals[i], *next; l; l = next) {
            next = l->hash_next;
            judge(n, l);
            if (!l->route.present && !is_announced(l))
                drop(n, l);
        }
    }
}
