/* plan/intent.h: what somebody wants: these networks connected, with this redundancy. A file of a
 * few lines, read by the tables that read topologies (topo/schema.h); untrusted as those are.
 * Everything borrows from `topo`, which the intent owns. */
#ifndef PLAN_INTENT_H
#define PLAN_INTENT_H

#include "topo/topo.h"

enum {
    PLAN_NETWORKS_MAX = 3,
    PLAN_LINKS_MAX = 3,      /* the pairs of three */
    PLAN_NAME_MAX = 24,      /* the objects' names are made of two networks' */
    PLAN_ADDRESSES_MAX = 16, /* prefixes of a network */
};

/* In the order in which a pair names its sides. */
enum plan_provider { PLAN_AZURE, PLAN_AWS, PLAN_GCP, PLAN_SORACOM, PLAN_SITE };

enum plan_redundancy {
    PLAN_NONE,   /* one tunnel, where the provider lets one have one */
    PLAN_TUNNEL, /* two tunnels: maintenance of one end of them is survived */
    PLAN_FULL,   /* any single failure of a tunnel, an instance, a connection is survived */
};

enum plan_routing { PLAN_ROUTING_DEFAULT, PLAN_BGP, PLAN_STATIC };

struct plan_network {
    struct topo_object o;
    enum plan_provider provider;
    const char *region; /* Azure's location, AWS's and Google's region; of a site: for people */
    topo_prefixes_t address_space;
    uint32_t asn; /* 0: one is chosen */
    enum { PLAN_VGW, PLAN_TGW } gateway;
    enum { PLAN_TO_BE_MADE, PLAN_ACTIVE_STANDBY, PLAN_ACTIVE_ACTIVE } existing_gateway;
    const char *sku;               /* Azure; NULL: the smallest with zones */
    topo_addrs_t public_addresses; /* of a site: one a router */
};

/* Values that are fixed for one pair. */
struct plan_pair {
    struct topo_object o;
    TOPO_LIST_OF(const struct plan_network *) between; /* two */
    topo_prefixes_t inside;
    enum plan_routing routing;
    uint32_t connections; /* VPN connections of AWS or SORACOM; 0: as many as it takes */
};

struct plan_intent {
    const char *name;
    enum plan_redundancy redundancy;
    enum plan_routing routing;
    TOPO_LIST_OF(struct plan_network) connect;
    TOPO_LIST_OF(struct plan_pair) pairs;
    struct topo *topo;
};

/* "azure", "full": as the file spells them. */
extern const char *const plan_provider_names[];
extern const char *const plan_redundancy_names[];

/* Reads the file. False with findings; plan_intent_done() is due in either case. */
must_use bool plan_intent_read(struct plan_intent *intent, const char *path,
                               struct topo_source *source, struct diag_list *diags);

/* Frees what was read. */
void plan_intent_done(struct plan_intent *intent);

#endif
