/* The node itself: birth, death, the driver's inputs, the queue of what the driver has to do. */

#include "config/parse.h"
#include "node/internal.h"

struct node *node_new(const struct node_params *params)
{
    assert(params->shards >= 1 && params->shards <= NODE_SHARDS_MAX);
    struct node *n = mem_alloc(MEM_NODE, sizeof(*n));
    if (!n)
        return NULL;
    n->params = *params;
    diag_set(n->name, sizeof(n->name), params->name);
    n->params.name = n->name;
    n->rng = rng_init(params->seed);
    n->hash_key = rng_u64(&n->rng);
    arena_init(&n->scratch, 8u << 20);
    timer_heap_init(&n->timers);
    list_init(&n->groups);
    list_init(&n->queue);
    slab_init(&n->events, MEM_NODE, sizeof(struct node_event), NODE_ACTIONS_MAX);
    slab_init(&n->bufs, MEM_BUFFER, sizeof(struct node_buf), UINT64_C(1) << 20);
    slab_init(&n->buf_refs, MEM_BUFFER, sizeof(struct node_buf_ref), UINT64_C(1) << 24);
    slab_init(&n->local_slab, MEM_NODE, sizeof(struct node_local), params->max_routes);
    n->sweep.timer.at = NS_NEVER;
    n->recursion = (struct node_timer){ .timer.at = NS_NEVER, .kind = NODE_TIMER_RECURSION };
    n->refused = (struct node_timer){ .timer.at = NS_NEVER, .kind = NODE_TIMER_REFUSED };
    n->refused_wait = NODE_REFUSED_FIRST;
    struct fib_params fp = { .hash_key = n->hash_key,
                             .max_routes = params->max_routes,
                             .next_hop_objects = params->next_hop_objects };
    n->fib = fib_new(&fp);
    n->attrs = attr_table_new(n->hash_key, UINT32_MAX);
    if (!n->fib || !n->attrs) {
        node_free(n);
        return NULL;
    }
    return n;
}

void node_free(struct node *n)
{
    if (!n)
        return;
    for (unsigned i = 0; i < n->peer_count; i++)
        node_peer_free(n->peers[i]);
    for (unsigned i = 0; i < NODE_CONNS_MAX; i++)
        node_conn_free(n, n->conns[i]);
    LIST_EACH_SAFE (it, next, &n->groups)
        mem_free(MEM_NODE, LIST_ENTRY(it, struct node_group, link), sizeof(struct node_group));
    for (unsigned i = 0; i < NODE_SHARDS_MAX; i++)
        rib_free(n->shards[i]);
    LIST_EACH_SAFE (it, next, &n->queue) {
        struct node_event *e = LIST_ENTRY(it, struct node_event, link);
        mem_free(MEM_NODE, (void *)(uintptr_t)e->action.text, e->text_bytes);
    }
    if (n->given)
        mem_free(MEM_NODE, (void *)(uintptr_t)n->given->action.text, n->given->text_bytes);
    node_local_done(n);
    node_recursion_done(n);
    policy_world_free(n->world);
    node_index_free(n->index);
    config_free(n->config);
    fib_free(n->fib);
    attr_table_free(n->attrs);
    slab_done(&n->events);
    slab_done(&n->bufs);
    slab_done(&n->buf_refs);
    slab_done(&n->local_slab);
    timer_heap_done(&n->timers);
    arena_done(&n->scratch);
    mem_free(MEM_NODE, n, sizeof(*n));
}

const struct config *node_config(const struct node *n)
{
    return n->config;
}

const struct fib *node_fib(const struct node *n)
{
    return n->fib;
}

const struct config_nat_rule *node_nat(const struct node *n, uint32_t *ret_n)
{
    *ret_n = n->nat_n;
    return n->nat;
}

struct node_action *node_push(struct node *n, enum node_action_kind kind)
{
    struct node_event *e = slab_alloc(&n->events);
    if (!e) {
        n->events_dropped++;
        return NULL;
    }
    e->action.kind = kind;
    list_append(&n->queue, &e->link);
    return &e->action;
}

void node_log(struct node *n, enum diag_severity severity, const char *text)
{
    assert(severity <= DIAG_ERROR && text);
    size_t bytes = strlen(text) + 1;
    char *copy = mem_alloc(MEM_NODE, bytes);
    if (!copy) {
        n->events_dropped++;
        return;
    }
    memcpy(copy, text, bytes);
    struct node_action *a = node_push(n, NODE_LOG);
    if (!a) {
        mem_free(MEM_NODE, copy, bytes);
        return;
    }
    a->severity = severity;
    a->text = copy;
    container_of(a, struct node_event, action)->text_bytes = (uint32_t)bytes;
}

/* Gives back the event that the driver looked at since the last call. */
static void drop_given(struct node *n)
{
    if (!n->given)
        return;
    assert(!link_is_in_list(&n->given->link));
    mem_free(MEM_NODE, (void *)(uintptr_t)n->given->action.text, n->given->text_bytes);
    slab_free(&n->events, n->given);
    n->given = NULL;
}

bool node_next(struct node *n, struct node_action *ret_action)
{
    drop_given(n);
    node_pump_due(n);
    if (!list_is_empty(&n->queue)) {
        struct node_event *e = LIST_ENTRY(n->queue.next, struct node_event, link);
        list_remove(&e->link);
        n->given = e;
        *ret_action = e->action;
        return true;
    }
    while (fib_next_op(n->fib, &n->given_op)) {
        if (!n->params.install)
            continue;
        *ret_action = (struct node_action){ .kind = NODE_KERNEL_OP, .op = &n->given_op };
        return true;
    }
    return false;
}

/* --- the kernel told us ----------------------------------------------------------------------- */

/* Without memory for the timer the next news or refusal sets it. */
static void set_refused(struct node *n, ns_t wait)
{
    if (timer_set(&n->timers, &n->refused.timer, n->now + wait) < 0)
        n->refused.timer.at = NS_NEVER;
}

/* A thousand tunnels are told in one go: what follows from it is found once, when the driver asks
 * what to do. And it may be what something that was refused waits for. */
static void told(struct node *n)
{
    n->pump_due = true;
    n->refused_wait = NODE_REFUSED_FIRST;
    if (fib_has_refused(n->fib) && n->refused.timer.at > n->now + NODE_REFUSED_SOON)
        set_refused(n, NODE_REFUSED_SOON);
}

void node_link(struct node *n, ns_t now, const struct fib_interface *link)
{
    const struct fib_interface *known = fib_interface_get(n->fib, link->index);
    bool is_new = !known || strcmp(known->name, link->name) != 0 ||
                  strcmp(known->alias, link->alias) != 0;
    node_at(n, now);
    bool carried = known && known->admin_up && known->running;
    if (carried && !(link->admin_up && link->running))
        node_peer_tunnel_down(n, link->index);
    if (fib_interface_set(n->fib, link) < 0) {
        node_log(n, DIAG_ERROR, "an interface was not taken in: too many, or no memory");
        return;
    }
    if (is_new) {
        node_statics_interface(n, link);
        node_vxlan_link(n, link->name, link->alias, false);
    }
    told(n);
}

void node_tunnel_lost(struct node *n, ns_t now, const char *name)
{
    const struct fib_interface *known = fib_interface_find(n->fib, name);
    node_at(n, now);
    if (!known || !node_is_tunnel(n, known->index))
        return;
    if (known->admin_up && known->running)
        node_peer_tunnel_down(n, known->index);
    fib_interface_lost(n->fib, known->index, true);
    told(n);
}

void node_tunnel_back(struct node *n, ns_t now, const char *name)
{
    const struct fib_interface *known = fib_interface_find(n->fib, name);
    node_at(n, now);
    if (!known)
        return;
    fib_interface_lost(n->fib, known->index, false);
    told(n);
}

void node_link_gone(struct node *n, ns_t now, uint32_t if_index)
{
    node_at(n, now);
    node_peer_tunnel_down(n, if_index);
    const struct fib_interface *known = fib_interface_get(n->fib, if_index);
    struct fib_interface gone = known ? *known : (struct fib_interface){ 0 };
    fib_interface_del(n->fib, if_index);
    if (known)
        node_vxlan_link(n, gone.name, gone.alias, true);
    told(n);
}

void node_address(struct node *n, ns_t now, uint32_t if_index, const struct prefix *address,
                  bool present)
{
    node_at(n, now);
    if (node_is_apart(n, if_index))
        return;
    if (!present)
        fib_address_del(n->fib, if_index, address);
    else if (fib_address_set(n->fib, if_index, address) < 0)
        node_log(n, DIAG_ERROR, "an address was not taken in: no memory");
    if (n->is_synced)
        node_router_id_refresh(n);
    told(n);
}

void node_kernel_route(struct node *n, ns_t now, const struct fib_route *route, bool present)
{
    node_at(n, now);
    if (!present)
        fib_route_del(n->fib, FIB_KERNEL, route->instance, &route->prefix);
    else if (fib_route_set(n->fib, now, route) < 0)
        node_log(n, DIAG_ERROR, "a kernel route was not taken in: table full, or no memory");
    told(n);
}

void node_kernel_ours(struct node *n, const struct prefix *p, uint8_t protocol, uint32_t metric,
                      uint32_t nexthop_id)
{
    fib_found_ours(n->fib, p, protocol, metric, nexthop_id);
}

void node_kernel_ours_nexthop(struct node *n, uint32_t nexthop_id)
{
    fib_found_nexthop(n->fib, nexthop_id);
}

void node_kernel_synced(struct node *n, ns_t now)
{
    node_at(n, now);
    if (n->is_synced)
        return;
    n->is_synced = true;
    node_router_id_refresh(n);
    if (n->config && n->config->bgp.as && !n->router_id)
        node_log(n, DIAG_ERROR,
                 "bgp event=waiting reason=\"no router id: no interface has an IPv4 "
                 "address; say bgp router-id A.B.C.D\"");
    if (timer_set(&n->timers, &n->sweep.timer, now + NODE_SWEEP_AFTER) < 0)
        fib_sweep(n->fib);
    node_pump(n, now); /* it is known how peers are reached before they are asked */
    for (unsigned i = 0; i < n->peer_count; i++)
        if (n->peers[i])
            node_peer_start(n->peers[i]);
    node_pump(n, now);
}

void node_kernel_failed(struct node *n, ns_t now, const struct fib_op *op, err_t why)
{
    node_at(n, now);
    fib_op_failed(n->fib, op, why);
    if (fib_has_refused(n->fib) && n->refused.timer.at == NS_NEVER)
        set_refused(n, n->refused_wait);
    n->pump_due = true;
}

/* --- TCP told us ------------------------------------------------------------------------------ */

void node_tcp_opened(struct node *n, ns_t now, uint32_t conn, const struct node_endpoints *ends)
{
    node_at(n, now);
    struct node_conn *c = node_conn_find(n, conn);
    if (!c || !c->peer)
        return;
    c->is_open = true;
    struct bgp_endpoints e = { ends->local, ends->remote, ends->local_port, ends->remote_port };
    struct node_peer *p = c->peer;
    if (!bgp_session_connected(p->session, now, c->side, &e))
        node_conn_close(n, c, false);
    node_peer_drain(p);
    node_pump(n, now);
}

void node_tcp_closed(struct node *n, ns_t now, uint32_t conn, err_t why)
{
    node_at(n, now);
    struct node_conn *c = node_conn_find(n, conn);
    if (!c)
        return;
    struct node_peer *p = c->peer;
    enum bgp_side side = c->side;
    if (p)
        p->conn[side] = NULL;
    node_conn_free(n, c);
    if (p)
        node_peer_disconnected(p, side, why);
    node_pump(n, now);
}

uint32_t node_tcp_accepted(struct node *n, ns_t now, const struct node_endpoints *ends)
{
    node_at(n, now);
    node_pump_due(n); /* a tunnel that went is known before somebody is let in by another way */
    struct node_peer *p = node_peer_find(n, &ends->remote);
    uint32_t device;
    if (p && !node_peer_may_talk(p, &device))
        return 0;
    if (!p || n->is_stopping || !n->is_synced || p->limit_hit || p->conn[BGP_INCOMING])
        return 0;
    struct node_conn *c = node_conn_new(n, p, BGP_INCOMING);
    if (!c)
        return 0;
    c->is_open = true;
    struct bgp_endpoints e = { ends->local, ends->remote, ends->local_port, ends->remote_port };
    uint32_t id = c->id;
    if (!bgp_session_connected(p->session, now, BGP_INCOMING, &e)) {
        p->conn[BGP_INCOMING] = NULL;
        node_conn_free(n, c);
        id = 0;
    }
    node_peer_drain(p);
    node_pump(n, now);
    return id;
}

uint32_t node_tcp_device(const struct node *n, uint32_t conn)
{
    const struct node_conn *c = n->conns[conn % NODE_CONNS_MAX];
    uint32_t device = 0;
    bool is_there = c && c->id == conn && c->peer;
    return is_there && node_peer_way(c->peer, &device) == NODE_WAY_TUNNEL ? device : 0;
}

void node_tcp_received(struct node *n, ns_t now, uint32_t conn, const uint8_t *bytes, size_t len)
{
    node_at(n, now);
    struct node_conn *c = node_conn_find(n, conn);
    if (!c || !c->peer)
        return; /* closed by us: what still comes in concerns nobody */
    struct node_peer *p = c->peer;
    bgp_session_input(p->session, now, c->side, bytes, len);
    node_peer_drain(p);
    node_pump(n, now);
}

/* --- time
 * ------------------------------------------------------------------------------------------------
 */

static void on_timer(struct node *n, struct node_timer *t)
{
    switch (t->kind) {
    case NODE_TIMER_SWEEP:
        fib_sweep(n->fib);
        break;
    case NODE_TIMER_PEER:
        node_peer_advance(container_of(t, struct node_peer, timer));
        break;
    case NODE_TIMER_RECURSION:
        node_recursion_look(n);
        break;
    case NODE_TIMER_REFUSED:
        n->refused_wait = MIN(n->refused_wait * NODE_REFUSED_GROWTH, NODE_REFUSED_LAST);
        fib_retry(n->fib);
        break;
    case NODE_TIMER_GROUP: /* its interval is over: node_pump() looks at every group */
        break;
    }
}

void node_advance(struct node *n, ns_t now)
{
    node_at(n, now);
    node_pump_due(n); /* timers that connect must not do so by a link that is gone */
    for (struct timer *t; (t = timer_pop(&n->timers, now)) != NULL;)
        on_timer(n, container_of(t, struct node_timer, timer));
    node_pump(n, now);
}

ns_t node_deadline(const struct node *n)
{
    return n->has_more || n->pump_due ? 0 : timer_next(&n->timers);
}

void node_shutdown(struct node *n, ns_t now)
{
    node_at(n, now);
    n->is_stopping = true;
    for (unsigned i = 0; i < n->peer_count; i++) {
        struct node_peer *p = n->peers[i];
        if (!p)
            continue;
        bgp_session_stop(p->session, now, 2, NULL); /* RFC 4486: administrative shutdown */
        node_peer_drain(p);
    }
    node_pump(n, now);
}
