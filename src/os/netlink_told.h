/* os/netlink_told.h: what the monitor told, so that a dump can be told as differences. Used by
 * netlink.c alone. Things are known by their keys; a thing that a whole dump does not name is gone.
 */
#ifndef OS_NETLINK_TOLD_H
#define OS_NETLINK_TOLD_H

#include "os/netlink.h"

struct told_thing;
struct os_netlink_told {
    struct told_thing **buckets;
    uint32_t bucket_count, count;
    uint32_t generation; /* of the dump under way */
    uint32_t sweep;      /* the bucket where the sweep is */
    bool was_down;       /* the link that was noted last: it had no routes to lose */
    bool lacks;          /* something was told that is not remembered */
    bool flushing;       /* routes that the kernel dropped without a word are to be told */
    uint32_t flush_if;
    struct ip_addr flush_source;
};

/* Nothing was told; forgets everything. */
void os_netlink_told_init(struct os_netlink_told *t);

/* Frees the table; nothing is told for it. */
void os_netlink_told_done(struct os_netlink_told *t);

/* A dump begins. */
void os_netlink_told_begin(struct os_netlink_told *t);

/* Remembers (or, when it is gone, forgets) what an event is about. Without memory it is not
 * remembered: if it vanishes during an overrun, nobody will be told. */
void os_netlink_told_note(struct os_netlink_told *t, const struct os_netlink_event *e);

/* IPv4 routes go without a word when their link is set down, when its last address goes, or the
 * address that they prefer as source: starts their flushing, if the event is such a one. It is the
 * event that was noted last. */
void os_netlink_told_check_flush(struct os_netlink_told *t, const struct os_netlink_event *e);

/* The next route that went so; false: no more. */
bool os_netlink_told_flush(struct os_netlink_told *t, struct os_netlink_event *ret_event);

/* The next thing that the dump did not name, as an event that says it is gone; false: no more. */
bool os_netlink_told_sweep(struct os_netlink_told *t, struct os_netlink_event *ret_event);

#endif
