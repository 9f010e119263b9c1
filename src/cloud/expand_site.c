/* Sites: routers and hosts, the wires between them, carriers and links to a circuit's edges. */
#include "cloud/expand_impl.h"

#include <string.h>

/* ---- nodes ----------------------------------------------------------------------------------- */

static void expand_router(struct expander *x, const struct site *s, const struct site_router *r)
{
    struct expand_machine m = { .object = &r->o,
                                .device = &r->device,
                                .site = s->o.name,
                                .fabric = NET_NONE,
                                .forwards = true,
                                .nat_address = r->nat_address };
    uint32_t node = expand_machine(x, &m);
    bool internet = r->nat_address.family != IP_NONE;
    for (uint32_t i = 0; i < r->interfaces.count; i++) {
        const struct site_interface *f = &r->interfaces.items[i];
        expand_iface(x, &(struct net_iface){ .node = node,
                                             .name = f->o.name,
                                             .addr = f->address.addr,
                                             .len = f->address.len,
                                             .forwards = true });
        internet = internet || f->internet;
    }
    if (internet)
        expand_internet(x, node);
    expand_device(x, node, &m);
}

static void expand_host(struct expander *x, const struct site *s, const struct site_host *h)
{
    uint32_t node = expand_node(x, &(struct net_node){ .kind = NET_HOST,
                                                       .name = h->o.name,
                                                       .object = &h->o,
                                                       .group = NET_NONE,
                                                       .fabric = NET_NONE,
                                                       .site = s->o.name });
    expand_iface(
        x, &(struct net_iface){
               .node = node, .name = "eth0", .addr = h->address.addr, .len = h->address.len });
}

void sites_expand_nodes(struct expander *x)
{
    const struct topo_sites *t = &x->t->sites;
    for (uint32_t i = 0; i < t->carriers.count; i++) {
        const struct site_carrier *c = &t->carriers.items[i];
        struct net_node node = { .kind = NET_CARRIER,
                                 .name = c->o.name,
                                 .object = &c->o,
                                 .asn = c->asn,
                                 .group = NET_NONE,
                                 .fabric = NET_NONE,
                                 .site = c->o.name };
        node.behaviour.removes_private_asn = c->asn && !c->private_asn_kept;
        expand_node(x, &node);
    }
    for (uint32_t i = 0; i < t->sites.count; i++) {
        const struct site *s = &t->sites.items[i];
        for (uint32_t k = 0; k < s->routers.count; k++)
            expand_router(x, s, &s->routers.items[k]);
        for (uint32_t k = 0; k < s->hosts.count; k++)
            expand_host(x, s, &s->hosts.items[k]);
    }
}

/* ---- wires ----------------------------------------------------------------------------------- */

/* An address on a site. */
struct local_key {
    const char *site;
    struct ip_addr addr;
};

static struct local_key local_key_of(const char *site, const struct ip_addr *addr)
{
    struct local_key key;
    memset(&key, 0, sizeof(key)); /* its padding is hashed too */
    key.site = site;
    key.addr = *addr;
    return key;
}

/* The addresses of all routers, on their sites. */
static void note_owners(struct expander *x, struct net_map *ret_owners)
{
    net_map_init(ret_owners, x->arena);
    for (uint32_t i = 0; i < x->n->ifaces.count; i++) {
        const struct net_iface *f = &x->n->ifaces.items[i];
        const struct net_node *n = &x->n->nodes.items[f->node];
        if (n->kind != NET_ROUTER)
            continue;
        struct local_key key = local_key_of(n->site, &f->addr);
        uint32_t *at = net_map_make(ret_owners, &key, sizeof(key));
        if (at)
            *at = f->node;
        x->full = x->full || !at;
    }
}

/* A host hangs on whoever of its site has its gateway's address. */
static void join_hosts(struct expander *x, const struct site *s, struct net_map *owners)
{
    for (uint32_t i = 0; i < s->hosts.count; i++) {
        const struct site_host *h = &s->hosts.items[i];
        struct local_key key = local_key_of(s->o.name, &h->gateway);
        const uint32_t *at = net_map_find(owners, &key, sizeof(key));
        if (at)
            expand_link(x, NET_LINK_WIRE, &h->o, expand_node_of(x, h), *at);
    }
}

/* The node that a place names: of a circuit the edge router of that side, of a gateway the
 * instance. */
static uint32_t node_at(struct expander *x, const struct topo_place *p)
{
    uint32_t node = expand_node_of(x, p->object);
    bool second = p->part && (strcmp(p->part, "secondary") == 0 || strcmp(p->part, "1") == 0);
    if (node == NET_NONE || !second || node + 1 >= x->n->nodes.count)
        return node;
    return x->n->nodes.items[node + 1].object == p->object ? node + 1 : node;
}

static bool is_edge(const struct expander *x, uint32_t node)
{
    return node != NET_NONE && x->n->nodes.items[node].kind == NET_EDGE;
}

static void add_wire(struct expander *x, const struct site_link *l, uint32_t a, uint32_t b)
{
    bool circuit = is_edge(x, a) || is_edge(x, b);
    uint32_t before = x->n->links.count;
    expand_link(x, circuit ? NET_LINK_CIRCUIT : NET_LINK_WIRE, &l->o, a, b);
    if (x->n->links.count == before)
        return;
    x->n->links.items[before].bandwidth_mbps = l->bandwidth_mbps;
    x->n->links.items[before].delay_us = l->delay_us;
}

void sites_expand_joins(struct expander *x)
{
    const struct topo_sites *t = &x->t->sites;
    struct net_map owners;
    note_owners(x, &owners);
    for (uint32_t i = 0; i < t->sites.count; i++)
        join_hosts(x, &t->sites.items[i], &owners);
    for (uint32_t i = 0; i < t->links.count; i++) {
        const struct site_link *l = &t->links.items[i];
        if (l->between.count != 2)
            continue;
        uint32_t a = node_at(x, &l->between.items[0]), b = node_at(x, &l->between.items[1]);
        /* A carrier that routes stands in between; one that switches is not to be seen. */
        uint32_t via = l->carrier && l->carrier->asn ? expand_node_of(x, l->carrier) : NET_NONE;
        if (via == NET_NONE) {
            add_wire(x, l, a, b);
        } else {
            add_wire(x, l, a, via);
            add_wire(x, l, via, b);
        }
    }
}
