/* tests/unit/ctl/fake.h: a backend that answers from tables of a test, and what it takes to
 * compare an output. Test programs only. */
#ifndef FAKE_H
#define FAKE_H

#include <errno.h>
#include <stdlib.h>

#include "../unit.h"
#include "ctl/ctl.h"
#include "fib/view.h"
#include "ike/view.h"
#include "node/view.h"
#include "rib/view.h"

struct fake_route {
    const char *prefix, *next_hop; /* NULL: own */
    const char *flags; /* * valid, > best, = multipath, i internal, r S R as shown; x refused */
    long long med, local_pref; /* -1: absent */
    uint32_t weight;
    const char *path;
    char origin; /* i e ? */
    const char *peer;
};

struct fake_hop {
    uint8_t depth;
    const char *next_hop, *interface, *source;
    const char *flags; /* r recursive, * installed, d duplicate, a active, o onlink */
    uint32_t weight;
};

struct fake_fib {
    const char *prefix;
    uint8_t source, kind, distance;
    uint32_t metric;
    const char *flags; /* > selected, * installed */
    long long age_s;
    struct fake_hop hops[8];
};

struct fake {
    struct ctl_backend b;
    struct view_router router;
    struct view_bgp_global global;
    const struct fake_route *routes;
    size_t n_routes;
    const struct fake_route *table; /* of NODE_QUERY_BGP_TABLE; NULL: routes */
    size_t n_table;
    const struct view_bgp_neighbor *neighbors;
    size_t n_neighbors;
    const struct fake_fib *fib;
    size_t n_fib;
    const struct view_interface *interfaces;
    size_t n_interfaces;
    const char *const *lines;
    size_t n_lines;
    const struct view_tunnel *tunnels;
    size_t n_tunnels;
    const struct view_ike_sa *sas;
    size_t n_sas;
    const struct view_ike_failure *failure; /* NULL: none */
    const struct view_ike_child *children;
    size_t n_children;
    bool no_ipsec;            /* -ENOTCONN */
    struct view_ike_debug debug;
    const struct view_ike_totals *totals;
    size_t n_totals;
    const struct view_ike_worker *workers;
    size_t n_workers;
    unsigned ike_orders;      /* the last: */
    uint32_t ike_connection;
    enum ctl_ike_order ike_what;
    err_t error;            /* of every query but the router's */
    struct node_query last; /* the last query but the router's */
    unsigned cleared;
    struct ip_addr clear_peer;
    uint8_t clear_family;
    enum node_clear clear_what;
};

static const struct view fake_view_router = { .id = VIEW_ROUTER };
static const struct view fake_view_global = { .id = VIEW_BGP_GLOBAL };
static const struct view fake_view_route = { .id = VIEW_BGP_ROUTE };
static const struct view fake_view_neighbor = { .id = VIEW_BGP_NEIGHBOR };
static const struct view fake_view_fib = { .id = VIEW_FIB_ROUTE };
static const struct view fake_view_hop = { .id = VIEW_FIB_NEXTHOP };
static const struct view fake_view_interface = { .id = VIEW_INTERFACE };
static const struct view fake_view_line = { .id = VIEW_LINE };
static const struct view fake_view_memory = { .id = VIEW_MEMORY };

static const struct view fake_view_tunnel = { .id = VIEW_TUNNEL };
static const struct view fake_view_ike_sa = { .id = VIEW_IKE_SA };
static const struct view fake_view_ike_failure = { .id = VIEW_IKE_FAILURE };
static const struct view fake_view_ike_child = { .id = VIEW_IKE_CHILD };
static const struct view fake_view_ike_totals = { .id = VIEW_IKE_TOTALS };
static const struct view fake_view_ike_worker = { .id = VIEW_IKE_WORKER };
static const struct view fake_view_ike_debug = { .id = VIEW_IKE_DEBUG };

static inline bool fake_has(const char *flags, char c)
{
    return flags && strchr(flags, c) != NULL;
}

static inline struct ip_addr fake_ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (s && !ip_parse(s, &a))
        abort();
    return a;
}

static inline struct prefix fake_prefix(const char *s)
{
    struct prefix p;
    if (!prefix_parse(s, &p, NULL))
        abort();
    return p;
}

static inline bool fake_emit_route(struct view_sink *sink, const struct fake_route *f)
{
    static struct view_bgp_route v;
    memset(&v, 0, sizeof(v));
    v.prefix = fake_prefix(f->prefix);
    v.next_hop = fake_ip(f->next_hop);
    v.peer = fake_ip(f->peer);
    v.valid = fake_has(f->flags, '*');
    v.best = fake_has(f->flags, '>');
    v.multipath = fake_has(f->flags, '=');
    v.internal = fake_has(f->flags, 'i');
    v.rib_failure = fake_has(f->flags, 'r');
    v.stale = fake_has(f->flags, 'S');
    v.removed = fake_has(f->flags, 'R');
    v.local = !f->next_hop;
    v.accepted = !fake_has(f->flags, 'x');
    v.next_hop_reachable = v.valid;
    v.has_med = f->med >= 0;
    v.med = (uint32_t)(f->med < 0 ? 0 : f->med);
    v.has_local_pref = f->local_pref >= 0;
    v.local_pref = (uint32_t)(f->local_pref < 0 ? 0 : f->local_pref);
    v.weight = f->weight;
    v.origin = f->origin == 'i' ? 0 : f->origin == 'e' ? 1 : 2;
    v.reason = RIB_STEP_FIRST;
    v.source = v.local ? POLICY_NETWORK : POLICY_BGP;
    v.peer_router_id = ip_bytes(v.peer.family) == 4 ? ip_to_u32(&v.peer) : 0;
    strncpy(v.as_path, f->path, sizeof(v.as_path) - 1);
    return sink->emit(sink, &fake_view_route, &v);
}

static inline void fake_emit_fib(struct view_sink *sink, const struct fake_fib *f)
{
    struct view_fib_route v = { .prefix = fake_prefix(f->prefix),
                                .source = f->source,
                                .kind = f->kind,
                                .distance = f->distance,
                                .metric = f->metric,
                                .selected = fake_has(f->flags, '>'),
                                .installed = fake_has(f->flags, '*'),
                                .queued = fake_has(f->flags, 'q'),
                                .rejected = fake_has(f->flags, 'r'),
                                .age = f->age_s * NS_PER_S };
    for (size_t i = 0; i < ARRAY_LEN(f->hops) && f->hops[i].flags; i++)
        v.nexthop_count = (uint16_t)(v.nexthop_count + (f->hops[i].depth == 0));
    if (!sink->emit(sink, &fake_view_fib, &v))
        return;
    for (size_t i = 0; i < ARRAY_LEN(f->hops) && f->hops[i].flags; i++) {
        const struct fake_hop *h = &f->hops[i];
        struct view_fib_nexthop n = { .depth = h->depth,
                                      .next_hop = fake_ip(h->next_hop),
                                      .if_index = h->interface ? 2 : 0,
                                      .recursive = fake_has(h->flags, 'r'),
                                      .active = fake_has(h->flags, 'a'),
                                      .installed = fake_has(h->flags, '*'),
                                      .duplicate = fake_has(h->flags, 'd'),
                                      .onlink = fake_has(h->flags, 'o'),
                                      .weight = h->weight,
                                      .source = fake_ip(h->source) };
        if (h->interface)
            strncpy(n.interface, h->interface, sizeof(n.interface) - 1);
        if (!sink->emit(sink, &fake_view_hop, &n))
            return;
    }
}

static inline void fake_bgp(struct fake *f, const struct node_query *q, struct view_sink *sink)
{
    bool is_table = q->kind == NODE_QUERY_BGP_TABLE && f->table;
    const struct fake_route *v = is_table ? f->table : f->routes;
    size_t n = is_table ? f->n_table : f->n_routes;
    struct view_bgp_global g = f->global;
    g.originates_default &= q->kind == NODE_QUERY_BGP_ADVERTISED;
    if (!sink->emit(sink, &fake_view_global, &g))
        return;
    for (size_t i = 0; i < n; i++) {
        struct prefix p = fake_prefix(v[i].prefix);
        if (ip_bytes(q->prefix.family) && !(q->longer_prefixes ? prefix_covers(&q->prefix, &p)
                                            : q->longest       ? prefix_covers(&p, &q->prefix)
                                                               : prefix_eq(&q->prefix, &p)))
            continue;
        if (!fake_emit_route(sink, &v[i]))
            return;
    }
}

static inline err_t fake_fib(struct fake *f, const struct node_query *q, struct view_sink *sink)
{
    for (size_t i = 0; i < f->n_fib; i++) {
        struct prefix p = fake_prefix(f->fib[i].prefix);
        bool all = !ip_bytes(q->prefix.family);
        if (p.family != q->family ||
            (q->source != FIB_SOURCE_COUNT && q->source != f->fib[i].source))
            continue;
        if (all || prefix_eq(&p, &q->prefix) || (q->longest && prefix_covers(&p, &q->prefix)) ||
            (q->longer_prefixes && prefix_covers(&q->prefix, &p)))
            fake_emit_fib(sink, &f->fib[i]);
    }
    return 0;
}

static inline err_t fake_query(struct ctl_backend *b, const struct node_query *q,
                               struct view_sink *sink)
{
    struct fake *f = container_of(b, struct fake, b);
    if (q->kind == NODE_QUERY_ROUTER)
        return sink->emit(sink, &fake_view_router, &f->router), 0;
    f->last = *q;
    if (f->error)
        return f->error;
    switch (q->kind) {
    case NODE_QUERY_BGP_TABLE:
    case NODE_QUERY_BGP_RECEIVED:
    case NODE_QUERY_BGP_ROUTES:
    case NODE_QUERY_BGP_ADVERTISED:
        fake_bgp(f, q, sink);
        return 0;
    case NODE_QUERY_BGP_SUMMARY:
        sink->emit(sink, &fake_view_global, &f->global);
        /* fall through */
    case NODE_QUERY_BGP_NEIGHBORS:
        for (size_t i = 0; i < f->n_neighbors; i++) {
            if (q->kind == NODE_QUERY_BGP_SUMMARY && f->neighbors[i].family != q->family)
                continue;
            if (!sink->emit(sink, &fake_view_neighbor, &f->neighbors[i]))
                return 0;
        }
        return 0;
    case NODE_QUERY_FIB:
        return fake_fib(f, q, sink);
    case NODE_QUERY_INTERFACES:
        for (size_t i = 0; i < f->n_interfaces; i++)
            sink->emit(sink, &fake_view_interface, &f->interfaces[i]);
        return 0;
    case NODE_QUERY_MEMORY:
        sink->emit(sink, &fake_view_memory,
                   &(struct view_memory){ .name = "misc", .bytes = 10, .count = 1 });
        return 0;
    case NODE_QUERY_CONFIG:
    case NODE_QUERY_PREFIX_LISTS:
    case NODE_QUERY_AS_PATH_LISTS:
    case NODE_QUERY_COMMUNITY_LISTS:
    case NODE_QUERY_LARGE_COMMUNITY_LISTS:
    case NODE_QUERY_EXT_COMMUNITY_LISTS:
    case NODE_QUERY_ROUTE_MAPS:
    case NODE_QUERY_INERT:
        for (size_t i = 0; i < f->n_lines; i++) {
            struct view_line l = { { 0 } };
            strncpy(l.text, f->lines[i], sizeof(l.text) - 1);
            sink->emit(sink, &fake_view_line, &l);
        }
        return 0;
    case NODE_QUERY_TUNNELS:
        for (size_t i = 0; i < f->n_tunnels; i++)
            sink->emit(sink, &fake_view_tunnel, &f->tunnels[i]);
        return 0;
    case NODE_QUERY_ROUTER:
        break;
    }
    return -EINVAL;
}

static inline err_t fake_clear(struct ctl_backend *b, const struct ip_addr *peer, uint8_t family,
                               enum node_clear what)
{
    struct fake *f = container_of(b, struct fake, b);
    f->cleared++;
    f->clear_peer = *peer;
    f->clear_family = family;
    f->clear_what = what;
    return f->error;
}

static inline err_t fake_reload(struct ctl_backend *b, struct ctl_output *out)
{
    out->write(out, "read\n", 5);
    return container_of(b, struct fake, b)->error;
}

/* Children follow the IKE SAs of their connection, as from the engine. */
static inline err_t fake_ike_query(struct ctl_backend *b, uint32_t connection,
                                   struct view_sink *sink)
{
    struct fake *f = container_of(b, struct fake, b);
    if (f->no_ipsec || f->error)
        return f->no_ipsec ? -ENOTCONN : f->error;
    for (size_t i = 0; i < f->n_totals; i++)
        sink->emit(sink, &fake_view_ike_totals, &f->totals[i]);
    for (size_t i = 0; i < f->n_workers; i++)
        sink->emit(sink, &fake_view_ike_worker, &f->workers[i]);
    if (f->failure)
        sink->emit(sink, &fake_view_ike_failure, f->failure);
    for (size_t i = 0; i < f->n_sas; i++) {
        if (connection != 0 && connection != f->sas[i].connection)
            continue;
        sink->emit(sink, &fake_view_ike_sa, &f->sas[i]);
        for (size_t k = 0; k < f->n_children; k++)
            if (f->children[k].connection == f->sas[i].connection)
                sink->emit(sink, &fake_view_ike_child, &f->children[k]);
    }
    return 0;
}

static inline err_t fake_ike_order(struct ctl_backend *b, uint32_t connection,
                                   enum ctl_ike_order what)
{
    struct fake *f = container_of(b, struct fake, b);
    f->ike_orders++;
    f->ike_connection = connection;
    f->ike_what = what;
    return f->no_ipsec ? -ENOTCONN : f->error;
}

/* As the engine: one record without a peer, or one a peer. */
static inline err_t fake_ike_debug(struct ctl_backend *b, enum ike_debug_what what,
                                   const struct ip_addr *peer, struct view_sink *sink)
{
    struct fake *f = container_of(b, struct fake, b);
    if (f->no_ipsec || f->error)
        return f->no_ipsec ? -ENOTCONN : f->error;
    if ((what == IKE_DEBUG_ON || what == IKE_DEBUG_PEER) && ip_bytes(peer->family))
        f->debug.peer = *peer;
    if (what == IKE_DEBUG_ON || what == IKE_DEBUG_OFF || what == IKE_DEBUG_NOTHING)
        f->debug.on = what == IKE_DEBUG_ON;
    if (what == IKE_DEBUG_NO_PEERS || what == IKE_DEBUG_NOTHING)
        f->debug.peer = (struct ip_addr){ 0 };
    sink->emit(sink, &fake_view_ike_debug, &f->debug);
    return 0;
}

static inline struct fake fake_new(uint8_t dialect)
{
    return (struct fake){
        .b = { fake_query, fake_clear, fake_reload, "0.1.0", fake_ike_query, fake_ike_order,
               fake_ike_debug, NULL },
        .router = { .hostname = "r1", .dialect = dialect, .version = "8.4.1", .has_bgp = true }
    };
}

/* An output kept in memory; what does not fit stops the writer. */
struct kept {
    struct ctl_output out;
    size_t len, cap;
    char *s;
};

static inline bool kept_write(struct ctl_output *out, const char *text, size_t len)
{
    struct kept *k = container_of(out, struct kept, out);
    if (k->len + len >= k->cap) {
        size_t cap = (k->len + len + 1) * 2;
        char *s = realloc(k->s, cap);
        if (!s)
            abort();
        k->s = s;
        k->cap = cap;
    }
    memcpy(k->s + k->len, text, len);
    k->len += len;
    k->s[k->len] = '\0';
    return true;
}

/* Runs the line; the text is the caller's to free. */
static inline char *fake_run(struct fake *f, const char *line, enum dialect layout, int *ret_status)
{
    struct kept k = { .out = { kept_write } };
    struct ctl_request request = { .line = line, .layout = layout };
    (void)kept_write(&k.out, "", 0);
    int status = ctl_run(&request, &f->b, &k.out);
    if (ret_status)
        *ret_status = status;
    return k.s;
}

/* A file of tests/vectors/show, or of the tree; the caller's to free. */
static inline char *fake_file(const char *folder, const char *name)
{
    char path[512];
    const char *source = getenv("SPANWAY_SOURCE");
    snprintf(path, sizeof(path), "%s/%s/%s", source ? source : ".", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *s = calloc(1, 1 << 20);
    size_t n = s ? fread(s, 1, (1 << 20) - 1, f) : 0;
    fclose(f);
    if (s)
        s[n] = '\0';
    return s;
}

/* Compares a text with a file of tests/vectors/show, or of the tree where its name has a folder;
 * with SPANWAY_REWRITE set, writes the file. */
static inline void fake_compare_text(const char *name, const char *got, const char *file)
{
    const char *folder = strchr(file, '/') ? "." : "tests/vectors/show";
    if (getenv("SPANWAY_REWRITE")) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s/%s", getenv("SPANWAY_SOURCE"), folder, file);
        FILE *to = fopen(path, "wb");
        assert_non_null(to);
        fputs(got, to);
        fclose(to);
    }
    char *want = fake_file(folder, file);
    CLAIM(name, want != NULL);
    CLAIM_TEXT(name, got, want);
    free(want);
}

static inline void fake_compare(const char *name, struct fake *f, const char *line,
                                const char *file)
{
    char *got = fake_run(f, line, DIALECT_UNKNOWN, NULL);
    fake_compare_text(name, got, file);
    free(got);
}

#endif
