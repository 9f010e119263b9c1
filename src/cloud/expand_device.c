/* What a router's or machine's own configuration makes of it: addresses, tunnel interfaces as ends,
 * BGP neighbours as what is spoken through a tunnel, or as halves of sessions.
 * A neighbour belongs to a tunnel when the router's own interfaces and static routes send it there:
 * the longest prefix that holds its address decides, as it does in the router. */
#include "cloud/expand_impl.h"

#include <string.h>

/* Where a prefix leads to, as far as the configuration says. */
struct way {
    uint32_t end;         /* the tunnel's end, or NET_NONE */
    struct ip_addr local; /* our address there; IP_NONE: none of its own */
};

struct at_work {
    struct expander *x;
    const struct expand_machine *m;
    const struct config *c;
    uint32_t node;
    struct ip_addr primary;  /* the address of a session that no interface stands for */
    struct net_map names;    /* name of an interface to its index */
    struct net_map tunnels;  /* index of an interface to its end */
    struct net_map prefixes; /* prefix to its way */
    NET_LIST_OF(struct way) ways;
};

uint32_t expand_machine(struct expander *x, const struct expand_machine *m)
{
    const struct config *c = expand_config(x, m->device);
    bool runs_bgp = c && c->bgp.as && (c->dialect == DIALECT_IOS || !m->device || m->device->bgpd);
    bool routes = m->forwards || c || (m->device && m->device->ip_forward);
    struct net_node node = { .kind = routes ? NET_ROUTER : NET_HOST,
                             .name = m->object->name,
                             .object = m->object,
                             .asn = runs_bgp ? c->bgp.as : 0,
                             .group = NET_NONE,
                             .fabric = m->fabric,
                             .site = m->site,
                             .zone = m->zone,
                             .config = c };
    uint32_t index = expand_node(x, &node);
    if (m->fabric != NET_NONE)
        expand_link(x, NET_LINK_FABRIC, m->object, index, m->fabric);
    return index;
}

/* ---- addresses ------------------------------------------------------------------------------- */

static void note_way(struct at_work *w, const struct prefix *p, struct way way)
{
    uint32_t *at = net_map_make(&w->prefixes, p, sizeof(*p));
    struct way *new = NET_PUSH(w->x->arena, &w->ways);
    if (!at || !new) {
        w->x->full = true;
        return;
    }
    *new = way;
    if (*at == NET_NONE)
        *at = w->ways.count - 1;
}

/* The way of the longest prefix that holds the address; NULL: none does. */
static const struct way *way_to(struct at_work *w, const struct ip_addr *a)
{
    for (unsigned len = ip_bits(a->family) + 1U; len-- > 0;) {
        struct prefix p = prefix_of(a, (uint8_t)len);
        const uint32_t *at = net_map_find(&w->prefixes, &p, sizeof(p));
        if (at && *at != NET_NONE)
            return &w->ways.items[*at];
    }
    return NULL;
}

static struct ip_addr address_of(const struct config_interface *i, uint8_t family)
{
    for (uint32_t k = 0; i && k < i->addresses.n; k++) {
        struct prefix own = i->addresses.v[k].prefix;
        if (own.family == family && !i->addresses.v[k].secondary)
            return ip_from_bytes(family, own.b);
    }
    return (struct ip_addr){ 0 };
}

/* The interface of that name; NULL: there is none. */
static const struct config_interface *interface_named(struct at_work *w, const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > NET_KEY_MAX)
        return config_interface_find(w->c, name);
    const uint32_t *at = net_map_find(&w->names, name, len);
    return at ? &w->c->interfaces.v[*at] : NULL;
}

static void note_names(struct at_work *w)
{
    for (uint32_t i = 0; i < w->c->interfaces.n; i++) {
        size_t len = strlen(w->c->interfaces.v[i].name);
        if (len == 0 || len > NET_KEY_MAX)
            continue;
        uint32_t *at = net_map_make(&w->names, w->c->interfaces.v[i].name, len);
        if (at)
            *at = i;
        w->x->full = w->x->full || !at;
    }
}

/* Addresses that the node has already: its network interfaces in a cloud, a site's. */
static void note_own(struct at_work *w)
{
    const struct net *n = w->x->n;
    /* They were added right before: nobody else's come after the first of ours. */
    for (uint32_t i = n->ifaces.count; i-- > 0 && n->ifaces.items[i].node == w->node;) {
        const struct net_iface *f = &n->ifaces.items[i];
        struct prefix p = prefix_of(&f->addr, f->len);
        note_way(w, &p, (struct way){ NET_NONE, f->addr });
        w->primary = f->addr;
    }
}

static bool is_given(const struct at_work *w, uint32_t first, uint32_t end, const struct ip_addr *a)
{
    for (uint32_t i = first; i < end; i++) {
        if (ip_eq(&w->x->n->ifaces.items[i].addr, a))
            return true;
    }
    return false;
}

static void add_ifaces(struct at_work *w)
{
    struct net *n = w->x->n;
    uint32_t first = n->ifaces.count;
    while (first > 0 && n->ifaces.items[first - 1].node == w->node)
        first--;
    uint32_t given = n->ifaces.count;
    for (uint32_t i = 0; i < w->c->interfaces.n; i++) {
        const struct config_interface *f = &w->c->interfaces.v[i];
        if (f->shutdown || f->vrf)
            continue;
        for (uint32_t k = 0; k < f->addresses.n; k++) {
            struct prefix own = f->addresses.v[k].prefix;
            struct ip_addr a = ip_from_bytes(own.family, own.b);
            if (is_given(w, first, given, &a))
                continue;
            expand_iface(w->x, &(struct net_iface){ .node = w->node,
                                                    .name = f->name,
                                                    .addr = a,
                                                    .len = own.len,
                                                    .forwards = true });
            if (w->primary.family == IP_NONE && !f->is_tunnel)
                w->primary = a;
        }
    }
}

static void add_vxlan(struct at_work *w)
{
    const struct topo_device *d = w->m->device;
    for (uint32_t i = 0; d && i < d->vxlan.count; i++) {
        const struct topo_vxlan *v = &d->vxlan.items[i];
        struct prefix inside = prefix_of(&v->address.addr, v->address.len);
        if (inside.family != IP_NONE)
            note_way(w, &inside, (struct way){ NET_NONE, v->address.addr });
        expand_iface(w->x, &(struct net_iface){ .node = w->node,
                                                .name = v->o.name,
                                                .addr = v->address.addr,
                                                .len = v->address.len,
                                                .forwards = true });
    }
}

/* ---- tunnels --------------------------------------------------------------------------------- */

static const char *text_key(const struct config_secret *s)
{
    return s->kind == SECRET_TEXT ? s->value : NULL;
}

static void note_end(struct at_work *w, const struct config_interface *i)
{
    uint32_t end = w->x->n->ends.count - 1;
    uint32_t index = (uint32_t)(i - w->c->interfaces.v);
    uint32_t *at = net_map_make(&w->tunnels, &index, sizeof(index));
    if (at)
        *at = end;
    w->x->full = w->x->full || !at;
    for (uint32_t k = 0; k < i->addresses.n; k++) {
        struct prefix own = i->addresses.v[k].prefix;
        struct ip_addr a = ip_from_bytes(own.family, own.b);
        struct prefix p = prefix_of(&a, own.len);
        note_way(w, &p, (struct way){ end, a });
    }
}

static struct net_tunnel_end end_of(const struct at_work *w, const struct config_interface *i)
{
    return (struct net_tunnel_end){ .object = w->m->object,
                                    .node = w->node,
                                    .speaker = w->node,
                                    .seen = w->m->nat_address,
                                    .asn = w->c->bgp.as,
                                    .interface = i->name,
                                    .line = i->at.line };
}

static void add_tunnel(struct at_work *w, const struct config_tunnel *t)
{
    struct net_tunnel_end e = end_of(w, t->interface);
    e.outside = t->local.family != IP_NONE ? t->local : w->primary;
    e.peer_outside = t->remote;
    e.ike = t->ipsec->responder_only ? NET_RESPONDS : NET_EITHER;
    e.ikev2 = true;
    struct expand_proposals p = expand_config_proposals(w->x, t);
    e.proposals = p.first;
    e.proposal_count = p.count;
    e.psk = t->peer ? text_key(&t->peer->psk[PSK_LOCAL]) : NULL;
    e.dpd_s = t->ike->dpd.interval_s;
    expand_end(w->x, &e);
    if (!w->x->full)
        note_end(w, t->interface);
}

static const struct config_ipsec_profile *ipsec_profile(const struct config *c, const char *name)
{
    for (uint32_t i = 0; i < c->ipsec.ipsec_profiles.n; i++) {
        if (strcmp(c->ipsec.ipsec_profiles.v[i].name, name) == 0)
            return &c->ipsec.ipsec_profiles.v[i];
    }
    return NULL;
}

/* A tunnel for IKEv1: this product does not bring it up, the device that is described would. */
static void add_old_tunnel(struct at_work *w, const struct config_interface *i)
{
    const struct config_ipsec_profile *profile = ipsec_profile(w->c, i->tunnel_ipsec_profile);
    if (!profile || profile->ikev2_profile || i->tunnel_destination.family == IP_NONE)
        return;
    struct net_tunnel_end e = end_of(w, i);
    if (!i->tunnel_source || !ip_parse(i->tunnel_source, &e.outside))
        e.outside = i->tunnel_source ? address_of(interface_named(w, i->tunnel_source), IP_V4)
                                     : (struct ip_addr){ 0 };
    if (e.outside.family == IP_NONE)
        e.outside = w->primary;
    e.peer_outside = i->tunnel_destination;
    e.ikev1 = true;
    expand_end(w->x, &e);
    if (!w->x->full)
        note_end(w, i);
}

static void add_tunnels(struct at_work *w)
{
    for (uint32_t i = 0; i < w->c->ipsec.tunnels.n; i++)
        add_tunnel(w, &w->c->ipsec.tunnels.v[i]);
    for (uint32_t i = 0; i < w->c->interfaces.n; i++) {
        const struct config_interface *f = &w->c->interfaces.v[i];
        if (f->is_tunnel && !f->shutdown && f->tunnel_ipsec_profile)
            add_old_tunnel(w, f);
    }
}

/* ---- routes ---------------------------------------------------------------------------------- */

static void note_connected(struct at_work *w)
{
    for (uint32_t i = 0; i < w->c->interfaces.n; i++) {
        const struct config_interface *f = &w->c->interfaces.v[i];
        for (uint32_t k = 0; !f->shutdown && !f->vrf && k < f->addresses.n; k++) {
            struct prefix own = f->addresses.v[k].prefix;
            struct ip_addr a = ip_from_bytes(own.family, own.b);
            struct prefix p = prefix_of(&a, own.len);
            note_way(w, &p, (struct way){ NET_NONE, a });
        }
    }
}

static void note_static(struct at_work *w, const struct config_static *s)
{
    if (s->kind != STATIC_VIA)
        return;
    const struct config_interface *out = s->interface ? interface_named(w, s->interface) : NULL;
    uint32_t index = out ? (uint32_t)(out - w->c->interfaces.v) : 0;
    const uint32_t *end = out ? net_map_find(&w->tunnels, &index, sizeof(index)) : NULL;
    struct way way = { NET_NONE, { 0 } };
    if (end) {
        way.end = *end;
        way.local = address_of(out, s->prefix.family);
    } else if (s->next_hop.family != IP_NONE) {
        const struct way *to = way_to(w, &s->next_hop);
        if (to)
            way = *to;
    }
    note_way(w, &s->prefix, way);
}

/* ---- sessions -------------------------------------------------------------------------------- */

static struct ip_addr source_of(struct at_work *w, const struct config_neighbor *n,
                                const struct way *way)
{
    struct ip_addr a;
    if (n->update_source && ip_parse(n->update_source, &a))
        return a;
    if (n->update_source) {
        a = address_of(interface_named(w, n->update_source), n->address.family);
        if (a.family != IP_NONE)
            return a;
    }
    return way && way->local.family != IP_NONE ? way->local : w->primary;
}

static void add_neighbor(struct at_work *w, const struct config_neighbor *written)
{
    struct config_neighbor n;
    config_neighbor_resolve(w->c, written, &n);
    if (n.shutdown == TRI_YES || n.address.family == IP_NONE)
        return;
    const struct way *way = way_to(w, &n.address);
    struct ip_addr local = source_of(w, &n, way);
    uint32_t asn = n.local_as ? n.local_as : w->c->bgp.as;
    uint32_t expects = n.remote_as_kind == REMOTE_AS_NUMBER     ? n.remote_as
                       : n.remote_as_kind == REMOTE_AS_INTERNAL ? w->c->bgp.as
                                                                : 0;
    struct net_tunnel_end *e = way && way->end != NET_NONE ? &w->x->n->ends.items[way->end] : NULL;
    if (e && e->bgp.family == IP_NONE) {
        e->bgp = local;
        e->peer_bgp = n.address;
        e->asn = asn;
        e->peer_asn = expects;
        e->opens_bgp = n.passive == TRI_YES ? NET_RESPONDS : NET_EITHER;
        return;
    }
    expand_session(w->x, &(struct net_session){ .node = { w->node, NET_NONE },
                                                .addr = { local, n.address },
                                                .asn = { asn, 0 },
                                                .expects = { expects, 0 },
                                                .tunnel = NET_NONE });
}

void expand_device(struct expander *x, uint32_t node, const struct expand_machine *m)
{
    struct at_work w = { .x = x, .m = m, .node = node, .c = expand_config(x, m->device) };
    net_map_init(&w.names, x->arena);
    net_map_init(&w.tunnels, x->arena);
    net_map_init(&w.prefixes, x->arena);
    if (node == NET_NONE)
        return;
    if (!w.c) {
        add_vxlan(&w);
        return;
    }
    note_names(&w);
    note_own(&w);
    add_ifaces(&w);
    add_vxlan(&w);
    add_tunnels(&w);
    note_connected(&w);
    for (uint32_t i = 0; i < w.c->statics.n; i++)
        note_static(&w, &w.c->statics.v[i]);
    if (x->n->nodes.items[node].asn == 0)
        return;
    for (uint32_t i = 0; i < w.c->bgp.af[CONFIG_AF_IPV4].networks.n; i++)
        expand_origin(x, node, &w.c->bgp.af[CONFIG_AF_IPV4].networks.v[i].prefix, m->object);
    for (uint32_t i = 0; i < w.c->bgp.neighbors.n; i++) {
        if (!w.c->bgp.neighbors.v[i].is_group)
            add_neighbor(&w, &w.c->bgp.neighbors.v[i]);
    }
}
