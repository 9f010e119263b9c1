/* The reader: the tables and the tree of the file, walked together, what is outside first. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "lang/near.h"
#include "topo/internal.h"

enum { KEYS_MAX = 64 };

/* --- findings --------------------------------------------------------------------------------- */

void topo_error(struct topo_reader *rd, const struct lang_node *at, struct topo_wrong wrong,
                const char *format, ...)
{
    struct diag d = { .severity = DIAG_ERROR };
    DIAG_SET(d.id, wrong.id);
    DIAG_SET(d.expected, wrong.expected ? wrong.expected : "");
    DIAG_SET(d.remedy, wrong.remedy ? wrong.remedy : "");
    if (at)
        lang_diag_at(at, &d);
    va_list args;
    va_start(args, format);
    vsnprintf(d.what, sizeof(d.what), format, args);
    va_end(args);
    diag_add(rd->diags, &d);
}

void topo_give_up(struct topo_reader *rd, const struct lang_node *at, bool memory)
{
    if (rd->full)
        return;
    rd->full = true;
    if (memory)
        topo_error(rd, at,
                   (struct topo_wrong){ "TOPO-MEMORY", NULL, "give the program more memory" },
                   "memory is used up");
    else
        topo_error(rd, at,
                   (struct topo_wrong){ "TOPO-LIMIT", "at most 1048576 resources and parts",
                                        "split the topology" },
                   "the topology has too many resources");
}

const char *topo_quote(char *buffer, const char *s)
{
    struct text t = text_init(buffer, TOPO_QUOTE_MAX);
    lang_quote(&t, s, strlen(s));
    return buffer;
}

void topo_object_path(const struct topo_object *o, struct text *out)
{
    const struct topo_object *chain[8];
    size_t n = 0;
    for (; o && n < ARRAY_LEN(chain); o = o->parent)
        chain[n++] = o;
    while (n-- > 0) {
        o = chain[n];
        text_str(out, o->kind->path);
        text_char(out, '.');
        size_t len = strlen(o->name);
        bool item = o->name[0] == '[' && len > 2;
        text_bytes(out, o->name + item, item ? len - 2 : len);
        if (n > 0)
            text_char(out, '.');
    }
}

/* Who a job is about: "bgp_settings of sites.tokyo", "the topology". */
static const char *place_of(const struct topo_job *job, char *buffer, size_t n)
{
    struct text t = text_init(buffer, n);
    if (job->section) {
        text_str(&t, job->section);
        if (job->owner)
            text_str(&t, " of ");
    }
    if (job->owner)
        topo_object_path(job->owner, &t);
    else if (!job->section)
        text_str(&t, "the topology");
    return buffer;
}

/* --- jobs ------------------------------------------------------------------------------------- */

static void add_job(struct topo_reader *rd, const struct topo_job *like,
                    const struct lang_node *const *nodes)
{
    struct topo_job *job =
        arena_alloc(&rd->t->arena, sizeof(*job) + like->count * sizeof(const struct lang_node *));
    if (!job) {
        topo_give_up(rd, like->count ? nodes[0] : NULL, true);
        return;
    }
    *job = *like;
    for (uint32_t i = 0; i < like->count; i++)
        job->nodes[i] = nodes[i];
    job->next = NULL;
    *rd->job_tail = job;
    rd->job_tail = &job->next;
}

static const struct topo_field *shorthand_of(const struct topo_field *fields)
{
    for (; fields->name; fields++) {
        if (fields->shorthand)
            return fields;
    }
    return NULL;
}

static bool is_many(const struct topo_field *f)
{
    return f->type == TOPO_LIST || f->type == TOPO_NAMED || f->type == TOPO_ITEMS;
}

/* Whether the node stands for the one field that may be written without its mapping. */
static bool is_short(const struct topo_field *f, const struct lang_node *node)
{
    if (!f || !f->shorthand || node->kind == LANG_MAP)
        return false;
    return is_many(f) ? node->kind == LANG_SEQ : node->kind == LANG_SCALAR && !node->is_null;
}

const struct lang_node *topo_value_in(const struct lang_node *node, const struct topo_field *f)
{
    return is_short(f, node) ? node : lang_get(node, f->name);
}

/* --- keys ------------------------------------------------------------------------------------- */

static const struct topo_field *field_named(const struct topo_field *fields, const char *name)
{
    for (; fields->name; fields++) {
        if (strcmp(fields->name, name) == 0)
            return fields;
    }
    return NULL;
}

static void unknown_key(struct topo_reader *rd, const struct topo_job *job,
                        const struct lang_node *key)
{
    const char *names[KEYS_MAX];
    size_t n = 0;
    char place[TOPO_PATH_MAX], quote[TOPO_QUOTE_MAX], expected[192], remedy[128];
    struct text t = text_init(expected, sizeof(expected));
    for (const struct topo_field *f = job->fields; f->name && n < KEYS_MAX; f++) {
        if (f->refused)
            continue;
        if (n > 0)
            text_str(&t, ", ");
        text_str(&t, f->name);
        names[n++] = f->name;
    }
    const char *near = lang_near(key->text, names, n);
    t = text_init(remedy, sizeof(remedy));
    if (near) {
        text_str(&t, "did you mean ");
        text_str(&t, near);
        text_char(&t, '?');
    } else {
        text_str(&t, rd->form ? "all keys are in docs/plan.md"
                              : "all keys are in docs/topology-reference.md");
    }
    topo_error(rd, key, (struct topo_wrong){ "TOPO-KEY", near ? near : expected, remedy },
               "%s has no key %s", place_of(job, place, sizeof(place)),
               topo_quote(quote, key->text));
}

/* Every key has to be in the table. */
static void check_keys(struct topo_reader *rd, const struct topo_job *job,
                       const struct lang_node *node)
{
    char place[TOPO_PATH_MAX];
    if (node->kind != LANG_MAP) {
        if (!(node->kind == LANG_SCALAR && node->is_null) &&
            !is_short(shorthand_of(job->fields), node))
            topo_error(rd, node,
                       (struct topo_wrong){ "TOPO-VALUE", "a map", "write key: value below it" },
                       "%s is %s", place_of(job, place, sizeof(place)), lang_what(node));
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        const struct topo_field *f = field_named(job->fields, node->keys[i]->text);
        if (!f)
            unknown_key(rd, job, node->keys[i]);
        else if (f->refused)
            topo_error(rd, node->keys[i], (struct topo_wrong){ "TOPO-REFUSED", NULL, f->refused },
                       "\"%s\" is not supported", f->name);
    }
}

/* --- collections ------------------------------------------------------------------------------ */

/* The values of one field, one a file at the top level, else at most one. */
struct values {
    const struct lang_node *v[TOPO_INCLUDES_MAX];
    uint32_t n;
};

/* Counts what stands in all of them; takes out what is not of the kind, with a finding. */
static uint32_t count_in(struct topo_reader *rd, const struct topo_field *f, struct values *values)
{
    enum lang_kind kind = f->type == TOPO_NAMED ? LANG_MAP : LANG_SEQ;
    uint32_t total = 0, kept = 0;
    for (uint32_t i = 0; i < values->n; i++) {
        const struct lang_node *node = values->v[i];
        if (node->kind == kind) {
            values->v[kept++] = node;
            total += node->count; /* all nodes of a document are fewer than 2^32 */
        } else if (node->kind != LANG_SCALAR || !node->is_null) {
            topo_error(rd, node,
                       kind == LANG_MAP
                           ? (struct topo_wrong){ "TOPO-VALUE", "a map of names",
                                                  "write name: and its keys below it" }
                           : (struct topo_wrong){ "TOPO-VALUE", "a list",
                                                  "write [a, b], or each item after a dash" },
                       "\"%s\" is %s", f->name, lang_what(node));
        }
    }
    values->n = kept;
    uint32_t max = f->max ? f->max : f->type == TOPO_LIST ? TOPO_LIST_MAX : TOPO_OBJECTS_MAX;
    if (values->n > 0 && (total < f->min || total > max)) {
        char expected[64];
        snprintf(expected, sizeof(expected), f->min == max ? "%u" : "%u to %u", f->min, max);
        topo_error(rd, values->v[0],
                   (struct topo_wrong){ "TOPO-COUNT", expected,
                                        total < f->min ? "add what is missing" : "take some out" },
                   "\"%s\" has %u items", f->name, total);
        values->n = 0;
        total = 0;
    }
    return total;
}

static void twice(struct topo_reader *rd, const struct lang_node *at, const struct topo_object *o,
                  const struct lang_node *before)
{
    char path[TOPO_PATH_MAX], remedy[192];
    struct text t = text_init(path, sizeof(path));
    topo_object_path(o, &t);
    snprintf(remedy, sizeof(remedy), "it is at %.120s:%u too: take one out, or rename it",
             before->file_name, before->line);
    topo_error(rd, at, (struct topo_wrong){ "TOPO-TWICE", NULL, remedy }, "%s is there twice",
               path);
}

/* Names the object and gives it its place in the index. */
static bool begin_object(struct topo_reader *rd, const struct topo_field *f, struct topo_object *o,
                         const struct lang_node *key)
{
    char buffer[64], quote[TOPO_QUOTE_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    if (++rd->objects > TOPO_OBJECTS_MAX) {
        topo_give_up(rd, o->node, false);
        return false;
    }
    if (key && !topo_name_ok(key->text, f->kind->free_name)) {
        topo_kind_text(f->kind, &t);
        topo_error(rd, key,
                   (struct topo_wrong){
                       "TOPO-NAME", "letters, digits, '.', '_' and '-', at most 80", "rename it" },
                   "%s cannot be the name of %s", topo_quote(quote, key->text), buffer);
        return false;
    }
    if (!key)
        snprintf(buffer, sizeof(buffer), "[%u]", o->index);
    o->kind = f->kind;
    o->name = key ? key->text : arena_str(&rd->t->arena, buffer);
    o->key = key ? key : o->node;
    const struct topo_object *before = NULL;
    if (!o->name || !topo_index_add(rd->t->index, o, &before)) {
        topo_give_up(rd, o->node, true);
        return false;
    }
    if (before && before->node)
        twice(rd, key ? key : o->node, o, before->node);
    return !before;
}

/* One resource or part in its place in the list; node NULL: it is implied. Whatever is wrong with
 * it, its head is there. */
static void read_object(struct topo_reader *rd, const struct topo_job *job,
                        const struct topo_field *f, struct topo_object *o,
                        const struct lang_node *key)
{
    o->parent = job->owner;
    if (!begin_object(rd, f, o, key)) {
        o->kind = f->kind;
        o->name = key ? key->text : "[]";
        if (rd->full)
            return;
    }
    struct topo_job next = {
        .base = (char *)o, .fields = f->kind->fields, .owner = o, .count = o->node != NULL
    };
    add_job(rd, &next, &o->node);
}

static void read_objects(struct topo_reader *rd, const struct topo_job *job,
                         const struct topo_field *f, struct values *values)
{
    uint32_t written = count_in(rd, f, values), total = MAX(written, f->implied), at = 0;
    struct topo_any_list *list = (struct topo_any_list *)(void *)(job->base + f->offset);
    if (total == 0)
        return;
    char *items = arena_alloc(&rd->t->arena, (size_t)total * f->kind->size);
    if (!items) {
        topo_give_up(rd, values->n ? values->v[0] : NULL, true);
        return;
    }
    *list = (struct topo_any_list){ items, total };
    for (uint32_t i = 0; i < values->n; i++) {
        for (uint32_t k = 0; k < values->v[i]->count; k++, at++) {
            struct topo_object *o = (struct topo_object *)(void *)(items + at * f->kind->size);
            o->node = values->v[i]->items[k];
            o->index = at;
            if (!rd->full)
                read_object(rd, job, f, o, f->type == TOPO_NAMED ? values->v[i]->keys[k] : NULL);
        }
    }
    for (; at < total; at++) {
        struct topo_object *o = (struct topo_object *)(void *)(items + at * f->kind->size);
        o->index = at;
        if (!rd->full)
            read_object(rd, job, f, o, NULL);
    }
}

static void read_list(struct topo_reader *rd, const struct topo_job *job,
                      const struct topo_field *f, struct values *values)
{
    uint32_t total = count_in(rd, f, values), at = 0;
    size_t size = topo_element_size(f->element);
    struct topo_any_list *list = (struct topo_any_list *)(void *)(job->base + f->offset);
    assert(size > 0);
    if (total == 0)
        return;
    char *items = arena_alloc(&rd->t->arena, total * size);
    if (!items) {
        topo_give_up(rd, values->v[0], true);
        return;
    }
    for (uint32_t i = 0; i < values->n && !rd->full; i++) {
        for (uint32_t k = 0; k < values->v[i]->count; k++) {
            /* What cannot be read leaves no gap behind. References are noted by their slot. */
            if (topo_read_value(rd, f, f->element, values->v[i]->items[k], items + at * size))
                at++;
        }
    }
    *list = (struct topo_any_list){ items, at };
}

/* --- fields ----------------------------------------------------------------------------------- */

static void set_preset(const struct topo_job *job, const struct topo_field *f)
{
    void *slot = job->base + f->offset;
    if (f->type == TOPO_BOOL)
        *(bool *)slot = f->preset != 0;
    else if (f->type == TOPO_U32)
        *(uint32_t *)slot = (uint32_t)f->preset;
    else if (f->type == TOPO_CHOICE)
        *(int *)slot = (int)f->preset;
}

static void read_struct(struct topo_reader *rd, const struct topo_job *job,
                        const struct topo_field *f, const struct values *values)
{
    struct topo_job next = { .base = job->base + f->offset,
                             .fields = f->fields,
                             .owner = job->owner,
                             .section = f->name,
                             .count = values->n };
    if (f->node_offset && values->n > 0)
        *(const struct lang_node **)(void *)(next.base + f->node_offset) = values->v[0];
    add_job(rd, &next, values->v);
}

static void missing(struct topo_reader *rd, const struct topo_job *job, const struct topo_field *f)
{
    char place[TOPO_PATH_MAX], expected[192], remedy[160];
    struct text t = text_init(expected, sizeof(expected));
    topo_expected(f, f->type, &t);
    t = text_init(remedy, sizeof(remedy));
    text_str(&t, "add ");
    text_str(&t, f->name);
    text_char(&t, ':');
    topo_error(rd, job->nodes[0], (struct topo_wrong){ "TOPO-MISSING", expected, remedy },
               "%s has no \"%s\"", place_of(job, place, sizeof(place)), f->name);
}

static void read_field(struct topo_reader *rd, const struct topo_job *job,
                       const struct topo_field *f)
{
    struct values values = { .n = 0 };
    for (uint32_t i = 0; i < job->count; i++) {
        const struct lang_node *node = topo_value_in(job->nodes[i], f);
        if (node)
            values.v[values.n++] = node;
    }
    set_preset(job, f);
    if (values.n == 0 && f->required && job->count > 0)
        missing(rd, job, f);
    if (f->type == TOPO_STRUCT) {
        read_struct(rd, job, f, &values);
    } else if (f->type == TOPO_LIST) {
        read_list(rd, job, f, &values);
    } else if (is_many(f)) {
        read_objects(rd, job, f, &values);
    } else if (values.n > 0) {
        /* An included file may have a name and a description of its own: the first one counts. */
        if (values.n > 1 && job->section) {
            char remedy[192];
            snprintf(remedy, sizeof(remedy), "it is at %.120s:%u too: take one out",
                     values.v[0]->file_name, values.v[0]->line);
            topo_error(rd, values.v[1], (struct topo_wrong){ "TOPO-TWICE", NULL, remedy },
                       "\"%s\" is there twice", f->name);
        }
        (void)topo_read_value(rd, f, f->type, values.v[0], job->base + f->offset);
    }
}

static void run_job(struct topo_reader *rd, const struct topo_job *job)
{
    for (uint32_t i = 0; i < job->count; i++)
        check_keys(rd, job, job->nodes[i]);
    for (const struct topo_field *f = job->fields; f->name && !rd->full; f++) {
        /* Rows without a member are read_files.c's. */
        if (!f->refused && f->size > 0)
            read_field(rd, job, f);
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

struct order {
    struct diag d;
    uint32_t file;
};

static int compare(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->d.line != y->d.line)
        return x->d.line < y->d.line ? -1 : 1;
    if (x->d.column != y->d.column)
        return x->d.column < y->d.column ? -1 : 1;
    int c = strcmp(x->d.id, y->d.id);
    return c ? c : strcmp(x->d.what, y->d.what);
}

/* Puts the findings from `first` on in the order of the files; without memory they stay as found.
 */
static void sort_findings(struct topo_reader *rd, uint32_t first)
{
    uint32_t n = rd->diags->count - first;
    struct order *order = n > 1 ? mem_alloc(MEM_MISC, n * sizeof(*order)) : NULL;
    if (!order)
        return;
    const struct lang_doc *doc = &rd->t->doc;
    for (uint32_t i = 0; i < n; i++) {
        order[i].d = rd->diags->items[first + i];
        while (order[i].file < doc->file_count &&
               strcmp(doc->files[order[i].file].name, order[i].d.file) != 0)
            order[i].file++;
    }
    qsort(order, n, sizeof(*order), compare);
    for (uint32_t i = 0; i < n; i++)
        rd->diags->items[first + i] = order[i].d;
    mem_free(MEM_MISC, order, n * sizeof(*order));
}

static void read_roots(struct topo_reader *rd, const struct lang_node *const *roots, uint32_t n)
{
    const struct lang_file *file = &rd->t->doc.files[0];
    rd->t->index = topo_index_new(&rd->t->arena, hash_bytes(TOPO_VERSION, file->text, file->len));
    if (!rd->t->index) {
        topo_give_up(rd, NULL, true);
        return;
    }
    const struct topo_field *fields = rd->form ? rd->form->fields : topo_root_fields;
    struct topo_job root = { .base = rd->base, .fields = fields, .count = n };
    add_job(rd, &root, roots);
    for (; rd->jobs && !rd->full; rd->jobs = rd->jobs->next)
        run_job(rd, rd->jobs);
    if (!rd->full)
        topo_resolve(rd);
}

static bool read_all(const struct topo_form *form, void *base, const char *path,
                     struct topo_source *source, struct diag_list *diags, struct topo **ret_topo)
{
    struct topo *t = mem_alloc(MEM_MISC, sizeof(*t));
    *ret_topo = t;
    if (!t) {
        struct diag d = { .severity = DIAG_ERROR,
                          .id = "TOPO-MEMORY",
                          .what = "memory is used up" };
        diag_add(diags, &d);
        return false;
    }
    lang_doc_init(&t->doc);
    arena_init(&t->arena, TOPO_ARENA_MAX_BYTES);
    struct topo_reader rd = { .t = t,
                              .form = form,
                              .base = base ? base : t,
                              .source = source,
                              .diags = diags,
                              .fixup_tail = &t->fixups };
    rd.job_tail = &rd.jobs;
    uint32_t before = diags->errors, first = diags->count;
    const struct lang_node *roots[TOPO_INCLUDES_MAX];
    uint32_t n = topo_read_files(&rd, path, roots);
    if (n > 0 && !rd.full)
        read_roots(&rd, roots, n);
    sort_findings(&rd, first);
    return diags->errors == before;
}

bool topo_read(const char *path, struct topo_source *source, struct diag_list *diags,
               struct topo **ret_topo)
{
    return read_all(NULL, NULL, path, source, diags, ret_topo);
}

bool topo_read_form(const struct topo_form *form, void *base, const char *path,
                    struct topo_source *source, struct diag_list *diags, struct topo **ret_topo)
{
    assert(form && base);
    return read_all(form, base, path, source, diags, ret_topo);
}

void topo_free(struct topo *t)
{
    if (!t)
        return;
    lang_doc_done(&t->doc);
    arena_done(&t->arena);
    mem_free(MEM_MISC, t, sizeof(*t));
}
