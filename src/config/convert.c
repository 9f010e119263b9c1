/* What a configuration says that the other dialect cannot say, or would take differently. */
#include "config/convert.h"

#include <string.h>

#include "config/refs.h"

static void add(struct diag_list *l, const struct config *c, enum diag_severity severity,
                struct config_pos at, const char *what, const char *name)
{
    struct diag d = { .severity = severity, .line = at.line, .column = at.column };
    DIAG_SET(d.id, "CFG-CONVERT");
    DIAG_SET(d.file, at.file < c->files.n ? c->files.v[at.file] : "");
    struct text t = text_init(d.what, sizeof(d.what));
    text_str(&t, what);
    if (name) {
        text_str(&t, ": '");
        text_str(&t, name);
        text_char(&t, '\'');
    }
    diag_add(l, &d);
}

bool convert_has_match(enum config_match_kind kind, bool ios)
{
    return !ios || (kind != MATCH_IP_NEXT_HOP_ADDRESS && kind != MATCH_ORIGIN &&
                    kind != MATCH_PEER && kind != MATCH_SOURCE_PROTOCOL);
}

bool convert_has_set(enum config_set_kind kind, bool ios)
{
    if (!ios)
        return kind != SET_IP_NEXT_HOP_SELF;
    return kind != SET_AS_PATH_EXCLUDE && kind != SET_AS_PATH_REPLACE && kind != SET_DISTANCE &&
           kind != SET_SRC && kind != SET_AGGREGATOR && kind != SET_ORIGINATOR_ID;
}

struct finder {
    struct refs_walk walk;
    const struct config *c;
    struct diag_list *l;
    bool ios; /* the dialect converted to */
};

/* FRR denies by an undefined list, IOS permits: the same words mean the opposite. */
static void find_reference(struct refs_walk *w, enum refs_kind kind, const char *name,
                           struct config_pos at)
{
    const struct finder *f = container_of(w, struct finder, walk);
    const struct config *c = f->c;
    bool defined = true;
    switch (kind) {
    case REFS_PREFIX_LIST:
        defined = config_prefix_list_find(c, IP_V4, name);
        break;
    case REFS_PREFIX_LIST6:
        defined = config_prefix_list_find(c, IP_V6, name);
        break;
    case REFS_AS_PATH_LIST:
        defined = config_as_path_list_find(c, name);
        break;
    case REFS_COMMUNITY_LIST:
        defined = config_community_list_find(c, name);
        break;
    case REFS_ACCESS_LIST:
    case REFS_ACCESS_LIST6:
        defined = config_access_list_find(c, name);
        break;
    case REFS_ROUTE_MAP:
        defined = config_route_map_find(c, name);
        break;
    case REFS_KIND_COUNT:
        break;
    }
    if (!defined)
        add(f->l, c, DIAG_ERROR, at,
            f->ios ? "an undefined list denies on FRR and permits on IOS: define it"
                   : "an undefined list permits on IOS and denies on FRR: define it",
            name);
}

static void find_route_maps(const struct finder *f)
{
    for (uint32_t i = 0; i < f->c->route_maps.n; i++) {
        const struct config_route_map *map = &f->c->route_maps.v[i];
        for (uint32_t k = 0; k < map->entries.n; k++) {
            const struct config_route_map_entry *e = &map->entries.v[k];
            for (uint32_t m = 0; m < e->matches.n; m++) {
                if (!convert_has_match(e->matches.v[m].kind, f->ios))
                    add(f->l, f->c, DIAG_ERROR, e->matches.v[m].at,
                        "this match does not exist there", map->name);
            }
            for (uint32_t s = 0; s < e->sets.n; s++) {
                if (!convert_has_set(e->sets.v[s].kind, f->ios))
                    add(f->l, f->c, DIAG_ERROR, e->sets.v[s].at, "this set does not exist there",
                        map->name);
            }
            if (e->call && f->ios)
                add(f->l, f->c, DIAG_ERROR, e->at, "IOS has no call", map->name);
        }
    }
}

static void find_neighbors(const struct finder *f)
{
    for (uint32_t i = 0; i < f->c->bgp.neighbors.n; i++) {
        const struct config_neighbor *n = &f->c->bgp.neighbors.v[i];
        if (f->ios && n->remote_as_kind == REMOTE_AS_EXTERNAL)
            add(f->l, f->c, DIAG_ERROR, n->at, "IOS wants the AS number of an external neighbor",
                n->name);
        if (f->ios && n->port)
            add(f->l, f->c, DIAG_ERROR, n->at, "IOS cannot choose a neighbor's TCP port", n->name);
        if (f->ios && n->connect_s)
            add(f->l, f->c, DIAG_WARNING, n->at, "IOS has no connect timer of a neighbor", n->name);
        if (f->ios &&
            (n->capability_dynamic == TRI_YES || n->capability_extended_nexthop == TRI_YES))
            add(f->l, f->c, DIAG_ERROR, n->at, "IOS does not have this capability", n->name);
        if (!f->ios && n->capability_4octet == TRI_NO)
            add(f->l, f->c, DIAG_WARNING, n->at, "FRR always offers four-octet AS numbers",
                n->name);
        for (unsigned k = 0; k < CONFIG_AF_COUNT; k++) {
            if (f->ios && n->af[k].addpath_tx_all == TRI_YES)
                add(f->l, f->c, DIAG_ERROR, n->at, "IOS does not send all paths by this", n->name);
        }
    }
}

static void find_bgp(const struct finder *f)
{
    const struct config_bgp *b = &f->c->bgp;
    struct config_bgp r;
    config_bgp_resolve(f->c, &r);
    if (f->ios && b->as && r.ebgp_requires_policy == TRI_YES)
        add(f->l, f->c, DIAG_WARNING, b->at,
            "IOS does not refuse routes of neighbors without a policy (RFC 8212)", NULL);
    if (f->ios && r.network_import_check == TRI_NO && b->as)
        add(f->l, f->c, DIAG_WARNING, b->at,
            "IOS announces a network only while there is a route to it", NULL);
    if (!f->ios && b->router_id_interface)
        add(f->l, f->c, DIAG_ERROR, b->at, "FRR wants the router id as an address",
            b->router_id_interface);
    for (unsigned i = 0; f->ios && i < CONFIG_AF_COUNT; i++) {
        if (b->af[i].redistribute[SOURCE_KERNEL].on)
            add(f->l, f->c, DIAG_ERROR, b->af[i].redistribute[SOURCE_KERNEL].at,
                "IOS has no kernel routes to redistribute", NULL);
        if (b->as && (b->af[i].maximum_paths == 0 || b->af[i].maximum_paths > 32))
            add(f->l, f->c, DIAG_NOTE, b->at, "IOS has at most 32 paths where FRR has 64", NULL);
    }
    find_neighbors(f);
}

static void find_interfaces(const struct finder *f)
{
    for (uint32_t i = 0; i < f->c->interfaces.n && !f->ios; i++) {
        const struct config_interface *x = &f->c->interfaces.v[i];
        if (x->is_tunnel || x->crypto_map)
            add(f->l, f->c, DIAG_WARNING, x->at,
                "FRR itself makes no tunnels: only Spanway reads these lines in its file", x->name);
        if (x->dot1q_vlan || x->ip_unnumbered || x->vrf || x->no_redirects || x->no_unreachables ||
            x->no_proxy_arp)
            add(f->l, f->c, DIAG_WARNING, x->at,
                "VLANs, unnumbered links and ICMP settings are not FRR's", x->name);
    }
}

/* What only Spanway knows of IKEv2, in either dialect. */
static void find_extensions(const struct finder *f)
{
    const struct config *c = f->c;
    for (uint32_t i = 0; i < c->ipsec.profiles.n; i++) {
        if (c->ipsec.profiles.v[i].preset)
            add(f->l, c, DIAG_WARNING, c->ipsec.profiles.v[i].at,
                "only Spanway has presets: IOS wants each setting", c->ipsec.profiles.v[i].name);
    }
    for (uint32_t i = 0; i < c->ipsec.keyrings.n; i++) {
        for (uint32_t k = 0; k < c->ipsec.keyrings.v[i].peers.n; k++) {
            const struct config_ikev2_peer *peer = &c->ipsec.keyrings.v[i].peers.v[k];
            enum config_secret_kind kind = peer->psk[PSK_LOCAL].kind;
            if (kind == SECRET_FILE || kind == SECRET_ENV || kind == SECRET_CREDENTIAL)
                add(f->l, c, DIAG_WARNING, peer->at,
                    "only Spanway reads keys by reference: IOS wants the key", peer->name);
        }
    }
}

static void find_rest(const struct finder *f)
{
    const struct config *c = f->c;
    if (!f->ios && c->crypto.n > 0)
        add(f->l, c, DIAG_WARNING, c->crypto.v[0].at,
            "FRR itself has no IPsec: only Spanway reads these lines in its file",
            c->crypto.v[0].name);
    if (!f->ios && c->tracks.n > 0)
        add(f->l, c, DIAG_ERROR, c->tracks.v[0].at, "FRR has no track objects", NULL);
    for (uint32_t i = 0; f->ios && i < c->nat_rules.n; i++) {
        if (!c->nat_rules.v[i].from_list)
            add(f->l, c, DIAG_ERROR, c->nat_rules.v[i].at, "IOS has no iptables rules", NULL);
    }
    for (uint32_t i = 0; f->ios && i < c->as_path_lists.n; i++)
        add(f->l, c, DIAG_NOTE, c->as_path_lists.v[i].at,
            "as-path lists of IOS have numbers: the list is renamed", c->as_path_lists.v[i].name);
    for (uint32_t i = 0; f->ios && i < c->statics.n; i++) {
        if (c->statics.v[i].onlink || c->statics.v[i].weight)
            add(f->l, c, DIAG_WARNING, c->statics.v[i].at, "IOS has no onlink and no weight", NULL);
    }
    for (uint32_t i = 0; f->ios && i < c->access_lists.n; i++) {
        if (c->access_lists.v[i].family == IP_V6)
            add(f->l, c, DIAG_ERROR, c->access_lists.v[i].at,
                "IPv6 access lists are not written for IOS", c->access_lists.v[i].name);
    }
}

void config_convert_findings(const struct config *c, enum dialect to, struct diag_list *findings)
{
    bool from_ios = c->dialect == DIALECT_IOS;
    struct finder f = {
        .walk = { .seen = find_reference }, .c = c, .l = findings, .ios = to == DIALECT_IOS
    };
    if (from_ios == f.ios)
        return;
    refs_walk(c, &f.walk);
    find_route_maps(&f);
    find_bgp(&f);
    find_interfaces(&f);
    if (f.ios)
        find_extensions(&f);
    find_rest(&f);
}
