/* Configurations of Cisco IOS: tunnels and what belongs to them. */
#include <string.h>

#include "check/announce.h"
#include "check/device.h"
#include "check/rules/rules.h"

/* ---- paths ----------------------------------------------------------------------------------- */

/* Whether another neighbor before this one is in the same AS: then several paths could be used. */
static bool has_sister(const struct check_device *d, uint32_t i, uint32_t as)
{
    struct config_neighbor r;
    for (uint32_t k = 0; k < i; k++)
        if (device_is_ebgp(d, &d->config->bgp.neighbors.v[k], &r) && device_remote_as(d, &r) == as)
            return true;
    return false;
}

static void paths_are_used_together(struct check *c, const struct check_rule *rule)
{
    struct config_neighbor r;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        if (!device_speaks(d, DIALECT_IOS) || d->config->bgp.af[CONFIG_AF_IPV4].maximum_paths > 1)
            continue;
        for (uint32_t k = 0; k < d->config->bgp.neighbors.n; k++) {
            if (!device_is_ebgp(d, &d->config->bgp.neighbors.v[k], &r) ||
                !has_sister(d, k, device_remote_as(d, &r)))
                continue;
            check_report_line(c, rule, d, d->config->bgp.at.line,
                              "%s: of several paths to AS %u one is used", d->owner->name,
                              device_remote_as(d, &r));
            break;
        }
    }
}

/* ---- tunnels --------------------------------------------------------------------------------- */

typedef void tunnel_fn(struct check *c, const struct check_rule *rule, const struct check_device *d,
                       const struct config_tunnel *t);

static void each_tunnel(struct check *c, const struct check_rule *rule, tunnel_fn *each)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t k = 0; d->config && k < d->config->ipsec.tunnels.n; k++)
            each(c, rule, d, &d->config->ipsec.tunnels.v[k]);
    }
}

static bool has_addr(const struct config_addr *a, const struct ip_addr *ip)
{
    if (a->ip.family == IP_NONE)
        return a->text != NULL; /* left to fill in: R169 */
    struct prefix p = prefix_of(&a->ip, a->len);
    return prefix_has_addr(&p, ip);
}

/* The profile that the interface asks for, though it may not be one that can come up. */
static const struct config_ikev2_profile *profile_of(const struct config *c,
                                                     const struct config_interface *x)
{
    const struct config_ipsec *p = &c->ipsec;
    const char *ike = NULL;
    for (uint32_t i = 0; x->tunnel_ipsec_profile && i < p->ipsec_profiles.n; i++)
        if (strcmp(p->ipsec_profiles.v[i].name, x->tunnel_ipsec_profile) == 0)
            ike = p->ipsec_profiles.v[i].ikev2_profile;
    for (uint32_t i = 0; ike && i < p->profiles.n; i++)
        if (strcmp(p->profiles.v[i].name, ike) == 0)
            return &p->profiles.v[i];
    return NULL;
}

static bool takes_identity(const struct config_ikev2_profile *p, const struct ip_addr *peer)
{
    bool takes = p->remotes.n == 0;
    for (uint32_t i = 0; i < p->remotes.n; i++)
        takes |= p->remotes.v[i].kind != IDENTITY_ADDRESS || has_addr(&p->remotes.v[i].addr, peer);
    return takes;
}

static bool has_key(const struct config *c, const struct config_ikev2_profile *p,
                    const struct ip_addr *peer)
{
    for (uint32_t i = 0; p->keyring && i < c->ipsec.keyrings.n; i++) {
        const struct config_ikev2_keyring *k = &c->ipsec.keyrings.v[i];
        for (uint32_t n = 0; strcmp(k->name, p->keyring) == 0 && n < k->peers.n; n++)
            if (!k->peers.v[n].address.text || has_addr(&k->peers.v[n].address, peer))
                return true;
    }
    return !p->keyring;
}

static bool has_keyring(const struct config_ipsec *p, const char *name)
{
    for (uint32_t i = 0; i < p->keyrings.n; i++)
        if (strcmp(p->keyrings.v[i].name, name) == 0)
            return true;
    return false;
}

static void check_identity(struct check *c, const struct check_rule *rule,
                           const struct check_device *d, const struct config_interface *x)
{
    const struct config_ikev2_profile *p = profile_of(d->config, x);
    const struct ip_addr *peer = &x->tunnel_destination;
    if (!p || x->shutdown || peer->family == IP_NONE ||
        (p->keyring && !has_keyring(&d->config->ipsec, p->keyring)))
        return;
    bool identity = takes_identity(p, peer), key = has_key(d->config, p, peer);
    char addr[IP_TEXT_MAX];
    struct text t = text_init(addr, sizeof(addr));
    text_ip(&t, peer);
    if (!identity || !key)
        check_report_line(c, rule, d, x->at.line, "%s: %s goes to %s, which %s does not have",
                          d->owner->name, x->name, addr,
                          identity ? "the keyring" : "the IKEv2 profile");
}

static void tunnels_are_in_their_profile(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t k = 0; d->config && k < d->config->interfaces.n; k++)
            check_identity(c, rule, d, &d->config->interfaces.v[k]);
    }
}

/* ---- where the source is known --------------------------------------------------------------- */

static bool is_edge(const struct check *c, uint32_t node)
{
    return node != NET_NONE && c->net->nodes.items[node].kind == NET_EDGE;
}

/* Whether a router that speaks to the edge of a circuit announces the address there. */
static bool is_announced(struct check *c, const struct ip_addr *a)
{
    const struct prefix host = prefix_of(a, 32);
    for (uint32_t i = 0; i < c->net->sessions.count; i++) {
        const struct net_session *s = &c->net->sessions.items[i];
        for (int side = 0; side < 2; side++) {
            if (!is_edge(c, s->node[1 - side]) || s->node[side] == NET_NONE)
                continue;
            const struct check_device *d =
                look_device_of(c, c->net->nodes.items[s->node[side]].object);
            if (announce_has(c, d, &s->addr[1 - side], &host))
                return true;
        }
    }
    return false;
}

/* A tunnel between private addresses runs over a circuit: its source has to be known there. */
static void check_source(struct check *c, const struct check_rule *rule,
                         const struct check_device *d, const struct config_tunnel *t)
{
    if (t->local.family != IP_V4 || t->remote.family != IP_V4 || !look_is_private(&t->local) ||
        !look_is_private(&t->remote) || c->topo->azure.express_route_circuits.count == 0 ||
        is_announced(c, &t->local))
        return;
    char addr[IP_TEXT_MAX];
    struct text s = text_init(addr, sizeof(addr));
    text_ip(&s, &t->local);
    check_report_line(c, rule, d, t->interface->at.line,
                      "%s: the source %s of %s is announced over no circuit", d->owner->name, addr,
                      t->interface->name);
}

static void sources_are_announced(struct check *c, const struct check_rule *rule)
{
    each_tunnel(c, rule, check_source);
}

/* ---- twins ----------------------------------------------------------------------------------- */

static bool is_same_way(const struct config_interface *a, const struct config_interface *b)
{
    return a->is_tunnel && b->is_tunnel && !a->shutdown && !b->shutdown && a->tunnel_source &&
           b->tunnel_source && a->tunnel_destination.family != IP_NONE &&
           strcmp(a->tunnel_source, b->tunnel_source) == 0 &&
           ip_eq(&a->tunnel_destination, &b->tunnel_destination);
}

/* Hubs with more tunnels are made by a program. */
enum { TUNNELS_COMPARED_MAX = 500 };

static void tunnels_have_their_own_way(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        uint32_t n = d->config ? MIN(d->config->interfaces.n, (uint32_t)TUNNELS_COMPARED_MAX) : 0;
        for (uint32_t k = 1; k < n; k++)
            for (uint32_t b = 0; b < k; b++)
                if (is_same_way(&d->config->interfaces.v[b], &d->config->interfaces.v[k]))
                    check_report_line(c, rule, d, d->config->interfaces.v[k].at.line,
                                      "%s: %s and %s have the same source and destination",
                                      d->owner->name, d->config->interfaces.v[b].name,
                                      d->config->interfaces.v[k].name);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

/* ---- references ------------------------------------------------------------------------------ */

static const struct config_ipsec_profile *ipsec_profile_of(const struct config_ipsec *p,
                                                           const char *name)
{
    for (uint32_t i = 0; i < p->ipsec_profiles.n; i++)
        if (strcmp(p->ipsec_profiles.v[i].name, name) == 0)
            return &p->ipsec_profiles.v[i];
    return NULL;
}

/* From the interface to the keys: the first name that leads nowhere. */
static void check_names(struct check *c, const struct check_rule *rule,
                        const struct check_device *d, const struct config_interface *x)
{
    const char *name = x->tunnel_ipsec_profile;
    if (!name || x->shutdown)
        return;
    const struct config_ipsec_profile *s = ipsec_profile_of(&d->config->ipsec, name);
    const struct config_ikev2_profile *p = profile_of(d->config, x);
    if (!s)
        check_report_line(c, rule, d, x->at.line, "%s: there is no IPsec profile %s for %s",
                          d->owner->name, name, x->name);
    else if (s->ikev2_profile && !p)
        check_report_line(c, rule, d, s->at.line, "%s: there is no IKEv2 profile %s",
                          d->owner->name, s->ikev2_profile);
    else if (p && p->keyring && !has_keyring(&d->config->ipsec, p->keyring))
        check_report_line(c, rule, d, p->at.line, "%s: there is no IKEv2 keyring %s",
                          d->owner->name, p->keyring);
}

static void profiles_are_defined(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t k = 0; d->config && k < d->config->interfaces.n; k++)
            check_names(c, rule, d, &d->config->interfaces.v[k]);
    }
}

const struct check_rule check_rules_ios[] = {
    {
        .id = "R163",
        .scope = "IOS",
        .severity = DIAG_NOTE,
        .title = "where there are two ways maximum-paths is more than 1",
        .symptom = "one tunnel is idle",
        .remedy = "maximum-paths 2",
        .source = "JWR",
        .run = paths_are_used_together,
    },
    {
        .id = "R164",
        .scope = "IOS",
        .severity = DIAG_ERROR,
        .title = "the IKEv2 profile and the keyring have the tunnel's destination",
        .symptom = "authentication fails",
        .remedy = "correct tunnel destination, or add match identity remote address to the "
                  "profile and a peer with the key to the keyring",
        .source = "S1",
        .run = tunnels_are_in_their_profile,
    },
    {
        .id = "R165",
        .scope = "IOS",
        .severity = DIAG_ERROR,
        .title = "the source of a tunnel over a circuit is announced there",
        .symptom = "IKE is never answered",
        .remedy = "announce the loopback over ExpressRoute",
        .source = "S1",
        .run = sources_are_announced,
    },
    {
        .id = "R166",
        .scope = "IOS",
        .severity = DIAG_ERROR,
        .title = "two tunnels differ in source or destination",
        .symptom = "the second one cannot be used",
        .remedy = "give one of them another source or destination, or a tunnel key",
        .source = "S1",
        .run = tunnels_have_their_own_way,
    },
    {
        .id = "R203",
        .scope = "IOS",
        .severity = DIAG_ERROR,
        .title = "profiles and keyrings that a tunnel names are in the configuration",
        .symptom = "the tunnel stays down",
        .remedy = "correct the name, or add what is named",
        .source = "design",
        .run = profiles_are_defined,
    },
    { .id = NULL },
};
