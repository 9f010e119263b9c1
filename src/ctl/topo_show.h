/* ctl/topo_show.h: `spanway show topology`: reads a topology file and prints it complete, with
 * what the providers would assign. Needs no daemon. */
#ifndef CTL_TOPO_SHOW_H
#define CTL_TOPO_SHOW_H

#include <stdio.h>

#include "topo/print.h"

struct topo_show_request {
    const char *file;
    enum topo_format format;
    bool outside_allowed; /* files beyond the topology's folder */
};

/* Prints the topology to `out`; findings with their lines go to `err`. The exit status: 0; 1 the
 * file has errors, and nothing is printed; 2 it cannot be read. */
int topo_show(const struct topo_show_request *r, FILE *out, FILE *err);

/* Prints findings with the lines that they are about. */
void topo_show_findings(const struct topo *t, const struct diag_list *diags, FILE *err);

/* The exit status of a topology with findings: 2 when it could not be read at all, else 1. */
int topo_show_status(const struct diag_list *diags);

#endif
