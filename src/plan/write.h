/* plan/write.h: a plan spelled out: as a topology file (docs/topology.md), as a site's router
 * configuration, as a checklist for the portals, as commands for az, aws and gcloud. Each writer
 * appends to a text with a stated top; who calls looks at `cut`. */
#ifndef PLAN_WRITE_H
#define PLAN_WRITE_H

#include "plan/plan.h"

enum { PLAN_TEXT_MAX = 1 << 18 }; /* ten times what three networks in full come to */

/* The topology, with comments. */
void plan_write_topology(const struct plan *p, struct text *out);

/* The configuration of a site's router, in the dialect of IOS. */
void plan_write_router(const struct plan *p, const struct plan_network *site, uint32_t router,
                       struct text *out);

/* What to create, in the order of what needs whose address, and how many of each. */
void plan_write_checklist(const struct plan *p, struct text *out);

/* The same as a shell script. */
void plan_write_commands(const struct plan *p, struct text *out);

#endif
