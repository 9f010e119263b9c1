/* The source line of a finding, unless a secret is in it. */
#include <string.h>

#include "check/look.h"
#include "check/print.h"
#include "topo/schema.h"

/* ---- secret fields --------------------------------------------------------------------------- */

enum {
    SECRETS_MAX = 16, /* different keys of secret fields: there are four */
    TABLES_MAX = 64,  /* tables of fields on the way down; each level has a few dozen */
};

struct secret_keys {
    const char *v[SECRETS_MAX];
    uint32_t n;
};

static bool is_secret(const struct secret_keys *k, const char *key)
{
    for (uint32_t i = 0; i < k->n; i++)
        if (strcmp(k->v[i], key) == 0)
            return true;
    return false;
}

/* The tables of the format know which fields are secret. They hold one another without circles. */
static struct secret_keys secret_keys(void)
{
    struct secret_keys k = { .n = 0 };
    const struct topo_field *way[TABLES_MAX] = { topo_root_fields };
    uint32_t depth = 1;
    while (depth > 0) {
        const struct topo_field *f = way[depth - 1]++;
        if (!f->name) {
            depth--;
            continue;
        }
        assert(depth < TABLES_MAX && k.n < SECRETS_MAX);
        if (f->type == TOPO_SECRET && !is_secret(&k, f->name))
            k.v[k.n++] = f->name;
        if (f->type == TOPO_STRUCT)
            way[depth++] = f->fields;
        else if ((f->type == TOPO_NAMED || f->type == TOPO_ITEMS) && f->kind)
            way[depth++] = f->kind->fields;
    }
    return k;
}

/* ---- of a topology --------------------------------------------------------------------------- */

static bool covers(const struct lang_node *n, uint32_t file, uint32_t line)
{
    return n->file == file && n->line <= line && n->end_line >= line;
}

struct step {
    const struct lang_node *node;
    uint32_t next;
};

/* Whether a value under a secret key reaches into the line. Goes down only where the line is. */
static bool tree_has_secret(const struct lang_node *root, const struct secret_keys *k,
                            uint32_t file, uint32_t line)
{
    struct step way[LANG_DEPTH_MAX + 1] = { { root, 0 } };
    uint32_t depth = 1;
    while (depth > 0) {
        const struct lang_node *n = way[depth - 1].node;
        uint32_t i = way[depth - 1].next++;
        if (i >= n->count) {
            depth--;
            continue;
        }
        const struct lang_node *item = n->items[i];
        if (n->kind == LANG_MAP && is_secret(k, n->keys[i]->text) &&
            (covers(n->keys[i], file, line) || covers(item, file, line)))
            return true;
        if (item->kind != LANG_SCALAR && covers(item, file, line)) {
            assert(depth <= LANG_DEPTH_MAX); /* lang_yaml_parse() nests no deeper */
            way[depth++] = (struct step){ item, 0 };
        }
    }
    return false;
}

static bool names_secret(const char *text, const struct secret_keys *k)
{
    for (uint32_t i = 0; i < k->n; i++)
        if (strstr(text, k->v[i]))
            return true;
    return false;
}

/* A file that could not be parsed has no tree: a line that names a secret field, or follows one
 * that does, is not shown, nor a part of a long line where there are such fields. */
static bool text_may_have_secret(const struct lang_doc *doc, const struct secret_keys *k,
                                 uint32_t file, uint32_t line)
{
    char shown[LANG_EXCERPT_BYTES_MAX + 1];
    for (uint32_t back = 0; back < 2 && back < line; back++) {
        struct text t = text_init(shown, sizeof(shown));
        if (lang_excerpt(doc, file, line - back, 1, 2, &t) &&
            (names_secret(shown, k) || strstr(shown, "...\n")))
            return true;
    }
    return false;
}

static bool line_has_secret(const struct lang_doc *doc, uint32_t file, uint32_t line)
{
    const struct secret_keys k = secret_keys();
    const struct lang_node *root = doc->files[file].root;
    return root ? tree_has_secret(root, &k, file, line) : text_may_have_secret(doc, &k, file, line);
}

static bool excerpt_node(const struct lang_doc *doc, const struct lang_node *at, struct text *out)
{
    return !line_has_secret(doc, at->file, at->line) && lang_excerpt_node(doc, at, out);
}

/* ---- of a device ----------------------------------------------------------------------------- */

static bool device_has_secret(const struct check_device *d, uint32_t line)
{
    const struct config *c = d->config;
    if (!c)
        return true;
    for (uint32_t i = 0; i < c->ipsec.secrets.n; i++)
        if (c->ipsec.secrets.v[i].at.line == line)
            return true;
    return false;
}

/* Where the line begins; NULL: there are fewer. */
static const char *start_of(const struct check_device *d, uint32_t line)
{
    const char *s = d->text, *end = d->text + d->len;
    uint32_t at = 1;
    for (; at < line && s < end; at++) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        s = stop ? stop + 1 : end;
    }
    return at == line ? s : NULL;
}

static bool excerpt_device(const struct check_device *d, const struct check_finding *f,
                           struct text *out)
{
    struct lang_doc doc = { .file_count = 1 };
    if (f->line == 0 || !d->text || device_has_secret(d, f->line))
        return false;
    const char *start = start_of(d, f->line);
    if (!start)
        return false;
    doc.files[0] = (struct lang_file){ .name = f->file,
                                       .text = start,
                                       .len = d->len - (size_t)(start - d->text),
                                       .lines_before = f->line - 1 };
    return lang_excerpt(&doc, 0, f->line, f->column, UINT32_MAX, out);
}

/* ---- both ------------------------------------------------------------------------------------ */

bool check_excerpt(const struct check_report *r, const struct check_finding *f, struct text *out)
{
    if (f->file) {
        const struct check_device *d = look_device_of(r->check, f->objects[0]);
        return d && excerpt_device(d, f, out);
    }
    return f->at && excerpt_node(&r->design->topo->doc, f->at, out);
}

bool check_excerpt_diag(const struct topo *t, const struct diag *d, struct text *out)
{
    for (uint32_t i = 0; t && i < t->doc.file_count; i++) {
        if (strncmp(t->doc.files[i].name, d->file, sizeof(d->file) - 1) == 0)
            return !line_has_secret(&t->doc, i, d->line) && lang_excerpt_diag(&t->doc, d, out);
    }
    return false;
}
