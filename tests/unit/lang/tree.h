/* tests/unit/lang/tree.h: a tree of YAML as one line of text, and parsing that must succeed or
 * fail. For the tests of lang/. */
#ifndef TESTS_LANG_TREE_H
#define TESTS_LANG_TREE_H

#include "../unit.h"
#include "lang/yaml.h"

/* Where a walk stands: one level a collection that is open. */
struct tree_level {
    const struct lang_node *node;
    uint32_t next;
};

static inline void tree_scalar(const struct lang_node *n, struct text *out)
{
    if (n->is_null)
        text_str(out, "null");
    else if (n->quoted)
        lang_quote(out, n->text, n->text_len);
    else
        text_str(out, n->text);
}

static inline void tree_place(const struct lang_node *n, struct text *out)
{
    const uint32_t places[] = { n->line, n->column, n->end_line, n->end_column };
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        text_char(out, "@:-:"[i]);
        text_u64(out, places[i]);
    }
}

/* The tree in flow form, each value with its place (@line:column-line:column) if asked for. */
static inline void tree_text(const struct lang_node *root, bool with_places, struct text *out)
{
    struct tree_level levels[LANG_DEPTH_MAX];
    uint32_t depth = 0;
    const struct lang_node *n = root;
    for (;;) {
        if (n && n->kind != LANG_SCALAR) {
            text_char(out, n->kind == LANG_MAP ? '{' : '[');
            levels[depth++] = (struct tree_level){ n, 0 };
        } else if (n) {
            tree_scalar(n, out);
            if (with_places)
                tree_place(n, out);
        }
        if (depth == 0)
            return;
        struct tree_level *l = &levels[depth - 1];
        n = NULL;
        if (l->next == l->node->count) {
            text_char(out, l->node->kind == LANG_MAP ? '}' : ']');
            if (with_places)
                tree_place(l->node, out);
            depth--;
            continue;
        }
        text_str(out, l->next ? ", " : "");
        if (l->node->kind == LANG_MAP) {
            tree_scalar(l->node->keys[l->next], out);
            text_str(out, ": ");
        }
        n = l->node->items[l->next++];
    }
}

/* Parses text that must be right; name is the case's. */
static inline void tree_parse(struct lang_doc *doc, const char *name, const char *text)
{
    struct diag d = { 0 };
    lang_doc_init(doc);
    if (!lang_yaml_parse(doc, "t.yaml", text, strlen(text), &d))
        fail_msg("%s: %u:%u: %s [%s]", name, d.line, d.column, d.what, d.id);
}

/* Parses text that must be wrong, and fills in what was said about it. */
static inline void tree_refuse(const char *name, const char *text, size_t len, struct diag *d)
{
    struct lang_doc doc;
    lang_doc_init(&doc);
    CLAIM(name, !lang_yaml_parse(&doc, "t.yaml", text, len, d));
    lang_doc_done(&doc);
}

#endif
