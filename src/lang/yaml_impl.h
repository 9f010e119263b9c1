/* lang/yaml_impl.h: what the parts of the YAML reader share: one file being read. For lang/ alone.
 * Every function that is false has filled in b->diag. */
#ifndef LANG_YAML_IMPL_H
#define LANG_YAML_IMPL_H

#include <yaml.h>

#include "lang/yaml.h"

struct yaml_place {
    uint32_t line, column;
};

struct yaml_anchor {
    const char *name;
    const struct lang_node *node; /* NULL: its collection is still open */
    struct yaml_place at;
};

struct yaml_open {
    struct lang_node *node;
    uint32_t first;  /* of its children among the pending ones */
    bool block;      /* by indentation, not in brackets */
    uint32_t anchor; /* its row's number from 1; 0: it has none */
};

struct yaml_build {
    struct lang_doc *doc;
    struct lang_file *file;
    struct diag *diag;
    yaml_parser_t parser;
    struct yaml_open open[LANG_DEPTH_MAX]; /* from the root down to where we are */
    uint32_t depth;
    const struct lang_node **pending; /* finished children of what is open; heap */
    uint32_t pending_count, pending_cap;
    struct yaml_anchor *anchors; /* heap */
    uint32_t anchor_count, anchor_cap;
    uint32_t aliases, documents;
    struct yaml_place end;  /* of what was read last */
    struct yaml_place last; /* the end of the text */
    const struct lang_node *root;
};

/* What is wrong but for the place; empty texts may be NULL. */
struct yaml_fault {
    const char *id, *what, *expected, *remedy;
};

/* Fills in the diag; always false. */
bool yaml_refuse(const struct yaml_build *b, struct yaml_place at, const struct yaml_fault *f);

/* Whether the text is UTF-8 without control characters, before libyaml sees it; sets b->last. */
must_use bool yaml_check_bytes(struct yaml_build *b);

/* What libyaml's parser complains of, in words that say what to do; always false. */
bool yaml_refuse_syntax(const struct yaml_build *b);

/* A place of libyaml's, which counts from 0, and may lie behind a text without a last newline. */
struct yaml_place yaml_place_of(const struct yaml_build *b, const yaml_mark_t *mark);

/* The start and length of a line (from 1) of the file, without its end. False: there is none. */
bool lang_line(const struct lang_file *f, uint32_t line, const char **ret_start, size_t *ret_len);

#endif
