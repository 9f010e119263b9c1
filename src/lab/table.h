/* lab/table.h: effective routes as a routing table of Linux: what a fabric does with packets of one
 * network interface. A route to the network itself, or to a peered one, leaves the table by `throw`
 * for the table of hosts; what matches nothing is dropped. What changes between two states of a
 * table is written as lines for `ip -batch`, one a prefix, so that no prefix is ever without its
 * route. Pure. */
#ifndef LAB_TABLE_H
#define LAB_TABLE_H

#include "cloud/effective.h"

enum { LAB_VIAS_MAX = 16, LAB_LINE_MAX = 64 + LAB_VIAS_MAX * 64 };

struct lab_via {
    struct ip_addr via; /* IP_NONE: the device alone says where to */
    const char *dev;
};

struct lab_entry {
    struct prefix prefix;
    enum lab_entry_kind { LAB_DROP, LAB_HOSTS, LAB_VIA } kind;
    uint32_t hop_count;
    struct lab_via hops[LAB_VIAS_MAX]; /* in the order of their addresses */
};

struct lab_table {
    NET_LIST_OF(struct lab_entry) rows; /* sorted by prefix, each once */
};

/* Where packets of a route go: how many hops were written to `ret`; none: they are dropped. */
struct lab_via_finder {
    uint32_t (*find)(struct lab_via_finder *f, const struct cloud_route *r, struct lab_via *ret);
};

/* Makes the table of what is active. False: the arena is full. */
must_use bool lab_table_make(const struct cloud_routes *routes, struct lab_via_finder *finder,
                             struct arena *arena, struct lab_table *ret);

/* Appends what has to be told to `ip -batch` to turn the table of that number from `old` into
 * `now`; nothing when they are equal. */
void lab_table_change(const struct lab_table *old, const struct lab_table *now, uint32_t number,
                      struct text *out);

#endif
