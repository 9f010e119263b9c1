/* Sites: routers and hosts; links between interfaces, the Internet, and what is left: interfaces
 * that share a prefix are on one local network, where the hosts of that prefix are as well. */
#include "lab/plan_impl.h"

#include <string.h>

#include "topo/kinds.h"

/* ---- interfaces ------------------------------------------------------------------------------ */

static bool begins(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

static const struct site_router *router_of(const struct topo_object *o)
{
    return o && o->kind == &site_router_kind ? (const struct site_router *)(const void *)o : NULL;
}

static const struct site_interface *interface_of(const struct site_router *r, const char *name)
{
    for (uint32_t i = 0; r && i < r->interfaces.count; i++) {
        if (strcmp(r->interfaces.items[i].o.name, name) == 0)
            return &r->interfaces.items[i];
    }
    return NULL;
}

/* Whether an interface is one that a cable can be plugged into. */
static bool is_port(const struct lab_draft *x, const struct net_iface *f)
{
    const struct net_node *node = &x->n->nodes.items[f->node];
    const struct site_router *r = router_of(node->object);
    const struct config_interface *c = node->config ? config_interface_find(node->config, f->name)
                                                    : NULL;
    for (uint32_t i = 0; r && i < r->device.vxlan.count; i++) {
        if (strcmp(r->device.vxlan.items[i].o.name, f->name) == 0)
            return false;
    }
    return f->addr.family == IP_V4 && f->len < 32 && strcmp(f->name, "lo") != 0 &&
           !begins(f->name, "Loopback") && !begins(f->name, "Tunnel") &&
           !(c && (c->is_tunnel || c->vxlan.vni || c->shutdown));
}

static uint32_t *plug_slot(struct lab_draft *x, uint32_t node, const char *device)
{
    struct {
        uint32_t node;
        char device[NET_KEY_MAX - sizeof(uint32_t)];
    } key;
    memset(&key, 0, sizeof(key));
    key.node = node;
    memcpy(key.device, device, MIN(strlen(device), sizeof(key.device)));
    uint32_t *at = net_map_make(&x->mapped, &key, sizeof(key));
    x->full = x->full || !at;
    return at;
}

static bool has_cable(struct lab_draft *x, uint32_t node, const char *device)
{
    const uint32_t *at = plug_slot(x, node, device);
    return !at || *at != NET_NONE;
}

/* FRR's interfaces are Linux's and keep their names; those of IOS are ports in the order of use. */
static const char *own_dev(struct lab_draft *x, uint32_t node, const char *device)
{
    const struct config *c = x->n->nodes.items[node].config;
    uint32_t *at = plug_slot(x, node, device), space = x->p->space_of[node];
    bool ios = c && c->dialect == DIALECT_IOS;
    const char *dev = lab_draft_dev(x, space, device);
    if (ios) {
        uint32_t ports = 0;
        for (uint32_t i = 0; i < x->plugs.count; i++)
            ports += x->plugs.items[i].node == node;
        dev = lab_draft_dev(x, space, lab_draft_text(x, "eth%u", ports));
    }
    struct lab_plug *new = NET_PUSH(x->arena, &x->plugs);
    if (!new || !at) {
        x->full = true;
        return dev;
    }
    *new = (struct lab_plug){ .node = node, .device = device, .dev = dev };
    *at = x->plugs.count - 1;
    return dev;
}

/* The end of a cable at a router. Addresses that its configuration has, its daemon sets. */
static struct lab_end router_end(struct lab_draft *x, uint32_t node, const char *device)
{
    const struct net_node *n = &x->n->nodes.items[node];
    struct lab_end end = { .space = x->p->space_of[node], .dev = own_dev(x, node, device) };
    const struct config_interface *c = n->config ? config_interface_find(n->config, device) : NULL;
    const struct site_interface *s = interface_of(router_of(n->object), device);
    if (s && s->address.addr.family == IP_V4 && !(c && c->addresses.n))
        lab_draft_address(x, &end, &s->address.addr, s->address.len);
    return end;
}

/* ---- links ----------------------------------------------------------------------------------- */

/* One of the two places of a link. */
struct link_place {
    uint32_t node;
    const char *device; /* NULL: an edge's */
};

static const struct net_iface *edge_iface(const struct lab_draft *x, uint32_t node)
{
    for (uint32_t i = 0; i < x->n->ifaces.count; i++) {
        if (x->n->ifaces.items[i].node == node)
            return &x->n->ifaces.items[i];
    }
    return NULL;
}

/* A link that does not name an interface means the one whose network the other end is in. */
static const char *port_towards(const struct lab_draft *x, uint32_t node, uint32_t other)
{
    for (uint32_t i = 0; i < x->n->ifaces.count; i++) {
        const struct net_iface *f = &x->n->ifaces.items[i];
        if (f->node != node || !is_port(x, f))
            continue;
        struct prefix own = prefix_of(&f->addr, f->len);
        for (uint32_t k = 0; k < x->n->ifaces.count; k++) {
            if (x->n->ifaces.items[k].node == other &&
                prefix_has_addr(&own, &x->n->ifaces.items[k].addr))
                return f->name;
        }
    }
    return NULL;
}

static bool find_place(struct lab_draft *x, const struct site_link *l, uint32_t i,
                       struct link_place *ret)
{
    const struct topo_place *p = &l->between.items[i];
    bool second = p->part && (strcmp(p->part, "secondary") == 0 || strcmp(p->part, "1") == 0);
    bool circuit = p->object && p->object->kind == &azure_circuit_kind;
    ret->device = NULL;
    ret->node = p->object ? lab_draft_node(x, p->object, circuit && second) : NET_NONE;
    if (ret->node == NET_NONE && p->object && p->object->kind == &site_interface_kind) {
        ret->node = lab_draft_node(x, p->object->parent, 0);
        ret->device = p->object->name;
    } else if (!circuit) {
        ret->device = p->part;
    }
    if (ret->node != NET_NONE && x->p->space_of[ret->node] != NET_NONE)
        return true;
    lab_draft_refuse(x, &l->o, "one of its two ends is nothing that a cable can be plugged into");
    return false;
}

static struct lab_end end_at(struct lab_draft *x, const struct link_place *at)
{
    if (at->device)
        return router_end(x, at->node, at->device);
    uint32_t space = x->p->space_of[at->node];
    struct lab_end end = { .space = space, .dev = lab_draft_dev(x, space, "customer") };
    const struct net_iface *f = edge_iface(x, at->node);
    if (f)
        lab_draft_address(x, &end, &f->addr, f->len);
    return end;
}

static void add_link(struct lab_draft *x, const struct site_link *l)
{
    struct link_place at[2];
    if (l->between.count != 2 || !find_place(x, l, 0, &at[0]) || !find_place(x, l, 1, &at[1]))
        return;
    bool circuit = false;
    for (uint32_t i = 0; i < 2; i++) {
        bool edge = x->n->nodes.items[at[i].node].kind == NET_EDGE;
        circuit = circuit || edge;
        if (edge || at[i].device)
            continue;
        at[i].device = port_towards(x, at[i].node, at[!i].node);
        if (!at[i].device) {
            lab_draft_refuse(x, &l->o,
                             "it does not say which interface of the router it is plugged "
                             "into, as in \"tky01:GigabitEthernet8.714\"");
            return;
        }
    }
    for (uint32_t i = 0; i < 2; i++) {
        if (at[i].device && has_cable(x, at[i].node, at[i].device)) {
            lab_draft_refuse(x, &l->o, "an interface of it is in another link as well");
            return;
        }
    }
    struct lab_cable c = { .kind = circuit ? LAB_CABLE_CIRCUIT : LAB_CABLE_WIRE,
                           .mtu = l->mtu_bytes,
                           .object = &l->o };
    c.end[0] = end_at(x, &at[0]);
    c.end[1] = end_at(x, &at[1]);
    lab_draft_cable(x, &c);
}

/* ---- the Internet ---------------------------------------------------------------------------- */

static void connect_internet(struct lab_draft *x, uint32_t node, const struct site_router *r)
{
    uint32_t all = x->p->internet;
    bool online = false;
    for (uint32_t i = 0; all != NET_NONE && i < x->n->ifaces.count; i++) {
        const struct net_iface *f = &x->n->ifaces.items[i];
        const struct site_interface *s = f->node == node ? interface_of(r, f->name) : NULL;
        if (!s || !s->internet || f->addr.family != IP_V4)
            continue;
        if (has_cable(x, node, f->name)) {
            continue;
        }
        struct lab_cable c = { .kind = LAB_CABLE_INTERNET, .object = &s->o };
        c.end[0] = router_end(x, node, f->name);
        c.end[1] = (struct lab_end){ .space = all,
                                     .dev = lab_draft_dev(x, all, x->n->nodes.items[node].name) };
        lab_draft_cable(x, &c);
        lab_draft_setup(x, all, "route add %s/32 dev %s", lab_draft_ip(x, &f->addr), c.end[1].dev);
        if (!x->n->nodes.items[node].config && !online)
            lab_draft_setup(x, c.end[0].space, "route add default dev %s", c.end[0].dev);
        online = true;
    }
    if (r->nat_address.family != IP_NONE)
        lab_draft_refuse(x, &r->o, "the lab does not run a NAT in front of a router (nat_address)");
}

/* ---- local networks -------------------------------------------------------------------------- */

/* Who is on a local network: an interface of a router, or a host. */
struct member {
    uint32_t node;
    const char *device;
    struct ip_addr addr;
    uint8_t len;
    bool taken;
};

typedef NET_LIST_OF(struct member) members_t;

static void add_member(struct lab_draft *x, members_t *to, const struct member *m)
{
    struct member *new = NET_PUSH(x->arena, to);
    if (new)
        *new = *m;
    x->full = x->full || !new;
}

static bool is_known(const members_t *m, uint32_t node, const char *device)
{
    for (uint32_t i = 0; i < m->count; i++) {
        if (m->items[i].node == node && strcmp(m->items[i].device, device) == 0)
            return true;
    }
    return false;
}

static bool is_on(const struct net_node *node, const struct site *s)
{
    return node->object && node->object->parent == &s->o;
}

static void collect(struct lab_draft *x, const struct site *s, members_t *ret)
{
    for (uint32_t i = 0; i < x->n->ifaces.count; i++) {
        const struct net_iface *f = &x->n->ifaces.items[i];
        const struct net_node *node = &x->n->nodes.items[f->node];
        if (!is_on(node, s) || is_known(ret, f->node, f->name))
            continue;
        bool host = node->kind == NET_HOST && !router_of(node->object);
        if (!host && (!is_port(x, f) || has_cable(x, f->node, f->name)))
            continue;
        add_member(
            x, ret,
            &(struct member){ .node = f->node, .device = f->name, .addr = f->addr, .len = f->len });
    }
}

static struct lab_end member_end(struct lab_draft *x, const struct member *m)
{
    const struct topo_object *o = x->n->nodes.items[m->node].object;
    uint32_t space = x->p->space_of[m->node];
    if (o->kind != &site_host_kind)
        return router_end(x, m->node, m->device);
    const struct site_host *h = (const struct site_host *)(const void *)o;
    struct lab_end end = { .space = space, .dev = lab_draft_dev(x, space, "eth0") };
    lab_draft_address(x, &end, &m->addr, m->len);
    if (h->gateway.family == IP_V4)
        lab_draft_setup(x, space, "route add default via %s dev %s", lab_draft_ip(x, &h->gateway),
                        end.dev);
    return end;
}

/* The site's own switch: made when the first network needs it. */
static uint32_t switch_of(struct lab_draft *x, const struct site *s, uint32_t *space)
{
    if (*space == NET_NONE) {
        *space =
            lab_draft_space(x, LAB_SPACE_LAN, lab_draft_text(x, "lan.%s", s->o.name), NET_NONE);
        lab_draft_sysctl(x, *space, "net/ipv6/conf/all/disable_ipv6", 1);
        lab_draft_sysctl(x, *space, "net/ipv6/conf/default/disable_ipv6", 1);
    }
    return *space;
}

static void join(struct lab_draft *x, const struct site *s, members_t *m, uint32_t first,
                 uint32_t *lan)
{
    uint32_t who[2] = { first, NET_NONE }, count = 0;
    struct prefix p = prefix_of(&m->items[first].addr, m->items[first].len);
    for (uint32_t i = first; i < m->count; i++) {
        if (m->items[i].taken || !prefix_has_addr(&p, &m->items[i].addr))
            continue;
        if (count == 1)
            who[1] = i;
        count++;
    }
    struct lab_cable c = { .kind = LAB_CABLE_WIRE, .object = &s->o };
    if (count == 2) {
        for (uint32_t k = 0; k < 2; k++) {
            c.end[k] = member_end(x, &m->items[who[k]]);
            m->items[who[k]].taken = true;
        }
        lab_draft_cable(x, &c);
        return;
    }
    uint32_t space = switch_of(x, s, lan);
    const char *bridge = lab_draft_dev(x, space, "net0");
    if (count > 2) {
        lab_draft_setup(x, space, "link add name %s type bridge", bridge);
        lab_draft_setup(x, space, "link set dev %s up", bridge);
    }
    for (uint32_t i = first; i < m->count; i++) {
        if (m->items[i].taken || !prefix_has_addr(&p, &m->items[i].addr))
            continue;
        c.end[0] = member_end(x, &m->items[i]);
        const char *dev = lab_draft_dev(x, space, x->n->nodes.items[m->items[i].node].name);
        c.end[1] = (struct lab_end){ .space = space, .dev = dev };
        m->items[i].taken = true;
        lab_draft_cable(x, &c);
        if (count > 2)
            lab_draft_setup(x, space, "link set dev %s master %s", dev, bridge);
    }
}

static void add_networks(struct lab_draft *x, const struct site *s)
{
    members_t members = { 0 };
    uint32_t lan = NET_NONE;
    collect(x, s, &members);
    for (uint32_t i = 0; i < members.count; i++) {
        if (!members.items[i].taken)
            join(x, s, &members, i, &lan);
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

static void set_up_router(struct lab_draft *x, uint32_t node)
{
    uint32_t space = x->p->space_of[node];
    bool routes = x->n->nodes.items[node].kind == NET_ROUTER;
    lab_draft_sysctl(x, space, "net/ipv4/ip_forward", routes);
    lab_draft_sysctl(x, space, "net/ipv4/fib_multipath_hash_policy", 1);
    if (routes) {
        lab_draft_sysctl(x, space, "net/ipv4/conf/all/send_redirects", 0);
        lab_draft_sysctl(x, space, "net/ipv4/conf/default/send_redirects", 0);
        lab_draft_sysctl(x, space, "net/ipv6/conf/all/forwarding", 1);
    }
}

void lab_draft_sites(struct lab_draft *x)
{
    const struct topo_sites *t = &x->t->sites;
    for (uint32_t i = 0; i < t->links.count; i++)
        add_link(x, &t->links.items[i]);
    for (uint32_t i = 0; i < x->n->nodes.count; i++) {
        const struct site_router *r = router_of(x->n->nodes.items[i].object);
        if (!r || x->p->space_of[i] == NET_NONE)
            continue;
        set_up_router(x, i);
        connect_internet(x, i, r);
    }
    for (uint32_t i = 0; i < t->sites.count; i++)
        add_networks(x, &t->sites.items[i]);
}
