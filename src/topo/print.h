/* topo/print.h: a topology as text, complete: what was left out and has a default, or was assigned
 * by the provider's model, is there too. Reading the text gives the same topology, but for keys and
 * passwords, which are never printed, and for what the files included: it is one file. Borrows
 * everything; allocates nothing. */
#ifndef TOPO_PRINT_H
#define TOPO_PRINT_H

#include "topo/topo.h"

enum topo_format {
    TOPO_FORMAT_TEXT, /* YAML in which `# default` and `# assigned` mark what is not in the file */
    TOPO_FORMAT_YAML, /* YAML without comments */
    TOPO_FORMAT_JSON,
};

/* Where the text goes. */
struct topo_printer {
    void (*write)(struct topo_printer *p, const char *s, size_t n);
};

/* Prints the topology. */
void topo_print(const struct topo *t, enum topo_format format, struct topo_printer *out);

#endif
