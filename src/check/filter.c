#include "check/filter.h"

#include <string.h>

#include "topo/kinds.h"

/* ---- chains ---------------------------------------------------------------------------------- */

struct filters {
    struct net_map nics;      /* of an Azure subnet: its first interface */
    struct net_map instances; /* of an AWS subnet: its first instance */
    uint32_t *next_nic, *next_instance;
};

static bool chain(struct net_map *m, const void *of, uint32_t *next, uint32_t i)
{
    uint32_t *first = of ? net_map_make(m, &of, sizeof(of)) : NULL;
    if (!first)
        return !of;
    next[i] = *first;
    *first = i;
    return true;
}

static uint32_t first_of(struct net_map *m, const void *of)
{
    const uint32_t *at = net_map_find(m, &of, sizeof(of));
    return at ? *at : NET_NONE;
}

struct filters *filters_new(struct check *c)
{
    const struct topo_azure *az = &c->topo->azure;
    const struct topo_aws *aws = &c->topo->aws;
    struct filters *f = arena_alloc(c->arena, sizeof(*f));
    uint32_t *nics = arena_alloc(c->arena, (az->network_interfaces.count + 1) * sizeof(*nics));
    uint32_t *instances = arena_alloc(c->arena, (aws->instances.count + 1) * sizeof(*instances));
    bool fine = true;
    if (!f || !nics || !instances)
        return NULL;
    *f = (struct filters){ .next_nic = nics, .next_instance = instances };
    net_map_init(&f->nics, c->arena);
    net_map_init(&f->instances, c->arena);
    for (uint32_t i = az->network_interfaces.count; i-- > 0;)
        fine &= chain(&f->nics, az->network_interfaces.items[i].subnet, nics, i);
    for (uint32_t i = aws->instances.count; i-- > 0;)
        fine &= chain(&f->instances, aws->instances.items[i].subnet, instances, i);
    return fine ? f : NULL;
}

/* ---- units ----------------------------------------------------------------------------------- */

static struct filter_unit nic_unit(const struct azure_nic *n)
{
    struct filter_unit u = { .object = &n->o, .nsg = { NULL, n->network_security_group } };
    u.nsg[0] = n->subnet ? n->subnet->network_security_group : NULL;
    if (n->private_ip_address.family != IP_NONE)
        u.prefix = prefix_of(&n->private_ip_address, ip_bits(n->private_ip_address.family));
    else if (n->subnet)
        u.prefix = n->subnet->address_prefix;
    return u;
}

static void each_of_subnet(struct filters *f, struct check *c, const struct azure_subnet *s,
                           filter_fn *each, void *context)
{
    const struct azure_nic *all = c->topo->azure.network_interfaces.items;
    uint32_t first = first_of(&f->nics, s);
    for (uint32_t i = first; i != NET_NONE; i = f->next_nic[i]) {
        const struct filter_unit u = nic_unit(&all[i]);
        if (!all[i].ip_forwarding_enabled)
            each(context, &u);
    }
    const struct filter_unit u = { .object = &s->o,
                                   .prefix = s->address_prefix,
                                   .nsg = { s->network_security_group, NULL } };
    if (first == NET_NONE)
        each(context, &u);
}

/* Subnets that Azure's own machines stand in. */
static bool is_azures(const struct azure_subnet *s)
{
    static const char *const names[] = { "GatewaySubnet", "RouteServerSubnet",
                                         "AzureFirewallSubnet", "AzureBastionSubnet" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(s->o.name, names[i]) == 0)
            return true;
    return false;
}

static void instance_unit(const struct aws_instance *v, filter_fn *each, void *context)
{
    struct filter_unit u = { .object = &v->o, .instance = v };
    if (v->security_groups.count > 0)
        each(context, &u);
}

static void each_of_aws_subnet(struct filters *f, struct check *c, const struct aws_subnet *s,
                               filter_fn *each, void *context)
{
    const struct aws_instance *all = c->topo->aws.instances.items;
    for (uint32_t i = first_of(&f->instances, s); i != NET_NONE; i = f->next_instance[i])
        if (all[i].source_dest_check)
            instance_unit(&all[i], each, context);
}

static void each_of_azure(struct filters *f, struct check *c, const struct topo_object *place,
                          filter_fn *each, void *context)
{
    const void *o = place;
    if (place->kind == &azure_vnet_kind) {
        const struct azure_vnet *v = o;
        for (uint32_t i = 0; i < v->subnets.count; i++)
            if (!is_azures(&v->subnets.items[i]))
                each_of_subnet(f, c, &v->subnets.items[i], each, context);
    } else if (place->kind == &azure_subnet_kind)
        each_of_subnet(f, c, o, each, context);
    else if (place->kind == &azure_nic_kind) {
        const struct filter_unit u = nic_unit(o);
        each(context, &u);
    } else if (place->kind == &azure_vm_kind) {
        const struct azure_vm *v = o;
        for (uint32_t i = 0; i < v->network_interfaces.count; i++) {
            const struct filter_unit u = nic_unit(v->network_interfaces.items[i]);
            each(context, &u);
        }
    }
}

static void each_of_google(const struct gcp_network *n, filter_fn *each, void *context)
{
    const struct filter_unit u = { .object = n ? &n->o : NULL, .network = n };
    if (n)
        each(context, &u);
}

void filters_each(struct filters *f, struct check *c, const struct topo_object *place,
                  filter_fn *each, void *context)
{
    const void *o = place;
    each_of_azure(f, c, place, each, context);
    if (place->kind == &aws_vpc_kind) {
        const struct aws_vpc *v = o;
        for (uint32_t i = 0; i < v->subnets.count; i++)
            each_of_aws_subnet(f, c, &v->subnets.items[i], each, context);
    } else if (place->kind == &aws_subnet_kind)
        each_of_aws_subnet(f, c, o, each, context);
    else if (place->kind == &aws_instance_kind)
        instance_unit(o, each, context);
    else if (place->kind == &gcp_network_kind)
        each_of_google(o, each, context);
    else if (place->kind == &gcp_subnetwork_kind)
        each_of_google(((const struct gcp_subnetwork *)o)->network, each, context);
    else if (place->kind == &gcp_instance_kind) {
        const struct gcp_subnetwork *s = ((const struct gcp_instance *)o)->subnetwork;
        each_of_google(s ? s->network : NULL, each, context);
    }
}

/* ---- prefixes -------------------------------------------------------------------------------- */

static bool overlap(const struct prefix *a, const struct prefix *b)
{
    return prefix_covers(a, b) || prefix_covers(b, a);
}

static bool any_overlaps(const topo_prefixes_t *list, const struct prefix *p)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (overlap(&list->items[i], p))
            return true;
    return list->count == 0;
}

static bool any_covers(const topo_prefixes_t *list, const struct prefix *p)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (prefix_covers(&list->items[i], p))
            return true;
    return list->count == 0;
}

/* ---- Azure ----------------------------------------------------------------------------------- */

static bool parse(const char *text, struct prefix *ret)
{
    struct ip_addr a;
    if (prefix_parse(text, ret, NULL))
        return true;
    if (!ip_parse(text, &a))
        return false;
    *ret = prefix_of(&a, ip_bits(a.family));
    return true;
}

/* What a connected network has is of the tag VirtualNetwork: its addresses are known there. Of a
 * tag that is neither this nor surely something else nobody says what it holds. */
static bool word_overlaps(const char *word, const struct prefix *p)
{
    struct prefix q;
    if (parse(word, &q))
        return overlap(&q, p);
    return strcmp(word, "Internet") != 0 && strcmp(word, "AzureLoadBalancer") != 0;
}

static bool word_covers(const char *word, const struct prefix *p)
{
    struct prefix q;
    return strcmp(word, "*") == 0 || strcmp(word, "VirtualNetwork") == 0 ||
           (parse(word, &q) && prefix_covers(&q, p));
}

static bool words_have(const topo_texts_t *list, const struct prefix *p,
                       bool (*has)(const char *word, const struct prefix *p))
{
    for (uint32_t i = 0; i < list->count; i++)
        if (has(list->items[i], p))
            return true;
    return false;
}

static bool all_ports(const topo_texts_t *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], "*") == 0 || strcmp(list->items[i], "0-65535") == 0)
            return true;
    return list->count == 0;
}

static bool all_protocols(const struct azure_security_rule *r)
{
    return (!r->protocol || strcmp(r->protocol, "*") == 0) && all_ports(&r->source_port_ranges) &&
           all_ports(&r->destination_port_ranges);
}

/* Without a rule of one's own the default ones let networks that are connected talk. */
static bool nsg_denies(const struct azure_nsg *g, const struct prefix *own,
                       const struct prefix *other, bool inbound)
{
    uint32_t denied = UINT32_MAX, allowed = UINT32_MAX;
    for (uint32_t i = 0; g && i < g->security_rules.count; i++) {
        const struct azure_security_rule *r = &g->security_rules.items[i];
        const topo_texts_t *here = inbound ? &r->destination_address_prefixes
                                           : &r->source_address_prefixes;
        const topo_texts_t *there = inbound ? &r->source_address_prefixes
                                            : &r->destination_address_prefixes;
        if ((r->direction == AZURE_INBOUND) != inbound)
            continue;
        if (r->access == AZURE_ALLOW && words_have(here, own, word_overlaps) &&
            words_have(there, other, word_overlaps))
            allowed = MIN(allowed, r->priority);
        if (r->access == AZURE_DENY && all_protocols(r) && words_have(here, own, word_covers) &&
            words_have(there, other, word_covers))
            denied = MIN(denied, r->priority);
    }
    return denied < allowed;
}

/* ---- AWS ------------------------------------------------------------------------------------- */

/* Who states no egress rule has the one that AWS gives, which lets everything out. */
static bool groups_deny(const struct aws_instance *v, const struct prefix *other, bool inbound)
{
    uint32_t stated = 0;
    for (uint32_t i = 0; i < v->security_groups.count; i++) {
        const struct aws_security_group *g = v->security_groups.items[i];
        const struct aws_security_rule *rules = inbound ? g->ingress.items : g->egress.items;
        uint32_t n = inbound ? g->ingress.count : g->egress.count;
        stated += n;
        for (uint32_t k = 0; k < n; k++)
            if (any_overlaps(&rules[k].cidr_blocks, other))
                return false;
    }
    return inbound || stated > 0;
}

/* ---- Google Cloud ---------------------------------------------------------------------------- */

static bool has_word(const topo_texts_t *list, const char *word)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], word) == 0)
            return true;
    return false;
}

/* Nothing comes in and everything goes out where no rule says otherwise; of equal priorities the
 * one that denies wins. A network without any rule states nothing. */
static bool firewall_denies(const struct check *c, const struct gcp_network *n,
                            const struct prefix *other, bool inbound)
{
    uint64_t denied = inbound ? UINT32_MAX : UINT64_MAX, allowed = UINT64_MAX;
    bool stated = false;
    for (uint32_t i = 0; i < c->topo->gcp.firewalls.count; i++) {
        const struct gcp_firewall *r = &c->topo->gcp.firewalls.items[i];
        const topo_prefixes_t *there = inbound ? &r->source_ranges : &r->destination_ranges;
        const topo_prefixes_t *here = inbound ? &r->destination_ranges : &r->source_ranges;
        if (r->network != n)
            continue;
        stated = true;
        if ((r->direction == GCP_INGRESS) != inbound)
            continue;
        if (r->allow.count > 0 && any_overlaps(there, other))
            allowed = MIN(allowed, r->priority);
        if (has_word(&r->deny, "all") && here->count == 0 && any_covers(there, other))
            denied = MIN(denied, r->priority);
    }
    return stated && denied <= allowed && denied != UINT64_MAX;
}

/* ---- all ------------------------------------------------------------------------------------- */

static const struct topo_object *denies_one(const struct check *c, const struct filter_unit *u,
                                            const struct prefix *other, bool inbound)
{
    for (int i = 0; i < 2; i++)
        if (u->nsg[i] && nsg_denies(u->nsg[i], &u->prefix, other, inbound))
            return &u->nsg[i]->o;
    if (u->instance && groups_deny(u->instance, other, inbound))
        return u->instance->security_groups.count == 1 ? &u->instance->security_groups.items[0]->o
                                                       : &u->instance->o;
    return u->network && firewall_denies(c, u->network, other, inbound) ? &u->network->o : NULL;
}

const struct topo_object *filter_denies(const struct check *c, const struct filter_unit *u,
                                        const struct prefix *other, uint32_t n, bool inbound)
{
    const struct topo_object *by = NULL;
    for (uint32_t i = 0; i < n; i++) {
        by = denies_one(c, u, &other[i], inbound);
        if (!by)
            return NULL;
    }
    return by;
}

uint32_t filter_spaces(const struct check *c, const struct topo_place *place, struct prefix *ret,
                       uint32_t max)
{
    const void *o = place->object;
    const struct topo_kind *kind = place->object->kind;
    uint32_t n = 0;
    if (kind == &aws_vpc_kind) {
        const struct aws_vpc *v = o;
        for (; n < v->cidr_blocks.count && n < max; n++)
            ret[n] = v->cidr_blocks.items[n];
    } else if (kind == &aws_subnet_kind)
        ret[n++] = ((const struct aws_subnet *)o)->cidr_block;
    else if (kind == &aws_instance_kind && ((const struct aws_instance *)o)->subnet)
        ret[n++] = ((const struct aws_instance *)o)->subnet->cidr_block;
    else if (kind == &gcp_subnetwork_kind)
        ret[n++] = ((const struct gcp_subnetwork *)o)->ip_cidr_range;
    else if (kind == &gcp_instance_kind && ((const struct gcp_instance *)o)->subnetwork)
        ret[n++] = ((const struct gcp_instance *)o)->subnetwork->ip_cidr_range;
    else if (kind == &gcp_network_kind) {
        for (uint32_t i = 0; i < c->topo->gcp.subnetworks.count && n < max; i++)
            if (c->topo->gcp.subnetworks.items[i].network == o)
                ret[n++] = c->topo->gcp.subnetworks.items[i].ip_cidr_range;
    } else if (kind == &soracom_vpg_kind) {
        const struct soracom_vpg *v = o;
        for (; n < v->device_ranges.count && n < max; n++)
            ret[n] = v->device_ranges.items[n];
    } else
        n = learn_spaces(place, ret, max);
    return n;
}
