/* Which tunnels are to carry a peer's session: a question to the configuration alone, so that the
 * answer is the same while they are down. Whatever else leads to the peer then, leads there in
 * clear, or through somebody else's tunnel. */

#include "node/internal.h"

/* How the configuration leads to an address. */
struct way {
    bool found;
    bool is_subnet; /* of an interface, not a static route */
    uint8_t len, distance;
    const char *interface; /* NULL: by next_hop */
    struct ip_addr next_hop;
};

static const struct config_interface *interface_of(const struct config *c, const char *name)
{
    for (uint32_t i = 0; name && i < c->interfaces.n; i++)
        if (strcmp(c->interfaces.v[i].name, name) == 0)
            return &c->interfaces.v[i];
    return NULL;
}

static bool is_tunnel(const struct config *c, const struct way *w)
{
    const struct config_interface *i = interface_of(c, w->interface);
    return i && i->is_tunnel;
}

/* Of lines that share the load one by a tunnel is enough. */
static bool is_better(const struct config *c, const struct way *a, const struct way *b)
{
    if (!b->found || a->len != b->len)
        return !b->found || a->len > b->len;
    return a->distance != b->distance ? a->distance < b->distance
                                      : is_tunnel(c, a) && !is_tunnel(c, b);
}

static bool covers(const struct prefix *p, const struct ip_addr *a)
{
    return p->family == a->family && prefix_has_addr(p, a);
}

static struct way way_of_line(const struct config_static *s)
{
    return (struct way){ .found = true,
                         .len = s->prefix.len,
                         .distance = s->distance,
                         .interface = s->interface,
                         .next_hop = s->next_hop };
}

/* The best of what covers the address: a network of an interface, or a line of a static route. */
static struct way best_way(const struct config *c, const struct ip_addr *to)
{
    struct way best = { 0 };
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        const struct config_interface *f = &c->interfaces.v[i];
        for (uint32_t k = 0; k < f->addresses.n; k++) {
            struct ip_addr a = prefix_addr(&f->addresses.v[k].prefix);
            struct prefix network = prefix_of(&a, f->addresses.v[k].prefix.len);
            struct way w = {
                .found = true, .is_subnet = true, .len = network.len, .interface = f->name
            };
            if (covers(&network, to) && is_better(c, &w, &best))
                best = w;
        }
    }
    for (uint32_t i = 0; i < c->statics.n; i++) {
        if (!covers(&c->statics.v[i].prefix, to))
            continue;
        struct way w = way_of_line(&c->statics.v[i]);
        if (is_better(c, &w, &best))
            best = w;
    }
    return best;
}

/* Follows next hops to the way that names an interface; *to becomes the address that it covers. A
 * next hop is not looked for behind a default route: it is in a network of the host that the
 * configuration does not name. False: it leads nowhere, or round. */
static bool follow(const struct config *c, struct way *w, struct ip_addr *to)
{
    for (uint32_t i = 0; i < FIB_RECURSION_MAX && w->found && !w->interface; i++) {
        if (!ip_bits(w->next_hop.family))
            return false;
        *to = w->next_hop;
        *w = best_way(c, to);
        if (w->len == 0)
            return false;
    }
    return w->found && w->interface;
}

static const struct config_interface *end_of(const struct config *c, const struct way *first)
{
    struct way w = *first;
    struct ip_addr to;
    return follow(c, &w, &to) ? interface_of(c, w.interface) : NULL;
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
static const struct config_interface *source_tunnel(const struct config *c, const char *source)
{
    struct ip_addr a = { 0 };
    if (!source || !ip_parse(source, &a))
        return interface_of(c, source);
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        const struct config_interface *f = &c->interfaces.v[i];
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

const struct config_interface *node_config_way(const struct config *c, const struct ip_addr *to)
{
    struct way best = best_way(c, to);
    return best.found ? end_of(c, &best) : NULL;
}

void node_carriers_find(struct node_peer *p)
{
    const struct config *c = p->node->config;
    struct node_carriers *own = &p->carriers;
    *own = (struct node_carriers){ 0 };
    if (!has_tunnels(c))
        return;
    const struct config_interface *source = source_tunnel(c, p->conf.update_source);
    struct way best = best_way(c, &p->conf.address), last = best;
    own->to = p->conf.address;
    bool leads = follow(c, &last, &own->to);
    const struct config_interface *end = leads ? interface_of(c, last.interface) : NULL;
    add(own, source);
    own->is_strict = own->n > 0;
    if (own->n == 0 && !(end && end->is_tunnel))
        return; /* the configuration leads there by another way, or by none */
    own->first = (struct node_preference){ best.len, best.distance, best.is_subnet };
    own->last = (struct node_preference){ last.len, last.distance, last.is_subnet };
    add(own, end);
    for (uint32_t i = 0; i < c->statics.n; i++) { /* others that may take its place */
        if (!covers(&c->statics.v[i].prefix, &p->conf.address))
            continue;
        struct way w = way_of_line(&c->statics.v[i]);
        add(own, end_of(c, &w));
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

static bool wins(const struct fib_answer *a, const struct node_preference *p)
{
    if (p->is_subnet || !a->found)
        return false;
    return a->prefix.len != p->len ? a->prefix.len > p->len : a->distance < p->distance;
}

/* A route that would win against the tunnel's while that is up, too: the static route is not what
 * leads to this peer, or to the next hop before it. */
static bool is_meant(const struct node_peer *p, const struct fib_answer *a)
{
    const struct node_carriers *c = &p->carriers;
    if (c->is_strict)
        return false;
    if (wins(a, &c->first))
        return true;
    struct fib_answer b;
    fib_lookup(p->node->fib, &c->to, &b);
    return !ip_eq(&c->to, &p->conf.address) && wins(&b, &c->last);
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
