/* Questions in packets: a probe with its traces, put into the words of expectations. */
#include <string.h>

#include "lab/probe.h"
#include "lab/trace.h"
#include "lab/traceroute.h"
#include "lab/world.h"
#include "net/gateway.h"
#include "net/list.h"

enum { STEPS_MAX = 64, MTU_MAX = 9000, FIRST_TIMEOUT_MS = 700, ATTEMPTS = 2 };

/* ---- the way --------------------------------------------------------------------------------- */

/* The tunnel whose device the packet came out of; NET_NONE: none. */
static uint32_t tunnel_by(const struct lab_world *w, uint32_t space, const char *dev)
{
    const struct net *n = w->base.net;
    for (uint32_t i = 0; i < n->tunnels.count; i++) {
        for (int k = 0; k < 2; k++) {
            uint32_t end = n->tunnels.items[i].end[k];
            char name[NET_GATEWAY_TUNNEL_MAX];
            if (end == NET_NONE || lab_world_space(w, n->ends.items[end].speaker) != space)
                continue;
            net_gateway_tunnel(n, end, name);
            if (strcmp(n->ends.items[end].interface ? n->ends.items[end].interface : name, dev) ==
                0)
                return i;
        }
    }
    return NET_NONE;
}

/* Fabrics are left out: they are everywhere. */
static uint32_t node_of(const struct lab_world *w, uint32_t space)
{
    const struct lab_space *s = &w->plan->spaces.items[space];
    const struct net *n = w->base.net;
    for (uint32_t i = 0; s->kind == LAB_SPACE_INTERNET && i < n->nodes.count; i++) {
        if (n->nodes.items[i].kind == NET_INTERNET)
            return i;
    }
    return s->node;
}

static void add_way(const struct lab_world *w, const struct lab_trace *t, enum lab_way way,
                    uint32_t origin, struct arena *arena, expect_way_t *ret)
{
    struct lab_step steps[STEPS_MAX];
    uint32_t n = MIN(lab_trace_way(t, way, origin, steps, STEPS_MAX), (uint32_t)STEPS_MAX);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t node = node_of(w, steps[i].space);
        struct expect_passed *new = node == NET_NONE ? NULL : NET_PUSH(arena, ret);
        if (new)
            *new = (struct expect_passed){ .node = node,
                                           .sealed = steps[i].sealed,
                                           .tunnel = tunnel_by(w, steps[i].space, steps[i].in) };
    }
}

/* ---- asking ---------------------------------------------------------------------------------- */

static struct lab_probe probe_of(const struct lab_world *w, const struct expect_ask *ask)
{
    return (struct lab_probe){
        .from = &w->netns[lab_world_space(w, ask->from)],
        .source = ask->source,
        .to = ask->address,
        .service = ask->protocol == EXPECT_TCP   ? LAB_SERVICE_TCP
                   : ask->protocol == EXPECT_UDP ? LAB_SERVICE_UDP
                                                 : LAB_SERVICE_ICMP,
        .port = ask->port,
        .timeout = FIRST_TIMEOUT_MS * NS_PER_MS,
        .attempts = ATTEMPTS,
    };
}

static void take_trace(const struct lab_world *w, const struct expect_ask *ask,
                       struct lab_trace *trace, struct arena *arena, struct expect_probe *ret)
{
    uint32_t to = ask->to == NET_NONE ? NET_NONE : lab_world_space(w, ask->to);
    lab_trace_collect(trace);
    lab_trace_sort(trace);
    add_way(w, trace, LAB_ASKING, lab_world_space(w, ask->from), arena, &ret->there);
    if (to != NET_NONE) {
        add_way(w, trace, LAB_ANSWERING, to, arena, &ret->back);
        if (!lab_trace_source_seen(trace, to, &ret->source_seen))
            ret->source_seen.family = IP_NONE;
    }
    /* Whoever has an address that no node has, the fabric itself, got it as it was seen last. */
    const struct lab_sighting *last = lab_trace_last(trace, LAB_ASKING);
    if (to == NET_NONE && last)
        ret->source_seen = last->src;
    ret->path_known = trace->lost == 0;
}

static const char *why_not(const struct lab_answer *answer, struct arena *arena)
{
    char buffer[256];
    struct text t = text_init(buffer, sizeof(buffer));
    lab_answer_text(answer, &t);
    return arena_str(arena, buffer);
}

static void take_hops(const struct lab_probe *p, struct arena *arena, struct expect_probe *ret)
{
    struct lab_hops *hops = arena_alloc(arena, sizeof(*hops));
    struct lab_traceroute t = {
        .from = p->from, .source = p->source, .to = p->to, .service = p->service, .port = p->port
    };
    if (!hops || lab_mark_new(&t.mark) != 0)
        return;
    lab_traceroute_run(&t, hops);
    for (uint8_t i = 0; i < hops->count; i++) {
        struct ip_addr *new = NET_PUSH(arena, &ret->hops);
        if (new)
            *new = hops->hop[i].address;
    }
}

enum expect_answer lab_world_probe(struct expect_world *base, const struct expect_ask *ask,
                                   struct arena *arena, struct expect_probe *ret)
{
    struct lab_world *w = container_of(base, struct lab_world, base);
    struct lab_answer answer;
    struct lab_trace trace = { 0 };
    memset(ret, 0, sizeof(*ret));
    if (lab_world_space(w, ask->from) == NET_NONE)
        return EXPECT_NOT_HERE;
    struct lab_probe p = probe_of(w, ask);
    bool traced = ask->want & (EXPECT_WANT_PATH | EXPECT_WANT_SOURCE);
    if (lab_mark_new(&p.mark) != 0)
        return EXPECT_BROKEN;
    if (traced) {
        if (lab_trace_open(w->netns, w->plan->spaces.count, &p.mark, &trace) != 0)
            return EXPECT_BROKEN;
        p.trace = &trace;
    }
    lab_probe_run(&p, &answer);
    ret->reachable = answer.outcome == LAB_REACHED;
    ret->why_not = ret->reachable ? NULL : why_not(&answer, arena);
    if (traced)
        take_trace(w, ask, &trace, arena, ret);
    lab_trace_close(&trace);
    p.trace = NULL;
    if (ret->source_seen.family == IP_NONE)
        ret->source_seen = answer.source_seen;
    if (ret->reachable && ask->want & EXPECT_WANT_HOPS)
        take_hops(&p, arena, ret);
    if (ret->reachable && ask->want & EXPECT_WANT_MTU && lab_mark_new(&p.mark) == 0)
        ret->mtu_bytes = lab_probe_mtu(&p, MTU_MAX, &answer);
    return EXPECT_ANSWERED;
}
