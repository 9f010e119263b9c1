/* ExpressRoute as a whole: a default route that comes over it, ways between circuits, what gateways
 * take. */
#include <string.h>

#include "check/check.h"
#include "check/learn.h"
#include "check/rules/rules.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"

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

/* ---- default route --------------------------------------------------------------------------- */

/* Subnets of Azure's own have no machines that would be activated. */
static bool has_own_way_out(const struct azure_subnet *s)
{
    static const char *const own[] = { "GatewaySubnet", "RouteServerSubnet", "AzureBastionSubnet",
                                       "AzureFirewallSubnet" };
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (strcmp(s->o.name, own[i]) == 0)
            return true;
    if (s->route_table && s->route_table->disable_bgp_route_propagation)
        return true;
    for (uint32_t i = 0; s->route_table && i < s->route_table->routes.count; i++)
        if (s->route_table->routes.items[i].next_hop_type == AZURE_HOP_INTERNET)
            return true;
    return false;
}

static const struct azure_subnet *without_way_out(const struct azure_vnet *v)
{
    for (uint32_t i = 0; v && i < v->subnets.count; i++)
        if (!has_own_way_out(&v->subnets.items[i]))
            return &v->subnets.items[i];
    return NULL;
}

static void default_is_attended(struct check *c, const struct check_rule *rule,
                                const struct azure_connection *conn)
{
    const struct azure_vnet_gateway *g = conn->virtual_network_gateway;
    const struct azure_subnet *s = without_way_out(g->virtual_network);
    const struct learn_offer *o = NULL;
    struct learn *l = learn_get(c);
    while (l && s && (o = learn_next_offer(l, c, conn->express_route_circuit, o))) {
        if (o->prefix.len > 0 || o->vnet == g->virtual_network)
            continue;
        const struct topo_object *objects[] = { &g->o, &s->o, o->origin, NULL };
        check_report_at(c, rule, objects, g->o.node,
                        "%s learns 0.0.0.0/0 over %s: machines of %s have no direct way to the "
                        "Internet, to Windows activation and to public services",
                        g->o.name, conn->express_route_circuit->o.name, s->o.name);
        return;
    }
}

static void defaults_are_attended(struct check *c, const struct check_rule *rule)
{
    each_circuit_connection(c, rule, default_is_attended);
}

/* ---- two circuits ---------------------------------------------------------------------------- */

/* The circuits that a place is behind: those of its network's gateway, or of its site's links. */
enum { CIRCUITS_MAX = 16 };

struct behind {
    const struct azure_circuit *v[CIRCUITS_MAX];
    uint32_t n;
};

static void put_behind(struct behind *b, const struct azure_circuit *k)
{
    for (uint32_t i = 0; i < b->n; i++)
        if (b->v[i] == k)
            return;
    if (b->n < CIRCUITS_MAX)
        b->v[b->n++] = k;
}

static struct behind behind_of(struct check *c, struct learn *l, const struct topo_place *place)
{
    struct behind b = { .n = 0 };
    const struct azure_vnet *v = learn_hub(l, c, learn_vnet_of(place));
    const struct azure_vnet_gateway *g = v ? look_gateway(c, v, AZURE_GATEWAY_EXPRESS_ROUTE) : NULL;
    const struct azure_connection *conn = NULL;
    while (g && (conn = learn_next_connection(l, c, g, conn)))
        put_behind(&b, conn->express_route_circuit);
    const struct learn_end *e = NULL;
    while (!learn_vnet_of(place) && (e = learn_next_end(l, place->object, e)))
        put_behind(&b, e->circuit);
    return b;
}

static bool reaches(const struct azure_circuit *a, const struct azure_circuit *b)
{
    for (uint32_t i = 0; i < a->global_reach.count; i++)
        if (a->global_reach.items[i] == b)
            return true;
    return a == b;
}

static bool are_joined(const struct behind *a, const struct behind *b)
{
    for (uint32_t i = 0; i < a->n; i++)
        for (uint32_t k = 0; k < b->n; k++)
            if (reaches(a->v[i], b->v[k]) || reaches(b->v[k], a->v[i]))
                return true;
    return false;
}

/* Whether a network at the circuit is peered with the other one: then packets have another way,
 * which is for others to judge. */
static bool is_peered(struct check *c, struct learn *l, const struct behind *b,
                      const struct topo_place *other)
{
    const struct azure_vnet *v = learn_vnet_of(other);
    for (uint32_t i = 0; v && i < b->n; i++) {
        const struct learn_offer *o = NULL;
        while ((o = learn_next_offer(l, c, b->v[i], o)))
            if (o->vnet && learn_peering(l, c, o->vnet, v))
                return true;
    }
    return false;
}

/* Whether somebody announces into one of the circuits what covers the other place. */
static bool has_supernet(struct check *c, struct learn *l, const struct behind *b,
                         const struct topo_place *other)
{
    struct prefix p;
    if (learn_spaces(other, &p, 1) == 0)
        return true;
    for (uint32_t i = 0; i < b->n; i++) {
        const struct learn_offer *o = NULL;
        while ((o = learn_next_offer(l, c, b->v[i], o)))
            if (o->prefix.len > 0 && prefix_covers(&o->prefix, &p))
                return true;
    }
    return false;
}

static void circuits_are_joined(struct check *c, const struct check_rule *rule)
{
    struct learn *l = learn_get(c);
    if (cloud_is_so(c->limits, &azure_facts[AZURE_ER_TRANSIT_CIRCUITS]))
        return;
    for (uint32_t i = 0; l && i < c->topo->requirements.connect.count; i++) {
        const struct topo_pair *pair = &c->topo->requirements.connect.items[i];
        struct behind from = behind_of(c, l, &pair->from), to = behind_of(c, l, &pair->to);
        if (from.n == 0 || to.n == 0 || are_joined(&from, &to) ||
            is_peered(c, l, &from, &pair->to) || is_peered(c, l, &to, &pair->from) ||
            (has_supernet(c, l, &from, &pair->to) && has_supernet(c, l, &to, &pair->from)))
            continue;
        const struct topo_object *objects[] = { &from.v[0]->o, &to.v[0]->o, &pair->o, NULL };
        check_report_at(c, rule, objects, pair->o.node,
                        "%s and %s have to reach each other, and no route passes from %s to %s",
                        pair->from.object->name, pair->to.object->name, from.v[0]->o.name,
                        to.v[0]->o.name);
    }
}

/* ---- gateways -------------------------------------------------------------------------------- */

static void fastpath_of(struct check *c, const struct check_rule *rule,
                        const struct azure_connection *v)
{
    const struct azure_vnet_gateway *g = v->virtual_network_gateway;
    const struct azure_er_sku *sku = g->sku ? azure_er_sku_find(g->sku) : NULL;
    if (v->express_route_gateway_bypass && sku && !sku->has_fastpath)
        check_report(c, rule, &v->o, "express_route_gateway_bypass",
                     "%s asks for FastPath, which %s (%s) does not have", v->o.name, g->o.name,
                     g->sku);
}

static void fastpath_is_offered(struct check *c, const struct check_rule *rule)
{
    each_circuit_connection(c, rule, fastpath_of);
}

/* Connections of a gateway to circuits of one peering location. */
struct location_key {
    const void *gateway;
    char location[NET_KEY_MAX - sizeof(void *)];
};

static void location_of(struct check *c, const struct check_rule *rule,
                        const struct azure_connection *v, struct net_map *counts)
{
    int64_t max = cloud_number(c->limits, &azure_facts[AZURE_ER_CIRCUITS_PER_LOCATION]);
    const char *location = v->express_route_circuit->peering_location;
    struct location_key key;
    if (!location)
        return;
    memset(&key, 0, sizeof(key));
    key.gateway = v->virtual_network_gateway;
    memcpy(key.location, location, MIN(strlen(location), sizeof(key.location)));
    uint32_t *at = net_map_make(counts, &key, sizeof(key));
    if (!at)
        return;
    *at = *at == NET_NONE ? 1 : *at + 1;
    if (*at == max + 1)
        check_report(c, rule, &v->o, "express_route_circuit",
                     "%s has more than %lld circuits of %s", v->virtual_network_gateway->o.name,
                     (long long)max, location);
}

static void circuits_fit(struct check *c, const struct check_rule *rule)
{
    const struct topo_azure *a = &c->topo->azure;
    struct learn *l = learn_get(c);
    struct net_map counts;
    net_map_init(&counts, c->arena);
    for (uint32_t i = 0; l && i < a->virtual_network_gateways.count; i++) {
        const struct azure_vnet_gateway *g = &a->virtual_network_gateways.items[i];
        const struct azure_er_sku *sku = g->sku ? azure_er_sku_find(g->sku) : NULL;
        const struct azure_connection *v = NULL;
        uint32_t n = 0;
        while (g->type == AZURE_GATEWAY_EXPRESS_ROUTE && (v = learn_next_connection(l, c, g, v))) {
            n++;
            location_of(c, rule, v, &counts);
        }
        if (sku && n > sku->circuits_max)
            check_report(c, rule, &g->o, "sku", "%s has %u circuits, and %s takes %u", g->o.name, n,
                         g->sku, sku->circuits_max);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_circuits[] = {
    {
        .id = "R106",
        .scope = "ExpressRoute",
        .severity = DIAG_WARNING,
        .title =
            "who learns a default route over ExpressRoute has thought of Windows activation and "
            "of public services",
        .symptom = "no direct way to the Internet; activation and services fail unless the site "
                   "passes them on",
        .remedy =
            "user routes to Internet for the addresses of the key management service; service "
            "endpoints",
        .source = "ERRT",
        .facts = { &azure_facts[AZURE_ER_DEFAULT_PRIVATE] },
        .run = defaults_are_attended,
    },
    {
        .id = "R107",
        .scope = "ExpressRoute, two circuits",
        .severity = DIAG_ERROR,
        .title =
            "who is behind two circuits and has to talk has Global Reach, or an appliance that "
            "announces a supernet",
        .symptom = "no route: nothing passes from one circuit to the other",
        .remedy = "global_reach; or a supernet from an appliance, and user routes to it on "
                  "GatewaySubnet",
        .source = "ERRT, BIC",
        .facts = { &azure_facts[AZURE_ER_TRANSIT_CIRCUITS] },
        .run = circuits_are_joined,
    },
    {
        .id = "R108",
        .scope = "ExpressRoute",
        .severity = DIAG_ERROR,
        .title = "FastPath is asked of gateways that have it",
        .symptom = "Azure refuses it",
        .remedy = "ErGw3AZ or UltraPerformance",
        .source = "ERGW",
        .facts = { &azure_facts[AZURE_ER_FASTPATH_BYPASSES] },
        .run = fastpath_is_offered,
    },
    {
        .id = "R109",
        .scope = "ExpressRoute",
        .severity = DIAG_ERROR,
        .title = "a gateway has no more circuits than its SKU takes, and four of one location",
        .symptom = "Azure refuses the connection",
        .remedy = "a larger SKU, or a circuit of another location",
        .source = "ERGW",
        .facts = { &azure_facts[AZURE_ER_CIRCUITS_PER_LOCATION] },
        .run = circuits_fit,
    },
    { .id = NULL },
};
