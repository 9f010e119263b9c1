#include "daemon/messages_xfrm.h"

/* Counters in the order in which they travel. */
#define COUNTS(X)                                                                                  \
    X(packets_in)                                                                                  \
    X(bytes_in)                                                                                    \
    X(packets_out)                                                                                 \
    X(bytes_out)                                                                                   \
    X(replayed)                                                                                    \
    X(bad_icv)                                                                                     \
    X(sequence_in)                                                                                 \
    X(sequence_out)

void xfrm_counts_encode(const struct xfrm_counts *c, struct wr *to)
{
    wr_u32(to, c->id);
#define X(name) wr_u64(to, c->name);
    COUNTS(X)
#undef X
}

bool xfrm_counts_decode(struct rd *from, struct xfrm_counts *ret_counts)
{
    struct xfrm_counts c = { .id = rd_u32(from) };
#define X(name) c.name = rd_u64(from);
    COUNTS(X)
#undef X
    if (from->bad)
        return false;
    *ret_counts = c;
    return true;
}
