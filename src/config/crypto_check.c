/* What is weak, refused or suspicious about IKEv2 and IPsec, and what providers' downloads are
 * known to get wrong: a warning each, with the line. */
#include <string.h>

#include "config/crypto_presets.h"
#include "config/crypto_resolve.h"
#include "config/crypto_set.h"

/* ---- algorithms ------------------------------------------------------------------------------ */

static void check_algorithms(struct parser *p, enum crypto_word_kind kind,
                             const struct config_algorithms *list)
{
    for (uint32_t i = 0; i < list->n; i++) {
        const struct crypto_word *w = crypto_word_of(kind, list->v[i].id, list->v[i].bits);
        assert(w);
        if (w->refused)
            REPORT(p, DIAG_WARNING, "CFG-REFUSED", list->v[i].at, w->refused);
        else if (w->warning)
            REPORT(p, DIAG_WARNING, "CFG-WEAK", list->v[i].at, w->warning);
    }
}

static void check_objects(struct parser *p)
{
    const struct config_ipsec *x = &p->c->ipsec;
    for (uint32_t i = 0; i < x->proposals.n; i++) {
        check_algorithms(p, WORD_ENCR, &x->proposals.v[i].encryption);
        check_algorithms(p, WORD_INTEG, &x->proposals.v[i].integrity);
        check_algorithms(p, WORD_PRF, &x->proposals.v[i].prf);
        check_algorithms(p, WORD_GROUP, &x->proposals.v[i].groups);
    }
    for (uint32_t i = 0; i < x->transform_sets.n; i++) {
        const char *why = crypto_transform_refusal(&x->transform_sets.v[i]);
        if (why)
            REPORT(p, DIAG_WARNING, "CFG-REFUSED", x->transform_sets.v[i].at, "transform set '",
                   x->transform_sets.v[i].name, "' is not used: ", why);
    }
    for (uint32_t i = 0; i < x->ipsec_profiles.n; i++) {
        const struct config_algorithm *pfs = &x->ipsec_profiles.v[i].pfs;
        const struct crypto_word *w = crypto_word_of(WORD_GROUP, pfs->id, 0);
        if (w && (w->refused || w->warning))
            REPORT(p, DIAG_WARNING, w->refused ? "CFG-REFUSED" : "CFG-WEAK", pfs->at,
                   "set pfs: ", w->refused ? w->refused : w->warning);
    }
}

/* ---- presets --------------------------------------------------------------------------------- */

static bool in_list(const struct preset_algorithm *v, const struct config_algorithm *a)
{
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && v[i].id != 0; i++) {
        if (v[i].id == a->id && v[i].bits == a->bits)
            return true;
    }
    return false;
}

static bool in_numbers(const uint16_t *v, const struct config_algorithm *a)
{
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && v[i] != 0; i++) {
        if (v[i] == a->id)
            return true;
    }
    return false;
}

static void not_taken(struct parser *p, const struct crypto_preset *preset,
                      const struct config_algorithm *a, enum crypto_word_kind kind)
{
    const struct crypto_word *w = crypto_word_of(kind, a->id, a->bits);
    REPORT(p, DIAG_WARNING, "CFG-PRESET", a->at, preset->title, " does not take ",
           kind == WORD_GROUP ? "group " : "", w ? w->word : "it");
}

static void check_numbers(struct parser *p, const struct crypto_preset *preset,
                          const struct config_algorithms *list, const uint16_t *allowed,
                          enum crypto_word_kind kind)
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (crypto_is_usable(kind, &list->v[i]) && !in_numbers(allowed, &list->v[i]))
            not_taken(p, preset, &list->v[i], kind);
    }
}

/* What is configured beside a preset, but that provider does not take. */
static void check_preset(struct parser *p, const struct config_tunnel *t)
{
    const struct crypto_preset *preset = crypto_preset_find(t->ike->preset);
    assert(preset);
    for (uint32_t i = 0; i < t->proposals.n; i++) {
        const struct config_ikev2_proposal *x = t->proposals.v[i];
        for (uint32_t k = 0; k < x->encryption.n; k++) {
            if (crypto_is_usable(WORD_ENCR, &x->encryption.v[k]) &&
                !in_list(preset->ike_allowed.encr, &x->encryption.v[k]))
                not_taken(p, preset, &x->encryption.v[k], WORD_ENCR);
        }
        check_numbers(p, preset, &x->integrity, preset->ike_allowed.integ, WORD_INTEG);
        check_numbers(p, preset, &x->groups, preset->ike_allowed.groups, WORD_GROUP);
    }
    for (uint32_t i = 0; i < t->transform_sets.n; i++) {
        const struct config_transform_set *x = t->transform_sets.v[i];
        if (!in_list(preset->esp_allowed.encr, &x->encryption))
            not_taken(p, preset, &x->encryption, WORD_ENCR);
        if (x->integrity.id != 0 && !in_numbers(preset->esp_allowed.integ, &x->integrity))
            not_taken(p, preset, &x->integrity, WORD_INTEG);
    }
    if (t->ipsec->has_pfs && !in_numbers(preset->esp_allowed.groups, &t->ipsec->pfs))
        not_taken(p, preset, &t->ipsec->pfs, WORD_GROUP);
}

/* ---- what downloads get wrong ---------------------------------------------------------------- */

/* RFC 1918, RFC 6598, RFC 3927, RFC 4193: addresses that the Internet does not carry. */
static bool is_private(const struct ip_addr *a)
{
    static const char *const ranges[] = { "10.0.0.0/8",    "172.16.0.0/12",  "192.168.0.0/16",
                                          "100.64.0.0/10", "169.254.0.0/16", "fc00::/7",
                                          "fe80::/10" };
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        struct prefix range;
        if (prefix_parse(ranges[i], &range, NULL) && prefix_has_addr(&range, a))
            return true;
    }
    return false;
}

enum { AS_EXPRESSROUTE = 12076 }; /* Microsoft's edge routers of every circuit */

static bool has_private_circuit(const struct config *c)
{
    for (uint32_t i = 0; i < c->bgp.neighbors.n; i++) {
        if (c->bgp.neighbors.v[i].remote_as == AS_EXPRESSROUTE)
            return true;
    }
    return false;
}

/* Over a private circuit, or from a loopback, which no NAT translates, the other end is private
 * too. Downloads name the gateway's public address whatever the connection is. */
static void check_destination(struct parser *p, const struct config_tunnel *t, bool circuit)
{
    bool private_vpn = circuit || lex_is_prefix("loopback", t->interface->tunnel_source);
    if (t->local.family == IP_NONE || !is_private(&t->local) || is_private(&t->remote))
        return;
    REPORT(
        p, private_vpn ? DIAG_WARNING : DIAG_NOTE, "CFG-DOWNLOAD", t->interface->at,
        t->interface->name,
        ": the destination is a public address and our own is private: right behind a NAT; a VPN "
        "over a private circuit wants the gateway's private address, which the download does "
        "not have");
}

static bool is_our_address(const struct config_interface *i, const struct ip_addr *a)
{
    for (uint32_t k = 0; k < i->addresses.n; k++) {
        struct prefix own = i->addresses.v[k].prefix;
        struct ip_addr ip = ip_from_bytes(own.family, own.b);
        if (ip_eq(&ip, a))
            return true;
    }
    return false;
}

/* Whether the neighbor is reached through the tunnel: by its subnet or by a static route. */
static bool is_through(const struct config *c, const struct config_interface *i,
                       const struct ip_addr *a)
{
    for (uint32_t k = 0; k < i->addresses.n; k++) {
        struct prefix own = i->addresses.v[k].prefix;
        struct ip_addr ip = ip_from_bytes(own.family, own.b);
        struct prefix net = prefix_of(&ip, own.len);
        if (own.len < ip_bits(own.family) && prefix_has_addr(&net, a))
            return true;
    }
    for (uint32_t k = 0; k < c->statics.n; k++) {
        const struct config_static *s = &c->statics.v[k];
        if (s->interface && strcmp(s->interface, i->name) == 0 && s->prefix.len > 0 &&
            prefix_has_addr(&s->prefix, a))
            return true;
    }
    return false;
}

static bool announces_default(const struct config *c, const struct config_neighbor *n)
{
    const struct config_neighbor_af *af = &n->af[CONFIG_AF_IPV4];
    if (af->default_originate == TRI_YES)
        return true;
    if (af->prefix_list[DIR_OUT] || af->route_map[DIR_OUT] || af->distribute_list[DIR_OUT] ||
        af->filter_list[DIR_OUT])
        return false;
    for (uint32_t i = 0; i < c->bgp.af[CONFIG_AF_IPV4].networks.n; i++) {
        if (c->bgp.af[CONFIG_AF_IPV4].networks.v[i].prefix.len == 0)
            return true;
    }
    return false;
}

static void check_neighbors(struct parser *p, const struct config_interface *i)
{
    const struct config *c = p->c;
    if (!parser_may_scan(p, c->bgp.neighbors.n * (c->statics.n + 1)))
        return;
    for (uint32_t k = 0; k < c->bgp.neighbors.n; k++) {
        const struct config_neighbor *n = &c->bgp.neighbors.v[k];
        if (n->is_group)
            continue;
        if (is_our_address(i, &n->address)) {
            REPORT(p, DIAG_WARNING, "CFG-DOWNLOAD", n->at, "neighbor ", n->name,
                   " is our own address on ", i->name);
            continue;
        }
        struct config_neighbor r;
        config_neighbor_resolve(c, n, &r);
        if (is_through(c, i, &n->address) && announces_default(c, &r))
            REPORT(p, DIAG_WARNING, "CFG-DOWNLOAD", n->at, "the default route is announced to ",
                   n->name,
                   " through the tunnel: the whole network beyond it would leave by us; "
                   "filter it unless that is meant");
    }
}

static void check_map(struct parser *p, const struct config_interface *i)
{
    REPORT(p, DIAG_WARNING, "CFG-UNSUPPORTED", i->at, i->name,
           " stays down: crypto maps are not supported; make an interface Tunnel with `tunnel "
           "protection ipsec profile` and, for selectors, `tunnel protection ipsec policy ipv4 ",
           "ACL`");
}

/* Tunnels without encryption are the host's to make: the line says what it has to be. */
static void check_vxlan(struct parser *p, const struct config_interface *i)
{
    REPORT(
        p, DIAG_WARNING, "CFG-UNSUPPORTED", i->at, i->name,
        " is not made by Spanway: let the host make it (`ip link add ... type vxlan`), with this "
        "id and other end; its addresses and routes are set once it is there");
}

void check_crypto(struct parser *p)
{
    const struct config *c = p->c;
    check_objects(p);
    const struct config_ipsec *x = &c->ipsec;
    bool circuit = has_private_circuit(c);
    for (uint32_t i = 0; i < x->tunnels.n; i++) {
        check_destination(p, &x->tunnels.v[i], circuit);
        if (x->tunnels.v[i].ike->preset)
            check_preset(p, &x->tunnels.v[i]);
    }
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        if (c->interfaces.v[i].is_tunnel && c->bgp.neighbors.n > 0)
            check_neighbors(p, &c->interfaces.v[i]);
        if (c->interfaces.v[i].vxlan.vni != 0)
            check_vxlan(p, &c->interfaces.v[i]);
        if (c->interfaces.v[i].crypto_map)
            check_map(p, &c->interfaces.v[i]);
    }
}
