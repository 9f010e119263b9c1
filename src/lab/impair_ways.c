/* Which directions of which cables a user means. */
#include <string.h>

#include "lab/impair.h"
#include "topo/topo.h"

struct found {
    struct lab_impair_way *ways;
    uint32_t count;
    uint32_t from; /* only what this space sends; NET_NONE: both directions */
    bool any;      /* cables, whoever sends */
};

static void add(struct found *f, const struct lab_plan *p, uint32_t cable)
{
    const struct lab_cable *c = &p->cables.items[cable];
    /* Where packets to nobody go is no cable to a user. */
    if (c->kind == LAB_CABLE_VOID)
        return;
    f->any = true;
    for (uint32_t end = 0; end < 2; end++) {
        if (f->from != NET_NONE && c->end[end].space != f->from)
            continue;
        if (f->count < LAB_IMPAIR_WAYS_MAX)
            f->ways[f->count] = (struct lab_impair_way){ cable, end };
        f->count++;
    }
}

static bool joins(const struct lab_cable *c, uint32_t a, uint32_t b)
{
    return (c->end[0].space == a && c->end[1].space == b) ||
           (c->end[0].space == b && c->end[1].space == a);
}

/* What is at the other end of a space's cables, so that the user can say it. */
static void put_neighbours(const struct lab_plan *p, uint32_t space, struct text *why)
{
    const char *before = "; its cables go to ";
    for (uint32_t other = 0; other < p->spaces.count; other++) {
        bool is_joined = false;
        for (uint32_t i = 0; i < p->cables.count && other != space; i++)
            is_joined = is_joined || joins(&p->cables.items[i], space, other);
        if (!is_joined)
            continue;
        text_str(why, before);
        text_str(why, p->spaces.items[other].name);
        before = ", ";
    }
}

/* The space of the first n bytes. */
static uint32_t space_of(const struct lab_plan *p, const char *name, size_t n)
{
    char copy[128];
    if (n == 0 || n >= sizeof(copy))
        return NET_NONE;
    memcpy(copy, name, n);
    copy[n] = '\0';
    return lab_plan_space(p, copy);
}

/* "A--B"; a name may have two hyphens of its own. False: it is nothing of the kind. */
static bool add_between(struct found *f, const struct lab_plan *p, const char *cable,
                        struct text *why)
{
    uint32_t a = NET_NONE, b = NET_NONE;
    for (const char *at = strstr(cable, "--"); at; at = strstr(at + 1, "--")) {
        a = space_of(p, cable, (size_t)(at - cable));
        b = space_of(p, at + 2, strlen(at + 2));
        if (a != NET_NONE && b != NET_NONE)
            break;
    }
    if (a == NET_NONE || b == NET_NONE)
        return false;
    for (uint32_t i = 0; i < p->cables.count; i++) {
        if (joins(&p->cables.items[i], a, b))
            add(f, p, i);
    }
    if (!f->any) {
        text_str(why, "no cable joins ");
        text_str(why, p->spaces.items[a].name);
        text_str(why, " and ");
        text_str(why, p->spaces.items[b].name);
        put_neighbours(p, a, why);
    }
    return true;
}

static void add_object(struct found *f, const struct lab_plan *p, const char *name)
{
    const struct topo_object *o = topo_find(p->design->topo, name);
    for (uint32_t i = 0; o && i < p->cables.count; i++) {
        if (p->cables.items[i].object == o)
            add(f, p, i);
    }
}

static void add_node(struct found *f, const struct lab_plan *p, const char *name)
{
    uint32_t space = lab_plan_space(p, name);
    for (uint32_t i = 0; space != NET_NONE && i < p->cables.count; i++) {
        const struct lab_cable *c = &p->cables.items[i];
        if (c->end[0].space == space || c->end[1].space == space)
            add(f, p, i);
    }
}

static uint32_t refuse(struct text *why, const char *name, const char *what)
{
    text_str(why, name);
    text_str(why, what);
    return 0;
}

uint32_t lab_impair_ways(const struct lab_plan *p, const char *cable, const char *from,
                         struct lab_impair_way ret_ways[LAB_IMPAIR_WAYS_MAX], struct text *why)
{
    struct found f = { .ways = ret_ways, .from = from ? lab_plan_space(p, from) : NET_NONE };
    if (from && f.from == NET_NONE)
        return refuse(why, from, ": no such node");
    bool said = add_between(&f, p, cable, why);
    if (!said)
        add_object(&f, p, cable);
    if (!said && !f.any)
        add_node(&f, p, cable);
    if (f.count > LAB_IMPAIR_WAYS_MAX)
        return refuse(why, cable, ": has more cables than can be impaired at once; name fewer");
    if (f.count > 0)
        return f.count;
    if (said && !f.any)
        return 0;
    if (f.any)
        return refuse(why, from, ": sends on none of these cables");
    if (topo_find(p->design->topo, cable))
        return refuse(why, cable,
                      ": has no cable of its own; a tunnel is impaired where its packets pass, "
                      "NODE--internet");
    return refuse(why, cable,
                  ": no such cable or node; expected a link or connection of the topology, a node, "
                  "or NODE--NODE");
}
