/* node/index.h: the configuration in force by name and by prefix, so that a thousand devices, and
 * as many lines about them, do not make a million comparisons. Made with each configuration, which
 * it borrows from; never changed. What it gives are places in the configuration's lists, in their
 * order; the asker compares the thing itself where different ones may share a hash. One thread. */
#ifndef NODE_INDEX_H
#define NODE_INDEX_H

#include "config/model.h"

enum { NODE_INDEX_END = UINT32_MAX };

struct node_map_slot;
struct node_map {
    struct node_map_slot *slot;
    uint32_t mask; /* a power of two less one; half of the slots are free at least */
};

struct node_index {
    const struct config *config;
    const struct config_bgp *bgp;
    struct node_map interfaces;     /* by the device's name */
    struct node_map statics;        /* the first line of a route, by prefix and distance */
    struct node_map static_devices; /* every line that names a device, by that name */
    struct node_map networks[CONFIG_AF_COUNT];
    uint32_t line_count, interface_count;
    uint32_t *first_line, *next_line; /* of each static line's route; NODE_INDEX_END: the last */
    const struct config_tunnel *
        *tunnel; /* of each interface; NULL: it is none, or cannot come up */
};

/* A walk over the places with one hash. */
struct node_walk {
    const struct node_map *map;
    uint32_t hash, at;
};

/* NULL: no memory. bgp: the settings of c with defaults filled in, whose networks are found. */
must_use struct node_index *node_index_new(const struct config *c, const struct config_bgp *bgp);

/* Frees the index, not the configuration. NULL is allowed. */
void node_index_free(struct node_index *x);

/* Whether the name is that of a loopback: all of them are addresses on `lo`. */
bool node_is_loopback(const char *name);

/* The device that a configured interface is: its name, or "lo". */
const char *node_device_name(const char *name);

/* Interfaces, and lines of static routes, whose device may have the name. */
struct node_walk node_index_interfaces(const struct node_index *x, const char *device);
struct node_walk node_index_static_devices(const struct node_index *x, const char *device);

/* The next place; NODE_INDEX_END: no more. */
uint32_t node_walk_next(struct node_walk *w);

/* The interface of the configuration with exactly this name; NULL: none. */
const struct config_interface *node_index_interface(const struct node_index *x, const char *name);

/* The tunnel that an interface of the configuration is; NULL: it is none, or cannot come up. */
const struct config_tunnel *node_index_tunnel(const struct node_index *x,
                                              const struct config_interface *i);

/* The first line of the route (prefix and distance) of a line, which may be of another
 * configuration; NODE_INDEX_END: there is no such route. */
uint32_t node_index_static(const struct node_index *x, const struct config_static *s);

/* The `network` line of the prefix; NULL: none. */
const struct config_network *node_index_network(const struct node_index *x, const struct prefix *p);

#endif
