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
    struct arena arena;
};

/* Reads a file's whole text: the one door to the outside. `path` has been checked and is joined
 * with the topology's folder. False: it cannot be read, with a finding in diags. The text is
 * allocated in the arena. */
struct topo_source {
    bool (*read)(struct topo_source *s, const char *path, struct arena *arena,
                 const char **ret_text, size_t *ret_len);
    bool outside_allowed; /* paths that leave the topology's folder */
};

/* Reads the topology and what it includes. True when no error was found; *ret_topo is made in
 * either case (topo_free it) and holds what was understood; NULL only without memory. */
must_use bool topo_read(const char *path, struct topo_source *source, struct diag_list *diags,
                        struct topo **ret_topo);

/* Frees the topology and everything in it. NULL is allowed. */
void topo_free(struct topo *t);

#endif
