/* config/refs.h: every place where a configuration names a list or a route map, for checks that are
 * the same for all of them. Internal to config/. */
#ifndef CONFIG_REFS_H
#define CONFIG_REFS_H

#include "config/model.h"

enum refs_kind {
    REFS_PREFIX_LIST,
    REFS_PREFIX_LIST6,
    REFS_AS_PATH_LIST,
    REFS_COMMUNITY_LIST,
    REFS_ACCESS_LIST,
    REFS_ACCESS_LIST6,
    REFS_ROUTE_MAP,
    REFS_KIND_COUNT
};

/* "prefix list", "route map" ... */
const char *refs_kind_name(enum refs_kind kind);

/* Calls `seen` for each reference: what kind of object, its name, where it is named. */
struct refs_walk {
    void (*seen)(struct refs_walk *w, enum refs_kind kind, const char *name, struct config_pos at);
};

/* In the order of the model; an object that is named twice is seen twice. */
void refs_walk(const struct config *c, struct refs_walk *w);

#endif
