#include "check/rules/azure.h"

#include <string.h>

#include "topo/kinds.h"

void azure_each_connection(struct check *c, const struct check_rule *rule,
                           azure_connection_fn *visit)
{
    for (uint32_t i = 0; i < c->topo->azure.connections.count; i++) {
        const struct azure_connection *v = &c->topo->azure.connections.items[i];
        if (v->type == AZURE_CONNECTION_IPSEC && v->virtual_network_gateway &&
            v->local_network_gateway)
            visit(c, rule, v);
    }
}

void azure_each_tunnel(struct check *c, const struct check_rule *rule, azure_tunnel_fn *visit)
{
    for (uint32_t i = 0; i < c->topo->azure.connections.count; i++) {
        const struct azure_connection *v = &c->topo->azure.connections.items[i];
        const struct net_tunnel_end *e = NULL;
        if (v->type == AZURE_CONNECTION_EXPRESS_ROUTE || !v->virtual_network_gateway)
            continue;
        while ((e = look_next_end(c, &v->o, e))) {
            struct azure_tunnel t = { .connection = v,
                                      .gateway = v->virtual_network_gateway,
                                      .peer_gateway = v->local_network_gateway,
                                      .end = e };
            t.peer = look_peer(c, e);
            t.device = t.peer ? look_device(c, t.peer) : NULL;
            t.instance = look_node(c, e)->instance;
            visit(c, rule, &t);
        }
    }
}

void azure_each_vpn_gateway(struct check *c, const struct check_rule *rule, azure_gateway_fn *visit)
{
    for (uint32_t i = 0; i < c->topo->azure.virtual_network_gateways.count; i++)
        if (c->topo->azure.virtual_network_gateways.items[i].type == AZURE_GATEWAY_VPN)
            visit(c, rule, &c->topo->azure.virtual_network_gateways.items[i]);
}

bool azure_peer_is_apipa(const struct azure_connection *v)
{
    return v->local_network_gateway && v->local_network_gateway->asn &&
           ip_is_link_local(&v->local_network_gateway->bgp_peering_address);
}

const struct config_neighbor *azure_neighbor(const struct check *c, const struct azure_tunnel *t)
{
    return t->device ? look_neighbor(c, t->device, &t->end->bgp) : NULL;
}

bool azure_has_sku(const struct azure_vnet_gateway *g, const char *begin)
{
    return g->sku && strncmp(g->sku, begin, strlen(begin)) == 0;
}

const char *azure_peer_site(const struct check *c, const struct azure_connection *v)
{
    const struct net_tunnel_end *e =
        v->local_network_gateway ? look_outside(c, &v->local_network_gateway->gateway_address.addr)
                                 : NULL;
    return e ? look_node(c, e)->site : NULL;
}

const struct topo_object *azure_aws_at(const struct check *c, const struct ip_addr *outside,
                                       const struct aws_tunnel **ret_tunnel)
{
    const struct net_tunnel_end *e = look_outside(c, outside);
    uint32_t n = e ? look_node(c, e)->instance : 0;
    if (e && e->object->kind == &aws_vpn_connection_kind)
        *ret_tunnel = &((const struct aws_vpn_connection *)e->object)->tunnels.items[n];
    else if (e && e->object->kind == &soracom_door_kind)
        *ret_tunnel = &((const struct soracom_door *)e->object)->tunnels.items[n];
    else
        return NULL;
    return e->object;
}

bool azure_announces_default(const struct check *c, const struct azure_tunnel *t)
{
    const struct config_neighbor *n = azure_neighbor(c, t);
    const struct net_origin *o = NULL;
    if (n && n->af[CONFIG_AF_IPV4].default_originate == TRI_YES)
        return true;
    while (t->peer && t->end->asn && (o = look_next_announced(c, t->peer, o)))
        if (o->prefix.family == IP_V4 && o->prefix.len == 0)
            return true;
    return false;
}

bool azure_brings_default(const struct check *c, const struct azure_connection *v)
{
    const struct net_tunnel_end *e = NULL;
    while (v->virtual_network_gateway && (e = look_next_end(c, &v->o, e))) {
        struct azure_tunnel t = { .connection = v, .end = e, .peer = look_peer(c, e) };
        t.device = t.peer ? look_device(c, t.peer) : NULL;
        if (azure_announces_default(c, &t))
            return true;
    }
    return false;
}
