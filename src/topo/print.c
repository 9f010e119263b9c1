/* A topology as YAML or JSON. Tables and structs are walked with a stack of what is open; a map or
 * a list is begun when the first thing in it is written, so that empty ones leave no trace. */
#include "topo/print.h"

#include <string.h>

#include "topo/internal.h"
#include "topo/kinds.h"

/* Sections, resources, parts of parts, and the list around each: no table is deeper. */
enum { FRAMES_MAX = 24, INDENT = 2 };

enum frame_kind { FRAME_MAP, FRAME_SEQ };

struct frame {
    enum frame_kind kind;
    const char *key; /* NULL: an item of a list, or the whole */
    bool opened, has_items;
    bool keeps_empty; /* a resource without keys is one all the same */
    bool quiet;       /* defaults are left out */
    unsigned indent;  /* of what is in it; of a list: of its dashes */
    /* A map of fields: its struct, the next row, and where the user wrote it. */
    const char *base;
    const struct topo_field *field;
    const struct lang_node *node;
    /* A collection: what is in it, and the next one. */
    const struct topo_any_list *list;
    const struct topo_kind *of;
    uint32_t at;
};

struct printer {
    const struct topo *t;
    struct topo_printer *out;
    bool json, marks;
    struct frame stack[FRAMES_MAX];
    unsigned depth;
    bool dash; /* the next line begins an item of a list */
    char buffer[6 * TOPO_TEXT_MAX + 8];
};

static void put(struct printer *p, const char *s)
{
    p->out->write(p->out, s, strlen(s));
}

static void put_blanks(struct printer *p, unsigned n)
{
    for (; n > 0; n--)
        put(p, " ");
}

/* --- texts ------------------------------------------------------------------------------------ */

/* In quotes as JSON has it, which is YAML too. */
static void put_quoted(struct printer *p, const char *s)
{
    struct text t = text_init(p->buffer, sizeof(p->buffer));
    text_char(&t, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            text_char(&t, '\\');
        if (*s == '\n') {
            text_str(&t, "\\n");
        } else if (*s == '\t') {
            text_str(&t, "\\t");
        } else if ((unsigned char)*s < 0x20 || *s == 0x7f) {
            const char byte = *s;
            text_str(&t, "\\u00");
            text_hex(&t, &byte, 1);
        } else {
            text_char(&t, *s);
        }
    }
    text_char(&t, '"');
    put(p, t.s);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether YAML's core schema, and the older one, take the text for itself as it stands. */
static bool is_plain(const char *s)
{
    static const char *const words[] = {
        "true", "false", "null", "yes", "no", "on", "off", "y", "n"
    };
    bool letters = is_letter(*s);
    if (!is_letter(*s) && !(*s >= '0' && *s <= '9'))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t k = 0;
        while (s[k] && (char)(s[k] | 0x20) == words[i][k])
            k++;
        if (!s[k] && !words[i][k])
            return false;
    }
    for (; *s; s++) {
        /* 1e3, 0x10 and 0o7 are numbers. */
        letters = letters || (is_letter(*s) && !strchr("abcdefABCDEFxo", *s));
        if (!is_letter(*s) && !(*s >= '0' && *s <= '9') && !strchr("._/-", *s) &&
            !(*s == ':' && s[1] && s[1] != ' '))
            return false;
    }
    return letters;
}

static void put_text(struct printer *p, const char *s)
{
    if (!p->json && is_plain(s))
        put(p, s);
    else
        put_quoted(p, s);
}

/* --- frames ----------------------------------------------------------------------------------- */

/* Begins a line in the frame: its key, or the dash of an item. */
static void begin_item(struct printer *p, struct frame *in, const char *key)
{
    if (p->json && in->has_items)
        put(p, ",");
    if (p->json)
        put(p, "\n");
    if (!p->json && p->dash) {
        put_blanks(p, in->indent - INDENT);
        put(p, "- ");
        p->dash = false;
    } else {
        put_blanks(p, in->indent);
        if (!p->json && in->kind == FRAME_SEQ)
            put(p, "- ");
    }
    if (key && p->json)
        put_quoted(p, key);
    else if (key)
        put_text(p, key);
    if (key)
        put(p, p->json ? ": " : ":");
    in->has_items = true;
}

/* Opens the frames that wait for their first item. */
static void open_frames(struct printer *p)
{
    for (unsigned i = 1; i < p->depth; i++) {
        struct frame *f = &p->stack[i];
        if (f->opened)
            continue;
        f->opened = true;
        if (!p->json && !f->key) {
            p->dash = true; /* stands on the line of what is first in it */
            continue;
        }
        begin_item(p, &p->stack[i - 1], f->key);
        put(p, !p->json ? "\n" : f->kind == FRAME_MAP ? "{" : "[");
    }
}

static void push(struct printer *p, struct frame f)
{
    assert(p->depth < FRAMES_MAX);
    f.indent = p->depth ? p->stack[p->depth - 1].indent + INDENT : 0;
    p->stack[p->depth++] = f;
}

static void pop(struct printer *p)
{
    struct frame *f = &p->stack[--p->depth];
    if (f->opened && p->json) {
        put(p, "\n");
        put_blanks(p, f->indent - INDENT);
        put(p, f->kind == FRAME_MAP ? "}" : "]");
    } else if (!f->opened && f->keeps_empty) {
        open_frames(p);
        begin_item(p, &p->stack[p->depth - 1], f->key);
        put(p, p->json ? "{}" : f->key ? " {}\n" : "{}\n");
    } else if (p->dash && !f->key) {
        begin_item(p, f, NULL); /* nothing but a comment stands in it */
        put(p, "{}\n");
    }
}

/* --- values ----------------------------------------------------------------------------------- */

static bool is_empty(const struct topo_field *f, const void *slot)
{
    switch (f->type) {
    case TOPO_TEXT:
    case TOPO_SECRET:
    case TOPO_FILE:
        return !*(const char *const *)slot;
    case TOPO_BOOL:
    case TOPO_CHOICE:
        return false;
    case TOPO_U32:
        return *(const uint32_t *)slot == 0;
    case TOPO_ADDR:
        return ((const struct ip_addr *)slot)->family == IP_NONE;
    case TOPO_PREFIX:
        return ((const struct prefix *)slot)->family == IP_NONE;
    case TOPO_IFADDR:
        return ((const struct topo_ifaddr *)slot)->addr.family == IP_NONE;
    case TOPO_ENDPOINT: {
        const struct topo_endpoint *e = slot;
        return !e->of && e->addr.family == IP_NONE;
    }
    case TOPO_REF:
        return !*(const void *const *)slot;
    case TOPO_PLACE:
        return !((const struct topo_place *)slot)->object;
    case TOPO_STRUCT:
        return false;
    case TOPO_NAMED:
    case TOPO_ITEMS:
    case TOPO_LIST:
        return ((const struct topo_any_list *)slot)->count == 0;
    }
    return true;
}

/* Whether the value is the one that it has when the key is left out. */
static bool is_preset(const struct topo_field *f, const void *slot)
{
    switch (f->type) {
    case TOPO_BOOL:
        return *(const bool *)slot == (f->preset != 0);
    case TOPO_U32:
        return *(const uint32_t *)slot == (uint32_t)f->preset;
    case TOPO_CHOICE:
        return *(const int *)slot == (int)f->preset;
    case TOPO_TEXT:
    case TOPO_SECRET:
    case TOPO_FILE:
    case TOPO_ADDR:
    case TOPO_PREFIX:
    case TOPO_IFADDR:
    case TOPO_ENDPOINT:
    case TOPO_REF:
    case TOPO_PLACE:
    case TOPO_STRUCT:
    case TOPO_NAMED:
    case TOPO_ITEMS:
    case TOPO_LIST:
        break;
    }
    return false;
}

/* As references to it are written: parts with their parent's name. */
static void ref_text(const struct topo_object *o, struct text *t)
{
    if (o->parent) {
        text_str(t, o->parent->name);
        text_char(t, '/');
    }
    text_str(t, o->name);
}

static void place_text(const struct topo_place *place, struct text *t)
{
    topo_object_path(place->object, t);
    if (place->part) {
        text_char(t, ':');
        text_str(t, place->part);
    }
}

static void put_address(struct printer *p, const struct ip_addr *addr, unsigned len)
{
    char buffer[PREFIX_TEXT_MAX + 8];
    struct text t = text_init(buffer, sizeof(buffer));
    text_ip(&t, addr);
    if (len <= 32) {
        text_char(&t, '/');
        text_u64(&t, len);
    }
    if (p->json)
        put_quoted(p, buffer);
    else
        put(p, buffer);
}

/* A reference, as text. */
static void put_reference(struct printer *p, enum topo_type type, const void *slot)
{
    char buffer[TOPO_PATH_MAX + TOPO_TEXT_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    if (type == TOPO_REF)
        ref_text(*(const struct topo_object *const *)slot, &t);
    else if (type == TOPO_PLACE)
        place_text(slot, &t);
    else
        topo_object_path(((const struct topo_endpoint *)slot)->of, &t);
    put_text(p, buffer);
}

static void put_number(struct printer *p, uint32_t n)
{
    char buffer[24];
    struct text t = text_init(buffer, sizeof(buffer));
    text_u64(&t, n);
    put(p, buffer);
}

static void put_value(struct printer *p, const struct topo_field *f, enum topo_type type,
                      const void *slot)
{
    enum { NO_LENGTH = 255 };
    const struct prefix *prefix = slot;
    const struct topo_ifaddr *ifaddr = slot;
    const struct topo_endpoint *endpoint = slot;
    switch (type) {
    case TOPO_TEXT:
    case TOPO_FILE:
        put_text(p, *(const char *const *)slot);
        break;
    case TOPO_BOOL:
        put(p, *(const bool *)slot ? "true" : "false");
        break;
    case TOPO_U32:
        put_number(p, *(const uint32_t *)slot);
        break;
    case TOPO_CHOICE:
        put_text(p, f->choices[*(const int *)slot]);
        break;
    case TOPO_ADDR:
        put_address(p, slot, NO_LENGTH);
        break;
    case TOPO_PREFIX: {
        struct ip_addr addr = prefix_addr(prefix);
        put_address(p, &addr, prefix->len);
        break;
    }
    case TOPO_IFADDR:
        put_address(p, &ifaddr->addr, ifaddr->len);
        break;
    case TOPO_ENDPOINT:
        if (endpoint->of)
            put_reference(p, type, slot);
        else
            put_address(p, &endpoint->addr, NO_LENGTH);
        break;
    case TOPO_REF:
    case TOPO_PLACE:
        put_reference(p, type, slot);
        break;
    case TOPO_SECRET:
    case TOPO_STRUCT:
    case TOPO_NAMED:
    case TOPO_ITEMS:
    case TOPO_LIST:
        break;
    }
}

static bool is_null_item(enum topo_type type, const void *slot)
{
    struct topo_field f = { .type = type };
    return type != TOPO_U32 && type != TOPO_BOOL && is_empty(&f, slot);
}

static void put_list(struct printer *p, const struct topo_field *f, const void *slot)
{
    const struct topo_any_list *list = slot;
    size_t size = topo_element_size(f->element);
    bool first = true;
    put(p, "[");
    for (uint32_t i = 0; i < list->count; i++) {
        const char *item = (const char *)list->items + i * size;
        if (is_null_item(f->element, item))
            continue;
        put(p, first ? "" : ", ");
        put_value(p, f, f->element, item);
        first = false;
    }
    put(p, "]");
}

/* --- fields ----------------------------------------------------------------------------------- */

static void print_value(struct printer *p, const struct topo_field *f, const void *slot)
{
    struct frame *in = &p->stack[p->depth - 1];
    bool written = in->node && topo_value_in(in->node, f);
    bool preset = is_preset(f, slot);
    if (!written && preset && (in->quiet || (f->type == TOPO_U32 && f->preset == 0)))
        return;
    if (!written && !preset && is_empty(f, slot))
        return;
    if (f->type == TOPO_SECRET) {
        if (!p->marks)
            return;
        open_frames(p);
        put_blanks(p, in->indent);
        put(p, "# ");
        put(p, f->name);
        put(p, ": given, not shown\n");
        return;
    }
    if (f->type != TOPO_BOOL && f->type != TOPO_CHOICE && f->type != TOPO_U32 &&
        is_empty(f, slot) && f->type != TOPO_LIST)
        return; /* written, and not understood */
    open_frames(p);
    begin_item(p, in, f->name);
    put(p, p->json ? "" : " ");
    if (f->type == TOPO_LIST)
        put_list(p, f, slot);
    else
        put_value(p, f, f->type, slot);
    if (p->marks && !written && in->base != (const char *)p->t)
        put(p, preset ? " # default" : " # assigned");
    put(p, p->json ? "" : "\n");
}

/* Whether a struct holds anything but what it holds when it is left out. */
static bool says_something(const struct topo_field *fields, const char *base)
{
    for (const struct topo_field *f = fields; f->name; f++) {
        const void *slot = base + f->offset;
        if (f->size > 0 && f->type != TOPO_STRUCT && !is_empty(f, slot) && !is_preset(f, slot))
            return true;
    }
    return false;
}

/* A struct in its place. One that the user did not write is there when something was assigned. */
static void push_struct(struct printer *p, const struct topo_field *f, const char *base, bool quiet)
{
    struct frame level = { .kind = FRAME_MAP, .key = f->name, .base = base, .field = f->fields };
    if (f->node_offset) {
        level.node = *(const struct lang_node *const *)(const void *)(base + f->node_offset);
        level.keeps_empty = level.node != NULL;
    }
    level.quiet = quiet || (f->node_offset && !level.node && !says_something(f->fields, base)) ||
                  f->fields == topo_expect_fields || f->fields == topo_requirements_fields;
    push(p, level);
}

static void print_field(struct printer *p, const struct topo_field *f)
{
    struct frame *in = &p->stack[p->depth - 1];
    const char *slot = in->base + f->offset;
    if (f->refused || f->size == 0)
        return;
    if (f->type == TOPO_STRUCT) {
        push_struct(p, f, slot, in->quiet);
    } else if (f->type == TOPO_NAMED || f->type == TOPO_ITEMS) {
        push(p, (struct frame){
                    .kind = f->type == TOPO_NAMED ? FRAME_MAP : FRAME_SEQ,
                    .key = f->name,
                    .quiet = in->quiet,
                    .list = (const struct topo_any_list *)(const void *)slot,
                    .of = f->kind,
                });
    } else {
        print_value(p, f, slot);
    }
}

static void print_next_object(struct printer *p)
{
    struct frame *in = &p->stack[p->depth - 1];
    const char *items = in->list->items;
    const struct topo_object *o =
        (const struct topo_object *)(const void *)(items + in->at++ * in->of->size);
    if (!o->name)
        return; /* reading was given up */
    push(p, (struct frame){
                .kind = FRAME_MAP,
                .key = in->kind == FRAME_MAP ? o->name : NULL,
                .keeps_empty = true,
                .quiet = in->quiet,
                .base = (const char *)o,
                .field = in->of->fields,
                .node = o->node,
            });
}

void topo_print(const struct topo *t, enum topo_format format, struct topo_printer *out)
{
    struct printer p = { .t = t, .out = out };
    p.json = format == TOPO_FORMAT_JSON;
    p.marks = format == TOPO_FORMAT_TEXT;
    push(&p, (struct frame){ .kind = FRAME_MAP,
                             .opened = true,
                             .base = (const char *)t,
                             .field = topo_root_fields });
    p.stack[0].indent = p.json ? INDENT : 0;
    if (p.json)
        put(&p, "{");
    begin_item(&p, &p.stack[0], "spanway");
    put(&p, p.json ? "1" : " 1\n");
    while (p.depth > 0) {
        struct frame *top = &p.stack[p.depth - 1];
        if (top->list && top->at < top->list->count)
            print_next_object(&p);
        else if (!top->list && top->field->name)
            print_field(&p, top->field++);
        else if (p.depth > 1)
            pop(&p);
        else
            break;
    }
    if (p.json)
        put(&p, "\n}\n");
}
