/* The design as a whole: who reaches whom, what cuts them, whether everything is there. */
#include <string.h>

#include "check/check.h"
#include "check/look.h"
#include "check/reach.h"
#include "check/routes.h"
#include "check/rules/rules.h"
#include "cloud/gcp/facts.h"
#include "net/map.h"
#include "topo/kinds.h"

/* ---- ways ------------------------------------------------------------------------------------ */

/* Peerings are not passed on: what is behind a peered network is reached by its gateway, or by an
 * appliance that a user route names. */
static void pair_has_routes(struct check *c, const struct check_rule *rule,
                            const struct topo_pair *p)
{
    const struct azure_vnet *v = routes_missing(c, &p->from, &p->to);
    const struct topo_object *objects[] = { &p->o, v ? &v->o : NULL, NULL };
    const struct azure_vnet *from = learn_vnet_of(&p->from);
    if (v)
        check_report_at(c, rule, objects, NULL,
                        "%s has no route to %s: no gateway, none of a peered network that it uses, "
                        "and no user route",
                        v->o.name, (v == from ? &p->to : &p->from)->object->name);
}

static void no_way(struct check *c, const struct check_rule *rule, const struct topo_pair *p)
{
    const struct check_loss loss = { p->from.object, p->to.object, NET_NONE, NET_NONE };
    check_report(c, rule, &p->o, NULL, "there is no way between %s and %s", p->from.object->name,
                 p->to.object->name);
    check_last_loses(c, &loss);
}

static void pairs_are_joined(struct check *c, const struct check_rule *rule)
{
    const struct topo_requirements *q = &c->topo->requirements;
    struct reach *r = q->connect.count ? reach_new(c, true) : NULL;
    for (uint32_t i = 0; r && i < q->connect.count; i++) {
        const struct topo_pair *p = &q->connect.items[i];
        if (!reach_joined(r, p->from.object, p->to.object))
            no_way(c, rule, p);
        else
            pair_has_routes(c, rule, p);
    }
}

/* Two places that a tunnel joins; places are the names that nodes and objects share. */
struct site_pair {
    const void *a, *b;
};

/* Those that must not talk have no tunnel to each other; what routes allow is not known here. */
static void pairs_are_apart(struct check *c, const struct check_rule *rule)
{
    const struct topo_requirements *q = &c->topo->requirements;
    struct net_map joined;
    net_map_init(&joined, c->arena);
    for (uint32_t k = 0; q->isolate.count > 0 && k < c->net->tunnels.count; k++) {
        const struct net_tunnel *t = &c->net->tunnels.items[k];
        if (t->fault != NET_FINE)
            continue;
        const struct site_pair p = { look_node(c, &c->net->ends.items[t->end[0]])->site,
                                     look_node(c, &c->net->ends.items[t->end[1]])->site };
        (void)net_map_make(&joined, &p, sizeof(p));
    }
    for (uint32_t i = 0; i < q->isolate.count; i++) {
        const struct topo_pair *p = &q->isolate.items[i];
        const struct site_pair way = { p->from.object->name, p->to.object->name };
        const struct site_pair back = { way.b, way.a };
        if (net_map_find(&joined, &way, sizeof(way)) || net_map_find(&joined, &back, sizeof(back)))
            check_report(c, rule, &p->o, NULL, "a tunnel joins %s and %s", p->from.object->name,
                         p->to.object->name);
    }
}

static void required_ways_are_there(struct check *c, const struct check_rule *rule)
{
    pairs_are_joined(c, rule);
    pairs_are_apart(c, rule);
}

static void a_zone_cuts_nobody(struct check *c, const struct check_rule *rule, struct reach *r,
                               uint32_t number)
{
    const struct topo_requirements *q = &c->topo->requirements;
    const char *zone = reach_fail_zone(r, number);
    for (uint32_t i = 0; i < q->connect.count; i++) {
        const struct topo_pair *p = &q->connect.items[i];
        const struct topo_object *objects[] = { &p->o, NULL, NULL };
        const struct check_loss loss = { p->from.object, p->to.object, NET_NONE, number };
        if (!reach_zone_cuts(r, p->from.object, p->to.object, &objects[1]))
            continue;
        check_report_at(c, rule, objects, NULL, "the failure of %s cuts %s off from %s", zone,
                        p->from.object->name, p->to.object->name);
        check_last_loses(c, &loss);
    }
}

static void zones_cut_nobody(struct check *c, const struct check_rule *rule, struct reach *r)
{
    uint32_t zones = reach_zones(r), n = MIN(zones, (uint32_t)REACH_ZONES_MAX);
    const struct topo_requirements *q = &c->topo->requirements;
    for (uint32_t i = 0; i < n && q->connect.count > 0; i++)
        a_zone_cuts_nobody(c, rule, r, i);
    if (n < zones && q->connect.count > 0) {
        check_report(c, rule, &q->connect.items[0].o, NULL,
                     "%u zones are named, of %u the failure was not looked at", zones, zones - n);
        check_last_is(c, DIAG_NOTE);
    }
}

static void single_failures_cut_nobody(struct check *c, const struct check_rule *rule)
{
    const struct topo_requirements *q = &c->topo->requirements;
    struct reach *r = q->redundancy ? reach_new(c, true) : NULL;
    if (r)
        zones_cut_nobody(c, rule, r);
    for (uint32_t i = 0; r && i < q->connect.count; i++) {
        const struct topo_pair *p = &q->connect.items[i];
        struct reach_cut cut = { 0 };
        if (!reach_joined(r, p->from.object, p->to.object))
            continue;
        while (reach_next_cut(r, p->from.object, p->to.object, &cut)) {
            const struct topo_object *objects[] = { &p->o, cut.object, NULL };
            const struct check_loss loss = { p->from.object, p->to.object, cut.vertex, NET_NONE };
            check_report_at(c, rule, objects, NULL, "the failure of %s cuts %s off from %s",
                            cut.name, p->from.object->name, p->to.object->name);
            check_last_loses(c, &loss);
        }
    }
}

/* ---- overlaps -------------------------------------------------------------------------------- */

struct spaces {
    struct look_space *items;
    uint32_t count;
};

static void add_space(struct spaces *s, const struct prefix *p, const struct topo_object *o,
                      const char *key)
{
    if (p->family != IP_NONE)
        s->items[s->count++] = (struct look_space){ .prefix = *p,
                                                    .object = o,
                                                    .at = o->node ? lang_get(o->node, key) : NULL };
}

/* The addresses inside of a device's tunnels and VXLANs; returns how many there are, and adds them
 * where `s` is not NULL. */
static uint32_t inside_spaces(const struct check_device *d, struct spaces *s)
{
    uint32_t n = d->device->vxlan.count;
    for (uint32_t i = 0; s && i < n; i++) {
        const struct topo_ifaddr *a = &d->device->vxlan.items[i].address;
        struct prefix p = prefix_of(&a->addr, a->len);
        add_space(s, &p, d->owner, "device");
    }
    for (uint32_t i = 0; d->config && i < d->config->interfaces.n; i++) {
        const struct config_interface *f = &d->config->interfaces.v[i];
        for (uint32_t k = 0; f->is_tunnel && k < f->addresses.n; k++, n++) {
            struct ip_addr a = prefix_addr(&f->addresses.v[k].prefix);
            struct prefix p = prefix_of(&a, f->addresses.v[k].prefix.len);
            if (s)
                add_space(s, &p, d->owner, "device");
        }
    }
    return n;
}

static uint32_t count_spaces(const struct topo *t)
{
    uint32_t n = t->gcp.subnetworks.count;
    for (uint32_t i = 0; i < t->azure.virtual_networks.count; i++)
        n += t->azure.virtual_networks.items[i].address_space.count;
    for (uint32_t i = 0; i < t->aws.vpcs.count; i++)
        n += t->aws.vpcs.items[i].cidr_blocks.count;
    for (uint32_t i = 0; i < t->soracom.virtual_private_gateways.count; i++)
        n += t->soracom.virtual_private_gateways.items[i].device_ranges.count;
    for (uint32_t i = 0; i < t->sites.sites.count; i++)
        n += t->sites.sites.items[i].networks.count;
    return n;
}

static void fill_spaces(const struct topo *t, struct spaces *s)
{
    for (uint32_t i = 0; i < t->azure.virtual_networks.count; i++) {
        const struct azure_vnet *v = &t->azure.virtual_networks.items[i];
        for (uint32_t k = 0; k < v->address_space.count; k++)
            add_space(s, &v->address_space.items[k], &v->o, "address_space");
    }
    for (uint32_t i = 0; i < t->aws.vpcs.count; i++) {
        const struct aws_vpc *v = &t->aws.vpcs.items[i];
        for (uint32_t k = 0; k < v->cidr_blocks.count; k++)
            add_space(s, &v->cidr_blocks.items[k], &v->o, "cidr_blocks");
    }
    for (uint32_t i = 0; i < t->gcp.subnetworks.count; i++)
        add_space(s, &t->gcp.subnetworks.items[i].ip_cidr_range, &t->gcp.subnetworks.items[i].o,
                  "ip_cidr_range");
    for (uint32_t i = 0; i < t->soracom.virtual_private_gateways.count; i++) {
        const struct soracom_vpg *v = &t->soracom.virtual_private_gateways.items[i];
        for (uint32_t k = 0; k < v->device_ranges.count; k++)
            add_space(s, &v->device_ranges.items[k], &v->o, "device_ranges");
    }
    for (uint32_t i = 0; i < t->sites.sites.count; i++) {
        const struct site *v = &t->sites.sites.items[i];
        for (uint32_t k = 0; k < v->networks.count; k++)
            add_space(s, &v->networks.items[k].prefix, &v->networks.items[k].o, "prefix");
    }
}

struct overlap_context {
    struct check *c;
    const struct check_rule *rule;
    struct reach *reach;
};

static const struct topo_object *place_of(const struct topo_object *o)
{
    return o->parent ? o->parent : o;
}

/* Inside addresses: of a device. */
static bool is_inside(const struct check *c, const struct look_space *s)
{
    return look_device_of(c, s->object) != NULL;
}

/* Networks that nothing joins may have the same addresses, and one of GCP's is of several subnets.
 */
static void overlap(void *context, const struct look_space *wide, const struct look_space *narrow)
{
    const struct overlap_context *x = context;
    const struct topo_object *a = place_of(wide->object), *b = place_of(narrow->object);
    char text[PREFIX_TEXT_MAX], other[PREFIX_TEXT_MAX];
    if (a == b || (is_inside(x->c, wide) && is_inside(x->c, narrow)) || !reach_meet(x->reach, a, b))
        return;
    const struct topo_object *objects[] = { narrow->object, wide->object, NULL };
    check_report_at(x->c, x->rule, objects, narrow->at, "%s of %s overlaps %s of %s",
                    look_prefix_text(&narrow->prefix, text), b->name,
                    look_prefix_text(&wide->prefix, other), a->name);
}

static void nothing_overlaps(struct check *c, const struct check_rule *rule)
{
    uint32_t n = count_spaces(c->topo);
    for (uint32_t i = 0; i < c->device_count; i++)
        n += inside_spaces(&c->devices[i], NULL);
    struct spaces s = { .items = arena_alloc(c->arena, (n + 1) * sizeof(*s.items)) };
    struct overlap_context x = { .c = c, .rule = rule, .reach = reach_new(c, false) };
    if (!s.items || !x.reach)
        return;
    fill_spaces(c->topo, &s);
    for (uint32_t i = 0; i < c->device_count; i++)
        (void)inside_spaces(&c->devices[i], &s);
    look_overlaps(s.items, s.count, overlap, &x);
}

/* ---- tunnels of a device --------------------------------------------------------------------- */

/* A /30 at one device, or at the address of a customer whose device is not here. */
struct link_key {
    const void *device;
    struct ip_addr customer;
    struct prefix link;
};

static uint32_t *make_link(struct net_map *seen, const void *device, const struct ip_addr *customer,
                           const struct prefix *link)
{
    struct link_key key;
    static_assert(sizeof(key) <= NET_KEY_MAX, "a key of the map");
    memset(&key, 0, sizeof(key)); /* its padding is hashed too */
    key.device = device;
    if (customer)
        key.customer = *customer;
    key.link = *link;
    return net_map_make(seen, &key, sizeof(key));
}

static void links_of(struct check *c, const struct check_rule *rule, const struct check_device *d,
                     struct net_map *seen)
{
    for (uint32_t i = 0; i < d->config->interfaces.n; i++) {
        const struct config_interface *f = &d->config->interfaces.v[i];
        if (!f->is_tunnel || f->addresses.n == 0)
            continue;
        const struct prefix *a = &f->addresses.v[0].prefix;
        struct ip_addr addr = prefix_addr(a);
        struct prefix link = prefix_of(&addr, a->len);
        uint32_t *at = make_link(seen, d, NULL, &link);
        char text[PREFIX_TEXT_MAX];
        if (at && *at != NET_NONE)
            check_report_line(c, rule, d, f->at.line, "%s and %s have addresses of the same %s",
                              d->config->interfaces.v[*at].name, f->name,
                              look_prefix_text(&link, text));
        else if (at)
            *at = i;
    }
}

static void links_of_router(struct check *c, const struct check_rule *rule,
                            const struct gcp_router *r, struct net_map *seen)
{
    char text[PREFIX_TEXT_MAX];
    for (uint32_t i = 0; i < r->interfaces.count; i++) {
        const struct gcp_router_interface *f = &r->interfaces.items[i];
        struct prefix link = prefix_of(&f->ip_range.addr, f->ip_range.len);
        uint32_t *at = f->ip_range.addr.family == IP_V4 ? make_link(seen, r, NULL, &link) : NULL;
        if (at && *at != NET_NONE)
            check_report(c, rule, &f->o, "ip_range",
                         "%s and %s of %s have addresses of the same %s",
                         r->interfaces.items[*at].o.name, f->o.name, r->o.name,
                         look_prefix_text(&link, text));
        else if (at)
            *at = i;
    }
}

/* Tunnels of AWS to a customer's device that is not in this topology; of one gateway they are
 * another rule's. */
static void links_of_customer(struct check *c, const struct check_rule *rule,
                              const struct aws_vpn_connection *v, struct net_map *seen)
{
    const struct aws_customer_gateway *g = v->customer_gateway;
    char text[PREFIX_TEXT_MAX];
    for (uint32_t k = 0; g && g->ip_address.addr.family == IP_V4 && k < v->tunnels.count; k++) {
        const struct aws_tunnel *t = &v->tunnels.items[k];
        uint32_t *at = t->inside_cidr.family == IP_V4 && !look_outside(c, &g->ip_address.addr)
                           ? make_link(seen, NULL, &g->ip_address.addr, &t->inside_cidr)
                           : NULL;
        if (at && *at == NET_NONE)
            *at = v->o.index;
        const struct aws_vpn_connection *first = at ? &c->topo->aws.vpn_connections.items[*at] : v;
        if (first->vpn_gateway != v->vpn_gateway || first->transit_gateway != v->transit_gateway)
            check_report(c, rule, &t->o, "inside_cidr",
                         "%s and %s have a tunnel with %s each to the same customer gateway",
                         first->o.name, v->o.name, look_prefix_text(&t->inside_cidr, text));
    }
}

static void links_are_of_one_tunnel(struct check *c, const struct check_rule *rule)
{
    struct net_map seen;
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; i < c->device_count; i++)
        if (c->devices[i].config)
            links_of(c, rule, &c->devices[i], &seen);
    for (uint32_t i = 0; i < c->topo->gcp.routers.count; i++)
        links_of_router(c, rule, &c->topo->gcp.routers.items[i], &seen);
    for (uint32_t i = 0; i < c->topo->aws.vpn_connections.count; i++)
        links_of_customer(c, rule, &c->topo->aws.vpn_connections.items[i], &seen);
}

static bool is_filtered(const struct config_neighbor_af *af)
{
    return af->prefix_list[DIR_IN] || af->filter_list[DIR_IN] || af->route_map[DIR_IN] ||
           af->distribute_list[DIR_IN];
}

static void own_routes_stay_out(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct config *f = c->devices[i].config;
        for (uint32_t k = 0; f && k < f->bgp.neighbors.n; k++) {
            const struct config_neighbor *n = &f->bgp.neighbors.v[k];
            if (n->af[CONFIG_AF_IPV4].allowas_in > 0 && !is_filtered(&n->af[CONFIG_AF_IPV4]))
                check_report_line(c, rule, &c->devices[i], n->at.line,
                                  "neighbor %s may send back what we announce: allowas-in without "
                                  "a filter",
                                  n->name);
        }
    }
}

/* ---- completeness ---------------------------------------------------------------------------- */

/* A router's tunnel that nobody in the design is at the end of. */
static void orphan_tunnels(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->ends.count; i++) {
        const struct net_tunnel_end *e = &c->net->ends.items[i];
        const struct check_device *d = e->interface ? look_device(c, e) : NULL;
        char text[IP_TEXT_MAX];
        struct text t = text_init(text, sizeof(text));
        text_ip(&t, &e->peer_outside);
        bool is_known = look_outside(c, &e->peer_outside) != NULL;
        if (!d || look_peer(c, e) || e->peer_outside.family == IP_NONE)
            continue;
        check_report_line(c, rule, d, e->line,
                          is_known ? "%s leads to %s, which has no tunnel to this router"
                                   : "%s leads to %s, which nothing in this design has",
                          e->interface, text);
        if (!is_known) /* it may be somebody's of whom this design does not speak */
            check_last_is(c, DIAG_WARNING);
    }
}

/* A cloud's tunnel to a router of the design that has none for it. */
static void missing_lines(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->ends.count; i++) {
        const struct net_tunnel_end *e = &c->net->ends.items[i];
        const struct net_tunnel_end *at =
            e->interface || look_peer(c, e) ? NULL : look_outside(c, &e->peer_outside);
        const struct check_device *d = at ? look_device(c, at) : NULL;
        const struct topo_object *objects[] = { e->object, d ? d->owner : NULL, NULL };
        if (d)
            check_report_at(c, rule, objects, NULL, "%s has no tunnel to %s", d->owner->name,
                            look_node(c, e)->name);
    }
}

/* A session that one end of a working tunnel has, while a router at the other one has no line for
 * it; or that a router has alone. */
static void missing_neighbors(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i];
        const struct net_tunnel *t = s->tunnel != NET_NONE ? &c->net->tunnels.items[s->tunnel]
                                                           : NULL;
        if (!t || t->fault != NET_FINE || s->fault != NET_SESSION_ONE_SIDED)
            continue;
        const struct net_tunnel_end *a = &c->net->ends.items[t->end[0]];
        const struct net_tunnel_end *b = &c->net->ends.items[t->end[1]];
        const struct net_tunnel_end *speaks = a->bgp.family != IP_NONE ? a : b;
        const struct net_tunnel_end *silent = speaks == a ? b : a;
        const struct topo_object *objects[] = { silent->object, speaks->object, NULL };
        if (look_device(c, a) || look_device(c, b))
            check_report_at(c, rule, objects, NULL,
                            "%s speaks BGP through its tunnel to %s, which has no neighbor there",
                            look_node(c, speaks)->name, look_node(c, silent)->name);
    }
}

/* The network of a cloud that has the address; NULL: none here. */
static const struct topo_object *network_with(const struct check *c, const struct ip_addr *a)
{
    const struct topo *t = c->topo;
    for (uint32_t i = 0; i < t->azure.virtual_networks.count; i++)
        if (look_vnet_has_addr(&t->azure.virtual_networks.items[i], a))
            return &t->azure.virtual_networks.items[i].o;
    for (uint32_t i = 0; i < t->aws.vpcs.count; i++)
        for (uint32_t k = 0; k < t->aws.vpcs.items[i].cidr_blocks.count; k++)
            if (prefix_has_addr(&t->aws.vpcs.items[i].cidr_blocks.items[k], a))
                return &t->aws.vpcs.items[i].o;
    return NULL;
}

/* A neighbor of a router that would be in a cloud of the design, where nobody has the session. */
static void orphan_neighbors(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i];
        if (s->tunnel != NET_NONE || s->node[1] != NET_NONE)
            continue;
        const struct check_device *d = look_device_of(c, c->net->nodes.items[s->node[0]].object);
        const struct config_neighbor *n = look_neighbor(c, d, &s->addr[1]);
        const struct topo_object *network = n ? network_with(c, &s->addr[1]) : NULL;
        if (network)
            check_report_line(c, rule, d, n->at.line,
                              "neighbor %s lies in %s, where nobody speaks BGP with %s", n->name,
                              network->name, d->owner->name);
    }
}

static void peers_are_complete(struct check *c, const struct check_rule *rule)
{
    orphan_tunnels(c, rule);
    orphan_neighbors(c, rule);
    missing_lines(c, rule);
    missing_neighbors(c, rule);
}

static void note_use(struct net_map *used, const void *object)
{
    if (object)
        (void)net_map_make(used, &object, sizeof(object));
}

static bool is_used(struct net_map *used, const void *object)
{
    return net_map_find(used, &object, sizeof(object)) != NULL;
}

static void customers_are_used(struct check *c, const struct check_rule *rule)
{
    const struct topo *t = c->topo;
    struct net_map used;
    net_map_init(&used, c->arena);
    for (uint32_t i = 0; i < t->azure.connections.count; i++)
        note_use(&used, t->azure.connections.items[i].local_network_gateway);
    for (uint32_t i = 0; i < t->aws.vpn_connections.count; i++)
        note_use(&used, t->aws.vpn_connections.items[i].customer_gateway);
    for (uint32_t i = 0; i < t->azure.local_network_gateways.count; i++) {
        const struct azure_local_gateway *l = &t->azure.local_network_gateways.items[i];
        if (!is_used(&used, l))
            check_report(c, rule, &l->o, NULL, "no connection uses local network gateway %s",
                         l->o.name);
    }
    for (uint32_t i = 0; i < t->aws.customer_gateways.count; i++) {
        const struct aws_customer_gateway *g = &t->aws.customer_gateways.items[i];
        if (!is_used(&used, g))
            check_report(c, rule, &g->o, NULL, "no VPN connection uses customer gateway %s",
                         g->o.name);
    }
}

/* A virtual private gateway with connections alone may be meant: it joins sites. */
static void gateways_have_networks(struct check *c, const struct check_rule *rule)
{
    const struct topo_aws *a = &c->topo->aws;
    for (uint32_t i = 0; i < a->vpn_connections.count; i++) {
        const struct aws_vpn_gateway *g = a->vpn_connections.items[i].vpn_gateway;
        if (!g || g->vpc)
            continue;
        check_report(c, rule, &g->o, NULL, "%s has connections and is attached to no VPC",
                     g->o.name);
        check_last_is(c, DIAG_WARNING);
    }
}

/* Which tunnels start from a gateway, lead to an external one, have an interface; which interfaces
 * of routers have a peer. */
static void note_google(const struct topo_gcp *g, struct net_map *used)
{
    for (uint32_t i = 0; i < g->vpn_tunnels.count; i++) {
        note_use(used, g->vpn_tunnels.items[i].vpn_gateway);
        note_use(used, g->vpn_tunnels.items[i].peer_external_gateway);
    }
    for (uint32_t i = 0; i < g->routers.count; i++)
        for (uint32_t k = 0; k < g->routers.items[i].interfaces.count; k++)
            note_use(used, g->routers.items[i].interfaces.items[k].vpn_tunnel);
}

static bool has_session(const struct gcp_router *r, const struct gcp_router_interface *f)
{
    for (uint32_t i = 0; i < r->peers.count; i++)
        if (r->peers.items[i].interface && strcmp(r->peers.items[i].interface, f->o.name) == 0)
            return true;
    return false;
}

static void google_is_complete(struct check *c, const struct check_rule *rule)
{
    const struct topo_gcp *g = &c->topo->gcp;
    struct net_map used;
    net_map_init(&used, c->arena);
    note_google(g, &used);
    for (uint32_t i = 0; i < g->ha_vpn_gateways.count; i++)
        if (!is_used(&used, &g->ha_vpn_gateways.items[i]))
            check_report(c, rule, &g->ha_vpn_gateways.items[i].o, NULL, "no tunnel starts from %s",
                         g->ha_vpn_gateways.items[i].o.name);
    for (uint32_t i = 0; i < g->external_vpn_gateways.count; i++)
        if (!is_used(&used, &g->external_vpn_gateways.items[i]))
            check_report(c, rule, &g->external_vpn_gateways.items[i].o, NULL,
                         "no tunnel leads to external VPN gateway %s",
                         g->external_vpn_gateways.items[i].o.name);
    for (uint32_t i = 0; i < g->vpn_tunnels.count; i++)
        if (g->vpn_tunnels.items[i].vpn_gateway && !is_used(&used, &g->vpn_tunnels.items[i]))
            check_report(c, rule, &g->vpn_tunnels.items[i].o, NULL,
                         "no Cloud Router has an interface for %s: HA VPN speaks BGP alone",
                         g->vpn_tunnels.items[i].o.name);
    for (uint32_t i = 0; i < g->routers.count; i++)
        for (uint32_t k = 0; k < g->routers.items[i].interfaces.count; k++) {
            const struct gcp_router_interface *f = &g->routers.items[i].interfaces.items[k];
            if (!has_session(&g->routers.items[i], f))
                check_report(c, rule, &f->o, NULL, "interface %s of %s has no BGP peer", f->o.name,
                             g->routers.items[i].o.name);
        }
}

static void objects_are_complete(struct check *c, const struct check_rule *rule)
{
    customers_are_used(c, rule);
    gateways_have_networks(c, rule);
    google_is_complete(c, rule);
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_whole[] = {
    {
        .id = "R174",
        .scope = "any",
        .severity = DIAG_ERROR,
        .title = "places that have to talk are joined, and no tunnel joins those that must not",
        .symptom = "no connection, or one that was forbidden",
        .remedy = "mend the tunnels that stay down, or correct requirements",
        .source = "S1",
        .run = required_ways_are_there,
    },
    {
        .id = "R175",
        .scope = "any",
        .severity = DIAG_ERROR,
        .title = "where redundancy is required no single tunnel, instance, connection, link, "
                 "device or zone cuts a pair",
        .symptom = "an outage when it fails or is maintained",
        .remedy = "a second one beside it, with tunnels of its own",
        .source = "S5",
        .run = single_failures_cut_nobody,
    },
    {
        .id = "R177",
        .scope = "any",
        .severity = DIAG_ERROR,
        .title =
            "networks that are joined, and the insides of tunnels, have addresses of their own",
        .symptom = "a black hole: packets end in the wrong network",
        .remedy = "renumber one of the two",
        .source = "design",
        .run = nothing_overlaps,
    },
    {
        .id = "R178",
        .scope = "a router",
        .severity = DIAG_ERROR,
        .title = "each tunnel of a device has a /30 of its own",
        .symptom = "packets leave by the wrong tunnel",
        .remedy = "plan the /30s anew",
        .source = "S2SVPN",
        .run = links_are_of_one_tunnel,
    },
    {
        .id = "R179",
        .scope = "a router",
        .severity = DIAG_WARNING,
        .title = "no prefix comes back to the network that announces it",
        .symptom = "loops",
        .remedy = "filter inbound what is one's own, or remove allowas-in",
        .source = "ARSMR",
        .run = own_routes_stay_out,
    },
    {
        .id = "R182",
        .scope = "any cloud and a router",
        .severity = DIAG_ERROR,
        .title = "each tunnel of a router ends at an object of the design, and each object that "
                 "leads to a router has its tunnel there",
        .symptom = "a tunnel that is configured on one side alone",
        .remedy = "correct the address, or configure the other side",
        .source = "S4",
        .run = peers_are_complete,
    },
    {
        .id = "R183",
        .scope = "Azure, AWS, Google Cloud",
        .severity = DIAG_ERROR,
        .title = "every gateway for a peer has a connection or tunnel, every tunnel of Google's an "
                 "interface with a BGP peer, every gateway of AWS's a network",
        .symptom = "one leg of the pattern is missing",
        .remedy = "make what is missing, or remove the object",
        .source = "S3, VPNAWS, GCTOP",
        .facts = { &gcp_facts[GCP_VPN_BGP_ONLY] },
        .run = objects_are_complete,
    },
    { .id = NULL },
};
