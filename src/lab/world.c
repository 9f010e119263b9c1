#include "lab/world.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cloud/place.h"
#include "lang/yaml.h"
#include "net/gateway.h"
#include "os/feed.h"

enum { WORLD_ARENA_MAX = 64 << 20, VTYSH_DEADLINE_S = 10, VTYSH_ANSWER_MAX = 1 << 20 };

static struct lab_world *of(struct expect_world *base)
{
    return container_of(base, struct lab_world, base);
}

uint32_t lab_world_space(const struct lab_world *w, uint32_t node)
{
    return node < w->plan->design->net.nodes.count ? w->plan->space_of[node] : NET_NONE;
}

/* ---- time ------------------------------------------------------------------------------------ */

static uint64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint64_t now_ms(struct expect_world *base)
{
    return clock_ms() - of(base)->began_ms;
}

static bool wait_ms(struct expect_world *base, uint32_t ms)
{
    const struct lab_world *w = of(base);
    struct pollfd p = { .fd = w->signals, .events = POLLIN };
    return poll(&p, 1, (int)ms) != 1;
}

/* ---- asking daemons -------------------------------------------------------------------------- */

static const struct lab_daemon *daemon_of(const struct lab_world *w, uint32_t node)
{
    uint32_t space = lab_world_space(w, node);
    for (uint32_t i = 0; space != NET_NONE && i < w->plan->daemons.count; i++) {
        if (w->plan->daemons.items[i].space == space)
            return &w->plan->daemons.items[i];
    }
    return NULL;
}

struct vtysh {
    const char *command, *dir;
    struct text *answer;
};

static err_t run_vtysh(void *arg)
{
    const struct vtysh *v = arg;
    const char *const args[] = { "--vty_socket", v->dir, "-c", v->command, NULL };
    return os_feed(&(struct os_feed){ "vtysh", args, "", 0, VTYSH_DEADLINE_S }, v->answer);
}

static enum expect_answer ask_frr(struct lab_world *w, const struct lab_daemon *d, const char *dir,
                                  const char *command, struct arena *arena, struct expect_text *ret)
{
    char *buffer = arena_alloc(arena, VTYSH_ANSWER_MAX);
    if (!buffer)
        return EXPECT_BROKEN;
    struct text t = text_init(buffer, VTYSH_ANSWER_MAX);
    struct vtysh v = { command, dir, &t };
    if (lab_netns_call(&w->netns[d->space], run_vtysh, &v) != 0) {
        ret->why = t.len ? t.s : "vtysh cannot be run";
        return EXPECT_BROKEN;
    }
    *ret = (struct expect_text){ .s = t.s, .len = t.len };
    return EXPECT_ANSWERED;
}

static enum expect_answer show(struct expect_world *base, uint32_t node, const char *command,
                               struct arena *arena, struct expect_text *ret)
{
    struct lab_world *w = of(base);
    const struct lab_daemon *d = daemon_of(w, node);
    char dir[PATH_MAX];
    if (!d || d->kind == LAB_BIRD || d->kind == LAB_STRONGSWAN)
        return EXPECT_NOT_HERE;
    snprintf(dir, sizeof(dir), "%s/run/%s", w->state, w->plan->spaces.items[d->space].name);
    if (d->kind == LAB_FRR)
        return ask_frr(w, d, dir, command, arena, ret);
    ret->s = lab_ask(dir, command, arena, &ret->len);
    ret->why = ret->s ? NULL : "its daemon does not answer";
    return ret->s ? EXPECT_ANSWERED : EXPECT_BROKEN;
}

/* A JSON answer as a tree; the document is the caller's to free where true. */
static bool show_tree(struct expect_world *base, uint32_t node, const char *command,
                      struct arena *arena, struct lang_doc *ret_doc)
{
    struct expect_text text = { 0 };
    struct diag diag;
    if (show(base, node, command, arena, &text) != EXPECT_ANSWERED)
        return false;
    lang_doc_init(ret_doc);
    if (lang_yaml_parse(ret_doc, "answer", text.s, text.len, &diag))
        return true;
    lang_doc_done(ret_doc);
    return false;
}

static const char *word(const struct lang_node *map, const char *key, struct arena *arena)
{
    const struct lang_node *v = map ? lang_get(map, key) : NULL;
    return v && v->kind == LANG_SCALAR && v->text_len ? arena_str(arena, v->text) : NULL;
}

/* ---- tunnels --------------------------------------------------------------------------------- */

/* What one end's daemon says of its tunnel. */
static enum expect_answer ask_end(struct expect_world *base, uint32_t end, struct arena *arena,
                                  struct expect_state *ret)
{
    const struct net *n = base->net;
    const struct net_tunnel_end *e = &n->ends.items[end];
    char name[NET_GATEWAY_TUNNEL_MAX];
    struct lang_doc doc;
    if (!show_tree(base, e->speaker, "show crypto session json", arena, &doc))
        return EXPECT_NOT_HERE;
    net_gateway_tunnel(n, end, name);
    const char *interface = e->interface ? e->interface : name;
    const struct lang_node *sessions = lang_get(doc.files[0].root, "sessions");
    for (uint32_t i = 0; sessions && i < sessions->count; i++) {
        const struct lang_node *s = sessions->items[i];
        const char *of_interface = word(s, "interface", arena);
        if (!of_interface || strcmp(of_interface, interface) != 0)
            continue;
        ret->state = word(s, "status", arena);
        ret->up = ret->state && strncmp(ret->state, "UP", 2) == 0;
        ret->why = word(lang_get(s, "lastFailure"), "text", arena);
    }
    lang_doc_done(&doc);
    return EXPECT_ANSWERED;
}

static enum expect_answer tunnel(struct expect_world *base, uint32_t index, struct arena *arena,
                                 struct expect_state *ret)
{
    const struct net_tunnel *t = &base->net->tunnels.items[index];
    bool asked = false, up = true;
    *ret = (struct expect_state){ 0 };
    for (int i = 0; i < 2; i++) {
        struct expect_state one = { 0 };
        if (t->end[i] == NET_NONE) {
            up = false;
            ret->why = net_fault_text(t->fault);
            continue;
        }
        if (ask_end(base, t->end[i], arena, &one) != EXPECT_ANSWERED)
            continue; /* a real peer's: the other end knows */
        asked = true;
        if (!one.up || !ret->state)
            ret->state = one.state;
        if (!one.up && one.why)
            ret->why = one.why;
        up = up && one.up;
    }
    ret->up = up && asked;
    return asked ? EXPECT_ANSWERED : EXPECT_NOT_HERE;
}

/* ---- sessions -------------------------------------------------------------------------------- */

static uint32_t number(const struct lang_node *map, const char *key, struct arena *arena)
{
    const char *s = word(map, key, arena);
    return s ? (uint32_t)strtoul(s, NULL, 10) : 0;
}

static enum expect_answer ask_session(struct expect_world *base, const struct net_session *s,
                                      int side, struct arena *arena, struct expect_state *ret)
{
    char command[128], peer[IP_TEXT_MAX];
    struct text t = text_init(peer, sizeof(peer));
    struct lang_doc doc;
    text_ip(&t, &s->addr[1 - side]);
    snprintf(command, sizeof(command), "show ip bgp neighbors %s json", peer);
    if (!show_tree(base, s->node[side], command, arena, &doc))
        return EXPECT_NOT_HERE;
    const struct lang_node *n = lang_get(doc.files[0].root, peer);
    ret->state = word(n, "bgpState", arena);
    ret->up = ret->state && strcmp(ret->state, "Established") == 0;
    ret->why = word(n, "lastResetDueTo", arena);
    ret->drops = number(n, "connectionsDropped", arena);
    lang_doc_done(&doc);
    return EXPECT_ANSWERED;
}

static enum expect_answer session(struct expect_world *base, uint32_t index, struct arena *arena,
                                  struct expect_state *ret)
{
    const struct net_session *s = &base->net->sessions.items[index];
    *ret = (struct expect_state){ 0 };
    for (int side = 0; side < 2; side++) {
        if (s->node[side] != NET_NONE && ask_session(base, s, side, arena, ret) == EXPECT_ANSWERED)
            return EXPECT_ANSWERED;
    }
    return EXPECT_NOT_HERE;
}

/* ---- fabrics --------------------------------------------------------------------------------- */

static enum expect_answer effective(struct expect_world *base, const struct topo_object *subnet,
                                    struct arena *arena, struct cloud_routes *ret)
{
    struct lab_world *w = of(base);
    const struct check_design *d = w->plan->design;
    struct lab_learned_list learned;
    struct cloud_place place;
    struct cloud_fabric *fabric = arena_alloc(arena, sizeof(*fabric));
    if (!cloud_place_of(subnet, &place))
        return EXPECT_NOT_HERE;
    bool told = fabric && lab_gateways_ask(&w->gateways, arena, &learned) &&
                cloud_fabric_init(fabric, d->topo, &d->limits, learned.rows.items,
                                  learned.rows.count, arena) &&
                cloud_effective_routes(fabric, &place, ret);
    return told ? EXPECT_ANSWERED : EXPECT_BROKEN;
}

/* ---- logs ------------------------------------------------------------------------------------ */

/* What a provider's log calls what a daemon of ours has written. */
static const char *words_of(const char *category, const char *word)
{
    static const char *const names[][3] = {
        { "RouteDiagnosticLog", "BgpConnectedEvent", " event=up " },
        { "RouteDiagnosticLog", "BgpDisconnectedEvent", " event=down " },
        { "TunnelDiagnosticLog", "TunnelConnected", "IKE SA is up" },
        { "TunnelDiagnosticLog", "TunnelDisconnected", "IKE SA is down" },
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i][0], category) == 0 && strcmp(names[i][1], word) == 0)
            return names[i][2];
    }
    return NULL;
}

static bool log_has(const struct lab_world *w, uint32_t space, const char *words)
{
    char path[PATH_MAX], line[4096];
    bool found = false;
    snprintf(path, sizeof(path), "%s/log/%s", w->state, w->plan->spaces.items[space].name);
    FILE *f = fopen(path, "re");
    while (f && !found && fgets(line, sizeof(line), f))
        found = strstr(line, words);
    if (f)
        fclose(f);
    return found;
}

static enum expect_answer logged(struct expect_world *base, const struct topo_place *of_place,
                                 const char *category, const char *word, bool *ret_there)
{
    const struct lab_world *w = of(base);
    const char *words = words_of(category, word);
    if (!words)
        return EXPECT_NOT_HERE;
    *ret_there = false;
    for (uint32_t i = expect_next_node(base, of_place, NET_NONE); i != NET_NONE && !*ret_there;
         i = expect_next_node(base, of_place, i)) {
        uint32_t space = lab_world_space(w, i);
        *ret_there = space != NET_NONE && log_has(w, space, words);
    }
    return EXPECT_ANSWERED;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

err_t lab_world_open(struct lab_world *w, const struct lab_plan *p, const char *state)
{
    *w = (struct lab_world){
        .base = { .name = "lab",
                  .topo = p->design->topo,
                  .net = &p->design->net,
                  .now_ms = now_ms,
                  .wait = wait_ms,
                  .show = show,
                  .effective = effective,
                  .tunnel = tunnel,
                  .session = session,
                  .probe = lab_world_probe,
                  .logged = logged,
                  .fail = lab_world_fail,
                  .heal = lab_world_heal,
                  .drill = lab_world_drill },
        .plan = p,
        .state = state,
        .began_ms = clock_ms(),
        .signals = -1,
    };
    arena_init(&w->arena, WORLD_ARENA_MAX);
    arena_init(&w->scratch, WORLD_ARENA_MAX);
    w->netns = arena_alloc(&w->arena, p->spaces.count * sizeof(*w->netns));
    if (!w->netns || !lab_gateways_find(p, state, &w->arena, &w->gateways))
        return -ENOMEM;
    for (uint32_t i = 0; i < p->spaces.count; i++)
        w->netns[i].fd = -1;
    err_t rc = 0;
    for (uint32_t i = 0; rc == 0 && i < p->spaces.count; i++)
        rc = lab_netns_open(p->spaces.items[i].netns, &w->netns[i]);
    return rc;
}

void lab_world_close(struct lab_world *w)
{
    for (uint32_t i = 0; w->netns && i < w->plan->spaces.count; i++)
        lab_netns_close(&w->netns[i]);
    arena_done(&w->scratch);
    arena_done(&w->arena);
}
