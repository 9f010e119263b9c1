/* daemon/ike_addresses.h: the addresses of this machine, told to the IKE engine as they come and
 * go, under each name that a link has for the configuration. Owned by the ike process; its loop. */
#ifndef DAEMON_IKE_ADDRESSES_H
#define DAEMON_IKE_ADDRESSES_H

#include "daemon/options.h"
#include "ike/ike.h"
#include "os/loop.h"

struct ike_addresses;

/* What ike_addresses_start() is told. */
struct ike_addresses_params {
    const struct options *options;
    struct loop *loop;
    uint8_t rank; /* of the watch */
    void *owner;
    /* An address came or went; afterwards `told` once, to do what the engine wants now. */
    void (*address)(void *owner, const char *interface, const struct ip_addr *a, bool present);
    void (*told)(void *owner);
};

/* Opens the kernel's news, which the sandbox does not allow later. */
must_use err_t ike_addresses_open(struct ike_addresses **ret_addresses);
/* Tells all addresses that are there before it returns, and from then on what changes. */
must_use err_t ike_addresses_start(struct ike_addresses *a,
                                   const struct ike_addresses_params *params);
/* The kernel's number of the interface that the configuration calls so; 0: there is none now. */
uint32_t ike_addresses_index(const struct ike_addresses *a, const char *interface);
/* NULL is allowed. Nothing is told. */
void ike_addresses_close(struct ike_addresses *a);

#endif
