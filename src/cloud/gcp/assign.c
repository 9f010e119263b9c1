#include <string.h>

#include "cloud/assign_impl.h"
#include "cloud/gcp/facts.h"
#include "cloud/limits.h"

/* Google keeps the first two addresses of a subnet and the last two. */
enum { FIRST_USABLE = 2, LAST_RESERVED = 2 };

/* ---- given ----------------------------------------------------------------------------------- */

static void note_routers(struct assigner *a)
{
    const struct topo_gcp *g = &a->t->gcp;
    for (uint32_t i = 0; i < g->routers.count; i++) {
        const struct gcp_router *r = &g->routers.items[i];
        for (uint32_t k = 0; k < r->interfaces.count; k++)
            assign_note_inside(a, r, &r->interfaces.items[k].ip_range.addr);
        for (uint32_t k = 0; k < r->peers.count; k++)
            assign_note_inside(a, r, &r->peers.items[k].peer_ip_address);
    }
}

void gcp_note_given(struct assigner *a)
{
    const struct topo_gcp *g = &a->t->gcp;
    for (uint32_t i = 0; i < g->ha_vpn_gateways.count; i++) {
        const struct gcp_ha_vpn_gateway *gw = &g->ha_vpn_gateways.items[i];
        for (uint32_t k = 0; k < gw->interfaces.count; k++)
            assign_note_public(a, &gw->interfaces.items[k].ip_address);
    }
    for (uint32_t i = 0; i < g->classic_vpn_gateways.count; i++)
        assign_note_public(a, &g->classic_vpn_gateways.items[i].ip_address);
    for (uint32_t i = 0; i < g->external_vpn_gateways.count; i++) {
        const struct gcp_external_vpn_gateway *gw = &g->external_vpn_gateways.items[i];
        for (uint32_t k = 0; k < gw->interfaces.count; k++)
            assign_note_public(a, &gw->interfaces.items[k].ip_address.addr);
    }
    for (uint32_t i = 0; i < g->instances.count; i++) {
        assign_note_public(a, &g->instances.items[i].external_ip);
        assign_note(a, g->instances.items[i].subnetwork, &g->instances.items[i].network_ip);
    }
    note_routers(a);
}

/* ---- assigned -------------------------------------------------------------------------------- */

static void assign_gateways(struct assigner *a)
{
    struct topo_gcp *g = &a->t->gcp;
    uint32_t both = (uint32_t)cloud_number(NULL, &gcp_facts[GCP_VPN_INTERFACES]);
    for (uint32_t i = 0; i < g->ha_vpn_gateways.count; i++) {
        struct gcp_ha_vpn_gateway *gw = &g->ha_vpn_gateways.items[i];
        uint32_t given = gw->interfaces.count;
        if (!ASSIGN_EXTEND(a, &gw->interfaces, both))
            return;
        for (uint32_t k = 0; k < gw->interfaces.count; k++) {
            struct gcp_vpn_interface *f = &gw->interfaces.items[k];
            if (k >= given)
                f->o =
                    (struct topo_object){ .name = k ? "[1]" : "[0]", .parent = &gw->o, .index = k };
            if (f->ip_address.family == IP_NONE)
                f->ip_address = assign_public(a);
        }
    }
    for (uint32_t i = 0; i < g->classic_vpn_gateways.count; i++) {
        struct gcp_classic_vpn_gateway *gw = &g->classic_vpn_gateways.items[i];
        if (gw->ip_address.family == IP_NONE)
            gw->ip_address = assign_public(a);
    }
}

/* The other host of the /30 in which an address lies. */
static struct ip_addr other_host(const struct ip_addr *addr)
{
    uint32_t n = ip_to_u32(addr);
    return ip_from_u32((n & ~UINT32_C(3)) | (3 - (n & 3)));
}

static struct gcp_router_peer *peer_on(const struct gcp_router *r, const char *interface)
{
    for (uint32_t i = 0; i < r->peers.count; i++) {
        if (r->peers.items[i].interface && strcmp(r->peers.items[i].interface, interface) == 0)
            return &r->peers.items[i];
    }
    return NULL;
}

static void assign_router(struct assigner *a, struct gcp_router *r)
{
    r->keepalive_interval = assign_u32(&r->o, "keepalive_interval", r->keepalive_interval,
                                       cloud_number(NULL, &gcp_facts[GCP_ROUTER_KEEPALIVE]));
    for (uint32_t i = 0; i < r->interfaces.count; i++) {
        struct gcp_router_interface *f = &r->interfaces.items[i];
        struct gcp_router_peer *peer = peer_on(r, f->o.name);
        if (f->ip_range.addr.family == IP_NONE) {
            f->ip_range.len = (uint8_t)cloud_number(NULL, &gcp_facts[GCP_ROUTER_ADDRESSES_LENGTH]);
            if (peer && peer->peer_ip_address.family == IP_V4) {
                f->ip_range.addr = other_host(&peer->peer_ip_address);
            } else {
                struct prefix inside = assign_inside(a, r);
                if (inside.family != IP_NONE)
                    f->ip_range.addr = cloud_link_host(&inside, 1);
            }
        }
        if (peer && peer->peer_ip_address.family == IP_NONE && f->ip_range.addr.family == IP_V4)
            peer->peer_ip_address = other_host(&f->ip_range.addr);
    }
    for (uint32_t i = 0; i < r->peers.count; i++) {
        struct gcp_router_peer *p = &r->peers.items[i];
        p->advertised_route_priority =
            assign_u32(&p->o, "advertised_route_priority", p->advertised_route_priority,
                       cloud_number(NULL, &gcp_facts[GCP_ROUTER_PRIORITY]));
    }
}

void gcp_assign(struct assigner *a)
{
    struct topo_gcp *g = &a->t->gcp;
    assign_gateways(a);
    for (uint32_t i = 0; i < g->routers.count; i++)
        assign_router(a, &g->routers.items[i]);
    for (uint32_t i = 0; i < g->vpn_tunnels.count; i++) {
        struct gcp_vpn_tunnel *t = &g->vpn_tunnels.items[i];
        t->ike_version = assign_u32(&t->o, "ike_version", t->ike_version, 2);
    }
    for (uint32_t i = 0; i < g->instances.count; i++) {
        struct gcp_instance *x = &g->instances.items[i];
        if (x->network_ip.family == IP_NONE && x->subnetwork)
            x->network_ip = assign_first(a, x->subnetwork, &x->subnetwork->ip_cidr_range,
                                         FIRST_USABLE, LAST_RESERVED);
    }
}
