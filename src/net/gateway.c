/* Who speaks BGP to whom, and with what policies: a provider's behaviours as the configuration that
 * makes a router of ours behave so. Tunnels are in gateway_tunnel.c. */
#include "net/gateway_impl.h"

#include <string.h>

/* ---- words ----------------------------------------------------------------------------------- */

void gateway_words(struct gateway *g, const char *const *words)
{
    for (; *words; words++)
        text_str(g->t, *words);
}

struct gateway_word gateway_ip(const struct ip_addr *a)
{
    struct gateway_word w;
    struct text t = text_init(w.s, sizeof(w.s));
    text_ip(&t, a);
    return w;
}

struct gateway_word gateway_number(uint64_t v)
{
    struct gateway_word w;
    struct text t = text_init(w.s, sizeof(w.s));
    text_u64(&t, v);
    return w;
}

struct gateway_word gateway_prefix(const struct prefix *p)
{
    struct gateway_word w;
    struct text t = text_init(w.s, sizeof(w.s));
    text_prefix(&t, p);
    return w;
}

/* ---- addresses ------------------------------------------------------------------------------- */

uint8_t gateway_len(const struct net *n, uint32_t node, const struct ip_addr *a)
{
    for (uint32_t i = 0; i < n->ifaces.count; i++) {
        const struct net_iface *f = &n->ifaces.items[i];
        if (f->node == node && ip_eq(&f->addr, a))
            return f->len;
    }
    return ip_bits(a->family);
}

bool gateway_is_connected(const struct net *n, uint32_t node, const struct ip_addr *own,
                          const struct ip_addr *peer)
{
    struct prefix link = prefix_of(own, gateway_len(n, node, own));
    return link.family == peer->family && prefix_has_addr(&link, peer);
}

/* A router id: an address that it speaks BGP from, or one of its others; one of 169.254, which
 * other routers may have too, only where there is nothing else. */
static struct ip_addr router_id(const struct gateway *g)
{
    struct ip_addr shared = { 0 };
    for (uint32_t i = 0; i < g->n->ends.count + g->n->ifaces.count; i++) {
        const struct net_tunnel_end *e = i < g->n->ends.count ? &g->n->ends.items[i] : NULL;
        const struct net_iface *f = e ? NULL : &g->n->ifaces.items[i - g->n->ends.count];
        const struct ip_addr *a = e ? &e->bgp : &f->addr;
        if ((e ? e->speaker : f->node) != g->speaker || a->family != IP_V4)
            continue;
        if (!ip_is_link_local(a))
            return *a;
        if (shared.family == IP_NONE)
            shared = *a;
    }
    return shared;
}

/* ---- neighbours ------------------------------------------------------------------------------ */

/* Where a neighbour stands: policies towards customers are not those within the provider. */
enum place {
    PLACE_OUTWARD, /* a site, another provider, a machine of the user's */
    PLACE_INWARD,  /* another kind of gateway of the same provider */
    PLACE_GROUP,   /* the other instances of the same gateway */
};

struct neighbor {
    struct ip_addr addr, local;
    uint32_t asn;
    uint32_t other; /* its node, or NET_NONE */
    enum place place;
    bool waits; /* for the neighbour to connect */
};

static bool is_gateway_kind(enum net_node_kind kind)
{
    return kind == NET_VPN_GATEWAY || kind == NET_CIRCUIT_GATEWAY || kind == NET_EDGE ||
           kind == NET_ROUTE_SERVER || kind == NET_CLOUD_ROUTER;
}

static bool of_end(const struct gateway *g, uint32_t i, struct neighbor *ret)
{
    const struct net_tunnel_end *e = &g->n->ends.items[i];
    if (e->speaker != g->speaker || e->bgp.family == IP_NONE || e->peer_bgp.family == IP_NONE)
        return false;
    for (uint32_t k = 0; k < i; k++) {
        const struct net_tunnel_end *before = &g->n->ends.items[k];
        if (before->speaker == g->speaker && ip_eq(&before->peer_bgp, &e->peer_bgp))
            return false; /* two tunnels to one neighbour */
    }
    bool own_apipa = ip_is_link_local(&e->bgp);
    *ret = (struct neighbor){
        .addr = e->peer_bgp,
        .local = e->bgp,
        .asn = e->peer_asn,
        .other = NET_NONE,
        .waits = own_apipa ? !g->node->behaviour.opens_from_apipa : e->opens_bgp == NET_RESPONDS,
    };
    return true;
}

static bool of_session(const struct gateway *g, uint32_t i, struct neighbor *ret)
{
    const struct net_session *s = &g->n->sessions.items[i];
    if (s->tunnel != NET_NONE || (s->node[0] != g->speaker && s->node[1] != g->speaker))
        return false;
    unsigned me = s->node[0] != g->speaker, other = !me;
    /* The neighbour is who we are configured for; in a session of ours alone it has no address of
     * its own in the other place. */
    if (s->addr[other].family == IP_NONE || s->expects[me] == 0)
        return false;
    bool inside = s->node[other] != NET_NONE &&
                  is_gateway_kind(g->n->nodes.items[s->node[other]].kind) &&
                  is_gateway_kind(g->node->kind);
    *ret = (struct neighbor){ .addr = s->addr[other],
                              .local = s->addr[me],
                              .asn = s->expects[me],
                              .other = s->node[other],
                              .place = inside ? PLACE_INWARD : PLACE_OUTWARD };
    return true;
}

/* How the instances of a gateway reach each other. */
static struct ip_addr group_address(const struct gateway *g, uint32_t node)
{
    if (g->names.inside && g->names.inside[node].family != IP_NONE)
        return g->names.inside[node];
    for (uint32_t i = 0; i < g->n->ifaces.count; i++) {
        const struct net_iface *f = &g->n->ifaces.items[i];
        if (f->node == node && strcmp(f->name, "bgp") == 0 && !ip_is_link_local(&f->addr))
            return f->addr;
    }
    return (struct ip_addr){ 0 };
}

/* Routes of one tunnel reach the sites behind another, whichever instance has it
 * (azure.vpn.bgp.transit-vpn, aws.vgw.cloudhub-announces). Only VPN gateways: what the instances of
 * a gateway for circuits know is the same, and a Route Server's do not talk to each other. */
static bool of_group(const struct gateway *g, uint32_t i, struct neighbor *ret)
{
    const struct net_node *other = &g->n->nodes.items[i];
    if (i == g->speaker || g->node->kind != NET_VPN_GATEWAY || other->kind != NET_VPN_GATEWAY ||
        g->node->group == NET_NONE || other->group != g->node->group || other->asn != g->node->asn)
        return false;
    *ret = (struct neighbor){ .addr = group_address(g, i),
                              .local = group_address(g, g->speaker),
                              .asn = g->node->asn,
                              .other = i,
                              .place = PLACE_GROUP };
    return ret->addr.family != IP_NONE && ret->local.family != IP_NONE;
}

/* The next neighbour at or after *pos: those in tunnels, those beside, those of the group. */
static bool next_neighbor(const struct gateway *g, uint32_t *pos, struct neighbor *ret)
{
    const uint32_t ends = g->n->ends.count, sessions = ends + g->n->sessions.count;
    const uint32_t all = sessions + g->n->nodes.count;
    while (*pos < all) {
        uint32_t i = (*pos)++;
        bool found = i < ends       ? of_end(g, i, ret)
                     : i < sessions ? of_session(g, i - ends, ret)
                                    : of_group(g, i - sessions, ret);
        if (found)
            return true;
    }
    return false;
}

/* ---- policies -------------------------------------------------------------------------------- */

/* A prefix of the network that the gateway is of, not one that a connection brought. */
static bool is_own_space(const struct gateway *g, const struct net_origin *o)
{
    for (uint32_t i = 0; o->object && i < g->n->nodes.count; i++) {
        if (g->n->nodes.items[i].kind == NET_FABRIC && g->n->nodes.items[i].object == o->object)
            return true;
    }
    return false;
}

static bool is_origin(const struct gateway *g, uint32_t i)
{
    const struct net_origin *o = &g->n->origins.items[i];
    return o->node == g->speaker && o->prefix.family == IP_V4;
}

/* Whether an origin is kept from a neighbour: it is for others. */
static bool is_for_others(const struct gateway *g, uint32_t i, const struct neighbor *x)
{
    const struct net_origin *o = &g->n->origins.items[i];
    if (o->towards.family == IP_NONE || ip_eq(&o->towards, &x->addr))
        return false;
    for (uint32_t k = 0; k < g->n->origins.count; k++) {
        const struct net_origin *same = &g->n->origins.items[k];
        if (is_origin(g, k) && prefix_cmp(&same->prefix, &o->prefix) == 0 &&
            (same->towards.family == IP_NONE || ip_eq(&same->towards, &x->addr)))
            return false;
    }
    return true;
}

static bool is_first_of_its_prefix(const struct gateway *g, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++) {
        if (is_origin(g, k) &&
            prefix_cmp(&g->n->origins.items[k].prefix, &g->n->origins.items[i].prefix) == 0)
            return false;
    }
    return true;
}

static bool keeps_default_back(const struct gateway *g, const struct neighbor *x)
{
    return g->node->behaviour.drops_default_out && x->place == PLACE_OUTWARD;
}

/* Writes the list of what does not go to a neighbour; false: everything goes. */
static bool put_out_list(struct gateway *g, const struct neighbor *x, bool write)
{
    bool any = keeps_default_back(g, x);
    if (any && write)
        PUT(g, "ip prefix-list OUT-", IP_WORD(&x->addr), " deny 0.0.0.0/0\n");
    for (uint32_t i = 0; i < g->n->origins.count; i++) {
        if (!is_origin(g, i) || !is_for_others(g, i, x))
            continue;
        any = true;
        if (write)
            PUT(g, "ip prefix-list OUT-", IP_WORD(&x->addr), " deny ",
                PREFIX(&g->n->origins.items[i].prefix), "\n");
    }
    if (any && write)
        PUT(g, "ip prefix-list OUT-", IP_WORD(&x->addr), " permit any\n");
    return any;
}

/* What a gateway does not take: its own network's space and parts of it. */
static bool put_own_list(struct gateway *g, bool write)
{
    bool any = false;
    for (uint32_t i = 0; g->node->behaviour.filters_own_prefixes && i < g->n->origins.count; i++) {
        const struct prefix *p = &g->n->origins.items[i].prefix;
        if (!is_origin(g, i) || !is_own_space(g, &g->n->origins.items[i]) ||
            !is_first_of_its_prefix(g, i))
            continue;
        any = true;
        if (write)
            PUT(g, "ip prefix-list OWN deny ", PREFIX(p), p->len < 32 ? " le 32\n" : "\n");
    }
    if (any && write)
        PUT(g, "ip prefix-list OWN permit any\n");
    return any;
}

struct inward_maps {
    bool in, out;
};

static struct inward_maps has_inward_maps(const struct gateway *g)
{
    bool edge = g->node->kind == NET_EDGE;
    return (struct inward_maps){ .in = edge && g->node->behaviour.removes_private_asn,
                                 .out = edge && g->node->behaviour.replaces_peer_asn };
}

/* An edge's gateways are told of each other with its own number twice, whatever private ones the
 * path had (azure.er.vnet-to-vnet-path); sites' numbers, private too, are kept on the way in. So
 * paths from gateways lose theirs as they come, and what has no path left grows by one. */
#define PRIVATE_AS                                                                                 \
    "(6451[2-9]|645[2-9][0-9]|64[6-9][0-9][0-9]|65[0-4][0-9][0-9]|655[0-2][0-9]|6553[0-4]|"        \
    "42[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9])"

static void put_inward_maps(struct gateway *g)
{
    if (has_inward_maps(g).in)
        PUT(g, "bgp as-path access-list PRIVATE permit ^(" PRIVATE_AS "( |$))+$\n",
            "route-map FROM-GATEWAY permit 10\n match as-path PRIVATE\n",
            " set as-path exclude all\nexit\n!\nroute-map FROM-GATEWAY permit 20\nexit\n!\n");
    if (has_inward_maps(g).out)
        PUT(g, "bgp as-path access-list EMPTY permit ^$\n",
            "route-map TO-GATEWAY permit 10\n match as-path EMPTY\n set as-path prepend ",
            NUMBER(g->node->asn), "\nexit\n!\nroute-map TO-GATEWAY permit 20\nexit\n!\n");
}

static void put_lists(struct gateway *g)
{
    struct neighbor x;
    put_own_list(g, true);
    for (uint32_t pos = 0; next_neighbor(g, &pos, &x);)
        put_out_list(g, &x, true);
    put_inward_maps(g);
    if (g->node->behaviour.keeps_learned)
        PUT(g, "bgp as-path access-list ORIGINATED permit ^$\n!\n");
    /* Providers' own prefixes arrive without a metric. */
    PUT(g, "!\nroute-map ORIGIN permit 10\n set metric none\nexit\n!\n");
}

/* ---- BGP ------------------------------------------------------------------------------------- */

enum { MULTIHOP = 255, PATHS = 16, CONNECT_S = 2 };

static void put_neighbor(struct gateway *g, const struct neighbor *x)
{
    struct gateway_word addr = gateway_ip(&x->addr);
    PUT(g, " neighbor ", addr.s, " remote-as ", NUMBER(x->asn), "\n");
    if (x->other != NET_NONE)
        PUT(g, " neighbor ", addr.s, " description ", g->n->nodes.items[x->other].name, "\n");
    PUT(g, " neighbor ", addr.s, " update-source ", IP_WORD(&x->local), "\n");
    if (x->asn != g->node->asn && !gateway_is_connected(g->n, g->speaker, &x->local, &x->addr))
        PUT(g, " neighbor ", addr.s, " ebgp-multihop ", NUMBER(MULTIHOP), "\n");
    if (x->waits)
        PUT(g, " neighbor ", addr.s, " passive\n");
    PUT(g, " neighbor ", addr.s, " timers connect ", NUMBER(CONNECT_S), "\n");
}

/* A Route Server passes routes on between gateways of different kinds (branch to branch), which are
 * all of its own AS. Those of one gateway learn nothing new from each other. */
static bool reflects(const struct gateway *g)
{
    uint32_t group = NET_NONE;
    struct neighbor x;
    if (g->node->kind != NET_ROUTE_SERVER)
        return false;
    for (uint32_t pos = 0; next_neighbor(g, &pos, &x);) {
        if (x.place != PLACE_INWARD)
            continue;
        if (group != NET_NONE && g->n->nodes.items[x.other].group != group)
            return true;
        group = g->n->nodes.items[x.other].group;
    }
    return false;
}

static void put_neighbor_policy(struct gateway *g, const struct neighbor *x, bool reflected)
{
    const struct net_behaviour *b = &g->node->behaviour;
    struct gateway_word addr = gateway_ip(&x->addr);
    bool internal = x->asn == g->node->asn;
    PUT(g, "  neighbor ", addr.s, " soft-reconfiguration inbound\n");
    /* A Route Server is in nobody's way: gateways send to the appliance itself. */
    if (g->node->kind != NET_ROUTE_SERVER || !internal)
        PUT(g, "  neighbor ", addr.s, " next-hop-self\n");
    else if (reflected)
        PUT(g, "  neighbor ", addr.s, " route-reflector-client\n");
    if (b->removes_private_asn && (x->place == PLACE_OUTWARD || g->node->kind == NET_CARRIER))
        PUT(g, "  neighbor ", addr.s, " remove-private-AS all\n");
    if (b->replaces_peer_asn && x->place == PLACE_INWARD)
        PUT(g, "  neighbor ", addr.s, " as-override\n");
    if (x->place == PLACE_INWARD && has_inward_maps(g).in)
        PUT(g, "  neighbor ", addr.s, " route-map FROM-GATEWAY in\n");
    if (x->place == PLACE_INWARD && has_inward_maps(g).out)
        PUT(g, "  neighbor ", addr.s, " route-map TO-GATEWAY out\n");
    if (x->place != PLACE_OUTWARD)
        return;
    if (b->keeps_learned)
        PUT(g, "  neighbor ", addr.s, " filter-list ORIGINATED out\n");
    if (put_own_list(g, false))
        PUT(g, "  neighbor ", addr.s, " prefix-list OWN in\n");
    if (b->prefixes_max)
        PUT(g, "  neighbor ", addr.s, " maximum-prefix ", NUMBER(b->prefixes_max), "\n");
}

/* The subnets that the node is in, for a provider who would announce more than address spaces. */
static void put_subnets(struct gateway *g)
{
    if (g->node->behaviour.announces_spaces_only || g->node->fabric == NET_NONE)
        return;
    for (uint32_t i = 0; i < g->n->ifaces.count; i++) {
        const struct net_iface *f = &g->n->ifaces.items[i];
        struct prefix p = prefix_of(&f->addr, f->len);
        if (f->node == g->speaker && f->addr.family == IP_V4 && f->len < 32 &&
            !ip_is_link_local(&f->addr))
            PUT(g, "  network ", PREFIX(&p), " route-map ORIGIN\n");
    }
}

static void put_family(struct gateway *g)
{
    struct gateway_word paths = gateway_number(g->node->behaviour.equal_cost ? PATHS : 1);
    struct neighbor x;
    PUT(g, " address-family ipv4 unicast\n");
    for (uint32_t i = 0; i < g->n->origins.count; i++) {
        if (is_origin(g, i) && is_first_of_its_prefix(g, i))
            PUT(g, "  network ", PREFIX(&g->n->origins.items[i].prefix), " route-map ORIGIN\n");
    }
    put_subnets(g);
    bool reflected = reflects(g);
    for (uint32_t pos = 0; next_neighbor(g, &pos, &x);) {
        put_neighbor_policy(g, &x, reflected);
        if (put_out_list(g, &x, false))
            PUT(g, "  neighbor ", IP_WORD(&x.addr), " prefix-list OUT-", IP_WORD(&x.addr),
                " out\n");
    }
    PUT(g, "  maximum-paths ", paths.s, "\n  maximum-paths ibgp ", paths.s,
        "\n exit-address-family\n");
}

static void put_bgp(struct gateway *g)
{
    const struct net_behaviour *b = &g->node->behaviour;
    struct ip_addr id = router_id(g);
    struct neighbor x;
    put_lists(g);
    PUT(g, "router bgp ", NUMBER(g->node->asn), "\n");
    if (id.family != IP_NONE)
        PUT(g, " bgp router-id ", IP_WORD(&id), "\n");
    /* Origins are the network's, whether or not the gateway itself has a route there. */
    PUT(g, " no bgp ebgp-requires-policy\n no bgp network import-check\n");
    /* Of equal paths not the one that happened to come first: the same one every time. */
    PUT(g, b->equal_cost ? " bgp bestpath as-path multipath-relax\n"
                         : " bgp bestpath compare-routerid\n");
    if (b->keepalive_s && b->hold_s)
        PUT(g, " timers bgp ", NUMBER(b->keepalive_s), " ", NUMBER(b->hold_s), "\n");
    for (uint32_t pos = 0; next_neighbor(g, &pos, &x);)
        put_neighbor(g, &x);
    PUT(g, " !\n");
    put_family(g);
    PUT(g, "exit\n!\n");
}

/* ---- all ------------------------------------------------------------------------------------- */

static void put_hostname(struct gateway *g)
{
    const char *s = g->names.hostname ? g->names.hostname : g->node->name;
    PUT(g, "hostname ");
    for (; *s; s++) {
        bool plain = (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') ||
                     (*s >= 'A' && *s <= 'Z') || *s == '.' || *s == '_';
        text_char(g->t, plain ? *s : '-');
    }
    PUT(g, "\n");
}

static void put_head(struct gateway *g)
{
    const struct net_behaviour *b = &g->node->behaviour;
    PUT(g, "frr version 8.4.1\nfrr defaults traditional\n");
    put_hostname(g);
    PUT(g, "log syslog informational\n");
    if (b->standby)
        PUT(g, "! another instance takes over within ", NUMBER(b->failover_planned_ms),
            " ms as planned, ", NUMBER(b->failover_unplanned_ms), " ms else\n");
    /* Everything of a provider's network is behind its fabric, which is the default route. */
    PUT(g, "ip nht resolve-via-default\n!\n");
}

bool net_gateway_is(const struct net *n, uint32_t node)
{
    const struct net_node *v = &n->nodes.items[node];
    if (v->kind == NET_CARRIER)
        return v->asn != 0;
    if (v->kind != NET_VPN_GATEWAY)
        return is_gateway_kind(v->kind);
    /* The BGP of all tunnels is spoken elsewhere, and so are the tunnels. */
    bool any = false, own = false;
    for (uint32_t i = 0; i < n->ends.count; i++) {
        any = any || n->ends.items[i].node == node;
        own = own || n->ends.items[i].speaker == node;
    }
    return own || !any;
}

bool net_gateway_config(const struct net *n, uint32_t speaker,
                        const struct net_gateway_names *names, struct text *t)
{
    assert(speaker < n->nodes.count);
    struct gateway g = { .n = n, .speaker = speaker, .node = &n->nodes.items[speaker], .t = t };
    if (names)
        g.names = *names;
    if (!g.names.fabric)
        g.names.fabric = "gateway";
    if (!g.names.outside)
        g.names.outside = "public";
    put_head(&g);
    gateway_tunnels(&g);
    if (g.node->asn)
        put_bgp(&g);
    PUT(&g, "end\n");
    return !t->cut;
}
