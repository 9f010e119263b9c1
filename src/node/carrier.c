/* Which tunnels are to carry a peer's session: a question to the configuration alone, so that the
 * answer is the same while they are down. Whatever else leads to the peer then, leads there in
 * clear, or through somebody else's tunnel. */

#include "node/internal.h"

/* How the configuration leads to an address. */
struct way {
    bool found;
    bool is_subnet; /* of an interface, not a static route */
    uint8_t len, distance;
    const struct config_interface *interface; /* NULL: by next_hop */
    struct ip_addr next_hop;
};

static bool is_tunnel(const struct way *w)
{
    return w->interface && w->interface->is_tunnel;
}

static bool is_better(const struct way *a, const struct way *b)
{
    if (!b->found || a->len != b->len)
        return !b->found || a->len > b->len;
    return a->distance != b->distance ? a->distance < b->distance : is_tunnel(a) && !is_tunnel(b);
}

static bool covers(const struct prefix *p, const struct ip_addr *a)
{
    return p->family == a->family && prefix_has_addr(p, a);
}

static struct way way_of_line(const struct node *n, const struct config_static *s)
{
    return (struct way){ .found = true,
                         .len = s->prefix.len,
                         .distance = s->distance,
                         .interface = s->interface ? node_index_interface(n->index, s->interface)
                                                   : NULL,
                         .next_hop = s->next_hop };
}

/* The best of what covers the address: a network of an interface, or a line of a static route. */
static struct way best_way(const struct node *n, const struct ip_addr *to)
{
    const struct config *c = n->config;
    struct way best = { 0 };
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        const struct config_interface *f = &c->interfaces.v[i];
        for (uint32_t k = 0; k < f->addresses.n; k++) {
            struct ip_addr a = prefix_addr(&f->addresses.v[k].prefix);
            struct prefix network = prefix_of(&a, f->addresses.v[k].prefix.len);
            struct way w = { .found = true, .is_subnet = true, .len = network.len, .interface = f };
            if (covers(&network, to) && is_better(&w, &best))
                best = w;
        }
    }
    for (uint32_t i = 0; i < c->statics.n; i++) {
        if (!covers(&c->statics.v[i].prefix, to))
            continue;
        struct way w = way_of_line(n, &c->statics.v[i]);
        if (is_better(&w, &best))
            best = w;
    }
    return best;
}

/* The interface at the end of the next hops; NULL: none, or a loop. */
static const struct config_interface *end_of(const struct node *n, const struct way *first)
{
    struct way w = *first;
    for (uint32_t i = 0; i < FIB_RECURSION_MAX && w.found && !w.interface; i++) {
        if (!ip_bits(w.next_hop.family))
            return NULL;
        w = best_way(n, &w.next_hop);
    }
    return w.interface;
}

static void add(struct node_carriers *c, const struct config_interface *i)
{
    for (uint32_t k = 0; k < c->n; k++)
        if (c->tunnel[k] == i)
            return;
    if (i && i->is_tunnel && c->n < NODE_CARRIERS_MAX)
        c->tunnel[c->n++] = i;
}

/* The tunnel that `update-source` names, or whose address it is. */
static const struct config_interface *source_tunnel(const struct node *n, const char *source)
{
    struct ip_addr a = { 0 };
    if (!source || !ip_parse(source, &a))
        return source ? node_index_interface(n->index, source) : NULL;
    for (uint32_t i = 0; i < n->config->interfaces.n; i++) {
        const struct config_interface *f = &n->config->interfaces.v[i];
        for (uint32_t k = 0; f->is_tunnel && k < f->addresses.n; k++) {
            struct ip_addr own = prefix_addr(&f->addresses.v[k].prefix);
            if (ip_eq(&own, &a))
                return f;
        }
    }
    return NULL;
}

static bool has_tunnels(const struct config *c)
{
    for (uint32_t i = 0; i < c->interfaces.n; i++)
        if (c->interfaces.v[i].is_tunnel)
            return true;
    return false;
}

void node_carriers_find(struct node_peer *p)
{
    const struct node *n = p->node;
    const struct config *c = n->config;
    struct node_carriers *own = &p->carriers;
    *own = (struct node_carriers){ 0 };
    if (!has_tunnels(c))
        return;
    const struct config_interface *source = source_tunnel(n, p->conf.update_source);
    struct way best = best_way(n, &p->conf.address);
    const struct config_interface *end = best.found ? end_of(n, &best) : NULL;
    add(own, source);
    own->is_strict = own->n > 0 || best.is_subnet;
    if (own->n == 0 && !(end && end->is_tunnel))
        return; /* the configuration leads there by another way, or by none */
    own->len = best.len;
    own->distance = best.distance;
    add(own, end);
    for (uint32_t i = 0; i < c->statics.n; i++) { /* others that may take its place */
        if (!covers(&c->statics.v[i].prefix, &p->conf.address))
            continue;
        struct way w = way_of_line(n, &c->statics.v[i]);
        add(own, end_of(n, &w));
    }
}

static bool is_carrier(const struct node_peer *p, uint32_t if_index)
{
    const struct config_interface *i = node_interface_config(p->node, if_index);
    for (uint32_t k = 0; i && k < p->carriers.n; k++)
        if (p->carriers.tunnel[k] == i)
            return true;
    return false;
}

/* A route that would win against the tunnel's while that is up, too: the static route is not what
 * leads to this peer. */
static bool is_meant(const struct node_peer *p, const struct fib_answer *a)
{
    const struct node_carriers *c = &p->carriers;
    if (c->is_strict || a->n == 0)
        return false;
    return a->prefix.len != c->len ? a->prefix.len > c->len : a->distance < c->distance;
}

enum node_way node_peer_way(const struct node_peer *p, uint32_t *ret_if_index)
{
    *ret_if_index = 0;
    if (p->carriers.n == 0)
        return NODE_WAY_ANY;
    struct fib_answer a;
    fib_lookup(p->node->fib, &p->conf.address, &a);
    if (a.n == 0)
        return NODE_WAY_NONE;
    for (uint32_t i = 0; i < a.n; i++)
        if (!is_carrier(p, a.path[i].if_index))
            return is_meant(p, &a) ? NODE_WAY_ANY : NODE_WAY_OUTSIDE;
    *ret_if_index = a.n == 1 ? a.path[0].if_index : 0;
    return NODE_WAY_TUNNEL;
}
