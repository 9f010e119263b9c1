/* lang/yaml.h: YAML text as a small tree in which every value knows where it was written, so that a
 * rule which fails much later can still point at file, line and column. JSON is read as well.
 *
 * A document holds the trees and texts of one to LANG_FILES_MAX files (a topology and what it
 * includes), freed whole. Nodes are immutable once lang_yaml_parse() has returned; they live as
 * long as their document, which one thread owns. Lines and columns count from 1; a column is a
 * character, not a byte. An end is the place just behind the last character.
 *
 * The text is untrusted. What is understood is YAML 1.2's core schema, read by libyaml's events:
 * one document a file; map keys are scalars, each once in its map; no merge keys, no tags but the
 * core ones. An alias is a pointer to the node that has the anchor (and so has the anchor's place).
 * Of JSON two things are refused: a surrogate pair written as two \u escapes (write the character
 * itself) and keys of more than 1,024 characters.
 *
 * Errors: false, and a diag with an id of LANG-YAML-..., the place, what was expected, what to do.
 * Nothing here opens a file, and no value is given a type before somebody asks for one. */
#ifndef LANG_YAML_H
#define LANG_YAML_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/text.h"

enum {
    /* Nobody nests a topology deeper than a dozen; whoever walks a tree can hold its path in an
     * array of this size. Aliases count as what they stand for. */
    LANG_DEPTH_MAX = 64,
    /* 10,000 sites are about 10 MB. */
    LANG_FILE_BYTES_MAX = 16 << 20,
    /* All files of a document: what an architect's include files can come to, twice. */
    LANG_TEXT_BYTES_MAX = 64 << 20,
    /* Nodes of a document, every alias counted as the whole tree that it stands for: walking a
     * document is bounded, whatever its aliases multiply to. 10,000 sites are about 400,000. */
    LANG_NODES_MAX = 1000000,
    /* A topology, and one include for each of dozens of sites or teams. */
    LANG_FILES_MAX = 64,
    /* Anchors are searched one by one: these two keep that below 10 million steps a file. */
    LANG_ANCHORS_MAX = 1000,
    LANG_ALIASES_MAX = 10000,
};

enum lang_kind { LANG_SCALAR, LANG_SEQ, LANG_MAP };

struct lang_node {
    enum lang_kind kind;
    uint32_t file; /* index into lang_doc.files */
    uint32_t line, column;
    uint32_t end_line, end_column;
    bool quoted;    /* scalar in quotes, a block scalar, or tagged !!str: no number, bool or null */
    bool is_null;   /* scalar: nothing, ~, null */
    uint8_t height; /* levels of collections: 0 for a scalar, 1 for a list of scalars */
    uint32_t text_len; /* scalar: bytes of text */
    const char *text;  /* scalar: UTF-8 that ends in NUL and has none inside; else "" */
    const char *file_name;
    uint32_t count;  /* items of a sequence, pairs of a map */
    uint32_t weight; /* nodes of this tree, itself included, aliases counted as their trees */
    const struct lang_node *const *items; /* items of a sequence, values of a map */
    const struct lang_node *const *keys;  /* map: its keys, all scalars, as written */
    const uint32_t *order; /* larger map: indexes of its keys, sorted; for lang_get() alone */
};

enum { LANG_MARK_LINES = 64 };

struct lang_file {
    const char *name;
    const char *text; /* the whole of it, without a byte order mark */
    size_t len;
    const struct lang_node *root; /* NULL: could not be parsed */
    uint32_t *marks;              /* where each LANG_MARK_LINESth line begins, from the first */
    uint32_t mark_count;          /* those that are known; none: the text is walked through */
    uint32_t lines_before;        /* of a text that is the end of a file */
};

struct lang_doc {
    struct arena arena;
    const struct lang_node *root; /* of the first file */
    struct lang_file files[LANG_FILES_MAX];
    uint32_t file_count;
    uint32_t nodes;    /* so far, of LANG_NODES_MAX */
    size_t text_bytes; /* so far, of LANG_TEXT_BYTES_MAX */
};

/* An empty document. */
void lang_doc_init(struct lang_doc *doc);

/* Frees every file, node and text of the document, which can be initialised again. */
void lang_doc_done(struct lang_doc *doc);

/* Reads one file's text (of any bytes) into the document, as files[file_count - 1], whose root is
 * the tree; a text without any value is a null. On failure the text is still there for excerpts,
 * unless it was too much. file_name is copied. */
must_use bool lang_yaml_parse(struct lang_doc *doc, const char *file_name, const char *text,
                              size_t len, struct diag *ret_diag);

/* The map's value at key, or NULL: there is no such key, or the node is not a map. */
const struct lang_node *lang_get(const struct lang_node *map, const char *key);

/* What the node is, for messages: "a map", "a list", "text", "a number", "true", "nothing". */
const char *lang_what(const struct lang_node *node);

/* Sets the file, line and column of a diag to the node's. */
void lang_diag_at(const struct lang_node *node, struct diag *d);

/* Appends the source line and below it carets from column up to end_column (0: one character):
 *     12 |   gatway: vgw1
 *        |   ^^^^^^
 * Tabs are expanded, wide characters counted as two, control characters shown as U+FFFD; of a long
 * line what surrounds the column. False, and nothing is appended: there is no such line. */
enum { LANG_EXCERPT_BYTES_MAX = 2048 }; /* never longer */
bool lang_excerpt(const struct lang_doc *doc, uint32_t file, uint32_t line, uint32_t column,
                  uint32_t end_column, struct text *out);

/* The excerpt of a node, its first line. */
bool lang_excerpt_node(const struct lang_doc *doc, const struct lang_node *node, struct text *out);

/* The excerpt of a diag's place: its file is found by name, its end is that of the word there. */
bool lang_excerpt_diag(const struct lang_doc *doc, const struct diag *d, struct text *out);

/* Appends untrusted text in quotes for a message: at most LANG_QUOTE_MAX characters of it, what a
 * terminal would not print as \xNN. */
enum { LANG_QUOTE_MAX = 48 };
void lang_quote(struct text *t, const char *s, size_t len);

#endif
