/* lab/plan_impl.h: what the files of the plan share. Inside of lab/ only. Nobody checks for memory
 * but the one at the top: `full` is sticky, and what cannot be added is left out. */
#ifndef LAB_PLAN_IMPL_H
#define LAB_PLAN_IMPL_H

#include "lab/plan.h"
#include "net/list.h"
#include "net/map.h"

enum {
    LAB_SPACES_MAX = 2000,
    LAB_TABLE_FABRIC = 900, /* of a gateway: everything into its fabric */
    LAB_TABLE_PUBLIC = 910, /* of a gateway: what has its first public address leaves there */
};

/* End points that have no address in their network have one of a block that no network uses (RFC
 * 6890: for protocols); the first is the fabric's, for them and on the way to the Internet. */
#define LAB_HELPERS "192.0.0.0/24"
#define LAB_HELPER "192.0.0.1"
static const uint32_t LAB_HELPER_FIRST = 0xc0000010; /* 192.0.0.16 */
enum { LAB_HELPERS_MAX = 200 };

/* Where Azure's machines find DNS, DHCP and the health probes of load balancers. */
#define LAB_PLATFORM "168.63.129.16"

struct lab_draft {
    const struct check_design *d;
    const struct topo *t;
    const struct net *n;
    struct lab_plan *p;
    struct arena *arena;
    struct net_map names;  /* of spaces */
    struct net_map devs;   /* space and interface: that it is taken */
    struct net_map mapped; /* node and the device's interface: its number in `plugs` */
    uint32_t *fabric_of;   /* of each fabric of the network: its space */
    uint32_t helpers;      /* link-local addresses that were given out */
    NET_LIST_OF(struct lab_plug) plugs;
    bool full;
};

/* An interface of a site's router that has its cable. */
struct lab_plug {
    uint32_t node;
    const char *device, *dev; /* in the configuration, and here */
};

/* ---- plan.c ---------------------------------------------------------------------------------- */

/* Text in the arena; never NULL. */
const char *lab_draft_text(struct lab_draft *x, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same of an address. */
const char *lab_draft_ip(struct lab_draft *x, const struct ip_addr *a);

/* Why it cannot be built. */
void lab_draft_refuse(struct lab_draft *x, const struct topo_object *o, const char *what);

/* A new space; its number, or NET_NONE. */
uint32_t lab_draft_space(struct lab_draft *x, enum lab_space_kind kind, const char *name,
                         uint32_t node);

/* A setting, and a line of setup, of a space; nothing for NET_NONE. */
void lab_draft_sysctl(struct lab_draft *x, uint32_t space, const char *path, int64_t value);
void lab_draft_late(struct lab_draft *x, uint32_t space, const char *path, int64_t value);
void lab_draft_setup(struct lab_draft *x, uint32_t space, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A name for an interface: as wanted, if it fits and is free in the space. */
const char *lab_draft_dev(struct lab_draft *x, uint32_t space, const char *wanted);

/* Lets an end have an address. */
void lab_draft_address(struct lab_draft *x, struct lab_end *end, const struct ip_addr *a,
                       uint8_t len);

/* A new cable; its number, or NET_NONE. MTU 0: the usual one. */
uint32_t lab_draft_cable(struct lab_draft *x, const struct lab_cable *cable);

/* The node of an object's instance; NET_NONE: none. */
uint32_t lab_draft_node(const struct lab_draft *x, const struct topo_object *o, uint32_t instance);

/* What check/ knows of a router's configuration; NULL: it has none. */
const struct check_device *lab_draft_device(const struct lab_draft *x,
                                            const struct topo_object *owner);

/* ---- plan_fabric.c, plan_site.c, plan_daemon.c ----------------------------------------------- */

/* Fabrics and the nodes in them; circuits; the Internet. */
void lab_draft_fabrics(struct lab_draft *x);
void lab_draft_nics(struct lab_draft *x);
void lab_draft_circuits(struct lab_draft *x);
void lab_draft_internet(struct lab_draft *x);

/* Routers and hosts of sites, links, local networks. */
void lab_draft_sites(struct lab_draft *x);

/* Daemons of all nodes that have one. */
void lab_draft_daemons(struct lab_draft *x);

/* ---- plan_nft.c ------------------------------------------------------------------------------ */

/* The rules of fabrics, edges and gateways, when all cables are there. */
void lab_draft_rules(struct lab_draft *x);

#endif
