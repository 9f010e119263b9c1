/* tests/unit/expect/fake.h: a world of canned answers over the network of S1, in a time of its own.
 */
#ifndef TEST_EXPECT_FAKE_H
#define TEST_EXPECT_FAKE_H

#include "lib.h"
#include "net/list.h"

/* What the world answers; what is left out is as it should be. */
struct answers {
    const char *json, *text;    /* of any `show`; json of commands that end in it */
    const char *node;           /* whose; NULL: everybody's. Others are not here */
    const char *down_tunnel_of; /* the node whose tunnels are down */
    const char *down_session_of;
    bool never_up;              /* what is down has never been up */
    bool no_path;               /* ways cannot be told */
    const char *way, *way_back; /* "client tky01 !circuit01:primary": ! is sealed */
    const char *hops, *source;  /* "10.0.0.4 * 10.1.0.4" */
    uint32_t mtu_bytes;
    const char *unreachable;       /* why */
    uint32_t reachable_after_ms;   /* not before; not after it failed either */
    uint32_t unreachable_after_ms; /* 0: stays */
    uint32_t lost_after_ms;        /* reached once more at this time; 0: never */
    uint32_t settled_after_ms;
    const char *logged;
    struct expect_loss loss;
    bool drill_broken;
    bool stays_broken; /* what has failed once is never healed */
    uint32_t drops;    /* of each session when something is added */
};

struct fake {
    struct expect_world w;
    struct lib lib;
    const struct answers *a;
    uint64_t now_ms;
    const char *failed;        /* object's name; NULL: nothing has */
    struct check_design *next; /* what it is after something was added */
    uint32_t fails, heals, adds, drops, shows;
    char command[160]; /* the last one shown */
};

static inline struct fake *fake_of(struct expect_world *w)
{
    return w->context;
}

static inline uint64_t fake_now(struct expect_world *w)
{
    return fake_of(w)->now_ms;
}

static inline bool fake_wait(struct expect_world *w, uint32_t ms)
{
    fake_of(w)->now_ms += ms;
    return true;
}

static inline bool fake_is(struct expect_world *w, uint32_t node, const char *name)
{
    return name && strcmp(w->net->nodes.items[node].name, name) == 0;
}

static inline enum expect_answer fake_show(struct expect_world *w, uint32_t node,
                                           const char *command, struct arena *arena,
                                           struct expect_text *ret)
{
    struct fake *f = fake_of(w);
    const char *json = strstr(command, " json");
    f->shows++;
    snprintf(f->command, sizeof(f->command), "%s", command);
    if (f->a->node && !fake_is(w, node, f->a->node)) {
        ret->why = "bird has no such command";
        return EXPECT_NOT_HERE;
    }
    const char *s = json ? f->a->json : f->a->text;
    if (!s) {
        ret->why = "bgpd does not answer";
        return EXPECT_BROKEN;
    }
    ret->s = arena_str(arena, s);
    ret->len = strlen(s);
    return EXPECT_ANSWERED;
}

static inline enum expect_answer fake_effective(struct expect_world *w,
                                                const struct topo_object *subnet,
                                                struct arena *arena, struct cloud_routes *ret)
{
    struct fake *f = fake_of(w);
    struct cloud_fabric *fabric = arena_alloc(arena, sizeof(*fabric));
    return fabric && cloud_fabric_init(fabric, w->topo, &f->lib.design.limits, NULL, 0, arena) &&
                   expect_effective(fabric, subnet, ret)
               ? EXPECT_ANSWERED
               : EXPECT_BROKEN;
}

static inline enum expect_answer fake_tunnel(struct expect_world *w, uint32_t tunnel,
                                             struct arena *arena, struct expect_state *ret)
{
    (void)arena;
    struct fake *f = fake_of(w);
    const struct net_tunnel *t = &w->net->tunnels.items[tunnel];
    bool down = t->fault != NET_FINE;
    for (unsigned i = 0; i < 2; i++)
        down |= t->end[i] != NET_NONE &&
                fake_is(w, w->net->ends.items[t->end[i]].node, f->a->down_tunnel_of);
    *ret = (struct expect_state){ .up = !down, .drops = down && !f->a->never_up };
    ret->state = down ? "no IKE SA" : "installed";
    ret->why = down ? "no answer from the peer" : NULL;
    return EXPECT_ANSWERED;
}

static inline enum expect_answer fake_session(struct expect_world *w, uint32_t session,
                                              struct arena *arena, struct expect_state *ret)
{
    (void)arena;
    struct fake *f = fake_of(w);
    const struct net_session *s = &w->net->sessions.items[session];
    bool down = s->fault != NET_SESSION_FINE;
    for (unsigned i = 0; i < 2; i++)
        down |= s->node[i] != NET_NONE && fake_is(w, s->node[i], f->a->down_session_of);
    *ret = (struct expect_state){ .up = !down, .state = down ? "Active" : "Established" };
    ret->drops = f->drops + (down && !f->a->never_up);
    return EXPECT_ANSWERED;
}

static inline void fake_way(struct expect_world *w, const char *text, struct arena *arena,
                            expect_way_t *ret)
{
    char names[256], *rest = names;
    snprintf(names, sizeof(names), "%s", text ? text : "");
    for (char *name; (name = strtok_r(rest, " ", &rest)) != NULL;) {
        struct expect_passed p = { .sealed = *name == '!', .tunnel = NET_NONE };
        name += p.sealed;
        while (p.node < w->net->nodes.count && !fake_is(w, p.node, name))
            p.node++;
        assert_true(p.node < w->net->nodes.count);
        struct expect_passed *slot = NET_PUSH(arena, ret);
        assert_non_null(slot);
        *slot = p;
    }
}

static inline bool fake_reaches(const struct fake *f)
{
    const struct answers *a = f->a;
    bool broken = f->failed || (a->stays_broken && f->fails > 0);
    if (a->unreachable || (broken && !a->way_back))
        return false;
    if (a->lost_after_ms && f->now_ms >= a->lost_after_ms && f->now_ms < a->lost_after_ms + 500)
        return true;
    return f->now_ms >= a->reachable_after_ms &&
           !(a->unreachable_after_ms && f->now_ms >= a->unreachable_after_ms);
}

static inline enum expect_answer fake_probe(struct expect_world *w, const struct expect_ask *ask,
                                            struct arena *arena, struct expect_probe *ret)
{
    struct fake *f = fake_of(w);
    const struct answers *a = f->a;
    *ret = (struct expect_probe){ .reachable = fake_reaches(f), .path_known = !a->no_path };
    ret->why_not = a->unreachable ? a->unreachable : "no answer";
    if (ask->want & EXPECT_WANT_PATH) {
        fake_way(w, a->way, arena, &ret->there);
        fake_way(w, a->way_back, arena, &ret->back);
    }
    if (ask->want & EXPECT_WANT_MTU)
        ret->mtu_bytes = a->mtu_bytes;
    if (ask->want & EXPECT_WANT_SOURCE && a->source)
        assert_true(ip_parse(a->source, &ret->source_seen));
    char hops[256], *rest = hops;
    snprintf(hops, sizeof(hops), "%s", a->hops && ask->want & EXPECT_WANT_HOPS ? a->hops : "");
    for (char *hop; (hop = strtok_r(rest, " ", &rest)) != NULL;) {
        struct ip_addr *slot = NET_PUSH(arena, &ret->hops);
        assert_non_null(slot);
        assert_true(*hop == '*' || ip_parse(hop, slot));
    }
    return EXPECT_ANSWERED;
}

static inline bool fake_settled(struct expect_world *w)
{
    return fake_of(w)->now_ms >= fake_of(w)->a->settled_after_ms;
}

static inline enum expect_answer fake_logged(struct expect_world *w, const struct topo_place *of,
                                             const char *category, const char *word,
                                             bool *ret_there)
{
    (void)of;
    (void)category;
    const char *logged = fake_of(w)->a->logged;
    *ret_there = logged && strcmp(logged, word) == 0;
    return EXPECT_ANSWERED;
}

static inline bool fake_fail(struct expect_world *w, const topo_places_t *places,
                             struct arena *arena, const char **ret_why)
{
    (void)arena;
    struct fake *f = fake_of(w);
    assert_null(f->failed);
    f->failed = places->items[0].object->name;
    f->fails++;
    *ret_why = "a route server cannot fail here";
    if (strcmp(f->failed, "rs-hub00") == 0)
        f->failed = NULL;
    return f->failed != NULL;
}

static inline void fake_heal(struct expect_world *w, const topo_places_t *places)
{
    struct fake *f = fake_of(w);
    assert_string_equal(f->failed, places->items[0].object->name);
    f->failed = NULL;
    f->heals++;
}

static inline bool fake_add(struct expect_world *w, struct arena *arena, const char **ret_why)
{
    (void)arena;
    (void)ret_why;
    struct fake *f = fake_of(w);
    f->adds++;
    f->drops += f->a->drops;
    w->topo = f->next->topo;
    w->net = &f->next->net;
    return true;
}

static inline enum expect_answer fake_drill(struct expect_world *w, const struct expect_drill *ask,
                                            struct arena *arena, struct expect_loss *ret)
{
    (void)arena;
    struct fake *f = fake_of(w);
    assert_true(ask->fail->count > 0);
    *ret = f->a->loss;
    return f->a->drill_broken ? EXPECT_BROKEN : EXPECT_ANSWERED;
}

/* The network of S1 with other expectations. */
static inline void fake_open(struct fake *f, const struct answers *a, const char *expect)
{
    struct arena arena;
    struct lib_source files = { .source = { .read = lib_read } };
    const char *text = NULL;
    size_t len = 0;
    arena_init(&arena, 16 << 20);
    assert_int_equal(lib_read(&files.source, "s1.yaml", 1 << 20, &arena, &text, &len), 0);
    const char *end = strstr(text, "\nexpect:\n");
    assert_non_null(end);
    char *whole = arena_alloc(&arena, len + strlen(expect) + 16);
    assert_non_null(whole);
    snprintf(whole, len + strlen(expect) + 16, "%.*s\nexpect:\n%s", (int)(end - text), text,
             expect);
    *f = (struct fake){ .a = a };
    lib_open(&f->lib, "t.yaml", whole);
    f->lib.files.text = NULL; /* gone with the arena */
    f->w = (struct expect_world){
        .name = "fake",
        .topo = f->lib.design.topo,
        .net = &f->lib.design.net,
        .context = f,
        .now_ms = fake_now,
        .wait = fake_wait,
        .show = fake_show,
        .effective = fake_effective,
        .tunnel = fake_tunnel,
        .session = fake_session,
        .probe = fake_probe,
        .settled = fake_settled,
        .logged = fake_logged,
        .fail = fake_fail,
        .heal = fake_heal,
        .add = fake_add,
        .drill = fake_drill,
    };
    arena_done(&arena);
}

static inline void fake_close(struct fake *f)
{
    lib_close(&f->lib);
}

#endif
