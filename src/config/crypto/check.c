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

/* Who has to begin, and how large packets may be, for that provider. */
static void check_preset_role(struct parser *p, const struct config_tunnel *t,
                              const struct crypto_preset *preset)
{
    if (preset->we_initiate && t->ipsec->responder_only)
        REPORT(p, DIAG_WARNING, "CFG-PRESET", t->ipsec->at, preset->title,
               " waits for us unless it is told to begin: with responder-only nobody may");
    char mss[16];
    struct text text = text_init(mss, sizeof(mss));
    text_u64(&text, preset->tcp_mss);
    if (preset->tcp_mss && t->interface->tcp_mss > preset->tcp_mss)
        REPORT(p, DIAG_WARNING, "CFG-PRESET", t->interface->at, preset->title,
               " wants an MSS that is no larger: ip tcp adjust-mss ", mss);
}

/* What is configured beside a preset, but that provider does not take. */
static void check_preset(struct parser *p, const struct config_tunnel *t)
{
    const struct crypto_preset *preset = crypto_preset_find(t->ike->preset);
    assert(preset);
    check_preset_role(p, t, preset);
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

/* Which addresses are our own on a tunnel, and which networks are behind one: by a tunnel's subnet
 * or a static route. Looked up for each neighbor, so that thousands of each take no longer. */
struct reach {
    struct parser *p;
    struct index index;
    bool has_default; /* `network 0.0.0.0` */
};

enum { OWNER_NAME, OWNER_OURS, OWNER_BEHIND };

static void note(struct reach *r, uint32_t owner, const void *key, size_t len, uint32_t value)
{
    uint32_t *slot = index_make(&r->index, INDEX_CRYPTO, owner, key, len);
    if (!slot)
        r->p->full = true;
    else if (*slot == INDEX_NONE)
        *slot = value;
}

static void note_tunnel(struct reach *r, uint32_t i)
{
    const struct config_interface *x = &r->p->c->interfaces.v[i];
    note(r, OWNER_NAME, x->name, strlen(x->name), i);
    for (uint32_t k = 0; k < x->addresses.n; k++) {
        struct prefix own = x->addresses.v[k].prefix;
        struct ip_addr ip = ip_from_bytes(own.family, own.b);
        struct prefix net = prefix_of(&ip, own.len);
        note(r, OWNER_OURS, &ip, sizeof(ip), i);
        if (own.len < ip_bits(own.family))
            note(r, OWNER_BEHIND, &net, sizeof(net), i);
    }
}

static void note_statics(struct reach *r)
{
    const struct config *c = r->p->c;
    for (uint32_t k = 0; k < c->statics.n; k++) {
        const struct config_static *s = &c->statics.v[k];
        const uint32_t *at = s->interface && s->prefix.len > 0
                                 ? index_find(&r->index, INDEX_CRYPTO, OWNER_NAME, s->interface,
                                              strlen(s->interface))
                                 : NULL;
        if (at)
            note(r, OWNER_BEHIND, &s->prefix, sizeof(s->prefix), *at);
    }
}

static bool is_behind_tunnel(const struct reach *r, const struct ip_addr *a)
{
    for (unsigned len = ip_bits(a->family); len > 0; len--) {
        struct prefix net = prefix_of(a, (uint8_t)len);
        if (index_find(&r->index, INDEX_CRYPTO, OWNER_BEHIND, &net, sizeof(net)))
            return true;
    }
    return false;
}

static bool announces_default(const struct reach *r, const struct config_neighbor *n)
{
    const struct config_neighbor_af *af = &n->af[CONFIG_AF_IPV4];
    bool filtered = af->prefix_list[DIR_OUT] || af->route_map[DIR_OUT] ||
                    af->distribute_list[DIR_OUT] || af->filter_list[DIR_OUT];
    return af->default_originate == TRI_YES || (r->has_default && !filtered);
}

static void check_neighbor(struct reach *r, const struct config_neighbor *n)
{
    const struct config *c = r->p->c;
    const uint32_t *at =
        index_find(&r->index, INDEX_CRYPTO, OWNER_OURS, &n->address, sizeof(n->address));
    if (at) {
        REPORT(r->p, DIAG_WARNING, "CFG-DOWNLOAD", n->at, "neighbor ", n->name,
               " is our own address on ", c->interfaces.v[*at].name);
        return;
    }
    if (!is_behind_tunnel(r, &n->address) ||
        !parser_may_scan(r->p, n->peer_group ? c->bgp.neighbors.n : 1))
        return;
    struct config_neighbor resolved;
    config_neighbor_resolve(c, n, &resolved);
    if (announces_default(r, &resolved))
        REPORT(r->p, DIAG_WARNING, "CFG-DOWNLOAD", n->at, "the default route is announced to ",
               n->name,
               " through the tunnel: the whole network beyond it would leave by us; filter it "
               "unless that is meant");
}

static void check_neighbors(struct parser *p)
{
    const struct config *c = p->c;
    struct reach r = { .p = p };
    index_init(&r.index, &p->c->arena);
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        if (c->interfaces.v[i].is_tunnel)
            note_tunnel(&r, i);
    }
    if (r.index.n == 0)
        return;
    note_statics(&r);
    for (uint32_t i = 0; i < c->bgp.af[CONFIG_AF_IPV4].networks.n; i++)
        r.has_default = r.has_default || c->bgp.af[CONFIG_AF_IPV4].networks.v[i].prefix.len == 0;
    for (uint32_t i = 0; i < c->bgp.neighbors.n; i++) {
        if (!c->bgp.neighbors.v[i].is_group)
            check_neighbor(&r, &c->bgp.neighbors.v[i]);
    }
}

/* Without liveness checks a tunnel whose peer died stays up until its keys end. */
static void check_dpd(struct parser *p, const struct config_tunnel *t)
{
    const struct config_ikev2_profile *x = t->ike;
    if (x->preset || x->dpd.interval_s || p->c->ipsec.global.dpd.interval_s)
        return;
    REPORT(p, DIAG_WARNING, "CFG-NO-DPD", x->at, t->interface->name,
           ": nothing notices a peer that is gone while the keys last (hours): add `dpd 10 5 "
           "periodic` or `preset NAME` to the IKEv2 profile, or `crypto ikev2 dpd 10 5 periodic`");
}

static void check_map(struct parser *p, const struct config_interface *i)
{
    REPORT(
        p, DIAG_WARNING, "CFG-UNSUPPORTED", i->at, i->name,
        ": no tunnel comes up by its crypto map, and its addresses are not set: make an interface "
        "Tunnel with `tunnel protection ipsec profile` and, for selectors, `tunnel protection "
        "ipsec policy ipv4 ",
        "ACL`");
}

/* The mode alone brings nothing up. */
static void check_protection(struct parser *p, const struct config_interface *i)
{
    if (!i->tunnel_mode || strncmp(i->tunnel_mode, "ipsec", 5) != 0 || i->tunnel_ipsec_profile ||
        i->shutdown || i->vrf)
        return;
    REPORT(p, DIAG_WARNING, "CFG-REFERENCE", i->at, i->name,
           " stays down: it has no `tunnel protection ipsec profile NAME`");
}

/* What the kernel's IPsec does otherwise than ours. */
static void check_kernel(struct parser *p, const struct config_tunnel *t)
{
    enum { KERNEL_WINDOW_MAX = 4096 };
    const struct config_sa_limits *own = &t->ipsec->limits, *all = &p->c->ipsec.global.limits;
    const struct config_sa_limits *said = own->replay != REPLAY_UNSET ? own : all;
    if (said->replay == REPLAY_WINDOW && said->window > KERNEL_WINDOW_MAX)
        REPORT(p, DIAG_WARNING, "CFG-KERNEL", t->ipsec->at,
               "with platform ipsec kernel the replay window is 4096 packets at most");
    for (uint32_t i = 0; said->replay == REPLAY_OFF && i < t->transform_sets.n; i++)
        if (t->transform_sets.v[i]->esn)
            REPORT(p, DIAG_WARNING, "CFG-KERNEL", t->transform_sets.v[i]->at,
                   "with platform ipsec kernel and esn, replay is always checked: in a window of "
                   "4096 packets");
    if (t->interface->tunnel_via)
        REPORT(p, DIAG_WARNING, "CFG-KERNEL", t->interface->at,
               "platform ipsec kernel sends by the routes: tunnel route-via of ",
               t->interface->name, " is not obeyed");
    if (t->interface->tcp_mss)
        REPORT(p, DIAG_WARNING, "CFG-KERNEL", t->interface->at,
               "platform ipsec kernel does not change the MSS of TCP: ip tcp adjust-mss of ",
               t->interface->name, " is not obeyed; the interface's MTU is");
}

void check_crypto(struct parser *p)
{
    const struct config *c = p->c;
    check_objects(p);
    if (c->bgp.neighbors.n > 0)
        check_neighbors(p);
    const struct config_ipsec *x = &c->ipsec;
    bool circuit = has_private_circuit(c);
    for (uint32_t i = 0; i < x->tunnels.n; i++) {
        check_destination(p, &x->tunnels.v[i], circuit);
        check_dpd(p, &x->tunnels.v[i]);
        if (x->tunnels.v[i].ike->preset)
            check_preset(p, &x->tunnels.v[i]);
        if (x->global.kernel)
            check_kernel(p, &x->tunnels.v[i]);
    }
    if (x->global.kernel && x->tunnels.n > 0 && x->global.df == DF_SET)
        REPORT(p, DIAG_WARNING, "CFG-KERNEL", x->global.kernel_at,
               "platform ipsec kernel copies the DF bit: it cannot set it always");
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        if (c->interfaces.v[i].crypto_map)
            check_map(p, &c->interfaces.v[i]);
        check_protection(p, &c->interfaces.v[i]);
    }
}
