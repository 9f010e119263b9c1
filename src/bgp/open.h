/* bgp/open.h: what an OPEN means for us (RFC 4271 4.2, 6.2; 6286; 6793; 7607; 5492). */
#ifndef BGP_OPEN_H
#define BGP_OPEN_H

#include "bgp/wire.h"

struct bgp_open_expect {
    uint32_t local_as, remote_as;
    bool any_internal, any_external; /* instead of an exact remote_as */
    uint32_t router_id;              /* ours */
    uint16_t hold_time_s;            /* configured */
    uint8_t families;                /* offered by us */
    bool as4, refresh;               /* offered by us */
};

struct bgp_negotiated {
    uint16_t hold_time_s; /* 0: no keepalives */
    uint16_t keepalive_s; /* a third of it, or the configured one when smaller */
    uint8_t families;
    bool as4, refresh;
    bool is_ebgp;
};

/* Checks the peer's OPEN against what is expected; false: *fault is the NOTIFICATION to send. An
 * OPEN with no family in common is refused with Unsupported Capability (RFC 5492 5). */
must_use bool bgp_open_check(const struct bgp_open *open, const struct bgp_open_expect *expect,
                             uint16_t keepalive_s, struct bgp_negotiated *ret_agreed,
                             struct bgp_fault *fault);

#endif
