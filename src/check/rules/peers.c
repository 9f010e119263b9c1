/* Two clouds, or a cloud and its peer, that have to fit together: which tunnels exist on both
 * sides, which addresses belong to which of them, who knows whom. */
#include <string.h>

#include "check/device.h"
#include "check/rules/azure.h"
#include "check/rules/rules.h"
#include "cloud/assign.h"
#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/gcp/facts.h"
#include "net/map.h"
#include "topo/kinds.h"

/* ---- AWS's tunnels as Azure knows them ------------------------------------------------------- */

/* The other tunnel that has this address as AWS's side; NULL: none. */
static const struct aws_tunnel *other_tunnel(const struct check *c, const struct aws_tunnel *t,
                                             const struct ip_addr *inside)
{
    const struct topo_aws *a = &c->topo->aws;
    for (uint32_t i = 0; i < a->vpn_connections.count; i++)
        for (uint32_t k = 0; k < a->vpn_connections.items[i].tunnels.count; k++) {
            const struct aws_tunnel *other = &a->vpn_connections.items[i].tunnels.items[k];
            struct ip_addr side = cloud_link_host(&other->inside_cidr, 1);
            if (other != t && ip_eq(&side, inside))
                return other;
        }
    return NULL;
}

typedef void aws_peer_fn(struct check *c, const struct check_rule *rule,
                         const struct azure_connection *v, const struct aws_tunnel *t);

static void each_aws_peer(struct check *c, const struct check_rule *rule, aws_peer_fn *visit)
{
    for (uint32_t i = 0; i < c->topo->azure.connections.count; i++) {
        const struct azure_connection *v = &c->topo->azure.connections.items[i];
        const struct azure_local_gateway *l = v->local_network_gateway;
        const struct aws_tunnel *t;
        if (l && v->enable_bgp && v->virtual_network_gateway &&
            azure_aws_at(c, &l->gateway_address.addr, &t) && t->inside_cidr.family != IP_NONE)
            visit(c, rule, v, t);
    }
}

/* Which instance AWS expects at the other end of the tunnel: the one with the customer's address.
 */
static const struct net_tunnel_end *expected_end(const struct check *c,
                                                 const struct azure_connection *v)
{
    const struct net_tunnel_end *e = NULL;
    while ((e = look_next_end(c, &v->o, e)))
        if (look_peer(c, e))
            return e;
    return NULL;
}

/* Whether another instance of the gateway has the address: then AWS's customer gateway is what is
 * wrong, which is a rule of its own. */
static bool other_end_has(const struct check *c, const struct topo_object *o,
                          const struct ip_addr *a)
{
    const struct net_tunnel_end *e = NULL;
    while ((e = look_next_end(c, o, e)))
        if (ip_eq(&e->bgp, a))
            return true;
    return false;
}

static void inside_of(struct check *c, const struct check_rule *rule,
                      const struct azure_connection *v, const struct aws_tunnel *t)
{
    struct ip_addr aws = cloud_link_host(&t->inside_cidr, 1);
    struct ip_addr ours = cloud_link_host(&t->inside_cidr, 2);
    const struct net_tunnel_end *e = expected_end(c, v);
    char text[IP_TEXT_MAX];
    const struct topo_object *objects[] = { &v->o, &t->o, NULL };
    if (!cloud_has_addr(c->limits, &azure_facts[AZURE_VPN_APIPA_RANGE], &ours))
        check_report_at(c, rule, objects, NULL,
                        "Azure cannot have %s, its side of the tunnel's inside addresses",
                        look_addr_text(&ours, text));
    else if (e && e->bgp.family != IP_NONE && !other_end_has(c, &v->o, &ours) &&
             ip_eq(&v->local_network_gateway->bgp_peering_address, &aws))
        check_report_at(c, rule, objects, NULL,
                        "Azure's side of the tunnel is %s, the second host of AWS's inside_cidr, "
                        "and the gateway speaks from another address",
                        look_addr_text(&ours, text));
}

static void inside_addresses_fit_azure(struct check *c, const struct check_rule *rule)
{
    each_aws_peer(c, rule, inside_of);
}

static void same_tunnel_of(struct check *c, const struct check_rule *rule,
                           const struct azure_connection *v, const struct aws_tunnel *t)
{
    const struct azure_local_gateway *l = v->local_network_gateway;
    struct ip_addr aws = cloud_link_host(&t->inside_cidr, 1);
    const struct aws_tunnel *other;
    char text[IP_TEXT_MAX], wanted[IP_TEXT_MAX];
    if (ip_eq(&l->bgp_peering_address, &aws))
        return;
    other = other_tunnel(c, t, &l->bgp_peering_address);
    check_report(c, rule, &l->o, "bgp_peering_address",
                 other ? "%s is the inside address of another tunnel; that of %s is %s"
                       : "%s is not AWS's inside address of this tunnel; that of %s is %s",
                 look_addr_text(&l->bgp_peering_address, text), t->o.parent->name,
                 look_addr_text(&aws, wanted));
}

static void addresses_are_of_one_tunnel(struct check *c, const struct check_rule *rule)
{
    each_aws_peer(c, rule, same_tunnel_of);
}

/* ---- tunnels of one side --------------------------------------------------------------------- */

/* An end to which nobody answers, although the peer is in this topology. */
static void one_sided_end(struct check *c, const struct check_rule *rule,
                          const struct net_tunnel_end *e)
{
    const struct topo_object *o = e->object;
    char text[IP_TEXT_MAX];
    bool aws = o->kind == &aws_vpn_connection_kind || o->kind == &soracom_door_kind;
    if (look_peer(c, e) || !look_outside(c, &e->peer_outside) ||
        (!aws && o->kind != &azure_connection_kind))
        return;
    look_addr_text(&e->peer_outside, text);
    if (o->kind == &aws_vpn_connection_kind)
        o = &((const struct aws_vpn_connection *)o)->tunnels.items[look_node(c, e)->instance].o;
    else if (o->kind == &soracom_door_kind)
        o = &((const struct soracom_door *)o)->tunnels.items[look_node(c, e)->instance].o;
    check_report(c, rule, o, NULL,
                 aws ? "tunnel %u of %s is not configured at %s: it stays down"
                     : "the tunnel from instance %u of %s has no counterpart at %s: it stays down",
                 look_node(c, e)->instance + aws,
                 aws ? e->object->name : look_node(c, e)->object->name, text);
}

static void tunnels_have_two_sides(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->ends.count; i++)
        one_sided_end(c, rule, &c->net->ends.items[i]);
}

/* What AWS has towards one site through one gateway: connections with a single tunnel in use. */
struct halves {
    const struct aws_vpn_connection *first;
    uint32_t connections, whole;
};

static void take_halves(const struct check *c, const struct aws_vpn_connection *v, struct halves *h)
{
    const struct net_tunnel_end *e = NULL;
    uint32_t up = 0;
    while ((e = look_next_end(c, &v->o, e)))
        up += look_peer(c, e) != NULL;
    h->first = h->first ? h->first : v;
    h->connections += up > 0;
    h->whole += up > 1;
}

static const char *site_of(const struct check *c, const struct aws_vpn_connection *v)
{
    const struct net_tunnel_end *e =
        v->customer_gateway ? look_outside(c, &v->customer_gateway->ip_address.addr) : NULL;
    return e ? look_node(c, e)->site : NULL;
}

struct pair_key {
    const void *gateway, *site;
};

static void aws_pairs_are_of_one_connection(struct check *c, const struct check_rule *rule)
{
    const struct topo_aws *a = &c->topo->aws;
    struct halves *all = arena_alloc(c->arena, (a->vpn_connections.count + 1) * sizeof(*all));
    struct net_map seen;
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; all && i < a->vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &a->vpn_connections.items[i];
        const void *gateway = v->transit_gateway ? (const void *)v->transit_gateway
                                                 : (const void *)v->vpn_gateway;
        const struct pair_key key = { gateway, site_of(c, v) };
        uint32_t *at = key.site ? net_map_make(&seen, &key, sizeof(key)) : NULL;
        if (!at)
            continue;
        *at = *at == NET_NONE ? i : *at;
        take_halves(c, v, &all[*at]);
    }
    for (uint32_t i = 0; all && i < a->vpn_connections.count; i++)
        if (all[i].connections > 1 && all[i].whole == 0)
            check_report(c, rule, &all[i].first->o, NULL,
                         "the tunnels to %s are of %u connections, one each: AWS does not keep "
                         "them from failing together",
                         site_of(c, all[i].first), all[i].connections);
}

static void aws_maintenance_spares_one(struct check *c, const struct check_rule *rule)
{
    if (c->topo->requirements.redundancy)
        aws_pairs_are_of_one_connection(c, rule);
}

/* ---- Google Cloud ---------------------------------------------------------------------------- */

static void one_link_of(struct check *c, const struct check_rule *rule, const struct gcp_router *r,
                        const struct gcp_router_peer *p)
{
    for (uint32_t i = 0; p->interface && i < r->interfaces.count; i++) {
        const struct gcp_router_interface *f = &r->interfaces.items[i];
        if (strcmp(f->o.name, p->interface) != 0)
            continue;
        struct prefix link = prefix_of(&f->ip_range.addr, f->ip_range.len);
        struct ip_addr a = cloud_link_host(&link, 1), b = cloud_link_host(&link, 2);
        bool first = ip_eq(&a, &f->ip_range.addr), second = ip_eq(&b, &f->ip_range.addr);
        char text[IP_TEXT_MAX];
        if (f->ip_range.len != cloud_number(c->limits, &gcp_facts[GCP_ROUTER_ADDRESSES_LENGTH]) ||
            !ip_is_link_local(&f->ip_range.addr) || (!first && !second) ||
            !ip_eq(first ? &b : &a, &p->peer_ip_address))
            check_report(c, rule, &p->o, "peer_ip_address",
                         "%s and interface %s are not the two hosts of one /30 of 169.254.0.0/16",
                         look_addr_text(&p->peer_ip_address, text), f->o.name);
    }
}

static void sessions_are_in_one_link(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->gcp.routers.count; i++) {
        const struct gcp_router *r = &c->topo->gcp.routers.items[i];
        for (uint32_t k = 0; k < r->peers.count; k++)
            one_link_of(c, rule, r, &r->peers.items[k]);
    }
}

/* ---- sessions and keys ----------------------------------------------------------------------- */

static void sessions_come_up(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i];
        if (s->tunnel == NET_NONE || s->fault == NET_SESSION_FINE ||
            s->fault == NET_SESSION_TUNNEL_DOWN || s->fault == NET_SESSION_ONE_SIDED)
            continue;
        const struct net_tunnel *t = &c->net->tunnels.items[s->tunnel];
        const struct net_tunnel_end *e = &c->net->ends.items[t->end[0]];
        check_report(c, rule, e->object, NULL, "the tunnel of %s comes up, BGP does not: %s",
                     e->object->name, net_session_fault_text(s->fault));
        check_last_is_of(c, t);
    }
}

/* The end of a session's side in its tunnel. */
static const struct net_tunnel_end *end_of_side(const struct check *c, const struct net_session *s,
                                                uint32_t side)
{
    const struct net_tunnel *t = &c->net->tunnels.items[s->tunnel];
    const struct net_tunnel_end *e = &c->net->ends.items[t->end[0]];
    return e->speaker == s->node[side] ? e : &c->net->ends.items[t->end[1]];
}

/* Where two sides talk past each other a router's line says so; between clouds rules of their own
 * know the addresses of each. The address of the gateway's other instance is right, and the route
 * to it wrong: another rule's too. */
static void talk_of(struct check *c, const struct check_rule *rule, const struct net_session *s,
                    uint32_t side)
{
    const struct net_tunnel_end *e = end_of_side(c, s, side), *peer = end_of_side(c, s, 1 - side);
    const struct check_device *d = look_device(c, e);
    const struct config_neighbor *n = d ? look_neighbor(c, d, &e->peer_bgp) : NULL;
    char ours[IP_TEXT_MAX], theirs[IP_TEXT_MAX], wanted[IP_TEXT_MAX];
    if (!n || e->bgp.family == IP_NONE || peer->bgp.family == IP_NONE)
        return;
    if (ip_eq(&e->peer_bgp, &peer->bgp) ? peer->peer_bgp.family == IP_NONE
                                        : other_end_has(c, peer->object, &e->peer_bgp))
        return;
    if (!ip_eq(&e->peer_bgp, &peer->bgp))
        check_report_line(c, rule, d, n->at.line, "%s: %s has %s as its BGP address, not %s",
                          d->owner->name, peer->object->name, look_addr_text(&peer->bgp, theirs),
                          look_addr_text(&e->peer_bgp, wanted));
    else if (!ip_eq(&e->bgp, &peer->peer_bgp))
        check_report_line(c, rule, d, n->at.line, "%s: talks from %s, and %s waits for %s",
                          d->owner->name, look_addr_text(&e->bgp, ours), peer->object->name,
                          look_addr_text(&peer->peer_bgp, wanted));
}

static void sides_name_each_other(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < 2 * c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i / 2];
        if (s->tunnel != NET_NONE && s->fault == NET_SESSION_ADDRESS &&
            c->net->tunnels.items[s->tunnel].end[1] != NET_NONE)
            talk_of(c, rule, s, i % 2);
    }
}

static void keys_are_equal(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->net->tunnels.count; i++) {
        const struct net_tunnel *t = &c->net->tunnels.items[i];
        if (t->fault != NET_FAULT_PSK && t->fault != NET_FAULT_VERSION)
            continue;
        device_report_between(c, rule, &c->net->ends.items[t->end[0]],
                              &c->net->ends.items[t->end[1]], net_fault_text(t->fault));
    }
}

/* ---- AWS's route tables ---------------------------------------------------------------------- */

static bool has_way_to(const struct aws_route_table *t, const struct aws_vpn_gateway *g)
{
    for (uint32_t i = 0; t && i < t->propagating_vgws.count; i++)
        if (t->propagating_vgws.items[i] == g)
            return true;
    for (uint32_t i = 0; t && i < t->routes.count; i++)
        if (t->routes.items[i].target.object == &g->o)
            return true;
    return false;
}

static const struct aws_route_table *table_of(const struct aws_vpc *vpc, const struct aws_subnet *s)
{
    return s->route_table ? s->route_table : vpc->main_route_table;
}

/* A subnet may have no business with the other side; that none has a way is a mistake. */
static void propagation_of(struct check *c, const struct check_rule *rule,
                           const struct aws_vpn_gateway *g)
{
    bool any = false;
    for (uint32_t k = 0; k < g->vpc->subnets.count; k++)
        any = any || has_way_to(table_of(g->vpc, &g->vpc->subnets.items[k]), g);
    for (uint32_t k = 0; k < g->vpc->subnets.count; k++) {
        const struct aws_subnet *s = &g->vpc->subnets.items[k];
        const struct aws_route_table *t = table_of(g->vpc, s);
        if (has_way_to(t, g))
            continue;
        check_report(c, rule, t ? &t->o : &s->o, NULL,
                     "subnet %s of %s learns no routes from %s: propagation is off", s->o.name,
                     g->vpc->o.name, g->o.name);
        if (any)
            check_last_is(c, DIAG_WARNING);
    }
}

static void routes_are_propagated(struct check *c, const struct check_rule *rule)
{
    const struct topo_aws *a = &c->topo->aws;
    bool *seen = arena_alloc(c->arena, a->vpn_gateways.count + 1);
    for (uint32_t i = 0; seen && i < a->vpn_connections.count; i++) {
        const struct aws_vpn_gateway *g = a->vpn_connections.items[i].vpn_gateway;
        if (!g || !g->vpc || seen[g->o.index])
            continue;
        seen[g->o.index] = true;
        propagation_of(c, rule, g);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_peers[] = {
    {
        .id = "R004",
        .scope = "Google Cloud",
        .severity = DIAG_ERROR,
        .title = "the two BGP addresses of a session are the two hosts of one /30",
        .symptom = "Google Cloud refuses the address of the session",
        .remedy = "for example .13 and .14 of 169.254.21.12/30",
        .source = "S3",
        .facts = { &gcp_facts[GCP_ROUTER_ADDRESSES] },
        .run = sessions_are_in_one_link,
    },
    {
        .id = "R005",
        .scope = "Azure and AWS",
        .severity = DIAG_ERROR,
        .title = "the inside /30 of an AWS tunnel lies in Azure's range, Azure having its second "
                 "host",
        .symptom = "BGP stays down: \"waiting for peer\"",
        .remedy = "plan the /30s first and set them as inside_cidr: AWS the first host, Azure the "
                  "second",
        .source = "S4, VPNAWS",
        .facts = { &azure_facts[AZURE_VPN_APIPA_RANGE], &aws_facts[AWS_VPN_INSIDE_AWS_FIRST] },
        .run = inside_addresses_fit_azure,
    },
    {
        .id = "R006",
        .scope = "Azure and AWS",
        .severity = DIAG_ERROR,
        .title = "a local network gateway has the outside and the inside address of one AWS tunnel",
        .symptom = "IPsec comes up, BGP stays down",
        .remedy = "take both values from one tunnel's section of AWS's data",
        .source = "S4",
        .facts = { &aws_facts[AWS_VPN_INSIDE_AWS_FIRST] },
        .run = addresses_are_of_one_tunnel,
    },
    {
        .id = "R011",
        .scope = "Azure and AWS",
        .severity = DIAG_WARNING,
        .title = "two tunnels that stand in for each other are of one AWS connection",
        .symptom = "a total outage when AWS maintains both connections at once",
        .remedy = "use both tunnels of each connection",
        .source = "S4",
        .facts = { &aws_facts[AWS_VPN_MAINTENANCE] },
        .run = aws_pairs_are_of_one_connection,
    },
    {
        .id = "R012",
        .scope = "Azure and AWS, Google Cloud, SORACOM",
        .severity = DIAG_NOTE,
        .title = "tunnels that one side alone has are known to stay down",
        .symptom = "a tunnel is down for ever although its connection says Connected: false alarms",
        .remedy = "suppress it here with the reason: each Azure connection makes a tunnel from "
                  "every instance",
        .source = "S4, S5, VPNAA",
        .facts = { &azure_facts[AZURE_VPN_HA_ACTIVE_TUNNELS_PER_CONNECTION] },
        .run = tunnels_have_two_sides,
    },
    {
        .id = "R016",
        .scope = "any",
        .severity = DIAG_NOTE,
        .title = "where a tunnel is up, its BGP session is too",
        .symptom = "\"waiting for peer\": no routes",
        .remedy = "compare peer address, AS number, who may open, the connection's own custom "
                  "address; then reset the gateway",
        .source = "S3",
        .facts = { &azure_facts[AZURE_VPN_STATUS_WAITING_FOR_PEER] },
        .run = sessions_come_up,
    },
    {
        .id = "R202",
        .scope = "any",
        .severity = DIAG_ERROR,
        .title = "a router and the other side of its session name each other's BGP addresses",
        .symptom = "BGP stays Idle or Active",
        .remedy = "update-source, neighbor, and the BGP address that the cloud has of the router "
                  "(bgp_peering_address) have to be the same two addresses",
        .source = "VPNBGP, S1",
        .run = sides_name_each_other,
    },
    {
        .id = "R017",
        .scope = "any",
        .severity = DIAG_ERROR,
        .title = "both sides of a tunnel have the same key and version of IKE",
        .symptom = "the connection's status is Unknown, or never Connected",
        .remedy = "compare pre-shared key and addresses first",
        .source = "S3",
        .facts = { &azure_facts[AZURE_VPN_STATUS_UNKNOWN_MEANS] },
        .run = keys_are_equal,
    },
    {
        .id = "R035",
        .scope = "AWS",
        .severity = DIAG_ERROR,
        .title = "the route tables of a VPC propagate its virtual private gateway, or have static "
                 "routes to it",
        .symptom = "BGP is up and AWS learns, but machines have no route",
        .remedy = "list the gateway in propagating_vgws of each route table in use",
        .source = "S4",
        .facts = { &aws_facts[AWS_BGP_PROPAGATION_NEEDED] },
        .run = routes_are_propagated,
    },
    {
        .id = "R176",
        .scope = "Azure and AWS",
        .severity = DIAG_WARNING,
        .title = "where redundancy is required, what a provider maintains at once leaves a tunnel",
        .symptom = "an outage in a maintenance that the provider thinks is harmless",
        .remedy = "cross the tunnels: both tunnels of each connection, both instances of each "
                  "gateway",
        .source = "S4, VPNAA",
        .facts = { &aws_facts[AWS_VPN_MAINTENANCE] },
        .run = aws_maintenance_spares_one,
    },
    { .id = NULL },
};
