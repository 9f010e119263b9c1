/* daemon/messages_xfrm.h: what data asks of priv for tunnels in the kernel's own IPsec, and what it
 * hears back. A message begins with its kind; whole numbers are big-endian; the rest is encoded as
 * in messages_ipsec.h. */
#ifndef DAEMON_MESSAGES_XFRM_H
#define DAEMON_MESSAGES_XFRM_H

#include "daemon/messages_ipsec.h"

/* MSG_PRIV_XFRM. */
enum xfrm_ask {
    XFRM_TUNNEL,       /* connection, MTU (u16), name: an interface, or its new MTU */
    XFRM_TUNNEL_GONE,  /* connection */
    XFRM_CARRIER,      /* connection, whether packets may use it */
    XFRM_CHILD_ADD,    /* u32: seconds after which the kernel removes it; struct esp_child */
    XFRM_CHILD_OUT,    /* id */
    XFRM_CHILD_PATH,   /* id, path */
    XFRM_CHILD_REMOVE, /* id */
    XFRM_COUNT,        /* the counters of all */
    XFRM_ASKS,
};

/* MSG_DATA_XFRM. */
enum xfrm_say {
    XFRM_DEVICE,   /* connection, if_id: the interface is there */
    XFRM_COUNTERS, /* struct xfrm_counts, one after the other */
    XFRM_FAILED,   /* id: this CHILD SA is not in the kernel */
};

/* Counters of one CHILD SA, both directions. */
struct xfrm_counts {
    uint32_t id;
    uint64_t packets_in, bytes_in, packets_out, bytes_out, replayed, bad_icv, sequence_in,
        sequence_out;
};

enum { XFRM_COUNTS_BYTES = 4 + 8 * 8, XFRM_ASK_MAX = CHILD_BYTES_MAX + 16 };

void xfrm_counts_encode(const struct xfrm_counts *c, struct wr *to);
/* False: too few bytes. */
must_use bool xfrm_counts_decode(struct rd *from, struct xfrm_counts *ret_counts);

#endif
