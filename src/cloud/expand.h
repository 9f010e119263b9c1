/* cloud/expand.h: a topology's resources as a network: gateways as their instances, circuits as
 * their edge routers, virtual networks as fabrics, tunnels as the ends that each side configures.
 * After cloud_assign(); what follows is net_pair(). In time linear in the size of the topology.
 * The network borrows from the topology and from the configurations, which outlive it. */
#ifndef CLOUD_EXPAND_H
#define CLOUD_EXPAND_H

#include "cloud/limits.h"
#include "config/model.h"
#include "net/network.h"
#include "topo/topo.h"

/* What a device's configuration file says. */
struct cloud_device {
    const struct topo_device *device;
    const struct config *config;
};

/* Of all devices that have one, in any order. */
struct cloud_devices {
    const struct cloud_device *items;
    uint32_t count;
};

/* Makes the network of a topology, in the arena; limits and devices may be NULL. Tunnels and whole
 * sessions are net_pair()'s to make. False: the arena is full. */
must_use bool cloud_expand(const struct topo *t, const struct cloud_limits *limits,
                           const struct cloud_devices *devices, struct arena *arena,
                           struct net *ret_net);

#endif
