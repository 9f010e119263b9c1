/* Building and comparing UPDATE messages, for the tests of update.c and update_encode.c. */
#ifndef TESTS_BGP_UPDATE_LIB_H
#define TESTS_BGP_UPDATE_LIB_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "attr/aspath.h"
#include "bgp/update.h"

/* Bytes of a string literal and their number. */
#define B(s) (const uint8_t *)(s), sizeof(s) - 1

/* Withdrawn routes, attributes and NLRI as a whole message. */
static inline size_t make_update(uint8_t msg[BGP_MESSAGE_MAX], const uint8_t *withdrawn, size_t wn,
                                 const uint8_t *attrs, size_t an, const uint8_t *nlri, size_t nn)
{
    struct wr w = wr_init(msg, BGP_MESSAGE_MAX);
    size_t mark = bgp_begin(&w, BGP_UPDATE);
    wr_u16(&w, (uint16_t)wn);
    wr_bytes(&w, withdrawn, wn);
    wr_u16(&w, (uint16_t)an);
    wr_bytes(&w, attrs, an);
    wr_bytes(&w, nlri, nn);
    bgp_end(&w, mark);
    assert_false(w.bad);
    return wr_len(&w);
}

/* Peer 10.0.0.2 in AS 65002, we are 10.0.0.1 in AS 65001; both families, four-byte numbers. */
static inline struct bgp_update_context external_peer(void)
{
    return (struct bgp_update_context){
        .as4 = true,
        .is_ebgp = true,
        .families = BGP_IPV4 | BGP_IPV6,
        .local_as = 65001,
        .remote_as = 65002,
        .local = ip_from_u32(0x0a000001),
        .remote = ip_from_u32(0x0a000002),
        .router_id = 0x0a000001,
    };
}

static inline struct bgp_update_context internal_peer(void)
{
    struct bgp_update_context c = external_peer();
    c.is_ebgp = false;
    c.remote_as = 65001;
    return c;
}

#endif
