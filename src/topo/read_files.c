/* The files of a topology: the first one, and those that it includes. */
#include <errno.h>
#include <string.h>

#include "topo/internal.h"

/* A file on its way: who asked for it. */
struct wanted {
    const char *path;             /* relative to the topology's folder */
    const struct lang_node *node; /* the word in `include`; NULL: the first */
    uint32_t from;                /* index of the file that has it */
};

bool topo_name_ok(const char *s, bool free)
{
    size_t n = 0;
    for (; s[n] && n <= TOPO_NAME_MAX; n++) {
        char c = s[n];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '_' || c == '-' || (free && (c == '/' || c == ':'))))
            return false;
    }
    return n >= 1 && n <= TOPO_NAME_MAX;
}

/* --- paths ------------------------------------------------------------------------------------ */

/* Appends the parts of a path to what is there, "." and ".." resolved. False: it goes above. */
static bool join(struct text *t, const char *path, bool outside)
{
    while (*path) {
        size_t n = strcspn(path, "/");
        if (n == 2 && path[0] == '.' && path[1] == '.') {
            size_t cut = t->len;
            while (cut > 0 && t->s[cut - 1] != '/')
                cut--;
            bool has_parent = t->len > 0 && strcmp(t->s + cut, "..") != 0;
            if (!has_parent && !outside)
                return false;
            if (has_parent) {
                t->len = cut > 1 ? cut - 1 : cut;
                t->s[t->len] = '\0';
            } else {
                text_str(t, t->len ? "/.." : "..");
            }
        } else if (n > 0 && !(n == 1 && path[0] == '.')) {
            if (t->len > 0 && t->s[t->len - 1] != '/')
                text_char(t, '/');
            text_bytes(t, path, n);
        }
        path += n + (path[n] == '/');
    }
    return true;
}

const char *topo_file_path(struct topo_reader *rd, const struct lang_node *node)
{
    char buffer[TOPO_TEXT_MAX], quote[TOPO_QUOTE_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    const char *path = node->text, *from = rd->paths[node->file];
    const char *slash = from ? strrchr(from, '/') : NULL;
    bool outside = rd->source->outside_allowed, ok = true;
    if (path[0] == '/') {
        text_char(&t, '/');
        ok = outside;
    } else if (slash) {
        text_bytes(&t, from, (size_t)(slash - from));
    }
    if (!ok || !join(&t, path, outside)) {
        topo_error(rd, node,
                   (struct topo_wrong){ "TOPO-PATH", "a path below the topology's folder",
                                        "move the file there, or give --allow-outside" },
                   "%s leaves the folder of the topology", topo_quote(quote, path));
        return NULL;
    }
    if (t.cut || t.len == 0) {
        topo_error(rd, node, (struct topo_wrong){ "TOPO-PATH", "the path of a file", "shorten it" },
                   "%s is no path of a file", topo_quote(quote, path));
        return NULL;
    }
    const char *made = arena_str(&rd->t->arena, buffer);
    if (!made)
        topo_give_up(rd, node, true);
    return made;
}

/* --- one file --------------------------------------------------------------------------------- */

static void unreadable(struct topo_reader *rd, const struct wanted *w, const char *shown, err_t err)
{
    char quote[TOPO_QUOTE_MAX];
    struct topo_wrong wrong = { "TOPO-FILE", NULL, "check the path and who may read it" };
    const char *why = strerror(-err);
    if (err == -ENOMEM) {
        topo_give_up(rd, w->node, true);
        return;
    }
    if (err == -EXDEV) {
        wrong = (struct topo_wrong){ "TOPO-PATH", "a path below the topology's folder",
                                     "move the file there, or give --allow-outside" };
        why = "it leaves the folder of the topology";
    } else if (err == -EFBIG) {
        wrong = (struct topo_wrong){ "TOPO-FILE", "at most 16 MB", "split the file" };
        why = "it is too large";
    }
    topo_error(rd, w->node, wrong, "%s cannot be read: %s", topo_quote(quote, shown), why);
}

/* The name of a file in messages: as the user would type it from here. */
static const char *shown_path(struct topo_reader *rd, const char *path)
{
    char buffer[2 * TOPO_TEXT_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    if (path[0] != '/')
        text_str(&t, rd->t->folder);
    text_str(&t, path);
    return arena_str(&rd->t->arena, buffer);
}

/* Parses a file into the document. Its tree, or NULL with a finding. */
static const struct lang_node *read_one(struct topo_reader *rd, const struct wanted *w)
{
    const char *text = NULL, *shown = shown_path(rd, w->path);
    size_t len = 0;
    struct lang_doc *doc = &rd->t->doc;
    struct diag d = { 0 };
    if (!shown) {
        topo_give_up(rd, w->node, true);
        return NULL;
    }
    err_t err =
        rd->source->read(rd->source, w->path, LANG_FILE_BYTES_MAX, &rd->t->arena, &text, &len);
    if (err != 0) {
        unreadable(rd, w, shown, err);
        return NULL;
    }
    uint32_t before = doc->file_count;
    bool ok = lang_yaml_parse(doc, shown, text, len, &d);
    if (doc->file_count > before)
        rd->paths[doc->file_count - 1] = w->path;
    if (!ok) {
        diag_add(rd->diags, &d);
        return NULL;
    }
    const struct lang_node *root = doc->files[doc->file_count - 1].root;
    if (!rd->source->edit)
        return root;
    root = rd->source->edit(rd->source, doc, doc->file_count - 1, root);
    if (!root)
        topo_give_up(rd, w->node, true);
    return root;
}

/* `spanway: 1` says that this is a topology, and which format it has; another form has its own. */
static bool check_version(struct topo_reader *rd, const struct lang_node *root, bool first)
{
    const char *key = rd->form ? rd->form->version : "spanway";
    const char *what = rd->form ? rd->form->what : "a topology";
    const struct lang_node *version = lang_get(root, key);
    char quote[TOPO_QUOTE_MAX], line[64], remedy[96];
    struct text t = text_init(line, sizeof(line));
    text_str(&t, key);
    text_str(&t, ": 1");
    if (root->kind != LANG_MAP || (first && !version)) {
        topo_error(rd, root,
                   (struct topo_wrong){ "TOPO-VERSION", line, "write it as the first line" },
                   "this is not %s: it does not begin with its version", what);
        return false;
    }
    if (version && (version->kind != LANG_SCALAR || strcmp(version->text, "1") != 0)) {
        t = text_init(remedy, sizeof(remedy));
        text_str(&t, "write ");
        text_str(&t, line);
        topo_error(rd, version, (struct topo_wrong){ "TOPO-VERSION", "1", remedy },
                   "this program does not know the format %s",
                   version->kind == LANG_SCALAR ? topo_quote(quote, version->text)
                                                : lang_what(version));
        return false;
    }
    if (first && strcmp(root->keys[0]->text, key) != 0)
        topo_error(rd, version, (struct topo_wrong){ "TOPO-VERSION", line, "move it to the top" },
                   "\"%s\" is not the first key", key);
    return true;
}

/* --- includes --------------------------------------------------------------------------------- */

struct files {
    struct wanted v[TOPO_INCLUDES_MAX];
    uint32_t n;
};

static bool is_above(const struct files *files, uint32_t at, const char *path)
{
    for (;; at = files->v[at].from) {
        if (strcmp(files->v[at].path, path) == 0)
            return true;
        if (at == 0)
            return false;
    }
}

/* Adds one file that files->v[from] asks for, unless it is there already. */
static void want(struct topo_reader *rd, struct files *files, uint32_t from,
                 const struct lang_node *node)
{
    char quote[TOPO_QUOTE_MAX];
    if (node->kind != LANG_SCALAR || node->is_null) {
        topo_error(rd, node,
                   (struct topo_wrong){ "TOPO-VALUE", "the path of a file", "write one a line" },
                   "an item of \"include\" is %s", lang_what(node));
        return;
    }
    const char *path = topo_file_path(rd, node);
    if (!path)
        return;
    if (is_above(files, from, path)) {
        topo_error(rd, node,
                   (struct topo_wrong){ "TOPO-INCLUDE", "a file that does not include this one",
                                        "take one of the includes out" },
                   "%s includes itself", topo_quote(quote, path));
        return;
    }
    for (uint32_t i = 0; i < files->n; i++) {
        if (strcmp(files->v[i].path, path) == 0)
            return;
    }
    if (files->n == TOPO_INCLUDES_MAX) {
        topo_error(rd, node,
                   (struct topo_wrong){ "TOPO-INCLUDE", "at most 32 files", "join some of them" },
                   "the topology has too many files");
        return;
    }
    files->v[files->n++] = (struct wanted){ .path = path, .node = node, .from = from };
}

static void want_includes(struct topo_reader *rd, struct files *files, uint32_t from,
                          const struct lang_node *root)
{
    const struct lang_node *include = lang_get(root, "include");
    if (!include || (include->kind == LANG_SCALAR && include->is_null))
        return;
    if (include->kind != LANG_SEQ) {
        topo_error(rd, include,
                   (struct topo_wrong){ "TOPO-VALUE", "a list of files", "write [a.yaml, b.yaml]" },
                   "\"include\" is %s", lang_what(include));
        return;
    }
    for (uint32_t i = 0; i < include->count; i++)
        want(rd, files, from, include->items[i]);
}

uint32_t topo_read_files(struct topo_reader *rd, const char *path,
                         const struct lang_node **ret_roots)
{
    struct files files = { .n = 1 };
    uint32_t n = 0;
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    rd->t->folder = arena_strn(&rd->t->arena, path, (size_t)(base - path));
    files.v[0].path = arena_str(&rd->t->arena, base);
    if (!rd->t->folder || !files.v[0].path) {
        topo_give_up(rd, NULL, true);
        return 0;
    }
    for (uint32_t i = 0; i < files.n && !rd->full; i++) {
        const struct lang_node *root = read_one(rd, &files.v[i]);
        if (!root || !check_version(rd, root, i == 0))
            continue;
        ret_roots[n++] = root;
        if (!rd->form)
            want_includes(rd, &files, i, root);
    }
    return n;
}
