/* expect/variant.h: the designs in which expectations hold: the one that is written, and one for
 * each set of things that `when:` takes out of it or adds to it. A variant is the topology's files,
 * read through a source that changes them on the way; whoever opens the design (check_design_open)
 * gives that source and gets a topology like any other, in which only the expectations of these
 * circumstances stand. What fails (`when: fail`) is no variant: expect_evaluate() lets it fail.
 * One thread; everything lives in the arena that was given, but for the caller's own source. */
#ifndef EXPECT_VARIANT_H
#define EXPECT_VARIANT_H

#include "topo/edit.h"

enum { EXPECT_VARIANTS_MAX = 1000 };

/* A line that is left out of a device's configuration, with what is indented below it. */
struct expect_cut {
    const char *path;
    uint32_t first, count; /* lines, from 1 */
};

/* The files of a topology, changed. */
struct expect_view {
    struct topo_source source; /* to be given on */
    struct topo_source *files; /* the caller's, which has to live as long */
    struct topo_edit edit;
    const struct expect_cut *cuts;
    uint32_t cut_count;
};

struct expect_variant {
    const char *name; /* "without azure.connections.c0", "add 10.4.0.0/24 to …" */
    bool adds;
    struct expect_view after;  /* with everything that `when` says */
    struct expect_view before; /* if it adds: without that, for a world that adds while it runs */
    bool refused;              /* it cannot be made: `why` */
    struct diag why;
};

struct expect_variants {
    struct expect_variant *items; /* in the order of the file */
    uint32_t count;
};

/* The variants that the topology's expectations ask for; none: all is to be looked at as written.
 * `files` is where it was read, and where the variants will be. False: no memory. */
must_use bool expect_variants_of(const struct topo *t, struct topo_source *files,
                                 struct arena *arena, struct expect_variants *ret);

#endif
