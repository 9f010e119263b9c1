/* router bgp as text. */
#include "config/print.h"

#include <string.h>

/* ---- the process ----------------------------------------------------------------------------- */

static void print_router_id(struct out *o, const struct config_bgp *b)
{
    if (b->router_id.family != IP_NONE) {
        out_begin(o, 1, "bgp router-id");
        out_ip(o, &b->router_id);
        out_end(o);
    }
    if (b->router_id_interface && o->ios)
        out_line(o, 1, "bgp router-id interface ", b->router_id_interface, NULL);
}

/* FRR says what IOS leaves to its defaults, when a configuration changes its dialect. */
static void print_policy_default(struct out *o, const struct config_bgp *b)
{
    if (o->ios)
        return;
    if (o->convert)
        out_line(o, 1, "no bgp ebgp-requires-policy", NULL, NULL);
    else
        out_tri(o, 1, b->ebgp_requires_policy, "bgp ebgp-requires-policy");
}

static bool has_default_timers(const struct out *o, const struct config_bgp *b)
{
    bool fast = !o->ios && !o->convert && o->c->datacenter;
    return b->keepalive_s == (fast ? 3 : 60) && b->hold_s == (fast ? 9 : 180);
}

static void print_settings(struct out *o, const struct config_bgp *b)
{
    print_router_id(o, b);
    out_tri(o, 1, b->log_neighbor_changes, "bgp log-neighbor-changes");
    print_policy_default(o, b);
    out_tri(o, 1, b->default_ipv4_unicast, "bgp default ipv4-unicast");
    if (b->default_local_pref != 100) {
        out_begin(o, 1, "bgp default local-preference");
        out_number(o, b->default_local_pref);
        out_end(o);
    }
    out_tri(o, 1, b->always_compare_med, "bgp always-compare-med");
    out_tri(o, 1, b->client_to_client, "bgp client-to-client reflection");
    if (b->cluster_id.family != IP_NONE) {
        out_begin(o, 1, "bgp cluster-id");
        out_ip(o, &b->cluster_id);
        out_end(o);
    }
    out_tri(o, 1, b->deterministic_med, "bgp deterministic-med");
    out_tri(o, 1, b->enforce_first_as, "bgp enforce-first-as");
    out_tri(o, 1, b->fast_external_failover, "bgp fast-external-failover");
    out_tri(o, 1, b->graceful_restart, "bgp graceful-restart");
    out_tri(o, 1, b->as_path_ignore, "bgp bestpath as-path ignore");
    out_tri(o, 1, b->as_path_multipath_relax, "bgp bestpath as-path multipath-relax");
    out_tri(o, 1, b->compare_routerid, "bgp bestpath compare-routerid");
    out_tri(o, 1, b->med_confed, "bgp bestpath med confed");
    out_tri(o, 1, b->med_missing_as_worst, "bgp bestpath med missing-as-worst");
    if (!o->ios) {
        out_tri(o, 1, b->default_show_hostname, "bgp default show-hostname");
        out_tri(o, 1, b->suppress_duplicates, "bgp suppress-duplicates");
        out_tri(o, 1, b->graceful_shutdown, "bgp graceful-shutdown");
        out_tri(o, 1, b->network_import_check, "bgp network import-check");
    }
    if (!has_default_timers(o, b)) {
        out_begin(o, 1, "timers bgp");
        out_number(o, b->keepalive_s);
        out_number(o, b->hold_s);
        out_end(o);
    }
}

/* ---- a neighbor's session -------------------------------------------------------------------- */

/* Begins " neighbor X what". */
static void begin(struct out *o, unsigned indent, const struct config_neighbor *n, const char *what)
{
    out_begin(o, indent, "neighbor ");
    text_str(&o->t, n->name);
    out_word(o, what);
}

static void line(struct out *o, unsigned indent, const struct config_neighbor *n, const char *what,
                 const char *value)
{
    begin(o, indent, n, what);
    if (value)
        out_word(o, value);
    out_end(o);
}

static void tri(struct out *o, unsigned indent, const struct config_neighbor *n,
                enum config_tri value, const char *what)
{
    if (value == TRI_UNSET)
        return;
    out_begin(o, indent, value == TRI_NO ? "no neighbor " : "neighbor ");
    text_str(&o->t, n->name);
    out_word(o, what);
    out_end(o);
}

static void number(struct out *o, const struct config_neighbor *n, const char *what, uint32_t value)
{
    begin(o, 1, n, what);
    out_number(o, value);
    out_end(o);
}

static void print_remote_as(struct out *o, const struct config_neighbor *n)
{
    switch (n->remote_as_kind) {
    case REMOTE_AS_UNSET:
        break;
    case REMOTE_AS_NUMBER:
        number(o, n, "remote-as", n->remote_as);
        break;
    case REMOTE_AS_INTERNAL:
        if (o->ios)
            number(o, n, "remote-as", o->c->bgp.as);
        else
            line(o, 1, n, "remote-as", "internal");
        break;
    case REMOTE_AS_EXTERNAL:
        if (!o->ios)
            line(o, 1, n, "remote-as", "external");
        break;
    }
}

static void print_local_as(struct out *o, const struct config_neighbor *n)
{
    if (!n->local_as)
        return;
    begin(o, 1, n, "local-as");
    out_number(o, n->local_as);
    if (n->local_as_no_prepend)
        out_word(o, "no-prepend");
    if (n->local_as_replace_as)
        out_word(o, "replace-as");
    out_end(o);
}

static void print_shutdown(struct out *o, const struct config_neighbor *n)
{
    if (n->shutdown == TRI_YES && n->shutdown_message) {
        begin(o, 1, n, "shutdown message");
        out_word(o, n->shutdown_message);
        out_end(o);
    } else {
        tri(o, 1, n, n->shutdown, "shutdown");
    }
}

static void print_capabilities(struct out *o, const struct config_neighbor *n)
{
    if (!o->ios) {
        tri(o, 1, n, n->capability_dynamic, "capability dynamic");
        tri(o, 1, n, n->capability_extended_nexthop, "capability extended-nexthop");
    }
    if (n->capability_negotiate != TRI_UNSET)
        tri(o, 1, n, n->capability_negotiate == TRI_NO ? TRI_YES : TRI_NO,
            "dont-capability-negotiate");
    if (o->ios && n->capability_4octet != TRI_UNSET)
        tri(o, 1, n, n->capability_4octet == TRI_NO ? TRI_YES : TRI_NO,
            "dont-capability-negotiate four-octets-as");
}

static void print_timers(struct out *o, const struct config_neighbor *n)
{
    if (n->advertisement_interval_s != UINT16_MAX)
        number(o, n, "advertisement-interval", n->advertisement_interval_s);
    if (n->hold_s != UINT16_MAX) {
        begin(o, 1, n, "timers");
        out_number(o, n->keepalive_s);
        out_number(o, n->hold_s);
        out_end(o);
    }
    if (n->connect_s && !o->ios)
        number(o, n, "timers connect", n->connect_s);
}

static void print_bfd(struct out *o, const struct config_neighbor *n)
{
    if (o->ios)
        tri(o, 1, n, n->bfd, "fall-over bfd");
    else if (n->bfd_profile)
        line(o, 1, n, "bfd profile", n->bfd_profile);
    else
        tri(o, 1, n, n->bfd, "bfd");
}

static void print_password(struct out *o, const struct config_neighbor *n)
{
    if (!n->password)
        return;
    begin(o, 1, n, "password");
    /* IOS reads "7 ..." as a type: say the type where the password looks like one. */
    if (o->ios && n->password[0] >= '0' && n->password[0] <= '9' && n->password[1] == ' ')
        out_word(o, "0");
    out_secret(o, n->password);
    out_end(o);
}

static void print_session(struct out *o, const struct config_neighbor *n)
{
    if (n->is_group)
        line(o, 1, n, "peer-group", NULL);
    print_remote_as(o, n);
    if (n->peer_group)
        line(o, 1, n, "peer-group", n->peer_group);
    print_local_as(o, n);
    if (n->description)
        line(o, 1, n, "description", n->description);
    print_shutdown(o, n);
    print_bfd(o, n);
    print_password(o, n);
    tri(o, 1, n, n->passive, o->ios ? "transport connection-mode passive" : "passive");
    if (n->ebgp_multihop == 255 && o->ios)
        line(o, 1, n, "ebgp-multihop", "255");
    else if (n->ebgp_multihop)
        number(o, n, "ebgp-multihop", n->ebgp_multihop);
    if (n->ttl_security_hops)
        number(o, n, "ttl-security hops", n->ttl_security_hops);
    tri(o, 1, n, n->disable_connected_check, "disable-connected-check");
    tri(o, 1, n, n->enforce_first_as, "enforce-first-as");
    if (n->update_source)
        line(o, 1, n, "update-source", n->update_source);
    print_timers(o, n);
    if (n->port && !o->ios)
        number(o, n, "port", n->port);
    print_capabilities(o, n);
    if (!o->ios)
        tri(o, 1, n, n->graceful_restart, "graceful-restart");
}

/* ---- a neighbor in an address family --------------------------------------------------------- */

struct af_out {
    struct out *o;
    unsigned indent;
    const struct config_neighbor *n;
    const struct config_neighbor_af *af;
};

static void af_tri(const struct af_out *a, enum config_tri value, const char *what)
{
    tri(a->o, a->indent, a->n, value, what);
}

static void print_directed(const struct af_out *a, const char *const names[2], const char *what)
{
    for (unsigned d = 0; d < 2; d++) {
        if (!names[d])
            continue;
        begin(a->o, a->indent, a->n, what);
        if (strcmp(what, "filter-list") == 0)
            out_as_path_name(a->o, names[d]);
        else
            out_word(a->o, names[d]);
        out_word(a->o, d == DIR_IN ? "in" : "out");
        out_end(a->o);
    }
}

static void print_send_community(const struct af_out *a)
{
    static const struct {
        uint8_t kind;
        const char *text;
    } kinds[] = { { SEND_COMMUNITY_STANDARD, "send-community standard" },
                  { SEND_COMMUNITY_EXTENDED, "send-community extended" },
                  { SEND_COMMUNITY_LARGE, "send-community large" } };
    enum config_tri said = a->af->send_community;
    uint8_t want = a->af->send_community_kinds;
    if (said == TRI_UNSET) {
        if (!a->o->convert)
            return;
        want = a->o->ios ? SEND_COMMUNITY_ALL : 0;
    }
    if (a->o->ios && want == (SEND_COMMUNITY_STANDARD | SEND_COMMUNITY_EXTENDED)) {
        line(a->o, a->indent, a->n, "send-community both", NULL);
        return;
    }
    if (want == SEND_COMMUNITY_ALL || want == 0) {
        bool both = a->o->ios && want != 0; /* IOS sends large ones with the standard ones */
        af_tri(a, want ? TRI_YES : TRI_NO, both ? "send-community both" : "send-community all");
        if (both && !a->o->convert)
            line(a->o, a->indent, a->n, "send-community large", NULL);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        bool on = want & kinds[i].kind;
        if (on || !a->o->ios)
            af_tri(a, on ? TRI_YES : TRI_NO, kinds[i].text);
    }
}

static void print_maximum_prefix(const struct af_out *a)
{
    const struct config_neighbor_af *af = a->af;
    if (!af->maximum_prefix)
        return;
    begin(a->o, a->indent, a->n, "maximum-prefix");
    out_number(a->o, af->maximum_prefix);
    if (af->maximum_prefix_threshold)
        out_number(a->o, af->maximum_prefix_threshold);
    if (af->maximum_prefix_warning_only)
        out_word(a->o, "warning-only");
    if (af->maximum_prefix_restart_min) {
        out_word(a->o, "restart");
        out_number(a->o, af->maximum_prefix_restart_min);
    }
    out_end(a->o);
}

static void print_allowas_in(const struct af_out *a)
{
    if (!a->af->allowas_in)
        return;
    begin(a->o, a->indent, a->n, "allowas-in");
    if (a->af->allowas_in_origin && !a->o->ios)
        out_word(a->o, "origin");
    else if (a->af->allowas_in != 3)
        out_number(a->o, a->af->allowas_in);
    out_end(a->o);
}

static void print_next_hop(const struct af_out *a)
{
    const struct config_neighbor_af *af = a->af;
    if (af->next_hop_self_force == TRI_YES)
        line(a->o, a->indent, a->n, a->o->ios ? "next-hop-self all" : "next-hop-self force", NULL);
    else
        af_tri(a, af->next_hop_self, "next-hop-self");
    af_tri(a, af->next_hop_unchanged,
           a->o->ios ? "next-hop-unchanged" : "attribute-unchanged next-hop");
}

static void print_default_originate(const struct af_out *a)
{
    if (a->af->default_originate == TRI_YES && a->af->default_originate_map)
        line(a->o, a->indent, a->n, "default-originate route-map", a->af->default_originate_map);
    else
        af_tri(a, a->af->default_originate, "default-originate");
}

static void print_remove_private(const struct af_out *a)
{
    const struct config_neighbor_af *af = a->af;
    if (af->remove_private_as == TRI_UNSET)
        return;
    if (af->remove_private_as == TRI_NO) {
        af_tri(a, TRI_NO, "remove-private-AS");
        return;
    }
    begin(a->o, a->indent, a->n, a->o->ios ? "remove-private-as" : "remove-private-AS");
    if (af->remove_private_as_all)
        out_word(a->o, "all");
    if (af->remove_private_as_replace)
        out_word(a->o, a->o->ios ? "replace-as" : "replace-AS");
    out_end(a->o);
}

static void print_neighbor_af(struct out *o, unsigned indent, const struct config_neighbor *n,
                              unsigned family)
{
    const struct af_out a = { o, indent, n, &n->af[family] };
    const struct config_neighbor_af *af = a.af;
    enum config_tri activate = af->activate;
    /* In blocks IOS says of each neighbor whether it is active; FRR where it is not the default. */
    if (o->convert && activate == TRI_UNSET && family == CONFIG_AF_IPV4 && indent == 2 &&
        o->c->bgp.default_ipv4_unicast != TRI_NO && o->ios && !n->is_group)
        activate = TRI_YES;
    af_tri(&a, activate, "activate");
    if (!o->ios)
        tri(o, indent, n, af->addpath_tx_all, "addpath-tx-all-paths");
    print_default_originate(&a);
    af_tri(&a, af->route_reflector_client, "route-reflector-client");
    af_tri(&a, af->route_server_client, "route-server-client");
    print_next_hop(&a);
    print_remove_private(&a);
    af_tri(&a, af->as_override, "as-override");
    print_send_community(&a);
    af_tri(&a, af->soft_reconfiguration, "soft-reconfiguration inbound");
    print_maximum_prefix(&a);
    print_allowas_in(&a);
    if (af->has_weight) {
        begin(o, indent, n, "weight");
        out_number(o, af->weight);
        out_end(o);
    }
    print_directed(&a, af->distribute_list, "distribute-list");
    print_directed(&a, af->prefix_list, "prefix-list");
    print_directed(&a, af->filter_list, "filter-list");
    print_directed(&a, af->route_map, "route-map");
}

/* ---- address families ------------------------------------------------------------------------ */

static void print_networks(struct out *o, unsigned indent, const struct config_bgp_af *af)
{
    for (uint32_t i = 0; i < af->networks.n; i++) {
        const struct config_network *n = &af->networks.v[i];
        out_begin(o, indent, "network");
        if (o->ios && n->prefix.family == IP_V4) {
            struct ip_addr first = prefix_addr(&n->prefix), mask = ip_mask_from_len(n->prefix.len);
            out_ip(o, &first);
            out_word(o, "mask");
            out_ip(o, &mask);
        } else {
            out_prefix(o, &n->prefix);
        }
        if (n->route_map) {
            out_word(o, "route-map");
            out_word(o, n->route_map);
        }
        if (n->backdoor)
            out_word(o, "backdoor");
        out_end(o);
    }
    for (uint32_t i = 0; i < af->aggregates.n; i++) {
        const struct config_aggregate *g = &af->aggregates.v[i];
        out_begin(o, indent, "aggregate-address");
        if (o->ios && g->prefix.family == IP_V4)
            out_net_mask(o, &g->prefix);
        else
            out_prefix(o, &g->prefix);
        if (g->as_set)
            out_word(o, "as-set");
        if (g->summary_only)
            out_word(o, "summary-only");
        out_end(o);
    }
}

static void print_redistribute(struct out *o, unsigned indent, const struct config_bgp_af *af)
{
    static const char *const names[] = { "redistribute connected", "redistribute static",
                                         "redistribute kernel" };
    for (unsigned i = 0; i < SOURCE_COUNT; i++) {
        const struct config_redistribute *r = &af->redistribute[i];
        if (!r->on || (o->ios && i == SOURCE_KERNEL))
            continue;
        out_begin(o, indent, names[i]);
        if (r->has_metric) {
            out_word(o, "metric");
            out_number(o, r->metric);
        }
        if (r->route_map) {
            out_word(o, "route-map");
            out_word(o, r->route_map);
        }
        out_end(o);
    }
}

static void print_paths(struct out *o, unsigned indent, const struct config_bgp_af *af, bool used)
{
    uint16_t paths = af->maximum_paths, ibgp = af->maximum_paths_ibgp;
    if (o->convert && used) { /* FRR: 64 unless said; IOS: 1, and at most 32 */
        paths = paths ? paths : o->ios ? 32 : 1;
        ibgp = ibgp ? ibgp : o->ios ? 32 : 1;
        paths = o->ios ? MIN(paths, 32) : paths;
        ibgp = o->ios ? MIN(ibgp, 32) : ibgp;
    }
    if (paths) {
        out_begin(o, indent, "maximum-paths");
        out_number(o, paths);
        out_end(o);
    }
    if (ibgp) {
        out_begin(o, indent, "maximum-paths ibgp");
        out_number(o, ibgp);
        out_end(o);
    }
    if (af->distance[0]) {
        out_begin(o, indent, "distance bgp");
        for (unsigned i = 0; i < 3; i++)
            out_number(o, af->distance[i]);
        out_end(o);
    }
    if (af->table_map)
        out_line(o, indent, "table-map ", af->table_map, NULL);
}

static bool af_says_something(const struct config_neighbor_af *af)
{
    static const struct config_neighbor_af nothing;
    return memcmp(af, &nothing, sizeof(nothing)) != 0;
}

static bool af_is_used(const struct config *c, unsigned family)
{
    const struct config_bgp_af *af = &c->bgp.af[family];
    bool used = af->networks.n + af->aggregates.n > 0 || af->maximum_paths ||
                af->maximum_paths_ibgp || af->distance[0] || af->table_map;
    for (unsigned i = 0; i < SOURCE_COUNT; i++)
        used = used || af->redistribute[i].on;
    for (uint32_t i = 0; i < c->bgp.neighbors.n && !used; i++)
        used = af_says_something(&c->bgp.neighbors.v[i].af[family]);
    return used;
}

static void print_af_lines(struct out *o, unsigned indent, unsigned family, bool used)
{
    const struct config_bgp_af *af = &o->c->bgp.af[family];
    print_networks(o, indent, af);
    print_redistribute(o, indent, af);
    for (uint32_t i = 0; i < o->c->bgp.neighbors.n; i++) {
        const struct config_neighbor *n = &o->c->bgp.neighbors.v[i];
        bool active = n->af[family].activate == TRI_YES || family == CONFIG_AF_IPV4;
        bool convert = o->convert;
        /* Defaults are written out once: for the group, not again for its members. */
        o->convert = convert && active && !n->peer_group;
        if (af_says_something(&n->af[family]) || o->convert)
            print_neighbor_af(o, indent, n, family);
        o->convert = convert;
    }
    print_paths(o, indent, af, used);
}

static void print_af_block(struct out *o, unsigned family, bool used)
{
    static const char *const heads[] = { "address-family ipv4", "address-family ipv6" };
    out_line(o, 1, "!", NULL, NULL);
    out_line(o, 1, heads[family], o->ios && family == CONFIG_AF_IPV4 ? "" : " unicast", NULL);
    print_af_lines(o, 2, family, used);
    out_line(o, 1, "exit-address-family", NULL, NULL);
}

void print_bgp(struct out *o)
{
    const struct config_bgp *b = &o->c->bgp;
    if (b->as == 0)
        return;
    out_begin(o, 0, "router bgp");
    out_number(o, b->as);
    out_end(o);
    print_settings(o, b);
    for (uint32_t i = 0; i < b->neighbors.n; i++) {
        if (b->neighbors.v[i].is_group)
            print_session(o, &b->neighbors.v[i]);
    }
    for (uint32_t i = 0; i < b->neighbors.n; i++) {
        if (!b->neighbors.v[i].is_group)
            print_session(o, &b->neighbors.v[i]);
    }
    bool v4 = af_is_used(o->c, CONFIG_AF_IPV4) || (o->convert && b->neighbors.n > 0);
    bool v6 = af_is_used(o->c, CONFIG_AF_IPV6);
    /* IOS writes no blocks while there is IPv4 only, unless it was written with them. */
    if (o->ios && !v6 && !b->af_blocks)
        print_af_lines(o, 1, CONFIG_AF_IPV4, v4);
    else if (v4)
        print_af_block(o, CONFIG_AF_IPV4, v4);
    if (v6)
        print_af_block(o, CONFIG_AF_IPV6, v6);
    if (!o->ios)
        out_line(o, 0, "exit", NULL, NULL);
    out_bang(o);
}
