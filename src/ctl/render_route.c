/* show ip route in FRR's layout: the whole table, and one prefix in detail. */
#include "base/mem.h"
#include "ctl/render.h"

#include <string.h>

static const char codes_v4[] =
    "Codes: K - kernel route, C - connected, S - static, R - RIP,\n"
    "       O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,\n"
    "       T - Table, v - VNC, V - VNC-Direct, A - Babel, F - PBR,\n"
    "       f - OpenFabric,\n"
    "       > - selected route, * - FIB route, q - queued, r - rejected, b - backup\n"
    "       t - trapped, o - offload failure\n"
    "\n";

static const char codes_v6[] =
    "Codes: K - kernel route, C - connected, S - static, R - RIPng,\n"
    "       O - OSPFv3, I - IS-IS, B - BGP, N - NHRP, T - Table,\n"
    "       v - VNC, V - VNC-Direct, A - Babel, F - PBR,\n"
    "       f - OpenFabric,\n"
    "       > - selected route, * - FIB route, q - queued, r - rejected, b - backup\n"
    "       t - trapped, o - offload failure\n"
    "\n";

const char *route_source_name(uint8_t source)
{
    static const char *const names[FIB_SOURCE_COUNT] = {
        [FIB_KERNEL] = "kernel",
        [FIB_CONNECTED] = "connected",
        [FIB_STATIC] = "static",
        [FIB_BGP] = "bgp",
    };
    return source < FIB_SOURCE_COUNT ? names[source] : "unknown";
}

static char source_code(uint8_t source)
{
    return source < FIB_SOURCE_COUNT ? "KCSB"[source] : '?';
}

/* FRR 8 gives weights to what it computed itself; a kernel route has them only where the kernel
 * balances. */
bool route_shows_weight(const struct view_fib_route *route, const struct view_fib_nexthop *h)
{
    if (route->source == FIB_CONNECTED)
        return false;
    if (route->kind != FIB_UNICAST)
        return route->source != FIB_KERNEL;
    return h->weight && (route->source != FIB_KERNEL || route->nexthop_count > 1);
}

static char hop_status(const struct view_fib_route *route, const struct view_fib_nexthop *h)
{
    if (route->installed)
        return h->installed && !h->recursive && !h->duplicate ? '*' : ' ';
    return route->rejected ? 'r' : route->queued ? 'q' : ' ';
}

static void put_discard(struct render *r, uint8_t kind)
{
    render_str(r,
               kind == FIB_REJECT ? " unreachable (ICMP unreachable)" : " unreachable (blackhole)");
}

static void put_hop_tail(struct render *r, const struct view_fib_route *route,
                         const struct view_fib_nexthop *h)
{
    char text[IP_TEXT_MAX];
    if (!h->active)
        render_str(r, " inactive");
    if (h->onlink)
        render_str(r, " onlink");
    if (h->recursive)
        render_str(r, " (recursive)");
    if (ip_bytes(h->source.family) && ip_bytes(h->next_hop.family)) { /* FRR: only of gateways */
        render_ip_text(r->layout, &h->source, text);
        render_f(r, ", src %s", text);
    }
    if (route_shows_weight(route, h))
        render_f(r, ", weight %u", MAX(h->weight, 1u));
}

static void put_hop(struct render *r, const struct view_fib_route *route,
                    const struct view_fib_nexthop *h)
{
    char text[IP_TEXT_MAX];
    if (route->kind != FIB_UNICAST) {
        put_discard(r, route->kind);
    } else if (ip_bytes(h->next_hop.family)) {
        render_ip_text(r->layout, &h->next_hop, text);
        render_f(r, " via %s", text);
        if (h->interface[0] && !h->recursive)
            render_f(r, ", %s", h->interface);
    } else {
        render_f(r, " is directly connected, %s", h->interface[0] ? h->interface : "unknown");
    }
    put_hop_tail(r, route, h);
}

/* The first next hop stands behind the prefix, the others below it, two further in for each level.
 */
static void put_line_frr(struct route_table *t)
{
    struct render *r = t->r;
    const struct view_fib_route *route = &t->route;
    const struct view_fib_nexthop none = { .active = true };
    char prefix[PREFIX_TEXT_MAX], age[RENDER_AGE_MAX];
    render_prefix_text(r->layout, &route->prefix, prefix);
    render_age(DIALECT_FRR, MAX(route->age, 0), age);
    if (t->shown++ == 0)
        render_str(r, t->family == IP_V6 ? codes_v6 : codes_v4);
    size_t width = 0;
    for (size_t i = 0; i < MAX(t->n, (size_t)1); i++) {
        const struct view_fib_nexthop *h = t->n ? &t->hops[i] : &none;
        /* A discard route that has no next hop is in the FIB by itself. */
        char status = t->n || !route->installed ? hop_status(route, h) : '*';
        if (i == 0) {
            render_f(r, "%c%c%c %s", source_code(route->source), route->selected ? '>' : ' ',
                     status, prefix);
            if (route->source != FIB_CONNECTED || route->distance || route->metric)
                render_f(r, " [%u/%u]", route->distance, route->metric);
            width = r->column;
        } else {
            render_f(r, "  %c", status);
            render_to(r, width + 2 * (size_t)h->depth);
        }
        put_hop(r, route, h);
        render_f(r, ", %s\n", age);
    }
}

static void put_hop_detail(struct render *r, const struct view_fib_route *route,
                           const struct view_fib_nexthop *h)
{
    char text[IP_TEXT_MAX];
    render_f(r, "  %c%s", hop_status(route, h), h->depth ? "  " : "");
    if (ip_bytes(h->next_hop.family)) {
        render_ip_text(r->layout, &h->next_hop, text);
        render_f(r, " %s", text);
        if (h->interface[0] && !h->recursive)
            render_f(r, ", via %s", h->interface);
    } else {
        render_f(r, " directly connected, %s", h->interface);
    }
    put_hop_tail(r, route, h);
    render_str(r, "\n");
}

static void put_detail_frr(struct route_table *t)
{
    struct render *r = t->r;
    const struct view_fib_route *route = &t->route;
    char prefix[PREFIX_TEXT_MAX], age[RENDER_AGE_MAX];
    render_prefix_text(r->layout, &route->prefix, prefix);
    render_age(DIALECT_FRR, MAX(route->age, 0), age);
    t->shown++;
    render_f(r, "Routing entry for %s\n", prefix);
    render_f(r, "  Known via \"%s\", distance %u, metric %u", route_source_name(route->source),
             route->distance, route->metric);
    if (route->tag)
        render_f(r, ", tag %u", route->tag);
    render_f(r, "%s\n  Last update %s ago\n", route->selected ? ", best" : "", age);
    if (route->kind != FIB_UNICAST) {
        render_f(r, "  %c", route->installed ? '*' : ' ');
        put_discard(r, route->kind);
        render_str(r, route->source == FIB_KERNEL ? "\n" : ", weight 1\n");
    }
    for (size_t i = 0; i < t->n && route->kind == FIB_UNICAST; i++)
        put_hop_detail(r, route, &t->hops[i]);
    render_str(r, "\n");
}

static void put_route(struct route_table *t)
{
    if (t->has_route)
        t->put(t);
    t->has_route = false;
    t->n = 0;
}

static bool take_hop(struct route_table *t, const struct view_fib_nexthop *h)
{
    if (!t->has_route || t->n >= ROUTE_HOPS_MAX)
        return true;
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 16;
        void *v = mem_resize(MEM_CTL, t->hops, t->cap * sizeof(*t->hops), cap * sizeof(*t->hops));
        if (!v) {
            t->no_memory = true;
            return false;
        }
        t->hops = v;
        t->cap = cap;
    }
    t->hops[t->n++] = *h;
    return true;
}

static bool take(struct view_sink *sink, const struct view *view, const void *record)
{
    struct route_table *t = container_of(sink, struct route_table, sink);
    if (view->id == VIEW_FIB_NEXTHOP)
        return take_hop(t, record);
    if (view->id != VIEW_FIB_ROUTE)
        return true;
    put_route(t);
    t->route = *(const struct view_fib_route *)record;
    t->has_route = true;
    return !t->r->failed && !t->no_memory;
}

void route_table_init(struct route_table *t, struct render *r, uint8_t family, bool detail)
{
    *t = (struct route_table){ .sink = { take },
                               .r = r,
                               .family = family,
                               .detail = detail,
                               .put = detail ? put_detail_frr : put_line_frr };
}

bool route_table_end(struct route_table *t)
{
    put_route(t);
    return !t->no_memory;
}
