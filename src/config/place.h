/* config/place.h: where a thing was written, and lists of things: what all parts of the model are
 * made of. */
#ifndef CONFIG_PLACE_H
#define CONFIG_PLACE_H

#include "base/base.h"

/* Where an object was written: file index (config.files), line and column, both from 1. */
struct config_pos {
    uint16_t file;
    uint16_t column;
    uint32_t line;
};

/* Objects of one kind stand in an array in the order of their first line. */
#define CONFIG_LIST(type)                                                                          \
    struct {                                                                                       \
        type *v;                                                                                   \
        uint32_t n, cap;                                                                           \
    }

#endif
