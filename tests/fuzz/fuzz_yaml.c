/* Any bytes as YAML: a tree that is understood keeps its promises, and written as JSON it is read
 * back as the same tree. What is refused can be shown. */
#include <stdlib.h>
#include <string.h>

#include "lang/json.h"
#include "lang/yaml.h"

/* Trees that aliases make larger than this are walked, but not written. */
enum { WRITTEN_MAX = 1 << 20, KEY_CHARS_MAX = 1000 };

struct level {
    const struct lang_node *node;
    uint32_t next;
};

static void check_scalar(const struct lang_node *n)
{
    assert(n->count == 0 && n->height == 0 && n->weight == 1);
    assert(strlen(n->text) == n->text_len && !(n->quoted && n->is_null));
}

static void check_node(const struct lang_doc *doc, const struct lang_node *n)
{
    assert(n->file < doc->file_count && n->file_name == doc->files[n->file].name);
    assert(n->line >= 1 && n->column >= 1);
    assert(n->end_line > n->line || (n->end_line == n->line && n->end_column >= n->column));
    char buf[LANG_EXCERPT_BYTES_MAX];
    struct text t = text_init(buf, sizeof(buf));
    assert(lang_excerpt_node(doc, n, &t) && !t.cut);
    if (n->kind == LANG_SCALAR)
        check_scalar(n);
    for (uint32_t i = 0; n->kind == LANG_MAP && i < n->count; i++) {
        assert(n->keys[i]->kind == LANG_SCALAR);
        check_scalar(n->keys[i]);
        assert(lang_get(n, n->keys[i]->text) == n->items[i]);
    }
}

static void write_scalar(struct lang_json *j, const struct lang_node *n)
{
    if (n->is_null)
        lang_json_null(j);
    else
        lang_json_strn(j, n->text, n->text_len);
}

/* Every node in the order of the text, aliases as their trees; j may be NULL. False: a key is
 * longer than libyaml reads. */
static bool walk(const struct lang_doc *doc, const struct lang_node *root, struct lang_json *j)
{
    struct level levels[LANG_DEPTH_MAX];
    uint32_t depth = 0, seen = 0, limit = MIN(root->weight, 5000u);
    bool keys_are_short = true;
    for (const struct lang_node *n = root;;) {
        if (n && seen++ < limit)
            check_node(doc, n);
        if (n && n->kind != LANG_SCALAR) {
            assert(depth < LANG_DEPTH_MAX);
            levels[depth++] = (struct level){ n, 0 };
            if (j && n->kind == LANG_MAP)
                lang_json_object(j);
            else if (j)
                lang_json_array(j);
        } else if (n && j) {
            write_scalar(j, n);
        }
        if (depth == 0)
            return keys_are_short;
        struct level *l = &levels[depth - 1];
        n = NULL;
        if (l->next < l->node->count) {
            if (l->node->kind == LANG_MAP) {
                const struct lang_node *key = l->node->keys[l->next];
                keys_are_short = keys_are_short && key->text_len * 6 < KEY_CHARS_MAX;
                if (j)
                    lang_json_key(j, key->text);
            }
            n = l->node->items[l->next++];
        } else {
            depth--;
            if (j)
                lang_json_close(j);
        }
    }
}

/* Same kinds, counts and texts; quotes apart, for JSON puts everything in quotes. */
static void assert_equal(const struct lang_node *a, const struct lang_node *b)
{
    struct level left[LANG_DEPTH_MAX], right[LANG_DEPTH_MAX];
    uint32_t depth = 0;
    for (;;) {
        if (a) {
            assert(a->kind == b->kind && a->count == b->count && a->is_null == b->is_null);
            assert(a->is_null || strcmp(a->text, b->text) == 0);
        }
        if (a && a->kind != LANG_SCALAR) {
            left[depth] = (struct level){ a, 0 };
            right[depth++] = (struct level){ b, 0 };
        }
        if (depth == 0)
            return;
        struct level *l = &left[depth - 1], *r = &right[depth - 1];
        a = NULL;
        if (l->next == l->node->count) {
            depth--;
            continue;
        }
        if (l->node->kind == LANG_MAP)
            assert(strcmp(l->node->keys[l->next]->text, r->node->keys[l->next]->text) == 0);
        a = l->node->items[l->next++];
        b = r->node->items[r->next++];
    }
}

/* JSON nests objects and arrays only, so levels that we can read we can write up to a limit. */
static void write_and_read_back(const struct lang_doc *doc)
{
    char *buf = doc->root->height <= LANG_JSON_DEPTH_MAX ? malloc(WRITTEN_MAX) : NULL;
    if (!buf)
        return;
    struct text t = text_init(buf, WRITTEN_MAX);
    struct lang_json j = lang_json_to_text(&t, 1);
    bool readable = walk(doc, doc->root, &j);
    if (lang_json_done(&j) && readable) {
        struct lang_doc again;
        struct diag d;
        lang_doc_init(&again);
        if (!lang_yaml_parse(&again, "again", t.s, t.len, &d))
            abort();
        assert_equal(doc->root, again.root);
        lang_doc_done(&again);
    }
    free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lang_doc doc;
    struct diag d = { 0 };
    char buf[LANG_EXCERPT_BYTES_MAX];
    struct text t = text_init(buf, sizeof(buf));
    lang_doc_init(&doc);
    if (lang_yaml_parse(&doc, "fuzz", (const char *)data, size, &d)) {
        walk(&doc, doc.root, NULL);
        if (doc.root->weight < 10000)
            write_and_read_back(&doc);
    } else {
        assert(d.id[0] && d.what[0]);
        text_diag(&t, &d);
        t = text_init(buf, sizeof(buf));
        bool shown = lang_excerpt_diag(&doc, &d, &t);
        assert(!t.cut && (shown || d.line == 0));
    }
    lang_doc_done(&doc);
    return 0;
}
