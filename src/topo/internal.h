/* topo/internal.h: what the files of the reader share. Inside of topo/ only.
 *
 * The reader walks the tables and the tree together. Each mapping that has to be read is a job on a
 * list; nothing calls itself. The findings are sorted in the end.
 * References are noted while reading and looked up when every name is known. */
#ifndef TOPO_INTERNAL_H
#define TOPO_INTERNAL_H

#include "topo/schema.h"
#include "topo/topo.h"

enum {
    TOPO_NAME_MAX = 80,        /* characters of a name */
    TOPO_PATH_MAX = 512,       /* of the place of an object: five names and their collections */
    TOPO_TEXT_MAX = 4096,      /* bytes of a value that is text */
    TOPO_LIST_MAX = 10000,     /* items of a list without a bound of its own */
    TOPO_SUGGESTIONS_MAX = 64, /* near misses looked for among names: each walks over all */
};

/* A reference that waits for the names: where its text is, and where the pointer goes. */
struct topo_fixup {
    struct topo_fixup *next;
    enum topo_type type; /* TOPO_REF, TOPO_PLACE, TOPO_ENDPOINT */
    const struct topo_kind *kind;
    const struct lang_node *node;
    void *slot;
};

/* A mapping to be read into a struct. At the top level there is one node a file. */
struct topo_job {
    struct topo_job *next;
    char *base;
    const struct topo_field *fields;
    const struct topo_object *owner; /* NULL: the top level */
    const char *section;             /* of a struct inside: its key; else NULL */
    uint32_t count;                  /* 0: nothing is written; the defaults alone */
    const struct lang_node *nodes[];
};

struct topo_reader {
    struct topo *t;
    const struct topo_form *form; /* NULL: a topology */
    void *base;                   /* what the top level's offsets are in */
    struct topo_source *source;
    struct diag_list *diags;
    const char *paths[LANG_FILES_MAX]; /* of the document's files, relative to the folder */
    struct topo_job *jobs, **job_tail; /* the first one is being done */
    struct topo_fixup **fixup_tail;    /* of t->fixups */
    uint32_t objects, suggestions;
    bool full; /* a limit was reached, or memory is out: a finding says so */
};

/* What is wrong, besides the sentence about it. */
struct topo_wrong {
    const char *id;
    const char *expected; /* NULL: nothing to say */
    const char *remedy;
};

/* Adds an error at the node; the sentence is formatted as by printf. */
void topo_error(struct topo_reader *rd, const struct lang_node *at, struct topo_wrong wrong,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds the error that memory, or the bound on objects, is used up; once. */
void topo_give_up(struct topo_reader *rd, const struct lang_node *at, bool memory);

/* Untrusted text in quotes, in a buffer of TOPO_QUOTE_MAX bytes; the buffer's text. */
enum { TOPO_QUOTE_MAX = 4 * LANG_QUOTE_MAX + 8 };
const char *topo_quote(char *buffer, const char *s);

/* --- read.c, read_files.c */

/* Reads the topology's file and all that it includes into t->doc; the roots that are maps, in
 * order, at most TOPO_INCLUDES_MAX. The number of them. */
uint32_t topo_read_files(struct topo_reader *rd, const char *path,
                         const struct lang_node **ret_roots);

/* The path of a file as the node has it, relative to the file in which it stands, made relative to
 * the topology's folder, without "." and ".."; NULL with a finding: it leaves the folder. Allocated
 * in the arena. */
const char *topo_file_path(struct topo_reader *rd, const struct lang_node *node);

/* Whether the word can be a name: [A-Za-z0-9._-], with '/' and ':' too if `free`. */
bool topo_name_ok(const char *s, bool free);

/* The field's value in the mapping, which may be written short; NULL: absent. */
const struct lang_node *topo_value_in(const struct lang_node *node, const struct topo_field *f);

/* --- value.c */

/* Reads one value into a slot of the type (an element of a list, or a field). False: with a
 * finding. References are noted for later. */
bool topo_read_value(struct topo_reader *rd, const struct topo_field *f, enum topo_type type,
                     const struct lang_node *node, void *slot);

/* Appends what a value of the field looks like: "an IPv4 address", "true or false". */
void topo_expected(const struct topo_field *f, enum topo_type type, struct text *out);

/* Appends "a site", "an Azure subnet". */
void topo_kind_text(const struct topo_kind *kind, struct text *out);

/* --- index.c */

/* An empty index; the key keeps its order of buckets from being chosen by the file. NULL: memory.
 */
struct topo_index *topo_index_new(struct arena *arena, uint64_t key);

/* Adds the object under its path, and under its name and "parent/name" unless it is an item of a
 * sequence. *ret_before: the one that has this path already, which is then not added; else NULL.
 * False: out of memory. */
must_use bool topo_index_add(struct topo_index *x, const struct topo_object *o,
                             const struct topo_object **ret_before);

/* What has been found under a text: how many, and the first two. */
struct topo_found {
    const struct topo_object *first, *second;
    uint32_t count;
};

/* Those that have this path; those of the kind (NULL: any) with this name or "parent/name". */
struct topo_found topo_index_path(const struct topo_index *x, const char *s, size_t len);
struct topo_found topo_index_name(const struct topo_index *x, const struct topo_kind *kind,
                                  const char *s, size_t len);

/* The name of the kind (NULL: any) that is nearest to the text; NULL: none is near. */
const char *topo_index_near(const struct topo_index *x, const struct topo_kind *kind,
                            const char *s);

/* --- resolve.c */

/* Looks up every reference. */
void topo_resolve(struct topo_reader *rd);

#endif
