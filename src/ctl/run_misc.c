/* What the other commands run. */
#include "ctl/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/crypto.h"

/* --- the router's table ---------------------------------------------------------------------- */

struct route_count { /* of selected and all routes by source; the default route's next hop */
    struct view_sink sink;
    uint64_t routes[FIB_SOURCE_COUNT], installed[FIB_SOURCE_COUNT], selected;
    uint64_t ibgp_routes, ibgp_installed; /* of FIB_BGP */
    uint8_t ibgp_distance;
    struct ip_addr gateway;
    bool has_default, in_default;
};

static bool count_route(struct view_sink *sink, const struct view *view, const void *record)
{
    struct route_count *n = container_of(sink, struct route_count, sink);
    if (view->id == VIEW_FIB_ROUTE) {
        const struct view_fib_route *v = record;
        n->in_default = v->selected && v->prefix.len == 0;
        n->has_default |= n->in_default;
        n->selected += v->selected;
        if (v->source < FIB_SOURCE_COUNT) {
            n->routes[v->source]++;
            n->installed[v->source] += v->installed;
        }
        if (v->source == FIB_BGP && v->distance == n->ibgp_distance) {
            n->ibgp_routes++;
            n->ibgp_installed += v->installed;
        }
    } else if (view->id == VIEW_FIB_NEXTHOP && n->in_default) {
        const struct view_fib_nexthop *h = record;
        if (!ip_bytes(n->gateway.family) && h->depth == 0)
            n->gateway = h->next_hop;
    }
    return true;
}

/* What the router's table wants to know of BGP; zero where there is none. */
struct bgp_facts {
    struct view_sink sink;
    struct view_bgp_global global;
};

static bool take_facts(struct view_sink *sink, const struct view *view, const void *record)
{
    if (view->id == VIEW_BGP_GLOBAL)
        container_of(sink, struct bgp_facts, sink)->global =
            *(const struct view_bgp_global *)record;
    return false;
}

static struct view_bgp_global bgp_facts(struct call *c, uint8_t family)
{
    struct bgp_facts f = { .sink = { take_facts } };
    struct node_query q = { .kind = NODE_QUERY_BGP_SUMMARY, .family = family };
    if (c->router.has_bgp)
        (void)c->backend->query(c->backend, &q, &f.sink);
    return f.global;
}

static err_t fill_head_ios(struct call *c, const struct node_query *q, struct route_head_ios *head)
{
    struct route_count n = { .sink = { count_route } };
    struct node_query count = { .kind = NODE_QUERY_FIB,
                                .family = q->family,
                                .source = FIB_SOURCE_COUNT };
    if (q->family == IP_V4)
        count.prefix = (struct prefix){ .family = IP_V4 };
    err_t err = c->backend->query(c->backend, &count, &n.sink);
    if (err)
        return err;
    head->gateway = n.gateway;
    head->has_default = n.has_default;
    head->entries = n.selected;
    head->locals = !ip_bytes(q->prefix.family) &&
                   (q->source == FIB_SOURCE_COUNT || q->source == FIB_CONNECTED);
    head->local_as = bgp_facts(c, IP_V4).local_as;
    return 0;
}

static int not_in_table(struct call *c)
{
    render_str(c->r, "% Network not in table\n");
    return 1;
}

static int run_route_ios(struct call *c, const struct node_query *q, bool detail)
{
    struct route_table t;
    struct route_head_ios head = { 0 };
    struct node_query interfaces = { .kind = NODE_QUERY_INTERFACES };
    err_t err = 0;
    if (!route_table_ios_init(&t, c->r, q->family, detail))
        err = -ENOMEM;
    if (!err)
        err = c->backend->query(c->backend, &interfaces, route_table_ios_interfaces(&t));
    if (!err)
        err = fill_head_ios(c, q, &head);
    if (!err) {
        route_table_ios_head(&t, &head);
        err = c->backend->query(c->backend, q, &t.sink);
    }
    if (!err && !route_table_ios_end(&t))
        err = -ENOMEM;
    int status = err ? run_failed(c, err) : detail && t.shown == 0 ? not_in_table(c) : 0;
    route_table_done(&t);
    return status;
}

static void put_count(struct call *c, const char *name, uint64_t routes, uint64_t installed)
{
    if (!c->json) {
        render_f(c->r, "%-20s %-20llu %-20llu \n", name, (unsigned long long)routes,
                 (unsigned long long)installed);
        return;
    }
    json_open(c->r, NULL, '{');
    json_u64(c->r, "fib", installed);
    json_u64(c->r, "rib", routes);
    json_u64(c->r, "fibOffLoaded", 0); /* no hardware below us */
    json_u64(c->r, "fibTrapped", 0);
    json_text(c->r, "type", name);
    json_close(c->r);
}

static int run_route_summary(struct call *c, const struct node_query *q)
{
    struct route_count n = { .sink = { count_route } };
    uint64_t routes = 0, installed = 0;
    n.ibgp_distance = bgp_facts(c, q->family).internal_distance;
    err_t err = c->backend->query(c->backend, q, &n.sink);
    if (err)
        return run_failed(c, err);
    if (c->json) {
        json_open(c->r, NULL, '{');
        json_open(c->r, "routes", '[');
    } else {
        render_f(c->r, "%-20s %-20s %s  (vrf default)\n", "Route Source", "Routes", "FIB");
    }
    for (uint8_t i = 0; i < FIB_SOURCE_COUNT; i++) {
        routes += n.routes[i];
        installed += n.installed[i];
        if (n.routes[i] && i == FIB_BGP) {
            put_count(c, "ebgp", n.routes[i] - n.ibgp_routes, n.installed[i] - n.ibgp_installed);
            put_count(c, "ibgp", n.ibgp_routes, n.ibgp_installed);
        } else if (n.routes[i]) {
            put_count(c, route_source_name(i), n.routes[i], n.installed[i]);
        }
    }
    if (c->json) {
        json_close(c->r);
        json_u64(c->r, "routesTotal", routes);
        json_u64(c->r, "routesTotalFib", installed);
        json_end(c->r);
    } else {
        render_f(c->r, "------\n%-20s %-20llu %-20llu \n\n", "Totals", (unsigned long long)routes,
                 (unsigned long long)installed);
    }
    return 0;
}

int run_route(struct call *c)
{
    struct node_query q = { .kind = NODE_QUERY_FIB,
                            .family = c->row->family,
                            .prefix = c->prefix,
                            .longest = c->is_address && !c->row->longer,
                            .longer_prefixes = c->row->longer,
                            .source = c->row->source };
    bool detail = ip_bytes(c->prefix.family) && !c->row->longer;
    struct route_table t;
    if (ip_bytes(c->prefix.family) && c->prefix.family != q.family) {
        render_str(c->r, "% The prefix is of the other address family\n");
        return 1;
    }
    if (c->row->brief)
        return run_route_summary(c, &q);
    if (c->r->layout == DIALECT_IOS && !c->json)
        return run_route_ios(c, &q, detail);
    if (c->json)
        route_table_json_init(&t, c->r, q.family);
    else
        route_table_init(&t, c->r, q.family, detail);
    if (c->json)
        t.ibgp_distance = bgp_facts(c, q.family).internal_distance;
    err_t err = c->backend->query(c->backend, &q, &t.sink);
    if (!(c->json ? route_table_json_end(&t) : route_table_end(&t)))
        err = -ENOMEM;
    int status = err && c->json                   ? 1
                 : err                            ? run_failed(c, err)
                 : detail && !c->json && !t.shown ? not_in_table(c)
                                                  : 0;
    route_table_done(&t);
    return status;
}

/* --- the rest -------------------------------------------------------------------------------- */

/* A query whose records become a JSON object (or array), or lines. */
static int run_plain(struct call *c, const struct node_query *q, struct misc_table *m)
{
    if (c->json)
        json_open(c->r, NULL, '{');
    err_t err = c->backend->query(c->backend, q, &m->sink);
    return run_end(c, err);
}

int run_interface(struct call *c)
{
    struct misc_table m;
    struct node_query q = { .kind = NODE_QUERY_INTERFACES };
    int tunnel_status;
    if (c->name[0] && run_tunnel(c, &tunnel_status))
        return tunnel_status;
    misc_table_init(&m, c->r, c->json);
    m.brief = c->row->brief;
    m.name = c->name;
    struct crypto_facts facts = { .sa_at = 0 };
    if (c->r->layout == DIALECT_IOS && !c->json && !m.brief && !c->name[0]) {
        /* Without core's list tunnels are shown as plain interfaces. */
        err_t err = crypto_facts_get(&facts, c->backend);
        m.facts = err && err != -ENOTCONN ? NULL : &facts;
    }
    int status = run_plain(c, &q, &m);
    crypto_facts_done(&facts);
    if (status == 0 && c->name[0] && m.shown == 0 && !c->json) {
        render_f(c->r, "%% Can't find interface %s\n", c->name);
        return 1;
    }
    if (status == 0 && c->row->brief && !c->json && c->r->layout == DIALECT_FRR)
        render_str(c->r, "\n");
    return status;
}

/* FRR says of some lists that they are not there. */
static void put_no_list(struct call *c)
{
    enum node_query_kind kind = c->row->kind;
    if (kind == NODE_QUERY_PREFIX_LISTS)
        render_str(c->r, "% Can't find specified prefix-list\n");
    else if (kind == NODE_QUERY_ROUTE_MAPS)
        render_f(c->r, "BGP:\nBGP: 'route-map %s' not found\n", c->name);
    else if (kind == NODE_QUERY_COMMUNITY_LISTS)
        render_str(c->r, "% Can't find community-list\n");
    else if (kind == NODE_QUERY_LARGE_COMMUNITY_LISTS)
        render_str(c->r, "% Can't find large-community-list\n");
    else if (kind == NODE_QUERY_EXT_COMMUNITY_LISTS)
        render_str(c->r, "% Can't find extcommunity-list\n");
}

int run_lines(struct call *c)
{
    struct misc_table m;
    struct node_query q = { .kind = c->row->kind, .family = c->row->family };
    misc_table_init(&m, c->r, false);
    snprintf(q.name, sizeof(q.name), "%s", c->name);
    if (q.kind == NODE_QUERY_CONFIG && c->router.dialect == DIALECT_FRR)
        render_str(c->r, "Building configuration...\n\nCurrent configuration:\n!\n");
    int status = run_plain(c, &q, &m);
    if (status == 0 && c->name[0] && m.shown == 0 && c->r->layout == DIALECT_FRR)
        put_no_list(c);
    return status;
}

int run_memory(struct call *c)
{
    struct misc_table m;
    struct node_query q = { .kind = NODE_QUERY_MEMORY };
    misc_table_init(&m, c->r, c->json);
    int status = run_plain(c, &q, &m);
    if (status == 0 && !c->json)
        render_f(c->r, "%-24s %14llu %12llu\n", "total", (unsigned long long)m.bytes,
                 (unsigned long long)m.count);
    return status;
}

int run_version(struct call *c)
{
    const struct view_router *router = &c->router;
    const char *dialect = router->dialect == DIALECT_IOS   ? "IOS"
                          : router->dialect == DIALECT_FRR ? "FRR"
                                                           : "";
    if (c->json) {
        json_open(c->r, NULL, '{');
        json_text(c->r, "version", c->backend->version);
        json_text(c->r, "hostname", router->hostname);
        json_text(c->r, "dialect", dialect);
        json_text(c->r, "configurationVersion", router->version);
        if (c->backend->key_log)
            json_text(c->r, "keyLog", c->backend->key_log);
        json_end(c->r);
        return 0;
    }
    render_f(c->r, "Spanway %s", c->backend->version);
    if (router->hostname[0])
        render_f(c->r, " (%s)", router->hostname);
    render_str(c->r, "\n");
    if (dialect[0])
        render_f(c->r, "Configuration: %s%s%s\n", dialect, router->version[0] ? " " : "",
                 router->version);
    if (c->backend->key_log)
        render_f(c->r, "KEY LOG: the keys of all tunnels are written to %s; who reads the files "
                 "can read the traffic\n", c->backend->key_log);
    return 0;
}

int run_reload(struct call *c)
{
    (void)render_flush(c->r);
    err_t err = c->backend->reload(c->backend, c->r->out);
    if (err == -EINVAL)
        render_str(c->r, "% The configuration was refused; the old one runs on\n");
    else if (err)
        return run_failed(c, err);
    return err ? 1 : 0;
}
