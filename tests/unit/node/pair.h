/* Two or more nodes on one Ethernet, with TCP that never fails: the smallest driver of node/node.h.
 * Virtual time; what a node asks for is done at once. */
#ifndef TESTS_NODE_PAIR_H
#define TESTS_NODE_PAIR_H

#include <stdlib.h>
#include <string.h>

#include "config/parse.h"
#include "fib/view.h"
#include "node/node.h"
#include "node/view.h"
#include "rib/view.h"

enum { PAIR_NODES_MAX = 4, PAIR_CONNS_MAX = 64 };

struct pair_conn {
    int node[2];
    uint32_t id[2];
    bool open;
};

struct pair {
    struct node *node[PAIR_NODES_MAX];
    struct ip_addr address[PAIR_NODES_MAX], address6[PAIR_NODES_MAX];
    int count;
    struct pair_conn conns[PAIR_CONNS_MAX];
    ns_t now;
    bool cut;    /* connections to come are refused */
    bool silent; /* they get no answer at all, and time out */
    ns_t times_out_at;
    int timing_out_node;
    uint32_t timing_out; /* the connection that does; 0: none */
    uint32_t kernel_ops, addresses, logs;
    enum config_tri forwarding[2]; /* of IPv4, IPv6, as asked for last */
    char last_log[1024];
    const char *counted; /* log lines with this text are counted */
    uint32_t counted_n;
    bool print_logs;
    uint32_t last_device; /* that the last connection was to keep to */
    struct fib_path last_path[PAIR_NODES_MAX]; /* of the last next-hop object set */
};

static inline struct config *pair_config(const char *text, struct diag_list *diags)
{
    struct config_file file = { .name = "test", .text = text, .len = strlen(text) };
    struct config_options options = { 0 };
    struct config *c = NULL;
    bool ok = config_parse(&file, 1, &options, diags, &c);
    if (!ok) {
        for (uint32_t i = 0; i < diags->count; i++) {
            char buf[1024];
            struct text t = text_init(buf, sizeof(buf));
            text_diag(&t, &diags->items[i]);
            print_message("%s\n", buf);
        }
        config_free(c);
        return NULL;
    }
    return c;
}

/* Adds a node at 10.0.0.(index + 1)/24, 2001:db8::(index + 1)/64 and fe80::(index + 1)/64 of eth0
 * with the configuration. */
static inline int pair_add(struct pair *p, const char *config, uint32_t shards)
{
    int i = p->count++;
    struct node_params params = { .name = "n",
                                  .seed = (uint64_t)i + 1,
                                  .shards = shards,
                                  .max_routes = 1 << 20,
                                  .next_hop_objects = true,
                                  .install = true };
    struct node *n = node_new(&params);
    assert_non_null(n);
    p->node[i] = n;
    p->address[i] = ip_from_u32(0x0a000001u + (uint32_t)i);
    struct diag_list diags = { 0 };
    struct config *c = pair_config(config, &diags);
    assert_non_null(c);
    assert_true(node_configure(n, p->now, c, &diags));
    diag_list_done(&diags);
    struct fib_interface lo = {
        .index = 1, .name = "lo", .admin_up = true, .running = true, .loopback = true, .mtu = 65536
    };
    struct fib_interface eth = {
        .index = 2, .name = "eth0", .admin_up = true, .running = true, .mtu = 1500
    };
    node_link(n, p->now, &lo);
    node_link(n, p->now, &eth);
    struct prefix a = { .family = IP_V4, .len = 24 };
    memcpy(a.b, p->address[i].b, 4);
    node_address(n, p->now, 2, &a, true);
    struct prefix six = { .family = IP_V6, .len = 64, .b = { 0x20, 1, 0xd, 0xb8 } };
    six.b[15] = (uint8_t)(i + 1);
    p->address6[i] = ip_from_bytes(IP_V6, six.b);
    node_address(n, p->now, 2, &six, true);
    struct prefix local = { .family = IP_V6, .len = 64, .b = { 0xfe, 0x80 } };
    local.b[15] = (uint8_t)(i + 1);
    node_address(n, p->now, 2, &local, true);
    return i;
}

static inline int pair_at(const struct pair *p, const struct ip_addr *a)
{
    for (int i = 0; i < p->count; i++)
        if (ip_eq(&p->address[i], a) || ip_eq(&p->address6[i], a))
            return i;
    return -1;
}

static inline void pair_connect(struct pair *p, int from, const struct node_action *a)
{
    if (p->silent) {
        p->times_out_at = p->now + 127 * NS_PER_S; /* Linux: six SYN retries */
        p->timing_out = a->conn;
        p->timing_out_node = from;
        return;
    }
    int to = pair_at(p, &a->tcp.remote);
    struct ip_addr own = a->tcp.remote.family == IP_V6 ? p->address6[from] : p->address[from];
    struct node_endpoints here = { .local = own,
                                   .remote = a->tcp.remote,
                                   .local_port = 40000,
                                   .remote_port = 179,
                                   .if_index = 2 };
    struct node_endpoints there = { .local = a->tcp.remote,
                                    .remote = own,
                                    .local_port = 179,
                                    .remote_port = 40000,
                                    .if_index = 2 };
    uint32_t id = to < 0 || p->cut ? 0 : node_tcp_accepted(p->node[to], p->now, &there);
    if (!id) {
        node_tcp_closed(p->node[from], p->now, a->conn, -111);
        return;
    }
    for (int i = 0; i < PAIR_CONNS_MAX; i++) {
        if (p->conns[i].open)
            continue;
        p->conns[i] = (struct pair_conn){ { from, to }, { a->conn, id }, true };
        node_tcp_opened(p->node[from], p->now, a->conn, &here);
        return;
    }
    fail_msg("too many connections");
}

/* Moves everything that waits on the connections; true if anything moved. */
static inline bool pair_flow(struct pair *p)
{
    bool any = false;
    for (int i = 0; i < PAIR_CONNS_MAX; i++) {
        for (int end = 0; p->conns[i].open && end < 2; end++) {
            struct pair_conn *c = &p->conns[i];
            const uint8_t *bytes;
            size_t n = node_tcp_output(p->node[c->node[end]], p->now, c->id[end], &bytes);
            n = MIN(n, (size_t)NODE_INPUT_MAX);
            if (!n)
                continue;
            uint8_t *copy = malloc(n);
            memcpy(copy, bytes, n);
            node_tcp_sent(p->node[c->node[end]], p->now, c->id[end], n);
            node_tcp_received(p->node[c->node[!end]], p->now, c->id[!end], copy, n);
            free(copy);
            any = true;
        }
    }
    return any;
}

static inline void pair_close(struct pair *p, int node, uint32_t conn)
{
    for (int i = 0; i < PAIR_CONNS_MAX; i++) {
        struct pair_conn *c = &p->conns[i];
        for (int end = 0; c->open && end < 2; end++) {
            if (c->node[end] != node || c->id[end] != conn)
                continue;
            const uint8_t *bytes;
            size_t n;
            while ((n = node_tcp_output(p->node[node], p->now, conn, &bytes)) > 0) {
                uint8_t *copy = malloc(n);
                memcpy(copy, bytes, n);
                node_tcp_sent(p->node[node], p->now, conn, n);
                node_tcp_received(p->node[c->node[!end]], p->now, c->id[!end], copy, n);
                free(copy);
            }
            c->open = false;
            node_tcp_closed(p->node[c->node[!end]], p->now, c->id[!end], 0);
        }
    }
}

/* The time-out of a connection that nobody answers. */
static inline void pair_time_out(struct pair *p)
{
    uint32_t conn = p->timing_out;
    p->timing_out = 0;
    node_tcp_closed(p->node[p->timing_out_node], p->now, conn, -110);
}

static inline bool pair_act(struct pair *p, int i)
{
    struct node_action a;
    bool any = false;
    while (node_next(p->node[i], &a)) {
        any = true;
        switch (a.kind) {
        case NODE_TCP_CONNECT:
            p->last_device = a.tcp.device;
            pair_connect(p, i, &a);
            break;
        case NODE_TCP_CLOSE:
            pair_close(p, i, a.conn);
            break;
        case NODE_KERNEL_OP:
            p->kernel_ops++;
            if (a.op->kind == FIB_OP_NEXTHOP_SET)
                p->last_path[i] = a.op->path[0];
            break;
        case NODE_LOG:
            p->logs++;
            snprintf(p->last_log, sizeof(p->last_log), "%s", a.text);
            p->counted_n += p->counted && strstr(a.text, p->counted);
            if (p->print_logs)
                print_message("[%.3f] node %d: %s\n", (double)p->now / 1e9, i, a.text);
            break;
        case NODE_ADDRESS: {
            const struct fib_interface *to = fib_interface_find(node_fib(p->node[i]), a.interface);
            p->addresses++;
            if (a.on && to)
                node_address(p->node[i], p->now, to->index, &a.address, true);
            break;
        }
        case NODE_LINK_UP: {
            const struct fib_interface *to = fib_interface_find(node_fib(p->node[i]), a.interface);
            struct fib_interface link = to ? *to : (struct fib_interface){ 0 };
            link.admin_up = a.on;
            if (to)
                node_link(p->node[i], p->now, &link);
            break;
        }
        case NODE_TCP_SEND:
        case NODE_TCP_LISTEN:
        case NODE_TCP_KEY:
            break;
        case NODE_SIZES:
        case NODE_FORWARDING:
            p->forwarding[a.family == IP_V6] = a.on ? TRI_YES : TRI_NO;
            break;
        case NODE_NAT:
        case NODE_VXLAN:
            break;
        }
    }
    return any;
}

/* Runs for some virtual seconds. */
static inline void pair_run(struct pair *p, double seconds)
{
    ns_t end = p->now + (ns_t)(seconds * 1e9);
    for (int steps = 0; steps < 10000000; steps++) {
        bool any = false;
        for (int i = 0; i < p->count; i++)
            any |= pair_act(p, i);
        any |= pair_flow(p);
        ns_t next = NS_NEVER;
        for (int i = 0; i < p->count; i++)
            next = MIN(next, node_deadline(p->node[i]));
        if (p->timing_out && p->now >= p->times_out_at) {
            pair_time_out(p);
            continue;
        }
        if (p->timing_out)
            next = MIN(next, p->times_out_at);
        if (next <= p->now) {
            for (int i = 0; i < p->count; i++)
                if (node_deadline(p->node[i]) <= p->now)
                    node_advance(p->node[i], p->now);
            continue;
        }
        if (any)
            continue;
        if (next > end) {
            p->now = end;
            return;
        }
        p->now = next;
        for (int i = 0; i < p->count; i++)
            if (node_deadline(p->node[i]) <= p->now)
                node_advance(p->node[i], p->now);
    }
    fail_msg("the nodes never rest");
}

static inline void pair_done(struct pair *p)
{
    for (int i = 0; i < p->count; i++)
        node_free(p->node[i]);
}

/* A table as text: one line a route, "prefix next-hop med locpref weight path origin" and marks. */
struct pair_table {
    struct view_sink sink;
    char text[16384];
    size_t len;
    uint32_t routes;
};

static inline bool pair_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct pair_table *t = container_of(sink, struct pair_table, sink);
    struct text x = text_init(t->text + t->len, sizeof(t->text) - t->len);
    if (v == &view_bgp_route) {
        const struct view_bgp_route *r = record;
        text_str(&x, r->best ? ">" : r->valid ? "*" : " ");
        text_prefix(&x, &r->prefix);
        text_char(&x, ' ');
        text_ip(&x, &r->next_hop);
        text_str(&x, ip_bytes(r->next_hop_ll.family) ? " ll w" : " w");
        text_u64(&x, r->weight);
        text_str(&x, " [");
        text_str(&x, r->as_path);
        text_str(&x, "]\n");
        t->routes++;
    } else if (v == &view_fib_route) {
        const struct view_fib_route *r = record;
        text_str(&x, r->selected ? ">" : " ");
        text_prefix(&x, &r->prefix);
        text_str(&x, " d");
        text_u64(&x, r->distance);
        text_char(&x, '\n');
    }
    t->len += x.len;
    return true;
}

static inline const char *pair_show6(struct pair *p, int i, struct pair_table *t,
                                     enum node_query_kind kind)
{
    *t = (struct pair_table){ .sink = { .emit = pair_emit } };
    struct node_query q = { .kind = kind, .family = IP_V6, .source = FIB_SOURCE_COUNT };
    assert_int_equal(node_query(p->node[i], p->now, &q, &t->sink), 0);
    return t->text;
}

static inline const char *pair_show(struct pair *p, int i, struct pair_table *t,
                                    enum node_query_kind kind, const char *peer)
{
    *t = (struct pair_table){ .sink = { .emit = pair_emit } };
    struct node_query q = { .kind = kind, .family = IP_V4, .source = FIB_SOURCE_COUNT };
    if (peer)
        assert_true(ip_parse(peer, &q.peer));
    int err = node_query(p->node[i], p->now, &q, &t->sink);
    if (err)
        snprintf(t->text, sizeof(t->text), "error %d", err);
    return t->text;
}

#endif
