/* ExpressRoute: the customer's ends of a circuit and what is announced over it; VPN that runs over
 * it or beside it. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "check/learn.h"
#include "check/rules/rules.h"
#include "cloud/azure/facts.h"

typedef void end_fn(struct check *c, const struct check_rule *rule, const struct learn_end *e);

/* The ends of links at which something is connected. */
static void each_end(struct check *c, const struct check_rule *rule, end_fn *visit)
{
    struct learn *l = learn_get(c);
    for (uint32_t i = 0; l && i < l->end_count; i++)
        if (l->ends[i].link)
            visit(c, rule, &l->ends[i]);
}

typedef void connection_fn(struct check *c, const struct check_rule *rule,
                           const struct azure_connection *v);

/* Connections of ExpressRoute gateways to circuits. */
static void each_circuit_connection(struct check *c, const struct check_rule *rule,
                                    connection_fn *visit)
{
    for (uint32_t i = 0; i < c->topo->azure.connections.count; i++) {
        const struct azure_connection *v = &c->topo->azure.connections.items[i];
        if (v->type == AZURE_CONNECTION_EXPRESS_ROUTE && v->virtual_network_gateway &&
            v->express_route_circuit)
            visit(c, rule, v);
    }
}

static const char *side_name(const struct learn_end *e)
{
    return e->side ? "secondary" : "primary";
}

/* ---- VPN over and beside it ------------------------------------------------------------------ */

/* A prefix that a VPN gateway learns, by the index of its network. */
struct vpn_key {
    const void *network;
    struct prefix prefix;
};

static void note_vpn(struct net_map *m, const struct azure_vnet *v, const struct prefix *p,
                     uint32_t index)
{
    struct vpn_key key;
    memset(&key, 0, sizeof(key));
    key.network = v;
    key.prefix = *p;
    uint32_t *at = net_map_make(m, &key, sizeof(key));
    if (at && *at == NET_NONE)
        *at = index;
}

static uint32_t find_vpn(struct net_map *m, const struct azure_vnet *v, const struct prefix *p)
{
    struct vpn_key key;
    memset(&key, 0, sizeof(key));
    key.network = v;
    key.prefix = *p;
    const uint32_t *at = net_map_find(m, &key, sizeof(key));
    return at ? *at : NET_NONE;
}

/* What the VPN gateways learn, written at local network gateways or announced by routers: with
 * `private_only` over private peering alone, whoever's gateway it is. */
static void note_vpn_routes(struct check *c, struct net_map *ret, bool private_only)
{
    const struct topo_azure *a = &c->topo->azure;
    net_map_init(ret, c->arena);
    for (uint32_t i = 0; i < a->connections.count; i++) {
        const struct azure_connection *v = &a->connections.items[i];
        const struct azure_local_gateway *lng = v->local_network_gateway;
        const struct azure_vnet *of = private_only || !v->virtual_network_gateway
                                          ? NULL
                                          : v->virtual_network_gateway->virtual_network;
        if (v->type != AZURE_CONNECTION_IPSEC ||
            (private_only && !v->local_azure_ip_address_enabled))
            continue;
        for (uint32_t k = 0; lng && k < lng->address_space.count; k++)
            if (lng->address_space.items[k].len < 32)
                note_vpn(ret, of, &lng->address_space.items[k], i);
        const struct net_tunnel_end *e = NULL;
        while ((e = look_next_end(c, &v->o, e))) {
            const struct net_tunnel_end *peer = look_peer(c, e);
            struct announce_list said;
            if (!peer || !announce_to(c, look_device(c, peer), &peer->peer_bgp, &said))
                continue;
            struct prefix end = prefix_of(&peer->outside, ip_bits(peer->outside.family));
            for (uint32_t k = 0; k < said.list.count; k++)
                if (!prefix_eq(&said.list.items[k].prefix, &end)) /* a rule of its own */
                    note_vpn(ret, of, &said.list.items[k].prefix, i);
        }
    }
}

/* Whether a pair that has to be encrypted has an end in the prefix. */
static bool is_secret(const struct check *c, const struct prefix *p)
{
    for (uint32_t i = 0; i < c->topo->requirements.connect.count; i++) {
        const struct topo_pair *pair = &c->topo->requirements.connect.items[i];
        struct prefix from, to;
        if (pair->encrypted && ((learn_spaces(&pair->from, &from, 1) && prefix_covers(p, &from)) ||
                                (learn_spaces(&pair->to, &to, 1) && prefix_covers(p, &to))))
            return true;
    }
    return false;
}

static void prefers_circuit(struct check *c, const struct check_rule *rule,
                            const struct azure_connection *conn, struct net_map *vpn)
{
    const struct azure_vnet *v = conn->virtual_network_gateway->virtual_network;
    const struct learn_offer *o = NULL;
    struct learn *l = learn_get(c);
    char text[PREFIX_TEXT_MAX];
    while (l && (o = learn_next_offer(l, c, conn->express_route_circuit, o))) {
        uint32_t at = o->vnet != v ? find_vpn(vpn, v, &o->prefix) : NET_NONE;
        if (at == NET_NONE)
            continue;
        const struct azure_connection *other = &c->topo->azure.connections.items[at];
        const struct topo_object *objects[] = { &other->o, &conn->o, o->origin, NULL };
        check_report_at(c, rule, objects, other->o.node,
                        "%s learns %s over %s and in clear over %s, which Azure prefers", v->o.name,
                        look_prefix_text(&o->prefix, text), other->o.name, conn->o.name);
        if (!is_secret(c, &o->prefix))
            check_last_is(c, DIAG_WARNING);
    }
}

static void vpn_is_not_bypassed(struct check *c, const struct check_rule *rule)
{
    struct net_map vpn;
    note_vpn_routes(c, &vpn, false);
    for (uint32_t i = 0; vpn.count && i < c->topo->azure.connections.count; i++) {
        const struct azure_connection *v = &c->topo->azure.connections.items[i];
        const struct azure_vnet_gateway *g = v->virtual_network_gateway;
        if (v->type == AZURE_CONNECTION_EXPRESS_ROUTE && g && v->express_route_circuit &&
            g->virtual_network && look_gateway(c, g->virtual_network, AZURE_GATEWAY_VPN))
            prefers_circuit(c, rule, v, &vpn);
    }
}

/* Of both links of a circuit one report: the second one says nothing new. */
static void clients_stay_inside(struct check *c, const struct check_rule *rule)
{
    struct learn *l = learn_get(c);
    struct net_map vpn, seen;
    net_map_init(&seen, c->arena);
    note_vpn_routes(c, &vpn, true);
    for (uint32_t i = 0; l && vpn.count && i < l->end_count; i++) {
        const struct learn_end *e = &l->ends[i];
        for (uint32_t k = 0; k < e->announced.list.count; k++) {
            const struct announce *a = &e->announced.list.items[k];
            char text[PREFIX_TEXT_MAX];
            if (find_vpn(&vpn, NULL, &a->prefix) == NET_NONE ||
                find_vpn(&seen, (const void *)e->router, &a->prefix) != NET_NONE)
                continue;
            note_vpn(&seen, (const void *)e->router, &a->prefix, 0);
            check_report_line(c, rule, e->device, a->line,
                              "%s is announced over ExpressRoute too, not through the VPN alone",
                              look_prefix_text(&a->prefix, text));
        }
    }
}

/* ---- both links ------------------------------------------------------------------------------ */

/* Our address on the link, as the topology or the configuration has it. */
static struct ip_addr address_at(const struct learn_end *e)
{
    const struct config_interface *f =
        e->device && e->device->config && e->interface ? config_interface_find(e->device->config,
                                                                               e->interface)
                                                       : NULL;
    for (uint32_t i = 0; e->router && e->interface && i < e->router->interfaces.count; i++) {
        const struct site_interface *s = &e->router->interfaces.items[i];
        if (strcmp(s->o.name, e->interface) == 0 && s->address.addr.family == IP_V4)
            return s->address.addr;
    }
    for (uint32_t i = 0; f && i < f->addresses.n; i++)
        if (f->addresses.v[i].prefix.family == IP_V4)
            return ip_from_bytes(IP_V4, f->addresses.v[i].prefix.b);
    return (struct ip_addr){ 0 };
}

static void end_is_first_host(struct check *c, const struct check_rule *rule,
                              const struct learn_end *e)
{
    struct ip_addr a = address_at(e);
    char have[IP_TEXT_MAX], want[IP_TEXT_MAX];
    if (!e->router || e->customer.family == IP_NONE)
        return;
    const struct topo_object *objects[] = { &e->router->o, &e->circuit->o, NULL };
    if (a.family == IP_V4 && !ip_eq(&a, &e->customer))
        check_report_at(c, rule, objects, e->link->o.node,
                        "%s has %s on the %s link of %s, Microsoft expects %s", e->router->o.name,
                        look_addr_text(&a, have), side_name(e), e->circuit->o.name,
                        look_addr_text(&e->customer, want));
    else if (e->device && e->device->config && e->device->config->bgp.as && !e->neighbor) {
        check_report_line(c, rule, e->device, e->device->config->bgp.at.line,
                          "no session with %s, Microsoft's end of the %s link of %s",
                          look_addr_text(&e->edge, want), side_name(e), e->circuit->o.name);
        check_last_is(c, DIAG_WARNING);
    }
}

static void both_links_are_used(struct check *c, const struct check_rule *rule)
{
    struct learn *l = learn_get(c);
    for (uint32_t i = 0; l && i + 1 < l->end_count; i += 2) {
        const struct learn_end *one = &l->ends[i], *two = &l->ends[i + 1];
        if (!one->link == !two->link)
            continue;
        check_report(c, rule, &one->circuit->o, "private_peering",
                     "only the %s link of %s is connected", side_name(one->link ? one : two),
                     one->circuit->o.name);
        check_last_is(c, DIAG_WARNING);
    }
    each_end(c, rule, end_is_first_host);
}

/* ---- addresses and numbers ------------------------------------------------------------------- */

struct overlap_walk {
    struct check *c;
    const struct check_rule *rule;
};

/* Spaces of circuits are those without a node of their own to point at. */
static bool is_link(const struct check *c, const struct look_space *s)
{
    const struct azure_circuit *all = c->topo->azure.express_route_circuits.items;
    const void *o = s->object;
    return c->topo->azure.express_route_circuits.count > 0 && o >= (const void *)all &&
           o < (const void *)(all + c->topo->azure.express_route_circuits.count);
}

static void link_overlaps(void *context, const struct look_space *wide,
                          const struct look_space *narrow)
{
    const struct overlap_walk *w = context;
    char text[PREFIX_TEXT_MAX];
    if (is_link(w->c, wide) == is_link(w->c, narrow))
        return;
    const struct look_space *link = is_link(w->c, wide) ? wide : narrow;
    const struct look_space *network = link == wide ? narrow : wide;
    const struct topo_object *objects[] = { link->object, network->object, NULL };
    check_report_at(w->c, w->rule, objects, link->at, "%s overlaps %s",
                    look_prefix_text(&link->prefix, text), network->object->name);
}

static void links_are_apart(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct overlap_walk w = { c, rule };
    uint32_t n = 2 * a->express_route_circuits.count, at = 0;
    for (uint32_t i = 0; i < a->virtual_networks.count; i++)
        n += a->virtual_networks.items[i].address_space.count;
    struct look_space *s = arena_alloc(c->arena, (n + 1) * sizeof(*s));
    if (!s)
        return;
    for (uint32_t i = 0; i < a->express_route_circuits.count; i++) {
        const struct azure_circuit *k = &a->express_route_circuits.items[i];
        const struct azure_private_peering *p = &k->private_peering;
        const struct prefix *const sides[2] = { &p->primary_peer_address_prefix,
                                                &p->secondary_peer_address_prefix };
        for (size_t m = 0; m < 2; m++)
            if (sides[m]->family == IP_V4)
                s[at++] = (struct look_space){ *sides[m], &k->o, p->node };
    }
    for (uint32_t i = 0; i < a->virtual_networks.count; i++) {
        const struct azure_vnet *v = &a->virtual_networks.items[i];
        for (uint32_t m = 0; m < v->address_space.count; m++)
            s[at++] = (struct look_space){ v->address_space.items[m], &v->o, v->o.node };
    }
    look_overlaps(s, at, link_overlaps, &w);
}

static void edge_number_of(struct check *c, const struct check_rule *rule,
                           const struct learn_end *e)
{
    int64_t msee = cloud_number(c->limits, &azure_facts[AZURE_ER_MSEE_AS]);
    uint32_t as = e->neighbor ? device_remote_as(e->device, e->neighbor) : 0;
    if (as && as != msee)
        check_report_line(c, rule, e->device, e->neighbor->at.line,
                          "AS %u is expected at the %s link of %s, and Microsoft's is %lld", as,
                          side_name(e), e->circuit->o.name, (long long)msee);
    else if (e->neighbor && e->circuit->private_peering.peer_asn != e->device->config->bgp.as &&
             e->circuit->private_peering.peer_asn != e->neighbor->local_as)
        check_report_line(c, rule, e->device, e->device->config->bgp.at.line,
                          "%s expects AS %u of the customer, and the router is AS %u",
                          e->circuit->o.name, e->circuit->private_peering.peer_asn,
                          e->device->config->bgp.as);
}

static void edge_numbers_agree(struct check *c, const struct check_rule *rule)
{
    each_end(c, rule, edge_number_of);
}

/* ---- limits ---------------------------------------------------------------------------------- */

static void end_announces_little(struct check *c, const struct check_rule *rule,
                                 const struct learn_end *e)
{
    bool premium = e->circuit->sku_tier == AZURE_TIER_PREMIUM;
    int64_t max = cloud_number(
        c->limits, &azure_facts[premium ? AZURE_ER_PREFIXES_MAX_PREMIUM : AZURE_ER_PREFIXES_MAX]);
    if (e->announced.list.count > max)
        check_report_line(c, rule, e->device, e->neighbor->at.line,
                          "%u prefixes are announced to the %s link of %s, which takes %lld",
                          e->announced.list.count, side_name(e), e->circuit->o.name,
                          (long long)max);
}

static void network_announces_little(struct check *c, const struct check_rule *rule,
                                     const struct azure_connection *v)
{
    int64_t max = cloud_number(c->limits, &azure_facts[AZURE_ER_TO_ONPREM_MAX]);
    const struct azure_vnet *of = v->virtual_network_gateway->virtual_network;
    const struct azure_peering *p = NULL;
    struct learn *l = learn_get(c);
    uint32_t n = of ? of->address_space.count : 0;
    while (l && of && (p = learn_next_peering(l, c, of, p))) {
        const struct azure_peering *back = learn_peering(l, c, p->remote_virtual_network, of);
        if (p->allow_gateway_transit && back && back->use_remote_gateways)
            n += p->remote_virtual_network->address_space.count;
    }
    if (n > max)
        check_report(c, rule, &v->o, NULL,
                     "%u prefixes of networks go to %s by this connection, which takes %lld", n,
                     v->express_route_circuit->o.name, (long long)max);
}

static void prefixes_fit(struct check *c, const struct check_rule *rule)
{
    each_end(c, rule, end_announces_little);
    each_circuit_connection(c, rule, network_announces_little);
}

/* ---- policies -------------------------------------------------------------------------------- */

/* A private AS number that stands in the expression as such; 0: none. */
static uint32_t private_number(const char *regex)
{
    while (*regex) {
        char *end;
        if (*regex < '0' || *regex > '9') {
            regex++;
            continue;
        }
        unsigned long as = strtoul(regex, &end, 10);
        if ((as >= 64512 && as <= 65534) || (as >= 4200000000 && as <= 4294967294))
            return (uint32_t)as;
        regex = end;
    }
    return 0;
}

/* Permits that ask for a private AS number never match what Azure announces. */
static void paths_are_visible(struct check *c, const struct check_rule *rule,
                              const struct learn_end *e, const char *list)
{
    const struct config_as_path_list *l = list ? config_as_path_list_find(e->device->config, list)
                                               : NULL;
    for (uint32_t i = 0; l && i < l->entries.n; i++) {
        const struct config_as_path_entry *entry = &l->entries.v[i];
        uint32_t as = entry->permit ? private_number(entry->regex) : 0;
        if (as)
            check_report_line(c, rule, e->device, entry->at.line,
                              "%s asks for AS %u in what comes from %s, where private numbers are "
                              "removed",
                              l->name, as, e->circuit->o.name);
    }
}

/* The prefix of a network at the circuit of which the entry permits a part alone: Azure announces
 * whole address spaces, never subnets. NULL: somebody announces what the entry can match. */
static const struct prefix *permits_a_part(struct check *c, const struct azure_circuit *k,
                                           const struct config_prefix_entry *entry)
{
    struct learn *l = learn_get(c);
    const struct learn_offer *o = NULL;
    const struct prefix *space = NULL;
    while (l && (o = learn_next_offer(l, c, k, o))) {
        if (prefix_covers(&entry->prefix, &o->prefix))
            return NULL;
        if (o->vnet && prefix_covers(&o->prefix, &entry->prefix))
            space = &o->prefix;
    }
    return space;
}

static void spaces_are_visible(struct check *c, const struct check_rule *rule,
                               const struct learn_end *e, const char *list)
{
    const struct config_prefix_list *l =
        list ? config_prefix_list_find(e->device->config, IP_V4, list) : NULL;
    for (uint32_t i = 0; l && i < l->entries.n; i++) {
        const struct config_prefix_entry *entry = &l->entries.v[i];
        const struct prefix *space =
            entry->permit && !entry->any ? permits_a_part(c, e->circuit, entry) : NULL;
        char text[PREFIX_TEXT_MAX], whole[PREFIX_TEXT_MAX];
        if (space)
            check_report_line(c, rule, e->device, entry->at.line,
                              "%s permits %s in what comes from %s, where Azure announces %s as a "
                              "whole",
                              l->name, look_prefix_text(&entry->prefix, text), e->circuit->o.name,
                              look_prefix_text(space, whole));
    }
}

static void policy_can_match(struct check *c, const struct check_rule *rule,
                             const struct learn_end *e)
{
    if (!e->neighbor)
        return;
    const struct config_neighbor_af *af = &e->neighbor->af[CONFIG_AF_IPV4];
    const char *name = af->route_map[DIR_IN];
    const struct config_route_map *m = name ? config_route_map_find(e->device->config, name) : NULL;
    paths_are_visible(c, rule, e, af->filter_list[DIR_IN]);
    spaces_are_visible(c, rule, e, af->prefix_list[DIR_IN]);
    for (uint32_t i = 0; m && i < m->entries.n; i++)
        for (uint32_t k = 0; m->entries.v[i].permit && k < m->entries.v[i].matches.n; k++) {
            const struct config_match *match = &m->entries.v[i].matches.v[k];
            for (uint32_t x = 0; match->kind == MATCH_AS_PATH && x < match->names.n; x++)
                paths_are_visible(c, rule, e, match->names.v[x]);
        }
}

static void policies_can_match(struct check *c, const struct check_rule *rule)
{
    if (cloud_is_so(c->limits, &azure_facts[AZURE_ER_PRIVATE_AS_REMOVED]))
        each_end(c, rule, policy_can_match);
}

static void communities_of(struct check *c, const struct check_rule *rule,
                           const struct learn_end *e)
{
    const char *name = e->neighbor ? e->neighbor->af[CONFIG_AF_IPV4].route_map[DIR_OUT] : NULL;
    const struct config_route_map *m = name ? config_route_map_find(e->device->config, name) : NULL;
    for (uint32_t i = 0; m && i < m->entries.n; i++)
        for (uint32_t k = 0; k < m->entries.v[i].sets.n; k++) {
            const struct config_set *set = &m->entries.v[i].sets.v[k];
            if (set->kind == SET_COMMUNITY || set->kind == SET_LARGE_COMMUNITY ||
                set->kind == SET_EXT_COMMUNITY)
                check_report_line(c, rule, e->device, set->at.line,
                                  "communities that %s sets towards %s have no effect", name,
                                  e->circuit->o.name);
        }
}

static void communities_are_ignored(struct check *c, const struct check_rule *rule)
{
    if (!cloud_is_so(c->limits, &azure_facts[AZURE_ER_COMMUNITIES_HONOURED]))
        each_end(c, rule, communities_of);
}

static void bfd_of(struct check *c, const struct check_rule *rule, const struct learn_end *e)
{
    if (e->neighbor && e->neighbor->bfd != TRI_YES)
        check_report_line(c, rule, e->device, e->neighbor->at.line,
                          "no BFD on the %s link of %s: a loss is seen after up to %lld s",
                          side_name(e), e->circuit->o.name,
                          (long long)cloud_number(c->limits, &azure_facts[AZURE_ER_HOLD]));
}

/* A router without BFD is named once, not for each link. */
static void bfd_is_used(struct check *c, const struct check_rule *rule)
{
    struct learn *l = learn_get(c);
    struct net_map seen;
    net_map_init(&seen, c->arena);
    if (!cloud_is_so(c->limits, &azure_facts[AZURE_ER_BFD]))
        return;
    for (uint32_t i = 0; l && i < l->end_count; i++) {
        const void *router = l->ends[i].router;
        if (!l->ends[i].neighbor || l->ends[i].neighbor->bfd == TRI_YES)
            continue;
        uint32_t *at = net_map_make(&seen, &router, sizeof(router));
        if (at && *at == NET_NONE) {
            *at = i;
            bfd_of(c, rule, &l->ends[i]);
        }
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_express_route[] = {
    {
        .id = "R033",
        .scope = "ExpressRoute and VPN",
        .severity = DIAG_ERROR,
        .title = "a network does not learn the same prefix over ExpressRoute and VPN",
        .symptom = "traffic goes in clear over ExpressRoute, past the tunnels",
        .remedy = "longer or other prefixes on the VPN: a prefix list a neighbor",
        .source = "VPNPP, S1",
        .facts = { &azure_facts[AZURE_VPN_PRIVATE_SAME_PREFIX] },
        .run = vpn_is_not_bypassed,
    },
    {
        .id = "R034",
        .scope = "VPN over ExpressRoute",
        .severity = DIAG_WARNING,
        .title = "what is announced through the tunnels is not announced over ExpressRoute too",
        .symptom = "clients reach the hub in clear, without the VPN",
        .remedy = "announce over ExpressRoute the tunnels' end points alone",
        .source = "S1",
        .run = clients_stay_inside,
    },
    {
        .id = "R099",
        .scope = "ExpressRoute",
        .severity = DIAG_ERROR,
        .title = "both links of a circuit have a session, and the customer the first host of each "
                 "/30",
        .symptom = "no SLA; a session with another address stays down",
        .remedy = "connect the second link too; the first usable address is the customer's",
        .source = "ERRT, S1",
        .facts = { &azure_facts[AZURE_ER_SLA_BOTH], &azure_facts[AZURE_ER_CUSTOMER_FIRST] },
        .run = both_links_are_used,
    },
    {
        .id = "R100",
        .scope = "ExpressRoute",
        .severity = DIAG_ERROR,
        .title = "the prefixes of the links are no part of a virtual network",
        .symptom = "packets for one of the two are lost",
        .remedy = "take two /30s from elsewhere",
        .source = "ERRT",
        .facts = { &azure_facts[AZURE_ER_MAY_OVERLAP_VNET] },
        .run = links_are_apart,
    },
    {
        .id = "R101",
        .scope = "ExpressRoute",
        .severity = DIAG_ERROR,
        .title = "the router expects AS 12076, and has the AS number that the circuit expects",
        .symptom = "the session stays down: bad peer AS",
        .remedy = "remote-as 12076; peer_asn as the router's",
        .source = "ERRT, S1",
        .facts = { &azure_facts[AZURE_ER_MSEE_AS] },
        .run = edge_numbers_agree,
    },
    {
        .id = "R102",
        .scope = "ExpressRoute",
        .severity = DIAG_ERROR,
        .title = "no more prefixes are announced over a circuit than it takes",
        .symptom = "the session, or the network's connection, goes down",
        .remedy = "announce supernets; Premium takes 10,000",
        .source = "ERRT, ERFAQ",
        .facts = { &azure_facts[AZURE_ER_PREFIXES_MAX], &azure_facts[AZURE_ER_PREFIXES_MAX_PREMIUM],
                   &azure_facts[AZURE_ER_TO_ONPREM_MAX] },
        .run = prefixes_fit,
    },
    {
        .id = "R103",
        .scope = "ExpressRoute",
        .severity = DIAG_WARNING,
        .title = "no policy looks for a private AS number, or for a subnet, in what comes over "
                 "ExpressRoute",
        .symptom =
            "the policy never matches: private AS numbers are removed on the way, and address "
            "spaces are announced as a whole",
        .remedy = "match 12076, or address spaces",
        .source = "S1, ERFAQ",
        .facts = { &azure_facts[AZURE_ER_PRIVATE_AS_REMOVED] },
        .run = policies_can_match,
    },
    {
        .id = "R104",
        .scope = "ExpressRoute",
        .severity = DIAG_NOTE,
        .title = "communities that a customer sets are ignored",
        .symptom = "the policy has no effect",
        .remedy = "prepend to the AS path, or set the connection's routing_weight",
        .source = "ERRT",
        .facts = { &azure_facts[AZURE_ER_COMMUNITIES_HONOURED] },
        .run = communities_are_ignored,
    },
    {
        .id = "R105",
        .scope = "ExpressRoute",
        .severity = DIAG_WARNING,
        .title = "the customer's side of both links has BFD",
        .symptom = "a link that is lost is used for up to three minutes",
        .remedy = "bfd interval 300 min_rx 300 multiplier 3 on the interface, and neighbor ... "
                  "fall-over bfd (FRR: neighbor ... bfd)",
        .source = "ERBFD",
        .facts = { &azure_facts[AZURE_ER_BFD], &azure_facts[AZURE_ER_HOLD] },
        .run = bfd_is_used,
    },
    { .id = NULL },
};
