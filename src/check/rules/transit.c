/* Rules of AWS that follow from its tables: the way from a VPC to its transit gateway, which
 * nobody writes by itself, and AS numbers of customer gateways. */
#include "check/check.h"
#include "check/look.h"
#include "check/rules/rules.h"
#include "cloud/aws/facts.h"
#include "cloud/aws/tables.h"
#include "topo/kinds.h"

/* The VPC that a place is or lies in; NULL: it is of another kind. `ret_subnet` is the subnet, or
 * NULL for the whole VPC. */
static const struct aws_vpc *vpc_of(const struct topo_object *o,
                                    const struct aws_subnet **ret_subnet)
{
    *ret_subnet = NULL;
    if (o && o->kind == &aws_vpc_kind)
        return (const struct aws_vpc *)o;
    if (o && o->kind == &aws_instance_kind)
        *ret_subnet = ((const struct aws_instance *)o)->subnet;
    else if (o && o->kind == &aws_subnet_kind)
        *ret_subnet = (const struct aws_subnet *)o;
    return *ret_subnet ? (const struct aws_vpc *)(*ret_subnet)->o.parent : NULL;
}

/* One place that has to be reached: the prefixes of a list, or one alone. */
static const struct prefix *prefix_at(const struct topo_object *o, uint32_t i)
{
    const struct azure_vnet *v = (const struct azure_vnet *)o;
    const struct aws_vpc *p = (const struct aws_vpc *)o;
    const struct site *s = (const struct site *)o;
    if (!o)
        return NULL;
    if (o->kind == &azure_vnet_kind)
        return i < v->address_space.count ? &v->address_space.items[i] : NULL;
    if (o->kind == &aws_vpc_kind)
        return i < p->cidr_blocks.count ? &p->cidr_blocks.items[i] : NULL;
    if (o->kind == &site_kind)
        return i < s->networks.count ? &s->networks.items[i].prefix : NULL;
    if (o->kind == &azure_subnet_kind)
        return i == 0 ? &((const struct azure_subnet *)o)->address_prefix : NULL;
    if (o->kind == &site_network_kind)
        return i == 0 ? &((const struct site_network *)o)->prefix : NULL;
    return NULL;
}

/* A route to a part of it counts: what is missing then may be meant. */
static bool leads_to(const struct aws_route_table *t, const struct prefix *p)
{
    for (uint32_t i = 0; t && i < t->routes.count; i++)
        if (prefix_covers(&t->routes.items[i].destination_cidr_block, p) ||
            prefix_covers(p, &t->routes.items[i].destination_cidr_block))
            return true;
    return false;
}

/* Of a whole VPC one subnet with the route will do: others may have nothing to send there. */
static bool has_way(const struct aws_vpc *v, const struct aws_subnet *only, const struct prefix *p)
{
    for (uint32_t i = 0; i < v->subnets.count; i++) {
        const struct aws_subnet *s = &v->subnets.items[i];
        if ((!only || only == s) &&
            leads_to(s->route_table ? s->route_table : v->main_route_table, p))
            return true;
    }
    return false;
}

static const struct aws_transit_gateway *gateway_of(const struct check *c, const struct aws_vpc *v)
{
    const struct topo_aws *a = &c->topo->aws;
    for (uint32_t i = 0; i < a->vpn_gateways.count; i++)
        if (a->vpn_gateways.items[i].vpc == v)
            return NULL; /* R035 */
    for (uint32_t i = 0; i < a->transit_gateway_vpc_attachments.count; i++)
        if (a->transit_gateway_vpc_attachments.items[i].vpc == v)
            return a->transit_gateway_vpc_attachments.items[i].transit_gateway;
    return NULL;
}

static void way_of(struct check *c, const struct check_rule *rule, const struct topo_object *from,
                   const struct topo_object *to)
{
    const struct aws_subnet *subnet;
    const struct aws_vpc *v = vpc_of(from, &subnet);
    const struct aws_transit_gateway *g = v && v->subnets.count ? gateway_of(c, v) : NULL;
    const struct prefix *p;
    for (uint32_t i = 0; g && (p = prefix_at(to, i)); i++) {
        char text[PREFIX_TEXT_MAX];
        struct text t = text_init(text, sizeof(text));
        text_prefix(&t, p);
        if (!has_way(v, subnet, p))
            check_report(c, rule, subnet ? &subnet->o : &v->o, NULL,
                         "no route table of %s has a route to %s of %s by %s",
                         subnet ? subnet->o.name : v->o.name, text, to->name, g->o.name);
    }
}

static void routes_lead_to_the_gateway(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->requirements.connect.count; i++) {
        const struct topo_pair *p = &c->topo->requirements.connect.items[i];
        way_of(c, rule, p->from.object, p->to.object);
        way_of(c, rule, p->to.object, p->from.object);
    }
}

/* Tables of one's own are not part of a topology: they may be meant. */
static void default_table_is_used(struct check *c, const struct check_rule *rule)
{
    const struct topo_aws *a = &c->topo->aws;
    for (uint32_t i = 0; i < a->transit_gateways.count; i++) {
        const struct aws_transit_gateway *g = &a->transit_gateways.items[i];
        bool fills = g->default_route_table_propagation;
        if (!fills || !g->default_route_table_association)
            check_report(c, rule, &g->o,
                         fills ? "default_route_table_association"
                               : "default_route_table_propagation",
                         "what is attached to %s %s its route table", g->o.name,
                         fills ? "does not use" : "announces nothing into");
    }
}

/* Its AS number; that it is the peer's real one is another rule. */
static void customer_as_is_taken(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->aws.customer_gateways.count; i++) {
        const struct aws_customer_gateway *g = &c->topo->aws.customer_gateways.items[i];
        const struct cloud_as_range *why = aws_as_refusal(g->bgp_asn);
        if (why)
            check_report(c, rule, &g->o, "bgp_asn", "AS %u cannot be a customer gateway's: %s",
                         g->bgp_asn, why->why);
    }
}

const struct check_rule check_rules_transit[] = {
    {
        .id = "R204",
        .scope = "AWS transit gateway",
        .severity = DIAG_ERROR,
        .title = "the route tables of a VPC have routes to what it has to reach by its transit "
                 "gateway",
        .symptom = "BGP is up and AWS learns, but machines have no route",
        .remedy = "add routes with the transit gateway as their target: a VPC learns none from it",
        .source = "AWSTGW",
        .run = routes_lead_to_the_gateway,
    },
    {
        .id = "R205",
        .scope = "AWS transit gateway",
        .severity = DIAG_WARNING,
        .title = "what is attached to a transit gateway uses and fills its default route table",
        .symptom = "networks that are attached do not reach each other",
        .remedy = "switch default_route_table_association and default_route_table_propagation on, "
                  "or do the same in tables of your own and suppress this",
        .source = "AWSTGW",
        .run = default_table_is_used,
    },
    {
        .id = "R208",
        .scope = "AWS",
        .severity = DIAG_ERROR,
        .title = "a customer gateway has an AS number that AWS takes",
        .symptom = "AWS refuses the customer gateway",
        .remedy = "take 1 to 2147483647; private ones are 64512-65534",
        .source = "S2SVPN",
        .facts = { &aws_facts[AWS_AS_CUSTOMER] },
        .run = customer_as_is_taken,
    },
    { .id = NULL },
};
