/* topo/docs.h: what the tables say of themselves: the JSON Schema that editors complete and check
 * topology files with, and the reference page. */
#ifndef TOPO_DOCS_H
#define TOPO_DOCS_H

#include "topo/print.h"

/* Prints docs/topology.schema.json: JSON Schema, draft 2020-12. */
void topo_schema_print(struct topo_printer *out);

/* Prints docs/topology-reference.md. */
void topo_reference_print(struct topo_printer *out);

#endif
