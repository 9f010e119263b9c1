/* check/design.h: a topology with all that is worked out of it before anybody looks for faults:
 * limits replaced, what the provider assigns filled in, device configurations parsed, the network
 * expanded and its tunnels paired. The first half of `spanway check`, and the input of whoever
 * plans, simulates or builds the same network. One thread; freed whole. */
#ifndef CHECK_DESIGN_H
#define CHECK_DESIGN_H

#include "check/check.h"

/* Two routers on each of 10,000 sites; what 10,000 sites with 40,000 tunnels expand to, ten times.
 */
enum { CHECK_DEVICES_MAX = 20000, CHECK_DESIGN_ARENA_MAX_BYTES = 1 << 30 };

struct check_design {
    struct topo *topo; /* NULL: no memory */
    struct cloud_limits limits;
    struct check_device *devices;
    struct config **configs;    /* of the devices, owned; NULL: no memory for it */
    struct diag_list *findings; /* of the devices' readers, owned */
    uint32_t device_count;
    struct net net;
    struct arena arena;
};

/* Reads and works out the topology at `path`. False: it has errors, which are in diags, or memory
 * ran out; check_design_done() is due in either case. A device configuration with errors is no
 * error here: the device stands in the list with what was found. */
must_use bool check_design_open(struct check_design *d, const char *path,
                                struct topo_source *source, struct diag_list *diags);

/* Frees everything. */
void check_design_done(struct check_design *d);

/* The rules' input; the design stays its owner. `before` is the design that runs today, of which
 * this one is to be the next, or NULL: then no rule looks at the change. */
struct check check_of_design(struct check_design *d, const struct check_design *before);

#endif
