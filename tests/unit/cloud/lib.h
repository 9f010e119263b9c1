/* tests/unit/cloud/lib.h: a topology as text, with its devices' configurations, made into a
 * network. Test programs only. */
#ifndef CLOUD_TEST_LIB_H
#define CLOUD_TEST_LIB_H

#include <stdlib.h>

#include "../unit.h"
#include "cloud/assign.h"
#include "cloud/expand.h"
#include "config/parse.h"

struct text_file {
    const char *name, *text;
};

enum { WORLD_DEVICES_MAX = 16 };

struct world {
    struct topo_source source;
    const struct text_file *files; /* the first is the topology; a NULL name ends them */
    char folder[512];              /* where files are, if `files` is NULL */
    struct topo *t;
    struct cloud_device devices[WORLD_DEVICES_MAX];
    struct config *configs[WORLD_DEVICES_MAX];
    uint32_t device_count;
    struct arena arena;
    struct net n;
};

static inline struct ip_addr ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (s && !ip_parse(s, &a))
        fail_msg("address %s", s);
    return a;
}

static inline struct prefix px(const char *s)
{
    struct prefix p = { 0 };
    if (s && !prefix_parse(s, &p, NULL))
        fail_msg("prefix %s", s);
    return p;
}

static inline const char *ip_text(const struct ip_addr *a)
{
    static char buffer[4][IP_TEXT_MAX];
    static unsigned next;
    struct text t = text_init(buffer[next++ % 4], IP_TEXT_MAX);
    text_ip(&t, a);
    return t.s;
}

/* A file's text, in the world's arena; NULL: there is none. */
static inline const char *world_file(struct world *w, const char *name)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", w->folder, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    enum { ROOM = 1 << 20 };
    char *text = arena_alloc(&w->arena, ROOM);
    assert_non_null(text);
    text[fread(text, 1, ROOM - 1, f)] = '\0';
    fclose(f);
    return text;
}

static inline const char *world_text(struct world *w, const char *name)
{
    if (!w->files)
        return world_file(w, name);
    for (const struct text_file *f = w->files; f->name; f++) {
        if (strcmp(f->name, name) == 0)
            return f->text;
    }
    return NULL;
}

static inline err_t world_read(struct topo_source *s, const char *path, size_t max,
                               struct arena *arena, const char **ret_text, size_t *ret_len)
{
    (void)max;
    (void)arena;
    struct world *w = container_of(s, struct world, source);
    *ret_text = world_text(w, path);
    *ret_len = *ret_text ? strlen(*ret_text) : 0;
    return *ret_text ? 0 : -2;
}

static inline void print_findings(const struct diag_list *l)
{
    for (uint32_t i = 0; i < l->count; i++) {
        char line[1024];
        struct text t = text_init(line, sizeof(line));
        text_diag(&t, &l->items[i]);
        if (l->items[i].severity == DIAG_ERROR)
            print_error("%s\n", line);
    }
}

static inline void world_topology(struct world *w, const char *name)
{
    struct diag_list diags = { 0 };
    if (!topo_read(name, &w->source, &diags, &w->t)) {
        print_findings(&diags);
        fail_msg("%s is not read", name);
    }
    diag_list_done(&diags);
}

/* Reads the topology; a test fails with its findings. */
static inline void world_read_all(struct world *w, const struct text_file *files)
{
    *w = (struct world){ .source = { .read = world_read }, .files = files };
    arena_init(&w->arena, 1 << 28);
    world_topology(w, files[0].name);
}

static inline void world_device(struct world *w, const struct topo_device *d)
{
    const char *text = d->configuration ? world_text(w, d->configuration) : NULL;
    if (!text)
        return;
    assert_true(w->device_count < WORLD_DEVICES_MAX);
    struct config_file file = { d->configuration, text, strlen(text) };
    struct config_options options = { .dialect = (enum dialect)d->dialect,
                                      .allow_unsupported = true };
    struct diag_list diags = { 0 };
    struct config *c = NULL;
    if (!config_parse(&file, 1, &options, &diags, &c)) {
        print_findings(&diags);
        fail_msg("%s is not read", d->configuration);
    }
    diag_list_done(&diags);
    w->configs[w->device_count] = c;
    w->devices[w->device_count++] = (struct cloud_device){ d, c };
}

static inline void world_devices(struct world *w)
{
    for (uint32_t i = 0; i < w->t->azure.virtual_machines.count; i++)
        world_device(w, &w->t->azure.virtual_machines.items[i].device);
    for (uint32_t i = 0; i < w->t->aws.instances.count; i++)
        world_device(w, &w->t->aws.instances.items[i].device);
    for (uint32_t i = 0; i < w->t->gcp.instances.count; i++)
        world_device(w, &w->t->gcp.instances.items[i].device);
    for (uint32_t i = 0; i < w->t->sites.sites.count; i++) {
        for (uint32_t k = 0; k < w->t->sites.sites.items[i].routers.count; k++)
            world_device(w, &w->t->sites.sites.items[i].routers.items[k].device);
    }
}

static inline void world_expand(struct world *w)
{
    assert_true(cloud_assign(w->t));
    world_devices(w);
    struct cloud_devices devices = { w->devices, w->device_count };
    assert_true(cloud_expand(w->t, NULL, &devices, &w->arena, &w->n));
    assert_true(net_pair(&w->n));
}

/* All of it: read, assigned, expanded, paired. */
static inline void world_open(struct world *w, const struct text_file *files)
{
    world_read_all(w, files);
    world_expand(w);
}

/* The same of a file of the checkout's topologies/. */
static inline void world_open_file(struct world *w, const char *name)
{
    const char *source = getenv("SPANWAY_SOURCE");
    *w = (struct world){ .source = { .read = world_read } };
    snprintf(w->folder, sizeof(w->folder), "%s/topologies", source ? source : ".");
    arena_init(&w->arena, 1 << 28);
    world_topology(w, name);
    world_expand(w);
}

static inline void world_close(struct world *w)
{
    for (uint32_t i = 0; i < w->device_count; i++)
        config_free(w->configs[i]);
    topo_free(w->t);
    arena_done(&w->arena);
}

/* The node of that name, which must exist. */
static inline uint32_t node_named(const struct net *n, const char *name)
{
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        if (strcmp(n->nodes.items[i].name, name) == 0)
            return i;
    }
    fail_msg("no node %s", name);
    return NET_NONE;
}

static inline uint32_t count_tunnels(const struct net *n, enum net_fault fault)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n->tunnels.count; i++)
        count += n->tunnels.items[i].fault == fault;
    return count;
}

static inline uint32_t count_sessions(const struct net *n, enum net_session_fault fault)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n->sessions.count; i++)
        count += n->sessions.items[i].fault == fault;
    return count;
}

/* Everything that was paired, for people. */
static inline void print_net(const struct net *n)
{
    for (uint32_t i = 0; i < n->tunnels.count; i++) {
        const struct net_tunnel *t = &n->tunnels.items[i];
        const struct net_tunnel_end *e = &n->ends.items[t->end[0]];
        print_message("tunnel %s %s - %s: %s\n", n->nodes.items[e->node].name, ip_text(&e->outside),
                      ip_text(&e->peer_outside), net_fault_text(t->fault));
    }
    for (uint32_t i = 0; i < n->sessions.count; i++) {
        const struct net_session *s = &n->sessions.items[i];
        print_message("session %s %s (%u) - %s %s (%u) tunnel %d: %s\n",
                      n->nodes.items[s->node[0]].name, ip_text(&s->addr[0]), s->asn[0],
                      s->node[1] == NET_NONE ? "nobody" : n->nodes.items[s->node[1]].name,
                      ip_text(&s->addr[1]), s->asn[1], (int)s->tunnel,
                      net_session_fault_text(s->fault));
    }
    for (uint32_t i = 0; i < n->origins.count; i++) {
        char buffer[PREFIX_TEXT_MAX];
        struct text t = text_init(buffer, sizeof(buffer));
        text_prefix(&t, &n->origins.items[i].prefix);
        print_message("origin %s %s\n", n->nodes.items[n->origins.items[i].node].name, buffer);
    }
}

#endif
