#include "expect/variant.h"

#include <errno.h>
#include <string.h>

#include "expect/impl.h"
#include "net/list.h"

enum { NAME_MAX_BYTES = 1024 };

/* What belongs together: expectations under the same circumstances, failures aside. */
struct group {
    const char *name;
    const struct expect_when *when; /* of the first one */
};

struct grouping {
    const struct topo *t;
    struct topo_source *files;
    struct arena *arena;
    NET_LIST_OF(struct group) groups;
    bool full;
};

/* ---- names ----------------------------------------------------------------------------------- */

static const char *name_of(struct arena *arena, const struct expect_when *when)
{
    char buffer[NAME_MAX_BYTES];
    struct text t = text_init(buffer, sizeof(buffer));
    for (uint32_t i = 0; i < when->without.count; i++) {
        text_str(&t, i ? ", " : "without ");
        text_str(&t, expect_place_text(arena, &when->without.items[i]));
    }
    for (uint32_t i = 0; i < when->add.count; i++) {
        text_str(&t, i ? ", " : t.len ? ", add " : "add ");
        text_prefix(&t, &when->add.items[i].prefix);
        text_str(&t, " to ");
        text_str(&t, expect_place_text(arena, &when->add.items[i].to));
    }
    return arena_str(arena, buffer);
}

static void take_when(struct grouping *g, const struct expect_when *when)
{
    if (when->without.count == 0 && when->add.count == 0)
        return;
    const char *name = name_of(g->arena, when);
    g->full |= !name;
    for (uint32_t i = 0; name && i < g->groups.count; i++)
        if (strcmp(g->groups.items[i].name, name) == 0)
            return;
    struct group *group =
        name && g->groups.count < EXPECT_VARIANTS_MAX ? NET_PUSH(g->arena, &g->groups) : NULL;
    g->full |= !group;
    if (group)
        *group = (struct group){ name, when };
}

static void take_all(struct grouping *g)
{
    const struct topo_expect *e = &g->t->expect;
    for (uint32_t i = 0; i < e->routes.count; i++)
        take_when(g, &e->routes.items[i].when);
    for (uint32_t i = 0; i < e->sessions.count; i++)
        take_when(g, &e->sessions.items[i].when);
    for (uint32_t i = 0; i < e->tunnels.count; i++)
        take_when(g, &e->tunnels.items[i].when);
    for (uint32_t i = 0; i < e->status.count; i++)
        take_when(g, &e->status.items[i].when);
    for (uint32_t i = 0; i < e->reach.count; i++)
        take_when(g, &e->reach.items[i].when);
}

/* ---- lines of devices ------------------------------------------------------------------------ */

static const struct topo_device *device_of(const struct topo_object *o)
{
    if (o->kind == &site_router_kind)
        return &((const struct site_router *)o)->device;
    if (o->kind == &azure_vm_kind)
        return &((const struct azure_vm *)o)->device;
    if (o->kind == &aws_instance_kind)
        return &((const struct aws_instance *)o)->device;
    return o->kind == &gcp_instance_kind ? &((const struct gcp_instance *)o)->device : NULL;
}

/* The length of a word at s, before `len`; blanks in front are passed over. */
static const char *next_word(const char **s, const char *end, size_t *ret_len)
{
    while (*s < end && (**s == ' ' || **s == '\t' || **s == '\r'))
        (*s)++;
    const char *word = *s;
    while (*s < end && **s != ' ' && **s != '\t' && **s != '\r')
        (*s)++;
    *ret_len = (size_t)(*s - word);
    return word;
}

/* Whether the line says the same, white space aside. */
static bool is_line(const char *line, size_t len, const char *wanted)
{
    const char *end = line + len, *wanted_end = wanted + strlen(wanted);
    for (;;) {
        size_t n, m;
        const char *a = next_word(&line, end, &n), *b = next_word(&wanted, wanted_end, &m);
        if (n != m || memcmp(a, b, n) != 0)
            return false;
        if (n == 0)
            return true;
    }
}

static size_t indent_of(const char *line, size_t len)
{
    size_t n = 0;
    while (n < len && (line[n] == ' ' || line[n] == '\t'))
        n++;
    return n == len || line[n] == '\r' ? SIZE_MAX : n; /* a blank line belongs to neither */
}

/* Finds the one line that says what is wanted, and counts what stands below it. How many there
 * are. */
static uint32_t find_line(const char *text, const char *wanted, struct expect_cut *ret)
{
    uint32_t number = 0, found = 0;
    size_t indent = 0;
    bool inside = false;
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");
        number++;
        if (inside && indent_of(p, len) != SIZE_MAX && indent_of(p, len) > indent)
            ret->count = number - ret->first + 1;
        else if (indent_of(p, len) != SIZE_MAX)
            inside = false;
        if (is_line(p, len, wanted)) {
            found++;
            inside = found == 1;
            indent = indent_of(p, len);
            if (found == 1)
                *ret = (struct expect_cut){ ret->path, number, 1 };
        }
        p += len + (p[len] == '\n');
    }
    return found;
}

static void refuse(struct diag *why, const struct topo_place *place, const char *what,
                   const char *remedy)
{
    char buffer[256];
    struct text t = text_init(buffer, sizeof(buffer));
    text_char(&t, '"');
    text_str(&t, place->part ? place->part : "");
    text_str(&t, "\" ");
    text_str(&t, what);
    *why = (struct diag){ .severity = DIAG_ERROR };
    DIAG_SET(why->id, "TOPO-WHEN");
    DIAG_SET(why->what, buffer);
    DIAG_SET(why->remedy, remedy);
    if (place->node)
        lang_diag_at(place->node, why);
}

/* A topology can name a file of its own as a configuration; nothing is cut out of that. */
static bool is_of_topology(const struct topo *t, const char *path)
{
    size_t folder = strlen(t->folder);
    for (uint32_t i = 0; i < t->doc.file_count; i++) {
        const char *name = t->doc.files[i].name;
        if (strcmp(strncmp(name, t->folder, folder) == 0 ? name + folder : name, path) == 0)
            return true;
    }
    return false;
}

/* The lines of a device's configuration that a place means: one line, or an interface's section. */
static bool find_cut(struct grouping *g, const struct topo_place *place, struct expect_cut *ret,
                     struct diag *ret_why)
{
    const struct topo_device *d = device_of(place->object);
    const char *text = NULL;
    size_t len = 0;
    if (!d || !d->configuration) {
        refuse(ret_why, place, "can fail, and cannot be taken out", "use when: fail");
        return false;
    }
    if (is_of_topology(g->t, d->configuration)) {
        refuse(ret_why, place, "stands in a file of the topology itself", "name another file");
        return false;
    }
    if (g->files->read(g->files, d->configuration, LANG_FILE_BYTES_MAX, g->arena, &text, &len)) {
        refuse(ret_why, place, "stands in a file that cannot be read", "check the path");
        return false;
    }
    char interface[NAME_MAX_BYTES];
    struct text t = text_init(interface, sizeof(interface));
    text_str(&t, "interface ");
    text_str(&t, place->part);
    const char *whole = arena_strn(g->arena, text, len);
    ret->path = d->configuration;
    uint32_t n = whole ? find_line(whole, place->part, ret) : 0;
    if (whole && n == 0)
        n = find_line(whole, interface, ret);
    if (n == 1)
        return true;
    refuse(ret_why, place,
           n ? "is in the device's configuration more than once"
             : "is no line of the device's configuration",
           "write the line as it stands there");
    return false;
}

static bool find_cuts(struct grouping *g, const struct expect_when *when, struct expect_view *v,
                      struct diag *ret_why)
{
    struct expect_cut *cuts = arena_alloc(g->arena, (when->without.count + 1) * sizeof(*cuts));
    g->full |= !cuts;
    for (uint32_t i = 0; cuts && i < when->without.count; i++)
        if (when->without.items[i].object && when->without.items[i].part &&
            !find_cut(g, &when->without.items[i], &cuts[v->cut_count++], ret_why))
            return false;
    v->cuts = cuts;
    return cuts != NULL;
}

/* ---- the changed files ----------------------------------------------------------------------- */

static bool is_cut(const struct expect_view *v, const char *path, uint32_t line)
{
    for (uint32_t i = 0; i < v->cut_count; i++) {
        const struct expect_cut *c = &v->cuts[i];
        if (strcmp(c->path, path) == 0 && line >= c->first && line - c->first < c->count)
            return true;
    }
    return false;
}

static bool has_cuts(const struct expect_view *v, const char *path)
{
    for (uint32_t i = 0; i < v->cut_count; i++)
        if (strcmp(v->cuts[i].path, path) == 0)
            return true;
    return false;
}

/* A line that goes leaves an empty one, so that all others keep their numbers. */
static err_t read_cut(struct topo_source *s, const char *path, size_t max, struct arena *arena,
                      const char **ret_text, size_t *ret_len)
{
    const struct expect_view *v = container_of(s, struct expect_view, source);
    const char *text;
    size_t len, n = 0;
    err_t rc = v->files->read(v->files, path, max, arena, &text, &len);
    if (rc != 0 || !has_cuts(v, path)) {
        if (rc == 0) {
            *ret_text = text;
            *ret_len = len;
        }
        return rc;
    }
    char *copy = arena_alloc(arena, len + 1);
    uint32_t line = 1;
    if (!copy)
        return -ENOMEM;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n' || !is_cut(v, path, line))
            copy[n++] = text[i];
        line += text[i] == '\n';
    }
    *ret_text = copy;
    *ret_len = n;
    return 0;
}

static const struct lang_node *edit_tree(struct topo_source *s, struct lang_doc *doc, uint32_t file,
                                         const struct lang_node *root)
{
    const struct expect_view *v = container_of(s, struct expect_view, source);
    return topo_edit_apply(&v->edit, doc, file, root);
}

/* ---- variants -------------------------------------------------------------------------------- */

struct keeping {
    struct arena *arena;
    const char *name;
};

static bool keeps(void *context, const struct expect_when *when)
{
    const struct keeping *k = context;
    const char *name = name_of(k->arena, when);
    return name && strcmp(name, k->name) == 0;
}

static bool make_view(struct grouping *g, const struct group *group, bool with_adds,
                      struct expect_view *ret, struct diag *ret_why)
{
    struct keeping keeping = { g->arena, group->name };
    const struct topo_wish wish = { .without = &group->when->without,
                                    .adds = group->when->add.items,
                                    .add_count = with_adds ? group->when->add.count : 0,
                                    .keeps = keeps,
                                    .context = &keeping };
    *ret = (struct expect_view){ .files = g->files };
    ret->source = (struct topo_source){ .read = read_cut,
                                        .edit = edit_tree,
                                        .outside_allowed = g->files->outside_allowed };
    return find_cuts(g, group->when, ret, ret_why) &&
           topo_edit_make(&ret->edit, g->t, &wish, g->arena, ret_why);
}

bool expect_variants_of(const struct topo *t, struct topo_source *files, struct arena *arena,
                        struct expect_variants *ret)
{
    struct grouping g = { .t = t, .files = files, .arena = arena };
    take_all(&g);
    struct expect_variant *items = arena_alloc(arena, (g.groups.count + 1) * sizeof(*items));
    if (!items || g.full)
        return false;
    for (uint32_t i = 0; i < g.groups.count; i++) {
        const struct group *group = &g.groups.items[i];
        struct expect_variant *v = &items[i];
        *v = (struct expect_variant){ .name = group->name, .adds = group->when->add.count > 0 };
        v->refused = !make_view(&g, group, true, &v->after, &v->why);
        if (!v->refused && v->adds)
            v->refused = !make_view(&g, group, false, &v->before, &v->why);
    }
    *ret = (struct expect_variants){ items, g.groups.count };
    return !g.full;
}
