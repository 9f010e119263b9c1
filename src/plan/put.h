/* plan/put.h: what the writers share: formatted text, names of objects, stand-in addresses. Inside
 * of plan/ only. */
#ifndef PLAN_PUT_H
#define PLAN_PUT_H

#include "plan/plan.h"

/* A short text by value: for one call of put(). */
struct put_text {
    char s[128];
};

/* Appends, formatted as by printf; a call gives at most 1,000 bytes. */
void put(struct text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An address, a prefix, a netmask, a list "[10.0.0.0/8, 10.1.0.0/16]". */
struct put_text put_addr(struct ip_addr a);
struct put_text put_prefix(const struct prefix *p);
struct put_text put_mask(uint8_t len);
void put_prefixes(struct text *out, const topo_prefixes_t *v, const char *between);

/* The resource that holds an end's public address, or a site's address itself. */
struct put_text put_endpoint(const struct plan_link *l, int side, uint32_t end);

/* The address that stands in for a public one which is not known before its owner is made; of a
 * site the true one. From the blocks that are kept for documentation (RFC 5737). */
struct ip_addr put_public(const struct plan_link *l, int side, uint32_t end);

/* The first link of the plan that the network is in, and the next ones; NULL: no more. */
const struct plan_link *put_next_link(const struct plan *p, const struct plan_network *n,
                                      const struct plan_link *after);

/* The first tunnel of a link with this end, or NULL: nobody uses it. */
const struct plan_tunnel *put_tunnel_at(const struct plan_link *l, int side, uint32_t end);

/* VPN connections of AWS's kind that the link has. */
uint32_t put_connections(const struct plan_link *l);

/* The network of the provider, or NULL. */
const struct plan_network *put_network(const struct plan *p, enum plan_provider provider);

/* How many instances an Azure gateway has, and whether one of its links speaks BGP. */
uint32_t put_instances(const struct plan *p);
bool put_has_bgp(const struct plan *p, const struct plan_network *n);

/* Algorithms of the one suite, under the provider's name; NULL: it has none, which a test rules
 * out. */
enum put_algorithm { PUT_IKE_CIPHER, PUT_IKE_HASH, PUT_IKE_GROUP, PUT_ESP_CIPHER, PUT_PFS_GROUP };
const char *put_azure_algorithm(enum put_algorithm which);
const char *put_aws_algorithm(enum put_algorithm which);

/* The sections of the topology. */
void put_azure(const struct plan *p, struct text *out);
void put_aws(const struct plan *p, struct text *out);
void put_gcp(const struct plan *p, struct text *out);
void put_soracom(const struct plan *p, struct text *out);
void put_sites(const struct plan *p, struct text *out);

/* AWS's tunnels of one connection: AWS's and SORACOM's sections have them alike. */
void put_aws_tunnels(const struct plan_link *l, int side, uint32_t connection, struct text *out);

/* Subnets of an Azure network: for machines, and for the gateway. */
struct prefix put_default_subnet(const struct plan_network *azure);
struct prefix put_gateway_subnet(const struct plan_network *azure);

#endif
