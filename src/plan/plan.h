/* plan/plan.h: the pairing of tunnels: which public address of one side meets which of the other,
 * with which inside addresses, AS numbers and keys. plan_build() decides everything; the writers
 * (write.h) only spell it out, as a topology, a checklist, or commands.
 * Values come from the tables of facts. No randomness: the same intent gives the same plan. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "plan/intent.h"

enum {
    PLAN_TUNNELS_MAX = 4, /* of a pair */
    PLAN_ENDS_MAX = 4,    /* public addresses of one side of a pair */
    PLAN_KEY_MAX = 33,
};

/* A tunnel that both sides have. An end is: of Azure the instance, of Google the interface, of AWS
 * and SORACOM 2 * connection + tunnel, of a site the router. */
struct plan_tunnel {
    uint32_t end[2];
    struct prefix inside; /* /30; IP_NONE: the sessions need none */
    char key[PLAN_KEY_MAX];
};

struct plan_link {
    const struct plan_network *side[2]; /* in the order of enum plan_provider */
    const struct plan_pair *pair;       /* NULL: nothing is fixed */
    bool bgp;
    uint32_t tunnel_count;
    struct plan_tunnel tunnels[PLAN_TUNNELS_MAX];
};

struct plan {
    const struct plan_intent *intent;
    uint32_t asn[PLAN_NETWORKS_MAX]; /* by the network's index */
    uint32_t link_count;
    struct plan_link links[PLAN_LINKS_MAX];
};

/* Works the plan out. False: it cannot be, and diags says why, and the nearest that can. */
must_use bool plan_build(struct plan *plan, const struct plan_intent *intent,
                         struct diag_list *diags);

/* Whether the network is a side of the link; 0 or 1, or -1: it is not. */
int plan_side(const struct plan_link *l, const struct plan_network *n);

/* The network across the link. */
const struct plan_network *plan_peer(const struct plan_link *l, const struct plan_network *n);

/* The AS number of a network. */
uint32_t plan_asn(const struct plan *p, const struct plan_network *n);

/* How many public addresses a side of a link uses: 1 + its highest end. */
uint32_t plan_ends(const struct plan_link *l, int side);

/* The address of a side in a tunnel's /30: AWS and SORACOM have the first host, then Google, then
 * Azure, then a site. */
struct ip_addr plan_inside(const struct plan_link *l, const struct plan_tunnel *t, int side);

/* Whether the gateway of an Azure network has two active instances. */
bool plan_is_active_active(const struct plan *p);

/* The tunnel from the other instance of Azure's gateway that does the same for it: the other
 * address that a connection has to name. NULL: there is none. */
const struct plan_tunnel *plan_partner(const struct plan_link *l, const struct plan_tunnel *t);

/* A number of AWS's kind: AWS's own and SORACOM's VPN connections are made alike. */
static inline bool plan_is_aws_kind(const struct plan_network *n)
{
    return n->provider == PLAN_AWS || n->provider == PLAN_SORACOM;
}

/* The address by which a site's router speaks BGP to Azure: the last host of its first prefix, less
 * the router's number. */
struct ip_addr plan_site_address(const struct plan_network *site, uint32_t router);

#endif
