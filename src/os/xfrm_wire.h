/* os/xfrm_wire.h: what the files of os/xfrm.h share. Used by them alone. */
#ifndef OS_XFRM_WIRE_H
#define OS_XFRM_WIRE_H

#include <libmnl/libmnl.h>
#include <string.h>

#include "base/base.h"

/* Overwrites what held keys, in a way that no compiler removes. */
static inline void xfrm_wipe(void *p, size_t n)
{
    explicit_bzero(p, n);
}

/* The attributes behind a message's header of `head` bytes, and those inside an attribute: as
 * libmnl's own loops, whose arithmetic our warnings do not take. */
#define XFRM_ATTR_EACH(a, h, head)                                                                 \
    for ((a) = mnl_nlmsg_get_payload_offset(h, head);                                              \
         mnl_attr_ok((a), (int)((const char *)mnl_nlmsg_get_payload_tail(h) - (const char *)(a))); \
         (a) = mnl_attr_next(a))
#define XFRM_ATTR_EACH_IN(a, nest)                                                                 \
    for ((a) = mnl_attr_get_payload(nest);                                                         \
         mnl_attr_ok((a), (int)((const char *)mnl_attr_get_payload(nest) +                         \
                                mnl_attr_get_payload_len(nest) - (const char *)(a)));              \
         (a) = mnl_attr_next(a))

/* Appends the ports of UDP encapsulation to the message of a state. */
void xfrm_put_encapsulation(struct nlmsghdr *h, uint16_t source_port, uint16_t destination_port);

#endif
