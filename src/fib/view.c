#include "fib/view.h"

#include <string.h>

#include "fib/internal.h"

#define ROUTE(member, type, name) VIEW_FIELD(view_fib_route, member, type, name)
static const struct view_field route_fields[] = {
    ROUTE(prefix, VIEW_PREFIX, "prefix"),
    ROUTE(source, VIEW_U8, "source"),
    ROUTE(kind, VIEW_U8, "kind"),
    ROUTE(distance, VIEW_U8, "distance"),
    ROUTE(selected, VIEW_BOOL, "selected"),
    ROUTE(installed, VIEW_BOOL, "installed"),
    ROUTE(queued, VIEW_BOOL, "queued"),
    ROUTE(rejected, VIEW_BOOL, "rejected"),
    ROUTE(metric, VIEW_U32, "metric"),
    ROUTE(tag, VIEW_U32, "tag"),
    ROUTE(age, VIEW_NS, "uptime"),
    ROUTE(nexthop_count, VIEW_U16, "nexthopCount"),
    ROUTE(nexthop_group, VIEW_U32, "nexthopGroupId"),
};
const struct view view_fib_route = {
    .id = VIEW_FIB_ROUTE,
    .name = "fib-route",
    .record_bytes = sizeof(struct view_fib_route),
    .fields = route_fields,
    .field_count = ARRAY_LEN(route_fields),
};

#define HOP(member, type, name) VIEW_FIELD(view_fib_nexthop, member, type, name)
static const struct view_field nexthop_fields[] = {
    HOP(depth, VIEW_U8, "depth"),
    HOP(next_hop, VIEW_IP, "ip"),
    HOP(interface, VIEW_TEXT, "interfaceName"),
    HOP(if_index, VIEW_U32, "interfaceIndex"),
    HOP(recursive, VIEW_BOOL, "recursive"),
    HOP(active, VIEW_BOOL, "active"),
    HOP(installed, VIEW_BOOL, "fib"),
    HOP(duplicate, VIEW_BOOL, "duplicate"),
    HOP(onlink, VIEW_BOOL, "onLink"),
    HOP(weight, VIEW_U32, "weight"),
    HOP(source, VIEW_IP, "source"),
    HOP(blackhole, VIEW_BOOL, "blackhole"),
};
const struct view view_fib_nexthop = {
    .id = VIEW_FIB_NEXTHOP,
    .name = "fib-nexthop",
    .record_bytes = sizeof(struct view_fib_nexthop),
    .fields = nexthop_fields,
    .field_count = ARRAY_LEN(nexthop_fields),
};

#define IFACE(member, type, name) VIEW_FIELD(view_interface, member, type, name)
static const struct view_field interface_fields[] = {
    IFACE(index, VIEW_U32, "index"),      IFACE(name, VIEW_TEXT, "name"),
    IFACE(alias, VIEW_TEXT, "alias"),     IFACE(admin_up, VIEW_BOOL, "administrativeUp"),
    IFACE(running, VIEW_BOOL, "running"), IFACE(loopback, VIEW_BOOL, "loopback"),
    IFACE(mtu, VIEW_U32, "mtu"),          IFACE(mac0, VIEW_U8, "mac0"),
    IFACE(mac1, VIEW_U8, "mac1"),         IFACE(mac2, VIEW_U8, "mac2"),
    IFACE(mac3, VIEW_U8, "mac3"),         IFACE(mac4, VIEW_U8, "mac4"),
    IFACE(mac5, VIEW_U8, "mac5"),         IFACE(addresses, VIEW_TEXT, "addresses"),
};
const struct view view_interface = {
    .id = VIEW_INTERFACE,
    .name = "interface",
    .record_bytes = sizeof(struct view_interface),
    .fields = interface_fields,
    .field_count = ARRAY_LEN(interface_fields),
};

/* One route on its way to the sink. */
struct emission {
    const struct fib *f;
    struct view_sink *sink;
    uint32_t dest; /* dest_self() of its prefix */
    struct route_view route;
    bool in_use;          /* selected, and in the kernel */
    struct hop_list seen; /* resolved hops that were shown: a second one is a duplicate */
};

static bool emit_hop(struct emission *e, struct view_fib_nexthop *v, const struct fib_path *p)
{
    const struct fib_interface *i = fib_interface_get(e->f, p->if_index);
    v->next_hop = p->next_hop;
    v->if_index = p->if_index;
    v->onlink = p->onlink;
    if (i)
        memcpy(v->interface, i->name, sizeof(v->interface));
    if (v->active && !v->recursive) {
        uint32_t before = e->seen.n;
        v->duplicate = !hop_list_add(&e->seen, p) || e->seen.n == before;
    }
    v->installed = e->in_use && v->active && !v->recursive && !v->duplicate;
    v->source = e->route.meta->preferred_source;
    return e->sink->emit(e->sink, &view_fib_nexthop, v);
}

/* What a recursive next hop came to, right behind it. */
static bool emit_resolved(struct emission *e, const struct path *path)
{
    const struct hops *h = path->gateway->hops;
    if (!h && path->active) {
        struct view_fib_nexthop v = { .depth = 1, .active = true, .blackhole = true };
        v.weight = path->given.weight;
        return emit_hop(e, &v, &(struct fib_path){ .if_index = 0 });
    }
    for (uint32_t i = 0; h && i < h->n; i++) {
        struct view_fib_nexthop v = { .depth = 1, .active = true, .weight = path->given.weight };
        if (!emit_hop(e, &v, &h->hop[i].single->path))
            return false;
    }
    return true;
}

static bool emit_path(struct emission *e, const struct path *path)
{
    struct view_fib_nexthop v = { .active = path->active, .weight = path->given.weight };
    const struct gateway *g = path->gateway;
    if (!g)
        return emit_hop(e, &v, &path->given);
    if (g->connected && g->hops) /* on a connected network: shown with its interface */
        return emit_hop(e, &v, &g->hops->hop[0].single->path);
    v.recursive = path->active;
    return emit_hop(e, &v, &path->given) && emit_resolved(e, path);
}

/* As FRR's static daemon does: a static next hop that is dead is not in the table at all. */
static bool is_shown(const struct meta *m, const struct path *path)
{
    return m->source != FIB_STATIC || path->active;
}

static uint16_t shown_paths(const struct meta *m)
{
    uint16_t n = 0;
    for (uint32_t i = 0; i < m->paths->n; i++)
        n = (uint16_t)(n + is_shown(m, &m->paths->path[i]));
    return n;
}

static bool emit_route(const struct fib_query *q, struct emission *e)
{
    const struct route_view *r = &e->route;
    const struct dest *d = dest_at(e->f, e->dest);
    const struct meta *m = r->meta;
    const struct paths *p = m->paths;
    bool is_to_select, is_waiting = dest_is_waiting(e->f, e->dest, &is_to_select);
    bool ours = m->source == FIB_STATIC || m->source == FIB_BGP;
    /* The kernel has all of its own, selected or not. */
    const struct paths *object = paths_at(e->f, d->installed);
    e->in_use = ours ? r->selected && object && (object == p || nexthop_serves(object, p))
                     : p->outcome != OUTCOME_NONE;
    e->seen.n = 0;
    ns_t since = (ns_t)r->since * (NS_PER_S / TICKS_PER_S);
    struct view_fib_route v = {
        .prefix = trie_prefix(dest_trie(e->f, dest_family(e->dest)), dest_node(d)),
        .source = m->source,
        .kind = p->kind,
        .distance = m->distance,
        .selected = r->selected,
        .installed = e->in_use,
        .queued = ours && (is_to_select || (r->selected && is_waiting)),
        .rejected = r->selected && ours && dest_has(d, DEST_REJECTED),
        .metric = m->metric,
        .tag = m->tag,
        .age = MAX(q->now - since, 0),
        .nexthop_count = shown_paths(m),
        .nexthop_group = e->in_use && ours && object->in_kernel ? object->id : 0,
    };
    if (!e->sink->emit(e->sink, &view_fib_route, &v))
        return false;
    for (uint32_t i = 0; i < p->n; i++) {
        if (is_shown(m, &p->path[i]) && !emit_path(e, &p->path[i]))
            return false;
    }
    return true;
}

/* The youngest first, as FRR has it. Among the equal ones of one age the selected one stands last,
 * for it came first. */
static bool is_shown_before(const struct route_view *a, const struct route_view *b)
{
    if (a->since != b->since)
        return a->since > b->since;
    if (a->meta->distance != b->meta->distance)
        return a->meta->distance < b->meta->distance;
    if (a->meta->source != b->meta->source)
        return a->meta->source < b->meta->source;
    return !a->selected && b->selected;
}

/* Among the routes of a prefix, the one to show behind `last`. */
static struct route_view next_shown(const struct fib *f, const struct dest *d,
                                    const struct route_view *last)
{
    struct route_view best = { 0 };
    bool behind = false; /* `last` in the chain, whose order decides among equals */
    for (struct route_view r = route_first(f, d); r.meta; r = route_next(f, &r)) {
        if (last && r.meta == last->meta) {
            behind = true;
            continue;
        }
        bool is_later = !last || is_shown_before(last, &r) ||
                        (behind && !is_shown_before(&r, last));
        if (is_later && (!best.meta || is_shown_before(&r, &best)))
            best = r;
    }
    return best;
}

static bool emit_dest(const struct fib *f, const struct fib_query *q, uint32_t self,
                      struct view_sink *sink)
{
    struct emission e;
    e.f = f;
    e.sink = sink;
    e.dest = self;
    e.seen.blackhole = e.seen.reject = false;
    const struct dest *d = dest_at(f, self);
    for (e.route = next_shown(f, d, NULL); e.route.meta; e.route = next_shown(f, d, &e.route)) {
        const struct meta *m = e.route.meta;
        if (q->source != FIB_SOURCE_COUNT && m->source != q->source)
            continue;
        if (m->source == FIB_STATIC && m->paths->outcome == OUTCOME_NONE)
            continue;
        if (!emit_route(q, &e))
            return false;
    }
    return true;
}

static bool query_longest(const struct fib *f, const struct fib_query *q, struct view_sink *sink)
{
    uint32_t covering[TRIE_DEPTH_MAX];
    uint8_t family = q->prefix.family;
    uint32_t n = trie_covering(dest_trie(f, family), q->prefix.b, covering);
    while (n-- > 0) {
        uint32_t self = dest_self(family, covering[n]);
        if (dest_at(f, self)->route)
            return emit_dest(f, q, self, sink);
    }
    return true;
}

bool fib_query(const struct fib *f, const struct fib_query *q, struct view_sink *sink)
{
    bool all = ip_bits(q->prefix.family) == 0;
    uint8_t family = all ? q->family : q->prefix.family;
    if (ip_bits(family) == 0)
        return true;
    const struct trie *t = dest_trie(f, family);
    if (!all && q->longest)
        return query_longest(f, q, sink);
    if (!all && !q->longer_prefixes) {
        uint32_t h = trie_find(t, &q->prefix);
        return !h || emit_dest(f, q, dest_self(family, h), sink);
    }
    struct prefix top = all ? (struct prefix){ .family = family } : q->prefix;
    struct trie_walk walk;
    trie_walk_under(t, &top, &walk);
    for (uint32_t h; (h = trie_walk_next(&walk));) {
        if (!emit_dest(f, q, dest_self(family, h), sink))
            return false;
    }
    return true;
}

bool fib_query_interfaces(const struct fib *f, struct view_sink *sink)
{
    LIST_EACH (l, &f->ifaces) {
        const struct iface *i = LIST_ENTRY(l, struct iface, all);
        struct view_interface v = {
            .index = i->info.index,
            .admin_up = i->info.admin_up,
            .running = i->info.running && !i->lost,
            .loopback = i->info.loopback,
            .mtu = i->info.mtu,
            .mac0 = i->info.mac[0],
            .mac1 = i->info.mac[1],
            .mac2 = i->info.mac[2],
            .mac3 = i->info.mac[3],
            .mac4 = i->info.mac[4],
            .mac5 = i->info.mac[5],
        };
        memcpy(v.name, i->info.name, sizeof(v.name));
        memcpy(v.alias, i->info.alias, sizeof(v.alias));
        struct text t = text_init(v.addresses, sizeof(v.addresses));
        LIST_EACH (al, &i->addresses) {
            if (t.len)
                text_char(&t, ' ');
            text_prefix(&t, &LIST_ENTRY(al, struct address, in_iface)->prefix);
        }
        if (!sink->emit(sink, &view_interface, &v))
            return false;
    }
    return true;
}
