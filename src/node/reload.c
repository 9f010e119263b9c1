/* From one configuration to the next: everything is built first, then only what differs changes. A
 * session whose own parameters stay as they are never notices. */

#include "config/parse.h"
#include "node/internal.h"

/* The highest address that the configuration gives to interfaces of the kind; IP_NONE: none. */
static struct ip_addr highest_configured(const struct config *c, bool loopbacks)
{
    struct ip_addr best = { 0 };
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        const struct config_interface *f = &c->interfaces.v[i];
        if (f->is_tunnel || f->vrf || f->shutdown || node_is_loopback(f->name) != loopbacks)
            continue;
        for (uint32_t k = 0; k < f->addresses.n; k++) {
            struct ip_addr a = ip_from_bytes(IP_V4, f->addresses.v[k].prefix.b);
            if (f->addresses.v[k].prefix.family == IP_V4 && !ip_is_loopback(&a) &&
                ip_cmp(&a, &best) > 0)
                best = a;
        }
    }
    return best;
}

/* A tunnel's address comes and goes with its device, so it would make another id of each start. */
static bool counts_for_id(const void *arg, uint32_t if_index)
{
    const struct config_interface *c = node_interface_config(arg, if_index);
    return !c || !c->is_tunnel;
}

static struct ip_addr higher(struct ip_addr a, struct ip_addr b)
{
    return ip_cmp(&a, &b) > 0 ? a : b;
}

/* The highest address of the loopbacks, or of the other interfaces. Those of the configuration
 * count as if the kernel had them already: it does at the next start. */
static struct ip_addr highest(const struct node *n, const struct config *c, bool loopbacks)
{
    return higher(highest_configured(c, loopbacks),
                  fib_highest_address(n->fib, loopbacks, counts_for_id, n));
}

/* FRR prefers a loopback's address. IOS chooses when BGP starts and then stays: on a device that
 * grew, as those that people bring have, that is an interface's address (see docs/decisions.md). */
uint32_t node_router_id(const struct node *n, const struct config *c)
{
    struct ip_addr id = c->bgp.router_id;
    if (!ip_bytes(id.family) && c->bgp.router_id_interface)
        id = node_interface_address(n, c->bgp.router_id_interface, IP_V4);
    if (!ip_bytes(id.family))
        id = c->router_id;
    if (!ip_bytes(id.family) && !n->is_synced)
        return 0; /* what the kernel has is not known yet: it would be another choice each time */
    /* An IOS text names the interfaces that it means; an FRR text may name none. */
    if (!ip_bytes(id.family) && c->dialect == DIALECT_IOS)
        id = highest_configured(c, false);
    if (!ip_bytes(id.family))
        id = highest(n, c, c->dialect != DIALECT_IOS);
    if (!ip_bytes(id.family))
        id = highest(n, c, c->dialect == DIALECT_IOS);
    return ip_to_u32(&id);
}

static bool has_policy(const struct config_neighbor_af *af, enum config_direction dir)
{
    return af->prefix_list[dir] || af->filter_list[dir] || af->route_map[dir] ||
           af->distribute_list[dir];
}

static bool is_external(const struct config *c, const struct config_neighbor *n)
{
    uint32_t local = n->local_as ? n->local_as : c->bgp.as;
    return n->remote_as_kind == REMOTE_AS_EXTERNAL ||
           (n->remote_as_kind == REMOTE_AS_NUMBER && n->remote_as != local);
}

static struct rib_params shard_params(const struct node *n)
{
    const struct config_bgp *b = &n->bgp;
    const struct config_bgp_af *af = &b->af[CONFIG_AF_IPV4];
    return (struct rib_params){
        .shards = n->params.shards,
        .hash_key = n->hash_key,
        .attrs = n->attrs,
        .local_as = b->as,
        .router_id = n->router_id,
        .cluster_id = ip_bytes(b->cluster_id.family) ? ip_to_u32(&b->cluster_id) : n->router_id,
        .max_routes = n->params.max_routes,
        .decision = {
            .always_compare_med = b->always_compare_med == TRI_YES,
            .deterministic_med = b->deterministic_med == TRI_YES,
            .med_missing_as_worst = b->med_missing_as_worst == TRI_YES,
            .as_path_ignore = b->as_path_ignore == TRI_YES,
            .multipath_relax = b->as_path_multipath_relax == TRI_YES,
            .compare_router_id = b->compare_routerid == TRI_YES,
            .paths_ebgp = (uint8_t)MIN(af->maximum_paths, RIB_PATHS_MAX),
            .paths_ibgp = (uint8_t)MIN(af->maximum_paths_ibgp, RIB_PATHS_MAX),
            .default_local_pref = b->default_local_pref ? b->default_local_pref : 100,
        },
    };
}

static bool same_decision(const struct rib_params *a, const struct rib_params *b)
{
    const struct rib_decision *x = &a->decision, *y = &b->decision;
    return a->local_as == b->local_as && a->router_id == b->router_id &&
           a->cluster_id == b->cluster_id && x->always_compare_med == y->always_compare_med &&
           x->deterministic_med == y->deterministic_med &&
           x->med_missing_as_worst == y->med_missing_as_worst &&
           x->as_path_ignore == y->as_path_ignore && x->multipath_relax == y->multipath_relax &&
           x->compare_router_id == y->compare_router_id && x->paths_ebgp == y->paths_ebgp &&
           x->paths_ibgp == y->paths_ibgp && x->default_local_pref == y->default_local_pref;
}

static bool set_shards(struct node *n)
{
    struct rib_params p = shard_params(n);
    bool differs = !same_decision(&p, &n->rib_params);
    n->rib_params = p;
    for (unsigned i = 0; i < n->params.shards; i++) {
        p.shard = i;
        if (!n->shards[i])
            n->shards[i] = rib_new(&p);
        else if (differs)
            rib_set_params(n->shards[i], &p);
        if (!n->shards[i])
            return false;
    }
    return true;
}

/* The id may have been unknown until the kernel's addresses came: sessions wait for it. */
void node_router_id_refresh(struct node *n)
{
    if (!n->config || n->router_id)
        return;
    n->router_id = node_router_id(n, n->config);
    if (!n->router_id)
        return;
    if (!set_shards(n))
        node_log(n, DIAG_ERROR, "no memory for the tables");
    for (unsigned i = 0; i < n->peer_count; i++) {
        struct node_peer *p = n->peers[i];
        if (!p)
            continue;
        node_peer_params(p, &p->params);
        bgp_session_set_params(p->session, &p->params);
        node_peer_start(p);
    }
}

/* --- neighbours ------------------------------------------------------------------------------- */

static bool text_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether a running session may go on under the new settings. */
static bool session_may_stay(const struct node_peer *p, const struct config_neighbor *c,
                             const struct bgp_session_params *params)
{
    const struct config_neighbor *o = &p->conf;
    const struct bgp_session_params *q = &p->params;
    return q->local_as == params->local_as && q->remote_as == params->remote_as &&
           q->remote_as_kind == params->remote_as_kind && q->router_id == params->router_id &&
           q->hold_time_s == params->hold_time_s && q->keepalive_s == params->keepalive_s &&
           q->families == params->families && o->ebgp_multihop == c->ebgp_multihop &&
           o->ttl_security_hops == c->ttl_security_hops && o->port == c->port &&
           text_eq(o->update_source, c->update_source) && text_eq(o->password, c->password);
}

/* What the listener has to know of a neighbour: its key, and how far away it may be. */
static void push_key(struct node_peer *p)
{
    struct node_action *a = node_push(p->node, NODE_TCP_KEY);
    if (!a)
        return;
    a->tcp = node_peer_tcp(p);
}

static void push_no_key(struct node *n, const struct ip_addr *address)
{
    struct node_action *a = node_push(n, NODE_TCP_KEY);
    if (a)
        a->tcp.remote = *address;
}

static void set_policies(struct node_peer *p, const struct config *c)
{
    bool strict = p->node->bgp.ebgp_requires_policy == TRI_YES && is_external(c, &p->conf);
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++) {
        struct node_peer_af *m = &p->af[af];
        const struct config_neighbor_af *conf = &p->conf.af[af];
        m->active = conf->activate == TRI_YES;
        m->import = node_policy_of(p->node->world, c, conf, af, DIR_IN);
        m->export = node_policy_of(p->node->world, c, conf, af, DIR_OUT);
        m->deny_in = strict && !has_policy(conf, DIR_IN);
        m->deny_out = strict && !has_policy(conf, DIR_OUT);
    }
}

/* Import settings changed under a running session: what was kept is judged anew, or asked for
 * again. */
static void import_again(struct node_peer *p, unsigned af)
{
    bool kept = true;
    p->node->limits_due = true;
    for (unsigned i = 0; i < p->node->params.shards; i++)
        kept &= rib_refresh_in(p->node->shards[i], p->id, node_family(af));
    if (kept || bgp_session_send_refresh(p->session, p->node->now,
                                         af == CONFIG_AF_IPV6 ? BGP_IPV6 : BGP_IPV4))
        return;
    char buf[256];
    struct text t = text_init(buf, sizeof(buf));
    text_str(&t, "bgp peer=");
    text_ip(&t, &p->conf.address);
    text_str(&t,
             " event=policy-waits reason=\"the peer cannot do route refresh and its routes were "
             "not kept: the new policy holds for new routes; clear the session for all\"");
    node_log(p->node, DIAG_WARNING, buf);
}

static bool limits_differ(const struct config_neighbor *a, const struct config_neighbor *b)
{
    bool differ = false;
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++)
        differ |= a->af[af].maximum_prefix != b->af[af].maximum_prefix ||
                  a->af[af].maximum_prefix_warning_only != b->af[af].maximum_prefix_warning_only;
    return differ;
}

static void update_peer(struct node_peer *p, const struct config_neighbor *resolved)
{
    struct node *n = p->node;
    struct node_peer_af before[CONFIG_AF_COUNT];
    struct config_neighbor old = p->conf;
    memcpy(before, p->af, sizeof(before));
    p->conf = *resolved;
    struct bgp_session_params params;
    node_peer_params(p, &params);
    p->conf = old;
    bool stays = session_may_stay(p, resolved, &params);
    p->conf = *resolved;
    p->params = params;
    push_key(p);
    set_policies(p, n->config);
    node_carriers_find(p);
    p->hinted &= text_eq(old.password, resolved->password);
    bgp_session_set_params(p->session, &params);
    if (!stays || resolved->shutdown == TRI_YES) {
        /* RFC 4486: other configuration change; administrative shutdown */
        bgp_session_stop(p->session, n->now, resolved->shutdown == TRI_YES ? 2 : 6,
                         resolved->shutdown_message);
        node_peer_drain(p);
        p->limit_hit = false;
    }
    if (limits_differ(&old, resolved)) {
        p->limit_hit = false;
        p->limit_warned = 0;
        p->restart_at = NS_NEVER;
    }
    if (p->is_established)
        node_peer_tell_shards(p);
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++)
        node_peer_check_limit(p, af);
    node_peer_drain(p);
    for (unsigned af = 0; p->is_established && af < CONFIG_AF_COUNT; af++) {
        if (!p->af[af].negotiated)
            continue;
        if (!policy_eq(before[af].import, p->af[af].import) ||
            before[af].deny_in != p->af[af].deny_in ||
            old.af[af].allowas_in != resolved->af[af].allowas_in ||
            old.af[af].soft_reconfiguration != resolved->af[af].soft_reconfiguration ||
            old.af[af].weight != resolved->af[af].weight)
            import_again(p, af);
        node_group_refit(p, af);
    }
    node_peer_start(p);
}

static void remove_peer(struct node_peer *p)
{
    struct node *n = p->node;
    assert(n->peers[p->id] == p);
    push_no_key(n, &p->conf.address);
    bgp_session_stop(p->session, n->now, 3, NULL); /* RFC 4486: peer de-configured */
    node_peer_drain(p);
    node_peer_free(p);
}

static void apply_neighbors(struct node *n, const struct config *c)
{
    for (unsigned i = 0; i < n->peer_count; i++)
        if (n->peers[i] && !config_neighbor_find(c, &n->peers[i]->conf.address))
            remove_peer(n->peers[i]);
    for (uint32_t i = 0; i < c->bgp.neighbors.n; i++) {
        if (c->bgp.neighbors.v[i].is_group)
            continue;
        struct config_neighbor resolved;
        config_neighbor_resolve(c, &c->bgp.neighbors.v[i], &resolved);
        struct node_peer *p = node_peer_find(n, &resolved.address);
        if (p) {
            update_peer(p, &resolved);
            continue;
        }
        p = node_peer_new(n, &resolved);
        if (!p) {
            node_log(n, DIAG_ERROR, "a neighbor is not started: too many, or no memory");
            continue;
        }
        set_policies(p, c);
        node_carriers_find(p);
        push_key(p);
        node_peer_start(p);
    }
}

/* Groups keep pointers into the policies of the configuration: all of them move to the new one. */
static void renew_groups(struct node *n)
{
    LIST_EACH (it, &n->groups) {
        struct node_group *g = LIST_ENTRY(it, struct node_group, link);
        unsigned af = node_af(g->params.family);
        assert(!list_is_empty(&g->members)); /* a group goes with its last member */
        struct node_peer_af *m = LIST_ENTRY(g->members.next, struct node_peer_af, member);
        struct node_peer *p = container_of(m - af, struct node_peer, af[0]);
        g->params.export = m->export;
        g->params.default_originate_policy =
            policy_for_map(n->world, p->conf.af[af].default_originate_map);
        for (unsigned i = 0; i < n->params.shards; i++)
            if (rib_group_set(n->shards[i], &g->params) < 0)
                node_log(n, DIAG_ERROR, "no memory for an update group");
    }
}

/* --- the whole
 * ------------------------------------------------------------------------------------------------
 */

static void push_listen(struct node *n, bool on)
{
    struct node_action *a = node_push(n, NODE_TCP_LISTEN);
    if (a)
        a->on = on;
}

static void apply_nat(struct node *n, const struct config *old, const struct config *c)
{
    n->nat = c->nat_rules.v;
    n->nat_n = c->nat_rules.n;
    if (n->nat_n || (old && old->nat_rules.n))
        (void)node_push(n, NODE_NAT);
}

/* FRR resolves next hops by the default route only when told to (datacenter: unless told not to);
 * IOS does. */
static bool via_default(const struct config *c, unsigned af)
{
    enum config_tri said = c->nht_resolve_via_default[af];
    return said == TRI_UNSET ? c->dialect == DIALECT_IOS || c->datacenter : said == TRI_YES;
}

static void set_via_default(struct node *n, const struct config *c)
{
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++) {
        n->via_default[af] = via_default(c, af);
        fib_track_via_default(n->fib, node_family(af), n->via_default[af]);
    }
}

/* Addresses and routes of the kernel are told once: what was not taken in then is not known. */
static bool leaves_vrf(const struct node *n, const struct config *c, struct diag_list *diags)
{
    bool leaves = false;
    for (uint32_t i = 0; n->config && i < c->interfaces.n; i++) {
        const struct config_interface *now = &c->interfaces.v[i];
        const struct config_interface *was = node_index_interface(n->index, now->name);
        leaves |= was && was->vrf && !now->vrf;
    }
    if (!leaves)
        return false;
    struct diag d = { .severity = DIAG_ERROR };
    DIAG_SET(d.id, "NODE-RESTART");
    DIAG_SET(d.what, "an interface that takes no part (vrf forwarding) is to take part");
    DIAG_SET(d.remedy, "restart the daemon with this configuration");
    diag_add(diags, &d);
    return true;
}

/* What cannot change while next hops are tracked. */
static bool may_replace(const struct node *n, const struct config *c, struct diag_list *diags)
{
    if (leaves_vrf(n, c, diags))
        return false;
    for (unsigned af = 0; n->config && af < CONFIG_AF_COUNT; af++) {
        if (via_default(c, af) == n->via_default[af])
            continue;
        struct diag d = { .severity = DIAG_ERROR };
        DIAG_SET(d.id, "NODE-RESTART");
        DIAG_SET(d.what,
                 "nht resolve-via-default (also by profile or dialect) differs from what runs");
        DIAG_SET(d.remedy, "restart the daemon with this configuration");
        diag_add(diags, &d);
        return false;
    }
    return true;
}

static void no_memory(struct diag_list *diags)
{
    struct diag d = { .severity = DIAG_ERROR };
    DIAG_SET(d.id, "NODE-MEMORY");
    DIAG_SET(d.what, "no memory for the configuration's policies or tables");
    DIAG_SET(d.remedy, "give the process more memory, or shorten its lists");
    diag_add(diags, &d);
}

bool node_configure(struct node *n, ns_t now, struct config *config, struct diag_list *diags)
{
    node_at(n, now);
    if (!node_config_check(config, diags) || !may_replace(n, config, diags))
        return false;
    struct policy_world *world = policy_world_build(config, n->params.seed);
    if (!world) {
        no_memory(diags);
        return false;
    }
    struct config *old = n->config;
    struct policy_world *old_world = n->world;
    struct config_bgp old_bgp = n->bgp;
    struct node_index *old_index = n->index;
    uint32_t old_id = n->router_id;
    n->config = config;
    n->world = world;
    config_bgp_resolve(config, &n->bgp);
    n->index = node_index_new(config, &n->bgp);
    if (n->index)
        node_set_apart(n);
    n->router_id = n->index ? node_router_id(n, config) : 0;
    if (!n->index || !set_shards(n)) {
        node_index_free(n->index);
        n->config = old;
        n->index = old_index;
        n->world = old_world;
        n->bgp = old_bgp;
        n->router_id = old_id;
        policy_world_free(world);
        no_memory(diags);
        return false;
    }
    if (!old)
        set_via_default(n, config);
    if (!old || (old->bgp.as != 0) != (config->bgp.as != 0))
        push_listen(n, config->bgp.as != 0);
    node_statics_apply(n, old, config);
    node_vxlan_apply(n, old, config);
    node_recursion_apply(n, old);
    apply_neighbors(n, config);
    renew_groups(n);
    node_local_refresh(n);
    apply_nat(n, old, config);
    policy_world_free(old_world);
    node_index_free(old_index);
    config_free(old);
    node_pump(n, now);
    for (unsigned i = 0; i < n->peer_count; i++)
        if (n->peers[i])
            node_peer_keep_inside(n->peers[i]);
    return true;
}

err_t node_clear(struct node *n, ns_t now, const struct ip_addr *peer, uint8_t family,
                 enum node_clear what)
{
    node_at(n, now);
    bool any = false;
    for (unsigned i = 0; i < n->peer_count; i++) {
        struct node_peer *p = n->peers[i];
        if (!p || (ip_bytes(peer->family) && !ip_eq(&p->conf.address, peer)))
            continue;
        any = true;
        p->limit_hit = false;
        if (what == NODE_CLEAR_HARD) {
            bgp_session_stop(p->session, now, 4, NULL); /* RFC 4486: administrative reset */
            node_peer_drain(p);
            node_peer_start(p);
            continue;
        }
        for (unsigned af = 0; p->is_established && af < CONFIG_AF_COUNT; af++) {
            if (!p->af[af].negotiated || !p->af[af].group ||
                (ip_bytes(family) && node_family(af) != family))
                continue;
            if (what != NODE_CLEAR_OUT)
                import_again(p, af);
            for (unsigned k = 0; what != NODE_CLEAR_IN && k < n->params.shards; k++)
                rib_group_resend(n->shards[k], p->af[af].group->params.group, node_family(af),
                                 p->id);
        }
        node_peer_drain(p);
    }
    node_pump(n, now);
    return any || !ip_bytes(peer->family) ? 0 : -ENOENT;
}
