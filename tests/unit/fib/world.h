/* What the FIB's tests share: a router to tell things, and the kernel that its operations are
 * played to, which refuses what a kernel would (objects that do not exist, or are still in use). */
#ifndef TEST_FIB_WORLD_H
#define TEST_FIB_WORLD_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fib/fib.h"
#include "fib/view.h"

enum { KERNEL_OBJECTS = 4096, KERNEL_ROUTES = 4096 };

struct kernel_object {
    uint32_t id;
    bool group;
    uint32_t n;
    struct fib_path path;
    uint32_t member[FIB_PATHS_MAX], weight[FIB_PATHS_MAX];
};

struct kernel_route {
    struct prefix prefix;
    struct fib_op op;
};

struct kernel {
    struct kernel_object object[KERNEL_OBJECTS];
    struct kernel_route route[KERNEL_ROUTES];
    uint32_t objects, routes, ops, route_ops, object_ops;
    bool refuses; /* sometimes: then an object may go while it is in use, as the kernel has it */
};

static inline struct prefix px(const char *s)
{
    struct prefix p;
    if (!prefix_parse(s, &p, NULL))
        fail_msg("prefix %s", s);
    return p;
}

static inline struct ip_addr ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (s && !ip_parse(s, &a))
        fail_msg("address %s", s);
    return a;
}

static inline struct fib *router(bool objects)
{
    struct fib *f = fib_new(
        &(struct fib_params){ .hash_key = 7, .max_routes = 100000, .next_hop_objects = objects });
    assert_non_null(f);
    return f;
}

static inline void link_set(struct fib *f, uint32_t index, const char *name, bool up)
{
    struct fib_interface i = { .index = index, .admin_up = up, .running = up, .mtu = 1500 };
    i.loopback = strcmp(name, "lo") == 0;
    snprintf(i.name, sizeof(i.name), "%s", name);
    assert_int_equal(fib_interface_set(f, &i), 0);
}

/* Address with its host bits: "10.0.0.4/24". */
static inline struct prefix address(const char *s)
{
    char text[64];
    snprintf(text, sizeof(text), "%s", s);
    char *slash = strchr(text, '/');
    assert_non_null(slash);
    *slash = '\0';
    struct ip_addr a = ip(text);
    struct prefix p = { .family = a.family, .len = (uint8_t)atoi(slash + 1) };
    memcpy(p.b, a.b, sizeof(p.b));
    return p;
}

static inline void link_up(struct fib *f, uint32_t index, const char *name, const char *addr)
{
    link_set(f, index, name, true);
    if (addr) {
        struct prefix p = address(addr);
        assert_int_equal(fib_address_set(f, index, &p), 0);
    }
}

static inline struct fib_route route(uint8_t source, const char *prefix, uint8_t distance)
{
    return (struct fib_route){ .prefix = px(prefix),
                               .source = source,
                               .distance = distance,
                               .allow_recursion_via_default = true };
}

static inline struct fib_route via(uint8_t source, const char *prefix, uint8_t distance,
                                   const char *next_hop, uint32_t if_index)
{
    struct fib_route r = route(source, prefix, distance);
    r.n = 1;
    r.path[0] = (struct fib_path){ .next_hop = ip(next_hop), .if_index = if_index, .weight = 1 };
    return r;
}

static inline void add_path(struct fib_route *r, const char *next_hop, uint32_t if_index)
{
    r->path[r->n++] =
        (struct fib_path){ .next_hop = ip(next_hop), .if_index = if_index, .weight = 1 };
}

static inline void set(struct fib *f, const struct fib_route *r)
{
    assert_int_equal(fib_route_set(f, 0, r), 0);
}

static inline void del(struct fib *f, uint8_t source, const char *prefix)
{
    struct prefix p = px(prefix);
    fib_route_del(f, source, 0, &p);
}

static inline struct kernel_object *kernel_object(struct kernel *k, uint32_t id)
{
    for (uint32_t i = 0; i < k->objects; i++) {
        if (k->object[i].id == id)
            return &k->object[i];
    }
    return NULL;
}

static inline struct kernel_route *kernel_route(struct kernel *k, const struct prefix *p)
{
    for (uint32_t i = 0; i < k->routes; i++) {
        if (prefix_eq(&k->route[i].prefix, p))
            return &k->route[i];
    }
    return NULL;
}

static inline void kernel_object_set(struct kernel *k, const struct fib_op *op)
{
    struct kernel_object *o = kernel_object(k, op->id);
    bool group = op->kind == FIB_OP_GROUP_SET;
    if (o && o->group != group)
        fail_msg("object %u cannot change between next hop and group", op->id);
    if (!o) {
        assert_true(k->objects < KERNEL_OBJECTS);
        o = &k->object[k->objects++];
    }
    *o = (struct kernel_object){ .id = op->id, .group = group, .n = op->n };
    if (!group) {
        o->path = op->path[0];
        assert_true(o->path.if_index != 0);
    }
    for (uint32_t i = 0; group && i < op->n; i++) {
        struct kernel_object *m = kernel_object(k, op->member[i].id);
        if (!m || m->group)
            fail_msg("group %u names member %u, which is not there", op->id, op->member[i].id);
        o->member[i] = op->member[i].id;
        o->weight[i] = op->member[i].weight;
    }
}

static inline void kernel_routes_lose(struct kernel *k, uint32_t id)
{
    for (uint32_t r = 0; r < k->routes;) {
        if (k->route[r].op.id == id)
            k->route[r] = k->route[--k->routes];
        else
            r++;
    }
}

/* With its routes, its membership, and groups that are left empty. */
static inline void kernel_object_drop(struct kernel *k, uint32_t id)
{
    kernel_routes_lose(k, id);
    struct kernel_object *o = kernel_object(k, id);
    *o = k->object[--k->objects];
    for (uint32_t i = 0; i < k->objects;) {
        o = &k->object[i];
        for (uint32_t m = 0; o->group && m < o->n;) {
            if (o->member[m] == id)
                o->member[m] = o->member[--o->n];
            else
                m++;
        }
        if (o->group && o->n == 0) {
            kernel_routes_lose(k, o->id);
            *o = k->object[--k->objects];
        } else {
            i++;
        }
    }
}

static inline void kernel_object_del(struct kernel *k, uint32_t id)
{
    struct kernel_object *o = kernel_object(k, id);
    if (!o)
        return; /* the kernel flushed it with its link */
    if (k->refuses) {
        kernel_object_drop(k, id);
        return;
    }
    for (uint32_t i = 0; i < k->routes; i++) {
        if (k->route[i].op.id == id)
            fail_msg("object %u goes while a route uses it", id);
    }
    for (uint32_t i = 0; i < k->objects; i++) {
        for (uint32_t m = 0; k->object[i].group && m < k->object[i].n; m++) {
            if (k->object[i].member[m] == id)
                fail_msg("object %u goes while group %u holds it", id, k->object[i].id);
        }
    }
    *o = k->object[--k->objects];
}

static inline void kernel_route_op(struct kernel *k, const struct fib_op *op)
{
    struct kernel_route *r = kernel_route(k, &op->prefix);
    if (op->kind == FIB_OP_ROUTE_DEL) {
        if (r)
            *r = k->route[--k->routes];
        return;
    }
    if (op->id && !kernel_object(k, op->id))
        fail_msg("a route names object %u, which is not there", op->id);
    if (!r) {
        assert_true(k->routes < KERNEL_ROUTES);
        r = &k->route[k->routes++];
    }
    r->prefix = op->prefix;
    r->op = *op;
}

static inline void kernel_do(struct kernel *k, const struct fib_op *op)
{
    k->ops++;
    switch (op->kind) {
    case FIB_OP_NEXTHOP_SET:
    case FIB_OP_GROUP_SET:
        k->object_ops++;
        kernel_object_set(k, op);
        break;
    case FIB_OP_NEXTHOP_DEL:
        k->object_ops++;
        kernel_object_del(k, op->id);
        break;
    case FIB_OP_ROUTE_SET:
    case FIB_OP_ROUTE_DEL:
        k->route_ops++;
        kernel_route_op(k, op);
        break;
    }
}

/* Hops by the link leave routes that have no object, which go with the last of them. */
static inline void kernel_flush_plain(struct kernel *k, uint32_t if_index)
{
    for (uint32_t r = 0; r < k->routes;) {
        struct fib_op *op = &k->route[r].op;
        uint32_t had = op->n;
        for (uint32_t i = 0; i < op->n;) {
            if (op->path[i].if_index == if_index)
                op->path[i] = op->path[--op->n];
            else
                i++;
        }
        if (had && op->n == 0)
            k->route[r] = k->route[--k->routes];
        else
            r++;
    }
}

/* What the kernel does when a link is set down: its objects go, groups left empty, their routes. */
static inline void kernel_flush(struct kernel *k, uint32_t if_index)
{
    kernel_flush_plain(k, if_index);
    for (uint32_t i = 0; i < k->objects; i++) {
        struct kernel_object *o = &k->object[i];
        for (uint32_t m = 0; o->group && m < o->n;) {
            struct kernel_object *member = kernel_object(k, o->member[m]);
            if (member->path.if_index == if_index)
                o->member[m] = o->member[--o->n];
            else
                m++;
        }
    }
    for (uint32_t i = 0; i < k->objects;) {
        struct kernel_object *o = &k->object[i];
        if (o->group ? o->n > 0 : o->path.if_index != if_index) {
            i++;
            continue;
        }
        for (uint32_t r = 0; r < k->routes;) {
            if (k->route[r].op.id == o->id)
                k->route[r] = k->route[--k->routes];
            else
                r++;
        }
        *o = k->object[--k->objects];
    }
}

/* Plays every operation; returns how many there were. */
static inline uint32_t drain(struct fib *f, struct kernel *k)
{
    static struct fib_op op;
    uint32_t n = 0;
    k->ops = k->route_ops = k->object_ops = 0;
    for (; fib_next_op(f, &op); n++) {
        kernel_do(k, &op);
        assert_true(n < 100000);
    }
    return n;
}

/* Plays every operation, but the first n that set something (or, with `removals`, remove it) are
 * refused. The answers come at once, or late: after everything else. In their order. */
struct refusal {
    uint32_t n;
    err_t why;
    bool removals, late;
};

static inline void drain_refused(struct fib *f, struct kernel *k, struct refusal r)
{
    static struct fib_op op, kept[256];
    err_t why[256];
    uint32_t answers = 0;
    bool more = true;
    k->ops = k->route_ops = k->object_ops = 0;
    while (more) {
        while ((more = fib_next_op(f, &op))) {
            bool removes = op.kind == FIB_OP_NEXTHOP_DEL || op.kind == FIB_OP_ROUTE_DEL;
            bool lacks = op.kind == FIB_OP_ROUTE_SET && op.id && !kernel_object(k, op.id);
            for (uint32_t i = 0; op.kind == FIB_OP_GROUP_SET && i < op.n; i++)
                lacks = lacks || !kernel_object(k, op.member[i].id);
            bool is_chosen = r.n && removes == r.removals && !lacks;
            if (!lacks && !is_chosen) {
                kernel_do(k, &op);
                continue;
            }
            r.n -= is_chosen;
            assert_true(answers < 256);
            kept[answers] = op;
            why[answers++] = lacks ? -EINVAL : r.why;
            if (!r.late)
                fib_op_failed(f, &op, why[--answers]);
        }
        more = answers > 0;
        for (uint32_t i = 0; i < answers; i++)
            fib_op_failed(f, &kept[i], why[i]);
        answers = 0;
    }
}

/* The kernel's route as text: "10.0.0.1@2 10.0.0.2@3", "blackhole", "reject", or "-". */
static inline const char *kernel_says(struct kernel *k, const char *prefix)
{
    static char buf[4096];
    struct text t = text_init(buf, sizeof(buf));
    struct prefix p = px(prefix);
    struct kernel_route *r = kernel_route(k, &p);
    if (!r || r->op.route_kind != FIB_UNICAST)
        return !r ? "-" : r->op.route_kind == FIB_BLACKHOLE ? "blackhole" : "reject";
    struct kernel_object *o = r->op.id ? kernel_object(k, r->op.id) : NULL;
    uint32_t n = o ? o->n : r->op.n;
    for (uint32_t i = 0; i < n; i++) {
        const struct fib_path *path = o && o->group ? &kernel_object(k, o->member[i])->path
                                      : o           ? &o->path
                                                    : &r->op.path[i];
        if (i)
            text_char(&t, ' ');
        text_ip(&t, &path->next_hop);
        text_char(&t, '@');
        text_u64(&t, path->if_index);
    }
    return buf;
}

/* The FIB's own answer for a packet, in the same form. */
static inline const char *fib_says(const struct fib *f, const char *to)
{
    static char buf[4096];
    static struct fib_answer a;
    struct text t = text_init(buf, sizeof(buf));
    struct ip_addr addr = ip(to);
    fib_lookup(f, &addr, &a);
    if (a.is_own)
        return "own";
    if (!a.found || a.blackhole || a.reject)
        return a.blackhole ? "blackhole" : a.reject ? "reject" : "-";
    for (uint32_t i = 0; i < a.n; i++) {
        if (i)
            text_char(&t, ' ');
        text_ip(&t, &a.path[i].next_hop);
        text_char(&t, '@');
        text_u64(&t, a.path[i].if_index);
    }
    return buf;
}

#endif
