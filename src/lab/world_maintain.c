/* Planned maintenance of a provider's instance, in the order in which nothing has to be lost: its
 * own network sends no more to it, and its announcements become the longer way, so that peers leave
 * it while it still forwards; then its sessions close; then it goes. One with a standby instance
 * is away for as long as that one needs to take over. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/state.h"
#include "lab/world.h"
#include "topo/kinds.h"

/* Fabrics look once a second, and BGP tells of a change at once. */
enum { MOVE_MS = 2000, CLOSE_MS = 1000, NODES_MAX = 64, MORE_MAX = 1 << 16 };

/* ---- who ------------------------------------------------------------------------------------- */

static uint32_t nodes_of(struct lab_world *w, const struct topo_place *place, uint32_t *ret)
{
    const struct net *n = w->base.net;
    const struct topo_object *o = place->object;
    bool tunnel = o->kind == &aws_tunnel_kind || o->kind == &soracom_tunnel_kind;
    uint32_t count = 0;
    for (uint32_t i = 0; tunnel && i < n->nodes.count; i++) {
        if (n->nodes.items[i].object == o->parent && n->nodes.items[i].instance == o->index)
            ret[count++] = i;
        if (count)
            return count;
    }
    for (uint32_t i = expect_next_node(&w->base, place, NET_NONE);
         i != NET_NONE && count < NODES_MAX; i = expect_next_node(&w->base, place, i))
        ret[count++] = i;
    return count;
}

static const struct lab_daemon *daemon_in(const struct lab_world *w, uint32_t space)
{
    for (uint32_t i = 0; i < w->plan->daemons.count; i++) {
        if (w->plan->daemons.items[i].space == space)
            return &w->plan->daemons.items[i];
    }
    return NULL;
}

/* ---- configurations -------------------------------------------------------------------------- */

enum phase { AS_EVER, LONGER_WAY, CLOSED };

static void put_neighbors(const struct lab_world *w, const struct lab_daemon *d, const char *line,
                          struct text *t)
{
    const struct net *n = w->base.net;
    for (uint32_t i = 0; i < n->sessions.count; i++) {
        const struct net_session *s = &n->sessions.items[i];
        for (int side = 0; side < 2; side++) {
            if (s->node[side] != d->node || s->addr[1 - side].family == IP_NONE)
                continue;
            text_str(t, "  neighbor ");
            text_ip(t, &s->addr[1 - side]);
            text_str(t, line);
        }
    }
}

static void put_more(const struct lab_world *w, const struct lab_daemon *d, enum phase phase,
                     struct text *t)
{
    uint32_t asn = w->base.net->nodes.items[d->node].asn;
    if (phase == AS_EVER || asn == 0)
        return;
    text_str(t, "route-map MAINTENANCE permit 10\n set as-path prepend");
    for (int i = 0; i < 3; i++) {
        text_char(t, ' ');
        text_u64(t, asn);
    }
    text_str(t, "\nexit\nrouter bgp ");
    text_u64(t, asn);
    text_char(t, '\n');
    if (phase == CLOSED)
        put_neighbors(w, d, " shutdown\n", t);
    text_str(t, " address-family ipv4 unicast\n");
    put_neighbors(w, d, " route-map MAINTENANCE out\n", t);
    text_str(t, " exit-address-family\nexit\n");
}

static size_t without_end(const struct lab_daemon *d)
{
    static const char end[] = "end\n";
    size_t n = sizeof(end) - 1;
    bool ends = d->config_len >= n && memcmp(d->config + d->config_len - n, end, n) == 0;
    return ends ? d->config_len - n : d->config_len;
}

static bool write_config(const struct lab_world *w, const struct lab_daemon *d, enum phase phase)
{
    char path[LAB_PATH_MAX], more[MORE_MAX];
    struct text t = text_init(more, sizeof(more));
    put_more(w, d, phase, &t);
    snprintf(path, sizeof(path), "%s/conf/%s", w->state, w->plan->spaces.items[d->space].name);
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    size_t len = without_end(d);
    bool ok = fd >= 0 && !t.cut && write(fd, d->config, len) == (ssize_t)len &&
              write(fd, t.s, t.len) == (ssize_t)t.len;
    if (fd >= 0)
        close(fd);
    return ok;
}

static void reload(const struct lab_world *w, const struct lab_daemon *d)
{
    struct lab_records r;
    if (lab_records_read(w->plan->name, &r) != 0)
        return;
    for (uint32_t i = 0; i < r.count; i++) {
        const struct lab_record *each = &r.items[i];
        if (each->kind == LAB_RECORD_DAEMON && lab_process_runs(each) &&
            strcmp(each->name, w->plan->spaces.items[d->space].name) == 0)
            kill(each->pid, SIGHUP);
    }
    lab_records_done(&r);
}

static void configure(const struct lab_world *w, uint32_t space, enum phase phase)
{
    const struct lab_daemon *d = daemon_in(w, space);
    if (d && d->kind == LAB_SPANWAYD && d->dialect == DIALECT_FRR && write_config(w, d, phase))
        reload(w, d);
}

/* ---- the fabric ------------------------------------------------------------------------------ */

/* What is named here is not asked what it has learned (lab/gateways.c). */
static void drain(const struct lab_world *w, uint32_t space, bool on)
{
    char path[LAB_PATH_MAX];
    snprintf(path, sizeof(path), "%s/drain", w->state);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return;
    snprintf(path, sizeof(path), "%s/drain/%s", w->state, w->plan->spaces.items[space].name);
    int fd = on ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd >= 0)
        close(fd);
    if (!on)
        unlink(path);
}

/* ---- maintenance ----------------------------------------------------------------------------- */

/* The provider's time is until traffic flows again: the last of it is for tunnels and routes. */
static bool take_over(struct lab_world *w, uint32_t node, uint32_t ms)
{
    lab_world_set_node(w, node, false);
    bool go_on = w->base.wait(&w->base, ms - ms / 10);
    lab_world_set_node(w, node, true);
    return go_on;
}

void lab_world_stand_in(struct lab_world *w, const struct topo_place *place)
{
    uint32_t nodes[NODES_MAX];
    uint32_t n = nodes_of(w, place, nodes);
    for (uint32_t i = 0; i < n; i++) {
        const struct net_behaviour *b = &w->base.net->nodes.items[nodes[i]].behaviour;
        if (b->standby && !take_over(w, nodes[i], b->failover_unplanned_ms))
            return;
    }
}

static void each(const struct lab_world *w, const uint32_t *nodes, uint32_t n, enum phase phase)
{
    for (uint32_t i = 0; i < n; i++)
        configure(w, lab_world_space(w, nodes[i]), phase);
}

bool lab_world_maintain(struct lab_world *w, const struct topo_place *place)
{
    uint32_t nodes[NODES_MAX];
    uint32_t n = nodes_of(w, place, nodes);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t space = lab_world_space(w, nodes[i]);
        if (space == NET_NONE || w->plan->spaces.items[space].node != nodes[i])
            return false;
        const struct net_behaviour *b = &w->base.net->nodes.items[nodes[i]].behaviour;
        if (b->standby)
            return take_over(w, nodes[i], b->failover_planned_ms);
        drain(w, space, true);
    }
    each(w, nodes, n, LONGER_WAY);
    bool go_on = n > 0 && w->base.wait(&w->base, MOVE_MS);
    each(w, nodes, n, CLOSED);
    go_on = go_on && w->base.wait(&w->base, CLOSE_MS);
    for (uint32_t i = 0; i < n; i++)
        lab_world_set_node(w, nodes[i], false);
    return go_on;
}

void lab_world_maintained(struct lab_world *w, const struct topo_place *place)
{
    uint32_t nodes[NODES_MAX];
    uint32_t n = nodes_of(w, place, nodes);
    for (uint32_t i = 0; i < n; i++) {
        lab_world_set_node(w, nodes[i], true);
        if (w->base.net->nodes.items[nodes[i]].behaviour.standby)
            continue;
        configure(w, lab_world_space(w, nodes[i]), AS_EVER);
        drain(w, lab_world_space(w, nodes[i]), false);
    }
}
