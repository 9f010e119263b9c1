/* tests/sim/routers.h: eBGP routers in the virtual world, one AS and one loopback prefix each,
 * joined by an edge list; their tables as text; and an oracle that is slow and obvious: paths are
 * announced round after round until nothing changes. Test programs only. */
#ifndef TESTS_SIM_ROUTERS_H
#define TESTS_SIM_ROUTERS_H

#include <stdlib.h>

#include "../unit/unit.h"
#include "config/parse.h"
#include "node/view.h"
#include "rib/view.h"
#include "sim/fault.h"

enum { ROUTERS_MAX = 10, EDGES_MAX = 24, CONFIG_TEXT = 8192, TABLE_TEXT = 8192 };

struct edge {
    int a, b;
};

struct routers {
    struct sim_world world;
    uint64_t seed;
    int n, edge_n;
    struct edge edges[EDGES_MAX];
    struct sim_link *links[EDGES_MAX];
    bool dead[EDGES_MAX]; /* for the oracle */
    struct sim_host *host[ROUTERS_MAX];
};

/* Fails with what replays it. */
#define HOLDS(r, condition)                                                                        \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("seed=%llu step=%llu time=%.3f s: %s", (unsigned long long)(r)->seed,         \
                     (unsigned long long)(r)->world.clock.step,                                    \
                     (double)(r)->world.clock.now / 1e9, #condition);                              \
    } while (0)

static inline struct config *routers_config(const char *text)
{
    struct config_file file = { .name = "test", .text = text, .len = strlen(text) };
    struct config_options options = { 0 };
    struct diag_list diags = { 0 };
    struct config *c = NULL;
    bool ok = config_parse(&file, 1, &options, &diags, &c);
    for (uint32_t i = 0; !ok && i < diags.count; i++) {
        char buf[1024];
        struct text t = text_init(buf, sizeof(buf));
        text_diag(&t, &diags.items[i]);
        print_message("%s\n", buf);
    }
    diag_list_done(&diags);
    assert_true(ok);
    return c;
}

static inline void routers_log(struct sim_host *h, const struct node_action *line)
{
    print_message("[%9.3f] %s: %s\n", (double)h->clock->now / 1e9, h->name, line->text);
}

static inline struct prefix routers_prefix(const char *text)
{
    struct prefix p = { 0 };
    struct ip_addr a;
    char host[64];
    const char *slash = strchr(text, '/');
    assert_non_null(slash);
    snprintf(host, sizeof(host), "%.*s", (int)(slash - text), text);
    assert_true(ip_parse(host, &a));
    p.family = a.family; /* an interface's address keeps its host bits */
    p.len = (uint8_t)atoi(slash + 1);
    memcpy(p.b, a.b, sizeof(p.b));
    return p;
}

static const char *const router_names[ROUTERS_MAX] = { "r0", "r1", "r2", "r3", "r4",
                                                       "r5", "r6", "r7", "r8", "r9" };

/* Router i: AS 65001 + i, 192.168.i.1/32; edge k: 10.k.0.1 at a and 10.k.0.2 at b. */
static inline void routers_begin(struct routers *r, uint64_t seed, uint32_t shards, int n,
                                 const struct edge *edges, int edge_n)
{
    memset(r, 0, sizeof(*r));
    r->seed = seed;
    r->n = n;
    r->edge_n = edge_n;
    memcpy(r->edges, edges, (size_t)edge_n * sizeof(*edges));
    sim_world_init(&r->world, seed);
    for (int k = 0; k < edge_n; k++) {
        struct sim_link_params params = { .jitter = NS_PER_MS };
        params.latency = rng_between(&r->world.clock.rng, 100, 20000) * NS_PER_US;
        r->links[k] = sim_world_link(&r->world, &params);
        assert_non_null(r->links[k]);
    }
    for (int i = 0; i < n; i++) {
        char text[CONFIG_TEXT], near[4096] = "", line[128];
        for (int k = 0; k < edge_n; k++) {
            if (edges[k].a != i && edges[k].b != i)
                continue;
            int other = edges[k].a == i ? edges[k].b : edges[k].a;
            snprintf(line, sizeof(line),
                     " neighbor 10.%d.0.%d remote-as %d\n neighbor 10.%d.0.%d timers connect 10\n",
                     k, edges[k].a == i ? 2 : 1, 65001 + other, k, edges[k].a == i ? 2 : 1);
            strcat(near, line);
        }
        snprintf(text, sizeof(text),
                 "frr version 8.5\nfrr defaults traditional\nhostname r%d\nrouter bgp %d\n"
                 " bgp router-id 192.168.%d.1\n no bgp ebgp-requires-policy\n"
                 " bgp bestpath compare-routerid\n timers bgp 3 9\n%s"
                 " address-family ipv4 unicast\n  network 192.168.%d.1/32\n exit-address-family\n",
                 i, 65001 + i, i, near, i);
        struct diag_list diags = { 0 };
        r->host[i] =
            sim_world_host(&r->world, router_names[i], shards, routers_config(text), &diags);
        assert_non_null(r->host[i]);
        diag_list_done(&diags);
        if (getenv("LOGS"))
            r->host[i]->log = routers_log;
        snprintf(line, sizeof(line), "192.168.%d.1/32", i);
        struct prefix own = routers_prefix(line);
        sim_host_address(r->host[i], 1, &own, true);
    }
    for (int k = 0; k < edge_n; k++) {
        for (int end = 0; end < 2; end++) {
            char name[16], address[32];
            snprintf(name, sizeof(name), "eth%d", k);
            snprintf(address, sizeof(address), "10.%d.0.%d/30", k, end + 1);
            struct prefix p = routers_prefix(address);
            sim_host_attach(r->host[end ? edges[k].b : edges[k].a], name, r->links[k], &p);
        }
    }
    sim_world_start(&r->world);
}

static inline void routers_done(struct routers *r)
{
    sim_world_done(&r->world);
    assert_int_equal(mem_count(MEM_SIM), 0);
}

static inline void routers_run(struct routers *r, double seconds)
{
    HOLDS(r, sim_world_run(&r->world, (ns_t)(seconds * 1e9)));
}

/* --- tables ------------------------------------------------------------------------------------
 */

struct table {
    struct view_sink sink;
    char text[TABLE_TEXT]; /* the best routes: "192.168.3.1/32 65002 65004\n" */
    size_t len;
};

static inline bool table_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct table *t = container_of(sink, struct table, sink);
    const struct view_bgp_route *route = record;
    if (v != &view_bgp_route || !route->best)
        return true;
    struct text x = text_init(t->text + t->len, sizeof(t->text) - t->len);
    text_prefix(&x, &route->prefix);
    text_char(&x, ' ');
    text_str(&x, route->as_path);
    text_char(&x, '\n');
    t->len += x.len;
    return true;
}

static inline void routers_table(struct routers *r, int i, struct table *t)
{
    *t = (struct table){ .sink = { .emit = table_emit } };
    struct node_query q = { .kind = NODE_QUERY_BGP_TABLE, .family = IP_V4 };
    HOLDS(r, node_query(r->host[i]->node, r->world.clock.now, &q, &t->sink) == 0);
}

struct count {
    struct view_sink sink;
    int established, all;
};

static inline bool count_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct count *c = container_of(sink, struct count, sink);
    const struct view_bgp_neighbor *n = record;
    if (v == &view_bgp_neighbor) {
        c->all++;
        c->established += n->established;
    }
    return true;
}

/* Established sessions, seen from all routers: twice their number when both ends agree. */
static inline int routers_established(struct routers *r)
{
    struct count c = { .sink = { .emit = count_emit } };
    struct node_query q = { .kind = NODE_QUERY_BGP_SUMMARY, .family = IP_V4 };
    for (int i = 0; i < r->n; i++)
        HOLDS(r, node_query(r->host[i]->node, r->world.clock.now, &q, &c.sink) == 0);
    return c.established;
}

/* --- the oracle --------------------------------------------------------------------------------
 */

struct path {
    bool known;
    int n, hop[ROUTERS_MAX]; /* routers passed, the next one first */
};

static inline bool path_is_better(const struct path *a, const struct path *b)
{
    if (!b->known)
        return true;
    /* Shorter; then the neighbour with the lower router id, which is the lower number. */
    return a->n != b->n ? a->n < b->n : a->hop[0] < b->hop[0];
}

/* What router `from` announces of its own best path, as `to` takes it; false: a loop. */
static inline bool path_extend(const struct path *best, int from, int to, struct path *ret)
{
    if (!best->known)
        return false;
    *ret = (struct path){ .known = true, .n = best->n + 1, .hop = { from } };
    for (int i = 0; i < best->n; i++)
        ret->hop[i + 1] = best->hop[i];
    for (int i = 0; i < ret->n; i++)
        if (ret->hop[i] == to)
            return false;
    return true;
}

static inline void oracle(const struct routers *r, int origin, struct path best[ROUTERS_MAX])
{
    memset(best, 0, ROUTERS_MAX * sizeof(best[0]));
    best[origin].known = true;
    for (int round = 0; round < 4 * ROUTERS_MAX; round++) {
        struct path next[ROUTERS_MAX] = { 0 };
        next[origin].known = true;
        for (int k = 0; k < 2 * r->edge_n; k++) {
            int from = k % 2 ? r->edges[k / 2].a : r->edges[k / 2].b;
            int to = k % 2 ? r->edges[k / 2].b : r->edges[k / 2].a;
            struct path p;
            if (!r->dead[k / 2] && to != origin && path_extend(&best[from], from, to, &p) &&
                path_is_better(&p, &next[to]))
                next[to] = p;
        }
        if (memcmp(next, best, sizeof(next)) == 0)
            return;
        memcpy(best, next, sizeof(next));
    }
    fail_msg("the oracle finds no fixpoint");
}

/* Follows the packets of one flow; true when they arrive. */
static inline bool routers_reach(struct routers *r, int from, int origin, uint64_t flow)
{
    struct sim_host *h = r->host[from];
    struct ip_addr to = ip_from_u32(0xc0a80001u + ((uint32_t)origin << 8));
    for (int hop = 0; hop <= r->n; hop++) {
        bool local = false;
        h = sim_host_next_hop(h, &to, flow, &local);
        if (!h)
            return false;
        if (local)
            return h == r->host[origin];
    }
    return false;
}

/* Every table is the oracle's, and packets go where the tables say. */
static inline void routers_check(struct routers *r)
{
    static struct path best[ROUTERS_MAX][ROUTERS_MAX];
    for (int origin = 0; origin < r->n; origin++)
        oracle(r, origin, best[origin]);
    for (int i = 0; i < r->n; i++) {
        char want[TABLE_TEXT] = "", line[128];
        for (int origin = 0; origin < r->n; origin++) {
            const struct path *p = &best[origin][i];
            HOLDS(r, routers_reach(r, i, origin, r->seed) == p->known);
            if (!p->known)
                continue;
            snprintf(line, sizeof(line), "192.168.%d.1/32 ", origin);
            strcat(want, line);
            for (int k = 0; k < p->n; k++) {
                snprintf(line, sizeof(line), "%s%d", k ? " " : "", 65001 + p->hop[k]);
                strcat(want, line);
            }
            strcat(want, "\n");
        }
        struct table t;
        routers_table(r, i, &t);
        if (strcmp(t.text, want) != 0)
            fail_msg("seed=%llu step=%llu: r%d has\n%swant\n%s", (unsigned long long)r->seed,
                     (unsigned long long)r->world.clock.step, i, t.text, want);
    }
}

#endif
