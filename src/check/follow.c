#include "check/follow.h"

#include <string.h>

#include "check/look.h"
#include "check/reach.h"
#include "check/routes.h"
#include "net/list.h"
#include "net/map.h"
#include "topo/kinds.h"

/* Why a tunnel carries nothing: its own fault, or that nothing is routed through it. */
#define BY(fault) (1U << (fault))
#define ONE_SIDED BY(NET_FAULT_ONE_SIDED)
#define DIALS BY(NET_FAULT_NOBODY_DIALS)
#define ROUTES BY(NET_FINE)

#define ANY (~0U)

/* Rules that name a cause, the one to be mended first before the others. */
static const struct {
    const char *rule;
    uint32_t breaks;
    bool whole; /* the line of a router's file that it names is of no single tunnel */
} causes[] = {
    { "R203", ANY, true },
    { "R075", BY(NET_FAULT_PROPOSAL), false },
    { "R074", BY(NET_FAULT_PROPOSAL), false },
    { "R017", BY(NET_FAULT_PSK) | BY(NET_FAULT_VERSION), false },
    { "R044", DIALS, false },
    { "R081", DIALS, false },
    { "R123", DIALS, false },
    { "R001", ONE_SIDED, false },
    { "R002", ONE_SIDED, false },
    { "R059", ONE_SIDED | ROUTES, false },
    { "R009", ONE_SIDED, false },
    { "R073", ONE_SIDED, false },
    { "R008", ONE_SIDED | ROUTES, false },
    { "R006", ONE_SIDED | ROUTES, false },
    { "R005", ROUTES, false },
    { "R007", ROUTES, false },
    { "R054", ROUTES, false },
    { "R050", ROUTES, false },
    { "R051", ROUTES, false },
    { "R056", ROUTES, false },
    { "R057", ROUTES, false },
    { "R126", ROUTES, false },
    { "R061", ROUTES, true },
    { "R060", ROUTES, true },
    { "R162", ROUTES, false },
    { "R202", ROUTES, false },
    { "R151", ROUTES, true },
    { "R211", ROUTES, true },
    { "R182", ONE_SIDED | ROUTES, false },
};

/* Rules of effects that name the connection of the tunnel; one that is a cause too follows from
 * those that stand before it alone. */
static const char *const effects[] = { "R074", "R084", "R119", "R176", "R182", "R202" };

/* Where a cause was found: an object, or a line of a router's file. */
struct place {
    const struct topo_object *object;
    uint64_t line; /* 0: the object as a whole */
};

struct found {
    uint32_t finding, rank; /* rank: place in the table */
    uint32_t next;          /* at the same place; NET_NONE: the last one */
};

struct following {
    struct check *c;
    struct net_map places; /* struct place -> the first of `found` */
    NET_LIST_OF(struct found) found;
    uint32_t *cause_of;     /* a finding for each tunnel; NET_NONE: carries, or nobody knows why */
    struct net_map objects; /* connection -> one of its tunnels that has a cause */
    struct reach *mended;   /* made on demand */
    bool full;
};

/* ---- causes ---------------------------------------------------------------------------------- */

static uint32_t rank_of(const struct check_rule *rule)
{
    for (uint32_t i = 0; i < ARRAY_LEN(causes); i++)
        if (strcmp(causes[i].rule, rule->id) == 0)
            return i;
    return NET_NONE;
}

static void note(struct following *f, struct place place, uint32_t finding, uint32_t rank)
{
    uint32_t *at = net_map_make(&f->places, &place, sizeof(place));
    struct found *new = at ? NET_PUSH(f->c->arena, &f->found) : NULL;
    if (!new) {
        f->full = true;
        return;
    }
    *new = (struct found){ .finding = finding, .rank = rank, .next = *at };
    *at = f->found.count - 1;
}

/* From the last to the first, so that the first one heads its chain. A part of a connection stands
 * for the connection. */
static void note_causes(struct following *f)
{
    const struct check *c = f->c;
    for (uint32_t i = c->count; i-- > 0;) {
        const struct check_finding *of = &c->findings[i];
        uint32_t rank = of->suppressed ? NET_NONE : rank_of(of->rule);
        if (rank == NET_NONE)
            continue;
        if (of->file)
            note(f, (struct place){ of->objects[0], causes[rank].whole ? 0 : of->line }, i, rank);
        for (uint32_t k = 0; k < of->object_count; k++)
            for (const struct topo_object *o = of->objects[k]; o; o = o->parent)
                if (o->kind != &site_router_kind && !o->kind->device)
                    note(f, (struct place){ o, 0 }, i, rank);
    }
}

/* The better of two causes: the worse finding, then the rule that is to be mended first. */
static uint32_t better(const struct check *c, uint32_t best, uint32_t best_rank,
                       const struct found *than)
{
    const struct check_finding *a = best == NET_NONE ? NULL : &c->findings[best];
    const struct check_finding *b = &c->findings[than->finding];
    if (!a || b->severity > a->severity ||
        (b->severity == a->severity &&
         (than->rank < best_rank || (than->rank == best_rank && than->finding < best))))
        return than->finding;
    return best;
}

static uint32_t best_at(struct following *f, struct place place, uint32_t why, uint32_t best)
{
    const uint32_t *at = place.object ? net_map_find(&f->places, &place, sizeof(place)) : NULL;
    for (uint32_t i = at ? *at : NET_NONE; i != NET_NONE; i = f->found.items[i].next) {
        const struct found *x = &f->found.items[i];
        uint32_t rank = best == NET_NONE ? NET_NONE : rank_of(f->c->findings[best].rule);
        if (causes[x->rank].breaks & why)
            best = better(f->c, best, rank, x);
    }
    return best;
}

/* What a cloud's end has its peer's addresses from. */
static const struct topo_object *peer_object(const struct topo_object *o)
{
    if (o->kind == &azure_connection_kind) {
        const struct azure_local_gateway *l =
            ((const struct azure_connection *)o)->local_network_gateway;
        return l ? &l->o : NULL;
    }
    if (o->kind == &aws_vpn_connection_kind) {
        const struct aws_customer_gateway *g =
            ((const struct aws_vpn_connection *)o)->customer_gateway;
        return g ? &g->o : NULL;
    }
    return NULL;
}

static uint32_t cause_at_end(struct following *f, const struct net_tunnel_end *e, uint32_t why,
                             uint32_t best)
{
    if (!e->interface) {
        best = best_at(f, (struct place){ e->object, 0 }, why, best);
        return best_at(f, (struct place){ peer_object(e->object), 0 }, why, best);
    }
    const struct check_device *d = look_device(f->c, e);
    const struct config_neighbor *n = d ? look_neighbor(f->c, d, &e->peer_bgp) : NULL;
    best = best_at(f, (struct place){ e->object, e->line }, why, best);
    best = n ? best_at(f, (struct place){ e->object, n->at.line }, why, best) : best;
    return best_at(f, (struct place){ e->object, 0 }, why, best);
}

/* A half knows besides its own end the one to which it leads. */
static uint32_t cause_of_tunnel(struct following *f, const struct net_tunnel *t)
{
    const struct net_tunnel_end *ends = f->c->net->ends.items;
    uint32_t why = BY(t->fault), best = NET_NONE;
    const struct net_tunnel_end *near = &ends[t->end[0]];
    const struct net_tunnel_end *far =
        t->end[1] != NET_NONE ? &ends[t->end[1]] : look_outside(f->c, &near->peer_outside);
    best = cause_at_end(f, near, why, best);
    return far && (t->end[1] != NET_NONE || !far->interface) ? cause_at_end(f, far, why, best)
                                                             : best;
}

static void look_up_tunnels(struct following *f)
{
    struct check *c = f->c;
    struct routes *routes = routes_get(c);
    for (uint32_t i = 0; routes && i < c->net->tunnels.count; i++) {
        const struct net_tunnel *t = &c->net->tunnels.items[i];
        f->cause_of[i] = NET_NONE;
        if (t->fault == NET_FINE && routes_carry(routes, c, i))
            continue;
        f->cause_of[i] = cause_of_tunnel(f, t);
        for (int side = 0; f->cause_of[i] != NET_NONE && side < 2; side++) {
            const void *o = t->end[side] != NET_NONE ? c->net->ends.items[t->end[side]].object
                                                     : NULL;
            uint32_t *at = o ? net_map_make(&f->objects, &o, sizeof(o)) : NULL;
            f->full |= o && !at;
            if (at && *at == NET_NONE)
                *at = i;
        }
    }
    f->full |= !routes;
}

/* ---- effects --------------------------------------------------------------------------------- */

static bool is_effect(const struct check_rule *rule)
{
    for (size_t i = 0; i < ARRAY_LEN(effects); i++)
        if (strcmp(effects[i], rule->id) == 0)
            return true;
    return false;
}

/* The tunnel whose loss explains the finding; NET_NONE: none that anybody knows of. */
static uint32_t tunnel_behind(struct following *f, const struct check_finding *of)
{
    const struct net_tunnel *all = f->c->net->tunnels.items;
    if (of->tunnel)
        return (uint32_t)(of->tunnel - all);
    if (of->loss.from) {
        if (!f->mended)
            f->mended = reach_new_mended(f->c, f->cause_of);
        f->full |= !f->mended;
        return f->mended ? reach_detour(f->mended, &of->loss) : NET_NONE;
    }
    for (uint32_t i = 0; is_effect(of->rule) && i < of->object_count; i++) {
        const void *o = of->objects[i];
        const uint32_t *at = net_map_find(&f->objects, &o, sizeof(o));
        if (at)
            return *at;
    }
    return NET_NONE;
}

/* A session that fails makes its tunnel carry nothing only where nothing else is routed. */
static uint32_t cause_of_finding(struct following *f, const struct check_finding *of)
{
    uint32_t tunnel = tunnel_behind(f, of);
    if (tunnel == NET_NONE)
        return NET_NONE;
    return of->tunnel ? cause_of_tunnel(f, of->tunnel) : f->cause_of[tunnel];
}

static void attach(struct check_finding *effect, struct check_finding *cause)
{
    if (rank_of(cause->rule) >= rank_of(effect->rule) || cause->follows || effect->effects ||
        cause->severity < effect->severity)
        return;
    effect->follows = cause;
    effect->next = cause->effects;
    cause->effects = effect;
}

void check_follow(struct check *c)
{
    struct following f = { .c = c };
    net_map_init(&f.places, c->arena);
    net_map_init(&f.objects, c->arena);
    note_causes(&f);
    if (f.full || f.found.count == 0)
        return;
    f.cause_of = arena_alloc(c->arena, (c->net->tunnels.count + 1) * sizeof(*f.cause_of));
    if (!f.cause_of)
        return;
    look_up_tunnels(&f);
    /* From the last one, so that the effects of a cause are in the order of the file. */
    for (uint32_t i = c->count; i-- > 0 && !f.full;) {
        struct check_finding *effect = &c->findings[i];
        uint32_t cause = effect->suppressed ? NET_NONE : cause_of_finding(&f, effect);
        if (cause != NET_NONE)
            attach(effect, &c->findings[cause]);
    }
}
