/* Failures: links that are taken down, tunnels whose packets are dropped, and back. A node that
 * fails loses all of its links, which those around it see as a loss of carrier; on its way back it
 * is set up as it was at first, as Linux forgets the routes of a link that goes down. */
#include <stdio.h>
#include <string.h>

#include "lab/drill.h"
#include "lab/world.h"
#include "net/list.h"
#include "os/feed.h"
#include "topo/kinds.h"

enum { FEED_DEADLINE_S = 10, SCRIPT_MAX = 1 << 18 };

/* ---- telling the kernel ---------------------------------------------------------------------- */

struct script {
    const char *program;
    const struct text *lines;
};

/* What is there already, and what is gone already, is refused; nothing is to be done about it. */
static err_t run_script(void *arg)
{
    static const char *const ip[] = { "-force", "-batch", "-", NULL };
    static const char *const nft[] = { "-f", "-", NULL };
    const struct script *s = arg;
    char ignored[4096];
    struct text why = text_init(ignored, sizeof(ignored));
    return os_feed(&(struct os_feed){ s->program, strcmp(s->program, "ip") == 0 ? ip : nft,
                                      s->lines->s, s->lines->len, FEED_DEADLINE_S },
                   &why);
}

static void tell(struct lab_world *w, uint32_t space, const char *program, const struct text *lines)
{
    struct script s = { program, lines };
    (void)!lab_netns_call(&w->netns[space], run_script, &s);
}

/* ---- links ----------------------------------------------------------------------------------- */

static void put_link(struct text *t, const char *dev, bool up)
{
    text_str(t, "link set dev ");
    text_str(t, dev);
    text_str(t, up ? " up\n" : " down\n");
}

static void put_setup(struct text *t, const struct lab_space *s)
{
    for (uint32_t i = 0; i < s->setup.count; i++) {
        text_str(t, s->setup.items[i]);
        text_str(t, "\n");
    }
}

/* One end of a cable, or with NULL all cables of the space. */
static void set_links(struct lab_world *w, uint32_t space, const char *dev, bool up)
{
    char *buffer = arena_alloc(&w->scratch, SCRIPT_MAX);
    if (!buffer)
        return;
    struct text t = text_init(buffer, SCRIPT_MAX);
    for (uint32_t i = 0; i < w->plan->cables.count; i++) {
        const struct lab_cable *c = &w->plan->cables.items[i];
        for (int k = 0; k < 2; k++) {
            if (c->end[k].space == space && (!dev || strcmp(dev, c->end[k].dev) == 0))
                put_link(&t, c->end[k].dev, up);
        }
    }
    if (up)
        put_setup(&t, &w->plan->spaces.items[space]);
    tell(w, space, "ip", &t);
}

/* A Cloud Router's space is that of its gateways too: an interface of one is the cable with its
 * address. */
void lab_world_set_node(struct lab_world *w, uint32_t node, bool up)
{
    const struct net *n = w->base.net;
    uint32_t space = lab_world_space(w, node);
    if (space == NET_NONE)
        return;
    if (w->plan->spaces.items[space].node == node) {
        set_links(w, space, NULL, up);
        return;
    }
    for (uint32_t i = 0; i < w->plan->cables.count; i++) {
        const struct lab_end *e = &w->plan->cables.items[i].end[0];
        for (uint32_t k = 0; e->space == space && k < e->addresses.count; k++) {
            for (uint32_t f = 0; f < n->ifaces.count; f++) {
                if (n->ifaces.items[f].node == node &&
                    ip_eq(&n->ifaces.items[f].addr, &e->addresses.items[k].addr))
                    set_links(w, space, e->dev, up);
            }
        }
    }
}

static bool set_cables(struct lab_world *w, const struct topo_object *object, bool up)
{
    bool found = false;
    for (uint32_t i = 0; i < w->plan->cables.count; i++) {
        const struct lab_cable *c = &w->plan->cables.items[i];
        if (c->object != object || c->kind == LAB_CABLE_NIC)
            continue;
        found = true;
        for (int k = 0; k < 2; k++)
            set_links(w, c->end[k].space, c->end[k].dev, up);
    }
    return found;
}

/* ---- tunnels --------------------------------------------------------------------------------- */

static void put_block(struct text *t, uint32_t end, const struct net_tunnel_end *e)
{
    static const char *const hooks[][3] = { { "input", "saddr", "in" },
                                            { "output", "daddr", "out" } };
    for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
        text_str(t, "table ip lab-cut-");
        text_u64(t, end);
        text_str(t, " {\n    chain ");
        text_str(t, hooks[i][2]);
        text_str(t, " {\n        type filter hook ");
        text_str(t, hooks[i][0]);
        text_str(t, " priority -300;\n        ip ");
        text_str(t, hooks[i][1]);
        text_str(t, " ");
        text_ip(t, &e->peer_outside);
        text_str(t, " meta l4proto { 50, 17 } drop\n    }\n}\n");
    }
}

static void set_end(struct lab_world *w, uint32_t end, bool up)
{
    const struct net_tunnel_end *e = &w->base.net->ends.items[end];
    uint32_t space = lab_world_space(w, e->node);
    char buffer[1024];
    struct text t = text_init(buffer, sizeof(buffer));
    if (up) {
        text_str(&t, "delete table ip lab-cut-");
        text_u64(&t, end);
        text_str(&t, "\n");
    } else {
        put_block(&t, end, e);
    }
    if (space != NET_NONE)
        tell(w, space, "nft", &t);
}

static bool is_meant(const struct topo_place *place, const struct net_tunnel_end *e,
                     const struct net_node *node)
{
    if (e->object != place->object)
        return false;
    if (!place->part)
        return true;
    if (e->interface)
        return strcmp(e->interface, place->part) == 0;
    return strlen(place->part) == 1 && (uint32_t)(*place->part - '0') == node->instance;
}

/* A connection, a tunnel interface of a router: one end's side is enough for nothing to pass. */
static bool set_tunnels(struct lab_world *w, const struct topo_place *place, bool up)
{
    const struct net *n = w->base.net;
    bool found = false;
    for (uint32_t i = 0; i < n->ends.count; i++) {
        const struct net_tunnel_end *e = &n->ends.items[i];
        if (!is_meant(place, e, &n->nodes.items[e->node]))
            continue;
        set_end(w, i, up);
        found = true;
    }
    return found;
}

/* ---- places ---------------------------------------------------------------------------------- */

/* A tunnel of AWS has an end point of its own. */
static bool set_aws_tunnel(struct lab_world *w, const struct topo_object *o, bool up)
{
    const struct net *n = w->base.net;
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        if (n->nodes.items[i].object == o->parent && n->nodes.items[i].instance == o->index) {
            lab_world_set_node(w, i, up);
            return true;
        }
    }
    return false;
}

bool lab_world_cut(struct lab_world *w, const struct topo_place *place, bool cut)
{
    const struct topo_kind *kind = place->object->kind;
    bool found = false;
    arena_reset(&w->scratch);
    if (kind == &site_link_kind)
        return set_cables(w, place->object, !cut);
    if (kind == &aws_tunnel_kind || kind == &soracom_tunnel_kind)
        return set_aws_tunnel(w, place->object, !cut);
    bool interface = kind == &site_router_kind && place->part;
    for (uint32_t i = expect_next_node(&w->base, place, NET_NONE); i != NET_NONE && !interface;
         i = expect_next_node(&w->base, place, i)) {
        lab_world_set_node(w, i, !cut);
        found = true;
    }
    /* A part that is none of these means nothing, rather than the whole. */
    return found || set_tunnels(w, place, !cut) ||
           (!place->part && set_cables(w, place->object, !cut));
}

bool lab_world_fail(struct expect_world *base, const topo_places_t *places, struct arena *arena,
                    const char **ret_why)
{
    struct lab_world *w = container_of(base, struct lab_world, base);
    for (uint32_t i = 0; i < places->count; i++) {
        char what[512];
        struct text t = text_init(what, sizeof(what));
        if (lab_world_cut(w, &places->items[i], true))
            continue;
        text_str(&t, "nothing of ");
        topo_object_path(places->items[i].object, &t);
        text_str(&t, " can be taken down in a lab");
        *ret_why = arena_str(arena, what);
        return false;
    }
    for (uint32_t i = 0; i < places->count; i++)
        lab_world_stand_in(w, &places->items[i]);
    return true;
}

void lab_world_heal(struct expect_world *base, const topo_places_t *places)
{
    struct lab_world *w = container_of(base, struct lab_world, base);
    for (uint32_t i = 0; i < places->count; i++)
        lab_world_cut(w, &places->items[i], false);
}

/* ---- drills ---------------------------------------------------------------------------------- */

/* Packets have to come again for so long that a failure is over. */
enum { CALM_MS = 2000, POLL_MS = 50, LONGEST_MS = 400000 };

/* Waits until both ways carry packets steadily. */
static bool settle(struct expect_world *base, const struct lab_drill *d, uint32_t at_most_ms)
{
    uint32_t before[LAB_DRILL_WAYS], now[LAB_DRILL_WAYS], calm = 0;
    lab_drill_received(d, before);
    for (uint32_t ms = 0; ms < at_most_ms && calm < CALM_MS; ms += POLL_MS) {
        if (!base->wait(base, POLL_MS))
            return false;
        lab_drill_received(d, now);
        bool flows = now[0] > before[0] + POLL_MS / 4 && now[1] > before[1] + POLL_MS / 4;
        calm = flows ? calm + POLL_MS : 0;
        memcpy(before, now, sizeof(before));
    }
    return true;
}

static enum expect_answer take_report(struct lab_drill *d, struct expect_loss *ret)
{
    struct lab_drill_report r;
    if (lab_drill_stop(d, &r) != 0)
        return EXPECT_BROKEN;
    for (uint32_t i = 0; i < r.event_count && i < 2; i++) {
        /* The two ways are told together, an event: the longer one. */
        uint32_t ms = (uint32_t)(r.event[i].longest / NS_PER_MS);
        *(i ? &ret->heal_there_ms : &ret->there_ms) = ms;
        *(i ? &ret->heal_back_ms : &ret->back_ms) = ms;
    }
    for (int i = 0; i < LAB_DRILL_WAYS; i++) {
        ret->lost += r.way[i].lost;
        ret->reordered += r.way[i].reordered;
        ret->duplicated += r.way[i].duplicated;
    }
    return EXPECT_ANSWERED;
}

static bool maintain(struct lab_world *w, const topo_places_t *places)
{
    bool fine = true;
    for (uint32_t i = 0; fine && i < places->count; i++)
        fine = lab_world_maintain(w, &places->items[i]);
    return fine;
}

static void maintained(struct lab_world *w, const topo_places_t *places)
{
    for (uint32_t i = 0; i < places->count; i++)
        lab_world_maintained(w, &places->items[i]);
}

enum expect_answer lab_world_drill(struct expect_world *base, const struct expect_drill *ask,
                                   struct arena *arena, struct expect_loss *ret)
{
    struct lab_world *w = container_of(base, struct lab_world, base);
    uint32_t from = lab_world_space(w, ask->from), to = lab_world_space(w, ask->to);
    struct ip_addr source = ask->source;
    struct lab_drill d;
    *ret = (struct expect_loss){ 0 };
    if (from == NET_NONE || to == NET_NONE)
        return EXPECT_NOT_HERE;
    if (source.family == IP_NONE && lab_netns_source(&w->netns[from], &ask->address, &source) != 0)
        return EXPECT_BROKEN;
    struct lab_drill_params p = {
        .a = &w->netns[from], .b = &w->netns[to], .a_address = source, .b_address = ask->address
    };
    if (lab_drill_start(&p, &d) != 0)
        return EXPECT_BROKEN;
    bool go_on = settle(base, &d, CALM_MS * 10);
    lab_drill_event(&d, ask->planned ? "is maintained" : "fails");
    bool failed = ask->planned ? maintain(w, ask->fail)
                               : lab_world_fail(base, ask->fail, arena, &ret->why);
    go_on = go_on && failed && settle(base, &d, LONGEST_MS);
    lab_drill_event(&d, "is healed");
    if (ask->planned)
        maintained(w, ask->fail);
    else
        lab_world_heal(base, ask->fail);
    (void)(go_on && settle(base, &d, LONGEST_MS));
    enum expect_answer answer = take_report(&d, ret);
    return failed ? answer : EXPECT_NOT_HERE;
}
