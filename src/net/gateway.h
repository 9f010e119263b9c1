/* net/gateway.h: the configuration of a provider's gateway as this product would run it: what the
 * expanded network says of a node, in the dialect of FRR, for spanwayd of the lab and for a host of
 * the simulator. Addresses of links and the routes below the tunnels are not in it: whoever makes
 * the node's interfaces gives it those. Pre-shared keys stand in the text as they are: it belongs
 * into a file that nobody else reads, and never into a log. Pure. */
#ifndef NET_GATEWAY_H
#define NET_GATEWAY_H

#include "base/text.h"
#include "net/network.h"

/* What the network does not know of the place where the node will run. A NULL member, or no such
 * struct: what its comment says. */
struct net_gateway_names {
    const char *hostname; /* the node's name, with '-' where a hostname takes no such byte */
    /* Interfaces by which tunnels' packets leave: to the provider's network ("gateway"), to the
     * Internet ("public"; of a gateway whose BGP is spoken elsewhere "public0", "public1"). Or by
     * end, where they have other names. */
    const char *fabric, *outside;
    const char *const *via;
    /* By node: an address by which the others of its group reach it, beside those that the network
     * knows (AWS publishes none). IP_NONE: none. */
    const struct ip_addr *inside;
};

enum { NET_GATEWAY_TUNNEL_MAX = 24 }; /* bytes of a tunnel's name, with its NUL */

/* Whether net_gateway_config() has something to say of the node: a provider's, and not one whose
 * tunnels all have their BGP spoken elsewhere. */
bool net_gateway_is(const struct net *n, uint32_t node);

/* Appends the configuration of the node and of all tunnel ends whose speaker it is. The network is
 * paired. False: the text was cut. */
must_use bool net_gateway_config(const struct net *n, uint32_t speaker,
                                 const struct net_gateway_names *names, struct text *t);

/* The interface of an end in its speaker's text: "Tunnel1", counted over the speaker's ends. */
void net_gateway_tunnel(const struct net *n, uint32_t end, char name[NET_GATEWAY_TUNNEL_MAX]);

#endif
