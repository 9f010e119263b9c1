/* Which way packets take around a Route Server: between two of them, to spokes, past what BGP
 * cannot override, over several circuits. */
#include <string.h>

#include "check/check.h"
#include "check/learn.h"
#include "check/rules/rules.h"
#include "cloud/assign.h"
#include "cloud/azure/facts.h"

static const struct announce_list *announced_by(const struct learn_peer *p)
{
    return &p->announced[p->speaks[0] ? 0 : 1];
}

/* ---- between two Route Servers --------------------------------------------------------------- */

struct transit {
    const struct learn_peer *peer[2]; /* who announces, to whom a neighbor is */
    struct ip_addr addr[2];           /* of the session between the two */
};

/* Whether a route map takes AS numbers out of the path. */
static bool map_rewrites(const struct config *c, const char *name)
{
    const struct config_route_map *m = name ? config_route_map_find(c, name) : NULL;
    for (uint32_t i = 0; m && i < m->entries.n; i++)
        for (uint32_t k = 0; k < m->entries.v[i].sets.n; k++)
            if (m->entries.v[i].sets.v[k].kind == SET_AS_PATH_EXCLUDE ||
                m->entries.v[i].sets.v[k].kind == SET_AS_PATH_REPLACE)
                return true;
    return false;
}

/* Whether an entry of the list, of that kind, means 65515 wherever it stands: `^65515_` means what
 * the device's own Route Server announced, and no more. */
static bool list_means_azure(const struct config *c, const char *name, bool permit)
{
    const struct config_as_path_list *l = name ? config_as_path_list_find(c, name) : NULL;
    for (uint32_t i = 0; l && i < l->entries.n; i++) {
        const struct config_as_path_entry *e = &l->entries.v[i];
        if (e->permit == permit && e->regex[0] != '^' && strstr(e->regex, "65515"))
            return true;
    }
    return false;
}

/* Whether a route map denies them: what Azure announced is not to be passed on. */
static bool map_denies(const struct config *c, const char *name)
{
    const struct config_route_map *m = name ? config_route_map_find(c, name) : NULL;
    for (uint32_t i = 0; m && i < m->entries.n; i++)
        for (uint32_t k = 0; k < m->entries.v[i].matches.n && !m->entries.v[i].permit; k++) {
            const struct config_match *match = &m->entries.v[i].matches.v[k];
            for (uint32_t x = 0; match->kind == MATCH_AS_PATH && x < match->names.n; x++)
                if (list_means_azure(c, match->names.v[x], true))
                    return true;
        }
    return false;
}

/* Whether the device's settings for the neighbor, in that direction, keep 65515 from being passed
 * on, by rewriting the path or by a filter. */
static bool is_handled(const struct check *c, const struct check_device *d,
                       const struct ip_addr *neighbor, enum config_direction dir)
{
    const struct config_neighbor *n = announce_neighbor(c, d, neighbor);
    if (!n)
        return true; /* nothing is passed on */
    const struct config_neighbor_af *af = &n->af[CONFIG_AF_IPV4];
    return (dir == DIR_OUT && af->as_override == TRI_YES) ||
           map_rewrites(d->config, af->route_map[dir]) ||
           map_denies(d->config, af->route_map[dir]) ||
           list_means_azure(d->config, af->filter_list[dir], false);
}

static void path_is_rewritten(struct check *c, const struct check_rule *rule,
                              const struct transit *t)
{
    const struct learn_peer *from = t->peer[0], *to = t->peer[1];
    const struct azure_route_server *rs = to->server;
    if (is_handled(c, from->device, &t->addr[1], DIR_OUT) ||
        is_handled(c, to->device, &t->addr[0], DIR_IN))
        return;
    for (uint32_t s = 0; s < 2 && s < rs->virtual_router_ips.count; s++) {
        const struct ip_addr *a = &rs->virtual_router_ips.items[s];
        const struct config_neighbor *n = look_neighbor(c, to->device, a);
        char text[IP_TEXT_MAX];
        if (!is_handled(c, to->device, a, DIR_OUT))
            check_report_line(c, rule, to->device, n ? n->at.line : 0,
                              "%s passes on to %s what %s has from another Route Server: AS 65515 "
                              "is in the path",
                              to->vm->o.name, look_addr_text(a, text), from->vm->o.name);
    }
}

/* Without a tunnel the fabric sends what one appliance hands to the other by its own routes: back
 * to the first one. */
static void way_is_a_tunnel(struct check *c, const struct check_rule *rule, const struct transit *t)
{
    const struct learn_peer *p = t->peer[0];
    const struct azure_subnet *s = p->nic->subnet;
    bool plain = look_vnet_has_addr(look_vnet_of_nic(p->nic), &t->addr[0]);
    if (!plain || (s->route_table && s->route_table->disable_bgp_route_propagation))
        return;
    const struct topo_object *objects[] = { &p->vm->o, &t->peer[1]->vm->o, NULL };
    check_report_at(c, rule, objects, NULL,
                    "%s and %s exchange the routes of two Route Servers without a tunnel between "
                    "them",
                    p->vm->o.name, t->peer[1]->vm->o.name);
}

static uint32_t peer_at(struct net_map *by_vm, const struct topo_object *vm)
{
    const uint32_t *at = net_map_find(by_vm, &vm, sizeof(vm));
    return at ? *at : NET_NONE;
}

static void servers_are_joined_by_appliances(struct check *c, const struct check_rule *rule)
{
    struct learn *l = learn_get(c);
    struct net_map by_vm;
    net_map_init(&by_vm, c->arena);
    for (uint32_t i = 0; l && i < l->peers.count; i++) {
        const struct learn_peer *p = &l->peers.items[i];
        const void *key = p->device ? &p->vm->o : NULL;
        uint32_t *at = key ? net_map_make(&by_vm, &key, sizeof(key)) : NULL;
        if (at && *at == NET_NONE)
            *at = i;
    }
    for (uint32_t i = 0; l && i < c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i];
        if (s->node[1] == NET_NONE || s->node[0] == NET_NONE)
            continue;
        uint32_t a = peer_at(&by_vm, c->net->nodes.items[s->node[0]].object);
        uint32_t b = peer_at(&by_vm, c->net->nodes.items[s->node[1]].object);
        if (a == NET_NONE || b == NET_NONE || l->peers.items[a].server == l->peers.items[b].server)
            continue;
        struct transit there = { { &l->peers.items[a], &l->peers.items[b] },
                                 { s->addr[0], s->addr[1] } };
        struct transit back = { { there.peer[1], there.peer[0] }, { s->addr[1], s->addr[0] } };
        path_is_rewritten(c, rule, &there);
        path_is_rewritten(c, rule, &back);
        if (s->tunnel == NET_NONE)
            way_is_a_tunnel(c, rule, &there);
    }
}

/* ---- spokes ---------------------------------------------------------------------------------- */

/* Whether all of the subnets that the place means have a user route to the destination. */
static bool has_user_routes(const struct check *c, const struct topo_place *place,
                            const struct azure_vnet *v, const struct prefix *to)
{
    struct prefix from;
    if (learn_spaces(place, &from, 1) == 0)
        return true;
    for (uint32_t i = 0; i < v->subnets.count; i++) {
        const struct azure_subnet *s = &v->subnets.items[i];
        bool meant = prefix_covers(&from, &s->address_prefix) ||
                     prefix_covers(&s->address_prefix, &from);
        if (meant && !look_user_route(c, s->route_table, to))
            return false;
    }
    return true;
}

/* Whether the network reaches the prefix by itself: it, or a network that it is peered with. */
static bool is_near(struct learn *l, const struct check *c, const struct azure_vnet *v,
                    const struct topo_place *to)
{
    const struct azure_vnet *other = learn_vnet_of(to);
    return other && (other == v || learn_peering(l, c, v, other));
}

static void spoke_learns(struct check *c, const struct check_rule *rule,
                         const struct topo_place *from, const struct topo_place *to)
{
    struct learn *l = learn_get(c);
    const struct azure_vnet *v = learn_vnet_of(from);
    const struct azure_peering *p = NULL;
    struct prefix destination;
    char text[PREFIX_TEXT_MAX];
    if (!l || !v || learn_hub(l, c, v) || is_near(l, c, v, to) ||
        learn_spaces(to, &destination, 1) == 0 || has_user_routes(c, from, v, &destination))
        return;
    while ((p = learn_next_peering(l, c, v, p)))
        if (look_route_server(c, p->remote_virtual_network) && !p->use_remote_gateways) {
            check_report(c, rule, &p->o, "use_remote_gateways",
                         "%s does not use the Route Server of %s, and has no user route to %s",
                         v->o.name, p->remote_virtual_network->o.name,
                         look_prefix_text(&destination, text));
            return;
        }
}

static void spokes_learn(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->requirements.connect.count; i++) {
        const struct topo_pair *pair = &c->topo->requirements.connect.items[i];
        spoke_learns(c, rule, &pair->from, &pair->to);
        spoke_learns(c, rule, &pair->to, &pair->from);
    }
}

/* ---- what BGP does not override -------------------------------------------------------------- */

/* The peer of the Route Server that announces a prefix of the network `v`, or of a part of it,
 * which covers `p`; NULL: none does. */
static const struct learn_peer *draws(struct learn *l, const struct check *c,
                                      const struct azure_route_server *rs,
                                      const struct azure_vnet *v, const struct prefix *p)
{
    uint32_t first = l->first_peer[rs - c->topo->azure.route_servers.items];
    for (uint32_t i = first; i < first + rs->peers.count; i++) {
        const struct announce *a = announce_covers(announced_by(&l->peers.items[i]), p);
        if (a && look_vnet_has_prefix(v, &a->prefix))
            return &l->peers.items[i];
    }
    return NULL;
}

/* `hub` is the network with the Route Server, by whose gateway packets come. */
static void gateway_asks_appliance(struct check *c, const struct check_rule *rule,
                                   const struct azure_vnet *hub, const struct topo_pair *pair,
                                   bool swapped)
{
    struct learn *l = learn_get(c);
    const struct topo_place *to = swapped ? &pair->from : &pair->to;
    const struct azure_vnet *v = learn_vnet_of(to);
    const struct azure_route_server *rs = look_route_server(c, hub);
    const struct azure_subnet *s = azure_subnet_named(hub, "GatewaySubnet");
    struct prefix p;
    char text[PREFIX_TEXT_MAX];
    if (!rs || !s || is_near(l, c, hub, swapped ? &pair->to : &pair->from) ||
        learn_spaces(to, &p, 1) == 0)
        return;
    const struct learn_peer *peer = draws(l, c, rs, v, &p);
    const struct azure_route *r = look_user_route(c, s->route_table, &p);
    if (!peer || (r && r->next_hop_type == AZURE_HOP_VIRTUAL_APPLIANCE))
        return;
    const struct topo_object *objects[] = { &peer->vm->o, &s->o, &rs->o, NULL };
    check_report_at(
        c, rule, objects, s->o.node,
        "packets for %s are to pass %s, which announces them, but the gateway of %s follows "
        "the network's own route: the appliance is by-passed",
        look_prefix_text(&p, text), peer->vm->o.name, hub->o.name);
}

static void appliances_are_passed(struct check *c, const struct check_rule *rule)
{
    struct learn *l = learn_get(c);
    if (cloud_is_so(c->limits, &azure_facts[AZURE_RS_OVERRIDES_VNET]))
        return;
    for (uint32_t i = 0; l && i < c->topo->requirements.connect.count; i++) {
        const struct topo_pair *pair = &c->topo->requirements.connect.items[i];
        /* What is to be encrypted goes through tunnels, not to the network itself. */
        for (int swapped = pair->encrypted ? 2 : 0; swapped < 2; swapped++) {
            const struct azure_vnet *v = learn_vnet_of(swapped ? &pair->from : &pair->to);
            const struct azure_peering *p = NULL;
            if (v)
                gateway_asks_appliance(c, rule, v, pair, swapped);
            while (v && (p = learn_next_peering(l, c, v, p)))
                gateway_asks_appliance(c, rule, p->remote_virtual_network, pair, swapped);
        }
    }
}

/* ---- next hops ------------------------------------------------------------------------------- */

static void next_hop_is_reached(struct check *c, const struct check_rule *rule,
                                const struct learn_peer *p, const struct config_set *set)
{
    struct learn *l = learn_get(c);
    const struct azure_vnet *v = p->server->virtual_network;
    const struct azure_peering *with = NULL;
    char text[IP_TEXT_MAX];
    if (set->kind != SET_IP_NEXT_HOP || look_vnet_has_addr(v, &set->address))
        return;
    while ((with = learn_next_peering(l, c, v, with)))
        if (look_vnet_has_addr(with->remote_virtual_network, &set->address))
            return;
    check_report_line(c, rule, p->device, set->at.line,
                      "next hop %s is neither in %s nor in a network that is peered with it",
                      look_addr_text(&set->address, text), v->o.name);
}

static void next_hops_are_reached(struct check *c, const struct check_rule *rule)
{
    struct learn *l = learn_get(c);
    for (uint32_t i = 0; l && i < l->peers.count; i++) {
        const struct learn_peer *p = &l->peers.items[i];
        const struct config_neighbor *n =
            p->device && p->server->virtual_router_ips.count > 0
                ? announce_neighbor(c, p->device, &p->server->virtual_router_ips.items[0])
                : NULL;
        if (!n)
            continue;
        const char *name = n->af[CONFIG_AF_IPV4].route_map[DIR_OUT];
        const struct config_route_map *m = name ? config_route_map_find(p->device->config, name)
                                                : NULL;
        for (uint32_t e = 0; m && e < m->entries.n; e++)
            for (uint32_t k = 0; k < m->entries.v[e].sets.n; k++)
                next_hop_is_reached(c, rule, p, &m->entries.v[e].sets.v[k]);
    }
}

/* ---- the same prefix twice ------------------------------------------------------------------- */

/* Notes what the circuits of the network's gateway offer: a prefix to the index of its connection.
 * `twice` (may be NULL) becomes a connection that brings what another circuit brings, too. */
static void note_circuits(struct check *c, struct learn *l, const struct azure_vnet *v,
                          struct net_map *ret_prefixes, const struct azure_connection **twice)
{
    const struct azure_connection *all = c->topo->azure.connections.items, *conn = NULL;
    const struct azure_vnet_gateway *g = look_gateway(c, v, AZURE_GATEWAY_EXPRESS_ROUTE);
    net_map_init(ret_prefixes, c->arena);
    while (g && (conn = learn_next_connection(l, c, g, conn))) {
        const struct learn_offer *o = NULL;
        while ((o = learn_next_offer(l, c, conn->express_route_circuit, o))) {
            uint32_t *at = o->vnet != v ? net_map_make(ret_prefixes, &o->prefix, sizeof(o->prefix))
                                        : NULL;
            if (at && *at == NET_NONE)
                *at = (uint32_t)(conn - all);
            else if (at && twice && all[*at].express_route_circuit != conn->express_route_circuit &&
                     all[*at].routing_weight == conn->routing_weight)
                *twice = conn;
        }
    }
}

static void circuits_share_no_more(struct check *c, const struct check_rule *rule)
{
    struct learn *l = learn_get(c);
    if (!l || !cloud_is_so(c->limits, &azure_facts[AZURE_RS_ER_ECMP_LOST]))
        return;
    for (uint32_t i = 0; i < c->topo->azure.route_servers.count; i++) {
        const struct azure_route_server *rs = &c->topo->azure.route_servers.items[i];
        const struct azure_connection *twice = NULL;
        struct net_map prefixes;
        note_circuits(c, l, rs->virtual_network, &prefixes, &twice);
        if (!twice)
            continue;
        const struct topo_object *objects[] = { &twice->virtual_network_gateway->o, &twice->o,
                                                &rs->o, NULL };
        check_report_at(c, rule, objects, twice->o.node,
                        "%s brings what another circuit of %s brings, but beside %s they do not "
                        "share the traffic",
                        twice->o.name, twice->virtual_network_gateway->o.name, rs->o.name);
    }
}

static void appliance_is_preferred(struct check *c, const struct check_rule *rule,
                                   const struct learn_peer *p, struct net_map *circuits)
{
    const struct announce_list *said = announced_by(p);
    char text[PREFIX_TEXT_MAX];
    for (uint32_t i = 0; i < said->list.count; i++) {
        const struct announce *a = &said->list.items[i];
        const uint32_t *at = net_map_find(circuits, &a->prefix, sizeof(a->prefix));
        if (at && *at != NET_NONE)
            check_report_line(c, rule, p->device, a->line,
                              "%s is announced by %s, and comes over ExpressRoute too, which wins",
                              look_prefix_text(&a->prefix, text), p->vm->o.name);
    }
}

static void preference_is_known(struct check *c, const struct check_rule *rule)
{
    struct learn *l = learn_get(c);
    for (uint32_t i = 0; l && i < c->topo->azure.route_servers.count; i++) {
        const struct azure_route_server *rs = &c->topo->azure.route_servers.items[i];
        struct net_map circuits;
        if (rs->hub_routing_preference != AZURE_PREFER_EXPRESS_ROUTE || !rs->virtual_network)
            continue;
        note_circuits(c, l, rs->virtual_network, &circuits, NULL);
        for (uint32_t k = 0; k < rs->peers.count; k++)
            appliance_is_preferred(c, rule, &l->peers.items[l->first_peer[i] + k], &circuits);
    }
}

/* ---- a change -------------------------------------------------------------------------------- */

/* Networks of a topology by name, as bits: has a gateway, has a Route Server. */
enum { HAS_GATEWAY = 1, HAS_SERVER = 2 };

static void note_bit(struct check *c, struct net_map *m, const struct azure_vnet *v, uint32_t bit)
{
    size_t len = v ? strlen(v->o.name) : 0;
    uint32_t *at = len && len <= NET_KEY_MAX ? net_map_make(m, v->o.name, len) : NULL;
    (void)c;
    if (at)
        *at = (*at == NET_NONE ? 0 : *at) | bit;
}

static void note_networks(struct check *c, const struct topo *t, struct net_map *ret)
{
    net_map_init(ret, c->arena);
    for (uint32_t i = 0; i < t->azure.virtual_network_gateways.count; i++)
        note_bit(c, ret, t->azure.virtual_network_gateways.items[i].virtual_network, HAS_GATEWAY);
    for (uint32_t i = 0; i < t->azure.route_servers.count; i++)
        note_bit(c, ret, t->azure.route_servers.items[i].virtual_network, HAS_SERVER);
}

static uint32_t bits_of(struct net_map *m, const struct azure_vnet *v)
{
    size_t len = strlen(v->o.name);
    const uint32_t *at = len && len <= NET_KEY_MAX ? net_map_find(m, v->o.name, len) : NULL;
    return at ? *at : 0;
}

static void servers_come_and_go(struct check *c, const struct check_rule *rule)
{
    struct net_map before, now;
    if (!c->before || !cloud_is_so(c->limits, &azure_facts[AZURE_RS_DEPLOY_INTERRUPTS]))
        return;
    note_networks(c, c->before, &before);
    note_networks(c, c->topo, &now);
    for (uint32_t i = 0; i < c->topo->azure.virtual_networks.count; i++) {
        const struct azure_vnet *v = &c->topo->azure.virtual_networks.items[i];
        uint32_t was = bits_of(&before, v), is = bits_of(&now, v);
        if (!(was & HAS_GATEWAY) || !((was ^ is) & HAS_SERVER))
            continue;
        const struct azure_route_server *rs = look_route_server(c, v);
        check_report(c, rule, rs ? &rs->o : &v->o, NULL,
                     "%s a Route Server in %s, which has a gateway, interrupts its traffic",
                     rs ? "creating" : "deleting", v->o.name);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_route_paths[] = {
    {
        .id = "R092",
        .scope = "Route Server, several regions",
        .severity = DIAG_ERROR,
        .title =
            "appliances between two Route Servers take 65515 out of the path, and have a tunnel "
            "between them",
        .symptom = "the routes are refused, or packets loop between the appliances",
        .remedy = "as-override towards Route Server, and VXLAN or IPsec between the appliances; or "
                  "user routes and no route propagation in their subnets",
        .source = "ARSMR, FAB",
        .facts = { &azure_facts[AZURE_RS_LOOP_REFUSED], &azure_facts[AZURE_RS_TWO_DO_NOT_FORWARD] },
        .run = servers_are_joined_by_appliances,
    },
    {
        .id = "R093",
        .scope = "Route Server and spokes",
        .severity = DIAG_ERROR,
        .title = "a spoke uses the hub's Route Server, or has user routes",
        .symptom = "machines of the spoke have no route",
        .remedy = "use_remote_gateways on the spoke's peering and allow_gateway_transit on the "
                  "hub's, or a route table",
        .source = "ARSTS, S6",
        .facts = { &azure_facts[AZURE_RS_ANNOUNCES] },
        .run = spokes_learn,
    },
    {
        .id = "R094",
        .scope = "Route Server",
        .severity = DIAG_ERROR,
        .title =
            "nothing that has to pass an appliance relies on BGP where the network's own routes "
            "win",
        .symptom = "the appliance is by-passed: routes of the network, of peerings and of service "
                   "endpoints win over BGP, even over longer prefixes",
        .remedy = "a user route to the appliance, on GatewaySubnet too",
        .source = "UDR, ARSFAQ, S7",
        .facts = { &azure_facts[AZURE_RS_OVERRIDES_VNET], &azure_facts[AZURE_VNET_SYSTEM_WINS] },
        .run = appliances_are_passed,
    },
    {
        .id = "R095",
        .scope = "Route Server",
        .severity = DIAG_ERROR,
        .title = "a next hop that an appliance sets is in the network, or in a peered one",
        .symptom = "a black hole",
        .remedy = "the address of the appliance or of an internal load balancer",
        .source = "ARSNH",
        .facts = { &azure_facts[AZURE_RS_THIRD_NEXT_HOP] },
        .run = next_hops_are_reached,
    },
    {
        .id = "R096",
        .scope = "Route Server and ExpressRoute",
        .severity = DIAG_WARNING,
        .title = "beside a Route Server circuits are not expected to share traffic",
        .symptom = "one of the links is idle",
        .remedy = "know it, and say which one is preferred: routing_weight",
        .source = "ARSTS",
        .facts = { &azure_facts[AZURE_RS_ER_ECMP_LOST] },
        .run = circuits_share_no_more,
    },
    {
        .id = "R097",
        .scope = "Route Server, a change",
        .severity = DIAG_WARNING,
        .title =
            "no Route Server is created or deleted in a network with gateways while it is used",
        .symptom = "traffic between machines and sites is interrupted",
        .remedy = "plan a maintenance window",
        .source = "ARSTS",
        .facts = { &azure_facts[AZURE_RS_DEPLOY_INTERRUPTS] },
        .of_change = true,
        .run = servers_come_and_go,
    },
    {
        .id = "R098",
        .scope = "Route Server",
        .severity = DIAG_WARNING,
        .title =
            "what an appliance announces does not come over ExpressRoute too, unless the hub's "
            "routing preference says who wins",
        .symptom = "the way by the appliance is not used",
        .remedy = "hub_routing_preference, or longer prefixes from the appliance",
        .source = "ARSRP",
        .facts = { &azure_facts[AZURE_RS_PREFERENCE] },
        .run = preference_is_known,
    },
    { .id = NULL },
};
