/* What does not fit together: references to what is not there, neighbors that cannot come up. */
#include <string.h>

#include "config/parser.h"
#include "config/refs.h"

/* ---- references ------------------------------------------------------------------------------ */

struct checker {
    struct refs_walk walk;
    struct parser *p;
};

static bool has(const struct parser *p, enum index_kind kind, uint32_t owner, const char *name)
{
    const uint32_t *value = index_find(&p->index, kind, owner, name, strlen(name));
    return value && *value != INDEX_NONE;
}

static bool is_defined(const struct parser *p, enum refs_kind kind, const char *name)
{
    switch (kind) {
    case REFS_PREFIX_LIST:
        return has(p, INDEX_PREFIX_LIST, IP_V4, name);
    case REFS_PREFIX_LIST6:
        return has(p, INDEX_PREFIX_LIST, IP_V6, name);
    case REFS_AS_PATH_LIST:
        return has(p, INDEX_AS_PATH_LIST, 0, name);
    case REFS_COMMUNITY_LIST:
        return has(p, INDEX_COMMUNITY_LIST, 0, name) || has(p, INDEX_COMMUNITY_LIST, 1, name) ||
               has(p, INDEX_COMMUNITY_LIST, 2, name);
    case REFS_ACCESS_LIST:
        return has(p, INDEX_ACCESS_LIST, IP_V4, name);
    case REFS_ACCESS_LIST6:
        return has(p, INDEX_ACCESS_LIST, IP_V6, name);
    case REFS_ROUTE_MAP:
        return has(p, INDEX_ROUTE_MAP, 0, name);
    case REFS_KIND_COUNT:
        break;
    }
    return true;
}

static void check_reference(struct refs_walk *w, enum refs_kind kind, const char *name,
                            struct config_pos at)
{
    struct checker *k = container_of(w, struct checker, walk);
    if (is_defined(k->p, kind, name))
        return;
    char what[128];
    struct text t = text_init(what, sizeof(what));
    text_str(&t, "there is no ");
    text_str(&t, refs_kind_name(kind));
    text_str(&t, " '");
    REPORT(k->p, DIAG_WARNING, "CFG-REFERENCE", at, what, name,
           k->p->c->dialect == DIALECT_IOS ? "': on IOS an undefined list permits everything"
                                           : "': on FRR an undefined list denies everything");
}

/* ---- neighbors ------------------------------------------------------------------------------- */

static bool has_policy(const struct config_neighbor_af *af, unsigned d)
{
    return af->prefix_list[d] || af->filter_list[d] || af->route_map[d] || af->distribute_list[d];
}

/* RFC 8212: an eBGP session without a policy exchanges nothing in that direction. */
static void check_policy(struct parser *p, const struct config_neighbor *n,
                         const struct config_neighbor *r)
{
    for (unsigned i = 0; i < CONFIG_AF_COUNT; i++) {
        if (r->af[i].activate != TRI_YES)
            continue;
        bool in = has_policy(&r->af[i], DIR_IN), out = has_policy(&r->af[i], DIR_OUT);
        if (in && out)
            continue;
        REPORT(p, DIAG_WARNING, "CFG-RFC8212", n->at, "neighbor ", n->name,
               in    ? " has no policy out: nothing is announced to it (RFC 8212)"
               : out ? " has no policy in: nothing is accepted from it (RFC 8212)"
                     : " has no policy: no routes are exchanged with it (RFC 8212)");
    }
}

static void check_neighbor(struct parser *p, struct config_neighbor *n, bool needs_policy)
{
    struct config_neighbor r;
    if (n->is_group || !parser_may_scan(p, n->peer_group ? p->c->bgp.neighbors.n : 1))
        return;
    config_neighbor_resolve(p->c, n, &r);
    if (r.remote_as_kind == REMOTE_AS_UNSET) {
        if (!r.remote_as_refused) /* said already */
            REPORT(p, DIAG_ERROR, "CFG-REFERENCE", n->at, "neighbor ", n->name,
                   " has no remote-as: its session cannot be made");
        n->at.line = 0;
        return;
    }
    bool ebgp = r.remote_as_kind == REMOTE_AS_EXTERNAL ||
                (r.remote_as_kind == REMOTE_AS_NUMBER && r.remote_as != p->c->bgp.as);
    if (ebgp && needs_policy)
        check_policy(p, n, &r);
    if (r.ebgp_multihop > 1 && r.ttl_security_hops && ebgp)
        REPORT(p, DIAG_ERROR, "CFG-VALUE", n->at, "neighbor ", n->name,
               " has both ebgp-multihop and ttl-security: one excludes the other");
}

static void check_bgp(struct parser *p)
{
    struct config_bgp b;
    config_bgp_resolve(p->c, &b);
    for (uint32_t i = 0; i < p->c->bgp.neighbors.n; i++)
        check_neighbor(p, &p->c->bgp.neighbors.v[i], b.ebgp_requires_policy == TRI_YES);
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void check_statics(struct parser *p)
{
    for (uint32_t i = 0; i < p->c->statics.n; i++) {
        const struct config_static *s = &p->c->statics.v[i];
        if (s->track == 0)
            continue;
        REPORT(p, p->options->allow_unsupported ? DIAG_WARNING : DIAG_ERROR, "CFG-UNSUPPORTED",
               s->at,
               "the route follows a track object, which is not measured: it would always stand");
    }
}

static void check_nat(struct parser *p)
{
    bool outside = false;
    for (uint32_t i = 0; i < p->c->interfaces.n; i++)
        outside = outside || (p->c->interfaces.v[i].nat_side == NAT_SIDE_OUTSIDE &&
                              !p->c->interfaces.v[i].vrf);
    for (uint32_t i = 0; i < p->c->nat_lists.n && !outside; i++)
        REPORT(p, DIAG_WARNING, "CFG-SUSPECT", p->c->nat_lists.v[i].at,
               "no interface has 'ip nat outside': list '", p->c->nat_lists.v[i].acl,
               "' translates nothing");
}

/* ---- VXLAN ----------------------------------------------------------------------------------- */

enum { RECURSIONS_MAX = 8 }; /* of next hops, as far as the text alone tells */

/* Where the configuration's own routes lead an address: the interface, or NULL: it does not say. A
 * next hop is looked up as the address was; the host's own routes are not known here. */
struct lead {
    const struct config_interface *to;
    const struct config_static *by; /* the first static route of the way; NULL: on the link */
};

static const struct config_interface *interface_on(const struct config *c, const struct ip_addr *a,
                                                   unsigned *ret_len)
{
    const struct config_interface *best = NULL;
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        const struct config_interface *x = &c->interfaces.v[i];
        for (uint32_t k = 0; k < x->addresses.n; k++) {
            struct prefix own = x->addresses.v[k].prefix;
            struct ip_addr ip = ip_from_bytes(own.family, own.b);
            struct prefix net = prefix_of(&ip, own.len);
            if (!x->shutdown && !x->vrf && prefix_has_addr(&net, a) &&
                (!best || own.len > *ret_len)) {
                best = x;
                *ret_len = own.len;
            }
        }
    }
    return best;
}

static const struct config_static *static_to(const struct config *c, const struct ip_addr *a)
{
    const struct config_static *best = NULL;
    for (uint32_t i = 0; i < c->statics.n; i++) {
        const struct config_static *s = &c->statics.v[i];
        if (prefix_has_addr(&s->prefix, a) &&
            (!best || s->prefix.len > best->prefix.len ||
             (s->prefix.len == best->prefix.len && s->distance < best->distance)))
            best = s;
    }
    return best;
}

static struct lead lead_of(const struct config *c, struct ip_addr a)
{
    struct lead l = { 0 };
    for (int i = 0; i < RECURSIONS_MAX; i++) {
        unsigned len = 0;
        const struct config_interface *on = interface_on(c, &a, &len);
        const struct config_static *s = static_to(c, &a);
        if (on && (!s || len >= s->prefix.len)) {
            l.to = on;
            break;
        }
        if (!s || s->kind != STATIC_VIA)
            break;
        l.by = l.by ? l.by : s;
        if (s->interface) {
            l.to = config_interface_find(c, s->interface);
            break;
        }
        a = s->next_hop;
    }
    return l;
}

/* The packets of a VXLAN that are routed into it never leave: the tunnel is dead. With a device of
 * its own the kernel routes them by that one alone. */
static void check_vxlan_way(struct parser *p, const struct config_interface *i)
{
    struct lead l = lead_of(p->c, i->vxlan.remote);
    if (l.to != i)
        return;
    char what[160];
    struct text t = text_init(what, sizeof(what));
    text_str(&t, "the route to ");
    text_ip(&t, &i->vxlan.remote);
    text_str(&t, ", the other end of ");
    text_str(&t, i->name);
    struct config_pos at = l.by ? l.by->at : i->at;
    if (i->vxlan.device)
        REPORT(p, DIAG_NOTE, "CFG-VXLAN", at, what,
               ", leads into it: its packets go by its device alone, and what answers there has "
               "to be let in by the host's reverse path filter");
    else
        REPORT(p, DIAG_WARNING, "CFG-VXLAN", at, what,
               ", leads into it: the tunnel is dead; add a route to that address by the gateway "
               "outside, or name the device that carries it (`dev IF`)");
}

static void check_vxlan(struct parser *p, const struct config_interface *i)
{
    const struct config *c = p->c;
    if (i->vxlan.device && strcmp(i->vxlan.device, i->name) == 0)
        REPORT(p, DIAG_ERROR, "CFG-VALUE", i->at, i->name, " cannot be carried by itself");
    if (!parser_may_scan(p, RECURSIONS_MAX * (c->statics.n + c->interfaces.n)))
        return;
    check_vxlan_way(p, i);
}

static void check_vxlans(struct parser *p)
{
    for (uint32_t i = 0; i < p->c->interfaces.n; i++) {
        if (p->c->interfaces.v[i].vxlan.vni != 0)
            check_vxlan(p, &p->c->interfaces.v[i]);
    }
}

/* ---- neighbors behind tunnels ---------------------------------------------------------------- */

static bool is_ipsec_tunnel(const struct config_interface *i)
{
    return i->is_tunnel && i->tunnel_ipsec_profile && !i->shutdown && !i->vrf;
}

static const struct config_interface *first_tunnel(const struct config *c)
{
    for (uint32_t i = 0; i < c->interfaces.n; i++)
        if (is_ipsec_tunnel(&c->interfaces.v[i]))
            return &c->interfaces.v[i];
    return NULL;
}

/* The interface that `update-source` names, or whose address it is; NULL: neither. */
static const struct config_interface *source_of(const struct config *c, const char *source)
{
    struct ip_addr a = { 0 };
    if (!source)
        return NULL;
    if (!ip_parse(source, &a))
        return config_interface_find(c, source);
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        const struct config_interface *x = &c->interfaces.v[i];
        for (uint32_t k = 0; k < x->addresses.n; k++) {
            struct ip_addr own =
                ip_from_bytes(x->addresses.v[k].prefix.family, x->addresses.v[k].prefix.b);
            if (ip_eq(&own, &a))
                return x;
        }
    }
    return NULL;
}

/* A default route leads anywhere, and in clear: nobody means it for such a peer. */
static bool has_way(const struct config *c, const struct ip_addr *to)
{
    unsigned len = 0;
    const struct config_static *s = static_to(c, to);
    return interface_on(c, to, &len) || (s && s->prefix.len > 0);
}

/* Which line would mend it. */
static void text_host_route(struct text *t, enum dialect dialect, const struct ip_addr *to,
                            const char *by)
{
    text_str(t, to->family == IP_V6 ? "`ipv6 route " : "`ip route ");
    text_ip(t, to);
    text_str(t, to->family == IP_V6       ? "/128 "
                : dialect == DIALECT_IOS ? " 255.255.255.255 "
                                         : "/32 ");
    text_str(t, by);
    text_str(t, "`");
}

/* A peer that is several hops away, in a configuration with tunnels: its session goes by one of
 * them only when the configuration says so. What the host routes by itself is not known here: a
 * neighbor without `update-source` may be reached by that. */
static void check_neighbor_way(struct parser *p, const struct config_neighbor *n,
                               const struct config_interface *tunnel)
{
    struct config_neighbor r;
    config_neighbor_resolve(p->c, n, &r);
    const struct config_interface *source = source_of(p->c, r.update_source);
    bool by_tunnel = source && is_ipsec_tunnel(source);
    bool is_far = source && !r.ttl_security_hops &&
                  (r.ebgp_multihop > 1 || r.disable_connected_check == TRI_YES ||
                   r.remote_as_kind == REMOTE_AS_INTERNAL || r.remote_as == p->c->bgp.as);
    if (r.shutdown == TRI_YES || !(by_tunnel || is_far) || has_way(p->c, &r.address))
        return;
    char what[240], remedy[160];
    struct text t = text_init(what, sizeof(what));
    text_str(&t, "neighbor ");
    text_str(&t, n->name);
    text_str(&t, by_tunnel ? " (by " : " (update-source ");
    text_str(&t, source->name);
    text_str(&t, "): no static route and no interface's network leads to it: its session ");
    text_str(&t, by_tunnel ? "stays down; add "
                           : "leaves in clear by a default route, or not at all; behind a tunnel "
                             "add ");
    struct text m = text_init(remedy, sizeof(remedy));
    text_host_route(&m, p->c->dialect, &r.address, by_tunnel ? source->name : tunnel->name);
    REPORT(p, DIAG_WARNING, "CFG-BGP-WAY", n->at, what, remedy,
           by_tunnel ? "" : ", else a route too");
}

static void check_neighbor_ways(struct parser *p)
{
    const struct config *c = p->c;
    const struct config_interface *tunnel = first_tunnel(c);
    for (uint32_t i = 0; tunnel && i < c->bgp.neighbors.n; i++) {
        const struct config_neighbor *n = &c->bgp.neighbors.v[i];
        if (n->is_group || n->at.line == 0)
            continue;
        if (!parser_may_scan(p, c->statics.n + 3 * c->interfaces.n +
                                    (n->peer_group ? c->bgp.neighbors.n : 1)))
            return;
        check_neighbor_way(p, n, tunnel);
    }
}

void check_config(struct parser *p)
{
    struct checker k = { .walk = { .seen = check_reference }, .p = p };
    refs_walk(p->c, &k.walk);
    check_bgp(p);
    check_statics(p);
    check_nat(p);
    check_vxlans(p);
    check_neighbor_ways(p);
    crypto_resolve(p);
    check_crypto(p);
}
