#include "check/expect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/expect_impl.h"
#include "net/list.h"

/* ---- rows ------------------------------------------------------------------------------------ */

void expect_add(struct expecting *x, enum check_verdict verdict, const struct lang_node *at,
                const char *format, ...)
{
    char sentence[CHECK_SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    struct check_expect *e = x->expect;
    const char *what = arena_str(x->c->arena, sentence);
    struct check_expect_row *row = what ? NET_PUSH(x->c->arena, e) : NULL;
    if (!row) {
        x->full = true;
        return;
    }
    *row = (struct check_expect_row){ verdict, at, what };
    e->held += verdict == CHECK_HOLDS;
    e->failed += verdict == CHECK_FAILED;
    e->left += verdict == CHECK_LEFT;
}

void expect_leave(struct expecting *x, const struct topo_object *o, const char *what)
{
    expect_add(x, CHECK_LEFT, o->node, "%s", what);
}

/* Room for the text of a place or an address in a sentence. */
static const char *path_text(char *buffer, size_t cap, const struct topo_place *p)
{
    struct text t = text_init(buffer, cap);
    topo_object_path(p->object, &t);
    if (p->part) {
        text_str(&t, ":");
        text_str(&t, p->part);
    }
    return buffer;
}

/* ---- findings -------------------------------------------------------------------------------- */

static bool is_within(const struct topo_object *o, const struct topo_object *of)
{
    while (o && o != of)
        o = o->parent;
    return o != NULL;
}

/* Whether the line of the device's file begins with the text, white space aside. */
static bool is_line(const struct check *c, const struct check_finding *f, const char *text)
{
    const struct check_device *d = f->file ? look_device_of(c, f->objects[0]) : NULL;
    for (uint32_t line = 0; d && f->line;) {
        line = look_line(d, text, line);
        if (line == f->line)
            return true;
        if (line == 0 || line > f->line)
            break;
    }
    return false;
}

static bool is_about(const struct check *c, const struct check_finding *f,
                     const struct topo_place *place)
{
    bool about = !place->object;
    for (uint32_t i = 0; i < f->object_count; i++)
        about |= is_within(f->objects[i], place->object);
    return about && (!place->part || !f->file || is_line(c, f, place->part));
}

static bool is_severity(const char *name, enum diag_severity severity)
{
    return !name || strcmp(name, check_severity_name(severity)) == 0 ||
           (severity == DIAG_NOTE && strcmp(name, "note") == 0);
}

static void expect_finding(struct expecting *x, const struct expect_finding *e, bool *expected)
{
    const struct check_rule *rule = check_rule_find(e->rule);
    const struct check_finding *other = NULL;
    bool found = false;
    for (uint32_t i = 0; rule && i < x->c->count; i++) {
        const struct check_finding *f = &x->c->findings[i];
        if (f->rule != rule || f->suppressed || !is_about(x->c, f, &e->object))
            continue;
        bool same = is_severity(e->severity, f->severity);
        other = same ? other : f;
        found |= same;
        expected[i] = true;
    }
    char path[512];
    const char *about = e->object.object ? path_text(path, sizeof(path), &e->object) : "any object";
    if (found && !other)
        expect_add(x, CHECK_HOLDS, e->o.node, "%s about %s is found", rule->id, about);
    else if (other)
        expect_add(x, CHECK_FAILED, e->o.node, "%s about %s is found as %s, not as %s", rule->id,
                   about, check_severity_name(other->severity), e->severity);
    else
        expect_add(x, CHECK_FAILED, e->o.node, "%s about %s is not found%s", e->rule, about,
                   rule ? "" : ": there is no such rule");
}

/* Every error and warning has to be expected; what is for information, or follows from another
 * finding, may be left out. */
static void expect_findings(struct expecting *x)
{
    const struct topo_expect *e = &x->c->topo->expect;
    bool *expected = arena_alloc(x->c->arena, x->c->count * sizeof(*expected));
    x->full |= !expected;
    if (!expected)
        return;
    for (uint32_t i = 0; i < e->findings.count; i++)
        expect_finding(x, &e->findings.items[i], expected);
    for (uint32_t i = 0; i < x->c->count; i++) {
        const struct check_finding *f = &x->c->findings[i];
        if (!expected[i] && !f->suppressed && !f->follows && f->severity != DIAG_NOTE)
            expect_add(x, CHECK_FAILED, f->at, "%s is not expected: %s", f->rule->id, f->what);
    }
}

/* ---- counts ---------------------------------------------------------------------------------- */

static const struct topo_field *field_named(const struct topo_field *f, const char *s, size_t len)
{
    for (; f->name; f++)
        if (strncmp(f->name, s, len) == 0 && f->name[len] == '\0')
            return f;
    return NULL;
}

static bool is_collection(const struct topo_field *f)
{
    return f && (f->type == TOPO_NAMED || f->type == TOPO_ITEMS);
}

/* Of the parts of all objects of a collection: "gcp.routers.peers". */
static bool count_parts(const struct topo_field *f, const void *list, const char *part,
                        uint32_t *ret_count)
{
    const struct topo_any_list *objects = list;
    const struct topo_field *parts = field_named(f->kind->fields, part, strlen(part));
    if (!is_collection(parts))
        return false;
    *ret_count = 0;
    for (uint32_t i = 0; i < objects->count; i++) {
        const char *object = (const char *)objects->items + i * f->kind->size;
        *ret_count += ((const struct topo_any_list *)(object + parts->offset))->count;
    }
    return true;
}

/* How many a collection of the file has, by the tables of the format. False: no such one. */
static bool count_collection(const struct topo *t, const char *name, uint32_t *ret_count)
{
    const char *base = (const char *)t;
    const struct topo_field *fields = topo_root_fields;
    while (fields) {
        size_t len = strcspn(name, ".");
        const struct topo_field *f = field_named(fields, name, len);
        if (!f)
            return false;
        base += f->offset;
        if (is_collection(f) && name[len] != '\0')
            return count_parts(f, base, name + len + 1, ret_count);
        if (is_collection(f))
            *ret_count = ((const struct topo_any_list *)base)->count;
        if (name[len] == '\0')
            return is_collection(f);
        fields = f->type == TOPO_STRUCT ? f->fields : NULL;
        name += len + 1;
    }
    return false;
}

static bool count_of(const struct check *c, const char *name, uint32_t *ret_count)
{
    bool up = strcmp(name, "tunnels.up") == 0;
    if (!up && strcmp(name, "tunnels") != 0)
        return count_collection(c->topo, name, ret_count);
    *ret_count = 0;
    for (uint32_t i = 0; i < c->net->tunnels.count; i++)
        *ret_count += !up || c->net->tunnels.items[i].fault == NET_FINE;
    return true;
}

static void expect_counts(struct expecting *x)
{
    for (uint32_t i = 0; i < x->c->topo->expect.objects.count; i++) {
        const struct expect_count *e = &x->c->topo->expect.objects.items[i];
        uint32_t n = 0;
        if (!count_of(x->c, e->collection, &n))
            expect_add(x, CHECK_FAILED, e->o.node, "there is no collection %s", e->collection);
        else
            expect_add(x, n == e->count ? CHECK_HOLDS : CHECK_FAILED, e->o.node,
                       "%s: %u expected, there are %u", e->collection, e->count, n);
    }
}

/* ---- what is left ---------------------------------------------------------------------------- */

static void leave_the_rest(struct expecting *x)
{
    const struct topo_expect *e = &x->c->topo->expect;
    for (uint32_t i = 0; i < e->reach.count; i++)
        expect_leave(x, &e->reach.items[i].o, "who reaches whom");
    for (uint32_t i = 0; i < e->routes.count; i++)
        expect_leave(x, &e->routes.items[i].o, "a table of routes");
    for (uint32_t i = 0; i < e->outages.count; i++)
        expect_leave(x, &e->outages.items[i].o, "an outage");
    for (uint32_t i = 0; i < e->order.count; i++)
        expect_leave(x, &e->order.items[i].o, "a step of the work, which is for the plan");
}

bool check_expectations(const struct check *c, struct check_expect *ret_expect)
{
    *ret_expect = (struct check_expect){ 0 };
    struct expecting x = { .c = c, .expect = ret_expect };
    expect_findings(&x);
    expect_tunnels(&x);
    expect_sessions(&x);
    expect_status(&x);
    expect_counts(&x);
    leave_the_rest(&x);
    return !x.full;
}
