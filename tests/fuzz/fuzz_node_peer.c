/* A hostile peer of a whole node: after a good handshake that agrees on both families, the input is
 * its messages, each a type, a length and a body. The node never crashes, answers with exact
 * counters, and gives all memory back. A second peer, which says nothing, keeps its session. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bgp/wire.h"
#include "config/parse.h"
#include "node/node.h"
#include "node/view.h"
#include "rib/view.h"

static const char conf[] =
    "frr version 8.5\nip route 192.0.2.0/24 Null0\nrouter bgp 65001\n bgp router-id 10.255.0.1\n"
    " no bgp ebgp-requires-policy\n neighbor 10.0.0.2 remote-as 65002\n"
    " neighbor 10.0.0.2 passive\n neighbor 10.0.0.3 remote-as 65001\n neighbor 10.0.0.3 passive\n"
    " address-family ipv4 unicast\n  network 192.0.2.0/24\n"
    "  neighbor 10.0.0.2 soft-reconfiguration inbound\n"
    "  neighbor 10.0.0.2 prefix-list NOT in\n exit-address-family\n"
    " address-family ipv6 unicast\n  neighbor 10.0.0.2 activate\n  neighbor 10.0.0.3 activate\n"
    " exit-address-family\nip prefix-list NOT seq 5 deny 203.0.113.0/24\n"
    "ip prefix-list NOT seq 10 permit any\n";

struct world {
    struct node *node;
    ns_t now;
    uint32_t conn[2];
};

static void drain(struct world *w)
{
    struct node_action a;
    for (int turns = 0; turns < 1000; turns++) {
        bool any = false;
        while (node_next(w->node, &a)) {
            any = true;
            for (int i = 0; i < 2 && a.kind == NODE_TCP_CLOSE; i++)
                if (a.conn == w->conn[i])
                    w->conn[i] = 0;
        }
        for (int i = 0; i < 2; i++) {
            const uint8_t *bytes;
            size_t n;
            while (w->conn[i] && (n = node_tcp_output(w->node, w->now, w->conn[i], &bytes)) > 0) {
                node_tcp_sent(w->node, w->now, w->conn[i], n);
                any = true;
            }
        }
        if (node_deadline(w->node) <= w->now)
            node_advance(w->node, w->now);
        else if (!any)
            return;
    }
    abort(); /* it never rests */
}

static struct config *parse(void)
{
    struct config_file file = { .name = "fuzz", .text = conf, .len = sizeof(conf) - 1 };
    struct config_options options = { 0 };
    struct diag_list diags = { 0 };
    struct config *c = NULL;
    if (!config_parse(&file, 1, &options, &diags, &c))
        abort();
    diag_list_done(&diags);
    return c;
}

static void say(struct world *w, int i, const uint8_t *bytes, size_t n)
{
    if (w->conn[i])
        node_tcp_received(w->node, w->now, w->conn[i], bytes, n);
    drain(w);
}

/* The peer's connection, OPEN and KEEPALIVE. */
static void meet(struct world *w, int i, uint32_t as)
{
    struct node_endpoints ends = { .local = ip_from_u32(0x0a000001),
                                   .remote = ip_from_u32(0x0a000002u + (uint32_t)i),
                                   .local_port = 179,
                                   .remote_port = 40000,
                                   .if_index = 2 };
    w->conn[i] = node_tcp_accepted(w->node, w->now, &ends);
    struct bgp_open open = {
        .version = 4,
        .as = as,
        .hold_time = 90,
        .router_id = 0x0aff0002u + (uint32_t)i,
        .caps = { .families = BGP_IPV4 | BGP_IPV6, .as4 = true, .route_refresh = true }
    };
    uint8_t room[256];
    struct wr out = wr_init(room, sizeof(room));
    bgp_encode_open(&out, &open);
    bgp_encode_keepalive(&out);
    say(w, i, room, wr_len(&out));
    if (!w->conn[i])
        abort(); /* a good handshake is refused */
}

static void begin(struct world *w)
{
    struct node_params params = { .name = "fuzz",
                                  .seed = 1,
                                  .shards = 2,
                                  .max_routes = 1 << 16,
                                  .next_hop_objects = true,
                                  .install = true };
    struct diag_list diags = { 0 };
    struct fib_interface eth = {
        .index = 2, .name = "eth0", .admin_up = true, .running = true, .mtu = 1500
    };
    struct prefix v4 = { .family = IP_V4, .len = 24, .b = { 10, 0, 0, 1 } };
    struct prefix v6 = { .family = IP_V6, .len = 64, .b = { 0x20, 1, 0xd, 0xb8, [15] = 1 } };
    struct prefix ll = { .family = IP_V6, .len = 64, .b = { 0xfe, 0x80, [15] = 1 } };
    w->now = NS_PER_S;
    w->node = node_new(&params);
    if (!w->node || !node_configure(w->node, w->now, parse(), &diags))
        abort();
    node_link(w->node, w->now, &eth);
    node_address(w->node, w->now, 2, &v4, true);
    node_address(w->node, w->now, 2, &v6, true);
    node_address(w->node, w->now, 2, &ll, true);
    node_kernel_synced(w->node, w->now);
    drain(w);
    meet(w, 0, 65002);
    meet(w, 1, 65001);
}

struct tally {
    struct view_sink sink;
    uint64_t routes[2], accepted;
    bool quiet_one_is_up;
};

static bool emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct tally *t = container_of(sink, struct tally, sink);
    if (v == &view_bgp_neighbor) {
        const struct view_bgp_neighbor *n = record;
        t->accepted += n->prefixes_accepted;
        t->quiet_one_is_up |= n->remote_as == 65001 && n->established;
    } else if (v == &view_bgp_route) {
        const struct view_bgp_route *r = record;
        t->routes[r->prefix.family == IP_V6] += !r->local;
    }
    return true;
}

/* The table holds exactly what the counters say was accepted. */
static void check(struct world *w)
{
    static const uint8_t families[] = { IP_V4, IP_V6 };
    for (int i = 0; i < 2; i++) {
        struct tally t = { .sink = { .emit = emit } };
        struct node_query q = { .kind = NODE_QUERY_BGP_SUMMARY, .family = families[i] };
        if (node_query(w->node, w->now, &q, &t.sink) != 0)
            abort();
        q.kind = NODE_QUERY_BGP_TABLE;
        if (node_query(w->node, w->now, &q, &t.sink) != 0)
            abort();
        if (t.routes[i] != t.accepted || t.routes[!i] != 0 || !t.quiet_one_is_up)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = { 0 };
    struct rd r = rd_init(data, MIN(size, (size_t)16384));
    begin(&w);
    while (rd_left(&r) > 2 && w.conn[0]) {
        uint8_t msg[BGP_MESSAGE_MAX];
        struct wr out = wr_init(msg, sizeof(msg));
        uint8_t type = rd_u8(&r) % 8;
        size_t n = rd_u16(&r) % 2048;
        n = MIN(n, rd_left(&r));
        size_t mark = bgp_begin(&out, type > BGP_REFRESH ? BGP_UPDATE : type);
        wr_bytes(&out, rd_bytes(&r, n), n);
        bgp_end(&out, mark);
        say(&w, 0, msg, wr_len(&out));
        w.now += NS_PER_MS;
    }
    check(&w);
    struct ip_addr all = { 0 };
    if (node_clear(w.node, w.now, &all, IP_NONE, NODE_CLEAR_BOTH) != 0)
        abort();
    drain(&w);
    node_free(w.node);
    static const enum mem_tag tags[] = { MEM_PEER, MEM_NODE, MEM_FIB, MEM_ATTR, MEM_CONFIG };
    for (size_t i = 0; i < ARRAY_LEN(tags); i++)
        if (mem_count(tags[i]) != 0)
            abort();
    return 0;
}
