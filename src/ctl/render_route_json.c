/* show ip route as JSON with FRR's keys: prefixes with an array of their routes. */
#include "ctl/render.h"

static void put_hop(struct render *r, const struct view_fib_route *route,
                    const struct view_fib_nexthop *h)
{
    json_open(r, NULL, '{');
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
    if (ip_bytes(h->source.family))
        json_ip(r, "source", &h->source);
    if (route_shows_weight(route, h))
        json_u64(r, "weight", h->weight);
    json_close(r);
}

static void put_discard(struct render *r, const struct view_fib_route *route)
{
    json_open(r, NULL, '{');
    json_bool(r, "fib", route->installed);
    json_bool(r, "unreachable", true);
    json_bool(r, route->kind == FIB_REJECT ? "reject" : "blackhole", true);
    json_bool(r, "active", true);
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
    if (v->nexthop_group)
        json_u64(r, "nexthopGroupId", v->nexthop_group);
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
