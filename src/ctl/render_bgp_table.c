/* Tables of BGP routes as text: show ip bgp, neighbors X advertised-routes, received-routes,
 * routes.
 * FRR:  status 0-2, network from 3, next hop from 20, metric ends at 45, LocPrf at 52, weight at
 * 59,
 *       path from 61. IOS 15: the same three columns further right. */
#include "ctl/render.h"

#include <string.h>

static const char frr_codes[] =
    "Status codes:  s suppressed, d damped, h history, * valid, > best, = multipath,\n"
    "               i internal, r RIB-failure, S Stale, R Removed\n"
    "Nexthop codes: @NNN nexthop's vrf id, < announce-nh-self\n"
    "Origin codes:  i - IGP, e - EGP, ? - incomplete\n"
    "RPKI validation codes: V valid, I invalid, N Not found\n"
    "\n";

static const char ios_codes[] =
    "Status codes: s suppressed, d damped, h history, * valid, > best, i - internal,\n"
    "              r RIB-failure, S Stale, m multipath, b backup-path, f RT-Filter,\n"
    "              x best-external, a additional-path, c RIB-compressed,\n"
    "              t secondary path,\n"
    "Origin codes: i - IGP, e - EGP, ? - incomplete\n"
    "RPKI validation codes: V valid, I invalid, N Not found\n"
    "\n";

static bool is_ios(const struct render *r)
{
    return r->layout == DIALECT_IOS;
}

struct ip_addr bgp_route_next_hop(const struct view_bgp_route *v)
{
    struct ip_addr a = v->next_hop;
    if (ip_bytes(a.family) == 0)
        a = (struct ip_addr){ .family = v->prefix.family };
    return a;
}

const char *bgp_origin_name(uint8_t origin)
{
    return origin == 0 ? "IGP" : origin == 1 ? "EGP" : "incomplete";
}

static void put_head(struct render *r, const struct view_bgp_global *g)
{
    char id[IP_TEXT_MAX];
    render_router_id(g->router_id, id);
    if (is_ios(r)) {
        render_f(r, "BGP table version is %u, local router ID is %s\n", g->table_version, id);
        render_str(r, ios_codes);
        return;
    }
    render_f(r, "BGP table version is %u, local router ID is %s, vrf id 0\n", g->table_version, id);
    render_f(r, "Default local pref %u, local AS %u\n", g->default_local_pref, g->local_as);
    render_str(r, frr_codes);
}

static void put_column_line(struct render *r)
{
    render_to(r, is_ios(r) ? 5 : 3);
    render_str(r, "Network          Next Hop            Metric LocPrf Weight Path\n");
}

/* What a neighbour sent or is told has no selection of its own; FRR shows it as "*> ". */
static bool shows_selection(const struct bgp_table *t)
{
    return is_ios(t->r) || t->kind == NODE_QUERY_BGP_TABLE || t->kind == NODE_QUERY_BGP_ROUTES;
}

static char first_status(const struct view_bgp_route *v)
{
    if (v->rib_failure)
        return 'r';
    if (v->stale)
        return 'S';
    return v->valid ? '*' : ' ';
}

static void put_status(struct bgp_table *t, const struct view_bgp_route *v)
{
    struct render *r = t->r;
    char internal = v->internal && !v->local ? 'i' : ' ';
    if (is_ios(r)) {
        char second = v->best ? '>' : v->multipath ? 'm' : ' ';
        render_f(r, " %c%c%c  ", first_status(v), second, internal);
    } else if (!shows_selection(t)) {
        render_str(r, "*> ");
    } else {
        char second = v->best ? '>' : v->multipath ? '=' : ' ';
        render_f(r, "%c%c%c", v->removed ? 'R' : first_status(v), second, internal);
    }
}

static void put_row(struct bgp_table *t, const struct view_bgp_route *v, bool is_first)
{
    struct render *r = t->r;
    size_t left = is_ios(r) ? 3 : 0;
    char text[PREFIX_TEXT_MAX] = "";
    put_status(t, v);
    if (is_first)
        render_prefix_text(r->layout, &v->prefix, text);
    render_cell(r, text, left + 20);
    struct ip_addr next_hop = bgp_route_next_hop(v);
    /* FRR's table names the one of two IPv6 next hops that packets take. */
    if (!is_ios(r) && shows_selection(t) && ip_bytes(v->next_hop_ll.family))
        next_hop = v->next_hop_ll;
    render_ip_text(r->layout, &next_hop, text);
    render_cell(r, text, left + 36);
    if (v->has_med)
        render_f(r, "%10u", v->med);
    else
        render_to(r, left + 46);
    if (v->has_local_pref)
        render_f(r, "%7u", v->local_pref);
    else
        render_f(r, "%7s", "");
    render_f(r, "%7u ", v->weight);
    render_str(r, v->as_path);
    render_str(r, v->as_path[0] ? " " : "");
    render_str(r, v->origin == 0 ? "i\n" : v->origin == 1 ? "e\n" : "?\n");
}

static bool take_global(struct bgp_table *t, const struct view_bgp_global *g)
{
    t->global = *g;
    t->has_global = true;
    if (g->originates_default) {
        put_head(t->r, g);
        const char *all = g->family == IP_V6 ? "::/0" : is_ios(t->r) ? "0.0.0.0" : "0.0.0.0/0";
        render_f(t->r, "Originating default network %s\n\n", all);
    }
    return !t->r->failed;
}

static bool take(struct view_sink *sink, const struct view *view, const void *record)
{
    struct bgp_table *t = container_of(sink, struct bgp_table, sink);
    if (view->id == VIEW_BGP_GLOBAL)
        return take_global(t, record);
    if (view->id != VIEW_BGP_ROUTE)
        return true;
    const struct view_bgp_route *v = record;
    if (t->paths == 0) {
        if (!t->global.originates_default)
            put_head(t->r, &t->global);
        put_column_line(t->r);
    }
    bool is_first = t->paths == 0 || !prefix_eq(&t->last, &v->prefix);
    t->last = v->prefix;
    t->prefixes += is_first;
    t->paths++;
    t->filtered += t->kind == NODE_QUERY_BGP_RECEIVED && !v->accepted;
    put_row(t, v, is_first);
    return !t->r->failed;
}

void bgp_table_init(struct bgp_table *t, struct render *r, enum node_query_kind kind,
                    uint8_t family)
{
    *t = (struct bgp_table){ .sink = { take }, .r = r, .kind = kind, .family = family };
}

static void put_table_end(struct bgp_table *t)
{
    if (is_ios(t->r))
        return;
    unsigned long long all = t->global.paths; /* of the whole table, whatever is shown of it */
    if (t->paths)
        render_f(t->r, "\nDisplayed  %llu routes and %llu total paths\n",
                 (unsigned long long)t->prefixes, all);
    else if (t->is_whole)
        render_f(t->r, "No BGP prefixes displayed, %llu exist\n", all);
}

void bgp_table_end(struct bgp_table *t)
{
    if (t->kind == NODE_QUERY_BGP_TABLE || (t->kind == NODE_QUERY_BGP_ROUTES && !is_ios(t->r))) {
        put_table_end(t);
        return;
    }
    if (t->global.note[0])
        render_f(t->r, "%% %s\n", t->global.note);
    /* FRR says nothing about an empty table, IOS counts. */
    if (t->paths || is_ios(t->r))
        render_f(t->r, "\nTotal number of prefixes %llu", (unsigned long long)t->prefixes);
    if (t->filtered && !is_ios(t->r))
        render_f(t->r, " (%llu filtered)", (unsigned long long)t->filtered);
    if (t->paths || is_ios(t->r))
        render_str(t->r, "\n");
}
