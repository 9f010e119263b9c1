/* topo/topo.h: a topology file, read: typed resources, each knowing its place in the file.
 * Input is untrusted: any bytes are allowed; bounds are named here and in lang/yaml.h; a file is
 * looked up only below the folder of the topology (unless options say otherwise). Errors go to a
 * diag_list with file, line and column. One thread; the topology owns its arena. */
#ifndef TOPO_TOPO_H
#define TOPO_TOPO_H

#include "base/arena.h"
#include "base/diag.h"
#include "topo/aws.h"
#include "topo/azure.h"
#include "topo/expect.h"
#include "topo/gcp.h"
#include "topo/site.h"
#include "topo/soracom.h"

struct topo_field;

enum {
    TOPO_VERSION = 1,           /* of the format: `spanway: 1` */
    TOPO_INCLUDES_MAX = 32,     /* files, the first one too */
    TOPO_OBJECTS_MAX = 1 << 20, /* resources and parts: 10,000 sites with room */
    TOPO_ARENA_MAX_BYTES = 1 << 30,
};

struct topo {
    const char *name, *description;
    struct topo_azure azure;
    struct topo_aws aws;
    struct topo_gcp gcp;
    struct topo_soracom soracom;
    struct topo_sites sites;
    struct topo_requirements requirements;
    struct topo_expect expect;
    TOPO_LIST_OF(struct topo_suppression) suppress;
    TOPO_LIST_OF(struct topo_limit) limits;
    struct lang_doc doc;
    struct topo_index *index;  /* of all names: topo_find() */
    struct topo_fixup *fixups; /* all references, as they were written */
    const char *folder;        /* of the topology, as typed: "", "topologies/" */
    struct arena arena;
};

/* The one door to the outside: reads a file's whole text into the arena. `path` is relative to the
 * topology's folder and has no "..", unless paths outside are allowed. Whoever implements it has
 * the folder, and refuses what leaves it by a symbolic link (-EXDEV). 0, or a negative errno:
 * -EFBIG beyond max bytes, -ENOMEM when the arena is full. */
struct topo_source {
    err_t (*read)(struct topo_source *s, const char *path, size_t max, struct arena *arena,
                  const char **ret_text, size_t *ret_len);
    /* Changes the tree of a file (doc->files[file]) before it is understood: topo/edit.h; NULL: it
     * is read as it is written. The tree to go on with, or NULL: no memory. */
    const struct lang_node *(*edit)(struct topo_source *s, struct lang_doc *doc, uint32_t file,
                                    const struct lang_node *root);
    bool outside_allowed; /* paths that leave the topology's folder */
};

/* Reads the topology and what it includes; `path` as the user typed it: its last part is what the
 * source is asked for. True when no error was found; *ret_topo is made in either case (topo_free
 * it) and holds what was understood; NULL only without memory. Findings of one call are in the
 * order of the files and their lines. */
must_use bool topo_read(const char *path, struct topo_source *source, struct diag_list *diags,
                        struct topo **ret_topo);

/* A file of another form that is made of the same kind of rows: what has to be built, not what is
 * there. */
struct topo_form {
    const char *what;                /* "a plan's intent": for people */
    const char *version;             /* its first key, whose value is 1: "spanway-plan" */
    const struct topo_field *fields; /* of the top level, with offsets in the caller's struct */
};

/* Reads one file of that form into the struct at `base`, which is zero; what is read borrows from
 * *ret_topo, which holds nothing else. There are no includes. Otherwise as topo_read(). */
must_use bool topo_read_form(const struct topo_form *form, void *base, const char *path,
                             struct topo_source *source, struct diag_list *diags,
                             struct topo **ret_topo);

/* Frees the topology and everything in it. NULL is allowed. */
void topo_free(struct topo *t);

/* The resource or part that a text names, as references do: "azure.connections.c0", "vnet/subnet",
 * a name that only one has; NULL: none, or several. */
const struct topo_object *topo_find(const struct topo *t, const char *text);

/* The name or path that is nearest to the text; NULL: none is near. */
const char *topo_near(const struct topo *t, const char *text);

/* Appends where the object stands: "sites.tokyo.routers.tky01", "aws.vpn_connections.c0.tunnels.0".
 */
void topo_object_path(const struct topo_object *o, struct text *out);

/* Fills in the endpoints that name a resource whose address has become known (assigned by the
 * provider's model). Can be called again. */
void topo_resolve_endpoints(struct topo *t);

#endif
