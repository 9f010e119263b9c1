/* What the BGP commands run: queries, and the renderer for each. */
#include "base/mem.h"
#include "base/number.h"
#include "ctl/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t wall_seconds(void)
{
    return (int64_t)time(NULL);
}

int run_failed(struct call *c, err_t why)
{
    struct render *r = c->r;
    char peer[IP_TEXT_MAX];
    render_ip_text(r->layout, &c->peer, peer);
    bool ios = r->layout == DIALECT_IOS;
    if (c->json) { /* nothing of the document is out yet */
        json_open(r, NULL, '{');
        json_text(r, "error", strerror(-why));
        json_end(r);
        return 1;
    }
    switch (why) {
    case -ENOENT:
    case -EAFNOSUPPORT:
        render_str(r, "% No such neighbor or address family\n");
        break;
    case -ENODATA:
        render_f(r, "%% Inbound soft reconfiguration not enabled%s%s\n", ios ? " on " : "",
                 ios ? peer : "");
        break;
    case -EINVAL:
        render_str(r, ios ? "% BGP not active\n" : "% BGP instance not found\n");
        break;
    case -ETIMEDOUT:
        render_str(r, "% The router did not answer in time\n");
        break;
    case -EPIPE:
        render_str(r, "% The router does not answer\n");
        break;
    case -EFBIG:
        render_str(r, "% Too much to show: ask for less, for example longer-prefixes\n");
        break;
    case -ENOMEM:
        render_str(r, "% Out of memory\n");
        break;
    default:
        render_f(r, "%% Failed: %s\n", strerror(-why));
        break;
    }
    return 1;
}

int run_end(struct call *c, err_t err)
{
    if (!c->json)
        return err ? run_failed(c, err) : 0;
    if (err)
        json_text(c->r, "error", strerror(-err));
    json_end(c->r);
    return err ? 1 : 0;
}

/* The family that is meant where the command does not say. */
static uint8_t family_of(const struct call *c)
{
    if (c->row->family != IP_NONE)
        return c->row->family;
    if (c->prefix.family != IP_NONE)
        return c->prefix.family;
    return c->peer.family == IP_V6 ? IP_V6 : IP_V4;
}

static int other_family(struct call *c)
{
    render_str(c->r, "% The prefix is of the other address family\n");
    return 1;
}

/* --- the table ------------------------------------------------------------------------------- */

struct neighbor_list { /* addresses and groups of those who may have been told something */
    struct view_sink sink;
    uint8_t family;
    bool ios;
    struct bgp_paths *paths;
    struct {
        struct ip_addr address;
        uint32_t group;
        char hostname[65];
    } v[64]; /* beyond them the detail says only the first ones */
    unsigned n;
};

static bool take_neighbor(struct view_sink *sink, const struct view *view, const void *record)
{
    struct neighbor_list *l = container_of(sink, struct neighbor_list, sink);
    const struct view_bgp_neighbor *v = record;
    if (view->id != VIEW_BGP_NEIGHBOR || v->family != l->family || !v->established ||
        !v->family_negotiated)
        return true;
    l->v[l->n].address = v->address;
    snprintf(l->v[l->n].hostname, sizeof(l->v[l->n].hostname), "%s", v->hostname);
    l->v[l->n++].group = v->update_group;
    return l->n < ARRAY_LEN(l->v);
}

struct any_route {
    struct view_sink sink;
    bool found;
};

static bool take_any(struct view_sink *sink, const struct view *view, const void *record)
{
    struct any_route *a = container_of(sink, struct any_route, sink);
    (void)record;
    a->found |= view->id == VIEW_BGP_ROUTE;
    return !a->found;
}

static void add_advertised(struct bgp_paths *p, const struct neighbor_list *l, unsigned i)
{
    char word[IP_TEXT_MAX + 1];
    struct text t = text_init(word, sizeof(word));
    size_t len = strlen(p->advertised);
    text_char(&t, ' ');
    for (unsigned k = 0; l->ios && k < i; k++) {
        if (l->v[k].group == l->v[i].group && strchr(p->advertised, ' '))
            return;
    }
    if (l->ios)
        text_u64(&t, l->v[i].group);
    else
        text_ip(&t, &l->v[i].address);
    if (len + t.len >= sizeof(p->advertised))
        return;
    memcpy(p->advertised + len, word, t.len + 1);
    /* A peer may choose any name: one with a blank would be taken for two. */
    const char *name = l->v[i].hostname;
    len = strlen(p->names);
    snprintf(p->names + len, sizeof(p->names) - len, " %s",
             name[0] && !strchr(name, ' ') ? name : "-");
}

/* Which neighbours were told the prefix: the tables of those who are up are asked one by one. */
static void find_advertised(struct call *c, struct bgp_paths *p)
{
    struct neighbor_list l = { .sink = { take_neighbor },
                               .family = p->v[0].prefix.family,
                               .ios = c->r->layout == DIALECT_IOS && !c->json };
    struct node_query q = { .kind = NODE_QUERY_BGP_NEIGHBORS, .family = l.family };
    if (c->backend->query(c->backend, &q, &l.sink) != 0)
        return;
    for (unsigned i = 0; i < l.n; i++) {
        struct any_route any = { .sink = { take_any } };
        struct node_query told = { .kind = NODE_QUERY_BGP_ADVERTISED,
                                   .family = l.family,
                                   .peer = l.v[i].address,
                                   .prefix = p->v[0].prefix };
        if (c->backend->query(c->backend, &told, &any.sink) == 0 && any.found)
            add_advertised(p, &l, i);
    }
}

static int run_bgp_prefix(struct call *c, const struct node_query *q)
{
    struct bgp_paths p;
    bgp_paths_init(&p, c->r);
    p.wall_s = wall_seconds();
    err_t err = c->backend->query(c->backend, q, &p.sink);
    if (!err && p.no_memory)
        err = -ENOMEM;
    int status = 0;
    if (err) {
        status = run_failed(c, err);
    } else if (p.n == 0 && !c->json) {
        render_str(c->r, "% Network not in table\n");
        status = 1;
    } else {
        if (p.n)
            find_advertised(c, &p);
        if (c->json)
            bgp_paths_json(&p);
        else
            bgp_paths_text(&p);
    }
    bgp_paths_done(&p);
    return status;
}

/* A table to its renderer; of a JSON document that an error cut short, the rest says so. */
/* Why there is no table, in FRR's words. */
static const char *table_error(err_t why)
{
    switch (why) {
    case -ENOENT:
        return "No such neighbor in this view/vrf";
    case -EAFNOSUPPORT:
        return "No such neighbor or address family";
    case -ENODATA:
        return "Inbound soft reconfiguration not enabled";
    default:
        return strerror(-why);
    }
}

static int put_table(struct call *c, const struct node_query *q)
{
    struct bgp_table t;
    if (c->json)
        bgp_table_json_init(&t, c->r, q->kind, q->family);
    else
        bgp_table_init(&t, c->r, q->kind, q->family);
    t.is_whole = q->kind == NODE_QUERY_BGP_TABLE && q->prefix.family == IP_NONE;
    err_t err = c->backend->query(c->backend, q, &t.sink);
    if (err == -ENOENT && !c->json && c->r->layout == DIALECT_FRR) {
        render_f(c->r, "%s\n", table_error(err)); /* FRR has no % here */
        return 1;
    }
    if (err && !c->json)
        return run_failed(c, err);
    if (err)
        t.error = table_error(err);
    if (c->json)
        bgp_table_json_end(&t);
    else
        bgp_table_end(&t);
    return err ? 1 : 0;
}

int run_bgp_table(struct call *c)
{
    struct node_query q = { .kind = NODE_QUERY_BGP_TABLE,
                            .family = family_of(c),
                            .prefix = c->prefix,
                            .longest = c->is_address && !c->row->longer,
                            .longer_prefixes = c->row->longer };
    if (c->prefix.family != IP_NONE && c->prefix.family != q.family)
        return other_family(c);
    if (c->prefix.family != IP_NONE && !c->row->longer)
        return run_bgp_prefix(c, &q);
    return put_table(c, &q);
}

/* --- a neighbour's tables -------------------------------------------------------------------- */

/* IOS shows what is advertised as it stands in its own table, with the next hop that came in. So
 * the prefixes are collected first, then the table is gone through; both are in order. */
struct ios_advertised {
    struct view_sink collect, pick;
    struct bgp_table table;
    struct prefix *v; /* heap */
    size_t n, cap, at;
    bool no_memory;
};

static bool collect_advertised(struct view_sink *sink, const struct view *view, const void *record)
{
    struct ios_advertised *a = container_of(sink, struct ios_advertised, collect);
    if (view->id == VIEW_BGP_GLOBAL)
        return a->table.sink.emit(&a->table.sink, view, record);
    if (view->id != VIEW_BGP_ROUTE)
        return true;
    if (a->n == a->cap) {
        size_t cap = a->cap ? a->cap * 2 : 256;
        void *v = mem_resize(MEM_CTL, a->v, a->cap * sizeof(*a->v), cap * sizeof(*a->v));
        if (!v) {
            a->no_memory = true;
            return false;
        }
        a->v = v;
        a->cap = cap;
    }
    a->v[a->n++] = ((const struct view_bgp_route *)record)->prefix;
    return true;
}

static bool pick_advertised(struct view_sink *sink, const struct view *view, const void *record)
{
    struct ios_advertised *a = container_of(sink, struct ios_advertised, pick);
    const struct view_bgp_route *v = record;
    if (view->id != VIEW_BGP_ROUTE || !v->best)
        return true;
    while (a->at < a->n && prefix_cmp(&a->v[a->at], &v->prefix) < 0)
        a->at++;
    if (a->at == a->n)
        return false;
    if (prefix_eq(&a->v[a->at], &v->prefix))
        return a->table.sink.emit(&a->table.sink, view, record);
    return true;
}

static int run_ios_advertised(struct call *c, const struct node_query *q)
{
    struct ios_advertised a = { .collect = { collect_advertised }, .pick = { pick_advertised } };
    bgp_table_init(&a.table, c->r, q->kind, q->family);
    err_t err = c->backend->query(c->backend, q, &a.collect);
    if (!err && a.no_memory)
        err = -ENOMEM;
    struct node_query table = { .kind = NODE_QUERY_BGP_TABLE, .family = q->family };
    if (!err && a.n)
        err = c->backend->query(c->backend, &table, &a.pick);
    mem_free(MEM_CTL, a.v, a.cap * sizeof(*a.v));
    if (err)
        return run_failed(c, err);
    bgp_table_end(&a.table);
    return 0;
}

int run_bgp_adj(struct call *c)
{
    struct node_query q = { .kind = c->row->kind, .family = family_of(c), .peer = c->peer };
    bool ios = c->r->layout == DIALECT_IOS && !c->json;
    if (q.kind == NODE_QUERY_BGP_ADVERTISED && ios)
        return run_ios_advertised(c, &q);
    return put_table(c, &q);
}

/* --- neighbours ------------------------------------------------------------------------------ */

static err_t put_summary(struct call *c, uint8_t family)
{
    struct bgp_summary s;
    struct node_query q = { .kind = NODE_QUERY_BGP_SUMMARY, .family = family };
    bgp_summary_init(&s, c->r, family);
    s.wall_s = wall_seconds();
    s.named = c->row->named;
    const char *version = c->router.version;
    uint64_t major = 0; /* an unknown version is an old one */
    (void)!number_read(&version, UINT32_MAX, &major);
    s.hides_version = c->router.dialect == DIALECT_FRR && major < 9;
    err_t err = c->backend->query(c->backend, &q, &s.sink);
    if (!err && s.no_memory)
        err = -ENOMEM;
    /* Without a family in the command, one that nobody uses is passed over. */
    bool is_wanted = c->row->family != IP_NONE || s.n;
    if (!err && is_wanted && c->json)
        bgp_summary_json(&s);
    else if (!err && is_wanted)
        bgp_summary_text(&s);
    bgp_summary_done(&s);
    return err;
}

int run_bgp_summary(struct call *c)
{
    if (c->json)
        json_open(c->r, NULL, '{');
    err_t err = 0;
    if (c->row->family != IP_V6)
        err = put_summary(c, IP_V4);
    if (!err && c->row->family != IP_V4)
        err = put_summary(c, IP_V6);
    return run_end(c, err);
}

int run_bgp_neighbors(struct call *c)
{
    struct bgp_neighbors n;
    struct node_query q = { .kind = NODE_QUERY_BGP_NEIGHBORS,
                            .family = family_of(c),
                            .peer = c->peer };
    bgp_neighbors_init(&n, c->r, c->json);
    n.wall_s = wall_seconds();
    err_t err = c->backend->query(c->backend, &q, &n.sink);
    if (err == -ENOENT && !c->json && c->r->layout == DIALECT_FRR) {
        render_str(c->r, "% No such neighbor in this view/vrf\n\n");
        return 1;
    }
    if (err && !c->json)
        return run_failed(c, err);
    if (err == -ENOENT)
        json_bool(c->r, "bgpNoSuchNeighbor", true);
    else if (err)
        json_text(c->r, "error", strerror(-err));
    bgp_neighbors_end(&n);
    return err ? 1 : 0;
}

int run_clear(struct call *c)
{
    /* A hard reset is of the session, whatever family was named. */
    uint8_t family = c->row->family;
    bool all = !ip_bytes(c->peer.family);
    if (c->row->kind == NODE_CLEAR_HARD && (!all || family == IP_V4))
        family = IP_NONE;
    err_t err = c->backend->clear(c->backend, &c->peer, family, c->row->kind);
    return err ? run_failed(c, err) : 0;
}
