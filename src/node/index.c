/* A configuration by name and by prefix. Open addressing; entries of one hash are found in the
 * order in which they were added. The hash needs no seed: what is in here is the operator's own. */

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "node/index.h"

struct node_map_slot {
    uint32_t hash, value; /* value + 1; 0: free */
};

/* Room for n entries; false: no memory. */
static bool map_init(struct node_map *m, uint32_t n)
{
    uint32_t cap = 2;
    while (cap < 2 * n)
        cap *= 2;
    m->slot = mem_alloc(MEM_NODE, cap * sizeof(*m->slot));
    m->mask = m->slot ? cap - 1 : 0;
    return m->slot != NULL;
}

static void map_done(struct node_map *m)
{
    mem_free(MEM_NODE, m->slot, ((size_t)m->mask + 1) * sizeof(*m->slot));
    m->slot = NULL;
}

static void map_add(struct node_map *m, uint32_t hash, uint32_t value)
{
    uint32_t at = hash & m->mask;
    while (m->slot[at].value)
        at = (at + 1) & m->mask;
    m->slot[at] = (struct node_map_slot){ hash, value + 1 };
}

static struct node_walk walk_start(const struct node_map *m, uint32_t hash)
{
    return (struct node_walk){ m, hash, hash & m->mask };
}

uint32_t node_walk_next(struct node_walk *w)
{
    while (w->map->slot[w->at].value) {
        const struct node_map_slot *s = &w->map->slot[w->at];
        w->at = (w->at + 1) & w->map->mask;
        if (s->hash == w->hash)
            return s->value - 1;
    }
    return NODE_INDEX_END;
}

static uint32_t hash_name(const char *name)
{
    return (uint32_t)hash_bytes(0, name, strlen(name));
}

static uint32_t hash_prefix(const struct prefix *p)
{
    return (uint32_t)hash_bytes(0, p, sizeof(*p));
}

static uint32_t hash_static(const struct config_static *s)
{
    return hash_prefix(&s->prefix) ^ s->distance;
}

bool node_is_loopback(const char *name)
{
    return strcmp(name, "lo") == 0 || strncmp(name, "Loopback", 8) == 0;
}

const char *node_device_name(const char *name)
{
    return node_is_loopback(name) ? "lo" : name;
}

/* ---- making ---------------------------------------------------------------------------------- */

static bool same_route(const struct config_static *a, const struct config_static *b)
{
    return prefix_eq(&a->prefix, &b->prefix) && a->distance == b->distance;
}

/* The lines of a route are chained, in their order; its last line so far is where `ends` says. */
static void add_static(struct node_index *x, const struct config *c, uint32_t line, uint32_t *ends)
{
    const struct config_static *s = &c->statics.v[line];
    uint32_t first = node_index_static(x, s);
    if (first == NODE_INDEX_END) {
        map_add(&x->statics, hash_static(s), line);
        first = line;
    } else {
        x->next_line[ends[first]] = line;
    }
    ends[first] = line;
    x->first_line[line] = first;
    x->next_line[line] = NODE_INDEX_END;
    if (s->interface)
        map_add(&x->static_devices, hash_name(node_device_name(s->interface)), line);
}

static bool add_statics(struct node_index *x, const struct config *c)
{
    uint32_t n = c->statics.n;
    x->line_count = n;
    x->first_line = mem_alloc(MEM_NODE, MAX(n, 1u) * sizeof(uint32_t));
    x->next_line = mem_alloc(MEM_NODE, MAX(n, 1u) * sizeof(uint32_t));
    uint32_t *ends = mem_alloc(MEM_NODE, MAX(n, 1u) * sizeof(uint32_t));
    bool ok = x->first_line && x->next_line && ends;
    for (uint32_t i = 0; ok && i < n; i++)
        add_static(x, c, i, ends);
    mem_free(MEM_NODE, ends, MAX(n, 1u) * sizeof(uint32_t));
    return ok;
}

static bool add_interfaces(struct node_index *x, const struct config *c)
{
    x->interface_count = c->interfaces.n;
    x->tunnel =
        mem_alloc(MEM_NODE, MAX(c->interfaces.n, 1u) * sizeof(const struct config_tunnel *));
    if (!x->tunnel)
        return false;
    for (uint32_t i = 0; i < c->interfaces.n; i++)
        map_add(&x->interfaces, hash_name(node_device_name(c->interfaces.v[i].name)), i);
    for (uint32_t i = 0; i < c->ipsec.tunnels.n; i++) {
        const struct config_tunnel *t = &c->ipsec.tunnels.v[i];
        x->tunnel[t->interface - c->interfaces.v] = t;
    }
    return true;
}

struct node_index *node_index_new(const struct config *c, const struct config_bgp *bgp)
{
    struct node_index *x = mem_alloc(MEM_NODE, sizeof(*x));
    if (!x)
        return NULL;
    x->config = c;
    x->bgp = bgp;
    bool ok = map_init(&x->interfaces, c->interfaces.n) && map_init(&x->statics, c->statics.n) &&
              map_init(&x->static_devices, c->statics.n);
    for (unsigned af = 0; ok && af < CONFIG_AF_COUNT; af++) {
        ok = map_init(&x->networks[af], bgp->af[af].networks.n);
        for (uint32_t i = 0; ok && i < bgp->af[af].networks.n; i++)
            map_add(&x->networks[af], hash_prefix(&bgp->af[af].networks.v[i].prefix), i);
    }
    if (ok && add_interfaces(x, c) && add_statics(x, c))
        return x;
    node_index_free(x);
    return NULL;
}

void node_index_free(struct node_index *x)
{
    if (!x)
        return;
    map_done(&x->interfaces);
    map_done(&x->statics);
    map_done(&x->static_devices);
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++)
        map_done(&x->networks[af]);
    size_t lines = MAX(x->line_count, 1u) * sizeof(uint32_t);
    mem_free(MEM_NODE, x->first_line, lines);
    mem_free(MEM_NODE, x->next_line, lines);
    mem_free(MEM_NODE, (void *)x->tunnel,
             MAX(x->interface_count, 1u) * sizeof(const struct config_tunnel *));
    mem_free(MEM_NODE, x, sizeof(*x));
}

/* ---- asked ----------------------------------------------------------------------------------- */

struct node_walk node_index_interfaces(const struct node_index *x, const char *device)
{
    return walk_start(&x->interfaces, hash_name(device));
}

struct node_walk node_index_static_devices(const struct node_index *x, const char *device)
{
    return walk_start(&x->static_devices, hash_name(device));
}

const struct config_interface *node_index_interface(const struct node_index *x, const char *name)
{
    struct node_walk w = node_index_interfaces(x, node_device_name(name));
    for (uint32_t i; (i = node_walk_next(&w)) != NODE_INDEX_END;)
        if (strcmp(x->config->interfaces.v[i].name, name) == 0)
            return &x->config->interfaces.v[i];
    return NULL;
}

const struct config_tunnel *node_index_tunnel(const struct node_index *x,
                                              const struct config_interface *i)
{
    assert(i >= x->config->interfaces.v && i < x->config->interfaces.v + x->interface_count);
    return x->tunnel[i - x->config->interfaces.v];
}

uint32_t node_index_static(const struct node_index *x, const struct config_static *s)
{
    struct node_walk w = walk_start(&x->statics, hash_static(s));
    for (uint32_t i; (i = node_walk_next(&w)) != NODE_INDEX_END;)
        if (same_route(&x->config->statics.v[i], s))
            return i;
    return NODE_INDEX_END;
}

const struct config_network *node_index_network(const struct node_index *x, const struct prefix *p)
{
    unsigned af = p->family == IP_V6 ? CONFIG_AF_IPV6 : CONFIG_AF_IPV4;
    struct node_walk w = walk_start(&x->networks[af], hash_prefix(p));
    for (uint32_t i; (i = node_walk_next(&w)) != NODE_INDEX_END;)
        if (prefix_eq(&x->bgp->af[af].networks.v[i].prefix, p))
            return &x->bgp->af[af].networks.v[i];
    return NULL;
}
