/* The design as a whole: who reaches whom, what cuts them, whether everything is there. */
#include <string.h>

#include "check/check.h"
#include "check/look.h"
#include "check/reach.h"
#include "check/routes.h"
#include "check/rules/rules.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"
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

static void pairs_are_joined(struct check *c, const struct check_rule *rule)
{
    const struct topo_requirements *q = &c->topo->requirements;
    struct reach *r = q->connect.count ? reach_new(c, true) : NULL;
    for (uint32_t i = 0; r && i < q->connect.count; i++) {
        const struct topo_pair *p = &q->connect.items[i];
        if (!reach_joined(r, p->from.object, p->to.object))
            check_report(c, rule, &p->o, NULL, "there is no way between %s and %s",
                         p->from.object->name, p->to.object->name);
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
                               const char *zone)
{
    const struct topo_requirements *q = &c->topo->requirements;
    for (uint32_t i = 0; i < q->connect.count; i++) {
        const struct topo_pair *p = &q->connect.items[i];
        const struct topo_object *objects[] = { &p->o, NULL, NULL };
        if (reach_zone_cuts(r, p->from.object, p->to.object, &objects[1]))
            check_report_at(c, rule, objects, NULL, "the failure of %s cuts %s off from %s", zone,
                            p->from.object->name, p->to.object->name);
    }
}

static void zones_cut_nobody(struct check *c, const struct check_rule *rule, struct reach *r)
{
    uint32_t zones = reach_zones(r), n = MIN(zones, (uint32_t)REACH_ZONES_MAX);
    const struct topo_requirements *q = &c->topo->requirements;
    for (uint32_t i = 0; i < n && q->connect.count > 0; i++)
        a_zone_cuts_nobody(c, rule, r, reach_fail_zone(r, i));
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
            check_report_at(c, rule, objects, NULL, "the failure of %s cuts %s off from %s",
                            cut.name, p->from.object->name, p->to.object->name);
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

/* Networks that nothing joins may have the same addresses, and one of GCP's is of several subnets.
 */
static void overlap(void *context, const struct look_space *wide, const struct look_space *narrow)
{
    const struct overlap_context *x = context;
    const struct topo_object *a = place_of(wide->object), *b = place_of(narrow->object);
    char text[PREFIX_TEXT_MAX], other[PREFIX_TEXT_MAX];
    if (a == b || !reach_meet(x->reach, a, b))
        return;
    const struct topo_object *objects[] = { narrow->object, wide->object, NULL };
    check_report_at(x->c, x->rule, objects, narrow->at, "%s of %s overlaps %s of %s",
                    look_prefix_text(&narrow->prefix, text), b->name,
                    look_prefix_text(&wide->prefix, other), a->name);
}

static void nothing_overlaps(struct check *c, const struct check_rule *rule)
{
    uint32_t n = count_spaces(c->topo);
    struct spaces s = { .items = arena_alloc(c->arena, (n + 1) * sizeof(*s.items)) };
    struct overlap_context x = { .c = c, .rule = rule, .reach = reach_new(c, false) };
    if (!s.items || !x.reach)
        return;
    fill_spaces(c->topo, &s);
    look_overlaps(s.items, s.count, overlap, &x);
}

/* ---- tunnels of a device --------------------------------------------------------------------- */

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
        struct {
            const void *device;
            struct prefix link;
        } key;
        memset(&key, 0, sizeof(key));
        key.device = d;
        key.link = link;
        uint32_t *at = net_map_make(seen, &key, sizeof(key));
        char text[PREFIX_TEXT_MAX];
        if (at && *at != NET_NONE)
            check_report_line(c, rule, d, f->at.line, "%s and %s have addresses of the same %s",
                              d->config->interfaces.v[*at].name, f->name,
                              look_prefix_text(&link, text));
        else if (at)
            *at = i;
    }
}

static void links_are_of_one_tunnel(struct check *c, const struct check_rule *rule)
{
    struct net_map seen;
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; i < c->device_count; i++)
        if (c->devices[i].config)
            links_of(c, rule, &c->devices[i], &seen);
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

static void peers_are_complete(struct check *c, const struct check_rule *rule)
{
    orphan_tunnels(c, rule);
    missing_lines(c, rule);
    missing_neighbors(c, rule);
}

static void objects_are_used(struct check *c, const struct check_rule *rule)
{
    const struct topo *t = c->topo;
    struct net_map used;
    net_map_init(&used, c->arena);
    for (uint32_t i = 0; i < t->azure.connections.count; i++) {
        const void *l = t->azure.connections.items[i].local_network_gateway;
        if (l)
            (void)net_map_make(&used, &l, sizeof(l));
    }
    for (uint32_t i = 0; i < t->aws.vpn_connections.count; i++) {
        const void *g = t->aws.vpn_connections.items[i].customer_gateway;
        if (g)
            (void)net_map_make(&used, &g, sizeof(g));
    }
    for (uint32_t i = 0; i < t->azure.local_network_gateways.count; i++) {
        const void *l = &t->azure.local_network_gateways.items[i];
        if (!net_map_find(&used, &l, sizeof(l)))
            check_report(c, rule, l, NULL, "no connection uses local network gateway %s",
                         t->azure.local_network_gateways.items[i].o.name);
    }
    for (uint32_t i = 0; i < t->aws.customer_gateways.count; i++) {
        const void *g = &t->aws.customer_gateways.items[i];
        if (!net_map_find(&used, &g, sizeof(g)))
            check_report(c, rule, g, NULL, "no VPN connection uses customer gateway %s",
                         t->aws.customer_gateways.items[i].o.name);
    }
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
        .title = "networks that are joined have addresses of their own",
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
        .scope = "Azure, AWS",
        .severity = DIAG_ERROR,
        .title = "every local network gateway and customer gateway has a connection",
        .symptom = "one leg of the pattern is missing",
        .remedy = "make the connection, or remove the object",
        .source = "S3, VPNAWS",
        .run = objects_are_used,
    },
    { .id = NULL },
};
