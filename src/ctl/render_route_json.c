/* show ip route as JSON with FRR's keys: prefixes with an array of their routes. */
#include "ctl/render.h"

/* The numbers are FRR's bits, which scripts look at. */
static void put_hop_flags(struct render *r, const struct view_fib_nexthop *h)
{
    enum { ACTIVE = 1, IN_FIB = 2, RECURSIVE = 4, ONLINK = 8, DUPLICATE = 16 };
    json_u64(r, "flags",
             (h->active ? ACTIVE : 0u) | (h->installed ? IN_FIB : 0u) |
                 (h->recursive ? RECURSIVE : 0u) | (h->onlink ? ONLINK : 0u) |
                 (h->duplicate ? DUPLICATE : 0u));
}

/* Here too: what became of the route, and what it is. FRR marks what may be resolved by other
 * routes by what it is; of eBGP we know it only where it was. */
static void put_internal(const struct route_table *t)
{
    enum { QUEUED = 8, INSTALLED = 16, FAILED = 32 };
    enum { RECURSION = 1, IBGP = 4, SELECTED = 8, OWN_DISTANCE = 64 };
    const struct view_fib_route *v = &t->route;
    struct render *r = t->r;
    size_t active = 0, n = t->n;
    bool recursive = false;
    for (size_t i = 0; i < t->n; i++) {
        active += t->hops[i].active;
        recursive |= t->hops[i].recursive;
    }
    if (v->kind != FIB_UNICAST && n == 0)
        n = active = 1;
    json_u64(r, "internalStatus",
             (v->queued ? QUEUED : 0u) | (v->installed ? INSTALLED : 0u) |
                 (v->rejected ? FAILED : 0u));
    bool is_ibgp = v->source == FIB_BGP && v->distance == t->ibgp_distance;
    json_u64(r, "internalFlags",
             (v->selected ? SELECTED : 0u) | (is_ibgp ? IBGP : 0u) |
                 (recursive || is_ibgp || v->source == FIB_STATIC ? RECURSION : 0u) |
                 (v->source == FIB_STATIC ? OWN_DISTANCE : 0u));
    json_u64(r, "internalNextHopNum", n);
    json_u64(r, "internalNextHopActiveNum", active);
}

static void put_hop(struct render *r, const struct view_fib_route *route,
                    const struct view_fib_nexthop *h)
{
    json_open(r, NULL, '{');
    put_hop_flags(r, h);
    if (h->installed)
        json_bool(r, "fib", true);
    if (h->duplicate)
        json_bool(r, "duplicate", true);
    if (ip_bytes(h->next_hop.family)) {
        json_ip(r, "ip", &h->next_hop);
        json_text(r, "afi", h->next_hop.family == IP_V6 ? "ipv6" : "ipv4");
    } else if (route->kind == FIB_UNICAST) {
        json_bool(r, "directlyConnected", true);
    }
    if (h->interface[0]) {
        json_u64(r, "interfaceIndex", h->if_index);
        json_text(r, "interfaceName", h->interface);
    }
    if (h->depth)
        json_bool(r, "resolver", true);
    if (h->recursive)
        json_bool(r, "recursive", true);
    if (h->active)
        json_bool(r, "active", true);
    if (h->onlink)
        json_bool(r, "onLink", true);
    if (ip_bytes(h->source.family) && ip_bytes(h->next_hop.family)) /* FRR: only of gateways */
        json_ip(r, "source", &h->source);
    if (route_shows_weight(route, h))
        json_u64(r, "weight", h->weight);
    json_close(r);
}

static void put_discard(struct render *r, const struct view_fib_route *route)
{
    struct view_fib_nexthop h = { .active = true, .installed = route->installed };
    json_open(r, NULL, '{');
    put_hop_flags(r, &h);
    if (route->installed)
        json_bool(r, "fib", true);
    json_bool(r, "unreachable", true);
    json_bool(r, route->kind == FIB_REJECT ? "reject" : "blackhole", true);
    json_bool(r, "active", true);
    if (route_shows_weight(route, &h))
        json_u64(r, "weight", 1);
    json_close(r);
}

static void put_route(struct route_table *t)
{
    struct render *r = t->r;
    const struct view_fib_route *v = &t->route;
    char prefix[PREFIX_TEXT_MAX], age[RENDER_AGE_MAX];
    render_prefix_text(DIALECT_FRR, &v->prefix, prefix);
    render_age(DIALECT_FRR, MAX(v->age, 0), age);
    if (!t->open || !prefix_eq(&t->last, &v->prefix)) {
        if (t->open)
            json_close(r);
        json_open(r, prefix, '[');
        t->open = true;
    }
    t->last = v->prefix;
    t->shown++;
    json_open(r, NULL, '{');
    json_text(r, "prefix", prefix);
    json_u64(r, "prefixLen", v->prefix.len);
    json_text(r, "protocol", route_source_name(v->source));
    json_u64(r, "vrfId", 0);
    json_text(r, "vrfName", "default");
    if (v->selected) {
        json_bool(r, "selected", true);
        json_bool(r, "destSelected", true);
    }
    json_u64(r, "distance", v->distance);
    json_u64(r, "metric", v->metric);
    if (v->installed)
        json_bool(r, "installed", true);
    if (v->queued)
        json_bool(r, "queued", true);
    if (v->rejected)
        json_bool(r, "failed", true);
    if (v->tag)
        json_u64(r, "tag", v->tag);
    json_u64(r, "table", 254); /* the kernel's main table */
    put_internal(t);
    if (v->nexthop_group) {
        json_u64(r, "nexthopGroupId", v->nexthop_group);
        json_u64(r, "installedNexthopGroupId", v->nexthop_group);
    }
    json_text(r, "uptime", age);
    json_open(r, "nexthops", '[');
    if (v->kind != FIB_UNICAST)
        put_discard(r, v);
    for (size_t i = 0; i < t->n && v->kind == FIB_UNICAST; i++)
        put_hop(r, v, &t->hops[i]);
    json_close(r);
    json_close(r);
}

void route_table_json_init(struct route_table *t, struct render *r, uint8_t family)
{
    route_table_init(t, r, family, false);
    t->put = put_route;
    json_open(r, NULL, '{');
}

bool route_table_json_end(struct route_table *t)
{
    bool ok = route_table_end(t);
    json_end(t->r);
    return ok;
}
