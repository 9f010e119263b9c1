/* cloud/filter.h: what the security groups and firewalls of a provider let pass at one machine, in
 * one form for all providers: chains of rules of which the first that matches decides; a packet has
 * to be let pass by each chain. All providers remember connections: the rules are asked about the
 * first packet of one alone. Built in an arena, borrowed from the topology. Pure. */
#ifndef CLOUD_FILTER_H
#define CLOUD_FILTER_H

#include "net/list.h"
#include "net/network.h"
#include "topo/topo.h"

/* Whom a side of a rule names: anybody; else those of the prefixes and tags. */
struct cloud_filter_side {
    bool any;
    bool connected; /* Azure's VirtualNetwork: the network and all that it has routes to */
    bool internet;  /* everybody else */
    NET_LIST_OF(struct prefix) prefixes;
};

struct cloud_ports {
    uint16_t first, last;
};

struct cloud_filter_rule {
    bool inbound, allow;
    uint8_t protocol; /* IP's number; 0: any */
    struct cloud_filter_side source, destination;
    NET_LIST_OF(struct cloud_ports) source_ports, destination_ports; /* none: any */
    const struct topo_object *object; /* the rule, or the group whose default it is */
};

enum { CLOUD_FILTER_CHAINS_MAX = 2 };

struct cloud_filter {
    uint32_t chain_count; /* 0: everything passes */
    struct cloud_filter_chain {
        NET_LIST_OF(struct cloud_filter_rule) rules; /* a packet that meets none is dropped */
    } chains[CLOUD_FILTER_CHAINS_MAX];
};

/* What filters at a network interface of Azure, an instance of AWS or of Google Cloud: Azure's
 * groups of subnet and interface with the default rules behind them; AWS's groups taken together;
 * the firewall rules of Google's network by priority. What states no group has none. Anything else
 * is not filtered. False: the arena is full. */
must_use bool cloud_filter_of(const struct topo *t, const struct topo_object *o,
                              struct arena *arena, struct cloud_filter *ret);

#endif
