#include "topo/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topo/internal.h"
#include "topo/kinds.h"

/* Where a node stands: which child of each level. */
struct where {
    uint32_t file;
    uint8_t depth;
    uint32_t path[LANG_DEPTH_MAX];
};

struct making {
    struct topo_edit *e;
    const struct topo *t;
    const struct topo_wish *wish;
    const struct topo_object **gone; /* as e->gone; those before `done` are dealt with */
    uint32_t count, cap, done;
    struct diag *why;
    bool failed;
};

static void refuse(struct making *m, const struct lang_node *at, const char *what,
                   const char *remedy)
{
    if (m->failed)
        return;
    *m->why = (struct diag){ .severity = DIAG_ERROR };
    DIAG_SET(m->why->id, "TOPO-WHEN");
    DIAG_SET(m->why->what, what);
    DIAG_SET(m->why->remedy, remedy);
    if (at)
        lang_diag_at(at, m->why);
    m->failed = true;
}

/* Room for one more in an array of the arena. False: refused. */
static bool grow(struct making *m, void *items, uint32_t count, uint32_t *cap, size_t size)
{
    void *old;
    if (count < *cap)
        return true;
    memcpy(&old, items, sizeof(old));
    uint32_t more = MAX(16u, *cap * 2);
    void *new = count < TOPO_EDIT_OPS_MAX ? arena_alloc(m->e->arena, more * size) : NULL;
    if (!new) {
        refuse(m, NULL, "the change is too large", "");
        return false;
    }
    if (count > 0)
        memcpy(new, old, count * size);
    memcpy(items, &new, sizeof(new));
    *cap = more;
    return true;
}

static void add_op(struct making *m, enum topo_edit_verb verb, const struct where *at,
                   const char *text)
{
    if (m->failed || !grow(m, &m->e->ops, m->e->count, &m->e->cap, sizeof(*m->e->ops)))
        return;
    struct topo_edit_op *op = &m->e->ops[m->e->count++];
    *op = (struct topo_edit_op){ .verb = verb, .depth = at->depth, .file = at->file, .text = text };
    memcpy(op->path, at->path, at->depth * sizeof(at->path[0]));
}

/* Whether the node, or what it stands in, goes already. */
static bool is_gone(const struct making *m, const struct where *at)
{
    for (uint32_t i = 0; i < m->e->count; i++) {
        const struct topo_edit_op *op = &m->e->ops[i];
        if (op->verb != TOPO_EDIT_APPEND && op->file == at->file && op->depth <= at->depth &&
            memcmp(op->path, at->path, op->depth * sizeof(at->path[0])) == 0)
            return true;
    }
    return false;
}

/* ---- where a resource stands ----------------------------------------------------------------- */

static bool step(struct where *at, const struct lang_node **node, uint32_t child)
{
    if (at->depth == LANG_DEPTH_MAX)
        return false;
    at->path[at->depth++] = child;
    *node = (*node)->items[child];
    return true;
}

/* Down the keys of "bgp_settings.peering_addresses". */
static bool step_keys(struct where *at, const struct lang_node **node, const char *keys)
{
    while (*keys) {
        size_t len = strcspn(keys, ".");
        uint32_t i = 0;
        if ((*node)->kind != LANG_MAP)
            return false;
        while (i < (*node)->count && !(strncmp((*node)->keys[i]->text, keys, len) == 0 &&
                                       (*node)->keys[i]->text[len] == '\0'))
            i++;
        if (i == (*node)->count || !step(at, node, i))
            return false;
        keys += len + (keys[len] == '.');
    }
    return true;
}

/* To the resource in its collection. */
static bool step_object(struct where *at, const struct lang_node **node,
                        const struct topo_object *o)
{
    if (!step_keys(at, node, o->kind->path))
        return false;
    bool named = (*node)->kind == LANG_MAP;
    for (uint32_t i = 0; i < (*node)->count; i++)
        if ((*node)->items[i] == o->node &&
            (!named || strcmp((*node)->keys[i]->text, o->name) == 0))
            return step(at, node, i);
    return false;
}

static bool find_object(const struct topo *t, const struct topo_object *o, struct where *ret,
                        const struct lang_node **ret_node)
{
    enum { LEVELS = 8 };
    const struct topo_object *chain[LEVELS];
    uint32_t n = 0;
    for (; o && n < LEVELS; o = o->parent)
        chain[n++] = o;
    for (uint32_t f = 0; f < t->doc.file_count; f++) {
        const struct lang_node *node = t->doc.files[f].root;
        struct where at = { .file = f };
        uint32_t i = n;
        while (node && i > 0 && step_object(&at, &node, chain[i - 1]))
            i--;
        if (node && i == 0) {
            *ret = at;
            *ret_node = node;
            return true;
        }
    }
    return false;
}

/* The row of the collection that an item is in. */
static const struct topo_field *collection_of(const struct topo_object *o)
{
    const char *last = strrchr(o->kind->path, '.');
    const struct topo_field *f = o->parent ? o->parent->kind->fields : topo_root_fields;
    const char *p = o->kind->path;
    last = last ? last + 1 : p;
    while (f && p < last) {
        size_t len = strcspn(p, ".");
        while (f->name && !(strncmp(f->name, p, len) == 0 && f->name[len] == '\0'))
            f++;
        f = f->name ? f->fields : NULL;
        p += len + 1;
    }
    while (f && f->name && strcmp(f->name, last) != 0)
        f++;
    return f && f->name ? f : NULL;
}

/* Takes a resource out. One of a short list that is in the order of instances leaves its place
 * empty, or those behind it would become others. */
static void take_out(struct making *m, const struct topo_object *o, const struct lang_node *wish)
{
    struct where at;
    const struct lang_node *node;
    char path[TOPO_PATH_MAX], what[TOPO_PATH_MAX + 64];
    struct text t = text_init(path, sizeof(path));
    topo_object_path(o, &t);
    for (uint32_t i = 0; i < m->count; i++)
        if (m->gone[i] == o)
            return;
    const struct topo_field *f = collection_of(o);
    if (!o->node || !find_object(m->t, o, &at, &node) || !f || f->implied > 0) {
        (void)snprintf(what, sizeof(what), "%.400s cannot be taken out: it is there by itself",
                       path);
        refuse(m, wish, what, "let it fail instead (when: fail)");
        return;
    }
    bool positional = f->type == TOPO_ITEMS && f->max == 2;
    add_op(m, positional ? TOPO_EDIT_EMPTY : TOPO_EDIT_REMOVE, &at, NULL);
    const char *name = arena_str(m->e->arena, path);
    if (!name || m->failed || !grow(m, &m->gone, m->count, &m->cap, sizeof(void *)) ||
        !grow(m, &m->e->gone, m->e->gone_count, &m->e->gone_cap, sizeof(void *))) {
        m->failed = true;
        return;
    }
    m->gone[m->count++] = o;
    m->e->gone[m->e->gone_count++] = name;
}

/* ---- who refers to what goes ----------------------------------------------------------------- */

static const struct topo_object *target_of(const struct topo_fixup *x)
{
    if (x->type == TOPO_PLACE)
        return ((const struct topo_place *)x->slot)->object;
    if (x->type == TOPO_ENDPOINT)
        return ((const struct topo_endpoint *)x->slot)->of;
    return *(const struct topo_object *const *)x->slot;
}

static bool refers_to_gone(const struct making *m, const struct topo_fixup *x)
{
    for (const struct topo_object *o = target_of(x); o; o = o->parent)
        for (uint32_t i = m->done; i < m->count; i++)
            if (m->gone[i] == o)
                return true;
    return false;
}

/* What a level of the walk is: a mapping with the fields of a table, or a list of one. */
struct level {
    const struct lang_node *node;
    uint32_t next;
    const struct topo_field
        *fields; /* a mapping of fields; NULL: a collection or list of `field` */
    const struct topo_field *field;
    bool is_object;
};

struct walk {
    struct making *m;
    const struct lang_node *const *dangling; /* sorted */
    uint32_t count, depth;
    struct level levels[LANG_DEPTH_MAX + 1];
    struct where at;
};

static int compare_pointers(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) * (const void *const *)a, y = (uintptr_t) * (const void *const *)b;
    return x < y ? -1 : x > y;
}

static bool is_dangling(const struct walk *w, const struct lang_node *node)
{
    return w->count > 0 &&
           bsearch(&node, w->dangling, w->count, sizeof(node), compare_pointers) != NULL;
}

/* Settings without which a resource is what it was. */
static bool is_setting(const struct topo_field *f)
{
    static const char *const names[] = { "route_table",
                                         "main_route_table",
                                         "public_ip_address",
                                         "network_security_group",
                                         "peer_virtual_network_gateway",
                                         "default_local_network_gateway" };
    for (size_t i = 0; !f->required && i < ARRAY_LEN(names); i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

/* The resource that the walk is in goes too. */
static void take_out_owner(struct walk *w, const struct lang_node *ref)
{
    char path[TOPO_PATH_MAX];
    struct text t = text_init(path, sizeof(path));
    uint32_t last = w->depth;
    while (last > 0 && !w->levels[last].is_object)
        last--;
    for (uint32_t i = 0; i < last; i++) {
        const struct level *l = &w->levels[i];
        text_str(&t, i ? "." : "");
        if (l->node->kind == LANG_MAP)
            text_str(&t, l->node->keys[w->at.path[i]]->text);
        else
            text_u64(&t, w->at.path[i]);
    }
    const struct topo_object *o = last > 0 ? topo_find(w->m->t, path) : NULL;
    if (o)
        take_out(w->m, o, ref);
    else
        refuse(w->m, ref, "what refers to a thing that is taken out cannot be taken out with it",
               "take it out as well");
}

/* A reference to what goes, at w->at. */
static void cut_reference(struct walk *w, const struct lang_node *ref)
{
    const struct level *l = &w->levels[w->depth];
    if (is_gone(w->m, &w->at))
        return;
    if (strcmp(w->levels[0].node->keys[w->at.path[0]]->text, "expect") == 0) {
        refuse(w->m, ref, "an expectation names what its own circumstances take out",
               "leave it out, or name what stays");
        return;
    }
    const struct topo_field *f = l->field;
    bool in_list = !l->fields && f->type == TOPO_LIST;
    if (in_list && (l->node->count > 1 || (!f->required && f->min == 0)))
        add_op(w->m, TOPO_EDIT_REMOVE, &w->at, NULL);
    else if (!in_list && l->fields && is_setting(f))
        add_op(w->m, TOPO_EDIT_REMOVE, &w->at, NULL);
    else
        take_out_owner(w, ref);
}

/* What the child is, by the tables. False: nothing to be looked at. */
static bool descend(struct walk *w, const struct lang_node *child, struct level *ret)
{
    const struct level *l = &w->levels[w->depth];
    const struct topo_field *f = l->field;
    *ret = (struct level){ .node = child, .field = f };
    if (!l->fields) { /* an item of a collection, or of a list */
        ret->fields = f->type == TOPO_LIST ? NULL : f->kind->fields;
        ret->is_object = f->type != TOPO_LIST;
        return ret->fields && child->kind == LANG_MAP;
    }
    ret->fields = f->type == TOPO_STRUCT ? f->fields : NULL;
    if (f->type == TOPO_STRUCT || f->type == TOPO_NAMED)
        return child->kind == LANG_MAP;
    return (f->type == TOPO_ITEMS || f->type == TOPO_LIST) && child->kind == LANG_SEQ;
}

static const struct topo_field *field_named(const struct topo_field *f, const char *name)
{
    while (f->name && strcmp(f->name, name) != 0)
        f++;
    return f->name ? f : NULL;
}

/* Sections that are left out as a whole, and what an edit of its own takes care of. */
static bool is_passed_over(const struct walk *w, const char *key)
{
    if (w->depth == 0)
        return strcmp(key, "requirements") == 0 || strcmp(key, "suppress") == 0;
    return strcmp(key, "when") == 0;
}

static void walk_file(struct walk *w, const struct lang_node *root, uint32_t file)
{
    w->depth = 0;
    w->at = (struct where){ .file = file };
    w->levels[0] = (struct level){ .node = root, .fields = topo_root_fields };
    for (;;) {
        struct level *l = &w->levels[w->depth], below;
        if (l->next == l->node->count || w->m->failed) {
            if (w->depth == 0 || w->m->failed)
                return;
            w->depth--;
            continue;
        }
        uint32_t i = l->next++;
        const struct lang_node *child = l->node->items[i];
        if (l->fields) {
            const char *key = l->node->keys[i]->text;
            l->field = is_passed_over(w, key) ? NULL : field_named(l->fields, key);
            if (!l->field)
                continue;
        }
        w->at.path[w->depth] = i;
        w->at.depth = (uint8_t)(w->depth + 1);
        if (child->kind == LANG_SCALAR) {
            if (is_dangling(w, child))
                cut_reference(w, child);
        } else if (descend(w, child, &below) && w->depth + 1 < LANG_DEPTH_MAX) {
            w->levels[++w->depth] = below;
        }
    }
}

/* A session of a Cloud Router names its interface by a word. */
static void take_out_peers(struct making *m)
{
    for (uint32_t i = m->done; i < m->count && !m->failed; i++) {
        const struct topo_object *o = m->gone[i];
        if (o->kind != &gcp_router_interface_kind)
            continue;
        const struct gcp_router *r = (const struct gcp_router *)o->parent;
        for (uint32_t k = 0; k < r->peers.count; k++)
            if (r->peers.items[k].interface && strcmp(r->peers.items[k].interface, o->name) == 0)
                take_out(m, &r->peers.items[k].o, o->node);
    }
}

/* One turn: those who refer to what the last turn took out. */
static void follow(struct making *m)
{
    uint32_t n = 0, end = m->count;
    take_out_peers(m);
    end = m->count;
    for (const struct topo_fixup *x = m->t->fixups; x; x = x->next)
        n += refers_to_gone(m, x);
    const struct lang_node **dangling = arena_alloc(m->e->arena, (n + 1) * sizeof(*dangling));
    struct walk *w = dangling ? arena_alloc(m->e->arena, sizeof(*w)) : NULL;
    if (!w) {
        refuse(m, NULL, "there is not enough memory for the change", "");
        return;
    }
    *w = (struct walk){ .m = m, .dangling = dangling };
    for (const struct topo_fixup *x = m->t->fixups; x; x = x->next)
        if (refers_to_gone(m, x))
            dangling[w->count++] = x->node;
    qsort(dangling, w->count, sizeof(*dangling), compare_pointers);
    m->done = end;
    for (uint32_t f = 0; w->count > 0 && f < m->t->doc.file_count && !m->failed; f++)
        if (m->t->doc.files[f].root && m->t->doc.files[f].root->kind == LANG_MAP)
            walk_file(w, m->t->doc.files[f].root, f);
}

/* ---- ranges ---------------------------------------------------------------------------------- */

static const char *ranges_key(const struct topo_object *o)
{
    if (o->kind == &azure_vnet_kind)
        return "address_space";
    if (o->kind == &aws_vpc_kind)
        return "cidr_blocks";
    return o->kind == &soracom_vpg_kind ? "device_ranges" : NULL;
}

static void add_range(struct making *m, const struct expect_addition *a)
{
    struct where at;
    const struct lang_node *node = NULL;
    char buffer[PREFIX_TEXT_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    const struct topo_object *o = a->to.object;
    const char *key = o && !a->to.part ? ranges_key(o) : NULL;
    bool found = key && find_object(m->t, o, &at, &node) && step_keys(&at, &node, key) &&
                 node->kind == LANG_SEQ;
    if (!found) {
        refuse(m, a->o.node, "a range cannot be added there",
               "name a virtual network, or a VPC, whose ranges are a list");
        return;
    }
    text_prefix(&t, &a->prefix);
    const char *text = arena_str(m->e->arena, buffer);
    if (text)
        add_op(m, TOPO_EDIT_APPEND, &at, text);
    else
        refuse(m, NULL, "there is not enough memory for the change", "");
}

/* ---- expectations ---------------------------------------------------------------------------- */

#define SECTION(name_, type)                                                                       \
    {                                                                                              \
        .name = #name_, .offset = offsetof(struct topo_expect, name_),                             \
        .size = sizeof(struct type), .when = offsetof(struct type, when)                           \
    }

/* Sections whose expectations have circumstances; all others are left out. */
static const struct section {
    const char *name;
    size_t offset, size, when;
} sections[] = {
    SECTION(reach, expect_reach),    SECTION(routes, expect_routes),
    SECTION(tunnels, expect_tunnel), SECTION(sessions, expect_session),
    SECTION(status, expect_status),
};

static const struct section *section_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(sections); i++)
        if (strcmp(sections[i].name, name) == 0)
            return &sections[i];
    return NULL;
}

/* The circumstances of the expectation that the node is; they come in the order of the file. */
static const struct expect_when *when_of(const struct topo *t, const struct section *s,
                                         uint32_t *cursor, const struct lang_node *node)
{
    const struct topo_any_list *list =
        (const struct topo_any_list *)((const char *)&t->expect + s->offset);
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t at = (*cursor + i) % list->count;
        const char *e = (const char *)list->items + at * s->size;
        if (((const struct topo_object *)e)->node == node) {
            *cursor = (at + 1) % list->count;
            return (const struct expect_when *)(e + s->when);
        }
    }
    return NULL;
}

/* Of what stays only the failure is left to be said. */
static void strip_when(struct making *m, struct where at, const struct lang_node *item)
{
    const struct lang_node *when = item;
    if (!lang_get(item, "when") || !step_keys(&at, &when, "when"))
        return;
    if (!lang_get(when, "fail")) {
        add_op(m, TOPO_EDIT_REMOVE, &at, NULL);
        return;
    }
    for (uint32_t i = 0; i < when->count; i++) {
        struct where key = at;
        const struct lang_node *value = when;
        if (strcmp(when->keys[i]->text, "fail") != 0 && step(&key, &value, i))
            add_op(m, TOPO_EDIT_REMOVE, &key, NULL);
    }
}

static void sift_section(struct making *m, struct where at, const struct lang_node *list,
                         const struct section *s)
{
    uint32_t cursor = 0;
    for (uint32_t i = 0; list->kind == LANG_SEQ && i < list->count && !m->failed; i++) {
        struct where item_at = at;
        const struct lang_node *item = list;
        if (!step(&item_at, &item, i))
            return;
        const struct expect_when *when = when_of(m->t, s, &cursor, item);
        if (when && m->wish->keeps(m->wish->context, when))
            strip_when(m, item_at, item);
        else
            add_op(m, TOPO_EDIT_REMOVE, &item_at, NULL);
    }
}

static void sift_file(struct making *m, const struct lang_node *root, uint32_t file)
{
    static const char *const left_out[] = { "requirements", "suppress" };
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++) {
        struct where at = { .file = file };
        const struct lang_node *node = root;
        if (step_keys(&at, &node, left_out[i]))
            add_op(m, TOPO_EDIT_REMOVE, &at, NULL);
    }
    struct where expect = { .file = file };
    const struct lang_node *node = root;
    if (!step_keys(&expect, &node, "expect") || node->kind != LANG_MAP)
        return;
    for (uint32_t i = 0; i < node->count; i++) {
        struct where at = expect;
        const struct lang_node *list = node;
        const struct section *s = section_named(node->keys[i]->text);
        if (!step(&at, &list, i))
            return;
        if (s)
            sift_section(m, at, list, s);
        else
            add_op(m, TOPO_EDIT_REMOVE, &at, NULL);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Later ones first, what is inside before what it is in: no removal moves what is still to come. */
static int compare_ops(const void *a, const void *b)
{
    const struct topo_edit_op *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? 1 : -1;
    for (uint8_t i = 0; i < MIN(x->depth, y->depth); i++)
        if (x->path[i] != y->path[i])
            return x->path[i] < y->path[i] ? 1 : -1;
    if (x->depth != y->depth)
        return x->depth < y->depth ? 1 : -1;
    return (int)x->verb - (int)y->verb;
}

static bool is_same_op(const struct topo_edit_op *a, const struct topo_edit_op *b)
{
    return a->verb == b->verb && a->verb != TOPO_EDIT_APPEND && a->file == b->file &&
           a->depth == b->depth && memcmp(a->path, b->path, a->depth * sizeof(a->path[0])) == 0;
}

bool topo_edit_make(struct topo_edit *e, const struct topo *t, const struct topo_wish *wish,
                    struct arena *arena, struct diag *ret_why)
{
    *e = (struct topo_edit){ .arena = arena };
    struct making m = { .e = e, .t = t, .wish = wish, .why = ret_why };
    for (uint32_t f = 0; f < t->doc.file_count && !m.failed; f++)
        if (t->doc.files[f].root && t->doc.files[f].root->kind == LANG_MAP)
            sift_file(&m, t->doc.files[f].root, f);
    for (uint32_t i = 0; wish->without && i < wish->without->count && !m.failed; i++)
        if (wish->without->items[i].object && !wish->without->items[i].part)
            take_out(&m, wish->without->items[i].object, wish->without->items[i].node);
    while (m.done < m.count && !m.failed)
        follow(&m);
    for (uint32_t i = 0; i < wish->add_count && !m.failed; i++)
        add_range(&m, &wish->adds[i]);
    if (m.failed || e->count == 0)
        return !m.failed;
    qsort(e->ops, e->count, sizeof(*e->ops), compare_ops);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < e->count; i++)
        if (!is_same_op(&e->ops[kept - 1], &e->ops[i]))
            e->ops[kept++] = e->ops[i];
    e->count = kept;
    return true;
}

/* ---- applying -------------------------------------------------------------------------------- */

/* A node of ours may be changed; its weight, which is never 0 in one that was parsed, tells it. An
 * alias's tree is copied for the one place where it is changed. */
static struct lang_node *own(struct lang_doc *doc, const struct lang_node *node, uint32_t room)
{
    if (node->weight == 0 && room == 0)
        return (struct lang_node *)(uintptr_t)node;
    size_t n = (size_t)node->count + room;
    struct lang_node *copy = arena_copy(&doc->arena, node, sizeof(*node));
    const struct lang_node **items = arena_alloc(&doc->arena, (n + 1) * sizeof(*items));
    const struct lang_node **keys = arena_alloc(&doc->arena, (n + 1) * sizeof(*keys));
    if (!copy || !items || !keys)
        return NULL;
    if (node->count > 0)
        memcpy(items, node->items, node->count * sizeof(*items));
    if (node->count > 0 && node->kind == LANG_MAP)
        memcpy(keys, node->keys, node->count * sizeof(*keys));
    copy->weight = 0;
    copy->order = NULL;
    copy->items = items;
    copy->keys = node->kind == LANG_MAP ? keys : NULL;
    return copy;
}

static const struct lang_node **children(struct lang_node *node)
{
    return (const struct lang_node **)(uintptr_t)node->items;
}

static void remove_child(struct lang_node *node, uint32_t i)
{
    const struct lang_node **items = children(node);
    memmove(items + i, items + i + 1, (node->count - i - 1) * sizeof(*items));
    if (node->kind == LANG_MAP) {
        const struct lang_node **keys = (const struct lang_node **)(uintptr_t)node->keys;
        memmove(keys + i, keys + i + 1, (node->count - i - 1) * sizeof(*keys));
    }
    node->count--;
}

static bool append(struct lang_doc *doc, struct lang_node *list, const char *text)
{
    struct lang_node *new = arena_alloc(&doc->arena, sizeof(*new));
    if (!new)
        return false;
    *new = (struct lang_node){ .kind = LANG_SCALAR,
                               .file = list->file,
                               .line = list->line,
                               .column = list->column,
                               .end_line = list->end_line,
                               .end_column = list->end_column,
                               .text_len = (uint32_t)strlen(text),
                               .text = arena_str(&doc->arena, text),
                               .file_name = list->file_name };
    children(list)[list->count++] = new;
    return new->text != NULL;
}

static bool apply(struct lang_doc *doc, const struct topo_edit_op *op, struct lang_node **root)
{
    uint8_t last = op->verb == TOPO_EDIT_APPEND ? op->depth : (uint8_t)(op->depth - 1);
    struct lang_node *node = own(doc, *root, last == 0 && op->verb == TOPO_EDIT_APPEND);
    *root = node;
    for (uint8_t i = 0; node && i < last; i++) {
        if (op->path[i] >= node->count)
            return true; /* another file has come in its place */
        const struct lang_node **slot = &children(node)[op->path[i]];
        node = own(doc, *slot, i + 1 == last && op->verb == TOPO_EDIT_APPEND);
        *slot = node;
    }
    if (!node)
        return false;
    if (op->verb == TOPO_EDIT_APPEND)
        return append(doc, node, op->text);
    uint32_t i = op->path[last];
    if (i >= node->count)
        return true;
    if (op->verb == TOPO_EDIT_REMOVE) {
        remove_child(node, i);
        return true;
    }
    struct lang_node *empty = arena_copy(&doc->arena, node->items[i], sizeof(*empty));
    if (!empty)
        return false;
    *empty = (struct lang_node){ .kind = LANG_MAP,
                                 .file = empty->file,
                                 .line = empty->line,
                                 .column = empty->column,
                                 .end_line = empty->end_line,
                                 .end_column = empty->end_column,
                                 .text = "",
                                 .file_name = empty->file_name };
    children(node)[i] = empty;
    return true;
}

const struct lang_node *topo_edit_apply(const struct topo_edit *e, struct lang_doc *doc,
                                        uint32_t file, const struct lang_node *root)
{
    struct lang_node *changed = (struct lang_node *)(uintptr_t)root;
    for (uint32_t i = 0; i < e->count; i++)
        if (e->ops[i].file == file && !apply(doc, &e->ops[i], &changed))
            return NULL;
    return changed;
}
