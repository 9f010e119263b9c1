/* Records of BGP as a whole, of neighbours, tables and memory. */

#include "fib/view.h"
#include "config/parse.h"
#include "node/internal.h"

#define R(member, type, name) VIEW_FIELD(view_router, member, type, name)
static const struct view_field router_fields[] = {
    R(hostname, VIEW_TEXT, "hostname"),
    R(dialect, VIEW_U8, "dialect"),
    R(version, VIEW_TEXT, "version"),
    R(has_bgp, VIEW_BOOL, "hasBgp"),
};
#undef R
const struct view view_router = { VIEW_ROUTER, "router", sizeof(struct view_router), router_fields,
                                  ARRAY_LEN(router_fields) };

#define G(member, type, name) VIEW_FIELD(view_bgp_global, member, type, name)
static const struct view_field global_fields[] = {
    G(family, VIEW_U8, "family"),
    G(router_id, VIEW_U32, "routerId"),
    G(local_as, VIEW_U32, "as"),
    G(table_version, VIEW_U32, "tableVersion"),
    G(default_local_pref, VIEW_U32, "defaultLocPrf"),
    G(rib_entries, VIEW_U64, "ribCount"),
    G(rib_bytes, VIEW_U64, "ribMemory"),
    G(peers, VIEW_U32, "peerCount"),
    G(peer_bytes, VIEW_U32, "peerMemory"),
    G(internal_distance, VIEW_U8, "internalDistance"),
    G(multipath_relax, VIEW_BOOL, "multiPathRelax"),
    G(paths, VIEW_U64, "totalPaths"),
    G(originates_default, VIEW_BOOL, "bgpOriginatingDefaultNetwork"),
    G(note, VIEW_TEXT, "note"),
};
#undef G
const struct view view_bgp_global = { VIEW_BGP_GLOBAL, "bgp_global", sizeof(struct view_bgp_global),
                                      global_fields, ARRAY_LEN(global_fields) };

#define N(member, type, name) VIEW_FIELD(view_bgp_neighbor, member, type, name)
static const struct view_field neighbor_fields[] = {
    N(address, VIEW_IP, "address"),
    N(family, VIEW_U8, "family"),
    N(family_active, VIEW_BOOL, "familyActive"),
    N(family_negotiated, VIEW_BOOL, "familyNegotiated"),
    N(remote_as, VIEW_U32, "remoteAs"),
    N(local_as, VIEW_U32, "localAs"),
    N(external, VIEW_BOOL, "nbrExternalLink"),
    N(remote_router_id, VIEW_U32, "remoteRouterId"),
    N(router_id, VIEW_U32, "localRouterId"),
    N(state, VIEW_U8, "bgpState"),
    N(admin_down, VIEW_BOOL, "adminShutDown"),
    N(established, VIEW_BOOL, "established"),
    N(description, VIEW_TEXT, "nbrDesc"),
    N(hostname, VIEW_TEXT, "hostname"),
    N(peer_group, VIEW_TEXT, "peerGroup"),
    N(messages_in, VIEW_U64, "totalRecv"),
    N(messages_out, VIEW_U64, "totalSent"),
    N(opens_in, VIEW_U64, "opensRecv"),
    N(opens_out, VIEW_U64, "opensSent"),
    N(updates_in, VIEW_U64, "updatesRecv"),
    N(updates_out, VIEW_U64, "updatesSent"),
    N(notifications_in, VIEW_U64, "notificationsRecv"),
    N(notifications_out, VIEW_U64, "notificationsSent"),
    N(keepalives_in, VIEW_U64, "keepalivesRecv"),
    N(keepalives_out, VIEW_U64, "keepalivesSent"),
    N(refreshes_in, VIEW_U64, "routeRefreshRecv"),
    N(refreshes_out, VIEW_U64, "routeRefreshSent"),
    N(in_queue, VIEW_U32, "depthInq"),
    N(out_queue, VIEW_U32, "depthOutq"),
    N(up_for, VIEW_NS, "bgpTimerUp"),
    N(last_read, VIEW_NS, "bgpTimerLastRead"),
    N(last_write, VIEW_NS, "bgpTimerLastWrite"),
    N(last_reset, VIEW_NS, "lastResetTimer"),
    N(hold_time_s, VIEW_U16, "holdTime"),
    N(keepalive_s, VIEW_U16, "keepaliveInterval"),
    N(configured_hold_s, VIEW_U16, "configuredHoldTime"),
    N(configured_keepalive_s, VIEW_U16, "configuredKeepalive"),
    N(connect_retry_s, VIEW_U16, "connectRetry"),
    N(established_count, VIEW_U32, "connectionsEstablished"),
    N(dropped_count, VIEW_U32, "connectionsDropped"),
    N(prefixes_received, VIEW_U32, "prefixesReceived"),
    N(prefixes_accepted, VIEW_U32, "acceptedPrefixCounter"),
    N(prefixes_sent, VIEW_U32, "sentPrefixCounter"),
    N(table_version, VIEW_U32, "tableVersion"),
    N(soft_reconfiguration, VIEW_BOOL, "inboundSoftConfigPermit"),
    N(default_originate, VIEW_BOOL, "defaultSent"),
    N(next_hop_self, VIEW_BOOL, "routerAlwaysNextHop"),
    N(route_reflector_client, VIEW_BOOL, "routeReflectorClient"),
    N(route_server_client, VIEW_BOOL, "routeServerClient"),
    N(policy_missing_in, VIEW_BOOL, "inboundEbgpRequiresPolicy"),
    N(policy_missing_out, VIEW_BOOL, "outboundEbgpRequiresPolicy"),
    N(prefix_list_in, VIEW_TEXT, "incomingUpdatePrefixFilterList"),
    N(prefix_list_out, VIEW_TEXT, "outgoingUpdatePrefixFilterList"),
    N(filter_list_in, VIEW_TEXT, "incomingUpdateAsPathFilterList"),
    N(filter_list_out, VIEW_TEXT, "outgoingUpdateAsPathFilterList"),
    N(route_map_in, VIEW_TEXT, "routeMapForIncomingAdvertisements"),
    N(route_map_out, VIEW_TEXT, "routeMapForOutgoingAdvertisements"),
    N(ttl, VIEW_U8, "externalBgpNbrMaxHopsAway"),
    N(multihop, VIEW_BOOL, "multihop"),
    N(passive, VIEW_BOOL, "passive"),
    N(has_password, VIEW_BOOL, "peerAuthEnabled"),
    N(update_source, VIEW_TEXT, "updateSource"),
    N(local_address, VIEW_IP, "hostLocal"),
    N(local_port, VIEW_U16, "portLocal"),
    N(remote_port, VIEW_U16, "portForeign"),
    N(as4, VIEW_BOOL, "as4"),
    N(route_refresh, VIEW_BOOL, "routeRefresh"),
    N(offers_extended_message, VIEW_BOOL, "offersExtendedMessage"),
    N(offers_add_path, VIEW_BOOL, "offersAddPath"),
    N(offers_long_restart, VIEW_BOOL, "offersLongLivedGracefulRestart"),
    N(offers_restart, VIEW_BOOL, "offersGracefulRestart"),
    N(offers_enhanced_refresh, VIEW_BOOL, "offersEnhancedRouteRefresh"),
    N(restart_time_s, VIEW_U16, "restartTime"),
    N(next_hop_v4, VIEW_IP, "nexthop"),
    N(next_hop_v6, VIEW_IP, "nexthopGlobal"),
    N(next_hop_ll, VIEW_IP, "nexthopLocal"),
    N(is_shared_network, VIEW_BOOL, "sharedNetwork"),
    N(last_down, VIEW_U8, "lastDown"),
    N(last_code, VIEW_U8, "lastErrorCode"),
    N(last_subcode, VIEW_U8, "lastErrorSubcode"),
    N(last_sent, VIEW_BOOL, "lastErrorSent"),
    N(last_reason, VIEW_TEXT, "lastResetDueTo"),
    N(remove_private, VIEW_BOOL, "removePrivateAs"),
    N(remove_private_all, VIEW_BOOL, "removePrivateAsAll"),
    N(remove_private_replace, VIEW_BOOL, "removePrivateAsReplace"),
    N(as_override, VIEW_BOOL, "asOverride"),
    N(send_community_kinds, VIEW_U8, "sendCommunity"),
    N(advertisement_interval_s, VIEW_U16, "minBtwnAdvertisementRuns"),
    N(max_prefixes, VIEW_U32, "prefixAllowedMax"),
    N(max_prefix_threshold, VIEW_U8, "prefixAllowedWarningThresh"),
    N(max_prefix_restart_min, VIEW_U16, "prefixAllowedRestartInterval"),
    N(max_prefix_warning_only, VIEW_BOOL, "prefixAllowedMaxWarning"),
    N(update_group, VIEW_U32, "updateGroupId"),
};
#undef N
const struct view view_bgp_neighbor = { VIEW_BGP_NEIGHBOR, "bgp_neighbor",
                                        sizeof(struct view_bgp_neighbor), neighbor_fields,
                                        ARRAY_LEN(neighbor_fields) };

static const struct view_field memory_fields[] = {
    VIEW_FIELD(view_memory, name, VIEW_TEXT, "name"),
    VIEW_FIELD(view_memory, bytes, VIEW_U64, "bytes"),
    VIEW_FIELD(view_memory, count, VIEW_U64, "count"),
};
const struct view view_memory = { VIEW_MEMORY, "memory", sizeof(struct view_memory), memory_fields,
                                  ARRAY_LEN(memory_fields) };

static const struct view_field line_fields[] = {
    VIEW_FIELD(view_line, text, VIEW_TEXT, "text"),
};
const struct view view_line = { VIEW_LINE, "line", sizeof(struct view_line), line_fields,
                                ARRAY_LEN(line_fields) };

/* --- filling ---------------------------------------------------------------------------------- */

static err_t emit_router(struct node *n, struct view_sink *sink)
{
    struct view_router r = { .dialect = DIALECT_FRR };
    diag_set(r.hostname, sizeof(r.hostname), n->name);
    if (n->config) {
        if (n->config->hostname[0])
            diag_set(r.hostname, sizeof(r.hostname), n->config->hostname);
        r.dialect = (uint8_t)n->config->dialect;
        diag_set(r.version, sizeof(r.version), n->config->version.text);
        r.has_bgp = n->config->bgp.as != 0;
    }
    (void)sink->emit(sink, &view_router, &r);
    return 0;
}

static uint8_t internal_distance(const struct config_bgp_af *af)
{
    uint8_t external = af->distance[0], internal = af->distance[1];
    return internal == external ? 0 : internal;
}

static void count_peer(const struct node *n, const struct node_peer *p, struct view_bgp_global *g)
{
    g->peers += p->af[node_af(g->family)].active;
    /* What policy refused is kept for soft reconfiguration, but it is no path. */
    for (unsigned i = 0; i < n->params.shards; i++)
        g->paths -= rib_peer_received(n->shards[i], p->id, g->family) -
                    rib_peer_accepted(n->shards[i], p->id, g->family);
}

static struct view_bgp_global global_of(struct node *n, uint8_t family)
{
    const struct config_bgp *b = &n->config->bgp;
    struct view_bgp_global g = {
        .family = family,
        .router_id = n->router_id,
        .local_as = b->as,
        .default_local_pref = b->default_local_pref ? b->default_local_pref : 100,
        .peer_bytes = (uint32_t)mem_bytes(MEM_PEER),
        .internal_distance = internal_distance(&n->bgp.af[node_af(family)]),
        .multipath_relax = b->as_path_multipath_relax == TRI_YES,
    };
    for (unsigned i = 0; i < n->params.shards; i++) {
        struct rib_counts c = rib_counts(n->shards[i]);
        g.table_version += c.table_version[node_af(family)];
        g.rib_entries += c.prefixes[node_af(family)];
        g.paths += c.routes[node_af(family)];
        g.rib_bytes += c.bytes;
    }
    for (unsigned i = 0; i < n->peer_count; i++)
        if (n->peers[i])
            count_peer(n, n->peers[i], &g);
    return g;
}

static void set_text(char *field, size_t cap, const char *s)
{
    if (s)
        diag_set(field, cap, s);
}
#define SET(field, s) set_text((field), sizeof(field), (s))

static void fill_reason(const struct node_peer *p, const struct bgp_session_info *i,
                        struct view_bgp_neighbor *v)
{
    struct text t = text_init(v->last_reason, sizeof(v->last_reason));
    static const char *const reasons[] = {
        [BGP_DOWN_NONE] = "",
        [BGP_DOWN_HOLD] = "Hold Timer Expired",
        [BGP_DOWN_NOTIFIED_US] = "BGP Notification received",
        [BGP_DOWN_WE_NOTIFIED] = "BGP Notification send",
        [BGP_DOWN_TCP] = "Peer closed the session",
        [BGP_DOWN_ADMIN] = "Admin. shutdown",
        [BGP_DOWN_LINK] = "Interface down",
        [BGP_DOWN_SEND_HOLD] = "Send Hold Timer Expired",
    };
    if (p->limit_hit)
        text_str(&t, "Maximum prefix limit exceeded");
    else if (i->last_down == BGP_DOWN_NONE && p->is_established == false && !p->tracked_reachable)
        text_str(&t, "Waiting for NHT");
    else
        text_str(&t, reasons[i->last_down]);
}

static void fill_counters(const struct bgp_session_info *i, ns_t now, struct view_bgp_neighbor *v)
{
    v->messages_in = i->messages_in;
    v->messages_out = i->messages_out;
    v->opens_in = i->opens_in;
    v->opens_out = i->opens_out;
    v->updates_in = i->updates_in;
    v->updates_out = i->updates_out;
    v->notifications_in = i->notifications_in;
    v->notifications_out = i->notifications_out;
    v->keepalives_in = i->keepalives_in;
    v->keepalives_out = i->keepalives_out;
    v->refreshes_in = i->refreshes_in;
    v->refreshes_out = i->refreshes_out;
    v->established_count = i->established_count;
    v->dropped_count = i->dropped_count;
    v->up_for = i->changed_at < 0 ? -1 : now - i->changed_at;
    v->last_read = i->messages_in ? now - i->last_read_at : -1;
    v->last_write = i->messages_out ? now - i->last_write_at : -1;
    v->last_down = (uint8_t)i->last_down;
    v->last_code = i->last_code;
    v->last_subcode = i->last_subcode;
    v->last_sent = i->last_sent;
}

static void fill_family(struct node *n, const struct node_peer *p, unsigned af,
                        struct view_bgp_neighbor *v)
{
    const struct config_neighbor_af *c = &p->conf.af[af];
    const struct node_peer_af *m = &p->af[af];
    v->family = node_family(af);
    v->family_active = m->active;
    v->family_negotiated = m->negotiated;
    v->soft_reconfiguration = c->soft_reconfiguration == TRI_YES;
    v->default_originate = c->default_originate == TRI_YES;
    v->next_hop_self = c->next_hop_self == TRI_YES;
    v->route_reflector_client = c->route_reflector_client == TRI_YES;
    v->route_server_client = c->route_server_client == TRI_YES;
    v->policy_missing_in = m->deny_in;
    v->policy_missing_out = m->deny_out;
    v->max_prefixes = c->maximum_prefix;
    v->max_prefix_threshold = c->maximum_prefix_threshold ? c->maximum_prefix_threshold : 75;
    v->max_prefix_restart_min = c->maximum_prefix_restart_min;
    v->max_prefix_warning_only = c->maximum_prefix_warning_only;
    v->remove_private = c->remove_private_as == TRI_YES;
    v->remove_private_all = c->remove_private_as_all;
    v->remove_private_replace = c->remove_private_as_replace;
    v->as_override = c->as_override == TRI_YES;
    v->send_community_kinds = c->send_community == TRI_YES ? c->send_community_kinds : 0;
    SET(v->prefix_list_in, c->prefix_list[DIR_IN]);
    SET(v->prefix_list_out, c->prefix_list[DIR_OUT]);
    SET(v->filter_list_in, c->filter_list[DIR_IN]);
    SET(v->filter_list_out, c->filter_list[DIR_OUT]);
    SET(v->route_map_in, c->route_map[DIR_IN]);
    SET(v->route_map_out, c->route_map[DIR_OUT]);
    for (unsigned i = 0; i < n->params.shards; i++) {
        struct rib *r = n->shards[i];
        v->prefixes_received += rib_peer_received(r, p->id, v->family);
        v->prefixes_accepted += rib_peer_accepted(r, p->id, v->family);
        v->table_version += rib_counts(r).table_version[af];
        if (m->group)
            v->prefixes_sent += rib_member_count(r, m->group->params.group, v->family, p->id);
    }
    v->update_group = m->group ? m->group->params.group : 0;
}

static bool has_code(const struct bgp_capabilities *c, uint8_t code)
{
    return memchr(c->codes, code, c->code_count) != NULL;
}

/* What the peer said in its OPEN, and the next hops that it is told. */
static void fill_connection(const struct node_peer *p, const struct bgp_session_info *i,
                            struct view_bgp_neighbor *v)
{
    const struct bgp_capabilities *caps = &i->peer_open.caps;
    struct bgp_encode_context ctx = { 0 };
    if (i->state >= BGP_OPENSENT) {
        v->local_address = i->local;
        v->local_port = i->local_port;
        v->remote_port = i->remote_port;
    }
    if (i->state != BGP_ESTABLISHED)
        return;
    v->offers_extended_message = caps->extended_message;
    v->offers_add_path = has_code(caps, 69);     /* RFC 7911 */
    v->offers_long_restart = has_code(caps, 71); /* RFC 9494 */
    v->offers_restart = caps->graceful_restart;
    v->offers_enhanced_refresh = caps->enhanced_refresh;
    v->restart_time_s = caps->restart_time_s;
    if (i->local.family == IP_V4)
        ctx.self_v4 = i->local;
    else
        ctx.self_v6 = i->local;
    node_peer_self_addresses(p, &ctx);
    v->next_hop_v4 = ctx.self_v4;
    v->next_hop_v6 = ctx.self_v6;
    v->next_hop_ll = ctx.self_ll;
    v->is_shared_network = ip_bytes(p->subnet.family) != 0;
}

static struct view_bgp_neighbor neighbor_of(struct node *n, const struct node_peer *p, unsigned af)
{
    const struct bgp_session_info *i = bgp_session_info(p->session);
    const struct config_neighbor *c = &p->conf;
    struct view_bgp_neighbor v = {
        .address = c->address,
        .remote_as = i->state == BGP_ESTABLISHED ? i->peer_open.as : c->remote_as,
        .local_as = p->params.local_as,
        .external = p->params.remote_as != p->params.local_as,
        .remote_router_id = i->state >= BGP_OPENCONFIRM ? i->peer_open.router_id : 0,
        .router_id = n->router_id,
        .state = (uint8_t)i->state,
        .admin_down = c->shutdown == TRI_YES,
        .established = i->state == BGP_ESTABLISHED,
        .hold_time_s = i->hold_time_s,
        .keepalive_s = i->keepalive_s,
        .configured_hold_s = c->hold_s,
        .configured_keepalive_s = c->keepalive_s,
        .connect_retry_s = c->connect_s,
        .advertisement_interval_s = c->advertisement_interval_s,
        .ttl = p->params.local_as == p->params.remote_as ? 255 : MAX(c->ebgp_multihop, (uint8_t)1),
        .multihop = c->ebgp_multihop > 1,
        .passive = c->passive == TRI_YES,
        .has_password = c->password != NULL,
        .as4 = i->as4,
        .route_refresh = i->refresh,
    };
    SET(v.description, c->description);
    SET(v.peer_group, c->peer_group);
    SET(v.update_source, c->update_source);
    if (v.remote_router_id)
        SET(v.hostname, i->peer_open.caps.hostname);
    fill_connection(p, i, &v);
    struct node_conn *conn = p->conn[bgp_session_side(p->session)];
    v.out_queue = conn ? (uint32_t)((conn->queued + BGP_MESSAGE_MAX - 1) / BGP_MESSAGE_MAX) : 0;
    fill_counters(i, n->now, &v);
    v.last_reset = p->down_at ? n->now - p->down_at : -1;
    fill_reason(p, i, &v);
    fill_family(n, p, af, &v);
    return v;
}

static err_t emit_neighbors(struct node *n, const struct node_query *q, bool summary,
                            struct view_sink *sink)
{
    if (summary) {
        struct view_bgp_global g = global_of(n, q->family);
        if (!sink->emit(sink, &view_bgp_global, &g))
            return 0;
    }
    bool found = false;
    /* In the order of addresses, as FRR and IOS show them. */
    for (const struct node_peer *last = NULL, *next;; last = next) {
        next = NULL;
        for (unsigned i = 0; i < n->peer_count; i++) {
            struct node_peer *p = n->peers[i];
            if (p && (!last || ip_cmp(&p->conf.address, &last->conf.address) > 0) &&
                (!next || ip_cmp(&p->conf.address, &next->conf.address) < 0))
                next = p;
        }
        if (!next)
            break;
        if (ip_bytes(q->peer.family) && !ip_eq(&q->peer, &next->conf.address))
            continue;
        found = true;
        for (unsigned af = 0; af < CONFIG_AF_COUNT; af++) {
            if (!next->af[af].active || (summary && node_family(af) != q->family))
                continue;
            struct view_bgp_neighbor v = neighbor_of(n, next, af);
            if (!sink->emit(sink, &view_bgp_neighbor, &v))
                return 0;
        }
    }
    return found || !ip_bytes(q->peer.family) ? 0 : -ENOENT;
}

/* --- tables ----------------------------------------------------------------------------------- */

/* Collects records of several shards, each of which is in order, to merge them. */
struct collector {
    struct view_sink sink;
    struct view_bgp_route *v;
    size_t n, cap;
    bool failed;
};
enum { COLLECT_MAX = 200000 }; /* half a gigabyte of records: beyond it ask for less */

static bool collect(struct view_sink *sink, const struct view *view, const void *record)
{
    struct collector *c = container_of(sink, struct collector, sink);
    (void)view;
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 64;
        void *v = cap > COLLECT_MAX
                      ? NULL
                      : mem_resize(MEM_CTL, c->v, c->cap * sizeof(*c->v), cap * sizeof(*c->v));
        if (!v) {
            c->failed = true;
            return false;
        }
        c->v = v;
        c->cap = cap;
    }
    c->v[c->n++] = *(const struct view_bgp_route *)record;
    return true;
}

static err_t merge(struct node *n, struct collector *c, struct view_sink *sink)
{
    size_t at[NODE_SHARDS_MAX] = { 0 };
    for (;;) {
        struct collector *lowest = NULL;
        for (unsigned i = 0; i < n->params.shards; i++)
            if (at[i] < c[i].n && (!lowest || prefix_cmp(&c[i].v[at[i]].prefix,
                                                         &lowest->v[at[lowest - c]].prefix) < 0))
                lowest = &c[i];
        if (!lowest || !sink->emit(sink, &view_bgp_route, &lowest->v[at[lowest - c]]))
            return 0;
        at[lowest - c]++;
    }
}

static err_t emit_routes(struct node *n, const struct rib_query *q, struct view_sink *sink)
{
    if (n->params.shards == 1)
        return rib_query(n->shards[0], q, sink) ? 0 : -ENOMEM;
    struct collector c[NODE_SHARDS_MAX] = { 0 };
    err_t err = 0;
    for (unsigned i = 0; !err && i < n->params.shards; i++) {
        c[i].sink.emit = collect;
        if (!rib_query(n->shards[i], q, &c[i].sink) || c[i].failed)
            err = -ENOMEM;
    }
    if (!err)
        err = merge(n, c, sink);
    for (unsigned i = 0; i < n->params.shards; i++)
        mem_free(MEM_CTL, c[i].v, c[i].cap * sizeof(*c[i].v));
    return err;
}

/* Routes of shards, with the names of those who sent them. */
struct namer {
    struct view_sink sink, *to;
    struct node *n;
    struct view_bgp_route v; /* large: one for all */
    char own[65];
    const struct node_peer *last; /* routes of one peer often come in a row */
};

static bool add_name(struct view_sink *sink, const struct view *view, const void *record)
{
    struct namer *m = container_of(sink, struct namer, sink);
    const struct view_bgp_route *v = record;
    const char *name = m->own;
    if (!v->local) {
        if (!m->last || !ip_eq(&m->last->conf.address, &v->peer))
            m->last = node_peer_find(m->n, &v->peer);
        name = m->last ? bgp_session_info(m->last->session)->peer_open.caps.hostname : "";
    }
    if (!name[0])
        return m->to->emit(m->to, view, record);
    m->v = *v;
    diag_set(m->v.hostname, sizeof(m->v.hostname), name);
    return m->to->emit(m->to, view, &m->v);
}

static err_t emit_named_routes(struct node *n, const struct rib_query *q, struct view_sink *sink)
{
    struct namer *m = mem_alloc(MEM_CTL, sizeof(*m));
    if (!m)
        return -ENOMEM;
    m->sink.emit = add_name;
    m->to = sink;
    m->n = n;
    m->last = NULL;
    diag_set(m->own, sizeof(m->own), n->config->hostname[0] ? n->config->hostname : n->name);
    err_t err = emit_routes(n, q, &m->sink);
    mem_free(MEM_CTL, m, sizeof(*m));
    return err;
}

static err_t emit_table(struct node *n, const struct node_query *q, struct view_sink *sink)
{
    struct rib_query rq = { .family = q->family,
                            .prefix = q->prefix,
                            .longest = q->longest,
                            .longer_prefixes = q->longer_prefixes,
                            .now_s = (uint32_t)(n->now / NS_PER_S) };
    struct view_bgp_global g = global_of(n, q->family);
    if (q->kind == NODE_QUERY_BGP_TABLE) {
        rq.kind = RIB_QUERY_TABLE;
        return sink->emit(sink, &view_bgp_global, &g) ? emit_named_routes(n, &rq, sink) : 0;
    }
    const struct node_peer *p = node_peer_find(n, &q->peer);
    if (!p)
        return -ENOENT;
    unsigned af = node_af(q->family);
    if (!p->af[af].active)
        return -EAFNOSUPPORT;
    const struct node_group *group = p->af[af].group;
    rq.peer = p->id;
    rq.group = group ? group->params.group : 0;
    if (p->is_established)
        rq.shared = node_group_shared(p);
    rq.kind = q->kind == NODE_QUERY_BGP_RECEIVED ? RIB_QUERY_RECEIVED
              : q->kind == NODE_QUERY_BGP_ROUTES ? RIB_QUERY_ROUTES
                                                 : RIB_QUERY_ADVERTISED;
    if (rq.kind == RIB_QUERY_RECEIVED && p->conf.af[af].soft_reconfiguration != TRI_YES)
        return -ENODATA;
    g.originates_default = rq.kind == RIB_QUERY_ADVERTISED && group &&
                           p->conf.af[af].default_originate == TRI_YES;
    if (!sink->emit(sink, &view_bgp_global, &g))
        return 0;
    if (rq.kind == RIB_QUERY_ADVERTISED && !group)
        return 0;
    return emit_named_routes(n, &rq, sink);
}

/* --- configuration, memory -------------------------------------------------------------------- */

static bool emit_line(struct view_sink *sink, const char *text)
{
    struct view_line l = { { 0 } };
    diag_set(l.text, sizeof(l.text), text);
    return sink->emit(sink, &view_line, &l);
}

struct line_printer {
    struct config_printer printer;
    struct view_sink *sink;
};

static void print_line(struct config_printer *p, const char *text)
{
    (void)emit_line(container_of(p, struct line_printer, printer)->sink, text);
}

static err_t emit_config(struct node *n, struct view_sink *sink)
{
    struct line_printer p = { .printer = { .line = print_line }, .sink = sink };
    config_print(n->config, n->config->dialect, &p.printer);
    return 0;
}

/* A loopback of the configuration is addresses on `lo`: shown under its own name, up as that is. */
struct loopback_sink {
    struct view_sink sink, *to;
    struct view_interface lo;
};

static bool pass_interface(struct view_sink *sink, const struct view *v, const void *record)
{
    struct loopback_sink *s = container_of(sink, struct loopback_sink, sink);
    const struct view_interface *i = record;
    if (i->loopback)
        s->lo = *i;
    return s->to->emit(s->to, v, record);
}

static struct view_interface loopback_of(const struct view_interface *lo,
                                         const struct config_interface *c)
{
    struct view_interface v = *lo;
    struct text t = text_init(v.addresses, sizeof(v.addresses));
    DIAG_SET(v.name, c->name);
    v.alias[0] = '\0';
    v.admin_up = v.running = !c->shutdown;
    for (uint32_t i = 0; i < c->addresses.n; i++) {
        if (t.len + IP_TEXT_MAX + 5 >= sizeof(v.addresses))
            break;
        const struct prefix *p = &c->addresses.v[i].prefix;
        struct ip_addr ip = ip_from_bytes(p->family, p->b);
        text_str(&t, i > 0 ? " " : "");
        text_ip(&t, &ip);
        text_char(&t, '/');
        text_u64(&t, p->len);
    }
    return v;
}

static err_t emit_interfaces(struct node *n, struct view_sink *sink)
{
    struct loopback_sink s = { .sink.emit = pass_interface, .to = sink };
    if (!fib_query_interfaces(n->fib, &s.sink))
        return -ENOMEM;
    for (uint32_t i = 0; s.lo.name[0] && i < n->config->interfaces.n; i++) {
        const struct config_interface *c = &n->config->interfaces.v[i];
        if (!node_is_loopback(c->name) || strcmp(c->name, s.lo.name) == 0)
            continue;
        struct view_interface v = loopback_of(&s.lo, c);
        if (!sink->emit(sink, &view_interface, &v))
            break;
    }
    return 0;
}

static err_t emit_inert(struct node *n, struct view_sink *sink)
{
    for (uint32_t i = 0; i < n->config->inert.n; i++) {
        const struct config_line *l = &n->config->inert.v[i];
        char buf[1024];
        struct text t = text_init(buf, sizeof(buf));
        text_str(&t, l->at.file < n->config->files.n ? n->config->files.v[l->at.file] : "");
        text_char(&t, ':');
        text_u64(&t, l->at.line);
        text_str(&t, ": ");
        text_str(&t, l->text);
        text_str(&t, "   [");
        text_str(&t, l->why);
        text_char(&t, ']');
        if (!emit_line(sink, buf))
            break;
    }
    return 0;
}

static err_t emit_memory(struct view_sink *sink)
{
    for (unsigned i = 0; i < MEM_TAG_COUNT; i++) {
        struct view_memory m = { .bytes = mem_bytes(i), .count = mem_count(i) };
        diag_set(m.name, sizeof(m.name), mem_name(i));
        if (!sink->emit(sink, &view_memory, &m))
            break;
    }
    return 0;
}

static err_t emit_fib(struct node *n, const struct node_query *q, struct view_sink *sink)
{
    struct fib_query fq = { .family = q->family,
                            .prefix = q->prefix,
                            .longest = q->longest,
                            .longer_prefixes = q->longer_prefixes,
                            .source = q->source,
                            .now = n->now };
    return fib_query(n->fib, &fq, sink) ? 0 : -ENOMEM;
}

err_t node_query(struct node *n, ns_t now, const struct node_query *q, struct view_sink *sink)
{
    node_at(n, now);
    if (q->kind == NODE_QUERY_ROUTER)
        return emit_router(n, sink);
    if (q->kind == NODE_QUERY_MEMORY)
        return emit_memory(sink);
    if (!n->config)
        return -EINVAL;
    switch (q->kind) {
    case NODE_QUERY_BGP_SUMMARY:
    case NODE_QUERY_BGP_NEIGHBORS:
        return n->config->bgp.as ? emit_neighbors(n, q, q->kind == NODE_QUERY_BGP_SUMMARY, sink)
                                 : -EINVAL;
    case NODE_QUERY_BGP_TABLE:
    case NODE_QUERY_BGP_RECEIVED:
    case NODE_QUERY_BGP_ROUTES:
    case NODE_QUERY_BGP_ADVERTISED:
        return n->config->bgp.as ? emit_table(n, q, sink) : -EINVAL;
    case NODE_QUERY_FIB:
        return emit_fib(n, q, sink);
    case NODE_QUERY_INTERFACES:
        return emit_interfaces(n, sink);
    case NODE_QUERY_CONFIG:
        return emit_config(n, sink);
    case NODE_QUERY_INERT:
        return emit_inert(n, sink);
    case NODE_QUERY_TUNNELS:
        return node_emit_tunnels(n, sink);
    case NODE_QUERY_PREFIX_LISTS:
    case NODE_QUERY_AS_PATH_LISTS:
    case NODE_QUERY_COMMUNITY_LISTS:
    case NODE_QUERY_LARGE_COMMUNITY_LISTS:
    case NODE_QUERY_EXT_COMMUNITY_LISTS:
    case NODE_QUERY_ROUTE_MAPS:
        return node_query_lists(n, q, sink);
    case NODE_QUERY_ROUTER:
    case NODE_QUERY_MEMORY:
        break; /* answered above */
    }
    return -EINVAL;
}
