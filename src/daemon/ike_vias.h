/* daemon/ike_vias.h: by which interface the packets of a tunnel leave, where `tunnel route-via`
 * says it. Owned by the ike process, made anew from each configuration. */
#ifndef DAEMON_IKE_VIAS_H
#define DAEMON_IKE_VIAS_H

#include "config/model.h"
#include "daemon/ike_addresses.h"

struct ike_via {
    struct ip_addr local, remote; /* local IP_NONE: any */
    char interface[IKE_INTERFACE_MAX];
};

struct ike_vias {
    struct ike_via *items;
    uint32_t n;
};

/* What the configuration says; -ENOMEM: it stays as it was. */
must_use err_t ike_vias_set(struct ike_vias *v, const struct config *c);
/* Frees what was set. */
void ike_vias_done(struct ike_vias *v);
/* Sets the interface that packets of this path leave by: 0 if the routes say, one that no
 * interface has if the named one is not there: they are lost then, and go nowhere else. */
void ike_vias_path(const struct ike_vias *v, const struct ike_addresses *a, struct esp_path *path);

#endif
