/* net/gateway_impl.h: what the two files of a gateway's configuration share. Inside of net/ only.
 */
#ifndef NET_GATEWAY_IMPL_H
#define NET_GATEWAY_IMPL_H

#include "net/gateway.h"

struct gateway {
    const struct net *n;
    uint32_t speaker;
    const struct net_node *node;
    struct net_gateway_names names; /* none is NULL but `inside` */
    struct text *t;
};

/* Appends its words, one after the other, up to NULL. */
void gateway_words(struct gateway *g, const char *const *words);
#define PUT(g, ...) gateway_words((g), (const char *const[]){ __VA_ARGS__, NULL })

/* An address, a number or a prefix as text, which lives as long as the statement it is made in. */
struct gateway_word {
    char s[PREFIX_TEXT_MAX];
};
/* An address as text. */
struct gateway_word gateway_ip(const struct ip_addr *a);

/* A number as text. */
struct gateway_word gateway_number(uint64_t v);

/* A prefix as text. */
struct gateway_word gateway_prefix(const struct prefix *p);
#define IP_WORD(a) (gateway_ip(a).s)
#define NUMBER(v) (gateway_number(v).s)
#define PREFIX(p) (gateway_prefix(p).s)

/* The end on the other side of an end's tunnel; NULL: nobody is there. */
const struct net_tunnel_end *gateway_other_end(const struct net *n, uint32_t end);

/* Whether our own end of a session has an address with a length that holds the peer's. */
bool gateway_is_connected(const struct net *n, uint32_t node, const struct ip_addr *own,
                          const struct ip_addr *peer);

/* The length of an address of a node; that of a host where it has none such. */
uint8_t gateway_len(const struct net *n, uint32_t node, const struct ip_addr *a);

/* gateway_tunnel.c: algorithms, keys, tunnels and the routes into them. */
void gateway_tunnels(struct gateway *g);

#endif
