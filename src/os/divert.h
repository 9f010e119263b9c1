/* os/divert.h: everything that is about to leave a device goes to another one instead, but for what
 * bears a mark: nftables rules at the egress hook of the device (Linux 5.16), in a table that
 * belongs to a descriptor. With the descriptor, however its process ends, the kernel removes them,
 * so that nobody has to clean up. In the network namespace of the calling thread; CAP_NET_ADMIN. */
#ifndef OS_DIVERT_H
#define OS_DIVERT_H

#include "base/base.h"
#include "base/text.h"

struct os_divert {
    const char *table; /* netdev table, made for this alone */
    const char *from;  /* the device */
    uint32_t to;       /* the index of the other */
    uint32_t mark;     /* passes */
};

/* Puts it in force, until the descriptor is closed. Otherwise ret_why says what was refused.
 * -EEXIST: the table is there; -ENOENT: no such device; -EOPNOTSUPP: the kernel cannot. */
must_use err_t os_divert(const struct os_divert *d, int *ret_fd, struct text *ret_why);

#endif
