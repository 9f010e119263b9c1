#include "check/reach.h"

#include <string.h>

#include "check/look.h"
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
    uint32_t edge;              /* the next one to look at */
};

struct reach {
    struct arena *arena;
    NET_LIST_OF(struct reach_vertex) vertices;
    NET_LIST_OF(struct reach_edge) edges;
    struct net_map by_object; /* object -> vertex */
    uint32_t root;            /* of the walk that `seen` and `low` are of */
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
    *v = (struct reach_vertex){ .object = object, .name = name, .place = place, .first = NET_NONE };
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
static uint32_t vertex_of(struct reach *r, const struct topo_object *object, bool place)
{
    uint32_t *at = net_map_make(&r->by_object, &object, sizeof(object));
    if (!at) {
        r->full = true;
        return 0;
    }
    if (*at == NET_NONE)
        *at = add_vertex(r, object, object->name, place);
    return *at;
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
            join(r, i, vertex_of(r, o->parent, true));
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

/* node - tunnel - connection - connection - node: a connection that is lost takes its tunnels
 * along. Of a router there is no object but the router itself. */
static void add_tunnel(struct reach *r, const struct net *n, const struct net_tunnel *t)
{
    uint32_t before = n->ends.items[t->end[0]].node;
    for (int side = 0; side < 2; side++) {
        const struct net_tunnel_end *e = &n->ends.items[t->end[side]];
        if (e->interface)
            continue;
        uint32_t v = vertex_of(r, e->object, false);
        if (side == 0) {
            uint32_t tunnel = add_vertex(r, e->object, e->object->name, false);
            join(r, before, tunnel);
            before = tunnel;
        }
        join(r, before, v);
        before = v;
    }
    join(r, before, n->ends.items[t->end[1]].node);
}

struct reach *reach_new(struct check *c)
{
    struct reach *r = arena_alloc(c->arena, sizeof(*r));
    if (!r)
        return NULL;
    r->arena = c->arena;
    r->root = NET_NONE;
    net_map_init(&r->by_object, c->arena);
    add_nodes(r, c->net);
    add_links(r, c->net);
    for (uint32_t i = 0; i < c->net->tunnels.count; i++)
        if (c->net->tunnels.items[i].fault == NET_FINE)
            add_tunnel(r, c->net, &c->net->tunnels.items[i]);
    return r->full ? NULL : r;
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
    return to;
}

static void walk(struct reach *r, uint32_t root)
{
    uint32_t clock = 1;
    if (r->root == root)
        return;
    for (uint32_t i = 0; i < r->vertices.count; i++) {
        struct reach_vertex *v = &r->vertices.items[i];
        v->seen = v->low = 0;
        v->parent = NET_NONE;
        v->edge = v->first;
    }
    r->vertices.items[root].seen = r->vertices.items[root].low = clock;
    for (uint32_t at = root; at != NET_NONE;)
        at = step(r, at, &clock);
    r->root = root;
}

/* The vertex of what a user names: a subnet is in its network. NET_NONE: not in the graph. */
static uint32_t find(struct reach *r, const struct topo_object *o)
{
    for (; o; o = o->parent) {
        const uint32_t *at = net_map_find(&r->by_object, &o, sizeof(o));
        if (at && *at != NET_NONE)
            return *at;
    }
    return NET_NONE;
}

bool reach_joined(struct reach *r, const struct topo_object *from, const struct topo_object *to)
{
    uint32_t a = find(r, from), b = find(r, to);
    if (a == NET_NONE || b == NET_NONE)
        return true;
    walk(r, b);
    return r->vertices.items[a].seen != 0;
}

bool reach_next_cut(struct reach *r, const struct topo_object *from, const struct topo_object *to,
                    struct reach_cut *cut)
{
    uint32_t a = find(r, from), b = find(r, to);
    if (a == NET_NONE || b == NET_NONE)
        return false;
    walk(r, b);
    uint32_t child = cut->object ? cut->at : a;
    while (r->vertices.items[child].parent != NET_NONE) {
        uint32_t at = r->vertices.items[child].parent;
        const struct reach_vertex *v = &r->vertices.items[at], *below = &r->vertices.items[child];
        child = at;
        if (at == b || v->place || below->low < v->seen)
            continue;
        *cut = (struct reach_cut){ .object = v->object, .name = v->name, .at = at };
        return true;
    }
    return false;
}
