/* Tables of BGP routes as JSON with FRR's keys: one record at a time. */
#include "ctl/render.h"

#include <string.h>

static const char *table_key(enum node_query_kind kind)
{
    if (kind == NODE_QUERY_BGP_ADVERTISED)
        return "advertisedRoutes";
    return kind == NODE_QUERY_BGP_RECEIVED ? "receivedRoutes" : "routes";
}

static bool is_table(const struct bgp_table *t)
{
    return t->kind == NODE_QUERY_BGP_TABLE || t->kind == NODE_QUERY_BGP_ROUTES;
}

static void put_legend(struct render *r)
{
    static const char *const status[][2] = {
        { "suppressed", "s" }, { "damped", "d" },    { "history", "h" },  { "valid", "*" },
        { "best", ">" },       { "multipath", "=" }, { "internal", "i" }, { "ribFailure", "r" },
        { "stale", "S" },      { "removed", "R" },
    };
    static const char *const origin[][2] = { { "igp", "i" },
                                             { "egp", "e" },
                                             { "incomplete", "?" } };
    json_open(r, "bgpStatusCodes", '{');
    for (size_t i = 0; i < ARRAY_LEN(status); i++)
        json_text(r, status[i][0], status[i][1]);
    json_close(r);
    json_open(r, "bgpOriginCodes", '{');
    for (size_t i = 0; i < ARRAY_LEN(origin); i++)
        json_text(r, origin[i][0], origin[i][1]);
    json_close(r);
}

/* What stands above the routes. Of a neighbour's tables FRR shows it only above a route. */
static void put_head(struct bgp_table *t)
{
    struct render *r = t->r;
    const struct view_bgp_global *g = &t->global;
    char id[IP_TEXT_MAX];
    t->has_head = true;
    render_router_id(g->router_id, id);
    if (is_table(t)) {
        json_u64(r, "vrfId", 0);
        json_text(r, "vrfName", "default");
    }
    json_u64(r, is_table(t) ? "tableVersion" : "bgpTableVersion", g->table_version);
    json_text(r, is_table(t) ? "routerId" : "bgpLocalRouterId", id);
    json_u64(r, "defaultLocPrf", g->default_local_pref);
    json_u64(r, "localAS", g->local_as);
    if (!is_table(t))
        put_legend(r);
    if (g->originates_default)
        json_text(r, "bgpOriginatingDefaultNetwork", g->family == IP_V6 ? "::/0" : "0.0.0.0/0");
    if (g->note[0])
        json_text(r, "note", g->note);
    json_open(r, table_key(t->kind), '{');
}

static bool put_global(struct bgp_table *t, const struct view_bgp_global *g)
{
    if (t->has_global)
        return true;
    t->global = *g;
    t->has_global = true;
    if (is_table(t) || g->originates_default || g->note[0])
        put_head(t);
    return !t->r->failed;
}

/* What a neighbour sent or is told: one route a prefix, in FRR's short form. */
static void put_adj_route(struct render *r, const struct view_bgp_route *v)
{
    char text[PREFIX_TEXT_MAX];
    struct ip_addr address = prefix_addr(&v->prefix), next_hop = bgp_route_next_hop(v);
    render_prefix_text(DIALECT_FRR, &v->prefix, text);
    json_open(r, text, '{');
    json_ip(r, "addrPrefix", &address);
    json_u64(r, "prefixLen", v->prefix.len);
    json_text(r, "network", text);
    json_ip(r, v->prefix.family == IP_V6 ? "nextHopGlobal" : "nextHop", &next_hop);
    if (v->has_med)
        json_u64(r, "metric", v->med);
    if (v->has_local_pref)
        json_u64(r, "locPrf", v->local_pref);
    json_u64(r, "weight", v->weight);
    json_text(r, "path", v->as_path);
    json_text(r, "bgpOriginCode", v->origin == 0 ? "i" : v->origin == 1 ? "e" : "?");
    json_open(r, "appliedStatusSymbols", '{');
    json_bool(r, "*", true);
    json_bool(r, ">", true);
    json_close(r);
    json_close(r);
}

static void put_flags(struct render *r, const struct view_bgp_route *v)
{
    if (v->removed)
        json_bool(r, "removed", true);
    if (v->stale)
        json_bool(r, "stale", true);
    if (v->valid)
        json_bool(r, "valid", true);
    if (v->best)
        json_bool(r, "bestpath", true);
    if (v->multipath && !v->best)
        json_bool(r, "multipath", true);
    if (v->rib_failure)
        json_bool(r, "ribFailure", true);
    if (v->best && v->reason < RIB_STEP_COUNT)
        json_text(r, "selectionReason", rib_step_name(v->reason));
    json_text(r, "pathFrom", v->internal ? "internal" : "external");
}

void bgp_next_hop_json_open(struct render *r, const struct view_bgp_route *v)
{
    struct ip_addr next_hop = bgp_route_next_hop(v);
    json_open(r, NULL, '{');
    json_ip(r, "ip", &next_hop);
    if (v->hostname[0])
        json_text(r, "hostname", v->hostname);
    json_text(r, "afi", next_hop.family == IP_V6 ? "ipv6" : "ipv4");
    if (next_hop.family == IP_V6)
        json_text(r, "scope", "global");
}

void bgp_next_hop_ll_json(struct render *r, const struct view_bgp_route *v, bool in_detail)
{
    json_open(r, NULL, '{');
    json_ip(r, "ip", &v->next_hop_ll);
    if (v->hostname[0])
        json_text(r, "hostname", v->hostname);
    json_text(r, "afi", "ipv6");
    json_text(r, "scope", "link-local");
    if (in_detail)
        json_bool(r, "accessible", true);
    json_bool(r, "used", true);
    json_close(r);
}

static void put_path(const struct bgp_table *t, const struct view_bgp_route *v)
{
    struct render *r = t->r;
    struct ip_addr address = prefix_addr(&v->prefix);
    json_open(r, NULL, '{');
    put_flags(r, v);
    json_ip(r, "prefix", &address);
    json_u64(r, "prefixLen", v->prefix.len);
    json_prefix(r, "network", &v->prefix);
    json_u64(r, "version", t->global.table_version);
    if (v->has_med)
        json_u64(r, "metric", v->med);
    if (v->has_local_pref)
        json_u64(r, "locPrf", v->local_pref);
    json_u64(r, "weight", v->weight);
    if (ip_bytes(v->peer.family))
        json_ip(r, "peerId", &v->peer);
    else
        json_text(r, "peerId", "(unspec)");
    json_text(r, "path", v->as_path);
    json_text(r, "origin", bgp_origin_name(v->origin));
    json_open(r, "nexthops", '[');
    bool has_ll = ip_bytes(v->next_hop_ll.family) != 0;
    bgp_next_hop_json_open(r, v);
    if (!has_ll)
        json_bool(r, "used", true);
    json_close(r);
    if (has_ll)
        bgp_next_hop_ll_json(r, v, false);
    json_close(r);
    json_close(r);
}

static bool take(struct view_sink *sink, const struct view *view, const void *record)
{
    struct bgp_table *t = container_of(sink, struct bgp_table, sink);
    if (view->id == VIEW_BGP_GLOBAL)
        return put_global(t, record);
    if (view->id != VIEW_BGP_ROUTE || !t->has_global)
        return true;
    const struct view_bgp_route *v = record;
    bool is_first = t->paths == 0 || !prefix_eq(&t->last, &v->prefix);
    t->last = v->prefix;
    t->prefixes += is_first;
    t->paths++;
    t->filtered += t->kind == NODE_QUERY_BGP_RECEIVED && !v->accepted;
    if (!t->has_head)
        put_head(t);
    if (!is_table(t)) {
        if (is_first)
            put_adj_route(t->r, v);
        return !t->r->failed;
    }
    if (is_first) {
        char text[PREFIX_TEXT_MAX];
        if (t->open)
            json_close(t->r);
        render_prefix_text(DIALECT_FRR, &v->prefix, text);
        json_open(t->r, text, '[');
        t->open = true;
    }
    put_path(t, v);
    return !t->r->failed;
}

void bgp_table_json_init(struct bgp_table *t, struct render *r, enum node_query_kind kind,
                         uint8_t family)
{
    *t = (struct bgp_table){ .sink = { take }, .r = r, .kind = kind, .family = family };
    json_open(r, NULL, '{');
}

void bgp_table_json_end(struct bgp_table *t)
{
    struct render *r = t->r;
    if (t->open)
        json_close(r);
    if (!t->has_head && t->has_global)
        json_open(r, table_key(t->kind), '{');
    if (t->has_global)
        json_close(r);
    if (t->has_global && !is_table(t)) {
        json_u64(r, "totalPrefixCounter", t->prefixes);
        json_u64(r, "filteredPrefixCounter", t->filtered);
    }
    if (t->error)
        json_text(r, t->has_global ? "error" : "warning", t->error); /* FRR's word */
    json_end(r);
}
