#include "check/reach.h"

#include <stdlib.h>
#include <string.h>

#include "check/look.h"
#include "check/routes.h"
#include "net/list.h"
#include "net/map.h"
#include "topo/kinds.h"

struct reach_edge {
    uint32_t to, next; /* the next one of the same vertex */
};

struct reach_vertex {
    const struct topo_object *object; /* NULL: a place */
    const char *name;
    bool place;
    uint32_t first;             /* edge */
    uint32_t seen, low, parent; /* of the walk; seen 0: not reached */
    uint32_t root, depth;       /* where the walk began that reached it, and how far from there */
    uint32_t edge;              /* the next one to look at */
    uint32_t zone;              /* NET_NONE: none stated */
    uint32_t part;              /* while a zone fails: the part of the network that is left */
    uint32_t tunnel;            /* that is mended; NET_NONE: it is none */
    uint32_t visit, came_from;  /* of the detour that was looked for last, and its number */
};

struct reach_zone {
    const char *name;
    const struct topo_object *object; /* something that stands in it */
};

struct reach {
    struct arena *arena;
    NET_LIST_OF(struct reach_vertex) vertices;
    NET_LIST_OF(struct reach_edge) edges;
    struct net_map by_object;     /* place or node -> vertex */
    struct net_map by_connection; /* the same; a node of AWS has its connection as its object */
    struct net_map silent;        /* address of a router without a configuration -> its node */
    NET_LIST_OF(struct reach_zone) zones;
    uint32_t failed; /* zone */
    uint32_t *queue; /* of the walk around it */
    uint32_t *cuts;  /* vertices between the two that were asked about last */
    uint32_t cut_count;
    uint32_t visits, steps; /* of detours */
    bool full;
};

/* ---- building -------------------------------------------------------------------------------- */

static uint32_t add_vertex(struct reach *r, const struct topo_object *object, const char *name,
                           bool place)
{
    struct reach_vertex *v = NET_PUSH(r->arena, &r->vertices);
    if (!v) {
        r->full = true;
        return 0;
    }
    *v = (struct reach_vertex){ .object = object,
                                .name = name,
                                .place = place,
                                .first = NET_NONE,
                                .zone = NET_NONE,
                                .tunnel = NET_NONE };
    return r->vertices.count - 1;
}

static void add_half(struct reach *r, uint32_t a, uint32_t b)
{
    struct reach_edge *e = NET_PUSH(r->arena, &r->edges);
    if (!e) {
        r->full = true;
        return;
    }
    *e = (struct reach_edge){ .to = b, .next = r->vertices.items[a].first };
    r->vertices.items[a].first = r->edges.count - 1;
}

static void join(struct reach *r, uint32_t a, uint32_t b)
{
    add_half(r, a, b);
    add_half(r, b, a);
}

/* The vertex of an object, made when it is not there. */
static uint32_t vertex_of(struct reach *r, struct net_map *map, const struct topo_object *object,
                          bool place)
{
    uint32_t *at = net_map_make(map, &object, sizeof(object));
    if (!at) {
        r->full = true;
        return 0;
    }
    if (*at == NET_NONE)
        *at = add_vertex(r, object, object->name, place);
    return *at;
}

/* A vertex and its zone's name, which has the region in it. */
struct placed {
    const char *zone;
    uint32_t vertex;
};

static int by_zone(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    int order = strcmp(a->zone, b->zone);
    return order ? order : (a->vertex > b->vertex) - (a->vertex < b->vertex);
}

/* Those of one zone, which are neighbours in the list. One that fails alone is no zone. */
static void add_zone(struct reach *r, const struct placed *of, uint32_t n)
{
    uint32_t losses = 0;
    for (uint32_t i = 0; i < n; i++)
        losses += !r->vertices.items[of[i].vertex].place;
    if (losses < 2)
        return;
    struct reach_zone *zone = NET_PUSH(r->arena, &r->zones);
    if (!zone) {
        r->full = true;
        return;
    }
    zone->name = of[0].zone;
    for (uint32_t i = n; i-- > 0;) {
        struct reach_vertex *v = &r->vertices.items[of[i].vertex];
        v->zone = r->zones.count - 1;
        zone->object = v->place && zone->object ? zone->object : v->object;
    }
}

static void add_zones(struct reach *r, const struct net *n)
{
    NET_LIST_OF(struct placed) all = { 0 };
    for (uint32_t i = 0; i < n->nodes.count && !r->full; i++) {
        struct placed *p = n->nodes.items[i].zone ? NET_PUSH(r->arena, &all) : NULL;
        if (p)
            *p = (struct placed){ n->nodes.items[i].zone, i };
        r->full |= n->nodes.items[i].zone && !p;
    }
    if (all.count > 1)
        qsort(all.items, all.count, sizeof(*all.items), by_zone);
    for (uint32_t i = 0, end; i < all.count; i = end) {
        for (end = i + 1; end < all.count; end++)
            if (strcmp(all.items[i].zone, all.items[end].zone) != 0)
                break;
        add_zone(r, &all.items[i], end - i);
    }
}

/* Vertices of nodes come first, in the order of the network. Routers and hosts of a site are joined
 * to the site. */
static void add_nodes(struct reach *r, const struct net *n)
{
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        const struct net_node *node = &n->nodes.items[i];
        add_vertex(r, node->object, node->name, node->kind == NET_FABRIC || node->kind == NET_HOST);
    }
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        const struct topo_object *o = n->nodes.items[i].object;
        uint32_t *at = o ? net_map_make(&r->by_object, &o, sizeof(o)) : NULL;
        if (at && *at == NET_NONE)
            *at = i;
        if (o && o->parent && o->parent->kind == &site_kind)
            join(r, i, vertex_of(r, &r->by_object, o->parent, true));
    }
}

static void add_links(struct reach *r, const struct net *n)
{
    for (uint32_t i = 0; i < n->links.count; i++) {
        const struct net_link *l = &n->links.items[i];
        if (l->kind == NET_LINK_INTERNET)
            continue;
        if (l->object && l->object->kind == &site_link_kind) {
            uint32_t v = add_vertex(r, l->object, l->object->name, false);
            join(r, l->node[0], v);
            join(r, v, l->node[1]);
        } else
            join(r, l->node[0], l->node[1]);
    }
}

/* What a cloud makes between two of its own networks does not fail as a whole. */
static bool is_own(const struct topo_object *o)
{
    return o->kind == &azure_connection_kind &&
           ((const struct azure_connection *)o)->type == AZURE_CONNECTION_VNET2VNET;
}

/* node - tunnel - connection - connection - node: a connection that is lost takes its tunnels
 * along. Of a router there is no object but the router itself. */
static void add_tunnel(struct reach *r, const struct net *n, const uint32_t end[2], uint32_t last,
                       uint32_t mended)
{
    uint32_t before = n->ends.items[end[0]].node;
    if (mended != NET_NONE) {
        uint32_t v = add_vertex(r, NULL, "", true);
        r->vertices.items[v].tunnel = mended;
        join(r, before, v);
        before = v;
    }
    for (int side = 0; side < 2 && end[side] != NET_NONE; side++) {
        const struct net_tunnel_end *e = &n->ends.items[end[side]];
        if (e->interface)
            continue;
        uint32_t v = vertex_of(r, &r->by_connection, e->object, is_own(e->object));
        if (side == 0) {
            uint32_t tunnel = add_vertex(r, e->object, e->object->name, false);
            join(r, before, tunnel);
            before = tunnel;
        }
        join(r, before, v);
        before = v;
    }
    join(r, before, last);
}

static void note_silent(struct reach *r, const struct ip_addr *a, uint32_t node)
{
    uint32_t *at = a->family != IP_NONE ? net_map_make(&r->silent, a, sizeof(*a)) : NULL;
    if (at && *at == NET_NONE)
        *at = node;
}

/* Routers of which nothing is known but their addresses: a tunnel to one is taken for made. */
static void note_silent_routers(struct reach *r, const struct net *n)
{
    for (uint32_t i = 0; i < n->ifaces.count; i++) {
        const struct net_node *node = &n->nodes.items[n->ifaces.items[i].node];
        if (node->kind == NET_ROUTER && !node->config)
            note_silent(r, &n->ifaces.items[i].addr, n->ifaces.items[i].node);
    }
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        const struct net_node *node = &n->nodes.items[i];
        if (node->kind == NET_ROUTER && !node->config && node->object &&
            node->object->kind == &site_router_kind)
            note_silent(r, &((const struct site_router *)node->object)->nat_address, i);
    }
}

static void add_tunnels(struct reach *r, struct check *c, struct routes *routes)
{
    const struct net *n = c->net;
    for (uint32_t i = 0; i < n->tunnels.count; i++) {
        const struct net_tunnel *t = &n->tunnels.items[i];
        const struct ip_addr *to = &n->ends.items[t->end[0]].peer_outside;
        const uint32_t *router = t->fault == NET_FAULT_ONE_SIDED && to->family != IP_NONE
                                     ? net_map_find(&r->silent, to, sizeof(*to))
                                     : NULL;
        if (t->fault == NET_FINE && (!routes || routes_carry(routes, c, i)))
            add_tunnel(r, n, t->end, n->ends.items[t->end[1]].node, NET_NONE);
        else if (router)
            add_tunnel(r, n, t->end, *router, NET_NONE);
    }
}

/* To whom a half leads: who has the address that it names. */
static void add_mended(struct reach *r, struct check *c, const uint32_t *causes)
{
    const struct net *n = c->net;
    for (uint32_t i = 0; i < n->tunnels.count; i++) {
        const struct net_tunnel *t = &n->tunnels.items[i];
        const struct net_tunnel_end *to =
            causes[i] == NET_NONE   ? NULL
            : t->end[1] != NET_NONE ? &n->ends.items[t->end[1]]
                                    : look_outside(c, &n->ends.items[t->end[0]].peer_outside);
        if (to)
            add_tunnel(r, n, t->end, to->node, i);
    }
}

static void walk(struct reach *r);

static struct reach *new_graph(struct check *c, bool routed, const uint32_t *causes)
{
    struct reach *r = arena_alloc(c->arena, sizeof(*r));
    if (!r)
        return NULL;
    r->arena = c->arena;
    net_map_init(&r->by_object, c->arena);
    net_map_init(&r->by_connection, c->arena);
    net_map_init(&r->silent, c->arena);
    add_nodes(r, c->net);
    add_zones(r, c->net);
    add_links(r, c->net);
    note_silent_routers(r, c->net);
    add_tunnels(r, c, routed ? routes_get(c) : NULL);
    if (causes)
        add_mended(r, c, causes);
    r->cuts = arena_alloc(c->arena, (r->vertices.count + 1) * sizeof(*r->cuts));
    r->queue = arena_alloc(c->arena, (r->vertices.count + 1) * sizeof(*r->queue));
    if (r->full || !r->cuts || !r->queue)
        return NULL;
    walk(r);
    return r;
}

struct reach *reach_new(struct check *c, bool routed)
{
    return new_graph(c, routed, NULL);
}

struct reach *reach_new_mended(struct check *c, const uint32_t *causes)
{
    return new_graph(c, true, causes);
}

/* ---- walking --------------------------------------------------------------------------------- */

/* One step of Tarjan's walk, without recursion: into the next neighbour, or back. */
static uint32_t step(struct reach *r, uint32_t at, uint32_t *clock)
{
    struct reach_vertex *v = &r->vertices.items[at];
    if (v->edge == NET_NONE) {
        if (v->parent != NET_NONE) {
            struct reach_vertex *p = &r->vertices.items[v->parent];
            p->low = MIN(p->low, v->low);
        }
        return v->parent;
    }
    uint32_t to = r->edges.items[v->edge].to;
    struct reach_vertex *w = &r->vertices.items[to];
    v->edge = r->edges.items[v->edge].next;
    if (w->seen) {
        if (to != v->parent)
            v->low = MIN(v->low, w->seen);
        return at;
    }
    w->seen = w->low = ++*clock;
    w->parent = at;
    w->root = v->root;
    w->depth = v->depth + 1;
    return to;
}

/* Once for all that anybody asks: each part of the network from its first vertex. */
static void walk(struct reach *r)
{
    uint32_t clock = 0;
    for (uint32_t i = 0; i < r->vertices.count; i++) {
        struct reach_vertex *v = &r->vertices.items[i];
        v->parent = NET_NONE;
        v->edge = v->first;
    }
    for (uint32_t i = 0; i < r->vertices.count; i++) {
        if (r->vertices.items[i].seen)
            continue;
        r->vertices.items[i].seen = r->vertices.items[i].low = ++clock;
        r->vertices.items[i].root = i;
        for (uint32_t at = i; at != NET_NONE;)
            at = step(r, at, &clock);
    }
}

/* What an object lies in. */
static const struct topo_object *around(const struct topo_object *o)
{
    const struct gcp_network *n =
        o->kind == &gcp_subnetwork_kind ? ((const struct gcp_subnetwork *)o)->network : NULL;
    return n ? &n->o : o->parent;
}

/* The vertex of what a user names: a subnet is in its network. NET_NONE: not in the graph. */
static uint32_t find(struct reach *r, const struct topo_object *o)
{
    for (; o; o = around(o)) {
        const uint32_t *at = net_map_find(&r->by_object, &o, sizeof(o));
        if (at && *at != NET_NONE)
            return *at;
    }
    return NET_NONE;
}

static bool same_part(const struct reach *r, uint32_t a, uint32_t b)
{
    return r->vertices.items[a].root == r->vertices.items[b].root;
}

bool reach_joined(struct reach *r, const struct topo_object *from, const struct topo_object *to)
{
    uint32_t a = find(r, from), b = find(r, to);
    return a == NET_NONE || b == NET_NONE || same_part(r, a, b);
}

bool reach_meet(struct reach *r, const struct topo_object *from, const struct topo_object *to)
{
    uint32_t a = find(r, from), b = find(r, to);
    return a != NET_NONE && b != NET_NONE && same_part(r, a, b);
}

/* Whether nothing below `child` leads past `at`, above it: without `at` it is cut off. */
static bool hangs_on(const struct reach *r, uint32_t child, uint32_t at)
{
    return r->vertices.items[child].low >= r->vertices.items[at].seen;
}

static void note_cut(struct reach *r, uint32_t at)
{
    if (!r->vertices.items[at].place)
        r->cuts[r->cut_count++] = at;
}

/* Along the walk's tree from both up to where they meet: what each side hangs on. */
static void collect_cuts(struct reach *r, uint32_t a, uint32_t b)
{
    const struct reach_vertex *v = r->vertices.items;
    uint32_t at[2] = { a, b }, child[2] = { NET_NONE, NET_NONE };
    r->cut_count = 0;
    while (at[0] != at[1]) {
        int side = v[at[0]].depth < v[at[1]].depth;
        if (child[side] != NET_NONE && hangs_on(r, child[side], at[side]))
            note_cut(r, at[side]);
        child[side] = at[side];
        at[side] = v[at[side]].parent;
    }
    if (child[0] != NET_NONE && child[1] != NET_NONE &&
        (hangs_on(r, child[0], at[0]) || hangs_on(r, child[1], at[0])))
        note_cut(r, at[0]);
}

bool reach_next_cut(struct reach *r, const struct topo_object *from, const struct topo_object *to,
                    struct reach_cut *cut)
{
    if (cut->next == 0) {
        uint32_t a = find(r, from), b = find(r, to);
        if (a == NET_NONE || b == NET_NONE || !same_part(r, a, b))
            return false;
        collect_cuts(r, a, b);
    }
    if (cut->next == r->cut_count)
        return false;
    const struct reach_vertex *v = &r->vertices.items[r->cuts[cut->next]];
    *cut = (struct reach_cut){
        .object = v->object, .name = v->name, .vertex = r->cuts[cut->next], .next = cut->next + 1
    };
    return true;
}

/* ---- zones ----------------------------------------------------------------------------------- */

uint32_t reach_zones(const struct reach *r)
{
    return r->zones.count;
}

/* All that can be reached from `start` without the zone that failed. */
static void mark_part(struct reach *r, uint32_t start)
{
    uint32_t done = 0, waiting = 0;
    r->queue[waiting++] = start;
    r->vertices.items[start].part = start;
    while (done < waiting) {
        uint32_t e = r->vertices.items[r->queue[done++]].first;
        for (; e != NET_NONE; e = r->edges.items[e].next) {
            struct reach_vertex *to = &r->vertices.items[r->edges.items[e].to];
            if (to->part != NET_NONE || to->zone == r->failed)
                continue;
            to->part = start;
            r->queue[waiting++] = r->edges.items[e].to;
        }
    }
}

const char *reach_fail_zone(struct reach *r, uint32_t zone)
{
    assert(zone < r->zones.count);
    r->failed = zone;
    for (uint32_t i = 0; i < r->vertices.count; i++)
        r->vertices.items[i].part = NET_NONE;
    for (uint32_t i = 0; i < r->vertices.count; i++)
        if (r->vertices.items[i].part == NET_NONE && r->vertices.items[i].zone != zone)
            mark_part(r, i);
    return r->zones.items[zone].name;
}

/* Of a subnet that AWS has in the zone nothing is left to be cut off. */
static bool is_subnet_of(const struct topo_object *o, const char *zone)
{
    const char *name =
        o->kind == &aws_subnet_kind ? ((const struct aws_subnet *)o)->availability_zone : NULL;
    size_t n = name ? strlen(name) : 0;
    return n > 0 && strncmp(zone, name, n) == 0 && (!zone[n] || strncmp(zone + n, " of ", 4) == 0);
}

bool reach_zone_cuts(struct reach *r, const struct topo_object *from, const struct topo_object *to,
                     const struct topo_object **ret_object)
{
    uint32_t a = find(r, from), b = find(r, to);
    if (a == NET_NONE || b == NET_NONE || !same_part(r, a, b))
        return false;
    const struct reach_vertex *v = r->vertices.items;
    const struct reach_zone *zone = &r->zones.items[r->failed];
    if (v[a].zone == r->failed || v[b].zone == r->failed || v[a].part == v[b].part ||
        is_subnet_of(from, zone->name) || is_subnet_of(to, zone->name))
        return false;
    collect_cuts(r, a, b);
    for (uint32_t i = 0; i < r->cut_count; i++)
        if (v[r->cuts[i]].zone == r->failed)
            return false;
    *ret_object = zone->object;
    return true;
}

/* ---- detours --------------------------------------------------------------------------------- */

/* Whether there is a way around what is lost; each vertex then knows the one before it. */
static bool go_around(struct reach *r, const struct check_loss *loss, uint32_t a, uint32_t b)
{
    struct reach_vertex *v = r->vertices.items;
    uint32_t done = 0, waiting = 0;
    r->visits++;
    v[a].visit = r->visits;
    r->queue[waiting++] = a;
    while (done < waiting && v[b].visit != r->visits && r->steps < REACH_STEPS_MAX) {
        uint32_t at = r->queue[done++];
        for (uint32_t e = v[at].first; e != NET_NONE; e = r->edges.items[e].next) {
            uint32_t to = r->edges.items[e].to;
            r->steps++;
            if (v[to].visit == r->visits || to == loss->vertex ||
                (loss->zone != NET_NONE && v[to].zone == loss->zone))
                continue;
            v[to].visit = r->visits;
            v[to].came_from = at;
            r->queue[waiting++] = to;
        }
    }
    return v[b].visit == r->visits;
}

uint32_t reach_detour(struct reach *mended, const struct check_loss *loss)
{
    uint32_t a = find(mended, loss->from), b = find(mended, loss->to);
    if (a == NET_NONE || b == NET_NONE || !same_part(mended, a, b) ||
        !go_around(mended, loss, a, b))
        return NET_NONE;
    uint32_t tunnel = NET_NONE;
    for (uint32_t at = b; at != a; at = mended->vertices.items[at].came_from)
        if (mended->vertices.items[at].tunnel != NET_NONE)
            tunnel = mended->vertices.items[at].tunnel;
    return tunnel;
}
