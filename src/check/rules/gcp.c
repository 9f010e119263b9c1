/* Google Cloud: HA VPN gateways, the peers they know, Cloud Routers and what they announce. */
#include <string.h>

#include "check/check.h"
#include "check/look.h"
#include "check/rules/rules.h"
#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/gcp/facts.h"
#include "cloud/gcp/tables.h"
#include "net/map.h"
#include "topo/kinds.h"

/* ---- external gateways ----------------------------------------------------------------------- */

static void external_gateway_is_complete(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->gcp.external_vpn_gateways.count; i++) {
        const struct gcp_external_vpn_gateway *g = &c->topo->gcp.external_vpn_gateways.items[i];
        uint32_t want = gcp_redundancies[g->redundancy_type].interfaces, seen = 0;
        for (uint32_t k = 0; k < g->interfaces.count; k++)
            if (g->interfaces.items[k].id < want)
                seen |= 1u << g->interfaces.items[k].id;
        if (g->interfaces.count != want || seen != (1u << want) - 1)
            check_report(c, rule, &g->o, "interfaces",
                         "%s has %u interfaces, and its type wants %u, numbered 0 to %u", g->o.name,
                         g->interfaces.count, want, want - 1);
    }
}

/* ---- tunnels --------------------------------------------------------------------------------- */

/* The tunnels of a gateway to one peer: how many, and from which interfaces, as bits. */
struct bundle {
    uint32_t tunnels, used;
};

static struct bundle *bundle_of(struct net_map *seen, struct bundle *all,
                                const struct gcp_vpn_tunnel *t)
{
    const void *const key[] = { t->vpn_gateway, t->peer_external_gateway, t->peer_gcp_gateway };
    uint32_t *at = net_map_make(seen, key, sizeof(key));
    if (at && *at == NET_NONE)
        *at = t->o.index;
    return at ? &all[*at] : NULL;
}

static void each_interface_has_a_tunnel(struct check *c, const struct check_rule *rule)
{
    const struct topo_gcp *g = &c->topo->gcp;
    struct bundle *all = arena_alloc(c->arena, (g->vpn_tunnels.count + 1) * sizeof(*all));
    struct net_map seen;
    net_map_init(&seen, c->arena);
    for (uint32_t i = 0; all && i < g->vpn_tunnels.count; i++) {
        struct bundle *b = bundle_of(&seen, all, &g->vpn_tunnels.items[i]);
        if (!b)
            return;
        b->tunnels++;
        b->used |= 1u << (g->vpn_tunnels.items[i].vpn_gateway_interface & 1);
    }
    for (uint32_t i = 0; all && i < g->vpn_tunnels.count; i++) {
        const struct gcp_vpn_tunnel *t = &g->vpn_tunnels.items[i];
        uint32_t tunnels = all[i].tunnels;
        if (!t->vpn_gateway || tunnels == 0 || all[i].used == 3)
            continue;
        check_report(c, rule, &t->o, "vpn_gateway_interface",
                     "%s of the tunnels from %s to this peer start%s from interface %u alone",
                     tunnels > 1 ? "all" : "the only one", t->vpn_gateway->o.name,
                     tunnels > 1 ? "" : "s", t->vpn_gateway_interface);
    }
}

/* The AWS connection that has the tunnel's other end, by its outside address, and which of its
 * tunnels; NULL: none here. */
static const struct aws_vpn_connection *aws_connection_at(const struct check *c,
                                                          const struct gcp_external_interface *e,
                                                          uint32_t *ret_tunnel)
{
    const struct net_tunnel_end *end = e ? look_outside(c, &e->ip_address.addr) : NULL;
    if (!end || end->object->kind != &aws_vpn_connection_kind)
        return NULL;
    *ret_tunnel = look_node(c, end)->instance;
    return (const struct aws_vpn_connection *)end->object;
}

static const struct gcp_external_interface *external_interface(const struct gcp_vpn_tunnel *t)
{
    const struct gcp_external_vpn_gateway *g = t->peer_external_gateway;
    for (uint32_t i = 0; g && i < g->interfaces.count; i++)
        if (g->interfaces.items[i].id == t->peer_external_gateway_interface)
            return &g->interfaces.items[i];
    return NULL;
}

static const struct ip_addr *ha_address(const struct gcp_vpn_tunnel *t)
{
    return t->vpn_gateway && t->vpn_gateway_interface < t->vpn_gateway->interfaces.count
               ? &t->vpn_gateway->interfaces.items[t->vpn_gateway_interface].ip_address
               : NULL;
}

/* Interfaces 0 and 1 are those of one connection, which knows one address of ours. */
static void four_addresses_are_in_order(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->gcp.vpn_tunnels.count; i++) {
        const struct gcp_vpn_tunnel *t = &c->topo->gcp.vpn_tunnels.items[i];
        const struct gcp_external_interface *e = external_interface(t);
        const struct ip_addr *ours = ha_address(t);
        uint32_t tunnel;
        const struct aws_vpn_connection *a = aws_connection_at(c, e, &tunnel);
        if (!a || !a->customer_gateway || !ours)
            continue;
        const struct topo_object *objects[] = { &t->o, &a->o, NULL };
        if (!ip_eq(ours, &a->customer_gateway->ip_address.addr))
            check_report_at(c, rule, objects, lang_get(t->o.node, "vpn_gateway_interface"),
                            "%s starts from interface %u, but AWS expects %s from the address of "
                            "customer gateway %s",
                            t->o.name, t->vpn_gateway_interface, a->o.name,
                            a->customer_gateway->o.name);
        else if (t->peer_external_gateway->redundancy_type == GCP_FOUR_IPS_REDUNDANCY &&
                 e->id / 2 != t->vpn_gateway_interface) {
            check_report_at(c, rule, objects,
                            lang_get(t->o.node, "peer_external_gateway_interface"),
                            "external interface %u belongs to HA interface %u: Google Cloud "
                            "counts these tunnels as without redundancy",
                            e->id, e->id / 2);
            check_last_is(c, DIAG_WARNING);
        }
    }
}

static bool is_single(uint32_t count)
{
    return count == 1;
}

/* What AWS offers to Google Cloud's gateway, for each of its tunnels that ends there. */
static void aws_offers_little(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->gcp.vpn_tunnels.count; i++) {
        uint32_t n;
        const struct aws_vpn_connection *a =
            aws_connection_at(c, external_interface(&c->topo->gcp.vpn_tunnels.items[i]), &n);
        if (!a)
            continue;
        const struct aws_tunnel *t = &a->tunnels.items[n];
        if (!is_single(t->ike_versions.count) || strcmp(t->ike_versions.items[0], "ikev2") != 0)
            check_report(c, rule, &t->o, "ike_versions",
                         "tunnel %u of %s is not held to ikev2 alone", n + 1, a->o.name);
        else if (!is_single(t->phase1_encryption_algorithms.count) ||
                 !is_single(t->phase1_dh_group_numbers.count) ||
                 !is_single(t->phase1_integrity_algorithms.count) ||
                 !is_single(t->phase2_encryption_algorithms.count) ||
                 !is_single(t->phase2_dh_group_numbers.count))
            check_report(c, rule, &t->o, NULL,
                         "tunnel %u of %s offers more than one algorithm of a kind", n + 1,
                         a->o.name);
    }
}

static void ikev2_is_used(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->gcp.vpn_tunnels.count; i++) {
        const struct gcp_vpn_tunnel *t = &c->topo->gcp.vpn_tunnels.items[i];
        if (t->ike_version == 1)
            check_report(c, rule, &t->o, "ike_version", "%s uses IKEv1", t->o.name);
    }
}

/* A router's lifetimes; AWS allows none that are as long, and Azure's are longer. */
static void lifetimes_are_alike(struct check *c, const struct check_rule *rule)
{
    int64_t ours = cloud_number(c->limits, &gcp_facts[GCP_IPSEC_LIFETIME]);
    for (uint32_t i = 0; i < c->topo->gcp.vpn_tunnels.count; i++) {
        const struct net_tunnel_end *e =
            look_next_end(c, &c->topo->gcp.vpn_tunnels.items[i].o, NULL);
        const struct net_tunnel_end *peer = e ? look_peer(c, e) : NULL;
        const struct config_tunnel *t = look_config_tunnel(c, peer);
        if (t && t->ipsec && t->ipsec->limits.lifetime_s &&
            t->ipsec->limits.lifetime_s * INT64_C(2) < ours)
            check_report_line(c, rule, look_device(c, peer), t->ipsec->at.line,
                              "keys last %u s here and %lld s at Google Cloud: each rekey is ours",
                              t->ipsec->limits.lifetime_s, (long long)ours);
    }
}

/* ---- Cloud Routers --------------------------------------------------------------------------- */

static void router_as_is_private(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->gcp.routers.count; i++) {
        const struct gcp_router *r = &c->topo->gcp.routers.items[i];
        if (!cloud_has_number(c->limits, &gcp_facts[GCP_ROUTER_AS], r->asn))
            check_report(c, rule, &r->o, "asn", "AS %u is not a private AS number", r->asn);
    }
}

/* What the other end of a router's session is configured with; NULL: not in this topology. */
static const struct net_tunnel_end *end_of_peer(const struct check *c, const struct gcp_router *r,
                                                const struct gcp_router_peer *p)
{
    for (uint32_t i = 0; p->interface && i < r->interfaces.count; i++) {
        const struct gcp_router_interface *f = &r->interfaces.items[i];
        if (!f->vpn_tunnel || strcmp(f->o.name, p->interface) != 0)
            continue;
        const struct net_tunnel_end *e = look_next_end(c, &f->vpn_tunnel->o, NULL);
        return e ? look_peer(c, e) : NULL;
    }
    return NULL;
}

static bool is_azure(const struct net_tunnel_end *e)
{
    return e && e->object->kind == &azure_connection_kind;
}

typedef void router_peer_fn(struct check *c, const struct check_rule *rule,
                            const struct gcp_router *r, const struct gcp_router_peer *p,
                            const struct net_tunnel_end *other);

static void each_router_peer(struct check *c, const struct check_rule *rule, router_peer_fn *visit)
{
    for (uint32_t i = 0; i < c->topo->gcp.routers.count; i++) {
        const struct gcp_router *r = &c->topo->gcp.routers.items[i];
        for (uint32_t k = 0; k < r->peers.count; k++)
            visit(c, rule, r, &r->peers.items[k], end_of_peer(c, r, &r->peers.items[k]));
    }
}

static void hold_time_of(struct check *c, const struct check_rule *rule, const struct gcp_router *r,
                         const struct gcp_router_peer *p, const struct net_tunnel_end *other)
{
    uint32_t hold_s = (uint32_t)cloud_number(c->limits, &gcp_facts[GCP_ROUTER_HOLD_FACTOR]) *
                      r->keepalive_interval;
    int64_t theirs = cloud_number(c->limits, &azure_facts[AZURE_VPN_BGP_HOLD]);
    if (is_azure(other) && hold_s < theirs)
        check_report(c, rule, &p->o, NULL,
                     "the hold time with Azure is %u s: the lower of %u s here and %lld s there",
                     hold_s, hold_s, (long long)theirs);
}

static void hold_time_is_known(struct check *c, const struct check_rule *rule)
{
    each_router_peer(c, rule, hold_time_of);
}

static void regional_sees_its_region(struct check *c, const struct check_rule *rule)
{
    const struct topo_gcp *g = &c->topo->gcp;
    for (uint32_t i = 0; i < g->subnetworks.count; i++) {
        const struct gcp_subnetwork *s = &g->subnetworks.items[i];
        bool elsewhere = false, here = false;
        for (uint32_t k = 0; k < g->routers.count; k++)
            if (g->routers.items[k].network == s->network && s->region &&
                g->routers.items[k].region)
                *(strcmp(g->routers.items[k].region, s->region) == 0 ? &here : &elsewhere) = true;
        if (s->network && s->network->routing_mode == GCP_REGIONAL && elsewhere && !here)
            check_report(c, rule, &s->o, "region",
                         "%s in %s is neither announced nor reached: its network is REGIONAL, and "
                         "no Cloud Router is in that region",
                         s->o.name, s->region);
    }
}

static bool names_subnets(const topo_texts_t *groups)
{
    for (uint32_t i = 0; i < groups->count; i++)
        if (strcmp(groups->items[i], "ALL_SUBNETS") == 0)
            return true;
    return false;
}

/* Ranges of one's own may be the subnets in other words. */
static bool covers_subnets(const struct check *c, const struct gcp_router *r,
                           const topo_prefixes_t *ranges)
{
    bool covers = ranges->count > 0;
    for (uint32_t i = 0; covers && i < c->topo->gcp.subnetworks.count; i++) {
        const struct gcp_subnetwork *s = &c->topo->gcp.subnetworks.items[i];
        bool found = s->network != r->network;
        for (uint32_t k = 0; !found && k < ranges->count; k++)
            found = prefix_covers(&ranges->items[k], &s->ip_cidr_range);
        covers = found;
    }
    return covers;
}

static void custom_of_peer(struct check *c, const struct check_rule *rule,
                           const struct gcp_router *r, const struct gcp_router_peer *p,
                           const struct net_tunnel_end *other)
{
    (void)other;
    if (p->advertise_mode == GCP_ADVERTISE_CUSTOM && !names_subnets(&p->advertised_groups) &&
        !covers_subnets(c, r, &p->advertised_ip_ranges))
        check_report(c, rule, &p->o, "advertise_mode",
                     "peer %s is announced no subnets: the mode is CUSTOM, without ALL_SUBNETS",
                     p->o.name);
}

static void custom_keeps_subnets(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->gcp.routers.count; i++) {
        const struct gcp_router *r = &c->topo->gcp.routers.items[i];
        if (r->advertise_mode == GCP_ADVERTISE_CUSTOM && !names_subnets(&r->advertised_groups) &&
            !covers_subnets(c, r, &r->advertised_ip_ranges))
            check_report(c, rule, &r->o, "advertise_mode",
                         "%s announces no subnets: its mode is CUSTOM, without ALL_SUBNETS",
                         r->o.name);
    }
    each_router_peer(c, rule, custom_of_peer);
}

static bool is_amazon(const struct net_tunnel_end *e)
{
    return e->object->kind == &aws_vpn_connection_kind || e->object->kind == &soracom_door_kind;
}

/* The session of another Cloud Router through the tunnel of this end; NULL: it is another's. */
static const struct gcp_router_peer *google_session(const struct net_tunnel_end *e)
{
    const struct gcp_vpn_tunnel *t = (const struct gcp_vpn_tunnel *)e->object;
    const struct gcp_router *r = t->o.kind == &gcp_vpn_tunnel_kind ? t->router : NULL;
    for (uint32_t i = 0; r && i < r->interfaces.count; i++)
        for (uint32_t k = 0; r->interfaces.items[i].vpn_tunnel == t && k < r->peers.count; k++)
            if (r->peers.items[k].interface &&
                strcmp(r->peers.items[k].interface, r->interfaces.items[i].o.name) == 0)
                return &r->peers.items[k];
    return NULL;
}

/* Of two Cloud Routers the one that has the key is told, or the first of two. */
static void md5_of_google(struct check *c, const struct check_rule *rule,
                          const struct gcp_router_peer *p, const struct gcp_router_peer *other)
{
    const char *ours = p->md5_authentication_key, *theirs = other->md5_authentication_key;
    const struct topo_object *objects[] = { &p->o, &other->o, NULL };
    if (ours && !theirs)
        check_report_at(c, rule, objects, p->o.node, "%s has an MD5 key, and %s of %s has none",
                        p->o.name, other->o.name, other->o.parent->name);
    else if (ours && strcmp(ours, theirs) != 0 && p < other)
        check_report_at(c, rule, objects, p->o.node, "%s and %s of %s have different MD5 keys",
                        p->o.name, other->o.name, other->o.parent->name);
}

static void md5_of(struct check *c, const struct check_rule *rule, const struct gcp_router *r,
                   const struct gcp_router_peer *p, const struct net_tunnel_end *other)
{
    (void)r;
    const struct check_device *d = other ? look_device(c, other) : NULL;
    const struct config_neighbor *n = d ? look_neighbor(c, d, &other->peer_bgp) : NULL;
    const struct gcp_router_peer *google = other ? google_session(other) : NULL;
    if (is_azure(other) && p->md5_authentication_key)
        check_report(c, rule, &p->o, NULL,
                     "peer %s has an MD5 key, which Azure's VPN gateway cannot have", p->o.name);
    else if (other && is_amazon(other) && p->md5_authentication_key)
        check_report(c, rule, &p->o, NULL, "peer %s has an MD5 key, and %s has no place for one",
                     p->o.name, other->object->name);
    else if (google)
        md5_of_google(c, rule, p, google);
    else if (n && (n->password != NULL) != (p->md5_authentication_key != NULL))
        check_report(c, rule, &p->o, NULL, "%s has an MD5 key, and %s has none",
                     n->password ? "the router" : "Cloud Router",
                     n->password ? "Cloud Router" : "the router");
}

static void md5_is_on_both_sides(struct check *c, const struct check_rule *rule)
{
    each_router_peer(c, rule, md5_of);
}

static void bfd_of(struct check *c, const struct check_rule *rule, const struct gcp_router *r,
                   const struct gcp_router_peer *p, const struct net_tunnel_end *other)
{
    (void)r;
    if (is_azure(other) && p->bfd != GCP_BFD_DISABLED)
        check_report(c, rule, &p->o, "bfd", "peer %s has BFD on, which Azure does not speak",
                     p->o.name);
}

static void bfd_is_off_with_azure(struct check *c, const struct check_rule *rule)
{
    each_router_peer(c, rule, bfd_of);
}

/* ---- devices --------------------------------------------------------------------------------- */

static const struct config_interface *interface_of(const struct check_device *d, const char *name)
{
    for (uint32_t i = 0; d && d->config && i < d->config->interfaces.n; i++)
        if (strcmp(d->config->interfaces.v[i].name, name) == 0)
            return &d->config->interfaces.v[i];
    return NULL;
}

/* A router that cuts after encryption, or sends packets that Google's gateway drops. */
static void peer_cuts_before(struct check *c, const struct check_rule *rule)
{
    int64_t payload = cloud_number(c->limits, &gcp_facts[GCP_VPN_PAYLOAD]);
    for (uint32_t i = 0; i < c->topo->gcp.vpn_tunnels.count; i++) {
        const struct net_tunnel_end *e =
            look_next_end(c, &c->topo->gcp.vpn_tunnels.items[i].o, NULL);
        const struct net_tunnel_end *peer = e ? look_peer(c, e) : NULL;
        const struct check_device *d = peer && peer->interface ? look_device(c, peer) : NULL;
        const struct config_interface *f = d ? interface_of(d, peer->interface) : NULL;
        uint32_t after = d ? look_line(d, "crypto ipsec fragmentation after-encryption", 0) : 0;
        if (after)
            check_report_line(c, rule, d, after, "packets are cut after encryption");
        else if (f && (f->ip_mtu == 0 || f->ip_mtu > payload))
            check_report_line(c, rule, d, f->at.line,
                              "%s takes packets of more than the %lld bytes that pass", f->name,
                              (long long)payload);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_gcp[] = {
    {
        .id = "R136",
        .scope = "Google Cloud",
        .severity = DIAG_ERROR,
        .title = "an external VPN gateway has as many interfaces as its type says, numbered from 0",
        .symptom = "Google Cloud refuses it, or reports no high availability",
        .remedy = "give 1, 2 or 4 interfaces with ids from 0, or change redundancy_type",
        .source = "GCEXT",
        .run = external_gateway_is_complete,
    },
    {
        .id = "R137",
        .scope = "Google Cloud",
        .severity = DIAG_WARNING,
        .title = "each interface of an HA VPN gateway has a tunnel to the peer",
        .symptom = "the 99.99 % agreement does not hold; one interface's maintenance cuts the peer",
        .remedy = "start a tunnel to this peer from the other interface too",
        .source = "GCTOP",
        .facts = { &gcp_facts[GCP_VPN_SLA_TUNNELS] },
        .run = each_interface_has_a_tunnel,
    },
    {
        .id = "R138",
        .scope = "Google Cloud and AWS",
        .severity = DIAG_ERROR,
        .title =
            "both tunnels of an AWS connection start from the HA interface that is its customer "
            "gateway, and are external interfaces 0, 1 or 2, 3",
        .symptom = "the tunnel never comes up: AWS knows one peer address a connection",
        .remedy = "let tunnels to external interfaces 0, 1 start from HA interface 0, 2, 3 from 1",
        .source = "GCEXT, GCAWS",
        .facts = { &aws_facts[AWS_VPN_CUSTOMER_GATEWAYS] },
        .run = four_addresses_are_in_order,
    },
    {
        .id = "R139",
        .scope = "Google Cloud and AWS",
        .severity = DIAG_WARNING,
        .title = "AWS offers IKEv2 and one algorithm of each kind to Google Cloud",
        .symptom = "rekeying fails: the list of offers is so long that its packet is fragmented",
        .remedy = "set ike_versions, encryption, integrity and group of each tunnel to one value",
        .source = "GCAWS",
        .facts = { &gcp_facts[GCP_VPN_AWS_FEW_TRANSFORMS] },
        .run = aws_offers_little,
    },
    {
        .id = "R140",
        .scope = "Google Cloud",
        .severity = DIAG_ERROR,
        .title = "a Cloud Router has a private AS number (RFC 6996)",
        .symptom = "Google Cloud refuses the router",
        .remedy = "take 64512-65534 or 4200000000-4294967294",
        .source = "GCCR",
        .facts = { &gcp_facts[GCP_ROUTER_AS] },
        .run = router_as_is_private,
    },
    {
        .id = "R141",
        .scope = "Google Cloud and Azure",
        .severity = DIAG_NOTE,
        .title = "the lower hold time of both sides decides how fast a dead peer is noticed",
        .symptom = "a session is lost earlier than Azure's 180 s suggest",
        .remedy = "keep it, or raise keepalive_interval to 60",
        .source = "GCCR, VPNFAQ",
        .facts = { &gcp_facts[GCP_ROUTER_HOLD_FACTOR], &azure_facts[AZURE_VPN_BGP_HOLD] },
        .run = hold_time_is_known,
    },
    {
        .id = "R142",
        .scope = "Google Cloud",
        .severity = DIAG_WARNING,
        .title = "with REGIONAL routing every subnet is in a region with a Cloud Router",
        .symptom = "subnets of other regions are unreachable from the peer",
        .remedy = "set the network's routing_mode to GLOBAL, or add a router in that region",
        .source = "GCMODE",
        .facts = { &gcp_facts[GCP_ROUTER_ROUTING_MODES] },
        .run = regional_sees_its_region,
    },
    {
        .id = "R143",
        .scope = "Google Cloud",
        .severity = DIAG_WARNING,
        .title = "a router or peer in CUSTOM mode still announces the subnets",
        .symptom = "the subnets vanish at the peer as soon as a range of one's own is announced",
        .remedy = "add ALL_SUBNETS to advertised_groups",
        .source = "GCCR",
        .facts = { &gcp_facts[GCP_ROUTER_ADVERTISE_MODES] },
        .run = custom_keeps_subnets,
    },
    {
        .id = "R144",
        .scope = "Google Cloud",
        .severity = DIAG_WARNING,
        .title = "tunnels use IKEv2",
        .symptom = "IKEv1 knows AES-CBC-128, SHA1 and group 2 only: modern peers find no proposal",
        .remedy = "set ike_version to 2 and make the tunnel anew",
        .source = "GCIKE",
        .facts = { &gcp_facts[GCP_IKE_V1_SUITE] },
        .run = ikev2_is_used,
    },
    {
        .id = "R145",
        .scope = "Google Cloud and a router",
        .severity = DIAG_NOTE,
        .title = "the peer's lifetimes are not much shorter than Google Cloud's fixed ones",
        .symptom = "more rekeys than needed",
        .remedy = "nothing, or the longest lifetime that the peer takes",
        .source = "GCIKE",
        .facts = { &gcp_facts[GCP_IPSEC_LIFETIME] },
        .run = lifetimes_are_alike,
    },
    {
        .id = "R146",
        .scope = "Google Cloud and a router",
        .severity = DIAG_WARNING,
        .title = "the peer cuts packets before encryption, to what fits into the tunnel",
        .symptom = "large packets are lost",
        .remedy = "set ip mtu of the tunnel interface to 1406 or less; no fragmentation "
                  "after-encryption",
        .source = "GCMTU",
        .facts = { &gcp_facts[GCP_VPN_PREFRAGMENT] },
        .run = peer_cuts_before,
    },
    {
        .id = "R147",
        .scope = "Google Cloud",
        .severity = DIAG_ERROR,
        .title = "an MD5 key is set on both sides of a session or on none",
        .symptom = "the session stays down: packets without the right signature are dropped",
        .remedy = "set the same key on both sides; with Azure and AWS on none",
        .source = "GCCR",
        .facts = { &gcp_facts[GCP_ROUTER_MD5] },
        .run = md5_is_on_both_sides,
    },
    {
        .id = "R148",
        .scope = "Google Cloud and Azure",
        .severity = DIAG_ERROR,
        .title = "BFD is off towards Azure",
        .symptom = "the BFD session never comes up, and the BGP session is taken down with it",
        .remedy = "set bfd to DISABLED for this peer",
        .source = "VPNFAQ",
        .facts = { &azure_facts[AZURE_VPN_BGP_BFD] },
        .run = bfd_is_off_with_azure,
    },
    { .id = NULL },
};
