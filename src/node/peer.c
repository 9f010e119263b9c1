/* A neighbour: its session, what the session does to the tables, and what the tables say of it. */

#include "node/internal.h"

struct node_peer *node_peer_find(struct node *n, const struct ip_addr *address)
{
    for (unsigned i = 0; i < n->peer_count; i++)
        if (n->peers[i] && ip_eq(&n->peers[i]->conf.address, address))
            return n->peers[i];
    return NULL;
}

static uint8_t offered_families(const struct node_peer *p)
{
    return (uint8_t)((p->conf.af[CONFIG_AF_IPV4].activate == TRI_YES ? BGP_IPV4 : 0) |
                     (p->conf.af[CONFIG_AF_IPV6].activate == TRI_YES ? BGP_IPV6 : 0));
}

void node_peer_params(struct node_peer *p, struct bgp_session_params *ret_params)
{
    const struct config_neighbor *c = &p->conf;
    const struct config *config = p->node->config;
    *ret_params = (struct bgp_session_params){
        .local_as = c->local_as ? c->local_as : config->bgp.as,
        .remote_as = c->remote_as,
        .remote_as_kind = c->remote_as_kind == REMOTE_AS_INTERNAL   ? BGP_AS_INTERNAL
                          : c->remote_as_kind == REMOTE_AS_EXTERNAL ? BGP_AS_EXTERNAL
                                                                    : BGP_AS_EXACT,
        .router_id = p->node->router_id,
        .remote = c->address,
        .hold_time_s = c->hold_s,
        .keepalive_s = c->keepalive_s,
        .connect_retry_s = c->connect_s,
        .send_hold_s = (uint16_t)(c->hold_s * 2 > 480 ? c->hold_s * 2 : 480), /* RFC 9687 6 */
        .passive = c->passive == TRI_YES,
        .families = offered_families(p),
        .offer_as4 = true,
        .offer_refresh = true,
        .idle_hold_s = 1,
        .idle_hold_max_s = 60,
    };
    diag_set(ret_params->hostname, sizeof(ret_params->hostname), config->hostname);
}

static void set_timer(struct node_peer *p)
{
    ns_t at = MIN(MIN(bgp_session_deadline(p->session), p->restart_at), p->retry_at);
    if (timer_set(&p->node->timers, &p->timer.timer, at) < 0)
        p->node->has_more = true; /* without memory for the timer: look again at once */
}

struct node_peer *node_peer_new(struct node *n, const struct config_neighbor *resolved)
{
    assert(!node_peer_find(n, &resolved->address));
    uint16_t id = 1;
    while (id < RIB_PEERS_MAX && n->peers[id])
        id++;
    if (id == RIB_PEERS_MAX)
        return NULL;
    struct node_peer *p = mem_alloc(MEM_PEER, sizeof(*p));
    if (!p)
        return NULL;
    p->id = id;
    p->node = n;
    p->conf = *resolved;
    p->restart_at = p->retry_at = NS_NEVER;
    p->timer = (struct node_timer){ .kind = NODE_TIMER_PEER, .timer = { .at = NS_NEVER } };
    node_peer_params(p, &p->params);
    p->session = bgp_session_new(&p->params, rng_u64(&n->rng));
    if (!p->session || fib_track(n->fib, &resolved->address) < 0) {
        bgp_session_free(p->session);
        mem_free(MEM_PEER, p, sizeof(*p));
        return NULL;
    }
    n->peers[id] = p;
    n->peer_count = MAX(n->peer_count, (uint16_t)(id + 1));
    return p;
}

void node_peer_free(struct node_peer *p)
{
    if (!p)
        return;
    struct node *n = p->node;
    assert(n->peers[p->id] == p);
    for (unsigned side = 0; side < BGP_SIDES; side++) {
        if (p->conn[side])
            node_conn_free(n, p->conn[side]);
    }
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++)
        node_group_leave(p, af);
    timer_clear(&n->timers, &p->timer.timer);
    fib_untrack(n->fib, &p->conf.address);
    bgp_session_free(p->session);
    n->peers[p->id] = NULL;
    mem_free(MEM_PEER, p, sizeof(*p));
}

void node_peer_start(struct node_peer *p)
{
    const struct node *n = p->node;
    if (!n->is_synced || !n->router_id || n->is_stopping || p->conf.shutdown == TRI_YES ||
        p->limit_hit)
        return;
    bgp_session_start(p->session, p->node->now);
    node_peer_drain(p);
}

void node_peer_advance(struct node_peer *p)
{
    ns_t now = p->node->now;
    if (now >= p->restart_at) {
        p->restart_at = NS_NEVER;
        p->limit_hit = false;
        node_peer_start(p);
    }
    if (now >= p->retry_at) {
        p->retry_at = NS_NEVER;
        if (p->tracked_reachable)
            bgp_session_hint_reachable(p->session, now);
    }
    bgp_session_advance(p->session, now);
    node_peer_drain(p);
}

/* --- what a session's action does ------------------------------------------------------------- */

static struct text log_head(const struct node_peer *p, char *buf, size_t cap)
{
    struct text t = text_init(buf, cap);
    text_str(&t, "bgp peer=");
    text_ip(&t, &p->conf.address);
    text_str(&t, " as=");
    text_u64(&t, p->conf.remote_as);
    return t;
}

/* RFC 2385 4.1: a segment whose digest is wrong is dropped without a word, so a password that
 * differs looks like a peer that is not there. Said once, until the peer answers. */
static void log_no_answer(struct node_peer *p)
{
    if (p->hinted)
        return;
    p->hinted = true;
    char buf[320];
    struct text t = log_head(p, buf, sizeof(buf));
    text_str(&t,
             p->conf.password
                 ? " event=no-answer hint=\"a password is configured: a peer with another one, or "
                   "none, stays silent; compare them, then look for filters on the way\""
                 : " event=no-answer hint=\"nothing answers there: compare the address with the "
                   "peer's BGP address, which is often another than its tunnel's, then look for "
                   "the route to it, and the peer's way back\"");
    node_log(p->node, DIAG_WARNING, buf);
}

void node_peer_disconnected(struct node_peer *p, enum bgp_side side, err_t why)
{
    p->last_tcp_error = why;
    if (side == BGP_OUTGOING && why == -ETIMEDOUT && !p->is_established)
        log_no_answer(p);
    else if (why == 0 || why == -ECONNREFUSED || why == -ECONNRESET)
        p->hinted = false; /* somebody answered */
    if (why == -ENETUNREACH || why == -EHOSTUNREACH || why == -EADDRNOTAVAIL)
        p->retry_at = p->node->now + NODE_LOCAL_RETRY;
    bgp_session_disconnected(p->session, p->node->now, side);
    node_peer_drain(p);
}

/* The address that `update-source` means now; IP_NONE: the kernel's choice. */
static struct ip_addr update_source(const struct node_peer *p)
{
    struct ip_addr a = { 0 };
    const char *source = p->conf.update_source;
    if (source && !ip_parse(source, &a))
        a = node_interface_address(p->node, source, p->conf.address.family);
    return a;
}

static void log_outside(struct node_peer *p)
{
    if (p->outside_told)
        return;
    p->outside_told = true;
    char buf[400];
    struct text t = log_head(p, buf, sizeof(buf));
    text_str(&t, " event=waits-for-tunnel tunnel=");
    text_str(&t, p->carriers.tunnel[0]->name);
    text_str(&t, " reason=\"the configuration has this tunnel carry the session, and the route to "
                 "the peer leads elsewhere: no connection is made or taken there\"");
    node_log(p->node, DIAG_WARNING, buf);
}

bool node_peer_may_talk(struct node_peer *p, uint32_t *ret_if_index)
{
    enum node_way way = node_peer_way(p, ret_if_index);
    if (way == NODE_WAY_OUTSIDE)
        log_outside(p);
    return way == NODE_WAY_ANY || way == NODE_WAY_TUNNEL;
}

static void connect_out(struct node_peer *p)
{
    struct node *n = p->node;
    assert(!p->is_established);
    uint32_t device;
    if (!node_peer_may_talk(p, &device)) {
        bgp_session_disconnected(p->session, n->now, BGP_OUTGOING);
        return; /* tracking says when its tunnel leads there */
    }
    if (p->unanswered)
        log_no_answer(p);
    p->unanswered = false;
    if (p->conn[BGP_OUTGOING])
        node_conn_close(n, p->conn[BGP_OUTGOING], false);
    struct node_conn *c = node_conn_new(n, p, BGP_OUTGOING);
    struct node_action *a = c ? node_push(n, NODE_TCP_CONNECT) : NULL;
    if (!a) {
        if (c) {
            p->conn[BGP_OUTGOING] = NULL;
            node_conn_free(n, c);
        }
        bgp_session_disconnected(p->session, n->now, BGP_OUTGOING);
        return;
    }
    a->conn = c->id;
    a->tcp = node_peer_tcp(p);
    a->tcp.device = device;
}

struct node_tcp node_peer_tcp(const struct node_peer *p)
{
    const struct config_neighbor *conf = &p->conf;
    bool external =
        p->params.remote_as_kind == BGP_AS_EXTERNAL ||
        (p->params.remote_as_kind == BGP_AS_EXACT && p->params.remote_as != p->params.local_as);
    return (struct node_tcp){
        .local = update_source(p),
        .remote = conf->address,
        .port = conf->port ? conf->port : BGP_PORT,
        .ttl = !external || conf->ttl_security_hops ? 255 : MAX(conf->ebgp_multihop, (uint8_t)1),
        .min_ttl = conf->ttl_security_hops ? (uint8_t)(256 - conf->ttl_security_hops) : 0,
        .password = conf->password,
    };
}

static void came_up(struct node_peer *p)
{
    const struct bgp_session_info *i = bgp_session_info(p->session);
    assert(!p->is_established && i->families != 0);
    p->is_established = true;
    p->unanswered = p->hinted = p->outside_told = false;
    p->subnet = (struct prefix){ 0 };
    p->if_index = 0;
    (void)fib_connected(p->node->fib, &p->conf.address, &p->subnet, &p->if_index);
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++)
        p->af[af].negotiated = i->families >> af & 1;
    node_peer_tell_shards(p);
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++)
        if (p->af[af].negotiated)
            node_group_join(p, af);
    char buf[320];
    struct text t = log_head(p, buf, sizeof(buf));
    text_str(&t, " event=up hold-time=");
    text_u64(&t, i->hold_time_s);
    text_str(&t, " router-id=");
    struct ip_addr id = ip_from_u32(i->peer_open.router_id);
    text_ip(&t, &id);
    node_log(p->node, DIAG_NOTE, buf);
}

static const char *const down_names[] = {
    [BGP_DOWN_NONE] = "none",
    [BGP_DOWN_HOLD] = "hold timer expired",
    [BGP_DOWN_NOTIFIED_US] = "the peer sent a NOTIFICATION",
    [BGP_DOWN_WE_NOTIFIED] = "we sent a NOTIFICATION",
    [BGP_DOWN_TCP] = "the TCP connection ended",
    [BGP_DOWN_ADMIN] = "administrative",
    [BGP_DOWN_LINK] = "the link went down",
    [BGP_DOWN_SEND_HOLD] = "send hold timer expired",
};

static void went_down(struct node_peer *p, const struct bgp_action *a)
{
    struct node *n = p->node;
    assert(p->is_established && (size_t)a->why < ARRAY_LEN(down_names));
    p->is_established = false;
    p->down_at = n->now;
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++) {
        if (!p->af[af].negotiated)
            continue;
        node_group_leave(p, af);
        p->af[af].negotiated = false;
        for (unsigned i = 0; i < n->params.shards; i++)
            rib_peer_down(n->shards[i], p->id, node_family(af));
    }
    n->has_more = true;
    char buf[320];
    struct text t = log_head(p, buf, sizeof(buf));
    text_str(&t, " event=down reason=\"");
    text_str(&t, down_names[a->why]);
    text_str(&t, "\"");
    node_log(n, DIAG_WARNING, buf);
}

static void log_notification(struct node_peer *p, const struct bgp_action *a)
{
    char buf[1000];
    struct text t = log_head(p, buf, sizeof(buf));
    text_str(&t, a->sent ? " event=notification-sent code=" : " event=notification-received code=");
    text_u64(&t, a->code);
    text_char(&t, '/');
    text_u64(&t, a->subcode);
    text_str(&t, " \"");
    text_bgp_notification(&t, a->code, a->subcode);
    text_char(&t, '"');
    if (a->sent && a->fault.what) {
        text_str(&t, " why=\"");
        text_str(&t, a->fault.what);
        text_char(&t, '"');
    }
    if (a->sent && a->fault.bytes_len) {
        text_str(&t, " offset=");
        text_u64(&t, a->fault.offset);
        text_str(&t, " bytes=");
        text_hex(&t, a->fault.bytes, a->fault.bytes_len);
    }
    if (a->shutdown_message[0]) {
        text_str(&t, " message=\"");
        text_str(&t, a->shutdown_message);
        text_char(&t, '"');
    }
    node_log(p->node, DIAG_WARNING, buf);
}

static void close_conn(struct node_peer *p, const struct bgp_action *a)
{
    const struct bgp_session_info *info = bgp_session_info(p->session);
    struct node_conn *c = p->conn[a->side];
    if (!c)
        return;
    /* The session is still in Connect: the attempt makes room for the next one. */
    p->unanswered = a->side == BGP_OUTGOING && !c->is_open && info->admin_up &&
                    info->state == BGP_CONNECT && !p->way_changed;
    node_conn_close(p->node, c, a->flush);
}

/* One session's input is taken whole, then its connection is closed: order matters to the peer. */
static void act(struct node_peer *p, const struct bgp_action *a)
{
    struct node *n = p->node;
    switch (a->kind) {
    case BGP_DO_CONNECT:
        connect_out(p);
        break;
    case BGP_DO_CLOSE:
        close_conn(p, a);
        break;
    case BGP_EVENT_UP:
        came_up(p);
        break;
    case BGP_EVENT_DOWN:
        went_down(p, a);
        break;
    case BGP_EVENT_NOTIFIED:
        log_notification(p, a);
        break;
    case BGP_EVENT_STATE:
        break; /* shown; not worth a line */
    case BGP_GOT_UPDATE:
        node_update_receive(p, a->message, a->message_len);
        break;
    case BGP_GOT_REFRESH: {
        unsigned af = a->family == BGP_IPV6 ? CONFIG_AF_IPV6 : CONFIG_AF_IPV4;
        struct node_group *g = p->af[af].group;
        for (unsigned i = 0; g && i < n->params.shards; i++)
            rib_group_resend(n->shards[i], g->params.group, node_family(af), p->id);
        n->has_more = true;
        break;
    }
    }
}

void node_peer_drain(struct node_peer *p)
{
    struct bgp_action a;
    while (bgp_session_next(p->session, p->node->now, &a))
        act(p, &a);
    for (unsigned side = 0; side < BGP_SIDES; side++)
        if (p->conn[side])
            node_conn_wake(p->node, p->conn[side]);
    set_timer(p);
}

/* --- the tables ------------------------------------------------------------------------------- */

static enum rib_peer_kind kind_of(const struct node_peer *p, unsigned af)
{
    if (bgp_session_info(p->session)->peer_open.as != p->params.local_as)
        return RIB_EBGP;
    return p->conf.af[af].route_reflector_client == TRI_YES ? RIB_IBGP_CLIENT : RIB_IBGP;
}

void node_peer_tell_shards(struct node_peer *p)
{
    struct node *n = p->node;
    const struct bgp_session_info *info = bgp_session_info(p->session);
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++) {
        if (!p->af[af].negotiated)
            continue;
        const struct config_neighbor_af *c = &p->conf.af[af];
        struct rib_peer_params params = {
            .peer = p->id,
            .family = node_family(af),
            .kind = kind_of(p, af),
            .remote_as = info->peer_open.as,
            .router_id = info->peer_open.router_id,
            .local_as = p->params.local_as,
            .address = p->conf.address,
            .soft_reconfiguration = c->soft_reconfiguration == TRI_YES,
            .allowas_in = c->allowas_in,
            .route_server_client = c->route_server_client == TRI_YES,
            .weight = c->has_weight ? c->weight : 0,
            .import = p->af[af].import,
            .deny_all = p->af[af].deny_in,
            .max_prefixes = c->maximum_prefix,
            .require_connected = kind_of(p, af) == RIB_EBGP && p->conf.ebgp_multihop <= 1 &&
                                 p->conf.disable_connected_check != TRI_YES,
            .self = info->local,
        };
        for (unsigned i = 0; i < n->params.shards; i++)
            if (rib_peer_set(n->shards[i], &params) < 0)
                node_log(n, DIAG_ERROR, "no memory for a peer's tables");
    }
}

void node_peer_check_limit(struct node_peer *p, unsigned af)
{
    assert(af < CONFIG_AF_COUNT);
    const struct config_neighbor_af *c = &p->conf.af[af];
    if (!c->maximum_prefix || !p->is_established)
        return;
    uint64_t have = 0;
    for (unsigned i = 0; i < p->node->params.shards; i++)
        have += rib_peer_accepted(p->node->shards[i], p->id, node_family(af));
    if (have <= c->maximum_prefix) {
        p->limit_warned &= (uint8_t) ~(1 << af);
        return;
    }
    if (c->maximum_prefix_warning_only) {
        if (!(p->limit_warned >> af & 1)) {
            char buf[256];
            struct text t = log_head(p, buf, sizeof(buf));
            text_str(&t, " event=maximum-prefix-exceeded limit=");
            text_u64(&t, c->maximum_prefix);
            node_log(p->node, DIAG_WARNING, buf);
        }
        p->limit_warned |= (uint8_t)(1 << af);
        return;
    }
    struct bgp_fault fault = { .verdict = BGP_RESET,
                               .code = BGP_ERR_CEASE,
                               .subcode = 1,
                               .what = "maximum number of prefixes exceeded",
                               .data_len = 7 };
    struct wr w = wr_init(fault.data, sizeof(fault.data)); /* RFC 4486 4: AFI, SAFI, the limit */
    wr_u16(&w, af == CONFIG_AF_IPV4 ? AFI_IPV4 : AFI_IPV6);
    wr_u8(&w, SAFI_UNICAST);
    wr_u32(&w, c->maximum_prefix);
    p->limit_hit = true;
    if (c->maximum_prefix_restart_min)
        p->restart_at = p->node->now + c->maximum_prefix_restart_min * 60 * NS_PER_S;
    bgp_session_reset(p->session, p->node->now, &fault);
    bgp_session_stop(p->session, p->node->now, 1, NULL);
}

static bool leaves_by(const struct node_peer *p, uint32_t if_index)
{
    struct fib_answer a;
    fib_lookup(p->node->fib, &p->conf.address, &a);
    for (uint32_t i = 0; i < a.n; i++)
        if (a.path[i].if_index == if_index)
            return true;
    return false;
}

static bool has_connection(const struct node_peer *p)
{
    return p->conn[BGP_OUTGOING] || p->conn[BGP_INCOMING];
}

/* A less specific route may lead to the peer too, in clear: the session shall not go on there, nor
 * its routes until the hold timer ends. */
void node_peer_tunnel_down(struct node *n, uint32_t if_index)
{
    if (!node_is_tunnel(n, if_index))
        return;
    for (unsigned i = 0; i < n->peer_count; i++) {
        struct node_peer *p = n->peers[i];
        if (!p || !has_connection(p) || !leaves_by(p, if_index))
            continue;
        bgp_session_link_down(p->session, n->now);
        node_peer_drain(p);
    }
}

void node_peer_keep_inside(struct node_peer *p)
{
    uint32_t device;
    if (!has_connection(p) || node_peer_way(p, &device) != NODE_WAY_OUTSIDE)
        return;
    log_outside(p);
    bgp_session_link_down(p->session, p->node->now);
    node_peer_drain(p);
}

/* The peer became reachable, or by another interface: a SYN that is on its way went the old one. */
static void now_reachable(struct node_peer *p, bool is_new_way)
{
    ns_t now = p->node->now;
    p->way_changed = is_new_way;
    if (is_new_way)
        bgp_session_hint_way_changed(p->session, now);
    else
        bgp_session_hint_reachable(p->session, now);
    node_peer_drain(p);
    p->way_changed = false;
}

void node_peer_tracked(struct node_peer *p, const struct fib_tracked *news)
{
    bool was_connected = p->tracked_connected && p->tracked_reachable;
    bool is_new_way = p->was_tracked &&
                      (!p->tracked_reachable || p->tracked_if_index != news->if_index);
    p->was_tracked = true;
    p->tracked_reachable = news->reachable;
    p->tracked_connected = news->connected;
    p->tracked_if_index = news->if_index;
    node_peer_keep_inside(p);
    /* `remote-as internal` and `external` name no number. */
    bool external =
        p->params.remote_as_kind == BGP_AS_EXTERNAL ||
        (p->params.remote_as_kind == BGP_AS_EXACT && p->params.remote_as != p->params.local_as);
    bool external_on_link = external && p->conf.ebgp_multihop <= 1;
    bool fast = p->node->bgp.fast_external_failover == TRI_YES;
    if (was_connected && !(news->reachable && news->connected) && external_on_link && fast &&
        p->is_established)
        bgp_session_link_down(p->session, p->node->now);
    else if (news->reachable)
        now_reachable(p, is_new_way);
    node_peer_drain(p);
}

void node_peer_self_addresses(const struct node_peer *p, struct bgp_encode_context *ctx)
{
    const struct ip_addr *local = &bgp_session_info(p->session)->local;
    uint32_t index = fib_own_address(p->node->fib, local);
    struct prefix a;
    if (!ip_bytes(ctx->self_v4.family) && fib_interface_address(p->node->fib, index, IP_V4, &a))
        ctx->self_v4 = prefix_addr(&a);
    if (!ip_bytes(ctx->self_v6.family) && fib_interface_address(p->node->fib, index, IP_V6, &a))
        ctx->self_v6 = prefix_addr(&a);
    /* RFC 2545 3: only a peer on the same link can use it. */
    (void)fib_interface_link_local(p->node->fib, p->if_index, &ctx->self_ll);
}
