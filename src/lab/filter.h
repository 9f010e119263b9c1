/* lab/filter.h: what a provider's security groups let pass, as rules of nftables in a fabric's name
 * space: two chains a network interface, entered by its device, and a set of the prefixes that it
 * has routes to (Azure's VirtualNetwork), which follows its table. Connections are remembered.
 * Pure.
 */
#ifndef LAB_FILTER_H
#define LAB_FILTER_H

#include "cloud/filter.h"
#include "lab/table.h"

/* A network interface, by its device in the fabric. */
struct lab_filtered {
    const char *device;
    const struct cloud_filter *filter; /* with at least one chain */
};

/* Appends the table `ip lab-filter` for the interfaces of one fabric; nothing for none. */
void lab_filter_text(const struct lab_filtered *items, uint32_t count, struct text *out);

/* Appends what gives the device's set the prefixes that the active routes lead to, but for the
 * Internet and the default route. */
void lab_filter_connected(const char *device, const struct cloud_routes *routes, struct text *out);

#endif
