#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/follow.h"
#include "check/look.h"

/* ---- reporting ------------------------------------------------------------------------------- */

/* Where an object is named, or what it is a part of. */
static const struct lang_node *written(const struct topo_object *o)
{
    while (o && !o->key)
        o = o->parent;
    return o ? o->key : NULL;
}

static struct check_finding *new_finding(struct check *c)
{
    if (c->count == CHECK_FINDINGS_MAX)
        return NULL;
    if (c->count == c->cap) {
        uint32_t cap = MAX(c->cap * 2, 64u);
        struct check_finding *grown = arena_alloc(c->arena, cap * sizeof(*grown));
        if (!grown)
            return NULL;
        if (c->count > 0)
            memcpy(grown, c->findings, c->count * sizeof(*grown));
        c->findings = grown;
        c->cap = cap;
    }
    return &c->findings[c->count++];
}

static void add(struct check *c, const struct check_finding *of, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void add(struct check *c, const struct check_finding *of, const char *format, va_list args)
{
    char sentence[CHECK_SENTENCE_MAX];
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    const char *what = arena_str(c->arena, sentence);
    struct check_finding *f = what ? new_finding(c) : NULL;
    if (!f) {
        c->dropped++;
        return;
    }
    *f = *of;
    f->severity = check_rule_severity(of->rule);
    f->what = what;
}

void check_report(struct check *c, const struct check_rule *rule, const struct topo_object *object,
                  const char *key, const char *format, ...)
{
    assert(object);
    struct check_finding f = { .rule = rule, .objects = { object }, .object_count = 1 };
    f.at = key && object->node ? lang_get(object->node, key) : NULL;
    if (!f.at)
        f.at = written(object);
    va_list args;
    va_start(args, format);
    add(c, &f, format, args);
    va_end(args);
}

void check_report_at(struct check *c, const struct check_rule *rule,
                     const struct topo_object *const *objects, const struct lang_node *at,
                     const char *format, ...)
{
    struct check_finding f = { .rule = rule };
    while (f.object_count < CHECK_OBJECTS_MAX && objects[f.object_count]) {
        f.objects[f.object_count] = objects[f.object_count];
        f.object_count++;
    }
    assert(f.object_count > 0);
    f.at = at ? at : written(f.objects[0]);
    va_list args;
    va_start(args, format);
    add(c, &f, format, args);
    va_end(args);
}

/* Where the line of a device begins behind its indentation. */
static uint32_t first_column(const struct check_device *d, uint32_t line)
{
    const char *s = d->text, *end = s ? s + d->len : NULL;
    uint32_t column = 1;
    for (uint32_t i = 1; s && i < line; i++) {
        s = memchr(s, '\n', (size_t)(end - s));
        s = s ? s + 1 : NULL;
    }
    for (; s && s < end && (*s == ' ' || *s == '\t'); s++)
        column++;
    return column;
}

void check_report_line(struct check *c, const struct check_rule *rule,
                       const struct check_device *device, uint32_t line, const char *format, ...)
{
    struct check_finding f = {
        .rule = rule,
        .objects = { device->owner },
        .object_count = 1,
        .at = written(device->owner),
        .file = device->device->configuration,
        .line = line,
        .column = line ? first_column(device, line) : 0,
    };
    va_list args;
    va_start(args, format);
    add(c, &f, format, args);
    va_end(args);
}

void check_last_is(struct check *c, enum diag_severity at_most)
{
    if (c->count > 0 && c->dropped == 0)
        c->findings[c->count - 1].severity = MIN(c->findings[c->count - 1].severity, at_most);
}

void check_last_concerns(struct check *c, const struct topo_object *object)
{
    if (c->count == 0 || c->dropped > 0)
        return;
    struct check_finding *f = &c->findings[c->count - 1];
    if (f->object_count < CHECK_OBJECTS_MAX)
        f->objects[f->object_count++] = object;
}

void check_last_loses(struct check *c, const struct check_loss *loss)
{
    if (c->count > 0 && c->dropped == 0)
        c->findings[c->count - 1].loss = *loss;
}

void check_last_is_of(struct check *c, const struct net_tunnel *tunnel)
{
    if (c->count > 0 && c->dropped == 0)
        c->findings[c->count - 1].tunnel = tunnel;
}

/* ---- suppression ----------------------------------------------------------------------------- */

static bool is_within(const struct topo_object *o, const struct topo_object *of)
{
    while (o && o != of)
        o = o->parent;
    return o != NULL;
}

static bool concerns(const struct check_finding *f, const struct topo_object *object)
{
    for (uint32_t i = 0; i < f->object_count; i++)
        if (is_within(f->objects[i], object))
            return true;
    return object == NULL;
}

static void suppress(struct check *c)
{
    for (uint32_t i = 0; i < c->topo->suppress.count; i++) {
        const struct topo_suppression *s = &c->topo->suppress.items[i];
        const struct check_rule *rule = check_rule_find(s->rule);
        for (uint32_t k = 0; k < c->count; k++)
            if (c->findings[k].rule == rule && concerns(&c->findings[k], s->object.object)) {
                c->findings[k].suppressed = s->reason;
                c->silences[i] = true;
            }
    }
}

/* ---- order ----------------------------------------------------------------------------------- */

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

/* What nobody wrote comes last; a device's lines come where the device stands. */
static int compare(const void *left, const void *right)
{
    const struct check_finding *a = left, *b = right;
    static const struct lang_node nowhere = { .file = UINT32_MAX };
    const struct lang_node *at = a->at ? a->at : &nowhere, *than = b->at ? b->at : &nowhere;
    int order = compare_u32(at->file, than->file);
    order = order ? order : compare_u32(at->line, than->line);
    order = order ? order : compare_u32(at->column, than->column);
    order = order ? order : compare_text(a->file, b->file);
    order = order ? order : compare_u32(a->line, b->line);
    order = order ? order : strcmp(a->rule->id, b->rule->id);
    return order ? order : strcmp(a->what, b->what);
}

static void sort(struct check *c)
{
    uint32_t kept = 0;
    if (c->count > 1)
        qsort(c->findings, c->count, sizeof(*c->findings), compare);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct check_finding *f = &c->findings[i];
        if (kept > 0 && compare(f, &c->findings[kept - 1]) == 0)
            continue;
        c->findings[kept++] = *f;
    }
    c->count = kept;
}

static void count(struct check *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        const struct check_finding *f = &c->findings[i];
        c->effects += f->follows != NULL;
        if (f->follows)
            continue;
        c->suppressed += f->suppressed != NULL;
        c->errors += !f->suppressed && f->severity == DIAG_ERROR;
        c->warnings += !f->suppressed && f->severity == DIAG_WARNING;
        c->notes += !f->suppressed && f->severity == DIAG_NOTE;
    }
}

/* ---- the run --------------------------------------------------------------------------------- */

static void run_rules(struct check *c, bool of_others)
{
    for (size_t t = 0; check_rule_tables[t]; t++)
        for (const struct check_rule *r = check_rule_tables[t]; r->id; r++)
            if (r->of_others == of_others)
                r->run(c, r);
}

bool check_run(struct check *c)
{
    if (!look_build(c))
        return false;
    c->silences = arena_alloc(c->arena, c->topo->suppress.count + 1);
    if (!c->silences)
        return false;
    memset(c->silences, 0, c->topo->suppress.count + 1);
    run_rules(c, false);
    suppress(c);
    run_rules(c, true);
    suppress(c);
    sort(c);
    check_follow(c);
    count(c);
    return true;
}
