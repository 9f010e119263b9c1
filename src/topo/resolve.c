/* References, places and endpoints: looked up when every name of the topology is known. */
#include <stdio.h>
#include <string.h>

#include "topo/internal.h"

static const char *path_text(const struct topo_object *o, char *buffer)
{
    struct text t = text_init(buffer, TOPO_PATH_MAX);
    topo_object_path(o, &t);
    return buffer;
}

static void ambiguous(struct topo_reader *rd, const struct lang_node *node,
                      const struct topo_found *found)
{
    char quote[TOPO_QUOTE_MAX], first[TOPO_PATH_MAX], second[TOPO_PATH_MAX], expected[192];
    snprintf(expected, sizeof(expected), "%.90s or %.90s", path_text(found->first, first),
             path_text(found->second, second));
    topo_error(rd, node,
               (struct topo_wrong){ "TOPO-REF-AMBIGUOUS", expected, "write the path of the one" },
               "%s is the name of %u things", topo_quote(quote, node->text), found->count);
}

/* Nothing has that name: the nearest, or where to define it. */
static void unknown(struct topo_reader *rd, const struct lang_node *node,
                    const struct topo_kind *kind, const char *name)
{
    char quote[TOPO_QUOTE_MAX], remedy[192];
    const char *near = NULL;
    struct ip_addr addr;
    if (rd->suggestions++ < TOPO_SUGGESTIONS_MAX)
        near = topo_index_near(rd->t->index, kind, name);
    if (near)
        snprintf(remedy, sizeof(remedy), "did you mean %.160s?", near);
    else if (!kind && ip_parse(name, &addr))
        snprintf(remedy, sizeof(remedy), "name what has the address");
    else if (kind && !kind->parent)
        snprintf(remedy, sizeof(remedy), "define it under %s", kind->path);
    else if (kind)
        snprintf(remedy, sizeof(remedy), "define it under %s of its %s, and write parent/name",
                 kind->path, kind->parent->name);
    else
        snprintf(remedy, sizeof(remedy), "define it, or write the path of what is meant");
    topo_error(rd, node, (struct topo_wrong){ "TOPO-REF-UNKNOWN", NULL, remedy },
               "there is no %s %s", kind ? kind->name : "resource", topo_quote(quote, name));
}

/* The name is that of something else. */
static void other_kind(struct topo_reader *rd, const struct lang_node *node,
                       const struct topo_kind *kind, const struct topo_object *o)
{
    char quote[TOPO_QUOTE_MAX], expected[128];
    struct topo_field f = { .kind = kind };
    struct text t = text_init(expected, sizeof(expected));
    topo_expected(&f, TOPO_REF, &t);
    topo_error(rd, node, (struct topo_wrong){ "TOPO-REF-KIND", expected, "name one of that kind" },
               "%s is of another kind: %s", topo_quote(quote, node->text), o->kind->name);
}

static const struct topo_object *resolve_ref(struct topo_reader *rd, const struct topo_fixup *x)
{
    const char *s = x->node->text;
    size_t len = x->node->text_len;
    struct topo_found found = topo_index_name(rd->t->index, x->kind, s, len);
    if (found.count == 1)
        return found.first;
    if (found.count == 0) {
        found = topo_index_path(rd->t->index, s, len);
        if (found.count == 1 && found.first->kind == x->kind)
            return found.first;
        if (found.count == 0)
            found = topo_index_name(rd->t->index, NULL, s, len);
        if (found.count > 0)
            other_kind(rd, x->node, x->kind, found.first);
        else
            unknown(rd, x->node, x->kind, s);
        return NULL;
    }
    ambiguous(rd, x->node, &found);
    return NULL;
}

static struct topo_found find_any(const struct topo_reader *rd, const char *s, size_t len)
{
    struct topo_found found = topo_index_path(rd->t->index, s, len);
    return found.count ? found : topo_index_name(rd->t->index, NULL, s, len);
}

static bool is_part(const struct topo_kind *kind, const char *part)
{
    if (kind->device)
        return part[0] != '\0';
    for (const char *const *p = kind->parts; p && *p; p++) {
        if (strcmp(*p, part) == 0)
            return true;
    }
    return false;
}

static void wrong_part(struct topo_reader *rd, const struct lang_node *node,
                       const struct topo_object *o, const char *part)
{
    char quote[TOPO_QUOTE_MAX], path[TOPO_PATH_MAX], expected[128];
    struct text t = text_init(expected, sizeof(expected));
    if (o->kind->device)
        text_str(&t, "an interface, or a line of its configuration");
    for (const char *const *p = o->kind->parts; p && *p; p++) {
        text_str(&t, t.len ? " or " : "");
        text_str(&t, *p);
    }
    topo_error(rd, node,
               (struct topo_wrong){ "TOPO-PART", t.len ? expected : "nothing after it",
                                    "change what follows the colon, or leave it out" },
               "%s is no part of %s", topo_quote(quote, part), path_text(o, path));
}

/* A resource, and what follows it after a colon. The names of some things contain colons: the
 * whole text is tried first. */
static bool resolve_place(struct topo_reader *rd, const struct topo_fixup *x)
{
    struct topo_place *place = x->slot;
    const struct lang_node *node = x->node;
    const char *colon = strchr(node->text, ':');
    struct topo_found found = find_any(rd, node->text, node->text_len);
    place->node = node;
    if (found.count == 0 && colon)
        found = find_any(rd, node->text, (size_t)(colon - node->text));
    else
        colon = NULL;
    if (found.count > 1) {
        ambiguous(rd, node, &found);
        return false;
    }
    if (found.count == 0) {
        char name[TOPO_PATH_MAX];
        struct text t = text_init(name, sizeof(name));
        text_bytes(&t, node->text, strcspn(node->text, ":"));
        unknown(rd, node, NULL, name);
        return false;
    }
    if (colon && !is_part(found.first->kind, colon + 1)) {
        wrong_part(rd, node, found.first, colon + 1);
        return false;
    }
    place->object = found.first;
    place->part = colon ? colon + 1 : NULL;
    return true;
}

/* --- endpoints -------------------------------------------------------------------------------- */

static const struct topo_field *address_field(const struct topo_kind *kind)
{
    for (const struct topo_field *f = kind->fields; f->name; f++) {
        if (f->address)
            return f;
    }
    return NULL;
}

/* The address by which the object is known, through the resource that has it: a gateway's instance
 * has a public address. IP_NONE: not known yet. */
static struct ip_addr address_of(const struct topo_object *o)
{
    struct ip_addr none = { 0 };
    for (unsigned steps = 0; o && steps < 4; steps++) {
        const struct topo_field *f = address_field(o->kind);
        if (!f)
            return none;
        const void *slot = (const char *)o + f->offset;
        if (f->type == TOPO_ADDR)
            return *(const struct ip_addr *)slot;
        if (f->type == TOPO_IFADDR)
            return ((const struct topo_ifaddr *)slot)->addr;
        assert(f->type == TOPO_REF);
        o = *(const struct topo_object *const *)slot;
    }
    return none;
}

static bool resolve_endpoint(struct topo_reader *rd, const struct topo_fixup *x)
{
    struct topo_endpoint *endpoint = x->slot;
    char path[TOPO_PATH_MAX];
    struct topo_place place = { 0 };
    struct topo_fixup as_place = *x;
    as_place.slot = &place;
    if (!resolve_place(rd, &as_place))
        return false;
    if (place.part || !address_field(place.object->kind)) {
        topo_error(rd, x->node,
                   (struct topo_wrong){ "TOPO-REF-KIND", "an IPv4 address, or what has just one",
                                        "write the address, or name the public address" },
                   "%s has no address of its own", path_text(place.object, path));
        return false;
    }
    endpoint->of = place.object;
    return true;
}

void topo_resolve_endpoints(struct topo *t)
{
    for (struct topo_fixup *x = t->fixups; x; x = x->next) {
        struct topo_endpoint *endpoint = x->slot;
        if (x->type == TOPO_ENDPOINT && endpoint->of && endpoint->addr.family == IP_NONE)
            endpoint->addr = address_of(endpoint->of);
    }
}

void topo_resolve(struct topo_reader *rd)
{
    for (struct topo_fixup *x = rd->t->fixups; x && !rd->full; x = x->next) {
        if (x->type == TOPO_REF)
            *(const struct topo_object **)x->slot = resolve_ref(rd, x);
        else if (x->type == TOPO_PLACE)
            (void)resolve_place(rd, x);
        else
            (void)resolve_endpoint(rd, x);
    }
    topo_resolve_endpoints(rd->t);
}
